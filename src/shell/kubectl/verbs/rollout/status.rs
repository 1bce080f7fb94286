//! `kubectl rollout status`: says how far it is, each time the object changes.

use crate::api::{Instant, Key, Kind, Object, Value};
use crate::shell::kubectl::call::{Call, Next, OK, Outcome};
use crate::shell::kubectl::doc::{int, items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::program::{Ctx, Poll, Program, Wake};
use std::time::Duration;

/// Where a rollout stands: what to say, and whether it is done.
type Progress = Result<(String, bool), String>;

/// `rollout status (TYPE NAME | TYPE/NAME) [flags]`
pub fn status(call: &mut Call<'_, '_>) -> Outcome {
    let (found, failures) = super::chosen(call)?;
    Failure::all(failures)?;
    let wanted = call.flags.int("revision");
    if wanted < 0 {
        return Err(format!("revision must be a positive integer: {wanted}").into());
    }
    for found in &found {
        progress(found.kind, &found.doc).map_err(Failure::Message)?;
        let annotation = &found.doc["metadata"]["annotations"]["deployment.kubernetes.io/revision"];
        let running: i64 = text(annotation).parse().unwrap_or(0);
        if found.kind == Kind::Deployment && wanted > 0 && running != wanted {
            return Err(format!(
                "desired revision ({wanted}) is different from the running revision ({running})"
            )
            .into());
        }
    }
    if found.is_empty() {
        return OK;
    }
    let (_, timeout) = call.flags.duration("timeout");
    let watch = !call.flags.given("watch") || call.flags.on("watch");
    let now = call.now();
    Ok(Next::Run(Box::new(Watching {
        keys: found.iter().map(|found| found.key()).rev().collect(),
        until: if timeout.is_zero() { None } else { Some(now + timeout) },
        watch,
        seen: None,
    })))
}

fn progress(kind: Kind, doc: &Value) -> Progress {
    match kind {
        Kind::Deployment => deployment(doc),
        Kind::DaemonSet => daemon_set(doc),
        Kind::StatefulSet => stateful_set(doc),
        other => Err(format!("no status viewer has been implemented for {}", other.resource().name)),
    }
}

fn observed(doc: &Value) -> bool {
    int(&doc["metadata"]["generation"]) <= int(&doc["status"]["observedGeneration"])
}

fn going(text: String) -> Progress {
    Ok((text, false))
}

fn done(text: String) -> Progress {
    Ok((text, true))
}

fn deployment(doc: &Value) -> Progress {
    let name = text(&doc["metadata"]["name"]);
    let status = &doc["status"];
    if !observed(doc) {
        return going("Waiting for deployment spec update to be observed...".to_owned());
    }
    let late = items(&status["conditions"]).iter().any(|condition| {
        text(&condition["type"]) == "Progressing" && text(&condition["reason"]) == "ProgressDeadlineExceeded"
    });
    if late {
        return Err(format!("deployment {name:?} exceeded its progress deadline"));
    }
    let wanted = int(&doc["spec"]["replicas"]);
    let (there, updated) = (int(&status["replicas"]), int(&status["updatedReplicas"]));
    let available = int(&status["availableReplicas"]);
    let waiting = format!("Waiting for deployment {name:?} rollout to finish:");
    if updated < wanted {
        return going(format!("{waiting} {updated} out of {wanted} new replicas have been updated..."));
    }
    if there > updated {
        return going(format!("{waiting} {} old replicas are pending termination...", there - updated));
    }
    if available < updated {
        return going(format!("{waiting} {available} of {updated} updated replicas are available..."));
    }
    done(format!("deployment {name:?} successfully rolled out"))
}

const ROLLING_ONLY: &str = "rollout status is only available for RollingUpdate strategy type";

fn daemon_set(doc: &Value) -> Progress {
    let name = text(&doc["metadata"]["name"]);
    let status = &doc["status"];
    if text(&doc["spec"]["updateStrategy"]["type"]) != "RollingUpdate" {
        return Err(ROLLING_ONLY.to_owned());
    }
    if !observed(doc) {
        return going("Waiting for daemon set spec update to be observed...".to_owned());
    }
    let wanted = int(&status["desiredNumberScheduled"]);
    let (updated, available) = (int(&status["updatedNumberScheduled"]), int(&status["numberAvailable"]));
    let waiting = format!("Waiting for daemon set {name:?} rollout to finish:");
    if updated < wanted {
        return going(format!("{waiting} {updated} out of {wanted} new pods have been updated..."));
    }
    if available < wanted {
        return going(format!("{waiting} {available} of {wanted} updated pods are available..."));
    }
    done(format!("daemon set {name:?} successfully rolled out"))
}

fn stateful_set(doc: &Value) -> Progress {
    let (spec, status) = (&doc["spec"], &doc["status"]);
    if text(&spec["updateStrategy"]["type"]) != "RollingUpdate" {
        return Err(ROLLING_ONLY.to_owned());
    }
    if int(&status["observedGeneration"]) == 0 || !observed(doc) {
        return going("Waiting for statefulset spec update to be observed...".to_owned());
    }
    let wanted = int(&spec["replicas"]);
    let (ready, updated) = (int(&status["readyReplicas"]), int(&status["updatedReplicas"]));
    if ready < wanted {
        return going(format!("Waiting for {} pods to be ready...", wanted - ready));
    }
    if let Some(partition) = spec["updateStrategy"]["rollingUpdate"]["partition"].as_i64() {
        if updated < wanted - partition {
            let due = wanted - partition;
            let words = format!("{updated} out of {due} new pods have been updated...");
            return going(format!("Waiting for partitioned roll out to finish: {words}"));
        }
        return done(format!("partitioned roll out complete: {updated} new pods have been updated..."));
    }
    let (update, current) = (text(&status["updateRevision"]), text(&status["currentRevision"]));
    if update != current {
        let words = format!("{updated} pods at revision {update}...");
        return going(format!("waiting for statefulset rolling update to complete {words}"));
    }
    let there = int(&status["currentReplicas"]);
    done(format!("statefulset rolling update complete {there} pods at revision {current}..."))
}

/// Waits for rollouts, one after another.
#[derive(Clone, Debug)]
struct Watching {
    /// Those still to be waited for, the next one last.
    keys: Vec<Key>,
    until: Option<Instant>,
    watch: bool,
    /// The store's version up to which the present one was looked at.
    seen: Option<u64>,
}

impl Watching {
    /// The states of the object since it was last looked at, oldest first.
    fn states(&mut self, ctx: &Ctx<'_>, key: &Key) -> Vec<Option<Value>> {
        let store = ctx.cluster.store();
        let since = self.seen.replace(store.version());
        let now = || vec![store.get(key).map(|object| object.doc().clone())];
        let Some(changes) = since.and_then(|since| store.changes_since(since)) else { return now() };
        let own = changes.filter(|change| change.object().key() == *key);
        own.map(|change| change.new.as_ref().map(|object: &std::sync::Arc<Object>| object.doc().clone()))
            .collect()
    }
}

impl Program for Watching {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        while let Some(key) = self.keys.last().cloned() {
            let mut over = false;
            for state in self.states(ctx, &key) {
                let Some(doc) = state else {
                    ctx.complain("error: object has been deleted");
                    return Poll::Done(1);
                };
                match progress(key.kind, &doc) {
                    Ok((words, finished)) => {
                        ctx.say(words);
                        over = finished || !self.watch;
                    }
                    Err(message) => {
                        ctx.complain(format!("error: {message}"));
                        return Poll::Done(1);
                    }
                }
                if over {
                    break;
                }
            }
            if !over {
                let now = ctx.cluster.now();
                return match self.until {
                    Some(until) if now >= until => {
                        ctx.complain("error: timed out waiting for the condition");
                        Poll::Done(1)
                    }
                    // Without a timeout it waits as long as it takes; an hour is a good while to look again.
                    until => Poll::Wait(Wake::ChangeOr(until.unwrap_or(now + Duration::from_secs(3_600)))),
                };
            }
            self.keys.pop();
            self.seen = None;
        }
        Poll::Done(0)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
