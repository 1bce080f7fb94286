//! Whom a change concerns: the informers' event handlers of all controllers.

use super::Controller::{self, *};
use super::pods::is_ready;
use crate::api::{Key, Kind, Object, Selector};
use crate::apiserver::{Change, Store};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The work that a change makes. Only what it can touch is named.
pub fn watchers(store: &Store, change: &Change) -> BTreeSet<(Controller, Key)> {
    let mut work = BTreeSet::new();
    let object = change.object();
    let key = object.key();
    match object.kind {
        Kind::Deployment => add(&mut work, Deployment, &key),
        Kind::ReplicaSet => add(&mut work, ReplicaSet, &key),
        Kind::StatefulSet => add(&mut work, StatefulSet, &key),
        Kind::DaemonSet => add(&mut work, DaemonSet, &key),
        Kind::Job => add(&mut work, Job, &key),
        Kind::CronJob => cron_job(change, &mut work),
        Kind::PodDisruptionBudget => add(&mut work, Disruption, &key),
        Kind::Namespace => add(&mut work, Namespace, &key),
        Kind::Pod => pod(store, change, &mut work),
        Kind::Service => {
            for controller in [EndpointSlice, Endpoints, LoadBalancer] {
                add(&mut work, controller, &key);
            }
            add(&mut work, Mirror, &Key::new(Kind::Endpoints, key.namespace.clone(), key.name.clone()));
        }
        Kind::Endpoints => {
            add(&mut work, Mirror, &key);
            add(&mut work, Endpoints, &Key::new(Kind::Service, key.namespace.clone(), key.name.clone()));
        }
        Kind::EndpointSlice => {
            // A slice that someone else changed or deleted is put right.
            if let Some(name) = object.meta.labels.get(super::endpoint_slice::SERVICE_NAME) {
                add(&mut work, EndpointSlice, &Key::new(Kind::Service, key.namespace.clone(), name));
            }
        }
        Kind::Node => node(store, change, &mut work),
        Kind::ConfigMap | Kind::ServiceAccount if change.new.is_none() => {
            add(&mut work, Namespace, &Key::new(Kind::Namespace, "", key.namespace.clone()));
        }
        _ => {}
    }
    owners(store, change, &mut work);
    quotas(store, change, &mut work);
    work
}

/// What comes, goes or asks for something else may change what a quota counts.
fn quotas(store: &Store, change: &Change, work: &mut BTreeSet<(Controller, Key)>) {
    let asks = |object: &Arc<Object>| (object.meta.generation, super::pods::is_terminal(object));
    let object = change.object();
    if object.kind == Kind::ResourceQuota {
        add(work, Quota, &object.key());
    } else if object.kind != Kind::Event && change.old.as_ref().map(asks) != change.new.as_ref().map(asks) {
        for quota in store.list(Kind::ResourceQuota, &object.meta.namespace) {
            add(work, Quota, &quota.key());
        }
    }
}

fn add(work: &mut BTreeSet<(Controller, Key)>, controller: Controller, key: &Key) {
    work.insert((controller, key.clone()));
}

/// A CronJob is looked at at once, unless its schedule changed: then when that says so.
fn cron_job(change: &Change, work: &mut BTreeSet<(Controller, Key)>) {
    let schedule = |cron: &Arc<Object>| {
        let spec = &cron.doc()["spec"];
        (spec["schedule"].clone(), spec["timeZone"].clone())
    };
    let (old, new) = (change.old.as_ref().map(schedule), change.new.as_ref().map(schedule));
    let controller = if old.is_some() && new.is_some() && old != new { CronSchedule } else { CronJob };
    add(work, controller, &change.object().key());
}

/// Garbage: an object's owner went, it came without one, or it is an owner that is leaving. And
/// a workload hears of what it controls.
fn owners(store: &Store, change: &Change, work: &mut BTreeSet<(Controller, Key)>) {
    let object = change.object();
    let meta = &object.meta;
    for version in [&change.old, &change.new].into_iter().flatten() {
        if let Some(owner) = version.meta.controller() {
            let controller = match owner.kind.as_str() {
                "Deployment" => Some((Deployment, Kind::Deployment)),
                "ReplicaSet" => Some((ReplicaSet, Kind::ReplicaSet)),
                "StatefulSet" => Some((StatefulSet, Kind::StatefulSet)),
                "DaemonSet" => Some((DaemonSet, Kind::DaemonSet)),
                "Job" => Some((Job, Kind::Job)),
                "CronJob" => Some((CronJob, Kind::CronJob)),
                _ => None,
            };
            if let Some((controller, kind)) = controller {
                add(work, controller, &Key::new(kind, meta.namespace.clone(), owner.name.clone()));
            }
        }
    }
    if object.kind == Kind::Event {
        return;
    }
    match &change.new {
        None => {
            // Its dependents may now be garbage, an owner may have waited for it, a namespace too.
            if may_own(object.kind) {
                for dependent in super::garbage::dependents(store, object) {
                    add(work, Garbage, &dependent.key());
                }
            }
            for owner in meta.owners.iter().filter(|owner| owner.block_owner_deletion) {
                if let Some(kind) = Kind::from_name(&owner.kind) {
                    let key = Key::new(kind, meta.namespace.clone(), owner.name.clone());
                    if store.get(&key).is_some_and(|owner| owner.meta.deleted.is_some()) {
                        add(work, Garbage, &key);
                    }
                }
            }
            let namespace = store.find(Kind::Namespace, "", &meta.namespace);
            if namespace.is_some_and(|namespace| namespace.meta.deleted.is_some()) {
                add(work, Namespace, &Key::new(Kind::Namespace, "", meta.namespace.clone()));
            }
        }
        Some(new) => {
            let created = change.old.is_none() && !meta.owners.is_empty() && object.kind != Kind::Pod;
            if created || (new.meta.deleted.is_some() && !new.meta.finalizers.is_empty()) {
                add(work, Garbage, &object.key());
            }
        }
    }
}

/// Kinds whose objects own others: asking the rest would only cost time.
fn may_own(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::Job
            | Kind::CronJob
            | Kind::Service
            | Kind::Endpoints
    )
}

fn pod(store: &Store, change: &Change, work: &mut BTreeSet<(Controller, Key)>) {
    let object = change.object();
    let key = object.key();
    let unbound = object.pod().is_some_and(|pod| pod.node.is_empty());
    let gated = |pod: &Arc<Object>| pod.pod().is_some_and(|pod| !pod.spec.scheduling_gates.is_empty());
    if change.new.is_some() && change.old.as_ref().is_none_or(gated) && unbound {
        add(work, Scheduler, &key);
    }
    // Services whose endpoints this may change: only a change of address, readiness, labels or end counts.
    if change.old.as_ref().map(endpoint_facts) != change.new.as_ref().map(endpoint_facts) {
        for service in store.list(Kind::Service, &key.namespace) {
            let Some(selector) = service.service().and_then(|s| s.spec.selector.as_ref()) else { continue };
            let selects = |pod: &Arc<Object>| {
                selector.iter().all(|(label, value)| pod.meta.labels.get(label) == Some(value))
            };
            if !selector.is_empty() && [&change.old, &change.new].into_iter().flatten().any(selects) {
                add(work, EndpointSlice, &service.key());
                add(work, Endpoints, &service.key());
            }
        }
        for budget in store.list(Kind::PodDisruptionBudget, &key.namespace) {
            add(work, Disruption, &budget.key());
        }
    }
    // Who might adopt an orphan.
    if let Some(new) = change.new.as_ref().filter(|new| new.meta.controller().is_none()) {
        let relabelled = change
            .old
            .as_ref()
            .is_none_or(|old| old.meta.labels != new.meta.labels || old.meta.owners != new.meta.owners);
        if relabelled {
            adopters(store, new, work);
        }
    }
}

fn adopters(store: &Store, orphan: &Object, work: &mut BTreeSet<(Controller, Key)>) {
    for (kind, controller) in
        [(Kind::ReplicaSet, ReplicaSet), (Kind::StatefulSet, StatefulSet), (Kind::DaemonSet, DaemonSet)]
    {
        for owner in store.list(kind, &orphan.meta.namespace) {
            let selector = owner.workload().map(|w| &w.spec.selector);
            if selector.is_some_and(|selector: &Selector| selector.matches(&orphan.meta.labels)) {
                add(work, controller, &owner.key());
            }
        }
    }
}

/// What of a pod its Services' endpoints say.
fn endpoint_facts(pod: &Arc<Object>) -> (&str, bool, bool, bool, &crate::api::Labels) {
    (
        pod.pod().map_or("", |pod| pod.status.pod_ip.as_str()),
        is_ready(pod),
        pod.meta.deleted.is_some(),
        super::pods::is_terminal(pod),
        &pod.meta.labels,
    )
}

fn node(store: &Store, change: &Change, work: &mut BTreeSet<(Controller, Key)>) {
    add(work, NodeLifecycle, &change.object().key());
    let facts = |node: &Arc<Object>| {
        let view = node.node().cloned().unwrap_or_default();
        (node.meta.labels.clone(), view.is_ready(), view.spec)
    };
    if change.old.as_ref().map(facts) == change.new.as_ref().map(facts) {
        return;
    }
    for set in store.list_all(Kind::DaemonSet) {
        add(work, DaemonSet, &set.key());
    }
}
