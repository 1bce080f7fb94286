//! kubectl: what a person types about the cluster, and what Kubernetes' own client answers.
//!
//! [`command`] makes a program of a command line. The line is looked up in the table of
//! `commands`, its flags are read, and the verb's function runs; what takes time goes on as a program of
//! its own. kubectl reads and writes the cluster through its API only and knows no controller.

mod auth;
pub(super) mod call;
pub(super) mod commands;
mod components;
mod config;
mod describe;
pub mod doc;
mod explain;
mod failure;
pub(super) mod flags;
mod hash;
mod help;

mod kustomize;
mod line;
mod manifests;
mod names;
mod printers;
mod reference;
mod resources;
mod selector;
mod server_side;
mod verbs;

pub mod jsonpath;
pub mod output;

use super::{Ctx, Exit, Poll, Program, Wake};
use crate::api::{Gathered, Instant, Ordered};
pub(super) use call::kind_named;
use call::{Call, Next};
use commands::{Command, ROOT};
use config::Config;
pub(super) use explain::structure;
use failure::Failure;
use flags::{Flag, Flags, GLOBAL};
pub(super) use line::{Line, contexts, namespace, read_line};
use std::collections::BTreeMap;
use std::time::Duration;
pub(super) use verbs::proxy::through_proxy;

/// From the Enter key to kubectl's first request. Small, but longer than controllers take to make the pods of what the command
/// before applied: `kubectl apply …; kubectl wait pod -l …` finds them, as it does on a real cluster.
const START: Duration = Duration::from_millis(60);

/// The program of a kubectl command line; the first word is `kubectl` itself.
pub fn command(words: &[String]) -> Box<dyn Program> {
    Box::new(Kubectl { words: words.get(1..).unwrap_or_default().to_vec(), starts: None, running: None })
}

#[derive(Clone, Debug)]
struct Kubectl {
    words: Vec<String>,
    /// When it has started.
    starts: Option<Instant>,
    running: Option<Box<dyn Program>>,
}

impl Program for Kubectl {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if let Some(running) = &mut self.running {
            return running.poll(ctx);
        }
        if ctx.interrupted {
            return Poll::Done(130);
        }
        if reads_input(&self.words) && !ctx.stdin.closed {
            return Poll::Wait(Wake::Input);
        }
        let now = ctx.cluster.now();
        let starts = *self.starts.get_or_insert_with(|| {
            ctx.world.started += 1;
            now + START
        });
        if now < starts {
            return Poll::Wait(Wake::At(starts));
        }
        match run(&self.words, ctx) {
            Next::Done(exit) => Poll::Done(exit),
            Next::Run(mut program) => {
                let poll = program.poll(ctx);
                self.running = Some(program);
                poll
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Whether a file the line names is standard input.
fn reads_input(words: &[String]) -> bool {
    let before_dash = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let words = &words[..before_dash];
    let by_flag = words.windows(2).any(|pair| {
        let file = pair[0] == "-f" || pair[0] == "--filename" || pair[0] == "--patch-file";
        file && (pair[1] == "-" || pair[1] == "/dev/stdin")
    });
    by_flag
        || words.iter().any(|word| {
            ["-f-", "-f=-", "--filename=-", "--patch-file=-", "--patch-file=/dev/stdin"]
                .contains(&word.as_str())
                || (word.starts_with("--from-") && word.ends_with("/dev/stdin"))
                || (word == "-" && words.first().is_some_and(|verb| verb == "cp" || verb == "set"))
        })
}

/// Flags that still work, and what their users are told.
const DEPRECATED: [(&str, &str); 2] = [
    ("record", "--record will be removed in the future"),
    (
        "cpu-percent",
        "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
    ),
];

fn run(words: &[String], ctx: &mut Ctx<'_>) -> Next {
    let (command, rest, stray) = look_up(words);
    let name = command.name();
    if command.path.is_empty()
        && let Some(word) = stray
    {
        ctx.stderr.push_str(&unknown(&word));
        return Next::Done(1);
    }
    let usage = |message: String| format!("error: {message}\nSee '{name} --help' for usage.\n");
    let table: Vec<Flag> = Flag::read(command.flags).chain(Flag::read(GLOBAL)).collect();
    let parsed = match command.passes_all() {
        true => Ok(Flags::words(rest)),
        false => Flags::parse(&table, &rest),
    };
    let flags = match parsed {
        Ok(flags) => flags,
        Err(message) if command.path == "diff" => {
            return Next::Done(fail(ctx, &Failure::Usage(message), &name) + 1);
        }
        Err(message) => {
            ctx.stderr.push_str(&usage(message));
            return Next::Done(1);
        }
    };
    for (name, instead) in DEPRECATED {
        if flags.given(name) {
            ctx.complain(format!("Flag --{name} has been deprecated, {instead}"));
        }
    }
    if flags.on("help") {
        ctx.stdout.push_str(&help::of(command));
        return Next::Done(0);
    }
    let missing = flags.missing(&table);
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|name| format!("\"{name}\"")).collect();
        ctx.complain(format!("error: required flag(s) {} not set", names.join(", ")));
        return Next::Done(1);
    }
    let outcome = match command.run {
        None => verbs::parent(ctx, command, &flags),
        Some(run) => prepare(ctx, command, flags).and_then(|(config, flags)| {
            let mut call = Call::new(ctx, command, flags, config);
            run(&mut call)
        }),
    };
    match outcome {
        Ok(next) => next,
        // The exit code 1 of diff says that there is a difference.
        Err(failure) => Next::Done(fail(ctx, &failure, &name) + Exit::from(command.path == "diff")),
    }
}

fn prepare(ctx: &mut Ctx<'_>, command: &Command, flags: Flags) -> Result<(Config, Flags), Failure> {
    let config = Config::load(ctx, &flags)?;
    if command.asks_server() {
        config.check(&flags, command.binds_users())?;
        check_request(&flags)?;
        let known = config.server();
        let given = flags.text("server");
        let server = if given.is_empty() { &known } else { given };
        if server != known || config.leads_nowhere() {
            let host = server.split("//").last().unwrap_or(server).trim_end_matches('/');
            complain_of_discovery(ctx, command, server.trim_end_matches('/'), host);
            return Err(Failure::Raw(manifests::refused(host)));
        }
    }
    Ok((config, flags))
}

/// Checks the flags that say how a request is sent, and as whom.
fn check_request(flags: &Flags) -> Result<(), Failure> {
    let timeout = flags.text("request-timeout");
    if !timeout.is_empty()
        && timeout.parse::<i64>().is_err()
        && output::age::parse_duration(timeout).is_none()
    {
        return Err("Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)".into());
    }
    let impersonates = ["as-group", "as-uid", "as-user-extra"].iter().any(|flag| flags.given(flag));
    if impersonates && flags.text("as").is_empty() {
        return Err("requesting uid, groups or user-extra without impersonating a user".into());
    }
    Ok(())
}

/// What the client's cache of kinds writes, time and again, while no server answers.
fn complain_of_discovery(ctx: &mut Ctx<'_>, command: &Command, server: &str, host: &str) {
    const TRIES: u32 = 5;
    /// A connection to the same machine is refused about as soon as it is asked for.
    const REFUSED: Duration = Duration::from_millis(1);
    if ["version", "api-versions", "api-resources"].contains(&command.path) {
        return;
    }
    let at = host.replace("localhost", "127.0.0.1");
    let scheme = if server.contains("://") { "" } else { "https://" };
    for attempt in 0..TRIES {
        let stamp = log_stamp(ctx, 'E', attempt * REFUSED);
        ctx.complain(format!(
            "{stamp} memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server API group list: Get \\\"{scheme}{server}/api?timeout=32s\\\": dial tcp {at}: connect: connection refused\""
        ));
    }
}

/// What kubectl's own log (klog) writes before a message: how bad it is, when, and the process.
pub(crate) fn log_stamp(ctx: &Ctx<'_>, severity: char, later: Duration) -> String {
    let at = ctx.cluster.now() + later;
    let (_, month, day, hour, minute, second) = at.civil();
    let (micros, process) = (at.micros() % 1_000_000, ctx.world.process());
    format!("{severity}{month:02}{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06} {process:>7}")
}

/// Says what went wrong.
fn fail(ctx: &mut Ctx<'_>, failure: &Failure, command: &str) -> Exit {
    ctx.stdout.push_str(&failure.shown());
    let (text, exit) = failure.report(command);
    ctx.stderr.push_str(&text);
    exit
}

/// Finds the command of a line, the line without the command's own words, and the first of its words that
/// is no flag.
fn look_up(words: &[String]) -> (&'static Command, Vec<String>, Option<String>) {
    let mut command: &'static Command = &ROOT;
    let mut rest = words.to_vec();
    loop {
        if command.passes_all() {
            return (command, rest, None);
        }
        let takes: BTreeMap<String, bool> = Flag::read(command.flags)
            .chain(Flag::read(GLOBAL))
            .flat_map(|flag| {
                let long = (format!("--{}", flag.name), flag.bare.is_some());
                let short = flag.short.map(|short| (format!("-{short}"), flag.bare.is_some()));
                std::iter::once(long).chain(short)
            })
            .into_map();
        let mut at = 0;
        let found = loop {
            let Some(word) = rest.get(at) else { break None };
            if word == "--" {
                break None;
            }
            if word.len() < 2 || !word.starts_with('-') {
                break Some(at);
            }
            let alone = word.contains('=')
                || takes.get(word.as_str()).copied().unwrap_or(false)
                || (!word.starts_with("--") && word.len() > 2);
            at += if alone { 1 } else { 2 };
        };
        let next = found.and_then(|at| command.child(&rest[at]).map(|child| (at, child)));
        match next {
            Some((at, child)) => {
                rest.remove(at);
                command = child;
            }
            None => {
                let stray = found.map(|at| rest[at].clone());
                return (command, rest, stray);
            }
        }
    }
}

/// What is said of a command that is not there.
fn unknown(word: &str) -> String {
    let mut near: Vec<&str> = ROOT
        .children()
        .map(|command| command.path)
        .filter(|name| distance(name, &word.to_lowercase()) <= 2 || name.starts_with(&word.to_lowercase()))
        .collect();
    near.order();
    let mut text = format!("error: unknown command {} for \"kubectl\"\n", output::go::quote(word));
    if !near.is_empty() {
        text.push_str("\nDid you mean this?\n");
        text.extend(near.iter().map(|name| format!("\t{name}\n")));
    }
    text
}

/// How many letters must change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
