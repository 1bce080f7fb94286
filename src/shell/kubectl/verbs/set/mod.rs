//! `kubectl set`: one field of a pod template, a selector, a binding.

mod env;
mod environment;
mod others;
mod zeros;

pub use env::env;
pub use others::{image, resources, selector, service_account, subject};

use super::create::report;
use super::patch::replace;
use crate::api::{Kind, Value};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{child, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::resources::{Found, Query, query, resolve};
use crate::shell::kubectl::verbs::exec::go_type;

/// The pod spec inside an object.
///
/// # Errors
/// When the kind has none.
pub(super) fn pod_spec(kind: Kind, doc: &mut Value) -> Result<&mut Value, String> {
    let path: &[&str] = match kind {
        Kind::Pod => &["spec"],
        Kind::CronJob => &["spec", "jobTemplate", "spec", "template", "spec"],
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::ReplicationController => &["spec", "template", "spec"],
        _ => {
            let kind = go_type(kind);
            return Err(format!("the object is not a pod or does not have a pod template: *{kind}"));
        }
    };
    Ok(path.iter().fold(doc, |value, key| child(value, key)))
}

/// The containers of a pod spec whose names match a pattern with `*`, init containers last.
pub(super) fn containers<'s>(spec: &'s mut Value, pattern: &'s str) -> Vec<&'s mut Value> {
    let (mut own, mut inits) = (Vec::new(), Vec::new());
    for (key, list) in spec.as_object_mut().into_iter().flatten() {
        let lists = match key.as_str() {
            "containers" => &mut own,
            "initContainers" => &mut inits,
            _ => continue,
        };
        let named = list.as_array_mut().into_iter().flatten();
        lists.extend(named.filter(|container| matches(text(&container["name"]), pattern)));
    }
    own.append(&mut inits);
    own
}

/// Whether a name is what a pattern says; `*` stands for anything.
fn matches(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| matches(rest, after)))
        }),
    }
}

/// What a subcommand says.
pub(super) struct Words {
    /// Of an object that was changed.
    pub done: &'static str,
    /// Before the server's refusal; empty where that stands alone.
    pub refused: &'static str,
    /// Also of an object that stays as it was.
    pub always: bool,
}

/// The query of a line, for live objects or with `--local` for those of files.
pub(super) fn chosen(call: &Call<'_, '_>, args: Vec<String>) -> Result<Query, Failure> {
    let local = call.flags.on("local");
    if local && !args.is_empty() {
        return Err("error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'".into());
    }
    if call.flags.on("all") && call.flags.given("selector") {
        return Err("cannot set --all and --selector at the same time".into());
    }
    Ok(Query { live: !local, ..query(call, args) })
}

/// Finds the objects of a line and changes each.
pub(super) fn each(
    call: &mut Call<'_, '_>,
    args: Vec<String>,
    words: &Words,
    mut change: impl FnMut(&mut Call<'_, '_>, &Found, &mut Value, &mut Vec<Failure>) -> Result<(), String>,
) -> Outcome {
    let dry = call.dry_run()?;
    let printer = printer::chosen(call)?;
    let local = call.flags.on("local");
    let query = chosen(call, args)?;
    let selection = resolve(call, &query)?;
    Failure::all(selection.failures)?;
    if local && dry == DryRun::Server {
        return Err("cannot specify --local and --dry-run=server - did you mean --dry-run=client?".into());
    }
    let mut failures = Vec::new();
    let mut shown = 0;
    for found in &selection.found {
        let mut doc = found.doc.clone();
        if let Err(why) = change(call, found, &mut doc, &mut failures) {
            let name = format!("{}/{}", found.kind.resource().plural, found.name);
            let shown = if words.refused.is_empty() { why } else { format!("error: {name} {why}\n") };
            failures.push(Failure::Message(shown));
            continue;
        }
        if doc == found.doc && !words.always {
            continue;
        }
        call.record(&mut doc);
        let result = match local {
            true => {
                zeros::fill(found.kind, &mut doc);
                Ok(doc)
            }
            false => replace(call, found, doc, dry),
        };
        match result {
            Ok(doc) => {
                report(call, printer.as_ref(), found.kind, &doc, words.done, dry, shown)?;
                shown += 1;
            }
            Err(failure) if words.refused.is_empty() => failures.push(failure),
            Err(failure) => {
                failures.push(Failure::Message(format!("{}{}", words.refused, failure.message())));
            }
        }
    }
    Failure::all(failures)?;
    OK
}

/// Arguments that name resources, and those like `a=b` or `a-` after them.
///
/// # Errors
/// When a resource stands behind a change.
pub(super) fn parted(
    args: &[String],
    what: &str,
    is_change: impl Fn(&str) -> bool,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let at = args.iter().position(|arg| is_change(arg)).unwrap_or(args.len());
    match args[at..].iter().find(|arg| !is_change(arg)) {
        Some(late) => {
            let late = if what == "environment" { args.join(" ") } else { late.clone() };
            Err(format!("all resources must be specified before {what} changes: {late}").into())
        }
        None => Ok((args[..at].to_vec(), args[at..].to_vec())),
    }
}
