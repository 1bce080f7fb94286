//! The pods that workloads of manifests would make, where the manifests give none of theirs.

use cluster_playground::api::{Kind, Object, Value, json};
use cluster_playground::apiserver::Store;

/// Adds them: one pod for each replica, for a DaemonSet one.
pub fn expand(store: &mut Store) {
    for kind in [Kind::Deployment, Kind::ReplicaSet, Kind::StatefulSet, Kind::DaemonSet] {
        let missing: Vec<Object> = store
            .list_all(kind)
            .filter(|object| object.meta.owners.is_empty() && !has_pods(store, object))
            .flat_map(|object| pods(object))
            .collect();
        for pod in missing {
            store.put(pod);
        }
    }
}

fn has_pods(store: &Store, object: &Object) -> bool {
    let Some(workload) = object.workload() else { return true };
    !store.select(Kind::Pod, &object.meta.namespace, &workload.spec.selector).is_empty()
}

fn pods(object: &Object) -> Vec<Object> {
    let replicas = match object.kind {
        Kind::DaemonSet => 1,
        _ => object.workload().and_then(|workload| workload.spec.replicas).unwrap_or(1).clamp(0, 1000),
    };
    (0..replicas).map(|ordinal| pod(object, ordinal)).collect()
}

fn pod(object: &Object, ordinal: i32) -> Object {
    let template = &object.doc()["spec"]["template"];
    let name = format!("{}-{ordinal}", object.meta.name);
    let mut doc = json!({"metadata": template["metadata"], "spec": template["spec"]});
    if !doc["metadata"].is_object() {
        doc["metadata"] = json!({});
    }
    doc["metadata"]["name"] = name.as_str().into();
    doc["metadata"]["namespace"] = object.meta.namespace.as_str().into();
    if !doc["spec"].is_object() {
        doc["spec"] = json!({});
    }
    if object.kind == Kind::StatefulSet {
        doc["spec"]["hostname"] = Value::from(name);
        doc["spec"]["subdomain"] = object.doc()["spec"]["serviceName"].clone();
    }
    Object::new(Kind::Pod, doc)
}
