//! `kubectl cordon`, `uncordon` and `taint`.

use crate::api::{Kind, Value, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{flag, items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::names;
use crate::shell::kubectl::resources::{self, Found};

/// `cordon NODE`
pub fn cordon(call: &mut Call<'_, '_>) -> Outcome {
    schedulable(call, "cordon", true)
}

/// `uncordon NODE`
pub fn uncordon(call: &mut Call<'_, '_>) -> Outcome {
    schedulable(call, "uncordon", false)
}

/// The nodes that the arguments or `-l` mean.
///
/// # Errors
/// When the command line is wrong or a node is not there.
pub fn chosen(call: &mut Call<'_, '_>, verb: &str) -> Result<Vec<Found>, Failure> {
    let args = call.args();
    if args.is_empty() && !call.flags.given("selector") {
        return Err(Failure::Usage(format!("USAGE: {verb} NODE [flags]")));
    }
    let words: Vec<String> = match args.iter().any(|arg| arg.contains('/')) {
        true => args,
        false => std::iter::once("nodes".to_owned()).chain(args).collect(),
    };
    let query = resources::query(call, words);
    let mut selection = resources::resolve(call, &query)?;
    Failure::all(std::mem::take(&mut selection.failures))?;
    Ok(selection.found)
}

fn schedulable(call: &mut Call<'_, '_>, verb: &str, cordon: bool) -> Outcome {
    let dry = call.dry_run()?;
    for node in chosen(call, verb)? {
        set(call, &node, cordon, dry)?;
    }
    OK
}

/// Cordons or uncordons a node, and says so.
///
/// # Errors
/// What the server answers.
pub fn set(call: &mut Call<'_, '_>, node: &Found, cordon: bool, dry: DryRun) -> Result<(), Failure> {
    let word = if cordon { "cordoned" } else { "uncordoned" };
    let already = flag(&node.doc["spec"]["unschedulable"]) == cordon;
    if !already && dry != DryRun::Client {
        let value = if cordon { Value::Bool(true) } else { Value::Null };
        call.patch(&node.key(), &Patch::Merge(json!({"spec": {"unschedulable": value}})), &dry.options())?;
    }
    let word = if already { format!("already {word}") } else { word.to_owned() };
    call.say(format!("{} {word}{}", node.qualified(), dry.suffix()));
    Ok(())
}

/// A taint to set; without an effect only its key counts, for removal.
struct Taint {
    key: String,
    value: String,
    effect: String,
    remove: bool,
}

/// `taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N`
pub fn taint(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let args = call.args();
    let split = args.iter().skip(1).position(|word| word.contains([':', '=']) || word.ends_with('-'));
    let split = split.map_or(args.len(), |at| at + 1);
    let (objects, specs) = args.split_at(split);
    match objects.first() {
        None => return Err("one or more resources must be specified as <resource> <name>".into()),
        Some(word) => {
            let kind = call.kind(word.split('/').next().unwrap_or(word))?;
            if kind != Kind::Node {
                return Err(Failure::Message(format!(
                    "invalid resource type {word}, only node types are supported"
                )));
            }
        }
    }
    if specs.is_empty() {
        return Err("at least one taint update is required".into());
    }
    let mut taints = Vec::new();
    for spec in specs {
        taints.push(read(spec)?);
    }
    let query = resources::query(call, objects.to_vec());
    let selection = resources::resolve(call, &query)?;
    let mut failures = selection.failures;
    for node in &selection.found {
        if let Err(failure) = taint_one(call, node, &taints, dry) {
            failures.push(failure);
        }
    }
    Failure::all(failures)?;
    OK
}

fn read(spec: &str) -> Result<Taint, Failure> {
    let wrong = |why: &str| Failure::Usage(format!("invalid taint spec: {spec}{why}"));
    let (body, remove) = match spec.strip_suffix('-') {
        Some(body) => (body, true),
        None => (spec, false),
    };
    // Without an effect there is no value either: an equals sign would be part of the key.
    let (key, value, effect) = match body.split_once(':') {
        Some((pair, effect)) => {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key, value, effect)
        }
        None => (body, "", ""),
    };
    names::qualified(key).map_err(|why| wrong(&format!(", {why}")))?;
    names::label_value(value).map_err(|why| wrong(&format!(", {why}")))?;
    if !effect.is_empty() && !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
        return Err(Failure::Usage(format!("invalid taint effect: {effect}, unsupported taint effect")));
    }
    if effect.is_empty() && !remove {
        return Err(wrong(""));
    }
    Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned(), remove })
}

fn taint_one(call: &mut Call<'_, '_>, node: &Found, taints: &[Taint], dry: DryRun) -> Result<(), Failure> {
    let mut all: Vec<Value> = items(&node.doc["spec"]["taints"]).to_vec();
    let same = |taint: &Taint, other: &Value| {
        text(&other["key"]) == taint.key
            && (taint.effect.is_empty() || text(&other["effect"]) == taint.effect)
    };
    let (mut added, mut modified) = (false, false);
    if !call.flags.on("overwrite") {
        let clash: Vec<&str> = taints
            .iter()
            .filter(|taint| !taint.remove && all.iter().any(|other| same(taint, other)))
            .map(|taint| taint.key.as_str())
            .collect();
        if !clash.is_empty() {
            let message = format!(
                "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                node.name,
                clash.join(",")
            );
            return Err(Failure::Message(message));
        }
    }
    for taint in taints {
        let there = all.iter().any(|other| same(taint, other));
        all.retain(|other| !same(taint, other));
        if taint.remove {
            if !there {
                let colon = if taint.effect.is_empty() { "" } else { ":" };
                let message = format!("taint \"{}{colon}{}\" not found", taint.key, taint.effect);
                return Err(Failure::Message(message));
            }
            continue;
        }
        modified |= there;
        added |= !there;
        let mut value = json!({"key": taint.key, "effect": taint.effect});
        if !taint.value.is_empty() {
            value["value"] = taint.value.as_str().into();
        }
        all.insert(0, value);
    }
    let word = match (added, modified) {
        (_, true) => "modified",
        (true, false) => "tainted",
        (false, false) => "untainted",
    };
    if dry != DryRun::Client {
        let value = if all.is_empty() { Value::Null } else { Value::Array(all) };
        call.patch(&node.key(), &Patch::Merge(json!({"spec": {"taints": value}})), &dry.options())?;
    }
    call.say(format!("{} {word}{}", node.qualified(), dry.suffix()));
    Ok(())
}
