//! Everything that is wrong with a text, each thing at its place: what the editor underlines.
//! kubectl stops at the first error and this goes on; the words are the same.

use super::decode::{Wire, decode};
use super::diagnostic::Fix;
use super::hint;
use super::locate::Places;
use super::resource::Problem;
use super::schema;
use super::stream::{Document, read_on};
use super::{Diagnostic, Resource, Severity, Span};
use crate::api::{Ordered, Value};
use std::rc::Rc;

/// An object of a text that a server would read, with the places of its fields.
#[derive(Clone, Debug)]
pub struct Placed<'t> {
    /// The object.
    pub resource: Resource,
    places: Rc<Places<'t>>,
}

impl Placed<'_> {
    /// The value of a field, or the key of the nearest field around where it is absent.
    pub fn value(&self, path: &str) -> Span {
        let path = self.full(path);
        let span = self.places.nearest(&path);
        // An absent value has no place of its own.
        if span.column == span.end_column { self.places.field(&path) } else { span }
    }

    /// The key and the value of a field.
    pub fn field(&self, path: &str) -> Span {
        self.places.field(&self.full(path))
    }

    /// Whether that field is written.
    pub fn has(&self, path: &str) -> bool {
        self.places.has(&self.full(path))
    }

    fn full(&self, path: &str) -> String {
        format!("{}{path}", self.resource.prefix())
    }
}

/// What is wrong with a text, in the order of its lines.
pub fn diagnose(text: &str) -> Vec<Diagnostic> {
    examine(text).0
}

/// The same, and the objects in which nothing is.
pub fn examine(text: &str) -> (Vec<Diagnostic>, Vec<Placed<'_>>) {
    let (mut found, mut sound) = (Vec::new(), Vec::new());
    for read in read_on(text) {
        match read {
            Ok(document) => document_problems(text, &document, &mut found, &mut sound),
            Err(diagnostic) => {
                let hint = hint::syntax(&diagnostic.message);
                found.push(Diagnostic {
                    hint: diagnostic.hint.or_else(|| hint.map(str::to_owned)),
                    ..diagnostic
                });
            }
        }
    }
    found.order_by_key(|diagnostic| diagnostic.span);
    (found, sound)
}

fn document_problems<'t>(
    text: &'t str,
    document: &Document,
    found: &mut Vec<Diagnostic>,
    sound: &mut Vec<Placed<'t>>,
) {
    let places = Rc::new(Places::of(text, document));
    for (key, span) in places.repeated() {
        let diagnostic = Diagnostic::error(format!("duplicate key {key:?}"), span);
        let diagnostic = diagnostic.hinting("The last one counts, the others are dropped.");
        found.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
    }
    if let Err(problem) = document.validate() {
        let diagnostic = Diagnostic::error(format!("error validating data: {problem}"), places.field(""));
        found.push(diagnostic.hinting("Every object begins with apiVersion and kind."));
        return;
    }
    for object in document.objects() {
        match object {
            Ok(resource) => {
                let before = found.len();
                resource_problems(&places, resource.clone(), found);
                if found.len() == before {
                    sound.push(Placed { resource, places: places.clone() });
                }
            }
            Err((item, problem)) => {
                let prefix = item.map(|index| format!("items[{index}].")).unwrap_or_default();
                let path = match &problem {
                    Problem::Decode(words) => format!("{prefix}{}", misread(words, &document.value)),
                    Problem::NoMatch { .. } => format!("{prefix}kind"),
                };
                let span = places.nearest(&path);
                let (hint, fix) = match hint::kind(&problem) {
                    Some((hint, field, insert)) => {
                        (Some(hint), Some(Fix::replace(places.value(&format!("{prefix}{field}")), insert)))
                    }
                    None => wrong_value(&problem.brief(), at(&document.value, &path), span, &places),
                };
                let diagnostic = Diagnostic::error(problem.brief(), span);
                found.push(Diagnostic { hint, fix, ..diagnostic.at(path) });
            }
        }
    }
}

fn resource_problems(places: &Places<'_>, mut resource: Resource, found: &mut Vec<Diagnostic>) {
    let prefix = resource.prefix();
    let written = resource.value.clone();
    let decoded = decode(resource.kind, &mut resource.value, Wire::Json);
    for (path, message) in &decoded.wrong {
        let span = places.value(&format!("{prefix}{path}"));
        let (hint, fix) = wrong_value(message, at(&written, path), span, places);
        found.push(Diagnostic { hint, fix, ..Diagnostic::error(message, span).at(path) });
    }
    for path in &decoded.unknown {
        let span = places.key(&format!("{prefix}{path}"));
        let meant = schema::of(resource.kind).and_then(|root| hint::field(root, path));
        found.push(Diagnostic {
            hint: meant.map(|meant| format!("Did you mean {meant}?")),
            fix: meant.map(|meant| Fix::replace(span, meant)),
            ..Diagnostic::error(format!("unknown field {path:?}"), span).at(path)
        });
    }
    let metadata = &resource.value["metadata"];
    let empty = |field: &str| metadata[field].as_str().unwrap_or_default().is_empty();
    if empty("name") && empty("generateName") {
        let path = format!("{prefix}metadata.name");
        found.push(
            Diagnostic::error("resource name may not be empty", places.nearest(&path)).at("metadata.name"),
        );
    }
}

/// What would help with a value of the wrong type.
fn wrong_value(
    message: &str,
    value: &Value,
    span: Span,
    places: &Places<'_>,
) -> (Option<String>, Option<Fix>) {
    match hint::value(message, value, &places.text(span)) {
        Some((hint, insert)) => (Some(hint), insert.map(|insert| Fix::replace(span, insert))),
        None => (None, None),
    }
}

/// The field that metadata could not be read for, from kubectl's words: `… field ObjectMeta.metadata.labels of type string`.
fn misread(words: &str, document: &Value) -> String {
    let path = words.split_once("Go struct field ").and_then(|(_, rest)| rest.split_once(" of type "));
    let path = path.and_then(|(path, _)| path.split_once('.')).map_or("metadata", |(_, path)| path);
    // Of a map from names to texts it is the entry that is no text.
    let entries = at(document, path).as_object().filter(|_| words.ends_with("string"));
    match entries.and_then(|entries| entries.iter().find(|(_, value)| !value.is_string())) {
        Some((key, _)) => format!("{path}.{key}"),
        None => path.to_owned(),
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
