//! What `kubectl apply` sends: the difference from the live object to the manifest, and what the last
//! applied manifest had and this one has not.

use super::merge_keys::{ListMerge, list_merge, retains_keys};
use super::strategic::{Merge, merge, sort_by};
use super::{DELETE_FROM_LIST, PATCH, PatchError, RETAIN_KEYS, SET_ORDER};
use crate::api::{Kind, Map, Ordered, Value, json};

/// Which differences are looked for.
#[derive(Clone, Copy)]
struct Diff {
    kind: Kind,
    /// Additions and changes, or deletions.
    additions: bool,
    /// The map must say which keys it keeps.
    retain: bool,
}

/// The strategic merge patch that takes `current` to `modified` and removes what `original` (the last
/// applied manifest; null if none) had and `modified` has not. An empty map if there is nothing to do.
///
/// # Errors
/// Where a list's item lacks the key that it is merged by.
pub fn three_way(
    kind: Kind,
    original: &Value,
    modified: &Value,
    current: &Value,
) -> Result<Value, PatchError> {
    let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let modified = map(modified);
    let delta = Diff { kind, additions: true, retain: false };
    let deletions = Diff { additions: false, ..delta };
    let mut changes = diff_maps(delta, "", &map(current), &modified)?;
    let removals = diff_maps(deletions, "", &map(original), &modified)?;
    merge(Merge { kind, into_object: false }, "", removals, &mut changes).map(Value::Object)
}

fn diff_maps(
    how: Diff,
    parent: &str,
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
) -> Result<Map<String, Value>, PatchError> {
    let mut patch = Map::new();
    for (key, value) in modified {
        let Some(before) = original.get(key) else {
            if how.additions {
                patch.insert(key.clone(), value.clone());
            }
            continue;
        };
        match (before, value) {
            (Value::Object(before), Value::Object(value)) => {
                let how = Diff { retain: retains_keys(how.kind, parent, key), ..how };
                let nested = diff_maps(how, key, before, value)?;
                if !nested.is_empty() {
                    patch.insert(key.clone(), Value::Object(nested));
                }
            }
            (Value::Array(before), Value::Array(value)) => {
                diff_lists(how, parent, key, before, value, &mut patch)?
            }
            _ if how.additions && before != value => {
                patch.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    if !how.additions {
        for key in original.keys().filter(|key| !modified.contains_key(*key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    let more_before = original.iter().any(|(key, value)| !value.is_null() && !modified.contains_key(key));
    if how.retain && (!patch.is_empty() || more_before) {
        let mut kept: Vec<&String> =
            modified.iter().filter(|(_, v)| !v.is_null()).map(|(key, _)| key).collect();
        kept.order();
        if !kept.is_empty() {
            patch.insert(RETAIN_KEYS.to_owned(), json!(kept));
        }
    }
    Ok(patch)
}

fn diff_lists(
    how: Diff,
    parent: &str,
    key: &str,
    original: &[Value],
    modified: &[Value],
    patch: &mut Map<String, Value>,
) -> Result<(), PatchError> {
    let strategy = list_merge(how.kind, parent, key);
    if strategy == ListMerge::Atomic {
        if how.additions && original != modified {
            patch.insert(key.to_owned(), modified.into());
        }
        return Ok(());
    }
    if original.is_empty() {
        if how.additions && !modified.is_empty() {
            patch.insert(key.to_owned(), modified.into());
        }
        return Ok(());
    }
    let (changes, removed, order) = match strategy {
        ListMerge::Keyed(merge_key) => {
            let how = Diff { retain: retains_keys(how.kind, parent, key), ..how };
            (diff_keyed(how, key, merge_key, original, modified)?, Vec::new(), key_order(merge_key, modified))
        }
        _ => {
            let mut added: Vec<Value> =
                modified.iter().filter(|item| !original.contains(item)).cloned().collect();
            let mut removed: Vec<Value> =
                original.iter().filter(|item| !modified.contains(item)).cloned().collect();
            if how.additions {
                removed.clear()
            } else {
                added.clear()
            }
            (added, removed, modified.to_vec())
        }
    };
    let reordered = how.additions
        && match strategy {
            ListMerge::Keyed(key) => {
                !original.iter().map(|i| i.get(key)).eq(modified.iter().map(|i| i.get(key)))
            }
            _ => original != modified,
        };
    let ordered = (!changes.is_empty() || !removed.is_empty() || reordered) && !order.is_empty();
    if !changes.is_empty() {
        patch.insert(key.to_owned(), changes.into());
    }
    if !removed.is_empty() {
        patch.insert(format!("{DELETE_FROM_LIST}/{key}"), removed.into());
    }
    if ordered {
        patch.insert(format!("{SET_ORDER}/{key}"), order.into());
    }
    Ok(())
}

/// The changed and new items in the manifest's order, or the deletions.
fn diff_keyed(
    how: Diff,
    field: &str,
    key: &str,
    original: &[Value],
    modified: &[Value],
) -> Result<Vec<Value>, PatchError> {
    for item in original.iter().chain(modified) {
        if item.get(key).is_none() {
            return Err(PatchError::no_merge_key(item, key));
        }
    }
    // Of several items with the same key, the first meets the first, the second the second.
    let partner = |from: &[Value], index: usize, list: &[Value]| {
        let same = |other: &&Value| other.get(key) == from[index].get(key);
        let nth = from[..index].iter().filter(same).count();
        list.iter().enumerate().filter(|(_, other)| same(other)).nth(nth).map(|(place, _)| place)
    };
    let mut patch = Vec::new();
    for (index, item) in modified.iter().enumerate() {
        let before = partner(modified, index, original).and_then(|place| original[place].as_object());
        match (before, item.as_object()) {
            (Some(before), Some(after)) => {
                let mut nested = diff_maps(how, field, before, after)?;
                if !nested.is_empty() {
                    nested.insert(key.to_owned(), item[key].clone());
                    patch.push(Value::Object(nested));
                }
            }
            _ if how.additions => patch.push(item.clone()),
            _ => {}
        }
    }
    sort_by(&mut patch, modified, Some(key));
    if !how.additions {
        let gone = (0..original.len()).filter(|index| partner(original, *index, modified).is_none());
        patch.extend(gone.map(|index| json!({PATCH: "delete", key: original[index][key]})));
    }
    Ok(patch)
}

fn key_order(key: &str, items: &[Value]) -> Vec<Value> {
    items.iter().map(|item| json!({key: item[key]})).collect()
}
