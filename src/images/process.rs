//! A container's main process: how it was started, what it holds open, what it has said.

use super::catalog::{Image, Term, find, split};
use super::command::{self, Life};
use super::servers::{self, Server};
use super::variables::Variables;
use crate::api::service::Protocol;
use crate::api::{Instant, Word};
use crate::dns::Cache;
use crate::net::{Answer, Message, Trace};
use std::time::Duration;

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
            term: if plan.ignores_term { Term::Ignored } else { image.term },
            launch,
        };
        for text in plan.says.into_iter().chain(servers::greeting(process.server).map(str::to_owned)) {
            process.say(now, text);
        }
        Some(process)
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

    /// The exit code of a command run in its container, as far as probes use commands.
    pub fn exec(&self, command: &[String]) -> i32 {
        command::exec(self, command)
    }

    pub(super) fn say(&mut self, at: Instant, text: impl Into<String>) {
        self.log.push(Line { at, text: text.into() });
    }

    pub(super) fn env(&self, key: &str) -> Option<&str> {
        self.launch.env.get(key)
    }
}
