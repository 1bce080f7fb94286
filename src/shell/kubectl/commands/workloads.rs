//! Commands for workloads: making, exposing, scaling, rolling out, setting.

use super::{Command, command, parent};
use crate::shell::kubectl::verbs;

pub(super) static TABLE: &[Command] = &[
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
             session-affinity:text load-balancer-ip:text cluster-ip:text external-ip:text \
             override-type:text=merge overrides:text save-config:bool field-manager:text"
        ),
        verbs::expose::run,
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
        verbs::autoscale::run,
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
];
