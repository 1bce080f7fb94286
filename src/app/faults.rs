//! The faults that can be played: offered for a thing of the diagram, and for the cluster as a whole.

use super::scene::Entity;
use super::update::Message;
use crate::api::Kind;
use crate::cluster::{Cluster, Fault};

/// How much longer pulls take when they are slow.
const SLOW: u32 = 20;

/// How many packets of a hundred a bad link loses.
const LOSSY: u8 = 30;

/// Something to press.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it does.
    pub words: String,
    /// Whether it is on now: then pressing it ends it.
    pub on: bool,
    /// What happens.
    pub message: Message,
}

/// The faults of a thing.
pub fn of(entity: &Entity, cluster: &Cluster) -> Vec<Offer> {
    let toggle = |words: &str, fault: &dyn Fn(bool) -> Fault| {
        let on = cluster.faults().contains(&fault(true));
        Offer { words: words.to_owned(), on, message: Message::Fault(fault(!on)) }
    };
    match entity {
        Entity::Pod(pod) => {
            let crash = Fault::Crash { pod: pod.clone(), container: String::new(), code: 1 };
            vec![
                Offer { words: "Crash".to_owned(), on: false, message: Message::Fault(crash) },
                toggle("Make unready", &|on| Fault::Unready { pod: pod.clone(), on }),
            ]
        }
        Entity::Node(node) => vec![
            toggle("Cut off", &|on| Fault::Cut { node: node.clone(), on }),
            toggle("Stop kube-proxy", &|on| Fault::StopProxy { node: node.clone(), on }),
            toggle("Lose packets", &|on| Fault::Loss {
                node: node.clone(),
                percent: if on { LOSSY } else { 0 },
            }),
        ],
        Entity::Dns => vec![toggle("Stop CoreDNS", &Fault::StopDns)],
        _ => Vec::new(),
    }
}

/// The faults of the cluster as a whole: those that are on anywhere, then those that concern all of it.
pub fn all(cluster: &Cluster) -> Vec<Offer> {
    let nodes: Vec<String> =
        cluster.store().list_all(Kind::Node).map(|node| node.meta.name.to_string()).collect();
    let mut offers = vec![dns(cluster)];
    let on = cluster.faults();
    let toggle = |words: String, fault: &dyn Fn(bool) -> Fault| {
        let on = on.contains(&fault(true));
        Offer { words, on, message: Message::Fault(fault(!on)) }
    };
    let slow = on.contains(&Fault::SlowPulls(SLOW));
    offers.push(Offer {
        words: "Image pulls are slow".to_owned(),
        on: slow,
        message: Message::Fault(Fault::SlowPulls(if slow { 1 } else { SLOW })),
    });
    offers.push(toggle("Image pulls fail".to_owned(), &Fault::FailPulls));
    for node in nodes {
        offers.push(toggle(format!("Node {node} is cut off"), &|on| Fault::Cut { node: node.clone(), on }));
        offers.push(toggle(format!("kube-proxy on {node} is stopped"), &|on| Fault::StopProxy {
            node: node.clone(),
            on,
        }));
    }
    for fault in &on {
        if let Fault::Loss { node, .. } = fault {
            let message = Message::Fault(Fault::Loss { node: node.clone(), percent: 0 });
            offers.push(Offer { words: format!("The link of {node} loses packets"), on: true, message });
        }
        if let Fault::Unready { pod, .. } = fault {
            offers.push(toggle(format!("Pod {} is unready", pod.name), &|on| Fault::Unready {
                pod: pod.clone(),
                on,
            }));
        }
    }
    offers
}

fn dns(cluster: &Cluster) -> Offer {
    let on = cluster.faults().contains(&Fault::StopDns(true));
    Offer { words: "CoreDNS is stopped".to_owned(), on, message: Message::Fault(Fault::StopDns(!on)) }
}
