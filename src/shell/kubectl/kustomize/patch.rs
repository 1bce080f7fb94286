//! The patches of a layer.

use super::Item;
use crate::api::{Gathered, Kind, Value};
use crate::apiserver::patch::{self, Patch};
use crate::manifest::yaml;
use crate::shell::Files;
use crate::shell::files::absolute;
use crate::shell::kubectl::doc::{entries, items, text};
use crate::shell::kubectl::selector::parse_labels;
use crate::shell::regex::{Regex, Syntax};

/// Carries out the patches of a layer.
pub fn all(files: &Files, full: &str, layer: &Value, all: &mut [Item]) -> Result<(), String> {
    for entry in items(&layer["patchesStrategicMerge"]).iter().map(text) {
        let source = files.read(&absolute(full, entry)).map_or_else(|_| entry.to_owned(), str::to_owned);
        apply(&source, &Value::Null, all)?;
    }
    for entry in items(&layer["patches"]).iter().chain(items(&layer["patchesJson6902"])) {
        let source = match text(&entry["path"]) {
            "" => text(&entry["patch"]).to_owned(),
            path => files.read(&absolute(full, path)).map(str::to_owned).map_err(|_| {
                format!(
                    "failed to get the patch file from path({path}): {}",
                    super::missing(&absolute(full, path), &absolute(full, path))
                )
            })?,
        };
        apply(&source, &entry["target"], all)?;
    }
    Ok(())
}

fn apply(source: &str, target: &Value, all: &mut [Item]) -> Result<(), String> {
    for part in yaml_documents(source) {
        let patch: Value = yaml::read(&part).map_err(|error| {
            format!("unable to parse SM or JSON patch from [{source}]: {}", error.message)
        })?;
        if patch.is_array() {
            if target.is_null() {
                return Err("must specify a target for JSON patch".into());
            }
            change(all, target, &Patch::Json(patch))?;
        } else if target.is_null() {
            own_target(all, patch)?;
        } else {
            change(all, target, &Patch::Strategic(patch))?;
        }
    }
    Ok(())
}

fn yaml_documents(source: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in source.lines() {
        if line.trim_end() == "---" {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A patch that names its object itself.
fn own_target(all: &mut [Item], patch: Value) -> Result<(), String> {
    let name = text(&patch["metadata"]["name"]).to_owned();
    let kind = Kind::from_manifest(text(&patch["apiVersion"]), text(&patch["kind"]));
    let found = all.iter_mut().find(|item| Some(item.kind) == kind && item.is_named(&name));
    let Some(item) = found else {
        let resource = kind.map(Kind::resource);
        let group = resource.map_or("", |resource| resource.group);
        let id = format!(
            "{}.{}.{}/{name}.[noNs]",
            text(&patch["kind"]),
            resource.map_or("", |resource| resource.version),
            if group.is_empty() { "[noGrp]" } else { group }
        );
        return Err(format!(
            "no resource matches strategic merge patch \"{id}\": no matches for Id {id}; failed to find unique target for patch {id}"
        ));
    };
    merge(item, &Patch::Strategic(patch))
}

fn merge(item: &mut Item, change: &Patch) -> Result<(), String> {
    let name = item.doc["metadata"]["name"].clone();
    let (doc, _) = patch::apply(item.kind, &item.doc, change).map_err(|error| error.0)?;
    item.doc = doc;
    // The object is named by its layer; a patch with a target may name anything.
    item.doc["metadata"]["name"] = name;
    Ok(())
}

/// Changes every object that a target selects.
fn change(all: &mut [Item], target: &Value, change: &Patch) -> Result<(), String> {
    let labels = parse_labels(text(&target["labelSelector"]))?;
    for item in all.iter_mut() {
        let resource = item.kind.resource();
        let fits =
            |field: &str, value: &str| text(&target[field]).is_empty() || text(&target[field]) == value;
        let named = text(&target["name"]);
        let own = entries(&item.doc["metadata"]["labels"]);
        let own = own.map(|(key, value)| (key.to_owned(), text(value).to_owned())).into_map();
        let selected = fits("kind", resource.name)
            && fits("group", resource.group)
            && fits("version", resource.version)
            && fits("namespace", text(&item.doc["metadata"]["namespace"]))
            && (named.is_empty() || item.is_named(named) || matches_whole(named, item.name()))
            && labels.iter().all(|requirement| requirement.matches(&own));
        if selected {
            merge(item, change)?;
        }
    }
    Ok(())
}

/// A target's name is a regular expression for the whole of an object's.
fn matches_whole(pattern: &str, name: &str) -> bool {
    let whole = format!("^({pattern})$");
    Regex::new(&whole, Syntax::Extended, false).is_ok_and(|regex| regex.is_match(name))
}
