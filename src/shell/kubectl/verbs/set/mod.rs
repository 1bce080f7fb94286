//! `kubectl set`: one field of a pod template, a selector, a binding.

mod env;
mod others;

pub use env::env;
pub use others::{image, resources, selector, service_account, subject};

use super::create::report;
use super::patch::replace;
use crate::api::{Kind, Value};
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::child;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::resources::{Found, query, resolve};

/// The pod spec inside an object.
pub(super) fn pod_spec(kind: Kind, doc: &mut Value) -> Option<&mut Value> {
    let path: &[&str] = match kind {
        Kind::Pod => &["spec"],
        Kind::CronJob => &["spec", "jobTemplate", "spec", "template", "spec"],
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::ReplicationController => &["spec", "template", "spec"],
        _ => return None,
    };
    Some(path.iter().fold(doc, |value, key| child(value, key)))
}

/// Finds the objects of a line and changes each; an object that stays the same is passed over.
pub(super) fn each(
    call: &mut Call<'_, '_>,
    args: Vec<String>,
    word: &str,
    change: impl Fn(&Found, &mut Value, &mut Vec<Failure>),
) -> Outcome {
    let dry = call.dry_run()?;
    let printer = printer::chosen(call)?;
    let query = query(call, args);
    let selection = resolve(call, &query)?;
    let mut failures = selection.failures;
    let mut shown = 0;
    for found in &selection.found {
        let mut doc = found.doc.clone();
        change(found, &mut doc, &mut failures);
        if doc == found.doc {
            continue;
        }
        call.record(&mut doc);
        match replace(call, found, doc, dry) {
            Ok(doc) => {
                report(call, printer.as_ref(), found.kind, &doc, word, dry, shown)?;
                shown += 1;
            }
            Err(failure) => failures.push(failure),
        }
    }
    Failure::all(failures)?;
    OK
}

/// Arguments that name resources, and those like `a=b` or `a-` after them.
pub(super) fn parted(args: &[String], is_change: impl Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let at = args.iter().position(|arg| is_change(arg)).unwrap_or(args.len());
    (args[..at].to_vec(), args[at..].to_vec())
}
