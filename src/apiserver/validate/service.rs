//! Validation of Services.

use super::addresses::{cluster_ips, fixed_lists, is_headless, non_special_ip, source_ranges};
use super::meta::{labels, object_meta, object_meta_update};
use super::names::{IMMUTABLE, ip, label, port_name, port_number, qualified, subdomain};
use crate::api::{Kind, Value, json};
use crate::apiserver::document::{at, has, int, items, text};
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::service_rest::{needs_external_policy, needs_health_check};
use std::collections::BTreeSet;

pub(super) const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const POLICIES: [&str; 2] = ["Cluster", "Local"];
const MOST_AFFINITY_SECONDS: i64 = 86_400;

pub(super) fn create(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::Service, &doc["metadata"]);
    spec(errors, doc);
}

pub(super) fn update(errors: &mut Errors, old: &Value, doc: &Value) {
    object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    let (before, after) = (&old["spec"], &doc["spec"]);
    fixed_lists(errors, before, after);
    class_update(errors, before, after);
    if needs_health_check(before)
        && needs_health_check(after)
        && before["healthCheckNodePort"] != after["healthCheckNodePort"]
    {
        errors.forbidden(&Path::root("spec").child("healthCheckNodePort"), IMMUTABLE);
    }
    create(errors, doc);
}

fn spec(errors: &mut Errors, doc: &Value) {
    let spec = &doc["spec"];
    let path = Path::root("spec");
    let kind = text(spec, "type");
    let headless = is_headless(spec);
    let ports = items(spec, "ports");
    if ports.is_empty() && !headless && kind != "ExternalName" {
        errors.required(&path.child("ports"), "");
    }
    match kind {
        "LoadBalancer" | "NodePort" if headless => {
            let detail = format!("may not be set to 'None' for {kind} services");
            errors.invalid(&path.child("clusterIPs").index(0), "None", detail);
        }
        "ExternalName" => external_name(errors, spec, &path),
        _ => {}
    }

    let ports_path = path.child("ports");
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        service_port(errors, port, ports.len() > 1, &mut names, &ports_path.index(index));
    }
    labels(errors, spec, "selector", &path);
    affinity(errors, spec, &path);
    cluster_ips(errors, spec, &path);

    let external = path.child("externalIPs");
    for (index, address) in items(spec, "externalIPs").iter().enumerate() {
        let address = address.as_str().unwrap_or_default();
        let problems = ip(address);
        if problems.is_empty() {
            non_special_ip(errors, address, &external.index(index));
        }
        for problem in problems {
            errors.invalid(&external.index(index), address, problem);
        }
    }
    if !TYPES.contains(&kind) {
        errors.not_supported(&path.child("type"), kind, &TYPES);
    }
    if kind == "ClusterIP" {
        for (index, port) in ports.iter().enumerate() {
            if int(port, "nodePort").unwrap_or(0) != 0 {
                let detail = "may not be used when `type` is 'ClusterIP'";
                errors.forbidden(&ports_path.index(index).child("nodePort"), detail);
            }
        }
    }
    unique_ports(errors, ports, &ports_path);
    source_ranges(errors, doc, &path);

    if has(spec, "allocateLoadBalancerNodePorts") && kind != "LoadBalancer" {
        let detail = "may only be used when `type` is 'LoadBalancer'";
        errors.forbidden(&path.child("allocateLoadBalancerNodePorts"), detail);
    }
    class_create(errors, spec, &path);
    traffic_policies(errors, spec, &path);
}

fn external_name(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        let set = !items(spec, field).is_empty() || !text(spec, field).is_empty();
        if set {
            errors.forbidden(&path.child(field), "may not be set for ExternalName services");
        }
    }
    let name = text(spec, "externalName");
    let name = name.strip_suffix('.').unwrap_or(name);
    let path = path.child("externalName");
    if name.is_empty() {
        return errors.required(&path, "");
    }
    for problem in subdomain(name) {
        errors.invalid(&path, name, problem);
    }
}

fn service_port<'a>(
    errors: &mut Errors,
    port: &'a Value,
    needs_name: bool,
    names: &mut BTreeSet<&'a str>,
    path: &Path<'_>,
) {
    let name = text(port, "name");
    if name.is_empty() {
        if needs_name {
            errors.required(&path.child("name"), "");
        }
    } else {
        for problem in label(name) {
            errors.invalid(&path.child("name"), name, problem);
        }
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
    }
    let number = int(port, "port").unwrap_or(0);
    for problem in port_number(number) {
        errors.invalid(&path.child("port"), number, problem);
    }
    let protocol = text(port, "protocol");
    if protocol.is_empty() {
        errors.required(&path.child("protocol"), "");
    } else if !PROTOCOLS.contains(&protocol) {
        errors.not_supported(&path.child("protocol"), protocol, &PROTOCOLS);
    }
    port_or_name(errors, &port["targetPort"], &path.child("targetPort"));
    if has(port, "appProtocol") {
        let application = text(port, "appProtocol");
        for problem in qualified(application) {
            errors.invalid(&path.child("appProtocol"), application, problem);
        }
    }
}

/// A port by number or by name.
pub(super) fn port_or_name(errors: &mut Errors, port: &Value, path: &Path<'_>) {
    match port {
        Value::String(name) => {
            for problem in port_name(name) {
                errors.invalid(path, name.as_str(), problem);
            }
        }
        other => {
            let number = other.as_i64().unwrap_or(0);
            for problem in port_number(number) {
                errors.invalid(path, number, problem);
            }
        }
    }
}

fn affinity(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let affinity = text(spec, "sessionAffinity");
    let kinds = ["ClientIP", "None"];
    if affinity.is_empty() {
        errors.required(&path.child("sessionAffinity"), "");
    } else if !kinds.contains(&affinity) {
        errors.not_supported(&path.child("sessionAffinity"), affinity, &kinds);
    }
    if affinity == "ClientIP" {
        let seconds = int(at(spec, &["sessionAffinityConfig", "clientIP"]), "timeoutSeconds").unwrap_or(0);
        if !(1..=MOST_AFFINITY_SECONDS).contains(&seconds) {
            let config = path.child("sessionAffinityConfig");
            let client = config.child("clientIP");
            let detail = format!("must be greater than 0 and less than {MOST_AFFINITY_SECONDS}");
            errors.invalid(&client.child("timeoutSeconds"), seconds, detail);
        }
    }
}

fn unique_ports(errors: &mut Errors, ports: &[Value], path: &Path<'_>) {
    let mut node_ports = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let number = int(port, "nodePort").unwrap_or(0);
        if number != 0 && !node_ports.insert((text(port, "protocol"), number)) {
            errors.duplicate(&path.index(index).child("nodePort"), number);
        }
    }
    let mut numbers = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let (protocol, number) = (text(port, "protocol"), int(port, "port").unwrap_or(0));
        if !numbers.insert((protocol, number)) {
            // The server shows its own type, whose fields have no JSON names.
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{number},\"TargetPort\":0,\"NodePort\":0}}",
                json!(protocol)
            );
            errors.duplicate(&path.index(index), crate::apiserver::field::Verbatim(shown));
        }
    }
}

fn class_create(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    if !has(spec, "loadBalancerClass") {
        return;
    }
    let class = text(spec, "loadBalancerClass");
    let path = path.child("loadBalancerClass");
    if text(spec, "type") != "LoadBalancer" {
        return errors.forbidden(&path, "may only be used when `type` is 'LoadBalancer'");
    }
    for problem in qualified(class) {
        errors.invalid(&path, class, problem);
    }
}

fn class_update(errors: &mut Errors, before: &Value, after: &Value) {
    let balancers = text(before, "type") == "LoadBalancer" && text(after, "type") == "LoadBalancer";
    if balancers && before["loadBalancerClass"] != after["loadBalancerClass"] {
        errors.invalid(
            &Path::root("spec").child("loadBalancerClass"),
            &after["loadBalancerClass"],
            "may not change once set",
        );
    }
}

fn traffic_policies(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let external = text(spec, "externalTrafficPolicy");
    let external_path = path.child("externalTrafficPolicy");
    if !needs_external_policy(spec) {
        if !external.is_empty() {
            errors.invalid(&external_path, external, "may only be set for externally-accessible services");
        }
    } else if external.is_empty() {
        errors.required(&external_path, "");
    } else if !POLICIES.contains(&external) {
        errors.not_supported(&external_path, external, &POLICIES);
    }
    let health = int(spec, "healthCheckNodePort").unwrap_or(0);
    if health != 0 {
        let health_path = path.child("healthCheckNodePort");
        if needs_health_check(spec) {
            for problem in port_number(health) {
                errors.invalid(&health_path, health, problem);
            }
        } else {
            let detail =
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
            errors.invalid(&health_path, health, detail);
        }
    }
    let internal = text(spec, "internalTrafficPolicy");
    let internal_path = path.child("internalTrafficPolicy");
    if has(spec, "internalTrafficPolicy") && !POLICIES.contains(&internal) {
        errors.not_supported(&internal_path, internal, &POLICIES);
    }
    let distribution = text(spec, "trafficDistribution");
    let distributions = ["PreferClose", "PreferSameNode", "PreferSameZone"];
    if has(spec, "trafficDistribution") && !distributions.contains(&distribution) {
        errors.not_supported(&path.child("trafficDistribution"), distribution, &distributions);
    }
}
