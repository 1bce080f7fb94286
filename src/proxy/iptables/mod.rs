//! kube-proxy in iptables mode: the rules as data, what they do to a packet, how they are printed.

mod build;
mod evaluate;
mod rule;

pub use rule::{Chain, Match, Rule, Target, probability};

use super::port::ServicePort;
use super::{NodeFacts, Setting};
use crate::api::Gathered;
use crate::api::Key;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// A table of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Lets pass, drops, rejects.
    Filter,
    /// Rewrites addresses.
    Nat,
}

impl Table {
    /// The command line's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Nat => "nat",
        }
    }
}

/// Rules by chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules(BTreeMap<(Table, Chain), Vec<Rule>>);

impl Rules {
    fn add(&mut self, table: Table, chain: Chain, rule: Rule) {
        self.0.entry((table, chain)).or_default().push(rule);
    }

    fn open(&mut self, table: Table, chain: Chain) {
        self.0.entry((table, chain)).or_default();
    }

    fn get(&self, table: Table, chain: Chain) -> &[Rule] {
        self.0.get(&(table, chain)).map_or(&[], Vec::as_slice)
    }
}

/// All rules of one node. Each Service's are kept apart, so that one can be programmed anew
/// without touching another's.
#[derive(Clone, Debug)]
pub struct Iptables {
    base: Arc<Rules>,
    services: BTreeMap<Key, Arc<Rules>>,
}

impl Default for Iptables {
    /// The rules of a node without Services.
    fn default() -> Self {
        Self { base: Arc::new(build::base()), services: BTreeMap::new() }
    }
}

impl Iptables {
    /// Replaces the rules of one Service by those for `ports`; none means that it is gone.
    pub fn program(&mut self, service: &Key, ports: &[ServicePort], node: &NodeFacts, setting: &Setting) {
        let mut rules = Rules::default();
        for port in ports {
            build::port(&mut rules, port, node, setting);
        }
        if rules.0.is_empty() {
            self.services.remove(service);
        } else {
            self.services.insert(service.clone(), Arc::new(rules));
        }
    }

    /// The rules of a chain in order, each with the Service it is for.
    fn chain(&self, table: Table, chain: Chain) -> impl Iterator<Item = (Option<&Key>, &Rule)> {
        let of_services = self
            .services
            .iter()
            .flat_map(move |(key, rules)| rules.get(table, chain).iter().map(move |rule| (Some(key), rule)));
        of_services.chain(self.base.get(table, chain).iter().map(|rule| (None, rule)))
    }

    /// The chains of a table as they are listed, each with its rules in order.
    pub fn chains(&self, table: Table) -> Vec<(Chain, Vec<&Rule>)> {
        let all = std::iter::once(&self.base).chain(self.services.values());
        let of_table = all.flat_map(|rules| rules.0.keys()).filter(|(t, _)| *t == table);
        let chains: BTreeSet<Chain> = of_table.map(|(_, chain)| *chain).into_set();
        let rules = |chain| self.chain(table, chain).map(|(_, rule)| rule).collect();
        chains.into_iter().map(|chain| (chain, rules(chain))).collect()
    }

    /// What `iptables-save -t` prints of a table, without the lines that carry a date.
    pub fn save_table(&self, table: Table) -> String {
        let mut out = format!("*{}\n", table.as_str());
        let chains = self.chains(table);
        for (chain, _) in &chains {
            let _ = writeln!(out, ":{chain} {} [0:0]", if chain.is_builtin() { "ACCEPT" } else { "-" });
        }
        for (chain, rules) in &chains {
            for rule in rules {
                let _ = writeln!(out, "-A {chain}{rule}");
            }
        }
        out + "COMMIT\n"
    }

    /// What `iptables-save` prints of all tables.
    pub fn save(&self) -> String {
        [Table::Filter, Table::Nat].map(|table| self.save_table(table)).concat()
    }
}
