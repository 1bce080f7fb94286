//! Profiles: a cluster's setting as data, read from YAML.
//!
//! A profile says what is there, never what happens. What a file leaves out is `docker-desktop`'s.

use crate::api::{FromValue, Instant, Labels, Value};
use crate::controllers::{LoadBalancers, Setting};
use crate::manifest;
use crate::net::{self, NodeAccess, PodNetwork};
use crate::proxy::Cidr;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A cluster's setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// `docker-desktop`, `kind`, `cloud` or a file's own.
    pub name: String,
    /// Where virtual time begins.
    pub start: Instant,
    /// The version every part reports.
    pub version: String,
    /// Its network, inside and around.
    pub network: net::Setting,
    /// The nodes.
    pub nodes: Vec<NodeProfile>,
    /// What controllers are told.
    pub controllers: Setting,
    /// The system pods.
    pub system: System,
    /// How long things take.
    pub latency: Latency,
    /// What becomes of images by their names.
    pub images: Vec<ImageRule>,
    /// Whether the kubelets are stand-ins: every image is on every node, containers run or end as the
    /// rules for images say and nobody probes them, a process that ended is not started again, and what
    /// becomes of a deleted pod is not told.
    pub stand_in: bool,
    /// An annotation that keeps a pod from becoming ready; empty for none.
    pub not_ready_annotation: String,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeProfile {
    /// Its name.
    pub name: String,
    /// Its address.
    pub ip: String,
    /// An address outside, if it has one.
    pub external_ip: Option<String>,
    /// The range of its pods.
    pub pod_cidr: String,
    /// Labels beside those every node has.
    pub labels: Labels,
    /// Taints, as the API writes them.
    pub taints: Vec<Value>,
    /// Capacity that differs from the usual.
    pub capacity: Value,
    /// What it says of itself (`status.nodeInfo`), where that differs from the usual.
    pub info: Value,
}

/// Which system pods run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct System {
    /// CoreDNS, and its Service.
    pub dns: bool,
    /// kube-proxy as a DaemonSet.
    pub proxy: bool,
    /// etcd, API server, controller manager and scheduler as pods of the first node.
    pub control_plane: bool,
    /// kindnet as a DaemonSet.
    pub kindnet: bool,
}

/// How long things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// From a change to a controller's reaction.
    pub controller: Duration,
    /// From a change to new EndpointSlices.
    pub endpoints: Duration,
    /// From new EndpointSlices to a node's new rules; nodes follow one another.
    pub proxy: Duration,
    /// From a pod to its node.
    pub schedule: Duration,
    /// Setting up a pod's network.
    pub sandbox: Duration,
    /// Pulling an image that a node does not have.
    pub pull: Duration,
    /// Asking the registry whether an image that is there is still current.
    pub check: Duration,
    /// Starting a container.
    pub start: Duration,
    /// Taking away what a pod leaves.
    pub remove: Duration,
    /// A load balancer's address.
    pub load_balancer: Duration,
}

/// What becomes of containers whose image name contains a word: a stand-in for the kubelet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageRule {
    /// The word.
    pub contains: String,
    /// It waits for this reason, for good.
    pub waiting: Option<String>,
    /// Restarts it is said to have had.
    pub restarts: u32,
    /// Whether its pod gets an address although it waits.
    pub address: bool,
    /// It ends at once with this code; without one and without a reason to wait, it runs.
    pub exit: Option<i32>,
}

const BUILT_IN: [(&str, &str); 3] = [
    ("docker-desktop", include_str!("profiles/docker-desktop.yaml")),
    ("kind", include_str!("profiles/kind.yaml")),
    ("cloud", include_str!("profiles/cloud.yaml")),
];

impl Default for Profile {
    /// `docker-desktop`, the post's.
    fn default() -> Self {
        Self::named("docker-desktop").expect("the built-in profiles are read by a test")
    }
}

impl Profile {
    /// The names of the built-in profiles.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A built-in profile.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(other, _)| *other == name)?;
        Self::parse(text).ok()
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// What is wrong with the text, in a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let doc = manifest::yaml::data(text)?;
        let nodes: Vec<NodeProfile> = doc["nodes"].as_array().into_iter().flatten().map(node).collect();
        if nodes.is_empty() {
            return Err("a profile needs at least one node".into());
        }
        let word = |value: &Value| String::from_value(value);
        let pods = cidr(&doc["podCIDR"])?;
        let services = cidr(&doc["serviceCIDR"])?;
        Ok(Self {
            name: word(&doc["name"]),
            start: doc["start"]
                .as_str()
                .and_then(Instant::parse_rfc3339)
                .unwrap_or(Instant::from_unix(1_767_603_600)),
            version: word(&doc["version"]),
            network: network(&doc, pods, services),
            nodes,
            controllers: Setting {
                load_balancers: load_balancers(&doc["loadBalancer"]),
                node_grace: Duration::from_secs(50),
            },
            system: System {
                dns: doc["system"]["dns"].as_bool().unwrap_or(true),
                proxy: doc["system"]["proxy"].as_bool().unwrap_or(true),
                control_plane: doc["system"]["controlPlane"].as_bool().unwrap_or(true),
                kindnet: doc["system"]["kindnet"].as_bool().unwrap_or(false),
            },
            latency: latency(&doc["latency"]),
            images: doc["images"].as_array().into_iter().flatten().map(image_rule).collect(),
            stand_in: doc["standIn"].as_bool().unwrap_or(false),
            not_ready_annotation: word(&doc["notReadyAnnotation"]),
        })
    }

    /// The rule for an image, if there is one.
    pub fn image_rule(&self, image: &str) -> Option<&ImageRule> {
        self.images.iter().find(|rule| image.contains(&rule.contains))
    }
}

fn cidr(value: &Value) -> Result<Cidr, String> {
    let text = value.as_str().unwrap_or_default();
    let parsed = text.split_once('/').and_then(|(address, length)| {
        let length: u8 = length.parse().ok().filter(|length| *length <= 32)?;
        Some(Cidr::new(address.parse().ok()?, length))
    });
    parsed.ok_or_else(|| format!("{text:?} is no range of addresses"))
}

fn node(value: &Value) -> NodeProfile {
    NodeProfile {
        name: String::from_value(&value["name"]),
        ip: String::from_value(&value["ip"]),
        external_ip: FromValue::from_value(&value["externalIP"]),
        pod_cidr: String::from_value(&value["podCIDR"]),
        labels: FromValue::from_value(&value["labels"]),
        taints: FromValue::from_value(&value["taints"]),
        capacity: value["capacity"].clone(),
        info: value["info"].clone(),
    }
}

fn network(doc: &Value, pods: Cidr, services: Cidr) -> net::Setting {
    let mut network = net::Setting::default();
    network.proxy.cluster_cidr = pods;
    network.proxy.service_cidr = services;
    let setting = &doc["network"];
    if setting["pods"] == "point-to-point" {
        network.pods = PodNetwork::PointToPoint;
    }
    let address = |value: &Value| value.as_str().and_then(|text| text.parse::<Ipv4Addr>().ok());
    if let Some(dns) = address(&setting["dns"]) {
        network.dns = dns;
    }
    let workstation = &mut network.workstation;
    let own = &setting["workstation"];
    if let Some(address) = address(&own["address"]) {
        workstation.address = address;
    }
    if let Some(publishes) = own["publishesLocalhost"].as_bool() {
        workstation.publishes_localhost = publishes;
    }
    match own["nodes"].as_str() {
        Some("all") => workstation.nodes = NodeAccess::All,
        Some("external") => workstation.nodes = NodeAccess::External,
        _ => {}
    }
    if let Some(reaches) = own["loadBalancers"].as_bool() {
        workstation.load_balancers = reaches;
    }
    network
}

fn load_balancers(value: &Value) -> LoadBalancers {
    if value == "localhost" {
        return LoadBalancers::Localhost;
    }
    if let Some(first) = value["from"].as_str().and_then(|text| text.parse().ok()) {
        return LoadBalancers::Addresses(first);
    }
    match (value["withheld"].as_str(), value["address"].as_str()) {
        (Some(withheld), Some(address)) => {
            LoadBalancers::Annotated { withheld: withheld.into(), address: address.into() }
        }
        _ => LoadBalancers::None,
    }
}

fn latency(value: &Value) -> Latency {
    let of = |key: &str, usual: u64| Duration::from_millis(value[key].as_u64().unwrap_or(usual));
    Latency {
        controller: of("controller", 10),
        endpoints: of("endpoints", 60),
        proxy: of("proxy", 100),
        schedule: of("schedule", 20),
        sandbox: of("sandbox", 350),
        pull: of("pull", 2400),
        check: of("check", 550),
        start: of("start", 120),
        remove: of("remove", 250),
        load_balancer: of("loadBalancer", 150),
    }
}

fn image_rule(value: &Value) -> ImageRule {
    ImageRule {
        contains: String::from_value(&value["contains"]),
        waiting: FromValue::from_value(&value["waiting"]),
        restarts: FromValue::from_value(&value["restarts"]),
        address: value["address"].as_bool().unwrap_or(true),
        exit: FromValue::from_value(&value["exit"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profiles_are_read() {
        for name in Profile::names() {
            assert_eq!(Profile::named(name).map(|profile| profile.name).as_deref(), Some(name));
        }
        assert!(Profile::parse("nodes: []").is_err());
        assert!(Profile::parse("nodes: [{name: a}]\npodCIDR: 10.1.0.0/99").is_err());
    }
}
