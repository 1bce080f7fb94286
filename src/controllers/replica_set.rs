//! ReplicaSets: as many pods as asked for, with a preference for whom to let go.

use super::pods::{claim, is_active, is_available, is_ready, is_terminal, ready_since};
use super::write::{self, Write, count, delete, pod_from};
use super::{Controller, Note};
use crate::api::{Instant, Key, Kind, Object, Ordered, json};
use crate::apiserver::Store;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SOURCE: &str = "replicaset-controller";

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(set) = store.get(key) else { return Vec::new() };
    let Some(workload) = set.workload() else { return Vec::new() };
    let mut writes = Vec::new();
    let all = claim(store, set, Kind::Pod, &workload.spec.selector, &mut writes);
    let (active, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|pod| is_active(pod));
    let terminating = others.iter().filter(|pod| pod.meta.deleted.is_some() && !is_terminal(pod)).count();
    if set.meta.deleted.is_none() {
        scale(store, set, &active, &mut writes);
    }
    let least = workload.spec.min_ready_seconds;
    let labels = &workload.spec.template.metadata.labels;
    let labelled = |pod: &Object| labels.iter().all(|(key, value)| pod.meta.labels.get(key) == Some(value));
    let number = |test: &dyn Fn(&Object) -> bool| active.iter().filter(|pod| test(pod)).count() as i32;
    let ready = number(&is_ready);
    let available = number(&|pod| is_available(pod, least, now));
    let mut status = json!({
        "observedGeneration": set.meta.generation,
        "replicas": active.len(),
        "terminatingReplicas": terminating,
    });
    count(&mut status, "fullyLabeledReplicas", number(&labelled));
    count(&mut status, "readyReplicas", ready);
    count(&mut status, "availableReplicas", available);
    if let Some(conditions) = set.doc()["status"].get("conditions") {
        status["conditions"] = conditions.clone();
    }
    writes.extend(write::status(set, status));
    if available < ready {
        let wait = Duration::from_secs(u64::try_from(least).unwrap_or(1).max(1));
        let soonest = active.iter().filter_map(|pod| write::left(ready_since(pod)?, wait, now)).min();
        writes.extend(soonest.map(|wait| Write::Again(Controller::ReplicaSet, key.clone(), wait)));
    }
    writes
}

fn scale(store: &Store, set: &Arc<Object>, active: &[&Arc<Object>], writes: &mut Vec<Write>) {
    let wanted = set.workload().and_then(|w| w.spec.replicas).unwrap_or(1).max(0) as usize;
    if active.len() < wanted {
        let pod = pod_from(set, &set.doc()["spec"]["template"], &format!("{}-", set.meta.name));
        let note = Note::new(SOURCE, set.key(), "SuccessfulCreate", "Created pod: {}".into());
        writes.push(Write::Pods(pod, wanted - active.len(), note));
        return;
    }
    for pod in to_delete(store, set, active, active.len() - wanted) {
        writes.push(delete(pod));
        let message = format!("Deleted pod: {}", pod.meta.name);
        writes.push(Write::Note(Note::new(SOURCE, set.key(), "SuccessfulDelete", message)));
    }
}

/// Whom to let go first: who runs least, costs least, has most siblings on its node, and is youngest
/// (`ActivePodsWithRanks`).
fn to_delete<'a>(
    store: &Store,
    set: &Object,
    active: &[&'a Arc<Object>],
    excess: usize,
) -> Vec<&'a Arc<Object>> {
    if excess == 0 {
        return Vec::new();
    }
    let mut on_node: BTreeMap<&str, usize> = BTreeMap::new();
    let siblings = match set.meta.controller() {
        Some(owner) => store.owned(Kind::ReplicaSet, &set.meta.namespace, &owner.uid),
        None => Vec::new(),
    };
    let others = siblings.iter().filter(|other| other.meta.uid != set.meta.uid);
    let related = others.flat_map(|other| store.owned(Kind::Pod, &other.meta.namespace, &other.meta.uid));
    for pod in related.filter(|pod| is_active(pod)).chain(active.iter().copied()) {
        *on_node.entry(node(pod)).or_default() += 1;
    }
    let mut sorted = active.to_vec();
    sorted.order_by_key(|pod| {
        let status = pod.pod().map(|pod| &pod.status);
        let phase = match status.map_or("", |status| status.phase.as_str()) {
            "Pending" => 0,
            "Unknown" => 1,
            _ => 2,
        };
        let cost: i64 = pod
            .meta
            .annotations
            .get("controller.kubernetes.io/pod-deletion-cost")
            .and_then(|cost| cost.parse().ok())
            .unwrap_or(0);
        let restarts =
            status.map_or(0, |s| s.container_statuses.iter().map(|c| c.restart_count).max().unwrap_or(0));
        (
            !node(pod).is_empty(),
            phase,
            is_ready(pod),
            cost,
            Reverse(on_node.get(node(pod)).copied().unwrap_or(0)),
            Reverse(ready_since(pod)),
            Reverse(restarts),
            Reverse(pod.meta.created),
            pod.meta.uid.clone(),
        )
    });
    sorted.truncate(excess);
    sorted
}

fn node(pod: &Object) -> &str {
    pod.pod().map_or("", |pod| pod.node.as_str())
}
