//! `kubectl apply`: makes the cluster as a file says, and remembers what the file said.

use crate::api::{Key, Kind, Object, Ordered, StatusReason, Value, json};
use crate::apiserver::DeleteOptions;
use crate::apiserver::patch::{self, Patch};
use crate::manifest::yaml;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::manifests::{self, Document};
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::output::printer::{self, Printer};
use crate::shell::kubectl::printers::{qualified, qualified_name};
use crate::shell::kubectl::resources::{namespace_of, query, resolve};
use crate::shell::kubectl::selector::Filter;
use crate::shell::kubectl::server_side;

pub use crate::apiserver::patch::LAST_APPLIED;

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    if !call.args().is_empty() {
        let message = format!("Unexpected args: [{}]", call.args().join(" "));
        return Err(call.usage(message));
    }
    match (call.flags.given("filename"), call.flags.given("kustomize")) {
        (false, false) => return Err("must specify one of -f and -k".into()),
        (true, true) => return Err("only one of -f or -k can be specified".into()),
        _ => {}
    }
    let dry = call.dry_run()?;
    check(call, dry)?;
    let printer = printer::chosen(call)?;
    let matcher = Filter { labels: call.flags.text("selector").to_owned(), fields: String::new() }
        .matcher(Kind::Pod)
        .map_err(Failure::Message)?;
    let manifests = manifests::read(call)?;
    let mut failures = manifests.failures;
    let mut applied: Vec<Applied> = Vec::new();
    for document in manifests.documents {
        let labels = crate::api::FromValue::from_value(&document.doc["metadata"]["labels"]);
        if !matcher.matches_labels(&labels) {
            continue;
        }
        match one(call, document, dry) {
            Ok(done) => {
                if printer.is_none() {
                    call.say(format!(
                        "{} {}{}",
                        qualified_name(done.key.kind, &done.key.name),
                        done.what,
                        dry.suffix()
                    ));
                }
                applied.push(done);
            }
            Err(failure) => failures.push(failure),
        }
    }
    if applied.is_empty() && failures.is_empty() {
        return Err("no objects passed to apply".into());
    }
    // Objects as -o wants them are shown when all went well; names as they come.
    if let Some(printer) = printer.filter(|printer| failures.is_empty() || matches!(printer, Printer::Name)) {
        let docs: Vec<Value> = applied.iter().map(|done| done.doc.clone()).collect();
        let shown = match (&docs[..], &printer) {
            ([], _) => String::new(),
            ([doc], printer) => printer.print(doc)?,
            (_, Printer::Name) => docs.iter().map(|doc| printer.print(doc)).collect::<Result<String, _>>()?,
            _ => printer.print(&printer::list(docs.clone()))?,
        };
        call.print(&shown);
    }
    if call.flags.on("prune") && failures.is_empty() {
        prune(call, &applied, dry)?;
    }
    Failure::all(failures)?;
    OK
}

fn check(call: &mut Call<'_, '_>, dry: DryRun) -> Result<(), Failure> {
    let flags = &call.flags;
    if flags.on("force-conflicts") && !flags.on("server-side") {
        return Err("--force-conflicts only works with --server-side".into());
    }
    if dry == DryRun::Client && flags.on("server-side") {
        return Err(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"
                .into(),
        );
    }
    if flags.on("force") && flags.on("server-side") {
        return Err("--force cannot be used with --server-side".into());
    }
    if flags.on("force") && dry == DryRun::Server {
        return Err("--dry-run=server cannot be used with --force".into());
    }
    if !["strict", "true", "warn", "ignore", "false"].contains(&flags.text("validate")) {
        return Err(format!(
            "invalid validation option: {}; must be one of: strict (or true), warn, ignore (or false)",
            go::quote(flags.text("validate"))
        )
        .into());
    }
    if flags.on("prune") && !flags.on("all") && flags.text("selector").is_empty() {
        return Err("all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector".into());
    }
    if flags.on("prune") && flags.on("all") && !flags.text("selector").is_empty() {
        return Err("cannot set --all and --selector at the same time".into());
    }
    for allowed in flags.list("prune-allowlist") {
        if allowed.split('/').count() != 3 {
            return Err(format!(
                "invalid GroupVersionKind format: {allowed}, please follow <group/version/kind>"
            )
            .into());
        }
    }
    Ok(())
}

/// What became of an object.
struct Applied {
    key: Key,
    doc: Value,
    what: &'static str,
    uid: String,
}

fn one(call: &mut Call<'_, '_>, document: Document, dry: DryRun) -> Result<Applied, Failure> {
    let Document { kind, mut doc, source } = document;
    let namespace = namespace_of(call, kind, &doc)?;
    if !namespace.is_empty() {
        put(&mut doc, &["metadata", "namespace"], namespace.clone());
    }
    let name = text(&doc["metadata"]["name"]).to_owned();
    if name.is_empty() {
        return Err(match text(&doc["metadata"]["generateName"]) {
            "" => Failure::Message(format!(
                "error when retrieving current configuration of:\n{}\nfrom server for: {}: resource name may not be empty",
                about(kind, "", &namespace),
                go::quote(&source)
            )),
            prefix => Failure::Message(format!("from {prefix}: cannot use generate name with apply")),
        });
    }
    let key = Key::new(kind, namespace, name);
    let done = |object: &Object, what: &'static str| Applied {
        key: key.clone(),
        doc: object.doc().clone(),
        what,
        uid: object.meta.uid.to_string(),
    };
    if call.flags.on("server-side") {
        return server_side::apply(call, kind, doc, dry).map(|object| done(&object, "serverside-applied"));
    }
    remember(&mut doc);
    let current = match call.find(kind, &key.namespace, &key.name) {
        Ok(current) => current,
        Err(status) if status.reason == StatusReason::NotFound => {
            if dry == DryRun::Client {
                return Ok(Applied { key, doc, what: "created", uid: String::new() });
            }
            return match call.create(kind, doc, &dry.options()) {
                Ok(object) => Ok(done(&object, "created")),
                Err(status) => Err(Failure::while_doing("creating", &source, status)),
            };
        }
        Err(status) => return Err(status.into()),
    };
    let original = last_applied(current.doc());
    if original.is_none() {
        let resource = kind.resource();
        let warning = format!(
            "resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.",
            resource.plural, key.name
        );
        call.warn(&warning);
    }
    let original = original.unwrap_or_default();
    let change =
        patch::three_way(kind, &original, &doc, current.doc()).map_err(|error| Failure::Message(error.0))?;
    if change.as_object().is_none_or(crate::api::Map::is_empty) {
        return Ok(done(&current, "unchanged"));
    }
    let change = Patch::Strategic(change);
    if dry == DryRun::Client {
        let (merged, _) =
            patch::apply(kind, current.doc(), &change).map_err(|error| Failure::Message(error.0))?;
        return Ok(Applied { key, doc: merged, what: "configured", uid: current.meta.uid.to_string() });
    }
    match call.patch(&key, &change, &dry.options()) {
        Ok(object) => Ok(done(&object, "configured")),
        Err(status)
            if call.flags.on("force")
                && matches!(status.reason, StatusReason::Invalid | StatusReason::Conflict) =>
        {
            call.delete(&key, &DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() })?;
            let object = call.create(kind, doc, &dry.options())?;
            Ok(done(&object, "configured"))
        }
        Err(status) => {
            let Patch::Strategic(change) = &change else { return Err(status.into()) };
            let doing = format!(
                "error when applying patch:\n{}\nto:\n{}\nfor: {}: error when patching {}: ",
                go::json(change),
                about(kind, &key.name, &key.namespace),
                go::quote(&source),
                go::quote(&source)
            );
            Err(Failure::Server(Box::new(status), doing))
        }
    }
}

fn about(kind: Kind, name: &str, namespace: &str) -> String {
    let resource = kind.resource();
    format!(
        "Resource: {}, GroupVersionKind: {}\nName: {}, Namespace: {}",
        go::quote(&format!("{}/{}, Resource={}", resource.group, resource.version, resource.plural)),
        go::quote(&format!("{}/{}, Kind={}", resource.group, resource.version, resource.name)),
        go::quote(name),
        go::quote(namespace)
    )
}

/// Writes into a document what it says, as its annotation.
pub fn remember(doc: &mut Value) {
    let text = as_applied(doc);
    put(doc, &["metadata", "annotations", LAST_APPLIED], text);
}

/// A document as that annotation keeps it.
pub fn as_applied(doc: &Value) -> String {
    let mut plain = doc.clone();
    if let Some(annotations) = plain["metadata"]["annotations"].as_object_mut() {
        annotations.remove(LAST_APPLIED);
    } else {
        put(&mut plain, &["metadata", "annotations"], json!({}));
    }
    go::json(&plain) + "\n"
}

/// What was applied to an object, with the annotation itself, as the next apply compares it.
pub fn last_applied(doc: &Value) -> Option<Value> {
    let text = doc["metadata"]["annotations"][LAST_APPLIED].as_str()?;
    serde_json::from_str(text).ok()
}

/// Deletes what was applied earlier with the same labels and is not in the files any more.
fn prune(call: &mut Call<'_, '_>, applied: &[Applied], dry: DryRun) -> Result<(), Failure> {
    const KINDS: [Kind; 16] = [
        Kind::ConfigMap,
        Kind::Endpoints,
        Kind::Namespace,
        Kind::PersistentVolumeClaim,
        Kind::PersistentVolume,
        Kind::Pod,
        Kind::ReplicationController,
        Kind::Secret,
        Kind::Service,
        Kind::Job,
        Kind::CronJob,
        Kind::Ingress,
        Kind::DaemonSet,
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::StatefulSet,
    ];
    let allowed = call.flags.list("prune-allowlist");
    let kinds: Vec<Kind> = if allowed.is_empty() {
        KINDS.to_vec()
    } else {
        let named = allowed.iter().filter_map(|entry| {
            let parts: Vec<&str> = entry.split('/').collect();
            let group = if parts[0] == "core" { "" } else { parts[0] };
            let version =
                if group.is_empty() { parts[1].to_owned() } else { format!("{group}/{}", parts[1]) };
            Kind::from_manifest(&version, parts[2])
        });
        named.collect()
    };
    let filter = Filter { labels: call.flags.text("selector").to_owned(), fields: String::new() };
    let mut namespaces: Vec<String> = applied.iter().map(|done| done.key.namespace.to_string()).collect();
    namespaces.order();
    namespaces.dedup();
    for kind in kinds {
        for namespace in &namespaces {
            if kind.resource().namespaced == namespace.is_empty() || kind == Kind::Endpoints {
                continue;
            }
            for object in call.list(kind, Some(namespace), &filter)? {
                let kept = applied.iter().any(|done| done.uid == object.meta.uid);
                if kept || last_applied(object.doc()).is_none() {
                    continue;
                }
                if dry == DryRun::None {
                    call.delete(&object.key(), &DeleteOptions::default())?;
                }
                call.say(format!("{} pruned{}", qualified(&object), dry.suffix()));
            }
        }
    }
    Ok(())
}

/// `kubectl apply view-last-applied`
pub fn view_last_applied(call: &mut Call<'_, '_>) -> Outcome {
    let query = query(call, call.args());
    let format = call.flags.text("output").to_owned();
    if format != "yaml" && format != "json" {
        let message =
            format!("Unexpected -o output mode: {format}, the flag 'output' must be one of yaml|json");
        return Err(call.usage(message));
    }
    let selection = resolve(call, &query)?;
    Failure::all(selection.failures)?;
    for found in &selection.found {
        match last_applied(&found.doc) {
            Some(doc) if format == "json" => call.print(&(go::json_indented(&doc, "  ") + "\n")),
            Some(doc) => call.print(&yaml::write(&doc)),
            // An object that was not applied has nothing to show.
            None => {}
        }
    }
    OK
}

/// `kubectl apply set-last-applied`
pub fn set_last_applied(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let manifests = manifests::read(call)?;
    let mut failures = manifests.failures;
    for document in manifests.documents {
        let namespace = namespace_of(call, document.kind, &document.doc)?;
        let mut doc = document.doc;
        if !namespace.is_empty() {
            put(&mut doc, &["metadata", "namespace"], namespace.clone());
        }
        let name = text(&doc["metadata"]["name"]).to_owned();
        let live = match call.find(document.kind, &namespace, &name) {
            Ok(live) => live,
            Err(status) => {
                failures.push(status.into());
                continue;
            }
        };
        if last_applied(live.doc()).is_none() && !call.flags.on("create-annotation") {
            failures.push(Failure::Message(format!(
                "no last-applied-configuration annotation found on resource: {name}, to create the annotation, run the command with --create-annotation"
            )));
            continue;
        }
        remember(&mut doc);
        let annotation = doc["metadata"]["annotations"][LAST_APPLIED].clone();
        if dry != DryRun::Client {
            let patch = Patch::Merge(json!({"metadata": {"annotations": {LAST_APPLIED: annotation}}}));
            call.patch(&live.key(), &patch, &dry.options())?;
        }
        call.say(format!("{} configured{}", qualified(&live), dry.suffix()));
    }
    Failure::all(failures)?;
    OK
}
