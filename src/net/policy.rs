//! NetworkPolicies: whether a pod's isolation lets a packet pass.

use super::locate;
use super::{Direction, Field, Reason, Transport};
use crate::api::network_policy::{IpBlock, NetworkPolicy, Peer as PolicyPeer, PolicyPort};
use crate::api::service::Protocol;
use crate::api::{IntOrString, Key, Kind, Labels, Object};
use crate::apiserver::Store;
use crate::proxy::Cidr;
use std::net::{IpAddr, Ipv4Addr};

/// The other side of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer<'a> {
    pub address: Ipv4Addr,
    /// The pod that has the address, if one does.
    pub pod: Option<&'a Object>,
}

/// What the policies of `pod` say: `None` if none isolates it in that direction.
pub(super) fn judge(
    store: &Store,
    direction: Direction,
    pod: &Object,
    peer: &Peer<'_>,
    transport: Transport,
) -> Option<Reason> {
    let mut policies = Vec::new();
    let mut nearest = None;
    for object in store.list(Kind::NetworkPolicy, &pod.meta.namespace) {
        let Some(policy) = object.network_policy() else { continue };
        if !isolates(policy, direction) || !policy.spec.pod_selector.matches(&pod.meta.labels) {
            continue;
        }
        let key = object.key();
        match permits(store, policy, &key, direction, pod, peer, transport) {
            Ok(()) => return Some(Reason::PolicyAllows { direction, policy: key }),
            Err(field) => nearest = nearest.or(field),
        }
        policies.push(key);
    }
    if policies.is_empty() {
        return None;
    }
    Some(Reason::PolicyDenies {
        direction,
        pod: pod.key(),
        policies,
        peer: IpAddr::V4(peer.address),
        port: port_of(transport),
        nearest,
    })
}

/// Without `policyTypes` a policy isolates ingress, and egress if it has rules for it.
fn isolates(policy: &NetworkPolicy, direction: Direction) -> bool {
    let types = &policy.spec.policy_types;
    match direction {
        Direction::Ingress => types.is_empty() || types.iter().any(|t| t == "Ingress"),
        Direction::Egress if types.is_empty() => !policy.spec.egress.is_empty(),
        Direction::Egress => types.iter().any(|t| t == "Egress"),
    }
}

/// Whether a rule of the policy lets the packet pass; if not, the field that came nearest.
fn permits(
    store: &Store,
    policy: &NetworkPolicy,
    key: &Key,
    direction: Direction,
    pod: &Object,
    peer: &Peer<'_>,
    transport: Transport,
) -> Result<(), Option<Field>> {
    let rules: Vec<(&[PolicyPeer], &[PolicyPort])> = match direction {
        Direction::Ingress => policy.spec.ingress.iter().map(|r| (&r.from[..], &r.ports[..])).collect(),
        Direction::Egress => policy.spec.egress.iter().map(|r| (&r.to[..], &r.ports[..])).collect(),
    };
    // A named port is a port of the pod that receives.
    let receiver = match direction {
        Direction::Ingress => Some(pod),
        Direction::Egress => peer.pod,
    };
    let (list, peers) = match direction {
        Direction::Ingress => ("spec.ingress", "from"),
        Direction::Egress => ("spec.egress", "to"),
    };
    let mut nearest = None;
    for (index, (who, ports)) in rules.iter().enumerate() {
        let peer_fits = who.is_empty() || who.iter().any(|w| includes(store, w, &key.namespace, peer));
        let port_fits = ports.is_empty() || ports.iter().any(|port| covers(port, transport, receiver));
        match (peer_fits, port_fits) {
            (true, true) => return Ok(()),
            (true, false) => nearest = Some(Field::new(key, format!("{list}[{index}].ports"))),
            (false, true) if nearest.is_none() => {
                nearest = Some(Field::new(key, format!("{list}[{index}].{peers}")));
            }
            _ => {}
        }
    }
    Err(nearest)
}

fn includes(store: &Store, who: &PolicyPeer, namespace: &str, peer: &Peer<'_>) -> bool {
    if let Some(block) = &who.ip_block {
        return in_block(block, peer.address);
    }
    // A pod on its node's network has no identity of its own.
    let Some(pod) = peer.pod.filter(|pod| !locate::on_host_network(pod)) else { return false };
    let namespace_fits = match &who.namespace_selector {
        Some(selector) => selector.matches(&namespace_labels(store, &pod.meta.namespace)),
        None => pod.meta.namespace == namespace,
    };
    namespace_fits && who.pod_selector.as_ref().is_none_or(|selector| selector.matches(&pod.meta.labels))
}

/// The server labels every namespace with its own name.
fn namespace_labels(store: &Store, name: &str) -> Labels {
    let object = store.find(Kind::Namespace, "", name);
    let mut labels = object.map(|object| Labels::clone(&object.meta.labels)).unwrap_or_default();
    labels.entry("kubernetes.io/metadata.name".to_owned()).or_insert_with(|| name.to_owned());
    labels
}

fn in_block(block: &IpBlock, address: Ipv4Addr) -> bool {
    let holds = |text: &String| Cidr::parse(text).is_some_and(|range| range.contains(address));
    holds(&block.cidr) && !block.except.iter().any(holds)
}

fn covers(port: &PolicyPort, transport: Transport, receiver: Option<&Object>) -> bool {
    let Transport::Ports { protocol, destination, .. } = transport else { return false };
    if port.protocol != protocol {
        return false;
    }
    match &port.port {
        None => true,
        Some(IntOrString::Int(first)) => {
            let last = port.end_port.map_or(*first, i64::from);
            (*first..=last).contains(&i64::from(destination))
        }
        Some(IntOrString::Name(name)) => {
            receiver.is_some_and(|pod| named_port(pod, name, protocol) == Some(destination))
        }
    }
}

fn named_port(pod: &Object, name: &str, protocol: Protocol) -> Option<u16> {
    let containers = pod.pod()?.spec.containers.iter();
    let mut ports = containers.flat_map(|container| &container.ports);
    ports.find(|port| port.name == name && port.protocol == protocol).map(|port| port.container_port)
}

fn port_of(transport: Transport) -> Option<u16> {
    match transport {
        Transport::Icmp => None,
        Transport::Ports { destination, .. } => Some(destination),
    }
}
