//! `kubectl delete`: asks for it, says so, and waits until it is done.

use crate::api::{Instant, Key, Kind, Value, Word};
use crate::apiserver::{DeleteOptions, Propagation};
use crate::shell::kubectl::call::{Call, DryRun, Next, OK, Outcome};
use crate::shell::kubectl::commands::Command;
use crate::shell::kubectl::config::Config;
use crate::shell::kubectl::doc::far;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::flags::Flags;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::printers::qualified_name;
use crate::shell::kubectl::resources::{Found, query, resolve, unfetched};
use crate::shell::{Ctx, Poll, Program, Wake};

const AT_ONCE: &str = "Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.";

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    delete(call, false)
}

/// Deletes what the command line names, or asks first where `--interactive` says so and nobody has `confirmed` it.
fn delete(call: &mut Call<'_, '_>, confirmed: bool) -> Outcome {
    super::honest::unwritten(call)?;
    let dry = call.dry_run()?;
    let mut options = options(call, dry)?;
    let args = call.args();
    let mut query = query(call, args);
    query.live = false;
    if query.all && !query.filter.is_empty() {
        return Err("setting 'all' parameter but found a non empty selector. ".into());
    }
    if !["", "name"].contains(&call.flags.text("output")) {
        let format = go::quote(call.flags.text("output"));
        return Err(format!(
            "unexpected -o output mode: {}. We only support '-o name'",
            format.trim_matches('"')
        )
        .into());
    }
    let by_name = !query.all && query.filter.is_empty() && !call.names_files();
    if by_name && query.all_namespaces {
        return Err("a resource cannot be retrieved by name across all namespaces".into());
    }
    let selection = match by_name && !call.flags.given("kustomize") {
        true => unfetched(call, &query)?,
        false => resolve(call, &query)?,
    };
    if options.grace_period_seconds == Some(0) && call.flags.on("force") && dry == DryRun::None && !confirmed
    {
        call.warn(AT_ONCE);
    }
    if call.flags.on("interactive") && dry == DryRun::None && !selection.found.is_empty() && !confirmed {
        Failure::all(selection.failures)?;
        return Ok(Next::Run(Box::new(Question::ask(call, &selection.found))));
    }
    let mut failures = Vec::new();
    let mut waiting = Vec::new();
    let mut count = 0;
    for (at, found) in selection.found.into_iter().enumerate() {
        match one(call, &found, &mut options, dry) {
            Ok(None) => count += 1,
            Ok(Some(uid)) => {
                count += 1;
                waiting.push((found.key(), uid));
            }
            Err(Failure::Server(status, _))
                if query.ignore_missing && status.reason == crate::api::StatusReason::NotFound => {}
            Err(failure) => failures.push((at, failure)),
        }
    }
    let failures = Failure::in_order(selection.failures, &selection.after, failures);
    if count == 0 && failures.is_empty() && !query.ignore_missing {
        call.say("No resources found");
        return OK;
    }
    let wait = call.flags.on("wait") && (call.flags.given("wait") || !call.flags.on("force"));
    if dry != DryRun::None || !wait || waiting.is_empty() {
        Failure::all(failures)?;
        return OK;
    }
    let (_, timeout) = call.flags.duration("timeout");
    let deadline = if timeout.is_zero() { None } else { Some(call.now() + timeout) };
    Ok(Next::Run(Box::new(Gone { waiting, deadline, failures, after: None, command: call.command.name() })))
}

/// What `--grace-period`, `--now`, `--force` and `--cascade` come to.
pub fn options(call: &mut Call<'_, '_>, dry: DryRun) -> Result<DeleteOptions, Failure> {
    let mut grace = call.flags.int("grace-period");
    let force = call.flags.on("force");
    if call.flags.on("now") {
        if grace != -1 {
            return Err("--now and --grace-period cannot be specified together".into());
        }
        grace = 1;
    }
    if grace == 0 && !force {
        // Zero would mean "forget it at once", which needs --force.
        grace = 1;
    }
    if force && grace < 0 {
        grace = 0;
    }
    if force && grace > 0 {
        return Err("--force and --grace-period greater than 0 cannot be specified together".into());
    }
    let cascade = call.flags.text("cascade").to_owned();
    let propagation = match cascade.as_str() {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        "true" => {
            call.ctx.complain("warning: --cascade=true is deprecated (boolean value) and can be replaced with --cascade=background.");
            Propagation::Background
        }
        "false" => {
            call.ctx.complain("warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.");
            Propagation::Orphan
        }
        other => {
            return Err(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )
            .into());
        }
    };
    Ok(DeleteOptions {
        dry_run: dry == DryRun::Server,
        grace_period_seconds: (grace >= 0).then_some(grace),
        propagation,
        uid: None,
        resource_version: None,
    })
}

/// Deletes an object; its uid if it is there to be waited for.
fn one(
    call: &mut Call<'_, '_>,
    found: &Found,
    options: &mut DeleteOptions,
    dry: DryRun,
) -> Result<Option<Word>, Failure> {
    let key = found.key();
    if key.kind == Kind::Namespace
        && dry == DryRun::None
        && options.grace_period_seconds == Some(0)
        && call.flags.on("force")
    {
        // A namespace ends when it is empty, whatever is asked.
        options.grace_period_seconds = None;
    }
    let uid = if dry == DryRun::Client {
        None
    } else {
        let deleted = call.delete(&key, options).map_err(|status| match &found.source {
            Some(source) => Failure::while_doing("deleting", source, status),
            None => status.into(),
        })?;
        Some(deleted.object().meta.uid.clone())
    };
    say(call, &key, dry);
    Ok(uid)
}

/// `pod "web" deleted from default namespace`
fn say(call: &mut Call<'_, '_>, key: &Key, dry: DryRun) {
    let resource = key.kind.resource();
    if call.flags.text("output") == "name" && call.command.path == "delete" {
        call.say(qualified_name(key.kind, &key.name));
        return;
    }
    let forced =
        call.flags.on("force") && call.flags.int("grace-period") <= 0 && call.command.path == "delete";
    let word = if forced { "force deleted" } else { "deleted" };
    let place =
        if resource.namespaced { format!(" from {} namespace", key.namespace) } else { String::new() };
    call.say(format!(
        "{} {} {word}{place}{}",
        resource.singular_qualified(),
        go::quote(&key.name),
        dry.suffix()
    ));
}

/// Deletes one object for another verb and says so.
///
/// # Errors
/// What the server answers.
pub fn delete_and_say(call: &mut Call<'_, '_>, key: &Key, options: &DeleteOptions) -> Result<Word, Failure> {
    let deleted = call.delete(key, options)?;
    let uid = deleted.object().meta.uid.clone();
    say(call, key, DryRun::None);
    Ok(uid)
}

/// Shows what is about to be deleted, and waits for a yes.
#[derive(Clone, Debug)]
struct Question {
    command: &'static Command,
    flags: Flags,
    config: Config,
    deleting: Option<Box<dyn Program>>,
}

impl Question {
    fn ask(call: &mut Call<'_, '_>, found: &[Found]) -> Self {
        call.say(format!("You are about to delete the following {} resource(s):", found.len()));
        for found in found {
            call.say(qualified_name(found.kind, &found.name));
        }
        call.print("Do you want to continue? (y/n): ");
        Self { command: call.command, flags: call.flags.clone(), config: call.config.clone(), deleting: None }
    }
}

impl Program for Question {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if let Some(deleting) = &mut self.deleting {
            return deleting.poll(ctx);
        }
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let answer = ctx.stdin.line();
        if answer.is_none() && !ctx.stdin.closed {
            return Poll::Wait(Wake::Input);
        }
        if !answer.is_some_and(|answer| answer.trim().eq_ignore_ascii_case("y")) {
            ctx.say("deletion is cancelled");
            return Poll::Done(0);
        }
        let mut call = Call::new(ctx, self.command, self.flags.clone(), self.config.clone());
        match delete(&mut call, true) {
            Ok(Next::Done(exit)) => Poll::Done(exit),
            Ok(Next::Run(program)) => self.deleting.insert(program).poll(ctx),
            Err(failure) => Poll::Done(crate::shell::kubectl::fail(ctx, &failure, &self.command.name())),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Waits until objects are gone; then goes on with what comes after.
#[derive(Clone, Debug)]
pub struct Gone {
    /// The objects and their uids.
    pub waiting: Vec<(Key, Word)>,
    /// When it gives up.
    pub deadline: Option<Instant>,
    /// What already went wrong.
    pub failures: Vec<Failure>,
    /// Objects that are created afterwards (`replace --force`), and the word for it.
    pub after: Option<(Vec<(Kind, Value)>, &'static str)>,
    /// The command's name, for complaints.
    pub command: String,
}

impl Program for Gone {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let store = ctx.cluster.store();
        self.waiting.retain(|(key, uid)| store.get(key).is_some_and(|object| object.meta.uid == *uid));
        let late = self.deadline.is_some_and(|deadline| ctx.cluster.now() >= deadline);
        if !self.waiting.is_empty() && !late {
            let deadline = self.deadline.unwrap_or_else(|| far(ctx.cluster.now()));
            return Poll::Wait(Wake::ChangeOr(deadline));
        }
        for (key, _) in std::mem::take(&mut self.waiting) {
            let plural = key.kind.resource().plural;
            self.failures
                .push(format!("timed out waiting for the condition on {plural}/{}", key.name).into());
        }
        let mut failures = std::mem::take(&mut self.failures);
        if let Some((docs, word)) = self.after.take().filter(|_| failures.is_empty()) {
            for (kind, doc) in docs {
                match ctx.cluster.create(kind, doc) {
                    Ok(written) => {
                        let name = crate::shell::kubectl::printers::qualified(&written.object);
                        ctx.say(format!("{name} {word}"));
                    }
                    Err(status) => failures.push(status.into()),
                }
            }
        }
        match Failure::all(failures) {
            Ok(()) => Poll::Done(0),
            Err(failure) => Poll::Done(crate::shell::kubectl::fail(ctx, &failure, &self.command)),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
