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
        "load" => Ask::Load(word("scenario").filter(|slug| is_slug(slug))?),
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

    /// Whether a command of the page runs or waits.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || !self.waiting.is_empty()
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
                model.wanted = wanted(link);
                self.anew(id, opening(link), model)
            }
            Ask::Reset => {
                model.update(Message::Reset);
                self.anew(id, model.fresh(), model)
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

    fn anew(&mut self, id: u64, session: Session, model: &mut Model) -> Vec<Report> {
        let dropped = self.running.take().map(|running| running.id);
        let dropped = dropped.into_iter().chain(self.waiting.drain(..).map(|(id, _)| id));
        let mut reports: Vec<Report> =
            dropped.map(|id| Report::error(id, "the playground was reset")).collect();
        model.restart(session);
        reports.push(done(id));
        reports
    }

    /// Starts the next command when the terminal is free, and reports what has come about.
    pub fn tick(&mut self, model: &mut Model) -> Vec<Report> {
        let mut reports = Vec::new();
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
mod tests {
    use super::*;
    use std::time::Duration;

    fn letter(kind: &str, payload: Value) -> Option<Letter> {
        parse(&json!({ "ns": NAMESPACE, "v": 1, "id": 7, "type": kind, "payload": payload }).to_string())
    }

    #[test]
    fn what_the_page_asks_is_understood() {
        let table = [
            ("run", json!({"line": "ls"}), Some(Ask::Run("ls".into()))),
            ("apply", json!({"yaml": "kind: Pod"}), Some(Ask::Apply("kind: Pod".into()))),
            ("load", json!({"scenario": "ch03-sleep"}), Some(Ask::Load("ch03-sleep".into()))),
            ("load", json!({"scenario": "../../etc"}), None),
            ("load", json!({"scenario": "a".repeat(65)}), None),
            ("theme", json!({"theme": "dark"}), Some(Ask::Theme(Theme::Dark))),
            ("theme", json!({"theme": 3}), None),
            ("reset", Value::Null, Some(Ask::Reset)),
            ("run", json!({"line": ["ls"]}), None),
            ("run", json!("ls"), None),
            ("eval", json!({"line": "ls"}), None),
            ("__proto__", json!({}), None),
        ];
        for (kind, payload, ask) in table {
            assert_eq!(letter(kind, payload).map(|letter| letter.ask), ask, "{kind}");
        }
    }

    #[test]
    fn other_tongues_are_passed_over() {
        for text in [
            "",
            "null",
            "[]",
            "\"run\"",
            "{",
            r#"{"ns":"cluster-playground","v":2,"type":"reset"}"#,
            r#"{"ns":"other","v":1,"type":"reset"}"#,
            r#"{"ns":"cluster-playground","v":1,"type":{"a":1}}"#,
            r#"{"v":1,"type":"reset"}"#,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let odd = parse(r#"{"ns":"cluster-playground","v":1,"id":-4,"type":"reset"}"#);
        assert_eq!(odd, Some(Letter { id: 0, ask: Ask::Reset }));
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn messages_are_admitted_at_a_rate() {
        let mut desk = Desk::default();
        assert_eq!((0..1_000).filter(|_| desk.admits(5.0)).count(), 60);
        assert_eq!((0..1_000).filter(|_| desk.admits(1_005.0)).count(), 20);
        assert!(!desk.admits(0.0), "a clock that goes back gives nothing");
    }

    struct Visit(Desk, Model, Permalink);

    impl Visit {
        fn new() -> Self {
            let link = Permalink::default();
            Self(Desk::default(), Model::new(opening(&link)), link)
        }

        fn ask(&mut self, id: u64, ask: Ask) -> Vec<Report> {
            let mut reports = self.0.take(Letter { id, ask }, &mut self.1, &mut self.2);
            reports.extend(self.tick());
            reports
        }

        fn tick(&mut self) -> Vec<Report> {
            self.1.update(Message::Tick(Duration::from_millis(100)));
            self.0.tick(&mut self.1)
        }
    }

    fn run(line: &str) -> Ask {
        Ask::Run(line.to_owned())
    }

    fn results(reports: &[Report]) -> Vec<(u64, i64, &str, &str)> {
        reports
            .iter()
            .filter(|report| report.kind == "result")
            .map(|report| {
                let payload = &report.payload;
                let word = |name: &str| payload[name].as_str().unwrap_or("?");
                (report.id, payload["exit"].as_i64().unwrap_or(-1), word("stdout"), word("stderr"))
            })
            .collect()
    }

    #[test]
    fn a_command_is_answered_with_what_it_printed() {
        let mut visit = Visit::new();
        let reports = visit.ask(1, run("echo one; echo two >&2"));
        assert_eq!(results(&reports), [(1, 0, "one\n", "two\n")]);
        let reports = visit.ask(2, run("echo three; false"));
        assert_eq!(results(&reports), [(2, 1, "three\n", "")]);
        let reports = visit.ask(4, run("echo one \\\n  two"));
        assert_eq!(results(&reports), [(4, 0, "one two\n", "")]);
        let reports = visit.ask(3, run("cat <<EOF\na\nb\nEOF"));
        assert_eq!(results(&reports), [(3, 0, "a\nb\n", "")]);
    }

    #[test]
    fn commands_wait_for_each_other_and_for_the_person() {
        let mut visit = Visit::new();
        visit.1.update(Message::Line("sleep 1".into()));
        assert_eq!(results(&visit.ask(1, run("echo a"))), []);
        assert_eq!(results(&visit.ask(2, run("echo b"))), []);
        let mut reports = Vec::new();
        for _ in 0..20 {
            reports.extend(visit.tick());
        }
        assert_eq!(results(&reports), [(1, 0, "a\n", ""), (2, 0, "b\n", "")]);
        assert!(!visit.0.is_busy());
    }

    #[test]
    fn ctrl_c_ends_the_command_that_runs() {
        let mut visit = Visit::new();
        assert_eq!(results(&visit.ask(1, run("sleep 1000"))), []);
        let reports = visit.ask(2, run("ctrl-c"));
        assert_eq!(results(&reports), [(2, 0, "", ""), (1, 130, "", "")]);
    }

    #[test]
    fn what_lacks_its_end_is_not_waited_for() {
        let mut visit = Visit::new();
        let reports = visit.ask(1, run("echo 'no end"));
        assert_eq!(results(&reports)[0].0, 1);
        assert_eq!(results(&visit.ask(2, run("echo on"))), [(2, 0, "on\n", "")]);
    }

    #[test]
    fn a_reset_answers_whatever_waited() {
        let mut visit = Visit::new();
        visit.ask(1, run("sleep 1000"));
        visit.ask(2, run("echo never"));
        let reports = visit.ask(3, Ask::Reset);
        let kinds: Vec<_> = reports.iter().map(|report| (report.id, report.kind)).collect();
        assert_eq!(kinds, [(1, "error"), (2, "error"), (3, "result"), (0, "state")]);
    }

    #[test]
    fn too_much_is_refused() {
        let mut visit = Visit::new();
        let reports = visit.ask(1, run(&"x".repeat(LONGEST_LINE + 1)));
        assert_eq!(reports[0].kind, "error");
        visit.ask(2, run("sleep 1000"));
        for id in 0..MOST_WAITING as u64 {
            visit.ask(10 + id, run("echo"));
        }
        assert_eq!(visit.ask(99, run("echo"))[0], Report::error(99, "too many commands are waiting"));
    }

    #[test]
    fn long_output_is_cut() {
        let mut visit = Visit::new();
        let reports = visit.ask(1, run("printf '%070000d' 1"));
        assert!(reports[0].payload["stdout"].as_str().is_some_and(|text| text.len() < LONGEST_OUTPUT + 10));
    }
}
