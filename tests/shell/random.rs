//! Lines nobody would type: whatever comes, there is a prompt again.

use super::session;
use cluster_playground::shell::{Act, Session};
use std::time::Duration;

/// Pieces that lines are put together from.
const TOKENS: &[&str] = &[
    "kubectl",
    "get",
    "pods",
    "apply",
    "-f",
    "-",
    "a.yaml",
    "delete",
    "describe",
    "svc/x",
    "logs",
    "exec",
    "-it",
    "--",
    "sh",
    "-c",
    "run",
    "--image=nginx",
    "create",
    "deployment",
    "expose",
    "--port",
    "-1",
    "80:80",
    "rollout",
    "undo",
    "patch",
    "-p",
    "{\"spec\":{}}",
    "[]",
    "null",
    "wait",
    "--for=condition=",
    "--timeout=1s",
    "-o",
    "jsonpath={.items[*]..name}",
    "{range",
    "go-template={{.}}",
    "custom-columns=A:.x",
    "-n",
    "--all",
    "-A",
    "-l",
    "a=b,!c",
    "scale",
    "--replicas=999",
    "label",
    "annotate",
    "x-",
    "cp",
    "port-forward",
    "proxy",
    "debug",
    "node/x",
    "config",
    "set",
    "image",
    "explain",
    "pods.spec",
    "edit",
    "diff",
    "auth",
    "can-i",
    "|",
    "||",
    "&&",
    ";",
    "&",
    "(",
    ")",
    "{",
    "}",
    "<<EOF",
    "EOF",
    "<",
    ">",
    ">>",
    "2>&1",
    "'",
    "\"",
    "`",
    "$(",
    "${",
    "$((",
    "))",
    "}",
    "$x",
    "\\",
    "[[",
    "]]",
    "=~",
    "((",
    "i++",
    "{1..3}",
    "{a,",
    "${x:1:",
    "${x//a/",
    "${x^^}",
    "trap",
    "set",
    "-euo",
    "pipefail",
    "let",
    "function",
    "find",
    "-exec",
    "for",
    "in",
    "do",
    "done",
    "while",
    "true",
    "if",
    "then",
    "fi",
    "case",
    "esac",
    "echo",
    "cat",
    "grep",
    "-E",
    "(a|b",
    "[",
    "sed",
    "s/a/b/",
    "awk",
    "{print $1",
    "jq",
    ".[",
    ".a|.b",
    "\"\\(",
    "sort",
    "-k",
    "head",
    "-n",
    "tail",
    "xargs",
    "watch",
    "timeout",
    "1",
    "curl",
    "http://x",
    "-w",
    "%{",
    "wget",
    "-O",
    "nc",
    "-zv",
    "ping",
    "-c",
    "1",
    "dig",
    "+short",
    "nslookup",
    "ip",
    "route",
    "ss",
    "ssh",
    "docker-desktop",
    "docker",
    "iptables",
    "-t",
    "nat",
    "-L",
    "conntrack",
    "printf",
    "%s%d",
    "test",
    "-eq",
    "read",
    "x",
    "*",
    "?",
    "~",
    "#",
    "!",
    "=",
    "x=",
    "\n",
    "\t",
    "é",
    "日",
];

/// The session answers within its patience, and a line after Ctrl-C works.
fn survives(session: &mut Session, line: &str, seed: u64) {
    let _ = session.run(line, Duration::from_secs(30), false);
    if session.terminals()[0].wants_more() {
        session.act(Act::Interrupt { terminal: 0 });
    }
    let completion = session.complete(0, line, line.chars().count() / 2);
    assert!(completion.candidates.len() <= 500);
    assert!(!session.terminals()[0].is_busy(), "seed {seed}: no prompt after {line:?}");
    let answer = session.run("echo still here", Duration::from_secs(1), false);
    assert!(answer.stdout.ends_with("still here\n"), "seed {seed}: {line:?} left {:?}", answer.stdout);
}

#[test]
fn random_scripts_of_containers_let_time_pass() {
    let mut random = fastrand::Rng::with_seed(1);
    let more = [
        "sleep", "0", "$((i+1))", "i=1", "done", "do", ";", ";", "$(", ")", "until", "touch", "/tmp/x",
        "date",
    ];
    for round in 0..40 {
        let mut session = session(&[]);
        let mut manifest = String::new();
        for pod in 0..8 {
            let words: Vec<&str> = (0..random.usize(1..14))
                .map(|_| {
                    if random.bool() {
                        more[random.usize(..more.len())]
                    } else {
                        TOKENS[random.usize(..TOKENS.len())]
                    }
                })
                .collect();
            let script = serde_json::json!(["sh", "-c", words.join(" ")]);
            manifest += &format!(
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{pod}}}\nspec:\n  containers:\n  - name: c\n    image: busybox\n    command: {script}\n"
            );
        }
        session.act(Act::Save { path: "/home/you/pods.yaml".into(), text: manifest });
        let answer =
            session.run("kubectl apply -f pods.yaml; sleep 60; echo passed", Duration::from_secs(600), false);
        assert!(answer.stdout.ends_with("passed\n"), "round {round}: {}", answer.stderr);
    }
}

#[test]
fn random_tokens_leave_a_prompt() {
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut session = session(&[("a.yaml", "kind: Pod\nmetadata: {name: x}\n")]);
        for _ in 0..60 {
            let words: Vec<&str> =
                (0..random.usize(1..9)).map(|_| TOKENS[random.usize(..TOKENS.len())]).collect();
            // Half of the lines begin as a sensible one would.
            let line = if random.bool() { format!("kubectl {}", words.join(" ")) } else { words.join(" ") };
            if !line.contains("exit") {
                survives(&mut session, &line, seed);
            }
        }
    }
}

#[test]
fn random_characters_leave_a_prompt() {
    let mut random = fastrand::Rng::with_seed(99);
    let mut session = session(&[]);
    for round in 0..300 {
        let line: String = (0..random.usize(1..40))
            .map(|_| match random.u8(0..4) {
                0 => char::from(random.u8(32..127)),
                1 => "'\"`$(){}|&;<>\\*?[]#~!=\n".chars().nth(random.usize(0..23)).unwrap_or(' '),
                2 => char::from(random.u8(b'a'..=b'z')),
                _ => char::from_u32(random.u32(0x20..0x3000)).unwrap_or('x'),
            })
            .collect();
        survives(&mut session, &line, round);
    }
}
