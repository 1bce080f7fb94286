//! Namespaces: what every one is given, and the emptying of one that is to go.

use super::write::Write;
use crate::api::{Key, Kind, Object, RESOURCES, json};
use crate::apiserver::{DeleteOptions, Store};
use std::sync::Arc;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n(the playground's own)\n-----END CERTIFICATE-----\n";

pub(super) fn reconcile(store: &Store, key: &Key) -> Vec<Write> {
    let Some(namespace) = store.get(key) else { return Vec::new() };
    if namespace.meta.deleted.is_some() {
        return empty(store, &key.name);
    }
    let mut writes = Vec::new();
    if store.find(Kind::ServiceAccount, &key.name, "default").is_none() {
        let doc = json!({"metadata": {"name": "default", "namespace": key.name}});
        writes.push(Write::Create(Kind::ServiceAccount, doc, None));
    }
    if store.find(Kind::ConfigMap, &key.name, "kube-root-ca.crt").is_none() {
        let doc = json!({
            "metadata": {"name": "kube-root-ca.crt", "namespace": key.name, "annotations": {
                "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."}},
            "data": {"ca.crt": CERTIFICATE},
        });
        writes.push(Write::Create(Kind::ConfigMap, doc, None));
    }
    writes
}

/// Deletes what is in a namespace; once nothing is, lets it go.
fn empty(store: &Store, namespace: &str) -> Vec<Write> {
    let inside = RESOURCES.iter().filter(|resource| resource.namespaced);
    let inside: Vec<&Arc<Object>> =
        inside.flat_map(|resource| store.list(resource.kind, namespace)).collect();
    if inside.is_empty() {
        return vec![Write::Finalize(namespace.to_owned())];
    }
    let leaving = inside.into_iter().filter(|object| object.meta.deleted.is_none());
    leaving.map(|object| Write::Delete(object.key(), DeleteOptions::default())).collect()
}
