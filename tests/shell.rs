//! The shell as people type into it: its language, the tools, what Tab offers. Tables of lines and of
//! what they must print.

#[path = "shell/completion.rs"]
mod completion;
#[path = "shell/language.rs"]
mod language;
#[path = "shell/random.rs"]
mod random;
#[path = "shell/tools.rs"]
mod tools;
#[path = "shell/transcripts.rs"]
mod transcripts;

use cluster_playground::cluster::Profile;
use cluster_playground::shell::{Beginning, Session};
use std::time::Duration;

/// A session on a new cluster, a few files in the directory it stands in.
fn session(files: &[(&str, &str)]) -> Session {
    let profile = Profile::named("docker-desktop").expect("it is built in");
    let place = |(path, text): &(&str, &str)| (format!("/home/you/{path}"), (*text).to_owned());
    Session::new(Beginning {
        profile,
        seed: 7,
        files: files.iter().map(place).collect(),
        cwd: "/home/you".into(),
    })
}

/// What a line prints on both streams, and its status.
fn run(session: &mut Session, line: &str) -> (String, String, i32) {
    let answer = session.run(line, Duration::from_secs(600), false);
    (answer.stdout, answer.stderr, answer.exit)
}

/// Runs lines that must succeed.
fn prepare(session: &mut Session, lines: &[&str]) {
    for line in lines {
        let (out, err, exit) = run(session, line);
        assert_eq!(exit, 0, "{line}\n{out}{err}");
    }
}
