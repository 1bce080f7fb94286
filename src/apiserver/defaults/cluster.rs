//! Defaults of the other kinds: namespaces, nodes, configuration, storage, access.

use crate::api::{Value, json};
use crate::apiserver::document::{at_mut, default, entries, has, items, items_mut, object, set, text, unset};

/// The label every namespace has: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

pub(super) fn namespace(doc: &mut Value) {
    let meta = object(doc, "metadata");
    if has(meta, "name") {
        let name = meta["name"].clone();
        set(object(meta, "labels"), NAME_LABEL, name);
    }
    let spec = object(doc, "spec");
    if !items(spec, "finalizers").iter().any(|finalizer| finalizer == "kubernetes") {
        match at_mut(spec, &["finalizers"]).and_then(Value::as_array_mut) {
            Some(finalizers) => finalizers.push("kubernetes".into()),
            None => set(spec, "finalizers", json!(["kubernetes"])),
        }
    }
    default(object(doc, "status"), "phase", "Active");
}

pub(super) fn node(doc: &mut Value) {
    object(doc, "spec");
    let status = object(doc, "status");
    let endpoint = object(object(status, "daemonEndpoints"), "kubeletEndpoint");
    default(endpoint, "Port", 0);
    let info = object(status, "nodeInfo");
    for field in [
        "architecture",
        "bootID",
        "containerRuntimeVersion",
        "kernelVersion",
        "kubeProxyVersion",
        "kubeletVersion",
        "machineID",
        "operatingSystem",
        "osImage",
        "systemUUID",
    ] {
        default(info, field, "");
    }
    if let Some(capacity) = status.get("capacity").cloned() {
        default(status, "allocatable", capacity);
    }
}

/// `stringData` is only ever written: it is folded into `data`.
pub(in crate::apiserver) fn secret_texts(doc: &mut Value) {
    let texts: Vec<(String, String)> = entries(doc, "stringData")
        .map(|(key, value)| (key.clone(), base64(value.as_str().unwrap_or_default().as_bytes())))
        .collect();
    if !texts.is_empty() {
        let data = object(doc, "data");
        texts.into_iter().for_each(|(key, value)| set(data, &key, value));
    }
    unset(doc, "stringData");
}

pub(super) fn secret(doc: &mut Value) {
    secret_texts(doc);
    if text(doc, "type").is_empty() {
        set(doc, "type", "Opaque");
    }
}

/// Base64 with padding (RFC 4648, section 4).
pub(in crate::apiserver) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

pub(super) fn claim(doc: &mut Value) {
    claim_spec(doc);
}

/// The defaults of a claim, which a StatefulSet's templates have too.
pub(super) fn claim_spec(claim: &mut Value) {
    let spec = object(claim, "spec");
    default(spec, "volumeMode", "Filesystem");
    object(spec, "resources");
    default(object(claim, "status"), "phase", "Pending");
}

pub(super) fn volume(doc: &mut Value) {
    let spec = object(doc, "spec");
    default(spec, "persistentVolumeReclaimPolicy", "Retain");
    default(spec, "volumeMode", "Filesystem");
    if let Some(path) = spec.get_mut("hostPath").filter(|path| path.is_object()) {
        default(path, "type", "");
    }
    default(object(doc, "status"), "phase", "Pending");
}

pub(super) fn storage_class(doc: &mut Value) {
    default(doc, "reclaimPolicy", "Delete");
    default(doc, "volumeBindingMode", "Immediate");
}

pub(super) fn priority_class(doc: &mut Value) {
    default(doc, "preemptionPolicy", "PreemptLowerPriority");
    default(doc, "value", 0);
}

const RBAC: &str = "rbac.authorization.k8s.io";

pub(super) fn role_binding(doc: &mut Value) {
    let role = object(doc, "roleRef");
    if text(role, "apiGroup").is_empty() {
        set(role, "apiGroup", RBAC);
    }
    for subject in items_mut(doc, "subjects") {
        if !text(subject, "apiGroup").is_empty() {
            continue;
        }
        match text(subject, "kind") {
            "User" | "Group" => set(subject, "apiGroup", RBAC),
            _ => unset(subject, "apiGroup"),
        }
    }
}

/// A container's maximum is its default limit, and its default limit its default request.
pub(super) fn limit_range(doc: &mut Value) {
    for limit in items_mut(object(doc, "spec"), "limits") {
        if text(limit, "type") != "Container" {
            continue;
        }
        for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
            let values: Vec<(String, Value)> =
                entries(limit, from).map(|(k, v)| (k.clone(), v.clone())).collect();
            if !values.is_empty() {
                let target = object(limit, to);
                values.into_iter().for_each(|(name, value)| default(target, &name, value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_padded() {
        for (text, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(super::base64(text.as_bytes()), encoded);
        }
    }
}
