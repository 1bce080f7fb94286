//! `vars`: names for fields of objects, written `$(NAME)` where they are used.

use super::Item;
use super::fields::{find, parts};
use crate::api::{Kind, Value};
use crate::shell::kubectl::doc::{items, shown, text};

/// A name, and the field it stands for.
#[derive(Clone, Debug)]
pub struct Var {
    name: String,
    kind: String,
    object: String,
    path: String,
}

/// Collects the variables of a layer.
///
/// # Errors
/// When a name is used twice.
pub fn collect(layer: &Value, vars: &mut Vec<Var>) -> Result<(), String> {
    for entry in items(&layer["vars"]) {
        let name = text(&entry["name"]).to_owned();
        if vars.iter().any(|var| var.name == name) {
            return Err(format!("var '{name}' already encountered"));
        }
        let path = match text(&entry["fieldref"]["fieldpath"]) {
            "" => "metadata.name",
            path => path,
        };
        let (kind, object) =
            (text(&entry["objref"]["kind"]).to_owned(), text(&entry["objref"]["name"]).to_owned());
        vars.push(Var { name, kind, object, path: path.to_owned() });
    }
    Ok(())
}

/// Puts values in place of the names. `also` are fields that a configuration adds to those kustomize knows.
///
/// # Errors
/// When a variable's field is not there.
pub fn resolve(vars: &[Var], also: &[String], all: &mut [Item]) -> Result<(), String> {
    let mut values: Vec<(String, Value)> = Vec::new();
    for var in vars {
        let item =
            all.iter_mut().find(|item| item.kind.resource().name == var.kind && item.is_named(&var.object));
        let Some(item) = item else {
            return Err(format!(
                "var '{}' cannot be mapped to a field in the set of known resources",
                var.name
            ));
        };
        let mut found = Vec::new();
        find(&mut item.doc, &parts(&var.path), &mut found);
        let Some(value) = found.first() else {
            return Err(format!(
                "field specified in var '{{{} {}}}' not found in corresponding resource",
                var.name, var.path
            ));
        };
        values.push((format!("$({})", var.name), (**value).clone()));
    }
    for item in all.iter_mut().filter(|_| !values.is_empty()) {
        let fixed = if item.kind == Kind::Ingress { "spec" } else { "" };
        fill(&mut item.doc, "", fixed == "spec", &values);
        for path in also {
            let mut found = Vec::new();
            find(&mut item.doc, &parts(path), &mut found);
            found.into_iter().for_each(|value| fill(value, "", true, &values));
        }
    }
    Ok(())
}

/// Fields in which names are looked for.
const PLACES: [&str; 7] = ["args", "command", "env", "mountPath", "subPath", "path", "host"];

fn fill(value: &mut Value, key: &str, inside: bool, values: &[(String, Value)]) {
    let inside = inside || PLACES.contains(&key);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| fill(item, "", inside, values)),
        Value::Object(map) => map.iter_mut().for_each(|(key, item)| fill(item, key, inside, values)),
        Value::String(words) if inside => {
            // A field that is a name and no more takes the value's type.
            if let Some((_, whole)) = values.iter().find(|(name, _)| name == words) {
                *value = whole.clone();
                return;
            }
            for (name, with) in values {
                if words.contains(name) {
                    *words = words.replace(name, &shown(with));
                }
            }
        }
        _ => {}
    }
}
