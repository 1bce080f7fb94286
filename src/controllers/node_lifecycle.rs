//! Nodes in trouble: the taints that say so, and who must leave because of them.

use super::pods::is_terminal;
use super::scheduler::tolerates;
use super::write::{Write, delete, left};
use super::{Controller, Note};
use crate::api::node::Taint;
use crate::api::pod::Pod;
use crate::api::{Instant, Key, Kind, Object, Value, json};
use crate::apiserver::Store;
use std::sync::Arc;
use std::time::Duration;

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(object) = store.get(key) else {
        // What ran on a node that is gone is gone with it.
        return store.pods_on_node(&key.name).iter().map(|pod| force(pod)).collect();
    };
    let Some(node) = object.node() else { return Vec::new() };
    let mut writes = Vec::new();
    let wanted = wanted_taints(object, now);
    let current = object.doc()["spec"]["taints"].as_array().cloned().unwrap_or_default();
    if wanted != current {
        let mut doc = object.doc().clone();
        if wanted.is_empty() {
            doc["spec"].as_object_mut().map(|spec| spec.remove("taints"));
        } else {
            doc["spec"]["taints"] = wanted.clone().into();
        }
        writes.push(Write::Update(Kind::Node, doc));
        return writes;
    }
    if !node.is_ready() {
        for pod in store.pods_on_node(&key.name) {
            writes.extend(unready(pod, now));
        }
    }
    let evicting: Vec<&Taint> = node.spec.taints.iter().filter(|taint| taint.effect == "NoExecute").collect();
    if evicting.is_empty() {
        return writes;
    }
    let mut soonest: Option<Duration> = None;
    for object in store.pods_on_node(&key.name) {
        let Some(pod) = object.pod().filter(|_| object.meta.deleted.is_none() && !is_terminal(object)) else {
            continue;
        };
        match remaining(pod, &evicting, current.as_slice(), now) {
            Stay::Forever => {}
            Stay::For(wait) => soonest = Some(soonest.map_or(wait, |other| other.min(wait))),
            Stay::No => {
                let message =
                    format!("Marking for deletion Pod {}/{}", object.meta.namespace, object.meta.name);
                writes.push(Write::Note(Note::new(
                    "taint-eviction-controller",
                    object.key(),
                    "TaintManagerEviction",
                    message,
                )));
                writes.push(delete(object));
            }
        }
    }
    writes.extend(soonest.map(|wait| Write::Again(Controller::NodeLifecycle, key.clone(), wait)));
    writes
}

enum Stay {
    Forever,
    For(Duration),
    No,
}

/// How long a pod bears the taints that drive pods away.
fn remaining(pod: &Pod, taints: &[&Taint], docs: &[Value], now: Instant) -> Stay {
    let mut shortest: Option<Duration> = None;
    for taint in taints {
        let bearing: Vec<_> =
            pod.spec.tolerations.iter().filter(|toleration| tolerates(toleration, taint)).collect();
        if bearing.is_empty() {
            return Stay::No;
        }
        if bearing.iter().any(|toleration| toleration.toleration_seconds.is_none()) {
            continue;
        }
        let seconds =
            bearing.iter().filter_map(|toleration| toleration.toleration_seconds).min().unwrap_or(0).max(0);
        let added = docs
            .iter()
            .find(|doc| doc["key"] == taint.key.as_str() && doc["effect"] == taint.effect.as_str())
            .and_then(|doc| doc["timeAdded"].as_str())
            .and_then(Instant::parse_rfc3339)
            .unwrap_or(now);
        match left(added, Duration::from_secs(seconds.unsigned_abs()), now) {
            None => return Stay::No,
            Some(wait) => shortest = Some(shortest.map_or(wait, |other| other.min(wait))),
        }
    }
    shortest.map_or(Stay::Forever, Stay::For)
}

/// The taints a node should have: its own, and those that its state asks for.
fn wanted_taints(object: &Object, now: Instant) -> Vec<Value> {
    let Some(node) = object.node() else { return Vec::new() };
    let ready = node.status.conditions.iter().find(|condition| condition.kind == "Ready");
    let state = match ready.map(|condition| condition.status.as_str()) {
        Some("True") => None,
        Some("Unknown") => Some(UNREACHABLE),
        _ => Some(NOT_READY),
    };
    let ours = |key: &str| matches!(key, NOT_READY | UNREACHABLE | UNSCHEDULABLE);
    let current = object.doc()["spec"]["taints"].as_array().cloned().unwrap_or_default();
    let mut wanted: Vec<Value> = Vec::new();
    for taint in &current {
        let key = taint["key"].as_str().unwrap_or_default();
        let kept = !ours(key) || state == Some(key) || (key == UNSCHEDULABLE && node.spec.unschedulable);
        if kept {
            wanted.push(taint.clone());
        }
    }
    let mut add = |key: &str, effect: &str| {
        if !wanted.iter().any(|taint| taint["key"] == key && taint["effect"] == effect) {
            wanted.push(json!({"key": key, "effect": effect, "timeAdded": now.rfc3339()}));
        }
    };
    if let Some(key) = state {
        add(key, "NoSchedule");
        add(key, "NoExecute");
    }
    if node.spec.unschedulable {
        add(UNSCHEDULABLE, "NoSchedule");
    }
    wanted
}

/// A pod on a node that nobody hears of is not ready, whatever it last said.
fn unready(pod: &Arc<Object>, now: Instant) -> Option<Write> {
    let mut status = pod.status().clone();
    let mut changed = false;
    for condition in status["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] == "Ready" && condition["status"] == "True" {
            condition["status"] = "False".into();
            condition["lastTransitionTime"] = now.rfc3339().as_str().into();
            changed = true;
        }
    }
    changed.then(|| Write::Status(pod.key(), status))
}

/// Deletes without grace: nobody is there to grant it.
fn force(pod: &Arc<Object>) -> Write {
    let options = crate::apiserver::DeleteOptions { grace_period_seconds: Some(0), ..Default::default() };
    Write::Delete(pod.key(), options)
}
