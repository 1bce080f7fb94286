//! `playground check` on a post: green as it is, red with what differs when its output is changed, and
//! the same commands with the `kubectl` on PATH.

#![allow(clippy::disallowed_methods)] // It reads and writes files, and starts programs.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

fn post() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/posts/two-sleepers-and-a-number.md")
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the target directory is writable");
    folder
}

/// What it prints, and its exit code.
fn check(arguments: &[&str], path: Option<&str>) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_playground"));
    command.arg("check").args(arguments);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let output = command.output().expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (text.into_owned(), output.status.code().unwrap_or(-1))
}

#[test]
fn a_post_whose_output_is_right_is_green() {
    let (text, exit) = check(&[post().to_str().expect("UTF-8")], None);
    assert_eq!(exit, 0, "{text}");
    assert!(text.ends_with("22 commands, 0 differ from what is shown\n"), "{text}");
}

#[test]
fn a_changed_output_is_red_and_shown() {
    let text = std::fs::read_to_string(post()).expect("it is there");
    for (right, wrong) in [
        ("100% packet loss", "0% packet loss"),
        ("http://localhost:8080%", "http://localhost:9090%"),
        ("deployment.apps/sleep-2 created", "deployment.apps/sleep-2 configured"),
        ("LoadBalancer   10.103.72.243   localhost", "LoadBalancer   10.103.72.243   <pending>"),
    ] {
        assert!(text.contains(right), "{right}");
        let path = folder("changed").join("post.md");
        std::fs::write(&path, text.replacen(right, wrong, 1)).expect("it is writable");
        let (shown, exit) = check(&[path.to_str().expect("UTF-8")], None);
        let line = text[..text.find(right).unwrap_or(0)].lines().count();
        assert_eq!(exit, 1, "{right}: {shown}");
        assert!(shown.ends_with("22 commands, 1 differ from what is shown\n"), "{shown}");
        let both = [wrong, right].map(|text| text.trim_end_matches('%').rsplit("   ").next().unwrap_or(text));
        assert!(both.iter().all(|text| shown.contains(text)), "near line {line}: {shown}");
    }
}

#[test]
fn real_runs_the_kubectl_on_path_and_demands_to_be_asked_twice() {
    let folder = folder("real");
    let stub = folder.join("kubectl");
    std::fs::write(&stub, "#!/bin/sh\necho \"asked: $*\"\n").expect("it is writable");
    std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let post = folder.join("post.md");
    std::fs::write(
        &post,
        "```shell\nkubectl get pods\n# asked: --context kind-test get pods\n\nA=1; kubectl get $A\n```\n",
    )
    .expect("it is writable");
    let post = post.to_str().expect("UTF-8");
    let (text, exit) = check(&["--real", post], Some(&path));
    assert_eq!(exit, 2, "{text}");
    assert!(text.contains("--context NAME and --yes"), "{text}");
    let (text, exit) = check(&["--real", "--context", "kind-test", "--yes", post], Some(&path));
    assert_eq!((exit, text.contains("2 commands, 0 differ")), (0, true), "{text}");
    let (text, exit) = check(&["--real", "--context", "another", "--yes", post], Some(&path));
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains("asked: --context another get pods"), "{text}");
}
