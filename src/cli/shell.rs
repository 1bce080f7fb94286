//! `playground shell`: shell lines on a fresh cluster, printed as a terminal does.

use super::Failure;
use cluster_playground::api::json;
use cluster_playground::api::parse_duration;
use cluster_playground::cluster::Profile;
use cluster_playground::shell::batch::{commands, is_interrupt};
use cluster_playground::shell::chapter::CHAPTER;
use cluster_playground::shell::session::{Beginning, HOME, Session};
use cluster_playground::shell::tools::sleep::span;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The longest a command may take, in virtual time, before it is interrupted: a watch has no end.
const PATIENCE: Duration = Duration::from_secs(900);

struct Options {
    profile: Profile,
    seed: u64,
    dir: Option<String>,
    think: Duration,
    json: bool,
    file: Option<String>,
}

/// Runs it; the status is the last command's.
///
/// # Errors
/// What is wrong with the arguments or the files they name.
pub fn run(parser: lexopt::Parser) -> Result<ExitCode, Failure> {
    let options = options(parser)?;
    let text = match options.file.as_deref() {
        None | Some("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Failure::Data(format!("standard input: {error}")))?;
            text
        }
        Some(file) => {
            std::fs::read_to_string(file).map_err(|error| Failure::Data(format!("{file}: {error}")))?
        }
    };
    let cwd = format!("{HOME}/work");
    let (cwd, files) = match &options.dir {
        Some(dir) => {
            let mut files = Vec::new();
            read_all(Path::new(dir), &cwd, &mut files)
                .map_err(|error| Failure::Data(format!("{dir}: {error}")))?;
            (cwd, files)
        }
        None => (HOME.to_owned(), chapter()),
    };
    let mut session = Session::new(Beginning { profile: options.profile, seed: options.seed, files, cwd });
    let mut status = 0;
    let commands = commands(&text);
    for (index, command) in commands.iter().enumerate() {
        let next_interrupts = commands.get(index + 1).is_some_and(|next| is_interrupt(next));
        status = one(&mut session, command, next_interrupts, options.think, options.json);
    }
    Ok(ExitCode::from(u8::try_from(status).unwrap_or(1)))
}

/// The chapter's files, where a clone of the repository would be.
pub(super) fn chapter() -> Vec<(String, String)> {
    let file = |(path, text): &(&str, &str)| (format!("{HOME}/kiamol/{path}"), (*text).to_owned());
    CHAPTER.iter().map(file).collect()
}

/// Runs one command to its end and prints what it printed.
fn one(session: &mut Session, command: &str, next_interrupts: bool, think: Duration, as_json: bool) -> i32 {
    let patience = if next_interrupts { think } else { PATIENCE };
    let answer = session.run(command, patience, next_interrupts);
    if as_json {
        println!(
            "{}",
            json!({
                "cmd": command,
                "stdout": answer.stdout,
                "stderr": answer.stderr,
                "exit": answer.exit,
                "traces": answer.traces.iter().map(|trace| trace.json()).collect::<Vec<_>>(),
            })
        );
    } else {
        print!("{}", answer.stdout);
        // A closed standard output ends the program by its next print.
        let _ = std::io::stdout().flush();
        eprint!("{}", answer.stderr);
    }
    session.advance(session.now() + think);
    answer.exit
}

pub(super) fn read_all(dir: &Path, to: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{to}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_all(&entry.path(), &path, files)?;
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            // What is no text is no manifest.
            files.push((path, text));
        }
    }
    Ok(())
}

fn options(mut parser: lexopt::Parser) -> Result<Options, Failure> {
    use lexopt::prelude::*;
    let mut options = Options {
        profile: Profile::default(),
        seed: 1,
        dir: None,
        think: Duration::from_secs(2),
        json: false,
        file: None,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("json") => options.json = true,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("dir") => options.dir = Some(parser.value()?.string()?),
            Long("profile") => options.profile = profile(&parser.value()?.string()?)?,
            Long("think") => {
                let text = parser.value()?.string()?;
                let wrong = || Failure::Usage(format!("--think: {text:?} is not a span of time"));
                // Go's units, as kubectl's flags have them, or `sleep`'s.
                let units = parse_duration(&text).filter(|(negative, _)| !negative).map(|(_, span)| span);
                options.think = units.or_else(|| span(&text)).ok_or_else(wrong)?;
            }
            Value(file) if options.file.is_none() => options.file = Some(file.string()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    Ok(options)
}

/// A built-in profile by its name, or one that a file says.
pub(super) fn profile(name: &str) -> Result<Profile, Failure> {
    if let Some(profile) = Profile::named(name) {
        return Ok(profile);
    }
    let known: Vec<&str> = Profile::names().collect();
    let text = std::fs::read_to_string(name).map_err(|error| {
        Failure::Usage(format!("--profile {name}: {error} (built in: {})", known.join(", ")))
    })?;
    Profile::parse(&text).map_err(|why| Failure::Data(format!("{name}: {why}")))
}
