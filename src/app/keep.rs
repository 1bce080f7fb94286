//! What is kept of the page, and what a link carries: the session's log and what stands beside it, as text.
//!
//! The format has a version. A text of a newer one is left alone, and said to be so. Where it is kept is the browser's matter.

use super::lesson::again;
use super::model::Model;
use crate::api::{Instant, Value, json};
use crate::cluster::Profile;
use crate::shell::session::Beginning;
use crate::shell::{Act, Session, log};
use std::collections::BTreeMap;

/// The version of the format.
const VERSION: u64 = 1;

/// What was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The scenario it belongs to, as the address names it.
    pub scenario: String,
    profile: String,
    seed: u64,
    start: Instant,
    now: Instant,
    log: Vec<(Instant, Act)>,
    open: String,
    terminal: usize,
    drafts: BTreeMap<String, String>,
}

/// The clusters there are, by their profiles' names.
pub fn profiles() -> impl Iterator<Item = &'static str> {
    Profile::names()
}

/// Why a text cannot be gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A newer version of the page wrote it.
    Newer,
    /// It is damaged, or something else.
    Damaged,
}

impl Unreadable {
    /// For the person.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Newer => "A newer version of this page wrote it. Load the page again to get that version.",
            Self::Damaged => "It is damaged or cut off.",
        }
    }
}

/// Reads what [`Model::record`] wrote.
///
/// # Errors
/// Why it cannot be gone on with.
pub fn read(text: &str) -> Result<Kept, Unreadable> {
    let value: Value = serde_json::from_str(text).map_err(|_| Unreadable::Damaged)?;
    match value["v"].as_u64() {
        Some(VERSION) => {}
        Some(version) if version > VERSION => return Err(Unreadable::Newer),
        _ => return Err(Unreadable::Damaged),
    }
    kept(&value).ok_or(Unreadable::Damaged)
}

fn kept(value: &Value) -> Option<Kept> {
    let word = |name: &str| value[name].as_str().map(str::to_owned);
    let start = Instant::from_micros(value["start"].as_u64()?);
    let log = log::read(start, &value["log"])?;
    Some(Kept {
        scenario: word("scenario")?,
        profile: word("profile")?,
        seed: value["seed"].as_u64()?,
        start,
        now: Instant::from_micros(value["now"].as_u64()?),
        log,
        open: word("open")?,
        terminal: usize::try_from(value["terminal"].as_u64()?).ok()?,
        drafts: serde_json::from_value(value["drafts"].clone()).ok()?,
    })
}

impl Model {
    /// The page as text: enough to go on with it elsewhere, or later.
    pub fn record(&self, scenario: &str) -> String {
        let session = &self.session;
        let beginning = session.beginning();
        let start = beginning.profile.start;
        json!({
            "v": VERSION,
            "app": env!("CARGO_PKG_VERSION"),
            "scenario": scenario,
            "profile": beginning.profile.name,
            "seed": beginning.seed,
            "start": start.micros(),
            "now": session.now().micros(),
            "open": self.open,
            "terminal": self.terminal,
            "drafts": self.drafts,
            "log": log::write(start, session.log()),
        })
        .to_string()
    }

    /// Goes on with what was kept: what was done is done again, up to the instant it was kept at.
    pub fn resume(&mut self, kept: Kept) {
        let mut beginning = self.session.beginning().clone();
        beginning.seed = kept.seed;
        if beginning.profile.name != kept.profile
            && let Some(profile) = Profile::named(&kept.profile)
        {
            beginning.profile = profile;
        }
        // A profile that begins at another instant now than when this was kept: everything happens as long after it.
        let start = beginning.profile.start;
        let moved = |at: Instant| start + at.since(kept.start);
        let log: Vec<_> = kept.log.into_iter().map(|(at, act)| (moved(at), act)).collect();
        let mut session = match &self.course {
            // What a lesson's setup did has happened already, unless the lesson was taken to another cluster.
            Some(course) if course.start().beginning().profile.name == beginning.profile.name => {
                again(course.start().clone(), log.get(self.floor()..).unwrap_or_default())
            }
            _ => Session::replay(beginning, &log),
        };
        session.advance(moved(kept.now));
        self.restart(session);
        self.drafts = kept.drafts;
        self.open = kept.open;
        self.terminal = kept.terminal.min(self.session.terminals().len() - 1);
        self.notice();
        self.check();
    }

    /// The same files on another cluster, which begins anew. A lesson has the cluster it was written for.
    pub(super) fn change_profile(&mut self, name: &str) {
        let Some(profile) = Profile::named(name).filter(|_| self.course.is_none()) else { return };
        let now = self.session.files().clone();
        let mut session = Session::new(Beginning { profile, ..self.session.beginning().clone() });
        let gone: Vec<String> =
            session.files().iter().map(|(path, _)| path.clone()).filter(|path| !now.exists(path)).collect();
        for path in gone {
            session.act(Act::Delete { path });
        }
        for (path, text) in now.iter() {
            if session.files().read(path) != Ok(text) {
                session.act(Act::Save { path: path.clone(), text: text.clone() });
            }
        }
        let drafts = std::mem::take(&mut self.drafts);
        self.restart(session);
        self.drafts = drafts;
        self.watch();
        self.check();
    }
}
