//! The scenarios hold: each start fails, each solution passes, each wrong attempt fails the check it names.

use cluster_playground::lessons::{FOLDERS, Scenario, catalogue};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios")
}

fn check(dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_playground"));
    command.arg("check").arg(dir).output().expect("the binary runs")
}

#[test]
fn every_scenario_holds() {
    let output = check(&root());
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

#[test]
fn the_catalogue_is_what_is_on_disk() {
    let entries = std::fs::read_dir(root()).expect("the folder is there");
    let on_disk: BTreeSet<String> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.join("scenario.yaml").is_file())
        .map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = FOLDERS.iter().map(|folder| folder.slug.to_owned()).collect();
    assert_eq!(listed, on_disk);
    assert_eq!(catalogue().len(), FOLDERS.len(), "each can be read with the files the catalogue lists");
    for scenario in catalogue() {
        assert!(scenario.lesson.contains("## Why it works"), "{}", scenario.slug);
        assert!(scenario.lesson.contains("https://kubernetes.io/docs/"), "{}", scenario.slug);
        assert!(!scenario.hints.is_empty() && !scenario.steps.is_empty(), "{}", scenario.slug);
    }
}

const GOOD: &str = "title: A\nlevel: beginner\nminutes: 1\nlearn: B\nsteps:\n- text: C\nchecks:\n- id: one\n  ping: {from: workstation, host: a}\n";

#[test]
fn what_is_wrong_with_a_text_is_said_with_its_line() {
    let read = |text: &str| Scenario::read("a", text, "", "", &[]).map_err(|wrong| wrong.to_string());
    assert!(read(GOOD).is_ok(), "{:?}", read(GOOD));
    for (from, to, said) in [
        ("title: A", "titel: A", "line 1: titel: unknown key"),
        ("minutes: 1", "minutes: soon", "line 3: minutes: must be a whole number"),
        ("level: beginner", "level: hard", "line 2: level: must be one of beginner"),
        ("learn: B\n", "", "`learn` is missing"),
        ("- text: C", "- text: C\n  done: two", "line 7: steps[0].done: no check has the id \"two\""),
        ("  ping:", "  pong:", "line 9: checks[0].pong: unknown key"),
        ("from: workstation", "from: moon/1", "line 9: checks[0].ping.from: must be workstation"),
        ("- id: one", "- id: 1", "line 8: checks[0].id: must be a string"),
        ("  ping: {from: workstation, host: a}", "  within: 1s", "line 8: checks[0]: needs exactly one of"),
        ("steps:", "steps: [", "line"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        let told = read(&text).expect_err(to);
        assert!(told.contains(said), "{to}: {told}");
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

#[test]
fn a_scenario_broken_in_any_part_is_found() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken");
    for (name, part, text, said) in [
        ("solution", "solution.sh", "true\n", "solution.sh: pinged"),
        ("attempt", "wrong/ping-itself.sh", "# fails: nothing\n", "no check has the id \"nothing\""),
        ("message", "wrong/ping-itself.sh", "# fails: pinged\n# says: bananas\n", "pinged says"),
        ("unnamed", "wrong/ping-itself.sh", "true\n", "its first line must be"),
        ("text", "scenario.yaml", "title: 1\n", "scenario.yaml: "),
    ] {
        let dir = scratch.join(name);
        copy(&root().join("ping-a-pod"), &dir);
        std::fs::write(dir.join(part), text).expect("a file can be written");
        let output = check(&dir);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains(said), "{name}: {told}");
    }
    let dir = scratch.join("start");
    copy(&root().join("ping-a-pod"), &dir);
    let easy = std::fs::read_to_string(dir.join("scenario.yaml")).expect("it was copied");
    let from = easy.find("checks:").expect("it has checks");
    let steps = easy[..from].replace("  done: two-pods\n", "").replace("  done: pinged\n", "");
    let always = "checks:\n- id: pinged\n  object: {kind: Namespace, name: default}\n";
    std::fs::write(dir.join("scenario.yaml"), steps + always).expect("a file can be written");
    let told = String::from_utf8_lossy(&check(&dir).stderr).into_owned();
    assert!(told.contains("start: every check passes"), "{told}");
}

#[test]
fn the_template_holds_as_it_is() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("template");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).expect("an old one can be removed");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_playground"));
    assert!(command.arg("new-scenario").arg(&dir).status().expect("the binary runs").success());
    let output = check(&dir);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
