//! Patches: a change of a document as data, carried out or computed. Knows no store.

mod json;
mod merge;
mod merge_keys;
mod strategic;
mod three_way;

pub(super) use merge_keys::{ListMerge, list_merge};
pub use three_way::three_way;

use crate::api::{Kind, Value};
use std::fmt;

/// The annotation that remembers what was applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const SET_ORDER: &str = "$setElementOrder";
const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList";

/// A change of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Patch {
    /// A strategic merge patch, which knows how the API's lists merge.
    Strategic(Value),
    /// A JSON merge patch (RFC 7386).
    Merge(Value),
    /// A JSON patch (RFC 6902).
    Json(Value),
}

/// Why a patch could not be carried out, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchError(pub String);

impl PatchError {
    fn no_merge_key(item: &Value, key: &str) -> Self {
        Self(format!("map: {} does not contain declared merge key: {key}", go_format(item)))
    }

    fn retain_keys() -> Self {
        Self("invalid patch format of retainKeys".into())
    }

    fn order() -> Self {
        Self("invalid patch format of setElementOrder list".into())
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Carries out a patch. The second value is what is left of a strategic merge patch afterwards, which
/// is what the server quotes when the result cannot be read.
///
/// # Errors
/// When the patch is malformed or does not fit the document.
pub fn apply(kind: Kind, target: &Value, patch: &Patch) -> Result<(Value, Value), PatchError> {
    match patch {
        Patch::Strategic(patch) => {
            let (Value::Object(target), Value::Object(patch)) = (target, patch) else {
                return Err(PatchError("invalid JSON document".into()));
            };
            let mut rest = patch.clone();
            let how = strategic::Merge { kind, into_object: true };
            let merged = strategic::merge(how, "", target.clone(), &mut rest)?;
            Ok((Value::Object(merged), Value::Object(rest)))
        }
        Patch::Merge(patch) => {
            let mut merged = target.clone();
            merge::merge(&mut merged, patch);
            Ok((merged, patch.clone()))
        }
        Patch::Json(patch) => Ok((json::apply(target, patch)?, patch.clone())),
    }
}

/// A value as Go's `%v` prints it: `map[a:1 b:[x y] c:<nil>]`.
pub fn go_format(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_format).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{key}:{}", go_format(value)));
            format!("map[{}]", entries.collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    fn deployment(containers: Value) -> Value {
        json!({"metadata": {"name": "d"}, "spec": {"template": {"spec": {"containers": containers}}}})
    }

    #[test]
    fn lists_merge_by_key() {
        let live = deployment(json!([{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]));
        for (patch, names) in [
            (json!([{"name": "b", "image": "b:2"}]), "a=a:1 b=b:2"),
            (json!([{"name": "c", "image": "c:1"}]), "c=c:1 a=a:1 b=b:1"),
            (json!([{"name": "a", "$patch": "delete"}]), "b=b:1"),
            (json!([{"name": "x", "image": "x"}, {"$patch": "replace"}]), "x=x"),
        ] {
            let patch = Patch::Strategic(deployment(patch));
            let (merged, _) = apply(Kind::Deployment, &live, &patch).expect("the patch fits");
            let containers =
                merged["spec"]["template"]["spec"]["containers"].as_array().cloned().unwrap_or_default();
            let shown: Vec<String> = containers
                .iter()
                .map(|c| format!("{}={}", go_format(&c["name"]), go_format(&c["image"])))
                .collect();
            assert_eq!(shown.join(" "), names);
        }
        let patch = Patch::Strategic(deployment(json!([{"image": "nginx"}])));
        let error = apply(Kind::Deployment, &live, &patch).unwrap_err();
        assert_eq!(error.0, "map: map[image:nginx] does not contain declared merge key: name");
    }

    #[test]
    fn applying_removes_what_was_applied_and_keeps_what_was_not() {
        let original = json!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}, {"port": 81, "name": "b"}],
            "selector": {"app": "s", "old": "x"}, "clusterIP": "10.96.0.9"}});
        let modified = json!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 82}, {"port": 80}],
            "selector": {"app": "s2"}}});
        let current = json!({"metadata": {"name": "s", "uid": "u"}, "spec": {
            "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}, {"port": 81, "name": "b", "protocol": "TCP"}],
            "selector": {"app": "s", "old": "x", "hand": "made"}, "clusterIP": "10.96.0.9", "type": "ClusterIP"}});
        let patch = three_way(Kind::Service, &original, &modified, &current).expect("every port has its key");
        let (merged, _) = apply(Kind::Service, &current, &Patch::Strategic(patch)).expect("the patch fits");
        assert_eq!(
            merged,
            json!({"metadata": {"name": "s", "uid": "u"}, "spec": {
                "ports": [{"port": 82}, {"port": 80, "protocol": "TCP", "targetPort": 80}],
                "selector": {"app": "s2", "hand": "made"}, "type": "ClusterIP"}})
        );
        let again = three_way(Kind::Service, &modified, &modified, &merged).expect("every port has its key");
        assert_eq!(again, json!({}));
    }

    #[test]
    fn a_changed_strategy_keeps_no_other_keys() {
        let current =
            json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}}});
        let modified = json!({"spec": {"strategy": {"type": "Recreate"}}});
        let patch = three_way(Kind::Deployment, &json!({}), &modified, &current).expect("no lists");
        assert_eq!(patch, json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}));
        let (merged, _) =
            apply(Kind::Deployment, &current, &Patch::Strategic(patch)).expect("the patch fits");
        assert_eq!(merged, modified);
    }

    #[test]
    fn json_patches_are_all_or_nothing() {
        let doc = json!({"a": [1, 2], "b/c": {"d": 1}});
        let good = json!([{"op": "add", "path": "/a/-", "value": 3}, {"op": "remove", "path": "/b~1c/d"},
            {"op": "move", "from": "/a/0", "path": "/first"}, {"op": "test", "path": "/first", "value": 1}]);
        assert_eq!(
            apply(Kind::Pod, &doc, &Patch::Json(good)).expect("it fits").0,
            json!({"a": [2, 3], "b/c": {}, "first": 1})
        );
        for bad in [
            json!([{"op": "remove", "path": "/a/7"}]),
            json!([{"op": "test", "path": "/a/0", "value": 9}]),
            json!([{"op": "replace", "path": "/x", "value": 9}]),
            json!([{"op": "move"}]),
            json!({}),
        ] {
            assert!(apply(Kind::Pod, &doc, &Patch::Json(bad.clone())).is_err(), "{bad}");
        }
    }
}
