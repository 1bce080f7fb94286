//! `iptables-save`, and what `iptables -S` and `iptables -L` show of the same rules.

use super::{node, refused};
use crate::proxy::Cidr;
use crate::proxy::iptables::{Chain, Iptables, Match, Rule, Table, Target, probability};
use crate::shell::program::{Ctx, Exit};

/// The rules of the node, if its kube-proxy writes them for iptables.
fn rules<'a>(ctx: &'a Ctx<'_>, node: &str) -> Option<&'a Iptables> {
    ctx.cluster.proxies().get(node)?.iptables()
}

/// A table that kube-proxy writes to, of those that a kernel has.
fn table(name: &str) -> Option<Table> {
    [Table::Filter, Table::Nat].into_iter().find(|table| table.as_str() == name)
}

/// Tables that a kernel has and kube-proxy leaves empty.
const EMPTY: [&str; 3] = ["mangle", "raw", "security"];

/// `iptables-save [-t TABLE]`
pub fn save(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(node) = node(ctx) else { return refused(ctx, "iptables-save") };
    let mut wanted = None;
    let mut words = args[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-t" | "--table" => wanted = words.next().cloned(),
            "-c" | "--counters" => {}
            other => {
                ctx.complain(format!("Unknown option or argument: {other}"));
                return 1;
            }
        }
    }
    let saved = match wanted.as_deref() {
        None => rules(ctx, &node).map(Iptables::save),
        Some(name) => match table(name) {
            Some(table) => rules(ctx, &node).map(|rules| rules.save_table(table)),
            None if EMPTY.contains(&name) => None,
            None => {
                ctx.complain(format!("iptables-save v1.8.9 (nf_tables): table `{name}' does not exist"));
                return 1;
            }
        },
    };
    ctx.stdout.push_str(&saved.unwrap_or_default());
    0
}

/// `iptables [-t TABLE] -S|-L [CHAIN] [-n] [-v] [--line-numbers]`
pub fn iptables(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(node) = node(ctx) else { return refused(ctx, "iptables") };
    let (mut name, mut chain, mut listing, mut numbers) = ("filter".to_owned(), None, None, false);
    let mut view = View { numeric: false, verbose: false };
    let mut words = args[1..].iter().peekable();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-t" | "--table" => name = words.next().cloned().unwrap_or_default(),
            "--line-numbers" => numbers = true,
            "-V" | "--version" => {
                ctx.say("iptables v1.8.9 (nf_tables)");
                return 0;
            }
            "-S" | "--list-rules" | "-L" | "--list" => {
                listing = Some(word.contains(['L', 'l']) && !word.ends_with("rules"));
                chain = words.next_if(|word| !word.starts_with('-')).cloned().or(chain);
            }
            "--numeric" => view.numeric = true,
            "--verbose" => view.verbose = true,
            // `-nL`, `-nvL` and the like.
            flags
                if flags.starts_with('-')
                    && !flags.starts_with("--")
                    && flags[1..].chars().all(|c| "nvxLS".contains(c)) =>
            {
                view.numeric |= flags.contains('n');
                view.verbose |= flags.contains('v');
                if flags.contains(['L', 'S']) {
                    listing = Some(flags.contains('L'));
                    chain = words.next_if(|word| !word.starts_with('-')).cloned().or(chain);
                }
            }
            _ => {
                ctx.complain("iptables: rules are kube-proxy's here and follow from the cluster's objects; only -S and -L are simulated");
                return 2;
            }
        }
    }
    let Some(list) = listing else {
        ctx.complain("iptables v1.8.9 (nf_tables): no command specified\nTry `iptables -h' or 'iptables --help' for more information.");
        return 2;
    };
    if table(&name).is_none() && !EMPTY.contains(&name.as_str()) {
        ctx.complain(format!("iptables v1.8.9 (nf_tables): table '{name}' does not exist"));
        ctx.complain("Perhaps iptables or your kernel needs to be upgraded.");
        return 3;
    }
    let listed = rules(ctx, &node).zip(table(&name)).map(|(rules, table)| rules.chains(table));
    let chains = listed.unwrap_or_default();
    let is_shown = |name: Chain| chain.as_ref().is_none_or(|wanted| *wanted == name.to_string());
    let shown: Vec<&(Chain, Vec<&Rule>)> = chains.iter().filter(|(name, _)| is_shown(*name)).collect();
    if let Some(wanted) = chain.as_ref().filter(|_| shown.is_empty()) {
        let told = if list {
            "iptables: No chain/target/match by that name.".to_owned()
        } else {
            format!(
                "iptables v1.8.9 (nf_tables): chain `{wanted}' in table `{name}' is incompatible, use 'nft' tool."
            )
        };
        ctx.complain(told);
        return 1;
    }
    let mut out = String::new();
    if !list {
        for (chain, _) in &shown {
            let head = if chain.is_builtin() { format!("-P {chain} ACCEPT") } else { format!("-N {chain}") };
            out += &format!("{head}\n");
        }
        for (chain, rules) in &shown {
            rules.iter().for_each(|rule| out += &format!("-A {chain}{rule}\n"));
        }
    }
    for (index, (chain, rules)) in shown.iter().enumerate().filter(|_| list) {
        let jumps = |rule: &&&Rule| rule.target == Target::Jump(*chain);
        let uses = chains.iter().flat_map(|(_, rules)| rules).filter(jumps).count();
        let kind = match (chain.is_builtin(), view.verbose) {
            (true, true) => "policy ACCEPT 0 packets, 0 bytes".to_owned(),
            (true, false) => "policy ACCEPT".to_owned(),
            (false, _) => format!("{uses} references"),
        };
        let apart = if index > 0 { "\n" } else { "" };
        let number = if numbers { "num  " } else { "" };
        out += &format!("{apart}Chain {chain} ({kind})\n");
        out += &match view.verbose {
            true => format!(
                "{number} pkts bytes target     prot opt in     out     source               destination         \n"
            ),
            false => format!("{number}target     prot opt source               destination         \n"),
        };
        for (index, rule) in rules.iter().enumerate() {
            let number = if numbers { format!("{:<4} ", index + 1) } else { String::new() };
            out += &format!("{number}{}\n", row(rule, &view));
        }
    }
    ctx.stdout.push_str(&out);
    0
}

/// How rules are listed.
struct View {
    /// Addresses and ports as numbers (`-n`).
    numeric: bool,
    /// With interfaces, and counters, which nobody keeps here (`-v`).
    verbose: bool,
}

/// The ports of Services that have names in `/etc/services`.
const SERVICES: [(u16, &str); 5] =
    [(53, "domain"), (80, "http"), (443, "https"), (5432, "postgresql"), (3306, "mysql")];

/// A rule as a row of a listing.
fn row(rule: &Rule, view: &View) -> String {
    let protocol = rule.protocol.map_or_else(|| "all".to_owned(), |it| it.as_str().to_ascii_lowercase());
    let range = |range: Option<Cidr>| match range {
        None if view.numeric => "0.0.0.0/0".to_owned(),
        None => "anywhere".to_owned(),
        Some(range) if range.length() == 32 => range.address().to_string(),
        Some(range) => range.to_string(),
    };
    let (not, source) = rule.source.map_or((false, None), |(not, from)| (not, Some(from)));
    let source = format!("{}{:<19}", if not { '!' } else { ' ' }, range(source));
    let mut rest = String::new();
    for condition in &rule.matches {
        match condition {
            Match::Comment(text) => rest += &format!(" /* {text} */"),
            Match::Transport(None) => {}
            Match::Transport(Some(port)) => {
                let named = SERVICES.iter().find(|(known, _)| known == port && !view.numeric);
                let port = named.map_or_else(|| port.to_string(), |(_, name)| (*name).to_owned());
                rest += &format!(" {protocol} dpt:{port}");
            }
            Match::ToLocal => rest += " ADDRTYPE match dst-type LOCAL",
            Match::FromLocal => rest += " ADDRTYPE match src-type LOCAL",
            Match::State { not, states } => {
                rest += &format!(" {}ctstate {states}", if *not { "! " } else { "" });
            }
            Match::Marked(set) => {
                rest += &format!(" mark match {}0x4000/0x4000", if *set { "" } else { "! " });
            }
            Match::Chance(of) => {
                rest += &format!(" statistic mode random probability {:.11}", probability(*of));
            }
            Match::Recent { endpoint, seconds } => {
                let list = Chain::Sep(*endpoint);
                rest += &format!(
                    " recent: CHECK seconds: {seconds} reap name: {list} side: source mask: 255.255.255.255"
                );
            }
            Match::Remember(endpoint) => {
                let list = Chain::Sep(*endpoint);
                rest += &format!(" recent: SET name: {list} side: source mask: 255.255.255.255");
            }
        }
    }
    let (target, how) = match rule.target {
        Target::None => (String::new(), String::new()),
        Target::Jump(chain) => (chain.to_string(), String::new()),
        Target::Return => ("RETURN".to_owned(), String::new()),
        Target::Accept => ("ACCEPT".to_owned(), String::new()),
        Target::Drop => ("DROP".to_owned(), String::new()),
        Target::Reject => ("REJECT".to_owned(), " reject-with icmp-port-unreachable".to_owned()),
        Target::Dnat(to) => ("DNAT".to_owned(), format!(" to:{to}")),
        Target::Masquerade => ("MASQUERADE".to_owned(), " random-fully".to_owned()),
        Target::SetMark => ("MARK".to_owned(), " MARK or 0x4000".to_owned()),
        Target::ClearMark => ("MARK".to_owned(), " MARK xor 0x4000".to_owned()),
    };
    let destination = range(rule.destination);
    let (counters, interfaces) = match (view.verbose, view.numeric) {
        (false, _) => ("", ""),
        (true, true) => ("    0     0 ", " *      *      "),
        (true, false) => ("    0     0 ", " any    any    "),
    };
    format!("{counters}{target:<9}  {protocol:<4} -- {interfaces}{source}  {destination:<19} {rest}{how}")
}
