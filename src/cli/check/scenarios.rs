//! `playground check DIR`: proves scenarios. The start fails, the solution passes, and each wrong
//! attempt fails the check it names.
//!
//! A wrong attempt's first line is `# fails: ID`; `# says: TEXT` below it is part of what a learner is told.

use crate::cli::Failure;
use cluster_playground::lessons::{Lesson, Scenario, Verdict, play};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    for (index, step) in lesson.scenario().steps.iter().enumerate() {
        for command in &step.run {
            if command.split_whitespace().next().is_some_and(|word| word.contains('<')) {
                wrong.push(format!("steps[{index}]: {command:?} is no command"));
            }
        }
    }
    let mut solved = start.clone();
    play(&mut solved, &lesson.scenario().solution);
    for verdict in lesson.judge(&solved).iter().filter(|verdict| !verdict.passed) {
        wrong.push(format!("solution.sh: {}: {}", verdict.id, verdict.seen));
    }
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
    let mut files = Vec::new();
    gather(&folder.join("files"), "", &mut files);
    let slug = folder.file_name().unwrap_or_default().to_string_lossy();
    let (text, lesson, solution) = (read("scenario.yaml")?, read("lesson.md")?, read("solution.sh")?);
    Scenario::read(&slug, &text, &lesson, &solution, &files)
        .map_err(|wrong| format!("scenario.yaml: {wrong}"))
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
