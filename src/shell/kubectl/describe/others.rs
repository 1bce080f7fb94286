//! Autoscalers, disruption budgets, classes and volumes.

use super::super::doc::{entries, int, items, or_none, selector, shown, text};
use super::super::output::age;
use super::super::printers::storage::access_modes;
use super::{Page, truth};
use crate::api::{Object, Value};

/// A HorizontalPodAutoscaler's fields.
pub fn autoscaler(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    let reference = &spec["scaleTargetRef"];
    page.name(object);
    page.notes(doc);
    page.field(0, "CreationTimestamp", age::date(&doc["metadata"]["creationTimestamp"]));
    page.field(0, "Reference", format!("{}/{}", text(&reference["kind"]), text(&reference["name"])));
    page.field(0, "Metrics", "( current / target )");
    for (at, metric) in items(&spec["metrics"]).iter().enumerate() {
        let now = items(&status["currentMetrics"]).get(at).unwrap_or(&Value::Null);
        page.line(1, autoscaler_metric(metric, now));
    }
    let least =
        if spec["minReplicas"].is_null() { "<unset>".to_owned() } else { shown(&spec["minReplicas"]) };
    page.field(0, "Min replicas", least);
    page.field(0, "Max replicas", shown(&spec["maxReplicas"]));
    if spec["behavior"].is_object() {
        page.line(0, "Behavior:");
        scaling_rules(page, "Scale Up", &spec["behavior"]["scaleUp"]);
        scaling_rules(page, "Scale Down", &spec["behavior"]["scaleDown"]);
    }
    page.field(
        0,
        &format!("{} pods", text(&reference["kind"])),
        format!("{} current / {} desired", int(&status["currentReplicas"]), int(&status["desiredReplicas"])),
    );
    if !items(&status["conditions"]).is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason\tMessage");
        page.line(1, "----\t------\t------\t-------");
        for condition in items(&status["conditions"]) {
            let cells = ["type", "status", "reason", "message"].map(|key| text(&condition[key]));
            page.line(1, cells.join("\t"));
        }
    }
}

/// A metric's line: of what, what it is now, what it should be.
fn autoscaler_metric(metric: &Value, now: &Value) -> String {
    let source = |kind: &str| (&metric[kind], &metric[kind]["target"], &now[kind]["current"]);
    let unknown = |value: &Value| if value.is_null() { "<unknown>".to_owned() } else { shown(value) };
    let (what, (of, target, current)) = match text(&metric["type"]) {
        "Pods" => ("on pods", source("pods")),
        "Object" => ("", source("object")),
        "External" => ("", source("external")),
        "ContainerResource" => ("of container", source("containerResource")),
        _ => ("on pods", source("resource")),
    };
    let amounts = |key: &str| format!("{} / {}", unknown(&current[key]), shown(&target[key]));
    let name = text(&of["metric"]["name"]);
    if what == "on pods" && !name.is_empty() {
        return format!("\"{name}\" on pods:\t{}", amounts("averageValue"));
    }
    if what.is_empty() {
        let object = &of["describedObject"];
        let of = match object.is_object() {
            true => format!(" on {}/{}", text(&object["kind"]), text(&object["name"])),
            false => String::new(),
        };
        return match target["averageValue"].is_null() {
            true => format!("\"{name}\"{of} (target value):\t{}", amounts("value")),
            false => format!("\"{name}\"{of} (target average value):\t{}", amounts("averageValue")),
        };
    }
    let container = match text(&of["container"]) {
        "" => String::new(),
        container => format!(" of container \"{container}\""),
    };
    let resource = format!("resource {}{container} on pods", text(&of["name"]));
    if !target["averageValue"].is_null() {
        return format!("{resource}:\t{}", amounts("averageValue"));
    }
    let current = match current["averageUtilization"].as_i64() {
        Some(percent) => format!("{percent}% ({})", shown(&current["averageValue"])),
        None => "<unknown>".to_owned(),
    };
    let wanted = target["averageUtilization"].as_i64();
    let wanted = wanted.map_or_else(|| "<auto>".to_owned(), |percent| format!("{percent}%"));
    format!("{resource}  (as a percentage of request):\t{current} / {wanted}")
}

/// How fast an autoscaler goes in one direction.
fn scaling_rules(page: &mut Page<'_>, direction: &str, rules: &Value) {
    if !rules.is_object() {
        return;
    }
    page.line(1, format!("{direction}:"));
    if !rules["stabilizationWindowSeconds"].is_null() {
        let seconds = int(&rules["stabilizationWindowSeconds"]);
        page.line(2, format!("Stabilization Window: {seconds} seconds"));
    }
    if items(&rules["policies"]).is_empty() {
        return;
    }
    let select = if rules["selectPolicy"].is_null() { "Max" } else { text(&rules["selectPolicy"]) };
    page.line(2, format!("Select Policy: {select}"));
    page.line(2, "Policies:");
    for policy in items(&rules["policies"]) {
        let (value, period) = (int(&policy["value"]), int(&policy["periodSeconds"]));
        let kind = text(&policy["type"]);
        page.line(3, format!("- Type: {kind}\tValue: {value}\tPeriod: {period} seconds"));
    }
}

/// A PodDisruptionBudget's fields.
pub fn disruption_budget(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.name(object);
    for (name, key) in [("Min available", "minAvailable"), ("Max unavailable", "maxUnavailable")] {
        if !spec[key].is_null() {
            page.field(0, name, shown(&spec[key]));
        }
    }
    let chosen = if spec["selector"].is_null() { "<unset>".to_owned() } else { selector(&spec["selector"]) };
    page.field(0, "Selector", chosen);
    page.line(0, "Status:");
    for (name, key) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        page.field(2, name, int(&status[key]).to_string());
    }
}

/// An IngressClass's fields.
pub fn ingress_class(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.notes(doc);
    page.field(0, "Controller", text(&doc["spec"]["controller"]));
    let parameters = &doc["spec"]["parameters"];
    if parameters.is_object() {
        page.line(0, "Parameters:");
        if !text(&parameters["apiGroup"]).is_empty() {
            page.field(1, "APIGroup", text(&parameters["apiGroup"]));
        }
        page.field(1, "Kind", text(&parameters["kind"]));
        page.field(1, "Name", text(&parameters["name"]));
    }
}

/// A StorageClass's fields.
pub fn storage_class(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let default = "storageclass.kubernetes.io/is-default-class";
    page.name(object);
    let is_default = text(&doc["metadata"]["annotations"][default]) == "true";
    page.field(0, "IsDefaultClass", if is_default { "Yes" } else { "No" });
    let pairs = |map: &Value| {
        let pairs: Vec<String> = entries(map).map(|(key, value)| format!("{key}={}", shown(value))).collect();
        or_none(&pairs.join(","))
    };
    page.field(0, "Annotations", pairs(&doc["metadata"]["annotations"]));
    page.field(0, "Provisioner", text(&doc["provisioner"]));
    page.field(0, "Parameters", pairs(&doc["parameters"]));
    let expands = doc["allowVolumeExpansion"].as_bool().map_or("<unset>", truth);
    page.field(0, "AllowVolumeExpansion", expands);
    if items(&doc["mountOptions"]).is_empty() {
        page.field(0, "MountOptions", "<none>");
    } else {
        page.line(0, "MountOptions:");
        items(&doc["mountOptions"]).iter().for_each(|option| page.line(1, text(option)));
    }
    page.field(0, "ReclaimPolicy", text(&doc["reclaimPolicy"]));
    page.field(0, "VolumeBindingMode", text(&doc["volumeBindingMode"]));
}

/// A PriorityClass's fields.
pub fn priority_class(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.field(0, "Value", int(&doc["value"]).to_string());
    page.field(0, "GlobalDefault", (doc["globalDefault"] == true).to_string());
    page.field(0, "PreemptionPolicy", text(&doc["preemptionPolicy"]));
    page.field(0, "Description", text(&doc["description"]));
    page.annotations("Annotations", &doc["metadata"]["annotations"]);
}

fn finalizers(page: &mut Page<'_>, doc: &Value) {
    let names: Vec<&str> = items(&doc["metadata"]["finalizers"]).iter().map(text).collect();
    page.field(0, "Finalizers", format!("[{}]", names.join(" ")));
}

/// A PersistentVolumeClaim's fields.
pub fn claim(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    let bound = !text(&spec["volumeName"]).is_empty();
    page.name(object);
    page.field(0, "StorageClass", text(&spec["storageClassName"]));
    page.field(0, "Status", text(&status["phase"]));
    page.field(0, "Volume", text(&spec["volumeName"]));
    page.notes(doc);
    finalizers(page, doc);
    page.field(0, "Capacity", if bound { shown(&status["capacity"]["storage"]) } else { String::new() });
    page.field(0, "Access Modes", if bound { access_modes(&status["accessModes"]) } else { String::new() });
    page.field(0, "VolumeMode", text(&spec["volumeMode"]));
    let uses = |pod: &&std::sync::Arc<Object>| {
        items(&pod.doc()["spec"]["volumes"])
            .iter()
            .any(|volume| text(&volume["persistentVolumeClaim"]["claimName"]) == object.meta.name)
    };
    let pods = page.store.list(crate::api::Kind::Pod, &object.meta.namespace);
    let users: Vec<String> = pods.filter(uses).map(|pod| pod.meta.name.to_string()).collect();
    page.list("Used By", &users);
}

/// A PersistentVolume's fields.
pub fn volume(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.name(object);
    page.notes(doc);
    finalizers(page, doc);
    page.field(0, "StorageClass", text(&spec["storageClassName"]));
    page.field(0, "Status", text(&status["phase"]));
    let claim = &spec["claimRef"];
    let claimed = if claim.is_null() {
        String::new()
    } else {
        format!("{}/{}", text(&claim["namespace"]), text(&claim["name"]))
    };
    page.field(0, "Claim", claimed);
    page.field(0, "Reclaim Policy", text(&spec["persistentVolumeReclaimPolicy"]));
    page.field(0, "Access Modes", access_modes(&spec["accessModes"]));
    page.field(0, "VolumeMode", text(&spec["volumeMode"]));
    page.field(0, "Capacity", shown(&spec["capacity"]["storage"]));
    page.field(0, "Node Affinity", "<none>");
    page.field(0, "Message", text(&status["message"]));
    page.line(0, "Source:");
    super::container::plain_source(page, spec);
}
