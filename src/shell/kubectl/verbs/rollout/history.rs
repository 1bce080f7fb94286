//! `kubectl rollout history`, and the revisions that `undo` goes back to.

use crate::api::{Gathered, Kind, Object, Value};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::describe;
use crate::shell::kubectl::doc::{int, or_none, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer::{self, Printer};
use crate::shell::kubectl::output::tabwriter::TabWriter;
use crate::shell::kubectl::resources::Found;
use crate::shell::kubectl::verbs::create::report;
use std::collections::BTreeMap;
use std::sync::Arc;

const REVISION: &str = "deployment.kubernetes.io/revision";
const CAUSE: &str = "kubernetes.io/change-cause";

/// `rollout history (TYPE NAME | TYPE/NAME) [flags]`
pub fn history(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.flags.int("revision");
    if wanted < 0 {
        return Err(format!("revision must be a positive integer: {wanted}").into());
    }
    let printer = printer::chosen(call)?;
    let (chosen, mut failures) = super::chosen(call)?;
    let mut shown = 0;
    for found in &chosen {
        let result = match &printer {
            Some(printer) => print(call, printer, found, wanted, &mut shown),
            None => view(call, found, wanted),
        };
        failures.extend(result.err());
    }
    Failure::all(failures)?;
    OK
}

/// With `-o`, the objects that keep the revisions.
fn print(
    call: &mut Call<'_, '_>,
    printer: &Printer,
    found: &Found,
    wanted: i64,
    shown: &mut usize,
) -> Result<(), Failure> {
    for (_, revision) in
        revisions(call, found)?.iter().filter(|(number, _)| wanted == 0 || **number == wanted)
    {
        // Of these the object itself is shown as it was then.
        let object = match revision.kind {
            Kind::ControllerRevision => {
                let mut then = found.doc.clone();
                then["spec"]["template"] = template(revision, false);
                (found.kind, then)
            }
            kind => (kind, revision.doc().clone()),
        };
        report(call, Some(printer), object.0, &object.1, "", DryRun::None, *shown)?;
        *shown += 1;
    }
    Ok(())
}

fn view(call: &mut Call<'_, '_>, found: &Found, wanted: i64) -> Result<(), Failure> {
    let revisions = revisions(call, found)?;
    if wanted > 0 {
        let Some(revision) = revisions.get(&wanted) else {
            return Err("unable to find the specified revision".into());
        };
        call.say(format!("{} with revision #{wanted}", found.qualified()));
        call.print(&describe::template(&template(revision, true)));
    } else {
        call.say(format!("{} ", found.qualified()));
        let mut table = TabWriter::fields();
        table.row(["REVISION", "CHANGE-CAUSE"]);
        for (number, revision) in &revisions {
            let cause = text(&revision.doc()["metadata"]["annotations"][CAUSE]);
            table.row([number.to_string().as_str(), or_none(cause).as_str()]);
        }
        call.print(&table.finish());
    }
    call.say("");
    Ok(())
}

/// The revisions of a workload, by number.
///
/// # Errors
/// For kinds that keep none.
pub fn revisions(call: &Call<'_, '_>, found: &Found) -> Result<BTreeMap<i64, Arc<Object>>, Failure> {
    let kind = match found.kind {
        Kind::Deployment => Kind::ReplicaSet,
        Kind::DaemonSet | Kind::StatefulSet => Kind::ControllerRevision,
        other => {
            let message = format!("no history viewer has been implemented for {:?}", other.resource().name);
            return Err(Failure::Message(message));
        }
    };
    let uid = text(&found.doc["metadata"]["uid"]);
    let owned = call.ctx.cluster.store().owned(kind, &found.namespace, uid);
    let number = |object: &Object| match kind {
        Kind::ReplicaSet => {
            object.meta.annotations.get(REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
        }
        _ => int(&object.doc()["revision"]),
    };
    Ok(owned
        .into_iter()
        .map(|object| (number(object), object.clone()))
        .filter(|(number, _)| *number > 0)
        .into_map())
}

/// The pod template of a revision; `described` adds the cause of its change, as `history` shows it.
pub fn template(revision: &Object, described: bool) -> Value {
    let doc = revision.doc();
    let mut template = match revision.kind {
        Kind::ReplicaSet => doc["spec"]["template"].clone(),
        _ => doc["data"]["spec"]["template"].clone(),
    };
    let cause = &doc["metadata"]["annotations"][CAUSE];
    if described && !cause.is_null() {
        template["metadata"]["annotations"][CAUSE] = cause.clone();
    }
    template
}
