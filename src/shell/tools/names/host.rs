//! BIND's `host`: A through the search list, then AAAA and MX of what was found.

use super::bind::{Lookup, Reply, chase, look_up, servers};
use super::{Exit, Kit};
use crate::dns::name::reverse;
use crate::dns::resolver::Ask;
use crate::dns::{Rcode, RecordData, RecordType, Transport};
use std::net::IpAddr;
use std::time::Duration;

const USAGE: &str = "\
Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
";

/// `host [-t TYPE] NAME [SERVER]`
///
/// # Errors
/// The round it waits for.
pub fn host(kit: &mut Kit<'_>) -> Result<Exit, Ask> {
    let mut kind = None;
    let (mut tries, mut timeout) = (2, 5);
    let mut words = Vec::new();
    let mut args = kit.args.iter();
    while let Some(word) = args.next() {
        let Some(option) = word.strip_prefix('-').filter(|option| !option.is_empty()) else {
            words.push(word.as_str());
            continue;
        };
        let Some((letter, rest)) = option.split_at_checked(1) else { continue };
        let takes_value = matches!(letter, "t" | "c" | "N" | "W" | "R" | "m" | "p");
        let value = match (takes_value, rest) {
            (true, "") => args.next().map_or("", String::as_str),
            _ => rest,
        };
        match letter {
            "t" => match RecordType::parse(value) {
                Some(parsed) => kind = Some(parsed),
                None => {
                    kit.complain(format!("host: invalid type: {value}"));
                    return Ok(2);
                }
            },
            "a" => kind = Some(RecordType::Any),
            "R" => tries = value.parse::<u32>().unwrap_or(1).saturating_add(1),
            "W" => timeout = value.parse().unwrap_or(timeout).max(1),
            _ => {}
        }
    }
    let (name, server) = match words[..] {
        [name] => (name, None),
        [name, server, ..] => (name, Some(server)),
        [] => {
            kit.err.push_str(USAGE);
            return Ok(1);
        }
    };
    let addresses = match servers(kit, server)? {
        Ok(addresses) => addresses,
        Err(message) => {
            kit.complain(format!("host: {message}"));
            return Ok(1);
        }
    };
    if let (Some(server), Some(first)) = (server, addresses.first()) {
        kit.say(format!("Using domain server:\nName: {server}\nAddress: {first}#53\nAliases: \n"));
    }
    let mut lookup = Lookup {
        name: name.to_owned(),
        kind: kind.unwrap_or(RecordType::A),
        search: true,
        servers: addresses,
        tries,
        timeout: Duration::from_secs(timeout),
        transport: Transport::Udp,
        notes_recursion: false,
    };
    let mut more: &[RecordType] = if kind.is_none() { &[RecordType::Aaaa, RecordType::Mx] } else { &[] };
    if let Ok(ip) = name.parse::<IpAddr>() {
        (lookup.name, lookup.kind) = (reverse(ip) + ".", RecordType::Ptr);
        more = &[];
    }
    let Some(reply) = look_up(kit, &lookup)? else { return Ok(unreachable(kit)) };
    let mut exit = print(kit, &lookup, &reply, kind.is_some());
    if exit == 0 {
        lookup.name = chase(&reply.response, &reply.question.name) + ".";
        for kind in more {
            lookup.kind = *kind;
            let Some(reply) = look_up(kit, &lookup)? else { return Ok(unreachable(kit)) };
            exit |= print(kit, &lookup, &reply, false);
        }
    }
    Ok(exit)
}

fn unreachable(kit: &mut Kit<'_>) -> Exit {
    kit.say(";; no servers could be reached");
    1
}

/// `says_nothing`: whether an empty answer is worth a line.
fn print(kit: &mut Kit<'_>, lookup: &Lookup, reply: &Reply, says_nothing: bool) -> Exit {
    let rcode = reply.response.rcode;
    if rcode != Rcode::NoError {
        // A name that does not exist is shown as it was typed, any other failure as it was asked.
        let name = if rcode == Rcode::NxDomain { &lookup.name } else { &reply.question.name };
        kit.say(format!("Host {name} not found: {}({})", rcode.code(), rcode.as_str()));
        return 1;
    }
    if reply.response.answer.is_empty() && says_nothing {
        kit.say(format!("{} has no {} record", reply.question.name, reply.question.kind));
    }
    for record in &reply.response.answer {
        let what = match record.data {
            RecordData::A(_) => "has address",
            RecordData::Aaaa(_) => "has IPv6 address",
            RecordData::Cname(_) => "is an alias for",
            RecordData::Ptr(_) => "domain name pointer",
            RecordData::Srv { .. } => "has SRV record",
            RecordData::Ns(_) => "name server",
            RecordData::Mx { .. } => "mail is handled by",
            RecordData::Txt(_) => "descriptive text",
            RecordData::Soa { .. } => "has SOA record",
        };
        let name = if record.name.is_empty() { "." } else { &record.name };
        kit.say(format!("{name} {what} {}", record.data));
    }
    0
}
