//! What can be typed at a place of a manifest, and what a word of it means, from the schema.
//!
//! It says which field is meant (`ServicePort.port`); the field's description is in a file of its own that whoever shows it fetches.

use super::cursor::{Cursor, Line, Step};
use super::schema::{self, Field, Shape, Struct, Type};
use crate::api::{Kind, Ordered, RESOURCES};

/// Objects to begin with, as a whole.
static SKELETONS: &str = include_str!("skeletons.yaml");
/// What the server writes: nobody types it into a manifest.
const NOT_TYPED: [&str; 10] = [
    "status",
    "uid",
    "selfLink",
    "generation",
    "managedFields",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
];

/// Something that can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What is inserted; the cursor stands at its end.
    pub insert: String,
    /// A word on its type.
    pub detail: String,
    /// The field it is, as its description is found: `ServicePort.port`; empty for none.
    pub about: String,
    /// `property`, `enum` or `class`, for its sign.
    pub sort: &'static str,
    /// Whether it must be there: those come first.
    pub required: bool,
}

/// What can be typed, and the UTF-16 column, from 1, at which what it replaces begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where it goes.
    pub from: usize,
    /// The choices.
    pub items: Vec<Completion>,
}

/// What a word means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Its type, and the values it may have.
    pub words: String,
    /// The field it is: `ServicePort.port`.
    pub about: String,
}

/// What can be typed at a line and UTF-16 column, from 1.
pub fn complete(text: &str, line: usize, column: usize) -> Completions {
    let Some(cursor) = Cursor::at(text, line, column) else { return Completions::default() };
    let typed = cursor.before.rsplit([' ', '"', '\'']).next().unwrap_or_default();
    let from = column.saturating_sub(typed.encode_utf16().count());
    Completions { from, items: items(&cursor).unwrap_or_default() }
}

fn items(cursor: &Cursor<'_>) -> Option<Vec<Completion>> {
    let blank = Line { dash: None, column: cursor.before.len(), key: None, value: "" };
    let line = Line::read(cursor.before).unwrap_or(blank);
    if cursor.before.trim_start().starts_with('#') {
        return None;
    }
    let path = cursor.path(line)?;
    if let Some(key) = line.key {
        // A space must follow the colon.
        let opened = !cursor.before.ends_with(':');
        return opened.then(|| values(cursor, &path, key)).flatten();
    }
    match of(cursor, &path)? {
        Place::Unknown => {
            let mut items = roots(cursor, line);
            if cursor.is_alone() && line.column == 0 && line.dash.is_none() {
                items.extend(wholes());
            }
            Some(items)
        }
        Place::Known(shape) => match shape.kind() {
            Type::Struct(inner) => Some(keys(cursor, line, inner, "")),
            // The dash of a list that was just opened is not typed yet.
            Type::List(item) => match item.kind() {
                Type::Struct(inner) => Some(keys(cursor, line, inner, "- ")),
                _ => None,
            },
            _ => None,
        },
        Place::Root(root) => Some(keys(cursor, line, root, "")),
    }
}

/// What stands at the end of a path.
enum Place {
    /// The root of an object whose kind is not said yet.
    Unknown,
    /// The root of an object.
    Root(Struct),
    /// A field, or an item of one.
    Known(Shape),
}

fn root(cursor: &Cursor<'_>) -> Option<Struct> {
    let kind = cursor.root("kind")?;
    let version = cursor.root("apiVersion").unwrap_or_default();
    schema::of(Kind::from_manifest(version, kind).or_else(|| Kind::from_name(kind))?)
}

fn of(cursor: &Cursor<'_>, path: &[Step<'_>]) -> Option<Place> {
    let Some((first, rest)) = path.split_first() else {
        return Some(root(cursor).map_or(Place::Unknown, Place::Root));
    };
    let Step::Key(first) = first else { return None };
    // Whatever the kind will be, its metadata is known.
    let root = root(cursor).or_else(|| schema::of(Kind::ConfigMap).filter(|_| *first == "metadata"))?;
    let mut shape = root.field(first)?.shape;
    for step in rest {
        shape = match (step, shape.kind()) {
            (Step::Key(name), Type::Struct(inner)) => inner.field(name)?.shape,
            (Step::Key(_), Type::Map(inner)) | (Step::Item, Type::List(inner)) => inner,
            _ => return None,
        };
    }
    Some(Place::Known(shape))
}

fn roots(cursor: &Cursor<'_>, line: Line<'_>) -> Vec<Completion> {
    let there = cursor.siblings(line);
    let plain = schema::of(Kind::ConfigMap);
    let known = ["apiVersion", "kind", "metadata"].into_iter().filter(|name| !there.contains(name));
    known
        .filter_map(|name| Some(property(plain?, plain?.field(name)?, line.column, "")))
        .map(|item| Completion { required: true, about: String::new(), ..item })
        .collect()
}

fn wholes() -> impl Iterator<Item = Completion> {
    SKELETONS.split("---\n").filter_map(|text| {
        let kind = text.lines().find_map(|line| line.strip_prefix("kind: "))?;
        Some(Completion {
            label: kind.to_owned(),
            insert: text.trim_end().to_owned(),
            detail: "a whole object".to_owned(),
            about: format!("{kind}."),
            sort: "class",
            required: false,
        })
    })
}

fn keys(cursor: &Cursor<'_>, line: Line<'_>, inner: Struct, dash: &str) -> Vec<Completion> {
    let there = cursor.siblings(line);
    let fields =
        inner.fields().filter(|field| !there.contains(&field.name) && !NOT_TYPED.contains(&field.name));
    fields.map(|field| property(inner, field, line.column + dash.len(), dash)).collect()
}

fn property(owner: Struct, field: Field, column: usize, dash: &str) -> Completion {
    let deeper = " ".repeat(column + 2);
    let after = match field.shape.kind() {
        Type::Struct(_) | Type::Map(_) => format!("\n{deeper}"),
        Type::List(_) => format!("\n{deeper}- "),
        _ => " ".to_owned(),
    };
    let usual = ["apiVersion", "kind", "metadata", "name", "spec"].contains(&field.name);
    Completion {
        label: field.name.to_owned(),
        insert: format!("{dash}{}:{after}", field.name),
        detail: spelled(field.shape),
        about: format!("{}.{}", owner.label, field.name),
        sort: "property",
        required: field.required || usual,
    }
}

fn values(cursor: &Cursor<'_>, path: &[Step<'_>], key: &str) -> Option<Vec<Completion>> {
    let value = |label: String| Completion {
        insert: label.clone(),
        label,
        detail: String::new(),
        about: String::new(),
        sort: "enum",
        required: false,
    };
    if path.is_empty() && key == "kind" {
        let version = cursor.root("apiVersion");
        let fits = |resource: &&crate::api::Resource| {
            version.is_none_or(|version| resource.api_version() == version)
        };
        let kinds = RESOURCES.iter().filter(fits);
        return Some(
            kinds.map(|r| Completion { about: format!("{}.", r.name), ..value(r.name.to_owned()) }).collect(),
        );
    }
    if path.is_empty() && key == "apiVersion" {
        let kind = cursor.root("kind");
        let fits = |resource: &&crate::api::Resource| kind.is_none_or(|kind| resource.name == kind);
        let mut versions: Vec<String> =
            RESOURCES.iter().filter(fits).map(crate::api::Resource::api_version).collect();
        versions.order_by_key(|version| (version.contains('.'), version.clone()));
        versions.dedup();
        return Some(versions.into_iter().map(value).collect());
    }
    let owner = match of(cursor, path)? {
        Place::Root(root) => root,
        Place::Known(shape) => structure(shape)?,
        Place::Unknown => return None,
    };
    let field = owner.field(key)?;
    if field.shape.kind() == Type::Bool {
        return Some(["true", "false"].map(str::to_owned).map(value).to_vec());
    }
    Some(field.values().map(|text| value(text.to_owned())).collect())
}

fn structure(shape: Shape) -> Option<Struct> {
    match shape.kind() {
        Type::Struct(inner) => Some(inner),
        _ => None,
    }
}

/// A type as `kubectl explain` spells it.
fn spelled(shape: Shape) -> String {
    match shape.kind() {
        Type::String | Type::Bytes | Type::Time => "string".into(),
        Type::Bool => "boolean".into(),
        Type::Int32 | Type::Int64 => "integer".into(),
        Type::Float => "number".into(),
        Type::Quantity => "Quantity".into(),
        Type::IntOrString => "IntOrString".into(),
        Type::Any => "Object".into(),
        Type::List(inner) => format!("[]{}", spelled(inner)),
        Type::Map(inner) => format!("map[string]{}", spelled(inner)),
        Type::Struct(inner) => inner.name().into(),
    }
}

/// What the word at a line and UTF-16 column, from 1, means; none where there is no field.
pub fn hover(text: &str, line: usize, column: usize) -> Option<Hover> {
    let mut cursor = Cursor::at(text, line, column)?;
    let whole = cursor.lines[cursor.row];
    cursor.before = whole;
    let here = Line::read(whole)?;
    let key = here.key?;
    let path = cursor.path(here)?;
    let owner = match of(&cursor, &path)? {
        Place::Root(root) => root,
        Place::Known(shape) => structure(shape)?,
        Place::Unknown => return None,
    };
    let field = owner.field(key)?;
    let mut words = format!("{key} <{}>", spelled(field.shape));
    if field.required {
        words += " -required-";
    }
    let values: Vec<&str> = field.values().collect();
    if !values.is_empty() {
        words = format!("{words}\none of {}", values.join(", "));
    }
    let about = match (path.is_empty(), key) {
        (true, "kind") => format!("{}.", owner.label),
        _ => format!("{}.{key}", owner.label),
    };
    Some(Hover { words, about })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        let line = text.matches('\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap_or_default().len() + 1;
        complete(text, line, column).items.into_iter().map(|item| item.label).collect()
    }

    #[test]
    fn a_service_from_nothing() {
        assert_eq!(labels("")[..4], ["apiVersion", "kind", "metadata", "Service"]);
        assert_eq!(labels("apiVersion: ")[0], "apps/v1");
        assert!(labels("apiVersion: v1\nkind: ").contains(&"Service".to_owned()));
        assert!(!labels("apiVersion: v1\nkind: ").contains(&"Deployment".to_owned()));
        let begun = "apiVersion: v1\nkind: Service\n";
        assert_eq!(labels(begun), ["metadata", "spec"]);
        let begun = format!("{begun}metadata:\n  name: x\nspec:\n  ");
        assert!(labels(&begun).contains(&"externalTrafficPolicy".to_owned()));
        assert_eq!(
            labels(&format!("{begun}type: ")),
            ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
        );
        let ports = format!("{begun}ports:\n    - port: 80\n      ");
        assert!(
            labels(&ports).contains(&"targetPort".to_owned()) && !labels(&ports).contains(&"port".to_owned())
        );
        assert_eq!(labels(&format!("{begun}selector:\n    ")), Vec::<String>::new());
        let found = complete(&format!("{begun}se"), 6, 5);
        let selector = found.items.iter().find(|item| item.label == "selector").expect("offered");
        assert_eq!(
            (found.from, selector.insert.as_str(), selector.about.as_str()),
            (3, "selector:\n    ", "ServiceSpec.selector")
        );
        assert!(labels("kind: Service\nspec:\n  ports:\n    ").contains(&"port".to_owned()));
    }

    #[test]
    fn a_word_means() {
        let text = "apiVersion: v1\nkind: Service\nspec:\n  type: NodePort\n  ports:\n  - port: 80\n";
        let hover = |line| super::hover(text, line, 5).expect("a field");
        assert_eq!(
            hover(6),
            Hover { words: "port <integer> -required-".into(), about: "ServicePort.port".into() }
        );
        assert!(hover(4).words.starts_with("type <string>\none of ClusterIP"));
        assert_eq!(hover(2).about, "Service.");
    }

    #[test]
    fn the_whole_objects_are_sound() {
        assert_eq!(super::super::diagnose(SKELETONS), []);
    }
}
