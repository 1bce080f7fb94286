//! Jobs and CronJobs from an image, or a Job from a CronJob.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::{put, text};
use crate::shell::kubectl::resources::tuple;
use crate::shell::kubectl::verbs::create::{generate, one_name};

fn container(call: &Call<'_, '_>, name: &str) -> Value {
    let command: Vec<String> = call.flags.dash.map_or(Vec::new(), |dash| call.flags.args[dash..].to_vec());
    let mut container = json!({"name": name, "image": call.flags.text("image"), "resources": {}});
    if !command.is_empty() {
        put(&mut container, &["command"], command);
    }
    container
}

/// `kubectl create job`
pub fn job(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let (image, from) = (call.flags.text("image").to_owned(), call.flags.text("from").to_owned());
    if image.is_empty() == from.is_empty() {
        return Err("either --image or --from must be specified".into());
    }
    if !from.is_empty() && call.flags.dash.is_some() {
        return Err("cannot specify --from and command".into());
    }
    let doc = if from.is_empty() {
        let container = container(call, &name);
        json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
            "spec": {"template": {"metadata": {}, "spec": {"containers": [container], "restartPolicy": "Never"}}},
            "status": {},
        })
    } else {
        let (kind, source) = tuple(&from)?;
        let kind = call.kind(&kind)?;
        if kind != Kind::CronJob {
            return Err(format!("from must be an existing cronjob: {} is none", text(&json!(from))).into());
        }
        let namespace = call.namespace();
        let cron = call.find(kind, &namespace, &source)?;
        let template = &cron.doc()["spec"]["jobTemplate"];
        let mut annotations = template["metadata"]["annotations"].clone();
        put(&mut annotations, &["cronjob.kubernetes.io/instantiate"], "manual");
        let mut doc = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {
                "name": name, "annotations": annotations,
                "ownerReferences": [{"apiVersion": "batch/v1", "controller": true, "kind": "CronJob", "name": source, "uid": cron.meta.uid}],
            },
            "spec": template["spec"],
            "status": {},
        });
        if template["metadata"]["labels"].is_object() {
            put(&mut doc, &["metadata", "labels"], template["metadata"]["labels"].clone());
        }
        doc
    };
    generate(call, Kind::Job, doc, "job")
}

/// `kubectl create cronjob`
pub fn cron_job(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let restart = match call.flags.text("restart") {
        "" => "OnFailure",
        restart => restart,
    };
    let container = container(call, &name);
    let doc = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
        "spec": {
            "jobTemplate": {
                "metadata": {"name": name},
                "spec": {"template": {"metadata": {}, "spec": {"containers": [container], "restartPolicy": restart}}},
            },
            "schedule": call.flags.text("schedule"),
        },
        "status": {},
    });
    generate(call, Kind::CronJob, doc, "cronjob")
}
