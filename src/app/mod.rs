//! The user interface as a pure function: what is shown, and what a person's acts change.
//!
//! Knows sessions and scenes; knows nothing of browsers. The web room draws what is here.

pub mod aim;
pub mod browser;
pub mod details;
pub mod editing;
pub mod embed;
pub mod faults;
pub mod form;
pub mod gallery;
pub mod history;
pub mod hops;
pub mod keep;
pub mod lesson;
pub mod model;
pub mod permalink;
pub mod problems;
pub mod predict;
pub mod scenario;
pub mod solution;
pub mod scene;
pub mod screen;
pub mod script;
pub mod show;
pub mod update;
pub mod workspace;

pub use keep::profiles;
pub use scenario::opening;
