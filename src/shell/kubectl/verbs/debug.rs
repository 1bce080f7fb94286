//! `kubectl debug`: a container beside those of a pod, or a pod in the host's network of a node.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{items, put};
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::verbs::generate::letters;

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let (image, copy) = (call.flags.text("image").to_owned(), call.flags.text("copy-to").to_owned());
    let args = call.args();
    if image.is_empty() && copy.is_empty() {
        return Err("you must specify --image when not using --copy-to.".into());
    }
    let Some(target) = args.first().filter(|_| call.flags.dash != Some(0)) else {
        return Err("NAME or TYPE/NAME is required for debug".into());
    };
    let command: Vec<String> = call.flags.dash.map_or(Vec::new(), |dash| args[dash..].to_vec());
    if let Some((kind, name)) = target.split_once('/')
        && call.kind(kind)? == Kind::Node
    {
        return node(call, name, &image, command);
    }
    if !copy.is_empty() {
        return Err("the playground does not copy pods for debugging: leave --copy-to out to add a container to the pod itself".into());
    }
    let name = target.split('/').next_back().unwrap_or(target).to_owned();
    let namespace = call.namespace();
    let pod = call.find(Kind::Pod, &namespace, &name)?;
    let wanted = call.flags.text("target").to_owned();
    if !wanted.is_empty() {
        call.say(format!("Targeting container {}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.", go::quote(&wanted)));
    }
    let container = match call.flags.text("container") {
        "" => {
            let debuggers = items(&pod.doc()["spec"]["ephemeralContainers"]).len();
            let name = format!("debugger-{}", ["bcdfg", "hjklm", "npqrs", "tvwxz"][debuggers % 4]);
            call.ctx.complain(format!("Defaulting debug container name to {name}."));
            name
        }
        name => name.to_owned(),
    };
    let attaches = call.flags.on("stdin") || call.flags.on("attach");
    let mut ephemeral = json!({"name": container, "image": image, "terminationMessagePolicy": "File"});
    if !command.is_empty() && !attaches {
        ephemeral["command"] = command.clone().into();
    }
    if !wanted.is_empty() {
        ephemeral["targetContainerName"] = wanted.into();
    }
    call.ctx.cluster.add_ephemeral_containers(&pod.key(), vec![ephemeral])?;
    if !attaches {
        return OK;
    }
    let command = if command.is_empty() { vec!["sh".to_owned()] } else { command };
    let (stdin, tty) = (call.flags.on("stdin"), call.flags.on("tty"));
    Ok(super::exec::attached(call, &pod, container, command, stdin, tty))
}

/// A pod that shares the node's network, and is looked into.
fn node(call: &mut Call<'_, '_>, name: &str, image: &str, command: Vec<String>) -> Outcome {
    call.find(Kind::Node, "", name)?;
    let (stdin, tty) = (call.flags.on("stdin"), call.flags.on("tty"));
    let container = match call.flags.text("container") {
        "" => "debugger".to_owned(),
        container => container.to_owned(),
    };
    let seed = format!("{name} {}", call.ctx.cluster.store().list_all(Kind::Pod).count());
    let pod_name = format!("node-debugger-{name}-{}", letters(&seed));
    let mut debugger = json!({
        "name": container, "image": image, "stdin": stdin, "tty": tty, "terminationMessagePolicy": "File",
        "volumeMounts": [{"mountPath": "/host", "name": "host-root"}],
    });
    if !command.is_empty() {
        put(&mut debugger, &["command"], Value::from(command.clone()));
    }
    let namespace = call.namespace();
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod_name, "namespace": namespace},
        "spec": {
            "containers": [debugger],
            "hostIPC": true, "hostNetwork": true, "hostPID": true,
            "nodeName": name,
            "restartPolicy": "Never",
            "tolerations": [{"operator": "Exists"}],
            "volumes": [{"name": "host-root", "hostPath": {"path": "/"}}],
        },
    });
    let object = call.create(Kind::Pod, pod, &DryRun::None.options())?;
    if !call.flags.on("quiet") {
        call.say(format!("Creating debugging pod {pod_name} with container {container} on node {name}."));
    }
    call.ctx.complain(format!(
        "The playground keeps no files of nodes: /host is empty. 'ssh {name}' shows the node's rules and routes."
    ));
    if !stdin && !call.flags.on("attach") {
        return OK;
    }
    Ok(super::run::attached(call, &object, container, command))
}
