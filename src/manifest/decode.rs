//! A document against the schema, as the API server decodes it: the first value of a wrong type, and every field
//! that no struct has. The words are encoding/json's, and for a patch those of the unstructured converter.

use super::quantity;
use super::schema::{self, Field, Struct, Type};
use crate::api::{Kind, Value};

/// How an object comes to the server: that decides the words for a wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// As JSON, in the body of a request.
    Json,
    /// As a map that a patch was applied to.
    Patched,
}

/// What the server does about unknown fields (`fieldValidation`, kubectl's `--validate`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// Refuses them.
    #[default]
    Strict,
    /// Warns and drops them.
    Warn,
    /// Drops them.
    Ignore,
}

/// What decoding found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The values that do not fit, each with its field and the words. A server tells the first.
    pub wrong: Vec<(String, String)>,
    /// The fields that do not exist, in the order the server meets them. They have been taken out.
    pub unknown: Vec<String>,
}

impl Decoded {
    /// The words for each unknown field, as warnings have them.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.unknown.iter().map(|path| format!("unknown field {path:?}"))
    }

    /// Why the object is refused, if it is; [`cannot_be_handled`] makes a server's message of it.
    pub fn refused(&self, validation: Validation) -> Option<String> {
        if let Some((_, message)) = self.wrong.first() {
            return Some(message.clone());
        }
        let strict = validation == Validation::Strict && !self.unknown.is_empty();
        strict.then(|| {
            let all: Vec<String> = self.warnings().collect();
            format!("strict decoding error: {}", all.join(", "))
        })
    }
}

/// The message of the BadRequest that answers a body which cannot be decoded.
pub fn cannot_be_handled(kind: Kind, problem: &str) -> String {
    let resource = kind.resource();
    let name = resource.name;
    format!("{name} in version {:?} cannot be handled as a {name}: {problem}", resource.version)
}

/// Decodes a document as an object of `kind`, taking out what it does not have.
pub fn decode(kind: Kind, value: &mut Value, wire: Wire) -> Decoded {
    let mut decoder = Decoder { wire, go_path: Vec::new(), found: Decoded::default() };
    if let Some(found) = schema::of(kind) {
        decoder.members(found, value, &mut String::new());
    }
    decoder.found
}

/// kubectl's own look at the metadata, before anything is sent. The text follows `unable to decode "FILE": `.
pub(super) fn metadata(value: &Value) -> Result<(), String> {
    let metadata = &value["metadata"];
    let Some(meta) = schema::of(Kind::Service).and_then(|service| service.field("metadata")) else {
        return Ok(());
    };
    let Type::Struct(found) = meta.shape.kind() else { return Ok(()) };
    if !metadata.is_object() && !metadata.is_null() {
        let kind = json_kind(metadata);
        return Err(format!(
            "json: cannot unmarshal {kind} into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta"
        ));
    }
    let mut decoder = Decoder { wire: Wire::Json, go_path: vec!["metadata"], found: Decoded::default() };
    decoder.members(found, &mut metadata.clone(), &mut "metadata".to_owned());
    decoder.found.wrong.into_iter().next().map_or(Ok(()), |(_, message)| Err(message))
}

struct Decoder {
    wire: Wire,
    /// The fields on the way, as Go's message names them: without the places in lists.
    go_path: Vec<&'static str>,
    found: Decoded,
}

impl Decoder {
    fn members(&mut self, owner: Struct, value: &mut Value, path: &mut String) {
        let Some(object) = value.as_object_mut() else { return };
        let mut unknown = Vec::new();
        let length = path.len();
        for (key, value) in object.iter_mut() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
            match owner.field(key) {
                Some(field) => {
                    self.go_path.push(field.name);
                    self.value(owner, field, field.shape.kind(), value, path);
                    self.go_path.pop();
                }
                None => {
                    self.found.unknown.push(path.clone());
                    unknown.push(key.clone());
                }
            }
            path.truncate(length);
        }
        for key in unknown {
            object.remove(&key);
        }
    }

    fn value(&mut self, owner: Struct, field: Field, shape: Type, value: &mut Value, path: &mut String) {
        if value.is_null() {
            return;
        }
        match (shape, &mut *value) {
            (Type::List(inner), Value::Array(items)) => {
                let length = path.len();
                for (index, item) in items.iter_mut().enumerate() {
                    path.push_str(&format!("[{index}]"));
                    self.value(owner, field.with(inner), inner.kind(), item, path);
                    path.truncate(length);
                }
            }
            (Type::Map(inner), Value::Object(entries)) => {
                let length = path.len();
                for (key, entry) in entries {
                    path.push('.');
                    path.push_str(key);
                    self.value(owner, field.with(inner), inner.kind(), entry, path);
                    path.truncate(length);
                }
            }
            (Type::Struct(inner), Value::Object(_)) => self.members(inner, value, path),
            (shape, value) => {
                if let Some(message) = self.problem(owner, field, shape, value) {
                    self.found.wrong.push((path.clone(), message));
                }
            }
        }
    }

    /// What is wrong with a value that has no parts.
    fn problem(&self, owner: Struct, field: Field, shape: Type, value: &Value) -> Option<String> {
        let fits = match (shape, value) {
            (Type::Any, _)
            | (Type::String | Type::IntOrString, Value::String(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::Float, Value::Number(_)) => true,
            (Type::Int32 | Type::IntOrString, Value::Number(number)) => {
                number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
            }
            (Type::Int64, Value::Number(number)) => number.is_i64(),
            (Type::Quantity, value) => return quantity_problem(value),
            (Type::Time, Value::String(text)) => return time_problem(text),
            (Type::Bytes, Value::String(text)) => {
                let problem = base64_problem(text)?;
                return Some(match self.wire {
                    Wire::Json => problem,
                    Wire::Patched => format!("error decoding from json: {problem}"),
                });
            }
            _ => false,
        };
        if fits {
            return None;
        }
        let go = field.go_type(owner);
        Some(match self.wire {
            Wire::Json => {
                let number = matches!(shape, Type::Int32 | Type::Int64 | Type::IntOrString);
                let what = match value {
                    Value::Number(value) if number => format!("number {}", go_number(value)),
                    value => json_kind(value).to_owned(),
                };
                let way = self.go_path.join(".");
                format!(
                    "json: cannot unmarshal {what} into Go struct field {}.{way} of type {go}",
                    owner.name()
                )
            }
            Wire::Patched => converter_words(shape, value, &go),
        })
    }
}

/// The unstructured converter's words, which name neither field nor value.
fn converter_words(shape: Type, value: &Value, go: &str) -> String {
    let kind = match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    };
    match (shape, kind) {
        (Type::Struct(_), kind) => format!("cannot restore struct from: {kind}"),
        (Type::Map(_), kind) => format!("cannot restore map from {kind}"),
        (Type::List(_), kind) => format!("cannot restore slice from {kind}"),
        (Type::String, "int64") => format!("cannot convert int64 to {go}"),
        (Type::Int32 | Type::Int64, "float64") => format!("cannot convert float64 to {go}"),
        (Type::IntOrString | Type::Time | Type::Bytes, _) => {
            format!(
                "error decoding from json: json: cannot unmarshal {} into Go value of type {go}",
                json_kind(value)
            )
        }
        (Type::String, _) => "unrecognized type: string".to_owned(),
        _ => format!("unrecognized type: {go}"),
    }
}

const fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A number as Go writes it in JSON.
fn go_number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.abs() < 1e21 && float.abs() >= 1e-6 => format!("{float}"),
        Some(float) if number.is_f64() => {
            let text = format!("{float:e}");
            match text.split_once('e') {
                Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent:0>2}"),
                Some((digits, exponent)) => format!("{digits}e-{:0>2}", &exponent[1..]),
                None => text,
            }
        }
        _ => number.to_string(),
    }
}

fn quantity_problem(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => go_number(number),
        other => other.to_string(),
    };
    quantity::check(&text).err().map(str::to_owned)
}

/// RFC 3339, and where Go stops reading when it is not.
fn time_problem(text: &str) -> Option<String> {
    const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
    let elements: [(&str, usize); 11] = [
        ("2006", 4),
        ("-", 0),
        ("01", 2),
        ("-", 0),
        ("02", 2),
        ("T", 0),
        ("15", 2),
        (":", 0),
        ("04", 2),
        (":", 0),
        ("05", 2),
    ];
    let wrong = |rest: &str, element: &str| {
        Some(format!("parsing time {text:?} as {LAYOUT:?}: cannot parse {rest:?} as {element:?}"))
    };
    let mut rest = text;
    for (element, digits) in elements {
        let taken = if digits == 0 { element.len() } else { digits };
        let fits = rest.get(..taken).is_some_and(|part| {
            if digits == 0 { part == element } else { part.bytes().all(|b| b.is_ascii_digit()) }
        });
        if !fits {
            return wrong(rest, element);
        }
        rest = &rest[taken..];
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = rest == "Z"
        || matches!(rest.as_bytes(), [b'+' | b'-', a, b, b':', c, d] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()));
    if zone { None } else { wrong(rest, "Z07:00") }
}

/// Go's `base64.CorruptInputError`: the first byte that is none of the alphabet, or out of place.
fn base64_problem(text: &str) -> Option<String> {
    let wrong = |at: usize| Some(format!("illegal base64 data at input byte {at}"));
    let bytes: Vec<(usize, u8)> =
        text.bytes().enumerate().filter(|(_, b)| !matches!(b, b'\n' | b'\r')).collect();
    let mut count = 0;
    for (index, (at, byte)) in bytes.iter().enumerate() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => count += 1,
            b'=' => {
                let needed = match count % 4 {
                    2 => 2,
                    3 => 1,
                    _ => return wrong(*at),
                };
                let padding = bytes[index..].iter().take_while(|(_, byte)| *byte == b'=').count();
                return match () {
                    () if padding < needed && index + padding == bytes.len() => wrong(text.len()),
                    () if padding < needed => wrong(bytes[index + padding].0),
                    () if index + needed < bytes.len() => wrong(bytes[index + needed].0),
                    () => None,
                };
            }
            _ => return wrong(*at),
        }
    }
    // Go reports where the last, incomplete group of four begins.
    if count % 4 == 0 { None } else { wrong(bytes[bytes.len() - count % 4].0) }
}
