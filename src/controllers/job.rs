//! Jobs: pods until enough of them have succeeded, or too many have failed.

use super::pods::{claim, is_ready};
use super::write::{self, Write, count, delete, left, pod_from};
use super::{Controller, Note};
use crate::api::{Instant, Key, Kind, Object, Value, json};
use crate::apiserver::Store;
use std::sync::Arc;
use std::time::Duration;

const SOURCE: &str = "job-controller";
/// The label and annotation of an indexed Job's pods.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(object) = store.get(key) else { return Vec::new() };
    let Some(job) = object.job() else { return Vec::new() };
    let mut writes = Vec::new();
    let pods = claim(store, object, Kind::Pod, &job.spec.selector, &mut writes);
    if object.meta.deleted.is_some() {
        return writes;
    }
    let mut status = object.doc()["status"].clone();
    if !status.is_object() {
        status = json!({});
    }
    let ended = |kind: &str| job.status.conditions.iter().any(|c| c.kind == kind && c.status == "True");
    if ended("Complete") || ended("Failed") {
        expire(object, job.spec.ttl_seconds_after_finished, now, &mut writes);
        return writes;
    }
    let phase = |pod: &Object| pod.pod().map_or("", |pod| pod.status.phase.as_str()).to_owned();
    let (succeeded, rest): (Vec<_>, Vec<_>) = pods.into_iter().partition(|pod| phase(pod) == "Succeeded");
    let (failed, active): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|pod| phase(pod) == "Failed" || pod.meta.deleted.is_some());
    if job.spec.suspend {
        writes.extend(active.iter().map(|pod| delete(pod)));
        condition(&mut status, "Suspended", "True", "JobSuspended", "Job suspended", now);
        status["active"] = 0.into();
        writes.extend(write::status(object, status));
        return writes;
    }
    if job.status.start_time.is_none() {
        status["startTime"] = now.rfc3339().as_str().into();
    }
    let restarts: u32 = active
        .iter()
        .filter_map(|pod| pod.pod())
        .flat_map(|pod| &pod.status.container_statuses)
        .map(|c| c.restart_count)
        .sum();
    let limit = i64::from(job.spec.backoff_limit.unwrap_or(6));
    let failures = failed.len() as i64 + i64::from(restarts);
    let started = status["startTime"].as_str().and_then(Instant::parse_rfc3339).unwrap_or(now);
    let deadline = job.spec.active_deadline_seconds.and_then(|seconds| u64::try_from(seconds).ok());
    let overdue = deadline.is_some_and(|seconds| left(started, Duration::from_secs(seconds), now).is_none());
    let verdict = if failures > limit {
        Some(("BackoffLimitExceeded", "Job has reached the specified backoff limit"))
    } else if overdue {
        Some(("DeadlineExceeded", "Job was active longer than specified deadline"))
    } else {
        None
    };
    let mut running = active.len() as i64;
    if let Some((reason, message)) = verdict {
        writes.extend(active.iter().map(|pod| delete(pod)));
        running = 0;
        condition(&mut status, "FailureTarget", "True", reason, message, now);
        condition(&mut status, "Failed", "True", reason, message, now);
        writes.push(Write::Note(Note::new(SOURCE, key.clone(), reason, message.into()).warning()));
    } else {
        let parallelism = i64::from(job.spec.parallelism.unwrap_or(1));
        let wanted = match job.spec.completions {
            Some(completions) => (i64::from(completions) - succeeded.len() as i64).min(parallelism),
            // Without a number of completions one success ends it.
            None if succeeded.is_empty() => parallelism,
            None => running,
        };
        let complete = match job.spec.completions {
            Some(completions) => succeeded.len() as i64 >= i64::from(completions),
            None => !succeeded.is_empty() && running == 0,
        };
        if complete {
            let message = "Reached expected number of succeeded pods";
            if !ended("SuccessCriteriaMet") {
                // First that it is enough is written down, then, once its pods are counted, that it is over.
                let counted = usize::try_from(job.status.succeeded).unwrap_or(0);
                let new: Vec<Value> =
                    succeeded.iter().skip(counted).map(|pod| pod.meta.uid.as_str().into()).collect();
                condition(&mut status, "SuccessCriteriaMet", "True", "CompletionsReached", message, now);
                count(&mut status, "active", 0);
                status["ready"] = 0.into();
                status["uncountedTerminatedPods"] = json!({"succeeded": new});
                writes.extend(write::status(object, status));
                return writes;
            }
            condition(&mut status, "Complete", "True", "CompletionsReached", message, now);
            status["completionTime"] = now.rfc3339().as_str().into();
            writes.push(Write::Note(Note::new(SOURCE, key.clone(), "Completed", "Job completed".into())));
            expire(object, job.spec.ttl_seconds_after_finished, now, &mut writes);
        } else if running < wanted {
            match back_off(&failed, failures, now) {
                Some(wait) => writes.push(Write::Again(Controller::Job, key.clone(), wait)),
                None => {
                    let free = free_indexes(object, &succeeded, &active);
                    for index in free.into_iter().take(usize::try_from(wanted - running).unwrap_or(0)) {
                        running += 1;
                        writes.push(create(object, index));
                    }
                }
            }
        } else {
            for pod in active.iter().take(usize::try_from(running - wanted).unwrap_or(0)) {
                writes.push(delete(pod));
                running -= 1;
            }
        }
        if let Some(wait) = deadline.and_then(|seconds| left(started, Duration::from_secs(seconds), now)) {
            writes.push(Write::Again(Controller::Job, key.clone(), wait));
        }
    }
    let ready = if running == 0 { 0 } else { active.iter().filter(|pod| is_ready(pod)).count() };
    for (field, value) in [
        ("active", running as i32),
        ("succeeded", succeeded.len() as i32),
        ("failed", failed.iter().filter(|pod| phase(pod) == "Failed").count() as i32),
    ] {
        count(&mut status, field, value);
    }
    status["ready"] = ready.into();
    status["terminating"] = 0.into();
    status["uncountedTerminatedPods"] = json!({});
    writes.extend(write::status(object, status));
    writes
}

/// The time left before the next try: ten seconds after the first failure, doubled with each.
fn back_off(failed: &[&Arc<Object>], failures: i64, now: Instant) -> Option<Duration> {
    let last = failed.iter().filter_map(|pod| finished(pod)).max()?;
    let doublings = u32::try_from(failures - 1).unwrap_or(0).min(6);
    left(last, Duration::from_secs(10 * 2_u64.pow(doublings)).min(Duration::from_secs(600)), now)
}

fn finished(pod: &Object) -> Option<Instant> {
    let ended = pod.pod()?.status.container_statuses.iter().filter_map(|c| c.state.terminated.as_ref());
    ended.filter_map(|ended| Instant::parse_rfc3339(&ended.finished_at)).max()
}

/// The indexes of an indexed Job that no pod has; `None` as often as wanted for any other.
fn free_indexes(job: &Object, succeeded: &[&Arc<Object>], active: &[&Arc<Object>]) -> Vec<Option<i64>> {
    if job.doc()["spec"]["completionMode"] != "Indexed" {
        return vec![None; 1000];
    }
    let completions = job.doc()["spec"]["completions"].as_i64().unwrap_or(0).clamp(0, 100_000);
    let index = |pod: &&Arc<Object>| pod.meta.annotations.get(INDEX)?.parse::<i64>().ok();
    let taken: Vec<i64> = succeeded.iter().chain(active).filter_map(index).collect();
    (0..completions).filter(|index| !taken.contains(index)).map(Some).collect()
}

fn create(job: &Arc<Object>, index: Option<i64>) -> Write {
    let mut prefix = format!("{}-", job.meta.name);
    if let Some(index) = index {
        prefix = format!("{prefix}{index}-");
    }
    let mut pod = pod_from(job, &job.doc()["spec"]["template"], &prefix);
    if let Some(index) = index {
        pod["metadata"]["annotations"][INDEX] = index.to_string().into();
        pod["metadata"]["labels"][INDEX] = index.to_string().into();
        pod["spec"]["hostname"] = format!("{}-{index}", job.meta.name).into();
        for container in pod["spec"]["containers"].as_array_mut().into_iter().flatten() {
            let mut env = container["env"].as_array().cloned().unwrap_or_default();
            env.push(json!({"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef":
                {"fieldPath": format!("metadata.labels['{INDEX}']")}}}));
            container["env"] = env.into();
        }
    }
    let note = Note::new(SOURCE, job.key(), "SuccessfulCreate", "Created pod: {}".into());
    Write::Create(Kind::Pod, pod, Some(note))
}

fn condition(status: &mut Value, kind: &str, value: &str, reason: &str, message: &str, now: Instant) {
    let mut conditions = status["conditions"].as_array().cloned().unwrap_or_default();
    if conditions.iter().any(|condition| condition["type"] == kind && condition["status"] == value) {
        return;
    }
    conditions.retain(|condition| condition["type"] != kind);
    conditions.push(json!({
        "type": kind, "status": value, "reason": reason, "message": message,
        "lastProbeTime": now.rfc3339(), "lastTransitionTime": now.rfc3339(),
    }));
    status["conditions"] = conditions.into();
}

/// A finished Job goes after `ttlSecondsAfterFinished`.
fn expire(job: &Arc<Object>, ttl: Option<i64>, now: Instant, writes: &mut Vec<Write>) {
    let Some(seconds) = ttl.and_then(|seconds| u64::try_from(seconds).ok()) else { return };
    let conditions = job.job().map_or(&[][..], |job| job.status.conditions.as_slice());
    let ended =
        conditions.iter().find(|c| matches!(c.kind.as_str(), "Complete" | "Failed") && c.status == "True");
    let ended = ended.and_then(|c| c.last_transition_time.as_deref()).and_then(Instant::parse_rfc3339);
    match left(ended.unwrap_or(now), Duration::from_secs(seconds), now) {
        Some(wait) => writes.push(Write::Again(Controller::Job, job.key(), wait)),
        None if ended.is_some() => writes.push(delete(job)),
        None => writes.push(Write::Again(Controller::Job, job.key(), Duration::from_secs(1))),
    }
}
