//! `kubectl patch`.

use super::create::report;
use crate::api::{Kind, Value};
use crate::apiserver::patch::{self, Patch};
use crate::manifest::yaml;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::{go, printer};
use crate::shell::kubectl::resources::{Found, query, resolve};

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let (inline, file) = (call.flags.text("patch").to_owned(), call.flags.text("patch-file").to_owned());
    if inline.is_empty() && file.is_empty() {
        return Err("must specify --patch or --patch-file containing the contents of the patch".into());
    }
    if !inline.is_empty() && !file.is_empty() {
        return Err("cannot specify --patch and --patch-file together".into());
    }
    let kind = call.flags.text("type").to_lowercase();
    if !["json", "merge", "strategic"].contains(&kind.as_str()) {
        return Err(format!("--type must be one of [json merge strategic], not {}", go::quote(&kind)).into());
    }
    known_subresource(call)?;
    let dry = call.dry_run()?;
    let printer = printer::chosen(call)?;
    let source = match file.as_str() {
        "" => inline,
        "-" => call.ctx.stdin.take(),
        file => call.ctx.read(file).map_err(|_| {
            Failure::Message(format!("unable to read patch file: open {file}: no such file or directory"))
        })?,
    };
    let value: Value = yaml::read(&source).map_err(|error| {
        Failure::Message(format!("unable to parse {}: {}", go::quote(&source), error.message))
    })?;
    let patch = match kind.as_str() {
        "json" => Patch::Json(value),
        "merge" => Patch::Merge(value),
        _ => Patch::Strategic(value),
    };
    let query = query(call, call.args());
    let selection = resolve(call, &query)?;
    let mut failures = selection.failures;
    let none = selection.found.is_empty() && failures.is_empty();
    for (at, found) in selection.found.into_iter().enumerate() {
        let before = found.doc.clone();
        let after = match dry {
            DryRun::Client => {
                patch::apply(found.kind, &before, &patch).map(|(doc, _)| doc).map_err(|error| error.0.into())
            }
            dry if call.flags.text("subresource") == "status" => status(call, &found, &patch, dry),
            dry => call
                .patch(&found.key(), &patch, &dry.options())
                .map(|object| object.doc().clone())
                .map_err(Failure::from),
        };
        match after {
            Ok(after) => {
                let same = before == after;
                let word = if same { "patched (no change)" } else { "patched" };
                report(call, printer.as_ref(), found.kind, &after, word, dry, at)?;
            }
            Err(failure) => failures.push(failure),
        }
    }
    if none {
        return Err("no objects passed to patch".into());
    }
    Failure::all(failures)?;
    OK
}

/// Changes the status alone.
fn status(call: &mut Call<'_, '_>, found: &Found, patch: &Patch, dry: DryRun) -> Result<Value, Failure> {
    let (patched, _) =
        patch::apply(found.kind, &found.doc, patch).map_err(|error| Failure::Message(error.0))?;
    let mut doc = found.doc.clone();
    doc["status"] = patched["status"].clone();
    if dry == DryRun::Server {
        return Ok(doc);
    }
    Ok(call.ctx.cluster.update_status(&found.key(), patched["status"].clone())?.object.doc().clone())
}

/// Checks `--subresource`.
///
/// # Errors
/// When it names none.
pub fn known_subresource(call: &Call<'_, '_>) -> Result<(), Failure> {
    match call.flags.text("subresource") {
        "" | "status" | "scale" | "resize" => Ok(()),
        other => Err(format!(
            "invalid subresource value: {}. Must be one of [status scale resize]",
            go::quote(other)
        )
        .into()),
    }
}

/// A change of one object that is computed on its document: the verbs that set something use it.
///
/// # Errors
/// What the server answers.
pub fn replace(call: &mut Call<'_, '_>, found: &Found, doc: Value, dry: DryRun) -> Result<Value, Failure> {
    if dry == DryRun::Client {
        return Ok(doc);
    }
    let kind: Kind = found.kind;
    Ok(call.update(kind, doc, &dry.options())?.doc().clone())
}
