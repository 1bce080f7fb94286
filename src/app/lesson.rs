//! A lesson in the page: which steps are ticked, what was seen, hints, guesses, the way back to a step's start.
//!
//! Checks are judged one a frame and only after something changed, each on a copy: a lesson costs next to nothing and
//! leaves no trace in the session. Knows nothing of where scenarios come from.

use super::model::{Model, Pane, Side};
use super::scenario::files;
use super::solution::{Change, changes};
use super::update::Message;
use crate::api::Instant;
use crate::lessons::{Lesson, bundle};
pub use crate::lessons::{Scenario, Step, Verdict};
use crate::shell::batch::is_interrupt;
use crate::shell::{Act, Session};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often checks are judged again while nothing but time has changed, in virtual time.
const AGAIN: Duration = Duration::from_secs(2);

/// What a learner does in the lesson pane.
#[derive(Clone, Debug)]
pub enum Study {
    /// Run commands: those of a step, or the solution.
    Run(String),
    /// Show the next hint.
    Hint,
    /// Guess: the step, and which of its options.
    Guess(usize, usize),
    /// Go back to where a step began.
    Restart(usize),
    /// Show what the solution is, or hide it.
    Solution,
    /// Point at what the text talks about: `pod:sleep-1`.
    Point(String),
    /// Leave the lesson: the page stays as it is.
    Leave,
}

/// A guess, and how much had been done when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Which option.
    pub option: usize,
    /// The length of the log then.
    at: usize,
}

/// What is known of the cluster when checks were judged; another value means another look.
type Seen = (u64, u64, usize);

/// A lesson that somebody takes.
#[derive(Clone, Debug)]
pub struct Course {
    lesson: Lesson,
    start: Session,
    /// The host a scenario of somebody else came from.
    pub origin: Option<String>,
    /// Which steps are done. A tick stays: a later step may undo what an earlier one asked for.
    pub ticked: Vec<bool>,
    /// How each check stood when it was judged last.
    pub verdicts: Vec<Option<Verdict>>,
    /// How many hints are shown.
    pub hints: usize,
    /// What the solution changes, while it is shown.
    pub solution: Option<Vec<Change>>,
    /// Guesses, by step.
    pub guesses: BTreeMap<usize, Guess>,
    /// Whether every check was true at the same time.
    pub finished: bool,
    /// Grows whenever there is something new to show.
    pub version: u64,
    /// Where each step began.
    begun: Vec<Option<Session>>,
    /// The check that is judged next, of those that wait to be.
    due: usize,
    seen: Option<(Seen, Instant)>,
}

impl Course {
    /// Begins a scenario.
    pub fn begin(scenario: Scenario, origin: Option<String>) -> (Self, Session) {
        let steps = scenario.steps.len();
        let checks = scenario.checks.len();
        let (lesson, session) = Lesson::begin(scenario);
        let mut begun = vec![None; steps];
        if let Some(first) = begun.first_mut() {
            *first = Some(session.clone());
        }
        let course = Self {
            lesson,
            start: session.clone(),
            origin,
            ticked: vec![false; steps],
            verdicts: vec![None; checks],
            hints: 0,
            solution: None,
            guesses: BTreeMap::new(),
            finished: false,
            version: 0,
            begun,
            due: 0,
            seen: None,
        };
        (course, session)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        self.lesson.scenario()
    }

    /// The session at the start, its setup done.
    pub fn start(&self) -> &Session {
        &self.start
    }

    /// The step that is next: the first without a tick.
    pub fn step(&self) -> usize {
        self.ticked.iter().position(|done| !done).unwrap_or(self.ticked.len())
    }

    /// Whether a step can be begun anew: it was begun.
    pub fn can_restart(&self, step: usize) -> bool {
        self.begun.get(step).is_some_and(Option::is_some)
    }

    /// Whether the learner has done anything since the current step began.
    pub fn has_tried(&self, session: &Session) -> bool {
        let from = self.begun.get(self.step()).and_then(Option::as_ref);
        session.log().len() > from.unwrap_or(&self.start).log().len()
    }

    /// A step's question was guessed, and whatever it asks about has been seen since.
    pub fn is_told(&self, step: usize, session: &Session) -> Option<Guess> {
        let guess = self.guesses.get(&step)?;
        let seen = session.log().len() > guess.at && !session.is_busy();
        (seen || self.ticked[step]).then_some(*guess)
    }

    /// The verdict of a step's check, if it has one that was judged.
    pub fn verdict(&self, step: usize) -> Option<&Verdict> {
        let id = self.scenario().steps.get(step)?.done.as_ref()?;
        self.verdicts.iter().flatten().find(|verdict| verdict.id == *id)
    }

    /// What must not be broken on the way and is: verdicts of checks that no step waits for.
    pub fn broken(&self) -> impl Iterator<Item = &Verdict> {
        let steps = &self.scenario().steps;
        let waited = |id: &String| steps.iter().any(|step| step.done.as_ref() == Some(id));
        self.verdicts.iter().flatten().filter(move |verdict| !verdict.passed && !waited(&verdict.id))
    }

    /// Judges at most one check, if anything has changed.
    pub fn watch(&mut self, session: &Session) {
        if self.finished {
            return;
        }
        let seen = (session.cluster().store().version(), session.sent(), session.log().len());
        let now = session.now();
        if self.due >= self.verdicts.len() {
            let same = self.seen.is_some_and(|(last, at)| last == seen && now.since(at) < AGAIN);
            if same {
                return;
            }
            self.seen = Some((seen, now));
            self.due = 0;
        }
        let verdict = self.lesson.glance(self.due, session);
        let news = self.verdicts[self.due] != verdict;
        self.verdicts[self.due] = verdict;
        self.due += 1;
        let ticks = self.tick(session);
        // All of them must be true of one and the same moment.
        let whole = self.due >= self.verdicts.len() && self.seen.is_some_and(|(last, _)| last == seen);
        self.finished =
            whole && self.verdicts.iter().flatten().filter(|it| it.passed).count() == self.verdicts.len();
        if self.finished {
            self.ticked.fill(true);
        }
        self.version += u64::from(news || ticks || self.finished);
    }

    /// Ticks the steps that are done.
    fn tick(&mut self, session: &Session) -> bool {
        let before = self.step();
        for index in 0..self.ticked.len() {
            let step = &self.lesson.scenario().steps[index];
            let done = match &step.done {
                Some(id) => self.verdicts.iter().flatten().any(|it| it.passed && it.id == *id),
                None => index == self.step() && self.has_run(&step.run, session),
            };
            self.ticked[index] |= done;
        }
        // What only had to be looked at lies behind whoever has come further.
        if let Some(last) = self.ticked.iter().rposition(|done| *done) {
            for index in 0..last {
                self.ticked[index] |= self.lesson.scenario().steps[index].done.is_none();
            }
        }
        let step = self.step();
        if let Some(begun) = self.begun.get_mut(step).filter(|begun| begun.is_none()) {
            *begun = Some(session.clone());
        }
        step != before
    }

    /// Whether all of these lines were entered since the current step began, and have ended.
    fn has_run(&self, lines: &[String], session: &Session) -> bool {
        let from =
            self.begun.get(self.step()).and_then(Option::as_ref).map_or(0, |session| session.log().len());
        let log = session.log().get(from..).unwrap_or_default();
        let entered = |lines: &String| {
            let last = lines.lines().last().unwrap_or_default().trim();
            log.iter().any(|(_, act)| match act {
                Act::Line { text, .. } => text.trim() == last,
                Act::Interrupt { .. } => is_interrupt(last),
                _ => false,
            })
        };
        !lines.is_empty() && lines.iter().all(entered)
    }

    /// Everything from the start again.
    pub(super) fn rewind(&mut self) {
        self.restart(0);
    }

    /// Goes back to where a step began; that session, if the step was begun.
    fn restart(&mut self, step: usize) -> Option<Session> {
        let session = self.begun.get(step)?.clone()?;
        self.version += 1;
        self.ticked[step..].fill(false);
        self.begun[step + 1..].fill(None);
        self.guesses.retain(|at, _| *at < step);
        self.verdicts.fill(None);
        self.finished = false;
        self.due = 0;
        self.seen = None;
        Some(session)
    }
}

/// What was done, done again in a session that has not seen it.
pub(super) fn again(mut session: Session, log: &[(Instant, Act)]) -> Session {
    for (at, act) in log {
        session.advance(*at);
        session.act(act.clone());
    }
    session
}

impl Model {
    /// Begins the scenario of a bundle that has arrived; with the host it came from, if it is not the page's own.
    ///
    /// # Errors
    /// What is wrong with the bundle; the page stays as it is.
    pub fn begin(&mut self, text: &str, origin: Option<String>) -> Result<(), String> {
        self.wanted = None;
        let scenario = bundle::read(text).map_err(|wrong| wrong.to_string())?;
        let (course, session) = Course::begin(scenario, origin);
        self.enter(session);
        self.course = Some(course);
        self.side = Side::Lesson;
        self.pane = Pane::Side;
        Ok(())
    }

    /// Another session than the one there was, without a lesson.
    pub fn enter(&mut self, session: Session) {
        self.course = None;
        self.restart(session);
        self.open = files(&self.session).first().map(|path| (*path).to_owned()).unwrap_or_default();
    }

    /// Types lines in a terminal that is free: one that a command holds keeps it.
    fn type_in(&mut self, lines: &str) {
        let busy = |terminal: &usize| self.session.terminals().get(*terminal).is_some_and(|it| it.is_busy());
        let count = self.session.terminals().len();
        if is_interrupt(lines) {
            let holder = Some(self.terminal).filter(busy).or_else(|| (0..count).find(busy));
            self.terminal = holder.unwrap_or(self.terminal);
            self.update(Message::Interrupt);
            return;
        }
        if busy(&self.terminal) {
            let free = (0..count).find(|terminal| !busy(terminal));
            self.update(Message::Terminal(free.unwrap_or(count)));
        }
        for line in lines.lines() {
            self.update(Message::Line(line.to_owned()));
        }
    }

    /// Takes in what a learner does in the lesson pane.
    pub(super) fn study(&mut self, study: Study) {
        match study {
            Study::Run(lines) => self.type_in(&lines),
            Study::Point(target) => self.point(&target),
            Study::Leave => {
                self.course = None;
                self.side = Side::Files;
            }
            study => self.study_course(study),
        }
    }

    fn study_course(&mut self, study: Study) {
        let at = self.session.log().len();
        let Some(course) = &mut self.course else { return };
        match study {
            Study::Hint => course.hints = (course.hints + 1).min(course.scenario().hints.len()),
            Study::Guess(step, option) => {
                course.guesses.entry(step).or_insert(Guess { option, at });
            }
            Study::Solution => {
                course.solution = match course.solution.take() {
                    Some(_) => None,
                    None => Some(changes(course.scenario(), course.start(), &self.session)),
                }
            }
            Study::Restart(step) => {
                if let Some(session) = course.restart(step) {
                    self.restart(session);
                }
            }
            _ => {}
        }
    }

    /// Shows what a reference of a lesson's text names: a thing of the diagram, the hops, the browser, a file.
    fn point(&mut self, target: &str) {
        let (kind, name) = target.split_once(':').unwrap_or((target, ""));
        match kind {
            "file" => {
                let path =
                    files(&self.session).into_iter().find(|path| path.ends_with(name)).map(str::to_owned);
                if let Some(path) = path {
                    self.update(Message::Open(path));
                    self.update(Message::Side(Side::Files));
                }
            }
            "browser" => self.update(Message::Side(Side::Browser)),
            "hops" => self.pane = Pane::Hops,
            _ => {
                if let Some(entity) = self.scene.named(kind, name) {
                    self.selected = Some(entity);
                    self.pane = Pane::Stage;
                }
            }
        }
    }
}
