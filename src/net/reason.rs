//! Why a hop went as it went: the object and the field that decided it.
//!
//! Data only; the words are in `explain`.

use crate::api::service::Protocol;
use crate::api::{Key, Labels};
use std::fmt;
use std::net::IpAddr;

/// A field of an object: `spec.selector` of `service/numbers-api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The object.
    pub object: Key,
    /// The path in its document.
    pub path: String,
}

impl Field {
    /// A field of an object.
    pub fn new(object: &Key, path: impl Into<String>) -> Self {
        Self { object: object.clone(), path: path.into() }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.path, self.object)
    }
}

/// A pod that almost matched a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The pod.
    pub pod: Key,
    /// The label that differs.
    pub label: String,
    /// What the selector asks for.
    pub wanted: String,
    /// What the pod has, if it has that label.
    pub found: Option<String>,
}

/// Why a Service has no endpoint that takes traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// Its selector matches no pod.
    Matches {
        /// The selector.
        selector: Labels,
        /// How many pods its namespace has.
        pods: usize,
        /// The pod that almost matches.
        nearest: Option<NearMiss>,
    },
    /// It would match the pods of a workload that has none.
    Unmade {
        /// The Deployment, or another that makes pods.
        workload: Key,
        /// How many it asks for, if it says a number.
        replicas: Option<u64>,
    },
    /// It matches pods, and none of them is ready.
    Ready {
        /// One of them, and why it is not ready, in the words of its status.
        pod: Key,
        /// `CrashLoopBackOff`, `readiness probe`, `ContainerCreating` …
        why: String,
        /// How many it matches.
        matched: usize,
    },
    /// No container of its pods has a port of that name.
    NamedPort {
        /// The `targetPort`.
        name: String,
        /// Its place in `spec.ports`.
        index: usize,
        /// Names that exist.
        known: Vec<String>,
        /// A pod it matches.
        pod: Key,
    },
    /// It has no selector, and nobody wrote endpoints for it.
    Selector,
    /// The objects are in order; kube-proxy has not caught up yet.
    Spread,
}

/// Which way a policy looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

/// How a name failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFailure {
    /// The name server's Service has no endpoint: ICMP port unreachable.
    Refused,
    /// Nothing came back.
    Silent,
    /// The server failed.
    ServerFailure,
}

/// Why.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The name led to an address.
    Resolved {
        /// As it was asked for.
        host: String,
        /// As it was answered: the candidate that existed.
        name: String,
        /// The address.
        address: IpAddr,
        /// The object behind the name, if it is the cluster's.
        object: Option<Key>,
    },
    /// No candidate of the name exists.
    NoSuchName {
        /// As it was asked for.
        host: String,
        /// Every name that was tried.
        candidates: Vec<String>,
        /// A Service of that name in another namespace, or the name's nearest neighbour.
        nearest: Option<Key>,
        /// A pod that could serve it, by its labels or ports.
        could_serve: Option<Key>,
    },
    /// The name exists and has no address.
    NoAddress {
        /// As it was asked for.
        host: String,
        /// The Service behind it: headless, and without a ready pod.
        service: Option<Key>,
        /// What it lacks.
        lacking: Option<Lacking>,
    },
    /// The name could not be looked up.
    DnsFailed {
        /// As it was asked for.
        host: String,
        /// The name server.
        server: IpAddr,
        /// How.
        how: DnsFailure,
        /// Why the query failed, if its own trace says so.
        because: Option<Box<Reason>>,
    },
    /// Sent.
    Sent,
    /// The pod has no network: it does not run.
    NotRunning {
        /// The pod.
        pod: Key,
    },
    /// No rule takes ICMP to a ClusterIP.
    NoRuleForIcmp {
        /// The Service that owns the address.
        service: Key,
        /// Whether the node says so (nftables mode), or silently lets it leave (iptables mode).
        rejected: bool,
    },
    /// The Service does not list that port.
    PortNotListed {
        /// The Service.
        service: Key,
        /// The port asked for.
        port: u16,
        /// Its protocol.
        protocol: Protocol,
        /// The ports it lists.
        listed: Vec<(u16, Protocol)>,
        /// Whether the node says so (nftables mode), or silently lets it leave (iptables mode).
        rejected: bool,
    },
    /// The Service lists that port, and the node's kube-proxy has no rule for it: it writes rules a
    /// moment after the Service, and none while it is stopped.
    NotProgrammed {
        /// The Service.
        service: Key,
        /// The port asked for.
        port: u16,
        /// The node.
        node: String,
        /// Whether the node says so (nftables mode), or silently lets it leave (iptables mode).
        rejected: bool,
    },
    /// A virtual IP that no Service has.
    Unallocated {
        /// The address.
        address: IpAddr,
        /// The Service that had it last.
        former: Option<Key>,
    },
    /// The Service has no endpoint that takes traffic.
    NoEndpoints {
        /// The Service.
        service: Key,
        /// What it lacks.
        lacking: Lacking,
    },
    /// It has endpoints, and a `Local` policy keeps this node from using them.
    NoLocalEndpoints {
        /// The Service.
        service: Key,
        /// The node.
        node: String,
        /// Whether the policy is the external one.
        external: bool,
        /// The nodes that do have endpoints.
        elsewhere: Vec<String>,
    },
    /// The load balancer does not let that source in.
    SourceRange {
        /// The Service.
        service: Key,
        /// The source.
        source: IpAddr,
        /// Who may.
        ranges: Vec<String>,
    },
    /// A rule sent it to an endpoint.
    Chosen {
        /// The Service.
        service: Key,
        /// Which endpoint, from 1.
        index: usize,
        /// Of how many.
        of: usize,
    },
    /// It belongs to a connection that has its endpoint already.
    Established {
        /// The Service.
        service: Option<Key>,
    },
    /// The link of a node lost it: a fault that somebody plays.
    LinkLoss {
        /// The node.
        node: String,
        /// How many of a hundred packets it loses.
        percent: u8,
    },
    /// A pod's `hostPort` took it.
    HostPort {
        /// The pod.
        pod: Key,
        /// The port of the node.
        port: u16,
    },
    /// A load balancer picked a node.
    Balanced {
        /// The Service.
        service: Key,
        /// The node.
        node: String,
    },
    /// Its source became the node's, so that the answer comes back this way.
    Masqueraded {
        /// The node.
        node: String,
        /// The Service whose rule marked it, if one did.
        service: Option<Key>,
    },
    /// A route led there.
    Routed {
        /// The node or gateway it goes to next.
        to: String,
    },
    /// Nobody has that address, and no route leads further.
    NobodyThere {
        /// The address.
        address: IpAddr,
        /// The pod that had it last.
        former: Option<Key>,
        /// Whether a neighbour noticed, by ARP.
        noticed: bool,
    },
    /// The workstation has no route to the cluster's inner addresses.
    NotRoutable {
        /// The address.
        address: IpAddr,
        /// Whose it is.
        owner: Option<Key>,
    },
    /// Nothing is published on that port of the workstation's localhost.
    NotPublished {
        /// The port.
        port: u16,
        /// A Service that is published, or could be.
        nearest: Option<Key>,
    },
    /// A NetworkPolicy denies it.
    PolicyDenies {
        /// Which way.
        direction: Direction,
        /// The pod it isolates.
        pod: Key,
        /// The policies that isolate the pod; none of them allows this.
        policies: Vec<Key>,
        /// The other side.
        peer: IpAddr,
        /// The port.
        port: Option<u16>,
        /// What was nearest to allowing it: a field of a policy.
        nearest: Option<Field>,
    },
    /// Policies isolate the pod, and one of them allows this.
    PolicyAllows {
        /// Which way.
        direction: Direction,
        /// The policy.
        policy: Key,
    },
    /// Delivered to something that listens.
    Listening,
    /// Nothing listens on that port.
    NothingListens {
        /// The pod.
        pod: Key,
        /// The port.
        port: u16,
        /// The ports that are open.
        open: Vec<u16>,
        /// The Service that sent it there, and the place in `spec.ports`.
        service: Option<(Key, usize)>,
    },
    /// The program listens on 127.0.0.1 only.
    LoopbackOnly {
        /// The pod.
        pod: Key,
        /// The port.
        port: u16,
    },
    /// The machine is there and answers nothing.
    Frozen {
        /// The pod.
        pod: Key,
    },
    /// Nothing on that machine listens on that port.
    MachineRefuses {
        /// The node or host.
        machine: String,
        /// The port.
        port: u16,
        /// A Service of that port at another address or as a node port.
        nearest: Option<(Key, u16)>,
    },
    /// The server took the connection and sent nothing.
    NoAnswer,
    /// The answer does not come back through the node that rewrote the destination.
    ReplyBypasses {
        /// That node.
        node: String,
        /// The Service whose rule rewrote it.
        service: Option<Key>,
    },
    /// The answer came back the same way.
    Answered {
        /// The HTTP status, if that was asked for.
        status: Option<u16>,
    },
    /// The server knows no site of that name: an ExternalName changes the address, not the Host header.
    WrongHost {
        /// The Host header.
        host: String,
        /// The name the server answers to.
        server: String,
        /// The ExternalName Service.
        service: Option<Key>,
    },
    /// Servers kept calling servers.
    TooDeep,
}
