//! Jobs and CronJobs from an image, or a Job from a CronJob.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::resources::{query, resolve};
use crate::shell::kubectl::verbs::create::{generate, one_name};
use crate::shell::kubectl::verbs::exec::go_type;

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
        let query = query(call, vec![from]);
        let mut selection = resolve(call, &query)?;
        Failure::all(std::mem::take(&mut selection.failures))?;
        let [cron] = &selection.found[..] else { return Err("from must be an existing cronjob".into()) };
        if cron.kind != Kind::CronJob {
            return Err(format!("unknown object type *{}", go_type(cron.kind)).into());
        }
        let template = &cron.doc["spec"]["jobTemplate"];
        let mut annotations = template["metadata"]["annotations"].clone();
        put(&mut annotations, &["cronjob.kubernetes.io/instantiate"], "manual");
        let mut doc = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {
                "name": name, "annotations": annotations,
                "ownerReferences": [{"apiVersion": "batch/v1", "controller": true, "kind": "CronJob", "name": cron.name, "uid": cron.doc["metadata"]["uid"]}],
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
