//! What follows `$`: variables and what is done to them, commands, arithmetic.

use super::lexer::{Lexed, Lexer};
use super::parser::{Incomplete, SyntaxError};
use super::tree::{Expansion, Part, Word};

/// What may stand after a name in `${…}`, longest first.
const EDITS: [&str; 19] =
    [":-", ":=", ":+", ":?", "##", "%%", "//", "^^", ",,", "-", "=", "+", "?", "#", "%", "/", "^", ",", ":"];

impl Lexer {
    /// What follows `$` or a backtick.
    pub(super) fn expansion(&mut self, first: char, quoted: bool) -> Lexed<Part> {
        let expand = |what| Ok(Part::Expand { what, quoted });
        if first == '`' {
            let text = self.until('`')?.replace("\\`", "`").replace("\\\\", "\\");
            return expand(Expansion::Command(self.script(&text)?));
        }
        match self.peek(0) {
            Some('(') if self.peek(1) == Some('(') => {
                self.at += 2;
                match self.arithmetic()? {
                    Some(word) => expand(Expansion::Arithmetic(word)),
                    None => Err(SyntaxError::near(")")),
                }
            }
            Some('(') => {
                self.at += 1;
                let text = self.balanced()?;
                expand(Expansion::Command(self.script(&text)?))
            }
            Some('{') => {
                self.at += 1;
                expand(self.braced()?)
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let start = self.at;
                while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                    self.at += 1;
                }
                expand(Expansion::Variable(self.chars[start..self.at].iter().collect()))
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '?' | '@' | '*' | '#' | '$' | '!') => {
                self.at += 1;
                expand(Expansion::Variable(c.to_string()))
            }
            _ if quoted => Ok(Part::Quoted("$".to_owned())),
            _ => Ok(Part::Bare("$".to_owned())),
        }
    }

    fn script(&self, text: &str) -> Lexed<super::Script> {
        super::parser::parse_at(text, self.depth + 1)
    }

    /// The text up to the parenthesis that closes an open one, quotes respected.
    fn balanced(&mut self) -> Lexed<String> {
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '\\' => self.at += 1,
                '\'' => drop(self.until('\'')?),
                '"' => self.skip_double()?,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(self.chars[start..self.at - 1].iter().collect());
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote(')')))
    }

    fn skip_double(&mut self) -> Lexed<()> {
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '"' => return Ok(()),
                '\\' => self.at += 1,
                '$' if self.peek(0) == Some('(') => {
                    self.at += 1;
                    self.balanced()?;
                }
                _ => {}
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote('"')))
    }

    /// The inside of `${…}`.
    fn braced(&mut self) -> Lexed<Expansion> {
        let open = self.at - 2;
        let length = self.peek(0) == Some('#') && self.peek(1) != Some('}');
        if length {
            self.at += 1;
        }
        let start = self.at;
        if self.peek(0).is_some_and(|c| matches!(c, '?' | '@' | '*' | '#' | '$' | '!')) {
            self.at += 1;
        } else {
            while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                self.at += 1;
            }
        }
        let name: String = self.chars[start..self.at].iter().collect();
        let operator = EDITS.iter().find(|operator| self.starts_with(operator)).copied().unwrap_or("");
        self.at += operator.len();
        let (word, _) = self.word(if operator.starts_with('/') { "/}" } else { "}" })?;
        let mut with = Word::default();
        if operator.starts_with('/') && self.peek(0) == Some('/') {
            self.at += 1;
            with = self.word("}")?.0;
        }
        if self.peek(0) != Some('}') {
            return Err(SyntaxError::Incomplete(Incomplete::Quote('}')));
        }
        self.at += 1;
        let (owned, word) = (operator.to_owned(), Box::new(word));
        match operator {
            "" if name.is_empty() || !word.0.is_empty() => {
                Err(SyntaxError::BadSubstitution(self.chars[open..self.at].iter().collect()))
            }
            "" if length => Ok(Expansion::Length(name)),
            "" => Ok(Expansion::Variable(name)),
            ":" => Ok(Expansion::Substring(name, word)),
            "#" | "##" | "%" | "%%" => Ok(Expansion::Trim(name, owned, word)),
            "/" | "//" => Ok(Expansion::Replace(name, owned, word, Box::new(with))),
            "^" | "^^" | "," | ",," => Ok(Expansion::Case(name, operator)),
            _ => Ok(Expansion::Default(name, owned, word)),
        }
    }
}
