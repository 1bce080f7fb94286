//! Reasons in words: what happened and why, in one sentence.
//!
//! Words only. Whatever they say is in the [`Reason`]; nothing is looked up here.

use super::{Direction, DnsFailure, Lacking, NearMiss, Reason};
use crate::api::service::Protocol;
use crate::api::{Key, Labels};

/// A name with its namespace, where that is not the default one: `numbers-api`, `shop/api`.
pub(super) fn name(key: &Key) -> String {
    if key.namespace.is_empty() || key.namespace == "default" {
        key.name.to_string()
    } else {
        format!("{}/{}", key.namespace, key.name)
    }
}

pub(super) fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn labels(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

impl NearMiss {
    /// `nearest app=api-service on pod numbers-api-…`, or that the label is missing there.
    fn words(&self) -> String {
        match &self.found {
            Some(found) => format!("nearest {}={found} on pod {}", self.label, name(&self.pod)),
            None => format!("nearest is pod {}, which has no label {}", name(&self.pod), self.label),
        }
    }
}

impl Lacking {
    /// Why there is no endpoint, to follow a colon.
    pub fn words(&self) -> String {
        match self {
            Self::Matches { selector, pods, nearest } => {
                let near = nearest.as_ref().map(|near| format!("; {}", near.words())).unwrap_or_default();
                format!("selector {} matches 0 of {}{near}", labels(selector), plural(*pods, "pod"))
            }
            Self::Unmade { workload, replicas: Some(0) } => {
                format!("{workload} makes the pods it selects, and its replicas are 0")
            }
            Self::Unmade { workload, .. } => {
                format!("{workload} makes the pods it selects, and none exists")
            }
            Self::Ready { pod, why, matched } => {
                let which = if *matched == 1 {
                    "the pod it selects is".to_owned()
                } else {
                    format!("none of the {matched} pods it selects is")
                };
                let not = if *matched == 1 { "not ready" } else { "ready" };
                format!("{which} {not} ({}: {why})", pod.name)
            }
            Self::NamedPort { name, known, pod, .. } => {
                let known = if known.is_empty() {
                    "it names none".to_owned()
                } else {
                    format!("it names {}", list(known))
                };
                format!("targetPort {name} is the name of no container port of pod {}; {known}", pod.name)
            }
            Self::Selector => "it has no selector and nobody wrote endpoints for it".into(),
            Self::Spread => "its endpoints have not reached this node yet".into(),
        }
    }
}

impl Reason {
    /// What happened and why, in one sentence that names the object and the field.
    pub fn sentence(&self) -> String {
        match self {
            Self::Resolved { name: full, address, .. } => {
                format!("The name {full} has the address {address}.")
            }
            Self::NoSuchName { host, candidates, nearest, could_serve } => {
                let near = match (nearest, could_serve) {
                    (Some(key), _) => nearest_name(key, host),
                    (None, Some(pod)) => {
                        format!("; pod {} could serve it and has no Service of that name", name(pod))
                    }
                    (None, None) => String::new(),
                };
                let tried = if candidates.len() > 1 {
                    format!("none of the {} names the search list makes of it exists", candidates.len())
                } else {
                    "no such name exists".to_owned()
                };
                format!("{host} could not be resolved: {tried}{near}.")
            }
            Self::NoAddress { host, service: Some(service), lacking } => {
                let lacks =
                    lacking.as_ref().map(|lacking| format!(": {}", lacking.words())).unwrap_or_default();
                format!(
                    "{host} exists and has no address, because Service {} has no virtual IP and no ready pod{lacks}.",
                    name(service)
                )
            }
            Self::NoAddress { host, service: None, .. } => format!("{host} exists and has no address."),
            Self::DnsFailed { host, server, how, because } => {
                let how = match how {
                    DnsFailure::Refused => "refused the question",
                    DnsFailure::Silent => "did not answer",
                    DnsFailure::ServerFailure => "failed",
                };
                let why =
                    because.as_ref().map(|because| format!(" {}", because.sentence())).unwrap_or_default();
                format!("{host} could not be looked up: the name server {server} {how}.{why}")
            }
            Self::Sent => "It left its sender.".into(),
            Self::NotRunning { pod } => format!("Pod {} has no network: it is not running.", name(pod)),
            Self::NoRuleForIcmp { service, rejected: false } => format!(
                "Nothing answers a ping of the virtual IP of Service {}: kube-proxy's rules match TCP, UDP and SCTP ports only, so the echo request leaves by the default route and is lost.",
                name(service)
            ),
            Self::NoRuleForIcmp { service, .. } => format!(
                "The node rejects a ping of the virtual IP of Service {}: kube-proxy's rules match TCP, UDP and SCTP ports only.",
                name(service)
            ),
            Self::PortNotListed { service, port, protocol, listed, rejected } => {
                // The protocol is told where it is what differs.
                let plain = listed.iter().all(|(_, listed)| listed == protocol);
                let words = |port: u16, protocol: Protocol| {
                    if plain { port.to_string() } else { format!("{port}/{}", protocol.as_str()) }
                };
                let listed: Vec<String> = listed.iter().map(|(port, of)| words(*port, *of)).collect();
                let lists = if listed.is_empty() { "none".into() } else { list(&listed) };
                let end = if *rejected { "the node rejects it" } else { "no rule takes it and it is lost" };
                format!(
                    "Port {} is not listed in spec.ports of Service {}; the Service lists {lists}, so {end}.",
                    words(*port, *protocol),
                    name(service)
                )
            }
            Self::NotProgrammed { service, port, node, rejected } => {
                let end = if *rejected { "the node rejects it" } else { "it is lost" };
                format!(
                    "kube-proxy on node {node} has no rule yet for port {port} of Service {}, so {end}.",
                    name(service)
                )
            }
            Self::Unallocated { address, former } => {
                let former = former.as_ref().map(|key| format!(" any more; Service {} had it", name(key)));
                format!("No Service has the virtual IP {address}{}.", former.unwrap_or_default())
            }
            Self::NoEndpoints { service, lacking } => {
                format!("Service {} has no endpoint: {}.", name(service), lacking.words())
            }
            Self::NoLocalEndpoints { service, node, external, elsewhere } => format!(
                "{} of Service {} is Local and no endpoint is on node {node}{}, so the packet is dropped.",
                policy_field(*external),
                name(service),
                if elsewhere.is_empty() {
                    String::new()
                } else {
                    format!(" (they are on {})", list(elsewhere))
                }
            ),
            Self::SourceRange { service, source, ranges } => format!(
                "loadBalancerSourceRanges of Service {} lets in {}, not {source}, so the packet is dropped.",
                name(service),
                list(ranges)
            ),
            Self::Chosen { service, index, of } => {
                format!("A rule of Service {} sent it to endpoint {index} of {of}.", name(service))
            }
            Self::Established { .. } => "It belongs to a connection that keeps its endpoint.".into(),
            Self::LinkLoss { node, percent } => {
                format!("The link of node {node} loses {percent} of a hundred packets: this was one.")
            }
            Self::HostPort { pod, port } => format!("hostPort {port} of pod {} takes it.", name(pod)),
            Self::Balanced { service, node } => {
                format!("The load balancer of Service {} handed it to node {node}.", name(service))
            }
            Self::Masqueraded { node, service: Some(_) } => format!(
                "Its source became the address of node {node}, so that the answer comes back this way."
            ),
            Self::Masqueraded { node, .. } => {
                format!("It leaves the cluster with the address of node {node}.")
            }
            Self::Routed { to } => format!("A route leads to {to}."),
            Self::NobodyThere { address, former, noticed } => {
                let former = former.as_ref().map(|pod| format!(" Pod {} had it before.", name(pod)));
                let end = if *noticed { "no neighbour answers for it" } else { "it is lost" };
                format!("Nobody has the address {address}: {end}.{}", former.unwrap_or_default())
            }
            Self::NotRoutable { address, owner } => {
                let whose = owner.as_ref().map(|key| format!(" (of {key})")).unwrap_or_default();
                format!(
                    "Your machine has no route to {address}{whose}: it exists inside of the cluster only."
                )
            }
            Self::NotPublished { port, nearest } => {
                let near = nearest.as_ref().map(|key| format!("; Service {} publishes another", name(key)));
                format!("Nothing listens on port {port} of localhost{}.", near.unwrap_or_default())
            }
            Self::PolicyDenies { direction, pod, policies, peer, port, .. } => {
                let names: Vec<&str> = policies.iter().map(|key| key.name.as_str()).collect();
                let way = match direction {
                    Direction::Ingress => "from",
                    Direction::Egress => "to",
                };
                let port = port.map(|port| format!(" on port {port}")).unwrap_or_default();
                let verb = if names.len() == 1 { "isolates" } else { "isolate" };
                format!(
                    "NetworkPolicy {} {verb} pod {} and allows nothing {way} {peer}{port}, so the packet is dropped.",
                    list(&names),
                    name(pod)
                )
            }
            Self::PolicyAllows { policy, .. } => format!("NetworkPolicy {} allows it.", policy.name),
            Self::Listening => "A program listens there.".into(),
            Self::NothingListens { pod, port, open, service, .. } => {
                let open =
                    if open.is_empty() { "no port is open".into() } else { format!("open: {}", list(open)) };
                let led = service
                    .as_ref()
                    .map(|(service, _)| format!("; targetPort of Service {} leads there", name(service)));
                format!(
                    "Nothing listens on port {port} of pod {} ({open}){}.",
                    name(pod),
                    led.unwrap_or_default()
                )
            }
            Self::LoopbackOnly { pod, port } => {
                format!("The program in pod {} listens on 127.0.0.1:{port} only.", name(pod))
            }
            Self::Frozen { pod } => format!("Pod {} is there and answers nothing.", name(pod)),
            Self::MachineRefuses { machine, port, nearest } => {
                let near = nearest
                    .as_ref()
                    .map(|(key, number)| format!("; Service {} has node port {number}", name(key)))
                    .unwrap_or_default();
                format!("Nothing listens on port {port} of {machine}{near}.")
            }
            Self::ReplyBypasses { node, .. } => format!(
                "The answer goes straight to the client, past node {node} that had rewritten the destination, so it comes from an address the client never asked and is ignored."
            ),
            Self::NoAnswer => "The program took the connection and sent nothing.".into(),
            Self::Answered { status: Some(status) } => format!("Answered: {status}."),
            Self::Answered { status: None } => "Answered.".into(),
            Self::WrongHost { host, server, .. } => format!(
                "{server} knows no site called {host}: an ExternalName changes the address, not the Host header."
            ),
            Self::TooDeep => "Servers kept calling servers; the playground stopped following.".into(),
        }
    }
}

fn nearest_name(key: &Key, host: &str) -> String {
    let label = host.split('.').next().unwrap_or(host);
    if key.name == label {
        format!("; Service {} exists in namespace {}", key.name, key.namespace)
    } else {
        format!("; the nearest Service is {}", name(key))
    }
}

pub(super) fn policy_field(external: bool) -> &'static str {
    if external { "externalTrafficPolicy" } else { "internalTrafficPolicy" }
}
