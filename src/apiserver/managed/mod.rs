//! Who owns which fields (`managedFields`), and server-side apply.
//!
//! Clients that say who they are own what they write. What the controllers and the kubelets own is
//! worked out when it is asked for: the status, and all of what they made.

mod fields;
mod merge;

use super::document::text;
use super::patch::LAST_APPLIED;
use super::server::identify;
use super::{ApiServer, WriteOptions, Written, decode, defaults, prune};
use crate::api::{Gathered, Instant, Key, Kind, Object, Ordered, Status, StatusReason, Value, json};
use fields::{FieldPath, Fields, leaves, listed, shown, status_leaves};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `kubectl apply` without `--server-side` calls itself.
pub const CLIENT_SIDE: &str = "kubectl-client-side-apply";

/// How a manager came by its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Apply,
    Update,
}

#[derive(Clone, Debug)]
struct Entry {
    manager: String,
    operation: Operation,
    /// The part of the object that was written, where it was not the object itself: `scale`.
    subresource: String,
    time: Instant,
    fields: Fields,
}

/// The owners of the fields of all objects that clients wrote.
#[derive(Clone, Debug, Default)]
pub(super) struct Managers(Arc<BTreeMap<Key, Arc<Vec<Entry>>>>);

impl Managers {
    fn of(&self, key: &Key) -> &[Entry] {
        self.0.get(key).map_or(&[], |entries| entries.as_slice())
    }

    fn edit(&mut self, key: &Key, change: impl FnOnce(&mut Vec<Entry>)) {
        change(Arc::make_mut(Arc::make_mut(&mut self.0).entry(key.clone()).or_default()));
    }

    /// Forgets an object that is gone.
    pub(super) fn forget(&mut self, key: &Key) {
        if self.0.contains_key(key) {
            Arc::make_mut(&mut self.0).remove(key);
        }
    }

    /// A manager has written an object: what changed is its own now, and nobody else's.
    pub(super) fn updated(
        &mut self,
        now: Instant,
        writer: &WriteOptions,
        kind: Kind,
        old: Option<&Value>,
        new: &Value,
    ) {
        let (before, after) = (old.map(|old| leaves(kind, old)).unwrap_or_default(), leaves(kind, new));
        let changed: Fields = after
            .iter()
            .filter(|(path, value)| before.get(*path) != Some(*value))
            .map(|(path, _)| path.clone())
            .into_set();
        let gone: Fields = before.into_keys().filter(|path| !after.contains_key(path)).into_set();
        if changed.is_empty() && gone.is_empty() {
            return;
        }
        let meta = &new["metadata"];
        let key = Key::new(kind, text(meta, "namespace"), text(meta, "name"));
        self.edit(&key, |entries| {
            for entry in entries.iter_mut() {
                entry.fields.retain(|path| !gone.contains(path) && !changed.contains(path));
            }
            own(entries, now, writer, Operation::Update, |fields| fields.extend(changed));
        });
    }
}

/// Changes what a manager owns; one that owns nothing is not listed.
fn own(
    entries: &mut Vec<Entry>,
    now: Instant,
    writer: &WriteOptions,
    operation: Operation,
    change: impl FnOnce(&mut Fields),
) {
    let (manager, subresource) = (&writer.field_manager, &writer.subresource);
    let same = |entry: &Entry| {
        entry.manager == *manager && entry.operation == operation && entry.subresource == *subresource
    };
    let mut entry = match entries.iter().position(same) {
        Some(at) => entries.remove(at),
        None => Entry {
            manager: manager.clone(),
            operation,
            subresource: subresource.clone(),
            time: now,
            fields: Fields::new(),
        },
    };
    change(&mut entry.fields);
    entry.time = now;
    entries.push(entry);
    entries.retain(|entry| !entry.fields.is_empty());
}

impl ApiServer {
    /// Applies a document as a manager of its fields (`application/apply-patch+yaml`).
    ///
    /// # Errors
    /// `Conflict` where another manager's fields would change, unless `options.force`; and what a
    /// create or an update is refused for.
    pub fn apply(
        &mut self,
        now: Instant,
        kind: Kind,
        mut doc: Value,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let unknown = decode::body(kind, &mut doc, options)?;
        prune::prune(kind, &mut doc);
        if kind == Kind::Secret {
            defaults::secret_texts(&mut doc);
        }
        let namespace = identify(kind, &mut doc);
        let key = Key::new(kind, namespace, text(&doc["metadata"], "name"));
        let said = leaves(kind, &doc);
        let plain = WriteOptions { field_manager: String::new(), ..options.clone() };
        let written = match self.store().get(&key).cloned() {
            None => self.create(now, kind, doc, &plain)?,
            Some(live) => {
                let current = leaves(kind, live.doc());
                let differs = |path: &FieldPath| {
                    said.get(path).is_some_and(|value| current.get(path).is_some_and(|now| now != value))
                };
                let clashes = self.managed.of(&key).iter().filter(|entry| !is_applied(entry, options));
                let clashes: Vec<(String, FieldPath)> = clashes
                    .flat_map(|entry| {
                        let taken = entry.fields.iter().filter(|path| differs(path));
                        taken.map(|path| (entry.named(kind), path.clone()))
                    })
                    .collect();
                if !clashes.is_empty() && !options.force {
                    return Err(conflict(clashes));
                }
                let mut merged = live.doc().clone();
                let gone = self.given_up(&key, options, &said.keys().cloned().into_set());
                merge::remove(&mut merged, &gone);
                merge::set(kind, &mut merged, &doc);
                self.replace(now, kind, merged, &plain, unknown)?
            }
        };
        if !options.dry_run {
            self.managed.edit(&key, |entries| {
                let current = leaves(kind, written.object.doc());
                for entry in entries.iter_mut().filter(|entry| !is_applied(entry, options)) {
                    entry.fields.retain(|path| {
                        current.contains_key(path) && !(options.force && said.contains_key(path))
                    });
                }
                own(entries, now, options, Operation::Apply, |fields| {
                    *fields = said.into_keys().into_set();
                });
            });
        }
        Ok(written)
    }

    /// The fields that a manager applied before and no longer names, and that nobody else owns.
    fn given_up(&self, key: &Key, options: &WriteOptions, said: &Fields) -> Fields {
        let entries = self.managed.of(key);
        let before = entries.iter().find(|entry| is_applied(entry, options));
        let others = |path: &FieldPath| {
            entries.iter().any(|entry| !is_applied(entry, options) && entry.fields.contains(path))
        };
        let fields = before.into_iter().flat_map(|entry| &entry.fields);
        fields.filter(|path| !said.contains(*path) && !others(path)).cloned().into_set()
    }

    /// Hands what an object owes to `kubectl apply` over to a manager that applies on the server;
    /// true if there was something.
    pub fn adopt(&mut self, now: Instant, key: &Key, by: &WriteOptions) -> bool {
        let client = |entry: &Entry| entry.manager == CLIENT_SIDE && entry.operation == Operation::Update;
        let Some(old) = self.managed.of(key).iter().find(|entry| client(entry)).cloned() else {
            return false;
        };
        self.managed.edit(key, |entries| {
            entries.retain(|entry| !client(entry));
            // The annotation is not part of what is applied.
            let kept = |path: &FieldPath| !shown(path).contains(LAST_APPLIED);
            let fields = old.fields.into_iter().filter(kept);
            own(entries, now, by, Operation::Apply, |all| all.extend(fields));
        });
        true
    }

    /// `metadata.managedFields` of an object.
    pub fn managed_fields(&self, object: &Object) -> Value {
        let kind = object.kind;
        let version = kind.resource().api_version();
        let mut list = Vec::new();
        let entry = |manager: &str, operation: &str, time: &str, fields: &Fields| {
            json!({"apiVersion": version, "fieldsType": "FieldsV1", "fieldsV1": listed(fields),
                "manager": manager, "operation": operation, "time": time})
        };
        let made = object.doc()["metadata"]["creationTimestamp"].as_str().unwrap_or_default();
        let controller = if kind == Kind::Node { "kubelet" } else { "kube-controller-manager" };
        let current = leaves(kind, object.doc());
        let mut known: Vec<&Entry> = self.managed.of(&object.key()).iter().collect();
        known.order_by_key(|one| (one.operation == Operation::Update, one.time));
        for one in &known {
            let fields: Fields =
                one.fields.iter().filter(|path| current.contains_key(*path)).cloned().into_set();
            if fields.is_empty() {
                continue;
            }
            let operation = if one.operation == Operation::Apply { "Apply" } else { "Update" };
            let mut listed = entry(&one.manager, operation, &one.time.rfc3339(), &fields);
            if !one.subresource.is_empty() {
                listed["subresource"] = one.subresource.as_str().into();
            }
            list.push(listed);
        }
        if known.is_empty() && (kind == Kind::Node || object.meta.controller().is_some()) {
            list.push(entry(controller, "Update", made, &current.into_keys().into_set()));
        }
        let status = status_leaves(kind, object.status());
        if !status.is_empty() {
            let reporter = if kind == Kind::Pod { "kubelet" } else { controller };
            let mut reported = entry(reporter, "Update", made, &status);
            reported["subresource"] = "status".into();
            list.push(reported);
        }
        Value::Array(list)
    }
}

impl Entry {
    /// The manager as a conflict names it.
    fn named(&self, kind: Kind) -> String {
        let part = match self.subresource.as_str() {
            "" => String::new(),
            part => format!(" with subresource {part:?}"),
        };
        match self.operation {
            Operation::Apply => format!("{:?}{part}", self.manager),
            Operation::Update => format!("{:?}{part} using {}", self.manager, kind.resource().api_version()),
        }
    }
}

/// Whether an entry is what the writer applied before.
fn is_applied(entry: &Entry, options: &WriteOptions) -> bool {
    entry.operation == Operation::Apply && entry.manager == options.field_manager
}

fn conflict(mut clashes: Vec<(String, FieldPath)>) -> Status {
    clashes.order();
    let message = match &clashes[..] {
        [(manager, path)] => {
            format!("Apply failed with 1 conflict: conflict with {manager}: {}", shown(path))
        }
        _ => {
            let mut lines = Vec::new();
            for (at, (manager, path)) in clashes.iter().enumerate() {
                if at == 0 || clashes[at - 1].0 != *manager {
                    lines.push(format!("conflicts with {manager}:"));
                }
                lines.push(format!("- {}", shown(path)));
            }
            format!("Apply failed with {} conflicts: {}", clashes.len(), lines.join("\n"))
        }
    };
    Status::new(StatusReason::Conflict, message)
}
