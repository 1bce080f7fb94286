//! What a pod is, in one word and in its conditions, as the kubelet works it out from its containers.

use super::{PodRuntime, Role, State};
use crate::api::{Instant, Object, Word, pod};
use crate::cluster::Profile;

/// A condition that the kubelet keeps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub kind: &'static str,
    pub holds: bool,
    pub since: Option<Word>,
    pub reason: &'static str,
    pub message: String,
}

/// As the kubelet's `getPhase`.
pub(super) fn phase(pod: &Object, runtime: &PodRuntime, profile: &Profile) -> &'static str {
    if runtime.failed.is_some() {
        return if runtime.all_stopped() { "Failed" } else { "Running" };
    }
    let policy = pod.pod().map_or("", |pod| pod.spec.restart_policy.as_str());
    let of = |role: Role| runtime.containers.iter().filter(move |container| container.role == role);
    for container in of(Role::Init) {
        match &container.state {
            State::Terminated(ended) if ended.code == 0 => {}
            State::Terminated(_) if policy == "Never" => return "Failed",
            _ => return "Pending",
        }
    }
    let (mut running, mut waiting, mut succeeded, mut failed) = (0, 0, 0, 0);
    for container in of(Role::Main) {
        match &container.state {
            State::Running { .. } => running += 1,
            State::Terminated(ended) if ended.code == 0 => succeeded += 1,
            State::Terminated(_) => failed += 1,
            // Waiting after a first run: the pod is running.
            State::Waiting { .. } if container.last.is_some() => failed += 1,
            State::Waiting { .. } => waiting += 1,
        }
    }
    match (running, waiting, succeeded, failed) {
        (_, 1.., _, _) => "Pending",
        (1.., _, _, _) => "Running",
        // On its way out, what has ended is not started again.
        _ if policy == "Always" && !runtime.stopping && !profile.stand_in => "Running",
        (_, _, 1.., 0) => "Succeeded",
        (_, _, _, 1..) if policy == "Never" || runtime.stopping => "Failed",
        _ => "Running",
    }
}

/// The conditions, those that hold as before with the time since when they do.
pub(super) fn conditions(
    pod: &Object,
    runtime: &PodRuntime,
    phase: &str,
    old: &[pod::Condition],
    now: Instant,
) -> Vec<Condition> {
    let ended = matches!(phase, "Failed" | "Succeeded");
    let mains =
        || runtime.containers.iter().filter(|container| matches!(container.role, Role::Main | Role::Sidecar));
    let unready: Vec<&str> = mains()
        .filter(|container| !container.ready || runtime.unready)
        .map(|container| container.name.as_str())
        .collect();
    let uninitialized: Vec<&str> = runtime
        .containers
        .iter()
        .filter(|container| match container.role {
            Role::Init => !matches!(&container.state, State::Terminated(ended) if ended.code == 0),
            Role::Sidecar => !container.started,
            _ => false,
        })
        .map(|container| container.name.as_str())
        .collect();
    let succeeded = phase == "Succeeded";
    let not_ready = if succeeded {
        Some(("PodCompleted", String::new()))
    } else if ended {
        Some(("PodFailed", String::new()))
    } else if unready.is_empty() {
        None
    } else {
        Some(("ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" "))))
    };
    let not_initialized = if uninitialized.is_empty() || succeeded {
        None
    } else {
        Some((
            "ContainersNotInitialized",
            format!("containers with incomplete status: [{}]", uninitialized.join(" ")),
        ))
    };
    let gates = pod.pod().map_or(&[][..], |pod| pod.spec.readiness_gates.as_slice());
    let is_true = |kind: &str| old.iter().any(|other| other.kind == kind && other.status == "True");
    let mut asked = gates.iter().filter_map(|gate| gate["conditionType"].as_str());
    let ready = match (&not_ready, asked.find(|kind| !is_true(kind))) {
        (None, Some(gate)) => {
            let message = format!("corresponding condition of pod readiness gate \"{gate}\" does not exist.");
            Some(("ReadinessGatesNotReady", message))
        }
        _ => not_ready.clone(),
    };
    let network = runtime.ip.is_none() || ended || (runtime.stopping && runtime.all_stopped());
    let sandbox = network.then(|| ("", String::new()));
    let list = [
        ("PodReadyToStartContainers", sandbox),
        ("Initialized", not_initialized),
        ("Ready", ready),
        ("ContainersReady", not_ready),
        ("PodScheduled", None),
    ];
    list.into_iter()
        .map(|(kind, lacking)| {
            let holds = lacking.is_none();
            let since = match old.iter().find(|other| other.kind == kind) {
                Some(before) if before.status == word(holds) => before.last_transition_time.clone(),
                _ => Some(now.rfc3339()),
            };
            let completed = succeeded && kind == "Initialized";
            let reason = lacking.or_else(|| completed.then(|| ("PodCompleted", String::new())));
            let (reason, message) = reason.unwrap_or_default();
            Condition { kind, holds, since, reason, message }
        })
        .collect()
}

/// A condition's status.
pub(super) fn word(holds: bool) -> &'static str {
    if holds { "True" } else { "False" }
}
