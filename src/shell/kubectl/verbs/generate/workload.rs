//! Deployments from an image.

use crate::api::{Kind, json};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::verbs::create::{generate, one_name};

/// `kubectl create deployment`
pub fn deployment(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let images = call.flags.list("image");
    let command: Vec<String> = call.flags.dash.map_or(Vec::new(), |dash| call.flags.args[dash..].to_vec());
    if images.len() > 1 && !command.is_empty() {
        return Err("cannot specify multiple --image options and command".into());
    }
    let mut containers: Vec<_> = images
        .iter()
        .map(|image| json!({"name": container_name(image), "image": image, "resources": {}}))
        .collect();
    if let Some(first) = containers.first_mut() {
        if !command.is_empty() {
            put(first, &["command"], command);
        }
        if call.flags.int("port") >= 0 {
            put(first, &["ports"], json!([{"containerPort": call.flags.int("port")}]));
        }
    }
    let doc = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": call.flags.int("replicas"),
            "selector": {"matchLabels": {"app": name}},
            "strategy": {},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}},
        },
        "status": {},
    });
    generate(call, Kind::Deployment, doc, "deployment")
}

/// The name of a container from its image: the last part without tag and digest.
pub fn container_name(image: &str) -> String {
    let base = image.rsplit('/').next().unwrap_or(image);
    let base = base.split([':', '@']).next().unwrap_or(base);
    if !base.contains(['_', '.']) {
        return base.to_owned();
    }
    format!("{}-{}", base.replace(['_', '.'], "-"), letters(image))
}

/// Five letters after a name. The real client draws them; ours follow from a text, so that a session repeats.
pub fn letters(text: &str) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut suffix = String::new();
    for _ in 0..5 {
        suffix.push(char::from(LETTERS[(hash % 27) as usize]));
        hash /= 27;
    }
    suffix
}
