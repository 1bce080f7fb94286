//! Slices of Services that were not given any.

use cluster_playground::api::service::{ServicePort, ServiceType};
use cluster_playground::api::{IntOrString, Kind, Object, Selector, Value, json};
use cluster_playground::apiserver::Store;
use std::collections::BTreeSet;

/// Slices of Services that were not given any: from legacy Endpoints, or from the pods they select.
pub fn fill(store: &mut Store) {
    let label = "kubernetes.io/service-name";
    let with_slices: BTreeSet<(String, String)> = store
        .list_all(Kind::EndpointSlice)
        .filter_map(|o| Some((o.meta.namespace.to_string(), o.meta.labels.get(label)?.clone())))
        .collect();
    let services: Vec<_> = store.list_all(Kind::Service).cloned().collect();
    for object in services {
        let (namespace, name) = (&object.meta.namespace, &object.meta.name);
        let Some(service) = object.service() else { continue };
        if service.spec.kind == ServiceType::ExternalName
            || with_slices.contains(&(namespace.to_string(), name.to_string()))
        {
            continue;
        }
        let selector = service.spec.selector.clone().filter(|labels| !labels.is_empty());
        let parts = match selector {
            Some(labels) => selected(store, &object, Selector::labels(labels)),
            None => mirrored(store, &object),
        };
        for (index, (ports, endpoints)) in parts.into_iter().enumerate() {
            let doc = json!({
                "metadata": {"name": format!("{name}-{index}"), "namespace": namespace, "labels": {label: name}},
                "addressType": "IPv4", "ports": ports, "endpoints": endpoints,
            });
            store.put(Object::new(Kind::EndpointSlice, doc));
        }
    }
}

fn mirrored(store: &Store, service: &Object) -> Vec<(Value, Value)> {
    let found = store.find(Kind::Endpoints, &service.meta.namespace, &service.meta.name);
    let subsets = found.map(|object| object.doc()["subsets"].clone());
    let subsets = subsets.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let endpoint = |address: &Value, ready: bool| {
        let mut endpoint = json!({"addresses": [address["ip"]], "conditions": {"ready": ready}});
        for field in ["nodeName", "targetRef", "hostname"] {
            if !address[field].is_null() {
                endpoint[field] = address[field].clone();
            }
        }
        endpoint
    };
    let part = |subset: &Value| {
        let group = |field: &str, ready| {
            let list = subset[field].as_array().cloned().unwrap_or_default();
            list.iter().map(|address| endpoint(address, ready)).collect::<Vec<_>>()
        };
        let endpoints = [group("addresses", true), group("notReadyAddresses", false)].concat();
        (subset["ports"].clone(), Value::Array(endpoints))
    };
    subsets.iter().map(part).collect()
}

/// One slice a pod: named ports may differ between pods.
fn selected(store: &Store, service: &Object, selector: Selector) -> Vec<(Value, Value)> {
    let spec = &service.service().map(|service| service.spec.clone()).unwrap_or_default();
    let pods = store.select(Kind::Pod, &service.meta.namespace, &selector);
    let part = |object: &std::sync::Arc<Object>| {
        let pod = object.pod()?;
        let number = |port: &ServicePort| match &port.target_port {
            IntOrString::Int(number) => u16::try_from(*number).ok(),
            IntOrString::Name(name) => {
                let mut ports = pod.spec.containers.iter().flat_map(|container| &container.ports);
                ports.find(|p| p.name == *name && p.protocol == port.protocol).map(|p| p.container_port)
            }
        };
        let ports: Vec<Value> = spec
            .ports
            .iter()
            .filter_map(|port| {
                Some(json!({"name": port.name, "port": number(port)?, "protocol": port.protocol.as_str()}))
            })
            .collect();
        let terminating = object.meta.deleted.is_some();
        let serving = pod.status.condition("Ready");
        let ready = spec.publish_not_ready_addresses || serving && !terminating;
        // A pod that names the Service as its subdomain gets a name of its own below it.
        let named = pod.spec.subdomain.as_deref() == Some(service.meta.name.as_str());
        let endpoint = json!({
            "addresses": [pod.status.pod_ip],
            "hostname": pod.spec.hostname.as_deref().filter(|_| named),
            "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
            "nodeName": pod.node,
            "targetRef": {"kind": "Pod", "namespace": object.meta.namespace, "name": object.meta.name},
        });
        (!pod.status.is_terminal()).then(|| (Value::Array(ports), json!([endpoint])))
    };
    pods.into_iter().filter_map(part).collect()
}
