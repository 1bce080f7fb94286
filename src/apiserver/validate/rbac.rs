//! Validation of roles and their bindings.

use super::meta::{object_meta, object_meta_update};
use super::names::{path_segment, subdomain};
use crate::api::{Kind, Value, json};
use crate::apiserver::document::{items, text};
use crate::apiserver::field::{Errors, Path, Verbatim};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn role(errors: &mut Errors, kind: Kind, old: Option<&Value>, doc: &Value) {
    object_meta(errors, kind, &doc["metadata"]);
    let path = Path::root("rules");
    for (index, rule) in items(doc, "rules").iter().enumerate() {
        policy_rule(errors, rule, kind == Kind::Role, &path.index(index));
    }
    if let Some(old) = old {
        object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    }
}

fn policy_rule(errors: &mut Errors, rule: &Value, namespaced: bool, path: &Path<'_>) {
    let empty = |field| items(rule, field).is_empty();
    if empty("verbs") {
        errors.required(&path.child("verbs"), "verbs must contain at least one value");
    }
    if !empty("nonResourceURLs") {
        let (path, urls) = (path.child("nonResourceURLs"), &rule["nonResourceURLs"]);
        if namespaced {
            errors.invalid(&path, urls, "namespaced rules cannot apply to non-resource URLs");
        }
        if !empty("apiGroups") || !empty("resources") || !empty("resourceNames") {
            errors.invalid(&path, urls, "rules cannot apply to both regular resources and non-resource URLs");
        }
        return;
    }
    if empty("apiGroups") {
        errors.required(&path.child("apiGroups"), "resource rules must supply at least one api group");
    }
    if empty("resources") {
        errors.required(&path.child("resources"), "resource rules must supply at least one resource");
    }
}

pub(super) fn binding(errors: &mut Errors, kind: Kind, old: Option<&Value>, doc: &Value) {
    object_meta(errors, kind, &doc["metadata"]);
    let namespaced = kind == Kind::RoleBinding;
    let path = Path::root("roleRef");
    let role = &doc["roleRef"];
    if text(role, "apiGroup") != GROUP {
        errors.not_supported(&path.child("apiGroup"), text(role, "apiGroup"), &[GROUP]);
    }
    let kinds: &[&str] = if namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    if !kinds.contains(&text(role, "kind")) {
        errors.not_supported(&path.child("kind"), text(role, "kind"), kinds);
    }
    let name = text(role, "name");
    if name.is_empty() {
        errors.required(&path.child("name"), "");
    }
    for problem in if name.is_empty() { Vec::new() } else { path_segment(name) } {
        errors.invalid(&path.child("name"), name, problem);
    }
    let subjects = Path::root("subjects");
    for (index, subject) in items(doc, "subjects").iter().enumerate() {
        binding_subject(errors, subject, namespaced, &subjects.index(index));
    }
    let Some(old) = old else { return };
    object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    if old["roleRef"] != doc["roleRef"] {
        let [group, kind, name] = ["apiGroup", "kind", "name"].map(|field| json!(text(role, field)));
        let shown = format!("{{\"APIGroup\":{group},\"Kind\":{kind},\"Name\":{name}}}");
        errors.invalid(&path, Verbatim(shown), "cannot change roleRef");
    }
}

fn binding_subject(errors: &mut Errors, subject: &Value, namespaced: bool, path: &Path<'_>) {
    let [kind, name, group] = ["kind", "name", "apiGroup"].map(|field| text(subject, field));
    if name.is_empty() {
        errors.required(&path.child("name"), "");
    }
    match kind {
        "ServiceAccount" => {
            for problem in if name.is_empty() { Vec::new() } else { subdomain(name) } {
                errors.invalid(&path.child("name"), name, problem);
            }
            if !group.is_empty() {
                errors.not_supported(&path.child("apiGroup"), group, &[""]);
            }
            if !namespaced && text(subject, "namespace").is_empty() {
                errors.required(&path.child("namespace"), "");
            }
        }
        "User" | "Group" => {
            if name.is_empty() {
                let who = if kind == "User" { "user" } else { "group" };
                errors.invalid(&path.child("name"), name, format!("{who} name cannot be empty"));
            }
            if group != GROUP {
                errors.not_supported(&path.child("apiGroup"), group, &[GROUP]);
            }
        }
        _ => errors.not_supported(&path.child("kind"), kind, &["ServiceAccount", "User", "Group"]),
    }
}
