//! A pod's status as the kubelet writes it: phase, conditions, containers.

use super::start::full_name;
use super::{Container, Ended, PodRuntime, Role, State, spec_of};
use crate::api::{Instant, Object, Value, json};
use crate::cluster::Profile;

/// The status of a pod.
pub(super) fn status(
    pod: &Object,
    runtime: &PodRuntime,
    profile: &Profile,
    host: &str,
    now: Instant,
) -> Value {
    let old = pod.status();
    let mut status = json!({
        "phase": phase(pod, runtime, profile),
        "observedGeneration": pod.meta.generation,
        "qosClass": old["qosClass"],
        "hostIP": host,
        "hostIPs": [{"ip": host}],
        "startTime": runtime.begun.rfc3339(),
    });
    if let Some(ip) = &runtime.ip {
        status["podIP"] = ip.as_str().into();
        status["podIPs"] = json!([{"ip": ip}]);
    }
    if let Some((reason, message)) = &runtime.failed {
        status["reason"] = (*reason).into();
        status["message"] = message.as_str().into();
    }
    status["conditions"] = conditions(pod, runtime, status["phase"].as_str().unwrap_or_default(), now);
    for (field, roles) in [
        ("initContainerStatuses", &[Role::Init, Role::Sidecar][..]),
        ("containerStatuses", &[Role::Main]),
        ("ephemeralContainerStatuses", &[Role::Ephemeral]),
    ] {
        let list: Vec<Value> = runtime
            .containers
            .iter()
            .enumerate()
            .filter(|(_, container)| roles.contains(&container.role))
            .map(|(index, container)| container_status(pod, runtime, index, container, profile))
            .collect();
        if !list.is_empty() {
            status[field] = list.into();
        }
    }
    status
}

/// As the kubelet's `getPhase`.
fn phase(pod: &Object, runtime: &PodRuntime, profile: &Profile) -> &'static str {
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

fn conditions(pod: &Object, runtime: &PodRuntime, phase: &str, now: Instant) -> Value {
    let ended = matches!(phase, "Failed" | "Succeeded");
    let old = pod.status()["conditions"].as_array();
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
    let gate = gates.iter().filter_map(|gate| gate["conditionType"].as_str()).find(|kind| {
        !old.into_iter()
            .flatten()
            .any(|condition| condition["type"] == *kind && condition["status"] == "True")
    });
    let ready = match (&not_ready, gate) {
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
    let mut conditions: Vec<Value> = Vec::with_capacity(list.len());
    for (kind, lacking) in list {
        let value = if lacking.is_some() { "False" } else { "True" };
        let before = old.into_iter().flatten().find(|condition| condition["type"] == kind);
        let since = match before {
            Some(condition) if condition["status"] == value => condition["lastTransitionTime"].clone(),
            _ => now.rfc3339().into(),
        };
        let mut condition = json!({
            "type": kind, "status": value, "lastProbeTime": null, "lastTransitionTime": since,
            "observedGeneration": pod.meta.generation,
        });
        let reason =
            lacking.or_else(|| (succeeded && kind == "Initialized").then(|| ("PodCompleted", String::new())));
        if let Some((reason, message)) = reason {
            if !reason.is_empty() {
                condition["reason"] = reason.into();
            }
            if !message.is_empty() {
                condition["message"] = message.into();
            }
        }
        conditions.push(condition);
    }
    // Conditions that others wrote stay.
    let known = |kind: &Value| list_has(&conditions, kind);
    let others: Vec<Value> = old.into_iter().flatten().filter(|c| !known(&c["type"])).cloned().collect();
    conditions.extend(others);
    conditions.into()
}

fn list_has(conditions: &[Value], kind: &Value) -> bool {
    conditions.iter().any(|condition| &condition["type"] == kind)
}

fn container_status(
    pod: &Object,
    runtime: &PodRuntime,
    index: usize,
    container: &Container,
    profile: &Profile,
) -> Value {
    let image = spec_of(pod, runtime, index).map_or("", |spec| spec.image.as_str());
    let ran = container.run > 0;
    let ready = match container.role {
        Role::Init => matches!(&container.state, State::Terminated(ended) if ended.code == 0),
        _ => container.ready && !(runtime.unready && container.role == Role::Main),
    };
    let named = if profile.stand_in { tagged(image) } else { full_name(image) };
    let mut status = json!({
        "name": container.name,
        "image": if ran { named } else { image.to_owned() },
        "imageID": if ran { image_id(image) } else { String::new() },
        "ready": ready,
        "started": container.started,
        "restartCount": container.restarts,
        "state": state(pod, container, &container.state),
        "lastState": {},
    });
    if ran {
        status["containerID"] = container_id(pod, container, container.run).into();
    }
    if let Some(ended) = &container.last {
        status["lastState"] = json!({"terminated": terminated(pod, container, ended)});
    }
    status
}

fn state(pod: &Object, container: &Container, state: &State) -> Value {
    match state {
        State::Waiting { reason, message } if message.is_empty() => json!({"waiting": {"reason": reason}}),
        State::Waiting { reason, message } => json!({"waiting": {"reason": reason, "message": message}}),
        State::Running { since } => json!({"running": {"startedAt": since.rfc3339()}}),
        State::Terminated(ended) => json!({"terminated": terminated(pod, container, ended)}),
    }
}

fn terminated(pod: &Object, container: &Container, ended: &Ended) -> Value {
    let mut value = json!({
        "containerID": container_id(pod, container, ended.run),
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

/// An image's name with its tag.
fn tagged(image: &str) -> String {
    let name = &image[image.rfind('/').map_or(0, |at| at + 1)..];
    if name.contains([':', '@']) { image.to_owned() } else { format!("{image}:latest") }
}

fn image_id(image: &str) -> String {
    let end = image.rfind(':').filter(|at| !image[*at..].contains('/')).unwrap_or(image.len());
    format!("{}@sha256:{}", &image[..end], digest(&tagged(image)))
}

fn container_id(pod: &Object, container: &Container, run: u32) -> String {
    format!("containerd://{}", digest(&format!("{}/{}/{run}", pod.meta.uid, container.name)))
}

/// Sixty-four hexadecimal digits that follow from a text: an identifier, no checksum.
fn digest(text: &str) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut out = String::with_capacity(64);
    for round in 0..4_u8 {
        for byte in text.bytes().chain([round]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state ^= state >> 29;
        out.push_str(&format!("{state:016x}"));
    }
    out
}
