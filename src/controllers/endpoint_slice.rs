//! EndpointSlices: which pods a Service's traffic may go to, a hundred a slice.

use super::endpoints::{matching_pods, port_of, published_hostname};
use super::pods::is_ready;
use super::write::{Write, delete, owned_by};
use crate::api::service::Service;
use crate::api::{Instant, Key, Kind, Object, Selector, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Endpoints a slice.
const SLICE: usize = 100;
pub(super) const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const CONTROLLER: &str = "endpointslice-controller.k8s.io";
pub(super) const SERVICE_NAME: &str = "kubernetes.io/service-name";
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const HEADLESS: &str = "service.kubernetes.io/headless";

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(object) = store.get(key) else { return Vec::new() };
    let Some(service) = object.service() else { return Vec::new() };
    let existing = own_slices(store, key);
    if service.spec.selector.is_none() || !service.spec.external_name.is_empty() {
        return existing.iter().map(|slice| delete(slice)).collect();
    }
    // Endpoints by the ports they resolve to: pods may give one port name different numbers.
    let mut wanted: BTreeMap<String, (Value, BTreeMap<String, Value>)> = BTreeMap::new();
    for pod in matching_pods(store, object, true) {
        let ports = ports(service, pod);
        let (_, endpoints) = wanted.entry(ports.to_string()).or_insert_with(|| (ports, BTreeMap::new()));
        endpoints.insert(pod.meta.name.clone(), endpoint(store, &key.name, service, pod));
    }
    if wanted.is_empty() {
        // A Service without any endpoint still has one slice, empty.
        wanted.insert("null".into(), (Value::Null, BTreeMap::new()));
    }
    let labels = labels(object, service);
    let mut writes = Vec::new();
    let mut of_ports: BTreeMap<String, Vec<&Arc<Object>>> = BTreeMap::new();
    for slice in &existing {
        of_ports.entry(slice.doc()["ports"].to_string()).or_default().push(slice);
    }
    for (ports_key, (ports, endpoints)) in wanted {
        let slices = of_ports.remove(&ports_key).unwrap_or_default();
        fill(object, slices, ports, endpoints, &labels, now, &mut writes);
    }
    writes.extend(of_ports.into_values().flatten().map(|slice| delete(slice)));
    writes
}

/// Keeps endpoints in the slice they are in, and puts new ones where there is room.
fn fill(
    service: &Arc<Object>,
    slices: Vec<&Arc<Object>>,
    ports: Value,
    mut endpoints: BTreeMap<String, Value>,
    labels: &Value,
    now: Instant,
    writes: &mut Vec<Write>,
) {
    let mut kept: Vec<(&Arc<Object>, Vec<Value>)> = Vec::new();
    for slice in slices {
        let old = slice.doc()["endpoints"].as_array();
        let names = old.into_iter().flatten().filter_map(|endpoint| endpoint["targetRef"]["name"].as_str());
        let keep: Vec<Value> = names.filter_map(|name| endpoints.remove(name)).collect();
        kept.push((slice, keep));
    }
    let mut rest = endpoints.into_values();
    for (_, keep) in &mut kept {
        let room = SLICE.saturating_sub(keep.len());
        keep.extend(rest.by_ref().take(room));
    }
    let rest: Vec<Value> = rest.collect();
    let any = !rest.is_empty() || kept.iter().any(|(_, keep)| !keep.is_empty());
    let mut placeholder = !any;
    for (slice, keep) in kept {
        if keep.is_empty() && !std::mem::take(&mut placeholder) {
            writes.push(delete(slice));
            continue;
        }
        let list = if keep.is_empty() { Value::Null } else { Value::Array(keep) };
        let meta = &slice.doc()["metadata"];
        if slice.doc()["endpoints"] != list || &meta["labels"] != labels {
            let mut doc = slice.doc().clone();
            doc["endpoints"] = list;
            doc["metadata"]["labels"] = labels.clone();
            doc["metadata"]["annotations"][TRIGGER] = now.rfc3339().into();
            writes.push(Write::Update(Kind::EndpointSlice, doc));
        }
    }
    let new: Vec<Value> = if placeholder {
        vec![Value::Null]
    } else {
        rest.chunks(SLICE).map(|chunk| Value::Array(chunk.to_vec())).collect()
    };
    for list in new {
        let doc = json!({
            "metadata": {
                "generateName": format!("{}-", service.meta.name),
                "namespace": service.meta.namespace,
                "labels": labels,
                "annotations": {TRIGGER: now.rfc3339()},
                "ownerReferences": [owned_by(service)],
            },
            "addressType": "IPv4",
            "endpoints": list,
            "ports": ports,
        });
        writes.push(Write::Create(Kind::EndpointSlice, doc, None));
    }
}

/// The slices this controller keeps for a Service.
fn own_slices<'a>(store: &'a Store, service: &Key) -> Vec<&'a Arc<Object>> {
    let labels =
        [(SERVICE_NAME.to_owned(), service.name.clone()), (MANAGED_BY.to_owned(), CONTROLLER.to_owned())];
    store.select(Kind::EndpointSlice, &service.namespace, &Selector::labels(labels.into()))
}

fn labels(object: &Object, service: &Service) -> Value {
    let mut labels: BTreeMap<&str, &str> =
        object.meta.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    labels.remove(HEADLESS);
    labels.insert(MANAGED_BY, CONTROLLER);
    labels.insert(SERVICE_NAME, &object.meta.name);
    if service.spec.is_headless() {
        labels.insert(HEADLESS, "");
    }
    json!(labels)
}

/// The ports of a slice for a pod: those of the Service that the pod has.
fn ports(service: &Service, pod: &Object) -> Value {
    let ports = service.spec.ports.iter().filter_map(|port| {
        let mut entry = json!({
            "name": port.name,
            "port": port_of(pod, port)?,
            "protocol": port.protocol.as_str(),
        });
        if let Some(application) = &port.app_protocol {
            entry["appProtocol"] = application.as_str().into();
        }
        Some(entry)
    });
    let ports: Vec<Value> = ports.collect();
    if ports.is_empty() { Value::Null } else { Value::Array(ports) }
}

fn endpoint(store: &Store, name: &str, service: &Service, pod: &Arc<Object>) -> Value {
    let Some(view) = pod.pod() else { return Value::Null };
    let (serving, terminating) = (is_ready(pod), pod.meta.deleted.is_some());
    let ready = service.spec.publish_not_ready_addresses || (serving && !terminating);
    let mut endpoint = json!({
        "addresses": [view.status.pod_ip],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        "nodeName": view.spec.node_name,
        "targetRef": {"kind": "Pod", "name": pod.meta.name, "namespace": pod.meta.namespace,
            "uid": pod.meta.uid},
    });
    let node = store.find(Kind::Node, "", &view.spec.node_name);
    let zone = node.and_then(|node| node.meta.labels.get("topology.kubernetes.io/zone"));
    if let Some(zone) = zone {
        endpoint["zone"] = zone.as_str().into();
    }
    if let Some(hostname) = published_hostname(&view.spec, name) {
        endpoint["hostname"] = hostname.into();
    }
    let prefers = service.spec.traffic_distribution.as_str();
    if ready {
        let zones = zone.map(|zone| json!([{"name": zone}]));
        let hints = match (prefers, zones) {
            ("PreferSameZone" | "PreferClose", Some(zones)) => Some(json!({"forZones": zones})),
            ("PreferSameNode", zones) => {
                let mut hints = json!({"forNodes": [{"name": view.spec.node_name}]});
                if let Some(zones) = zones {
                    hints["forZones"] = zones;
                }
                Some(hints)
            }
            _ => None,
        };
        if let Some(hints) = hints {
            endpoint["hints"] = hints;
        }
    }
    endpoint
}
