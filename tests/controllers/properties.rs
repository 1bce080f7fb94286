//! Whatever is done to a cluster, it comes to rest, and at rest it is as its objects say.

use cluster_playground::api::service::ServiceType;
use cluster_playground::api::{Key, Kind, Object, Selector, Value, json};
use cluster_playground::apiserver::WriteOptions;
use cluster_playground::apiserver::patch::Patch;
use cluster_playground::cluster::{Cluster, Fault, Profile};
use cluster_playground::controllers::{self, Controller, Setting, Write, is_ready};
use std::collections::BTreeMap;
use std::time::Duration;

const APPS: [&str; 3] = ["web", "api", "db"];
const IMAGES: [&str; 3] = ["nginx:1.27", "nginx:1.28", "kiamol/ch03-sleep"];

fn template(app: &str, image: &str, rng: &mut fastrand::Rng) -> Value {
    let mut container = json!({"name": "main", "image": image});
    if rng.bool() {
        let number = rng.choice([80, 8080]).unwrap_or(80);
        container["ports"] = json!([{"name": "http", "containerPort": number}]);
    }
    json!({"metadata": {"labels": {"app": app}}, "spec": {"containers": [container]}})
}

/// Does something to a cluster; what it refuses is no matter.
fn disturb(cluster: &mut Cluster, rng: &mut fastrand::Rng) {
    let app = APPS[rng.usize(..APPS.len())];
    let image = IMAGES[rng.usize(..IMAGES.len())];
    let deployment = Key::new(Kind::Deployment, "default", app);
    match rng.u8(..11) {
        0..3 => {
            let doc = json!({"metadata": {"name": app}, "spec": {"replicas": rng.u8(..5),
                "selector": {"matchLabels": {"app": app}}, "template": template(app, image, rng)}});
            let _ = cluster.create(Kind::Deployment, doc);
        }
        3 => {
            let _ = cluster.scale(&deployment, i64::from(rng.u8(..6)));
        }
        4 => {
            let containers = json!([{"name": "main", "image": image}]);
            let patch = Patch::Merge(json!({"spec": {"template": {"spec": {"containers": containers}}}}));
            let _ = cluster.patch(&deployment, &patch, &WriteOptions::default());
        }
        5 => {
            let target = if rng.bool() { json!("http") } else { json!(80) };
            let mut spec = json!({"selector": {"app": app}, "publishNotReadyAddresses": rng.bool(),
                "ports": [{"name": "a", "port": 80, "targetPort": target}, {"name": "b", "port": 81}]});
            if rng.bool() {
                spec["clusterIP"] = "None".into();
            }
            let _ = cluster.create(Kind::Service, json!({"metadata": {"name": app}, "spec": spec}));
        }
        6 => {
            let mut pod = template(app, image, rng);
            pod["metadata"]["name"] = format!("lone-{}", rng.u8(..4)).into();
            let _ = cluster.create(Kind::Pod, pod);
        }
        7 => {
            let kind = [Kind::Service, Kind::Deployment, Kind::EndpointSlice][rng.usize(..3)];
            if let Some(key) = any(cluster, kind, rng) {
                let _ = cluster.delete(&key);
            }
        }
        act => {
            let Some(pod) = any(cluster, Kind::Pod, rng) else { return };
            let _ = match act {
                8 => cluster.delete(&pod).is_ok(),
                9 => {
                    let patch = Patch::Merge(json!({"metadata": {"labels": {"app": app}}}));
                    cluster.patch(&pod, &patch, &WriteOptions::default()).is_ok()
                }
                _ => cluster.inject(&Fault::Unready { pod, on: rng.bool() }),
            };
        }
    }
}

fn any(cluster: &Cluster, kind: Kind, rng: &mut fastrand::Rng) -> Option<Key> {
    let all: Vec<Key> = cluster.store().list(kind, "default").map(|object| object.key()).collect();
    rng.choice(all)
}

/// What controllers would still write.
fn unrest(cluster: &Cluster) -> Vec<String> {
    const WORK: [(Controller, Kind); 7] = [
        (Controller::Deployment, Kind::Deployment),
        (Controller::ReplicaSet, Kind::ReplicaSet),
        (Controller::EndpointSlice, Kind::Service),
        (Controller::Endpoints, Kind::Service),
        (Controller::LoadBalancer, Kind::Service),
        (Controller::Mirror, Kind::Endpoints),
        (Controller::Garbage, Kind::ReplicaSet),
    ];
    let setting: &Setting = &cluster.profile().controllers;
    WORK.into_iter()
        .flat_map(|(controller, kind)| {
            let keys: Vec<Key> = cluster.store().list(kind, "default").map(|object| object.key()).collect();
            controllers::reconcile(controller, cluster.store(), &keys, cluster.now(), setting)
        })
        .filter(|write| !matches!(write, Write::Again(..)))
        .map(|write| format!("{write:?}"))
        .collect()
}

/// The number of a Service's port on a pod.
fn resolved(pod: &Object, target: &Value, port: u64) -> Option<u64> {
    let Some(name) = target.as_str() else { return target.as_u64().or(Some(port)) };
    let spec = &pod.doc()["spec"];
    let ports = spec["containers"].as_array().into_iter().flatten().flat_map(|c| c["ports"].as_array());
    ports.flatten().find(|port| port["name"] == name).and_then(|port| port["containerPort"].as_u64())
}

/// Fails unless the slices of every Service hold its pods, each once, as they are.
fn assert_slices(cluster: &Cluster, seed: u64) {
    let store = cluster.store();
    for service in store.list(Kind::Service, "default") {
        let spec = &service.service().expect("a Service").spec;
        let Some(selector) = spec.selector.clone().filter(|_| spec.kind != ServiceType::ExternalName) else {
            continue;
        };
        let name = &service.meta.name;
        let mut held: BTreeMap<(String, Vec<u64>), (bool, bool, bool)> = BTreeMap::new();
        let labels = [("kubernetes.io/service-name".to_owned(), name.to_string())];
        for slice in store.select(Kind::EndpointSlice, "default", &Selector::labels(labels.into())) {
            let slice = slice.endpoint_slice().expect("a slice");
            assert!(slice.endpoints.len() <= 100, "seed {seed}: {name} has a slice too long");
            // The order of a slice's ports is that of their hashes.
            let mut numbers: Vec<u64> = slice.ports.iter().filter_map(|p| p.port.map(u64::from)).collect();
            numbers.sort_unstable();
            for endpoint in &slice.endpoints {
                let said = &endpoint.conditions;
                let said = (said.is_ready(), said.is_serving(), said.is_terminating());
                let twice = held.insert((endpoint.addresses[0].to_string(), numbers.clone()), said);
                assert_eq!(twice, None, "seed {seed}: {name} has {} twice", endpoint.addresses[0]);
            }
        }
        let pods = store.select(Kind::Pod, "default", &Selector::labels(selector));
        let wanted: BTreeMap<(String, Vec<u64>), (bool, bool, bool)> = pods
            .into_iter()
            .filter_map(|pod| {
                let status = &pod.pod()?.status;
                let ports = service.doc()["spec"]["ports"].as_array()?.iter();
                let mut numbers: Vec<u64> = ports
                    .filter_map(|p| resolved(pod, &p["targetPort"], p["port"].as_u64().unwrap_or(0)))
                    .collect();
                numbers.sort_unstable();
                let (serving, leaving) = (is_ready(pod), pod.meta.deleted.is_some());
                let ready = spec.publish_not_ready_addresses || (serving && !leaving);
                let there = !status.pod_ip.is_empty() && !status.is_terminal();
                there.then(|| ((status.pod_ip.to_string(), numbers), (ready, serving, leaving)))
            })
            .collect();
        assert_eq!(held, wanted, "seed {seed}: {name}");
    }
}

#[test]
fn whatever_happens_a_cluster_comes_to_rest_with_the_right_endpoints() {
    for seed in 0..24 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut cluster = Cluster::new(Profile::named("kind").expect("built in"), seed);
        for _ in 0..rng.u8(5..25) {
            disturb(&mut cluster, &mut rng);
            let to = cluster.now() + Duration::from_millis(rng.u64(..4000));
            cluster.advance(to);
        }
        let to = cluster.now() + Duration::from_secs(900);
        cluster.advance(to);
        let unrest = unrest(&cluster);
        assert!(unrest.is_empty(), "seed {seed}: {}", unrest.join("\n"));
        assert_slices(&cluster, seed);
    }
}

#[test]
fn slices_hold_a_hundred_each() {
    let mut cluster = Cluster::new(Profile::named("cloud").expect("built in"), 1);
    let spec = json!({"selector": {"app": "many"}, "ports": [{"port": 80}]});
    cluster.create(Kind::Service, json!({"metadata": {"name": "many"}, "spec": spec})).expect("accepted");
    let doc = json!({"metadata": {"name": "many"}, "spec": {"replicas": 230,
        "selector": {"matchLabels": {"app": "many"}},
        "template": {"metadata": {"labels": {"app": "many"}},
            "spec": {"containers": [{"name": "main", "image": "nginx"}]}}}});
    cluster.create(Kind::Deployment, doc).expect("accepted");
    let to = cluster.now() + Duration::from_secs(60);
    cluster.advance(to);
    assert_slices(&cluster, 1);
}
