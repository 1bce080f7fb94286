//! `playground trace`, `rules` and `reach` on manifests, as scripts and judges use them.

use cluster_playground::api::{Value, json};
use std::process::{Command, Output};

fn playground(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playground")).args(arguments).output().expect("the program runs")
}

/// The recorded Services, slices, pods and nodes as one List, in a file of this test's own.
fn manifests(name: &str) -> String {
    let recorded: Value = serde_json::from_str(include_str!("proxy/recorded.json")).expect("it is JSON");
    let mut items = [recorded["services"].clone(), recorded["endpointslices"].clone()]
        .map(|list| list.as_array().cloned().unwrap_or_default())
        .concat();
    for pod in recorded["pods"].as_array().expect("a list") {
        items.push(json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": pod["name"], "namespace": "kp", "labels": {"app": pod["app"]}},
            "spec": {"nodeName": pod["node"]}, "status": {"podIP": pod["ip"], "phase": "Running"}}));
    }
    for (node, ip) in [("node1", "192.168.65.3"), ("node2", "192.168.65.4")] {
        items.push(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node},
            "status": {"addresses": [{"type": "InternalIP", "address": ip}]}}));
    }
    let path = format!("{}/{name}.json", env!("CARGO_TARGET_TMPDIR"));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    std::fs::write(&path, list.to_string()).expect("the target directory is writable");
    path
}

#[test]
fn a_trace_says_what_the_rules_of_a_node_do() {
    let file = manifests("trace");
    let client = "pod/kp/client-6d7549df84-sh25k";
    let outside = "ip/192.168.65.100@node/node1";
    let web = json!(["10.244.0.22:80", "10.244.1.29:80", "10.244.1.30:80"]);
    for (from, to, verdict, dnat_to, masquerade, outcome) in [
        (client, "10.96.1.1:80", "dnat", web.clone(), false, "answered"),
        (
            client,
            "10.96.1.17:53/udp",
            "dnat",
            json!(["10.244.0.22:53", "10.244.1.29:53", "10.244.1.30:53"]),
            false,
            "answered",
        ),
        (client, "web.kp:80", "dnat", web.clone(), false, "answered"),
        (client, "10.96.1.4:80", "reject", json!([]), false, "refused"),
        (client, "10.96.1.1/icmp", "passthrough", json!([]), false, "timeout"),
        (client, "10.96.1.1:81", "passthrough", json!([]), false, "timeout"),
        (client, "10.96.77.7:80", "passthrough", json!([]), false, "timeout"),
        (client, "192.168.65.3:31081", "dnat", json!(["10.244.1.28:80"]), false, "answered"),
        (outside, "192.168.65.3:31081", "drop", json!([]), false, "timeout"),
        (
            "ip/192.168.65.100@node/node2",
            "192.168.65.4:31081",
            "dnat",
            json!(["10.244.1.28:80"]),
            false,
            "answered",
        ),
        ("node/node1", "192.168.65.3:31081", "dnat", json!(["10.244.1.28:80"]), true, "answered"),
        (outside, "192.168.65.3:31080", "dnat", web.clone(), true, "answered"),
        (outside, "10.96.1.1:80", "dnat", web, true, "answered"),
        (client, "192.168.65.3:8080", "accept", json!([]), false, "refused"),
        (client, "10.244.1.29/icmp", "passthrough", json!([]), false, "answered"),
    ] {
        let output = playground(&["trace", "-f", &file, "--from", from, "--to", to, "--all", "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let trace: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
        let met = json!([trace["verdict"], trace["dnat_to"], trace["masquerade"], trace["outcome"]]);
        assert_eq!(met, json!([verdict, dnat_to, masquerade, outcome]), "{from} -> {to}");
        assert!(trace["hops"].as_array().is_some_and(|hops| !hops.is_empty()));
    }
}

#[test]
fn an_endpoint_that_calls_its_own_service_is_masqueraded_only_towards_itself() {
    let file = manifests("hairpin");
    let output = playground(&[
        "trace",
        "-f",
        &file,
        "--from",
        "pod/kp/web-7968fcb568-j5kqd",
        "--to",
        "10.96.1.1:80",
        "--json",
    ]);
    let trace: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let itself = trace["dnat_to"] == json!(["10.244.0.22:80"]);
    assert_eq!(trace["masquerade"], itself, "{trace}");
}

#[test]
fn rules_are_printed_for_both_modes() {
    let file = manifests("rules");
    for (mode, word) in [("iptables", "-A KUBE-SVC-BQKMLEDP7GRBK7OI "), ("nftables", "table ip kube-proxy {")]
    {
        let output = playground(&["rules", "-f", &file, "--node", "node1", "--mode", mode]);
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains(word), "{mode}");
    }
}

#[test]
fn a_matrix_is_printed() {
    let file = manifests("reach");
    let output = playground(&["reach", "-f", &file, "--json"]);
    let rows: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let client = &rows
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["from"] == "pod/kp/client-6d7549df84-sh25k")
        .expect("its row")["to"];
    let cell = |to: &str| {
        client
            .as_array()
            .and_then(|cells| cells.iter().find(|cell| cell["to"] == to))
            .map(|cell| cell["reaches"].clone())
    };
    assert_eq!(cell("kp/web:80"), Some("yes".into()));
    assert_eq!(cell("kp/nobody:80"), Some("refused".into()));
}

#[test]
fn what_cannot_be_understood_is_bad_usage() {
    let file = manifests("usage");
    for arguments in [
        &["trace", "-f", &file, "--from", "pod/kp/none", "--to", "10.96.1.1:80"][..],
        &["trace", "-f", &file, "--from", "moon", "--to", "10.96.1.1:80"],
        &["trace", "-f", &file, "--from", "workstation", "--to", "10.96.1.1"],
        &["trace", "-f", "no/such/file", "--from", "workstation", "--to", "10.96.1.1:80"],
        &["rules", "-f", &file, "--node", "node9"],
        &["rules", "-f", &file, "--node", "node1", "--mode", "ipvs"],
        &["fly"],
    ] {
        let output = playground(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
