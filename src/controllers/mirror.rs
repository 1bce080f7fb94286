//! Hand-made Endpoints, mirrored into the slices that proxies and DNS read.

use super::endpoint_slice::{MANAGED_BY, SERVICE_NAME};
use super::endpoints;
use super::write::{Write, delete, owned_by};
use crate::api::service::EndpointAddress;
use crate::api::{Gathered, Key, Kind, Labels, Object, Selector, Value, json};
use crate::apiserver::Store;
use std::sync::Arc;

const CONTROLLER: &str = "endpointslicemirroring-controller.k8s.io";
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";

pub(super) fn reconcile(store: &Store, key: &Key) -> Vec<Write> {
    let labels =
        [(SERVICE_NAME.to_owned(), key.name.to_string()), (MANAGED_BY.to_owned(), CONTROLLER.into())];
    let existing =
        store.select(Kind::EndpointSlice, &key.namespace, &Selector::labels(labels.into_iter().into_map()));
    let service = store.find(Kind::Service, &key.namespace, &key.name).and_then(|object| object.service());
    let by_hand = service.is_some_and(|service| service.spec.selector.is_none());
    let source = store.find(Kind::Endpoints, &key.namespace, &key.name).filter(|source| {
        by_hand
            && !source.meta.labels.contains_key(endpoints::MANAGED_BY)
            && source.meta.labels.get(SKIP).is_none_or(|skip| skip != "true")
            && !source.meta.annotations.contains_key(LEADER)
    });
    let Some(source) = source else { return existing.iter().map(|slice| delete(slice)).collect() };
    let wanted = slices(source);
    let mut writes = Vec::new();
    for (index, slice) in existing.iter().enumerate() {
        match wanted.get(index) {
            None => writes.push(delete(slice)),
            Some((endpoints, ports)) => {
                if slice.doc()["endpoints"] != *endpoints || slice.doc()["ports"] != *ports {
                    let mut doc = slice.doc().clone();
                    doc["endpoints"] = endpoints.clone();
                    doc["ports"] = ports.clone();
                    writes.push(Write::Update(Kind::EndpointSlice, doc));
                }
            }
        }
    }
    for (endpoints, ports) in wanted.into_iter().skip(existing.len()) {
        let mut labels = Labels::clone(&source.meta.labels);
        labels.insert(MANAGED_BY.into(), CONTROLLER.into());
        labels.insert(SERVICE_NAME.into(), key.name.to_string());
        let doc = json!({
            "metadata": {"generateName": format!("{}-", key.name), "namespace": key.namespace,
                "labels": labels, "ownerReferences": [owned_by(source)]},
            "addressType": "IPv4",
            "endpoints": endpoints,
            "ports": ports,
        });
        writes.push(Write::Create(Kind::EndpointSlice, doc, None));
    }
    writes
}

/// A slice a subset: its endpoints and its ports.
fn slices(source: &Arc<Object>) -> Vec<(Value, Value)> {
    let Some(view) = source.endpoints() else { return Vec::new() };
    let docs = source.doc()["subsets"].as_array().into_iter().flatten();
    view.subsets
        .iter()
        .zip(docs)
        .map(|(subset, doc)| {
            let ready = subset.addresses.iter().map(|address| endpoint(address, true));
            let waiting = subset.not_ready_addresses.iter().map(|address| endpoint(address, false));
            let mut ports = doc["ports"].clone();
            for port in ports.as_array_mut().into_iter().flatten() {
                if port.get("name").is_none() {
                    port["name"] = "".into();
                }
            }
            (Value::Array(ready.chain(waiting).collect()), ports)
        })
        .collect()
}

fn endpoint(address: &EndpointAddress, ready: bool) -> Value {
    let mut endpoint = json!({"addresses": [address.ip], "conditions": {"ready": ready}});
    if let Some(node) = &address.node_name {
        endpoint["nodeName"] = node.as_str().into();
    }
    if let Some(hostname) = &address.hostname {
        endpoint["hostname"] = hostname.as_str().into();
    }
    if let Some(pod) = &address.target_ref {
        endpoint["targetRef"] =
            json!({"kind": pod.kind, "namespace": pod.namespace, "name": pod.name, "uid": pod.uid});
    }
    endpoint
}
