//! Tools that ask name servers themselves: `nslookup`, `dig`, `host`, `getent`.
//!
//! Each is a function of what came back so far that prints as it goes ([`Kit`]); [`NameTool`] makes
//! a program of it, which sends the questions through the cluster's network.

mod bind;
mod busybox;
mod dig;
mod getent;
mod host;
mod nslookup;

use super::super::{Ctx, Exit, Place, Poll, Program, Wake};
use crate::api::Instant;
use crate::dns::resolver::{Ask, Config, Fate, Query, Round, Wire};
use crate::net::{Source, fate, query_request};
use std::time::Duration;

pub use busybox::nslookup as busybox_nslookup;
pub use dig::dig;
pub use getent::{getent, musl_getent};
pub use host::host;
pub use nslookup::nslookup;

/// What a tool works with.
pub struct Kit<'a> {
    /// Its arguments, without its name.
    pub args: &'a [String],
    /// The machine it runs on.
    pub config: &'a Config,
    /// When it was started.
    pub started: Instant,
    /// What came back so far.
    pub wire: Wire<'a>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Kit<'_> {
    /// Prints a line.
    fn say(&mut self, line: impl AsRef<str>) {
        self.out.push_str(line.as_ref());
        self.out.push('\n');
    }

    /// Prints a line on standard error.
    fn complain(&mut self, line: impl AsRef<str>) {
        self.err.push_str(line.as_ref());
        self.err.push('\n');
    }

    /// Now, with the time the tool has waited.
    fn now(&self) -> Instant {
        self.started + self.wire.elapsed()
    }
}

/// What a tool does.
pub type Tool = fn(&mut Kit<'_>) -> Result<Exit, Ask>;

/// A tool as a program.
#[derive(Clone, Debug)]
pub struct NameTool {
    tool: Tool,
    args: Vec<String>,
    beginning: Option<(Config, Instant)>,
    rounds: Vec<Round>,
    printed: (usize, usize),
    until: Instant,
}

impl NameTool {
    /// The program with its arguments, its name first.
    pub fn new(tool: Tool, mut args: Vec<String>) -> Self {
        args.drain(..args.len().min(1));
        Self { tool, args, beginning: None, rounds: Vec::new(), printed: (0, 0), until: Instant::default() }
    }
}

impl Program for NameTool {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let now = ctx.cluster.now();
        let (config, started) = self.beginning.get_or_insert_with(|| (config(ctx), now)).clone();
        while self.until <= now && ctx.step() {
            let wire = Wire::new(&self.rounds);
            let (out, err) = (String::new(), String::new());
            let mut kit = Kit { args: &self.args, config: &config, started, wire, out, err };
            let step = (self.tool)(&mut kit);
            let (out, err) = (kit.out, kit.err);
            ctx.stdout.push_str(out.get(self.printed.0..).unwrap_or_default());
            ctx.stderr.push_str(err.get(self.printed.1..).unwrap_or_default());
            self.printed = (out.len(), err.len());
            match step {
                Ok(exit) => return Poll::Done(exit),
                Err(ask) => {
                    let fates = ask.queries.iter().map(|query| send(ctx, query, ask.patience)).collect();
                    let round = ask.carried_out(fates);
                    self.until = now + round.took;
                    self.rounds.push(round);
                }
            }
        }
        Poll::Wait(if self.until > now { Wake::At(self.until) } else { Wake::Yield })
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// The files a resolver reads at the place.
fn config(ctx: &mut Ctx<'_>) -> Config {
    let source = source(ctx.place);
    let mut config = ctx.cluster.resolver(&source);
    if let Ok(text) = ctx.read("/etc/resolv.conf") {
        config.resolv = crate::dns::resolv_conf::ResolvConf::parse(&text);
    }
    if let Ok(text) = ctx.read("/etc/hosts") {
        config.hosts = Config::parse_hosts(&text);
    }
    config
}

fn source(place: &Place) -> Source {
    match place {
        Place::Workstation => Source::Workstation,
        Place::Container { pod, .. } => Source::Pod(pod.clone()),
        Place::Node(node) => Source::Node(node.clone()),
    }
}

/// Sends one question through the network.
fn send(ctx: &mut Ctx<'_>, query: &Query, patience: Duration) -> (Fate, Duration) {
    let trace = ctx.cluster.request(&query_request(&source(ctx.place), query, patience));
    let (fate, took) = (fate(query, &trace), trace.took);
    ctx.world.traces.push(trace);
    (fate, took)
}
