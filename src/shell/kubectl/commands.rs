//! The table of commands: names, usage, flags, and the function that carries each out.

use super::call::{Call, Outcome};
use super::verbs;

/// A command of kubectl.
#[derive(Debug)]
pub struct Command {
    /// Its words after `kubectl`: `create service nodeport`.
    pub path: &'static str,
    /// Other names of its last word.
    pub aliases: &'static [&'static str],
    /// Its usage, after `kubectl `.
    pub usage: &'static str,
    /// What it does, in a line.
    pub short: &'static str,
    /// Its flags, in the notation of [`super::flags::Flag::read`].
    pub flags: &'static str,
    /// What it does; none for a command that only has subcommands.
    pub run: Option<fn(&mut Call<'_, '_>) -> Outcome>,
}

/// kubectl itself.
pub static ROOT: Command = Command {
    path: "",
    aliases: &[],
    usage: "[flags] [options]",
    short: "kubectl controls the Kubernetes cluster manager.",
    flags: "",
    run: Some(verbs::root),
};

impl Command {
    /// `kubectl create deployment`
    pub fn name(&self) -> String {
        if self.path.is_empty() { "kubectl".into() } else { format!("kubectl {}", self.path) }
    }

    /// The last of its words.
    pub fn word(&self) -> &'static str {
        self.path.rsplit(' ').next().unwrap_or(self.path)
    }

    /// Its subcommands.
    pub fn children(&self) -> impl Iterator<Item = &'static Command> + '_ {
        COMMANDS.iter().filter(|command| match command.path.rsplit_once(' ') {
            Some((parent, _)) => parent == self.path,
            None => self.path.is_empty(),
        })
    }

    /// The subcommand of that name.
    pub fn child(&self, word: &str) -> Option<&'static Command> {
        self.children().find(|command| command.word() == word || command.aliases.contains(&word))
    }

    /// Whether its words are passed on as they are.
    pub fn passes_all(&self) -> bool {
        self.path == "help"
    }

    /// Whether it talks to the cluster.
    pub fn asks_server(&self) -> bool {
        !(self.path.starts_with("config")
            || ["", "completion", "options", "plugin", "help"].contains(&self.path))
    }

    /// Its help's first paragraphs, where they are more than the short line.
    pub fn long(&self) -> &'static str {
        LONG.iter().find(|(path, _)| *path == self.path).map_or("", |(_, long)| long)
    }
}

macro_rules! printing {
    () => {
        "output,o:text template:text allow-missing-template-keys:bool=true show-managed-fields:bool "
    };
}
macro_rules! files {
    () => {
        "filename,f:list recursive,R:bool kustomize,k:text "
    };
}
macro_rules! dry {
    () => {
        "dry-run:text=none?unchanged "
    };
}
macro_rules! labelling {
    () => {
        "all:bool all-namespaces,A:bool field-manager:text field-selector:text list:bool local:bool overwrite:bool \
         record:bool resource-version:text selector,l:text "
    };
}
macro_rules! creating {
    () => {
        concat!(
            printing!(),
            dry!(),
            "save-config:bool validate:text=strict?strict field-manager:text=kubectl-create "
        )
    };
}
macro_rules! deleting {
    () => {
        "cascade:text=background?background grace-period:int=-1 force:bool now:bool timeout:duration wait:bool=true "
    };
}

const fn command(
    path: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    short: &'static str,
    flags: &'static str,
    run: fn(&mut Call<'_, '_>) -> Outcome,
) -> Command {
    Command { path, aliases, usage, short, flags, run: Some(run) }
}

const fn parent(
    path: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    short: &'static str,
) -> Command {
    Command { path, aliases, usage, short, flags: "", run: None }
}

static COMMANDS: &[Command] = &[
    command(
        "get",
        &[],
        "get [(-o|--output=)json|yaml|name|jsonpath|custom-columns|go-template|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]",
        "Display one or many resources",
        concat!(
            printing!(),
            files!(),
            "all-namespaces,A:bool chunk-size:int=500 field-selector:text ignore-not-found:bool label-columns,L:list \
             no-headers:bool output-watch-events:bool raw:text selector,l:text server-print:bool=true show-kind:bool \
             show-labels:bool sort-by:text subresource:text watch,w:bool watch-only:bool"
        ),
        verbs::get::run,
    ),
    command(
        "apply",
        &[],
        "apply (-f FILENAME | -k DIRECTORY) [options]",
        "Apply a configuration to a resource by file name or stdin",
        concat!(
            printing!(),
            files!(),
            dry!(),
            deleting!(),
            "all:bool field-manager:text=kubectl-client-side-apply force-conflicts:bool openapi-patch:bool=true \
             overwrite:bool=true prune:bool record:bool prune-allowlist:array prune-whitelist:array selector,l:text \
             server-side:bool subresource:text validate:text=strict?strict"
        ),
        verbs::apply::run,
    ),
    command(
        "apply view-last-applied",
        &[],
        "apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
        "View the latest last-applied-configuration annotations of a resource/object",
        concat!(files!(), "all:bool output,o:text=yaml selector,l:text"),
        verbs::apply::view_last_applied,
    ),
    command(
        "create",
        &[],
        "create -f FILENAME [options]",
        "Create a resource from a file or from stdin",
        concat!(
            creating!(),
            files!(),
            "edit:bool raw:text record:bool selector,l:text windows-line-endings:bool"
        ),
        verbs::create::run,
    ),
    command(
        "delete",
        &[],
        "delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]",
        "Delete resources by file names, stdin, resources and names, or by resources and label selector",
        concat!(
            files!(),
            dry!(),
            deleting!(),
            "all:bool all-namespaces,A:bool field-selector:text ignore-not-found:bool interactive,i:bool output,o:text \
             raw:text selector,l:text"
        ),
        verbs::delete::run,
    ),
    command(
        "wait",
        &[],
        "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
        "Wait for a specific condition on one or many resources",
        concat!(
            printing!(),
            files!(),
            "all:bool all-namespaces,A:bool field-selector:text for:array local:bool selector,l:text timeout:duration=30s"
        ),
        verbs::wait::run,
    ),
    command(
        "exec",
        &[],
        "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]",
        "Execute a command in a container",
        "container,c:text filename,f:list pod-running-timeout:duration=1m quiet,q:bool stdin,i:bool tty,t:bool",
        verbs::exec::run,
    ),
    command(
        "describe",
        &[],
        "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
        "Show details of a specific resource or group of resources",
        concat!(files!(), "selector,l:text all-namespaces,A:bool show-events:bool=true chunk-size:int=500"),
        verbs::describe::run,
    ),
    command(
        "label",
        &[],
        "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
        "Update the labels on a resource",
        concat!(printing!(), files!(), dry!(), labelling!()),
        verbs::labels::label,
    ),
    command(
        "annotate",
        &[],
        "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
        "Update the annotations on a resource",
        concat!(printing!(), files!(), dry!(), labelling!()),
        verbs::labels::annotate,
    ),
    command(
        "port-forward",
        &[],
        "port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
        "Forward one or more local ports to a pod",
        "address:list pod-running-timeout:duration=1m0s",
        verbs::port_forward::run,
    ),
    command(
        "cordon",
        &[],
        "cordon NODE [options]",
        "Mark node as unschedulable",
        concat!(dry!(), "selector,l:text"),
        verbs::nodes::cordon,
    ),
    command(
        "uncordon",
        &[],
        "uncordon NODE [options]",
        "Mark node as schedulable",
        concat!(dry!(), "selector,l:text"),
        verbs::nodes::uncordon,
    ),
    command(
        "taint",
        &[],
        "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
        "Update the taints on one or more nodes",
        concat!(
            printing!(),
            dry!(),
            "all:bool overwrite:bool selector,l:text validate:text=strict?strict field-manager:text"
        ),
        verbs::nodes::taint,
    ),
    command(
        "expose",
        &[],
        "expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]",
        "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "port:text protocol:text target-port:text name:text labels,l:text selector:text type:text \
             session-affinity:text load-balancer-ip:text cluster-ip:text external-ip:text external-name:text \
             override-type:text=merge overrides:text save-config:bool field-manager:text"
        ),
        verbs::expose::run,
    ),
    command(
        "logs",
        &[],
        "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]",
        "Print the logs for a container in a pod",
        "all-containers:bool all-pods:bool container,c:text follow,f:bool ignore-errors:bool \
         insecure-skip-tls-verify-backend:bool limit-bytes:int max-log-requests:int=5 \
         pod-running-timeout:duration=20s prefix:bool previous,p:bool selector,l:text since:duration since-time:text \
         tail:int=-1 timestamps:bool",
        verbs::logs::run,
    ),
    parent("rollout", &[], "rollout SUBCOMMAND [options]", "Manage the rollout of a resource"),
    command(
        "rollout history",
        &[],
        "rollout history (TYPE NAME | TYPE/NAME) [flags] [options]",
        "View rollout history",
        concat!(printing!(), files!(), "revision:int selector,l:text"),
        verbs::rollout::history,
    ),
    command(
        "rollout pause",
        &[],
        "rollout pause RESOURCE [options]",
        "Mark the provided resource as paused",
        concat!(printing!(), files!(), "field-manager:text selector,l:text"),
        verbs::rollout::pause,
    ),
    command(
        "rollout restart",
        &[],
        "rollout restart RESOURCE [options]",
        "Restart a resource",
        concat!(printing!(), files!(), "field-manager:text selector,l:text"),
        verbs::rollout::restart,
    ),
    command(
        "rollout resume",
        &[],
        "rollout resume RESOURCE [options]",
        "Resume a paused resource",
        concat!(printing!(), files!(), "field-manager:text selector,l:text"),
        verbs::rollout::resume,
    ),
    command(
        "rollout status",
        &[],
        "rollout status (TYPE NAME | TYPE/NAME) [flags] [options]",
        "Show the status of the rollout",
        concat!(files!(), "timeout:duration watch,w:bool=true revision:int selector,l:text"),
        verbs::rollout::status,
    ),
    command(
        "rollout undo",
        &[],
        "rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]",
        "Undo a previous rollout",
        concat!(printing!(), files!(), dry!(), "to-revision:int selector,l:text"),
        verbs::rollout::undo,
    ),
    command(
        "create deployment",
        &["deploy"],
        "create deployment NAME --image=image -- [COMMAND] [args...] [options]",
        "Create a deployment with the specified name",
        concat!(creating!(), "image!:array port:i32=-1 replicas,r:i32=1"),
        verbs::generate::deployment,
    ),
    command(
        "create namespace",
        &["ns"],
        "create namespace NAME [--dry-run=server|client|none] [options]",
        "Create a namespace with the specified name",
        creating!(),
        verbs::generate::namespace,
    ),
    command(
        "create serviceaccount",
        &["sa"],
        "create serviceaccount NAME [--dry-run=server|client|none] [options]",
        "Create a service account with the specified name",
        creating!(),
        verbs::generate::service_account,
    ),
    command(
        "create configmap",
        &["cm"],
        "create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
        "Create a config map from a local file, directory or literal value",
        concat!(creating!(), "append-hash:bool from-file:array from-literal:array from-env-file:array"),
        verbs::generate::config_map,
    ),
    parent(
        "create secret",
        &[],
        "create secret (docker-registry | generic | tls) [options]",
        "Create a secret using a specified subcommand",
    ),
    command(
        "create secret generic",
        &[],
        "create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
        "Create a secret from a local file, directory, or literal value",
        concat!(
            creating!(),
            "append-hash:bool from-file:array from-literal:array from-env-file:array type:text"
        ),
        verbs::generate::generic,
    ),
    command(
        "create secret tls",
        &[],
        "create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] [options]",
        "Create a TLS secret",
        concat!(creating!(), "append-hash:bool cert:text key:text"),
        verbs::generate::tls,
    ),
    command(
        "create secret docker-registry",
        &[],
        "create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]",
        "Create a secret for use with a Docker registry",
        concat!(
            creating!(),
            "append-hash:bool docker-email:text docker-password:text docker-server:text=https://index.docker.io/v1/ docker-username:text from-file:array"
        ),
        verbs::generate::docker_registry,
    ),
    parent(
        "create service",
        &["svc"],
        "create service [flags] [options]",
        "Create a service using a specified subcommand",
    ),
    command(
        "create service clusterip",
        &[],
        "create service clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none] [options]",
        "Create a ClusterIP service",
        concat!(creating!(), "clusterip:text tcp:list"),
        verbs::generate::cluster_ip,
    ),
    command(
        "create service nodeport",
        &[],
        "create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]",
        "Create a NodePort service",
        concat!(creating!(), "node-port:int tcp:list"),
        verbs::generate::node_port,
    ),
    command(
        "create service loadbalancer",
        &[],
        "create service loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]",
        "Create a LoadBalancer service",
        concat!(creating!(), "tcp:list"),
        verbs::generate::load_balancer,
    ),
    command(
        "create service externalname",
        &[],
        "create service externalname NAME --external-name external.name [--dry-run=server|client|none] [options]",
        "Create an ExternalName service",
        concat!(creating!(), "external-name!:text tcp:list"),
        verbs::generate::external_name,
    ),
    command(
        "create job",
        &[],
        "create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]",
        "Create a job with the specified name",
        concat!(creating!(), "from:text image:text"),
        verbs::generate::job,
    ),
    command(
        "create cronjob",
        &["cj"],
        "create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]",
        "Create a cron job with the specified name",
        concat!(creating!(), "image!:text restart:text schedule!:text"),
        verbs::generate::cron_job,
    ),
    command(
        "create role",
        &[],
        "create role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
        "Create a role with single rule",
        concat!(creating!(), "resource:list resource-name:array verb:list"),
        verbs::generate::role,
    ),
    command(
        "create clusterrole",
        &[],
        "create clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
        "Create a cluster role",
        concat!(
            creating!(),
            "aggregation-rule:text non-resource-url:list resource:list resource-name:array verb:list"
        ),
        verbs::generate::cluster_role,
    ),
    command(
        "create rolebinding",
        &[],
        "create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
        "Create a role binding for a particular role or cluster role",
        concat!(creating!(), "clusterrole:text group:array role:text serviceaccount:array user:array"),
        verbs::generate::role_binding,
    ),
    command(
        "create clusterrolebinding",
        &[],
        "create clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
        "Create a cluster role binding for a particular cluster role",
        concat!(creating!(), "clusterrole!:text group:array serviceaccount:array user:array"),
        verbs::generate::cluster_role_binding,
    ),
    command(
        "create ingress",
        &["ing"],
        "create ingress NAME --rule=host/path=service:port[,tls[=secret]] [options]",
        "Create an ingress with the specified name",
        concat!(creating!(), "annotation:array class:text default-backend:text rule:array"),
        verbs::generate::ingress,
    ),
    command(
        "create quota",
        &["resourcequota"],
        "create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none] [options]",
        "Create a quota with the specified name",
        concat!(creating!(), "hard:text scopes:text"),
        verbs::generate::quota,
    ),
    command(
        "create poddisruptionbudget",
        &["pdb"],
        "create poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]",
        "Create a pod disruption budget with the specified name",
        concat!(creating!(), "max-unavailable:text min-available:text selector:text"),
        verbs::generate::disruption_budget,
    ),
    command(
        "create priorityclass",
        &["pc"],
        "create priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]",
        "Create a priority class with the specified name",
        concat!(
            creating!(),
            "description:text global-default:bool preemption-policy:text=PreemptLowerPriority value:i32"
        ),
        verbs::generate::priority_class,
    ),
    command(
        "create token",
        &[],
        "create token SERVICE_ACCOUNT_NAME [options]",
        "Request a service account token",
        "audience:array bound-object-kind:text bound-object-name:text bound-object-uid:text duration:duration output,o:text",
        verbs::generate::token,
    ),
    command(
        "run",
        &[],
        "run NAME --image=image [--env='key=value'] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...] [options]",
        "Run a particular image on the cluster",
        concat!(
            creating!(),
            deleting!(),
            "annotations:array attach:bool command:bool env:array expose:bool image!:text image-pull-policy:text labels,l:text leave-stdin-open:bool override-type:text=merge overrides:text pod-running-timeout:duration=1m port:text privileged:bool quiet,q:bool restart:text=Always rm:bool stdin,i:bool tty,t:bool"
        ),
        verbs::run::run,
    ),
    command(
        "attach",
        &[],
        "attach (POD | TYPE/NAME) -c CONTAINER [options]",
        "Attach to a running container",
        "container,c:text pod-running-timeout:duration=1m quiet,q:bool stdin,i:bool tty,t:bool",
        verbs::run::attach,
    ),
    command(
        "scale",
        &[],
        "scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]",
        "Set a new size for a deployment, replica set, or replication controller",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool current-replicas:int=-1 replicas!:int record:bool resource-version:text selector,l:text timeout:duration"
        ),
        verbs::scale::run,
    ),
    command(
        "autoscale",
        &[],
        "autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [options]",
        "Auto-scale a deployment, replica set, stateful set, or replication controller",
        concat!(
            creating!(),
            files!(),
            "cpu:text cpu-percent:i32=-1 max!:i32=-1 memory:text min:i32=-1 name:text"
        ),
        verbs::scale::autoscale,
    ),
    command(
        "patch",
        &[],
        "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
        "Update fields of a resource",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "field-manager:text local:bool patch,p:text patch-file:text record:bool subresource:text type:text=strategic"
        ),
        verbs::patch::run,
    ),
    command(
        "replace",
        &[],
        "replace -f FILENAME [options]",
        "Replace a resource by file name or stdin",
        concat!(
            printing!(),
            files!(),
            dry!(),
            deleting!(),
            "field-manager:text raw:text record:bool save-config:bool subresource:text validate:text=strict?strict"
        ),
        verbs::replace::run,
    ),
    command(
        "edit",
        &[],
        "edit (RESOURCE/NAME | -f FILENAME) [options]",
        "Edit a resource on the server",
        concat!(
            printing!(),
            files!(),
            "field-manager:text output-patch:bool save-config:bool subresource:text validate:text=strict?strict windows-line-endings:bool"
        ),
        verbs::edit::run,
    ),
    command(
        "apply edit-last-applied",
        &[],
        "apply edit-last-applied (RESOURCE/NAME | -f FILENAME) [options]",
        "Edit latest last-applied-configuration annotations of a resource/object",
        concat!(printing!(), files!(), "field-manager:text"),
        verbs::edit::last_applied,
    ),
    command(
        "apply set-last-applied",
        &[],
        "apply set-last-applied -f FILENAME [options]",
        "Set the last-applied-configuration annotation on a live object to match the contents of a file",
        concat!(printing!(), files!(), dry!(), "create-annotation:bool"),
        verbs::apply::set_last_applied,
    ),
    command(
        "diff",
        &[],
        "diff -f FILENAME [options]",
        "Diff the live version against a would-be applied version",
        concat!(
            files!(),
            "concurrency:int=1 field-manager:text force-conflicts:bool prune:bool prune-allowlist:array selector,l:text server-side:bool show-managed-fields:bool"
        ),
        verbs::replace::difference,
    ),
    command(
        "explain",
        &[],
        "explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]",
        "Get documentation for a resource",
        "api-version:text output,o:text=plaintext recursive:bool",
        verbs::explain::run,
    ),
    command(
        "api-resources",
        &[],
        "api-resources [flags] [options]",
        "Print the supported API resources on the server",
        "api-group:text cached:bool categories:list namespaced:bool=true no-headers:bool output,o:text show-managed-fields:bool sort-by:text verbs:list",
        verbs::api::resources,
    ),
    command(
        "api-versions",
        &[],
        "api-versions",
        "Print the supported API versions on the server, in the form of \"group/version\"",
        "",
        verbs::api::versions,
    ),
    command(
        "version",
        &[],
        "version [flags] [options]",
        "Print the client and server version information",
        "client:bool output,o:text",
        verbs::api::version,
    ),
    command(
        "cluster-info",
        &[],
        "cluster-info [flags] [options]",
        "Display cluster information",
        "",
        verbs::api::cluster_info,
    ),
    command(
        "cluster-info dump",
        &[],
        "cluster-info dump [flags] [options]",
        "Dump relevant information for debugging and diagnosis",
        "all-namespaces,A:bool allow-missing-template-keys:bool=true namespaces:list output,o:text=json output-directory:text pod-running-timeout:duration=20s show-managed-fields:bool template:text",
        verbs::dump::run,
    ),
    command(
        "drain",
        &[],
        "drain NODE [options]",
        "Drain node in preparation for maintenance",
        concat!(
            dry!(),
            deleting!(),
            "chunk-size:int=500 delete-emptydir-data:bool disable-eviction:bool ignore-daemonsets:bool pod-selector:text selector,l:text skip-wait-for-delete-timeout:int"
        ),
        verbs::honest::drain,
    ),
    command(
        "events",
        &[],
        "events [(-o|--output=)json|yaml|name] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]",
        "List events",
        concat!(
            printing!(),
            "all-namespaces,A:bool chunk-size:int=500 for:text no-headers:bool types:list watch,w:bool"
        ),
        verbs::events::run,
    ),
    command(
        "cp",
        &[],
        "cp <file-spec-src> <file-spec-dest> [options]",
        "Copy files and directories to and from containers",
        "container,c:text no-preserve:bool retries:int",
        verbs::honest::copy,
    ),
    command(
        "proxy",
        &[],
        "proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]",
        "Run a proxy to the Kubernetes API server",
        "accept-hosts:text accept-paths:text address:text=127.0.0.1 api-prefix:text append-server-path:bool disable-filter:bool keepalive:duration port,p:int=8001 reject-methods:text reject-paths:text unix-socket,u:text www,w:text www-prefix,P:text",
        verbs::proxy::run,
    ),
    command(
        "debug",
        &[],
        "debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]",
        "Create debugging sessions for troubleshooting workloads and nodes",
        "arguments-only:bool attach:bool container,c:text copy-to:text custom:text env:array filename,f:list image:text image-pull-policy:text keep-annotations:bool keep-init-containers:bool=true keep-labels:bool keep-liveness:bool keep-readiness:bool keep-startup:bool profile:text quiet,q:bool replace:bool same-node:bool set-image:text share-processes:bool=true stdin,i:bool target:text tty,t:bool",
        verbs::debug::run,
    ),
    command(
        "completion",
        &[],
        "completion SHELL",
        "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
        "",
        verbs::honest::completion,
    ),
    parent("plugin", &[], "plugin [flags] [options]", "Provides utilities for interacting with plugins"),
    command(
        "plugin list",
        &[],
        "plugin list [flags] [options]",
        "List all visible plugin executables on a user's PATH",
        "name-only:bool",
        verbs::honest::plugins,
    ),
    command(
        "kustomize",
        &[],
        "kustomize DIR [flags] [options]",
        "Build a kustomization target from a directory or URL",
        "output,o:text enable-helm:bool",
        verbs::honest::kustomize,
    ),
    command("alpha", &[], "alpha", "Commands for features in alpha", "", verbs::honest::alpha),
    command("kuberc", &[], "kuberc", "Manage kuberc configuration files", "", verbs::honest::alpha),
    parent("certificate", &[], "certificate SUBCOMMAND [options]", "Modify certificate resources"),
    command(
        "certificate approve",
        &[],
        "certificate approve (-f FILENAME | NAME) [options]",
        "Approve a certificate signing request",
        concat!(printing!(), files!(), "force:bool"),
        verbs::access::certificate,
    ),
    command(
        "certificate deny",
        &[],
        "certificate deny (-f FILENAME | NAME) [options]",
        "Deny a certificate signing request",
        concat!(printing!(), files!(), "force:bool"),
        verbs::access::certificate,
    ),
    parent("auth", &[], "auth [flags] [options]", "Inspect authorization"),
    command(
        "auth can-i",
        &[],
        "auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
        "Check whether an action is allowed",
        "all-namespaces,A:bool list:bool no-headers:bool quiet,q:bool subresource:text",
        verbs::access::can_i,
    ),
    command(
        "auth whoami",
        &[],
        "auth whoami [options]",
        "Experimental: Check self subject attributes",
        printing!(),
        verbs::access::who_am_i,
    ),
    parent("top", &[], "top [flags] [options]", "Display resource (CPU/memory) usage"),
    command(
        "top node",
        &["nodes", "no"],
        "top node [NAME | -l label] [options]",
        "Display resource (CPU/memory) usage of nodes",
        "no-headers:bool selector,l:text show-capacity:bool sort-by:text use-protocol-buffers:bool=true",
        verbs::access::top,
    ),
    command(
        "top pod",
        &["pods", "po"],
        "top pod [NAME | -l label] [options]",
        "Display resource (CPU/memory) usage of pods",
        "all-namespaces,A:bool containers:bool field-selector:text no-headers:bool selector,l:text sort-by:text sum:bool use-protocol-buffers:bool=true",
        verbs::access::top,
    ),
    parent("set", &[], "set SUBCOMMAND [options]", "Set specific features on objects"),
    command(
        "set env",
        &[],
        "set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
        "Update environment variables on a pod template",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool field-manager:text local:bool record:bool selector,l:text containers,c:text=* env,e:array from:text keys:list list:bool overwrite:bool=true prefix:text resolve:bool"
        ),
        verbs::set::env,
    ),
    command(
        "set image",
        &[],
        "set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]",
        "Update the image of a pod template",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool field-manager:text local:bool record:bool selector,l:text "
        ),
        verbs::set::image,
    ),
    command(
        "set resources",
        &[],
        "set resources (-f FILENAME | TYPE NAME) ([--limits=LIMITS & --requests=REQUESTS] [options]",
        "Update resource requests/limits on objects with pod templates",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool field-manager:text local:bool record:bool selector,l:text containers,c:text=* limits:text requests:text"
        ),
        verbs::set::resources,
    ),
    command(
        "set selector",
        &[],
        "set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]",
        "Set the selector on a resource",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool field-manager:text local:bool record:bool selector,l:text resource-version:text"
        ),
        verbs::set::selector,
    ),
    command(
        "set serviceaccount",
        &["sa"],
        "set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]",
        "Update the service account of a resource",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool field-manager:text local:bool record:bool selector,l:text "
        ),
        verbs::set::service_account,
    ),
    command(
        "set subject",
        &[],
        "set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
        "Update the user, group, or service account in a role binding or cluster role binding",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "all:bool field-manager:text local:bool record:bool selector,l:text group:array serviceaccount:array user:array"
        ),
        verbs::set::subject,
    ),
    parent("config", &[], "config SUBCOMMAND [options]", "Modify kubeconfig files"),
    command(
        "config current-context",
        &[],
        "config current-context [flags]",
        "Display the current-context",
        "",
        verbs::config::current_context,
    ),
    command(
        "config delete-cluster",
        &[],
        "config delete-cluster NAME [options]",
        "Delete the specified cluster from the kubeconfig",
        "",
        verbs::config::delete_cluster,
    ),
    command(
        "config delete-context",
        &[],
        "config delete-context NAME [options]",
        "Delete the specified context from the kubeconfig",
        "",
        verbs::config::delete_context,
    ),
    command(
        "config delete-user",
        &[],
        "config delete-user NAME [options]",
        "Delete the specified user from the kubeconfig",
        "",
        verbs::config::delete_user,
    ),
    command(
        "config get-clusters",
        &[],
        "config get-clusters [flags] [options]",
        "Display clusters defined in the kubeconfig",
        "",
        verbs::config::get_clusters,
    ),
    command(
        "config get-contexts",
        &[],
        "config get-contexts [(-o|--output=)name)] [options]",
        "Describe one or many contexts",
        "no-headers:bool output,o:text",
        verbs::config::get_contexts,
    ),
    command(
        "config get-users",
        &[],
        "config get-users [flags] [options]",
        "Display users defined in the kubeconfig",
        "",
        verbs::config::get_users,
    ),
    command(
        "config rename-context",
        &["rename"],
        "config rename-context CONTEXT_NAME NEW_NAME [options]",
        "Rename a context from the kubeconfig file",
        "",
        verbs::config::rename_context,
    ),
    command(
        "config set",
        &[],
        "config set PROPERTY_NAME PROPERTY_VALUE [options]",
        "Set an individual value in a kubeconfig file",
        "set-raw-bytes:bool",
        verbs::config::set,
    ),
    command(
        "config set-cluster",
        &[],
        "config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]",
        "Set a cluster entry in kubeconfig",
        "certificate-authority:text embed-certs:bool insecure-skip-tls-verify:bool proxy-url:text server:text tls-server-name:text",
        verbs::config::set_cluster,
    ),
    command(
        "config set-context",
        &[],
        "config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]",
        "Set a context entry in kubeconfig",
        "cluster:text current:bool namespace,n:text user:text",
        verbs::config::set_context,
    ),
    command(
        "config set-credentials",
        &[],
        "config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [options]",
        "Set a user entry in kubeconfig",
        "client-certificate:text client-key:text embed-certs:bool password:text token:text username:text",
        verbs::config::set_credentials,
    ),
    command(
        "config unset",
        &[],
        "config unset PROPERTY_NAME [options]",
        "Unset an individual value in a kubeconfig file",
        "",
        verbs::config::unset,
    ),
    command(
        "config use-context",
        &["use"],
        "config use-context CONTEXT_NAME [options]",
        "Set the current-context in a kubeconfig file",
        "",
        verbs::config::use_context,
    ),
    command(
        "config view",
        &[],
        "config view [flags] [options]",
        "Display merged kubeconfig settings or a specified kubeconfig file",
        concat!(printing!(), "flatten:bool merge:bool minify:bool raw:bool"),
        verbs::config::view,
    ),
    command("options", &[], "options", "Print the flags that every command takes", "", verbs::options),
    command("help", &[], "help [command]", "Help about any command", "", verbs::help),
];

/// Long descriptions where the real ones were recorded as part of an answer.
static LONG: &[(&str, &str)] = &[
    (
        "rollout",
        "Manage the rollout of one or many resources.\n        \n Valid resource types include:\n\n  *  deployments\n  *  daemonsets\n  *  statefulsets\n\nExamples:\n  # Rollback to the previous deployment\n  kubectl rollout undo deployment/abc\n  \n  # Check the rollout status of a daemonset\n  kubectl rollout status daemonset/foo\n  \n  # Restart a deployment\n  kubectl rollout restart deployment/abc\n  \n  # Restart deployments with the 'app=nginx' label\n  kubectl rollout restart deployment --selector=app=nginx",
    ),
    (
        "set",
        "Configure application resources.\n\n These commands help you make changes to existing application resources.",
    ),
    (
        "top",
        "Display resource (CPU/memory) usage.\n\n This command provides a view of recent resource consumption for nodes and pods. It fetches metrics from the Metrics Server, which aggregates this data from the kubelet on each node. The Metrics Server must be installed and running in the cluster for this command to work.\n\n The metrics shown are specifically optimized for Kubernetes autoscaling decisions, such as those made by the Horizontal Pod Autoscaler (HPA) and Vertical Pod Autoscaler (VPA). Because of this, the values may not match those from standard OS tools like 'top', as the metrics are designed to provide a stable signal for autoscalers rather than for pinpoint accuracy.\n\n FAQ for Metrics Server: https://github.com/kubernetes-sigs/metrics-server/blob/master/FAQ.md\n\n When to use this command:\n\n  *  For on-the-fly spot-checks of resource usage (e.g. identify which pods are consuming the most resources at a glance, or get a quick sense of the load on your nodes)\n  *  Understand current resource consumption patterns\n  *  Validate the behavior of your HPA or VPA configurations by seeing the metrics they use for scaling decisions.\n\n It is not intended to be a replacement for full-featured monitoring solutions. Its primary design goal is to provide a low-overhead signal for autoscalers, not to be a perfectly accurate monitoring tool. For high-accuracy reporting, historical analysis, dashboarding, or alerting, you should use a dedicated monitoring solution.",
    ),
    (
        "config set-context",
        "Set a context entry in kubeconfig.\n\n Specifying a name that already exists will merge new fields on top of existing values for those fields.\n\nExamples:\n  # Set the user field on the gce context entry without touching other values\n  kubectl config set-context gce --user=cluster-admin",
    ),
    (
        "config set",
        "Set an individual value in a kubeconfig file.\n\n PROPERTY_NAME is a dot delimited name where each token represents either an attribute name or a map key.  Map keys may not contain dots.\n\n PROPERTY_VALUE is the new value you want to set. Binary fields such as 'certificate-authority-data' expect a base64 encoded string unless the --set-raw-bytes flag is used.\n\n Specifying an attribute name that already exists will merge new fields on top of existing values.\n\nExamples:\n  # Set the server field on the my-cluster cluster to https://1.2.3.4\n  kubectl config set clusters.my-cluster.server https://1.2.3.4\n  \n  # Set the certificate-authority-data field on the my-cluster cluster\n  kubectl config set clusters.my-cluster.certificate-authority-data $(echo \"cert_data_here\" | base64 -i -)\n  \n  # Set the cluster field in the my-context context to my-cluster\n  kubectl config set contexts.my-context.cluster my-cluster\n  \n  # Set the client-key-data field in the cluster-admin user using --set-raw-bytes option\n  kubectl config set users.cluster-admin.client-key-data cert_data_here --set-raw-bytes=true",
    ),
    (
        "config set-cluster",
        "Set a cluster entry in kubeconfig.\n\n Specifying a name that already exists will merge new fields on top of existing values for those fields.\n\nExamples:\n  # Set only the server field on the e2e cluster entry without touching other values\n  kubectl config set-cluster e2e --server=https://1.2.3.4\n  \n  # Embed certificate authority data for the e2e cluster entry\n  kubectl config set-cluster e2e --embed-certs --certificate-authority=~/.kube/e2e/kubernetes.ca.crt\n  \n  # Disable cert checking for the e2e cluster entry\n  kubectl config set-cluster e2e --insecure-skip-tls-verify=true\n  \n  # Set the custom TLS server name to use for validation for the e2e cluster entry\n  kubectl config set-cluster e2e --tls-server-name=my-cluster-name\n  \n  # Set the proxy URL for the e2e cluster entry\n  kubectl config set-cluster e2e --proxy-url=https://1.2.3.4",
    ),
];
