//! What a user is told about a text: data, worded elsewhere.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is refused.
    Error,
    /// It is accepted, and probably not what was meant.
    Warning,
}

/// A stretch of a text, as editors count: lines and columns from 1, columns in UTF-16 units; the end is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The line it begins on.
    pub line: usize,
    /// The column it begins at.
    pub column: usize,
    /// The line it ends on.
    pub end_line: usize,
    /// The column after its last.
    pub end_column: usize,
}

/// One thing to tell, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in Kubernetes' own words.
    pub message: String,
    /// The field it is about, where there is one: `spec.ports[0].port`.
    pub path: String,
    /// Where in the text.
    pub span: Span,
    /// What would help, in ours.
    pub hint: Option<String>,
    /// A change of the text that would mend it.
    pub fix: Option<Fix>,
}

/// A change of the text, to be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub label: String,
    /// What it replaces.
    pub span: Span,
    /// What stands there then.
    pub insert: String,
}

impl Fix {
    /// A word in place of another.
    pub fn replace(span: Span, insert: impl Into<String>) -> Self {
        let insert = insert.into();
        Self { label: format!("Write {insert}"), span, insert }
    }
}

impl Diagnostic {
    /// An error with nothing but its words and its place.
    pub fn error(message: impl Into<String>, span: Span) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            path: String::new(),
            span,
            hint: None,
            fix: None,
        }
    }

    /// The same, about a field.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The same, with what would help.
    pub fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
