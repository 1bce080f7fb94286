//! What Tab offers: programs, files, variables, and what kubectl would take next. It reads the shell,
//! the files and the objects, and changes nothing.

mod kubectl;
mod words;

use super::files::absolute;
use super::program::{Place, World};
use super::scope::Scope;
use super::{Files, builtins, programs};
use crate::api::{Kind, Ordered};
use crate::cluster::Cluster;
use words::Words;

/// What could stand at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word being completed begins, in characters.
    pub start: usize,
    /// What it could be, in order, each whole. One that ends in `/`, `=` or `:` goes on.
    pub candidates: Vec<String>,
}

impl Completion {
    /// What all candidates begin with.
    pub fn common(&self) -> &str {
        let Some(first) = self.candidates.first() else { return "" };
        let mut length = first.len();
        for other in &self.candidates[1..] {
            let same = first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
            length = length.min(same);
        }
        while !first.is_char_boundary(length) {
            length -= 1;
        }
        &first[..length]
    }

    /// The line that Tab makes of a line, and the cursor in it; `None` if it adds nothing.
    pub fn applied(&self, line: &str, cursor: usize) -> Option<(String, usize)> {
        let chars: Vec<char> = line.chars().collect();
        let cursor = cursor.min(chars.len());
        let typed: String = chars.get(self.start..cursor)?.iter().collect();
        let mut text = self.common().to_owned();
        let whole = self.candidates.len() == 1;
        if whole && !text.ends_with(['/', '=', ':', ',']) && chars.get(cursor).is_none_or(|c| *c != ' ') {
            text.push(' ');
        }
        if text.len() <= typed.len() || !text.starts_with(typed.as_str()) {
            return None;
        }
        let before: String = chars[..self.start].iter().collect();
        let after: String = chars[cursor..].iter().collect();
        let at = self.start + text.chars().count();
        Some((format!("{before}{text}{after}"), at))
    }
}

/// Where completion looks.
pub(super) struct Sight<'a> {
    pub cluster: &'a Cluster,
    pub files: &'a Files,
    pub scope: &'a Scope,
}

/// What could stand at the cursor of a line being typed.
pub(super) fn complete(
    cluster: &Cluster,
    world: &World,
    scope: &Scope,
    line: &str,
    cursor: usize,
) -> Completion {
    let before: String = line.chars().take(cursor).collect();
    let nothing = Files::default();
    let files = world.disks.get(&Place::Workstation).unwrap_or(&nothing);
    let sight = Sight { cluster, files, scope };
    let words = words::split(&before);
    let mut offered = offer(&sight, &words);
    offered.candidates.order();
    offered.candidates.dedup();
    offered.candidates.truncate(500);
    offered
}

/// Those of some words that begin as the word at the cursor does.
fn fitting<T: AsRef<str>>(all: impl IntoIterator<Item = T>, start: usize, typed: &str) -> Completion {
    let fits = all.into_iter().filter(|word| word.as_ref().starts_with(typed));
    Completion { start, candidates: fits.map(|word| word.as_ref().to_owned()).collect() }
}

fn offer(sight: &Sight<'_>, words: &Words) -> Completion {
    let (start, typed) = (words.start, words.typed.as_str());
    if let Some(at) = typed.rfind('$').filter(|at| !typed[*at..].contains(['(', '/', '.', ' '])) {
        let braced = typed[at + 1..].starts_with('{');
        let name = typed[at + 1..].trim_start_matches('{');
        let wrap = |name: &String| if braced { format!("${{{name}}}") } else { format!("${name}") };
        let found = sight.scope.variables.keys().filter(|known| known.starts_with(name)).map(wrap);
        return Completion { start: start + typed[..at].chars().count(), candidates: found.collect() };
    }
    if words.redirected {
        return paths(sight, start, typed, false);
    }
    let mut before: Vec<String> = words.before.clone();
    if let Some(alias) = before.first().and_then(|first| sight.scope.aliases.get(first)) {
        let expanded: Vec<String> = alias.split_whitespace().map(str::to_owned).collect();
        before.splice(0..1, expanded);
    }
    match before.first().map(String::as_str) {
        None if typed.contains('/') => paths(sight, start, typed, false),
        None => {
            let known = programs::names(sight.cluster, &Place::Workstation);
            let builtins = builtins::BUILTINS.iter().map(|(name, _)| *name).filter(|name| name.len() > 1);
            let mut offered = fitting(known.chain(builtins), start, typed);
            let own = sight.scope.functions.keys().chain(sight.scope.aliases.keys());
            offered.candidates.extend(own.filter(|name| name.starts_with(typed)).cloned());
            offered
        }
        Some("kubectl") => kubectl::offer(sight, &before[1..], start, typed),
        Some("cd" | "pushd" | "rmdir" | "mkdir") => paths(sight, start, typed, true),
        Some("ssh") if before.len() == 1 => fitting(nodes(sight), start, typed),
        Some("docker") if before.len() == 1 => fitting(["exec", "ps"], start, typed),
        Some("docker") if before[1..].iter().all(|word| word == "exec" || word.starts_with('-')) => {
            fitting(nodes(sight), start, typed)
        }
        Some(
            "ssh" | "docker" | "watch" | "time" | "timeout" | "xargs" | "command" | "which" | "type" | "man",
        ) if !typed.contains('/') => {
            // A command inside a command.
            let inner = before.iter().position(|word| word == "kubectl");
            match inner {
                Some(at) => kubectl::offer(sight, &before[at + 1..], start, typed),
                None => fitting(programs::names(sight.cluster, &Place::Workstation), start, typed),
            }
        }
        Some(_) if typed.starts_with('-') => Completion { start, candidates: Vec::new() },
        Some(_) => paths(sight, start, typed, false),
    }
}

fn nodes(sight: &Sight<'_>) -> Vec<String> {
    sight.cluster.store().list_all(Kind::Node).map(|node| node.meta.name.to_string()).collect()
}

/// Files and directories that begin so; directories alone if wanted.
fn paths(sight: &Sight<'_>, start: usize, typed: &str, directories: bool) -> Completion {
    let (base, name) = match typed.rfind('/') {
        Some(at) => (&typed[..=at], &typed[at + 1..]),
        None => ("", typed),
    };
    let home = sight.scope.value("HOME").unwrap_or_default();
    let real = match base.strip_prefix('~') {
        Some(rest) => format!("{home}{rest}"),
        None => base.to_owned(),
    };
    let directory = absolute(&sight.scope.cwd, if real.is_empty() { "." } else { &real });
    let listed = sight.files.list(&directory).into_iter();
    let fits = |(entry, is_directory): &(String, bool)| {
        entry.starts_with(name)
            && (!entry.starts_with('.') || name.starts_with('.'))
            && (*is_directory || !directories)
    };
    let shown = |(entry, is_directory): (String, bool)| {
        let escaped = entry.replace(' ', "\\ ");
        format!("{base}{escaped}{}", if is_directory { "/" } else { "" })
    };
    Completion { start, candidates: listed.filter(fits).map(shown).collect() }
}
