//! What `jq` has built in: functions by name, operators, formats.

use super::parse::Filter;
use super::run::{Done, Env, Item, Machine, Out, Stop, error, get};
use super::value::{Json, Reader};
use crate::api::{Instant, Ordered};
use crate::shell::regex::{Regex, Syntax};
use crate::shell::tools::text::encode;
use std::rc::Rc;

/// A value in a message: its type and how it begins.
pub fn described(value: &Json) -> String {
    if *value == Json::Null {
        return "null (null)".to_owned();
    }
    let text = value.compact();
    let short: String = text.chars().take(11).collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    format!("{} ({}{dots})", value.kind(), if dots.is_empty() { &text } else { &short })
}

/// Arithmetic and comparisons.
///
/// # Errors
/// Where the types do not fit.
pub fn operate(sign: &str, a: &Json, b: &Json) -> Result<Json, Stop> {
    let order = || a.order(b);
    let cannot = |what: &str| Err(error(format!("{} and {} cannot be {what}", described(a), described(b))));
    Ok(match (sign, a, b) {
        ("==", ..) => Json::Bool(order().is_eq()),
        ("!=", ..) => Json::Bool(order().is_ne()),
        ("<", ..) => Json::Bool(order().is_lt()),
        ("<=", ..) => Json::Bool(order().is_le()),
        (">", ..) => Json::Bool(order().is_gt()),
        (">=", ..) => Json::Bool(order().is_ge()),
        ("+", Json::Null, other) | ("+", other, Json::Null) => other.clone(),
        ("+", Json::Number(a), Json::Number(b)) => Json::Number(a + b),
        ("+", Json::Text(a), Json::Text(b)) => Json::text(format!("{a}{b}")),
        ("+", Json::Array(a), Json::Array(b)) => Json::array(a.iter().chain(b.iter()).cloned().collect()),
        ("+", Json::Object(_), Json::Object(more)) => {
            let mut sum = a.clone();
            more.iter().for_each(|(key, value)| sum.set(key, value.clone()));
            sum
        }
        ("+", ..) => return cannot("added"),
        ("-", Json::Number(a), Json::Number(b)) => Json::Number(a - b),
        ("-", Json::Array(a), Json::Array(b)) => {
            Json::array(a.iter().filter(|item| !b.contains(item)).cloned().collect())
        }
        ("-", ..) => return cannot("subtracted"),
        ("*", Json::Number(a), Json::Number(b)) => Json::Number(a * b),
        ("*", Json::Text(text), Json::Number(times)) if *times > 0.0 => {
            let times = (times.ceil() as usize).min(1_000_000 / text.len().max(1));
            Json::text(text.repeat(times))
        }
        ("*", Json::Text(_), Json::Number(_)) => Json::Null,
        ("*", Json::Object(_), Json::Object(more)) => {
            let mut merged = a.clone();
            for (key, value) in more.iter() {
                let both = match (merged.member(key), value) {
                    (Some(old @ Json::Object(_)), Json::Object(_)) => operate("*", old, value)?,
                    _ => value.clone(),
                };
                merged.set(key, both);
            }
            merged
        }
        ("*", ..) => return cannot("multiplied"),
        ("/", Json::Number(_), Json::Number(0.0)) => {
            return cannot("divided because the divisor is zero");
        }
        ("/", Json::Number(a), Json::Number(b)) => Json::Number(a / b),
        ("/", Json::Text(a), Json::Text(b)) => split(a, b),
        ("/", ..) => return cannot("divided"),
        ("%", Json::Number(a), Json::Number(b)) => {
            let by = *b as i64;
            if by == 0 {
                return cannot("divided because the divisor is zero");
            }
            Json::Number((*a as i64).wrapping_rem(by.abs()) as f64)
        }
        _ => return cannot("divided"),
    })
}

fn split(text: &str, by: &str) -> Json {
    if text.is_empty() {
        return Json::array(Vec::new());
    }
    if by.is_empty() {
        return Json::array(text.chars().map(|c| Json::text(c.to_string())).collect());
    }
    Json::array(text.split(by).map(Json::text).collect())
}

/// A value in a format: `text`, `json`, `csv`, `tsv`, `html`, `uri`, `sh`, `base64`, `base64d`.
///
/// # Errors
/// For a format that is not known or does not fit.
pub fn format(name: &str, value: &Json) -> Result<String, Stop> {
    let text = match value {
        Json::Text(text) => text.to_string(),
        other => other.compact(),
    };
    let row = |quote: &dyn Fn(&str) -> String, separator: &str| match value {
        Json::Array(items) => {
            let cells: Result<Vec<String>, Stop> = items
                .iter()
                .map(|item| match item {
                    Json::Null => Ok(String::new()),
                    Json::Text(text) => Ok(quote(text)),
                    Json::Array(_) | Json::Object(_) => {
                        let what = if separator == "," { "csv" } else { "tsv" };
                        Err(error(format!("{} is not valid in a {what} row", described(item))))
                    }
                    other => Ok(other.compact()),
                })
                .collect();
            Ok(cells?.join(separator))
        }
        other => {
            Err(error(format!("{} cannot be {}-formatted, only an array can be", described(other), name)))
        }
    };
    match name {
        "text" => Ok(text),
        "json" => Ok(value.compact()),
        "csv" => row(&|text| format!("\"{}\"", text.replace('"', "\"\"")), ","),
        "tsv" => row(&|text| text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"), "\t"),
        "html" => Ok(text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\'', "&#39;")
            .replace('"', "&quot;")),
        "uri" => Ok(text
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect()),
        "sh" => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
        "base64" => Ok(encode(text.as_bytes())),
        "base64d" => {
            let (bytes, _) = crate::shell::tools::text::decode(text.trim_end());
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => Err(error(format!("{name} is not a valid format"))),
    }
}

fn length(value: &Json) -> Result<Json, Stop> {
    Ok(Json::Number(match value {
        Json::Null => 0.0,
        Json::Bool(_) => return Err(error(format!("{} has no length", described(value)))),
        Json::Number(number) => number.abs(),
        Json::Text(text) => text.chars().count() as f64,
        Json::Array(items) => items.len() as f64,
        Json::Object(members) => members.len() as f64,
    }))
}

fn items<'a>(value: &'a Json, what: &str) -> Result<&'a [Json], Stop> {
    match value {
        Json::Array(items) => Ok(items),
        other => Err(error(format!("{} {what}", described(other)))),
    }
}

fn text<'a>(value: &'a Json, name: &str) -> Result<&'a str, Stop> {
    match value {
        Json::Text(text) => Ok(text),
        other => Err(error(format!("{name} input must be a string, not {}", described(other)))),
    }
}

fn contains(a: &Json, b: &Json) -> Result<bool, Stop> {
    match (a, b) {
        (Json::Object(_), Json::Object(wanted)) => {
            for (key, value) in wanted.iter() {
                match a.member(key) {
                    Some(own) if own.kind() == value.kind() && contains(own, value)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Json::Array(own), Json::Array(wanted)) => {
            for value in wanted.iter() {
                let mut any = false;
                for item in own.iter().filter(|item| item.kind() == value.kind()) {
                    any |= contains(item, value)?;
                }
                if !any {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Json::Text(a), Json::Text(b)) => Ok(a.contains(&**b)),
        (a, b) if a.kind() == b.kind() => Ok(a == b),
        (a, b) => {
            let why = "cannot have their containment checked";
            Err(error(format!("{} and {} {why}", described(a), described(b))))
        }
    }
}

fn entries(value: &Json) -> Result<Json, Stop> {
    let Json::Object(members) = value else {
        return Err(error(format!("{} has no keys", described(value))));
    };
    let entry = |(key, value): &(Rc<str>, Json)| {
        let mut entry = Json::object();
        entry.set("key", Json::Text(key.clone()));
        entry.set("value", value.clone());
        entry
    };
    Ok(Json::array(members.iter().map(entry).collect()))
}

fn from_entries(value: &Json) -> Result<Json, Stop> {
    let mut object = Json::object();
    for entry in items(value, "cannot be made an object of")? {
        let part =
            |names: &[&str]| names.iter().find_map(|name| entry.member(name)).cloned().unwrap_or(Json::Null);
        let key = match part(&["key", "k", "name", "Name", "Key", "K"]) {
            Json::Text(key) => key,
            other => other.compact().into(),
        };
        object.set(&key, part(&["value", "v", "Value", "V"]));
    }
    Ok(object)
}

fn flatten(values: &[Json], depth: f64, out: &mut Vec<Json>) {
    for value in values {
        match value {
            Json::Array(inner) if depth > 0.0 => flatten(inner, depth - 1.0, out),
            other => out.push(other.clone()),
        }
    }
}

/// Functions of a value alone.
fn simple(name: &str, value: &Json) -> Option<Result<Json, Stop>> {
    let number = |value: &Json, act: fn(f64) -> f64| match value {
        Json::Number(number) => Ok(Json::Number(act(*number))),
        other => Err(error(format!("{} number required", described(other)))),
    };
    let sorted = |value: &Json| {
        let mut items = items(value, "cannot be sorted, as it is not an array")?.to_vec();
        items.order_by(Json::order);
        Ok(items)
    };
    Some(match name {
        "true" => Ok(Json::Bool(true)),
        "false" => Ok(Json::Bool(false)),
        "null" => Ok(Json::Null),
        "not" => Ok(Json::Bool(!value.truth())),
        "length" => length(value),
        "utf8bytelength" => text(value, "utf8bytelength").map(|text| Json::Number(text.len() as f64)),
        "type" => Ok(Json::text(value.kind())),
        "keys" | "keys_unsorted" => match value {
            Json::Object(members) => Ok(Json::array(match name {
                "keys" => value.keys().into_iter().map(Json::Text).collect(),
                _ => members.iter().map(|(key, _)| Json::Text(key.clone())).collect(),
            })),
            Json::Array(items) => {
                Ok(Json::array((0..items.len()).map(|index| Json::Number(index as f64)).collect()))
            }
            other => Err(error(format!("{} has no keys", described(other)))),
        },
        "add" => match value {
            Json::Object(members) => {
                members.iter().try_fold(Json::Null, |sum, (_, value)| operate("+", &sum, value))
            }
            other => items(other, "cannot be iterated over")
                .and_then(|items| items.iter().try_fold(Json::Null, |sum, item| operate("+", &sum, item))),
        },
        "any" => {
            items(value, "cannot be iterated over").map(|items| Json::Bool(items.iter().any(Json::truth)))
        }
        "all" => {
            items(value, "cannot be iterated over").map(|items| Json::Bool(items.iter().all(Json::truth)))
        }
        "fromdate" | "fromdateiso8601" => text(value, name).and_then(|text| {
            let at = Instant::parse_rfc3339(text).filter(|_| text.len() == 20);
            let why = || error(format!("date \"{text}\" does not match format \"%Y-%m-%dT%H:%M:%SZ\""));
            at.map(|at| Json::Number(at.unix() as f64)).ok_or_else(why)
        }),
        "todate" | "todateiso8601" => match value {
            Json::Number(seconds) => Ok(Json::text(Instant::from_unix(*seconds as u64).rfc3339().as_str())),
            other => Err(error(format!("{} cannot be parsed as a number", described(other)))),
        },
        "floor" => number(value, f64::floor),
        "ceil" => number(value, f64::ceil),
        "round" => number(value, f64::round),
        "sqrt" => number(value, f64::sqrt),
        "fabs" | "abs" => number(value, f64::abs),
        "tostring" => Ok(match value {
            Json::Text(_) => value.clone(),
            other => Json::text(other.compact()),
        }),
        "tojson" => Ok(Json::text(value.compact())),
        "fromjson" => text(value, "fromjson").and_then(|text| match Reader::new(text).next() {
            Some(read) => read.map_err(|why| error(format!("{why} (while parsing '{text}')"))),
            None => Ok(Json::Null),
        }),
        "tonumber" => match value {
            Json::Number(_) => Ok(value.clone()),
            Json::Text(text) => text.trim().parse().map(Json::Number).map_err(|_| {
                error(format!(
                    "Invalid numeric literal at EOF at line 1, column {} (while parsing '{text}')",
                    text.chars().count()
                ))
            }),
            other => Err(error(format!("{} cannot be parsed as a number", described(other)))),
        },
        "ascii_downcase" => text(value, name).map(|text| Json::text(text.to_ascii_lowercase())),
        "ascii_upcase" => text(value, name).map(|text| Json::text(text.to_ascii_uppercase())),
        "trim" => text(value, name).map(|text| Json::text(text.trim())),
        "reverse" => match value {
            Json::Text(text) => Ok(Json::text(text.chars().rev().collect::<String>())),
            Json::Null => Ok(Json::array(Vec::new())),
            other => items(other, "cannot be reversed, as it is not an array")
                .map(|items| Json::array(items.iter().rev().cloned().collect())),
        },
        "sort" => sorted(value).map(Json::array),
        "unique" => sorted(value).map(|mut items| {
            items.dedup();
            Json::array(items)
        }),
        "min" => sorted(value).map(|items| items.first().cloned().unwrap_or(Json::Null)),
        "max" => sorted(value).map(|items| items.last().cloned().unwrap_or(Json::Null)),
        "to_entries" => entries(value),
        "from_entries" => from_entries(value),
        "flatten" => items(value, "cannot be flattened").map(|values| {
            let mut out = Vec::new();
            flatten(values, f64::INFINITY, &mut out);
            Json::array(out)
        }),
        "transpose" => items(value, "cannot be transposed").map(|rows| {
            let row = |row: &Json| if let Json::Array(row) = row { row.to_vec() } else { Vec::new() };
            let rows: Vec<Vec<Json>> = rows.iter().map(row).collect();
            let width = rows.iter().map(Vec::len).max().unwrap_or(0);
            let column =
                |at: usize| rows.iter().map(|row| row.get(at).cloned().unwrap_or(Json::Null)).collect();
            Json::array((0..width).map(|at| Json::array(column(at))).collect())
        }),
        _ => return None,
    })
}

/// Functions of a value and of one argument's value.
fn with_value(name: &str, value: &Json, argument: &Json) -> Option<Result<Json, Stop>> {
    let affix = |act: fn(&str, &str) -> bool| match (value, argument) {
        (Json::Text(text), Json::Text(affix)) => Ok(Json::Bool(act(text, affix))),
        _ => Err(error(format!("{name}() requires string inputs"))),
    };
    Some(match name {
        "has" => match (value, argument) {
            (Json::Object(_), Json::Text(key)) => Ok(Json::Bool(value.member(key).is_some())),
            (Json::Array(items), Json::Number(at)) => {
                Ok(Json::Bool(*at >= 0.0 && (*at as usize) < items.len()))
            }
            (value, key) => {
                Err(error(format!("Cannot check whether {} has a {} key", value.kind(), key.kind())))
            }
        },
        "in" => return with_value("has", argument, value),
        "inside" => return with_value("contains", argument, value),
        "contains" => contains(value, argument).map(Json::Bool),
        "startswith" => affix(|text, affix| text.starts_with(affix)),
        "endswith" => affix(|text, affix| text.ends_with(affix)),
        "ltrimstr" | "rtrimstr" => Ok(match (value, argument) {
            (Json::Text(text), Json::Text(affix)) => Json::text(
                match name {
                    "ltrimstr" => text.strip_prefix(&**affix),
                    _ => text.strip_suffix(&**affix),
                }
                .unwrap_or(text),
            ),
            _ => value.clone(),
        }),
        "split" => match (value, argument) {
            (Json::Text(text), Json::Text(by)) => Ok(split(text, by)),
            _ => Err(error("split input and separator must be strings")),
        },
        "join" => items(value, "cannot be iterated over").and_then(|items| {
            let mut out = String::new();
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out += text(argument, "join")?;
                }
                match item {
                    Json::Null => {}
                    Json::Array(_) | Json::Object(_) => {
                        let before = described(&Json::text(out));
                        return Err(error(format!("{before} and {} cannot be added", described(item))));
                    }
                    item => out += &format("text", item)?,
                }
            }
            Ok(Json::text(out))
        }),
        "index" | "rindex" | "indices" => match (value, argument) {
            (Json::Text(text), Json::Text(part)) => {
                let found: Vec<Json> = text
                    .match_indices(&**part)
                    .map(|(at, _)| Json::Number(text[..at].chars().count() as f64))
                    .collect();
                Ok(match name {
                    "index" => found.first().cloned().unwrap_or(Json::Null),
                    "rindex" => found.last().cloned().unwrap_or(Json::Null),
                    _ => Json::array(found),
                })
            }
            (Json::Array(items), wanted) => {
                let found = items.iter().enumerate().filter(|(_, item)| *item == wanted);
                let found: Vec<Json> = found.map(|(at, _)| Json::Number(at as f64)).collect();
                Ok(match name {
                    "index" => found.first().cloned().unwrap_or(Json::Null),
                    "rindex" => found.last().cloned().unwrap_or(Json::Null),
                    _ => Json::array(found),
                })
            }
            _ => Ok(Json::Null),
        },
        "flatten" => items(value, "cannot be flattened").map(|values| {
            let mut out = Vec::new();
            flatten(values, if let Json::Number(depth) = argument { *depth } else { 0.0 }, &mut out);
            Json::array(out)
        }),
        "test" => regex(argument, &Json::Null)
            .and_then(|regex| Ok(Json::Bool(regex.is_match(text(value, "test")?)))),
        "error" => Err(Stop::Error(argument.clone())),
        "splits" => return with_value("split", value, argument),
        _ => return None,
    })
}

fn regex(pattern: &Json, flags: &Json) -> Result<Regex, Stop> {
    let pattern = text(pattern, "test")?;
    let ignore = matches!(flags, Json::Text(flags) if flags.contains('i'));
    Regex::new(pattern, Syntax::Perl, ignore)
        .map_err(|why| error(format!("{pattern} (at offset 0) is not a valid regex: {why}")))
}

/// Calls a function.
///
/// # Errors
/// As the function says; where there is none of that name.
pub fn call(
    machine: &mut Machine,
    name: &str,
    arguments: &[Filter],
    item: &Item,
    env: &Env,
    out: Out<'_>,
) -> Done {
    let value = &item.value;
    let here = Item::plain(value.clone());
    match (name, arguments) {
        ("empty", []) => Ok(()),
        ("error", []) => Err(Stop::Error(value.clone())),
        ("recurse", []) => machine.recurse(item, out),
        ("recurse", [filter]) => machine.recurse_with(filter, item, env, out),
        ("select", [filter]) => machine.run(filter, &here, env, &mut |machine, holds| {
            if holds.value.truth() { out(machine, item.clone()) } else { Ok(()) }
        }),
        ("values", []) if *value == Json::Null => Ok(()),
        ("values", []) => out(machine, item.clone()),
        (
            "nulls" | "strings" | "numbers" | "booleans" | "arrays" | "objects" | "iterables" | "scalars",
            [],
        ) => {
            let kind = value.kind();
            let fits = match name {
                "iterables" => matches!(kind, "array" | "object"),
                "scalars" => !matches!(kind, "array" | "object"),
                name => name.trim_end_matches('s') == kind,
            };
            if fits { out(machine, item.clone()) } else { Ok(()) }
        }
        ("first" | "last", []) => {
            let list = items(value, "cannot be indexed with a number")?;
            let found = if name == "first" { list.first() } else { list.last() };
            out(machine, Item::plain(found.cloned().unwrap_or(Json::Null)))
        }
        ("first", [filter]) => limit(machine, 1, filter, item, env, out),
        ("last", [filter]) => match machine.all(filter, &here, env)?.pop() {
            Some(last) => out(machine, Item::plain(last)),
            None => Ok(()),
        },
        ("limit", [count, filter]) => match machine.one(count, &here, env)? {
            Json::Number(count) if count >= 1.0 => limit(machine, count as u32, filter, item, env, out),
            _ => Ok(()),
        },
        ("nth", [index]) => {
            let index = machine.one(index, &here, env)?;
            let list = items(value, "cannot be indexed with a number")?;
            let at = if let Json::Number(at) = index { at as usize } else { 0 };
            out(machine, Item::plain(list.get(at).cloned().unwrap_or(Json::Null)))
        }
        ("range", _) => range(machine, arguments, &here, env, out),
        ("map", [filter]) => {
            let mut found = Vec::new();
            machine.each(&here, &mut |machine, inner| {
                found.extend(machine.all(filter, &Item::plain(inner.value), env)?);
                Ok(())
            })?;
            out(machine, Item::plain(Json::array(found)))
        }
        ("map_values", [filter]) => {
            let each = Filter::Each(Box::new(Filter::Identity));
            let changed = machine.update(&each, value, env, &mut |machine, old| {
                let mut found = machine.all(filter, &Item::plain(old), env)?;
                Ok((!found.is_empty()).then(|| found.swap_remove(0)))
            })?;
            out(machine, Item::plain(changed))
        }
        ("with_entries", [filter]) => {
            let mut found = Vec::new();
            for entry in items(&entries(value)?, "")? {
                found.extend(machine.all(filter, &Item::plain(entry.clone()), env)?);
            }
            let object = from_entries(&Json::array(found))?;
            out(machine, Item::plain(object))
        }
        // What the machine knows is bound where the run begins.
        ("now" | "env", []) => {
            let known = env.get(if name == "now" { "now" } else { "ENV" });
            out(machine, Item::plain(known.unwrap_or(Json::Null)))
        }
        ("any" | "all", [values, filter]) => {
            let mut holds = name == "all";
            for inner in machine.all(values, &here, env)? {
                for found in machine.all(filter, &Item::plain(inner), env)? {
                    holds = if name == "all" { holds && found.truth() } else { holds || found.truth() };
                }
            }
            out(machine, Item::plain(Json::Bool(holds)))
        }
        ("scan", [pattern]) => {
            let regex = regex(&machine.one(pattern, &here, env)?, &Json::Null)?;
            let source = text(value, "scan")?;
            for groups in regex.find_all(source) {
                let part = |group: &Option<(usize, usize)>| {
                    group.and_then(|(from, to)| source.get(from..to)).map_or(Json::Null, Json::text)
                };
                // The parts in parentheses if there are any, else the whole match.
                let found = match groups.split_first() {
                    Some((_, inner)) if !inner.is_empty() => Json::array(inner.iter().map(part).collect()),
                    Some((whole, _)) => part(whole),
                    None => continue,
                };
                out(machine, Item::plain(found))?;
            }
            Ok(())
        }
        ("getpath", [path]) => {
            let path = machine.one(path, &here, env)?;
            let mut at = value.clone();
            for key in items(&path, "Path must be specified as an array")? {
                at = get(&at, key).unwrap_or(Json::Null);
            }
            out(machine, Item::plain(at))
        }
        ("any" | "all", [filter]) => {
            let mut holds = name == "all";
            machine.each(&here, &mut |machine, inner| {
                for found in machine.all(filter, &Item::plain(inner.value), env)? {
                    holds = if name == "all" { holds && found.truth() } else { holds || found.truth() };
                }
                Ok(())
            })?;
            out(machine, Item::plain(Json::Bool(holds)))
        }
        ("add", [filter]) => {
            let all = Json::array(machine.all(filter, &here, env)?);
            let sum = simple("add", &all).unwrap_or(Ok(Json::Null))?;
            out(machine, Item::plain(sum))
        }
        ("sort_by" | "group_by" | "unique_by" | "min_by" | "max_by", [filter]) => {
            let sorted = by(machine, name, filter, value, env)?;
            out(machine, Item::plain(sorted))
        }
        ("del", [filter]) => {
            let left = machine.update(filter, value, env, &mut |_, _| Ok(None))?;
            out(machine, Item::plain(left))
        }
        ("path" | "paths", _) => {
            let everything = Filter::Everything;
            let filter = arguments.first().unwrap_or(&everything);
            for path in machine.paths(filter, value, env)? {
                if name == "path" || !path.is_empty() {
                    out(machine, Item::plain(Json::Array(path)))?;
                }
            }
            Ok(())
        }
        ("sub" | "gsub", [pattern, replacement, flags @ ..]) => {
            let flags = match flags.first() {
                Some(flags) => machine.one(flags, &here, env)?,
                None => Json::Null,
            };
            let regex = regex(&machine.one(pattern, &here, env)?, &flags)?;
            let all = name == "gsub" || matches!(&flags, Json::Text(flags) if flags.contains('g'));
            let source = text(value, name)?;
            let mut made = String::new();
            let mut at = 0;
            for groups in regex.find_all(source) {
                let Some(Some((start, end))) = groups.first().copied() else { continue };
                made += source.get(at..start).unwrap_or_default();
                let new = machine.one(replacement, &Item::plain(Json::object()), env)?;
                made += text(&new, name)?;
                at = end;
                if !all {
                    break;
                }
            }
            made += source.get(at..).unwrap_or_default();
            out(machine, Item::plain(Json::text(made)))
        }
        ("test", [pattern, flags]) => {
            let flags = machine.one(flags, &here, env)?;
            let regex = regex(&machine.one(pattern, &here, env)?, &flags)?;
            let holds = regex.is_match(text(value, name)?);
            out(machine, Item::plain(Json::Bool(holds)))
        }
        (_, []) => match simple(name, value) {
            Some(result) => out(machine, Item::plain(result?)),
            None => Err(undefined(name, 0)),
        },
        (_, [argument]) => machine.run(argument, &here, env, &mut |machine, argument| match with_value(
            name,
            value,
            &argument.value,
        ) {
            Some(result) => out(machine, Item::plain(result?)),
            None => Err(undefined(name, 1)),
        }),
        (_, more) => Err(undefined(name, more.len())),
    }
}

/// What a compiler would have said before anything ran.
fn undefined(name: &str, arguments: usize) -> Stop {
    let known = ELSEWHERE.split_whitespace().any(|other| other == name);
    error(format!("{name}/{arguments} is not {}", if known { "simulated here" } else { "defined" }))
}

/// What jq has built in besides.
const ELSEWHERE: &str = "capture combinations debug delpaths env explode implode infinite input input_filename \
    input_line_number inputs isinfinite isnan isnormal isvalid leaf_paths localtime match mktime gmtime nan nth pow log exp \
    repeat setpath splits strftime strptime strflocaltime tostream fromstream transpose until walk while halt halt_error \
    getpath ascii @text limit min_by tojson truncate_stream in inside utf8bytelength significand bsearch indices index rindex";

fn limit(machine: &mut Machine, most: u32, filter: &Filter, item: &Item, env: &Env, out: Out<'_>) -> Done {
    let mut left = most;
    let mut after = None;
    let done = machine.run(filter, item, env, &mut |machine, found| {
        left -= 1;
        match out(machine, found) {
            Ok(()) if left > 0 => Ok(()),
            done => {
                after = Some(done);
                Err(Stop::Enough)
            }
        }
    });
    after.unwrap_or(done)
}

fn range(machine: &mut Machine, arguments: &[Filter], here: &Item, env: &Env, out: Out<'_>) -> Done {
    let mut bounds = Vec::new();
    for argument in arguments {
        match machine.one(argument, here, env)? {
            Json::Number(number) => bounds.push(number),
            _ => return Err(error("Range bounds must be numeric")),
        }
    }
    let (mut at, to, step) = match bounds[..] {
        [to] => (0.0, to, 1.0),
        [from, to] => (from, to, 1.0),
        [from, to, step] => (from, to, step),
        _ => return Err(undefined("range", arguments.len())),
    };
    let identity = Filter::Identity;
    while step > 0.0 && at < to || step < 0.0 && at > to {
        machine.run(&identity, &Item::plain(Json::Number(at)), env, out)?;
        at += step;
    }
    Ok(())
}

fn by(machine: &mut Machine, name: &str, filter: &Filter, value: &Json, env: &Env) -> Result<Json, Stop> {
    let list = items(value, "cannot be sorted, as it is not an array")?;
    let mut keyed = Vec::new();
    for item in list {
        let key = Json::array(machine.all(filter, &Item::plain(item.clone()), env)?);
        keyed.push((key, item.clone()));
    }
    keyed.order_by(|a, b| a.0.order(&b.0));
    Ok(match name {
        "min_by" => keyed.into_iter().next().map_or(Json::Null, |(_, item)| item),
        "max_by" => keyed.into_iter().next_back().map_or(Json::Null, |(_, item)| item),
        "sort_by" => Json::array(keyed.into_iter().map(|(_, item)| item).collect()),
        "unique_by" => {
            keyed.dedup_by(|a, b| a.0 == b.0);
            Json::array(keyed.into_iter().map(|(_, item)| item).collect())
        }
        _ => {
            let mut groups: Vec<(Json, Vec<Json>)> = Vec::new();
            for (key, item) in keyed {
                match groups.last_mut().filter(|(last, _)| *last == key) {
                    Some((_, group)) => group.push(item),
                    None => groups.push((key, vec![item])),
                }
            }
            Json::array(groups.into_iter().map(|(_, group)| Json::array(group)).collect())
        }
    })
}
