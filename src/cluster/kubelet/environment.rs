//! What a container finds around it: variables, files, resolv.conf and hosts.

use crate::api::pod::{Container as Spec, KeyToPath};
use crate::api::{Kind, Object, Value, Word};
use crate::apiserver::Store;
use crate::cluster::Cluster;
use crate::images::Variables;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A container's surroundings, for a shell in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The image it runs.
    pub image: String,
    /// The variables.
    pub env: BTreeMap<String, String>,
    /// Files from ConfigMaps and Secrets, and what the kubelet writes, by path.
    pub files: BTreeMap<String, String>,
    /// The directory it starts in.
    pub working_dir: String,
    /// The pod's host name.
    pub hostname: String,
}

/// The variables of a container.
///
/// # Errors
/// What is missing, in the kubelet's words.
pub(super) fn variables(
    store: &Store,
    pod: &Object,
    spec: &Spec,
    ip: &str,
    node: &str,
    shared: Arc<BTreeMap<String, String>>,
) -> Result<Variables, String> {
    let mut env = Variables::new(shared);
    let namespace = &pod.meta.namespace;
    let Some(view) = pod.pod() else { return Ok(env) };
    env.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    let hostname = view.spec.hostname.clone().filter(|name| !name.is_empty());
    let hostname = if view.spec.host_network {
        node.to_owned()
    } else {
        hostname.unwrap_or_else(|| pod.meta.name.to_string())
    };
    env.set("HOSTNAME", hostname);
    // The runtime adds the home of the user, who is root here.
    env.set("HOME", "/root");
    for from in &spec.env_from {
        let sources = [(Kind::ConfigMap, &from.config_map_ref), (Kind::Secret, &from.secret_ref)];
        for (kind, reference) in sources.into_iter().filter_map(|(kind, r)| r.as_ref().map(|r| (kind, r))) {
            match store.find(kind, namespace, &reference.name) {
                Some(object) => {
                    for (key, value) in entries(object) {
                        env.set(format!("{}{key}", from.prefix), value);
                    }
                }
                None if reference.optional => {}
                None => return Err(missing(kind, &reference.name)),
            }
        }
    }
    for variable in &spec.env {
        let value = match &variable.value_from {
            None => expand(&variable.value, &env),
            Some(source) => match from_source(store, pod, source, ip, node)? {
                Some(value) => value,
                None => continue,
            },
        };
        env.set(&variable.name, value);
    }
    Ok(env)
}

fn missing(kind: Kind, name: &str) -> String {
    format!("{} \"{name}\" not found", kind.resource().singular())
}

fn from_source(
    store: &Store,
    pod: &Object,
    source: &Value,
    ip: &str,
    node: &str,
) -> Result<Option<String>, String> {
    for (field, kind) in [("configMapKeyRef", Kind::ConfigMap), ("secretKeyRef", Kind::Secret)] {
        let Some(reference) = source.get(field) else { continue };
        let text = |key: &str| reference[key].as_str().unwrap_or_default();
        let optional = reference["optional"].as_bool().unwrap_or(false);
        let (name, key) = (text("name"), text("key"));
        let object = store.find(kind, &pod.meta.namespace, name);
        return match object.map(|object| entries(object).find(|(other, _)| other == key)) {
            Some(Some((_, value))) => Ok(Some(value)),
            _ if optional => Ok(None),
            None => Err(missing(kind, name)),
            Some(None) => {
                let what = if kind == Kind::Secret { "Secret" } else { "ConfigMap" };
                Err(format!("couldn't find key {key} in {what} {}/{name}", pod.meta.namespace))
            }
        };
    }
    let path = source["fieldRef"]["fieldPath"].as_str().unwrap_or_default();
    Ok(Some(field(store, pod, path, ip, node)))
}

/// A field of the pod, as the downward API gives it.
fn field(store: &Store, pod: &Object, path: &str, ip: &str, node: &str) -> String {
    let quoted =
        |prefix: &str| path.strip_prefix(prefix).and_then(|rest| rest.strip_suffix("']")).map(str::to_owned);
    if let Some(key) = quoted("metadata.labels['") {
        return pod.meta.labels.get(&key).cloned().unwrap_or_default();
    }
    if let Some(key) = quoted("metadata.annotations['") {
        return pod.meta.annotations.get(&key).cloned().unwrap_or_default();
    }
    let host =
        || store.find(Kind::Node, "", node).and_then(|n| n.node()).map_or("", |n| n.internal_ip()).to_owned();
    match path {
        "metadata.name" => pod.meta.name.to_string(),
        "metadata.namespace" => pod.meta.namespace.to_string(),
        "metadata.uid" => pod.meta.uid.to_string(),
        "spec.nodeName" => node.to_owned(),
        "spec.serviceAccountName" => {
            pod.pod().map(|p| p.spec.service_account_name.clone()).unwrap_or_default()
        }
        "status.podIP" | "status.podIPs" => ip.to_owned(),
        "status.hostIP" | "status.hostIPs" => host(),
        _ => String::new(),
    }
}

/// The text entries of a ConfigMap or a Secret.
fn entries(object: &Object) -> impl Iterator<Item = (String, String)> {
    let secret = object.kind == Kind::Secret;
    object.doc()["data"].as_object().into_iter().flatten().map(move |(key, value)| {
        let text = value.as_str().unwrap_or_default();
        (key.clone(), if secret { base64(text) } else { text.to_owned() })
    })
}

/// Reads base64; what is no text is replaced.
fn base64(text: &str) -> String {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let digits: Vec<u32> = text.bytes().filter_map(digit).collect();
    let mut bytes = Vec::new();
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        let whole = group.len() * 6 / 8;
        bytes.extend((0..whole).map(|index| (bits >> (16 - 8 * index)) as u8));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The variables that name Services (`NUMBERS_API_SERVICE_HOST` …), as Docker's links did: of a namespace, if `all`
/// are wanted, and of the API server.
fn services(store: &Store, namespace: &str, all: bool) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let own = store.list(Kind::Service, namespace).filter(|_| all);
    let master = store.find(Kind::Service, "default", "kubernetes");
    for object in own.chain(master) {
        let Some(service) = object.service() else { continue };
        let ip = &service.spec.cluster_ip;
        let Some(first) = service.spec.ports.first().filter(|_| !ip.is_empty() && ip != "None") else {
            continue;
        };
        let name = object.meta.name.to_uppercase().replace('-', "_");
        env.insert(format!("{name}_SERVICE_HOST"), ip.clone());
        env.insert(format!("{name}_SERVICE_PORT"), first.port.to_string());
        for (index, port) in service.spec.ports.iter().enumerate() {
            if !port.name.is_empty() {
                let suffix = port.name.to_uppercase().replace('-', "_");
                env.insert(format!("{name}_SERVICE_PORT_{suffix}"), port.port.to_string());
            }
            let protocol = port.protocol.as_str();
            let lower = protocol.to_lowercase();
            let url = format!("{lower}://{ip}:{}", port.port);
            if index == 0 {
                env.insert(format!("{name}_PORT"), url.clone());
            }
            let prefix = format!("{name}_PORT_{}_{protocol}", port.port);
            env.insert(prefix.clone(), url);
            env.insert(format!("{prefix}_PROTO"), lower);
            env.insert(format!("{prefix}_PORT"), port.port.to_string());
            env.insert(format!("{prefix}_ADDR"), ip.clone());
        }
    }
    env
}

/// The variables that name Services, by namespace and by whether all are wanted. They change with the Services alone.
pub(super) type ServiceLinks = BTreeMap<(Word, bool), Arc<BTreeMap<String, String>>>;

impl Cluster {
    /// What Services' names give a pod that starts now.
    pub(super) fn service_links(&mut self, pod: &Object) -> Arc<BTreeMap<String, String>> {
        let all = pod.pod().is_none_or(|pod| pod.spec.enable_service_links.unwrap_or(true));
        let namespace = &pod.meta.namespace;
        let links = self.kubelets.service_links.entry((namespace.clone(), all));
        links.or_insert_with(|| Arc::new(services(self.server.store(), namespace, all))).clone()
    }
}

/// Replaces `$(VAR)` by what the variable holds; `$$(VAR)` stays as `$(VAR)`.
pub(super) fn expand(text: &str, env: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(tail) = after.strip_prefix('$') {
            out.push('$');
            rest = tail;
            continue;
        }
        let name = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        match name {
            Some((name, tail)) => {
                match env.get(name) {
                    Some(value) => out.push_str(value),
                    None => {
                        out.push_str("$(");
                        out.push_str(name);
                        out.push(')');
                    }
                }
                rest = tail;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The first volume whose source is not there, in the kubelet's words.
pub(super) fn missing_volume(store: &Store, pod: &Object) -> Option<String> {
    let spec = &pod.pod()?.spec;
    spec.volumes.iter().find_map(|volume| {
        let (kind, name, optional) = match (&volume.config_map, &volume.secret) {
            (Some(map), _) => (Kind::ConfigMap, &map.name, map.optional),
            (_, Some(secret)) => (Kind::Secret, &secret.secret_name, secret.optional),
            _ => return None,
        };
        let there = optional || store.find(kind, &pod.meta.namespace, name).is_some();
        (!there).then(|| {
            format!("MountVolume.SetUp failed for volume \"{}\" : {}", volume.name, missing(kind, name))
        })
    })
}

/// The files that volumes put into a container.
pub(super) fn mounted(store: &Store, pod: &Object, spec: &Spec) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let Some(view) = pod.pod() else { return files };
    for mount in &spec.volume_mounts {
        let Some(volume) = view.spec.volumes.iter().find(|volume| volume.name == mount.name) else {
            continue;
        };
        let (object, items): (_, &[KeyToPath]) = match (&volume.config_map, &volume.secret) {
            (Some(map), _) => (store.find(Kind::ConfigMap, &pod.meta.namespace, &map.name), &map.items),
            (_, Some(secret)) => {
                (store.find(Kind::Secret, &pod.meta.namespace, &secret.secret_name), &secret.items)
            }
            _ => {
                if mount.mount_path == "/var/run/secrets/kubernetes.io/serviceaccount" {
                    files.insert(format!("{}/namespace", mount.mount_path), pod.meta.namespace.to_string());
                }
                continue;
            }
        };
        for (key, value) in object.into_iter().flat_map(|object| entries(object)) {
            let path = match items.iter().find(|item| item.key == key) {
                Some(item) => item.path.clone(),
                None if items.is_empty() => key,
                None => continue,
            };
            let root = mount.mount_path.trim_end_matches('/');
            match mount.sub_path.as_str() {
                "" => files.insert(format!("{root}/{path}"), value),
                part if part == path => files.insert(root.to_owned(), value),
                _ => None,
            };
        }
    }
    files
}
