//! What a layer does to all its objects: namespaces, names, labels, annotations, replicas, images.

use super::Item;
use crate::api::{Kind, Value};
use crate::shell::kubectl::doc::{child, entries, items, put, text};

/// Carries out the changes of a layer, in kustomize's order.
pub fn all(layer: &Value, all: &mut [Item]) -> Result<(), String> {
    let namespace = text(&layer["namespace"]);
    for item in all.iter_mut().filter(|_| !namespace.is_empty()) {
        set_namespace(item, namespace);
    }
    let (prefix, suffix) = (text(&layer["namePrefix"]), text(&layer["nameSuffix"]));
    for item in all.iter_mut().filter(|item| {
        !["Namespace", "CustomResourceDefinition", "APIService"].contains(&item.kind.resource().name)
    }) {
        let name = format!("{prefix}{}{suffix}", item.name());
        item.rename(name);
    }
    for item in all.iter_mut() {
        label(item, &layer["commonLabels"], true, true);
        for entry in items(&layer["labels"]) {
            let selectors = entry["includeSelectors"] == true;
            label(item, &entry["pairs"], selectors, selectors || entry["includeTemplates"] == true);
        }
        for (key, value) in entries(&layer["commonAnnotations"]) {
            put(&mut item.doc, &["metadata", "annotations", key], value.clone());
            if let Some(template) = template(item.kind, &mut item.doc) {
                put(template, &["metadata", "annotations", key], value.clone());
            }
        }
    }
    for entry in items(&layer["replicas"]) {
        replicas(all, entry)?;
    }
    for entry in items(&layer["images"]) {
        all.iter_mut().for_each(|item| images(&mut item.doc, entry));
    }
    Ok(())
}

fn set_namespace(item: &mut Item, namespace: &str) {
    if item.kind == Kind::Namespace {
        item.rename(namespace.to_owned());
    } else if item.kind.resource().namespaced {
        put(&mut item.doc, &["metadata", "namespace"], namespace);
    }
    let subjects = item.doc.get_mut("subjects").and_then(Value::as_array_mut);
    for subject in subjects.into_iter().flatten() {
        if subject["kind"] == "ServiceAccount" {
            put(subject, &["namespace"], namespace);
        }
    }
}

/// The pod template inside an object, and the template of its job.
fn template(kind: Kind, doc: &mut Value) -> Option<&mut Value> {
    let path: &[&str] = match kind {
        Kind::CronJob => &["spec", "jobTemplate", "spec", "template"],
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::ReplicationController => &["spec", "template"],
        _ => return None,
    };
    Some(path.iter().fold(doc, |value, key| child(value, key)))
}

fn label(item: &mut Item, pairs: &Value, selectors: bool, templates: bool) {
    for (key, value) in entries(pairs) {
        let doc = &mut item.doc;
        put(doc, &["metadata", "labels", key], value.clone());
        if templates && let Some(template) = template(item.kind, doc) {
            put(template, &["metadata", "labels", key], value.clone());
        }
        if !selectors {
            continue;
        }
        match item.kind {
            Kind::Service | Kind::ReplicationController => {
                put(doc, &["spec", "selector", key], value.clone())
            }
            Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet => {
                put(doc, &["spec", "selector", "matchLabels", key], value.clone());
            }
            Kind::NetworkPolicy if doc["spec"]["podSelector"]["matchLabels"].is_object() => {
                put(doc, &["spec", "podSelector", "matchLabels", key], value.clone());
            }
            Kind::PodDisruptionBudget if doc["spec"]["selector"]["matchLabels"].is_object() => {
                put(doc, &["spec", "selector", "matchLabels", key], value.clone());
            }
            _ => {}
        }
    }
}

fn replicas(all: &mut [Item], entry: &Value) -> Result<(), String> {
    let name = text(&entry["name"]);
    let mut any = false;
    for item in all.iter_mut().filter(|item| item.is_named(name)) {
        let scales = matches!(
            item.kind,
            Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::ReplicationController
        );
        if scales {
            put(&mut item.doc, &["spec", "replicas"], entry["count"].clone());
            any = true;
        }
    }
    if any {
        return Ok(());
    }
    Err(format!(
        "resource with name {name} does not match a config with the following GVK [Deployment.[noVer].[noGrp] ReplicationController.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] StatefulSet.[noVer].[noGrp]]"
    ))
}

/// Renames and retags an image in every container of a document.
fn images(value: &mut Value, entry: &Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| images(item, entry)),
        Value::Object(map) => {
            for (key, value) in map {
                if ["containers", "initContainers"].contains(&key.as_str()) {
                    for container in value.as_array_mut().into_iter().flatten() {
                        if let Some(image) = changed(text(&container["image"]), entry) {
                            container["image"] = image.into();
                        }
                    }
                } else {
                    images(value, entry);
                }
            }
        }
        _ => {}
    }
}

/// The image a container gets, if it is the entry's.
fn changed(image: &str, entry: &Value) -> Option<String> {
    let (rest, digest) = image.split_once('@').map_or((image, ""), |(rest, digest)| (rest, digest));
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match rest[slash..].find(':') {
        Some(at) => (&rest[..slash + at], &rest[slash + at + 1..]),
        None => (rest, ""),
    };
    if name.is_empty() || name != text(&entry["name"]) {
        return None;
    }
    let shown = |value: &Value| crate::shell::kubectl::doc::shown(value);
    let (new_name, new_tag, new_digest) =
        (text(&entry["newName"]), shown(&entry["newTag"]), text(&entry["digest"]));
    let name = if new_name.is_empty() { name } else { new_name };
    let (tag, digest) = match (new_tag.as_str(), new_digest) {
        ("", "") => (tag.to_owned(), digest),
        (tag, "") => (tag.to_owned(), ""),
        (tag, digest) => (tag.to_owned(), digest),
    };
    let mut image = name.to_owned();
    if !tag.is_empty() {
        image.push_str(&format!(":{tag}"));
    }
    if !digest.is_empty() {
        image.push_str(&format!("@{digest}"));
    }
    Some(image)
}
