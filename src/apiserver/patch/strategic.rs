//! Strategic merge patches: maps merge, lists merge by the API's keys, and directives in the patch
//! (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say the rest.

use super::merge_keys::{ListMerge, list_merge};
use super::{DELETE_FROM_LIST, PATCH, PatchError, RETAIN_KEYS, SET_ORDER, go_format};
use crate::api::{Kind, Map, Ordered, Value};

/// How a patch meets what it is merged into.
#[derive(Clone, Copy)]
pub(super) struct Merge {
    pub(super) kind: Kind,
    /// Merge into an object; false to merge into another patch, which keeps directives and nulls.
    pub(super) into_object: bool,
}

/// Merges `patch` into `original`. What the order directives spoke of is taken out of `patch`, so that
/// what is left of it is what the server quotes when the result cannot be read.
pub(super) fn merge(
    how: Merge,
    parent: &str,
    mut original: Map<String, Value>,
    patch: &mut Map<String, Value>,
) -> Result<Map<String, Value>, PatchError> {
    if let Some(directive) = patch.get(PATCH) {
        return match directive.as_str() {
            Some("replace") => {
                patch.remove(PATCH);
                Ok(patch.clone())
            }
            Some("delete") => Ok(Map::new()),
            _ => Err(unknown_directive(directive, patch)),
        };
    }
    retain_keys(how, &mut original, patch)?;
    merge_ordered_lists(how, parent, &mut original, patch)?;

    for (key, value) in patch.iter_mut() {
        let mut key = key.as_str();
        let mut deletes = false;
        if let Some(list) = directive_of(key, DELETE_FROM_LIST) {
            if !how.into_object {
                original.insert(key.to_owned(), value.clone());
                continue;
            }
            (key, deletes) = (list, true);
        }
        if value.is_null() {
            original.remove(key);
            if how.into_object {
                continue;
            }
        }
        let Some(before) = original.remove(key) else {
            if !deletes {
                original.insert(
                    key.to_owned(),
                    if how.into_object { without_directives(value) } else { value.clone() },
                );
            }
            continue;
        };
        let merged = match (before, value) {
            (Value::Object(before), Value::Object(patch)) => Value::Object(merge(how, key, before, patch)?),
            (Value::Array(before), Value::Array(patch)) => {
                Value::Array(merge_list(how, parent, key, before, patch, deletes)?)
            }
            (_, value) => value.clone(),
        };
        original.insert(key.to_owned(), merged);
    }
    Ok(original)
}

/// What a value comes to when there is nothing to merge it into.
fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            if map.get(PATCH).is_some_and(|directive| directive == "delete") {
                return Value::Object(Map::new());
            }
            let kept = map.iter().filter(|(key, value)| !value.is_null() && !is_directive(key));
            Value::Object(kept.map(|(key, value)| (key.clone(), without_directives(value))).collect())
        }
        Value::Array(items) => {
            let deleted = |item: &&Value| item.get(PATCH).is_some_and(|directive| directive == "delete");
            Value::Array(items.iter().filter(|item| !deleted(item)).map(without_directives).collect())
        }
        other => other.clone(),
    }
}

fn is_directive(key: &str) -> bool {
    key == PATCH
        || key == RETAIN_KEYS
        || directive_of(key, SET_ORDER).is_some()
        || directive_of(key, DELETE_FROM_LIST).is_some()
}

fn directive_of<'a>(key: &'a str, prefix: &str) -> Option<&'a str> {
    key.strip_prefix(prefix)?.strip_prefix('/')
}

fn retain_keys(
    how: Merge,
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
) -> Result<(), PatchError> {
    let Some(retained) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if !how.into_object {
        original.entry(RETAIN_KEYS).or_insert(retained);
        return Ok(());
    }
    let Some(retained) = retained.as_array() else { return Err(PatchError::retain_keys()) };
    let kept = |key: &str| retained.iter().any(|name| name == key);
    for (key, value) in patch.iter() {
        if !value.is_null() && !is_directive(key) && !kept(key) {
            return Err(PatchError::retain_keys());
        }
    }
    original.retain(|key, _| kept(key));
    Ok(())
}

/// Merges the lists whose order the patch sets, and puts them in that order.
fn merge_ordered_lists(
    how: Merge,
    parent: &str,
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
) -> Result<(), PatchError> {
    let ordered: Vec<String> =
        patch.keys().filter(|key| directive_of(key, SET_ORDER).is_some()).cloned().collect();
    for directive in ordered {
        let Some(order) = patch.remove(&directive) else { continue };
        if !how.into_object {
            original.entry(directive.clone()).or_insert(order.clone());
        }
        let Value::Array(order) = order else { return Err(PatchError::order()) };
        let field = directive_of(&directive, SET_ORDER).unwrap_or_default();
        let before = original.get(field).and_then(Value::as_array).cloned();
        let change = patch.remove(field);
        let merged = match (before.clone(), change) {
            (Some(before), None) => before,
            (None, Some(Value::Array(change))) => change,
            (Some(before), Some(Value::Array(mut change))) => {
                merge_list(how, parent, field, before, &mut change, false)?
            }
            (None, None) => continue,
            (_, Some(change)) => {
                patch.insert(field.to_owned(), change);
                continue;
            }
        };
        let key = match list_merge(how.kind, parent, field) {
            ListMerge::Keyed(key) => Some(key),
            _ => None,
        };
        let (named, others) = partition(merged, &order, key)?;
        let sorted = in_order(named, others, &order, &before.unwrap_or_default(), key);
        original.insert(field.to_owned(), Value::Array(sorted));
    }
    Ok(())
}

fn merge_list(
    how: Merge,
    parent: &str,
    field: &str,
    mut original: Vec<Value>,
    patch: &mut Vec<Value>,
    deletes: bool,
) -> Result<Vec<Value>, PatchError> {
    let live = original.clone();
    let (merged, key) = match list_merge(how.kind, parent, field) {
        ListMerge::Atomic => return Ok(patch.clone()),
        ListMerge::Set => {
            if deletes {
                original.retain(|item| !patch.contains(item));
                return Ok(original);
            }
            for item in patch.iter() {
                if !original.contains(item) {
                    original.push(item.clone());
                }
            }
            (original, None)
        }
        ListMerge::Keyed(key) => {
            if take_special_items(&mut original, patch, key)? {
                return Ok(patch.clone());
            }
            for item in patch.iter_mut() {
                let value = key_of(item, key)?.clone();
                let found = original.iter().position(|other| other.get(key) == Some(&value));
                match (found, item) {
                    (Some(index), Value::Object(patch)) => {
                        let before = std::mem::take(&mut original[index]);
                        let before = before.as_object().cloned().unwrap_or_default();
                        original[index] = Value::Object(merge(how, field, before, patch)?);
                    }
                    (_, item) => {
                        let item = if how.into_object { without_directives(item) } else { item.clone() };
                        original.push(item);
                    }
                }
            }
            (original, Some(key))
        }
    };
    let order = patch.clone();
    let (named, others) = partition(merged, &order, key)?;
    Ok(in_order(named, others, &order, &live, key))
}

/// Carries out the items of a patch that are directives, and takes them out. True if the patch is to
/// replace the list.
fn take_special_items(
    original: &mut Vec<Value>,
    patch: &mut Vec<Value>,
    key: &str,
) -> Result<bool, PatchError> {
    let mut replace = false;
    let mut rest = Vec::with_capacity(patch.len());
    for item in patch.drain(..) {
        let Some(directive) = item.get(PATCH) else {
            rest.push(item);
            continue;
        };
        match directive.as_str() {
            Some("delete") => {
                let value = key_of(&item, key)?;
                original.retain(|other| other.get(key) != Some(value));
            }
            Some("replace") => replace = true,
            Some("merge") => {
                return Err(PatchError("merging lists cannot yet be specified in the patch".into()));
            }
            _ => {
                let map = item.as_object().cloned().unwrap_or_default();
                return Err(unknown_directive(directive, &map));
            }
        }
    }
    *patch = rest;
    Ok(replace)
}

fn key_of<'a>(item: &'a Value, key: &str) -> Result<&'a Value, PatchError> {
    item.get(key).ok_or_else(|| PatchError::no_merge_key(item, key))
}

/// The items that `order` names, and the others.
fn partition(
    items: Vec<Value>,
    order: &[Value],
    key: Option<&str>,
) -> Result<(Vec<Value>, Vec<Value>), PatchError> {
    if let Some(key) = key {
        items.iter().try_for_each(|item| key_of(item, key).map(|_| ()))?;
    }
    Ok(items.into_iter().partition(|item| position(order, item, key).is_some()))
}

/// Where an item of the same key stands.
fn position(list: &[Value], item: &Value, key: Option<&str>) -> Option<usize> {
    list.iter().position(|other| match key {
        Some(key) => other.get(key) == item.get(key),
        None => other == item,
    })
}

/// Sorts the items the patch names by its order, and puts the others between them as the live list has them.
fn in_order(
    mut named: Vec<Value>,
    mut others: Vec<Value>,
    order: &[Value],
    live: &[Value],
    key: Option<&str>,
) -> Vec<Value> {
    sort_by(&mut named, order, key);
    sort_by(&mut others, live, key);
    let mut sorted = Vec::with_capacity(named.len() + others.len());
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(left), Some(right)) = (others.peek(), named.peek()) {
        let places = position(live, left, key).zip(position(live, right, key));
        let next =
            if places.is_some_and(|(left, right)| left < right) { others.next() } else { named.next() };
        sorted.extend(next);
    }
    sorted.extend(others);
    sorted.extend(named);
    sorted
}

/// Sorts by another list's order; deletions go last.
pub(super) fn sort_by(items: &mut [Value], order: &[Value], key: Option<&str>) {
    items.order_by_key(|item| {
        let deletion = item.get(PATCH).is_some_and(|directive| directive == "delete");
        (deletion, position(order, item, key).unwrap_or(usize::MAX))
    });
}

fn unknown_directive(directive: &Value, patch: &Map<String, Value>) -> PatchError {
    let patch = go_format(&Value::Object(patch.clone()));
    PatchError(format!("unknown patch type {} in map: {patch}", go_format(directive)))
}
