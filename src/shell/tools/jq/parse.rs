//! From the text of a filter to its tree.

use std::rc::Rc;

/// How deep filters may be nested.
const DEEPEST: u32 = 100;

/// A filter.
#[derive(Clone, Debug)]
pub enum Filter {
    Identity,
    Everything,
    Number(f64),
    /// Texts, and filters between them; the `@format` they go through.
    Text(Option<Rc<str>>, Vec<Piece>),
    Format(Rc<str>),
    Variable(Rc<str>),
    Index(Box<Filter>, Box<Filter>),
    Slice(Box<Filter>, Option<Box<Filter>>, Option<Box<Filter>>),
    Each(Box<Filter>),
    Try(Box<Filter>, Option<Box<Filter>>),
    Array(Option<Box<Filter>>),
    Object(Vec<(Filter, Filter)>),
    Pipe(Box<Filter>, Box<Filter>),
    Comma(Box<Filter>, Box<Filter>),
    Negate(Box<Filter>),
    Binary(&'static str, Box<Filter>, Box<Filter>),
    If(Vec<(Filter, Filter)>, Option<Box<Filter>>),
    Bind(Box<Filter>, Rc<str>, Box<Filter>),
    Reduce(Box<Filter>, Rc<str>, Box<Filter>, Box<Filter>),
    Call(Rc<str>, Vec<Filter>),
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub enum Piece {
    Plain(String),
    Filter(Filter),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A name, with dots of modules none.
    Name(Rc<str>),
    /// `.name` or `."name"` begins with this.
    Field(Rc<str>),
    Variable(Rc<str>),
    Format(Rc<str>),
    Number(f64),
    Text(usize, usize),
    Sign(&'static str),
    End,
}

/// The signs, longest first.
const SIGNS: [&str; 36] = [
    "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "and", "or", "(",
    ")", "[", "]", "{", "}", "|", ",", ".", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?",
];

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: u32,
}

type Parsed = Result<Filter, String>;

/// Reads a filter.
///
/// # Errors
/// What is wrong, in jq's words, without `jq: error: `.
pub fn parse(text: &str) -> Parsed {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens, at: 0, depth: 0 };
    if parser.peek() == &Token::End {
        return Ok(Filter::Identity);
    }
    let filter = parser.pipe()?;
    match parser.peek() {
        Token::End => Ok(filter),
        _ => Err(parser.unexpected()),
    }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_';
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let rest = &text[at..];
        let word = |rest: &str| rest.find(|c| !named(c)).unwrap_or(rest.len());
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if c == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let token = if c == '"' {
            at = string_end(text, at, 0)?;
            Token::Text(start, at)
        } else if let Some(name) =
            rest.strip_prefix('.').filter(|r| r.starts_with(|c: char| named(c) && !c.is_ascii_digit()))
        {
            let length = word(name);
            at += 1 + length;
            Token::Field(name[..length].into())
        } else if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            let mut length = 0;
            let bytes = rest.as_bytes();
            while let Some(byte) = bytes.get(length) {
                let exponent =
                    matches!(byte, b'+' | b'-') && length > 0 && matches!(bytes[length - 1], b'e' | b'E');
                if !(byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E') || exponent) {
                    break;
                }
                length += 1;
            }
            at += length;
            Token::Number(rest[..length].parse().map_err(|_| unexpected("INVALID_CHARACTER"))?)
        } else if named(c) && !["and", "or"].contains(&&rest[..word(rest)]) {
            let length = word(rest);
            at += length;
            Token::Name(rest[..length].into())
        } else if (c == '$' || c == '@') && rest[1..].starts_with(named) {
            let length = word(&rest[1..]);
            at += 1 + length;
            let name: Rc<str> = rest[1..=length].into();
            if c == '$' { Token::Variable(name) } else { Token::Format(name) }
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            return Err(unexpected("INVALID_CHARACTER"));
        };
        found.push((token, start));
    }
    found.push((Token::End, text.len()));
    Ok(found)
}

fn too_deep() -> String {
    "filter is nested too deep".to_owned()
}

fn unexpected(what: &str) -> String {
    format!("syntax error, unexpected {what} (Unix shell quoting issues?)")
}

/// Where the text that opens at `start` ends, what `\(…)` holds passed over.
fn string_end(text: &str, start: usize, depth: u32) -> Result<usize, String> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return Ok(at + 1),
            b'\\' if bytes.get(at + 1) == Some(&b'(') => at = inside_end(text, at + 2, depth + 1)?,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Err(unexpected("QQSTRING_START"))
}

/// Where the `)` is that closes what opened before `start`, one past it.
fn inside_end(text: &str, start: usize, nested: u32) -> Result<usize, String> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (start, 1);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string_end(text, at, nested)?;
                continue;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Ok(at);
        }
    }
    Err(unexpected("QQSTRING_START"))
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn take(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Token::Sign(found) if *found == sign);
        if is {
            self.at += 1;
        }
        is
    }

    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Token::Name(found) if &**found == word);
        if is {
            self.at += 1;
        }
        is
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            Token::End => "syntax error, unexpected $end (Unix shell quoting issues?)".to_owned(),
            Token::Name(_) => unexpected("IDENT"),
            Token::Field(_) => unexpected("FIELD"),
            Token::Number(_) => unexpected("LITERAL"),
            Token::Text(..) => unexpected("QQSTRING_START"),
            Token::Variable(_) => unexpected("'$'"),
            Token::Format(_) => unexpected("FORMAT"),
            Token::Sign(sign) => unexpected(&format!("'{sign}'")),
        }
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_word(&mut self, word: &str) -> Result<(), String> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn pipe(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        let left = self.comma()?;
        let filter = if self.word("as") {
            let Token::Variable(name) = self.take() else { return Err(self.unexpected()) };
            self.expect("|")?;
            let body = self.pipe()?;
            Filter::Bind(Box::new(left), name, Box::new(body))
        } else if self.sign("|") {
            Filter::Pipe(Box::new(left), Box::new(self.pipe()?))
        } else {
            left
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn comma(&mut self) -> Parsed {
        let mut left = self.binary(0)?;
        while self.sign(",") {
            left = Filter::Comma(Box::new(left), Box::new(self.binary(0)?));
        }
        Ok(left)
    }

    /// Operators from the loosest to the tightest.
    fn binary(&mut self, level: usize) -> Parsed {
        const LEVELS: [&[&str]; 7] = [
            &["//"],
            &["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="],
            &["or"],
            &["and"],
            &["==", "!=", "<", "<=", ">", ">="],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        let Some(signs) = LEVELS.get(level) else { return self.postfix() };
        let mut left = self.binary(level + 1)?;
        loop {
            let found = signs.iter().find(|sign| matches!(self.peek(), Token::Sign(found) if found == *sign));
            let Some(sign) = found else { return Ok(left) };
            self.at += 1;
            // `//` binds to the right.
            let right = self.binary(if level == 0 { 0 } else { level + 1 })?;
            left = Filter::Binary(sign, Box::new(left), Box::new(right));
        }
    }

    fn postfix(&mut self) -> Parsed {
        let mut term = self.term()?;
        loop {
            match self.peek().clone() {
                Token::Field(name) => {
                    self.at += 1;
                    term = Filter::Index(Box::new(term), Box::new(plain(&name)));
                }
                Token::Sign(".") if matches!(self.tokens.get(self.at + 1), Some((Token::Text(..), _))) => {
                    self.at += 1;
                    let name = self.term()?;
                    term = Filter::Index(Box::new(term), Box::new(name));
                }
                Token::Sign(".") if matches!(self.tokens.get(self.at + 1), Some((Token::Sign("["), _))) => {
                    self.at += 1;
                }
                Token::Sign("[") => {
                    self.at += 1;
                    term = self.bracket(term)?;
                }
                Token::Sign("?") => {
                    self.at += 1;
                    term = Filter::Try(Box::new(term), None);
                }
                _ => return Ok(term),
            }
        }
    }

    /// What follows `[` behind a term.
    fn bracket(&mut self, term: Filter) -> Parsed {
        if self.sign("]") {
            return Ok(Filter::Each(Box::new(term)));
        }
        if self.sign(":") {
            let end = self.pipe()?;
            self.expect("]")?;
            return Ok(Filter::Slice(Box::new(term), None, Some(Box::new(end))));
        }
        let index = self.pipe()?;
        if self.sign(":") {
            let end =
                if matches!(self.peek(), Token::Sign("]")) { None } else { Some(Box::new(self.pipe()?)) };
            self.expect("]")?;
            return Ok(Filter::Slice(Box::new(term), Some(Box::new(index)), end));
        }
        self.expect("]")?;
        Ok(Filter::Index(Box::new(term), Box::new(index)))
    }

    fn term(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        let term = self.bare_term();
        self.depth -= 1;
        term
    }

    fn bare_term(&mut self) -> Parsed {
        let here = self.at;
        match self.take() {
            Token::Number(number) => Ok(Filter::Number(number)),
            Token::Text(start, end) => self.string(None, start, end),
            Token::Format(name) => match self.peek().clone() {
                Token::Text(start, end) => {
                    self.at += 1;
                    self.string(Some(name), start, end)
                }
                _ => Ok(Filter::Format(name)),
            },
            Token::Field(name) => Ok(Filter::Index(Box::new(Filter::Identity), Box::new(plain(&name)))),
            Token::Variable(name) => Ok(Filter::Variable(name)),
            Token::Sign("..") => Ok(Filter::Everything),
            Token::Sign(".") => match self.peek().clone() {
                Token::Text(start, end) => {
                    self.at += 1;
                    let name = self.string(None, start, end)?;
                    Ok(Filter::Index(Box::new(Filter::Identity), Box::new(name)))
                }
                _ => Ok(Filter::Identity),
            },
            Token::Sign("-") => Ok(Filter::Negate(Box::new(self.postfix()?))),
            Token::Sign("(") => {
                let inner = self.pipe()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") => {
                if self.sign("]") {
                    return Ok(Filter::Array(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(Filter::Array(Some(Box::new(inner))))
            }
            Token::Sign("{") => self.object(),
            Token::Name(name) => match &*name {
                "if" => self.conditional(),
                "try" => {
                    let body = self.postfix()?;
                    let otherwise = if self.word("catch") { Some(Box::new(self.postfix()?)) } else { None };
                    Ok(Filter::Try(Box::new(body), otherwise))
                }
                "reduce" => {
                    let source = self.postfix()?;
                    self.expect_word("as")?;
                    let Token::Variable(variable) = self.take() else { return Err(self.unexpected()) };
                    self.expect("(")?;
                    let start = self.pipe()?;
                    self.expect(";")?;
                    let step = self.pipe()?;
                    self.expect(")")?;
                    Ok(Filter::Reduce(Box::new(source), variable, Box::new(start), Box::new(step)))
                }
                "then" | "else" | "elif" | "end" | "as" | "catch" | "def" | "foreach" | "import" => {
                    self.at = here;
                    Err(unexpected(&name))
                }
                _ => {
                    let mut arguments = Vec::new();
                    if self.sign("(") {
                        loop {
                            arguments.push(self.pipe()?);
                            if !self.sign(";") {
                                break;
                            }
                        }
                        self.expect(")")?;
                    }
                    Ok(Filter::Call(name, arguments))
                }
            },
            _ => {
                self.at = here;
                Err(self.unexpected())
            }
        }
    }

    fn conditional(&mut self) -> Parsed {
        let mut branches = Vec::new();
        loop {
            let condition = self.pipe()?;
            self.expect_word("then")?;
            branches.push((condition, self.pipe()?));
            if self.word("elif") {
                continue;
            }
            let otherwise = if self.word("else") { Some(Box::new(self.pipe()?)) } else { None };
            self.expect_word("end")?;
            return Ok(Filter::If(branches, otherwise));
        }
    }

    fn object(&mut self) -> Parsed {
        let mut members = Vec::new();
        if self.sign("}") {
            return Ok(Filter::Object(members));
        }
        loop {
            let (key, own) = match self.take() {
                Token::Name(name) => {
                    let field = Filter::Index(Box::new(Filter::Identity), Box::new(plain(&name)));
                    (plain(&name), Some(field))
                }
                Token::Sign(word @ ("and" | "or")) => (plain(word), None),
                Token::Variable(name) => (plain(&name), Some(Filter::Variable(name))),
                Token::Number(number) => (Filter::Number(number), None),
                Token::Text(start, end) => {
                    let key = self.string(None, start, end)?;
                    let field = Filter::Index(Box::new(Filter::Identity), Box::new(key.clone()));
                    (key, Some(field))
                }
                Token::Format(name) => (Filter::Format(name), None),
                Token::Sign("(") => {
                    let key = self.pipe()?;
                    self.expect(")")?;
                    (key, None)
                }
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected());
                }
            };
            let value = if self.sign(":") {
                let mut value = self.binary(0)?;
                while self.sign("|") {
                    value = Filter::Pipe(Box::new(value), Box::new(self.binary(0)?));
                }
                value
            } else {
                own.ok_or_else(|| self.unexpected())?
            };
            members.push((key, value));
            if self.sign("}") {
                return Ok(Filter::Object(members));
            }
            self.expect(",")?;
        }
    }

    /// The pieces of a text between its quotes.
    fn string(&mut self, format: Option<Rc<str>>, start: usize, end: usize) -> Parsed {
        let inside = &self.text[start + 1..end - 1];
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = inside[at..].chars().next() {
            at += c.len_utf8();
            if c != '\\' {
                plain.push(c);
                continue;
            }
            if inside[at..].starts_with('(') {
                let close = inside_end(inside, at + 1, 0)?;
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                let body = &inside[at + 1..close - 1];
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(too_deep());
                }
                let mut inner = Parser { text: body, tokens: tokens(body)?, at: 0, depth: self.depth };
                let filter = inner.pipe()?;
                if inner.peek() != &Token::End {
                    return Err(inner.unexpected());
                }
                self.depth -= 1;
                pieces.push(Piece::Filter(filter));
                at = close;
                continue;
            }
            // Other escapes are JSON's.
            let length = if inside[at..].starts_with('u') { 5 } else { 1 };
            let escape = inside.get(at..at + length).ok_or_else(|| unexpected("QQSTRING_END"))?;
            let quoted = format!("\"\\{escape}\"");
            match super::value::Reader::new(&quoted).next() {
                Some(Ok(super::value::Json::Text(text))) => plain.push_str(&text),
                _ => return Err(unexpected("INVALID_CHARACTER")),
            }
            at += length;
        }
        pieces.push(Piece::Plain(plain));
        Ok(Filter::Text(format, pieces))
    }
}

fn plain(text: &str) -> Filter {
    Filter::Text(None, vec![Piece::Plain(text.to_owned())])
}
