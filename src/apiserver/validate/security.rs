//! Validation of security contexts.

use super::names::in_range;
use crate::api::Value;
use crate::apiserver::document::{at, flag, has, int, items, text};
use crate::apiserver::field::{Errors, Path};

const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

/// Validates a pod's security context.
pub(super) fn pod_security(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let context = &spec["securityContext"];
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        id(errors, context, field, path);
    }
    let groups = path.child("supplementalGroups");
    for (index, group) in items(context, "supplementalGroups").iter().enumerate() {
        let group = group.as_i64().unwrap_or(0);
        for problem in in_range(group, 0, i64::from(i32::MAX)) {
            errors.invalid(&groups.index(index), group, problem);
        }
    }
    if flag(spec, "shareProcessNamespace") && flag(spec, "hostPID") {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&path.child("shareProcessNamespace"), true, detail);
    }
    let sysctls = path.child("sysctls");
    for (index, sysctl) in items(context, "sysctls").iter().enumerate() {
        if text(sysctl, "name").is_empty() {
            errors.required(&sysctls.index(index).child("name"), "");
        }
    }
    one_of(errors, context, "fsGroupChangePolicy", &["Always", "OnRootMismatch"], path);
    seccomp(errors, &context["seccompProfile"], &path.child("seccompProfile"));
    app_armor(errors, &context["appArmorProfile"], &path.child("appArmorProfile"));
    one_of(errors, context, "supplementalGroupsPolicy", &["Merge", "Strict"], path);
    one_of(errors, context, "seLinuxChangePolicy", &["MountOption", "Recursive"], path);
}

/// Validates a container's security context; null is none.
pub(super) fn container_security(errors: &mut Errors, context: &Value, path: &Path<'_>) {
    if context.is_null() {
        return;
    }
    for field in ["runAsUser", "runAsGroup"] {
        id(errors, context, field, path);
    }
    one_of(errors, context, "procMount", &["Default", "Unmasked"], path);
    seccomp(errors, &context["seccompProfile"], &path.child("seccompProfile"));
    if has(context, "allowPrivilegeEscalation") && !flag(context, "allowPrivilegeEscalation") {
        if flag(context, "privileged") {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            errors.invalid(path, crate::apiserver::internal::container_security(context), detail);
        }
        let added = items(at(context, &["capabilities"]), "add");
        if added.iter().any(|capability| capability == "CAP_SYS_ADMIN") {
            let detail =
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            errors.invalid(path, crate::apiserver::internal::container_security(context), detail);
        }
    }
    app_armor(errors, &context["appArmorProfile"], &path.child("appArmorProfile"));
}

fn id(errors: &mut Errors, context: &Value, field: &str, path: &Path<'_>) {
    if let Some(id) = int(context, field) {
        for problem in in_range(id, 0, i64::from(i32::MAX)) {
            errors.invalid(&path.child(field), id, problem);
        }
    }
}

fn one_of(errors: &mut Errors, context: &Value, field: &str, values: &[&str], path: &Path<'_>) {
    let value = text(context, field);
    if has(context, field) && !values.contains(&value) {
        errors.not_supported(&path.child(field), value, values);
    }
}

fn seccomp(errors: &mut Errors, profile: &Value, path: &Path<'_>) {
    if profile.is_null() {
        return;
    }
    let kind = text(profile, "type");
    match kind {
        "" => errors.required(&path.child("type"), "type is required when seccompProfile is set"),
        kind if !PROFILES.contains(&kind) => errors.not_supported(&path.child("type"), kind, &PROFILES),
        _ => {}
    }
    let file = path.child("localhostProfile");
    match (kind == "Localhost", has(profile, "localhostProfile")) {
        (true, false) => errors.required(&file, "must be set when seccomp type is Localhost"),
        (false, true) => errors.invalid(&file, profile, "can only be set when seccomp type is Localhost"),
        _ => {}
    }
}

fn app_armor(errors: &mut Errors, profile: &Value, path: &Path<'_>) {
    if profile.is_null() {
        return;
    }
    let file = path.child("localhostProfile");
    let name = text(profile, "localhostProfile");
    match text(profile, "type") {
        "Localhost" if name.trim().is_empty() => {
            errors.required(&file, "must be set when AppArmor type is Localhost");
        }
        "Localhost" if name.trim() != name => {
            errors.invalid(&file, name, "must not be padded with whitespace")
        }
        "Localhost" => {}
        "RuntimeDefault" | "Unconfined" => {
            if has(profile, "localhostProfile") {
                errors.invalid(&file, name, "can only be set when AppArmor type is Localhost");
            }
        }
        "" => errors.required(&path.child("type"), "type is required when appArmorProfile is set"),
        kind => errors.not_supported(&path.child("type"), kind, &PROFILES),
    }
}
