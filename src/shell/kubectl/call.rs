//! A command being carried out: its flags, the cluster as it sees it, and where it writes.

use super::commands::Command;
use super::config::Config;
use super::doc::{put, text};
use super::failure::Failure;
use super::flags::Flags;
use super::output::{go, wire};
use super::selector::Filter;
use crate::api::{Instant, Key, Kind, Object, RESOURCES, Status, StatusReason, Value};
use crate::apiserver::patch::{self, Patch};
use crate::apiserver::{CLIENT_SIDE, DeleteOptions, Deleted, WriteOptions, Written};
use crate::manifest::{self, Decoded, Validation, Wire};
use crate::shell::{Ctx, Exit, Program};
use std::sync::Arc;

/// What a command comes to.
#[derive(Debug)]
pub enum Next {
    /// It has ended.
    Done(Exit),
    /// It goes on as time passes.
    Run(Box<dyn Program>),
}

/// The result of a command.
pub type Outcome = Result<Next, Failure>;

/// It went well.
pub const OK: Outcome = Ok(Next::Done(0));

/// A command being carried out.
pub struct Call<'c, 'x> {
    /// What it may touch.
    pub ctx: &'c mut Ctx<'x>,
    /// Which command it is.
    pub command: &'static Command,
    /// Its flags and arguments.
    pub flags: Flags,
    /// The kubeconfig.
    pub config: Config,
    warned: Vec<String>,
}

/// Whether a write is only tried, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DryRun {
    /// It is done.
    None,
    /// kubectl sends nothing.
    Client,
    /// The server stores nothing.
    Server,
}

impl DryRun {
    /// What is printed after a message.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }

    /// The options of a write.
    pub fn options(self) -> WriteOptions {
        WriteOptions { dry_run: self == Self::Server, ..WriteOptions::default() }
    }
}

impl<'c, 'x> Call<'c, 'x> {
    /// A call of a command.
    pub fn new(ctx: &'c mut Ctx<'x>, command: &'static Command, flags: Flags, config: Config) -> Self {
        Self { ctx, command, flags, config, warned: Vec::new() }
    }

    /// The arguments.
    pub fn args(&self) -> Vec<String> {
        self.flags.args.clone()
    }

    /// The namespace of `-n`, or of the context.
    pub fn namespace(&self) -> String {
        match self.flags.text("namespace") {
            "" => self.config.namespace().to_owned(),
            namespace => namespace.to_owned(),
        }
    }

    /// Whether `-n` was given.
    pub fn namespace_given(&self) -> bool {
        !self.flags.text("namespace").is_empty()
    }

    /// Whether the line names manifests, with `-f` or `-k`.
    pub fn names_files(&self) -> bool {
        self.flags.given("filename") || self.flags.given("kustomize")
    }

    /// The time.
    pub fn now(&self) -> Instant {
        self.ctx.cluster.now()
    }

    /// Options that say who writes: `--field-manager`, or what the command calls itself.
    pub fn signed(&self, options: &WriteOptions) -> WriteOptions {
        let given = self.flags.text("field-manager");
        let server_side = self.command.path == "apply" && self.flags.on("server-side");
        let verb = self.command.path.split(' ').next().unwrap_or_default();
        let manager = match verb {
            _ if self.flags.given("field-manager") && !given.is_empty() => given.to_owned(),
            "apply" if server_side => "kubectl".to_owned(),
            "apply" => CLIENT_SIDE.to_owned(),
            "annotate" | "autoscale" | "create" | "edit" | "expose" | "label" | "patch" | "replace"
            | "rollout" | "run" | "set" | "taint" => format!("kubectl-{verb}"),
            _ => "kubectl".to_owned(),
        };
        let subresource = if verb == "scale" { "scale".to_owned() } else { String::new() };
        let force = self.flags.on("force-conflicts");
        WriteOptions { field_manager: manager, subresource, force, ..options.clone() }
    }

    /// Writes down on an object what changes it, if `--record` asks for that.
    pub fn record(&self, doc: &mut Value) {
        if self.flags.on("record") {
            put(doc, &["metadata", "annotations", "kubernetes.io/change-cause"], self.line());
        }
    }

    /// The command line as `--record` keeps it: the arguments, then every flag with its value.
    fn line(&self) -> String {
        let flags = self.flags.shown().map(|(name, value)| format!("--{name}={value}"));
        let words = std::iter::once(self.command.name()).chain(self.flags.args.iter().cloned());
        words.chain(flags).collect::<Vec<_>>().join(" ")
    }

    /// Prints on standard output.
    pub fn print(&mut self, text: &str) {
        self.ctx.stdout.push_str(text);
    }

    /// Prints a line on standard output.
    pub fn say(&mut self, line: impl AsRef<str>) {
        self.ctx.say(line);
    }

    /// Prints a warning of the server, once.
    pub fn warn(&mut self, warning: &str) {
        if !self.warned.iter().any(|said| said == warning) {
            self.warned.push(warning.to_owned());
            self.ctx.complain(format!("Warning: {warning}"));
        }
    }

    /// A mistake in how the command was called.
    pub fn usage(&self, message: impl Into<String>) -> Failure {
        Failure::Usage(message.into())
    }

    /// `--dry-run`.
    ///
    /// # Errors
    /// When its value is none of the three.
    pub fn dry_run(&mut self) -> Result<DryRun, Failure> {
        match self.flags.text("dry-run").to_owned().as_str() {
            "" | "none" | "false" => Ok(DryRun::None),
            "client" => Ok(DryRun::Client),
            "server" => Ok(DryRun::Server),
            "unchanged" => {
                let stamp = super::log_stamp(self.ctx, 'W', std::time::Duration::ZERO);
                self.ctx.complain(format!(
                    "{stamp} helpers.go:731] --dry-run is deprecated and can be replaced with --dry-run=client."
                ));
                Ok(DryRun::Client)
            }
            "true" => Ok(DryRun::Client),
            other => {
                Err(format!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\".")
                    .into())
            }
        }
    }

    /// The kind that a word of the command line names.
    ///
    /// # Errors
    /// When the server has no such resource type.
    pub fn kind(&self, word: &str) -> Result<Kind, Failure> {
        kind_named(word).ok_or_else(|| {
            let resource = word.split('.').next().unwrap_or(word);
            format!("the server doesn't have a resource type {}", go::quote(resource)).into()
        })
    }

    /// The namespace objects of a kind are looked up in.
    pub fn scope(&self, kind: Kind) -> String {
        if kind.resource().namespaced { self.namespace() } else { String::new() }
    }

    fn deprecations(&mut self, kind: Kind) {
        match kind {
            Kind::Endpoints => {
                self.warn("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
            }
            Kind::ComponentStatus => self.warn("v1 ComponentStatus is deprecated in v1.19+"),
            _ => {}
        }
    }

    /// Asks whether who calls may do this.
    pub fn allow(&mut self, verb: &str, kind: Kind, namespace: &str, name: &str) -> Result<(), Status> {
        super::auth::allow(self, verb, kind, namespace, name)
    }

    /// An object by its name.
    ///
    /// # Errors
    /// `NotFound`, of the object or of its namespace.
    pub fn find(&mut self, kind: Kind, namespace: &str, name: &str) -> Result<Arc<Object>, Status> {
        self.deprecations(kind);
        self.allow("get", kind, namespace, name)?;
        if kind == Kind::ComponentStatus {
            let found = super::components::statuses().find(|object| object.meta.name == name);
            return found.ok_or_else(|| not_found(kind, name));
        }
        let store = self.ctx.cluster.store();
        if let Some(object) = store.find(kind, namespace, name) {
            return Ok(object.clone());
        }
        if !namespace.is_empty() && store.find(Kind::Namespace, "", namespace).is_none() {
            return Err(not_found(Kind::Namespace, namespace));
        }
        Err(not_found(kind, name))
    }

    /// The objects of a kind, in one namespace or (`None`) in all, that pass a filter.
    ///
    /// # Errors
    /// `BadRequest` for a filter that cannot be read.
    pub fn list(
        &mut self,
        kind: Kind,
        namespace: Option<&str>,
        filter: &Filter,
    ) -> Result<Vec<Arc<Object>>, Status> {
        self.deprecations(kind);
        self.allow("list", kind, namespace.unwrap_or(""), "")?;
        let matcher = filter.matcher(kind).map_err(|why| {
            let resource = kind.resource();
            let what = format!("{}/{}, Resource={}", resource.group, resource.version, resource.plural);
            let message = format!(
                "Unable to find {} that match label selector {}, field selector {}: {why}",
                go::quote(&what),
                go::quote(&filter.labels),
                go::quote(&filter.fields)
            );
            Status::new(StatusReason::BadRequest, message)
        })?;
        if kind == Kind::ComponentStatus {
            return Ok(super::components::statuses().filter(|object| matcher.matches(object)).collect());
        }
        let store = self.ctx.cluster.store();
        let all: Vec<&Arc<Object>> = match namespace {
            Some(namespace) if kind.resource().namespaced => store.list(kind, namespace).collect(),
            _ => store.list_all(kind).collect(),
        };
        Ok(all.into_iter().filter(|object| matcher.matches(object)).cloned().collect())
    }

    pub fn written(&mut self, kind: Kind, result: Result<Written, Status>) -> Result<Arc<Object>, Status> {
        self.deprecations(kind);
        let written = result?;
        for warning in &written.warnings {
            self.warn(warning);
        }
        Ok(written.object)
    }

    /// Reads a document as the server does: against the fields that the kind has.
    pub fn decode(&mut self, kind: Kind, doc: &mut Value) -> Result<(), Status> {
        without_nulls(doc);
        let decoded = manifest::decode(kind, doc, Wire::Json);
        match decoded.refused(self.validation()) {
            Some(problem) => {
                self.deprecations(kind);
                Err(Status::new(StatusReason::BadRequest, manifest::cannot_be_handled(kind, &problem)))
            }
            None => {
                self.tell(&decoded);
                Ok(())
            }
        }
    }

    fn tell(&mut self, decoded: &Decoded) {
        if self.validation() == Validation::Warn {
            for warning in decoded.warnings() {
                self.warn(&warning);
            }
        }
    }

    fn validation(&self) -> Validation {
        match self.flags.text("validate") {
            // Commands without the flag leave it to the server, which warns.
            "" | "warn" => Validation::Warn,
            "ignore" | "false" => Validation::Ignore,
            _ => Validation::Strict,
        }
    }

    /// Creates an object.
    ///
    /// # Errors
    /// What the server answers.
    pub fn create(
        &mut self,
        kind: Kind,
        mut doc: Value,
        options: &WriteOptions,
    ) -> Result<Arc<Object>, Status> {
        self.decode(kind, &mut doc)?;
        let namespace = text(&doc["metadata"]["namespace"]).to_owned();
        self.allow("create", kind, &namespace, "")?;
        let result = self.ctx.cluster.create_with(kind, doc, &self.signed(options));
        self.written(kind, result)
    }

    /// Replaces an object.
    ///
    /// # Errors
    /// What the server answers.
    pub fn update(
        &mut self,
        kind: Kind,
        mut doc: Value,
        options: &WriteOptions,
    ) -> Result<Arc<Object>, Status> {
        self.decode(kind, &mut doc)?;
        let namespace = text(&doc["metadata"]["namespace"]).to_owned();
        let name = text(&doc["metadata"]["name"]).to_owned();
        self.allow("update", kind, &namespace, &name)?;
        let result = self.ctx.cluster.update_with(kind, doc, &self.signed(options));
        self.written(kind, result)
    }

    /// Changes an object by a patch.
    ///
    /// # Errors
    /// What the server answers.
    pub fn patch(&mut self, key: &Key, patch: &Patch, options: &WriteOptions) -> Result<Arc<Object>, Status> {
        self.allow("patch", key.kind, &key.namespace, &key.name)?;
        let current = self.ctx.cluster.store().get(key).cloned();
        if let Some(current) = current
            && let Ok((mut doc, rest)) = patch::apply(key.kind, current.doc(), patch)
        {
            // Of a strategic patch the server quotes what is left of it, of the others what they made of the object.
            let strategic = matches!(patch, Patch::Strategic(_));
            let quoted = if strategic {
                patch::go_format(&rest)
            } else {
                let mut whole = doc.clone();
                put(&mut whole, &["metadata", "managedFields"], self.ctx.cluster.managed_fields(&current));
                wire::patched(&whole, patch)
            };
            let decoded =
                manifest::decode(key.kind, &mut doc, if strategic { Wire::Patched } else { Wire::Json });
            if let Some(problem) = decoded.refused(self.validation()) {
                self.deprecations(key.kind);
                let value = go::quote(&quoted);
                let message = format!("patch: Invalid value: {value}: {problem}");
                return Err(Status::new(StatusReason::Invalid, message));
            }
            self.tell(&decoded);
            if !decoded.unknown.is_empty() {
                let result = self.ctx.cluster.update_with(key.kind, doc, &self.signed(options));
                return self.written(key.kind, result);
            }
        }
        let result = self.ctx.cluster.patch(key, patch, &self.signed(options));
        self.written(key.kind, result)
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// What the server answers.
    pub fn delete(&mut self, key: &Key, options: &DeleteOptions) -> Result<Deleted, Status> {
        self.deprecations(key.kind);
        self.allow("delete", key.kind, &key.namespace, &key.name)?;
        self.ctx.cluster.delete_with(key, options)
    }
}

/// Takes out fields that are null, which say nothing.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// The refusal for an object that is not there.
pub fn not_found(kind: Kind, name: &str) -> Status {
    let resource = kind.resource();
    let message = format!("{} {} not found", resource.plural_qualified(), go::quote(name));
    let mut status = Status::new(StatusReason::NotFound, message);
    status.kind = resource.plural.to_owned();
    status.group = resource.group.to_owned();
    status.name = name.to_owned();
    status
}

/// The kind that a word names: `po`, `pods`, `Pod`, `deployments.apps`, `deploy.v1.apps`.
pub fn kind_named(word: &str) -> Option<Kind> {
    let lower = word.to_lowercase();
    let named = |name: &str, resource: &crate::api::Resource| {
        resource.plural == name || resource.singular() == name || resource.short.contains(&name)
    };
    let (name, rest) = lower.split_once('.').unwrap_or((&lower, ""));
    let in_group = |rest: &str, exact: bool, resource: &crate::api::Resource| match (rest, exact) {
        ("", _) => true,
        (rest, true) => {
            resource.group == rest
                || rest.split_once('.').map_or(rest, |(version, _)| version) == resource.version
                    && rest.split_once('.').map_or("", |(_, group)| group) == resource.group
        }
        (rest, false) => resource.group.starts_with(rest),
    };
    [true, false].into_iter().find_map(|exact| {
        let mut found =
            RESOURCES.iter().filter(|resource| named(name, resource) && in_group(rest, exact, resource));
        found.next().map(|resource| resource.kind)
    })
}

/// What `all` stands for.
pub const ALL: &str = "pods,replicationcontrollers,services,daemonsets,deployments,replicasets,statefulsets,\
    horizontalpodautoscalers,cronjobs,jobs";

/// The kinds a word may name, `all` among them.
pub fn without_aliases(word: &str) -> String {
    word.split(',').map(|part| if part == "all" { ALL } else { part }).collect::<Vec<_>>().join(",")
}
