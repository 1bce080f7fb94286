//! The post's commands and the ways to break what they build, through `playground shell --json`.

use cluster_playground::api::Value;
use regex::Regex;
use std::io::Write;
use std::process::{Command, Stdio};

/// What stands between the chapter's files and a page with a number.
const WHOLE: [&str; 3] = [
    "cd ch03",
    "kubectl apply -f numbers/api.yaml -f numbers/web.yaml -f numbers/api-service.yaml -f numbers/web-service.yaml",
    "kubectl wait --for=condition=Ready pod -l app=numbers-web",
];

/// Types lines into a fresh cluster; one JSON object a command.
fn shell(arguments: &[&str], lines: &[String]) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_playground"))
        .args(["shell", "--json"])
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("it is piped").write_all(lines.join("\n").as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("it prints UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The requests that one led to, the last first: what a web app asked while it answered.
fn innermost(trace: &Value) -> &Value {
    let hops = trace["hops"].as_array().into_iter().flatten();
    let mut nested = hops.flat_map(|hop| hop["nested"].as_array().into_iter().flatten());
    // Questions to the name server are requests of their own.
    nested.rfind(|trace| !text(&trace["to"]).ends_with(":53")).map_or(trace, innermost)
}

#[test]
fn each_breakage_fails_at_its_own_hop_for_its_own_reason() {
    let rows: Value = serde_yaml::from_str(include_str!("post/breakages.yaml")).expect("the table is YAML");
    let pods = Regex::new(r"(numbers-\w+)-[a-z0-9]{8,10}-[a-z0-9]{5}").expect("a pattern");
    let mut wrong = Vec::new();
    for row in rows.as_array().expect("a list of rows") {
        let typed = row["break"].as_array().into_iter().flatten().map(text);
        // Ten seconds: probes, endpoints and rules have followed, and a deleted pod is gone from the endpoints.
        let press = ["sleep 10", "curl -s -X POST http://localhost:8080"];
        let lines: Vec<String> = WHOLE.into_iter().chain(typed).chain(press).map(str::to_owned).collect();
        let answers = shell(&[], &lines);
        let press = answers.last().expect("the button was pressed");
        let page =
            if text(&row["page"]).is_empty() { "RNG service unavailable!" } else { text(&row["page"]) };
        if !text(&press["stdout"]).contains(page) {
            wrong.push(format!("{}: no {page:?} in {}", row["row"], press["stdout"]));
        }
        let trace = innermost(&press["traces"][0]);
        let hop = trace["hops"].as_array().and_then(|hops| hops.last()).unwrap_or(&Value::Null);
        for (name, met) in [
            ("outcome", &trace["outcome"]),
            ("why", &trace["why"]),
            ("step", &hop["step"]),
            ("place", &hop["place"]),
        ] {
            let met = pods.replace_all(text(met), "$1-HASH");
            if !row[name].is_null() && met != text(&row[name]) {
                wrong.push(format!("{}: {name}\n  wanted {}\n  met    {met:?}", row["row"], row[name]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wait_right_after_its_apply_finds_the_pods() {
    let lines = WHOLE.map(str::to_owned);
    for answer in shell(&["--think", "0s"], &lines) {
        assert_eq!(answer["exit"], 0, "{answer}");
    }
}

/// Words of the chapter, and others in their place: names, labels, ports, files. Images stay, and so does what they do.
const RENAMED: [(&str, &str); 9] = [
    ("sleep-1", "nap-first"),
    ("sleep-2", "dozer"),
    ("sleep1", "one"),
    ("sleep2", "two"),
    ("numbers-api", "dice"),
    ("numbers-web", "front"),
    ("sleep/", "rest/"),
    ("numbers/", "game/"),
    ("8080", "9191"),
];

fn renamed(text: &str) -> String {
    let rename = |text: &str| RENAMED.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
    let line = |line: &str| {
        if line.trim_start().starts_with("image:") {
            line.to_owned()
        } else {
            rename(line).replace("app:", "role:")
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn nothing_is_keyed_to_the_names_of_the_chapter() {
    let script: Vec<String> = include_str!("post/all.sh").lines().map(str::to_owned).collect();
    let chapter = concat!(env!("CARGO_MANIFEST_DIR"), "/static/scenarios/ch03/files");
    let copy = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("renamed-chapter");
    // Left by an earlier run: nothing of it may be read again.
    let _ = std::fs::remove_dir_all(&copy);
    let (as_is, other) = (copy.join("as-is"), copy.join("renamed"));
    for folder in ["sleep", "numbers"] {
        for entry in std::fs::read_dir(format!("{chapter}/{folder}")).expect("the chapter is there") {
            let entry = entry.expect("it can be read");
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let mut text = std::fs::read_to_string(entry.path()).expect("it is text");
            // The image asks for http://numbers-api by itself; here the manifest says where its API is.
            if name == "numbers/web.yaml" {
                text = text.replace(
                    "          ports:",
                    "          env: [{name: RngApi__Url, value: \"http://numbers-api/rng\"}]\n          ports:",
                );
            }
            for (to, name, text) in
                [(&as_is, name.clone(), text.clone()), (&other, renamed(&name), renamed(&text))]
            {
                let path = to.join(name.trim_end());
                std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
                std::fs::write(path, text).expect("it can be written");
            }
        }
    }
    let play = |dir: &std::path::Path, lines: &[String]| {
        shell(&["--dir", dir.to_str().expect("it is UTF-8")], lines)
    };
    let plain = play(&as_is, &script);
    let lines: Vec<String> =
        script.iter().map(|line| renamed(line).trim_end().replace("app=", "role=")).collect();
    let strange = play(&other, &lines);
    assert_eq!(plain.len(), script.len());
    // What names and the order of names decide: hashes, addresses, ports of nodes, the width of columns, the number drawn.
    let chance = [
        (r"-[a-z0-9]{8,10}-[a-z0-9]{5}\b", "-HASH"),
        (r"\b\d+\.\d+\.\d+\.\d+(:\d{5})?\b", "IP"),
        (r"\b3\d{4}\b", "NODEPORT"),
        (r"seq=(\d) ttl=(\d+) time=\S+ ms", "seq=$1 ttl=$2"),
        (r"= [\d./]+ ms", "= TIMES"),
        (r"Here it is: \d+", "Here it is: N"),
        (r" +", " "),
    ]
    .map(|(pattern, word)| (Regex::new(pattern).expect("a pattern"), word));
    let told = |answer: &Value| {
        let mut lines = vec![text(&answer["stdout"]), text(&answer["stderr"])];
        for trace in answer["traces"].as_array().into_iter().flatten() {
            for trace in [trace, innermost(trace)] {
                lines.extend([text(&trace["outcome"]), text(&trace["why"]), text(&trace["hint"])]);
            }
        }
        lines.join("\n")
    };
    let even = |text: &str| {
        chance.iter().fold(text.to_owned(), |text, (of, word)| of.replace_all(&text, *word).into_owned())
    };
    for (plain, strange) in plain.iter().zip(&strange) {
        assert_eq!(plain["exit"], strange["exit"], "{}", strange["cmd"]);
        let wanted = renamed(&even(&told(plain))).replace("app=", "role=");
        assert_eq!(even(&told(strange)).trim_end(), wanted.trim_end(), "{}", strange["cmd"]);
    }
}
