//! The scheduler: which node a pod goes to, or why none will do.
//!
//! Pods that wait at one instant are placed in one pass, so that the cost of looking at the nodes
//! is paid once. The words of `FailedScheduling` are the plugins' own.

use super::Note;
use super::pods::is_terminal;
use super::write::Write;
use crate::api::node::Taint;
use crate::api::pod::{NodeSelectorTerm, Pod, PodAffinityTerm, Toleration};
use crate::api::{Gathered, Instant, Key, Kind, Labels, Object, Ordered, Selector, Word, json};
use crate::apiserver::Store;
use crate::apiserver::quantity::Quantity;
use std::collections::BTreeMap;
use std::sync::Arc;

const SOURCE: &str = "default-scheduler";

/// Why a node will not do, and whether it might if pods made room there (`Unschedulable`, and not
/// `UnschedulableAndUnresolvable`).
struct Refusal {
    why: Vec<String>,
    room_helps: bool,
}

impl Refusal {
    fn of(why: &str, room_helps: bool) -> Self {
        Self { why: vec![why.to_owned()], room_helps }
    }
}

/// A node and what is already promised on it.
struct Candidate<'a> {
    object: &'a Arc<Object>,
    pods: Vec<Arc<Object>>,
    used: BTreeMap<String, i128>,
    spread: BTreeMap<Word, usize>,
}

pub(super) fn schedule(store: &Store, keys: &[Key], now: Instant) -> Vec<Write> {
    let mut nodes: Vec<Candidate<'_>> =
        store.list_all(Kind::Node).map(|node| candidate(store, node)).collect();
    let mut writes = Vec::new();
    let mut waiting: Vec<&Arc<Object>> = keys.iter().filter_map(|key| store.get(key)).collect();
    waiting.retain(|pod| {
        let waits = |pod: &Pod| pod.node.is_empty() && pod.spec.scheduling_gates.is_empty();
        pod.meta.deleted.is_none() && pod.pod().is_some_and(waits)
    });
    // By priority, then in the order they came.
    waiting.order_by_key(|pod| std::cmp::Reverse(pod.pod().map_or(0, |pod| pod.spec.priority)));
    for object in waiting {
        let Some(pod) = object.pod() else { continue };
        let mut refusals: Vec<Refusal> = Vec::new();
        let mut best: Option<((i64, usize, usize), usize)> = None;
        let (requests, group) = (requests(pod), group(object));
        for (index, node) in nodes.iter().enumerate() {
            match filter(&nodes, node, object, pod, &requests) {
                Err(refusal) => refusals.push(refusal),
                Ok(()) => {
                    let siblings = node.spread.get(&group).copied().unwrap_or(0);
                    let score = (-preference(&nodes, node, object, pod), siblings, node.pods.len());
                    if best.as_ref().is_none_or(|(other, _)| score < *other) {
                        best = Some((score, index));
                    }
                }
            }
        }
        match best {
            Some((_, index)) => {
                let node = &mut nodes[index];
                let name = node.object.meta.name.clone();
                node.take(object, &requests);
                let message =
                    format!("Successfully assigned {}/{} to {name}", object.meta.namespace, object.meta.name);
                writes.push(Write::Bind(object.key(), name));
                writes.push(Write::Note(Note::new(SOURCE, object.key(), "Scheduled", message)));
            }
            None => fail(object, pod, &refusals, now, &mut writes),
        }
    }
    writes
}

fn candidate<'a>(store: &Store, object: &'a Arc<Object>) -> Candidate<'a> {
    let mut candidate =
        Candidate { object, pods: Vec::new(), used: BTreeMap::new(), spread: BTreeMap::new() };
    for pod in store.pods_on_node(&object.meta.name) {
        if let Some(view) = pod.pod().filter(|_| !is_terminal(pod)) {
            candidate.take(pod, &requests(view));
        }
    }
    candidate
}

impl Candidate<'_> {
    fn take(&mut self, pod: &Arc<Object>, requests: &BTreeMap<String, i128>) {
        for (resource, amount) in requests {
            *self.used.entry(resource.clone()).or_default() += amount;
        }
        *self.spread.entry(group(pod)).or_default() += 1;
        self.pods.push(pod.clone());
    }
}

/// What spreads a pod: its siblings are those of the same controller.
fn group(pod: &Object) -> Word {
    pod.meta.controller().map(|owner| owner.uid.clone()).unwrap_or_default()
}

/// What a pod reserves, in billionths.
fn requests(pod: &Pod) -> BTreeMap<String, i128> {
    let mut sum: BTreeMap<String, i128> = BTreeMap::new();
    let amount = |value| Quantity::from_value(value).map_or(0, |quantity| quantity.nanos());
    for container in &pod.spec.containers {
        for (resource, value) in &container.resources.requests {
            *sum.entry(resource.clone()).or_default() += amount(value);
        }
    }
    for container in &pod.spec.init_containers {
        for (resource, value) in &container.resources.requests {
            let slot = sum.entry(resource.clone()).or_default();
            *slot = (*slot).max(amount(value));
        }
    }
    sum
}

/// Why a pod cannot go to a node, in the words of the first plugin that says no.
fn filter(
    nodes: &[Candidate<'_>],
    node: &Candidate<'_>,
    object: &Object,
    pod: &Pod,
    requests: &BTreeMap<String, i128>,
) -> Result<(), Refusal> {
    let one = |why: &str| Err(Refusal::of(why, false));
    let Some(view) = node.object.node() else { return one("node(s) not found") };
    if view.spec.unschedulable {
        let taint = Taint {
            key: "node.kubernetes.io/unschedulable".into(),
            effect: "NoSchedule".into(),
            ..Taint::default()
        };
        if !pod.spec.tolerations.iter().any(|toleration| tolerates(toleration, &taint)) {
            return one("node(s) were unschedulable");
        }
    }
    if untolerated(&view.spec.taints, &pod.spec.tolerations).is_some() {
        return one("node(s) had untolerated taint(s)");
    }
    if !fits_affinity(node.object, pod) {
        return one("node(s) didn't match Pod's node affinity/selector");
    }
    if host_ports(pod)
        .any(|port| node.pods.iter().filter_map(|p| p.pod()).any(|p| host_ports(p).any(|o| o == port)))
    {
        return Err(Refusal::of("node(s) didn't have free ports for the requested pod ports", true));
    }
    let allocatable = |resource: &str| {
        view.status.allocatable.get(resource).and_then(Quantity::from_value).map(|quantity| quantity.nanos())
    };
    let mut short = Refusal { why: Vec::new(), room_helps: true };
    const UNIT: i128 = 1_000_000_000;
    if allocatable("pods").is_some_and(|most| (node.pods.len() as i128 + 1) * UNIT > most) {
        short.why.push("Too many pods".to_owned());
    }
    for (resource, amount) in requests.iter().filter(|(_, amount)| **amount > 0) {
        let used = node.used.get(resource).copied().unwrap_or(0);
        let most = allocatable(resource).unwrap_or(0);
        if used + amount > most {
            short.why.push(format!("Insufficient {resource}"));
            short.room_helps &= *amount <= most;
        }
    }
    if !short.why.is_empty() {
        return Err(short);
    }
    spreads(nodes, node, object, pod)?;
    pods_agree(nodes, node, object, pod)
}

/// Whether a pod that leaves may help one that was refused with these words, which are all that is kept of why.
pub fn departure_helps(refusal: &str) -> bool {
    ["Insufficient", "Too many pods", "free ports", "affinity rules", "topology spread"]
        .iter()
        .any(|reason| refusal.contains(reason))
}

fn host_ports(pod: &Pod) -> impl Iterator<Item = (u16, &'static str)> {
    let ports = pod.spec.containers.iter().flat_map(|container| &container.ports);
    ports.filter(|port| port.host_port != 0).map(|port| (port.host_port, port.protocol.as_str()))
}

/// The first taint that keeps a pod away.
pub(super) fn untolerated<'a>(taints: &'a [Taint], tolerations: &[Toleration]) -> Option<&'a Taint> {
    taints.iter().find(|taint| {
        matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
            && !tolerations.iter().any(|toleration| tolerates(toleration, taint))
    })
}

/// Whether a toleration bears a taint.
pub(super) fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    (toleration.effect.is_empty() || toleration.effect == taint.effect)
        && (toleration.key.is_empty() || toleration.key == taint.key)
        && match toleration.operator.as_str() {
            "Exists" => true,
            _ => toleration.value == taint.value && !toleration.key.is_empty(),
        }
}

/// Whether a node has the labels a pod demands.
pub(super) fn fits_affinity(node: &Object, pod: &Pod) -> bool {
    let labels = &node.meta.labels;
    let selected = pod.spec.node_selector.iter().all(|(key, value)| labels.get(key) == Some(value));
    let required = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.required.as_ref());
    selected
        && required.is_none_or(|required| required.node_selector_terms.iter().any(|term| meets(node, term)))
}

fn meets(node: &Object, term: &NodeSelectorTerm) -> bool {
    let fields: Labels = [("metadata.name".to_owned(), node.meta.name.to_string())].into_iter().into_map();
    let any = !term.match_expressions.is_empty() || !term.match_fields.is_empty();
    any && term.match_expressions.iter().all(|requirement| requirement.matches(&node.meta.labels))
        && term.match_fields.iter().all(|requirement| requirement.matches(&fields))
}

/// `topologySpreadConstraints` that forbid.
fn spreads(nodes: &[Candidate<'_>], node: &Candidate<'_>, object: &Object, pod: &Pod) -> Result<(), Refusal> {
    for constraint in &pod.spec.topology_spread_constraints {
        if constraint["whenUnsatisfiable"] != "DoNotSchedule" {
            continue;
        }
        let key = constraint["topologyKey"].as_str().unwrap_or_default();
        let selector: Selector = crate::api::FromValue::from_value(&constraint["labelSelector"]);
        let Some(here) = node.object.meta.labels.get(key) else {
            let why = "node(s) didn't match pod topology spread constraints (missing required label)";
            return Err(Refusal::of(why, false));
        };
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for other in nodes.iter().filter(|other| fits_affinity(other.object, pod)) {
            let Some(domain) = other.object.meta.labels.get(key) else { continue };
            let matching = other
                .pods
                .iter()
                .filter(|p| p.meta.namespace == object.meta.namespace && selector.matches(&p.meta.labels));
            *counts.entry(domain).or_default() += matching.count() as i64;
        }
        let least = counts.values().min().copied().unwrap_or(0);
        let own = i64::from(selector.matches(&object.meta.labels));
        let skew = counts.get(here.as_str()).copied().unwrap_or(0) + own - least;
        if skew > constraint["maxSkew"].as_i64().unwrap_or(1) {
            return Err(Refusal::of("node(s) didn't match pod topology spread constraints", true));
        }
    }
    Ok(())
}

/// Required affinity to and from other pods.
fn pods_agree(
    nodes: &[Candidate<'_>],
    node: &Candidate<'_>,
    object: &Object,
    pod: &Pod,
) -> Result<(), Refusal> {
    let Some(affinity) = &pod.spec.affinity else { return Ok(()) };
    for term in &affinity.pod_affinity.required {
        let anywhere = nodes.iter().any(|other| other.pods.iter().any(|p| selected(term, object, p)));
        // The first pod of a group that wants its own company may start anywhere.
        let first = !anywhere && selected(term, object, object);
        if !first && !near(nodes, node, term, object) {
            return Err(Refusal::of("node(s) didn't match pod affinity rules", false));
        }
    }
    if affinity.pod_anti_affinity.required.iter().any(|term| near(nodes, node, term, object)) {
        return Err(Refusal::of("node(s) didn't match pod anti-affinity rules", true));
    }
    Ok(())
}

fn selected(term: &PodAffinityTerm, object: &Object, other: &Object) -> bool {
    let namespace = if term.namespaces.is_empty() {
        other.meta.namespace == object.meta.namespace
    } else {
        term.namespaces.iter().any(|namespace| *namespace == other.meta.namespace)
    };
    namespace && term.label_selector.as_ref().is_some_and(|selector| selector.matches(&other.meta.labels))
}

/// Whether a selected pod runs in the same domain as a node.
fn near(nodes: &[Candidate<'_>], node: &Candidate<'_>, term: &PodAffinityTerm, object: &Object) -> bool {
    let Some(domain) = node.object.meta.labels.get(&term.topology_key) else { return false };
    let same = nodes.iter().filter(|n| n.object.meta.labels.get(&term.topology_key) == Some(domain));
    same.flat_map(|other| &other.pods).any(|other| selected(term, object, other))
}

/// How much a pod would like to be on a node: preferred affinities, and taints that only discourage.
fn preference(nodes: &[Candidate<'_>], node: &Candidate<'_>, object: &Object, pod: &Pod) -> i64 {
    let mut score = 0;
    if let Some(affinity) = &pod.spec.affinity {
        for term in &affinity.node_affinity.preferred {
            score += i64::from(term.weight) * i64::from(meets(node.object, &term.preference));
        }
        for term in &affinity.pod_affinity.preferred {
            score += i64::from(term.weight) * i64::from(near(nodes, node, &term.pod_affinity_term, object));
        }
        for term in &affinity.pod_anti_affinity.preferred {
            score -= i64::from(term.weight) * i64::from(near(nodes, node, &term.pod_affinity_term, object));
        }
    }
    let taints = node.object.node().map_or(&[][..], |node| node.spec.taints.as_slice());
    let discouraging = taints.iter().filter(|taint| {
        taint.effect == "PreferNoSchedule" && !pod.spec.tolerations.iter().any(|t| tolerates(t, taint))
    });
    score - 100 * discouraging.count() as i64
}

/// Says why no node will do, on the pod and in an event.
fn fail(object: &Arc<Object>, pod: &Pod, refusals: &[Refusal], now: Instant, writes: &mut Vec<Write>) {
    let nodes = refusals.len();
    let message = if nodes == 0 {
        "no nodes available to schedule pods".to_owned()
    } else {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        refusals
            .iter()
            .flat_map(|refusal| &refusal.why)
            .for_each(|why| *reasons.entry(why).or_default() += 1);
        let mut parts: Vec<String> = reasons.iter().map(|(why, count)| format!("{count} {why}")).collect();
        parts.order();
        let hopeful = refusals.iter().filter(|refusal| refusal.room_helps).count();
        let mut preemption = Vec::new();
        if hopeful > 0 {
            preemption.push(format!("{hopeful} No preemption victims found for incoming pod"));
        }
        if nodes > hopeful {
            preemption.push(format!("{} Preemption is not helpful for scheduling", nodes - hopeful));
        }
        format!(
            "0/{nodes} nodes are available: {}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {}.",
            parts.join(", "),
            preemption.join(", ")
        )
    };
    writes.push(Write::Note(Note::new(SOURCE, object.key(), "FailedScheduling", message.clone()).warning()));
    let mut status = object.status().clone();
    let same = pod.status.conditions.iter().find(|c| c.kind == "PodScheduled" && c.status == "False");
    let since =
        same.and_then(|condition| condition.last_transition_time.clone()).unwrap_or_else(|| now.rfc3339());
    status["conditions"] = json!([{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message,
        "lastProbeTime": null, "lastTransitionTime": since, "observedGeneration": object.meta.generation,
    }]);
    writes.extend(super::write::status(object, status));
}
