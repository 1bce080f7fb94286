//! What the server refuses, in its own words: all that is wrong with an object at once, in its order.
//!
//! A validator reads a document that was pruned and defaulted, and may be of any shape: it never
//! panics. It knows no other object; what depends on others is admission's and allocation's.

mod addresses;
mod autoscaling;
mod config;
mod container;
mod endpoints;
mod env;
mod ingress;
mod job;
mod meta;
mod names;
mod pod;
mod policy;
mod probe;
mod quota;
mod rbac;
mod resources;
mod scheduling;
mod security;
mod selector;
mod service;
mod storage;
mod time_zone;
mod volume;
mod workload;

pub(super) use names::sloppy_ip;

use super::field::Errors;
use crate::api::{Kind, Value};

/// What is wrong with an object that is to be created.
pub(super) fn create(kind: Kind, doc: &Value) -> Errors {
    validate(kind, None, doc)
}

/// What is wrong with an object that is to replace `old`.
pub(super) fn update(kind: Kind, old: &Value, doc: &Value) -> Errors {
    validate(kind, Some(old), doc)
}

/// What is wrong with a pod that ephemeral containers were added to.
pub(super) fn ephemeral_containers(doc: &Value) -> Errors {
    let mut errors = Errors::default();
    pod::ephemeral(&mut errors, doc);
    errors
}

fn validate(kind: Kind, old: Option<&Value>, doc: &Value) -> Errors {
    let mut found = Errors::default();
    let errors = &mut found;
    match (kind, old) {
        (Kind::Service, None) => service::create(errors, doc),
        (Kind::Service, Some(old)) => service::update(errors, old, doc),
        (Kind::Pod, None) => pod::create(errors, doc),
        (Kind::Pod, Some(old)) => pod::update(errors, old, doc),
        (Kind::Job, None) => job::create(errors, doc),
        (Kind::Job, Some(old)) => job::update(errors, old, doc),
        (Kind::CronJob, None) => job::create_cron(errors, doc),
        (Kind::CronJob, Some(old)) => job::update_cron(errors, old, doc),
        (
            Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::ReplicationController,
            old,
        ) => match old {
            None => workload::create(errors, kind, doc),
            Some(old) => workload::update(errors, kind, old, doc),
        },
        (Kind::Endpoints, old) => endpoints::endpoints(errors, old, doc),
        (Kind::EndpointSlice, old) => endpoints::slice(errors, old, doc),
        (Kind::NetworkPolicy, old) => policy::network_policy(errors, old, doc),
        (Kind::PodDisruptionBudget, old) => policy::disruption_budget(errors, old, doc),
        (Kind::Ingress, old) => ingress::ingress(errors, old, doc),
        (Kind::IngressClass, old) => ingress::ingress_class(errors, old, doc),
        (Kind::ConfigMap, old) => config::config_map(errors, old, doc),
        (Kind::Secret, old) => config::secret(errors, old, doc),
        (Kind::Node, old) => config::node(errors, old, doc),
        (Kind::PriorityClass, old) => config::priority_class(errors, old, doc),
        (Kind::ResourceQuota, _) => quota::resource_quota(errors, doc),
        (Kind::LimitRange, _) => quota::limit_range(errors, doc),
        (Kind::PersistentVolumeClaim, old) => storage::claim(errors, old, doc),
        (Kind::PersistentVolume, _) => storage::volume(errors, doc),
        (Kind::HorizontalPodAutoscaler, old) => autoscaling::autoscaler(errors, old, doc),
        (Kind::Role | Kind::ClusterRole, old) => rbac::role(errors, kind, old, doc),
        (Kind::RoleBinding | Kind::ClusterRoleBinding, old) => rbac::binding(errors, kind, old, doc),
        (_, Some(old)) => meta::object_meta_update(errors, &old["metadata"], &doc["metadata"]),
        (_, None) => meta::object_meta(errors, kind, &doc["metadata"]),
    }
    found
}
