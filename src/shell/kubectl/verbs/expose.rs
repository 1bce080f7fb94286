//! `kubectl expose`: a Service for the pods of something that is there.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{entries, int, items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::printers;
use crate::shell::kubectl::resources::{self, Found};

/// `expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=…] …`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    // Here --selector is the Service's, not a filter.
    let query = resources::Query { filter: Default::default(), ..resources::query(call, call.args()) };
    let selection = resources::resolve(call, &query)?;
    Failure::all(selection.failures)?;
    for found in selection.found {
        let doc = service(call, &found)?;
        let name = text(&doc["metadata"]["name"]).to_owned();
        let made = match dry {
            DryRun::Client => doc,
            _ => call.create(Kind::Service, doc, &dry.options())?.doc().clone(),
        };
        match printer::chosen(call)? {
            Some(printer) => printer::print_each(call, &printer, &[made])?,
            None => call.say(format!(
                "{} exposed{}",
                printers::qualified_name(Kind::Service, &name),
                dry.suffix()
            )),
        }
    }
    OK
}

/// A container's port and its protocol.
type Port = (i64, String);

fn ports_of(containers: &Value) -> Vec<Port> {
    let ports = items(containers).iter().flat_map(|container| items(&container["ports"]));
    let protocol = |port: &Value| match text(&port["protocol"]) {
        "" => "TCP".to_owned(),
        protocol => protocol.to_owned(),
    };
    ports.map(|port| (int(&port["containerPort"]), protocol(port))).collect()
}

fn service(call: &Call<'_, '_>, found: &Found) -> Result<Value, Failure> {
    let spec = &found.doc["spec"];
    let (selector, ports) = match found.kind {
        Kind::Pod => (found.doc["metadata"]["labels"].clone(), ports_of(&spec["containers"])),
        Kind::Service => {
            let ports = items(&spec["ports"]).iter();
            let ports = ports.map(|port| (int(&port["port"]), text(&port["protocol"]).to_owned()));
            (spec["selector"].clone(), ports.collect())
        }
        Kind::Deployment | Kind::ReplicaSet => {
            (spec["selector"]["matchLabels"].clone(), ports_of(&spec["template"]["spec"]["containers"]))
        }
        Kind::ReplicationController => {
            (spec["selector"].clone(), ports_of(&spec["template"]["spec"]["containers"]))
        }
        other => return Err(Failure::Message(format!("cannot expose a {}", other.resource().name))),
    };
    let selector = match call.flags.text("selector") {
        "" => selector,
        given => pairs(given, "selector")?,
    };
    if entries(&selector).next().is_none() {
        let why = match found.kind {
            Kind::Pod => "the pod has no labels and cannot be exposed",
            _ => "the object has no selector and cannot be exposed",
        };
        let message = format!("couldn't retrieve selectors via --selector flag or introspection: {why}");
        return Err(Failure::Message(message));
    }
    let ports = match call.flags.given("port") {
        true => call
            .flags
            .text("port")
            .split(',')
            .map(|port| (port.trim().parse().unwrap_or(0), "TCP".to_owned()))
            .collect(),
        false if ports.is_empty() => {
            return Err("couldn't find port via --port flag or introspection".into());
        }
        false => ports,
    };
    let headless = call.flags.text("cluster-ip") == "None";
    let several = ports.len() > 1;
    let ports: Vec<Value> = ports
        .into_iter()
        .enumerate()
        .map(|(index, (port, protocol))| {
            let protocol = match call.flags.text("protocol") {
                "" => protocol,
                given => given.to_owned(),
            };
            let target = match call.flags.text("target-port") {
                "" => Value::from(port),
                given => given.parse::<i64>().map_or_else(|_| given.into(), Value::from),
            };
            let mut doc = json!({"port": port, "protocol": protocol, "targetPort": target});
            if several {
                doc["name"] = format!("port-{}", index + 1).into();
            }
            doc
        })
        .collect();
    let name = match call.flags.text("name") {
        "" => found.name.clone(),
        name => name.to_owned(),
    };
    let labels = match call.flags.text("labels") {
        "" => found.doc["metadata"]["labels"].clone(),
        given => pairs(given, "labels")?,
    };
    let mut doc = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": ports, "selector": selector},
        "status": {"loadBalancer": {}},
    });
    if entries(&labels).next().is_some() {
        doc["metadata"]["labels"] = labels;
    }
    if call.flags.text("dry-run") != "client" || call.namespace_given() {
        doc["metadata"]["namespace"] = call.namespace().into();
    }
    for (flag, key) in [
        ("type", "type"),
        ("session-affinity", "sessionAffinity"),
        ("load-balancer-ip", "loadBalancerIP"),
        ("cluster-ip", "clusterIP"),
    ] {
        if !call.flags.text(flag).is_empty() {
            doc["spec"][key] = call.flags.text(flag).into();
        }
    }
    if headless {
        doc["spec"]["clusterIP"] = "None".into();
    }
    if !call.flags.text("external-ip").is_empty() {
        doc["spec"]["externalIPs"] = json!([call.flags.text("external-ip")]);
    }
    Ok(doc)
}

/// `a=b,c=d` as a map.
fn pairs(text: &str, what: &str) -> Result<Value, Failure> {
    let mut map = json!({});
    for pair in text.split(',') {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Failure::Message(format!("unexpected {what} spec: {pair}")));
        };
        map[key] = value.into();
    }
    Ok(map)
}
