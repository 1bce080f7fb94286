//! `kubectl label` and `kubectl annotate`.

use super::create::report;
use crate::api::{Value, json};
use crate::apiserver::patch::{self, Patch};
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{entries, text};
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
    !word.is_empty() && (word.contains('=') && !word.starts_with('=') || word.ends_with('-'))
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
    if objects.is_empty() && !call.names_files() && !call.flags.on("all") && !call.flags.given("selector") {
        return Err(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>".into()
        );
    }
    if call.flags.on("local") && !call.names_files() {
        return Err(
            "can only use local files by -f rsrc.yaml or --filename=rsrc.json when --local=true is set"
                .into(),
        );
    }
    if changes.is_empty() && !listing {
        return Err(Failure::Message(format!("at least one {} update is required", sort.word)));
    }
    let change = read(changes, sort)?;
    let mut query = resources::query(call, objects.to_vec());
    query.live = !call.flags.on("local");
    let selection = resources::resolve(call, &query)?;
    let mut failures = selection.failures;
    for (at, found) in selection.found.iter().enumerate() {
        if let Err(failure) = one(call, sort, found, &change, dry, at) {
            failures.push(failure);
        }
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

fn one(
    call: &mut Call<'_, '_>,
    sort: &Sort,
    found: &Found,
    change: &Change,
    dry: DryRun,
    at: usize,
) -> Result<(), Failure> {
    let before = &found.doc["metadata"][sort.field];
    if call.flags.on("list") {
        for (key, value) in entries(before) {
            call.say(format!("{key}={}", text(value)));
        }
        return Ok(());
    }
    if !call.flags.on("overwrite") {
        let taken: Vec<String> = change
            .set
            .iter()
            .filter(|(key, value)| before[key.as_str()].as_str().is_some_and(|old| old != value))
            .map(|(key, _)| {
                format!(
                    "'{key}' already has a value ({}), and --overwrite is false",
                    text(&before[key.as_str()])
                )
            })
            .collect();
        if !taken.is_empty() {
            return Err(Failure::Message(taken.join("; ")));
        }
    }
    let mut patch = json!({"metadata": {sort.field: {}}});
    let fields = &mut patch["metadata"][sort.field];
    for (key, value) in &change.set {
        fields[key.as_str()] = value.as_str().into();
    }
    let mut removed = false;
    for key in &change.remove {
        match before.get(key.as_str()) {
            Some(_) => removed = true,
            None if sort.field == "labels" => call.say(format!("label {key:?} not found.")),
            None => {}
        }
        fields[key.as_str()] = Value::Null;
    }
    let changes =
        removed || change.set.iter().any(|(key, value)| before[key.as_str()].as_str() != Some(value));
    let word = match (changes, removed && change.set.is_empty()) {
        (false, _) => sort.nothing,
        (true, true) => sort.undone,
        (true, false) => sort.done,
    };
    if changes {
        call.record(&mut patch);
    }
    let patch = Patch::Merge(patch);
    let after = if dry != DryRun::Client && !call.flags.on("local") && changes {
        call.patch(&found.key(), &patch, &dry.options())?.doc().clone()
    } else {
        patch::apply(found.kind, &found.doc, &patch).map_err(|error| Failure::Message(error.0))?.0
    };
    let printer = printer::chosen(call)?;
    report(call, printer.as_ref(), found.kind, &after, word, dry, at)
}
