//! Objects that kubectl reads from a file into its own types and writes again show the fields that those types
//! always have.

use super::pod_spec;
use crate::api::{Kind, Value, json};
use crate::shell::kubectl::doc::child;

/// Fills in what the types of a kind always write.
pub(super) fn fill(kind: Kind, doc: &mut Value) {
    let always = match kind {
        Kind::Deployment => json!({"spec": {"strategy": {}}, "status": {}}),
        Kind::DaemonSet => json!({"spec": {"updateStrategy": {}}, "status": {
            "currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0,
        }}),
        Kind::StatefulSet => {
            json!({"spec": {"updateStrategy": {}}, "status": {"availableReplicas": 0, "replicas": 0}})
        }
        Kind::ReplicaSet | Kind::ReplicationController => json!({"status": {"replicas": 0}}),
        Kind::Service => json!({"status": {"loadBalancer": {}}}),
        Kind::Pod | Kind::Job | Kind::CronJob => json!({"status": {}}),
        _ => return,
    };
    absent(doc, always);
    let lists = pod_spec(kind, doc).into_iter().flat_map(|spec| spec.as_object_mut().into_iter().flatten());
    for (_, list) in lists.filter(|(key, _)| ["containers", "initContainers"].contains(&key.as_str())) {
        for container in list.as_array_mut().into_iter().flatten() {
            absent(container, json!({"resources": {}}));
        }
    }
}

/// Adds the fields that are not there.
fn absent(doc: &mut Value, always: Value) {
    let Value::Object(fields) = always else { return };
    for (key, value) in fields {
        let there = child(doc, &key);
        match there.is_null() {
            true => *there = value,
            false => absent(there, value),
        }
    }
}
