//! kube-proxy in nftables mode: one table of chains, maps and sets, what they do, how they print.

mod build;
mod evaluate;
mod rule;

pub use rule::{Action, Element, Map, MapKey, Match, Rule};

use super::port::ServicePort;
use super::{NodeFacts, Setting};
use crate::api::Gathered;
use crate::api::Key;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Where the kernel enters a base chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each prints its own definition
pub enum Hook {
    FilterPrerouting,
    FilterInput,
    FilterForward,
    FilterOutput,
    FilterOutputPostDnat,
    NatPrerouting,
    NatOutput,
    NatPostrouting,
}

impl Hook {
    fn definition(self) -> &'static str {
        match self {
            Self::FilterPrerouting => "type filter hook prerouting priority dstnat - 10; policy accept;",
            Self::FilterInput => "type filter hook input priority -110; policy accept;",
            Self::FilterForward => "type filter hook forward priority -110; policy accept;",
            Self::FilterOutput => "type filter hook output priority -110; policy accept;",
            Self::FilterOutputPostDnat => "type filter hook output priority -90; policy accept;",
            Self::NatPrerouting => "type nat hook prerouting priority dstnat; policy accept;",
            Self::NatOutput => "type nat hook output priority -100; policy accept;",
            Self::NatPostrouting => "type nat hook postrouting priority srcnat; policy accept;",
        }
    }
}

/// How a chain is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChainKind {
    /// By the kernel.
    Base(Hook),
    /// By other chains.
    Regular,
}

/// What one Service adds to the table.
#[derive(Clone, Debug, Default, PartialEq)]
struct Part {
    cluster_ips: BTreeSet<Ipv4Addr>,
    elements: BTreeMap<(Map, MapKey), Element>,
    chains: BTreeMap<String, Vec<Rule>>,
    /// Sets that remember clients, with their seconds.
    affinity: BTreeMap<String, u32>,
}

impl Part {
    fn add(&mut self, chain: impl Into<String>, rule: Rule) {
        self.chains.entry(chain.into()).or_default().push(rule);
    }
}

/// All rules of one node. Each Service's are kept apart, so that one can be programmed anew
/// without touching another's.
#[derive(Clone, Debug)]
pub struct Nftables {
    base: Vec<(&'static str, ChainKind, Vec<Rule>)>,
    node_port_ips: Vec<Ipv4Addr>,
    services: BTreeMap<Key, Arc<Part>>,
    /// Which Service has an element: a map has one place for each key.
    owners: BTreeMap<(Map, MapKey), Key>,
}

impl Nftables {
    /// The rules of a node without Services. Node ports answer on its primary address only.
    pub fn new(node: &NodeFacts, setting: &Setting) -> Self {
        Self {
            base: build::base(setting),
            node_port_ips: node.ip.into_iter().collect(),
            services: BTreeMap::new(),
            owners: BTreeMap::new(),
        }
    }

    /// Replaces the rules of one Service by those for `ports`; none means that it is gone.
    pub fn program(&mut self, service: &Key, ports: &[ServicePort], node: &NodeFacts, setting: &Setting) {
        if let Some(old) = self.services.remove(service) {
            for key in old.elements.keys() {
                self.owners.remove(key);
            }
        }
        let mut part = Part::default();
        for port in ports {
            build::port(&mut part, port, node, setting);
        }
        for key in part.elements.keys() {
            self.owners.insert(*key, service.clone());
        }
        if !ports.is_empty() {
            self.services.insert(service.clone(), Arc::new(part));
        }
    }

    /// What `nft list ruleset` prints.
    pub fn list(&self) -> String {
        let mut out = String::from("table ip kube-proxy {\n\tcomment \"rules for kube-proxy\"\n");
        let cluster_ips: BTreeSet<&Ipv4Addr> =
            self.services.values().flat_map(|part| &part.cluster_ips).into_set();
        let cluster_ips = cluster_ips.iter().map(ToString::to_string).collect();
        set(&mut out, "cluster-ips", "Active ClusterIPs", cluster_ips);
        let node_ports = self.node_port_ips.iter().map(ToString::to_string).collect();
        set(&mut out, "nodeport-ips", "IPs that accept NodePort traffic", node_ports);
        for map in Map::ALL {
            self.list_map(&mut out, map);
        }
        for (name, seconds) in self.services.values().flat_map(|part| &part.affinity) {
            let _ = writeln!(
                out,
                "\tset {name} {{\n\t\ttype ipv4_addr\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout {}\n\t}}\n",
                spell(*seconds)
            );
        }
        for (name, kind, rules) in &self.base {
            let _ = writeln!(out, "\tchain {name} {{");
            if *name == "reject-chain" {
                out.push_str("\t\tcomment \"helper for @no-endpoint-services / @no-endpoint-nodeports\"\n");
            }
            if let ChainKind::Base(hook) = kind {
                let _ = writeln!(out, "\t\t{}", hook.definition());
            }
            write_rules(&mut out, rules);
        }
        for (name, rules) in self.services.values().flat_map(|part| &part.chains) {
            let _ = writeln!(out, "\tchain {name} {{");
            write_rules(&mut out, rules);
        }
        if out.ends_with("\n\n") {
            out.pop();
        }
        out.push_str("}\n");
        out
    }

    fn list_map(&self, out: &mut String, map: Map) {
        let address = if map.has_address() { "ipv4_addr . " } else { "" };
        let _ = writeln!(
            out,
            "\tmap {} {{\n\t\ttype {address}inet_proto . inet_service : verdict\n\t\tcomment \"{}\"",
            map.name(),
            map.comment()
        );
        let all: BTreeMap<&(Map, MapKey), &Element> =
            self.services.values().flat_map(|part| &part.elements).filter(|((m, _), _)| *m == map).into_map();
        let elements = all
            .into_iter()
            .map(|((_, key), element)| {
                let comment = element.comment.as_ref().map(|text| format!(" comment \"{text}\""));
                format!("{key}{} : {}", comment.unwrap_or_default(), element.action)
            })
            .collect();
        write_elements(out, elements);
    }
}

fn set(out: &mut String, name: &str, comment: &str, elements: Vec<String>) {
    let _ = writeln!(out, "\tset {name} {{\n\t\ttype ipv4_addr\n\t\tcomment \"{comment}\"");
    write_elements(out, elements);
}

fn write_elements(out: &mut String, elements: Vec<String>) {
    // `nft` puts two bare addresses on a line.
    let wide = elements.first().is_some_and(|element| element.contains(" "));
    let lines: Vec<String> = elements.chunks(if wide { 1 } else { 2 }).map(|line| line.join(", ")).collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "\t\telements = {{ {} }}", lines.join(",\n\t\t\t     "));
    }
    out.push_str("\t}\n\n");
}

fn write_rules(out: &mut String, rules: &[Rule]) {
    for rule in rules {
        let _ = writeln!(out, "\t\t{rule}");
    }
    out.push_str("\t}\n\n");
}

/// A timeout as `nft` spells it: `3h`, `1m30s`.
fn spell(seconds: u32) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let mut text = String::new();
    for (unit, size) in units {
        if rest >= size {
            let _ = write!(text, "{}{unit}", rest / size);
            rest %= size;
        }
    }
    text
}
