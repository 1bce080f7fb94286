//! Validation of Jobs and CronJobs.

use super::meta::{object_meta, object_meta_update};
use super::names::IMMUTABLE;
use super::pod::pod_template;
use super::selector::{label_selector, matches};
use super::time_zone::time_zone_problem;
use super::workload::not_negative;
use crate::api::{Kind, Schedule, Value, json};
use crate::apiserver::document::{flag, has, int, text};
use crate::apiserver::field::{Errors, Path};

const SPEC: Path<'static> = Path::root("spec");
/// A CronJob's Jobs have eleven letters more.
const LONGEST_CRON_NAME: usize = 52;

pub(super) fn create(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::Job, &doc["metadata"]);
    generated_selector(errors, doc);
    job(errors, &doc["spec"]);
}

pub(super) fn update(errors: &mut Errors, old: &Value, doc: &Value) {
    object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    let (before, after) = (&old["spec"], &doc["spec"]);
    job(errors, after);
    let indexed = text(after, "completionMode") == "Indexed";
    if before["completions"] != after["completions"] {
        if !indexed {
            errors.invalid(&SPEC.child("completions"), &after["completions"], IMMUTABLE);
        } else if after["completions"] != after["parallelism"] {
            let detail = "can only be modified in tandem with spec.parallelism";
            errors.invalid(&SPEC.child("completions"), &after["completions"], detail);
        }
    }
    if before["selector"] != after["selector"] {
        errors.invalid(&SPEC.child("selector"), &after["selector"], IMMUTABLE);
    }
    if before["template"] != after["template"] {
        let shown = crate::apiserver::internal::pod_template(&after["template"]);
        errors.invalid(&SPEC.child("template"), shown, IMMUTABLE);
    }
    for field in ["completionMode", "podFailurePolicy", "successPolicy", "backoffLimitPerIndex", "managedBy"]
    {
        if before[field] != after[field] {
            errors.invalid(&SPEC.child(field), &after[field], IMMUTABLE);
        }
    }
}

/// A selector that the server makes must be the one it made.
fn generated_selector(errors: &mut Errors, doc: &Value) {
    if flag(&doc["spec"], "manualSelector") {
        return;
    }
    let (uid, name) = (text(&doc["metadata"], "uid"), text(&doc["metadata"], "name"));
    let labels = &doc["spec"]["template"]["metadata"]["labels"];
    let template = SPEC.child("template");
    let meta = template.child("metadata");
    let path = meta.child("labels");
    let expected = [
        ("batch.kubernetes.io/controller-uid", uid),
        ("batch.kubernetes.io/job-name", name),
        ("controller-uid", uid),
        ("job-name", name),
    ];
    for (key, value) in expected {
        match labels.get(key).and_then(Value::as_str) {
            None => errors.required(&path.key(key), format!("must be '{value}'")),
            Some(found) if found != value => {
                errors.invalid(&path.key(key), labels, format!("must be '{value}'"));
            }
            _ => {}
        }
    }
    let expected = json!({expected[0].0: uid, expected[1].0: name, expected[2].0: uid, expected[3].0: name});
    if !matches(&doc["spec"]["selector"], &expected) {
        errors.invalid(&SPEC.child("selector"), &doc["spec"]["selector"], "`selector` not auto-generated");
    }
}

fn job(errors: &mut Errors, spec: &Value) {
    job_spec(errors, spec, &SPEC);
    let selector = &spec["selector"];
    if selector.is_null() {
        errors.required(&SPEC.child("selector"), "");
    } else {
        label_selector(errors, selector, &SPEC.child("selector"));
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if !matches(selector, labels) {
        let template = SPEC.child("template");
        let meta = template.child("metadata");
        errors.invalid(&meta.child("labels"), labels, "`selector` does not match template `labels`");
    }
}

fn job_spec(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        not_negative(errors, spec, field, path);
    }
    let (mode, modes) = (text(spec, "completionMode"), ["NonIndexed", "Indexed"]);
    if has(spec, "completionMode") && !modes.contains(&mode) {
        errors.not_supported(&path.child("completionMode"), mode, &modes);
    }
    if mode == "Indexed" && !has(spec, "completions") {
        errors.required(&path.child("completions"), "when completion mode is Indexed");
    }
    if has(spec, "backoffLimitPerIndex") && mode != "Indexed" {
        let limit = int(spec, "backoffLimitPerIndex").unwrap_or(0);
        errors.invalid(&path.child("backoffLimitPerIndex"), limit, "requires indexed completion mode");
    }
    let (replacement, policies) = (text(spec, "podReplacementPolicy"), ["Failed", "TerminatingOrFailed"]);
    if has(spec, "podReplacementPolicy") && !policies.contains(&replacement) {
        errors.not_supported(&path.child("podReplacementPolicy"), replacement, &policies);
    }
    let template_path = path.child("template");
    pod_template(errors, &spec["template"], &template_path, &[]);
    let spec_path = template_path.child("spec");
    let restart_path = spec_path.child("restartPolicy");
    match text(&spec["template"]["spec"], "restartPolicy") {
        "Always" | "" => errors.required(&restart_path, "valid values: \"OnFailure\", \"Never\""),
        "Never" => {}
        "OnFailure" => {
            if has(spec, "podFailurePolicy") {
                let detail = "only \"Never\" is supported when podFailurePolicy is specified";
                errors.invalid(&restart_path, "OnFailure", detail);
            }
        }
        other => errors.not_supported(&restart_path, other, &["OnFailure", "Never"]),
    }
}

pub(super) fn create_cron(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::CronJob, &doc["metadata"]);
    cron_spec(errors, &doc["spec"]);
    let name = text(&doc["metadata"], "name");
    if name.len() > LONGEST_CRON_NAME {
        errors.invalid(&Path::root("metadata").child("name"), name, "must be no more than 52 characters");
    }
}

pub(super) fn update_cron(errors: &mut Errors, old: &Value, doc: &Value) {
    object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    cron_spec(errors, &doc["spec"]);
}

fn cron_spec(errors: &mut Errors, spec: &Value) {
    let schedule = text(spec, "schedule");
    let path = SPEC.child("schedule");
    if schedule.is_empty() {
        errors.required(&path, "");
    } else if schedule.contains("TZ") {
        let detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        errors.invalid(&path, schedule, detail);
    } else if let Err(problem) = Schedule::parse(schedule) {
        errors.invalid(&path, schedule, problem);
    }
    not_negative(errors, spec, "startingDeadlineSeconds", &SPEC);
    if has(spec, "timeZone") {
        let zone = text(spec, "timeZone");
        if let Some(problem) = time_zone_problem(zone) {
            errors.invalid(&SPEC.child("timeZone"), zone, problem);
        }
    }
    let (policy, policies) = (text(spec, "concurrencyPolicy"), ["Allow", "Forbid", "Replace"]);
    if !policies.contains(&policy) {
        errors.not_supported(&SPEC.child("concurrencyPolicy"), policy, &policies);
    }
    let template_path = SPEC.child("jobTemplate");
    let path = template_path.child("spec");
    let template = &spec["jobTemplate"]["spec"];
    job_spec(errors, template, &path);
    if has(template, "selector") {
        errors.invalid(&path.child("selector"), &template["selector"], "`selector` will be auto-generated");
    }
    if flag(template, "manualSelector") {
        errors.not_supported(&path.child("manualSelector"), true, &["nil", "false"]);
    }
    not_negative(errors, spec, "successfulJobsHistoryLimit", &SPEC);
    not_negative(errors, spec, "failedJobsHistoryLimit", &SPEC);
}
