//! JSON as `jq` sees it: objects keep the order of their keys, numbers are doubles.

use crate::api::Ordered;
use std::cmp::Ordering;
use std::rc::Rc;

/// How deep a document may be nested.
const DEEPEST: usize = 256;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    Array(Rc<Vec<Json>>),
    Object(Rc<Vec<(Rc<str>, Json)>>),
}

impl Json {
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn array(items: Vec<Json>) -> Self {
        Self::Array(Rc::new(items))
    }

    /// The name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Whether a condition holds with it.
    pub fn truth(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    /// The value of a key of an object.
    pub fn member(&self, key: &str) -> Option<&Json> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// Sets a key of an object; a new key comes last.
    pub fn set(&mut self, key: &str, value: Json) {
        if let Self::Object(members) = self {
            let members = Rc::make_mut(members);
            match members.iter_mut().find(|(name, _)| &**name == key) {
                Some((_, old)) => *old = value,
                None => members.push((key.into(), value)),
            }
        }
    }

    /// An object without members.
    pub fn object() -> Self {
        Self::Object(Rc::default())
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Number(_) => 3,
            Self::Text(_) => 4,
            Self::Array(_) => 5,
            Self::Object(_) => 6,
        }
    }

    /// The order of all values: null, booleans, numbers, strings, arrays, objects.
    pub fn order(&self, other: &Json) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Less),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => {
                let first = a.iter().zip(b.iter()).map(|(a, b)| a.order(b)).find(|order| order.is_ne());
                first.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Self::Object(_), Self::Object(_)) => {
                let (a, b) = (self.keys(), other.keys());
                a.cmp(&b).then_with(|| {
                    let of = |json: &Json, key: &str| json.member(key).cloned().unwrap_or(Json::Null);
                    let mut orders = a.iter().map(|key| of(self, key).order(&of(other, key)));
                    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
                })
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// The keys of an object, in order.
    pub fn keys(&self) -> Vec<Rc<str>> {
        let Self::Object(members) = self else { return Vec::new() };
        let mut keys: Vec<Rc<str>> = members.iter().map(|(key, _)| key.clone()).collect();
        keys.order();
        keys
    }

    /// As text: on one line, or indented by so many spaces a level.
    pub fn write(&self, layout: Layout, out: &mut String) {
        self.write_at(layout, 0, out);
    }

    /// The same as a text of its own, on one line.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(Layout::default(), &mut out);
        out
    }

    fn write_at(&self, layout: Layout, depth: usize, out: &mut String) {
        let line = |depth: usize, out: &mut String| {
            if let Some(unit) = layout.indent {
                out.push('\n');
                (0..depth).for_each(|_| out.push_str(unit));
            }
        };
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&show(*number)),
            Self::Text(text) => quote(text, out),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    line(depth + 1, out);
                    item.write_at(layout, depth + 1, out);
                }
                if !items.is_empty() {
                    line(depth, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                let mut members: Vec<&(Rc<str>, Json)> = members.iter().collect();
                if layout.sorted {
                    members.order_by(|a, b| a.0.cmp(&b.0));
                }
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    line(depth + 1, out);
                    quote(key, out);
                    out.push(':');
                    if layout.indent.is_some() {
                        out.push(' ');
                    }
                    value.write_at(layout, depth + 1, out);
                }
                if !members.is_empty() {
                    line(depth, out);
                }
                out.push('}');
            }
        }
    }
}

/// How values are laid out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// What a level is indented by; all on one line if `None`.
    pub indent: Option<&'static str>,
    /// Whether keys are sorted.
    pub sorted: bool,
}

/// A number in as few digits as name it.
pub fn show(number: f64) -> String {
    if number.is_nan() {
        return "null".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e17 {
        return (number as i64).to_string();
    }
    if number.is_infinite() {
        return if number > 0.0 { "1.7976931348623157e+308" } else { "-1.7976931348623157e+308" }.to_owned();
    }
    if (1e-5..1e17).contains(&number.abs()) { number.to_string() } else { exponent(number) }
}

/// `1e+20`, as C writes it.
fn exponent(number: f64) -> String {
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, power)) => match power.strip_prefix('-') {
            Some(power) => format!("{digits}e-{power:0>2}"),
            None => format!("{digits}e+{power:0>2}"),
        },
        None => text,
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{7f}' => out.push_str("\\u007f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads values one after another.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The lines read so far.
    pub fn line(&self) -> usize {
        let read = &self.text[..self.at];
        // The rest of the line has been read too.
        let rest = &self.text[self.at..];
        let ends = rest.find('\n').is_some_and(|end| rest[..end].trim().is_empty());
        read.matches('\n').count() + usize::from(ends)
    }

    /// The next value; `None` at the end.
    ///
    /// # Errors
    /// What is wrong, in jq's words.
    pub fn next(&mut self) -> Option<Result<Json, String>> {
        self.space();
        (self.at < self.text.len()).then(|| self.value(0).map_err(|why| self.complain(why)))
    }

    fn complain(&self, why: &str) -> String {
        let read = &self.text[..self.at.min(self.text.len())];
        let line = read.matches('\n').count() + 1;
        let column = read.rsplit('\n').next().unwrap_or_default().chars().count();
        let end = if why.starts_with("Unfinished") { " at EOF" } else { "" };
        format!("{why}{end} at line {line}, column {column}")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, &'static str> {
        if depth > DEEPEST {
            return Err("Exceeds depth limit for parsing");
        }
        self.space();
        match self.peek() {
            None => Err("Unfinished JSON term"),
            Some(b'"') => Ok(Json::text(self.string()?)),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                self.space();
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Json::array(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    self.space();
                    match self.peek() {
                        Some(b',') => self.at += 1,
                        Some(b']') => {
                            self.at += 1;
                            return Ok(Json::array(items));
                        }
                        None => return Err("Unfinished JSON term"),
                        Some(_) => return Err("Expected separator between values"),
                    }
                }
            }
            Some(b'{') => {
                self.at += 1;
                let mut object = Json::object();
                self.space();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(object);
                }
                loop {
                    self.space();
                    match self.peek() {
                        Some(b'"') => {}
                        None => return Err("Unfinished JSON term"),
                        Some(_) => return Err("Object keys must be strings"),
                    }
                    let key = self.string()?;
                    self.space();
                    match self.peek() {
                        Some(b':') => self.at += 1,
                        None => return Err("Unfinished JSON term"),
                        Some(_) => return Err("Objects must consist of key:value pairs"),
                    }
                    let value = self.value(depth + 1)?;
                    object.set(&key, value);
                    self.space();
                    match self.peek() {
                        Some(b',') => self.at += 1,
                        Some(b'}') => {
                            self.at += 1;
                            return Ok(object);
                        }
                        None => return Err("Unfinished JSON term"),
                        Some(_) => return Err("Expected separator between values"),
                    }
                }
            }
            Some(_) => self.literal(),
        }
    }

    fn literal(&mut self) -> Result<Json, &'static str> {
        let start = self.at;
        while self.peek().is_some_and(|c| !b" \t\r\n,:[]{}\"".contains(&c)) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        match word {
            "null" | "nan" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            "" => {
                self.at += 1;
                Err("Expected value before ','")
            }
            _ => match word.parse::<f64>() {
                Ok(number) if !word.starts_with(char::is_alphabetic) => Ok(Json::Number(number)),
                _ => {
                    // It is found wrong when its end is seen.
                    self.at = (self.at + 1).min(self.text.len());
                    while !self.text.is_char_boundary(self.at) {
                        self.at += 1;
                    }
                    let known = ["nul", "tru", "fals", "nan"].iter().any(|start| word.starts_with(start));
                    Err(if known { "Invalid literal" } else { "Invalid numeric literal" })
                }
            },
        }
    }

    fn string(&mut self) -> Result<String, &'static str> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let Some(c) = self.text[self.at..].chars().next() else { return Err("Unfinished string") };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => {
                    let Some(escaped) = self.text[self.at..].chars().next() else {
                        return Err("Unfinished string");
                    };
                    self.at += escaped.len_utf8();
                    out.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        '"' | '\\' | '/' => escaped,
                        'u' => self.unicode()?,
                        _ => return Err("Invalid escape"),
                    });
                }
                c => out.push(c),
            }
        }
    }

    fn unicode(&mut self) -> Result<char, &'static str> {
        let mut unit = || {
            let digits = self.text.get(self.at..self.at + 4).ok_or("Invalid escape")?;
            self.at += 4;
            u32::from_str_radix(digits, 16).map_err(|_| "Invalid escape")
        };
        let first = unit()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            if !self.text[self.at..].starts_with("\\u") {
                return Ok('\u{fffd}');
            }
            self.at += 2;
            let digits = self.text.get(self.at..self.at + 4).ok_or("Invalid escape")?;
            self.at += 4;
            let second = u32::from_str_radix(digits, 16).map_err(|_| "Invalid escape")?;
            0x10000 + ((first - 0xd800) << 10) + (second.wrapping_sub(0xdc00) & 0x3ff)
        } else {
            first
        };
        Ok(char::from_u32(code).unwrap_or('\u{fffd}'))
    }
}
