//! `kubectl describe`: an object for people to read, and what happened to it.
//!
//! Each kind has a function that writes its fields; what a kind has none for is written from its
//! document. Reads the store alone.

mod config;
mod container;
mod network;
mod node;
mod others;
mod pod;
mod workload;

use super::doc::{entries, int, items, shown, text};
use super::output::age;
use super::output::tabwriter::TabWriter;
use crate::api::{Instant, Kind, Object, Ordered, Value};
use crate::apiserver::Store;

/// The longest line of an annotation.
const LONGEST_ANNOTATION: usize = 140;

/// Lines of fields at a level of indentation, their columns aligned at the end.
pub(super) struct Page<'a> {
    /// The objects.
    pub store: &'a Store,
    /// When it is read.
    pub now: Instant,
    out: String,
    block: TabWriter,
    /// Whether columns are left as tabs.
    raw: bool,
}

impl<'a> Page<'a> {
    fn new(store: &'a Store, now: Instant) -> Self {
        Self { store, now, out: String::new(), block: TabWriter::fields(), raw: false }
    }

    /// A line; tabs in it part columns.
    pub fn line(&mut self, level: usize, line: impl AsRef<str>) {
        let line = format!("{}{}\n", "  ".repeat(level), line.as_ref());
        match self.raw {
            true => self.out += &line,
            false => self.block.write(&line),
        }
    }

    /// `Name:  value`
    pub fn field(&mut self, level: usize, name: &str, value: impl AsRef<str>) {
        self.line(level, format!("{name}:\t{}", value.as_ref()));
    }

    /// Ends the alignment of what was written so far.
    pub fn flush(&mut self) {
        let block = std::mem::replace(&mut self.block, TabWriter::fields());
        self.out += &block.finish();
    }

    fn finish(mut self) -> String {
        self.flush();
        self.out
    }

    /// Labels, one a line.
    pub fn labels(&mut self, name: &str, labels: &Value) {
        let pairs: Vec<String> =
            entries(labels).map(|(key, value)| format!("{key}={}", shown(value))).collect();
        self.list(name, &pairs);
    }

    /// Texts, one a line below each other; `<none>` for none.
    pub fn list(&mut self, name: &str, texts: &[String]) {
        let none = ["<none>".to_owned()];
        let texts = if texts.is_empty() { &none[..] } else { texts };
        for (index, text) in texts.iter().enumerate() {
            match index {
                0 => self.line(0, format!("{name}:\t{text}")),
                _ => self.line(0, format!("\t{text}")),
            }
        }
    }

    /// Annotations, one a line; long ones and those of several lines below their key.
    pub fn annotations(&mut self, name: &str, annotations: &Value) {
        let shown_ones = entries(annotations)
            .filter(|(key, _)| *key != "kubectl.kubernetes.io/last-applied-configuration");
        let mut lines = Vec::new();
        for (key, value) in shown_ones {
            let value = text(value).trim_end_matches('\n');
            if value.len() + key.len() + 2 > LONGEST_ANNOTATION || value.contains('\n') {
                lines.push(format!("{key}:"));
                lines.extend(
                    value.split('\n').map(|line| format!("  {}", shorten(line, LONGEST_ANNOTATION - 2))),
                );
            } else {
                lines.push(format!("{key}: {value}"));
            }
        }
        self.list(name, &lines);
    }

    /// Name, and namespace where there is one.
    pub fn name(&mut self, object: &Object) {
        self.field(0, "Name", &object.meta.name);
        if !object.meta.namespace.is_empty() {
            self.field(0, "Namespace", &object.meta.namespace);
        }
    }

    /// Labels and annotations of an object.
    pub fn notes(&mut self, doc: &Value) {
        self.labels("Labels", &doc["metadata"]["labels"]);
        self.annotations("Annotations", &doc["metadata"]["annotations"]);
    }

    /// The object that manages this one.
    pub fn controlled_by(&mut self, object: &Object) {
        if let Some(owner) = object.meta.controller() {
            self.field(0, "Controlled By", format!("{}/{}", owner.kind, owner.name));
        }
    }

    /// What happened to an object, oldest first.
    pub fn events(&mut self, object: &Object) {
        let namespace = if object.meta.namespace.is_empty() { "default" } else { &object.meta.namespace };
        let about = |event: &&std::sync::Arc<Object>| {
            let involved = &event.doc()["involvedObject"];
            let same =
                involved["uid"] == object.meta.uid.as_str() || text(&involved["uid"]) == object.meta.name;
            same && text(&involved["kind"]) == object.kind.resource().name
        };
        let mut events: Vec<_> = self.store.list(Kind::Event, namespace).filter(about).cloned().collect();
        if events.is_empty() {
            self.field(0, "Events", "<none>");
            return;
        }
        events.order_by_key(|event| text(&event.doc()["lastTimestamp"]).to_owned());
        self.flush();
        self.line(0, "Events:");
        self.line(1, "Type\tReason\tAge\tFrom\tMessage");
        self.line(1, "----\t------\t----\t----\t-------");
        for event in events {
            let doc = event.doc();
            let first = age::since(self.now, &doc["firstTimestamp"]);
            let when = match int(&doc["count"]) {
                count if count > 1 => {
                    format!("{} (x{count} over {first})", age::since(self.now, &doc["lastTimestamp"]))
                }
                _ => first,
            };
            let source = match text(&doc["source"]["component"]) {
                "" => text(&doc["reportingComponent"]),
                source => source,
            };
            let message = text(&doc["message"]).trim();
            let message = match text(&doc["involvedObject"]["fieldPath"]) {
                "" => message.to_owned(),
                path => format!("{path}: {message}"),
            };
            let (kind, reason) = (text(&doc["type"]), text(&doc["reason"]));
            self.line(1, format!("{kind}\t{reason}\t{when}\t{source}\t{message}"));
        }
        self.flush();
    }
}

/// A text cut to a length, with an ellipsis.
fn shorten(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(3)).collect();
    kept + "..."
}

/// `True` or `False`.
pub(super) fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A document's list of texts as Go prints one: `[a b]`.
pub(super) fn bracketed(list: &Value) -> String {
    format!("[{}]", items(list).iter().map(shown).collect::<Vec<_>>().join(" "))
}

/// A pod template alone, its columns not aligned: as `rollout history` and `undo` show one.
pub fn template(template: &Value) -> String {
    let store = Store::default();
    let mut page = Page { raw: true, ..Page::new(&store, Instant::default()) };
    workload::template(&mut page, template);
    page.out
}

/// What `kubectl describe` prints of an object.
pub fn describe(store: &Store, now: Instant, object: &Object, events: bool) -> String {
    let mut page = Page::new(store, now);
    let own = match object.kind {
        Kind::Pod => pod::pod,
        Kind::Service => network::service,
        Kind::Endpoints => network::endpoints,
        Kind::EndpointSlice => network::endpoint_slice,
        Kind::NetworkPolicy => network::network_policy,
        Kind::Ingress => network::ingress,
        Kind::Deployment => workload::deployment,
        Kind::ReplicaSet => workload::replica_set,
        Kind::StatefulSet => workload::stateful_set,
        Kind::DaemonSet => workload::daemon_set,
        Kind::Job => workload::job,
        Kind::CronJob => workload::cron_job,
        Kind::Node => node::node,
        Kind::ConfigMap => config::config_map,
        Kind::Secret => config::secret,
        Kind::Namespace => config::namespace,
        Kind::ServiceAccount => config::service_account,
        Kind::Role | Kind::ClusterRole => config::role,
        Kind::RoleBinding | Kind::ClusterRoleBinding => config::role_binding,
        Kind::LimitRange => config::limit_range,
        Kind::ResourceQuota => config::quota,
        Kind::HorizontalPodAutoscaler => others::autoscaler,
        Kind::PodDisruptionBudget => others::disruption_budget,
        Kind::IngressClass => others::ingress_class,
        Kind::StorageClass => others::storage_class,
        Kind::PriorityClass => others::priority_class,
        Kind::PersistentVolumeClaim => others::claim,
        Kind::PersistentVolume => others::volume,
        _ => config::anything,
    };
    own(&mut page, object);
    let silent = matches!(
        object.kind,
        Kind::NetworkPolicy
            | Kind::Secret
            | Kind::Role
            | Kind::ClusterRole
            | Kind::RoleBinding
            | Kind::ClusterRoleBinding
            | Kind::LimitRange
            | Kind::ResourceQuota
            | Kind::Namespace
    );
    if events && !silent {
        page.events(object);
    }
    page.finish()
}
