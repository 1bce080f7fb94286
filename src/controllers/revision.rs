//! ControllerRevisions: what StatefulSets and DaemonSets remember of their templates.

use super::hash::{data_hash, template_hash};
use super::write::{Write, by_age, delete, owned_by};
use crate::api::{Kind, Labels, Object, Ordered, Value, json};
use crate::apiserver::Store;
use std::sync::Arc;

/// A revision: its whole name and the hash in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Revision {
    pub name: String,
    pub hash: String,
}

/// The part of a workload that a revision keeps.
fn data(workload: &Object) -> Value {
    let mut template = workload.doc()["spec"]["template"].clone();
    template["$patch"] = "replace".into();
    json!({"spec": {"template": template}})
}

/// The revision of the template as it is; made if there is none, and renumbered if it is an old one.
pub(super) fn current(store: &Store, workload: &Arc<Object>, writes: &mut Vec<Write>) -> Revision {
    let namespace = &workload.meta.namespace;
    let owned = by_age(store.owned(Kind::ControllerRevision, namespace, &workload.meta.uid));
    let number = |object: &Object| object.doc()["revision"].as_i64().unwrap_or(0);
    let next = owned.iter().map(|object| number(object)).max().unwrap_or(0) + 1;
    let data = data(workload);
    if let Some(same) = owned.iter().find(|object| object.doc()["data"] == data) {
        if number(same) + 1 < next {
            let mut doc = same.doc().clone();
            doc["revision"] = next.into();
            writes.push(Write::Update(Kind::ControllerRevision, doc));
        }
        prune(workload, &owned, same, writes);
        return named(workload, &same.meta.name);
    }
    let mut collisions = 0;
    let (hash, name) = loop {
        let hash = match workload.kind {
            Kind::StatefulSet => data_hash(&data, collisions),
            _ => template_hash(&workload.doc()["spec"]["template"], collisions),
        };
        let name = format!("{}-{hash}", workload.meta.name);
        if store.find(Kind::ControllerRevision, namespace, &name).is_none() {
            break (hash, name);
        }
        collisions += 1;
    };
    let mut labels = json!(workload.doc()["spec"]["template"]["metadata"]["labels"]);
    let label = if workload.kind == Kind::StatefulSet {
        "controller.kubernetes.io/hash"
    } else {
        "controller-revision-hash"
    };
    labels[label] = hash.as_str().into();
    let mut annotations = Labels::clone(&workload.meta.annotations);
    annotations.remove("deprecated.daemonset.template.generation");
    writes.push(Write::Create(
        Kind::ControllerRevision,
        json!({
            "metadata": {"name": name, "namespace": namespace, "labels": labels, "annotations": annotations,
                "ownerReferences": [owned_by(workload)]},
            "data": data,
            "revision": next,
        }),
        None,
    ));
    Revision { name, hash }
}

/// A revision by its name.
pub(super) fn named(workload: &Object, name: &str) -> Revision {
    let hash = name.strip_prefix(&format!("{}-", workload.meta.name)).unwrap_or(name);
    Revision { name: name.to_owned(), hash: hash.to_owned() }
}

/// Forgets the oldest beyond `revisionHistoryLimit` that no pod is of.
fn prune(workload: &Object, owned: &[&Arc<Object>], current: &Object, writes: &mut Vec<Write>) {
    let view = workload.workload();
    let limit = view.and_then(|w| w.spec.revision_history_limit).unwrap_or(10);
    let running = view.map_or("", |w| w.status.current_revision.as_str());
    let mut olds: Vec<&&Arc<Object>> = owned
        .iter()
        .filter(|object| object.meta.name != current.meta.name && object.meta.name != running)
        .collect();
    olds.order_by_key(|object| object.doc()["revision"].as_i64());
    let excess = olds.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    writes.extend(olds.into_iter().take(excess).map(|object| delete(object)));
}
