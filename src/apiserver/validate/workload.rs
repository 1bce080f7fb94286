//! Validation of Deployments, ReplicaSets, StatefulSets, DaemonSets and ReplicationControllers.

use super::meta::{object_meta, object_meta_update};
use super::names::{IMMUTABLE, NOT_NEGATIVE, label, percent};
use super::pod::pod_template;
use super::selector::{is_empty, is_usable, label_selector, matches};
use super::storage::claim_spec;
use crate::api::{Kind, Value};
use crate::apiserver::document::{has, int, items, text, unset};
use crate::apiserver::field::{Errors, Path, Verbatim};

const SPEC: Path<'static> = Path::root("spec");

pub(super) fn create(errors: &mut Errors, kind: Kind, doc: &Value) {
    object_meta(errors, kind, &doc["metadata"]);
    spec(errors, kind, &doc["spec"]);
}

pub(super) fn update(errors: &mut Errors, kind: Kind, old: &Value, doc: &Value) {
    object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    spec(errors, kind, &doc["spec"]);
    let (before, after) = (&old["spec"], &doc["spec"]);
    match kind {
        Kind::StatefulSet => {
            let (mut before, mut after) = (before.clone(), after.clone());
            for field in [
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ] {
                unset(&mut before, field);
                unset(&mut after, field);
            }
            if before != after {
                errors.forbidden(&SPEC, "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
            }
        }
        Kind::ReplicationController => {}
        _ if before["selector"] != after["selector"] => {
            errors.invalid(&SPEC.child("selector"), &after["selector"], IMMUTABLE);
        }
        _ => {}
    }
}

fn spec(errors: &mut Errors, kind: Kind, spec: &Value) {
    match kind {
        Kind::Deployment => deployment(errors, spec),
        Kind::StatefulSet => stateful_set(errors, spec),
        Kind::DaemonSet => daemon_set(errors, spec),
        Kind::ReplicationController => controller(errors, spec),
        _ => replica_set(errors, spec),
    }
}

/// A number that may not be below zero, where it is set.
pub(super) fn not_negative(errors: &mut Errors, value: &Value, field: &str, path: &Path<'_>) {
    if let Some(number) = int(value, field).filter(|number| *number < 0) {
        errors.invalid(&path.child(field), number, NOT_NEGATIVE);
    }
}

fn deployment(errors: &mut Errors, spec: &Value) {
    not_negative(errors, spec, "replicas", &SPEC);
    if selector(errors, spec, "deployment", "invalid label selector") {
        template(errors, spec, "ReplicaSet", &[]);
    }
    deployment_strategy(errors, &spec["strategy"], &SPEC.child("strategy"));
    not_negative(errors, spec, "minReadySeconds", &SPEC);
    not_negative(errors, spec, "revisionHistoryLimit", &SPEC);
    not_negative(errors, spec, "progressDeadlineSeconds", &SPEC);
    if let Some(deadline) = int(spec, "progressDeadlineSeconds")
        && deadline <= int(spec, "minReadySeconds").unwrap_or(0)
    {
        errors.invalid(
            &SPEC.child("progressDeadlineSeconds"),
            deadline,
            "must be greater than minReadySeconds",
        );
    }
}

fn replica_set(errors: &mut Errors, spec: &Value) {
    not_negative(errors, spec, "replicas", &SPEC);
    not_negative(errors, spec, "minReadySeconds", &SPEC);
    // The server says "deployment" of a ReplicaSet too.
    if selector(errors, spec, "deployment", "invalid label selector") {
        template(errors, spec, "ReplicaSet", &[]);
    }
}

/// Validates the selector; true if the template can be held against it.
fn selector(errors: &mut Errors, spec: &Value, whose: &str, unusable: &str) -> bool {
    let path = SPEC.child("selector");
    let selector = &spec["selector"];
    if selector.is_null() {
        errors.required(&path, "");
        return true;
    }
    label_selector(errors, selector, &path);
    if is_empty(selector) {
        errors.invalid(&path, selector, format!("empty selector is invalid for {whose}"));
    }
    if !is_usable(selector) {
        errors.invalid(&path, selector, unusable);
        return false;
    }
    true
}

/// Validates the template against the selector and what its pods must be.
fn template(errors: &mut Errors, spec: &Value, whose: &str, more_volumes: &[Value]) {
    let path = SPEC.child("template");
    let template = &spec["template"];
    let labels = &template["metadata"]["labels"];
    let selector = &spec["selector"];
    let selects_all = selector.is_object() && is_empty(selector);
    if !selects_all && !matches(selector, labels) {
        let meta = path.child("metadata");
        errors.invalid(&meta.child("labels"), labels, "`selector` does not match template `labels`");
    }
    pod_template(errors, template, &path, more_volumes);
    always_restarted(errors, template, whose, &path);
}

fn always_restarted(errors: &mut Errors, template: &Value, whose: &str, path: &Path<'_>) {
    let path = path.child("spec");
    let policy = text(&template["spec"], "restartPolicy");
    if policy != "Always" {
        errors.not_supported(&path.child("restartPolicy"), policy, &["Always"]);
    }
    if has(&template["spec"], "activeDeadlineSeconds") {
        let detail = format!("activeDeadlineSeconds in {whose} is not Supported");
        errors.forbidden(&path.child("activeDeadlineSeconds"), detail);
    }
}

/// A strategy as the server's own type shows it.
fn shown_strategy(strategy: &Value) -> Verbatim {
    let rolling = match &strategy["rollingUpdate"] {
        Value::Object(rolling) => {
            let go_name = |key: &str| {
                let mut letters = key.chars();
                letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
            };
            let fields = rolling
                .iter()
                .map(|(key, value)| format!("\"{}\":{value}", go_name(key).unwrap_or_default()));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        _ => "null".to_owned(),
    };
    Verbatim(format!("{{\"Type\":{},\"RollingUpdate\":{rolling}}}", strategy["type"]))
}

fn deployment_strategy(errors: &mut Errors, strategy: &Value, path: &Path<'_>) {
    let rolling = &strategy["rollingUpdate"];
    let rolling_path = path.child("rollingUpdate");
    match text(strategy, "type") {
        "Recreate" => {
            if has(strategy, "rollingUpdate") {
                errors.forbidden(&rolling_path, "may not be specified when strategy `type` is 'Recreate'");
            }
        }
        "RollingUpdate" => {
            let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
            let unavailable_path = rolling_path.child("maxUnavailable");
            positive_or_percent(errors, unavailable, &unavailable_path);
            positive_or_percent(errors, surge, &rolling_path.child("maxSurge"));
            if int_or_percent(unavailable) == 0 && int_or_percent(surge) == 0 {
                errors.invalid(&unavailable_path, unavailable, "may not be 0 when `maxSurge` is 0");
            }
            not_more_than_all(errors, unavailable, &unavailable_path);
        }
        _ => errors.not_supported(path, shown_strategy(strategy), &["Recreate", "RollingUpdate"]),
    }
}

/// A count or a percentage.
pub(super) fn positive_or_percent(errors: &mut Errors, value: &Value, path: &Path<'_>) {
    match value {
        Value::String(text) => {
            for problem in percent(text) {
                errors.invalid(path, text.as_str(), problem);
            }
        }
        other => {
            if let Some(number) = other.as_i64().filter(|number| *number < 0) {
                errors.invalid(path, number, NOT_NEGATIVE);
            }
        }
    }
}

/// A percentage is one of at most all.
pub(super) fn not_more_than_all(errors: &mut Errors, value: &Value, path: &Path<'_>) {
    let Some(text) = value.as_str() else { return };
    if percent(text).is_empty() && int_or_percent(value) > 100 {
        errors.invalid(path, text, "must not be greater than 100%");
    }
}

fn int_or_percent(value: &Value) -> i64 {
    match value {
        Value::String(text) => text.strip_suffix('%').unwrap_or(text).parse().unwrap_or(0),
        other => other.as_i64().unwrap_or(0),
    }
}

fn stateful_set(errors: &mut Errors, spec: &Value) {
    let policy = text(spec, "podManagementPolicy");
    if !["OrderedReady", "Parallel"].contains(&policy) {
        errors.invalid(&SPEC.child("podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'");
    }
    let strategy = &spec["updateStrategy"];
    let strategy_path = SPEC.child("updateStrategy");
    let rolling_path = strategy_path.child("rollingUpdate");
    match text(strategy, "type") {
        "OnDelete" => {
            if has(strategy, "rollingUpdate") {
                let detail = "only allowed for updateStrategy 'RollingUpdate'";
                errors.invalid(&rolling_path, &strategy["rollingUpdate"], detail);
            }
        }
        "RollingUpdate" => {
            not_negative(errors, &strategy["rollingUpdate"], "partition", &rolling_path);
            let unavailable = &strategy["rollingUpdate"]["maxUnavailable"];
            let path = rolling_path.child("maxUnavailable");
            if !unavailable.is_null() {
                positive_or_percent(errors, unavailable, &path);
                if int_or_percent(unavailable) == 0 {
                    errors.invalid(&path, unavailable, "cannot be 0");
                }
                not_more_than_all(errors, unavailable, &path);
            }
        }
        _ => {
            errors.invalid(&strategy_path, shown_strategy(strategy), "must be 'RollingUpdate' or 'OnDelete'")
        }
    }
    let retention_path = SPEC.child("persistentVolumeClaimRetentionPolicy");
    for field in ["whenDeleted", "whenScaled"] {
        let policy = text(&spec["persistentVolumeClaimRetentionPolicy"], field);
        if !["Retain", "Delete"].contains(&policy) {
            errors.not_supported(&retention_path.child(field), policy, &["Retain", "Delete"]);
        }
    }
    not_negative(errors, spec, "replicas", &SPEC);
    not_negative(errors, spec, "minReadySeconds", &SPEC);
    not_negative(errors, &spec["ordinals"], "start", &SPEC.child("ordinals"));
    let service = text(spec, "serviceName");
    for problem in if service.is_empty() { Vec::new() } else { label(service) } {
        errors.invalid(&SPEC.child("serviceName"), service, problem);
    }
    let claims = items(spec, "volumeClaimTemplates");
    let claims_path = SPEC.child("volumeClaimTemplates");
    for (index, claim) in claims.iter().enumerate() {
        let path = claims_path.index(index);
        claim_spec(errors, &claim["spec"], &path.child("spec"));
    }
    if selector(errors, spec, "statefulset", "") {
        template(errors, spec, "StatefulSet", claims);
    }
}

fn daemon_set(errors: &mut Errors, spec: &Value) {
    let path = SPEC.child("selector");
    let selector = &spec["selector"];
    label_selector(errors, selector, &path);
    let template = &spec["template"];
    let template_path = SPEC.child("template");
    let labels = &template["metadata"]["labels"];
    if (selector.is_null() || is_usable(selector)) && !matches(selector, labels) {
        let meta = template_path.child("metadata");
        errors.invalid(&meta.child("labels"), labels, "`selector` does not match template `labels`");
    }
    if selector.is_object() && is_empty(selector) {
        errors.invalid(&path, selector, "empty selector is invalid for daemonset");
    }
    pod_template(errors, template, &template_path, &[]);
    always_restarted(errors, template, "DaemonSet", &template_path);
    not_negative(errors, spec, "minReadySeconds", &SPEC);

    let strategy = &spec["updateStrategy"];
    let strategy_path = SPEC.child("updateStrategy");
    let rolling_path = strategy_path.child("rollingUpdate");
    match text(strategy, "type") {
        "OnDelete" => {}
        "RollingUpdate" => {
            let rolling = &strategy["rollingUpdate"];
            for check in [positive_or_percent, not_more_than_all] {
                for field in ["maxUnavailable", "maxSurge"] {
                    check(errors, &rolling[field], &rolling_path.child(field));
                }
            }
            let (unavailable, surge) =
                (int_or_percent(&rolling["maxUnavailable"]), int_or_percent(&rolling["maxSurge"]));
            if unavailable != 0 && surge != 0 {
                let detail = "may not be set when maxUnavailable is non-zero";
                errors.invalid(&rolling_path.child("maxSurge"), &rolling["maxSurge"], detail);
            } else if unavailable == 0 && surge == 0 {
                errors.required(&rolling_path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0");
            }
        }
        _ => errors.not_supported(&strategy_path, shown_strategy(strategy), &["RollingUpdate", "OnDelete"]),
    }
    not_negative(errors, spec, "revisionHistoryLimit", &SPEC);
}

fn controller(errors: &mut Errors, spec: &Value) {
    not_negative(errors, spec, "minReadySeconds", &SPEC);
    let selector = &spec["selector"];
    let no_selector = selector.as_object().is_none_or(|selector| selector.is_empty());
    if no_selector {
        errors.required(&SPEC.child("selector"), "");
    }
    not_negative(errors, spec, "replicas", &SPEC);
    let template = &spec["template"];
    let path = SPEC.child("template");
    if template.is_null() {
        return errors.required(&path, "");
    }
    let labels = &template["metadata"]["labels"];
    let chosen =
        selector.as_object().into_iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    if !no_selector && !chosen {
        let meta = path.child("metadata");
        errors.invalid(&meta.child("labels"), labels, "`selector` does not match template `labels`");
    }
    pod_template(errors, template, &path, &[]);
    always_restarted(errors, template, "ReplicationController", &path);
}
