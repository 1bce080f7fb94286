//! Everything the page shows, as one value.

use super::aim::Aim;
use super::browser::Browser;
use super::details::Leaf;
use super::form::Form;
use super::lesson::Course;
use super::predict::Question;
use super::scenario;
use super::scene::{COUNTED, Census, Entity, Ghost, Measure, Motion, Scene, ghost_of, place};
use super::script::Script;
use super::show::Show;
use crate::api::{Gathered, Instant, Key, Kind, Object};
use crate::cluster::Preview;
use crate::manifest::locate_object;
use crate::net::Trace;
use crate::net::lint::Finding;
use crate::net::reach::Matrix;
use crate::shell::{Act, Completion, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

/// How long a mark of a change stays, in virtual time.
const MARKED: Duration = Duration::from_secs(6);
/// How long after a change the nodes' rules have followed it.
const SETTLED: Duration = Duration::from_secs(2);
/// How long a pod that is gone is remembered, in virtual time.
const REMEMBERED: Duration = Duration::from_secs(120);
/// From this zoom on, larger groups of pods are drawn one by one.
const CLOSE: f64 = 1.6;

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
    /// What was done, and time.
    Session,
}

/// What is known of the cluster besides its objects: what just was, for the eye.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The store's version that was looked at last.
    seen: u64,
    /// The version that was reviewed last.
    reviewed: u64,
    /// When the store last changed, until the nodes' rules have followed.
    unsettled: Option<Instant>,
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
    /// Whether requests of the request bar are asked about before they are sent.
    pub predicting: bool,
    /// The request someone is asked about, or was.
    pub question: Option<Question>,
    /// The file and line that say why the request on show failed, where a file does.
    pub place: Option<(String, u32)>,
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
    /// What was taken back, and when it had been done, earliest last.
    pub(super) undone: Vec<(Instant, Act)>,
    /// What is typed by itself.
    pub(super) script: Script,
    /// How many requests were noticed.
    pub(super) sent: u64,
    /// What a person pointed at.
    pub selected: Option<Entity>,
    /// What is read of it.
    pub leaf: Option<Leaf>,
    /// What the next click in the diagram does.
    pub aim: Aim,
    /// Whether clicks choose source and target until that is switched off.
    pub picking: bool,
    /// How large the diagram is drawn.
    pub zoom: f64,
    /// Owners whose pods are drawn one by one, however many.
    pub opened: BTreeSet<Key>,
    /// The diagram.
    pub scene: Rc<Scene>,
    memory: Memory,
    drawn: Option<(u64, f64, usize, usize, usize, usize)>,
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
            place: None,
            predicting: false,
            question: None,
            selected: None,
            leaf: None,
            aim: Aim::default(),
            picking: false,
            zoom: 1.0,
            opened: BTreeSet::new(),
            script: Script::default(),
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
            zoom: self.zoom,
            predicting: self.predicting,
            opened: std::mem::take(&mut self.opened),
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
            self.memory.unsettled = Some(now);
        }
        if self.memory.unsettled.is_some_and(|since| now.since(since) >= SETTLED) {
            self.memory.unsettled = None;
            if let Some(show) = &mut self.show {
                show.compare(self.session.cluster());
            }
        }
        self.memory.seen = store.version();
        self.memory.ghosts.retain(|ghost| now.since(ghost.gone) < REMEMBERED);
        self.memory.marks.retain(|_, (_, since)| now.since(*since) < MARKED);
    }

    /// Draws the diagram anew if anything in it may have changed.
    pub fn draw(&mut self, width: f64, measure: &dyn Measure) {
        let (ghosts, marks) = (self.memory.ghosts.len(), self.memory.marks.len());
        // Who looks closer sees more.
        let limit = if self.zoom >= CLOSE { COUNTED * 5 } else { COUNTED };
        let state = (self.memory.seen, width, ghosts, marks, limit, self.opened.len());
        if self.drawn == Some(state) {
            return;
        }
        self.drawn = Some(state);
        let census = Census::take(self.session.cluster().store(), &self.memory.ghosts);
        let census = census.counting(limit, &self.opened);
        let marks = self.memory.marks.iter().map(|(key, (mark, _))| (key.clone(), mark.clone())).into_map();
        self.scene = Rc::new(place(&census, width, &marks, measure));
        if let Some(show) = &mut self.show {
            show.redraw(&self.scene);
        }
    }

    /// Brings the matrix up to date, if it is looked at.
    pub fn survey(&mut self) {
        if self.talk == Talk::Reach {
            self.session.cluster().reach(&mut self.matrix);
        }
    }

    /// Puts requests on show that were sent together, and plays them from their start.
    pub fn show(&mut self, traces: &[Rc<Trace>]) {
        self.show = Show::new(traces, self.show.take(), &self.scene);
        self.find_place();
    }

    /// Looks for the field that decided the request on show, in the files as they are typed.
    pub(super) fn find_place(&mut self) {
        let field = self.show.as_ref().and_then(|show| super::hops::decisive_field(&show.trace));
        self.place = field.and_then(|field| {
            scenario::files(&self.session).into_iter().find_map(|path| {
                let saved = || self.session.files().read(path).unwrap_or_default();
                let text = self.drafts.get(path).map_or_else(saved, String::as_str);
                let span = locate_object(text, &field.object, &field.path)?;
                Some((path.to_owned(), u32::try_from(span.line).ok()?))
            })
        });
    }

    /// Where the request on show is.
    pub fn motion(&self) -> Motion {
        self.show.as_ref().map(Show::motion).unwrap_or_default()
    }

    /// The address a pod had that is gone.
    pub(super) fn ghost_address(&self, pod: &Key) -> Option<String> {
        self.memory.ghosts.iter().find(|ghost| ghost.key == *pod).map(|ghost| ghost.ip.clone())
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
