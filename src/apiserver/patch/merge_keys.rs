//! How lists and maps of the built-in API merge (`patchStrategy`, `patchMergeKey`): which lists are
//! keyed, which are sets, which maps keep only the keys a patch names. All others are replaced whole.

use crate::api::Kind;

/// How a list merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::apiserver) enum ListMerge {
    /// Replaced whole.
    Atomic,
    /// Item by item, by this field.
    Keyed(&'static str),
    /// A set of scalars.
    Set,
}

/// Lists merged by a key wherever they appear.
const KEYED: [(&str, &str); 18] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("resourceClaims", "name"),
    ("schedulingGates", "name"),
    ("secrets", "name"),
    ("conditions", "type"),
    ("podIPs", "ip"),
    ("hostIPs", "ip"),
    ("ownerReferences", "uid"),
    ("webhooks", "name"),
    ("matchConditions", "name"),
];

/// How the list `field` of `parent` (the name of the field it is in) merges.
pub(in crate::apiserver) fn list_merge(kind: Kind, parent: &str, field: &str) -> ListMerge {
    match (field, parent, kind) {
        ("ports", "spec", Kind::Service) => ListMerge::Keyed("port"),
        ("ports", "containers" | "initContainers" | "ephemeralContainers", _) => {
            ListMerge::Keyed("containerPort")
        }
        ("imagePullSecrets", "spec", _) => ListMerge::Keyed("name"),
        ("addresses", "status", Kind::Node) => ListMerge::Keyed("type"),
        ("finalizers", "metadata", _) | ("podCIDRs", "spec", Kind::Node) => ListMerge::Set,
        ("conditions", _, Kind::CertificateSigningRequest) => ListMerge::Atomic,
        _ => KEYED
            .iter()
            .find(|(name, _)| *name == field)
            .map_or(ListMerge::Atomic, |(_, key)| ListMerge::Keyed(key)),
    }
}

/// Whether a patch of this map, or of an item of this list, must say which keys stay.
pub(super) fn retains_keys(kind: Kind, parent: &str, field: &str) -> bool {
    field == "volumes" || (kind == Kind::Deployment && parent == "spec" && field == "strategy")
}
