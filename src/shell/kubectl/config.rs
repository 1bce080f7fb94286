//! The kubeconfig: where the cluster is, who asks, in which namespace. Kept as a file of the workstation.

use super::doc::{items, put, text};
use super::failure::Failure;
use super::flags::Flags;
use super::output::go;
use crate::api::{Value, json};
use crate::cluster::Cluster;
use crate::manifest::yaml;
use crate::shell::Ctx;
use crate::shell::files::absolute;

/// The kubeconfig of a file that is not there.
const EMPTY: &str =
    "{apiVersion: v1, clusters: null, contexts: null, current-context: '', kind: Config, users: null}";
/// Where the API server is looked for when no cluster is named.
const NOWHERE: &str = "http://localhost:8080";

/// A kubeconfig, and what the command line says instead of it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The document.
    pub doc: Value,
    /// The file it is kept in.
    pub path: String,
    /// The context the command uses.
    pub context: String,
}

impl Config {
    /// Reads the kubeconfig that a command line means.
    ///
    /// # Errors
    /// When the file that was asked for is not there.
    pub fn load(ctx: &mut Ctx<'_>, flags: &Flags) -> Result<Self, Failure> {
        let given = flags.text("kubeconfig");
        let home = ctx.env.get("HOME").map_or("", String::as_str);
        let usual = format!("{home}/.kube/config");
        let path = match (given, ctx.env.get("KUBECONFIG").map_or("", String::as_str)) {
            ("", "") => usual.clone(),
            ("", path) => path.split(':').next().unwrap_or(path).to_owned(),
            (path, _) => path.to_owned(),
        };
        let path = absolute(ctx.cwd, &path);
        let mut kept = ctx.files().read(&path).map(str::to_owned).ok();
        if !given.is_empty() && kept.is_none() {
            return Err(format!("stat {given}: no such file or directory").into());
        }
        if kept.is_none() && path != usual {
            kept = Some(EMPTY.to_owned());
        }
        let mut config = Self::of(path, kept.as_deref(), ctx.cluster);
        if flags.given("context") && !flags.text("context").is_empty() {
            config.context = flags.text("context").to_owned();
        }
        Ok(config)
    }

    /// The kubeconfig of a file's text; the one that comes with the cluster if there is no such file.
    pub fn of(path: String, kept: Option<&str>, cluster: &Cluster) -> Self {
        let doc = match kept {
            Some(text) => crate::shell::kubectl::manifests::one(text).unwrap_or_default(),
            None => fresh(&cluster.profile().name),
        };
        let context = text(&doc["current-context"]).to_owned();
        Self { doc, path, context }
    }

    /// The entry of that name in one of the lists, without its name.
    pub fn entry(&self, list: &str, name: &str) -> Option<&Value> {
        let inner = list.trim_end_matches('s');
        items(&self.doc[list]).iter().find(|entry| entry["name"] == name).map(|entry| &entry[inner])
    }

    /// The namespace of the context.
    pub fn namespace(&self) -> &str {
        match self.entry("contexts", &self.context).map_or("", |context| text(&context["namespace"])) {
            "" => "default",
            namespace => namespace,
        }
    }

    /// Checks that what the command line names is there.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn check(&self, flags: &Flags, binds_users: bool) -> Result<(), Failure> {
        let (context, entry) = (&self.context, self.entry("contexts", &self.context));
        let named = |flag: &str| match (flags.text(flag), entry) {
            ("", Some(entry)) => text(&entry[flag]).to_owned(),
            (name, _) => name.to_owned(),
        };
        // There `--user` is the command's own flag, and hides the one of all commands.
        let user = if binds_users { String::new() } else { named("user") };
        let cluster = named("cluster");
        if !context.is_empty() && entry.is_none() {
            let text =
                format!("Error in configuration: context was not found for specified context: {context}");
            return Err(Failure::Raw(text));
        }
        if !cluster.is_empty() && self.entry("clusters", &cluster).is_none() {
            return Err(format!("no server found for cluster {}", go::quote(&cluster)).into());
        }
        if !user.is_empty() && self.entry("users", &user).is_none() {
            return Err(format!("auth info {} does not exist", go::quote(&user)).into());
        }
        Ok(())
    }

    /// Writes the document back.
    pub fn save(&self, ctx: &mut Ctx<'_>) {
        let text = yaml::write(&self.doc);
        ctx.files().place(&self.path, text);
    }

    /// Whether the context leads to no cluster at all.
    pub fn leads_nowhere(&self) -> bool {
        self.server() == NOWHERE
    }

    /// The address of the API server.
    pub fn server(&self) -> String {
        let context = self.entry("contexts", &self.context);
        let cluster = context.map_or("", |context| text(&context["cluster"]));
        self.entry("clusters", cluster).map_or(NOWHERE, |cluster| text(&cluster["server"])).to_owned()
    }

    /// Sets fields of an entry, making it if it is not there; says whether it was.
    pub fn set_entry(&mut self, list: &str, name: &str, fields: &[(&str, Value)]) -> bool {
        let inner = list.trim_end_matches('s');
        let entries = super::doc::child(&mut self.doc, list);
        if !entries.is_array() {
            *entries = json!([]);
        }
        let Some(entries) = entries.as_array_mut() else { return false };
        let there = entries.iter().position(|entry| entry["name"] == name);
        let at = there.unwrap_or_else(|| {
            entries.push(json!({"name": name, inner: {}}));
            entries.len() - 1
        });
        for (key, value) in fields {
            put(&mut entries[at], &[inner, key], value.clone());
        }
        there.is_some()
    }
}

/// The kubeconfig that comes with a cluster of that profile.
fn fresh(profile: &str) -> Value {
    let (context, cluster, user, server) = match profile {
        "docker-desktop" => (profile, profile, profile, "https://kubernetes.docker.internal:6443"),
        "kind" => ("kind-kind", "kind-kind", "kind-kind", "https://127.0.0.1:40217"),
        other => (other, other, "admin", "https://127.0.0.1:6443"),
    };
    json!({
        "apiVersion": "v1",
        "clusters": [{"name": cluster, "cluster": {"certificate-authority-data": "DATA+OMITTED", "server": server}}],
        "contexts": [{"name": context, "context": {"cluster": cluster, "user": user}}],
        "current-context": context,
        "kind": "Config",
        "preferences": {},
        "users": [{"name": user, "user": {"client-certificate-data": "DATA+OMITTED", "client-key-data": "DATA+OMITTED"}}],
    })
}
