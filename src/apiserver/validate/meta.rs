//! Validation of `metadata`, on create and on update.

use super::names::{IMMUTABLE, NOT_NEGATIVE, label, label_value, path_segment, qualified, subdomain};
use crate::api::{Kind, Value};
use crate::apiserver::document::{entries, flag, int, items, text};
use crate::apiserver::field::{Errors, Path};

/// All annotations of an object together.
const ANNOTATIONS_BYTES: usize = 256 * 1024;
const STANDARD_FINALIZERS: [&str; 3] = ["orphan", "foregroundDeletion", "kubernetes"];

/// What a name of that kind must be.
pub(super) fn name_problems(kind: Kind, name: &str) -> Vec<String> {
    match kind {
        Kind::Namespace | Kind::Service | Kind::StatefulSet => label(name),
        Kind::Role | Kind::ClusterRole | Kind::RoleBinding | Kind::ClusterRoleBinding => path_segment(name),
        Kind::CustomResourceDefinition | Kind::APIService => subdomain(name),
        _ => subdomain(name),
    }
}

/// Validates the metadata of an object that is created, or of one that was changed.
pub(super) fn object_meta(errors: &mut Errors, kind: Kind, meta: &Value) {
    let path = Path::root("metadata");
    let prefix = text(meta, "generateName");
    if !prefix.is_empty() {
        // Letters will follow: a dash may be the last for now.
        let masked = match prefix.strip_suffix('-') {
            Some(rest) => format!("{rest}a"),
            None => prefix.to_owned(),
        };
        for problem in name_problems(kind, &masked) {
            errors.invalid(&path.child("generateName"), prefix, problem);
        }
    }
    let name = text(meta, "name");
    if name.is_empty() {
        errors.required(&path.child("name"), "name or generateName is required");
    } else {
        for problem in name_problems(kind, name) {
            errors.invalid(&path.child("name"), name, problem);
        }
    }
    if kind.resource().namespaced {
        let namespace = text(meta, "namespace");
        for problem in label(namespace) {
            errors.invalid(&path.child("namespace"), namespace, problem);
        }
    }
    common(errors, meta, &path);
}

/// Validates the metadata of a change, apart from the name, which finds the object.
pub(super) fn object_meta_update(errors: &mut Errors, old: &Value, meta: &Value) {
    let path = Path::root("metadata");
    for field in ["name", "namespace"] {
        if text(meta, field) != text(old, field) {
            errors.invalid(&path.child(field), text(meta, field), IMMUTABLE);
        }
    }
    common(errors, meta, &path);
}

fn common(errors: &mut Errors, meta: &Value, path: &Path<'_>) {
    if int(meta, "generation").is_some_and(|generation| generation < 0) {
        errors.invalid(&path.child("generation"), int(meta, "generation").unwrap_or(0), NOT_NEGATIVE);
    }
    labels(errors, meta, "labels", path);
    annotations(errors, meta, path);
    owners(errors, meta, path);
    finalizers(errors, meta, path);
}

/// Validates a map of labels: keys and values.
pub(super) fn labels(errors: &mut Errors, parent: &Value, field: &str, path: &Path<'_>) {
    let path = path.child(field);
    for (key, value) in entries(parent, field) {
        label_name(errors, key, &path);
        let value = value.as_str().unwrap_or_default();
        for problem in label_value(value) {
            errors.invalid(&path, value, problem);
        }
    }
}

/// Validates a label's key.
pub(super) fn label_name(errors: &mut Errors, key: &str, path: &Path<'_>) {
    for problem in qualified(key) {
        errors.invalid(path, key, problem);
    }
}

/// Validates annotations: keys, and how much they are in all.
pub(super) fn annotations(errors: &mut Errors, parent: &Value, path: &Path<'_>) {
    let path = path.child("annotations");
    let mut bytes = 0;
    for (key, value) in entries(parent, "annotations") {
        for problem in qualified(&key.to_lowercase()) {
            errors.invalid(&path, key.as_str(), problem);
        }
        bytes += key.len() + value.as_str().map_or(0, str::len);
    }
    if bytes > ANNOTATIONS_BYTES {
        errors.too_long(&path, ANNOTATIONS_BYTES);
    }
}

fn owners(errors: &mut Errors, meta: &Value, path: &Path<'_>) {
    let path = path.child("ownerReferences");
    let mut controller: Option<String> = None;
    for (index, owner) in items(meta, "ownerReferences").iter().enumerate() {
        let path = path.index(index);
        for field in ["apiVersion", "kind", "name", "uid"] {
            if text(owner, field).is_empty() {
                let what =
                    if field == "apiVersion" { "version must not be empty" } else { "must not be empty" };
                errors.invalid(&path.child(field), "", what);
            }
        }
        if flag(owner, "controller") {
            let shown = format!("{} {}", text(owner, "kind"), text(owner, "name"));
            match &controller {
                Some(first) => {
                    let detail = format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {shown}"
                    );
                    errors.invalid(
                        &Path::root("metadata").child("ownerReferences"),
                        &meta["ownerReferences"],
                        detail,
                    );
                }
                None => controller = Some(shown),
            }
        }
    }
}

fn finalizers(errors: &mut Errors, meta: &Value, path: &Path<'_>) {
    let path = path.child("finalizers");
    let names = || items(meta, "finalizers").iter().map(|name| name.as_str().unwrap_or_default());
    for name in names() {
        for problem in qualified(name) {
            errors.invalid(&path, name, problem);
        }
    }
    for (index, name) in names().enumerate() {
        if !name.contains('/') && !STANDARD_FINALIZERS.contains(&name) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid(&path.index(index), name, detail);
        }
    }
}
