//! A line of shell: from text to a tree. Knows nothing of programs or of the cluster.
//!
//! The grammar is the part of POSIX `sh` (XCU, chapter 2) and of bash that people type and tutorials
//! use. It is our own because a full bash parser would cost a seventh of the page's size.

mod braces;
mod expansion;
mod lexer;
mod loops;
mod parser;
mod question;
mod tree;

pub use braces::braces;
pub use parser::{Incomplete, SyntaxError, parse};
pub use tree::{
    AndOr, Arm, Command, CommandKind, Expansion, Item, Op, Part, Pipeline, Question, Reading, Redirect,
    RedirectKind, Script, Word,
};
