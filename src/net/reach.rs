//! Who can reach what: every pod and the workstation against every Service port. The pods of the system itself are
//! not among the sources.
//!
//! A matrix is computed on a network whose memory nobody needs (a clone's), and brought up to date
//! by what the store's log says has changed.

use super::network::Network;
use super::{NodeAccess, Outcome, Payload, Request, Source, Trace};
use crate::api::service::{Protocol, ServiceType};
use crate::api::{Key, Kind, Object, Ordered, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Requests that one cell may take to meet every endpoint.
const MOST_TRIES: usize = 24;

/// A port of a Service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceAt {
    /// The Service.
    pub service: Key,
    /// Its port.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
}

/// Whether one source reaches one Service port.
#[derive(Clone, Debug)]
pub struct Cell {
    /// How many of the endpoints that were met answered.
    pub answered: usize,
    /// How many were met; at least 1.
    pub met: usize,
    /// A failed request if there was one, else the last.
    pub trace: Trace,
}

impl Cell {
    /// Whether every endpoint answered.
    pub fn is_open(&self) -> bool {
        self.answered == self.met
    }

    /// One word: `yes`, `partly`, or how it failed.
    pub fn word(&self) -> &'static str {
        match (self.answered, self.is_open()) {
            (_, true) => "yes",
            (0, _) => self.trace.outcome.word(),
            _ => "partly",
        }
    }
}

/// The matrix.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    version: Option<u64>,
    sources: Vec<Source>,
    targets: Vec<ServiceAt>,
    cells: BTreeMap<(Source, ServiceAt), Cell>,
}

impl Matrix {
    /// The sources: pods by namespace and name, then the workstation.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The Service ports, by namespace, name and port.
    pub fn targets(&self) -> &[ServiceAt] {
        &self.targets
    }

    /// One cell.
    pub fn cell(&self, source: &Source, target: &ServiceAt) -> Option<&Cell> {
        self.cells.get(&(source.clone(), target.clone()))
    }

    /// Brings the matrix up to date with the network: asks again only where an object changed that
    /// a cell depends on. Returns how many cells were asked.
    pub fn update(&mut self, network: &mut Network<'_>) -> usize {
        let stale = self.version.and_then(|version| Stale::since(network, version));
        self.version = Some(network.store.version());
        self.sources = sources(network);
        self.targets = targets(network);
        let mut old = std::mem::take(&mut self.cells);
        let mut asked = 0;
        for source in &self.sources {
            for target in &self.targets {
                let key = (source.clone(), target.clone());
                let kept =
                    old.remove(&key).filter(|_| stale.as_ref().is_some_and(|stale| !stale.touches(&key)));
                let cell = kept.unwrap_or_else(|| {
                    asked += 1;
                    ask(network, source, target)
                });
                self.cells.insert(key, cell);
            }
        }
        asked
    }

    /// The matrix as JSON: a row a source, a cell a Service port.
    pub fn json(&self) -> Value {
        let rows: Vec<Value> = self
            .sources
            .iter()
            .map(|source| {
                let cells =
                    self.targets.iter().filter_map(|target| Some((target, self.cell(source, target)?)));
                let cells: Vec<Value> = cells
                    .map(|(target, cell)| {
                        json!({
                            "to": target.to_string(),
                            "reaches": cell.word(),
                            "answered": cell.answered,
                            "met": cell.met,
                            "why": cell.trace.explanation().why,
                        })
                    })
                    .collect();
                json!({"from": path(source), "to": cells})
            })
            .collect();
        Value::Array(rows)
    }
}

/// `default/api:80`, with the protocol if it is not TCP.
impl std::fmt::Display for ServiceAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}:{}", self.service.namespace, self.service.name, self.port)?;
        if self.protocol == Protocol::Tcp {
            Ok(())
        } else {
            write!(f, "/{}", self.protocol.as_str().to_lowercase())
        }
    }
}

fn path(source: &Source) -> String {
    match source {
        Source::Pod(key) => format!("pod/{}/{}", key.namespace, key.name),
        Source::Node(node) => format!("node/{node}"),
        Source::Workstation => "workstation".into(),
        Source::Address { ip, .. } => format!("ip/{ip}"),
    }
}

/// Which cells a change of objects touches.
struct Stale {
    pods: BTreeSet<Key>,
    services: BTreeSet<Key>,
}

impl Stale {
    /// `None` if all are: the log is too short, or something changed that all depend on.
    fn since(network: &Network<'_>, version: u64) -> Option<Self> {
        let mut stale = Self { pods: BTreeSet::new(), services: BTreeSet::new() };
        for change in network.store.changes_since(version)? {
            let object = change.object();
            match object.kind {
                Kind::Service => {
                    stale.services.insert(object.key());
                }
                Kind::EndpointSlice => {
                    let service = object.meta.labels.get("kubernetes.io/service-name")?;
                    stale.services.insert(Key::new(
                        Kind::Service,
                        object.meta.namespace.clone(),
                        service.clone(),
                    ));
                }
                Kind::Pod => {
                    stale.pods.insert(object.key());
                    stale.services.extend(services_of(network, object));
                }
                Kind::Node | Kind::Namespace | Kind::NetworkPolicy => return None,
                _ => {}
            }
        }
        // Names go through the cluster's DNS: what happens to it happens to all.
        let dns = network.setting.dns.to_string();
        let is_dns = |key: &Key| {
            let service = network.store.get(key).and_then(|object| object.service());
            service.is_none_or(|service| service.spec.cluster_ip == dns)
        };
        (!stale.services.iter().any(is_dns)).then_some(stale)
    }

    fn touches(&self, (source, target): &(Source, ServiceAt)) -> bool {
        matches!(source, Source::Pod(key) if self.pods.contains(key))
            || self.services.contains(&target.service)
    }
}

/// The Services that select a pod.
fn services_of(network: &Network<'_>, pod: &Object) -> Vec<Key> {
    let services = network.store.list(Kind::Service, &pod.meta.namespace);
    let selects = |object: &Object| {
        let selector = object.service().and_then(|service| service.spec.selector.as_ref());
        selector.is_some_and(|labels| {
            !labels.is_empty() && labels.iter().all(|(key, value)| pod.meta.labels.get(key) == Some(value))
        })
    };
    services.filter(|object| selects(object)).map(|object| object.key()).collect()
}

fn sources(network: &Network<'_>) -> Vec<Source> {
    let pods = network.store.list_all(Kind::Pod).filter(|object| super::locate::has_network(object));
    let pods = pods.map(|object| object.key()).filter(|pod| pod.namespace != "kube-system");
    pods.map(Source::Pod).chain([Source::Workstation]).collect()
}

fn targets(network: &Network<'_>) -> Vec<ServiceAt> {
    let mut found = Vec::new();
    for object in network.store.list_all(Kind::Service) {
        for port in object.service().map(|service| service.spec.ports.as_slice()).unwrap_or_default() {
            found.push(ServiceAt { service: object.key(), port: port.port, protocol: port.protocol });
        }
    }
    found.order();
    found
}

/// Asks until every endpoint was met, or often enough.
fn ask(network: &mut Network<'_>, source: &Source, target: &ServiceAt) -> Cell {
    let (host, port) = address(network, source, target);
    let request = Request::new(source.clone(), host, Some(port), Payload::Connect(target.protocol));
    let mut met: BTreeSet<Option<std::net::IpAddr>> = BTreeSet::new();
    let mut failed: BTreeSet<Option<std::net::IpAddr>> = BTreeSet::new();
    let mut worst: Option<Trace> = None;
    let mut tries = 0;
    loop {
        let trace = network.send(&request);
        let endpoint =
            trace.hops.iter().rev().find_map(|hop| hop.before.or(hop.after)).map(|packet| packet.destination);
        let answered = matches!(trace.outcome, Outcome::Answered(_));
        let endpoint = if answered {
            trace.reply().and_then(|reply| pod_address(network, reply.pod.as_ref()))
        } else {
            endpoint
        };
        met.insert(endpoint);
        if !answered {
            failed.insert(endpoint);
        }
        tries += 1;
        let of = endpoints(&trace);
        if worst.as_ref().is_none_or(|worst| matches!(worst.outcome, Outcome::Answered(_))) {
            worst = Some(trace);
        }
        if met.len() >= of || tries >= MOST_TRIES {
            break;
        }
    }
    let trace = worst.expect("at least one request was sent");
    Cell { answered: met.len() - failed.len(), met: met.len(), trace }
}

fn pod_address(network: &Network<'_>, pod: Option<&Key>) -> Option<std::net::IpAddr> {
    network.store.get(pod?)?.pod()?.status.pod_ip.parse().ok()
}

/// Among how many endpoints a rule chose.
fn endpoints(trace: &Trace) -> usize {
    let of = trace.hops.iter().find_map(|hop| match hop.because {
        super::Reason::Chosen { of, .. } => Some(of),
        _ => None,
    });
    of.unwrap_or(1)
}

/// Where a source would look for a Service: pods by its name, the workstation where it is published.
fn address(network: &Network<'_>, source: &Source, target: &ServiceAt) -> (String, u16) {
    let Key { namespace, name, .. } = &target.service;
    if *source != Source::Workstation {
        return (format!("{name}.{namespace}.svc.{}.", network.setting.domain), target.port);
    }
    let Some(service) = network.store.get(&target.service).and_then(|object| object.service()) else {
        return (name.to_string(), target.port);
    };
    let listed = service.spec.ports.iter().find(|p| p.port == target.port && p.protocol == target.protocol);
    let node_port = listed.map_or(0, |port| port.node_port);
    let balancer = service.status.load_balancer.ingress.first();
    match (balancer, service.spec.kind) {
        (Some(ingress), _) if !ingress.ip.is_empty() => (ingress.ip.clone(), target.port),
        (Some(ingress), _) => (ingress.hostname.clone(), target.port),
        (None, ServiceType::NodePort | ServiceType::LoadBalancer) if node_port != 0 => {
            let workstation = &network.setting.workstation;
            let mut nodes = network.store.list_all(Kind::Node).filter_map(|object| object.node());
            let node = nodes.next().map(|node| node.internal_ip().to_owned()).unwrap_or_default();
            let direct = workstation.nodes != NodeAccess::None && !workstation.publishes_localhost;
            (if direct { node } else { "localhost".into() }, node_port)
        }
        _ => (service.spec.cluster_ip.clone(), target.port),
    }
}
