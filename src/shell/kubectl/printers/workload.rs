//! Workloads and what scales them.

use super::{Row, Table};
use crate::api::Value;
use crate::shell::kubectl::doc::{flag, int, items, labels, selector, shown, text};
use crate::shell::kubectl::output::age;

pub(super) const DEPLOYMENT: Table =
    Table::new("NAME|READY|UP-TO-DATE|AVAILABLE|AGE|+CONTAINERS|+IMAGES|+SELECTOR", |row| {
        let status = row.status();
        let [names, images] = row.containers(&row.spec()["template"]["spec"]);
        vec![
            row.name(),
            format!("{}/{}", int(&status["readyReplicas"]), int(&row.spec()["replicas"])),
            int(&status["updatedReplicas"]).to_string(),
            int(&status["availableReplicas"]).to_string(),
            row.age(),
            names,
            images,
            selector(&row.spec()["selector"]),
        ]
    });

pub(super) const REPLICA_SET: Table =
    Table::new("NAME|DESIRED|CURRENT|READY|AGE|+CONTAINERS|+IMAGES|+SELECTOR", |row| {
        let [names, images] = row.containers(&row.spec()["template"]["spec"]);
        let selected = &row.spec()["selector"];
        let selected =
            if row.doc["kind"] == "ReplicationController" { labels(selected) } else { selector(selected) };
        vec![
            row.name(),
            int(&row.spec()["replicas"]).to_string(),
            int(&row.status()["replicas"]).to_string(),
            int(&row.status()["readyReplicas"]).to_string(),
            row.age(),
            names,
            images,
            selected,
        ]
    });

pub(super) const STATEFUL_SET: Table = Table::new("NAME|READY|AGE|+CONTAINERS|+IMAGES", |row| {
    let [names, images] = row.containers(&row.spec()["template"]["spec"]);
    let ready = format!("{}/{}", int(&row.status()["readyReplicas"]), int(&row.spec()["replicas"]));
    vec![row.name(), ready, row.age(), names, images]
});

pub(super) const DAEMON_SET: Table = Table::new(
    "NAME|DESIRED|CURRENT|READY|UP-TO-DATE|AVAILABLE|NODE SELECTOR|AGE|+CONTAINERS|+IMAGES|+SELECTOR",
    |row| {
        let template = &row.spec()["template"]["spec"];
        let [names, images] = row.containers(template);
        let mut cells = vec![row.name()];
        cells.extend(
            [
                "desiredNumberScheduled",
                "currentNumberScheduled",
                "numberReady",
                "updatedNumberScheduled",
                "numberAvailable",
            ]
            .map(|key| int(&row.status()[key]).to_string()),
        );
        cells.extend([
            labels(&template["nodeSelector"]),
            row.age(),
            names,
            images,
            selector(&row.spec()["selector"]),
        ]);
        cells
    },
);

pub(super) const JOB: Table =
    Table::new("NAME|STATUS|COMPLETIONS|DURATION|AGE|+CONTAINERS|+IMAGES|+SELECTOR", |row| {
        let (spec, status) = (row.spec(), row.status());
        let succeeded = int(&status["succeeded"]);
        let completions = match (&spec["completions"], int(&spec["parallelism"])) {
            (Value::Null, parallel) if parallel > 1 => format!("{succeeded}/1 of {parallel}"),
            (Value::Null, _) => format!("{succeeded}/1"),
            (completions, _) => format!("{succeeded}/{}", shown(completions)),
        };
        let (start, end) = (text(&status["startTime"]), text(&status["completionTime"]));
        let duration = age::instant(start)
            .map_or(String::new(), |start| age::human(age::instant(end).unwrap_or(row.now).since(start)));
        let [names, images] = row.containers(&spec["template"]["spec"]);
        vec![
            row.name(),
            job_status(row),
            completions,
            duration,
            row.age(),
            names,
            images,
            selector(&spec["selector"]),
        ]
    });

fn job_status(row: &Row<'_>) -> String {
    let has = |kind: &str| {
        items(&row.status()["conditions"]).iter().any(|c| c["type"] == kind && c["status"] == "True")
    };
    let known = ["Complete", "Failed"].into_iter().find(|kind| has(kind));
    let word = known.unwrap_or_else(|| match () {
        () if !row.doc["metadata"]["deletionTimestamp"].is_null() => "Terminating",
        () if has("Suspended") => "Suspended",
        () if has("FailureTarget") => "FailureTarget",
        () if has("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    });
    word.into()
}

pub(super) const CRON_JOB: Table = Table::new(
    "NAME|SCHEDULE|TIMEZONE|SUSPEND|ACTIVE|LAST SCHEDULE|AGE|+CONTAINERS|+IMAGES|+SELECTOR",
    |row| {
        let (spec, last) = (row.spec(), &row.status()["lastScheduleTime"]);
        let job = &spec["jobTemplate"]["spec"];
        let [names, images] = row.containers(&job["template"]["spec"]);
        let zone = match text(&spec["timeZone"]) {
            "" => "<none>",
            zone => zone,
        };
        vec![
            row.name(),
            shown(&spec["schedule"]),
            zone.into(),
            if flag(&spec["suspend"]) { "True" } else { "False" }.into(),
            items(&row.status()["active"]).len().to_string(),
            if last.is_null() { "<none>".into() } else { age::since(row.now, last) },
            row.age(),
            names,
            images,
            selector(&job["selector"]),
        ]
    },
);

pub(super) const CONTROLLER_REVISION: Table = Table::new("NAME|CONTROLLER|REVISION|AGE", |row| {
    let owners = items(&row.doc["metadata"]["ownerReferences"]);
    let controller =
        owners.iter().find(|owner| flag(&owner["controller"])).map_or("<none>".into(), |owner| {
            let (group, _) = text(&owner["apiVersion"]).split_once('/').unwrap_or(("", ""));
            let dot = if group.is_empty() { "" } else { "." };
            format!("{}{dot}{group}/{}", text(&owner["kind"]).to_lowercase(), text(&owner["name"]))
        });
    vec![row.name(), controller, int(&row.doc["revision"]).to_string(), row.age()]
});

pub(super) const AUTOSCALER: Table =
    Table::new("NAME|REFERENCE|TARGETS|MINPODS|MAXPODS|REPLICAS|AGE", |row| {
        let spec = row.spec();
        let target = &spec["scaleTargetRef"];
        vec![
            row.name(),
            format!("{}/{}", text(&target["kind"]), text(&target["name"])),
            targets(row),
            if spec["minReplicas"].is_null() { "<unset>".into() } else { shown(&spec["minReplicas"]) },
            int(&spec["maxReplicas"]).to_string(),
            int(&row.status()["currentReplicas"]).to_string(),
            row.age(),
        ]
    });

fn targets(row: &Row<'_>) -> String {
    const MOST: usize = 2;
    let metrics = items(&row.spec()["metrics"]);
    let current = items(&row.status()["currentMetrics"]);
    let shown: Vec<String> = metrics
        .iter()
        .enumerate()
        .map(|(at, metric)| {
            let field = match text(&metric["type"]) {
                "Pods" => "pods",
                "Object" => "object",
                "External" => "external",
                "ContainerResource" => "containerResource",
                _ => "resource",
            };
            let source = &metric[field];
            let target = &source["target"];
            let now = &current.get(at).unwrap_or(&Value::Null)[field]["current"];
            if matches!(field, "object" | "external") {
                let (key, how) = match target["averageValue"].is_null() {
                    true => ("value", ""),
                    false => ("averageValue", " (avg)"),
                };
                let now = if now[key].is_null() { "<unknown>".to_owned() } else { shown(&now[key]) };
                return format!("{now}/{}{how}", shown(&target[key]));
            }
            let (now, wanted) = if target["averageUtilization"].is_null() {
                (shown(&now["averageValue"]), shown(&target["averageValue"]))
            } else {
                let percent =
                    |value: &Value| if value.is_null() { String::new() } else { format!("{value}%") };
                (percent(&now["averageUtilization"]), percent(&target["averageUtilization"]))
            };
            let now = if now.is_empty() { "<unknown>".into() } else { now };
            match text(&source["name"]) {
                "" => format!("{now}/{wanted}"),
                name => format!("{name}: {now}/{wanted}"),
            }
        })
        .collect();
    match shown.len() {
        0 => "<none>".into(),
        count if count > MOST => format!("{} + {} more...", shown[..MOST].join(", "), count - MOST),
        _ => shown.join(", "),
    }
}
