//! Workloads: what makes pods.

use super::pod::{Condition, PodSpec};
use super::value::views;
use super::{IntOrString, Meta, Selector};

views! {
    /// A Deployment, ReplicaSet, StatefulSet or DaemonSet (`apps/v1`): fields a kind lacks are absent.
    pub struct Workload {
        /// Desired state.
        spec: WorkloadSpec = "spec",
        /// Observed state.
        status: WorkloadStatus = "status",
    }

    /// `spec` of a workload.
    pub struct WorkloadSpec {
        /// How many pods (default 1).
        replicas: Option<i32> = "replicas",
        /// Which pods are its own.
        selector: Selector = "selector",
        /// What its pods look like.
        template: PodTemplate = "template",
        /// How a Deployment replaces pods.
        strategy: Strategy = "strategy",
        /// How a StatefulSet or DaemonSet replaces pods.
        update_strategy: Strategy = "updateStrategy",
        /// Seconds a pod must be ready to count as available.
        min_ready_seconds: i32 = "minReadySeconds",
        /// How many old ReplicaSets are kept (default 10).
        revision_history_limit: Option<i32> = "revisionHistoryLimit",
        /// Whether rollouts are held.
        paused: bool = "paused",
        /// Seconds without progress that fail a rollout (default 600).
        progress_deadline_seconds: Option<i32> = "progressDeadlineSeconds",
        /// The headless Service of a StatefulSet.
        service_name: String = "serviceName",
        /// `OrderedReady` or `Parallel`.
        pod_management_policy: String = "podManagementPolicy",
    }

    /// A pod template.
    pub struct PodTemplate {
        /// Its metadata.
        metadata: Meta = "metadata",
        /// Its spec.
        spec: PodSpec = "spec",
    }

    /// How pods are replaced.
    pub struct Strategy {
        /// `RollingUpdate`, `Recreate` or `OnDelete`.
        kind: String = "type",
        /// The limits of a rolling update.
        rolling_update: RollingUpdate = "rollingUpdate",
    }

    /// Limits of a rolling update: numbers or percentages.
    pub struct RollingUpdate {
        /// How many more.
        max_surge: Option<IntOrString> = "maxSurge",
        /// How many fewer.
        max_unavailable: Option<IntOrString> = "maxUnavailable",
        /// StatefulSet: ordinals below this stay.
        partition: i32 = "partition",
    }

    /// `status` of a workload.
    pub struct WorkloadStatus {
        /// The generation this status is of.
        observed_generation: i64 = "observedGeneration",
        /// Pods there are.
        replicas: i32 = "replicas",
        /// Pods of the current template.
        updated_replicas: i32 = "updatedReplicas",
        /// Pods ready.
        ready_replicas: i32 = "readyReplicas",
        /// Pods available.
        available_replicas: i32 = "availableReplicas",
        /// Pods missing.
        unavailable_replicas: i32 = "unavailableReplicas",
        /// StatefulSet: pods of the current revision.
        current_replicas: i32 = "currentReplicas",
        /// DaemonSet: nodes that should run one.
        desired_number_scheduled: i32 = "desiredNumberScheduled",
        /// DaemonSet: nodes that do.
        current_number_scheduled: i32 = "currentNumberScheduled",
        /// DaemonSet: ready pods.
        number_ready: i32 = "numberReady",
        /// DaemonSet: available pods.
        number_available: i32 = "numberAvailable",
        /// DaemonSet: pods of the current template.
        updated_number_scheduled: i32 = "updatedNumberScheduled",
        /// DaemonSet: missing pods.
        number_unavailable: i32 = "numberUnavailable",
        /// StatefulSet: the revision being replaced.
        current_revision: String = "currentRevision",
        /// StatefulSet: the revision being rolled out.
        update_revision: String = "updateRevision",
        /// The conditions.
        conditions: Vec<Condition> = "conditions",
    }

    /// A Job (`batch/v1`).
    pub struct Job {
        /// Desired state.
        spec: JobSpec = "spec",
        /// Observed state.
        status: JobStatus = "status",
    }

    /// `Job.spec`.
    pub struct JobSpec {
        /// Pods at a time (default 1).
        parallelism: Option<i32> = "parallelism",
        /// Pods that must succeed.
        completions: Option<i32> = "completions",
        /// Failures before it gives up (default 6).
        backoff_limit: Option<i32> = "backoffLimit",
        /// Which pods are its own; written by the server.
        selector: Selector = "selector",
        /// What its pods look like.
        template: PodTemplate = "template",
        /// Seconds it may run.
        active_deadline_seconds: Option<i64> = "activeDeadlineSeconds",
        /// Seconds it is kept when finished.
        ttl_seconds_after_finished: Option<i64> = "ttlSecondsAfterFinished",
        /// Whether it is held.
        suspend: bool = "suspend",
    }

    /// `Job.status`.
    pub struct JobStatus {
        /// Pods running.
        active: i32 = "active",
        /// Pods ready.
        ready: i32 = "ready",
        /// Pods that succeeded.
        succeeded: i32 = "succeeded",
        /// Pods that failed.
        failed: i32 = "failed",
        /// The start.
        start_time: Option<String> = "startTime",
        /// The end.
        completion_time: Option<String> = "completionTime",
        /// The conditions.
        conditions: Vec<Condition> = "conditions",
    }
}
