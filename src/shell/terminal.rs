//! A terminal: a shell, what it printed, and what is typed ahead.

use super::complete::Completion;
use super::exec::ListRun;
use super::jobs::{poll_jobs, reap};
use super::line::{self, SyntaxError};
use super::program::{Ctx, Exit, Input, Place, Poll, Wake, World};
use super::scope::Scope;
use crate::cluster::Cluster;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Steps a shell may make in one poll, so that an endless loop stays interruptible.
const BUDGET: u32 = 2_000;

/// Which kind of text a piece of the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// A prompt and what was typed after it.
    Typed,
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A terminal of the workstation.
#[derive(Clone, Debug)]
pub struct Terminal {
    scope: Scope,
    running: Option<ListRun>,
    partial: String,
    typed: Input,
    interrupted: bool,
    wake: Wake,
    jobs_wake: Wake,
    seen: u64,
    /// What was printed, piece by piece.
    pub screen: Vec<(Stream, String)>,
}

impl Terminal {
    /// A terminal whose shell starts in `cwd` with these variables, all exported.
    pub fn new(cwd: &str, variables: &[(&str, &str)]) -> Self {
        let mut scope = Scope { cwd: cwd.to_owned(), shell: "bash".to_owned(), ..Scope::default() };
        scope.arguments = vec!["bash".to_owned()];
        for (name, value) in variables {
            scope.set(name, *value);
            scope.exported.insert((*name).to_owned());
        }
        Self {
            scope,
            running: None,
            partial: String::new(),
            typed: Input::default(),
            interrupted: false,
            wake: Wake::Never,
            jobs_wake: Wake::Never,
            seen: 0,
            screen: Vec::new(),
        }
    }

    /// Whether a command is running.
    pub fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Whether nothing runs and all that was typed is read.
    pub fn is_idle(&self) -> bool {
        !self.is_busy() && self.typed.data.is_empty()
    }

    /// Whether a command was begun whose end was not typed: a quote or a here-document is open.
    pub fn wants_more(&self) -> bool {
        !self.partial.is_empty()
    }

    /// The lines entered, oldest first.
    pub fn history(&self) -> &[String] {
        &self.scope.history
    }

    /// What the terminal waits for.
    pub fn wake(&self) -> Wake {
        let running = if self.is_busy() { self.wake } else { Wake::Never };
        running.either(self.jobs_wake)
    }

    /// The status of the last command.
    pub fn status(&self) -> Exit {
        self.scope.status
    }

    /// The directory the shell is in.
    pub fn cwd(&self) -> &str {
        &self.scope.cwd
    }

    /// What could stand at the cursor of a line being typed, the cursor counted in characters. A
    /// program that reads lines is not the shell: nothing is offered while one runs.
    pub fn complete(&self, cluster: &Cluster, world: &World, line: &str, cursor: usize) -> Completion {
        if self.is_busy() {
            return Completion::default();
        }
        super::complete::complete(cluster, world, &self.scope, line, cursor)
    }

    /// What stands before the line being typed.
    pub fn prompt(&self) -> String {
        if self.is_busy() {
            return String::new();
        }
        if !self.partial.is_empty() {
            return "> ".to_owned();
        }
        let home = self.scope.value("HOME").unwrap_or_default();
        let cwd = match self.scope.cwd.strip_prefix(&home) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => self.scope.cwd.clone(),
        };
        format!("{cwd} $ ")
    }

    /// Enters a line: a command, or input of the one that runs.
    pub fn enter(&mut self, line: &str) {
        let shown = format!("{}{line}\n", self.prompt());
        self.print(Stream::Typed, &shown);
        if !line.trim().is_empty() && !self.is_busy() {
            let lines = line.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
            Arc::make_mut(&mut self.scope.history).extend(lines);
        }
        self.typed.data += line;
        self.typed.data.push('\n');
        if self.wake == Wake::Input {
            self.wake = Wake::Yield;
        }
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&mut self) {
        let shown = format!("{}^C\n", self.prompt());
        self.print(Stream::Typed, &shown);
        self.partial.clear();
        self.typed.data.clear();
        if self.is_busy() {
            self.interrupted = true;
            self.wake = Wake::Yield;
        } else {
            self.scope.status = 130;
        }
    }

    /// Forgets what was printed.
    pub fn clear(&mut self) {
        self.screen.clear();
    }

    fn print(&mut self, stream: Stream, text: &str) {
        /// What clears the screen (ECMA-48): `clear` prints it.
        const CLEAR: &str = "\u{1b}[H\u{1b}[2J";
        let text = match text.rfind(CLEAR) {
            Some(at) => {
                self.screen.clear();
                &text[at + CLEAR.len()..]
            }
            None => text,
        };
        match self.screen.last_mut() {
            _ if text.is_empty() => {}
            Some((last, whole)) if *last == stream => whole.push_str(text),
            _ => self.screen.push((stream, text.to_owned())),
        }
    }

    /// Whether it could go on now.
    fn is_due(&self, cluster: &Cluster) -> bool {
        let changed = cluster.store().version() != self.seen;
        let idle = !self.is_busy() && !self.typed.data.is_empty();
        idle || match self.wake() {
            Wake::Yield => true,
            Wake::At(at) => at <= cluster.now(),
            Wake::ChangeOr(at) => changed || at <= cluster.now(),
            Wake::Input => !self.typed.data.is_empty(),
            Wake::Never => false,
        }
    }

    /// Lets the shell go on as far as it can; whether it did anything.
    pub fn poll(&mut self, cluster: &mut Cluster, world: &mut World) -> bool {
        if !self.is_due(cluster) {
            return false;
        }
        self.seen = cluster.store().version();
        let (mut out, mut err) = (String::new(), String::new());
        let mut budget = BUDGET;
        // What is typed reaches the command that runs; the shell reads lines when none does.
        let mut typed = std::mem::take(&mut self.typed);
        let env = BTreeMap::new();
        let cwd = self.scope.cwd.clone();
        {
            let mut ctx = Ctx {
                cluster,
                world,
                place: &Place::Workstation,
                cwd: &cwd,
                env: &env,
                stdin: &mut typed,
                stdout: &mut out,
                stderr: &mut err,
                interrupted: self.interrupted,
                tty: true,
                budget: &mut budget,
            };
            self.jobs_wake = poll_jobs(&mut self.scope, &mut ctx);
            let before = self.scope.jobs.len();
            self.go_on(&mut ctx);
            if self.scope.jobs.len() > before {
                // A job that was just put into the background begins at once.
                self.jobs_wake = poll_jobs(&mut self.scope, &mut ctx);
            }
        }
        self.typed = typed;
        // What a program complains of comes after what it printed before.
        self.print(Stream::Out, &out);
        self.print(Stream::Err, &err);
        true
    }

    fn go_on(&mut self, ctx: &mut Ctx<'_>) {
        if self.running.is_none() {
            let Some(line) = ctx.stdin.line() else { return };
            self.partial += &line;
            // A backslash at the end of a line joins it with the next (POSIX shell, 2.2.1).
            if self.partial.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
                self.partial.push('\n');
                return;
            }
            match line::parse(&self.partial) {
                Ok(script) => {
                    self.partial.clear();
                    self.running = Some(ListRun::new(script));
                }
                Err(SyntaxError::Incomplete(_)) => {
                    self.partial.push('\n');
                    return;
                }
                Err(error) => {
                    self.partial.clear();
                    ctx.complain(format!("bash: {error}"));
                    self.scope.status = 2;
                    return;
                }
            }
        }
        let Some(list) = &mut self.running else { return };
        match list.poll(&mut self.scope, ctx) {
            Poll::Wait(wake) => self.wake = wake,
            Poll::Done(_) => {
                self.running = None;
                self.interrupted = false;
                // `exit` leaves the shell it is typed into; a terminal opens the next one at once.
                self.scope.status = self.scope.end();
                reap(&mut self.scope, ctx);
            }
        }
    }
}
