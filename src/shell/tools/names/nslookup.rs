//! BIND's `nslookup`: A through the search list, then AAAA of what was found.

use super::bind::{Lookup, Reply, chase, look_up, servers};
use super::{Exit, Kit};
use crate::dns::name::reverse;
use crate::dns::resolver::Ask;
use crate::dns::{Rcode, Record, RecordData, RecordType, Transport};
use std::net::IpAddr;
use std::time::Duration;

/// `nslookup [-type=TYPE] NAME [SERVER]`
///
/// # Errors
/// The round it waits for.
pub fn nslookup(kit: &mut Kit<'_>) -> Result<Exit, Ask> {
    let mut kind = None;
    let (mut tries, mut timeout) = (3, 5);
    let mut words = Vec::new();
    for word in kit.args {
        let Some(option) = word.strip_prefix('-').filter(|option| !option.is_empty()) else {
            words.push(word.as_str());
            continue;
        };
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "type" | "ty" | "q" | "query" | "querytype" => match RecordType::parse(value) {
                Some(parsed) => kind = Some(parsed),
                None => kit.say(format!("unknown query type: {value}")),
            },
            "retry" | "ret" => tries = value.parse().unwrap_or(tries),
            "timeout" | "t" => timeout = value.parse().unwrap_or(timeout),
            "debug" | "nodebug" | "d2" | "nod2" | "search" | "nosearch" | "recurse" | "norecurse" => {}
            _ => kit.say(format!("*** Invalid option: {option}")),
        }
    }
    let (name, server) = match words[..] {
        [name] => (name, None),
        [name, server, ..] => (name, Some(server)),
        [] => return Ok(0),
    };
    let addresses = match servers(kit, server)? {
        Ok(addresses) => addresses,
        Err(message) => {
            kit.complain(format!("nslookup: {message}"));
            return Ok(1);
        }
    };
    let mut lookup = Lookup {
        name: name.to_owned(),
        kind: kind.unwrap_or(RecordType::A),
        search: true,
        servers: addresses,
        tries,
        timeout: Duration::from_secs(timeout),
        transport: Transport::Udp,
        notes_recursion: true,
    };
    // Without -type an address asks for its names, and anything else for both families.
    let mut default = kind.is_none();
    let ip = name.parse::<IpAddr>().ok().filter(|_| default || kind == Some(RecordType::Ptr));
    if let Some(ip) = ip {
        (lookup.name, lookup.kind) = (reverse(ip) + ".", RecordType::Ptr);
    }
    let Some(reply) = look_up(kit, &lookup)? else { return Ok(unreachable(kit)) };
    let print_header = !default || lookup.kind == RecordType::A;
    if print_header {
        let server_name = server.map_or_else(|| reply.server.to_string(), str::to_owned);
        kit.say(format!("Server:\t\t{server_name}\nAddress:\t{}#53\n", reply.server));
    }
    default &= lookup.kind == RecordType::A;
    let mut exit = print(kit, &reply, print_header, !default);
    if default && reply.response.rcode == Rcode::NoError {
        lookup.name = chase(&reply.response, &reply.question.name) + ".";
        lookup.kind = RecordType::Aaaa;
        let Some(second) = look_up(kit, &lookup)? else { return Ok(unreachable(kit)) };
        exit |= print(kit, &second, false, reply.response.answer.is_empty());
    }
    kit.say("");
    Ok(exit)
}

fn unreachable(kit: &mut Kit<'_>) -> Exit {
    kit.say(";; no servers could be reached\n");
    1
}

/// `says_nothing`: whether an empty answer is worth a line.
fn print(kit: &mut Kit<'_>, reply: &Reply, says_whose: bool, says_nothing: bool) -> Exit {
    let (name, response) = (&reply.question.name, &reply.response);
    if response.rcode != Rcode::NoError {
        kit.say(format!("** server can't find {name}: {}", response.rcode.as_str()));
        return 1;
    }
    if says_whose && !response.authoritative {
        kit.say("Non-authoritative answer:");
    }
    if response.answer.is_empty() && says_nothing {
        kit.say(format!("*** Can't find {name}: No answer"));
    }
    section(kit, &response.answer);
    let address = matches!(reply.question.kind, RecordType::A | RecordType::Aaaa);
    if !response.authoritative && !address {
        kit.say("\nAuthoritative answers can be found from:");
        section(kit, &response.authority);
        section(kit, &response.additional);
    }
    0
}

fn section(kit: &mut Kit<'_>, records: &[Record]) {
    for record in records {
        let name = if record.name.is_empty() { "." } else { &record.name };
        kit.say(match &record.data {
            RecordData::A(ip) => format!("Name:\t{name}\nAddress: {ip}"),
            RecordData::Aaaa(ip) => format!("Name:\t{name}\nAddress: {ip}"),
            RecordData::Cname(_) => format!("{name}\tcanonical name = {}", record.data),
            RecordData::Ptr(_) => format!("{name}\tname = {}", record.data),
            RecordData::Srv { .. } => format!("{name}\tservice = {}", record.data),
            RecordData::Ns(_) => format!("{name}\tnameserver = {}", record.data),
            RecordData::Mx { .. } => format!("{name}\tmail exchanger = {}", record.data),
            RecordData::Txt(_) => format!("{name}\ttext = {}", record.data),
            RecordData::Soa { mname, rname, serial, refresh, retry, expire, minimum } => format!(
                "{name}\n\torigin = {mname}\n\tmail addr = {rname}\n\tserial = {serial}\n\
                 \trefresh = {refresh}\n\tretry = {retry}\n\texpire = {expire}\n\tminimum = {minimum}"
            ),
        });
    }
}
