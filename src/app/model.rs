//! Everything the page shows, as one value.

use super::browser::Browser;
use super::form::Form;
use super::lesson::Course;
use super::scenario;
use super::scene::{Census, Entity, Ghost, Leg, Measure, Motion, Scene, ghost_of, legs, place};
use crate::api::{Instant, Key, Kind, Object};
use crate::cluster::Preview;
use crate::net::Trace;
use crate::net::lint::Finding;
use crate::net::reach::Matrix;
use crate::shell::{Act, Completion, Session};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// How long a mark of a change stays, in virtual time.
const MARKED: Duration = Duration::from_secs(6);
/// How long a pod that is gone is remembered, in virtual time.
const REMEMBERED: Duration = Duration::from_secs(120);
/// How many legs of a way are played in a second of real time.
const LEGS_A_SECOND: f64 = 1.4;

/// How virtual time runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// It stands.
    Paused,
    /// A second a second.
    #[default]
    Real,
    /// Four seconds a second.
    Fast,
    /// Whatever is due happens at once.
    Instant,
}

/// Which part of the page is seen where there is no room for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The diagram.
    #[default]
    Stage,
    /// Files, browser, lesson.
    Side,
    /// The hop table.
    Hops,
}

/// What the side pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// A file in the editor.
    #[default]
    Files,
    /// The browser.
    Browser,
    /// The lesson.
    Lesson,
}

/// What the explaining pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Talk {
    /// The hops of the request on show.
    #[default]
    Hops,
    /// Who reaches what.
    Reach,
    /// What a reviewer would say.
    Review,
}

/// A request on show.
#[derive(Clone, Debug)]
pub struct Show {
    /// What happened.
    pub trace: Trace,
    /// Its way through the scene as it is drawn now.
    pub legs: Vec<Leg>,
    /// How much of the way was played, in legs.
    pub playhead: f64,
    /// Whether it plays.
    pub playing: bool,
}

/// What is known of the cluster besides its objects: what just was, for the eye.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The store's version that was looked at last.
    seen: u64,
    /// The version that was reviewed last.
    reviewed: u64,
    ghosts: Vec<Ghost>,
    marks: BTreeMap<Key, (String, Instant)>,
}

/// The whole page.
pub struct Model {
    /// The session: cluster, files, terminals, log.
    pub session: Session,
    /// How virtual time runs.
    pub pace: Pace,
    /// How fast traces are played.
    pub rate: f64,
    /// Which part is seen on a narrow page.
    pub pane: Pane,
    /// What the side pane shows.
    pub side: Side,
    /// What the explaining pane shows.
    pub talk: Talk,
    /// Who reaches what, as of when it was last looked at.
    pub matrix: Matrix,
    /// What a reviewer would say, as of the version of the store that was looked at.
    pub findings: Rc<Vec<Finding>>,
    /// The terminal in front.
    pub terminal: usize,
    /// The file in the editor.
    pub open: String,
    /// What was typed into files and not saved yet.
    pub drafts: BTreeMap<String, String>,
    /// What an apply of the open file would do.
    pub preview: Rc<Preview>,
    /// Whether the open file changed since it was looked at.
    pub(super) unchecked: bool,
    /// The store's version it was looked at with.
    pub(super) checked: u64,
    /// How long nothing was typed into the editor.
    pub(super) rested: Duration,
    /// Whether what is typed is applied by itself.
    pub live: bool,
    /// The line of the editor that was asked for, with a number that grows.
    pub goto: (u32, usize),
    /// The line of the editor that the cursor is on.
    pub cursor: usize,
    /// The thing of the diagram that this line describes.
    pub under_cursor: Option<Entity>,
    /// The line of the open file that decided the fate of the request on show.
    pub blamed: Option<usize>,
    /// What those two were found for.
    pub(super) looked: (u64, Option<Instant>),
    /// How often something was typed: tells whether there is anything new to keep.
    pub edits: u64,
    /// How often another session began: tells whether what was shown is another one's.
    pub resets: u64,
    /// The request on show.
    pub show: Option<Show>,
    /// The request bar.
    pub form: Form,
    /// The browser pane.
    pub browser: Browser,
    /// The lesson that somebody takes, if it is one.
    pub course: Option<Course>,
    /// The scenario that was asked for and has not arrived: its slug, or the address of its bundle.
    pub wanted: Option<String>,
    /// Whether the person wants no motion.
    pub still: bool,
    /// Whether time is being fast-forwarded.
    pub forwarding: bool,
    /// What was taken back, latest last.
    pub(super) undone: Vec<Act>,
    /// How many requests were noticed.
    pub(super) sent: u64,
    /// What a person pointed at.
    pub selected: Option<Entity>,
    /// The diagram.
    pub scene: Rc<Scene>,
    memory: Memory,
    drawn: Option<(u64, f64, usize, usize)>,
}

impl Model {
    /// The page of a new session.
    pub fn new(session: Session) -> Self {
        let open = scenario::files(&session).first().map(|path| (*path).to_owned()).unwrap_or_default();
        let memory = Memory { seen: session.cluster().store().version(), ..Memory::default() };
        Self {
            session,
            pace: Pace::default(),
            rate: 1.0,
            pane: Pane::default(),
            side: Side::default(),
            terminal: 0,
            talk: Talk::default(),
            matrix: Matrix::default(),
            findings: Rc::default(),
            form: Form::default(),
            browser: Browser::default(),
            course: None,
            wanted: None,
            still: false,
            forwarding: false,
            undone: Vec::new(),
            sent: 0,
            open,
            drafts: BTreeMap::new(),
            preview: Rc::default(),
            unchecked: true,
            checked: 0,
            rested: Duration::ZERO,
            live: false,
            goto: (0, 0),
            cursor: 1,
            under_cursor: None,
            blamed: None,
            looked: Default::default(),
            edits: 0,
            resets: 0,
            show: None,
            selected: None,
            scene: Rc::default(),
            memory,
            drawn: None,
        }
    }

    /// The text of the open file: as typed, or as saved.
    pub fn text(&self) -> &str {
        match self.drafts.get(&self.open) {
            Some(draft) => draft,
            None => self.session.files().read(&self.open).unwrap_or_default(),
        }
    }

    /// The line that Tab makes of a line being typed, if it adds anything.
    pub fn complete(&self, line: &str, cursor: usize) -> Option<String> {
        self.completion(line, cursor).applied(line, cursor).map(|(line, _)| line)
    }

    /// All that could stand at the cursor of a line being typed.
    pub fn completion(&self, line: &str, cursor: usize) -> Completion {
        self.session.complete(self.terminal, line, cursor)
    }

    /// Whether there is anything to take back, and anything to do again.
    pub fn can_undo(&self) -> (bool, bool) {
        (self.session.log().len() > self.floor(), !self.undone.is_empty())
    }

    /// How much of the log is not the person's: a lesson's setup.
    pub(super) fn floor(&self) -> usize {
        self.course.as_ref().map_or(0, |course| course.start().log().len())
    }

    /// The session as it began; a lesson's with its setup done.
    pub fn fresh(&self) -> Session {
        match &self.course {
            Some(course) => course.start().clone(),
            None => Session::new(self.session.beginning().clone()),
        }
    }

    /// Another session in the same page.
    pub(super) fn restart(&mut self, session: Session) {
        let fresh = Self::new(session);
        *self = Self {
            pace: self.pace,
            rate: self.rate,
            pane: self.pane,
            side: self.side,
            talk: self.talk,
            terminal: 0,
            live: self.live,
            goto: self.goto,
            edits: self.edits + 1,
            resets: self.resets + 1,
            open: std::mem::take(&mut self.open),
            form: std::mem::take(&mut self.form),
            course: self.course.take(),
            wanted: self.wanted.take(),
            still: self.still,
            sent: fresh.session.sent(),
            ..fresh
        };
    }

    /// Looks at what changed in the cluster since it was last looked at.
    pub fn watch(&mut self) {
        let store = self.session.cluster().store();
        let now = self.session.now();
        for change in store.changes_since(self.memory.seen).into_iter().flatten() {
            let object = change.object();
            match (object.kind, &change.new) {
                (Kind::Pod, None) => self.memory.ghosts.extend(ghost_of(store, object, now)),
                (Kind::EndpointSlice, new) => {
                    let before = change.old.as_deref().map(ready);
                    let after = new.as_deref().map_or(0, ready);
                    let service = object.meta.labels.get("kubernetes.io/service-name");
                    if let Some((service, before)) =
                        service.zip(before).filter(|(_, before)| *before != after)
                    {
                        let key = Key::new(Kind::Service, object.meta.namespace.clone(), service.clone());
                        let before =
                            self.memory.marks.get(&key).map_or(before, |(mark, _)| first_number(mark));
                        self.memory.marks.insert(key, (format!("endpoints {before} → {after}"), now));
                    }
                }
                _ => {}
            }
        }
        if self.memory.seen != store.version() || self.memory.reviewed == 0 {
            self.memory.reviewed = store.version();
            self.findings = Rc::new(self.session.cluster().lint());
        }
        self.memory.seen = store.version();
        self.memory.ghosts.retain(|ghost| now.since(ghost.gone) < REMEMBERED);
        self.memory.marks.retain(|_, (_, since)| now.since(*since) < MARKED);
    }

    /// Draws the diagram anew if anything in it may have changed.
    pub fn draw(&mut self, width: f64, measure: &dyn Measure) {
        let (ghosts, marks) = (self.memory.ghosts.len(), self.memory.marks.len());
        let state = (self.memory.seen, width, ghosts, marks);
        if self.drawn == Some(state) {
            return;
        }
        self.drawn = Some(state);
        let census = Census::take(self.session.cluster().store(), &self.memory.ghosts);
        let marks = self.memory.marks.iter().map(|(key, (mark, _))| (key.clone(), mark.clone())).collect();
        self.scene = Rc::new(place(&census, width, &marks, measure));
        if let Some(show) = &mut self.show {
            show.legs = legs(&show.trace, &self.scene);
        }
    }

    /// Brings the matrix up to date, if it is looked at.
    pub fn survey(&mut self) {
        if self.talk == Talk::Reach {
            self.session.cluster().reach(&mut self.matrix);
        }
    }

    /// Puts a request on show and plays it from its start.
    pub fn show(&mut self, trace: Trace) {
        let legs = legs(&trace, &self.scene);
        self.show = Some(Show { trace, legs, playhead: 0.0, playing: true });
    }

    /// Lets the playback go on for `real` time; `at_once` for whoever wants no motion.
    pub fn play(&mut self, real: Duration, at_once: bool) {
        let Some(show) = self.show.as_mut().filter(|show| show.playing) else { return };
        let end = show.legs.len() as f64;
        show.playhead += real.as_secs_f64() * LEGS_A_SECOND * self.rate;
        if at_once || show.playhead >= end {
            show.playhead = end;
            show.playing = false;
        }
    }

    /// Where the request on show is.
    pub fn motion(&self) -> Motion {
        self.show.as_ref().map(|show| Motion::at(&show.legs, show.playhead)).unwrap_or_default()
    }
}

fn ready(slice: &Object) -> usize {
    let endpoints = slice.endpoint_slice().map(|view| view.endpoints.as_slice()).unwrap_or_default();
    endpoints.iter().filter(|endpoint| endpoint.conditions.is_ready()).count()
}

/// The number a mark began with, so that quick changes read as one.
fn first_number(mark: &str) -> usize {
    mark.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
}
