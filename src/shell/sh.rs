//! `sh` as a program: a script of its own, or a conversation at a prompt.

use super::exec::ListRun;
use super::files::absolute;
use super::jobs::poll_jobs;
use super::line::{self, SyntaxError};
use super::program::{Ctx, Exit, Place, Poll, Program, Wake};
use super::scope::Scope;
use crate::api::Gathered;

/// A shell.
#[derive(Clone, Debug)]
pub struct Sh {
    args: Vec<String>,
    scope: Scope,
    list: Option<ListRun>,
    partial: String,
    begun: bool,
    prompted: bool,
}

impl Sh {
    /// A shell of `sh [-c SCRIPT | FILE] [ARGUMENTS]`.
    pub fn new(args: Vec<String>) -> Self {
        Self {
            args,
            scope: Scope::default(),
            list: None,
            partial: String::new(),
            begun: false,
            prompted: false,
        }
    }

    /// Sets the shell up; a status if it ends at once.
    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Option<Exit> {
        let shell = if self.args[0].ends_with("bash") { "bash" } else { "sh" };
        self.scope.shell = shell.to_owned();
        self.scope.cwd = ctx.cwd.to_owned();
        self.scope.variables = ctx.env.clone();
        self.scope.exported = ctx.env.keys().cloned().into_set();
        let mut words = self.args[1..].iter();
        let mut command = false;
        let mut operands: Vec<String> = Vec::new();
        for word in words.by_ref() {
            match word.strip_prefix(['-', '+']) {
                Some(flags) if operands.is_empty() && !flags.is_empty() => {
                    command |= flags.contains('c');
                    self.scope.errexit |= flags.contains('e');
                    self.scope.xtrace |= flags.contains('x');
                    self.scope.nounset |= flags.contains('u');
                }
                _ => operands.push(word.clone()),
            }
        }
        let text = if command {
            let Some(text) = operands.first().cloned() else {
                ctx.complain(format!("{shell}: -c: option requires an argument"));
                return Some(2);
            };
            operands.remove(0);
            text
        } else if let Some(file) = operands.first() {
            let path = absolute(ctx.cwd, file);
            match ctx.files().read(&path).map(str::to_owned) {
                Ok(text) => text,
                Err(error) => {
                    ctx.complain(format!("{shell}: {file}: {error}"));
                    return Some(127);
                }
            }
        } else {
            self.scope.arguments = vec![shell.to_owned()];
            return None;
        };
        self.scope.arguments = if operands.is_empty() { vec![shell.to_owned()] } else { operands };
        match line::parse(&text) {
            Ok(script) => self.list = Some(ListRun::new(script)),
            Err(error) => {
                ctx.complain(format!("{shell}: {error}"));
                return Some(2);
            }
        }
        None
    }

    /// What is shown before a line of a conversation.
    fn prompt(&self, ctx: &Ctx<'_>) -> String {
        match ctx.place {
            _ if !self.partial.is_empty() => "> ".to_owned(),
            Place::Container { .. } => format!("{} # ", self.scope.cwd),
            Place::Node(node) => format!("root@{node}:{}# ", self.scope.cwd),
            Place::Workstation => "$ ".to_owned(),
        }
    }
}

impl Program for Sh {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if !self.begun {
            self.begun = true;
            if let Some(status) = self.begin(ctx) {
                return Poll::Done(status);
            }
            if self.list.is_none() && !ctx.tty {
                // A shell that reads its script from a pipe: the lines come as they come.
                self.prompted = true;
            }
        }
        let mut jobs = poll_jobs(&mut self.scope, ctx);
        loop {
            if let Some(list) = &mut self.list {
                let before = self.scope.jobs.len();
                match list.poll(&mut self.scope, ctx) {
                    Poll::Wait(wake) => {
                        if self.scope.jobs.len() > before {
                            // A job that was just put into the background begins at once.
                            jobs = poll_jobs(&mut self.scope, ctx);
                        }
                        return Poll::Wait(wake.either(jobs));
                    }
                    Poll::Done(_) => self.list = None,
                }
                let script = self.args.len() > 1 && !self.args[1..].iter().all(|arg| arg.starts_with('-'));
                if script || self.scope.flow.is_some() {
                    let interrupted = self.scope.traps.remove("INT").filter(|_| ctx.interrupted);
                    if let Some(script) = interrupted.and_then(|text| line::parse(&text).ok()) {
                        self.scope.flow = None;
                        self.list = Some(ListRun::new(script));
                        return Poll::Wait(Wake::Yield);
                    }
                    if let Some(script) = self.scope.last_words() {
                        self.list = Some(ListRun::new(script));
                        return Poll::Wait(Wake::Yield);
                    }
                    return Poll::Done(self.scope.end());
                }
                self.prompted = !ctx.tty;
                if ctx.interrupted {
                    return Poll::Wait(Wake::Input);
                }
            }
            if !self.prompted {
                self.prompted = true;
                let prompt = self.prompt(ctx);
                ctx.stdout.push_str(&prompt);
            }
            let Some(line) = ctx.stdin.line() else {
                return if ctx.stdin.closed { Poll::Done(self.scope.end()) } else { Poll::Wait(Wake::Input) };
            };
            self.partial += &line;
            match line::parse(&self.partial) {
                Ok(script) => {
                    self.partial.clear();
                    self.list = Some(ListRun::new(script));
                }
                Err(SyntaxError::Incomplete(_)) if !ctx.stdin.closed => {
                    self.partial.push('\n');
                    self.prompted = !ctx.tty;
                }
                Err(error) => {
                    self.partial.clear();
                    ctx.complain(format!("{}: {error}", self.scope.shell));
                    self.scope.status = 2;
                    self.prompted = !ctx.tty;
                }
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
