//! The server's own types of a pod as tables: each field's Go name, its name in the API, and its shape.

/// What a field holds, which decides what is shown where it is not set.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A pointer, a list or a map: null.
    Null,
    /// A text: empty.
    Text,
    /// A number: zero.
    Number,
    /// A flag: false.
    Flag,
    /// A structure, always there.
    Struct(&'static [Field]),
    /// A structure, or null.
    Pointer(&'static [Field]),
    /// A list of structures, or null.
    List(&'static [Field]),
}

/// A field's Go name, its name in the API, and its shape. An empty API name reads the parent itself.
pub(super) type Field = (&'static str, &'static str, Shape);

use Shape::{Flag, List, Null, Number, Pointer, Struct, Text};

const KEY_TO_PATH: &[Field] = &[("Key", "key", Text), ("Path", "path", Text), ("Mode", "mode", Null)];
const OBJECT_FIELD: &[Field] = &[("APIVersion", "apiVersion", Text), ("FieldPath", "fieldPath", Text)];
const RESOURCE_FIELD: &[Field] =
    &[("ContainerName", "containerName", Text), ("Resource", "resource", Text), ("Divisor", "divisor", Text)];
const DOWNWARD_FILE: &[Field] = &[
    ("Path", "path", Text),
    ("FieldRef", "fieldRef", Pointer(OBJECT_FIELD)),
    ("ResourceFieldRef", "resourceFieldRef", Pointer(RESOURCE_FIELD)),
    ("Mode", "mode", Null),
];
const KEYS_OF_A_NAME: &[Field] =
    &[("Name", "name", Text), ("Items", "items", List(KEY_TO_PATH)), ("Optional", "optional", Null)];
const TOKEN: &[Field] = &[
    ("Audience", "audience", Text),
    ("ExpirationSeconds", "expirationSeconds", Number),
    ("Path", "path", Text),
];
const TRUST_BUNDLE: &[Field] = &[
    ("Name", "name", Null),
    ("SignerName", "signerName", Null),
    ("LabelSelector", "labelSelector", Null),
    ("Optional", "optional", Null),
    ("Path", "path", Text),
];
const PROJECTION: &[Field] = &[
    ("Secret", "secret", Pointer(KEYS_OF_A_NAME)),
    ("DownwardAPI", "downwardAPI", Pointer(&[("Items", "items", List(DOWNWARD_FILE))])),
    ("ConfigMap", "configMap", Pointer(KEYS_OF_A_NAME)),
    ("ServiceAccountToken", "serviceAccountToken", Pointer(TOKEN)),
    ("ClusterTrustBundle", "clusterTrustBundle", Struct(TRUST_BUNDLE)),
    ("PodCertificate", "podCertificate", Null),
];
const SECRET_VOLUME: &[Field] = &[
    ("SecretName", "secretName", Text),
    ("Items", "items", List(KEY_TO_PATH)),
    ("DefaultMode", "defaultMode", Null),
    ("Optional", "optional", Null),
];
const CONFIG_VOLUME: &[Field] = &[
    ("Name", "name", Text),
    ("Items", "items", List(KEY_TO_PATH)),
    ("DefaultMode", "defaultMode", Null),
    ("Optional", "optional", Null),
];
const VOLUME: &[Field] = &[
    ("Name", "name", Text),
    ("HostPath", "hostPath", Pointer(&[("Path", "path", Text), ("Type", "type", Null)])),
    ("EmptyDir", "emptyDir", Pointer(&[("Medium", "medium", Text), ("SizeLimit", "sizeLimit", Null)])),
    ("GCEPersistentDisk", "gcePersistentDisk", Null),
    ("AWSElasticBlockStore", "awsElasticBlockStore", Null),
    ("GitRepo", "gitRepo", Null),
    ("Secret", "secret", Pointer(SECRET_VOLUME)),
    (
        "NFS",
        "nfs",
        Pointer(&[("Server", "server", Text), ("Path", "path", Text), ("ReadOnly", "readOnly", Flag)]),
    ),
    ("ISCSI", "iscsi", Null),
    ("Glusterfs", "glusterfs", Null),
    (
        "PersistentVolumeClaim",
        "persistentVolumeClaim",
        Pointer(&[("ClaimName", "claimName", Text), ("ReadOnly", "readOnly", Flag)]),
    ),
    ("RBD", "rbd", Null),
    ("Quobyte", "quobyte", Null),
    ("FlexVolume", "flexVolume", Null),
    ("Cinder", "cinder", Null),
    ("CephFS", "cephfs", Null),
    ("Flocker", "flocker", Null),
    (
        "DownwardAPI",
        "downwardAPI",
        Pointer(&[("Items", "items", List(DOWNWARD_FILE)), ("DefaultMode", "defaultMode", Null)]),
    ),
    ("FC", "fc", Null),
    ("AzureFile", "azureFile", Null),
    ("ConfigMap", "configMap", Pointer(CONFIG_VOLUME)),
    ("VsphereVolume", "vsphereVolume", Null),
    ("AzureDisk", "azureDisk", Null),
    ("PhotonPersistentDisk", "photonPersistentDisk", Null),
    (
        "Projected",
        "projected",
        Pointer(&[("Sources", "sources", List(PROJECTION)), ("DefaultMode", "defaultMode", Null)]),
    ),
    ("PortworxVolume", "portworxVolume", Null),
    ("ScaleIO", "scaleIO", Null),
    ("StorageOS", "storageos", Null),
    ("CSI", "csi", Null),
    ("Ephemeral", "ephemeral", Null),
    ("Image", "image", Pointer(&[("Reference", "reference", Text), ("PullPolicy", "pullPolicy", Text)])),
];
const PORT: &[Field] = &[
    ("Name", "name", Text),
    ("HostPort", "hostPort", Number),
    ("ContainerPort", "containerPort", Number),
    ("Protocol", "protocol", Text),
    ("HostIP", "hostIP", Text),
];
const KEY_OF_A_NAME: &[Field] =
    &[("Name", "name", Text), ("Key", "key", Text), ("Optional", "optional", Null)];
const ENV_SOURCE: &[Field] = &[
    ("FieldRef", "fieldRef", Pointer(OBJECT_FIELD)),
    ("ResourceFieldRef", "resourceFieldRef", Pointer(RESOURCE_FIELD)),
    ("ConfigMapKeyRef", "configMapKeyRef", Pointer(KEY_OF_A_NAME)),
    ("SecretKeyRef", "secretKeyRef", Pointer(KEY_OF_A_NAME)),
    ("FileKeyRef", "fileKeyRef", Null),
];
const ENV: &[Field] =
    &[("Name", "name", Text), ("Value", "value", Text), ("ValueFrom", "valueFrom", Pointer(ENV_SOURCE))];
const NAME_OPTIONAL: &[Field] = &[("Name", "name", Text), ("Optional", "optional", Null)];
const ENV_FROM: &[Field] = &[
    ("Prefix", "prefix", Text),
    ("ConfigMapRef", "configMapRef", Pointer(NAME_OPTIONAL)),
    ("SecretRef", "secretRef", Pointer(NAME_OPTIONAL)),
];
const RESOURCES: &[Field] =
    &[("Limits", "limits", Null), ("Requests", "requests", Null), ("Claims", "claims", Null)];
const MOUNT: &[Field] = &[
    ("Name", "name", Text),
    ("ReadOnly", "readOnly", Flag),
    ("RecursiveReadOnly", "recursiveReadOnly", Null),
    ("MountPath", "mountPath", Text),
    ("SubPath", "subPath", Text),
    ("MountPropagation", "mountPropagation", Null),
    ("SubPathExpr", "subPathExpr", Text),
];
const EXEC: &[Field] = &[("Command", "command", Null)];
const HTTP_GET: &[Field] = &[
    ("Path", "path", Text),
    ("Port", "port", Number),
    ("Host", "host", Text),
    ("Scheme", "scheme", Text),
    ("HTTPHeaders", "httpHeaders", List(&[("Name", "name", Text), ("Value", "value", Text)])),
];
const TCP: &[Field] = &[("Port", "port", Number), ("Host", "host", Text)];
const PROBE: &[Field] = &[
    ("Exec", "exec", Pointer(EXEC)),
    ("HTTPGet", "httpGet", Pointer(HTTP_GET)),
    ("TCPSocket", "tcpSocket", Pointer(TCP)),
    ("GRPC", "grpc", Pointer(&[("Port", "port", Number), ("Service", "service", Null)])),
    ("InitialDelaySeconds", "initialDelaySeconds", Number),
    ("TimeoutSeconds", "timeoutSeconds", Number),
    ("PeriodSeconds", "periodSeconds", Number),
    ("SuccessThreshold", "successThreshold", Number),
    ("FailureThreshold", "failureThreshold", Number),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Null),
];
const HANDLER: &[Field] = &[
    ("Exec", "exec", Pointer(EXEC)),
    ("HTTPGet", "httpGet", Pointer(HTTP_GET)),
    ("TCPSocket", "tcpSocket", Pointer(TCP)),
    ("Sleep", "sleep", Pointer(&[("Seconds", "seconds", Number)])),
];
const LIFECYCLE: &[Field] = &[
    ("PostStart", "postStart", Pointer(HANDLER)),
    ("PreStop", "preStop", Pointer(HANDLER)),
    ("StopSignal", "stopSignal", Null),
];
const PROFILE: &[Field] = &[("Type", "type", Text), ("LocalhostProfile", "localhostProfile", Null)];
pub(super) const CONTAINER_SECURITY: &[Field] = &[
    ("Capabilities", "capabilities", Pointer(&[("Add", "add", Null), ("Drop", "drop", Null)])),
    ("Privileged", "privileged", Null),
    ("SELinuxOptions", "seLinuxOptions", Null),
    ("WindowsOptions", "windowsOptions", Null),
    ("RunAsUser", "runAsUser", Null),
    ("RunAsGroup", "runAsGroup", Null),
    ("RunAsNonRoot", "runAsNonRoot", Null),
    ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem", Null),
    ("AllowPrivilegeEscalation", "allowPrivilegeEscalation", Null),
    ("ProcMount", "procMount", Null),
    ("SeccompProfile", "seccompProfile", Pointer(PROFILE)),
    ("AppArmorProfile", "appArmorProfile", Pointer(PROFILE)),
];
const CONTAINER: &[Field] = &[
    ("Name", "name", Text),
    ("Image", "image", Text),
    ("Command", "command", Null),
    ("Args", "args", Null),
    ("WorkingDir", "workingDir", Text),
    ("Ports", "ports", List(PORT)),
    ("EnvFrom", "envFrom", List(ENV_FROM)),
    ("Env", "env", List(ENV)),
    ("Resources", "resources", Struct(RESOURCES)),
    ("ResizePolicy", "resizePolicy", Null),
    ("RestartPolicy", "restartPolicy", Null),
    ("RestartPolicyRules", "restartPolicyRules", Null),
    ("VolumeMounts", "volumeMounts", List(MOUNT)),
    ("VolumeDevices", "volumeDevices", Null),
    ("LivenessProbe", "livenessProbe", Pointer(PROBE)),
    ("ReadinessProbe", "readinessProbe", Pointer(PROBE)),
    ("StartupProbe", "startupProbe", Pointer(PROBE)),
    ("Lifecycle", "lifecycle", Pointer(LIFECYCLE)),
    ("TerminationMessagePath", "terminationMessagePath", Text),
    ("TerminationMessagePolicy", "terminationMessagePolicy", Text),
    ("ImagePullPolicy", "imagePullPolicy", Text),
    ("SecurityContext", "securityContext", Pointer(CONTAINER_SECURITY)),
    ("Stdin", "stdin", Flag),
    ("StdinOnce", "stdinOnce", Flag),
    ("TTY", "tty", Flag),
];
/// The flags of a pod's namespaces are part of its security context here, unlike in the API.
const POD_SECURITY: &[Field] = &[
    ("HostNetwork", "../hostNetwork", Flag),
    ("HostPID", "../hostPID", Flag),
    ("HostIPC", "../hostIPC", Flag),
    ("ShareProcessNamespace", "../shareProcessNamespace", Null),
    ("HostUsers", "../hostUsers", Null),
    ("SELinuxOptions", "seLinuxOptions", Null),
    ("WindowsOptions", "windowsOptions", Null),
    ("RunAsUser", "runAsUser", Null),
    ("RunAsGroup", "runAsGroup", Null),
    ("RunAsNonRoot", "runAsNonRoot", Null),
    ("SupplementalGroups", "supplementalGroups", Null),
    ("SupplementalGroupsPolicy", "supplementalGroupsPolicy", Null),
    ("FSGroup", "fsGroup", Null),
    ("Sysctls", "sysctls", List(&[("Name", "name", Text), ("Value", "value", Text)])),
    ("FSGroupChangePolicy", "fsGroupChangePolicy", Null),
    ("SeccompProfile", "seccompProfile", Pointer(PROFILE)),
    ("AppArmorProfile", "appArmorProfile", Pointer(PROFILE)),
    ("SELinuxChangePolicy", "seLinuxChangePolicy", Null),
];
const TOLERATION: &[Field] = &[
    ("Key", "key", Text),
    ("Operator", "operator", Text),
    ("Value", "value", Text),
    ("Effect", "effect", Text),
    ("TolerationSeconds", "tolerationSeconds", Null),
];
const DNS_CONFIG: &[Field] = &[
    ("Nameservers", "nameservers", Null),
    ("Searches", "searches", Null),
    ("Options", "options", List(&[("Name", "name", Text), ("Value", "value", Null)])),
];
pub(super) const POD_SPEC: &[Field] = &[
    ("Volumes", "volumes", List(VOLUME)),
    ("InitContainers", "initContainers", List(CONTAINER)),
    ("Containers", "containers", List(CONTAINER)),
    ("EphemeralContainers", "ephemeralContainers", List(CONTAINER)),
    ("RestartPolicy", "restartPolicy", Text),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Null),
    ("ActiveDeadlineSeconds", "activeDeadlineSeconds", Null),
    ("DNSPolicy", "dnsPolicy", Text),
    ("NodeSelector", "nodeSelector", Null),
    ("ServiceAccountName", "serviceAccountName", Text),
    ("AutomountServiceAccountToken", "automountServiceAccountToken", Null),
    ("NodeName", "nodeName", Text),
    ("SecurityContext", "securityContext", Pointer(POD_SECURITY)),
    ("ImagePullSecrets", "imagePullSecrets", List(&[("Name", "name", Text)])),
    ("Hostname", "hostname", Text),
    ("Subdomain", "subdomain", Text),
    ("SetHostnameAsFQDN", "setHostnameAsFQDN", Null),
    ("Affinity", "affinity", Null),
    ("SchedulerName", "schedulerName", Text),
    ("Tolerations", "tolerations", List(TOLERATION)),
    ("HostAliases", "hostAliases", List(&[("IP", "ip", Text), ("Hostnames", "hostnames", Null)])),
    ("PriorityClassName", "priorityClassName", Text),
    ("Priority", "priority", Null),
    ("PreemptionPolicy", "preemptionPolicy", Null),
    ("DNSConfig", "dnsConfig", Pointer(DNS_CONFIG)),
    ("ReadinessGates", "readinessGates", List(&[("ConditionType", "conditionType", Text)])),
    ("RuntimeClassName", "runtimeClassName", Null),
    ("Overhead", "overhead", Null),
    ("EnableServiceLinks", "enableServiceLinks", Null),
    ("TopologySpreadConstraints", "topologySpreadConstraints", Null),
    ("OS", "os", Pointer(&[("Name", "name", Text)])),
    ("SchedulingGates", "schedulingGates", List(&[("Name", "name", Text)])),
    ("ResourceClaims", "resourceClaims", Null),
    ("Resources", "resources", Null),
    ("HostnameOverride", "hostnameOverride", Null),
    ("WorkloadRef", "workloadRef", Null),
];
