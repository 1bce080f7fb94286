//! Plays shell lines in a session, as someone would who waits for each command to end.

use crate::shell::Session;
use crate::shell::batch::{commands, is_interrupt};
use std::time::Duration;

/// The longest a command may take before it is interrupted: a watch has no end.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a person looks at what a command printed.
const THINK: Duration = Duration::from_secs(2);

/// Plays a script in the first terminal; its last command's status. A line `ctrl-c` is that key, and what it
/// ends is left to run until then.
pub fn play(session: &mut Session, script: &str) -> i32 {
    let commands = commands(script);
    let mut exit = 0;
    for (index, command) in commands.iter().enumerate() {
        let held = commands.get(index + 1).is_some_and(|next| is_interrupt(next));
        exit = session.run(command, if held { THINK } else { PATIENCE }, held).exit;
        session.advance(session.now() + THINK);
    }
    exit
}
