//! `kubectl rollout undo`.

use super::history::{revisions, template};
use crate::api::{Kind, Object, Value, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::describe;
use crate::shell::kubectl::doc::{entries, flag};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::resources::Found;
use crate::shell::kubectl::verbs::create::report;

/// Annotations that belong to the Deployment or the ReplicaSet alone.
const OWN: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// `rollout undo (TYPE NAME | TYPE/NAME) [flags]`
pub fn undo(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let wanted = call.flags.int("to-revision");
    let printer = printer::chosen(call)?;
    let (chosen, mut failures) = super::chosen(call)?;
    for (at, found) in chosen.iter().enumerate() {
        let result = match back(call, found, wanted, dry) {
            Ok(done) if printer.is_none() => {
                call.say(format!("{} {done}{}", found.qualified(), dry.suffix()));
                Ok(())
            }
            Ok(_) => report(call, printer.as_ref(), found.kind, &found.doc, "", dry, at),
            Err(failure) => Err(failure),
        };
        failures.extend(result.err());
    }
    Failure::all(failures)?;
    OK
}

/// Takes one object back, and says how that went.
fn back(call: &mut Call<'_, '_>, found: &Found, wanted: i64, dry: DryRun) -> Result<String, Failure> {
    if !matches!(found.kind, Kind::Deployment | Kind::DaemonSet | Kind::StatefulSet) {
        let message = format!("no rollbacker has been implemented for {:?}", found.kind.resource().name);
        return Err(Failure::Message(message));
    }
    if crate::shell::kubectl::verbs::apply::last_applied(&found.doc).is_some() {
        let resource = found.kind.resource().plural;
        call.warn(&format!(
            "resource {resource}/{} was previously managed with 'kubectl apply'. Rolling back will not update the {} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.",
            found.name,
            crate::shell::kubectl::verbs::apply::LAST_APPLIED
        ));
    }
    let all = revisions(call, found)?;
    let target = match wanted {
        0 => all.iter().rev().nth(1),
        wanted => all.get_key_value(&wanted),
    };
    let Some((number, revision)) = target.map(|(number, revision)| (*number, revision.clone())) else {
        return Err(Failure::Message(match wanted {
            0 => {
                format!("no rollout history found for {} {:?}", found.kind.resource().singular(), found.name)
            }
            wanted => format!("unable to find specified revision {wanted} in history"),
        }));
    };
    if found.kind == Kind::Deployment && flag(&found.doc["spec"]["paused"]) {
        let resume = format!("kubectl rollout resume deployment/{}", found.name);
        let message =
            format!("you cannot rollback a paused deployment; resume it first with '{resume}' and try again");
        return Err(Failure::Message(message));
    }
    let old = template(&revision, false);
    if dry == DryRun::Client {
        return Ok(describe::template(&old));
    }
    let mut bare = old;
    bare.as_object_mut().map(|template| template.remove("$patch"));
    if let Some(labels) = bare["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    if bare == found.doc["spec"]["template"] {
        return Ok(format!("skipped rollback (current template already matches revision {number})"));
    }
    call.patch(&found.key(), &patch(found, &revision, bare), &dry.options())?;
    Ok("rolled back".into())
}

/// What brings a revision back: a Deployment's template and annotations; of the other kinds, the patch
/// that their revision keeps.
fn patch(found: &Found, revision: &Object, template: Value) -> Patch {
    if found.kind != Kind::Deployment {
        return Patch::Strategic(revision.doc()["data"].clone());
    }
    let mut operations = vec![json!({"op": "replace", "path": "/spec/template", "value": template})];
    let mut annotations = json!({});
    let own = entries(&found.doc["metadata"]["annotations"]).filter(|(key, _)| OWN.contains(&key.as_str()));
    let theirs = revision.doc();
    let theirs = entries(&theirs["metadata"]["annotations"]).filter(|(key, _)| !OWN.contains(&key.as_str()));
    for (key, value) in own.chain(theirs) {
        annotations[key.as_str()] = value.clone();
    }
    operations.push(json!({"op": "replace", "path": "/metadata/annotations", "value": annotations}));
    Patch::Json(Value::Array(operations))
}
