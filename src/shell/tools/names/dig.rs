//! BIND's `dig` (9.18).

use super::bind::{Lookup, Reply, look_up, servers};
use super::{Exit, Kit};
use crate::api::Instant;
use crate::dns::name::{is_within, reverse};
use crate::dns::resolver::Ask;
use crate::dns::{Record, RecordType, Transport};
use std::net::IpAddr;
use std::time::Duration;

const VERSION: &str = "9.18.49-1~deb12u3-Debian";
/// The size dig offers with EDNS.
const EDNS_SIZE: u16 = 1232;
/// The client's cookie as an option: code, length, eight bytes.
const COOKIE_OPTION: usize = 12;

/// What `+…` switches; all of it is on without an argument.
#[derive(Clone, Debug)]
struct Show {
    command: bool,
    comments: bool,
    question: bool,
    answer: bool,
    authority: bool,
    additional: bool,
    stats: bool,
    ttl: bool,
    class: bool,
    short: bool,
}

#[derive(Clone, Debug)]
struct Options {
    show: Show,
    server: Option<String>,
    queries: Vec<(String, RecordType)>,
    search: bool,
    tries: u32,
    timeout: u64,
    edns: bool,
    cookie: bool,
    recurse: bool,
    tcp: bool,
}

/// `dig [@SERVER] [-x ADDRESS] NAME [TYPE] [+OPTION…]`
///
/// # Errors
/// The round it waits for.
pub fn dig(kit: &mut Kit<'_>) -> Result<Exit, Ask> {
    if kit.args.iter().any(|arg| arg == "-v") {
        kit.say(format!("DiG {VERSION}"));
        return Ok(0);
    }
    let options = match parse(kit.args) {
        Ok(options) => options,
        Err(message) => {
            kit.complain(message);
            return Ok(1);
        }
    };
    let addresses = match servers(kit, options.server.as_deref())? {
        Ok(addresses) => addresses,
        Err(message) => {
            kit.complain(format!("dig: {message}"));
            return Ok(10);
        }
    };
    let show = &options.show;
    let mut banner = String::new();
    if show.command && !show.short {
        banner = format!("\n; <<>> DiG {VERSION} <<>> {}\n", kit.args.join(" "));
        if options.server.is_some() {
            let plural = if addresses.len() == 1 { "" } else { "s" };
            banner += &format!("; ({} server{plural} found)\n", addresses.len());
        }
        banner += ";; global options: +cmd\n";
    }
    let mut exit = 0;
    for (name, kind) in &options.queries {
        let transport = match (options.tcp, options.edns) {
            (true, _) => Transport::Tcp,
            (_, true) => Transport::Edns(EDNS_SIZE),
            _ => Transport::Udp,
        };
        let lookup = Lookup {
            name: name.clone(),
            kind: *kind,
            search: options.search,
            servers: addresses.clone(),
            tries: options.tries,
            timeout: Duration::from_secs(options.timeout),
            transport,
            notes_recursion: false,
        };
        let reply = look_up(kit, &lookup)?;
        kit.out.push_str(&std::mem::take(&mut banner));
        match reply {
            Some(reply) if show.short => {
                for record in &reply.response.answer {
                    kit.say(record.data.to_string());
                }
            }
            Some(reply) => print(kit, &options, &reply),
            None => {
                kit.say(";; no servers could be reached");
                exit = 9;
            }
        }
    }
    Ok(exit)
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        show: Show {
            command: true,
            comments: true,
            question: true,
            answer: true,
            authority: true,
            additional: true,
            stats: true,
            ttl: true,
            class: true,
            short: false,
        },
        server: None,
        queries: Vec::new(),
        search: false,
        tries: 3,
        timeout: 5,
        edns: true,
        cookie: true,
        recurse: true,
        tcp: false,
    };
    // A type counts for the name before it, or for the next one if there is none yet.
    let mut kind = None;
    let mut words = args.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some(server) = word.strip_prefix('@') {
            options.server = Some(server.to_owned());
        } else if let Some(option) = word.strip_prefix('+') {
            read_option(option, &mut options)?;
        } else if let Some((letter, rest)) =
            word.strip_prefix('-').and_then(|option| option.split_at_checked(1))
        {
            let mut value = || if rest.is_empty() { words.next().unwrap_or_default() } else { rest };
            match letter {
                "x" => {
                    let address = value();
                    let ip: IpAddr = address.parse().map_err(|_| format!("Invalid IP address {address}"))?;
                    options.queries.push((reverse(ip) + ".", RecordType::Ptr));
                }
                "t" => {
                    let text = value();
                    let parsed = RecordType::parse(text)
                        .ok_or_else(|| format!(";; Warning, ignoring invalid type {text}"))?;
                    set_kind(&mut options, &mut kind, parsed);
                }
                "q" => options.queries.push((value().to_owned(), kind.take().unwrap_or(RecordType::A))),
                "p" | "b" | "c" | "f" | "k" | "y" => drop(value()),
                "4" | "6" | "u" | "r" | "i" | "m" | "h" | "v" => {}
                _ => return Err(format!("Invalid option: {word}")),
            }
        } else if let Some(parsed) = RecordType::parse(word) {
            set_kind(&mut options, &mut kind, parsed);
        } else if !matches!(word, "IN" | "in" | "CH" | "HS") {
            options.queries.push((word.to_owned(), kind.take().unwrap_or(RecordType::A)));
        }
    }
    if options.queries.is_empty() {
        options.queries.push((".".to_owned(), kind.unwrap_or(RecordType::Ns)));
    }
    Ok(options)
}

fn set_kind(options: &mut Options, next: &mut Option<RecordType>, kind: RecordType) {
    match options.queries.last_mut() {
        Some((_, last)) => *last = kind,
        None => *next = Some(kind),
    }
}

fn read_option(option: &str, options: &mut Options) -> Result<(), String> {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    let (name, on) = match name.strip_prefix("no") {
        Some(rest) if !rest.is_empty() => (rest, false),
        _ => (name, true),
    };
    let number = || value.parse::<u32>().map_err(|_| format!("Couldn't parse {name} '{value}'"));
    let show = &mut options.show;
    match name {
        "all" => {
            let short = show.short;
            *show = Show {
                command: on,
                comments: on,
                question: on,
                answer: on,
                authority: on,
                additional: on,
                stats: on,
                short,
                ..show.clone()
            };
        }
        "cmd" => show.command = on,
        "comments" => show.comments = on,
        "question" => show.question = on,
        "answer" => show.answer = on,
        "authority" => show.authority = on,
        "additional" => show.additional = on,
        "stats" => show.stats = on,
        "ttlid" | "ttl" => show.ttl = on,
        "class" | "cl" => show.class = on,
        "short" => show.short = on,
        "search" | "defname" => options.search = on,
        "tcp" | "vc" => options.tcp = on,
        "edns" | "bufsize" => options.edns = on,
        "cookie" => options.cookie = on,
        "recurse" | "rdflag" | "rec" => options.recurse = on,
        "tries" => options.tries = number()?.max(1),
        "retry" => options.tries = number()?.saturating_add(1),
        "time" | "timeout" => options.timeout = number()?.max(1).into(),
        "aaflag" | "adflag" | "cdflag" | "dnssec" | "do" | "fail" | "identify" | "ignore" | "multiline"
        | "qr" | "rrcomments" | "showsearch" | "split" | "nsid" | "idnin" | "idnout" | "onesoa"
        | "badcookie" | "ndots" | "domain" | "expire" | "keepopen" | "mapped" | "subnet" | "yaml"
        | "ttlunits" | "unknownformat" | "crypto" => {}
        "trace" => return Err("dig: +trace is not simulated here: there are no root servers".to_owned()),
        _ => return Err(format!("Invalid option: +{option}")),
    }
    Ok(())
}

fn print(kit: &mut Kit<'_>, options: &Options, reply: &Reply) {
    let (show, response) = (&options.show, &reply.response);
    let edns = options.edns;
    let chance = noise(kit.now());
    let mut out = String::new();
    if show.comments {
        out += ";; Got answer:\n";
        if is_within(&reply.question.name, "local") {
            out += ";; WARNING: .local is reserved for Multicast DNS\n\
                    ;; You are currently testing what happens when an mDNS query is leaked to DNS\n";
        }
        let mut flags = response.flags();
        if !options.recurse {
            flags = flags.replace(" rd", "");
        }
        out += &format!(
            ";; ->>HEADER<<- opcode: QUERY, status: {}, id: {}\n\
             ;; flags: {flags}; QUERY: 1, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}\n",
            response.rcode.as_str(),
            chance & 0xffff,
            response.answer.len(),
            response.authority.len(),
            response.additional.len() + usize::from(edns),
        );
        if options.recurse && !response.recursion_available {
            out += ";; WARNING: recursion requested but not available\n";
        }
        out += "\n";
        if edns {
            out += ";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n";
            if options.cookie {
                out += &format!("; COOKIE: {chance:016x} (echoed)\n");
            }
        }
    }
    if show.question {
        if show.comments {
            out += ";; QUESTION SECTION:\n";
        }
        out.push(';');
        out += &columns(show, &reply.question.name, None, reply.question.kind, "");
        out += if show.comments { "\n\n" } else { "\n" };
    }
    let sections = [
        (show.answer, "ANSWER", &response.answer),
        (show.authority, "AUTHORITY", &response.authority),
        (show.additional, "ADDITIONAL", &response.additional),
    ];
    for (shown, title, records) in sections {
        section(&mut out, show, shown, title, records);
    }
    if show.stats {
        let server = reply.server;
        let cookie = if edns && options.cookie { COOKIE_OPTION } else { 0 };
        let size = reply.transport.message_size(&reply.question, response) + cookie;
        let over = if reply.transport == Transport::Tcp { "TCP" } else { "UDP" };
        out += &format!(
            ";; Query time: {} msec\n;; SERVER: {server}#53({server}) ({over})\n;; WHEN: {}\n;; MSG SIZE  rcvd: {size}\n\n",
            reply.took.as_millis(),
            date(kit.now()),
        );
    }
    kit.out.push_str(&out);
}

fn section(out: &mut String, show: &Show, shown: bool, title: &str, records: &[Record]) {
    if !shown || records.is_empty() {
        return;
    }
    if show.comments {
        *out += &format!(";; {title} SECTION:\n");
    }
    for record in records {
        *out += &columns(show, &record.name, Some(record.ttl), record.data.kind(), &record.data.to_string());
        out.push('\n');
    }
    if show.comments {
        out.push('\n');
    }
}

/// A record in columns: TTL at 24, class at 32, type at 40, data at 48, less what is not shown.
fn columns(show: &Show, name: &str, ttl: Option<u32>, kind: RecordType, data: &str) -> String {
    let mut line = format!("{name}.");
    let mut column = line.chars().count();
    let mut at = 24;
    let mut add = |text: &str, to: usize| {
        // At least one column further; tabs as far as they go (BIND's `indent`).
        let to = to.max(column + 1);
        let tabs = to / 8 - column / 8;
        let from = if tabs > 0 { to / 8 * 8 } else { column };
        line.push_str(&"\t".repeat(tabs));
        line.push_str(&" ".repeat(to - from));
        line.push_str(text);
        column = to + text.chars().count();
    };
    if show.ttl {
        if let Some(ttl) = ttl {
            add(&ttl.to_string(), at);
        }
        at += 8;
    }
    if show.class {
        add("IN", at);
        at += 8;
    }
    add(&kind.to_string(), at);
    if !data.is_empty() {
        add(data, at + 8);
    }
    line
}

/// `Sun Nov 22 22:21:36 UTC 2026`
fn date(now: Instant) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day, hour, minute, second) = now.civil();
    let weekday = DAYS[(now.unix() / 86_400 % 7) as usize];
    let month = MONTHS[(month as usize + 11) % 12];
    format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
}

/// Numbers that look random and are the same for the same instant (SplitMix64's mixing).
fn noise(now: Instant) -> u64 {
    let mut z = now.micros().wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
