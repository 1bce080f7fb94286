//! Validation of NetworkPolicies and PodDisruptionBudgets.

use super::meta::{object_meta, object_meta_update};
use super::names::{cidr, port_name, port_number, sloppy_cidr, strictly_within};
use super::selector::label_selector;
use super::workload::{not_more_than_all, positive_or_percent};
use crate::api::{Kind, Value};
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path, Verbatim};

const SPEC: Path<'static> = Path::root("spec");
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const TYPES: [&str; 2] = ["Ingress", "Egress"];

pub(super) fn network_policy(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    match old {
        Some(old) => object_meta_update(errors, &old["metadata"], &doc["metadata"]),
        None => object_meta(errors, Kind::NetworkPolicy, &doc["metadata"]),
    }
    let spec = &doc["spec"];
    label_selector(errors, &spec["podSelector"], &SPEC.child("podSelector"));
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        let path = SPEC.child(direction);
        for (index, rule) in items(spec, direction).iter().enumerate() {
            let path = path.index(index);
            let ports_path = path.child("ports");
            for (index, port) in items(rule, "ports").iter().enumerate() {
                policy_port(errors, port, &ports_path.index(index));
            }
            let peers_path = path.child(peers);
            for (index, peer) in items(rule, peers).iter().enumerate() {
                policy_peer(errors, peer, &peers_path.index(index));
            }
        }
    }
    let types = items(spec, "policyTypes");
    let path = SPEC.child("policyTypes");
    if types.len() > TYPES.len() {
        return errors.invalid(&path, &spec["policyTypes"], "may not specify more than two policyTypes");
    }
    for (index, kind) in types.iter().enumerate() {
        let kind = kind.as_str().unwrap_or_default();
        if !TYPES.contains(&kind) {
            errors.not_supported(&path.index(index), kind, &TYPES);
        }
    }
}

fn policy_port(errors: &mut Errors, port: &Value, path: &Path<'_>) {
    let protocol = text(port, "protocol");
    if has(port, "protocol") && !PROTOCOLS.contains(&protocol) {
        errors.not_supported(&path.child("protocol"), protocol, &PROTOCOLS);
    }
    let (port_path, end_path) = (path.child("port"), path.child("endPort"));
    let end = int(port, "endPort");
    match &port["port"] {
        Value::Null => {
            if let Some(end) = end {
                errors.invalid(&end_path, end, "may not be specified when `port` is not specified");
            }
        }
        Value::String(name) => {
            if let Some(end) = end {
                errors.invalid(&end_path, end, "may not be specified when `port` is non-numeric");
            }
            for problem in port_name(name) {
                errors.invalid(&port_path, name.as_str(), problem);
            }
        }
        number => {
            let number = number.as_i64().unwrap_or(0);
            for problem in port_number(number) {
                errors.invalid(&port_path, number, problem);
            }
            let Some(end) = end else { return };
            if end < number {
                errors.invalid(&end_path, end, "must be greater than or equal to `port`");
            }
            for problem in port_number(end) {
                errors.invalid(&end_path, end, problem);
            }
        }
    }
}

fn policy_peer(errors: &mut Errors, peer: &Value, path: &Path<'_>) {
    let mut peers = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if has(peer, field) {
            peers += 1;
            label_selector(errors, &peer[field], &path.child(field));
        }
    }
    if has(peer, "ipBlock") {
        peers += 1;
        ip_block(errors, &peer["ipBlock"], &path.child("ipBlock"));
        if peers > 1 {
            errors.forbidden(path, "may not specify both ipBlock and another peer");
        }
    }
    if peers == 0 {
        errors.required(path, "must specify a peer");
    }
}

fn ip_block(errors: &mut Errors, block: &Value, path: &Path<'_>) {
    let network = text(block, "cidr");
    if network.is_empty() {
        return errors.required(&path.child("cidr"), "");
    }
    for problem in cidr(network) {
        errors.invalid(&path.child("cidr"), network, problem);
    }
    let Some(outer) = sloppy_cidr(network) else { return };
    let path = path.child("except");
    for (index, hole) in items(block, "except").iter().enumerate() {
        let path = path.index(index);
        let hole = hole.as_str().unwrap_or_default();
        for problem in cidr(hole) {
            errors.invalid(&path, hole, problem);
        }
        if sloppy_cidr(hole).is_some_and(|inner| !strictly_within(inner, outer)) {
            errors.invalid(&path, hole, "must be a strict subset of `cidr`");
        }
    }
}

pub(super) fn disruption_budget(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    match old {
        Some(old) => object_meta_update(errors, &old["metadata"], &doc["metadata"]),
        None => object_meta(errors, Kind::PodDisruptionBudget, &doc["metadata"]),
    }
    let spec = &doc["spec"];
    let (least, most) = (&spec["minAvailable"], &spec["maxUnavailable"]);
    if !least.is_null() && !most.is_null() {
        let shown = format!(
            "{{\"MinAvailable\":{least},\"Selector\":{},\"MaxUnavailable\":{most},\"UnhealthyPodEvictionPolicy\":{}}}",
            spec["selector"], spec["unhealthyPodEvictionPolicy"]
        );
        errors.invalid(&SPEC, Verbatim(shown), "minAvailable and maxUnavailable cannot be both set");
    }
    for (field, value) in [("minAvailable", least), ("maxUnavailable", most)] {
        let path = SPEC.child(field);
        positive_or_percent(errors, value, &path);
        not_more_than_all(errors, value, &path);
    }
    label_selector(errors, &spec["selector"], &SPEC.child("selector"));
    let (eviction, policies) = (text(spec, "unhealthyPodEvictionPolicy"), ["AlwaysAllow", "IfHealthyBudget"]);
    if has(spec, "unhealthyPodEvictionPolicy") && !policies.contains(&eviction) {
        errors.not_supported(&SPEC.child("unhealthyPodEvictionPolicy"), eviction, &policies);
    }
}
