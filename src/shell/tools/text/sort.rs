//! `sort`.

use super::lines::cloned;
use super::{Filter, Made, Options, Output, Usage};
use crate::api::Ordered;
use crate::shell::program::Exit;
use std::cmp::Ordering;

/// How two lines, or parts of them, are compared.
#[derive(Clone, Copy, Debug, Default)]
struct Order {
    numeric: bool,
    human: bool,
    version: bool,
    reverse: bool,
    fold: bool,
    skip_blanks: bool,
}

/// A key: fields and characters, counted from one; the end is inclusive, 0 = the end of the line or field.
#[derive(Clone, Copy, Debug)]
struct Key {
    from: (usize, usize),
    to: (usize, usize),
    order: Order,
}

#[derive(Clone, Debug)]
struct Sort {
    order: Order,
    keys: Vec<Key>,
    separator: Option<char>,
    unique: bool,
    stable: bool,
    check: bool,
    output: Option<String>,
    lines: Vec<String>,
}

const LONG: [(&str, char); 10] = [
    ("numeric-sort", 'n'),
    ("human-numeric-sort", 'h'),
    ("version-sort", 'V'),
    ("reverse", 'r'),
    ("unique", 'u'),
    ("key", 'k'),
    ("field-separator", 't'),
    ("ignore-case", 'f'),
    ("stable", 's'),
    ("output", 'o'),
];

/// `sort` from its arguments.
pub(super) fn make(args: &[String]) -> Made {
    read(args).unwrap_or_else(Made::from)
}

fn read(args: &[String]) -> Result<Made, Usage> {
    let options = Options::read("sort", args, "nhVrufbsco:k:t:g", &LONG)?;
    let letters: String = options.given.iter().map(|(letter, _)| *letter).collect();
    let order = Order::read(&letters);
    let mut keys = Vec::new();
    for text in options.values('k') {
        keys.push(Key::read(text, order).ok_or_else(|| {
            Usage(format!("sort: invalid number at field start: invalid count at start of '{text}'\n"), 2)
        })?);
    }
    let sort = Sort {
        order,
        keys,
        separator: options.value('t').and_then(|text| crate::shell::printf::unescape(text).chars().next()),
        unique: options.has('u'),
        stable: options.has('s'),
        check: options.has('c'),
        output: options.value('o').map(str::to_owned),
        lines: Vec::new(),
    };
    Ok(Made::Filter(Box::new(sort), options.operands))
}

impl Order {
    fn read(letters: &str) -> Self {
        let has = |letter: char| letters.contains(letter);
        Self {
            numeric: has('n') || has('g'),
            human: has('h'),
            version: has('V'),
            reverse: has('r'),
            fold: has('f'),
            skip_blanks: has('b'),
        }
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        let (a, b) = if self.skip_blanks { (a.trim_start(), b.trim_start()) } else { (a, b) };
        let ordering = if self.numeric || self.human {
            number(a, self.human).total_cmp(&number(b, self.human))
        } else if self.version {
            versions(a, b)
        } else if self.fold {
            a.to_uppercase().cmp(&b.to_uppercase())
        } else {
            a.cmp(b)
        };
        if self.reverse { ordering.reverse() } else { ordering }
    }
}

/// The number a text begins with.
fn number(text: &str, human: bool) -> f64 {
    let text = text.trim_start();
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || *at == 0 && *c == '-'))
        .map_or(text.len(), |(at, _)| at);
    let value: f64 = text[..end].parse().unwrap_or(0.0);
    let power = match text[end..].chars().next() {
        Some(unit) if human => "KMGTPE".find(unit.to_ascii_uppercase()).map_or(0, |at| at as i32 + 1),
        _ => 0,
    };
    value * 1024_f64.powi(power)
}

/// Compares runs of digits as numbers.
fn versions(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (in_a, in_b) = (digits(a), digits(b));
        if in_a > 0 && in_b > 0 {
            let (x, y) = (a[..in_a].trim_start_matches('0'), b[..in_b].trim_start_matches('0'));
            let ordering = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
            if ordering.is_ne() {
                return ordering;
            }
            (a, b) = (&a[in_a..], &b[in_b..]);
            continue;
        }
        let (mut left, mut right) = (a.chars(), b.chars());
        match (left.next(), right.next()) {
            (Some(x), Some(y)) if x == y => (a, b) = (left.as_str(), right.as_str()),
            (x, y) => return x.cmp(&y),
        }
    }
}

impl Key {
    fn read(text: &str, order: Order) -> Option<Self> {
        let (from, to) = text.split_once(',').unwrap_or((text, ""));
        let place = |text: &str| -> Option<((usize, usize), String)> {
            let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
            let (numbers, letters) = text.split_at(end);
            let (field, char) = numbers.split_once('.').unwrap_or((numbers, ""));
            let char = if char.is_empty() { 0 } else { char.parse().ok()? };
            Some(((field.parse().ok()?, char), letters.to_owned()))
        };
        let (from, mut letters) = place(from)?;
        let mut end = (0, 0);
        if !to.is_empty() {
            let (place, more) = place(to)?;
            end = place;
            letters += &more;
        }
        let order = if letters.is_empty() { order } else { Order::read(&letters) };
        (from.0 > 0).then_some(Self { from, to: end, order })
    }

    /// The part of a line that the key is.
    fn part<'a>(&self, line: &'a str, separator: Option<char>) -> &'a str {
        let fields = fields(line, separator);
        let at = |(field, char): (usize, usize), end: bool| -> usize {
            let Some((start, stop)) = fields.get(field.wrapping_sub(1)).copied() else { return line.len() };
            match (char, end) {
                (0, true) => stop,
                (0, false) => start,
                (char, end) => {
                    let skip = if end { char } else { char - 1 };
                    line[start..].char_indices().nth(skip).map_or(line.len(), |(at, _)| start + at)
                }
            }
        };
        let start = at(self.from, false);
        let end = if self.to.0 == 0 { line.len() } else { at(self.to, true) };
        &line[start..end.max(start)]
    }
}

/// Where the fields of a line lie; without a separator each has the blanks before it.
fn fields(line: &str, separator: Option<char>) -> Vec<(usize, usize)> {
    let mut fields = Vec::new();
    let mut start = 0;
    match separator {
        Some(separator) => {
            for field in line.split(separator) {
                fields.push((start, start + field.len()));
                start += field.len() + separator.len_utf8();
            }
        }
        None => {
            let mut seen = false;
            for (at, c) in line.char_indices() {
                let blank = c == ' ' || c == '\t';
                if blank && seen {
                    fields.push((start, at));
                    (start, seen) = (at, false);
                }
                seen |= !blank;
            }
            fields.push((start, line.len()));
        }
    }
    fields
}

impl Sort {
    fn by_keys(&self, a: &str, b: &str) -> Ordering {
        if self.keys.is_empty() {
            return self.order.compare(a, b);
        }
        let compare = |key: &Key| key.order.compare(key.part(a, self.separator), key.part(b, self.separator));
        self.keys.iter().map(compare).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        let last_resort = || if self.order.reverse { b.cmp(a) } else { a.cmp(b) };
        let ordering = self.by_keys(a, b);
        if self.stable || self.unique { ordering } else { ordering.then_with(last_resort) }
    }
}

impl Filter for Sort {
    fn line(&mut self, line: &str, _ended: bool, _out: &mut Output) -> bool {
        self.lines.push(line.to_owned());
        true
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        let mut lines = std::mem::take(&mut self.lines);
        if self.check {
            let wrong = lines.windows(2).position(|pair| self.compare(&pair[0], &pair[1]).is_gt());
            if let Some(at) = wrong {
                out.err += &format!("sort: -:{}: disorder: {}\n", at + 2, lines[at + 1]);
            }
            return Exit::from(wrong.is_some());
        }
        lines.order_by(|a, b| self.compare(a, b));
        if self.unique {
            lines.dedup_by(|a, b| self.by_keys(a, b).is_eq());
        }
        let mut text = lines.join("\n");
        if !lines.is_empty() {
            text.push('\n');
        }
        match self.output.take() {
            Some(path) => out.files.push((path, text)),
            None => out.out += &text,
        }
        0
    }

    fn unreadable(&self) -> Exit {
        2
    }

    cloned!();
}
