//! The user interface as a pure function: what is shown, and what a person's acts change.
//!
//! Knows sessions and scenes; knows nothing of browsers. The web room draws what is here.

pub mod browser;
pub mod details;
pub mod embed;
pub mod form;
pub mod hops;
pub mod model;
pub mod permalink;
pub mod scenario;
pub mod scene;
pub mod update;

pub use scenario::opening;
