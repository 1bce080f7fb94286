//! `-o go-template`: the part of Go's `text/template` that people use with kubectl.

use super::go;
use crate::api::Value;
use std::cmp::Ordering;

/// The deepest that blocks and parentheses may nest.
const DEEPEST: usize = 64;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    nodes: Vec<Node>,
    allow_missing: bool,
}

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Print(Pipe),
    If { condition: Pipe, with: bool, then: Vec<Node>, otherwise: Vec<Node> },
    Range { over: Pipe, names: Vec<String>, body: Vec<Node>, otherwise: Vec<Node> },
    Set(String, Pipe),
}

/// Commands, each given what the one before came to as its last argument.
type Pipe = Vec<Vec<Term>>;

#[derive(Clone, Debug)]
enum Term {
    Literal(Value),
    /// A value and the fields below it.
    Path(Base, Vec<String>),
    Function(String),
}

#[derive(Clone, Debug)]
enum Base {
    Dot,
    Variable(String),
    Pipe(Box<Pipe>),
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Action(String, usize),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// In the words of Go's template package: `template: output:1: unclosed action` …
    pub fn parse(text: &str, allow_missing: bool) -> Result<Self, String> {
        let pieces = split(text)?;
        let mut at = 0;
        let (nodes, end) = block(&pieces, &mut at, 0)?;
        match end {
            None => Ok(Self { text: text.to_owned(), nodes, allow_missing }),
            Some((word, line)) => Err(complaint(line, &format!("unexpected {{{{{word}}}}}"))),
        }
    }

    /// What the template writes for a document.
    ///
    /// # Errors
    /// When the document does not fit.
    pub fn print(&self, doc: &Value) -> Result<String, String> {
        let mut run = Run {
            variables: vec![("$".into(), doc.clone())],
            out: String::new(),
            allow_missing: self.allow_missing,
        };
        run.nodes(&self.nodes, doc).map_err(|why| {
            format!(
                "error executing template {}: template: output:1: executing \"output\": {why}",
                go::quote(&self.text)
            )
        })?;
        Ok(run.out)
    }
}

fn complaint(line: usize, why: &str) -> String {
    format!("template: output:{line}: {why}")
}

fn split(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let (mut rest, mut line, mut trim) = (text, 1, false);
    loop {
        let (mut before, after) = match rest.find("{{") {
            None => (rest, None),
            Some(at) => (&rest[..at], Some(&rest[at + 2..])),
        };
        line += before.matches('\n').count();
        if trim {
            before = before.trim_start();
        }
        let Some(mut after) = after else {
            pieces.push(Piece::Text(before.to_owned()));
            return Ok(pieces);
        };
        if let Some(inner) = after.strip_prefix("- ") {
            before = before.trim_end();
            after = inner;
        }
        pieces.push(Piece::Text(before.to_owned()));
        let end = closing(after).ok_or_else(|| complaint(line, "unclosed action"))?;
        let mut action = &after[..end];
        trim = action.ends_with(" -");
        if trim {
            action = &action[..action.len() - 2];
        }
        if !action.trim_start().starts_with("/*") {
            pieces.push(Piece::Action(action.trim().to_owned(), line));
        }
        rest = &after[end + 2..];
    }
}

/// Where an action ends; quotes may hide braces.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), c) if c == open && !escaped => quote = None,
            (None, '"' | '`') => quote = Some(c),
            (None, '}') if text[at..].starts_with("}}") => return Some(at),
            _ => {}
        }
        escaped = false;
    }
    None
}

type End = Option<(String, usize)>;

/// Reads nodes up to `end` or `else`, which are returned.
fn block(pieces: &[Piece], at: &mut usize, depth: usize) -> Result<(Vec<Node>, End), String> {
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.get(*at) {
        *at += 1;
        let (action, line) = match piece {
            Piece::Text(text) => {
                nodes.push(Node::Text(text.clone()));
                continue;
            }
            Piece::Action(action, line) => (action.as_str(), *line),
        };
        if depth > DEEPEST {
            return Err(complaint(line, "exceeded max parsing depth"));
        }
        let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((action, ""));
        let told = |why: String| complaint(line, &why);
        match word {
            "" => return Err(complaint(line, "missing value for command")),
            "end" | "else" => return Ok((nodes, Some((action.to_owned(), line)))),
            "if" | "with" | "range" => {
                let (names, expression) = declared(rest);
                let pipe = pipe(expression).map_err(told)?;
                let (then, mut end) = block(pieces, at, depth + 1)?;
                let mut otherwise = Vec::new();
                if let Some((word, line)) = end.clone().filter(|(word, _)| word.starts_with("else")) {
                    if let Some(chained) = word.strip_prefix("else ") {
                        // `else if` is an `if` inside the `else`, ended by the same `end`.
                        let mut inner = pieces.to_vec();
                        inner.truncate(*at);
                        inner.push(Piece::Action(chained.trim().to_owned(), line));
                        inner.extend_from_slice(&pieces[*at..]);
                        let (mut nested, mut position) = (Vec::new(), *at);
                        let (found, _) = one(&inner, &mut position, depth + 1)?;
                        nested.extend(found);
                        *at = position - 1;
                        otherwise = nested;
                        end = Some(("end".into(), line));
                    } else {
                        (otherwise, end) = block(pieces, at, depth + 1)?;
                    }
                }
                if end.is_none_or(|(word, _)| word != "end") {
                    return Err(complaint(line, "unexpected EOF"));
                }
                nodes.push(match word {
                    "range" => Node::Range { over: pipe, names, body: then, otherwise },
                    _ => Node::If { condition: pipe, with: word == "with", then, otherwise },
                });
            }
            _ => {
                let (names, expression) = declared(action);
                let pipe = pipe(expression).map_err(told)?;
                nodes.push(match names.into_iter().next() {
                    Some(name) => Node::Set(name, pipe),
                    None => Node::Print(pipe),
                });
            }
        }
    }
    Ok((nodes, None))
}

/// Reads the one action at a position.
fn one(pieces: &[Piece], at: &mut usize, depth: usize) -> Result<(Vec<Node>, End), String> {
    // A block of pieces that begins with an `if` ends where the enclosing `end` was taken by it.
    let Some(Piece::Action(action, line)) = pieces.get(*at) else { return Ok((Vec::new(), None)) };
    *at += 1;
    let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((action, ""));
    if word != "if" && word != "with" {
        return Err(complaint(*line, &format!("unexpected <{word}> in else")));
    }
    let condition = pipe(rest).map_err(|why| complaint(*line, &why))?;
    let (then, end) = block(pieces, at, depth + 1)?;
    let otherwise = match end {
        Some((word, _)) if word == "else" => block(pieces, at, depth + 1)?.0,
        Some((word, line)) if word.starts_with("else ") => {
            let mut inner = pieces.to_vec();
            inner.insert(*at, Piece::Action(word["else ".len()..].trim().to_owned(), line));
            let (nested, _) = one(&inner, at, depth + 1)?;
            *at -= 1;
            nested
        }
        _ => Vec::new(),
    };
    Ok((vec![Node::If { condition, with: word == "with", then, otherwise }], None))
}

/// The variables before `:=` or `=`, and what follows.
fn declared(text: &str) -> (Vec<String>, &str) {
    let Some((names, expression)) = text
        .split_once(":=")
        .or_else(|| text.split_once('=').filter(|(names, _)| names.trim_start().starts_with('$')))
    else {
        return (Vec::new(), text);
    };
    if !names.trim_start().starts_with('$') {
        return (Vec::new(), text);
    }
    (names.split(',').map(|name| name.trim().to_owned()).collect(), expression.trim())
}

fn pipe(text: &str) -> Result<Pipe, String> {
    let tokens = tokens(text)?;
    let mut at = 0;
    let pipe = terms(&tokens, &mut at, 0)?;
    if at < tokens.len() {
        return Err(format!("unexpected {} in command", go::quote(&tokens[at])));
    }
    Ok(pipe)
}

fn terms(tokens: &[String], at: &mut usize, depth: usize) -> Result<Pipe, String> {
    if depth > DEEPEST {
        return Err("exceeded max parsing depth".into());
    }
    let mut pipe: Pipe = vec![Vec::new()];
    while let Some(token) = tokens.get(*at) {
        if token == ")" {
            break;
        }
        *at += 1;
        let term = match token.as_str() {
            "|" => {
                pipe.push(Vec::new());
                continue;
            }
            "(" => {
                let inner = terms(tokens, at, depth + 1)?;
                if tokens.get(*at).map(String::as_str) != Some(")") {
                    return Err("unclosed left paren".into());
                }
                *at += 1;
                let fields = match tokens.get(*at) {
                    Some(next) if next.starts_with('.') && next.len() > 1 => {
                        *at += 1;
                        fields(&next[1..])
                    }
                    _ => Vec::new(),
                };
                Term::Path(Base::Pipe(Box::new(inner)), fields)
            }
            word => term(word)?,
        };
        if let Some(last) = pipe.last_mut() {
            last.push(term);
        }
    }
    if pipe.iter().any(Vec::is_empty) {
        return Err("missing value for command".into());
    }
    Ok(pipe)
}

fn fields(text: &str) -> Vec<String> {
    text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn term(word: &str) -> Result<Term, String> {
    if let Some(path) = word.strip_prefix('.') {
        return Ok(Term::Path(Base::Dot, fields(path)));
    }
    if word.starts_with('$') {
        let (name, path) = word.split_once('.').unwrap_or((word, ""));
        return Ok(Term::Path(Base::Variable(name.to_owned()), fields(path)));
    }
    match word {
        "true" => return Ok(Term::Literal(true.into())),
        "false" => return Ok(Term::Literal(false.into())),
        "nil" => return Ok(Term::Literal(Value::Null)),
        _ => {}
    }
    if let Some(text) = word.strip_prefix('`') {
        return Ok(Term::Literal(text.trim_end_matches('`').into()));
    }
    if word.starts_with('"') {
        let read: Result<Value, _> = serde_json::from_str(word);
        return read.map(Term::Literal).map_err(|_| "invalid syntax".into());
    }
    if word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        let number: Result<Value, _> = serde_json::from_str(word.trim_start_matches('+'));
        return number.map(Term::Literal).map_err(|_| format!("bad number syntax: {}", go::quote(word)));
    }
    let known = FUNCTIONS.contains(&word);
    if known {
        Ok(Term::Function(word.to_owned()))
    } else {
        Err(format!("function {} not defined", go::quote(word)))
    }
}

const FUNCTIONS: [&str; 20] = [
    "and",
    "or",
    "not",
    "len",
    "index",
    "slice",
    "print",
    "printf",
    "println",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "html",
    "js",
    "exists",
    "base64decode",
    "urlquery",
];

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(c) = rest.chars().next() else { return Ok(tokens) };
        let length = match c {
            '(' | ')' | '|' => 1,
            '"' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                });
                end.map(|(at, _)| at + 1).ok_or("unterminated quoted string")?
            }
            '`' => rest[1..].find('`').map(|at| at + 2).ok_or("unterminated raw quoted string")?,
            _ => rest.find(|c: char| c.is_whitespace() || "()|\"`".contains(c)).unwrap_or(rest.len()),
        };
        tokens.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
}

struct Run {
    variables: Vec<(String, Value)>,
    out: String,
    allow_missing: bool,
}

/// What printing an absent field shows.
const NO_VALUE: &str = "<no value>";

impl Run {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), String> {
        let outer = self.variables.len();
        for node in nodes {
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Print(pipe) => {
                    let shown = self.pipe(pipe, dot)?.map_or(NO_VALUE.into(), |value| display(&value));
                    self.out.push_str(&shown);
                }
                Node::Set(name, pipe) => {
                    let value = self.pipe(pipe, dot)?.unwrap_or_default();
                    self.variables.push((name.clone(), value));
                }
                Node::If { condition, with, then, otherwise } => {
                    let value = self.pipe(condition, dot)?.unwrap_or_default();
                    match (truth(&value), with) {
                        (true, true) => self.nodes(then, &value)?,
                        (true, false) => self.nodes(then, dot)?,
                        (false, _) => self.nodes(otherwise, dot)?,
                    }
                }
                Node::Range { over, names, body, otherwise } => {
                    let value = self.pipe(over, dot)?.unwrap_or_default();
                    let items: Vec<(Value, Value)> = match value {
                        Value::Array(items) => {
                            items.into_iter().enumerate().map(|(at, item)| (at.into(), item)).collect()
                        }
                        Value::Object(map) => map.into_iter().map(|(key, item)| (key.into(), item)).collect(),
                        Value::Null => Vec::new(),
                        other => return Err(format!("range can't iterate over {}", go::plain(&other))),
                    };
                    if items.is_empty() {
                        self.nodes(otherwise, dot)?;
                    }
                    for (key, item) in items {
                        let before = self.variables.len();
                        match &names[..] {
                            [one] => self.variables.push((one.clone(), item.clone())),
                            [first, second, ..] => {
                                self.variables.push((first.clone(), key));
                                self.variables.push((second.clone(), item.clone()));
                            }
                            [] => {}
                        }
                        self.nodes(body, &item)?;
                        self.variables.truncate(before);
                    }
                }
            }
            if self.out.len() > 10_000_000 {
                return Err("the output is too long".into());
            }
        }
        self.variables.truncate(outer.max(1));
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Option<Value>, String> {
        let mut last: Option<Option<Value>> = None;
        for command in pipe {
            let mut values = Vec::new();
            let function = match &command[0] {
                Term::Function(name) => Some(name.as_str()),
                _ => None,
            };
            for term in &command[usize::from(function.is_some())..] {
                values.push(self.term(term, dot)?);
            }
            if let Some(last) = last.take() {
                values.push(last);
            }
            last = Some(match function {
                Some(name) => Some(call(name, values.into_iter().map(Option::unwrap_or_default).collect())?),
                None if values.len() > 1 => return Err("can't give argument to non-function".into()),
                None => values.pop().flatten(),
            });
        }
        Ok(last.flatten())
    }

    fn term(&mut self, term: &Term, dot: &Value) -> Result<Option<Value>, String> {
        match term {
            Term::Literal(value) => Ok(Some(value.clone())),
            Term::Function(name) => call(name, Vec::new()).map(Some),
            Term::Path(base, fields) => {
                let base = match base {
                    Base::Dot => Some(dot.clone()),
                    Base::Variable(name) => {
                        let found = self.variables.iter().rev().find(|(known, _)| known == name);
                        Some(
                            found
                                .map(|(_, value)| value.clone())
                                .ok_or(format!("undefined variable: {name}"))?,
                        )
                    }
                    Base::Pipe(pipe) => self.pipe(pipe, dot)?,
                };
                let mut value = base;
                for field in fields {
                    value = match value {
                        Some(Value::Object(map)) => match map.get(field) {
                            Some(inner) => Some(inner.clone()),
                            None if self.allow_missing => None,
                            None => return Err(format!("map has no entry for key {}", go::quote(field))),
                        },
                        None | Some(Value::Null) => {
                            return Err(format!("nil data; no entry for key {}", go::quote(field)));
                        }
                        Some(other) => {
                            return Err(format!(
                                "can't evaluate field {field} in type {}",
                                go::type_name(&other)
                            ));
                        }
                    };
                }
                Ok(value)
            }
        }
    }
}

fn display(value: &Value) -> String {
    if value.is_null() { NO_VALUE.into() } else { go::plain(value) }
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, String> {
    let first = arguments.first().cloned().unwrap_or_default();
    let failed = |why: String| format!("error calling {name}: {why}");
    Ok(match name {
        "and" => {
            arguments.iter().find(|value| !truth(value)).or(arguments.last()).cloned().unwrap_or_default()
        }
        "or" => arguments.iter().find(|value| truth(value)).or(arguments.last()).cloned().unwrap_or_default(),
        "not" => (!truth(&first)).into(),
        "len" => match &first {
            Value::Array(items) => items.len().into(),
            Value::Object(map) => map.len().into(),
            Value::String(text) => text.len().into(),
            other => return Err(failed(format!("len of type {}", go::type_name(other)))),
        },
        "index" => {
            let mut at = first;
            for key in &arguments[1.min(arguments.len())..] {
                at = index(&at, key).map_err(failed)?;
            }
            at
        }
        "slice" => {
            let bound =
                |at: usize| arguments.get(at).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let text = first.as_str().unwrap_or_default();
            let (from, to) = (bound(1).unwrap_or(0), bound(2).unwrap_or(text.len()));
            text.get(from..to).ok_or_else(|| failed(format!("index out of range: {to}")))?.into()
        }
        "exists" => arguments[1..]
            .iter()
            .try_fold(first, |at, key| index(&at, key))
            .is_ok_and(|v| !v.is_null())
            .into(),
        "print" => arguments.iter().map(go::plain).collect::<String>().into(),
        "println" => (arguments.iter().map(go::plain).collect::<Vec<_>>().join(" ") + "\n").into(),
        "printf" => printf(&arguments).into(),
        "eq" => arguments.iter().skip(1).any(|other| same(&first, other)).into(),
        "ne" => (!arguments.get(1).is_some_and(|other| same(&first, other))).into(),
        "lt" | "le" | "gt" | "ge" => {
            let other = arguments.get(1).cloned().unwrap_or_default();
            let order = match (&first, &other) {
                (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
                (a, b) => a.as_f64().partial_cmp(&b.as_f64()),
            };
            match name {
                "lt" => order == Some(Ordering::Less),
                "le" => order.is_some_and(Ordering::is_le),
                "gt" => order == Some(Ordering::Greater),
                _ => order.is_some_and(Ordering::is_ge),
            }
            .into()
        }
        "base64decode" => {
            let decoded = super::base64::decode(first.as_str().unwrap_or_default());
            decoded
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .ok_or_else(|| failed("illegal base64 data".into()))?
                .into()
        }
        _ => go::plain(&first).into(),
    })
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn index(at: &Value, key: &Value) -> Result<Value, String> {
    match (at, key) {
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or_default()),
        (Value::Array(items), Value::Number(number)) => {
            let found = number.as_u64().and_then(|n| items.get(usize::try_from(n).ok()?));
            found.cloned().ok_or_else(|| format!("index out of range: {number}"))
        }
        (Value::Null, _) => Err("index of untyped nil".into()),
        (Value::Array(_), other) => {
            Err(format!("cannot index slice/array with type {}", go::type_name(other)))
        }
        (other, _) => Err(format!("can't index item of type {}", go::type_name(other))),
    }
}

fn printf(arguments: &[Value]) -> String {
    let Some((format, mut values)) = arguments.split_first() else { return String::new() };
    let mut out = String::new();
    let mut chars = format.as_str().unwrap_or_default().chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = String::new();
        while let Some(c) = chars.next_if(|c| c.is_ascii_digit() || "-+ .#".contains(*c)) {
            spec.push(c);
        }
        let Some(verb) = chars.next() else { break };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some((value, rest)) = values.split_first() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        values = rest;
        let text = match verb {
            'q' => go::quote(&go::plain(value)),
            'T' => go::type_name(value).to_owned(),
            'f' => format!("{:.6}", value.as_f64().unwrap_or_default()),
            _ => go::plain(value),
        };
        let left = spec.starts_with('-');
        let width: usize =
            spec.trim_start_matches(['-', '+', '0']).split('.').next().unwrap_or("").parse().unwrap_or(0);
        let width = width.min(4096);
        out.push_str(&if left { format!("{text:<width$}") } else { format!("{text:>width$}") });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::api::json;

    #[test]
    fn templates_write_as_in_go() {
        let doc = json!({"kind": "List", "items": [{"metadata": {"name": "a", "labels": {"x.y": "1"}}, "n": 2},
            {"metadata": {"name": "b"}}], "t": true});
        for (template, expected) in [
            ("{{.kind}}", "List"),
            ("{{range .items}}{{.metadata.name}}={{.n}}\n{{end}}", "a=2\nb=<no value>\n"),
            ("{{range $i, $x := .items}}{{$i}}{{$x.metadata.name}} {{end}}", "0a 1b "),
            ("{{printf \"%d\" (len .items)}}", "2"),
            ("{{if .t}}yes{{else}}no{{end}}", "yes"),
            ("{{if .nope}}yes{{else if .t}}maybe{{else}}no{{end}}!", "maybe!"),
            ("{{(index .items 0).metadata.name}}", "a"),
            ("{{index (index .items 0).metadata.labels \"x.y\"}}", "1"),
            ("{{with .kind}}<{{.}}>{{end}}", "<List>"),
            ("{{range .items}}{{if eq .metadata.name \"b\"}}B{{end}}{{end}}", "B"),
            ("a {{- .kind -}} b", "aListb"),
            ("{{.kind | printf \"%s-%q\" \"x\"}}", "x-\"List\""),
            ("{{range .none}}x{{else}}empty{{end}}", "empty"),
        ] {
            let parsed = Template::parse(template, true).expect(template);
            assert_eq!(parsed.print(&doc).as_deref(), Ok(expected), "{template}");
        }
        for (template, expected) in [
            ("{{range", "template: output:1: unclosed action"),
            ("{{range .items}}", "template: output:1: unexpected EOF"),
            ("{{foo}}", "template: output:1: function \"foo\" not defined"),
            ("{{end}}", "template: output:1: unexpected {{end}}"),
        ] {
            assert_eq!(Template::parse(template, true).map(|_| ()), Err(expected.to_owned()), "{template}");
        }
    }
}
