//! Carrying out a template for a document.

use super::functions::{call, truth};
use super::parse::{Base, Named, Node, Pipe, Place, Term, Word};
use crate::api::Value;
use crate::shell::kubectl::output::go;

/// The longest that a template may write.
const LONGEST: usize = 10_000_000;

/// What printing an absent field shows.
const NO_VALUE: &str = "<no value>";

/// The deepest that templates may call each other.
const DEEPEST: usize = 100;

/// How a stretch of a template ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

pub struct Run<'t> {
    named: &'t Named,
    /// The template that is carried out: complaints name it.
    pub name: String,
    depth: usize,
    variables: Vec<(String, Value)>,
    /// What was written.
    pub out: String,
    /// What was looked at last: complaints name it.
    pub place: Place,
    allow_missing: bool,
}

impl<'t> Run<'t> {
    pub fn new(named: &'t Named, doc: &Value, allow_missing: bool) -> Self {
        Self {
            named,
            name: "output".into(),
            depth: 0,
            variables: vec![("$".into(), doc.clone())],
            out: String::new(),
            place: Place::default(),
            allow_missing,
        }
    }

    /// Carries out a whole template.
    pub fn all(&mut self, nodes: &[Node], dot: &Value) -> Result<(), String> {
        self.nodes(nodes, dot).map(drop)
    }

    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, String> {
        let outer = self.variables.len();
        let mut flow = Flow::On;
        for node in nodes {
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Print(pipe) => {
                    let shown = match self.pipe(pipe, dot)? {
                        None | Some(Value::Null) => NO_VALUE.to_owned(),
                        Some(value) => go::plain(&value),
                    };
                    self.out.push_str(&shown);
                }
                Node::Set(name, pipe) => {
                    let value = self.pipe(pipe, dot)?.unwrap_or_default();
                    self.variables.push((name.clone(), value));
                }
                Node::If { condition, with, then, otherwise } => {
                    let value = self.pipe(condition, dot)?.unwrap_or_default();
                    match (truth(&value), with) {
                        (true, true) => flow = self.nodes(then, &value)?,
                        (true, false) => flow = self.nodes(then, dot)?,
                        (false, _) => flow = self.nodes(otherwise, dot)?,
                    }
                }
                Node::Range { over, names, body, otherwise } => {
                    let items = self.items(over, dot)?;
                    if items.is_empty() {
                        flow = self.nodes(otherwise, dot)?;
                    }
                    for (key, item) in items {
                        if self.turn(names, body, key, &item)? == Flow::Break {
                            break;
                        }
                    }
                }
                Node::Call { name, about, place } => {
                    let about = match about {
                        Some(pipe) => self.pipe(pipe, dot)?.unwrap_or_default(),
                        None => Value::Null,
                    };
                    self.call(name, place, &about)?;
                }
                Node::Break => flow = Flow::Break,
                Node::Continue => flow = Flow::Continue,
            }
            if self.out.len() > LONGEST {
                return Err("the output is too long".into());
            }
            if flow != Flow::On {
                break;
            }
        }
        self.variables.truncate(outer.max(1));
        Ok(flow)
    }

    /// Carries out another template, which knows nothing of this one's variables.
    fn call(&mut self, name: &str, place: &Place, about: &Value) -> Result<(), String> {
        let Some(nodes) = self.named.get(name) else {
            self.place = place.clone();
            return Err(format!("template {} not defined", go::quote(name)));
        };
        if self.depth == DEEPEST {
            self.place = place.clone();
            return Err(format!("exceeded maximum template depth ({DEEPEST})"));
        }
        let caller = std::mem::replace(&mut self.name, name.to_owned());
        let variables = std::mem::replace(&mut self.variables, vec![("$".into(), about.clone())]);
        self.depth += 1;
        self.nodes(nodes, about)?;
        self.depth -= 1;
        self.variables = variables;
        self.name = caller;
        Ok(())
    }

    fn items(&mut self, over: &Pipe, dot: &Value) -> Result<Vec<(Value, Value)>, String> {
        Ok(match self.pipe(over, dot)?.unwrap_or_default() {
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(at, item)| (at.into(), item)).collect()
            }
            Value::Object(map) => map.into_iter().map(|(key, item)| (key.into(), item)).collect(),
            Value::Null => Vec::new(),
            other => return Err(format!("range can't iterate over {}", go::plain(&other))),
        })
    }

    fn turn(&mut self, names: &[String], body: &[Node], key: Value, item: &Value) -> Result<Flow, String> {
        let before = self.variables.len();
        match names {
            [one] => self.variables.push((one.clone(), item.clone())),
            [first, second, ..] => {
                self.variables.push((first.clone(), key));
                self.variables.push((second.clone(), item.clone()));
            }
            [] => {}
        }
        let flow = self.nodes(body, item)?;
        self.variables.truncate(before);
        Ok(flow)
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Option<Value>, String> {
        let mut last: Option<Option<Value>> = None;
        for command in pipe {
            let Some((first, rest)) = command.terms.split_first() else { continue };
            self.place = first.place.clone();
            let Word::Function(name) = &first.word else {
                if !rest.is_empty() || last.is_some() {
                    return Err(format!("can't give argument to non-function {}", first.place.text));
                }
                last = Some(self.term(first, dot)?);
                continue;
            };
            let mut values = Vec::new();
            for term in rest {
                let value = self.term(term, dot)?.unwrap_or_default();
                // The others are not looked at once it is decided.
                let decided = (name == "and" && !truth(&value)) || (name == "or" && truth(&value));
                values.push(value);
                if decided {
                    break;
                }
            }
            values.extend(last.take().map(Option::unwrap_or_default));
            last = Some(Some(call(name, values).inspect_err(|_| self.place = command.place.clone())?));
        }
        Ok(last.flatten())
    }

    fn term(&mut self, term: &Term, dot: &Value) -> Result<Option<Value>, String> {
        self.place = term.place.clone();
        let (base, fields) = match &term.word {
            Word::Literal(value) => return Ok(Some(value.clone())),
            Word::Function(name) => return call(name, Vec::new()).map(Some),
            Word::Path(base, fields) => (base, fields),
        };
        let mut value = match base {
            Base::Dot => Some(dot.clone()),
            Base::Variable(name) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                Some(found.map(|(_, value)| value.clone()).ok_or(format!("undefined variable: {name}"))?)
            }
            Base::Pipe(pipe) => {
                let value = self.pipe(pipe, dot)?;
                self.place = term.place.clone();
                value
            }
        };
        for field in fields {
            value = match value {
                Some(Value::Object(map)) => match map.get(field) {
                    Some(inner) => Some(inner.clone()),
                    None if self.allow_missing => None,
                    None => return Err(format!("map has no entry for key {}", go::quote(field))),
                },
                None if self.allow_missing => None,
                None => return Err(format!("nil data; no entry for key {}", go::quote(field))),
                Some(Value::Null) => return Err(format!("nil pointer evaluating interface {{}}.{field}")),
                Some(_) => return Err(format!("can't evaluate field {field} in type interface {{}}")),
            };
        }
        Ok(value)
    }
}
