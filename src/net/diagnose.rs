//! The objects and fields behind a failure, and the nearest miss.
//!
//! Rules say what happens to a packet; this says which object made them so. It reads the store and
//! never changes what happens.

use super::locate::{self, Owner};
use super::{HttpResponse, Lacking, NearMiss, Packet, Payload, Reason, Request, Setting, Transport};
use crate::api::service::{Protocol, Service, ServiceType};
use crate::api::{IntOrString, Key, Kind, Labels, Object, Ordered, Selector};
use crate::apiserver::Store;
use crate::proxy::{Flow, Proxy, ServicePort, Translation, Verdict, usable};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

/// Which endpoint of which Service a packet was sent to, and the place of the port in `spec.ports`.
pub(super) fn chosen(
    proxy: &Proxy,
    flow: &Flow,
    translation: &Translation,
    to: SocketAddrV4,
) -> (Reason, Option<(Key, usize)>) {
    let Some(service) = translation.service.clone() else {
        return (Reason::Established { service: None }, None);
    };
    let ports = proxy.ports(&service);
    let Some(port) = ports.iter().find(|port| addressed(port, flow)) else {
        return (Reason::Established { service: Some(service) }, None);
    };
    let endpoints = usable(port, proxy.node());
    let group =
        if endpoints.cluster.iter().any(|e| e.address == to) { &endpoints.cluster } else { &endpoints.local };
    let index = group.iter().position(|e| e.address == to).map_or(1, |at| at + 1);
    (Reason::Chosen { service: service.clone(), index, of: group.len().max(1) }, Some((service, port.index)))
}

/// Whether a packet is addressed to a Service port, at any of its addresses.
fn addressed(port: &ServicePort, flow: &Flow) -> bool {
    let at = |address: Ipv4Addr| address == flow.destination;
    flow.protocol == Some(port.name.protocol)
        && (port.port == flow.port
            && (at(port.cluster_ip)
                || port.external_ips.iter().any(|ip| at(*ip))
                || port.load_balancer_ips.iter().any(|ip| at(*ip)))
            || port.node_port != 0 && port.node_port == flow.port && flow.to_here())
}

/// Why kube-proxy's rules rejected or dropped a packet.
pub(super) fn refused(store: &Store, proxy: &Proxy, flow: &Flow, translation: &Translation) -> Reason {
    let Some(service) = translation.service.clone() else {
        return Reason::Unallocated { address: IpAddr::V4(flow.destination), former: None };
    };
    let ports = proxy.ports(&service);
    let Some(port) = ports.iter().find(|port| addressed(port, flow)) else {
        return match flow.protocol {
            None => Reason::NoRuleForIcmp { service, rejected: true },
            Some(protocol) => no_rule(store, &proxy.node().name, service, (flow.port, protocol), true),
        };
    };
    if translation.verdict == Verdict::Reject {
        return Reason::NoEndpoints { lacking: lacking(store, &service, &port.name.port), service };
    }
    if port.load_balancer_ips.contains(&flow.destination)
        && !port.source_ranges.is_empty()
        && !port.source_ranges.iter().any(|range| range.contains(flow.source))
    {
        let ranges = port.source_ranges.iter().map(ToString::to_string).collect();
        return Reason::SourceRange { service, source: IpAddr::V4(flow.source), ranges };
    }
    let mut elsewhere: Vec<String> =
        port.endpoints.iter().filter(|e| e.ready).filter_map(|e| e.node.clone()).collect();
    elsewhere.order();
    elsewhere.dedup();
    let external = flow.destination != port.cluster_ip;
    Reason::NoLocalEndpoints { service, node: proxy.node().name.clone(), external, elsewhere }
}

/// Why a packet that no rule took is lost.
pub(super) fn lost(store: &Store, node: &str, owner: Owner, packet: &Packet) -> Reason {
    let address = packet.destination;
    let v4 = super::locate::v4(address);
    match owner {
        Owner::ClusterIp(service) | Owner::External(service) => match packet.transport {
            Transport::Icmp => Reason::NoRuleForIcmp { service, rejected: false },
            Transport::Ports { protocol, destination, .. } => {
                no_rule(store, node, service, (destination, protocol), false)
            }
        },
        Owner::Unallocated => Reason::Unallocated { address, former: locate::former_service(store, v4) },
        _ => Reason::NobodyThere { address, former: locate::former_pod(store, v4), noticed: false },
    }
}

fn service_of<'a>(store: &'a Store, key: &Key) -> Option<&'a Service> {
    store.get(key)?.service()
}

/// Why no rule of a node takes a port at an address of a Service.
fn no_rule(store: &Store, node: &str, service: Key, asked: (u16, Protocol), rejected: bool) -> Reason {
    let listed: Vec<(u16, Protocol)> = service_of(store, &service)
        .map(|service| service.spec.ports.iter().map(|port| (port.port, port.protocol)).collect())
        .unwrap_or_default();
    let (port, protocol) = asked;
    if listed.contains(&asked) {
        return Reason::NotProgrammed { service, port, node: node.to_owned(), rejected };
    }
    Reason::PortNotListed { service, port, protocol, listed, rejected }
}

/// What a Service lacks to have an endpoint that takes traffic on one of its ports.
pub(super) fn lacking(store: &Store, key: &Key, port_name: &str) -> Lacking {
    let Some(service) = service_of(store, key) else { return Lacking::Spread };
    let Some(labels) = service.spec.selector.clone().filter(|labels| !labels.is_empty()) else {
        return Lacking::Selector;
    };
    let matched = store.select(Kind::Pod, &key.namespace, &Selector::labels(labels.clone()));
    let Some(first) = matched.first() else {
        if let Some(unmade) = unmade(store, &key.namespace, &labels) {
            return unmade;
        }
        let pods = store.list(Kind::Pod, &key.namespace).count();
        return Lacking::Matches {
            nearest: nearest_pod(store, &key.namespace, &labels),
            pods,
            selector: labels,
        };
    };
    let ports = &service.spec.ports;
    if let Some((index, port)) = ports.iter().enumerate().find(|(_, port)| port.name == port_name)
        && let IntOrString::Name(name) = &port.target_port
    {
        let names: Vec<String> = port_names(first);
        if !matched.iter().any(|pod| port_names(pod).contains(name)) {
            return Lacking::NamedPort { name: name.clone(), index, known: names, pod: first.key() };
        }
    }
    let unready = matched.iter().find(|pod| !is_ready(pod));
    match unready {
        Some(pod) if matched.iter().all(|pod| !is_ready(pod)) => {
            Lacking::Ready { pod: pod.key(), why: unready_because(pod), matched: matched.len() }
        }
        _ => Lacking::Spread,
    }
}

/// The workload whose pods a selector would match, if it had any.
fn unmade(store: &Store, namespace: &str, selector: &Labels) -> Option<Lacking> {
    let makers = [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet];
    let mut workloads = makers.into_iter().flat_map(|kind| store.list(kind, namespace));
    let workload = workloads.find(|object| {
        let labels = &object.doc()["spec"]["template"]["metadata"]["labels"];
        selector.iter().all(|(label, wanted)| labels[label].as_str() == Some(wanted))
    })?;
    let replicas = workload.doc()["spec"]["replicas"].as_u64();
    Some(Lacking::Unmade { workload: workload.key(), replicas })
}

fn port_names(pod: &Object) -> Vec<String> {
    let containers = pod.pod().map(|pod| pod.spec.containers.as_slice()).unwrap_or_default();
    let ports = containers.iter().flat_map(|container| &container.ports);
    ports.filter(|port| !port.name.is_empty()).map(|port| port.name.clone()).collect()
}

fn is_ready(pod: &Object) -> bool {
    pod.meta.deleted.is_none() && pod.pod().is_some_and(|pod| pod.status.condition("Ready"))
}

/// Why a pod is not ready, as its status says.
fn unready_because(object: &Object) -> String {
    let Some(pod) = object.pod() else { return String::new() };
    if object.meta.deleted.is_some() {
        return "it is terminating".into();
    }
    let statuses = &pod.status.container_statuses;
    if let Some(waiting) = statuses.iter().find_map(|status| status.state.waiting.as_ref()) {
        return waiting.reason.to_string();
    }
    if pod.status.phase != "Running" {
        return if pod.status.phase.is_empty() { "Pending".into() } else { pod.status.phase.to_string() };
    }
    let probed = pod.spec.containers.iter().any(|container| container.readiness_probe.is_some());
    if probed { "its readiness probe fails".into() } else { "its containers are not ready".into() }
}

/// The pod that differs from a selector by the least.
pub fn nearest_pod(store: &Store, namespace: &str, selector: &Labels) -> Option<NearMiss> {
    let pods: Vec<(Key, &Labels)> =
        store.list(Kind::Pod, namespace).map(|object| (object.key(), &*object.meta.labels)).collect();
    nearest(selector, &pods)
}

/// Whose labels differ from a selector by the least: one label misspelt, or one missing of several.
pub(super) fn nearest(selector: &Labels, candidates: &[(Key, &Labels)]) -> Option<NearMiss> {
    let mut best: Option<(usize, NearMiss)> = None;
    for (key, labels) in candidates {
        for (label, wanted) in selector {
            let found = labels.get(label);
            if found == Some(wanted) {
                continue;
            }
            let others = selector.iter().filter(|(k, v)| labels.get(*k) != Some(v)).count() - 1;
            let close = match found {
                Some(found) => alike(found, wanted),
                // The value under another label: the label itself is misspelt.
                None => labels.values().any(|value| value == wanted),
            };
            let score = others * 20 + found.map_or(40, |found| distance(found, wanted));
            if (close || others == 0 && selector.len() > 1) && best.as_ref().is_none_or(|(s, _)| score < *s) {
                let (pod, label, wanted) = (key.clone(), label.clone(), wanted.clone());
                best = Some((score, NearMiss { pod, label, wanted, found: found.cloned() }));
            }
        }
    }
    best.map(|(_, miss)| miss)
}

/// Whether one value may stand for the other: every word of the shorter one has its like in the longer
/// one. `api` and `numbers-api` are alike, `api-svc` and `api-service`; `numbers-api` and `numbers-web` are not.
fn alike(a: &str, b: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect()
    };
    let (mut few, mut many) = (words(a), words(b));
    if few.len() > many.len() {
        std::mem::swap(&mut few, &mut many);
    }
    few.iter().all(|word| many.iter().any(|other| same_word(word, other)))
}

/// The same word, misspelt or cut short: `svc` for `service`, `frontend` for `front`.
fn same_word(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut rest = long.chars();
    let abbreviates = short.len() > 1 && short.chars().next() == long.chars().next();
    abbreviates && short.chars().all(|c| rest.any(|other| other == c)) || distance(a, b) * 2 <= long.len()
}

/// Edits between two words (Levenshtein).
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}

/// The object behind an address, for the trace of a name.
pub(super) fn behind(store: &Store, setting: &Setting, address: IpAddr) -> Option<Key> {
    match locate::owner(store, setting, super::locate::v4(address)) {
        Owner::Pod(pod) => Some(pod.key()),
        Owner::ClusterIp(key) | Owner::External(key) => Some(key),
        Owner::Node(name) => Some(Key::new(Kind::Node, "", name)),
        _ => None,
    }
}

/// Why no candidate of a name exists.
pub(super) fn no_such_name(store: &Store, host: &str, namespace: &str, candidates: Vec<String>) -> Reason {
    let label = host.split('.').next().unwrap_or(host);
    let services = || store.list_all(Kind::Service).map(|object| object.key());
    let elsewhere = services().find(|key| key.name == label && key.namespace != namespace);
    let similar = || {
        let near = |key: &Key| distance(&key.name, label) <= label.len() / 3;
        services().filter(near).min_by_key(|key| (distance(&key.name, label), key.namespace != namespace))
    };
    let could_serve = store
        .list(Kind::Pod, namespace)
        .find(|pod| pod.meta.labels.values().any(|value| value == label))
        .map(|pod| pod.key());
    // A pod made to serve that name lacks its Service; only else the name may be misspelt.
    let nearest = elsewhere.or_else(|| if could_serve.is_none() { similar() } else { None });
    Reason::NoSuchName { host: host.to_owned(), candidates, nearest, could_serve }
}

/// Why a name that exists has no address.
pub(super) fn no_address(store: &Store, host: &str, namespace: &str) -> Reason {
    let mut labels = host.split('.');
    let name = labels.next().unwrap_or(host);
    let namespace = labels.next().unwrap_or(namespace);
    let service = store.find(Kind::Service, namespace, name).map(|object| object.key());
    let lacking = service.as_ref().map(|key| lacking(store, key, ""));
    Reason::NoAddress { host: host.to_owned(), service, lacking }
}

/// A Service that has that port at another address, and the port to use there.
pub(super) fn nearest_port(store: &Store, port: u16) -> Option<(Key, u16)> {
    store.list_all(Kind::Service).find_map(|object| {
        let ports = &object.service()?.spec.ports;
        let found = ports.iter().find(|p| p.port == port && p.node_port != 0)?;
        Some((object.key(), found.node_port))
    })
}

/// Whether an answer is what was asked for: an ExternalName leads to a site under another name.
pub(super) fn answered(
    store: &Store,
    request: &Request,
    http: Option<&HttpResponse>,
    status: Option<u16>,
) -> Reason {
    if let (Payload::Http(asked), Some(404)) = (&request.payload, http.map(|response| response.status))
        && let Some(host) = asked.header("Host")
    {
        let label = host.split(['.', ':']).next().unwrap_or(host);
        let alias = store.list_all(Kind::Service).find(|object| {
            object.meta.name == label
                && object.service().is_some_and(|s| s.spec.kind == ServiceType::ExternalName)
        });
        if let Some((object, service)) = alias.and_then(|object| Some((object, object.service()?))) {
            let server = service.spec.external_name.clone();
            return Reason::WrongHost { host: host.to_owned(), server, service: Some(object.key()) };
        }
    }
    Reason::Answered { status }
}
