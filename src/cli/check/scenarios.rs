//! `playground check DIR`: proves scenarios. The start fails, the solution passes, and each wrong
//! attempt fails the check it names.
//!
//! A wrong attempt's first line is `# fails: ID`; `# says: TEXT` below it is part of what a learner is told.

use crate::cli::Failure;
use cluster_playground::lessons::reference::{references, resolves};
use cluster_playground::lessons::{Lesson, Scenario, Verdict, play};
use cluster_playground::shell::Session;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a shell leaves for a command that it does not know.
const NOT_FOUND: i32 = 127;

/// Proves the scenario in a folder, or all that are in folders of it.
///
/// # Errors
/// There is none.
pub fn all(dir: &Path) -> Result<ExitCode, Failure> {
    let folders = folders(dir).map_err(|error| Failure::Data(format!("{}: {error}", dir.display())))?;
    if folders.is_empty() {
        return Err(Failure::Data(format!("{}: no scenario.yaml in it or in a folder of it", dir.display())));
    }
    let mut failed = 0;
    for folder in &folders {
        let wrong = prove(folder);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        println!("{} {name}", if wrong.is_empty() { "ok  " } else { "FAIL" });
        for line in &wrong {
            eprintln!("  {line}");
        }
        failed += usize::from(!wrong.is_empty());
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The folder itself if it is a scenario, else those in it that are.
fn folders(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    if dir.join("scenario.yaml").is_file() {
        return Ok(vec![dir.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.join("scenario.yaml").is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What is wrong with a scenario; nothing if it holds.
fn prove(folder: &Path) -> Vec<String> {
    let scenario = match load(folder) {
        Ok(scenario) => scenario,
        Err(why) => return vec![why],
    };
    let mut wrong = Vec::new();
    let (lesson, start) = Lesson::begin(scenario);
    if start.terminals()[0].status() != 0 {
        wrong.push("setup: its last command failed".to_owned());
    }
    if lesson.judge(&start).iter().all(|verdict| verdict.passed) {
        wrong.push("start: every check passes before anything was done".to_owned());
    }
    let mut solved = start.clone();
    play(&mut solved, &lesson.scenario().solution);
    for verdict in lesson.judge(&solved).iter().filter(|verdict| !verdict.passed) {
        wrong.push(format!("solution.sh: {}: {}", verdict.id, verdict.seen));
    }
    wrong.extend(texts(lesson.scenario(), &[&start, &solved]));
    wrong.extend(commands(lesson.scenario(), &start));
    let attempts = scripts(&folder.join("wrong"));
    if attempts.len() < 2 {
        wrong.push("wrong/: at least two attempts belong there".to_owned());
    }
    for (name, text) in attempts {
        let mut tried = start.clone();
        play(&mut tried, &text);
        let verdicts = lesson.judge(&tried);
        wrong.extend(refuted(&text, &verdicts).map(|why| format!("wrong/{name}: {why}")));
    }
    wrong
}

/// What is wrong with the texts: what a lesson must say, and references that lead nowhere.
fn texts(scenario: &Scenario, sessions: &[&Session]) -> Vec<String> {
    let mut wrong = Vec::new();
    let why = scenario.parts().1;
    if why.is_empty() {
        wrong.push("lesson.md: no `## Why it works` at its end".to_owned());
    } else if !why.contains("https://kubernetes.io/docs/") {
        wrong.push("lesson.md: no link to https://kubernetes.io/docs/ after why it works".to_owned());
    }
    if !(1..=3).contains(&scenario.hints.len()) {
        wrong.push("hints: one to three, from a nudge to the fix".to_owned());
    }
    let mut said = vec![("lesson.md".to_owned(), scenario.lesson.as_str())];
    said.extend(scenario.hints.iter().enumerate().map(|(at, hint)| (format!("hints[{at}]"), hint.as_str())));
    for (at, step) in scenario.steps.iter().enumerate() {
        said.push((format!("steps[{at}]"), &step.text));
        said.extend(
            step.predict.iter().map(|question| (format!("steps[{at}].predict"), question.because.as_str())),
        );
    }
    for (place, text) in said {
        for reference in references(text) {
            if !sessions.iter().any(|session| resolves(reference, session)) {
                wrong.push(format!("{place}: [[{reference}]] names nothing that is there, before or after"));
            }
        }
    }
    wrong
}

/// Commands of the steps that no shell knows; whether they succeed is the lesson's affair.
fn commands(scenario: &Scenario, start: &Session) -> Vec<String> {
    let mut session = start.clone();
    let mut wrong = Vec::new();
    for (at, step) in scenario.steps.iter().enumerate() {
        for command in &step.run {
            if play(&mut session, command) == NOT_FOUND {
                wrong.push(format!("steps[{at}].run: {command:?} is no command"));
            }
        }
    }
    wrong
}

/// Why a wrong attempt does not fail as it says.
fn refuted(text: &str, verdicts: &[Verdict]) -> Option<String> {
    let says = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let Some(id) = says("# fails:") else { return Some("its first line must be `# fails: ID`".to_owned()) };
    let Some(verdict) = verdicts.iter().find(|verdict| verdict.id == id) else {
        return Some(format!("no check has the id {id:?}"));
    };
    if verdict.passed {
        return Some(format!("{id} passes: {}", verdict.seen));
    }
    let told = format!("{} {}", verdict.seen, verdict.hint);
    match says("# says:") {
        Some(wanted) if !told.contains(wanted) => Some(format!("{id} says {told:?}")),
        _ => None,
    }
}

/// A scenario from its folder.
fn load(folder: &Path) -> Result<Scenario, String> {
    let read =
        |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let mut own = Vec::new();
    gather(&folder.join("files"), "", &mut own);
    let (text, lesson, solution) = (read("scenario.yaml")?, read("lesson.md")?, read("solution.sh")?);
    Scenario::read(&name(folder), &text, &lesson, &solution, &own)
        .map_err(|wrong| format!("scenario.yaml: {wrong}"))
}

/// A scenario's name: its folder's.
pub fn name(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    real.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files of a scenario's folder, without the wrong attempts: nobody should read those who learns.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = scripts(folder);
    found.retain(|(path, _)| !path.starts_with("wrong/"));
    found
}

/// The text files below a folder, by their paths in it; none if it is not there.
fn gather(dir: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match std::fs::read_to_string(entry.path()) {
            Ok(text) => files.push((name, text)),
            Err(_) => gather(&entry.path(), &format!("{name}/"), files),
        }
    }
}

fn scripts(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    gather(dir, "", &mut found);
    found.sort();
    found
}
