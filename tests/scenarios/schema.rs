//! The published schema and the reader say the same: each knows the keys, words and types that the other does.

use cluster_playground::lessons::scenario::LEVELS;
use cluster_playground::lessons::subject::{FAILINGS, HOPS, SUBJECTS, TOOLS};
use cluster_playground::lessons::{Scenario, Wrong};
use cluster_playground::manifest::yaml;
use serde_json::Value;
use std::collections::BTreeSet;

fn schema() -> Value {
    let path = super::root().join("schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("it is there")).expect("it is JSON")
}

const GOOD: &str = "title: A\nlevel: beginner\nminutes: 1\nlearn: B\nsteps:\n- text: C\nchecks:\n- id: one\n  ping: {from: workstation, host: a}\n";

fn read(text: &str) -> Result<Scenario, Wrong> {
    Scenario::read("a", text, "", "", &[])
}

/// The keys that the reader knows at a place: it tells them when it meets another.
fn known(text: &str) -> BTreeSet<String> {
    let told = read(text).expect_err(text).message;
    let keys = told.split("known are ").nth(1).unwrap_or_else(|| panic!("{text}: {told}"));
    keys.split(", ").map(str::to_owned).collect()
}

fn properties(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().expect("an object").keys().cloned().collect()
}

fn words(schema: &Value) -> Vec<&str> {
    schema["enum"].as_array().expect("an enum").iter().filter_map(Value::as_str).collect()
}

#[test]
fn the_reader_and_the_schema_know_the_same_keys() {
    let schema = schema();
    let check = &schema["$defs"]["check"];
    let step = &schema["properties"]["steps"]["items"];
    let place = |from: &str, to: &str| known(&GOOD.replacen(from, to, 1));
    assert_eq!(place("title:", "zzz: 1\ntitle:"), properties(&schema));
    assert_eq!(place("- text: C", "- zzz: C"), properties(step));
    assert_eq!(
        place("- text: C", "- text: C\n  predict: {zzz: 1}"),
        properties(&step["properties"]["predict"])
    );
    assert_eq!(place("- id: one", "- zzz: one"), properties(check));
    let expect = &check["properties"]["expect"];
    assert_eq!(place("- id: one", "- id: one\n  expect: {zzz: 1}"), properties(expect));
    let fails = &expect["properties"]["fails"];
    assert_eq!(place("- id: one", "- id: one\n  expect: {fails: {zzz: 1}}"), properties(fails));
    for subject in SUBJECTS {
        let text = GOOD.replacen("ping: {from: workstation, host: a}", &format!("{subject}: {{zzz: 1}}"), 1);
        assert_eq!(known(&text), properties(&check["properties"][subject]), "{subject}");
    }
    let profiles: Vec<&str> = cluster_playground::cluster::Profile::names().collect();
    assert_eq!(words(&schema["properties"]["profile"]), profiles);
    assert_eq!(words(&schema["properties"]["level"]), LEVELS);
    assert_eq!(words(&schema["$defs"]["hop"]), HOPS);
    assert_eq!(words(&check["properties"]["ran"]["properties"]["tool"]), TOOLS);
    assert_eq!(words(&fails["properties"]["with"]), FAILINGS.map(|(word, _)| word));
    let needed: Vec<&str> = check["oneOf"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["required"][0].as_str())
        .collect();
    assert_eq!(needed, SUBJECTS);
}

/// Whether a value is as a schema says; as much of JSON Schema as ours uses.
fn valid(value: &Value, schema: &Value, root: &Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        return valid(value, &root["$defs"][name.trim_start_matches("#/$defs/")], root);
    }
    let is = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        _ => true,
    };
    let listed = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    let has = |key: &Value| key.as_str().is_some_and(|key| value.get(key).is_some());
    let whole = |schema: &Value| schema["required"].as_array().is_none_or(|keys| keys.iter().all(has));
    let one = schema["oneOf"].as_array().is_none_or(|ways| ways.iter().filter(|way| whole(way)).count() == 1);
    let fields = value.as_object().is_none_or(|map| {
        map.iter().all(|(key, inner)| match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => false,
            (Value::Null, Value::Object(_)) => valid(inner, &schema["additionalProperties"], root),
            (Value::Null, _) => true,
            (known, _) => valid(inner, known, root),
        })
    });
    let items = value.as_array().is_none_or(|items| {
        schema["items"].is_null() || items.iter().all(|item| valid(item, &schema["items"], root))
    });
    is && listed && one && whole(schema) && fields && items
}

fn is_valid(text: &str) -> bool {
    let schema = schema();
    yaml::read(text).is_ok_and(|value| valid(&value, &schema, &schema))
}

#[test]
fn every_scenario_is_as_the_schema_says() {
    for slug in super::slugs() {
        assert!(is_valid(&super::read(&slug, "scenario.yaml")), "{slug}");
    }
}

#[test]
fn what_is_wrong_is_wrong_for_both_and_said_with_its_line() {
    assert!(read(GOOD).is_ok() && is_valid(GOOD), "{:?}", read(GOOD));
    for (from, to, said) in [
        ("title: A", "titel: A", "line 1: titel: unknown key"),
        ("minutes: 1", "minutes: soon", "line 3: minutes: must be a whole number"),
        ("level: beginner", "level: hard", "line 2: level: must be one of beginner"),
        ("learn: B\n", "", "`learn` is missing"),
        ("learn: B", "learn: B\nprofile: mine", "line 5: profile: must be one of"),
        ("- text: C", "- text: 7", "line 6: steps[0].text: must be a string"),
        ("- text: C", "- text: C\n  run: ls", "line 7: steps[0].run: must be a list"),
        ("- text: C", "- text: C\n  predict: {ask: a}", "line 7: steps[0].predict: `options` is missing"),
        ("- text: C", "- word: C", "line 6: steps[0].word: unknown key"),
        ("  ping:", "  pong:", "line 9: checks[0].pong: unknown key"),
        ("host: a", "host: 1", "line 9: checks[0].ping.host: must be a string"),
        ("- id: one", "- id: 1", "line 8: checks[0].id: must be a string"),
        ("  ping: {from: workstation, host: a}", "  within: 1s", "line 8: checks[0]: needs exactly one of"),
        (
            "- id: one",
            "- id: one\n  expect: {status: ok}",
            "line 9: checks[0].expect.status: must be a whole number",
        ),
        (
            "- id: one",
            "- id: one\n  expect: {fails: {with: fire}}",
            "line 9: checks[0].expect.fails.with: must be one of nxdomain",
        ),
        ("ping: {from", "trace: {through: [hop], to: a, from", "line 9: checks[0].trace"),
        ("steps:", "steps: [", "line"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        let told = read(&text).expect_err(to).to_string();
        assert!(told.contains(said), "{to}: {told}");
        assert!(!is_valid(&text), "{to}");
    }
    // What a schema cannot say is still said by the reader.
    for (from, to, said) in [
        ("- text: C", "- text: C\n  done: two", "line 7: steps[0].done: no check has the id \"two\""),
        ("from: workstation", "from: moon/1", "line 9: checks[0].ping.from: must be workstation"),
        ("- id: one", "- id: one\n  within: soon", "line 9: checks[0].within: must be a span of time"),
        ("learn: B", "learn: B\ncwd: /etc", "line 5: cwd: must be ~"),
        ("learn: B", "learn: B\nfiles: [../../x]", "line 5: files[0]: must be a path below"),
        (
            "- text: C",
            "- text: C\n  predict: {ask: a, options: [b], answer: c, because: d}",
            "line 7: steps[0].predict.answer: must be one of the options",
        ),
    ] {
        let told = read(&GOOD.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(told.contains(said), "{to}: {told}");
    }
}
