//! Validation of pods and pod templates: what holds for the pod as a whole.

use super::container::{Where, containers, ephemeral_containers, init_containers};
use super::meta::{annotations, labels, object_meta, object_meta_update};
use super::names::{in_range, ip, label, qualified, search_domain, subdomain};
use super::scheduling::{affinity, tolerations, topology_spread};
use super::security::pod_security;
use super::volume::volumes;
use crate::api::{Kind, Value};
use crate::apiserver::document::{at, flag, has, int, items, set, text, unset};
use crate::apiserver::field::{Errors, Path};
use std::collections::BTreeSet;

const DNS_POLICIES: [&str; 4] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const RESTART_POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];
const MOST_NAMESERVERS: usize = 3;
const MOST_SEARCHES: usize = 32;
const MOST_SEARCH_LETTERS: usize = 2048;
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

pub(super) fn create(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::Pod, &doc["metadata"]);
    whole(errors, doc);
    let path = Path::root("spec");
    let spec = &doc["spec"];
    if !items(spec, "ephemeralContainers").is_empty() {
        errors.forbidden(&path.child("ephemeralContainers"), "cannot be set on create");
    }
    if !text(spec, "nodeName").is_empty() && !items(spec, "schedulingGates").is_empty() {
        errors
            .forbidden(&path.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
}

/// Validates a pod that ephemeral containers were added to.
pub(super) fn ephemeral(errors: &mut Errors, doc: &Value) {
    object_meta(errors, Kind::Pod, &doc["metadata"]);
    whole(errors, doc);
}

fn whole(errors: &mut Errors, doc: &Value) {
    specific_annotations(errors, &doc["metadata"], &Path::root("metadata"));
    let path = Path::root("spec");
    pod_spec(errors, &doc["spec"], &path, &Where { is_pod: true, more_volumes: &[] });
    for list in ["containers", "initContainers"] {
        let path = path.child(list);
        for (index, container) in items(&doc["spec"], list).iter().enumerate() {
            let image = text(container, "image");
            if image.trim() != image {
                let detail = "must not have leading or trailing whitespace";
                errors.invalid(&path.index(index).child("image"), image, detail);
            }
        }
    }
}

/// Validates a pod's change: hardly anything of a pod may change.
pub(super) fn update(errors: &mut Errors, old: &Value, doc: &Value) {
    object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    object_meta(errors, Kind::Pod, &doc["metadata"]);
    whole(errors, doc);
    let (before, after) = (&old["spec"], &doc["spec"]);
    let path = Path::root("spec");
    for list in ["containers", "initContainers"] {
        if items(before, list).len() != items(after, list).len() {
            return errors.forbidden(&path.child(list), "pod updates may not add or remove containers");
        }
    }
    if !deadline_update(errors, before, after, &path) {
        return;
    }
    only_more_tolerations(errors, before, after, &path);
    only_fewer_gates(errors, before, after, &path);
    let munged = munged(before, after);
    if &munged != before {
        let fields = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        let diff = crate::apiserver::internal::pod_spec_diff(before, &munged);
        errors.forbidden(&path, format!("pod updates may not change fields other than {fields}\n{diff}"));
    }
}

fn deadline_update(errors: &mut Errors, before: &Value, after: &Value, path: &Path<'_>) -> bool {
    let path = path.child("activeDeadlineSeconds");
    match (int(before, "activeDeadlineSeconds"), int(after, "activeDeadlineSeconds")) {
        (_, Some(new)) if !in_range(new, 0, i64::from(i32::MAX)).is_empty() => {
            for problem in in_range(new, 0, i64::from(i32::MAX)) {
                errors.invalid(&path, new, problem);
            }
            false
        }
        (Some(old), Some(new)) if old < new => {
            errors.invalid(&path, new, "must be less than or equal to previous value");
            false
        }
        (Some(_), None) => {
            errors.invalid(&path, &Value::Null, "must not update from a positive integer to nil value");
            true
        }
        _ => true,
    }
}

fn only_more_tolerations(errors: &mut Errors, before: &Value, after: &Value, path: &Path<'_>) {
    let untimed = |toleration: &Value| {
        let mut toleration = toleration.clone();
        unset(&mut toleration, "tolerationSeconds");
        toleration
    };
    let kept: Vec<Value> = items(after, "tolerations").iter().map(untimed).collect();
    if items(before, "tolerations").iter().any(|old| !kept.contains(&untimed(old))) {
        let detail = "existing toleration can not be modified except its tolerationSeconds";
        errors.forbidden(&path.child("tolerations"), detail);
    }
}

fn only_fewer_gates(errors: &mut Errors, before: &Value, after: &Value, path: &Path<'_>) {
    let path = path.child("schedulingGates");
    for (index, gate) in items(after, "schedulingGates").iter().enumerate() {
        let name = text(gate, "name");
        if !items(before, "schedulingGates").iter().any(|old| text(old, "name") == name) {
            let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
            errors.forbidden(&path.index(index).child("name"), detail);
        }
    }
}

/// The new spec with all that may change as it was.
fn munged(before: &Value, after: &Value) -> Value {
    let mut munged = after.clone();
    for list in ["containers", "initContainers"] {
        for (index, old) in items(before, list).iter().enumerate() {
            if let Some(container) = munged.get_mut(list).and_then(|list| list.get_mut(index)) {
                set(container, "image", old["image"].clone());
            }
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        match before.get(field) {
            Some(value) => set(&mut munged, field, value.clone()),
            None => unset(&mut munged, field),
        }
    }
    let grace = int(before, "terminationGracePeriodSeconds");
    if grace.is_some_and(|grace| grace < 0) && int(&munged, "terminationGracePeriodSeconds") == Some(1) {
        set(&mut munged, "terminationGracePeriodSeconds", before["terminationGracePeriodSeconds"].clone());
    }
    if !items(before, "schedulingGates").is_empty() {
        for field in ["nodeSelector", "affinity"] {
            if let Some(value) = before.get(field) {
                set(&mut munged, field, value.clone());
            } else {
                unset(&mut munged, field);
            }
        }
    }
    munged
}

/// Validates a pod template. `more_volumes` are those a StatefulSet's claims will add.
pub(super) fn pod_template(errors: &mut Errors, template: &Value, path: &Path<'_>, more_volumes: &[Value]) {
    let meta = &template["metadata"];
    // The server leaves `metadata` out of these paths.
    labels(errors, meta, "labels", path);
    annotations(errors, meta, path);
    specific_annotations(errors, meta, path);
    let spec_path = path.child("spec");
    pod_spec(errors, &template["spec"], &spec_path, &Where { is_pod: false, more_volumes });
    if !items(&template["spec"], "ephemeralContainers").is_empty() {
        let detail = "ephemeral containers not allowed in pod template";
        errors.forbidden(&spec_path.child("ephemeralContainers"), detail);
    }
}

fn specific_annotations(errors: &mut Errors, meta: &Value, path: &Path<'_>) {
    let path = path.child("annotations");
    if let Some(cost) = at(meta, &["annotations", DELETION_COST]).as_str() {
        let signed = cost.starts_with('+') || (cost.len() > 1 && cost.starts_with('0'));
        if cost.parse::<i32>().is_err() || signed {
            errors.invalid(&path.key(DELETION_COST), cost, "must be a 32bit integer");
        }
    }
}

fn pod_spec(errors: &mut Errors, spec: &Value, path: &Path<'_>, context: &Where<'_>) {
    let names = volumes(errors, spec, &path.child("volumes"), context);
    let mut claims = BTreeSet::new();
    let claims_path = path.child("resourceClaims");
    for (index, claim) in items(spec, "resourceClaims").iter().enumerate() {
        let (path, name) = (claims_path.index(index), text(claim, "name"));
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        } else if !claims.insert(name) {
            errors.duplicate(&path.child("name"), name);
        } else {
            for problem in label(name) {
                errors.invalid(&path.child("name"), name, problem);
            }
        }
    }
    containers(errors, spec, &path.child("containers"), &names);
    init_containers(errors, spec, &path.child("initContainers"), &names);
    ephemeral_containers(errors, spec, &path.child("ephemeralContainers"), &names);
    host_network_ports(errors, spec, path, context);

    let restart = text(spec, "restartPolicy");
    if !RESTART_POLICIES.contains(&restart) {
        errors.not_supported(&path.child("restartPolicy"), restart, &RESTART_POLICIES);
    }
    let dns = text(spec, "dnsPolicy");
    if !DNS_POLICIES.contains(&dns) {
        errors.not_supported(&path.child("dnsPolicy"), dns, &DNS_POLICIES);
    }
    labels(errors, spec, "nodeSelector", path);
    pod_security(errors, spec, &path.child("securityContext"));
    affinity(errors, &spec["affinity"], &path.child("affinity"));
    dns_config(errors, spec, &path.child("dnsConfig"));
    let gates_path = path.child("readinessGates");
    for (index, gate) in items(spec, "readinessGates").iter().enumerate() {
        let kind = text(gate, "conditionType");
        for problem in qualified(kind) {
            errors.invalid(&gates_path.index(index).child("conditionType"), kind, problem);
        }
    }
    let gates_path = path.child("schedulingGates");
    let mut seen = BTreeSet::new();
    for (index, gate) in items(spec, "schedulingGates").iter().enumerate() {
        let name = text(gate, "name");
        for problem in qualified(name) {
            errors.invalid(&gates_path.index(index), name, problem);
        }
        if !seen.insert(name) {
            errors.duplicate(&gates_path.index(index), name);
        }
    }
    topology_spread(errors, spec, &path.child("topologySpreadConstraints"));
    scalars(errors, spec, path);
}

/// The host port of a pod on its node's network is its container's port.
fn host_network_ports(errors: &mut Errors, spec: &Value, path: &Path<'_>, context: &Where<'_>) {
    if !flag(spec, "hostNetwork") {
        return;
    }
    let path = path.child("containers");
    for (index, container) in items(spec, "containers").iter().enumerate() {
        let path = path.index(index);
        let path = path.child("ports");
        for (index, port) in items(container, "ports").iter().enumerate() {
            let number = |key| int(port, key).unwrap_or(0);
            let (host, own) = (number("hostPort"), number("containerPort"));
            if (context.is_pod || host != 0) && host != own {
                let detail = "must match `containerPort` when `hostNetwork` is true";
                errors.invalid(&path.index(index).child("hostPort"), host, detail);
            }
        }
    }
}

fn dns_config(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let config = &spec["dnsConfig"];
    if text(spec, "dnsPolicy") == "None" {
        if !config.is_object() {
            return errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        if items(config, "nameservers").is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return errors.required(&path.child("nameservers"), detail);
        }
    }
    let servers_path = path.child("nameservers");
    let servers = items(config, "nameservers");
    if servers.len() > MOST_NAMESERVERS {
        let detail = format!("must not have more than {MOST_NAMESERVERS} nameservers");
        errors.invalid(&servers_path, &config["nameservers"], detail);
    }
    for (index, server) in servers.iter().enumerate() {
        let server = server.as_str().unwrap_or_default();
        for problem in ip(server) {
            errors.invalid(&servers_path.index(index), server, problem);
        }
    }
    let searches_path = path.child("searches");
    let searches = items(config, "searches");
    if searches.len() > MOST_SEARCHES {
        let detail = format!("must not have more than {MOST_SEARCHES} search paths");
        errors.invalid(&searches_path, &config["searches"], detail);
    }
    let letters: usize = searches.iter().map(|search| search.as_str().map_or(0, str::len) + 1).sum();
    if letters > MOST_SEARCH_LETTERS + 1 {
        let detail = format!(
            "must not have more than {MOST_SEARCH_LETTERS} characters (including spaces) in the search list"
        );
        errors.invalid(&searches_path, &config["searches"], detail);
    }
    for (index, search) in searches.iter().enumerate() {
        let search = search.as_str().unwrap_or_default();
        if search == "." {
            continue;
        }
        let search = search.strip_suffix('.').unwrap_or(search);
        for problem in search_domain(search) {
            errors.invalid(&searches_path.index(index), search, problem);
        }
    }
    let options_path = path.child("options");
    for (index, option) in items(config, "options").iter().enumerate() {
        if text(option, "name").is_empty() {
            errors.required(&options_path.index(index), "must not be empty");
        }
    }
}

/// Names and numbers of the spec itself.
fn scalars(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    let mut named = |field: &str, problems: fn(&str) -> Vec<String>| {
        let value = text(spec, field);
        if !value.is_empty() {
            for problem in problems(value) {
                errors.invalid(&path.child(field), value, problem);
            }
        }
    };
    named("serviceAccountName", subdomain);
    named("nodeName", subdomain);
    if let Some(seconds) = int(spec, "activeDeadlineSeconds") {
        for problem in in_range(seconds, 1, i64::from(i32::MAX)) {
            errors.invalid(&path.child("activeDeadlineSeconds"), seconds, problem);
        }
    }
    let mut named = |field: &str, problems: fn(&str) -> Vec<String>| {
        let value = text(spec, field);
        if !value.is_empty() {
            for problem in problems(value) {
                errors.invalid(&path.child(field), value, problem);
            }
        }
    };
    named("hostname", label);
    named("subdomain", label);
    tolerations(errors, spec, &path.child("tolerations"));
    let aliases_path = path.child("hostAliases");
    for (index, alias) in items(spec, "hostAliases").iter().enumerate() {
        let path = aliases_path.index(index);
        let address = text(alias, "ip");
        for problem in ip(address) {
            errors.invalid(&path.child("ip"), address, problem);
        }
        let path = path.child("hostnames");
        for (index, name) in items(alias, "hostnames").iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            for problem in subdomain(name) {
                errors.invalid(&path.index(index), name, problem);
            }
        }
    }
    for field in ["priorityClassName", "runtimeClassName"] {
        let value = text(spec, field);
        for problem in if value.is_empty() { Vec::new() } else { subdomain(value) } {
            errors.invalid(&path.child(field), value, problem);
        }
    }
    let preemption = text(spec, "preemptionPolicy");
    let policies = ["PreemptLowerPriority", "Never"];
    if has(spec, "preemptionPolicy") && !policies.contains(&preemption) {
        errors.not_supported(&path.child("preemptionPolicy"), preemption, &policies);
    }
    if has(spec, "os") {
        let name = text(&spec["os"], "name");
        if !["linux", "windows"].contains(&name) {
            let path = path.child("os");
            match name {
                "" => errors.required(&path.child("name"), "cannot be empty"),
                name => errors.not_supported(&path.child("name"), name, &["linux", "windows"]),
            }
        }
    }
}
