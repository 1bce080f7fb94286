//! `playground trace`: one packet's way through a cluster built from manifests.

use super::Failure;
use super::given::Given;
use super::rules::mode_named;
use cluster_playground::api::service::Protocol;
use cluster_playground::api::{Key, Kind, Value, json};
use cluster_playground::net::{HttpRequest, Judged, Payload, Reason, Request, Source, Trace};
use cluster_playground::proxy::{Branch, Mode, Verdict};
use lexopt::prelude::*;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

pub fn run(mut arguments: lexopt::Parser) -> Result<ExitCode, Failure> {
    let (mut path, mut from, mut to) = (None, None, None);
    let (mut mode, mut all, mut as_json) = (Mode::Iptables, false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('f') | Long("filename") => path = Some(PathBuf::from(arguments.value()?)),
            Long("from") => from = Some(arguments.value()?.string()?),
            Long("to") => to = Some(arguments.value()?.string()?),
            Long("mode") => mode = mode_named(&arguments.value()?.string()?)?,
            Long("all") => all = true,
            Long("json") => as_json = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let missing = |what: &str| Failure::Usage(format!("{what} is missing"));
    let path = path.ok_or_else(|| missing("-f DIR|FILE"))?;
    let (host, port, payload) = target(&to.ok_or_else(|| missing("--to HOST:PORT"))?)?;
    let from = from.ok_or_else(|| missing("--from SOURCE"))?;
    let mut given = Given::read(&path, mode)?;
    if host.parse::<IpAddr>().is_err() {
        given.add_dns();
    }
    let from = source(&given, &from, &host)?;
    let request = Request::new(from, host, port, payload);
    let (trace, judged) = given.with_network(|network| {
        let trace = network.send(&request);
        let judged = address(&request, &trace).and_then(|address| network.judge(&request, address));
        (trace, judged)
    });
    if as_json {
        println!("{}", report(&trace, judged.as_ref(), all));
    } else {
        print(&trace, judged.as_ref(), all);
    }
    Ok(ExitCode::SUCCESS)
}

/// `HOST:PORT`, `HOST:PORT/udp`, `HOST/icmp`.
fn target(text: &str) -> Result<(String, Option<u16>, Payload), Failure> {
    let bad = || Failure::Usage(format!("--to {text:?}: must be HOST:PORT[/tcp|udp|sctp] or HOST/icmp"));
    if let Some(host) = text.strip_suffix("/icmp") {
        return Ok((host.to_owned(), None, Payload::Ping));
    }
    let (address, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (host, port) = address.rsplit_once(':').ok_or_else(bad)?;
    let port = port.parse().map_err(|_| bad())?;
    let payload = match protocol.to_lowercase().as_str() {
        "tcp" => Payload::Http(HttpRequest {
            method: "GET".into(),
            path: "/".into(),
            headers: vec![("Host".into(), host.into())],
            body: String::new(),
        }),
        "udp" => Payload::Connect(Protocol::Udp),
        "sctp" => Payload::Connect(Protocol::Sctp),
        _ => return Err(bad()),
    };
    Ok((host.to_owned(), Some(port), payload))
}

/// `pod/NS/NAME`, `node/NAME`, `workstation`, `ip/ADDR[@node/NAME]`.
fn source(given: &Given, text: &str, host: &str) -> Result<Source, Failure> {
    let bad = || {
        Failure::Usage(format!(
            "--from {text:?}: must be pod/NS/NAME, node/NAME, workstation or ip/ADDR[@node/NAME]"
        ))
    };
    let node_named = |name: &str| match given.proxies.get(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(Failure::Data(format!("nodes {name:?} not found"))),
    };
    if text == "workstation" {
        return Ok(Source::Workstation);
    }
    let (kind, rest) = text.split_once('/').ok_or_else(bad)?;
    match kind {
        "pod" => {
            let (namespace, name) = rest.split_once('/').unwrap_or(("default", rest));
            let key = Key::new(Kind::Pod, namespace, name);
            match given.store.get(&key) {
                Some(_) => Ok(Source::Pod(key)),
                None => Err(Failure::Data(format!("pods {name:?} not found in namespace {namespace:?}"))),
            }
        }
        "node" => Ok(Source::Node(node_named(rest)?)),
        "ip" => {
            let (address, node) = match rest.split_once('@') {
                Some((address, node)) => (address, Some(node.strip_prefix("node/").unwrap_or(node))),
                None => (rest, None),
            };
            let ip: IpAddr = address.parse().map_err(|_| bad())?;
            let node = match node {
                Some(name) => node_named(name)?,
                None => node_for(given, &ip.to_string(), host),
            };
            Ok(Source::Address { ip, node })
        }
        _ => Err(bad()),
    }
}

/// The node where a packet of that address meets the cluster: its pod's, its own, the one it is
/// for, or the first.
fn node_for(given: &Given, address: &str, host: &str) -> String {
    let pods = given.store.pods_with_ip(address);
    let of_pod = pods.first().and_then(|object| object.pod()).map(|pod| pod.node.clone());
    let with_address = |address: &str| {
        let mut nodes = given.store.list_all(Kind::Node);
        let found =
            nodes.find(|o| o.node().is_some_and(|n| n.status.addresses.iter().any(|a| a.address == address)));
        found.map(|object| object.meta.name.clone())
    };
    let first = || given.store.list_all(Kind::Node).next().map(|node| node.meta.name.clone());
    of_pod
        .or_else(|| with_address(address))
        .or_else(|| with_address(host))
        .or_else(first)
        .unwrap_or_default()
        .to_string()
}

/// The address that the request's host led to.
fn address(request: &Request, trace: &Trace) -> Option<IpAddr> {
    let resolved = trace.hops.iter().find_map(|hop| match &hop.because {
        Reason::Resolved { address, .. } => Some(*address),
        _ => None,
    });
    resolved
        .or_else(|| request.to.host.parse().ok())
        .or_else(|| (request.to.host == "localhost").then(|| [127, 0, 0, 1].into()))
}

/// What the node's rules do to a new connection, in a word.
fn verdict(judged: Option<&Judged>) -> &'static str {
    match judged {
        None => "passthrough",
        Some(judged) => match judged.translation.verdict {
            Verdict::Dnat(_) => "dnat",
            Verdict::Reject => "reject",
            Verdict::Drop => "drop",
            Verdict::Pass if judged.to_node => "accept",
            Verdict::Pass => "passthrough",
        },
    }
}

/// Where it goes: to the endpoint that was chosen this time, or to any it could get.
fn branches(trace: &Trace, judged: Option<&Judged>, all: bool) -> Vec<Branch> {
    let every = judged.map(|judged| judged.translation.all.clone()).unwrap_or_default();
    if all {
        return every;
    }
    let chosen = trace.hops.iter().find_map(|hop| match hop.because {
        Reason::Chosen { .. } | Reason::Established { .. } => hop.after,
        _ => None,
    });
    let is_chosen = |branch: &&Branch| {
        chosen.is_some_and(|packet| {
            packet.destination == *branch.to.ip() && packet.destination_port() == Some(branch.to.port())
        })
    };
    every.iter().find(is_chosen).or(every.first()).copied().into_iter().collect()
}

/// Whether its source is rewritten, on every way it may go.
fn masquerades(branches: &[Branch]) -> bool {
    !branches.is_empty() && branches.iter().all(|branch| branch.masquerade)
}

fn report(trace: &Trace, judged: Option<&Judged>, all: bool) -> Value {
    let mut report = trace.json();
    report["verdict"] = verdict(judged).into();
    let branches = branches(trace, judged, all);
    report["dnat_to"] = json!(branches.iter().map(|branch| branch.to.to_string()).collect::<Vec<_>>());
    report["masquerade"] = masquerades(&branches).into();
    report["node"] = json!(judged.map(|judged| &judged.node));
    report
}

fn print(trace: &Trace, judged: Option<&Judged>, all: bool) {
    for (index, line) in trace.lines().iter().enumerate() {
        println!("{:>2}  {line}", index + 1);
    }
    let branches = branches(trace, judged, all);
    let to = branches.iter().map(|branch| branch.to.to_string()).collect::<Vec<_>>().join(", ");
    let arrow = if to.is_empty() { "" } else { " → " };
    let masquerade = if masquerades(&branches) { ", masqueraded" } else { "" };
    println!("\nverdict: {}{arrow}{to}{masquerade}", verdict(judged));
    println!("outcome: {}", trace.outcome.words());
    let explanation = trace.explanation();
    println!("why: {}", explanation.why);
    for (label, text) in [("evidence", explanation.evidence), ("hint", explanation.hint)] {
        if let Some(text) = text {
            println!("{label}: {text}");
        }
    }
}
