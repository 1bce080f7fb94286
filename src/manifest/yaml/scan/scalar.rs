//! Scalars: plain, quoted and block, with their folding of lines.

use super::super::Error;
use super::{Kind, Scanner, is_break};

/// What lies between two words: spaces on a line, or line breaks.
#[derive(Default)]
struct Gap {
    spaces: String,
    first_break: String,
    more_breaks: String,
    broken: bool,
}

impl Gap {
    /// Folds it into the text: one break is a space, more are themselves.
    fn fold_into(&mut self, text: &mut String) {
        if !self.broken {
            text.push_str(&self.spaces);
        } else if !self.first_break.starts_with('\n') {
            text.push_str(&self.first_break);
            text.push_str(&self.more_breaks);
        } else if self.more_breaks.is_empty() {
            text.push(' ');
        } else {
            text.push_str(&self.more_breaks);
        }
        *self = Self::default();
    }
}

impl Scanner {
    pub(super) fn plain_scalar(&mut self) -> Result<(), Error> {
        let start = self.at;
        let mut end = start;
        let indent = self.indent.map_or(0, |indent| indent + 1);
        let mut text = String::new();
        let mut gap = Gap::default();
        loop {
            if self.at_document_indicator().is_some() || self.char(0) == '#' {
                break;
            }
            while !self.blank_or_end(0) {
                let c = self.char(0);
                if c == ':' && self.blank_or_end(1)
                    || self.in_flow() && matches!(c, ',' | '?' | '[' | ']' | '{' | '}')
                {
                    break;
                }
                gap.fold_into(&mut text);
                text.push(c);
                self.advance();
                end = self.at;
            }
            if !matches!(self.char(0), ' ' | '\t') && !is_break(self.char(0)) {
                break;
            }
            loop {
                match self.char(0) {
                    '\t' if gap.broken && self.at.column < indent => {
                        return Err(self.error(start, "found a tab character that violates indentation"));
                    }
                    ' ' | '\t' => self.blank_in(&mut gap),
                    c if is_break(c) => self.break_in(&mut gap),
                    _ => break,
                }
            }
            if !self.in_flow() && self.at.column < indent {
                break;
            }
        }
        if gap.broken {
            self.simple_key_allowed = true;
        }
        self.push(Kind::Scalar(text, true), start);
        if let Some(token) = self.tokens.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    fn blank_in(&mut self, gap: &mut Gap) {
        if !gap.broken {
            gap.spaces.push(self.char(0));
        }
        self.advance();
    }

    fn break_in(&mut self, gap: &mut Gap) {
        let read = self.line_break();
        if gap.broken {
            gap.more_breaks.extend(read);
        } else {
            gap.spaces.clear();
            gap.first_break.extend(read);
            gap.broken = true;
        }
    }

    pub(super) fn quoted_scalar(&mut self) -> Result<(), Error> {
        let start = self.at;
        let quote = self.char(0);
        self.advance();
        let mut text = String::new();
        loop {
            if self.at_document_indicator().is_some() {
                return Err(self.error(start, "found unexpected document indicator"));
            }
            if self.is_end() {
                return Err(self.error(start, "found unexpected end of stream"));
            }
            let mut gap = Gap::default();
            while !self.blank_or_end(0) {
                let c = self.char(0);
                if c == '\'' && quote == '\'' && self.char(1) == '\'' {
                    text.push('\'');
                    self.advance_by(2);
                } else if c == quote {
                    break;
                } else if c == '\\' && quote == '"' && is_break(self.char(1)) {
                    self.advance();
                    self.line_break();
                    gap.broken = true;
                    break;
                } else if c == '\\' && quote == '"' {
                    text.push(self.escape(start)?);
                } else {
                    text.push(c);
                    self.advance();
                }
            }
            if self.char(0) == quote && !gap.broken {
                break;
            }
            loop {
                match self.char(0) {
                    ' ' | '\t' => self.blank_in(&mut gap),
                    c if is_break(c) => self.break_in(&mut gap),
                    _ => break,
                }
            }
            gap.fold_into(&mut text);
        }
        self.advance();
        self.push(Kind::Scalar(text, false), start);
        Ok(())
    }

    fn escape(&mut self, start: super::Mark) -> Result<char, Error> {
        let (plain, digits) = match self.char(1) {
            '0' => ('\0', 0),
            'a' => ('\u{7}', 0),
            'b' => ('\u{8}', 0),
            't' | '\t' => ('\t', 0),
            'n' => ('\n', 0),
            'v' => ('\u{b}', 0),
            'f' => ('\u{c}', 0),
            'r' => ('\r', 0),
            'e' => ('\u{1b}', 0),
            c @ (' ' | '"' | '\'' | '\\' | '/') => (c, 0),
            'N' => ('\u{85}', 0),
            '_' => ('\u{a0}', 0),
            'L' => ('\u{2028}', 0),
            'P' => ('\u{2029}', 0),
            'x' => ('x', 2),
            'u' => ('u', 4),
            'U' => ('U', 8),
            _ => return Err(self.error(start, "found unknown escape character")),
        };
        self.advance_by(2);
        if digits == 0 {
            return Ok(plain);
        }
        let mut code = 0u32;
        for ahead in 0..digits {
            let Some(digit) = self.char(ahead).to_digit(16) else {
                return Err(self.error(start, "did not find expected hexdecimal number"));
            };
            code = code.wrapping_mul(16).wrapping_add(digit);
        }
        let Some(c) = char::from_u32(code) else {
            return Err(self.error(start, "found invalid Unicode character escape code"));
        };
        self.advance_by(digits);
        Ok(c)
    }

    pub(super) fn block_scalar(&mut self) -> Result<(), Error> {
        let start = self.at;
        let literal = self.char(0) == '|';
        self.advance();
        let (mut chomping, mut increment) = (None, 0);
        for _ in 0..2 {
            match self.char(0) {
                c @ ('+' | '-') if chomping.is_none() => {
                    chomping = Some(c);
                    self.advance();
                }
                '0' if increment == 0 => {
                    return Err(self.error(start, "found an indentation indicator equal to 0"));
                }
                c @ '1'..='9' if increment == 0 => {
                    increment = c as usize - '0' as usize;
                    self.advance();
                }
                _ => {}
            }
        }
        while matches!(self.char(0), ' ' | '\t') {
            self.advance();
        }
        if self.char(0) == '#' {
            self.skip_line();
        }
        if self.line_break().is_none() && !self.is_end() {
            return Err(self.error(start, "did not find expected comment or line break"));
        }
        let mut indent = if increment > 0 { self.indent.unwrap_or_default() + increment } else { 0 };
        let mut text = String::new();
        let mut first_break = String::new();
        let mut breaks = String::new();
        self.block_breaks(&mut indent, &mut breaks, start)?;
        let mut blank_before = false;
        while self.at.column == indent && !self.is_end() {
            let blank = matches!(self.char(0), ' ' | '\t');
            if !literal && first_break.starts_with('\n') && !blank_before && !blank {
                if breaks.is_empty() {
                    text.push(' ');
                }
                first_break.clear();
            } else {
                text.push_str(&first_break);
                first_break.clear();
            }
            text.push_str(&breaks);
            breaks.clear();
            blank_before = blank;
            while !self.is_end() && !is_break(self.char(0)) {
                text.push(self.char(0));
                self.advance();
            }
            first_break.extend(self.line_break());
            self.block_breaks(&mut indent, &mut breaks, start)?;
        }
        if chomping != Some('-') {
            text.push_str(&first_break);
        }
        if chomping == Some('+') {
            text.push_str(&breaks);
        }
        self.push(Kind::Scalar(text, false), start);
        Ok(())
    }

    /// Empty lines; the first line that is not gives the indentation where nothing said it.
    fn block_breaks(
        &mut self,
        indent: &mut usize,
        breaks: &mut String,
        start: super::Mark,
    ) -> Result<(), Error> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.at.column < *indent) && self.char(0) == ' ' {
                self.advance();
            }
            deepest = deepest.max(self.at.column);
            if (*indent == 0 || self.at.column < *indent) && self.char(0) == '\t' {
                return Err(self.error(start, "found a tab character where an indentation space is expected"));
            }
            match self.line_break() {
                Some(c) => breaks.push(c),
                None => break,
            }
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent.map_or(0, |indent| indent + 1)).max(1);
        }
        Ok(())
    }
}
