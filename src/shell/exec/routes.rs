//! The words of a command and where its streams lead.

use crate::shell::expand::{Expander, substitutions};
use crate::shell::files;
use crate::shell::line::{Command, CommandKind, Reading, Redirect, RedirectKind, Script, Word, braces};
use crate::shell::program::{Ctx, Exit, Input};
use crate::shell::scope::{Scope, Unset};
use std::borrow::Cow;

/// Where a command's streams lead.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    pub(super) input: Option<Input>,
    pub(super) out: Route,
    pub(super) err: Route,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Route {
    #[default]
    Inherit,
    Out,
    Err,
    File(String),
}

impl Routes {
    pub(super) fn open(
        command: &Command,
        targets: Vec<String>,
        scope: &Scope,
        ctx: &mut Ctx<'_>,
    ) -> Result<Self, Exit> {
        let mut routes = Self::default();
        for (Redirect { fd, kind }, target) in command.redirects.iter().zip(targets) {
            let path = files::absolute(&scope.cwd, &target);
            let fail = |ctx: &mut Ctx<'_>, error: files::FileError| {
                ctx.complain(format!("{}: {target}: {error}", scope.shell));
                1
            };
            match kind {
                RedirectKind::Text(_) => routes.input = Some(Input::closed(target.clone())),
                RedirectKind::Read(_) if target == "/dev/null" => routes.input = Some(Input::closed("")),
                RedirectKind::Read(_) => {
                    let text = ctx.files().read(&path).map(str::to_owned);
                    routes.input = Some(Input::closed(text.map_err(|error| fail(ctx, error))?));
                }
                RedirectKind::Duplicate(2) => routes.out = Route::Err,
                RedirectKind::Duplicate(_) => {
                    routes.err = if routes.out == Route::Inherit { Route::Out } else { routes.out.clone() };
                }
                RedirectKind::Write(_) | RedirectKind::Append(_) | RedirectKind::WriteBoth(_) => {
                    let keep = matches!(kind, RedirectKind::Append(_)) && ctx.files().exists(&path);
                    if !keep && target != "/dev/null" {
                        ctx.files().write(&path, "").map_err(|error| fail(ctx, error))?;
                    }
                    let route = Route::File(path);
                    if *fd == 2 && !matches!(kind, RedirectKind::WriteBoth(_)) {
                        routes.err = route;
                    } else {
                        if matches!(kind, RedirectKind::WriteBoth(_)) {
                            routes.err = route.clone();
                        }
                        routes.out = route;
                    }
                }
            }
        }
        Ok(routes)
    }

    pub(super) fn deliver(&self, ctx: &mut Ctx<'_>, out: &str, err: &str) {
        for (text, route, own) in [(out, &self.out, 1), (err, &self.err, 2)] {
            match route {
                _ if text.is_empty() => {}
                Route::Inherit if own == 2 => ctx.stderr.push_str(text),
                Route::Inherit | Route::Out => ctx.stdout.push_str(text),
                Route::Err => ctx.stderr.push_str(text),
                Route::File(path) if path == "/dev/null" => {}
                Route::File(path) => {
                    let files = ctx.files();
                    let mut whole = files.read(path).map(str::to_owned).unwrap_or_default();
                    whole.push_str(text);
                    // It could be written when it was opened.
                    files.place(path, whole);
                }
            }
        }
    }
}

/// The words of a command with the words that bash makes of their braces.
fn spread<'a>(words: &'a [Word], scope: &Scope) -> Cow<'a, [Word]> {
    if scope.shell == "bash" { braces(words) } else { Cow::Borrowed(words) }
}

/// The scripts of every word of a command that is expanded before it starts, in order.
pub(super) fn scripts(command: &Command, scope: &Scope) -> Vec<Script> {
    let mut scripts = Vec::new();
    match &command.kind {
        CommandKind::Simple { assignments, words } => {
            scripts = substitutions(assignments.iter().map(|(_, word)| word));
            scripts.extend(substitutions(&*spread(words, scope)));
        }
        CommandKind::For { words: Some(words), .. } => scripts = substitutions(&*spread(words, scope)),
        CommandKind::Case { word, .. } | CommandKind::Arithmetic(word) => scripts = substitutions([word]),
        CommandKind::Test { operands, .. } => scripts = substitutions(operands.iter().map(|(word, _)| word)),
        _ => {}
    }
    scripts.extend(substitutions(command.redirects.iter().filter_map(|redirect| match &redirect.kind {
        RedirectKind::Duplicate(_) => None,
        RedirectKind::Read(word)
        | RedirectKind::Write(word)
        | RedirectKind::Append(word)
        | RedirectKind::WriteBoth(word)
        | RedirectKind::Text(word) => Some(word),
    })));
    scripts
}

/// Assignments, fields, and the target of each redirection.
pub(super) type Expanded = (Vec<(String, String)>, Vec<String>, Vec<String>);

pub(super) fn expand(command: &Command, expander: &mut Expander<'_>) -> Result<Expanded, Unset> {
    let (mut assignments, mut fields, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    match &command.kind {
        CommandKind::Simple { assignments: given, words } => {
            for (name, word) in given {
                assignments.push((name.clone(), expander.text(word)?));
            }
            for word in &*spread(words, expander.scope) {
                fields.extend(expander.fields(word)?);
            }
        }
        CommandKind::For { words: Some(words), .. } => {
            for word in &*spread(words, expander.scope) {
                fields.extend(expander.fields(word)?);
            }
        }
        CommandKind::Case { word, .. } | CommandKind::Arithmetic(word) => fields.push(expander.text(word)?),
        CommandKind::Test { operands, .. } => {
            for (word, reading) in operands {
                fields.push(match reading {
                    Reading::Text => expander.text(word)?,
                    Reading::Pattern => expander.pattern(word)?,
                    Reading::Regex => expander.regex(word)?,
                });
            }
        }
        _ => {}
    }
    for redirect in &command.redirects {
        targets.push(match &redirect.kind {
            RedirectKind::Duplicate(_) => String::new(),
            RedirectKind::Read(word)
            | RedirectKind::Write(word)
            | RedirectKind::Append(word)
            | RedirectKind::WriteBoth(word)
            | RedirectKind::Text(word) => expander.text(word)?,
        });
    }
    Ok((assignments, fields, targets))
}
