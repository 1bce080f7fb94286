//! `iptables-save`, and what `iptables -S` and `iptables -L` show of the same rules.

use super::{node, refused};
use crate::proxy::{Mode, Proxy};
use crate::shell::program::{Ctx, Exit};

/// The rules of the node, as `iptables-save` prints them.
fn rules(ctx: &Ctx<'_>, node: &str) -> String {
    let own = ctx.cluster.profile().network.proxy.mode == Mode::Iptables;
    ctx.cluster.proxies().get(node).filter(|_| own).map(Proxy::save).unwrap_or_default()
}

/// The lines of a table, its own and its end left out.
fn table<'a>(rules: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let head = format!("*{name}");
    rules.lines().skip_while(move |line| *line != head).skip(1).take_while(|line| *line != "COMMIT")
}

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
    let text = rules(ctx, &node);
    match wanted {
        None => ctx.stdout.push_str(&text),
        Some(name) if ["filter", "nat", "mangle", "raw"].contains(&name.as_str()) => {
            let lines: Vec<&str> = table(&text, &name).collect();
            if !lines.is_empty() {
                ctx.say(format!("*{name}\n{}\nCOMMIT", lines.join("\n")));
            }
        }
        Some(name) => {
            ctx.complain(format!("iptables-save v1.8.9 (nf_tables): table `{name}' does not exist"));
            return 1;
        }
    }
    0
}

/// `iptables [-t TABLE] -S|-L [CHAIN] [-n] [-v] [--line-numbers]`
pub fn iptables(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(node) = node(ctx) else { return refused(ctx, "iptables") };
    let (mut name, mut chain, mut listing, mut numbers) = ("filter".to_owned(), None, None, false);
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
            // `-nL`, `-nvL` and the like.
            flags
                if flags.starts_with('-')
                    && !flags.starts_with("--")
                    && flags[1..].chars().all(|c| "nvxLS".contains(c)) =>
            {
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
    let text = rules(ctx, &node);
    let lines: Vec<&str> = table(&text, &name).collect();
    let declared = |line: &&str| {
        line.strip_prefix(':').map(|rest| rest.split(' ').next().unwrap_or_default().to_owned())
    };
    let chains: Vec<String> = lines.iter().filter_map(declared).collect();
    if let Some(wanted) = chain.as_ref().filter(|wanted| !chains.contains(wanted)) {
        ctx.complain(match list {
            true => "iptables: No chain/target/match by that name.".to_owned(),
            false => format!("iptables v1.8.9 (nf_tables): chain `{wanted}' in table `{name}' is incompatible, use 'nft' tool."),
        });
        return 1;
    }
    let shown: Vec<&String> =
        chains.iter().filter(|name| chain.as_ref().is_none_or(|wanted| wanted == *name)).collect();
    let of = |chain: &str| {
        let start = format!("-A {chain} ");
        lines.iter().copied().filter(move |line| line.starts_with(&start)).collect::<Vec<_>>()
    };
    if !list {
        for chain in &shown {
            ctx.say(if chain.starts_with("KUBE-") {
                format!("-N {chain}")
            } else {
                format!("-P {chain} ACCEPT")
            });
        }
        for chain in &shown {
            of(chain).into_iter().for_each(|line| ctx.say(line));
        }
        return 0;
    }
    for (index, chain) in shown.iter().enumerate() {
        if index > 0 {
            ctx.say("");
        }
        let uses = lines.iter().filter(|line| {
            line.split(' ').skip_while(|word| !matches!(*word, "-j" | "-g")).nth(1) == Some(chain.as_str())
        });
        ctx.say(match chain.starts_with("KUBE-") {
            true => format!("Chain {chain} ({} references)", uses.count()),
            false => format!("Chain {chain} (policy ACCEPT)"),
        });
        let head = if numbers { "num  " } else { "" };
        ctx.say(format!("{head}target     prot opt source               destination         "));
        for (number, line) in of(chain).into_iter().enumerate() {
            let head = if numbers { format!("{:<4} ", number + 1) } else { String::new() };
            ctx.say(format!("{head}{}", row(line)));
        }
    }
    0
}

/// The words of a rule, quoted ones whole.
fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut quoted = false;
    let mut word = String::new();
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => found.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    found.push(word);
    found
}

/// A rule as a row of a listing.
fn row(line: &str) -> String {
    let words = words(line);
    let mut words = words.iter().map(String::as_str).skip(2);
    let (mut target, mut protocol, mut source, mut destination) =
        (String::new(), "all", "0.0.0.0/0".to_owned(), "0.0.0.0/0".to_owned());
    let mut rest = String::new();
    let mut not = "";
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_default().to_owned();
        let address = |text: String| text.strip_suffix("/32").map_or(text.clone(), str::to_owned);
        let more = match word {
            "!" => {
                not = "! ";
                continue;
            }
            "-m" => {
                value();
                continue;
            }
            "-j" | "-g" => {
                target = value();
                String::new()
            }
            "-p" => {
                protocol = match value().as_str() {
                    "tcp" => "tcp",
                    "udp" => "udp",
                    "sctp" => "sctp",
                    _ => "all",
                };
                String::new()
            }
            "-s" => {
                source = format!("{}{}", not.trim_end(), address(value()));
                String::new()
            }
            "-d" => {
                destination = format!("{}{}", not.trim_end(), address(value()));
                String::new()
            }
            "--comment" => format!("/* {} */", value()),
            "--dport" => format!("{protocol} dpt:{}", value()),
            "--ctstate" => format!("{not}ctstate {}", value()),
            "--mark" => format!("mark match {not}{}", value()),
            "--mode" => format!("statistic mode {}", value()),
            "--probability" => format!("probability {}", value()),
            "--to-destination" => format!("to:{}", value()),
            "--dst-type" => format!("ADDRTYPE match dst-type {}", value()),
            "--src-type" => format!("ADDRTYPE match src-type {}", value()),
            "--reject-with" => format!("reject-with {}", value()),
            "--or-mark" => format!("MARK or {}", value()),
            "--xor-mark" => format!("MARK xor {}", value()),
            "--random-fully" => "random-fully".to_owned(),
            "--name" => format!("side: source mask: 255.255.255.255 name: {}", value()),
            "--seconds" => format!("seconds: {}", value()),
            "--rcheck" => "recent: CHECK".to_owned(),
            "--set" => "recent: SET".to_owned(),
            "--reap" => "reap".to_owned(),
            "--mask" => {
                value();
                String::new()
            }
            _ => String::new(),
        };
        not = "";
        if !more.is_empty() {
            rest.push(' ');
            rest += &more;
        }
    }
    format!("{target:<10} {protocol:<4} --  {source:<20} {destination:<20}{rest}")
}
