//! `describe node`.

use super::super::doc::{entries, flag, items, shown, text};
use super::super::output::age;
use super::Page;
use crate::api::{Kind, Object, Ordered, Value};
use crate::apiserver::quantity::Quantity;

/// A node's fields.
pub fn node(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.field(0, "Name", &object.meta.name);
    let roles: Vec<&str> =
        object.meta.labels.keys().filter_map(|key| key.strip_prefix("node-role.kubernetes.io/")).collect();
    page.field(0, "Roles", if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") });
    page.notes(doc);
    page.field(0, "CreationTimestamp", age::date(&doc["metadata"]["creationTimestamp"]));
    let taint = |taint: &Value| {
        let value = match text(&taint["value"]) {
            "" => String::new(),
            value => format!("={value}"),
        };
        format!("{}{value}:{}", text(&taint["key"]), text(&taint["effect"]))
    };
    let mut taints: Vec<&Value> = items(&spec["taints"]).iter().collect();
    taints.order_by_key(|taint| format!("{},{}", text(&taint["effect"]), text(&taint["key"])));
    let taints: Vec<String> = taints.into_iter().map(taint).collect();
    page.list("Taints", &taints);
    page.field(0, "Unschedulable", flag(&spec["unschedulable"]).to_string());
    lease(page, object);
    conditions(page, status);
    page.line(0, "Addresses:");
    for address in items(&status["addresses"]) {
        page.field(1, text(&address["type"]), text(&address["address"]));
    }
    for (heading, key) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        page.line(0, format!("{heading}:"));
        for (name, amount) in entries(&status[key]) {
            page.field(1, name, shown(amount));
        }
    }
    page.line(0, "System Info:");
    let info = &status["nodeInfo"];
    for (name, key) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        page.field(1, name, text(&info[key]));
    }
    if !text(&spec["podCIDR"]).is_empty() {
        page.field(0, "PodCIDR", text(&spec["podCIDR"]));
        let all: Vec<String> = items(&spec["podCIDRs"]).iter().map(shown).collect();
        page.field(0, "PodCIDRs", all.join(","));
    }
    pods(page, object, status);
}

fn lease(page: &mut Page<'_>, object: &Object) {
    let name = &object.meta.name;
    match page.store.find(Kind::Lease, "kube-node-lease", name).cloned() {
        None => {
            let words = format!("Failed to get lease: leases.coordination.k8s.io \"{name}\" not found");
            page.field(0, "Lease", words);
        }
        Some(lease) => {
            let spec = &lease.doc()["spec"];
            page.line(0, "Lease:");
            page.field(1, "HolderIdentity", text(&spec["holderIdentity"]));
            page.field(1, "AcquireTime", set_date(&spec["acquireTime"]));
            page.field(1, "RenewTime", set_date(&spec["renewTime"]));
        }
    }
}

fn set_date(time: &Value) -> String {
    if time.is_null() { "<unset>".into() } else { age::date(time) }
}

fn conditions(page: &mut Page<'_>, status: &Value) {
    if items(&status["conditions"]).is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in items(&status["conditions"]) {
        let cells = format!(
            "{} \t{} \t{} \t{} \t{} \t{} ",
            text(&condition["type"]),
            text(&condition["status"]),
            age::date(&condition["lastHeartbeatTime"]),
            age::date(&condition["lastTransitionTime"]),
            text(&condition["reason"]),
            text(&condition["message"])
        );
        page.line(1, cells.trim_end());
    }
}

/// What the containers of a pod ask for of one resource, in thousandths.
fn asked(pod: &Object, list: &str, resource: &str) -> i128 {
    let containers = items(&pod.doc()["spec"]["containers"]).iter();
    containers.filter_map(|container| milli(&container["resources"][list][resource])).sum()
}

fn milli(value: &Value) -> Option<i128> {
    Quantity::from_value(value).map(|quantity| quantity.nanos() / 1_000_000)
}

/// `250m (6%)`
fn part(amount: i128, whole: i128, cpu: bool) -> String {
    let percent = if whole == 0 { 0 } else { amount * 100 / whole };
    let shown = match (amount, cpu) {
        (amount, true) if amount % 1000 != 0 => format!("{amount}m"),
        (amount, true) => (amount / 1000).to_string(),
        (amount, false) => {
            let bytes = amount / 1000;
            let suffixes = [(1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")];
            let fits = suffixes.iter().find(|(size, _)| bytes >= *size && bytes % size == 0);
            fits.map_or(bytes.to_string(), |(size, suffix)| format!("{}{suffix}", bytes / size))
        }
    };
    format!("{shown} ({percent}%)")
}

fn pods(page: &mut Page<'_>, node: &Object, status: &Value) {
    let running = page
        .store
        .pods_on_node(&node.meta.name)
        .into_iter()
        .filter(|pod| !matches!(text(&pod.doc()["status"]["phase"]), "Succeeded" | "Failed"));
    let pods: Vec<_> = running.cloned().collect();
    let allocatable = |name: &str| milli(&status["allocatable"][name]).unwrap_or(0);
    page.field(0, "Non-terminated Pods", format!("({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let (cpu, memory) = (allocatable("cpu"), allocatable("memory"));
    for pod in &pods {
        let cell = |list: &str, resource: &str, whole: i128| {
            part(asked(pod, list, resource), whole, resource == "cpu")
        };
        let cells = [
            pod.meta.namespace.clone(),
            pod.meta.name.clone(),
            String::new().into(),
            cell("requests", "cpu", cpu).into(),
            cell("limits", "cpu", cpu).into(),
            cell("requests", "memory", memory).into(),
            cell("limits", "memory", memory).into(),
            age::since(page.now, &pod.doc()["metadata"]["creationTimestamp"]).into(),
        ];
        page.line(1, cells.join("\t"));
    }
    page.line(0, "Allocated resources:");
    page.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let listed = ["cpu", "memory", "ephemeral-storage"].map(str::to_owned);
    let extra = entries(&status["allocatable"])
        .map(|(name, _)| name.clone())
        .filter(|name| name.starts_with("hugepages-"));
    for name in listed.into_iter().chain(extra) {
        let whole = allocatable(&name);
        let sum = |list: &str| pods.iter().map(|pod| asked(pod, list, &name)).sum();
        let (requests, limits) =
            (part(sum("requests"), whole, name == "cpu"), part(sum("limits"), whole, name == "cpu"));
        page.line(1, format!("{name}\t{requests}\t{limits}"));
    }
}
