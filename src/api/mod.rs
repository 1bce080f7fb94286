//! Kubernetes objects as data: kinds, metadata, typed views of documents. No behaviour.
//!
//! An [`Object`] keeps the whole document as a JSON value, so that every field passes through to
//! `-o yaml`, and beside it a typed view of what the simulation reads. The manifest room has
//! checked every document against the schema before one is made, so reading a view cannot fail:
//! a field that is absent is its type's default.

mod clock;
mod kind;
mod meta;
mod object;
mod order;
mod schedule;
mod selector;
mod sha256;
mod status;
mod time;
mod value;
mod zone;

pub mod network_policy;
pub mod node;
pub mod pod;
pub mod service;
pub mod workload;

pub use clock::MONTHS;
pub use kind::{Kind, RESOURCES, Resource};
pub use meta::{Labels, Meta, OwnerReference};
pub use object::{Document, Key, Object, View};
pub use order::{Gathered, Ordered};
pub use schedule::Schedule;
pub use selector::{Requirement, RequirementOperator, Selector};
pub use serde_json::{Map, Value, json};
pub(crate) use sha256::sha256;
/// A short text that is copied often: names, addresses, phases. Up to 23 bytes it needs no allocation, longer ones are shared.
pub use smol_str::SmolStr as Word;
pub(crate) use smol_str::format_smolstr as word;
pub use status::{Status, StatusCause, StatusReason};
pub use time::{Instant, parse_duration};
pub use value::{FromValue, IntOrString};
pub use zone::Zone;
