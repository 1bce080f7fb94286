//! The hash of a ConfigMap's or Secret's contents that `--append-hash` and kustomize put after its name.

use super::doc::text;
use super::output::go;
use crate::api::sha256;
use crate::api::{Kind, Ordered, Value, json};

/// The digits of a hash that is not to spell words.
const DIGITS: [(char, char); 5] = [('0', 'g'), ('1', 'h'), ('3', 'k'), ('a', 'm'), ('e', 't')];

/// The name with the hash after it.
pub fn hashed_name(kind: Kind, doc: &Value) -> String {
    let name = text(&doc["metadata"]["name"]);
    format!("{name}-{}", content_hash(kind, doc, name))
}

/// The hash of a document's contents; kubectl counts the name among them, kustomize does not.
pub fn content_hash(kind: Kind, doc: &Value, name: &str) -> String {
    let mut content = json!({"name": name, "kind": kind.resource().name, "data": doc["data"]});
    match kind {
        Kind::Secret => content["type"] = text(&doc["type"]).into(),
        _ if !doc["binaryData"].is_null() => content["binaryData"] = doc["binaryData"].clone(),
        _ => {}
    }
    let digest = sha256(go::json(&sorted(&content)).as_bytes());
    let hexadecimal: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    hexadecimal.chars().map(|c| DIGITS.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to)).collect()
}

/// Keys in order, as Go writes a map.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.order_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_in_the_hash_of_what_they_hold() {
        for (kind, doc, expected) in [
            (Kind::ConfigMap, json!({"metadata": {"name": ""}, "data": {}}), "-42745tchd9"),
            (Kind::ConfigMap, json!({"metadata": {"name": ""}, "data": {"one": ""}}), "-9g67k2htb6"),
            (Kind::Secret, json!({"metadata": {"name": ""}, "type": "my-type", "data": {}}), "-t75bgf6ctb"),
        ] {
            assert_eq!(hashed_name(kind, &doc), expected);
        }
    }
}
