//! `kubectl describe`.

use crate::api::{Kind, Object};
use crate::shell::kubectl::call::{Call, Next, OK, Outcome};
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
    let mut failures = selection.failures;
    let mut found = selection.found;
    if found.is_empty() && selection.single && !failures.is_empty() {
        // A name that is no object's may be the beginning of several.
        found = by_prefix(call, &query.args);
        if !found.is_empty() {
            failures.clear();
        }
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
    // One failure among the named is all that is told.
    Failure::all(failures)?;
    let events = !call.flags.given("show-events") || call.flags.on("show-events");
    for (index, found) in found.iter().enumerate() {
        let object = live(call, found);
        let text = describe::describe(call.ctx.cluster.store(), call.now(), &object, events);
        if index > 0 {
            call.print("\n\n");
        }
        call.print(&text);
    }
    Ok(Next::Done(0))
}

/// The stored object, or the one that a file has.
fn live(call: &Call<'_, '_>, found: &Found) -> Arc<Object> {
    let stored = call.ctx.cluster.store().get(&found.key()).cloned();
    stored.unwrap_or_else(|| Arc::new(Object::new(found.kind, found.doc.clone())))
}

fn by_prefix(call: &mut Call<'_, '_>, args: &[String]) -> Vec<Found> {
    let named = match args {
        [one] => one.split_once('/').map(|(kind, name)| (kind.to_owned(), name.to_owned())),
        [kind, name] => Some((kind.clone(), name.clone())),
        _ => None,
    };
    let Some((kind, prefix)) = named else { return Vec::new() };
    let Ok(kind) = call.kind(&kind) else { return Vec::new() };
    let namespace = call.scope(kind);
    let all = call.ctx.cluster.store().list(kind, &namespace);
    let matching = all.filter(|object| object.meta.name.starts_with(&prefix));
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
