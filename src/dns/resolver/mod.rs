//! The resolvers of clients: which names they ask for, in which order, and when they give up.
//!
//! `getaddrinfo` of glibc 2.36 and musl 1.2.3 and Go's own resolver. Tools that bring a resolver of
//! their own (`nslookup`, `dig`, `host`) use the same [`Wire`]. Nothing here sends anything or prints.

mod glibc;
mod go;
mod musl;
mod wire;

pub use glibc::{gethostbyaddr, gethostbyname};
pub use wire::{Ask, Fate, Query, Round, Wire, run};

use super::resolv_conf::{ClusterDns, ResolvConf};
use super::{Question, RecordData, RecordType, Response, Transport, hosts};
use crate::api::{Object, Ordered};
use std::net::{IpAddr, Ipv4Addr};

/// What a client finds on its machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `/etc/resolv.conf`.
    pub resolv: ResolvConf,
    /// `/etc/hosts`: addresses with their names.
    pub hosts: Vec<(IpAddr, Vec<String>)>,
    /// Whether it has a route for IPv6; without one IPv6 addresses come last (RFC 6724).
    pub ipv6: bool,
}

impl Config {
    /// What a pod finds, as its kubelet wrote it.
    pub fn of_pod(pod: &Object, cluster: &ClusterDns, node: &ResolvConf) -> Self {
        let Some(view) = pod.pod() else { return Self::default() };
        Self {
            resolv: ResolvConf::of_pod(&view.spec, &pod.meta.namespace, cluster, node),
            hosts: Self::parse_hosts(&hosts::of_pod(pod, &cluster.domain)),
            ipv6: false,
        }
    }

    /// What a machine outside of the cluster finds, or a node.
    pub fn of_machine(resolv: ResolvConf) -> Self {
        let hosts = Self::parse_hosts("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        Self { resolv, hosts, ipv6: false }
    }

    /// The lines of a hosts file.
    pub fn parse_hosts(text: &str) -> Vec<(IpAddr, Vec<String>)> {
        let line = |line: &str| {
            let mut words = line.split('#').next()?.split_ascii_whitespace();
            let ip = words.next()?.parse().ok()?;
            Some((ip, words.map(str::to_owned).collect()))
        };
        text.lines().filter_map(line).collect()
    }

    /// The name servers; this machine itself where the file names none.
    pub fn servers(&self) -> Vec<IpAddr> {
        match self.resolv.nameservers.as_slice() {
            [] => vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            // MAXNS of every C library.
            servers => servers.iter().copied().take(3).collect(),
        }
    }

    /// What the hosts file says of a name. The canonical name is the first of its line.
    fn in_hosts(&self, family: Family, name: &str) -> Option<Found> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let lines = self.hosts.iter().filter(|(ip, names)| {
            family.wants(*ip) && names.iter().any(|known| known.eq_ignore_ascii_case(name))
        });
        let mut found = Found::default();
        for (ip, names) in lines {
            if found.addresses.is_empty() {
                found.canonical.clone_from(&names[0]);
                found.aliases = names[1..].to_vec();
            }
            found.addresses.push(*ip);
        }
        (!found.addresses.is_empty()).then_some(found)
    }
}

/// Which addresses a client wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Both (`AF_UNSPEC`).
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Family {
    /// The types to ask for, in order.
    fn types(self) -> &'static [RecordType] {
        match self {
            Self::Any => &[RecordType::A, RecordType::Aaaa],
            Self::V4 => &[RecordType::A],
            Self::V6 => &[RecordType::Aaaa],
        }
    }

    fn wants(self, ip: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => ip.is_ipv4(),
            Self::V6 => ip.is_ipv6(),
        }
    }
}

/// Which library resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// GNU: Debian, Ubuntu, most images.
    Glibc,
    /// Alpine's.
    Musl,
    /// No C library: programs in Go.
    Go,
}

/// A name's addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The name at the end of the aliases.
    pub canonical: String,
    /// The names that led there.
    pub aliases: Vec<String>,
    /// The addresses, the one to use first.
    pub addresses: Vec<IpAddr>,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No such name (`EAI_NONAME`).
    NotKnown,
    /// The name exists without an address (`EAI_NODATA`).
    NoAddress,
    /// No server could say (`EAI_AGAIN`).
    TryAgain,
    /// A server gave an answer of no use (`EAI_FAIL`).
    Failed,
}

impl Failure {
    /// `gai_strerror`.
    pub const fn text(self, libc: Libc) -> &'static str {
        match (libc, self) {
            (Libc::Glibc, Self::NotKnown) => "Name or service not known",
            (Libc::Glibc, Self::NoAddress) => "No address associated with hostname",
            (Libc::Glibc, Self::TryAgain) => "Temporary failure in name resolution",
            (Libc::Glibc, Self::Failed) => "Non-recoverable failure in name resolution",
            (Libc::Musl, Self::NotKnown | Self::NoAddress) => "Name does not resolve",
            (Libc::Musl, Self::TryAgain) => "Try again",
            (Libc::Musl, Self::Failed) => "Non-recoverable error",
            (Libc::Go, Self::NotKnown | Self::NoAddress) => "no such host",
            (Libc::Go, Self::TryAgain | Self::Failed) => "server misbehaving",
        }
    }

    /// The number of `EAI_*`.
    pub const fn code(self) -> i32 {
        match self {
            Self::NotKnown => -2,
            Self::TryAgain => -3,
            Self::Failed => -4,
            Self::NoAddress => -5,
        }
    }
}

/// How a lookup ended.
pub type Outcome = Result<Found, Failure>;

/// Looks a name up as a program linked to that library does.
///
/// # Errors
/// The round that must be carried out first.
pub fn getaddrinfo(
    libc: Libc,
    config: &Config,
    family: Family,
    name: &str,
    wire: &mut Wire<'_>,
) -> Result<Outcome, Ask> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        let found = Found { canonical: name.to_owned(), addresses: vec![ip], ..Found::default() };
        return Ok(if family.wants(ip) { Ok(found) } else { Err(Failure::NotKnown) });
    }
    if let Some(found) = config.in_hosts(family, name) {
        return Ok(Ok(found));
    }
    let outcome = match libc {
        Libc::Glibc => glibc::lookup(config, family, name, wire)?,
        Libc::Musl => musl::lookup(config, family, name, wire)?,
        Libc::Go => go::lookup(config, family, name, wire)?,
    };
    Ok(outcome.map(|mut found| {
        // A machine without IPv6 has no source address for it: such destinations sort last.
        found.addresses.order_by_key(|ip| match ip {
            IpAddr::V6(ip) if config.ipv6 || ip.is_loopback() => 0,
            IpAddr::V4(_) => 1,
            IpAddr::V6(_) => 2,
        });
        found
    }))
}

/// One question of a lookup to one server.
fn query(server: IpAddr, name: &str, kind: RecordType, transport: Transport) -> Query {
    Query { server, question: Question::new(name, kind), transport }
}

/// `name.domain`, without the root's dot.
fn joined(name: &str, domain: &str) -> String {
    let domain = domain.trim_end_matches('.');
    if domain.is_empty() { name.to_owned() } else { format!("{name}.{domain}") }
}

/// Reads the addresses out of answers to `name`, following aliases.
fn collect<'a>(name: &str, responses: impl IntoIterator<Item = &'a Response>) -> Found {
    let mut found = Found { canonical: name.to_owned(), ..Found::default() };
    for response in responses {
        for record in &response.answer {
            match &record.data {
                RecordData::Cname(target) => {
                    if !found.aliases.contains(&record.name) {
                        found.aliases.push(record.name.clone());
                    }
                    found.canonical.clone_from(target);
                }
                data => {
                    if let Some(ip) = data.ip().filter(|ip| !found.addresses.contains(ip)) {
                        found.canonical.clone_from(&record.name);
                        found.addresses.push(ip);
                    }
                }
            }
        }
    }
    found
}

/// What is compared with `ndots`.
fn dots(name: &str) -> usize {
    name.matches('.').count()
}
