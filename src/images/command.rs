//! What a container's command line makes its process do: a small honest reading of the commands that
//! tutorials put in manifests.

use super::catalog::{Flavour, Image};
use super::process::{Launch, Port, Process};
use super::script::{Machine, Pause, Script};
use super::servers::Server;
use crate::api::service::Protocol;
use std::time::Duration;

/// How long a process lives of its own accord.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// Until it is told to end.
    Forever,
    /// It ends by itself.
    Ends {
        /// After this.
        after: Duration,
        /// With this exit code.
        code: i32,
    },
    /// It goes on by itself after a while ([`Process::go_on`]).
    Pauses {
        /// After this.
        after: Duration,
    },
    /// It cannot even be started; the runtime's words.
    Refused(String),
}

/// What a command line comes to.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub server: Server,
    pub ports: Vec<Port>,
    pub life: Life,
    pub says: Vec<String>,
    pub ignores_term: bool,
    pub script: Option<Script>,
}

const SOON: Duration = Duration::from_millis(50);

fn tcp(number: u16) -> Port {
    Port { number, protocol: Protocol::Tcp, loopback: false }
}

/// Reads how a container is started.
pub(super) fn plan(image: &'static Image, launch: &Launch) -> Plan {
    let own = Plan {
        server: image.server,
        ports: image.ports.iter().copied().map(tcp).collect(),
        life: Life::Forever,
        says: Vec::new(),
        ignores_term: false,
        script: None,
    };
    let words: Vec<&str> = launch.command.iter().chain(&launch.args).map(String::as_str).collect();
    match image.server {
        _ if !launch.command.is_empty() => program(image, launch, &words, own),
        Server::Shell if words.is_empty() => shell(own, launch),
        Server::Shell => program(image, launch, &words, own),
        Server::Curl if words.is_empty() => ends(own, SOON, 2),
        Server::Curl => {
            let words: Vec<&str> = image.program_for(&words).into_iter().chain(words).collect();
            program(image, launch, &words, own)
        }
        _ => with_arguments(launch, &words, own),
    }
}

/// A shell without a script: it ends with its input, which is at once unless that is kept open.
fn shell(plan: Plan, launch: &Launch) -> Plan {
    match launch.stdin {
        true => Plan { server: Server::Quiet, ports: Vec::new(), ignores_term: true, ..plan },
        false => ends(plan, SOON, 0),
    }
}

fn ends(plan: Plan, after: Duration, code: i32) -> Plan {
    Plan { server: Server::Quiet, ports: Vec::new(), life: Life::Ends { after, code }, ..plan }
}

/// The image's own program with the container's arguments.
fn with_arguments(launch: &Launch, words: &[&str], mut plan: Plan) -> Plan {
    let value = |name: &str| -> Option<String> {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let bare = word.trim_start_matches('-');
            if bare == name && word.starts_with('-') {
                return words.next().map(|next| (*next).to_owned());
            }
            if let Some(rest) = bare.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                return Some(rest.to_owned());
            }
        }
        None
    };
    let port = |text: &str| text.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    match plan.server {
        Server::Unknown => {
            plan.ports = launch
                .declared
                .iter()
                .map(|(number, protocol)| Port { number: *number, protocol: *protocol, loopback: false })
                .collect();
        }
        Server::Echo => {
            if let Some(listen) = value("listen").as_deref().and_then(port) {
                plan.ports = vec![tcp(listen)];
            }
        }
        Server::Whoami => {
            if let Some(listen) = value("port").as_deref().and_then(port) {
                plan.ports = vec![tcp(listen)];
            } else if let Some(listen) = launch.env.get("WHOAMI_PORT_NUMBER").and_then(port) {
                plan.ports = vec![tcp(listen)];
            }
        }
        Server::HelloApp => {
            if let Some(listen) = launch.env.get("PORT").and_then(port) {
                plan.ports = vec![tcp(listen)];
            }
        }
        Server::Agnhost => match words.first().copied() {
            Some("netexec") => {
                let http = value("http-port").as_deref().and_then(port).unwrap_or(8080);
                let udp = value("udp-port").as_deref().and_then(port).unwrap_or(8081);
                plan.ports = vec![tcp(http), Port { number: udp, protocol: Protocol::Udp, loopback: false }];
            }
            Some("serve-hostname") => {
                plan.ports = vec![tcp(value("port").as_deref().and_then(port).unwrap_or(9376))];
            }
            Some("porter") => {
                let env = launch.env.all();
                plan.ports = env
                    .keys()
                    .filter_map(|key| key.strip_prefix("SERVE_PORT_")?.parse().ok())
                    .map(tcp)
                    .collect();
            }
            Some("pause") | None => {}
            Some(_) => {}
        },
        Server::CoreDns => {
            plan.ports = vec![
                tcp(53),
                Port { number: 53, protocol: Protocol::Udp, loopback: false },
                tcp(8080),
                tcp(8181),
                tcp(9153),
            ];
        }
        _ => {}
    }
    plan
}

/// A program named by the container itself.
fn program(image: &'static Image, launch: &Launch, words: &[&str], own: Plan) -> Plan {
    let Some((first, rest)) = words.split_first() else { return own };
    let name = first.rsplit('/').next().unwrap_or(first);
    if image.is_known() && !image.has(name) && !first.contains('/') {
        let why = format!(
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"{first}\": executable file not found in $PATH"
        );
        return Plan { life: Life::Refused(why), ports: Vec::new(), ..own };
    }
    let script = match (name, rest) {
        ("sh" | "bash" | "ash", []) => return shell(own, launch),
        ("sh" | "bash" | "ash", [flags, text, arguments @ ..])
            if flags.starts_with('-') && flags.ends_with('c') =>
        {
            Script::parse(text, arguments).map(|script| script.with_flags(flags))
        }
        ("sh" | "bash" | "ash", _) => None,
        (name, _) if SCRIPTED.contains(&name) => Some(Script::single(words)),
        _ => return simple(name, rest, launch, own.clone()).unwrap_or_else(|| other(launch, words, own)),
    };
    // A shell that is PID 1 does not hear TERM.
    let quiet = Plan { server: Server::Quiet, ports: Vec::new(), ignores_term: true, ..own };
    match script {
        Some(script) => Plan { script: Some(script), life: Life::Pauses { after: SOON }, ..quiet },
        None => {
            Plan { says: vec!["(this script is not simulated: it is taken to run on)".to_owned()], ..quiet }
        }
    }
}

/// A program that is not simulated: it runs on, or ends well where its pod means to end.
fn other(launch: &Launch, words: &[&str], own: Plan) -> Plan {
    if !launch.ends || !launch.declared.is_empty() || matches!(own.server, Server::Tcp(_)) {
        return own;
    }
    let says = vec![format!("(not simulated, and taken to end well: {})", words.join(" "))];
    Plan { says, ..ends(own, Duration::from_secs(5), 0) }
}

/// Commands that do the same alone as in a script.
const SCRIPTED: [&str; 19] = [
    "ping", "wget", "curl", "nslookup", "test", "echo", "printf", "date", "sleep", "true", ":", "false",
    "env", "printenv", "hostname", "seq", "cat", "whoami", "expr",
];

/// What a script becomes that ends in that command: a server or something that waits; `None` for one that
/// ends, or is not known.
pub(super) fn becomes(image: &'static Image, launch: &Launch, words: &[String]) -> Option<Plan> {
    let own = plan(image, &Launch { command: Vec::new(), args: Vec::new(), ..launch.clone() });
    let own = Plan { life: Life::Forever, ..own };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (first, rest) = words.split_first()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    match simple(name, rest, launch, own.clone()) {
        Some(plan) => (plan.life == Life::Forever).then_some(plan),
        // Whatever an unknown image runs is its own program.
        None => (!image.is_known()).then_some(own),
    }
}

/// One simple command; `None` if it is not known what it does.
fn simple(name: &str, rest: &[&str], launch: &Launch, own: Plan) -> Option<Plan> {
    let quiet = Plan { server: Server::Quiet, ports: Vec::new(), ignores_term: true, ..own.clone() };
    let number = |word: &&str| word.parse::<u16>().ok();
    Some(match name {
        "sleep" if matches!(rest.first(), Some(&("infinity" | "inf"))) => quiet,
        "ls" => ends(quiet, SOON, 0),
        "tail" if rest.iter().any(|word| word.starts_with("-f") || *word == "-F") => quiet,
        "nc" if rest.iter().any(|word| word.starts_with("-l") || word.contains('l')) => {
            let ports = rest.iter().filter_map(number).map(tcp).collect();
            Plan { server: Server::Tcp(""), ports, ..quiet }
        }
        "httpd" if rest.contains(&"-p") || rest.contains(&"-f") => {
            let at = rest.iter().position(|word| *word == "-p");
            let port =
                at.and_then(|at| rest.get(at + 1)).and_then(|word| word.rsplit(':').next()?.parse().ok());
            Plan { server: Server::Files, ports: vec![tcp(port.unwrap_or(80))], ..quiet }
        }
        "python" | "python3" if rest.contains(&"http.server") => {
            let loopback = rest.contains(&"127.0.0.1") || rest.contains(&"localhost");
            let number = rest.iter().find_map(number).unwrap_or(8000);
            let ports = vec![Port { loopback, ..tcp(number) }];
            Plan { server: Server::Files, ports, ..quiet }
        }
        "nginx" | "httpd-foreground" | "redis-server" | "dotnet" | "docker-entrypoint.sh" => own,
        "agnhost" | "whoami" | "http-echo" => with_arguments(launch, rest, own),
        _ => return None,
    })
}

pub(super) fn seconds(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, text.chars().last()),
        None => (text, None),
    };
    let factor = match unit {
        Some('m') => 60.0,
        Some('h') => 3600.0,
        Some('d') => 86400.0,
        _ => 1.0,
    };
    let seconds: f64 = number.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64((seconds * factor).min(1e9)))
}

/// The exit code of a probe's or a hook's command, and what it printed.
pub(super) fn exec(process: &Process, command: &[String]) -> (i32, String) {
    let mut out = Vec::new();
    let code = run_once(process, command, &mut out);
    (code, out.join("\n"))
}

fn run_once(process: &Process, command: &[String], out: &mut Vec<String>) -> i32 {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let Some((first, rest)) = words.split_first() else { return 126 };
    let name = first.rsplit('/').next().unwrap_or(first);
    if process.image.is_known() && !process.image.has(name) {
        return 127;
    }
    let script = match (name, rest) {
        ("sh" | "bash" | "ash", ["-c", text, arguments @ ..]) => Script::parse(text, arguments),
        // Files under /tmp are those that somebody has written; an image's own are there.
        ("cat" | "test" | "ls" | "stat", [.., path]) if !path.starts_with("/tmp/") => return 0,
        ("ls" | "stat", [.., path]) => {
            let missing = !process.files.contains_key(*path);
            if missing {
                out.push(format!("{name}: {path}: No such file or directory"));
            }
            return i32::from(missing);
        }
        (name, _) if SCRIPTED.contains(&name) => Some(Script::single(&words)),
        _ => None,
    };
    let Some(mut script) = script else { return 0 };
    let mut files = process.files.clone();
    for _ in 0..100 {
        let has = |name: &str| process.image.has(name) || !process.image.is_known();
        let mut machine = Machine {
            launch: &process.launch,
            now: process.started,
            files: &mut files,
            out,
            network: None,
            has: &has,
            busybox: process.image.flavour != Flavour::Debian,
            depth: 0,
        };
        match script.go_on(&mut machine) {
            Pause::Ended(code) => return code,
            Pause::Becomes(..) => return 0,
            Pause::For(_) => {}
        }
    }
    0
}
