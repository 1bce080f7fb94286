//! What a shell remembers: variables, functions, where it is.

use super::line::Script;
use super::program::Exit;
use crate::api::Gathered;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What ends a list before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// `break N`
    Break(u32),
    /// `continue N`
    Continue(u32),
    /// `return STATUS`
    Return(Exit),
    /// `exit STATUS`, or a failure under `set -e`.
    Exit(Exit),
}

/// What a shell remembers. Subshells work on a copy.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Those that programs see.
    pub exported: BTreeSet<String>,
    /// Functions.
    pub functions: BTreeMap<String, Script>,
    /// Aliases.
    pub aliases: BTreeMap<String, String>,
    /// The current directory.
    pub cwd: String,
    /// The directory before, for `cd -`.
    pub previous: String,
    /// The status of the last command.
    pub status: Exit,
    /// The shell's name and its arguments.
    pub arguments: Vec<String>,
    /// `set -e`
    pub errexit: bool,
    /// `set -x`
    pub xtrace: bool,
    /// `set -u`
    pub nounset: bool,
    /// `set -o pipefail`
    pub pipefail: bool,
    /// What is run when the shell ends (`trap … EXIT`) or is interrupted (`trap … INT`).
    pub traps: BTreeMap<String, String>,
    /// The status it ends with, while what `trap … EXIT` asked for is run.
    pub left: Option<Exit>,
    /// How often `$RANDOM` was asked for.
    pub throws: u32,
    /// What is ending the lists being run.
    pub flow: Option<Flow>,
    /// What this shell calls itself in messages: `bash`, `sh`.
    pub shell: String,
    /// The lines that were typed, for `history`; shared with subshells.
    pub history: Arc<Vec<String>>,
    /// Jobs in the background.
    pub jobs: Vec<super::exec::Job>,
}

/// An expansion that cannot be made, in the shell's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Unset(pub String);

impl Scope {
    /// The value of a variable or special parameter.
    pub fn value(&self, name: &str) -> Option<String> {
        let joined = || self.arguments.get(1..).unwrap_or_default().join(" ");
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.arguments.len().saturating_sub(1).to_string()),
            "@" | "*" => Some(joined()),
            "$" => Some("1000".to_owned()),
            "!" => self.variables.get("!").cloned(),
            "-" => {
                let flags = [('e', self.errexit), ('u', self.nounset), ('x', self.xtrace)];
                Some(flags.iter().filter(|(_, on)| *on).map(|(flag, _)| *flag).collect::<String>() + "hB")
            }
            "PWD" => Some(self.cwd.clone()),
            "OLDPWD" => Some(self.previous.clone()),
            _ => match name.parse::<usize>() {
                Ok(index) => self.arguments.get(index).cloned(),
                Err(_) => self.variables.get(name).cloned(),
            },
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// The environment programs are given.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let exported = self.exported.iter();
        let mut all: BTreeMap<String, String> =
            exported.filter_map(|name| Some((name.clone(), self.variables.get(name)?.clone()))).into_map();
        all.insert("PWD".to_owned(), self.cwd.clone());
        all
    }
}
