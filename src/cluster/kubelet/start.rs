//! Starting: volumes, network, images, then the containers one after another.

use super::{Container, Role, State, spec_of};
use crate::api::{Key, Object};
use crate::cluster::Cluster;
use crate::cluster::queue::Step;
use crate::images;
use std::sync::Arc;
use std::time::Duration;

/// The first pause after a failed pull, and the longest.
const FIRST_PULL_BACK_OFF: Duration = Duration::from_secs(10);
const LONGEST_PULL_BACK_OFF: Duration = Duration::from_secs(300);

impl Cluster {
    /// A pod is seen: its volumes are mounted, or are not there.
    pub(super) fn begin(&mut self, key: &Key, pod: &Object) {
        if let Some(missing) = super::environment::missing_volume(self.store(), pod) {
            self.kubelet_note(key, None, true, "FailedMount", missing);
            self.after(Duration::from_secs(2), key, Step::Begin);
            return;
        }
        let slow = self.rule(pod, 0).is_some_and(|rule| !rule.address);
        if !slow {
            self.after(self.profile.latency.sandbox, key, Step::Network);
        }
    }

    /// The profile's rule for a container's image.
    fn rule(&self, pod: &Object, index: usize) -> Option<&crate::cluster::ImageRule> {
        let runtime = self.kubelets.get(&pod.key())?;
        let index = if index == 0 {
            runtime.containers.iter().position(|container| container.role == Role::Main)?
        } else {
            index
        };
        self.profile.image_rule(&spec_of(pod, runtime, index)?.image)
    }

    /// A pod gets its network namespace and its address.
    pub(super) fn network_up(&mut self, key: &Key, pod: &Object) {
        let Some(view) = pod.pod() else { return };
        let node = view.node.clone();
        let address = if view.spec.host_network {
            let host = self.store().find(crate::api::Kind::Node, "", &node);
            host.and_then(|host| host.node()).map(|host| host.internal_ip().to_owned())
        } else {
            self.allocate_address(&node)
        };
        let Some(address) = address else {
            let message = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type=\"bridge\" failed (add): failed to allocate for range 0: no IP addresses available in range set".to_owned();
            self.kubelet_note(key, None, true, "FailedCreatePodSandBox", message);
            self.after(Duration::from_secs(10), key, Step::Network);
            return;
        };
        if let Some(runtime) = self.kubelets.get_mut(key) {
            runtime.ip = Some(address.into());
        }
        self.proceed(key, pod);
    }

    /// Starts what may start now: the next init container, or all main ones.
    pub(super) fn proceed(&mut self, key: &Key, pod: &Object) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        if runtime.stopping || runtime.failed.is_some() || runtime.ip.is_none() {
            return;
        }
        let mut due = Vec::new();
        let mut initialized = true;
        for (index, container) in runtime.containers.iter().enumerate() {
            let done = match container.role {
                Role::Init => matches!(&container.state, State::Terminated(ended) if ended.code == 0),
                Role::Sidecar => container.started,
                Role::Main | Role::Ephemeral => {
                    if initialized && !container.begun {
                        due.push(index);
                    }
                    continue;
                }
            };
            if initialized && !done {
                initialized = false;
                if !container.begun {
                    due.push(index);
                }
            }
        }
        for index in due {
            // Starting one container may have started the next.
            let Some(container) = self.container(key, index).filter(|container| !container.begun) else {
                continue;
            };
            container.begun = true;
            self.pull(key, pod, index);
        }
    }

    /// A container of a pod, to be changed.
    pub(super) fn container(&mut self, key: &Key, index: usize) -> Option<&mut Container> {
        self.kubelets.get_mut(key)?.containers.get_mut(index)
    }

    /// Sees to it that a container's image is on the node.
    pub(super) fn pull(&mut self, key: &Key, pod: &Object, index: usize) {
        let Some(runtime) = self.kubelets.get(key).filter(|runtime| !runtime.stopping) else { return };
        let Some(spec) = spec_of(pod, runtime, index) else { return };
        let (image, policy) = (spec.image.clone(), spec.image_pull_policy.clone());
        let here = (runtime.node.clone(), image.clone());
        let there = self.kubelets.images.contains(&here);
        if let Some(rule) = self.profile.image_rule(&image).filter(|rule| rule.waiting.is_some()).cloned() {
            self.stand_in(key, index, &rule);
            return;
        }
        if self.profile.stand_in && runtime.containers.get(index).is_some_and(|c| c.role == Role::Init) {
            self.pass_over(key, pod, index);
            return;
        }
        if self.profile.stand_in || (there && policy != "Always") {
            let message = format!(
                "Container image \"{image}\" already present on machine and can be accessed by the pod"
            );
            self.kubelet_note(key, Some(index), false, "Pulled", message);
            self.start_container(key, pod, index);
            return;
        }
        if policy == "Never" {
            let message = format!("Container image \"{image}\" is not present with pull policy of Never");
            self.kubelet_note(key, Some(index), true, "ErrImageNeverPull", message.clone());
            self.wait_for(key, index, "ErrImageNeverPull", message);
            self.after(FIRST_PULL_BACK_OFF, key, Step::PullAgain(index));
            return;
        }
        self.kubelet_note(key, Some(index), false, "Pulling", format!("Pulling image \"{image}\""));
        self.after(self.pull_time(there), key, Step::Pulled(index));
    }

    fn pull_time(&self, there: bool) -> Duration {
        let usual = if there { self.profile.latency.check } else { self.profile.latency.pull };
        match self.kubelets.pulls {
            Some(Some(factor)) => usual * factor,
            _ => usual,
        }
    }

    /// A state that a profile's rule prescribes for good.
    fn stand_in(&mut self, key: &Key, index: usize, rule: &crate::cluster::ImageRule) {
        let reason = match rule.waiting.as_deref() {
            Some("ImagePullBackOff") => "ImagePullBackOff",
            Some("CrashLoopBackOff") => "CrashLoopBackOff",
            _ => "ContainerCreating",
        };
        let now = self.now;
        let Some(container) = self.container(key, index) else { return };
        container.state = State::Waiting { reason, message: String::new() };
        container.restarts = rule.restarts;
        if reason == "CrashLoopBackOff" {
            container.last = Some(super::Ended {
                code: 1,
                reason: "Error",
                message: String::new(),
                started: now,
                finished: now,
                run: 0,
            });
            let message = "Back-off restarting failed container".to_owned();
            self.kubelet_note(key, Some(index), true, "BackOff", message);
        }
        if reason == "ImagePullBackOff" {
            self.kubelet_note(key, Some(index), true, "Failed", "Error: ImagePullBackOff".into());
        }
    }

    pub(super) fn wait_for(&mut self, key: &Key, index: usize, reason: &'static str, message: String) {
        if let Some(container) = self.container(key, index) {
            container.state = State::Waiting { reason, message };
        }
    }

    /// The registry has answered.
    pub(super) fn pulled(&mut self, key: &Key, pod: &Object, index: usize) {
        let Some(runtime) = self.kubelets.get(key).filter(|runtime| !runtime.stopping) else { return };
        let Some(spec) = spec_of(pod, runtime, index) else { return };
        let (image, node) = (spec.image.clone(), runtime.node.clone());
        let full = full_name(&image);
        if images::find(&image).is_none() || self.kubelets.pulls == Some(None) {
            let why = if self.kubelets.pulls == Some(None) {
                format!(
                    "failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": failed to do request: Head \"https://registry-1.docker.io\": dial tcp: i/o timeout"
                )
            } else if full.starts_with("docker.io/library/") || !full.starts_with("docker.io/") {
                format!(
                    "failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": {full}: not found"
                )
            } else {
                format!(
                    "failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
                )
            };
            let why = format!("failed to pull image \"{image}\": rpc error: code = NotFound desc = {why}");
            let message = format!("F{}", &why[1..]);
            self.kubelet_note(key, Some(index), true, "Failed", message);
            self.kubelet_note(key, Some(index), true, "Failed", "Error: ErrImagePull".into());
            self.wait_for(key, index, "ErrImagePull", why);
            self.after(Duration::from_millis(1200), key, Step::PullBackOff(index));
            return;
        }
        let first = Arc::make_mut(&mut self.kubelets.images).insert((node, image.clone()));
        let took = self.pull_time(!first);
        let (seconds, size) = (format!("{}ms", took.as_millis()), 5_000_000 + image.len() as u64 * 1_234_567);
        let text =
            if took >= Duration::from_secs(1) { format!("{:.3}s", took.as_secs_f64()) } else { seconds };
        let message = format!(
            "Successfully pulled image \"{image}\" in {text} ({text} including waiting). Image size: {size} bytes."
        );
        self.kubelet_note(key, Some(index), false, "Pulled", message);
        self.start_container(key, pod, index);
    }

    /// A failed pull is put off, longer each time.
    pub(super) fn pull_back_off(&mut self, key: &Key, pod: &Object, index: usize) {
        let Some(runtime) = self.kubelets.get(key).filter(|runtime| !runtime.stopping) else { return };
        let Some(spec) = spec_of(pod, runtime, index) else { return };
        let message = format!("Back-off pulling image \"{}\"", spec.image);
        self.kubelet_note(key, Some(index), false, "BackOff", message.clone());
        self.kubelet_note(key, Some(index), true, "Failed", "Error: ImagePullBackOff".into());
        let Some(container) = self.container(key, index) else { return };
        let why = match &container.state {
            State::Waiting { message: why, .. } if !why.is_empty() => {
                format!("{message}: ErrImagePull: {why}")
            }
            _ => message,
        };
        container.state = State::Waiting { reason: "ImagePullBackOff", message: why };
        let wait = (container.pull_back_off * 2).clamp(FIRST_PULL_BACK_OFF, LONGEST_PULL_BACK_OFF);
        container.pull_back_off = wait;
        self.after(wait, key, Step::PullAgain(index));
    }
}

/// An image's whole reference: registry, repository and tag.
pub(super) fn full_name(image: &str) -> String {
    let tagged = if image[image.rfind('/').map_or(0, |at| at + 1)..].contains([':', '@']) {
        image.to_owned()
    } else {
        format!("{image}:latest")
    };
    match image.split_once('/') {
        None => format!("docker.io/library/{tagged}"),
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => tagged,
        Some(_) => format!("docker.io/{tagged}"),
    }
}
