//! What a seed and a script lead to, as text: `transcript SEED < SCRIPT`, and the same compiled to wasm.
//!
//! `tests/wasm/` runs it both ways and compares the bytes: wall 1 of ARCHITECTURE.md. On wasm32 it has no arguments and no
//! streams, so that it takes `globalThis.request` and leaves `globalThis.answer` (tests/wasm/run.cjs).

use cluster_playground::cluster::Profile;
use cluster_playground::shell::batch::commands;
use cluster_playground::shell::chapter::CHAPTER;
use cluster_playground::shell::session::{Beginning, HOME, Session};
use std::fmt::Write;
use std::time::Duration;

/// The script's commands on a fresh cluster, as a person would type them: what each printed and what its requests met; then every
/// object. A second passes between two commands, so that some meet a cluster that has not settled.
fn transcript(seed: u64, script: &str) -> String {
    let files =
        CHAPTER.iter().map(|(path, text)| (format!("{HOME}/kiamol/{path}"), (*text).to_owned())).collect();
    let beginning =
        Beginning { profile: Profile::default(), seed, files, cwd: format!("{HOME}/kiamol/ch03") };
    let mut session = Session::new(beginning);
    let mut out = String::new();
    for command in commands(script) {
        let answer = session.run(&command, Duration::from_secs(600), false);
        let _ = writeln!(out, "$ {command}\n{}{}exit {}", answer.stdout, answer.stderr, answer.exit);
        for trace in &answer.traces {
            let _ = writeln!(out, "{}", trace.json());
        }
        session.advance(session.now() + Duration::from_secs(1));
    }
    for object in session.cluster().store().iter() {
        let _ = writeln!(out, "{}", object.doc());
    }
    out
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let seed =
        std::env::args().nth(1).and_then(|it| it.parse().ok()).expect("usage: transcript SEED < SCRIPT");
    let script = std::io::read_to_string(std::io::stdin()).expect("the script is UTF-8");
    print!("{}", transcript(seed, &script));
}

#[cfg(target_arch = "wasm32")]
fn main() {
    let get =
        |of: &js_sys::Object, name: &str| js_sys::Reflect::get(of, &name.into()).expect("set by run.cjs");
    let request = js_sys::Object::from(get(&js_sys::global(), "request"));
    let seed = get(&request, "seed").as_string().and_then(|it| it.parse().ok()).expect("a seed");
    let script = get(&request, "script").as_string().expect("a script");
    js_sys::Reflect::set(&js_sys::global(), &"answer".into(), &transcript(seed, &script).into())
        .expect("extensible");
}
