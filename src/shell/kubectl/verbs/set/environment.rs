//! Environment variables: as they are typed, and what a variable that refers to something comes to.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::Call;
use crate::shell::kubectl::doc::text;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::names;
use crate::shell::kubectl::output::{base64, go};

/// Variables to set, and names of those to remove.
pub(super) type Changes = (Vec<Value>, Vec<String>);

/// Reads `NAME=value`, `NAME-`, and `-` for lines of standard input.
pub(super) fn parse(specs: &[String], input: impl FnOnce() -> String) -> Result<Changes, Failure> {
    let (mut set, mut removed) = (Vec::new(), Vec::new());
    let variable = |name: &str, value: &str| json!({"name": name, "value": value});
    let mut input = Some(input);
    for spec in specs {
        if spec == "-" {
            let lines = input.take().map(|read| read()).unwrap_or_default();
            let lines = lines.lines().map(|line| line.split('#').next().unwrap_or_default());
            set.extend(
                lines.filter_map(|line| line.split_once('=')).map(|(name, value)| variable(name, value)),
            );
        } else if let Some((name, value)) = spec.split_once('=') {
            names::env_name(name)
                .map_err(|why| format!("{} is not a valid key name: {why}", go::quote(name)))?;
            set.push(variable(name, value));
        } else if let Some(name) = spec.strip_suffix('-') {
            removed.push(name.to_owned());
        } else {
            return Err(format!("unknown environment variable: {spec}").into());
        }
    }
    if removed
        .iter()
        .any(|name| specs.iter().any(|spec| spec.split_once('=').is_some_and(|(set, _)| set == name)))
    {
        return Err("can not both modify and remove the same environment variable in the same command".into());
    }
    Ok((set, removed))
}

/// The variables of a list after some changes.
pub(super) fn changed(existing: &[Value], (set, removed): &Changes) -> Vec<Value> {
    let mut covered: Vec<&str> = removed.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    let named = |name: &str| set.iter().find(|variable| text(&variable["name"]) == name);
    for variable in existing {
        let name = text(&variable["name"]);
        if covered.contains(&name) {
            continue;
        }
        let newer = named(name);
        if newer.is_some() {
            covered.push(name);
        }
        all.push(newer.unwrap_or(variable).clone());
    }
    for variable in set {
        let name = text(&variable["name"]);
        if !covered.contains(&name) {
            covered.push(name);
            all.push(variable.clone());
        }
    }
    all
}

/// Where a variable's value comes from, in words.
pub(super) fn reference(source: &Value) -> String {
    let of = |kind: &str| {
        let place = &source[format!("{kind}KeyRef")];
        format!("{}, key {}", text(&place["name"]), text(&place["key"]))
    };
    let is = |key: &str| !source[key].is_null();
    if is("configMapKeyRef") {
        format!("configmap {}", of("configMap"))
    } else if is("resourceFieldRef") {
        let place = &source["resourceFieldRef"];
        let container = text(&place["containerName"]);
        let container = if container.is_empty() { String::new() } else { format!("{container}/") };
        format!("resource field {container}{}", text(&place["resource"]))
    } else if is("secretKeyRef") {
        format!("secret {}", of("secret"))
    } else if is("fieldRef") {
        format!("field path {}", text(&source["fieldRef"]["fieldPath"]))
    } else {
        "invalid valueFrom".into()
    }
}

/// The value a variable has now.
///
/// # Errors
/// When what it refers to is not there.
pub(super) fn value(call: &mut Call<'_, '_>, source: &Value, object: &Value) -> Result<String, String> {
    for (field, kind) in [("configMapKeyRef", Kind::ConfigMap), ("secretKeyRef", Kind::Secret)] {
        let place = &source[field];
        if place.is_null() {
            continue;
        }
        let (name, key) = (text(&place["name"]), text(&place["key"]));
        let namespace = call.namespace();
        let found = call.find(kind, &namespace, name).map_err(|status| status.message)?;
        let value = &found.doc()["data"][key];
        return match (value.as_str(), kind) {
            (Some(value), Kind::Secret) => {
                Ok(String::from_utf8_lossy(&base64::decode(value).unwrap_or_default()).into_owned())
            }
            (Some(value), _) => Ok(value.to_owned()),
            (None, _) => {
                let what = kind.resource().singular();
                Err(format!("key {key} not found in {what} {name}"))
            }
        };
    }
    let path = text(&source["fieldRef"]["fieldPath"]);
    if path.is_empty() {
        return Err("Resource references are not supported".into());
    }
    let found = path.split('.').fold(object, |value, key| &value[key]);
    match found {
        Value::Null => Err(format!("unsupported fieldPath: {path}")),
        found => Ok(crate::shell::kubectl::doc::shown(found)),
    }
}
