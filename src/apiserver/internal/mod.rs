//! How the server's own types show a pod: some messages quote them, with their fields' Go names and
//! every field that is not set. And the unified diff between two such texts.

mod types;
mod unified;

use super::field::Verbatim;
use crate::api::{Value, json};
use Shape::{Flag, List, Null, Number, Pointer, Struct, Text};
use types::{CONTAINER_SECURITY, POD_SPEC, Shape};
use unified::unified;

/// Writes a value of a shape. With a `depth`, over many lines, each indented by it.
fn write(out: &mut String, value: &Value, parent: &Value, shape: Shape, depth: Option<usize>) {
    let inner = depth.map(|depth| depth + 1);
    match (shape, value) {
        (Text, Value::Null) => out.push_str("\"\""),
        (Number, Value::Null) => out.push('0'),
        (Flag, Value::Null) => out.push_str("false"),
        (Struct(fields) | Pointer(fields), Value::Object(_)) | (Struct(fields), _) => {
            let read = |path: &str| match path.strip_prefix("../") {
                Some(outer) => &parent[outer],
                None => &value[path],
            };
            let entries =
                fields.iter().map(|(name, path, shape)| (json!(name).to_string(), read(path), *shape));
            group(out, '{', '}', entries, value, inner);
        }
        (List(fields), Value::Array(items)) => {
            let entries = items.iter().map(|item| (String::new(), item, Struct(fields)));
            group(out, '[', ']', entries, value, inner);
        }
        (_, Value::Object(map)) => {
            let entries = map.iter().map(|(key, value)| (json!(key).to_string(), value, Null));
            group(out, '{', '}', entries, value, inner);
        }
        (_, Value::Array(items)) => {
            let entries = items.iter().map(|item| (String::new(), item, Null));
            group(out, '[', ']', entries, value, inner);
        }
        (_, other) => out.push_str(&other.to_string()),
    }
}

fn group<'a>(
    out: &mut String,
    open: char,
    close: char,
    entries: impl Iterator<Item = (String, &'a Value, Shape)>,
    parent: &Value,
    depth: Option<usize>,
) {
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth));
        }
    };
    out.push(open);
    let mut first = true;
    for (name, value, shape) in entries {
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        line(out, depth);
        if !name.is_empty() {
            out.push_str(&name);
            out.push(':');
            if depth.is_some() {
                out.push(' ');
            }
        }
        write(out, value, parent, shape, depth);
    }
    if !first {
        line(out, depth.map(|depth| depth - 1));
    }
    out.push(close);
}

/// A container's security context as a message quotes it.
pub(super) fn container_security(context: &Value) -> Verbatim {
    let mut shown = String::new();
    write(&mut shown, context, &Value::Null, Struct(CONTAINER_SECURITY), None);
    Verbatim(shown)
}

/// A pod template as a message quotes it: its metadata, then its spec.
pub(super) fn pod_template(template: &Value) -> Verbatim {
    let mut shown = String::from("{");
    for (key, value) in template["metadata"].as_object().into_iter().flatten() {
        shown.push_str(&format!("{}:{value},", json!(key)));
    }
    shown.push_str("\"Spec\":");
    write(&mut shown, &template["spec"], &Value::Null, Struct(POD_SPEC), None);
    shown.push('}');
    Verbatim(shown)
}

/// The difference between two pod specs.
pub(super) fn pod_spec_diff(old: &Value, new: &Value) -> String {
    let lines = |spec: &Value| {
        let mut text = String::new();
        write(&mut text, spec, &Value::Null, Struct(POD_SPEC), Some(0));
        text
    };
    unified(&lines(old), &lines(new))
}

/// The difference between two values, their fields named as Go names them.
pub(super) fn diff(old: &Value, new: &Value) -> String {
    let lines = |value: &Value| {
        let mut text = String::new();
        write(&mut text, &go_named(value), &Value::Null, Null, Some(0));
        text
    };
    unified(&lines(old), &lines(new))
}

fn go_named(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let name = |key: &String| {
                let mut letters = key.chars();
                letters
                    .next()
                    .map_or_else(String::new, |first| first.to_uppercase().to_string() + letters.as_str())
            };
            Value::Object(map.iter().map(|(key, value)| (name(key), go_named(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(go_named).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changed_and_three_lines_around() {
        let pod = |name: &str| json!({"containers": [{"name": name, "image": "nginx"}]});
        assert_eq!(
            pod_spec_diff(&pod("c"), &pod("c2")),
            "@@ -3,7 +3,7 @@\n  \"InitContainers\": null,\n  \"Containers\": [\n   {\n-   \"Name\": \"c\",\n+   \"Name\": \"c2\",\n    \"Image\": \"nginx\",\n    \"Command\": null,\n    \"Args\": null,\n"
        );
        assert_eq!(pod_spec_diff(&pod("c"), &pod("c")), "");
    }

    #[test]
    fn a_security_context_shows_every_field() {
        let shown = container_security(&json!({"privileged": true})).0;
        assert!(
            shown.starts_with("{\"Capabilities\":null,\"Privileged\":true,\"SELinuxOptions\":null,"),
            "{shown}"
        );
    }
}
