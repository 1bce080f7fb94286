//! `kubectl set env`: sets, removes and lists environment variables.

use super::{each, parted, pod_spec};
use crate::api::{Value, json};
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::{items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::names;
use crate::shell::kubectl::resources::{query, resolve};

/// Carries the command out.
pub fn env(call: &mut Call<'_, '_>) -> Outcome {
    let is_change = |arg: &str| {
        arg.contains('=') && !arg.starts_with('=')
            || arg.strip_suffix('-').is_some_and(|name| names::env_name(name).is_ok() && !name.contains('/'))
    };
    let (resources, mut changes) = parted(&call.args(), is_change);
    changes.extend(call.flags.list("env"));
    if resources.is_empty() && !call.names_files() {
        return Err(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>".into()
        );
    }
    if call.flags.on("list") {
        return list(call, resources);
    }
    let mut set: Vec<(String, String)> = Vec::new();
    let mut removed: Vec<String> = Vec::new();
    for change in &changes {
        match change.split_once('=') {
            Some((name, value)) if names::env_name(name).is_ok() => {
                set.push((name.to_owned(), value.to_owned()))
            }
            Some(_) => return Err(format!("{change:?} is not a valid environment variable").into()),
            None => removed.push(change.trim_end_matches('-').to_owned()),
        }
    }
    let from = call.flags.text("from").to_owned();
    if set.is_empty() && removed.is_empty() && from.is_empty() {
        return Err("at least one environment variable must be provided".into());
    }
    let imported = imported(call, &from)?;
    let wanted = call.flags.text("containers").to_owned();
    each(call, resources, "env updated", move |found, doc, failures| {
        let Some(spec) = pod_spec(found.kind, doc) else {
            let kind = found.kind.resource().singular();
            failures.push(Failure::Message(format!("{kind}/{} does not have a pod template", found.name)));
            return;
        };
        let Some(containers) = spec.get_mut("containers").and_then(Value::as_array_mut) else { return };
        for container in containers.iter_mut() {
            if !["*", ""].contains(&wanted.as_str()) && text(&container["name"]) != wanted {
                continue;
            }
            let mut variables = items(&container["env"]).to_vec();
            let additions = set.iter().map(|(name, value)| json!({"name": name, "value": value}));
            for addition in additions.chain(imported.iter().cloned()) {
                match variables.iter_mut().find(|variable| variable["name"] == addition["name"]) {
                    Some(variable) => *variable = addition,
                    None => variables.push(addition),
                }
            }
            variables.retain(|variable| !removed.iter().any(|name| variable["name"] == *name));
            if variables.is_empty() {
                container.as_object_mut().map(|container| container.remove("env"));
            } else {
                put(container, &["env"], variables);
            }
        }
    })
}

/// The variables of `--from=configmap/x` or `--from=secret/x`.
fn imported(call: &mut Call<'_, '_>, from: &str) -> Result<Vec<Value>, Failure> {
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let (kind, name) = crate::shell::kubectl::resources::tuple(from)?;
    let kind = call.kind(&kind)?;
    let namespace = call.namespace();
    let source = call.find(kind, &namespace, &name)?;
    let reference = if kind == crate::api::Kind::Secret { "secretKeyRef" } else { "configMapKeyRef" };
    let prefix = call.flags.text("prefix").to_owned();
    let keys = crate::shell::kubectl::doc::entries(&source.doc()["data"]);
    Ok(keys
        .map(|(key, _)| {
            let variable = format!("{prefix}{}", key.to_uppercase().replace(['-', '.', '/'], "_"));
            json!({"name": variable, "valueFrom": {reference: {"key": key, "name": name}}})
        })
        .collect())
}

fn list(call: &mut Call<'_, '_>, resources: Vec<String>) -> Outcome {
    let query = query(call, resources);
    let selection = resolve(call, &query)?;
    for found in &selection.found {
        let mut doc = found.doc.clone();
        let Some(spec) = pod_spec(found.kind, &mut doc) else { continue };
        for container in items(&spec["containers"]) {
            let plural = found.kind.resource().plural;
            call.say(format!("# {plural}/{}, container {}", found.name, text(&container["name"])));
            for variable in items(&container["env"]) {
                let name = text(&variable["name"]);
                let source = &variable["valueFrom"];
                call.say(match () {
                    () if source.is_null() => format!("{name}={}", text(&variable["value"])),
                    () if !source["fieldRef"].is_null() => {
                        format!("# {name} from field path {}", text(&source["fieldRef"]["fieldPath"]))
                    }
                    () if !source["secretKeyRef"].is_null() => {
                        let reference = &source["secretKeyRef"];
                        format!(
                            "# {name} from secret {}, key {}",
                            text(&reference["name"]),
                            text(&reference["key"])
                        )
                    }
                    () => {
                        let reference = &source["configMapKeyRef"];
                        format!(
                            "# {name} from configmap {}, key {}",
                            text(&reference["name"]),
                            text(&reference["key"])
                        )
                    }
                });
            }
        }
    }
    Failure::all(selection.failures)?;
    OK
}
