//! What is said about the open file beside the text itself: how many mistakes, and what an apply would change.

pub use crate::cluster::{Change, Edit, Preview};
pub use crate::manifest::{Completions, Diagnostic, Fix, Hover, Severity, Span, complete, hover};

use crate::api::Value;

/// The longest a value is shown.
const LONGEST: usize = 60;

/// A sentence on a preview: mistakes first, else what an apply would do.
pub fn words(preview: &Preview) -> String {
    let count = |severity| preview.diagnostics.iter().filter(|it| it.severity == severity).count();
    let some = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(some(errors, "error"));
    }
    if warnings > 0 {
        parts.push(some(warnings, "warning"));
    }
    if errors == 0 {
        let created = preview.changes.iter().filter(|change| change.created).count();
        let changed = preview.changes.iter().filter(|change| !change.fields.is_empty()).count();
        match (created, changed) {
            (0, 0) if preview.changes.is_empty() => {}
            (0, 0) => parts.push("the cluster is as this says".to_owned()),
            (created, 0) => parts.push(format!("would create {}", some(created, "object"))),
            (0, changed) => parts.push(format!("would change {}", some(changed, "object"))),
            (created, changed) => parts.push(format!("would create {created}, change {changed}")),
        }
    }
    parts.join(", ")
}

/// The first mistake, in a line: what a person wants to read before anything is unfolded.
pub fn first(preview: &Preview) -> Option<String> {
    let error = preview.diagnostics.iter().find(|it| it.severity == Severity::Error)?;
    Some(format!("line {}: {}", error.span.line, error.message))
}

/// Whether an apply is refused as it stands.
pub fn is_refused(preview: &Preview) -> bool {
    preview.diagnostics.iter().any(|it| it.severity == Severity::Error)
}

/// A diagnostic's words with what would help.
pub fn told(diagnostic: &Diagnostic) -> String {
    match &diagnostic.hint {
        Some(hint) => format!("{}\n{hint}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// A field's change in a line: `spec.replicas: 1 → 3`.
pub fn edit(edit: &Edit) -> String {
    let shown = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => cut(text),
        Some(value) => cut(&value.to_string()),
    };
    format!("{}: {} → {}", edit.path, shown(&edit.before), shown(&edit.after))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
