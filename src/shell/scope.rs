//! What a shell remembers: variables, functions, where it is; and how words expand with it.

use super::files::{Files, matches_pattern};
use super::line::{Expansion, Part, Script, Word};
use super::program::Exit;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What ends a list before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// `break N`
    Break(u32),
    /// `continue N`
    Continue(u32),
    /// `return STATUS`
    Return(Exit),
    /// `exit STATUS`, or a failure under `set -e`.
    Exit(Exit),
}

/// What a shell remembers. Subshells work on a copy.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Those that programs see.
    pub exported: BTreeSet<String>,
    /// Functions.
    pub functions: BTreeMap<String, Script>,
    /// Aliases.
    pub aliases: BTreeMap<String, String>,
    /// The current directory.
    pub cwd: String,
    /// The directory before, for `cd -`.
    pub previous: String,
    /// The status of the last command.
    pub status: Exit,
    /// The shell's name and its arguments.
    pub arguments: Vec<String>,
    /// `set -e`
    pub errexit: bool,
    /// `set -x`
    pub xtrace: bool,
    /// What is ending the lists being run.
    pub flow: Option<Flow>,
    /// What this shell calls itself in messages: `bash`, `sh`.
    pub shell: String,
    /// The lines that were typed, for `history`; shared with subshells.
    pub history: Arc<Vec<String>>,
    /// Jobs in the background.
    pub jobs: Vec<super::exec::Job>,
}

/// An expansion that cannot be made, in the shell's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Unset(pub String);

impl Scope {
    /// The value of a variable or special parameter.
    pub fn value(&self, name: &str) -> Option<String> {
        let joined = || self.arguments.get(1..).unwrap_or_default().join(" ");
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.arguments.len().saturating_sub(1).to_string()),
            "@" | "*" => Some(joined()),
            "$" => Some("1000".to_owned()),
            "!" => self.variables.get("!").cloned(),
            "PWD" => Some(self.cwd.clone()),
            "OLDPWD" => Some(self.previous.clone()),
            _ => match name.parse::<usize>() {
                Ok(index) => self.arguments.get(index).cloned(),
                Err(_) => self.variables.get(name).cloned(),
            },
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// The environment programs are given.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let exported = self.exported.iter();
        let mut all: BTreeMap<String, String> =
            exported.filter_map(|name| Some((name.clone(), self.variables.get(name)?.clone()))).collect();
        all.insert("PWD".to_owned(), self.cwd.clone());
        all
    }
}

/// Every `$(…)` of some words, in the order they are run.
pub fn substitutions<'a>(words: impl IntoIterator<Item = &'a Word>) -> Vec<Script> {
    let mut found = Vec::new();
    for word in words {
        for part in &word.0 {
            let Part::Expand { what, .. } = part else { continue };
            match what {
                Expansion::Command(script) => found.push(script.clone()),
                Expansion::Default(_, _, word) | Expansion::Trim(_, _, word) => {
                    found.extend(substitutions([word.as_ref()]));
                }
                _ => {}
            }
        }
    }
    found
}

/// Expands words, given what their `$(…)` printed.
pub struct Expander<'a> {
    /// The shell.
    pub scope: &'a mut Scope,
    /// The files patterns look at.
    pub files: &'a Files,
    /// What the substitutions printed, in order.
    pub outputs: std::vec::IntoIter<String>,
}

/// A piece of an expanded word.
enum Piece {
    /// Characters as they are.
    Literal(String),
    /// Characters in which `*` and its like are patterns.
    Pattern(String),
    /// A border between two fields.
    Border,
}

impl Expander<'_> {
    /// A word as fields: split, patterns replaced by the files they match.
    ///
    /// # Errors
    /// [`Unset`] for `${NAME:?message}`.
    pub fn fields(&mut self, word: &Word) -> Result<Vec<String>, Unset> {
        let pieces = self.pieces(word)?;
        let mut fields = Vec::new();
        let mut current: Vec<Piece> = Vec::new();
        let mut any = false;
        for piece in pieces.into_iter().chain([Piece::Border]) {
            match piece {
                Piece::Border if any => {
                    self.finish(&std::mem::take(&mut current), &mut fields);
                    any = false;
                }
                Piece::Border => {}
                piece => {
                    any = true;
                    current.push(piece);
                }
            }
        }
        Ok(fields)
    }

    /// A word as one text, neither split nor matched: an assignment, a here-document, a redirection.
    ///
    /// # Errors
    /// [`Unset`] for `${NAME:?message}`.
    pub fn text(&mut self, word: &Word) -> Result<String, Unset> {
        let text = |piece| match piece {
            Piece::Literal(text) | Piece::Pattern(text) => text,
            Piece::Border => " ".to_owned(),
        };
        Ok(self.pieces(word)?.into_iter().map(text).collect())
    }

    /// A word as a pattern, its quoted parts escaped.
    ///
    /// # Errors
    /// [`Unset`] for `${NAME:?message}`.
    pub fn pattern(&mut self, word: &Word) -> Result<String, Unset> {
        Ok(pattern(&self.pieces(word)?))
    }

    fn finish(&self, pieces: &[Piece], fields: &mut Vec<String>) {
        let text: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) | Piece::Pattern(text) => text.as_str(),
                Piece::Border => "",
            })
            .collect();
        let wild =
            pieces.iter().any(|piece| matches!(piece, Piece::Pattern(p) if p.contains(['*', '?', '['])));
        if wild {
            let found = self.files.glob(&self.scope.cwd, &pattern(pieces));
            if !found.is_empty() {
                fields.extend(found);
                return;
            }
        }
        fields.push(text);
    }

    fn pieces(&mut self, word: &Word) -> Result<Vec<Piece>, Unset> {
        let mut pieces = Vec::new();
        for (index, part) in word.0.iter().enumerate() {
            match part {
                Part::Quoted(text) => pieces.push(Piece::Literal(text.clone())),
                Part::Bare(text) => {
                    let home = self.scope.value("HOME").filter(|_| index == 0);
                    match (home, text.strip_prefix('~')) {
                        (Some(home), Some(rest)) if rest.is_empty() || rest.starts_with('/') => {
                            pieces.push(Piece::Literal(home));
                            pieces.push(Piece::Pattern(rest.to_owned()));
                        }
                        _ => pieces.push(Piece::Pattern(text.clone())),
                    }
                }
                Part::Expand { what: Expansion::Variable(name), quoted: true } if name == "@" => {
                    let arguments = self.scope.arguments.get(1..).unwrap_or_default();
                    for (index, argument) in arguments.iter().enumerate() {
                        if index > 0 {
                            pieces.push(Piece::Border);
                        }
                        pieces.push(Piece::Literal(argument.clone()));
                    }
                }
                Part::Expand { what, quoted: true } => pieces.push(Piece::Literal(self.expand(what)?)),
                Part::Expand { what, quoted: false } => split(&self.expand(what)?, &mut pieces),
            }
        }
        Ok(pieces)
    }

    fn expand(&mut self, what: &Expansion) -> Result<String, Unset> {
        match what {
            Expansion::Variable(name) => Ok(self.scope.value(name).unwrap_or_default()),
            Expansion::Length(name) => {
                Ok(self.scope.value(name).unwrap_or_default().chars().count().to_string())
            }
            Expansion::Command(_) => {
                let output = self.outputs.next().unwrap_or_default();
                Ok(output.trim_end_matches('\n').to_owned())
            }
            Expansion::Arithmetic(text) => Ok(super::arithmetic::evaluate(text, self.scope)?.to_string()),
            Expansion::Default(name, operator, word) => {
                let value = self.scope.value(name);
                let set = match operator.strip_prefix(':') {
                    Some(_) => value.filter(|value| !value.is_empty()),
                    None => value,
                };
                let word = self.text(word)?;
                match (operator.trim_start_matches(':'), set) {
                    ("+", Some(_)) => Ok(word),
                    ("+", None) => Ok(String::new()),
                    (_, Some(value)) => Ok(value),
                    ("=", None) => {
                        self.scope.set(name, word.clone());
                        Ok(word)
                    }
                    ("?", None) => {
                        let word = if word.is_empty() { "parameter null or not set" } else { &word };
                        Err(Unset(format!("{name}: {word}")))
                    }
                    (_, None) => Ok(word),
                }
            }
            Expansion::Trim(name, operator, word) => {
                let value = self.scope.value(name).unwrap_or_default();
                let pattern = self.pattern(word)?;
                Ok(trim(&value, operator, &pattern))
            }
        }
    }
}

fn pattern(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Pattern(pattern) => text += pattern,
            Piece::Literal(literal) => {
                for c in literal.chars() {
                    if matches!(c, '*' | '?' | '[' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
            Piece::Border => {}
        }
    }
    text
}

/// Splits what an unquoted expansion gave at white space.
fn split(text: &str, pieces: &mut Vec<Piece>) {
    let white = [' ', '\t', '\n'];
    if text.starts_with(white) {
        pieces.push(Piece::Border);
    }
    for (index, field) in text.split(white).filter(|field| !field.is_empty()).enumerate() {
        if index > 0 {
            pieces.push(Piece::Border);
        }
        pieces.push(Piece::Pattern(field.to_owned()));
    }
    if text.ends_with(white) {
        pieces.push(Piece::Border);
    }
}

/// `${NAME#pattern}` and its like: without the part at the start or end that matches.
fn trim(value: &str, operator: &str, pattern: &str) -> String {
    let mut cuts: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    // The shortest match first, or the longest for a doubled operator.
    if operator == "##" || operator == "%" {
        cuts.reverse();
    }
    let front = operator.starts_with('#');
    for cut in cuts {
        let (head, tail) = value.split_at(cut);
        if front && matches_pattern(pattern, head) {
            return tail.to_owned();
        }
        if !front && matches_pattern(pattern, tail) {
            return head.to_owned();
        }
    }
    value.to_owned()
}
