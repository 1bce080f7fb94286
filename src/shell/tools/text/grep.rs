//! `grep`, `egrep`, `fgrep`: lines that match.

use super::{Filter, Made, Options, Output, Usage};
use crate::api::Ordered;
use crate::shell::program::Exit;
use crate::shell::regex::{Regex, Syntax};
use std::collections::VecDeque;

#[derive(Clone, Debug)]
struct Grep {
    patterns: Vec<Regex>,
    inverted: bool,
    whole_line: bool,
    whole_word: bool,
    only: bool,
    count: bool,
    names: bool,
    names_without: bool,
    quiet: bool,
    number: bool,
    prefix: bool,
    recursive: bool,
    most: Option<usize>,
    before: usize,
    after: usize,
    file: String,
    at: usize,
    found: usize,
    any: bool,
    /// Lines before, in case the next one matches.
    held: VecDeque<(usize, String)>,
    /// Lines still to print after a match.
    trailing: usize,
    printed: usize,
}

/// `grep` from its arguments.
pub(super) fn make(name: &str, args: &[String]) -> Made {
    read(name, args).unwrap_or_else(Made::from)
}

const LONG: [(&str, char); 23] = [
    ("ignore-case", 'i'),
    ("invert-match", 'v'),
    ("line-number", 'n'),
    ("count", 'c'),
    ("files-with-matches", 'l'),
    ("files-without-match", 'L'),
    ("only-matching", 'o'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("extended-regexp", 'E'),
    ("fixed-strings", 'F'),
    ("perl-regexp", 'P'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("no-messages", 's'),
    ("no-filename", 'h'),
    ("with-filename", 'H'),
    ("regexp", 'e'),
    ("after-context", 'A'),
    ("before-context", 'B'),
    ("context", 'C'),
    ("max-count", 'm'),
    ("recursive", 'r'),
];

fn read(name: &str, args: &[String]) -> Result<Made, Usage> {
    // Colours are for terminals that show them; buffering does not matter here.
    let plain = |arg: &&String| !arg.starts_with("--color") && *arg != "--line-buffered";
    let args: Vec<String> = args.iter().filter(plain).cloned().collect();
    let mut options = Options::read("grep", &numbered(args), "ivnclLowxEFGPqshHe:A:B:C:m:rRa", &LONG)?;
    let mut patterns: Vec<String> = options.values('e').map(str::to_owned).collect();
    if patterns.is_empty() {
        if options.operands.is_empty() {
            return Err(Usage(
                "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"
                    .into(),
                2,
            ));
        }
        patterns.push(options.operands.remove(0));
    }
    let syntax = match () {
        () if options.has('P') => Syntax::Perl,
        () if options.has('E') || name == "egrep" => Syntax::Extended,
        () => Syntax::Basic,
    };
    let fixed = options.has('F') || name == "fgrep";
    let compile = |pattern: &str| {
        let escaped: String;
        let (pattern, syntax) = if fixed {
            escaped = pattern.chars().flat_map(|c| ["\\".into(), c.to_string()]).collect();
            (escaped.as_str(), Syntax::Extended)
        } else {
            (pattern, syntax)
        };
        // Escaping a letter would make it a class: fixed strings escape only what is special.
        let pattern = if fixed { unescape_words(pattern) } else { pattern.to_owned() };
        Regex::new(&pattern, syntax, options.has('i')).map_err(|error| Usage(format!("grep: {error}\n"), 2))
    };
    let patterns =
        patterns.iter().flat_map(|p| p.split('\n')).map(compile).collect::<Result<Vec<_>, Usage>>()?;
    let recursive = options.has('r') || options.has('R');
    if recursive && options.operands.is_empty() {
        options.operands.push(".".to_owned());
    }
    let number = |letter: char| -> Result<Option<usize>, Usage> {
        let Some(value) = options.value(letter) else { return Ok(None) };
        let wrong = if letter == 'm' { "invalid max count" } else { "invalid context length argument" };
        value.parse().map(Some).map_err(|_| Usage(format!("grep: {value}: {wrong}\n"), 2))
    };
    let context = number('C')?;
    let filter = Grep {
        patterns,
        inverted: options.has('v'),
        whole_line: options.has('x'),
        whole_word: options.has('w'),
        only: options.has('o'),
        count: options.has('c'),
        names: options.has('l'),
        names_without: options.has('L'),
        quiet: options.has('q'),
        number: options.has('n'),
        prefix: options.has('H') || (options.operands.len() > 1 || recursive) && !options.has('h'),
        recursive,
        most: number('m')?,
        before: number('B')?.or(context).unwrap_or(0),
        after: number('A')?.or(context).unwrap_or(0),
        file: String::new(),
        at: 0,
        found: 0,
        any: false,
        held: VecDeque::new(),
        trailing: 0,
        printed: 0,
    };
    Ok(Made::Filter(Box::new(filter), options.operands))
}

/// `-3` means `-C 3`.
fn numbered(args: Vec<String>) -> Vec<String> {
    let number =
        |arg: &str| arg.len() > 1 && arg.starts_with('-') && arg[1..].bytes().all(|b| b.is_ascii_digit());
    args.into_iter().map(|arg| if number(&arg) { format!("-C{}", &arg[1..]) } else { arg }).collect()
}

/// Takes the backslash from letters, digits and what is no special character.
fn unescape_words(pattern: &str) -> String {
    let mut result = String::new();
    let mut chars = pattern.chars();
    while let Some(slash) = chars.next() {
        let Some(c) = chars.next() else { break };
        if ".*+?()[]{}|^$\\".contains(c) {
            result.push(slash);
        }
        result.push(c);
    }
    result
}

impl Grep {
    /// Where the line matches: from the first byte to the last of each match.
    fn matches(&self, line: &str) -> Vec<(usize, usize)> {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut found: Vec<(usize, usize)> = self
            .patterns
            .iter()
            .flat_map(|pattern| pattern.find_all(line))
            .filter_map(|groups| groups[0])
            .filter(|(start, end)| !self.whole_line || (*start, *end) == (0, line.len()))
            .filter(|(start, end)| {
                let edges = !word(line[..*start].chars().next_back()) && !word(line[*end..].chars().next());
                !self.whole_word || edges
            })
            .collect();
        found.order();
        found
    }

    fn print(&mut self, line: &str, number: usize, mark: char, out: &mut Output) {
        if self.prefix {
            let name = if self.file == "-" { "(standard input)" } else { &self.file };
            out.out += &format!("{name}{mark}");
        }
        if self.number {
            out.out += &format!("{number}{mark}");
        }
        out.say(line);
        self.printed = number;
    }
}

impl Filter for Grep {
    fn file(&mut self, name: &str, _index: usize, _out: &mut Output) {
        self.file = name.to_owned();
        (self.at, self.found, self.trailing, self.printed) = (0, 0, 0, 0);
        self.held.clear();
    }

    fn line(&mut self, line: &str, _ended: bool, out: &mut Output) -> bool {
        self.at += 1;
        if self.most.is_some_and(|most| self.found >= most) {
            if self.trailing > 0 {
                self.trailing -= 1;
                self.print(line, self.at, '-', out);
            }
            return true;
        }
        let matches = self.matches(line);
        let selected = matches.is_empty() == self.inverted;
        let silent = self.quiet || self.count || self.names || self.names_without;
        if !selected {
            if self.trailing > 0 && !silent {
                self.trailing -= 1;
                self.print(line, self.at, '-', out);
            } else if self.before > 0 {
                if self.held.len() == self.before {
                    self.held.pop_front();
                }
                self.held.push_back((self.at, line.to_owned()));
            }
            return true;
        }
        self.found += 1;
        self.any = true;
        if self.quiet {
            return false;
        }
        if silent {
            return true;
        }
        if self.only {
            let mut last = 0;
            for (start, end) in matches.into_iter().filter(|(start, end)| end > start) {
                if start >= last && !self.inverted {
                    self.print(&line[start..end], self.at, ':', out);
                    last = end;
                }
            }
            return true;
        }
        let held = std::mem::take(&mut self.held);
        let first = held.front().map_or(self.at, |(number, _)| *number);
        if (self.before > 0 || self.after > 0) && self.printed > 0 && first > self.printed + 1 {
            out.say("--");
        }
        for (number, line) in held {
            self.print(&line, number, '-', out);
        }
        self.print(line, self.at, ':', out);
        self.trailing = self.after;
        true
    }

    fn file_end(&mut self, name: &str, out: &mut Output) {
        let shown = if name == "-" { "(standard input)" } else { name };
        if self.names && self.found > 0 || self.names_without && self.found == 0 {
            out.say(shown);
        } else if self.count && !self.quiet && !self.names && !self.names_without {
            let prefix = if self.prefix { format!("{shown}:") } else { String::new() };
            out.say(&format!("{prefix}{}", self.found));
        }
    }

    fn end(&mut self, _out: &mut Output) -> Exit {
        Exit::from(!self.any)
    }

    fn unreadable(&self) -> Exit {
        if self.quiet && self.any { 0 } else { 2 }
    }

    fn recursive(&self) -> bool {
        self.recursive
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
