//! Budgets, quotas, roles.

use super::Table;
use crate::shell::kubectl::doc::{entries, int, items, shown, text};

pub(super) const DISRUPTION_BUDGET: Table =
    Table::new("NAME|MIN AVAILABLE|MAX UNAVAILABLE|ALLOWED DISRUPTIONS|AGE", |row| {
        let limit = |key: &str| match &row.spec()[key] {
            value if value.is_null() => "N/A".into(),
            value => shown(value),
        };
        let allowed = int(&row.status()["disruptionsAllowed"]).to_string();
        vec![row.name(), limit("minAvailable"), limit("maxUnavailable"), allowed, row.age()]
    });

pub(super) const QUOTA: Table = Table::new("NAME|REQUEST|LIMIT|AGE", |row| {
    let status = row.status();
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in entries(&status["hard"]) {
        let used = match shown(&status["used"][resource]) {
            used if used.is_empty() => "0".into(),
            used => used,
        };
        let cell = format!("{resource}: {used}/{}", shown(hard));
        if resource.starts_with("limits.") { limits.push(cell) } else { requests.push(cell) }
    }
    vec![row.name(), requests.join(", "), limits.join(", "), row.age()]
});

pub(super) const CREATED: Table =
    Table::new("NAME|CREATED AT", |row| vec![row.name(), shown(&row.doc["metadata"]["creationTimestamp"])]);

pub(super) const BINDING: Table = Table::new("NAME|ROLE|AGE|+USERS|+GROUPS|+SERVICEACCOUNTS", |row| {
    let role = &row.doc["roleRef"];
    let subjects = |kind: &str| {
        let named = items(&row.doc["subjects"]).iter().filter(|subject| subject["kind"] == kind);
        let names = named.map(|subject| match (kind, text(&subject["namespace"])) {
            ("ServiceAccount", namespace) => format!("{namespace}/{}", text(&subject["name"])),
            _ => shown(&subject["name"]),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let role = format!("{}/{}", text(&role["kind"]), text(&role["name"]));
    vec![row.name(), role, row.age(), subjects("User"), subjects("Group"), subjects("ServiceAccount")]
});

pub(super) const SIGNING_REQUEST: Table =
    Table::new("NAME|AGE|SIGNERNAME|REQUESTOR|REQUESTEDDURATION|CONDITION", |row| {
        let conditions: Vec<String> =
            items(&row.status()["conditions"]).iter().map(|c| shown(&c["type"])).collect();
        let mut condition = if conditions.is_empty() { "Pending".into() } else { conditions.join(",") };
        if !row.status()["certificate"].is_null() {
            condition.push_str(",Issued");
        }
        let spec = row.spec();
        vec![
            row.name(),
            row.age(),
            shown(&spec["signerName"]),
            shown(&spec["username"]),
            "<none>".into(),
            condition,
        ]
    });
