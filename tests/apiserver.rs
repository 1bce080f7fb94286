//! The API server against what a real one answered: writes by manifest, their defaults and refusals.

#[path = "apiserver/properties.rs"]
mod properties;
#[path = "apiserver/writes.rs"]
mod writes;

use cluster_playground::api::{Instant, Key, Kind, Status, StatusReason, Value, json};
use cluster_playground::apiserver::patch::{Patch, three_way};
use cluster_playground::apiserver::{ApiServer, DeleteOptions, Ranges, WriteOptions, Written};
use std::net::Ipv4Addr;

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn now() -> Instant {
    Instant::from_unix(1_767_603_600)
}

/// A server as the recorder's was: its range, its namespaces, its `kubernetes` Service.
fn server() -> ApiServer {
    let ranges =
        Ranges { service_network: Ipv4Addr::new(10, 96, 0, 0), service_prefix: 16, ..Ranges::default() };
    let mut server = ApiServer::with_ranges(7, ranges);
    for namespace in ["default", "kube-system"] {
        create(
            &mut server,
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        );
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace}});
        create(&mut server, account);
    }
    create(
        &mut server,
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes"},
            "spec": {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 6443}]}}),
    );
    server
}

fn create(server: &mut ApiServer, doc: Value) -> Written {
    let kind = kind_of(&doc).expect("a built-in kind");
    server.create(now(), kind, doc, &WriteOptions::default()).expect("it is accepted")
}

fn kind_of(doc: &Value) -> Option<Kind> {
    Kind::from_manifest(doc["apiVersion"].as_str()?, doc["kind"].as_str()?)
}

fn key_of(kind: Kind, doc: &Value) -> Key {
    let namespace = if kind.resource().namespaced {
        doc["metadata"]["namespace"].as_str().unwrap_or("default")
    } else {
        ""
    };
    Key::new(kind, namespace, doc["metadata"]["name"].as_str().unwrap_or_default())
}

/// `kubectl apply` of one document.
fn apply(server: &mut ApiServer, mut doc: Value, options: &WriteOptions) -> Result<Written, Status> {
    let kind = kind_of(&doc).expect("a built-in kind");
    let key = key_of(kind, &doc);
    let meta = doc["metadata"].as_object_mut().expect("metadata");
    if kind.resource().namespaced {
        meta.insert("namespace".into(), key.namespace.as_str().into());
    }
    let annotations = meta.entry("annotations").or_insert_with(|| json!({}));
    if annotations.is_null() {
        *annotations = json!({});
    }
    let applied = format!("{doc}\n");
    doc["metadata"]["annotations"][LAST_APPLIED] = applied.into();
    let Some(current) = server.store().get(&key).cloned() else {
        return server.create(now(), kind, doc, options);
    };
    let original = current.meta.annotations.get(LAST_APPLIED).map_or("{}", String::as_str);
    let original: Value = serde_json::from_str(original).expect("what was applied");
    let patch = three_way(kind, &original, &doc, current.doc()).expect("a patch");
    server.patch(now(), &key, &Patch::Strategic(patch), options)
}

/// What kubectl prints on standard error.
fn rendered(verb: &str, file: &str, status: &Status) -> String {
    if status.reason == StatusReason::Invalid {
        let shown: Vec<String> =
            status.causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let list = match &shown[..] {
            [only] => only.clone(),
            several => several.iter().map(|line| format!("\n* {line}")).collect(),
        };
        return format!("The {} \"{}\" is invalid: {list}\n", status.kind, status.name);
    }
    let doing = if verb == "replace" { "replacing" } else { "creating" };
    format!("Error from server ({}): error when {doing} \"{file}\": {}\n", status.reason, status.message)
}

/// Hides what is random: uids and the suffixes of generated names.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let is_hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let run = rest.find(|c| !is_hex(c)).unwrap_or(rest.len());
        if run == 36 && rest[..run].matches('-').count() == 4 {
            masked.push_str("UID");
            rest = &rest[run..];
        } else if let Some(after) = rest.strip_prefix("kube-api-access-") {
            masked.push_str("kube-api-access-X");
            rest = after.get(5..).unwrap_or_default();
        } else {
            let step = run.max(letter.len_utf8());
            masked.push_str(&rest[..step]);
            rest = &rest[step..];
        }
    }
    masked
}

fn documents(text: &str) -> Vec<Value> {
    use serde::Deserialize;
    serde_yaml::Deserializer::from_str(text)
        .map_while(|doc| Value::deserialize(doc).ok())
        .filter(|doc| !doc.is_null())
        .flat_map(|doc| match doc["items"].as_array() {
            Some(items) => items.clone(),
            None => vec![doc],
        })
        .collect()
}

#[test]
fn recorded_writes_are_answered_alike() {
    let recorded: Value =
        serde_json::from_str(include_str!("apiserver/recorded.json")).expect("the recordings are JSON");
    let (mut agree, mut differ) = (0, Vec::new());
    for sequence in recorded.as_array().expect("a list") {
        let mut server = server();
        for step in sequence["steps"].as_array().expect("steps") {
            let verb = step["verb"].as_str().unwrap_or_default();
            let options = WriteOptions { dry_run: step["dry_run"].is_string(), ..WriteOptions::default() };
            let mut stderr = String::new();
            for mut doc in documents(step["doc"].as_str().unwrap_or_default()) {
                let Some(kind) = kind_of(&doc) else { continue };
                if !doc["metadata"].is_object() {
                    doc["metadata"] = json!({});
                }
                if let Some(namespace) =
                    step["namespace"].as_str().filter(|_| doc["metadata"]["namespace"].is_null())
                {
                    doc["metadata"]["namespace"] = namespace.into();
                }
                if verb == "delete" {
                    let _ = server.delete(now(), &key_of(kind, &doc), &DeleteOptions::default());
                    continue;
                }
                let answer = match verb {
                    "create" => server.create(now(), kind, doc, &options),
                    "replace" => server.update(now(), kind, doc, &options),
                    _ => apply(&mut server, doc, &options),
                };
                match answer {
                    Ok(written) => {
                        let lines = written.warnings.iter().map(|warning| format!("Warning: {warning}\n"));
                        stderr.extend(lines);
                        if let Some(yaml) = step["dry_run"].as_str().filter(|yaml| !yaml.is_empty()) {
                            let (ours, theirs) = (without_times(written.object.doc()), yaml_doc(yaml));
                            if ours != theirs {
                                differ.push(format!(
                                    "{}: {}\n{}",
                                    sequence["name"],
                                    step["doc"],
                                    difference(&ours, &theirs)
                                ));
                            } else {
                                agree += 1;
                            }
                        }
                    }
                    Err(status) => {
                        if kind == Kind::Endpoints {
                            stderr.push_str("Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n");
                        }
                        stderr.push_str(&rendered(verb, "FILE", &status));
                    }
                }
            }
            let Some(expected) = step["stderr"].as_str() else { continue };
            let quoted =
                expected.split('"').nth(1).filter(|_| expected.contains("error when")).unwrap_or("FILE");
            let expected = masked(&expected.replace(quoted, "FILE"));
            if masked(&stderr) == expected {
                agree += 1;
            } else {
                differ.push(format!(
                    "{}: {}\n--- ours\n{stderr}--- theirs\n{expected}",
                    sequence["name"], step["doc"]
                ));
            }
        }
    }
    println!("{agree} agree, {} differ", differ.len());
    assert!(differ.is_empty(), "{}", differ.join("\n=====\n"));
}

/// A document read from YAML, without what the clock and chance decide.
fn yaml_doc(yaml: &str) -> Value {
    without_times(&documents(yaml).into_iter().next().unwrap_or_default())
}

fn without_times(doc: &Value) -> Value {
    let text = masked(&doc.to_string());
    let mut doc: Value = serde_json::from_str(&text).expect("still JSON");
    if let Some(meta) = doc["metadata"].as_object_mut() {
        meta.remove("creationTimestamp");
        meta.remove("resourceVersion");
        if let Some(annotations) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
            if annotations.is_empty() {
                meta.remove("annotations");
            }
        }
    }
    doc
}

fn difference(ours: &Value, theirs: &Value) -> String {
    let lines = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    let (ours, theirs) = (lines(ours), lines(theirs));
    let only = |a: &str, b: &str, sign: char| {
        let b: Vec<&str> = b.lines().collect();
        a.lines().filter(|line| !b.contains(line)).map(|line| format!("{sign}{line}\n")).collect::<String>()
    };
    only(&ours, &theirs, '+') + &only(&theirs, &ours, '-')
}
