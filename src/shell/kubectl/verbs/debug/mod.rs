//! `kubectl debug`: a container beside those of a pod, a changed copy of a pod, or a pod in the host's network of
//! a node.

mod copy;
mod profile;

use crate::api::{Kind, Object, Value, json};
use crate::apiserver::patch::{self, Patch};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::reference::is_reference;
use crate::shell::kubectl::resources::tuple;
use crate::shell::kubectl::verbs::generate::letters;
use crate::shell::kubectl::verbs::{exec, run};
use profile::{Profile, Style};

/// What a line asks for.
struct Wish {
    image: String,
    command: Vec<String>,
    profile: Profile,
    /// A partial container that has the last word.
    custom: Option<Value>,
    attach: bool,
}

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let wish = wish(call)?;
    let args = call.args();
    let targets = match call.flags.dash {
        Some(dash) => args[..dash].to_vec(),
        None => args,
    };
    check(call, &wish, targets.is_empty() && !call.flags.given("filename"))?;
    if call.flags.text("profile") == "legacy" {
        call.ctx.complain("--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example \"--profile=general\".");
    }
    let mut last = OK;
    for (kind, name) in named(call, targets)? {
        let namespace = call.scope(kind);
        let object = call.find(kind, &namespace, &name)?;
        last = match kind {
            Kind::Node => node(call, &name, &wish),
            Kind::Pod if call.flags.text("copy-to").is_empty() => beside(call, &object, &wish),
            Kind::Pod => copy::make(call, &object, &wish),
            other => {
                let what = format!("{}, Kind={}", other.resource().api_version(), other.resource().name);
                Err(format!("{} not supported by debug", go::quote(&what)).into())
            }
        };
        if last.is_err() {
            break;
        }
    }
    last
}

fn wish(call: &mut Call<'_, '_>) -> Result<Wish, Failure> {
    let profile = Profile::named(call.flags.text("profile"))?;
    let custom = match call.flags.text("custom").to_owned().as_str() {
        "" => None,
        path => {
            let source = call.ctx.read(path).map_err(|_| {
                format!("must pass a container spec json file for custom profile: open {path}: no such file or directory")
            })?;
            let container = crate::shell::kubectl::manifests::one(&source).filter(Value::is_object);
            Some(container.ok_or_else(|| format!("{path} does not contain a valid container spec"))?)
        }
    };
    let command = call.flags.dash.map_or(Vec::new(), |dash| call.flags.args[dash..].to_vec());
    let attach = call.flags.on("attach") || (call.flags.on("stdin") && !call.flags.given("attach"));
    Ok(Wish { image: call.flags.text("image").to_owned(), command, profile, custom, attach })
}

/// What is wrong with a line, before anything is asked of the server.
fn check(call: &mut Call<'_, '_>, wish: &Wish, nothing_named: bool) -> Result<(), Failure> {
    let (image, container) = (wish.image.as_str(), call.flags.text("container"));
    let (sets_images, copies) = (call.flags.given("set-image"), !call.flags.text("copy-to").is_empty());
    let policy = call.flags.text("image-pull-policy");
    let target = call.flags.text("target").to_owned();
    let why = if call.flags.on("attach") && image.is_empty() && container.is_empty() {
        "you must specify --container or create a new container using --image in order to attach."
    } else if copies && image.is_empty() && !sets_images && wish.command.is_empty() {
        "you must specify --image, --set-image or command arguments."
    } else if copies && !wish.command.is_empty() && container.is_empty() && image.is_empty() {
        "you must specify an existing container or a new image when specifying args."
    } else if !copies && call.flags.on("replace") {
        "--replace may only be used with --copy-to."
    } else if !copies && call.flags.on("same-node") {
        "--same-node may only be used with --copy-to."
    } else if !copies && sets_images {
        "--set-image may only be used with --copy-to."
    } else if !copies && image.is_empty() {
        "you must specify --image when not using --copy-to."
    } else if !image.is_empty() && !is_reference(image) {
        return Err(format!("invalid image name {}: invalid reference format", go::quote(image)).into());
    } else if nothing_named {
        "NAME or filename is required for debug"
    } else if !["", "Always", "IfNotPresent", "Never"].contains(&policy) {
        return Err(format!("invalid image pull policy: {policy}").into());
    } else if copies && !target.is_empty() {
        "--target is incompatible with --copy-to. Use --share-processes instead."
    } else {
        if !target.is_empty() && !call.flags.on("quiet") {
            call.say(format!("Targeting container {}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.", go::quote(&target)));
        }
        if call.flags.on("tty") && !call.flags.on("stdin") {
            return Err("-i/--stdin is required for containers with -t/--tty=true".into());
        }
        let fixed = ["name", "command", "image", "lifecycle", "volumeDevices"];
        if wish.custom.as_ref().is_some_and(|custom| fixed.iter().any(|field| !custom[*field].is_null())) {
            return Err(
                "name, command, image, lifecycle and volume devices are not modifiable via custom profile"
                    .into(),
            );
        }
        return Ok(());
    };
    Err(why.into())
}

/// What the arguments or the files of a line name; a word alone is a pod.
fn named(call: &mut Call<'_, '_>, targets: Vec<String>) -> Result<Vec<(Kind, String)>, Failure> {
    if targets.is_empty() {
        let query = crate::shell::kubectl::resources::query(call, targets);
        let selection = crate::shell::kubectl::resources::resolve(call, &query)?;
        Failure::all(selection.failures)?;
        return Ok(selection.found.into_iter().map(|found| (found.kind, found.name)).collect());
    }
    let kind_and_name = |target: String| match target.contains('/') {
        true => {
            let (kind, name) = tuple(&target)?;
            Ok((call.kind(&kind)?, name))
        }
        false => Ok((Kind::Pod, target)),
    };
    targets.into_iter().map(kind_and_name).collect()
}

/// The new container: what its flags say of it.
fn container(call: &Call<'_, '_>, wish: &Wish, name: &str) -> Value {
    let mut container = json!({"name": name, "terminationMessagePolicy": "File"});
    dress(call, wish, &mut container);
    container
}

/// Gives a container what the flags say.
fn dress(call: &Call<'_, '_>, wish: &Wish, container: &mut Value) {
    if !wish.command.is_empty() {
        let only_arguments = call.flags.on("arguments-only");
        put(container, &[if only_arguments { "args" } else { "command" }], wish.command.clone());
        if let Some(container) = container.as_object_mut().filter(|_| !only_arguments) {
            container.remove("args");
        }
    }
    let variables = call.flags.list("env");
    let pairs = variables.iter().flat_map(|list| list.split(',')).filter_map(|pair| pair.split_once('='));
    let env: Vec<Value> = pairs.map(|(name, value)| json!({"name": name, "value": value})).collect();
    if !env.is_empty() {
        put(container, &["env"], env);
    }
    for (field, value) in
        [("image", wish.image.as_str()), ("imagePullPolicy", call.flags.text("image-pull-policy"))]
    {
        if !value.is_empty() {
            put(container, &[field], value);
        }
    }
    for flag in ["stdin", "tty"] {
        if call.flags.on(flag) {
            put(container, &[flag], true);
        }
    }
}

/// Lets `--custom` have the last word about a container of a pod.
fn customize(pod: &mut Value, list: &str, name: &str, wish: &Wish) -> Result<(), Failure> {
    let Some(mut custom) = wish.custom.clone() else { return Ok(()) };
    put(&mut custom, &["name"], name);
    let change = Patch::Strategic(json!({"spec": {list: [custom]}}));
    *pod = patch::apply(Kind::Pod, pod, &change).map_err(|error| Failure::Message(error.0))?.0;
    Ok(())
}

/// The name of the new container; one is made up where `--container` gives none.
fn container_name(call: &mut Call<'_, '_>, pod: &Value) -> String {
    let given = call.flags.text("container");
    if !given.is_empty() {
        return given.to_owned();
    }
    let count = items(&pod["spec"]["ephemeralContainers"]).len();
    let seed = format!("{} {count} {}", text(&pod["metadata"]["uid"]), call.now().unix());
    let name = format!("debugger-{}", letters(&seed));
    if !call.flags.on("quiet") {
        call.say(format!("Defaulting debug container name to {name}."));
    }
    name
}

fn warn_of_user(call: &mut Call<'_, '_>, pod: &Value, container: &Value) {
    let security = &container["securityContext"];
    let root = |context: &Value| context["runAsUser"] == 0;
    let wide = security["privileged"] == true || !items(&security["capabilities"]["add"]).is_empty();
    let pod = &pod["spec"]["securityContext"];
    if pod["runAsUser"].is_number() && !root(pod) && !root(security) && wide {
        call.ctx.complain("Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using \"--custom\" with a custom profile that specifies \"securityContext.runAsUser: 0\".");
    }
}

/// A container beside those that a pod has.
fn beside(call: &mut Call<'_, '_>, pod: &Object, wish: &Wish) -> Outcome {
    let name = container_name(call, pod.doc());
    let mut ephemeral = container(call, wish, &name);
    let target = call.flags.text("target").to_owned();
    if !target.is_empty() {
        put(&mut ephemeral, &["targetContainerName"], target);
    }
    wish.profile.dress(&mut ephemeral, Style::Ephemeral);
    let mut only = json!({"spec": {"ephemeralContainers": [ephemeral]}});
    customize(&mut only, "ephemeralContainers", &name, wish)?;
    let mut ephemeral = only["spec"]["ephemeralContainers"][0].take();
    warn_of_user(call, pod.doc(), &ephemeral);
    if wish.attach
        && let Some(fields) = ephemeral.as_object_mut()
    {
        // Who attaches runs the command in it.
        fields.remove("command");
        fields.remove("args");
    }
    call.ctx.cluster.add_ephemeral_containers(&pod.key(), vec![ephemeral])?;
    if !wish.attach {
        return OK;
    }
    let command = if wish.command.is_empty() { vec!["sh".to_owned()] } else { wish.command.clone() };
    let (stdin, tty) = (call.flags.on("stdin"), call.flags.on("tty"));
    Ok(exec::attached(call, pod, name, command, stdin, tty))
}

/// A pod that shares the node's network, and is looked into.
fn node(call: &mut Call<'_, '_>, node: &str, wish: &Wish) -> Outcome {
    let name = match call.flags.text("container") {
        "" => "debugger".to_owned(),
        container => container.to_owned(),
    };
    let seed = format!("{node} {}", call.ctx.cluster.store().list_all(Kind::Pod).count());
    let pod_name = format!("node-debugger-{node}-{}", letters(&seed));
    let mut debugger = container(call, wish, &name);
    wish.profile.dress(&mut debugger, Style::Node);
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": pod_name, "namespace": call.namespace(),
            "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"},
        },
        "spec": {
            "containers": [debugger],
            "nodeName": node,
            "restartPolicy": "Never",
            "tolerations": [{"operator": "Exists"}],
        },
    });
    let mounts = wish.profile.open_node(&mut pod);
    customize(&mut pod, "containers", &name, wish)?;
    if !call.flags.on("quiet") {
        call.say(format!("Creating debugging pod {pod_name} with container {name} on node {node}."));
    }
    let object = call.create(Kind::Pod, pod, &DryRun::None.options())?;
    if mounts {
        call.ctx.complain(format!(
            "The playground keeps no files of nodes: /host is empty. 'ssh {node}' shows the node's rules and routes."
        ));
    }
    if !wish.attach {
        return OK;
    }
    Ok(run::attached(call, &object, name, wish.command.clone()))
}
