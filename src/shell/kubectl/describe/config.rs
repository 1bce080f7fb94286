//! `describe` of configuration, namespaces and accounts, and of kinds without a form of their own.

use super::super::doc::{entries, items, or_none, shown, text};
use super::{Page, bracketed};
use crate::api::{Kind, Object, Ordered, Value};

/// A ConfigMap's fields.
pub fn config_map(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.notes(doc);
    page.line(0, "\nData\n====");
    for (key, value) in entries(&doc["data"]) {
        page.line(0, format!("{key}:\n----"));
        page.flush();
        page.line(0, format!("{}\n", text(value)));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in entries(&doc["binaryData"]) {
        page.line(0, format!("{key}: {} bytes", decoded_length(text(value))));
    }
    page.line(0, "");
}

/// How many bytes a text in base64 stands for (RFC 4648).
fn decoded_length(text: &str) -> usize {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
    digits * 3 / 4
}

/// A Secret's fields: how long its values are, never what they are.
pub fn secret(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.notes(doc);
    page.line(0, format!("\nType:\t{}", text(&doc["type"])));
    page.line(0, "\nData\n====");
    for (key, value) in entries(&doc["data"]) {
        page.line(0, format!("{key}:\t{} bytes", decoded_length(text(value))));
    }
}

/// A Namespace's fields.
pub fn namespace(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.field(0, "Name", &object.meta.name);
    page.notes(doc);
    page.field(0, "Status", text(&doc["status"]["phase"]));
    let quotas: Vec<_> = page.store.list(Kind::ResourceQuota, &object.meta.name).cloned().collect();
    page.line(0, if quotas.is_empty() { "\nNo resource quota." } else { "\nResource Quotas" });
    for quota in quotas {
        page.field(1, "Name", &quota.meta.name);
        quota_table(page, 1, quota.doc());
    }
    let ranges: Vec<_> = page.store.list(Kind::LimitRange, &object.meta.name).cloned().collect();
    page.line(0, if ranges.is_empty() { "\nNo LimitRange resource." } else { "\nResource Limits" });
    for (at, range) in ranges.iter().enumerate() {
        limit_table(page, " ", at == 0, range.doc());
    }
}

/// A ServiceAccount's fields.
pub fn service_account(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.notes(doc);
    let names = |key: &str| {
        or_none(&items(&doc[key]).iter().map(|one| text(&one["name"])).collect::<Vec<_>>().join("\n"))
    };
    page.field(0, "Image pull secrets", names("imagePullSecrets"));
    page.field(0, "Mountable secrets", names("secrets"));
    page.field(0, "Tokens", "<none>");
}

/// The fields of a Role or ClusterRole.
pub fn role(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.field(0, "Name", &object.meta.name);
    page.notes(doc);
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    let mut rows = Vec::new();
    for rule in items(&doc["rules"]) {
        let (names, verbs) = (bracketed(&rule["resourceNames"]), bracketed(&rule["verbs"]));
        let groups = items(&rule["apiGroups"]);
        for resource in items(&rule["resources"]) {
            let group = groups.iter().map(text).find(|group| !group.is_empty());
            let resource = match group {
                Some(group) => format!("{}.{group}", text(resource)),
                None => text(resource).to_owned(),
            };
            rows.push(format!("{resource}\t[]\t{names}\t{verbs}"));
        }
        for url in items(&rule["nonResourceURLs"]) {
            rows.push(format!(" \t[{}]\t{names}\t{verbs}", text(url)));
        }
    }
    rows.order();
    for row in rows {
        page.line(1, row);
    }
}

/// The fields of a RoleBinding or ClusterRoleBinding.
pub fn role_binding(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.field(0, "Name", &object.meta.name);
    page.notes(doc);
    page.line(0, "Role:");
    page.field(1, "Kind", text(&doc["roleRef"]["kind"]));
    page.field(1, "Name", text(&doc["roleRef"]["name"]));
    page.line(0, "Subjects:");
    page.line(1, "Kind\tName\tNamespace");
    page.line(1, "----\t----\t---------");
    for subject in items(&doc["subjects"]) {
        let (kind, name) = (text(&subject["kind"]), text(&subject["name"]));
        page.line(1, format!("{kind}\t{name}\t{}", text(&subject["namespace"])));
    }
}

/// A LimitRange's fields.
pub fn limit_range(page: &mut Page<'_>, object: &Object) {
    page.name(object);
    limit_table(page, "", true, object.doc());
}

/// The limits of a LimitRange, a resource in a line.
fn limit_table(page: &mut Page<'_>, before: &str, headed: bool, doc: &Value) {
    if headed {
        for line in [
            "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio",
            "----\t--------\t---\t---\t---------------\t-------------\t-----------------------",
        ] {
            page.line(0, format!("{before}{line}"));
        }
    }
    const COLUMNS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for limit in items(&doc["spec"]["limits"]) {
        let mut resources: Vec<&String> =
            COLUMNS.iter().flat_map(|column| entries(&limit[*column]).map(|(name, _)| name)).collect();
        resources.order();
        resources.dedup();
        for resource in resources {
            let cell = |column: &&str| match &limit[*column][resource.as_str()] {
                Value::Null => "-".to_owned(),
                amount => shown(amount),
            };
            let cells: Vec<String> = COLUMNS.iter().map(cell).collect();
            page.line(0, format!("{before}{}\t{resource}\t{}", text(&limit["type"]), cells.join("\t")));
        }
    }
}

/// A ResourceQuota's fields.
pub fn quota(page: &mut Page<'_>, object: &Object) {
    page.name(object);
    quota_table(page, 0, object.doc());
}

/// A ResourceQuota's scopes, and what is used of each resource.
fn quota_table(page: &mut Page<'_>, level: usize, doc: &Value) {
    let mut scopes: Vec<&str> = items(&doc["spec"]["scopes"]).iter().map(text).collect();
    scopes.order();
    if !scopes.is_empty() {
        page.field(level, "Scopes", scopes.join(", "));
    }
    for scope in scopes {
        let (which, such) = match scope {
            "Terminating" => (
                "that have an active deadline",
                "have a limited lifespan on a node before being actively terminated by the system",
            ),
            "NotTerminating" => (
                "that do not have an active deadline",
                "usually include long running pods whose container command is not expected to terminate",
            ),
            "BestEffort" => {
                ("that do not have resource requirements set", "have a best effort quality of service")
            }
            "NotBestEffort" => (
                "that have at least one resource requirement set",
                "have a burstable or guaranteed quality of service",
            ),
            _ => continue,
        };
        // On its own a quota indents these, within a namespace they stand with the rest.
        let bullet = if level == 0 { " *" } else { "*" };
        page.line(level, format!("{bullet} Matches all pods {which}. These pods {such}."));
    }
    page.line(level, "Resource\tUsed\tHard");
    // Within a namespace, the line is a dash shorter.
    page.line(level, if level == 0 { "--------\t----\t----" } else { "--------\t---\t---" });
    for (name, hard) in entries(&doc["spec"]["hard"]) {
        let used = match &doc["status"]["used"][name.as_str()] {
            Value::Null => "0".to_owned(),
            used => shown(used),
        };
        page.line(level, format!("{name}\t{used}\t{}", shown(hard)));
    }
}

/// What a kind without a form of its own shows: its whole document, keys in words.
pub fn anything(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.field(0, "Name", &object.meta.name);
    page.field(0, "Namespace", &object.meta.namespace);
    page.notes(doc);
    page.field(0, "API Version", text(&doc["apiVersion"]));
    page.field(0, "Kind", text(&doc["kind"]));
    page.line(0, "Metadata:");
    for (name, key) in [
        ("Creation Timestamp", "creationTimestamp"),
        ("Generation", "generation"),
        ("Resource Version", "resourceVersion"),
        ("UID", "uid"),
    ] {
        if !doc["metadata"][key].is_null() {
            page.field(1, name, shown(&doc["metadata"][key]));
        }
    }
    const SAID: [&str; 3] = ["apiVersion", "kind", "metadata"];
    for (key, value) in entries(doc).filter(|(key, _)| !SAID.contains(&key.as_str())) {
        tree(page, 0, key, value);
    }
}

fn tree(page: &mut Page<'_>, level: usize, key: &str, value: &Value) {
    let name = in_words(key);
    match value {
        Value::Object(map) => {
            page.line(level, format!("{name}:"));
            map.iter().for_each(|(key, value)| tree(page, level + 1, key, value));
        }
        Value::Array(list) => {
            page.line(level, format!("{name}:"));
            for item in list {
                match item {
                    Value::Object(map) => {
                        map.iter().for_each(|(key, value)| tree(page, level + 1, key, value))
                    }
                    other => page.line(level + 1, shown(other)),
                }
            }
        }
        other => page.field(level, &name, shown(other)),
    }
}

/// `minReplicas` as `Min Replicas`.
fn in_words(key: &str) -> String {
    let mut words = String::new();
    for (index, c) in key.chars().enumerate() {
        match index {
            0 => words.extend(c.to_uppercase()),
            _ if c.is_uppercase() => words.extend([' ', c]),
            _ => words.push(c),
        }
    }
    words
}
