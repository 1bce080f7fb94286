//! Validation of ResourceQuotas and LimitRanges.

use super::meta::object_meta;
use super::names::qualified;
use super::resources::{container_resource, is_quota_resource, quantity, quota_resource, resource_name};
use crate::api::{Kind, Value};
use crate::apiserver::document::{entries, items, text};
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::quantity::Quantity;
use std::collections::BTreeSet;

/// What pods take part of: the scopes of pods measure these, and how many pods there are.
const OF_PODS: [&str; 7] =
    ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory", "pods"];
const LIMIT_FIELDS: [&str; 5] = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];
/// Which amount may not be greater than which, in words; the field that is wrong then, and whether it shows the greater.
const IN_ORDER: [(&str, &str, &str, &str, &str, bool); 6] = [
    ("min", "min value", "max", "max value", "min", true),
    ("min", "min value", "defaultRequest", "default request value", "defaultRequest", false),
    ("defaultRequest", "default request value", "max", "max value", "defaultRequest", true),
    ("defaultRequest", "default request value", "default", "default limit value", "defaultRequest", true),
    ("min", "min value", "default", "default value", "default", true),
    ("default", "default value", "max", "max value", "default", false),
];

pub(super) fn resource_quota(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::ResourceQuota, &doc["metadata"]);
    let spec = Path::root("spec");
    let path = spec.child("hard");
    for (name, value) in entries(&doc["spec"], "hard") {
        let path = path.key(name);
        quota_resource(errors, name, &path);
        quantity(errors, name, value, &path);
    }
    let (path, shown) = (spec.child("scopes"), &doc["spec"]["scopes"]);
    let scopes: Vec<&str> =
        items(&doc["spec"], "scopes").iter().map(|scope| scope.as_str().unwrap_or_default()).collect();
    for scope in &scopes {
        let measures: &[&str] = match *scope {
            "BestEffort" => &["pods"],
            "Terminating"
            | "NotTerminating"
            | "NotBestEffort"
            | "PriorityClass"
            | "CrossNamespacePodAffinity" => &OF_PODS,
            "VolumeAttributesClass" => &["persistentvolumeclaims", "requests.storage"],
            _ => {
                errors.invalid(&path, shown, "unsupported scope");
                // What is not known applies to everything.
                continue;
            }
        };
        for (name, _) in entries(&doc["spec"], "hard") {
            if is_quota_resource(name) && !measures.contains(&name.as_str()) {
                errors.invalid(&path, shown, "unsupported scope applied to resource");
            }
        }
    }
    for pair in [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]] {
        if pair.iter().all(|scope| scopes.contains(scope)) {
            errors.invalid(&path, shown, "conflicting scopes");
        }
    }
}

pub(super) fn limit_range(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::LimitRange, &doc["metadata"]);
    let spec = Path::root("spec");
    let limits = spec.child("limits");
    let mut seen = BTreeSet::new();
    for (index, item) in items(&doc["spec"], "limits").iter().enumerate() {
        let path = limits.index(index);
        let kind = text(item, "type");
        limit_type(errors, kind, &path.child("type"));
        if !seen.insert(kind) {
            errors.duplicate(&path.child("type"), kind);
        }
        limit(errors, item, &path);
    }
}

fn limit_type(errors: &mut Errors, kind: &str, path: &Path<'_>) {
    let problems = qualified(kind);
    let known = kind.contains('/') || ["Pod", "Container", "PersistentVolumeClaim"].contains(&kind);
    if problems.is_empty() && !known {
        errors.invalid(path, kind, "must be a standard limit type or fully qualified");
    }
    for problem in problems {
        errors.invalid(path, kind, problem);
    }
}

fn limit(errors: &mut Errors, limit: &Value, path: &Path<'_>) {
    let kind = text(limit, "type");
    let of_pod = kind == "Pod";
    let mut names = BTreeSet::new();
    for field in LIMIT_FIELDS {
        let path = path.child(field);
        if of_pod && field.starts_with("default") {
            if entries(limit, field).next().is_some() {
                errors.forbidden(&path, "may not be specified when `type` is 'Pod'");
            }
            continue;
        }
        for (name, _) in entries(limit, field) {
            match kind {
                "Pod" | "Container" => container_resource(errors, name, &path.key(name)),
                _ => resource_name(errors, name, &path.key(name)),
            }
            names.insert(name.as_str());
        }
    }
    let bounded = ["min", "max"].iter().any(|bound| !limit[*bound]["storage"].is_null());
    if kind == "PersistentVolumeClaim" && !bounded {
        let detail = "either minimum or maximum storage value is required, but neither was provided";
        errors.required(&path.child("limits"), detail);
    }
    for name in names {
        let amount = |field: &str| match of_pod && field.starts_with("default") {
            true => None,
            false => Quantity::from_value(&limit[field][name]),
        };
        for (greater, words, lesser, other, at, shows_greater) in IN_ORDER {
            let Some((more, less)) = amount(greater).zip(amount(lesser)) else { continue };
            if more > less {
                let shown = if shows_greater { more } else { less };
                let detail = format!("{words} {more} is greater than {other} {less}");
                errors.invalid(&path.child(at).key(name), shown.to_string(), detail);
            }
        }
        let Some(ratio) = amount("maxLimitRequestRatio") else { continue };
        let field = path.child("maxLimitRequestRatio");
        if ratio < Quantity::ONE {
            errors.invalid(&field.key(name), ratio.to_string(), format!("ratio {ratio} is less than 1"));
        }
        if let Some((least, most)) = amount("min").zip(amount("max")) {
            let bound = most.nanos() as f64 / least.nanos() as f64;
            if ratio.nanos() as f64 / 1e9 > bound {
                let detail = format!("ratio {ratio} is greater than max/min = {bound:.6}");
                errors.invalid(&field.key(name), ratio.to_string(), detail);
            }
        }
    }
}
