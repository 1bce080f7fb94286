//! Validation of HorizontalPodAutoscalers.

use super::ingress::reference;
use super::meta::{object_meta, object_meta_update};
use crate::api::{Kind, Value};
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};
use crate::apiserver::quantity::Quantity;

const SPEC: Path<'static> = Path::root("spec");
/// The types of metrics and the field each fills.
const METRICS: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

pub(super) fn autoscaler(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    match old {
        Some(old) => object_meta_update(errors, &old["metadata"], &doc["metadata"]),
        None => object_meta(errors, Kind::HorizontalPodAutoscaler, &doc["metadata"]),
    }
    let spec = &doc["spec"];
    let (least, most) = (int(spec, "minReplicas"), int(spec, "maxReplicas").unwrap_or(0));
    if let Some(least) = least.filter(|least| *least < 1) {
        errors.invalid(&SPEC.child("minReplicas"), least, "must be greater than or equal to 1");
    }
    if most < 1 {
        errors.invalid(&SPEC.child("maxReplicas"), most, "must be greater than 0");
    }
    if least.is_some_and(|least| most < least) {
        errors.invalid(&SPEC.child("maxReplicas"), most, "must be greater than or equal to `minReplicas`");
    }
    reference(errors, &spec["scaleTargetRef"], &SPEC.child("scaleTargetRef"));
    let path = SPEC.child("metrics");
    for (index, metric) in items(spec, "metrics").iter().enumerate() {
        metric_spec(errors, metric, &path.index(index));
    }
}

fn metric_spec(errors: &mut Errors, metric: &Value, path: &Path<'_>) {
    let kind = text(metric, "type");
    if kind.is_empty() {
        errors.required(&path.child("type"), "must specify a metric source type");
    }
    let field = METRICS.iter().find(|(name, _)| *name == kind).map(|(_, field)| *field);
    if field.is_none() {
        let names: Vec<&str> = METRICS.iter().map(|(name, _)| *name).collect();
        errors.not_supported(&path.child("type"), kind, &names);
    }
    let present: Vec<&str> =
        METRICS.iter().map(|(_, field)| *field).filter(|field| has(metric, field)).collect();
    if let Some(first) = present.first() {
        source(errors, first, &metric[*first], &path.child(first));
    }
    if let Some(field) = field.filter(|field| !present.contains(field)) {
        errors.required(&path.child(field), "must populate information for the given metric source");
    }
    if present.len() > 1 {
        for other in present.iter().filter(|other| field != Some(**other)) {
            errors.forbidden(&path.child(other), "must populate the given metric source only");
        }
    }
}

fn source(errors: &mut Errors, kind: &str, source: &Value, path: &Path<'_>) {
    let target_path = path.child("target");
    let target = &source["target"];
    match kind {
        "resource" | "containerResource" => {
            if text(source, "name").is_empty() {
                errors.required(&path.child("name"), "must specify a resource name");
            }
            if kind == "containerResource" && text(source, "container").is_empty() {
                errors.required(&path.child("container"), "must specify a container");
            }
            metric_target(errors, target, &target_path);
            match (has(target, "averageUtilization"), has(target, "averageValue")) {
                (false, false) => errors.required(
                    &target_path.child("averageUtilization"),
                    "must set either a target raw value or a target utilization",
                ),
                (true, true) => errors.forbidden(
                    &target_path.child("averageValue"),
                    "may not set both a target raw value and a target utilization",
                ),
                _ => {}
            }
        }
        _ => {
            if kind == "object" {
                reference(errors, &source["describedObject"], &path.child("describedObject"));
            }
            let metric = path.child("metric");
            if text(&source["metric"], "name").is_empty() {
                errors.required(&metric.child("name"), "must specify a metric name");
            }
            metric_target(errors, target, &target_path);
            if kind == "pods" && !has(target, "averageValue") {
                errors.required(
                    &target_path.child("averageValue"),
                    "must specify a positive target averageValue",
                );
            } else if kind != "pods" && !has(target, "value") && !has(target, "averageValue") {
                let detail = "must set either a target value or averageValue";
                errors.required(&target_path.child("averageValue"), detail);
            }
        }
    }
}

fn metric_target(errors: &mut Errors, target: &Value, path: &Path<'_>) {
    let kind = text(target, "type");
    if kind.is_empty() {
        errors.required(&path.child("type"), "must specify a metric target type");
    }
    if !["Utilization", "Value", "AverageValue"].contains(&kind) {
        errors.invalid(&path.child("type"), kind, "must be either Utilization, Value, or AverageValue");
    }
    for field in ["value", "averageValue"] {
        let value = &target[field];
        if Quantity::from_value(value).is_some_and(|quantity| quantity.is_negative() || quantity.is_zero()) {
            errors.invalid(&path.child(field), value, "must be positive");
        }
    }
    if let Some(share) = int(target, "averageUtilization").filter(|share| *share < 1) {
        errors.invalid(&path.child("averageUtilization"), share, "must be greater than 0");
    }
}
