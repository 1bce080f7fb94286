//! From one Service's ports to the rules kube-proxy writes for it in iptables mode.

use super::rule::{Chain, Match, Rule, Target};
use super::{Rules, Table};
use crate::api::service::Protocol;
use crate::proxy::port::{Endpoint, PortName, ServicePort};
use crate::proxy::topology::{NodeFacts, Usable, usable};
use crate::proxy::{Cidr, Hash, Setting};

/// The rules that are there whatever Services exist.
pub(super) fn base() -> Rules {
    let new = || Match::State { not: false, states: "NEW" };
    let mut rules = Rules::default();
    let mut filter = |chain, rule| rules.add(Table::Filter, chain, rule);
    let firewall = "kubernetes load balancer firewall";
    let portals = "kubernetes service portals";
    let external = "kubernetes externally-visible service portals";
    let jump = |chain| Rule::new(Target::Jump(chain));
    filter(Chain::Input, jump(Chain::Firewall));
    filter(Chain::Input, jump(Chain::ProxyFirewall).with(new()).comment(firewall));
    filter(Chain::Input, jump(Chain::NodePorts).comment("kubernetes health check service ports"));
    filter(Chain::Input, jump(Chain::ExternalServices).with(new()).comment(external));
    filter(Chain::Forward, jump(Chain::ProxyFirewall).with(new()).comment(firewall));
    filter(Chain::Forward, jump(Chain::KubeForward).comment("kubernetes forwarding rules"));
    filter(Chain::Forward, jump(Chain::Services).with(new()).comment(portals));
    filter(Chain::Forward, jump(Chain::ExternalServices).with(new()).comment(external));
    filter(Chain::Output, jump(Chain::Firewall));
    filter(Chain::Output, jump(Chain::ProxyFirewall).with(new()).comment(firewall));
    filter(Chain::Output, jump(Chain::Services).with(new()).comment(portals));
    let loopback = Cidr::new([127, 0, 0, 0].into(), 8);
    filter(
        Chain::Firewall,
        Rule::new(Target::Drop)
            .not_from(loopback)
            .to(loopback)
            .comment("block incoming localnet connections")
            .with(Match::State { not: true, states: "RELATED,ESTABLISHED,DNAT" }),
    );
    filter(
        Chain::KubeForward,
        Rule::new(Target::Accept).comment("kubernetes forwarding rules").with(Match::Marked(true)),
    );
    filter(
        Chain::KubeForward,
        Rule::new(Target::Accept)
            .comment("kubernetes forwarding conntrack rule")
            .with(Match::State { not: false, states: "RELATED,ESTABLISHED" }),
    );
    for chain in
        [Chain::ExternalServices, Chain::NodePorts, Chain::ProxyCanary, Chain::ProxyFirewall, Chain::Services]
    {
        rules.open(Table::Filter, chain);
    }
    let mut nat = |chain, rule| rules.add(Table::Nat, chain, rule);
    nat(Chain::Prerouting, jump(Chain::Services).comment(portals));
    nat(Chain::Output, jump(Chain::Services).comment(portals));
    nat(Chain::Postrouting, jump(Chain::KubePostrouting).comment("kubernetes postrouting rules"));
    nat(Chain::MarkMasq, Rule::new(Target::SetMark));
    nat(Chain::KubePostrouting, Rule::new(Target::Return).with(Match::Marked(false)));
    nat(Chain::KubePostrouting, Rule::new(Target::ClearMark));
    nat(
        Chain::KubePostrouting,
        Rule::new(Target::Masquerade).comment("kubernetes service traffic requiring SNAT"),
    );
    nat(
        Chain::Services,
        jump(Chain::NodePorts)
            .comment("kubernetes service nodeports; NOTE: this must be the last rule in this chain")
            .with(Match::ToLocal),
    );
    for chain in [Chain::NodePorts, Chain::ProxyCanary, Chain::Input] {
        rules.open(Table::Nat, chain);
    }
    rules
}

/// The rules for one port of a Service on a node.
pub(super) fn port(rules: &mut Rules, port: &ServicePort, node: &NodeFacts, setting: &Setting) {
    let writer = Writer { port, setting, node, hash: Hash::of_port(&port.name), ends: usable(port, node) };
    writer.capture(rules);
    writer.internal(rules);
    writer.external(rules);
    writer.firewall(rules);
    writer.balance(rules);
    for endpoint in &writer.ends.all {
        writer.endpoint(rules, endpoint);
    }
}

struct Writer<'a> {
    port: &'a ServicePort,
    setting: &'a Setting,
    node: &'a NodeFacts,
    hash: Hash,
    ends: Usable,
}

impl Writer<'_> {
    fn name(&self) -> &PortName {
        &self.port.name
    }

    fn protocol(&self) -> Protocol {
        self.port.name.protocol
    }

    fn has_internal(&self) -> bool {
        if self.port.internal_local { !self.ends.local.is_empty() } else { self.ends.any }
    }

    fn has_external(&self) -> bool {
        if self.port.external_local { !self.ends.local.is_empty() } else { self.ends.any }
    }

    fn uses_firewall(&self) -> bool {
        self.ends.any && !self.port.load_balancer_ips.is_empty() && !self.port.source_ranges.is_empty()
    }

    /// A rule for what is addressed to the Service at one of its addresses.
    fn addressed(&self, target: Target, to: std::net::Ipv4Addr, remark: &str) -> Rule {
        Rule::new(target)
            .to(Cidr::new(to, 32))
            .comment(format!("{} {remark}", self.name()))
            .transport(self.protocol(), Some(self.port.port))
    }

    /// What becomes of traffic that no endpoint may take, and the words for it.
    fn refusal(&self) -> (Target, &'static str) {
        if self.ends.any {
            (Target::Drop, "has no local endpoints")
        } else {
            (Target::Reject, "has no endpoints")
        }
    }

    /// The rules that recognise the Service's addresses.
    fn capture(&self, rules: &mut Rules) {
        let port = self.port;
        let external = Target::Jump(Chain::Ext(self.hash));
        let (refuse, why) = self.refusal();
        if self.has_internal() {
            let chain = if port.internal_local { Chain::Svl(self.hash) } else { Chain::Svc(self.hash) };
            let rule = self.addressed(Target::Jump(chain), port.cluster_ip, "cluster IP");
            rules.add(Table::Nat, Chain::Services, rule);
        } else {
            rules.add(Table::Filter, Chain::Services, self.addressed(refuse, port.cluster_ip, why));
        }
        for ip in &port.external_ips {
            if self.ends.any {
                rules.add(Table::Nat, Chain::Services, self.addressed(external, *ip, "external IP"));
            }
            if !self.has_external() {
                rules.add(Table::Filter, Chain::ExternalServices, self.addressed(refuse, *ip, why));
            }
        }
        for ip in &port.load_balancer_ips {
            if self.ends.any {
                let chain = if self.uses_firewall() { Target::Jump(Chain::Fw(self.hash)) } else { external };
                rules.add(Table::Nat, Chain::Services, self.addressed(chain, *ip, "loadbalancer IP"));
            }
            if self.uses_firewall() {
                let remark = format!("traffic not accepted by {}", Chain::Fw(self.hash));
                rules.add(Table::Filter, Chain::ProxyFirewall, self.addressed(Target::Drop, *ip, &remark));
            }
            if !self.has_external() {
                rules.add(Table::Filter, Chain::ExternalServices, self.addressed(refuse, *ip, why));
            }
        }
        if port.node_port != 0 {
            if self.ends.any {
                let rule = Rule::new(external).comment(self.name().to_string());
                rules.add(
                    Table::Nat,
                    Chain::NodePorts,
                    rule.transport(self.protocol(), Some(port.node_port)),
                );
            }
            if !self.has_external() {
                let rule = Rule::new(refuse)
                    .comment(format!("{} {why}", self.name()))
                    .with(Match::ToLocal)
                    .transport(self.protocol(), Some(port.node_port));
                rules.add(Table::Filter, Chain::ExternalServices, rule);
            }
        }
        if port.health_check_node_port != 0 {
            let rule = Rule::new(Target::Accept)
                .comment(format!("{} health check node port", self.name()))
                .transport(Protocol::Tcp, Some(port.health_check_node_port));
            rules.add(Table::Filter, Chain::NodePorts, rule);
        }
    }

    /// Traffic to the virtual IP from outside the pod range is masqueraded.
    fn internal(&self, rules: &mut Rules) {
        if self.has_internal() {
            let chain = if self.port.internal_local { Chain::Svl(self.hash) } else { Chain::Svc(self.hash) };
            let rule = self
                .addressed(Target::Jump(Chain::MarkMasq), self.port.cluster_ip, "cluster IP")
                .not_from(self.setting.cluster_cidr);
            rules.add(Table::Nat, chain, rule);
        }
    }

    /// The chain of what comes from outside.
    fn external(&self, rules: &mut Rules) {
        if !self.ends.any || !self.port.is_external() {
            return;
        }
        let (chain, all) = (Chain::Ext(self.hash), Target::Jump(Chain::Svc(self.hash)));
        let mask = Target::Jump(Chain::MarkMasq);
        let remark = |what: &str| format!("{what} for {} external destinations", self.name());
        if self.port.external_local {
            let mut add = |rule| rules.add(Table::Nat, chain, rule);
            add(Rule::new(all).from(self.setting.cluster_cidr).comment(remark("pod traffic")));
            add(Rule::new(mask).comment(remark("masquerade LOCAL traffic")).with(Match::FromLocal));
            add(Rule::new(all).comment(remark("route LOCAL traffic")).with(Match::FromLocal));
        } else {
            rules.add(Table::Nat, chain, Rule::new(mask).comment(remark("masquerade traffic")));
        }
        if self.has_external() {
            let policy = if self.port.external_local { Chain::Svl(self.hash) } else { Chain::Svc(self.hash) };
            rules.add(Table::Nat, chain, Rule::new(Target::Jump(policy)));
        }
    }

    /// The chain that lets a load balancer's sources in.
    fn firewall(&self, rules: &mut Rules) {
        if !self.uses_firewall() {
            return;
        }
        let chain = Chain::Fw(self.hash);
        let accept = |range| {
            Rule::new(Target::Jump(Chain::Ext(self.hash)))
                .from(range)
                .comment(format!("{} loadbalancer IP", self.name()))
        };
        for range in &self.port.source_ranges {
            rules.add(Table::Nat, chain, accept(*range));
        }
        // A node that is let in may find the balancer's address on itself, and use it as its source.
        if self.node.ip.is_some_and(|ip| self.port.source_ranges.iter().any(|range| range.contains(ip))) {
            for ip in &self.port.load_balancer_ips {
                rules.add(Table::Nat, chain, accept(Cidr::new(*ip, 32)));
            }
        }
        let remark = format!("other traffic to {} will be dropped by KUBE-PROXY-FIREWALL", self.name());
        rules.add(Table::Nat, chain, Rule::new(Target::None).comment(remark));
    }

    /// The chains that choose among endpoints.
    fn balance(&self, rules: &mut Rules) {
        let policies =
            [(Chain::Svc(self.hash), &self.ends.cluster), (Chain::Svl(self.hash), &self.ends.local)];
        for (chain, endpoints) in policies {
            let remark = |endpoint: &Endpoint| format!("{} -> {}", self.name(), endpoint.address);
            let sep = |endpoint: &Endpoint| Hash::of_endpoint(self.name(), endpoint.address);
            if let Some(seconds) = self.port.affinity {
                for endpoint in endpoints {
                    let rule = Rule::new(Target::Jump(Chain::Sep(sep(endpoint))))
                        .comment(remark(endpoint))
                        .with(Match::Recent { endpoint: sep(endpoint), seconds });
                    rules.add(Table::Nat, chain, rule);
                }
            }
            for (index, endpoint) in endpoints.iter().enumerate() {
                let rule = Rule::new(Target::Jump(Chain::Sep(sep(endpoint)))).comment(remark(endpoint));
                let left = endpoints.len() - index;
                let rule = if left > 1 { rule.with(Match::Chance(left)) } else { rule };
                rules.add(Table::Nat, chain, rule);
            }
        }
    }

    /// The chain of one endpoint: a pod that reaches itself is masqueraded, then the destination
    /// is rewritten.
    fn endpoint(&self, rules: &mut Rules, endpoint: &Endpoint) {
        let hash = Hash::of_endpoint(self.name(), endpoint.address);
        let named = |target| Rule::new(target).comment(self.name().to_string());
        let own = Cidr::new(*endpoint.address.ip(), 32);
        rules.add(Table::Nat, Chain::Sep(hash), named(Target::Jump(Chain::MarkMasq)).from(own));
        let mut rule = named(Target::Dnat(endpoint.address));
        if self.port.affinity.is_some() {
            rule = rule.with(Match::Remember(hash));
        }
        rules.add(Table::Nat, Chain::Sep(hash), rule.transport(self.protocol(), None));
    }
}
