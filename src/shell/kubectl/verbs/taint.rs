//! `kubectl taint`.

use super::create::report;
use crate::api::{Kind, Value, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::names;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::resources::{self, Found};

/// A taint to set or to remove; without an effect only its key counts, for removal.
struct Taint {
    key: String,
    value: String,
    effect: String,
}

impl Taint {
    /// Reads `key=value:effect`, `key:effect` or `key`.
    fn read(spec: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Usage(format!("invalid taint spec: {spec}{why}"));
        // Without an effect there is no value either: an equals sign would be part of the key.
        let (key, value, effect) = match spec.split(':').collect::<Vec<_>>()[..] {
            [key] => (key, "", ""),
            [pair, effect] => {
                if !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
                    let message = format!("invalid taint effect: {effect}, unsupported taint effect");
                    return Err(Failure::Usage(message));
                }
                match pair.split('=').collect::<Vec<_>>()[..] {
                    [key] => (key, "", effect),
                    [key, value] => (key, value, effect),
                    _ => return Err(wrong("")),
                }
            }
            _ => return Err(wrong("")),
        };
        names::label_value(value).map_err(|why| wrong(&format!(", {why}")))?;
        names::qualified(key).map_err(|why| wrong(&format!(", {why}")))?;
        Ok(Self { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
    }

    fn is(&self, other: &Value) -> bool {
        text(&other["key"]) == self.key && (self.effect.is_empty() || text(&other["effect"]) == self.effect)
    }

    fn doc(&self) -> Value {
        let mut doc = json!({"key": self.key, "effect": self.effect});
        if !self.value.is_empty() {
            put(&mut doc, &["value"], self.value.as_str());
        }
        doc
    }
}

/// What the arguments change.
struct Change {
    add: Vec<Taint>,
    remove: Vec<Taint>,
}

impl Change {
    fn read(specs: &[String]) -> Result<Self, Failure> {
        let mut change = Self { add: Vec::new(), remove: Vec::new() };
        for spec in specs {
            if let Some(spec) = spec.strip_suffix('-') {
                change.remove.push(Taint::read(spec)?);
                continue;
            }
            let taint = Taint::read(spec)?;
            if taint.effect.is_empty() {
                return Err(Failure::Usage(format!("invalid taint spec: {spec}")));
            }
            if change.add.iter().any(|other| other.key == taint.key && other.effect == taint.effect) {
                return Err(Failure::Usage(format!(
                    "duplicated taints with the same key and effect: {{{} {} {} <nil>}}",
                    taint.key, taint.value, taint.effect
                )));
            }
            change.add.push(taint);
        }
        Ok(change)
    }

    /// Refuses taints that are both set and removed.
    fn check(&self) -> Result<(), Failure> {
        let both = self.add.iter().flat_map(|taint| {
            let clash = self.remove.iter().filter(|other| {
                other.key == taint.key && (other.effect.is_empty() || other.effect == taint.effect)
            });
            clash.map(|other| format!("{{\"{}\":\"{}\"}}", other.key, other.effect))
        });
        let both: Vec<String> = both.collect();
        if both.is_empty() {
            return Ok(());
        }
        Err(Failure::Message(format!(
            "can not both modify and remove the following taint(s) in the same command: {}",
            both.join(", ")
        )))
    }

    /// The taints a node has afterwards, and the word for what was done.
    fn carried_out(&self, node: &Found, overwrite: bool) -> Result<(Vec<Value>, &'static str), Failure> {
        let old = items(&node.doc["spec"]["taints"]);
        let there = self.add.iter().filter(|taint| old.iter().any(|other| taint.is(other)));
        let there: Vec<&str> = there.map(|taint| taint.key.as_str()).collect();
        if !overwrite && !there.is_empty() {
            return Err(Failure::Message(format!(
                "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                node.name,
                there.join(",")
            )));
        }
        let kept = old.iter().filter(|other| !self.add.iter().any(|taint| taint.is(other)));
        let mut taints: Vec<Value> = self.add.iter().map(Taint::doc).chain(kept.cloned()).collect();
        let added = taints.len() != old.len();
        let mut removed = false;
        let mut failures = Vec::new();
        for taint in &self.remove {
            let before = taints.len();
            taints.retain(|other| !taint.is(other));
            removed = taints.len() != before;
            if !removed {
                let colon = if taint.effect.is_empty() { "" } else { ":" };
                failures.push(format!("taint \"{}{colon}{}\" not found", taint.key, taint.effect).into());
            }
        }
        Failure::all(failures)?;
        let word = match (overwrite || (added && removed), added) {
            (true, _) => "modified",
            (false, true) => "tainted",
            (false, false) => "untainted",
        };
        Ok((taints, word))
    }
}

/// `taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let args = call.args();
    let is_taint = |word: &String| word.contains([':', '=']) || word.ends_with('-');
    let split = args.iter().position(is_taint).unwrap_or(args.len());
    let (objects, specs) = args.split_at(split);
    if let Some(word) = specs.iter().find(|word| !is_taint(word)) {
        let message = format!("all resources must be specified before taint changes: {word}");
        return Err(Failure::Message(message));
    }
    let Some(word) = objects.first() else {
        return Err("one or more resources must be specified as <resource> <name>".into());
    };
    if specs.is_empty() {
        return Err("at least one taint update is required".into());
    }
    let change = Change::read(specs)?;
    let word = word.to_lowercase();
    if call.kind(&word)? != Kind::Node {
        return Err(Failure::Message(format!("invalid resource type {word}, only node types are supported")));
    }
    change.check()?;
    let (all, selector) = (call.flags.on("all"), !call.flags.text("selector").is_empty());
    if all && selector {
        return Err("setting 'all' parameter with a non empty selector is prohibited".into());
    }
    if !all && !selector && objects.len() < 2 {
        return Err("at least one resource name must be specified since 'all' parameter is not set".into());
    }
    // Names beside --all or a selector are not looked at.
    let words = if all || selector { &objects[..1] } else { objects };
    let printer = printer::chosen(call)?;
    let query = resources::query(call, words.to_vec());
    let selection = resources::resolve(call, &query)?;
    let mut failures = selection.failures;
    for (at, node) in selection.found.iter().enumerate() {
        let done = one(call, node, &change, dry)
            .and_then(|(doc, word)| report(call, printer.as_ref(), Kind::Node, &doc, word, dry, at));
        failures.extend(done.err());
    }
    Failure::all(failures)?;
    OK
}

fn one(
    call: &mut Call<'_, '_>,
    node: &Found,
    change: &Change,
    dry: DryRun,
) -> Result<(Value, &'static str), Failure> {
    let (taints, word) = change.carried_out(node, call.flags.on("overwrite"))?;
    let taints = if taints.is_empty() { Value::Null } else { Value::Array(taints) };
    if dry == DryRun::Client {
        let mut doc = node.doc.clone();
        put(&mut doc, &["spec", "taints"], taints);
        return Ok((doc, word));
    }
    let patch = Patch::Merge(json!({"spec": {"taints": taints}}));
    Ok((call.patch(&node.key(), &patch, &dry.options())?.doc().clone(), word))
}
