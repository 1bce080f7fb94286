//! The work between the parts: what a change wakes, and the controllers' writes.

use super::Cluster;
use super::queue::{Due, by_controller};
use crate::api::{Instant, Key, Kind, Status, Value};
use crate::apiserver::{Change, WriteOptions, Written};
use crate::controllers::{self, Controller, Note, Record, Write};
use std::time::Duration;

/// How long the Job controller waits after a pod's change for more (`syncJobBatchPeriod`).
const JOB_BATCH: Duration = Duration::from_secs(1);

impl Cluster {
    /// Does all that is due at this instant: controllers first, in order, then the nodes.
    pub(super) fn run_due(&mut self) {
        let due = self.queue.take();
        let work = by_controller(&due);
        for (controller, keys) in work {
            let keys: Vec<Key> = keys.into_iter().cloned().collect();
            let writes = controllers::reconcile(
                controller,
                self.server.store(),
                &keys,
                self.now,
                &self.profile.controllers,
            );
            for write in writes {
                self.apply(write);
            }
        }
        for due in due {
            match due {
                Due::Work(..) => {}
                Due::Pod { pod, uid, step } => self.step(&pod, &uid, step),
                Due::Program { node, service } => {
                    if !self.stopped_proxies.contains(&node) {
                        self.proxies.program_on(&node, self.server.store(), &service);
                    }
                }
                Due::Silent { node } => self.silent(&node),
                Due::ApiService => self.keep_api_service(),
            }
        }
    }

    /// Carries out a controller's write. What it was based on may have changed meanwhile: then the
    /// server refuses, the change itself has already woken the controller again, and nothing is lost.
    fn apply(&mut self, write: Write) {
        let options = WriteOptions::default();
        match write {
            Write::Create(kind, doc, note) => {
                let written = self.server.create(self.now, kind, doc, &options);
                self.observe();
                if let Some(note) = note {
                    self.note_created(written, &note);
                }
            }
            Write::Pods(doc, count, note) => self.create_pods(&doc, count, &note),
            Write::Update(kind, mut doc) => {
                if let Some(meta) = doc["metadata"].as_object_mut() {
                    meta.remove("resourceVersion");
                }
                let _ = self.server.update(self.now, kind, doc, &options);
            }
            Write::Status(key, status) => {
                let _ = self.server.update_status(&key, status);
            }
            Write::Annotate(key, name, value) => {
                let _ = self.server.annotate(&key, name, &value);
            }
            Write::Delete(key, options) => {
                let _ = self.server.delete(self.now, &key, &options);
            }
            Write::Finalize(namespace) => {
                let _ = self.server.finalize_namespace(&namespace);
                let key = Key::new(Kind::Namespace, "", namespace);
                let done = self.store().get(&key).is_some_and(|object| object.meta.finalizers.is_empty());
                if done {
                    let _ = self.server.remove(&key);
                }
            }
            Write::Note(note) => self.note(note),
            Write::Bind(key, node) => self.bind(&key, &node),
            Write::Again(controller, key, after) => {
                self.queue.put(self.now + after, Due::Work(controller, key));
            }
        }
        self.observe();
    }

    /// Creates pods of one document. Only the first is looked at, unless it is refused.
    fn create_pods(&mut self, doc: &Value, count: usize, note: &Note) {
        let mut mould = None;
        for _ in 0..count {
            let written = match &mould {
                Some(mould) => self.server.create_from(mould),
                None => {
                    let first = self.server.create_first(self.now, doc, &WriteOptions::default());
                    first.map(|(written, next)| {
                        mould = next;
                        written
                    })
                }
            };
            self.observe();
            self.note_created(written, note);
            self.observe();
        }
    }

    /// Records that an object was created, or why it was not: then it is tried again.
    fn note_created(&mut self, written: Result<Written, Status>, note: &Note) {
        match written {
            Ok(written) => {
                let message = note.message.replace("{}", &written.object.meta.name);
                self.note(Note { message, ..note.clone() });
            }
            Err(status) => {
                let what =
                    if note.about.kind == Kind::CronJob { "Error creating job" } else { "Error creating" };
                let message = format!("{what}: {}", status.message);
                if let Some(controller) = controller_of(note.about.kind) {
                    let again = self.now + Duration::from_secs(10);
                    self.queue.put(again, Due::Work(controller, note.about.clone()));
                }
                self.note(Note { message, reason: "FailedCreate", warning: true, ..note.clone() });
            }
        }
    }

    /// Gives a pod its node, and says so in its conditions.
    fn bind(&mut self, key: &Key, node: &str) {
        let Some(pod) = self.store().get(key) else { return };
        let mut status = pod.status().clone();
        status["conditions"] = crate::api::json!([{
            "type": "PodScheduled", "status": "True", "lastProbeTime": null,
            "lastTransitionTime": self.now.rfc3339(), "observedGeneration": pod.meta.generation,
        }]);
        let _ = self.server.bind(key, node, status);
    }

    /// Records what happened, as an Event.
    pub(super) fn note(&mut self, note: Note) {
        match self.recorder.record(self.server.store(), note, self.now) {
            Record::Create(meta, document) => {
                self.server.record(self.now, meta, document);
            }
            Record::Again(event, document) => {
                self.server.record_again(event.meta.clone(), document);
            }
            Record::Update(doc) => {
                // Nobody waits for an event: one that is gone meanwhile is not counted.
                let _ = self.server.update(self.now, Kind::Event, doc, &WriteOptions::default());
            }
        }
    }

    /// Hands on what has changed since the last time.
    pub(super) fn observe(&mut self) {
        while self.seen < self.store().version() {
            let change =
                self.store().changes_since(self.seen).and_then(|mut changes| changes.next().cloned());
            let Some(change) = change else {
                // Further behind than the log reaches: what was missed is looked at as if it were new.
                self.seen = self.store().version();
                return;
            };
            self.seen = change.version;
            self.hand_on(&change);
        }
    }

    fn hand_on(&mut self, change: &Change) {
        let object = change.object();
        if object.kind == Kind::Event {
            return;
        }
        self.follow_api_service(change);
        for (controller, key) in controllers::watchers(self.server.store(), change) {
            // Jobs take what happens to their pods a second's worth at a time.
            let batched = controller == Controller::Job && object.kind == Kind::Pod;
            let at = if batched { self.now + JOB_BATCH } else { self.reaction(controller) };
            self.queue.put(at, Due::Work(controller, key));
        }
        match object.kind {
            Kind::Pod => {
                self.follow_scheduling(change);
                self.kubelet_sees(change.old.as_ref(), change.new.as_ref());
                if change.new.is_none() {
                    self.recorder.forget(&object.key());
                }
            }
            Kind::Node => {
                self.proxies.sync_nodes(self.server.store());
                self.schedule_again(|_| true);
            }
            Kind::Service => {
                self.kubelets.service_links.clear();
                self.program(&object.key());
            }
            Kind::EndpointSlice => {
                if let Some(name) = object.meta.labels.get("kubernetes.io/service-name") {
                    self.program(&Key::new(Kind::Service, object.meta.namespace.clone(), name));
                }
            }
            _ => {}
        }
    }

    /// When a controller reacts to a change of now.
    fn reaction(&self, controller: Controller) -> Instant {
        let latency = &self.profile.latency;
        self.now
            + match controller {
                Controller::Scheduler => latency.schedule,
                Controller::EndpointSlice | Controller::Endpoints | Controller::Mirror => latency.endpoints,
                Controller::LoadBalancer => latency.load_balancer,
                _ => latency.controller,
            }
    }

    /// Each node's kube-proxy takes up a Service, one after another.
    fn program(&mut self, service: &Key) {
        let nodes: Vec<String> = self.proxies.iter().map(|proxy| proxy.node().name.clone()).collect();
        let pause = self.profile.latency.proxy;
        for (index, node) in nodes.into_iter().enumerate() {
            let at = self.now + pause + pause * u32::try_from(index % 16).unwrap_or(0) / 4;
            self.queue.put(at, Due::Program { node, service: service.clone() });
        }
    }

    /// Remembers pods that no node would take, and has them tried again when one may.
    fn follow_scheduling(&mut self, change: &Change) {
        let key = change.object().key();
        let refused = change.new.as_ref().and_then(|new| new.pod()).is_some_and(|pod| {
            pod.node.is_empty() && pod.status.conditions.iter().any(|c| c.reason == "Unschedulable")
        });
        if refused {
            self.unschedulable.insert(key);
        } else {
            self.unschedulable.remove(&key);
        }
        let freed = match (&change.old, &change.new) {
            (Some(old), None) => old.pod().is_some_and(|pod| !pod.node.is_empty()),
            (Some(old), Some(new)) => {
                let ended = |pod: &crate::api::Object| pod.pod().is_some_and(|pod| pod.status.is_terminal());
                ended(new) && !ended(old)
            }
            _ => false,
        };
        if freed {
            self.schedule_again(controllers::departure_helps);
        }
    }

    /// Tries again the pods that what happened may help, by why no node would take them.
    fn schedule_again(&mut self, helps: impl Fn(&str) -> bool) {
        let at = self.reaction(Controller::Scheduler);
        for key in self.unschedulable.clone() {
            let pod = self.store().get(&key).and_then(|pod| pod.pod());
            let refusal =
                pod.and_then(|pod| pod.status.conditions.iter().find(|c| c.reason == "Unschedulable"));
            if refusal.is_none_or(|condition| helps(&condition.message)) {
                self.queue.put(at, Due::Work(Controller::Scheduler, key));
            }
        }
    }
}

fn controller_of(kind: Kind) -> Option<Controller> {
    Some(match kind {
        Kind::ReplicaSet => Controller::ReplicaSet,
        Kind::StatefulSet => Controller::StatefulSet,
        Kind::DaemonSet => Controller::DaemonSet,
        Kind::CronJob => Controller::CronJob,
        Kind::Job => Controller::Job,
        _ => return None,
    })
}
