//! Reading a Go template: actions between braces, their pipelines and words.

use super::functions::FUNCTIONS;
use crate::api::Value;
use crate::shell::kubectl::output::go;
use std::collections::BTreeMap;

/// The deepest that blocks and parentheses may nest.
const DEEPEST: usize = 64;

/// A stretch of the template as complaints quote it, and the offset they name.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub at: usize,
    pub text: String,
}

#[derive(Clone, Debug)]
pub enum Node {
    Text(String),
    Print(Pipe),
    If {
        condition: Pipe,
        with: bool,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Range {
        over: Pipe,
        names: Vec<String>,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Set(String, Pipe),
    /// Another template, with what it is about.
    Call {
        name: String,
        about: Option<Pipe>,
        place: Place,
    },
    Break,
    Continue,
}

/// Templates by their names.
pub type Named = BTreeMap<String, Vec<Node>>;

/// Commands, each given what the one before came to as its last argument.
pub type Pipe = Vec<Command>;

#[derive(Clone, Debug)]
pub struct Command {
    pub place: Place,
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug)]
pub struct Term {
    pub place: Place,
    pub word: Word,
}

#[derive(Clone, Debug)]
pub enum Word {
    Literal(Value),
    /// A value and the fields below it.
    Path(Base, Vec<String>),
    Function(String),
}

#[derive(Clone, Debug)]
pub enum Base {
    Dot,
    Variable(String),
    Pipe(Pipe),
}

/// What a template consists of: text, and actions with the offsets where they begin.
#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Action(String, usize),
}

/// Reads a template.
///
/// # Errors
/// In the words of Go's template package: `template: output:1: unclosed action` …
pub fn template(text: &str) -> Result<(Vec<Node>, Named), String> {
    let mut reader = Reader { text, pieces: split(text)?, at: 0, ranges: 0, named: Named::new() };
    let (nodes, end) = reader.block(0)?;
    match end {
        None => Ok((nodes, reader.named)),
        Some((word, at)) => Err(complaint(text, at, &format!("unexpected {{{{{word}}}}}"))),
    }
}

fn complaint(text: &str, at: usize, why: &str) -> String {
    let line = 1 + text[..at].matches('\n').count();
    format!("template: output:{line}: {why}")
}

fn split(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let (mut from, mut trim) = (0, false);
    loop {
        let open = text[from..].find("{{").map(|at| from + at);
        let mut before = &text[from..open.unwrap_or(text.len())];
        if trim {
            before = before.trim_start();
        }
        let Some(open) = open else {
            pieces.push(Piece::Text(before.to_owned()));
            return Ok(pieces);
        };
        let mut start = open + 2;
        if text[start..].starts_with("- ") {
            before = before.trim_end();
            start += 2;
        }
        pieces.push(Piece::Text(before.to_owned()));
        let end =
            closing(&text[start..]).ok_or_else(|| complaint(text, open, &unclosed(&text[start..])))? + start;
        let inside = &text[start..end];
        trim = inside.ends_with(" -");
        let inside = inside.strip_suffix(" -").unwrap_or(inside);
        let action = inside.trim();
        if !action.starts_with("/*") {
            let indent = inside.len() - inside.trim_start().len();
            pieces.push(Piece::Action(action.to_owned(), start + indent));
        }
        from = end + 2;
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

/// What is wrong with an action that has no end: a brace too few, or none.
fn unclosed(text: &str) -> String {
    let line = text.split('\n').next().unwrap_or_default();
    match line.find('}') {
        None => "unclosed action".into(),
        Some(at) if line[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()) => {
            "bad character U+007D '}'".into()
        }
        Some(_) => "unrecognized character in action: U+007D '}'".into(),
    }
}

/// The action that ended a block, and where it stands.
type End = Option<(String, usize)>;

struct Reader<'t> {
    text: &'t str,
    pieces: Vec<Piece>,
    at: usize,
    /// How many `range` it is inside of.
    ranges: usize,
    named: Named,
}

impl Reader<'_> {
    /// Reads nodes up to `end` or `else`, which are returned.
    fn block(&mut self, depth: usize) -> Result<(Vec<Node>, End), String> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.get(self.at).cloned() {
            self.at += 1;
            let (action, start) = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Piece::Action(action, start) => (action, start),
            };
            if depth > DEEPEST {
                return Err(complaint(self.text, start, "exceeded max parsing depth"));
            }
            match action.split_once(char::is_whitespace).map_or(action.as_str(), |(word, _)| word) {
                "" => return Err(complaint(self.text, start, "missing value for command")),
                "define" if depth == 0 => {
                    let (name, _) = self.name(&action, start, "define clause")?;
                    self.define(name, start, depth)?;
                }
                "template" => nodes.push(self.call(&action, start, "template clause")?),
                "block" => {
                    let call = self.call(&action, start, "block clause")?;
                    if let Node::Call { name, .. } = &call {
                        self.define(name.clone(), start, depth)?;
                    }
                    nodes.push(call);
                }
                word @ ("break" | "continue") => {
                    if self.ranges == 0 {
                        let why = format!("{{{{{word}}}}} outside {{{{range}}}}");
                        return Err(complaint(self.text, start, &why));
                    }
                    nodes.push(if word == "break" { Node::Break } else { Node::Continue });
                }
                "end" | "else" => return Ok((nodes, Some((action, start)))),
                "if" | "with" | "range" => nodes.push(self.branch(&action, start, depth)?),
                _ => {
                    let (names, pipe) = self.declaration(&action, start)?;
                    nodes.push(match names.into_iter().next() {
                        Some(name) => Node::Set(name, pipe),
                        None => Node::Print(pipe),
                    });
                }
            }
        }
        Ok((nodes, None))
    }

    /// The name an action gives, and the rest of it.
    fn name<'a>(&self, action: &'a str, start: usize, clause: &str) -> Result<(String, &'a str), String> {
        let rest = action.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        let token = tokens(rest, start).ok().and_then(|tokens| tokens.first().copied());
        match token.map(|(token, _)| (token, word(token))) {
            Some((token, Ok(Word::Literal(Value::String(name))))) => {
                Ok((name, rest[token.len()..].trim_start()))
            }
            found => {
                let found = found.map_or("}}", |(token, _)| token);
                Err(complaint(self.text, start, &format!("unexpected {} in {clause}", go::quote(found))))
            }
        }
    }

    /// Reads a template up to its `end` and keeps it.
    fn define(&mut self, name: String, start: usize, depth: usize) -> Result<(), String> {
        let ranges = std::mem::take(&mut self.ranges);
        let (nodes, end) = self.block(depth + 1)?;
        self.ranges = ranges;
        if end.is_none_or(|(word, _)| word != "end") {
            return Err(complaint(self.text, start, "unexpected EOF"));
        }
        self.named.insert(name, nodes);
        Ok(())
    }

    /// Reads `template "name" pipeline`.
    fn call(&self, action: &str, start: usize, clause: &str) -> Result<Node, String> {
        let (name, rest) = self.name(action, start, clause)?;
        let about = match rest {
            "" => None,
            rest => {
                let pipe = pipe(rest, start + action.len() - rest.len());
                Some(pipe.map_err(|why| complaint(self.text, start, &why))?)
            }
        };
        let shown = action.replacen("block", "template", 1);
        let place = Place { at: start + action.find('"').unwrap_or(0), text: format!("{{{{{shown}}}}}") };
        Ok(Node::Call { name, about, place })
    }

    /// Reads `if`, `with` or `range` and all up to its `end`.
    fn branch(&mut self, action: &str, start: usize, depth: usize) -> Result<Node, String> {
        let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((action, ""));
        let rest = rest.trim_start();
        let (names, pipe) = self.declaration(rest, start + action.len() - rest.len())?;
        self.ranges += usize::from(word == "range");
        let (then, end) = self.block(depth + 1)?;
        self.ranges -= usize::from(word == "range");
        let mut otherwise = Vec::new();
        let mut ended = end.as_ref().is_some_and(|(word, _)| word == "end");
        if let Some((action, at)) = end.filter(|_| !ended) {
            let chained = action["else".len()..].trim_start();
            ended = true;
            if chained.starts_with("if") || chained.starts_with("with") {
                // `else if` is an `if` inside the `else`, ended by the same `end`.
                let inner = self.branch(chained, at + action.len() - chained.len(), depth + 1)?;
                otherwise.push(inner);
            } else if chained.is_empty() {
                let (nodes, end) = self.block(depth + 1)?;
                otherwise = nodes;
                ended = end.is_some_and(|(word, _)| word == "end");
            } else {
                return Err(complaint(self.text, at, &format!("unexpected <{chained}> in else")));
            }
        }
        if !ended {
            return Err(complaint(self.text, start, "unexpected EOF"));
        }
        Ok(match word {
            "range" => Node::Range { over: pipe, names, body: then, otherwise },
            _ => Node::If { condition: pipe, with: word == "with", then, otherwise },
        })
    }

    /// Reads `$a, $b := pipeline`, or a pipeline alone.
    fn declaration(&self, text: &str, start: usize) -> Result<(Vec<String>, Pipe), String> {
        let parted = text.split_once(":=").or_else(|| text.split_once('='));
        let (names, pipeline) = match parted.filter(|_| text.starts_with('$')) {
            Some((names, pipeline)) => {
                (names.split(',').map(|name| name.trim().to_owned()).collect(), pipeline.trim_start())
            }
            None => (Vec::new(), text),
        };
        let pipe = pipe(pipeline, start + text.len() - pipeline.len());
        Ok((names, pipe.map_err(|why| complaint(self.text, start, &why))?))
    }
}

type Token<'t> = (&'t str, usize);

fn pipe(text: &str, start: usize) -> Result<Pipe, String> {
    let tokens = tokens(text, start)?;
    let mut at = 0;
    let pipe = commands(&tokens, &mut at, 0)?;
    match tokens.get(at) {
        Some((token, _)) => Err(format!("unexpected {} in command", go::quote(token))),
        None => Ok(pipe),
    }
}

fn commands(tokens: &[Token<'_>], at: &mut usize, depth: usize) -> Result<Pipe, String> {
    if depth > DEEPEST {
        return Err("exceeded max parsing depth".into());
    }
    let mut pipe: Vec<Vec<Term>> = vec![Vec::new()];
    while let Some((token, start)) = tokens.get(*at).filter(|(token, _)| *token != ")") {
        *at += 1;
        let term = match *token {
            "|" => {
                pipe.push(Vec::new());
                continue;
            }
            "(" => parenthesis(tokens, at, *start, depth)?,
            word => term(word, *start)?,
        };
        if let Some(last) = pipe.last_mut() {
            last.push(term);
        }
    }
    let command = |terms: Vec<Term>| {
        let first = terms.first()?;
        let text: Vec<&str> = terms.iter().map(|term| term.place.text.as_str()).collect();
        // A path names its last field; its command begins before that.
        let before = match &first.word {
            Word::Path(Base::Dot | Base::Variable(_), fields) if fields.len() > 1 => {
                first.place.at.saturating_sub(first.place.text.len() - path_offset(&first.place.text))
            }
            _ => first.place.at,
        };
        Some(Command { place: Place { at: before, text: text.join(" ") }, terms })
    };
    pipe.into_iter().map(command).collect::<Option<Pipe>>().ok_or_else(|| "missing value for command".into())
}

fn parenthesis(tokens: &[Token<'_>], at: &mut usize, start: usize, depth: usize) -> Result<Term, String> {
    let inner = commands(tokens, at, depth + 1)?;
    if tokens.get(*at).map(|(token, _)| *token) != Some(")") {
        return Err("unclosed left paren".into());
    }
    *at += 1;
    let shown: Vec<&str> = inner.iter().map(|command| command.place.text.as_str()).collect();
    let mut place = Place { at: start, text: format!("({})", shown.join(" | ")) };
    let mut names = Vec::new();
    if let Some((next, start)) = tokens.get(*at).filter(|(next, _)| next.starts_with('.') && next.len() > 1) {
        *at += 1;
        names = fields(&next[1..]);
        place = Place { at: *start, text: place.text + next };
    }
    Ok(Term { place, word: Word::Path(Base::Pipe(inner), names) })
}

fn fields(text: &str) -> Vec<String> {
    text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Where in a path Go says a field is missing: at its second part.
fn path_offset(word: &str) -> usize {
    word[1..].find('.').map_or(0, |at| at + 1)
}

fn term(text: &str, start: usize) -> Result<Term, String> {
    let path = text.starts_with(['.', '$']);
    let at = start + if path { path_offset(text) } else { 0 };
    Ok(Term { place: Place { at, text: text.to_owned() }, word: word(text)? })
}

fn word(word: &str) -> Result<Word, String> {
    if let Some(path) = word.strip_prefix('.') {
        return Ok(Word::Path(Base::Dot, fields(path)));
    }
    if word.starts_with('$') {
        let (name, path) = word.split_once('.').unwrap_or((word, ""));
        return Ok(Word::Path(Base::Variable(name.to_owned()), fields(path)));
    }
    match word {
        "true" => return Ok(Word::Literal(true.into())),
        "false" => return Ok(Word::Literal(false.into())),
        "nil" => return Ok(Word::Literal(Value::Null)),
        _ => {}
    }
    if let Some(text) = word.strip_prefix('`') {
        return Ok(Word::Literal(text.trim_end_matches('`').into()));
    }
    if word.starts_with('"') {
        let read: Result<Value, _> = serde_json::from_str(word);
        return read.map(Word::Literal).map_err(|_| "invalid syntax".into());
    }
    if word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        let number: Result<Value, _> = serde_json::from_str(word.trim_start_matches('+'));
        return number.map(Word::Literal).map_err(|_| format!("bad number syntax: {}", go::quote(word)));
    }
    if FUNCTIONS.contains(&word) {
        Ok(Word::Function(word.to_owned()))
    } else {
        Err(format!("function {} not defined", go::quote(word)))
    }
}

fn tokens(text: &str, start: usize) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
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
        tokens.push((&rest[..length], start + at));
        at += length;
    }
}
