//! Faults to play: what each does, and that its undo takes it back.

use cluster_playground::api::{Key, Kind, Value, json};
use cluster_playground::apiserver::WriteOptions;
use cluster_playground::apiserver::patch::Patch;
use cluster_playground::cluster::{Cluster, Fault, Profile};
use cluster_playground::net::{Outcome, Payload, Request, Source};
use std::time::Duration;

fn wait(cluster: &mut Cluster, seconds: u64) {
    let to = cluster.now() + Duration::from_secs(seconds);
    cluster.advance(to);
}

fn pod(name: &str, node: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"nodeSelector": {"kubernetes.io/hostname": node},
        "containers": [{"name": "main", "image": "nginx:1.27"}]}})
}

#[test]
fn a_lossy_link_loses_its_share_until_it_is_mended() {
    let mut cluster = Cluster::new(Profile::named("kind").expect("built in"), 1);
    let nodes: Vec<String> =
        cluster.store().list_all(Kind::Node).map(|node| node.meta.name.to_string()).skip(1).collect();
    for (name, node) in [("a", &nodes[0]), ("b", &nodes[1]), ("c", &nodes[0])] {
        cluster.create(Kind::Pod, pod(name, node)).expect("accepted");
    }
    wait(&mut cluster, 30);
    let from = Source::Pod(Key::new(Kind::Pod, "default", "a"));
    let lost = |cluster: &mut Cluster, to: &str| {
        let to = cluster.store().find(Kind::Pod, "default", to).and_then(|pod| pod.pod()).expect("a pod");
        let request = Request::new(from.clone(), to.status.pod_ip.as_str(), None, Payload::Ping);
        (0..200).filter(|_| cluster.request(&request).outcome == Outcome::TimedOut).count()
    };
    assert_eq!(lost(&mut cluster, "b"), 0);
    assert!(cluster.inject(&Fault::Loss { node: nodes[1].clone(), percent: 30 }));
    assert_eq!(cluster.faults(), [Fault::Loss { node: nodes[1].clone(), percent: 30 }]);
    assert!((40..80).contains(&lost(&mut cluster, "b")), "about a third is lost");
    assert_eq!(lost(&mut cluster, "c"), 0, "a neighbour on the same node needs no link");
    assert!(cluster.inject(&Fault::Loss { node: nodes[1].clone(), percent: 0 }));
    assert_eq!(lost(&mut cluster, "b"), 0);
    assert!(!cluster.inject(&Fault::Loss { node: "nowhere".into(), percent: 9 }));
}

#[test]
fn without_coredns_names_are_not_found_until_it_is_back() {
    let mut cluster = Cluster::new(Profile::default(), 1);
    let endpoints = |cluster: &Cluster| {
        let slices = cluster.store().list(Kind::EndpointSlice, "kube-system");
        slices.filter_map(|slice| slice.endpoint_slice()).map(|slice| slice.endpoints.len()).sum::<usize>()
    };
    let before = endpoints(&cluster);
    assert!(before > 0);
    assert!(cluster.inject(&Fault::StopDns(true)));
    wait(&mut cluster, 60);
    assert_eq!(endpoints(&cluster), 0);
    assert_eq!(cluster.faults(), [Fault::StopDns(true)]);
    assert!(cluster.inject(&Fault::StopDns(false)));
    wait(&mut cluster, 60);
    assert_eq!(endpoints(&cluster), before);
}

#[test]
fn a_gated_pod_waits_for_its_gates() {
    let mut cluster = Cluster::new(Profile::default(), 1);
    let gates = json!([{"name": "example.com/wait"}]);
    let spec = json!({"schedulingGates": gates, "containers": [{"name": "main", "image": "nginx:1.27"}]});
    cluster.create(Kind::Pod, json!({"metadata": {"name": "gated"}, "spec": spec})).expect("accepted");
    wait(&mut cluster, 30);
    let key = Key::new(Kind::Pod, "default", "gated");
    let pod = cluster.store().get(&key).expect("there");
    assert_eq!(pod.status()["conditions"][0]["reason"], "SchedulingGated");
    assert!(pod.pod().expect("a pod").node.is_empty());
    let patch = Patch::Merge(json!({"spec": {"schedulingGates": null}}));
    cluster.patch(&key, &patch, &WriteOptions::default()).expect("gates may be taken away");
    wait(&mut cluster, 30);
    assert_eq!(cluster.store().get(&key).expect("there").status()["phase"], "Running");
}

#[test]
fn a_quota_says_how_much_is_used() {
    let mut cluster = Cluster::new(Profile::default(), 1);
    let hard = json!({"pods": "4", "requests.cpu": "1", "services": "5", "count/deployments.apps": "2"});
    let quota = json!({"metadata": {"name": "few"}, "spec": {"hard": hard}});
    cluster.create(Kind::ResourceQuota, quota).expect("accepted");
    let resources = json!({"requests": {"cpu": "250m"}});
    let container = json!({"name": "main", "image": "nginx:1.27", "resources": resources});
    let spec = json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}});
    cluster.create(Kind::Deployment, json!({"metadata": {"name": "web"}, "spec": spec})).expect("accepted");
    wait(&mut cluster, 30);
    let quota = cluster.store().find(Kind::ResourceQuota, "default", "few").expect("there");
    let used = json!({"pods": "2", "requests.cpu": "500m", "services": "1", "count/deployments.apps": "1"});
    assert_eq!(quota.doc()["status"], json!({"hard": hard, "used": used}));
}
