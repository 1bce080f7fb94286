//! `kubectl describe`.

use crate::api::{Kind, Object, StatusReason};
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::describe;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::resources::{self, Found};
use std::sync::Arc;

/// `describe TYPE [NAME_PREFIX | -l label] | TYPE/NAME`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    if call.args().is_empty() && !call.names_files() {
        return Err("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.".into());
    }
    let mut query = resources::query(call, call.args());
    query.whole_types = true;
    query.ignore_missing = false;
    let selection = resources::resolve(call, &query)?;
    let (failures, found) = (selection.failures, selection.found);
    let events = !call.flags.given("show-events") || call.flags.on("show-events");
    if let ([only], [kind, prefix]) = (&failures[..], &query.args[..])
        && matches!(only, Failure::Server(status, _) if status.reason == StatusReason::NotFound)
    {
        // A name that is no object's may be the beginning of several.
        let several = by_prefix(call, kind, prefix);
        for found in &several {
            show(call, found, events);
            call.print("\n");
        }
        return if several.is_empty() { Err(only.clone()) } else { OK };
    }
    if found.is_empty() && failures.is_empty() {
        let message =
            match query.all_namespaces || selection.kinds.iter().all(|kind| !kind.resource().namespaced) {
                true => "No resources found".to_owned(),
                false => format!("No resources found in {} namespace.", call.namespace()),
            };
        call.ctx.complain(message);
        return OK;
    }
    for (index, found) in found.iter().enumerate() {
        if index > 0 {
            call.print("\n\n");
        }
        show(call, found, events);
    }
    Failure::all(failures)?;
    OK
}

fn show(call: &mut Call<'_, '_>, found: &Found, events: bool) {
    let object = live(call, found);
    let text = describe::describe(call.ctx.cluster.store(), call.now(), &object, events);
    call.print(&text);
}

/// The stored object, or the one that a file has.
fn live(call: &Call<'_, '_>, found: &Found) -> Arc<Object> {
    let stored = call.ctx.cluster.store().get(&found.key()).cloned();
    stored.unwrap_or_else(|| Arc::new(Object::new(found.kind, found.doc.clone())))
}

fn by_prefix(call: &mut Call<'_, '_>, kind: &str, prefix: &str) -> Vec<Found> {
    let Ok(kind) = call.kind(kind) else { return Vec::new() };
    let namespace = call.scope(kind);
    let all = call.ctx.cluster.store().list(kind, &namespace);
    let matching = all.filter(|object| object.meta.name.starts_with(prefix));
    matching.map(|object| found(kind, object)).collect()
}

fn found(kind: Kind, object: &Object) -> Found {
    Found {
        kind,
        namespace: object.meta.namespace.to_string(),
        name: object.meta.name.to_string(),
        doc: object.doc().clone(),
        source: None,
    }
}
