//! EndpointSlices: which pods a Service's traffic may go to, a hundred a slice.

use super::endpoints::{matching_pods, port_of, published_hostname};
use super::pods::is_ready;
use super::write::{Write, delete, owned_by, without};
use super::{dump, hash};
use crate::api::pod::Pod;
use crate::api::service::{Endpoint, Service};
use crate::api::{FromValue, Gathered, Instant, Key, Kind, Object, Selector, Value, json};
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
    let mut by_numbers: BTreeMap<Vec<Option<u16>>, Pods<'_>> = BTreeMap::new();
    for pod in matching_pods(store, object, true) {
        let numbers = service.spec.ports.iter().map(|port| port_of(pod, port)).collect();
        by_numbers.entry(numbers).or_default().insert(&pod.meta.name, pod);
    }
    let mut wanted: BTreeMap<String, (Value, Pods<'_>)> = BTreeMap::new();
    for (numbers, pods) in by_numbers {
        let ports = ports(service, &numbers);
        wanted.entry(ports.to_string()).or_insert_with(|| (ports, Pods::new())).1.extend(pods);
    }
    if wanted.is_empty() {
        // A Service without any endpoint still has one slice, empty.
        wanted.insert("null".into(), (Value::Null, Pods::new()));
    }
    let wish = Wish { store, object, service, labels: labels(object, service), now };
    let mut writes = Vec::new();
    let mut of_ports: BTreeMap<String, Vec<&Arc<Object>>> = BTreeMap::new();
    for slice in &existing {
        of_ports.entry(slice.doc()["ports"].to_string()).or_default().push(slice);
    }
    for (ports_key, (ports, endpoints)) in wanted {
        let slices = of_ports.remove(&ports_key).unwrap_or_default();
        wish.fill(slices, ports, endpoints, &mut writes);
    }
    writes.extend(of_ports.into_values().flatten().map(|slice| delete(slice)));
    writes
}

/// Pods by name.
type Pods<'a> = BTreeMap<&'a str, &'a Arc<Object>>;

/// What the slices of a Service are to say.
struct Wish<'a> {
    store: &'a Store,
    object: &'a Arc<Object>,
    service: &'a Service,
    labels: Value,
    now: Instant,
}

impl Wish<'_> {
    /// Keeps endpoints in the slice they are in, and puts new ones where there is room.
    fn fill(&self, slices: Vec<&Arc<Object>>, ports: Value, mut pods: Pods<'_>, writes: &mut Vec<Write>) {
        let mut kept: Vec<(&Arc<Object>, Vec<&Arc<Object>>)> = Vec::new();
        for slice in slices {
            let targets = endpoints(slice).iter().filter_map(|endpoint| endpoint.target_ref.as_ref());
            kept.push((slice, targets.filter_map(|target| pods.remove(target.name.as_str())).collect()));
        }
        let mut rest = pods.into_values();
        for (_, keep) in &mut kept {
            let room = SLICE.saturating_sub(keep.len());
            keep.extend(rest.by_ref().take(room));
        }
        let rest: Vec<&Arc<Object>> = rest.collect();
        let mut placeholder = rest.is_empty() && kept.iter().all(|(_, keep)| keep.is_empty());
        for (slice, keep) in kept {
            if keep.is_empty() && !std::mem::take(&mut placeholder) {
                writes.push(delete(slice));
            } else if !self.holds(slice, &keep) {
                writes.push(self.change(slice, &keep));
            }
        }
        if placeholder {
            writes.push(self.make(&[], &ports));
        }
        writes.extend(rest.chunks(SLICE).map(|chunk| self.make(chunk, &ports)));
    }

    /// Whether a slice says all that it should.
    fn holds(&self, slice: &Object, pods: &[&Arc<Object>]) -> bool {
        let endpoints = endpoints(slice);
        endpoints.len() == pods.len()
            && endpoints.iter().zip(pods).all(|(endpoint, pod)| self.is_current(endpoint, pod))
            && slice.doc()["metadata"]["labels"] == self.labels
    }

    /// Whether an endpoint says of a pod what is so. Most do: that is why nothing is made for the comparison.
    fn is_current(&self, endpoint: &Endpoint, pod: &Object) -> bool {
        let Some(view) = pod.pod() else { return false };
        let conditions = conditions(self.service, pod);
        let said = &endpoint.conditions;
        let target = endpoint.target_ref.as_ref();
        [said.ready, said.serving, said.terminating] == conditions.map(Some)
            && matches!(&endpoint.addresses[..], [only] if *only == view.status.pod_ip)
            && endpoint.node_name.as_deref().unwrap_or_default() == view.node
            && target.is_some_and(|target| target.uid == pod.meta.uid && target.name == pod.meta.name)
            && endpoint.zone.as_deref() == self.zone(view)
            && endpoint.hostname.as_deref() == published_hostname(&view.spec, &self.object.meta.name)
            && match self.hints(view, conditions[0]) {
                None => endpoint.hints.is_none(),
                Some(hints) => endpoint.hints == FromValue::from_value(&hints),
            }
    }

    fn list(&self, pods: &[&Arc<Object>]) -> Value {
        if pods.is_empty() { Value::Null } else { pods.iter().map(|pod| self.endpoint(pod)).collect() }
    }

    /// The slice with other endpoints.
    fn change(&self, slice: &Object, pods: &[&Arc<Object>]) -> Write {
        let mut doc = without(slice.doc(), "endpoints");
        doc["endpoints"] = self.list(pods);
        doc["metadata"]["labels"] = self.labels.clone();
        doc["metadata"]["annotations"][TRIGGER] = self.now.rfc3339().as_str().into();
        Write::Update(Kind::EndpointSlice, doc)
    }

    fn make(&self, pods: &[&Arc<Object>], ports: &Value) -> Write {
        let meta = &self.object.meta;
        let mut doc = json!({
            "metadata": {
                "generateName": format!("{}-", meta.name),
                "namespace": meta.namespace,
                "labels": self.labels,
                "annotations": {TRIGGER: self.now.rfc3339()},
                "ownerReferences": [owned_by(self.object)],
            },
            "addressType": "IPv4",
            "ports": ports,
        });
        doc["endpoints"] = self.list(pods);
        Write::Create(Kind::EndpointSlice, doc, None)
    }

    fn zone(&self, pod: &Pod) -> Option<&str> {
        let node = self.store.find(Kind::Node, "", &pod.node)?;
        node.meta.labels.get("topology.kubernetes.io/zone").map(String::as_str)
    }

    fn endpoint(&self, pod: &Object) -> Value {
        let Some(view) = pod.pod() else { return Value::Null };
        let [ready, serving, terminating] = conditions(self.service, pod);
        let mut endpoint = json!({
            "addresses": [view.status.pod_ip],
            "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
            "nodeName": view.node,
            "targetRef": {"kind": "Pod", "name": pod.meta.name, "namespace": pod.meta.namespace,
                "uid": pod.meta.uid},
        });
        if let Some(zone) = self.zone(view) {
            endpoint["zone"] = zone.into();
        }
        if let Some(hostname) = published_hostname(&view.spec, &self.object.meta.name) {
            endpoint["hostname"] = hostname.into();
        }
        if let Some(hints) = self.hints(view, ready) {
            endpoint["hints"] = hints;
        }
        endpoint
    }

    /// Where a ready endpoint's traffic should come from, if the Service prefers what is near.
    fn hints(&self, pod: &Pod, ready: bool) -> Option<Value> {
        let prefers = self.service.spec.traffic_distribution.as_str();
        if !ready || prefers.is_empty() {
            return None;
        }
        let zones = self.zone(pod).map(|zone| json!([{"name": zone}]));
        match (prefers, zones) {
            ("PreferSameZone" | "PreferClose", Some(zones)) => Some(json!({"forZones": zones})),
            ("PreferSameNode", zones) => {
                let mut hints = json!({"forNodes": [{"name": pod.node}]});
                if let Some(zones) = zones {
                    hints["forZones"] = zones;
                }
                Some(hints)
            }
            _ => None,
        }
    }
}

/// Ready, serving, terminating.
fn conditions(service: &Service, pod: &Object) -> [bool; 3] {
    let (serving, terminating) = (is_ready(pod), pod.meta.deleted.is_some());
    let ready = service.spec.publish_not_ready_addresses || (serving && !terminating);
    [ready, serving, terminating]
}

fn endpoints(slice: &Object) -> &[Endpoint] {
    slice.endpoint_slice().map_or(&[], |slice| slice.endpoints.as_slice())
}

/// The slices this controller keeps for a Service.
fn own_slices<'a>(store: &'a Store, service: &Key) -> Vec<&'a Arc<Object>> {
    let labels =
        [(SERVICE_NAME.to_owned(), service.name.to_string()), (MANAGED_BY.to_owned(), CONTROLLER.into())];
    store.select(Kind::EndpointSlice, &service.namespace, &Selector::labels(labels.into_iter().into_map()))
}

fn labels(object: &Object, service: &Service) -> Value {
    let mut labels: BTreeMap<&str, &str> =
        object.meta.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).into_map();
    labels.remove(HEADLESS);
    labels.insert(MANAGED_BY, CONTROLLER);
    labels.insert(SERVICE_NAME, &object.meta.name);
    if service.spec.is_headless() {
        labels.insert(HEADLESS, "");
    }
    json!(labels)
}

/// The ports of a slice: those of the Service that have a number on its pods.
fn ports(service: &Service, numbers: &[Option<u16>]) -> Value {
    let ports = service.spec.ports.iter().zip(numbers).filter_map(|(port, number)| {
        let mut entry = json!({
            "name": port.name,
            "port": (*number)?,
            "protocol": port.protocol.as_str(),
        });
        if let Some(application) = &port.app_protocol {
            entry["appProtocol"] = application.as_str().into();
        }
        Some(entry)
    });
    let mut ports: Vec<Value> = ports.collect();
    hash::in_order(&mut ports, dump::slice_port);
    if ports.is_empty() { Value::Null } else { Value::Array(ports) }
}
