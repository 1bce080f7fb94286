//! Garbage collection: what is left without any owner goes, in the background or before its owner.

use super::pods::without_owner;
use super::write::Write;
use crate::api::{Key, Kind, Object, RESOURCES};
use crate::apiserver::{DeleteOptions, Propagation, Store};
use std::sync::Arc;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// Collects around one object: it may be an owner that is leaving, or left without one.
pub(super) fn collect(store: &Store, key: &Key) -> Vec<Write> {
    let Some(object) = store.get(key) else { return Vec::new() };
    if object.meta.deleted.is_some() {
        let has = |name: &str| object.meta.finalizers.iter().any(|finalizer| finalizer == name);
        if has(ORPHAN) {
            return orphan(store, object);
        }
        if has(FOREGROUND) {
            return foreground(store, object);
        }
        return Vec::new();
    }
    if object.meta.owners.is_empty() || object.meta.owners.iter().any(|owner| is_there(store, object, owner))
    {
        return Vec::new();
    }
    vec![super::write::delete(object)]
}

fn is_there(store: &Store, object: &Object, owner: &crate::api::OwnerReference) -> bool {
    // A kind nobody here knows cannot be found missing.
    let Some(kind) = Kind::from_name(&owner.kind) else { return true };
    let namespace = if kind.resource().namespaced { object.meta.namespace.as_str() } else { "" };
    store.find(kind, namespace, &owner.name).is_some_and(|found| found.meta.uid == owner.uid)
}

/// What an object owns.
pub(super) fn dependents<'a>(store: &'a Store, owner: &Object) -> Vec<&'a Arc<Object>> {
    let namespaced = RESOURCES.iter().filter(|resource| resource.namespaced && resource.kind != Kind::Event);
    namespaced
        .flat_map(|resource| store.owned(resource.kind, &owner.meta.namespace, &owner.meta.uid))
        .collect()
}

fn orphan(store: &Store, owner: &Arc<Object>) -> Vec<Write> {
    let mut writes: Vec<Write> = dependents(store, owner)
        .into_iter()
        .map(|object| Write::Update(object.kind, without_owner(object, &owner.meta.uid)))
        .collect();
    writes.push(without_finalizer(owner, ORPHAN));
    writes
}

fn foreground(store: &Store, owner: &Arc<Object>) -> Vec<Write> {
    let dependents = dependents(store, owner);
    let leaving = dependents.iter().filter(|object| object.meta.deleted.is_none());
    let mut writes: Vec<Write> = leaving
        .map(|object| {
            let options = DeleteOptions {
                uid: Some(object.meta.uid.to_string().into()),
                propagation: Propagation::Foreground,
                ..DeleteOptions::default()
            };
            Write::Delete(object.key(), options)
        })
        .collect();
    let blocks = |object: &&Arc<Object>| {
        object.meta.owners.iter().any(|o| o.uid == owner.meta.uid && o.block_owner_deletion)
    };
    if !dependents.iter().any(blocks) {
        writes.push(without_finalizer(owner, FOREGROUND));
    }
    writes
}

fn without_finalizer(object: &Object, finalizer: &str) -> Write {
    let mut doc = object.doc().clone();
    let rest: Vec<&String> = object.meta.finalizers.iter().filter(|name| *name != finalizer).collect();
    doc["metadata"]["finalizers"] = rest.into_iter().map(String::as_str).collect();
    Write::Update(object.kind, doc)
}
