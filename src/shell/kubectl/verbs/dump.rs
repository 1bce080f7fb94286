//! `kubectl cluster-info dump`: what there is to know of the nodes and some namespaces, as JSON, and the logs.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::{items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer::Printer;
use crate::shell::kubectl::selector::Filter;

/// The kinds of a namespace that are shown, in order.
const KINDS: [Kind; 7] = [
    Kind::Event,
    Kind::ReplicationController,
    Kind::Service,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::Pod,
];

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    if call.flags.given("output-directory") {
        return Err("the playground dumps to standard output only: send it to a file with >".into());
    }
    let printer = match call.flags.text("output") {
        "json" => Printer::Json,
        "yaml" => Printer::Yaml,
        other => return Err(format!("the playground dumps as json or yaml, not as {other}").into()),
    };
    let mut namespaces = call.flags.list("namespaces");
    if call.flags.on("all-namespaces") {
        let all = call.list(Kind::Namespace, None, &Filter::default())?;
        namespaces = all.iter().map(|namespace| namespace.meta.name.to_string()).collect();
    } else if namespaces.is_empty() {
        namespaces = vec!["kube-system".into(), call.namespace()];
    }
    list(call, &printer, Kind::Node, None)?;
    for namespace in &namespaces {
        for kind in KINDS {
            list(call, &printer, kind, Some(namespace))?;
        }
    }
    for namespace in &namespaces {
        logs(call, namespace)?;
    }
    OK
}

fn list(
    call: &mut Call<'_, '_>,
    printer: &Printer,
    kind: Kind,
    namespace: Option<&str>,
) -> Result<(), Failure> {
    let found = call.list(kind, namespace, &Filter::default())?;
    let docs: Vec<Value> = found.iter().map(|object| object.doc().clone()).collect();
    let resource = kind.resource();
    let version = match resource.group {
        "" => resource.version.to_owned(),
        group => format!("{group}/{}", resource.version),
    };
    let version_of_list = found.iter().map(|object| text(&object.doc()["metadata"]["resourceVersion"])).max();
    let list = json!({
        "kind": format!("{}List", resource.name),
        "apiVersion": version,
        "metadata": {"resourceVersion": version_of_list.unwrap_or("")},
        "items": docs,
    });
    let shown = printer.print(&list)?;
    call.print(&shown);
    Ok(())
}

fn logs(call: &mut Call<'_, '_>, namespace: &str) -> Result<(), Failure> {
    for pod in call.list(Kind::Pod, Some(namespace), &Filter::default())? {
        for container in items(&pod.doc()["spec"]["containers"]) {
            let (container, name) = (text(&container["name"]), &pod.meta.name);
            call.say(format!("==== START logs for container {container} of pod {namespace}/{name} ===="));
            let lines: Vec<String> = call
                .ctx
                .cluster
                .logs(&pod.key(), container, false)
                .map(|lines| lines.iter().map(|line| line.text.clone()).collect())
                .unwrap_or_default();
            lines.iter().for_each(|line| call.say(line));
            call.say(format!("==== END logs for container {container} of pod {namespace}/{name} ===="));
        }
    }
    Ok(())
}
