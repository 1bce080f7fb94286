//! Field errors as data, and their wording in one place. Nothing here knows a kind.

use crate::api::{StatusCause, Value};
use std::fmt;

/// Where in a document: a chain of steps, each on the stack of the function that looks there.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// A field of the document itself.
    pub const fn root(name: &'a str) -> Self {
        Self { parent: None, step: Step::Field(name) }
    }

    /// A field of what is here.
    pub const fn child<'b>(&'b self, name: &'b str) -> Path<'b> {
        Path { parent: Some(self), step: Step::Field(name) }
    }

    /// An item of the list that is here.
    pub const fn index<'b>(&'b self, index: usize) -> Path<'b> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// An entry of the map that is here.
    pub const fn key<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path { parent: Some(self), step: Step::Key(key) }
    }
}

/// `spec.ports[0].port`, `metadata.labels[app]`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Field(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// What is wrong with a field (`field.ErrorType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    /// It refers to what is not there.
    NotFound,
    /// It must be set.
    Required,
    /// It must be unique.
    Duplicate,
    /// It is malformed.
    Invalid,
    /// It is none of the values there are.
    NotSupported,
    /// It may not be set.
    Forbidden,
    /// It has too many bytes.
    TooLong,
    /// It has too many items.
    TooMany,
}

impl ErrorType {
    /// The words before the value.
    const fn words(self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::Required => "Required value",
            Self::Duplicate => "Duplicate value",
            Self::Invalid => "Invalid value",
            Self::NotSupported => "Unsupported value",
            Self::Forbidden => "Forbidden",
            Self::TooLong => "Too long",
            Self::TooMany => "Too many",
        }
    }

    /// The reason of a cause in a Status.
    const fn cause(self) -> &'static str {
        match self {
            Self::NotFound => "FieldValueNotFound",
            Self::Required => "FieldValueRequired",
            Self::Duplicate => "FieldValueDuplicate",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// What kind of mistake.
    pub kind: ErrorType,
    /// The field.
    pub field: String,
    /// The value, as the message shows it.
    pub value: Option<String>,
    /// What should be.
    pub detail: String,
}

/// `Invalid value: 0: must be between 1 and 65535, inclusive`: all but the field.
impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.words())?;
        if let Some(value) = &self.value {
            write!(f, ": {value}")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// All that is wrong with an object, in the order it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things are wrong.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The errors.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    /// Takes over another list's errors.
    pub fn append(&mut self, mut other: Errors) {
        self.0.append(&mut other.0);
    }

    /// A malformed value.
    pub fn invalid(&mut self, path: &Path<'_>, value: impl Shown, detail: impl Into<String>) {
        self.push(ErrorType::Invalid, path, Some(value.shown()), detail.into());
    }

    /// A value that is missing.
    pub fn required(&mut self, path: &Path<'_>, detail: impl Into<String>) {
        self.push(ErrorType::Required, path, None, detail.into());
    }

    /// A value that may not be set here.
    pub fn forbidden(&mut self, path: &Path<'_>, detail: impl Into<String>) {
        self.push(ErrorType::Forbidden, path, None, detail.into());
    }

    /// A value that is there already.
    pub fn duplicate(&mut self, path: &Path<'_>, value: impl Shown) {
        self.push(ErrorType::Duplicate, path, Some(value.shown()), String::new());
    }

    /// A reference to what is not there.
    pub fn not_found(&mut self, path: &Path<'_>, value: impl Shown) {
        self.push(ErrorType::NotFound, path, Some(value.shown()), String::new());
    }

    /// A value outside a closed set. `supported` is in the order the message lists it.
    pub fn not_supported(&mut self, path: &Path<'_>, value: impl Shown, supported: &[&str]) {
        let quoted: Vec<String> = supported.iter().map(|value| quote(value)).collect();
        let detail = match quoted.is_empty() {
            true => String::new(),
            false => format!("supported values: {}", quoted.join(", ")),
        };
        self.push(ErrorType::NotSupported, path, Some(value.shown()), detail);
    }

    /// A text of more than `most` bytes.
    pub fn too_long(&mut self, path: &Path<'_>, most: usize) {
        let unit = if most == 1 { "byte" } else { "bytes" };
        self.push(ErrorType::TooLong, path, None, format!("may not be more than {most} {unit}"));
    }

    /// A list of more than `most` items.
    pub fn too_many(&mut self, path: &Path<'_>, items: usize, most: usize) {
        let unit = if most == 1 { "item" } else { "items" };
        let detail = format!("must have at most {most} {unit}");
        self.push(ErrorType::TooMany, path, Some(items.to_string()), detail);
    }

    fn push(&mut self, kind: ErrorType, path: &Path<'_>, value: Option<String>, detail: String) {
        self.0.push(FieldError { kind, field: path.to_string(), value, detail });
    }

    /// One sentence: the error, or all of them in brackets, each once.
    pub(super) fn aggregate(&self) -> String {
        let mut sentences: Vec<String> = Vec::new();
        for error in &self.0 {
            let sentence = format!("{}: {error}", error.field);
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        match sentences.len() {
            1 => sentences.remove(0),
            _ => format!("[{}]", sentences.join(", ")),
        }
    }

    /// The errors as a Status holds them, each once.
    pub(super) fn into_causes(self) -> Vec<StatusCause> {
        let mut causes: Vec<StatusCause> = Vec::with_capacity(self.0.len());
        for error in self.0 {
            let (reason, message) = (error.kind.cause().to_owned(), error.to_string());
            let cause = StatusCause { reason, message, field: error.field };
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
        causes
    }
}

/// A value as a message shows it: texts quoted, the rest as JSON.
pub trait Shown {
    /// The words.
    fn shown(&self) -> String;
}

impl Shown for &str {
    fn shown(&self) -> String {
        quote(self)
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        quote(self)
    }
}

impl Shown for i64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for &Value {
    fn shown(&self) -> String {
        match self {
            Value::String(text) => quote(text),
            other => other.to_string(),
        }
    }
}

/// Words to be shown as they are.
#[derive(Clone, Debug)]
pub struct Verbatim(pub String);

impl Shown for Verbatim {
    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl Shown for Value {
    fn shown(&self) -> String {
        (&self).shown()
    }
}

/// As Go's `%q` quotes.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{b}' => quoted.push_str("\\v"),
            '\u{c}' => quoted.push_str("\\f"),
            letter if (letter as u32) < 0x80 && letter.is_control() => {
                quoted.push_str(&format!("\\x{:02x}", letter as u32));
            }
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    #[test]
    fn the_wording_is_the_servers() {
        let spec = Path::root("spec");
        let ports = spec.child("ports");
        let (first, requests) = (ports.index(0), spec.child("requests"));
        let mut errors = Errors::default();
        errors.invalid(&first.child("port"), 0, "must be between 1 and 65535, inclusive");
        errors.required(&ports, "");
        errors.not_supported(&spec.child("type"), "x", &["A", "B"]);
        errors.invalid(&requests.key("cpu"), "-1", "must be greater than or equal to 0");
        errors.invalid(&spec, json!({"a": ["b"]}), "field is immutable");
        errors.too_long(&spec.child("name"), 63);
        errors.too_many(&ports, 33, 32);
        let sentences: Vec<String> = errors.iter().map(|e| format!("{}: {e}", e.field)).collect();
        assert_eq!(
            sentences,
            [
                "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "spec.ports: Required value",
                "spec.type: Unsupported value: \"x\": supported values: \"A\", \"B\"",
                "spec.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
                "spec: Invalid value: {\"a\":[\"b\"]}: field is immutable",
                "spec.name: Too long: may not be more than 63 bytes",
                "spec.ports: Too many: 33: must have at most 32 items",
            ]
        );
    }
}
