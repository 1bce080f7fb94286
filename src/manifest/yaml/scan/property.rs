//! What stands before a node or a document: anchors, tags, directives.

use super::super::Error;
use super::{Kind, Scanner};

impl Scanner {
    pub(super) fn anchor(&mut self) -> Result<(), Error> {
        let start = self.at;
        let alias = self.char(0) == '*';
        self.advance();
        let name = self.word();
        let ends = self.blank_or_end(0) || "?:,]}%@`".contains(self.char(0));
        if name.is_empty() || !ends {
            return Err(self.error(start, "did not find expected alphabetic or numeric character"));
        }
        self.push(if alias { Kind::Alias(name) } else { Kind::Anchor(name) }, start);
        Ok(())
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while self.char(0).is_ascii_alphanumeric() || matches!(self.char(0), '_' | '-') {
            word.push(self.char(0));
            self.advance();
        }
        word
    }

    pub(super) fn tag(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (handle, suffix) = if self.char(1) == '<' {
            self.advance_by(2);
            let uri = self.uri(String::new(), true, start)?;
            if self.char(0) != '>' {
                return Err(self.error(start, "did not find the expected '>'"));
            }
            self.advance();
            (String::new(), uri)
        } else {
            let handle = self.handle();
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.uri(String::new(), false, start)?;
                (handle, suffix)
            } else {
                // No handle after all: `!` and what was read begin the suffix.
                let suffix = self.uri(handle[1..].to_owned(), false, start)?;
                if suffix.is_empty() { (String::new(), "!".to_owned()) } else { ("!".to_owned(), suffix) }
            }
        };
        if !(self.blank_or_end(0) || self.in_flow() && self.char(0) == ',') {
            return Err(self.error(start, "did not find expected whitespace or line break"));
        }
        self.push(Kind::Tag(handle, suffix), start);
        Ok(())
    }

    /// `!`, `!!`, `!name!`, or the beginning of `!name`.
    fn handle(&mut self) -> String {
        self.advance();
        let mut handle = format!("!{}", self.word());
        if self.char(0) == '!' {
            handle.push('!');
            self.advance();
        }
        handle
    }

    fn uri(&mut self, mut uri: String, verbatim: bool, start: super::Mark) -> Result<String, Error> {
        let given = !uri.is_empty();
        loop {
            let c = self.char(0);
            let fits = c.is_ascii_alphanumeric()
                || "-_;/?:@&=+$.%!~*'()".contains(c) && c != '\0'
                || verbatim && matches!(c, ',' | '[' | ']');
            if !fits {
                break;
            }
            uri.push(c);
            self.advance();
        }
        // A lone `!` is a tag too.
        if uri.is_empty() && !given && self.text.get(self.at.index.wrapping_sub(1)) != Some(&'!') {
            return Err(self.error(start, "did not find expected tag URI"));
        }
        Ok(uri)
    }

    pub(super) fn directive(&mut self) -> Result<(), Error> {
        let start = self.at;
        self.advance();
        let name = self.word();
        let kind = match name.as_str() {
            "" => return Err(self.error(start, "could not find expected directive name")),
            "YAML" => {
                self.blanks();
                let major = self.version_number(start)?;
                if self.char(0) != '.' {
                    return Err(self.error(start, "did not find expected digit or '.' character"));
                }
                self.advance();
                Kind::VersionDirective(major, self.version_number(start)?)
            }
            "TAG" => {
                self.blanks();
                if self.char(0) != '!' {
                    return Err(self.error(start, "did not find expected '!'"));
                }
                let handle = self.handle();
                if !matches!(self.char(0), ' ' | '\t') {
                    return Err(self.error(start, "did not find expected whitespace"));
                }
                self.blanks();
                let prefix = self.uri(String::new(), true, start)?;
                Kind::TagDirective(handle, prefix)
            }
            _ => return Err(self.error(start, "found unknown directive name")),
        };
        self.push(kind, start);
        self.blanks();
        if self.char(0) == '#' {
            self.skip_line();
        }
        if self.line_break().is_none() && !self.is_end() {
            return Err(self.error(start, "did not find expected comment or line break"));
        }
        Ok(())
    }

    fn blanks(&mut self) {
        while matches!(self.char(0), ' ' | '\t') {
            self.advance();
        }
    }

    fn version_number(&mut self, start: super::Mark) -> Result<u32, Error> {
        let mut number = 0;
        let mut length = 0;
        while let Some(digit) = self.char(0).to_digit(10) {
            length += 1;
            if length > 9 {
                return Err(self.error(start, "found extremely long version number"));
            }
            number = number * 10 + digit;
            self.advance();
        }
        if length == 0 {
            return Err(self.error(start, "did not find expected version number"));
        }
        Ok(number)
    }
}
