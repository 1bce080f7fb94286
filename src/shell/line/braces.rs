//! Brace expansion: `{a,b}` and `{1..5}` make several words of one, before anything else is expanded.

use super::tree::{Part, Word};
use std::borrow::Cow;

/// More words than this are not made of one: it stays as it is written.
const MOST: usize = 10_000;

/// A character of a word that may be a brace, or a part that may not.
#[derive(Clone)]
enum Atom {
    Bare(char),
    Other(Part),
}

/// The words that some words make by their braces.
pub fn braces(words: &[Word]) -> Cow<'_, [Word]> {
    let has = |word: &Word| word.0.iter().any(|part| matches!(part, Part::Bare(text) if text.contains('{')));
    if !words.iter().any(has) {
        return Cow::Borrowed(words);
    }
    let mut made = Vec::new();
    for word in words {
        let before = made.len();
        let mut atoms = Vec::new();
        for part in &word.0 {
            match part {
                Part::Bare(text) => atoms.extend(text.chars().map(Atom::Bare)),
                other => atoms.push(Atom::Other(other.clone())),
            }
        }
        if !expand(&atoms, &mut made) {
            made.truncate(before);
            made.push(word.clone());
        }
    }
    Cow::Owned(made)
}

/// Adds the words of some atoms; false if they are too many.
fn expand(atoms: &[Atom], made: &mut Vec<Word>) -> bool {
    let Some((open, close, alternatives)) = first(atoms) else {
        made.push(word(atoms));
        return made.len() <= MOST;
    };
    alternatives.iter().all(|middle| {
        let whole: Vec<Atom> =
            atoms[..open].iter().chain(middle).chain(&atoms[close + 1..]).cloned().collect();
        expand(&whole, made)
    })
}

/// The first pair of braces that means something: where it is, and what may stand in its place.
fn first(atoms: &[Atom]) -> Option<(usize, usize, Vec<Vec<Atom>>)> {
    let is = |at: usize, c: char| matches!(atoms.get(at), Some(Atom::Bare(found)) if *found == c);
    for open in (0..atoms.len()).filter(|at| is(*at, '{')) {
        let (mut depth, mut commas) = (0, vec![open]);
        for at in open..atoms.len() {
            if is(at, '{') {
                depth += 1;
            } else if is(at, ',') && depth == 1 {
                commas.push(at);
            } else if is(at, '}') {
                depth -= 1;
                if depth == 0 {
                    commas.push(at);
                    let between = |ends: &[usize]| atoms[ends[0] + 1..ends[1]].to_vec();
                    let alternatives = match commas.len() {
                        2 => sequence(&atoms[open + 1..at]),
                        _ => Some(commas.windows(2).map(between).collect()),
                    };
                    if let Some(alternatives) = alternatives {
                        return Some((open, at, alternatives));
                    }
                    break;
                }
            }
        }
    }
    None
}

/// `1..5`, `05..10`, `a..e`, `10..0..2`
fn sequence(atoms: &[Atom]) -> Option<Vec<Vec<Atom>>> {
    let mut text = String::new();
    for atom in atoms {
        let Atom::Bare(c) = atom else { return None };
        text.push(*c);
    }
    let ends: Vec<&str> = text.split("..").collect();
    let step = match ends.len() {
        2 => 1,
        3 => ends[2].parse::<i64>().ok()?.unsigned_abs().max(1),
        _ => return None,
    };
    let letter = |text: &str| text.parse::<char>().ok().filter(char::is_ascii_alphabetic);
    let (from, to, width) = match (letter(ends[0]), letter(ends[1])) {
        (Some(from), Some(to)) => (i64::from(from as u32), i64::from(to as u32), None),
        _ => {
            let padded =
                ends[..2].iter().any(|end| end.trim_start_matches('-').starts_with('0') && end.len() > 1);
            let width = if padded { ends[0].len().max(ends[1].len()) } else { 0 };
            (ends[0].parse::<i64>().ok()?, ends[1].parse::<i64>().ok()?, Some(width))
        }
    };
    let count = usize::try_from(from.abs_diff(to) / step).ok().filter(|count| *count < MOST)?;
    let shown = |at: i64| match width {
        Some(width) => format!("{at:0width$}"),
        None => char::from(at as u8).to_string(),
    };
    let values = (0..=count as i64).map(|index| {
        let far = index * step as i64;
        shown(if from <= to { from + far } else { from - far })
    });
    Some(values.map(|value| value.chars().map(Atom::Bare).collect()).collect())
}

fn word(atoms: &[Atom]) -> Word {
    let mut parts = Vec::new();
    for atom in atoms {
        match (atom, parts.last_mut()) {
            (Atom::Bare(c), Some(Part::Bare(text))) => text.push(*c),
            (Atom::Bare(c), _) => parts.push(Part::Bare(c.to_string())),
            (Atom::Other(part), _) => parts.push(part.clone()),
        }
    }
    Word(parts)
}
