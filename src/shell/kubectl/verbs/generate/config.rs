//! ConfigMaps and Secrets from literals and files.

use crate::api::{Kind, Map, Value, json};
use crate::shell::files::{FileError, absolute};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::hash::hashed_name;
use crate::shell::kubectl::names;
use crate::shell::kubectl::output::{base64, go};
use crate::shell::kubectl::verbs::create::{generate, generate_or, one_name};

/// `kubectl create configmap`
pub fn config_map(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let data = data(call, "ConfigMap", &name)?;
    let mut doc = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    if !data.is_empty() {
        put(&mut doc, &["data"], Value::Object(data));
    }
    hashed(call, Kind::ConfigMap, &mut doc);
    generate(call, Kind::ConfigMap, doc, "configmap")
}

/// `kubectl create secret generic`
pub fn generic(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let data = data(call, "Secret", &name)?;
    let kind = call.flags.text("type").to_owned();
    secret(call, &name, data, &kind, "failed to create secret: ")
}

/// `kubectl create secret tls`
pub fn tls(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let (cert, key) = (call.flags.text("cert").to_owned(), call.flags.text("key").to_owned());
    if key.is_empty() || cert.is_empty() {
        return Err("key and cert must be specified".into());
    }
    let mut data = Map::new();
    for (entry, path) in [("tls.crt", cert), ("tls.key", key)] {
        let text = call.ctx.read(&path);
        let text =
            text.map_err(|_| format!("Cannot read file {path}, open {path}: no such file or directory"))?;
        if !text.contains("-----BEGIN ") {
            let what = if entry == "tls.crt" { "certificate" } else { "key" };
            return Err(format!("tls: failed to find any PEM data in {what} input").into());
        }
        data.insert(entry.into(), text.into());
    }
    secret(call, &name, data, "kubernetes.io/tls", "failed to create secret: ")
}

/// `kubectl create secret docker-registry`
pub fn docker_registry(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let flag = |name: &str| call.flags.text(name).to_owned();
    let (server, user, password, email) =
        (flag("docker-server"), flag("docker-username"), flag("docker-password"), flag("docker-email"));
    if call.flags.given("from-file") {
        let data = data(call, "Secret", &name)?;
        return secret(call, &name, data, "kubernetes.io/dockerconfigjson", "failed to create secret ");
    }
    if user.is_empty() || password.is_empty() || server.is_empty() {
        return Err("either --from-file or the combination of --docker-username, --docker-password and --docker-server is required".into());
    }
    let auth = base64::encode(format!("{user}:{password}").as_bytes());
    let mut entry =
        format!("\"username\":{},\"password\":{}", go::json(&json!(user)), go::json(&json!(password)));
    if !email.is_empty() {
        entry.push_str(&format!(",\"email\":{}", go::json(&json!(email))));
    }
    let text = format!("{{\"auths\":{{{}:{{{entry},\"auth\":\"{auth}\"}}}}}}", go::json(&json!(server)));
    let data = Map::from_iter([(".dockerconfigjson".to_owned(), Value::from(text))]);
    secret(call, &name, data, "kubernetes.io/dockerconfigjson", "failed to create secret ")
}

fn secret(
    call: &mut Call<'_, '_>,
    name: &str,
    data: Map<String, Value>,
    kind: &str,
    complaint: &str,
) -> Outcome {
    let encoded: Map<String, Value> = data
        .into_iter()
        .map(|(key, value)| (key, base64::encode(value.as_str().unwrap_or_default().as_bytes()).into()))
        .collect();
    let mut doc = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}});
    if !encoded.is_empty() {
        put(&mut doc, &["data"], Value::Object(encoded));
    }
    if !kind.is_empty() {
        put(&mut doc, &["type"], kind);
    }
    hashed(call, Kind::Secret, &mut doc);
    generate_or(call, Kind::Secret, doc, complaint)
}

/// `--append-hash`
fn hashed(call: &Call<'_, '_>, kind: Kind, doc: &mut Value) {
    if call.flags.on("append-hash") {
        let name = hashed_name(kind, doc);
        put(doc, &["metadata", "name"], name);
    }
}

/// What `--from-literal`, `--from-file` and `--from-env-file` give.
fn data(call: &mut Call<'_, '_>, kind: &str, name: &str) -> Result<Map<String, Value>, Failure> {
    let (files, literals, envs) =
        (call.flags.list("from-file"), call.flags.list("from-literal"), call.flags.list("from-env-file"));
    if !envs.is_empty() && (!files.is_empty() || !literals.is_empty()) {
        return Err("from-env-file cannot be combined with from-file or from-literal".into());
    }
    let mut data = Map::new();
    let mut add = |key: &str, value: String| -> Result<(), Failure> {
        let secret = kind == "Secret";
        names::config_key(key).map_err(|why| match secret {
            true => format!("{} is not valid key name for a Secret {why}", go::quote(key)),
            false => format!("{} is not a valid key name for a ConfigMap: {why}", go::quote(key)),
        })?;
        if data.contains_key(key) {
            let (shown, owner) = match secret {
                true => (key.to_owned(), String::new()),
                false => (go::quote(key), format!(" in Data for ConfigMap {}", go::quote(name))),
            };
            return Err(
                format!("cannot add key {shown}, another key by that name already exists{owner}").into()
            );
        }
        data.insert(key.to_owned(), value.into());
        Ok(())
    };
    for literal in &literals {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(format!("invalid literal source {literal}, expected key=value").into());
        };
        add(key, value.trim_matches(['\'', '"']).to_owned())?;
    }
    for file in &files {
        let (key, path) = match file.split_once('=') {
            Some((_, path)) if path.contains('=') => {
                return Err("key names or file paths cannot contain '='".into());
            }
            Some(("", path)) => return Err(format!("key name for file path {path} missing").into()),
            Some((key, "")) => return Err(format!("file path for key name {key} missing").into()),
            Some((key, path)) => (Some(key), path),
            None => (None, file.as_str()),
        };
        for (own, text) in contents(call, path, key.is_some())? {
            add(key.unwrap_or(&own), text)?;
        }
    }
    for path in &envs {
        let text =
            call.ctx.read(path).map_err(|_| format!("error reading {path}: no such file or directory"))?;
        for line in
            text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
            names::env_name(key)
                .map_err(|why| format!("{} is not a valid key name: {why}", go::quote(key)))?;
            // A name alone asks for the variable of that name.
            let own = || call.ctx.env.get(key).cloned().unwrap_or_default();
            add(key, value.map_or_else(own, str::to_owned))?;
        }
    }
    Ok(data)
}

/// The files a path means: itself, or what is directly in a directory.
fn contents(call: &mut Call<'_, '_>, path: &str, named: bool) -> Result<Vec<(String, String)>, Failure> {
    if path == "-" || path == "/dev/stdin" {
        return Ok(vec![("stdin".into(), call.ctx.stdin.take())]);
    }
    let full = absolute(call.ctx.cwd, path);
    let files = call.ctx.files();
    match files.read(&full) {
        Ok(text) => Ok(vec![(full.rsplit('/').next().unwrap_or(path).to_owned(), text.to_owned())]),
        Err(FileError::IsDirectory) if named => Err("cannot give a key name for a directory path".into()),
        Err(FileError::IsDirectory) => Ok(files
            .list(&full)
            .into_iter()
            .filter(|(_, directory)| !directory)
            .map(|(name, _)| {
                let text = files.read(&format!("{full}/{name}")).unwrap_or_default().to_owned();
                (name, text)
            })
            .collect()),
        Err(_) => Err(format!("error reading {path}: no such file or directory").into()),
    }
}
