//! A pod's status as the kubelet writes it: phase, conditions, containers.

use super::conditions::{Condition, conditions, phase, word};
use super::start::full_name;
use super::{Ended, PodRuntime, Role, State, spec_of};
use crate::api::pod::{
    self, ContainerState, ContainerStatus, PodStatus, StateRunning, StateTerminated, StateWaiting,
};
use crate::api::{Document, FromValue, Instant, Object, Value, Word, json, sha256};
use crate::cluster::Profile;

/// What a kubelet reports of a pod: all that its status says.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cluster) struct Report {
    uid: Word,
    generation: i64,
    stand_in: bool,
    phase: &'static str,
    qos_class: Word,
    host: Word,
    begun: Instant,
    ip: Option<Word>,
    failed: Option<(&'static str, String)>,
    conditions: Vec<Condition>,
    /// Conditions that others wrote.
    others: Vec<Value>,
    containers: Vec<ContainerReport>,
}

#[derive(Clone, Debug, PartialEq)]
struct ContainerReport {
    name: String,
    role: Role,
    image: String,
    ready: bool,
    started: bool,
    restarts: u32,
    run: u32,
    state: State,
    last: Option<Ended>,
}

/// Fields of the status with the containers of those roles.
const LISTS: [(&str, &[Role]); 3] = [
    ("initContainerStatuses", &[Role::Init, Role::Sidecar]),
    ("containerStatuses", &[Role::Main]),
    ("ephemeralContainerStatuses", &[Role::Ephemeral]),
];

/// What there is to report of a pod now.
pub(super) fn report(
    pod: &Object,
    runtime: &PodRuntime,
    profile: &Profile,
    host: &str,
    now: Instant,
) -> Report {
    let phase = phase(pod, runtime, profile);
    let old = pod.pod().map(|pod| &pod.status);
    let before = old.map_or(&[][..], |status| status.conditions.as_slice());
    let conditions = conditions(pod, runtime, phase, before, now);
    let is_ours = |kind: &str| conditions.iter().any(|condition| condition.kind == kind);
    let others = if before.iter().all(|condition| is_ours(&condition.kind)) {
        Vec::new()
    } else {
        let all = pod.status()["conditions"].as_array().into_iter().flatten();
        all.filter(|condition| !is_ours(condition["type"].as_str().unwrap_or_default())).cloned().collect()
    };
    Report {
        uid: pod.meta.uid.clone(),
        generation: pod.meta.generation,
        stand_in: profile.stand_in,
        phase,
        qos_class: old.map(|status| status.qos_class.clone()).unwrap_or_default(),
        host: host.into(),
        begun: runtime.begun,
        ip: runtime.ip.clone(),
        failed: runtime.failed.clone(),
        conditions,
        others,
        containers: (0..runtime.containers.len())
            .map(|index| container_report(pod, runtime, index))
            .collect(),
    }
}

impl Report {
    /// The part of it that the simulation reads.
    pub fn view(&self) -> PodStatus {
        let time = |at: Instant| at.rfc3339();
        let ended = |ended: &Ended| StateTerminated {
            exit_code: ended.code,
            signal: 0,
            reason: ended.reason.into(),
            message: ended.message.clone(),
            started_at: time(ended.started),
            finished_at: time(ended.finished),
        };
        let state = |state: &State| match state {
            State::Waiting { reason, message } => ContainerState {
                waiting: Some(StateWaiting { reason: (*reason).into(), message: message.clone() }),
                ..ContainerState::default()
            },
            State::Running { since } => ContainerState {
                running: Some(StateRunning { started_at: time(*since) }),
                ..ContainerState::default()
            },
            State::Terminated(end) => {
                ContainerState { terminated: Some(ended(end)), ..ContainerState::default() }
            }
        };
        let containers = |roles: &[Role]| -> Vec<ContainerStatus> {
            let of = || self.containers.iter().filter(|container| roles.contains(&container.role));
            let mut statuses = Vec::with_capacity(of().count());
            statuses.extend(of().map(|container| ContainerStatus {
                name: container.name.clone().into(),
                ready: container.ready,
                started: container.started,
                restart_count: container.restarts,
                state: state(&container.state),
                last_state: ContainerState {
                    terminated: container.last.as_ref().map(ended),
                    ..ContainerState::default()
                },
            }));
            statuses
        };
        let own = self.conditions.iter().map(|condition| pod::Condition {
            kind: condition.kind.into(),
            status: word(condition.holds).into(),
            reason: condition.reason.into(),
            message: condition.message.clone(),
            last_transition_time: condition.since.clone(),
        });
        let (reason, message) = self.failed.clone().unwrap_or_default();
        PodStatus {
            phase: self.phase.into(),
            conditions: own.chain(self.others.iter().map(FromValue::from_value)).collect(),
            pod_ip: self.ip.clone().unwrap_or_default(),
            host_ip: self.host.clone(),
            reason: reason.into(),
            message,
            start_time: Some(time(self.begun)),
            container_statuses: containers(LISTS[1].1),
            qos_class: self.qos_class.clone(),
            init_container_statuses: containers(LISTS[0].1),
        }
    }
}

impl Document for Report {
    fn write(&self, _: &Object) -> Value {
        let mut status = json!({
            "phase": self.phase,
            "observedGeneration": self.generation,
            "qosClass": self.qos_class,
            "hostIP": self.host,
            "hostIPs": [{"ip": self.host}],
            "startTime": self.begun.rfc3339(),
        });
        if let Some(ip) = &self.ip {
            status["podIP"] = ip.as_str().into();
            status["podIPs"] = json!([{"ip": ip}]);
        }
        if let Some((reason, message)) = &self.failed {
            status["reason"] = (*reason).into();
            status["message"] = message.as_str().into();
        }
        let own = self.conditions.iter().map(|condition| {
            let mut value = json!({
                "type": condition.kind, "status": word(condition.holds), "lastProbeTime": null,
                "lastTransitionTime": condition.since, "observedGeneration": self.generation,
            });
            for (key, text) in [("reason", condition.reason), ("message", &condition.message)] {
                if !text.is_empty() {
                    value[key] = text.into();
                }
            }
            value
        });
        status["conditions"] = own.chain(self.others.iter().cloned()).collect::<Vec<_>>().into();
        for (field, roles) in LISTS {
            let of = self.containers.iter().filter(|container| roles.contains(&container.role));
            let list: Vec<Value> = of.map(|container| self.container(container)).collect();
            if !list.is_empty() {
                status[field] = list.into();
            }
        }
        status
    }
}

impl Report {
    fn container(&self, container: &ContainerReport) -> Value {
        let (image, ran) = (container.image.as_str(), container.run > 0);
        let named = if self.stand_in { tagged(image) } else { full_name(image) };
        let mut status = json!({
            "name": container.name,
            "image": if ran { named } else { image.to_owned() },
            "imageID": if ran { image_id(image) } else { String::new() },
            "ready": container.ready,
            "started": container.started,
            "restartCount": container.restarts,
            "state": self.state(container, &container.state),
            "lastState": {},
        });
        if ran {
            status["containerID"] = self.container_id(container, container.run).into();
        }
        if let Some(ended) = &container.last {
            status["lastState"] = json!({"terminated": self.terminated(container, ended)});
        }
        status
    }

    fn state(&self, container: &ContainerReport, state: &State) -> Value {
        match state {
            State::Waiting { reason, message } if message.is_empty() => {
                json!({"waiting": {"reason": reason}})
            }
            State::Waiting { reason, message } => json!({"waiting": {"reason": reason, "message": message}}),
            State::Running { since } => json!({"running": {"startedAt": since.rfc3339()}}),
            State::Terminated(ended) => json!({"terminated": self.terminated(container, ended)}),
        }
    }

    fn terminated(&self, container: &ContainerReport, ended: &Ended) -> Value {
        let mut value = json!({
            "containerID": self.container_id(container, ended.run),
            "exitCode": ended.code,
            "reason": ended.reason,
            "startedAt": ended.started.rfc3339(),
            "finishedAt": ended.finished.rfc3339(),
        });
        if !ended.message.is_empty() {
            value["message"] = ended.message.as_str().into();
        }
        value
    }

    fn container_id(&self, container: &ContainerReport, run: u32) -> String {
        format!("containerd://{}", digest(&format!("{}/{}/{run}", self.uid, container.name)))
    }
}

fn container_report(pod: &Object, runtime: &PodRuntime, index: usize) -> ContainerReport {
    let container = &runtime.containers[index];
    let image = spec_of(pod, runtime, index).map_or("", |spec| spec.image.as_str());
    let ready = match container.role {
        Role::Init => matches!(&container.state, State::Terminated(ended) if ended.code == 0),
        _ => container.ready && !(runtime.unready && container.role == Role::Main),
    };
    ContainerReport {
        name: container.name.clone(),
        role: container.role,
        image: image.to_owned(),
        ready,
        started: container.started,
        restarts: container.restarts,
        run: container.run,
        state: container.state.clone(),
        last: container.last.clone(),
    }
}

/// An image's name with its tag.
fn tagged(image: &str) -> String {
    let name = &image[image.rfind('/').map_or(0, |at| at + 1)..];
    if name.contains([':', '@']) { image.to_owned() } else { format!("{image}:latest") }
}

fn image_id(image: &str) -> String {
    let end = image.rfind(':').filter(|at| !image[*at..].contains('/')).unwrap_or(image.len());
    format!("{}@sha256:{}", &image[..end], digest(&tagged(image)))
}

/// A text's digest in hexadecimal digits.
fn digest(text: &str) -> String {
    sha256(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
