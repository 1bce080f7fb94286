//! What kube-proxy knows of one port of one Service: its addresses, its policies, its endpoints.
//!
//! Read from the Service and its EndpointSlices alone; it must not look at pods.

use crate::api::service::{Endpoint as SliceEndpoint, EndpointSlice, Protocol, Service, ServiceType};
use crate::api::{Gathered, Key, Kind, Object, Ordered};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, OnceLock};

use super::Cidr;

/// The label that ties a slice to its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// Labels of Services that kube-proxy does not watch: another proxy's, and headless ones.
const NOT_WATCHED: [&str; 2] = ["service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"];
/// Seconds of `ClientIP` affinity where the Service says nothing (API default).
const DEFAULT_AFFINITY_SECONDS: u32 = 10_800;

/// What names a Service port: `kp/multi:http`, or `kp/web` for a port without a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortName {
    /// The Service.
    pub service: Key,
    /// The port's name; may be empty.
    pub port: String,
    /// Its protocol.
    pub protocol: Protocol,
}

impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service.namespace, self.service.name)?;
        if self.port.is_empty() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// One port of one Service, with its endpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePort {
    /// What names it.
    pub name: PortName,
    /// Its place in `spec.ports`.
    pub index: usize,
    /// The virtual IP.
    pub cluster_ip: Ipv4Addr,
    /// The port at the virtual IP, external IPs and load balancer addresses.
    pub port: u16,
    /// The port of every node; 0 for none.
    pub node_port: u16,
    /// `spec.externalIPs`.
    pub external_ips: Vec<Ipv4Addr>,
    /// Load balancer addresses that nodes short-cut (`ipMode: VIP`).
    pub load_balancer_ips: Vec<Ipv4Addr>,
    /// Who may use them; empty for all.
    pub source_ranges: Vec<Cidr>,
    /// Seconds a client keeps its endpoint, with `sessionAffinity: ClientIP`.
    pub affinity: Option<u32>,
    /// `internalTrafficPolicy: Local`.
    pub internal_local: bool,
    /// `externalTrafficPolicy: Local`.
    pub external_local: bool,
    /// Where load balancers ask for health; 0 for nowhere.
    pub health_check_node_port: u16,
    /// All endpoints of the port, by address.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint of a Service port.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddrV4,
    /// Takes new connections.
    pub ready: bool,
    /// Ready, even if terminating.
    pub serving: bool,
    /// On its way out.
    pub terminating: bool,
    /// The node it runs on.
    pub node: Option<String>,
    /// Zones that should use it.
    pub zone_hints: Vec<String>,
    /// Nodes that should use it.
    pub node_hints: Vec<String>,
    /// The pod behind it.
    pub pod: Option<Key>,
}

impl ServicePort {
    /// Whether anyone outside can address it.
    pub fn is_external(&self) -> bool {
        self.node_port != 0 || !self.load_balancer_ips.is_empty() || !self.external_ips.is_empty()
    }

    /// Whether some traffic to it may use endpoints anywhere. (With `externalTrafficPolicy: Local`
    /// too: a node and its pods are short-cut to them.)
    pub fn uses_cluster_endpoints(&self) -> bool {
        !self.internal_local || self.is_external()
    }

    /// Whether some traffic to it may use endpoints of its node only.
    pub fn uses_local_endpoints(&self) -> bool {
        self.internal_local || self.external_local && self.is_external()
    }
}

/// A Service and its EndpointSlices as they were at one moment. What they mean is worked out when
/// someone asks.
#[derive(Debug)]
pub(super) struct Seen {
    service: Arc<Object>,
    slices: Vec<Arc<Object>>,
    ports: OnceLock<Vec<ServicePort>>,
}

impl Seen {
    /// As they are now; `None` if there is no such Service.
    pub fn of(store: &Store, service: &Key) -> Option<Arc<Self>> {
        let service = store.get(service)?.clone();
        let slices = slices_of(store, &service).into_iter().cloned().collect();
        Some(Arc::new(Self { service, slices, ports: OnceLock::new() }))
    }

    /// Whether nothing was written between two moments.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.service, &other.service)
            && self.slices.len() == other.slices.len()
            && self.slices.iter().zip(&other.slices).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    /// The ports it has, by name.
    pub fn ports(&self) -> &[ServicePort] {
        self.ports.get_or_init(|| {
            let mut ports = ports_of(&self.service, &self.slices.iter().collect::<Vec<_>>());
            ports.order_by(|a, b| a.name.cmp(&b.name));
            ports
        })
    }
}

/// The ports of a Service for which kube-proxy writes rules; none for a headless Service, an
/// ExternalName, or one that another proxy handles.
pub fn service_ports(store: &Store, object: &Object) -> Vec<ServicePort> {
    ports_of(object, &slices_of(store, object))
}

fn ports_of(object: &Object, slices: &[&Arc<Object>]) -> Vec<ServicePort> {
    let Some(service) = object.service() else { return Vec::new() };
    let spec = &service.spec;
    let skipped = spec.kind == ServiceType::ExternalName
        || NOT_WATCHED.iter().any(|label| object.meta.labels.contains_key(*label));
    let Some(cluster_ip) = cluster_ip(object).filter(|_| !skipped) else { return Vec::new() };
    let slices: Vec<&EndpointSlice> = slices
        .iter()
        .filter_map(|object| object.endpoint_slice())
        .filter(|slice| slice.address_type == "IPv4")
        .collect();
    let has_node_ports = matches!(spec.kind, ServiceType::NodePort | ServiceType::LoadBalancer);
    let from_outside = has_node_ports || !spec.external_ips.is_empty();
    let external_local = from_outside && spec.external_traffic_policy == "Local";
    spec.ports
        .iter()
        .enumerate()
        .map(|(index, port)| {
            let name = PortName { service: object.key(), port: port.name.clone(), protocol: port.protocol };
            ServicePort {
                index,
                endpoints: endpoints_of(&slices, &name),
                cluster_ip,
                port: port.port,
                node_port: if has_node_ports { port.node_port } else { 0 },
                external_ips: spec.external_ips.iter().filter_map(|ip| ip.parse().ok()).collect(),
                load_balancer_ips: load_balancer_ips(service),
                source_ranges: spec
                    .load_balancer_source_ranges
                    .iter()
                    .filter_map(|range| Cidr::parse(range.trim()))
                    .collect(),
                affinity: (spec.session_affinity == "ClientIP").then(|| {
                    spec.session_affinity_config.client_ip.timeout_seconds.unwrap_or(DEFAULT_AFFINITY_SECONDS)
                }),
                internal_local: spec.internal_traffic_policy == "Local",
                external_local,
                health_check_node_port: if external_local && spec.kind == ServiceType::LoadBalancer {
                    spec.health_check_node_port
                } else {
                    0
                },
                name,
            }
        })
        .collect()
}

/// The IPv4 address among a Service's virtual IPs; a dual-stack Service may list it second.
fn cluster_ip(object: &Object) -> Option<Ipv4Addr> {
    let spec = &object.doc()["spec"];
    let all = spec["clusterIPs"].as_array().into_iter().flatten();
    [&spec["clusterIP"]].into_iter().chain(all).find_map(|ip| ip.as_str()?.parse().ok())
}

fn load_balancer_ips(service: &Service) -> Vec<Ipv4Addr> {
    let ingress = service.status.load_balancer.ingress.iter();
    ingress
        .filter(|ingress| ingress.ip_mode.as_deref().is_none_or(|mode| mode == "VIP"))
        .filter_map(|ingress| ingress.ip.parse().ok())
        .collect()
}

fn slices_of<'a>(store: &'a Store, service: &Object) -> Vec<&'a Arc<Object>> {
    let labels = [(SERVICE_NAME.to_owned(), service.meta.name.to_string())].into_iter().into_map();
    let selector = crate::api::Selector::labels(labels);
    store.select(Kind::EndpointSlice, &service.meta.namespace, &selector)
}

/// The endpoints of a port, sorted as kube-proxy sorts them: by address as text. Two slices may
/// list the same address for a moment; it counts once.
fn endpoints_of(slices: &[&EndpointSlice], name: &PortName) -> Vec<Endpoint> {
    let mut found: BTreeMap<String, Endpoint> = BTreeMap::new();
    for slice in slices {
        let ports =
            slice.ports.iter().filter(|port| port.name == name.port && port.protocol == name.protocol);
        for number in ports.filter_map(|port| port.port) {
            for endpoint in &slice.endpoints {
                let Some(ip) = endpoint.addresses.first().and_then(|ip| ip.parse().ok()) else { continue };
                let address = SocketAddrV4::new(ip, number);
                found.entry(address.to_string()).or_insert_with(|| read(endpoint, address));
            }
        }
    }
    found.into_values().collect()
}

fn read(endpoint: &SliceEndpoint, address: SocketAddrV4) -> Endpoint {
    let hints = endpoint.hints.as_ref();
    Endpoint {
        address,
        ready: endpoint.conditions.is_ready(),
        serving: endpoint.conditions.serving.unwrap_or(true),
        terminating: endpoint.conditions.is_terminating(),
        node: endpoint.node_name.as_ref().map(ToString::to_string),
        zone_hints: hints.map(|h| h.for_zones.iter().map(|z| z.name.clone()).collect()).unwrap_or_default(),
        node_hints: hints.map(|h| h.for_nodes.iter().map(|n| n.name.clone()).collect()).unwrap_or_default(),
        pod: endpoint
            .target_ref
            .as_ref()
            .filter(|target| target.kind == "Pod")
            .map(|target| Key::new(Kind::Pod, target.namespace.clone(), target.name.clone())),
    }
}
