//! How the learner's own machine gets into the cluster.

use super::locate::{self, Owner, v4};
use super::walk::{End, Walk};
use super::{NodeAccess, Packet, Place, Reason, Step, Transport};
use crate::api::service::ServiceType;
use crate::api::{Key, Kind};
use crate::apiserver::Store;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Takes the packet of a process on the workstation to a node, or says why there is no way.
pub(super) fn enter(walk: &mut Walk<'_, '_>) -> End {
    let destination = v4(walk.packet.destination);
    if destination.is_loopback() {
        return localhost(walk);
    }
    let store = walk.net.store;
    let workstation = walk.net.setting.workstation.clone();
    match locate::owner(store, walk.net.setting, destination) {
        Owner::Node(node) if can_reach_node(store, &node, destination, workstation.nodes) => {
            hand_over(walk, &node);
            walk.enter(&node)
        }
        Owner::External(service) if workstation.load_balancers => balance(walk, &service),
        Owner::Outside(host) => {
            let took = walk.net.state.about(walk.net.setting.outside_latency);
            let after = walk.packet;
            walk.hop(Place::Workstation, Step::Route, Some(after), Reason::Routed { to: host.clone() }, took);
            End::Outside(host)
        }
        Owner::Workstation => End::Loopback,
        owner => {
            let address = walk.packet.destination;
            let reason = match owner {
                Owner::Nobody => Reason::NobodyThere { address, former: None, noticed: false },
                Owner::Pod(pod) => Reason::NotRoutable { address, owner: Some(pod.key()) },
                Owner::ClusterIp(key) | Owner::External(key) => {
                    Reason::NotRoutable { address, owner: Some(key) }
                }
                Owner::Node(name) => {
                    Reason::NotRoutable { address, owner: Some(Key::new(Kind::Node, "", name)) }
                }
                _ => Reason::NotRoutable { address, owner: None },
            };
            walk.hop(Place::Workstation, Step::Route, None, reason, Duration::ZERO);
            End::Lost
        }
    }
}

fn can_reach_node(store: &Store, node: &str, address: Ipv4Addr, access: NodeAccess) -> bool {
    let wanted = match access {
        NodeAccess::None => return false,
        NodeAccess::All => ["InternalIP", "ExternalIP"].as_slice(),
        NodeAccess::External => ["ExternalIP"].as_slice(),
    };
    let text = address.to_string();
    store.find(Kind::Node, "", node).and_then(|object| object.node()).is_some_and(|node| {
        node.status.addresses.iter().any(|a| a.address == text && wanted.contains(&a.kind.as_str()))
    })
}

fn hand_over(walk: &mut Walk<'_, '_>, node: &str) {
    let after = Packet { source: IpAddr::V4(walk.net.setting.workstation.address), ..walk.packet };
    let took = walk.net.state.about(walk.net.setting.latency);
    walk.hop(Place::Workstation, Step::Route, Some(after), Reason::Routed { to: node.to_owned() }, took);
}

/// `localhost`: a relay listens for each published port and opens a connection of its own to a node.
fn localhost(walk: &mut Walk<'_, '_>) -> End {
    let Transport::Ports { destination: port, .. } = walk.packet.transport else { return End::Loopback };
    let store = walk.net.store;
    let published = walk.net.setting.workstation.publishes_localhost;
    let found = if published { published_on(store, port) } else { None };
    let node = store.list_all(Kind::Node).next().map(|node| node.meta.name.to_string());
    let Some(((service, node_port), node)) = found.zip(node) else {
        let nearest = nearest_published(store);
        walk.hop(
            Place::Workstation,
            Step::Deliver,
            None,
            Reason::NotPublished { port, nearest },
            Duration::ZERO,
        );
        return End::Rejected(String::new());
    };
    walk.relayed = true;
    let mut after = walk.packet;
    after.source = IpAddr::V4(walk.net.setting.workstation.address);
    if let Some(ip) = locate::node_ip(store, &node) {
        after.destination = IpAddr::V4(ip);
    }
    if let Transport::Ports { destination, .. } = &mut after.transport {
        *destination = node_port;
    }
    let took = walk.net.state.about(walk.net.setting.latency);
    let reason = Reason::Balanced { service, node: node.to_string() };
    walk.hop(Place::LoadBalancer("localhost".into()), Step::Dnat, Some(after), reason, took);
    walk.enter(&node)
}

/// The Service published on a port of `localhost`, and its node port: a load balancer that was
/// given `localhost`, or a node port.
fn published_on(store: &Store, port: u16) -> Option<(Key, u16)> {
    store.list_all(Kind::Service).find_map(|object| {
        let service = object.service()?;
        let balanced = is_published(service);
        let open = matches!(service.spec.kind, ServiceType::NodePort | ServiceType::LoadBalancer);
        let mut ports = service.spec.ports.iter().filter(|p| p.node_port != 0);
        let found = ports.find(|p| balanced && p.port == port || open && p.node_port == port)?;
        Some((object.key(), found.node_port))
    })
}

fn is_published(service: &crate::api::service::Service) -> bool {
    let ingress = &service.status.load_balancer.ingress;
    service.spec.kind == ServiceType::LoadBalancer && ingress.iter().any(|i| i.hostname == "localhost")
}

fn nearest_published(store: &Store) -> Option<Key> {
    let services = || store.list_all(Kind::Service).filter_map(|object| Some((object, object.service()?)));
    let published = services().find(|(_, service)| is_published(service));
    published
        .or_else(|| services().find(|(_, s)| s.spec.kind != ServiceType::ClusterIp))
        .map(|(o, _)| o.key())
}

/// An address of a load balancer: it hands the packet, its destination as it is, to a node.
pub(super) fn balance(walk: &mut Walk<'_, '_>, service: &Key) -> End {
    walk.balanced = true;
    let store = walk.net.store;
    let object = store.get(service);
    let local = object.and_then(|o| o.service()).is_some_and(|s| s.spec.external_traffic_policy == "Local");
    let healthy = |node: &str| {
        let ports = walk.net.proxies.get(node).map(|proxy| proxy.ports(service)).unwrap_or_default();
        let here = |e: &crate::proxy::Endpoint| e.ready && e.node.as_deref() == Some(node);
        !local || ports.iter().any(|port| port.endpoints.iter().any(here))
    };
    let nodes: Vec<String> = store.list_all(Kind::Node).map(|node| node.meta.name.to_string()).collect();
    let mut candidates: Vec<&String> = nodes.iter().filter(|node| healthy(node)).collect();
    if candidates.is_empty() {
        candidates = nodes.iter().collect();
    }
    if candidates.is_empty() {
        return End::Lost;
    }
    let node = candidates[walk.net.state.rng.u64(0..candidates.len() as u64) as usize].clone();
    let after = balanced(walk, service, &node);
    let took = walk.net.state.about(walk.net.setting.latency);
    let reason = Reason::Balanced { service: service.clone(), node: node.clone() };
    walk.hop(Place::LoadBalancer(service.name.to_string()), Step::Route, Some(after), reason, took);
    walk.enter(&node)
}

/// The packet as a balancer hands it over: as it came, where nodes know the address themselves; else
/// a balancer connects anew, from its own address to a node port.
fn balanced(walk: &Walk<'_, '_>, service: &Key, node: &str) -> Packet {
    let mut after = walk.packet;
    let ports = walk.net.proxies.get(node).map(|proxy| proxy.ports(service)).unwrap_or_default();
    let port = ports.iter().find(|port| Some(port.port) == walk.packet.destination_port());
    let known = port.is_none_or(|port| port.load_balancer_ips.contains(&v4(walk.packet.destination)));
    if known {
        return after;
    }
    after.source = walk.packet.destination;
    if let Some(ip) = locate::node_ip(walk.net.store, node) {
        after.destination = IpAddr::V4(ip);
    }
    if let (Transport::Ports { destination, .. }, Some(port)) = (&mut after.transport, port) {
        *destination = port.node_port;
    }
    after
}
