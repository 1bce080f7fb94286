//! The fields of a kind, as `kubectl explain` lists them. Names and types are the schema's; what they
//! mean is in a file of its own, which the page fetches when it is first asked for.

use crate::api::{Kind, Ordered, Value};
use crate::manifest::schema::{self, Field, Struct, Type};

/// How wide a line of a description is, without what it is indented by; and in the older layout.
const WIDTH: usize = 76;
const OLDER_WIDTH: usize = 75;
/// How many of the values of a field are listed beside it.
const MOST_VALUES: usize = 4;

/// What fields mean: the text of `descriptions.json`, or nothing.
pub struct Descriptions<'a>(pub &'a str);

impl Descriptions<'_> {
    /// What is told of a type, by field; of the type itself under the empty name.
    fn of(&self, label: &str) -> Value {
        // An object of the file begins and ends on lines of its own: only that one is read.
        let head = format!("\n\"{label}\":{{\n");
        let Some(at) = self.0.find(&head) else { return Value::Null };
        let inner = &self.0[at + head.len()..];
        let inner = inner.split("\n}").next().unwrap_or_default();
        serde_json::from_str(&format!("{{{inner}}}")).unwrap_or_default()
    }

    fn field(&self, owner: Struct, name: &str) -> String {
        let own = self.of(owner.label);
        let common = || self.of("*")[name].as_str().unwrap_or_default().to_owned();
        own[name].as_str().map_or_else(common, str::to_owned)
    }

    /// What is told of the type of a field.
    fn kind(&self, kind: Type) -> String {
        let label = match kind {
            Type::Struct(inner) => inner.label,
            Type::Time => "Time",
            Type::IntOrString => "IntOrString",
            Type::List(shape) | Type::Map(shape) => return self.kind(shape.kind()),
            _ => return String::new(),
        };
        self.of(label)[""].as_str().unwrap_or_default().to_owned()
    }
}

/// The field at a path of a kind and the fields below it; the kind's own for an empty path.
///
/// # Errors
/// When there is no such field.
pub fn fields(kind: Kind, path: &[&str], recursive: bool, told: &Descriptions<'_>) -> Result<String, String> {
    let missing = |name: &str| format!("field \"{name}\" does not exist");
    let mut at = schema::of(kind);
    let mut told_of = at.map(|own| told.kind(Type::Struct(own))).unwrap_or_default();
    let mut field: Option<Field> = None;
    for name in path {
        let owner = at;
        let found = at.and_then(|inner| inner.field(name)).ok_or_else(|| missing(name))?;
        at = structure(found.shape.kind());
        let own = owner.map(|owner| told.field(owner, found.name)).unwrap_or_default();
        told_of = [own, told.kind(found.shape.kind())].map(|text| wrapped(&text, "    ")).concat();
        field = Some(found);
    }
    let mut out = String::new();
    if let Some(field) = field {
        out.push_str(&format!("FIELD: {} <{}>{}\n", field.name, kind_of(field), required(field)));
        let values: Vec<&str> = field.values().collect();
        if !values.is_empty() {
            out.push_str("ENUM:\n");
            out.extend(values.iter().map(|value| format!("    {value}\n")));
        }
        out.push('\n');
        if values.is_empty() && !told_of.is_empty() {
            out.push('\n');
        }
    } else {
        told_of = wrapped(&told_of, "    ");
    }
    if !told_of.is_empty() {
        out.push_str(&format!("DESCRIPTION:\n{told_of}    \n"));
    }
    if let Some(inner) = at {
        out.push_str("FIELDS:\n");
        list(inner, recursive, 1, told, &mut out);
    }
    if !told_of.is_empty() {
        out.push('\n');
    }
    Ok(out)
}

/// The same in the older layout, `--output=plaintext-openapiv2`.
///
/// # Errors
/// As [`fields`].
pub fn older(kind: Kind, path: &[&str], told: &Descriptions<'_>) -> Result<String, String> {
    let mut at = schema::of(kind);
    let mut told_of = at.map(|own| told.kind(Type::Struct(own))).unwrap_or_default();
    let mut head = String::new();
    for name in path {
        let owner = at;
        let missing = || format!("field \"{name}\" does not exist");
        let found = at.and_then(|inner| inner.field(name)).ok_or_else(missing)?;
        at = structure(found.shape.kind());
        told_of = owner.map(|owner| told.field(owner, found.name)).unwrap_or_default();
        let what = if at.is_some() { "RESOURCE: " } else { "FIELD:    " };
        head = format!("{what}{} <{}>\n\n", found.name, plainly(found.shape.kind()));
    }
    let mut out = format!("{head}DESCRIPTION:\n{}", trimmed(&told_of));
    if let Some(inner) = at {
        out.push_str("\nFIELDS:\n");
        let mut fields: Vec<Field> = inner.fields().collect();
        fields.order_by_key(|field| field.name);
        for field in fields {
            let (kind, required) = (plainly(field.shape.kind()), required(field));
            let text = trimmed(&told.field(inner, field.name));
            out.push_str(&format!("   {}\t<{kind}>{required}\n{text}\n", field.name));
        }
    }
    Ok(out)
}

/// A type in the older layout, which names no structure.
fn plainly(kind: Type) -> String {
    match kind {
        Type::Struct(_) | Type::Any => "Object".into(),
        Type::Quantity | Type::IntOrString => "string".into(),
        Type::List(shape) => format!("[]{}", plainly(shape.kind())),
        Type::Map(shape) => format!("map[string]{}", plainly(shape.kind())),
        kind => spelled(kind),
    }
}

/// A text in the lines of the older layout: none begins with a space of its own.
fn trimmed(text: &str) -> String {
    text.split('\n')
        .map(|line| wrapped_at(OLDER_WIDTH, line.trim(), "     "))
        .map(|lines| if lines.is_empty() { "\n".into() } else { lines })
        .collect()
}

/// A field's type as it is written between angle brackets.
fn kind_of(field: Field) -> String {
    match (field.shape.kind(), field.named()) {
        (Type::Any, Some(named)) => named.to_owned(),
        (kind, _) => spelled(kind),
    }
}

fn required(field: Field) -> &'static str {
    if field.required { " -required-" } else { "" }
}

fn list(of: Struct, recursive: bool, depth: usize, told: &Descriptions<'_>, out: &mut String) {
    let mut fields: Vec<Field> = of.fields().collect();
    fields.order_by_key(|field| field.name);
    let own = if recursive { Value::Null } else { told.of(of.label) };
    for field in fields {
        let pad = "  ".repeat(depth);
        out.push_str(&format!("{pad}{}\t<{}>{}\n", field.name, kind_of(field), required(field)));
        let values: Vec<&str> = field.values().collect();
        if !values.is_empty() {
            let more = if values.len() > MOST_VALUES { ", ...." } else { "" };
            let shown = &values[..values.len().min(MOST_VALUES)];
            out.push_str(&format!("{pad}enum: {}{more}\n", shown.join(", ")));
        }
        if !recursive && !told.0.is_empty() {
            let text = match own[field.name].as_str() {
                Some(text) => text.to_owned(),
                None => told.field(of, field.name),
            };
            out.push_str(&wrapped(&text, "    "));
            out.push('\n');
        }
        let inner = structure(field.shape.kind()).filter(|_| recursive && depth < 12);
        if let Some(inner) = inner.filter(|inner| inner.label != of.label) {
            list(inner, recursive, depth + 1, told, out);
        }
    }
}

/// A text in lines of a width, each indented. Spaces stay as they are within a line and before it.
fn wrapped(text: &str, indent: &str) -> String {
    wrapped_at(WIDTH, text, indent)
}

fn wrapped_at(width: usize, text: &str, indent: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split('\n').filter(|_| !text.is_empty()) {
        let words = paragraph.trim_start();
        let mut line = paragraph[..paragraph.len() - words.len()].to_owned();
        let mut gap = "";
        for piece in words.split_inclusive(' ') {
            let word = piece.trim_end();
            if word.is_empty() {
                gap = "  ";
                continue;
            }
            if !line.trim().is_empty() && line.chars().count() + gap.len() + word.chars().count() > width {
                out.push_str(&format!("{indent}{line}\n"));
                line.clear();
            } else {
                line.push_str(gap);
            }
            line.push_str(word);
            gap = " ";
        }
        out.push_str(&format!("{indent}{line}\n"));
    }
    out
}

/// The struct that a type is, or is a list or a map of.
pub fn structure(kind: Type) -> Option<Struct> {
    match kind {
        Type::Struct(inner) => Some(inner),
        Type::List(shape) | Type::Map(shape) => structure(shape.kind()),
        _ => None,
    }
}

/// A type as it is written between angle brackets.
fn spelled(kind: Type) -> String {
    match kind {
        Type::String | Type::Bytes | Type::Time => "string".into(),
        Type::Bool => "boolean".into(),
        Type::Int32 | Type::Int64 => "integer".into(),
        Type::Float => "number".into(),
        Type::Quantity => "Quantity".into(),
        Type::IntOrString => "IntOrString".into(),
        Type::Any => "Object".into(),
        Type::List(shape) => format!("[]{}", spelled(shape.kind())),
        Type::Map(shape) => format!("map[string]{}", spelled(shape.kind())),
        Type::Struct(inner) => inner.name().into(),
    }
}
