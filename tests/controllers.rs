//! Controllers and kubelets on virtual time.

#[path = "controllers/cron.rs"]
mod cron;
#[path = "controllers/faults.rs"]
mod faults;
#[path = "controllers/properties.rs"]
mod properties;
#[path = "controllers/watch.rs"]
mod watch;

use cluster_playground::api::{Instant, Key, Kind, Value, json};
use cluster_playground::cluster::{Cluster, Profile};
use std::time::Duration;

fn deployment(name: &str, image: &str, replicas: i64) -> Value {
    json!({"metadata": {"name": name}, "spec": {"replicas": replicas,
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "main", "image": image}]}}}})
}

fn wait(cluster: &mut Cluster, seconds: u64) {
    let to: Instant = cluster.now() + Duration::from_secs(seconds);
    cluster.advance(to);
}

fn pods(cluster: &Cluster) -> Vec<(String, String, String)> {
    cluster
        .store()
        .list(Kind::Pod, "default")
        .map(|pod| {
            let status = &pod.pod().expect("a pod").status;
            (pod.meta.name.to_string(), status.phase.to_string(), status.pod_ip.to_string())
        })
        .collect()
}

#[test]
fn a_deployment_becomes_pods_with_endpoints() {
    for name in Profile::names() {
        let mut cluster = Cluster::new(Profile::named(name).expect("built in"), 1);
        cluster.create(Kind::Deployment, deployment("web", "nginx:1.27", 3)).expect("accepted");
        let service = json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
        cluster.create(Kind::Service, service).expect("accepted");
        wait(&mut cluster, 10);
        let pods = pods(&cluster);
        assert_eq!(pods.len(), 3, "{name}: {pods:?}");
        assert!(
            pods.iter().all(|(_, phase, ip)| phase == "Running" && ip.starts_with("10.")),
            "{name}: {pods:?}"
        );
        let slice =
            cluster.store().list(Kind::EndpointSlice, "default").find(|s| s.meta.name.starts_with("web-"));
        let slice = slice.expect("a slice").endpoint_slice().expect("a slice");
        assert_eq!(slice.endpoints.len(), 3);
        assert!(slice.endpoints.iter().all(|endpoint| endpoint.conditions.is_ready()));
        let deployment = cluster.store().find(Kind::Deployment, "default", "web").expect("there");
        assert_eq!(deployment.doc()["status"]["availableReplicas"], 3);
        for pod in cluster.store().list(Kind::Pod, "kube-system") {
            assert_eq!(pod.pod().expect("a pod").status.phase, "Running", "{name}: {}", pod.meta.name);
        }
    }
}

#[test]
fn a_deleted_pod_is_replaced_under_another_address() {
    let mut cluster = Cluster::new(Profile::default(), 1);
    cluster.create(Kind::Deployment, deployment("sleep-1", "kiamol/ch03-sleep", 1)).expect("accepted");
    wait(&mut cluster, 10);
    let before = pods(&cluster);
    cluster.delete(&Key::new(Kind::Pod, "default", &before[0].0)).expect("there");
    wait(&mut cluster, 5);
    let after = pods(&cluster);
    assert_eq!(after.len(), 1, "{after:?}");
    assert_ne!(before[0].0, after[0].0);
    assert_ne!(before[0].2, after[0].2);
}

#[test]
fn the_other_workloads_come_alive() {
    let mut cluster = Cluster::new(Profile::named("kind").expect("built in"), 1);
    let template = |image: &str| json!({"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "main", "image": image}]}});
    let selector = json!({"matchLabels": {"app": "x"}});
    let set = json!({"metadata": {"name": "db"}, "spec": {"serviceName": "db", "replicas": 2, "selector": selector, "template": template("nginx:1.27")}});
    cluster.create(Kind::StatefulSet, set).expect("accepted");
    let daemons = json!({"metadata": {"name": "agent", "namespace": "kube-public"}, "spec": {"selector": selector, "template": template("nginx:1.27")}});
    cluster.create(Kind::DaemonSet, daemons).expect("accepted");
    let mut work = template("busybox");
    work["spec"]["restartPolicy"] = "Never".into();
    work["spec"]["containers"][0]["command"] = json!(["sh", "-c", "echo done"]);
    let job =
        json!({"metadata": {"name": "once", "namespace": "kube-node-lease"}, "spec": {"template": work}});
    cluster.create(Kind::Job, job).expect("accepted");
    wait(&mut cluster, 30);
    let names: Vec<String> =
        pods(&cluster).into_iter().map(|(name, phase, _)| format!("{name} {phase}")).collect();
    assert_eq!(names, ["db-0 Running", "db-1 Running"]);
    let status = |kind, namespace, name| {
        cluster.store().find(kind, namespace, name).expect("there").doc()["status"].clone()
    };
    assert_eq!(status(Kind::DaemonSet, "kube-public", "agent")["numberReady"], 2);
    assert_eq!(status(Kind::StatefulSet, "default", "db")["availableReplicas"], 2);
    assert_eq!(status(Kind::Job, "kube-node-lease", "once")["succeeded"], 1);
    assert_eq!(status(Kind::DaemonSet, "kube-system", "kube-proxy")["numberReady"], 3);
}

#[test]
fn a_node_that_is_cut_off_loses_its_pods_after_five_minutes() {
    use cluster_playground::cluster::Fault;
    let mut cluster = Cluster::new(Profile::named("cloud").expect("built in"), 1);
    cluster.create(Kind::Deployment, deployment("web", "nginx:1.27", 3)).expect("accepted");
    wait(&mut cluster, 20);
    let on = |cluster: &Cluster, node: &str| {
        let pods = cluster.store().pods_on_node(node);
        pods.iter().filter(|pod| pod.meta.namespace == "default" && pod.meta.deleted.is_none()).count()
    };
    assert_eq!(on(&cluster, "node-2"), 1);
    assert!(cluster.inject(&Fault::Cut { node: "node-2".into(), on: true }));
    wait(&mut cluster, 60);
    let node = cluster.store().find(Kind::Node, "", "node-2").expect("there").clone();
    assert!(!node.node().expect("a node").is_ready());
    assert_eq!(on(&cluster, "node-2"), 1, "still borne");
    wait(&mut cluster, 320);
    assert_eq!(on(&cluster, "node-2"), 0);
    assert_eq!(on(&cluster, "node-1") + on(&cluster, "node-3"), 3);
    cluster.inject(&Fault::Cut { node: "node-2".into(), on: false });
    wait(&mut cluster, 60);
    assert!(cluster.store().pods_on_node("node-2").iter().all(|pod| pod.meta.deleted.is_none()));
}

#[test]
fn a_namespace_goes_with_all_that_is_in_it() {
    let mut cluster = Cluster::new(Profile::default(), 1);
    cluster.create(Kind::Namespace, json!({"metadata": {"name": "shop"}})).expect("accepted");
    wait(&mut cluster, 1);
    let mut doc = deployment("web", "nginx:1.27", 2);
    doc["metadata"]["namespace"] = "shop".into();
    cluster.create(Kind::Deployment, doc).expect("accepted");
    wait(&mut cluster, 10);
    cluster.delete(&Key::new(Kind::Namespace, "", "shop")).expect("there");
    wait(&mut cluster, 10);
    assert!(cluster.store().find(Kind::Namespace, "", "shop").is_none());
    assert!(cluster.store().iter().all(|object| object.meta.namespace != "shop"));
}

/// Compares with a file beside this test; `AGREE=write` writes it anew.
#[allow(clippy::disallowed_methods)] // a test may be told to write what it would compare
fn agrees(name: &str, text: &str) {
    let path = format!("{}/tests/controllers/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("AGREE").is_ok_and(|agree| agree == "write") {
        std::fs::write(&path, text).expect("writable");
    }
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, recorded, "{name}");
}

#[test]
fn a_rolling_update_second_by_second() {
    let mut cluster = Cluster::new(Profile::default(), 1);
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    cluster.create(Kind::Service, service).expect("accepted");
    let mut doc = deployment("web", "nginx:1.27", 3);
    doc["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] =
        json!({"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2});
    cluster.create(Kind::Deployment, doc).expect("accepted");
    let mut text = watch::seconds(&mut cluster, "default", 10);
    let key = Key::new(Kind::Deployment, "default", "web");
    let mut doc = cluster.store().get(&key).expect("there").doc().clone();
    doc["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.28".into();
    cluster.update(Kind::Deployment, doc).expect("accepted");
    text.push_str("image nginx:1.28\n");
    text.push_str(&watch::seconds(&mut cluster, "default", 30));
    agrees("rolling-update", &text);
}

#[test]
fn a_node_failure_second_by_second() {
    use cluster_playground::cluster::Fault;
    let mut cluster = Cluster::new(Profile::named("kind").expect("built in"), 1);
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    cluster.create(Kind::Service, service).expect("accepted");
    cluster.create(Kind::Deployment, deployment("web", "nginx:1.27", 2)).expect("accepted");
    let mut text = watch::seconds(&mut cluster, "default", 10);
    cluster.inject(&Fault::Cut { node: "kind-worker".into(), on: true });
    text.push_str("kind-worker is cut off\n");
    text.push_str(&watch::seconds(&mut cluster, "default", 400));
    cluster.inject(&Fault::Cut { node: "kind-worker".into(), on: false });
    text.push_str("kind-worker is back\n");
    text.push_str(&watch::seconds(&mut cluster, "default", 60));
    agrees("node-failure", &text);
}

/// Ready endpoints of a Service.
fn ready_endpoints(cluster: &Cluster, service: &str) -> usize {
    let slices = cluster.store().list(Kind::EndpointSlice, "default");
    let own = slices.filter(|slice| {
        slice.meta.labels.get("kubernetes.io/service-name").is_some_and(|name| name == service)
    });
    own.filter_map(|slice| slice.endpoint_slice())
        .flat_map(|slice| &slice.endpoints)
        .filter(|e| e.conditions.is_ready())
        .count()
}

#[test]
fn a_rolling_update_never_leaves_a_service_without_endpoints() {
    for (seed, replicas) in [(1, 1), (3, 3), (4, 7)] {
        let mut cluster = Cluster::new(Profile::default(), seed);
        let service = json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
        cluster.create(Kind::Service, service).expect("accepted");
        cluster.create(Kind::Deployment, deployment("web", "nginx:1.27", replicas)).expect("accepted");
        wait(&mut cluster, 20);
        let key = Key::new(Kind::Deployment, "default", "web");
        let mut doc = cluster.store().get(&key).expect("there").doc().clone();
        doc["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.28".into();
        cluster.update(Kind::Deployment, doc).expect("accepted");
        let end = cluster.now() + Duration::from_secs(120);
        while let Some(next) = cluster.next_event().filter(|next| *next < end) {
            cluster.advance(next);
            assert!(ready_endpoints(&cluster, "web") > 0, "{replicas} replicas at {next:?}");
        }
        let pods: Vec<_> = cluster.store().list(Kind::Pod, "default").collect();
        assert_eq!(pods.len() as i64, replicas);
        assert!(pods.iter().all(|pod| pod.pod().expect("a pod").spec.containers[0].image == "nginx:1.28"));
    }
}

#[test]
fn containers_crash_wait_and_fail_as_a_kubelet_has_them() {
    let state = |cluster: &Cluster, pod: &str| -> (String, u32) {
        let pod = cluster.store().find(Kind::Pod, "default", pod).expect("there");
        let status = &pod.pod().expect("a pod").status;
        let container = &status.container_statuses[0];
        let waiting = container.state.waiting.as_ref().map(|waiting| waiting.reason.clone());
        let ended = container.state.terminated.as_ref().map(|ended| ended.reason.clone());
        (waiting.or(ended).unwrap_or_else(|| status.phase.clone()).to_string(), container.restart_count)
    };
    let mut cluster = Cluster::new(Profile::default(), 1);
    let pod = |name: &str, container: Value| json!({"metadata": {"name": name}, "spec": {"containers": [container]}});
    let crash = json!({"name": "c", "image": "busybox", "command": ["sh", "-c", "exit 3"]});
    let missing = json!({"name": "c", "image": "nginx:doesnotexist"});
    let config = json!({"name": "c", "image": "nginx", "envFrom": [{"configMapRef": {"name": "nope"}}]});
    let done = json!({"name": "c", "image": "busybox", "command": ["true"]});
    for (name, container) in [("crash", crash), ("missing", missing), ("config", config)] {
        cluster.create(Kind::Pod, pod(name, container)).expect("accepted");
    }
    let mut once = pod("once", done);
    once["spec"]["restartPolicy"] = "Never".into();
    cluster.create(Kind::Pod, once).expect("accepted");
    wait(&mut cluster, 12);
    assert_eq!(state(&cluster, "crash"), ("CrashLoopBackOff".into(), 1));
    assert_eq!(state(&cluster, "missing"), ("ImagePullBackOff".into(), 0));
    assert_eq!(state(&cluster, "config"), ("CreateContainerConfigError".into(), 0));
    assert_eq!(state(&cluster, "once"), ("Completed".into(), 0));
    wait(&mut cluster, 60);
    assert_eq!(state(&cluster, "crash"), ("CrashLoopBackOff".into(), 3));
    let map = json!({"metadata": {"name": "nope"}, "data": {"A": "b"}});
    cluster.create(Kind::ConfigMap, map).expect("accepted");
    wait(&mut cluster, 15);
    assert_eq!(state(&cluster, "config"), ("Running".into(), 0));
    let env = cluster.environment(&Key::new(Kind::Pod, "default", "config"), "c").expect("it runs");
    assert_eq!(env.env["A"], "b");
}
