//! The terminal: a shell on the learner's workstation and in pods, and the programs it runs.
//!
//! A [`Program`] is a state machine that is polled as virtual time passes; nothing blocks. It sees
//! the cluster through [`Ctx`] only, so the same program runs in the browser and natively. A line
//! goes from text (`line`) to a tree, which `exec` runs; a [`Session`] is all of it together.

mod arithmetic;
mod builtins;
mod complete;
mod condition;
mod disk;
mod exec;
mod expand;
mod jobs;
mod printf;
mod scope;
mod sh;
mod terminal;

pub mod batch;
pub mod chapter;
pub mod files;
pub mod kubectl;
pub mod line;
pub mod log;
pub mod program;
pub mod programs;
pub mod regex;
pub mod session;
pub mod tools;
pub mod visit;

pub use complete::Completion;
pub use files::Files;
pub use program::{Ctx, Exit, Input, Place, Poll, Program, Wake, World};
pub use session::{Act, Beginning, Session};
pub use terminal::{Stream, Terminal};
