//! Which objects a command line means: `TYPE NAME`, `TYPE/NAME`, `-l`, `--all`, `-f`.

use super::call::{Call, without_aliases};
use super::doc::text;
use super::failure::Failure;
use super::manifests;
use super::output::go;
use super::selector::Filter;
use crate::api::{Kind, Value};

/// What a command line says of the objects it means.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The arguments.
    pub args: Vec<String>,
    /// `-l` and `--field-selector`.
    pub filter: Filter,
    /// `--all`.
    pub all: bool,
    /// `-A`.
    pub all_namespaces: bool,
    /// A type alone means all of it, as for `get`.
    pub whole_types: bool,
    /// Files are looked up in the cluster.
    pub live: bool,
    /// What is not there is left out silently.
    pub ignore_missing: bool,
}

/// An object a command line means.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace; empty for cluster-scoped kinds.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its document: live, or as a file has it.
    pub doc: Value,
    /// The file it came from.
    pub source: Option<String>,
}

impl Found {
    /// What names it.
    pub fn key(&self) -> crate::api::Key {
        crate::api::Key::new(self.kind, self.namespace.clone(), self.name.clone())
    }

    /// `deployment.apps/web`
    pub fn qualified(&self) -> String {
        super::printers::qualified_name(self.kind, &self.name)
    }
}

/// The objects a command line means.
#[derive(Debug, Default)]
pub struct Selection {
    /// Those that are there.
    pub found: Vec<Found>,
    /// What went wrong with the others.
    pub failures: Vec<Failure>,
    /// How many of those found stand before each failure of a file; nothing where no files were named.
    pub after: Vec<usize>,
    /// The kinds that were asked for.
    pub kinds: Vec<Kind>,
    /// One object was named, and no more.
    pub single: bool,
}

const MISSING: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// The query of a command that takes resources: its flags and its arguments from `from` on.
pub fn query(call: &Call<'_, '_>, args: Vec<String>) -> Query {
    Query {
        args,
        filter: Filter {
            labels: call.flags.text("selector").to_owned(),
            fields: call.flags.text("field-selector").to_owned(),
        },
        all: call.flags.on("all"),
        all_namespaces: call.flags.on("all-namespaces"),
        whole_types: false,
        live: true,
        ignore_missing: call.flags.on("ignore-not-found"),
    }
}

/// Finds the objects.
///
/// # Errors
/// When the command line itself is wrong.
pub fn resolve(call: &mut Call<'_, '_>, query: &Query) -> Result<Selection, Failure> {
    let args = spread(&query.args);
    let (tuples, types, names) = arguments(&args)?;
    if call.names_files() {
        if !query.args.is_empty() {
            let message = "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well";
            return Err(message.into());
        }
        return from_files(call, query);
    }
    let selecting =
        !query.filter.is_empty() || query.all || (query.whole_types && names.is_empty() && tuples.is_empty());
    if selecting && !(types.is_empty() && tuples.is_empty() && !query.all && query.filter.is_empty()) {
        if !names.is_empty() {
            return Err("name cannot be provided when a selector is specified".into());
        }
        if !tuples.is_empty() {
            return Err(
                "selectors and the all flag cannot be used when passing resource/name arguments".into()
            );
        }
        if types.is_empty() {
            return Err("at least one resource must be specified to use a selector".into());
        }
        return by_type(call, query, &types);
    }
    if !tuples.is_empty() {
        let named = tuples.iter().map(|(kind, name)| Ok((call.kind(kind)?, name.clone())));
        let named = named.collect::<Result<Vec<_>, Failure>>()?;
        return Ok(by_name(call, query, &named));
    }
    if !names.is_empty() {
        let kinds = types.iter().map(|word| call.kind(word)).collect::<Result<Vec<_>, _>>()?;
        let [kind] = kinds[..] else { return Err("you must specify only one resource".into()) };
        let named: Vec<(Kind, String)> = names.iter().map(|name| (kind, name.clone())).collect();
        return Ok(by_name(call, query, &named));
    }
    if types.is_empty() {
        return Err(MISSING.into());
    }
    for word in &types {
        call.kind(word)?;
    }
    Err("resource(s) were provided, but no name was specified".into())
}

/// `a,b c d` means `a/c a/d b/c b/d`.
fn spread(args: &[String]) -> Vec<String> {
    let [first, names @ ..] = args else { return Vec::new() };
    let types: Vec<&str> = first.split(',').collect();
    if names.is_empty() || types.len() < 2 {
        return args.to_vec();
    }
    types.iter().flat_map(|kind| names.iter().map(move |name| format!("{kind}/{name}"))).collect()
}

type Arguments = (Vec<(String, String)>, Vec<String>, Vec<String>);

/// Pairs of type and name; or types and names.
fn arguments(args: &[String]) -> Result<Arguments, Failure> {
    let slashes = args.iter().filter(|arg| arg.contains('/')).count();
    if slashes > 0 && slashes < args.len() {
        return Err("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'".into());
    }
    if slashes > 0 {
        let mut tuples = Vec::new();
        for arg in args {
            tuples.push(tuple(arg)?);
        }
        return Ok((tuples, Vec::new(), Vec::new()));
    }
    let Some((first, names)) = args.split_first() else { return Ok(Default::default()) };
    let mut types: Vec<String> = Vec::new();
    for word in without_aliases(first).split(',') {
        if !types.iter().any(|known| known == word) {
            types.push(word.to_owned());
        }
    }
    Ok((Vec::new(), types, names.to_vec()))
}

/// Splits `type/name`.
///
/// # Errors
/// When it is not that.
pub fn tuple(arg: &str) -> Result<(String, String), Failure> {
    let parts: Vec<&str> = arg.split('/').collect();
    let [kind, name] = parts[..] else {
        return Err("arguments in resource/name form may not have more than one slash".into());
    };
    if kind.is_empty() || name.is_empty() || kind.contains(',') {
        return Err("arguments in resource/name form must have a single resource and name".into());
    }
    Ok((kind.to_owned(), name.to_owned()))
}

/// The objects that names mean, without asking whether they are there.
///
/// # Errors
/// As [`resolve`].
pub fn unfetched(call: &mut Call<'_, '_>, query: &Query) -> Result<Selection, Failure> {
    let (tuples, types, names) = arguments(&spread(&query.args))?;
    let mut named: Vec<(Kind, String)> = Vec::new();
    for (kind, name) in &tuples {
        named.push((call.kind(kind)?, name.clone()));
    }
    if tuples.is_empty() && !names.is_empty() {
        let kinds = types.iter().map(|word| call.kind(word)).collect::<Result<Vec<_>, _>>()?;
        let [kind] = kinds[..] else { return Err("you must specify only one resource".into()) };
        named.extend(names.iter().map(|name| (kind, name.clone())));
    }
    if named.is_empty() {
        return resolve(call, query);
    }
    let found = named.into_iter().map(|(kind, name)| Found {
        kind,
        namespace: call.scope(kind),
        name,
        doc: Value::Null,
        source: None,
    });
    Ok(Selection { found: found.collect(), ..Selection::default() })
}

fn by_name(call: &mut Call<'_, '_>, query: &Query, named: &[(Kind, String)]) -> Selection {
    let mut selection = Selection { single: named.len() == 1, ..Selection::default() };
    for (kind, name) in named {
        if !selection.kinds.contains(kind) {
            selection.kinds.push(*kind);
        }
        let namespace = call.scope(*kind);
        if query.all_namespaces && kind.resource().namespaced {
            let message = "a resource cannot be retrieved by name across all namespaces";
            selection.failures = vec![Failure::Message(message.into())];
            return selection;
        }
        match call.find(*kind, &namespace, name) {
            Ok(object) => selection.found.push(Found {
                kind: *kind,
                namespace,
                name: name.clone(),
                doc: object.doc().clone(),
                source: None,
            }),
            Err(status) if query.ignore_missing && status.reason == crate::api::StatusReason::NotFound => {}
            Err(status) => selection.failures.push(status.into()),
        }
    }
    selection
}

fn by_type(call: &mut Call<'_, '_>, query: &Query, types: &[String]) -> Result<Selection, Failure> {
    let mut kinds: Vec<Kind> = Vec::new();
    for word in types {
        let kind = call.kind(word)?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let mut selection = Selection { kinds, ..Selection::default() };
    let namespace = call.namespace();
    for kind in selection.kinds.clone() {
        let namespace = (!query.all_namespaces).then_some(namespace.as_str());
        match call.list(kind, namespace, &query.filter) {
            Ok(objects) => selection.found.extend(objects.iter().map(|object| Found {
                kind,
                namespace: object.meta.namespace.to_string(),
                name: object.meta.name.to_string(),
                doc: object.doc().clone(),
                source: None,
            })),
            Err(status) => selection.failures.push(status.into()),
        }
    }
    Ok(selection)
}

fn from_files(call: &mut Call<'_, '_>, query: &Query) -> Result<Selection, Failure> {
    let manifests = manifests::read(call)?;
    let mut selection =
        Selection { failures: manifests.failures, after: manifests.after, ..Selection::default() };
    let matcher = query.filter.matcher(Kind::Pod).map_err(Failure::Message)?;
    selection.single = manifests.documents.len() == 1;
    for document in manifests.documents {
        let namespace = match namespace_of(call, document.kind, &document.doc) {
            Ok(namespace) => namespace,
            Err(failure) => {
                selection.failures.push(failure);
                continue;
            }
        };
        let labels = crate::api::FromValue::from_value(&document.doc["metadata"]["labels"]);
        if !matcher.matches_labels(&labels) {
            continue;
        }
        if !selection.kinds.contains(&document.kind) {
            selection.kinds.push(document.kind);
        }
        let name = text(&document.doc["metadata"]["name"]).to_owned();
        let mut found =
            Found { kind: document.kind, namespace, name, doc: document.doc, source: Some(document.source) };
        // What never meets the server is left without a namespace.
        if found.kind.resource().namespaced && !call.flags.on("local") {
            super::doc::put(&mut found.doc, &["metadata", "namespace"], found.namespace.clone());
        }
        if query.live {
            match call.find(found.kind, &found.namespace, &found.name) {
                Ok(object) => found.doc = object.doc().clone(),
                Err(status)
                    if query.ignore_missing && status.reason == crate::api::StatusReason::NotFound =>
                {
                    continue;
                }
                Err(status) => {
                    selection.failures.push(status.into());
                    continue;
                }
            }
        }
        selection.found.push(found);
    }
    Ok(selection)
}

/// The namespace a manifest's object goes to.
///
/// # Errors
/// When the manifest and `-n` disagree.
pub fn namespace_of(call: &Call<'_, '_>, kind: Kind, doc: &Value) -> Result<String, Failure> {
    if !kind.resource().namespaced {
        return Ok(String::new());
    }
    let (own, wanted) = (text(&doc["metadata"]["namespace"]), call.namespace());
    if own.is_empty() {
        return Ok(wanted);
    }
    if call.namespace_given() && own != wanted {
        return Err(format!(
            "the namespace from the provided object {} does not match the namespace {}. You must pass '--namespace={own}' to perform this operation.",
            go::quote(own),
            go::quote(&wanted)
        )
        .into());
    }
    Ok(own.to_owned())
}
