//! Nodes, namespaces, events and what else belongs to the cluster.

use super::Table;
use crate::api::Gathered;
use crate::shell::kubectl::doc::{entries, flag, int, items, or_none, shown, text};
use crate::shell::kubectl::output::age;
use std::collections::BTreeSet;

pub(super) const NODE: Table = Table::new(
    "NAME|STATUS|ROLES|AGE|VERSION|+INTERNAL-IP|+EXTERNAL-IP|+OS-IMAGE|+KERNEL-VERSION|+CONTAINER-RUNTIME",
    |row| {
        let (status, info) = (row.status(), &row.status()["nodeInfo"]);
        let ready = items(&status["conditions"]).iter().find(|c| c["type"] == "Ready");
        let mut words = vec![match ready.map(|condition| text(&condition["status"])) {
            Some("True") => "Ready",
            Some(_) => "NotReady",
            None => "Unknown",
        }];
        if flag(&row.spec()["unschedulable"]) {
            words.push("SchedulingDisabled");
        }
        let address = |kind: &str| {
            let found = items(&status["addresses"]).iter().find(|address| address["type"] == kind);
            or_none(found.map_or("", |address| text(&address["address"])))
        };
        let unknown = |value: String| if value.is_empty() { "<unknown>".into() } else { value };
        let kernel = match text(&info["architecture"]) {
            "" => shown(&info["kernelVersion"]),
            architecture => format!("{} ({architecture})", text(&info["kernelVersion"])),
        };
        vec![
            row.name(),
            words.join(","),
            or_none(&roles(&row.doc["metadata"]["labels"])),
            row.age(),
            shown(&info["kubeletVersion"]),
            address("InternalIP"),
            address("ExternalIP"),
            unknown(shown(&info["osImage"])),
            unknown(kernel),
            unknown(shown(&info["containerRuntimeVersion"])),
        ]
    },
);

/// The roles that a node's labels name.
pub fn roles(labels: &crate::api::Value) -> String {
    let roles: BTreeSet<String> = entries(labels)
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => Some(role.to_owned()),
            _ if key == "kubernetes.io/role" && value != "" => Some(shown(value)),
            _ => None,
        })
        .into_set();
    roles.into_iter().collect::<Vec<_>>().join(",")
}

pub(super) const NAMESPACE: Table =
    Table::new("NAME|STATUS|AGE", |row| vec![row.name(), shown(&row.status()["phase"]), row.age()]);

pub(super) const EVENT: Table =
    Table::new("LAST SEEN|TYPE|REASON|OBJECT|+SUBOBJECT|+SOURCE|MESSAGE|+FIRST SEEN|+COUNT|+NAME", |row| {
        let event = row.doc;
        let about = &event["involvedObject"];
        let first =
            if event["firstTimestamp"].is_null() { &event["eventTime"] } else { &event["firstTimestamp"] };
        let last = if event["lastTimestamp"].is_null() { first } else { &event["lastTimestamp"] };
        let source = match (text(&event["source"]["component"]), text(&event["source"]["host"])) {
            ("", _) => shown(&event["reportingComponent"]),
            (component, "") => component.to_owned(),
            (component, host) => format!("{component}, {host}"),
        };
        vec![
            age::since(row.now, last),
            shown(&event["type"]),
            shown(&event["reason"]),
            format!("{}/{}", text(&about["kind"]).to_lowercase(), text(&about["name"])),
            shown(&about["fieldPath"]),
            source,
            text(&event["message"]).trim().to_owned(),
            age::since(row.now, first),
            int(&event["count"]).max(1).to_string(),
            row.name(),
        ]
    });

pub(super) const LEASE: Table =
    Table::new("NAME|HOLDER|AGE", |row| vec![row.name(), shown(&row.spec()["holderIdentity"]), row.age()]);

pub(super) const PRIORITY_CLASS: Table =
    Table::new("NAME|VALUE|GLOBAL-DEFAULT|AGE|PREEMPTIONPOLICY", |row| {
        vec![
            row.name(),
            int(&row.doc["value"]).to_string(),
            flag(&row.doc["globalDefault"]).to_string(),
            row.age(),
            shown(&row.doc["preemptionPolicy"]),
        ]
    });

pub(super) const COMPONENT_STATUS: Table = Table::new("NAME|STATUS|MESSAGE|ERROR", |row| {
    let condition = &row.doc["conditions"][0];
    let healthy = if condition["status"] == "True" { "Healthy" } else { "Unhealthy" };
    vec![row.name(), healthy.into(), shown(&condition["message"]), shown(&condition["error"])]
});
