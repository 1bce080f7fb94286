//! What applying a text would do, tried on a copy: what the server refuses and where, what a reviewer would say, what would change.
//!
//! Nothing of the cluster moves: neither its store, nor its dice, nor the addresses it gives out.

use super::Cluster;
use crate::api::{Instant, Key, Map, Ordered, Status, Value};
use crate::apiserver::patch::{LAST_APPLIED, Patch, three_way};
use crate::apiserver::{ApiServer, WriteOptions};
use crate::manifest::{self, Diagnostic, Fix, Placed, Severity};
use crate::net::lint::{Finding, lint};

/// What applying a text would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// What is wrong with it, in the order of its lines.
    pub diagnostics: Vec<Diagnostic>,
    /// What would become of each object that the server takes.
    pub changes: Vec<Change>,
}

/// What would become of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub object: Key,
    /// Whether it does not exist yet.
    pub created: bool,
    /// The fields that would change.
    pub fields: Vec<Edit>,
}

/// A field that would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub before: Option<Value>,
    /// What it would be.
    pub after: Option<Value>,
}

impl Cluster {
    /// What applying `text` would do. What a reviewer misses is not said where one of the texts `beside` it brings it.
    pub fn preview(&self, text: &str, beside: &[&str]) -> Preview {
        let (mut diagnostics, placed) = manifest::examine(text);
        let mut server = self.server.clone();
        let mut changes = Vec::new();
        let mut taken = Vec::new();
        for object in &placed {
            let key = key(object);
            match apply(&mut server, self.now, &key, object.resource.value.clone()) {
                Ok((change, warnings)) => {
                    diagnostics.extend(warnings.into_iter().map(|words| warning(object, words)));
                    changes.push(change);
                    taken.push((key, object));
                }
                Err(status) => diagnostics.extend(refusals(object, &status)),
            }
        }
        let review = |server: &ApiServer| {
            let mut findings = lint(server.store(), &self.profile.network);
            findings.retain(|finding| taken.iter().any(|(key, _)| *key == finding.field.object));
            findings
        };
        let mut findings = review(&server);
        if !findings.is_empty() && !beside.is_empty() {
            for object in beside.iter().flat_map(|text| manifest::examine(text).1) {
                // What another file cannot bring is told there.
                let _ = server.create(
                    self.now,
                    object.resource.kind,
                    object.resource.value,
                    &WriteOptions::default(),
                );
            }
            let left = review(&server);
            findings.retain(|finding| left.contains(finding));
        }
        for finding in findings {
            let object = taken.iter().find(|(key, _)| *key == finding.field.object);
            diagnostics.extend(object.map(|(_, object)| remark(object, finding)));
        }
        diagnostics.order_by_key(|diagnostic| diagnostic.span);
        Preview { diagnostics, changes }
    }
}

fn key(object: &Placed<'_>) -> Key {
    let metadata = &object.resource.value["metadata"];
    let word = |field: &str| metadata[field].as_str().unwrap_or_default();
    let namespace = match (object.resource.kind.resource().namespaced, word("namespace")) {
        (false, _) => "",
        (true, "") => "default",
        (true, namespace) => namespace,
    };
    Key::new(object.resource.kind, namespace, word("name"))
}

/// Applies a document as kubectl does: created, or changed by what differs from what was applied before.
fn apply(
    server: &mut ApiServer,
    now: Instant,
    key: &Key,
    mut doc: Value,
) -> Result<(Change, Vec<String>), Status> {
    let options = WriteOptions::default();
    if let Some(metadata) = doc["metadata"].as_object_mut().filter(|_| !key.namespace.is_empty()) {
        metadata.insert("namespace".into(), key.namespace.as_str().into());
    }
    let change = |created, fields| Change { object: key.clone(), created, fields };
    let Some(live) = server.store().get(key).cloned() else {
        let written = server.create(now, key.kind, doc, &options)?;
        return Ok((change(true, Vec::new()), written.warnings));
    };
    let last = live.doc()["metadata"]["annotations"][LAST_APPLIED].as_str();
    let original = last.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    // An apply writes an annotation of its own, so the map of them is never what was left out.
    if let Some(metadata) = doc["metadata"].as_object_mut() {
        metadata.entry("annotations").or_insert_with(|| Map::new().into());
    }
    // A list without its keys is refused when it is applied, in kubectl's words; here there is nothing to compare.
    let Ok(patch) = three_way(key.kind, &original, &doc, live.doc()) else {
        return Ok((change(false, Vec::new()), Vec::new()));
    };
    if patch.as_object().is_none_or(Map::is_empty) {
        return Ok((change(false, Vec::new()), Vec::new()));
    }
    let written = server.patch(now, key, &Patch::Strategic(patch), &options)?;
    let mut fields = Vec::new();
    for part in ["metadata", "spec", "data", "stringData", "subsets", "endpoints", "ports", "rules"] {
        differences(part, live.doc().get(part), written.object.doc().get(part), &mut fields);
    }
    Ok((change(false, fields), written.warnings))
}

/// The leaves in which two values differ.
fn differences(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Edit>) {
    const COUNTED: [&str; 2] = ["metadata.resourceVersion", "metadata.generation"];
    if before == after || COUNTED.contains(&path) {
        return;
    }
    match (before, after) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let new = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(new).filter(|key| *key != LAST_APPLIED) {
                differences(&format!("{path}.{key}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                differences(&format!("{path}[{index}]"), a.get(index), b.get(index), found);
            }
        }
        _ => found.push(Edit { path: path.to_owned(), before: before.cloned(), after: after.cloned() }),
    }
}

/// A refusal, each of its fields at its place.
fn refusals(object: &Placed<'_>, status: &Status) -> Vec<Diagnostic> {
    if status.causes.is_empty() {
        let missing_namespace = status.kind == "namespaces" && object.has("metadata.namespace");
        let path = if missing_namespace { "metadata.namespace" } else { "metadata.name" };
        return vec![Diagnostic::error(&status.message, object.field(path)).at(path)];
    }
    let causes = status.causes.iter();
    causes
        .map(|cause| {
            let words = format!("{}: {}", cause.field, cause.message);
            let path = written(object, &cause.field, &cause.message);
            Diagnostic::error(words, object.value(&path)).at(path)
        })
        .collect()
}

/// The field as a manifest has it, where the server names it otherwise or names the map around it.
fn written(object: &Placed<'_>, field: &str, message: &str) -> String {
    if field.starts_with("spec.clusterIPs") && !object.has(field) {
        return "spec.clusterIP".to_owned();
    }
    let field = field.replace("LoadBalancerSourceRanges", "loadBalancerSourceRanges");
    let pointer = format!("/{}", field.replace('.', "/"));
    let map = object.resource.value.pointer(&pointer).and_then(Value::as_object);
    let entry = map.into_iter().flatten().find(|(key, value)| {
        let names = |text: &str| message.contains(&format!(": {text:?}:"));
        names(key) || value.as_str().is_some_and(names)
    });
    match entry {
        Some((key, _)) => format!("{field}.{key}"),
        None => field,
    }
}

/// A warning of the server; it begins with the field it is about, where there is one.
fn warning(object: &Placed<'_>, words: String) -> Diagnostic {
    let path = words.split_once(": ").map(|(path, _)| path).filter(|path| object.has(path));
    let path = path.unwrap_or("metadata.name").to_owned();
    let span = object.field(&path);
    Diagnostic { severity: Severity::Warning, ..Diagnostic::error(words, span).at(path) }
}

/// What a reviewer says, with the edit that would mend it.
fn remark(object: &Placed<'_>, finding: Finding) -> Diagnostic {
    let span = object.value(&finding.field.path);
    let fix = finding.mend.filter(|(path, _)| object.has(path)).map(|(path, value)| {
        let is_port = path.ends_with("ort") && value.parse::<u16>().is_ok();
        let text = if is_port { value } else { manifest::yaml::write(&value.into()).trim_end().to_owned() };
        Fix::replace(object.value(&path), text)
    });
    let remark = Diagnostic::error(finding.message, span).at(finding.field.path);
    Diagnostic { severity: Severity::Warning, hint: finding.hint, fix, ..remark }
}
