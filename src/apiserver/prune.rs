//! The form a document has once the server has read it: what Go's decoding and encoding leave of it.
//!
//! A field that holds its type's zero value is not written again, unless the API's types say
//! otherwise: pointers keep a zero that was set, and a few fields are always written.

use super::document::{set, text};
use super::quantity::Quantity;
use crate::api::{Kind, Value};

/// Maps from names to values: an empty one is left out, its entries are kept as they are.
const MAPS: &[&str] = &[
    "labels",
    "annotations",
    "matchLabels",
    "nodeSelector",
    "data",
    "binaryData",
    "stringData",
    "limits",
    "requests",
    "hard",
    "used",
    "capacity",
    "allocatable",
    "parameters",
    "overhead",
    "volumeAttributes",
    "scopeSelector.default",
    "deviceRequests",
];

/// Maps whose values are quantities.
const QUANTITY_MAPS: &[&str] = &[
    "limits",
    "requests",
    "hard",
    "used",
    "capacity",
    "allocatable",
    "overhead",
    "max",
    "min",
    "default",
    "defaultRequest",
    "maxLimitRequestRatio",
];

/// Single quantities.
const QUANTITIES: &[&str] = &["sizeLimit", "divisor", "averageValue", "target.value", "maximumVolumeSize"];

/// Fields that are written even if zero: pointers, and fields without `omitempty`.
const KEEP_ZERO: &[&str] = &[
    "replicas",
    "revisionHistoryLimit",
    "progressDeadlineSeconds",
    "terminationGracePeriodSeconds",
    "activeDeadlineSeconds",
    "backoffLimit",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
    "completions",
    "parallelism",
    "ttlSecondsAfterFinished",
    "tolerationSeconds",
    "runAsUser",
    "runAsGroup",
    "fsGroup",
    "defaultMode",
    "mode",
    "partition",
    "start",
    "priority",
    "weight",
    "port",
    "containerPort",
    "maxSurge",
    "maxUnavailable",
    "minAvailable",
    "targetPort",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
    "startingDeadlineSeconds",
    "minReplicas",
    "maxReplicas",
    "maxSkew",
    "expirationSeconds",
    "minDomains",
    "averageUtilization",
    "value",
    "stabilizationWindowSeconds",
    "endPort",
    "seconds",
    "number",
    "exitCode",
    "restartCount",
    "clientIP.timeoutSeconds",
    "leaseDurationSeconds",
    "leaseTransitions",
    "matchingPrecedence",
    "nominalConcurrencyShares",
    "lendablePercent",
    "groupPriorityMinimum",
    "versionPriority",
    "revision",
];

/// Flags that are written even if false.
const KEEP_FALSE: &[&str] = &[
    "optional",
    "automountServiceAccountToken",
    "enableServiceLinks",
    "shareProcessNamespace",
    "setHostnameAsFQDN",
    "hostUsers",
    "privileged",
    "allowPrivilegeEscalation",
    "runAsNonRoot",
    "readOnlyRootFilesystem",
    "immutable",
    "suspend",
    "allocateLoadBalancerNodePorts",
    "ready",
    "serving",
    "terminating",
    "controller",
    "blockOwnerDeletion",
    "manualSelector",
    "allowVolumeExpansion",
    "hostProcess",
    "started",
    "attachRequired",
    "podInfoOnMount",
    "requiresRepublish",
    "storageCapacity",
    "served",
    "storage",
];

/// Texts that are written even if empty; with a parent where only that one's is.
const KEEP_EMPTY: &[&str] = &[
    "storageClassName",
    "appProtocol",
    "ingressClassName",
    "volumeMode",
    "loadBalancerClass",
    "runtimeClassName",
    "httpHeaders.value",
    "options.value",
    "apiGroup",
    "mountPath",
    "topologyKey",
    "path",
    "ports.name",
    "containers.name",
    "initContainers.name",
    "env.name",
    "key",
    "operator",
    "secretKeyRef.name",
    "pathType",
    "type",
    "mountPropagation",
    "volumeAttributesClassName",
    "message",
    "reason",
];

/// Brings a document into the form the server's own types would write.
pub(super) fn prune(kind: Kind, doc: &mut Value) {
    // A Service's and a ReplicationController's selectors are plain maps; all others are label selectors.
    let plain_selector = matches!(kind, Kind::Service | Kind::ReplicationController);
    if let Some(map) = doc.as_object_mut() {
        map.retain(|key, value| {
            if kind != Kind::ControllerRevision || key != "data" {
                field(value, key, "", plain_selector);
            }
            !omitted(value, key, "", plain_selector)
        });
    }
    if kind == Kind::Service && text(doc, "type").is_empty() && doc.get("spec").is_some_and(Value::is_null) {
        set(doc, "spec", Value::Object(Default::default()));
    }
}

/// Prunes what a field holds.
fn field(value: &mut Value, key: &str, parent: &str, plain_selector: bool) {
    if listed(QUANTITIES, key, parent) {
        canonical(value);
    }
    match value {
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(_) => field(item, key, parent, plain_selector),
                    Value::Array(_) => {}
                    _ => {}
                }
            }
        }
        Value::Object(map) if is_map(key, parent, plain_selector) => {
            for (_, entry) in map.iter_mut() {
                if QUANTITY_MAPS.contains(&key) {
                    canonical(entry);
                } else if entry.is_null() {
                    *entry = "".into();
                }
            }
        }
        Value::Object(map) => map.retain(|name, value| {
            field(value, name, key, plain_selector);
            !omitted(value, name, key, plain_selector)
        }),
        _ => {}
    }
}

/// Whether a field's value is one that is not written.
fn omitted(value: &Value, key: &str, parent: &str, plain_selector: bool) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag && !KEEP_FALSE.contains(&key),
        Value::Number(number) => number.as_i64() == Some(0) && !listed(KEEP_ZERO, key, parent),
        Value::String(text) => text.is_empty() && !listed(KEEP_EMPTY, key, parent),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty() && is_map(key, parent, plain_selector),
    }
}

fn is_map(key: &str, parent: &str, plain_selector: bool) -> bool {
    MAPS.contains(&key)
        || (key == "selector" && parent == "spec" && plain_selector)
        || (parent == "limits" && QUANTITY_MAPS.contains(&key))
}

fn listed(names: &[&str], key: &str, parent: &str) -> bool {
    names.iter().any(|name| match name.strip_suffix(key) {
        Some("") => true,
        Some(outer) => outer.strip_suffix('.') == Some(parent),
        None => false,
    })
}

fn canonical(value: &mut Value) {
    if let Some(quantity) = Quantity::from_value(value) {
        *value = quantity.to_string().into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    #[test]
    fn zero_values_go_and_set_pointers_stay() {
        let mut doc = json!({
            "metadata": {"name": "d", "labels": {}, "annotations": null},
            "spec": {"replicas": 0, "paused": false, "template": {"spec": {
                "containers": [{"name": "c", "env": [{"name": "A", "value": ""}], "command": [],
                    "resources": {"requests": {"cpu": 0.25, "memory": "1024Mi"}}, "tty": false,
                    "securityContext": {"privileged": false}}],
                "volumes": [{"name": "v", "emptyDir": {"medium": ""}}], "nodeSelector": {"a": ""}}}},
            "status": {}});
        prune(Kind::Deployment, &mut doc);
        assert_eq!(
            doc,
            json!({
                "metadata": {"name": "d"},
                "spec": {"replicas": 0, "template": {"spec": {
                    "containers": [{"name": "c", "env": [{"name": "A"}],
                        "resources": {"requests": {"cpu": "250m", "memory": "1Gi"}},
                        "securityContext": {"privileged": false}}],
                    "volumes": [{"name": "v", "emptyDir": {}}], "nodeSelector": {"a": ""}}}},
                "status": {}})
        );
    }
}
