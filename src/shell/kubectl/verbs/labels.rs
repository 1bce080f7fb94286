//! `kubectl label` and `kubectl annotate`.

use super::create::report;
use crate::api::{Status, StatusReason, Value, json};
use crate::apiserver::patch::{self, Patch};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{entries, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::names;
use crate::shell::kubectl::output::{go, printer};
use crate::shell::kubectl::resources::{self, Found};

/// What is changed, and the words for it.
struct Sort {
    /// `labels`
    field: &'static str,
    /// `label`
    word: &'static str,
    /// `labeled`
    done: &'static str,
    /// `unlabeled`
    undone: &'static str,
    /// `not labeled`
    nothing: &'static str,
}

const CAUSE: &str = "kubernetes.io/change-cause";
const LABELS: Sort =
    Sort { field: "labels", word: "label", done: "labeled", undone: "unlabeled", nothing: "not labeled" };
const ANNOTATIONS: Sort = Sort {
    field: "annotations",
    word: "annotation",
    done: "annotated",
    undone: "annotated",
    nothing: "annotated",
};

/// `label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N`
pub fn label(call: &mut Call<'_, '_>) -> Outcome {
    run(call, &LABELS)
}

/// `annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N`
pub fn annotate(call: &mut Call<'_, '_>) -> Outcome {
    run(call, &ANNOTATIONS)
}

/// What is to be set, and what is to go.
#[derive(Default)]
struct Change {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

fn is_change(word: &str) -> bool {
    word.find('=').is_some_and(|at| at > 0) || (word.ends_with('-') && word != "-")
}

fn run(call: &mut Call<'_, '_>, sort: &Sort) -> Outcome {
    let dry = call.dry_run()?;
    let args = call.args();
    let split = args.iter().position(|word| is_change(word)).unwrap_or(args.len());
    let (objects, changes) = args.split_at(split);
    let listing = call.flags.on("list");
    if let Some(word) = changes.iter().find(|word| !is_change(word)) {
        let message = format!("all resources must be specified before {} changes: {word}", sort.word);
        return Err(Failure::Message(message));
    }
    let change = read(changes, sort)?;
    if listing && call.flags.given("output") {
        return Err("--list and --output may not be specified together".into());
    }
    for other in ["selector", "field-selector"] {
        if call.flags.on("all") && call.flags.given(other) {
            return Err(format!("cannot set --all and --{other} at the same time").into());
        }
    }
    let local = call.flags.on("local");
    if local && dry == DryRun::Server {
        return Err("cannot specify --local and --dry-run=server - did you mean --dry-run=client?".into());
    }
    let file = if sort.field == "labels" { "pod" } else { "rsrc" };
    if local && !objects.is_empty() {
        let example = format!("-f {file}.yaml or --filename={file}.json");
        return Err(format!("can only use local files by {example} when --local=true is set").into());
    }
    if local && !call.names_files() {
        return Err(format!(
            "one or more files must be specified as -f {file}.yaml or --filename={file}.json"
        )
        .into());
    }
    if objects.is_empty() && !call.names_files() {
        return Err(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>".into()
        );
    }
    if changes.is_empty() && !listing {
        return Err(Failure::Message(format!("at least one {} update is required", sort.word)));
    }
    let mut query = resources::query(call, objects.to_vec());
    query.live = !local;
    let selection = resources::resolve(call, &query)?;
    if call.flags.given("resource-version") && !selection.single {
        return Err("--resource-version may only be used with a single resource".into());
    }
    let single = selection.single;
    let mut failures = selection.failures;
    for (at, found) in selection.found.iter().enumerate() {
        let result = match listing {
            true => list(call, sort, found, &change, single),
            false => one(call, sort, found, &change, dry, at),
        };
        failures.extend(result.err());
    }
    Failure::all(failures)?;
    OK
}

fn read(words: &[String], sort: &Sort) -> Result<Change, Failure> {
    let mut change = Change::default();
    for word in words {
        let invalid = || Failure::Message(format!("invalid {} spec: {word}", sort.word));
        if let Some((key, value)) = word.split_once('=') {
            if sort.field == "labels" {
                if value.contains('=') {
                    return Err(invalid());
                }
                names::label_value(value)
                    .map_err(|why| format!("invalid label value: {}: {why}", go::quote(word)))?;
            }
            change.set.push((key.to_owned(), value.to_owned()));
        } else if let Some(key) = word.strip_suffix('-') {
            change.remove.push(key.to_owned());
        } else {
            return Err(Failure::Message(format!("unknown {} spec: {word}", sort.word)));
        }
    }
    let both: Vec<&str> = change
        .remove
        .iter()
        .filter(|removed| change.set.iter().any(|(key, _)| key == *removed))
        .map(String::as_str)
        .collect();
    match (&both[..], sort.field) {
        ([], _) => Ok(change),
        (_, "labels") => Err("can not both modify and remove a label in the same command".into()),
        (both, _) => Err(Failure::Message(format!(
            "can not both modify and remove the following annotation(s) in the same command: {}",
            both.join(", ")
        ))),
    }
}

/// The pairs of an object as the change leaves them; refuses to change what is there without `--overwrite`.
fn changed(call: &Call<'_, '_>, sort: &Sort, found: &Found, change: &Change) -> Result<Value, Failure> {
    let before = &found.doc["metadata"][sort.field];
    let taken = |(key, value): &&(String, String)| {
        let free = sort.field == "annotations" && key == CAUSE;
        !free && before[key.as_str()].as_str().is_some_and(|old| old != value)
    };
    let taken: Vec<String> = change
        .set
        .iter()
        .filter(taken)
        .map(|(key, _)| format!("'{key}' already has a value ({})", text(&before[key.as_str()])))
        .collect();
    if !taken.is_empty() && !call.flags.on("overwrite") {
        if sort.field == "annotations" {
            let list = taken.join("; ");
            return Err(format!(
                "--overwrite is false but found the following declared annotation(s): {list}"
            )
            .into());
        }
        let each = taken.into_iter().map(|taken| format!("{taken}, and --overwrite is false").into());
        Failure::all(each.collect())?;
    }
    let mut after = if before.is_object() { before.clone() } else { json!({}) };
    for (key, value) in &change.set {
        put(&mut after, &[key], value.as_str());
    }
    if let Some(map) = after.as_object_mut() {
        change.remove.iter().for_each(|key| drop(map.remove(key)));
    }
    Ok(after)
}

/// `--list`: the pairs as they would be.
fn list(
    call: &mut Call<'_, '_>,
    sort: &Sort,
    found: &Found,
    change: &Change,
    single: bool,
) -> Result<(), Failure> {
    let after = changed(call, sort, found, change)?;
    let resource = found.kind.resource();
    if !single {
        call.say(format!("Listing {} for {}.{}/{}:", sort.field, resource.name, resource.group, found.name));
    }
    for (key, value) in entries(&after) {
        call.say(format!("{}{key}={}", if single { "" } else { " " }, text(value)));
    }
    Ok(())
}

fn one(
    call: &mut Call<'_, '_>,
    sort: &Sort,
    found: &Found,
    change: &Change,
    dry: DryRun,
    at: usize,
) -> Result<(), Failure> {
    let before = &found.doc["metadata"][sort.field];
    let sends = dry != DryRun::Client && !call.flags.on("local");
    if sends && sort.field == "labels" {
        for key in change.remove.iter().filter(|key| before.get(key.as_str()).is_none()) {
            call.say(format!("label {key:?} not found."));
        }
    }
    let after = changed(call, sort, found, change)?;
    let version = call.flags.text("resource-version").to_owned();
    // kubectl compares the objects as they are written: no map at all is shorter than an empty one.
    let written = |map: &Value| if map.is_object() { go::json(map) } else { String::new() };
    let (old, new) = (written(before), written(&after));
    let word = match () {
        () if sort.field == "annotations" => sort.done,
        () if old == new && version.is_empty() => sort.nothing,
        () if !call.flags.on("overwrite") && new.len() < old.len() => sort.undone,
        () => sort.done,
    };
    let mut patch = json!({"metadata": {sort.field: {}}});
    let fields = &mut patch["metadata"][sort.field];
    for (key, value) in &change.set {
        fields[key.as_str()] = value.as_str().into();
    }
    for key in &change.remove {
        fields[key.as_str()] = Value::Null;
    }
    if old != new {
        call.record(&mut patch);
    }
    let current = text(&found.doc["metadata"]["resourceVersion"]);
    if sends && !version.is_empty() && version != current {
        return Err(conflict(found).into());
    }
    let patch = Patch::Merge(patch);
    let after = if sends && old != new {
        call.patch(&found.key(), &patch, &dry.options())?.doc().clone()
    } else {
        patch::apply(found.kind, &found.doc, &patch).map_err(|error| Failure::Message(error.0))?.0
    };
    let printer = printer::chosen(call)?;
    report(call, printer.as_ref(), found.kind, &after, word, dry, at)
}

/// What the server answers to a change of an object that is no longer what the change was made from.
fn conflict(found: &Found) -> Status {
    let what = format!("{} {}", found.kind.resource().plural_qualified(), go::quote(&found.name));
    let why = "the object has been modified; please apply your changes to the latest version and try again";
    Status::new(StatusReason::Conflict, format!("Operation cannot be fulfilled on {what}: {why}"))
}
