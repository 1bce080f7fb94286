//! One request's whole way, hop by hop.

use super::{HttpResponse, Packet, Reason, Request};
use crate::api::{Instant, Key};
use crate::dns::Response;
use std::net::IpAddr;
use std::time::Duration;

/// One request's whole way and how it ended.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What was asked.
    pub request: Request,
    /// When.
    pub started: Instant,
    /// Every step, in order; the last one of a failed request is where it failed.
    pub hops: Vec<Hop>,
    /// What the client met.
    pub outcome: Outcome,
    /// How long it took the client to know.
    pub took: Duration,
}

/// One step of a request.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Where it happened.
    pub place: Place,
    /// What happened.
    pub step: Step,
    /// The packet as it came.
    pub before: Option<Packet>,
    /// The packet as it left; `None` if it went no further.
    pub after: Option<Packet>,
    /// Why.
    pub because: Reason,
    /// How long it took.
    pub took: Duration,
    /// The rules that decided it, as the node's own tool prints them.
    pub rules: Vec<String>,
    /// Requests made on behalf of this step: DNS queries of a lookup, a server's own requests.
    pub nested: Vec<Trace>,
}

/// Where a step happens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a pod.
    Pod(Key),
    /// On a node: its routes and filters.
    Node(String),
    /// kube-proxy's rules on a node.
    KubeProxy(String),
    /// The stub resolver of the client, asking the cluster's DNS.
    Dns,
    /// The cloud's or the desktop's load balancer.
    LoadBalancer(String),
    /// The learner's own machine.
    Workstation,
    /// A host outside.
    Internet(String),
}

/// What happens at a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A name becomes an address, or does not.
    Resolve,
    /// A packet leaves its source.
    Send,
    /// Rules are searched for one that takes the packet.
    Match,
    /// The destination is rewritten.
    Dnat,
    /// The source is rewritten.
    Masquerade,
    /// The next machine is chosen.
    Route,
    /// A filter or policy lets it pass, or not.
    Filter,
    /// It reaches a process, or a closed port.
    Deliver,
    /// The answer goes back.
    Reply,
}

/// What the client meets.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// An answer.
    Answered(Reply),
    /// The name has no address; the resolver's last word says which way it failed.
    Unresolved,
    /// Refused at once: RST or ICMP port unreachable.
    Refused,
    /// Nothing came back in time.
    TimedOut,
    /// No route, or nobody at that address: ICMP host or net unreachable.
    Unreachable,
    /// The connection opened and closed without an answer.
    Empty,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Who the client sees as the sender.
    pub from: IpAddr,
    /// The pod that really answered, if one did.
    pub pod: Option<Key>,
    /// The source address the server saw.
    pub seen_source: IpAddr,
    /// The TTL the answer arrived with.
    pub ttl: u8,
    /// An HTTP response, if that was asked for.
    pub http: Option<HttpResponse>,
    /// A DNS response, if that was asked for.
    pub dns: Option<Response>,
}

impl Trace {
    /// The hop at which it failed: the last one, unless it was answered.
    pub fn failed_hop(&self) -> Option<&Hop> {
        match self.outcome {
            Outcome::Answered(_) => None,
            _ => self.hops.last(),
        }
    }

    /// The answer, if there was one.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.outcome {
            Outcome::Answered(reply) => Some(reply),
            _ => None,
        }
    }
}
