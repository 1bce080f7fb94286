//! JSON patches (RFC 6902), with the errors of the server's library.

use super::{PatchError, go_format};
use crate::api::Value;

/// Carries out a list of operations, all or none.
pub(super) fn apply(target: &Value, patch: &Value) -> Result<Value, PatchError> {
    let Some(operations) = patch.as_array() else {
        let what = match patch {
            Value::Object(_) => "object",
            Value::String(_) => "string",
            Value::Number(_) => "number",
            Value::Bool(_) => "bool",
            _ => return Ok(target.clone()),
        };
        return Err(PatchError(format!(
            "json: cannot unmarshal {what} into Go value of type []handlers.jsonPatchOp"
        )));
    };
    let mut result = target.clone();
    for operation in operations {
        step(&mut result, operation)?;
    }
    Ok(result)
}

fn step(doc: &mut Value, operation: &Value) -> Result<(), PatchError> {
    let name = operation["op"].as_str().unwrap_or("unknown");
    let path = operation["path"].as_str();
    let from = operation["from"].as_str();
    let value = || operation.get("value").cloned().unwrap_or(Value::Null);
    let missing = |what: &str| PatchError(format!("{name} operation does not apply: {what}"));
    let Some(path) = path else {
        return Err(PatchError(format!("{name} operation failed to decode path: missing field")));
    };
    match name {
        "add" => add(doc, path, value(), name),
        "remove" => take(doc, path, name).map(|_| ()),
        "replace" => {
            let Some(target) = doc.pointer_mut(path) else {
                return Err(missing(&format!("doc is missing key: {path}: missing value")));
            };
            *target = value();
            Ok(())
        }
        "test" => {
            let found = doc.pointer(path);
            let equal = found.map_or_else(|| value().is_null(), |found| *found == value());
            if equal { Ok(()) } else { Err(PatchError(format!("testing value {path} failed: test failed"))) }
        }
        "move" | "copy" => {
            let Some(from) = from else {
                return Err(PatchError(format!("{name} operation failed to decode from: missing field")));
            };
            let value = match name {
                "move" => take(doc, from, name)?,
                _ => doc
                    .pointer(from)
                    .cloned()
                    .ok_or_else(|| missing(&format!("doc is missing from path: {from}: missing value")))?,
            };
            add(doc, path, value, name)
        }
        other => Err(PatchError(format!("Unexpected kind: {other}"))),
    }
}

/// The container a pointer leads into, and the key in it.
fn container<'a>(doc: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (parent, key) = path.rsplit_once('/')?;
    let parent = doc.pointer_mut(parent)?;
    matches!(parent, Value::Object(_) | Value::Array(_))
        .then(|| (parent, key.replace("~1", "/").replace("~0", "~")))
}

fn add(doc: &mut Value, path: &str, value: Value, name: &str) -> Result<(), PatchError> {
    if path.is_empty() {
        *doc = value;
        return Ok(());
    }
    let Some((parent, key)) = container(doc, path) else {
        return Err(PatchError(format!(
            "{name} operation does not apply: doc is missing path: \"{path}\": missing value"
        )));
    };
    match parent {
        Value::Array(items) => {
            let index = index(&key, items.len(), true)
                .map_err(|why| PatchError(format!("error in {name} for path: '{path}': {why}")))?;
            items.insert(index, value);
        }
        Value::Object(map) => {
            map.insert(key, value);
        }
        other => return Err(PatchError(format!("cannot add to {}", go_format(other)))),
    }
    Ok(())
}

fn take(doc: &mut Value, path: &str, name: &str) -> Result<Value, PatchError> {
    let Some((parent, key)) = container(doc, path) else {
        return Err(PatchError(format!(
            "{name} operation does not apply: doc is missing path: \"{path}\": missing value"
        )));
    };
    let failed = |why: String| PatchError(format!("error in {name} for path: '{path}': {why}"));
    match parent {
        Value::Array(items) => {
            let index = index(&key, items.len(), false).map_err(failed)?;
            Ok(items.remove(index))
        }
        Value::Object(map) => map
            .remove(&key)
            .ok_or_else(|| failed(format!("Unable to remove nonexistent key: {key}: missing value"))),
        _ => Err(failed("Unable to remove".to_owned())),
    }
}

fn index(key: &str, length: usize, adding: bool) -> Result<usize, String> {
    if adding && key == "-" {
        return Ok(length);
    }
    let number: i64 = key.parse().map_err(|_| {
        format!("value was not a proper array index: '{key}': strconv.Atoi: parsing {key:?}: invalid syntax")
    })?;
    let limit = if adding { length + 1 } else { length };
    usize::try_from(number)
        .ok()
        .filter(|index| *index < limit)
        .ok_or_else(|| format!("Unable to access invalid index: {number}: invalid index referenced"))
}
