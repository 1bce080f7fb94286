//! Names on their way to addresses: what the client's resolver asks, each question a request of its own.

use super::network::{Network, Origin, hop};
use super::{DnsFailure, Hop, Outcome, Payload, Place, Reason, Request, Source, Step, Trace, diagnose};
use crate::api::Key;
use crate::dns::Rcode;
use crate::dns::resolver::{Config, Failure, Family, Fate, Found, Libc, Query, getaddrinfo, run};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// The address of the request's host. Where there is none, the trace says why and is complete.
pub(super) fn host(
    net: &mut Network<'_>,
    origin: &Origin,
    request: &Request,
    depth: usize,
    trace: &mut Trace,
) -> Option<IpAddr> {
    let host = request.to.host.as_str();
    if let Ok(address) = host.parse() {
        return Some(address);
    }
    let mut config = net.setting.resolver(net.store, &request.from);
    if let Source::Address { .. } = request.from {
        // Whoever sends from there is no part of the cluster, and nothing is known of its files.
        config = Config::default();
    }
    if let Some(address) = own_name(origin, host) {
        return Some(address);
    }
    let libc = match &request.from {
        Source::Pod(pod) => net.host.libc(pod),
        _ => Libc::Glibc,
    };
    let mut nested = Vec::new();
    let (outcome, rounds) = run(
        |wire| getaddrinfo(libc, &config, Family::Any, host, wire),
        |query, patience| ask(net, request, query, patience, depth, &mut nested),
    );
    // Nothing here has an IPv6 address: a program that is given one goes on to the next.
    let found = outcome.and_then(|found| match found.addresses.iter().find(|ip| ip.is_ipv4()) {
        Some(address) => Ok((*address, found)),
        None => Err(Failure::NoAddress),
    });
    if rounds.is_empty()
        && let Ok((address, _)) = found
    {
        return Some(address);
    }
    let took = rounds.iter().map(|round| round.took).sum();
    trace.took += took;
    let resolved = |because, nested| Hop { took, nested, ..hop(Place::Dns, Step::Resolve, because) };
    match found {
        Ok((address, found)) => {
            let because = because_found(net, host, address, found);
            trace.hops.push(resolved(because, nested));
            Some(address)
        }
        Err(failure) => {
            let because = because_failed(net, origin, host, failure, &nested);
            trace.hops.push(resolved(because, nested));
            trace.outcome = Outcome::Unresolved;
            if let Some(limit) = request.timeout.filter(|limit| *limit < trace.took) {
                trace.took = limit;
                trace.outcome = Outcome::TimedOut;
            }
            None
        }
    }
}

/// A pod's own host name, also where its image has no hosts file to say so.
fn own_name(origin: &Origin, host: &str) -> Option<IpAddr> {
    if host == "localhost" {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let pod = origin.own_network.as_ref()?;
    (host == crate::dns::hosts::hostname(pod)).then_some(IpAddr::V4(origin.address))
}

/// Sends one question, as a request of the same sender.
fn ask(
    net: &mut Network<'_>,
    request: &Request,
    query: &Query,
    patience: Duration,
    depth: usize,
    nested: &mut Vec<Trace>,
) -> (Fate, Duration) {
    let trace = net.send_nested(&query_request(&request.from, query, patience), depth + 1);
    let (fate, took) = (fate(query, &trace), trace.took);
    nested.push(trace);
    (fate, took)
}

/// The request that a resolver's question is.
pub fn query_request(from: &Source, query: &Query, patience: Duration) -> Request {
    let payload = Payload::Dns(query.question.clone());
    Request::new(from.clone(), query.server.to_string(), Some(53), payload).within(patience)
}

/// What became of a resolver's question, by its trace.
pub fn fate(query: &Query, trace: &Trace) -> Fate {
    match &trace.outcome {
        Outcome::Answered(reply) => reply.dns.clone().map_or(Fate::Silent, |mut response| {
            query.transport.fit(&query.question, &mut response);
            Fate::Answered(response)
        }),
        Outcome::Refused => Fate::Refused,
        _ => Fate::Silent,
    }
}

fn because_found(net: &Network<'_>, host: &str, address: IpAddr, found: Found) -> Reason {
    let object = diagnose::behind(net.store, net.setting, address);
    // The name that was asked for when it existed, not the one that its aliases end at.
    let name = found.aliases.into_iter().next().unwrap_or(found.canonical);
    Reason::Resolved { host: bare(host).to_owned(), name, address, object }
}

fn because_failed(
    net: &Network<'_>,
    origin: &Origin,
    host: &str,
    failure: Failure,
    nested: &[Trace],
) -> Reason {
    let host = bare(host);
    let namespace = origin.pod.as_ref().map_or("", |pod| pod.meta.namespace.as_str());
    let failed = nested.iter().rev().find(|trace| failure_of(trace).is_some());
    match (failure, failed) {
        (Failure::TryAgain | Failure::Failed, Some(trace)) => Reason::DnsFailed {
            host: host.to_owned(),
            server: trace.request.to.host.parse().unwrap_or(IpAddr::V4(net.setting.dns)),
            how: failure_of(trace).unwrap_or(DnsFailure::Silent),
            because: trace.failed_hop().map(|hop| Box::new(hop.because.clone())),
        },
        (Failure::NoAddress, _) => diagnose::no_address(net.store, host, namespace),
        _ => match diagnose::no_address(net.store, host, namespace) {
            // A headless Service without a ready pod has no name at all.
            Reason::NoAddress { host, service: Some(key), lacking } if is_headless(net, &key) => {
                Reason::NoAddress { host, service: Some(key), lacking }
            }
            _ => diagnose::no_such_name(net.store, host, namespace, candidates(nested)),
        },
    }
}

fn is_headless(net: &Network<'_>, service: &Key) -> bool {
    net.store
        .get(service)
        .and_then(|object| object.service())
        .is_some_and(|service| service.spec.is_headless())
}

/// How a question failed that got no useful answer.
fn failure_of(trace: &Trace) -> Option<DnsFailure> {
    match &trace.outcome {
        Outcome::Answered(reply) => match reply.dns.as_ref().map(|dns| dns.rcode) {
            Some(Rcode::NoError | Rcode::NxDomain) => None,
            Some(_) => Some(DnsFailure::ServerFailure),
            None => Some(DnsFailure::Silent),
        },
        Outcome::Refused => Some(DnsFailure::Refused),
        _ => Some(DnsFailure::Silent),
    }
}

/// Every name that was asked for, each once.
fn candidates(nested: &[Trace]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for trace in nested {
        if let Payload::Dns(question) = &trace.request.payload
            && !names.contains(&question.name)
        {
            names.push(question.name.clone());
        }
    }
    names
}

fn bare(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}
