//! What the server fills in before it validates: the defaults of each kind, as version 1.36 has them.
//!
//! Defaults depend on the document alone. What depends on the cluster (addresses, the service
//! account's volume) is admission's.

mod cluster;
mod pod;
mod service;
mod workload;

pub(super) use cluster::secret_texts;
pub(super) use pod::qos_class;
pub(super) use service::{node_port, service_status};

use crate::api::{Kind, Value};

/// Fills in a document of that kind.
pub(super) fn default(kind: Kind, doc: &mut Value) {
    match kind {
        Kind::Pod => pod::pod(doc),
        Kind::PodTemplate => pod::pod_template(doc),
        Kind::Service => service::service(doc),
        Kind::Endpoints => service::endpoints(doc),
        Kind::EndpointSlice => service::endpoint_slice(doc),
        Kind::NetworkPolicy => service::network_policy(doc),
        Kind::Ingress => service::ingress(doc),
        Kind::Deployment => workload::deployment(doc),
        Kind::ReplicaSet => workload::replica_set(doc),
        Kind::ReplicationController => workload::replication_controller(doc),
        Kind::StatefulSet => workload::stateful_set(doc),
        Kind::DaemonSet => workload::daemon_set(doc),
        Kind::Job => workload::job(doc),
        Kind::CronJob => workload::cron_job(doc),
        Kind::HorizontalPodAutoscaler => workload::autoscaler(doc),
        Kind::Namespace => cluster::namespace(doc),
        Kind::Node => cluster::node(doc),
        Kind::Secret => cluster::secret(doc),
        Kind::PersistentVolumeClaim => cluster::claim(doc),
        Kind::PersistentVolume => cluster::volume(doc),
        Kind::StorageClass => cluster::storage_class(doc),
        Kind::PriorityClass => cluster::priority_class(doc),
        Kind::RoleBinding | Kind::ClusterRoleBinding => cluster::role_binding(doc),
        Kind::LimitRange => cluster::limit_range(doc),
        _ => {}
    }
}
