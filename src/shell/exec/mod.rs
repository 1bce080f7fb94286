//! Runs the tree of a script as a state machine: polled, cloneable, interruptible.
//!
//! Each run below holds where it is in the tree and the run of the part being executed. A poll goes
//! down to the command that is running, and up again with its status. Nothing here waits.

mod command;
mod routes;
mod running;

use super::jobs;
use super::line::{AndOr, Op, Pipeline, Script};
use super::program::{Ctx, Exit, Input, Poll, Wake};
use super::programs;
use super::scope::{Flow, Scope};
use command::{CommandRun, State};
use routes::Routes;
use std::collections::BTreeMap;

/// How deep functions and substitutions may call each other.
const DEEPEST: usize = 40;

/// A list being run.
#[derive(Clone, Debug)]
pub struct ListRun {
    script: Script,
    at: usize,
    current: Option<Box<AndOrRun>>,
    depth: usize,
}

/// `a && b || c` being run.
#[derive(Clone, Debug)]
pub struct AndOrRun {
    script: Script,
    item: usize,
    next: usize,
    pipeline: Option<PipelineRun>,
    depth: usize,
}

/// A job in the background.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number.
    pub id: usize,
    /// Its text.
    pub text: String,
    /// What runs.
    pub run: AndOrRun,
    /// The shell it runs in.
    pub scope: Box<Scope>,
    /// Its status, once it has ended.
    pub done: Option<Exit>,
    /// Set by `kill`.
    pub killed: bool,
}

#[derive(Clone, Debug)]
struct PipelineRun {
    stages: Vec<Stage>,
    started: crate::api::Instant,
}

#[derive(Clone, Debug)]
struct Stage {
    run: CommandRun,
    /// Its own shell, where it is one of several.
    scope: Option<Box<Scope>>,
    input: Input,
    exit: Option<Exit>,
}

impl ListRun {
    /// A script, not yet begun.
    pub fn new(script: Script) -> Self {
        Self::at_depth(script, 0)
    }

    fn at_depth(script: Script, depth: usize) -> Self {
        Self { script, at: 0, current: None, depth }
    }

    /// Goes on as far as it can.
    pub fn poll(&mut self, scope: &mut Scope, ctx: &mut Ctx<'_>) -> Poll {
        loop {
            if scope.flow.is_some() {
                return Poll::Done(scope.status);
            }
            let Some(item) = self.script.get(self.at) else { return Poll::Done(scope.status) };
            if item.background {
                self.at += 1;
                let run = AndOrRun::new(self.script.clone(), self.at - 1, self.depth);
                jobs::start_job(scope, ctx, run, &item.list.text);
                continue;
            }
            let run = self
                .current
                .get_or_insert_with(|| Box::new(AndOrRun::new(self.script.clone(), self.at, self.depth)));
            match run.poll(scope, ctx) {
                Poll::Wait(wake) => return Poll::Wait(wake),
                Poll::Done(status) => {
                    scope.status = status;
                    self.current = None;
                    self.at += 1;
                    let plain = item.list.rest.is_empty() && !item.list.first.negated;
                    if scope.errexit && status != 0 && plain && scope.flow.is_none() {
                        scope.flow = Some(Flow::Exit(status));
                    }
                    if ctx.interrupted {
                        scope.flow = Some(Flow::Exit(130));
                        scope.status = 130;
                    }
                }
            }
            if !ctx.step() {
                return Poll::Wait(Wake::Yield);
            }
        }
    }
}

impl AndOrRun {
    fn new(script: Script, item: usize, depth: usize) -> Self {
        Self { script, item, next: 0, pipeline: None, depth }
    }

    fn list(&self) -> &AndOr {
        &self.script[self.item].list
    }

    fn pipeline_at(&self, index: usize) -> Option<&Pipeline> {
        match index {
            0 => Some(&self.list().first),
            _ => self.list().rest.get(index - 1).map(|(_, pipeline)| pipeline),
        }
    }

    /// Goes on as far as it can.
    pub fn poll(&mut self, scope: &mut Scope, ctx: &mut Ctx<'_>) -> Poll {
        let script = self.script.clone();
        loop {
            let Some(pipeline) = self.pipeline_at(self.next) else { return Poll::Done(scope.status) };
            let runs = match self.next.checked_sub(1).map(|index| self.list().rest[index].0) {
                None => true,
                Some(Op::And) => scope.status == 0,
                Some(Op::Or) => scope.status != 0,
            };
            if !runs && self.pipeline.is_none() {
                self.next += 1;
                continue;
            }
            let negated = pipeline.negated;
            let depth = self.depth;
            let run = self.pipeline.get_or_insert_with(|| {
                // The item is the script's own, so the borrow of `self` ends here.
                let list = &script[self.item].list;
                let pipeline = if self.next == 0 { &list.first } else { &list.rest[self.next - 1].1 };
                PipelineRun::new(pipeline, scope, ctx.cluster.now(), depth)
            });
            let list = &script[self.item].list;
            let pipeline = if self.next == 0 { &list.first } else { &list.rest[self.next - 1].1 };
            match run.poll(pipeline, scope, ctx) {
                Poll::Wait(wake) => return Poll::Wait(wake),
                Poll::Done(status) => {
                    scope.status = if negated { Exit::from(status == 0) } else { status };
                    self.pipeline = None;
                    self.next += 1;
                    if scope.flow.is_some() || ctx.interrupted {
                        return Poll::Done(scope.status);
                    }
                }
            }
        }
    }
}

impl PipelineRun {
    fn new(pipeline: &Pipeline, scope: &Scope, now: crate::api::Instant, depth: usize) -> Self {
        let several = pipeline.commands.len() > 1;
        let stages = pipeline.commands.iter().map(|_| Stage {
            run: CommandRun { state: State::Start, redirects: Routes::default(), depth },
            scope: several.then(|| Box::new(scope.subshell())),
            input: Input::default(),
            exit: None,
        });
        Self { stages: stages.collect(), started: now }
    }

    /// Polls every stage once. The pipeline ends with its last stage: writers still going have no
    /// reader then, and are ended as by SIGPIPE.
    fn poll(&mut self, pipeline: &Pipeline, scope: &mut Scope, ctx: &mut Ctx<'_>) -> Poll {
        let last = self.stages.len() - 1;
        let mut wake = Wake::Never;
        for index in 0..=last {
            let (before, rest) = self.stages.split_at_mut(index + 1);
            let stage = &mut before[index];
            if stage.exit.is_some() {
                continue;
            }
            let mut out = String::new();
            let mut err = String::new();
            let mut outer = std::mem::take(ctx.stdin);
            let tty = ctx.tty && index == last;
            let poll = {
                let input = if index == 0 { &mut outer } else { &mut stage.input };
                let mut inner = ctx.with(input, &mut out, &mut err);
                inner.tty = tty;
                let scope = stage.scope.as_deref_mut().unwrap_or(scope);
                stage.run.poll(&pipeline.commands[index], scope, &mut inner)
            };
            *ctx.stdin = outer;
            ctx.stderr.push_str(&err);
            match rest.first_mut() {
                // Nobody reads any more: the writer is ended by SIGPIPE.
                Some(next) if next.exit.is_some() => {
                    if !out.is_empty() {
                        stage.exit = Some(141);
                        continue;
                    }
                }
                Some(next) => next.input.data += &out,
                None => ctx.stdout.push_str(&out),
            }
            match poll {
                Poll::Wait(own) => wake = wake.either(own),
                Poll::Done(status) => {
                    stage.exit = Some(status);
                    if let Some(next) = rest.first_mut() {
                        next.input.closed = true;
                    }
                }
            }
        }
        let Some(mut status) = self.stages[last].exit else { return Poll::Wait(wake) };
        if scope.pipefail {
            // A writer whose reader has gone is ended by SIGPIPE.
            let failed = self.stages.iter().map(|stage| stage.exit.unwrap_or(141)).rfind(|exit| *exit != 0);
            status = failed.unwrap_or(0);
        }
        if pipeline.timed {
            let took = ctx.cluster.now().since(self.started);
            let (minutes, seconds) = (took.as_secs() / 60, took.as_secs_f64() % 60.0);
            ctx.complain(match programs::is_busybox(ctx.cluster, ctx.place) {
                true => format!("real\t{minutes}m {seconds:.2}s\nuser\t0m 0.00s\nsys\t0m 0.00s"),
                false => format!("\nreal\t{minutes}m{seconds:.3}s\nuser\t0m0.000s\nsys\t0m0.000s"),
            });
        }
        Poll::Done(status)
    }
}

impl Scope {
    /// A copy for a subshell: the same variables, no jobs.
    pub fn subshell(&self) -> Scope {
        Scope { jobs: Vec::new(), flow: None, traps: BTreeMap::new(), ..self.clone() }
    }

    /// The status of a shell that has run to its end, `exit` taken into account.
    pub fn end(&mut self) -> Exit {
        let status = match self.flow.take() {
            Some(Flow::Exit(status) | Flow::Return(status)) => status,
            _ => self.left.unwrap_or(self.status),
        };
        self.left = None;
        status
    }

    /// What is still to be run before the shell ends: the commands of `trap … EXIT`, once.
    pub fn last_words(&mut self) -> Option<Script> {
        let script = super::line::parse(&self.traps.remove("EXIT")?).ok()?;
        // Their own status is not the shell's.
        self.left = Some(self.end());
        Some(script)
    }

    /// Whether `break` or `continue` or worse ends the loop whose body has just ended.
    fn loop_ends(&mut self) -> bool {
        match self.flow {
            None => false,
            Some(Flow::Continue(1)) => {
                self.flow = None;
                false
            }
            Some(Flow::Break(1)) => {
                self.flow = None;
                true
            }
            Some(Flow::Break(levels)) => {
                self.flow = Some(Flow::Break(levels - 1));
                true
            }
            Some(Flow::Continue(levels)) => {
                self.flow = Some(Flow::Continue(levels - 1));
                true
            }
            Some(Flow::Return(_) | Flow::Exit(_)) => true,
        }
    }
}
