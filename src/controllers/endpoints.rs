//! Legacy Endpoints: the same answer as the slices, in one object, ready and not.

use super::pods::{is_ready, is_terminal};
use super::write::Write;
use crate::api::pod::PodSpec;
use crate::api::service::ServicePort;
use crate::api::{Instant, IntOrString, Key, Kind, Object, Selector, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";
/// The most addresses one Endpoints object holds.
const MOST: usize = 1000;

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let endpoints_key = Key::new(Kind::Endpoints, &key.namespace, &key.name);
    let old = store.get(&endpoints_key);
    let is_own = |object: &Arc<Object>| object.meta.labels.contains_key(MANAGED_BY);
    let Some(object) = store.get(key) else {
        // Endpoints go with their Service, whoever wrote them.
        return old.map(|old| super::write::delete(old)).into_iter().collect();
    };
    let Some(service) = object.service() else { return Vec::new() };
    if service.spec.selector.is_none() {
        return old.filter(|old| is_own(old)).map(|old| super::write::delete(old)).into_iter().collect();
    }
    let mut groups: BTreeMap<String, (Value, Vec<Value>, Vec<Value>)> = BTreeMap::new();
    let mut held = 0;
    for pod in matching_pods(store, object, false) {
        if held == MOST {
            break;
        }
        held += 1;
        let ports: Vec<Value> = service
            .spec
            .ports
            .iter()
            .filter_map(|port| {
                let mut entry = json!({"port": port_of(pod, port)?, "protocol": port.protocol.as_str()});
                if !port.name.is_empty() {
                    entry["name"] = port.name.as_str().into();
                }
                if let Some(application) = &port.app_protocol {
                    entry["appProtocol"] = application.as_str().into();
                }
                Some(entry)
            })
            .collect();
        if ports.is_empty() && !service.spec.is_headless() {
            continue;
        }
        let ports = if ports.is_empty() { Value::Null } else { Value::Array(ports) };
        let (_, ready, waiting) =
            groups.entry(ports.to_string()).or_insert_with(|| (ports, Vec::new(), Vec::new()));
        let to = if is_ready(pod) || service.spec.publish_not_ready_addresses { ready } else { waiting };
        to.push(address(pod, &key.name));
    }
    let subsets: Vec<Value> = groups
        .into_values()
        .map(|(ports, ready, waiting)| {
            let mut subset = json!({});
            for (name, value) in [("addresses", ready), ("notReadyAddresses", waiting)] {
                if !value.is_empty() {
                    subset[name] = value.into();
                }
            }
            if !ports.is_null() {
                subset["ports"] = ports;
            }
            subset
        })
        .collect();
    let mut labels = object.meta.labels.clone();
    labels.insert(MANAGED_BY.into(), "endpoint-controller".into());
    if service.spec.is_headless() {
        labels.insert("service.kubernetes.io/headless".into(), String::new());
    }
    let current = old.map_or(&Value::Null, |old| &old.doc()["subsets"]);
    let same = current.as_array().map_or(subsets.is_empty(), |list| *list == subsets);
    if old.is_some_and(|old| old.meta.labels == labels) && same {
        return Vec::new();
    }
    let mut doc = old.map_or_else(
        || json!({"metadata": {"name": key.name, "namespace": key.namespace}}),
        |old| old.doc().clone(),
    );
    doc["metadata"]["labels"] = json!(labels);
    doc["metadata"]["annotations"][TRIGGER] = now.rfc3339().into();
    if held == MOST {
        doc["metadata"]["annotations"][OVER_CAPACITY] = "truncated".into();
    }
    if subsets.is_empty() {
        doc.as_object_mut().map(|map| map.remove("subsets"));
    } else {
        doc["subsets"] = subsets.into();
    }
    vec![match old {
        Some(_) => Write::Update(Kind::Endpoints, doc),
        None => Write::Create(Kind::Endpoints, doc, None),
    }]
}

/// The pods that can be endpoints of a Service: selected, with an address, not ended.
pub(super) fn matching_pods<'a>(
    store: &'a Store,
    service: &Object,
    terminating: bool,
) -> Vec<&'a Arc<Object>> {
    let selector = service.service().and_then(|service| service.spec.selector.clone()).unwrap_or_default();
    if selector.is_empty() {
        return Vec::new();
    }
    let mut pods = store.select(Kind::Pod, &service.meta.namespace, &Selector::labels(selector));
    pods.retain(|pod| {
        let addressed = pod.pod().is_some_and(|pod| !pod.status.pod_ip.is_empty());
        addressed && !is_terminal(pod) && (terminating || pod.meta.deleted.is_none())
    });
    pods
}

/// The number that a Service's port means on a pod; `None` if no container has a port of that name.
pub(super) fn port_of(pod: &Object, port: &ServicePort) -> Option<u16> {
    match &port.target_port {
        IntOrString::Int(0) => Some(port.port),
        IntOrString::Int(number) => u16::try_from(*number).ok(),
        IntOrString::Name(name) => {
            let spec = &pod.pod()?.spec;
            let sidecars =
                spec.init_containers.iter().filter(|c| c.restart_policy.as_deref() == Some("Always"));
            let mut declared = spec.containers.iter().chain(sidecars).flat_map(|container| &container.ports);
            let found = declared.find(|p| p.name == *name && p.protocol == port.protocol)?;
            Some(found.container_port)
        }
    }
}

/// The name that DNS gives a pod under a Service, if its spec asks for one.
pub(super) fn published_hostname<'a>(spec: &'a PodSpec, service: &str) -> Option<&'a str> {
    let hostname = spec.hostname.as_deref().filter(|name| !name.is_empty())?;
    (spec.subdomain.as_deref() == Some(service)).then_some(hostname)
}

fn address(pod: &Object, service: &str) -> Value {
    let Some(view) = pod.pod() else { return Value::Null };
    let mut address = json!({
        "ip": view.status.pod_ip,
        "nodeName": view.spec.node_name,
        "targetRef": {"kind": "Pod", "name": pod.meta.name, "namespace": pod.meta.namespace,
            "uid": pod.meta.uid},
    });
    if let Some(hostname) = published_hostname(&view.spec, service) {
        address["hostname"] = hostname.into();
    }
    address
}
