//! Names that other objects hold, after their owners were renamed.

use super::Item;
use crate::api::{Kind, Value};
use crate::shell::kubectl::doc::text;

/// Lets every reference to an object follow its name.
pub fn mend(items: &mut [Item]) {
    let renamed: Vec<(Kind, Vec<String>, String)> = items
        .iter()
        .filter(|item| !item.before.is_empty())
        .map(|item| (item.kind, item.before.clone(), item.name().to_owned()))
        .collect();
    if renamed.is_empty() {
        return;
    }
    for item in items {
        let metadata = item.doc["metadata"].clone();
        follow(&mut item.doc, &renamed);
        item.doc["metadata"] = metadata;
    }
}

type Renamed = [(Kind, Vec<String>, String)];

fn follow(value: &mut Value, renamed: &Renamed) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| follow(item, renamed)),
        Value::Object(_) => {
            let keys: Vec<String> =
                value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
            for key in keys {
                reference(&key, &mut value[&key], renamed);
                follow(&mut value[&key], renamed);
            }
        }
        _ => {}
    }
}

/// What a field refers to, by its key.
fn reference(key: &str, value: &mut Value, renamed: &Renamed) {
    let set = |kind: Kind, place: Option<&mut Value>| {
        let Some(place) = place else { return };
        let name = text(place).to_owned();
        let new = renamed.iter().find(|(other, before, _)| *other == kind && before.contains(&name));
        if let Some((_, _, new)) = new {
            *place = new.as_str().into();
        }
    };
    match key {
        "configMapRef" | "configMapKeyRef" | "configMap" => set(Kind::ConfigMap, value.get_mut("name")),
        "secretRef" | "secretKeyRef" => set(Kind::Secret, value.get_mut("name")),
        "secret" => {
            set(Kind::Secret, value.get_mut("name"));
            set(Kind::Secret, value.get_mut("secretName"));
        }
        "secretName" => set(Kind::Secret, Some(value)),
        "imagePullSecrets" => {
            for secret in value.as_array_mut().into_iter().flatten() {
                set(Kind::Secret, secret.get_mut("name"));
            }
        }
        "persistentVolumeClaim" => set(Kind::PersistentVolumeClaim, value.get_mut("claimName")),
        "serviceAccountName" | "serviceAccount" => set(Kind::ServiceAccount, Some(value)),
        "serviceName" => set(Kind::Service, Some(value)),
        "service" => set(Kind::Service, value.get_mut("name")),
        "scaleTargetRef" | "roleRef" | "subjects" => {
            let list = match value {
                Value::Array(list) => list.iter_mut().collect(),
                other => vec![other],
            };
            for place in list {
                let kind = renamed.iter().find(|(kind, ..)| kind.resource().name == text(&place["kind"]));
                if let Some((kind, ..)) = kind {
                    set(*kind, place.get_mut("name"));
                }
            }
        }
        _ => {}
    }
}
