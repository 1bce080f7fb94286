//! What the table does to a packet: hooks in the kernel's order, chains, maps.

use super::{Action, ChainKind, Hook, Map, MapKey, Match, Nftables, Rule};
use crate::api::Key;
use crate::proxy::{Branch, Choose, Flow, Stage, Translation, Used, Verdict};
use std::net::{Ipv4Addr, SocketAddrV4};

/// What a chain decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// Nothing: the chain before goes on.
    Through,
    /// The packet goes elsewhere.
    Dnat(SocketAddrV4),
    /// It vanishes.
    Drop,
    /// It is answered.
    Reject,
}

struct Walk<'t, 'a> {
    table: &'t Nftables,
    flow: &'a Flow,
    choose: &'a mut dyn Choose,
    destination: Ipv4Addr,
    port: u16,
    marked: bool,
    service: Option<Key>,
    stage: Stage,
    used: Vec<Used>,
    found: Vec<Branch>,
}

impl Nftables {
    /// What the rules do to the first packet of a connection.
    pub fn evaluate(&self, flow: &Flow, choose: &mut dyn Choose) -> Translation {
        let mut walk = Walk {
            table: self,
            flow,
            choose,
            destination: flow.destination,
            port: flow.port,
            marked: false,
            service: None,
            stage: Stage::Filter,
            used: Vec::new(),
            found: Vec::new(),
        };
        let verdict = walk.run();
        let masquerade = walk.marked && matches!(verdict, Verdict::Dnat(_) | Verdict::Pass);
        if masquerade {
            let rules =
                self.chain("masquerading", None).iter().filter(|rule| rule.action == Action::Masquerade);
            let used = |rule: &Rule| Used {
                stage: Stage::Masquerade,
                chain: "masquerading".into(),
                text: rule.to_string(),
            };
            walk.used.extend(rules.map(used));
        }
        Translation { verdict, service: walk.service, masquerade, used: walk.used, all: walk.found }
    }

    /// The rules of a chain; a Service's own are named for it.
    fn chain(&self, name: &str, owner: Option<&Key>) -> &[Rule] {
        let own = owner.and_then(|key| self.services.get(key)).and_then(|part| part.chains.get(name));
        match own {
            Some(rules) => rules,
            None => self.base.iter().find(|(base, ..)| *base == name).map_or(&[], |(_, _, rules)| rules),
        }
    }
}

impl<'t> Walk<'t, '_> {
    fn run(&mut self) -> Verdict {
        let before: &[Hook] = if self.flow.from_here {
            &[Hook::FilterOutput, Hook::NatOutput, Hook::FilterOutputPostDnat]
        } else {
            &[Hook::FilterPrerouting, Hook::NatPrerouting]
        };
        let mut verdict = Verdict::Pass;
        for hook in before {
            if let Some(found) = self.hook(*hook) {
                verdict = found;
                if !matches!(verdict, Verdict::Dnat(_)) {
                    return verdict;
                }
            }
        }
        if !self.flow.from_here {
            // Routing looks at the new destination.
            let here = self.flow.is_local(self.destination);
            let hook = if here { Hook::FilterInput } else { Hook::FilterForward };
            verdict = self.hook(hook).unwrap_or(verdict);
        }
        verdict
    }

    fn hook(&mut self, hook: Hook) -> Option<Verdict> {
        let table = self.table;
        let (name, _, rules) = table.base.iter().find(|(_, kind, _)| *kind == ChainKind::Base(hook))?;
        let translates = matches!(hook, Hook::NatPrerouting | Hook::NatOutput);
        self.stage = if translates { Stage::Translate } else { Stage::Filter };
        match self.rules(name, rules, None) {
            Decision::Through => None,
            Decision::Dnat(to) => {
                (self.destination, self.port) = (*to.ip(), to.port());
                Some(Verdict::Dnat(to))
            }
            Decision::Drop => Some(Verdict::Drop),
            Decision::Reject => Some(Verdict::Reject),
        }
    }

    fn rules(&mut self, chain: &str, rules: &[Rule], owner: Option<&Key>) -> Decision {
        for rule in rules {
            if !rule.matches.iter().all(|condition| self.meets(condition)) {
                continue;
            }
            let noted = self.used.len();
            self.used.push(Used { stage: self.stage, chain: chain.to_owned(), text: rule.to_string() });
            let (decision, ends) = self.act(&rule.action, owner);
            if decision != Decision::Through {
                return decision;
            }
            if !matches!(&rule.action, Action::Jump(to) if to == "mark-for-masquerade") {
                self.used.truncate(noted);
            }
            if ends {
                return Decision::Through;
            }
        }
        Decision::Through
    }

    /// What an action leads to, and whether it ends its chain.
    fn act(&mut self, action: &Action, owner: Option<&Key>) -> (Decision, bool) {
        let table = self.table;
        match action {
            Action::Jump(to) => (self.rules(to, table.chain(to, owner), owner), false),
            Action::Goto(to) => (self.rules(to, table.chain(to, owner), owner), true),
            Action::Lookup(map) => match self.look_up(*map) {
                Some((key, action)) => {
                    self.service = Some(key.clone());
                    (self.act(action, Some(key)).0, true)
                }
                None => (Decision::Through, false),
            },
            Action::Balance(chains) => (self.balance(chains, owner), true),
            Action::Remember { endpoint, .. } => {
                self.choose.remember(*endpoint, self.flow.source);
                (Decision::Through, false)
            }
            Action::Dnat(to) => {
                self.found.push(Branch { to: *to, masquerade: self.marked });
                (Decision::Dnat(*to), true)
            }
            Action::Return | Action::Masquerade => (Decision::Through, true),
            Action::Drop => (Decision::Drop, true),
            Action::Reject => {
                if self.service.is_none() {
                    self.service = self.owner_of(self.destination);
                }
                (Decision::Reject, true)
            }
            Action::SetMark => {
                self.marked = true;
                (Decision::Through, false)
            }
            Action::ClearMark => (Decision::Through, false),
        }
    }

    fn balance(&mut self, chains: &[String], owner: Option<&Key>) -> Decision {
        let table = self.table;
        let every = self.choose.every_branch();
        let mut decision = Decision::Through;
        for (index, chain) in chains.iter().enumerate() {
            // One number is drawn for all; one chance in what is left comes to the same.
            let last = index + 1 == chains.len();
            if every || last || self.choose.chance(chains.len() - index) {
                let (noted, marked) = (self.used.len(), self.marked);
                decision = self.rules(chain, table.chain(chain, owner), owner);
                if !every || last {
                    return decision;
                }
                self.used.truncate(noted);
                self.marked = marked;
            }
        }
        decision
    }

    /// What a map says of the packet, and the Service whose element that is.
    fn look_up(&self, map: Map) -> Option<(&'t Key, &'t Action)> {
        let address = map.has_address().then_some(self.destination);
        let key = (map, MapKey { address, protocol: self.flow.protocol?, port: self.port });
        let owner = self.table.owners.get(&key)?;
        let element = self.table.services.get(owner)?.elements.get(&key)?;
        Some((owner, &element.action))
    }

    /// The Service that has a virtual IP.
    fn owner_of(&self, address: Ipv4Addr) -> Option<Key> {
        let mut services = self.table.services.iter();
        services.find(|(_, part)| part.cluster_ips.contains(&address)).map(|(key, _)| key.clone())
    }

    fn meets(&self, condition: &Match) -> bool {
        let (source, destination) = (self.flow.source, self.destination);
        match condition {
            Match::New => true,
            Match::From(ranges) => ranges.iter().any(|range| range.contains(source)),
            Match::NotFrom(ranges) => !ranges.iter().any(|range| range.contains(source)),
            Match::FromLocal => self.flow.is_local(source),
            Match::To(address, protocol, port) => {
                destination == *address && self.flow.protocol == Some(*protocol) && self.port == *port
            }
            Match::ToRange(range) => range.contains(destination),
            Match::ToClusterIp => self.owner_of(destination).is_some(),
            Match::ToNodePortIp => self.table.node_port_ips.contains(&destination),
            Match::Protocol(protocol) => self.flow.protocol == Some(*protocol),
            Match::Recent { endpoint, seconds, .. } => {
                !self.choose.every_branch() && self.choose.recent(*endpoint, source, *seconds)
            }
            Match::Unmarked => !self.marked,
        }
    }
}
