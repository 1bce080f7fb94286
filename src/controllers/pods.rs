//! What several controllers ask of pods: ready, available, one's own.

use super::write::Write;
use crate::api::{Instant, Kind, Object, Selector, Value, json};
use crate::apiserver::Store;
use std::sync::Arc;
use std::time::Duration;

/// Whether a pod's `Ready` condition is `True`.
pub fn is_ready(pod: &Object) -> bool {
    pod.pod().is_some_and(|pod| pod.status.condition("Ready"))
}

/// Since when a pod has been ready, if it is.
pub fn ready_since(pod: &Object) -> Option<Instant> {
    let status = &pod.pod()?.status;
    let ready = status.conditions.iter().find(|c| c.kind == "Ready" && c.status == "True")?;
    Some(ready.last_transition_time.as_deref().and_then(Instant::parse_rfc3339).unwrap_or_default())
}

/// Whether a pod has been ready for that many seconds.
pub fn is_available(pod: &Object, min_ready_seconds: i32, now: Instant) -> bool {
    if min_ready_seconds == 0 {
        return is_ready(pod);
    }
    let least = Duration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0));
    ready_since(pod).is_some_and(|since| now.since(since) >= least)
}

/// Whether a pod has ended for good.
pub(super) fn is_terminal(pod: &Object) -> bool {
    pod.pod().is_some_and(|pod| pod.status.is_terminal())
}

/// Whether a pod counts as one of its workload's: not ended, not on its way out.
pub(super) fn is_active(pod: &Object) -> bool {
    pod.meta.deleted.is_none() && !is_terminal(pod)
}

/// The objects of a kind that `owner` controls. Those its selector matches and nobody controls are
/// adopted, those it no longer matches are released, by the writes that are added.
pub(super) fn claim<'a>(
    store: &'a Store,
    owner: &Object,
    kind: Kind,
    selector: &Selector,
    writes: &mut Vec<Write>,
) -> Vec<&'a Arc<Object>> {
    let namespace = &owner.meta.namespace;
    let is_own = |object: &Object| object.meta.controller().is_some_and(|o| o.uid == owner.meta.uid);
    let mut claimed: Vec<&Arc<Object>> = Vec::new();
    for object in store.owned(kind, namespace, &owner.meta.uid) {
        if !is_own(object) {
            continue;
        }
        if selector.matches(&object.meta.labels) {
            claimed.push(object);
        } else if owner.meta.deleted.is_none() {
            writes.push(Write::Update(kind, without_owner(object, &owner.meta.uid)));
        }
    }
    if owner.meta.deleted.is_some() || selector.is_empty() {
        return claimed;
    }
    for object in store.select(kind, namespace, selector) {
        let orphan = object.meta.controller().is_none() && object.meta.deleted.is_none();
        if orphan && !is_terminal(object) {
            let mut doc = object.doc().clone();
            let mut owners = doc["metadata"]["ownerReferences"].as_array().cloned().unwrap_or_default();
            owners.push(super::write::owned_by(owner));
            doc["metadata"]["ownerReferences"] = owners.into();
            writes.push(Write::Update(kind, doc));
            claimed.push(object);
        }
    }
    claimed
}

/// The document of an object without one of its owners.
pub(super) fn without_owner(object: &Object, uid: &str) -> Value {
    let mut doc = object.doc().clone();
    let owners = doc["metadata"]["ownerReferences"].as_array().cloned().unwrap_or_default();
    let rest: Vec<Value> = owners.into_iter().filter(|owner| owner["uid"] != json!(uid)).collect();
    if let Some(meta) = doc["metadata"].as_object_mut() {
        if rest.is_empty() {
            meta.remove("ownerReferences");
        } else {
            meta.insert("ownerReferences".into(), rest.into());
        }
    }
    doc
}
