//! The functions that templates may call: Go's own, and the two that kubectl adds.

use crate::api::Value;
use crate::shell::kubectl::output::{base64, go};
use std::cmp::Ordering;

/// Their names.
pub const FUNCTIONS: [&str; 20] = [
    "and",
    "or",
    "not",
    "len",
    "index",
    "slice",
    "print",
    "printf",
    "println",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "html",
    "js",
    "exists",
    "base64decode",
    "urlquery",
];

/// Whether a value counts as true.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// The name of a value's type: what a template writes is an `int`, what JSON holds a `float64`.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if !number.is_f64() => "int",
        other => go::type_name(other),
    }
}

/// Calls a function.
///
/// # Errors
/// `error calling index: index out of range: 5`
pub fn call(name: &str, arguments: Vec<Value>) -> Result<Value, String> {
    let first = arguments.first().cloned().unwrap_or_default();
    let failed = |why: String| format!("error calling {name}: {why}");
    Ok(match name {
        "and" => {
            arguments.iter().find(|value| !truth(value)).or(arguments.last()).cloned().unwrap_or_default()
        }
        "or" => arguments.iter().find(|value| truth(value)).or(arguments.last()).cloned().unwrap_or_default(),
        "not" => (!truth(&first)).into(),
        "len" => match &first {
            Value::Array(items) => items.len().into(),
            Value::Object(map) => map.len().into(),
            Value::String(text) => text.len().into(),
            Value::Null => return Err(failed("len of nil pointer".into())),
            other => return Err(failed(format!("len of type {}", type_name(other)))),
        },
        "index" => {
            let mut at = first;
            for key in &arguments[1.min(arguments.len())..] {
                at = index(&at, key).map_err(failed)?;
            }
            at
        }
        "slice" => slice(&first, &arguments).map_err(failed)?,
        "exists" => arguments[1.min(arguments.len())..]
            .iter()
            .try_fold(first, |at, key| index(&at, key))
            .is_ok_and(|v| !v.is_null())
            .into(),
        "print" => print(&arguments).into(),
        "println" => (arguments.iter().map(go::plain).collect::<Vec<_>>().join(" ") + "\n").into(),
        "printf" => printf(&arguments).into(),
        "eq" => {
            let mut any = false;
            for other in arguments.iter().skip(1) {
                any |= same(&first, other).map_err(failed)?;
            }
            any.into()
        }
        "ne" => (!same(&first, arguments.get(1).unwrap_or(&Value::Null)).map_err(failed)?).into(),
        "lt" | "le" | "gt" | "ge" => {
            let order = order(&first, arguments.get(1).unwrap_or(&Value::Null)).map_err(failed)?;
            match name {
                "lt" => order == Ordering::Less,
                "le" => order.is_le(),
                "gt" => order == Ordering::Greater,
                _ => order.is_ge(),
            }
            .into()
        }
        "base64decode" => {
            let decoded = base64::decode(first.as_str().unwrap_or_default());
            decoded
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .ok_or_else(|| failed("base64 decode failed: illegal base64 data at input byte 0".into()))?
                .into()
        }
        "html" => html(&print(&arguments)).into(),
        _ => print(&arguments).into(),
    })
}

/// As `fmt.Sprint`: a space between two that are no strings.
fn print(arguments: &[Value]) -> String {
    let mut out = String::new();
    for (at, value) in arguments.iter().enumerate() {
        if at > 0 && !value.is_string() && !arguments[at - 1].is_string() {
            out.push(' ');
        }
        out.push_str(&go::plain(value));
    }
    out
}

fn html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&#34;").replace('\'', "&#39;")
}

fn slice(value: &Value, arguments: &[Value]) -> Result<Value, String> {
    let bound = |at: usize| arguments.get(at).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let length = value.as_array().map_or_else(|| value.as_str().map_or(0, str::len), Vec::len);
    let (from, to) = (bound(1).unwrap_or(0), bound(2).unwrap_or(length));
    let wrong = || format!("index out of range: {}", from.max(to));
    match value {
        Value::Array(items) => items.get(from..to).map(|part| part.to_vec().into()).ok_or_else(wrong),
        Value::String(text) => text.get(from..to).map(Value::from).ok_or_else(wrong),
        other => Err(format!("can't slice item of type {}", type_name(other))),
    }
}

const INCOMPARABLE: &str = "incompatible types for comparison";

/// Kinds that compare with each other only.
fn basic(value: &Value) -> Option<u8> {
    match value {
        Value::Bool(_) => Some(0),
        Value::Number(number) if number.is_f64() => Some(1),
        Value::Number(_) => Some(2),
        Value::String(_) => Some(3),
        _ => None,
    }
}

fn same(a: &Value, b: &Value) -> Result<bool, String> {
    if a.is_null() || b.is_null() {
        return Ok(a == b);
    }
    match (basic(a), basic(b)) {
        (None, _) | (_, None) => Err(INCOMPARABLE.into()),
        (one, other) if one != other => Err(INCOMPARABLE.into()),
        _ => Ok(a == b),
    }
}

fn order(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
        (Value::Number(x), Value::Number(y)) if basic(a) == basic(b) => {
            x.as_f64().partial_cmp(&y.as_f64()).ok_or_else(|| INCOMPARABLE.into())
        }
        (Value::Number(_) | Value::String(_), _) => Err(INCOMPARABLE.into()),
        _ => Err("invalid type for comparison".into()),
    }
}

fn index(at: &Value, key: &Value) -> Result<Value, String> {
    match (at, key) {
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or_default()),
        (Value::Object(_), other) => Err(format!("value has type {}; should be string", type_name(other))),
        (Value::Array(items), Value::Number(number)) if !number.is_f64() => {
            let found = number.as_u64().and_then(|n| items.get(usize::try_from(n).ok()?));
            found.cloned().ok_or_else(|| format!("index out of range: {number}"))
        }
        (Value::Null, _) => Err("index of untyped nil".into()),
        (Value::Array(_), Value::Null) => Err("cannot index slice/array with nil".into()),
        (Value::Array(_), other) => Err(format!("cannot index slice/array with type {}", type_name(other))),
        (other, _) => Err(format!("can't index item of type {}", type_name(other))),
    }
}

fn printf(arguments: &[Value]) -> String {
    let Some((format, mut values)) = arguments.split_first() else { return String::new() };
    let mut out = String::new();
    let format = format.as_str().unwrap_or_default();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = String::new();
        while let Some(c) = chars.next_if(|c| c.is_ascii_digit() || "-+ .#".contains(*c)) {
            spec.push(c);
        }
        let Some(verb) = chars.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some((value, rest)) = values.split_first() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        values = rest;
        out.push_str(&padded(&spec, &formatted(verb, &spec, value)));
    }
    if !values.is_empty() {
        let rest = values.iter().map(|value| format!("{}={}", type_name(value), go::plain(value)));
        out.push_str(&format!("%!(EXTRA {})", rest.collect::<Vec<_>>().join(", ")));
    }
    out
}

/// A value by a verb; one that does not go with its type says so.
fn formatted(verb: char, spec: &str, value: &Value) -> String {
    let places = spec.split_once('.').map_or(6, |(_, places)| places.parse().unwrap_or(0)).min(64);
    match (verb, value) {
        ('v', value) => go::plain(value),
        ('s', value) if basic(value).is_none_or(|kind| kind == 3) => go::plain(value),
        ('q', Value::String(text)) => go::quote(text),
        ('T', value) => type_name(value).to_owned(),
        ('d', Value::Number(number)) if !number.is_f64() => number.to_string(),
        ('t', Value::Bool(flag)) => flag.to_string(),
        ('x', Value::Number(number)) if number.is_i64() => {
            format!("{:x}", number.as_i64().unwrap_or_default())
        }
        ('f' | 'F', Value::Number(number)) if number.is_f64() => {
            format!("{:.places$}", number.as_f64().unwrap_or_default())
        }
        (verb, Value::Null) => format!("%!{verb}(<nil>)"),
        (verb, value) => format!("%!{verb}({}={})", type_name(value), go::plain(value)),
    }
}

fn padded(spec: &str, text: &str) -> String {
    let width = spec.trim_start_matches(['-', '+', '0', ' ', '#']).split('.').next().unwrap_or("");
    let width: usize = width.parse().unwrap_or(0).min(4096);
    if spec.starts_with('-') { format!("{text:<width$}") } else { format!("{text:>width$}") }
}
