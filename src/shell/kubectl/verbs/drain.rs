//! `kubectl drain`: cordons nodes and evicts their pods, as far as disruption budgets allow.

use crate::api::{Instant, Key, Kind, Object};
use crate::apiserver::{DeleteOptions, Eviction, eviction};
use crate::shell::kubectl::call::{Call, DryRun, Next, Outcome};
use crate::shell::kubectl::doc::{entries, far, items, text};
use crate::shell::kubectl::output::{age, go};
use crate::shell::kubectl::selector::Filter;
use crate::shell::{Ctx, Poll, Program, Wake};
use std::collections::VecDeque;
use std::time::Duration;

/// How long it waits before it asks again to evict a pod.
const AGAIN: Duration = Duration::from_secs(5);

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let dry = call.dry_run()?;
    let nodes = super::nodes::chosen(call, "drain")?;
    for node in &nodes {
        super::nodes::set(call, node, true, dry)?;
    }
    let grace = call.flags.int("grace-period");
    let (_, timeout) = call.flags.duration("timeout");
    Ok(Next::Run(Box::new(Drain {
        nodes: nodes.into_iter().map(|node| node.name).collect(),
        force: call.flags.on("force"),
        ignore_daemons: call.flags.on("ignore-daemonsets"),
        delete_local: call.flags.on("delete-emptydir-data"),
        evicts: !call.flags.on("disable-eviction"),
        pods: Filter { labels: call.flags.text("pod-selector").to_owned(), fields: String::new() },
        options: DeleteOptions {
            grace_period_seconds: (grace >= 0).then_some(grace),
            ..DeleteOptions::default()
        },
        dry,
        timeout: (!timeout.is_zero()).then_some(timeout),
        draining: None,
        left: Vec::new(),
    })))
}

/// Nodes that are emptied one after another.
#[derive(Clone)]
struct Drain {
    nodes: VecDeque<String>,
    force: bool,
    ignore_daemons: bool,
    delete_local: bool,
    evicts: bool,
    pods: Filter,
    options: DeleteOptions,
    dry: DryRun,
    timeout: Option<Duration>,
    draining: Option<Draining>,
    /// Nodes that could not be emptied, and why.
    left: Vec<(String, Vec<String>)>,
}

/// The node that is being emptied.
#[derive(Clone)]
struct Draining {
    node: String,
    pods: Vec<Leaving>,
    until: Option<Instant>,
    problems: Vec<String>,
}

/// A pod on its way out.
#[derive(Clone)]
struct Leaving {
    key: Key,
    uid: crate::api::Word,
    /// When it is asked to go, again or for the first time; nothing once it was told.
    ask: Option<Instant>,
}

fn shown(key: &Key) -> String {
    format!("{}/{}", key.namespace, key.name)
}

impl Drain {
    /// The pods that are to leave a node; or why they may not.
    fn pods(&self, ctx: &mut Ctx<'_>, node: &str) -> Result<Vec<Leaving>, Vec<String>> {
        let matcher = self.pods.matcher(Kind::Pod).map_err(|why| vec![why])?;
        let pods: Vec<_> = ctx.cluster.store().pods_on_node(node).into_iter().cloned().collect();
        let (mut daemons, mut alone, mut local, mut going) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for pod in pods.iter().filter(|pod| matcher.matches(pod)) {
            let ended = ["Succeeded", "Failed"].contains(&text(&pod.doc()["status"]["phase"]));
            let controller = pod.meta.controller().map(|owner| owner.kind.as_str());
            if pod.meta.annotations.contains_key("kubernetes.io/config.mirror") {
                continue;
            }
            if controller == Some("DaemonSet") && !ended {
                daemons.push(shown(&pod.key()));
                continue;
            }
            if keeps_files(pod) && !ended {
                local.push(shown(&pod.key()));
                if !self.delete_local {
                    // The first reason against a pod is enough.
                    continue;
                }
            }
            if controller.is_none() && !ended {
                alone.push(shown(&pod.key()));
            }
            going.push(Leaving { key: pod.key(), uid: pod.meta.uid.clone(), ask: Some(ctx.cluster.now()) });
        }
        let mut problems = Vec::new();
        for (pods, allowed, what) in [
            (
                &daemons,
                self.ignore_daemons,
                "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)",
            ),
            (
                &local,
                self.delete_local,
                "cannot delete Pods with local storage (use --delete-emptydir-data to override)",
            ),
            (&alone, self.force, "cannot delete Pods that declare no controller (use --force to override)"),
        ] {
            if !pods.is_empty() && !allowed {
                problems.push(format!("{what}: {}", pods.join(", ")));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut warnings = Vec::new();
        for (pods, what) in [
            (&alone, "deleting Pods that declare no controller"),
            (&daemons, "ignoring DaemonSet-managed Pods"),
        ] {
            if !pods.is_empty() {
                warnings.push(format!("{what}: {}", pods.join(", ")));
            }
        }
        if !warnings.is_empty() {
            ctx.complain(format!("Warning: {}", warnings.join("; ")));
        }
        Ok(going)
    }

    /// Turns to the next node.
    fn begin(&mut self, ctx: &mut Ctx<'_>, node: String) {
        let pods = match self.pods(ctx, &node) {
            Ok(pods) => pods,
            Err(problems) => return self.leave(ctx, node, problems),
        };
        if self.dry != DryRun::None {
            for pod in &pods {
                ctx.say(format!("evicting pod {}{}", shown(&pod.key), self.dry.suffix()));
            }
            ctx.say(format!("node/{node} drained{}", self.dry.suffix()));
            return;
        }
        let until = self.timeout.map(|timeout| ctx.cluster.now() + timeout);
        self.draining = Some(Draining { node, pods, until, problems: Vec::new() });
    }

    fn leave(&mut self, ctx: &mut Ctx<'_>, node: String, problems: Vec<String>) {
        let list = if problems.len() > 1 { format!("[{}]", problems.join(", ")) } else { problems.concat() };
        ctx.complain(format!(
            "error: unable to drain node {} due to error: {list}, continuing command...",
            go::quote(&node)
        ));
        self.left.push((node, problems));
    }

    /// Asks one pod to go, and says when to ask again.
    fn ask(&self, ctx: &mut Ctx<'_>, key: &Key, problems: &mut Vec<String>) -> Option<Instant> {
        let pod = ctx.cluster.store().get(key).cloned()?;
        if self.evicts {
            ctx.say(format!("evicting pod {}", shown(key)));
            let at =
                format!("error when evicting pods/{} -n {}", go::quote(&key.name), go::quote(&key.namespace));
            match eviction(ctx.cluster.store(), &pod) {
                Eviction::Granted(None) => {}
                Eviction::Granted(Some((budget, status))) => drop(ctx.cluster.update_status(&budget, status)),
                Eviction::Later(why) => {
                    ctx.complain(format!("{at} (will retry after 5s): {why}"));
                    return Some(ctx.cluster.now() + AGAIN);
                }
                Eviction::Refused(why) => {
                    problems.push(format!("{at}: {why}"));
                    return None;
                }
            }
        }
        if let Err(status) = ctx.cluster.delete_with(key, &self.options) {
            problems.push(status.message);
        }
        None
    }

    /// Goes on with a node; when it is done, says so.
    fn go_on(&mut self, ctx: &mut Ctx<'_>, mut draining: Draining) -> Poll {
        let now = ctx.cluster.now();
        let late = draining.until.is_some_and(|until| now >= until);
        let timeout = age::go_duration(self.timeout.unwrap_or_default());
        let mut staying = Vec::new();
        for mut pod in std::mem::take(&mut draining.pods) {
            let (name, namespace) = (go::quote(&pod.key.name), go::quote(&pod.key.namespace));
            match pod.ask {
                Some(_) if late => {
                    ctx.say(format!("evicting pod {}", shown(&pod.key)));
                    draining.problems.push(format!(
                        "error when evicting pods/{name} -n {namespace}: global timeout reached: {timeout}"
                    ));
                    continue;
                }
                Some(at) if at <= now => {
                    let before = draining.problems.len();
                    pod.ask = self.ask(ctx, &pod.key, &mut draining.problems);
                    if draining.problems.len() > before {
                        continue;
                    }
                }
                _ => {}
            }
            let there = ctx.cluster.store().get(&pod.key).is_some_and(|object| object.meta.uid == pod.uid);
            if !there {
                let word = if self.evicts { "evicted" } else { "deleted" };
                ctx.say(format!("pod/{} {word}", pod.key.name));
            } else if late {
                draining.problems.push(format!("error when waiting for pod {name} in namespace {namespace} to terminate: global timeout reached: {timeout}"));
            } else {
                staying.push(pod);
            }
        }
        draining.pods = staying;
        if draining.pods.is_empty() {
            match draining.problems.is_empty() {
                true => ctx.say(format!("node/{} drained", draining.node)),
                false => self.leave(ctx, draining.node, draining.problems),
            }
            return self.poll(ctx);
        }
        let asks = draining.pods.iter().filter_map(|pod| pod.ask);
        let next = asks.chain(draining.until).min().unwrap_or_else(|| far(now));
        self.draining = Some(draining);
        Poll::Wait(Wake::ChangeOr(next))
    }
}

fn keeps_files(pod: &Object) -> bool {
    items(&pod.doc()["spec"]["volumes"])
        .iter()
        .any(|volume| entries(volume).any(|(key, _)| key == "emptyDir"))
}

impl Program for Drain {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        loop {
            if let Some(draining) = self.draining.take() {
                return self.go_on(ctx, draining);
            }
            match self.nodes.pop_front() {
                Some(node) => self.begin(ctx, node),
                None => break,
            }
        }
        if self.left.is_empty() {
            return Poll::Done(0);
        }
        ctx.complain("There are pending nodes to be drained:");
        for (node, _) in &self.left {
            ctx.complain(format!(" {node}"));
        }
        for problem in self.left.iter().flat_map(|(_, problems)| problems) {
            ctx.complain(problem);
        }
        Poll::Done(1)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
