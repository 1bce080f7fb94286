//! DNS questions and answers as data (RFC 1035), and how dig writes them. No wire format.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The type of a record or of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each is named as in the IANA registry
pub enum RecordType {
    A,
    Aaaa,
    Cname,
    Srv,
    Ptr,
    Ns,
    Soa,
    Txt,
    Mx,
    Any,
    /// Another type, by its number.
    Other(u16),
}

/// Names and numbers of types (IANA, "Resource Record (RR) TYPEs").
const TYPES: &[(&str, u16, RecordType)] = &[
    ("A", 1, RecordType::A),
    ("NS", 2, RecordType::Ns),
    ("CNAME", 5, RecordType::Cname),
    ("SOA", 6, RecordType::Soa),
    ("PTR", 12, RecordType::Ptr),
    ("MX", 15, RecordType::Mx),
    ("TXT", 16, RecordType::Txt),
    ("AAAA", 28, RecordType::Aaaa),
    ("SRV", 33, RecordType::Srv),
    ("ANY", 255, RecordType::Any),
    ("HINFO", 13, RecordType::Other(13)),
    ("LOC", 29, RecordType::Other(29)),
    ("NAPTR", 35, RecordType::Other(35)),
    ("DNAME", 39, RecordType::Other(39)),
    ("DS", 43, RecordType::Other(43)),
    ("SSHFP", 44, RecordType::Other(44)),
    ("RRSIG", 46, RecordType::Other(46)),
    ("NSEC", 47, RecordType::Other(47)),
    ("DNSKEY", 48, RecordType::Other(48)),
    ("TLSA", 52, RecordType::Other(52)),
    ("SVCB", 64, RecordType::Other(64)),
    ("HTTPS", 65, RecordType::Other(65)),
    ("SPF", 99, RecordType::Other(99)),
    ("IXFR", 251, RecordType::Other(251)),
    ("AXFR", 252, RecordType::Other(252)),
    ("CAA", 257, RecordType::Other(257)),
];

impl RecordType {
    /// The type of that name in any case: `AAAA`, `srv`, `TYPE65`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        if let Some((_, _, kind)) = TYPES.iter().find(|(name, _, _)| *name == text) {
            return Some(*kind);
        }
        let number: u16 = text.strip_prefix("TYPE")?.parse().ok()?;
        let known = TYPES.iter().find(|(_, known, _)| *known == number);
        Some(known.map_or(Self::Other(number), |(_, _, kind)| *kind))
    }
}

/// `AAAA`, or `TYPE4711` for one without a name here.
impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (TYPES.iter().find(|(_, _, kind)| kind == self), self) {
            (Some((name, _, _)), _) => f.pad(name),
            (None, Self::Other(number)) => write!(f, "TYPE{number}"),
            (None, _) => f.write_str("?"),
        }
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, fully qualified, without the trailing dot, in the case it was asked.
    pub name: String,
    /// The type.
    pub kind: RecordType,
}

impl Question {
    /// The question for a name, with or without its trailing dot.
    pub fn new(name: &str, kind: RecordType) -> Self {
        Self { name: name.strip_suffix('.').unwrap_or(name).to_owned(), kind }
    }
}

/// How a question was answered (RFC 1035, 4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rcode {
    /// The name exists, with or without records of that type.
    NoError,
    /// The question could not be understood.
    FormErr,
    /// The server failed.
    ServFail,
    /// No such name.
    NxDomain,
    /// Not implemented.
    NotImp,
    /// The server refuses.
    Refused,
}

impl Rcode {
    /// Its number and the name that tools print.
    const fn parts(self) -> (u8, &'static str) {
        match self {
            Self::NoError => (0, "NOERROR"),
            Self::FormErr => (1, "FORMERR"),
            Self::ServFail => (2, "SERVFAIL"),
            Self::NxDomain => (3, "NXDOMAIN"),
            Self::NotImp => (4, "NOTIMP"),
            Self::Refused => (5, "REFUSED"),
        }
    }

    /// Its number on the wire.
    pub const fn code(self) -> u8 {
        self.parts().0
    }

    /// `NXDOMAIN`
    pub const fn as_str(self) -> &'static str {
        self.parts().1
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its owner's name, without the trailing dot.
    pub name: String,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// What it says.
    pub data: RecordData,
}

impl Record {
    /// A record.
    pub fn new(name: impl Into<String>, ttl: u32, data: RecordData) -> Self {
        Self { name: name.into(), ttl, data }
    }
}

/// `example.com. 30 A 192.0.2.80`
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {} {} {}", self.name, self.ttl, self.data.kind(), self.data)
    }
}

/// What a record says. Names are without the trailing dot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is named as in the IANA registry
pub enum RecordData {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(String),
    Srv { priority: u16, weight: u16, port: u16, target: String },
    Ptr(String),
    Ns(String),
    Soa { mname: String, rname: String, serial: u32, refresh: u32, retry: u32, expire: u32, minimum: u32 },
    Txt(String),
    Mx { preference: u16, exchange: String },
}

impl RecordData {
    /// The record of an address.
    pub fn address(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::A(ip),
            IpAddr::V6(ip) => Self::Aaaa(ip),
        }
    }

    /// The address, if it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::A(ip) => Some(IpAddr::V4(*ip)),
            Self::Aaaa(ip) => Some(IpAddr::V6(*ip)),
            _ => None,
        }
    }

    /// The type.
    pub fn kind(&self) -> RecordType {
        match self {
            Self::A(_) => RecordType::A,
            Self::Aaaa(_) => RecordType::Aaaa,
            Self::Cname(_) => RecordType::Cname,
            Self::Srv { .. } => RecordType::Srv,
            Self::Ptr(_) => RecordType::Ptr,
            Self::Ns(_) => RecordType::Ns,
            Self::Soa { .. } => RecordType::Soa,
            Self::Txt(_) => RecordType::Txt,
            Self::Mx { .. } => RecordType::Mx,
        }
    }
}

/// The data as in a zone file: names with the trailing dot, text quoted.
impl fmt::Display for RecordData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(ip) => write!(f, "{ip}"),
            Self::Aaaa(ip) => write!(f, "{ip}"),
            Self::Cname(name) | Self::Ptr(name) | Self::Ns(name) => write!(f, "{name}."),
            Self::Srv { priority, weight, port, target } => write!(f, "{priority} {weight} {port} {target}."),
            Self::Soa { mname, rname, serial, refresh, retry, expire, minimum } => {
                write!(f, "{mname}. {rname}. {serial} {refresh} {retry} {expire} {minimum}")
            }
            Self::Txt(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Mx { preference, exchange } => write!(f, "{preference} {exchange}."),
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// How it went.
    pub rcode: Rcode,
    /// `aa`: the server owns the zone.
    pub authoritative: bool,
    /// `ra`: the server asks others too.
    pub recursion_available: bool,
    /// `tc`: cut short to fit.
    pub truncated: bool,
    /// Records that answer.
    pub answer: Vec<Record>,
    /// Records about the zone.
    pub authority: Vec<Record>,
    /// Records that may help.
    pub additional: Vec<Record>,
}

impl Response {
    /// An answer without records.
    pub fn empty(rcode: Rcode) -> Self {
        Self {
            rcode,
            authoritative: false,
            recursion_available: false,
            truncated: false,
            answer: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }

    /// The flags as dig prints them, for a question that wanted recursion: `qr aa rd`.
    pub fn flags(&self) -> String {
        let mut flags = String::from("qr");
        for (set, flag) in [
            (self.authoritative, " aa"),
            (self.truncated, " tc"),
            (true, " rd"),
            (self.recursion_available, " ra"),
        ] {
            if set {
                flags.push_str(flag);
            }
        }
        flags
    }

    /// Every record, section after section.
    pub fn records_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.answer.iter_mut().chain(&mut self.authority).chain(&mut self.additional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_names_and_numbers() {
        for (text, kind, printed) in [
            ("aaaa", Some(RecordType::Aaaa), "AAAA"),
            ("HTTPS", Some(RecordType::Other(65)), "HTTPS"),
            ("type1", Some(RecordType::A), "A"),
            ("TYPE4711", Some(RecordType::Other(4711)), "TYPE4711"),
            ("TYPE99999", None, ""),
            ("x", None, ""),
        ] {
            assert_eq!(RecordType::parse(text), kind, "{text}");
            assert_eq!(kind.map(|kind| kind.to_string()).unwrap_or_default(), printed);
        }
    }

    #[test]
    fn the_root_is_written_as_a_dot() {
        let record = Record::new("", 30, RecordData::Ns("a.root-servers.net".to_owned()));
        assert_eq!(record.to_string(), ". 30 NS a.root-servers.net.");
    }
}
