//! Validation of ConfigMaps, Secrets, Namespaces, Nodes and PriorityClasses.

use super::meta::{object_meta, object_meta_update};
use super::names::{IMMUTABLE, config_key};
use super::scheduling::taints;
use crate::api::{Kind, Value};
use crate::apiserver::document::{entries, flag, int, text};
use crate::apiserver::field::{Errors, Path};

/// All data of a ConfigMap or a Secret together.
const MOST_BYTES: usize = 1024 * 1024;
const SEALED: &str = "field is immutable when `immutable` is set";
const ACCOUNT_ANNOTATION: &str = "kubernetes.io/service-account.name";
const HIGHEST_USER_PRIORITY: i64 = 1_000_000_000;

pub(super) fn config_map(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    if let Some(old) = old {
        object_meta_update(errors, &old["metadata"], &doc["metadata"]);
        sealed(errors, old, doc, &["data", "binaryData"]);
    }
    object_meta(errors, Kind::ConfigMap, &doc["metadata"]);
    let mut bytes = 0;
    for bag in ["data", "binaryData"] {
        let path = Path::root(bag);
        for (key, value) in entries(doc, bag) {
            let path = path.key(key);
            for problem in config_key(key) {
                errors.invalid(&path, key.as_str(), problem);
            }
            if bag == "data" && doc["binaryData"].get(key).is_some() {
                errors.invalid(&path, key.as_str(), "duplicate of key present in binaryData");
            }
            bytes += value.as_str().map_or(0, str::len);
        }
    }
    if bytes > MOST_BYTES {
        errors.too_long(&Path::root(""), MOST_BYTES);
    }
}

/// What says it is immutable is.
fn sealed(errors: &mut Errors, old: &Value, doc: &Value, bags: &[&str]) {
    if !flag(old, "immutable") {
        return;
    }
    if !flag(doc, "immutable") {
        errors.forbidden(&Path::root("immutable"), SEALED);
    }
    for bag in bags.iter().filter(|bag| old[**bag] != doc[**bag]) {
        errors.forbidden(&Path::root(bag), SEALED);
    }
}

pub(super) fn secret(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    if let Some(old) = old {
        object_meta_update(errors, &old["metadata"], &doc["metadata"]);
        if text(old, "type") != text(doc, "type") {
            errors.invalid(&Path::root("type"), text(doc, "type"), IMMUTABLE);
        }
        sealed(errors, old, doc, &["data"]);
    }
    object_meta(errors, Kind::Secret, &doc["metadata"]);
    let path = Path::root("data");
    let mut bytes = 0;
    for (key, value) in entries(doc, "data") {
        for problem in config_key(key) {
            errors.invalid(&path.key(key), key.as_str(), problem);
        }
        bytes += value.as_str().map_or(0, |value| value.len() / 4 * 3);
    }
    if bytes > MOST_BYTES {
        errors.too_long(&path, MOST_BYTES);
    }
    let data = &doc["data"];
    let has = |key: &str| data.get(key).is_some();
    let mut need = |keys: &[&str]| {
        for key in keys.iter().filter(|key| !has(key)) {
            errors.required(&path.key(key), "");
        }
    };
    match text(doc, "type") {
        "kubernetes.io/tls" => need(&["tls.crt", "tls.key"]),
        "kubernetes.io/ssh-auth" => need(&["ssh-privatekey"]),
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => need(&["username", "password"]),
        "kubernetes.io/dockercfg" => docker(errors, data, ".dockercfg", &path),
        "kubernetes.io/dockerconfigjson" => docker(errors, data, ".dockerconfigjson", &path),
        "kubernetes.io/service-account-token"
            if text(&doc["metadata"]["annotations"], ACCOUNT_ANNOTATION).is_empty() =>
        {
            let meta = Path::root("metadata");
            let annotations = meta.child("annotations");
            errors.required(&annotations.key(ACCOUNT_ANNOTATION), "");
        }
        _ => {}
    }
}

fn docker(errors: &mut Errors, data: &Value, key: &str, path: &Path<'_>) {
    let Some(encoded) = data.get(key).and_then(Value::as_str) else {
        return errors.required(&path.key(key), "");
    };
    let bytes = decode_base64(encoded);
    if let Err(error) = serde_json::from_slice::<Value>(&bytes) {
        errors.invalid(&path.key(key), "<secret contents redacted>", json_problem(&bytes, &error));
    }
}

/// What Go says of a text that is no JSON.
fn json_problem(bytes: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let at = error.column().saturating_sub(1).min(bytes.len().saturating_sub(1));
    let letter = bytes.get(at).copied().map_or(' ', char::from);
    let before = bytes[..at].iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let place = match before {
        Some(b'{') => "looking for beginning of object key string",
        Some(b'"') => "after object key",
        _ => "looking for beginning of value",
    };
    format!("invalid character '{letter}' {place}")
}

fn decode_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

pub(super) fn node(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    match old {
        Some(old) => object_meta_update(errors, &old["metadata"], &doc["metadata"]),
        None => object_meta(errors, Kind::Node, &doc["metadata"]),
    }
    let path = Path::root("spec");
    taints(errors, &doc["spec"], &path.child("taints"));
    let Some(old) = old else { return };
    for (field, words) in [("podCIDR", "podCIDR"), ("providerID", "providerID")] {
        let (before, after) = (text(&old["spec"], field), text(&doc["spec"], field));
        if !before.is_empty() && before != after {
            let detail = format!("node updates may not change {words} except from \"\" to valid");
            errors.forbidden(&path.child(field), detail);
        }
    }
}

pub(super) fn priority_class(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    let meta = Path::root("metadata");
    let name = text(&doc["metadata"], "name");
    object_meta(errors, Kind::PriorityClass, &doc["metadata"]);
    let system = name.starts_with("system-");
    if system && !["system-cluster-critical", "system-node-critical"].contains(&name) {
        let detail = format!(
            "priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class"
        );
        errors.forbidden(&meta.child("name"), detail);
    }
    let value = int(doc, "value").unwrap_or(0);
    if !system && value > HIGHEST_USER_PRIORITY {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}");
        errors.forbidden(&Path::root("value"), detail);
    }
    let (policy, policies) = (text(doc, "preemptionPolicy"), ["PreemptLowerPriority", "Never"]);
    if !policies.contains(&policy) {
        errors.not_supported(&Path::root("preemptionPolicy"), policy, &policies);
    }
    if let Some(old) = old {
        for field in ["value", "preemptionPolicy"] {
            if old[field] != doc[field] {
                errors.forbidden(&Path::root(field), "may not be changed in an update.");
            }
        }
    }
}
