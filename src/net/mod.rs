//! Packets: where they go, what changes them, who answers, and why not.
//!
//! The network reads the store and the proxy's rules; it asks a [`Host`] who listens on a port and
//! what they answer. It never changes an object. One request gives one [`Trace`], which everything
//! that shows or judges a request reads.

mod advise;
mod deliver;
mod diagnose;
mod explain;
mod host;
mod http;
mod json;
mod judge;
mod locate;
mod narrate;
mod network;
mod packet;
mod policy;
pub mod lint;
pub mod reach;
mod reason;
mod request;
mod resolve;
mod setting;
mod state;
mod trace;
mod walk;
mod workstation;

pub use diagnose::nearest_pod;
pub use host::{Accept, Answer, Host, Message};
pub use http::{HttpRequest, HttpResponse, phrase};
pub use judge::Judged;
pub use locate::gateway;
pub use narrate::Explanation;
pub use network::Network;
pub use packet::{Packet, Transport};
pub use reason::{Direction, DnsFailure, Field, Lacking, NearMiss, Reason};
pub use request::{Payload, Request, Source, Target};
pub use resolve::{fate, query_request};
pub use setting::{NodeAccess, Outside, PodNetwork, Setting, Workstation};
pub use state::{State, Tracked};
pub use trace::{Hop, Outcome, Place, Reply, Step, Trace};
