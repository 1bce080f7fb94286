//! Names, against recordings of a real CoreDNS and of real resolvers (`tests/dns/`).

#[path = "dns/cluster.rs"]
mod cluster;
#[path = "dns/invariants.rs"]
mod invariants;
#[path = "dns/resolvers.rs"]
mod resolvers;
#[path = "dns/zone.rs"]
mod zone;
