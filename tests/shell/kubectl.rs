//! Transcripts of kubectl: every command of `kubectl.txt` must print what stands below it.
//!
//! `## ` begins a new session, `$ ` a command, `> ` its next line. Standard output comes first, then standard
//! error, then the status in brackets when it is not 0.

use super::{run, session};
use std::fmt::Write;

const TRANSCRIPTS: &str = include_str!("kubectl.txt");

#[test]
fn kubectl_answers_as_written_down() {
    let mut wrong = String::new();
    for part in TRANSCRIPTS.split("\n## ").skip(1) {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        let mut session = session(&[]);
        for step in text.split("\n$ ").skip(1) {
            let mut command = String::new();
            let mut lines = step.lines().peekable();
            command.push_str(lines.next().unwrap_or_default());
            while let Some(line) = lines.next_if(|line| line.starts_with("> ") || *line == ">") {
                let _ = write!(command, "\n{}", line.get(2..).unwrap_or_default());
            }
            let expected = lines.collect::<Vec<_>>().join("\n");
            let (out, err, exit) = run(&mut session, &command);
            let mut ours = out;
            if !ours.is_empty() && !ours.ends_with('\n') {
                ours.push('\n');
            }
            ours.push_str(&err);
            if exit != 0 {
                let _ = write!(ours, "[{exit}]");
            }
            if ours.trim_end() != expected.trim_end() {
                let _ = writeln!(wrong, "── {name} $ {command}\nexpected:\n{expected}\nours:\n{ours}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
