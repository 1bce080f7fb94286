//! The playground inside another page: what that page may ask by messages, and what it is answered (`docs/embedding.md`).
//!
//! Pure: messages are text, time is an argument. Whoever sends them is not trusted: what is not understood is passed over,
//! what is too much is refused, and nothing here can reach further than a person at the terminal.

use super::model::Model;
use super::opening;
use super::permalink::Permalink;
use super::scenario::wanted;
use super::update::Message;
use crate::api::{Value, json};

use crate::shell::{Act, Session, Stream, Terminal};
use std::collections::VecDeque;

/// The first field of every message.
pub const NAMESPACE: &str = "cluster-playground";
/// The version of the protocol.
pub const VERSION: u64 = 1;
/// The longest message that is read, in UTF-16 code units of its JSON.
pub const LONGEST: u32 = 256 * 1024;
/// The longest command, in bytes.
const LONGEST_LINE: usize = 16 * 1024;
/// The longest text of a result, in bytes; what is beyond it is cut.
const LONGEST_OUTPUT: usize = 64 * 1024;
/// How many commands may wait.
const MOST_WAITING: usize = 64;
/// How many messages may come at once, and how many a second in the long run.
const BURST: f64 = 60.0;
const A_SECOND: f64 = 20.0;
/// Where a manifest that a page applies is saved.
const APPLIED: &str = "/tmp/from-the-page.yaml";

/// The theme a page wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// What the system prefers.
    Auto,
}

/// What a page can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Another scenario, from its start.
    Load(String),
    /// A command, as if typed; `ctrl-c` interrupts the one that runs.
    Run(String),
    /// A manifest, saved and applied.
    Apply(String),
    /// The scenario from its start.
    Reset,
    /// A theme.
    Theme(Theme),
    /// The keyboard's focus, into the terminal.
    Focus,
    /// Time stands.
    Pause,
    /// Time goes on.
    Resume,
}

/// A message of the page, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What its answer carries.
    pub id: u64,
    /// What it asks.
    pub ask: Ask,
}

/// What the page is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The message this answers; 0 for none.
    pub id: u64,
    /// `result`, `error`, `state`, `height` or `exercise-passed`.
    pub kind: &'static str,
    /// The rest.
    pub payload: Value,
}

impl Report {
    /// The message as JSON.
    pub fn json(&self) -> Value {
        json!({ "ns": NAMESPACE, "v": VERSION, "id": self.id, "type": self.kind, "payload": self.payload })
    }

    fn error(id: u64, words: &str) -> Self {
        Self { id, kind: "error", payload: json!({ "message": words }) }
    }
}

/// Whether a message speaks this protocol and has this type.
pub fn is(message: &Value, kind: &str) -> bool {
    message["ns"] == NAMESPACE && message["v"] == VERSION && message["type"] == kind
}

/// Understands a message; none if it speaks something else, asks something unknown, or lacks what it needs.
pub fn parse(text: &str) -> Option<Letter> {
    let message: Value = serde_json::from_str(text).ok()?;
    let kind = message["type"].as_str()?;
    if !is(&message, kind) {
        return None;
    }
    let payload = &message["payload"];
    let word = |name: &str| payload[name].as_str().map(str::to_owned);
    let ask = match kind {
        "load" => Ask::Load(word("scenario").filter(|name| is_slug(name) || is_address(name))?),
        "run" => Ask::Run(word("line")?),
        "apply" => Ask::Apply(word("yaml")?),
        "reset" => Ask::Reset,
        "theme" => Ask::Theme(match payload["theme"].as_str()? {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }),
        "focus" => Ask::Focus,
        "pause" => Ask::Pause,
        "resume" => Ask::Resume,
        _ => return None,
    };
    Some(Letter { id: message["id"].as_u64().unwrap_or(0), ask })
}

/// Whether a scenario's name is one: it becomes part of an address.
fn is_slug(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a scenario is named by the whole address of its bundle. It is fetched without credentials and read as data.
fn is_address(text: &str) -> bool {
    let whole = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.len() <= 2_048 && whole.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_graphic()))
}

/// A command of the page that runs.
#[derive(Clone, Debug)]
struct Running {
    id: u64,
    terminal: usize,
    /// How far the terminal's screen was filled: pieces, and bytes of the last.
    from: (usize, usize),
    /// How many requests had been sent.
    sent: u64,
}

/// Where the page's messages are worked on, one command after the other.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    waiting: VecDeque<(u64, String)>,
    running: Option<Running>,
    /// The request for a scenario that is on its way.
    loading: Option<u64>,
    /// How much of the burst is used up, and when that was so, in milliseconds of real time.
    used: (f64, f64),
    busy: bool,
    /// Whether the page was told that the exercise is done.
    passed: bool,
    /// Whether time stands because the page said so.
    pub paused: bool,
}

impl Desk {
    /// Whether one more message is not too many, at `now` in milliseconds.
    pub fn admits(&mut self, now: f64) -> bool {
        let (used, since) = self.used;
        let used = (used - (now - since).max(0.0) * A_SECOND / 1_000.0).max(0.0);
        self.used = (used, now.max(since));
        if used + 1.0 > BURST {
            return false;
        }
        self.used.0 += 1.0;
        true
    }

    /// Whether a command of the page runs or waits, or a scenario is on its way.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || !self.waiting.is_empty() || self.loading.is_some()
    }

    /// Takes in what concerns the model; theme and focus are the page's own affair.
    pub fn take(&mut self, letter: Letter, model: &mut Model, link: &mut Permalink) -> Vec<Report> {
        let Letter { id, ask } = letter;
        match ask {
            Ask::Run(line) if line.len() > LONGEST_LINE => vec![Report::error(id, "the command is too long")],
            Ask::Run(line) if matches!(line.trim(), "ctrl-c" | "^C") => {
                let terminal = self.running.as_ref().map_or(model.terminal, |running| running.terminal);
                model.update(Message::Terminal(terminal));
                model.update(Message::Interrupt);
                vec![done(id)]
            }
            Ask::Run(line) => self.enqueue(id, line),
            Ask::Apply(yaml) if link.readonly => {
                drop(yaml);
                vec![Report::error(id, "this playground can only be read")]
            }
            Ask::Apply(yaml) => {
                model.session.act(Act::Save { path: APPLIED.to_owned(), text: yaml });
                self.enqueue(id, format!("kubectl apply -f {APPLIED}"))
            }
            Ask::Load(slug) => {
                link.scenario = slug;
                model.enter(opening(link));
                let mut reports = self.anew(opening(link), model);
                model.wanted = wanted(link);
                match model.wanted {
                    // Answered when it has come, or cannot.
                    Some(_) => self.loading = Some(id),
                    None => reports.push(done(id)),
                }
                reports
            }
            Ask::Reset => {
                model.update(Message::Reset);
                let mut reports = self.anew(model.fresh(), model);
                reports.push(done(id));
                reports
            }
            Ask::Pause => {
                self.paused = true;
                Vec::new()
            }
            Ask::Resume => {
                self.paused = false;
                Vec::new()
            }
            Ask::Theme(_) | Ask::Focus => Vec::new(),
        }
    }

    fn enqueue(&mut self, id: u64, line: String) -> Vec<Report> {
        if self.waiting.len() >= MOST_WAITING {
            return vec![Report::error(id, "too many commands are waiting")];
        }
        self.waiting.push_back((id, line));
        Vec::new()
    }

    /// Begins with another session; what ran or waited is over.
    fn anew(&mut self, session: Session, model: &mut Model) -> Vec<Report> {
        let dropped = self.running.take().map(|running| running.id);
        let dropped = dropped.into_iter().chain(self.waiting.drain(..).map(|(id, _)| id));
        let dropped = dropped.chain(self.loading.take());
        let reports = dropped.map(|id| Report::error(id, "the playground was reset")).collect();
        model.restart(session);
        reports
    }

    /// Starts the next command when the terminal is free, and reports what has come about.
    pub fn tick(&mut self, model: &mut Model) -> Vec<Report> {
        let mut reports = Vec::new();
        if let Some(id) = self.loading.take_if(|_| model.wanted.is_none()) {
            reports.push(match &model.course {
                Some(_) => done(id),
                None => Report::error(id, "this scenario could not be loaded"),
            });
        }
        loop {
            if let Some(running) = &self.running {
                let terminal = model.session.terminals().get(running.terminal);
                if terminal.is_some_and(|terminal| !terminal.is_idle()) {
                    break;
                }
                if terminal.is_some_and(Terminal::wants_more) {
                    // A here-document or a quote without its end: nobody is going to write it.
                    let terminal = running.terminal;
                    model.session.act(Act::Interrupt { terminal });
                }
                reports.push(result(running, model));
                self.running = None;
            }
            // A scenario that is on its way would take away what ran before it.
            let free = model.wanted.is_none()
                && model.session.terminals().get(model.terminal).is_some_and(Terminal::is_idle);
            let Some((id, line)) = free.then(|| self.waiting.pop_front()).flatten() else { break };
            let screen = &model.session.terminals()[model.terminal].screen;
            let from = (screen.len(), screen.last().map_or(0, |(_, text)| text.len()));
            let (terminal, sent) = (model.terminal, model.session.sent());
            self.running = Some(Running { id, terminal, from, sent });
            for line in line.lines() {
                model.update(Message::Line(line.to_owned()));
            }
        }
        let finished = model.course.as_ref().filter(|course| course.finished);
        if let Some(course) = finished.filter(|_| !self.passed) {
            let payload = json!({ "exercise": course.scenario().slug });
            reports.push(Report { id: 0, kind: "exercise-passed", payload });
        }
        self.passed = finished.is_some();
        if self.is_busy() != self.busy {
            self.busy = self.is_busy();
            reports.push(Report { id: 0, kind: "state", payload: json!({ "busy": self.busy }) });
        }
        reports
    }
}

/// The answer to what is done at once.
fn done(id: u64) -> Report {
    Report { id, kind: "result", payload: json!({ "exit": 0, "stdout": "", "stderr": "", "trace": null }) }
}

/// What a command came to.
fn result(running: &Running, model: &Model) -> Report {
    let terminal = model.session.terminals().get(running.terminal);
    let printed =
        |stream| terminal.map(|terminal| printed(terminal, running.from, stream)).unwrap_or_default();
    let trace = model.session.traces().last().filter(|_| model.session.sent() > running.sent);
    let payload = json!({
        "exit": terminal.map_or(130, Terminal::status),
        "stdout": printed(Stream::Out),
        "stderr": printed(Stream::Err),
        "trace": trace.map(|trace| trace.json()),
    });
    Report { id: running.id, kind: "result", payload }
}

/// What a terminal printed since its screen was filled that far.
fn printed(terminal: &Terminal, from: (usize, usize), stream: Stream) -> String {
    let mut out = String::new();
    // A screen that is shorter than it was had been cleared: then all of it is new.
    let (pieces, bytes) = if terminal.screen.len() < from.0 { (0, 0) } else { from };
    for (at, (kind, text)) in terminal.screen.iter().enumerate().skip(pieces.saturating_sub(1)) {
        let new = if at + 1 == pieces { text.get(bytes..).unwrap_or(text) } else { text };
        if *kind == stream {
            out.push_str(new);
        }
    }
    if out.len() > LONGEST_OUTPUT {
        let cut = (0..=LONGEST_OUTPUT).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0);
        out.truncate(cut);
        out.push_str("\n…\n");
    }
    out
}

#[cfg(test)]
mod tests;
