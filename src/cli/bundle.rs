//! `playground bundle DIR`: a scenario's folder as one file, to be put beside a post.

use super::Failure;
use super::check::scenarios::{files, name};
use cluster_playground::lessons::bundle;
use std::path::Path;
use std::process::ExitCode;

/// Runs it: prints the bundle, if the page will be able to read it.
///
/// # Errors
/// What is wrong with the arguments, the folder, or the scenario in it.
pub fn run(mut parser: lexopt::Parser) -> Result<ExitCode, Failure> {
    let mut dir = None;
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Value(value) if dir.is_none() => dir = Some(value),
            _ => return Err(arg.unexpected().into()),
        }
    }
    let dir = dir.ok_or_else(|| Failure::Usage("bundle: which folder?".into()))?;
    let folder = Path::new(&dir);
    let text = bundle::write(&name(folder), &files(folder));
    bundle::read(&text).map_err(|wrong| Failure::Data(format!("{}: {wrong}", folder.display())))?;
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}
