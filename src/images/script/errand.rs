//! Commands of a script that ask something of the network.

use super::Script;
use super::run::{Machine, Pause, Route};
use crate::api::service::Protocol;
use crate::api::{Key, Kind};
use crate::net::{HttpRequest, Outcome, Payload, Request, Source, phrase};
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
                        method: "GET".to_owned(),
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
                unresolved.then(|| format!("** server can't find {host}: NXDOMAIN"))
            }
            (_, Outcome::Answered(reply)) => {
                if let Some(http) = &reply.http {
                    let failed = http.status >= 400;
                    if !wget || !failed && arguments.iter().any(|arg| arg.contains('O')) {
                        text.clone_from(&http.body);
                    }
                    self.status = i32::from(wget && failed);
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
        Some(Pause::For(took))
    }
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
