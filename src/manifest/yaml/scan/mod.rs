//! A text as tokens, by libyaml's rules, which go-yaml has too: indentation becomes block starts and ends, and a
//! simple key is known as one when its `:` comes. The words of errors are libyaml's.

mod property;
mod scalar;

use super::Error;
use std::collections::VecDeque;

/// A place: line and column from 0, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    StreamEnd,
    VersionDirective(u32, u32),
    TagDirective(String, String),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    /// Handle and suffix.
    Tag(String, String),
    /// The text, and whether it is plain.
    Scalar(String, bool),
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: Mark,
    pub(super) end: Mark,
}

/// What may turn out to be a key when a `:` follows it on its line.
#[derive(Clone, Copy)]
struct SimpleKey {
    required: bool,
    token: usize,
    mark: Mark,
}

/// How long a simple key may be.
const LONGEST_KEY: usize = 1024;

pub(super) struct Scanner {
    text: Vec<char>,
    at: Mark,
    tokens: VecDeque<Token>,
    /// How many tokens were taken.
    taken: usize,
    ended: bool,
    /// Column of the block collection we are in; None before any.
    indent: Option<usize>,
    indents: Vec<Option<usize>>,
    simple_key_allowed: bool,
    /// The possible key of each flow level; the first is that of the block context.
    simple_keys: Vec<Option<SimpleKey>>,
}

impl Scanner {
    /// # Errors
    /// A character that YAML does not have.
    pub(super) fn new(text: &str) -> Result<Self, Error> {
        let text: Vec<char> = text.strip_prefix('\u{feff}').unwrap_or(text).chars().collect();
        if let Some(index) = text.iter().position(|c| !is_readable(*c)) {
            let line = text[..index].iter().filter(|c| **c == '\n').count();
            let column = text[..index].iter().rev().take_while(|c| **c != '\n').count();
            return Err(Error::at("yaml: control characters are not allowed", Mark { index, line, column }));
        }
        Ok(Self {
            text,
            at: Mark::default(),
            tokens: VecDeque::new(),
            taken: 0,
            ended: false,
            indent: None,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![None],
        })
    }

    /// The next token, which stays. After the last it is the end of the stream.
    pub(super) fn peek(&mut self) -> Result<&Token, Error> {
        while !self.ended {
            if !self.tokens.is_empty() {
                self.drop_stale_keys()?;
                let next = self.taken;
                if !self.simple_keys.iter().flatten().any(|key| key.token == next) {
                    break;
                }
            }
            self.fetch()?;
        }
        if self.tokens.is_empty() {
            self.push(Kind::StreamEnd, self.at);
        }
        Ok(&self.tokens[0])
    }

    /// Takes the token that `peek` showed.
    pub(super) fn skip(&mut self) {
        if self.tokens.pop_front().is_some() {
            self.taken += 1;
        }
    }

    fn char(&self, ahead: usize) -> char {
        self.text.get(self.at.index + ahead).copied().unwrap_or('\0')
    }

    fn is_end(&self) -> bool {
        self.at.index >= self.text.len()
    }

    /// A space, a break, or the end.
    fn blank_or_end(&self, ahead: usize) -> bool {
        matches!(self.char(ahead), ' ' | '\t' | '\0') || is_break(self.char(ahead))
    }

    const fn advance(&mut self) {
        self.at.index += 1;
        self.at.column += 1;
    }

    fn advance_by(&mut self, count: usize) {
        (0..count).for_each(|_| self.advance());
    }

    /// Over a line break; gives it as YAML sees it, or nothing at the end.
    fn line_break(&mut self) -> Option<char> {
        let c = self.char(0);
        if !is_break(c) {
            return None;
        }
        self.at.index += if c == '\r' && self.char(1) == '\n' { 2 } else { 1 };
        self.at.line += 1;
        self.at.column = 0;
        Some(if matches!(c, '\u{2028}' | '\u{2029}') { c } else { '\n' })
    }

    fn error(&self, context: Mark, problem: &str) -> Error {
        Error::scanner(problem, self.at, context)
    }

    const fn in_flow(&self) -> bool {
        self.simple_keys.len() > 1
    }

    fn push(&mut self, kind: Kind, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.at });
    }

    fn drop_stale_keys(&mut self) -> Result<(), Error> {
        let at = self.at;
        for slot in &mut self.simple_keys {
            let Some(key) = *slot else { continue };
            if key.mark.line < at.line || key.mark.index + LONGEST_KEY < at.index {
                if key.required {
                    return Err(Error::scanner("could not find expected ':'", at, key.mark));
                }
                *slot = None;
            }
        }
        Ok(())
    }

    fn save_key(&mut self) -> Result<(), Error> {
        let required = !self.in_flow() && self.indent == Some(self.at.column);
        if self.simple_key_allowed {
            self.remove_key()?;
            let key = SimpleKey { required, token: self.taken + self.tokens.len(), mark: self.at };
            if let Some(slot) = self.simple_keys.last_mut() {
                *slot = Some(key);
            }
        }
        Ok(())
    }

    fn remove_key(&mut self) -> Result<(), Error> {
        let Some(slot) = self.simple_keys.last_mut() else { return Ok(()) };
        match slot.take() {
            Some(key) if key.required => Err(self.error(key.mark, "could not find expected ':'")),
            _ => Ok(()),
        }
    }

    /// Opens a block collection at this column unless one is open; its start goes before token `number`.
    fn roll_indent(&mut self, column: usize, number: Option<usize>, kind: Kind, mark: Mark) {
        if self.in_flow() || self.indent.is_some_and(|indent| indent >= column) {
            return;
        }
        self.indents.push(self.indent);
        self.indent = Some(column);
        let token = Token { kind, start: mark, end: mark };
        let place = number.map_or(self.tokens.len(), |number| number - self.taken);
        self.tokens.insert(place, token);
    }

    /// Closes the block collections that are indented further than this column; all of them for None.
    fn unroll_indent(&mut self, column: Option<usize>) {
        while !self.in_flow() && self.indent > column {
            self.push(Kind::BlockEnd, self.at);
            self.indent = self.indents.pop().flatten();
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            if self.at.column == 0 && self.char(0) == '\u{feff}' {
                self.advance();
            }
            while self.char(0) == ' ' || (self.in_flow() || !self.simple_key_allowed) && self.char(0) == '\t'
            {
                self.advance();
            }
            if self.char(0) == '#' {
                self.skip_line();
            }
            if self.line_break().is_none() {
                return;
            }
            if !self.in_flow() {
                self.simple_key_allowed = true;
            }
        }
    }

    fn skip_line(&mut self) {
        while !self.is_end() && !is_break(self.char(0)) {
            self.advance();
        }
    }

    /// Whether a line that is `---` or `...` begins here.
    fn at_document_indicator(&self) -> Option<Kind> {
        if self.at.column != 0 || !self.blank_or_end(3) {
            return None;
        }
        match [self.char(0), self.char(1), self.char(2)] {
            ['-', '-', '-'] => Some(Kind::DocumentStart),
            ['.', '.', '.'] => Some(Kind::DocumentEnd),
            _ => None,
        }
    }

    fn fetch(&mut self) -> Result<(), Error> {
        self.skip_to_token();
        self.drop_stale_keys()?;
        self.unroll_indent(Some(self.at.column));
        if self.is_end() {
            return self.fetch_end();
        }
        if self.at.column == 0 && self.char(0) == '%' {
            self.unroll_indent(None);
            self.remove_key()?;
            self.simple_key_allowed = false;
            return self.directive();
        }
        if let Some(kind) = self.at_document_indicator() {
            self.unroll_indent(None);
            self.remove_key()?;
            self.simple_key_allowed = false;
            self.indicator(kind, 3);
            return Ok(());
        }
        let blank_follows = self.blank_or_end(1);
        match self.char(0) {
            '[' => self.flow_start(Kind::FlowSequenceStart),
            '{' => self.flow_start(Kind::FlowMappingStart),
            ']' => self.flow_end(Kind::FlowSequenceEnd),
            '}' => self.flow_end(Kind::FlowMappingEnd),
            ',' => {
                self.remove_key()?;
                self.simple_key_allowed = true;
                self.indicator(Kind::FlowEntry, 1);
                Ok(())
            }
            '-' if blank_follows => self.block_entry(),
            '?' if self.in_flow() || blank_follows => self.key(),
            ':' if self.in_flow() || blank_follows => self.value(),
            '*' | '&' => {
                self.before_node()?;
                self.anchor()
            }
            '!' => {
                self.before_node()?;
                self.tag()
            }
            '|' | '>' if !self.in_flow() => {
                self.remove_key()?;
                self.simple_key_allowed = true;
                self.block_scalar()
            }
            '\'' | '"' => {
                self.before_node()?;
                self.quoted_scalar()
            }
            c if self.begins_plain(c) => {
                self.before_node()?;
                self.plain_scalar()
            }
            _ => Err(self.error(self.at, "found character that cannot start any token")),
        }
    }

    fn begins_plain(&self, c: char) -> bool {
        let indicator = self.blank_or_end(0) || "-?:,[]{}#&*!|>'\"%@`".contains(c);
        !indicator
            || c == '-' && !matches!(self.char(1), ' ' | '\t')
            || !self.in_flow() && matches!(c, '?' | ':') && !self.blank_or_end(1)
    }

    /// What comes may be a simple key, and nothing directly after it.
    fn before_node(&mut self) -> Result<(), Error> {
        self.save_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn indicator(&mut self, kind: Kind, length: usize) {
        let start = self.at;
        self.advance_by(length);
        self.push(kind, start);
    }

    fn fetch_end(&mut self) -> Result<(), Error> {
        if self.at.column != 0 {
            self.at.column = 0;
            self.at.line += 1;
        }
        self.unroll_indent(None);
        self.remove_key()?;
        self.simple_key_allowed = false;
        self.ended = true;
        self.push(Kind::StreamEnd, self.at);
        Ok(())
    }

    fn flow_start(&mut self, kind: Kind) -> Result<(), Error> {
        self.save_key()?;
        self.simple_keys.push(None);
        self.simple_key_allowed = true;
        self.indicator(kind, 1);
        Ok(())
    }

    fn flow_end(&mut self, kind: Kind) -> Result<(), Error> {
        self.remove_key()?;
        if self.in_flow() {
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.indicator(kind, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), Error> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return Err(self.error(self.at, "block sequence entries are not allowed in this context"));
            }
            self.roll_indent(self.at.column, None, Kind::BlockSequenceStart, self.at);
        }
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.indicator(Kind::BlockEntry, 1);
        Ok(())
    }

    fn key(&mut self) -> Result<(), Error> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return Err(self.error(self.at, "mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.at.column, None, Kind::BlockMappingStart, self.at);
        }
        self.remove_key()?;
        self.simple_key_allowed = !self.in_flow();
        self.indicator(Kind::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Result<(), Error> {
        if let Some(key) = self.simple_keys.last_mut().and_then(Option::take) {
            let token = Token { kind: Kind::Key, start: key.mark, end: key.mark };
            self.tokens.insert(key.token - self.taken, token);
            self.roll_indent(key.mark.column, Some(key.token), Kind::BlockMappingStart, key.mark);
            self.simple_key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.simple_key_allowed {
                    return Err(self.error(self.at, "mapping values are not allowed in this context"));
                }
                self.roll_indent(self.at.column, None, Kind::BlockMappingStart, self.at);
            }
            self.simple_key_allowed = !self.in_flow();
        }
        self.indicator(Kind::Value, 1);
        Ok(())
    }
}

const fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What a YAML text may hold.
const fn is_readable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
        | '\u{10000}'..='\u{10ffff}')
}
