//! `kubectl exec`: runs a program in a container's place.

use crate::api::{Instant, Key, Kind, Object, Ordered, Selector};
use crate::shell::kubectl::call::{Call, Next, Outcome};
use crate::shell::kubectl::doc::{far, items, text};
use crate::shell::kubectl::fail;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::resources::tuple;
use crate::shell::program::Input;
use crate::shell::{Ctx, Place, Poll, Program, Wake, programs};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let dash = call.flags.dash;
    let target = args.first().filter(|_| dash != Some(0)).cloned();
    let command: Vec<String> = match dash {
        Some(dash) => args[dash..].to_vec(),
        None if args.len() > 1 => {
            return Err(call.usage(
                "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
            ));
        }
        None => Vec::new(),
    };
    let Some(target) = target else {
        return Err("pod, type/name or --filename must be specified".into());
    };
    if command.is_empty() {
        return Err("you must specify at least one command for the container".into());
    }
    let wanted = Target::find(call, &target, "attach to")?;
    let (_, timeout) = call.flags.duration("pod-running-timeout");
    Ok(Next::Run(Box::new(Exec {
        target: wanted,
        deadline: call.now() + timeout,
        container: call.flags.text("container").to_owned(),
        quiet: call.flags.on("quiet"),
        stdin: call.flags.on("stdin"),
        tty: call.flags.on("tty"),
        command,
        patient: false,
        running: None,
        name: call.command.name(),
    })))
}

/// A pod, or what has pods.
#[derive(Clone, Debug)]
pub enum Target {
    /// That pod.
    Pod(Key),
    /// The first running pod a selector finds.
    Selected(String, Selector),
}

impl Target {
    /// The pod or the workload that an argument names.
    ///
    /// # Errors
    /// When it is not there, or has no pods.
    pub fn find(call: &mut Call<'_, '_>, word: &str, doing: &str) -> Result<Self, Failure> {
        let (kind, name) = if word.contains('/') {
            let (kind, name) = tuple(word)?;
            (call.kind(&kind)?, name)
        } else {
            (Kind::Pod, word.to_owned())
        };
        let namespace = call.scope(kind);
        let object = call.find(kind, &namespace, &name)?;
        if kind == Kind::Pod {
            return Ok(Self::Pod(object.key()));
        }
        let selector =
            selector_of(&object).map_err(|why| format!("cannot {doing} *{}: {why}", go_type(kind)))?;
        Ok(Self::Selected(namespace, selector))
    }

    /// The pod as it is now, running ones first.
    pub fn pod(&self, ctx: &Ctx<'_>) -> Option<Arc<Object>> {
        let store = ctx.cluster.store();
        match self {
            Self::Pod(key) => store.get(key).cloned(),
            Self::Selected(namespace, selector) => {
                let mut pods = store.select(Kind::Pod, namespace, selector);
                let ready = |pod: &Object| pod.pod().is_some_and(|pod| pod.status.condition("Ready"));
                pods.order_by_key(|pod| {
                    (
                        pod.meta.deleted.is_some(),
                        text(&pod.doc()["status"]["phase"]) != "Running",
                        !ready(pod),
                    )
                });
                pods.first().map(|pod| (*pod).clone())
            }
        }
    }
}

/// The pods that belong to an object.
///
/// # Errors
/// When there is nothing that says which.
pub fn selector_of(object: &Object) -> Result<Selector, String> {
    use crate::api::FromValue;
    let selector = &object.doc()["spec"]["selector"];
    match object.kind {
        Kind::Service if selector.as_object().is_none_or(|labels| labels.is_empty()) => {
            let name = &object.meta.name;
            Err(format!("invalid service '{name}': Service is defined without a selector"))
        }
        Kind::Service | Kind::ReplicationController => Ok(Selector::labels(FromValue::from_value(selector))),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::Job => {
            Ok(FromValue::from_value(selector))
        }
        kind => Err(format!("selector for *{} not implemented", go_type(kind))),
    }
}

/// The Go type of a kind: `v1.ConfigMap`.
pub fn go_type(kind: Kind) -> String {
    format!("{}.{}", kind.resource().version, kind.resource().name)
}

/// The container that is meant; says which one it took where there are several.
///
/// # Errors
/// When there is no container of that name.
pub fn container(pod: &Object, wanted: &str, quiet: bool, ctx: &mut Ctx<'_>) -> Result<String, Failure> {
    let spec = &pod.doc()["spec"];
    let of = |key: &str| items(&spec[key]).iter().map(|container| text(&container["name"]).to_owned());
    let names: Vec<String> = of("containers").collect();
    if !wanted.is_empty() {
        let found = of("containers")
            .chain(of("initContainers"))
            .chain(of("ephemeralContainers"))
            .any(|name| name == wanted);
        return match found {
            true => Ok(wanted.to_owned()),
            false => Err(format!("container {wanted} not found in pod {}", pod.meta.name).into()),
        };
    }
    if let Some(name) = pod
        .meta
        .annotations
        .get("kubectl.kubernetes.io/default-container")
        .filter(|name| names.contains(name))
    {
        return Ok(name.clone());
    }
    let first = names.first().cloned().unwrap_or_default();
    if names.len() > 1 && !quiet {
        let others: Vec<String> =
            of("containers").chain(of("initContainers").map(|name| name + " (init)")).collect();
        ctx.complain(format!("Defaulted container {} out of: {}", go::quote(&first), others.join(", ")));
    }
    Ok(first)
}

#[derive(Clone, Debug)]
struct Exec {
    target: Target,
    deadline: Instant,
    container: String,
    quiet: bool,
    stdin: bool,
    tty: bool,
    command: Vec<String>,
    /// Whether a container that does not run yet is waited for.
    patient: bool,
    running: Option<Inside>,
    name: String,
}

/// A program in a container that has just been added to a pod: waited for, then run.
pub fn attached(
    call: &Call<'_, '_>,
    pod: &Object,
    container: String,
    command: Vec<String>,
    stdin: bool,
    tty: bool,
) -> Next {
    Next::Run(Box::new(Exec {
        target: Target::Pod(pod.key()),
        deadline: call.now() + std::time::Duration::from_secs(60),
        container,
        quiet: true,
        stdin,
        tty,
        command,
        patient: true,
        running: None,
        name: call.command.name(),
    }))
}

/// A program that runs in a container, with the container's surroundings.
#[derive(Clone, Debug)]
pub struct Inside {
    program: Box<dyn Program>,
    place: Place,
    env: BTreeMap<String, String>,
    cwd: String,
    stdin: bool,
    tty: bool,
}

impl Inside {
    /// Starts a program in a container.
    ///
    /// # Errors
    /// When the container has no such program.
    pub fn start(
        ctx: &Ctx<'_>,
        pod: &Object,
        container: &str,
        command: Vec<String>,
        stdin: bool,
        tty: bool,
    ) -> Result<Self, Failure> {
        let place = Place::Container {
            pod: pod.key(),
            uid: pod.meta.uid.to_string(),
            container: container.to_owned(),
        };
        let name = command.first().cloned().unwrap_or_default();
        let Some(program) = programs::make(ctx.cluster, &place, command) else {
            let why = if name.starts_with('/') {
                format!("stat {name}: no such file or directory")
            } else {
                "executable file not found in $PATH".into()
            };
            return Err(Failure::Message(format!(
                "Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: {}: {why}",
                go::quote(&name)
            )));
        };
        let environment = ctx.cluster.environment(&pod.key(), container);
        let (env, cwd) = environment.map(|found| (found.env, found.working_dir)).unwrap_or_default();
        let cwd = if cwd.is_empty() { "/".into() } else { cwd };
        Ok(Self { program, place, env, cwd, stdin, tty })
    }

    /// Goes on with it.
    pub fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        let mut nothing = Input::closed("");
        let stdin = if self.stdin { &mut *ctx.stdin } else { &mut nothing };
        let mut inner = Ctx {
            cluster: ctx.cluster,
            world: ctx.world,
            place: &self.place,
            cwd: &self.cwd,
            env: &self.env,
            stdin,
            stdout: ctx.stdout,
            stderr: ctx.stderr,
            interrupted: ctx.interrupted,
            tty: self.tty,
            budget: ctx.budget,
        };
        self.program.poll(&mut inner)
    }
}

impl Exec {
    fn start(&mut self, ctx: &mut Ctx<'_>) -> Result<Option<Inside>, Failure> {
        let Some(pod) = self.target.pod(ctx) else { return Ok(None) };
        let phase = text(&pod.doc()["status"]["phase"]).to_owned();
        if phase == "Succeeded" || phase == "Failed" {
            return Err(
                format!("cannot exec into a container in a completed pod; current phase is {phase}").into()
            );
        }
        let container = container(&pod, &self.container, self.quiet, ctx).map_err(|failure| {
            // With a name it is the server that looks for the container.
            let (name, pod) = (&self.container, &pod.meta.name);
            let refused =
                format!("unable to upgrade connection: container {name} is not valid for pod {pod}");
            if name.is_empty() { failure } else { refused.into() }
        })?;
        if text(&pod.doc()["spec"]["nodeName"]).is_empty() {
            return Err(format!(
                "unable to upgrade connection: pod {} does not have a host assigned",
                pod.meta.name
            )
            .into());
        }
        let statuses = ["containerStatuses", "ephemeralContainerStatuses"];
        let running = statuses
            .iter()
            .flat_map(|key| items(&pod.doc()["status"][*key]))
            .any(|status| text(&status["name"]) == container && !status["state"]["running"].is_null());
        if !running && self.patient {
            return Ok(None);
        }
        if !running {
            return Err(format!(
                "unable to upgrade connection: container not found ({})",
                go::quote(&container)
            )
            .into());
        }
        Inside::start(ctx, &pod, &container, self.command.clone(), self.stdin, self.tty && self.stdin)
            .map(Some)
    }
}

impl Program for Exec {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if self.running.is_none() {
            if ctx.interrupted {
                return Poll::Done(130);
            }
            match self.start(ctx) {
                Ok(Some(inside)) => self.running = Some(inside),
                Ok(None) if ctx.cluster.now() >= self.deadline => {
                    let failure = Failure::Message("timed out waiting for the condition".into());
                    return Poll::Done(fail(ctx, &failure, &self.name));
                }
                Ok(None) => return Poll::Wait(Wake::ChangeOr(self.deadline.min(far(ctx.cluster.now())))),
                Err(failure) => return Poll::Done(fail(ctx, &failure, &self.name)),
            }
        }
        let Some(inside) = &mut self.running else { return Poll::Done(1) };
        let poll = inside.poll(ctx);
        if let Poll::Done(status) = poll
            && status != 0
            && !ctx.interrupted
        {
            ctx.complain(format!("command terminated with exit code {status}"));
        }
        poll
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
