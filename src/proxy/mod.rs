//! kube-proxy: from Services and EndpointSlices to the rules of each node, as data.
//!
//! A [`Proxy`] belongs to one node. It is programmed one Service at a time, evaluates the first
//! packet of a connection and prints itself as the node's own tools would. It knows nothing of
//! pods, routes or policies, and nothing of time: what clients used last is asked through [`Choose`].

mod cidr;
pub mod iptables;
mod names;
pub mod nftables;
mod port;
mod topology;

pub use cidr::Cidr;
pub use names::Hash;
use port::Seen;
pub use port::{Endpoint, PortName, ServicePort, service_ports};
pub use topology::{NodeFacts, Usable, usable};

use crate::api::service::Protocol;
use crate::api::{Key, Kind, Object};
use crate::apiserver::Store;
use iptables::Iptables;
use nftables::Nftables;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, OnceLock};

/// How kube-proxy talks to the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Chains of the `filter` and `nat` tables.
    #[default]
    Iptables,
    /// Maps and chains of a table of its own.
    Nftables,
}

/// A kube-proxy's own settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The mode.
    pub mode: Mode,
    /// The range of all pods: what comes from elsewhere is masqueraded on its way to a virtual IP.
    pub cluster_cidr: Cidr,
    /// The range of virtual IPs.
    pub service_cidr: Cidr,
}

impl Default for Setting {
    /// What kubeadm sets up.
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            cluster_cidr: Cidr::new(Ipv4Addr::new(10, 244, 0, 0), 16),
            service_cidr: Cidr::new(Ipv4Addr::new(10, 96, 0, 0), 12),
        }
    }
}

/// The first packet of a connection, as a node's rules see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// From.
    pub source: Ipv4Addr,
    /// To.
    pub destination: Ipv4Addr,
    /// What it carries; `None` for ICMP.
    pub protocol: Option<Protocol>,
    /// The destination port; 0 for ICMP.
    pub port: u16,
    /// Whether a process of the node itself sends it.
    pub from_here: bool,
    /// The node's own addresses, besides 127.0.0.0/8.
    pub local: Vec<Ipv4Addr>,
}

impl Flow {
    /// Whether an address is the node's own.
    pub fn is_local(&self, address: Ipv4Addr) -> bool {
        address.is_loopback() || self.local.contains(&address)
    }

    /// Whether it is addressed to the node itself.
    pub fn to_here(&self) -> bool {
        self.is_local(self.destination)
    }
}

/// What is left open by rules: dice, and what was remembered.
pub trait Choose {
    /// One chance in `of`.
    fn chance(&mut self, of: usize) -> bool;

    /// Whether a client used an endpoint within that many seconds.
    fn recent(&self, endpoint: Hash, client: Ipv4Addr, seconds: u32) -> bool;

    /// A client uses an endpoint.
    fn remember(&mut self, endpoint: Hash, client: Ipv4Addr);

    /// Whether to follow every branch of a choice and collect where they lead.
    fn every_branch(&self) -> bool {
        false
    }
}

/// Follows every branch.
#[derive(Debug)]
pub struct Everything;

impl Choose for Everything {
    fn chance(&mut self, _of: usize) -> bool {
        true
    }

    fn recent(&self, _endpoint: Hash, _client: Ipv4Addr, _seconds: u32) -> bool {
        false
    }

    fn remember(&mut self, _endpoint: Hash, _client: Ipv4Addr) {}

    fn every_branch(&self) -> bool {
        true
    }
}

/// What rules do to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Pass,
    /// It goes to this endpoint.
    Dnat(SocketAddrV4),
    /// It is answered by ICMP port unreachable.
    Reject,
    /// It vanishes.
    Drop,
}

/// What a rule took part in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Choosing another destination.
    Translate,
    /// Letting the packet pass, or not.
    Filter,
    /// Rewriting its source.
    Masquerade,
}

/// A rule that took part in a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// In what.
    pub stage: Stage,
    /// The chain.
    pub chain: String,
    /// The rule as the node's tool prints it.
    pub text: String,
}

impl Used {
    fn new(stage: Stage, chain: impl fmt::Display, rule: impl fmt::Display) -> Self {
        let chain = chain.to_string();
        Self { stage, text: format!("-A {chain}{rule}"), chain }
    }
}

/// What became of a packet, and by which rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Translation {
    /// What is done with it.
    pub verdict: Verdict,
    /// The Service whose rule decided.
    pub service: Option<Key>,
    /// Whether its source becomes the node's address when it leaves.
    pub masquerade: bool,
    /// The rules that led there, in order.
    pub used: Vec<Used>,
    /// Every branch that was followed to its end.
    pub all: Vec<Branch>,
}

/// Where one branch of a choice leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The endpoint.
    pub to: SocketAddrV4,
    /// Whether the source becomes the node's address on that way.
    pub masquerade: bool,
}

/// The rules of one node, in the words of its mode.
#[derive(Clone, Debug)]
enum Rules {
    Iptables(Iptables),
    Nftables(Nftables),
}

/// The kube-proxy of one node. Rules are written out when a packet or a person first looks at them:
/// most are replaced before anyone does.
#[derive(Clone, Debug)]
pub struct Proxy {
    node: NodeFacts,
    setting: Setting,
    /// The rules before the Services of `pending` were programmed.
    rules: Rules,
    /// Services to be programmed, in the order they came.
    pending: Vec<Key>,
    /// The rules with them.
    settled: OnceLock<Rules>,
    seen: BTreeMap<Key, Arc<Seen>>,
}

impl Proxy {
    /// The kube-proxy of a node that has seen no Service yet.
    pub fn new(node: NodeFacts, setting: Setting) -> Self {
        let rules = match setting.mode {
            Mode::Iptables => Rules::Iptables(Iptables::default()),
            Mode::Nftables => Rules::Nftables(Nftables::new(&node, &setting)),
        };
        let (pending, settled, seen) = (Vec::new(), OnceLock::new(), BTreeMap::new());
        Self { rules, node, setting, pending, settled, seen }
    }

    /// The node.
    pub fn node(&self) -> &NodeFacts {
        &self.node
    }

    /// The ports it has rules for, as it saw them last.
    pub fn ports(&self, service: &Key) -> &[ServicePort] {
        self.seen.get(service).map_or(&[], |seen| seen.ports())
    }

    /// Whether any Service leads to that endpoint.
    pub fn has_endpoint(&self, address: SocketAddrV4) -> bool {
        let mut ports = self.seen.values().flat_map(|seen| seen.ports());
        ports.any(|port| port.endpoints.iter().any(|e| e.address == address))
    }

    /// Writes the rules of one Service anew, from the objects as they are; takes them out if it is gone.
    pub fn program(&mut self, store: &Store, service: &Key) {
        self.see(service, Seen::of(store, service));
    }

    fn see(&mut self, service: &Key, seen: Option<Arc<Seen>>) {
        if let Some(settled) = self.settled.take() {
            self.rules = settled;
            self.pending.clear();
        }
        match seen {
            Some(seen) => self.seen.insert(service.clone(), seen),
            None => self.seen.remove(service),
        };
        self.pending.retain(|other| other != service);
        self.pending.push(service.clone());
    }

    fn rules(&self) -> &Rules {
        if self.pending.is_empty() {
            return &self.rules;
        }
        self.settled.get_or_init(|| {
            let mut rules = self.rules.clone();
            for service in &self.pending {
                let ports = self.ports(service);
                match &mut rules {
                    Rules::Iptables(rules) => rules.program(service, ports, &self.node, &self.setting),
                    Rules::Nftables(rules) => rules.program(service, ports, &self.node, &self.setting),
                }
            }
            rules
        })
    }

    /// Writes the rules of all Services anew.
    pub fn sync(&mut self, store: &Store) {
        let known: Vec<Key> = self.seen.keys().cloned().collect();
        for key in known.iter().filter(|key| store.get(key).is_none()) {
            self.program(store, key);
        }
        for object in store.list_all(Kind::Service) {
            self.program(store, &object.key());
        }
    }

    /// What the rules do to the first packet of a connection.
    pub fn evaluate(&self, flow: &Flow, choose: &mut dyn Choose) -> Translation {
        match self.rules() {
            Rules::Iptables(rules) => rules.evaluate(flow, choose),
            Rules::Nftables(rules) => rules.evaluate(flow, choose),
        }
    }

    /// The rules of iptables mode, if that is the node's.
    pub fn iptables(&self) -> Option<&Iptables> {
        match self.rules() {
            Rules::Iptables(rules) => Some(rules),
            Rules::Nftables(_) => None,
        }
    }

    /// The rules as the node's own tool prints them: `iptables-save` or `nft list ruleset`.
    pub fn save(&self) -> String {
        match self.rules() {
            Rules::Iptables(rules) => rules.save(),
            Rules::Nftables(rules) => rules.list(),
        }
    }
}

/// The kube-proxies of all nodes.
#[derive(Clone, Debug)]
pub struct Proxies {
    setting: Setting,
    nodes: BTreeMap<String, Proxy>,
    /// What the nodes were told last: they mostly are told the same.
    told: BTreeMap<Key, Arc<Seen>>,
}

impl Proxies {
    /// No node yet.
    pub fn new(setting: Setting) -> Self {
        Self { setting, nodes: BTreeMap::new(), told: BTreeMap::new() }
    }

    /// The kube-proxy of a node.
    pub fn get(&self, node: &str) -> Option<&Proxy> {
        self.nodes.get(node)
    }

    /// Those of all nodes, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Proxy> {
        self.nodes.values()
    }

    /// Starts kube-proxy on nodes that are new or changed, and forgets those that are gone.
    pub fn sync_nodes(&mut self, store: &Store) {
        let facts: Vec<NodeFacts> =
            store.list_all(Kind::Node).filter_map(|object| NodeFacts::of(object)).collect();
        self.nodes.retain(|name, _| facts.iter().any(|node| node.name == *name));
        for node in facts {
            if self.nodes.get(&node.name).is_none_or(|proxy| proxy.node != node) {
                let mut proxy = Proxy::new(node.clone(), self.setting.clone());
                proxy.sync(store);
                self.nodes.insert(node.name, proxy);
            }
        }
    }

    /// Writes the rules of one Service anew on every node.
    pub fn program(&mut self, store: &Store, service: &Key) {
        let seen = self.tell(store, service);
        for proxy in self.nodes.values_mut() {
            proxy.see(service, seen.clone());
        }
    }

    /// Writes the rules of one Service anew on one node.
    pub fn program_on(&mut self, node: &str, store: &Store, service: &Key) {
        let seen = self.tell(store, service);
        if let Some(proxy) = self.nodes.get_mut(node) {
            proxy.see(service, seen);
        }
    }

    /// A Service as it is now, shared by the nodes that see it so.
    fn tell(&mut self, store: &Store, service: &Key) -> Option<Arc<Seen>> {
        let Some(seen) = Seen::of(store, service) else {
            self.told.remove(service);
            return None;
        };
        if let Some(told) = self.told.get(service).filter(|told| told.is_same(&seen)) {
            return Some(told.clone());
        }
        self.told.insert(service.clone(), seen.clone());
        Some(seen)
    }

    /// Brings every node up to date with the objects.
    pub fn sync(&mut self, store: &Store) {
        self.sync_nodes(store);
        for proxy in self.nodes.values_mut() {
            proxy.sync(store);
        }
    }
}

impl NodeFacts {
    /// What kube-proxy knows of a Node.
    pub fn of(object: &Object) -> Option<Self> {
        let node = object.node()?;
        Some(Self {
            name: object.meta.name.to_string(),
            zone: object.meta.labels.get("topology.kubernetes.io/zone").cloned().unwrap_or_default(),
            ip: node.internal_ip().parse().ok(),
        })
    }
}
