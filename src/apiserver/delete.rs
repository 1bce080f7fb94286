//! Deleting: grace, finalizers, preconditions. Collecting what an object owned is a controller's.

use super::document::{object, set};
use super::prepare::counts_generations;
use super::{ApiServer, DeleteOptions, Propagation, refusal};
use crate::api::{Instant, Key, Kind, Object, Status, Value};
use std::sync::Arc;
use std::time::Duration;

/// What became of a delete.
#[derive(Clone, Debug)]
pub enum Deleted {
    /// It is gone; this is what it last was.
    Gone(Arc<Object>),
    /// It waits for its grace to pass or its finalizers to be done.
    Terminating(Arc<Object>),
}

impl Deleted {
    /// The object as it last was or now is.
    pub fn object(&self) -> &Arc<Object> {
        match self {
            Self::Gone(object) | Self::Terminating(object) => object,
        }
    }
}

impl ApiServer {
    /// Deletes an object: at once, or by marking it until its grace has passed and its finalizers are done.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when a precondition does not hold.
    pub fn delete(&mut self, now: Instant, key: &Key, options: &DeleteOptions) -> Result<Deleted, Status> {
        let Some(old) = self.store().get(key).cloned() else { return Err(refusal::no_such(key)) };
        let protected = ["default", "kube-system", "kube-public"].contains(&key.name.as_str());
        if key.kind == Kind::Namespace && protected {
            return Err(refusal::forbidden(key.kind, &key.name, "this namespace may not be deleted"));
        }
        preconditions(&old, options)?;
        let grace = grace_seconds(&old, options);
        let finalizer = match options.propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
        };
        let waits = grace > 0
            || finalizer.is_some()
            || !old.meta.finalizers.is_empty()
            || (key.kind == Kind::Namespace && has_kubernetes_finalizer(&old));
        if options.dry_run {
            return Ok(if waits { Deleted::Terminating(old) } else { Deleted::Gone(old) });
        }
        if !waits {
            return self.remove(key).map(Deleted::Gone);
        }
        let mut doc = old.doc().clone();
        let meta = object(&mut doc, "metadata");
        let shorter = old.meta.deletion_grace.is_none_or(|before| grace < before);
        if old.meta.deleted.is_none() || shorter {
            let seconds = u64::try_from(grace).unwrap_or(0);
            // A shorter grace counts from the first request.
            let since = old.meta.deleted.map_or(now, |due| {
                let before = old.meta.deletion_grace.and_then(|grace| u64::try_from(grace).ok()).unwrap_or(0);
                due - Duration::from_secs(before)
            });
            let due =
                if old.meta.deleted.is_some() { since.max(now) } else { now } + Duration::from_secs(seconds);
            set(meta, "deletionTimestamp", due.rfc3339().as_str());
            set(meta, "deletionGracePeriodSeconds", grace);
            if old.meta.deleted.is_none() && counts_generations(key.kind) {
                set(meta, "generation", old.meta.generation + 1);
            }
        }
        if let Some(finalizer) = finalizer.filter(|name| !old.meta.finalizers.iter().any(|have| have == name))
        {
            let mut finalizers = old.meta.finalizers.clone();
            finalizers.push(finalizer.to_owned());
            set(meta, "finalizers", finalizers);
        }
        if key.kind == Kind::Namespace {
            set(object(&mut doc, "status"), "phase", "Terminating");
        }
        if &doc == old.doc() {
            return Ok(Deleted::Terminating(old));
        }
        Ok(Deleted::Terminating(self.commit(key.kind, doc)))
    }

    /// Takes one of a namespace's own finalizers away; the namespace goes with the last.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn finalize_namespace(&mut self, name: &str) -> Result<Deleted, Status> {
        let key = Key::new(Kind::Namespace, "", name);
        let Some(old) = self.store().get(&key).cloned() else { return Err(refusal::no_such(&key)) };
        if old.meta.deleted.is_some() && old.meta.finalizers.is_empty() {
            return self.remove(&key).map(Deleted::Gone);
        }
        let mut doc = old.doc().clone();
        object(&mut doc, "spec").as_object_mut().map(|spec| spec.remove("finalizers"));
        Ok(Deleted::Terminating(self.commit(Kind::Namespace, doc)))
    }
}

fn preconditions(old: &Object, options: &DeleteOptions) -> Result<(), Status> {
    let why = match (&options.uid, options.resource_version) {
        (Some(uid), _) if *uid != old.meta.uid => format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
            old.meta.uid
        ),
        (_, Some(version)) if version != old.meta.resource_version => format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({}). The object might have been modified",
            old.meta.resource_version
        ),
        _ => return Ok(()),
    };
    Err(refusal::conflict(old.kind, &old.meta.name, &why))
}

/// Only a pod that runs somewhere has a grace.
fn grace_seconds(old: &Object, options: &DeleteOptions) -> i64 {
    let Some(pod) = old.pod() else { return 0 };
    let asked = options.grace_period_seconds;
    if pod.node.is_empty() || pod.status.is_terminal() {
        return 0;
    }
    let grace = asked.or(pod.spec.termination_grace_period_seconds).unwrap_or(30);
    // Less than nothing is the least there is.
    if grace < 0 { 1 } else { grace }
}

fn has_kubernetes_finalizer(namespace: &Object) -> bool {
    let finalizers = &namespace.doc()["spec"]["finalizers"];
    finalizers.as_array().is_some_and(|list| list.contains(&Value::from("kubernetes")))
}
