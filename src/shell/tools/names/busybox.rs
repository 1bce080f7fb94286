//! BusyBox `nslookup` (1.35), which has a resolver of its own: all questions at once, the search
//! list only for names without a dot, and never the bare name then.

use super::{Exit, Kit};
use crate::dns::name::{is_sendable, reverse};
use crate::dns::resolver::{Ask, Config, Family, Fate, Libc, Query, getaddrinfo};
use crate::dns::{Question, Rcode, RecordData, RecordType, Response, Transport};
use std::net::IpAddr;
use std::time::Duration;

const USAGE: &str = "\
BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.

Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]

Query DNS about HOST

QUERY_TYPE: soa,ns,a,aaaa,cname,mx,txt,ptr,srv,any
";

/// The types it knows, in the order it asks for them.
const TYPES: &[RecordType] = &[
    RecordType::Soa,
    RecordType::Ns,
    RecordType::A,
    RecordType::Aaaa,
    RecordType::Cname,
    RecordType::Mx,
    RecordType::Txt,
    RecordType::Ptr,
    RecordType::Srv,
    RecordType::Any,
];

struct Options {
    types: Vec<RecordType>,
    retry: u32,
    timeout: u64,
    port: u16,
}

/// `nslookup [-type=TYPE] HOST [SERVER]`
///
/// # Errors
/// The round it waits for.
pub fn nslookup(kit: &mut Kit<'_>) -> Result<Exit, Ask> {
    let mut options = Options { types: Vec::new(), retry: 2, timeout: 5, port: 53 };
    let mut words = Vec::new();
    for word in kit.args {
        match word.strip_prefix('-').filter(|_| words.is_empty()) {
            Some(option) => {
                if let Err(message) = read_option(option, &mut options) {
                    match message {
                        Some(message) => kit.complain(format!("nslookup: {message}")),
                        None => kit.err.push_str(USAGE),
                    }
                    return Ok(1);
                }
            }
            None => words.push(word.as_str()),
        }
    }
    let (host, server) = match words[..] {
        [host] => (host, None),
        [host, server] => (host, Some(server)),
        _ => {
            kit.err.push_str(USAGE);
            return Ok(1);
        }
    };
    let questions = questions(kit.config, host, &options.types, server.is_some());
    if let Some(bad) = questions.iter().find(|question| !is_sendable(&question.name)) {
        kit.complain(format!("nslookup: invalid hostname '{}'", bad.name));
        return Ok(1);
    }
    let servers = match server {
        None => kit.config.servers().into_iter().map(|ip| (ip.to_string(), ip)).collect(),
        Some(name) => match getaddrinfo(Libc::Musl, kit.config, Family::Any, name, &mut kit.wire)? {
            Ok(found) => found.addresses.into_iter().take(1).map(|ip| (name.to_owned(), ip)).collect(),
            Err(_) => {
                kit.complain(format!("nslookup: bad address '{name}'"));
                return Ok(1);
            }
        },
    };
    let servers: Vec<(String, IpAddr)> = servers;
    for (name, ip) in &servers {
        if let Some(failed) = ask(kit, (name, *ip), &questions, &options)? {
            return Ok(Exit::from(failed));
        }
    }
    kit.say(";; connection timed out; no servers could be reached\n");
    Ok(1)
}

/// `Err(None)` asks for the usage text.
fn read_option(option: &str, options: &mut Options) -> Result<(), Option<String>> {
    let option = option.strip_prefix('-').unwrap_or(option);
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    let number = || value.parse::<u32>().map_err(|_| Some(format!("invalid number '{value}'")));
    let is = |full: &str| !name.is_empty() && full.starts_with(name);
    if name == "t" || is("timeout") {
        options.timeout = number()?.max(1).into();
    } else if is("type") || is("querytype") {
        let kind = RecordType::parse(value).filter(|kind| TYPES.contains(kind));
        options.types.push(kind.ok_or_else(|| Some(format!("invalid query type \"{value}\"")))?);
    } else if is("port") {
        options.port =
            number()?.try_into().map_err(|_| Some(format!("number {value} is not in 1..65535 range")))?;
    } else if is("retry") {
        options.retry = number()?.max(1);
    } else if !is("debug") {
        return Err(None);
    }
    Ok(())
}

/// A and AAAA for each suffix, unless the name has a dot, a server was given or there is no list.
fn questions(config: &Config, host: &str, types: &[RecordType], server: bool) -> Vec<Question> {
    if types.is_empty()
        && let Ok(ip) = host.parse::<IpAddr>()
    {
        return vec![Question::new(&reverse(ip), RecordType::Ptr)];
    }
    let wanted: Vec<RecordType> = match types {
        [] => vec![RecordType::A, RecordType::Aaaa],
        types => TYPES.iter().copied().filter(|kind| types.contains(kind)).collect(),
    };
    let search: &[String] = if server { &[] } else { &config.resolv.search };
    let mut questions = Vec::new();
    for kind in wanted {
        if kind == RecordType::Ptr || search.is_empty() || host.contains('.') {
            questions.push(Question::new(host, kind));
        } else {
            questions.extend(search.iter().map(|suffix| Question::new(&format!("{host}.{suffix}"), kind)));
        }
    }
    questions
}

/// Asks one server. `None` if it gave no answer at all, else whether any answer was a failure.
fn ask(
    kit: &mut Kit<'_>,
    (name, ip): (&str, IpAddr),
    questions: &[Question],
    options: &Options,
) -> Result<Option<bool>, Ask> {
    let interval = Duration::from_secs(options.timeout) / options.retry;
    let mut open: Vec<usize> = (0..questions.len()).collect();
    let mut replies = 0;
    let mut failed = false;
    for _ in 0..options.retry {
        let mut left = interval;
        // After a SERVFAIL it asks again at once, so often in all.
        let mut repeats = 2 * questions.len();
        let mut wanted = open.clone();
        while !wanted.is_empty() {
            let query = |index: &usize| Query {
                server: ip,
                question: questions[*index].clone(),
                transport: Transport::Udp,
            };
            let queries: Vec<_> = wanted.iter().map(query).collect();
            let round = kit.wire.round(Ask { queries, patience: left, deaf: true })?;
            let refused = round.exchanges.iter().any(|(_, fate)| *fate == Fate::Refused);
            if refused && wanted.len() > 1 {
                // The second write meets the ICMP error of the first.
                kit.complain(format!("nslookup: write to '{name}': Connection refused"));
                return Ok(None);
            }
            if refused {
                kit.complain("nslookup: read: Connection refused");
            }
            left = left.saturating_sub(round.took);
            let asked = std::mem::take(&mut wanted);
            for (index, (_, fate)) in asked.into_iter().zip(&round.exchanges) {
                let Fate::Answered(response) = fate else { continue };
                if replies == 0 {
                    let at = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
                    kit.say(format!("Server:\t\t{name}\nAddress:\t{at}:{}\n", options.port));
                    replies = 1;
                }
                if response.rcode == Rcode::ServFail && repeats > 0 {
                    repeats -= 1;
                    wanted.push(index);
                    continue;
                }
                open.retain(|other| *other != index);
                failed |= response.rcode != Rcode::NoError;
                print(kit, &questions[index], response);
            }
        }
        if open.is_empty() {
            return Ok(Some(failed));
        }
        if !left.is_zero() {
            kit.wire.pause(left)?;
        }
    }
    if replies == 0 {
        return Ok(None);
    }
    for index in open {
        kit.say(format!("*** Can't find {}: No answer", questions[index].name));
    }
    kit.say("");
    Ok(Some(failed))
}

fn print(kit: &mut Kit<'_>, question: &Question, response: &Response) {
    if response.rcode != Rcode::NoError {
        kit.say(format!("** server can't find {}: {}\n", question.name, response.rcode.as_str()));
        return;
    }
    if !response.authoritative {
        kit.say("Non-authoritative answer:");
    }
    for record in &response.answer {
        let name = &record.name;
        kit.say(match &record.data {
            RecordData::A(ip) => format!("Name:\t{name}\nAddress: {ip}"),
            RecordData::Aaaa(ip) => format!("Name:\t{name}\nAddress: {ip}"),
            RecordData::Ns(target) => format!("{name}\tnameserver = {target}"),
            RecordData::Cname(target) => format!("{name}\tcanonical name = {target}"),
            RecordData::Ptr(target) => format!("{name}\tname = {target}"),
            RecordData::Mx { preference, exchange } => {
                format!("{name}\tmail exchanger = {preference} {exchange}")
            }
            RecordData::Txt(text) => format!("{name}\ttext = \"{text}\""),
            RecordData::Srv { priority, weight, port, target } => {
                format!("{name}\tservice = {priority} {weight} {port} {target}")
            }
            RecordData::Soa { mname, rname, serial, refresh, retry, expire, minimum } => format!(
                "{name}\n\torigin = {mname}\n\tmail addr = {rname}\n\tserial = {serial}\n\
                 \trefresh = {refresh}\n\tretry = {retry}\n\texpire = {expire}\n\tminimum = {minimum}"
            ),
        });
    }
    kit.say("");
}
