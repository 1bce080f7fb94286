//! The fields of a kind, as `kubectl explain` lists them. The playground has names and types of all
//! fields, not their descriptions.

use crate::api::Kind;
use crate::manifest::schema::{self, Field, Struct, Type};

/// The field at a path of a kind and the fields below it; the kind's own for an empty path.
///
/// # Errors
/// When there is no such field.
pub fn fields(kind: Kind, path: &[&str], recursive: bool) -> Result<String, String> {
    let missing = |name: &str| format!("field \"{name}\" does not exist");
    let mut at = schema::of(kind);
    let mut field: Option<Field> = None;
    for name in path {
        let found = at.and_then(|inner| inner.field(name)).ok_or_else(|| missing(name))?;
        at = structure(found.shape.kind());
        field = Some(found);
    }
    let mut out = String::new();
    if let Some(field) = field {
        let required = if field.required { " -required-" } else { "" };
        out.push_str(&format!("FIELD: {} <{}>{required}\n", field.name, spelled(field.shape.kind())));
        let values: Vec<&str> = field.values().collect();
        if !values.is_empty() {
            out.push_str("ENUM:\n");
            out.extend(values.iter().map(|value| format!("    {value}\n")));
        }
        out.push('\n');
    }
    if let Some(inner) = at {
        out.push_str("FIELDS:\n");
        list(inner, recursive, 1, &mut out);
    }
    Ok(out)
}

fn list(of: Struct, recursive: bool, depth: usize, out: &mut String) {
    let mut fields: Vec<Field> = of.fields().collect();
    fields.sort_by_key(|field| field.name);
    for field in fields {
        let required = if field.required { " -required-" } else { "" };
        let pad = "  ".repeat(depth);
        out.push_str(&format!("{pad}{}\t<{}>{required}\n", field.name, spelled(field.shape.kind())));
        let inner = structure(field.shape.kind()).filter(|_| recursive && depth < 12);
        if let Some(inner) = inner.filter(|inner| inner.label != of.label) {
            list(inner, recursive, depth + 1, out);
        }
    }
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
