//! `kubectl get --raw`: the API's own paths.

use crate::api::{Map, RESOURCES, Status, StatusReason, Value, json};
use crate::cluster::Cluster;
use crate::shell::kubectl::call::{Call, OK, Outcome, not_found};
use crate::shell::kubectl::doc::text;
use crate::shell::kubectl::output::go;

/// The server's version, as it tells it.
pub const VERSION: &str = "v1.36.2";

/// Carries the request out.
pub fn get(call: &mut Call<'_, '_>) -> Outcome {
    if !call.args().is_empty() {
        return Err(call.usage("arguments may not be passed when --raw is specified"));
    }
    let path = call.flags.text("raw").to_owned();
    let printed = answer(call.ctx.cluster, &path)?;
    call.print(&printed);
    OK
}

/// What the API answers at a path.
///
/// # Errors
/// In the server's words.
pub fn answer(cluster: &Cluster, path: &str) -> Result<String, Status> {
    let path = path.split('?').next().unwrap_or("").trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    Ok(match &parts[..] {
        ["healthz" | "livez" | "readyz", ..] => "ok".to_owned(),
        ["version"] => version(),
        ["api"] => r#"{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"192.168.65.3:6443"}]}"#.to_owned() + "\n",
        ["apis"] => groups(),
        ["api", "v1", rest @ ..] => objects(cluster, "", "v1", rest)?,
        ["apis", group, version, rest @ ..] => objects(cluster, group, version, rest)?,
        _ => return Err(missing()),
    })
}

fn missing() -> Status {
    Status::new(StatusReason::NotFound, "the server could not find the requested resource")
}

fn version() -> String {
    let lines = [
        ("major", "1"),
        ("minor", "36"),
        ("emulationMajor", "1"),
        ("emulationMinor", "36"),
        ("minCompatibilityMajor", "1"),
        ("minCompatibilityMinor", "35"),
        ("gitVersion", VERSION),
        ("gitTreeState", "clean"),
        ("goVersion", "go1.26.0"),
        ("compiler", "gc"),
        ("platform", "linux/amd64"),
    ];
    let lines: Vec<String> = lines.iter().map(|(key, value)| format!("  \"{key}\": \"{value}\"")).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

fn groups() -> String {
    let mut groups: Vec<(&str, &str)> = Vec::new();
    for resource in RESOURCES.iter().filter(|resource| !resource.group.is_empty()) {
        if !groups.contains(&(resource.group, resource.version)) {
            groups.push((resource.group, resource.version));
        }
    }
    let shown: Vec<String> = groups
        .iter()
        .map(|(group, version)| {
            let version = format!("{{\"groupVersion\":\"{group}/{version}\",\"version\":\"{version}\"}}");
            format!("{{\"name\":\"{group}\",\"versions\":[{version}],\"preferredVersion\":{version}}}")
        })
        .collect();
    format!("{{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[{}]}}\n", shown.join(","))
}

/// `namespaces/NS/PLURAL/NAME`, `PLURAL/NAME`, `PLURAL`.
fn objects(cluster: &Cluster, group: &str, version: &str, rest: &[&str]) -> Result<String, Status> {
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        rest => (None, rest),
    };
    let kind = rest.first().and_then(|plural| {
        let resource =
            |r: &&crate::api::Resource| r.plural == *plural && r.group == group && r.version == version;
        RESOURCES.iter().find(resource).map(|resource| resource.kind)
    });
    let Some(kind) = kind else { return Err(missing()) };
    let printed = match rest {
        [_, name] => {
            let found = cluster.store().find(kind, namespace.unwrap_or(""), name).cloned();
            let object = found.ok_or_else(|| not_found(kind, name))?;
            in_order(object.doc())
        }
        [_] => {
            let objects = cluster.store().list_all(kind);
            let own = objects.filter(|object| namespace.is_none_or(|name| object.meta.namespace == name));
            let items: Vec<String> = own.map(|object| in_order(&without_type(object.doc()))).collect();
            let version = cluster.store().version();
            format!(
                "{{\"kind\":\"{}List\",\"apiVersion\":\"{}\",\"metadata\":{{\"resourceVersion\":\"{version}\"}},\"items\":[{}]}}",
                kind.resource().name,
                kind.resource().api_version(),
                items.join(",")
            )
        }
        _ => return Err(missing()),
    };
    Ok(printed + "\n")
}

fn without_type(doc: &Value) -> Value {
    let mut map: Map<String, Value> = doc.as_object().cloned().unwrap_or_default();
    map.remove("kind");
    map.remove("apiVersion");
    Value::Object(map)
}

/// An object as the server writes it: its type first, then its name, its metadata, the rest.
fn in_order(doc: &Value) -> String {
    let mut parts = Vec::new();
    let mut add = |key: &str, value: String| parts.push(format!("{}:{value}", go::json(&json!(key))));
    for key in ["kind", "apiVersion"] {
        if !text(&doc[key]).is_empty() {
            add(key, go::json(&doc[key]));
        }
    }
    if let Some(meta) = doc["metadata"].as_object() {
        let first = [
            "name",
            "generateName",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
        ];
        let known = first.iter().filter_map(|key| meta.get_key_value(*key));
        let others = meta.iter().filter(|(key, _)| !first.contains(&key.as_str()));
        let inner: Vec<String> = known
            .chain(others)
            .map(|(key, value)| format!("{}:{}", go::json(&json!(key)), go::json(value)))
            .collect();
        add("metadata", format!("{{{}}}", inner.join(",")));
    }
    for (key, value) in doc.as_object().into_iter().flatten() {
        if !["kind", "apiVersion", "metadata"].contains(&key.as_str()) {
            add(key, go::json(value));
        }
    }
    format!("{{{}}}", parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_begin_with_their_type() {
        let doc = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"labels": {}, "name": "k"}, "spec": {}});
        assert_eq!(
            in_order(&doc),
            r#"{"kind":"Service","apiVersion":"v1","metadata":{"name":"k","labels":{}},"spec":{}}"#
        );
        assert!(groups().contains("apps/v1"));
    }
}
