//! What a Deployment says of itself: counts and conditions, in the controller's words.

use super::deployment::Revision;
use super::rolling::Limits;
use super::write::{self, Write, count};
use crate::api::{Instant, Object, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The conditions as this pass changes them.
pub(super) struct Conditions {
    list: Vec<Value>,
    now: Instant,
    pub collisions: i64,
}

impl Conditions {
    pub(super) fn of(deployment: &Object, now: Instant) -> Self {
        let status = &deployment.doc()["status"];
        Self {
            list: status["conditions"].as_array().cloned().unwrap_or_default(),
            now,
            collisions: status["collisionCount"].as_i64().unwrap_or(0),
        }
    }

    fn get(&self, kind: &str) -> Option<&Value> {
        self.list.iter().find(|condition| condition["type"] == kind)
    }

    fn reason(&self) -> &str {
        self.get("Progressing").and_then(|condition| condition["reason"].as_str()).unwrap_or_default()
    }

    /// Sets a condition whose status or reason differs; it moves to the end (`SetDeploymentCondition`).
    fn set(&mut self, kind: &str, status: &str, reason: &str, message: String) {
        let now = self.now.rfc3339();
        let mut since = now.clone();
        if let Some(current) = self.get(kind) {
            if current["status"] == status && current["reason"] == reason {
                return;
            }
            if current["status"] == status {
                since = current["lastTransitionTime"].as_str().unwrap_or_default().into();
            }
        }
        self.list.retain(|condition| condition["type"] != kind);
        self.list.push(json!({
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastUpdateTime": now, "lastTransitionTime": since,
        }));
    }

    /// Notes that rollouts are held, or no longer are.
    pub(super) fn pause(&mut self, paused: bool) {
        let noted = self.reason() == "DeploymentPaused";
        if self.reason() == "ProgressDeadlineExceeded" {
            return;
        }
        if paused && !noted {
            self.set("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused".into());
        } else if !paused && noted {
            self.set("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed".into());
        }
    }

    pub(super) fn found(&mut self, set: &str, deadline: Option<i32>) {
        if has_deadline(deadline) && self.get("Progressing").is_none() {
            let message = format!("Found new replica set \"{set}\"");
            self.set("Progressing", "True", "FoundNewReplicaSet", message);
        }
    }

    pub(super) fn created(&mut self, set: &str, deadline: Option<i32>) {
        if has_deadline(deadline) {
            let message = format!("Created new replica set \"{set}\"");
            self.set("Progressing", "True", "NewReplicaSetCreated", message);
        }
    }
}

fn has_deadline(seconds: Option<i32>) -> bool {
    seconds.is_some_and(|seconds| seconds != i32::MAX)
}

/// The status to write, if it changed, and how long progress is still awaited.
pub(super) fn status(
    deployment: &Arc<Object>,
    revisions: &[Revision<'_>],
    new: Option<usize>,
    limits: &Limits,
    conditions: &mut Conditions,
) -> (Option<Write>, Option<Duration>) {
    let Some(workload) = deployment.workload() else { return (None, None) };
    let wanted = workload.spec.replicas.unwrap_or(1).max(0);
    let of = |set: &Object| set.workload().map(|w| w.status.clone()).unwrap_or_default();
    let sum = |field: &dyn Fn(&Object) -> i32| revisions.iter().map(|r| field(r.object)).sum::<i32>();
    let replicas = sum(&|set| of(set).replicas);
    let ready = sum(&|set| of(set).ready_replicas);
    let available = sum(&|set| of(set).available_replicas);
    let terminating = sum(&|set| set.doc()["status"]["terminatingReplicas"].as_i64().unwrap_or(0) as i32);
    let total: i32 = revisions.iter().map(|revision| revision.spec).sum();
    let updated = new.map_or(0, |new| of(revisions[new].object).replicas);

    if available >= wanted - limits.max_unavailable {
        let message = "Deployment has minimum availability.";
        conditions.set("Available", "True", "MinimumReplicasAvailable", message.into());
    } else {
        let message = "Deployment does not have minimum availability.";
        conditions.set("Available", "False", "MinimumReplicasUnavailable", message.into());
    }
    let before = &workload.status;
    let deadline = workload.spec.progress_deadline_seconds;
    let mut awaited = None;
    let rolled_out = replicas == updated && conditions.reason() == "NewReplicaSetAvailable";
    if has_deadline(deadline) && !rolled_out && !workload.spec.paused && deployment.meta.deleted.is_none() {
        let name = new.map_or(&deployment.meta.name, |new| &revisions[new].object.meta.name);
        let what = if new.is_some() { "ReplicaSet" } else { "Deployment" };
        let complete = updated == wanted && replicas == wanted && available == wanted;
        let progress = updated > before.updated_replicas
            || replicas - updated < before.replicas - before.updated_replicas
            || ready > before.ready_replicas
            || available > before.available_replicas;
        if complete && new.is_some() {
            let message = format!("{what} \"{name}\" has successfully progressed.");
            conditions.set("Progressing", "True", "NewReplicaSetAvailable", message);
        } else if progress {
            let message = format!("{what} \"{name}\" is progressing.");
            let since = conditions
                .get("Progressing")
                .filter(|condition| condition["status"] == "True")
                .map(|condition| condition["lastTransitionTime"].clone());
            conditions.list.retain(|condition| condition["type"] != "Progressing");
            conditions.set("Progressing", "True", "ReplicaSetUpdated", message);
            if let (Some(since), Some(condition)) = (since, conditions.list.last_mut()) {
                condition["lastTransitionTime"] = since;
            }
        }
        let seconds = Duration::from_secs(u64::try_from(deadline.unwrap_or(0)).unwrap_or(0));
        let waiting = conditions.get("Progressing").filter(|condition| {
            let reason = condition["reason"].as_str().unwrap_or_default();
            !matches!(reason, "NewReplicaSetAvailable" | "ProgressDeadlineExceeded" | "DeploymentPaused")
        });
        if let Some(condition) = waiting {
            let since = condition["lastUpdateTime"].as_str().and_then(Instant::parse_rfc3339);
            awaited = write::left(since.unwrap_or(conditions.now), seconds, conditions.now);
            if awaited.is_none() {
                let message = format!("{what} \"{name}\" has timed out progressing.");
                conditions.set("Progressing", "False", "ProgressDeadlineExceeded", message);
            }
        }
    }

    let mut status = json!({
        "observedGeneration": deployment.meta.generation,
        "terminatingReplicas": terminating,
        "conditions": conditions.list,
    });
    for (key, number) in [
        ("replicas", replicas),
        ("updatedReplicas", updated),
        ("readyReplicas", ready),
        ("availableReplicas", available),
        ("unavailableReplicas", (total - available).max(0)),
    ] {
        count(&mut status, key, number);
    }
    if conditions.collisions > 0 {
        status["collisionCount"] = conditions.collisions.into();
    }
    (write::status(deployment, status), awaited)
}
