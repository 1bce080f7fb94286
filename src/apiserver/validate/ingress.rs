//! Validation of Ingresses and IngressClasses.

use super::meta::{object_meta, object_meta_update};
use super::names::{label, path_segment, port_name, port_number, sloppy_ip, subdomain, wildcard};
use crate::api::{Kind, Value};
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};

const SPEC: Path<'static> = Path::root("spec");
const PATH_TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

pub(super) fn ingress(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    if let Some(old) = old {
        object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    }
    object_meta(errors, Kind::Ingress, &doc["metadata"]);
    let spec = &doc["spec"];
    if items(spec, "rules").is_empty() && !has(spec, "defaultBackend") {
        errors.invalid(&SPEC, &Value::Null, "either `defaultBackend` or `rules` must be specified");
    }
    if has(spec, "defaultBackend") {
        backend(errors, &spec["defaultBackend"], &SPEC.child("defaultBackend"));
    }
    let rules_path = SPEC.child("rules");
    for (index, rule) in items(spec, "rules").iter().enumerate() {
        let path = rules_path.index(index);
        host(errors, text(rule, "host"), &path.child("host"));
        if has(rule, "http") {
            http_rule(errors, &rule["http"], &path.child("http"));
        }
    }
    let tls_path = SPEC.child("tls");
    for (index, tls) in items(spec, "tls").iter().enumerate() {
        let path = tls_path.index(index);
        let hosts = path.child("hosts");
        for (index, host) in items(tls, "hosts").iter().enumerate() {
            let host = host.as_str().unwrap_or_default();
            let problems = if host.contains('*') { wildcard(host) } else { subdomain(host) };
            for problem in problems {
                errors.invalid(&hosts.index(index), host, problem);
            }
        }
        let secret = text(tls, "secretName");
        for problem in if secret.is_empty() { Vec::new() } else { subdomain(secret) } {
            errors.invalid(&path.child("secretName"), secret, problem);
        }
    }
    if has(spec, "ingressClassName") {
        let class = text(spec, "ingressClassName");
        for problem in subdomain(class) {
            errors.invalid(&SPEC.child("ingressClassName"), class, problem);
        }
        let annotation = doc["metadata"]["annotations"].get(CLASS_ANNOTATION).and_then(Value::as_str);
        if let Some(annotation) = annotation.filter(|annotation| old.is_none() && *annotation != class) {
            let path = Path::root("annotations");
            let detail = "must match `ingressClassName` when both are specified";
            errors.invalid(&path.child(CLASS_ANNOTATION), annotation, detail);
        }
    }
}

fn host(errors: &mut Errors, host: &str, path: &Path<'_>) {
    if host.is_empty() {
        return;
    }
    if sloppy_ip(host).is_some() {
        errors.invalid(path, host, "must be a DNS name, not an IP address");
    }
    for problem in if host.contains('*') { wildcard(host) } else { subdomain(host) } {
        errors.invalid(path, host, problem);
    }
}

fn http_rule(errors: &mut Errors, http: &Value, path: &Path<'_>) {
    let path = path.child("paths");
    let paths = items(http, "paths");
    if paths.is_empty() {
        errors.required(&path, "");
    }
    for (index, http_path) in paths.iter().enumerate() {
        let path = path.index(index);
        if !has(http_path, "pathType") {
            errors.required(&path.child("pathType"), "pathType must be specified");
            continue;
        }
        let kind = text(http_path, "pathType");
        let written = text(http_path, "path");
        let absolute = "must be an absolute path";
        match kind {
            "Exact" | "Prefix" => {
                if !written.starts_with('/') {
                    errors.invalid(&path.child("path"), written, absolute);
                }
                for part in ["//", "/./", "/../", "%2f", "%2F"].iter().filter(|part| written.contains(**part))
                {
                    errors.invalid(&path.child("path"), written, format!("must not contain '{part}'"));
                }
                for end in ["/..", "/."].iter().filter(|end| written.ends_with(**end)) {
                    errors.invalid(&path.child("path"), written, format!("cannot end with '{end}'"));
                }
            }
            "ImplementationSpecific" => {
                if !written.is_empty() && !written.starts_with('/') {
                    errors.invalid(&path.child("path"), written, absolute);
                }
            }
            _ => errors.not_supported(&path.child("pathType"), kind, &PATH_TYPES),
        }
        backend(errors, &http_path["backend"], &path.child("backend"));
    }
}

fn backend(errors: &mut Errors, backend: &Value, path: &Path<'_>) {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    match (!service.is_null(), !resource.is_null()) {
        (true, true) => errors.invalid(path, "", "cannot set both resource and service backends"),
        (false, true) => reference(errors, resource, &path.child("resource")),
        (false, false) => errors.invalid(path, "", "resource or service backend is required"),
        (true, false) => {
            let service_path = path.child("service");
            let name = text(service, "name");
            if name.is_empty() {
                errors.required(&service_path.child("name"), "");
            }
            for problem in if name.is_empty() { Vec::new() } else { label(name) } {
                errors.invalid(&service_path.child("name"), name, problem);
            }
            let port_path = service_path.child("port");
            let port = &service["port"];
            let (name, number) = (text(port, "name"), int(port, "number").unwrap_or(0));
            if !name.is_empty() && number != 0 {
                errors.invalid(path, "", "cannot set both port name & port number");
            } else if !name.is_empty() {
                for problem in port_name(name) {
                    errors.invalid(&port_path.child("name"), name, problem);
                }
            } else if number != 0 {
                for problem in port_number(number) {
                    errors.invalid(&port_path.child("number"), number, problem);
                }
            } else {
                errors.required(path, "port name or number is required");
            }
        }
    }
}

/// A reference to an object of any kind by name.
pub(super) fn reference(errors: &mut Errors, reference: &Value, path: &Path<'_>) {
    for field in ["kind", "name"] {
        let value = text(reference, field);
        if value.is_empty() {
            errors.required(&path.child(field), "");
        }
        for problem in if value.is_empty() { Vec::new() } else { path_segment(value) } {
            errors.invalid(&path.child(field), value, problem);
        }
    }
}

pub(super) fn ingress_class(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    object_meta(errors, Kind::IngressClass, &doc["metadata"]);
    let controller = text(&doc["spec"], "controller");
    let path = SPEC.child("controller");
    if controller.is_empty() {
        errors.required(&path, "");
    } else if !controller.contains('/') {
        let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
        errors.invalid(&path, controller, detail);
    }
    if old.is_some_and(|old| old["spec"]["controller"] != doc["spec"]["controller"]) {
        errors.invalid(&path, controller, super::names::IMMUTABLE);
    }
}
