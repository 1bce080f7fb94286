//! `kubectl get`: tables of objects, or the objects themselves; and what changes, with `-w`.

use crate::api::{Instant, Kind, Value};
use crate::shell::kubectl::call::{Call, Next, OK, Outcome};
use crate::shell::kubectl::doc::{labels, shown};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer::{self, Printer};
use crate::shell::kubectl::output::tabwriter::{TabWriter, Widths};
use crate::shell::kubectl::printers::{self, Table};
use crate::shell::kubectl::resources::{Found, Query, query, resolve};
use crate::shell::kubectl::{doc, fail};
use crate::shell::{Ctx, Poll, Program, Wake};

use super::patch::known_subresource;
use super::raw;
use super::sort::{Sorter, sort_rows};

/// How a table of objects is shown.
#[derive(Clone, Debug, Default)]
struct Look {
    wide: bool,
    /// Without `--server-print`, kubectl knows names and ages alone.
    plain: bool,
    headings: bool,
    namespaces: bool,
    kinds: bool,
    label_columns: Vec<String>,
    show_labels: bool,
    events: bool,
    scale: bool,
}

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    if call.flags.given("raw") {
        return raw::get(call);
    }
    let watching = call.flags.on("watch") || call.flags.on("watch-only");
    if call.flags.on("output-watch-events") && !watching {
        return Err("--output-watch-events option can only be used with --watch or --watch-only".into());
    }
    let output = call.flags.text("output").to_owned();
    if call.flags.on("show-labels") && !["", "wide"].contains(&output.as_str()) {
        return Err(format!("--show-labels option cannot be used with {output} printer").into());
    }
    let args = call.args();
    if args.is_empty() && !call.names_files() {
        let text = "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n";
        call.ctx.complain(text);
        return Err(call.usage("Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods)."));
    }
    let subresource = call.flags.text("subresource").to_owned();
    known_subresource(call)?;
    let printer = printer::chosen(call)?;
    let mut query = query(call, args);
    query.whole_types = true;
    let sorter = Sorter::parse(call.flags.text("sort-by"))?;
    let look = Look {
        wide: output == "wide",
        plain: !call.flags.on("server-print"),
        headings: !call.flags.on("no-headers"),
        namespaces: query.all_namespaces,
        kinds: call.flags.on("show-kind"),
        label_columns: call.flags.list("label-columns"),
        show_labels: call.flags.on("show-labels"),
        events: call.flags.on("output-watch-events"),
        scale: subresource == "scale",
    };
    if watching {
        if sorter.is_some() {
            call.ctx.complain("warning: --watch or --watch-only requested, --sort-by will be ignored");
        }
        return watch(call, &query, look, printer);
    }
    let mut selection = resolve(call, &query)?;
    if let Some(printer) = printer {
        if look.scale {
            selection.found.iter_mut().for_each(as_scale);
        }
        return print(call, &printer, selection, sorter.as_ref());
    }
    let found = !selection.found.is_empty();
    let by_name = selection.single || query.filter.is_empty() && call.flags.args.len() > 1;
    let kinds: Vec<Kind> = if by_name || call.names_files() {
        let mut kinds: Vec<Kind> = Vec::new();
        for found in &selection.found {
            if !kinds.contains(&found.kind) {
                kinds.push(found.kind);
            }
        }
        kinds
    } else {
        selection.kinds.clone()
    };
    let look = Look { kinds: look.kinds || kinds.len() > 1, ..look };
    let mut out = String::new();
    let mut rest = &selection.found[..];
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|found| found.kind != first.kind).unwrap_or(rest.len());
        let (group, others) = rest.split_at(end);
        if !out.is_empty() && look.headings {
            out.push('\n');
        }
        let mut group: Vec<&Found> = group.iter().collect();
        if let Some(sorter) = &sorter {
            sort_rows(sorter, &mut group)?;
        }
        out.push_str(&table(&look, first.kind, &group, call.now(), None, &mut Widths::new()));
        rest = others;
    }
    call.print(&out);
    if !found && selection.failures.is_empty() && !query.ignore_missing {
        let namespaced =
            !query.all_namespaces && selection.kinds.iter().all(|kind| kind.resource().namespaced);
        call.ctx.complain(match namespaced {
            true => format!("No resources found in {} namespace.", call.namespace()),
            false => "No resources found".into(),
        });
    }
    Failure::all(selection.failures)?;
    OK
}

/// Puts the scale of a workload in its place.
fn as_scale(found: &mut Found) {
    let (meta, status) = (&found.doc["metadata"], &found.doc["status"]);
    let kept = ["creationTimestamp", "name", "namespace", "resourceVersion", "uid"];
    let kept: crate::api::Map<String, Value> =
        kept.iter().map(|key| ((*key).to_owned(), meta[*key].clone())).collect();
    let selector = &found.doc["spec"]["selector"];
    let labels = if selector["matchLabels"].is_object() { &selector["matchLabels"] } else { selector };
    found.doc = crate::api::json!({
        "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": kept,
        "spec": {"replicas": doc::int(&found.doc["spec"]["replicas"])},
        "status": {"replicas": doc::int(&status["replicas"]), "selector": doc::labels(labels)},
    });
}

fn print(
    call: &mut Call<'_, '_>,
    printer: &Printer,
    mut selection: crate::shell::kubectl::resources::Selection,
    sorter: Option<&Sorter>,
) -> Outcome {
    if selection.single && !selection.failures.is_empty() {
        return Err(selection.failures.remove(0));
    }
    if selection.single && selection.found.is_empty() {
        return OK;
    }
    let managed = call.flags.on("show-managed-fields");
    let document = |found: Found| {
        let mut doc = found.doc;
        let object = call.ctx.cluster.store().find(found.kind, &found.namespace, &found.name);
        if let Some(object) = object.filter(|_| managed) {
            doc["metadata"]["managedFields"] = call.ctx.cluster.managed_fields(object);
        }
        doc
    };
    let mut docs: Vec<Value> = selection.found.into_iter().map(document).collect();
    if let Some(sorter) = sorter {
        sorter.sort_documents(&mut docs)?;
    }
    let doc = if selection.single { docs.remove(0) } else { printer::list(docs) };
    let printed = printer.print(&doc);
    match printed {
        Ok(text) => call.print(&text),
        Err(failure) => selection.failures.push(failure),
    }
    Failure::all(selection.failures)?;
    OK
}

/// The table of objects of one kind; `event` is the watch event's column.
fn table(
    look: &Look,
    kind: Kind,
    group: &[&Found],
    now: Instant,
    event: Option<&str>,
    widths: &mut Widths,
) -> String {
    let table: Table = match (look.plain, look.scale) {
        (true, _) => printers::PLAIN,
        (_, true) => printers::SCALE,
        _ => printers::table(kind),
    };
    let namespaces = look.namespaces && kind.resource().namespaced;
    let mut writer = TabWriter::table();
    if look.headings {
        let mut headings: Vec<String> = Vec::new();
        headings.extend(look.events.then(|| "EVENT".to_owned()));
        headings.extend(namespaces.then(|| "NAMESPACE".to_owned()));
        headings.extend(table.headings(look.wide).into_iter().map(str::to_owned));
        headings.extend(
            look.label_columns.iter().map(|label| label.rsplit('/').next().unwrap_or(label).to_uppercase()),
        );
        headings.extend(look.show_labels.then(|| "LABELS".to_owned()));
        writer.row(headings.iter().map(String::as_str));
    }
    for found in group {
        let meta = &found.doc["metadata"];
        let mut cells: Vec<String> = Vec::new();
        cells.extend(event.map(str::to_owned));
        cells.extend(namespaces.then(|| found.namespace.clone()));
        let at = cells.len();
        cells.extend(table.cells(&found.doc, now, look.wide).into_iter().map(|cell| one_line(&cell)));
        if look.kinds
            && let Some(name) = table.headings(look.wide).iter().position(|heading| *heading == "NAME")
        {
            cells[at + name] = format!("{}/{}", kind.resource().singular_qualified(), cells[at + name]);
        }
        cells.extend(look.label_columns.iter().map(|label| shown(&meta["labels"][label])));
        cells.extend(look.show_labels.then(|| labels(&meta["labels"])));
        writer.row(cells.iter().map(String::as_str));
    }
    writer.finish_with(widths)
}

/// Cells are one line each.
fn one_line(cell: &str) -> String {
    match cell.split_once('\n') {
        Some((first, _)) => format!("{first}..."),
        None => cell.to_owned(),
    }
}

fn watch(call: &mut Call<'_, '_>, query: &Query, look: Look, printer: Option<Printer>) -> Outcome {
    let selection = resolve(call, query)?;
    let [kind] = selection.kinds[..] else {
        return Err("you may only specify a single resource type".into());
    };
    Failure::all(selection.failures)?;
    let names: Vec<String> = match (
        query.args.len() > 1 || query.args.iter().any(|arg| arg.contains('/')),
        &selection.found[..],
    ) {
        (true, found) => found.iter().map(|found| found.name.clone()).collect(),
        _ => Vec::new(),
    };
    if names.len() > 1 {
        return Err("you may only specify a single resource name when watching".into());
    }
    let namespace = (kind.resource().namespaced && !query.all_namespaces).then(|| call.namespace());
    let mut program = Watch {
        kind,
        namespace,
        name: names.first().cloned(),
        filter: query.filter.clone(),
        look,
        printer,
        version: call.ctx.cluster.store().version(),
        widths: Widths::new(),
        command: call.command.name(),
    };
    if !call.flags.on("watch-only") {
        for found in &selection.found {
            program.show(call.ctx, "ADDED", found);
        }
    }
    Ok(Next::Run(Box::new(program)))
}

#[derive(Clone, Debug)]
struct Watch {
    kind: Kind,
    namespace: Option<String>,
    name: Option<String>,
    filter: crate::shell::kubectl::selector::Filter,
    look: Look,
    printer: Option<Printer>,
    version: u64,
    widths: Widths,
    command: String,
}

impl Watch {
    fn show(&mut self, ctx: &mut Ctx<'_>, event: &str, found: &Found) {
        match &self.printer {
            Some(printer) => {
                let doc = if self.look.events {
                    crate::api::json!({"type": event, "object": found.doc})
                } else {
                    found.doc.clone()
                };
                match printer.print(&doc) {
                    Ok(text) => ctx.stdout.push_str(&text),
                    Err(failure) => drop(fail(ctx, &failure, &self.command)),
                }
            }
            None => {
                let event = self.look.events.then_some(event);
                let text = table(&self.look, self.kind, &[found], ctx.cluster.now(), event, &mut self.widths);
                ctx.stdout.push_str(&text);
                self.look.headings = false;
            }
        }
    }

    fn takes(&self, object: &crate::api::Object, matcher: &crate::shell::kubectl::selector::Matcher) -> bool {
        object.kind == self.kind
            && self.namespace.as_ref().is_none_or(|namespace| object.meta.namespace == *namespace)
            && self.name.as_ref().is_none_or(|name| object.meta.name == *name)
            && matcher.matches(object)
    }
}

impl Program for Watch {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let Ok(matcher) = self.filter.matcher(self.kind) else { return Poll::Done(1) };
        let store = ctx.cluster.store();
        let mut shown: Vec<(&str, Found)> = Vec::new();
        for change in store.changes_since(self.version).into_iter().flatten() {
            let taken = |object: &std::sync::Arc<crate::api::Object>| {
                self.takes(object, &matcher).then(|| object.clone())
            };
            let (old, new) = (change.old.as_ref().and_then(taken), change.new.as_ref().and_then(taken));
            let (event, object) = match (old, new) {
                (None, Some(object)) => ("ADDED", object),
                (Some(_), Some(object)) => ("MODIFIED", object),
                (Some(object), None) => ("DELETED", change.new.clone().unwrap_or(object)),
                (None, None) => continue,
            };
            shown.push((
                event,
                Found {
                    kind: object.kind,
                    namespace: object.meta.namespace.to_string(),
                    name: object.meta.name.to_string(),
                    doc: object.doc().clone(),
                    source: None,
                },
            ));
        }
        self.version = store.version();
        for (event, found) in &shown {
            self.show(ctx, event, found);
        }
        Poll::Wait(Wake::ChangeOr(doc::far(ctx.cluster.now())))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
