//! Reads a template into nodes.

/// How deep filters and unions may nest.
const DEEPEST: usize = 32;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    List(Vec<Node>),
    Text(String),
    Field(String),
    Slice(Slice),
    Filter { left: Vec<Node>, operator: String, right: Vec<Node> },
    Int(i64),
    Float(f64),
    Bool(bool),
    Wildcard,
    Recursive,
    Union(Vec<Vec<Node>>),
    Identifier(String),
}

/// `[first:last:step]`; an index alone is the slice of one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slice {
    pub first: Option<i64>,
    pub last: Option<i64>,
    /// `last` follows from `first`: an index alone.
    pub single: bool,
    pub step: Option<i64>,
}

/// Reads a template. `depth` counts the filters and unions around it.
pub(super) fn parse(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    if depth > DEEPEST {
        return Err("template nests too deeply".into());
    }
    let mut parser = Parser { input: text, at: 0, start: 0, depth };
    let mut nodes = Vec::new();
    while parser.at < text.len() {
        if parser.rest().starts_with('{') {
            if parser.at > parser.start {
                nodes.push(Node::Text(parser.consume().to_owned()));
            }
            parser.at += 1;
            parser.consume();
            nodes.push(Node::List(parser.action()?));
        } else {
            parser.next();
        }
    }
    if parser.at > parser.start {
        nodes.push(Node::Text(parser.consume().to_owned()));
    }
    Ok(nodes)
}

/// Reads what stands between braces.
fn inside(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    match parse(&format!("{{{text}}}"), depth)?.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'a> {
    input: &'a str,
    at: usize,
    start: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.input[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn consume(&mut self) -> &'a str {
        let text = &self.input[self.start..self.at];
        self.start = self.at;
        text
    }

    /// Whether the byte before the one just read is a backslash.
    fn escaped(&self) -> bool {
        self.at >= 2 && self.input.as_bytes()[self.at - 2] == b'\\'
    }

    /// Reads up to and with the right brace.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            if self.rest().starts_with('}') {
                self.at += 1;
                self.consume();
                return Ok(nodes);
            }
            if self.rest().starts_with("[?(") {
                nodes.push(self.filter()?);
                continue;
            }
            if self.rest().starts_with("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err("invalid multiple recursive descent".into());
                }
                self.at += 2;
                self.consume();
                nodes.push(Node::Recursive);
                if self.peek().is_some_and(is_alphanumeric) {
                    nodes.push(self.field());
                }
                continue;
            }
            match self.next() {
                None | Some('\n' | '\r') => return Err("unclosed action".into()),
                Some(' ' | '@' | '$') => drop(self.consume()),
                Some('[') => self.brackets(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(quote)?),
                Some('.') => nodes.push(self.field()),
                Some(c) if c == '+' || c == '-' || c.is_numeric() => {
                    self.at -= c.len_utf8();
                    nodes.push(self.number()?);
                }
                Some(c) if is_alphanumeric(c) => nodes.push(self.identifier()),
                Some(c) => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", c as u32)),
            }
        }
    }

    fn identifier(&mut self) -> Node {
        while self.peek().is_some_and(|c| !is_terminator(c)) {
            self.next();
        }
        match self.consume() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            name => Node::Identifier(name.to_owned()),
        }
    }

    fn field(&mut self) -> Node {
        self.consume();
        while let Some(c) = self.peek() {
            if c == '\\' {
                self.next();
                self.next();
            } else if is_terminator(c) {
                break;
            } else {
                self.next();
            }
        }
        match self.consume() {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn number(&mut self) -> Result<Node, String> {
        if matches!(self.peek(), Some('+' | '-')) {
            self.next();
        }
        while self.peek().is_some_and(|c| c == '.' || c.is_numeric()) {
            self.next();
        }
        let text = self.consume();
        if let Ok(number) = text.parse() {
            return Ok(Node::Int(number));
        }
        text.parse().map(Node::Float).map_err(|_| format!("cannot parse number {text}"))
    }

    fn quoted(&mut self, quote: char) -> Result<Node, String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".into()),
                Some(c) if c == quote && !self.escaped() => break,
                Some(_) => {}
            }
        }
        let text = self.consume();
        match unquote(text, quote) {
            Some(text) => Ok(Node::Text(text)),
            None => Err(format!("unquote string {text} error invalid syntax")),
        }
    }

    /// `[…]`: a union, a quoted key, or a slice.
    fn brackets(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".into()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.consume();
        let text = &text[1..text.len() - 1];
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let parts =
                text.split(',').map(|part| inside(&format!("[{}]", part.trim_matches(' ')), self.depth + 1));
            nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
            .filter(|key| !key.contains('\''));
        if let Some(key) = key {
            nodes.extend(inside(&format!(".{key}"), self.depth + 1)?);
            return Ok(());
        }
        nodes.push(Node::Slice(slice(text)?));
        Ok(())
    }

    fn filter(&mut self) -> Result<Node, String> {
        self.at += 3;
        self.consume();
        let (mut begun, mut ended, mut pair) = (false, false, '"');
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".into()),
                Some(c @ ('"' | '\'')) => {
                    if !begun {
                        begun = true;
                        pair = c;
                    } else if c == pair && !self.escaped() {
                        ended = true;
                    }
                }
                Some(')') if begun == ended => break,
                Some(_) => {}
            }
        }
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".into());
        }
        let text = self.consume();
        let text = &text[..text.len() - 2];
        match comparison(text) {
            None => Ok(Node::Filter {
                left: inside(text, self.depth + 1)?,
                operator: "exists".into(),
                right: Vec::new(),
            }),
            Some((left, operator, right)) => Ok(Node::Filter {
                left: inside(left, self.depth + 1)?,
                right: inside(right, self.depth + 1)?,
                operator: operator.to_owned(),
            }),
        }
    }
}

/// Splits `left operator right`, if there is an operator and something on both sides of it.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let left = text.find(['!', '<', '>', '=']).filter(|at| *at > 0)?;
    let mut right =
        text[left..].find(|c| !matches!(c, '!' | '<' | '>' | '=' | '~')).map_or(text.len(), |at| left + at);
    if right == text.len() {
        // The last character of an operator at the end is the right side.
        right -= 1;
    }
    (right > left && !text[right..].contains('\n'))
        .then(|| (&text[..left], &text[left..right], &text[right..]))
}

fn slice(text: &str) -> Result<Slice, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_index = |part: &str| part.strip_prefix('-').unwrap_or(part).bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(|part| is_index(part)) {
        return Err(format!("invalid array index {text}"));
    }
    let index = |at: usize| match parts.get(at) {
        None | Some(&"") => Ok(None),
        Some(part) => part.parse().map(Some).map_err(|_| format!("array index {part} is not a number")),
    };
    let (first, mut last, step) = (index(0)?, index(1)?, index(2)?);
    let single = parts.len() == 1;
    if single {
        last = Some(first.unwrap_or(0i64).saturating_add(1));
    }
    Ok(Slice { first, last, single, step })
}

/// Reads a quoted string as `strconv.Unquote` does, in either kind of quotes.
fn unquote(text: &str, quote: char) -> Option<String> {
    let mut rest = text.get(1..text.len().checked_sub(1)?)?;
    let mut bytes = Vec::new();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == quote {
            return None;
        }
        if c != '\\' {
            bytes.extend(c.to_string().bytes());
            continue;
        }
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        let mut take = |count: usize, radix: u32| {
            let digits = rest.get(..count)?;
            rest = &rest[count..];
            digits
                .bytes()
                .all(|b| b.is_ascii_alphanumeric())
                .then(|| u32::from_str_radix(digits, radix).ok())?
        };
        match escape {
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'v' => bytes.push(11),
            'x' => bytes.push(take(2, 16)? as u8),
            'u' => bytes.extend(char::from_u32(take(4, 16)?)?.to_string().bytes()),
            'U' => bytes.extend(char::from_u32(take(8, 16)?)?.to_string().bytes()),
            '0'..='7' => {
                let more = take(2, 8)?;
                let value = escape.to_digit(8)? * 64 + more;
                bytes.push(u8::try_from(value).ok()?);
            }
            '\\' => bytes.push(b'\\'),
            c if c == quote => bytes.push(c as u8),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
