//! A machine's own view of the network: its interfaces, routes and listening sockets, from the
//! objects and the setting. It sends nothing.

use crate::api::service::Protocol;
use crate::api::{Key, Kind, Object, Ordered};
use crate::cluster::Cluster;
use crate::net::PodNetwork;
use crate::proxy::Cidr;
use crate::shell::program::Place;
use std::net::Ipv4Addr;

/// An interface.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Its number.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// The number of its other end, for one end of a virtual cable.
    pub peer: Option<u32>,
    /// Its hardware address.
    pub mac: String,
    /// Its address, and how many bits of it name the network.
    pub address: Option<(Ipv4Addr, u8)>,
    /// The bridge it is plugged into.
    pub bridge: Option<&'static str>,
}

/// A route.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where to; everywhere else if `None`.
    pub to: Option<Cidr>,
    /// By which neighbour.
    pub via: Option<Ipv4Addr>,
    /// By which interface.
    pub device: String,
    /// The source address it gives.
    pub source: Option<Ipv4Addr>,
    /// Whether the kernel made it with the interface's address.
    pub own: bool,
}

/// A machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Its interfaces, by number.
    pub interfaces: Vec<Interface>,
    /// Its routes, as they are listed.
    pub routes: Vec<Route>,
}

/// A port that something listens on.
#[derive(Clone, Debug)]
pub struct Socket {
    /// The port.
    pub port: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// Whether it is open to the machine itself only.
    pub loopback: bool,
    /// The number and name of the process.
    pub process: (u32, String),
}

impl Machine {
    /// The machine at a place.
    pub fn at(cluster: &Cluster, place: &Place) -> Self {
        match place {
            Place::Workstation => workstation(cluster),
            Place::Node(node) => on_node(cluster, node),
            Place::Container { pod, .. } => match cluster.store().get(pod) {
                Some(object) if on_host_network(object) => on_node(cluster, node_of(object)),
                Some(object) => in_pod(cluster, object),
                None => Self::default(),
            },
        }
    }

    /// The route to an address: the one that names most of it.
    pub fn route(&self, to: Ipv4Addr) -> Option<&Route> {
        let fits = |route: &&Route| route.to.is_none_or(|range| range.contains(to));
        self.routes.iter().filter(fits).max_by_key(|route| route.to.map_or(0, |range| range.length()))
    }
}

fn on_host_network(pod: &Object) -> bool {
    pod.pod().is_some_and(|pod| pod.spec.host_network)
}

fn node_of(pod: &Object) -> &str {
    pod.pod().map_or("", |pod| pod.node.as_str())
}

fn loopback() -> Interface {
    Interface {
        index: 1,
        name: "lo".to_owned(),
        peer: None,
        mac: "00:00:00:00:00:00".to_owned(),
        address: Some((Ipv4Addr::LOCALHOST, 8)),
        bridge: None,
    }
}

/// A hardware address that follows from an address, as container networks make them.
fn mac(prefix: &str, address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{prefix}:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

fn first_of(range: Cidr) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(range.address()) + 1)
}

/// The range of a node's pods, and the node's own address on it.
pub fn pod_range(cluster: &Cluster, node: &str) -> Option<(Cidr, Ipv4Addr)> {
    let object = cluster.store().find(Kind::Node, "", node)?;
    let range = Cidr::parse(&object.node()?.spec.pod_cidr)?;
    Some((range, first_of(range)))
}

/// The address of a node among nodes.
pub fn node_address(cluster: &Cluster, node: &str) -> Option<Ipv4Addr> {
    cluster.store().find(Kind::Node, "", node)?.node()?.internal_ip().parse().ok()
}

/// The number of the node's end of a pod's cable.
fn cable(address: Ipv4Addr) -> u32 {
    u32::from(address) % 1000 + 4
}

fn own(range: Cidr, device: &str, source: Ipv4Addr) -> Route {
    Route { to: Some(range), via: None, device: device.to_owned(), source: Some(source), own: true }
}

fn default_by(via: Ipv4Addr) -> Route {
    Route { to: None, via: Some(via), device: "eth0".to_owned(), source: None, own: false }
}

fn in_pod(cluster: &Cluster, object: &Object) -> Machine {
    let mut machine = Machine { interfaces: vec![loopback()], routes: Vec::new() };
    let address = object.pod().and_then(|pod| pod.status.pod_ip.parse().ok());
    let Some(((range, gateway), address)) = pod_range(cluster, node_of(object)).zip(address) else {
        return machine;
    };
    machine.interfaces.push(Interface {
        index: 2,
        name: "eth0".to_owned(),
        peer: Some(cable(address)),
        mac: mac("0a:58", address),
        address: Some((address, range.length())),
        bridge: None,
    });
    machine.routes.push(default_by(gateway));
    match cluster.profile().network.pods {
        PodNetwork::Bridge => machine.routes.push(own(range, "eth0", address)),
        PodNetwork::PointToPoint => {
            // Even neighbours are asked for by way of the node.
            let by_node = Route { via: Some(gateway), own: false, ..own(range, "eth0", address) };
            machine.routes.push(by_node);
            machine.routes.push(Route { own: false, ..own(Cidr::new(gateway, 32), "eth0", address) });
        }
    }
    machine
}

/// The network nodes are on: machines of a cloud and of a desktop in a /24, containers in a /16.
fn node_network(address: Ipv4Addr) -> Cidr {
    Cidr::new(address, if address.octets()[0] == 172 { 16 } else { 24 })
}

/// A machine's interface to the network of machines.
fn eth0(address: Ipv4Addr, network: Cidr) -> Interface {
    Interface {
        index: 2,
        name: "eth0".to_owned(),
        peer: None,
        mac: mac("02:42", address),
        address: Some((address, network.length())),
        bridge: None,
    }
}

fn on_node(cluster: &Cluster, node: &str) -> Machine {
    let mut machine = Machine { interfaces: vec![loopback()], routes: Vec::new() };
    let Some(address) = node_address(cluster, node) else { return machine };
    let network = node_network(address);
    machine.interfaces.push(eth0(address, network));
    machine.routes.push(default_by(first_of(network)));
    let Some((range, gateway)) = pod_range(cluster, node) else { return machine };
    let bridged = cluster.profile().network.pods == PodNetwork::Bridge;
    if bridged {
        machine.interfaces.push(Interface {
            index: 3,
            name: "cni0".to_owned(),
            peer: None,
            mac: mac("0a:58", gateway),
            address: Some((gateway, range.length())),
            bridge: None,
        });
        machine.routes.push(own(range, "cni0", gateway));
    }
    let pods = cluster.store().pods_on_node(node).into_iter().filter(|pod| !on_host_network(pod));
    let mut cables: Vec<Ipv4Addr> = pods.filter_map(|pod| pod.pod()?.status.pod_ip.parse().ok()).collect();
    cables.order();
    for pod in cables {
        let name = format!("veth{:08x}", u32::from(pod).wrapping_mul(0x9e37_79b1));
        if !bridged {
            let to = Some(Cidr::new(pod, 32));
            machine.routes.push(Route { to, via: None, device: name.clone(), source: None, own: false });
        }
        machine.interfaces.push(Interface {
            index: cable(pod),
            name,
            peer: Some(2),
            mac: mac("7e:1f", pod),
            address: (!bridged).then_some((gateway, 32)),
            bridge: bridged.then_some("cni0"),
        });
    }
    for other in cluster.store().list_all(Kind::Node).filter(|other| other.meta.name != node) {
        let name = &other.meta.name;
        let Some(((range, _), via)) = pod_range(cluster, name).zip(node_address(cluster, name)) else {
            continue;
        };
        machine.routes.push(Route {
            to: Some(range),
            via: Some(via),
            device: "eth0".to_owned(),
            source: None,
            own: false,
        });
    }
    machine.routes[1..]
        .order_by_key(|route| route.to.map(|range| (u32::from(range.address()), range.length())));
    machine.routes.push(own(network, "eth0", address));
    machine
}

fn workstation(cluster: &Cluster) -> Machine {
    let address = cluster.profile().network.workstation.address;
    let network = node_network(address);
    Machine {
        interfaces: vec![loopback(), eth0(address, network)],
        routes: vec![own(network, "eth0", address)],
    }
}

/// What a container's main process is called.
fn process_name(cluster: &Cluster, pod: &Key, container: Option<&str>) -> String {
    let pod = cluster.store().get(pod).and_then(|object| object.pod());
    let spec = pod.and_then(|pod| {
        let mut containers = pod.spec.containers.iter();
        containers.find(|spec| container.is_none_or(|name| spec.name == name))
    });
    let words = spec.and_then(|spec| spec.command.first().or(Some(&spec.image)));
    let word = words.map(String::as_str).unwrap_or_default();
    word.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
}

/// The ports something listens on at a place.
pub fn sockets(cluster: &Cluster, place: &Place) -> Vec<Socket> {
    let of_pod = |pod: &Key, container: Option<&str>, number: u32| {
        let process = (number, process_name(cluster, pod, container));
        let ports = cluster.listening(pod).into_iter();
        ports.map(move |(port, protocol, loopback)| Socket {
            port,
            protocol,
            loopback,
            process: process.clone(),
        })
    };
    let mut found: Vec<Socket> = Vec::new();
    let node = match place {
        Place::Workstation => return found,
        Place::Node(node) => node.clone(),
        Place::Container { pod, container, .. } => {
            let object = cluster.store().get(pod);
            let Some(object) = object.filter(|object| on_host_network(object)) else {
                found.extend(of_pod(pod, Some(container), 1));
                found.order_by_key(|socket| (socket.protocol as u8, socket.port));
                return found;
            };
            node_of(object).to_owned()
        }
    };
    let tcp = |port, loopback, number, name: &str| Socket {
        port,
        protocol: Protocol::Tcp,
        loopback,
        process: (number, name.to_owned()),
    };
    found.extend([tcp(10_248, true, 612, "kubelet"), tcp(10_250, false, 612, "kubelet")]);
    if cluster.proxies().get(&node).is_some() {
        found.extend([tcp(10_249, true, 1_201, "kube-proxy"), tcp(10_256, false, 1_201, "kube-proxy")]);
    }
    let pods = cluster.store().pods_on_node(&node).into_iter().filter(|pod| on_host_network(pod));
    for (number, pod) in (1_300..).zip(pods) {
        found.extend(of_pod(&pod.key(), None, number));
    }
    found.order_by_key(|socket| (socket.protocol as u8, socket.port));
    found
}
