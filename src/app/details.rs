//! What can be done with a thing of the diagram: commands, in the words a person would type.

use super::scene::{Entity, Scene};
use crate::api::Key;

/// A thing a person pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// What it is, in a sentence.
    pub words: String,
    /// What can be asked about it: a word for the button, and the command.
    pub commands: Vec<(&'static str, String)>,
}

/// What can be done with a thing; `None` if it is not in the scene.
pub fn details(entity: &Entity, scene: &Scene) -> Option<Details> {
    let words = match scene.find(entity) {
        Some(item) => item.label.clone(),
        None => match entity {
            Entity::Node(node) => format!("Node {node}"),
            Entity::Workload(key) => key.to_string(),
            _ => return None,
        },
    };
    let of = |key: &Key| {
        let name = format!("{}/{}", key.kind.resource().singular(), key.name);
        if key.namespace == "default" { name } else { format!("{name} -n {}", key.namespace) }
    };
    let commands = match entity {
        Entity::Pod(key) => vec![
            ("Describe", format!("kubectl describe {}", of(key))),
            ("YAML", format!("kubectl get {} -o yaml", of(key))),
            ("Logs", format!("kubectl logs {}", of(key))),
            ("Shell", format!("kubectl exec -it {} -- sh", of(key))),
            ("Delete", format!("kubectl delete {}", of(key))),
        ],
        Entity::Service(key) | Entity::Slice(key) | Entity::Workload(key) | Entity::Pods(key) => vec![
            ("Describe", format!("kubectl describe {}", of(key))),
            ("YAML", format!("kubectl get {} -o yaml", of(key))),
        ],
        Entity::Node(name) => vec![
            ("Describe", format!("kubectl describe node {name}")),
            ("Pods here", format!("kubectl get pods -A -o wide --field-selector spec.nodeName={name}")),
            ("kube-proxy’s rules", format!("docker exec {name} iptables-save")),
        ],
        Entity::Dns => vec![
            ("Describe", "kubectl describe svc kube-dns -n kube-system".to_owned()),
            ("Its pods", "kubectl get pods -n kube-system -l k8s-app=kube-dns".to_owned()),
        ],
        Entity::Workstation => {
            vec![("Files", "ls".to_owned()), ("Contexts", "kubectl config get-contexts".to_owned())]
        }
        Entity::Internet | Entity::Ghost(_) => Vec::new(),
    };
    Some(Details { words, commands })
}
