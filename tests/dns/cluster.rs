//! Names in a living cluster: CoreDNS is pods behind a Service, and fails as they do.

use cluster_playground::api::{Key, Kind, json};
use cluster_playground::cluster::{Cluster, Profile};
use cluster_playground::dns::resolver::{Failure, Family, Libc, getaddrinfo, run};
use cluster_playground::net::{Source, fate, query_request};
use cluster_playground::shell::tools::names::{self, Kit, Tool};
use std::time::Duration;

fn wait(cluster: &mut Cluster, seconds: u64) {
    let to = cluster.now() + Duration::from_secs(seconds);
    cluster.advance(to);
}

/// A cluster with a Service and a pod that asks.
fn cluster() -> (Cluster, Source) {
    let mut cluster = Cluster::new(Profile::default(), 1);
    let pod = |name: &str, image: &str| {
        json!({"metadata": {"name": name, "labels": {"app": name}},
            "spec": {"containers": [{"name": "main", "image": image}]}})
    };
    cluster.create(Kind::Pod, pod("web", "nginx:1.27")).expect("accepted");
    cluster.create(Kind::Pod, pod("client", "kiamol/ch03-sleep")).expect("accepted");
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    cluster.create(Kind::Service, service).expect("accepted");
    wait(&mut cluster, 30);
    (cluster, Source::Pod(Key::new(Kind::Pod, "default", "client")))
}

fn lookup(
    cluster: &mut Cluster,
    from: &Source,
    libc: Libc,
    name: &str,
) -> (Result<String, Failure>, Duration) {
    let config = cluster.resolver(from);
    let (outcome, rounds) = run(
        |wire| getaddrinfo(libc, &config, Family::Any, name, wire),
        |query, patience| {
            let trace = cluster.request(&query_request(from, query, patience));
            (fate(query, &trace), trace.took)
        },
    );
    (outcome.map(|found| found.canonical), rounds.iter().map(|round| round.took).sum())
}

fn tool(cluster: &mut Cluster, from: &Source, tool: Tool, args: &[&str]) -> (i32, String, String) {
    let config = cluster.resolver(from);
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let started = cluster.now();
    let (result, _) = run(
        |wire| {
            let (out, err) = (String::new(), String::new());
            let mut kit = Kit { args: &args, config: &config, started, wire: wire.clone(), out, err };
            let exit = tool(&mut kit)?;
            Ok((exit, kit.out, kit.err))
        },
        |query, patience| {
            let trace = cluster.request(&query_request(from, query, patience));
            (fate(query, &trace), trace.took)
        },
    );
    result
}

fn dns() -> Key {
    Key::new(Kind::Deployment, "kube-system", "coredns")
}

#[test]
fn names_of_services_and_of_the_outside_resolve() {
    let (mut cluster, client) = cluster();
    for libc in [Libc::Glibc, Libc::Musl, Libc::Go] {
        for (name, canonical) in [
            ("web", Ok("web.default.svc.cluster.local")),
            ("web.default", Ok("web.default.svc.cluster.local")),
            ("kube-dns.kube-system.svc.cluster.local.", Ok("kube-dns.kube-system.svc.cluster.local")),
            ("example.com", Ok("example.com")),
            ("wbe", Err(Failure::NotKnown)),
        ] {
            let (found, took) = lookup(&mut cluster, &client, libc, name);
            assert_eq!(found, canonical.map(str::to_owned), "{libc:?} {name}");
            assert!(took < Duration::from_millis(500), "{libc:?} {name} took {took:?}");
        }
    }
}

#[test]
fn without_dns_pods_every_question_is_refused() {
    let (mut cluster, client) = cluster();
    cluster.scale(&dns(), 0).expect("accepted");
    wait(&mut cluster, 60);
    let (found, took) = lookup(&mut cluster, &client, Libc::Glibc, "web");
    assert_eq!(found, Err(Failure::TryAgain));
    assert!(took < Duration::from_secs(1), "{took:?}");
    // musl takes no notice of ICMP and waits.
    let (found, took) = lookup(&mut cluster, &client, Libc::Musl, "web");
    assert_eq!((found, took), (Err(Failure::TryAgain), Duration::from_secs(5)));

    // Kernels send such errors only so often.
    wait(&mut cluster, 10);
    let (exit, out, err) = tool(&mut cluster, &client, names::busybox_nslookup, &["web"]);
    assert_eq!(exit, 1);
    assert_eq!(out, ";; connection timed out; no servers could be reached\n\n");
    assert_eq!(err, "nslookup: write to '10.96.0.10': Connection refused\n");

    cluster.scale(&dns(), 1).expect("accepted");
    wait(&mut cluster, 60);
    assert!(lookup(&mut cluster, &client, Libc::Glibc, "web").0.is_ok());
}

#[test]
fn a_policy_that_forgets_dns_makes_it_silent() {
    let (mut cluster, client) = cluster();
    let policy = json!({"metadata": {"name": "deny"}, "spec": {"podSelector": {"matchLabels": {"app": "client"}},
        "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]}});
    cluster.create(Kind::NetworkPolicy, policy).expect("accepted");
    wait(&mut cluster, 5);
    let (found, took) = lookup(&mut cluster, &client, Libc::Glibc, "web");
    assert_eq!((found, took), (Err(Failure::TryAgain), Duration::from_secs(20)));
    let (exit, out, _) = tool(&mut cluster, &client, names::dig, &["+search", "+short", "web"]);
    assert_eq!(exit, 9);
    assert!(out.ends_with(";; no servers could be reached\n"), "{out}");
}

#[test]
fn the_workstation_does_not_know_the_clusters_names() {
    let (mut cluster, _) = cluster();
    let (found, _) = lookup(&mut cluster, &Source::Workstation, Libc::Glibc, "web.default.svc.cluster.local");
    assert_eq!(found, Err(Failure::NotKnown));
    let (exit, out, _) = tool(&mut cluster, &Source::Workstation, names::host, &["-t", "a", "example.com"]);
    assert_eq!(exit, 0);
    assert!(out.starts_with("example.com has address "), "{out}");
}
