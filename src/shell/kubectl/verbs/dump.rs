//! `kubectl cluster-info dump`: what there is to know of the nodes and some namespaces, as JSON, and the logs.

use crate::api::{Kind, Value, json};
use crate::shell::files::absolute;
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::{items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer::Printer;
use crate::shell::kubectl::selector::Filter;

/// The kinds of a namespace that are shown, in order, and the files they are kept in.
const KINDS: [(Kind, &str); 7] = [
    (Kind::Event, "events"),
    (Kind::ReplicationController, "replication-controllers"),
    (Kind::Service, "services"),
    (Kind::DaemonSet, "daemonsets"),
    (Kind::Deployment, "deployments"),
    (Kind::ReplicaSet, "replicasets"),
    (Kind::Pod, "pods"),
];

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let (printer, extension) = match call.flags.text("output") {
        "json" => (Printer::Json, "json"),
        "yaml" => (Printer::Yaml, "yaml"),
        other => return Err(format!("the playground dumps as json or yaml, not as {other}").into()),
    };
    let mut namespaces = call.flags.list("namespaces");
    if call.flags.on("all-namespaces") {
        let all = call.list(Kind::Namespace, None, &Filter::default())?;
        namespaces = all.iter().map(|namespace| namespace.meta.name.to_string()).collect();
    } else if namespaces.is_empty() {
        namespaces = vec!["kube-system".into(), call.namespace()];
    }
    let nodes = list(call, &printer, Kind::Node, None)?;
    write(call, &format!("nodes.{extension}"), &nodes);
    for namespace in &namespaces {
        for (kind, file) in KINDS {
            let objects = list(call, &printer, kind, Some(namespace))?;
            write(call, &format!("{namespace}/{file}.{extension}"), &objects);
        }
        logs(call, namespace)?;
    }
    match call.flags.text("output-directory").to_owned().as_str() {
        "" | "-" => {}
        directory => call.say(format!("Cluster info dumped to {directory}")),
    }
    OK
}

/// Prints a part, or keeps it in its file below `--output-directory`.
fn write(call: &mut Call<'_, '_>, file: &str, text: &str) {
    match call.flags.text("output-directory").to_owned().as_str() {
        "" | "-" => call.print(text),
        directory => {
            let path = absolute(call.ctx.cwd, &format!("{directory}/{file}"));
            call.ctx.files().place(&path, text.to_owned());
        }
    }
}

fn list(
    call: &mut Call<'_, '_>,
    printer: &Printer,
    kind: Kind,
    namespace: Option<&str>,
) -> Result<String, Failure> {
    let found = call.list(kind, namespace, &Filter::default())?;
    let docs: Vec<Value> = found.iter().map(|object| object.doc().clone()).collect();
    let resource = kind.resource();
    let version_of_list = found.iter().map(|object| text(&object.doc()["metadata"]["resourceVersion"])).max();
    let list = json!({
        "kind": format!("{}List", resource.name),
        "apiVersion": resource.api_version(),
        "metadata": {"resourceVersion": version_of_list.unwrap_or("")},
        "items": docs,
    });
    printer.print(&list)
}

fn logs(call: &mut Call<'_, '_>, namespace: &str) -> Result<(), Failure> {
    for pod in call.list(Kind::Pod, Some(namespace), &Filter::default())? {
        let (name, mut all) = (&pod.meta.name, String::new());
        let spec = &pod.doc()["spec"];
        for container in items(&spec["initContainers"]).iter().chain(items(&spec["containers"])) {
            let container = text(&container["name"]);
            all.push_str(&format!(
                "==== START logs for container {container} of pod {namespace}/{name} ====\n"
            ));
            let lines = call.ctx.cluster.logs(&pod.key(), container, false);
            for line in lines.iter().copied().flatten() {
                all.push_str(&line.text);
                all.push('\n');
            }
            all.push_str(&format!(
                "==== END logs for container {container} of pod {namespace}/{name} ====\n"
            ));
        }
        write(call, &format!("{namespace}/{name}/logs.txt"), &all);
    }
    Ok(())
}
