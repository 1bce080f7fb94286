//! `kubectl replace` and `kubectl diff`: the live object and the one in a file.

use super::apply::remember;
use super::create::report;
use super::delete::{Gone, delete_and_say};
use crate::api::{Kind, StatusReason, Value};
use crate::apiserver::patch::{self, Patch};
use crate::apiserver::{DeleteOptions, WriteOptions};
use crate::manifest::yaml;
use crate::shell::kubectl::call::{Call, DryRun, Next, OK, Outcome};
use crate::shell::kubectl::doc::{put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::manifests;
use crate::shell::kubectl::output::{go, printer};
use crate::shell::kubectl::resources::namespace_of;
use crate::shell::kubectl::verbs::apply::last_applied;
use crate::shell::kubectl::verbs::patch::known_subresource;
use crate::shell::tools::text::diff;

/// `kubectl replace`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    if !call.names_files() {
        return Err("must specify one of -f and -k".into());
    }
    let dry = call.dry_run()?;
    let unforced = !call.flags.on("force");
    for (flag, default) in [("grace-period", "-1"), ("timeout", "0s")] {
        let given = call.flags.given(flag) && ![default, "0"].contains(&call.flags.text(flag));
        if unforced && (given || (flag == "grace-period" && call.flags.text(flag) == "0")) {
            return Err(format!("--{flag} must have --force specified").into());
        }
    }
    super::honest::unwritten(call)?;
    known_subresource(call)?;
    if !unforced && dry != DryRun::None {
        return Err("--dry-run can not be used when --force is set".into());
    }
    let printer = printer::chosen(call)?;
    let force = !unforced;
    let manifests = manifests::read(call)?;
    let none = manifests.documents.is_empty() && manifests.failures.is_empty();
    let mut failures = manifests.failures;
    let mut waiting = Vec::new();
    let mut after: Vec<(Kind, Value)> = Vec::new();
    for (at, document) in manifests.documents.into_iter().enumerate() {
        let namespace = namespace_of(call, document.kind, &document.doc)?;
        let mut doc = document.doc;
        if !namespace.is_empty() {
            put(&mut doc, &["metadata", "namespace"], namespace.clone());
        }
        let name = text(&doc["metadata"]["name"]).to_owned();
        if name.is_empty() {
            let source = go::quote(&document.source);
            failures.push(format!("error when replacing {source}: resource name may not be empty").into());
            continue;
        }
        if call.flags.on("save-config") {
            remember(&mut doc);
        }
        let key = crate::api::Key::new(document.kind, namespace, name);
        if force {
            let options = DeleteOptions { grace_period_seconds: Some(1), ..DeleteOptions::default() };
            match delete_and_say(call, &key, &options) {
                Ok(uid) => waiting.push((key, uid)),
                Err(Failure::Server(status, _)) if status.reason == StatusReason::NotFound => {}
                Err(failure) => failures.push(failure),
            }
            if let Some(meta) = doc["metadata"].as_object_mut() {
                meta.remove("resourceVersion");
                meta.remove("uid");
            }
            after.push((document.kind, doc));
            continue;
        }
        if dry == DryRun::Client {
            report(call, printer.as_ref(), document.kind, &doc, "replaced", dry, at)?;
            continue;
        }
        match call.update(document.kind, doc, &dry.options()) {
            Ok(object) => report(call, printer.as_ref(), document.kind, object.doc(), "replaced", dry, at)?,
            Err(status) => failures.push(Failure::while_doing("replacing", &document.source, status)),
        }
    }
    if none {
        return Err("no objects passed to replace".into());
    }
    if force {
        let gone = Gone {
            waiting,
            deadline: None,
            failures,
            after: Some((after, "replaced")),
            command: call.command.name(),
        };
        return Ok(Next::Run(Box::new(gone)));
    }
    Failure::all(failures)?;
    OK
}

/// `kubectl diff`
pub fn difference(call: &mut Call<'_, '_>) -> Outcome {
    if !call.args().is_empty() {
        let message = format!("Unexpected args: [{}]", call.args().join(" "));
        return Err(call.usage(message));
    }
    if !call.names_files() {
        return Err("must specify one of -f and -k".into());
    }
    let manifests = manifests::read(call)?;
    let mut failures = manifests.failures;
    let mut differs = false;
    for document in manifests.documents {
        let (kind, mut doc) = (document.kind, document.doc);
        let namespace = namespace_of(call, kind, &doc)?;
        if !namespace.is_empty() {
            put(&mut doc, &["metadata", "namespace"], namespace.clone());
        }
        let name = text(&doc["metadata"]["name"]).to_owned();
        let options = WriteOptions::dry_run();
        let live = call.find(kind, &namespace, &name).ok();
        remember(&mut doc);
        let merged = match &live {
            None => call.create(kind, doc, &options),
            Some(live) => {
                let original = last_applied(live.doc()).unwrap_or_default();
                let change = patch::three_way(kind, &original, &doc, live.doc())
                    .map_err(|error| Failure::Message(error.0))?;
                call.patch(&live.key(), &Patch::Strategic(change), &options)
            }
        };
        let merged = match merged {
            Ok(merged) => merged,
            Err(status) => {
                failures.push(status.into());
                continue;
            }
        };
        let before = live.as_ref().map_or(String::new(), |live| yaml::write(&shown(kind, live.doc())));
        let after = yaml::write(&shown(kind, merged.doc()));
        let hunks = diff::unified(&before, &after);
        if hunks.is_empty() {
            continue;
        }
        differs = true;
        let resource = kind.resource();
        let group = if resource.group.is_empty() { String::new() } else { format!("{}.", resource.group) };
        let file = format!("{group}{}.{}.{namespace}.{name}", resource.version, resource.name);
        let at = call.now();
        let (year, month, day, hour, minute, second) = at.civil();
        let stamp = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.000000000 +0000");
        let (live, merged) = (format!("/tmp/LIVE-1/{file}"), format!("/tmp/MERGED-1/{file}"));
        call.print(&format!(
            "diff -u -N {live} {merged}\n--- {live}\t{stamp}\n+++ {merged}\t{stamp}\n{hunks}"
        ));
    }
    Failure::all(failures)?;
    if differs { Ok(Next::Done(1)) } else { OK }
}

/// An object as it is compared: a Secret's values are hidden, what was applied is not shown twice.
fn shown(kind: Kind, doc: &Value) -> Value {
    let mut doc = doc.clone();
    if let Some(annotations) = doc["metadata"]["annotations"].as_object_mut() {
        annotations.remove(super::apply::LAST_APPLIED);
        if annotations.is_empty() {
            doc["metadata"].as_object_mut().map(|meta| meta.remove("annotations"));
        }
    }
    if kind == Kind::Secret
        && let Some(data) = doc["data"].as_object_mut()
    {
        data.values_mut().for_each(|value| *value = "***".into());
    }
    doc
}
