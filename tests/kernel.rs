//! The kernel as referee: the rules we print, loaded into a real kernel, against what we say they do.
//!
//! Needs root and Debian's `iptables`, `nftables` and `iproute2`; says so where they are missing.
#![cfg(target_os = "linux")]

#[path = "kernel/agent.rs"]
mod agent;
#[path = "kernel/generate.rs"]
mod generate;
#[path = "kernel/lab.rs"]
mod lab;
#[path = "kernel/machines.rs"]
mod machines;

use cluster_playground::api::service::Protocol;
use cluster_playground::api::{Instant, Key, Kind};
use cluster_playground::net::{
    Accept, Answer, Host, HttpRequest, HttpResponse, Message, Network, NodeAccess, Outcome, Outside, Payload,
    PodNetwork, Request, Setting, Source, State, Trace,
};
use cluster_playground::proxy::{Cidr, Mode, Proxies};
use generate::{Case, Question, case};
use lab::{Lab, sh};
use machines::MACHINES;
use std::collections::{BTreeMap, BTreeSet};

/// Clusters a mode, and questions a cluster.
const CLUSTERS: u64 = 6;
const QUESTIONS: usize = 40;
/// Milliseconds of silence that count; a machine under load gets a second chance with more.
const PATIENCE: u32 = 400;
const MORE_PATIENCE: u32 = 2_500;

/// Not a test: what the test binary does inside of a namespace.
#[test]
fn agent_in_a_namespace() {
    if let Some(role) = std::env::var_os(agent::ROLE) {
        agent::run(&role.to_string_lossy());
    }
}

#[test]
fn the_kernel_does_what_we_say() {
    if std::env::var_os(agent::ROLE).is_some() {
        return;
    }
    if let Err(why) = ready() {
        println!("SKIPPED: the kernel test {why}");
        return;
    }
    let first = std::env::var_os("KERNEL_SEED").and_then(|seed| seed.to_str()?.parse().ok()).unwrap_or(1);
    let mut lab = Lab::build().expect("the lab can be built by root");
    let mut compared = 0;
    for mode in [Mode::Iptables, Mode::Nftables] {
        for seed in first..first + CLUSTERS {
            let case = case(seed, QUESTIONS);
            let differences = compare(&mut lab, &case, mode, |rules| rules);
            println!(
                "{mode:?}, seed {seed}: {} questions, {} differ",
                case.questions.len(),
                differences.len()
            );
            assert!(differences.is_empty(), "{mode:?}, KERNEL_SEED={seed}:\n{}", differences.join("\n"));
            compared += case.questions.len();
        }
    }
    println!("{compared} answers of the kernel agree");
    assert!(compared >= 400);

    // The test of the test: one rule less is noticed.
    for (mode, rule) in [(Mode::Iptables, "-j KUBE-MARK-MASQ"), (Mode::Nftables, "jump mark-for-masquerade")]
    {
        let noticed = (first..first + CLUSTERS).any(|seed| {
            let case = case(seed, QUESTIONS);
            let broken = |rules: String| {
                rules.lines().filter(|line| !line.contains(rule)).map(|l| format!("{l}\n")).collect()
            };
            !compare(&mut lab, &case, mode, broken).is_empty()
        });
        assert!(noticed, "{mode:?}: nobody noticed that rules were missing");
    }
}

/// Whether the test can run here; why not, if it cannot.
fn ready() -> Result<(), String> {
    for tool in ["ip", "iptables-restore", "nft", "sysctl"] {
        sh(&format!("command -v {tool}")).map_err(|_| format!("needs the command {tool}"))?;
    }
    let name = format!("cpk{}-try", std::process::id());
    sh(&format!("ip netns add {name}")).map_err(|why| format!("needs root and network namespaces: {why}"))?;
    let tried = sh(&format!("printf '*nat\\nCOMMIT\\n' | ip netns exec {name} iptables-restore"));
    let _ = sh(&format!("ip netns del {name}"));
    tried.map_err(|why| format!("needs a kernel with netfilter: {why}"))
}

/// What differs between the kernel with our rules and our own verdicts.
fn compare(lab: &mut Lab, case: &Case, mode: Mode, alter: impl Fn(String) -> String) -> Vec<String> {
    let mut setting = Setting {
        pods: PodNetwork::PointToPoint,
        masquerades_outside: false,
        outside: vec![Outside {
            name: "outside".into(),
            address: [192, 168, 65, 100].into(),
            ports: vec![80],
            firewalled: false,
        }],
        ..Setting::default()
    };
    setting.workstation.nodes = NodeAccess::All;
    setting.proxy.mode = mode;
    setting.proxy.cluster_cidr = Cidr::parse("10.244.0.0/16").expect("a range");
    let mut proxies = Proxies::new(setting.proxy.clone());
    proxies.sync(&case.store);
    for node in ["node1", "node2"] {
        let rules = proxies.get(node).expect("a proxy a node").save();
        lab.load(node, &alter(rules)).expect("the kernel takes our rules");
    }
    let mut by_source: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    for question in &case.questions {
        by_source.entry(question.source).or_default().push(question);
    }
    let mut differences = Vec::new();
    for (source, questions) in by_source {
        let lines: Vec<String> =
            questions.iter().map(|q| format!("{} {} {}", q.kind, q.ip, q.port)).collect();
        let answers = lab.ask(source, &lines, PATIENCE);
        for ((question, line), mut answer) in questions.into_iter().zip(&lines).zip(answers) {
            let ours = expected(case, &setting, &proxies, question);
            if !ours.contains(&answer) {
                answer = lab.ask(source, std::slice::from_ref(line), MORE_PATIENCE).remove(0);
            }
            if !ours.contains(&answer) {
                differences.push(format!("{source} {line}: the kernel says {answer:?}, we say {ours:?}"));
            }
        }
    }
    differences
}

/// Every answer that our own network may give: who answers, and whom it sees.
fn expected(case: &Case, setting: &Setting, proxies: &Proxies, question: &Question) -> BTreeSet<String> {
    let from = source(question);
    let payload = match question.kind {
        "ping" => Payload::Ping,
        "udp" => Payload::Connect(Protocol::Udp),
        _ => Payload::Connect(Protocol::Tcp),
    };
    let port = (question.kind != "ping").then_some(question.port);
    let request = Request::new(from, question.ip.clone(), port, payload);
    let mut answers = BTreeSet::new();
    let denied = question.kind == "udp" && question.source.starts_with("node");
    for seed in 0..40 {
        let mut network = Network {
            store: &case.store,
            proxies,
            setting,
            state: &mut State::new(seed),
            host: &mut Programs,
            now: Instant::from_unix(1_767_603_600),
        };
        let answer = words(&network.send(&request), question);
        if denied && (answer == "refused" || answer == "silent") {
            answers.insert("denied".to_owned());
        }
        answers.insert(answer);
    }
    answers
}

/// A packet from outside meets the node that it is routed to.
fn source(question: &Question) -> Source {
    match question.source {
        "outside" => {
            let second = question.ip == "192.168.65.4"
                || question.ip.starts_with("198.51.100")
                || question.ip.starts_with("10.244.1");
            let node = if second { "node2" } else { "node1" };
            Source::Address { ip: [192, 168, 65, 100].into(), node: node.into() }
        }
        node if node.starts_with("node") => Source::Node(node.into()),
        pod => Source::Pod(Key::new(Kind::Pod, "default", pod)),
    }
}

fn words(trace: &Trace, question: &Question) -> String {
    match &trace.outcome {
        Outcome::Answered(_) if question.kind == "ping" => "answered - -".into(),
        Outcome::Answered(reply) => {
            let who = reply.pod.as_ref().map_or("outside", |pod| pod.name.as_str());
            format!("answered {who} {}", reply.seen_source)
        }
        // A ping that is rejected is lost like any other.
        _ if question.kind == "ping" => "silent".into(),
        Outcome::Refused => "refused".into(),
        Outcome::Unreachable => "unreachable".into(),
        _ => "silent".into(),
    }
}

/// The programs of the lab's machines.
struct Programs;

impl Host for Programs {
    fn accept(&self, pod: &Key, port: u16, protocol: Protocol) -> Accept {
        let machine = MACHINES.iter().find(|machine| machine.name == pod.name);
        let ports = machine.map_or("", |m| if protocol == Protocol::Udp { m.udp } else { m.tcp });
        if ports.split(',').any(|open| open == port.to_string()) { Accept::Open } else { Accept::Closed }
    }

    fn serve(&mut self, _: &Key, _: u16, _: &Message<'_>, _: &[Trace]) -> Answer {
        Answer::Nothing
    }

    fn outside(&mut self, _: &str, _: &HttpRequest) -> HttpResponse {
        HttpResponse::default()
    }
}
