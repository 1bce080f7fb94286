//! Carries a template out on a document.

use super::compare::compare;
use super::parse::{Node, Slice};
use crate::api::Value;
use crate::shell::kubectl::output::go;
use std::borrow::Cow;

/// The most results one step may have: a recursive descent inside another grows fast.
const MOST: usize = 200_000;

/// Something an action found.
#[derive(Clone, Debug)]
pub struct Item<'a>(Option<Cow<'a, Value>>);

static NULL: Value = Value::Null;

impl<'a> Item<'a> {
    fn of(value: &'a Value) -> Self {
        Self(Some(Cow::Borrowed(value)))
    }

    fn own(value: impl Into<Value>) -> Self {
        Self(Some(Cow::Owned(value.into())))
    }

    /// The value; null where a range had nothing to run over.
    pub fn value(&self) -> &Value {
        self.0.as_deref().unwrap_or(&NULL)
    }

    /// As it is printed: text as it is, lists and maps as JSON.
    pub fn text(&self) -> String {
        match self.value() {
            Value::String(text) => text.clone(),
            Value::Number(number) => go::number(number),
            other => go::json(other),
        }
    }

    /// What is inside a list or a map, in order; a string's bytes.
    fn children(&self) -> Vec<Item<'a>> {
        match &self.0 {
            None => Vec::new(),
            Some(Cow::Borrowed(value)) => match value {
                Value::Array(items) => items.iter().map(Item::of).collect(),
                Value::Object(map) => map.values().map(Item::of).collect(),
                Value::String(text) => text.bytes().map(Item::own).collect(),
                _ => Vec::new(),
            },
            Some(Cow::Owned(Value::String(text))) => text.bytes().map(Item::own).collect(),
            Some(Cow::Owned(_)) => Vec::new(),
        }
    }

    fn items(&self) -> Option<&'a [Value]> {
        match &self.0 {
            Some(Cow::Borrowed(Value::Array(items))) => Some(items),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.0.as_deref().is_some_and(Value::is_null)
    }
}

type Found<'a> = Vec<Item<'a>>;

/// What each node of a template finds.
pub(super) fn find<'a>(
    nodes: &[Node],
    data: &'a Value,
    allow_missing: bool,
) -> Result<Vec<Found<'a>>, String> {
    let mut walk = Walk { allow_missing, begin: 0, within: 0, end: 0, last_end: None };
    walk.nodes(nodes, 0, Item::of(data), 0)
}

/// Ranges span nodes, so what is open is kept beside the nodes.
struct Walk {
    allow_missing: bool,
    begin: usize,
    within: usize,
    end: usize,
    last_end: Option<usize>,
}

impl Walk {
    fn nodes<'a>(
        &mut self,
        nodes: &[Node],
        from: usize,
        data: Item<'a>,
        depth: usize,
    ) -> Result<Vec<Found<'a>>, String> {
        if depth > 64 {
            return Err("ranges nest too deeply".into());
        }
        let current = vec![data];
        let mut all = Vec::new();
        let mut at = from;
        while at < nodes.len() {
            let results = self.walk(current.clone(), &nodes[at])?;
            if self.end > 0 && self.end <= self.within {
                self.end -= 1;
                self.last_end = Some(at);
                break;
            }
            if self.begin == 0 {
                all.push(results);
                at += 1;
                continue;
            }
            self.begin -= 1;
            self.within += 1;
            if results.is_empty() {
                // The nodes of the range are still walked, to find its end.
                self.nodes(nodes, at + 1, Item(None), depth + 1)?;
            }
            for item in results {
                let item = if item.is_null() { Item(None) } else { item };
                all.extend(self.nodes(nodes, at + 1, item, depth + 1)?);
            }
            self.within -= 1;
            if let Some(end) = self.last_end.filter(|end| *end > at) {
                at = end;
            }
            at += 1;
        }
        Ok(all)
    }

    fn list<'a>(&mut self, mut current: Found<'a>, nodes: &[Node]) -> Result<Found<'a>, String> {
        for node in nodes {
            current = self.walk(current, node)?;
            if current.len() > MOST {
                return Err("too many results".into());
            }
        }
        Ok(current)
    }

    fn walk<'a>(&mut self, input: Found<'a>, node: &Node) -> Result<Found<'a>, String> {
        let repeat = |value: Value, count: usize| Ok(vec![Item::own(value); count]);
        match node {
            Node::List(nodes) => self.list(input, nodes),
            Node::Text(text) => Ok(vec![Item::own(text.clone())]),
            Node::Int(number) => repeat(Value::from(*number), input.len()),
            Node::Float(number) => repeat(Value::from(*number), input.len()),
            Node::Bool(flag) => repeat(Value::from(*flag), input.len()),
            Node::Field(name) => self.field(&input, name),
            Node::Slice(slice) => index(&input, *slice),
            Node::Filter { left, operator, right } => self.filter(&input, left, operator, right),
            Node::Wildcard => Ok(input.iter().flat_map(Item::children).collect()),
            Node::Recursive => {
                let mut found = Vec::new();
                for item in input {
                    descend(item, &mut found)?;
                }
                Ok(found)
            }
            Node::Union(lists) => {
                let mut found = Vec::new();
                for nodes in lists {
                    found.extend(self.list(input.clone(), nodes)?);
                }
                Ok(found)
            }
            Node::Identifier(name) => match name.as_str() {
                "range" => {
                    self.begin += 1;
                    Ok(input)
                }
                "end" if self.within > 0 => {
                    self.end += 1;
                    Ok(Vec::new())
                }
                "end" => Err("not in range, nothing to end".into()),
                name => Err(format!("unrecognized identifier {name}")),
            },
        }
    }

    fn field<'a>(&self, input: &[Item<'a>], name: &str) -> Result<Found<'a>, String> {
        let mut found = Vec::new();
        for item in input {
            if let Some(Cow::Borrowed(Value::Object(map))) = &item.0
                && let Some(value) = map.get(name)
            {
                found.push(Item::of(value));
            }
        }
        if found.is_empty() && !input.is_empty() && !self.allow_missing {
            return Err(format!("{name} is not found"));
        }
        Ok(found)
    }

    fn filter<'a>(
        &mut self,
        input: &[Item<'a>],
        left: &[Node],
        operator: &str,
        right: &[Node],
    ) -> Result<Found<'a>, String> {
        let mut found = Vec::new();
        for item in input {
            let Some(items) = item.items() else {
                let shown =
                    if item.0.is_none() { "<invalid reflect.Value>".into() } else { go::plain(item.value()) };
                return Err(format!("{shown} is not array or slice and cannot be filtered"));
            };
            for value in items {
                let lefts = self.list(vec![Item::of(value)], left);
                if operator == "exists" {
                    if lefts.is_ok_and(|lefts| !lefts.is_empty()) {
                        found.push(Item::of(value));
                    }
                    continue;
                }
                let Some(left) = one(lefts?)? else { continue };
                let Some(right) = one(self.list(vec![Item::of(value)], right)?)? else { continue };
                if compare(operator, left.value(), right.value())? {
                    found.push(Item::of(value));
                }
            }
        }
        Ok(found)
    }
}

/// The one item that is compared, if there is one.
fn one(mut items: Found<'_>) -> Result<Option<Item<'_>>, String> {
    if items.len() > 1 {
        return Err("can only compare one element at a time".into());
    }
    Ok(items.pop())
}

fn index<'a>(input: &[Item<'a>], slice: Slice) -> Result<Found<'a>, String> {
    let mut found = Vec::new();
    for item in input {
        if item.is_null() {
            continue;
        }
        let Some(items) = item.items() else {
            return Err(format!("{} is not array or slice", go::type_name(item.value())));
        };
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let mut first = slice.first.unwrap_or(0);
        if first < 0 {
            first += length;
        }
        let mut last = slice.last.unwrap_or(length);
        if last < 0 || (last == 0 && slice.single) {
            last += length;
        }
        if first == last {
            return Ok(found);
        }
        let out_of_bounds =
            |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
        if first >= length || first < 0 {
            return out_of_bounds(first);
        }
        if last > length || last < 0 {
            return out_of_bounds(last - 1);
        }
        if first > last {
            return Err(format!("starting index {first} is greater than ending index {last}"));
        }
        let step = slice.step.unwrap_or(1);
        if step <= 0 {
            return Err("step must be > 0".into());
        }
        let range = &items[first as usize..last as usize];
        found.extend(range.iter().step_by(usize::try_from(step).unwrap_or(usize::MAX)).map(Item::of));
    }
    Ok(found)
}

/// An item that has something inside, and all below it that have.
fn descend<'a>(item: Item<'a>, found: &mut Found<'a>) -> Result<(), String> {
    if matches!(item.0.as_deref(), Some(Value::String(_)) | None) && item.children().is_empty() {
        return Ok(());
    }
    let children = item.children();
    if children.is_empty() {
        return Ok(());
    }
    found.push(item);
    if found.len() > MOST {
        return Err("too many results".into());
    }
    for child in children {
        if matches!(child.value(), Value::Array(_) | Value::Object(_) | Value::String(_)) {
            descend(child, found)?;
        }
    }
    Ok(())
}
