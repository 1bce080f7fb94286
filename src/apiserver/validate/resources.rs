//! Validation of requests and limits.

use super::names::{NOT_NEGATIVE, qualified};
use crate::api::Value;
use crate::apiserver::document::entries;
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::quantity::Quantity;

const CONTAINER_RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
/// Resources that quotas measure: so much of each, by requests or by limits.
const MEASURED: [&str; 9] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];
/// Resources of which there are only whole ones.
const WHOLE: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
    "resourcequotas",
];

/// Validates a container's requests and limits.
pub(super) fn requirements(errors: &mut Errors, resources: &Value, path: &Path<'_>) {
    let (limits, requests) = (path.child("limits"), path.child("requests"));
    for (name, value) in entries(resources, "limits") {
        let path = limits.key(name);
        container_resource(errors, name, &path);
        quantity(errors, name, value, &path);
    }
    for (name, value) in entries(resources, "requests") {
        let path = requests.key(name);
        container_resource(errors, name, &path);
        quantity(errors, name, value, &path);
        let limit = &resources["limits"][name.as_str()];
        let Some((asked, most)) = Quantity::from_value(value).zip(Quantity::from_value(limit)) else {
            continue;
        };
        if asked != most && is_extended(name) {
            let detail = format!("must be equal to {name} limit of {most}");
            errors.invalid(&requests, asked.to_string(), detail);
        } else if asked > most {
            let detail = format!("must be less than or equal to {name} limit of {most}");
            errors.invalid(&requests, asked.to_string(), detail);
        }
    }
    for (name, _) in entries(resources, "requests") {
        if is_extended(name) && resources["limits"][name.as_str()].is_null() {
            errors.required(&limits, "Limit must be set for non overcommitable resources");
        }
    }
}

fn is_extended(name: &str) -> bool {
    (name.contains('/') && !name.contains("kubernetes.io/")) || name.starts_with("hugepages-")
}

/// Validates the name of a resource of containers.
pub(super) fn container_resource(errors: &mut Errors, name: &str, path: &Path<'_>) {
    resource_name(errors, name, path);
    if is_plain(name) && !CONTAINER_RESOURCES.contains(&name) {
        errors.invalid(path, name, "must be a standard resource for containers");
    }
}

/// Validates the name of a resource that a quota limits.
pub(super) fn quota_resource(errors: &mut Errors, name: &str, path: &Path<'_>) {
    resource_name(errors, name, path);
    if is_plain(name) && !is_quota_resource(name) {
        errors.invalid(path, name, "must be a standard resource for quota");
    }
}

/// Whether quotas know a resource by that name.
pub(super) fn is_quota_resource(name: &str) -> bool {
    MEASURED.contains(&name) || WHOLE.contains(&name) || name == "requests.storage"
}

/// Validates the name of any resource.
pub(super) fn resource_name(errors: &mut Errors, name: &str, path: &Path<'_>) {
    let problems = qualified(name);
    let known = !is_plain(name) || is_quota_resource(name) || name == "storage";
    if problems.is_empty() && !known {
        errors.invalid(path, name, "must be a standard resource type or fully qualified");
    }
    for problem in problems {
        errors.invalid(path, name, problem);
    }
}

/// Whether a name has no domain of its own.
fn is_plain(name: &str) -> bool {
    !name.contains('/') && !name.starts_with("hugepages-")
}

/// Validates one quantity.
pub(super) fn quantity(errors: &mut Errors, name: &str, value: &Value, path: &Path<'_>) {
    let Some(quantity) = Quantity::from_value(value) else { return };
    if quantity.is_negative() {
        errors.invalid(path, quantity.to_string(), NOT_NEGATIVE);
    }
    if (WHOLE.contains(&name) || name.starts_with("count/") || is_extended(name)) && !quantity.is_integer() {
        errors.invalid(path, quantity.to_string(), "must be an integer");
    }
}
