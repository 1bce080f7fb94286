//! What BIND's three tools (9.18) share: how they look a name up (`dighost.c`).

use super::Kit;
use crate::dns::name::is_sendable;
use crate::dns::resolver::{Ask, Family, Fate, Libc, Query, getaddrinfo};
use crate::dns::{Question, Rcode, RecordData, RecordType, Response, Transport};
use std::net::IpAddr;
use std::time::Duration;

/// How a name is to be looked up.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    /// The name as typed.
    pub name: String,
    /// The type.
    pub kind: RecordType,
    /// Whether the search list is used.
    pub search: bool,
    /// The servers.
    pub servers: Vec<IpAddr>,
    /// How often each is asked.
    pub tries: u32,
    /// How long one answer may take.
    pub timeout: Duration,
    /// How questions are sent.
    pub transport: Transport,
    /// Whether it is said that a server does not ask others.
    pub notes_recursion: bool,
}

/// A reply, and to which question.
#[derive(Debug)]
pub(super) struct Reply {
    pub server: IpAddr,
    pub question: Question,
    pub response: Response,
    pub transport: Transport,
    pub took: Duration,
}

/// The names to ask for. Here a name with dots enough is never searched for.
fn candidates(kit: &Kit<'_>, lookup: &Lookup) -> Vec<String> {
    let resolv = &kit.config.resolv;
    let bare = lookup.name.strip_suffix('.').unwrap_or(&lookup.name);
    let mut names = Vec::new();
    if lookup.search && !lookup.name.ends_with('.') && bare.matches('.').count() < resolv.ndots() {
        names.extend(resolv.search.iter().map(|domain| format!("{bare}.{}", domain.trim_end_matches('.'))));
    }
    names.push(bare.to_owned());
    names.retain(|name| name.is_empty() || is_sendable(name));
    names
}

/// Looks a name up: the first candidate that is anything but NXDOMAIN, or the last one. `None` if no
/// server could be reached, which is said.
pub(super) fn look_up(kit: &mut Kit<'_>, lookup: &Lookup) -> Result<Option<Reply>, Ask> {
    let mut last = None;
    for name in candidates(kit, lookup) {
        let question = Question { name, kind: lookup.kind };
        let Some(reply) = ask(kit, lookup, &question)? else { return Ok(None) };
        if lookup.notes_recursion && !reply.response.recursion_available {
            kit.say(format!(";; Got recursion not available from {}", reply.server));
        }
        let exists = reply.response.rcode != Rcode::NxDomain;
        last = Some(reply);
        if exists {
            break;
        }
    }
    Ok(last)
}

fn ask(kit: &mut Kit<'_>, lookup: &Lookup, question: &Question) -> Result<Option<Reply>, Ask> {
    for _ in 0..lookup.tries.max(1) {
        for server in &lookup.servers {
            let mut transport = lookup.transport;
            loop {
                let query = Query { server: *server, question: question.clone(), transport };
                let ask = Ask { queries: vec![query], patience: lookup.timeout, deaf: false };
                let round = kit.wire.round(ask)?;
                let why = match &round.exchanges[0].1 {
                    Fate::Answered(response) if response.truncated && transport != Transport::Tcp => {
                        kit.say(";; Truncated, retrying in TCP mode.");
                        transport = Transport::Tcp;
                        continue;
                    }
                    Fate::Answered(response) => {
                        let (question, response) = (question.clone(), response.clone());
                        let took = round.took;
                        return Ok(Some(Reply { server: *server, question, response, transport, took }));
                    }
                    Fate::Refused => "connection refused",
                    Fate::Silent => "timed out",
                };
                kit.say(format!(";; communications error to {server}#53: {why}"));
                break;
            }
        }
    }
    Ok(None)
}

/// The addresses of a server given by name or address; a message if it has none.
pub(super) fn servers(kit: &mut Kit<'_>, name: Option<&str>) -> Result<Result<Vec<IpAddr>, String>, Ask> {
    let Some(name) = name else { return Ok(Ok(kit.config.servers())) };
    let outcome = getaddrinfo(Libc::Glibc, kit.config, Family::Any, name, &mut kit.wire)?;
    Ok(match outcome {
        Ok(found) => Ok(found.addresses),
        Err(_) => Err(format!("couldn't get address for '{name}': not found")),
    })
}

/// The name at the end of the aliases of an answer.
pub(super) fn chase(response: &Response, name: &str) -> String {
    let mut name = name.to_owned();
    for record in &response.answer {
        if let RecordData::Cname(target) = &record.data
            && record.name.eq_ignore_ascii_case(&name)
        {
            name.clone_from(target);
        }
    }
    name
}
