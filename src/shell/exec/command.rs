//! A command: its words are expanded, its streams opened, and what it is begins to run.

use super::routes::{Route, Routes, expand, scripts};
use super::{DEEPEST, ListRun};
use crate::shell::builtins::{self, Builtin};
use crate::shell::expand::Expander;
use crate::shell::line::{Command, CommandKind, Script};
use crate::shell::program::{Ctx, Exit, Input, Poll, Program};
use crate::shell::scope::{Flow, Scope, Unset};
use crate::shell::{arithmetic, condition, files, programs};

#[derive(Clone, Debug)]
pub(super) struct CommandRun {
    pub(super) state: State,
    pub(super) redirects: Routes,
    pub(super) depth: usize,
}

#[derive(Clone, Debug)]
pub(super) enum State {
    Start,
    Substituting { scripts: Vec<Script>, outputs: Vec<String>, current: Option<Box<Capture>> },
    Running(Running),
}

#[derive(Clone, Debug)]
pub(super) struct Capture {
    list: ListRun,
    scope: Box<Scope>,
    output: String,
}

#[derive(Clone, Debug)]
pub(super) enum Running {
    Program { program: Box<dyn Program>, env: std::collections::BTreeMap<String, String> },
    List(ListRun),
    Function { list: ListRun, arguments: Vec<String> },
    Subshell { list: ListRun, scope: Box<Scope> },
    If { branch: usize, condition: bool, list: ListRun },
    For { values: std::vec::IntoIter<String>, list: Option<ListRun> },
    While { condition: bool, list: ListRun, status: Exit },
    Read { names: Vec<String> },
    Wait,
}

impl CommandRun {
    pub(super) fn poll(&mut self, command: &Command, scope: &mut Scope, ctx: &mut Ctx<'_>) -> Poll {
        loop {
            match &mut self.state {
                State::Start => {
                    if self.depth > DEEPEST {
                        ctx.complain(format!("{}: maximum nesting level exceeded ({DEEPEST})", scope.shell));
                        scope.flow = Some(Flow::Exit(1));
                        return Poll::Done(1);
                    }
                    let scripts = scripts(command, scope);
                    self.state = State::Substituting { scripts, outputs: Vec::new(), current: None };
                }
                State::Substituting { scripts, outputs, current } => {
                    if let Some(capture) = current {
                        match capture.poll(ctx) {
                            Poll::Wait(wake) => return Poll::Wait(wake),
                            Poll::Done(status) => {
                                scope.status = status;
                                outputs.push(std::mem::take(&mut capture.output));
                                *current = None;
                            }
                        }
                    } else if let Some(script) = scripts.get(outputs.len()) {
                        let list = ListRun::at_depth(script.clone(), self.depth + 1);
                        let scope = Box::new(scope.subshell());
                        *current = Some(Box::new(Capture { list, scope, output: String::new() }));
                    } else {
                        let outputs = std::mem::take(outputs);
                        match self.begin(command, outputs, scope, ctx) {
                            Ok(running) => self.state = State::Running(running),
                            Err(status) => return Poll::Done(status),
                        }
                    }
                }
                State::Running(_) => return self.go_on(command, scope, ctx),
            }
        }
    }

    /// Polls what runs, its streams led where the redirections say.
    fn go_on(&mut self, command: &Command, scope: &mut Scope, ctx: &mut Ctx<'_>) -> Poll {
        let State::Running(running) = &mut self.state else { return Poll::Done(0) };
        let (mut out, mut err) = (String::new(), String::new());
        let mut outer = std::mem::take(ctx.stdin);
        let tty = ctx.tty && self.redirects.out == Route::Inherit;
        let poll = {
            let input = self.redirects.input.as_mut().unwrap_or(&mut outer);
            let mut inner = ctx.with(input, &mut out, &mut err);
            inner.tty = tty;
            running.poll(command, scope, &mut inner, self.depth)
        };
        *ctx.stdin = outer;
        self.redirects.deliver(ctx, &out, &err);
        poll
    }

    /// Expands a command and starts it; an error is its status, already complained of.
    fn begin(
        &mut self,
        command: &Command,
        outputs: Vec<String>,
        scope: &mut Scope,
        ctx: &mut Ctx<'_>,
    ) -> Result<Running, Exit> {
        let substituted = !outputs.is_empty();
        let snapshot = ctx.files().clone();
        let mut expander = Expander { scope, files: &snapshot, outputs: outputs.into_iter() };
        let expanded = expand(command, &mut expander);
        let (assignments, fields, targets) = match expanded {
            Ok(expanded) => expanded,
            Err(Unset(message)) => {
                // Nothing more of the line or the script is run.
                ctx.complain(format!("{}: {message}", scope.shell));
                scope.flow = Some(Flow::Exit(1));
                return Err(1);
            }
        };
        self.redirects = Routes::open(command, targets, scope, ctx)?;
        let depth = self.depth;
        let list = |script: &Script| ListRun::at_depth(script.clone(), depth + 1);
        Ok(match &command.kind {
            CommandKind::Simple { .. } if fields.is_empty() => {
                for (name, value) in assignments {
                    scope.set(&name, value);
                }
                return Err(if substituted { scope.status } else { 0 });
            }
            CommandKind::Simple { .. } => return self.simple(assignments, fields, scope, ctx),
            CommandKind::Group(script) => Running::List(list(script)),
            CommandKind::Subshell(script) => {
                Running::Subshell { list: list(script), scope: Box::new(scope.subshell()) }
            }
            CommandKind::If { branches, .. } => {
                Running::If { branch: 0, condition: true, list: list(&branches[0].0) }
            }
            CommandKind::For { words, .. } => {
                let values = match words {
                    Some(_) => fields,
                    None => scope.arguments.get(1..).unwrap_or_default().to_vec(),
                };
                scope.status = 0;
                Running::For { values: values.into_iter(), list: None }
            }
            CommandKind::While { condition, .. } => {
                Running::While { condition: true, list: list(condition), status: 0 }
            }
            CommandKind::Case { arms, .. } => {
                let word = fields.into_iter().next().unwrap_or_default();
                let mut expander = Expander { scope, files: &snapshot, outputs: Vec::new().into_iter() };
                let taken = arms.iter().find(|arm| {
                    arm.patterns.iter().any(|pattern| {
                        expander.pattern(pattern).is_ok_and(|pattern| files::matches_pattern(&pattern, &word))
                    })
                });
                match taken {
                    Some(arm) => Running::List(list(&arm.body)),
                    None => return Err(0),
                }
            }
            CommandKind::Arithmetic(_) => {
                let value = arithmetic::evaluate(&fields[0], scope);
                return Err(match value {
                    Ok(value) => Exit::from(value == 0),
                    Err(Unset(message)) => {
                        ctx.complain(format!("{}: ((: {message}", scope.shell));
                        1
                    }
                });
            }
            CommandKind::Test { question, .. } => {
                return Err(match condition::ask(question, &fields, scope, ctx) {
                    Ok(value) => Exit::from(!value),
                    Err(message) => {
                        ctx.complain(format!("{}: {message}", scope.shell));
                        2
                    }
                });
            }
            CommandKind::Function { name, body } => {
                scope.functions.insert(name.clone(), body.clone());
                return Err(0);
            }
        })
    }

    fn simple(
        &mut self,
        assignments: Vec<(String, String)>,
        mut fields: Vec<String>,
        scope: &mut Scope,
        ctx: &mut Ctx<'_>,
    ) -> Result<Running, Exit> {
        if let Some(alias) = scope.aliases.get(&fields[0]) {
            let words: Vec<String> = alias.split_whitespace().map(str::to_owned).collect();
            fields.splice(0..1, words);
        }
        if scope.xtrace {
            ctx.complain(format!("+ {}", fields.join(" ")));
        }
        if let Some(body) = scope.functions.get(&fields[0]) {
            let list = ListRun::at_depth(body.clone(), self.depth + 1);
            let arguments = std::mem::replace(&mut scope.arguments, fields);
            return Ok(Running::Function { list, arguments });
        }
        let mut env = scope.environment();
        if let Some(builtin) = builtins::find(&fields[0]) {
            for (name, value) in assignments {
                scope.set(&name, value);
            }
            let (mut out, mut err) = (String::new(), String::new());
            let mut outer = std::mem::take(ctx.stdin);
            let begun = {
                let input = self.redirects.input.as_mut().unwrap_or(&mut outer);
                builtin(scope, &fields, &mut ctx.with(input, &mut out, &mut err))
            };
            *ctx.stdin = outer;
            self.redirects.deliver(ctx, &out, &err);
            return match begun {
                Builtin::Done(status) => Err(status),
                Builtin::Script(script) => Ok(Running::List(ListRun::at_depth(script, self.depth + 1))),
                Builtin::Read(names) => Ok(Running::Read { names }),
                Builtin::Wait => Ok(Running::Wait),
                Builtin::Command(words) => {
                    let program = programs::start(ctx, &scope.shell, words)?;
                    Ok(Running::Program { program, env })
                }
            };
        }
        env.extend(assignments);
        match programs::start(ctx, &scope.shell, fields) {
            Ok(program) => Ok(Running::Program { program, env }),
            Err(status) => {
                let err = std::mem::take(ctx.stderr);
                self.redirects.deliver(ctx, "", &err);
                Err(status)
            }
        }
    }
}

impl Capture {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        let (mut out, mut err) = (String::new(), String::new());
        let mut input = Input::closed("");
        let poll = {
            let mut inner = ctx.with(&mut input, &mut out, &mut err);
            inner.tty = false;
            self.list.poll(&mut self.scope, &mut inner)
        };
        self.output += &out;
        ctx.stderr.push_str(&err);
        match poll {
            Poll::Done(_) => Poll::Done(self.scope.end()),
            wait => wait,
        }
    }
}
