//! Defaults of Services, their endpoints and network policies.

use crate::api::{Value, json};
use crate::apiserver::document::{at_mut, default, default_number, has, items, items_mut, object, set, text};

/// Seconds a client keeps its endpoint by default (three hours).
const AFFINITY_SECONDS: i64 = 10_800;

pub(super) fn service(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "sessionAffinity", "None");
    match text(spec, "sessionAffinity") {
        "None" => {
            spec.as_object_mut().map(|fields| fields.remove("sessionAffinityConfig"));
        }
        "ClientIP" => {
            let client = object(object(spec, "sessionAffinityConfig"), "clientIP");
            default(client, "timeoutSeconds", AFFINITY_SECONDS);
        }
        _ => {}
    }
    default(spec, "type", "ClusterIP");
    for port in items_mut(spec, "ports") {
        default(port, "protocol", "TCP");
        default(port, "port", 0);
        let number = port["port"].clone();
        let unset = match port.get("targetPort") {
            None | Some(Value::Null) => true,
            Some(Value::Number(target)) => target.as_i64() == Some(0),
            Some(Value::String(target)) => target.is_empty(),
            _ => false,
        };
        if unset {
            set(port, "targetPort", number);
        }
    }
    let kind = text(spec, "type").to_owned();
    let external = matches!(kind.as_str(), "NodePort" | "LoadBalancer")
        || (kind == "ClusterIP" && !items(spec, "externalIPs").is_empty());
    if external {
        default(spec, "externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer" | "ClusterIP") {
        default(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        default(spec, "allocateLoadBalancerNodePorts", true);
    }
    service_status(object(doc, "status"));
}

/// A load balancer's address is one that nodes may short-cut, unless it says otherwise.
pub(in crate::apiserver) fn service_status(status: &mut Value) {
    for ingress in items_mut(object(status, "loadBalancer"), "ingress") {
        if has(ingress, "ip") {
            default(ingress, "ipMode", "VIP");
        }
    }
}

pub(super) fn endpoints(doc: &mut Value) {
    for subset in items_mut(doc, "subsets") {
        for port in items_mut(subset, "ports") {
            default(port, "protocol", "TCP");
        }
    }
}

pub(super) fn endpoint_slice(doc: &mut Value) {
    for port in items_mut(doc, "ports") {
        default(port, "name", "");
        default(port, "protocol", "TCP");
    }
    // These two are written even where nothing was given.
    default(doc, "endpoints", Value::Null);
    default(doc, "ports", Value::Null);
    for endpoint in items_mut(doc, "endpoints") {
        object(endpoint, "conditions");
    }
}

pub(super) fn network_policy(doc: &mut Value) {
    let Some(spec) = doc.get_mut("spec").filter(|spec| spec.is_object()) else { return };
    default(spec, "podSelector", json!({}));
    for direction in ["ingress", "egress"] {
        for rule in items_mut(spec, direction) {
            for port in items_mut(rule, "ports") {
                default(port, "protocol", "TCP");
            }
        }
    }
    if items(spec, "policyTypes").is_empty() {
        let mut types = vec!["Ingress"];
        if !items(spec, "egress").is_empty() {
            types.push("Egress");
        }
        set(spec, "policyTypes", types);
    }
}

/// An Ingress has no defaults of its own; what it always writes is its status.
pub(super) fn ingress(doc: &mut Value) {
    object(object(doc, "status"), "loadBalancer");
    if let Some(spec) = at_mut(doc, &["spec"]) {
        items_mut(spec, "rules").for_each(|rule| {
            if let Some(http) = rule.get_mut("http") {
                items_mut(http, "paths").for_each(|path| {
                    object(path, "backend");
                });
            }
        });
    }
}

/// `0` is "not given" for a node port.
pub(in crate::apiserver) fn node_port(port: &mut Value, number: i64) {
    default_number(port, "nodePort", number);
}
