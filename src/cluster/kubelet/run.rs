//! Running: a container starts, ends, and is started again, or not.

use super::{Ended, Role, State, environment, shared, spec_of};
use crate::api::{Key, Object};
use crate::cluster::Cluster;
use crate::cluster::queue::Step;
use crate::images::{Launch, Life, Process};
use crate::net::Source;
use std::time::Duration;

/// The first pause between two crashes, and the longest.
const FIRST_BACK_OFF: Duration = Duration::from_secs(10);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);
/// A container that ran for this long is forgiven its earlier crashes.
const FORGIVEN: Duration = Duration::from_secs(600);

impl Cluster {
    /// Starts a container whose image is there.
    pub(super) fn start_container(&mut self, key: &Key, pod: &Object, index: usize) {
        let links = self.service_links(pod);
        let Some(runtime) = self.kubelets.get(key).filter(|runtime| !runtime.stopping) else { return };
        let Some(spec) = spec_of(pod, runtime, index) else { return };
        let ip = runtime.ip.clone().unwrap_or_default();
        let node = runtime.node.clone();
        let env = match environment::variables(self.store(), pod, spec, &ip, &node, links) {
            Ok(env) => env,
            Err(why) => {
                self.kubelet_note(key, Some(index), true, "Failed", format!("Error: {why}"));
                self.wait_for(key, index, "CreateContainerConfigError", why);
                self.after(Duration::from_secs(10), key, Step::StartAgain(index));
                return;
            }
        };
        let mut files = environment::mounted(self.store(), pod, spec);
        files.extend(shared::found(pod, runtime, index));
        let resolv = self.resolver(&Source::Pod(key.clone())).resolv.to_string();
        files.insert("/etc/resolv.conf".to_owned(), resolv);
        let launch = Launch {
            image: spec.image.as_str().into(),
            command: spec.command.iter().map(|word| environment::expand(word, &env)).collect(),
            args: spec.args.iter().map(|word| environment::expand(word, &env)).collect(),
            ends: pod
                .pod()
                .is_some_and(|pod| matches!(pod.spec.restart_policy.as_str(), "Never" | "OnFailure")),
            stdin: spec.stdin,
            declared: spec.ports.iter().map(|port| (port.container_port, port.protocol)).collect(),
            pod: key.name.clone(),
            hostname: env.get("HOSTNAME").unwrap_or_default().into(),
            ip,
            namespace: key.namespace.clone(),
            mounts: spec.volume_mounts.iter().map(|mount| mount.mount_path.clone()).collect(),
            files,
            env,
        };
        let probes =
            [spec.startup_probe.is_some(), spec.readiness_probe.is_some(), spec.liveness_probe.is_some()];
        let exit = self.profile.image_rule(&spec.image).and_then(|rule| rule.exit);
        let stand_in = self.profile.stand_in;
        let now = self.now;
        let image = launch.image.clone();
        let Some(mut process) = Process::start(launch, now) else {
            self.wait_for(key, index, "ErrImagePull", format!("image {image} is not there"));
            return;
        };
        if let Some(code) = exit {
            process.life = Life::Ends { after: Duration::from_millis(20), code };
        } else if stand_in {
            process.life = Life::Forever;
        }
        let life = process.life.clone();
        self.kubelet_note(key, Some(index), false, "Created", "Container created".into());
        let Some(container) = self.container(key, index) else { return };
        container.run += 1;
        let run = container.run;
        container.failures = 0;
        container.successes = 0;
        container.liveness_failures = 0;
        container.stopping = false;
        if let Life::Refused(why) = &life {
            let ended = Ended {
                code: 128,
                reason: "StartError",
                message: why.clone(),
                started: crate::api::Instant::default(),
                finished: now,
                run,
            };
            container.state = State::Terminated(ended);
            let message = format!("Error: {why}");
            self.kubelet_note(key, Some(index), true, "Failed", message);
            self.ended(key, pod, index);
            return;
        }
        container.state = State::Running { since: now };
        container.started = stand_in || !probes[0];
        container.ready = stand_in || (!probes[0] && !probes[1]);
        if let Some(before) = container.process.take() {
            container.previous = before.log;
        }
        container.process = Some(process);
        self.kubelet_note(key, Some(index), false, "Started", "Container started".into());
        self.live_on(key, index, run, &life);
        if !stand_in {
            self.schedule_probes(key, pod, index);
        }
        self.proceed(key, pod);
    }

    /// Queues what a process does next of its own accord.
    fn live_on(&mut self, key: &Key, container: usize, run: u32, life: &Life) {
        match *life {
            Life::Ends { after, code } => self.after(after, key, Step::Exit { container, run, code }),
            Life::Pauses { after } => self.after(after, key, Step::GoOn { container, run }),
            Life::Forever | Life::Refused(_) => {}
        }
    }

    /// Lets a container's own script go on.
    pub(super) fn go_on(&mut self, key: &Key, index: usize, run: u32) {
        let Some(container) = self.container(key, index).filter(|it| it.run == run && it.is_running()) else {
            return;
        };
        let Some(mut process) = container.process.take() else { return };
        process.go_on(self.now, &mut |request| self.request(&request));
        let life = process.life.clone();
        if let Some(container) = self.container(key, index) {
            container.process = Some(process);
        }
        self.share(key, index);
        self.live_on(key, index, run, &life);
    }

    /// What a stand-in says of an init container: it is done, without a word.
    pub(super) fn pass_over(&mut self, key: &Key, pod: &Object, index: usize) {
        let now = self.now;
        let Some(container) = self.container(key, index) else { return };
        container.run += 1;
        container.ready = true;
        container.state = State::Terminated(Ended {
            code: 0,
            reason: "Completed",
            message: String::new(),
            started: now,
            finished: now,
            run: container.run,
        });
        self.proceed(key, pod);
    }

    /// A process ended by itself.
    pub(super) fn exited(&mut self, key: &Key, pod: &Object, index: usize, run: u32, code: i32) {
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
        self.ended(key, pod, index);
        // It may have been told to end and been faster by itself.
        if self.kubelets.get(key).is_some_and(|runtime| runtime.stopping && runtime.all_stopped()) {
            self.after(self.profile.latency.remove, key, Step::Gone);
        }
    }

    /// What follows the end of a container: the next one, another try, or nothing.
    pub(super) fn ended(&mut self, key: &Key, pod: &Object, index: usize) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        let Some(container) = runtime.containers.get(index) else { return };
        let State::Terminated(ended) = &container.state else { return };
        // What could not even be started has not run, since whenever.
        let never = ended.started == crate::api::Instant::default();
        let ran = if never { Duration::ZERO } else { ended.finished.since(ended.started) };
        let code = ended.code;
        let policy = pod.pod().map_or("", |pod| pod.spec.restart_policy.as_str());
        let again = match container.role {
            Role::Sidecar => true,
            Role::Init => code != 0 && policy != "Never",
            Role::Main => policy == "Always" || (policy == "OnFailure" && code != 0),
            Role::Ephemeral => false,
        };
        if runtime.stopping || runtime.failed.is_some() {
            return;
        }
        let again = again && !self.profile.stand_in;
        if !again {
            if container.role == Role::Init && code == 0 {
                self.proceed(key, pod);
            }
            return;
        }
        let Some(container) = self.container(key, index) else { return };
        if ran >= FORGIVEN {
            container.back_off = Duration::ZERO;
        }
        // The first crash is followed by another start at once.
        let wait = container.back_off;
        container.back_off = (wait * 2).clamp(FIRST_BACK_OFF, LONGEST_BACK_OFF);
        let run = container.run;
        if wait.is_zero() {
            self.after(Duration::from_secs(1), key, Step::Restart { container: index, run });
            return;
        }
        let State::Terminated(ended) = container.state.clone() else { return };
        let name = container.name.clone();
        container.last = Some(ended);
        let whole = format!("{}_{}({})", pod.meta.name, pod.meta.namespace, pod.meta.uid);
        container.state = State::Waiting {
            reason: "CrashLoopBackOff",
            message: format!("back-off {} restarting failed container={name} pod={whole}", short(wait)),
        };
        let message = format!("Back-off restarting failed container {name} in pod {whole}");
        self.kubelet_note(key, Some(index), true, "BackOff", message);
        self.after(wait, key, Step::Restart { container: index, run });
    }

    /// Starts a container that ended once more.
    pub(super) fn restart(&mut self, key: &Key, pod: &Object, index: usize, run: u32) {
        if self.kubelets.get(key).is_none_or(|runtime| runtime.stopping) {
            return;
        }
        let Some(container) = self.container(key, index).filter(|container| container.run == run) else {
            return;
        };
        if let State::Terminated(ended) = &container.state {
            container.last = Some(ended.clone());
        }
        container.restarts += 1;
        self.pull(key, pod, index);
    }
}

/// A duration as Go prints it: `10s`, `2m40s`, `5m0s`.
fn short(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}
