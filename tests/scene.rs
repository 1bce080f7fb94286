//! The diagram: whatever is in the cluster and however wide the page, nothing overlaps and nothing leaves its box.

use cluster_playground::api::{Key, Kind, Object, Value, json};
use cluster_playground::apiserver::Store;
use cluster_playground::app::scene::{Approximate, Census, FrameKind, Measure, Rect, Scene, Shape, place};
use std::collections::BTreeMap;

/// A workload: its name, its replicas, and whether a Service selects it.
type Workload<'a> = (&'a str, usize, bool);

/// A cluster drawn from numbers: nodes, and for each workload its replicas and whether a Service selects it.
fn cluster(nodes: usize, workloads: &[Workload<'_>]) -> Store {
    let mut store = Store::default();
    let mut put = |kind: Kind, doc: Value| store.put(Object::new(kind, doc));
    put(Kind::Namespace, json!({"metadata": {"name": "default"}}));
    put(
        Kind::Service,
        json!({"metadata": {"name": "kube-dns", "namespace": "kube-system"}, "spec": {"clusterIP": "10.96.0.10"}}),
    );
    for node in 0..nodes {
        let conditions = json!([{"type": "Ready", "status": "True"}]);
        put(
            Kind::Node,
            json!({"metadata": {"name": format!("node{node}")}, "status": {"conditions": conditions}}),
        );
    }
    for (name, replicas, served) in workloads {
        let meta = json!({"name": name, "namespace": "default", "uid": name});
        put(Kind::Deployment, json!({"metadata": meta, "spec": {"replicas": replicas}}));
        let set = format!("{name}-5d4f8c7b9d");
        let owner = json!([{"kind": "Deployment", "name": name, "uid": name, "controller": true}]);
        let meta = json!({"name": set, "namespace": "default", "uid": set, "ownerReferences": owner});
        put(Kind::ReplicaSet, json!({"metadata": meta, "spec": {"replicas": replicas}}));
        let mut endpoints = Vec::new();
        for index in 0..*replicas {
            let ip = format!("10.244.{}.{}", index % nodes.max(1), index + 10);
            let owner = json!([{"kind": "ReplicaSet", "name": set, "uid": set, "controller": true}]);
            put(
                Kind::Pod,
                json!({
                    "metadata": {"name": format!("{set}-x{index:04}"), "namespace": "default",
                        "labels": {"app": name, "tier": "a-rather-long-label-value"}, "ownerReferences": owner},
                    "spec": {"nodeName": format!("node{}", index % nodes.max(1))},
                    "status": {"phase": "Running", "podIP": ip, "conditions": [{"type": "Ready", "status": "True"}]},
                }),
            );
            endpoints.push(json!({"addresses": [ip], "conditions": {"ready": true}}));
        }
        if *served {
            put(
                Kind::Service,
                json!({
                    "metadata": {"name": name, "namespace": "default"},
                    "spec": {"type": "LoadBalancer", "clusterIP": "10.103.172.243", "selector": {"app": name},
                        "ports": [{"port": 8080, "nodePort": 32037, "protocol": "TCP"}]},
                    "status": {"loadBalancer": {"ingress": [{"hostname": "localhost"}]}},
                }),
            );
            put(
                Kind::EndpointSlice,
                json!({
                    "metadata": {"name": format!("{name}-abcde"), "namespace": "default",
                        "labels": {"kubernetes.io/service-name": name}},
                    "endpoints": endpoints, "ports": [{"port": 80}],
                }),
            );
        }
    }
    store
}

fn scene(store: &Store, width: f64) -> Scene {
    place(&Census::take(store, &[]), width, &BTreeMap::new(), &Approximate)
}

fn check(scene: &Scene, context: &str) {
    let page = Rect { x: 0.0, y: 0.0, w: scene.width, h: scene.height };
    for (index, item) in scene.items.iter().enumerate() {
        assert!(page.contains(item.rect), "{context}: {:?} leaves the page: {:?}", item.entity, item.rect);
        for other in &scene.items[index + 1..] {
            let (a, b) = (item.rect, other.rect);
            assert!(!a.overlaps(b), "{context}: {:?} overlaps {:?}", item.entity, other.entity);
        }
        for line in &item.lines {
            let width = Approximate.width(&line.text, line.font);
            let beyond = if item.shape == Shape::Circle { 60.0 } else { 0.0 };
            let room = Rect { x: item.rect.x - beyond, w: item.rect.w + 2.0 * beyond, ..item.rect };
            let fits = room.x <= line.at.x - width / 2.0 && line.at.x + width / 2.0 <= room.right() + 0.01;
            assert!(fits, "{context}: {:?} is too wide for {:?}", line.text, item.entity);
        }
    }
    let workloads: Vec<Rect> = scene
        .frames
        .iter()
        .filter(|frame| frame.kind == FrameKind::Workload)
        .map(|frame| frame.rect)
        .collect();
    for (index, frame) in workloads.iter().enumerate() {
        assert!(page.contains(*frame), "{context}: a workload leaves the page");
        for other in &workloads[index + 1..] {
            assert!(!frame.overlaps(*other), "{context}: two workloads overlap");
        }
    }
}

#[test]
fn nothing_overlaps_at_any_width() {
    let clusters: [(usize, &[Workload<'_>]); 7] = [
        (1, &[]),
        (1, &[("sleep-1", 1, false), ("sleep-2", 1, false)]),
        (1, &[("sleep-1", 1, false), ("sleep-2", 1, true)]),
        (
            1,
            &[
                ("numbers-api", 1, true),
                ("numbers-web", 3, true),
                ("sleep-1", 1, false),
                ("sleep-2", 0, true),
            ],
        ),
        (3, &[("a-workload-with-a-very-long-name-indeed", 7, true), ("b", 2, false)]),
        (2, &[("many", 100, true)]),
        (1, &[("twelve", 12, true), ("five", 5, false)]),
    ];
    for (nodes, workloads) in clusters {
        let store = cluster(nodes, workloads);
        for width in [320.0, 328.0, 472.0, 512.0, 612.0, 704.0, 888.0, 1072.0, 1600.0] {
            check(&scene(&store, width), &format!("{nodes} nodes, {workloads:?}, {width} px"));
        }
    }
}

#[test]
fn many_pods_are_drawn_as_a_count() {
    let scene = scene(&cluster(2, &[("many", 100, true)]), 900.0);
    let count = scene.items.iter().find(|item| item.shape == Shape::Count).expect("a count");
    assert_eq!(count.label, "many: 100 pods, 100 ready");
    assert!(scene.items.len() < 10);
}

#[test]
fn a_small_edit_moves_little() {
    let before = scene(&cluster(1, &[("api", 1, true), ("web", 1, true)]), 704.0);
    let after = scene(&cluster(1, &[("api", 1, true), ("web", 2, true)]), 704.0);
    let api = |scene: &Scene| {
        let key = Key::new(Kind::Service, "default", "api");
        scene.find(&cluster_playground::app::scene::Entity::Service(key)).map(|item| item.rect)
    };
    assert_eq!(api(&before), api(&after));
}

#[test]
fn the_diagram_reads_aloud() {
    let scene = scene(&cluster(1, &[("sleep-1", 1, false), ("sleep-2", 1, true)]), 704.0);
    let words = scene.description();
    for part in [
        "Your machine",
        "The cluster's DNS",
        "Service sleep-2, 10.103.172.243:8080/TCP LoadBalancer localhost:8080, selects app=sleep-2",
        "Pod sleep-1-5d4f8c7b9d-x0000, Running, 10.244.0.10",
    ] {
        assert!(words.contains(part), "{part:?} is not in {words:?}");
    }
}
