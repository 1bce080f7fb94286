//! Everything that is wrong with a text, each thing at its place: what the editor underlines.
//! kubectl stops at the first error and this goes on; the words are the same.

use super::decode::{Wire, decode};
use super::locate::Places;
use super::resource::Problem;
use super::schema::{self, Struct, Type};
use super::stream::{Document, read_on};
use super::{Diagnostic, Resource, Severity};
use crate::api::{RESOURCES, Value};

/// What is wrong with a text, in the order of its lines.
pub fn diagnose(text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for read in read_on(text) {
        match read {
            Ok(document) => document_problems(text, &document, &mut found),
            Err(diagnostic) => {
                let hint = syntax_hint(&diagnostic.message);
                found.push(Diagnostic {
                    hint: diagnostic.hint.or_else(|| hint.map(str::to_owned)),
                    ..diagnostic
                });
            }
        }
    }
    found.sort_by_key(|diagnostic| diagnostic.span);
    found
}

fn document_problems(text: &str, document: &Document, found: &mut Vec<Diagnostic>) {
    let places = Places::of(text, document);
    for (key, span) in places.repeated() {
        let message = format!("duplicate key {key:?}");
        let hint = "The last one counts, the others are dropped.".to_owned();
        found.push(Diagnostic {
            severity: Severity::Warning,
            message,
            path: String::new(),
            span,
            hint: Some(hint),
        });
    }
    if let Err(problem) = document.validate() {
        let diagnostic = Diagnostic::error(format!("error validating data: {problem}"), places.field(""));
        found.push(diagnostic.hinting("Every object begins with apiVersion and kind."));
        return;
    }
    for object in document.objects() {
        match object {
            Ok(resource) => resource_problems(&places, resource, found),
            Err((item, problem)) => {
                let prefix = item.map(|index| format!("items[{index}].")).unwrap_or_default();
                let path = match problem {
                    Problem::Decode(_) => format!("{prefix}metadata"),
                    Problem::NoMatch { .. } => format!("{prefix}kind"),
                };
                let diagnostic = Diagnostic::error(problem.brief(), places.value(&path));
                found.push(Diagnostic { hint: kind_hint(&problem), ..diagnostic.at(path) });
            }
        }
    }
}

fn resource_problems(places: &Places<'_>, mut resource: Resource, found: &mut Vec<Diagnostic>) {
    let prefix = resource.prefix();
    let written = resource.value.clone();
    let decoded = decode(resource.kind, &mut resource.value, Wire::Json);
    for (path, message) in &decoded.wrong {
        let diagnostic = Diagnostic::error(message, places.value(&format!("{prefix}{path}")));
        found.push(Diagnostic { hint: value_hint(message, at(&written, path)), ..diagnostic.at(path) });
    }
    for path in &decoded.unknown {
        let diagnostic =
            Diagnostic::error(format!("unknown field {path:?}"), places.key(&format!("{prefix}{path}")))
                .at(path);
        let hint = schema::of(resource.kind).and_then(|root| field_hint(root, path));
        found.push(Diagnostic { hint, ..diagnostic });
    }
    let metadata = &resource.value["metadata"];
    let empty = |field: &str| metadata[field].as_str().unwrap_or_default().is_empty();
    if empty("name") && empty("generateName") {
        let path = format!("{prefix}metadata.name");
        found.push(
            Diagnostic::error("resource name may not be empty", places.field(&path)).at("metadata.name"),
        );
    }
}

/// The value at a path as `decode` writes it.
fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    let mut here = value;
    let mut rest = path;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let next = match here {
            Value::Array(items) => rest
                .strip_prefix('[')
                .and_then(|rest| rest.split_once(']'))
                .and_then(|(n, rest)| Some((items.get(n.parse::<usize>().ok()?)?, rest))),
            Value::Object(map) => map
                .iter()
                .filter_map(|(key, value)| Some((value, rest.strip_prefix(key.as_str())?)))
                .filter(|(_, rest)| rest.is_empty() || rest.starts_with(['.', '[']))
                .min_by_key(|(_, rest)| rest.len()),
            _ => None,
        };
        let Some((value, after)) = next else { return &Value::Null };
        here = value;
        rest = after;
    }
    here
}

fn syntax_hint(message: &str) -> Option<&'static str> {
    let hints = [
        (
            "found character that cannot start any token",
            "YAML is indented with spaces, never with tabs; text that begins with @, ` or % needs quotes.",
        ),
        ("tab character", "YAML is indented with spaces, never with tabs."),
        (
            "mapping values are not allowed",
            "This line has a second “: ”, or is indented too far. Text that holds “: ” needs quotes.",
        ),
        ("did not find expected key", "This line is not indented like the ones it belongs with."),
        ("did not find expected '-' indicator", "The items of a list begin with “- ” in the same column."),
        ("could not find expected ':'", "A key needs a colon and a space after it."),
        ("found unexpected end of stream", "A quote that was opened is not closed."),
        ("did not find expected ',' or", "A bracket that was opened is not closed."),
        ("invalid map key", "Braces mean a map in YAML: a template's {{ … }} needs quotes."),
        (
            "unknown anchor",
            "An alias needs an anchor before it, in the same document. Text that begins with * needs quotes.",
        ),
        ("document separator", "Nothing but a comment may follow ---."),
    ];
    hints.iter().find(|(words, _)| message.contains(words)).map(|(_, hint)| *hint)
}

fn kind_hint(problem: &Problem) -> Option<String> {
    let Problem::NoMatch { version, kind, .. } = problem else { return None };
    if let Some(resource) = RESOURCES.iter().find(|resource| resource.name == kind) {
        return Some(format!("{kind} is in apiVersion {}.", resource.api_version()));
    }
    let name = nearest(kind, RESOURCES.iter().map(|resource| resource.name))?;
    let own = RESOURCES
        .iter()
        .find(|resource| resource.name == name)
        .map(super::super::api::Resource::api_version)?;
    let elsewhere = if own == *version { String::new() } else { format!(", in apiVersion {own}") };
    Some(format!("Did you mean {name}{elsewhere}?"))
}

fn value_hint(message: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if message.contains("of type int") && text.trim().parse::<i64>().is_ok() => {
            Some(format!("Write {} without quotes.", text.trim()))
        }
        Value::Bool(value) if message.ends_with("string") => {
            Some(format!("YAML reads this as {value}: put it in quotes to have it as text."))
        }
        Value::Number(number) if message.ends_with("string") => {
            Some(format!("YAML reads this as the number {number}: put it in quotes to have it as text."))
        }
        Value::Object(_) if message.contains("of type []") => {
            Some("This is a list: each item begins with “- ”, the space included.".to_owned())
        }
        Value::String(_) if message.contains("of type v1.") && !message.ends_with("Type") => Some(
            "This has fields of its own, each on a line of its own, with a space after the colon.".to_owned(),
        ),
        _ => None,
    }
}

/// The field that was meant: one of nearly that name here, or of that name in the struct around.
fn field_hint(root: Struct, path: &str) -> Option<String> {
    let (owner, name) = owner(root, path)?;
    nearest(name, owner.fields().map(|field| field.name)).map(|meant| format!("Did you mean {meant}?"))
}

/// The struct that a path's last field was looked for in, and that field.
fn owner(root: Struct, path: &str) -> Option<(Struct, &str)> {
    let mut here = root;
    let mut rest = path;
    loop {
        let Some((name, after)) = rest.split_once('.') else { return Some((here, rest)) };
        let (name, mut index) = name.split_once('[').map_or((name, ""), |(name, index)| (name, index));
        let mut shape = here.field(name)?.shape;
        rest = after;
        loop {
            match shape.kind() {
                Type::Struct(inner) => break here = inner,
                Type::List(inner) => shape = inner,
                Type::Map(inner) => {
                    // The key of a map is a step of the path, and its end is not known: none of ours has a dot.
                    let (key, after) = rest.split_once('.')?;
                    index = key;
                    rest = after;
                    shape = inner;
                }
                _ => return None,
            }
        }
        let _ = index;
    }
}

/// The name most like `name`: the same but for case, or within two changes.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    names
        .map(|other| (distance(&lower, &other.to_lowercase()), other))
        .filter(|(distance, other)| *distance <= 2 && *distance * 3 <= other.len().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// How many letters to insert, delete, change or swap.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX / 4;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let change = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_at_once() {
        let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  selector:\n    app: y\n  prots: []\n  \
            ports:\n  - port: \"80\"\n    tragetPort: 80\n  type: NodePort\n  type: ClusterIP\n---\nkind: [\n---\n\
            apiVersion: v1\nkind: Deployment\nmetadata:\n  name: d\n---\napiVersion: v1\nkind: ConfigMap\n";
        let told: Vec<String> = diagnose(text)
            .iter()
            .map(|d| {
                let hint = d.hint.as_deref().unwrap_or_default();
                format!("{}:{}-{} {} | {hint}", d.span.line, d.span.column, d.span.end_column, d.message)
            })
            .collect();
        assert_eq!(
            told,
            [
                "7:10-11 json: cannot unmarshal bool into Go struct field ServiceSpec.spec.selector of type string | YAML reads this as true: put it in quotes to have it as text.",
                "8:3-8 unknown field \"spec.prots\" | Did you mean ports?",
                "10:11-15 json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32 | Write 80 without quotes.",
                "11:5-15 unknown field \"spec.ports[0].tragetPort\" | Did you mean targetPort?",
                "13:3-7 duplicate key \"type\" | The last one counts, the others are dropped.",
                "16:1-1 error converting YAML to JSON: yaml: line 1: did not find expected node content | ",
                "18:7-17 no matches for kind \"Deployment\" in version \"v1\" | Deployment is in apiVersion apps/v1.",
                "22:1-15 resource name may not be empty | ",
            ]
        );
    }
}
