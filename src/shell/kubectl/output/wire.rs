//! A patched object as the server quotes it: what the patch went through in the order of its keys, the rest as the
//! server's own types write it.

use super::go;
use crate::api::{Value, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::doc::{entries, items, text};

/// Fields in the order of their types, by the field that holds them; types that are not here write theirs in the
/// order of the keys.
const ORDERS: [(&str, &[&str]); 3] = [
    (
        "metadata",
        &[
            "name",
            "generateName",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "labels",
            "annotations",
            "ownerReferences",
            "finalizers",
            "managedFields",
        ],
    ),
    (
        "managedFields",
        &["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"],
    ),
    ("ports", &["name", "protocol", "appProtocol", "port", "targetPort", "nodePort"]),
];

/// The text of an object that a patch was applied to.
pub fn patched(doc: &Value, patch: &Patch) -> String {
    let mut touched = Vec::new();
    match patch {
        Patch::Json(operations) => {
            for operation in items(operations) {
                for path in [text(&operation["path"]), text(&operation["from"])] {
                    let ends = path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at);
                    touched.extend(ends.map(|at| path[..at].to_owned()));
                }
            }
        }
        Patch::Merge(change) | Patch::Strategic(change) => gone_through(change, String::new(), &mut touched),
    }
    let mut out = String::new();
    write(doc, "", "", &touched, &mut out);
    out
}

fn gone_through(change: &Value, path: String, touched: &mut Vec<String>) {
    for (key, value) in entries(change).filter(|(_, value)| value.is_object()) {
        gone_through(value, format!("{path}/{key}"), touched);
    }
    touched.push(path);
}

/// `field` is the name that holds the value, or the list that it is in.
fn write(value: &Value, field: &str, path: &str, touched: &[String], out: &mut String) {
    match value {
        Value::Array(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(item, field, &format!("{path}/{at}"), touched, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let known = ORDERS.iter().find(|(name, _)| *name == field);
            let order = known
                .filter(|_| !touched.iter().any(|other| other == path))
                .map_or(&[][..], |(_, order)| order);
            let first = order.iter().filter_map(|key| map.get_key_value(*key));
            let others = map.iter().filter(|(key, _)| !order.contains(&key.as_str()));
            out.push('{');
            for (at, (key, value)) in first.chain(others).enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&go::json(&json!(key)));
                out.push(':');
                // What a manager owns is kept as it was sent.
                let field = if key == "fieldsV1" { "" } else { key };
                write(value, field, &format!("{path}/{key}"), touched, out);
            }
            out.push('}');
        }
        other => out.push_str(&go::json(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Patch, json, patched};

    #[test]
    fn what_a_patch_went_through_is_sorted() {
        let doc = json!({"spec": {"ports": [{"name": "a", "port": "x", "protocol": "TCP"},
            {"name": "b", "port": 2, "protocol": "TCP"}]}, "metadata": {"annotations": {}, "name": "s"}});
        let patch = Patch::Json(json!([{"op": "replace", "path": "/spec/ports/0/port", "value": "x"}]));
        assert_eq!(
            patched(&doc, &patch),
            r#"{"metadata":{"name":"s","annotations":{}},"spec":{"ports":[{"name":"a","port":"x","protocol":"TCP"},{"name":"b","protocol":"TCP","port":2}]}}"#
        );
    }
}
