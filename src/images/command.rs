//! What a container's command line makes its process do: a small honest reading of the commands that
//! tutorials put in manifests.

use super::catalog::Image;
use super::process::{Launch, Port, Process};
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
    };
    let words: Vec<&str> = launch.command.iter().chain(&launch.args).map(String::as_str).collect();
    match image.server {
        _ if !launch.command.is_empty() => program(image, launch, &words, own),
        Server::Shell if words.is_empty() => shell(own, launch),
        Server::Shell => program(image, launch, &words, own),
        // curl's image runs what it has, and takes anything else as curl's arguments.
        Server::Curl if words.first().is_some_and(|word| image.has(word)) => {
            program(image, launch, &words, own)
        }
        Server::Curl => ends(own, SOON, if words.is_empty() { 2 } else { 0 }),
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
    match name {
        "sh" | "bash" | "ash" => match rest {
            ["-c" | "-ec" | "-xc" | "-lc", script, ..] => script_plan(image, launch, script, own),
            [] => shell(own, launch),
            _ => own,
        },
        _ => simple(name, rest, launch, own.clone()).unwrap_or(own),
    }
}

/// One simple command; `None` if it is not known what it does.
fn simple(name: &str, rest: &[&str], launch: &Launch, own: Plan) -> Option<Plan> {
    let quiet = Plan { server: Server::Quiet, ports: Vec::new(), ignores_term: true, ..own.clone() };
    let number = |word: &&str| word.parse::<u16>().ok();
    Some(match name {
        "sleep" => match rest.first().copied() {
            Some("infinity" | "inf") => quiet,
            Some(span) => ends(quiet, seconds(span)?, 0),
            None => ends(quiet, SOON, 1),
        },
        "true" | ":" | "date" | "env" | "ls" | "hostname" | "nslookup" | "wget" | "curl" | "ping" => {
            ends(quiet, SOON, 0)
        }
        "false" => ends(quiet, SOON, 1),
        "exit" => ends(quiet, SOON, rest.first().and_then(|code| code.parse().ok()).unwrap_or(0)),
        "echo" => {
            let mut plan = ends(quiet, SOON, 0);
            plan.says.push(rest.join(" ").trim_matches(['"', '\'']).to_owned());
            plan
        }
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

fn seconds(text: &str) -> Option<Duration> {
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

/// A `sh -c` script, command by command. A loop runs for ever.
fn script_plan(image: &'static Image, launch: &Launch, script: &str, own: Plan) -> Plan {
    let mut says = Vec::new();
    let mut after = Duration::ZERO;
    let mut code = 0;
    if script.contains("while ") || script.contains("until ") || script.contains("for ((;;))") {
        let server = if script.contains("nc -l") { Server::Tcp("") } else { Server::Quiet };
        let ports = if server == Server::Quiet {
            Vec::new()
        } else {
            let numbers = script.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
            numbers.filter(|port| *port > 79).take(1).map(tcp).collect()
        };
        return Plan { server, ports, life: Life::Forever, says, ignores_term: true };
    }
    for line in script.split([';', '\n']).flat_map(|part| part.split("&&")) {
        let line = line.trim().trim_start_matches("exec ").trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words[0].rsplit('/').next().unwrap_or(words[0]);
        let redirected = line.contains('>');
        match simple(name, &words[1..], launch, Plan { says: Vec::new(), ..own.clone() }) {
            Some(plan) => {
                if !redirected {
                    says.extend(plan.says.clone());
                }
                match plan.life {
                    Life::Ends { after: span, code: last } => {
                        after += span;
                        code = last;
                        if name == "exit" {
                            break;
                        }
                    }
                    _ => {
                        return Plan {
                            says,
                            ignores_term: !line.starts_with("nginx") && plan.ignores_term,
                            ..plan
                        };
                    }
                }
            }
            None if image.is_known() && !image.has(name) => {
                says.push(format!("sh: {name}: not found"));
                code = 127;
            }
            None => code = 0,
        }
    }
    Plan { says, ..ends(own, after.max(SOON), code) }
}

/// The exit code of a probe's or a hook's command.
pub(super) fn exec(process: &Process, command: &[String]) -> i32 {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let Some((first, rest)) = words.split_first() else { return 126 };
    let name = first.rsplit('/').next().unwrap_or(first);
    if process.image.is_known() && !process.image.has(name) {
        return 127;
    }
    match (name, rest) {
        ("false", _) => 1,
        ("sh" | "bash" | "ash", ["-c", script, ..]) => {
            let plan =
                script_plan(process.image, &process.launch, script, plan(process.image, &process.launch));
            match plan.life {
                Life::Ends { code, .. } => code,
                _ => 0,
            }
        }
        ("exit", [code, ..]) => code.parse().unwrap_or(2),
        // Files that nobody has written are not there.
        ("cat" | "test" | "ls", [.., path]) if path.starts_with("/tmp/") => 1,
        _ => 0,
    }
}
