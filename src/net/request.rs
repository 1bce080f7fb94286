//! What a client asks the network for.

use super::HttpRequest;
use crate::api::Key;
use crate::api::service::Protocol;
use crate::dns::Question;
use std::net::IpAddr;
use std::time::Duration;

/// One request of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who asks.
    pub from: Source,
    /// Whom.
    pub to: Target,
    /// What.
    pub payload: Payload,
    /// How long the client waits for the connection and the answer; its system's own patience if `None`.
    pub timeout: Option<Duration>,
    /// The port it is sent from, to go on with an open connection; a fresh one if `None`.
    pub source_port: Option<u16>,
}

impl Request {
    /// A request on a fresh connection, as long as its system is patient.
    pub fn new(from: Source, host: impl Into<String>, port: Option<u16>, payload: Payload) -> Self {
        Self { from, to: Target { host: host.into(), port }, payload, timeout: None, source_port: None }
    }

    /// The same, given up after `timeout`.
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A container of a pod, by its pod.
    Pod(Key),
    /// A process on a node.
    Node(String),
    /// The learner's own machine.
    Workstation,
    /// A packet that arrives at a node from an address.
    Address {
        /// The address.
        ip: IpAddr,
        /// The node it arrives at.
        node: String,
    },
}

/// Whom a request is for: a host as the client wrote it, name or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A name or an address.
    pub host: String,
    /// The port; `None` for ICMP.
    pub port: Option<u16>,
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// An ICMP echo.
    Ping,
    /// A connection that is opened and closed (`nc -z`), or one datagram.
    Connect(Protocol),
    /// An HTTP exchange over TCP.
    Http(HttpRequest),
    /// One DNS question over UDP, to the name server that is the target.
    Dns(Question),
}

impl Payload {
    /// The transport protocol; `None` for ICMP.
    pub fn protocol(&self) -> Option<Protocol> {
        match self {
            Self::Ping => None,
            Self::Connect(protocol) => Some(*protocol),
            Self::Http(_) => Some(Protocol::Tcp),
            Self::Dns(_) => Some(Protocol::Udp),
        }
    }
}
