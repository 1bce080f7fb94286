//! What a seed and a script lead to, as text: `transcript SEED < SCRIPT`, and the same compiled to wasm.
//!
//! `tests/wasm/` runs it both ways and compares the bytes: wall 1 of ARCHITECTURE.md. On wasm32 it has no arguments and no
//! streams, so that it takes `globalThis.request` and leaves `globalThis.answer` (tests/wasm/run.cjs).

use cluster_playground::api::{Kind, Value};
use cluster_playground::cluster::{Cluster, Profile};
use std::fmt::Write;
use std::time::Duration;

/// Each line of the script is an object to create; a second of virtual time passes after each. Then every object is printed.
fn transcript(seed: u64, script: &str) -> String {
    let mut cluster = Cluster::new(Profile::default(), seed);
    let mut out = String::new();
    for line in script.lines() {
        let answer = serde_json::from_str::<Value>(line).map_err(|error| error.to_string()).and_then(|doc| {
            let field = |name: &str| doc[name].as_str().unwrap_or_default().to_owned();
            let kind = Kind::from_manifest(&field("apiVersion"), &field("kind")).ok_or("no such kind")?;
            cluster.create(kind, doc).map_err(|status| format!("{status:?}"))
        });
        let _ = match answer {
            Ok(written) => writeln!(out, "{:?} created", written.object.key()),
            Err(error) => writeln!(out, "{error}"),
        };
        let then = cluster.now() + Duration::from_secs(1);
        cluster.advance(then);
    }
    for object in cluster.store().iter() {
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
