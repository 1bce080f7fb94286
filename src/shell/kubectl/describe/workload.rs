//! `describe` of what makes pods.

use super::super::doc::{flag, int, items, or_none, selector, shown, text};
use super::super::output::age;
use super::{Page, container, truth};
use crate::api::{Kind, Object, Ordered, Value};
use std::sync::Arc;

/// A pod template's fields.
pub fn template(page: &mut Page<'_>, template: &Value) {
    let spec = &template["spec"];
    page.line(0, "Pod Template:");
    page.labels("  Labels", &template["metadata"]["labels"]);
    if template["metadata"]["annotations"].is_object() {
        page.annotations("  Annotations", &template["metadata"]["annotations"]);
    }
    if !text(&spec["serviceAccountName"]).is_empty() {
        page.field(0, "  Service Account", text(&spec["serviceAccountName"]));
    }
    container::containers(page, "Init Containers", &spec["initContainers"], &Value::Null, template, "  ");
    container::containers(page, "Containers", &spec["containers"], &Value::Null, template, "  ");
    container::volumes(page, &spec["volumes"], "  ");
    container::spreading(page, "  ", &spec["topologySpreadConstraints"]);
    if !text(&spec["priorityClassName"]).is_empty() {
        page.field(0, "  Priority Class Name", text(&spec["priorityClassName"]));
    }
    page.labels("  Node-Selectors", &spec["nodeSelector"]);
    container::tolerations(page, "  Tolerations", &spec["tolerations"]);
}

fn created(page: &mut Page<'_>, doc: &Value) {
    page.field(0, "CreationTimestamp", age::date(&doc["metadata"]["creationTimestamp"]));
}

fn pods_status(page: &mut Page<'_>, object: &Object) {
    let pods = page.store.owned(Kind::Pod, &object.meta.namespace, &object.meta.uid);
    let count = |phase: &str| pods.iter().filter(|pod| text(&pod.doc()["status"]["phase"]) == phase).count();
    let line = format!(
        "{} Running / {} Waiting / {} Succeeded / {} Failed",
        count("Running"),
        count("Pending"),
        count("Succeeded"),
        count("Failed")
    );
    page.field(0, "Pods Status", line);
}

/// A Deployment's fields.
pub fn deployment(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.name(object);
    created(page, doc);
    page.notes(doc);
    page.field(0, "Selector", selector(&spec["selector"]));
    let replicas = format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        int(&spec["replicas"]),
        int(&status["updatedReplicas"]),
        int(&status["replicas"]),
        int(&status["availableReplicas"]),
        int(&status["unavailableReplicas"])
    );
    page.field(0, "Replicas", replicas);
    page.field(0, "StrategyType", text(&spec["strategy"]["type"]));
    page.field(0, "MinReadySeconds", int(&spec["minReadySeconds"]).to_string());
    let rolling = &spec["strategy"]["rollingUpdate"];
    if rolling.is_object() {
        let (down, up) = (shown(&rolling["maxUnavailable"]), shown(&rolling["maxSurge"]));
        page.field(0, "RollingUpdateStrategy", format!("{down} max unavailable, {up} max surge"));
    }
    template(page, &spec["template"]);
    if !items(&status["conditions"]).is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason");
        page.line(1, "----\t------\t------");
        for condition in items(&status["conditions"]) {
            let (kind, state) = (text(&condition["type"]), text(&condition["status"]));
            page.line(1, format!("{kind} \t{state}\t{}", text(&condition["reason"])));
        }
    }
    let sets = page.store.owned(Kind::ReplicaSet, &object.meta.namespace, &object.meta.uid);
    let mut sets: Vec<Arc<Object>> = sets.into_iter().cloned().collect();
    sets.order_by_key(|set| (set.meta.created, set.meta.name.clone()));
    let current = |set: &&Arc<Object>| same_template(&set.doc()["spec"]["template"], &spec["template"]);
    let summary = |set: &Arc<Object>| {
        let doc = set.doc();
        let (there, wanted) = (int(&doc["status"]["replicas"]), int(&doc["spec"]["replicas"]));
        format!("{} ({there}/{wanted} replicas created)", set.meta.name)
    };
    let new = sets.iter().find(current).cloned();
    let old: Vec<String> = sets
        .iter()
        .filter(|set| new.as_ref().is_none_or(|new| new.meta.uid != set.meta.uid))
        .map(summary)
        .collect();
    page.field(0, "OldReplicaSets", or_none(&old.join(", ")));
    page.field(0, "NewReplicaSet", or_none(&new.as_ref().map(summary).unwrap_or_default()));
}

/// Whether two templates are equal but for the hash that the controller adds.
fn same_template(a: &Value, b: &Value) -> bool {
    let stripped = |template: &Value| {
        let mut template = template.clone();
        if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
            labels.remove("pod-template-hash");
        }
        template
    };
    stripped(a) == stripped(b)
}

/// A ReplicaSet's fields.
pub fn replica_set(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.field(0, "Selector", selector(&doc["spec"]["selector"]));
    page.notes(doc);
    page.controlled_by(object);
    let (there, wanted) = (int(&doc["status"]["replicas"]), int(&doc["spec"]["replicas"]));
    page.field(0, "Replicas", format!("{there} current / {wanted} desired"));
    pods_status(page, object);
    template(page, &doc["spec"]["template"]);
    if !items(&doc["status"]["conditions"]).is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason");
        page.line(1, "----\t------\t------");
        for condition in items(&doc["status"]["conditions"]) {
            let (kind, state) = (text(&condition["type"]), text(&condition["status"]));
            page.line(1, format!("{kind} \t{state}\t{}", text(&condition["reason"])));
        }
    }
}

/// A StatefulSet's fields.
pub fn stateful_set(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let spec = &doc["spec"];
    page.name(object);
    created(page, doc);
    page.field(0, "Selector", selector(&spec["selector"]));
    page.notes(doc);
    let (wanted, there) = (int(&spec["replicas"]), int(&doc["status"]["replicas"]));
    page.field(0, "Replicas", format!("{wanted} desired | {there} total"));
    page.field(0, "Update Strategy", text(&spec["updateStrategy"]["type"]));
    let rolling = &spec["updateStrategy"]["rollingUpdate"];
    if let Some(partition) = rolling["partition"].as_i64() {
        page.field(1, "Partition", partition.to_string());
        if !rolling["maxUnavailable"].is_null() {
            page.field(1, "MaxUnavailable", shown(&rolling["maxUnavailable"]));
        }
    }
    pods_status(page, object);
    template(page, &spec["template"]);
    let claims = items(&spec["volumeClaimTemplates"]);
    if claims.is_empty() {
        page.field(0, "Volume Claims", "<none>");
        return;
    }
    page.line(0, "Volume Claims:");
    for claim in claims {
        page.field(1, "Name", text(&claim["metadata"]["name"]));
        page.field(1, "StorageClass", text(&claim["spec"]["storageClassName"]));
        page.labels("  Labels", &claim["metadata"]["labels"]);
        page.annotations("  Annotations", &claim["metadata"]["annotations"]);
        page.field(1, "Capacity", shown(&claim["spec"]["resources"]["requests"]["storage"]));
        page.field(1, "Access Modes", super::bracketed(&claim["spec"]["accessModes"]));
    }
}

/// A DaemonSet's fields.
pub fn daemon_set(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.name(object);
    page.field(0, "Selector", selector(&spec["selector"]));
    let nodes = super::super::doc::labels(&spec["template"]["spec"]["nodeSelector"]);
    page.field(0, "Node-Selector", nodes);
    page.notes(doc);
    for (words, key) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        page.line(0, format!("{words}: {}", int(&status[key])));
    }
    pods_status(page, object);
    template(page, &spec["template"]);
}

/// A Job's fields.
pub fn job(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    let optional = |value: &Value| if value.is_null() { "<unset>".to_owned() } else { shown(value) };
    page.name(object);
    page.field(0, "Selector", selector(&spec["selector"]));
    page.notes(doc);
    page.controlled_by(object);
    page.field(0, "Parallelism", optional(&spec["parallelism"]));
    page.field(0, "Completions", optional(&spec["completions"]));
    if !text(&spec["completionMode"]).is_empty() {
        page.field(0, "Completion Mode", text(&spec["completionMode"]));
    }
    if !spec["suspend"].is_null() {
        page.field(0, "Suspend", flag(&spec["suspend"]).to_string());
    }
    page.field(0, "Backoff Limit", optional(&spec["backoffLimit"]));
    if !spec["ttlSecondsAfterFinished"].is_null() {
        page.field(0, "TTL Seconds After Finished", optional(&spec["ttlSecondsAfterFinished"]));
    }
    if !status["startTime"].is_null() {
        page.field(0, "Start Time", age::date(&status["startTime"]));
    }
    if !status["completionTime"].is_null() {
        page.field(0, "Completed At", age::date(&status["completionTime"]));
        let ends =
            age::instant(text(&status["completionTime"])).zip(age::instant(text(&status["startTime"])));
        if let Some((end, start)) = ends {
            page.field(0, "Duration", age::human(end.since(start)));
        }
    }
    if !spec["activeDeadlineSeconds"].is_null() {
        page.field(0, "Active Deadline Seconds", format!("{}s", int(&spec["activeDeadlineSeconds"])));
    }
    let statuses = format!(
        "{} Active ({} Ready) / {} Succeeded / {} Failed",
        int(&status["active"]),
        int(&status["ready"]),
        int(&status["succeeded"]),
        int(&status["failed"])
    );
    page.field(0, "Pods Statuses", statuses);
    template(page, &spec["template"]);
}

/// A CronJob's fields.
pub fn cron_job(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, job) = (&doc["spec"], &doc["spec"]["jobTemplate"]["spec"]);
    let optional = |value: &Value| if value.is_null() { "<unset>".to_owned() } else { shown(value) };
    page.name(object);
    page.notes(doc);
    page.field(0, "Schedule", text(&spec["schedule"]));
    page.field(0, "Concurrency Policy", text(&spec["concurrencyPolicy"]));
    page.field(0, "Suspend", truth(flag(&spec["suspend"])));
    page.field(0, "Time Zone", optional(&spec["timeZone"]));
    page.field(0, "Successful Job History Limit", optional(&spec["successfulJobsHistoryLimit"]));
    page.field(0, "Failed Job History Limit", optional(&spec["failedJobsHistoryLimit"]));
    let deadline = match spec["startingDeadlineSeconds"].as_i64() {
        Some(seconds) => format!("{seconds}s"),
        None => "<unset>".to_owned(),
    };
    page.field(0, "Starting Deadline Seconds", deadline);
    let chosen = if job["selector"].is_null() { "<unset>".to_owned() } else { selector(&job["selector"]) };
    page.field(0, "Selector", chosen);
    page.field(0, "Parallelism", optional(&job["parallelism"]));
    page.field(0, "Completions", optional(&job["completions"]));
    template(page, &job["template"]);
    let last = &doc["status"]["lastScheduleTime"];
    page.field(0, "Last Schedule Time", if last.is_null() { "<unset>".to_owned() } else { age::date(last) });
    let active: Vec<String> =
        items(&doc["status"]["active"]).iter().map(|job| text(&job["name"]).to_owned()).collect();
    page.field(0, "Active Jobs", or_none(&active.join(", ")));
}
