//! Images, resources, accounts, selectors, subjects.

use super::{each, parted, pod_spec};
use crate::api::{Kind, Map, RequirementOperator, Value, json};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::{items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::resources::{query, resolve};
use crate::shell::kubectl::selector::parse_labels;

/// The containers of a pod spec, init containers first.
fn containers(spec: &mut Value, inits: bool) -> impl Iterator<Item = &mut Value> {
    let mut lists = Vec::new();
    for (key, list) in spec.as_object_mut().into_iter().flatten() {
        if key == "containers" || (inits && key == "initContainers") {
            lists.extend(list.as_array_mut().into_iter().flatten());
        }
    }
    lists.into_iter()
}

/// `kubectl set image`
pub fn image(call: &mut Call<'_, '_>) -> Outcome {
    let (resources, changes) = parted(&call.args(), |arg| arg.contains('='));
    if changes.is_empty() {
        // The objects are looked up first, and a line without any fails there.
        let query = query(call, resources);
        Failure::all(resolve(call, &query)?.failures)?;
        return Err("at least one image update is required".into());
    }
    let mut images: Vec<(String, String)> = Vec::new();
    for change in &changes {
        match change.split_once('=').filter(|(name, image)| !name.is_empty() && !image.is_empty()) {
            Some((name, image)) => images.push((name.to_owned(), image.to_owned())),
            None => return Err(format!("invalid image format {change}: expected container=image").into()),
        }
    }
    each(call, resources, "image updated", move |found, doc, failures| {
        let Some(spec) = pod_spec(found.kind, doc) else { return };
        for (name, image) in &images {
            let mut any = false;
            for container in containers(spec, true).filter(|c| name == "*" || text(&c["name"]) == name) {
                put(container, &["image"], image.clone());
                any = true;
            }
            if !any {
                failures.push(Failure::Message(format!(
                    "error: unable to find container named {}",
                    go::quote(name)
                )));
            }
        }
    })
}

/// `kubectl set resources`
pub fn resources(call: &mut Call<'_, '_>) -> Outcome {
    let (limits, requests) = (call.flags.text("limits").to_owned(), call.flags.text("requests").to_owned());
    if limits.is_empty() && requests.is_empty() {
        return Err(
            "you must specify an update to requests or limits (in the form of --requests/--limits)".into()
        );
    }
    let read = |list: &str| -> Result<Map<String, Value>, Failure> {
        let mut map = Map::new();
        for part in list.split(',').filter(|part| !part.is_empty()) {
            let Some((name, quantity)) = part.split_once('=') else {
                return Err(format!(
                    "invalid argument syntax {}, expected <resource>=<value>",
                    go::quote(part)
                )
                .into());
            };
            map.insert(name.to_owned(), quantity.into());
        }
        Ok(map)
    };
    let changes = [("limits", read(&limits)?), ("requests", read(&requests)?)];
    let wanted = call.flags.text("containers").to_owned();
    let args = call.args();
    each(call, args, "resource requirements updated", move |found, doc, failures| {
        let Some(spec) = pod_spec(found.kind, doc) else { return };
        let mut any = false;
        for container in containers(spec, false)
            .filter(|c| ["*", ""].contains(&wanted.as_str()) || text(&c["name"]) == wanted)
        {
            any = true;
            for (key, values) in &changes {
                for (name, quantity) in values {
                    put(container, &["resources", key, name], quantity.clone());
                }
            }
        }
        if !any {
            failures.push(Failure::Message(format!("error: unable to find container named {wanted}")));
        }
    })
}

/// `kubectl set serviceaccount`
pub fn service_account(call: &mut Call<'_, '_>) -> Outcome {
    let mut args = call.args();
    let Some(account) = args.pop().filter(|_| !args.is_empty() || call.names_files()) else {
        return Err("serviceaccount is required".into());
    };
    each(call, args, "serviceaccount updated", move |found, doc, _| {
        if let Some(spec) = pod_spec(found.kind, doc) {
            put(spec, &["serviceAccountName"], account.clone());
            put(spec, &["serviceAccount"], account.clone());
        }
    })
}

/// `kubectl set selector`
pub fn selector(call: &mut Call<'_, '_>) -> Outcome {
    // The last word is the selector, whatever it looks like.
    let mut resources = call.args();
    let Some(word) = resources.pop() else { return Err("one selector is required".into()) };
    let (labels, expressions) = label_selector(&word)?;
    each(call, resources, "selector updated", move |found, doc, failures| {
        if found.kind == Kind::Service && !expressions.is_empty() {
            let shown = format!("match expression [{}] not supported on this object", expressions.join(" "));
            failures.push(Failure::Message(shown));
        } else if found.kind == Kind::Service {
            put(doc, &["spec", "selector"], labels.clone());
        } else {
            failures.push(Failure::Message("setting a selector is only supported for Services".into()));
        }
    })
}

/// A selector's labels, and what is more than a label, as Go prints it.
fn label_selector(text: &str) -> Result<(Value, Vec<String>), Failure> {
    let requirements = parse_labels(text).map_err(|why| {
        Failure::Message(format!("couldn't parse the selector string {}: {why}", go::quote(text)))
    })?;
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in requirements {
        match (requirement.operator, &requirement.values[..]) {
            (RequirementOperator::In, [value]) => {
                labels.insert(requirement.key.clone(), value.as_str().into());
            }
            (operator, values) => {
                expressions.push(format!("{{{} {operator:?} [{}]}}", requirement.key, values.join(" ")));
            }
        }
    }
    Ok((Value::Object(labels), expressions))
}

/// `kubectl set subject`
pub fn subject(call: &mut Call<'_, '_>) -> Outcome {
    let group = "rbac.authorization.k8s.io";
    let mut added = Vec::new();
    for user in call.flags.list("user") {
        added.push(json!({"apiGroup": group, "kind": "User", "name": user}));
    }
    for name in call.flags.list("group") {
        added.push(json!({"apiGroup": group, "kind": "Group", "name": name}));
    }
    for account in call.flags.list("serviceaccount") {
        let Some((namespace, name)) = account.split_once(':') else {
            return Err("serviceaccount must be <namespace>:<name>".into());
        };
        added.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    if added.is_empty() {
        return Err("you must specify at least one value of user, group or serviceaccount".into());
    }
    let args = call.args();
    each(call, args, "subjects updated", move |_, doc, _| {
        let mut subjects = items(&doc["subjects"]).to_vec();
        subjects.extend(added.iter().filter(|subject| !items(&doc["subjects"]).contains(subject)).cloned());
        put(doc, &["subjects"], subjects);
    })
}
