//! One packet's header, as far as routing reads it.

use crate::api::service::Protocol;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The header of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where it says it comes from.
    pub source: IpAddr,
    /// Where it goes.
    pub destination: IpAddr,
    /// What it carries.
    pub transport: Transport,
    /// Routers it may still pass.
    pub ttl: u8,
}

/// The transport header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// An ICMP echo request or reply (RFC 792).
    Icmp,
    /// A segment or datagram between two ports.
    Ports {
        /// TCP, UDP or SCTP.
        protocol: Protocol,
        /// The sender's port.
        source: u16,
        /// The receiver's port.
        destination: u16,
    },
}

impl Packet {
    /// The sender and its port, 0 where the transport has none.
    pub fn sender(&self) -> SocketAddr {
        match self.transport {
            Transport::Icmp => SocketAddr::new(self.source, 0),
            Transport::Ports { source, .. } => SocketAddr::new(self.source, source),
        }
    }

    /// The destination port, where the transport has one.
    pub fn destination_port(&self) -> Option<u16> {
        match self.transport {
            Transport::Icmp => None,
            Transport::Ports { destination, .. } => Some(destination),
        }
    }
}

/// `10.1.1.5:41000 → 10.96.0.12:80 TCP`, or `10.1.1.5 → 10.1.1.6 ICMP`.
impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport {
            Transport::Icmp => write!(f, "{} → {} ICMP", self.source, self.destination),
            Transport::Ports { protocol, source, destination } => write!(
                f,
                "{}:{source} → {}:{destination} {}",
                self.source,
                self.destination,
                protocol.as_str()
            ),
        }
    }
}
