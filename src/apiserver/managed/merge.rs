//! What an applied document does to an object: its fields are set, and what it no longer names goes.

use super::super::patch::{ListMerge, list_merge};
use super::fields::{FieldPath, Fields, Step, WHOLE, keys};
use crate::api::{Kind, Value, json};

/// Sets in `live` all that `config` says.
pub fn set(kind: Kind, live: &mut Value, config: &Value) {
    for (field, value) in config.as_object().into_iter().flatten() {
        put(kind, "", field, &mut live[field.as_str()], value);
    }
}

fn put(kind: Kind, parent: &str, field: &str, live: &mut Value, config: &Value) {
    match config {
        Value::Object(map) if live.is_object() && !WHOLE.contains(&field) => {
            for (name, value) in map {
                put(kind, field, name, &mut live[name.as_str()], value);
            }
        }
        Value::Array(list) => match (list_merge(kind, parent, field), live.as_array_mut()) {
            (ListMerge::Keyed(key), Some(items)) => {
                for item in list {
                    match items.iter_mut().find(|other| keys(key, other) == keys(key, item)) {
                        Some(other) => put(kind, field, "", other, item),
                        None => items.push(item.clone()),
                    }
                }
            }
            (ListMerge::Set, Some(items)) => {
                let new: Vec<Value> = list.iter().filter(|item| !items.contains(item)).cloned().collect();
                items.extend(new);
            }
            _ => *live = config.clone(),
        },
        _ => *live = config.clone(),
    }
}

/// Takes fields out of a document: items of lists with all that they hold, then the rest, the deepest first.
pub fn remove(doc: &mut Value, fields: &Fields) {
    let is_item = |path: &&FieldPath| matches!(path.last(), Some(Step::Item(_)));
    for path in fields.iter().filter(is_item) {
        take(doc, path);
        let list = &path[..path.len() - 1];
        let emptied = list.iter().try_fold(&mut *doc, |at, step| inner(at, step));
        if emptied.is_some_and(|list| list.as_array().is_some_and(Vec::is_empty)) {
            take(doc, list);
        }
    }
    fields.iter().rev().filter(|path| !is_item(path)).for_each(|path| take(doc, path));
}

fn take(doc: &mut Value, path: &[Step]) {
    let Some((last, before)) = path.split_last() else { return };
    let Some(holder) = before.iter().try_fold(doc, |at, step| inner(at, step)) else { return };
    match last {
        Step::Field(name) => {
            // A structure that still has other fields stays.
            let keeps = holder.get(name).and_then(Value::as_object).is_some_and(|map| !map.is_empty());
            if !keeps || WHOLE.contains(&name.as_str()) {
                holder.as_object_mut().map(|map| map.remove(name));
            }
        }
        Step::Item(keys) => {
            if let Some(list) = holder.as_array_mut() {
                list.retain(|item| !has(item, keys));
            }
        }
        Step::Is(value) => {
            if let Some(list) = holder.as_array_mut() {
                let value: Value = serde_json::from_str(value).unwrap_or_default();
                list.retain(|item| *item != value);
            }
        }
    }
}

fn inner<'a>(at: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Field(name) => at.get_mut(name),
        Step::Item(keys) => at.as_array_mut()?.iter_mut().find(|item| has(item, keys)),
        Step::Is(_) => None,
    }
}

/// Whether an item has these values; a port without a protocol has TCP.
fn has(item: &Value, said: &str) -> bool {
    let said: Value = serde_json::from_str(said).unwrap_or(json!(null));
    said.as_object()
        .is_some_and(|said| said.iter().all(|(key, value)| item.get(key).unwrap_or(&json!("TCP")) == value))
}
