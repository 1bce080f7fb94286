//! Clients of the network. What they print follows from the trace of what they sent.

pub mod curl;
pub mod ip;
pub mod machine;
pub mod nc;
pub mod ping;
pub mod sockets;
pub mod traceroute;
pub mod wget;
mod wget_gnu;

use crate::net::{Reason, Request, Source, Trace};
use crate::shell::program::{Ctx, Place};
use crate::shell::programs::is_musl;
use crate::shell::visit;
use std::net::IpAddr;
use std::time::Duration;

/// What BusyBox's usage begins with.
pub const BUSYBOX: &str = "BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.";

/// What `getaddrinfo` says of a name that leads nowhere.
pub fn unknown_name(ctx: &Ctx<'_>) -> &'static str {
    if is_musl(ctx.cluster, ctx.place) { "Name does not resolve" } else { "Name or service not known" }
}

/// What `getopt` says of a letter that is none.
pub fn unknown_option(program: &str, letter: char, musl: bool) -> String {
    match musl {
        true => format!("{program}: unrecognized option: {letter}"),
        false => format!("{program}: invalid option -- '{letter}'"),
    }
}

/// Who a program's requests come from.
pub fn source(place: &Place) -> Source {
    match place {
        Place::Workstation => Source::Workstation,
        Place::Container { pod, .. } => Source::Pod(pod.clone()),
        Place::Node(node) => Source::Node(node.clone()),
    }
}

/// Sends a request, and keeps its trace for the eye.
pub fn send(ctx: &mut Ctx<'_>, request: &Request) -> Trace {
    let trace = visit::send(ctx.cluster, ctx.world, request);
    // What the API server answers by `kubectl proxy` is no packet of the cluster's network.
    if !trace.hops.is_empty() {
        ctx.world.traces.push(trace.clone());
    }
    trace
}

/// What a name led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The address.
    pub address: IpAddr,
    /// The name that was answered.
    pub name: String,
    /// How long that took.
    pub took: Duration,
}

/// The address a request went to.
pub fn found(trace: &Trace) -> Option<Found> {
    let host = trace.request.to.host.trim_matches(['[', ']']).trim_end_matches('.');
    if let Ok(address) = host.parse() {
        return Some(Found { address, name: host.to_owned(), took: Duration::ZERO });
    }
    let resolved = trace.hops.iter().find_map(|hop| match &hop.because {
        Reason::Resolved { name, address, .. } => {
            Some(Found { address: *address, name: name.trim_end_matches('.').to_owned(), took: hop.took })
        }
        _ => None,
    });
    resolved.or_else(|| {
        // What the hosts file or a forward answers is no hop.
        let sent = trace.hops.iter().find_map(|hop| hop.before.as_ref().or(hop.after.as_ref()));
        let own: IpAddr = IpAddr::from([127, 0, 0, 1]);
        (trace.request.to.host == "localhost" || sent.is_some()).then(|| Found {
            address: if host == "localhost" { own } else { sent.map_or(own, |packet| packet.destination) },
            name: host.to_owned(),
            took: Duration::ZERO,
        })
    })
}

/// Milliseconds as clients print them in their messages.
pub fn millis(took: Duration) -> u128 {
    took.as_millis()
}
