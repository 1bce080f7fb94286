//! kustomize, as tutorials use it: resources and bases, generators with their hashes, names, labels, images,
//! replicas and patches. What it does not do, it says.

mod generate;
mod patch;
mod references;
mod transform;

use super::doc::{items, text};
use super::hash::content_hash;
use crate::api::{Kind, Ordered, Value};
use crate::manifest::{self, yaml};
use crate::shell::Files;
use crate::shell::files::{FileError, absolute};

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Bases may not lie deeper in each other.
const DEEPEST: usize = 32;

/// Fields that are carried out.
const KNOWN: [&str; 19] = [
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
];
/// Fields that kustomize has and the playground has not.
const MISSING: [&str; 13] = [
    "sortOptions",
    "buildMetadata",
    "configurations",
    "openapi",
    "crds",
    "components",
    "helmCharts",
    "helmGlobals",
    "replacements",
    "vars",
    "transformers",
    "generators",
    "validators",
];
/// Fields there is a newer one for.
const DEPRECATED: [(&str, &str); 4] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("patchesStrategicMerge", "patches"),
    ("patchesJson6902", "patches"),
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
    let mut builder = Builder { files, warnings: Vec::new() };
    let mut items = builder.directory(&full, 0)?;
    for item in &mut items {
        if item.hashed {
            let name = format!("{}-{}", item.name(), content_hash(item.kind, &item.doc, ""));
            item.rename(name);
        }
    }
    references::mend(&mut items);
    items.order_by_key(|item| (rank(item.kind), item.id()));
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
}

impl Builder<'_> {
    fn directory(&mut self, full: &str, depth: usize) -> Result<Vec<Item>, String> {
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
            let warning = format!(
                "# Warning: '{old}' is deprecated. Please use '{new}' instead. Run 'kustomize edit fix' to update your Kustomization automatically."
            );
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        let mut items = self.resources(full, &layer, depth)?;
        generate::all(self.files, full, &layer, &mut items)?;
        patch::all(self.files, full, &layer, &mut items)?;
        transform::all(&layer, &mut items)?;
        Ok(items)
    }

    fn resources(&mut self, full: &str, layer: &Value, depth: usize) -> Result<Vec<Item>, String> {
        let mut all: Vec<Item> = Vec::new();
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
                Err(FileError::IsDirectory) => self.directory(&path, depth + 1).map_err(|why| {
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
        Ok(all)
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
