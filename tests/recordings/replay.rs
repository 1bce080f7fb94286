//! Replays recorded sequences of commands and says which answers agree.

#[path = "compare.rs"]
mod compare;

use cluster_playground::cluster::Profile;
use cluster_playground::shell::session::HOME;
use cluster_playground::shell::{Act, Beginning, Session};
use compare::{Patterns, Values, agree};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a command and its client took there.
const COMMAND: Duration = Duration::from_millis(120);
/// No command of the recordings took longer.
const LONGEST: Duration = Duration::from_secs(120);

/// What came of one file.
pub struct Report {
    /// Its name without `.json`.
    pub file: String,
    /// Shown answers that agree.
    pub agree: usize,
    /// Shown answers in all.
    pub shown: usize,
    /// The others, readable.
    pub differences: String,
}

/// Where the recordings are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// Replays every file whose name contains `filter`.
pub fn replay(filter: &str) -> Vec<Report> {
    let patterns = Patterns::new();
    let profile = fs::read_to_string(folder().join("../profiles/recorder.yaml"))
        .expect("the recorder's profile is there");
    let profile = Profile::parse(&profile).expect("the recorder's profile can be read");
    // Every sequence starts on a new cluster; one is made, and copied.
    let new = Session::new(Beginning { profile, seed: 1, files: Vec::new(), cwd: place("") });
    let entries = fs::read_dir(folder()).expect("the recordings are there");
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut reports = Vec::new();
    for path in files {
        let file = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        if !file.contains(filter) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a recording can be read");
        let sequences: Value = serde_json::from_str(&text).expect("a recording is JSON");
        let mut report = Report { file, agree: 0, shown: 0, differences: String::new() };
        for sequence in sequences.as_array().into_iter().flatten() {
            run(sequence, new.clone(), &patterns, &mut report);
        }
        reports.push(report);
    }
    reports
}

fn run(sequence: &Value, mut session: Session, patterns: &Patterns, report: &mut Report) {
    for (path, text) in sequence["files"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default().to_owned();
        session.act(Act::Save { path: place(path), text });
    }
    let mut values = Values::default();
    let name = sequence["sequence"].as_str().unwrap_or_default();
    for step in sequence["steps"].as_array().into_iter().flatten() {
        if let Some(seconds) = step["sleep_s"].as_f64() {
            session.advance(session.now() + Duration::from_secs_f64(seconds));
        }
        if let Some(files) = step["write"].as_object() {
            for (path, text) in files {
                let text = text.as_str().unwrap_or_default().to_owned();
                session.act(Act::Save { path: place(path), text });
            }
        }
        let Some(command) = step["cmd"].as_str() else { continue };
        let answer = session.run(command, LONGEST, false);
        let (ours_out, ours_err) =
            (answer.stdout.replace(HOME, "WORKDIR"), answer.stderr.replace(HOME, "WORKDIR"));
        session.advance(session.now() + COMMAND);
        let Some(stdout) = step["stdout"].as_str() else { continue };
        let stderr = step["stderr"].as_str().unwrap_or_default();
        let exit = step["exit"].as_i64().unwrap_or_default();
        report.shown += 1;
        let same_out = agree(patterns, &mut values, stdout, &ours_out);
        let same_err = agree(patterns, &mut values, stderr, &ours_err);
        let same_exit = exit == i64::from(answer.exit);
        if same_out && same_err && same_exit {
            report.agree += 1;
            continue;
        }
        let difference = &mut report.differences;
        let _ = writeln!(difference, "── {name} $ {command}");
        if !same_exit {
            let _ = writeln!(difference, "   exit {} instead of {exit}", answer.exit);
        }
        for (stream, same, theirs, ours) in
            [("stdout", same_out, stdout, &ours_out), ("stderr", same_err, stderr, &ours_err)]
        {
            if !same {
                let _ = writeln!(difference, "   {stream}: - recorded, + ours");
                lines(difference, theirs, ours);
            }
        }
    }
}

/// Where a file of a recording lies here.
fn place(path: &str) -> String {
    format!("{HOME}/{path}").trim_end_matches('/').to_owned()
}

/// The lines in which two texts differ, with one line of context.
fn lines(report: &mut String, theirs: &str, ours: &str) {
    let (theirs, ours): (Vec<&str>, Vec<&str>) = (theirs.lines().collect(), ours.lines().collect());
    let same = theirs.iter().zip(&ours).take_while(|(a, b)| a == b).count();
    let rest = theirs.len().min(ours.len()) - same;
    let tail = theirs.iter().rev().zip(ours.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    if same > 0 {
        let _ = writeln!(report, "     {}", theirs[same - 1]);
    }
    for line in &theirs[same..theirs.len() - tail] {
        let _ = writeln!(report, "   - {line}");
    }
    for line in &ours[same..ours.len() - tail] {
        let _ = writeln!(report, "   + {line}");
    }
    if theirs.len() == ours.len() && theirs == ours {
        let _ = writeln!(report, "     (only the end of the last line differs)");
    }
}
