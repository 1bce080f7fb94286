//! What pages may ask, what they are answered, and what they are refused.

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
        (
            "load",
            json!({"scenario": "https://a.test/x.json"}),
            Some(Ask::Load("https://a.test/x.json".into())),
        ),
        ("load", json!({"scenario": "javascript:alert(1)"}), None),
        ("load", json!({"scenario": "https://a.test/ b"}), None),
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
fn a_scenario_is_answered_when_it_has_come_or_cannot() {
    let mut visit = Visit::new();
    assert_eq!(results(&visit.ask(1, Ask::Load("sandbox".into()))).len(), 1);
    let busy = Report { id: 0, kind: "state", payload: json!({ "busy": true }) };
    assert_eq!(visit.ask(2, Ask::Load("no-such".into())), [busy]);
    assert_eq!(visit.ask(3, run("echo after")), []);
    visit.1.wanted = None; // the page has learned that there is none
    let reports = visit.tick();
    assert_eq!(reports[0], Report::error(2, "this scenario could not be loaded"));
    assert_eq!(results(&reports), [(3, 0, "after\n", "")]);
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
