//! Resolvers and their tools: recorded transcripts of glibc, musl, BusyBox and BIND against the
//! zone, compared in what they print, how they exit, what they ask, and how long it takes.

use super::zone::{config as zone_config, objects, store};
use cluster_playground::api::{Instant, Kind, Object, Value, json};
use cluster_playground::apiserver::Store;
use cluster_playground::dns::resolv_conf::ResolvConf;
use cluster_playground::dns::resolver::{Ask, Config, Family, Fate, Libc, Query, getaddrinfo, run};
use cluster_playground::dns::{Rcode, RecordType, Response, zone};
use cluster_playground::shell::tools::names::{self, Kit};
use std::time::Duration;

const TRANSCRIPTS: &str = include_str!("transcripts.json");
const COUNTS: &str = include_str!("counts.txt");

/// What a run comes to.
struct Run {
    stdout: String,
    stderr: String,
    exit: i32,
    queries: Vec<String>,
    took: Duration,
}

fn machine(case: &Value) -> Config {
    let namespace = case["namespace"].as_str().expect("a namespace");
    let text = format!(
        "search {namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:{}\n",
        case["ndots"]
    );
    let ipv6 = case["ipv6"] == true;
    Config { resolv: ResolvConf::parse(&text), ipv6, ..Config::default() }
}

/// The recorded objects and the namespace of the search cases.
fn world() -> Store {
    let cart = |namespace: &str, ip: &str| {
        let document = json!({"metadata": {"name": "cart", "namespace": namespace},
            "spec": {"type": "ClusterIP", "clusterIP": ip, "clusterIPs": [ip], "ports": [{"port": 80}]}});
        Object::new(Kind::Service, document)
    };
    let namespace = |name: &str| Object::new(Kind::Namespace, json!({"metadata": {"name": name}}));
    let more =
        [namespace("shop"), namespace("media"), cart("shop", "10.96.4.10"), cart("media", "10.96.5.10")];
    store(objects().into_iter().chain(more))
}

/// The server, with the fault it was recorded with.
fn serve(store: &Store, fault: &str, query: &Query, patience: Duration) -> (Fate, Duration) {
    let first = query.question.name == "cart.shop.svc.cluster.local";
    let mut response = zone::answer(store, &zone_config(), &query.question);
    match fault {
        "refused" => return (Fate::Refused, Duration::ZERO),
        "silent" => return (Fate::Silent, patience),
        "SERVFAIL" if first => response = Response::empty(Rcode::ServFail),
        "AAAA NXDOMAIN" if first && query.question.kind == RecordType::Aaaa => {
            response = Response { authoritative: true, ..Response::empty(Rcode::NxDomain) };
        }
        _ => {}
    }
    // Upstream answers came from the cache by the time most of the clients asked: with `aa`.
    response.authoritative |= query.question.name.ends_with("example.com") && fault.is_empty();
    query.transport.fit(&query.question, &mut response);
    (Fate::Answered(response), Duration::ZERO)
}

/// The ten-line program of the recordings.
fn gai(libc: Libc, kit: &mut Kit<'_>) -> Result<i32, Ask> {
    let family = if kit.args.get(1).is_some_and(|arg| arg == "4") { Family::V4 } else { Family::Any };
    let name = &kit.args[0];
    Ok(match getaddrinfo(libc, kit.config, family, name, &mut kit.wire)? {
        Ok(found) => {
            for (index, ip) in found.addresses.iter().enumerate() {
                let canonical =
                    if index == 0 { format!(" canon={}", found.canonical) } else { String::new() };
                kit.out.push_str(&format!("{ip}{canonical}\n"));
            }
            0
        }
        Err(failure) => {
            kit.out.push_str(&format!("getaddrinfo({name}): {} {}\n", failure.code(), failure.text(libc)));
            1
        }
    })
}

fn replay(store: &Store, case: &Value) -> Run {
    let mut words = case["cmd"].as_str().expect("a command").split(' ').map(str::to_owned);
    let mut name = words.next().expect("a program");
    if name == "busybox" {
        name = format!("busybox {}", words.next().expect("an applet"));
    }
    let args: Vec<String> = words.collect();
    let tool: fn(&mut Kit<'_>) -> Result<i32, Ask> = match name.as_str() {
        "busybox nslookup" => names::busybox_nslookup,
        "nslookup" => names::nslookup,
        "host" => names::host,
        "dig" => names::dig,
        "getent" => names::getent,
        "gai-glibc" => |kit| gai(Libc::Glibc, kit),
        "gai-musl" => |kit| gai(Libc::Musl, kit),
        other => panic!("no such tool: {other}"),
    };
    let config = machine(case);
    let fault = case["fault"].as_str().unwrap_or_default();
    let ((exit, stdout, stderr), rounds) = run(
        |wire| {
            let wire = wire.clone();
            let (out, err) = (String::new(), String::new());
            let started = Instant::from_unix(1_795_386_096);
            let mut kit = Kit { args: &args, config: &config, started, wire, out, err };
            let exit = tool(&mut kit)?;
            Ok((exit, kit.out, kit.err))
        },
        |query, patience| serve(store, fault, query, patience),
    );
    let took = rounds.iter().map(|round| round.took).sum();
    let queries = rounds
        .iter()
        .flat_map(|round| &round.exchanges)
        .map(|(query, _)| format!("{} {}", query.question.kind, query.question.name));
    Run { stdout, stderr, exit, queries: queries.collect(), took }
}

/// Both types of one name leave together: which comes first on the wire is chance.
fn paired(queries: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut queries: Vec<String> = queries.into_iter().collect();
    let mut start = 0;
    while start < queries.len() {
        let name = |query: &String| query.split(' ').nth(1).map(str::to_owned);
        let same = queries[start..].iter().take_while(|query| name(query) == name(&queries[start])).count();
        queries[start..start + same].sort();
        start += same;
    }
    queries
}

/// What the recording leaves open: the order of shuffled records, and of BusyBox's blocks, which is
/// that of the replies; numbers of chance and of the clock.
fn settled(command: &str, text: &str) -> Vec<String> {
    let text = text.replace("Non-authoritative answer:\n", "");
    let mut blocks: Vec<String> = if command.starts_with("busybox") {
        text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    } else {
        let steady = |line: &str| match line {
            line if line.starts_with("; COOKIE") => "; COOKIE".to_owned(),
            line if line.starts_with(";; Query time") => ";; Query time".to_owned(),
            line if line.starts_with(";; WHEN") => ";; WHEN".to_owned(),
            line if line.starts_with(";; ->>HEADER") => line.split(", id").next().unwrap_or("").to_owned(),
            // A cached answer's age, and with it its flags.
            line if line.starts_with(";; flags") => line.replace(" aa", ""),
            line if line.starts_with(".\t\t\t") => line.replace("\t2\t", "\t30\t"),
            line => line.to_owned(),
        };
        text.lines().map(steady).collect()
    };
    let shuffled = [" db", "10.244.1.6", "_pg._tcp"].iter().any(|part| command.contains(part));
    if command.starts_with("busybox") || shuffled {
        blocks.sort();
    }
    blocks
}

#[test]
fn every_recorded_transcript_is_replayed() {
    let store = world();
    let cases: Vec<Value> = serde_json::from_str(TRANSCRIPTS).expect("the transcripts are JSON");
    let mut failures = Vec::new();
    for case in &cases {
        let command = case["cmd"].as_str().expect("a command");
        let ours = replay(&store, case);
        let text = |field: &str| case[field].as_str().unwrap_or_default();
        let recorded = case["queries"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let (mut asked, mut expected) = (paired(ours.queries.clone()), paired(recorded.map(str::to_owned)));
        if command.starts_with("busybox") {
            if case["fault"] == "SERVFAIL" {
                // Which type is repeated more often depends on whose reply is first.
                for query in asked.iter_mut().chain(&mut expected) {
                    *query = query.split(' ').nth(1).unwrap_or_default().to_owned();
                }
            }
            asked.sort();
            expected.sort();
        }
        let same_time = case["took"].as_f64().is_none_or(|took| (ours.took.as_secs_f64() - took).abs() < 0.2);
        let same = settled(command, &ours.stdout) == settled(command, text("stdout"))
            && ours.stderr == text("stderr")
            && case["exit"] == ours.exit
            && asked == expected
            && same_time;
        if !same {
            failures.push(format!(
                "$ {command}\n--- recorded\n{}[exit {}] {expected:?} {:?}\n--- ours\n{}{}[exit {}] {asked:?} {:?}\n",
                text("stdout"),
                case["exit"],
                case["took"],
                ours.stdout,
                ours.stderr,
                ours.exit,
                ours.took
            ));
        }
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// The exit code and the number of queries of every tool and name of `counts.txt`.
#[test]
fn tools_ask_as_often_as_recorded() {
    let store = world();
    let rows = COUNTS.lines().filter(|line| line.starts_with('|') && !line.starts_with("|--"));
    let mut rows = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let tools = rows.next().expect("the tools");
    let mut wrong = Vec::new();
    for row in rows {
        for (tool, recorded) in tools.iter().zip(&row).skip(1) {
            // Those two do more than ask; what they ask is what getent ahosts asks.
            if recorded.is_empty() || ["busybox ping", "curl"].contains(tool) {
                continue;
            }
            let command = format!("{tool} {}", row[0]);
            let case =
                serde_json::json!({"cmd": command, "namespace": "kube-dnstest-a", "ndots": 5, "ipv6": true});
            let ours = replay(&store, &case);
            let counted = format!("{} / {}", ours.exit, ours.queries.len());
            if counted != *recorded {
                wrong.push(format!("{command}: {recorded} recorded, {counted} ours"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
