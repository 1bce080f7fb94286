//! Controllers: from what is desired and what is there to the writes that bring them together.
//!
//! Each is a pure function of the store, a key and the time; [`watchers`] says whom a change
//! concerns. They know nothing of each other, of queues, packets or programs: the cluster applies
//! their writes, and those wake the next one.

mod cron_job;
mod daemon_set;
mod deployment;
mod deployment_status;
mod disruption;
mod dump;
mod endpoint_slice;
mod endpoints;
mod events;
mod garbage;
mod hash;
mod job;
mod load_balancer;
mod mirror;
mod namespace;
mod node_lifecycle;
mod pods;
mod quota;
mod replica_set;
mod revision;
mod rolling;
mod scheduler;
mod stateful_set;
mod watch;
mod write;

pub use events::{Note, Record, Recorder};
pub use load_balancer::LoadBalancers;
pub use pods::{is_available, is_ready, ready_since};
pub use scheduler::departure_helps;
pub use watch::watchers;
pub use write::Write;

use crate::api::{Instant, Key};
use crate::apiserver::Store;
use std::time::Duration;

/// A controller, as work is queued for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controller {
    /// Deployments → ReplicaSets.
    Deployment,
    /// ReplicaSets → Pods.
    ReplicaSet,
    /// StatefulSets → Pods.
    StatefulSet,
    /// DaemonSets → Pods.
    DaemonSet,
    /// CronJobs → Jobs.
    CronJob,
    /// CronJobs whose schedule was changed: when to look at them.
    CronSchedule,
    /// Jobs → Pods.
    Job,
    /// Pods → Nodes.
    Scheduler,
    /// Services → EndpointSlices.
    EndpointSlice,
    /// Services → Endpoints.
    Endpoints,
    /// Hand-made Endpoints → EndpointSlices.
    Mirror,
    /// Services → addresses outside.
    LoadBalancer,
    /// Namespaces: what every one has, and what goes with one.
    Namespace,
    /// What an owner leaves behind.
    Garbage,
    /// Nodes: taints of the unreachable, and who must leave them.
    NodeLifecycle,
    /// Pod disruption budgets' status.
    Disruption,
    /// Resource quotas' status: how much is used.
    Quota,
}

/// What controllers are told about the cluster they work in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// What gives LoadBalancer Services their addresses.
    pub load_balancers: LoadBalancers,
    /// Seconds between a node's last sign and its being called unreachable.
    pub node_grace: Duration,
}

/// The writes that a controller's due work asks for, in order.
pub fn reconcile(
    controller: Controller,
    store: &Store,
    keys: &[Key],
    now: Instant,
    setting: &Setting,
) -> Vec<Write> {
    let each = |reconcile: &dyn Fn(&Key) -> Vec<Write>| keys.iter().flat_map(reconcile).collect();
    match controller {
        Controller::Deployment => each(&|key| deployment::reconcile(store, key, now)),
        Controller::ReplicaSet => each(&|key| replica_set::reconcile(store, key, now)),
        Controller::StatefulSet => each(&|key| stateful_set::reconcile(store, key, now)),
        Controller::DaemonSet => each(&|key| daemon_set::reconcile(store, key, now)),
        Controller::CronJob => each(&|key| cron_job::reconcile(store, key, now)),
        Controller::CronSchedule => each(&|key| cron_job::rescheduled(store, key, now)),
        Controller::Job => each(&|key| job::reconcile(store, key, now)),
        Controller::Scheduler => scheduler::schedule(store, keys, now),
        Controller::EndpointSlice => each(&|key| endpoint_slice::reconcile(store, key, now)),
        Controller::Endpoints => each(&|key| endpoints::reconcile(store, key, now)),
        Controller::Mirror => each(&|key| mirror::reconcile(store, key)),
        Controller::LoadBalancer => each(&|key| load_balancer::reconcile(store, key, setting)),
        Controller::Namespace => each(&|key| namespace::reconcile(store, key)),
        Controller::Garbage => each(&|key| garbage::collect(store, key)),
        Controller::NodeLifecycle => each(&|key| node_lifecycle::reconcile(store, key, now)),
        Controller::Disruption => each(&|key| disruption::reconcile(store, key)),
        Controller::Quota => each(&|key| quota::reconcile(store, key)),
    }
}
