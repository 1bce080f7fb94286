//! Reads a value strictly: every key known, every type right, or a sentence with its line.

use crate::api::{Labels, Map, Value};
use std::fmt;

/// What is wrong with a scenario's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line, from 1; 0 if it is about the whole.
    pub line: usize,
    /// What, with the field's path.
    pub message: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

/// A place in a document: its keys and indices from the top.
#[derive(Clone, Debug)]
enum Part {
    Key(String),
    Index(usize),
}

/// A value of a document, at its place.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    text: &'a str,
    path: Vec<Part>,
    value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn top(text: &'a str, value: &'a Value) -> Self {
        Self { text, path: Vec::new(), value }
    }

    /// An error about this place.
    pub(super) fn wrong(&self, message: impl fmt::Display) -> Wrong {
        let mut path = String::new();
        for part in &self.path {
            match part {
                Part::Key(key) if path.is_empty() => path += key,
                Part::Key(key) => path += &format!(".{key}"),
                Part::Index(index) => path += &format!("[{index}]"),
            }
        }
        let colon = if path.is_empty() { "" } else { ": " };
        Wrong { line: line(self.text, &self.path), message: format!("{path}{colon}{message}") }
    }

    fn child(&self, part: Part, value: &'a Value) -> Self {
        let mut path = self.path.clone();
        path.push(part);
        Self { text: self.text, path, value }
    }

    /// Its fields, none but the known ones.
    pub(super) fn fields(&self, known: &[&str]) -> Result<Fields<'a>, Wrong> {
        let map = self.value.as_object().ok_or_else(|| self.wrong("must be a mapping"))?;
        match map.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, value)) => {
                let node = self.child(Part::Key(key.clone()), value);
                Err(node.wrong(format!("unknown key; known are {}", known.join(", "))))
            }
            None => Ok(Fields { node: self.clone(), map }),
        }
    }

    pub(super) fn string(&self) -> Result<String, Wrong> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.wrong("must be a string"))
    }

    pub(super) fn number(&self) -> Result<u64, Wrong> {
        self.value.as_u64().ok_or_else(|| self.wrong("must be a whole number"))
    }

    pub(super) fn flag(&self) -> Result<bool, Wrong> {
        self.value.as_bool().ok_or_else(|| self.wrong("must be true or false"))
    }

    pub(super) fn labels(&self) -> Result<Labels, Wrong> {
        let map = self.value.as_object().ok_or_else(|| self.wrong("must be a mapping of labels"))?;
        let mut labels = Labels::new();
        for (key, value) in map {
            labels.insert(key.clone(), self.child(Part::Key(key.clone()), value).string()?);
        }
        Ok(labels)
    }

    pub(super) fn any(&self) -> Value {
        self.value.clone()
    }

    pub(super) fn items(&self) -> Result<Vec<Node<'a>>, Wrong> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("must be a list"))?;
        Ok(items.iter().enumerate().map(|(index, value)| self.child(Part::Index(index), value)).collect())
    }

    pub(super) fn strings(&self) -> Result<Vec<String>, Wrong> {
        self.items()?.iter().map(Node::string).collect()
    }
}

/// The fields of a mapping whose keys are known.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    node: Node<'a>,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// A field, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        Some(self.node.child(Part::Key(key.to_owned()), self.map.get(key)?))
    }

    /// A field that must be there.
    pub(super) fn need(&self, key: &str) -> Result<Node<'a>, Wrong> {
        self.get(key).ok_or_else(|| self.node.wrong(format!("`{key}` is missing")))
    }

    /// An optional field, read.
    pub(super) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Wrong> {
        self.get(key).as_ref().map(read).transpose()
    }

    /// An optional text, empty if it is not there.
    pub(super) fn text(&self, key: &str) -> Result<String, Wrong> {
        Ok(self.read(key, Node::string)?.unwrap_or_default())
    }
}

/// The line a place of a block-style document stands on, from 1; the nearest one above it that is
/// found where the style is another.
fn line(text: &str, path: &[Part]) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let (mut from, mut found, mut level) = (0, 0, 0);
    for part in path {
        let hit = match part {
            Part::Key(key) => lines.iter().enumerate().skip(from).find(|(_, line)| {
                let inner = line.trim_start_matches([' ', '-']);
                line.len() - inner.len() >= level
                    && inner.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(':'))
            }),
            Part::Index(index) => {
                let dashes = |line: &str| line.trim_start().starts_with("- ");
                let first = lines.iter().skip(from).find(|line| dashes(line));
                let indent = first.map_or(0, |line| line.len() - line.trim_start().len());
                let items = lines.iter().enumerate().skip(from);
                items
                    .filter(|(_, line)| dashes(line) && line.len() - line.trim_start().len() == indent)
                    .nth(*index)
            }
        };
        let Some((at, line)) = hit else { break };
        found = at + 1;
        level = line.len() - line.trim_start_matches([' ', '-']).len();
        from = match part {
            // The first key of an item stands on the item's own line.
            Part::Index(_) => at,
            Part::Key(_) => at + 1,
        };
        // A value that begins on the key's own line has no lines of its own.
        if matches!(part, Part::Key(_))
            && line.split_once(':').is_some_and(|(_, rest)| !rest.trim().is_empty())
        {
            break;
        }
    }
    found
}
