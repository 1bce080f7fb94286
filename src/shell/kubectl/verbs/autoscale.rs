//! `kubectl autoscale`: an autoscaler for a workload.

use super::create::report;
use crate::api::{Kind, Value, json};
use crate::apiserver::quantity::Quantity;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::resources::{Found, query, resolve};

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let (least, most) = (call.flags.int("min"), call.flags.int("max"));
    if most < 1 {
        return Err(format!("--max=MAXPODS is required and must be at least 1, max: {most}").into());
    }
    if most < least {
        return Err(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}"
        )
        .into());
    }
    let (cpu, percent) = (call.flags.text("cpu").to_owned(), call.flags.int("cpu-percent"));
    if percent > 0 && !cpu.is_empty() {
        return Err("--cpu-percent and --cpu are mutually exclusive".into());
    }
    let mut metrics = Vec::new();
    if percent > 0 {
        metrics.push(metric("cpu", json!({"averageUtilization": percent, "type": "Utilization"})));
    }
    for (resource, unit) in [("cpu", "m"), ("memory", "Mi")] {
        let given = call.flags.text(resource).trim().to_owned();
        if !given.is_empty() {
            metrics.push(metric(resource, target(resource, unit, &given)?));
        }
    }
    let query = query(call, call.args());
    let selection = resolve(call, &query)?;
    let mut failures = selection.failures;
    for (at, found) in selection.found.iter().enumerate() {
        let mut doc = autoscaler(call, found, least, most, &metrics)?;
        if dry != DryRun::Client {
            put(&mut doc, &["metadata", "namespace"], found.namespace.clone());
            match create(call, doc, dry, &cpu) {
                Ok(created) => doc = created,
                Err(failure) => {
                    failures.push(failure);
                    continue;
                }
            }
        }
        let printer = printer::chosen(call)?;
        let word = if dry == DryRun::Client { "created" } else { "autoscaled" };
        report(call, printer.as_ref(), Kind::HorizontalPodAutoscaler, &doc, word, dry, at)?;
    }
    Failure::all(failures)?;
    OK
}

fn metric(resource: &str, target: Value) -> Value {
    json!({"resource": {"name": resource, "target": target}, "type": "Resource"})
}

/// `70%`, `500m`, or a number in the resource's usual unit.
fn target(resource: &str, unit: &str, given: &str) -> Result<Value, Failure> {
    if let Some(percent) = given.strip_suffix('%') {
        return match percent.parse::<i32>() {
            Ok(percent) if percent >= 0 => Ok(json!({"averageUtilization": percent, "type": "Utilization"})),
            _ => Err(format!("invalid percentage value: {percent}").into()),
        };
    }
    let amount = match given.parse::<f64>() {
        Ok(number) => format!("{number}{unit}"),
        Err(_) => given.to_owned(),
    };
    let amount =
        Quantity::parse(&amount).ok_or_else(|| format!("invalid resource {resource} value: {given}"))?;
    Ok(json!({"averageValue": amount.to_string(), "type": "AverageValue"}))
}

fn autoscaler(
    call: &Call<'_, '_>,
    found: &Found,
    least: i64,
    most: i64,
    metrics: &[Value],
) -> Result<Value, Failure> {
    let resource = found.kind.resource();
    if !matches!(
        found.kind,
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::ReplicationController
    ) {
        return Err(format!(
            "cannot autoscale a {}: could not find scale subresource for {}/{}, Resource={} in discovery information",
            resource.name, resource.group, resource.version, resource.plural
        )
        .into());
    }
    let name = match call.flags.text("name") {
        "" => found.name.as_str(),
        name => name,
    };
    let mut doc = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name},
        "spec": {
            "maxReplicas": most,
            "scaleTargetRef": {"apiVersion": resource.api_version(), "kind": resource.name, "name": found.name},
        },
        "status": {"currentMetrics": null, "desiredReplicas": 0},
    });
    if least > 0 {
        put(&mut doc, &["spec", "minReplicas"], least);
    }
    if !metrics.is_empty() {
        put(&mut doc, &["spec", "metrics"], metrics.to_vec());
    }
    Ok(doc)
}

/// Creates the autoscaler. Whatever is wrong with it, kubectl then tries the older version of the kind, which only
/// knows the use of the processor.
fn create(call: &mut Call<'_, '_>, doc: Value, dry: DryRun, cpu: &str) -> Result<Value, Failure> {
    let mut older = doc.clone();
    if let Ok(object) = call.create(Kind::HorizontalPodAutoscaler, doc, &dry.options()) {
        return Ok(object.doc().clone());
    }
    let why = match cpu {
        "" => "empty input",
        cpu if cpu.ends_with('%') && !call.flags.given("memory") => "",
        _ => "%!w(<nil>)",
    };
    if !why.is_empty() {
        return Err(format!("failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: {why}").into());
    }
    if let Some(spec) = older["spec"].as_object_mut() {
        spec.remove("metrics");
    }
    Ok(call.create(Kind::HorizontalPodAutoscaler, older, &dry.options())?.doc().clone())
}
