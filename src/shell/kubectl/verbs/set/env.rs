//! `kubectl set env`: sets, removes and lists environment variables.

use super::environment::{Changes, changed, parse, reference, value};
use super::{Words, chosen, containers, each, parted, pod_spec};
use crate::api::{Kind, Ordered, Value, json};
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::{entries, items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::resources::{Found, resolve};

/// Carries the command out.
pub fn env(call: &mut Call<'_, '_>) -> Outcome {
    let is_change = |arg: &str| arg.find('=').is_some_and(|at| at > 0) || arg.ends_with('-');
    let (resources, arguments) = parted(&call.args(), "environment", is_change)?;
    let listing = call.flags.on("list");
    let keys = call.flags.list("keys");
    if resources.is_empty() && !call.names_files() {
        return Err(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>".into()
        );
    }
    if listing && call.flags.given("output") {
        return Err("--list and --output may not be specified together".into());
    }
    if !keys.is_empty() && !call.flags.given("from") {
        return Err("when specifying --keys, a configmap or secret must be provided with --from".into());
    }
    let mut specs = call.flags.list("env");
    specs.extend(arguments);
    let mut changes = parse(&specs, || call.ctx.stdin.take())?;
    changes.0.extend(imported(call, &keys)?);
    let prefix = call.flags.text("prefix").to_owned();
    for variable in changes.0.iter_mut().filter(|_| !prefix.is_empty()) {
        let name = format!("{prefix}{}", text(&variable["name"]));
        put(variable, &["name"], name);
    }
    if listing {
        return list(call, resources, &changes);
    }
    let pattern = call.flags.text("containers").to_owned();
    let overwrite = call.flags.on("overwrite");
    const WORDS: Words =
        Words { done: "env updated", refused: "failed to patch env update to pod template: ", always: false };
    each(call, resources, &WORDS, move |call, found, doc, _| {
        let spec = pod_spec(found.kind, doc)?;
        let chosen = containers(spec, &pattern);
        if chosen.is_empty() {
            unmatched(call, found, &pattern);
        }
        for container in chosen {
            let existing = items(&container["env"]).to_vec();
            if !overwrite {
                kept(&existing, &changes.0)?;
            }
            let variables = changed(&existing, &changes);
            match variables.is_empty() {
                true => drop(container.as_object_mut().map(|container| container.remove("env"))),
                false => put(container, &["env"], variables),
            }
        }
        Ok(())
    })
}

fn unmatched(call: &mut Call<'_, '_>, found: &Found, pattern: &str) {
    let kind = found.kind.resource().name;
    let name = &found.name;
    call.ctx.complain(format!(
        "warning: {kind}/{name} does not have any containers matching {}",
        go::quote(pattern)
    ));
}

/// Refuses what would change a variable's value.
fn kept(existing: &[Value], set: &[Value]) -> Result<(), String> {
    for variable in set {
        let old = existing.iter().find(|old| old["name"] == variable["name"]);
        if let Some(old) = old.filter(|old| text(&old["value"]) != text(&variable["value"])) {
            return Err(format!(
                "'{}' already has a value ({}), and --overwrite is false",
                text(&old["name"]),
                text(&old["value"])
            ));
        }
    }
    Ok(())
}

/// The variables of `--from=configmap/x` or `--from=secret/x`.
fn imported(call: &mut Call<'_, '_>, keys: &[String]) -> Result<Vec<Value>, Failure> {
    let from = call.flags.text("from").to_owned();
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let query = crate::shell::kubectl::resources::query(call, vec![from]);
    let selection = resolve(call, &query)?;
    Failure::all(selection.failures)?;
    let mut variables = Vec::new();
    for source in &selection.found {
        let field = match source.kind {
            Kind::Secret => "secretKeyRef",
            Kind::ConfigMap => "configMapKeyRef",
            _ => return Err("unsupported resource specified in --from".into()),
        };
        for (key, _) in entries(&source.doc["data"]) {
            if keys.is_empty() || keys.contains(key) {
                let name: String = key
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
                    .collect();
                variables.push(
                    json!({"name": name, "valueFrom": {field: {"key": key, "name": source.name.as_str()}}}),
                );
            }
        }
    }
    Ok(variables)
}

fn list(call: &mut Call<'_, '_>, resources: Vec<String>, changes: &Changes) -> Outcome {
    let query = chosen(call, resources)?;
    let selection = resolve(call, &query)?;
    Failure::all(selection.failures)?;
    let (pattern, resolves) = (call.flags.text("containers").to_owned(), call.flags.on("resolve"));
    for found in &selection.found {
        let mut doc = found.doc.clone();
        let Ok(spec) = pod_spec(found.kind, &mut doc) else { continue };
        let chosen = containers(spec, &pattern);
        if chosen.is_empty() {
            unmatched(call, found, &pattern);
        }
        for container in chosen {
            call.say(format!(
                "# {} {}, container {}",
                found.kind.resource().name,
                found.name,
                text(&container["name"])
            ));
            let variables = changed(items(&container["env"]), changes);
            show(call, &variables, resolves, &found.doc);
        }
    }
    OK
}

/// Writes variables; those that could not be looked up are complained of by reason.
fn show(call: &mut Call<'_, '_>, variables: &[Value], resolves: bool, object: &Value) {
    let mut problems: Vec<(String, Vec<String>)> = Vec::new();
    for variable in variables {
        let (name, source) = (text(&variable["name"]), &variable["valueFrom"]);
        if source.is_null() {
            call.say(format!("{name}={}", text(&variable["value"])));
            continue;
        }
        let found = if resolves { value(call, source, object) } else { Err(String::new()) };
        match found {
            Ok(value) => call.say(format!("{name}={value}")),
            Err(why) => {
                call.say(format!("# {name} from {}", reference(source)));
                match problems.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, names)) => names.push(name.to_owned()),
                    None => problems.push((why, vec![name.to_owned()])),
                }
            }
        }
    }
    let mut lines: Vec<String> = problems
        .into_iter()
        .filter(|_| resolves)
        .map(|(why, mut names)| {
            names.order();
            format!("error retrieving reference for {}: {why}", names.join(", "))
        })
        .collect();
    lines.order();
    lines.into_iter().for_each(|line| call.ctx.complain(line));
}
