//! One request from its client's side: the name, the packet's way, the answer, the time it took.

use super::deliver::Arrived;
use super::locate;
use super::state::State;
use super::walk::Walk;
use super::{
    Hop, Host, Outcome, Packet, Place, Reason, Request, Setting, Source, Step, Trace, Transport, resolve,
};
use crate::api::{Instant, Object};
use crate::apiserver::Store;
use crate::proxy::Proxies;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

/// Requests that servers may make on behalf of one another.
const DEEPEST: usize = 8;
/// The TTL a sender starts with.
pub(super) const TTL: u8 = 64;

/// The network as it is at one instant.
pub struct Network<'a> {
    /// The objects.
    pub store: &'a Store,
    /// What kube-proxy wrote on each node.
    pub proxies: &'a Proxies,
    /// The setting.
    pub setting: &'a Setting,
    /// What the network remembers.
    pub state: &'a mut State,
    /// Who listens, and what they answer.
    pub host: &'a mut dyn Host,
    /// The instant.
    pub now: Instant,
}

/// Where a request starts.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub place: Place,
    /// The source address.
    pub address: Ipv4Addr,
    /// The node whose rules its packets meet first; `None` for the workstation.
    pub node: Option<String>,
    /// Whether that node itself sends it: a process on its network.
    pub is_node: bool,
    /// The pod that sends it.
    pub pod: Option<Arc<Object>>,
    /// That pod, if it has a network of its own.
    pub own_network: Option<Arc<Object>>,
}

impl Network<'_> {
    /// Sends a request and follows it to its end.
    pub fn send(&mut self, request: &Request) -> Trace {
        self.send_nested(request, 0)
    }

    pub(super) fn send_nested(&mut self, request: &Request, depth: usize) -> Trace {
        let mut trace = Trace {
            request: request.clone(),
            started: self.now,
            hops: Vec::new(),
            outcome: Outcome::Unreachable,
            took: Duration::ZERO,
        };
        let origin = match self.origin(&request.from) {
            Ok(origin) => origin,
            Err((place, reason)) => {
                trace.hops.push(hop(place, Step::Send, reason));
                return trace;
            }
        };
        if depth > DEEPEST {
            trace.hops.push(hop(origin.place, Step::Send, Reason::TooDeep));
            trace.outcome = Outcome::TimedOut;
            return trace;
        }
        let address = match resolve::host(self, &origin, request, depth, &mut trace) {
            Some(address) => address,
            None => return trace,
        };
        let IpAddr::V4(_) = address else {
            let reason = Reason::NobodyThere { address, former: None, noticed: false };
            trace.hops.push(hop(origin.place, Step::Route, reason));
            return trace;
        };
        let packet = self.packet(&origin, address, request);
        trace.hops.push(Hop { after: Some(packet), ..hop(origin.place.clone(), Step::Send, Reason::Sent) });
        let mut walk = Walk {
            net: self,
            origin: &origin,
            packet,
            hops: Vec::new(),
            took: Duration::ZERO,
            service: None,
            translator: None,
            balanced: false,
            relayed: false,
        };
        let end = walk.run();
        let arrived = Arrived {
            sent: packet,
            got: walk.packet,
            one_way: walk.took,
            service: walk.service.take(),
            translator: walk.translator.take(),
            relayed: walk.relayed,
        };
        trace.hops.append(&mut walk.hops);
        self.finish(&mut trace, &origin, end, &arrived, depth);
        if arrived.relayed
            && matches!(trace.outcome, Outcome::Refused | Outcome::TimedOut | Outcome::Unreachable)
        {
            // The relay on localhost took the connection before it knew; then it can only close it.
            trace.outcome = Outcome::Empty;
        }
        if let Some(limit) = request.timeout.filter(|limit| *limit < trace.took) {
            trace.took = limit;
            trace.outcome = Outcome::TimedOut;
        }
        trace
    }

    /// Where a request starts; an error if its sender has no network.
    fn origin(&self, from: &Source) -> Result<Origin, (Place, Reason)> {
        let plain = |place, address, node: Option<String>| Origin {
            place,
            address,
            is_node: node.is_some(),
            node,
            pod: None,
            own_network: None,
        };
        match from {
            Source::Pod(key) => {
                let place = Place::Pod(key.clone());
                let failed = || (place.clone(), Reason::NotRunning { pod: key.clone() });
                let object = self.store.get(key).filter(|o| locate::has_network(o)).ok_or_else(failed)?;
                let pod = object.pod().ok_or_else(failed)?;
                let address = pod.status.pod_ip.parse().map_err(|_| failed())?;
                let own_network = (!pod.spec.host_network).then(|| object.clone());
                let node = Some(pod.node.to_string());
                let is_node = pod.spec.host_network;
                Ok(Origin {
                    place: place.clone(),
                    address,
                    node,
                    is_node,
                    pod: Some(object.clone()),
                    own_network,
                })
            }
            Source::Node(name) => {
                let address = locate::node_ip(self.store, name).unwrap_or(Ipv4Addr::LOCALHOST);
                Ok(plain(Place::Node(name.clone()), address, Some(name.clone())))
            }
            Source::Workstation => Ok(plain(Place::Workstation, self.setting.workstation.address, None)),
            Source::Address { ip, node } => {
                let address = super::locate::v4(*ip);
                // An address of a pod is that pod's; any other comes from outside.
                let owner = locate::owner(self.store, self.setting, address);
                let own_network = match owner {
                    locate::Owner::Pod(pod) => Some(pod),
                    _ => None,
                };
                let place = own_network
                    .as_ref()
                    .map_or_else(|| Place::Internet(ip.to_string()), |pod| Place::Pod(pod.key()));
                let is_node = locate::node_addresses(self.store, node).contains(&address);
                let pod = own_network.clone();
                Ok(Origin { place, address, node: Some(node.clone()), is_node, pod, own_network })
            }
        }
    }

    fn packet(&mut self, origin: &Origin, to: IpAddr, request: &Request) -> Packet {
        let transport = match request.payload.protocol() {
            None => Transport::Icmp,
            Some(protocol) => Transport::Ports {
                protocol,
                source: request.source_port.unwrap_or_else(|| self.state.port()),
                destination: request.to.port.unwrap_or(0),
            },
        };
        let source = self.source_address(origin, to);
        Packet { source: IpAddr::V4(source), destination: to, transport, ttl: TTL }
    }

    /// The address a sender's system picks: that of the interface its packet leaves by.
    fn source_address(&self, origin: &Origin, to: IpAddr) -> Ipv4Addr {
        if to.is_loopback() {
            return Ipv4Addr::LOCALHOST;
        }
        let Some(node) = origin.node.as_ref().filter(|_| origin.is_node) else { return origin.address };
        match locate::owner(self.store, self.setting, super::locate::v4(to)) {
            locate::Owner::Pod(pod) if super::locate::node_of(&pod) == node => {
                locate::gateway(self.store, node).unwrap_or(origin.address)
            }
            _ => origin.address,
        }
    }
}

/// A hop without a packet, that took no time.
pub(super) fn hop(place: Place, step: Step, because: Reason) -> Hop {
    Hop {
        place,
        step,
        before: None,
        after: None,
        because,
        took: Duration::ZERO,
        rules: vec![],
        nested: vec![],
    }
}
