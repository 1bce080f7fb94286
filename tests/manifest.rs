//! What kubectl and the API server said about manifests, and what the manifest room says.

use cluster_playground::manifest::{
    Validation, Wire, cannot_be_handled, decode, diagnose, locate, read, yaml,
};
use serde_json::Value;

/// The errors kubectl prints for a file, without those of a server that knows its objects.
fn errors(text: &str, file: &str) -> Vec<String> {
    let mut found = Vec::new();
    for document in read(text) {
        let document = match document {
            Ok(document) => document,
            Err(problem) => {
                found.push(format!("error: error parsing {file}: {problem}"));
                break;
            }
        };
        if let Err(problem) = document.validate() {
            found.push(format!(
                "error: error validating {file:?}: error validating data: {problem}; if you choose to ignore these \
                 errors, turn validation off with --validate=false"
            ));
            break;
        }
        for resource in document.resources(file) {
            match resource {
                Err(problem) => found.push(format!("error: {problem}")),
                Ok(mut resource) => {
                    let decoded = decode(resource.kind, &mut resource.value, Wire::Json);
                    if let Some(problem) = decoded.refused(Validation::Strict) {
                        found.push(format!(
                            "Error from server (BadRequest): error when creating {file:?}: {}",
                            cannot_be_handled(resource.kind, &problem)
                        ));
                    }
                }
            }
        }
    }
    found
}

fn cases(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("the data is JSON")
}

#[test]
fn refused_in_the_same_words() {
    for case in cases(include_str!("manifest/refused.json")) {
        let word = |field: &str| case[field].as_str().unwrap_or_default();
        let said = errors(word("text"), word("file"));
        assert_eq!(said.join("\n").trim_end(), word("stderr").trim_end(), "{}", word("name"));
    }
}

#[test]
fn accepted_manifests_have_no_errors() {
    for case in cases(include_str!("manifest/accepted.json")) {
        let said = errors(case["text"].as_str().unwrap_or_default(), "x.yaml");
        assert_eq!(said, Vec::<String>::new(), "{}", case["name"]);
    }
}

#[test]
fn what_kubectl_printed_reads_and_prints_the_same() {
    for case in cases(include_str!("manifest/printed.json")) {
        let text = case["text"].as_str().unwrap_or_default();
        for document in text.split_inclusive("---\n") {
            let document = document.trim_end_matches("---\n");
            let value = yaml::read(document).expect("kubectl printed it");
            assert_eq!(yaml::write(&value), document, "{}", case["name"]);
        }
    }
}

/// Text that looks like YAML often enough to go deep.
fn scribble(rng: &mut fastrand::Rng) -> String {
    const PARTS: [&str; 48] = [
        "a",
        "b:",
        ": ",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&x ",
        "*x",
        "<<: ",
        "!!str ",
        "!",
        "|",
        ">",
        "|2-\n",
        "'",
        "\"",
        "\\",
        "\\u00e",
        "#",
        " #c",
        "%YAML 1.1\n",
        "---",
        "---\n",
        "...\n",
        "? ",
        "\t",
        "\r\n",
        "\u{feff}",
        "é",
        "😀",
        "\u{85}",
        "\u{0}",
        "80",
        "1e3",
        "0x",
        ".inf",
        "~",
        "apiVersion: v1\n",
        "kind: Service\n",
        "metadata:\n  name: s\n",
        "spec:\n  ports:\n  - port: 80\n",
    ];
    (0..rng.usize(..24)).map(|_| PARTS[rng.usize(..PARTS.len())]).collect()
}

#[test]
fn no_text_is_too_strange() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..20_000 {
        let text = scribble(&mut rng);
        for diagnostic in diagnose(&text) {
            assert!(diagnostic.span.line >= 1 && diagnostic.span.column >= 1, "{text:?}");
        }
        for document in read(&text).into_iter().flatten() {
            assert!(locate(&text, document.index, "spec.ports[0].port").is_some(), "{text:?}");
            let _ = document.resources("x.yaml");
        }
    }
}

fn any_value(rng: &mut fastrand::Rng, depth: usize) -> Value {
    match rng.usize(..if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => Value::from(rng.i64(-1000..100_000)),
        3 => Value::from(f64::from(rng.i32(-1000..1000)) / 8.0 + 1.0 / 16.0),
        4 => Value::from(any_text(rng)),
        5 => (0..rng.usize(..4)).map(|_| any_value(rng, depth - 1)).collect(),
        _ => (0..rng.usize(..4))
            .map(|_| (any_text(rng), any_value(rng, depth - 1)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn any_text(rng: &mut fastrand::Rng) -> String {
    if rng.bool() { scribble(rng) } else { "word ".repeat(rng.usize(..40)).trim_end().to_owned() }
}

#[test]
fn what_is_written_reads_back() {
    let mut rng = fastrand::Rng::with_seed(8);
    for _ in 0..5_000 {
        let value = any_value(&mut rng, 4);
        let text = yaml::write(&value);
        let back = yaml::read(&text).unwrap_or_else(|error| panic!("{}\n{value}\n{text}", error.message));
        assert_eq!(back, value, "{text}");
        assert_eq!(yaml::write(&back), text);
    }
}

#[test]
fn hostile_texts_are_refused_quickly() {
    let bomb = (1..12).fold("a: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        format!("{text}b{n}: &a{n} [{aliases}]\n")
    });
    for text in [
        bomb,
        "[".repeat(10_000),
        "{\"a\":".repeat(10_000),
        "- ".repeat(10_000),
        (0..10_000).map(|n| format!("{}a:\n", " ".repeat(n.min(400)))).collect(),
        "a: b\n".repeat(1_000_000),
        "? ".repeat(50_000),
        "a: \"".to_owned() + &"\\n".repeat(500_000),
    ] {
        let refused = read(&text).into_iter().any(|read| read.is_err());
        assert!(refused, "{:?}", &text[..20]);
    }
}
