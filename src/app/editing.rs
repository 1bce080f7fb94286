//! What a person does with files: typing, saving, applying, naming. Decides when a text is looked at and when it is applied.

use super::model::{Model, Pane, Side};
use super::scenario;
use super::scene::Entity;
use super::update::FileAct;
use super::workspace::{LONG_TEXT, apply_line};
use crate::api::{Instant, Key};
use crate::manifest::Severity;
use crate::shell::Act;
use std::time::Duration;

/// A long text is looked at after this much rest.
const LONG_REST: Duration = Duration::from_millis(300);
/// The open file is looked at again this long after the cluster changed under it.
const STORE_REST: Duration = Duration::from_millis(500);
/// A valid text is applied after this much rest, when that is wished.
const LIVE_REST: Duration = Duration::from_millis(400);

impl Model {
    /// The open file's text is another one.
    pub(super) fn edit(&mut self, text: String) {
        let long = text.len() > LONG_TEXT;
        if self.session.files().read(&self.open) == Ok(text.as_str()) {
            self.drafts.remove(&self.open);
        } else {
            self.drafts.insert(self.open.clone(), text);
        }
        self.rested = Duration::ZERO;
        self.edits += 1;
        self.unchecked = true;
        if !long {
            self.check();
        }
    }

    /// Nothing was typed for that much longer.
    pub(super) fn rest(&mut self, real: Duration) {
        self.rested += real;
        if self.looked != self.shown() {
            self.look();
        }
        let changed = self.checked != self.session.cluster().store().version();
        if self.unchecked && self.rested >= LONG_REST || changed && self.rested >= STORE_REST {
            if changed {
                // Of a cluster that changes all the time it is looked at now and then.
                self.rested = LIVE_REST;
            }
            self.check();
        }
        if self.live && self.rested >= LIVE_REST && self.drafts.contains_key(&self.open) {
            let wrong = self.preview.diagnostics.iter().any(|it| it.severity == Severity::Error);
            if !wrong && !self.unchecked {
                self.apply();
            }
        }
    }

    /// What stands in the open file of what is shown elsewhere.
    pub(super) fn look(&mut self) {
        self.looked = self.shown();
        self.under_cursor = self.entity_at(self.cursor);
        let field = self.show.as_ref().and_then(|show| show.trace.failed_hop()?.because.field());
        let found = field.and_then(|field| self.line_of_field(&field.object, &field.path));
        self.blamed = found.filter(|(path, _)| *path == self.open).map(|(_, line)| line);
    }

    /// What tells one request on show from another.
    fn shown(&self) -> (u64, Option<Instant>) {
        (self.sent, self.show.as_ref().map(|show| show.trace.started))
    }

    /// Saves what was typed and applies the open file, in a terminal: what a person would do. Live, it also deletes what the
    /// file names no more.
    pub(super) fn apply(&mut self) {
        let left_out: Vec<Key> = if self.live { self.left_out() } else { Vec::new() };
        let terminal = self.free_terminal();
        let line = apply_line(&self.open, self.session.terminals()[terminal].cwd(), &left_out);
        let text = self.drafts.remove(&self.open);
        self.act(Act::Apply { path: self.open.clone(), text, terminal, line });
        self.check();
    }

    /// A terminal that runs nothing: the one in front, another, or a new one. It comes to the front.
    pub(super) fn free_terminal(&mut self) -> usize {
        let is_free = |index: usize| self.session.terminals()[index].is_idle();
        if !is_free(self.terminal) {
            let count = self.session.terminals().len();
            self.terminal = match (0..count).find(|index| is_free(*index)) {
                Some(free) => free,
                None => {
                    self.act(Act::Open);
                    count
                }
            };
        }
        self.terminal
    }

    /// Shows the lines of a thing of the diagram.
    pub(super) fn lines(&mut self, entity: &Entity) {
        let Some((path, line)) = key_of(entity).and_then(|key| self.line_of(key)) else { return };
        self.open = path;
        self.goto = (self.goto.0 + 1, line);
        self.side = Side::Files;
        self.pane = Pane::Side;
        self.check();
    }

    pub(super) fn file(&mut self, act: FileAct) {
        match act {
            FileAct::New(name) => {
                let Some(path) = self.path_named(&name) else { return };
                if !self.session.files().exists(&path) {
                    self.act(Act::Save { path: path.clone(), text: String::new() });
                }
                self.open = path;
            }
            FileAct::Rename(name) => {
                let (old, Some(new)) = (self.open.clone(), self.path_named(&name)) else { return };
                if new == old || self.session.files().exists(&new) {
                    return;
                }
                let text = self.text().to_owned();
                self.drafts.remove(&old);
                self.act(Act::Save { path: new.clone(), text });
                self.act(Act::Delete { path: old });
                self.open = new;
            }
            FileAct::Delete => {
                let files = scenario::files(&self.session);
                let at = files.iter().position(|path| *path == self.open).unwrap_or(0);
                let next = files.get(at + 1).or_else(|| files.get(at.checked_sub(1)?));
                let next = next.map(|path| (*path).to_owned()).unwrap_or_default();
                let path = std::mem::replace(&mut self.open, next);
                self.drafts.remove(&path);
                self.act(Act::Delete { path });
            }
            FileAct::Import(files) => {
                for (name, text) in files {
                    let Some(path) = self.path_named(&name) else { continue };
                    self.drafts.remove(&path);
                    self.open = path.clone();
                    self.act(Act::Save { path, text });
                }
            }
        }
        self.check();
    }
}

/// The object that a thing of the diagram is.
pub fn key_of(entity: &Entity) -> Option<&Key> {
    match entity {
        Entity::Service(key)
        | Entity::Slice(key)
        | Entity::Workload(key)
        | Entity::Pod(key)
        | Entity::Pods(key) => Some(key),
        _ => None,
    }
}
