//! `curl` 7.88: one transfer after another, each a request whose trace says how it ends.

mod glob;
mod options;
mod report;

pub(super) use report::head;

use super::{Found, found, millis, send, source};
use crate::api::Instant;
use crate::net::{HttpRequest, HttpResponse, Outcome, Payload, Reason, Request, Trace};
use crate::shell::files::absolute;
use crate::shell::program::{Ctx, Exit, Poll, Program, Wake};
use crate::shell::tools::text::encode;
use crate::shell::visit::Url;
use glob::glob;
use options::Options;
use std::collections::VecDeque;
use std::time::Duration;

/// The version it says it is.
const VERSION: &str = "7.88.1";

/// A curl.
#[derive(Clone, Debug)]
pub struct Curl {
    args: Vec<String>,
    options: Options,
    state: State,
    left: VecDeque<String>,
    /// Of each address, which of those that were written it comes from, which one it is of those that
    /// the brackets there make, and how many they are.
    globbed: Vec<(usize, usize, usize)>,
    /// How many addresses are done.
    done: usize,
    status: Exit,
    /// How often the current address was tried again.
    retries: u32,
    redirects: usize,
}

#[derive(Clone, Debug)]
enum State {
    New,
    Next,
    /// A request is under way.
    Under(Box<Transfer>),
    /// It waits before the next try.
    Pausing(Instant, String),
    /// It keeps the terminal until Ctrl-C.
    Stopped,
}

/// One request and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    pub url: Url,
    pub text: String,
    pub request: HttpRequest,
    pub trace: Trace,
    pub found: Option<Found>,
    pub ends: Instant,
    pub first: bool,
}

/// Why a transfer failed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub code: Exit,
    pub message: String,
}

impl Failure {
    fn new(code: Exit, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl Curl {
    /// A curl of these words.
    pub fn new(args: Vec<String>) -> Self {
        Self {
            args,
            options: Options::default(),
            state: State::New,
            left: VecDeque::new(),
            globbed: Vec::new(),
            done: 0,
            status: 0,
            retries: 0,
            redirects: 0,
        }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Option<Exit> {
        let hint = "curl: try 'curl --help' or 'curl --manual' for more information";
        match Options::read(&self.args[1..]) {
            Ok(options) => self.options = options,
            Err(message) => {
                ctx.complain(format!("curl: {message}"));
                ctx.complain(hint);
                return Some(2);
            }
        }
        if self.options.version {
            ctx.say(format!("curl {VERSION} (x86_64-pc-linux-gnu) libcurl/{VERSION}"));
            return Some(0);
        }
        if self.options.help {
            ctx.say("Usage: curl [options...] <url>");
            ctx.say(" -d, --data <data>          HTTP POST data");
            ctx.say(" -f, --fail                 Fail fast with no output on HTTP errors");
            ctx.say(" -h, --help <category>      Get help for commands");
            ctx.say(" -i, --include              Include protocol response headers in the output");
            ctx.say(" -o, --output <file>        Write to file instead of stdout");
            ctx.say(" -s, --silent               Silent mode");
            ctx.say(" -v, --verbose              Make the operation more talkative");
            return Some(0);
        }
        if self.options.urls.is_empty() {
            ctx.complain("curl: no URL specified!");
            ctx.complain(hint);
            return Some(2);
        }
        // `@FILE` is what stands in the file, its line ends left out.
        if let Some(path) = self.options.data.as_ref().and_then(|data| data.strip_prefix('@')) {
            let text = if path == "-" { Ok(ctx.stdin.take()) } else { ctx.read(path) };
            if text.is_err() {
                ctx.complain(format!(
                    "Warning: Couldn't read data from file \"{path}\", this makes an empty POST."
                ));
            }
            self.options.data = Some(text.unwrap_or_default().replace(['\r', '\n'], ""));
        }
        if let Some(path) = self.options.write_out.as_ref().and_then(|format| format.strip_prefix('@')) {
            let text = if path == "-" { Ok(ctx.stdin.take()) } else { ctx.read(path) };
            let Ok(text) = text else {
                ctx.complain(format!("curl: Failed to open {path}"));
                ctx.complain(hint);
                return Some(2);
            };
            // The lines of a file are joined; it says itself where one ends.
            self.options.write_out = Some(text.replace(['\r', '\n'], ""));
        }
        for (written, url) in self.options.urls.iter().enumerate() {
            let first = self.left.len();
            if self.options.globoff {
                self.left.push_back(url.clone());
            } else {
                glob(url, &mut self.left);
            }
            let made = self.left.len() - first;
            self.globbed.extend((1..=made).map(|number| (written, number, made)));
        }
        self.state = State::Next;
        None
    }

    /// Sends the request for an address.
    fn start(&mut self, text: &str, ctx: &mut Ctx<'_>) -> Result<Transfer, Failure> {
        if let Some((scheme, _)) = text.split_once("://")
            && !matches!(scheme, "http" | "https")
        {
            let message = format!("Protocol \"{scheme}\" not supported or disabled in libcurl");
            return Err(Failure::new(1, message));
        }
        let malformed = "URL using bad/illegal format or missing URL";
        let url = Url::parse(text).filter(|url| !url.host.contains(char::is_whitespace));
        let url = url.ok_or_else(|| Failure::new(3, malformed))?;
        let request = self.request(&url);
        let host = self.pinned(&url).unwrap_or_else(|| url.host.clone());
        let timeout = match (self.options.max_time, self.options.connect_timeout) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let payload = Payload::Http(request.clone());
        let mut ask = Request::new(source(ctx.place), host.trim_matches(['[', ']']), Some(url.port), payload);
        ask.timeout = timeout;
        let trace = send(ctx, &ask);
        let ends = ctx.cluster.now() + trace.took;
        let found = (trace.outcome != Outcome::Unresolved).then(|| found(&trace)).flatten();
        let first = self.done == 0 && self.redirects == 0 && self.retries == 0;
        Ok(Transfer { url, text: text.to_owned(), request, trace, found, ends, first })
    }

    /// The address `--resolve` gives a host.
    fn pinned(&self, url: &Url) -> Option<String> {
        self.options.resolve.iter().find_map(|entry| {
            let mut parts = entry.trim_start_matches('+').splitn(3, ':');
            let (host, port, address) = (parts.next()?, parts.next()?, parts.next()?);
            let fits = (host == "*" || host.eq_ignore_ascii_case(&url.host)) && port == url.port.to_string();
            fits.then(|| address.split(',').next().unwrap_or(address).to_owned())
        })
    }

    fn request(&self, url: &Url) -> HttpRequest {
        let options = &self.options;
        let mut path = url.path.clone();
        let mut data = options.data.clone();
        if options.get
            && let Some(data) = data.take()
        {
            path.push(if path.contains('?') { '&' } else { '?' });
            path += &data;
        }
        let method = match (&options.method, options.head, &data) {
            (Some(method), _, _) => method.as_str(),
            (None, true, _) => "HEAD",
            (None, _, Some(_)) => "POST",
            (None, _, None) => "GET",
        };
        let mut headers = vec![
            ("Host".to_owned(), url.authority()),
            ("User-Agent".to_owned(), options.agent.clone().unwrap_or_else(|| format!("curl/{VERSION}"))),
            ("Accept".to_owned(), "*/*".to_owned()),
        ];
        if options.compressed {
            headers.push(("Accept-Encoding".to_owned(), "deflate, gzip, br, zstd".to_owned()));
        }
        if let Some(user) = &options.user {
            headers.insert(1, ("Authorization".to_owned(), format!("Basic {}", encode(user.as_bytes()))));
        }
        let mut extra = Vec::new();
        if let Some(data) = &data {
            extra.push(("Content-Length".to_owned(), data.len().to_string()));
            extra.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        for header in &options.headers {
            let Some((name, value)) = header.split_once(':') else { continue };
            let (name, value) = (name.trim(), value.trim());
            for list in [&mut headers, &mut extra] {
                list.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            }
            match name.eq_ignore_ascii_case("host") {
                true => headers.insert(0, ("Host".to_owned(), value.to_owned())),
                false if value.is_empty() => {}
                false => headers.push((name.to_owned(), value.to_owned())),
            }
        }
        headers.extend(extra);
        HttpRequest { method: method.to_owned(), path, headers, body: data.unwrap_or_default() }
    }

    /// How a transfer ended.
    fn verdict<'a>(&self, transfer: &'a Transfer) -> Result<&'a HttpResponse, Failure> {
        let options = &self.options;
        let (host, port, took) = (&transfer.url.host, transfer.url.port, millis(transfer.trace.took));
        let host = host.trim_matches(['[', ']']);
        let could_not =
            || format!("Failed to connect to {host} port {port} after {took} ms: Couldn't connect to server");
        let connected = transfer.trace.hops.iter().any(|hop| matches!(hop.because, Reason::Listening));
        // A clock is looked at a moment after it has run out.
        let late = took.max(1);
        match &transfer.trace.outcome {
            Outcome::Answered(reply) => {
                let outside = reply.pod.is_none();
                if transfer.url.scheme == "https" && !outside {
                    let message = "error:0A00010B:SSL routines::wrong version number";
                    return Err(Failure::new(35, message));
                }
                reply.http.as_ref().ok_or_else(|| Failure::new(52, "Empty reply from server"))
            }
            Outcome::Unresolved => match options.max_time.or(options.connect_timeout) {
                Some(limit) if transfer.trace.took >= limit => {
                    Err(Failure::new(28, format!("Resolving timed out after {late} milliseconds")))
                }
                _ => Err(Failure::new(6, format!("Could not resolve host: {host}"))),
            },
            Outcome::Refused | Outcome::Unreachable => Err(Failure::new(7, could_not())),
            Outcome::Empty => Err(Failure::new(52, "Empty reply from server")),
            Outcome::TimedOut => Err(Failure::new(
                28,
                match (options.max_time, options.connect_timeout) {
                    (max, Some(connect)) if !connected && max.is_none_or(|max| connect <= max) => {
                        format!(
                            "Failed to connect to {host} port {port} after {late} ms: Timeout was reached"
                        )
                    }
                    (Some(_), _) if connected => {
                        format!("Operation timed out after {late} milliseconds with 0 bytes received")
                    }
                    (Some(_), _) => format!("Connection timed out after {late} milliseconds"),
                    _ => could_not(),
                },
            )),
        }
    }

    /// Ends a transfer: prints what came, or why nothing did. The next address, if there is one to follow.
    fn end(&mut self, transfer: &Transfer, ctx: &mut Ctx<'_>) -> Option<Next> {
        let verdict = self.verdict(transfer);
        report::verbose(&self.options, transfer, &verdict, ctx);
        let retriable = match &verdict {
            Ok(response) => matches!(response.status, 408 | 429 | 500 | 502 | 503 | 504),
            Err(failure) => {
                failure.code == 28
                    || failure.code == 7 && self.options.retry_refused
                    || self.options.retry_all
            }
        };
        if retriable && self.retries < self.options.retry {
            let doubled = Duration::from_secs(1 << self.retries.min(9));
            let pause = self.options.retry_delay.unwrap_or(doubled);
            let left = self.options.retry - self.retries;
            let why = match &verdict {
                Ok(_) => "HTTP error".to_owned(),
                Err(failure) if failure.code == 28 => "timeout".to_owned(),
                Err(failure) if failure.code == 7 => "connection refused".to_owned(),
                Err(_) => "(retrying all errors)".to_owned(),
            };
            if !self.options.silent {
                let unit = if pause == Duration::from_secs(1) { "second" } else { "seconds" };
                ctx.complain(format!(
                    "Warning: Problem : {why}. Will retry in {} {unit}. {left} {} left.",
                    pause.as_secs(),
                    if left == 1 { "retry" } else { "retries" }
                ));
            }
            self.retries += 1;
            return Some(Next::Again(pause));
        }
        match verdict {
            Ok(response) => self.deliver(transfer, response, ctx),
            Err(failure) => {
                self.fail(transfer, &failure, ctx);
                None
            }
        }
    }

    fn deliver(&mut self, transfer: &Transfer, response: &HttpResponse, ctx: &mut Ctx<'_>) -> Option<Next> {
        let redirect = response.header("Location").filter(|_| (300..400).contains(&response.status));
        let head = report::head(response);
        let body = if transfer.request.method == "HEAD" { "" } else { &response.body };
        if let Some(path) = &self.options.dump_header {
            self.write(&path.clone(), &head, ctx);
        }
        let mut text = String::new();
        if self.options.include || self.options.head {
            text += &head;
        }
        if let Some(location) = redirect.filter(|_| self.options.follow) {
            if self.redirects >= self.options.most_redirects {
                let message = format!("Maximum ({}) redirects followed", self.options.most_redirects);
                self.fail(transfer, &Failure::new(47, message), ctx);
                return None;
            }
            ctx.stdout.push_str(&text);
            self.redirects += 1;
            let url = match location.contains("://") {
                true => location.to_owned(),
                false => format!("{}://{}{location}", transfer.url.scheme, transfer.url.authority()),
            };
            return Some(Next::Url(url));
        }
        if self.options.fail && response.status >= 400 {
            let message = format!("The requested URL returned error: {}", response.status);
            self.fail(transfer, &Failure::new(22, message), ctx);
            return None;
        }
        text += body;
        let (written, number, of) = self.globbed.get(self.done).copied().unwrap_or_default();
        if of > 1 && !self.options.silent && self.options.outputs.is_empty() {
            ctx.complain(format!("\n[{number}/{of}]: {} --> <stdout>", transfer.text));
            ctx.say(format!("--_curl_--{}", transfer.text));
        }
        report::progress(&self.options, transfer, body.len(), ctx);
        let name =
            transfer.url.path.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default();
        let output = match self.options.outputs.get(written) {
            Some(path) => Some(path.clone()),
            None if self.options.remote_name => Some(name.to_owned()),
            None => None,
        };
        self.status = 0;
        match output.as_deref() {
            None | Some("-") => ctx.stdout.push_str(&text),
            Some("/dev/null") => {}
            Some("") => {
                ctx.complain("curl: Remote file name has no length");
                self.status = 23;
            }
            Some(path) => self.write(path, &text, ctx),
        }
        if self.options.with_body && response.status >= 400 {
            self.status = 22;
            if !self.options.silent || self.options.show_errors {
                ctx.complain(format!("curl: (22) The requested URL returned error: {}", response.status));
            }
        }
        report::write_out(&self.options, transfer, Ok(response), self.redirects, ctx);
        None
    }

    fn write(&mut self, path: &str, text: &str, ctx: &mut Ctx<'_>) {
        if path == "-" {
            ctx.stdout.push_str(text);
            return;
        }
        let place = absolute(ctx.cwd, path);
        if ctx.files().write(&place, text).is_err() {
            ctx.complain(format!("Warning: Failed to open the file {path}: No such file or directory"));
            ctx.complain("curl: (23) Failure writing output to destination");
            self.status = 23;
        }
    }

    fn fail(&mut self, transfer: &Transfer, failure: &Failure, ctx: &mut Ctx<'_>) {
        report::progress(&self.options, transfer, 0, ctx);
        if !self.options.silent || self.options.show_errors {
            ctx.complain(format!("curl: ({}) {}", failure.code, failure.message));
        }
        report::write_out(&self.options, transfer, Err(failure), self.redirects, ctx);
        self.status = failure.code;
    }
}

enum Next {
    /// Another address, by a redirect.
    Url(String),
    /// The same after a pause.
    Again(Duration),
}

impl Program for Curl {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        loop {
            if ctx.interrupted {
                return Poll::Done(130);
            }
            let now = ctx.cluster.now();
            let address = match std::mem::replace(&mut self.state, State::Stopped) {
                State::New => {
                    if let Some(status) = self.begin(ctx) {
                        return Poll::Done(status);
                    }
                    continue;
                }
                State::Next => match self.left.pop_front() {
                    Some(address) => address,
                    None => return Poll::Done(self.status),
                },
                State::Pausing(until, address) if until > now => {
                    self.state = State::Pausing(until, address);
                    return Poll::Wait(Wake::At(until));
                }
                State::Pausing(_, address) => address,
                State::Under(transfer) if transfer.ends > now => {
                    let wake = Wake::At(transfer.ends);
                    self.state = State::Under(transfer);
                    return Poll::Wait(wake);
                }
                State::Under(transfer) => {
                    match self.end(&transfer, ctx) {
                        Some(Next::Url(url)) => {
                            self.left.push_front(url);
                        }
                        Some(Next::Again(pause)) => {
                            self.state = State::Pausing(now + pause, transfer.text.clone());
                            continue;
                        }
                        None => {
                            self.done += 1;
                            (self.retries, self.redirects) = (0, 0);
                        }
                    }
                    self.state = State::Next;
                    continue;
                }
                State::Stopped => return Poll::Done(self.status),
            };
            match self.start(&address, ctx) {
                Ok(transfer) => self.state = State::Under(Box::new(transfer)),
                Err(failure) => {
                    if !self.options.silent || self.options.show_errors {
                        ctx.complain(format!("curl: ({}) {}", failure.code, failure.message));
                    }
                    self.status = failure.code;
                    self.done += 1;
                    self.state = State::Next;
                }
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
