//! `kubectl apply --server-side`: the server merges, and knows whose fields are whose.

use super::call::{Call, DryRun};
use super::doc::text;
use super::failure::Failure;
use super::verbs::apply::{as_applied, last_applied};
use crate::api::{Key, Kind, Object, Status, StatusReason, Value, json};
use crate::apiserver::patch::LAST_APPLIED;
use crate::apiserver::{WriteOptions, Written};
use crate::manifest::{self, Wire};
use std::sync::Arc;

/// What is said where other managers own what would change.
const RESOLVE: &str = "\
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// Applies a document.
///
/// # Errors
/// What the server answers; a conflict with advice.
pub fn apply(call: &mut Call<'_, '_>, kind: Kind, doc: Value, dry: DryRun) -> Result<Arc<Object>, Failure> {
    sent(call, kind, doc, &dry.options()).map_err(|status| match status.reason {
        StatusReason::Conflict => Failure::Message(format!("{}\n{RESOLVE}", status.message)),
        _ => status.into(),
    })
}

fn sent(
    call: &mut Call<'_, '_>,
    kind: Kind,
    mut doc: Value,
    options: &WriteOptions,
) -> Result<Arc<Object>, Status> {
    let meta = &doc["metadata"];
    let key = Key::new(kind, text(&meta["namespace"]), text(&meta["name"]));
    let read = manifest::decode(kind, &mut doc.clone(), Wire::Json);
    if read.wrong.is_empty() && !read.unknown.is_empty() {
        return Err(undeclared(&key, &doc, &read.unknown));
    }
    call.decode(kind, &mut doc)?;
    call.allow("patch", kind, &key.namespace, &key.name)?;
    let options = call.signed(options);
    let cluster = &mut *call.ctx.cluster;
    let mut result = cluster.apply_on_server(kind, doc.clone(), &options);
    // Who applied from the client before does so from the server now: what was dropped since then goes.
    if result.is_ok() && !options.dry_run && cluster.adopt(&key, &options) {
        result = cluster.apply_on_server(kind, doc.clone(), &options);
    }
    // What `kubectl apply` remembers on the object is kept up, where it is there.
    let remembers = |written: &Written| last_applied(written.object.doc()).is_some();
    if !options.dry_run && result.as_ref().is_ok_and(remembers) {
        let annotations = json!({LAST_APPLIED: as_applied(&doc)});
        let meta = json!({"name": key.name, "namespace": key.namespace, "annotations": annotations});
        let options = WriteOptions { field_manager: "kubectl-last-applied".into(), force: true, ..options };
        result = cluster.apply_on_server(kind, json!({"metadata": meta}), &options);
    }
    call.written(kind, result)
}

/// The server's words for fields that its schema does not have.
fn undeclared(key: &Key, doc: &Value, unknown: &[String]) -> Status {
    let resource = key.kind.resource();
    let said = |path: &String| format!("{}: field not declared in schema", keyed(doc, path));
    let errors = match unknown {
        [path] => said(path),
        _ => unknown.iter().fold("errors:".to_owned(), |errors, path| errors + "\n  " + &said(path)),
    };
    let message = format!(
        "failed to create typed patch object ({}/{}; {}/{}, Kind={}): {errors}",
        key.namespace, key.name, resource.group, resource.version, resource.name
    );
    Status::new(StatusReason::Unknown, message)
}

/// A path as typed values name it: items of lists by their names, where they have one.
fn keyed(doc: &Value, path: &str) -> String {
    let mut at = doc;
    let mut out = String::new();
    for step in path.split('.') {
        let (field, index) = step.split_once('[').unwrap_or((step, ""));
        at = &at[field];
        out.push_str(&format!(".{field}"));
        if let Ok(index) = index.trim_end_matches(']').parse::<usize>() {
            at = &at[index];
            let name = text(&at["name"]);
            out.push_str(&if name.is_empty() { format!("[{index}]") } else { format!("[name={name:?}]") });
        }
    }
    out
}
