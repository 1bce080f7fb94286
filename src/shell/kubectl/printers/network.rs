//! Services, endpoints, ingresses, policies.

use super::{Row, Table};
use crate::api::Gathered;
use crate::api::Value;
use crate::shell::kubectl::doc::{self, int, items, or_none, selector, shown, text};
use std::collections::BTreeSet;

pub(super) const SERVICE: Table =
    Table::new("NAME|TYPE|CLUSTER-IP|EXTERNAL-IP|PORT(S)|AGE|+SELECTOR", |row| {
        let spec = row.spec();
        let ports = items(&spec["ports"]).iter().map(|port| {
            let protocol = shown(&port["protocol"]);
            match int(&port["nodePort"]) {
                0 => format!("{}/{protocol}", int(&port["port"])),
                node_port => format!("{}:{node_port}/{protocol}", int(&port["port"])),
            }
        });
        vec![
            row.name(),
            shown(&spec["type"]),
            or_none(text(&spec["clusterIPs"][0])),
            external(row),
            or_none(&ports.collect::<Vec<_>>().join(",")),
            row.age(),
            doc::labels(&spec["selector"]),
        ]
    });

fn external(row: &Row<'_>) -> String {
    let spec = row.spec();
    let ips: Vec<&str> = items(&spec["externalIPs"]).iter().map(text).collect();
    match text(&spec["type"]) {
        "ClusterIP" | "NodePort" => or_none(&ips.join(",")),
        "LoadBalancer" => {
            let balancer = load_balancer(&row.status()["loadBalancer"], row.wide);
            let all: Vec<&str> = std::iter::once(&*balancer).filter(|ip| !ip.is_empty()).chain(ips).collect();
            if all.is_empty() { "<pending>".into() } else { all.join(",") }
        }
        "ExternalName" => shown(&spec["externalName"]),
        _ => "<unknown>".into(),
    }
}

/// The addresses of a load balancer, cut short unless there is room.
pub fn load_balancer(status: &Value, wide: bool) -> String {
    const ROOM: usize = 16;
    let ingress = items(&status["ingress"]).iter();
    let addresses: BTreeSet<&str> = ingress
        .map(|ingress| match text(&ingress["ip"]) {
            "" => text(&ingress["hostname"]),
            ip => ip,
        })
        .filter(|address| !address.is_empty())
        .into_set();
    let joined = addresses.into_iter().collect::<Vec<_>>().join(",");
    if wide || joined.len() <= ROOM {
        return joined;
    }
    joined.chars().take(ROOM - 3).chain("...".chars()).collect()
}

pub(super) const ENDPOINTS: Table = Table::new("NAME|ENDPOINTS|AGE", |row| {
    let subsets = items(&row.doc["subsets"]);
    if subsets.is_empty() {
        return vec![row.name(), "<none>".into(), row.age()];
    }
    let mut all = Vec::new();
    for subset in subsets {
        let addresses = || items(&subset["addresses"]).iter().map(|address| text(&address["ip"]));
        let ports = items(&subset["ports"]);
        if ports.is_empty() {
            all.extend(addresses().map(str::to_owned));
        }
        for port in ports {
            all.extend(addresses().map(|ip| host_port(ip, int(&port["port"]))));
        }
    }
    vec![row.name(), some_of(&all, ""), row.age()]
});

fn host_port(ip: &str, port: i64) -> String {
    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
}

/// The first three, and how many more.
fn some_of(all: &[String], none: &str) -> String {
    const MOST: usize = 3;
    match all.len() {
        0 => none.to_owned(),
        count if count > MOST => format!("{} + {} more...", all[..MOST].join(","), count - MOST),
        _ => all.join(","),
    }
}

pub(super) const ENDPOINT_SLICE: Table = Table::new("NAME|ADDRESSTYPE|PORTS|ENDPOINTS|AGE", |row| {
    let ports = items(&row.doc["ports"]).iter().map(|port| match (&port["port"], &port["name"]) {
        (Value::Null, Value::Null) => "*".into(),
        (Value::Null, name) => shown(name),
        (port, _) => shown(port),
    });
    let endpoints = items(&row.doc["endpoints"]).iter();
    let addresses = endpoints.flat_map(|endpoint| items(&endpoint["addresses"]).iter().map(shown));
    vec![
        row.name(),
        shown(&row.doc["addressType"]),
        some_of(&ports.collect::<Vec<_>>(), "<unset>"),
        some_of(&addresses.collect::<Vec<_>>(), "<unset>"),
        row.age(),
    ]
});

pub(super) const INGRESS: Table = Table::new("NAME|CLASS|HOSTS|ADDRESS|PORTS|AGE", |row| {
    let spec = row.spec();
    let hosts: Vec<String> = items(&spec["rules"])
        .iter()
        .map(|rule| shown(&rule["host"]))
        .filter(|host| !host.is_empty())
        .collect();
    let hosts = if hosts.is_empty() { "*".into() } else { some_of(&hosts, "*") };
    let ports = if items(&spec["tls"]).is_empty() { "80" } else { "80, 443" };
    vec![
        row.name(),
        or_none(text(&spec["ingressClassName"])),
        hosts,
        load_balancer(&row.status()["loadBalancer"], row.wide),
        ports.into(),
        row.age(),
    ]
});

pub(super) const INGRESS_CLASS: Table = Table::new("NAME|CONTROLLER|PARAMETERS|AGE", |row| {
    let parameters = &row.spec()["parameters"];
    let parameters = match text(&parameters["kind"]) {
        "" => "<none>".into(),
        kind => {
            let group = text(&parameters["apiGroup"]);
            let dot = if group.is_empty() { "" } else { "." };
            format!("{kind}{dot}{group}/{}", text(&parameters["name"]))
        }
    };
    vec![row.name(), shown(&row.spec()["controller"]), parameters, row.age()]
});

pub(super) const NETWORK_POLICY: Table = Table::new("NAME|POD-SELECTOR|AGE", |row| {
    vec![row.name(), selector(&row.spec()["podSelector"]), row.age()]
});

pub(super) const IP_ADDRESS: Table = Table::new("NAME|PARENTREF|AGE", |row| {
    let parent = &row.spec()["parentRef"];
    let path = [&parent["resource"], &parent["namespace"], &parent["name"]].map(text).join("/");
    vec![row.name(), path, row.age()]
});

pub(super) const SERVICE_CIDR: Table = Table::new("NAME|CIDRS|AGE", |row| {
    let cidrs: Vec<&str> = items(&row.spec()["cidrs"]).iter().map(text).collect();
    vec![row.name(), cidrs.join(","), row.age()]
});
