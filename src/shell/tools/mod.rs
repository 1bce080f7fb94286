//! The programs of the workstation and of containers, one file each.

pub mod around;
pub mod awk;
pub mod date;
pub mod elsewhere;
pub mod env;
pub mod files;
pub mod find;
pub mod git;
pub mod names;
pub mod jq;
pub mod net;
pub mod node;
pub mod sleep;
pub mod small;
pub mod tee;
pub mod text;
