//! Validation of PersistentVolumes and their claims.

use super::meta::{object_meta, object_meta_update};
use super::names::subdomain;
use super::resources::quantity;
use super::selector::label_selector;
use crate::api::{Kind, Value};
use crate::apiserver::document::{entries, has, items, text};
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::quantity::Quantity;

const SPEC: Path<'static> = Path::root("spec");
const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: [&str; 2] = ["Block", "Filesystem"];
const POSITIVE: &str = "must be greater than zero";
const CLAIM_SEALED: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

pub(super) fn claim(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    if let Some(old) = old {
        object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    }
    object_meta(errors, Kind::PersistentVolumeClaim, &doc["metadata"]);
    claim_spec(errors, &doc["spec"], &SPEC);
    let Some(old) = old else { return };
    let mut before = old["spec"].clone();
    let bound = text(&old["status"], "phase") == "Bound";
    if text(&before, "volumeName").is_empty()
        && let (Some(map), Some(name)) = (before.as_object_mut(), doc["spec"].get("volumeName"))
    {
        map.insert("volumeName".into(), name.clone());
    }
    if bound && let Some(storage) = before.pointer_mut("/resources/requests/storage") {
        *storage = doc["spec"]["resources"]["requests"]["storage"].clone();
    }
    if before != doc["spec"] {
        let diff = crate::apiserver::internal::diff(&before, &doc["spec"]);
        errors.forbidden(&SPEC, format!("{CLAIM_SEALED}\n{diff}"));
    }
}

/// Validates a claim's spec, which a StatefulSet's templates have too.
pub(super) fn claim_spec(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    access_modes(errors, spec, path);
    label_selector(errors, &spec["selector"], &path.child("selector"));
    let resources = path.child("resources");
    let storage_path = resources.key("storage");
    match &spec["resources"]["requests"]["storage"] {
        Value::Null => errors.required(&storage_path, ""),
        storage => {
            quantity(errors, "storage", storage, &storage_path);
            positive(errors, storage, &storage_path);
        }
    }
    let class = text(spec, "storageClassName");
    for problem in if class.is_empty() { Vec::new() } else { subdomain(class) } {
        errors.invalid(&path.child("storageClassName"), class, problem);
    }
    volume_mode(errors, spec, path);
}

fn access_modes(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let path = path.child("accessModes");
    let modes = items(spec, "accessModes");
    if modes.is_empty() {
        errors.required(&path, "at least 1 access mode is required");
    }
    for mode in modes.iter().map(|mode| mode.as_str().unwrap_or_default()) {
        if !MODES.contains(&mode) {
            errors.not_supported(&path, mode, &MODES);
        }
    }
    if modes.len() > 1 && modes.iter().any(|mode| mode == "ReadWriteOncePod") {
        errors.forbidden(&path, "may not use ReadWriteOncePod with other access modes");
    }
}

fn positive(errors: &mut Errors, value: &Value, path: &Path<'_>) {
    if let Some(quantity) = Quantity::from_value(value).filter(|q| q.is_negative() || q.is_zero()) {
        errors.invalid(path, quantity.to_string(), POSITIVE);
    }
}

fn volume_mode(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let mode = text(spec, "volumeMode");
    if has(spec, "volumeMode") && !VOLUME_MODES.contains(&mode) {
        errors.not_supported(&path.child("volumeMode"), mode, &VOLUME_MODES);
    }
}

pub(super) fn volume(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::PersistentVolume, &doc["metadata"]);
    let spec = &doc["spec"];
    access_modes(errors, spec, &SPEC);
    let capacity = SPEC.child("capacity");
    if entries(spec, "capacity").next().is_none() {
        errors.required(&capacity, "");
    }
    for (name, value) in entries(spec, "capacity") {
        if name != "storage" {
            errors.not_supported(&capacity, &spec["capacity"], &["storage"]);
        }
        quantity(errors, name, value, &capacity.key(name));
        positive(errors, value, &capacity.key(name));
    }
    let (policy, policies) = (text(spec, "persistentVolumeReclaimPolicy"), ["Delete", "Recycle", "Retain"]);
    if !policies.contains(&policy) {
        errors.not_supported(&SPEC.child("persistentVolumeReclaimPolicy"), policy, &policies);
    }
    let sources = [
        "hostPath",
        "local",
        "nfs",
        "csi",
        "iscsi",
        "fc",
        "awsElasticBlockStore",
        "gcePersistentDisk",
        "azureDisk",
        "azureFile",
        "cephfs",
        "rbd",
        "glusterfs",
        "cinder",
        "flexVolume",
        "vsphereVolume",
        "portworxVolume",
    ];
    if !sources.iter().any(|source| has(spec, source)) {
        errors.required(&SPEC, "must specify a volume type");
    }
    if has(spec, "local") && !has(spec, "nodeAffinity") {
        errors.required(&SPEC.child("nodeAffinity"), "Local volume requires node affinity");
    }
    if has(spec, "hostPath") && text(&spec["hostPath"], "path").is_empty() {
        let path = SPEC.child("hostPath");
        errors.required(&path.child("path"), "");
    }
    volume_mode(errors, spec, &SPEC);
}
