//! `kubectl scale`.

use super::create::report;
use crate::api::{Kind, Status, StatusReason, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{int, put, selector};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::{go, printer};
use crate::shell::kubectl::resources::{Found, query, resolve};

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let (replicas, current) = (call.flags.int("replicas"), call.flags.int("current-replicas"));
    if replicas < 0 {
        return Err(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0".into()
        );
    }
    if current < -1 {
        return Err("The --current-replicas must specify an integer of -1 or greater".into());
    }
    let dry = call.dry_run()?;
    let printer = printer::chosen(call)?;
    let query = query(call, call.args());
    let selection = resolve(call, &query)?;
    let version = call.flags.text("resource-version").to_owned();
    if selection.found.is_empty() && selection.failures.is_empty() {
        return Err("no objects passed to scale".into());
    }
    if selection.found.len() > 1 && !version.is_empty() {
        return Err("cannot use --resource-version with multiple resources".into());
    }
    // What goes wrong with one ends it, and hides what was not found.
    for (at, found) in selection.found.into_iter().enumerate() {
        let scales = matches!(
            found.kind,
            Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::ReplicationController
        );
        if dry != DryRun::Client {
            if !scales {
                let message = "the server could not find the requested resource";
                return Err(Status::new(StatusReason::NotFound, message).into());
            }
            let now = int(&found.doc["spec"]["replicas"]);
            if current >= 0 && now != current {
                return Err(format!("Expected replicas to be {current}, was {now}").into());
            }
            let have = found.doc["metadata"]["resourceVersion"].as_str().unwrap_or_default();
            if !version.is_empty() && version != have {
                return Err(format!("Expected resource version to be {version}, was {have}").into());
            }
            if i32::try_from(replicas).is_err() {
                return Err(beyond(&found, replicas).into());
            }
        }
        let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
        let doc = match dry {
            DryRun::Client => {
                let mut doc = found.doc.clone();
                put(&mut doc, &["spec", "replicas"], replicas);
                doc
            }
            dry => call.patch(&found.key(), &patch, &dry.options())?.doc().clone(),
        };
        report(call, printer.as_ref(), found.kind, &doc, "scaled", dry, at)?;
    }
    Failure::all(selection.failures)?;
    OK
}

/// The refusal of a number that no Scale can hold: the server quotes what the patch made of it.
fn beyond(found: &Found, replicas: i64) -> Status {
    let (meta, status) = (&found.doc["metadata"], &found.doc["status"]);
    let fields = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];
    let meta: Vec<String> =
        fields.iter().map(|field| format!("\"{field}\":{}", go::json(&meta[*field]))).collect();
    let selector = selector(&found.doc["spec"]["selector"]);
    let scale = format!(
        "{{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":{{{}}},\"spec\":{{\"replicas\":{replicas}}},\"status\":{{\"replicas\":{},\"selector\":{}}}}}",
        meta.join(","),
        int(&status["replicas"]),
        go::quote(&selector)
    );
    let why = format!(
        "json: cannot unmarshal number {replicas} into Go struct field ScaleSpec.spec.replicas of type int32"
    );
    Status::new(StatusReason::Invalid, format!("patch: Invalid value: {}: {why}", go::quote(&scale)))
}
