//! Transcripts: every command of a file must print what stands below it.
//!
//! `## ` begins a new session, `$ ` a command, `> ` its next line. Standard output comes first, then standard
//! error, then the status in brackets when it is not 0. `AGREE=write` writes a file anew.

use super::{run, session};
use std::fmt::Write;

/// Fails with the commands that print something else than what stands in `tests/shell/NAME.txt`.
#[allow(clippy::disallowed_methods)] // a test may be told to write what it would compare
pub fn agree(name: &str) {
    let path = format!("{}/tests/shell/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the transcript is there");
    let mut parts = text.split("\n## ");
    let (mut anew, mut wrong) = (parts.next().unwrap_or_default().to_owned(), String::new());
    for part in parts {
        let _ = write!(anew, "\n## {}", part.split("\n$ ").next().unwrap_or_default());
        let last = part.ends_with('\n');
        let title = part.lines().next().unwrap_or_default();
        let mut session = session(&[]);
        for step in part.trim_end().split("\n$ ").skip(1) {
            let mut lines = step.lines().peekable();
            let mut command = lines.next().unwrap_or_default().to_owned();
            while let Some(line) = lines.next_if(|line| line.starts_with("> ") || *line == ">") {
                let _ = write!(command, "\n{}", line.get(2..).unwrap_or_default());
            }
            let expected = lines.collect::<Vec<_>>().join("\n");
            let (mut ours, err, exit) = run(&mut session, &command);
            if !ours.is_empty() && !ours.ends_with('\n') {
                ours.push('\n');
            }
            ours.push_str(&err);
            ours.retain(|c| c != '\r');
            if exit != 0 {
                let _ = write!(ours, "[{exit}]");
            }
            // What stands there stays as it is, blank lines and all.
            let agrees = ours.trim_end() == expected.trim_end();
            let shown = if agrees { expected.as_str() } else { ours.trim_end() };
            let gap = if shown.is_empty() { "" } else { "\n" };
            let _ = write!(anew, "\n$ {}{gap}{shown}", command.replace('\n', "\n> "));
            if !agrees {
                let _ = writeln!(wrong, "── {title} $ {command}\nexpected:\n{expected}\nours:\n{ours}\n");
            }
        }
        anew.push_str(if last { "\n" } else { "" });
    }
    if std::env::var("AGREE").is_ok_and(|agree| agree == "write") {
        std::fs::write(&path, anew.trim_end().to_owned() + "\n").expect("writable");
    } else {
        assert!(wrong.is_empty(), "{wrong}");
    }
}

#[test]
fn kubectl_answers_as_written_down() {
    for name in ["kubectl", "kubectl-make", "kubectl-change", "kubectl-show"] {
        agree(name);
    }
}

#[test]
fn cron_jobs_run_when_they_are_due() {
    agree("cron-jobs");
}

#[test]
fn bash_is_more_than_sh() {
    agree("bash");
}

#[test]
fn containers_do_what_their_manifests_say() {
    agree("containers");
}

#[test]
fn clients_speak_as_they_do() {
    agree("networking");
}

#[test]
fn tools_for_text_and_files() {
    agree("text");
}

#[test]
fn nodes_show_what_they_do() {
    agree("nodes");
}
