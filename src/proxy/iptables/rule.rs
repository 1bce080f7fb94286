//! Rules of the `filter` and `nat` tables as data, and how `iptables-save` prints one.

use crate::api::service::Protocol;
use crate::proxy::{Cidr, Hash};
use std::fmt;
use std::net::SocketAddrV4;

/// A chain. The order is the one in which `iptables-save` lists them: the kernel's own as packets
/// meet them, then the others by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each prints its own name
pub enum Chain {
    Prerouting,
    Input,
    Forward,
    Output,
    Postrouting,
    /// What is addressed to a Service from outside.
    Ext(Hash),
    ExternalServices,
    Firewall,
    KubeForward,
    /// Whose source addresses a load balancer lets in.
    Fw(Hash),
    MarkMasq,
    NodePorts,
    KubePostrouting,
    ProxyCanary,
    ProxyFirewall,
    /// One endpoint.
    Sep(Hash),
    Services,
    /// The endpoints of a Service port.
    Svc(Hash),
    /// Those of them on this node.
    Svl(Hash),
}

impl Chain {
    /// Whether the kernel has it, whoever writes rules.
    pub fn is_builtin(self) -> bool {
        self <= Self::Postrouting
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Prerouting => "PREROUTING",
            Self::Input => "INPUT",
            Self::Forward => "FORWARD",
            Self::Output => "OUTPUT",
            Self::Postrouting => "POSTROUTING",
            Self::ExternalServices => "KUBE-EXTERNAL-SERVICES",
            Self::Firewall => "KUBE-FIREWALL",
            Self::KubeForward => "KUBE-FORWARD",
            Self::MarkMasq => "KUBE-MARK-MASQ",
            Self::NodePorts => "KUBE-NODEPORTS",
            Self::KubePostrouting => "KUBE-POSTROUTING",
            Self::ProxyCanary => "KUBE-PROXY-CANARY",
            Self::ProxyFirewall => "KUBE-PROXY-FIREWALL",
            Self::Services => "KUBE-SERVICES",
            Self::Ext(hash) => return write!(f, "KUBE-EXT-{hash}"),
            Self::Fw(hash) => return write!(f, "KUBE-FW-{hash}"),
            Self::Sep(hash) => return write!(f, "KUBE-SEP-{hash}"),
            Self::Svc(hash) => return write!(f, "KUBE-SVC-{hash}"),
            Self::Svl(hash) => return write!(f, "KUBE-SVL-{hash}"),
        };
        f.write_str(name)
    }
}

/// A condition beyond addresses and protocol, in the order the rule states them.
#[derive(Clone, Debug, PartialEq)]
pub enum Match {
    /// Not a condition: what a person reads.
    Comment(String),
    /// The rule's protocol, with a port if it names one.
    Transport(Option<u16>),
    /// The destination is an address of this node.
    ToLocal,
    /// The source is an address of this node.
    FromLocal,
    /// Connection tracking has the packet in one of these states (or in none of them).
    State {
        /// Whether to be in one of them fails.
        not: bool,
        /// As the command takes them.
        states: &'static str,
    },
    /// The masquerade mark is set, or is not.
    Marked(bool),
    /// One chance in so many.
    Chance(usize),
    /// The client used this endpoint within so many seconds.
    Recent {
        /// The endpoint's chain.
        endpoint: Hash,
        /// How long it counts.
        seconds: u32,
    },
    /// Notes that the client uses this endpoint; always holds.
    Remember(Hash),
}

/// What a rule does with a packet that meets its conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing: the rule is a remark.
    None,
    /// Goes on in another chain, and comes back if that decides nothing.
    Jump(Chain),
    /// Comes back to the chain before.
    Return,
    /// Passes.
    Accept,
    /// Vanishes.
    Drop,
    /// Is answered by ICMP port unreachable.
    Reject,
    /// Goes to another destination.
    Dnat(SocketAddrV4),
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
    /// From these addresses; from all others if `true`.
    pub source: Option<(bool, Cidr)>,
    /// To these.
    pub destination: Option<Cidr>,
    /// Of this protocol.
    pub protocol: Option<Protocol>,
    /// Further conditions.
    pub matches: Vec<Match>,
    /// What then.
    pub target: Target,
}

impl Rule {
    /// A rule without conditions.
    pub fn new(target: Target) -> Self {
        Self { source: None, destination: None, protocol: None, matches: Vec::new(), target }
    }

    /// With a comment.
    pub fn comment(self, text: impl Into<String>) -> Self {
        self.with(Match::Comment(text.into()))
    }

    /// With one more condition.
    pub fn with(mut self, condition: Match) -> Self {
        self.matches.push(condition);
        self
    }

    /// Of a protocol, with a port if one is given.
    pub fn transport(mut self, protocol: Protocol, port: Option<u16>) -> Self {
        self.protocol = Some(protocol);
        self.with(Match::Transport(port))
    }

    /// From an address range.
    pub fn from(mut self, range: Cidr) -> Self {
        self.source = Some((false, range));
        self
    }

    /// From anywhere but an address range.
    pub fn not_from(mut self, range: Cidr) -> Self {
        self.source = Some((true, range));
        self
    }

    /// To an address range.
    pub fn to(mut self, range: Cidr) -> Self {
        self.destination = Some(range);
        self
    }
}

/// The rule as `iptables-save` prints it, after `-A CHAIN`; begins with a space.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A range that holds every address is no condition, and is not printed.
        if let Some((not, range)) = self.source.filter(|(not, range)| *not || range.length() > 0) {
            write!(f, "{} -s {range}", if not { " !" } else { "" })?;
        }
        if let Some(range) = self.destination {
            write!(f, " -d {range}")?;
        }
        let protocol = self.protocol.map_or("", lower);
        if !protocol.is_empty() {
            write!(f, " -p {protocol}")?;
        }
        for condition in &self.matches {
            match condition {
                Match::Comment(text) => write!(f, " -m comment --comment \"{text}\"")?,
                Match::Transport(None) => write!(f, " -m {protocol}")?,
                Match::Transport(Some(port)) => write!(f, " -m {protocol} --dport {port}")?,
                Match::ToLocal => f.write_str(" -m addrtype --dst-type LOCAL")?,
                Match::FromLocal => f.write_str(" -m addrtype --src-type LOCAL")?,
                Match::State { not, states } => {
                    write!(f, " -m conntrack{} --ctstate {states}", if *not { " !" } else { "" })?;
                }
                Match::Marked(true) => f.write_str(" -m mark --mark 0x4000/0x4000")?,
                Match::Marked(false) => f.write_str(" -m mark ! --mark 0x4000/0x4000")?,
                Match::Chance(of) => {
                    write!(f, " -m statistic --mode random --probability {:.11}", probability(*of))?;
                }
                Match::Recent { endpoint, seconds } => write!(
                    f,
                    " -m recent --rcheck --seconds {seconds} --reap --name {} --mask 255.255.255.255 --rsource",
                    Chain::Sep(*endpoint)
                )?,
                Match::Remember(endpoint) => write!(
                    f,
                    " -m recent --set --name {} --mask 255.255.255.255 --rsource",
                    Chain::Sep(*endpoint)
                )?,
            }
        }
        match self.target {
            Target::None => Ok(()),
            Target::Jump(chain) => write!(f, " -j {chain}"),
            Target::Return => f.write_str(" -j RETURN"),
            Target::Accept => f.write_str(" -j ACCEPT"),
            Target::Drop => f.write_str(" -j DROP"),
            Target::Reject => f.write_str(" -j REJECT --reject-with icmp-port-unreachable"),
            Target::Dnat(to) => write!(f, " -j DNAT --to-destination {to}"),
            Target::Masquerade => f.write_str(" -j MASQUERADE --random-fully"),
            Target::SetMark => f.write_str(" -j MARK --set-xmark 0x4000/0x4000"),
            Target::ClearMark => f.write_str(" -j MARK --set-xmark 0x4000/0x0"),
        }
    }
}

fn lower(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Sctp => "sctp",
    }
}

/// One chance in `of` as the kernel keeps it: kube-proxy writes ten decimals, the kernel rounds
/// them to a fraction of 2^31.
pub fn probability(of: usize) -> f64 {
    const ONE: f64 = 2_147_483_648.0;
    let written = (1e10 / of as f64).round() / 1e10;
    (written * ONE).round() / ONE
}
