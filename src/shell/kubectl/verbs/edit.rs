//! `kubectl edit`: an editor that can be scripted, as `KUBE_EDITOR='sed -i …'`, changes a file; what it changed is
//! sent to the server.

use super::create::report;
use crate::api::{Key, Kind, StatusReason, Value};
use crate::apiserver::patch::{self, Patch};
use crate::manifest::yaml;
use crate::shell::files::name;
use crate::shell::kubectl::call::{Call, DryRun, Next, Outcome};
use crate::shell::kubectl::commands::Command;
use crate::shell::kubectl::config::Config;
use crate::shell::kubectl::doc::{items, text};
use crate::shell::kubectl::fail;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::flags::Flags;
use crate::shell::kubectl::output::{go, printer};
use crate::shell::kubectl::resources::{Found, query, resolve};
use crate::shell::sh::Sh;
use crate::shell::{Ctx, Poll, Program};

/// Editors that want a person at a screen.
const FOR_PEOPLE: [&str; 14] = [
    "vi", "vim", "nvim", "nano", "pico", "emacs", "ed", "ex", "joe", "micro", "hx", "code", "subl", "mcedit",
];
/// A script that makes something else of the file each time is not asked for ever.
const TRIES: usize = 10;

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let query = query(call, call.args());
    let selection = resolve(call, &query)?;
    Failure::all(selection.failures)?;
    let Some(first) = selection.found.first() else { return Err("edit cancelled, no objects found".into()) };
    let editor = ["KUBE_EDITOR", "EDITOR"]
        .iter()
        .find_map(|variable| call.ctx.env.get(*variable).filter(|editor| !editor.trim().is_empty()))
        .cloned()
        .unwrap_or_else(|| "vi".to_owned());
    if FOR_PEOPLE.contains(&name(editor.split_whitespace().next().unwrap_or_default())) {
        let named = format!("{}/{}", first.kind.resource().singular(), first.name);
        return Err(format!(
            "the playground's terminal has no editor for a screen: set KUBE_EDITOR to a command that changes a file, such as 'sed -i s/old/new/', or write the object to a file with 'kubectl get {named} -o yaml > {}.yaml', edit that file and apply it",
            first.name
        )
        .into());
    }
    let docs: Vec<Value> = selection.found.iter().map(|found| found.doc.clone()).collect();
    let shown = match &docs[..] {
        [one] => one.clone(),
        _ => printer::list(docs),
    };
    let path =
        format!("/tmp/kubectl-edit-{}.yaml", call.now().rfc3339().replace(|c: char| !c.is_ascii_digit(), ""));
    Ok(Next::Run(Box::new(Edit {
        found: selection.found,
        text: yaml::write(&shown),
        header: Vec::new(),
        editor,
        path,
        tries: 0,
        running: None,
        before: None,
        command: call.command,
        flags: call.flags.clone(),
        config: call.config.clone(),
    })))
}

/// `kubectl apply edit-last-applied`
pub fn last_applied(call: &mut Call<'_, '_>) -> Outcome {
    let query = query(call, call.args());
    Failure::all(resolve(call, &query)?.failures)?;
    Err("the playground edits no last-applied-configuration: set it with 'kubectl apply set-last-applied -f FILENAME'".into())
}

/// An editing that goes on until what comes of it is taken, or is the same as before.
#[derive(Clone, Debug)]
struct Edit {
    found: Vec<Found>,
    /// What the editor is given.
    text: String,
    /// Why it is given it again.
    header: Vec<String>,
    editor: String,
    path: String,
    tries: usize,
    running: Option<Sh>,
    /// What the editor made last, which was refused.
    before: Option<String>,
    command: &'static Command,
    flags: Flags,
    config: Config,
}

/// A text without its comments.
fn stripped(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

impl Edit {
    fn write(&self, ctx: &mut Ctx<'_>) {
        let mut text = String::from(
            "# Please edit the object below. Lines beginning with a '#' will be ignored,\n\
             # and an empty file will abort the edit. If an error occurs while saving this file will be\n\
             # reopened with the relevant failures.\n#\n",
        );
        for line in &self.header {
            text.push_str(&format!("# {line}\n"));
        }
        if !self.header.is_empty() {
            text.push_str("#\n");
        }
        text.push_str(&self.text);
        ctx.files().place(&self.path, text);
    }

    /// What came of the editor: none if it is to be asked again.
    fn edited(&mut self, ctx: &mut Ctx<'_>) -> Option<Result<(), Failure>> {
        let edited = stripped(&ctx.read(&self.path).unwrap_or_default());
        if self.before.as_ref() == Some(&edited) || self.tries > TRIES {
            ctx.complain(format!("A copy of your changes has been stored to {}", go::quote(&self.path)));
            return Some(Err("Edit cancelled, no valid changes were saved.".into()));
        }
        if self.before.is_none() && edited == stripped(&self.text) {
            return Some(self.cancelled(ctx, "Edit cancelled, no changes made."));
        }
        if edited.trim().is_empty() {
            return Some(self.cancelled(ctx, "Edit cancelled, saved file was empty."));
        }
        let doc: Value = match yaml::read(&edited) {
            Ok(doc) => doc,
            Err(error) => {
                self.header = vec![format!("The edited file had a syntax error: {}", error.message)];
                return self.again(edited);
            }
        };
        let docs = if doc["items"].is_array() { items(&doc["items"]).to_vec() } else { vec![doc] };
        let mut failures = Vec::new();
        self.header.clear();
        for doc in docs {
            if let Err(failure) = self.send(ctx, doc) {
                failures.push(failure);
            }
        }
        if self.header.is_empty() {
            let _ = ctx.files().remove(&self.path, false);
            return Some(Failure::all(failures));
        }
        self.again(edited)
    }

    fn again(&mut self, edited: String) -> Option<Result<(), Failure>> {
        self.text.clone_from(&edited);
        self.before = Some(edited);
        None
    }

    fn cancelled(&self, ctx: &mut Ctx<'_>, why: &str) -> Result<(), Failure> {
        let _ = ctx.files().remove(&self.path, false);
        ctx.complain(why);
        Ok(())
    }

    /// Sends what changed of one object.
    fn send(&mut self, ctx: &mut Ctx<'_>, doc: Value) -> Result<(), Failure> {
        let kind = Kind::from_manifest(text(&doc["apiVersion"]), text(&doc["kind"]));
        let name = text(&doc["metadata"]["name"]).to_owned();
        let found = self.found.iter().find(|found| Some(found.kind) == kind && found.name == name);
        let Some(Found { kind, namespace, doc: original, .. }) = found.cloned() else {
            return Err("At least one of apiVersion, kind and name was changed".into());
        };
        let mut call = Call::new(ctx, self.command, self.flags.clone(), self.config.clone());
        let change =
            patch::three_way(kind, &original, &doc, &original).map_err(|error| Failure::Message(error.0))?;
        if change.as_object().is_none_or(|change| change.is_empty()) {
            return report(&mut call, None, kind, &doc, "skipped", DryRun::None, 0);
        }
        let key = Key::new(kind, namespace, name.clone());
        let printer = printer::chosen(&mut call)?;
        let resource = kind.resource().plural_qualified();
        match call.patch(&key, &Patch::Strategic(change), &DryRun::None.options()) {
            Ok(object) => report(&mut call, printer.as_ref(), kind, object.doc(), "edited", DryRun::None, 0),
            Err(status) if status.reason == StatusReason::Invalid => {
                self.header.push(format!("{resource} {} was not valid:", go::quote(&name)));
                let reasons =
                    status.causes.iter().map(|cause| format!("* {}: {}", cause.field, cause.message));
                self.header.extend(reasons);
                ctx.complain(format!("error: {resource} {} is invalid", go::quote(&name)));
                Ok(())
            }
            Err(status) => {
                ctx.complain(format!(
                    "error: {resource} {} could not be patched: {}",
                    go::quote(&name),
                    status.message
                ));
                ctx.complain(format!(
                    "You can run `kubectl replace -f {}` to try this update again.",
                    self.path
                ));
                Err(Failure::Exit(1))
            }
        }
    }
}

impl Program for Edit {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        loop {
            let Some(editor) = &mut self.running else {
                self.tries += 1;
                self.write(ctx);
                let script = format!("{} \"{}\"", self.editor, self.path);
                self.running = Some(Sh::new(vec!["sh".into(), "-c".into(), script]));
                continue;
            };
            let exit = match editor.poll(ctx) {
                Poll::Done(exit) => exit,
                waiting => return waiting,
            };
            self.running = None;
            let outcome = match exit {
                0 => self.edited(ctx),
                130 => return Poll::Done(130),
                _ => {
                    let editor = format!("{} {}", self.editor, self.path);
                    Some(Err(Failure::Message(format!(
                        "there was a problem with the editor {}",
                        go::quote(&editor)
                    ))))
                }
            };
            match outcome {
                None => {}
                Some(Ok(())) => return Poll::Done(0),
                Some(Err(failure)) => return Poll::Done(fail(ctx, &failure, &self.command.name())),
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
