//! Lines that are typed one after the other by themselves: what a link says is to be run.

use super::model::Model;
use crate::api::Instant;
use crate::shell::{Act, Terminal};
use std::collections::VecDeque;
use std::time::Duration;

/// How long someone thinks between a command's end and the next line, in virtual time: controllers get their chance,
/// as they would with a person.
const THINK: Duration = Duration::from_millis(1_200);

/// The lines still to be typed.
#[derive(Clone, Debug, Default)]
pub struct Script {
    lines: VecDeque<String>,
    due: Option<Instant>,
}

impl Model {
    /// Types these lines, the first of them now and each other one when those before it are done.
    pub fn run_lines(&mut self, lines: &[String]) {
        self.script = Script { lines: lines.iter().cloned().collect(), due: Some(self.session.now()) };
        self.type_on();
    }

    /// When the next line is typed, if that only waits for time.
    pub(super) fn script_due(&self) -> Option<Instant> {
        self.script.due.filter(|_| !self.script.lines.is_empty())
    }

    /// Types the next line if it is its turn.
    pub(super) fn type_on(&mut self) {
        while !self.script.lines.is_empty() {
            if !self.session.terminals().first().is_some_and(Terminal::is_idle) {
                self.script.due = None;
                return;
            }
            let now = self.session.now();
            if *self.script.due.get_or_insert(now + THINK) > now {
                return;
            }
            if let Some(text) = self.script.lines.pop_front() {
                self.script.due = None;
                self.act(Act::Line { terminal: 0, text });
            }
        }
    }
}
