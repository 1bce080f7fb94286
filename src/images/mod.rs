//! What containers run: images, and the processes they become.
//!
//! A [`Process`] is a pure handler: given a request and the time it answers, logs, counts, or asks
//! for a request of its own to be sent first. It knows its environment and nothing of the cluster.

mod catalog;
mod command;
mod documents;
mod numbers;
mod process;
mod script;
mod servers;
mod variables;

pub use catalog::{Flavour, Image, find};
pub use command::Life;
pub use process::{Launch, Line, Port, Process};
pub use variables::Variables;
