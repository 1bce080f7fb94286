//! What there is to draw: Services, owners and their pods, by namespace. No positions.

use crate::api::pod::Pod;
use crate::api::service::{Service, ServiceType};
use crate::api::{Gathered, Instant, Key, Kind, Labels, Object, Ordered, Selector};
use crate::apiserver::Store;
use crate::net::nearest_pod;
use std::collections::{BTreeMap, BTreeSet};

/// Pods of one owner beyond this many are drawn as a count, unless someone looks closer.
pub const COUNTED: usize = 12;

/// How a pod is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodMark {
    /// Takes traffic.
    Ready,
    /// Runs, but takes none.
    NotReady,
    /// Not yet running.
    Waiting,
    /// Crashing, failing to pull, failed.
    Failing,
    /// On its way out.
    Terminating,
    /// Ended well.
    Completed,
}

/// A pod as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct PodFace {
    /// The pod.
    pub key: Key,
    /// The part of its name that tells it from its siblings.
    pub short: String,
    /// Its address; empty until it has one.
    pub ip: String,
    /// The node it runs on; empty until scheduled.
    pub node: String,
    /// How it is doing.
    pub mark: PodMark,
    /// The word for it: `Running`, `ContainerCreating`, `CrashLoopBackOff` …
    pub word: String,
    /// How long until that is worth a look: how often it was restarted.
    pub restarts: u32,
}

/// A pod that is gone and still remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Ghost {
    /// The pod.
    pub key: Key,
    /// The owner whose group it was in.
    pub owner: Key,
    /// The address it had.
    pub ip: String,
    /// When it went.
    pub gone: Instant,
}

/// Pods of one owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The owner: a workload, or the pod itself.
    pub owner: Key,
    /// The ReplicaSet or other thing between, newest, if there is one.
    pub via: Option<String>,
    /// How many pods are wanted, if the owner says so.
    pub wanted: Option<i32>,
    /// The labels its pods share, without hashes: `app=sleep-1`.
    pub labels: Vec<String>,
    /// Its pods, by name.
    pub pods: Vec<PodFace>,
    /// Those that are gone.
    pub ghosts: Vec<Ghost>,
    /// Whether its pods are drawn as a count.
    pub counted: bool,
}

/// A Service as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFace {
    /// The Service.
    pub key: Key,
    /// `10.96.0.12:80/TCP`, or what it has instead.
    pub address: String,
    /// What is special about its type: `NodePort 30080`, `LoadBalancer localhost:8080`, `headless`.
    pub note: String,
    /// `app=sleep-2`; empty if it has no selector.
    pub selector: String,
    /// Its endpoints, and whether each is ready.
    pub endpoints: Vec<(String, bool)>,
    /// The name of its first slice.
    pub slice: Option<Key>,
    /// The owners whose pods its selector matches.
    pub owners: BTreeSet<Key>,
    /// Whether anyone could be reached through it.
    pub serves: bool,
    /// Where its selector matches nothing: the owner whose pods almost match, and by which label not.
    pub near: Option<Near>,
}

/// An owner whose pods a selector almost matches, and how they differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// The owner.
    pub owner: Key,
    /// The difference from the longest words to the shortest: `app: sleep-2 ≠ sleep2`, `≠ sleep2`.
    pub words: [String; 3],
}

/// Everything of one namespace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quarter {
    /// The namespace.
    pub name: String,
    /// Its Services, by name.
    pub services: Vec<ServiceFace>,
    /// Its groups of pods, by the owner's name.
    pub groups: Vec<Group>,
}

/// What there is to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Census {
    /// The nodes, by name, and whether each is ready.
    pub nodes: Vec<(String, bool)>,
    /// The namespaces that have something to draw, by name; `default` first.
    pub quarters: Vec<Quarter>,
    /// The address of the cluster's DNS and how many of its pods are ready; `None` without such a Service.
    pub dns: Option<(String, usize)>,
    /// Whether anything leads out of the cluster.
    pub internet: bool,
}

impl Census {
    /// Looks at everything outside the system's namespaces.
    pub fn take(store: &Store, ghosts: &[Ghost]) -> Self {
        let mut spaces: BTreeMap<&str, Quarter> = BTreeMap::new();
        for service in store.list_all(Kind::Service) {
            let namespace = service.meta.namespace.as_str();
            if !is_system(namespace) && !is_api_server(service) {
                spaces.entry(namespace).or_default().services.extend(service_face(store, service));
            }
        }
        for group in groups(store, ghosts) {
            if let Some(namespace) = store.find(Kind::Namespace, "", &group.owner.namespace) {
                spaces.entry(namespace.meta.name.as_str()).or_default().groups.push(group);
            }
        }
        let mut quarters: Vec<Quarter> =
            spaces.into_iter().map(|(name, quarter)| Quarter { name: name.to_owned(), ..quarter }).collect();
        quarters.order_by_key(|quarter| quarter.name != "default");
        let internet = quarters
            .iter()
            .flat_map(|quarter| &quarter.services)
            .any(|service| service.note.starts_with("ExternalName"));
        Self { nodes: nodes(store), quarters, dns: dns(store), internet }.counting(COUNTED, &BTreeSet::new())
    }

    /// The same, where groups of more than `limit` pods are counts, except those of these owners.
    pub fn counting(mut self, limit: usize, opened: &BTreeSet<Key>) -> Self {
        for group in self.quarters.iter_mut().flat_map(|quarter| &mut quarter.groups) {
            group.counted = group.pods.len() > limit && !opened.contains(&group.owner);
        }
        self
    }
}

/// Whether a namespace is the system's own.
pub fn is_system(namespace: &str) -> bool {
    namespace.starts_with("kube-") || namespace == "local-path-storage"
}

/// The Service of the API server itself is in every cluster and is no one's lesson.
fn is_api_server(service: &Object) -> bool {
    service.meta.name == "kubernetes" && service.meta.namespace == "default"
}

fn nodes(store: &Store) -> Vec<(String, bool)> {
    store
        .list_all(Kind::Node)
        .map(|node| (node.meta.name.to_string(), node.node().is_some_and(|view| view.is_ready())))
        .collect()
}

fn dns(store: &Store) -> Option<(String, usize)> {
    let service = store.find(Kind::Service, "kube-system", "kube-dns")?;
    let ready = endpoints(store, service).iter().filter(|(_, ready)| *ready).count();
    Some((service.service()?.spec.cluster_ip.clone(), ready))
}

fn service_face(store: &Store, object: &Object) -> Option<ServiceFace> {
    let Service { spec, status } = object.service()?;
    let ports = |of: &dyn Fn(&crate::api::service::ServicePort) -> String| {
        spec.ports.iter().map(of).collect::<Vec<_>>().join(",")
    };
    let address = match spec.kind {
        ServiceType::ExternalName => spec.external_name.clone(),
        _ if spec.is_headless() => "no ClusterIP".to_owned(),
        _ => {
            let list = ports(&|port| format!("{}/{}", port.port, port.protocol.as_str()));
            format!("{}:{list}", spec.cluster_ip)
        }
    };
    let node_ports = ports(&|port| port.node_port.to_string());
    let note = match spec.kind {
        ServiceType::ClusterIp if spec.is_headless() => "headless".to_owned(),
        ServiceType::ClusterIp => String::new(),
        ServiceType::NodePort => format!("NodePort {node_ports}"),
        ServiceType::ExternalName => "ExternalName".to_owned(),
        ServiceType::LoadBalancer => match status.load_balancer.ingress.first() {
            Some(ingress) => {
                let host = if ingress.ip.is_empty() { &ingress.hostname } else { &ingress.ip };
                format!("LoadBalancer {host}:{}", ports(&|port| port.port.to_string()))
            }
            None => "LoadBalancer <pending>".to_owned(),
        },
    };
    let selector = spec.selector.clone().map(Selector::labels);
    let namespace = &object.meta.namespace;
    let matched = selector.as_ref().filter(|selector| !selector.is_empty());
    let owners: BTreeSet<Key> = matched
        .map(|selector| store.select(Kind::Pod, namespace, selector))
        .unwrap_or_default()
        .into_iter()
        .map(|pod| owner(store, pod).0)
        .into_set();
    let near = spec
        .selector
        .as_ref()
        .filter(|_| owners.is_empty())
        .and_then(|selector| near(store, namespace, selector));
    let slice_labels = slice_selector(&object.meta.name);
    let slice = store.select(Kind::EndpointSlice, namespace, &slice_labels).first().map(|slice| slice.key());
    let endpoints = endpoints(store, object);
    Some(ServiceFace {
        key: object.key(),
        address,
        note,
        selector: selector.map(|selector| selector.to_string()).unwrap_or_default(),
        serves: spec.kind == ServiceType::ExternalName || endpoints.iter().any(|(_, ready)| *ready),
        endpoints,
        slice,
        owners,
        near,
    })
}

fn near(store: &Store, namespace: &str, selector: &Labels) -> Option<Near> {
    let miss = nearest_pod(store, namespace, selector)?;
    let pod = store.get(&miss.pod)?;
    let found = miss.found.as_deref().unwrap_or("no such label");
    let short = format!("≠ {found}");
    let pair = format!("{} {short}", miss.wanted);
    Some(Near { owner: owner(store, pod).0, words: [format!("{}: {pair}", miss.label), pair, short] })
}

fn slice_selector(service: &str) -> Selector {
    Selector::labels([("kubernetes.io/service-name".to_owned(), service.to_owned())].into_iter().into_map())
}

/// Every endpoint of a Service as `address:port`, and whether it is ready.
fn endpoints(store: &Store, service: &Object) -> Vec<(String, bool)> {
    let labels = slice_selector(&service.meta.name);
    let mut endpoints = Vec::new();
    for slice in store.select(Kind::EndpointSlice, &service.meta.namespace, &labels) {
        let Some(view) = slice.endpoint_slice() else { continue };
        let port = view.ports.first().and_then(|port| port.port);
        for endpoint in &view.endpoints {
            let Some(address) = endpoint.addresses.first() else { continue };
            let text = port.map_or_else(|| address.to_string(), |port| format!("{address}:{port}"));
            endpoints.push((text, endpoint.conditions.is_ready()));
        }
    }
    endpoints
}

/// The owner a pod is drawn under, and the ReplicaSet between them.
fn owner(store: &Store, pod: &Object) -> (Key, Option<String>) {
    let namespace = &pod.meta.namespace;
    let Some(direct) = pod.meta.controller() else { return (pod.key(), None) };
    let Some(kind) = Kind::from_name(&direct.kind) else { return (pod.key(), None) };
    if kind == Kind::ReplicaSet {
        let above = store.find(kind, namespace, &direct.name).and_then(|set| set.meta.controller());
        if let Some(top) = above {
            return (
                Key::new(Kind::Deployment, namespace.clone(), top.name.clone()),
                Some(direct.name.to_string()),
            );
        }
    }
    (Key::new(kind, namespace.clone(), direct.name.clone()), None)
}

fn groups(store: &Store, ghosts: &[Ghost]) -> Vec<Group> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    let empty = |owner: &Key, wanted| Group {
        owner: owner.clone(),
        via: None,
        wanted,
        labels: Vec::new(),
        pods: Vec::new(),
        ghosts: Vec::new(),
        counted: false,
    };
    for kind in [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet, Kind::Job] {
        for workload in store.list_all(kind).filter(|object| !is_system(&object.meta.namespace)) {
            if kind == Kind::ReplicaSet && workload.meta.controller().is_some() {
                continue;
            }
            let wanted = match kind {
                Kind::DaemonSet => workload.workload().map(|view| view.status.desired_number_scheduled),
                _ => workload.workload().map(|view| view.spec.replicas.unwrap_or(1)),
            };
            groups.insert(workload.key(), empty(&workload.key(), wanted));
        }
    }
    for object in store.list_all(Kind::Pod).filter(|object| !is_system(&object.meta.namespace)) {
        let Some(pod) = object.pod() else { continue };
        let (owner, via) = owner(store, object);
        let group = groups.entry(owner.clone()).or_insert_with(|| empty(&owner, None));
        if group.pods.is_empty() {
            group.labels = shown_labels(object);
        } else {
            let labels = shown_labels(object);
            group.labels.retain(|label| labels.contains(label));
        }
        group.via = via.or(group.via.take());
        group.pods.push(pod_face(object, pod));
    }
    for ghost in ghosts {
        if let Some(group) = groups.get_mut(&ghost.owner) {
            group.ghosts.push(ghost.clone());
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.order_by(|a, b| a.owner.name.cmp(&b.owner.name));
    groups
}

/// The owner under which a pod would be drawn: where its ghost will appear.
pub fn ghost_of(store: &Store, pod: &Object, gone: Instant) -> Option<Ghost> {
    let view = pod.pod()?;
    if view.status.pod_ip.is_empty() || is_system(&pod.meta.namespace) {
        return None;
    }
    Some(Ghost { key: pod.key(), owner: owner(store, pod).0, ip: view.status.pod_ip.to_string(), gone })
}

/// A pod's labels without those that controllers add.
fn shown_labels(pod: &Object) -> Vec<String> {
    const ADDED: [&str; 5] = [
        "pod-template-hash",
        "controller-revision-hash",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "pod-template-generation",
    ];
    let labels = pod.meta.labels.iter().filter(|(key, _)| !ADDED.contains(&key.as_str()));
    labels.map(|(key, value)| format!("{key}={value}")).collect()
}

fn pod_face(object: &Object, pod: &Pod) -> PodFace {
    let statuses = &pod.status.container_statuses;
    let waiting = statuses.iter().find_map(|status| status.state.waiting.as_ref());
    let ended = statuses.iter().find_map(|status| status.state.terminated.as_ref());
    let unscheduled = pod.status.conditions.iter().find(|condition| condition.reason == "Unschedulable");
    let (mark, word) = if object.meta.deleted.is_some() {
        (PodMark::Terminating, "Terminating")
    } else if let Some(waiting) = waiting {
        let calm = matches!(waiting.reason.as_str(), "ContainerCreating" | "PodInitializing");
        (if calm { PodMark::Waiting } else { PodMark::Failing }, waiting.reason.as_str())
    } else if pod.status.phase == "Succeeded" {
        (PodMark::Completed, "Completed")
    } else if let (Some(ended), "Failed" | "Running") = (ended, pod.status.phase.as_str()) {
        (PodMark::Failing, ended.reason.as_str())
    } else if unscheduled.is_some() {
        (PodMark::Failing, "Unschedulable")
    } else if pod.status.condition("Ready") {
        (PodMark::Ready, "Running")
    } else if pod.status.phase == "Running" {
        (PodMark::NotReady, "not ready")
    } else {
        (PodMark::Waiting, "Pending")
    };
    let name = &object.meta.name;
    let short = match object.meta.controller() {
        Some(_) => {
            let last = name.rsplit('-').next().unwrap_or(name);
            // A long name is cut before its random end, and the hyphen with it.
            last[last.len().saturating_sub(5)..].to_owned()
        }
        None => name.to_string(),
    };
    PodFace {
        key: object.key(),
        short,
        ip: pod.status.pod_ip.to_string(),
        node: pod.node.to_string(),
        mark,
        word: word.to_owned(),
        restarts: statuses.iter().map(|status| status.restart_count).sum(),
    }
}
