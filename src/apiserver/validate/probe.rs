//! Validation of probes and hooks.

use super::names::{NOT_NEGATIVE, http_header};
use super::service::port_or_name;
use crate::api::Value;
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};

/// Validates one of the three probes; null is none.
pub(super) fn probe(errors: &mut Errors, name: &str, probe: &Value, path: &Path<'_>) {
    if probe.is_null() {
        return;
    }
    handler(errors, probe, &["exec", "httpGet", "tcpSocket", "grpc"], None, path);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        if let Some(number) = int(probe, field).filter(|number| *number < 0) {
            errors.invalid(&path.child(field), number, NOT_NEGATIVE);
        }
    }
    let grace = int(probe, "terminationGracePeriodSeconds");
    if let Some(grace) = grace.filter(|grace| *grace <= 0) {
        errors.invalid(&path.child("terminationGracePeriodSeconds"), grace, "must be greater than 0");
    }
    match (name, grace) {
        ("readinessProbe", Some(grace)) => {
            let detail = "must not be set for readinessProbes";
            errors.invalid(&path.child("terminationGracePeriodSeconds"), grace, detail);
        }
        ("readinessProbe", None) => {}
        _ => {
            let threshold = int(probe, "successThreshold").unwrap_or(1);
            if threshold != 1 {
                errors.invalid(&path.child("successThreshold"), threshold, "must be 1");
            }
        }
    }
}

/// Validates both hooks; null is none.
pub(super) fn lifecycle(errors: &mut Errors, lifecycle: &Value, grace: Option<i64>, path: &Path<'_>) {
    for hook in ["postStart", "preStop"] {
        if has(lifecycle, hook) {
            let handlers = ["exec", "httpGet", "tcpSocket", "sleep"];
            handler(errors, &lifecycle[hook], &handlers, grace, &path.child(hook));
        }
    }
}

/// Exactly one of the handlers must be there.
fn handler(errors: &mut Errors, value: &Value, kinds: &[&str], grace: Option<i64>, path: &Path<'_>) {
    let mut found = false;
    for kind in kinds.iter().filter(|kind| has(value, kind)) {
        let path = path.child(kind);
        if found {
            errors.forbidden(&path, "may not specify more than 1 handler type");
            continue;
        }
        found = true;
        let action = &value[*kind];
        match *kind {
            "exec" if items(action, "command").is_empty() => errors.required(&path.child("command"), ""),
            "httpGet" => http_get(errors, action, &path),
            "tcpSocket" | "grpc" => port_or_name(errors, &action["port"], &path.child("port")),
            "sleep" => {
                let seconds = int(action, "seconds").unwrap_or(0);
                if let Some(grace) = grace.filter(|grace| seconds < 0 || seconds > *grace) {
                    let detail =
                        format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
                    errors.invalid(&path, seconds, detail);
                }
            }
            _ => {}
        }
    }
    if !found {
        errors.required(path, "must specify a handler type");
    }
}

fn http_get(errors: &mut Errors, action: &Value, path: &Path<'_>) {
    if text(action, "path").is_empty() {
        errors.required(&path.child("path"), "");
    }
    port_or_name(errors, &action["port"], &path.child("port"));
    let scheme = text(action, "scheme");
    if !["HTTP", "HTTPS"].contains(&scheme) {
        errors.not_supported(&path.child("scheme"), scheme, &["HTTP", "HTTPS"]);
    }
    for header in items(action, "httpHeaders") {
        let name = text(header, "name");
        for problem in http_header(name) {
            errors.invalid(&path.child("httpHeaders"), name, problem);
        }
    }
}
