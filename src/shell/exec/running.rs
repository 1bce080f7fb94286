//! What a command has become: a program, a list, a branch, a loop.

use super::ListRun;
use super::command::Running;
use crate::shell::builtins;
use crate::shell::line::{Command, CommandKind};
use crate::shell::program::{Ctx, Poll, Wake};
use crate::shell::scope::{Flow, Scope};

impl Running {
    pub(super) fn poll(
        &mut self,
        command: &Command,
        scope: &mut Scope,
        ctx: &mut Ctx<'_>,
        depth: usize,
    ) -> Poll {
        match self {
            Self::Program { program, env } => {
                // A program runs where the shell stands now, with the environment it was started with.
                let cwd = scope.cwd.clone();
                program.poll(&mut ctx.within(&cwd, env))
            }
            Self::List(list) => list.poll(scope, ctx),
            Self::Function { list, arguments } => match list.poll(scope, ctx) {
                Poll::Done(status) => {
                    scope.arguments = std::mem::take(arguments);
                    if let Some(Flow::Return(status)) = scope.flow {
                        scope.flow = None;
                        return Poll::Done(status);
                    }
                    Poll::Done(status)
                }
                wait => wait,
            },
            Self::Subshell { list, scope } => loop {
                match list.poll(scope, ctx) {
                    Poll::Done(_) => match scope.last_words() {
                        Some(script) => *list = ListRun::at_depth(script, depth + 1),
                        None => return Poll::Done(scope.end()),
                    },
                    wait => return wait,
                }
            },
            Self::If { branch, condition, list } => {
                let CommandKind::If { branches, otherwise } = &command.kind else { return Poll::Done(0) };
                loop {
                    // A condition may fail.
                    let errexit = scope.errexit;
                    scope.errexit = errexit && !*condition;
                    let poll = list.poll(scope, ctx);
                    scope.errexit = errexit;
                    let Poll::Done(status) = poll else { return poll };
                    if !*condition || scope.flow.is_some() {
                        return Poll::Done(status);
                    }
                    let next = if status == 0 {
                        *condition = false;
                        &branches[*branch].1
                    } else if let Some((next, _)) = branches.get(*branch + 1) {
                        *branch += 1;
                        next
                    } else if let Some(otherwise) = otherwise {
                        *condition = false;
                        otherwise
                    } else {
                        return Poll::Done(0);
                    };
                    *list = ListRun::at_depth(next.clone(), depth + 1);
                }
            }
            Self::For { values, list } => {
                let CommandKind::For { name, body, .. } = &command.kind else { return Poll::Done(0) };
                loop {
                    if let Some(run) = list {
                        let poll = run.poll(scope, ctx);
                        let Poll::Done(_) = poll else { return poll };
                        *list = None;
                        if scope.loop_ends() {
                            return Poll::Done(scope.status);
                        }
                    }
                    let Some(value) = values.next() else { return Poll::Done(scope.status) };
                    scope.set(name, value);
                    *list = Some(ListRun::at_depth(body.clone(), depth + 1));
                }
            }
            Self::While { condition, list, status } => {
                let CommandKind::While { condition: test, body, until, step } = &command.kind else {
                    return Poll::Done(0);
                };
                loop {
                    // A condition may fail.
                    let errexit = scope.errexit;
                    scope.errexit = errexit && !*condition;
                    let poll = list.poll(scope, ctx);
                    scope.errexit = errexit;
                    let Poll::Done(ended) = poll else { return poll };
                    if scope.loop_ends() {
                        return Poll::Done(scope.status);
                    }
                    if *condition {
                        if (ended == 0) == *until {
                            return Poll::Done(*status);
                        }
                        *list = ListRun::at_depth(body.clone(), depth + 1);
                    } else {
                        *status = ended;
                        // The step of a counted loop is run before its condition, which decides.
                        let test = match step {
                            Some(step) => std::sync::Arc::new([step.as_slice(), test.as_slice()].concat()),
                            None => test.clone(),
                        };
                        *list = ListRun::at_depth(test, depth + 1);
                    }
                    *condition = !*condition;
                    if !ctx.step() {
                        return Poll::Wait(Wake::Yield);
                    }
                }
            }
            Self::Read { names } => {
                if ctx.interrupted {
                    return Poll::Done(130);
                }
                match ctx.stdin.line() {
                    Some(line) => {
                        builtins::assign_fields(scope, names, &line);
                        Poll::Done(0)
                    }
                    None if ctx.stdin.closed => {
                        builtins::assign_fields(scope, names, "");
                        Poll::Done(1)
                    }
                    None => Poll::Wait(Wake::Input),
                }
            }
            Self::Wait => match scope.jobs.iter().all(|job| job.done.is_some()) || ctx.interrupted {
                true => Poll::Done(0),
                // Jobs are polled beside the foreground; look again whenever one may have ended.
                false => Poll::Wait(Wake::Yield),
            },
        }
    }
}
