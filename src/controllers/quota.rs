//! Resource quotas: how much of each resource a namespace uses.

use super::write::{self, Write};
use crate::api::{Key, Map, Value, json};
use crate::apiserver::{Store, quota};

pub(super) fn reconcile(store: &Store, key: &Key) -> Vec<Write> {
    let Some(object) = store.get(key).filter(|object| object.meta.deleted.is_none()) else {
        return Vec::new();
    };
    let spec = &object.doc()["spec"];
    let hard = &spec["hard"];
    let used: Map<String, Value> = hard
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(resource, _)| {
            Some((resource.clone(), quota::used(store, spec, &key.namespace, resource)?.into()))
        })
        .collect();
    write::status(object, json!({"hard": hard, "used": used})).into_iter().collect()
}
