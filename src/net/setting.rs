//! The facts of a pod network and its surroundings, as a profile states them.

use super::Source;
use crate::apiserver::Store;
use crate::dns::Upstream;
use crate::dns::resolv_conf::{ClusterDns, ResolvConf};
use crate::dns::resolver::Config;
use crate::proxy::{self, Cidr};
use std::net::Ipv4Addr;
use std::time::Duration;

/// How pods hang on their node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PodNetwork {
    /// All pods of a node on one bridge: an absent neighbour is noticed, by ARP.
    #[default]
    Bridge,
    /// Each pod on a link of its own: what nobody owns follows the default route.
    PointToPoint,
}

/// Which of a node's addresses the workstation has a route to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NodeAccess {
    /// None: nodes are in a virtual machine of their own.
    #[default]
    None,
    /// All of them: the nodes are on the workstation's own network.
    All,
    /// External ones.
    External,
}

/// The learner's own machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Workstation {
    /// The address nodes see it come from.
    pub address: Ipv4Addr,
    /// Whether load balancers and node ports are published on its `localhost`, by a relay that
    /// takes the connection itself and then opens one to a node.
    pub publishes_localhost: bool,
    /// Which nodes it can address.
    pub nodes: NodeAccess,
    /// Whether it has a route to addresses that load balancers were given.
    pub load_balancers: bool,
}

/// A host outside of the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// The TCP ports it listens on.
    pub ports: Vec<u16>,
    /// Whether a firewall hides its other ports; else it refuses them.
    pub firewalled: bool,
}

/// The setting of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// kube-proxy's settings, the ranges of pods and of virtual IPs among them.
    pub proxy: proxy::Setting,
    /// The cluster's domain.
    pub domain: String,
    /// The virtual IP of the cluster's DNS, which the kubelet writes into pods' `resolv.conf`.
    pub dns: Ipv4Addr,
    /// How pods hang on their node.
    pub pods: PodNetwork,
    /// Whether pods leave the cluster with their node's address.
    pub masquerades_outside: bool,
    /// The learner's machine.
    pub workstation: Workstation,
    /// What exists outside.
    pub outside: Vec<Outside>,
    /// The name server that nodes and the workstation ask, one of `outside`.
    pub name_server: Ipv4Addr,
    /// One way between two machines of the cluster.
    pub latency: Duration,
    /// One way to a host outside.
    pub outside_latency: Duration,
}

impl Setting {
    /// What the name servers outside know.
    pub fn upstream(&self) -> Upstream {
        let hosts: Vec<_> =
            self.outside.iter().map(|host| (host.name.clone(), host.address.into())).collect();
        Upstream::documentation().with_hosts(&hosts)
    }

    /// What a program finds that resolves names at that place.
    pub fn resolver(&self, store: &Store, source: &Source) -> Config {
        let node = ResolvConf { nameservers: vec![self.name_server.into()], ..ResolvConf::default() };
        let pod = match source {
            Source::Pod(pod) => store.get(pod),
            Source::Node(_) | Source::Workstation | Source::Address { .. } => None,
        };
        let Some(pod) = pod else { return Config::of_machine(node) };
        let cluster = ClusterDns { servers: vec![self.dns.into()], domain: self.domain.clone() };
        Config::of_pod(pod, &cluster, &node)
    }
}

impl Default for Setting {
    /// `docker-desktop`'s.
    fn default() -> Self {
        let cluster_cidr = Cidr::new(Ipv4Addr::new(10, 1, 0, 0), 16);
        Self {
            proxy: proxy::Setting { cluster_cidr, ..proxy::Setting::default() },
            domain: "cluster.local".into(),
            dns: Ipv4Addr::new(10, 96, 0, 10),
            pods: PodNetwork::Bridge,
            masquerades_outside: true,
            workstation: Workstation {
                address: Ipv4Addr::new(192, 168, 65, 1),
                publishes_localhost: true,
                nodes: NodeAccess::None,
                load_balancers: true,
            },
            outside: vec![
                Outside {
                    name: "raw.githubusercontent.com".into(),
                    address: Ipv4Addr::new(185, 199, 108, 133),
                    ports: vec![80, 443],
                    firewalled: true,
                },
                Outside {
                    name: "example.com".into(),
                    address: Ipv4Addr::new(93, 184, 215, 14),
                    ports: vec![80, 443],
                    firewalled: true,
                },
                Outside {
                    name: "dns.google".into(),
                    address: Ipv4Addr::new(8, 8, 8, 8),
                    ports: vec![53, 443],
                    firewalled: true,
                },
            ],
            name_server: Ipv4Addr::new(8, 8, 8, 8),
            latency: Duration::from_micros(60),
            outside_latency: Duration::from_millis(9),
        }
    }
}
