//! Go's own resolver (`net/dnsclient_unix.go`), which programs without a C library use.

use super::{Ask, Config, Failure, Family, Fate, Outcome, Wire, collect, dots, joined, query};
use crate::dns::name::is_sendable;
use crate::dns::{Rcode, Response, Transport};
use std::time::Duration;

/// The size Go offers with EDNS.
const EDNS_SIZE: u16 = 1232;

pub(super) fn lookup(
    config: &Config,
    family: Family,
    name: &str,
    wire: &mut Wire<'_>,
) -> Result<Outcome, Ask> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    let mut candidates: Vec<String> = Vec::new();
    if !name.ends_with('.') {
        candidates.extend(config.resolv.search.iter().map(|domain| joined(bare, domain)));
    }
    let first = if dots(bare) >= config.resolv.ndots() { 0 } else { candidates.len() };
    candidates.insert(first, bare.to_owned());
    let mut last = Failure::NotKnown;
    for candidate in candidates.iter().filter(|candidate| !candidate.is_empty() && is_sendable(candidate)) {
        match ask(config, family, candidate, wire)? {
            Ok(responses) => {
                let found = collect(candidate, &responses);
                if !found.addresses.is_empty() {
                    return Ok(Ok(found));
                }
                last = Failure::NotKnown;
            }
            Err(failure) => last = failure,
        }
    }
    Ok(Err(last))
}

/// One name: each server in turn, as often as `attempts` says, until one knows.
fn ask(
    config: &Config,
    family: Family,
    name: &str,
    wire: &mut Wire<'_>,
) -> Result<Result<Vec<Response>, Failure>, Ask> {
    for _ in 0..config.resolv.attempts() {
        for server in config.servers() {
            let queries =
                family.types().iter().map(|kind| query(server, name, *kind, Transport::Edns(EDNS_SIZE)));
            let patience = Duration::from_secs(config.resolv.timeout());
            let round = wire.round(Ask { queries: queries.collect(), patience, deaf: false })?;
            let answers = round.exchanges.iter().filter_map(|(_, fate)| match fate {
                Fate::Answered(response) if matches!(response.rcode, Rcode::NoError | Rcode::NxDomain) => {
                    Some(response.clone())
                }
                _ => None,
            });
            let answers: Vec<_> = answers.collect();
            if !answers.is_empty() {
                return Ok(Ok(answers));
            }
        }
    }
    Ok(Err(Failure::TryAgain))
}
