//! DaemonSets: one pod on every node that will have it.

use super::pods::{claim, is_active, is_available, is_ready, is_terminal};
use super::revision;
use super::rolling::scaled;
use super::scheduler::{fits_affinity, untolerated};
use super::write::{self, Write, delete, pod_from};
use super::{Controller, Note};
use crate::api::pod::Toleration;
use crate::api::workload::Workload;
use crate::api::{FromValue, Instant, Key, Kind, Object, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SOURCE: &str = "daemonset-controller";
const HASH_LABEL: &str = "controller-revision-hash";
const GENERATION_LABEL: &str = "pod-template-generation";
const GENERATION: &str = "deprecated.daemonset.template.generation";

/// Taints that never keep a daemon away: its node's troubles are its own.
const BORNE: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(set) = store.get(key) else { return Vec::new() };
    let Some(Workload { spec, .. }) = set.workload() else { return Vec::new() };
    let mut writes = Vec::new();
    let pods = claim(store, set, Kind::Pod, &spec.selector, &mut writes);
    if set.meta.deleted.is_some() {
        return writes;
    }
    let revision = revision::current(store, set, &mut writes);
    let wanted: Vec<&Arc<Object>> =
        store.list_all(Kind::Node).filter(|node| should_run(set, node, false)).collect();
    let mut on_node: BTreeMap<&str, Vec<&Arc<Object>>> = BTreeMap::new();
    for pod in &pods {
        on_node.entry(target(pod)).or_default().push(pod);
    }
    let mut missing = Vec::new();
    for node in &wanted {
        let here = on_node.get(node.meta.name.as_str()).map_or(&[][..], Vec::as_slice);
        let living: Vec<&&Arc<Object>> = here.iter().filter(|pod| !is_terminal(pod)).collect();
        for pod in here.iter().filter(|pod| is_terminal(pod) && pod.meta.deleted.is_none()) {
            let message = format!(
                "Found failed daemon pod {}/{} on node {}, will try to kill it",
                pod.meta.namespace, pod.meta.name, node.meta.name
            );
            writes.push(Write::Note(Note::new(SOURCE, key.clone(), "FailedDaemonPod", message).warning()));
            writes.push(delete(pod));
        }
        if living.is_empty() {
            missing.push(*node);
        }
        for extra in living.iter().filter(|pod| pod.meta.deleted.is_none()).skip(1) {
            writes.push(delete(extra));
        }
    }
    for (node, here) in &on_node {
        let stays = store.find(Kind::Node, "", node).is_some_and(|node| should_run(set, node, true));
        if !stays {
            writes.extend(here.iter().filter(|pod| pod.meta.deleted.is_none()).map(|pod| delete(pod)));
        }
    }
    for node in &missing {
        let note = Note::new(SOURCE, key.clone(), "SuccessfulCreate", "Created pod: {}".into());
        writes.push(Write::Create(Kind::Pod, pod(set, node, &revision.hash), Some(note)));
    }
    if missing.is_empty() && spec.update_strategy.kind != "OnDelete" {
        roll(set, &wanted, &on_node, &revision.hash, now, &mut writes);
    }
    status(set, &wanted, &on_node, &revision.hash, now, &mut writes);
    let least = spec.min_ready_seconds;
    if pods.iter().any(|pod| is_ready(pod) && !is_available(pod, least, now)) {
        let wait = Duration::from_secs(u64::try_from(least).unwrap_or(1));
        writes.push(Write::Again(Controller::DaemonSet, key.clone(), wait));
    }
    writes
}

/// The node a daemon's pod is for: bound, or demanded by its affinity.
fn target(pod: &Object) -> &str {
    let Some(view) = pod.pod() else { return "" };
    if !view.node.is_empty() {
        return &view.node;
    }
    let affinity = view.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.required.as_ref());
    let fields =
        affinity.into_iter().flat_map(|terms| &terms.node_selector_terms).flat_map(|term| &term.match_fields);
    fields
        .filter(|field| field.key == "metadata.name")
        .find_map(|field| field.values.first())
        .map_or("", String::as_str)
}

/// Whether a daemon belongs on a node; `there` asks for one that runs there already.
fn should_run(set: &Object, node: &Object, there: bool) -> bool {
    let template = &set.doc()["spec"]["template"];
    let mut pod = crate::api::pod::Pod::from_value(template);
    for (key, effect) in BORNE {
        std::sync::Arc::make_mut(&mut pod.spec).tolerations.push(Toleration {
            key: key.into(),
            effect: effect.into(),
            operator: "Exists".into(),
            ..Toleration::default()
        });
    }
    if !fits_affinity(node, &pod) {
        return false;
    }
    let taints = node.node().map_or(&[][..], |node| node.spec.taints.as_slice());
    match untolerated(taints, &pod.spec.tolerations) {
        None => true,
        // One that came later than the pod drives it away only by `NoExecute`.
        Some(_) => {
            there && !taints.iter().any(|t| t.effect == "NoExecute" && !bears(&pod.spec.tolerations, t))
        }
    }
}

fn bears(tolerations: &[Toleration], taint: &crate::api::node::Taint) -> bool {
    tolerations.iter().any(|toleration| super::scheduler::tolerates(toleration, taint))
}

fn pod(set: &Arc<Object>, node: &Object, hash: &str) -> Value {
    let mut pod = pod_from(set, &set.doc()["spec"]["template"], &format!("{}-", set.meta.name));
    pod["metadata"]["labels"][HASH_LABEL] = hash.into();
    let generation =
        set.meta.annotations.get(GENERATION).cloned().unwrap_or_else(|| set.meta.generation.to_string());
    pod["metadata"]["labels"][GENERATION_LABEL] = generation.into();
    let own = json!([{"key": "metadata.name", "operator": "In", "values": [node.meta.name]}]);
    let required =
        &mut pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    match required["nodeSelectorTerms"].as_array_mut() {
        Some(terms) => terms.iter_mut().for_each(|term| term["matchFields"] = own.clone()),
        None => *required = json!({"nodeSelectorTerms": [{"matchFields": own}]}),
    }
    let mut tolerations = pod["spec"]["tolerations"].as_array().cloned().unwrap_or_default();
    let host = pod["spec"]["hostNetwork"] == true;
    let network = host.then_some(("node.kubernetes.io/network-unavailable", "NoSchedule"));
    for (key, effect) in BORNE.into_iter().chain(network) {
        let toleration = json!({"key": key, "operator": "Exists", "effect": effect});
        if !tolerations.contains(&toleration) {
            tolerations.push(toleration);
        }
    }
    pod["spec"]["tolerations"] = tolerations.into();
    pod
}

/// Replaces pods of an older template, as many at a time as may be missing.
fn roll(
    set: &Object,
    wanted: &[&Arc<Object>],
    on_node: &BTreeMap<&str, Vec<&Arc<Object>>>,
    hash: &str,
    now: Instant,
    writes: &mut Vec<Write>,
) {
    let Some(workload) = set.workload() else { return };
    let rolling = &workload.spec.update_strategy.rolling_update;
    let total = wanted.len() as i32;
    let most = scaled(rolling.max_unavailable.as_ref(), total, true).max(1);
    let here = |node: &Arc<Object>| {
        on_node.get(node.meta.name.as_str()).and_then(|pods| pods.iter().find(|pod| is_active(pod))).copied()
    };
    let least = workload.spec.min_ready_seconds;
    let unavailable =
        wanted.iter().filter(|node| !here(node).is_some_and(|pod| is_available(pod, least, now))).count()
            as i32;
    let mut room = most - unavailable;
    for pod in wanted.iter().filter_map(|node| here(node)) {
        if pod.meta.labels.get(HASH_LABEL).is_some_and(|label| label == hash) {
            continue;
        }
        let working = is_available(pod, least, now);
        if !working || room > 0 {
            room -= i32::from(working);
            writes.push(delete(pod));
        }
    }
}

fn status(
    set: &Arc<Object>,
    wanted: &[&Arc<Object>],
    on_node: &BTreeMap<&str, Vec<&Arc<Object>>>,
    hash: &str,
    now: Instant,
    writes: &mut Vec<Write>,
) {
    let least = set.workload().map_or(0, |w| w.spec.min_ready_seconds);
    let here: Vec<&Arc<Object>> = wanted
        .iter()
        .filter_map(|node| {
            on_node.get(node.meta.name.as_str())?.iter().find(|pod| !is_terminal(pod)).copied()
        })
        .collect();
    let number = |test: &dyn Fn(&Object) -> bool| here.iter().filter(|pod| test(pod)).count();
    let updated = |pod: &Object| pod.meta.labels.get(HASH_LABEL).is_some_and(|label| label == hash);
    let available = number(&|pod| is_available(pod, least, now));
    let mislaid =
        on_node.keys().filter(|node| !wanted.iter().any(|wanted| wanted.meta.name == **node)).count();
    let mut status = json!({
        "currentNumberScheduled": here.len(),
        "desiredNumberScheduled": wanted.len(),
        "numberMisscheduled": mislaid,
        "numberReady": number(&is_ready),
        "observedGeneration": set.meta.generation,
    });
    for (field, value) in [
        ("updatedNumberScheduled", number(&updated)),
        ("numberAvailable", available),
        ("numberUnavailable", wanted.len() - available),
    ] {
        write::count(&mut status, field, value as i32);
    }
    writes.extend(write::status(set, status));
}
