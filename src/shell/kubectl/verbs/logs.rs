//! `kubectl logs`: what containers wrote.

use crate::api::pod::Container;
use crate::api::{Instant, Key, Kind, Object, Ordered};
use crate::shell::kubectl::call::{Call, Next, OK, Outcome};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::{age, go};
use crate::shell::kubectl::resources;
use crate::shell::kubectl::verbs::exec::{go_type, selector_of};
use crate::shell::program::{Ctx, Poll, Program, Wake};
use std::sync::Arc;
use std::time::Duration;

const EXPECTED: &str = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

/// How lines are shown, and which.
#[derive(Clone, Debug)]
struct Look {
    timestamps: bool,
    prefix: bool,
    previous: bool,
    since: Option<Instant>,
    tail: Option<usize>,
    /// Bytes of each container.
    limit: Option<usize>,
}

/// A container whose lines are shown, and how many of them were.
#[derive(Clone, Debug)]
struct Source {
    pod: Key,
    container: String,
    shown: usize,
    bytes: usize,
}

/// `logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let selecting = call.flags.given("selector");
    let (target, inline) = match args.as_slice() {
        [] if selecting => (None, None),
        [_] if selecting => return Err(call.usage("only a selector (-l) or a POD name is allowed")),
        [target] => (Some(target.clone()), None),
        [target, container] if !selecting => (Some(target.clone()), Some(container.clone())),
        _ => return Err(call.usage(EXPECTED)),
    };
    let since_time = since_time(call)?;
    let pods = match &target {
        Some(target) => vec![pod_of(call, target)?],
        None => selected(call)?,
    };
    let named = call.flags.given("container").then(|| call.flags.text("container").to_owned());
    let container = inline.clone().or_else(|| named.clone());
    let all = call.flags.on("all-containers");
    if let Some(container) = container.as_ref().filter(|_| all) {
        return Err(
            format!("--all-containers=true should not be specified with container name {container}").into()
        );
    }
    if inline.is_some() && named.is_some() {
        return Err("only one of -c or an inline [CONTAINER] arg is allowed".into());
    }
    let look = look(call, selecting, since_time)?;
    if pods.is_empty() {
        call.ctx.complain(format!("No resources found in {} namespace.", call.namespace()));
        return OK;
    }
    let mut sources = Vec::new();
    for pod in &pods {
        for name in containers(call, pod, container.as_deref(), all)? {
            sources.push(Source { pod: pod.key(), container: name, shown: 0, bytes: 0 });
        }
    }
    let follow = call.flags.on("follow");
    for source in &mut sources {
        if let Some(failure) = print(call.ctx, source, &look, true).filter(|_| !follow) {
            return Err(failure);
        }
    }
    if !follow {
        return OK;
    }
    Ok(Next::Run(Box::new(Following { sources, look })))
}

/// `--since-time`
fn since_time(call: &Call<'_, '_>) -> Result<Option<Instant>, Failure> {
    match call.flags.text("since-time") {
        "" => Ok(None),
        time => match age::instant(time) {
            Some(instant) => Ok(Some(instant)),
            None => {
                let time = go::quote(time);
                let layout = "\"2006-01-02T15:04:05Z07:00\"";
                Err(format!("parsing time {time} as {layout}: cannot parse {time} as \"2006\"").into())
            }
        },
    }
}

fn look(call: &Call<'_, '_>, selecting: bool, since_time: Option<Instant>) -> Result<Look, Failure> {
    let (negative, span) = call.flags.duration("since");
    if since_time.is_some() && !span.is_zero() {
        return Err("at most one of `sinceTime` or `sinceSeconds` may be specified".into());
    }
    let limit = call.flags.int("limit-bytes");
    if limit < 0 {
        return Err("--limit-bytes must be greater than 0".into());
    }
    if negative {
        return Err("--since must be greater than 0".into());
    }
    let since = since_time.or_else(|| (!span.is_zero()).then(|| call.now() - span));
    let tail = match call.flags.int("tail") {
        lines if lines < 0 && call.flags.given("tail") && lines != -1 => {
            return Err("--tail must be greater than or equal to -1".into());
        }
        lines if lines < 0 && selecting && !call.flags.given("tail") => Some(10),
        lines => usize::try_from(lines).ok(),
    };
    Ok(Look {
        timestamps: call.flags.on("timestamps"),
        prefix: call.flags.on("prefix"),
        previous: call.flags.on("previous"),
        since,
        tail,
        limit: usize::try_from(limit).ok().filter(|limit| *limit > 0),
    })
}

fn selected(call: &mut Call<'_, '_>) -> Result<Vec<Arc<Object>>, Failure> {
    let query = resources::query(call, vec!["pods".to_owned()]);
    let selection = resources::resolve(call, &query)?;
    Failure::all(selection.failures)?;
    let store = call.ctx.cluster.store();
    Ok(selection.found.iter().filter_map(|found| store.get(&found.key()).cloned()).collect())
}

fn pod_of(call: &mut Call<'_, '_>, target: &str) -> Result<Arc<Object>, Failure> {
    let (kind, name) = match target.contains('/') {
        true => {
            let (kind, name) = resources::tuple(target)?;
            (call.kind(&kind)?, name)
        }
        false => (Kind::Pod, target.to_owned()),
    };
    let namespace = call.scope(kind);
    let object = call.find(kind, &namespace, &name).map_err(|status| match kind {
        Kind::Pod => {
            let message = format!(
                "error from server ({}): {} in namespace {namespace:?}",
                status.reason, status.message
            );
            Failure::Message(message)
        }
        _ => Failure::from(status),
    })?;
    if kind == Kind::Pod {
        return Ok(object);
    }
    let selector =
        selector_of(&object).map_err(|why| format!("cannot get the logs from *{}: {why}", go_type(kind)))?;
    let pods = call.ctx.cluster.store().select(Kind::Pod, &namespace, &selector);
    let mut pods: Vec<Arc<Object>> = pods.into_iter().cloned().collect();
    pods.order_by_key(|pod| pod.pod().is_none_or(|view| view.status.phase != "Running"));
    if pods.len() > 1 {
        let (count, used) = (pods.len(), &pods[0].meta.name);
        call.ctx.complain(format!("Found {count} pods, using pod/{used}"));
    }
    pods.into_iter().next().ok_or_else(|| "timed out waiting for the condition".into())
}

/// The containers whose lines are asked for.
fn containers(
    call: &mut Call<'_, '_>,
    pod: &Object,
    asked: Option<&str>,
    all: bool,
) -> Result<Vec<String>, Failure> {
    let Some(view) = pod.pod() else { return Ok(Vec::new()) };
    let names = |list: &[Container]| list.iter().map(|container| container.name.clone()).collect::<Vec<_>>();
    let own = names(&view.spec.containers);
    let known: Vec<String> = names(&view.spec.init_containers)
        .into_iter()
        .chain(own.clone())
        .chain(names(&view.spec.ephemeral_containers))
        .collect();
    if all {
        return Ok(known);
    }
    if let Some(asked) = asked {
        if known.iter().any(|name| name == asked) {
            return Ok(vec![asked.to_owned()]);
        }
        let mut list = own.join(", ");
        let init = names(&view.spec.init_containers);
        if !init.is_empty() {
            list = format!("{list} or init containers: {}", init.join(", "));
        }
        let message = format!("container {asked} is not valid for pod {} out of: {list}", pod.meta.name);
        return Err(Failure::Message(message));
    }
    let default = pod.meta.annotations.get("kubectl.kubernetes.io/default-container");
    let chosen = default.or(own.first()).cloned();
    if default.is_none() && own.len() > 1 {
        let first = chosen.clone().unwrap_or_default();
        call.ctx.complain(format!("Defaulted container {first:?} out of: {}", own.join(", ")));
    }
    Ok(chosen.into_iter().collect())
}

/// Prints the lines of a source that were not shown yet; why there are none, if there can be none.
fn print(ctx: &mut Ctx<'_>, source: &mut Source, look: &Look, first: bool) -> Option<Failure> {
    let Some(lines) = ctx.cluster.logs(&source.pod, &source.container, look.previous) else {
        return Some(missing(ctx, source, look.previous));
    };
    let lines: Vec<_> = lines.iter().skip(source.shown).cloned().collect();
    source.shown += lines.len();
    let wanted = lines.iter().filter(|line| look.since.is_none_or(|since| line.at >= since));
    let wanted: Vec<_> = wanted.collect();
    let skip = look.tail.filter(|_| first).map_or(0, |tail| wanted.len().saturating_sub(tail));
    for line in wanted.into_iter().skip(skip) {
        let mut shown = String::new();
        if look.timestamps {
            let (whole, micros) = (line.at.rfc3339(), line.at.micros() % 1_000_000);
            shown = format!("{}.{micros:06}000Z ", whole.trim_end_matches('Z'));
        }
        shown.push_str(&line.text);
        shown.push('\n');
        let left = look.limit.map_or(shown.len(), |limit| limit.saturating_sub(source.bytes));
        source.bytes += shown.len();
        let end = (0..=left.min(shown.len())).rev().find(|end| shown.is_char_boundary(*end)).unwrap_or(0);
        if end == 0 {
            break;
        }
        if look.prefix {
            ctx.stdout.push_str(&format!("[pod/{}/{}] ", source.pod.name, source.container));
        }
        ctx.stdout.push_str(&shown[..end]);
    }
    None
}

/// What the server says of a container that has written nothing because it has not run.
fn missing(ctx: &Ctx<'_>, source: &Source, previous: bool) -> Failure {
    let (pod, container) = (&source.pod.name, &source.container);
    let status = ctx.cluster.store().get(&source.pod).cloned();
    let view = status.as_ref().and_then(|object| object.pod());
    let statuses = view.map(|view| view.status.container_statuses.as_slice()).unwrap_or_default();
    let waiting = statuses
        .iter()
        .find(|status| status.name == *container)
        .and_then(|status| status.state.waiting.clone());
    let message = match waiting {
        _ if previous => format!("previous terminated container {container:?} in pod {pod:?} not found"),
        Some(waiting) if waiting.reason == "ImagePullBackOff" || waiting.reason == "ErrImagePull" => {
            format!(
                "container {container:?} in pod {pod:?} is waiting to start: trying and failing to pull image"
            )
        }
        Some(waiting) => {
            format!("container {container:?} in pod {pod:?} is waiting to start: {}", waiting.reason)
        }
        None if view.is_some_and(|view| view.node.is_empty()) => {
            format!("pod {pod} does not have a host assigned")
        }
        None => format!("container {container:?} in pod {pod:?} is not available"),
    };
    Failure::Raw(format!("Error from server (BadRequest): {message}"))
}

/// Goes on printing until Ctrl-C or the pods are gone.
#[derive(Clone, Debug)]
struct Following {
    sources: Vec<Source>,
    look: Look,
}

impl Program for Following {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        for source in &mut self.sources {
            // A container that does not run now may run again.
            let _ = print(ctx, source, &self.look, false);
        }
        let store = ctx.cluster.store();
        let over = |source: &Source| {
            store.get(&source.pod).is_none_or(|pod| pod.pod().is_some_and(|view| view.status.is_terminal()))
        };
        if self.sources.iter().all(over) {
            return Poll::Done(0);
        }
        // Lines appear without any write to the store.
        Poll::Wait(Wake::ChangeOr(ctx.cluster.now() + Duration::from_millis(250)))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
