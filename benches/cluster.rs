//! The pace of the simulation: one Deployment of 10 to 10,000 pods from nothing to ready, one more
//! pod in a cluster that has many, a clone, and requests by name through a Service.

#![allow(missing_docs)] // criterion's macros make public functions

use cluster_playground::api::{Key, Kind, Value, json};
use cluster_playground::cluster::{Cluster, Profile};
use cluster_playground::net::{HttpRequest, Outcome, Payload, Request, Source};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

/// A cluster with room for that many pods.
fn roomy(pods: usize) -> Cluster {
    let nodes: Vec<Value> = (0..10.max(pods / 1000))
        .map(|index| {
            json!({"name": format!("node-{index}"), "ip": format!("192.168.64.{index}"),
                "podCIDR": format!("10.{index}.0.0/16"), "capacity": {"pods": "20000"}})
        })
        .collect();
    let profile = json!({"name": "roomy", "podCIDR": "10.0.0.0/8", "serviceCIDR": "172.30.0.0/16",
        "version": "v1.36.2", "nodes": nodes,
        "system": {"dns": false, "proxy": false, "controlPlane": false}});
    Cluster::new(Profile::parse(&profile.to_string()).expect("a profile"), 1)
}

fn deployment(pods: usize) -> Value {
    json!({"metadata": {"name": "web"}, "spec": {"replicas": pods,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}}}})
}

/// Deploys, exposes, and waits until every pod is ready.
fn run(cluster: &mut Cluster, pods: usize) {
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    cluster.create(Kind::Service, service).expect("accepted");
    cluster.create(Kind::Deployment, deployment(pods)).expect("accepted");
    let to = cluster.now() + Duration::from_secs(60);
    cluster.advance(to);
    let web = cluster.store().find(Kind::Deployment, "default", "web").expect("there");
    assert_eq!(web.doc()["status"]["readyReplicas"], pods);
}

/// Three pods behind a Service, and a request to its name from one of them: DNS, the Service, HTTP.
fn asked() -> (Cluster, Request) {
    let mut cluster = Cluster::new(Profile::default(), 1);
    run(&mut cluster, 3);
    let pod = cluster.store().list(Kind::Pod, "default").next().expect("there").key();
    let headers = vec![("Host".to_owned(), "web".to_owned())];
    let http = HttpRequest { method: "GET".into(), path: "/".into(), headers, body: String::new() };
    (cluster, Request::new(Source::Pod(pod), "web", Some(80), Payload::Http(http)))
}

fn pace(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("deployment_until_ready");
    group.sample_size(10);
    for pods in [10, 100, 1_000, 10_000] {
        group.throughput(Throughput::Elements(pods as u64));
        group.bench_with_input(BenchmarkId::from_parameter(pods), &pods, |bencher, pods| {
            bencher.iter_batched_ref(|| roomy(*pods), |cluster| run(cluster, *pods), BatchSize::PerIteration);
        });
    }
    group.finish();

    let mut crowded = roomy(1_000);
    run(&mut crowded, 1_000);
    criterion.bench_function("clone_of_1000_pods", |bencher| bencher.iter(|| crowded.clone()));
    criterion.bench_function("one_more_of_1000_pods", |bencher| {
        bencher.iter_batched_ref(
            || crowded.clone(),
            |cluster| {
                let web = Key::new(Kind::Deployment, "default", "web");
                cluster.scale(&web, 1_001).expect("accepted");
                let to = cluster.now() + Duration::from_secs(10);
                cluster.advance(to);
            },
            BatchSize::LargeInput,
        );
    });
    let (mut cluster, request) = asked();
    assert!(matches!(cluster.request(&request).outcome, Outcome::Answered(_)));
    let mut requests = criterion.benchmark_group("request");
    requests.throughput(Throughput::Elements(1));
    requests.bench_function("by_name_through_a_service", |bencher| {
        bencher.iter(|| {
            // As often as a client asks; connections end by and by.
            let next = cluster.now() + Duration::from_millis(10);
            cluster.advance(next);
            cluster.request(&request)
        });
    });
    requests.finish();
    criterion.bench_function("new_docker_desktop", |bencher| {
        bencher.iter(|| Cluster::new(Profile::default(), 1));
    });
}

criterion_group!(benches, pace);
criterion_main!(benches);
