//! glibc's resolver: `res_search` and what its callers make of it.

use super::{Ask, Config, Failure, Family, Fate, Outcome, Wire, collect, dots, joined, query};
use crate::dns::name::{is_sendable, reverse};
use crate::dns::{Rcode, RecordData, RecordType, Response, Transport};
use std::net::IpAddr;
use std::time::Duration;

/// How the question for one name ended.
enum Tried {
    Answered(Vec<Response>),
    NoData,
    NoSuchName,
    /// All servers failed, all in all.
    ServerFailure,
    /// Nobody listens.
    Refused,
    /// Nobody answers.
    Silent,
    /// An rcode that ends it.
    Failed,
}

pub(super) fn lookup(
    config: &Config,
    family: Family,
    name: &str,
    wire: &mut Wire<'_>,
) -> Result<Outcome, Ask> {
    let (asked, tried) = match search(config, name, family.types(), wire)? {
        Ok(answered) => answered,
        Err(failure) => return Ok(Err(failure)),
    };
    let found = collect(&asked, &tried);
    Ok(if found.addresses.is_empty() { Err(Failure::NoAddress) } else { Ok(found) })
}

/// `gethostbyname2` for IPv6 through the whole list, and only then for IPv4: `getent hosts`.
///
/// # Errors
/// The round that must be carried out first.
pub fn gethostbyname(config: &Config, name: &str, wire: &mut Wire<'_>) -> Result<Outcome, Ask> {
    let mut outcome = Err(Failure::NotKnown);
    for family in [Family::V6, Family::V4] {
        outcome = match config.in_hosts(family, name) {
            Some(found) => Ok(found),
            None => lookup(config, family, name, wire)?,
        };
        if outcome.is_ok() {
            break;
        }
    }
    Ok(outcome)
}

/// `gethostbyaddr`: the first name of an address.
///
/// # Errors
/// The round that must be carried out first.
pub fn gethostbyaddr(
    config: &Config,
    ip: IpAddr,
    wire: &mut Wire<'_>,
) -> Result<Result<String, Failure>, Ask> {
    if let Some((_, names)) = config.hosts.iter().find(|(known, names)| *known == ip && !names.is_empty()) {
        return Ok(Ok(names[0].clone()));
    }
    let name = reverse(ip);
    Ok(match ask(config, &name, &[RecordType::Ptr], wire)? {
        Tried::Answered(responses) => {
            let records = responses.iter().flat_map(|response| &response.answer);
            let name = records.into_iter().find_map(|record| match &record.data {
                RecordData::Ptr(name) => Some(name.clone()),
                _ => None,
            });
            name.ok_or(Failure::NoAddress)
        }
        Tried::NoData | Tried::NoSuchName => Err(Failure::NotKnown),
        Tried::Failed => Err(Failure::Failed),
        Tried::ServerFailure | Tried::Refused | Tried::Silent => Err(Failure::TryAgain),
    })
}

type Answered = (String, Vec<Response>);

/// `res_search`: the name as it is if it has dots enough, the search list, the name as it is.
fn search(
    config: &Config,
    name: &str,
    types: &[RecordType],
    wire: &mut Wire<'_>,
) -> Result<Result<Answered, Failure>, Ask> {
    let absolute = name.ends_with('.');
    let bare = name.strip_suffix('.').unwrap_or(name);
    if bare.is_empty() || !is_sendable(bare) {
        return Ok(Err(Failure::NotKnown));
    }
    let mut first = None;
    if absolute || dots(bare) >= config.resolv.ndots() {
        match ask(config, bare, types, wire)? {
            Tried::Answered(responses) => return Ok(Ok((bare.to_owned(), responses))),
            tried => first = Some(failure(&tried)),
        }
        if absolute {
            return Ok(Err(first.unwrap_or(Failure::NotKnown)));
        }
    }
    let mut last = Failure::NotKnown;
    let mut server_failed = false;
    for domain in &config.resolv.search {
        let candidate = joined(bare, domain);
        if !is_sendable(&candidate) {
            continue;
        }
        let tried = ask(config, &candidate, types, wire)?;
        last = failure(&tried);
        match tried {
            Tried::Answered(responses) => return Ok(Ok((candidate, responses))),
            Tried::NoData | Tried::NoSuchName => {}
            Tried::ServerFailure => server_failed = true,
            Tried::Refused => return Ok(Err(Failure::TryAgain)),
            Tried::Silent | Tried::Failed => break,
        }
    }
    if first.is_none() {
        match ask(config, bare, types, wire)? {
            Tried::Answered(responses) => return Ok(Ok((bare.to_owned(), responses))),
            tried => last = failure(&tried),
        }
    }
    Ok(Err(match first {
        Some(failure) => failure,
        None if server_failed => Failure::TryAgain,
        None => last,
    }))
}

fn failure(tried: &Tried) -> Failure {
    match tried {
        Tried::Answered(_) | Tried::NoData => Failure::NoAddress,
        Tried::NoSuchName => Failure::NotKnown,
        Tried::ServerFailure | Tried::Refused | Tried::Silent => Failure::TryAgain,
        Tried::Failed => Failure::Failed,
    }
}

/// `res_query`: one name, all types at once, every server in turn, as often as `attempts` says.
fn ask(config: &Config, name: &str, types: &[RecordType], wire: &mut Wire<'_>) -> Result<Tried, Ask> {
    let servers = config.servers();
    let mut tried = Tried::Silent;
    for _ in 0..config.resolv.attempts().min(5) {
        for (index, server) in servers.iter().enumerate() {
            let queries = types.iter().map(|kind| query(*server, name, *kind, Transport::Udp)).collect();
            // A later server gets twice the time, shared among all (`res_send.c`).
            let seconds =
                (config.resolv.timeout().min(30) << index) / if index > 0 { servers.len() as u64 } else { 1 };
            let patience = Duration::from_secs(seconds.max(1));
            let round = wire.round(Ask { queries, patience, deaf: false })?;
            let mut answers = Vec::new();
            for (_, fate) in &round.exchanges {
                match fate {
                    Fate::Answered(response) => answers.push(response.clone()),
                    Fate::Refused => tried = Tried::Refused,
                    Fate::Silent => tried = Tried::Silent,
                }
            }
            // Either answer will do, unless the first is a failure: then the next server is asked.
            match answers.first().map(|answer| answer.rcode) {
                None => continue,
                Some(Rcode::ServFail | Rcode::NotImp | Rcode::Refused) => tried = Tried::ServerFailure,
                Some(_) if answers.len() < types.len() => continue,
                Some(rcode) => return Ok(judge(rcode, answers)),
            }
        }
    }
    Ok(tried)
}

fn judge(rcode: Rcode, answers: Vec<Response>) -> Tried {
    let positive = |answer: &Response| answer.rcode == Rcode::NoError && !answer.answer.is_empty();
    if answers.iter().any(positive) {
        return Tried::Answered(answers.into_iter().filter(positive).collect());
    }
    let mut rcodes = answers.iter().map(|answer| answer.rcode);
    match if rcode == Rcode::NoError { rcodes.next_back().unwrap_or(rcode) } else { rcode } {
        Rcode::NoError => Tried::NoData,
        Rcode::NxDomain => Tried::NoSuchName,
        Rcode::ServFail => Tried::ServerFailure,
        _ => Tried::Failed,
    }
}
