//! Defaults of pods and pod templates.

use crate::api::{Value, json};
use crate::apiserver::document::{
    at, at_mut, default, default_number, entries, flag, has, int, items, items_mut, object, set, text,
};

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];
const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A Pod: a pod spec, and what only a pod itself gets.
pub(in crate::apiserver) fn pod(doc: &mut Value) {
    pod_template_spec(object(doc, "spec"));
    pod_spec_of_a_pod(object(doc, "spec"));
}

/// The defaults a pod has beyond its template's.
pub(in crate::apiserver) fn pod_spec_of_a_pod(spec: &mut Value) {
    default(spec, "enableServiceLinks", true);
    let host_network = flag(spec, "hostNetwork");
    for list in CONTAINERS {
        for container in items_mut(spec, list) {
            // A limit without a request is a request too.
            let limits: Vec<(String, Value)> = entries(at(container, &["resources"]), "limits")
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            if !limits.is_empty() {
                let requests = object(object(container, "resources"), "requests");
                limits.into_iter().for_each(|(name, limit)| default(requests, &name, limit));
            }
            if host_network {
                for port in items_mut(container, "ports") {
                    let number = int(port, "containerPort").unwrap_or(0);
                    default_number(port, "hostPort", number);
                }
            }
        }
    }
}

/// A `template` field, whose metadata is always written.
pub(in crate::apiserver) fn pod_template(spec: &mut Value) {
    let template = object(spec, "template");
    object(template, "metadata");
    pod_template_spec(object(template, "spec"));
}

fn pod_template_spec(spec: &mut Value) {
    default(spec, "dnsPolicy", "ClusterFirst");
    default(spec, "restartPolicy", "Always");
    default(spec, "securityContext", json!({}));
    default(spec, "terminationGracePeriodSeconds", 30);
    default(spec, "schedulerName", "default-scheduler");
    // The deprecated name of the field and the field itself are one.
    if has(spec, "serviceAccountName") {
        let name = spec["serviceAccountName"].clone();
        set(spec, "serviceAccount", name);
    } else if has(spec, "serviceAccount") {
        let name = spec["serviceAccount"].clone();
        set(spec, "serviceAccountName", name);
    }
    for list in CONTAINERS {
        items_mut(spec, list).for_each(container);
    }
    items_mut(spec, "volumes").for_each(volume);
}

fn container(container: &mut Value) {
    if !container.is_object() {
        return;
    }
    let image = text(container, "image");
    let policy = if is_latest(image) { "Always" } else { "IfNotPresent" };
    default(container, "imagePullPolicy", policy);
    default(container, "resources", json!({}));
    default(container, "terminationMessagePath", "/dev/termination-log");
    default(container, "terminationMessagePolicy", "File");
    for port in items_mut(container, "ports") {
        default(port, "protocol", "TCP");
    }
    for variable in items_mut(container, "env") {
        if let Some(field) = at_mut(variable, &["valueFrom", "fieldRef"]).filter(|field| field.is_object()) {
            default(field, "apiVersion", "v1");
        }
        if let Some(field) =
            at_mut(variable, &["valueFrom", "resourceFieldRef"]).filter(|field| field.is_object())
        {
            default(field, "divisor", "0");
        }
        if let Some(key) = at_mut(variable, &["valueFrom", "fileKeyRef"]).filter(|key| key.is_object()) {
            default(key, "optional", false);
        }
    }
    for name in PROBES {
        if let Some(probe) = container.get_mut(name).filter(|probe| probe.is_object()) {
            default_number(probe, "timeoutSeconds", 1);
            default_number(probe, "periodSeconds", 10);
            default_number(probe, "successThreshold", 1);
            default_number(probe, "failureThreshold", 3);
            http_get(probe);
            if let Some(grpc) = probe.get_mut("grpc").filter(|grpc| grpc.is_object()) {
                default(grpc, "service", "");
            }
        }
    }
    for name in HOOKS {
        if let Some(hook) = at_mut(container, &["lifecycle", name]) {
            http_get(hook);
        }
    }
}

fn http_get(handler: &mut Value) {
    if let Some(get) = handler.get_mut("httpGet").filter(|get| get.is_object()) {
        if text(get, "path").is_empty() {
            set(get, "path", "/");
        }
        default(get, "port", 0);
        default(get, "scheme", "HTTP");
    }
    if let Some(socket) = handler.get_mut("tcpSocket").filter(|socket| socket.is_object()) {
        default(socket, "port", 0);
    }
}

/// Whether an image's tag is `latest`, written or implied.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn volume(volume: &mut Value) {
    if !volume.is_object() {
        return;
    }
    if volume.as_object().is_some_and(|fields| fields.keys().all(|key| key == "name")) {
        set(volume, "emptyDir", json!({}));
    }
    for source in ["configMap", "secret", "downwardAPI", "projected"] {
        if let Some(source) = volume.get_mut(source).filter(|source| source.is_object()) {
            default(source, "defaultMode", 420);
        }
    }
    if let Some(path) = volume.get_mut("hostPath").filter(|path| path.is_object()) {
        default(path, "type", "");
    }
    if let Some(template) = at_mut(volume, &["ephemeral", "volumeClaimTemplate", "spec"]) {
        default(template, "volumeMode", "Filesystem");
    }
    let downward = |api: &mut Value| {
        for item in items_mut(api, "items") {
            if let Some(field) = item.get_mut("fieldRef").filter(|field| field.is_object()) {
                default(field, "apiVersion", "v1");
            }
            if let Some(field) = item.get_mut("resourceFieldRef").filter(|field| field.is_object()) {
                default(field, "divisor", "0");
            }
        }
    };
    if let Some(api) = volume.get_mut("downwardAPI") {
        downward(api);
    }
    if let Some(projected) = volume.get_mut("projected") {
        for source in items_mut(projected, "sources") {
            if let Some(token) = source.get_mut("serviceAccountToken").filter(|token| token.is_object()) {
                default(token, "expirationSeconds", 3600);
            }
            if let Some(api) = source.get_mut("downwardAPI") {
                downward(api);
            }
        }
    }
}

/// The quality of service that a pod's requests and limits come to (`status.qosClass`).
pub(in crate::apiserver) fn qos_class(spec: &Value) -> &'static str {
    let containers = || items(spec, "initContainers").iter().chain(items(spec, "containers"));
    let has_any = |key: &str| {
        containers().any(|container| {
            entries(at(container, &["resources"]), key).any(|(name, value)| counts(name) && !zero(value))
        })
    };
    if !has_any("requests") && !has_any("limits") {
        return "BestEffort";
    }
    let guaranteed = containers().all(|container| {
        ["cpu", "memory"].iter().all(|name| {
            let limit = at(container, &["resources", "limits", name]);
            let request = at(container, &["resources", "requests", name]);
            limit.is_string() && !zero(limit) && (request.is_null() || request == limit)
        })
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}

fn counts(name: &str) -> bool {
    name == "cpu" || name == "memory"
}

fn zero(value: &Value) -> bool {
    crate::apiserver::quantity::Quantity::from_value(value).is_none_or(|quantity| quantity.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_tag_is_always_pulled() {
        for (image, latest) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:1.27", false),
            ("registry:5000/nginx", true),
            ("registry:5000/nginx:1", false),
            ("nginx@sha256:0123", false),
        ] {
            assert_eq!(is_latest(image), latest, "{image}");
        }
    }
}
