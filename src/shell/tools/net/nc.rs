//! `nc` (OpenBSD's, and BusyBox's with the old netcat's options) and BusyBox's `telnet`: opens
//! connections, and speaks HTTP where its input is a request.

use super::{found, send, source, unknown_name};
use crate::api::Instant;
use crate::api::service::Protocol;
use crate::net::{HttpRequest, Outcome, Payload, Reason, Request, Trace};
use crate::shell::program::{Ctx, Exit, Poll, Program, Wake};
use crate::shell::tools::sleep::span;
use std::time::Duration;

/// Whose words are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenBSD's netcat, which Debian and most tool boxes have.
    OpenBsd,
    /// BusyBox's netcat.
    BusyBox,
    /// BusyBox's telnet.
    Telnet,
}

/// A netcat.
#[derive(Clone, Debug)]
pub struct Nc {
    args: Vec<String>,
    dialect: Dialect,
    options: Option<Options>,
    /// The ports still to try, the next one last.
    ports: Vec<u16>,
    attempt: Option<(Trace, Instant, u16)>,
    /// The connection that was made: what is typed goes there.
    open: Option<u16>,
    status: Exit,
}

#[derive(Clone, Debug, Default)]
struct Options {
    host: String,
    scan: bool,
    verbose: u8,
    udp: bool,
    timeout: Option<Duration>,
}

const OPENBSD_USAGE: &str = "\
usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
\t  [destination] [port]";
const BUSYBOX_USAGE: &str = "\
BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.

Usage: nc [OPTIONS] HOST PORT  - connect
nc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen

\t-e PROG\tRun PROG after connect (must be last)
\t-l\tListen mode, for inbound connects
\t-n\tDon't do DNS resolution
\t-p PORT\tLocal port
\t-u\tUDP mode
\t-v\tVerbose
\t-w SEC\tTimeout for connects and final net reads
\t-z\tZero-I/O mode (scanning)";
const TELNET_USAGE: &str = "\
BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.

Usage: telnet HOST [PORT]

Connect to telnet server";

/// The names of ports, as `/etc/services` has them.
const SERVICES: [(u16, &str); 14] = [
    (21, "ftp"),
    (22, "ssh"),
    (23, "telnet"),
    (25, "smtp"),
    (53, "domain"),
    (80, "http"),
    (110, "pop3"),
    (143, "imap2"),
    (443, "https"),
    (3306, "mysql"),
    (5432, "postgresql"),
    (5672, "amqp"),
    (6379, "redis"),
    (8080, "http-alt"),
];

impl Nc {
    /// A netcat of these words.
    pub fn new(args: Vec<String>, dialect: Dialect) -> Self {
        Self { args, dialect, options: None, ports: Vec::new(), attempt: None, open: None, status: 1 }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<Options, Exit> {
        let mut options = Options::default();
        let mut operands = Vec::new();
        let mut words = self.args[1..].iter();
        let mut listen = false;
        while let Some(word) = words.next() {
            let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
                operands.push(word.clone());
                continue;
            };
            let mut letters = flags.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    'z' => options.scan = true,
                    'v' => options.verbose += 1,
                    'u' => options.udp = true,
                    'l' => listen = true,
                    'n' | 'k' | 'N' | '4' | '6' | 'd' | 'C' | 't' | 'r' | 'D' => {}
                    'w' | 'p' | 'i' | 'q' | 's' | 'e' | 'I' | 'O' | 'W' | 'x' | 'X' => {
                        let rest = letters.as_str();
                        let value =
                            if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
                        letters = "".chars();
                        let Some(value) = value else {
                            return Err(
                                self.usage(ctx, &format!("option requires an argument -- '{letter}'"))
                            );
                        };
                        if letter == 'w' {
                            let Some(limit) = span(&value) else {
                                ctx.complain(match self.dialect {
                                    Dialect::OpenBsd => "nc: timeout cannot be negative".to_owned(),
                                    _ => format!("nc: invalid number '{value}'"),
                                });
                                return Err(1);
                            };
                            options.timeout = Some(limit);
                        }
                    }
                    'h' if self.dialect == Dialect::OpenBsd => {
                        ctx.complain("OpenBSD netcat (Debian patchlevel 1.219-1)");
                        self.usage(ctx, "");
                        return Err(0);
                    }
                    other => return Err(self.usage(ctx, &format!("invalid option -- '{other}'"))),
                }
            }
        }
        if listen {
            ctx.complain(
                "nc: listening is not simulated here: ports are opened by what a container's image runs",
            );
            return Err(1);
        }
        let ports = match (operands.get(1), self.dialect) {
            (Some(ports), _) => ports.clone(),
            (None, Dialect::Telnet) if !operands.is_empty() => "23".to_owned(),
            (None, Dialect::OpenBsd) if !operands.is_empty() => {
                ctx.complain("nc: missing port number");
                return Err(1);
            }
            (None, _) => return Err(self.usage(ctx, "")),
        };
        let (first, last) = ports.split_once('-').unwrap_or((&ports, &ports));
        let number = |text: &str| {
            let named = SERVICES.iter().find(|(_, name)| *name == text).map(|(port, _)| *port);
            text.parse::<u16>().ok().filter(|port| *port > 0).or(named)
        };
        let (Some(first), Some(last)) = (number(first), number(last)) else {
            ctx.complain(match self.dialect {
                Dialect::OpenBsd if ports.parse::<i64>().is_ok() => {
                    let which = if ports.starts_with('-') || ports == "0" { "small" } else { "large" };
                    format!("nc: port number too {which}: {ports}")
                }
                Dialect::OpenBsd => format!("nc: port number invalid: {ports}"),
                Dialect::BusyBox => format!("nc: bad port '{ports}'"),
                Dialect::Telnet => format!("telnet: bad port '{ports}'"),
            });
            return Err(1);
        };
        self.ports = (first.min(last)..=first.max(last)).rev().collect();
        options.host = operands[0].clone();
        Ok(options)
    }

    fn usage(&self, ctx: &mut Ctx<'_>, why: &str) -> Exit {
        let name = if self.dialect == Dialect::Telnet { "telnet" } else { "nc" };
        if !why.is_empty() {
            ctx.complain(format!("{name}: {why}"));
        }
        ctx.complain(match self.dialect {
            Dialect::OpenBsd => OPENBSD_USAGE,
            Dialect::BusyBox => BUSYBOX_USAGE,
            Dialect::Telnet => TELNET_USAGE,
        });
        1
    }

    fn connect(options: &Options, port: u16, ctx: &mut Ctx<'_>) -> Trace {
        let protocol = if options.udp { Protocol::Udp } else { Protocol::Tcp };
        let payload = Payload::Connect(protocol);
        let mut ask = Request::new(source(ctx.place), options.host.as_str(), Some(port), payload);
        ask.timeout = options.timeout.filter(|limit| !limit.is_zero());
        send(ctx, &ask)
    }

    /// What a try came to; whether the connection is there.
    fn report(&self, options: &Options, trace: &Trace, port: u16, ctx: &mut Ctx<'_>) -> bool {
        let host = options.host.as_str();
        let found = found(trace).filter(|_| trace.outcome != Outcome::Unresolved);
        // A datagram that nothing answers may have arrived.
        let silent = options.udp && trace.outcome == Outcome::TimedOut;
        let made = matches!(trace.outcome, Outcome::Answered(_) | Outcome::Empty) || silent;
        let address = found.map(|found| found.address.to_string()).unwrap_or_default();
        let protocol = if options.udp { "udp" } else { "tcp" };
        match self.dialect {
            Dialect::OpenBsd => {
                let place = if address == host { host.to_owned() } else { format!("{host} ({address})") };
                let service =
                    SERVICES.iter().find(|(number, _)| *number == port).map_or("*", |(_, name)| name);
                let failed = |why: &str| format!("nc: connect to {place} port {port} ({protocol}) {why}");
                let line = match &trace.outcome {
                    Outcome::Unresolved => {
                        ctx.complain(format!(
                            "nc: getaddrinfo for host \"{host}\" port {port}: {}",
                            unknown_name(ctx)
                        ));
                        return false;
                    }
                    _ if made => {
                        format!("Connection to {place} {port} port [{protocol}/{service}] succeeded!")
                    }
                    Outcome::Refused => failed("failed: Connection refused"),
                    Outcome::TimedOut if options.timeout.is_some() => {
                        failed("timed out: Operation now in progress")
                    }
                    Outcome::TimedOut => failed("failed: Connection timed out"),
                    _ => failed("failed: No route to host"),
                };
                if options.verbose > 0 {
                    ctx.complain(line);
                }
            }
            Dialect::BusyBox | Dialect::Telnet => {
                let telnet = self.dialect == Dialect::Telnet;
                let why = match &trace.outcome {
                    Outcome::Unresolved => {
                        let name = if telnet { "telnet" } else { "nc" };
                        ctx.complain(format!("{name}: bad address '{host}'"));
                        return false;
                    }
                    _ if made => "",
                    Outcome::Refused => "Connection refused",
                    Outcome::TimedOut => "Connection timed out",
                    _ => "No route to host",
                };
                let at = format!("{host} ({address}:{port})");
                if telnet && made {
                    ctx.complain("Connected to ".to_owned() + host);
                } else if telnet {
                    ctx.complain(format!("telnet: can't connect to remote host ({address}): {why}"));
                } else if options.verbose > 0 && made {
                    ctx.complain(format!("{at} open"));
                } else if options.verbose > 1 || options.verbose > 0 && trace.outcome != Outcome::Refused {
                    ctx.complain(format!("nc: {at}: {why}"));
                }
            }
        }
        made
    }

    /// What is typed goes to the other end; an HTTP request is answered once its head is complete.
    fn talk(&mut self, options: &Options, port: u16, ctx: &mut Ctx<'_>) -> Poll {
        let typed = &ctx.stdin.data;
        let complete = typed.contains("\r\n\r\n") || typed.contains("\n\n");
        match ctx.stdin.closed {
            true if typed.trim().is_empty() => Poll::Done(0),
            false if !complete => Poll::Wait(Wake::Input),
            _ => self.ask(options, port, ctx),
        }
    }

    fn ask(&mut self, options: &Options, port: u16, ctx: &mut Ctx<'_>) -> Poll {
        let text = ctx.stdin.take();
        let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
        let mut first = lines.next().unwrap_or_default().split_whitespace();
        let (Some(method), Some(path)) = (first.next(), first.next()) else { return Poll::Done(0) };
        let headers = lines.by_ref().take_while(|line| !line.is_empty());
        let headers = headers.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        let body = lines.collect::<Vec<_>>().join("\n");
        let request = HttpRequest { method: method.to_owned(), path: path.to_owned(), headers, body };
        let ask = Request::new(source(ctx.place), options.host.as_str(), Some(port), Payload::Http(request));
        let trace = send(ctx, &ask);
        if let Some(response) = trace.reply().and_then(|reply| reply.http.as_ref()) {
            let head = super::curl::head(response);
            ctx.stdout.push_str(&head);
            ctx.stdout.push_str(&response.body);
        }
        Poll::Done(0)
    }
}

impl Program for Nc {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let options = match self.options.clone() {
            Some(options) => options,
            None => match self.begin(ctx) {
                Ok(options) => self.options.insert(options).clone(),
                Err(status) => return Poll::Done(status),
            },
        };
        if let Some(port) = self.open {
            return self.talk(&options, port, ctx);
        }
        loop {
            if let Some((trace, ends, port)) = self.attempt.take() {
                if ends > ctx.cluster.now() {
                    self.attempt = Some((trace, ends, port));
                    return Poll::Wait(Wake::At(ends));
                }
                let made = self.report(&options, &trace, port, ctx);
                if made {
                    self.status = 0;
                }
                if trace.outcome == Outcome::Unresolved {
                    return Poll::Done(1);
                }
                if made && !options.scan {
                    self.open = Some(port);
                    return self.talk(&options, port, ctx);
                }
            }
            let Some(port) = self.ports.pop() else { return Poll::Done(self.status) };
            let trace = Self::connect(&options, port, ctx);
            let listening = trace.hops.iter().any(|hop| matches!(hop.because, Reason::Listening));
            // A datagram is not answered: the program waits a moment for an error and goes on.
            let took = if options.udp && listening { Duration::from_secs(1) } else { trace.took };
            self.attempt = Some((trace, ctx.cluster.now() + took, port));
            if !ctx.step() {
                return Poll::Wait(Wake::Yield);
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
