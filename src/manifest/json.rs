//! Why Go's encoding/json refuses a text, in its words. Reading a good one is serde_json's part.

/// What Go says and how many bytes it had read by then; None where it has nothing to say.
pub(super) fn syntax_error(text: &str) -> Option<Syntax> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.value(0).err()
}

/// Go's complaint.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// A `json.SyntaxError`: its words, and the count of bytes read.
    At(String, usize),
    /// The text ended too early.
    UnexpectedEof,
}

type Checked = Result<(), Syntax>;

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Go looks at bytes: a character beyond ASCII shows as its first byte.
    fn refuse(&self, context: &str) -> Checked {
        let Some(byte) = self.peek() else { return Err(Syntax::UnexpectedEof) };
        let shown = match byte {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            b'\n' => r"'\n'".to_owned(),
            b'\r' => r"'\r'".to_owned(),
            b'\t' => r"'\t'".to_owned(),
            b'\\' => r"'\\'".to_owned(),
            0..0x20 | 0x7f => format!("'\\x{byte:02x}'"),
            _ => format!("'{}'", char::from(byte)),
        };
        Err(Syntax::At(format!("invalid character {shown} {context}"), self.at + 1))
    }

    fn value(&mut self, depth: usize) -> Checked {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= super::yaml::MAX_DEPTH => {
                Err(Syntax::At("exceeded max depth".to_owned(), self.at + 1))
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => self.refuse("looking for beginning of value"),
        }
    }

    fn object(&mut self, depth: usize) -> Checked {
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.refuse("looking for beginning of object key string");
            }
            self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return self.refuse("after object key");
            }
            self.at += 1;
            self.value(depth + 1)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.refuse("after object key:value pair"),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Checked {
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.refuse("after array element"),
            }
        }
    }

    fn string(&mut self) -> Checked {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek().is_some_and(|b| b.is_ascii_hexdigit()) {
                                    return self.refuse(r"in \u hexadecimal character escape");
                                }
                                self.at += 1;
                            }
                        }
                        _ => return self.refuse("in string escape code"),
                    }
                }
                None | Some(0..0x20) => return self.refuse("in string literal"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Checked {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    fn digits(&mut self, context: &str) -> Checked {
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return self.refuse(context);
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn literal(&mut self, word: &str) -> Checked {
        for expected in word.chars() {
            if self.peek().map(char::from) != Some(expected) {
                return self.refuse(&format!("in literal {word} (expecting '{expected}')"));
            }
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_go() {
        for (text, message, offset) in [
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string", 8),
            ("{\"a\" 1}", "invalid character '1' after object key", 6),
            ("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair", 8),
            ("{\"a\":[1 2]}", "invalid character '2' after array element", 9),
            ("{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')", 9),
            ("{'a':1}", "invalid character '\\'' looking for beginning of object key string", 2),
            ("{\"a\":1.x}", "invalid character 'x' after decimal point in numeric literal", 8),
        ] {
            assert_eq!(syntax_error(text), Some(Syntax::At(message.to_owned(), offset)), "{text}");
        }
        assert_eq!(syntax_error("{\"a\":"), Some(Syntax::UnexpectedEof));
        assert_eq!(syntax_error("{\"a\":[1,2.5e3,true,null,\"\\u00e9\"]}"), None);
    }
}
