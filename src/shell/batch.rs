//! Commands run one after another without a person: scripts, posts, tests. Time jumps from event to event.

use super::line::{self, SyntaxError};
use super::session::{Act, Session};
use super::terminal::Stream;
use crate::net::Trace;
use std::rc::Rc;
use std::time::Duration;

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    /// The status it left.
    pub exit: i32,
    /// The requests it sent.
    pub traces: Vec<Rc<Trace>>,
}

/// A script cut into complete commands: a here-document, a loop or a pipeline is one. Comments and
/// empty lines are none.
pub fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut partial = String::new();
    for line in text.lines() {
        partial += line;
        match line::parse(&partial) {
            Err(SyntaxError::Incomplete(_)) => partial.push('\n'),
            Ok(script) if script.is_empty() => partial.clear(),
            _ => commands.push(std::mem::take(&mut partial)),
        }
    }
    if !partial.trim().is_empty() {
        commands.push(partial);
    }
    commands
}

/// Whether a line stands for pressing Ctrl-C.
pub fn is_interrupt(line: &str) -> bool {
    matches!(line.trim().to_ascii_lowercase().as_str(), "ctrl-c" | "^c")
}

impl Session {
    /// Enters a command into the first terminal and lets it run to its end, at most for `patience`. One
    /// that has no end is interrupted, unless `held`: then it keeps the terminal.
    pub fn run(&mut self, command: &str, patience: Duration, held: bool) -> Answer {
        let sent = self.sent();
        if is_interrupt(command) {
            self.act(Act::Interrupt { terminal: 0 });
            self.settled(Duration::ZERO);
        } else {
            for line in command.lines() {
                self.act(Act::Line { terminal: 0, text: line.to_owned() });
            }
            if !self.settled(patience) && !held {
                self.act(Act::Interrupt { terminal: 0 });
                self.settled(Duration::ZERO);
            }
        }
        let (mut stdout, mut stderr) = (String::new(), String::new());
        for (stream, text) in &self.terminals()[0].screen {
            match stream {
                Stream::Typed => {}
                Stream::Out => stdout += text,
                Stream::Err => stderr += text,
            }
        }
        self.clear(0);
        let new = usize::try_from(self.sent() - sent).unwrap_or(usize::MAX).min(self.traces().len());
        let traces = self.traces()[self.traces().len() - new..].to_vec();
        Answer { stdout, stderr, exit: self.terminals()[0].status(), traces }
    }

    /// Lets time jump from event to event until the command has ended; false if it has not.
    fn settled(&mut self, patience: Duration) -> bool {
        let until = self.now() + patience;
        while self.terminals()[0].is_busy() {
            let next = self.next_event().filter(|next| *next <= until && !self.is_stuck(0));
            match next {
                Some(next) => self.advance(next),
                None => return false,
            }
        }
        true
    }
}
