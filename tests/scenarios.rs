//! The scenarios hold: each start fails, each solution passes, each wrong attempt fails the check it names.

#[path = "scenarios/course.rs"]
mod course;
#[path = "scenarios/schema.rs"]
mod schema;

use cluster_playground::lessons::bundle;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios")
}

fn playground(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playground")).args(arguments).output().expect("the binary runs")
}

fn check(dir: &Path) -> Output {
    playground(&["check", &dir.to_string_lossy()])
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The folders that hold a scenario.
fn slugs() -> BTreeSet<String> {
    let entries = std::fs::read_dir(root()).expect("the folder is there");
    let folders = entries.map(|entry| entry.expect("it can be listed").path());
    let scenarios = folders.filter(|path| path.join("scenario.yaml").is_file());
    scenarios.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect()
}

fn read(slug: &str, file: &str) -> String {
    std::fs::read_to_string(root().join(slug).join(file)).expect("the file is there")
}

#[test]
fn every_scenario_holds() {
    let output = check(&root());
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), told(&output));
}

#[test]
fn the_gallery_shows_every_scenario_once() {
    let text = std::fs::read_to_string(root().join("catalogue.yaml")).expect("the catalogue is there");
    let listed = text.lines().filter_map(|line| line.trim().strip_prefix("scenarios: [")?.strip_suffix(']'));
    let listed: Vec<String> = listed.flat_map(|list| list.split(", ")).map(str::to_owned).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), slugs());
    assert_eq!(listed.len(), slugs().len(), "none is there twice");
}

#[test]
fn every_lesson_ends_with_why_it_works_in_three_sentences() {
    for slug in slugs() {
        let lesson = read(&slug, "lesson.md");
        let why = lesson.split("## Why it works").nth(1).expect(&slug).trim();
        let (words, link) = why.split_once("\n\n").expect(&slug);
        let sentences = words.replace('\n', " ").split(". ").count();
        assert_eq!(sentences, 3, "{slug}: {words}");
        assert!(link.starts_with('[') && link.contains("](https://kubernetes.io/docs/"), "{slug}: {link}");
        let hints = read(&slug, "scenario.yaml").split("hints:").nth(1).map(|rest| {
            rest.split("checks:")
                .next()
                .unwrap_or_default()
                .lines()
                .filter(|line| line.starts_with("- "))
                .count()
        });
        assert_eq!(hints, Some(3), "{slug}: a nudge, the evidence, the fix");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// A copy of a good scenario in which one file was changed.
fn broken(name: &str, file: &str, change: impl Fn(String) -> String) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken").join(name);
    copy(&root().join("ping-a-pod"), &dir);
    let path = dir.join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(path, change(text)).expect("a file can be written");
    dir
}

#[test]
fn a_scenario_broken_in_any_part_is_found() {
    type Change = (&'static str, &'static str, &'static str, &'static str, &'static str);
    // A name, the file, what is replaced by what (all of it, if nothing is named), and what is said.
    let changes: [Change; 15] = [
        ("solution", "solution.sh", "", "true\n", "solution.sh: pinged"),
        ("attempt", "wrong/ping-itself.sh", "", "# fails: nothing\n", "no check has the id \"nothing\""),
        (
            "passing",
            "wrong/ping-itself.sh",
            "kubectl exec",
            "kubectl exec deploy/sleep-1 -- ping -c 1 $(kubectl get pod -l app=sleep-2 -o jsonpath='{.items[0].status.podIP}')\nkubectl exec",
            "pinged passes",
        ),
        ("message", "wrong/ping-itself.sh", "# says: app=sleep-1", "# says: bananas", "pinged says"),
        ("unnamed", "wrong/ping-itself.sh", "", "true\n", "its first line must be"),
        (
            "type",
            "scenario.yaml",
            "title: Ping a pod by its address",
            "title: 1",
            "line 1: title: must be a string",
        ),
        ("key", "scenario.yaml", "minutes:", "minuets:", "line 3: minuets: unknown key"),
        ("file", "scenario.yaml", "sleep/sleep2.yaml]", "sleep/sleep3.yaml]", "neither in files/ nor"),
        ("done", "scenario.yaml", "done: two-pods", "done: three-pods", "no check has the id \"three-pods\""),
        ("command", "scenario.yaml", "run: [kubectl apply", "run: [kubctl apply", "is no command"),
        ("setup", "scenario.yaml", "steps:", "setup: [\"false\"]\nsteps:", "setup: its last command failed"),
        ("reference", "scenario.yaml", "[[pod:sleep-2]]", "[[pod:slep-2]]", "[[pod:slep-2]] names nothing"),
        ("hints", "scenario.yaml", "hints:\n", "hints:\n- One\n- Two\n", "hints: one to three"),
        ("why", "lesson.md", "## Why it works", "## Because", "no `## Why it works`"),
        (
            "link",
            "lesson.md",
            "https://kubernetes.io/docs/",
            "https://example.com/",
            "no link to https://kubernetes.io/docs/",
        ),
    ];
    for (name, file, from, to, said) in changes {
        let change = |text: String| {
            assert!(text.contains(from), "{name}: {from} is not in {file}");
            if from.is_empty() { to.to_owned() } else { text.replacen(from, to, 1) }
        };
        let output = check(&broken(name, file, change));
        let told = told(&output);
        assert!(output.status.code() == Some(1) && told.contains(said), "{name}: {told}");
    }
    let easy = broken("start", "scenario.yaml", |text| {
        let steps = text.replace("  done: two-pods\n", "").replace("  done: pinged\n", "");
        let checks = steps.find("checks:").expect("it has checks");
        format!("{}checks:\n- id: pinged\n  object: {{kind: Namespace, name: default}}\n", &steps[..checks])
    });
    assert!(told(&check(&easy)).contains("start: every check passes"));
    let alone = broken("alone", "lesson.md", |text| text);
    std::fs::remove_file(alone.join("wrong/ping-itself.sh")).expect("it was copied");
    assert!(told(&check(&alone)).contains("at least two attempts"));
    std::fs::remove_file(alone.join("solution.sh")).expect("it was copied");
    assert!(told(&check(&alone)).contains("solution.sh: "));
}

#[test]
fn the_template_holds_as_it_is() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("template");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).expect("an old one can be removed");
    }
    assert!(playground(&["new-scenario", &dir.to_string_lossy()]).status.success());
    let output = check(&dir);
    assert!(output.status.success(), "{}", told(&output));
    let bundled = playground(&["bundle", &dir.to_string_lossy()]);
    let text = String::from_utf8_lossy(&bundled.stdout).into_owned();
    let scenario = bundle::read(text.trim()).expect("the page can read it");
    assert_eq!(scenario.slug, "template");
    assert!(!text.contains("wrong/"), "what is wrong is for the author");
}

#[test]
fn a_bundle_that_is_none_is_refused_in_words() {
    let whole = bundle::write("a", &[]);
    for (text, said) in [
        ("<html>", "no bundle"),
        ("[]", "no name"),
        (r#"{"scenario":"../up","files":{}}"#, "no name"),
        (r#"{"scenario":"a"}"#, "no files"),
        (whole.as_str(), "scenario.yaml is missing"),
        (r#"{"scenario":"a","files":{"scenario.yaml":"title: 1","lesson.md":""}}"#, "level"),
    ] {
        let told = bundle::read(text).expect_err(text).to_string();
        assert!(told.contains(said), "{text}: {told}");
    }
    let long = format!("{{{}}}", " ".repeat(bundle::LONGEST));
    assert!(bundle::read(&long).expect_err("too long").to_string().contains("256 KiB"));
}
