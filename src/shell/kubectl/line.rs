//! A kubectl line as far as it is typed: its command, its arguments, the flag that waits for a value.
//! Completion reads it; nothing is carried out.

use super::commands::{Command, ROOT};
use super::config::Config;
use super::flags::{Flag, GLOBAL};
use crate::cluster::Cluster;
use crate::shell::Files;
use crate::shell::files::absolute;
use std::collections::BTreeMap;

/// What the words of a line come to.
#[derive(Debug)]
pub struct Line {
    /// The command.
    pub command: &'static Command,
    /// The flags it takes.
    pub flags: Vec<Flag>,
    /// Its arguments.
    pub args: Vec<String>,
    /// The flag that the next word is the value of.
    pub waits_for: Option<Flag>,
    /// Whether `--` was typed: what follows is not kubectl's.
    pub dashed: bool,
    /// The namespace it names.
    namespace: Option<String>,
    context: Option<String>,
}

fn flags_of(command: &Command) -> Vec<Flag> {
    Flag::read(command.flags).chain(Flag::read(GLOBAL)).collect()
}

/// Reads the words before the cursor.
pub fn read_line(words: &[String]) -> Line {
    let mut line = Line {
        command: &ROOT,
        flags: flags_of(&ROOT),
        args: Vec::new(),
        waits_for: None,
        dashed: false,
        namespace: None,
        context: None,
    };
    for word in words {
        if let Some(flag) = line.waits_for.take() {
            line.note(flag, word);
            continue;
        }
        if word == "--" {
            line.dashed = true;
            break;
        }
        if word.starts_with('-') && word.len() > 1 {
            line.flag(word);
            continue;
        }
        match line.command.child(word).filter(|_| line.args.is_empty()) {
            Some(child) => {
                line.command = child;
                line.flags = flags_of(child);
            }
            None => line.args.push(word.clone()),
        }
    }
    line
}

impl Line {
    fn flag(&mut self, word: &str) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let found = match name.strip_prefix("--") {
            Some(long) => self.flags.iter().find(|flag| flag.name == long),
            // The last letter of a group is the one that may take a value.
            None => self
                .flags
                .iter()
                .find(|flag| flag.short == name.chars().nth(1) || flag.short == name.chars().last()),
        };
        let Some(flag) = found.copied() else { return };
        let glued = name
            .get(2..)
            .filter(|rest| !name.starts_with("--") && !rest.is_empty() && flag.short == name.chars().nth(1));
        match value.or(glued) {
            Some(value) => self.note(flag, value),
            None if flag.bare.is_none() => self.waits_for = Some(flag),
            None => {}
        }
    }

    fn note(&mut self, flag: Flag, value: &str) {
        match flag.name {
            "namespace" => self.namespace = Some(value.to_owned()),
            "context" => self.context = Some(value.to_owned()),
            _ => {}
        }
    }
}

fn config(env: &BTreeMap<String, String>, files: &Files, cluster: &Cluster) -> Config {
    let of = |name: &str| env.get(name).map_or("", String::as_str);
    let path = match of("KUBECONFIG") {
        "" => format!("{}/.kube/config", of("HOME")),
        path => absolute(of("PWD"), path.split(':').next().unwrap_or(path)),
    };
    let kept = files.read(&path).ok();
    Config::of(path.clone(), kept, cluster)
}

/// The namespace a line would look in.
pub fn namespace(env: &BTreeMap<String, String>, files: &Files, cluster: &Cluster, line: &Line) -> String {
    let mut config = config(env, files, cluster);
    if let Some(context) = &line.context {
        config.context.clone_from(context);
    }
    line.namespace.clone().unwrap_or_else(|| config.namespace().to_owned())
}

/// The contexts there are.
pub fn contexts(env: &BTreeMap<String, String>, files: &Files, cluster: &Cluster) -> Vec<String> {
    let config = config(env, files, cluster);
    let names = super::doc::items(&config.doc["contexts"]).iter();
    names.map(|context| super::doc::text(&context["name"]).to_owned()).collect()
}
