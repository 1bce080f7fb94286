//! Which object a document is: kubectl's look at `apiVersion` and `kind`, and the kind they name.

use super::{Document, decode};
use crate::api::{Kind, Value};

/// An object of a manifest, its kind known.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its kind.
    pub kind: Kind,
    /// The whole of it.
    pub value: Value,
    /// Its place in the document's `items`, if it is in a list.
    pub item: Option<usize>,
}

/// Why a document, or an item of it, is no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It cannot be read as one.
    Decode(String),
    /// There is no such kind.
    NoMatch { name: String, namespace: String, version: String, kind: String },
}

impl Problem {
    /// kubectl's text, after `error: `.
    fn text(&self, source: &str) -> String {
        match self {
            Self::Decode(problem) => format!("unable to decode {source:?}: {problem}"),
            Self::NoMatch { name, namespace, .. } => format!(
                "resource mapping not found for name: {name:?} namespace: {namespace:?} from {source:?}: {}\n\
                 ensure CRDs are installed first",
                self.brief()
            ),
        }
    }

    /// Its core, which names no file.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::Decode(problem) => problem.clone(),
            Self::NoMatch { version, kind, .. } => {
                format!("no matches for kind {kind:?} in version {version:?}")
            }
        }
    }
}

impl Document {
    /// What kubectl itself checks before it asks a server. The text follows `error validating data: `.
    pub fn validate(&self) -> Result<(), String> {
        validate(&self.value)
    }

    /// The objects it holds: itself, or the items of a list. Each error is kubectl's whole text after `error: `.
    /// `source` is the file's name as kubectl shows it.
    pub fn resources(&self, source: &str) -> Vec<Result<Resource, String>> {
        self.objects().into_iter().map(|object| object.map_err(|(_, problem)| problem.text(source))).collect()
    }

    /// The same, each problem as data, with the place of the item it is about.
    pub(super) fn objects(&self) -> Vec<Result<Resource, (Option<usize>, Problem)>> {
        let kind = self.value["kind"].as_str().unwrap_or_default();
        if kind.is_empty() {
            return vec![Err((None, missing_kind(&self.value)))];
        }
        if let Err(problem) = decode::metadata(&self.value) {
            return vec![Err((None, Problem::Decode(problem)))];
        }
        let Some(items) = self.value["items"].as_array() else {
            return vec![recognize(self.value.clone(), None)];
        };
        let version = &self.value["apiVersion"];
        let item_kind = kind.strip_suffix("List").unwrap_or_default();
        let read = |(index, item): (usize, &Value)| {
            let mut item = item.clone();
            let absent = |field: &str| item[field].as_str().unwrap_or_default().is_empty();
            if absent("kind") && absent("apiVersion") && !item_kind.is_empty() {
                if let Some(item) = item.as_object_mut() {
                    item.insert("kind".to_owned(), item_kind.into());
                    item.insert("apiVersion".to_owned(), version.clone());
                }
            } else if absent("kind") {
                return Err((Some(index), missing_kind(&item)));
            }
            recognize(item, Some(index))
        };
        items.iter().enumerate().map(read).collect()
    }
}

fn missing_kind(value: &Value) -> Problem {
    Problem::Decode(format!("Object 'Kind' is missing in '{value}'"))
}

fn validate(value: &Value) -> Result<(), String> {
    let Some(object) = value.as_object() else { return Err("invalid object to validate".to_owned()) };
    let mut problems = Vec::new();
    for field in ["apiVersion", "kind"] {
        match object.get(field) {
            None | Some(Value::Null) => problems.push(format!("{field} not set")),
            Some(Value::String(version)) if field == "apiVersion" && version.matches('/').count() > 1 => {
                problems.push(format!("unexpected GroupVersion string: {version}"));
            }
            Some(Value::String(_)) => {}
            Some(_) => problems.push(format!("{field} isn't string type")),
        }
    }
    match &problems[..] {
        [] => Ok(()),
        [problem] => Err(problem.clone()),
        problems => Err(format!("[{}]", problems.join(", "))),
    }
}

fn recognize(value: Value, item: Option<usize>) -> Result<Resource, (Option<usize>, Problem)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (version, name) = (word(&value["apiVersion"]), word(&value["kind"]));
    match Kind::from_manifest(&version, &name) {
        Some(kind) => Ok(Resource { kind, value, item }),
        None => {
            let metadata = &value["metadata"];
            let (own, namespace) = (word(&metadata["name"]), word(&metadata["namespace"]));
            Err((item, Problem::NoMatch { name: own, namespace, version, kind: name }))
        }
    }
}
