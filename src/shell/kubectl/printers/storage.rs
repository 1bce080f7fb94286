//! Configuration and volumes.

use super::Table;
use crate::api::Value;
use crate::shell::kubectl::doc::{entries, flag, items, shown, text};

pub(super) const CONFIG_MAP: Table = Table::new("NAME|DATA|AGE", |row| {
    let count = entries(&row.doc["data"]).count() + entries(&row.doc["binaryData"]).count();
    vec![row.name(), count.to_string(), row.age()]
});

pub(super) const SECRET: Table = Table::new("NAME|TYPE|DATA|AGE", |row| {
    vec![row.name(), shown(&row.doc["type"]), entries(&row.doc["data"]).count().to_string(), row.age()]
});

pub(super) const VOLUME: Table = Table::new(
    "NAME|CAPACITY|ACCESS MODES|RECLAIM POLICY|STATUS|CLAIM|STORAGECLASS|VOLUMEATTRIBUTESCLASS|REASON|AGE|+VOLUMEMODE",
    |row| {
        let (spec, status) = (row.spec(), row.status());
        let claim = match text(&spec["claimRef"]["name"]) {
            "" => String::new(),
            name => format!("{}/{name}", text(&spec["claimRef"]["namespace"])),
        };
        let phase = if row.doc["metadata"]["deletionTimestamp"].is_null() {
            shown(&status["phase"])
        } else {
            "Terminating".into()
        };
        vec![
            row.name(),
            shown(&spec["capacity"]["storage"]),
            access_modes(&spec["accessModes"]),
            shown(&spec["persistentVolumeReclaimPolicy"]),
            phase,
            claim,
            shown(&spec["storageClassName"]),
            unset(&spec["volumeAttributesClassName"]),
            shown(&status["reason"]),
            row.age(),
            unset(&spec["volumeMode"]),
        ]
    },
);

pub(super) const CLAIM: Table = Table::new(
    "NAME|STATUS|VOLUME|CAPACITY|ACCESS MODES|STORAGECLASS|VOLUMEATTRIBUTESCLASS|AGE|+VOLUMEMODE",
    |row| {
        let (spec, status) = (row.spec(), row.status());
        let bound = !text(&spec["volumeName"]).is_empty();
        let phase = if row.doc["metadata"]["deletionTimestamp"].is_null() {
            shown(&status["phase"])
        } else {
            "Terminating".into()
        };
        vec![
            row.name(),
            phase,
            shown(&spec["volumeName"]),
            if bound { shown(&status["capacity"]["storage"]) } else { String::new() },
            if bound { access_modes(&status["accessModes"]) } else { String::new() },
            shown(&spec["storageClassName"]),
            unset(&spec["volumeAttributesClassName"]),
            row.age(),
            unset(&spec["volumeMode"]),
        ]
    },
);

/// `RWO,ROX`
pub fn access_modes(modes: &Value) -> String {
    let short = |mode: &Value| match text(mode) {
        "ReadWriteOnce" => Some("RWO"),
        "ReadOnlyMany" => Some("ROX"),
        "ReadWriteMany" => Some("RWX"),
        "ReadWriteOncePod" => Some("RWOP"),
        _ => None,
    };
    items(modes).iter().filter_map(short).collect::<Vec<_>>().join(",")
}

fn unset(value: &Value) -> String {
    if value.is_null() { "<unset>".into() } else { shown(value) }
}

pub(super) const CLASS: Table =
    Table::new("NAME|PROVISIONER|RECLAIMPOLICY|VOLUMEBINDINGMODE|ALLOWVOLUMEEXPANSION|AGE", |row| {
        let annotations = &row.doc["metadata"]["annotations"];
        let default = annotations["storageclass.kubernetes.io/is-default-class"] == "true";
        let name = if default { format!("{} (default)", row.name()) } else { row.name() };
        vec![
            name,
            shown(&row.doc["provisioner"]),
            shown(&row.doc["reclaimPolicy"]),
            shown(&row.doc["volumeBindingMode"]),
            flag(&row.doc["allowVolumeExpansion"]).to_string(),
            row.age(),
        ]
    });
