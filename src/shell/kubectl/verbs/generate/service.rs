//! Services from ports.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::flags::number_error;
use crate::shell::kubectl::verbs::create::{generate, one_name};

/// `kubectl create service clusterip`
pub fn cluster_ip(call: &mut Call<'_, '_>) -> Outcome {
    let ip = call.flags.text("clusterip").to_owned();
    service(call, "ClusterIP", ip != "None", |spec| {
        if !ip.is_empty() {
            put(spec, &["clusterIP"], ip.clone());
        }
    })
}

/// `kubectl create service nodeport`
pub fn node_port(call: &mut Call<'_, '_>) -> Outcome {
    service(call, "NodePort", true, |_| {})
}

/// `kubectl create service loadbalancer`
pub fn load_balancer(call: &mut Call<'_, '_>) -> Outcome {
    service(call, "LoadBalancer", true, |_| {})
}

/// `kubectl create service externalname`
pub fn external_name(call: &mut Call<'_, '_>) -> Outcome {
    let name = call.flags.text("external-name").to_owned();
    service(call, "ExternalName", false, |spec| put(spec, &["externalName"], name.clone()))
}

fn service(call: &mut Call<'_, '_>, kind: &str, needs_ports: bool, with: impl Fn(&mut Value)) -> Outcome {
    let name = one_name(call)?;
    let specs: Vec<String> = call.flags.list("tcp").into_iter().filter(|spec| !spec.is_empty()).collect();
    if needs_ports && specs.is_empty() {
        return Err("at least one tcp port specifier must be provided".into());
    }
    let mut ports = Vec::new();
    for spec in &specs {
        let mut port = port(spec)?;
        if call.flags.int("node-port") != 0 {
            put(&mut port, &["nodePort"], call.flags.int("node-port"));
        }
        ports.push(port);
    }
    let mut spec = json!({"selector": {"app": name}, "type": kind});
    if !ports.is_empty() {
        put(&mut spec, &["ports"], ports);
    }
    with(&mut spec);
    let doc = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": spec,
        "status": {"loadBalancer": {}},
    });
    generate(call, Kind::Service, doc, &format!("{kind} service"))
}

/// `80`, `80:8080` or `80:http`
fn port(spec: &str) -> Result<Value, Failure> {
    let mut parts = spec.split(':');
    let first = parts.next().unwrap_or("");
    let number = |text: &str| {
        text.parse::<u16>().map_err(|_| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            number_error("ParseUint", text, if digits { "value out of range" } else { "invalid syntax" })
        })
    };
    let port = number(first)?;
    let target: Value = match parts.next() {
        None => port.into(),
        Some(target) => match number(target) {
            Ok(number) => number.into(),
            Err(_) => {
                let name = target.len() <= 15
                    && target.bytes().any(|b| b.is_ascii_lowercase())
                    && target.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                    && !target.starts_with('-')
                    && !target.ends_with('-')
                    && !target.contains("--");
                if !name {
                    let why = if target.len() > 15 {
                        "must be no more than 15 characters"
                    } else if target.bytes().any(|b| b.is_ascii_alphabetic()) {
                        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
                    } else {
                        "must contain at least one letter (a-z)"
                    };
                    return Err(why.into());
                }
                target.into()
            }
        },
    };
    Ok(json!({"name": spec.replace(':', "-"), "port": port, "protocol": "TCP", "targetPort": target}))
}
