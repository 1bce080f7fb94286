//! What the network remembers between requests: connections, affinity, who was warned lately.

use crate::api::Instant;
use crate::api::service::Protocol;
use crate::proxy::{Choose, Hash};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// First and last of the ports that clients send from (`net.ipv4.ip_local_port_range`).
const EPHEMERAL: (u16, u16) = (32_768, 60_999);
/// An idle UDP flow is forgotten after this (`nf_conntrack_udp_timeout_stream`).
const UDP_IDLE: Duration = Duration::from_secs(120);
/// An idle TCP connection is forgotten after this (`nf_conntrack_tcp_timeout_established`).
const TCP_IDLE: Duration = Duration::from_secs(432_000);
/// So many connections are remembered without a look at which are idle.
const LEAST_ROOM: usize = 4096;
/// Time between two ICMP errors to one peer (`net.ipv4.icmp_ratelimit`), and how many may burst.
const ICMP_INTERVAL: Duration = Duration::from_secs(1);
const ICMP_BURST: u32 = 6;

/// One direction of a connection, as conntrack on a node knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Connection {
    pub node: String,
    pub protocol: Protocol,
    pub source: SocketAddrV4,
    pub destination: SocketAddrV4,
}

/// Where a known connection goes.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub to: SocketAddrV4,
    pub masquerade: bool,
    last: Instant,
}

/// A translated connection, as a node's own tool lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// TCP, UDP or SCTP.
    pub protocol: Protocol,
    /// Who began it.
    pub source: SocketAddrV4,
    /// Whom it asked for.
    pub destination: SocketAddrV4,
    /// Who was given it.
    pub to: SocketAddrV4,
    /// Whether its source was rewritten too.
    pub masquerade: bool,
    /// How long ago it was last used.
    pub idle: Duration,
}

/// The network's memory.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) rng: fastrand::Rng,
    next_port: u16,
    connections: BTreeMap<Connection, Known>,
    affinity: BTreeMap<(String, Hash, Ipv4Addr), Instant>,
    errors: BTreeMap<(String, Ipv4Addr), (Instant, Duration)>,
    /// How many connections are kept before idle ones are looked for.
    room: usize,
    /// Links of nodes that lose packets: how many of a hundred.
    losses: BTreeMap<String, u8>,
}

impl State {
    /// A network that remembers nothing; its dice follow from `seed`.
    pub fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        Self {
            next_port: rng.u16(EPHEMERAL.0..=EPHEMERAL.1),
            rng,
            connections: BTreeMap::new(),
            room: LEAST_ROOM,
            affinity: BTreeMap::new(),
            errors: BTreeMap::new(),
            losses: BTreeMap::new(),
        }
    }

    /// Lets the link of a node lose so many of a hundred packets from now on; 0 for none.
    pub fn lose(&mut self, node: &str, percent: u8) {
        if percent == 0 {
            self.losses.remove(node);
        } else {
            self.losses.insert(node.to_owned(), percent.min(100));
        }
    }

    /// The nodes whose links lose packets, and how many of a hundred.
    pub fn losses(&self) -> impl Iterator<Item = (&str, u8)> {
        self.losses.iter().map(|(node, percent)| (node.as_str(), *percent))
    }

    /// How many of a hundred packets the link of a node loses.
    pub(super) fn loss(&self, node: &str) -> u8 {
        self.losses.get(node).copied().unwrap_or(0)
    }

    /// Whether a packet is one of so many of a hundred.
    pub(super) fn is_lost(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    /// The port a client's next connection comes from.
    pub(super) fn port(&mut self) -> u16 {
        let port = self.next_port;
        self.next_port = if port == EPHEMERAL.1 { EPHEMERAL.0 } else { port + 1 };
        port
    }

    /// A duration near `mean`: between half and one and a half.
    pub(super) fn about(&mut self, mean: Duration) -> Duration {
        let micros = mean.as_micros() as u64;
        Duration::from_micros(micros / 2 + self.rng.u64(0..=micros))
    }

    /// Where a connection that is still known goes; looking keeps it known.
    pub(super) fn known(&mut self, connection: &Connection, now: Instant) -> Option<Known> {
        let idle = if connection.protocol == Protocol::Udp { UDP_IDLE } else { TCP_IDLE };
        let known = self.connections.get_mut(connection).filter(|known| now.since(known.last) < idle)?;
        known.last = now;
        Some(known.clone())
    }

    /// Notes a connection that was translated.
    pub(super) fn note(&mut self, connection: Connection, to: SocketAddrV4, masquerade: bool, now: Instant) {
        if self.connections.len() >= self.room {
            self.connections.retain(|connection, known| {
                connection.protocol == Protocol::Tcp && now.since(known.last) < UDP_IDLE
            });
            // Not again before there are as many more, however busy the clients are.
            self.room = LEAST_ROOM.max(2 * self.connections.len());
        }
        self.connections.insert(connection, Known { to, masquerade, last: now });
    }

    /// The connections a node remembers.
    pub fn tracked<'a>(&'a self, node: &'a str, now: Instant) -> impl Iterator<Item = Tracked> + 'a {
        let own = self.connections.iter().filter(move |(connection, _)| connection.node == node);
        own.map(move |(connection, known)| Tracked {
            protocol: connection.protocol,
            source: connection.source,
            destination: connection.destination,
            to: known.to,
            masquerade: known.masquerade,
            idle: now.since(known.last),
        })
    }

    /// Forgets a connection, as kube-proxy does with UDP flows to endpoints that are gone.
    pub(super) fn forget(&mut self, connection: &Connection) {
        self.connections.remove(connection);
    }

    /// Whether a node may send an ICMP error to a peer now. The kernel grants one a second, and
    /// six at once after a pause.
    pub(super) fn may_send_error(&mut self, node: &str, peer: Ipv4Addr, now: Instant) -> bool {
        let full = ICMP_INTERVAL * ICMP_BURST;
        let (last, credit) = self.errors.entry((node.to_owned(), peer)).or_insert((now, full));
        *credit = (*credit + now.since(*last)).min(full);
        *last = now;
        let may = *credit >= ICMP_INTERVAL;
        if may {
            *credit -= ICMP_INTERVAL;
        }
        may
    }
}

/// The dice and the memory of one node's rules.
pub(super) struct NodeChoice<'a> {
    pub state: &'a mut State,
    pub node: &'a str,
    pub now: Instant,
}

impl Choose for NodeChoice<'_> {
    fn chance(&mut self, of: usize) -> bool {
        self.state.rng.u64(0..of as u64) == 0
    }

    fn recent(&self, endpoint: Hash, client: Ipv4Addr, seconds: u32) -> bool {
        let last = self.state.affinity.get(&(self.node.to_owned(), endpoint, client));
        last.is_some_and(|last| self.now.since(*last) < Duration::from_secs(seconds.into()))
    }

    fn remember(&mut self, endpoint: Hash, client: Ipv4Addr) {
        self.state.affinity.insert((self.node.to_owned(), endpoint, client), self.now);
    }
}
