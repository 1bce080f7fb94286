//! `sed`: the commands that one-liners use.

use super::lines::cloned;
use super::{Filter, Made, Options, Output, Usage};
use crate::shell::program::Exit;
use crate::shell::regex::{Groups, Regex, Syntax};

#[derive(Clone, Debug)]
enum Address {
    Line(usize),
    Last,
    Matches(Regex),
    /// `first~step`
    Step(usize, usize),
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Group(usize),
}

#[derive(Clone, Debug)]
enum What {
    Delete,
    Print,
    Quit,
    Number,
    Substitute { regex: Regex, parts: Vec<Part>, nth: Option<usize>, print: bool },
    Translate(Vec<char>, Vec<char>),
    Append(String),
    Insert(String),
    Change(String),
    Group(Vec<Command>),
}

#[derive(Clone, Debug)]
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    what: What,
    /// Whether the range is open.
    open: bool,
    /// Where an open range ends, for `addr,+N`.
    until: Option<usize>,
}

#[derive(Clone, Debug)]
struct Sed {
    commands: Vec<Command>,
    quiet: bool,
    in_place: bool,
    separate: bool,
    at: usize,
    /// A line is worked on once it is known whether another follows.
    held: Option<(String, bool)>,
    written: String,
    quit: bool,
}

/// `sed` from its arguments.
pub(super) fn make(args: &[String]) -> Made {
    read(args).unwrap_or_else(Made::from)
}

fn read(args: &[String]) -> Result<Made, Usage> {
    let long = [
        ("quiet", 'n'),
        ("silent", 'n'),
        ("expression", 'e'),
        ("regexp-extended", 'E'),
        ("in-place", 'i'),
        ("separate", 's'),
    ];
    // BSD's `-i ''` and GNU's `-i.bak` both mean: in place.
    let args: Vec<String> = args
        .iter()
        .filter(|arg| !arg.is_empty())
        .map(|arg| if arg.starts_with("-i") { "-i".to_owned() } else { arg.clone() })
        .collect();
    let mut options = Options::read("sed", &args, "ne:rEisu", &long)?;
    let mut scripts: Vec<String> = options.values('e').map(str::to_owned).collect();
    if scripts.is_empty() {
        if options.operands.is_empty() {
            return Err(Usage(
                "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n".into(),
                1,
            ));
        }
        scripts.push(options.operands.remove(0));
    }
    let syntax = if options.has('E') || options.has('r') { Syntax::Extended } else { Syntax::Basic };
    let script = scripts.join("\n");
    let mut parser = Parser { chars: script.chars().collect(), at: 0, syntax, last: None, depth: 0 };
    let commands = parser
        .commands()
        .map_err(|message| Usage(format!("sed: -e expression #1, char {}: {message}\n", parser.at), 1))?;
    let in_place = options.has('i');
    let sed = Sed {
        commands,
        quiet: options.has('n'),
        in_place,
        separate: in_place || options.has('s'),
        at: 0,
        held: None,
        written: String::new(),
        quit: false,
    };
    Ok(Made::Filter(Box::new(sed), options.operands))
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    syntax: Syntax,
    /// The last pattern: an empty one means it again.
    last: Option<Regex>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn skip(&mut self, of: &str) {
        while self.peek().is_some_and(|c| of.contains(c)) {
            self.at += 1;
        }
    }

    fn commands(&mut self) -> Result<Vec<Command>, String> {
        let mut commands = Vec::new();
        loop {
            self.skip(" \t\n;");
            match self.peek() {
                None if self.depth == 0 => return Ok(commands),
                None => return Err("unmatched `{'".to_owned()),
                Some('}') if self.depth > 0 => {
                    self.at += 1;
                    return Ok(commands);
                }
                Some('#') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                Some(_) => commands.push(self.command()?),
            }
        }
    }

    fn command(&mut self) -> Result<Command, String> {
        let from = self.address()?;
        let mut to = None;
        let mut plus = None;
        if from.is_some() && self.peek() == Some(',') {
            self.at += 1;
            if self.peek() == Some('+') {
                self.at += 1;
                plus = Some(self.number());
                to = Some(Address::Line(0));
            } else {
                to = Some(self.address()?.ok_or("unexpected `,'")?);
            }
        }
        self.skip(" \t");
        let negated = self.peek() == Some('!');
        if negated {
            self.at += 1;
            self.skip(" \t!");
        }
        let what = match self.next() {
            Some('d') => What::Delete,
            Some('p') => What::Print,
            Some('q') => What::Quit,
            Some('=') => What::Number,
            Some('s') => self.substitution()?,
            Some('y') => self.translation()?,
            Some('a') => What::Append(self.text()?),
            Some('i') => What::Insert(self.text()?),
            Some('c') => What::Change(self.text()?),
            Some('{') => {
                self.depth += 1;
                if self.depth > 20 {
                    return Err("nested too deeply".to_owned());
                }
                let commands = self.commands()?;
                self.depth -= 1;
                What::Group(commands)
            }
            Some('}') => return Err("unexpected `}'".to_owned()),
            Some(other) => return Err(format!("unknown command: `{other}'")),
            None => return Err("missing command".to_owned()),
        };
        self.skip(" \t");
        if !matches!(self.peek(), None | Some('\n' | ';' | '}' | '#')) && !matches!(what, What::Group(_)) {
            return Err(match what {
                What::Substitute { .. } => "unknown option to `s'".to_owned(),
                _ => "extra characters after command".to_owned(),
            });
        }
        Ok(Command { from, to, negated, what, open: false, until: plus })
    }

    fn number(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect::<String>().parse().unwrap_or(usize::MAX)
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        Ok(Some(match self.peek() {
            Some('$') => {
                self.at += 1;
                Address::Last
            }
            Some(c) if c.is_ascii_digit() => {
                let line = self.number();
                if self.peek() == Some('~') {
                    self.at += 1;
                    Address::Step(line, self.number())
                } else {
                    Address::Line(line)
                }
            }
            Some('/') => {
                self.at += 1;
                let text = self.until('/').ok_or("unterminated address regex")?;
                let fold = self.peek() == Some('I');
                self.at += usize::from(fold);
                Address::Matches(self.regex(&text, fold)?)
            }
            _ => return Ok(None),
        }))
    }

    /// The text up to a delimiter, which an escape makes plain.
    fn until(&mut self, delimiter: char) -> Option<String> {
        let mut text = String::new();
        let mut class = false;
        loop {
            let c = self.next()?;
            match c {
                '\\' => {
                    let next = self.next()?;
                    if next != delimiter {
                        text.push('\\');
                    }
                    text.push(next);
                    continue;
                }
                '[' => class = true,
                ']' => class = false,
                _ if c == delimiter && !class => return Some(text),
                _ => {}
            }
            // A bracket that is never closed was none.
            if class && !self.chars[self.at..].contains(&']') {
                class = false;
            }
            text.push(c);
        }
    }

    fn regex(&mut self, text: &str, fold: bool) -> Result<Regex, String> {
        if text.is_empty() {
            return self.last.clone().ok_or_else(|| "no previous regular expression".to_owned());
        }
        let regex = Regex::new(text, self.syntax, fold)?;
        self.last = Some(regex.clone());
        Ok(regex)
    }

    fn substitution(&mut self) -> Result<What, String> {
        let unterminated = || "unterminated `s' command".to_owned();
        let delimiter = self.next().ok_or_else(unterminated)?;
        let pattern = self.until(delimiter).ok_or_else(unterminated)?;
        let with = self.until(delimiter).ok_or_else(unterminated)?;
        let (mut nth, mut print, mut fold) = (Some(1), false, false);
        loop {
            match self.peek() {
                Some('g') => nth = None,
                Some('p') => print = true,
                Some('i' | 'I') => fold = true,
                Some(c) if c.is_ascii_digit() && c != '0' => {
                    nth = Some(self.number());
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        let regex = self.regex(&pattern, fold)?;
        Ok(What::Substitute { regex, parts: replacement(&with), nth, print })
    }

    fn translation(&mut self) -> Result<What, String> {
        let unterminated = || "unterminated `y' command".to_owned();
        let delimiter = self.next().ok_or_else(unterminated)?;
        let from: Vec<char> = self.until(delimiter).ok_or_else(unterminated)?.chars().collect();
        let to: Vec<char> = self.until(delimiter).ok_or_else(unterminated)?.chars().collect();
        if from.len() != to.len() {
            return Err("strings for `y' command are different lengths".to_owned());
        }
        Ok(What::Translate(from, to))
    }

    /// The text of `a`, `i`, `c`: to the end of the line.
    fn text(&mut self) -> Result<String, String> {
        self.skip(" \t");
        if self.peek() == Some('\\') {
            self.at += 1;
            self.skip("\n");
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c != '\n') {
            self.at += 1;
        }
        if start == self.at {
            return Err("expected \\ after `a', `c' or `i'".to_owned());
        }
        Ok(crate::shell::printf::unescape(&self.chars[start..self.at].iter().collect::<String>()))
    }
}

/// The parts of a replacement: `&` and `\1` stand for what matched.
fn replacement(text: &str) -> Vec<Part> {
    let mut parts = vec![Part::Text(String::new())];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '&' => {
                parts.push(Part::Group(0));
                None
            }
            '\\' => match chars.next() {
                Some(digit) if digit.is_ascii_digit() => {
                    parts.push(Part::Group(digit as usize - '0' as usize));
                    None
                }
                Some('n') => Some('\n'),
                Some('t') => Some('\t'),
                other => other,
            },
            c => Some(c),
        };
        match (plain, parts.last_mut()) {
            (Some(c), Some(Part::Text(text))) => text.push(c),
            (Some(c), _) => parts.push(Part::Text(c.to_string())),
            (None, _) => {}
        }
    }
    parts
}

fn expand(parts: &[Part], line: &str, groups: &Groups) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(plain) => text.push_str(plain),
            Part::Group(number) => {
                if let Some(Some((start, end))) = groups.get(*number) {
                    text.push_str(&line[*start..*end]);
                }
            }
        }
    }
    text
}

/// A line on its way through the commands.
struct Work {
    line: String,
    number: usize,
    last: bool,
    deleted: bool,
    quit: bool,
    before: Vec<String>,
    printed: Vec<String>,
    after: Vec<String>,
}

impl Address {
    fn holds(&self, work: &Work) -> bool {
        match self {
            Self::Line(number) => *number == work.number,
            Self::Last => work.last,
            Self::Matches(regex) => regex.is_match(&work.line),
            Self::Step(first, step) => {
                work.number >= *first && (*step == 0 || (work.number - first).is_multiple_of(*step))
            }
        }
    }
}

impl Command {
    fn applies(&mut self, work: &Work) -> bool {
        let inside = match (&self.from, &self.to) {
            (None, _) => true,
            (Some(from), None) => from.holds(work),
            (Some(from), Some(to)) => {
                if self.open {
                    self.open = match (self.until, to) {
                        (Some(end), _) => work.number < end,
                        (None, Address::Line(end)) => work.number < *end,
                        (None, to) => !to.holds(work),
                    };
                    true
                } else if from.holds(work) {
                    // `addr,+N` keeps N until the range opens, then where it ends.
                    match (self.until, to) {
                        (Some(more), Address::Line(0)) => {
                            let end = work.number.saturating_add(more);
                            self.to = Some(Address::Line(end));
                            self.until = None;
                            self.open = more > 0;
                        }
                        (_, Address::Line(end)) => self.open = *end > work.number,
                        _ => self.open = true,
                    }
                    true
                } else {
                    false
                }
            }
        };
        inside != self.negated
    }

    fn run(&mut self, work: &mut Work) {
        if work.deleted || !self.applies(work) {
            return;
        }
        match &mut self.what {
            What::Delete => work.deleted = true,
            What::Print => work.printed.push(work.line.clone()),
            What::Quit => work.quit = true,
            What::Number => work.printed.push(work.number.to_string()),
            What::Substitute { regex, parts, nth, print } => {
                let line = work.line.clone();
                let (text, count) = regex.replace(&line, *nth, |groups| expand(parts, &line, groups));
                work.line = text;
                if count > 0 && *print {
                    work.printed.push(work.line.clone());
                }
            }
            What::Translate(from, to) => {
                let other = |c: char| from.iter().position(|f| *f == c).map_or(c, |at| to[at]);
                work.line = work.line.chars().map(other).collect();
            }
            What::Append(text) => work.after.push(text.clone()),
            What::Insert(text) => work.before.push(text.clone()),
            What::Change(text) => {
                if !self.open {
                    work.before.push(text.clone());
                }
                work.deleted = true;
            }
            What::Group(commands) => {
                for command in commands {
                    if !work.quit {
                        command.run(work);
                    }
                }
            }
        }
    }
}

impl Sed {
    fn work(&mut self, last: bool, out: &mut Output) {
        let Some((line, ended)) = self.held.take() else { return };
        self.at += 1;
        let mut work = Work {
            line,
            number: self.at,
            last,
            deleted: false,
            quit: false,
            before: Vec::new(),
            printed: Vec::new(),
            after: Vec::new(),
        };
        for command in &mut self.commands {
            if !work.quit {
                command.run(&mut work);
            }
        }
        let mut text = String::new();
        for line in work.before.iter().chain(&work.printed) {
            text.push_str(line);
            text.push('\n');
        }
        if !work.deleted && !self.quiet {
            text.push_str(&work.line);
            if ended || !work.after.is_empty() {
                text.push('\n');
            }
        }
        for line in &work.after {
            text.push_str(line);
            text.push('\n');
        }
        self.quit |= work.quit;
        if self.in_place {
            self.written.push_str(&text);
        } else {
            out.out.push_str(&text);
        }
    }
}

impl Filter for Sed {
    fn file(&mut self, _name: &str, _index: usize, _out: &mut Output) {
        if self.separate {
            self.at = 0;
        }
    }

    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool {
        self.work(false, out);
        if self.quit {
            return false;
        }
        self.held = Some((line.to_owned(), ended));
        true
    }

    fn file_end(&mut self, name: &str, out: &mut Output) {
        if self.separate {
            self.work(true, out);
        }
        if self.in_place && name != "-" {
            out.files.push((name.to_owned(), std::mem::take(&mut self.written)));
        }
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        self.work(true, out);
        0
    }

    fn unreadable(&self) -> Exit {
        2
    }

    cloned!();
}
