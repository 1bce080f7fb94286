//! Pods: what the simulation reads of them.

use super::service::Protocol;
use super::value::views;
use super::{FromValue, IntOrString, Labels, Requirement, Selector, Value, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A Pod (`v1`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pod {
    /// Desired state; shared by all versions of a pod, for which it does not change.
    pub spec: Arc<PodSpec>,
    /// Where it runs (`spec.nodeName`); empty until scheduled.
    pub node: Word,
    /// Observed state.
    pub status: PodStatus,
}

impl FromValue for Pod {
    fn from_value(value: &Value) -> Self {
        Self {
            spec: FromValue::from_value(&value["spec"]),
            node: FromValue::from_value(&value["spec"]["nodeName"]),
            status: FromValue::from_value(&value["status"]),
        }
    }
}

views! {
    /// `Pod.spec`.
    pub struct PodSpec {
        /// Run one after another before the containers.
        init_containers: Vec<Container> = "initContainers",
        /// The containers.
        containers: Vec<Container> = "containers",
        /// Added by `kubectl debug`.
        ephemeral_containers: Vec<Container> = "ephemeralContainers",
        /// `Always`, `OnFailure` or `Never`.
        restart_policy: String = "restartPolicy",
        /// Seconds between TERM and KILL.
        termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds",
        /// `ClusterFirst`, `ClusterFirstWithHostNet`, `Default` or `None`.
        dns_policy: String = "dnsPolicy",
        /// What is added to or replaces it.
        dns_config: Option<PodDnsConfig> = "dnsConfig",
        /// Node labels it demands.
        node_selector: Labels = "nodeSelector",
        /// Affinity.
        affinity: Option<Affinity> = "affinity",
        /// Taints it bears.
        tolerations: Vec<Toleration> = "tolerations",
        /// Whether it shares its node's network.
        host_network: bool = "hostNetwork",
        /// Lines added to `/etc/hosts`.
        host_aliases: Vec<HostAlias> = "hostAliases",
        /// Its host name; the pod's name if absent.
        hostname: Option<String> = "hostname",
        /// The headless Service that gives it a DNS name.
        subdomain: Option<String> = "subdomain",
        /// Whether Service environment variables are set (default true).
        enable_service_links: Option<bool> = "enableServiceLinks",
        /// Its volumes.
        volumes: Vec<Volume> = "volumes",
        /// Further conditions readiness waits for.
        readiness_gates: Vec<Value> = "readinessGates",
        /// Whose credentials it has.
        service_account_name: String = "serviceAccountName",
        /// Seconds it may run.
        active_deadline_seconds: Option<i64> = "activeDeadlineSeconds",
        /// Who goes first when nodes are scarce.
        priority: i32 = "priority",
        /// What must be taken away before it is given a node.
        scheduling_gates: Vec<Value> = "schedulingGates",
        /// How pods are spread.
        topology_spread_constraints: Vec<Value> = "topologySpreadConstraints",
    }

    /// A container of a pod.
    pub struct Container {
        /// Its name.
        name: String = "name",
        /// Its image.
        image: String = "image",
        /// `Always`, `IfNotPresent` or `Never`.
        image_pull_policy: String = "imagePullPolicy",
        /// Replaces the image's entry point.
        command: Vec<String> = "command",
        /// Replaces the image's arguments.
        args: Vec<String> = "args",
        /// Environment.
        env: Vec<EnvVar> = "env",
        /// Environment from whole objects.
        env_from: Vec<EnvFrom> = "envFrom",
        /// Ports it declares: documentation, and names for `targetPort`.
        ports: Vec<ContainerPort> = "ports",
        /// Whether it takes traffic.
        readiness_probe: Option<Probe> = "readinessProbe",
        /// Whether it must be restarted.
        liveness_probe: Option<Probe> = "livenessProbe",
        /// Whether it has started.
        startup_probe: Option<Probe> = "startupProbe",
        /// Hooks.
        lifecycle: Option<Lifecycle> = "lifecycle",
        /// `Always` makes an init container a sidecar.
        restart_policy: Option<String> = "restartPolicy",
        /// Where volumes are seen.
        volume_mounts: Vec<VolumeMount> = "volumeMounts",
        /// Requests and limits.
        resources: ResourceRequirements = "resources",
        /// The directory it starts in.
        working_dir: Option<String> = "workingDir",
        /// Whether its standard input is kept open: a shell then waits for what is typed.
        stdin: bool = "stdin",
    }

    /// Requests and limits of a container, quantities as written.
    pub struct ResourceRequirements {
        /// What is reserved.
        requests: BTreeMap<String, Value> = "requests",
        /// What is allowed.
        limits: BTreeMap<String, Value> = "limits",
    }

    /// One environment variable.
    pub struct EnvVar {
        /// Its name.
        name: String = "name",
        /// Its value, with `$(OTHER)` expanded by the kubelet.
        value: String = "value",
        /// Or where it comes from.
        value_from: Option<Value> = "valueFrom",
    }

    /// Environment from a ConfigMap or a Secret.
    pub struct EnvFrom {
        /// Put before each key.
        prefix: String = "prefix",
        /// The ConfigMap.
        config_map_ref: Option<LocalReference> = "configMapRef",
        /// The Secret.
        secret_ref: Option<LocalReference> = "secretRef",
    }

    /// A reference by name, within the namespace.
    pub struct LocalReference {
        /// The name.
        name: String = "name",
        /// Whether it may be missing.
        optional: bool = "optional",
    }

    /// A declared port.
    pub struct ContainerPort {
        /// Its name, for `targetPort`.
        name: String = "name",
        /// Its number.
        container_port: u16 = "containerPort",
        /// A port of the node that leads here; 0 for none.
        host_port: u16 = "hostPort",
        /// Its protocol.
        protocol: Protocol = "protocol",
    }

    /// A probe: one action and its pace.
    pub struct Probe {
        /// An HTTP request.
        http_get: Option<HttpGet> = "httpGet",
        /// A TCP connection.
        tcp_socket: Option<TcpSocket> = "tcpSocket",
        /// A command in the container.
        exec: Option<ExecAction> = "exec",
        /// A gRPC health check.
        grpc: Option<Value> = "grpc",
        /// Seconds before the first.
        initial_delay_seconds: Option<u32> = "initialDelaySeconds",
        /// Seconds between two (default 10).
        period_seconds: Option<u32> = "periodSeconds",
        /// Seconds one may take (default 1).
        timeout_seconds: Option<u32> = "timeoutSeconds",
        /// Failures in a row that count (default 3).
        failure_threshold: Option<u32> = "failureThreshold",
        /// Successes in a row that count (default 1).
        success_threshold: Option<u32> = "successThreshold",
    }

    /// A probe's HTTP request.
    pub struct HttpGet {
        /// Its path.
        path: String = "path",
        /// Its port.
        port: IntOrString = "port",
        /// Its host; the pod's IP if empty.
        host: String = "host",
        /// `HTTP` or `HTTPS`.
        scheme: String = "scheme",
        /// Further headers.
        http_headers: Vec<HttpHeader> = "httpHeaders",
    }

    /// One header.
    pub struct HttpHeader {
        /// Its name.
        name: String = "name",
        /// Its value.
        value: String = "value",
    }

    /// A probe's TCP connection.
    pub struct TcpSocket {
        /// Its port.
        port: IntOrString = "port",
        /// Its host; the pod's IP if empty.
        host: String = "host",
    }

    /// A command.
    pub struct ExecAction {
        /// Its words.
        command: Vec<String> = "command",
    }

    /// Hooks of a container.
    pub struct Lifecycle {
        /// After it started.
        post_start: Option<Handler> = "postStart",
        /// Before TERM.
        pre_stop: Option<Handler> = "preStop",
    }

    /// What a hook does.
    pub struct Handler {
        /// A command.
        exec: Option<ExecAction> = "exec",
        /// An HTTP request.
        http_get: Option<HttpGet> = "httpGet",
        /// A pause.
        sleep: Option<SleepAction> = "sleep",
    }

    /// A pause.
    pub struct SleepAction {
        /// Its length.
        seconds: i64 = "seconds",
    }

    /// A volume as seen in a container.
    pub struct VolumeMount {
        /// The volume.
        name: String = "name",
        /// Where.
        mount_path: String = "mountPath",
        /// Which part.
        sub_path: String = "subPath",
    }

    /// A volume: the sources that are simulated.
    pub struct Volume {
        /// Its name.
        name: String = "name",
        /// Files from a ConfigMap.
        config_map: Option<ConfigMapVolume> = "configMap",
        /// Files from a Secret.
        secret: Option<SecretVolume> = "secret",
        /// An empty directory.
        empty_dir: Option<Value> = "emptyDir",
    }

    /// Files from a ConfigMap.
    pub struct ConfigMapVolume {
        /// Its name.
        name: String = "name",
        /// Which keys, and under which names; all if empty.
        items: Vec<KeyToPath> = "items",
        /// Whether it may be missing.
        optional: bool = "optional",
    }

    /// Files from a Secret.
    pub struct SecretVolume {
        /// Its name.
        secret_name: String = "secretName",
        /// Which keys, and under which names; all if empty.
        items: Vec<KeyToPath> = "items",
        /// Whether it may be missing.
        optional: bool = "optional",
    }

    /// A key and the file it becomes.
    pub struct KeyToPath {
        /// The key.
        key: String = "key",
        /// The file.
        path: String = "path",
    }

    /// `spec.dnsConfig`.
    pub struct PodDnsConfig {
        /// Name servers.
        nameservers: Vec<String> = "nameservers",
        /// Search domains.
        searches: Vec<String> = "searches",
        /// Options.
        options: Vec<PodDnsOption> = "options",
    }

    /// One resolver option.
    pub struct PodDnsOption {
        /// Its name.
        name: String = "name",
        /// Its value.
        value: Option<String> = "value",
    }

    /// Lines of `/etc/hosts`.
    pub struct HostAlias {
        /// The address.
        ip: String = "ip",
        /// Its names.
        hostnames: Vec<String> = "hostnames",
    }

    /// `spec.affinity`.
    pub struct Affinity {
        /// To nodes.
        node_affinity: NodeAffinity = "nodeAffinity",
        /// To pods.
        pod_affinity: PodAffinity = "podAffinity",
        /// Away from pods.
        pod_anti_affinity: PodAffinity = "podAntiAffinity",
    }

    /// Affinity to nodes.
    pub struct NodeAffinity {
        /// Must hold.
        required: Option<NodeSelector> = "requiredDuringSchedulingIgnoredDuringExecution",
        /// Should hold.
        preferred: Vec<PreferredSchedulingTerm> = "preferredDuringSchedulingIgnoredDuringExecution",
    }

    /// A node should meet this.
    pub struct PreferredSchedulingTerm {
        /// How much it counts.
        weight: i32 = "weight",
        /// What.
        preference: NodeSelectorTerm = "preference",
    }

    /// Any of these terms.
    pub struct NodeSelector {
        /// The terms.
        node_selector_terms: Vec<NodeSelectorTerm> = "nodeSelectorTerms",
    }

    /// All of these requirements.
    pub struct NodeSelectorTerm {
        /// On labels.
        match_expressions: Vec<Requirement> = "matchExpressions",
        /// On fields (`metadata.name`).
        match_fields: Vec<Requirement> = "matchFields",
    }

    /// Affinity to pods, or away from them.
    pub struct PodAffinity {
        /// Must hold.
        required: Vec<PodAffinityTerm> = "requiredDuringSchedulingIgnoredDuringExecution",
        /// Should hold.
        preferred: Vec<WeightedPodAffinityTerm> = "preferredDuringSchedulingIgnoredDuringExecution",
    }

    /// Which pods, and how near.
    pub struct PodAffinityTerm {
        /// Which pods.
        label_selector: Option<Selector> = "labelSelector",
        /// In which namespaces; the pod's own if empty.
        namespaces: Vec<String> = "namespaces",
        /// How near: the node label that must be equal.
        topology_key: String = "topologyKey",
    }

    /// A weighted term.
    pub struct WeightedPodAffinityTerm {
        /// How much it counts.
        weight: i32 = "weight",
        /// What.
        pod_affinity_term: PodAffinityTerm = "podAffinityTerm",
    }

    /// A taint a pod bears.
    pub struct Toleration {
        /// The taint's key; empty with `Exists` for all.
        key: String = "key",
        /// `Equal` or `Exists`.
        operator: String = "operator",
        /// The taint's value.
        value: String = "value",
        /// The taint's effect; empty for all.
        effect: String = "effect",
        /// How long `NoExecute` is borne.
        toleration_seconds: Option<i64> = "tolerationSeconds",
    }

    /// `Pod.status`.
    pub struct PodStatus {
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        phase: Word = "phase",
        /// The conditions.
        conditions: Vec<Condition> = "conditions",
        /// The pod's address; empty until it has one.
        pod_ip: Word = "podIP",
        /// Its node's address.
        host_ip: Word = "hostIP",
        /// A word for why it is as it is (`Evicted` …).
        reason: Word = "reason",
        /// A sentence for it.
        message: String = "message",
        /// When the kubelet saw it.
        start_time: Option<Word> = "startTime",
        /// Its containers.
        container_statuses: Vec<ContainerStatus> = "containerStatuses",
        /// How its resources rank it (`BestEffort` …).
        qos_class: Word = "qosClass",
        /// Its init containers.
        init_container_statuses: Vec<ContainerStatus> = "initContainerStatuses",
    }

    /// A condition of any object.
    pub struct Condition {
        /// Its type.
        kind: Word = "type",
        /// `True`, `False` or `Unknown`.
        status: Word = "status",
        /// A word for why.
        reason: Word = "reason",
        /// A sentence for it.
        message: String = "message",
        /// When the status last changed.
        last_transition_time: Option<Word> = "lastTransitionTime",
    }

    /// The state of a container.
    pub struct ContainerStatus {
        /// Its name.
        name: Word = "name",
        /// Whether it is ready.
        ready: bool = "ready",
        /// Whether it has started.
        started: bool = "started",
        /// How often it was restarted.
        restart_count: u32 = "restartCount",
        /// Its state now.
        state: ContainerState = "state",
        /// Its state before.
        last_state: ContainerState = "lastState",
    }

    /// One of three.
    pub struct ContainerState {
        /// Not yet.
        waiting: Option<StateWaiting> = "waiting",
        /// Running.
        running: Option<StateRunning> = "running",
        /// Ended.
        terminated: Option<StateTerminated> = "terminated",
    }

    /// Why a container waits.
    pub struct StateWaiting {
        /// `ContainerCreating`, `CrashLoopBackOff`, `ImagePullBackOff` …
        reason: Word = "reason",
        /// A sentence.
        message: String = "message",
    }

    /// Since when a container runs.
    pub struct StateRunning {
        /// The start.
        started_at: Word = "startedAt",
    }

    /// How a container ended.
    pub struct StateTerminated {
        /// Its exit code.
        exit_code: i32 = "exitCode",
        /// The signal, if one ended it.
        signal: i32 = "signal",
        /// `Completed`, `Error`, `OOMKilled` …
        reason: Word = "reason",
        /// A sentence.
        message: String = "message",
        /// The start.
        started_at: Word = "startedAt",
        /// The end.
        finished_at: Word = "finishedAt",
    }
}

impl PodStatus {
    /// Whether the condition of that type is `True`.
    pub fn condition(&self, kind: &str) -> bool {
        self.conditions.iter().any(|condition| condition.kind == kind && condition.status == "True")
    }

    /// Whether the pod has ended for good.
    pub fn is_terminal(&self) -> bool {
        self.phase == "Succeeded" || self.phase == "Failed"
    }
}
