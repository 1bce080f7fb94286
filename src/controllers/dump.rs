//! A pod template and the ports of endpoints in the words of Go's reflection: type and name of every field, in the order of the
//! API's structures. Only its hash is ever seen; that is why each word counts.

use crate::api::{Gathered, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The structures of a pod template, as of Kubernetes 1.36: a name, then `Field:type`. Types without
/// a package are of `v1`; those that are not listed are texts. A field's JSON name follows from its
/// own unless `=` says it; `=` alone means that its fields are the parent's.
const STRUCTURES: &str = "\
PodTemplateSpec ObjectMeta:ObjectMeta=metadata Spec:PodSpec
ObjectMeta Name:string GenerateName:string Namespace:string SelfLink:string UID:types.UID ResourceVersion:string Generation:int64 CreationTimestamp:Time DeletionTimestamp:*Time DeletionGracePeriodSeconds:*int64 Labels:map[string]string Annotations:map[string]string OwnerReferences:[]OwnerReference Finalizers:[]string ManagedFields:[]ManagedFieldsEntry
Time Time:time.Time
time.Time wall:uint64 ext:int64 loc:*time.Location
PodSpec Volumes:[]Volume InitContainers:[]Container Containers:[]Container EphemeralContainers:[]EphemeralContainer RestartPolicy:RestartPolicy TerminationGracePeriodSeconds:*int64 ActiveDeadlineSeconds:*int64 DNSPolicy:DNSPolicy NodeSelector:map[string]string ServiceAccountName:string DeprecatedServiceAccount:string=serviceAccount AutomountServiceAccountToken:*bool NodeName:string HostNetwork:bool HostPID:bool HostIPC:bool ShareProcessNamespace:*bool SecurityContext:*PodSecurityContext ImagePullSecrets:[]LocalObjectReference Hostname:string Subdomain:string Affinity:*Affinity SchedulerName:string Tolerations:[]Toleration HostAliases:[]HostAlias PriorityClassName:string Priority:*int32 DNSConfig:*PodDNSConfig ReadinessGates:[]PodReadinessGate RuntimeClassName:*string EnableServiceLinks:*bool PreemptionPolicy:*PreemptionPolicy Overhead:ResourceList TopologySpreadConstraints:[]TopologySpreadConstraint SetHostnameAsFQDN:*bool OS:*PodOS HostUsers:*bool SchedulingGates:[]PodSchedulingGate ResourceClaims:[]PodResourceClaim Resources:*ResourceRequirements HostnameOverride:*string SchedulingGroup:*PodSchedulingGroup
Container Name:string Image:string Command:[]string Args:[]string WorkingDir:string Ports:[]ContainerPort EnvFrom:[]EnvFromSource Env:[]EnvVar Resources:ResourceRequirements ResizePolicy:[]ContainerResizePolicy RestartPolicy:*ContainerRestartPolicy RestartPolicyRules:[]ContainerRestartRule VolumeMounts:[]VolumeMount VolumeDevices:[]VolumeDevice LivenessProbe:*Probe ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:string TerminationMessagePolicy:TerminationMessagePolicy ImagePullPolicy:PullPolicy SecurityContext:*SecurityContext Stdin:bool StdinOnce:bool TTY:bool
ContainerPort Name:string HostPort:int32 ContainerPort:int32 Protocol:Protocol HostIP:string
EnvFromSource Prefix:string ConfigMapRef:*ConfigMapEnvSource SecretRef:*SecretEnvSource
ConfigMapEnvSource LocalObjectReference:LocalObjectReference= Optional:*bool
SecretEnvSource LocalObjectReference:LocalObjectReference= Optional:*bool
EnvVar Name:string Value:string ValueFrom:*EnvVarSource
EnvVarSource FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:*ConfigMapKeySelector SecretKeyRef:*SecretKeySelector FileKeyRef:*FileKeySelector
ObjectFieldSelector APIVersion:string FieldPath:string
ResourceFieldSelector ContainerName:string Resource:string Divisor:resource.Quantity
ConfigMapKeySelector LocalObjectReference:LocalObjectReference= Key:string Optional:*bool
SecretKeySelector LocalObjectReference:LocalObjectReference= Key:string Optional:*bool
FileKeySelector VolumeName:string Path:string Key:string Optional:*bool
LocalObjectReference Name:string
ResourceRequirements Limits:ResourceList Requests:ResourceList Claims:[]ResourceClaim
ResourceClaim Name:string Request:string
ContainerResizePolicy ResourceName:ResourceName RestartPolicy:ResourceResizeRestartPolicy
ContainerRestartRule Action:ContainerRestartRuleAction ExitCodes:*ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes Operator:ContainerRestartRuleOnExitCodesOperator Values:[]int32
VolumeMount Name:string ReadOnly:bool RecursiveReadOnly:*RecursiveReadOnlyMode MountPath:string SubPath:string MountPropagation:*MountPropagationMode SubPathExpr:string
VolumeDevice Name:string DevicePath:string
Probe ProbeHandler:ProbeHandler= InitialDelaySeconds:int32 TimeoutSeconds:int32 PeriodSeconds:int32 SuccessThreshold:int32 FailureThreshold:int32 TerminationGracePeriodSeconds:*int64
ProbeHandler Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction GRPC:*GRPCAction
ExecAction Command:[]string
HTTPGetAction Path:string Port:intstr.IntOrString Host:string Scheme:URIScheme HTTPHeaders:[]HTTPHeader
HTTPHeader Name:string Value:string
TCPSocketAction Port:intstr.IntOrString Host:string
GRPCAction Port:int32 Service:*string
Lifecycle PostStart:*LifecycleHandler PreStop:*LifecycleHandler StopSignal:*Signal
LifecycleHandler Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction Sleep:*SleepAction
SleepAction Seconds:int64
SecurityContext Capabilities:*Capabilities Privileged:*bool SELinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*int64 RunAsGroup:*int64 RunAsNonRoot:*bool ReadOnlyRootFilesystem:*bool AllowPrivilegeEscalation:*bool ProcMount:*ProcMountType SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile
Capabilities Add:[]Capability Drop:[]Capability
SELinuxOptions User:string Role:string Type:string Level:string
WindowsSecurityContextOptions GMSACredentialSpecName:*string GMSACredentialSpec:*string RunAsUserName:*string HostProcess:*bool
SeccompProfile Type:SeccompProfileType LocalhostProfile:*string
AppArmorProfile Type:AppArmorProfileType LocalhostProfile:*string
PodSecurityContext SELinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*int64 RunAsGroup:*int64 RunAsNonRoot:*bool SupplementalGroups:[]int64 SupplementalGroupsPolicy:*SupplementalGroupsPolicy FSGroup:*int64 Sysctls:[]Sysctl FSGroupChangePolicy:*PodFSGroupChangePolicy SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile SELinuxChangePolicy:*PodSELinuxChangePolicy
Sysctl Name:string Value:string
Affinity NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAntiAffinity
NodeAffinity RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm
NodeSelector NodeSelectorTerms:[]NodeSelectorTerm
NodeSelectorTerm MatchExpressions:[]NodeSelectorRequirement MatchFields:[]NodeSelectorRequirement
NodeSelectorRequirement Key:string Operator:NodeSelectorOperator Values:[]string
PreferredSchedulingTerm Weight:int32 Preference:NodeSelectorTerm
PodAffinity RequiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
PodAntiAffinity RequiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
PodAffinityTerm LabelSelector:*LabelSelector Namespaces:[]string TopologyKey:string NamespaceSelector:*LabelSelector MatchLabelKeys:[]string MismatchLabelKeys:[]string
WeightedPodAffinityTerm Weight:int32 PodAffinityTerm:PodAffinityTerm
LabelSelector MatchLabels:map[string]string MatchExpressions:[]LabelSelectorRequirement
LabelSelectorRequirement Key:string Operator:LabelSelectorOperator Values:[]string
Toleration Key:string Operator:TolerationOperator Value:string Effect:TaintEffect TolerationSeconds:*int64
HostAlias IP:string Hostnames:[]string
PodDNSConfig Nameservers:[]string Searches:[]string Options:[]PodDNSConfigOption
PodDNSConfigOption Name:string Value:*string
PodReadinessGate ConditionType:PodConditionType
TopologySpreadConstraint MaxSkew:int32 TopologyKey:string WhenUnsatisfiable:UnsatisfiableConstraintAction LabelSelector:*LabelSelector MinDomains:*int32 NodeAffinityPolicy:*NodeInclusionPolicy NodeTaintsPolicy:*NodeInclusionPolicy MatchLabelKeys:[]string
PodOS Name:OSName
PodSchedulingGate Name:string
PodResourceClaim Name:string ResourceClaimName:*string ResourceClaimTemplateName:*string
PodSchedulingGroup PodGroupName:*string
Volume Name:string VolumeSource:VolumeSource=
VolumeSource HostPath:*HostPathVolumeSource EmptyDir:*EmptyDirVolumeSource GCEPersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore:*AWSElasticBlockStoreVolumeSource GitRepo:*GitRepoVolumeSource Secret:*SecretVolumeSource NFS:*NFSVolumeSource ISCSI:*ISCSIVolumeSource Glusterfs:*GlusterfsVolumeSource PersistentVolumeClaim:*PersistentVolumeClaimVolumeSource RBD:*RBDVolumeSource FlexVolume:*FlexVolumeSource Cinder:*CinderVolumeSource CephFS:*CephFSVolumeSource=cephfs Flocker:*FlockerVolumeSource DownwardAPI:*DownwardAPIVolumeSource FC:*FCVolumeSource AzureFile:*AzureFileVolumeSource ConfigMap:*ConfigMapVolumeSource VsphereVolume:*VsphereVirtualDiskVolumeSource Quobyte:*QuobyteVolumeSource AzureDisk:*AzureDiskVolumeSource PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource Projected:*ProjectedVolumeSource PortworxVolume:*PortworxVolumeSource ScaleIO:*ScaleIOVolumeSource StorageOS:*StorageOSVolumeSource=storageos CSI:*CSIVolumeSource Ephemeral:*EphemeralVolumeSource Image:*ImageVolumeSource
HostPathVolumeSource Path:string Type:*HostPathType
EmptyDirVolumeSource Medium:StorageMedium SizeLimit:*resource.Quantity
GitRepoVolumeSource Repository:string Revision:string Directory:string
SecretVolumeSource SecretName:string Items:[]KeyToPath DefaultMode:*int32 Optional:*bool
KeyToPath Key:string Path:string Mode:*int32
NFSVolumeSource Server:string Path:string ReadOnly:bool
PersistentVolumeClaimVolumeSource ClaimName:string ReadOnly:bool
DownwardAPIVolumeSource Items:[]DownwardAPIVolumeFile DefaultMode:*int32
DownwardAPIVolumeFile Path:string FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector Mode:*int32
ConfigMapVolumeSource LocalObjectReference:LocalObjectReference= Items:[]KeyToPath DefaultMode:*int32 Optional:*bool
ProjectedVolumeSource Sources:[]VolumeProjection DefaultMode:*int32
VolumeProjection Secret:*SecretProjection DownwardAPI:*DownwardAPIProjection ConfigMap:*ConfigMapProjection ServiceAccountToken:*ServiceAccountTokenProjection ClusterTrustBundle:*ClusterTrustBundleProjection PodCertificate:*PodCertificateProjection
SecretProjection LocalObjectReference:LocalObjectReference= Items:[]KeyToPath Optional:*bool
DownwardAPIProjection Items:[]DownwardAPIVolumeFile
ConfigMapProjection LocalObjectReference:LocalObjectReference= Items:[]KeyToPath Optional:*bool
ServiceAccountTokenProjection Audience:string ExpirationSeconds:*int64 Path:string
ClusterTrustBundleProjection Name:*string SignerName:*string LabelSelector:*LabelSelector Optional:*bool Path:string
CSIVolumeSource Driver:string ReadOnly:*bool FSType:*string VolumeAttributes:map[string]string NodePublishSecretRef:*LocalObjectReference
EphemeralVolumeSource VolumeClaimTemplate:*PersistentVolumeClaimTemplate
PersistentVolumeClaimTemplate ObjectMeta:ObjectMeta=metadata Spec:PersistentVolumeClaimSpec
PersistentVolumeClaimSpec AccessModes:[]PersistentVolumeAccessMode Selector:*LabelSelector Resources:VolumeResourceRequirements VolumeName:string StorageClassName:*string VolumeMode:*PersistentVolumeMode DataSource:*TypedLocalObjectReference DataSourceRef:*TypedObjectReference VolumeAttributesClassName:*string
VolumeResourceRequirements Limits:ResourceList Requests:ResourceList
TypedLocalObjectReference APIGroup:*string Kind:string Name:string
TypedObjectReference APIGroup:*string Kind:string Name:string Namespace:*string
ImageVolumeSource Reference:string PullPolicy:PullPolicy
";

/// A port of Endpoints and one of an EndpointSlice, whose structures bear the same name.
pub(super) fn endpoints_port(port: &Value) -> String {
    named("Name:string Port:int32 Protocol:Protocol AppProtocol:*string", port)
}

pub(super) fn slice_port(port: &Value) -> String {
    named("Name:*string Protocol:*Protocol Port:*int32 AppProtocol:*string", port)
}

fn named(fields: &str, port: &Value) -> String {
    let mut text = "(v1.EndpointPort)".to_owned();
    structure(fields, port, &mut text);
    text
}

/// Prints a defaulted pod template.
pub(super) fn pod_template(template: &Value, out: &mut String) {
    typed("PodTemplateSpec", template, out);
}

/// A value after its type in brackets.
fn typed(kind: &str, value: &Value, out: &mut String) {
    let bare = kind.trim_start_matches(['[', ']', '*']);
    out.push('(');
    out.push_str(&kind[..kind.len() - bare.len()]);
    if bare.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        out.push_str("v1.");
    }
    out.push_str(bare);
    out.push(')');
    untyped(kind, value, out);
}

fn untyped(kind: &str, value: &Value, out: &mut String) {
    if let Some(target) = kind.strip_prefix('*') {
        return if value.is_null() { out.push_str("<nil>") } else { untyped(target, value, out) };
    }
    if let Some(item) = kind.strip_prefix("[]") {
        let Some(items) = value.as_array() else { return out.push_str("<nil>") };
        out.push('[');
        for (index, value) in items.iter().enumerate() {
            out.push_str(if index > 0 { " " } else { "" });
            untyped(item, value, out);
        }
        return out.push(']');
    }
    match kind {
        "map[string]string" => map("string", value, out),
        "ResourceList" => map("resource.Quantity", value, out),
        "resource.Quantity" => quantity(value.as_str().unwrap_or("0"), out),
        "intstr.IntOrString" => {
            let (number, text) = (value.as_i64().unwrap_or(0), value.as_str());
            let of = if text.is_some() { 1 } else { 0 };
            let text = text.unwrap_or_default();
            out.push_str(&format!("{{Type:(intstr.Type){of} IntVal:(int32){number} StrVal:(string){text}}}"));
        }
        "int32" | "int64" | "uint64" => out.push_str(&value.as_i64().unwrap_or(0).to_string()),
        "bool" => out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        _ => match fields(kind) {
            Some(fields) => structure(fields, value, out),
            None => out.push_str(value.as_str().unwrap_or_default()),
        },
    }
}

fn fields(kind: &str) -> Option<&'static str> {
    static FIELDS: LazyLock<BTreeMap<&str, &str>> =
        LazyLock::new(|| STRUCTURES.lines().filter_map(|line| line.split_once(' ')).into_map());
    FIELDS.get(kind).copied()
}

fn structure(fields: &str, value: &Value, out: &mut String) {
    out.push('{');
    for (index, field) in fields.split(' ').enumerate() {
        let (name, kind) = field.split_once(':').unwrap_or((field, "string"));
        out.push_str(if index > 0 { " " } else { "" });
        out.push_str(name);
        out.push(':');
        match kind.split_once('=') {
            Some((kind, "")) => typed(kind, value, out),
            Some((kind, key)) => typed(kind, &value[key], out),
            None => typed(kind, &value[json_name(name).as_str()], out),
        }
    }
    out.push('}');
}

/// `DNSPolicy` → `dnsPolicy`, `HostIP` → `hostIP`: the first word in small letters.
fn json_name(name: &str) -> String {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let first = if capitals == name.len() { capitals } else { capitals.saturating_sub(1).max(1) };
    name[..first].to_ascii_lowercase() + &name[first..]
}

fn map(item: &str, value: &Value, out: &mut String) {
    let Some(entries) = value.as_object() else { return out.push_str("<nil>") };
    out.push_str("map[");
    for (index, (key, value)) in entries.iter().enumerate() {
        out.push_str(if index > 0 { " " } else { "" });
        out.push_str(key);
        out.push(':');
        untyped(item, value, out);
    }
    out.push(']');
}

/// A quantity as `resource.ParseQuantity` holds it: a number, its scale, and the text itself.
fn quantity(text: &str, out: &mut String) {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"+-.".contains(letter));
    let (digits, suffix) = text.split_at(end.unwrap_or(text.len()));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut value: i64 = format!("{whole}{fraction}").parse().unwrap_or(0);
    let mut scale = -(fraction.len() as i64);
    let mut format = "DecimalSI";
    if let Some(power) = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|name| *name == suffix) {
        format = "BinarySI";
        value = value.saturating_mul(1 << (10 * (power + 1)));
    } else if let Some(power) =
        ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].iter().position(|name| *name == suffix)
    {
        scale += 3 * power as i64 - 9;
    } else if let Some(Ok(power)) = suffix.strip_prefix(['e', 'E']).map(str::parse::<i64>) {
        format = "DecimalExponent";
        scale += power;
    }
    out.push_str(&format!(
        "{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} \
         d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){text} Format:(resource.Format){format}}}"
    ));
}
