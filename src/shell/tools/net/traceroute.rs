//! `traceroute`, BusyBox's and Linux's: the machines that pass a datagram on, read from its trace.

use super::machine::{node_address, pod_range};
use super::{found, send, source};
use crate::api::Instant;
use crate::api::service::Protocol;
use crate::net::{Outcome, Payload, Place, Request, Step, Trace};
use crate::shell::program::{Ctx, Exit, Poll, Program, Wake};
use crate::shell::tools::sleep::span;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// The first port that datagrams go to: one where nothing listens.
const PORT: u16 = 33_434;

/// A traceroute.
#[derive(Clone, Debug)]
pub struct Traceroute {
    args: Vec<String>,
    busybox: bool,
    run: Option<Run>,
}

#[derive(Clone, Debug)]
struct Run {
    most: u32,
    probes: u32,
    wait: Duration,
    numeric: bool,
    host: String,
    trace: Trace,
    /// The machines on the way, and the last one if it answered.
    way: Vec<IpAddr>,
    at: u32,
    next: Instant,
}

const BUSYBOX_USAGE: &str = "\
BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.

Usage: traceroute [-46Flnrv] [-f 1ST_TTL] [-m MAXTTL] [-q PROBES] [-p PORT]
\t[-t TOS] [-w WAIT_SEC] [-s SRC_IP] [-i IFACE]
\t[-z PAUSE_MSEC] HOST [BYTES]

Trace the route to HOST";

impl Traceroute {
    /// Linux's or BusyBox's.
    pub fn new(args: Vec<String>, busybox: bool) -> Self {
        Self { args, busybox, run: None }
    }

    fn begin(&self, ctx: &mut Ctx<'_>) -> Result<Run, Exit> {
        let (mut most, mut probes, mut numeric) = (30, 3, false);
        let mut wait = Duration::from_secs(if self.busybox { 3 } else { 5 });
        let mut host = None;
        let mut words = self.args[1..].iter();
        while let Some(word) = words.next() {
            let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
                host = host.or(Some(word.clone()));
                continue;
            };
            let mut letters = flags.chars();
            while let Some(letter) = letters.next() {
                if !"fmqptwsiz".contains(letter) {
                    numeric |= letter == 'n';
                    continue;
                }
                let rest = letters.as_str();
                let value = if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
                let value = value.unwrap_or_default();
                letters = "".chars();
                let wrong = match letter {
                    'm' => value.parse().map(|number| most = number).is_err(),
                    'q' => value.parse().map(|number| probes = number).is_err(),
                    'w' => span(&value).map(|limit| wait = limit).is_none(),
                    _ => false,
                };
                if wrong {
                    ctx.complain(format!("traceroute: invalid number '{value}'"));
                    return Err(1);
                }
            }
        }
        let Some(host) = host else {
            ctx.complain(if self.busybox {
                BUSYBOX_USAGE
            } else {
                "Usage:\n  traceroute [ -n ] [ -m max_ttl ] [ -q nqueries ] [ -w MAX ] host [ packetlen ]"
            });
            return Err(if self.busybox { 1 } else { 2 });
        };
        let payload = Payload::Connect(Protocol::Udp);
        let ask = Request {
            timeout: Some(wait),
            ..Request::new(source(ctx.place), host.as_str(), Some(PORT), payload)
        };
        let trace = send(ctx, &ask);
        let way = way(&trace, ctx);
        let next = match trace.outcome {
            Outcome::Unresolved => ctx.cluster.now() + trace.took,
            _ => ctx.cluster.now(),
        };
        Ok(Run { most, probes, wait, numeric, host, trace, way, at: 0, next })
    }
}

/// Who would tell of a datagram whose time is over: every machine that passes it on, then its end.
fn way(trace: &Trace, ctx: &Ctx<'_>) -> Vec<IpAddr> {
    let mut way: Vec<IpAddr> = Vec::new();
    let mut first = true;
    for hop in &trace.hops {
        let (Place::Node(node), Step::Route) = (&hop.place, hop.step) else { continue };
        let passes = match (hop.before, hop.after) {
            (Some(before), Some(after)) => after.ttl < before.ttl,
            // It left for where nobody answers, by way of this machine.
            (_, None) => trace.outcome != Outcome::Unreachable,
            _ => false,
        };
        let side = if first { pod_range(ctx.cluster, node).map(|(_, own)| own) } else { None };
        first = false;
        let own = side.or_else(|| node_address(ctx.cluster, node));
        if let Some(own) = own.filter(|_| passes) {
            way.push(IpAddr::V4(own));
        }
    }
    let end = found(trace).map(|found| found.address);
    if matches!(trace.outcome, Outcome::Refused | Outcome::Answered(_)) {
        way.extend(end);
    }
    way.dedup();
    way
}

/// Milliseconds with three digits after the point.
fn millis(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{:03} ms", micros / 1000, micros % 1000)
}

impl Program for Traceroute {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let mut run = match self.run.take() {
            Some(run) => run,
            None => match self.begin(ctx) {
                Ok(run) => run,
                Err(status) => return Poll::Done(status),
            },
        };
        while run.next <= ctx.cluster.now() {
            let host = &run.host;
            let Some(target) = found(&run.trace).filter(|_| run.trace.outcome != Outcome::Unresolved) else {
                ctx.complain(match self.busybox {
                    true => format!("traceroute: bad address '{host}'"),
                    false => format!(
                        "{host}: Name or service not known\nCannot handle \"host\" cmdline arg `{host}' on position 1 (argc 1)"
                    ),
                });
                return Poll::Done(if self.busybox { 1 } else { 2 });
            };
            let unspecified = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
            if run.at == 0 {
                let bytes = if self.busybox { 46 } else { 60 };
                ctx.say(format!(
                    "traceroute to {host} ({}), {} hops max, {bytes} byte packets",
                    target.address, run.most
                ));
            }
            let index = run.at as usize;
            run.at += 1;
            let who = run.way.get(index).copied().unwrap_or(unspecified);
            if who == unspecified {
                let stars = if self.busybox { "  *" } else { " *" }.repeat(run.probes as usize);
                ctx.say(format!("{:>2}{}{stars}", run.at, if self.busybox { "" } else { " " }));
                // Linux's sends all its probes at once.
                run.next =
                    ctx.cluster.now() + if self.busybox { run.wait * run.probes } else { Duration::ZERO };
            } else {
                let last = who == target.address;
                let name = if last && !run.numeric { run.host.clone() } else { who.to_string() };
                let shown = if run.numeric { who.to_string() } else { format!("{name} ({who})") };
                let base = ctx.cluster.profile().network.latency * 2 * run.at;
                let times: String = (0..run.probes)
                    .map(|probe| format!("  {}", millis(base * (10 - probe.min(4)) / 10)))
                    .collect();
                ctx.say(format!("{:>2}  {shown}{times}", run.at));
                run.next = ctx.cluster.now() + base * run.probes;
                if last {
                    return Poll::Done(0);
                }
            }
            if run.at >= run.most {
                return Poll::Done(0);
            }
        }
        let next = run.next;
        self.run = Some(run);
        Poll::Wait(Wake::At(next))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
