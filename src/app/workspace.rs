//! The files of the page: what is wrong with the open one, where an object stands in them, what they become elsewhere.

use super::editing::key_of;
use super::model::Model;
use super::scene::{Entity, Item};
use crate::api::{Gathered, Key, Kind, Ordered, Value};
use crate::manifest::{self, Completions, Hover};
use crate::shell::session::HOME;
use crate::shell::{Act, files};
use std::collections::BTreeMap;

/// A text longer than this is looked at when typing rests, not at every key.
pub const LONG_TEXT: usize = 64 * 1024;

impl Model {
    /// Looks at the open file: what an apply of it would do. Files that are no manifests have nothing wrong with them.
    pub fn check(&mut self) {
        self.unchecked = false;
        let store = self.session.cluster().store().version();
        self.checked = store;
        let preview = if is_manifest(&self.open) {
            let folder = files::parent(&self.open);
            let beside = self.session.files().iter().filter(|(path, _)| {
                **path != self.open && is_manifest(path) && files::parent(path) == folder
            });
            let beside: Vec<&str> =
                beside.map(|(path, text)| self.drafts.get(path).unwrap_or(text).as_str()).collect();
            self.session.cluster().preview(self.text(), &beside)
        } else {
            crate::cluster::Preview::default()
        };
        if *self.preview != preview {
            self.preview = std::rc::Rc::new(preview);
        }
        self.look();
    }

    /// The words that name things of the diagram.
    pub fn names(&self) -> BTreeMap<String, Entity> {
        let named = |item: &Item| {
            let key = key_of(&item.entity)?;
            Some((key.name.to_string(), item.entity.clone()))
        };
        self.scene.items.iter().filter_map(named).into_map()
    }

    /// The file in which an object stands, and its line: the open one first.
    pub fn line_of(&self, key: &Key) -> Option<(String, usize)> {
        self.line_of_field(key, "metadata.name")
    }

    /// The same for a field of an object.
    pub fn line_of_field(&self, key: &Key, path: &str) -> Option<(String, usize)> {
        let store = self.session.cluster().store();
        let mut key = key.clone();
        let mut path = path;
        loop {
            let mut all: Vec<(&String, &str)> =
                self.session.files().iter().map(|(name, text)| (name, text.as_str())).collect();
            all.retain(|(name, _)| is_manifest(name));
            all.order_by_key(|(name, _)| **name != self.open);
            let found = all.into_iter().find_map(|(name, text)| {
                let text = self.drafts.get(name).map_or(text, String::as_str);
                Some((name.clone(), manifest::locate_object(text, &key, path)?.line))
            });
            if found.is_some() {
                return found;
            }
            // Nobody wrote it: whoever made it stands in a file, perhaps.
            let object = store.get(&key)?;
            key = match object.meta.controller() {
                Some(owner) => Key::new(Kind::from_name(&owner.kind)?, key.namespace, owner.name.clone()),
                None => {
                    let service = object.meta.labels.get("kubernetes.io/service-name")?;
                    Key::new(Kind::Service, key.namespace, service.clone())
                }
            };
            path = "metadata.name";
        }
    }

    /// The thing of the diagram that a line of the open file describes.
    pub fn entity_at(&self, line: usize) -> Option<Entity> {
        let key = manifest::object_at(self.text(), line)?;
        self.session.cluster().store().get(&key)?;
        Some(match key.kind {
            Kind::Service => Entity::Service(key),
            Kind::EndpointSlice => Entity::Slice(key),
            Kind::Pod => Entity::Pod(key),
            Kind::Node => Entity::Node(key.name.to_string()),
            Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::Job => {
                Entity::Workload(key)
            }
            _ => return None,
        })
    }

    /// The objects that the open file said when it was saved and says no more, as far as they exist.
    pub fn left_out(&self) -> Vec<Key> {
        let saved = self.session.files().read(&self.open).unwrap_or_default();
        let now = objects(self.text());
        let store = self.session.cluster().store();
        objects(saved).into_iter().filter(|key| !now.contains(key) && store.get(key).is_some()).collect()
    }

    /// What can be typed at a place of the open file.
    pub fn completions(&self, line: usize, column: usize) -> Completions {
        if is_manifest(&self.open) {
            manifest::complete(self.text(), line, column)
        } else {
            Completions::default()
        }
    }

    /// What a word of the open file means.
    pub fn hover(&self, line: usize, column: usize) -> Option<Hover> {
        is_manifest(&self.open).then(|| manifest::hover(self.text(), line, column)).flatten()
    }

    /// The path of a file that a person names: below the terminal's directory, unless it is absolute.
    pub fn path_named(&self, name: &str) -> Option<String> {
        let name = name.trim();
        let cwd = self.session.terminals()[self.terminal].cwd();
        let path = files::absolute(cwd, name);
        let fits = !name.is_empty() && !name.ends_with('/') && !self.session.files().is_directory(&path);
        fits.then_some(path)
    }

    /// Every manifest of the workspace in one, each under its path.
    pub fn manifests(&self) -> String {
        let mut all = String::new();
        for (path, text) in self.session.files().iter().filter(|(path, _)| is_manifest(path)) {
            let text = self.drafts.get(path).unwrap_or(text);
            let body = text.trim_start_matches("---\n").trim_end();
            all += &format!("---\n# {}\n{body}\n", below_home(path));
        }
        all
    }

    /// What was done, as a script for a real cluster.
    pub fn script(&self) -> String {
        let mut script = String::from(
            "#!/usr/bin/env bash\n# What was done in cluster-playground, for a real cluster. Read it before you run it: it creates and\n\
             # deletes in the cluster that kubectl points at.\nset -u\n\nkind create cluster --name playground\n\n",
        );
        for (path, text) in &self.session.beginning().files {
            write_file(&mut script, path, text);
        }
        let begins = &self.session.beginning().cwd;
        script += &format!("cd {}\n\n", quoted(below_home(begins)));
        for (_, act) in self.session.log() {
            match act {
                Act::Line { text, .. } => script += &format!("{text}\n"),
                Act::Save { path, text } => write_file(&mut script, &relative(begins, path), text),
                Act::Apply { path, text, line, .. } => {
                    if let Some(text) = text {
                        write_file(&mut script, &relative(begins, path), text);
                    }
                    script += &format!("{line}\n");
                }
                Act::Delete { path } => script += &format!("rm -f {}\n", quoted(&relative(begins, path))),
                Act::Interrupt { .. } => script += "# Ctrl-C here\n",
                Act::Visit { method, url } => script += &format!("curl -sS -X {method} {}\n", quoted(url)),
                Act::Send(_) => script += "# a request by button here\n",
                Act::Fault(_) => script += "# a fault was played here; a real cluster has no such button\n",
                Act::Open | Act::Clear { .. } => {}
            }
        }
        script
    }
}

/// Whether a file is read as manifests.
pub fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// The command that applies a file from a directory, and deletes what it no longer names.
pub fn apply_line(path: &str, cwd: &str, left_out: &[Key]) -> String {
    let short = path.strip_prefix(&format!("{}/", cwd.trim_end_matches('/'))).unwrap_or(path);
    let mut line = format!("kubectl apply -f {}", quoted(short));
    for key in left_out {
        line += &format!("; kubectl delete {key}");
        if !key.namespace.is_empty() && key.namespace != "default" {
            line += &format!(" -n {}", key.namespace);
        }
        line += " --wait=false";
    }
    line
}

fn objects(text: &str) -> Vec<Key> {
    let (_, placed) = manifest::examine(text);
    let keys = placed.into_iter().map(|object| {
        let word = |field: &str| match &object.resource.value["metadata"][field] {
            Value::String(text) => text.clone(),
            _ => String::new(),
        };
        let namespace = match (object.resource.kind.resource().namespaced, word("namespace")) {
            (false, _) => String::new(),
            (true, namespace) if namespace.is_empty() => "default".to_owned(),
            (true, namespace) => namespace,
        };
        Key::new(object.resource.kind, namespace, word("name"))
    });
    keys.collect()
}

fn below_home(path: &str) -> &str {
    path.strip_prefix(HOME).unwrap_or(path).trim_start_matches('/')
}

/// A path as the script, which has gone to `cwd`, names it.
fn relative(cwd: &str, path: &str) -> String {
    match path.strip_prefix(cwd).and_then(|rest| rest.strip_prefix('/')) {
        Some(rest) => rest.to_owned(),
        None => {
            let up = below_home(cwd).split('/').filter(|part| !part.is_empty()).count();
            "../".repeat(up) + below_home(path)
        }
    }
}

fn write_file(script: &mut String, path: &str, text: &str) {
    let path = below_home(path);
    let mut end = "EOF".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('F');
    }
    if let Some((folder, _)) = path.rsplit_once('/') {
        *script += &format!("mkdir -p {}\n", quoted(folder));
    }
    let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    *script += &format!("cat > {} <<'{end}'\n{text}{line_end}{end}\n", quoted(path));
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
