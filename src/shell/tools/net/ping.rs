//! `ping`: BusyBox's and iputils', an echo request a second on virtual time.

use super::{BUSYBOX, Found, found, send, source, unknown_name, unknown_option};
use crate::api::{Instant, Ordered};
use crate::net::{Outcome, Payload, Request, Trace};
use crate::shell::program::{Ctx, Exit, Poll, Program, Wake};
use crate::shell::programs::is_musl;
use crate::shell::tools::sleep::span;
use std::time::Duration;

/// How long both wait for an answer to the last request, unless told otherwise.
const LINGER: Duration = Duration::from_secs(10);

/// A ping.
#[derive(Clone, Debug)]
pub struct Ping {
    args: Vec<String>,
    /// Whether it is iputils' or BusyBox's.
    iputils: bool,
    run: Option<Run>,
}

#[derive(Clone, Debug, Default)]
struct Options {
    host: String,
    count: Option<u32>,
    interval: Option<Duration>,
    linger: Option<Duration>,
    deadline: Option<Duration>,
    quiet: bool,
    numeric: bool,
    /// IPv6 is asked for, which nobody here has.
    six: bool,
    size: usize,
}

#[derive(Clone, Debug)]
struct Run {
    options: Options,
    started: Instant,
    /// Where it goes; `None` for a name that leads nowhere.
    target: Option<Found>,
    header: bool,
    sent: u32,
    first_sent: Instant,
    last_sent: Instant,
    next: Option<Instant>,
    /// What comes back, and when.
    coming: Vec<Coming>,
    times: Vec<Duration>,
    errors: u32,
}

#[derive(Clone, Debug)]
struct Coming {
    at: Instant,
    number: u32,
    what: Back,
}

#[derive(Clone, Debug)]
enum Back {
    Reply { from: String, ttl: u8, took: Duration },
    Error { from: String, words: &'static str },
}

impl Ping {
    /// A ping of these words.
    pub fn new(args: Vec<String>, iputils: bool) -> Self {
        Self { args, iputils, run: None }
    }

    /// Reads the options; a message and status if they are wrong.
    fn read(&self, musl: bool) -> Result<Options, (String, Exit)> {
        let mut options = Options { size: 56, ..Options::default() };
        let usage = if self.iputils { 2 } else { 1 };
        let mut args = self.args[1..].iter();
        while let Some(arg) = args.next() {
            let Some(flags) = arg.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
                options.host = arg.clone();
                continue;
            };
            let mut letters = flags.chars();
            while let Some(letter) = letters.next() {
                if "ciwWsItMp".contains(letter) {
                    let rest = letters.as_str();
                    let value = if rest.is_empty() { args.next().cloned() } else { Some(rest.to_owned()) };
                    let Some(value) = value else {
                        let words = match musl {
                            true => format!("ping: option requires an argument: {letter}"),
                            false => format!("ping: option requires an argument -- '{letter}'"),
                        };
                        return Err((words, usage));
                    };
                    self.set(&mut options, letter, &value)?;
                    break;
                }
                match letter {
                    'V' if self.iputils => return Err(("ping from iputils 20240117".to_owned(), 0)),
                    'q' => options.quiet = true,
                    'n' => options.numeric = true,
                    '6' => options.six = true,
                    '4' | 'A' | 'O' | 'D' | 'v' | 'b' | 'd' | 'r' | 'R' => {}
                    _ => return Err((unknown_option("ping", letter, musl), usage)),
                }
            }
        }
        if options.host.is_empty() {
            // iputils' own `error(1, …)`; its usage, for wrong options, ends with 2.
            return Err(match self.iputils {
                true => ("ping: usage error: Destination address required".to_owned(), 1),
                false => (format!("{BUSYBOX}\n\nUsage: ping [OPTIONS] HOST"), 1),
            });
        }
        Ok(options)
    }

    fn set(&self, options: &mut Options, letter: char, value: &str) -> Result<(), (String, Exit)> {
        let wrong = || match self.iputils {
            true => (format!("ping: invalid argument: '{value}'"), 1),
            false => (format!("ping: invalid number '{value}'"), 1),
        };
        let seconds = || span(value).filter(|_| !value.ends_with(char::is_alphabetic)).ok_or_else(wrong);
        match letter {
            'c' => {
                let count: u32 = value.parse().map_err(|_| wrong())?;
                if count == 0 && self.iputils {
                    return Err((
                        format!(
                            "ping: invalid argument: '{value}': out of range: 1 <= value <= 9223372036854775807"
                        ),
                        1,
                    ));
                }
                options.count = Some(count).filter(|count| *count > 0);
            }
            'i' => options.interval = Some(seconds()?.max(Duration::from_millis(2))),
            'W' => options.linger = Some(seconds()?),
            'w' => options.deadline = Some(seconds()?),
            's' => options.size = value.parse().map_err(|_| wrong())?,
            _ => {}
        }
        Ok(())
    }

    /// Says that a name leads nowhere.
    fn no_host(&self, host: &str, why: &str, ctx: &mut Ctx<'_>) -> Exit {
        ctx.complain(match self.iputils {
            true => format!("ping: {host}: {why}"),
            false => format!("ping: bad address '{host}'"),
        });
        if self.iputils { 2 } else { 1 }
    }

    fn header(&self, run: &Run, target: &Found) -> String {
        let (host, size, address) = (&run.options.host, run.options.size, target.address);
        match self.iputils {
            true => format!("PING {} ({address}) {size}({}) bytes of data.", target.name, size + 28),
            false => format!("PING {host} ({address}): {size} data bytes"),
        }
    }
}

impl Run {
    /// Sends the next echo request.
    fn send(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.cluster.now();
        let host = match &self.target {
            Some(target) => target.address.to_string(),
            None => self.options.host.clone(),
        };
        let trace = send(ctx, &Request::new(source(ctx.place), host, None, Payload::Ping));
        let mut began = now;
        if self.target.is_none() {
            if trace.outcome == Outcome::Unresolved {
                self.next = Some(now + trace.took);
                return;
            }
            self.target = found(&trace);
            began = now + self.target.as_ref().map_or(Duration::ZERO, |found| found.took);
            self.first_sent = began;
        }
        self.sent += 1;
        self.last_sent = began;
        let looked_up = began.since(now);
        if let Some(what) = back(&trace, looked_up) {
            let at = now + trace.took;
            self.coming.push(Coming { at, number: self.sent, what });
        }
        let more = self.options.count.is_none_or(|count| self.sent < count);
        self.next = more.then(|| began + self.options.interval.unwrap_or(Duration::from_secs(1)));
    }

    /// When nothing more is waited for.
    fn ends(&self) -> Option<Instant> {
        let linger = self.options.linger.unwrap_or(LINGER);
        let settled = self.times.len() as u32 + self.errors >= self.sent && self.coming.is_empty();
        let after_last = match self.next {
            Some(_) => None,
            None if settled => Some(self.last_sent),
            None => Some(self.last_sent + linger),
        };
        let deadline = self.options.deadline.map(|deadline| self.started + deadline);
        after_last.into_iter().chain(deadline).min()
    }

    /// The statistics at the end.
    fn summary(&self, iputils: bool, now: Instant) -> String {
        let name = match &self.target {
            Some(target) if iputils => &target.name,
            _ => &self.options.host,
        };
        let received = self.times.len();
        let sent = self.sent as usize;
        let loss = ((sent - received.min(sent)) * 100).checked_div(sent).unwrap_or(0);
        let mut text = format!("\n--- {name} ping statistics ---\n");
        let micros: Vec<u128> = self.times.iter().map(Duration::as_micros).collect();
        let (least, most) =
            (micros.iter().min().copied().unwrap_or(0), micros.iter().max().copied().unwrap_or(0));
        let mean = micros.iter().sum::<u128>() / micros.len().max(1) as u128;
        let part = |micros: u128| format!("{}.{:03}", micros / 1000, micros % 1000);
        if iputils {
            let errors = if self.errors > 0 { format!("+{} errors, ", self.errors) } else { String::new() };
            // From the first request to the last, or to Ctrl-C.
            let last = if self.next.is_some() { now.max(self.last_sent) } else { self.last_sent };
            let last = last.since(self.first_sent);
            text += &format!(
                "{sent} packets transmitted, {received} received, {errors}{loss}% packet loss, time {}ms\n",
                last.as_millis()
            );
            if received > 0 {
                let squares = micros.iter().map(|micros| micros * micros).sum::<u128>() / received as u128;
                let deviation = squares.saturating_sub(mean * mean).isqrt();
                text += &format!(
                    "rtt min/avg/max/mdev = {}/{}/{}/{} ms\n",
                    part(least),
                    part(mean),
                    part(most),
                    part(deviation)
                );
            } else {
                text.push('\n');
            }
        } else {
            text +=
                &format!("{sent} packets transmitted, {received} packets received, {loss}% packet loss\n");
            if received > 0 {
                text +=
                    &format!("round-trip min/avg/max = {}/{}/{} ms\n", part(least), part(mean), part(most));
            }
        }
        text
    }

    fn line(&self, coming: &Coming, iputils: bool) -> Option<String> {
        let number = coming.number;
        let named = self.target.as_ref().is_some_and(|target| target.name != target.address.to_string());
        match &coming.what {
            Back::Reply { from, ttl, took } => {
                let micros = took.as_micros();
                let bytes = self.options.size + 8;
                Some(if iputils {
                    let name = self.target.as_ref().map_or(from.as_str(), |target| target.name.as_str());
                    let who = if named && !self.options.numeric {
                        format!("{name} ({from})")
                    } else {
                        from.clone()
                    };
                    format!(
                        "{bytes} bytes from {who}: icmp_seq={number} ttl={ttl} time={} ms",
                        rounded(micros)
                    )
                } else {
                    format!(
                        "{bytes} bytes from {from}: seq={} ttl={ttl} time={}.{:03} ms",
                        number - 1,
                        micros / 1000,
                        micros % 1000
                    )
                })
            }
            // BusyBox's ping passes over errors.
            Back::Error { from, words } => iputils.then(|| {
                let who =
                    if named && !self.options.numeric { format!("{from} ({from})") } else { from.clone() };
                format!("From {who} icmp_seq={number} {words}")
            }),
        }
    }
}

/// A time with as many digits as iputils shows.
fn rounded(micros: u128) -> String {
    match micros {
        99_950.. => format!("{}", (micros + 500) / 1000),
        9_995.. => format!("{}.{}", (micros + 50) / 1000, (micros + 50) % 1000 / 100),
        1_000.. => format!("{}.{:02}", (micros + 5) / 1000, (micros + 5) % 1000 / 10),
        _ => format!("0.{micros:03}"),
    }
}

/// What comes back of an echo request, if anything does.
fn back(trace: &Trace, looked_up: Duration) -> Option<Back> {
    let took = trace.took.saturating_sub(looked_up);
    let last = trace.hops.iter().rev().find_map(|hop| hop.before);
    let own = || last.map(|packet| packet.source.to_string()).unwrap_or_default();
    match &trace.outcome {
        // Not even a loopback interface is reached in no time.
        Outcome::Answered(reply) => Some(Back::Reply {
            from: reply.from.to_string(),
            ttl: reply.ttl,
            took: took.max(Duration::from_micros(28)),
        }),
        Outcome::Unreachable => Some(Back::Error { from: own(), words: "Destination Host Unreachable" }),
        Outcome::Refused => {
            Some(Back::Error { from: gateway(&own()), words: "Destination Port Unreachable" })
        }
        Outcome::TimedOut | Outcome::Unresolved | Outcome::Empty => None,
    }
}

/// The node's own address on the network of its pods: the first of the range.
fn gateway(pod: &str) -> String {
    pod.rsplit_once('.').map_or_else(|| pod.to_owned(), |(network, _)| format!("{network}.1"))
}

impl Program for Ping {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        let now = ctx.cluster.now();
        let mut run = match self.run.take() {
            Some(run) => run,
            None => match self.read(is_musl(ctx.cluster, ctx.place)) {
                Ok(options) => Run {
                    options,
                    started: now,
                    target: None,
                    header: false,
                    sent: 0,
                    first_sent: now,
                    last_sent: now,
                    next: Some(now),
                    coming: Vec::new(),
                    times: Vec::new(),
                    errors: 0,
                },
                Err((message, 0)) => {
                    ctx.say(message);
                    return Poll::Done(0);
                }
                Err((message, status)) => {
                    ctx.complain(message);
                    return Poll::Done(status);
                }
            },
        };
        loop {
            run.coming.order_by_key(|coming| coming.at);
            while run.coming.first().is_some_and(|coming| coming.at <= now) {
                let coming = run.coming.remove(0);
                match &coming.what {
                    Back::Reply { took, .. } => run.times.push(*took),
                    Back::Error { .. } => run.errors += u32::from(self.iputils),
                }
                if let Some(line) = run.line(&coming, self.iputils).filter(|_| !run.options.quiet) {
                    ctx.say(line);
                }
            }
            let over = run.ends().is_some_and(|end| end <= now);
            if ctx.interrupted || over {
                if run.header {
                    let summary = run.summary(self.iputils, now);
                    ctx.stdout.push_str(&summary);
                }
                return Poll::Done(Exit::from(run.times.is_empty()));
            }
            let Some(next) = run.next.filter(|next| *next <= now) else { break };
            if run.target.is_none() && run.sent == 0 && next != run.started {
                // The resolver has given up.
                let unknown = unknown_name(ctx);
                return Poll::Done(self.no_host(&run.options.host, unknown, ctx));
            }
            if run.options.six {
                let words = if is_musl(ctx.cluster, ctx.place) {
                    "Name does not resolve"
                } else {
                    "Address family for hostname not supported"
                };
                return Poll::Done(self.no_host(&run.options.host, words, ctx));
            }
            run.send(ctx);
            if let Some(target) = run.target.clone().filter(|_| !run.header) {
                run.header = true;
                let header = self.header(&run, &target);
                ctx.say(header);
            } else if run.target.is_none() && run.next.is_some_and(|next| next <= now) {
                // It failed in no time at all.
                run.next = Some(now + Duration::from_micros(1));
                break;
            }
        }
        let wakes = run.next.into_iter().chain(run.ends()).chain(run.coming.first().map(|coming| coming.at));
        let wake = wakes.min().map_or(Wake::Never, Wake::At);
        self.run = Some(run);
        Poll::Wait(wake)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
