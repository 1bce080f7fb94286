//! How words expand: variables, commands, arithmetic, patterns of file names.

use super::files::{Files, matches_pattern};
use super::line::{Expansion, Part, Script, Word};
use super::scope::{Scope, Unset};

/// Every `$(…)` of some words, in the order they are run.
pub fn substitutions<'a>(words: impl IntoIterator<Item = &'a Word>) -> Vec<Script> {
    let mut found = Vec::new();
    for word in words {
        for part in &word.0 {
            let Part::Expand { what, .. } = part else { continue };
            match what {
                Expansion::Command(script) => found.push(script.clone()),
                Expansion::Default(_, _, word)
                | Expansion::Trim(_, _, word)
                | Expansion::Substring(_, word) => {
                    found.extend(substitutions([word.as_ref()]));
                }
                Expansion::Replace(_, _, word, with) => {
                    found.extend(substitutions([word.as_ref(), with.as_ref()]));
                }
                Expansion::Arithmetic(word) => found.extend(substitutions([word])),
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
            Expansion::Variable(name) => self.value(name),
            Expansion::Length(name) => Ok(self.value(name)?.chars().count().to_string()),
            Expansion::Command(_) => {
                let output = self.outputs.next().unwrap_or_default();
                Ok(output.trim_end_matches('\n').to_owned())
            }
            Expansion::Arithmetic(word) => {
                let text = self.text(word)?;
                Ok(super::arithmetic::evaluate(&text, self.scope)?.to_string())
            }
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
                let value = self.value(name)?;
                let pattern = self.pattern(word)?;
                Ok(trim(&value, operator, &pattern))
            }
            Expansion::Replace(name, operator, word, with) => {
                let value = self.value(name)?;
                let (pattern, with) = (self.pattern(word)?, self.text(with)?);
                Ok(replace(&value, &pattern, &with, operator == "//"))
            }
            Expansion::Substring(name, word) => {
                let value: Vec<char> = self.value(name)?.chars().collect();
                let text = self.text(word)?;
                let (offset, length) =
                    text.split_once(':').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
                let all = value.len() as i64;
                let place = |at: i64| if at < 0 { all + at } else { at }.clamp(0, all);
                let from = place(super::arithmetic::evaluate(offset, self.scope)?);
                let to = match length.map(|length| super::arithmetic::evaluate(length, self.scope)) {
                    None => all,
                    Some(Ok(length)) if length < 0 => place(length).max(from),
                    Some(length) => from.saturating_add(length?).min(all),
                };
                Ok(value[from as usize..to as usize].iter().collect())
            }
            Expansion::Case(name, operator) => {
                let value = self.value(name)?;
                let first = if operator.len() == 2 {
                    value.len()
                } else {
                    value.chars().next().map_or(0, char::len_utf8)
                };
                let (head, tail) = value.split_at(first);
                Ok(if operator.starts_with('^') { head.to_uppercase() } else { head.to_lowercase() } + tail)
            }
        }
    }

    /// What a variable is worth: nothing if it is unset, which `set -u` forbids.
    fn value(&mut self, name: &str) -> Result<String, Unset> {
        if name == "RANDOM" {
            // Another number each time, the same ones in every replay.
            self.scope.throws += 1;
            let mut dice = fastrand::Rng::with_seed(u64::from(self.scope.throws));
            return Ok(dice.u16(..32_768).to_string());
        }
        match self.scope.value(name) {
            None if self.scope.nounset && !matches!(name, "@" | "*" | "!") => {
                Err(Unset(format!("{name}: unbound variable")))
            }
            value => Ok(value.unwrap_or_default()),
        }
    }

    /// A word as a regular expression, its quoted parts meant as they stand.
    ///
    /// # Errors
    /// [`Unset`] for `${NAME:?message}`.
    pub fn regex(&mut self, word: &Word) -> Result<String, Unset> {
        let mut text = String::new();
        for part in &word.0 {
            let single = Word(vec![part.clone()]);
            let plain = self.text(&single)?;
            match part {
                Part::Quoted(_) | Part::Expand { quoted: true, .. } => {
                    for c in plain.chars() {
                        text.extend(r"\.[]{}()*+?|^$".contains(c).then_some('\\'));
                        text.push(c);
                    }
                }
                _ => text += &plain,
            }
        }
        Ok(text)
    }
}

/// `${NAME/pattern/text}`: the longest match of the first place, or of every one.
fn replace(value: &str, pattern: &str, with: &str, all: bool) -> String {
    let (front, back) = (pattern.starts_with('#') && !all, pattern.starts_with('%') && !all);
    let pattern = if front || back { &pattern[1..] } else { pattern };
    let mut text = String::new();
    let mut rest = value;
    while !rest.is_empty() && !pattern.is_empty() {
        let mut ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
        let found = if back {
            matches_pattern(pattern, rest).then_some(rest.len())
        } else {
            ends.find(|end| matches_pattern(pattern, &rest[..*end]))
        };
        if let Some(end) = found {
            text += with;
            rest = &rest[end..];
            if !all {
                break;
            }
        } else if front {
            break;
        } else {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            text += &rest[..first];
            rest = &rest[first..];
        }
    }
    text + rest
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
