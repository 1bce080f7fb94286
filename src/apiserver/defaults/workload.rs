//! Defaults of what makes pods.

use super::cluster::claim_spec;
use super::pod::pod_template;
use crate::api::{Value, json};
use crate::apiserver::document::{at, default, has, items, items_mut, object, set, text};

pub(super) fn deployment(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "replicas", 1);
    let strategy = object(spec, "strategy");
    default(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        let rolling = object(strategy, "rollingUpdate");
        default(rolling, "maxUnavailable", "25%");
        default(rolling, "maxSurge", "25%");
    }
    default(spec, "revisionHistoryLimit", 10);
    default(spec, "progressDeadlineSeconds", 600);
    pod_template(spec);
    object(doc, "status");
}

pub(super) fn replica_set(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "replicas", 1);
    // Its template is written only where one was given; validation asks for one.
    pod_template(spec);
    default(object(doc, "status"), "replicas", 0);
}

pub(super) fn replication_controller(doc: &mut Value) {
    let labels = at(doc, &["spec", "template", "metadata", "labels"]).clone();
    if labels.is_object() {
        if !has(object(doc, "metadata"), "labels") {
            set(object(doc, "metadata"), "labels", labels.clone());
        }
        default(object(doc, "spec"), "selector", labels);
    }
    let spec = object(doc, "spec");
    default(spec, "replicas", 1);
    if has(spec, "template") {
        pod_template(spec);
    }
    default(object(doc, "status"), "replicas", 0);
}

pub(super) fn stateful_set(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "podManagementPolicy", "OrderedReady");
    let strategy = object(spec, "updateStrategy");
    default(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        default(object(strategy, "rollingUpdate"), "partition", 0);
    }
    let retention = object(spec, "persistentVolumeClaimRetentionPolicy");
    default(retention, "whenDeleted", "Retain");
    default(retention, "whenScaled", "Retain");
    default(spec, "replicas", 1);
    default(spec, "revisionHistoryLimit", 10);
    for claim in items_mut(spec, "volumeClaimTemplates") {
        set(claim, "apiVersion", "v1");
        set(claim, "kind", "PersistentVolumeClaim");
        claim_spec(claim);
    }
    pod_template(spec);
    let status = object(doc, "status");
    default(status, "availableReplicas", 0);
    default(status, "replicas", 0);
}

pub(super) fn daemon_set(doc: &mut Value) {
    let spec = object(doc, "spec");
    let strategy = object(spec, "updateStrategy");
    default(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        let rolling = object(strategy, "rollingUpdate");
        default(rolling, "maxUnavailable", 1);
        default(rolling, "maxSurge", 0);
    }
    default(spec, "revisionHistoryLimit", 10);
    pod_template(spec);
    let status = object(doc, "status");
    for count in ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"] {
        default(status, count, 0);
    }
}

pub(super) fn job(doc: &mut Value) {
    job_spec(object(doc, "spec"));
    object(doc, "status");
}

fn job_spec(spec: &mut Value) {
    if !has(spec, "completions") && !has(spec, "parallelism") {
        set(spec, "completions", 1);
    }
    default(spec, "parallelism", 1);
    if !has(spec, "backoffLimit") {
        let limit = if has(spec, "backoffLimitPerIndex") { i64::from(i32::MAX) } else { 6 };
        set(spec, "backoffLimit", limit);
    }
    default(spec, "completionMode", "NonIndexed");
    default(spec, "suspend", false);
    let replacement = if has(spec, "podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    default(spec, "podReplacementPolicy", replacement);
    default(spec, "manualSelector", false);
    if let Some(policy) = spec.get_mut("podFailurePolicy") {
        for rule in items_mut(policy, "rules") {
            for pattern in items_mut(rule, "onPodConditions") {
                default(pattern, "status", "True");
            }
        }
    }
    pod_template(spec);
}

pub(super) fn cron_job(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "concurrencyPolicy", "Allow");
    default(spec, "suspend", false);
    default(spec, "successfulJobsHistoryLimit", 3);
    default(spec, "failedJobsHistoryLimit", 1);
    default(spec, "schedule", "");
    let template = object(spec, "jobTemplate");
    object(template, "metadata");
    pod_template(object(template, "spec"));
    object(doc, "status");
}

pub(super) fn autoscaler(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "minReplicas", 1);
    if items(spec, "metrics").is_empty() {
        let cpu = json!([{"resource": {"name": "cpu",
            "target": {"averageUtilization": 80, "type": "Utilization"}}, "type": "Resource"}]);
        set(spec, "metrics", cpu);
    }
    if let Some(behavior) = spec.get_mut("behavior").filter(|behavior| behavior.is_object()) {
        scaling_rules(
            behavior,
            "scaleUp",
            json!([{"periodSeconds": 15, "type": "Pods", "value": 4},
            {"periodSeconds": 15, "type": "Percent", "value": 100}]),
            Some(0),
        );
        scaling_rules(
            behavior,
            "scaleDown",
            json!([{"periodSeconds": 15, "type": "Percent", "value": 100}]),
            None,
        );
    }
    let status = object(doc, "status");
    default(status, "currentMetrics", Value::Null);
    default(status, "desiredReplicas", 0);
}

fn scaling_rules(behavior: &mut Value, direction: &str, policies: Value, window: Option<i64>) {
    let rules = object(behavior, direction);
    if let Some(window) = window {
        default(rules, "stabilizationWindowSeconds", window);
    }
    default(rules, "selectPolicy", "Max");
    default(rules, "policies", policies);
}
