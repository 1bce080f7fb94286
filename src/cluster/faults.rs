//! Faults to play: inputs like any other, each with its undo.

use super::Cluster;
use super::queue::{Due, Step};
use crate::api::{Key, Kind};
use std::time::Duration;

/// Something that goes wrong. Each has its undo: the same with the switch the other way round; what a
/// crash did, the kubelet mends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A container's process dies with this exit code.
    Crash {
        /// The pod.
        pod: Key,
        /// The container; the first one if empty.
        container: String,
        /// The exit code.
        code: i32,
    },
    /// A pod fails its readiness, or no longer does.
    Unready {
        /// The pod.
        pod: Key,
        /// Whether the fault is on.
        on: bool,
    },
    /// A node is cut off from the control plane, or is back.
    Cut {
        /// The node.
        node: String,
        /// Whether the fault is on.
        on: bool,
    },
    /// kube-proxy on a node writes no rules any more, or does again.
    StopProxy {
        /// The node.
        node: String,
        /// Whether the fault is on.
        on: bool,
    },
    /// Image pulls take that many times as long; 1 is the usual.
    SlowPulls(u32),
    /// Image pulls fail, or work again.
    FailPulls(bool),
    /// The link of a node loses packets, or none any more.
    Loss {
        /// The node.
        node: String,
        /// How many of a hundred; 0 ends the fault.
        percent: u8,
    },
    /// CoreDNS has no pods any more, or as many as before.
    StopDns(bool),
}

/// CoreDNS' Deployment, and how many pods every profile gives it.
const DNS: &str = "coredns";
const DNS_REPLICAS: i64 = 2;

/// How long a node may be silent before it counts as unknown.
const SILENCE: Duration = Duration::from_secs(50);

impl Cluster {
    /// Plays a fault; false if there is nothing it could befall.
    pub fn inject(&mut self, fault: &Fault) -> bool {
        match fault {
            Fault::Crash { pod, container, code } => self.crash(pod, container, *code),
            Fault::Unready { pod, on } => {
                let Some(runtime) = self.kubelets.get_mut(pod) else { return false };
                runtime.unready = *on;
                self.publish(pod);
                true
            }
            Fault::Cut { node, on } => self.cut(node, *on),
            Fault::StopProxy { node, on } => self.stop_proxy(node, *on),
            Fault::SlowPulls(factor) => {
                self.kubelets.pulls = (*factor > 1).then_some(Some(*factor));
                true
            }
            Fault::FailPulls(on) => {
                self.kubelets.pulls = on.then_some(None);
                true
            }
            Fault::Loss { node, percent } => {
                let there = self.store().find(Kind::Node, "", node).is_some();
                if there {
                    self.network.lose(node, *percent);
                }
                there
            }
            Fault::StopDns(on) => {
                let dns = Key::new(Kind::Deployment, "kube-system", DNS);
                self.scale(&dns, if *on { 0 } else { DNS_REPLICAS }).is_ok()
            }
        }
    }

    /// The faults that are on, as they were played. A crash is over at once.
    pub fn faults(&self) -> Vec<Fault> {
        let unready = self.kubelets.pods.iter().filter(|(_, runtime)| runtime.unready);
        let unready = unready.map(|(pod, _)| Fault::Unready { pod: pod.clone(), on: true });
        let cut = self.kubelets.cut.iter().map(|node| Fault::Cut { node: node.to_string(), on: true });
        let stopped =
            self.stopped_proxies.iter().map(|node| Fault::StopProxy { node: node.clone(), on: true });
        let pulls = self.kubelets.pulls.map(|factor| factor.map_or(Fault::FailPulls(true), Fault::SlowPulls));
        let lossy =
            self.network.losses().map(|(node, percent)| Fault::Loss { node: node.to_owned(), percent });
        let dns = self.store().find(Kind::Deployment, "kube-system", DNS).and_then(|dns| dns.workload());
        let dns = dns.filter(|dns| dns.spec.replicas == Some(0)).map(|_| Fault::StopDns(true));
        unready.chain(cut).chain(stopped).chain(pulls).chain(lossy).chain(dns).collect()
    }

    fn crash(&mut self, pod: &Key, container: &str, code: i32) -> bool {
        let Some(runtime) = self.kubelets.get(pod) else { return false };
        let found = runtime.containers.iter().position(|candidate| {
            candidate.is_running() && (container.is_empty() || candidate.name == container)
        });
        let Some(index) = found else { return false };
        let (uid, run) = (runtime.uid.clone(), runtime.containers[index].run);
        let step = Step::Exit { container: index, run, code };
        self.queue.put(self.now, Due::Pod { pod: pod.clone(), uid, step });
        true
    }

    fn cut(&mut self, node: &str, on: bool) -> bool {
        let key = Key::new(Kind::Node, "", node);
        if self.store().get(&key).is_none() {
            return false;
        }
        if on {
            self.kubelets.cut.insert(node.into());
            self.queue.put(self.now + SILENCE, Due::Silent { node: node.to_owned() });
        } else if self.kubelets.cut.remove(node) {
            self.node_reports(node, true);
            // It learns what was decided meanwhile, and says what became of its pods.
            let pods: Vec<Key> = self.store().pods_on_node(node).iter().map(|pod| pod.key()).collect();
            for pod in pods {
                if self.store().get(&pod).is_some_and(|pod| pod.meta.deleted.is_some()) {
                    self.stop_pod(&pod, true);
                }
                self.publish(&pod);
            }
        }
        true
    }

    /// Nobody has heard of a node for a while: its state is unknown.
    pub(super) fn silent(&mut self, node: &str) {
        if self.kubelets.cut.contains(node) {
            self.node_reports(node, false);
        }
    }

    /// Writes a node's conditions as it says, or as is said of it when it is silent.
    fn node_reports(&mut self, node: &str, ready: bool) {
        let key = Key::new(Kind::Node, "", node);
        let Some(object) = self.store().get(&key) else { return };
        let mut status = object.doc()["status"].clone();
        let now = self.now.rfc3339();
        for condition in status["conditions"].as_array_mut().into_iter().flatten() {
            let kind = condition["type"].as_str().unwrap_or_default().to_owned();
            let (value, reason, message) = match (ready, kind.as_str()) {
                (false, _) => ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."),
                (true, "Ready") => ("True", "KubeletReady", "kubelet is posting ready status"),
                (true, "MemoryPressure") => {
                    ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available")
                }
                (true, "DiskPressure") => {
                    ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure")
                }
                (true, _) => ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            };
            if condition["status"] != value {
                condition["lastTransitionTime"] = now.as_str().into();
            }
            if ready {
                condition["lastHeartbeatTime"] = now.as_str().into();
            }
            condition["status"] = value.into();
            condition["reason"] = reason.into();
            condition["message"] = message.into();
        }
        let _ = self.server.update_status(&key, status);
        self.observe();
    }

    fn stop_proxy(&mut self, node: &str, on: bool) -> bool {
        if self.proxies.get(node).is_none() {
            return false;
        }
        if on {
            self.stopped_proxies.insert(node.to_owned());
        } else if self.stopped_proxies.remove(node) {
            let services: Vec<Key> =
                self.store().list_all(Kind::Service).map(|service| service.key()).collect();
            for service in services {
                self.queue.put(self.now, Due::Program { node: node.to_owned(), service });
            }
        }
        true
    }
}
