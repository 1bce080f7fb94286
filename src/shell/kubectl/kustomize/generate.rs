//! ConfigMaps and Secrets made from literals and files.

use super::Item;
use crate::api::{Kind, Map, Value, json};
use crate::shell::Files;
use crate::shell::files::absolute;
use crate::shell::kubectl::doc::{entries, items, put, text};
use crate::shell::kubectl::output::base64;

/// Carries out the generators of a layer.
pub fn all(files: &Files, full: &str, layer: &Value, all: &mut Vec<Item>) -> Result<(), String> {
    for (field, kind) in [("configMapGenerator", Kind::ConfigMap), ("secretGenerator", Kind::Secret)] {
        for entry in items(&layer[field]) {
            let made = one(files, full, layer, entry, kind)?;
            let name = text(&entry["name"]);
            let there = all.iter_mut().find(|item| item.kind == kind && item.is_named(name));
            match (text(&entry["behavior"]), there) {
                ("" | "create", None) => all.push(made),
                ("merge" | "replace", None) => {
                    return Err(format!("id {} does not exist; cannot merge or replace", made.id()));
                }
                ("merge", Some(item)) => {
                    for (key, value) in entries(&made.doc["data"]) {
                        put(&mut item.doc, &["data", key], value.clone());
                    }
                }
                ("replace", Some(item)) => put(&mut item.doc, &["data"], made.doc["data"].clone()),
                (_, Some(_)) => {
                    return Err(format!("may not add resource with an already registered id: {}", made.id()));
                }
                (other, None) => return Err(format!("unknown behavior {other:?}")),
            }
        }
    }
    Ok(())
}

fn one(files: &Files, full: &str, layer: &Value, entry: &Value, kind: Kind) -> Result<Item, String> {
    let name = text(&entry["name"]);
    if name.is_empty() {
        return Err("a generator must have a name".into());
    }
    let mut data = Map::new();
    for (key, value) in pairs(files, full, entry)? {
        let value = if kind == Kind::Secret { base64::encode(value.as_bytes()) } else { value };
        if data.insert(key.clone(), value.into()).is_some() {
            return Err(format!("configmap {name} illegally repeats the key `{key}`"));
        }
    }
    let mut doc = json!({"apiVersion": "v1", "kind": kind.resource().name, "metadata": {"name": name}});
    if !data.is_empty() {
        put(&mut doc, &["data"], Value::Object(data));
    }
    if kind == Kind::Secret {
        put(&mut doc, &["type"], if entry["type"].is_null() { "Opaque" } else { text(&entry["type"]) });
    }
    if let Some(namespace) = entry["namespace"].as_str() {
        put(&mut doc, &["metadata", "namespace"], namespace);
    }
    let mut hashed = true;
    for options in [&layer["generatorOptions"], &entry["options"]] {
        for field in ["labels", "annotations"] {
            for (key, value) in entries(&options[field]) {
                put(&mut doc, &["metadata", field, key], value.clone());
            }
        }
        if let Some(off) = options["disableNameSuffixHash"].as_bool() {
            hashed = !off;
        }
        if options["immutable"] == true {
            put(&mut doc, &["immutable"], true);
        }
    }
    Ok(Item { kind, doc, before: Vec::new(), hashed })
}

/// Keys and values: of literals, files and files of variables.
fn pairs(files: &Files, full: &str, entry: &Value) -> Result<Vec<(String, String)>, String> {
    let read = |path: &str| {
        let path = absolute(full, path);
        let found = files.read(&path).map(str::to_owned);
        found.map_err(|_| {
            let why = super::missing(&path, &path);
            format!("loading KV pairs: {why}")
        })
    };
    let mut pairs = Vec::new();
    for path in items(&entry["envs"]).iter().map(text).chain(entry["env"].as_str()) {
        for line in read(path)?.lines().map(str::trim_start) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            pairs.push((key.to_owned(), value.to_owned()));
        }
    }
    for literal in items(&entry["literals"]).iter().map(text) {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(format!(
                "loading KV pairs: literal values: invalid literal source {literal}, expected key=value"
            ));
        };
        pairs.push((key.to_owned(), unquoted(value).to_owned()));
    }
    for file in items(&entry["files"]).iter().map(text) {
        let (key, path) = match file.split_once('=') {
            Some((key, path)) => (key, path),
            None => (file.rsplit('/').next().unwrap_or(file), file),
        };
        pairs.push((key.to_owned(), read(path)?));
    }
    Ok(pairs)
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value)
}
