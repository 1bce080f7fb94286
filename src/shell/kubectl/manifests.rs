//! Manifests as commands read them: files, directories, patterns, standard input.

use super::call::Call;
use super::failure::Failure;
use super::kustomize;
use super::output::go;
use crate::api::{Kind, Value};
use crate::manifest;
use crate::shell::files::{FileError, absolute, matches_pattern};

/// An object of a manifest.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// The document as written.
    pub doc: Value,
    /// The file's name as complaints quote it.
    pub source: String,
}

/// What was read, and what could not be.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The objects, in order.
    pub documents: Vec<Document>,
    /// The failures.
    pub failures: Vec<Failure>,
    /// How many objects stand before each failure.
    pub after: Vec<usize>,
}

impl Manifests {
    fn fail(&mut self, failure: Failure) {
        self.after.push(self.documents.len());
        self.failures.push(failure);
    }
}

/// Reads one document of YAML or JSON.
pub fn one(text: &str) -> Option<Value> {
    manifest::yaml::read(text).ok()
}

/// Reads the files of `-f`.
///
/// # Errors
/// When a file is not there, or a directory has no manifest in it.
pub fn read(call: &mut Call<'_, '_>) -> Result<Manifests, Failure> {
    if call.flags.given("kustomize") {
        return kustomized(call);
    }
    let paths = call.flags.list("filename");
    let recursive = call.flags.on("recursive");
    read_paths(call, &paths, recursive)
}

/// What kustomize builds of the directory of `-k`.
fn kustomized(call: &mut Call<'_, '_>) -> Result<Manifests, Failure> {
    if call.flags.given("filename") {
        return Err("only one of -f or -k can be specified".into());
    }
    let directory = call.flags.text("kustomize").to_owned();
    let cwd = call.ctx.cwd.to_owned();
    let built = kustomize::build(call.ctx.files(), &cwd, &directory)?;
    built.warnings.iter().for_each(|warning| call.ctx.complain(warning));
    let document = |(kind, doc)| Document { kind, doc, source: directory.clone() };
    Ok(Manifests { documents: built.documents.into_iter().map(document).collect(), ..Manifests::default() })
}

/// Reads files by their paths.
///
/// # Errors
/// As [`read`].
pub fn read_paths(call: &mut Call<'_, '_>, paths: &[String], recursive: bool) -> Result<Manifests, Failure> {
    let mut texts: Vec<(String, String)> = Vec::new();
    let (mut failures, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        match path.as_str() {
            "-" => texts.push(("STDIN".into(), call.ctx.stdin.take())),
            url if url.starts_with("http://") || url.starts_with("https://") => {
                let host = url.split("//").nth(1).unwrap_or("").split('/').next().unwrap_or("");
                let name = host.split(':').next().unwrap_or(host);
                failures.push(if host.contains(':') {
                    Failure::Raw(refused(host))
                } else {
                    Failure::Message(format!(
                        "unable to read URL {}, this playground has no internet: {name} is out of reach",
                        go::quote(url)
                    ))
                });
            }
            path => match files_at(call, path, recursive) {
                Ok(found) => texts.extend(found),
                Err(failure) => missing.push(failure),
            },
        }
    }
    // Paths are looked at before the first object is read: one that is not there stops all.
    Failure::all(missing)?;
    let mut manifests = Manifests { documents: Vec::new(), after: vec![0; failures.len()], failures };
    for (source, text) in texts {
        documents(call, &text, &source, &mut manifests);
    }
    Ok(manifests)
}

/// What kubectl says when nobody answers at an address.
pub fn refused(host: &str) -> String {
    format!("The connection to the server {host} was refused - did you specify the right host or port?")
}

fn files_at(call: &mut Call<'_, '_>, path: &str, recursive: bool) -> Result<Vec<(String, String)>, Failure> {
    let full = absolute(call.ctx.cwd, path);
    let files = call.ctx.files();
    match files.read(&full) {
        Ok(text) => return Ok(vec![(path.to_owned(), text.to_owned())]),
        Err(FileError::IsDirectory) => {}
        Err(_) if path.contains(['*', '?', '[']) => {
            let cwd = call.ctx.cwd.to_owned();
            let found = call.ctx.files().glob(&cwd, path);
            let mut texts = Vec::new();
            for path in found {
                texts.extend(files_at(call, &path, recursive)?);
            }
            if texts.is_empty() {
                return Err(format!("the path {} does not exist", go::quote(path)).into());
            }
            return Ok(texts);
        }
        Err(_) => return Err(format!("the path {} does not exist", go::quote(path)).into()),
    }
    let mut found = Vec::new();
    walk(files, &full, path.trim_end_matches('/'), recursive, &mut found);
    if found.is_empty() {
        return Err(
            format!("error reading [{path}]: recognized file extensions are [.json .yaml .yml]").into()
        );
    }
    Ok(found)
}

fn walk(
    files: &crate::shell::Files,
    full: &str,
    shown: &str,
    recursive: bool,
    found: &mut Vec<(String, String)>,
) {
    for (name, is_directory) in files.list(full) {
        let inner = if full == "/" { format!("/{name}") } else { format!("{full}/{name}") };
        let label = if shown == "." { name.clone() } else { format!("{shown}/{name}") };
        if is_directory {
            if recursive {
                walk(files, &inner, &label, recursive, found);
            }
        } else if ["*.json", "*.yaml", "*.yml"].iter().any(|pattern| matches_pattern(pattern, &name)) {
            let text = files.read(&inner).unwrap_or_default().to_owned();
            found.push((label, text));
        }
    }
}

/// Splits a text into its objects, checked as kubectl checks them.
fn documents(call: &Call<'_, '_>, text: &str, source: &str, manifests: &mut Manifests) {
    let validates = matches!(call.command.path, "apply" | "create" | "replace")
        && !["ignore", "false"].contains(&call.flags.text("validate"));
    for read in manifest::read(text) {
        let document = match read {
            Ok(document) => document,
            Err(problem) => {
                manifests.fail(Failure::Message(format!("error parsing {source}: {}", problem.message)));
                return;
            }
        };
        if validates && let Err(problem) = document.validate() {
            manifests.fail(Failure::Message(format!(
                "error validating {}: error validating data: {problem}; if you choose to ignore these errors, turn validation off with --validate=false",
                go::quote(source)
            )));
            continue;
        }
        for resource in document.resources(source) {
            match resource {
                Ok(manifest::Resource { kind, value: mut doc, .. }) => {
                    call.record(&mut doc);
                    manifests.documents.push(Document { kind, doc, source: source.to_owned() });
                }
                Err(message) => manifests.fail(Failure::Message(message)),
            }
        }
    }
}
