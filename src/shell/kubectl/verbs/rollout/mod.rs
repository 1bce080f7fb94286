//! `kubectl rollout`: how a workload's change goes, and what it was before.

mod history;
mod status;
mod undo;

pub use history::history;
pub use status::status;
pub use undo::undo;

use super::create::report;
use crate::api::{Kind, Value, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::flag;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::resources::{self, Found};

/// The objects that the arguments mean, and what went wrong with the others; a note if a selector matches none.
fn chosen(call: &mut Call<'_, '_>) -> Result<(Vec<Found>, Vec<Failure>), Failure> {
    if call.args().is_empty() && !call.names_files() {
        return Err(Failure::Message("required resource not specified".into()));
    }
    let mut query = resources::query(call, call.args());
    query.whole_types = true;
    let selection = resources::resolve(call, &query)?;
    if selection.found.is_empty() && selection.failures.is_empty() {
        call.ctx.complain(format!("No resources found in {} namespace.", call.namespace()));
    }
    Ok((selection.found, selection.failures))
}

/// `deployments.apps "site"`
fn quoted(found: &Found) -> String {
    format!("{} \"{}\"", found.kind.resource().plural_qualified(), found.name)
}

fn each(
    call: &mut Call<'_, '_>,
    done: &str,
    change: fn(&Call<'_, '_>, &Found) -> Result<Value, Failure>,
) -> Outcome {
    let dry = match call.flags.given("dry-run") {
        true => call.dry_run()?,
        false => DryRun::None,
    };
    let printer = printer::chosen(call)?;
    let (chosen, mut failures) = chosen(call)?;
    for (at, found) in chosen.iter().enumerate() {
        let result = change(call, found).and_then(|patch| {
            let patched = call.patch(&found.key(), &Patch::Merge(patch), &dry.options())?;
            report(call, printer.as_ref(), found.kind, patched.doc(), done, dry, at)
        });
        failures.extend(result.err());
    }
    Failure::all(failures)?;
    OK
}

/// `rollout pause RESOURCE`
pub fn pause(call: &mut Call<'_, '_>) -> Outcome {
    each(call, "paused", |_, found| match found.kind {
        Kind::Deployment if flag(&found.doc["spec"]["paused"]) => {
            Err(Failure::Message(format!("{} is already paused", quoted(found))))
        }
        Kind::Deployment => Ok(json!({"spec": {"paused": true}})),
        _ => Err(Failure::Message(format!("{} pausing is not supported", quoted(found)))),
    })
}

/// `rollout resume RESOURCE`
pub fn resume(call: &mut Call<'_, '_>) -> Outcome {
    each(call, "resumed", |_, found| match found.kind {
        Kind::Deployment if !flag(&found.doc["spec"]["paused"]) => {
            Err(Failure::Message(format!("{} is not paused", quoted(found))))
        }
        Kind::Deployment => Ok(json!({"spec": {"paused": null}})),
        _ => Err(Failure::Message(format!("{} resuming is not supported", quoted(found)))),
    })
}

/// `rollout restart RESOURCE`
pub fn restart(call: &mut Call<'_, '_>) -> Outcome {
    each(call, "restarted", |call, found| match found.kind {
        Kind::Deployment if flag(&found.doc["spec"]["paused"]) => {
            let message =
                format!("{} can't restart paused deployment (run rollout resume first)", quoted(found));
            Err(Failure::Message(message))
        }
        Kind::Deployment | Kind::DaemonSet | Kind::StatefulSet => {
            let now = call.now().rfc3339();
            let annotations = json!({"kubectl.kubernetes.io/restartedAt": now});
            Ok(json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}))
        }
        _ => Err(Failure::Message(format!("{} restarting is not supported", quoted(found)))),
    })
}
