//! What CoreDNS answers, with the Corefile that kubeadm installs: the `kubernetes` plugin for the
//! cluster's domain and the reverse zones, everything else forwarded.
//!
//! One question, one answer, from the objects as they are. It knows no cache ([`super::Cache`]), no
//! packet size ([`super::Transport`]) and no network.

use super::kubernetes::{Host, NoSuchName, Target, first_endpoint, name_servers, names_of, targets};
use super::name::{is_within, labels, reversed};
use super::{Question, Rcode, Record, RecordData, RecordType, Response, Upstream};
use crate::api::Ordered;
use crate::apiserver::Store;
use std::net::IpAddr;

/// Aliases followed within a zone.
const LONGEST_CHAIN: usize = 8;

/// The version of the DNS specification that CoreDNS follows.
const SCHEMA_VERSION: &str = "1.1.0";

/// Forwarded answers keep to the `cache 30` of kubeadm's Corefile, and to the plugin's least time.
const CACHED_SECONDS: (u32, u32) = (5, 30);

/// How the cluster's DNS is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneConfig {
    /// The cluster's domain, in lower case.
    pub domain: String,
    /// The TTL of its records.
    pub ttl: u32,
    /// The serial number of its SOA: the Unix time of the last change.
    pub serial: u32,
    /// The addresses of the pod that answers; it finds its own Service by them.
    pub local_ips: Vec<IpAddr>,
    /// The outside; `None` when it cannot be reached.
    pub upstream: Option<Upstream>,
}

impl ZoneConfig {
    /// kubeadm's setting, answering as a pod of the Service `kube-dns`.
    pub fn of_cluster(store: &Store) -> Self {
        let local_ips = first_endpoint(store, "kube-system", "kube-dns").into_iter().collect();
        Self {
            domain: "cluster.local".to_owned(),
            ttl: 30,
            serial: 0,
            local_ips,
            upstream: Some(Upstream::documentation()),
        }
    }
}

/// Records of the answer and of the additional section.
type Found = (Vec<Record>, Vec<Record>);

/// Answers a question.
pub fn answer(store: &Store, config: &ZoneConfig, question: &Question) -> Response {
    let zones = [config.domain.as_str(), "in-addr.arpa", "ip6.arpa"];
    let Some(zone) =
        zones.iter().filter(|zone| is_within(&question.name, zone)).max_by_key(|zone| zone.len())
    else {
        return forward(config, question);
    };
    // The zone in the case of the question: answers echo it.
    let as_asked = &question.name[question.name.len() - zone.len()..];
    let plugin = Plugin { store, config, zone: as_asked };
    match plugin.records(question) {
        Err(NoSuchName) if *zone != config.domain => forward(config, question),
        Err(NoSuchName) => plugin.negative(Rcode::NxDomain),
        Ok((answer, _)) if answer.is_empty() => plugin.negative(Rcode::NoError),
        Ok((answer, additional)) => {
            let mut response =
                Response { authoritative: true, answer, additional, ..Response::empty(Rcode::NoError) };
            cap_ttl(&mut response);
            response
        }
    }
}

/// The `loadbalance` plugin: aliases first, then addresses in an order of chance.
pub fn shuffle(response: &mut Response, rng: &mut fastrand::Rng) {
    for section in [&mut response.answer, &mut response.additional] {
        section.order_by_key(|record| record.data.kind() != RecordType::Cname);
        let is_address = |record: &Record| record.data.ip().is_some();
        let (mut addresses, others): (Vec<_>, Vec<_>) = section.drain(..).partition(is_address);
        for at in 1..addresses.len() {
            addresses.swap(at, rng.u64(..=at as u64) as usize);
        }
        section.extend(others.into_iter().chain(addresses));
    }
}

/// Asks the outside.
fn forward(config: &ZoneConfig, question: &Question) -> Response {
    let Some(upstream) = &config.upstream else { return Response::empty(Rcode::ServFail) };
    let mut response = upstream.answer(question);
    cap_ttl(&mut response);
    response
}

/// The cache plugin gives all records of an answer one TTL, also where it does not keep them.
fn cap_ttl(response: &mut Response) {
    let (least, most) = CACHED_SECONDS;
    let shortest = response.records_mut().map(|record| record.ttl).min().unwrap_or(least);
    for record in response.records_mut() {
        record.ttl = shortest.clamp(least, most);
    }
}

/// The `kubernetes` plugin at one question's zone.
struct Plugin<'a> {
    store: &'a Store,
    config: &'a ZoneConfig,
    zone: &'a str,
}

impl Plugin<'_> {
    fn records(&self, question: &Question) -> Result<Found, NoSuchName> {
        let name = question.name.as_str();
        let apex_in_lower_case =
            name.eq_ignore_ascii_case(self.zone) && !self.zone.contains(|c: char| c.is_uppercase());
        let answer = match question.kind {
            RecordType::A | RecordType::Aaaa => self.addresses(name, question.kind, &mut Vec::new())?,
            RecordType::Cname => self.alias(name)?,
            RecordType::Txt => self.text(name)?,
            RecordType::Ptr => self.pointers(name)?,
            RecordType::Srv => return self.services(name),
            RecordType::Soa if name == self.zone => vec![self.soa()],
            RecordType::Soa => Vec::new(),
            RecordType::Ns if apex_in_lower_case => return Ok(self.name_servers(name)),
            _ => {
                // Only whether the name exists matters: CoreDNS asks itself for its addresses.
                self.addresses(name, RecordType::A, &mut Vec::new())?;
                Vec::new()
            }
        };
        Ok((answer, Vec::new()))
    }

    /// No records, and the SOA that says for how long.
    fn negative(&self, rcode: Rcode) -> Response {
        let authority = vec![self.soa()];
        let mut response = Response { authoritative: true, authority, ..Response::empty(rcode) };
        cap_ttl(&mut response);
        response
    }

    fn soa(&self) -> Record {
        let data = RecordData::Soa {
            mname: format!("ns.dns.{}", self.zone),
            rname: format!("hostmaster.{}", self.zone),
            serial: self.config.serial,
            refresh: 7200,
            retry: 1800,
            expire: 86400,
            minimum: self.config.ttl,
        };
        self.record(self.zone, data)
    }

    fn record(&self, name: &str, data: RecordData) -> Record {
        Record::new(name, self.config.ttl, data)
    }

    /// What a name leads to for questions of that type.
    fn targets(&self, name: &str, kind: RecordType) -> Result<Vec<Target>, NoSuchName> {
        let lower = name.to_ascii_lowercase();
        // The zone's own name server; a zone written in upper case hides it, as in CoreDNS.
        if lower.strip_prefix("ns.dns.").is_some_and(|zone| zone == self.zone) {
            let servers = name_servers(self.store, &self.config.local_ips, self.zone).into_iter();
            let wanted = servers.filter(|(_, ip)| RecordData::address(*ip).kind() == kind);
            return Ok(wanted.map(|(name, ip)| Target { host: Host::Ip(ip), port: Some(0), name }).collect());
        }
        targets(self.store, &lower, self.zone)
    }

    /// A or AAAA records, with the aliases that lead to them. `chain` holds the names before this one.
    fn addresses(
        &self,
        name: &str,
        kind: RecordType,
        chain: &mut Vec<String>,
    ) -> Result<Vec<Record>, NoSuchName> {
        let mut records: Vec<Record> = Vec::new();
        for target in self.targets(name, kind)? {
            match target.host {
                Host::Ip(ip) => {
                    let record = self.record(name, RecordData::address(ip));
                    if record.data.kind() == kind && !records.contains(&record) {
                        records.push(record);
                    }
                }
                Host::Alias(alias) => {
                    let seen = chain.iter().any(|before| before.eq_ignore_ascii_case(&alias));
                    if is_within(&alias, name) || seen || chain.len() >= LONGEST_CHAIN {
                        continue;
                    }
                    let record = self.record(name, RecordData::Cname(alias.clone()));
                    if is_within(&alias, self.zone) {
                        chain.push(alias.clone());
                        let next = self.addresses(&alias, kind, chain).unwrap_or_default();
                        chain.pop();
                        // An alias within the zone is shown only with what it leads to.
                        if !next.is_empty() {
                            records.push(record);
                            records.extend(next);
                        }
                    } else {
                        records.push(record);
                        records
                            .extend(answer(self.store, self.config, &Question { name: alias, kind }).answer);
                    }
                }
            }
        }
        Ok(records)
    }

    fn alias(&self, name: &str) -> Result<Vec<Record>, NoSuchName> {
        Ok(match self.targets(name, RecordType::Cname)?.into_iter().next() {
            Some(Target { host: Host::Alias(alias), .. }) => {
                vec![self.record(name, RecordData::Cname(alias))]
            }
            _ => Vec::new(),
        })
    }

    /// `dns-version` is the one text; a name without anything behind it does not exist as text.
    fn text(&self, name: &str) -> Result<Vec<Record>, NoSuchName> {
        let lower = name.to_ascii_lowercase();
        if labels(super::name::below(&lower, self.zone)) == ["dns-version"] {
            return Ok(vec![self.record(name, RecordData::Txt(SCHEMA_VERSION.to_owned()))]);
        }
        match targets(self.store, &lower, self.zone) {
            Ok(targets) if !targets.is_empty() => Ok(Vec::new()),
            _ => Err(NoSuchName),
        }
    }

    fn pointers(&self, name: &str) -> Result<Vec<Record>, NoSuchName> {
        let lower = name.to_ascii_lowercase();
        let Some(ip) = reversed(&lower) else {
            return targets(self.store, &lower, self.zone).map(|_| Vec::new());
        };
        let names = names_of(self.store, ip, &self.config.domain);
        if names.is_empty() {
            return Err(NoSuchName);
        }
        Ok(names.into_iter().map(|target| self.record(name, RecordData::Ptr(target))).collect())
    }

    /// SRV records share a weight of 100 before equal ones merge; aliases have none.
    fn services(&self, name: &str) -> Result<Found, NoSuchName> {
        let mut targets = self.targets(name, RecordType::Srv)?;
        targets.retain(|target| matches!(target.host, Host::Ip(_)));
        let weight = u16::try_from(100 / targets.len().max(1)).unwrap_or(0).max(1);
        let (mut answer, mut additional) = (Vec::new(), Vec::new());
        for target in targets {
            let (Host::Ip(ip), Some(port)) = (target.host, target.port) else { continue };
            let data = RecordData::Srv { priority: 0, weight, port, target: target.name.clone() };
            let record = self.record(name, data);
            if !answer.contains(&record) {
                answer.push(record);
            }
            let address = self.record(&target.name, RecordData::address(ip));
            if !additional.contains(&address) {
                additional.push(address);
            }
        }
        Ok((answer, additional))
    }

    fn name_servers(&self, name: &str) -> Found {
        let (mut answer, mut additional) = (Vec::new(), Vec::new());
        for (server, ip) in name_servers(self.store, &self.config.local_ips, self.zone) {
            additional.push(self.record(&server, RecordData::address(ip)));
            let record = self.record(name, RecordData::Ns(server));
            if !answer.contains(&record) {
                answer.push(record);
            }
        }
        (answer, additional)
    }
}
