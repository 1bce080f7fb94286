//! Validation of containers: names, images, ports, environment, mounts, hooks.

use super::env::{env, env_from};
use super::names::{label, port_name, port_number};
use super::probe::{lifecycle, probe};
use super::resources::requirements;
use super::security::container_security;
use super::service::PROTOCOLS;
use super::volume::mounts;
use crate::api::Gathered;
use crate::api::Value;
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};
use std::collections::{BTreeMap, BTreeSet};

/// Where a pod spec stands.
pub(super) struct Where<'a> {
    /// In a Pod, not in a template.
    pub(super) is_pod: bool,
    /// Claims whose volumes the pods will have besides their own.
    pub(super) more_volumes: &'a [Value],
}

/// The valid volumes of a pod by name.
pub(super) type Volumes<'a> = BTreeMap<&'a str, &'a Value>;

const SIDECAR_ONLY: &str = "may not be set for init containers without restartPolicy=Always";
const NOT_EPHEMERAL: [&str; 7] =
    ["ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resizePolicy"];

pub(super) fn containers(errors: &mut Errors, spec: &Value, path: &Path<'_>, volumes: &Volumes<'_>) {
    let list = items(spec, "containers");
    if list.is_empty() {
        return errors.required(path, "");
    }
    let mut names = BTreeSet::new();
    for (index, container) in list.iter().enumerate() {
        let path = path.index(index);
        common(errors, container, &path, volumes);
        let name = text(container, "name");
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
        hooks_and_probes(errors, spec, container, &path);
        if has(container, "restartPolicy") {
            restart_policy(errors, text(container, "restartPolicy"), &path);
        }
    }
    host_port_conflicts(errors, list, path);
}

/// A container that is not an init container may have any of the pod's policies.
fn restart_policy(errors: &mut Errors, policy: &str, path: &Path<'_>) {
    let policies = ["Always", "Never", "OnFailure"];
    if !policies.contains(&policy) {
        errors.not_supported(&path.child("restartPolicy"), policy, &policies);
    }
}

pub(super) fn init_containers(errors: &mut Errors, spec: &Value, path: &Path<'_>, volumes: &Volumes<'_>) {
    let mut names: BTreeSet<&str> =
        items(spec, "containers").iter().map(|container| text(container, "name")).into_set();
    for (index, container) in items(spec, "initContainers").iter().enumerate() {
        let path_here = path.index(index);
        common(errors, container, &path_here, volumes);
        if has(container, "restartPolicy") {
            restart_policy(errors, text(container, "restartPolicy"), &path_here);
        }
        let name = text(container, "name");
        if !names.insert(name) {
            errors.duplicate(&path_here.child("name"), name);
        }
        host_port_conflicts(errors, std::slice::from_ref(container), path);
        if text(container, "restartPolicy") == "Always" {
            hooks_and_probes(errors, spec, container, &path_here);
        } else {
            for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                if has(container, field) {
                    errors.forbidden(&path_here.child(field), SIDECAR_ONLY);
                }
            }
        }
    }
}

pub(super) fn ephemeral_containers(
    errors: &mut Errors,
    spec: &Value,
    path: &Path<'_>,
    volumes: &Volumes<'_>,
) {
    let others: BTreeSet<&str> = ["containers", "initContainers"]
        .iter()
        .flat_map(|list| items(spec, list))
        .map(|c| text(c, "name"))
        .into_set();
    let mut names = others.clone();
    for (index, container) in items(spec, "ephemeralContainers").iter().enumerate() {
        let path = path.index(index);
        common(errors, container, &path, volumes);
        let name = text(container, "name");
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
        let target = text(container, "targetContainerName");
        if !target.is_empty() && !others.contains(target) {
            errors.not_found(&path.child("targetContainerName"), target);
        }
        for field in NOT_EPHEMERAL {
            let set = match &container[field] {
                Value::Object(map) => !map.is_empty() || field != "resources",
                other => !other.is_null(),
            };
            if set {
                errors.forbidden(&path.child(field), "cannot be set for an Ephemeral Container");
            }
        }
    }
}

fn common(errors: &mut Errors, container: &Value, path: &Path<'_>, volumes: &Volumes<'_>) {
    let name = text(container, "name");
    if name.is_empty() {
        errors.required(&path.child("name"), "");
    }
    for problem in if name.is_empty() { Vec::new() } else { label(name) } {
        errors.invalid(&path.child("name"), name, problem);
    }
    if text(container, "image").is_empty() {
        errors.required(&path.child("image"), "");
    }
    let policies = ["File", "FallbackToLogsOnError"];
    let policy = text(container, "terminationMessagePolicy");
    if !policies.contains(&policy) {
        errors.not_supported(&path.child("terminationMessagePolicy"), policy, &policies);
    }
    ports(errors, container, &path.child("ports"));
    env(errors, container, &path.child("env"));
    env_from(errors, container, &path.child("envFrom"));
    mounts(errors, container, &path.child("volumeMounts"), volumes);
    let policies = ["Always", "IfNotPresent", "Never"];
    let policy = text(container, "imagePullPolicy");
    if !policies.contains(&policy) {
        errors.not_supported(&path.child("imagePullPolicy"), policy, &policies);
    }
    requirements(errors, &container["resources"], &path.child("resources"));
    container_security(errors, &container["securityContext"], &path.child("securityContext"));
}

fn ports(errors: &mut Errors, container: &Value, path: &Path<'_>) {
    let mut names = BTreeSet::new();
    for (index, port) in items(container, "ports").iter().enumerate() {
        let path = path.index(index);
        let name = text(port, "name");
        if !name.is_empty() {
            let problems = port_name(name);
            if problems.is_empty() && !names.insert(name) {
                errors.duplicate(&path.child("name"), name);
            }
            for problem in problems {
                errors.invalid(&path.child("name"), name, problem);
            }
        }
        match int(port, "containerPort").unwrap_or(0) {
            0 => errors.required(&path.child("containerPort"), ""),
            number => {
                for problem in port_number(number) {
                    errors.invalid(&path.child("containerPort"), number, problem);
                }
            }
        }
        let host = int(port, "hostPort").unwrap_or(0);
        for problem in if host == 0 { Vec::new() } else { port_number(host) } {
            errors.invalid(&path.child("hostPort"), host, problem);
        }
        let protocol = text(port, "protocol");
        if !PROTOCOLS.contains(&protocol) {
            errors.not_supported(&path.child("protocol"), protocol, &PROTOCOLS);
        }
    }
}

/// A port of the node can be taken once.
fn host_port_conflicts(errors: &mut Errors, containers: &[Value], path: &Path<'_>) {
    let mut taken = BTreeSet::new();
    for (index, container) in containers.iter().enumerate() {
        let path = path.index(index);
        let path = path.child("ports");
        for (index, port) in items(container, "ports").iter().enumerate() {
            let host = int(port, "hostPort").unwrap_or(0);
            let shown = format!("{}/{}/{host}", text(port, "protocol"), text(port, "hostIP"));
            if host != 0 && !taken.insert(shown.clone()) {
                errors.duplicate(&path.index(index).child("hostPort"), shown);
            }
        }
    }
}

fn hooks_and_probes(errors: &mut Errors, spec: &Value, container: &Value, path: &Path<'_>) {
    let grace = int(spec, "terminationGracePeriodSeconds");
    lifecycle(errors, &container["lifecycle"], grace, &path.child("lifecycle"));
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        probe(errors, name, &container[name], &path.child(name));
    }
}
