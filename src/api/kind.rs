//! The kinds of the built-in API and how they are named.

/// How a kind is served and named (`kubectl api-resources`).
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// The kind.
    pub kind: Kind,
    /// `Deployment`
    pub name: &'static str,
    /// `deployments`
    pub plural: &'static str,
    /// `["deploy"]`
    pub short: &'static [&'static str],
    /// `apps`; empty for the core group.
    pub group: &'static str,
    /// `v1`
    pub version: &'static str,
    /// False for cluster-scoped kinds.
    pub namespaced: bool,
}

impl Resource {
    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployment`: the kind in lower case, as kubectl's commands take it.
    pub fn singular(&self) -> String {
        self.name.to_lowercase()
    }

    /// `deployment.apps`, or `service` for the core group: how kubectl names it in `created` messages.
    pub fn singular_qualified(&self) -> String {
        if self.group.is_empty() { self.singular() } else { format!("{}.{}", self.singular(), self.group) }
    }

    /// `deployments.apps`, or `services` for the core group: how the server names it in errors.
    pub fn plural_qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

macro_rules! kinds {
    ($($kind:ident $plural:literal [$($short:literal),*] $group:literal $version:literal $namespaced:literal;)*) => {
        /// A kind of the built-in API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // each is documented by its own name in the Kubernetes API reference
        pub enum Kind { $($kind,)* }

        /// Every kind, in the order `kubectl api-resources` lists them.
        pub static RESOURCES: &[Resource] = &[$(Resource {
            kind: Kind::$kind,
            name: stringify!($kind),
            plural: $plural,
            short: &[$($short),*],
            group: $group,
            version: $version,
            namespaced: $namespaced,
        },)*];
    };
}

kinds! {
    Binding "bindings" [] "" "v1" true;
    ComponentStatus "componentstatuses" ["cs"] "" "v1" false;
    ConfigMap "configmaps" ["cm"] "" "v1" true;
    Endpoints "endpoints" ["ep"] "" "v1" true;
    Event "events" ["ev"] "" "v1" true;
    LimitRange "limitranges" ["limits"] "" "v1" true;
    Namespace "namespaces" ["ns"] "" "v1" false;
    Node "nodes" ["no"] "" "v1" false;
    PersistentVolumeClaim "persistentvolumeclaims" ["pvc"] "" "v1" true;
    PersistentVolume "persistentvolumes" ["pv"] "" "v1" false;
    Pod "pods" ["po"] "" "v1" true;
    PodTemplate "podtemplates" [] "" "v1" true;
    ReplicationController "replicationcontrollers" ["rc"] "" "v1" true;
    ResourceQuota "resourcequotas" ["quota"] "" "v1" true;
    Secret "secrets" [] "" "v1" true;
    ServiceAccount "serviceaccounts" ["sa"] "" "v1" true;
    Service "services" ["svc"] "" "v1" true;
    MutatingAdmissionPolicy "mutatingadmissionpolicies" [] "admissionregistration.k8s.io" "v1" false;
    MutatingAdmissionPolicyBinding "mutatingadmissionpolicybindings" [] "admissionregistration.k8s.io" "v1" false;
    MutatingWebhookConfiguration "mutatingwebhookconfigurations" [] "admissionregistration.k8s.io" "v1" false;
    ValidatingAdmissionPolicy "validatingadmissionpolicies" [] "admissionregistration.k8s.io" "v1" false;
    ValidatingAdmissionPolicyBinding "validatingadmissionpolicybindings" [] "admissionregistration.k8s.io" "v1" false;
    ValidatingWebhookConfiguration "validatingwebhookconfigurations" [] "admissionregistration.k8s.io" "v1" false;
    CustomResourceDefinition "customresourcedefinitions" ["crd", "crds"] "apiextensions.k8s.io" "v1" false;
    APIService "apiservices" [] "apiregistration.k8s.io" "v1" false;
    ControllerRevision "controllerrevisions" [] "apps" "v1" true;
    DaemonSet "daemonsets" ["ds"] "apps" "v1" true;
    Deployment "deployments" ["deploy"] "apps" "v1" true;
    ReplicaSet "replicasets" ["rs"] "apps" "v1" true;
    StatefulSet "statefulsets" ["sts"] "apps" "v1" true;
    SelfSubjectReview "selfsubjectreviews" [] "authentication.k8s.io" "v1" false;
    TokenReview "tokenreviews" [] "authentication.k8s.io" "v1" false;
    LocalSubjectAccessReview "localsubjectaccessreviews" [] "authorization.k8s.io" "v1" true;
    SelfSubjectAccessReview "selfsubjectaccessreviews" [] "authorization.k8s.io" "v1" false;
    SelfSubjectRulesReview "selfsubjectrulesreviews" [] "authorization.k8s.io" "v1" false;
    SubjectAccessReview "subjectaccessreviews" [] "authorization.k8s.io" "v1" false;
    HorizontalPodAutoscaler "horizontalpodautoscalers" ["hpa"] "autoscaling" "v2" true;
    CronJob "cronjobs" ["cj"] "batch" "v1" true;
    Job "jobs" [] "batch" "v1" true;
    CertificateSigningRequest "certificatesigningrequests" ["csr"] "certificates.k8s.io" "v1" false;
    Lease "leases" [] "coordination.k8s.io" "v1" true;
    EndpointSlice "endpointslices" [] "discovery.k8s.io" "v1" true;
    FlowSchema "flowschemas" [] "flowcontrol.apiserver.k8s.io" "v1" false;
    PriorityLevelConfiguration "prioritylevelconfigurations" [] "flowcontrol.apiserver.k8s.io" "v1" false;
    IngressClass "ingressclasses" [] "networking.k8s.io" "v1" false;
    Ingress "ingresses" ["ing"] "networking.k8s.io" "v1" true;
    IPAddress "ipaddresses" ["ip"] "networking.k8s.io" "v1" false;
    NetworkPolicy "networkpolicies" ["netpol"] "networking.k8s.io" "v1" true;
    ServiceCIDR "servicecidrs" [] "networking.k8s.io" "v1" false;
    RuntimeClass "runtimeclasses" [] "node.k8s.io" "v1" false;
    PodDisruptionBudget "poddisruptionbudgets" ["pdb"] "policy" "v1" true;
    ClusterRoleBinding "clusterrolebindings" [] "rbac.authorization.k8s.io" "v1" false;
    ClusterRole "clusterroles" [] "rbac.authorization.k8s.io" "v1" false;
    RoleBinding "rolebindings" [] "rbac.authorization.k8s.io" "v1" true;
    Role "roles" [] "rbac.authorization.k8s.io" "v1" true;
    DeviceClass "deviceclasses" [] "resource.k8s.io" "v1" false;
    ResourceClaim "resourceclaims" [] "resource.k8s.io" "v1" true;
    ResourceClaimTemplate "resourceclaimtemplates" [] "resource.k8s.io" "v1" true;
    ResourceSlice "resourceslices" [] "resource.k8s.io" "v1" false;
    PriorityClass "priorityclasses" ["pc"] "scheduling.k8s.io" "v1" false;
    CSIDriver "csidrivers" [] "storage.k8s.io" "v1" false;
    CSINode "csinodes" [] "storage.k8s.io" "v1" false;
    CSIStorageCapacity "csistoragecapacities" [] "storage.k8s.io" "v1" true;
    StorageClass "storageclasses" ["sc"] "storage.k8s.io" "v1" false;
    VolumeAttachment "volumeattachments" [] "storage.k8s.io" "v1" false;
    VolumeAttributesClass "volumeattributesclasses" ["vac"] "storage.k8s.io" "v1" false;
}

impl Kind {
    /// How this kind is served and named.
    pub fn resource(self) -> &'static Resource {
        &RESOURCES[self as usize]
    }

    /// The kind a manifest's `apiVersion` and `kind` name.
    pub fn from_manifest(api_version: &str, kind: &str) -> Option<Self> {
        RESOURCES
            .iter()
            .find(|resource| resource.name == kind && resource.api_version() == api_version)
            .map(|resource| resource.kind)
    }

    /// The kind of that name, whatever its group (owner references name kinds so).
    pub fn from_name(name: &str) -> Option<Self> {
        RESOURCES.iter().find(|resource| resource.name == name).map(|resource| resource.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_indexed_by_kind() {
        for resource in RESOURCES {
            assert_eq!(resource.kind.resource(), resource);
        }
        assert_eq!(Kind::from_manifest("apps/v1", "Deployment"), Some(Kind::Deployment));
        assert_eq!(Kind::from_manifest("v1", "Deployment"), None);
    }
}
