//! What kubectl takes next: commands, kinds, names of live objects, flags and their values.

use super::{Completion, Sight, fitting, paths};
use crate::api::{Kind, Object, RESOURCES};
use crate::manifest::schema;
use crate::shell::kubectl::doc::{items, text};
use crate::shell::kubectl::{Line, flags::Flag, kind_named, namespace, read_line};

/// The kinds people ask for, where any would do.
const WORKLOADS: [Kind; 4] = [Kind::Deployment, Kind::DaemonSet, Kind::StatefulSet, Kind::ReplicaSet];
const WITH_PODS: [Kind; 6] =
    [Kind::Deployment, Kind::Service, Kind::ReplicaSet, Kind::StatefulSet, Kind::DaemonSet, Kind::Job];

/// Offers what could follow these words of a kubectl line.
pub fn offer(sight: &Sight<'_>, before: &[String], start: usize, typed: &str) -> Completion {
    let line = read_line(before);
    let nothing = Completion { start, candidates: Vec::new() };
    if line.dashed {
        return nothing;
    }
    if let Some(flag) = line.waits_for {
        return values(sight, &line, &flag, start, typed);
    }
    if typed.starts_with('-') {
        if let Some((name, value)) = typed.split_once('=') {
            let named = |flag: &Flag| {
                format!("--{}", flag.name) == name || flag.short.is_some_and(|s| format!("-{s}") == name)
            };
            let Some(flag) = line.flags.iter().find(|flag| named(flag)) else { return nothing };
            return values(sight, &line, flag, start + name.chars().count() + 1, value);
        }
        let long = line
            .flags
            .iter()
            .map(|flag| format!("--{}{}", flag.name, if flag.bare.is_none() { "=" } else { "" }));
        let short = line.flags.iter().filter_map(|flag| flag.short).map(|short| format!("-{short}"));
        return match typed {
            "-" => fitting(short.chain(long), start, typed),
            _ => fitting(long, start, typed),
        };
    }
    let children: Vec<&str> = line.command.children().map(|child| child.word()).collect();
    if !children.is_empty() && line.args.is_empty() {
        let mut offered = fitting(children, start, typed);
        offered.candidates.extend(plain_arguments(sight, &line, start, typed).candidates);
        return offered;
    }
    plain_arguments(sight, &line, start, typed)
}

fn plain_arguments(sight: &Sight<'_>, line: &Line, start: usize, typed: &str) -> Completion {
    let path = line.command.path;
    let (verb, rest) = path.split_once(' ').unwrap_or((path, ""));
    let first = line.args.is_empty();
    match (verb, rest) {
        (
            "get" | "describe" | "delete" | "edit" | "label" | "annotate" | "patch" | "wait" | "replace"
            | "events",
            _,
        )
        | ("apply" | "auth", _) => resources(sight, line, None, start, typed),
        ("explain", _) => explained(start, typed),
        ("rollout", _) => resources(sight, line, Some(&WORKLOADS[..3]), start, typed),
        ("scale", _) | ("autoscale", _) => {
            let kinds = [Kind::Deployment, Kind::ReplicaSet, Kind::StatefulSet];
            resources(sight, line, Some(&kinds), start, typed)
        }
        ("set", "") => Completion { start, candidates: Vec::new() },
        ("set", _) => resources(sight, line, Some(&WORKLOADS), start, typed),
        ("expose", _) => {
            let kinds = [Kind::Deployment, Kind::Pod, Kind::ReplicaSet, Kind::Service];
            resources(sight, line, Some(&kinds), start, typed)
        }
        ("logs" | "exec" | "attach" | "debug" | "port-forward", _) if first => {
            let mut offered = match typed.contains('/') {
                true => resources(sight, line, None, start, typed),
                false => fitting(names(sight, line, Kind::Pod), start, typed),
            };
            if !typed.contains('/') {
                let kinds = WITH_PODS.iter().map(|kind| format!("{}/", kind.resource().singular()));
                offered.candidates.extend(kinds.filter(|kind| kind.starts_with(typed)));
            }
            offered
        }
        ("port-forward", _) => fitting(ports(sight, line), start, typed),
        ("cordon" | "uncordon" | "drain", _) => fitting(names(sight, line, Kind::Node), start, typed),
        ("taint", _) => resources(sight, line, Some(&[Kind::Node]), start, typed),
        ("top", "pod") => fitting(names(sight, line, Kind::Pod), start, typed),
        ("top", "node") => fitting(names(sight, line, Kind::Node), start, typed),
        ("config", "use-context" | "delete-context" | "rename-context" | "set-context" | "get-contexts")
            if first =>
        {
            fitting(contexts(sight), start, typed)
        }
        ("cp", _) => {
            let mut offered = paths(sight, start, typed, false);
            let pods = names(sight, line, Kind::Pod).into_iter().map(|name| name + ":");
            offered.candidates.extend(pods.filter(|name| name.starts_with(typed)));
            offered
        }
        _ => Completion { start, candidates: Vec::new() },
    }
}

/// A kind, a name of that kind, or both in one word.
fn resources(
    sight: &Sight<'_>,
    line: &Line,
    kinds: Option<&[Kind]>,
    start: usize,
    typed: &str,
) -> Completion {
    if let Some((word, name)) = typed.split_once('/') {
        let Some(kind) = kind_named(word) else { return Completion { start, candidates: Vec::new() } };
        return fitting(names(sight, line, kind), start + word.chars().count() + 1, name);
    }
    let Some(first) = line.args.first() else {
        // Kinds may be listed: `pods,serv`.
        let at = typed.rfind(',').map_or(0, |at| at + 1);
        let all =
            RESOURCES.iter().filter(|resource| kinds.is_none_or(|kinds| kinds.contains(&resource.kind)));
        let words = all.map(|resource| match kinds {
            Some(_) => resource.singular(),
            None => resource.plural.to_owned(),
        });
        let extra = kinds.is_none().then(|| "all".to_owned());
        return fitting(words.chain(extra), start + typed[..at].chars().count(), &typed[at..]);
    };
    if first.contains('/') {
        let kind = first.split('/').next().unwrap_or_default();
        let Some(kind) = kind_named(kind) else { return Completion { start, candidates: Vec::new() } };
        let word = kind.resource().singular();
        return fitting(
            names(sight, line, kind).into_iter().map(|name| format!("{word}/{name}")),
            start,
            typed,
        );
    }
    match kind_named(first.split(',').next().unwrap_or(first)) {
        Some(kind) => {
            let mut found = names(sight, line, kind);
            found.retain(|name| !line.args.contains(name));
            fitting(found, start, typed)
        }
        None => Completion { start, candidates: Vec::new() },
    }
}

/// The objects of a kind that the line can see.
fn objects<'a>(sight: &'a Sight<'_>, line: &Line, kind: Kind) -> Vec<&'a Object> {
    let namespace = namespace(&sight.scope.environment(), sight.files, sight.cluster, line);
    let namespaced = kind.resource().namespaced;
    let fits = move |object: &&Object| !namespaced || object.meta.namespace == namespace;
    sight.cluster.store().list_all(kind).map(|object| object.as_ref()).filter(fits).collect()
}

fn names(sight: &Sight<'_>, line: &Line, kind: Kind) -> Vec<String> {
    objects(sight, line, kind).into_iter().map(|object| object.meta.name.to_string()).collect()
}

/// The pod or workload that the line's first argument names.
fn target<'a>(sight: &'a Sight<'_>, line: &Line) -> Option<&'a Object> {
    let word = line.args.first()?;
    let (kind, name) = word.split_once('/').unwrap_or(("pod", word));
    objects(sight, line, kind_named(kind)?).into_iter().find(|object| object.meta.name == name)
}

fn containers(object: &Object) -> Vec<String> {
    let spec = match object.kind {
        Kind::Pod => &object.doc()["spec"],
        _ => &object.doc()["spec"]["template"]["spec"],
    };
    let lists = ["containers", "initContainers", "ephemeralContainers"].into_iter();
    lists.flat_map(|list| items(&spec[list])).map(|container| text(&container["name"]).to_owned()).collect()
}

/// The ports of what a forward leads to.
fn ports(sight: &Sight<'_>, line: &Line) -> Vec<String> {
    let Some(object) = target(sight, line) else { return Vec::new() };
    let doc = object.doc();
    let number = |port: &crate::api::Value| port.as_i64().map(|port| port.to_string());
    match object.kind {
        Kind::Service => {
            items(&doc["spec"]["ports"]).iter().filter_map(|port| number(&port["port"])).collect()
        }
        kind => {
            let spec = if kind == Kind::Pod { &doc["spec"] } else { &doc["spec"]["template"]["spec"] };
            let ports = items(&spec["containers"]).iter().flat_map(|container| items(&container["ports"]));
            ports.filter_map(|port| number(&port["containerPort"])).collect()
        }
    }
}

fn contexts(sight: &Sight<'_>) -> Vec<String> {
    crate::shell::kubectl::contexts(&sight.scope.environment(), sight.files, sight.cluster)
}

/// `pods`, `pod.spec.containers`
fn explained(start: usize, typed: &str) -> Completion {
    let Some((before, name)) = typed.rsplit_once('.') else {
        return fitting(RESOURCES.iter().map(|resource| resource.plural), start, typed);
    };
    let mut path = before.split('.');
    let kind = path.next().and_then(kind_named);
    let mut at = kind.and_then(schema::of);
    for step in path {
        let inner = at.and_then(|of| of.field(step)).map(|field| field.shape.kind());
        at = inner.and_then(crate::shell::kubectl::structure);
    }
    let Some(of) = at else { return Completion { start, candidates: Vec::new() } };
    let fields = of.fields().map(|field| format!("{before}.{}", field.name));
    fitting(fields, start, &format!("{before}.{name}"))
}

/// What a flag may be set to.
fn values(sight: &Sight<'_>, line: &Line, flag: &Flag, start: usize, typed: &str) -> Completion {
    let path = line.command.path;
    let fixed: &[&str] = match (flag.name, path) {
        ("namespace", _) => return fitting(names(sight, line, Kind::Namespace), start, typed),
        (
            "filename" | "kustomize" | "patch-file" | "from-file" | "from-env-file" | "kubeconfig" | "cert"
            | "key",
            _,
        ) => {
            return paths(sight, start, typed, false);
        }
        ("context", _) => return fitting(contexts(sight), start, typed),
        ("container" | "containers", _) => {
            return fitting(target(sight, line).map(containers).unwrap_or_default(), start, typed);
        }
        ("selector", _) => {
            let kind = line.args.first().and_then(|word| kind_named(word)).unwrap_or(Kind::Pod);
            let labels = objects(sight, line, kind).into_iter().flat_map(|object| {
                object.meta.labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
            });
            return fitting(labels, start, typed);
        }
        ("serviceaccount", _) => return fitting(names(sight, line, Kind::ServiceAccount), start, typed),
        ("output", "get") => &[
            "custom-columns=",
            "custom-columns-file=",
            "go-template=",
            "go-template-file=",
            "json",
            "jsonpath=",
            "jsonpath-as-json=",
            "jsonpath-file=",
            "kyaml",
            "name",
            "wide",
            "yaml",
        ],
        ("output", "version" | "cluster-info" | "config view") => &["json", "yaml"],
        ("output", "api-resources") => &["json", "name", "wide", "yaml"],
        ("output", _) => &[
            "go-template=",
            "go-template-file=",
            "json",
            "jsonpath=",
            "jsonpath-as-json=",
            "jsonpath-file=",
            "kyaml",
            "name",
            "yaml",
        ],
        ("dry-run", _) => &["client", "none", "server"],
        ("cascade", _) => &["background", "foreground", "orphan"],
        ("restart", _) => &["Always", "Never", "OnFailure"],
        ("image-pull-policy", _) => &["Always", "IfNotPresent", "Never"],
        ("validate", _) => &["ignore", "strict", "warn"],
        ("type", "patch") => &["json", "merge", "strategic"],
        ("type", "expose") => &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
        ("protocol", _) => &["SCTP", "TCP", "UDP"],
        ("for", "wait") => &["condition=", "create", "delete", "jsonpath="],
        ("sort-by", _) => &[".metadata.creationTimestamp", ".metadata.name", ".status.podIP"],
        ("field-selector", _) => {
            &["metadata.name=", "metadata.namespace=", "spec.nodeName=", "status.phase="]
        }
        ("profile", "debug") => &["baseline", "general", "legacy", "netadmin", "restricted", "sysadmin"],
        ("image", _) => &["alpine", "busybox", "curlimages/curl", "nginx", "nicolaka/netshoot"],
        _ => &[],
    };
    fitting(fixed, start, typed)
}
