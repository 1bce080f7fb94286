//! Validation of a container's environment.

use super::names::{config_key, env_name, label_value, qualified, subdomain};
use crate::api::Value;
use crate::apiserver::document::{has, items, text};
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::quantity::Quantity;

const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// Fields that a reference may name, whether or not an environment variable may show them.
const KNOWN_FIELDS: [&str; 4] =
    ["metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName"];
const MORE_FIELDS: [&str; 3] = ["spec.hostNetwork", "status.phase", "status.nominatedNodeName"];
const VOLUME_FIELDS: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

pub(super) fn env(errors: &mut Errors, container: &Value, path: &Path<'_>) {
    for (index, variable) in items(container, "env").iter().enumerate() {
        let path = path.index(index);
        let name = text(variable, "name");
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        }
        for problem in if name.is_empty() { Vec::new() } else { env_name(name) } {
            errors.invalid(&path.child("name"), name, problem);
        }
        if has(variable, "valueFrom") {
            value_from(errors, variable, &path.child("valueFrom"));
        }
    }
}

fn value_from(errors: &mut Errors, variable: &Value, path: &Path<'_>) {
    let from = &variable["valueFrom"];
    let mut sources = 0;
    if has(from, "fieldRef") {
        sources += 1;
        field_ref(errors, &from["fieldRef"], &path.child("fieldRef"), &FIELDS);
    }
    if has(from, "resourceFieldRef") {
        sources += 1;
        resource_ref(errors, &from["resourceFieldRef"], &path.child("resourceFieldRef"), false);
    }
    for source in ["configMapKeyRef", "secretKeyRef"] {
        if has(from, source) {
            sources += 1;
            key_ref(errors, &from[source], &path.child(source));
        }
    }
    if has(from, "fileKeyRef") {
        sources += 1;
    }
    if sources == 0 {
        let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        errors.invalid(path, "", detail);
    } else if !text(variable, "value").is_empty() {
        errors.invalid(path, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        errors.invalid(path, "", "may not have more than one field specified at a time");
    }
}

/// A reference to a field of the pod itself.
pub(super) fn field_ref(errors: &mut Errors, reference: &Value, path: &Path<'_>, fields: &[&str]) {
    let field = text(reference, "fieldPath");
    if text(reference, "apiVersion").is_empty() {
        return errors.required(&path.child("apiVersion"), "");
    }
    if field.is_empty() {
        return errors.required(&path.child("fieldPath"), "");
    }
    let version = text(reference, "apiVersion");
    let unknown = |errors: &mut Errors, what: String| {
        errors.invalid(&path.child("fieldPath"), field, format!("error converting fieldPath: {what}"));
    };
    if version != "v1" {
        return unknown(errors, format!("unsupported pod version: {version}"));
    }
    if let Some((base, key)) = field.strip_suffix("']").and_then(|field| field.split_once("['")) {
        match base {
            "metadata.annotations" => {
                for problem in qualified(&key.to_lowercase()) {
                    errors.invalid(path, key.to_lowercase(), problem);
                }
            }
            "metadata.labels" => {
                for problem in qualified(key) {
                    errors.invalid(path, key, problem);
                }
            }
            _ => unknown(errors, format!("field label does not support subscript: {field}")),
        }
        return;
    }
    let known = [&FIELDS[..], &KNOWN_FIELDS, &MORE_FIELDS].iter().any(|fields| fields.contains(&field));
    if !known {
        return unknown(errors, format!("field label not supported: {field}"));
    }
    if !fields.contains(&field) {
        errors.not_supported(&path.child("fieldPath"), field, fields);
    }
}

/// A reference to a field from a volume.
pub(super) fn volume_field_ref(errors: &mut Errors, reference: &Value, path: &Path<'_>) {
    field_ref(errors, reference, path, &VOLUME_FIELDS);
}

/// A reference to a container's requests or limits.
pub(super) fn resource_ref(errors: &mut Errors, reference: &Value, path: &Path<'_>, in_volume: bool) {
    let resource = text(reference, "resource");
    if in_volume && text(reference, "containerName").is_empty() {
        errors.required(&path.child("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&path.child("resource"), "");
    } else if !RESOURCES.contains(&resource)
        && !["limits.hugepages-", "requests.hugepages-"].iter().any(|prefix| resource.starts_with(prefix))
    {
        errors.not_supported(&path.child("resource"), resource, &RESOURCES);
    }
    let divisor = &reference["divisor"];
    if Quantity::from_value(divisor).is_none_or(|quantity| quantity.is_zero()) {
        return;
    }
    let divisor = divisor.as_str().unwrap_or_default();
    let sizes = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let detail = match resource.split_once('.').map_or("", |(_, name)| name) {
        "cpu" if !["1m", "1"].contains(&divisor) => {
            "only divisor's values 1m and 1 are supported with the cpu resource".to_owned()
        }
        name @ ("memory" | "ephemeral-storage") if !sizes.contains(&divisor) => {
            let what = if name == "memory" { "memory" } else { "local ephemeral storage" };
            format!("only divisor's values {} are supported with the {what} resource", sizes.join(", "))
        }
        _ => return,
    };
    errors.invalid(&path.child("divisor"), resource, detail);
}

fn key_ref(errors: &mut Errors, reference: &Value, path: &Path<'_>) {
    let name = text(reference, "name");
    for problem in subdomain(name) {
        errors.invalid(&path.child("name"), name, problem);
    }
    let key = text(reference, "key");
    if key.is_empty() {
        return errors.required(&path.child("key"), "");
    }
    for problem in config_key(key) {
        errors.invalid(&path.child("key"), key, problem);
    }
}

pub(super) fn env_from(errors: &mut Errors, container: &Value, path: &Path<'_>) {
    for (index, source) in items(container, "envFrom").iter().enumerate() {
        let path_here = path.index(index);
        let prefix = text(source, "prefix");
        for problem in if prefix.is_empty() { Vec::new() } else { env_name(prefix) } {
            errors.invalid(&path_here.child("prefix"), prefix, problem);
        }
        let mut sources = 0;
        for kind in ["configMapRef", "secretRef"] {
            if !has(source, kind) {
                continue;
            }
            sources += 1;
            let path = path_here.child(kind);
            let name = text(&source[kind], "name");
            if name.is_empty() {
                errors.required(&path.child("name"), "");
            }
            for problem in if name.is_empty() { Vec::new() } else { subdomain(name) } {
                errors.invalid(&path.child("name"), name, problem);
            }
        }
        match sources {
            0 => errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid(path, "", "may not have more than one field specified at a time"),
        }
    }
}

/// Whether a text may be a taint's or a toleration's value.
pub(super) fn value_problems(value: &str) -> String {
    label_value(value).join(";")
}
