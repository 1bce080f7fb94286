//! What a node's own tools show: kube-proxy's rules, translated connections, containers.

pub mod iptables;

use crate::api::service::Protocol;
use crate::proxy::Mode;
use crate::shell::kubectl::doc::{items, text};
use crate::shell::kubectl::output::age;
use crate::shell::kubectl::output::tabwriter::TabWriter;
use crate::shell::program::{Ctx, Exit, Place};
use crate::shell::tools::net::machine::{node_address, pod_range};
use std::time::Duration;

/// How long a connection that has ended is remembered (`nf_conntrack_tcp_timeout_time_wait`).
const TIME_WAIT: Duration = Duration::from_secs(120);
/// The same for a datagram and its answer (`nf_conntrack_udp_timeout`).
const UDP: Duration = Duration::from_secs(30);

/// The node whose rules are seen from here: nodes, and pods on a node's network.
fn node(ctx: &Ctx<'_>) -> Option<String> {
    match ctx.place {
        Place::Node(node) => Some(node.clone()),
        Place::Container { pod, .. } => {
            let pod = ctx.cluster.store().get(pod)?.pod()?;
            pod.spec.host_network.then(|| pod.node.to_string())
        }
        Place::Workstation => None,
    }
}

/// What the kernel tells programs of an ordinary pod.
fn refused(ctx: &mut Ctx<'_>, who: &str) -> Exit {
    ctx.complain(format!(
        "{who} v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)"
    ));
    4
}

/// `nft list ruleset`, `nft list tables`, `nft list table FAMILY NAME`
pub fn nft(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(node) = node(ctx) else {
        ctx.complain("Operation not permitted (you must be root)");
        return 1;
    };
    let words: Vec<&str> =
        args[1..].iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let own = ctx.cluster.profile().network.proxy.mode == Mode::Nftables;
    let rules = ctx.cluster.proxies().get(&node).filter(|_| own).map(crate::proxy::Proxy::save);
    match words[..] {
        ["list", "ruleset"] | ["list", "ruleset", _] => {
            ctx.stdout.push_str(rules.as_deref().unwrap_or_default());
            if !own {
                ctx.complain("# kube-proxy runs in iptables mode here: iptables-save shows its rules");
            }
            0
        }
        ["list", "tables"] => {
            if rules.is_some() {
                ctx.say("table ip kube-proxy");
            }
            0
        }
        ["list", "table", "ip", "kube-proxy"] if rules.is_some() => {
            ctx.stdout.push_str(rules.as_deref().unwrap_or_default());
            0
        }
        ["list", "table", ..] => {
            ctx.complain("Error: No such file or directory");
            1
        }
        _ => {
            ctx.complain("nft: only `nft list ruleset`, `nft list tables` and `nft list table ip kube-proxy` are simulated here");
            1
        }
    }
}

/// `conntrack -L [-p PROTOCOL] [-s SOURCE] [-d DESTINATION] [--dport PORT]`
pub fn conntrack(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    const NAME: &str = "conntrack v1.4.7 (conntrack-tools)";
    let Some(node) = node(ctx) else {
        ctx.complain(format!("{NAME}: Operation failed: Operation not permitted (you must be root)"));
        return 1;
    };
    let option = |names: [&str; 2]| {
        let at = args.iter().position(|arg| names.contains(&arg.as_str()))?;
        args.get(at + 1).cloned()
    };
    if !args.iter().any(|arg| matches!(arg.as_str(), "-L" | "--dump" | "-C" | "--count")) {
        ctx.complain(format!("{NAME}: only -L and -C are simulated here"));
        return 2;
    }
    let (source, destination) = (option(["-s", "--src"]), option(["-d", "--dst"]));
    let (protocol, port) = (option(["-p", "--proto"]), option(["--dport", "--orig-port-dst"]));
    let fits = |wanted: &Option<String>, found: String| wanted.as_ref().is_none_or(|wanted| *wanted == found);
    let mut shown = 0;
    let mut out = String::new();
    for flow in ctx.cluster.tracked(&node) {
        let tcp = flow.protocol == Protocol::Tcp;
        let left = if tcp { TIME_WAIT } else { UDP }.saturating_sub(flow.idle);
        let name = flow.protocol.as_str().to_ascii_lowercase();
        let wanted = fits(&source, flow.source.ip().to_string())
            && fits(&destination, flow.destination.ip().to_string())
            && fits(&protocol, name.clone())
            && fits(&port, flow.destination.port().to_string());
        if left.is_zero() || !wanted {
            continue;
        }
        shown += 1;
        // Where the source was rewritten, the answer goes to the node.
        let here = pod_range(ctx.cluster, &node).filter(|(range, _)| range.contains(*flow.to.ip()));
        let masked = here.map(|(_, own)| own).or_else(|| node_address(ctx.cluster, &node));
        let back = masked.filter(|_| flow.masquerade).unwrap_or(*flow.source.ip());
        let (number, state) = if tcp { (6, "TIME_WAIT ") } else { (17, "") };
        out += &format!(
            "{name:<8} {number} {} {state}src={} dst={} sport={} dport={} src={} dst={back} sport={} dport={}{} mark=0 use=1\n",
            left.as_secs(),
            flow.source.ip(),
            flow.destination.ip(),
            flow.source.port(),
            flow.destination.port(),
            flow.to.ip(),
            flow.to.port(),
            flow.source.port(),
            if tcp { " [ASSURED]" } else { "" },
        );
    }
    if args.iter().any(|arg| matches!(arg.as_str(), "-C" | "--count")) {
        ctx.say(shown.to_string());
        return 0;
    }
    ctx.stdout.push_str(&out);
    ctx.complain(format!("{NAME}: {shown} flow entries have been shown."));
    0
}

/// `crictl ps`, `crictl pods`
pub fn crictl(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(node) = node(ctx) else { return refused(ctx, "crictl") };
    let what = args[1..].iter().find(|arg| !arg.starts_with('-')).map(String::as_str);
    let mut table = TabWriter::new(20, 3);
    let now = ctx.cluster.now();
    match what {
        Some("ps") => table.row([
            "CONTAINER",
            "IMAGE",
            "CREATED",
            "STATE",
            "NAME",
            "ATTEMPT",
            "POD ID",
            "POD",
            "NAMESPACE",
        ]),
        Some("pods") => table.row(["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"]),
        _ => {
            ctx.complain("crictl: only `crictl ps` and `crictl pods` are simulated here");
            return 1;
        }
    }
    for pod in ctx.cluster.store().pods_on_node(&node) {
        let (doc, meta) = (pod.doc(), &pod.meta);
        let id: String = meta.uid.replace('-', "").chars().take(13).collect();
        let since = |text: &str| {
            let from = crate::api::Instant::parse_rfc3339(text).unwrap_or(now);
            format!("{} ago", age::human(now.since(from)))
        };
        if what == Some("pods") {
            let created = since(text(&doc["metadata"]["creationTimestamp"]));
            table.row(
                [&id, &created, "Ready", &meta.name, &meta.namespace, "0", "(default)"]
                    .map(|cell: &str| cell),
            );
            continue;
        }
        for status in items(&doc["status"]["containerStatuses"]) {
            let started = text(&status["state"]["running"]["startedAt"]);
            if started.is_empty() {
                continue;
            }
            let own = text(&status["containerID"]).rsplit('/').next().unwrap_or_default();
            let own: String = own.chars().take(13).collect();
            let restarts = status["restartCount"].as_i64().unwrap_or(0).to_string();
            let created = since(started);
            table.row([
                own.as_str(),
                text(&status["image"]),
                &created,
                "Running",
                text(&status["name"]),
                &restarts,
                &id,
                &meta.name,
                &meta.namespace,
            ]);
        }
    }
    let text = table.finish();
    ctx.stdout.push_str(&text);
    0
}
