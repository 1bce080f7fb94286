//! KYAML: YAML in flow style, every string quoted.

use super::go;
use crate::api::Value;

/// The document, without a newline at its end.
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let pad = |depth: usize| "  ".repeat(depth);
    match value {
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Array(items) => {
            let maps = items.iter().all(|item| item.as_object().is_some_and(|map| !map.is_empty()));
            if maps {
                let inner: Vec<String> = items
                    .iter()
                    .map(|item| {
                        let mut text = String::new();
                        write(item, depth, &mut text);
                        text
                    })
                    .collect();
                out.push_str(&format!("[{}]", inner.join(", ")));
                return;
            }
            out.push_str("[\n");
            for item in items {
                out.push_str(&pad(depth + 1));
                write(item, depth + 1, out);
                out.push_str(",\n");
            }
            out.push_str(&format!("{}]", pad(depth)));
        }
        Value::Object(map) if map.is_empty() => out.push_str("{}"),
        Value::Object(map) => {
            out.push_str("{\n");
            for (key, item) in map {
                let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                    && key.starts_with(|c: char| c.is_ascii_alphabetic());
                let key = if bare { key.clone() } else { go::quote(key) };
                out.push_str(&format!("{}{key}: ", pad(depth + 1)));
                write(item, depth + 1, out);
                out.push_str(",\n");
            }
            out.push_str(&format!("{}}}", pad(depth)));
        }
        Value::String(text) => out.push_str(&go::quote(text)),
        other => out.push_str(&go::json(other)),
    }
}
