//! StatefulSets: pods with names that stay, made and replaced one after another.

use super::pods::{claim, is_available, is_ready, is_terminal};
use super::revision::{self, Revision};
use super::write::{self, Write, count, delete, pod_from};
use super::{Controller, Note};
use crate::api::workload::{Workload, WorkloadSpec};
use crate::api::{Gathered, Instant, Key, Kind, Object, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SOURCE: &str = "statefulset-controller";
const HASH_LABEL: &str = "controller-revision-hash";
const NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
const INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

struct Pass<'a> {
    store: &'a Store,
    set: &'a Arc<Object>,
    spec: &'a WorkloadSpec,
    pods: BTreeMap<i64, &'a Arc<Object>>,
    current: Revision,
    update: Revision,
    replicas: i64,
    first: i64,
    now: Instant,
}

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(set) = store.get(key) else { return Vec::new() };
    let Some(Workload { spec, status }) = set.workload() else { return Vec::new() };
    let mut writes = Vec::new();
    let claimed = claim(store, set, Kind::Pod, &spec.selector, &mut writes);
    if set.meta.deleted.is_some() {
        return writes;
    }
    let update = revision::current(store, set, &mut writes);
    let current = match status.current_revision.as_str() {
        "" => update.clone(),
        name => revision::named(set, name),
    };
    let prefix = format!("{}-", set.meta.name);
    let ordinal =
        |pod: &Object| pod.meta.name.strip_prefix(&prefix).and_then(|rest| rest.parse::<i64>().ok());
    let pass = Pass {
        store,
        set,
        spec,
        pods: claimed.into_iter().filter_map(|pod| Some((ordinal(pod)?, pod))).into_map(),
        current,
        update,
        replicas: i64::from(spec.replicas.unwrap_or(1).max(0)),
        first: set.doc()["spec"]["ordinals"]["start"].as_i64().unwrap_or(0),
        now,
    };
    pass.scale(&mut writes);
    pass.status(&mut writes);
    let least = spec.min_ready_seconds;
    if pass.pods.values().any(|pod| is_ready(pod) && !is_available(pod, least, now)) {
        let wait = Duration::from_secs(u64::try_from(least).unwrap_or(1).max(1));
        writes.push(Write::Again(Controller::StatefulSet, key.clone(), wait));
    }
    writes
}

impl Pass<'_> {
    fn is_healthy(&self, pod: &Object) -> bool {
        pod.meta.deleted.is_none() && is_available(pod, self.spec.min_ready_seconds, self.now)
    }

    fn is_of(&self, pod: &Object, revision: &Revision) -> bool {
        pod.meta.labels.get(HASH_LABEL).is_some_and(|label| *label == revision.name)
    }

    /// One step towards the wanted pods: creations upwards, then removals and updates downwards. In
    /// order, each waits for the one before it.
    fn scale(&self, writes: &mut Vec<Write>) {
        let in_order = self.spec.pod_management_policy != "Parallel";
        let wanted = self.first..self.first + self.replicas;
        for ordinal in wanted.clone() {
            match self.pods.get(&ordinal) {
                None => {
                    self.create(ordinal, writes);
                    if in_order {
                        return;
                    }
                }
                Some(pod) if is_terminal(pod) && pod.meta.deleted.is_none() => {
                    let phase = pod.pod().map_or("", |pod| pod.status.phase.as_str());
                    let reason =
                        if phase == "Failed" { "RecreatingFailedPod" } else { "RecreatingTerminatedPod" };
                    let message = format!(
                        "StatefulSet {}/{} is recreating {} Pod {}",
                        self.set.meta.namespace,
                        self.set.meta.name,
                        phase.to_lowercase(),
                        pod.meta.name
                    );
                    writes.push(Write::Note(Note::new(SOURCE, self.set.key(), reason, message).warning()));
                    writes.push(delete(pod));
                    if in_order {
                        return;
                    }
                }
                Some(pod) if in_order && !self.is_healthy(pod) => return,
                Some(_) => {}
            }
        }
        let condemned: Vec<&&Arc<Object>> = self
            .pods
            .iter()
            .rev()
            .filter(|(ordinal, _)| !wanted.contains(*ordinal))
            .map(|(_, pod)| pod)
            .collect();
        for pod in &condemned {
            if pod.meta.deleted.is_some() {
                if in_order {
                    return;
                }
                continue;
            }
            self.remove(pod, writes);
            if in_order {
                return;
            }
        }
        if !condemned.is_empty() || self.spec.update_strategy.kind == "OnDelete" {
            return;
        }
        let partition = i64::from(self.spec.update_strategy.rolling_update.partition);
        for (ordinal, pod) in self.pods.iter().rev().filter(|(ordinal, _)| wanted.contains(*ordinal)) {
            if ordinal - self.first < partition {
                return;
            }
            if pod.meta.deleted.is_some() {
                return;
            }
            if !self.is_of(pod, &self.update) {
                self.remove(pod, writes);
                return;
            }
            if !self.is_healthy(pod) {
                return;
            }
        }
    }

    fn remove(&self, pod: &Arc<Object>, writes: &mut Vec<Write>) {
        writes.push(delete(pod));
        let message =
            format!("Delete Pod {} in StatefulSet {} successful", pod.meta.name, self.set.meta.name);
        writes.push(Write::Note(Note::new(SOURCE, self.set.key(), "SuccessfulDelete", message)));
    }

    fn create(&self, ordinal: i64, writes: &mut Vec<Write>) {
        let name = format!("{}-{ordinal}", self.set.meta.name);
        if self.store.find(Kind::Pod, &self.set.meta.namespace, &name).is_some() {
            // Someone else's pod has the name.
            return;
        }
        let partition = i64::from(self.spec.update_strategy.rolling_update.partition);
        let below = ordinal - self.first < partition;
        let old = self.template(&self.current).filter(|_| below);
        let revision = if old.is_some() { &self.current } else { &self.update };
        let template = old.unwrap_or_else(|| self.set.doc()["spec"]["template"].clone());
        let mut pod = pod_from(self.set, &template, "");
        let meta = &mut pod["metadata"];
        meta["generateName"] = format!("{}-", self.set.meta.name).into();
        meta["name"] = name.as_str().into();
        meta["labels"][HASH_LABEL] = revision.name.as_str().into();
        meta["labels"][NAME_LABEL] = name.as_str().into();
        meta["labels"][INDEX_LABEL] = ordinal.to_string().into();
        pod["spec"]["hostname"] = name.as_str().into();
        pod["spec"]["subdomain"] = self.spec.service_name.as_str().into();
        self.claims(&name, &mut pod, writes);
        let message = format!("Create Pod {{}} in StatefulSet {} successful", self.set.meta.name);
        let note = Note::new(SOURCE, self.set.key(), "SuccessfulCreate", message);
        writes.push(Write::Create(Kind::Pod, pod, Some(note)));
    }

    /// The template that a revision kept.
    fn template(&self, revision: &Revision) -> Option<Value> {
        let kept = self.store.find(Kind::ControllerRevision, &self.set.meta.namespace, &revision.name)?;
        let mut template = kept.doc()["data"]["spec"]["template"].clone();
        template.as_object_mut()?.remove("$patch");
        Some(template)
    }

    /// A claim of its own for each of the claim templates.
    fn claims(&self, pod: &str, doc: &mut Value, writes: &mut Vec<Write>) {
        let templates = self.set.doc()["spec"]["volumeClaimTemplates"].as_array();
        let mut volumes = doc["spec"]["volumes"].as_array().cloned().unwrap_or_default();
        for template in templates.into_iter().flatten() {
            let volume = template["metadata"]["name"].as_str().unwrap_or_default();
            let name = format!("{volume}-{pod}");
            volumes.retain(|other| other["name"] != volume);
            volumes.push(json!({"name": volume, "persistentVolumeClaim": {"claimName": name}}));
            if self.store.find(Kind::PersistentVolumeClaim, &self.set.meta.namespace, &name).is_none() {
                let claim = json!({
                    "metadata": {"name": name, "namespace": self.set.meta.namespace,
                        "labels": self.set.doc()["spec"]["selector"]["matchLabels"]},
                    "spec": template["spec"],
                });
                let message =
                    format!("Create Claim {name} Pod {pod} in StatefulSet {} success", self.set.meta.name);
                let note = Note::new(SOURCE, self.set.key(), "SuccessfulCreate", message);
                writes.push(Write::Create(Kind::PersistentVolumeClaim, claim, Some(note)));
            }
        }
        if !volumes.is_empty() {
            doc["spec"]["volumes"] = volumes.into();
        }
    }

    fn status(&self, writes: &mut Vec<Write>) {
        let number =
            |test: &dyn Fn(&Arc<Object>) -> bool| self.pods.values().filter(|pod| test(pod)).count() as i32;
        let living = |pod: &Arc<Object>| pod.meta.deleted.is_none();
        let created = |pod: &Arc<Object>| pod.pod().is_some_and(|pod| !pod.status.phase.is_empty());
        let ready = number(&|pod| is_ready(pod));
        let updated = number(&|pod| living(pod) && self.is_of(pod, &self.update));
        let mut current = number(&|pod| living(pod) && self.is_of(pod, &self.current));
        let replicas = number(&created);
        let mut revision = self.current.name.clone();
        // The update is through: what was new is now what runs.
        let partition = self.spec.update_strategy.rolling_update.partition;
        let done = self.spec.update_strategy.kind != "OnDelete"
            && partition == 0
            && i64::from(updated) == self.replicas
            && i64::from(replicas) == self.replicas
            && i64::from(ready) == self.replicas;
        if done {
            revision.clone_from(&self.update.name);
            current = updated;
        }
        let mut status = json!({
            "availableReplicas": number(&|pod| self.is_healthy(pod)),
            "collisionCount": 0,
            "currentRevision": revision,
            "observedGeneration": self.set.meta.generation,
            "replicas": replicas,
            "updateRevision": self.update.name,
        });
        for (field, value) in
            [("currentReplicas", current), ("readyReplicas", ready), ("updatedReplicas", updated)]
        {
            count(&mut status, field, value);
        }
        writes.extend(write::status(self.set, status));
    }
}
