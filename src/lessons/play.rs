//! Plays shell lines in a session, as someone would who waits for each command to end.

use crate::api::Instant;
use crate::shell::line::{self, SyntaxError};
use crate::shell::session::{Act, Session};
use std::time::Duration;

/// The longest a command may take before it is interrupted: a watch has no end.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a person looks at what a command printed.
const THINK: Duration = Duration::from_secs(2);

/// Plays a script in the first terminal; its last command's status. A line `ctrl-c` is that key.
pub fn play(session: &mut Session, script: &str) -> i32 {
    let mut partial = String::new();
    for line in script.lines() {
        if matches!(line.trim().to_ascii_lowercase().as_str(), "ctrl-c" | "^c") {
            session.act(Act::Interrupt { terminal: 0 });
            continue;
        }
        partial += line;
        match line::parse(&partial) {
            Err(SyntaxError::Incomplete(_)) => partial.push('\n'),
            Ok(commands) if commands.is_empty() => partial.clear(),
            _ => command(session, &std::mem::take(&mut partial)),
        }
    }
    if !partial.trim().is_empty() {
        command(session, &partial);
    }
    session.terminals().first().map_or(0, |terminal| terminal.status())
}

fn command(session: &mut Session, text: &str) {
    for line in text.lines() {
        session.act(Act::Line { terminal: 0, text: line.to_owned() });
    }
    if !settle(session, session.now() + PATIENCE) {
        session.act(Act::Interrupt { terminal: 0 });
    }
    session.advance(session.now() + THINK);
}

/// Lets time go from event to event until the command has ended; false if it waits for a person.
fn settle(session: &mut Session, until: Instant) -> bool {
    while session.terminals().first().is_some_and(|terminal| terminal.is_busy()) {
        match session.next_event().filter(|next| *next <= until && !session.is_stuck(0)) {
            Some(next) => session.advance(next),
            None => return false,
        }
    }
    true
}
