//! What kubectl says when it fails: which words, which prefix, which exit code.

use super::output::go;
use crate::api::{Ordered, Status, StatusReason};
use crate::shell::Exit;

/// Why a command failed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The server refused. The text goes before its message: `error when creating "x.yaml": `.
    Server(Box<Status>, String),
    /// kubectl's own complaint, printed after `error: `.
    Message(String),
    /// The same, with a hint at the command's help.
    Usage(String),
    /// Printed as it is.
    Raw(String),
    /// kubectl's complaint, after what it put on standard output.
    Shown(String, String),
    /// Several at once.
    Several(Vec<Failure>),
    /// Everything was said already.
    Exit(Exit),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Server(Box::new(status), String::new())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}

impl Failure {
    /// A refusal with what was tried.
    pub fn while_doing(doing: &str, source: &str, status: Status) -> Self {
        Self::Server(Box::new(status), format!("error when {doing} {}: ", go::quote(source)))
    }

    /// The failures of a list as one; `Ok` if there are none.
    ///
    /// # Errors
    /// When the list is not empty.
    pub fn all(mut failures: Vec<Failure>) -> Result<(), Failure> {
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Self::Several(failures)),
        }
    }

    /// What could not be read, among what went wrong with the objects that could, in the order of the files. `after`
    /// says how many objects stand before each that was not read; beside each other stands its object's place.
    pub fn in_order(unread: Vec<Failure>, after: &[usize], others: Vec<(usize, Failure)>) -> Vec<Failure> {
        let before = |at: usize| after.get(at).copied().unwrap_or_default();
        let unread = unread.into_iter().enumerate().map(|(at, failure)| (before(at), 0, failure));
        let others = others.into_iter().map(|(at, failure)| (at, 1, failure));
        let mut all: Vec<_> = unread.chain(others).collect();
        all.order_by_key(|(at, kind, _)| (*at, *kind));
        all.into_iter().map(|(_, _, failure)| failure).collect()
    }

    /// What goes to standard error, and the exit code. `command` is the command's whole name.
    pub fn report(&self, command: &str) -> (String, Exit) {
        let line = |text: String| if text.ends_with('\n') { text } else { text + "\n" };
        match self {
            Self::Exit(code) => (String::new(), *code),
            Self::Raw(text) => (line(text.clone()), 1),
            Self::Message(text) | Self::Shown(_, text) if text.starts_with("error: ") => {
                (line(text.clone()), 1)
            }
            Self::Message(text) | Self::Shown(_, text) => (line(format!("error: {text}")), 1),
            Self::Usage(text) => (format!("error: {text}\nSee '{command} -h' for help and examples\n"), 1),
            Self::Server(status, _) if status.reason == StatusReason::Invalid => (line(invalid(status)), 1),
            Self::Server(..) => (line(self.one_of_several()), 1),
            Self::Several(failures) => {
                (failures.iter().map(|failure| line(failure.one_of_several())).collect(), 1)
            }
        }
    }

    /// As it stands in a list of failures.
    fn one_of_several(&self) -> String {
        match self {
            Self::Server(status, doing) => match status.reason {
                StatusReason::Unknown => format!("Error from server: {doing}{}", status.message),
                reason => format!("Error from server ({reason}): {doing}{}", status.message),
            },
            Self::Message(text) | Self::Raw(text) | Self::Usage(text) | Self::Shown(_, text) => text.clone(),
            Self::Several(failures) => {
                failures.iter().map(Self::one_of_several).collect::<Vec<_>>().join("\n")
            }
            Self::Exit(_) => String::new(),
        }
    }

    /// What goes to standard output before.
    pub fn shown(&self) -> String {
        match self {
            Self::Shown(text, _) => text.clone(),
            Self::Several(failures) => failures.iter().map(Self::shown).collect(),
            _ => String::new(),
        }
    }

    /// The message alone, as it is quoted inside another.
    pub fn message(&self) -> String {
        match self {
            Self::Server(status, doing) => format!("{doing}{}", status.message),
            other => other.one_of_several(),
        }
    }
}

/// An `Invalid` status, field by field.
fn invalid(status: &Status) -> String {
    let mut out = if status.kind.is_empty() && status.name.is_empty() {
        if status.causes.is_empty() && !status.message.is_empty() {
            format!("The request is invalid: {}", status.message)
        } else {
            "The request is invalid".into()
        }
    } else {
        format!("The {} {} is invalid", status.kind, go::quote(&status.name))
    };
    let mut causes: Vec<String> = Vec::new();
    for cause in &status.causes {
        let text = format!("{}: {}", cause.field, cause.message);
        if !causes.contains(&text) {
            causes.push(text);
        }
    }
    match &causes[..] {
        [] => {}
        [one] => out.push_str(&format!(": {one}\n")),
        several => {
            out.push_str(": \n");
            out.extend(several.iter().map(|cause| format!("* {cause}\n")));
        }
    }
    out
}
