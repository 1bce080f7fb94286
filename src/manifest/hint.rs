//! What would help with a mistake, in the playground's own words. It knows the schema and no place in a text.

use super::resource::Problem;
use super::schema::{Struct, Type};
use crate::api::{RESOURCES, Resource, Value};

/// What would help with a text that is no YAML.
pub(super) fn syntax(message: &str) -> Option<&'static str> {
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

/// The kind that was meant: a sentence, and the field to change with what to write there.
pub(super) fn kind(problem: &Problem) -> Option<(String, &'static str, String)> {
    let Problem::NoMatch { version, kind, .. } = problem else { return None };
    if let Some(resource) = RESOURCES.iter().find(|resource| resource.name == kind) {
        let own = resource.api_version();
        return Some((format!("{kind} is in apiVersion {own}."), "apiVersion", own));
    }
    let name = nearest(kind, RESOURCES.iter().map(|resource| resource.name))?;
    let own = RESOURCES.iter().find(|resource| resource.name == name).map(Resource::api_version)?;
    let elsewhere = if own == *version { String::new() } else { format!(", in apiVersion {own}") };
    Some((format!("Did you mean {name}{elsewhere}?"), "kind", name.to_owned()))
}

/// What would help with a value of the wrong type, and what to write in its place where that is plain.
pub(super) fn value(message: &str, value: &Value, written: &str) -> Option<(String, Option<String>)> {
    let quoted = || Some(format!("\"{written}\"")).filter(|_| !written.is_empty());
    match value {
        Value::String(text) if message.contains("of type int") && text.trim().parse::<i64>().is_ok() => {
            let number = text.trim().to_owned();
            Some((format!("Write {number} without quotes."), Some(number)))
        }
        Value::Bool(value) if message.ends_with("string") => {
            Some((format!("YAML reads this as {value}: put it in quotes to have it as text."), quoted()))
        }
        Value::Number(number) if message.ends_with("string") => Some((
            format!("YAML reads this as the number {number}: put it in quotes to have it as text."),
            quoted(),
        )),
        Value::Object(_) if message.contains("of type []") => {
            Some(("This is a list: each item begins with “- ”, the space included.".to_owned(), None))
        }
        Value::String(_) if message.contains("of type v1.") && !message.ends_with("Type") => Some((
            "This has fields of its own, each on a line of its own, with a space after the colon.".to_owned(),
            None,
        )),
        _ => None,
    }
}

/// The field that was meant: one of nearly that name here.
pub(super) fn field(root: Struct, path: &str) -> Option<&'static str> {
    let (owner, name) = owner(root, path)?;
    nearest(name, owner.fields().map(|field| field.name))
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
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
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
