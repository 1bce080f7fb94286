//! Legacy Endpoints: the same answer as the slices, in one object, ready and not.

use super::pods::{is_ready, is_terminal};
use super::write::{Write, without};
use super::{dump, hash};
use crate::api::pod::PodSpec;
use crate::api::service::{EndpointAddress, Service, ServicePort};
use crate::api::{Instant, IntOrString, Key, Kind, Labels, Object, Ordered, Selector, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";
/// The most addresses one Endpoints object holds.
const MOST: usize = 1000;

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let endpoints_key = Key::new(Kind::Endpoints, key.namespace.clone(), key.name.clone());
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
    let mut groups: BTreeMap<Vec<Option<u16>>, Group<'_>> = BTreeMap::new();
    let mut held = 0;
    for pod in matching_pods(store, object, false) {
        if held == MOST {
            break;
        }
        held += 1;
        let numbers: Vec<Option<u16>> = service.spec.ports.iter().map(|port| port_of(pod, port)).collect();
        if numbers.iter().all(Option::is_none) && !service.spec.is_headless() {
            continue;
        }
        let group = groups.entry(numbers).or_default();
        let ready = is_ready(pod) || service.spec.publish_not_ready_addresses;
        if ready { group.ready.push(pod) } else { group.waiting.push(pod) }
    }
    let mut subsets: BTreeMap<String, (Value, Group<'_>)> = BTreeMap::new();
    for (numbers, group) in groups {
        let ports = ports(service, &numbers);
        let (_, whole) = subsets.entry(ports.to_string()).or_insert_with(|| (ports, Group::default()));
        whole.ready.extend(group.ready);
        whole.waiting.extend(group.waiting);
    }
    let mut subsets: Vec<(Value, Group<'_>)> = subsets.into_values().collect();
    for pods in subsets.iter_mut().flat_map(|(_, group)| [&mut group.ready, &mut group.waiting]) {
        pods.order_by_key(|pod| (pod.pod().map(|pod| pod.status.pod_ip.as_str()), &pod.meta.uid));
    }
    let mut labels = Labels::clone(&object.meta.labels);
    labels.insert(MANAGED_BY.into(), "endpoint-controller".into());
    if service.spec.is_headless() {
        labels.insert("service.kubernetes.io/headless".into(), String::new());
    }
    if old.is_some_and(|old| *old.meta.labels == labels && says(old, &subsets, &key.name)) {
        return Vec::new();
    }
    let mut doc = old.map_or_else(
        || json!({"metadata": {"name": key.name, "namespace": key.namespace}}),
        |old| without(old.doc(), "subsets"),
    );
    doc["metadata"]["labels"] = json!(labels);
    doc["metadata"]["annotations"][TRIGGER] = now.rfc3339().as_str().into();
    if held == MOST {
        doc["metadata"]["annotations"][OVER_CAPACITY] = "truncated".into();
    }
    if !subsets.is_empty() {
        doc["subsets"] = subsets.into_iter().map(|(ports, group)| group.subset(ports, &key.name)).collect();
    }
    vec![match old {
        Some(_) => Write::Update(Kind::Endpoints, doc),
        None => Write::Create(Kind::Endpoints, doc, None),
    }]
}

/// Pods with the same ports.
#[derive(Default)]
struct Group<'a> {
    ready: Vec<&'a Arc<Object>>,
    waiting: Vec<&'a Arc<Object>>,
}

impl Group<'_> {
    fn subset(&self, ports: Value, service: &str) -> Value {
        let mut subset = json!({});
        for (name, pods) in [("addresses", &self.ready), ("notReadyAddresses", &self.waiting)] {
            if !pods.is_empty() {
                subset[name] = pods.iter().map(|pod| address(pod, service)).collect();
            }
        }
        if !ports.is_null() {
            subset["ports"] = ports;
        }
        subset
    }
}

/// Whether Endpoints say all that they should, and nothing else.
fn says(endpoints: &Object, subsets: &[(Value, Group<'_>)], service: &str) -> bool {
    let said = endpoints.endpoints().map_or(&[][..], |endpoints| endpoints.subsets.as_slice());
    let alike = |said: &[EndpointAddress], pods: &[&Arc<Object>]| {
        said.len() == pods.len() && said.iter().zip(pods).all(|(said, pod)| is_current(said, pod, service))
    };
    said.len() == subsets.len()
        && said.iter().zip(subsets).enumerate().all(|(index, (said, (ports, group)))| {
            endpoints.doc()["subsets"][index]["ports"] == *ports
                && alike(&said.addresses, &group.ready)
                && alike(&said.not_ready_addresses, &group.waiting)
        })
}

fn is_current(said: &EndpointAddress, pod: &Object, service: &str) -> bool {
    let Some(view) = pod.pod() else { return false };
    said.ip == view.status.pod_ip
        && said.node_name.as_deref().unwrap_or_default() == view.node
        && said.target_ref.as_ref().is_some_and(|target| target.uid == pod.meta.uid)
        && said.hostname.as_deref() == published_hostname(&view.spec, service)
}

fn ports(service: &Service, numbers: &[Option<u16>]) -> Value {
    let ports = service.spec.ports.iter().zip(numbers).filter_map(|(port, number)| {
        let mut entry = json!({"port": (*number)?, "protocol": port.protocol.as_str()});
        if !port.name.is_empty() {
            entry["name"] = port.name.as_str().into();
        }
        if let Some(application) = &port.app_protocol {
            entry["appProtocol"] = application.as_str().into();
        }
        Some(entry)
    });
    let mut ports: Vec<Value> = ports.collect();
    hash::in_order(&mut ports, dump::endpoints_port);
    if ports.is_empty() { Value::Null } else { Value::Array(ports) }
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
        "nodeName": view.node,
        "targetRef": {"kind": "Pod", "name": pod.meta.name, "namespace": pod.meta.namespace,
            "uid": pod.meta.uid},
    });
    if let Some(hostname) = published_hostname(&view.spec, service) {
        address["hostname"] = hostname.into();
    }
    address
}
