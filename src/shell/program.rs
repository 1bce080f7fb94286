//! What a program of the shell is, and what it may touch.

use super::files::{Files, absolute};
use crate::api::{Instant, Key};
use crate::cluster::Cluster;
use crate::net::Trace;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;

/// An exit status: 0 for success, 130 after Ctrl-C.
pub type Exit = i32;

/// Where a program runs, which decides the network it sees, its files and the tools it finds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The learner's own machine.
    Workstation,
    /// A container of a pod.
    Container {
        /// The pod.
        pod: Key,
        /// The pod's uid: a pod of the same name created later has files of its own.
        uid: String,
        /// The container's name.
        container: String,
    },
    /// A node (`ssh`, `docker exec`).
    Node(String),
}

/// What a program waits for before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Virtual time.
    At(Instant),
    /// Any write to the store, or virtual time.
    ChangeOr(Instant),
    /// Bytes on standard input, or its end.
    Input,
    /// Nothing but Ctrl-C.
    Never,
    /// Its budget of steps is used up; it can go on at once.
    Yield,
}

impl Wake {
    /// The instant this waits for, if it waits for one.
    pub fn instant(self) -> Option<Instant> {
        match self {
            Self::At(at) | Self::ChangeOr(at) => Some(at),
            Self::Input | Self::Never | Self::Yield => None,
        }
    }

    /// What two things that run side by side wait for together.
    pub fn either(self, other: Wake) -> Wake {
        match (self, other) {
            (Self::Yield, _) | (_, Self::Yield) => Self::Yield,
            (Self::Never, wake) | (wake, Self::Never) => wake,
            (Self::Input, wake) | (wake, Self::Input) => wake,
            (Self::At(a), Self::At(b)) => Self::At(a.min(b)),
            (Self::At(a) | Self::ChangeOr(a), Self::At(b) | Self::ChangeOr(b)) => Self::ChangeOr(a.min(b)),
        }
    }
}

/// What a poll comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// It has ended.
    Done(Exit),
    /// It goes on later.
    Wait(Wake),
}

/// Standard input: what has arrived, and whether more can come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// What has arrived and was not read yet.
    pub data: String,
    /// Whether its end was reached.
    pub closed: bool,
}

impl Input {
    /// An input that holds a text and no more.
    pub fn closed(data: impl Into<String>) -> Self {
        Self { data: data.into(), closed: true }
    }

    /// Takes all that has arrived.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.data)
    }

    /// Takes a line without its end, if a whole one has arrived or no more can come.
    pub fn line(&mut self) -> Option<String> {
        match self.data.find('\n') {
            Some(end) => {
                let line = self.data[..end].to_owned();
                self.data.drain(..=end);
                Some(line)
            }
            None if self.closed && !self.data.is_empty() => Some(self.take()),
            None => None,
        }
    }
}

/// A port of the workstation that leads into a pod (`kubectl port-forward`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The pod.
    pub pod: Key,
    /// The pod's uid: a forward dies with its pod.
    pub uid: String,
    /// The port inside the pod.
    pub port: u16,
    /// Connections made through it that its program has not reported yet.
    pub connections: usize,
    /// Set when the pod was found gone: the program that holds it says so.
    pub lost: bool,
}

/// What all programs of a session share besides the cluster.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The files of every place.
    pub disks: BTreeMap<Place, Files>,
    /// The files of containers' processes as they were when their disks were last compared with them.
    pub followed: BTreeMap<Place, BTreeMap<String, String>>,
    /// Ports of the workstation that lead into pods.
    pub forwards: BTreeMap<u16, Forward>,
    /// Ports of the workstation where the API answers (`kubectl proxy`).
    pub proxies: std::collections::BTreeSet<u16>,
    /// The requests sent so far by the command that runs.
    pub traces: Vec<Trace>,
    /// What the fields of the API mean, once somebody has brought it.
    pub told: Option<Rc<str>>,
    /// Whether a program waits for that.
    pub wants_descriptions: bool,
    /// How many programs that tell their number have been started.
    pub started: u32,
}

impl World {
    /// The number of the process that was started last; small ones belong to the system.
    pub fn process(&self) -> u32 {
        2_000 + self.started
    }

    /// What the fields of the API mean, if it is here. A native program carries it; a page is half as
    /// large without and fetches it.
    pub fn descriptions(&self) -> Option<Rc<str>> {
        #[cfg(not(target_arch = "wasm32"))]
        let carried = Some(include_str!("../../static/descriptions.json").into());
        #[cfg(target_arch = "wasm32")]
        let carried = None;
        self.told.clone().or(carried)
    }
}

/// What a program may touch while it is polled.
pub struct Ctx<'a> {
    /// The cluster.
    pub cluster: &'a mut Cluster,
    /// What programs share.
    pub world: &'a mut World,
    /// Where it runs.
    pub place: &'a Place,
    /// The directory it was started in.
    pub cwd: &'a str,
    /// Its environment.
    pub env: &'a BTreeMap<String, String>,
    /// Its standard input.
    pub stdin: &'a mut Input,
    /// Its standard output.
    pub stdout: &'a mut String,
    /// Its standard error.
    pub stderr: &'a mut String,
    /// Set once Ctrl-C was pressed; the program should end with 130.
    pub interrupted: bool,
    /// Whether its output is a terminal.
    pub tty: bool,
    /// Steps that may still be made in this poll.
    pub budget: &'a mut u32,
}

impl Ctx<'_> {
    /// The files of the place.
    pub fn files(&mut self) -> &mut Files {
        super::disk::follow(self.cluster, self.world, self.place);
        let begin = || super::disk::begin(self.cluster, self.place);
        self.world.disks.entry(self.place.clone()).or_insert_with(begin)
    }

    /// The text of a file, its path as seen from here.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub fn read(&mut self, path: &str) -> Result<String, super::files::FileError> {
        let path = absolute(self.cwd, path);
        self.files().read(&path).map(str::to_owned)
    }

    /// The same with other streams.
    pub fn with<'b>(
        &'b mut self,
        stdin: &'b mut Input,
        stdout: &'b mut String,
        stderr: &'b mut String,
    ) -> Ctx<'b> {
        Ctx {
            cluster: self.cluster,
            world: self.world,
            place: self.place,
            cwd: self.cwd,
            env: self.env,
            stdin,
            stdout,
            stderr,
            interrupted: self.interrupted,
            tty: self.tty,
            budget: self.budget,
        }
    }

    /// The same for a program that was started elsewhere, with another environment.
    pub fn within<'b>(&'b mut self, cwd: &'b str, env: &'b BTreeMap<String, String>) -> Ctx<'b> {
        Ctx {
            cluster: self.cluster,
            world: self.world,
            place: self.place,
            cwd,
            env,
            stdin: self.stdin,
            stdout: self.stdout,
            stderr: self.stderr,
            interrupted: self.interrupted,
            tty: self.tty,
            budget: self.budget,
        }
    }

    /// Counts a step; false when the budget of this poll is used up.
    pub fn step(&mut self) -> bool {
        *self.budget = self.budget.saturating_sub(1);
        *self.budget > 0
    }

    /// Prints a line on standard error.
    pub fn complain(&mut self, line: impl AsRef<str>) {
        self.stderr.push_str(line.as_ref());
        self.stderr.push('\n');
    }

    /// Prints a line on standard output.
    pub fn say(&mut self, line: impl AsRef<str>) {
        self.stdout.push_str(line.as_ref());
        self.stdout.push('\n');
    }
}

/// A program: polled until it is done.
pub trait Program {
    /// Goes on as far as it can without waiting.
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll;

    /// A copy in the same state: sessions are cloned for previews and undo.
    fn boxed_clone(&self) -> Box<dyn Program>;
}

/// What runs, not its state: no page needs to carry how each of a hundred programs would be written out.
impl Debug for dyn Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Program")
    }
}

impl Clone for Box<dyn Program> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}

/// What a program does that needs one poll only: its arguments, its name first, to its status.
pub type Act = fn(&[String], &mut Ctx<'_>) -> Exit;

/// A program that does all it does in one poll, once its input has ended if it reads any.
#[derive(Clone, Debug)]
pub struct Once {
    /// What it does.
    pub act: Act,
    /// Its arguments, its name first.
    pub args: Vec<String>,
    /// Whether it waits for all of its input.
    pub reads: bool,
}

impl Program for Once {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        if self.reads && !ctx.stdin.closed {
            return Poll::Wait(Wake::Input);
        }
        Poll::Done((self.act)(&self.args, ctx))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
