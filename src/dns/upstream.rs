//! The servers outside the cluster that CoreDNS forwards to, as data. Nothing here asks a network.

use super::name::is_within;
use super::{Question, Rcode, Record, RecordData, RecordType, Response};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Aliases followed before a chain counts as a loop.
const LONGEST_CHAIN: usize = 8;

/// What the outside knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upstream {
    /// The zones, each by its SOA record; the longest that holds a name is its authority.
    pub zones: Vec<Record>,
    /// All other records.
    pub records: Vec<Record>,
}

/// How long the outside lets its records be kept.
const TTL: u32 = 300;

impl Upstream {
    /// A world of names and addresses reserved for documentation (RFC 2606, RFC 5737, RFC 3849),
    /// below the real root.
    pub fn documentation() -> Self {
        let zone = |name: &str, mname: &str, rname: &str| {
            let data = RecordData::Soa {
                mname: mname.to_owned(),
                rname: rname.to_owned(),
                serial: 2_026_010_100,
                refresh: 7200,
                retry: 900,
                expire: 1_209_600,
                minimum: TTL,
            };
            Record::new(name, TTL, data)
        };
        let v4 = |last| RecordData::A(Ipv4Addr::new(192, 0, 2, last));
        let v6 = RecordData::Aaaa(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x80));
        let records = [
            ("example.com", v4(80)),
            ("example.com", v6),
            ("example.com", RecordData::Ns("ns1.example.com".to_owned())),
            ("example.com", RecordData::Mx { preference: 10, exchange: "mail.example.com".to_owned() }),
            ("www.example.com", RecordData::Cname("example.com".to_owned())),
            ("v4only.example.com", v4(81)),
            ("api.partner.example", v4(82)),
            ("80.2.0.192.in-addr.arpa", RecordData::Ptr("example.com".to_owned())),
        ];
        Self {
            zones: vec![
                zone("", "a.root-servers.net", "nstld.verisign-grs.com"),
                zone("example.com", "ns1.example.com", "hostmaster.example.com"),
                zone("0.192.in-addr.arpa", "ns1.0.192.in-addr.arpa", "hostmaster.0.192.in-addr.arpa"),
            ],
            records: records.into_iter().map(|(name, data)| Record::new(name, TTL, data)).collect(),
        }
    }

    /// The same with the addresses of these hosts instead of what it says of them.
    pub fn with_hosts(mut self, hosts: &[(String, IpAddr)]) -> Self {
        self.records.retain(|record| hosts.iter().all(|(name, _)| !record.name.eq_ignore_ascii_case(name)));
        let record =
            |(name, ip): &(String, IpAddr)| Record::new(name.as_str(), TTL, RecordData::address(*ip));
        self.records.extend(hosts.iter().map(record));
        self
    }

    /// Answers a question as a recursive server does.
    pub fn answer(&self, question: &Question) -> Response {
        let mut response = Response { recursion_available: true, ..Response::empty(Rcode::NoError) };
        let mut name = question.name.clone();
        for _ in 0..LONGEST_CHAIN {
            let here: Vec<_> =
                self.records.iter().filter(|record| record.name.eq_ignore_ascii_case(&name)).collect();
            let wanted = here.iter().filter(|record| record.data.kind() == question.kind);
            let found = response.answer.len();
            response.answer.extend(wanted.map(|record| (*record).clone()));
            if response.answer.len() > found {
                return response;
            }
            let alias = here.iter().find_map(|record| match &record.data {
                RecordData::Cname(target) => Some((*record, target)),
                _ => None,
            });
            if let Some((record, target)) = alias {
                response.answer.push(record.clone());
                name = target.clone();
                continue;
            }
            if here.is_empty() && !self.has_names_below(&name) {
                response.rcode = Rcode::NxDomain;
            }
            break;
        }
        response.authority.extend(self.authority(&name).cloned());
        response
    }

    /// Whether the name exists only because something below it does.
    fn has_names_below(&self, name: &str) -> bool {
        !name.is_empty() && self.records.iter().any(|record| is_within(&record.name, name))
    }

    /// The SOA of the closest zone.
    fn authority(&self, name: &str) -> Option<&Record> {
        let holding = self
            .zones
            .iter()
            .filter(|zone| zone.data.kind() == RecordType::Soa && is_within(name, &zone.name));
        holding.max_by_key(|zone| zone.name.len())
    }
}
