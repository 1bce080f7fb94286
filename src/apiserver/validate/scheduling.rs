//! Validation of affinity, tolerations and spreading.

use super::env::value_problems;
use super::meta::label_name;
use super::names::{label, label_value, subdomain};
use super::selector::label_selector;
use crate::api::Value;
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};
use std::collections::BTreeSet;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Validates `spec.affinity`; null is none.
pub(super) fn affinity(errors: &mut Errors, affinity: &Value, path: &Path<'_>) {
    if has(affinity, "nodeAffinity") {
        node_affinity(errors, &affinity["nodeAffinity"], &path.child("nodeAffinity"));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let path = path.child(kind);
        let terms_path = path.child(REQUIRED);
        for (index, term) in items(&affinity[kind], REQUIRED).iter().enumerate() {
            pod_affinity_term(errors, term, &terms_path.index(index));
        }
        let terms_path = path.child(PREFERRED);
        for (index, term) in items(&affinity[kind], PREFERRED).iter().enumerate() {
            let path = terms_path.index(index);
            weight(errors, term, &path);
            pod_affinity_term(errors, &term["podAffinityTerm"], &path.child("podAffinityTerm"));
        }
    }
}

fn weight(errors: &mut Errors, term: &Value, path: &Path<'_>) {
    let weight = int(term, "weight").unwrap_or(0);
    if !(1..=100).contains(&weight) {
        errors.invalid(&path.child("weight"), weight, "must be in the range 1-100");
    }
}

fn node_affinity(errors: &mut Errors, affinity: &Value, path: &Path<'_>) {
    if has(affinity, REQUIRED) {
        let path = path.child(REQUIRED);
        let path = path.child("nodeSelectorTerms");
        let terms = items(&affinity[REQUIRED], "nodeSelectorTerms");
        if terms.is_empty() {
            errors.required(&path, "must have at least one node selector term");
        }
        for (index, term) in terms.iter().enumerate() {
            node_selector_term(errors, term, true, &path.index(index));
        }
    }
    let path = path.child(PREFERRED);
    for (index, term) in items(affinity, PREFERRED).iter().enumerate() {
        let path = path.index(index);
        weight(errors, term, &path);
        node_selector_term(errors, &term["preference"], false, &path.child("preference"));
    }
}

fn node_selector_term(errors: &mut Errors, term: &Value, check_values: bool, path: &Path<'_>) {
    let expressions = path.child("matchExpressions");
    for (index, requirement) in items(term, "matchExpressions").iter().enumerate() {
        let path = expressions.index(index);
        let (operator, values) = (text(requirement, "operator"), items(requirement, "values"));
        let values_path = path.child("values");
        match operator {
            "In" | "NotIn" if values.is_empty() => {
                errors.required(&values_path, "must be specified when `operator` is 'In' or 'NotIn'");
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                errors.forbidden(
                    &values_path,
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                );
            }
            "Gt" | "Lt" if values.len() != 1 => {
                errors
                    .required(&values_path, "must be specified single value when `operator` is 'Lt' or 'Gt'");
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            _ => errors.invalid(&path.child("operator"), operator, "not a valid selector operator"),
        }
        label_name(errors, text(requirement, "key"), &path.child("key"));
        for (index, value) in values.iter().enumerate().filter(|_| check_values) {
            let value = value.as_str().unwrap_or_default();
            for problem in label_value(value) {
                errors.invalid(&values_path.index(index), value, problem);
            }
        }
    }
    let fields = path.child("matchFields");
    for (index, requirement) in items(term, "matchFields").iter().enumerate() {
        let path = fields.index(index);
        let (operator, key) = (text(requirement, "operator"), text(requirement, "key"));
        let values = items(requirement, "values");
        match operator {
            "In" | "NotIn" if values.len() != 1 => {
                let detail =
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                errors.required(&path.child("values"), detail);
            }
            "In" | "NotIn" => {}
            _ => errors.invalid(&path.child("operator"), operator, "not a valid selector operator"),
        }
        if key != "metadata.name" {
            errors.invalid(&path.child("key"), key, "not a valid field selector key");
            continue;
        }
        let path = path.child("values");
        for (index, value) in values.iter().enumerate() {
            let value = value.as_str().unwrap_or_default();
            for problem in subdomain(value) {
                errors.invalid(&path.index(index), value, problem);
            }
        }
    }
}

fn pod_affinity_term(errors: &mut Errors, term: &Value, path: &Path<'_>) {
    label_selector(errors, &term["labelSelector"], &path.child("labelSelector"));
    label_selector(errors, &term["namespaceSelector"], &path.child("namespaceSelector"));
    for namespace in items(term, "namespaces") {
        let namespace = namespace.as_str().unwrap_or_default();
        for problem in label(namespace) {
            errors.invalid(&path.child("namespace"), namespace, problem);
        }
    }
    let key = text(term, "topologyKey");
    if key.is_empty() {
        errors.required(&path.child("topologyKey"), "can not be empty");
    }
    label_name(errors, key, &path.child("topologyKey"));
}

/// Validates `spec.tolerations`.
pub(super) fn tolerations(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    for (index, toleration) in items(spec, "tolerations").iter().enumerate() {
        let path = path.index(index);
        let [key, operator, value, effect] =
            ["key", "operator", "value", "effect"].map(|field| text(toleration, field));
        if !key.is_empty() {
            label_name(errors, key, &path.child("key"));
        } else if operator != "Exists" {
            let detail =
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(&path.child("operator"), operator, detail);
        }
        if has(toleration, "tolerationSeconds") && effect != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.invalid(&path.child("effect"), effect, detail);
        }
        match operator {
            "Equal" | "" => {
                let problems = value_problems(value);
                if !problems.is_empty() {
                    errors.invalid(&path.child("operator"), value, problems);
                }
            }
            "Exists" if !value.is_empty() => {
                errors.invalid(
                    &path.child("operator"),
                    value,
                    "value must be empty when `operator` is 'Exists'",
                );
            }
            "Exists" => {}
            _ => errors.not_supported(&path.child("operator"), operator, &["Equal", "Exists"]),
        }
        if !effect.is_empty() && !EFFECTS.contains(&effect) {
            errors.not_supported(&path.child("effect"), effect, &EFFECTS);
        }
    }
}

/// Validates a node's taints.
pub(super) fn taints(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let mut seen = BTreeSet::new();
    for (index, taint) in items(spec, "taints").iter().enumerate() {
        let path = path.index(index);
        let [key, value, effect] = ["key", "value", "effect"].map(|field| text(taint, field));
        label_name(errors, key, &path.child("key"));
        let problems = value_problems(value);
        if !problems.is_empty() {
            errors.invalid(&path.child("value"), value, problems);
        }
        if effect.is_empty() {
            errors.required(&path.child("effect"), "");
        } else if !EFFECTS.contains(&effect) {
            errors.not_supported(&path.child("effect"), effect, &EFFECTS);
        }
        if !seen.insert((key, effect)) {
            errors.duplicate(&path, taint);
        }
    }
}

/// Validates `spec.topologySpreadConstraints`.
pub(super) fn topology_spread(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let mut seen = BTreeSet::new();
    for (index, constraint) in items(spec, "topologySpreadConstraints").iter().enumerate() {
        let path = path.index(index);
        let skew = int(constraint, "maxSkew").unwrap_or(0);
        if skew <= 0 {
            errors.invalid(&path.child("maxSkew"), skew, "must be greater than zero");
        }
        let key = text(constraint, "topologyKey");
        if key.is_empty() {
            errors.required(&path.child("topologyKey"), "can not be empty");
        } else {
            label_name(errors, key, &path.child("topologyKey"));
        }
        let (when, actions) = (text(constraint, "whenUnsatisfiable"), ["DoNotSchedule", "ScheduleAnyway"]);
        if !actions.contains(&when) {
            errors.not_supported(&path.child("whenUnsatisfiable"), when, &actions);
        }
        if !seen.insert((key, when)) {
            let shown = format!("{{{key}, {when}}}");
            errors.duplicate(&path.child("{topologyKey, whenUnsatisfiable}"), shown);
        }
        if let Some(domains) = int(constraint, "minDomains") {
            let path = path.child("minDomains");
            if domains <= 0 {
                errors.invalid(&path, domains, "must be greater than zero");
            } else if when != "DoNotSchedule" {
                let detail =
                    format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}");
                errors.invalid(&path, domains, detail);
            }
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            let (policy, policies) = (text(constraint, field), ["Honor", "Ignore"]);
            if has(constraint, field) && !policies.contains(&policy) {
                errors.not_supported(&path.child(field), policy, &policies);
            }
        }
        label_selector(errors, &constraint["labelSelector"], &path.child("labelSelector"));
    }
}
