//! What can be read of a thing of the diagram and done with it.

use super::aim::sender;
use super::scene::{Entity, Scene};
use crate::api::{Key, Kind, Ordered};
use crate::cluster::Cluster;
use crate::manifest::yaml;

/// What is read of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// The object, as YAML.
    Yaml,
    /// What happened to it.
    Events,
    /// What its containers wrote.
    Logs,
    /// What kube-proxy wrote on the node.
    Rules,
}

impl Leaf {
    /// Whether its lines are sentences, to be wrapped, rather than a text whose indentation says something.
    pub const fn is_prose(self) -> bool {
        matches!(self, Self::Events | Self::Logs)
    }
}

/// A thing a person pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// What it is, in a sentence.
    pub words: String,
    /// Whether requests can be sent from it.
    pub sends: bool,
    /// What can be read of it, with a word for the button.
    pub leaves: Vec<(Leaf, &'static str)>,
    /// What can be done with it: a word for the button, and the command.
    pub commands: Vec<(&'static str, String)>,
    /// The owner whose pods can be drawn one by one, or as a count again.
    pub unfolds: Option<Key>,
}

/// What can be done with a thing; `None` if it is not in the scene.
pub fn details(entity: &Entity, scene: &Scene, cluster: &Cluster) -> Option<Details> {
    let words = match (scene.find(entity), entity) {
        (Some(item), _) => item.label.clone(),
        (None, Entity::Workload(key)) => key.to_string(),
        (None, _) => return None,
    };
    let of = |key: &Key| {
        let name = format!("{}/{}", key.kind.resource().singular(), key.name);
        if key.namespace == "default" { name } else { format!("{name} -n {}", key.namespace) }
    };
    let (yaml, events, logs) = ((Leaf::Yaml, "YAML"), (Leaf::Events, "Events"), (Leaf::Logs, "Logs"));
    let (leaves, mut commands) = match entity {
        Entity::Pod(key) => (
            vec![yaml, events, logs],
            vec![
                ("Describe", format!("kubectl describe {}", of(key))),
                ("Shell", format!("kubectl exec -it {} -- sh", of(key))),
                ("Delete", format!("kubectl delete {}", of(key))),
            ],
        ),
        Entity::Service(key) | Entity::Slice(key) | Entity::Workload(key) | Entity::Pods(key) => {
            (vec![yaml, events], vec![("Describe", format!("kubectl describe {}", of(key)))])
        }
        Entity::Node(name) => (
            vec![(Leaf::Rules, "kube-proxy’s rules"), yaml, events],
            vec![
                ("Describe", format!("kubectl describe node {name}")),
                ("Pods here", format!("kubectl get pods -A -o wide --field-selector spec.nodeName={name}")),
            ],
        ),
        Entity::Dns => (
            vec![yaml],
            vec![
                ("Describe", "kubectl describe svc kube-dns -n kube-system".to_owned()),
                ("Its pods", "kubectl get pods -n kube-system -l k8s-app=kube-dns".to_owned()),
            ],
        ),
        Entity::Workstation => (
            Vec::new(),
            vec![("Files", "ls".to_owned()), ("Contexts", "kubectl config get-contexts".to_owned())],
        ),
        Entity::Internet | Entity::Ghost(_) => (Vec::new(), Vec::new()),
    };
    if let Entity::Pod(key) = entity
        && let Some(port) = first_port(cluster, key)
    {
        // Ports below 1024 are the system's own on many machines.
        let own = if port < 1024 { 8000 + port } else { port };
        commands.push(("Port-forward", format!("kubectl port-forward {} {own}:{port}", of(key))));
    }
    let unfolds = match entity {
        Entity::Pods(owner) => Some(owner.clone()),
        _ => None,
    };
    Some(Details { words, sends: sender(entity).is_some(), leaves, commands, unfolds })
}

/// The first port that a pod's containers declare.
fn first_port(cluster: &Cluster, pod: &Key) -> Option<u16> {
    let containers = &cluster.store().get(pod)?.pod()?.spec.containers;
    containers.iter().flat_map(|container| &container.ports).map(|port| port.container_port).next()
}

/// The text of what is read.
pub fn read(entity: &Entity, leaf: Leaf, cluster: &Cluster) -> String {
    let key = match entity {
        Entity::Pod(key)
        | Entity::Service(key)
        | Entity::Slice(key)
        | Entity::Workload(key)
        | Entity::Pods(key) => key.clone(),
        Entity::Dns => Key::new(Kind::Service, "kube-system", "kube-dns"),
        Entity::Node(name) => Key::new(Kind::Node, "", name.as_str()),
        Entity::Workstation | Entity::Internet | Entity::Ghost(_) => return String::new(),
    };
    match leaf {
        Leaf::Yaml => cluster.store().get(&key).map(|object| yaml::write(object.doc())).unwrap_or_default(),
        Leaf::Events => events(cluster, &key),
        Leaf::Logs => logs(cluster, &key),
        Leaf::Rules => cluster.proxies().get(&key.name).map(|proxy| proxy.save()).unwrap_or_default(),
    }
}

fn events(cluster: &Cluster, about: &Key) -> String {
    let mut lines = Vec::new();
    for event in cluster.store().list_all(Kind::Event) {
        let doc = event.doc();
        let object = &doc["involvedObject"];
        let same = object["kind"] == about.kind.resource().name
            && object["name"] == about.name.as_str()
            && object["namespace"].as_str().unwrap_or_default() == about.namespace;
        if same {
            let word = |field: &str| doc[field].as_str().unwrap_or_default().to_owned();
            lines.push((
                word("lastTimestamp"),
                format!("{} {}: {}", word("type"), word("reason"), word("message")),
            ));
        }
    }
    // Those of one second stay in the order in which they came about.
    lines.order_by(|(one, _), (other, _)| one.cmp(other));
    if lines.is_empty() {
        return "No events.".to_owned();
    }
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

fn logs(cluster: &Cluster, pod: &Key) -> String {
    let containers =
        cluster.store().get(pod).and_then(|object| object.pod()).map(|view| view.spec.containers.as_slice());
    let lines = containers.unwrap_or_default().iter();
    let lines = lines.flat_map(|container| cluster.logs(pod, &container.name, false).unwrap_or_default());
    let text: String = lines.map(|line| line.text.clone() + "\n").collect();
    if text.is_empty() { "Nothing was written yet.".to_owned() } else { text }
}
