//! Fields found in the text: from `spec.ports[0].port` to a line and columns.

use super::stream::{Document, read_on, span_at};
use super::yaml::{Entry, Outline, Parts, Stretch, outline};
use super::{Resource, Span};
use crate::api::Key;

/// Where a field of a text's document stands: its key and its value, or the nearest field around it where it is
/// absent. `index` counts documents as [`Document::index`] does.
pub fn locate(text: &str, index: usize, path: &str) -> Option<Span> {
    let document = read_on(text).into_iter().flatten().find(|document| document.index == index)?;
    Some(Places::of(text, &document).field(path))
}

/// The same for a field of an object, wherever in the text the object is. A namespace that is not written is any.
pub fn locate_object(text: &str, key: &Key, path: &str) -> Option<Span> {
    read_on(text).into_iter().flatten().find_map(|document| {
        let same = |resource: &Resource| {
            let word = |field: &str| resource.value["metadata"][field].as_str().unwrap_or_default();
            let namespace = word("namespace");
            resource.kind == key.kind
                && word("name") == key.name
                && (namespace.is_empty() || namespace == key.namespace)
        };
        let found = document.objects().into_iter().flatten().find(same)?;
        Some(Places::of(text, &document).field(&format!("{}{path}", found.prefix())))
    })
}

/// The object that a line, from 1, belongs to. A namespace that is not written is `default`.
pub fn object_at(text: &str, line: usize) -> Option<Key> {
    let documents = read_on(text).into_iter().flatten();
    let document = documents.take_while(|document| span_at(text, document.start).line <= line).last()?;
    let resource = document.objects().into_iter().flatten().next()?;
    let word = |field: &str| resource.value["metadata"][field].as_str().unwrap_or_default();
    let namespace = match (resource.kind.resource().namespaced, word("namespace")) {
        (false, _) => "",
        (true, "") => "default",
        (true, namespace) => namespace,
    };
    Some(Key::new(resource.kind, namespace, word("name")))
}

impl Resource {
    /// What stands before the paths of its fields in the document: `items[0].`, or nothing.
    pub fn prefix(&self) -> String {
        self.item.map(|index| format!("items[{index}].")).unwrap_or_default()
    }
}

/// The places of a document's fields.
#[derive(Debug)]
pub(super) struct Places<'a> {
    lines: Vec<&'a str>,
    first_line: usize,
    first_column: usize,
    root: Option<Outline>,
    nowhere: Span,
}

/// What a step of a path came to.
#[derive(Clone, Copy)]
enum Found<'a> {
    Entry(&'a Entry),
    Item(&'a Outline),
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a str, document: &Document) -> Self {
        let piece = &text[document.start..document.end];
        let begin = span_at(text, document.start);
        let root = outline(piece).ok().flatten();
        let mut places = Self {
            lines: piece.split('\n').collect(),
            first_line: begin.line,
            first_column: begin.column - 1,
            root,
            nowhere: begin,
        };
        if let Some(root) = &places.root {
            places.nowhere = places.first_line_of(root.at);
        }
        places
    }

    /// The key and value of a field, in one span while they share a line; else the key alone.
    pub(super) fn field(&self, path: &str) -> Span {
        match self.find(path) {
            Some(Found::Entry(entry)) => {
                let value = entry.value.at;
                let end = if value.start.0 == entry.at.start.0 && matches!(entry.value.parts, Parts::None) {
                    value.end
                } else {
                    entry.at.end
                };
                self.first_line_of(Stretch { start: entry.at.start, end })
            }
            Some(Found::Item(item)) => self.first_line_of(item.at),
            None => self.nowhere,
        }
    }

    /// The key of a field.
    pub(super) fn key(&self, path: &str) -> Span {
        match self.find(path) {
            Some(Found::Entry(entry)) => self.first_line_of(entry.at),
            _ => self.field(path),
        }
    }

    /// The value of a field.
    pub(super) fn value(&self, path: &str) -> Span {
        match self.find(path) {
            Some(Found::Entry(entry)) => self.first_line_of(entry.value.at),
            _ => self.field(path),
        }
    }

    /// The value of a field that is written; else the key of the nearest field around it.
    pub(super) fn nearest(&self, path: &str) -> Span {
        match self.find(path) {
            Some(Found::Entry(entry)) if !self.has(path) => self.first_line_of(entry.at),
            _ => self.value(path),
        }
    }

    /// Whether the field is written.
    pub(super) fn has(&self, path: &str) -> bool {
        let Some(mut here) = self.root.as_ref() else { return false };
        let mut rest = path;
        while !rest.is_empty() {
            let Some((next, after)) = step(here, rest.strip_prefix('.').unwrap_or(rest)) else {
                return false;
            };
            rest = after;
            here = match next {
                Found::Entry(entry) => &entry.value,
                Found::Item(item) => item,
            };
        }
        true
    }

    /// The text of a stretch on one line.
    pub(super) fn text(&self, span: Span) -> String {
        let line = self.lines.get(span.line.saturating_sub(self.first_line)).copied().unwrap_or_default();
        let before = if span.line == self.first_line { self.first_column } else { 0 };
        let units: Vec<u16> = line.encode_utf16().collect();
        let within = |column: usize| column.saturating_sub(1 + before).min(units.len());
        String::from_utf16_lossy(&units[within(span.column)..within(span.end_column)])
    }

    /// Keys that stand twice in one map, each with the place where it is said again.
    pub(super) fn repeated(&self) -> Vec<(String, Span)> {
        fn visit<'o>(outline: &'o Outline, found: &mut Vec<&'o Entry>) {
            match &outline.parts {
                Parts::None => {}
                Parts::Items(items) => items.iter().for_each(|item| visit(item, found)),
                Parts::Entries(entries) => {
                    let mut seen = std::collections::BTreeSet::new();
                    for entry in entries {
                        if !seen.insert(&entry.key) && entry.key != "<<" {
                            found.push(entry);
                        }
                        visit(&entry.value, found);
                    }
                }
            }
        }
        let mut found = Vec::new();
        if let Some(root) = &self.root {
            visit(root, &mut found);
        }
        found.into_iter().map(|entry| (entry.key.clone(), self.first_line_of(entry.at))).collect()
    }

    /// The deepest part of the path that exists.
    fn find(&self, path: &str) -> Option<Found<'_>> {
        let mut here = self.root.as_ref()?;
        let mut found = None;
        let mut rest = path;
        while let Some((next, after)) = step(here, rest.strip_prefix('.').unwrap_or(rest)) {
            rest = after;
            here = match next {
                Found::Entry(entry) => &entry.value,
                Found::Item(item) => item,
            };
            found = Some(next);
        }
        found
    }

    /// A stretch as an editor counts; what spans lines ends with its first.
    fn first_line_of(&self, at: Stretch) -> Span {
        let column = |(line, column): (usize, usize)| {
            let text = self.lines.get(line).copied().unwrap_or_default();
            let before: usize = text.chars().take(column).map(char::len_utf16).sum();
            before + 1 + if line == 0 { self.first_column } else { 0 }
        };
        let end = if at.end.0 == at.start.0 {
            at.end
        } else {
            let line = self.lines.get(at.start.0).copied().unwrap_or_default();
            (at.start.0, line.trim_end().chars().count())
        };
        let line = self.first_line + at.start.0;
        let start_column = column(at.start);
        Span { line, column: start_column, end_line: line, end_column: column(end).max(start_column) }
    }
}

/// One step of a path, and what is left of it. A key may hold dots: the longest that fits is meant.
fn step<'o, 'p>(here: &'o Outline, path: &'p str) -> Option<(Found<'o>, &'p str)> {
    let bracketed = path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match (&here.parts, bracketed) {
        (Parts::Items(items), Some((index, after))) => {
            Some((Found::Item(items.get(index.parse::<usize>().ok()?)?), after))
        }
        (Parts::Entries(entries), Some((key, after))) => {
            let entry = entries.iter().rev().find(|entry| entry.key == key)?;
            Some((Found::Entry(entry), after))
        }
        (Parts::Entries(entries), None) => entries
            .iter()
            .filter_map(|entry| {
                let after = path.strip_prefix(entry.key.as_str())?;
                (after.is_empty() || after.starts_with(['.', '['])).then_some((Found::Entry(entry), after))
            })
            .min_by_key(|(_, after)| after.len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    const TEXT: &str = "# two\na: 1\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  labels:\n    \
        app.kubernetes.io/name: \"é😀x\" # c\nspec:\n  ports:\n  - port: 80\n    targetPort: http\n  - {port: 81, name: b}\n";

    fn told(path: &str) -> String {
        let span = locate(TEXT, 1, path).expect("a document");
        let line: Vec<u16> = TEXT.split('\n').nth(span.line - 1).unwrap_or_default().encode_utf16().collect();
        format!("{}:{}", span.line, String::from_utf16_lossy(&line[span.column - 1..span.end_column - 1]))
    }

    #[test]
    fn fields() {
        for (path, expected) in [
            ("spec.ports[0].port", "12:port: 80"),
            ("spec.ports[0].targetPort", "13:targetPort: http"),
            ("spec.ports[0]", "12:port: 80"),
            ("spec.ports[1].name", "14:name: b"),
            ("spec.ports[1]", "14:{port: 81, name: b}"),
            ("spec.ports[7].port", "11:ports"),
            ("spec.selector", "10:spec"),
            ("metadata.labels[app.kubernetes.io/name]", "9:app.kubernetes.io/name: \"é😀x\""),
            ("metadata.labels.app.kubernetes.io/name", "9:app.kubernetes.io/name: \"é😀x\""),
            ("status", "4:apiVersion: v1"),
            ("", "4:apiVersion: v1"),
        ] {
            assert_eq!(told(path), expected, "{path}");
        }
        assert_eq!(locate(TEXT, 2, "spec"), None);
        let key = Key { kind: Kind::Service, namespace: "default".into(), name: "s".into() };
        assert_eq!([object_at(TEXT, 2), object_at(TEXT, 9)], [None, Some(key.clone())]);
        assert_eq!(locate_object(TEXT, &key, "spec.ports[0].port").map(|span| span.line), Some(12));
    }
}
