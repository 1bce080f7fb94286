//! The order of the rooms holds: each uses only those above it (ARCHITECTURE.md).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// The rooms, and those each may use besides itself.
const ROOMS: [(&str, &[&str]); 15] = [
    ("api", &[]),
    ("manifest", &["api"]),
    ("apiserver", &["api", "manifest"]),
    ("controllers", &["api", "manifest", "apiserver"]),
    ("dns", &["api", "apiserver"]),
    ("proxy", &["api", "apiserver"]),
    ("net", &["api", "apiserver", "dns", "proxy"]),
    ("images", &["api", "net", "dns"]),
    ("cluster", &["api", "manifest", "apiserver", "controllers", "dns", "proxy", "net", "images"]),
    ("shell", &["api", "manifest", "apiserver", "controllers", "dns", "proxy", "net", "images", "cluster"]),
    ("lessons", &["api", "manifest", "apiserver", "net", "cluster", "shell"]),
    ("library", &["api", "net", "cluster", "shell"]),
    // It hands texts on.
    ("js", &["library"]),
    ("app", &["api", "manifest", "apiserver", "net", "cluster", "shell", "lessons"]),
    // It draws `app`, and what `app` holds: values of these rooms, never their machinery.
    ("web", &["app", "api", "net", "shell"]),
];
/// What the library must never name: clocks, randomness from outside, browsers.
const FOREIGN: [&str; 6] = ["yew", "gloo", "web_sys", "js_sys", "wasm_bindgen", "rand"];

/// The rooms and foreign crates a source text names in its paths.
#[derive(Default)]
struct Names {
    rooms: BTreeSet<String>,
    crates: BTreeSet<String>,
}

impl Names {
    fn path(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => drop(self.rooms.insert(second.clone())),
            [first, ..] => drop(self.crates.insert(first.clone())),
            [] => {}
        }
    }

    fn tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
            syn::UseTree::Name(name) => {
                before.push(name.ident.to_string());
                self.path(before);
                before.pop();
            }
            syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => self.path(before),
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.path(&segments);
        }
        visit::visit_path(self, path);
    }
}

/// What is wrong with a source text of a room.
fn violations(room: &str, text: &str) -> Vec<String> {
    let allowed =
        ROOMS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed).unwrap_or_default();
    let mut names = Names::default();
    names.visit_file(&syn::parse_file(text).expect("the sources compile"));
    let known = |name: &&String| ROOMS.iter().any(|(room, _)| room == name);
    let rooms =
        names.rooms.iter().filter(known).filter(|name| *name != room && !allowed.contains(&name.as_str()));
    let mut found: Vec<String> = rooms.map(|name| format!("{room} uses {name}")).collect();
    if !["web", "js"].contains(&room) {
        let foreign = names.crates.iter().filter(|name| FOREIGN.contains(&name.as_str()));
        found.extend(foreign.map(|name| format!("{room} uses the crate {name}")));
    }
    if room != "manifest" && names.crates.contains("serde_yaml") {
        found.push(format!("{room} uses serde_yaml"));
    }
    found
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_room_uses_only_those_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (room, _) in ROOMS {
        let mut files = Vec::new();
        // A small room is a file.
        match root.join(room) {
            dir if dir.is_dir() => sources(&dir, &mut files),
            _ => files.push(root.join(format!("{room}.rs"))),
        }
        for file in files {
            let text = std::fs::read_to_string(&file).expect("a source can be read");
            let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
            wrong.extend(violations(room, &text).into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_violation_is_found() {
    assert_eq!(violations("dns", "use crate::shell::Session;"), ["dns uses shell"]);
    assert_eq!(violations("api", "use crate::{api::Key, net::Trace};"), ["api uses net"]);
    assert_eq!(violations("app", "fn f() -> yew::Html { todo!() }"), ["app uses the crate yew"]);
    assert_eq!(violations("net", "use serde_yaml::Value;"), ["net uses serde_yaml"]);
    assert!(violations("shell", "use crate::cluster::Cluster;").is_empty());
}
