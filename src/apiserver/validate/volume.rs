//! Validation of volumes and where they are mounted.

use super::container::{Volumes, Where};
use super::env::{resource_ref, volume_field_ref};
use super::names::{label, subdomain};
use crate::api::Value;
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::quantity::Quantity;
use std::collections::BTreeSet;

/// Every source of a volume, in the server's order, and the field each cannot do without.
const SOURCES: [(&str, &str); 24] = [
    ("emptyDir", ""),
    ("hostPath", "path"),
    ("gitRepo", "repository"),
    ("gcePersistentDisk", "pdName"),
    ("awsElasticBlockStore", "volumeID"),
    ("secret", "secretName"),
    ("nfs", "server"),
    ("iscsi", "targetPortal"),
    ("glusterfs", "endpoints"),
    ("persistentVolumeClaim", "claimName"),
    ("rbd", "monitors"),
    ("cinder", "volumeID"),
    ("cephfs", "monitors"),
    ("downwardAPI", ""),
    ("fc", ""),
    ("flexVolume", "driver"),
    ("configMap", "name"),
    ("azureFile", "secretName"),
    ("vsphereVolume", "volumePath"),
    ("azureDisk", "diskName"),
    ("projected", ""),
    ("csi", "driver"),
    ("ephemeral", "volumeClaimTemplate"),
    ("image", "reference"),
];
const HOST_PATH_TYPES: [&str; 8] =
    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
const FILE_MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// Validates a pod's volumes; those that are valid can be mounted.
pub(super) fn volumes<'a>(
    errors: &mut Errors,
    spec: &'a Value,
    path: &Path<'_>,
    context: &Where<'a>,
) -> Volumes<'a> {
    let mut valid = Volumes::new();
    for claim in context.more_volumes {
        valid.insert(text(&claim["metadata"], "name"), &Value::Null);
    }
    for (index, volume) in items(spec, "volumes").iter().enumerate() {
        let path = path.index(index);
        let name = text(volume, "name");
        let mut own = Errors::default();
        source(&mut own, volume, &path, context);
        if name.is_empty() {
            own.required(&path.child("name"), "");
        }
        for problem in if name.is_empty() { Vec::new() } else { label(name) } {
            own.invalid(&path.child("name"), name, problem);
        }
        let claimed = context.more_volumes.iter().any(|claim| text(&claim["metadata"], "name") == name);
        if valid.contains_key(name) && !claimed {
            own.duplicate(&path.child("name"), name);
        }
        if own.is_empty() {
            valid.insert(name, volume);
        }
        errors.append(own);
    }
    valid
}

fn source(errors: &mut Errors, volume: &Value, path: &Path<'_>, context: &Where<'_>) {
    let mut found = false;
    for (name, needs) in SOURCES {
        if !has(volume, name) {
            continue;
        }
        let (source, path) = (&volume[name], path.child(name));
        if found {
            errors.forbidden(&path, "may not specify more than 1 volume type");
            continue;
        }
        found = true;
        let missing = match source.get(needs) {
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            Some(value) => value.is_null(),
            None => true,
        };
        // A template may leave an image volume's reference to whoever makes the pods.
        let optional = needs.is_empty() || (name == "image" && !context.is_pod);
        if missing && !optional {
            errors.required(&path.child(needs), "");
            if name != "nfs" {
                continue;
            }
        }
        details(errors, name, source, &path);
    }
    if !found {
        errors.required(path, "must specify a volume type");
    }
}

fn details(errors: &mut Errors, name: &str, source: &Value, path: &Path<'_>) {
    match name {
        "emptyDir" if Quantity::from_value(&source["sizeLimit"]).is_some_and(Quantity::is_negative) => {
            let detail = "SizeLimit field must be a valid resource quantity";
            errors.forbidden(&path.child("sizeLimit"), detail);
        }
        "hostPath" => {
            no_backsteps(errors, text(source, "path"), &path.child("path"));
            let kind = text(source, "type");
            if !HOST_PATH_TYPES.contains(&kind) {
                errors.not_supported(&path.child("type"), kind, &HOST_PATH_TYPES);
            }
        }
        "nfs" => {
            let file = text(source, "path");
            if file.is_empty() {
                errors.required(&path.child("path"), "");
            } else if !file.starts_with('/') {
                errors.invalid(&path.child("path"), file, "must be an absolute path");
            }
        }
        "secret" | "configMap" => {
            default_mode(errors, source, path);
            key_items(errors, source, path);
        }
        "downwardAPI" => {
            default_mode(errors, source, path);
            downward(errors, source, path);
        }
        "projected" => projected(errors, source, path),
        "csi" => {
            let driver = text(source, "driver");
            for problem in subdomain(&driver.to_lowercase()) {
                errors.invalid(&path.child("driver"), driver, problem);
            }
        }
        "image" => {
            let (policy, policies) = (text(source, "pullPolicy"), ["Always", "IfNotPresent", "Never"]);
            if has(source, "pullPolicy") && !policies.contains(&policy) {
                errors.not_supported(&path.child("pullPolicy"), policy, &policies);
            }
        }
        _ => {}
    }
}

fn default_mode(errors: &mut Errors, source: &Value, path: &Path<'_>) {
    let mode = int(source, "defaultMode").unwrap_or(0);
    if !(0..=0o777).contains(&mode) {
        errors.invalid(&path.child("defaultMode"), mode, FILE_MODE);
    }
}

fn key_items(errors: &mut Errors, source: &Value, path: &Path<'_>) {
    let path = path.child("items");
    for (index, item) in items(source, "items").iter().enumerate() {
        let path = path.index(index);
        if text(item, "key").is_empty() {
            errors.required(&path.child("key"), "");
        }
        let file = text(item, "path");
        if file.is_empty() {
            errors.required(&path.child("path"), "");
        }
        non_escaping(errors, file, &path.child("path"));
        if let Some(mode) = int(item, "mode").filter(|mode| !(0..=0o777).contains(mode)) {
            errors.invalid(&path.child("mode"), mode, FILE_MODE);
        }
    }
}

fn downward(errors: &mut Errors, source: &Value, path: &Path<'_>) {
    for item in items(source, "items") {
        let file = text(item, "path");
        if file.is_empty() {
            errors.required(&path.child("path"), "");
        }
        non_escaping(errors, file, &path.child("path"));
        match (has(item, "fieldRef"), has(item, "resourceFieldRef")) {
            (true, true) => {
                errors.invalid(
                    path,
                    "resource",
                    "fieldRef and resourceFieldRef can not be specified simultaneously",
                );
            }
            (true, false) => volume_field_ref(errors, &item["fieldRef"], &path.child("fieldRef")),
            (false, true) => {
                resource_ref(errors, &item["resourceFieldRef"], &path.child("resourceFieldRef"), true)
            }
            (false, false) => errors.required(path, "one of fieldRef and resourceFieldRef is required"),
        }
        if let Some(mode) = int(item, "mode").filter(|mode| !(0..=0o777).contains(mode)) {
            errors.invalid(&path.child("mode"), mode, FILE_MODE);
        }
    }
}

fn projected(errors: &mut Errors, source: &Value, path: &Path<'_>) {
    default_mode(errors, source, path);
    let path = path.child("sources");
    let mut files = BTreeSet::new();
    for (index, projection) in items(source, "sources").iter().enumerate() {
        let path = path.index(index);
        let mut found = false;
        for kind in ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle"] {
            if !has(projection, kind) {
                continue;
            }
            let (inner, path) = (&projection[kind], path.child(kind));
            if found {
                errors.forbidden(&path, "may not specify more than 1 volume type");
                continue;
            }
            found = true;
            match kind {
                "secret" | "configMap" => {
                    if text(inner, "name").is_empty() {
                        errors.required(&path.child("name"), "");
                    }
                    key_items(errors, inner, &path);
                }
                "downwardAPI" => downward(errors, inner, &path),
                "serviceAccountToken" => {
                    let seconds = int(inner, "expirationSeconds").unwrap_or(3600);
                    if seconds < 600 {
                        let detail = "may not specify a duration less than 10 minutes";
                        errors.invalid(&path.child("expirationSeconds"), seconds, detail);
                    }
                    if text(inner, "path").is_empty() {
                        errors.required(&path.child("path"), "");
                    }
                }
                _ => {}
            }
            let named = items(inner, "items").iter().map(|item| text(item, "path"));
            for file in named.chain(std::iter::once(text(inner, "path"))).filter(|file| !file.is_empty()) {
                if !files.insert(file) {
                    let detail = "conflicting duplicate paths";
                    errors.invalid(&path, file, detail);
                }
            }
        }
        if !found && !has(projection, "podCertificate") {
            errors.required(&path, "must specify a projection source");
        }
    }
}

/// A path below a volume must stay there.
fn non_escaping(errors: &mut Errors, file: &str, path: &Path<'_>) {
    descending(errors, file, path);
    if file.starts_with("..") && !file.starts_with("../") {
        errors.invalid(path, file, "must not start with '..'");
    }
}

fn descending(errors: &mut Errors, file: &str, path: &Path<'_>) {
    if file.starts_with('/') {
        errors.invalid(path, file, "must be a relative path");
    }
    no_backsteps(errors, file, path);
}

fn no_backsteps(errors: &mut Errors, file: &str, path: &Path<'_>) {
    if file.split('/').any(|part| part == "..") {
        errors.invalid(path, file, "must not contain '..'");
    }
}

/// Validates a container's mounts.
pub(super) fn mounts(errors: &mut Errors, container: &Value, path: &Path<'_>, volumes: &Volumes<'_>) {
    let mut places = BTreeSet::new();
    for (index, mount) in items(container, "volumeMounts").iter().enumerate() {
        let here = path.index(index);
        let [name, place, sub, expression] =
            ["name", "mountPath", "subPath", "subPathExpr"].map(|field| text(mount, field));
        if name.is_empty() {
            errors.required(&here.child("name"), "");
        }
        if !volumes.contains_key(name) {
            errors.not_found(&here.child("name"), name);
        }
        if place.is_empty() {
            errors.required(&here.child("mountPath"), "");
        }
        if !places.insert(place) {
            errors.invalid(&here.child("mountPath"), place, "must be unique");
        }
        // The server leaves the index out of these paths.
        if !sub.is_empty() {
            descending(errors, sub, &path.child("subPath"));
        }
        if !expression.is_empty() {
            if !sub.is_empty() {
                let detail = "subPathExpr and subPath are mutually exclusive";
                errors.invalid(&here.child("subPathExpr"), expression, detail);
            }
            descending(errors, expression, &path.child("subPathExpr"));
        }
        let (propagation, ways) =
            (text(mount, "mountPropagation"), ["Bidirectional", "HostToContainer", "None"]);
        if has(mount, "mountPropagation") && !ways.contains(&propagation) {
            errors.not_supported(&path.child("mountPropagation"), propagation, &ways);
        } else if propagation == "Bidirectional" && container["securityContext"]["privileged"] != true {
            let detail = "Bidirectional mount propagation is available only to privileged containers";
            errors.forbidden(&path.child("mountPropagation"), detail);
        }
    }
}
