//! Services and their endpoints.

use super::value::views;
use super::{FromValue, IntOrString, Labels, Value, Word};

views! {
    /// A Service (`v1`).
    pub struct Service {
        /// Desired state.
        spec: ServiceSpec = "spec",
        /// Observed state.
        status: ServiceStatus = "status",
    }

    /// `Service.spec`.
    pub struct ServiceSpec {
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
        kind: ServiceType = "type",
        /// Which pods; `None` for a Service whose endpoints someone else writes.
        selector: Option<Labels> = "selector",
        /// The ports it listens on.
        ports: Vec<ServicePort> = "ports",
        /// The virtual IP; `None` (the word) for a headless Service; empty for ExternalName.
        cluster_ip: String = "clusterIP",
        /// That and, in dual stack, the address of the other family; may be empty in older documents.
        cluster_ips: Vec<String> = "clusterIPs",
        /// The name that ExternalName answers with.
        external_name: String = "externalName",
        /// Further addresses whose traffic nodes take for this Service.
        external_ips: Vec<String> = "externalIPs",
        /// `None` or `ClientIP`.
        session_affinity: String = "sessionAffinity",
        /// Its settings.
        session_affinity_config: SessionAffinityConfig = "sessionAffinityConfig",
        /// `Cluster` or `Local`, for traffic from outside.
        external_traffic_policy: String = "externalTrafficPolicy",
        /// `Cluster` or `Local`, for traffic from inside.
        internal_traffic_policy: String = "internalTrafficPolicy",
        /// `PreferSameZone` (`PreferClose`) or `PreferSameNode`; empty for none.
        traffic_distribution: String = "trafficDistribution",
        /// Who may use the load balancer's address; empty for all.
        load_balancer_source_ranges: Vec<String> = "loadBalancerSourceRanges",
        /// The load balancer implementation asked for.
        load_balancer_class: Option<String> = "loadBalancerClass",
        /// An address asked for.
        load_balancer_ip: String = "loadBalancerIP",
        /// Where `externalTrafficPolicy: Local` answers load balancers' health checks.
        health_check_node_port: u16 = "healthCheckNodePort",
        /// Whether DNS and slices publish pods that are not ready.
        publish_not_ready_addresses: bool = "publishNotReadyAddresses",
    }

    /// One port of a Service.
    pub struct ServicePort {
        /// Its name; may be empty when it is the only one.
        name: String = "name",
        /// `TCP`, `UDP` or `SCTP`.
        protocol: Protocol = "protocol",
        /// The port of the Service.
        port: u16 = "port",
        /// The port of the pod, by number or by the name of a container's port.
        target_port: IntOrString = "targetPort",
        /// The port of every node; 0 for none.
        node_port: u16 = "nodePort",
        /// A hint for the application protocol.
        app_protocol: Option<String> = "appProtocol",
    }

    /// `spec.sessionAffinityConfig`.
    pub struct SessionAffinityConfig {
        /// For `ClientIP`.
        client_ip: ClientIpConfig = "clientIP",
    }

    /// `spec.sessionAffinityConfig.clientIP`.
    pub struct ClientIpConfig {
        /// Seconds a client keeps its endpoint after its last connection.
        timeout_seconds: Option<u32> = "timeoutSeconds",
    }

    /// `Service.status`.
    pub struct ServiceStatus {
        /// What the load balancer was given.
        load_balancer: LoadBalancerStatus = "loadBalancer",
    }

    /// `status.loadBalancer`.
    pub struct LoadBalancerStatus {
        /// Its addresses.
        ingress: Vec<LoadBalancerIngress> = "ingress",
    }

    /// One address of a load balancer.
    pub struct LoadBalancerIngress {
        /// By IP; empty if by name.
        ip: String = "ip",
        /// By name; empty if by IP.
        hostname: String = "hostname",
        /// `VIP` or `Proxy`: whether nodes short-cut traffic to it.
        ip_mode: Option<String> = "ipMode",
    }

    /// An EndpointSlice (`discovery.k8s.io/v1`).
    pub struct EndpointSlice {
        /// `IPv4`, `IPv6` or `FQDN`.
        address_type: String = "addressType",
        /// The endpoints.
        endpoints: Vec<Endpoint> = "endpoints",
        /// The ports every endpoint has.
        ports: Vec<EndpointPort> = "ports",
    }

    /// One endpoint of a slice.
    pub struct Endpoint {
        /// Its addresses; only the first is used.
        addresses: Vec<Word> = "addresses",
        /// Whether it takes traffic.
        conditions: EndpointConditions = "conditions",
        /// The name DNS gives it.
        hostname: Option<Word> = "hostname",
        /// Where it runs.
        node_name: Option<Word> = "nodeName",
        /// The zone it runs in.
        zone: Option<Word> = "zone",
        /// The pod behind it.
        target_ref: Option<ObjectReference> = "targetRef",
        /// Where its traffic should come from.
        hints: Option<EndpointHints> = "hints",
    }

    /// `conditions` of an endpoint: absent means ready.
    pub struct EndpointConditions {
        /// Takes new connections.
        ready: Option<bool> = "ready",
        /// Ready, even if terminating.
        serving: Option<bool> = "serving",
        /// On its way out.
        terminating: Option<bool> = "terminating",
    }

    /// `hints` of an endpoint.
    pub struct EndpointHints {
        /// Zones that should use it.
        for_zones: Vec<HintName> = "forZones",
        /// Nodes that should use it.
        for_nodes: Vec<HintName> = "forNodes",
    }

    /// A zone or node in a hint.
    pub struct HintName {
        /// Its name.
        name: String = "name",
    }

    /// A port of a slice.
    pub struct EndpointPort {
        /// The Service port's name.
        name: String = "name",
        /// Its protocol.
        protocol: Protocol = "protocol",
        /// The number on the endpoint; `None` means all ports.
        port: Option<u16> = "port",
        /// A hint for the application protocol.
        app_protocol: Option<String> = "appProtocol",
    }

    /// A reference to an object (`v1.ObjectReference`).
    pub struct ObjectReference {
        /// Its kind.
        kind: Word = "kind",
        /// Its namespace.
        namespace: Word = "namespace",
        /// Its name.
        name: Word = "name",
        /// Its uid.
        uid: Word = "uid",
    }

    /// Legacy Endpoints (`v1`).
    pub struct Endpoints {
        /// Addresses grouped by ports.
        subsets: Vec<EndpointSubset> = "subsets",
    }

    /// One group of addresses with the same ports.
    pub struct EndpointSubset {
        /// Those that are ready.
        addresses: Vec<EndpointAddress> = "addresses",
        /// Those that are not.
        not_ready_addresses: Vec<EndpointAddress> = "notReadyAddresses",
        /// Their ports.
        ports: Vec<EndpointPort> = "ports",
    }

    /// One address of Endpoints.
    pub struct EndpointAddress {
        /// The address.
        ip: Word = "ip",
        /// The name DNS gives it.
        hostname: Option<Word> = "hostname",
        /// Where it runs.
        node_name: Option<Word> = "nodeName",
        /// The pod behind it.
        target_ref: Option<ObjectReference> = "targetRef",
    }
}

/// `Service.spec.type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceType {
    /// A virtual IP inside the cluster.
    #[default]
    ClusterIp,
    /// That, and a port on every node.
    NodePort,
    /// That, and an address outside.
    LoadBalancer,
    /// Only a DNS alias.
    ExternalName,
}

impl ServiceType {
    /// The API's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClusterIp => "ClusterIP",
            Self::NodePort => "NodePort",
            Self::LoadBalancer => "LoadBalancer",
            Self::ExternalName => "ExternalName",
        }
    }
}

impl FromValue for ServiceType {
    fn from_value(value: &Value) -> Self {
        match value.as_str() {
            Some("NodePort") => Self::NodePort,
            Some("LoadBalancer") => Self::LoadBalancer,
            Some("ExternalName") => Self::ExternalName,
            _ => Self::ClusterIp,
        }
    }
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// RFC 9293.
    #[default]
    Tcp,
    /// RFC 768.
    Udp,
    /// RFC 9260.
    Sctp,
}

impl Protocol {
    /// The API's spelling: `TCP`, `UDP`, `SCTP`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

impl FromValue for Protocol {
    fn from_value(value: &Value) -> Self {
        match value.as_str() {
            Some("UDP") => Self::Udp,
            Some("SCTP") => Self::Sctp,
            _ => Self::Tcp,
        }
    }
}

impl ServiceSpec {
    /// Whether the Service has no virtual IP on purpose (`clusterIP: None`).
    pub fn is_headless(&self) -> bool {
        self.cluster_ip == "None"
    }

    /// The virtual addresses, the primary one first; none for headless and ExternalName Services.
    pub fn virtual_ips(&self) -> Vec<&str> {
        let listed = self.cluster_ips.iter().map(String::as_str);
        let primary = self.cluster_ips.is_empty().then_some(self.cluster_ip.as_str());
        listed.chain(primary).filter(|ip| !ip.is_empty() && *ip != "None").collect()
    }
}

impl EndpointConditions {
    /// Ready, where absent counts as ready (API documentation of `EndpointConditions`).
    pub fn is_ready(&self) -> bool {
        self.ready.unwrap_or(true)
    }

    /// Serving, where absent counts as what `ready` says.
    pub fn is_serving(&self) -> bool {
        self.serving.unwrap_or_else(|| self.is_ready())
    }

    /// Terminating, where absent counts as no.
    pub fn is_terminating(&self) -> bool {
        self.terminating.unwrap_or(false)
    }
}
