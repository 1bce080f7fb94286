//! Tools that cut lines apart and put them together: `cut`, `tr`, `paste`, `column`.

use super::lines::cloned;
use super::{Filter, Made, Options, Output, Usage};
use crate::shell::printf::unescape;
use crate::shell::program::Exit;

#[derive(Clone, Debug)]
struct Cut {
    by: char,
    ranges: Vec<(usize, usize)>,
    delimiter: char,
    between: String,
    only_delimited: bool,
}

/// `cut`
pub(super) fn cut(args: &[String]) -> Made {
    read_cut(args).unwrap_or_else(Made::from)
}

fn read_cut(args: &[String]) -> Result<Made, Usage> {
    let long = [
        ("fields", 'f'),
        ("delimiter", 'd'),
        ("characters", 'c'),
        ("bytes", 'b'),
        ("only-delimited", 's'),
        ("output-delimiter", 'O'),
    ];
    let options = Options::read("cut", args, "f:d:c:b:sO:", &long)?;
    let wrong = |text: &str| Usage(format!("cut: {text}\nTry 'cut --help' for more information.\n"), 1);
    let Some(by) = ['f', 'c', 'b'].into_iter().find(|letter| options.has(*letter)) else {
        return Err(wrong("you must specify a list of bytes, characters, or fields"));
    };
    let delimiter = options.value('d').unwrap_or("\t");
    let mut letters = delimiter.chars();
    let (Some(delimiter), None) = (letters.next(), letters.next()) else {
        return Err(wrong("the delimiter must be a single character"));
    };
    let kind = if by == 'f' { "field" } else { "byte or character" };
    let mut ranges = Vec::new();
    for part in options.value(by).unwrap_or_default().split(',') {
        let number = |text: &str, otherwise: usize| match text {
            "" => Ok(otherwise),
            _ => text.parse::<usize>().map_err(|_| wrong(&format!("invalid {kind} value '{text}'"))),
        };
        let (first, last) = match part.split_once('-') {
            Some(("", "")) => return Err(wrong("invalid range with no endpoint: -")),
            Some((first, last)) => (number(first, 1)?, number(last, usize::MAX)?),
            None => (number(part, 0)?, number(part, 0)?),
        };
        if first == 0 {
            return Err(wrong(if by == 'f' {
                "fields are numbered from 1"
            } else {
                "byte/character positions are numbered from 1"
            }));
        }
        if last < first {
            return Err(wrong("invalid decreasing range"));
        }
        ranges.push((first, last));
    }
    let between = options.value('O').map_or_else(|| delimiter.to_string(), str::to_owned);
    let cut = Cut { by, ranges, delimiter, between, only_delimited: options.has('s') };
    Ok(Made::Filter(Box::new(cut), options.operands))
}

impl Cut {
    fn chosen(&self, number: usize) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }
}

impl Filter for Cut {
    fn line(&mut self, line: &str, _ended: bool, out: &mut Output) -> bool {
        if self.by != 'f' {
            let chars = line.chars().enumerate().filter(|(index, _)| self.chosen(index + 1));
            out.say(&chars.map(|(_, c)| c).collect::<String>());
        } else if line.contains(self.delimiter) {
            let fields = line.split(self.delimiter).enumerate().filter(|(index, _)| self.chosen(index + 1));
            out.say(&fields.map(|(_, field)| field).collect::<Vec<_>>().join(&self.between));
        } else if !self.only_delimited {
            out.say(line);
        }
        true
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Tr {
    from: Vec<char>,
    to: Vec<char>,
    complement: bool,
    delete: bool,
    squeeze: bool,
    last: Option<char>,
}

/// `tr`
pub(super) fn tr(args: &[String]) -> Made {
    let long = [("delete", 'd'), ("squeeze-repeats", 's'), ("complement", 'c')];
    let options = match Options::read("tr", args, "dscC", &long) {
        Ok(options) => options,
        Err(usage) => return usage.into(),
    };
    let try_help = "Try 'tr --help' for more information.\n";
    let (delete, squeeze) = (options.has('d'), options.has('s'));
    let mut sets = options.operands.iter().map(|set| members(set));
    let Some(from) = sets.next() else {
        return Made::Said(format!("tr: missing operand\n{try_help}"), 1);
    };
    let to = sets.next();
    if to.is_none() && !delete && !squeeze {
        let text = format!("tr: missing operand after '{}'\n", options.operands[0]);
        return Made::Said(format!("{text}Two strings must be given when translating.\n{try_help}"), 1);
    }
    let complement = options.has('c') || options.has('C');
    let tr = Tr { from, to: to.unwrap_or_default(), complement, delete, squeeze, last: None };
    Made::Filter(Box::new(tr), Vec::new())
}

/// The characters of a set: escapes, ranges and classes written out.
fn members(set: &str) -> Vec<char> {
    let mut result = Vec::new();
    let text = unescape(set);
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("[:").and_then(|inner| inner.split_once(":]")) {
            let test: fn(&char) -> bool = match name {
                "upper" => char::is_ascii_uppercase,
                "lower" => char::is_ascii_lowercase,
                "digit" => char::is_ascii_digit,
                "alpha" => char::is_ascii_alphabetic,
                "alnum" => char::is_ascii_alphanumeric,
                "punct" => char::is_ascii_punctuation,
                "space" => char::is_ascii_whitespace,
                "blank" => |c| matches!(c, ' ' | '\t'),
                "cntrl" => char::is_ascii_control,
                _ => |_| false,
            };
            result.extend((0..=127_u8).map(char::from).filter(test));
            rest = after;
            continue;
        }
        let mut ahead = rest.chars().skip(1);
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if last >= c && u32::from(last) - u32::from(c) < 1024 => {
                result.extend(c..=last);
                rest = &rest[c.len_utf8() + 1 + last.len_utf8()..];
            }
            _ => {
                result.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    result
}

impl Tr {
    fn push(&mut self, c: char, out: &mut Output) {
        let at = self.from.iter().position(|from| *from == c);
        let found = at.is_some() != self.complement;
        if self.delete && found {
            return;
        }
        let mut squeezed = self.squeeze && found && (self.to.is_empty() || self.delete);
        let mut c = c;
        if found && !self.delete && !self.to.is_empty() {
            let index = if self.complement { usize::MAX } else { at.unwrap_or(0) };
            c = self.to[index.min(self.to.len() - 1)];
            squeezed = self.squeeze;
        } else if self.squeeze && self.to.contains(&c) {
            squeezed = true;
        }
        if squeezed && self.last == Some(c) {
            return;
        }
        self.last = Some(c);
        out.out.push(c);
    }
}

impl Filter for Tr {
    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool {
        for c in line.chars().chain(ended.then_some('\n')) {
            self.push(c, out);
        }
        true
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Paste {
    delimiters: Vec<char>,
    serial: bool,
    files: Vec<Vec<String>>,
}

/// `paste`
pub(super) fn paste(args: &[String]) -> Made {
    match Options::read("paste", args, "sd:", &[("serial", 's'), ("delimiters", 'd')]) {
        Ok(options) => {
            let mut delimiters: Vec<char> = unescape(options.value('d').unwrap_or("\t")).chars().collect();
            if delimiters.is_empty() {
                delimiters.push('\t');
            }
            let paste = Paste { delimiters, serial: options.has('s'), files: Vec::new() };
            Made::Filter(Box::new(paste), options.operands)
        }
        Err(usage) => usage.into(),
    }
}

impl Paste {
    fn join<'a>(&self, cells: impl Iterator<Item = &'a str>) -> String {
        let mut line = String::new();
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                line.push(self.delimiters[(index - 1) % self.delimiters.len()]);
            }
            line.push_str(cell);
        }
        line
    }
}

impl Filter for Paste {
    fn file(&mut self, _name: &str, _index: usize, _out: &mut Output) {
        self.files.push(Vec::new());
    }

    fn line(&mut self, line: &str, _ended: bool, _out: &mut Output) -> bool {
        if let Some(file) = self.files.last_mut() {
            file.push(line.to_owned());
        }
        true
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        if self.serial {
            for file in &self.files {
                out.say(&self.join(file.iter().map(String::as_str)));
            }
            return 0;
        }
        for row in 0..self.files.iter().map(Vec::len).max().unwrap_or(0) {
            out.say(&self.join(self.files.iter().map(|file| file.get(row).map_or("", String::as_str))));
        }
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Columns {
    table: bool,
    separator: Option<String>,
    rows: Vec<Vec<String>>,
}

/// `column -t`
pub(super) fn column(args: &[String]) -> Made {
    match Options::read("column", args, "ts:", &[("table", 't'), ("separator", 's')]) {
        Ok(options) => {
            let separator = options.value('s').map(str::to_owned);
            let columns = Columns { table: options.has('t'), separator, rows: Vec::new() };
            Made::Filter(Box::new(columns), options.operands)
        }
        Err(usage) => usage.into(),
    }
}

impl Filter for Columns {
    fn line(&mut self, line: &str, _ended: bool, _out: &mut Output) -> bool {
        let cells: Vec<String> = match &self.separator {
            _ if !self.table => vec![line.to_owned()],
            Some(separator) => line.split(|c| separator.contains(c)).map(str::to_owned).collect(),
            None => line.split_whitespace().map(str::to_owned).collect(),
        };
        if !cells.is_empty() {
            self.rows.push(cells);
        }
        true
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |at: usize| {
            self.rows.iter().filter_map(|row| row.get(at)).map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (index, cell) in row.iter().enumerate() {
                let last = index + 1 == row.len();
                line += cell;
                if !last {
                    line += &" ".repeat(widths[index] + 2 - cell.chars().count());
                }
            }
            out.say(&line);
        }
        0
    }

    cloned!();
}
