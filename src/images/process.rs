//! A container's main process: how it was started, what it holds open, what it has said.

use super::catalog::{Flavour, Image, Term, find, split};
use super::command::{self, Life};
use super::documents;
use super::script::{Machine, Pause, Script};
use super::servers::{self, Server};
use super::variables::Variables;
use crate::api::service::Protocol;
use crate::api::{Instant, Word};
use crate::dns::Cache;
use crate::net::{Answer, Message, Request, Trace};
use std::collections::BTreeMap;
use std::time::Duration;

/// Lines of a log that are kept.
const LONGEST_LOG: usize = 20_000;

/// What a container is started with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Launch {
    /// The image as the pod names it.
    pub image: Word,
    /// Replaces the image's entry point.
    pub command: Vec<String>,
    /// Replaces the image's arguments.
    pub args: Vec<String>,
    /// The environment, expanded.
    pub env: Variables,
    /// Whether its pod is to end: it is not started again when it has done its work.
    pub ends: bool,
    /// Whether its standard input is kept open.
    pub stdin: bool,
    /// The ports the container declares.
    pub declared: Vec<(u16, Protocol)>,
    /// The pod.
    pub pod: Word,
    /// The pod's host name.
    pub hostname: Word,
    /// The pod's address.
    pub ip: Word,
    /// The namespace it runs in.
    pub namespace: Word,
    /// Where volumes are mounted.
    pub mounts: Vec<String>,
    /// What volumes put into it, by path.
    pub files: BTreeMap<String, String>,
}

/// A port a process listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// Whether it is bound to 127.0.0.1 only.
    pub loopback: bool,
}

/// A line of a container's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub at: Instant,
    /// The text.
    pub text: String,
}

/// A running process.
#[derive(Clone, Debug)]
pub struct Process {
    pub(super) launch: Launch,
    pub(super) image: &'static Image,
    pub(super) server: Server,
    pub(super) tag: String,
    /// What it listens on.
    pub ports: Vec<Port>,
    /// How long it lives.
    pub life: Life,
    /// What it has written.
    pub log: Vec<Line>,
    /// The answers a name server keeps; they go with the process.
    pub names: Cache,
    pub(super) calls: u32,
    pub(super) healthy: bool,
    pub(super) started: Instant,
    /// Files that volumes, its script or somebody in it wrote, by path.
    pub files: BTreeMap<String, String>,
    script: Option<Script>,
    term: Term,
}

impl Process {
    /// Starts an image; `None` if there is none of that name.
    pub fn start(launch: Launch, now: Instant) -> Option<Self> {
        let image = find(&launch.image)?;
        let tag = split(&launch.image).1.unwrap_or("latest").to_owned();
        let plan = command::plan(image, &launch);
        let mut process = Self {
            image,
            server: plan.server,
            tag,
            ports: plan.ports,
            life: plan.life,
            log: Vec::new(),
            names: Cache::default(),
            calls: 0,
            healthy: true,
            started: now,
            files: launch.files.clone(),
            script: plan.script,
            term: if plan.ignores_term { Term::Ignored } else { image.term },
            launch,
        };
        if let Some((path, text)) = documents::own(&process) {
            process.files.insert(path, text.to_owned());
        }
        for text in plan.says.into_iter().chain(servers::greeting(process.server).map(str::to_owned)) {
            process.say(now, text);
        }
        Some(process)
    }

    /// Lets its script go on to where it has to wait; `network` sends what it asks.
    pub fn go_on(&mut self, now: Instant, network: &mut dyn FnMut(Request) -> Trace) {
        let Some(mut script) = self.script.take() else { return };
        let mut out = Vec::new();
        let life = loop {
            let image = self.image;
            let has = |name: &str| image.has(name) || !image.is_known();
            let mut machine = Machine {
                launch: &self.launch,
                now,
                files: &mut self.files,
                out: &mut out,
                network: Some(network),
                has: &has,
                busybox: image.flavour != Flavour::Debian,
                depth: 0,
            };
            match script.go_on(&mut machine) {
                Pause::For(after) => break Life::Pauses { after },
                Pause::Ended(code) => break Life::Ends { after: Duration::ZERO, code },
                Pause::Becomes(words, background) => match command::becomes(image, &self.launch, &words) {
                    Some(plan) => {
                        self.server = plan.server;
                        self.ports = plan.ports;
                        out.extend(servers::greeting(self.server).map(str::to_owned));
                        if !background {
                            self.term = if plan.ignores_term { self.term } else { image.term };
                            break Life::Forever;
                        }
                    }
                    None => {
                        out.push(format!("(not simulated in a container's own command: {})", words.join(" ")))
                    }
                },
            }
        };
        if script.handles_term {
            self.term = Term::Ends(Duration::from_millis(100), 143);
        }
        self.life = life;
        self.script = Some(script);
        for text in out {
            self.say(now, text);
        }
    }

    /// What it was started with.
    pub fn launch(&self) -> &Launch {
        &self.launch
    }

    /// The image it runs.
    pub fn image(&self) -> &'static Image {
        self.image
    }

    /// How long it takes to end on TERM, and its exit code; `None` if only KILL ends it.
    pub fn on_term(&self) -> Option<(Duration, i32)> {
        match self.term {
            Term::Ends(after, code) => Some((after, code)),
            Term::Ignored => None,
        }
    }

    /// Whether it answers DNS questions from the cluster's own records.
    pub fn is_name_server(&self) -> bool {
        self.server == Server::CoreDns
    }

    /// Answers a message on one of its ports.
    pub fn serve(
        &mut self,
        now: Instant,
        port: u16,
        message: &Message<'_>,
        calls: &[Trace],
        dice: u32,
    ) -> Answer {
        match message {
            Message::Http(request, from) => servers::http(self, now, port, (request, *from), calls, dice),
            Message::Dns(_) => Answer::Nothing,
        }
    }

    /// The exit code of a command run in its container and what it printed, as far as probes use commands.
    pub fn exec(&self, command: &[String]) -> (i32, String) {
        command::exec(self, command)
    }

    pub(super) fn say(&mut self, at: Instant, text: impl Into<String>) {
        // As the kubelet turns a log over that has become too long.
        if self.log.len() >= LONGEST_LOG {
            self.log.drain(..LONGEST_LOG / 2);
        }
        self.log.push(Line { at, text: text.into() });
    }

    pub(super) fn env(&self, key: &str) -> Option<&str> {
        self.launch.env.get(key)
    }
}
