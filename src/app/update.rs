//! What a person's acts and the passing of time change.

use super::aim::Aim;
use super::browser;
use super::details::Leaf;
use super::form::{Form, Verb};
use super::lesson::Study;
use super::model::{Model, Pace, Pane, Side, Talk};
use super::predict::Guess;
use super::scene::Entity;
use crate::api::Key;
use crate::cluster::Fault;
use crate::shell::session::Beginning;
use crate::shell::{Act, Session};
use std::rc::Rc;
use std::time::Duration;

/// A wait longer than this is fast-forwarded.
const LONG: Duration = Duration::from_secs(2);
/// How much faster time runs then.
const FORWARD: u32 = 24;

/// What happens to the page.
#[derive(Clone, Debug)]
pub enum Message {
    /// Real time has passed.
    Tick(Duration),
    /// A line was entered into the terminal in front.
    Line(String),
    /// Requests are to be asked about before they are sent, or no longer.
    Predict(bool),
    /// What someone expects of the request they are asked about.
    Guess(Guess),
    /// Ctrl-C was pressed in it.
    Interrupt,
    /// Its screen was cleared.
    Clear,
    /// Another terminal came to the front; one more than there are opens one.
    Terminal(usize),
    /// The text of the open file was changed.
    Edit(String),
    /// A file was opened in the editor.
    Open(String),
    /// Something is done with files.
    File(FileAct),
    /// What is typed is applied by itself from now on, or no more.
    Live(bool),
    /// The editor shows the lines of a thing of the diagram.
    Lines(Entity),
    /// The editor goes to a line.
    Goto(usize),
    /// A thing is shown in the diagram.
    Reveal(Entity),
    /// The cursor of the editor is on another line.
    Cursor(usize),
    /// A command is run in a terminal that is free.
    Run(String),
    /// A fault is played, or ended.
    Fault(Fault),
    /// Another cluster, of a profile by its name, with the same files.
    Profile(String),
    /// The open file is to be applied.
    Apply,
    /// The request bar was changed.
    Form(Form),
    /// Its request is to be sent.
    Send,
    /// The request on show is sent once more.
    Again,
    /// Clicks in the diagram choose source and target, or no longer.
    Pick,
    /// A thing of the diagram sends; the next one pointed at is the target.
    AimFrom(Entity, Verb),
    /// A request was dragged from one thing to another.
    Drag(Entity, Entity),
    /// Whatever was pointed at is let go.
    Release,
    /// More is to be read of the thing that was pointed at, or no longer.
    Leaf(Option<Leaf>),
    /// How large the diagram is to be drawn.
    Zoom(f64),
    /// The pods of an owner are to be drawn one by one, or as a count again.
    Unfold(Key),
    /// The playback jumps to a hop.
    Seek(usize),
    /// The playback goes a hop on, or back.
    Step(bool),
    /// The playback goes on, or stands.
    Play,
    /// Its rate.
    Rate(f64),
    /// The pace of virtual time.
    Pace(Pace),
    /// The part that is seen on a narrow page.
    Pane(Pane),
    /// What the side pane shows.
    Side(Side),
    /// What the explaining pane shows.
    Talk(Talk),
    /// A cell of the matrix is shown, by its row and column.
    Cell(usize, usize),
    /// Something in the diagram was pointed at.
    Select(Entity),
    /// An address was opened in the browser pane.
    Visit {
        /// `GET` or `POST`.
        method: String,
        /// The address, or a path on the same host.
        url: String,
    },
    /// Something in the lesson pane.
    Study(Study),
    /// The last input is taken back.
    Undo,
    /// What was taken back is done again.
    Redo,
    /// To where so many inputs have happened.
    Travel(usize),
    /// Everything begins anew.
    Reset,
    /// Everything begins anew, with another seed.
    Seed(u64),
}

/// What can be done with files.
#[derive(Clone, Debug)]
pub enum FileAct {
    /// An empty one, by its name.
    New(String),
    /// Another name for the open one.
    Rename(String),
    /// The open one goes.
    Delete,
    /// Files come in, by their names.
    Import(Vec<(String, String)>),
}

impl Model {
    /// Takes a message in.
    pub fn update(&mut self, message: Message) {
        match message {
            Message::Tick(real) => self.tick(real),
            Message::Line(text) => self.act(Act::Line { terminal: self.terminal, text }),
            Message::Predict(on) => {
                self.predicting = on;
                self.question = None;
            }
            Message::Guess(guess) => self.guess(guess),
            Message::Interrupt => self.act(Act::Interrupt { terminal: self.terminal }),
            Message::Clear => self.act(Act::Clear { terminal: self.terminal }),
            Message::Terminal(index) => {
                if index >= self.session.terminals().len() {
                    self.act(Act::Open);
                }
                self.terminal = index.min(self.session.terminals().len() - 1);
            }
            Message::Edit(text) => self.edit(text),
            Message::Open(path) => {
                self.open = path;
                self.check();
            }
            Message::File(act) => self.file(act),
            Message::Live(on) => self.live = on,
            Message::Lines(entity) => self.lines(&entity),
            Message::Goto(line) => self.goto = (self.goto.0 + 1, line),
            Message::Reveal(entity) => {
                self.selected = Some(entity);
                self.pane = Pane::Stage;
            }
            Message::Cursor(line) => {
                self.cursor = line;
                self.look();
            }
            Message::Run(text) => {
                let terminal = self.free_terminal();
                self.act(Act::Line { terminal, text });
            }
            Message::Fault(fault) => self.act(Act::Fault(fault)),
            Message::Profile(name) => self.change_profile(&name),
            Message::Apply => self.apply(),
            Message::Form(form) => self.form = form,
            Message::Send => self.send(),
            Message::Again => self.again(),
            Message::Pick => {
                self.picking = !self.picking;
                self.aim = if self.picking { Aim::Source } else { Aim::Off };
                self.selected = None;
            }
            Message::AimFrom(entity, verb) => self.aim_from(&entity, verb),
            Message::Drag(from, to) => self.drag(&from, &to),
            Message::Release => {
                self.aim = Aim::Off;
                self.picking = false;
                self.selected = None;
            }
            Message::Leaf(leaf) => self.leaf = leaf.filter(|leaf| self.leaf != Some(*leaf)),
            Message::Zoom(zoom) => self.zoom = zoom.clamp(0.3, 4.0),
            Message::Unfold(owner) => {
                if !self.opened.remove(&owner) {
                    self.opened.insert(owner);
                }
                self.selected = None;
            }
            Message::Seek(hop) => self.seek(|leg| leg >= hop, false),
            Message::Step(forward) => {
                let at = self.motion().hop();
                match (forward, at) {
                    (true, None) => self.seek(|_| true, false),
                    (true, Some(at)) => self.seek(|leg| leg > at, false),
                    (false, Some(at)) => self.seek(|leg| leg < at, true),
                    (false, None) => {}
                }
            }
            Message::Play => {
                if let Some(show) = &mut self.show {
                    show.toggle();
                }
            }
            Message::Rate(rate) => self.rate = rate,
            Message::Pace(pace) => self.pace = pace,
            Message::Pane(pane) => self.pane = pane,
            Message::Side(side) => {
                self.side = side;
                self.pane = Pane::Side;
            }
            Message::Talk(talk) => {
                self.talk = talk;
                self.survey();
            }
            Message::Cell(row, column) => {
                let source = self.matrix.sources().get(row).cloned();
                let target = self.matrix.targets().get(column).cloned();
                let cell = source.zip(target).and_then(|(source, target)| self.matrix.cell(&source, &target));
                if let Some(trace) = cell.map(|cell| cell.trace.clone()) {
                    self.show(&[Rc::new(trace)]);
                    self.talk = Talk::Hops;
                    self.pane = Pane::Hops;
                }
            }
            Message::Select(entity) => self.pick(entity),
            Message::Visit { method, url } => self.visit(method, &url),
            Message::Study(study) => self.study(study),
            Message::Undo => self.travel(self.timeline().1.saturating_sub(1)),
            Message::Redo => self.travel(self.timeline().1 + 1),
            Message::Travel(count) => self.travel(count),
            Message::Seed(seed) => {
                self.restart(Session::new(Beginning { seed, ..self.session.beginning().clone() }));
                self.check();
            }
            Message::Reset => {
                let session = self.fresh();
                self.restart(session);
                if let Some(course) = &mut self.course {
                    course.rewind();
                }
                self.check();
            }
        }
    }

    pub(super) fn act(&mut self, act: Act) {
        self.undone.clear();
        self.session.act(act);
        self.notice();
    }

    /// Puts the newest requests on show, and lets the form follow pods that were replaced.
    pub(super) fn notice(&mut self) {
        if self.session.sent() != self.sent {
            let fresh = usize::try_from(self.session.sent() - self.sent).unwrap_or(usize::MAX);
            self.sent = self.session.sent();
            let traces = self.session.traces();
            let fresh = traces[traces.len().saturating_sub(fresh)..].to_vec();
            self.show(&fresh);
        }
        self.watch();
        self.survey();
        if let Some(course) = &mut self.course {
            course.watch(&self.session);
        }
        self.form = self.form.settled(self.session.cluster().store());
    }

    fn tick(&mut self, real: Duration) {
        let now = self.session.now();
        let coming = self.browser.coming.as_ref().map(|(at, _)| *at);
        let waits = self.session.next_wake().into_iter().chain(coming).chain(self.script_due()).min();
        self.forwarding = waits.is_some_and(|at| at.since(now) > LONG);
        let to = match self.pace {
            Pace::Paused => now,
            Pace::Real if self.forwarding => now + real * FORWARD,
            Pace::Real => now + real,
            Pace::Fast if self.forwarding => now + real * FORWARD * 2,
            Pace::Fast => now + real * 4,
            Pace::Instant => waits.unwrap_or(now + real),
        };
        // Time never jumps past what someone waits for: what follows from it comes first.
        let to = waits.filter(|at| *at > now).map_or(to, |at| to.min(at));
        self.session.advance(to);
        self.browser.arrive(self.session.now());
        self.type_on();
        self.notice();
        self.rest(real);
        if let Some(show) = &mut self.show {
            show.play(real, self.rate, self.still);
        }
    }

    fn seek(&mut self, wanted: impl Fn(usize) -> bool, last: bool) {
        if let Some(show) = &mut self.show {
            show.seek(wanted, last);
        }
    }

    fn visit(&mut self, method: String, target: &str) {
        let url = self.browser.resolve(target);
        self.browser.address = url.clone();
        let before = self.session.sent();
        self.act(Act::Visit { method, url });
        let sent = self.session.sent() != before;
        let Some(trace) = self.session.traces().last().filter(|_| sent) else {
            self.browser.shown = browser::Shown::Failed {
                title: "This address is not valid".to_owned(),
                words: format!("{target} is no address a browser could open."),
                code: "ERR_INVALID_URL",
            };
            return;
        };
        self.browser.coming = Some((trace.started + trace.took, browser::shown(trace)));
        self.browser.shown = browser::Shown::Loading;
    }
}
