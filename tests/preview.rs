//! What the editor says of manifests whose errors were recorded from a real cluster: the same words, at the right place.

use cluster_playground::cluster::{Cluster, Profile};
use cluster_playground::manifest::{Diagnostic, Severity};
use cluster_playground::shell::{Beginning, Session};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Sequences whose first command applies one file, by name: the file's text, and what was printed on standard error.
fn recorded() -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    for name in [
        "errors-manifest",
        "errors-create",
        "errors-yaml",
        "pod-invalid",
        "workload-invalid",
        "services-core",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/recordings/{name}.json"));
        let text = std::fs::read_to_string(path).expect("the recordings are there");
        let sequences: Vec<Value> = serde_json::from_str(&text).expect("they are JSON");
        for sequence in sequences {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let Some(first) = sequence["steps"].get(0) else { continue };
            let command = word(&first["cmd"]);
            let Some(file) = command.strip_prefix("kubectl apply -f ").filter(|file| !file.contains(' '))
            else {
                continue;
            };
            let Some(text) = sequence["files"][file].as_str() else { continue };
            found.insert(word(&sequence["sequence"]), (text.to_owned(), word(&first["stderr"])));
        }
    }
    found
}

fn cluster() -> Cluster {
    Cluster::new(Profile::named("kind").expect("built in"), 1)
}

/// The text a diagnostic underlines.
fn underlined(text: &str, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span;
    let line: Vec<u16> = text.split('\n').nth(span.line - 1).unwrap_or_default().encode_utf16().collect();
    String::from_utf16_lossy(&line[span.column - 1..(span.end_column - 1).min(line.len())])
}

#[test]
fn recorded_errors_stand_at_their_place() {
    let recorded = recorded();
    let cluster = cluster();
    let table = include_str!("preview/places.txt");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert!(rows.len() >= 10);
    for row in rows {
        let [name, line, under, words] = row.splitn(4, " | ").collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let (text, stderr) = recorded.get(name).unwrap_or_else(|| panic!("no recording {name}"));
        assert!(stderr.contains(words), "{name} was recorded as\n{stderr}");
        let found = cluster.preview(text, &[]).diagnostics;
        let told: Vec<_> = found
            .iter()
            .map(|d| format!("{} | {} | {}", d.span.line, underlined(text, d), d.message))
            .collect();
        assert!(told.contains(&format!("{line} | {under} | {words}")), "{name}: {told:#?}\n{text}");
    }
}

#[test]
fn whatever_was_refused_is_told_in_the_recorded_words() {
    let cluster = cluster();
    let mut missed = Vec::new();
    let mut asked = 0;
    for (name, (text, stderr)) in recorded() {
        let errors: Vec<Diagnostic> = cluster.preview(&text, &[]).diagnostics;
        let errors: Vec<_> = errors.into_iter().filter(|d| d.severity == Severity::Error).collect();
        let refused = stderr.contains("rror") || stderr.contains("invalid");
        asked += usize::from(refused);
        let told = errors.iter().any(|error| stderr.contains(&error.message));
        if refused != told {
            missed.push(format!("{name}: {errors:?}\n  recorded: {stderr}"));
        }
    }
    assert!(asked > 50, "{asked}");
    assert!(missed.is_empty(), "{}\n{} of {asked}", missed.join("\n"), missed.len());
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    \
    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      \
    - name: web\n        image: nginx\n        ports:\n        - containerPort: 8080\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: wep\n  ports:\n  \
    - port: 80\n    targetPort: 80\n";

#[test]
fn what_a_reviewer_says_comes_with_an_edit_that_mends_it() {
    let cluster = cluster();
    let mut text = format!("{DEPLOYMENT}---\n{SERVICE}");
    let mut said = Vec::new();
    while let Some(found) = cluster.preview(&text, &[]).diagnostics.first() {
        said.push(format!("{}:{} {}", found.span.line, underlined(&text, found), found.message));
        let fix = found.fix.as_ref().expect("it can be mended");
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        lines[fix.span.line - 1].replace_range(fix.span.column - 1..fix.span.end_column - 1, &fix.insert);
        text = lines.join("\n");
    }
    assert_eq!(
        said,
        [
            "24:app: wep selector app=wep matches no pods; nearest is deployment/web, where app is web",
            "27:80 targetPort 80 is not among the ports that deployment/web declares",
        ]
    );
    assert!(text.ends_with("app: web\n  ports:\n  - port: 80\n    targetPort: 8080\n"), "{text}");
}

#[test]
fn another_file_may_bring_what_is_missing() {
    let service = SERVICE.replace("wep", "web").replace("targetPort: 80", "targetPort: 8080");
    let cluster = cluster();
    assert_eq!(cluster.preview(&service, &[]).diagnostics.len(), 1);
    assert_eq!(cluster.preview(&service, &[DEPLOYMENT]).diagnostics, []);
}

#[test]
fn an_apply_is_tried_without_a_trace() {
    let mut cluster = cluster();
    let before = cluster.preview(DEPLOYMENT, &[]).changes;
    assert_eq!(before.len(), 1);
    assert!(before[0].created);
    assert_eq!(
        cluster.store().list_all(cluster_playground::api::Kind::Deployment).count(),
        1,
        "CoreDNS alone"
    );
    let doc: Value = cluster_playground::manifest::yaml::read(DEPLOYMENT).expect("YAML");
    cluster.create(cluster_playground::api::Kind::Deployment, doc).expect("it is sound");
    let changed = DEPLOYMENT.replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector");
    let change = &cluster.preview(&changed, &[]).changes[0];
    let fields: Vec<String> = change
        .fields
        .iter()
        .map(|edit| format!("{} {:?} {:?}", edit.path, edit.before, edit.after))
        .collect();
    assert!(!change.created);
    assert_eq!(fields, ["spec.replicas Some(Number(1)) Some(Number(3))"]);
}

#[test]
fn what_was_applied_would_change_nothing() {
    let text = include_str!("../static/scenarios/ch03/files/sleep/sleep1.yaml");
    let files = vec![("/home/me/pod.yaml".to_owned(), text.to_owned())];
    let profile = Profile::named("kind").expect("built in");
    let mut session = Session::new(Beginning { profile, seed: 1, files, cwd: "/home/me".into() });
    assert_eq!(
        session.run("kubectl apply -f pod.yaml", std::time::Duration::from_secs(9), false).stdout,
        "deployment.apps/sleep-1 created\n"
    );
    session.advance(session.now() + std::time::Duration::from_secs(9));
    for change in session.cluster().preview(text, &[]).changes {
        assert_eq!(change.fields, [], "{}", change.object);
    }
    let renamed = text.replace("name: sleep\n", "name: nap\n");
    let changes = session.cluster().preview(&renamed, &[]).changes;
    assert_eq!(changes[0].fields[0].path, "spec.template.spec.containers[0].name");
}
