//! Mutating admission: what depends on other objects. The namespace must be there; a pod gets its
//! service account's token volume, its priority and its default tolerations.

use super::document::{at, default, flag, has, int, items, items_mut, object, set, text};
use super::{Store, quota, refusal};
use crate::api::{Key, Kind, Status, StatusCause, Value, json};

/// Where the kubelet puts a service account's token.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The priority classes every cluster has.
const SYSTEM_CLASSES: [(&str, i64); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

/// Admits an object that is to be created.
pub(super) fn create(
    store: &Store,
    kind: Kind,
    namespace: &str,
    doc: &mut Value,
    rng: &mut fastrand::Rng,
) -> Result<(), Status> {
    let meta = &doc["metadata"];
    let name = text(meta, "name").to_owned();
    if kind.resource().namespaced {
        namespace_is_open(store, kind, namespace, &name)?;
    }
    match kind {
        Kind::Pod => {
            let spec = object(doc, "spec");
            service_account(store, namespace, &name, spec, rng)?;
            priority(store, &name, spec)?;
            runtime_class(store, &name, spec)?;
            tolerations(spec);
            quota::limit_pod(store, namespace, doc)?;
        }
        Kind::Node => not_ready_taint(object(doc, "spec")),
        Kind::PersistentVolumeClaim => default_storage_class(store, object(doc, "spec")),
        _ => {}
    }
    Ok(())
}

/// Admits a change: a pod keeps its priority, and gets its default tolerations again.
pub(super) fn update(kind: Kind, old: &Value, doc: &mut Value) {
    if kind != Kind::Pod {
        return;
    }
    let spec = object(doc, "spec");
    for field in ["priority", "preemptionPolicy"] {
        if let Some(value) = old["spec"].get(field) {
            default(spec, field, value.clone());
        }
    }
    tolerations(spec);
}

/// A namespace must exist, and not be on its way out.
fn namespace_is_open(store: &Store, kind: Kind, namespace: &str, name: &str) -> Result<(), Status> {
    let Some(object) = store.find(Kind::Namespace, "", namespace) else {
        return Err(refusal::not_found(Kind::Namespace, namespace));
    };
    if object.meta.deleted.is_some() {
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut status = refusal::forbidden(kind, name, &why);
        status.causes.push(StatusCause {
            reason: "NamespaceTerminating".into(),
            message: format!("namespace {namespace} is being terminated"),
            field: "metadata.namespace".into(),
        });
        return Err(status);
    }
    Ok(())
}

fn service_account(
    store: &Store,
    namespace: &str,
    pod: &str,
    spec: &mut Value,
    rng: &mut fastrand::Rng,
) -> Result<(), Status> {
    if text(spec, "serviceAccountName").is_empty() {
        set(spec, "serviceAccountName", "default");
        set(spec, "serviceAccount", "default");
    }
    let name = text(spec, "serviceAccountName").to_owned();
    let Some(account) = store.get(&Key::new(Kind::ServiceAccount, namespace, &name)) else {
        let why = format!(
            "error looking up service account {namespace}/{name}: serviceaccount \"{name}\" not found"
        );
        return Err(refusal::forbidden(Kind::Pod, pod, &why));
    };
    let wanted = spec.get("automountServiceAccountToken").and_then(Value::as_bool);
    let allowed = account.doc().get("automountServiceAccountToken").and_then(Value::as_bool);
    if wanted.or(allowed).unwrap_or(true) {
        mount_token(spec, rng);
    }
    let secrets = items(account.doc(), "imagePullSecrets");
    if items(spec, "imagePullSecrets").is_empty() && !secrets.is_empty() {
        set(spec, "imagePullSecrets", secrets.to_vec());
    }
    Ok(())
}

/// Adds the projected volume of the token and mounts it in each container that mounts nothing there.
fn mount_token(spec: &mut Value, rng: &mut fastrand::Rng) {
    let existing = items(spec, "volumes").iter().map(|volume| text(volume, "name"));
    let volume = match existing.into_iter().find(|name| name.starts_with("kube-api-access-")) {
        Some(name) => name.to_owned(),
        None => super::server::token_volume(rng),
    };
    let mut mounted = false;
    for list in ["initContainers", "containers"] {
        for container in items_mut(spec, list) {
            if items(container, "volumeMounts").iter().any(|mount| text(mount, "mountPath") == TOKEN_PATH) {
                continue;
            }
            let mount = json!({"mountPath": TOKEN_PATH, "name": volume, "readOnly": true});
            push(container, "volumeMounts", mount);
            mounted = true;
        }
    }
    let there = items(spec, "volumes").iter().any(|other| text(other, "name") == volume);
    if mounted && !there {
        push(
            spec,
            "volumes",
            json!({"name": volume, "projected": {"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
                {"downwardAPI": {"items": [{"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                    "path": "namespace"}]}}]}}),
        );
    }
}

fn push(value: &mut Value, key: &str, item: Value) {
    match value.get_mut(key).and_then(Value::as_array_mut) {
        Some(items) => items.push(item),
        None => set(value, key, vec![item]),
    }
}

fn priority(store: &Store, pod: &str, spec: &mut Value) -> Result<(), Status> {
    let class = text(spec, "priorityClassName").to_owned();
    let stored = |name: &str| store.find(Kind::PriorityClass, "", name).map(|object| object.doc().clone());
    let found = if class.is_empty() {
        store.list_all(Kind::PriorityClass).map(|o| o.doc().clone()).find(|doc| flag(doc, "globalDefault"))
    } else {
        let system = SYSTEM_CLASSES.iter().find(|(name, _)| *name == class);
        let doc = stored(&class)
            .or_else(|| system.map(|(name, value)| json!({"metadata": {"name": name}, "value": value})));
        if doc.is_none() {
            let why = format!("no PriorityClass with name {class} was found");
            return Err(refusal::forbidden(Kind::Pod, pod, &why));
        }
        doc
    };
    let doc = found.unwrap_or(Value::Null);
    let value = int(&doc, "value").unwrap_or(0);
    if int(spec, "priority").is_some_and(|given| given != value) {
        let why = format!(
            "the integer value of priority ({}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name",
            int(spec, "priority").unwrap_or(0)
        );
        return Err(refusal::forbidden(Kind::Pod, pod, &why));
    }
    if class.is_empty() && has(&doc["metadata"], "name") {
        set(spec, "priorityClassName", text(&doc["metadata"], "name"));
    }
    set(spec, "priority", value);
    let policy = text(&doc, "preemptionPolicy");
    default(spec, "preemptionPolicy", if policy.is_empty() { "PreemptLowerPriority" } else { policy });
    Ok(())
}

fn runtime_class(store: &Store, pod: &str, spec: &mut Value) -> Result<(), Status> {
    let class = text(spec, "runtimeClassName");
    if !class.is_empty() && store.find(Kind::RuntimeClass, "", class).is_none() {
        let why = format!("pod rejected: RuntimeClass \"{class}\" not found");
        return Err(refusal::forbidden(Kind::Pod, pod, &why));
    }
    Ok(())
}

/// A pod bears its node's absence for five minutes, unless it says otherwise.
fn tolerations(spec: &mut Value) {
    for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let borne = items(spec, "tolerations").iter().any(|toleration| {
            let (key, effect) = (text(toleration, "key"), text(toleration, "effect"));
            (key == taint || key.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        });
        if !borne {
            push(
                spec,
                "tolerations",
                json!({"effect": "NoExecute", "key": taint, "operator": "Exists", "tolerationSeconds": 300}),
            );
        }
    }
}

/// A new node takes no pods until it is found ready.
fn not_ready_taint(spec: &mut Value) {
    const KEY: &str = "node.kubernetes.io/not-ready";
    if !items(spec, "taints").iter().any(|taint| text(taint, "key") == KEY) {
        push(spec, "taints", json!({"effect": "NoSchedule", "key": KEY}));
    }
}

fn default_storage_class(store: &Store, spec: &mut Value) {
    if has(spec, "storageClassName") {
        return;
    }
    let is_default = |doc: &Value| {
        text(at(doc, &["metadata", "annotations"]), "storageclass.kubernetes.io/is-default-class") == "true"
    };
    if let Some(class) = store.list_all(Kind::StorageClass).find(|object| is_default(object.doc())) {
        set(spec, "storageClassName", class.meta.name.as_str());
    }
}
