//! What controllers ask of the API server, and small makers of the documents they write.

use super::Note;
use crate::api::{Instant, Key, Kind, Object, Ordered, Value, Word, json};
use crate::apiserver::DeleteOptions;
use std::sync::Arc;
use std::time::Duration;

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    /// Creates an object; the note is recorded once it has a name, which takes the place of `{}`.
    Create(Kind, Value, Option<Note>),
    /// Creates so many pods of one document; the note is recorded of each.
    Pods(Value, usize, Note),
    /// Replaces an object, whatever happened to it since it was read.
    Update(Kind, Value),
    /// Replaces an object's status.
    Status(Key, Value),
    /// Sets an annotation, which no controller takes for a change of what is desired.
    Annotate(Key, &'static str, String),
    /// Deletes an object as a client would.
    Delete(Key, DeleteOptions),
    /// Takes a namespace's finalizer away.
    Finalize(String),
    /// Records what happened.
    Note(Note),
    /// Binds a pod to a node.
    Bind(Key, Word),
    /// Asks to be called again for that key after a while.
    Again(super::Controller, Key, Duration),
}

/// `ownerReferences[]` of what `owner` controls.
pub(super) fn owned_by(owner: &Object) -> Value {
    json!({
        "apiVersion": owner.kind.resource().api_version(),
        "kind": owner.kind.resource().name,
        "name": owner.meta.name,
        "uid": owner.meta.uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// A pod as a workload's template describes it, named later by the server from `prefix`.
pub(super) fn pod_from(owner: &Object, template: &Value, prefix: &str) -> Value {
    let mut pod = json!({
        "metadata": {
            "generateName": prefix,
            "namespace": owner.meta.namespace,
            "ownerReferences": [owned_by(owner)],
        },
        "spec": template["spec"],
    });
    for part in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template["metadata"].get(part) {
            pod["metadata"][part] = value.clone();
        }
    }
    pod
}

/// A document without one of its fields, which is not copied.
pub(super) fn without(doc: &Value, field: &str) -> Value {
    let others = doc.as_object().into_iter().flatten().filter(|(key, _)| *key != field);
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A delete that has no effect on another object of the same name.
pub(super) fn delete(object: &Object) -> Write {
    Write::Delete(object.key(), DeleteOptions { uid: Some(object.meta.uid.clone()), ..Default::default() })
}

/// Writes a status where it differs from what is there.
pub(super) fn status(object: &Object, status: Value) -> Option<Write> {
    (*object.status() != status).then(|| Write::Status(object.key(), status))
}

/// A field of a number that is left out when it is zero (`omitempty`).
pub(super) fn count(status: &mut Value, key: &str, number: i32) {
    if number != 0 {
        status[key] = number.into();
    } else if let Some(map) = status.as_object_mut() {
        map.remove(key);
    }
}

/// Objects in the order they were created; those of one instant by name.
pub(super) fn by_age(mut objects: Vec<&Arc<Object>>) -> Vec<&Arc<Object>> {
    objects.order_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name)));
    objects
}

/// The seconds left until `span` has passed since `from`; `None` once it has.
pub(super) fn left(from: Instant, span: Duration, now: Instant) -> Option<Duration> {
    let due = from + span;
    (due > now).then(|| due.since(now))
}
