//! A text taken apart into documents as kubectl does: a series of JSON objects, or YAML between `---` lines.
//! It must not know what a document says.

use super::json::{Syntax, syntax_error};
use super::yaml;
use super::{Diagnostic, Span};
use crate::api::Value;

/// How long a text may be. An API server refuses requests of 3 MiB.
pub const MAX_BYTES: usize = 3 << 20;

/// A document as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Which of the text's documents it is, from 0, counting those that say nothing.
    pub index: usize,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// A piece of a text that is a document, or says nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The documents of a text that say something, in order. The first error ends it, as kubectl reads no further.
pub fn read(text: &str) -> Vec<Result<Document, Diagnostic>> {
    let mut found = read_on(text);
    if let Some(first) = found.iter().position(Result::is_err) {
        found.truncate(first + 1);
    }
    found
}

/// The same past errors: whatever can be read.
pub(super) fn read_on(text: &str) -> Vec<Result<Document, Diagnostic>> {
    if text.len() > MAX_BYTES {
        let message = format!("Request entity too large: limit is {MAX_BYTES}");
        let hint = "Split the text: a cluster takes no request of this size either.";
        return vec![Err(Diagnostic::error(message, span_at(text, 0)).hinting(hint))];
    }
    let mut reader = Reader { text, at: 0, index: 0, count: 0, json: starts_json(text) };
    std::iter::from_fn(|| reader.next())
        .filter(|next| !matches!(next, Ok(document) if document.value.is_null()))
        .collect()
}

/// The next piece, as far as a `---` line. A text that begins with such a line keeps it, as does the line after
/// another.
pub(super) fn piece(text: &str, from: usize) -> Option<Result<Piece, (usize, String)>> {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Some(Err((at, format!("invalid Yaml document separator: {rest}"))));
            }
            if at > from {
                break;
            }
        }
        at += line.len();
    }
    (at > from).then_some(Ok(Piece { start: from, end: at }))
}

/// The place of a byte as an editor counts, as a span of nothing.
pub(super) fn span_at(text: &str, byte: usize) -> Span {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].encode_utf16().count() + 1;
    Span { line, column, end_line: line, end_column: column }
}

fn starts_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    index: usize,
    count: usize,
    json: bool,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Result<Document, Diagnostic>> {
        let mut first = None;
        if self.json {
            match self.next_json()? {
                Ok(document) => return Some(Ok(document)),
                // One object may still be followed by YAML; two are a stream of JSON.
                Err(error) if self.count > 1 => {
                    let message = match &error {
                        Syntax::At(message, _) => message.clone(),
                        Syntax::UnexpectedEof => "unexpected EOF".to_owned(),
                    };
                    let at = std::mem::replace(&mut self.at, self.text.len());
                    return Some(Err(self.fail(message, at)));
                }
                Err(error) => first = Some(error),
            }
            self.json = false;
            let rest = &self.text[self.at..];
            let space = rest.len() - rest.trim_start().len();
            self.at += rest[..space].find('\n').map_or(space, |at| at + 1);
        }
        let read = match piece(self.text, self.at)? {
            Ok(piece) => self.next_yaml(piece),
            Err((at, message)) => {
                self.at = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1);
                Err(self.fail(message, at))
            }
        };
        Some(read.map_err(|mut diagnostic| {
            match first {
                Some(Syntax::At(message, offset)) => {
                    diagnostic.message = format!("json: offset {offset}: {message}");
                    diagnostic.span = span_at(self.text, offset.saturating_sub(1));
                }
                Some(Syntax::UnexpectedEof) => "unexpected EOF".clone_into(&mut diagnostic.message),
                None => {}
            }
            diagnostic
        }))
    }

    fn next_json(&mut self) -> Option<Result<Document, Syntax>> {
        let rest = &self.text[self.at..];
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let next = stream.next()?;
        let end = self.at + stream.byte_offset();
        Some(match next {
            Ok(value) if yaml::depth(&value) <= yaml::MAX_DEPTH => {
                let start = self.at + (rest.len() - rest.trim_start().len());
                self.at = end;
                self.count += 1;
                self.index += 1;
                Ok(Document { value: yaml::normalized(value), index: self.index - 1, start, end })
            }
            read => Err(syntax_error(rest).map_or_else(
                || {
                    Syntax::At(
                        read.map_or_else(|e| e.to_string(), |_| "exceeded max depth".to_owned()),
                        self.at + 1,
                    )
                },
                |syntax| match syntax {
                    Syntax::At(message, offset) => Syntax::At(message, self.at + offset),
                    eof => eof,
                },
            )),
        })
    }

    fn next_yaml(&mut self, piece: Piece) -> Result<Document, Diagnostic> {
        let Piece { start, end } = piece;
        let text = &self.text[start..end];
        let after = &self.text[end..];
        let separator =
            if after.starts_with("---") { after.find('\n').map_or(after.len(), |at| at + 1) } else { 0 };
        self.at = end + separator;
        self.count += 1;
        let index = self.index;
        self.index += 1;
        let value = yaml::read(text).map_err(|error| {
            let line: usize = text.split_inclusive('\n').take(error.line).map(str::len).sum();
            let column: usize =
                text[line..].chars().take_while(|c| *c != '\n').take(error.column).map(char::len_utf8).sum();
            self.fail(format!("error converting YAML to JSON: {}", error.message), start + line + column)
        })?;
        Ok(Document { value, index, start, end })
    }

    fn fail(&self, message: String, at: usize) -> Diagnostic {
        Diagnostic::error(message, span_at(self.text, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        read(text)
            .into_iter()
            .map(|read| match read {
                Ok(document) => document.value.to_string(),
                Err(error) => format!("{}:{} {}", error.span.line, error.span.column, error.message),
            })
            .collect()
    }

    #[test]
    fn documents() {
        for (text, expected) in [
            ("", vec![]),
            ("---\n---\n# x\n---\na: 1\n--- # y\n\nb: 2", vec!["{\"a\":1}", "{\"b\":2}"]),
            (
                "a: 1\n---\nb: [\n---\nc: 3\n",
                vec![
                    "{\"a\":1}",
                    "4:1 error converting YAML to JSON: yaml: line 1: did not find expected node content",
                ],
            ),
            ("a: 1\n----\n", vec!["2:1 invalid Yaml document separator: -"]),
            ("{\"a\":80.0} {\"b\":2}", vec!["{\"a\":80}", "{\"b\":2}"]),
            ("{\"a\":1}\n---\nb: 2\n", vec!["{\"a\":1}", "{\"b\":2}"]),
            ("{\"a\":1,}", vec!["{\"a\":1}"]),
            ("{\"a\":1", vec!["1:7 unexpected EOF"]),
            (
                "{a: [1} x",
                vec!["1:2 json: offset 2: invalid character 'a' looking for beginning of object key string"],
            ),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
    }
}
