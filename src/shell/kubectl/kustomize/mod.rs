//! kustomize, as tutorials use it: resources, bases and components, generators with their hashes, names, labels,
//! images, replicas, patches, replacements and variables. What it does not do, it says.

mod fields;
mod generate;
mod patch;
mod references;
mod replace;
mod transform;
mod vars;

use super::doc::{items, text};
use super::hash::content_hash;
use super::output::go;
use crate::api::{Kind, Ordered, Value};
use crate::manifest::{self, yaml};
use crate::shell::Files;
use crate::shell::files::{FileError, absolute};

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Bases may not lie deeper in each other.
const DEEPEST: usize = 32;

/// Fields that are carried out.
const KNOWN: [&str; 24] = [
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "images",
    "replicas",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "components",
    "configurations",
    "replacements",
    "sortOptions",
    "vars",
];
/// Fields that kustomize has and the playground has not.
const MISSING: [&str; 8] = [
    "buildMetadata",
    "openapi",
    "crds",
    "helmCharts",
    "helmGlobals",
    "transformers",
    "generators",
    "validators",
];
/// Fields there is a newer one for.
const DEPRECATED: [(&str, &str); 5] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("patchesStrategicMerge", "patches"),
    ("patchesJson6902", "patches"),
    ("vars", "replacements"),
];

/// An object on its way through the layers.
#[derive(Clone, Debug)]
struct Item {
    kind: Kind,
    doc: Value,
    /// The names it had before.
    before: Vec<String>,
    /// Its name is to end in a hash of its contents.
    hashed: bool,
}

impl Item {
    fn name(&self) -> &str {
        text(&self.doc["metadata"]["name"])
    }

    /// Whether it has, or had, that name.
    fn is_named(&self, name: &str) -> bool {
        self.name() == name || self.before.iter().any(|before| before == name)
    }

    fn rename(&mut self, name: String) {
        let old = self.name().to_owned();
        if old != name {
            self.before.push(old);
            self.doc["metadata"]["name"] = name.into();
        }
    }

    /// `Service.v1.[noGrp]/web.[noNs]`
    fn id(&self) -> String {
        let resource = self.kind.resource();
        let or = |value: &str, none: &str| if value.is_empty() { none.to_owned() } else { value.to_owned() };
        format!(
            "{}.{}.{}/{}.{}",
            resource.name,
            resource.version,
            or(resource.group, "[noGrp]"),
            self.name(),
            or(text(&self.doc["metadata"]["namespace"]), "[noNs]")
        )
    }
}

/// What was built.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The objects, in the order they are written.
    pub documents: Vec<(Kind, Value)>,
    /// What goes to standard error beside.
    pub warnings: Vec<String>,
}

/// Builds a directory.
///
/// # Errors
/// In kustomize's words, and where a field is not carried out here.
pub fn build(files: &Files, cwd: &str, directory: &str) -> Result<Built, String> {
    let full = absolute(cwd, directory);
    if !files.is_directory(&full) {
        return Err(format!("must build at directory: {}", not_a_directory(files, &full, directory)));
    }
    let mut builder = Builder { files, warnings: Vec::new(), vars: Vec::new(), var_fields: Vec::new() };
    let mut items = Vec::new();
    let sorting = builder.accumulate(&full, 0, false, &mut items)?["sortOptions"].take();
    for item in &mut items {
        if item.hashed {
            let name = format!("{}-{}", item.name(), content_hash(item.kind, &item.doc, ""));
            item.rename(name);
        }
    }
    references::mend(&mut items);
    vars::resolve(&builder.vars, &builder.var_fields, &mut items)?;
    if sorting["order"] != "fifo" {
        items.order_by_key(|item| (rank(item.kind), item.id()));
    }
    let documents = items.into_iter().map(|item| (item.kind, item.doc)).collect();
    Ok(Built { documents, warnings: builder.warnings })
}

fn not_a_directory(files: &Files, full: &str, shown: &str) -> String {
    if files.exists(full) {
        format!("'{shown}': file is not directory")
    } else {
        format!("not a valid directory: {}", missing(full, shown))
    }
}

fn missing(full: &str, shown: &str) -> String {
    format!("evalsymlink failure on '{shown}' : lstat {full}: no such file or directory")
}

/// Kinds that others need come first, and what intercepts them last.
fn rank(kind: Kind) -> usize {
    const FIRST: [&str; 22] = [
        "Namespace",
        "ResourceQuota",
        "StorageClass",
        "CustomResourceDefinition",
        "ServiceAccount",
        "PodSecurityPolicy",
        "Role",
        "ClusterRole",
        "RoleBinding",
        "ClusterRoleBinding",
        "ConfigMap",
        "Secret",
        "Endpoints",
        "Service",
        "LimitRange",
        "PriorityClass",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Deployment",
        "StatefulSet",
        "CronJob",
        "PodDisruptionBudget",
    ];
    let name = kind.resource().name;
    match FIRST.iter().position(|first| *first == name) {
        Some(at) => at,
        None if name.ends_with("WebhookConfiguration") => FIRST.len() + 1,
        None => FIRST.len(),
    }
}

struct Builder<'f> {
    files: &'f Files,
    warnings: Vec<String>,
    vars: Vec<vars::Var>,
    /// Fields in which a configuration looks for variables.
    var_fields: Vec<String>,
}

impl Builder<'_> {
    /// Adds what a directory makes to what there is; a component changes also what there is. Returns its file.
    fn accumulate(
        &mut self,
        full: &str,
        depth: usize,
        component: bool,
        all: &mut Vec<Item>,
    ) -> Result<Value, String> {
        let layer = self.layer(full, depth)?;
        let kind = text(&layer["kind"]);
        if component && kind != "Component" {
            let kind = if kind.is_empty() { "Kustomization" } else { kind };
            return Err(format!("expected kind 'Component' for path '{full}' but got '{kind}'"));
        }
        if !component && kind == "Component" {
            return Err(format!("expected kind != 'Component' for path '{full}'"));
        }
        self.resources(full, &layer, depth, all)?;
        for entry in items(&layer["components"]).iter().map(text) {
            let path = absolute(full, entry);
            if !self.files.is_directory(&path) {
                let why = not_a_directory(self.files, &path, &path);
                return Err(format!("accumulating components: loader.New {}", go::quote(&why)));
            }
            self.accumulate(&path, depth + 1, true, all).map_err(|why| {
                format!("accumulating components: accumulateDirectory: {}", go::quote(&why))
            })?;
        }
        self.configurations(full, &layer)?;
        generate::all(self.files, full, &layer, all)?;
        patch::all(self.files, full, &layer, all)?;
        transform::all(&layer, all)?;
        replace::all(self.files, full, &layer, all)?;
        vars::collect(&layer, &mut self.vars)?;
        Ok(layer)
    }

    /// Reads the files that say more about fields; those about variables are carried out.
    fn configurations(&mut self, full: &str, layer: &Value) -> Result<(), String> {
        for entry in items(&layer["configurations"]).iter().map(text) {
            let path = absolute(full, entry);
            let source = self.files.read(&path).map_err(|_| missing(&path, &path))?;
            let read: Value = yaml::read(source).map_err(|error| error.message)?;
            for (key, fields) in super::doc::entries(&read) {
                if key != "varReference" {
                    return Err(format!("the playground's kustomize does not do {key} of configurations"));
                }
                self.var_fields.extend(items(fields).iter().map(|field| text(&field["path"]).to_owned()));
            }
        }
        Ok(())
    }

    /// The file of a directory.
    fn layer(&mut self, full: &str, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err(format!("cycle detected: candidate root '{full}' contains visited root"));
        }
        let found: Vec<String> = NAMES
            .iter()
            .map(|name| format!("{full}/{name}"))
            .filter(|path| self.files.exists(path))
            .collect();
        let text = match &found[..] {
            [] => {
                return Err(format!(
                    "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{full}'"
                ));
            }
            [one] => self.files.read(one).unwrap_or_default(),
            _ => return Err(format!("Found multiple kustomization files under: {full}\n")),
        };
        let layer: Value =
            yaml::read(text).map_err(|error| format!("invalid Kustomization: {}", error.message))?;
        let entries =
            match &layer {
                Value::Null => return Err("kustomization.yaml is empty".into()),
                Value::Object(map) if map.is_empty() => return Err("kustomization.yaml is empty".into()),
                Value::Object(map) => map,
                _ => return Err(
                    "invalid Kustomization: json: cannot unmarshal into Go value of type types.Kustomization"
                        .into(),
                ),
            };
        for key in entries.keys() {
            if MISSING.contains(&key.as_str()) {
                return Err(format!("the playground's kustomize does not do {key}"));
            }
            if !KNOWN.contains(&key.as_str()) {
                return Err(format!("invalid Kustomization: json: unknown field \"{key}\""));
            }
        }
        for (old, new) in DEPRECATED.iter().filter(|(old, _)| entries.contains_key(*old)) {
            let trial = if *old == "vars" { "[EXPERIMENTAL] " } else { "" };
            let warning = format!(
                "# Warning: '{old}' is deprecated. Please use '{new}' instead. {trial}Run 'kustomize edit fix' to update your Kustomization automatically."
            );
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        Ok(layer)
    }

    fn resources(
        &mut self,
        full: &str,
        layer: &Value,
        depth: usize,
        all: &mut Vec<Item>,
    ) -> Result<(), String> {
        for entry in items(&layer["resources"]).iter().chain(items(&layer["bases"])) {
            let entry = text(entry);
            if entry.contains("://") || entry.starts_with("github.com/") {
                return Err(format!(
                    "accumulating resources: accumulation err='accumulating resources from '{entry}': the playground has no internet'"
                ));
            }
            let path = absolute(full, entry);
            let found = match self.files.read(&path) {
                Ok(content) => documents(content, &path)
                    .map_err(|why| format!("accumulating resources: accumulation err='accumulating resources from '{entry}': {why}'"))?,
                Err(FileError::IsDirectory) => self.base(&path, depth).map_err(|why| {
                    format!("accumulating resources: accumulation err='accumulating resources from '{entry}': read {path}: is a directory': recursed accumulation of path '{path}': {why}")
                })?,
                Err(_) => {
                    let why = missing(&path, &path);
                    return Err(format!(
                        "accumulating resources: accumulation err='accumulating resources from '{entry}': {why}': must build at directory: not a valid directory: {why}"
                    ));
                }
            };
            for item in found {
                if all.iter().any(|other| other.id() == item.id()) {
                    return Err(format!(
                        "accumulating resources: accumulation err='merging resources from '{entry}': may not add resource with an already registered id: {}'",
                        item.id()
                    ));
                }
                all.push(item);
            }
        }
        Ok(())
    }

    fn base(&mut self, path: &str, depth: usize) -> Result<Vec<Item>, String> {
        let mut items = Vec::new();
        self.accumulate(path, depth + 1, false, &mut items)?;
        Ok(items)
    }
}

/// The objects of a manifest.
fn documents(text: &str, path: &str) -> Result<Vec<Item>, String> {
    let mut all = Vec::new();
    for document in manifest::read(text) {
        let document =
            document.map_err(|problem| format!("MalformedYAMLError: {} in File: {path}", problem.message))?;
        for resource in document.resources(path) {
            let resource = resource?;
            all.push(Item { kind: resource.kind, doc: resource.value, before: Vec::new(), hashed: false });
        }
    }
    Ok(all)
}
