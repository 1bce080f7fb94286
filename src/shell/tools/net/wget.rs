//! `wget`: GNU's 1.21 and BusyBox's 1.35, each in its own words. One address after another.

use super::wget_gnu as gnu;
use super::{Found, found, send, source};
use crate::api::Instant;
use crate::net::phrase;
use crate::net::{HttpRequest, HttpResponse, Outcome, Payload, Reason, Request, Trace};
use crate::shell::files::absolute;
use crate::shell::program::{Ctx, Exit, Poll, Program, Wake};
use crate::shell::tools::sleep::span;
use crate::shell::visit::Url;
use std::collections::VecDeque;
use std::time::Duration;

/// How many redirections are followed.
const MOST_REDIRECTS: usize = 20;

/// A wget.
#[derive(Clone, Debug)]
pub struct Wget {
    args: Vec<String>,
    busybox: bool,
    options: Option<Options>,
    left: VecDeque<String>,
    transfer: Option<Box<Transfer>>,
    /// How often the address at hand was tried.
    tries: u32,
    redirects: usize,
    status: Exit,
}

/// What its words say.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub quiet: bool,
    pub terse: bool,
    pub server_response: bool,
    pub spider: bool,
    pub output: Option<String>,
    pub directory: String,
    pub timeout: Option<Duration>,
    pub tries: u32,
    headers: Vec<String>,
    post: Option<String>,
    agent: Option<String>,
    resume: bool,
    urls: Vec<String>,
}

/// A request under way.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    pub url: Url,
    /// The host as written, its port with it.
    pub place: String,
    pub trace: Trace,
    pub found: Option<Found>,
    pub ends: Instant,
}

/// What an option does: its letter, its long name, whether it takes a value.
const OPTIONS: [(char, &str, bool); 24] = [
    ('q', "quiet", false),
    ('S', "server-response", false),
    ('s', "spider", false),
    ('O', "output-document", true),
    ('P', "directory-prefix", true),
    ('T', "timeout", true),
    ('t', "tries", true),
    ('H', "header", true),
    ('p', "post-data", true),
    ('U', "user-agent", true),
    ('c', "continue", false),
    ('n', "no-verbose", false),
    ('Y', "proxy", true),
    ('o', "output-file", true),
    ('k', "no-check-certificate", false),
    ('C', "connect-timeout", true),
    ('R', "read-timeout", true),
    ('D', "dns-timeout", true),
    ('4', "inet4-only", false),
    ('6', "inet6-only", false),
    ('v', "verbose", false),
    ('V', "version", false),
    ('h', "help", false),
    ('w', "wait", true),
];

impl Wget {
    /// GNU's or BusyBox's.
    pub fn new(args: Vec<String>, busybox: bool) -> Self {
        Self {
            args,
            busybox,
            options: None,
            left: VecDeque::new(),
            transfer: None,
            tries: 0,
            redirects: 0,
            status: 0,
        }
    }

    fn begin(&self, ctx: &mut Ctx<'_>) -> Result<Options, Exit> {
        let mut options = Options {
            quiet: false,
            terse: false,
            server_response: false,
            spider: false,
            output: None,
            directory: String::new(),
            timeout: self.busybox.then_some(Duration::from_secs(900)),
            tries: if self.busybox { 1 } else { 20 },
            headers: Vec::new(),
            post: None,
            agent: None,
            resume: false,
            urls: Vec::new(),
        };
        let mut words = self.args[1..].iter();
        while let Some(word) = words.next() {
            let Some(rest) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
                options.urls.push(word.clone());
                continue;
            };
            if let Some(long) = rest.strip_prefix("--").or(rest.strip_prefix('-')) {
                let (name, value) =
                    long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let Some((letter, _, valued)) = OPTIONS.iter().find(|(_, known, _)| *known == name) else {
                    return Err(self.usage(ctx, &format!("unrecognized option '--{long}'")));
                };
                let value = match valued {
                    true => value.map(str::to_owned).or_else(|| words.next().cloned()),
                    false => None,
                };
                self.set(&mut options, *letter, value, ctx)?;
                continue;
            }
            if !self.busybox && (rest == "nv" || rest == "nc") {
                options.terse |= rest == "nv";
                continue;
            }
            let mut letters = rest.chars();
            while let Some(letter) = letters.next() {
                let short =
                    |(known, _, _): &&(char, &str, bool)| *known == letter && !"sHpkCRDn".contains(letter);
                let Some((_, _, valued)) = OPTIONS.iter().find(short) else {
                    return Err(self.usage(ctx, &format!("invalid option -- '{letter}'")));
                };
                let mut value = None;
                if *valued {
                    let rest = letters.as_str();
                    value = if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
                    letters = "".chars();
                    if value.is_none() {
                        return Err(self.usage(ctx, &format!("option requires an argument -- '{letter}'")));
                    }
                }
                self.set(&mut options, letter, value, ctx)?;
            }
        }
        if options.urls.is_empty() {
            return Err(if self.busybox {
                self.usage(ctx, "")
            } else {
                self.usage(ctx, "missing URL");
                1
            });
        }
        Ok(options)
    }

    fn set(
        &self,
        options: &mut Options,
        letter: char,
        value: Option<String>,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Exit> {
        let text = value.unwrap_or_default();
        match letter {
            'q' => options.quiet = true,
            'n' => options.terse = true,
            'S' => options.server_response = true,
            's' => options.spider = true,
            'c' => options.resume = true,
            'O' => options.output = Some(text),
            'P' => options.directory = text,
            'H' => options.headers.push(text),
            'p' => options.post = Some(text),
            'U' => options.agent = Some(text),
            'T' | 'C' | 'R' => match span(&text) {
                Some(limit) => options.timeout = Some(limit).filter(|limit| !limit.is_zero()),
                None if self.busybox => {
                    ctx.complain(format!("wget: invalid number '{text}'"));
                    return Err(1);
                }
                None => {
                    ctx.complain(format!("wget: --timeout: Invalid time period ‘{text}’"));
                    return Err(2);
                }
            },
            't' if !self.busybox => options.tries = text.parse().unwrap_or(20),
            'V' if !self.busybox => {
                ctx.say("GNU Wget 1.21.3 built on linux-gnu.");
                return Err(0);
            }
            'h' => {
                self.usage(ctx, "");
                return Err(0);
            }
            _ => {}
        }
        Ok(())
    }

    fn usage(&self, ctx: &mut Ctx<'_>, why: &str) -> Exit {
        if !why.is_empty() {
            ctx.complain(format!("wget: {why}"));
        }
        if self.busybox {
            ctx.complain(BUSYBOX_USAGE);
            return 1;
        }
        ctx.complain("Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.");
        2
    }

    /// Sends the request for an address and says where it goes.
    fn start(&mut self, options: &Options, text: &str, ctx: &mut Ctx<'_>) -> Result<Transfer, Exit> {
        let url = Url::parse(text).ok_or_else(|| {
            ctx.complain(match self.busybox {
                true => format!("wget: bad address '{}'", text.trim_start_matches("http://")),
                false => format!("{text}: Invalid URL: Invalid host name"),
            });
            1
        })?;
        let mut headers = vec![
            ("Host".to_owned(), url.authority()),
            ("User-Agent".to_owned(), options.agent.clone().unwrap_or_else(|| self.agent().to_owned())),
        ];
        for header in &options.headers {
            let Some((name, value)) = header.split_once(':') else { continue };
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let method = match &options.post {
            Some(_) => "POST",
            None if options.spider && !self.busybox => "HEAD",
            None => "GET",
        };
        let body = options.post.clone().unwrap_or_default();
        let request = HttpRequest { method: method.to_owned(), path: url.path.clone(), headers, body };
        let host = url.host.trim_matches(['[', ']']);
        let mut ask = Request::new(source(ctx.place), host, Some(url.port), Payload::Http(request));
        ask.timeout = options.timeout;
        let trace = send(ctx, &ask);
        let found = (trace.outcome != Outcome::Unresolved).then(|| found(&trace)).flatten();
        let ends = ctx.cluster.now() + trace.took;
        let place = url.authority();
        Ok(Transfer { url, place, trace, found, ends })
    }

    fn agent(&self) -> &'static str {
        if self.busybox { "Wget" } else { "Wget/1.21.3" }
    }

    /// What came, or why nothing did; the next address if there is one to follow.
    fn end(&mut self, options: &Options, transfer: &Transfer, ctx: &mut Ctx<'_>) -> Option<String> {
        if let Outcome::Answered(reply) = &transfer.trace.outcome
            && let Some(response) = &reply.http
        {
            let encrypted = transfer.url.scheme == "https" && reply.pod.is_some();
            if !encrypted {
                return self.response(options, transfer, response, ctx);
            }
            ctx.complain(match self.busybox {
                true => "wget: error getting response: Connection reset by peer",
                false => "OpenSSL: error:0A00010B:SSL routines::wrong version number\nUnable to establish SSL connection.",
            });
            self.status = if self.busybox { 1 } else { 4 };
            return None;
        }
        if self.busybox {
            let address = transfer.found.as_ref().map(|found| found.address.to_string()).unwrap_or_default();
            let cannot = |why: &str| format!("wget: can't connect to remote host ({address}): {why}");
            ctx.complain(match &transfer.trace.outcome {
                Outcome::Unresolved => format!("wget: bad address '{}'", transfer.place),
                Outcome::Refused => cannot("Connection refused"),
                Outcome::Unreachable => cannot("No route to host"),
                Outcome::TimedOut if options.timeout.is_some_and(|limit| transfer.trace.took >= limit) => {
                    "wget: download timed out".to_owned()
                }
                Outcome::TimedOut => cannot("Connection timed out"),
                Outcome::Empty | Outcome::Answered(_) => "wget: error getting response".to_owned(),
            });
            self.status = 1;
            return None;
        }
        self.tries += 1;
        gnu::failed(options, transfer, self.tries, ctx);
        if !gnu::retries(options, &transfer.trace, self.tries) {
            self.status = 4;
        }
        None
    }

    fn response(
        &mut self,
        options: &Options,
        transfer: &Transfer,
        response: &HttpResponse,
        ctx: &mut Ctx<'_>,
    ) -> Option<String> {
        let line = format!("{} {}", response.status, phrase(response.status));
        if !self.busybox {
            gnu::status(options, response, &line, ctx);
        } else if options.server_response {
            ctx.complain(format!("  HTTP/1.1 {line}"));
            for (name, value) in &response.headers {
                ctx.complain(format!("  {name}: {value}"));
            }
            ctx.complain("  ");
        }
        if (300..400).contains(&response.status)
            && let Some(location) = response.header("Location")
            && self.redirects < MOST_REDIRECTS
        {
            self.redirects += 1;
            let whole = location.contains("://");
            let url = &transfer.url;
            let next = if whole {
                location.to_owned()
            } else {
                format!("{}://{}{location}", url.scheme, url.authority())
            };
            if !self.busybox && !options.quiet {
                ctx.complain(format!("Location: {location} [following]"));
            }
            return Some(next);
        }
        if response.status >= 300 {
            self.status = if self.busybox { 1 } else { 8 };
            if self.busybox {
                ctx.complain(format!("wget: server returned error: HTTP/1.1 {line}"));
            } else {
                gnu::error(options, response, ctx);
            }
            return None;
        }
        if options.spider {
            if self.busybox && !options.quiet {
                ctx.complain("remote file exists");
            }
            return None;
        }
        if let Err(status) = self.keep(options, transfer, response, ctx) {
            self.status = status;
        }
        None
    }

    /// Writes the body to where it belongs and says so.
    fn keep(
        &self,
        options: &Options,
        transfer: &Transfer,
        response: &HttpResponse,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Exit> {
        let body = response.body.as_str();
        if options.output.as_deref() == Some("-") {
            if self.busybox && !options.quiet {
                ctx.complain("writing to stdout");
                bar("-", body.len(), ctx);
                ctx.complain("written to stdout");
            } else if !self.busybox {
                gnu::saving(options, transfer, "STDOUT", body.len(), ctx);
            }
            ctx.stdout.push_str(body);
            return Ok(());
        }
        let path = &transfer.url.path;
        let last = path.rsplit('/').next().unwrap_or_default().to_owned();
        let last = if last.is_empty() { "index.html".to_owned() } else { last };
        let mut name = match &options.output {
            Some(output) => output.clone(),
            None if options.directory.is_empty() => last,
            None => format!("{}/{last}", options.directory.trim_end_matches('/')),
        };
        let at = |name: &str, ctx: &Ctx<'_>| absolute(ctx.cwd, name);
        if options.output.is_none() && !options.resume {
            let taken = |name: &str, ctx: &mut Ctx<'_>| {
                let path = at(name, ctx);
                ctx.files().exists(&path)
            };
            if self.busybox && taken(&name, ctx) {
                ctx.complain(format!("wget: can't open '{name}': File exists"));
                return Err(1);
            }
            let plain = name.clone();
            for number in 1.. {
                if !taken(&name, ctx) {
                    break;
                }
                name = format!("{plain}.{number}");
            }
        }
        if name != "/dev/null" {
            let path = at(&name, ctx);
            if !options.directory.is_empty() && options.output.is_none() {
                let directory = at(&options.directory, ctx);
                ctx.files().make_all(&directory);
            }
            if let Err(error) = ctx.files().write(&path, body) {
                ctx.complain(match self.busybox {
                    true => format!("wget: can't open '{name}': {error}"),
                    false => format!("{name}: {error}"),
                });
                return Err(if self.busybox { 1 } else { 3 });
            }
        }
        if self.busybox && !options.quiet {
            ctx.complain(format!("saving to '{name}'"));
            bar(name.rsplit('/').next().unwrap_or(&name), body.len(), ctx);
            ctx.complain(format!("'{name}' saved"));
        } else if !self.busybox {
            gnu::saving(options, transfer, &name, body.len(), ctx);
        }
        Ok(())
    }
}

/// BusyBox's progress bar, full.
fn bar(name: &str, bytes: usize, ctx: &mut Ctx<'_>) {
    let name: String = name.chars().take(20).collect();
    let stars = "*".repeat(32);
    ctx.complain(format!("{name:<20} 100% |{stars}| {bytes:>5}  0:00:00 ETA"));
}

impl Program for Wget {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let options = match self.options.clone() {
            Some(options) => options,
            None => match self.begin(ctx) {
                Ok(options) => {
                    self.left = options.urls.iter().cloned().collect();
                    if options.spider && !self.busybox && !options.quiet && !options.terse {
                        ctx.complain("Spider mode enabled. Check if remote file exists.");
                    }
                    self.options.insert(options).clone()
                }
                Err(status) => return Poll::Done(status),
            },
        };
        loop {
            if let Some(transfer) = self.transfer.take() {
                if transfer.ends > ctx.cluster.now() {
                    let ends = transfer.ends;
                    self.transfer = Some(transfer);
                    return Poll::Wait(Wake::At(ends));
                }
                let tried = self.tries;
                match self.end(&options, &transfer, ctx) {
                    Some(next) => {
                        self.left.pop_front();
                        self.left.push_front(next);
                    }
                    // It is tried again as it is.
                    None if self.tries > tried && gnu::retries(&options, &transfer.trace, self.tries) => {}
                    None => {
                        self.left.pop_front();
                        (self.tries, self.redirects) = (0, 0);
                        if self.busybox && self.status != 0 {
                            return Poll::Done(self.status);
                        }
                    }
                }
                if !ctx.step() {
                    return Poll::Wait(Wake::Yield);
                }
            }
            let Some(text) = self.left.front().cloned() else { return Poll::Done(self.status) };
            match self.start(&options, &text, ctx) {
                Ok(transfer) => {
                    if !self.busybox {
                        gnu::connecting(&options, &transfer, self.tries, ctx);
                    } else if let Some(found) = transfer.found.as_ref().filter(|_| !options.quiet) {
                        let at = if found.address.is_ipv6() {
                            format!("[{}]:{}", found.address, transfer.url.port)
                        } else {
                            format!("{}:{}", found.address, transfer.url.port)
                        };
                        ctx.complain(format!("Connecting to {} ({at})", transfer.place));
                    }
                    self.transfer = Some(Box::new(transfer));
                }
                Err(status) => {
                    self.status = status;
                    self.left.pop_front();
                }
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Whether the connection was made, whatever came of it.
pub(super) fn connected(trace: &Trace) -> bool {
    matches!(trace.outcome, Outcome::Answered(_) | Outcome::Empty)
        || trace.hops.iter().any(|hop| matches!(hop.because, Reason::Listening))
}

const BUSYBOX_USAGE: &str = "\
BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.

Usage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]
\t[--post-data STR | --post-file FILE] [-Y on/off]
\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...

Retrieve files via HTTP or FTP

\t--spider\tOnly check URL existence: $? is 0 if exists
\t--header STR\tAdd STR (of form 'header: value') to headers
\t--post-data STR\tSend STR using POST method
\t--post-file FILE\tSend FILE using POST method
\t--no-check-certificate\tDon't validate the server's certificate
\t-c\t\tContinue retrieval of aborted transfer
\t-q\t\tQuiet
\t-P DIR\t\tSave to DIR (default .)
\t-S    \t\tShow server response
\t-T SEC\t\tNetwork read timeout is SEC seconds
\t-O FILE\t\tSave to FILE ('-' for stdout)
\t-o LOGFILE\tLog messages to FILE
\t-U STR\t\tUse STR for User-Agent header
\t-Y on/off\tUse proxy";
