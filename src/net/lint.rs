//! What a reviewer would say before any packet flies: findings from the objects alone.
//!
//! Each names an object and a field. Pods need not exist yet: a workload's template stands for its pods.

use super::policy::{self, Peer};
use super::{Direction, Field, Reason, Setting, Transport, diagnose};
use crate::api::pod::{Container, PodSpec};
use crate::api::service::{Protocol, Service, ServiceType};
use crate::api::{FromValue, Gathered, IntOrString, Key, Kind, Labels, Object, Ordered, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Something a reviewer would point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule found it, in words for a list: `selector-matches-nothing`.
    pub rule: &'static str,
    /// The object and the field.
    pub field: Field,
    /// What is wrong with it.
    pub message: String,
    /// What might help.
    pub hint: Option<String>,
    /// A field of that object and what to write there, where that alone would mend it.
    pub mend: Option<(String, String)>,
}

/// Pods as they will be: those of a workload's template, or one that was written by itself.
struct Workload {
    /// The workload, or the pod.
    owner: Key,
    /// Where its pod template is: `spec.template.`, or nothing for a pod.
    at: &'static str,
    labels: Labels,
    spec: PodSpec,
}

/// All findings, by object.
pub fn lint(store: &Store, setting: &Setting) -> Vec<Finding> {
    let workloads = workloads(store);
    let mut findings = Vec::new();
    for object in store.list_all(Kind::Service) {
        if let Some(service) = object.service() {
            of_service(store, object, service, &workloads, &mut findings);
        }
    }
    clashes(store, setting, &mut findings);
    for workload in &workloads {
        urls(store, workload, &mut findings);
        probes(workload, &mut findings);
    }
    policies(store, setting, &workloads, &mut findings);
    findings.order_by(|a, b| {
        (&a.field.object, &a.field.path, a.rule).cmp(&(&b.field.object, &b.field.path, b.rule))
    });
    findings.dedup();
    findings
}

fn workloads(store: &Store) -> Vec<Workload> {
    let mut found = Vec::new();
    for kind in [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet, Kind::Job] {
        for object in store.list_all(kind).filter(|object| object.meta.controller().is_none()) {
            let template = &object.doc()["spec"]["template"];
            found.push(Workload {
                owner: object.key(),
                at: "spec.template.",
                labels: FromValue::from_value(&template["metadata"]["labels"]),
                spec: FromValue::from_value(&template["spec"]),
            });
        }
    }
    for object in store.list_all(Kind::Pod).filter(|object| object.meta.controller().is_none()) {
        let spec = object.pod().map(|pod| crate::api::pod::PodSpec::clone(&pod.spec)).unwrap_or_default();
        found.push(Workload {
            owner: object.key(),
            at: "",
            labels: Labels::clone(&object.meta.labels),
            spec,
        });
    }
    found
}

fn matches(selector: &Labels, labels: &Labels) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn of_service(
    store: &Store,
    object: &Object,
    service: &Service,
    workloads: &[Workload],
    findings: &mut Vec<Finding>,
) {
    let key = object.key();
    let mut find = |rule, path: String, message: String, hint: Option<String>, mend| {
        findings.push(Finding { rule, field: Field::new(&key, path), message, hint, mend });
    };
    if service.spec.kind == ServiceType::ExternalName {
        if service.spec.external_name.parse::<Ipv4Addr>().is_ok() {
            let hint =
                "Write an EndpointSlice with the address, for a Service without a selector.".to_owned();
            let message = "externalName is an address; DNS takes it for a name".to_owned();
            find("external-name-is-address", "spec.externalName".into(), message, Some(hint), None);
        }
        return;
    }
    let Some(selector) = service.spec.selector.as_ref().filter(|labels| !labels.is_empty()) else {
        let name = &object.meta.name;
        let sliced = store.list(Kind::EndpointSlice, &key.namespace).any(|slice| {
            slice.meta.labels.get("kubernetes.io/service-name").is_some_and(|service| service == name)
        });
        if !sliced && store.find(Kind::Endpoints, &key.namespace, name).is_none() {
            let message = "the Service has no selector and nobody wrote endpoints for it".to_owned();
            find(
                "no-endpoints",
                "spec.selector".into(),
                message,
                Some("Add a selector, or write an EndpointSlice.".into()),
                None,
            );
        }
        return;
    };
    let here = || workloads.iter().filter(|workload| workload.owner.namespace == key.namespace);
    let selected: Vec<&Workload> = here().filter(|workload| matches(selector, &workload.labels)).collect();
    if selected.is_empty() {
        let candidates: Vec<(Key, &Labels)> = here().map(|w| (w.owner.clone(), &w.labels)).collect();
        let near = diagnose::nearest(selector, &candidates);
        let words: Vec<String> = selector.iter().map(|(label, value)| format!("{label}={value}")).collect();
        let mut message = format!("selector {} matches no pods", words.join(","));
        if let Some(near) = &near {
            let found =
                near.found.as_ref().map_or("is missing there".to_owned(), |found| format!("is {found}"));
            message = format!("{message}; nearest is {}, where {} {found}", near.pod, near.label);
        }
        let hint = near.as_ref().map(|near| format!("Make {} the same in both.", near.label));
        let mend = near.and_then(|near| Some((format!("spec.selector.{}", near.label), near.found?)));
        find("selector-matches-nothing", "spec.selector".into(), message, hint, mend);
    }
    if selected.len() > 1 {
        let names: Vec<String> = selected.iter().map(|workload| workload.owner.to_string()).collect();
        let message = format!("selector matches pods of {}", names.join(" and of "));
        find(
            "selector-matches-several",
            "spec.selector".into(),
            message,
            Some("Select one more label if that is not meant.".into()),
            None,
        );
    }
    for (index, port) in service.spec.ports.iter().enumerate() {
        for workload in &selected {
            if let Some(message) = target_port(port, &workload.spec, &workload.owner) {
                let path = format!("spec.ports[{index}].targetPort");
                let open = declared(&workload.spec).first().map(ToString::to_string);
                let hint = open.as_ref().map(|port| format!("Use {port} in targetPort."));
                let mend = open.map(|port| (path.clone(), port));
                find("target-port-not-open", path, message, hint, mend);
            }
        }
        let target = match port.target_port {
            IntOrString::Int(number) => number,
            IntOrString::Name(_) => continue,
        };
        if service.spec.is_headless() && target != 0 && target != i64::from(port.port) {
            let message = format!(
                "a headless Service translates no ports: clients must use {target}, not {}",
                port.port
            );
            find("headless-port-differs", format!("spec.ports[{index}].port"), message, None, None);
        }
    }
}

fn declared(spec: &PodSpec) -> Vec<u16> {
    spec.containers.iter().flat_map(|container| &container.ports).map(|port| port.container_port).collect()
}

/// What is wrong with a port's target, as far as its containers declare ports.
fn target_port(port: &crate::api::service::ServicePort, spec: &PodSpec, owner: &Key) -> Option<String> {
    let mut ports = spec.containers.iter().flat_map(|container| &container.ports);
    match &port.target_port {
        IntOrString::Name(name) => {
            let known = ports.any(|p| p.name == *name && p.protocol == port.protocol);
            (!known).then(|| format!("targetPort {name} is the name of no container port of {owner}"))
        }
        IntOrString::Int(number) => {
            let number = if *number == 0 { i64::from(port.port) } else { *number };
            let declared = declared(spec);
            let known = declared.iter().any(|declared| i64::from(*declared) == number);
            (!declared.is_empty() && !known)
                .then(|| format!("targetPort {number} is not among the ports that {owner} declares"))
        }
    }
}

/// Ports that two Services want.
fn clashes(store: &Store, setting: &Setting, findings: &mut Vec<Finding>) {
    let mut node_ports: BTreeMap<(u16, Protocol), Key> = BTreeMap::new();
    let mut published: BTreeMap<(u16, Protocol), Key> = BTreeMap::new();
    for object in store.list_all(Kind::Service) {
        let Some(service) = object.service() else { continue };
        for (index, port) in service.spec.ports.iter().enumerate() {
            let at = |field: &str| Field::new(&object.key(), format!("spec.ports[{index}].{field}"));
            if port.node_port != 0 {
                let first = node_ports.entry((port.node_port, port.protocol)).or_insert_with(|| object.key());
                if *first != object.key() {
                    let message = format!("node port {} belongs to {first}", port.node_port);
                    let hint = Some("Leave nodePort out, and the server picks a free one.".into());
                    findings.push(Finding {
                        rule: "node-port-clash",
                        field: at("nodePort"),
                        message,
                        hint,
                        mend: None,
                    });
                }
            }
            if service.spec.kind == ServiceType::LoadBalancer && setting.workstation.publishes_localhost {
                let first = published.entry((port.port, port.protocol)).or_insert_with(|| object.key());
                if *first != object.key() {
                    let message =
                        format!("port {} of localhost belongs to {first}, which came first", port.port);
                    let hint = Some("Use another port.".into());
                    findings.push(Finding {
                        rule: "load-balancer-port-clash",
                        field: at("port"),
                        message,
                        hint,
                        mend: None,
                    });
                }
            }
        }
    }
}

/// URLs in the environment that name no Service, or a port it does not list.
fn urls(store: &Store, workload: &Workload, findings: &mut Vec<Finding>) {
    for (c, container) in workload.spec.containers.iter().enumerate() {
        for (e, variable) in container.env.iter().enumerate() {
            let Some((host, port)) = authority(&variable.value) else { continue };
            let field =
                Field::new(&workload.owner, format!("{}spec.containers[{c}].env[{e}].value", workload.at));
            let labels: Vec<&str> = host.split('.').collect();
            let namespace = labels.get(1).copied().unwrap_or(&workload.owner.namespace);
            let of_cluster = match labels.len() {
                1 => labels[0] != "localhost",
                2 => store.find(Kind::Namespace, "", namespace).is_some(),
                _ => labels[2] == "svc",
            };
            if !of_cluster || host.parse::<Ipv4Addr>().is_ok() {
                continue;
            }
            let Some(service) = store.find(Kind::Service, namespace, labels[0]).and_then(|o| o.service())
            else {
                let reason =
                    diagnose::no_such_name(store, &host, &workload.owner.namespace, vec![host.clone()]);
                let near = match &reason {
                    Reason::NoSuchName { nearest: Some(key), .. } if key.name == labels[0] => {
                        format!("; it exists in namespace {}", key.namespace)
                    }
                    Reason::NoSuchName { nearest: Some(key), .. } => format!("; nearest is {}", key.name),
                    _ => String::new(),
                };
                let message = format!(
                    "{} asks for {host}, and namespace {namespace} has no Service {}{near}",
                    variable.name, labels[0]
                );
                let mend = match &reason {
                    Reason::NoSuchName { nearest: Some(key), .. } => {
                        let name = if key.name == labels[0] {
                            format!("{}.{}", key.name, key.namespace)
                        } else {
                            key.name.to_string()
                        };
                        Some((field.path.clone(), variable.value.replacen(labels[0], &name, 1)))
                    }
                    _ => None,
                };
                findings.push(Finding {
                    rule: "url-names-no-service",
                    field,
                    message,
                    hint: reason.hint(),
                    mend,
                });
                continue;
            };
            if service.spec.kind != ServiceType::ExternalName
                && !service.spec.is_headless()
                && !service.spec.ports.iter().any(|listed| listed.port == port)
            {
                let listed: Vec<String> = service.spec.ports.iter().map(|p| p.port.to_string()).collect();
                let message = format!(
                    "{} asks for port {port} of Service {}, which lists {}",
                    variable.name,
                    labels[0],
                    listed.join(", ")
                );
                let (asked, only) = (format!(":{port}"), listed.len() == 1);
                let mend = (only && variable.value.contains(&asked)).then(|| {
                    (field.path.clone(), variable.value.replacen(&asked, &format!(":{}", listed[0]), 1))
                });
                findings.push(Finding { rule: "url-port-not-listed", field, message, hint: None, mend });
            }
        }
    }
}

/// Host and port of an HTTP URL.
fn authority(text: &str) -> Option<(String, u16)> {
    let (rest, usual) = match text.strip_prefix("http://") {
        Some(rest) => (rest, 80),
        None => (text.strip_prefix("https://")?, 443),
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, usual),
    };
    (!host.is_empty() && !host.contains(['$', '{'])).then(|| (host.to_lowercase(), port))
}

/// Probes of ports that a container names, and does not have.
fn probes(workload: &Workload, findings: &mut Vec<Finding>) {
    for (index, container) in workload.spec.containers.iter().enumerate() {
        let probes = [
            ("readinessProbe", &container.readiness_probe),
            ("livenessProbe", &container.liveness_probe),
            ("startupProbe", &container.startup_probe),
        ];
        for (name, probe) in probes.into_iter().filter_map(|(name, probe)| Some((name, probe.as_ref()?))) {
            let http = probe.http_get.as_ref().map(|action| ("httpGet", &action.port));
            let tcp = probe.tcp_socket.as_ref().map(|action| ("tcpSocket", &action.port));
            let Some((action, port)) = http.or(tcp).filter(|(_, port)| !has_port(container, port)) else {
                continue;
            };
            let path = format!("{}spec.containers[{index}].{name}.{action}.port", workload.at);
            let message =
                format!("{name} asks for port {port}, which container {} does not declare", container.name);
            let mend = match &container.ports[..] {
                [only] => Some((path.clone(), only.container_port.to_string())),
                _ => None,
            };
            let field = Field::new(&workload.owner, path);
            findings.push(Finding { rule: "probe-port-not-open", field, message, hint: None, mend });
        }
    }
}

fn has_port(container: &Container, port: &IntOrString) -> bool {
    match port {
        IntOrString::Name(name) => container.ports.iter().any(|declared| declared.name == *name),
        IntOrString::Int(number) => {
            container.ports.is_empty()
                || container.ports.iter().any(|p| i64::from(p.container_port) == *number)
        }
    }
}

/// Policies that select nobody, or cut the pods they select off from the cluster's DNS.
fn policies(store: &Store, setting: &Setting, workloads: &[Workload], findings: &mut Vec<Finding>) {
    let dns_pods = super::locate::behind(store, setting.dns);
    for object in store.list_all(Kind::NetworkPolicy) {
        let Some(policy) = object.network_policy() else { continue };
        let selected: Vec<&Workload> = workloads
            .iter()
            .filter(|workload| workload.owner.namespace == object.meta.namespace)
            .filter(|workload| policy.spec.pod_selector.matches(&workload.labels))
            .collect();
        if selected.is_empty() {
            let message = "podSelector matches no pods".to_owned();
            let field = Field::new(&object.key(), "spec.podSelector");
            findings.push(Finding { rule: "policy-selects-nothing", field, message, hint: None, mend: None });
        }
        let Some(dns) = dns_pods.first() else { continue };
        for workload in selected {
            let pod = stand_in(workload);
            let peer = Peer { address: setting.dns, pod: Some(dns) };
            let ports = Transport::Ports { protocol: Protocol::Udp, source: 0, destination: 53 };
            let judged = policy::judge(store, Direction::Egress, &pod, &peer, ports);
            if let Some(Reason::PolicyDenies { policies, .. }) = judged
                && policies.contains(&object.key())
            {
                let message = format!(
                    "{} may not ask the cluster's DNS: no rule allows UDP port 53 to it",
                    workload.owner
                );
                let hint = Some("Allow port 53 to the cluster's DNS, over UDP and TCP.".into());
                let field = Field::new(&object.key(), "spec.egress");
                findings.push(Finding { rule: "policy-blocks-dns", field, message, hint, mend: None });
                break;
            }
        }
    }
}

/// A pod as a workload would make it.
fn stand_in(workload: &Workload) -> Object {
    let labels: BTreeMap<&String, &String> = workload.labels.iter().into_map();
    let doc: Value = json!({"metadata": {
        "name": workload.owner.name, "namespace": workload.owner.namespace, "labels": labels,
    }});
    Object::new(Kind::Pod, doc)
}
