//! A session: a cluster, files, terminals, and the log of what a person did.
//!
//! The same profile, files, seed and log give the same bytes: undo, share links and recovery replay
//! the log. Nothing here reads a clock; every input happens at the cluster's virtual instant.

use super::complete::Completion;
use super::disk;
use super::files::Files;
use super::program::{Place, Wake, World};
use super::terminal::Terminal;
use super::visit;
use crate::api::Instant;
use crate::cluster::{Cluster, Fault, Profile};
use crate::net::{Request, Trace};
use std::rc::Rc;

/// How often terminals are polled at one instant before time goes on: an endless loop must not stop it.
const ROUNDS: usize = 64;
/// How many traces are kept for the eye.
const TRACES: usize = 200;

/// The home of the person at the workstation.
pub const HOME: &str = "/home/you";

/// What a person can do.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Enter a line into a terminal.
    Line {
        /// Which terminal.
        terminal: usize,
        /// The line.
        text: String,
    },
    /// Press Ctrl-C in a terminal.
    Interrupt {
        /// Which terminal.
        terminal: usize,
    },
    /// Forget what a terminal printed.
    Clear {
        /// Which terminal.
        terminal: usize,
    },
    /// Open another terminal.
    Open,
    /// Save a file of the workstation.
    Save {
        /// Its absolute path.
        path: String,
        /// Its text.
        text: String,
    },
    /// Delete a file of the workstation.
    Delete {
        /// Its absolute path.
        path: String,
    },
    /// Save a file, if its text changed, and enter the line that applies it: one step, also for undo.
    Apply {
        /// The file's absolute path.
        path: String,
        /// Its new text.
        text: Option<String>,
        /// The terminal the line is entered into.
        terminal: usize,
        /// The line.
        line: String,
    },
    /// Play a fault, or end it.
    Fault(Fault),
    /// Send a request.
    Send(Request),
    /// Open an address in the browser.
    Visit {
        /// `GET` or `POST`.
        method: String,
        /// The address.
        url: String,
    },
}

/// Where a session begins.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The cluster's setting.
    pub profile: Profile,
    /// What all random choices follow from.
    pub seed: u64,
    /// The files of the workstation, by absolute path.
    pub files: Vec<(String, String)>,
    /// The directory the terminals start in.
    pub cwd: String,
}

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    beginning: Rc<Beginning>,
    cluster: Cluster,
    world: World,
    terminals: Vec<Terminal>,
    log: Vec<(Instant, Act)>,
    traces: Vec<Rc<Trace>>,
    sent: u64,
}

impl Session {
    /// A new session.
    pub fn new(beginning: Beginning) -> Self {
        let mut files = Files::default();
        files.make_all(HOME);
        files.make_all(&beginning.cwd);
        files.make_all("/tmp");
        for (path, text) in &beginning.files {
            files.place(path, text.clone());
        }
        let mut world = World::default();
        world.disks.insert(Place::Workstation, files);
        let cluster = Cluster::new(beginning.profile.clone(), beginning.seed);
        let terminals = vec![terminal(&beginning.cwd)];
        Self {
            beginning: Rc::new(beginning),
            cluster,
            world,
            terminals,
            log: Vec::new(),
            traces: Vec::new(),
            sent: 0,
        }
    }

    /// A session in which a log has happened again.
    pub fn replay(beginning: Beginning, log: &[(Instant, Act)]) -> Self {
        let mut session = Self::new(beginning);
        for (at, act) in log {
            session.advance(*at);
            session.act(act.clone());
        }
        session
    }

    /// Where it began.
    pub fn beginning(&self) -> &Beginning {
        &self.beginning
    }

    /// What was done, and when.
    pub fn log(&self) -> &[(Instant, Act)] {
        &self.log
    }

    /// The cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.cluster.now()
    }

    /// The files of the workstation.
    pub fn files(&self) -> &Files {
        static NONE: std::sync::LazyLock<Files> = std::sync::LazyLock::new(Files::default);
        self.world.disks.get(&Place::Workstation).unwrap_or(&NONE)
    }

    /// The terminals.
    pub fn terminals(&self) -> &[Terminal] {
        &self.terminals
    }

    /// What Tab offers in a terminal for a line being typed, the cursor counted in characters.
    pub fn complete(&self, terminal: usize, line: &str, cursor: usize) -> Completion {
        let terminal = self.terminals.get(terminal);
        terminal.map(|t| t.complete(&self.cluster, &self.world, line, cursor)).unwrap_or_default()
    }

    /// Whether a program waits for `descriptions.json`: whoever holds the session fetches it then.
    pub fn wants_descriptions(&self) -> bool {
        self.world.wants_descriptions && self.world.told.is_none()
    }

    /// Brings the text of `descriptions.json`; empty if it cannot be had.
    pub fn describe(&mut self, text: &str) {
        self.world.told = Some(text.into());
    }

    /// Forgets what a terminal printed, and leaves nothing of that in the log.
    pub fn clear(&mut self, terminal: usize) {
        if let Some(terminal) = self.terminals.get_mut(terminal) {
            terminal.clear();
        }
    }

    /// The latest requests, oldest first.
    pub fn traces(&self) -> &[Rc<Trace>] {
        &self.traces
    }

    /// How many requests were sent in all: tells whether there are new ones.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether any terminal runs a command.
    pub fn is_busy(&self) -> bool {
        self.terminals.iter().any(Terminal::is_busy)
    }

    /// When something will happen by itself, if anything is due.
    pub fn next_event(&self) -> Option<Instant> {
        self.cluster.next_event().into_iter().chain(self.next_wake()).min()
    }

    /// When a command that waits for time goes on.
    pub fn next_wake(&self) -> Option<Instant> {
        self.terminals.iter().filter_map(|terminal| terminal.wake().instant()).min()
    }

    /// Does something now. What a person sees of it may come later.
    pub fn act(&mut self, act: Act) {
        self.log.push((self.now(), act.clone()));
        match act {
            Act::Line { terminal, text } => {
                if let Some(terminal) = self.terminals.get_mut(terminal) {
                    terminal.enter(&text);
                }
            }
            Act::Interrupt { terminal } => {
                if let Some(terminal) = self.terminals.get_mut(terminal) {
                    terminal.interrupt();
                }
            }
            Act::Clear { terminal } => self.clear(terminal),
            Act::Open => self.terminals.push(terminal(&self.beginning.cwd)),
            Act::Save { path, text } => self.disk().place(&path, text),
            Act::Delete { path } => {
                // A file that is not there is as good as deleted.
                let _ = self.disk().remove(&path, false);
            }
            Act::Apply { path, text, terminal, line } => {
                if let Some(text) = text {
                    self.disk().place(&path, text);
                }
                if let Some(terminal) = self.terminals.get_mut(terminal) {
                    terminal.enter(&line);
                }
            }
            Act::Fault(fault) => {
                // What it could befall may be gone by now.
                self.cluster.inject(&fault);
            }
            Act::Send(request) => {
                let trace = visit::send(&mut self.cluster, &mut self.world, &request);
                self.keep(trace);
            }
            Act::Visit { method, url } => {
                if let Some(request) = visit::request(&method, &url) {
                    let trace = visit::send(&mut self.cluster, &mut self.world, &request);
                    self.keep(trace);
                }
            }
        }
        self.settle();
    }

    /// Lets virtual time pass up to and including `to`.
    pub fn advance(&mut self, to: Instant) {
        self.settle();
        while let Some(next) = self.next_event().filter(|next| *next <= to) {
            self.cluster.advance(next.max(self.now()));
            self.settle();
        }
        self.cluster.advance(to);
        self.settle();
    }

    /// Lets terminals go on until all of them wait.
    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            let mut any = false;
            for terminal in &mut self.terminals {
                any |= terminal.poll(&mut self.cluster, &mut self.world);
            }
            for trace in std::mem::take(&mut self.world.traces) {
                self.keep(trace);
            }
            if !any {
                return;
            }
            disk::follow_all(&mut self.cluster, &mut self.world);
        }
    }

    fn disk(&mut self) -> &mut Files {
        self.world.disks.entry(Place::Workstation).or_default()
    }

    fn keep(&mut self, trace: Trace) {
        self.sent += 1;
        self.traces.push(Rc::new(trace));
        if self.traces.len() > TRACES {
            self.traces.remove(0);
        }
    }

    /// Whether a terminal waits for nothing but a person: more input, or Ctrl-C.
    pub fn is_stuck(&self, terminal: usize) -> bool {
        self.terminals
            .get(terminal)
            .is_some_and(|t| t.is_busy() && matches!(t.wake(), Wake::Never | Wake::Input))
    }
}

fn terminal(cwd: &str) -> Terminal {
    let variables =
        [("HOME", HOME), ("USER", "you"), ("CDPATH", ".:~/kiamol"), ("PATH", "/usr/local/bin:/usr/bin:/bin")];
    Terminal::new(cwd, &variables)
}
