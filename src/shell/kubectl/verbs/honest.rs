//! What the playground does not do, said in a line; and small commands that need nothing else.

use crate::api::Kind;
use crate::manifest::yaml;
use crate::shell::files::absolute;
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::text;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::kustomize::build;
use crate::shell::kubectl::output::go;

/// Refuses what stands between a command line and the server: a request written by hand, an editor.
///
/// # Errors
/// When a flag asks for it.
pub fn unwritten(call: &Call<'_, '_>) -> Result<(), Failure> {
    if call.flags.given("raw") {
        return Err("the playground takes raw requests only to read: 'kubectl get --raw PATH'".into());
    }
    if call.flags.on("edit") {
        return Err("the playground edits nothing before it is there: change the file, or use 'kubectl edit' afterwards".into());
    }
    Ok(())
}

/// `kubectl kustomize`
pub fn kustomize(call: &mut Call<'_, '_>) -> Outcome {
    let directory = match &call.args()[..] {
        [] => ".".to_owned(),
        [directory] => directory.clone(),
        _ => return Err("specify one path to kustomization.yaml".into()),
    };
    let cwd = call.ctx.cwd.to_owned();
    let built = build(call.ctx.files(), &cwd, &directory)?;
    built.warnings.iter().for_each(|warning| call.ctx.complain(warning));
    let output = call.flags.text("output").to_owned();
    let path = absolute(&cwd, &output);
    if !output.is_empty() && call.ctx.files().is_directory(&path) {
        for (kind, doc) in &built.documents {
            let (resource, name) = (kind.resource(), text(&doc["metadata"]["name"]));
            let group =
                if resource.group.is_empty() { String::new() } else { format!("{}_", resource.group) };
            let file = format!("{group}{}_{}_{name}.yaml", resource.version, resource.name).to_lowercase();
            call.ctx.files().place(&format!("{path}/{file}"), yaml::write(doc));
        }
        return OK;
    }
    let documents: Vec<String> = built.documents.iter().map(|(_, doc)| yaml::write(doc)).collect();
    let documents = documents.join("---\n");
    match output.as_str() {
        "" => call.print(&documents),
        _ => call.ctx.files().place(&path, documents),
    }
    OK
}

/// `kubectl completion`
pub fn completion(call: &mut Call<'_, '_>) -> Outcome {
    match &call.args()[..] {
        [] => Err(call.usage("Shell not specified.")),
        [shell] if ["bash", "zsh", "fish", "powershell"].contains(&shell.as_str()) => {
            call.say(format!(
                "# The playground's terminal completes kubectl with Tab by itself; {shell} needs nothing."
            ));
            OK
        }
        [shell] => Err(call.usage(format!("Unsupported shell type {}.", go::quote(shell)))),
        _ => Err(call.usage("Too many arguments. Expected only the shell type.")),
    }
}

/// `kubectl plugin list`
pub fn plugins(_: &mut Call<'_, '_>) -> Outcome {
    Err("unable to find any kubectl plugins in your PATH".into())
}

/// `kubectl alpha`
pub fn alpha(call: &mut Call<'_, '_>) -> Outcome {
    call.ctx.complain("No alpha commands are available in this version of kubectl");
    OK
}

/// `kubectl cp`
pub fn copy(call: &mut Call<'_, '_>) -> Outcome {
    let [from, to] = &call.args()[..] else { return Err("source and destination are required".into()) };
    let (source, target) = (split(from), split(to));
    match (source, target) {
        ((Some(_), _), (Some(_), _)) => Err("one of src or dest must be a local file specification".into()),
        ((None, _), (None, _)) => Err("one of src or dest must be a remote file specification".into()),
        ((Some(pod), path), (None, local)) => {
            let place = place(call, &pod)?;
            let text = call
                .ctx
                .world
                .disks
                .get(&place)
                .and_then(|disk| disk.read(&absolute("/", &path)).ok().map(str::to_owned));
            let Some(text) = text else {
                call.ctx.complain(format!("tar: {path}: Cannot open: No such file or directory"));
                return Err(Failure::Raw("command terminated with exit code 1".into()));
            };
            let local = absolute(call.ctx.cwd, &local);
            let local = match call.ctx.files().is_directory(&local) {
                true => format!("{local}/{}", path.rsplit('/').next().unwrap_or("file")),
                false => local,
            };
            call.ctx.files().place(&local, text);
            OK
        }
        ((None, local), (Some(pod), path)) => {
            let Ok(text) = call.ctx.read(&local) else {
                return Err(format!("{local} doesn't exist in local filesystem").into());
            };
            let place = place(call, &pod)?;
            let disk = call.ctx.world.disks.entry(place).or_default();
            let path = absolute("/", &path);
            let path = match disk.is_directory(&path) {
                true => format!("{path}/{}", local.rsplit('/').next().unwrap_or("file")),
                false => path,
            };
            disk.place(&path, text);
            OK
        }
    }
}

/// `pod:path`, or a path alone.
fn split(spec: &str) -> (Option<String>, String) {
    match spec.split_once(':') {
        Some((pod, path)) if !pod.is_empty() && !spec.starts_with(['/', '.']) => {
            (Some(pod.to_owned()), path.to_owned())
        }
        _ => (None, spec.to_owned()),
    }
}

fn place(call: &mut Call<'_, '_>, pod: &str) -> Result<crate::shell::Place, Failure> {
    let (namespace, name) = match pod.split_once('/') {
        Some((namespace, name)) => (namespace.to_owned(), name),
        None => (call.namespace(), pod),
    };
    let pod = call.find(Kind::Pod, &namespace, name)?;
    let wanted = call.flags.text("container").to_owned();
    let container = super::exec::container(&pod, &wanted, false, call.ctx)?;
    let place = crate::shell::Place::Container { pod: pod.key(), uid: pod.meta.uid.to_string(), container };
    if !call.ctx.world.disks.contains_key(&place) {
        let files = crate::shell::disk::begin(call.ctx.cluster, &place);
        call.ctx.world.disks.insert(place.clone(), files);
    }
    Ok(place)
}
