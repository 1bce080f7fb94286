//! `describe pod`.

use super::super::doc::{int, items, text};
use super::super::output::age;
use super::{Page, container};
use crate::api::{Object, Value};

/// A pod's fields.
pub fn pod(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.name(object);
    if let Some(priority) = spec["priority"].as_i64() {
        page.field(0, "Priority", priority.to_string());
    }
    if !text(&spec["priorityClassName"]).is_empty() {
        page.field(0, "Priority Class Name", text(&spec["priorityClassName"]));
    }
    page.field(0, "Service Account", text(&spec["serviceAccountName"]));
    match text(&spec["nodeName"]) {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format!("{node}/{}", text(&status["hostIP"]))),
    }
    if !status["startTime"].is_null() {
        page.field(0, "Start Time", age::date(&status["startTime"]));
    }
    page.notes(doc);
    let phase = text(&status["phase"]);
    if object.meta.deleted.is_some() && phase != "Failed" && phase != "Succeeded" {
        let since = age::since(page.now, &doc["metadata"]["deletionTimestamp"]);
        page.field(0, "Status", format!("Terminating (lasts {since})"));
        let grace = int(&doc["metadata"]["deletionGracePeriodSeconds"]);
        page.field(0, "Termination Grace Period", format!("{grace}s"));
    } else {
        page.field(0, "Status", phase);
    }
    for (name, key) in [("Reason", "reason"), ("Message", "message")] {
        if !text(&status[key]).is_empty() {
            page.field(0, name, text(&status[key]));
        }
    }
    page.field(0, "IP", text(&status["podIP"]));
    if items(&status["podIPs"]).is_empty() {
        page.field(0, "IPs", "<none>");
    } else {
        page.line(0, "IPs:");
        for ip in items(&status["podIPs"]) {
            page.field(1, "IP", text(&ip["ip"]));
        }
    }
    page.controlled_by(object);
    // A list that says nothing of a container: it has not begun.
    let none = Value::Array(Vec::new());
    let statuses = |key: &str| if status[key].is_array() { &status[key] } else { &none };
    container::containers(
        page,
        "Init Containers",
        &spec["initContainers"],
        statuses("initContainerStatuses"),
        doc,
        "",
    );
    container::containers(page, "Containers", &spec["containers"], statuses("containerStatuses"), doc, "");
    let ephemeral = statuses("ephemeralContainerStatuses");
    container::containers(page, "Ephemeral Containers", &spec["ephemeralContainers"], ephemeral, doc, "");
    let gates = items(&spec["readinessGates"]);
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:");
        page.line(1, "Type\tStatus");
        for gate in gates {
            let kind = text(&gate["conditionType"]);
            let condition =
                items(&status["conditions"]).iter().find(|condition| text(&condition["type"]) == kind);
            page.line(
                1,
                format!("{kind} \t{} ", condition.map_or("<none>", |condition| text(&condition["status"]))),
            );
        }
    }
    if !items(&status["conditions"]).is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus");
        for condition in items(&status["conditions"]) {
            page.line(1, format!("{} \t{} ", text(&condition["type"]), text(&condition["status"])));
        }
    }
    container::volumes(page, &spec["volumes"], "");
    page.field(0, "QoS Class", text(&status["qosClass"]));
    page.labels("Node-Selectors", &spec["nodeSelector"]);
    container::tolerations(page, "Tolerations", &spec["tolerations"]);
    container::spreading(page, "", &spec["topologySpreadConstraints"]);
}
