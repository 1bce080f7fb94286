//! Sets of fields, as server-side apply counts them: each leaf of a document, each item of a keyed
//! list, each key of a map.

use super::super::patch::{ListMerge, list_merge};
use crate::api::{Gathered, Kind, Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A step towards a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A field of a structure, or a key of a map.
    Field(String),
    /// The item of a list that has these values, as JSON: `{"name":"web"}`.
    Item(String),
    /// The item of a set that is this value, as JSON.
    Is(String),
}

/// Where a field is.
pub type FieldPath = Vec<Step>;
/// Some fields.
pub type Fields = BTreeSet<FieldPath>;
/// Some fields and what they say; null for those that only have others below them.
pub type Leaves = BTreeMap<FieldPath, Value>;

/// Structures that are owned as a whole (`+structType=atomic`, `+mapType=atomic`).
pub const WHOLE: [&str; 11] = [
    "selector",
    "nodeSelector",
    "labelSelector",
    "podSelector",
    "namespaceSelector",
    "configMapKeyRef",
    "secretKeyRef",
    "fieldRef",
    "resourceFieldRef",
    "targetRef",
    "claimRef",
];
/// Maps whose keys are owned one by one.
const MAPS: [&str; 8] =
    ["labels", "annotations", "data", "binaryData", "limits", "requests", "hard", "matchLabels"];
/// Metadata that nobody owns.
const SYSTEM: [&str; 10] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "managedFields",
];

/// The fields of a document that somebody may own: its status is another matter.
pub fn leaves(kind: Kind, doc: &Value) -> Leaves {
    let mut found = Leaves::new();
    for (field, value) in doc.as_object().into_iter().flatten() {
        match field.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => {
                let mut own = value.clone();
                if let Some(map) = own.as_object_mut() {
                    SYSTEM.iter().for_each(|name| drop(map.remove(*name)));
                    if !map.is_empty() {
                        walk(kind, "", "metadata", &own, &mut vec![step("metadata")], &mut found);
                    }
                }
            }
            field => walk(kind, "", field, value, &mut vec![step(field)], &mut found),
        }
    }
    found
}

/// The fields of a status that say something.
pub fn status_leaves(kind: Kind, status: &Value) -> Fields {
    let mut found = Leaves::new();
    walk(kind, "", "status", status, &mut vec![step("status")], &mut found);
    found.retain(|path, value| path.len() > 1 && *value != json!({}));
    found.into_keys().into_set()
}

fn step(field: &str) -> Step {
    Step::Field(field.to_owned())
}

fn walk(kind: Kind, parent: &str, field: &str, value: &Value, path: &mut FieldPath, found: &mut Leaves) {
    match value {
        Value::Object(map) if !map.is_empty() && !WHOLE.contains(&field) => {
            if MAPS.contains(&field) {
                found.insert(path.clone(), Value::Null);
            }
            for (name, value) in map {
                path.push(step(name));
                // A key of a map is no field: what is below it is one value.
                let inner = if MAPS.contains(&field) { "" } else { name };
                walk(kind, field, inner, value, path, found);
                path.pop();
            }
        }
        Value::Array(list) if !list.is_empty() => match list_merge(kind, parent, field) {
            ListMerge::Atomic => drop(found.insert(path.clone(), value.clone())),
            ListMerge::Set => {
                for item in list {
                    path.push(Step::Is(item.to_string()));
                    found.insert(path.clone(), Value::Null);
                    path.pop();
                }
            }
            ListMerge::Keyed(key) => {
                for item in list {
                    path.push(Step::Item(keys(key, item).to_string()));
                    found.insert(path.clone(), Value::Null);
                    for (name, value) in item.as_object().into_iter().flatten() {
                        path.push(step(name));
                        walk(kind, field, name, value, path, found);
                        path.pop();
                    }
                    path.pop();
                }
            }
        },
        value => drop(found.insert(path.clone(), value.clone())),
    }
}

/// What tells an item of a keyed list from the others: ports also have a protocol.
pub fn keys(key: &str, item: &Value) -> Value {
    let mut keys = Map::new();
    keys.insert(key.to_owned(), item[key].clone());
    if matches!(key, "port" | "containerPort") {
        let protocol = item.get("protocol").cloned().unwrap_or_else(|| "TCP".into());
        keys.insert("protocol".into(), protocol);
    }
    if key == "topologyKey" && !item["whenUnsatisfiable"].is_null() {
        keys.insert("whenUnsatisfiable".into(), item["whenUnsatisfiable"].clone());
    }
    Value::Object(keys)
}

/// A path as conflicts name it: `.spec.template.spec.containers[name="web"].image`.
pub fn shown(path: &FieldPath) -> String {
    let mut out = String::new();
    for step in path {
        let _ = match step {
            Step::Field(name) => write!(out, ".{name}"),
            Step::Is(value) => write!(out, "[={value}]"),
            Step::Item(keys) => {
                let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
                let pairs: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(out, "[{}]", pairs.join(","))
            }
        };
    }
    out
}

/// Fields as `managedFields` lists them (`FieldsV1`).
pub fn listed(fields: &Fields) -> Value {
    let mut out = json!({});
    for path in fields {
        let mut at = &mut out;
        for (depth, step) in path.iter().enumerate() {
            let name = match step {
                Step::Field(name) => format!("f:{name}"),
                Step::Item(keys) => format!("k:{keys}"),
                Step::Is(value) => format!("v:{value}"),
            };
            at = &mut at[name.as_str()];
            if at.is_null() {
                *at = json!({});
            }
            // What is owned itself, and has owned fields below it.
            let below = depth + 1 < path.len();
            if below && fields.contains(&path[..=depth]) {
                at["."] = json!({});
            }
        }
    }
    out
}
