//! Stopping: the hook, TERM, the grace, KILL; and what is taken away afterwards.

use super::{Container, Ended, Role, State, spec_of};
use crate::api::{Key, Object};
use crate::cluster::Cluster;
use crate::cluster::queue::Step;
use std::sync::Arc;
use std::time::Duration;

/// The exit code of a process that was killed.
const KILLED: i32 = 137;

impl Cluster {
    /// A pod is to end within its grace.
    pub(in crate::cluster) fn stop_pod(&mut self, key: &Key, again: bool) {
        let Some(pod) = self.store().get(key).cloned() else { return };
        let Some(runtime) = self.kubelets.get_mut(key) else { return };
        if runtime.stopping && !again {
            return;
        }
        runtime.stopping = true;
        let grace = pod.meta.deletion_grace.unwrap_or(30).max(0);
        let grace = Duration::from_secs(u64::try_from(grace).unwrap_or(0));
        self.stop_containers(key, &pod, grace);
        if self.kubelets.get(key).is_some_and(super::PodRuntime::all_stopped) {
            self.after(self.profile.latency.remove, key, Step::Gone);
        }
    }

    fn stop_containers(&mut self, key: &Key, pod: &Object, grace: Duration) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        let running: Vec<usize> = (0..runtime.containers.len())
            .filter(|index| matches!(runtime.containers[*index].state, State::Running { .. }))
            .collect();
        for index in running {
            self.stop_container(key, pod, index, grace, None);
        }
    }

    /// Tells a container to end.
    pub(super) fn stop_container(
        &mut self,
        key: &Key,
        pod: &Object,
        index: usize,
        grace: Duration,
        why: Option<String>,
    ) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        let Some(container) = runtime.containers.get(index) else { return };
        let hook = spec_of(pod, runtime, index).and_then(|spec| spec.lifecycle.as_ref()?.pre_stop.as_ref());
        let hook = hook.map_or(Duration::ZERO, hook_time);
        let term = match self.profile.stand_in {
            true => Some((Duration::ZERO, 0)),
            false => container.process.as_ref().and_then(|process| process.on_term()),
        };
        let (wait, code) = match term {
            // A stand-in for the kubelet runs nothing that could take its time.
            _ if self.profile.stand_in => (Duration::ZERO, 0),
            Some((after, code)) if hook + after <= grace => (hook + after, code),
            _ => (grace, KILLED),
        };
        let run = container.run;
        let message = why.unwrap_or_else(|| "Stopping container ".to_owned() + &container.name);
        if !container.stopping {
            self.kubelet_note(key, Some(index), false, "Killing", message);
        }
        if let Some(container) = self.container(key, index) {
            container.stopping = true;
        }
        self.after(wait, key, Step::Stopped { container: index, run, code });
    }

    /// A container that was told to end has ended.
    pub(super) fn stopped(&mut self, key: &Key, pod: &Object, index: usize, run: u32, code: i32) {
        let now = self.now;
        let Some(container) = self.container(key, index).filter(|container| container.run == run) else {
            return;
        };
        let State::Running { since } = container.state else { return };
        container.state = State::Terminated(Ended {
            code,
            reason: if code == 0 { "Completed" } else { "Error" },
            message: String::new(),
            started: since,
            finished: now,
            run,
        });
        container.ready = false;
        container.started = false;
        let Some(runtime) = self.kubelets.get(key) else { return };
        if runtime.stopping {
            if runtime.all_stopped() {
                self.after(self.profile.latency.remove, key, Step::Gone);
            }
        } else {
            self.ended(key, pod, index);
        }
    }

    /// A deleted pod leaves nothing on its node: the object may go.
    pub(super) fn gone(&mut self, key: &Key, pod: &Object) {
        if pod.meta.deleted.is_none() {
            return;
        }
        if pod.meta.finalizers.is_empty() {
            // Someone may have forced it before: then it is gone already.
            let _ = self.server.remove(key);
            self.observe();
        } else {
            self.publish(key);
        }
    }

    /// A pod has run for as long as it may.
    pub(super) fn deadline(&mut self, key: &Key, pod: &Object) {
        let ended = pod.pod().is_some_and(|pod| pod.status.is_terminal());
        let Some(runtime) = self.kubelets.get_mut(key).filter(|runtime| !runtime.stopping && !ended) else {
            return;
        };
        let message = "Pod was active on the node longer than the specified deadline".to_owned();
        runtime.failed = Some(("DeadlineExceeded", message.clone()));
        let grace = pod.pod().and_then(|pod| pod.spec.termination_grace_period_seconds).unwrap_or(30);
        self.kubelet_note(key, None, false, "DeadlineExceeded", message);
        self.stop_containers(key, pod, Duration::from_secs(u64::try_from(grace).unwrap_or(0)));
    }

    /// Containers that `kubectl debug` added.
    pub(super) fn add_ephemeral(&mut self, key: &Key, pod: &Arc<Object>) {
        let Some(view) = pod.pod() else { return };
        if view.spec.ephemeral_containers.is_empty() {
            return;
        }
        let Some(runtime) = self.kubelets.get_mut(key) else { return };
        let mut added = false;
        for spec in &view.spec.ephemeral_containers {
            if !runtime.containers.iter().any(|container| container.name == spec.name) {
                runtime.containers.push(Container::new(spec, Role::Ephemeral, false));
                added = true;
            }
        }
        if added {
            self.proceed(key, pod);
        }
    }
}

/// How long a hook takes: a pause as long as it says, a command as long as its `sleep`.
fn hook_time(hook: &crate::api::pod::Handler) -> Duration {
    if let Some(sleep) = &hook.sleep {
        return Duration::from_secs(u64::try_from(sleep.seconds).unwrap_or(0));
    }
    let Some(exec) = &hook.exec else { return Duration::from_millis(20) };
    let words: Vec<&str> = exec.command.iter().flat_map(|word| word.split_whitespace()).collect();
    let seconds =
        words.windows(2).find(|pair| pair[0].ends_with("sleep")).and_then(|pair| pair[1].parse().ok());
    seconds.map_or(Duration::from_millis(20), Duration::from_secs)
}
