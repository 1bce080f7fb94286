//! Tools that work through text: files they are given, else standard input.
//!
//! A [`Filter`] sees lines as they arrive, so that `kubectl get pods -w | grep web` prints while the
//! command before it still runs. It knows nothing of the cluster.

mod grep;
mod lines;
mod columns;
mod sort;
mod sed;
mod encode;
pub use encode::{decode, encode};
pub mod diff;
mod options;

pub use options::{Options, Usage};

use crate::shell::files::absolute;
use crate::shell::program::{Ctx, Exit, Poll, Program, Wake};
use std::collections::VecDeque;
use std::fmt::Debug;

/// A tool that works through lines.
pub trait Filter: Debug {
    /// A file begins; `-` is standard input. `index` counts the files that could be read.
    fn file(&mut self, _name: &str, _index: usize, _out: &mut Output) {}

    /// A line, and whether it ended in a newline. False once the tool wants no more.
    fn line(&mut self, line: &str, ended: bool, out: &mut Output) -> bool;

    /// The end of one file's lines.
    fn file_end(&mut self, _name: &str, _out: &mut Output) {}

    /// The end of all input: the exit status.
    fn end(&mut self, out: &mut Output) -> Exit;

    /// Whether directories stand for the files in them.
    fn recursive(&self) -> bool {
        false
    }

    /// The status when a file could not be read.
    fn unreadable(&self) -> Exit {
        1
    }

    /// A copy in the same state.
    fn boxed_clone(&self) -> Box<dyn Filter>;
}

impl Clone for Box<dyn Filter> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}

/// Where a filter prints.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Files to be written once all is read: `sed -i`, `sort -o`.
    pub files: Vec<(String, String)>,
}

impl Output {
    /// Prints a line.
    pub fn say(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Prints text, and the newline if its line had one.
    pub fn echo(&mut self, line: &str, ended: bool) {
        self.out.push_str(line);
        if ended {
            self.out.push('\n');
        }
    }
}

/// What a command line comes to.
pub enum Made {
    /// A filter over these files; none: standard input.
    Filter(Box<dyn Filter>, Vec<String>),
    /// Nothing to run: what was printed, on standard error if the status is not zero.
    Said(String, Exit),
}

impl From<Usage> for Made {
    fn from(usage: Usage) -> Self {
        Self::Said(usage.0, usage.1)
    }
}

/// The tool of that name from its words, the name first; BusyBox's words are a little other.
pub fn program(words: Vec<String>, busybox: bool) -> Box<dyn Program> {
    let (name, args) = words.split_first().map_or(("", &[][..]), |(name, args)| (name.as_str(), args));
    let made = match name {
        "grep" | "egrep" | "fgrep" => grep::make(name, args),
        "tac" => lines::tac(args),
        "rev" => lines::rev(args),
        "nl" => lines::nl(args),
        "head" => lines::head(args),
        "tail" => lines::tail(args),
        "wc" => lines::wc(args),
        "uniq" => lines::uniq(args),
        "cut" => columns::cut(args),
        "tr" => columns::tr(args),
        "column" => columns::column(args),
        "paste" => columns::paste(args),
        "sort" => sort::make(args),
        "sed" => sed::make(args),
        "base64" => encode::make(args),
        _ => lines::cat(args),
    };
    Box::new(Stream::new(name, busybox, made))
}

/// A filter being fed.
#[derive(Clone, Debug)]
pub struct Stream {
    name: &'static str,
    busybox: bool,
    state: State,
    files: VecDeque<String>,
    readable: usize,
    unread: bool,
    /// Whether the filter wants no more.
    full: bool,
    /// Whether standard input was begun.
    began: bool,
}

#[derive(Clone, Debug)]
enum State {
    Run(Box<dyn Filter>),
    Said(String, Exit),
}

impl Stream {
    /// A tool from what its command line comes to.
    pub fn new(name: &str, busybox: bool, made: Made) -> Self {
        let name = NAMES.iter().find(|known| **known == name).copied().unwrap_or("cat");
        let (state, files) = match made {
            Made::Filter(filter, files) if files.is_empty() => (State::Run(filter), vec!["-".to_owned()]),
            Made::Filter(filter, files) => (State::Run(filter), files),
            Made::Said(text, exit) => (State::Said(text, exit), Vec::new()),
        };
        let files = files.into();
        Self { name, busybox, state, files, readable: 0, unread: false, full: false, began: false }
    }
}

const NAMES: [&str; 19] = [
    "grep", "egrep", "fgrep", "cat", "tac", "rev", "nl", "head", "tail", "wc", "uniq", "cut", "tr", "column",
    "paste", "sort", "sed", "base64", "awk",
];

impl Program for Stream {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let filter = match &mut self.state {
            State::Said(text, exit) => {
                let stream = if *exit == 0 { &mut *ctx.stdout } else { &mut *ctx.stderr };
                stream.push_str(text);
                return Poll::Done(*exit);
            }
            State::Run(filter) => filter,
        };
        let mut out = Output::default();
        let mut waits = false;
        while let Some(file) = self.files.front().cloned() {
            if self.full {
                break;
            }
            if file == "-" {
                if !std::mem::replace(&mut self.began, true) {
                    filter.file(&file, self.readable, &mut out);
                    self.readable += 1;
                }
                let text = if ctx.stdin.closed {
                    ctx.stdin.take()
                } else {
                    let end = ctx.stdin.data.rfind('\n').map_or(0, |at| at + 1);
                    ctx.stdin.data.drain(..end).collect()
                };
                self.full = !feed(filter.as_mut(), &text, &mut out);
                if !self.full && !ctx.stdin.closed {
                    waits = true;
                    break;
                }
                filter.file_end(&file, &mut out);
            } else {
                let place = absolute(ctx.cwd, &file);
                if filter.recursive() && ctx.files().is_directory(&place) {
                    self.files.pop_front();
                    for (name, _) in ctx.files().list(&place).into_iter().rev() {
                        self.files.push_front(format!("{}/{name}", file.trim_end_matches('/')));
                    }
                    continue;
                }
                match ctx.read(&file) {
                    Ok(text) => {
                        filter.file(&file, self.readable, &mut out);
                        self.readable += 1;
                        self.full = !feed(filter.as_mut(), &text, &mut out);
                        filter.file_end(&file, &mut out);
                    }
                    Err(error) => {
                        out.err += &unreadable(self.name, self.busybox, &file, &error.to_string());
                        self.unread = true;
                    }
                }
            }
            self.files.pop_front();
        }
        let status = (!waits).then(|| {
            let status = filter.end(&mut out);
            if self.unread { filter.unreadable() } else { status }
        });
        ctx.stdout.push_str(&out.out);
        ctx.stderr.push_str(&out.err);
        for (path, text) in out.files {
            let absolute = absolute(ctx.cwd, &path);
            if let Err(error) = ctx.files().write(&absolute, text) {
                ctx.complain(format!("{}: {path}: {error}", self.name));
                return Poll::Done(1);
            }
        }
        status.map_or(Poll::Wait(Wake::Input), Poll::Done)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Feeds the lines of a text.
fn feed(filter: &mut dyn Filter, text: &str, out: &mut Output) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let (line, ended) = match rest.find('\n') {
            Some(end) => {
                let line = &rest[..end];
                rest = &rest[end + 1..];
                (line, true)
            }
            None => (std::mem::take(&mut rest), false),
        };
        if !filter.line(line, ended, out) {
            return false;
        }
    }
    true
}

/// What each tool says of a file it cannot read: GNU's words on the workstation, BusyBox's in most pods.
fn unreadable(tool: &str, busybox: bool, file: &str, error: &str) -> String {
    match (tool, busybox) {
        ("cat" | "tail" | "uniq" | "nl" | "tac" | "rev", true) => {
            format!("{tool}: can't open '{file}': {error}\n")
        }
        ("head" | "tail", false) => format!("{tool}: cannot open '{file}' for reading: {error}\n"),
        ("sort", false) => format!("sort: cannot read: {file}: {error}\n"),
        ("sed", false) => format!("sed: can't read {file}: {error}\n"),
        ("awk", false) => format!("awk: cannot open \"{file}\" ({error})\n"),
        _ => format!("{tool}: {file}: {error}\n"),
    }
}
