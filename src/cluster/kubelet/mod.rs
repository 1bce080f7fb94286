//! The kubelets: what happens to a pod on its node, step by step.
//!
//! A [`PodRuntime`] is what the node holds of a pod; the steps change it, and `status` writes down
//! what it then is. Only this room knows both the objects and the processes.

mod conditions;
mod environment;
mod probe;
mod run;
mod shared;
mod start;
mod status;
mod stop;

pub use environment::Environment;

use super::queue::{Due, Step};
use super::{Cluster, Profile};
use crate::api::pod::Container as Spec;
use crate::api::{Document, Instant, Key, Object, Word};
use crate::controllers::Note;
use crate::images::{Line, Process};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Init,
    Sidecar,
    Main,
    Ephemeral,
}

/// Where a container is in its life.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Waiting { reason: &'static str, message: String },
    Running { since: Instant },
    Terminated(Ended),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ended {
    pub code: i32,
    pub reason: &'static str,
    pub message: String,
    pub started: Instant,
    pub finished: Instant,
    pub run: u32,
}

/// A container on a node.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub name: String,
    pub role: Role,
    pub state: State,
    pub last: Option<Ended>,
    pub restarts: u32,
    /// Counts starts: what was queued for an earlier one is void.
    pub run: u32,
    pub begun: bool,
    pub started: bool,
    pub ready: bool,
    pub process: Option<Process>,
    /// What earlier runs wrote, the last of them.
    pub previous: Vec<Line>,
    pub back_off: Duration,
    pub pull_back_off: Duration,
    pub failures: u32,
    pub successes: u32,
    pub liveness_failures: u32,
    /// Told to end, and for what.
    pub stopping: bool,
}

/// A pod on a node.
#[derive(Clone, Debug)]
pub(super) struct PodRuntime {
    pub uid: Word,
    pub node: Word,
    pub ip: Option<Word>,
    pub begun: Instant,
    /// Init containers, then the others, then ephemeral ones.
    pub containers: Vec<Container>,
    pub stopping: bool,
    /// Kept from being ready, by a fault or an annotation.
    pub unready: bool,
    /// What was last written of it.
    pub reported: Option<Arc<status::Report>>,
    /// Ended by force: the reason and message of its status.
    pub failed: Option<(&'static str, String)>,
    /// The files in its empty directories.
    pub shared: shared::Volumes,
}

/// All kubelets.
#[derive(Clone, Debug, Default)]
pub(super) struct Kubelets {
    pub pods: Arc<BTreeMap<Key, Arc<PodRuntime>>>,
    images: Arc<BTreeSet<(Word, String)>>,
    /// The next address to try on each node: addresses are not used again at once.
    next_address: BTreeMap<String, u32>,
    /// Nodes whose kubelet is cut off.
    pub cut: BTreeSet<Word>,
    /// How much slower pulls are, by fault; `None` where they fail.
    pub pulls: Option<Option<u32>>,
    /// What Services' names give containers that start; worked out again when a Service has changed.
    pub service_links: environment::ServiceLinks,
}

impl Kubelets {
    pub fn get(&self, key: &Key) -> Option<&PodRuntime> {
        self.pods.get(key).map(Arc::as_ref)
    }

    pub fn get_mut(&mut self, key: &Key) -> Option<&mut PodRuntime> {
        Arc::make_mut(&mut self.pods).get_mut(key).map(Arc::make_mut)
    }
}

impl PodRuntime {
    fn new(pod: &Object, now: Instant, profile: &Profile) -> Self {
        let view = pod.pod();
        let annotation = &profile.not_ready_annotation;
        let mut runtime = Self {
            uid: pod.meta.uid.clone(),
            node: view.map(|view| view.node.clone()).unwrap_or_default(),
            ip: None,
            begun: now,
            containers: Vec::new(),
            stopping: false,
            unready: !annotation.is_empty()
                && pod.meta.annotations.get(annotation).is_some_and(|value| value == "true"),
            reported: None,
            failed: None,
            shared: shared::Volumes::new(),
        };
        let Some(view) = view else { return runtime };
        let has_init = !view.spec.init_containers.is_empty();
        runtime.containers.reserve_exact(view.spec.init_containers.len() + view.spec.containers.len());
        for container in &view.spec.init_containers {
            let sidecar = container.restart_policy.as_deref() == Some("Always");
            runtime.containers.push(Container::new(
                container,
                if sidecar { Role::Sidecar } else { Role::Init },
                has_init,
            ));
        }
        for container in &view.spec.containers {
            runtime.containers.push(Container::new(container, Role::Main, has_init));
        }
        runtime
    }

    /// Whether nothing runs any more.
    fn all_stopped(&self) -> bool {
        !self.containers.iter().any(Container::is_running)
    }
}

impl Container {
    fn new(spec: &Spec, role: Role, after_init: bool) -> Self {
        let reason = if after_init { "PodInitializing" } else { "ContainerCreating" };
        Self {
            name: spec.name.clone(),
            role,
            state: State::Waiting { reason, message: String::new() },
            last: None,
            restarts: 0,
            run: 0,
            begun: false,
            started: false,
            ready: false,
            process: None,
            previous: Vec::new(),
            back_off: Duration::ZERO,
            pull_back_off: Duration::ZERO,
            failures: 0,
            successes: 0,
            liveness_failures: 0,
            stopping: false,
        }
    }

    /// Whether its process runs.
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    /// The field of the pod that describes it, as events name it.
    fn field(&self) -> Word {
        let list = match self.role {
            Role::Init | Role::Sidecar => "initContainers",
            Role::Main => "containers",
            Role::Ephemeral => "ephemeralContainers",
        };
        crate::api::word!("spec.{list}{{{}}}", self.name)
    }
}

/// Whether a pod's status is what was last reported: somebody else may have written to it.
fn is_from(pod: &Object, report: &Arc<status::Report>) -> bool {
    pod.document().is_some_and(|document| std::ptr::addr_eq(Arc::as_ptr(document), Arc::as_ptr(report)))
}

/// What a pod's spec says of the container at that place of its runtime.
pub(super) fn spec_of<'a>(pod: &'a Object, runtime: &PodRuntime, index: usize) -> Option<&'a Spec> {
    let spec = &pod.pod()?.spec;
    let name = &runtime.containers.get(index)?.name;
    let mut all = spec.init_containers.iter().chain(&spec.containers).chain(&spec.ephemeral_containers);
    all.find(|container| container.name == *name)
}

impl Cluster {
    /// Takes up a pod that was bound, changed, is to end, or is gone.
    pub(super) fn kubelet_sees(&mut self, old: Option<&Arc<Object>>, new: Option<&Arc<Object>>) {
        let Some(object) = new.or(old) else { return };
        let key = object.key();
        let Some(pod) = new else {
            if self.kubelets.get(&key).is_some_and(|runtime| runtime.uid == object.meta.uid) {
                Arc::make_mut(&mut self.kubelets.pods).remove(&key);
            }
            return;
        };
        let Some(view) = pod.pod().filter(|view| !view.node.is_empty()) else { return };
        let known = self.kubelets.get(&key).is_some_and(|runtime| runtime.uid == pod.meta.uid);
        if !known {
            if view.status.is_terminal()
                || self.store().find(crate::api::Kind::Node, "", &view.node).is_none()
            {
                return;
            }
            let runtime = PodRuntime::new(pod, self.now, &self.profile);
            Arc::make_mut(&mut self.kubelets.pods).insert(key.clone(), Arc::new(runtime));
            self.after(self.profile.latency.controller, &key, Step::Begin);
            if let Some(seconds) = view.spec.active_deadline_seconds.and_then(|s| u64::try_from(s).ok()) {
                self.after(Duration::from_secs(seconds), &key, Step::Deadline);
            }
        }
        self.add_ephemeral(&key, pod);
        if pod.meta.deleted.is_some() {
            let before = old.and_then(|old| old.meta.deletion_grace);
            let shorter = before.is_some() && before != pod.meta.deletion_grace;
            self.stop_pod(&key, shorter);
        }
    }

    /// Queues a step of a pod.
    fn after(&mut self, delay: Duration, pod: &Key, step: Step) {
        let Some(runtime) = self.kubelets.get(pod) else { return };
        let uid = runtime.uid.clone();
        self.queue.put(self.now + delay, Due::Pod { pod: pod.clone(), uid, step });
    }

    /// Does a step, if the pod is still the one it was queued for.
    pub(super) fn step(&mut self, key: &Key, uid: &str, step: Step) {
        let Some(runtime) = self.kubelets.get(key).filter(|runtime| runtime.uid == uid) else { return };
        let Some(pod) = self.store().get(key).filter(|pod| pod.meta.uid == uid).cloned() else { return };
        let cut = self.kubelets.cut.contains(&runtime.node);
        match step {
            Step::Begin => self.begin(key, &pod),
            Step::Network => self.network_up(key, &pod),
            Step::Pulled(index) => self.pulled(key, &pod, index),
            Step::PullBackOff(index) => self.pull_back_off(key, &pod, index),
            Step::PullAgain(index) => self.pull(key, &pod, index),
            Step::StartAgain(index) => self.start_container(key, &pod, index),
            Step::GoOn { container, run } => {
                self.go_on(key, container, run);
                return;
            }
            Step::Exit { container, run, code } => self.exited(key, &pod, container, run, code),
            Step::Restart { container, run } => self.restart(key, &pod, container, run),
            Step::Probe { container, run, probe } => {
                if !self.probe(key, &pod, container, run, probe) {
                    return;
                }
            }
            Step::Stopped { container, run, code } => self.stopped(key, &pod, container, run, code),
            Step::Gone if cut => return,
            Step::Gone => {
                self.gone(key, &pod);
                return;
            }
            Step::Deadline => self.deadline(key, &pod),
        }
        self.publish(key);
    }

    /// Writes what the pod is now, unless nobody would hear of it.
    pub(super) fn publish(&mut self, key: &Key) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        if self.kubelets.cut.contains(&runtime.node) || (runtime.stopping && self.profile.stand_in) {
            return;
        }
        let Some(pod) = self.store().get(key).filter(|pod| pod.meta.uid == runtime.uid) else { return };
        let host = self.store().find(crate::api::Kind::Node, "", &runtime.node);
        let host = host.and_then(|node| node.node()).map_or("", |node| node.internal_ip()).to_owned();
        let report = status::report(pod, runtime, &self.profile, &host, self.now);
        let last = runtime.reported.as_ref();
        if last.is_some_and(|last| is_from(pod, last) && **last == report) {
            return;
        }
        let view = report.view();
        let report = Arc::new(report);
        if pod.pod().is_some_and(|pod| pod.status == view) && *pod.status() == report.write(pod) {
            return;
        }
        if let Some(runtime) = self.kubelets.get_mut(key) {
            runtime.reported = Some(report.clone());
        }
        // The pod may be gone by now: then there is nobody to tell.
        let _ = self.server.report(key, view, report);
        self.observe();
    }

    /// Records an event of the kubelet.
    pub(super) fn kubelet_note(
        &mut self,
        key: &Key,
        index: Option<usize>,
        warning: bool,
        reason: &'static str,
        message: String,
    ) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        let field =
            index.and_then(|index| runtime.containers.get(index)).map(Container::field).unwrap_or_default();
        let note = Note {
            about: key.clone(),
            field,
            warning,
            reason,
            message,
            source: "kubelet",
            host: runtime.node.clone(),
        };
        self.note(note);
    }

    /// An address of a node's range that no pod has; the search goes on from the last one given.
    fn allocate_address(&mut self, node: &str) -> Option<String> {
        let range = self.store().find(crate::api::Kind::Node, "", node)?.node()?.spec.pod_cidr.clone();
        let (network, length) = range.split_once('/')?;
        let network = u32::from(network.parse::<Ipv4Addr>().ok()?);
        let size = 1_u32.checked_shl(32 - length.parse::<u32>().ok()?.clamp(1, 30)).unwrap_or(u32::MAX);
        // The first address is the network's, the second the bridge's, the last the broadcast.
        let mut offset = self.kubelets.next_address.get(node).copied().unwrap_or(2);
        for _ in 0..size {
            if offset < 2 || offset >= size - 1 {
                offset = 2;
            }
            let address = Ipv4Addr::from(network + offset).to_string();
            offset += 1;
            if self.store().pods_with_ip(&address).is_empty() {
                self.kubelets.next_address.insert(node.to_owned(), offset);
                return Some(address);
            }
        }
        None
    }
}

impl Cluster {
    /// The ports that processes of a pod listen on.
    pub(super) fn ports_of(&self, pod: &Key) -> Vec<(u16, crate::api::service::Protocol, bool)> {
        let containers = self.kubelets.get(pod).map_or(&[][..], |runtime| runtime.containers.as_slice());
        let processes = containers.iter().filter(|c| c.is_running()).filter_map(|c| c.process.as_ref());
        processes.flat_map(|p| &p.ports).map(|port| (port.number, port.protocol, port.loopback)).collect()
    }

    /// What a shell in a running container finds.
    pub(super) fn environment_of(&self, key: &Key, name: &str) -> Option<Environment> {
        let runtime = self.kubelets.get(key)?;
        let index = runtime.containers.iter().position(|container| container.name == name)?;
        let container = runtime.containers[index].is_running().then(|| &runtime.containers[index])?;
        let pod = self.store().get(key)?;
        let spec = spec_of(pod, runtime, index)?;
        let process = container.process.as_ref()?;
        let launch = process.launch();
        let mut files = environment::mounted(self.store(), pod, spec);
        files.extend(process.files.iter().map(|(path, text)| (path.clone(), text.clone())));
        Some(Environment {
            image: spec.image.clone(),
            env: launch.env.all(),
            files,
            working_dir: spec.working_dir.clone().unwrap_or_else(|| "/".into()),
            hostname: launch.hostname.to_string(),
        })
    }
}
