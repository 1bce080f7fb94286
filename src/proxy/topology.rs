//! Which endpoints of a Service port a node may use: readiness, locality, hints.

use super::port::{Endpoint, ServicePort};
use std::net::Ipv4Addr;

/// A node as its kube-proxy knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFacts {
    /// Its name.
    pub name: String,
    /// Its zone (`topology.kubernetes.io/zone`); empty for none.
    pub zone: String,
    /// Its address.
    pub ip: Option<Ipv4Addr>,
}

/// The endpoints of a port, by what traffic may use them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usable {
    /// For traffic under a `Cluster` policy.
    pub cluster: Vec<Endpoint>,
    /// For traffic under a `Local` policy.
    pub local: Vec<Endpoint>,
    /// Either.
    pub all: Vec<Endpoint>,
    /// Whether any endpoint exists that some node could use.
    pub any: bool,
}

/// How hints narrow the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hints {
    Ignored,
    SameNode,
    SameZone,
}

/// Sorts the endpoints of a port by the traffic that may use them on a node. Terminating endpoints
/// that still serve are the last resort of each group.
pub fn usable(port: &ServicePort, node: &NodeFacts) -> Usable {
    let pick = |accept: &dyn Fn(&Endpoint) -> bool| -> Vec<Endpoint> {
        port.endpoints.iter().filter(|endpoint| accept(endpoint)).cloned().collect()
    };
    let or_terminating = |first: Vec<Endpoint>, here: &dyn Fn(&Endpoint) -> bool| {
        if first.is_empty() { pick(&|e| here(e) && e.serving && e.terminating) } else { first }
    };
    let is_local = |endpoint: &Endpoint| endpoint.node.as_deref() == Some(node.name.as_str());

    let mut usable = Usable::default();
    if port.uses_cluster_endpoints() {
        let hints = hints_in_force(&port.endpoints, node);
        usable.cluster =
            or_terminating(pick(&|endpoint| endpoint.ready && follows(endpoint, hints, node)), &|_| true);
        usable.any = !usable.cluster.is_empty();
    }
    if !port.uses_local_endpoints() {
        usable.all = usable.cluster.clone();
        return usable;
    }
    usable.local = or_terminating(pick(&|endpoint| endpoint.ready && is_local(endpoint)), &is_local);
    usable.any |= !usable.local.is_empty();
    if !port.uses_cluster_endpoints() {
        usable.any |= port.endpoints.iter().any(|e| e.ready || e.serving && e.terminating);
    }
    // Both are in the order of all endpoints: each is met at the head of its list.
    let (mut cluster, mut local) = (usable.cluster.iter().peekable(), usable.local.iter().peekable());
    usable.all = port
        .endpoints
        .iter()
        .filter(|endpoint| {
            let in_cluster = cluster.next_if_eq(endpoint).is_some();
            local.next_if_eq(endpoint).is_some() || in_cluster
        })
        .cloned()
        .collect();
    usable
}

/// Hints count only if every ready endpoint carries one and one of them is for us.
fn hints_in_force(endpoints: &[Endpoint], node: &NodeFacts) -> Hints {
    let ready = || endpoints.iter().filter(|endpoint| endpoint.ready);
    if ready().all(|e| !e.node_hints.is_empty()) && ready().any(|e| e.node_hints.contains(&node.name)) {
        Hints::SameNode
    } else if ready().all(|e| !e.zone_hints.is_empty()) && ready().any(|e| e.zone_hints.contains(&node.zone))
    {
        Hints::SameZone
    } else {
        Hints::Ignored
    }
}

fn follows(endpoint: &Endpoint, hints: Hints, node: &NodeFacts) -> bool {
    match hints {
        Hints::Ignored => true,
        Hints::SameNode => endpoint.node_hints.contains(&node.name),
        Hints::SameZone => endpoint.zone_hints.contains(&node.zone),
    }
}
