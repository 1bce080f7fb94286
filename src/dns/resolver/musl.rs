//! musl's resolver: all servers at once, both types at once, no search for names with dots enough.

use super::{Ask, Config, Failure, Family, Fate, Outcome, Wire, collect, dots, joined, query};
use crate::dns::name::is_sendable;
use crate::dns::{Rcode, Response, Transport};
use std::time::Duration;

/// How the question for one name ended.
enum Tried {
    Found(Outcome),
    NoSuchName,
}

pub(super) fn lookup(
    config: &Config,
    family: Family,
    name: &str,
    wire: &mut Wire<'_>,
) -> Result<Outcome, Ask> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    if bare.is_empty() || !is_sendable(bare) {
        return Ok(Err(Failure::NotKnown));
    }
    let searches = !name.ends_with('.') && dots(name) < config.resolv.ndots();
    let list = if searches { config.resolv.search.as_slice() } else { &[] };
    let candidates = list.iter().map(|domain| joined(bare, domain)).chain([bare.to_owned()]);
    for candidate in candidates.filter(|candidate| is_sendable(candidate)) {
        if let Tried::Found(outcome) = ask(config, family, &candidate, wire)? {
            return Ok(outcome);
        }
    }
    Ok(Err(Failure::NotKnown))
}

/// One name. A name without addresses ends the search; one that does not exist in either type does not.
fn ask(config: &Config, family: Family, name: &str, wire: &mut Wire<'_>) -> Result<Tried, Ask> {
    let Some(responses) = send(config, family, name, wire)? else {
        return Ok(Tried::Found(Err(Failure::TryAgain)));
    };
    if responses.iter().any(|response| response.rcode == Rcode::NxDomain) {
        return Ok(Tried::NoSuchName);
    }
    let found = collect(name, &responses);
    Ok(Tried::Found(if found.addresses.is_empty() { Err(Failure::NotKnown) } else { Ok(found) }))
}

/// `__res_msend`: repeats what is unanswered until the time is up; asks again at once after a
/// SERVFAIL, but only so often; takes no notice of ICMP or of other rcodes.
fn send(
    config: &Config,
    family: Family,
    name: &str,
    wire: &mut Wire<'_>,
) -> Result<Option<Vec<Response>>, Ask> {
    let attempts = config.resolv.attempts().clamp(1, 10);
    let interval = Duration::from_secs(config.resolv.timeout().min(60)) / attempts;
    let types = family.types();
    let mut accepted: Vec<Option<Response>> = vec![None; types.len()];
    for _ in 0..attempts {
        let mut left = interval;
        let mut repeats = 2 * types.len();
        let unanswered = |accepted: &[Option<Response>]| -> Vec<usize> {
            (0..types.len()).filter(|index| accepted[*index].is_none()).collect()
        };
        let mut wanted = unanswered(&accepted);
        while !wanted.is_empty() {
            let servers = config.servers();
            let asked: Vec<_> =
                wanted.iter().flat_map(|index| servers.iter().map(|server| (*index, *server))).collect();
            let queries =
                asked.iter().map(|(index, server)| query(*server, name, types[*index], Transport::Udp));
            let round = wire.round(Ask { queries: queries.collect(), patience: left, deaf: true })?;
            left = left.saturating_sub(round.took);
            wanted.clear();
            for ((index, _), (_, fate)) in asked.iter().zip(&round.exchanges) {
                let Fate::Answered(response) = fate else { continue };
                match response.rcode {
                    Rcode::NoError | Rcode::NxDomain => {
                        accepted[*index].get_or_insert_with(|| response.clone());
                    }
                    Rcode::ServFail if repeats > 0 => {
                        repeats -= 1;
                        wanted.push(*index);
                    }
                    _ => {}
                }
            }
            wanted.retain(|index| accepted[*index].is_none());
        }
        if unanswered(&accepted).is_empty() {
            break;
        }
        if !left.is_zero() {
            wire.pause(left)?;
        }
    }
    Ok(accepted.into_iter().collect())
}
