//! What the rules do to a packet: the walk through hooks, chains and targets.

use super::{Chain, Iptables, Match, Rule, Table, Target};
use crate::api::Key;
use crate::proxy::{Branch, Choose, Flow, Stage, Translation, Used, Verdict};

/// What a chain decided.
enum Decision {
    /// Nothing: the chain before goes on.
    Through,
    /// Something final for this table.
    Final(Target, Option<Key>),
}

/// The state of one walk.
struct Walk<'a> {
    rules: &'a Iptables,
    flow: &'a Flow,
    choose: &'a mut dyn Choose,
    marked: bool,
    translated: bool,
    used: Vec<Used>,
    /// With several branches to follow, every destination found.
    found: Vec<Branch>,
}

impl Iptables {
    /// What the rules do to the first packet of a connection.
    pub fn evaluate(&self, flow: &Flow, choose: &mut dyn Choose) -> Translation {
        let mut walk = Walk {
            rules: self,
            flow,
            choose,
            marked: false,
            translated: false,
            used: Vec::new(),
            found: Vec::new(),
        };
        let (nat, filter) = match (flow.from_here, flow.to_here()) {
            (true, _) => (Chain::Output, Chain::Output),
            (false, true) => (Chain::Prerouting, Chain::Input),
            (false, false) => (Chain::Prerouting, Chain::Forward),
        };
        let mut service = None;
        let mut verdict = Verdict::Pass;
        if let Decision::Final(Target::Dnat(to), owner) = walk.chain(Table::Nat, nat, None) {
            (verdict, service) = (Verdict::Dnat(to), owner);
            walk.translated = true;
        }
        // The new destination decides anew whether the packet stays on this node.
        let filter = match verdict {
            Verdict::Dnat(to) if !flow.from_here && flow.is_local(*to.ip()) => Chain::Input,
            Verdict::Dnat(_) if !flow.from_here => Chain::Forward,
            _ => filter,
        };
        match walk.chain(Table::Filter, filter, None) {
            Decision::Final(Target::Drop, owner) => (verdict, service) = (Verdict::Drop, owner.or(service)),
            Decision::Final(Target::Reject, owner) => {
                (verdict, service) = (Verdict::Reject, owner.or(service))
            }
            _ => {}
        }
        let masquerade = walk.marked && matches!(verdict, Verdict::Dnat(_) | Verdict::Pass);
        if masquerade {
            let rules = self.chain(Table::Nat, Chain::KubePostrouting);
            for (_, rule) in rules.filter(|(_, rule)| rule.target == Target::Masquerade) {
                walk.used.push(Used::new(Stage::Masquerade, Chain::KubePostrouting, rule));
            }
        }
        Translation { verdict, service, masquerade, used: walk.used, all: walk.found }
    }
}

impl<'a> Walk<'a> {
    fn chain(&mut self, table: Table, chain: Chain, owner: Option<&'a Key>) -> Decision {
        let rules = self.rules;
        // The private chains of a Service are among its own rules; only shared ones are everywhere.
        let own = owner.and_then(|key| rules.services.get(key).map(|own| (key, own.get(table, chain))));
        if let Some((key, own)) = own.filter(|(_, own)| !own.is_empty()) {
            for rule in own {
                if let Some(decision) = self.rule(table, chain, rule, Some(key)) {
                    return decision;
                }
            }
            return Decision::Through;
        }
        for (key, rule) in rules.chain(table, chain) {
            if let Some(decision) = self.rule(table, chain, rule, key.or(owner)) {
                return decision;
            }
        }
        Decision::Through
    }

    /// `None` if the rule does not decide and the next one is due.
    fn rule(
        &mut self,
        table: Table,
        chain: Chain,
        rule: &'a Rule,
        owner: Option<&'a Key>,
    ) -> Option<Decision> {
        if !self.meets(rule) {
            return None;
        }
        let (noted, marked) = (self.used.len(), self.marked);
        let stage = if table == Table::Nat { Stage::Translate } else { Stage::Filter };
        self.used.push(Used::new(stage, chain, rule));
        match rule.target {
            Target::None | Target::ClearMark => None,
            Target::SetMark => {
                self.marked = true;
                None
            }
            Target::Return => Some(Decision::Through),
            Target::Jump(next) => match self.chain(table, next, owner) {
                Decision::Through => {
                    // A jump that led to nothing explains nothing, unless it set the mark.
                    if next != Chain::MarkMasq {
                        self.used.truncate(noted);
                    }
                    None
                }
                Decision::Final(Target::Dnat(_), _) if self.branches(rule) => {
                    self.used.truncate(noted);
                    self.marked = marked;
                    None
                }
                decision => Some(decision),
            },
            target => {
                if let Target::Dnat(to) = target {
                    self.found.push(Branch { to, masquerade: self.marked });
                }
                Some(Decision::Final(target, owner.cloned()))
            }
        }
    }

    /// Whether the walk is to go on after this choice, because every branch is wanted.
    fn branches(&self, rule: &Rule) -> bool {
        self.choose.every_branch() && rule.matches.iter().any(|m| matches!(m, Match::Chance(_)))
    }

    fn meets(&mut self, rule: &Rule) -> bool {
        let flow = self.flow;
        let now = self.found.last().filter(|_| self.translated).map(|branch| branch.to);
        let (destination, port) = now.map_or((flow.destination, flow.port), |to| (*to.ip(), to.port()));
        rule.source.is_none_or(|(not, range)| range.contains(flow.source) != not)
            && rule.destination.is_none_or(|range| range.contains(destination))
            && rule.protocol.is_none_or(|protocol| flow.protocol == Some(protocol))
            && rule.matches.iter().all(|condition| match condition {
                Match::Comment(_) => true,
                Match::Transport(wanted) => wanted.is_none_or(|wanted| wanted == port),
                Match::ToLocal => flow.is_local(destination),
                Match::FromLocal => flow.is_local(flow.source),
                Match::State { not, states } => {
                    let state = if self.translated { "DNAT" } else { "NEW" };
                    let held = states.split(',').any(|s| s == "NEW" || s == state);
                    held != *not
                }
                Match::Marked(wanted) => self.marked == *wanted,
                Match::Chance(of) => self.choose.every_branch() || self.choose.chance(*of),
                Match::Recent { endpoint, seconds } => {
                    !self.choose.every_branch() && self.choose.recent(*endpoint, flow.source, *seconds)
                }
                Match::Remember(endpoint) => {
                    self.choose.remember(*endpoint, flow.source);
                    true
                }
            })
    }
}
