//! `kubectl create -f`, and what all generators share.

use crate::api::{Kind, Value};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{entries, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::manifests;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::output::printer::{self, Printer};
use crate::shell::kubectl::printers::qualified_name;
use crate::shell::kubectl::resources::namespace_of;
use crate::shell::kubectl::verbs::apply::remember;
use crate::shell::kubectl::verbs::honest::unwritten;

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    if !call.args().is_empty() {
        let message = format!("Unexpected args: [{}]", call.args().join(" "));
        return Err(call.usage(message));
    }
    if !call.names_files() {
        return Err("must specify one of -f and -k".into());
    }
    unwritten(call)?;
    let dry = call.dry_run()?;
    let printer = printer::chosen(call)?;
    let manifests = manifests::read(call)?;
    let mut failures = Vec::new();
    let none = manifests.documents.is_empty() && manifests.failures.is_empty();
    let mut printed = 0;
    for (at, document) in manifests.documents.into_iter().enumerate() {
        let namespace = match namespace_of(call, document.kind, &document.doc) {
            Ok(namespace) => namespace,
            Err(failure) => {
                failures.push((at, failure));
                continue;
            }
        };
        let mut doc = document.doc;
        if !namespace.is_empty() {
            put(&mut doc, &["metadata", "namespace"], namespace);
        }
        if call.flags.on("save-config") {
            remember(&mut doc);
        }
        let result = match dry {
            DryRun::Client => Ok(doc),
            dry => call.create(document.kind, doc, &dry.options()).map(|object| object.doc().clone()),
        };
        match result {
            Ok(doc) => {
                report(call, printer.as_ref(), document.kind, &doc, "created", dry, printed)?;
                printed += 1;
            }
            Err(status) => failures.push((at, Failure::while_doing("creating", &document.source, status))),
        }
    }
    if none {
        return Err("no objects passed to create".into());
    }
    Failure::all(Failure::in_order(manifests.failures, &manifests.after, failures))?;
    OK
}

/// Prints what was done to an object, or the object as `-o` wants it.
///
/// # Errors
/// When a template does not fit.
pub fn report(
    call: &mut Call<'_, '_>,
    printer: Option<&Printer>,
    kind: Kind,
    doc: &Value,
    what: &str,
    dry: DryRun,
    before: usize,
) -> Result<(), Failure> {
    match printer {
        None => {
            let name = qualified_name(kind, text(&doc["metadata"]["name"]));
            call.say(format!("{name} {what}{}", dry.suffix()));
        }
        Some(printer) => {
            if before > 0 && matches!(printer, Printer::Yaml) {
                call.print("---\n");
            }
            let shown = printer.print(doc)?;
            call.print(&shown);
        }
    }
    Ok(())
}

/// The one name a generator takes.
///
/// # Errors
/// When there is none, or more.
pub fn one_name(call: &Call<'_, '_>) -> Result<String, Failure> {
    let before_dash = call.flags.dash.unwrap_or(call.flags.args.len());
    match &call.flags.args[..before_dash] {
        [name] => Ok(name.clone()),
        names => Err(call.usage(format!("exactly one NAME is required, got {}", names.len()))),
    }
}

/// Creates what a generator made. `what` names it in a failure; empty where none is named.
///
/// # Errors
/// What the server answers.
pub fn generate(call: &mut Call<'_, '_>, kind: Kind, doc: Value, what: &str) -> Outcome {
    let complaint = if what.is_empty() { String::new() } else { format!("failed to create {what}: ") };
    generate_or(call, kind, doc, &complaint)
}

/// The same, with all the words that stand before the server's.
///
/// # Errors
/// What the server answers.
pub fn generate_or(call: &mut Call<'_, '_>, kind: Kind, mut doc: Value, complaint: &str) -> Outcome {
    let dry = call.dry_run()?;
    let printer = printer::chosen(call)?;
    if kind.resource().namespaced && (dry != DryRun::Client || call.namespace_given()) {
        let namespace = call.namespace();
        put(&mut doc, &["metadata", "namespace"], namespace);
    }
    if call.flags.on("save-config") {
        remember(&mut doc);
    }
    let doc = match dry {
        DryRun::Client => doc,
        dry => match call.create(kind, doc, &dry.options()) {
            Ok(object) => object.doc().clone(),
            Err(status) if complaint.is_empty() => return Err(status.into()),
            Err(status) => return Err(format!("{complaint}{}", status.message).into()),
        },
    };
    report(call, printer.as_ref(), kind, &doc, "created", dry, 0)?;
    OK
}

/// The labels `a=b,c=d` of a flag.
///
/// # Errors
/// When a part is none.
pub fn labels(text: &str) -> Result<Value, Failure> {
    let map = super::expose::pairs(text)?;
    for (key, value) in entries(&map) {
        let value = crate::shell::kubectl::doc::text(value);
        crate::shell::kubectl::names::label_value(value)
            .map_err(|why| format!("invalid label value: {}: {why}", go::quote(&format!("{key}={value}"))))?;
    }
    Ok(map)
}
