//! Watching a cluster second by second, in words.

use cluster_playground::api::{Kind, Object};
use cluster_playground::cluster::Cluster;
use std::fmt::Write;
use std::time::Duration;

/// What happened in a namespace in each of the next seconds: one line for every change.
pub fn seconds(cluster: &mut Cluster, namespace: &str, seconds: u64) -> String {
    let start = cluster.now();
    let mut out = String::new();
    let mut before: Vec<String> = Vec::new();
    for second in 0..=seconds {
        cluster.advance(start + Duration::from_secs(second));
        let lines = lines(cluster, namespace);
        for line in lines.iter().filter(|line| !before.contains(line)) {
            let _ = writeln!(out, "{second:>4}s  {line}");
        }
        for line in before.iter().filter(|line| !lines.iter().any(|other| name(other) == name(line))) {
            let _ = writeln!(out, "{second:>4}s  {} gone", name(line));
        }
        before = lines;
    }
    out
}

fn name(line: &str) -> &str {
    line.split("  ").next().unwrap_or(line)
}

fn lines(cluster: &Cluster, namespace: &str) -> Vec<String> {
    let store = cluster.store();
    let mut lines: Vec<String> = store
        .list_all(Kind::Node)
        .map(|node| {
            let ready = node.node().is_some_and(|node| node.is_ready());
            format!("{node}  {}", if ready { "Ready" } else { "NotReady" }, node = node.key())
        })
        .collect();
    lines.extend(store.list(Kind::Pod, namespace).map(|pod| self::pod(pod)));
    for slice in store.list(Kind::EndpointSlice, namespace) {
        let Some(view) = slice.endpoint_slice() else { continue };
        let mut endpoints: Vec<String> = view
            .endpoints
            .iter()
            .map(|endpoint| {
                let conditions = &endpoint.conditions;
                let state = match (conditions.is_ready(), conditions.is_terminating()) {
                    (true, _) => "",
                    (false, true) => " terminating",
                    (false, false) => " not ready",
                };
                format!("{}{state}", endpoint.addresses.join(","))
            })
            .collect();
        endpoints.sort();
        lines.push(format!(
            "slice of {}  {}",
            slice.meta.owners.first().map_or("?", |o| o.name.as_str()),
            endpoints.join(" ")
        ));
    }
    lines
}

fn pod(pod: &Object) -> String {
    let status = &pod.pod().expect("a pod").status;
    let container = status.container_statuses.first();
    let waiting = container.and_then(|container| container.state.waiting.as_ref());
    let state = if pod.meta.deleted.is_some() {
        "Terminating"
    } else {
        waiting.map_or(status.phase.as_str(), |waiting| waiting.reason.as_str())
    };
    let ready = if status.condition("Ready") { "ready" } else { "not ready" };
    format!("{}  {state}, {ready} {}", pod.key(), status.pod_ip).trim_end().to_owned()
}
