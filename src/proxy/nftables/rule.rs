//! Rules, maps and sets of the `kube-proxy` table as data, and how `nft` prints them.

use crate::api::service::Protocol;
use crate::proxy::{Cidr, Hash};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};

/// A map of the table, from addresses and ports to verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each prints its own name and comment
pub enum Map {
    NoEndpointServices,
    NoEndpointNodePorts,
    FirewallIps,
    ServiceIps,
    ServiceNodePorts,
}

impl Map {
    /// All maps, in the order they are created.
    pub const ALL: [Self; 5] = [
        Self::NoEndpointServices,
        Self::NoEndpointNodePorts,
        Self::FirewallIps,
        Self::ServiceIps,
        Self::ServiceNodePorts,
    ];

    /// Whether its keys begin with an address.
    pub fn has_address(self) -> bool {
        !matches!(self, Self::NoEndpointNodePorts | Self::ServiceNodePorts)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoEndpointServices => "no-endpoint-services",
            Self::NoEndpointNodePorts => "no-endpoint-nodeports",
            Self::FirewallIps => "firewall-ips",
            Self::ServiceIps => "service-ips",
            Self::ServiceNodePorts => "service-nodeports",
        }
    }

    /// Its comment.
    pub fn comment(self) -> &'static str {
        match self {
            Self::NoEndpointServices => "vmap to drop or reject packets to services with no endpoints",
            Self::NoEndpointNodePorts => {
                "vmap to drop or reject packets to service nodeports with no endpoints"
            }
            Self::FirewallIps => "destinations that are subject to LoadBalancerSourceRanges",
            Self::ServiceIps => "ClusterIP, ExternalIP and LoadBalancer IP traffic",
            Self::ServiceNodePorts => "NodePort traffic",
        }
    }
}

/// A key of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapKey {
    /// The destination, in maps that have one.
    pub address: Option<Ipv4Addr>,
    /// The protocol.
    pub protocol: Protocol,
    /// The destination port.
    pub port: u16,
}

impl fmt::Display for MapKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(address) = self.address {
            write!(f, "{address} . ")?;
        }
        write!(f, "{} . {}", lower(self.protocol), self.port)
    }
}

/// What a map says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// `drop`, or another chain.
    pub action: Action,
    /// A comment.
    pub comment: Option<String>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Match {
    /// The first packet of a connection.
    New,
    /// From these ranges.
    From(Vec<Cidr>),
    /// From none of these ranges.
    NotFrom(Vec<Cidr>),
    /// From one address of the node itself.
    FromLocal,
    /// To an address and port.
    To(Ipv4Addr, Protocol, u16),
    /// To the range of virtual IPs.
    ToRange(Cidr),
    /// To a virtual IP some Service has.
    ToClusterIp,
    /// To an address of the node that takes node ports.
    ToNodePortIp,
    /// Of a protocol.
    Protocol(Protocol),
    /// The client used this endpoint lately.
    Recent {
        /// The endpoint.
        endpoint: Hash,
        /// The set that remembers.
        set: String,
        /// For how many seconds.
        seconds: u32,
    },
    /// The masquerade mark is not set.
    Unmarked,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Goes on in another chain, and comes back.
    Jump(String),
    /// Goes on in another chain for good.
    Goto(String),
    /// Goes where a map says.
    Lookup(Map),
    /// Goes to one of these chains, by dice.
    Balance(Vec<String>),
    /// Notes that the client uses this endpoint.
    Remember {
        /// The endpoint.
        endpoint: Hash,
        /// The set that remembers.
        set: String,
    },
    /// Goes to another destination.
    Dnat(SocketAddrV4),
    /// Comes back to the chain before.
    Return,
    /// Vanishes.
    Drop,
    /// Is answered by ICMP port unreachable.
    Reject,
    /// Leaves with this node's address.
    Masquerade,
    /// Sets the masquerade mark.
    SetMark,
    /// Clears it.
    ClearMark,
}

/// One rule of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What must hold.
    pub matches: Vec<Match>,
    /// What then.
    pub action: Action,
    /// A comment.
    pub comment: Option<&'static str>,
}

impl Rule {
    /// A rule without conditions.
    pub fn new(action: Action) -> Self {
        Self { matches: Vec::new(), action, comment: None }
    }

    /// With one more condition.
    pub fn when(mut self, condition: Match) -> Self {
        self.matches.push(condition);
        self
    }

    /// With a comment.
    pub fn comment(self, text: &'static str) -> Self {
        Self { comment: Some(text), ..self }
    }
}

fn ranges(list: &[Cidr]) -> String {
    let items: Vec<String> = list.iter().map(|range| one(*range)).collect();
    format!("{{ {} }}", items.join(", "))
}

/// A range; a single address without its mask.
fn one(range: Cidr) -> String {
    if range.length() == 32 { range.address().to_string() } else { range.to_string() }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("ct state new"),
            Self::From(list) if list.len() == 1 => write!(f, "ip saddr {}", one(list[0])),
            Self::From(list) => write!(f, "ip saddr {}", ranges(list)),
            Self::NotFrom(list) if list.len() == 1 => write!(f, "ip saddr != {}", one(list[0])),
            Self::NotFrom(list) => write!(f, "ip saddr != {}", ranges(list)),
            Self::FromLocal => f.write_str("fib saddr type local"),
            Self::To(address, protocol, port) => {
                write!(f, "ip daddr {address} {} dport {port}", lower(*protocol))
            }
            Self::ToRange(range) => write!(f, "ip daddr {range}"),
            Self::ToClusterIp => f.write_str("ip daddr @cluster-ips"),
            Self::ToNodePortIp => f.write_str("ip daddr @nodeport-ips"),
            Self::Protocol(protocol) => write!(f, "meta l4proto {}", lower(*protocol)),
            Self::Recent { set, .. } => write!(f, "ip saddr @{set}"),
            Self::Unmarked => f.write_str("meta mark & 0x00004000 == 0x00000000"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jump(chain) => write!(f, "jump {chain}"),
            Self::Goto(chain) => write!(f, "goto {chain}"),
            Self::Lookup(map) => {
                let address = if map.has_address() { "ip daddr . " } else { "" };
                write!(f, "{address}meta l4proto . th dport vmap @{}", map.name())
            }
            Self::Balance(chains) => {
                write!(f, "numgen random mod {} vmap {{ ", chains.len())?;
                for (index, chain) in chains.iter().enumerate() {
                    write!(f, "{}{index} : goto {chain}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str(" }")
            }
            Self::Remember { set, .. } => write!(f, "update @{set} {{ ip saddr }}"),
            Self::Dnat(to) => write!(f, "dnat to {to}"),
            Self::Return => f.write_str("return"),
            Self::Drop => f.write_str("drop"),
            Self::Reject => f.write_str("reject"),
            Self::Masquerade => f.write_str("masquerade fully-random"),
            Self::SetMark => f.write_str("meta mark set meta mark | 0x00004000"),
            Self::ClearMark => f.write_str("meta mark set meta mark ^ 0x00004000"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for condition in &self.matches {
            write!(f, "{condition} ")?;
        }
        write!(f, "{}", self.action)?;
        self.comment.map_or(Ok(()), |comment| write!(f, " comment \"{comment}\""))
    }
}

fn lower(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Sctp => "sctp",
    }
}
