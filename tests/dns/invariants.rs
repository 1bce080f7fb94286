//! What holds for any name, any order of objects and any fate of a question. Seeds are in the messages.

use super::zone::{config, objects, store};
use cluster_playground::api::Instant;
use cluster_playground::apiserver::Store;
use cluster_playground::dns::resolv_conf::ResolvConf;
use cluster_playground::dns::resolver::{Config, Family, Fate, Libc, Query, getaddrinfo, gethostbyname, run};
use cluster_playground::dns::{
    Question, Rcode, Record, RecordData, RecordType, Response, Transport, to_json, zone,
};
use cluster_playground::shell::tools::names::{self, Kit, Tool};
use fastrand::Rng;
use std::time::Duration;

const KINDS: [&str; 12] =
    ["A", "AAAA", "SRV", "PTR", "TXT", "CNAME", "SOA", "NS", "MX", "ANY", "HTTPS", "TYPE4711"];

/// A name made of parts that mean something, and of some that do not.
fn name(rng: &mut Rng) -> String {
    const PARTS: [&str; 30] = [
        "cluster",
        "local",
        "svc",
        "pod",
        "kube-dnstest-a",
        "kube-dnstest-b",
        "numbers-api",
        "db",
        "db-0",
        "sub",
        "alpha",
        "_http",
        "_tcp",
        "http",
        "tcp",
        "ext-svc",
        "ext-loop",
        "ext-com",
        "dual-hl",
        "10-244-1-4",
        "in-addr",
        "arpa",
        "10",
        "244",
        "ns",
        "dns",
        "dns-version",
        "example",
        "com",
        "é",
    ];
    let odd = ["", "*", "-", "--1", "_", "\u{0}", "ünï", "a b", "CLUSTER", &"x".repeat(64)];
    let parts: Vec<&str> = (0..rng.usize(0..8))
        .map(|_| if rng.u8(..) < 24 { odd[rng.usize(..odd.len())] } else { PARTS[rng.usize(..PARTS.len())] })
        .collect();
    let tail = [
        "",
        ".cluster.local",
        ".svc.cluster.local",
        ".kube-dnstest-a.svc.cluster.local",
        ".in-addr.arpa",
        ".",
    ];
    parts.join(".") + tail[rng.usize(..tail.len())]
}

fn question(rng: &mut Rng) -> Question {
    let kind = RecordType::parse(KINDS[rng.usize(..KINDS.len())]).expect("a type");
    Question::new(&name(rng), kind)
}

#[test]
fn every_answer_is_whole() {
    let store = store(objects());
    for seed in 0..1_500 {
        let question = question(&mut Rng::with_seed(seed));
        let mut response = zone::answer(&store, &config(), &question);
        let says = format!("seed {seed}: {question:?}: {response:?}");
        if response.answer.is_empty() {
            assert_eq!(response.authority.len(), 1, "{says}");
        } else {
            assert_eq!(response.rcode, Rcode::NoError, "{says}");
            assert_eq!(response.answer[0].name, question.name, "{says}");
        }
        // Every alias comes before what it leads to.
        for (index, record) in response.answer.iter().enumerate().skip(1) {
            let led = |before: &Record| matches!(&before.data, RecordData::Cname(to) if *to == record.name);
            let known = record.name == question.name || response.answer[..index].iter().any(led);
            assert!(known, "{says}");
        }
        Transport::Udp.fit(&question, &mut response);
        assert!(
            Transport::Udp.message_size(&question, &response) <= 512 || question.name.len() > 200,
            "{says}"
        );
        assert!(to_json(&response)["answer"].is_array(), "{says}");
    }
}

#[test]
fn the_order_of_objects_does_not_matter() {
    let usual = store(objects());
    for seed in 0..6 {
        let mut rng = Rng::with_seed(seed);
        let mut shuffled = objects();
        rng.shuffle(&mut shuffled);
        let other: Store = store(shuffled);
        for _ in 0..200 {
            let question = question(&mut rng);
            let (a, b) =
                (zone::answer(&usual, &config(), &question), zone::answer(&other, &config(), &question));
            assert_eq!(a, b, "seed {seed}: {question:?}");
        }
    }
}

/// A server in any state of health.
fn fate(rng: &mut Rng, query: &Query, patience: Duration) -> (Fate, Duration) {
    let rcodes =
        [Rcode::NoError, Rcode::NxDomain, Rcode::ServFail, Rcode::Refused, Rcode::FormErr, Rcode::NotImp];
    match rng.u8(..6) {
        0 => (Fate::Silent, patience),
        1 => (Fate::Refused, Duration::ZERO),
        _ => {
            let mut response = Response::empty(rcodes[rng.usize(..rcodes.len())]);
            response.truncated = rng.u8(..) < 16 && query.transport != Transport::Tcp;
            if rng.bool() {
                let data = if query.question.kind == RecordType::A {
                    RecordData::A([10, 0, 0, rng.u8(..)].into())
                } else {
                    RecordData::Cname("elsewhere.example".to_owned())
                };
                response.answer.push(Record::new(query.question.name.as_str(), 5, data));
            }
            (Fate::Answered(response), Duration::from_millis(1))
        }
    }
}

#[test]
fn every_lookup_ends() {
    let tools: [(Tool, &str); 5] = [
        (names::nslookup, "nslookup"),
        (names::busybox_nslookup, "busybox nslookup"),
        (names::dig, "dig"),
        (names::host, "host"),
        (names::getent, "getent"),
    ];
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let servers = ["nameserver 10.96.0.10\n", "nameserver 10.96.0.10\nnameserver 10.96.0.11\n", ""];
        let ndots = rng.u8(..6);
        let text = format!(
            "search a.svc.cluster.local svc.cluster.local cluster.local\n{}options ndots:{ndots} timeout:{} attempts:{}\n",
            servers[rng.usize(..3)],
            rng.u8(..4),
            rng.u8(..4)
        );
        let config = Config { resolv: ResolvConf::parse(&text), ipv6: rng.bool(), ..Config::default() };
        let host = name(&mut rng);
        let families = [Family::Any, Family::V4, Family::V6];
        let family = families[rng.usize(..3)];
        for libc in [Libc::Glibc, Libc::Musl, Libc::Go] {
            let (_, rounds) = run(
                |wire| getaddrinfo(libc, &config, family, &host, wire),
                |query, patience| fate(&mut rng, query, patience),
            );
            assert!(rounds.len() < 400, "seed {seed}: {libc:?} {host:?}: {} rounds", rounds.len());
        }
        let (_, rounds) = run(
            |wire| gethostbyname(&config, &host, wire),
            |query, patience| fate(&mut rng, query, patience),
        );
        assert!(rounds.len() < 400, "seed {seed}: gethostbyname {host:?}");
        for (tool, title) in tools {
            let args: Vec<String> = match title {
                "getent" => vec!["ahosts".to_owned(), host.clone()],
                "dig" => vec!["+search".to_owned(), host.clone(), KINDS[rng.usize(..KINDS.len())].to_owned()],
                _ => vec![host.clone()],
            };
            let (exit, rounds) = run(
                |wire| {
                    let (out, err) = (String::new(), String::new());
                    let started = Instant::from_unix(0);
                    let mut kit = Kit { args: &args, config: &config, started, wire: wire.clone(), out, err };
                    tool(&mut kit)
                },
                |query, patience| fate(&mut rng, query, patience),
            );
            assert!((0..=10).contains(&exit) && rounds.len() < 400, "seed {seed}: {title} {host:?}");
        }
    }
}
