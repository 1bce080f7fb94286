//! A lesson in the page: steps tick as things come true, and the way back leads to where they began.

use cluster_playground::app::embed::{Desk, parse};
use cluster_playground::app::lesson::Study;
use cluster_playground::app::model::{Model, Side};
use cluster_playground::app::opening;
use cluster_playground::app::permalink::Permalink;
use cluster_playground::app::update::Message;
use cluster_playground::lessons::bundle;
use std::time::Duration;

/// The page with a scenario begun.
fn begun(slug: &str) -> Model {
    let mut files = Vec::new();
    gather(&super::root().join(slug), "", &mut files);
    let mut model = Model::new(opening(&Permalink::default()));
    model.begin(&bundle::write(slug, &files), None).expect("the page can read it");
    model
}

fn gather(dir: &std::path::Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).expect("it can be listed").flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match std::fs::read_to_string(entry.path()) {
            Ok(text) => files.push((name, text)),
            Err(_) => gather(&entry.path(), &format!("{name}/"), files),
        }
    }
}

fn pass(model: &mut Model, seconds: u32) {
    for _ in 0..seconds * 10 {
        model.update(Message::Tick(Duration::from_millis(100)));
    }
}

fn run(model: &mut Model, line: &str) {
    model.update(Message::Study(Study::Run(line.to_owned())));
    pass(model, 12);
}

fn ticked(model: &Model) -> Vec<bool> {
    model.course.as_ref().map(|course| course.ticked.clone()).unwrap_or_default()
}

const APPLY: &str = "kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml";
const PING: &str = "kubectl exec deploy/sleep-1 -- ping -c 2 $(kubectl get pod -l app=sleep-2 -o jsonpath='{.items[0].status.podIP}')";

#[test]
fn steps_tick_as_they_come_true_and_the_end_is_told_once() {
    let mut model = begun("ping-a-pod");
    assert_eq!(model.side, Side::Lesson);
    pass(&mut model, 3);
    assert_eq!(ticked(&model), [false; 3]);
    run(&mut model, APPLY);
    assert_eq!(ticked(&model), [true, false, false]);
    // A wrong way first: by name, which there is none of.
    run(&mut model, "kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2");
    let course = model.course.as_ref().expect("a lesson");
    assert!(!course.ticked[2] && course.has_tried(&model.session));
    assert!(!course.verdict(2).expect("it was judged").seen.is_empty());
    run(&mut model, PING);
    assert!(model.course.as_ref().is_some_and(|course| course.finished));
    assert_eq!(ticked(&model), [true; 3]);
    let mut desk = Desk::default();
    let told: Vec<_> = desk
        .tick(&mut model)
        .into_iter()
        .chain(desk.tick(&mut model))
        .filter(|it| it.kind == "exercise-passed")
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].payload["exercise"], "ping-a-pod");
}

#[test]
fn judging_leaves_no_trace() {
    let mut model = begun("selector-typo");
    let (sent, log) = (model.session.sent(), model.session.log().len());
    let version = model.session.cluster().store().version();
    pass(&mut model, 5);
    assert_eq!((model.session.sent(), model.session.log().len()), (sent, log));
    assert_eq!(model.session.cluster().store().version(), version);
}

#[test]
fn a_step_begins_anew_where_it_began() {
    let mut model = begun("ping-a-pod");
    run(&mut model, APPLY);
    let log = model.session.log().len();
    run(&mut model, "kubectl delete deployment sleep-1 sleep-2");
    model.update(Message::Study(Study::Restart(1)));
    assert_eq!(model.session.log().len(), log);
    pass(&mut model, 2);
    assert_eq!(ticked(&model), [true, false, false]);
    run(&mut model, PING);
    assert!(model.course.as_ref().is_some_and(|course| course.finished));
}

#[test]
fn what_the_setup_did_cannot_be_taken_back() {
    let mut model = begun("selector-typo");
    let services = |model: &Model| {
        model.session.cluster().store().list_all(cluster_playground::api::Kind::Service).count()
    };
    let before = services(&model);
    assert!(!model.can_undo().0);
    model.update(Message::Undo);
    assert_eq!(services(&model), before);
    run(&mut model, "kubectl delete service numbers-api");
    assert_eq!(services(&model), before - 1);
    model.update(Message::Undo);
    assert_eq!(services(&model), before);
    run(&mut model, "kubectl delete service numbers-api");
    model.update(Message::Reset);
    assert_eq!(services(&model), before, "start over is after the setup");
}

#[test]
fn a_guess_is_told_when_the_thing_was_seen() {
    let mut model = begun("ping-a-pod");
    run(&mut model, APPLY);
    run(&mut model, "kubectl get pods -o wide");
    assert_eq!(ticked(&model), [true, true, false], "what is only looked at ticks when it was run");
    model.update(Message::Study(Study::Guess(2, 2)));
    model.update(Message::Study(Study::Guess(2, 0)));
    let told = |model: &Model| model.course.as_ref().and_then(|course| course.is_told(2, &model.session));
    assert_eq!(told(&model), None);
    run(&mut model, PING);
    assert_eq!(told(&model).map(|guess| guess.option), Some(2), "the first guess counts");
}

#[test]
fn the_solution_is_shown_as_what_it_changes() {
    let mut model = begun("selector-typo");
    model.update(Message::Study(Study::Solution));
    let changes = model.course.as_ref().and_then(|course| course.solution.clone()).expect("it is shown");
    let text: Vec<String> = changes
        .iter()
        .flat_map(|change| {
            change.lines.iter().map(|(sign, line)| format!("{} {sign:?} {}", change.name, line.trim()))
        })
        .filter(|line| !line.contains("Same"))
        .collect();
    assert_eq!(
        text,
        [
            "api-service.yaml Gone app: number-api",
            "api-service.yaml New app: numbers-api",
            "service/numbers-api Gone spec.selector.app: number-api",
            "service/numbers-api New spec.selector.app: numbers-api",
        ]
    );
}

#[test]
fn a_busy_terminal_is_left_to_its_command() {
    let mut model = begun("port-forward");
    run(&mut model, "kubectl port-forward deploy/numbers-web 9090:80");
    run(&mut model, "curl -s http://localhost:9090/");
    assert_eq!((model.session.terminals().len(), model.terminal), (2, 1));
    run(&mut model, "ctrl-c");
    assert!(!model.session.is_busy(), "Ctrl-C finds the terminal that is held");
}

#[test]
fn commands_of_the_page_around_wait_for_the_scenario() {
    let mut link = Permalink::default();
    let mut model = Model::new(opening(&link));
    let mut desk = Desk::default();
    let ask = |kind: &str, payload: &str| {
        let text =
            format!(r#"{{"ns":"cluster-playground","v":1,"id":1,"type":"{kind}","payload":{payload}}}"#);
        parse(&text).expect("it is understood")
    };
    desk.take(ask("load", r#"{"scenario":"ping-a-pod"}"#), &mut model, &mut link);
    assert_eq!(model.wanted.as_deref(), Some("ping-a-pod"));
    desk.take(ask("run", r#"{"line":"pwd"}"#), &mut model, &mut link);
    desk.tick(&mut model);
    assert!(model.session.log().is_empty());
    let wanted = begun("ping-a-pod");
    model = wanted;
    desk.tick(&mut model);
    assert_eq!(model.session.log().len(), 1);
}
