//! What is kept of a page opens as the same page, wherever and whenever.

use cluster_playground::app::keep::{Unreadable, read};
use cluster_playground::app::model::Model;
use cluster_playground::app::opening;
use cluster_playground::app::permalink::Permalink;
use cluster_playground::app::update::{FileAct, Message};
use cluster_playground::cluster::Fault;
use std::time::Duration;

fn model() -> Model {
    Model::new(opening(&Permalink::default()))
}

/// Lets time pass in frames of uneven length, as a browser does.
fn wait(model: &mut Model, seconds: f64, rng: &mut fastrand::Rng) {
    let mut left = seconds;
    while left > 0.0 {
        let frame = 0.001 + rng.f64() * 0.099;
        model.update(Message::Tick(Duration::from_secs_f64(frame)));
        left -= frame;
    }
}

fn screens(model: &Model) -> Vec<String> {
    let text = |terminal: &cluster_playground::shell::Terminal| {
        terminal.screen.iter().map(|(_, text)| text.as_str()).collect::<String>()
    };
    model.session.terminals().iter().map(text).collect()
}

fn line(model: &mut Model, text: &str) {
    model.update(Message::Line(text.to_owned()));
}

#[test]
fn a_kept_page_goes_on_byte_for_byte() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut model = model();
    line(&mut model, "kubectl apply -f sleep/");
    wait(&mut model, 6.0, &mut rng);
    line(&mut model, "kubectl get pods -o wide");
    line(&mut model, "kubectl exec deploy/sleep-1 -- ping -c 3 sleep-2");
    wait(&mut model, 5.0, &mut rng);
    let node =
        model.session.cluster().store().list_all(cluster_playground::api::Kind::Node).next().expect("a node");
    let node = node.meta.name.clone();
    model.update(Message::Fault(Fault::StopProxy { node: node.to_string(), on: true }));
    model.update(Message::Terminal(1));
    line(&mut model, "kubectl get pods -w");
    model.update(Message::Run("kubectl delete pod --all --wait=false".into()));
    assert_eq!(model.terminal, 0, "the watch is left alone");
    model.update(Message::File(FileAct::New("notes.yaml".into())));
    model.update(Message::Edit("a: \"é😀\"".into()));
    wait(&mut model, 4.0, &mut rng);

    let text = model.record("");
    let kept = read(&text).expect("it was just written");
    let mut again = self::model();
    again.resume(kept.clone());
    assert_eq!(screens(&again), screens(&model));
    assert_eq!(again.text(), "a: \"é😀\"");
    assert_eq!((again.session.now(), again.terminal, &again.open), (model.session.now(), 0, &model.open));
    assert_eq!(again.record(""), text);
    let dump = |model: &Model| {
        let store = model.session.cluster().store();
        let pods = store.list_all(cluster_playground::api::Kind::Pod);
        pods.map(|pod| pod.doc().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(dump(&again), dump(&model));
    for model in [&mut model, &mut again] {
        line(model, "curl -sS -m 2 http://nowhere.example/");
        wait(model, 8.0, &mut fastrand::Rng::with_seed(3));
    }
    assert_eq!(screens(&again), screens(&model));
}

#[test]
fn what_cannot_be_read_is_said() {
    let text = model().record("");
    assert_eq!(read(&text[..text.len() - 2]), Err(Unreadable::Damaged));
    assert_eq!(read(&text.replace("\"v\":1", "\"v\":2")), Err(Unreadable::Newer));
    assert_eq!(read("{}"), Err(Unreadable::Damaged));
}

#[test]
fn another_cluster_has_the_same_files() {
    let mut model = model();
    line(&mut model, "rm sleep/sleep1.yaml; echo 'a: 1' > new.yaml");
    wait(&mut model, 1.0, &mut fastrand::Rng::with_seed(1));
    model.update(Message::Profile("kind".into()));
    assert_eq!(model.session.cluster().profile().name, "kind");
    let files: Vec<&str> = model.session.files().iter().map(|(path, _)| path.as_str()).collect();
    assert!(files.iter().any(|path| path.ends_with("ch03/new.yaml")));
    assert!(!files.iter().any(|path| path.ends_with("sleep1.yaml")));
    let mut again = self::model();
    again.resume(read(&model.record("")).expect("it was just written"));
    assert_eq!(again.session.cluster().profile().name, "kind");
    assert_eq!(again.session.files().iter().count(), model.session.files().iter().count());
}

const TWO: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n";

#[test]
fn live_applies_what_is_valid_and_prunes_what_is_gone() {
    let mut rng = fastrand::Rng::with_seed(1);
    let mut model = model();
    let namespaces = |model: &Model| {
        let store = model.session.cluster().store();
        let all =
            store.list_all(cluster_playground::api::Kind::Namespace).map(|object| object.meta.name.clone());
        all.filter(|name| name.len() == 1).collect::<Vec<_>>()
    };
    model.update(Message::File(FileAct::New("two.yaml".into())));
    model.update(Message::Live(true));
    model.update(Message::Edit(TWO.into()));
    wait(&mut model, 0.3, &mut rng);
    assert!(namespaces(&model).is_empty(), "typing has not rested yet");
    wait(&mut model, 2.0, &mut rng);
    assert_eq!(namespaces(&model), ["a", "b"]);
    model.update(Message::Edit(TWO.replace("kind: Namespace\nmetadata: {name: b}", "kind: Nonsense")));
    wait(&mut model, 2.0, &mut rng);
    assert_eq!(namespaces(&model), ["a", "b"], "what is wrong is not applied");
    let steps = model.session.log().len();
    model.update(Message::Edit(TWO.split("---\n").next().expect("the first").into()));
    wait(&mut model, 3.0, &mut rng);
    assert_eq!(model.session.log().len(), steps + 1, "one step");
    wait(&mut model, 20.0, &mut rng);
    assert_eq!(namespaces(&model), ["a"]);
    model.update(Message::Undo);
    assert_eq!(namespaces(&model), ["a", "b"]);
}

#[test]
fn objects_have_lines_and_lines_objects() {
    use cluster_playground::api::{Key, Kind};
    use cluster_playground::app::scene::Entity;
    let mut model = model();
    line(&mut model, "kubectl apply -f sleep/sleep1.yaml");
    wait(&mut model, 6.0, &mut fastrand::Rng::with_seed(1));
    let pod = model.session.cluster().store().list(Kind::Pod, "default").next().expect("it runs").key();
    let (path, at) = model.line_of(&pod).expect("its Deployment stands in a file");
    assert!(path.ends_with("sleep1.yaml"));
    model.update(Message::Lines(Entity::Pod(pod)));
    assert_eq!((&model.open, model.goto.1), (&path, at));
    assert_eq!(model.entity_at(at), Some(Entity::Workload(Key::new(Kind::Deployment, "default", "sleep-1"))));
}

#[test]
fn what_was_done_becomes_a_script() {
    let mut model = model();
    model.update(Message::File(FileAct::New("it's.yaml".into())));
    model.update(Message::Edit("kind: X\nEOF\n".into()));
    model.update(Message::Apply);
    let script = model.script();
    assert!(script.contains("kind create cluster"), "{script}");
    assert!(
        script.contains(
            "cat > 'it'\\''s.yaml' <<'EOFF'\nkind: X\nEOF\nEOFF\nkubectl apply -f 'it'\\''s.yaml'\n"
        ),
        "{script}"
    );
    assert!(script.contains("\ncd kiamol/ch03\n"), "{script}");
    assert!(model.manifests().contains("---\n# kiamol/ch03/sleep/sleep1.yaml\n"));
}
