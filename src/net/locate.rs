//! Whose address is it? Reads the store; remembers nothing.

use super::Setting;
use crate::api::service::ServiceType;
use crate::api::{Key, Kind, Object, Selector};
use crate::apiserver::Store;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The owner of an address.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// A pod with a network of its own.
    Pod(Arc<Object>),
    /// A node (and the pods on its network).
    Node(String),
    /// A virtual IP of a Service.
    ClusterIp(Key),
    /// An external address of a Service.
    External(Key),
    /// In the range of virtual IPs, and nobody's.
    Unallocated,
    /// In the range of a node's pods, and nobody's.
    Absent(String),
    /// A host outside.
    Outside(String),
    /// The learner's machine.
    Workstation,
    /// Nobody.
    Nobody,
}

/// Whose address that is.
pub(super) fn owner(store: &Store, setting: &Setting, address: Ipv4Addr) -> Owner {
    let text = address.to_string();
    if let Some(pod) = pod_at(store, &text) {
        return Owner::Pod(pod);
    }
    if let Some(node) = node_at(store, &text) {
        return Owner::Node(node);
    }
    for object in store.list_all(Kind::Service) {
        let Some(service) = object.service() else { continue };
        if service.spec.cluster_ip == text {
            return Owner::ClusterIp(object.key());
        }
        let balancer = &service.status.load_balancer.ingress;
        if service.spec.external_ips.contains(&text)
            || service.spec.kind == ServiceType::LoadBalancer && balancer.iter().any(|i| i.ip == text)
        {
            return Owner::External(object.key());
        }
    }
    if setting.proxy.service_cidr.contains(address) {
        return Owner::Unallocated;
    }
    if let Some(node) = node_with_range(store, address) {
        return Owner::Absent(node);
    }
    if let Some(host) = setting.outside.iter().find(|host| host.address == address) {
        return Owner::Outside(host.name.clone());
    }
    if address == setting.workstation.address { Owner::Workstation } else { Owner::Nobody }
}

/// The running pod with that address of its own.
fn pod_at(store: &Store, address: &str) -> Option<Arc<Object>> {
    let pods = store.pods_with_ip(address);
    pods.into_iter().find(|object| has_network(object) && !on_host_network(object)).cloned()
}

/// Whether a pod's network is up: it has an address and has not ended.
pub(super) fn has_network(object: &Object) -> bool {
    object.pod().is_some_and(|pod| !pod.status.pod_ip.is_empty() && !pod.status.is_terminal())
}

pub(super) fn on_host_network(object: &Object) -> bool {
    object.pod().is_some_and(|pod| pod.spec.host_network)
}

fn node_at(store: &Store, address: &str) -> Option<String> {
    let mut nodes = store.list_all(Kind::Node);
    let node = nodes.find(|object| {
        let gateway = gateway_of(object).is_some_and(|gateway| gateway.to_string() == address);
        gateway
            || object.node().is_some_and(|node| node.status.addresses.iter().any(|a| a.address == address))
    })?;
    Some(node.meta.name.to_string())
}

fn node_with_range(store: &Store, address: Ipv4Addr) -> Option<String> {
    let mut nodes = store.list_all(Kind::Node);
    let node = nodes.find(|object| pod_range(object).is_some_and(|range| range.contains(address)))?;
    Some(node.meta.name.to_string())
}

fn pod_range(node: &Object) -> Option<crate::proxy::Cidr> {
    crate::proxy::Cidr::parse(&node.node()?.spec.pod_cidr)
}

fn gateway_of(node: &Object) -> Option<Ipv4Addr> {
    pod_range(node).map(|range| Ipv4Addr::from(u32::from(range.address()) + 1))
}

/// The address of a node on the side of its pods: the first of their range.
pub fn gateway(store: &Store, node: &str) -> Option<Ipv4Addr> {
    gateway_of(store.find(Kind::Node, "", node)?)
}

/// A node's internal address.
pub(super) fn node_ip(store: &Store, node: &str) -> Option<Ipv4Addr> {
    store.find(Kind::Node, "", node)?.node()?.internal_ip().parse().ok()
}

/// All addresses a node has on its interfaces.
pub(super) fn node_addresses(store: &Store, node: &str) -> Vec<Ipv4Addr> {
    let Some(object) = store.find(Kind::Node, "", node) else { return Vec::new() };
    let status = object.node().map(|node| node.status.addresses.as_slice()).unwrap_or_default();
    let internal = status.iter().filter(|address| address.kind == "InternalIP");
    internal.filter_map(|address| address.address.parse().ok()).chain(gateway_of(object)).collect()
}

/// The pod that had an address before, as far back as the store's log of changes goes.
pub(super) fn former_pod(store: &Store, address: Ipv4Addr) -> Option<Key> {
    let text = address.to_string();
    let mut pods = store.changes().rev().filter_map(|change| change.old.as_ref());
    let had = |object: &&Arc<Object>| object.pod().is_some_and(|pod| pod.status.pod_ip == text);
    pods.find(had).map(|object| object.key())
}

/// The Service that had a virtual IP before.
pub(super) fn former_service(store: &Store, address: Ipv4Addr) -> Option<Key> {
    let text = address.to_string();
    let mut services = store.changes().rev().filter_map(|change| change.old.as_ref());
    let had = |object: &&Arc<Object>| object.service().is_some_and(|service| service.spec.cluster_ip == text);
    services.find(had).map(|object| object.key())
}

/// The pods behind the virtual IP of a Service.
pub(super) fn behind(store: &Store, address: Ipv4Addr) -> Vec<Arc<Object>> {
    let text = address.to_string();
    let mut services = store.list_all(Kind::Service);
    let found =
        services.find(|object| object.service().is_some_and(|service| service.spec.cluster_ip == text));
    let selector = found.and_then(|object| Some((object, object.service()?.spec.selector.clone()?)));
    let Some((service, labels)) = selector else { return Vec::new() };
    store.select(Kind::Pod, &service.meta.namespace, &Selector::labels(labels)).into_iter().cloned().collect()
}

/// The node a pod is bound to.
pub(super) fn node_of(pod: &Object) -> &str {
    pod.pod().map_or("", |pod| pod.node.as_str())
}

/// The IPv4 address; the unspecified one for IPv6, which nobody here has.
pub(super) fn v4(address: IpAddr) -> Ipv4Addr {
    match address {
        IpAddr::V4(address) => address,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    }
}
