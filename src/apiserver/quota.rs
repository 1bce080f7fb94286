//! LimitRanges and ResourceQuotas of a namespace: what a pod's containers are given, may at least and at
//! most ask for, and how many objects there may be.

use super::defaults::qos_class;
use super::document::{at, entries, items, items_mut, object, set, text};
use super::quantity::Quantity;
use super::{Store, refusal};
use crate::api::{Kind, Ordered, RESOURCES, Status, Value};

const ANNOTATION: &str = "kubernetes.io/limit-ranger";
/// Resources of pods that a quota may name with or without `requests.`.
const POD_RESOURCES: [&str; 2] = ["cpu", "memory"];

/// Gives a pod's containers the requests and limits its namespace has as defaults, and refuses those
/// that are out of its bounds.
pub(super) fn limit_pod(store: &Store, namespace: &str, pod: &mut Value) -> Result<(), Status> {
    let ranges: Vec<Value> = store
        .list(Kind::LimitRange, namespace)
        .flat_map(|range| items(&range.doc()["spec"], "limits").to_vec())
        .filter(|limit| ["Container", "Pod"].contains(&text(limit, "type")))
        .collect();
    if ranges.is_empty() {
        return Ok(());
    }
    let mut given = Vec::new();
    for range in &ranges {
        for list in ["initContainers", "containers"] {
            let kind = if list == "containers" { "container" } else { "init container" };
            items_mut(object(pod, "spec"), list)
                .for_each(|container| fill(container, range, kind, &mut given));
        }
    }
    if !given.is_empty() {
        let note = format!("LimitRanger plugin set: {}", given.join("; "));
        set(object(object(pod, "metadata"), "annotations"), ANNOTATION, note);
    }
    let mut problems = Vec::new();
    for range in &ranges {
        if text(range, "type") == "Pod" {
            out_of_bounds(&of_pod(pod), range, &mut problems);
            continue;
        }
        for container in ["initContainers", "containers"].iter().flat_map(|list| items(&pod["spec"], list)) {
            out_of_bounds(&container["resources"], range, &mut problems);
        }
    }
    let why = match &problems[..] {
        [] => return Ok(()),
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Err(refusal::forbidden(Kind::Pod, text(&pod["metadata"], "name"), &why))
}

/// Fills in what a container leaves out.
fn fill(container: &mut Value, range: &Value, kind: &str, given: &mut Vec<String>) {
    let name = text(container, "name").to_owned();
    for (from, to, what) in [("defaultRequest", "requests", "request"), ("default", "limits", "limit")] {
        let missing: Vec<(String, Value)> = entries(range, from)
            .filter(|(resource, _)| at(container, &["resources", to, resource.as_str()]).is_null())
            .map(|(resource, value)| (resource.clone(), value.clone()))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let names: Vec<&str> = missing.iter().map(|(resource, _)| resource.as_str()).collect();
        given.push(format!("{} {what} for {kind} {name}", names.join(", ")));
        let target = object(object(container, "resources"), to);
        missing.into_iter().for_each(|(resource, value)| set(target, &resource, value));
    }
}

/// What the containers of a pod ask for together.
fn of_pod(pod: &Value) -> Value {
    let mut sums = Value::default();
    for field in ["requests", "limits"] {
        for container in items(&pod["spec"], "containers") {
            for (name, value) in entries(&container["resources"], field) {
                let before = Quantity::from_value(at(&sums, &[field, name])).unwrap_or(Quantity::ZERO);
                let Some(value) = Quantity::from_value(value) else { continue };
                set(object(&mut sums, field), name, before.plus(value).to_string());
            }
        }
    }
    sums
}

fn out_of_bounds(resources: &Value, range: &Value, problems: &mut Vec<String>) {
    let whom = text(range, "type");
    let find = |kind: &str, name: &str| Quantity::from_value(at(resources, &[kind, name]));
    for (name, bound) in entries(range, "min") {
        let Some(least) = Quantity::from_value(bound) else { continue };
        let how = match (find("requests", name), find("limits", name)) {
            (None, _) => ".  No request is specified".to_owned(),
            (Some(request), _) if request < least => format!(", but request is {request}"),
            (_, Some(limit)) if limit < least => format!(", but limit is {limit}"),
            _ => continue,
        };
        problems.push(format!("minimum {name} usage per {whom} is {least}{how}"));
    }
    for (name, bound) in entries(range, "max") {
        let Some(most) = Quantity::from_value(bound) else { continue };
        let how = match (find("limits", name), find("requests", name)) {
            (None, _) => ".  No limit is specified".to_owned(),
            (Some(limit), _) if limit > most => format!(", but limit is {limit}"),
            (_, Some(request)) if request > most => format!(", but request is {request}"),
            _ => continue,
        };
        problems.push(format!("maximum {name} usage per {whom} is {most}{how}"));
    }
}

/// Whether an object is of the pods that a quota's scopes mean; without scopes, every object is.
fn covers(quota: &Value, kind: Kind, doc: &Value) -> bool {
    let mut scopes = items(quota, "scopes").iter().filter_map(Value::as_str);
    let selected = items(at(quota, &["scopeSelector"]), "matchExpressions");
    scopes.all(|scope| in_scope(scope, kind, doc))
        && selected.iter().all(|term| {
            let priority = at(doc, &["spec", "priorityClassName"]);
            match (text(term, "scopeName"), text(term, "operator")) {
                ("PriorityClass", "Exists") => kind == Kind::Pod && !priority.is_null(),
                ("PriorityClass", "DoesNotExist") => kind == Kind::Pod && priority.is_null(),
                ("PriorityClass", how) => {
                    kind == Kind::Pod && items(term, "values").contains(priority) == (how == "In")
                }
                (scope, _) => in_scope(scope, kind, doc),
            }
        })
}

fn in_scope(scope: &str, kind: Kind, doc: &Value) -> bool {
    let spec = at(doc, &["spec"]);
    let (ends, modest) = (!spec["activeDeadlineSeconds"].is_null(), qos_class(spec) == "BestEffort");
    kind == Kind::Pod
        && match scope {
            "Terminating" => ends,
            "NotTerminating" => !ends,
            "BestEffort" => modest,
            "NotBestEffort" => !modest,
            _ => false,
        }
}

/// How much of a resource the objects of a namespace use that a quota's spec covers; `None` for a resource that is not
/// counted.
pub fn used(store: &Store, quota: &Value, namespace: &str, resource: &str) -> Option<String> {
    let mut counted = POD_RESOURCES.contains(&resource)
        || resource.starts_with("requests.")
        || resource.starts_with("limits.")
        || resource.starts_with("services.");
    let mut sum = Quantity::ZERO;
    for kind in RESOURCES.iter().filter(|kind| kind.namespaced).map(|resource| resource.kind) {
        let named = kind.resource();
        counted |= resource == named.plural
            || resource.strip_prefix("count/").is_some_and(|name| name == named.plural_qualified());
        let live = store.list(kind, namespace);
        let live = live.filter(|object| !object.pod().is_some_and(|pod| pod.status.is_terminal()));
        let live = live.filter(|object| covers(quota, kind, object.doc()));
        sum =
            live.filter_map(|object| usage(resource, kind, object.doc()).flatten()).fold(sum, Quantity::plus);
    }
    counted.then(|| sum.to_string())
}

/// Refuses an object that a quota of its namespace has no room for.
pub(super) fn quota(store: &Store, kind: Kind, namespace: &str, doc: &Value) -> Result<(), Status> {
    let name = text(&doc["metadata"], "name");
    for quota in store.list(Kind::ResourceQuota, namespace) {
        if !covers(&quota.doc()["spec"], kind, doc) {
            continue;
        }
        let mut over: Vec<[String; 3]> = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for (resource, hard) in entries(&quota.doc()["spec"], "hard") {
            let (Some(asked), Some(most)) = (usage(resource, kind, doc), Quantity::from_value(hard)) else {
                continue;
            };
            let Some(asked) = asked else {
                missing.push(format!("{resource} for: {}", silent(doc, resource).join(",")));
                continue;
            };
            let used = store
                .list(kind, namespace)
                .filter(|object| !object.pod().is_some_and(|pod| pod.status.is_terminal()))
                .filter(|object| covers(&quota.doc()["spec"], kind, object.doc()))
                .filter_map(|object| usage(resource, kind, object.doc()).flatten())
                .fold(Quantity::ZERO, Quantity::plus);
            if asked > Quantity::ZERO && used.plus(asked) > most {
                over.push([asked, used, most].map(|quantity| format!("{resource}={quantity}")));
            }
        }
        if !missing.is_empty() {
            missing.order();
            let why = format!("failed quota: {}: must specify {}", quota.meta.name, missing.join("; "));
            return Err(refusal::forbidden(kind, name, &why));
        }
        if !over.is_empty() {
            let list =
                |index: usize| over.iter().map(|shown| shown[index].as_str()).collect::<Vec<_>>().join(",");
            let why = format!(
                "exceeded quota: {}, requested: {}, used: {}, limited: {}",
                quota.meta.name,
                list(0),
                list(1),
                list(2)
            );
            return Err(refusal::forbidden(kind, name, &why));
        }
    }
    Ok(())
}

/// What a resource of a quota is called in the resources of a container.
fn in_container(resource: &str) -> Option<(&'static str, &str)> {
    match resource.split_once('.') {
        Some(("requests", name)) => Some(("requests", name)),
        Some(("limits", name)) => Some(("limits", name)),
        None if POD_RESOURCES.contains(&resource) => Some(("requests", resource)),
        _ => None,
    }
}

/// The containers of a pod that do not say how much of a resource they take.
fn silent(pod: &Value, resource: &str) -> Vec<String> {
    let Some((field, name)) = in_container(resource) else { return Vec::new() };
    let containers = ["containers", "initContainers"].into_iter().flat_map(|list| items(&pod["spec"], list));
    let silent = containers.filter(|container| at(container, &["resources", field, name]).is_null());
    let mut names: Vec<String> = silent.map(|container| text(container, "name").to_owned()).collect();
    names.order();
    names
}

/// How much of a quota's resource an object takes. `None` if it is none of its business; `Some(None)` if
/// the object should say and does not.
fn usage(resource: &str, kind: Kind, doc: &Value) -> Option<Option<Quantity>> {
    let plural = kind.resource().plural;
    let counted =
        resource == plural || resource.strip_prefix("count/") == Some(&kind.resource().plural_qualified());
    if counted {
        return Some(Some(Quantity::ONE));
    }
    match (kind, resource) {
        (Kind::Service, "services.loadbalancers") => {
            let one =
                if text(&doc["spec"], "type") == "LoadBalancer" { Quantity::ONE } else { Quantity::ZERO };
            Some(Some(one))
        }
        (Kind::Service, "services.nodeports") => {
            let external = matches!(text(&doc["spec"], "type"), "NodePort" | "LoadBalancer");
            let ports = items(&doc["spec"], "ports").iter().map(|_| Quantity::ONE);
            Some(Some(ports.filter(|_| external).fold(Quantity::ZERO, Quantity::plus)))
        }
        (Kind::Pod, _) => {
            let (field, name) = in_container(resource)?;
            let asked = |container: &Value| Quantity::from_value(at(container, &["resources", field, name]));
            let total = items(&doc["spec"], "containers").iter().map(asked);
            Some(
                total
                    .collect::<Option<Vec<_>>>()
                    .map(|all| all.into_iter().fold(Quantity::ZERO, Quantity::plus)),
            )
        }
        _ => None,
    }
}
