//! Clusters made up from a seed, over the lab's machines, and what to ask in them.

use crate::machines::MACHINES;
use cluster_playground::api::{Kind, Object, Value, json};
use cluster_playground::apiserver::Store;
use fastrand::Rng;

/// One cluster and the questions to it.
pub struct Case {
    pub store: Store,
    pub questions: Vec<Question>,
}

/// Who asks whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    pub source: &'static str,
    /// `tcp`, `udp` or `ping`.
    pub kind: &'static str,
    pub ip: String,
    pub port: u16,
}

/// The cluster of a seed, with so many questions.
pub fn case(seed: u64, questions: usize) -> Case {
    let mut rng = Rng::with_seed(seed);
    let mut store = Store::default();
    for machine in &MACHINES {
        if machine.name.starts_with("node") {
            let range = if machine.name == "node1" { "10.244.0.0/24" } else { "10.244.1.0/24" };
            let zone = if machine.name == "node1" { "east" } else { "west" };
            put(
                &mut store,
                Kind::Node,
                json!({
                    "metadata": {"name": machine.name, "labels": {"topology.kubernetes.io/zone": zone}},
                    "spec": {"podCIDR": range},
                    "status": {"addresses": [{"type": "InternalIP", "address": machine.ip}]},
                }),
            );
            put(
                &mut store,
                Kind::Pod,
                json!({
                    "metadata": {"name": machine.name, "namespace": "default"},
                    "spec": {"nodeName": machine.name, "hostNetwork": true},
                    "status": {"podIP": machine.ip, "phase": "Running"},
                }),
            );
        } else if machine.name != "outside" {
            put(
                &mut store,
                Kind::Pod,
                json!({
                    "metadata": {"name": machine.name, "namespace": "default"},
                    "spec": {"nodeName": machine.node},
                    "status": {"podIP": machine.ip, "phase": "Running"},
                }),
            );
        }
    }
    let mut targets = Vec::new();
    for index in 0..rng.usize(4..8) {
        service(&mut rng, &mut store, index, &mut targets);
    }
    // What no Service lists, an address nobody has, a port nobody opens, a node's own ports.
    let more = [
        ("tcp", "10.96.200.200", 80),
        ("udp", "10.96.200.200", 53),
        ("tcp", "10.244.0.11", 80),
        ("tcp", "10.244.1.12", 9),
        ("udp", "10.244.1.12", 9),
        ("tcp", "192.168.65.4", 8081),
        ("tcp", "192.168.65.3", 31999),
        ("ping", "10.244.1.11", 0),
        ("ping", "192.168.65.4", 0),
        ("ping", "10.96.200.200", 0),
    ];
    targets.extend(more.map(|(kind, ip, port)| (kind, ip.to_owned(), port)));
    let mut all = Vec::new();
    for source in MACHINES.iter().map(|machine| machine.name) {
        for (kind, ip, port) in &targets {
            // 127.0.0.1 means something else to each; node ports answer on it only to the node itself.
            if ip.starts_with("127.") && !source.starts_with("node") {
                continue;
            }
            all.push(Question { source, kind, ip: ip.clone(), port: *port });
        }
    }
    rng.shuffle(&mut all);
    all.truncate(questions);
    all.sort();
    Case { store, questions: all }
}

fn put(store: &mut Store, kind: Kind, doc: Value) {
    store.put(Object::new(kind, doc));
}

type Target = (&'static str, String, u16);

fn service(rng: &mut Rng, store: &mut Store, index: usize, targets: &mut Vec<Target>) {
    let name = format!("s{index}");
    let ip = format!("10.96.1.{}", index + 1);
    let udp = rng.u8(0..5) == 0;
    let (protocol, kind) = if udp { ("UDP", "udp") } else { ("TCP", "tcp") };
    let port: u16 = if udp { 53 } else { 80 };
    let target: u16 = match rng.u8(0..6) {
        _ if udp => 53,
        0 => 9,
        1 => 8080,
        _ => 80,
    };
    let mut spec = json!({
        "type": "ClusterIP", "clusterIP": ip,
        "ports": [{"name": "p", "protocol": protocol, "port": port, "targetPort": target}],
    });
    let mut add = |ip: &str, port: u16| targets.push((kind, ip.to_owned(), port));
    add(&ip, port);
    add(&ip, 81);
    let node_port = 31_000 + index as u16;
    match rng.u8(0..4) {
        0 => {}
        outside => {
            spec["type"] = if outside == 1 { "NodePort" } else { "LoadBalancer" }.into();
            spec["ports"][0]["nodePort"] = node_port.into();
            for ip in ["192.168.65.3", "192.168.65.4", "127.0.0.1"] {
                add(ip, node_port);
            }
            if rng.bool() {
                spec["externalTrafficPolicy"] = "Local".into();
            }
        }
    }
    let mut status = json!({});
    if spec["type"] == "LoadBalancer" {
        let ip = format!("{}.{}", rng.choice(["203.0.113", "198.51.100"]).unwrap_or_default(), index + 1);
        add(&ip, port);
        status = json!({"loadBalancer": {"ingress": [{"ip": ip, "ipMode": "VIP"}]}});
        if rng.bool() {
            let ranges = [
                json!(["192.168.65.0/24"]),
                json!(["10.244.0.0/24", "192.168.65.4/32"]),
                json!(["198.18.0.0/15"]),
            ];
            spec["loadBalancerSourceRanges"] = rng.choice(ranges).unwrap_or_default();
        }
    }
    if rng.u8(0..4) == 0 {
        let ip = format!("203.0.113.{}", 100 + index);
        add(&ip, port);
        spec["externalIPs"] = json!([ip]);
    }
    if rng.u8(0..4) == 0 {
        spec["internalTrafficPolicy"] = "Local".into();
    }
    if rng.u8(0..5) == 0 {
        spec["sessionAffinity"] = "ClientIP".into();
    }
    targets.push(("ping", format!("10.96.1.{}", index + 1), 0));
    put(
        store,
        Kind::Service,
        json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec, "status": status}),
    );
    let endpoints = endpoints(rng, udp);
    put(
        store,
        Kind::EndpointSlice,
        json!({
            "metadata": {"name": format!("{name}-x"), "namespace": "default", "labels": {"kubernetes.io/service-name": name}},
            "addressType": "IPv4",
            "ports": [{"name": "p", "protocol": protocol, "port": target}],
            "endpoints": endpoints,
        }),
    );
}

/// Some of the pods, ready or not, with hints or without; sometimes a node's own program or a host outside.
fn endpoints(rng: &mut Rng, udp: bool) -> Value {
    let hinted = rng.u8(0..4) == 0;
    let mut list = Vec::new();
    let wanted = [0, 1, 1, 2, 3][rng.usize(0..5)];
    let mut pods: Vec<_> = MACHINES.iter().filter(|machine| !machine.node.is_empty()).collect();
    rng.shuffle(&mut pods);
    for machine in pods.into_iter().take(wanted) {
        let (ready, terminating) = match rng.u8(0..6) {
            0 => (false, false),
            1 => (false, true),
            _ => (true, false),
        };
        let mut endpoint = json!({
            "addresses": [machine.ip], "nodeName": machine.node,
            "conditions": {"ready": ready, "serving": ready || terminating, "terminating": terminating},
            "targetRef": {"kind": "Pod", "namespace": "default", "name": machine.name},
        });
        if hinted {
            let zone = if machine.node == "node1" { "east" } else { "west" };
            endpoint["hints"] = json!({"forZones": [{"name": zone}]});
        }
        list.push(endpoint);
    }
    if !udp && rng.u8(0..6) == 0 {
        list.push(json!({"addresses": ["192.168.65.100"], "conditions": {"ready": true}}));
    }
    Value::Array(list)
}
