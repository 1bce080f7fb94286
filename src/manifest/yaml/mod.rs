//! YAML as kubectl reads and writes it: sigs.k8s.io/yaml over go-yaml v2. Nothing outside knows how.
//!
//! A scalar's style decides what it means (`y` is true, `"y"` is text), so reading goes by events, not through
//! serde: serde_yaml does not show the style; it reads the project's own files. What an event cannot say is refused here in go-yaml's words.

mod load;
mod outline;
mod parse;
mod resolve;
mod scan;
mod write;

use crate::api::Value;
use scan::Mark;

pub(super) use outline::{Entry, Outline, Parts, Stretch, outline};

/// How deeply a document may nest: far beyond any real object, and within serde_json's own limit.
pub const MAX_DEPTH: usize = 100;

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// go-yaml's words: `yaml: line 7: did not find expected key`.
    pub message: String,
    /// The line it was noticed on, from 0.
    pub line: usize,
    /// The column, from 0, in characters.
    pub column: usize,
}

impl Error {
    fn at(message: impl Into<String>, mark: Mark) -> Self {
        Self { message: message.into(), line: mark.line, column: mark.column }
    }

    /// go-yaml counts the lines of a scanner's errors from one …
    fn scanner(problem: &str, at: Mark, context: Mark) -> Self {
        let line = if at.line > 0 { at.line + 1 } else { context.line };
        Self::counted(problem, line, at)
    }

    /// … and those of its parser's from zero; line zero is not mentioned.
    fn parser(problem: &str, at: Mark, context: Mark) -> Self {
        let line = if at.line > 0 { at.line } else { context.line };
        Self::counted(problem, line, at)
    }

    fn counted(problem: &str, line: usize, at: Mark) -> Self {
        let said = if line == 0 { String::new() } else { format!("line {line}: ") };
        Self::at(format!("yaml: {said}{problem}"), at)
    }
}

/// The first document of a text as a JSON value; null if there is none.
pub fn read(text: &str) -> Result<Value, Error> {
    load::load(text)
}

/// A file of the project's own, such as a profile: plain YAML, as serde_yaml reads it.
///
/// # Errors
/// serde_yaml's words, with the line and the column.
pub fn data(text: &str) -> Result<Value, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

/// A value as `kubectl -o yaml` prints it, with a line break at its end.
pub fn write(value: &Value) -> String {
    write::write(value)
}

/// How deeply a value nests.
pub(super) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// A value read from JSON with its numbers as Go keeps them: whole ones are integers.
pub(super) fn normalized(mut value: Value) -> Value {
    normalize(&mut value);
    value
}

fn normalize(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(map) => map.values_mut().for_each(normalize),
        Value::Number(number) if number.is_f64() => {
            if let Some(kept) = number.as_f64().and_then(resolve::number) {
                *value = kept;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    #[test]
    fn values() {
        for (text, expected) in [
            ("a: y\nb: 'y'\nc: \"1\"\nd: !!str 5", json!({"a": true, "b": "y", "c": "1", "d": "5"})),
            ("a: 080\nb: 80.0\nc: 1e2\nd: 0.5", json!({"a": 80, "b": 80, "c": 100, "d": 0.5})),
            ("on: 1\n5: x\n1.5: z", json!({"true": 1, "5": "x", "1.5": "z"})),
            (
                "a: &x {k: 1}\nb: *x\nc: {<<: *x, m: 2}",
                json!({"a": {"k": 1}, "b": {"k": 1}, "c": {"k": 1, "m": 2}}),
            ),
            ("c:\n  k: 9\n  <<: [{k: 1}, {k: 2, z: 3}]", json!({"c": {"k": 1, "z": 3}})),
            ("type: A\ntype: B", json!({"type": "B"})),
            ("\u{feff}a:\tb\r\nc: d\r\n", json!({"a": "b", "c": "d"})),
            ("a: 1\n...\n[[[", json!({"a": 1})),
            ("# nothing", Value::Null),
            ("42", json!(42)),
        ] {
            assert_eq!(read(text).expect(text), expected, "{text}");
        }
    }

    #[test]
    fn errors() {
        for (text, message) in [
            ("a:\n  b: 1\n c: 2\n", "yaml: line 2: did not find expected key"),
            ("a: b: c", "yaml: mapping values are not allowed in this context"),
            ("x: 1\na: b: c", "yaml: line 2: mapping values are not allowed in this context"),
            ("a: {{ .V }}", "yaml: invalid map key: map[interface {}]interface {}{\".V\":interface {}(nil)}"),
            ("a: *b", "yaml: unknown anchor 'b' referenced"),
            ("a: &b [*b]", "yaml: anchor 'b' value contains itself"),
            ("a: .inf", "json: unsupported value: +Inf"),
            ("a: !!int x", "yaml: cannot decode !!str `x` as a !!int"),
            ("a:\n\t- b", "yaml: line 2: found character that cannot start any token"),
            ("a: '", "yaml: line 2: found unexpected end of stream"),
            ("a: [1, 2\nb: 3\n", "yaml: line 1: did not find expected ',' or ']'"),
        ] {
            assert_eq!(read(text).expect_err(text).message, message, "{text:?}");
        }
    }

    #[test]
    fn hostile_texts_are_refused_at_once() {
        let deep = "[".repeat(10_000);
        assert_eq!(read(&deep).expect_err("deep").message, "yaml: line 1: exceeded max depth of 100");
        let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
            bomb.push_str(&format!("b{n}: &a{n} [{aliases}]\n"));
        }
        assert_eq!(read(&bomb).expect_err("bomb").message, "yaml: document contains excessive aliasing");
    }
}
