//! `replacements`: a field of one object, copied into fields of others.

use super::Item;
use super::fields::{create, find, parts};
use crate::api::{Gathered, Value};
use crate::manifest::yaml;
use crate::shell::Files;
use crate::shell::files::absolute;
use crate::shell::kubectl::doc::{entries, int, items, shown, text};
use crate::shell::kubectl::selector::parse_labels;

/// Carries out the replacements of a layer.
pub fn all(files: &Files, full: &str, layer: &Value, all: &mut [Item]) -> Result<(), String> {
    for entry in items(&layer["replacements"]) {
        let path = text(&entry["path"]);
        if path.is_empty() {
            one(entry, all)?;
            continue;
        }
        let path = absolute(full, path);
        let source = files.read(&path).map_err(|_| super::missing(&path, &path))?;
        let read: Value = yaml::read(source).map_err(|error| error.message)?;
        let list = if read.is_array() { items(&read).to_vec() } else { vec![read] };
        list.iter().try_for_each(|entry| one(entry, all))?;
    }
    Ok(())
}

fn one(entry: &Value, all: &mut [Item]) -> Result<(), String> {
    if (entry["source"].is_null() && entry["sourceValue"].is_null()) || entry["targets"].is_null() {
        return Err("replacements must specify a source and at least one target".into());
    }
    let value = match &entry["sourceValue"] {
        Value::Null => source(&entry["source"], all)?,
        value => value.clone(),
    };
    for target in items(&entry["targets"]) {
        let select = &target["select"];
        if select.is_null() {
            return Err("target must specify resources to select".into());
        }
        for item in all.iter_mut() {
            let rejected = items(&target["reject"]).iter().any(|reject| selects(reject, item));
            if rejected || !selects(select, item) || !labelled(select, item)? {
                continue;
            }
            let own_name = [Value::from("metadata.name")];
            let paths = items(&target["fieldPaths"]);
            for path in if paths.is_empty() { &own_name[..] } else { paths } {
                copy(&value, item, text(path), &target["options"])?;
            }
        }
    }
    Ok(())
}

/// The value that is copied.
fn source(source: &Value, all: &mut [Item]) -> Result<Value, String> {
    let path = match text(&source["fieldPath"]) {
        "" => "metadata.name",
        path => path,
    };
    let mut chosen = all.iter_mut().filter(|item| selects(source, item));
    let Some(item) = chosen.next() else {
        return Err(format!("nothing selected by {}:{path}", selector(source)));
    };
    if chosen.next().is_some() {
        return Err(format!("multiple matches for selector {}:{path}", selector(source)));
    }
    let id = item.id();
    let mut found = Vec::new();
    find(&mut item.doc, &parts(path), &mut found);
    let Some(value) = found.first().filter(|value| !value.is_null()) else {
        return Err(format!("fieldPath `{path}` is missing for replacement source {id}"));
    };
    let options = &source["options"];
    let delimiter = text(&options["delimiter"]);
    if delimiter.is_empty() {
        return Ok((**value).clone());
    }
    let whole = shown(value);
    let parts: Vec<&str> = whole.split(delimiter).collect();
    let at = int(&options["index"]);
    let part = usize::try_from(at).ok().and_then(|at| parts.get(at));
    part.map(|part| Value::from(*part))
        .ok_or_else(|| format!("options.index {at} is out of bounds for value {whole}"))
}

/// `ConfigMap.[noVer].[noGrp]/x.[noNs]`
fn selector(selector: &Value) -> String {
    let or = |field: &str, none: &'static str| match text(&selector[field]) {
        "" => none.to_owned(),
        value => value.to_owned(),
    };
    format!(
        "{}.{}.{}/{}.{}",
        or("kind", "[noKind]"),
        or("version", "[noVer]"),
        or("group", "[noGrp]"),
        or("name", "[noName]"),
        or("namespace", "[noNs]")
    )
}

fn selects(selector: &Value, item: &Item) -> bool {
    let resource = item.kind.resource();
    let fits = |field: &str, value: &str| ["", value].contains(&text(&selector[field]));
    let name = text(&selector["name"]);
    fits("group", resource.group)
        && fits("version", resource.version)
        && fits("kind", resource.name)
        && fits("namespace", text(&item.doc["metadata"]["namespace"]))
        && (name.is_empty() || item.is_named(name))
}

fn labelled(select: &Value, item: &Item) -> Result<bool, String> {
    for (selector, field) in [("labelSelector", "labels"), ("annotationSelector", "annotations")] {
        let requirements = parse_labels(text(&select[selector]))?;
        let labels = entries(&item.doc["metadata"][field]);
        let own = labels.map(|(key, value)| (key.clone(), text(value).to_owned())).into_map();
        if !requirements.iter().all(|requirement| requirement.matches(&own)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn copy(value: &Value, item: &mut Item, path: &str, options: &Value) -> Result<(), String> {
    let creates = options["create"] == true;
    let path_parts = parts(path);
    let mut renamed = (path == "metadata.name").then(|| item.name().to_owned());
    let mut found = Vec::new();
    if creates {
        create(&mut item.doc, &path_parts, &mut found);
    } else {
        find(&mut item.doc, &path_parts, &mut found);
    }
    if found.is_empty() {
        let or_create = if creates { " or create" } else { "" };
        return Err(format!("unable to find{or_create} field \"{path}\" in replacement target"));
    }
    for field in found {
        *field = replaced(field, value, options)?;
    }
    if let Some(old) = renamed.take().filter(|old| old != item.name()) {
        item.before.push(old);
    }
    Ok(())
}

/// What a field holds afterwards; a scalar keeps its type.
fn replaced(field: &Value, value: &Value, options: &Value) -> Result<Value, String> {
    let delimiter = text(&options["delimiter"]);
    let mut value = value.clone();
    if !delimiter.is_empty() {
        if field.is_array() || field.is_object() {
            return Err("delimiter option can only be used with scalar nodes".into());
        }
        let (whole, new) = (shown(field), shown(&value));
        let mut parts: Vec<&str> = whole.split(delimiter).collect();
        match usize::try_from(int(&options["index"])) {
            Err(_) => parts.insert(0, &new),
            Ok(at) if at >= parts.len() => parts.push(&new),
            Ok(at) => parts[at] = &new,
        }
        value = parts.join(delimiter).into();
    }
    if value.is_array() || value.is_object() {
        return Ok(value);
    }
    let words = shown(&value);
    Ok(match field {
        Value::String(_) => words.into(),
        Value::Number(_) | Value::Bool(_) => yaml::read(&words).unwrap_or(value),
        _ => value,
    })
}
