//! Tools that look at one line at a time: `cat`, `tac`, `rev`, `nl`, `head`, `tail`, `wc`, `uniq`.

use super::{Filter, Made, Options, Output, Usage};
use crate::shell::program::Exit;
use std::collections::VecDeque;

/// Implements the two methods that are the same for all.
macro_rules! cloned {
    () => {
        fn boxed_clone(&self) -> Box<dyn Filter> {
            Box::new(self.clone())
        }
    };
}
pub(super) use cloned;

fn filter(made: Result<(Box<dyn Filter>, Options), Usage>) -> Made {
    match made {
        Ok((filter, options)) => Made::Filter(filter, options.operands),
        Err(usage) => usage.into(),
    }
}

#[derive(Clone, Debug)]
struct Cat {
    number: bool,
    show_ends: bool,
    squeeze: bool,
    at: usize,
    blank: bool,
}

/// `cat`
pub(super) fn cat(args: &[String]) -> Made {
    filter(
        Options::read("cat", args, "nAEesuvT", &[("number", 'n'), ("show-all", 'A'), ("show-ends", 'E')])
            .map(|options| {
                let show_ends = options.has('A') || options.has('E') || options.has('e');
                let squeeze = options.has('s');
                let cat = Cat { number: options.has('n'), show_ends, squeeze, at: 0, blank: false };
                (Box::new(cat) as Box<dyn Filter>, options)
            }),
    )
}

impl Filter for Cat {
    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool {
        let blank = line.is_empty();
        if self.squeeze && blank && std::mem::replace(&mut self.blank, blank) {
            return true;
        }
        self.blank = blank;
        self.at += 1;
        if self.number {
            out.out += &format!("{:6}\t", self.at);
        }
        out.out += line;
        if ended {
            out.out += if self.show_ends { "$\n" } else { "\n" };
        }
        true
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

#[derive(Clone, Debug, Default)]
struct Tac {
    lines: Vec<String>,
}

/// `tac`
pub(super) fn tac(args: &[String]) -> Made {
    filter(Options::read("tac", args, "", &[]).map(|o| (Box::new(Tac::default()) as Box<dyn Filter>, o)))
}

impl Filter for Tac {
    fn line(&mut self, line: &str, _ended: bool, _out: &mut Output) -> bool {
        self.lines.push(line.to_owned());
        true
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        for line in self.lines.drain(..).rev() {
            out.say(&line);
        }
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Rev;

/// `rev`
pub(super) fn rev(args: &[String]) -> Made {
    filter(Options::read("rev", args, "", &[]).map(|o| (Box::new(Rev) as Box<dyn Filter>, o)))
}

impl Filter for Rev {
    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool {
        out.echo(&line.chars().rev().collect::<String>(), ended);
        true
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Nl {
    all: bool,
    at: usize,
}

/// `nl`
pub(super) fn nl(args: &[String]) -> Made {
    filter(Options::read("nl", args, "b:", &[]).map(|options| {
        let all = options.value('b') == Some("a");
        (Box::new(Nl { all, at: 0 }) as Box<dyn Filter>, options)
    }))
}

impl Filter for Nl {
    fn line(&mut self, line: &str, _ended: bool, out: &mut Output) -> bool {
        if line.is_empty() && !self.all {
            out.say("       ");
        } else {
            self.at += 1;
            out.say(&format!("{:6}\t{line}", self.at));
        }
        true
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

/// How much `head` and `tail` show.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    Lines(usize),
    Bytes(usize),
    /// `head -n -2`: all but the last; `tail -n +2`: from that line on.
    Other(usize),
}

#[derive(Clone, Debug)]
struct Head {
    amount: Amount,
    titles: bool,
    left: usize,
    held: VecDeque<(String, bool)>,
}

/// The amount that options of `head` or `tail` ask for.
fn amount(tool: &str, options: &Options, sign: char) -> Result<Amount, Usage> {
    let (letter, value) = match (options.value('c'), options.value('n')) {
        (Some(value), _) => ('c', value),
        (None, Some(value)) => ('n', value),
        (None, None) => return Ok(Amount::Lines(10)),
    };
    let other = value.strip_prefix(sign);
    let digits = other.unwrap_or_else(|| value.trim_start_matches(['-', '+']));
    let unit = if letter == 'c' { "bytes" } else { "lines" };
    let number =
        digits.parse().map_err(|_| Usage(format!("{tool}: invalid number of {unit}: '{value}'\n"), 1))?;
    Ok(match (letter, other) {
        ('c', _) => Amount::Bytes(number),
        (_, Some(_)) => Amount::Other(number),
        _ => Amount::Lines(number),
    })
}

/// `-5` means `-n 5`.
fn numbered(args: &[String]) -> Vec<String> {
    let old =
        |arg: &str| arg.len() > 1 && arg.starts_with('-') && arg[1..].bytes().all(|b| b.is_ascii_digit());
    args.iter().map(|arg| if old(arg) { format!("-n{}", &arg[1..]) } else { arg.clone() }).collect()
}

const AMOUNTS: [(&str, char); 4] = [("lines", 'n'), ("bytes", 'c'), ("quiet", 'q'), ("verbose", 'v')];

/// `head`
pub(super) fn head(args: &[String]) -> Made {
    filter(Options::read("head", &numbered(args), "n:c:qv", &AMOUNTS).and_then(|options| {
        let amount = amount("head", &options, '-')?;
        let titles = options.has('v') || options.operands.len() > 1 && !options.has('q');
        Ok((Box::new(Head { amount, titles, left: 0, held: VecDeque::new() }) as Box<dyn Filter>, options))
    }))
}

/// The title above one of several files.
fn title(name: &str, index: usize, out: &mut Output) {
    let name = if name == "-" { "standard input" } else { name };
    out.out += &format!("{}==> {name} <==\n", if index > 0 { "\n" } else { "" });
}

impl Filter for Head {
    fn file(&mut self, name: &str, index: usize, out: &mut Output) {
        if self.titles {
            title(name, index, out);
        }
        self.held.clear();
        self.left = match self.amount {
            Amount::Lines(left) | Amount::Bytes(left) | Amount::Other(left) => left,
        };
    }

    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool {
        match self.amount {
            Amount::Lines(_) if self.left > 0 => {
                self.left -= 1;
                out.echo(line, ended);
            }
            Amount::Bytes(_) if self.left > 0 => {
                let mut end = self.left.min(line.len());
                while !line.is_char_boundary(end) {
                    end -= 1;
                }
                out.echo(&line[..end], ended && self.left > line.len());
                self.left = self.left.saturating_sub(line.len() + usize::from(ended));
            }
            Amount::Other(most) => {
                self.held.push_back((line.to_owned(), ended));
                if self.held.len() > most
                    && let Some((line, ended)) = self.held.pop_front()
                {
                    out.echo(&line, ended);
                }
                return true;
            }
            _ => {}
        }
        self.left > 0 || self.titles
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Tail {
    amount: Amount,
    titles: bool,
    at: usize,
    held: VecDeque<(String, bool)>,
}

/// `tail`; a file here does not grow while it is followed.
pub(super) fn tail(args: &[String]) -> Made {
    filter(Options::read("tail", &numbered(args), "n:c:qvfF", &AMOUNTS).and_then(|options| {
        let amount = amount("tail", &options, '+')?;
        let titles = options.has('v') || options.operands.len() > 1 && !options.has('q');
        Ok((Box::new(Tail { amount, titles, at: 0, held: VecDeque::new() }) as Box<dyn Filter>, options))
    }))
}

impl Filter for Tail {
    fn file(&mut self, name: &str, index: usize, out: &mut Output) {
        if self.titles {
            title(name, index, out);
        }
        self.at = 0;
    }

    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool {
        self.at += 1;
        match self.amount {
            Amount::Other(from) if self.at >= from => out.echo(line, ended),
            Amount::Other(_) => {}
            Amount::Lines(most) => {
                self.held.push_back((line.to_owned(), ended));
                if self.held.len() > most {
                    self.held.pop_front();
                }
            }
            Amount::Bytes(_) => self.held.push_back((line.to_owned(), ended)),
        }
        true
    }

    fn file_end(&mut self, _name: &str, out: &mut Output) {
        let mut kept = Output::default();
        for (line, ended) in self.held.drain(..) {
            kept.echo(&line, ended);
        }
        let mut start = match self.amount {
            Amount::Bytes(most) => kept.out.len().saturating_sub(most),
            _ => 0,
        };
        while !kept.out.is_char_boundary(start) {
            start += 1;
        }
        out.out += &kept.out[start..];
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Wc {
    columns: Vec<char>,
    named: bool,
    here: [usize; 4],
    all: [usize; 4],
    rows: Vec<([usize; 4], String)>,
}

/// `wc`
pub(super) fn wc(args: &[String]) -> Made {
    let long = [("lines", 'l'), ("words", 'w'), ("bytes", 'c'), ("chars", 'm')];
    filter(Options::read("wc", args, "lwcm", &long).map(|options| {
        let mut columns: Vec<char> = "lwmc".chars().filter(|c| options.has(*c)).collect();
        if columns.is_empty() {
            columns = vec!['l', 'w', 'c'];
        }
        let named = !options.operands.is_empty();
        let wc = Wc { columns, named, here: [0; 4], all: [0; 4], rows: Vec::new() };
        (Box::new(wc) as Box<dyn Filter>, options)
    }))
}

impl Filter for Wc {
    fn line(&mut self, line: &str, ended: bool, _out: &mut Output) -> bool {
        let end = usize::from(ended);
        let counts = [end, line.split_whitespace().count(), line.chars().count() + end, line.len() + end];
        for (sum, count) in self.here.iter_mut().zip(counts) {
            *sum += count;
        }
        true
    }

    fn file_end(&mut self, name: &str, _out: &mut Output) {
        for (sum, count) in self.all.iter_mut().zip(self.here) {
            *sum += count;
        }
        self.rows.push((std::mem::take(&mut self.here), name.to_owned()));
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        if self.rows.len() > 1 {
            self.rows.push((self.all, "total".to_owned()));
        }
        let single = self.columns.len() == 1 && self.rows.len() == 1;
        let width = match () {
            () if single => 1,
            () if !self.named => 7,
            () => self.all[3].to_string().len(),
        };
        for (counts, name) in &self.rows {
            let cells = self.columns.iter().map(|column| {
                let count = counts["lwmc".find(*column).unwrap_or(0)];
                format!("{count:width$}")
            });
            let mut row = cells.collect::<Vec<_>>().join(" ");
            if self.named {
                row += &format!(" {name}");
            }
            out.say(&row);
        }
        0
    }

    cloned!();
}

#[derive(Clone, Debug)]
struct Uniq {
    count: bool,
    repeated: bool,
    unique: bool,
    ignore_case: bool,
    last: Option<(String, usize)>,
}

/// `uniq`
pub(super) fn uniq(args: &[String]) -> Made {
    let long = [("count", 'c'), ("repeated", 'd'), ("unique", 'u'), ("ignore-case", 'i')];
    filter(Options::read("uniq", args, "cdui", &long).map(|options| {
        let (count, repeated) = (options.has('c'), options.has('d'));
        let (unique, ignore_case) = (options.has('u'), options.has('i'));
        (Box::new(Uniq { count, repeated, unique, ignore_case, last: None }) as Box<dyn Filter>, options)
    }))
}

impl Uniq {
    fn print(&mut self, out: &mut Output) {
        let Some((line, count)) = self.last.take() else { return };
        if self.repeated && count == 1 || self.unique && count > 1 {
            return;
        }
        out.say(&if self.count { format!("{count:7} {line}") } else { line });
    }
}

impl Filter for Uniq {
    fn line(&mut self, line: &str, _ended: bool, out: &mut Output) -> bool {
        if let Some((last, count)) = &mut self.last {
            let same = *last == line || self.ignore_case && last.to_lowercase() == line.to_lowercase();
            if same {
                *count += 1;
                return true;
            }
        }
        self.print(out);
        self.last = Some((line.to_owned(), 1));
        true
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        self.print(out);
        0
    }

    cloned!();
}
