//! kube-proxy's rules against those that a real one wrote for the same objects.

use cluster_playground::api::{Key, Kind, Object, Value, json};
use cluster_playground::apiserver::Store;
use cluster_playground::proxy::{Mode, Proxies, Setting};
use std::collections::BTreeMap;

const RECORDED: &str = include_str!("proxy/recorded.json");

/// A table's chains, each with its rules in order.
type Chains = BTreeMap<(String, String), Vec<String>>;

fn chains(text: &str) -> Chains {
    let mut chains = Chains::new();
    let mut table = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('*') {
            table = name.to_owned();
        } else if let Some(chain) = line.strip_prefix(':') {
            let name = chain.split(' ').next().expect("a chain has a name");
            chains.insert((table.clone(), name.to_owned()), Vec::new());
        } else if line.starts_with("-A ") && !line.contains("-m nfacct") {
            let name = line.split(' ').nth(1).expect("a rule names its chain");
            let rules = chains.get_mut(&(table.clone(), name.to_owned())).expect("chains come first");
            rules.push(line.to_owned());
        }
    }
    chains.retain(|(table, _), _| table != "mangle");
    // kube-proxy writes these in no fixed order, except that the jump to the node ports is last.
    for (_, rules) in chains.iter_mut().filter(|((_, name), _)| {
        ["KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-EXTERNAL-SERVICES"].contains(&name.as_str())
    }) {
        let last = rules.iter().position(|rule| rule.ends_with("-j KUBE-NODEPORTS"));
        assert!(last.is_none_or(|at| at + 1 == rules.len()), "the node ports come last: {rules:?}");
        rules.sort();
    }
    chains
}

fn recorded_store(recorded: &Value) -> Store {
    let mut store = Store::default();
    for (list, kind) in [("services", Kind::Service), ("endpointslices", Kind::EndpointSlice)] {
        for doc in recorded[list].as_array().expect("a list") {
            store.put(Object::new(kind, doc.clone()));
        }
    }
    for (name, ip) in [("node1", "192.168.65.3"), ("node2", "192.168.65.4")] {
        let addresses = json!([{"type": "InternalIP", "address": ip}]);
        store.put(Object::new(
            Kind::Node,
            json!({"metadata": {"name": name}, "status": {"addresses": addresses}}),
        ));
    }
    store
}

#[test]
fn the_recorded_rules_are_written_on_both_nodes() {
    let recorded: Value = serde_json::from_str(RECORDED).expect("the recording is JSON");
    let store = recorded_store(&recorded);
    let mut proxies = Proxies::new(Setting::default());
    proxies.sync(&store);
    for node in ["node1", "node2"] {
        let text = recorded[format!("iptables_{node}")].as_str().expect("a dump");
        let ours = proxies.get(node).expect("a proxy a node").save();
        let (theirs, ours) = (chains(text), chains(&ours));
        for (name, rules) in &theirs {
            assert_eq!(ours.get(name), Some(rules), "{node} {name:?}");
        }
        assert_eq!(ours.len(), theirs.len(), "{node}: chains that kube-proxy does not have");
    }
}

#[test]
fn a_service_programmed_anew_leaves_what_a_full_sync_writes() {
    let recorded: Value = serde_json::from_str(RECORDED).expect("the recording is JSON");
    let mut store = recorded_store(&recorded);
    let mut proxies = Proxies::new(Setting::default());
    proxies.sync(&store);
    let before = proxies.get("node1").expect("a proxy a node").save();
    let key = Key::new(Kind::Service, "kp", "web");
    let web = store.remove(&key).expect("it is there");
    proxies.program(&store, &key);
    assert!(!proxies.get("node1").expect("a proxy a node").save().contains("kp/web cluster IP"));
    store.put(Object::clone(&web));
    proxies.program(&store, &key);
    assert_eq!(proxies.get("node1").expect("a proxy a node").save(), before);
}

/// What the recording does not have: source ranges, external IPs, local policies, health checks.
#[test]
fn a_balancer_with_source_ranges_gets_its_firewall() {
    let mut store = recorded_store(&json!({"services": [], "endpointslices": []}));
    store.put(Object::new(
        Kind::Service,
        json!({"metadata": {"name": "svc1", "namespace": "ns1"}, "spec": {
            "type": "LoadBalancer", "clusterIP": "10.96.0.41", "externalIPs": ["198.51.100.9"],
            "externalTrafficPolicy": "Local", "healthCheckNodePort": 30000,
            "loadBalancerSourceRanges": ["192.168.0.0/16", "203.0.113.0/25"],
            "ports": [{"name": "p80", "port": 80, "protocol": "TCP", "nodePort": 3001}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}),
    ));
    store.put(Object::new(
        Kind::EndpointSlice,
        json!({"metadata": {"name": "svc1-x", "namespace": "ns1", "labels": {"kubernetes.io/service-name": "svc1"}},
            "addressType": "IPv4", "ports": [{"name": "p80", "port": 80, "protocol": "TCP"}],
            "endpoints": [{"addresses": ["10.244.1.5"], "nodeName": "node2"}]}),
    ));
    let mut proxies = Proxies::new(Setting::default());
    proxies.sync(&store);
    let text = proxies.get("node1").expect("a proxy a node").save();
    // The hashes of ns1/svc1:p80 are those of kube-proxy's own tests.
    for line in [
        "-A KUBE-PROXY-FIREWALL -d 1.2.3.4/32 -p tcp -m comment --comment \"ns1/svc1:p80 traffic not accepted by KUBE-FW-XPGD46QRK7WJZT7O\" -m tcp --dport 80 -j DROP",
        "-A KUBE-SERVICES -d 1.2.3.4/32 -p tcp -m comment --comment \"ns1/svc1:p80 loadbalancer IP\" -m tcp --dport 80 -j KUBE-FW-XPGD46QRK7WJZT7O",
        "-A KUBE-SERVICES -d 198.51.100.9/32 -p tcp -m comment --comment \"ns1/svc1:p80 external IP\" -m tcp --dport 80 -j KUBE-EXT-XPGD46QRK7WJZT7O",
        "-A KUBE-FW-XPGD46QRK7WJZT7O -s 192.168.0.0/16 -m comment --comment \"ns1/svc1:p80 loadbalancer IP\" -j KUBE-EXT-XPGD46QRK7WJZT7O",
        "-A KUBE-FW-XPGD46QRK7WJZT7O -s 1.2.3.4/32 -m comment --comment \"ns1/svc1:p80 loadbalancer IP\" -j KUBE-EXT-XPGD46QRK7WJZT7O",
        "-A KUBE-FW-XPGD46QRK7WJZT7O -m comment --comment \"other traffic to ns1/svc1:p80 will be dropped by KUBE-PROXY-FIREWALL\"",
        "-A KUBE-EXTERNAL-SERVICES -d 1.2.3.4/32 -p tcp -m comment --comment \"ns1/svc1:p80 has no local endpoints\" -m tcp --dport 80 -j DROP",
        "-A KUBE-NODEPORTS -p tcp -m comment --comment \"ns1/svc1:p80 health check node port\" -m tcp --dport 30000 -j ACCEPT",
        "-A KUBE-EXT-XPGD46QRK7WJZT7O -s 10.244.0.0/16 -m comment --comment \"pod traffic for ns1/svc1:p80 external destinations\" -j KUBE-SVC-XPGD46QRK7WJZT7O",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nis missing in\n{text}");
    }
    assert!(!text.contains("KUBE-SVL-"), "no endpoint is here");
}

/// Which endpoints node1 uses: hints, readiness, termination.
#[test]
fn endpoints_are_chosen_by_readiness_and_hints() {
    let end = |ip: &str, node: &str, more: Value| {
        let mut endpoint = json!({"addresses": [ip], "nodeName": node});
        for (key, value) in more.as_object().expect("fields") {
            endpoint[key] = value.clone();
        }
        endpoint
    };
    let zone = |zone: &str| json!({"hints": {"forZones": [{"name": zone}]}});
    let on_node = |node: &str| json!({"hints": {"forNodes": [{"name": node}]}});
    let going = json!({"conditions": {"ready": false, "serving": true, "terminating": true}});
    let unready = json!({"conditions": {"ready": false, "serving": false}});
    for (case, endpoints, wanted) in [
        (
            "all ready",
            json!([end("10.244.0.1", "node1", json!({})), end("10.244.1.1", "node2", json!({}))]),
            2,
        ),
        (
            "one not ready",
            json!([end("10.244.0.1", "node1", unready.clone()), end("10.244.1.1", "node2", json!({}))]),
            1,
        ),
        ("only one that is terminating", json!([end("10.244.0.1", "node1", going.clone())]), 1),
        (
            "one terminating, one ready",
            json!([end("10.244.0.1", "node1", going), end("10.244.1.1", "node2", json!({}))]),
            1,
        ),
        ("none", json!([end("10.244.0.1", "node1", unready)]), 0),
        (
            "hints for both zones",
            json!([end("10.244.0.1", "node1", zone("a")), end("10.244.1.1", "node2", zone("b"))]),
            1,
        ),
        (
            "hints for another zone only",
            json!([end("10.244.0.1", "node1", zone("b")), end("10.244.1.1", "node2", zone("b"))]),
            2,
        ),
        (
            "a hint is missing",
            json!([end("10.244.0.1", "node1", zone("a")), end("10.244.1.1", "node2", json!({}))]),
            2,
        ),
        (
            "hints for nodes",
            json!([
                end("10.244.0.1", "node1", on_node("node1")),
                end("10.244.1.1", "node2", on_node("node2"))
            ]),
            1,
        ),
    ] {
        let mut store = Store::default();
        store.put(Object::new(
            Kind::Node,
            json!({"metadata": {"name": "node1", "labels": {"topology.kubernetes.io/zone": "a"}}}),
        ));
        store.put(Object::new(
            Kind::Service,
            json!({"metadata": {"name": "s", "namespace": "d"}, "spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 80}]}}),
        ));
        store.put(Object::new(
            Kind::EndpointSlice,
            json!({"metadata": {"name": "s-x", "namespace": "d", "labels": {"kubernetes.io/service-name": "s"}},
                "addressType": "IPv4", "ports": [{"port": 80}], "endpoints": endpoints}),
        ));
        for mode in [Mode::Iptables, Mode::Nftables] {
            let mut proxies = Proxies::new(Setting { mode, ..Setting::default() });
            proxies.sync(&store);
            let text = proxies.get("node1").expect("a proxy a node").save();
            let found = text.matches("dnat to ").count() + text.matches("--to-destination ").count();
            assert_eq!(found, wanted, "{case}, {mode:?}\n{text}");
        }
    }
}
