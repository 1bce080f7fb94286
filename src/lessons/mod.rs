//! Lessons: scenarios as data, checks on behaviour, and the catalogue.
//!
//! A [`Scenario`] says how a cluster begins and what must be true at the end. A [`Lesson`] is one
//! begun: it keeps the start to compare with, and judges a session without leaving a trace in it.
//! Nothing here knows the page; what a person typed is never judged, only what the cluster does.

mod catalogue;
mod check;
mod lesson;
mod play;
mod read;
mod scenario;

pub use catalogue::{FOLDERS, Folder, catalogue};
pub use check::Verdict;
pub use lesson::Lesson;
pub use play::play;
pub use read::Wrong;
pub use scenario::{Check, Expect, Failing, Scenario, Step, Subject, Vantage};
