//! One YAML document as a JSON value, the way go-yaml v2 composes it: anchors, merge keys, the last of equal
//! keys wins. It keeps its own stack, so that no depth of nesting can use up the program's.

use super::parse::{Event, Parser};
use super::resolve::{Scalar, number, resolve};
use super::scan::Mark;
use super::{Error, MAX_DEPTH, depth};
use crate::api::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many nodes a document may have once its aliases are written out.
const MAX_NODES: usize = 200_000;

/// The events of a text's first document, in order; false from `each` ends the walk.
pub(super) fn walk(
    text: &str,
    mut each: impl FnMut(Event, Mark, Mark) -> Result<bool, Error>,
) -> Result<(), Error> {
    // As kubectl's reader of lines ends them all.
    let ended = if text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) };
    let mut parser = Parser::new(&ended)?;
    loop {
        let (event, start, end) = parser.next()?;
        let last = matches!(event, Event::End);
        if !each(event, start, end)? || last {
            return Ok(());
        }
    }
}

/// A value with the number of nodes in it, and whether an alias stands for it.
#[derive(Clone)]
struct Sized {
    value: Value,
    nodes: usize,
    alias: bool,
}

enum Frame {
    List { items: Vec<Value>, nodes: usize, anchor: Option<String> },
    Map { map: Map<String, Value>, key: Option<Key>, nodes: usize, anchor: Option<String> },
}

impl Frame {
    const fn anchor(&self) -> Option<&String> {
        match self {
            Self::List { anchor, .. } | Self::Map { anchor, .. } => anchor.as_ref(),
        }
    }
}

enum Key {
    Name(String),
    /// `<<`
    Merge,
    /// No JSON object has a null key: refused once its value is known.
    Null,
}

/// What a finished node is, before it finds its place.
enum Node {
    Scalar { text: String, scalar: Scalar },
    Value(Sized),
}

/// The first document of `text`; null if there is none.
pub(super) fn load(text: &str) -> Result<Value, Error> {
    let mut loader = Loader { stack: Vec::new(), anchors: BTreeMap::new(), nodes: 0, root: Value::Null };
    walk(text, |event, start, _| loader.event(event, start).map(|()| true))?;
    Ok(loader.root)
}

struct Loader {
    stack: Vec<Frame>,
    anchors: BTreeMap<String, Sized>,
    nodes: usize,
    root: Value,
}

impl Loader {
    fn event(&mut self, event: Event, start: Mark) -> Result<(), Error> {
        match event {
            Event::SequenceStart { anchor } => {
                self.push(Frame::List { items: Vec::new(), nodes: 1, anchor }, start)
            }
            Event::MappingStart { anchor } => {
                self.push(Frame::Map { map: Map::new(), key: None, nodes: 1, anchor }, start)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.stack.pop() else { return Ok(()) };
                let (value, nodes, anchor) = match frame {
                    Frame::List { items, nodes, anchor } => (Value::Array(items), nodes, anchor),
                    Frame::Map { map, nodes, anchor, .. } => (Value::Object(map), nodes, anchor),
                };
                let sized = Sized { value, nodes, alias: false };
                if let Some(anchor) = anchor {
                    self.anchors.insert(anchor, sized.clone());
                }
                self.place(Node::Value(sized), start)
            }
            Event::Scalar { anchor, tag, value, plain } => {
                let scalar = typed(tag.as_deref(), &value, plain).map_err(|m| Error::at(m, start))?;
                if let Some(anchor) = anchor {
                    let value = to_value(&scalar, &value).map_err(|m| Error::at(m, start))?;
                    self.anchors.insert(anchor, Sized { value, nodes: 1, alias: false });
                }
                self.place(Node::Scalar { text: value, scalar }, start)
            }
            Event::Alias(anchor) => {
                if self.stack.iter().any(|frame| frame.anchor() == Some(&anchor)) {
                    return Err(Error::at(format!("yaml: anchor '{anchor}' value contains itself"), start));
                }
                let Some(sized) = self.anchors.get(&anchor) else {
                    return Err(Error::at(format!("yaml: unknown anchor '{anchor}' referenced"), start));
                };
                if self.nodes + sized.nodes > MAX_NODES {
                    return Err(Error::at("yaml: document contains excessive aliasing", start));
                }
                let sized = Sized { alias: true, ..sized.clone() };
                self.place(Node::Value(sized), start)
            }
            Event::End => Ok(()),
        }
    }

    fn push(&mut self, frame: Frame, start: Mark) -> Result<(), Error> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(Error::at(
                format!("yaml: line {}: exceeded max depth of {MAX_DEPTH}", start.line + 1),
                start,
            ));
        }
        self.stack.push(frame);
        Ok(())
    }

    /// Puts a finished node where it belongs: an item, a key, the value of a key, the document.
    fn place(&mut self, node: Node, start: Mark) -> Result<(), Error> {
        let fail = |message: String| Error::at(message, start);
        let nodes = match &node {
            Node::Scalar { .. } => 1,
            Node::Value(sized) => sized.nodes,
        };
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(fail(format!("yaml: line {}: exceeded max nodes of {MAX_NODES}", start.line + 1)));
        }
        if self.stack.len() + depth_of(&node) > MAX_DEPTH {
            return Err(fail(format!("yaml: line {}: exceeded max depth of {MAX_DEPTH}", start.line + 1)));
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = finished(node).map_err(fail)?;
            return Ok(());
        };
        match frame {
            Frame::List { items, nodes: total, .. } => {
                *total += nodes;
                self.nodes += nodes - 1;
                items.push(finished(node).map_err(fail)?);
            }
            Frame::Map { map, key, nodes: total, .. } => {
                *total += nodes;
                match key.take() {
                    None => *key = Some(as_key(node).map_err(fail)?),
                    Some(Key::Name(name)) => {
                        map.insert(name, finished(node).map_err(fail)?);
                    }
                    Some(Key::Merge) => merge(map, finished(node).map_err(fail)?).map_err(fail)?,
                    Some(Key::Null) => {
                        let value = go_value(&finished(node).map_err(fail)?);
                        return Err(fail(format!(
                            "unsupported map key of type: %!s(<nil>), key: <nil>, value: {value}"
                        )));
                    }
                }
            }
        }
        Ok(())
    }
}

/// How deep a value that an alias stands for is. Those that events built were checked as they grew.
fn depth_of(node: &Node) -> usize {
    match node {
        Node::Value(sized) if sized.alias => depth(&sized.value),
        _ => 0,
    }
}

/// What a scalar's tag or style makes of it.
fn typed(tag: Option<&str>, text: &str, plain: bool) -> Result<Scalar, String> {
    let Some(tag) = tag else { return Ok(if plain { resolve(text) } else { Scalar::Text }) };
    let Some(short) = tag.strip_prefix("tag:yaml.org,2002:") else {
        return Ok(Scalar::Text);
    };
    let scalar = resolve(text);
    let found = match &scalar {
        Scalar::Null => "null",
        Scalar::Bool(_) => "bool",
        Scalar::Int(_) | Scalar::Uint(_) => "int",
        Scalar::Float(_) => "float",
        Scalar::Timestamp => "timestamp",
        Scalar::Text => "str",
    };
    match (short, scalar) {
        ("str" | "binary", _) => Ok(Scalar::Text),
        (short, scalar) if short == found => Ok(scalar),
        #[allow(clippy::cast_precision_loss)] // as Go converts it
        ("float", Scalar::Int(number)) => Ok(Scalar::Float(number as f64)),
        ("null" | "bool" | "int" | "float" | "timestamp", _) => {
            Err(format!("yaml: cannot decode !!{found} `{text}` as a !!{short}"))
        }
        _ => Ok(Scalar::Text),
    }
}

fn to_value(scalar: &Scalar, text: &str) -> Result<Value, String> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(*value),
        Scalar::Int(number) => Value::from(*number),
        #[allow(clippy::cast_precision_loss)] // what an unstructured object keeps of it
        Scalar::Uint(number) => Value::from(*number as f64),
        Scalar::Float(float) => {
            let go = if float.is_nan() {
                "NaN"
            } else if *float > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            number(*float).ok_or_else(|| format!("json: unsupported value: {go}"))?
        }
        Scalar::Timestamp | Scalar::Text => Value::from(text),
    })
}

fn finished(node: Node) -> Result<Value, String> {
    match node {
        Node::Scalar { text, scalar } => to_value(&scalar, &text),
        Node::Value(sized) => Ok(sized.value),
    }
}

/// A key's name, as kubectl writes it in JSON.
fn as_key(node: Node) -> Result<Key, String> {
    Ok(match node {
        Node::Scalar { text, scalar: Scalar::Text } if text == "<<" => Key::Merge,
        Node::Scalar { text, scalar } => match scalar {
            Scalar::Null => Key::Null,
            Scalar::Bool(value) => Key::Name(value.to_string()),
            Scalar::Int(number) => Key::Name(number.to_string()),
            Scalar::Uint(number) => {
                return Err(format!(
                    "unsupported map key of type: uint64, key: 0x{number:x}, value: interface {{}}(nil)"
                ));
            }
            Scalar::Float(float) => Key::Name(if float.is_nan() {
                ".nan".to_owned()
            } else if float.is_infinite() {
                if float > 0.0 { ".inf" } else { "-.inf" }.to_owned()
            } else {
                format!("{float}")
            }),
            Scalar::Timestamp | Scalar::Text => Key::Name(text),
        },
        Node::Value(sized) => match sized.value {
            Value::String(name) => Key::Name(name),
            Value::Bool(value) => Key::Name(value.to_string()),
            Value::Number(number) => Key::Name(number.to_string()),
            Value::Null => Key::Null,
            value => return Err(format!("yaml: invalid map key: {}", go_value(&value))),
        },
    })
}

/// `<<`: the keys of a mapping, or of several, the first of which wins.
fn merge(map: &mut Map<String, Value>, value: Value) -> Result<(), String> {
    let wrong = || "yaml: map merge requires map or sequence of maps as the value".to_owned();
    match value {
        Value::Object(other) => map.extend(other),
        Value::Array(items) => {
            for item in items.into_iter().rev() {
                let Value::Object(other) = item else { return Err(wrong()) };
                map.extend(other);
            }
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

/// Go's `%#v` of what YAML holds: what a template's `{{ .Values.name }}` looks like in the message about it.
fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_value).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{key:?}:{}", go_value(value))).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
    }
}
