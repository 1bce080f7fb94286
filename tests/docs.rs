//! The documentation is true: what its blocks of commands show is what happens, and its links lead somewhere.
#![cfg(unix)]
#![allow(clippy::disallowed_methods)] // It reads the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The pages, by their path from the top of the checkout.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("docs"))
        .expect("docs/ is there")
        .map(|entry| Path::new("docs").join(entry.expect("it can be listed").file_name()))
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    let others = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "npm/README.md"];
    paths.extend(others.map(PathBuf::from));
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(root().join(&path)).expect("a page can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(language) {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(body.join("\n") + "\n");
        }
    }
    found
}

/// The exit code and standard output of a line of a shell that knows `playground`.
fn run(line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_playground"));
    let folder = program.parent().expect("a program is in a folder").display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh").args(["-c", line]).current_dir(root()).env("PATH", path).output();
    let output = output.expect("a shell is there");
    assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn consoles_show_what_is_printed() {
    let mut count = 0;
    for (path, text) in pages() {
        for block in blocks(&text, "console") {
            for shown in block.split("$ ").filter(|part| !part.is_empty()) {
                let (line, expected) = shown.split_once('\n').expect("a command is a line");
                assert_eq!(run(line), expected, "{}: {line}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 7, "only {count} commands were found");
}

#[test]
fn shell_blocks_are_true_as_those_of_posts() {
    for (path, text) in pages() {
        if !blocks(&text, "shell").is_empty() {
            let report = run(&format!("playground check {}", path.display()));
            assert!(report.contains(" 0 differ "), "{report}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in pages() {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let outside = target.contains("://") || target.is_empty();
            let folder = path.parent().unwrap_or(Path::new(""));
            let there = outside || root().join(folder).join(target).exists();
            assert!(there, "{}: {target} is not there", path.display());
        }
    }
}
