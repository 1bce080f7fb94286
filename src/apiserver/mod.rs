//! The API server: where objects live, and what a write must pass before it does.
//!
//! A write goes one way: its document is brought into canonical form ([`prune`](self)), defaulted,
//! admitted, prepared (generation, status), validated, given addresses, and only then stored.
//! [`Store`] holds objects and finds them by name, label, owner and address; it knows nothing of
//! the rest. Nothing here knows a controller, a packet or a screen.

mod admit;
mod allocate;
mod decode;
mod defaults;
mod delete;
mod document;
mod evict;
mod internal;
mod managed;
mod options;
mod prepare;
mod prune;
pub mod quota;
mod refusal;
mod server;
mod service_rest;
mod store;
mod validate;
mod warnings;

pub mod field;
pub mod patch;
pub mod quantity;

pub use allocate::Ranges;
pub use delete::Deleted;
pub use evict::{Eviction, eviction};
pub use managed::CLIENT_SIDE;
pub use options::{DeleteOptions, Propagation, WriteOptions};
pub use server::{ApiServer, Mould, Written};
pub use store::{Change, Store};
