//! Where everything stands in a document: its keys and values with their places, and nothing of what they mean.

use super::load::walk;
use super::parse::Event;
use super::scan::Mark;
use super::{Error, MAX_DEPTH};

/// A stretch of a text: lines and columns from 0, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manifest) struct Stretch {
    /// Where it begins: line, column.
    pub(in crate::manifest) start: (usize, usize),
    /// Where it ends.
    pub(in crate::manifest) end: (usize, usize),
}

/// A value and what it is made of.
#[derive(Debug)]
pub(in crate::manifest) struct Outline {
    /// Where it stands.
    pub(in crate::manifest) at: Stretch,
    /// Its parts.
    pub(in crate::manifest) parts: Parts,
}

/// What a value is made of.
#[derive(Debug)]
pub(in crate::manifest) enum Parts {
    /// Nothing: a scalar or an alias.
    None,
    /// The items of a list.
    Items(Vec<Outline>),
    /// The entries of a map, equal keys too.
    Entries(Vec<Entry>),
}

/// An entry of a map.
#[derive(Debug)]
pub(in crate::manifest) struct Entry {
    /// The key as it is written.
    pub(in crate::manifest) key: String,
    /// Where the key stands.
    pub(in crate::manifest) at: Stretch,
    /// The value.
    pub(in crate::manifest) value: Outline,
}

/// The outline of a text's first document.
pub(in crate::manifest) fn outline(text: &str) -> Result<Option<Outline>, Error> {
    // Each open collection, with the key that waits for its value.
    let mut stack: Vec<(Outline, Option<(String, Stretch)>)> = Vec::new();
    let mut root = None;
    let bom = usize::from(text.starts_with('\u{feff}'));
    walk(text, |event, start, end| {
        let place = |mark: Mark| (mark.line, if mark.line == 0 { mark.column + bom } else { mark.column });
        let at = Stretch { start: place(start), end: place(end) };
        let (done, key) = match event {
            Event::SequenceStart { .. } => {
                stack.push((Outline { at, parts: Parts::Items(Vec::new()) }, None));
                return Ok(stack.len() <= MAX_DEPTH);
            }
            Event::MappingStart { .. } => {
                stack.push((Outline { at, parts: Parts::Entries(Vec::new()) }, None));
                return Ok(stack.len() <= MAX_DEPTH);
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some((mut done, _)) => {
                    done.at.end = at.end;
                    (done, String::new())
                }
                None => return Ok(true),
            },
            Event::Scalar { value, .. } => (Outline { at, parts: Parts::None }, value),
            Event::Alias(anchor) => (Outline { at, parts: Parts::None }, anchor),
            Event::End => return Ok(true),
        };
        match stack.last_mut() {
            None => root = Some(done),
            Some((Outline { parts: Parts::Items(items), .. }, _)) => items.push(done),
            Some((Outline { parts: Parts::Entries(entries), .. }, waiting)) => match waiting.take() {
                Some((key, at)) => entries.push(Entry { key, at, value: done }),
                None => *waiting = Some((key, done.at)),
            },
            Some(_) => {}
        }
        Ok(true)
    })?;
    Ok(root)
}
