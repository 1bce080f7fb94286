//! The table of commands: names, usage, flags, and the function that carries each out.

use super::call::{Call, Outcome};
use super::verbs;

/// A command of kubectl.
#[derive(Debug)]
pub struct Command {
    /// Its words after `kubectl`: `create service nodeport`.
    pub path: &'static str,
    /// Other names of its last word.
    pub aliases: &'static [&'static str],
    /// Its usage, after `kubectl `.
    pub usage: &'static str,
    /// What it does, in a line.
    pub short: &'static str,
    /// Its flags, in the notation of [`super::flags::Flag::read`].
    pub flags: &'static str,
    /// What it does; none for a command that only has subcommands.
    pub run: Option<fn(&mut Call<'_, '_>) -> Outcome>,
}

/// kubectl itself.
pub static ROOT: Command = Command {
    path: "",
    aliases: &[],
    usage: "[flags] [options]",
    short: "kubectl controls the Kubernetes cluster manager.",
    flags: "",
    run: Some(verbs::root),
};

impl Command {
    /// `kubectl create deployment`
    pub fn name(&self) -> String {
        if self.path.is_empty() { "kubectl".into() } else { format!("kubectl {}", self.path) }
    }

    /// The last of its words.
    pub fn word(&self) -> &'static str {
        self.path.rsplit(' ').next().unwrap_or(self.path)
    }

    /// Its subcommands.
    pub fn children(&self) -> impl Iterator<Item = &'static Command> + '_ {
        tables().filter(|command| match command.path.rsplit_once(' ') {
            Some((parent, _)) => parent == self.path,
            None => self.path.is_empty(),
        })
    }

    /// The subcommand of that name.
    pub fn child(&self, word: &str) -> Option<&'static Command> {
        self.children().find(|command| command.word() == word || command.aliases.contains(&word))
    }

    /// Whether its words are passed on as they are.
    pub fn passes_all(&self) -> bool {
        self.path == "help"
    }

    /// Whether it talks to the cluster.
    pub fn asks_server(&self) -> bool {
        !(self.path.starts_with("config")
            || ["", "completion", "options", "plugin", "help"].contains(&self.path))
    }

    /// Whether `--user` is a flag of its own: whom a role is bound to.
    pub fn binds_users(&self) -> bool {
        self.flags.split(' ').any(|flag| flag == "user:array")
    }

    /// Its help's first paragraphs, where they are more than the short line.
    pub fn long(&self) -> &'static str {
        long::LONG.iter().find(|(path, _)| *path == self.path).map_or("", |(_, long)| long)
    }
}

macro_rules! printing {
    () => {
        "output,o:text template:text allow-missing-template-keys:bool=true show-managed-fields:bool "
    };
}
macro_rules! files {
    () => {
        "filename,f:list recursive,R:bool kustomize,k:text "
    };
}
macro_rules! dry {
    () => {
        "dry-run:text=none?unchanged "
    };
}
macro_rules! labelling {
    () => {
        "all:bool all-namespaces,A:bool field-manager:text field-selector:text list:bool local:bool overwrite:bool \
         record:bool resource-version:text selector,l:text "
    };
}
macro_rules! creating {
    () => {
        concat!(
            printing!(),
            dry!(),
            "save-config:bool validate:text=strict?strict field-manager:text=kubectl-create "
        )
    };
}
macro_rules! deleting {
    () => {
        "cascade:text=background?background grace-period:int=-1 force:bool now:bool timeout:duration wait:bool=true "
    };
}

const fn command(
    path: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    short: &'static str,
    flags: &'static str,
    run: fn(&mut Call<'_, '_>) -> Outcome,
) -> Command {
    Command { path, aliases, usage, short, flags, run: Some(run) }
}

const fn parent(
    path: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    short: &'static str,
) -> Command {
    Command { path, aliases, usage, short, flags: "", run: None }
}

// The tables use the macros above.
mod cluster;
mod generators;
mod long;
mod objects;
mod pods;
mod settings;
mod workloads;

/// All commands but kubectl itself.
fn tables() -> impl Iterator<Item = &'static Command> {
    [objects::TABLE, generators::TABLE, workloads::TABLE, pods::TABLE, cluster::TABLE, settings::TABLE]
        .into_iter()
        .flatten()
}
