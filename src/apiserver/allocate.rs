//! Addresses and ports that belong to one Service at a time.
//!
//! What is taken is an index of the Services in the store, kept by [`Allocations::replace`] with
//! every write of one, so it cannot drift from them. It knows no documents' rules.

use super::document::{int, items, text};
use crate::api::{Object, Ordered, Value};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What a server may give out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges {
    /// The first address of the Services' range.
    pub service_network: Ipv4Addr,
    /// The length of its prefix.
    pub service_prefix: u8,
    /// The node ports.
    pub node_ports: RangeInclusive<u16>,
}

impl Default for Ranges {
    /// What kubeadm sets up: `10.96.0.0/12`, 30000 to 32767.
    fn default() -> Self {
        Self { service_network: Ipv4Addr::new(10, 96, 0, 0), service_prefix: 12, node_ports: 30000..=32767 }
    }
}

/// Why an address or a port could not be had, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    OutOfRange,
    Taken,
    Full,
}

/// What is taken of the ranges.
#[derive(Clone, Debug, Default)]
pub(super) struct Allocations {
    ranges: Ranges,
    addresses: Arc<BTreeSet<u32>>,
    ports: Arc<BTreeSet<u16>>,
}

impl Allocations {
    pub(super) fn new(ranges: Ranges) -> Self {
        Self { ranges, ..Self::default() }
    }

    pub(super) fn node_ports(&self) -> &RangeInclusive<u16> {
        &self.ranges.node_ports
    }

    /// Follows one write of a Service.
    pub(super) fn replace(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let addresses = |object: &Object| service_addresses(object.doc());
        let ports = |object: &Object| service_node_ports(object.doc());
        swap(&mut self.addresses, old.map(addresses), new.map(addresses));
        swap(&mut self.ports, old.map(ports), new.map(ports));
    }

    /// Whether this address may be given to a Service.
    pub(super) fn check_address(&self, address: Ipv4Addr) -> Result<(), Refusal> {
        let (first, last) = self.usable();
        let bits = u32::from(address);
        if !(first..=last).contains(&bits) {
            return Err(Refusal::OutOfRange);
        }
        if self.addresses.contains(&bits) { Err(Refusal::Taken) } else { Ok(()) }
    }

    /// Whether this node port may be given to a Service.
    pub(super) fn check_port(&self, port: i64) -> Result<u16, Refusal> {
        let port = u16::try_from(port).map_err(|_| Refusal::OutOfRange)?;
        if !self.ranges.node_ports.contains(&port) {
            return Err(Refusal::OutOfRange);
        }
        if self.ports.contains(&port) { Err(Refusal::Taken) } else { Ok(port) }
    }

    /// A free address: from the upper band of the range first, since people ask for low ones.
    pub(super) fn next_address(&self, rng: &mut fastrand::Rng) -> Result<Ipv4Addr, Refusal> {
        let (first, last) = self.usable();
        let size = last - first + 1;
        let band = if size < 16 { 0 } else { (size / 16).clamp(16, 256) };
        next(first, last, band, rng, |bits| self.addresses.contains(&bits)).map(Ipv4Addr::from)
    }

    /// A free node port, also none of `but`; from the upper band first.
    pub(super) fn next_port(&self, rng: &mut fastrand::Rng, but: &[u16]) -> Result<u16, Refusal> {
        let (first, last) =
            (u32::from(*self.ranges.node_ports.start()), u32::from(*self.ranges.node_ports.end()));
        let size = last - first + 1;
        let band = if size < 32 { 0 } else { (size / 32).clamp(16, 128) };
        let taken = |port: u32| {
            u16::try_from(port).is_ok_and(|port| self.ports.contains(&port) || but.contains(&port))
        };
        next(first, last, band, rng, taken).map(|port| port as u16)
    }

    /// What a dry run shows in place of an address: the network's own, which no Service can have.
    pub(super) fn pretended_address(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.usable().0 - 1)
    }

    /// The first and the last address that may be given: neither the network's nor the broadcast one.
    fn usable(&self) -> (u32, u32) {
        let hosts = u32::MAX.checked_shr(u32::from(self.ranges.service_prefix)).unwrap_or(0);
        let network = u32::from(self.ranges.service_network) & !hosts;
        (network.saturating_add(1), (network | hosts).saturating_sub(1).max(network.saturating_add(1)))
    }
}

/// What a dry run shows in place of a node port: a number past the default range, and past those that
/// the same write already has.
pub(super) fn pretended_port(fresh: &[u16]) -> u16 {
    fresh.iter().max().unwrap_or(&32768).saturating_add(1)
}

/// A free number of a range: a random one above the first `band` numbers, or one of those.
fn next(
    first: u32,
    last: u32,
    band: u32,
    rng: &mut fastrand::Rng,
    taken: impl Fn(u32) -> bool,
) -> Result<u32, Refusal> {
    for (low, high) in [(first + band, last), (first, (first + band).saturating_sub(1).max(first))] {
        if low > high {
            continue;
        }
        // A random start, then the next that is free: one pass finds any there is.
        let start = rng.u32(low..=high);
        if let Some(free) = (start..=high).chain(low..start).find(|number| !taken(*number)) {
            return Ok(free);
        }
    }
    Err(Refusal::Full)
}

fn swap<T: Ord + Copy>(index: &mut Arc<BTreeSet<T>>, old: Option<Vec<T>>, new: Option<Vec<T>>) {
    if old == new {
        return;
    }
    let index = Arc::make_mut(index);
    for value in old.into_iter().flatten() {
        index.remove(&value);
    }
    index.extend(new.into_iter().flatten());
}

/// The addresses a Service holds.
fn service_addresses(doc: &Value) -> Vec<u32> {
    let spec = &doc["spec"];
    if text(spec, "type") == "ExternalName" {
        return Vec::new();
    }
    let address = |value: &Value| value.as_str()?.parse::<Ipv4Addr>().ok().map(u32::from);
    items(spec, "clusterIPs").iter().filter_map(address).collect()
}

/// The node ports a Service holds, in order; a number it uses for two protocols is there once.
pub(super) fn service_node_ports(doc: &Value) -> Vec<u16> {
    let spec = &doc["spec"];
    let ports = items(spec, "ports").iter().filter_map(|port| int(port, "nodePort"));
    let mut held: Vec<u16> = ports
        .chain(int(spec, "healthCheckNodePort"))
        .filter(|port| *port != 0)
        .filter_map(|port| u16::try_from(port).ok())
        .collect();
    held.order();
    held.dedup();
    held
}

impl Refusal {
    /// What the server says of an address.
    pub(super) fn of_address(&self, address: &str) -> String {
        match self {
            Self::OutOfRange => format!(
                "failed to allocate IP {address}: the provided network does not match the current range"
            ),
            Self::Taken => format!("failed to allocate IP {address}: provided IP is already allocated"),
            Self::Full => "failed to allocate a serviceIP: range is full".to_owned(),
        }
    }

    /// What the server says of a node port.
    pub(super) fn of_port(&self, range: &RangeInclusive<u16>) -> String {
        match self {
            Self::OutOfRange => format!(
                "provided port is not in the valid range. The range of valid ports is {}-{}",
                range.start(),
                range.end()
            ),
            Self::Taken => "provided port is already allocated".to_owned(),
            Self::Full => "range is full".to_owned(),
        }
    }
}
