//! Commands of a script that ask something of the network.

use super::Script;
use super::run::{Machine, Pause, Route};
use crate::api::service::Protocol;
use crate::api::{Key, Kind};
use crate::net::{HttpRequest, Outcome, Payload, Reason, Request, Source, Trace, phrase};
use std::net::IpAddr;
use std::time::Duration;

/// Long options that have a value.
const LONG: &[&str] =
    &["--max-time", "--connect-timeout", "--header", "--output", "--write-out", "--timeout", "--retry"];
/// What a short command takes.
const MOMENT: Duration = Duration::from_millis(2);
/// Requests that a script may send as fast as it likes: one that goes on for ever would make a day of
/// virtual time cost minutes.
const MANY: u32 = 100;

impl Script {
    /// A command that asks something of the network: what comes of it, after the time that takes.
    pub(super) fn errand(
        &mut self,
        name: &str,
        arguments: &[&str],
        route: &Route,
        machine: &mut Machine<'_>,
    ) -> Option<Pause> {
        let wget = name == "wget";
        // Letters whose value is the next word.
        let valued = match name {
            "curl" => "omwHXduAeT",
            "wget" => "OTUPo",
            _ => "cwWist",
        };
        let mut operands = Vec::new();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            if !word.starts_with('-') {
                operands.push(*word);
            } else if valued.contains(word.chars().last().unwrap_or(' '))
                || word.starts_with("--") && !word.contains('=') && value_of(&[word, ""], LONG).is_some()
            {
                words.next();
            }
        }
        let head_only = name == "curl" && arguments.iter().any(|arg| is_flag(arg, 'I') || *arg == "--head");
        let limit = value_of(
            arguments,
            if wget { &["-T", "--timeout"] } else { &["-m", "--max-time", "--connect-timeout", "-w", "-W"] },
        );
        let limit = limit.and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let (host, port, payload) = match name {
            "wget" | "curl" => {
                let url = *operands.first()?;
                let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
                let (place, path) = bare.split_at(bare.find('/').unwrap_or(bare.len()));
                let (host, port) =
                    place.split_once(':').map_or((place, Some(80)), |(host, port)| (host, port.parse().ok()));
                let agent = if wget { "Wget" } else { "curl/7.88.1" };
                let headers =
                    vec![("Host".to_owned(), place.to_owned()), ("User-Agent".to_owned(), agent.to_owned())];
                let path = if path.is_empty() { "/" } else { path }.to_owned();
                (
                    host,
                    port,
                    Payload::Http(HttpRequest {
                        method: if head_only { "HEAD" } else { "GET" }.to_owned(),
                        path,
                        headers,
                        body: String::new(),
                    }),
                )
            }
            "nc" => {
                let [.., host, port] = operands[..] else { return None };
                (host, Some(port.parse().ok()?), Payload::Connect(Protocol::Tcp))
            }
            _ => (*operands.first()?, None, Payload::Ping),
        };
        // BusyBox's own resolver takes a name with a dot as it is, and finds none without; its releases up
        // to 1.28 asked the C library.
        let own = name == "nslookup" && machine.busybox && !machine.launch.image.contains(":1.28");
        let named = if own { format!("{}.", host.trim_end_matches('.')) } else { host.to_owned() };
        let from =
            Source::Pod(Key::new(Kind::Pod, machine.launch.namespace.clone(), machine.launch.pod.clone()));
        let mut request = Request::new(from, named, port, payload);
        request.timeout = limit;
        let trace = machine.network.as_mut().map(|network| network(request))?;
        let unresolved = trace.outcome == Outcome::Unresolved;
        let mut text = String::new();
        let mut took = trace.took.max(MOMENT);
        let complaint = match (name, &trace.outcome) {
            ("nslookup", _) => {
                took = MOMENT;
                self.status = i32::from(unresolved);
                text = looked_up(host, found(&trace), machine);
                None
            }
            ("ping", outcome) => {
                let count = value_of(arguments, &["-c"]).and_then(|count| count.parse::<u32>().ok());
                let reply = matches!(outcome, Outcome::Answered(_)).then_some(trace.took);
                self.status = i32::from(reply.is_none());
                let Some((_, address)) = found(&trace) else {
                    self.coming.push(format!("ping: bad address '{host}'"));
                    return Some(Pause::For(took));
                };
                // One that nobody counts goes on for ever: its first lines stand for the rest.
                let shown = count.unwrap_or(1).min(100);
                text = pinged(host, &address, shown, reply, count.is_some());
                took = Duration::from_secs(u64::from(shown.saturating_sub(1))).max(took);
                if count.is_none() {
                    self.print(&text, route, machine);
                    return Some(Pause::Becomes(vec!["sleep".to_owned(), "infinity".to_owned()], false));
                }
                None
            }
            (_, Outcome::Answered(reply)) => {
                if let Some(http) = &reply.http {
                    let failed = http.status >= 400;
                    if !wget && (head_only || arguments.iter().any(|arg| is_flag(arg, 'i'))) {
                        text = format!("HTTP/1.1 {} {}\n", http.status, phrase(http.status));
                        text.extend(http.headers.iter().map(|(name, value)| format!("{name}: {value}\n")));
                        text.push('\n');
                    }
                    let quiet = failed && !wget && arguments.iter().any(|arg| is_flag(arg, 'f'));
                    if !head_only
                        && !quiet
                        && (!wget || !failed && arguments.iter().any(|arg| arg.contains('O')))
                    {
                        text += &http.body;
                    }
                    self.status = if quiet { 22 } else { i32::from(wget && failed) };
                    (wget && failed).then(|| {
                        format!(
                            "wget: server returned error: HTTP/1.1 {} {}",
                            http.status,
                            phrase(http.status)
                        )
                    })
                } else {
                    None
                }
            }
            (_, outcome) => {
                let (status, why) = match (name, outcome) {
                    ("curl", Outcome::Unresolved) => (6, format!("curl: (6) Could not resolve host: {host}")),
                    ("curl", Outcome::TimedOut) => (
                        28,
                        format!("curl: (28) Connection timed out after {} milliseconds", took.as_millis()),
                    ),
                    ("curl", _) => {
                        let port = port.unwrap_or(80);
                        (
                            7,
                            format!(
                                "curl: (7) Failed to connect to {host} port {port} after {} ms: Couldn't connect to server",
                                took.as_millis()
                            ),
                        )
                    }
                    (_, Outcome::Unresolved) => (1, format!("{name}: bad address '{host}'")),
                    ("wget", Outcome::TimedOut) => (1, "wget: download timed out".to_owned()),
                    ("wget", _) => (1, "wget: can't connect to remote host: Connection refused".to_owned()),
                    _ => (1, String::new()),
                };
                self.status = status;
                let silent = name == "curl"
                    && arguments.iter().any(|arg| is_flag(arg, 's'))
                    && !arguments.iter().any(|arg| is_flag(arg, 'S'));
                (!silent && !why.is_empty()).then_some(why)
            }
        };
        self.errands += 1;
        if self.errands > MANY {
            took = took.max(Duration::from_secs(1));
        }
        if self.errands == MANY {
            self.coming.push("(simulated with one request a second from here on)".to_owned());
        }
        if !matches!(route, Route::Nowhere) {
            self.coming.extend(complaint);
        }
        let log = Route::Log;
        let mut later = Vec::new();
        let route = if matches!(route, Route::Log) { &log } else { route };
        self.print(&text, route, &mut Machine { out: &mut later, ..machine.again() });
        self.coming.append(&mut later);
        if let Some(format) = value_of(arguments, &["-w", "--write-out"]).filter(|_| name == "curl") {
            let code = match &trace.outcome {
                Outcome::Answered(reply) => reply.http.as_ref().map_or(0, |http| http.status),
                _ => 0,
            };
            let shown = format
                .replace("%{http_code}", &format!("{code:03}"))
                .replace("%{response_code}", &format!("{code:03}"));
            self.coming.extend(shown.replace("\\n", "\n").lines().map(str::to_owned));
        }
        Some(Pause::For(took))
    }
}

/// Where a name led: the name that was answered, and its address.
fn found(trace: &Trace) -> Option<(String, String)> {
    let resolved = trace.hops.iter().find_map(|hop| match &hop.because {
        Reason::Resolved { name, address, .. } => {
            Some((name.trim_end_matches('.').to_owned(), address.to_string()))
        }
        _ => None,
    });
    let host = &trace.request.to.host;
    let literal = || host.parse::<IpAddr>().is_ok().then(|| (host.clone(), host.clone()));
    let own = || (host == "localhost").then(|| (host.clone(), "127.0.0.1".to_owned()));
    resolved.or_else(literal).or_else(own)
}

/// What `nslookup` prints: BusyBox's, as it was up to 1.28 and as it is.
fn looked_up(host: &str, found: Option<(String, String)>, machine: &Machine<'_>) -> String {
    let resolv = machine.files.get("/etc/resolv.conf").map_or("", String::as_str);
    let server = resolv.lines().find_map(|line| line.strip_prefix("nameserver ")).unwrap_or("127.0.0.1");
    if machine.launch.image.contains(":1.28") {
        let answer = match found {
            Some((name, address)) => format!("Name:      {host}\nAddress 1: {address} {name}\n"),
            None => format!("nslookup: can't resolve '{host}'\n"),
        };
        return format!("Server:    {server}\nAddress 1: {server}\n\n{answer}");
    }
    let answer = match found {
        Some((name, address)) => format!("Name:\t{name}\nAddress: {address}\n\n"),
        None => format!("** server can't find {host}: NXDOMAIN\n\n").repeat(2),
    };
    format!("Server:\t\t{server}\nAddress:\t{server}:53\n\n{answer}")
}

/// What BusyBox's `ping` prints of that many requests.
fn pinged(host: &str, address: &str, count: u32, reply: Option<Duration>, ends: bool) -> String {
    let time = reply.unwrap_or_default().max(Duration::from_micros(28)).as_micros();
    let time = format!("{}.{:03}", time / 1000, time % 1000);
    let mut text = format!("PING {host} ({address}): 56 data bytes\n");
    if reply.is_some() {
        text.extend(
            (0..count).map(|seq| format!("64 bytes from {address}: seq={seq} ttl=64 time={time} ms\n")),
        );
    }
    if ends {
        let (received, loss) = if reply.is_some() { (count, 0) } else { (0, 100) };
        text += &format!(
            "\n--- {host} ping statistics ---\n{count} packets transmitted, {received} packets received, {loss}% packet loss\n"
        );
        if reply.is_some() {
            text += &format!("round-trip min/avg/max = {time}/{time}/{time} ms\n");
        }
    }
    text
}

/// Whether an argument has that letter among its short options.
pub(super) fn is_flag(arg: &str, letter: char) -> bool {
    arg.starts_with('-') && !arg.starts_with("--") && arg.contains(letter)
}

/// The value of one of some options: `-T 2`, `-T2`, `--timeout=2`.
pub(super) fn value_of<'a>(arguments: &[&'a str], names: &[&str]) -> Option<&'a str> {
    let mut arguments = arguments.iter();
    while let Some(arg) = arguments.next() {
        for name in names {
            match arg.strip_prefix(name) {
                Some("") => return arguments.next().copied(),
                Some(rest) => return Some(rest.trim_start_matches('=')),
                None => {}
            }
        }
    }
    None
}
