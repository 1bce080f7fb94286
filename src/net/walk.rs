//! One packet's way from machine to machine, until something takes it or ends it.

use super::locate::{self, Owner, node_of, v4};
use super::network::{Network, Origin};
use super::policy::{self, Peer};
use super::state::{Connection, NodeChoice};
use super::{Direction, Hop, Packet, Place, PodNetwork, Reason, Step, Transport, diagnose};
use crate::api::service::Protocol;
use crate::api::{Key, Object};
use crate::proxy::{Flow, Stage, Translation, Verdict};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

/// How long ARP asks for a neighbour before the sender is told (three tries, one second each).
const NEIGHBOUR_PATIENCE: Duration = Duration::from_millis(3_050);

/// How often TCP sends a connection's first packet (`tcp_syn_retries`, and the first one).
const SYN_TRIES: u32 = 7;

/// Where a packet ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// At a pod with a network of its own.
    Pod(Arc<Object>),
    /// At the processes of a node.
    Node(String),
    /// At a host outside.
    Outside(String),
    /// At its own sender, by 127.0.0.1.
    Loopback,
    /// A node answered with ICMP port unreachable.
    Rejected(String),
    /// It vanished.
    Lost,
    /// The sender was told that nobody is there.
    Unreachable(Duration),
}

/// The walk of a request's first packet.
pub(super) struct Walk<'w, 'n> {
    pub net: &'w mut Network<'n>,
    pub origin: &'w Origin,
    pub packet: Packet,
    pub hops: Vec<Hop>,
    /// One way, so far.
    pub took: Duration,
    /// The Service port that translated it, and which of its ports that was.
    pub service: Option<(Key, usize)>,
    /// The node that rewrote its destination and left its source as it was.
    pub translator: Option<String>,
    /// Whether a load balancer handed it to a node.
    pub balanced: bool,
    /// Whether the client sent it to a load balancer's relay.
    pub relayed: bool,
}

impl Walk<'_, '_> {
    pub fn hop(&mut self, place: Place, step: Step, after: Option<Packet>, because: Reason, took: Duration) {
        self.took += took;
        let hop = Hop {
            place,
            step,
            before: Some(self.packet),
            after,
            because,
            took,
            rules: vec![],
            nested: vec![],
        };
        self.hops.push(hop);
        if let Some(after) = after {
            self.packet = after;
        }
    }

    fn destination(&self) -> Ipv4Addr {
        v4(self.packet.destination)
    }

    fn source(&self) -> Ipv4Addr {
        v4(self.packet.source)
    }

    /// From the sender to wherever it ends.
    pub fn run(&mut self) -> End {
        if self.destination().is_loopback() && self.origin.node.is_some() {
            return self.loopback();
        }
        if let Some(own) = self.origin.own_network.clone()
            && self.packet.source == self.packet.destination
        {
            // To itself, a pod's packet never leaves it.
            return End::Pod(own);
        }
        match self.origin.node.clone() {
            Some(node) => self.at_node(&node, self.origin.is_node),
            None => super::workstation::enter(self),
        }
    }

    fn loopback(&mut self) -> End {
        let node = self.origin.node.clone().unwrap_or_default();
        if self.origin.is_node {
            // Node ports answer on localhost in iptables mode (`route_localnet`).
            return self.at_node(&node, true);
        }
        End::Loopback
    }

    /// A packet at a node: translated, filtered, and sent on.
    fn at_node(&mut self, node: &str, from_here: bool) -> End {
        let arrived = self.destination();
        let translation = match self.translate(node, from_here) {
            Ok(translation) => translation,
            Err(end) => return end,
        };
        if let Some(end) = self.egress(node) {
            return end;
        }
        if let Some(end) = self.host_port(node) {
            return end;
        }
        let destination = self.destination();
        let store = self.net.store;
        let owner = locate::owner(store, self.net.setting, destination);
        let local = destination.is_loopback() || matches!(&owner, Owner::Node(other) if other == node);
        if local {
            return End::Node(node.to_owned());
        }
        if let Owner::Pod(pod) = &owner
            && node_of(pod) == node
            && let Some(end) = self.ingress(node, pod, from_here)
        {
            return end;
        }
        self.masquerade(node, &translation, &owner);
        match owner {
            Owner::Pod(pod) if node_of(&pod) == node => {
                self.last_link(node, pod, from_here, arrived != destination)
            }
            Owner::Pod(pod) => {
                let other = node_of(&pod).to_owned();
                if let Some(end) = self.link(node, &other) {
                    return end;
                }
                self.forward(node, &other, from_here);
                match self.ingress(&other, &pod, false) {
                    Some(end) => end,
                    None => self.last_link(&other, pod, false, true),
                }
            }
            Owner::Node(other) => {
                if let Some(end) = self.link(node, &other) {
                    return end;
                }
                self.forward(node, &other, from_here);
                self.at_node(&other, false)
            }
            Owner::Absent(other) => self.absent(node, &other, from_here),
            Owner::Outside(host) => {
                if let Some(end) = self.link(node, &host) {
                    return end;
                }
                self.forward(node, &host, from_here);
                End::Outside(host)
            }
            // An address that kube-proxy leaves to the load balancer itself (`ipMode: Proxy`).
            Owner::External(service) if self.is_balancers(node, &service) => {
                super::workstation::balance(self, &service)
            }
            owner => self.lost(node, owner),
        }
    }

    /// kube-proxy's rules, or the connection they decided before.
    fn translate(&mut self, node: &str, from_here: bool) -> Result<Translation, End> {
        let pass = Translation {
            verdict: Verdict::Pass,
            service: None,
            masquerade: false,
            used: Vec::new(),
            all: Vec::new(),
        };
        let Some(proxy) = self.net.proxies.get(node) else { return Ok(pass) };
        let (protocol, source_port, port) = match self.packet.transport {
            Transport::Icmp => (None, 0, 0),
            Transport::Ports { protocol, source, destination } => (Some(protocol), source, destination),
        };
        let flow = Flow {
            source: self.source(),
            destination: self.destination(),
            protocol,
            port,
            from_here,
            local: locate::node_addresses(self.net.store, node),
        };
        let connection = protocol.map(|protocol| Connection {
            node: node.to_owned(),
            protocol,
            source: SocketAddrV4::new(flow.source, source_port),
            destination: SocketAddrV4::new(flow.destination, port),
        });
        let now = self.net.now;
        let known = connection.as_ref().and_then(|connection| self.net.state.known(connection, now));
        if let (Some(known), Some(connection)) = (known, &connection) {
            // kube-proxy clears UDP flows whose endpoint is gone; TCP connections stay with theirs.
            if protocol == Some(Protocol::Udp) && !proxy.has_endpoint(known.to) {
                self.net.state.forget(connection);
            } else {
                let translation =
                    Translation { verdict: Verdict::Dnat(known.to), masquerade: known.masquerade, ..pass };
                self.dnat(node, known.to, Reason::Established { service: None }, &translation);
                return Ok(translation);
            }
        }
        let mut choice = NodeChoice { state: &mut *self.net.state, node, now };
        let translation = proxy.evaluate(&flow, &mut choice);
        match translation.verdict {
            Verdict::Pass => {}
            Verdict::Dnat(to) => {
                if let Some(connection) = connection {
                    self.net.state.note(connection, to, translation.masquerade, now);
                }
                let (reason, service) = diagnose::chosen(proxy, &flow, &translation, to);
                self.service = service;
                self.dnat(node, to, reason, &translation);
            }
            Verdict::Drop | Verdict::Reject => {
                let reason = diagnose::refused(self.net.store, proxy, &flow, &translation);
                let place = Place::KubeProxy(node.to_owned());
                self.hop(place, Step::Match, None, reason, Duration::ZERO);
                self.note_rules(&translation, Stage::Filter);
                let rejected = translation.verdict == Verdict::Reject;
                return Err(if rejected { End::Rejected(node.to_owned()) } else { End::Lost });
            }
        }
        Ok(translation)
    }

    fn dnat(&mut self, node: &str, to: SocketAddrV4, reason: Reason, translation: &Translation) {
        self.translator = (!translation.masquerade).then(|| node.to_owned());
        let mut after = self.packet;
        after.destination = IpAddr::V4(*to.ip());
        if let Transport::Ports { destination, .. } = &mut after.transport {
            *destination = to.port();
        }
        self.hop(Place::KubeProxy(node.to_owned()), Step::Dnat, Some(after), reason, Duration::ZERO);
        self.note_rules(translation, Stage::Translate);
    }

    /// Notes at the last hop the rules of a verdict that took part in that stage.
    fn note_rules(&mut self, translation: &Translation, stage: Stage) {
        if let Some(hop) = self.hops.last_mut() {
            let used = translation.used.iter().filter(|used| used.stage == stage);
            hop.rules = used.map(|used| used.text.clone()).collect();
        }
    }

    /// The sender's own policies, on its node, after kube-proxy chose the destination.
    fn egress(&mut self, node: &str) -> Option<End> {
        let pod = self.origin.own_network.clone().filter(|pod| node_of(pod) == node)?;
        let destination = self.destination();
        let store = self.net.store;
        let peer_pod = match locate::owner(store, self.net.setting, destination) {
            Owner::Pod(pod) => Some(pod),
            _ => None,
        };
        let peer = Peer { address: destination, pod: peer_pod.as_deref() };
        self.filter(node, Direction::Egress, &pod, &peer)
    }

    fn filter(&mut self, node: &str, direction: Direction, pod: &Object, peer: &Peer<'_>) -> Option<End> {
        if peer.pod.is_some_and(|other| other.key() == pod.key()) {
            return None;
        }
        let transport = self.packet.transport;
        let reason = policy::judge(self.net.store, direction, pod, peer, transport)?;
        let denied = matches!(reason, Reason::PolicyDenies { .. });
        let after = (!denied).then_some(self.packet);
        self.hop(Place::Node(node.to_owned()), Step::Filter, after, reason, Duration::ZERO);
        denied.then_some(End::Lost)
    }

    /// A port of the node that a pod asked for.
    fn host_port(&mut self, node: &str) -> Option<End> {
        let Transport::Ports { protocol, destination, .. } = self.packet.transport else { return None };
        let addresses = locate::node_addresses(self.net.store, node);
        if !addresses.contains(&self.destination()) && !self.destination().is_loopback() {
            return None;
        }
        let store = self.net.store;
        let (pod, port) = store.pods_on_node(node).into_iter().find_map(|object| {
            let pod = object.pod().filter(|pod| !pod.spec.host_network && locate::has_network(object))?;
            let mut ports = pod.spec.containers.iter().flat_map(|container| &container.ports);
            let port = ports.find(|port| port.host_port == destination && port.protocol == protocol)?;
            Some((object.clone(), port.container_port))
        })?;
        let to = SocketAddrV4::new(pod.pod()?.status.pod_ip.parse().ok()?, port);
        let mut after = self.packet;
        after.destination = IpAddr::V4(*to.ip());
        if let Transport::Ports { destination, .. } = &mut after.transport {
            *destination = port;
        }
        let reason = Reason::HostPort { pod: pod.key(), port: destination };
        self.hop(Place::Node(node.to_owned()), Step::Dnat, Some(after), reason, Duration::ZERO);
        let denied = self.ingress(node, &pod, false);
        Some(denied.unwrap_or_else(|| self.last_link(node, pod, false, true)))
    }

    /// The source becomes the node's where a rule marked the packet, or where a pod leaves the cluster.
    fn masquerade(&mut self, node: &str, translation: &Translation, owner: &Owner) {
        let own = self.origin.own_network.as_ref().is_some_and(|pod| node_of(pod) == node);
        let leaves = own
            && self.net.setting.masquerades_outside
            && !matches!(owner, Owner::Pod(_) | Owner::Absent(_) | Owner::ClusterIp(_) | Owner::Unallocated)
            && !self.net.setting.proxy.service_cidr.contains(self.destination());
        if !translation.masquerade && !leaves {
            return;
        }
        let store = self.net.store;
        let same = matches!(owner, Owner::Pod(pod) if node_of(pod) == node);
        let address = if same { locate::gateway(store, node) } else { None };
        let Some(address) = address.or_else(|| locate::node_ip(store, node)) else { return };
        let mut after = self.packet;
        after.source = IpAddr::V4(address);
        if after.source == self.packet.source {
            return;
        }
        let service = translation.masquerade.then(|| translation.service.clone()).flatten();
        let reason = Reason::Masqueraded { node: node.to_owned(), service };
        self.hop(Place::Node(node.to_owned()), Step::Masquerade, Some(after), reason, Duration::ZERO);
        if translation.masquerade {
            self.note_rules(translation, Stage::Masquerade);
        }
    }

    /// To the next machine; a node that did not send it itself takes one off its TTL.
    fn forward(&mut self, node: &str, to: &str, from_here: bool) {
        let mut after = self.packet;
        after.ttl -= u8::from(!from_here);
        let outside = self.net.setting.outside.iter().any(|host| host.name == to);
        let mean = if outside { self.net.setting.outside_latency } else { self.net.setting.latency };
        let took = self.net.state.about(mean);
        let reason = Reason::Routed { to: to.to_owned() };
        self.hop(Place::Node(node.to_owned()), Step::Route, Some(after), reason, took);
    }

    /// The links between two machines may lose the packet. TCP sends it again, waiting twice as long each
    /// time, until it gives up.
    fn link(&mut self, node: &str, other: &str) -> Option<End> {
        let lossy = [node, other].into_iter().find(|node| self.net.state.loss(node) > 0)?.to_owned();
        let percent = self.net.state.loss(&lossy);
        let tcp = matches!(self.packet.transport, Transport::Ports { protocol: Protocol::Tcp, .. });
        let tries = if tcp { SYN_TRIES } else { 1 };
        for again in 0..tries {
            if !self.net.state.is_lost(percent) {
                return None;
            }
            if tcp {
                self.took += Duration::from_secs(1 << again);
            }
        }
        let reason = Reason::LinkLoss { node: lossy.clone(), percent };
        self.hop(Place::Node(lossy), Step::Route, None, reason, Duration::ZERO);
        Some(End::Lost)
    }

    /// The receiver's policies, on its node, before a masquerade hides the sender. A node always
    /// reaches its own pods: the kubelet must probe them.
    fn ingress(&mut self, node: &str, pod: &Arc<Object>, from_here: bool) -> Option<End> {
        if from_here {
            return None;
        }
        let store = self.net.store;
        let source = self.source();
        let peer_pod = match locate::owner(store, self.net.setting, source) {
            Owner::Pod(pod) => Some(pod),
            _ => None,
        };
        let peer = Peer { address: source, pod: peer_pod.as_deref() };
        self.filter(node, Direction::Ingress, pod, &peer)
    }

    /// The last link.
    fn last_link(&mut self, node: &str, pod: Arc<Object>, from_here: bool, routed: bool) -> End {
        // Neighbours on one bridge see each other directly.
        let neighbours = self.net.setting.pods == PodNetwork::Bridge
            && !routed
            && self.origin.own_network.as_ref().is_some_and(|own| node_of(own) == node);
        let mut after = self.packet;
        after.ttl -= u8::from(!from_here && !neighbours);
        let took = self.net.state.about(self.net.setting.latency);
        let reason = Reason::Routed { to: pod.meta.name.to_string() };
        self.hop(Place::Node(node.to_owned()), Step::Route, Some(after), reason, took);
        End::Pod(pod)
    }

    /// An address in a node's range of pods that no pod has.
    fn absent(&mut self, node: &str, other: &str, from_here: bool) -> End {
        let address = self.packet.destination;
        let former = locate::former_pod(self.net.store, self.destination());
        let noticed = self.net.setting.pods == PodNetwork::Bridge;
        if noticed && other != node {
            self.forward(node, other, from_here);
        }
        let place = Place::Node(if noticed { other } else { node }.to_owned());
        let reason = Reason::NobodyThere { address, former, noticed };
        self.hop(place, Step::Route, None, reason, Duration::ZERO);
        if noticed { End::Unreachable(NEIGHBOUR_PATIENCE) } else { End::Lost }
    }

    /// Whether the node's rules leave the addresses of a Service to its load balancer.
    fn is_balancers(&self, node: &str, service: &Key) -> bool {
        let ports = self.net.proxies.get(node).map(|proxy| proxy.ports(service)).unwrap_or_default();
        let destination = self.destination();
        let port = self.packet.destination_port();
        !self.balanced
            && ports.iter().any(|p| Some(p.port) == port && !p.load_balancer_ips.contains(&destination))
    }

    /// Nothing takes it: it leaves by the default route and is never heard of.
    fn lost(&mut self, node: &str, owner: Owner) -> End {
        let reason = diagnose::lost(self.net.store, node, owner, &self.packet);
        self.hop(Place::Node(node.to_owned()), Step::Route, None, reason, Duration::ZERO);
        End::Lost
    }

    /// Enters the cluster at a node, as if its address had been asked for.
    pub fn enter(&mut self, node: &str) -> End {
        self.at_node(node, false)
    }
}
