//! `kubectl expose`: a Service for the pods of something that is there.

use super::apply::remember;
use super::overrides::overridden;
use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{entries, int, items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::flags::number_error;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::printers;
use crate::shell::kubectl::resources::{self, Found};

const NO_SELECTOR: &str = "couldn't retrieve selectors via --selector flag or introspection";

/// `expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=…] …`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    // Here --selector is the Service's, not a filter.
    let query = resources::Query { filter: Default::default(), ..resources::query(call, call.args()) };
    let selection = resources::resolve(call, &query)?;
    let mut failures = Vec::new();
    for found in &selection.found {
        if let Err(failure) = one(call, found, dry) {
            failures.push(failure);
        }
    }
    failures.extend(selection.failures);
    Failure::all(failures)?;
    OK
}

fn one(call: &mut Call<'_, '_>, found: &Found, dry: DryRun) -> Result<(), Failure> {
    let service = service(call, found)?;
    let mut doc = overridden(call, Kind::Service, service)?;
    let name = text(&doc["metadata"]["name"]).to_owned();
    let made = match dry {
        DryRun::Client => doc,
        _ => {
            if call.flags.on("save-config") {
                remember(&mut doc);
            }
            call.create(Kind::Service, doc, &dry.options())?.doc().clone()
        }
    };
    match printer::chosen(call)? {
        Some(printer) => printer::print_each(call, &printer, &[made])?,
        None => {
            call.say(format!("{} exposed{}", printers::qualified_name(Kind::Service, &name), dry.suffix()));
        }
    }
    Ok(())
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
        other => {
            let resource = other.resource();
            let group = resource.group.is_empty();
            let kind = if group { String::new() } else { format!(".{}", resource.group) };
            return Err(Failure::Message(format!("cannot expose a {}{kind}", resource.name)));
        }
    };
    let selector = match call.flags.text("selector") {
        "" => selector,
        given => pairs(given)?,
    };
    if entries(&selector).next().is_none() {
        let why = match found.kind {
            Kind::Pod => "the pod has no labels and cannot be exposed",
            Kind::Deployment => "invalid deployment: no selectors, therefore cannot be exposed",
            Kind::ReplicaSet => "invalid replicaset: no selectors, therefore cannot be exposed",
            _ => "the service has no pod selector set",
        };
        return Err(Failure::Message(format!("{NO_SELECTOR}: {why}")));
    }
    let expressions = items(&spec["selector"]["matchExpressions"]);
    if !call.flags.given("selector") && !expressions.is_empty() {
        // As Go prints the requirements themselves.
        let printed = expressions.iter().map(|requirement| {
            let values = items(&requirement["values"]).iter().map(text).collect::<Vec<_>>().join(" ");
            let (key, operator) = (text(&requirement["key"]), text(&requirement["operator"]));
            format!("{{Key:{key} Operator:{operator} Values:[{values}]}}")
        });
        let printed = printed.collect::<Vec<_>>().join(" ");
        return Err(Failure::Message(format!(
            "{NO_SELECTOR}: couldn't convert expressions - \"[{printed}]\" to map-based selector format"
        )));
    }
    let headless = call.flags.text("cluster-ip") == "None";
    let wanted = match call.flags.text("port") {
        "" => ports.iter().map(|(port, _)| port.to_string()).collect::<Vec<_>>().join(","),
        given => given.to_owned(),
    };
    if wanted.is_empty() && !headless {
        return Err("couldn't find port via --port flag or introspection".into());
    }
    let ports = service_ports(call, &wanted, &ports)?;
    let name = match call.flags.text("name") {
        "" => found.name.clone(),
        name => name.to_owned(),
    };
    let labels = match call.flags.text("labels") {
        "" => found.doc["metadata"]["labels"].clone(),
        given => pairs(given)?,
    };
    let mut doc = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": selector},
        "status": {"loadBalancer": {}},
    });
    if !ports.is_empty() {
        doc["spec"]["ports"] = ports.into();
    }
    if entries(&labels).next().is_some() {
        doc["metadata"]["labels"] = labels;
    }
    if call.flags.text("dry-run") != "client" || call.namespace_given() {
        doc["metadata"]["namespace"] = call.namespace().into();
    }
    for (flag, key) in
        [("type", "type"), ("session-affinity", "sessionAffinity"), ("cluster-ip", "clusterIP")]
    {
        if flag == "session-affinity" && !["", "None", "ClientIP"].contains(&call.flags.text(flag)) {
            return Err(Failure::Message(format!("unknown session affinity: {}", call.flags.text(flag))));
        }
        if !call.flags.text(flag).is_empty() {
            doc["spec"][key] = call.flags.text(flag).into();
        }
    }
    if call.flags.text("type") == "LoadBalancer" && call.flags.given("load-balancer-ip") {
        doc["spec"]["loadBalancerIP"] = call.flags.text("load-balancer-ip").into();
    }
    if !call.flags.text("external-ip").is_empty() {
        doc["spec"]["externalIPs"] = json!([call.flags.text("external-ip")]);
    }
    Ok(doc)
}

/// The ports of the Service: each with the protocol asked for, or else those that the containers have for it.
fn service_ports(call: &Call<'_, '_>, wanted: &str, known: &[Port]) -> Result<Vec<Value>, Failure> {
    let mut words: Vec<&str> = wanted.split(',').filter(|_| !wanted.is_empty()).collect();
    let mut seen = std::collections::BTreeSet::new();
    words.retain(|word| seen.insert(*word));
    let mut ports = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let number: i64 = word.parse().map_err(|_| number_error("Atoi", word, "invalid syntax"))?;
        let target = match call.flags.text("target-port") {
            "" => Value::from(number),
            given => given.parse::<i64>().map_or_else(|_| given.into(), Value::from),
        };
        let mut port = json!({"port": number, "protocol": "TCP", "targetPort": target});
        if words.len() > 1 {
            port["name"] = format!("port-{}", index + 1).into();
        }
        let protocols: Vec<&String> =
            known.iter().filter(|(port, _)| *port == number).map(|(_, protocol)| protocol).collect();
        match (call.flags.text("protocol"), &protocols[..]) {
            ("", []) => ports.push(port),
            ("", [protocol]) => {
                port["protocol"] = protocol.as_str().into();
                ports.push(port);
            }
            ("", several) => ports.extend(several.iter().map(|protocol| {
                let name = format!("port-{}-{}", index + 1, protocol.to_lowercase());
                let mut port = port.clone();
                port["name"] = name.into();
                port["protocol"] = protocol.as_str().into();
                port
            })),
            (given, _) => {
                port["protocol"] = given.into();
                ports.push(port);
            }
        }
    }
    Ok(ports)
}

/// `a=b,c=d` as a map.
///
/// # Errors
/// When a part is none.
pub fn pairs(text: &str) -> Result<Value, Failure> {
    let mut map = json!({});
    for pair in text.split(',') {
        match pair.split('=').collect::<Vec<_>>()[..] {
            ["", _] => return Err("unexpected empty label key".into()),
            [key, value] => map[key] = value.into(),
            _ => return Err(Failure::Message(format!("unexpected label spec: {pair}"))),
        }
    }
    Ok(map)
}
