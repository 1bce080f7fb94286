//! Readers of documents of any shape, for whatever is printed. Nothing here panics.

use crate::api::{Instant, Value};
use std::time::Duration;

/// A text; empty if it is none.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A number; zero if it is none.
pub fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// A boolean; false if it is none.
pub fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}

/// The items of a list; none if it is no list.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The entries of a map, in key order.
pub fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A value as it stands in a cell: text as it is, a number in digits.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text, or `<none>` for an empty one.
pub fn or_none(text: &str) -> String {
    if text.is_empty() { "<none>".into() } else { text.to_owned() }
}

/// `a=b,c=d`, or `<none>`.
pub fn labels(map: &Value) -> String {
    let pairs: Vec<String> = entries(map).map(|(key, value)| format!("{key}={}", shown(value))).collect();
    or_none(&pairs.join(","))
}

/// A label selector of a document as `metav1.FormatLabelSelector` prints it.
pub fn selector(value: &Value) -> String {
    let selector: crate::api::Selector = crate::api::FromValue::from_value(value);
    or_none(&selector.to_string())
}

/// Texts of a list, joined by commas.
pub fn joined(list: &Value, key: &str) -> String {
    items(list).iter().map(|item| shown(&item[key])).collect::<Vec<_>>().join(",")
}

/// Sets the field at a path, making maps on the way.
pub fn put(value: &mut Value, path: &[&str], to: impl Into<Value>) {
    let Some((last, before)) = path.split_last() else { return };
    let mut at = value;
    for key in before {
        at = child(at, key);
    }
    if !at.is_object() {
        *at = Value::Object(crate::api::Map::new());
    }
    if let Some(map) = at.as_object_mut() {
        map.insert((*last).to_owned(), to.into());
    }
}

/// A field that is a map, made one if it is none.
pub fn child<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    if !value.is_object() {
        *value = Value::Object(crate::api::Map::new());
    }
    value.as_object_mut().expect("made a map above").entry(key).or_insert(Value::Null)
}

/// An instant that no session reaches: what waits for a change alone waits until then.
pub fn far(now: Instant) -> Instant {
    now + Duration::from_secs(3600 * 24 * 365 * 10)
}
