//! Images, resources, accounts, selectors, subjects.

use super::{Words, chosen, containers, each, parted, pod_spec};
use crate::api::{Kind, Map, Ordered, RequirementOperator, Value, json};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::{items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::resources::resolve;
use crate::shell::kubectl::selector::parse_labels;
use crate::shell::kubectl::verbs::generate::quantities;

/// `kubectl set image`
pub fn image(call: &mut Call<'_, '_>) -> Outcome {
    let is_pair = |arg: &str| arg.find('=').is_some_and(|at| at > 0) || (arg.ends_with('-') && arg != "-");
    let (resources, changes) = parted(&call.args(), "image", is_pair)?;
    let unpaired: Vec<&str> =
        changes.iter().filter(|change| !change.contains('=')).map(String::as_str).collect();
    if !unpaired.is_empty() {
        return Err(format!("invalid image pairs: {}", unpaired.join(", ")).into());
    }
    if changes.is_empty() {
        return Err(refused(call, resources, "at least one image update is required".into()));
    }
    const WORDS: Words = Words {
        done: "image updated",
        refused: "failed to patch image update to pod template: ",
        always: false,
    };
    each(call, resources, &WORDS, move |_, found, doc, failures| {
        let spec = pod_spec(found.kind, doc)?;
        for (name, image) in changes.iter().filter_map(|change| change.split_once('=')) {
            let mut any = false;
            for container in containers(spec, "*") {
                if name == "*" || text(&container["name"]) == name {
                    put(container, &["image"], image);
                    any = true;
                }
            }
            if !any {
                let name = go::quote(name);
                failures.push(Failure::Message(format!("error: unable to find container named {name}")));
            }
        }
        Ok(())
    })
}

/// `kubectl set resources`
pub fn resources(call: &mut Call<'_, '_>) -> Outcome {
    let (limits, requests) = (call.flags.text("limits").to_owned(), call.flags.text("requests").to_owned());
    let args = call.args();
    if limits.is_empty() && requests.is_empty() {
        let why = "you must specify an update to requests or limits (in the form of --requests/--limits)";
        return Err(refused(call, args, why.into()));
    }
    let (limits, requests) = match (quantities(&limits), quantities(&requests)) {
        (Ok(limits), Ok(requests)) => (limits, requests),
        (Err(failure), _) | (_, Err(failure)) => return Err(refused(call, args, failure)),
    };
    let changes = [("limits", limits), ("requests", requests)];
    let pattern = call.flags.text("containers").to_owned();
    const WORDS: Words = Words {
        done: "resource requirements updated",
        refused: "failed to patch resources update to pod template ",
        always: false,
    };
    each(call, args, &WORDS, move |_, found, doc, failures| {
        let chosen = containers(pod_spec(found.kind, doc)?, &pattern);
        if chosen.is_empty() {
            failures.push(Failure::Message(format!("error: unable to find container named {pattern}")));
        }
        for container in chosen {
            for (key, values) in &changes {
                for (name, quantity) in values {
                    put(container, &["resources", key, name], quantity.clone());
                }
            }
        }
        Ok(())
    })
}

/// `kubectl set serviceaccount`
pub fn service_account(call: &mut Call<'_, '_>) -> Outcome {
    let mut args = call.args();
    let Some(account) = args.pop() else { return Err("serviceaccount is required".into()) };
    const WORDS: Words = Words {
        done: "serviceaccount updated",
        refused: "failed to patch ServiceAccountName ",
        always: true,
    };
    each(call, args, &WORDS, move |_, found, doc, _| {
        let spec = pod_spec(found.kind, doc)?;
        put(spec, &["serviceAccountName"], account.clone());
        if !spec["serviceAccount"].is_null() {
            put(spec, &["serviceAccount"], account.clone());
        }
        Ok(())
    })
}

/// `kubectl set selector`
pub fn selector(call: &mut Call<'_, '_>) -> Outcome {
    // The last word is the selector, whatever it looks like.
    let mut resources = call.args();
    let Some(word) = resources.pop() else { return Err("one selector is required".into()) };
    let (labels, expressions) = label_selector(&word)?;
    const WORDS: Words = Words { done: "selector updated", refused: "", always: true };
    each(call, resources, &WORDS, move |_, found, doc, _| {
        if found.kind != Kind::Service {
            return Err("setting a selector is only supported for Services".into());
        }
        if !expressions.is_empty() {
            return Err(format!("match expression [{}] not supported on this object", expressions.join(" ")));
        }
        put(doc, &["spec", "selector"], labels.clone());
        Ok(())
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

/// A complaint about the line: the objects are looked up before, and a line without any fails there.
fn refused(call: &mut Call<'_, '_>, args: Vec<String>, why: Failure) -> Failure {
    let looked_up = chosen(call, args).and_then(|query| resolve(call, &query));
    looked_up.and_then(|selection| Failure::all(selection.failures)).err().unwrap_or(why)
}

/// Whom `--user`, `--group` and `--serviceaccount` name.
fn subjects(call: &Call<'_, '_>) -> Result<Vec<Value>, Failure> {
    let group = "rbac.authorization.k8s.io";
    let sorted = |flag: &str| {
        let mut names = call.flags.list(flag);
        names.order();
        names.dedup();
        names
    };
    let mut added = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        added.extend(sorted(flag).iter().map(|name| json!({"apiGroup": group, "kind": kind, "name": name})));
    }
    for account in sorted("serviceaccount") {
        let Some((namespace, name)) =
            account.split_once(':').filter(|(_, name)| !name.is_empty() && !name.contains(':'))
        else {
            return Err("serviceaccount must be <namespace>:<name>".into());
        };
        let namespace = if namespace.is_empty() { call.namespace() } else { namespace.to_owned() };
        added.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    Ok(added)
}

/// `kubectl set subject`
pub fn subject(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let added = match subjects(call) {
        Ok(added) if !added.is_empty() => added,
        Ok(_) => {
            let why = "you must specify at least one value of user, group or serviceaccount";
            return Err(refused(call, args, why.into()));
        }
        Err(failure) => return Err(refused(call, args, failure)),
    };
    const WORDS: Words = Words {
        done: "subjects updated",
        refused: "failed to patch subjects to rolebinding: ",
        always: false,
    };
    each(call, args, &WORDS, move |_, found, doc, _| {
        if ![Kind::RoleBinding, Kind::ClusterRoleBinding].contains(&found.kind) {
            return Err("setting subjects is only supported for RoleBinding/ClusterRoleBinding".into());
        }
        let mut subjects = items(&doc["subjects"]).to_vec();
        let new: Vec<Value> = added.iter().filter(|subject| !subjects.contains(subject)).cloned().collect();
        if !new.is_empty() {
            subjects.extend(new);
            put(doc, &["subjects"], subjects);
        }
        Ok(())
    })
}
