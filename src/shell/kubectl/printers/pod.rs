//! Pods: what state they are in, in a word.

use super::{Row, Table};
use crate::api::{Instant, Value};
use crate::shell::kubectl::doc::{flag, int, items, or_none, text};
use crate::shell::kubectl::output::age;

pub(super) const TABLE: Table =
    Table::new("NAME|READY|STATUS|RESTARTS|AGE|+IP|+NODE|+NOMINATED NODE|+READINESS GATES", row);

/// What `kubectl get pods` says of a pod.
pub struct PodStatus {
    /// `Running`, `CrashLoopBackOff`, `Init:0/1` …
    pub reason: String,
    ready: usize,
    total: usize,
    restarts: i64,
    restarted: Option<Instant>,
}

fn row(row: &Row<'_>) -> Vec<String> {
    let pod = row.doc;
    let state = status(pod);
    let restarts = match state.restarted {
        Some(then) if state.restarts != 0 => {
            format!("{} ({} ago)", state.restarts, age::human(row.now.since(then)))
        }
        _ => state.restarts.to_string(),
    };
    let gates = items(&pod["spec"]["readinessGates"]);
    let met =
        |gate: &&Value| condition(pod, text(&gate["conditionType"])).is_some_and(|c| c["status"] == "True");
    let gates = match gates.len() {
        0 => "<none>".into(),
        all => format!("{}/{all}", gates.iter().filter(met).count()),
    };
    vec![
        row.name(),
        format!("{}/{}", state.ready, state.total),
        state.reason,
        restarts,
        row.age(),
        or_none(text(&pod["status"]["podIPs"][0]["ip"])),
        or_none(text(&pod["spec"]["nodeName"])),
        or_none(text(&pod["status"]["nominatedNodeName"])),
        gates,
    ]
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a Value> {
    items(&pod["status"]["conditions"]).iter().find(|condition| condition["type"] == kind)
}

/// Works out a pod's state from its containers.
pub fn status(pod: &Value) -> PodStatus {
    let (spec, observed) = (&pod["spec"], &pod["status"]);
    let phase = text(&observed["phase"]);
    let mut state = PodStatus {
        reason: match text(&observed["reason"]) {
            "" => phase.to_owned(),
            reason => reason.to_owned(),
        },
        ready: 0,
        total: items(&spec["containers"]).len(),
        restarts: 0,
        restarted: None,
    };
    if condition(pod, "PodScheduled").is_some_and(|c| c["reason"] == "SchedulingGated") {
        state.reason = "SchedulingGated".into();
    }
    let inits = items(&spec["initContainers"]);
    let sidecar =
        |name: &Value| inits.iter().any(|init| init["name"] == *name && init["restartPolicy"] == "Always");
    state.total += inits.iter().filter(|init| init["restartPolicy"] == "Always").count();

    let mut sidecar_restarts = (0, None);
    let mut initializing = false;
    for (at, container) in items(&observed["initContainerStatuses"]).iter().enumerate() {
        count_restarts(container, &mut state.restarts, &mut state.restarted);
        let is_sidecar = sidecar(&container["name"]);
        if is_sidecar {
            count_restarts(container, &mut sidecar_restarts.0, &mut sidecar_restarts.1);
        }
        let (terminated, waiting) = (&container["state"]["terminated"], &container["state"]["waiting"]);
        if !terminated.is_null() && int(&terminated["exitCode"]) == 0 {
            continue;
        }
        if is_sidecar && flag(&container["started"]) {
            state.ready += usize::from(flag(&container["ready"]));
            continue;
        }
        initializing = true;
        state.reason = if !terminated.is_null() {
            format!("Init:{}", ended(terminated))
        } else {
            match text(&waiting["reason"]) {
                "" | "PodInitializing" => format!("Init:{at}/{}", inits.len()),
                reason => format!("Init:{reason}"),
            }
        };
        break;
    }
    if !initializing || condition(pod, "Initialized").is_some_and(|c| c["status"] == "True") {
        (state.restarts, state.restarted) = sidecar_restarts;
        let mut running = false;
        for container in items(&observed["containerStatuses"]).iter().rev() {
            count_restarts(container, &mut state.restarts, &mut state.restarted);
            let (terminated, waiting) = (&container["state"]["terminated"], &container["state"]["waiting"]);
            if !text(&waiting["reason"]).is_empty() {
                state.reason = text(&waiting["reason"]).to_owned();
            } else if !terminated.is_null() {
                state.reason = ended(terminated);
            } else if flag(&container["ready"]) && !container["state"]["running"].is_null() {
                running = true;
                state.ready += 1;
            }
        }
        if state.reason == "Completed" && running {
            let ready = condition(pod, "Ready").is_some_and(|c| c["status"] == "True");
            state.reason = if ready { "Running" } else { "NotReady" }.into();
        }
    }
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        if observed["reason"] == "NodeLost" {
            state.reason = "Unknown".into();
        } else if phase != "Succeeded" && phase != "Failed" {
            state.reason = "Terminating".into();
        }
    }
    state
}

fn count_restarts(container: &Value, restarts: &mut i64, restarted: &mut Option<Instant>) {
    *restarts += int(&container["restartCount"]);
    let finished = text(&container["lastState"]["terminated"]["finishedAt"]);
    *restarted = (*restarted).max(age::instant(finished));
}

/// How a container ended, in a word.
fn ended(terminated: &Value) -> String {
    match (text(&terminated["reason"]), int(&terminated["signal"])) {
        ("", 0) => format!("ExitCode:{}", int(&terminated["exitCode"])),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}
