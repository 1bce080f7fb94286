//! Names: what CoreDNS answers for the objects of a cluster, and what the resolvers of clients ask.
//!
//! Both are values: a question and its answer, a lookup and its candidates. How a question travels
//! is the network's.

mod cache;
pub mod hosts;
mod json;
mod kubernetes;
mod message;
pub mod name;
pub mod resolv_conf;
pub mod resolver;
mod size;
mod upstream;
pub mod zone;

pub use cache::Cache;
pub use json::to_json;
pub use message::{Question, Rcode, Record, RecordData, RecordType, Response};
pub use size::Transport;
pub use upstream::Upstream;
pub use zone::ZoneConfig;
