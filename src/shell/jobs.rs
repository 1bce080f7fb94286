//! Jobs in the background: `&`, `jobs`, `kill`.

use super::builtins::Builtin;
use super::exec::{AndOrRun, Job};
use super::program::{Ctx, Input, Poll, Wake};
use super::scope::Scope;

/// Puts a list into the background.
pub fn start_job(scope: &mut Scope, ctx: &mut Ctx<'_>, run: AndOrRun, text: &str) {
    let id = scope.jobs.iter().map(|job| job.id).max().unwrap_or(0) + 1;
    let own = Box::new(scope.subshell());
    scope.jobs.push(Job { id, text: text.to_owned(), run, scope: own, done: None, killed: false });
    let pid = 1000 + id;
    scope.set("!", pid.to_string());
    scope.status = 0;
    if ctx.tty {
        ctx.complain(format!("[{id}] {pid}"));
    }
}

/// Lets the jobs go on; returns what they wait for.
pub fn poll_jobs(scope: &mut Scope, ctx: &mut Ctx<'_>) -> Wake {
    let mut wake = Wake::Never;
    let mut jobs = std::mem::take(&mut scope.jobs);
    for job in jobs.iter_mut().filter(|job| job.done.is_none()) {
        let mut input = Input::closed("");
        let (mut out, mut err) = (String::new(), String::new());
        let poll = {
            let mut inner = ctx.with(&mut input, &mut out, &mut err);
            inner.interrupted = job.killed;
            job.run.poll(&mut job.scope, &mut inner)
        };
        ctx.stdout.push_str(&out);
        ctx.stderr.push_str(&err);
        match poll {
            Poll::Done(status) => job.done = Some(if job.killed { 143 } else { status }),
            Poll::Wait(own) => wake = wake.either(own),
        }
    }
    jobs.append(&mut scope.jobs);
    scope.jobs = jobs;
    wake
}

/// Tells of the jobs that have ended, and forgets them.
pub fn reap(scope: &mut Scope, ctx: &mut Ctx<'_>) {
    for job in scope.jobs.extract_if(.., |job| job.done.is_some()).collect::<Vec<_>>() {
        ctx.complain(format!("[{}]+  {:<24}{}", job.id, word(&job), job.text));
    }
}

fn word(job: &Job) -> String {
    match (job.killed, job.done) {
        (true, _) => "Terminated".to_owned(),
        (_, None) => "Running".to_owned(),
        (_, Some(0)) => "Done".to_owned(),
        (_, Some(status)) => format!("Exit {status}"),
    }
}

/// `jobs`
pub fn jobs(scope: &mut Scope, _: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    for job in &scope.jobs {
        let ampersand = if job.done.is_none() { " &" } else { "" };
        ctx.say(format!("[{}]+  {:<24}{}{ampersand}", job.id, word(job), job.text));
    }
    scope.jobs.retain(|job| job.done.is_none());
    Builtin::Done(0)
}

/// `kill %JOB` or `kill PID`
pub fn kill(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let mut status = 0;
    for arg in args[1..].iter().filter(|arg| !arg.starts_with('-')) {
        let id = match arg.strip_prefix('%') {
            Some(id) => id.parse().ok(),
            None => arg.parse::<usize>().ok().and_then(|pid| pid.checked_sub(1000)),
        };
        match scope.jobs.iter_mut().find(|job| Some(job.id) == id && job.done.is_none()) {
            Some(job) => job.killed = true,
            None => {
                let shell = &scope.shell;
                ctx.complain(if arg.starts_with('%') {
                    format!("{shell}: kill: {arg}: no such job")
                } else {
                    format!("{shell}: kill: ({arg}) - No such process")
                });
                status = 1;
            }
        }
    }
    Builtin::Done(status)
}
