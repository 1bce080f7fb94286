//! Small readers and writers of documents that may be of any shape. Nothing here panics or knows a kind.

use crate::api::{Map, Value};

/// The items of a list field; none if it is absent or no list.
pub(super) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The items of a list field, to be changed.
pub(super) fn items_mut<'a>(value: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
}

/// The entries of a map field, in key order; none if it is absent or no map.
pub(super) fn entries<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// A text field; empty if it is absent or no text.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// An integer field.
pub(super) fn int(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// A boolean field; false if it is absent.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// Whether a field is there and not null.
pub(super) fn has(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|value| !value.is_null())
}

/// Sets a field; does nothing where `value` is no object.
pub(super) fn set(value: &mut Value, key: &str, to: impl Into<Value>) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), to.into());
    }
}

/// Sets a field that is absent.
pub(super) fn default(value: &mut Value, key: &str, to: impl Into<Value>) {
    if !has(value, key) {
        set(value, key, to);
    }
}

/// Sets a number that is absent or zero, where the API takes zero for "not set".
pub(super) fn default_number(value: &mut Value, key: &str, to: i64) {
    if int(value, key).unwrap_or(0) == 0 && !value.get(key).is_some_and(Value::is_string) {
        set(value, key, to);
    }
}

/// Removes a field.
pub(super) fn unset(value: &mut Value, key: &str) {
    if let Some(map) = value.as_object_mut() {
        map.remove(key);
    }
}

/// An object field, made an empty object if it is absent. A field of another type becomes an object
/// too: a document whose schema was checked has none.
pub(super) fn object<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let map = value.as_object_mut().expect("made an object above");
    let field = map.entry(key).or_insert(Value::Null);
    if !field.is_object() {
        *field = Value::Object(Map::new());
    }
    field
}

/// The field at a path of keys; null where there is none.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| &value[*key])
}

/// The field at a path of keys, to be changed.
pub(super) fn at_mut<'a>(value: &'a mut Value, path: &[&str]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, key| value.get_mut(*key))
}
