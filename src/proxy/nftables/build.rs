//! From one Service's ports to the chains and map elements kube-proxy writes for it in nftables mode.

use super::rule::{Action, Element, Map, MapKey, Match, Rule};
use super::{ChainKind, Hook, Part};
use crate::api::service::Protocol;
use crate::proxy::port::{Endpoint, ServicePort};
use crate::proxy::topology::{NodeFacts, Usable, usable};
use crate::proxy::{Cidr, Hash, Setting};
use std::net::Ipv4Addr;

/// The chains that are there whatever Services exist, in the order they are created.
pub(super) fn base(setting: &Setting) -> Vec<(&'static str, ChainKind, Vec<Rule>)> {
    let new_to = |chain: &str| Rule::new(Action::Jump(chain.into())).when(Match::New);
    let jump = |chain: &str| Rule::new(Action::Jump(chain.into()));
    let plain = ChainKind::Regular;
    vec![
        ("filter-prerouting", ChainKind::Base(Hook::FilterPrerouting), vec![new_to("firewall-check")]),
        (
            "filter-input",
            ChainKind::Base(Hook::FilterInput),
            vec![new_to("nodeport-endpoints-check"), new_to("service-endpoints-check")],
        ),
        (
            "filter-forward",
            ChainKind::Base(Hook::FilterForward),
            vec![new_to("service-endpoints-check"), new_to("cluster-ips-check")],
        ),
        (
            "filter-output",
            ChainKind::Base(Hook::FilterOutput),
            vec![new_to("service-endpoints-check"), new_to("firewall-check")],
        ),
        (
            "filter-output-post-dnat",
            ChainKind::Base(Hook::FilterOutputPostDnat),
            vec![new_to("cluster-ips-check")],
        ),
        ("nat-prerouting", ChainKind::Base(Hook::NatPrerouting), vec![jump("services")]),
        ("nat-output", ChainKind::Base(Hook::NatOutput), vec![jump("services")]),
        ("nat-postrouting", ChainKind::Base(Hook::NatPostrouting), vec![jump("masquerading")]),
        (
            "nodeport-endpoints-check",
            plain,
            vec![Rule::new(Action::Lookup(Map::NoEndpointNodePorts)).when(Match::ToNodePortIp)],
        ),
        ("service-endpoints-check", plain, vec![Rule::new(Action::Lookup(Map::NoEndpointServices))]),
        ("firewall-check", plain, vec![Rule::new(Action::Lookup(Map::FirewallIps))]),
        (
            "services",
            plain,
            vec![
                Rule::new(Action::Lookup(Map::ServiceIps)),
                Rule::new(Action::Lookup(Map::ServiceNodePorts)).when(Match::ToNodePortIp),
            ],
        ),
        (
            "masquerading",
            plain,
            vec![
                Rule::new(Action::Return).when(Match::Unmarked),
                Rule::new(Action::ClearMark),
                Rule::new(Action::Masquerade),
            ],
        ),
        (
            "cluster-ips-check",
            plain,
            vec![
                Rule::new(Action::Reject)
                    .when(Match::ToClusterIp)
                    .comment("Reject traffic to invalid ports of ClusterIPs"),
                Rule::new(Action::Drop)
                    .when(Match::ToRange(setting.service_cidr))
                    .comment("Drop traffic to unallocated ClusterIPs"),
            ],
        ),
        ("mark-for-masquerade", plain, vec![Rule::new(Action::SetMark)]),
        ("reject-chain", plain, vec![Rule::new(Action::Reject)]),
    ]
}

/// The chains and elements for one port of a Service on a node.
pub(super) fn port(part: &mut Part, port: &ServicePort, node: &NodeFacts, setting: &Setting) {
    let writer = Writer { port, node, setting, ends: usable(port, node), base: base_name(port) };
    writer.elements(part);
    writer.chains(part);
}

/// `ULMVA6XW-ns1/svc1/tcp/p80`: a hash to tell it at a glance, and the name.
fn base_name(port: &ServicePort) -> String {
    let (service, protocol) = (&port.name.service, port.name.protocol.as_str().to_lowercase());
    hashed(&format!("{}/{}/{protocol}/{}", service.namespace, service.name, port.name.port))
}

fn hashed(name: &str) -> String {
    const LONGEST: usize = 240;
    let mut full = format!("{}-{name}", &Hash::of(name).to_string()[..8]);
    if full.len() > LONGEST {
        full.truncate(LONGEST - 3);
        full.push_str("...");
    }
    full
}

struct Writer<'a> {
    port: &'a ServicePort,
    node: &'a NodeFacts,
    setting: &'a Setting,
    ends: Usable,
    base: String,
}

impl Writer<'_> {
    fn protocol(&self) -> Protocol {
        self.port.name.protocol
    }

    fn chain(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.base)
    }

    /// The suffix shared by an endpoint's chain and its affinity set.
    fn endpoint_name(&self, endpoint: &Endpoint) -> String {
        let name = self.base.get(9..).unwrap_or_default();
        hashed(&format!("{name}__{}/{}", endpoint.address.ip(), endpoint.address.port()))
    }

    fn has_internal(&self) -> bool {
        if self.port.internal_local { !self.ends.local.is_empty() } else { self.ends.any }
    }

    fn has_external(&self) -> bool {
        if self.port.external_local { !self.ends.local.is_empty() } else { self.ends.any }
    }

    fn uses_firewall(&self) -> bool {
        !self.port.load_balancer_ips.is_empty() && !self.port.source_ranges.is_empty()
    }

    fn internal_chain(&self) -> String {
        self.chain(if self.port.internal_local { "local" } else { "service" })
    }

    /// What the maps say of the Service's addresses.
    fn elements(&self, part: &mut Part) {
        let port = self.port;
        part.cluster_ips.insert(port.cluster_ip);
        let refuse = || Element {
            action: if self.ends.any { Action::Drop } else { Action::Goto("reject-chain".into()) },
            comment: Some(port.name.to_string()),
        };
        let goto = |chain: String| Element { action: Action::Goto(chain), comment: None };
        let at =
            |address: Option<Ipv4Addr>, number| MapKey { address, protocol: self.protocol(), port: number };
        let mut add = |map, key, element| {
            part.elements.insert((map, key), element);
        };
        let virtual_ip = at(Some(port.cluster_ip), port.port);
        if self.has_internal() {
            add(Map::ServiceIps, virtual_ip, goto(self.internal_chain()));
        } else {
            add(Map::NoEndpointServices, virtual_ip, refuse());
        }
        for ip in port.external_ips.iter().chain(&port.load_balancer_ips) {
            if self.ends.any {
                add(Map::ServiceIps, at(Some(*ip), port.port), goto(self.chain("external")));
            }
            if !self.has_external() {
                add(Map::NoEndpointServices, at(Some(*ip), port.port), refuse());
            }
        }
        if self.uses_firewall() {
            for ip in &port.load_balancer_ips {
                add(Map::FirewallIps, at(Some(*ip), port.port), goto(self.chain("firewall")));
            }
        }
        if port.node_port != 0 {
            if self.ends.any {
                add(Map::ServiceNodePorts, at(None, port.node_port), goto(self.chain("external")));
            }
            if !self.has_external() {
                add(Map::NoEndpointNodePorts, at(None, port.node_port), refuse());
            }
        }
    }

    fn chains(&self, part: &mut Part) {
        let mark = || Rule::new(Action::Jump("mark-for-masquerade".into()));
        let pods = self.setting.cluster_cidr;
        if self.has_internal() {
            let to = Match::To(self.port.cluster_ip, self.protocol(), self.port.port);
            part.add(self.internal_chain(), mark().when(to).when(Match::NotFrom(vec![pods])));
        }
        if self.ends.any && self.port.is_external() {
            let chain = self.chain("external");
            let all = || Rule::new(Action::Goto(self.chain("service")));
            if self.port.external_local {
                part.add(&*chain, all().when(Match::From(vec![pods])).comment("short-circuit pod traffic"));
                part.add(&*chain, mark().when(Match::FromLocal).comment("masquerade local traffic"));
                part.add(&*chain, all().when(Match::FromLocal).comment("short-circuit local traffic"));
            } else {
                part.add(&*chain, mark());
            }
            if self.has_external() {
                let policy = self.chain(if self.port.external_local { "local" } else { "service" });
                part.add(chain, Rule::new(Action::Goto(policy)));
            }
        }
        if self.uses_firewall() {
            let mut allowed = self.port.source_ranges.clone();
            if self.node.ip.is_some_and(|ip| allowed.iter().any(|range| range.contains(ip))) {
                allowed.extend(self.port.load_balancer_ips.iter().map(|ip| Cidr::new(*ip, 32)));
            }
            part.add(self.chain("firewall"), Rule::new(Action::Drop).when(Match::NotFrom(allowed)));
        }
        for (chain, endpoints) in [("service", &self.ends.cluster), ("local", &self.ends.local)] {
            self.balance(part, &self.chain(chain), endpoints);
        }
        for endpoint in &self.ends.all {
            self.endpoint(part, endpoint);
        }
    }

    fn balance(&self, part: &mut Part, chain: &str, endpoints: &[Endpoint]) {
        let target = |endpoint: &Endpoint| format!("endpoint-{}", self.endpoint_name(endpoint));
        if let Some(seconds) = self.port.affinity {
            for endpoint in endpoints {
                let set = format!("affinity-{}", self.endpoint_name(endpoint));
                let hash = Hash::of_endpoint(&self.port.name, endpoint.address);
                let recent = Match::Recent { endpoint: hash, set, seconds };
                part.add(chain, Rule::new(Action::Goto(target(endpoint))).when(recent));
            }
        }
        if !endpoints.is_empty() {
            part.add(chain, Rule::new(Action::Balance(endpoints.iter().map(target).collect())));
        }
    }

    fn endpoint(&self, part: &mut Part, endpoint: &Endpoint) {
        let name = self.endpoint_name(endpoint);
        let chain = format!("endpoint-{name}");
        let own = Match::From(vec![Cidr::new(*endpoint.address.ip(), 32)]);
        part.add(&*chain, Rule::new(Action::Jump("mark-for-masquerade".into())).when(own));
        if let Some(seconds) = self.port.affinity {
            let set = format!("affinity-{name}");
            part.affinity.insert(set.clone(), seconds);
            let hash = Hash::of_endpoint(&self.port.name, endpoint.address);
            part.add(&*chain, Rule::new(Action::Remember { endpoint: hash, set }));
        }
        part.add(chain, Rule::new(Action::Dnat(endpoint.address)).when(Match::Protocol(self.protocol())));
    }
}
