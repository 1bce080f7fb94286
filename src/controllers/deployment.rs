//! Deployments: a ReplicaSet a revision, and the move from one to the next.
//!
//! As the deployment controller's `syncDeployment`: find or make the new ReplicaSet, scale, roll,
//! then say how it goes. [`rolling`](super::rolling) has the arithmetic, `deployment_status` the words.

use super::deployment_status::{self, Conditions};
use super::hash::template_hash;
use super::pods::{claim, is_terminal};
use super::rolling::{self, Limits};
use super::write::{Write, by_age, delete, owned_by};
use super::{Controller, Note};
use crate::api::workload::{Workload, WorkloadSpec};
use crate::api::{Instant, Key, Kind, Object, Ordered, Value, json};
use crate::apiserver::Store;
use std::sync::Arc;
use std::time::Duration;

pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const HASH_LABEL: &str = "pod-template-hash";
const SOURCE: &str = "deployment-controller";

/// A ReplicaSet and what this pass wants of it.
pub(super) struct Revision<'a> {
    pub object: &'a Arc<Object>,
    pub spec: i32,
    pub available: i32,
    doc: Option<Value>,
}

impl Revision<'_> {
    fn annotation(&self, key: &str) -> Option<i32> {
        self.object.meta.annotations.get(key)?.parse().ok()
    }
}

struct Pass<'a> {
    deployment: &'a Arc<Object>,
    spec: &'a WorkloadSpec,
    replicas: i32,
    limits: Limits,
    writes: Vec<Write>,
    conditions: Conditions,
}

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(deployment) = store.get(key) else { return Vec::new() };
    let Some(Workload { spec, .. }) = deployment.workload() else { return Vec::new() };
    let mut writes = Vec::new();
    let sets = by_age(claim(store, deployment, Kind::ReplicaSet, &spec.selector, &mut writes));
    let mut revisions: Vec<Revision<'_>> = sets.iter().map(|set| revision(set)).collect();
    let new = sets.iter().position(|set| same_template(deployment, set));
    let replicas = spec.replicas.unwrap_or(1).max(0);
    let mut pass = Pass {
        deployment,
        spec,
        replicas,
        limits: Limits::of(spec, replicas),
        writes,
        conditions: Conditions::of(deployment, now),
    };
    if deployment.meta.deleted.is_some() {
        return pass.finish(&revisions, new);
    }
    pass.conditions.pause(spec.paused);
    if let Some(new) = new {
        pass.adopt_revision(&mut revisions, new);
    }
    if spec.paused || pass.is_scaling(&revisions) {
        pass.scale_all(&mut revisions, new);
        if spec.paused {
            pass.clean_up(&revisions, new);
        }
        return pass.finish(&revisions, new);
    }
    if spec.strategy.kind == "Recreate" {
        pass.recreate(store, &mut revisions, new);
    } else {
        pass.roll(store, &mut revisions, new);
    }
    if pass.is_complete() {
        pass.clean_up(&revisions, new);
    }
    pass.finish(&revisions, new)
}

fn revision<'a>(set: &'a Arc<Object>) -> Revision<'a> {
    let (spec, available) =
        set.workload().map_or((0, 0), |w| (w.spec.replicas.unwrap_or(1).max(0), w.status.available_replicas));
    Revision { object: set, spec, available, doc: None }
}

/// Whether a ReplicaSet has the Deployment's template, the hash label aside.
fn same_template(deployment: &Object, set: &Object) -> bool {
    let mut template = set.doc()["spec"]["template"].clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove(HASH_LABEL);
    }
    template == deployment.doc()["spec"]["template"]
}

fn revision_number(set: &Object) -> i64 {
    set.meta.annotations.get(REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl<'a> Pass<'a> {
    /// The annotations that follow the Deployment to its ReplicaSets.
    fn copied_annotations(&self) -> impl Iterator<Item = (&'a String, &'a String)> {
        const OWN: [&str; 6] =
            [LAST_APPLIED, REVISION, HISTORY, DESIRED, MAX, "deprecated.deployment.rollback.to"];
        self.deployment.meta.annotations.iter().filter(|(key, _)| !OWN.contains(&key.as_str()))
    }

    /// Gives the new ReplicaSet the next revision number and the Deployment's annotations.
    fn adopt_revision(&mut self, revisions: &mut [Revision<'a>], new: usize) {
        let others = revisions.iter().enumerate().filter(|(index, _)| *index != new);
        let number = others.map(|(_, old)| revision_number(old.object)).max().unwrap_or(0) + 1;
        let set = revisions[new].object;
        let before = revision_number(set);
        let mut doc = set.doc().clone();
        let annotations = &mut doc["metadata"]["annotations"];
        for (key, value) in self.copied_annotations() {
            annotations[key] = value.as_str().into();
        }
        let current = if before < number {
            if before > 0 {
                let history = set.meta.annotations.get(HISTORY).map(|h| format!("{h},")).unwrap_or_default();
                annotations[HISTORY] = format!("{history}{before}").into();
            }
            annotations[REVISION] = number.to_string().into();
            number
        } else {
            before
        };
        doc["spec"]["minReadySeconds"] = self.deployment.doc()["spec"]["minReadySeconds"].clone();
        if doc["spec"]["minReadySeconds"].is_null() {
            doc["spec"].as_object_mut().map(|spec| spec.remove("minReadySeconds"));
        }
        if &doc != set.doc() {
            revisions[new].doc = Some(doc);
        }
        self.mark_revision(current);
        self.conditions.found(&set.meta.name, self.spec.progress_deadline_seconds);
    }

    /// Writes the revision that is rolled out on the Deployment itself.
    fn mark_revision(&mut self, number: i64) {
        if self.deployment.meta.annotations.get(REVISION).is_none_or(|text| *text != number.to_string()) {
            self.writes.push(Write::Annotate(self.deployment.key(), REVISION, number.to_string()));
        }
    }

    /// Makes the new ReplicaSet.
    fn create_revision(&mut self, store: &Store, revisions: &[Revision<'a>], replicas: i32) {
        let doc = self.deployment.doc();
        let mut template = doc["spec"]["template"].clone();
        let mut collisions = doc["status"]["collisionCount"].as_i64().unwrap_or(0);
        let namespace = &self.deployment.meta.namespace;
        let (hash, name) = loop {
            let hash = template_hash(&template, collisions);
            let name = format!("{}-{hash}", self.deployment.meta.name);
            if store.find(Kind::ReplicaSet, namespace, &name).is_none() {
                break (hash, name);
            }
            collisions += 1;
        };
        self.conditions.collisions = collisions;
        let number = revisions.iter().map(|old| revision_number(old.object)).max().unwrap_or(0) + 1;
        template["metadata"]["labels"][HASH_LABEL] = hash.as_str().into();
        let mut selector = doc["spec"]["selector"].clone();
        selector["matchLabels"][HASH_LABEL] = hash.as_str().into();
        let mut annotations = json!({
            DESIRED: self.replicas.to_string(),
            MAX: self.limits.max_replicas(self.replicas).to_string(),
            REVISION: number.to_string(),
        });
        for (key, value) in self.copied_annotations() {
            annotations[key] = value.as_str().into();
        }
        let mut spec = json!({"replicas": replicas, "selector": selector, "template": template});
        if let Some(seconds) = doc["spec"].get("minReadySeconds") {
            spec["minReadySeconds"] = seconds.clone();
        }
        let labels = &template_labels(&spec);
        self.writes.push(Write::Create(
            Kind::ReplicaSet,
            json!({
                "metadata": {"name": name, "namespace": namespace, "labels": labels,
                    "annotations": annotations, "ownerReferences": [owned_by(self.deployment)]},
                "spec": spec,
            }),
            None,
        ));
        if replicas > 0 {
            self.note(format!("Scaled up replica set {name} from 0 to {replicas}"));
        }
        self.mark_revision(number);
        self.conditions.created(&name, self.spec.progress_deadline_seconds);
    }

    fn note(&mut self, message: String) {
        self.writes.push(Write::Note(Note::new(SOURCE, self.deployment.key(), "ScalingReplicaSet", message)));
    }

    /// Wants a ReplicaSet to have that many pods; true if that is a change.
    fn scale(&mut self, revision: &mut Revision<'a>, to: i32) -> bool {
        let (desired, max) = (self.replicas.to_string(), self.limits.max_replicas(self.replicas).to_string());
        let changed = revision.spec != to;
        let doc = revision.doc.get_or_insert_with(|| revision.object.doc().clone());
        doc["metadata"]["annotations"][DESIRED] = desired.into();
        doc["metadata"]["annotations"][MAX] = max.into();
        doc["spec"]["replicas"] = to.into();
        if changed {
            let way = if revision.spec < to { "up" } else { "down" };
            let name = &revision.object.meta.name;
            let message = format!("Scaled {way} replica set {name} from {} to {to}", revision.spec);
            revision.spec = to;
            self.note(message);
        }
        changed
    }

    /// Whether someone changed `spec.replicas` since the ReplicaSets were last scaled.
    fn is_scaling(&self, revisions: &[Revision<'a>]) -> bool {
        let active = revisions.iter().filter(|revision| revision.spec > 0);
        active.filter_map(|revision| revision.annotation(DESIRED)).any(|desired| desired != self.replicas)
    }

    /// Scales without rolling on: the only active one fully, several in proportion.
    fn scale_all(&mut self, revisions: &mut [Revision<'a>], new: Option<usize>) {
        let active: Vec<usize> = (0..revisions.len()).filter(|index| revisions[*index].spec > 0).collect();
        let only = match active.as_slice() {
            [] => new.or(revisions.len().checked_sub(1)),
            [one] => Some(*one),
            _ => None,
        };
        if let Some(only) = only {
            let revision = &mut revisions[only];
            if revision.spec != self.replicas || revision.annotation(DESIRED) != Some(self.replicas) {
                self.scale(revision, self.replicas);
            }
            return;
        }
        let saturated = new.is_some_and(|new| {
            let new = &revisions[new];
            new.spec == self.replicas
                && new.annotation(DESIRED) == Some(self.replicas)
                && new.available == self.replicas
        });
        if saturated {
            for index in active.into_iter().filter(|index| Some(*index) != new) {
                self.scale(&mut revisions[index], 0);
            }
        } else if self.spec.strategy.kind != "Recreate" {
            let sizes: Vec<(i32, Option<i32>)> = active
                .iter()
                .map(|index| (revisions[*index].spec, revisions[*index].annotation(MAX)))
                .collect();
            let targets = rolling::proportional(&sizes, self.replicas, self.limits.max_surge);
            for (index, target) in active.into_iter().zip(targets) {
                self.scale(&mut revisions[index], target);
            }
        }
    }

    fn recreate(&mut self, store: &Store, revisions: &mut [Revision<'a>], new: Option<usize>) {
        let mut scaled = false;
        for index in (0..revisions.len()).filter(|index| Some(*index) != new) {
            if revisions[index].spec > 0 {
                scaled |= self.scale(&mut revisions[index], 0);
            }
        }
        let olds = revisions.iter().enumerate().filter(|(index, _)| Some(*index) != new);
        let pods = olds
            .flat_map(|(_, old)| store.owned(Kind::Pod, &old.object.meta.namespace, &old.object.meta.uid));
        if scaled || pods.into_iter().any(|pod| !is_terminal(pod)) {
            return;
        }
        match new {
            None => self.create_revision(store, revisions, self.replicas),
            Some(new) if revisions[new].spec != self.replicas => {
                self.scale(&mut revisions[new], self.replicas);
            }
            Some(_) => {}
        }
    }

    fn roll(&mut self, store: &Store, revisions: &mut [Revision<'a>], new: Option<usize>) {
        let total = revisions.iter().map(|revision| revision.spec).sum::<i32>();
        let current = new.map_or(0, |new| revisions[new].spec);
        let target = self.limits.new_replicas(self.replicas, total, current);
        let Some(new) = new else {
            self.create_revision(store, revisions, target);
            return;
        };
        if target != current {
            self.scale(&mut revisions[new], target);
            return;
        }
        let olds: Vec<usize> = (0..revisions.len()).filter(|index| *index != new).collect();
        let sizes: Vec<(i32, i32)> =
            olds.iter().map(|index| (revisions[*index].spec, revisions[*index].available)).collect();
        let new_unavailable = current - revisions[new].available;
        let available = revisions.iter().map(|revision| revision.available).sum::<i32>();
        let targets = self.limits.old_replicas(self.replicas, total, new_unavailable, available, &sizes);
        for (index, steps) in olds.into_iter().zip(targets) {
            for target in steps {
                self.scale(&mut revisions[index], target);
            }
        }
    }

    fn is_complete(&self) -> bool {
        let status = self.deployment.workload().map(|w| &w.status);
        status.is_some_and(|status| {
            status.updated_replicas == self.replicas
                && status.replicas == self.replicas
                && status.available_replicas == self.replicas
                && status.observed_generation >= self.deployment.meta.generation
        })
    }

    /// Forgets the oldest revisions beyond `revisionHistoryLimit`.
    fn clean_up(&mut self, revisions: &[Revision<'a>], new: Option<usize>) {
        let Some(limit) = self.spec.revision_history_limit else { return };
        let olds = revisions.iter().enumerate().filter(|(index, _)| Some(*index) != new);
        let mut olds: Vec<&Arc<Object>> =
            olds.map(|(_, old)| old.object).filter(|set| set.meta.deleted.is_none()).collect();
        olds.order_by_key(|set| revision_number(set));
        let excess = olds.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        for set in olds.into_iter().take(excess) {
            let idle = set.workload().is_some_and(|w| {
                w.status.replicas == 0
                    && w.spec.replicas == Some(0)
                    && set.meta.generation <= w.status.observed_generation
            });
            if idle {
                self.writes.push(delete(set));
            }
        }
    }

    /// Writes the ReplicaSets that changed, and the status.
    fn finish(mut self, revisions: &[Revision<'a>], new: Option<usize>) -> Vec<Write> {
        let mut writes = std::mem::take(&mut self.writes);
        for revision in revisions {
            if let Some(doc) = revision.doc.as_ref().filter(|doc| *doc != revision.object.doc()) {
                writes.push(Write::Update(Kind::ReplicaSet, doc.clone()));
            }
        }
        let (status, progressing) =
            deployment_status::status(self.deployment, revisions, new, &self.limits, &mut self.conditions);
        writes.extend(status);
        if let Some(left) = progressing {
            // Due times are whole seconds later than the recorded ones.
            let again = left.max(Duration::from_secs(1));
            writes.push(Write::Again(Controller::Deployment, self.deployment.key(), again));
        }
        writes
    }
}

fn template_labels(spec: &Value) -> Value {
    spec["template"]["metadata"]["labels"].clone()
}
