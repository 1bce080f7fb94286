//! What the playground does not do, said in a line; and small commands that need nothing else.

use crate::api::Kind;
use crate::manifest::yaml;
use crate::shell::files::absolute;
use crate::shell::kubectl::call::{Call, Next, OK, Outcome};
use crate::shell::kubectl::doc::{entries, items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::kustomize::build;
use crate::shell::kubectl::output::go;

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

/// `kubectl drain`
pub fn drain(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let nodes = super::nodes::chosen(call, "drain")?;
    for node in &nodes {
        super::nodes::set(call, node, true, dry)?;
    }
    let mut left = Vec::new();
    let mut waiting = Vec::new();
    for node in &nodes {
        match evict(call, &node.name, dry) {
            Ok(gone) => {
                waiting.extend(gone);
                call.say(format!("node/{} drained{}", node.name, dry.suffix()));
            }
            Err(problems) => left.push((node.name.clone(), problems)),
        }
    }
    if left.is_empty() {
        if waiting.is_empty() {
            return OK;
        }
        return Ok(Next::Run(Box::new(super::delete::Gone {
            waiting,
            deadline: None,
            failures: Vec::new(),
            after: None,
            command: call.command.name(),
        })));
    }
    let mut out = String::new();
    for (node, problems) in &left {
        let list = if problems.len() > 1 { format!("[{}]", problems.join(", ")) } else { problems.concat() };
        out.push_str(&format!(
            "error: unable to drain node {} due to error: {list}, continuing command...\n",
            go::quote(node)
        ));
    }
    out.push_str("There are pending nodes to be drained:\n");
    for (node, _) in &left {
        out.push_str(&format!(" {node}\n"));
    }
    for (_, problems) in &left {
        out.extend(problems.iter().map(|problem| format!("{problem}\n")));
    }
    call.ctx.stderr.push_str(&out);
    Err(Failure::Exit(1))
}

type Waiting = Vec<(crate::api::Key, crate::api::Word)>;

/// Evicts the pods of a node, or says why it may not.
fn evict(
    call: &mut Call<'_, '_>,
    node: &str,
    dry: crate::shell::kubectl::call::DryRun,
) -> Result<Waiting, Vec<String>> {
    use crate::shell::kubectl::call::DryRun;
    let pods: Vec<_> = call.ctx.cluster.store().pods_on_node(node).into_iter().cloned().collect();
    let name = |pod: &crate::api::Object| format!("{}/{}", pod.meta.namespace, pod.meta.name);
    let (mut daemons, mut alone, mut local, mut going) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pod in &pods {
        let phase = text(&pod.doc()["status"]["phase"]);
        let ended = phase == "Succeeded" || phase == "Failed";
        let controller = pod.meta.controller().map(|owner| owner.kind.as_str());
        if pod.meta.annotations.contains_key("kubernetes.io/config.mirror") {
            continue;
        }
        if controller == Some("DaemonSet") && !ended {
            daemons.push(name(pod));
            continue;
        }
        if items(&pod.doc()["spec"]["volumes"])
            .iter()
            .any(|volume| entries(volume).any(|(key, _)| key == "emptyDir"))
            && !ended
        {
            local.push(name(pod));
            if !call.flags.on("delete-emptydir-data") {
                // The first reason against a pod is enough.
                continue;
            }
        }
        if controller.is_none() && !ended {
            alone.push(name(pod));
        }
        going.push(pod.clone());
    }
    let mut problems = Vec::new();
    if !daemons.is_empty() && !call.flags.on("ignore-daemonsets") {
        problems.push(format!(
            "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): {}",
            daemons.join(", ")
        ));
    }
    if !local.is_empty() && !call.flags.on("delete-emptydir-data") {
        problems.push(format!(
            "cannot delete Pods with local storage (use --delete-emptydir-data to override): {}",
            local.join(", ")
        ));
    }
    if !alone.is_empty() && !call.flags.on("force") {
        problems.push(format!(
            "cannot delete Pods that declare no controller (use --force to override): {}",
            alone.join(", ")
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut warnings = Vec::new();
    if !alone.is_empty() {
        warnings.push(format!("deleting Pods that declare no controller: {}", alone.join(", ")));
    }
    if !daemons.is_empty() {
        warnings.push(format!("ignoring DaemonSet-managed Pods: {}", daemons.join(", ")));
    }
    if !warnings.is_empty() {
        call.ctx.complain(format!("Warning: {}", warnings.join("; ")));
    }
    let mut waiting = Vec::new();
    for pod in going {
        if dry == DryRun::None {
            call.say(format!("evicting pod {}", name(&pod)));
            let options = super::delete::options(call, dry).unwrap_or_default();
            if call.delete(&pod.key(), &options).is_ok() {
                waiting.push((pod.key(), pod.meta.uid.clone()));
            }
        } else {
            call.say(format!("evicting pod {}{}", name(&pod), dry.suffix()));
        }
    }
    for (key, _) in &waiting {
        call.say(format!("pod/{} evicted", key.name));
    }
    Ok(waiting)
}
