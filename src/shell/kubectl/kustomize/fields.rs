//! Paths to fields, as kustomize writes them: `spec.template.spec.containers.[name=web].env.0.value`.

use crate::api::{Map, Value};
use crate::shell::kubectl::doc::{child, shown};

/// The parts of a path: dots part them, but not inside brackets and not behind a backslash.
pub fn parts(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut inside, mut escaped) = (false, false);
    for c in path.chars() {
        let separates = (c == '.' || c == '/') && !inside && !escaped && (c == '.' || !path.contains('.'));
        if separates {
            parts.push(String::new());
            continue;
        }
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        inside = (inside || c == '[') && c != ']';
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    for part in &mut parts {
        // Brackets without a condition only keep a key together.
        if let Some(key) =
            part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).filter(|key| !key.contains('='))
        {
            *part = key.to_owned();
        }
    }
    parts
}

/// `[name=web]` as `name` and `web`.
fn condition(part: &str) -> Option<(&str, &str)> {
    part.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

fn meets(value: &Value, (key, wanted): (&str, &str)) -> bool {
    shown(if key.is_empty() { value } else { &value[key] }) == wanted
}

/// The fields a path leads to.
pub fn find<'v>(value: &'v mut Value, path: &[String], found: &mut Vec<&'v mut Value>) {
    let Some((part, rest)) = path.split_first() else {
        found.push(value);
        return;
    };
    let condition = condition(part);
    match value {
        Value::Array(list) => {
            for (at, item) in list.iter_mut().enumerate() {
                let wanted = match condition {
                    Some(condition) => meets(item, condition),
                    None => part == "*" || part.parse() == Ok(at),
                };
                if wanted {
                    find(item, rest, found);
                }
            }
        }
        Value::Object(map) => {
            for (_, item) in map.iter_mut().filter(|(key, _)| part == "*" || *key == part) {
                find(item, rest, found);
            }
        }
        _ => {}
    }
}

/// The same, making what is not there.
pub fn create<'v>(value: &'v mut Value, path: &[String], found: &mut Vec<&'v mut Value>) {
    let Some((part, rest)) = path.split_first() else {
        found.push(value);
        return;
    };
    if part == "*" {
        return match value {
            Value::Array(list) => list.iter_mut().for_each(|item| create(item, rest, found)),
            Value::Object(map) => map.iter_mut().for_each(|(_, item)| create(item, rest, found)),
            _ => {}
        };
    }
    if condition(part).is_some() || value.is_array() {
        if value.is_null() {
            *value = Value::Array(Vec::new());
        }
        let Some(list) = value.as_array_mut() else { return };
        let there = match condition(part) {
            Some(condition) => list.iter().position(|item| meets(item, condition)),
            None => part.parse().ok().filter(|at| *at < list.len()),
        };
        let at = there.unwrap_or_else(|| {
            list.push(match condition(part) {
                Some((key, wanted)) if !key.is_empty() => {
                    Value::Object(Map::from_iter([(key.to_owned(), wanted.into())]))
                }
                _ => Value::Null,
            });
            list.len() - 1
        });
        return create(&mut list[at], rest, found);
    }
    if value.is_object() || value.is_null() {
        create(child(value, part), rest, found);
    }
}

#[cfg(test)]
mod tests {
    use super::{create, find, parts};
    use crate::api::json;

    #[test]
    fn paths_lead_to_fields() {
        assert_eq!(parts(r"metadata.annotations.a\.b/c"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(parts("a.[x=1.2].b"), ["a", "[x=1.2]", "b"]);
        assert_eq!(parts("metadata.labels.[a.b/c]"), ["metadata", "labels", "a.b/c"]);
        let doc = json!({"c": [{"name": "a", "v": 1}, {"name": "b", "v": 2}]});
        for (path, expected) in
            [("c.[name=b].v", "2"), ("c.*.v", "1 2"), ("c.0.v", "1"), ("c.x", ""), ("d", "")]
        {
            let mut doc = doc.clone();
            let mut found = Vec::new();
            find(&mut doc, &parts(path), &mut found);
            let shown: Vec<String> = found.iter().map(|value| value.to_string()).collect();
            assert_eq!(shown.join(" "), expected, "{path}");
        }
        let mut doc = doc;
        let mut found = Vec::new();
        create(&mut doc, &parts("c.[name=z].env.[name=E].value"), &mut found);
        *found.remove(0) = json!("x");
        assert_eq!(doc["c"][2], json!({"name": "z", "env": [{"name": "E", "value": "x"}]}));
    }
}
