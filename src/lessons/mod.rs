//! Lessons: scenarios as data, checks on behaviour, and the text that carries them.
//!
//! A [`Scenario`] says how a cluster begins and what must be true at the end. A [`Lesson`] is one
//! begun: it keeps the start to compare with, and judges a session without leaving a trace in it.
//! Nothing here knows the page; what a person typed is never judged, only what the cluster does.

pub mod bundle;
mod check;
mod lesson;
mod play;
mod read;
pub mod reference;
pub mod scenario;
pub mod subject;

pub use check::Verdict;
pub use lesson::Lesson;
pub use play::play;
pub use read::Wrong;
pub use scenario::{Question, Scenario, Step};
pub use subject::{Check, Expect, Failing, Subject, Vantage};
