//! What the server sets and resets itself before it validates: status, generation, generated selectors.

use super::defaults::qos_class;
use super::document::{at, default, flag, has, items, object, set, text, unset};
use crate::api::{Kind, Value, json};

/// Kinds whose `metadata.generation` counts changes of what is desired.
pub(super) fn counts_generations(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::ReplicationController
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::Job
            | Kind::CronJob
            | Kind::EndpointSlice
            | Kind::NetworkPolicy
            | Kind::Ingress
            | Kind::IngressClass
            | Kind::PodDisruptionBudget
            | Kind::PriorityClass
            | Kind::FlowSchema
            | Kind::PriorityLevelConfiguration
            | Kind::ValidatingWebhookConfiguration
            | Kind::MutatingWebhookConfiguration
            | Kind::CustomResourceDefinition
    )
}

/// Whether a write of an object leaves its status as it was: the status is written by its own way.
pub(super) fn has_status(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::ReplicationController
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::Job
            | Kind::CronJob
            | Kind::Service
            | Kind::Namespace
            | Kind::Node
            | Kind::PersistentVolumeClaim
            | Kind::PersistentVolume
            | Kind::Ingress
            | Kind::PodDisruptionBudget
            | Kind::HorizontalPodAutoscaler
            | Kind::ResourceQuota
    )
}

/// Resets what a client may not set on an object that is to be created.
pub(super) fn create(kind: Kind, doc: &mut Value) {
    if counts_generations(kind) {
        set(object(doc, "metadata"), "generation", 1);
    } else {
        unset(object(doc, "metadata"), "generation");
    }
    match kind {
        Kind::Pod => {
            let class = qos_class(&doc["spec"]);
            let status = object(doc, "status");
            set(status, "phase", "Pending");
            set(status, "qosClass", class);
            if !items(&doc["spec"], "schedulingGates").is_empty() {
                let gated = json!([{
                    "type": "PodScheduled", "status": "False", "reason": "SchedulingGated",
                    "message": "Scheduling is blocked due to non-empty scheduling gates",
                    "lastProbeTime": null, "lastTransitionTime": null,
                }]);
                set(object(doc, "status"), "conditions", gated);
            }
        }
        Kind::Job => generate_selector(doc),
        Kind::PodDisruptionBudget => {
            let status = object(doc, "status");
            for count in ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"] {
                default(status, count, 0);
            }
        }
        Kind::Ingress => {
            object(object(doc, "status"), "loadBalancer");
        }
        _ => {}
    }
}

/// A Job's selector is its own uid, which it adds to its template's labels, unless it picks its own.
fn generate_selector(doc: &mut Value) {
    let spec = &doc["spec"];
    if flag(spec, "manualSelector") {
        return;
    }
    let (uid, name) = (doc["metadata"]["uid"].clone(), doc["metadata"]["name"].clone());
    let template = object(object(object(doc, "spec"), "template"), "metadata");
    let labels = object(template, "labels");
    for (key, value) in [
        ("controller-uid", &uid),
        ("batch.kubernetes.io/controller-uid", &uid),
        ("job-name", &name),
        ("batch.kubernetes.io/job-name", &name),
    ] {
        default(labels, key, value.clone());
    }
    let selector = object(object(doc, "spec"), "selector");
    set(object(selector, "matchLabels"), "batch.kubernetes.io/controller-uid", uid);
}

/// A Job without labels of its own has its template's.
pub(super) fn job_labels(doc: &mut Value) {
    let labels = at(doc, &["spec", "template", "metadata", "labels"]).clone();
    let meta = object(doc, "metadata");
    if !has(meta, "labels") && labels.is_object() {
        set(meta, "labels", labels);
    }
}

/// Keeps what a client may not change, and counts a change of what is desired.
pub(super) fn update(kind: Kind, old: &Value, doc: &mut Value) {
    if has_status(kind) {
        match old.get("status") {
            Some(status) => set(doc, "status", status.clone()),
            None => unset(doc, "status"),
        }
    }
    let generation = old["metadata"].get("generation").cloned();
    let meta = object(doc, "metadata");
    match &generation {
        Some(generation) => set(meta, "generation", generation.clone()),
        None => unset(meta, "generation"),
    }
    if counts_generations(kind) && desired(kind, old) != desired(kind, doc) {
        let next = generation.as_ref().and_then(Value::as_i64).unwrap_or(0) + 1;
        set(object(doc, "metadata"), "generation", next);
    }
    if kind == Kind::Namespace {
        // Finalizers of a namespace are taken away by its own way only.
        let finalizers = at(old, &["spec", "finalizers"]).clone();
        set(object(doc, "spec"), "finalizers", finalizers);
    }
    if kind == Kind::Job && !text(&old["metadata"], "name").is_empty() {
        job_labels(doc);
    }
}

/// The part of a document whose changes are counted: all but metadata and status.
fn desired(kind: Kind, doc: &Value) -> Vec<(&String, &Value)> {
    let own = |key: &str| !matches!(key, "metadata" | "status" | "apiVersion" | "kind");
    let fields = doc.as_object().into_iter().flatten();
    let mut desired: Vec<_> = fields.filter(|(key, _)| own(key)).collect();
    if kind == Kind::Deployment {
        // A Deployment's annotations are copied to its ReplicaSets, so they count.
        desired.extend(
            doc["metadata"].as_object().into_iter().flatten().filter(|(key, _)| *key == "annotations"),
        );
    }
    if kind == Kind::EndpointSlice {
        desired.extend(doc["metadata"].as_object().into_iter().flatten().filter(|(key, _)| *key == "labels"));
    }
    desired
}
