//! `kubectl debug --copy-to`: a copy of a pod with a container more, or with other images and commands.

use super::profile::{Profile, Style};
use super::{Wish, container, container_name, customize, dress, warn_of_user};
use crate::api::{Kind, Object, Value, json};
use crate::apiserver::DeleteOptions;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::{items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::reference::is_reference;
use crate::shell::kubectl::verbs::run;

/// Makes the copy, and looks into it if that was asked for.
pub fn make(call: &mut Call<'_, '_>, pod: &Object, wish: &Wish) -> Outcome {
    let images = images(call)?;
    let (copy, name) = copied(call, pod, wish, &images)?;
    let debugger =
        items(&copy["spec"]["containers"]).iter().find(|other| other["name"] == name.as_str()).cloned();
    if let Some(debugger) = debugger {
        warn_of_user(call, &copy, &debugger);
    }
    let created = call.create(Kind::Pod, copy, &DryRun::None.options())?;
    if call.flags.on("replace") {
        let at_once = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        call.delete(&pod.key(), &at_once)?;
    }
    if !wish.attach || name.is_empty() {
        return OK;
    }
    Ok(run::attached(call, &created, name, wish.command.clone()))
}

/// `--set-image=app=app:2,*=busybox`
fn images(call: &Call<'_, '_>) -> Result<Vec<(String, String)>, Failure> {
    let mut images = Vec::new();
    for pair in call.flags.text("set-image").split(',').filter(|pair| !pair.is_empty()) {
        let Some((name, image)) = pair.split_once('=') else {
            let given = go::quote(call.flags.text("set-image"));
            return Err(format!("invalid argument {given} for \"--set-image\" flag: {pair} must be formatted as key=value\nSee 'kubectl debug --help' for usage.").into());
        };
        if !is_reference(image) {
            let (image, name) = (go::quote(image), go::quote(name));
            return Err(
                format!("invalid image name {image} for container {name}: invalid reference format").into()
            );
        }
        images.push((name.to_owned(), image.to_owned()));
    }
    Ok(images)
}

/// The copy, and the container that is to be looked into; none where only images change.
fn copied(
    call: &mut Call<'_, '_>,
    pod: &Object,
    wish: &Wish,
    images: &[(String, String)],
) -> Result<(Value, String), Failure> {
    let source = pod.doc();
    let mut copy = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": call.flags.text("copy-to"), "namespace": pod.meta.namespace.as_str()},
        "spec": source["spec"],
    });
    for field in ["labels", "annotations"] {
        if source["metadata"][field].is_object() {
            put(&mut copy, &["metadata", field], source["metadata"][field].clone());
        }
    }
    let mut left_out = vec!["ephemeralContainers"];
    if !call.flags.on("same-node") {
        left_out.push("nodeName");
    }
    remove(&mut copy["spec"], &left_out);
    if call.flags.given("share-processes") {
        put(&mut copy, &["spec", "shareProcessNamespace"], call.flags.on("share-processes"));
    }
    let named = |wanted: &str| images.iter().find(|(name, _)| name == wanted);
    for container in copy["spec"]["containers"].as_array_mut().into_iter().flatten() {
        if let Some((_, image)) = named(text(&container["name"])).or_else(|| named("*")) {
            put(container, &["image"], image.as_str());
        }
    }
    let wanted = call.flags.text("container").to_owned();
    let there = ["containers", "initContainers"].into_iter().find(|list| {
        items(&copy["spec"][*list]).iter().any(|container| container["name"] == wanted.as_str())
    });
    if there.is_none() && wish.image.is_empty() {
        return match images {
            [] => Err("you must specify image when creating new container".into()),
            _ => Ok((copy, String::new())),
        };
    }
    let name = if there.is_some() { wanted } else { container_name(call, source) };
    if there.is_none()
        && let Some(list) = copy["spec"]["containers"].as_array_mut()
    {
        list.push(container(call, wish, &name));
    }
    let list = there.unwrap_or("containers");
    let containers = copy["spec"][list].as_array_mut().into_iter().flatten();
    for container in containers.filter(|container| container["name"] == name.as_str()) {
        remove(container, &["stdin", "tty"]);
        dress(call, wish, container);
        wish.profile.dress(container, Style::Copy);
    }
    strip(call, wish.profile, &mut copy);
    customize(&mut copy, "containers", &name, wish)?;
    Ok((copy, name))
}

/// Takes out what a copy does not keep, unless a flag asks for it.
fn strip(call: &Call<'_, '_>, profile: Profile, copy: &mut Value) {
    let keeps = |flag: &str| call.flags.on(flag);
    if profile == Profile::Legacy {
        return remove(&mut copy["metadata"], &["labels"]);
    }
    for (flag, field) in [("keep-labels", "labels"), ("keep-annotations", "annotations")] {
        if !keeps(flag) {
            remove(&mut copy["metadata"], &[field]);
        }
    }
    if !keeps("keep-init-containers") {
        remove(&mut copy["spec"], &["initContainers"]);
    }
    let probes = [
        ("keep-liveness", "livenessProbe"),
        ("keep-readiness", "readinessProbe"),
        ("keep-startup", "startupProbe"),
    ];
    for container in copy["spec"]["containers"].as_array_mut().into_iter().flatten() {
        for (_, probe) in probes.iter().filter(|(flag, _)| !keeps(flag)) {
            remove(container, &[probe]);
        }
    }
    if copy["spec"]["shareProcessNamespace"].is_null() {
        put(copy, &["spec", "shareProcessNamespace"], true);
    }
}

fn remove(value: &mut Value, fields: &[&str]) {
    if let Some(map) = value.as_object_mut() {
        fields.iter().for_each(|field| drop(map.remove(*field)));
    }
}
