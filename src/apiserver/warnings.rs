//! What the server warns of, in its own words: what it takes but has no use for, or will not take one day.

use super::document::{entries, has, int, items, text};
use super::field::Path;
use super::quantity::Quantity;
use super::validate::sloppy_ip;
use crate::api::{Kind, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What is said of any use of Endpoints.
pub const ENDPOINTS: &str = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";
const OLD_ANNOTATIONS: [(&str, &str); 3] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
];
const OLD_VOLUMES: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];
const OLD_NODE_LABELS: [(&str, &str); 5] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
];

/// What the server warns of when an object is written.
pub(super) fn of(kind: Kind, doc: &Value) -> Vec<String> {
    let spec = Path::root("spec");
    match kind {
        Kind::Service => service(doc),
        Kind::Endpoints => vec![ENDPOINTS.to_owned()],
        Kind::Pod => pod(&doc["metadata"], &doc["spec"], &Path::root("metadata"), &spec),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::Job => {
            template(&doc["spec"]["template"], &spec.child("template"))
        }
        Kind::CronJob => {
            let job = spec.child("jobTemplate");
            let job_spec = job.child("spec");
            template(&doc["spec"]["jobTemplate"]["spec"]["template"], &job_spec.child("template"))
        }
        Kind::Ingress => ingress(&doc["metadata"]),
        _ => Vec::new(),
    }
}

fn ingress(meta: &Value) -> Vec<String> {
    let class = meta["annotations"].get("kubernetes.io/ingress.class");
    let warning = "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead";
    class.map(|_| warning.to_owned()).into_iter().collect()
}

fn service(doc: &Value) -> Vec<String> {
    let spec = &doc["spec"];
    let path = Path::root("spec");
    let mut warnings = Vec::new();
    let kind = text(spec, "type");
    let headless = kind == "ClusterIP" && text(spec, "clusterIP") == "None";
    if doc["metadata"]["annotations"].get(TOPOLOGY_HINTS).is_some() {
        warnings
            .push(format!("annotation {TOPOLOGY_HINTS} is deprecated, please use {TOPOLOGY_MODE} instead"));
    }
    let external = items(spec, "externalIPs");
    if headless {
        if !text(spec, "loadBalancerIP").is_empty() {
            warnings.push("spec.loadBalancerIP is ignored for headless services".to_owned());
        }
        if !external.is_empty() {
            warnings.push("spec.externalIPs is ignored for headless services".to_owned());
        }
        if text(spec, "sessionAffinity") != "None" {
            warnings.push("spec.SessionAffinity is ignored for headless services".to_owned());
        }
    } else {
        address_warnings(&mut warnings, items(spec, "clusterIPs"), &path.child("clusterIPs"));
    }
    address_warnings(&mut warnings, external, &path.child("externalIPs"));
    if !external.is_empty() && !headless && kind != "ExternalName" {
        warnings.push(
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters".to_owned(),
        );
    }
    if kind == "ExternalName" && !external.is_empty() {
        warnings.push("spec.externalIPs is ignored when spec.type is \"ExternalName\"".to_owned());
    }
    if kind != "ExternalName" && !text(spec, "externalName").is_empty() {
        warnings.push("spec.externalName is ignored when spec.type is not \"ExternalName\"".to_owned());
    }
    if text(spec, "trafficDistribution") == "PreferClose" {
        warnings.push(
            "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"".to_owned(),
        );
    }
    warnings
}

fn address_warnings(warnings: &mut Vec<String>, addresses: &[Value], path: &Path<'_>) {
    for (index, address) in addresses.iter().enumerate() {
        let address = address.as_str().unwrap_or_default();
        let Some(parsed) = sloppy_ip(address) else { continue };
        let path = path.index(index);
        match address.parse::<IpAddr>() {
            Err(_) => warnings.push(format!(
                "{path}: non-standard IP address \"{address}\" will be considered invalid in a future Kubernetes release: use \"{parsed}\""
            )),
            Ok(IpAddr::V6(v6)) if v6.to_string() != address => warnings.push(format!(
                "{path}: IPv6 address \"{address}\" should be in RFC 5952 canonical format (\"{v6}\")"
            )),
            Ok(_) => {}
        }
    }
}

fn template(template: &Value, path: &Path<'_>) -> Vec<String> {
    pod(&template["metadata"], &template["spec"], &path.child("metadata"), &path.child("spec"))
}

fn pod(meta: &Value, spec: &Value, meta_path: &Path<'_>, path: &Path<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let selector = path.child("nodeSelector");
    for (key, _) in entries(spec, "nodeSelector") {
        if let Some((_, better)) = OLD_NODE_LABELS.iter().find(|(old, _)| old == key) {
            warnings.push(format!("{}: deprecated since v1.14; use \"{better}\" instead", selector.key(key)));
        }
    }
    let spread = path.child("topologySpreadConstraints");
    for (index, constraint) in items(spec, "topologySpreadConstraints").iter().enumerate() {
        if !has(constraint, "labelSelector") {
            let path = spread.index(index);
            let path = path.child("labelSelector");
            warnings.push(format!("{path}: a null labelSelector results in matching no pod"));
        }
    }
    let annotations = meta_path.child("annotations");
    for (key, message) in OLD_ANNOTATIONS {
        if meta["annotations"].get(key).is_some() {
            warnings.push(format!("{}: {message}", annotations.key(key)));
        }
    }
    let volumes = path.child("volumes");
    for (index, volume) in items(spec, "volumes").iter().enumerate() {
        let path = volumes.index(index);
        for (source, message) in OLD_VOLUMES.iter().filter(|(source, _)| has(volume, source)) {
            warnings.push(format!("{}: {message}", path.child(source)));
        }
    }
    for (list, field) in [("hostAliases", "ip"), ("imagePullSecrets", "name")] {
        let list_path = path.child(list);
        let mut seen = BTreeSet::new();
        for (index, item) in items(spec, list).iter().enumerate() {
            let (value, path) = (text(item, field), list_path.index(index));
            if !seen.insert(value) {
                warnings.push(format!("{}: duplicate {field} \"{value}\"", path.child(field)));
            }
        }
    }
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    for list in lists {
        let list_path = path.child(list);
        for (index, container) in items(spec, list).iter().enumerate() {
            container_warnings(&mut warnings, container, &list_path.index(index));
        }
    }
    ports(&mut warnings, spec, path);
    if int(spec, "terminationGracePeriodSeconds").is_some_and(|grace| grace < 0) {
        let path = path.child("terminationGracePeriodSeconds");
        // Only templates are warned of; a pod's own is taken as it is.
        if path.to_string().contains("template") {
            warnings
                .push(format!("{path}: must be >= 0; negative values are invalid and will be treated as 1"));
        }
    }
    warnings
}

fn container_warnings(warnings: &mut Vec<String>, container: &Value, path: &Path<'_>) {
    let resources = path.child("resources");
    for name in ["memory", "ephemeral-storage"] {
        for kind in ["limits", "requests"] {
            let value = &container["resources"][kind][name];
            if let Some(quantity) = Quantity::from_value(value).filter(|quantity| !quantity.is_integer()) {
                let path = resources.child(kind);
                warnings.push(format!(
                    "{}: fractional byte value \"{quantity}\" is invalid, must be an integer",
                    path.key(name)
                ));
            }
        }
    }
    let variables = path.child("env");
    let mut seen = BTreeSet::new();
    for (index, variable) in items(container, "env").iter().enumerate() {
        let (name, value) = (text(variable, "name"), text(variable, "value"));
        let reference = format!("$({name})");
        let hides = has(variable, "valueFrom") || value == reference || !value.contains(&reference);
        if !seen.insert(name) && hides {
            let path = variables.index(index);
            warnings.push(format!(
                "{path}: hides previous definition of \"{name}\", which may be dropped when using apply"
            ));
        }
    }
}

/// Ports that are declared twice, over all containers.
fn ports(warnings: &mut Vec<String>, spec: &Value, path: &Path<'_>) {
    /// A port and its protocol, and each place that declares them: its path, host IP and host port.
    type Declared<'a> = BTreeMap<(i64, &'a str), Vec<(String, &'a str, i64)>>;
    let mut declared = Declared::new();
    for list in ["initContainers", "containers"] {
        let list_path = path.child(list);
        for (index, container) in items(spec, list).iter().enumerate() {
            let sidecar = text(container, "restartPolicy") == "Always";
            if list == "initContainers" && !sidecar {
                continue;
            }
            let path = list_path.index(index);
            let path = path.child("ports");
            for (index, port) in items(container, "ports").iter().enumerate() {
                let here = path.index(index).to_string();
                let (ip, host) = (text(port, "hostIP"), int(port, "hostPort").unwrap_or(0));
                let key = (int(port, "containerPort").unwrap_or(0), text(port, "protocol"));
                let others = declared.entry(key).or_default();
                for (other, other_ip, other_host) in others.iter() {
                    if ip == *other_ip && host == *other_host {
                        warnings.push(format!("{here}: duplicate port definition with {other}"));
                    } else if host == 0 || *other_host == 0 {
                        warnings.push(format!("{here}: overlapping port definition with {other}"));
                    }
                }
                others.push((here, ip, host));
            }
        }
    }
}
