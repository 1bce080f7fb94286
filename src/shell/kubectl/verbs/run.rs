//! `kubectl run`: a pod from an image; with `-it`, at once a look inside.

use super::apply::remember;
use super::create::{labels, report};
use super::delete::Gone;
use super::exec::Inside;
use super::overrides::overridden;
use crate::api::{Instant, Key, Kind, Object, Value, json};
use crate::apiserver::DeleteOptions;
use crate::cluster::Fault;
use crate::images;
use crate::shell::kubectl::call::{Call, DryRun, Next, OK, Outcome};
use crate::shell::kubectl::doc::{far, int, items, put, text};
use crate::shell::kubectl::fail;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::names;
use crate::shell::kubectl::output::{go, printer};
use crate::shell::kubectl::reference::is_reference;
use crate::shell::{Ctx, Poll, Program, Wake};

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let before_dash = call.flags.dash.unwrap_or(args.len());
    let Some(name) = args.first().cloned().filter(|_| before_dash > 0) else {
        return Err(call.usage("NAME is required for run"));
    };
    let command = args[1..].to_vec();
    check(call)?;
    let dry = call.dry_run()?;
    let pod = pod(call, &name, command.clone())?;
    let attach = call.flags.on("attach") || (call.flags.on("stdin") && !call.flags.given("attach"));
    if call.flags.on("rm") && !attach {
        return Err(call.usage("--rm should only be used for attached containers"));
    }
    if call.flags.on("tty") && !call.flags.on("stdin") {
        return Err(call.usage("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if dry != DryRun::None && attach {
        return Err(call.usage("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"));
    }
    let printer = printer::chosen(call)?;
    let mut pod = pod;
    if dry != DryRun::Client || call.namespace_given() {
        let namespace = call.namespace();
        put(&mut pod, &["metadata", "namespace"], namespace);
    }
    if dry == DryRun::Client {
        let service = expose(call, &name, printer.as_ref(), dry);
        report(call, printer.as_ref(), Kind::Pod, &pod, "created", dry, 0)?;
        service?;
        return OK;
    }
    if call.flags.on("save-config") {
        remember(&mut pod);
    }
    let object = call.create(Kind::Pod, pod, &dry.options())?;
    let service = expose(call, &name, printer.as_ref(), dry);
    if attach {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let image = images::find(call.flags.text("image")).filter(|_| !call.flags.on("command"));
        let entry = image.and_then(|image| image.program_for(&words)).map(str::to_owned);
        return Ok(attached(call, &object, name, entry.into_iter().chain(command).collect()));
    }
    report(call, printer.as_ref(), Kind::Pod, object.doc(), "created", dry, 0)?;
    service?;
    OK
}

/// Looks into a pod's container once it runs; what is run there is its main process.
pub fn attached(call: &Call<'_, '_>, object: &Object, container: String, command: Vec<String>) -> Next {
    let (_, timeout) = call.flags.duration("pod-running-timeout");
    // Commands without the flag wait for a minute.
    let timeout = if timeout.is_zero() { std::time::Duration::from_secs(60) } else { timeout };
    Next::Run(Box::new(Attached {
        pod: object.key(),
        uid: object.meta.uid.clone(),
        container,
        command,
        deadline: call.now() + timeout,
        stdin: call.flags.on("stdin"),
        tty: call.flags.on("tty"),
        quiet: call.flags.on("quiet"),
        remove: call.flags.on("rm"),
        running: None,
        greeted: false,
        gone: None,
        exit: 0,
        name: call.command.name(),
    }))
}

fn check(call: &mut Call<'_, '_>) -> Result<(), Failure> {
    let image = call.flags.text("image").to_owned();
    if image.is_empty() {
        return Err("--image is required".into());
    }
    if !is_reference(&image) {
        return Err(format!("Invalid image name {}: invalid reference format", go::quote(&image)).into());
    }
    if call.flags.on("expose") && call.flags.text("port").is_empty() {
        return Err(call.usage("--port must be set when exposing a service"));
    }
    let restart = call.flags.text("restart").to_owned();
    if !["Always", "OnFailure", "Never"].contains(&restart.as_str()) {
        return Err(call.usage(format!("invalid restart policy: {restart}")));
    }
    Ok(())
}

fn pod(call: &mut Call<'_, '_>, name: &str, command: Vec<String>) -> Result<Value, Failure> {
    let given = call.flags.text("labels").to_owned();
    let labels = if given.is_empty() { json!({"run": name}) } else { labels(&given)? };
    let mut container = json!({"name": name, "image": call.flags.text("image"), "resources": {}});
    if !command.is_empty() {
        put(&mut container, &[if call.flags.on("command") { "command" } else { "args" }], command);
    }
    let mut env = Vec::new();
    for variable in call.flags.list("env") {
        let Some((key, value)) = variable.split_once('=').filter(|(key, _)| names::env_name(key).is_ok())
        else {
            return Err(format!("invalid env: {variable}").into());
        };
        env.push(json!({"name": key, "value": value}));
    }
    if !env.is_empty() {
        put(&mut container, &["env"], env);
    }
    let port = call.flags.text("port").to_owned();
    if !port.is_empty() {
        let number: i64 = port
            .parse()
            .map_err(|_| crate::shell::kubectl::flags::number_error("Atoi", &port, "invalid syntax"))?;
        put(&mut container, &["ports"], json!([{"containerPort": number}]));
    }
    let policy = call.flags.text("image-pull-policy").to_owned();
    if !policy.is_empty() {
        if !["Always", "IfNotPresent", "Never"].contains(&policy.as_str()) {
            return Err(call.usage(format!("invalid image pull policy: {policy}")));
        }
        put(&mut container, &["imagePullPolicy"], policy);
    }
    if call.flags.on("privileged") {
        put(&mut container, &["securityContext", "privileged"], true);
    }
    for flag in ["stdin", "tty"] {
        if call.flags.on(flag) {
            put(&mut container, &[flag], true);
        }
    }
    if call.flags.on("stdin") && !call.flags.on("leave-stdin-open") {
        put(&mut container, &["stdinOnce"], true);
    }
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": call.flags.text("restart")},
        "status": {},
    });
    for annotation in call.flags.list("annotations") {
        let Some((key, value)) = annotation.split_once('=') else {
            return Err(format!("unexpected annotation: {annotation}, expected <key>=<value>").into());
        };
        put(&mut pod, &["metadata", "annotations", key], value);
    }
    overridden(call, Kind::Pod, pod)
}

/// The Service of `--expose`, which is printed before its pod.
fn expose(
    call: &mut Call<'_, '_>,
    name: &str,
    printer: Option<&printer::Printer>,
    dry: DryRun,
) -> Result<(), Failure> {
    if !call.flags.on("expose") {
        return Ok(());
    }
    let port = call.flags.int("port");
    let mut doc = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"ports": [{"port": port, "protocol": "TCP", "targetPort": port}], "selector": {"run": name}},
        "status": {"loadBalancer": {}},
    });
    let given = call.flags.text("labels").to_owned();
    if !given.is_empty() {
        let labels = labels(&given)?;
        put(&mut doc, &["metadata", "labels"], labels.clone());
        put(&mut doc, &["spec", "selector"], labels);
    }
    if dry != DryRun::Client || call.namespace_given() {
        let namespace = call.namespace();
        put(&mut doc, &["metadata", "namespace"], namespace);
    }
    if dry != DryRun::Client {
        if call.flags.on("save-config") {
            remember(&mut doc);
        }
        doc = call.create(Kind::Service, doc, &dry.options())?.doc().clone();
    }
    report(call, printer, Kind::Service, &doc, "created", dry, 0)?;
    if matches!(printer, Some(printer::Printer::Yaml)) {
        call.print("---\n");
    }
    Ok(())
}

/// A pod that is looked into as soon as it runs.
#[derive(Clone, Debug)]
struct Attached {
    pod: Key,
    uid: crate::api::Word,
    container: String,
    command: Vec<String>,
    deadline: Instant,
    stdin: bool,
    tty: bool,
    quiet: bool,
    remove: bool,
    running: Option<Inside>,
    greeted: bool,
    gone: Option<Gone>,
    exit: i32,
    name: String,
}

impl Attached {
    /// Where a pod starts its container again, it can be looked into again.
    fn farewell(&self, ctx: &mut Ctx<'_>) {
        let pod = ctx.cluster.store().get(&self.pod);
        let again = pod.is_some_and(|pod| text(&pod.doc()["spec"]["restartPolicy"]) == "Always");
        if again && self.stdin && self.tty && !self.quiet && !self.remove {
            let (pod, container) = (&self.pod.name, &self.container);
            ctx.say(format!(
                "Session ended, resume using 'kubectl attach {pod} -c {container} -i -t' command when the pod is running"
            ));
        }
    }

    /// Ends, removing the pod if that was asked for.
    fn end(&mut self, ctx: &mut Ctx<'_>, exit: i32) -> Poll {
        self.exit = exit;
        if !self.remove {
            return Poll::Done(exit);
        }
        let options = DeleteOptions { grace_period_seconds: Some(1), ..DeleteOptions::default() };
        if ctx.cluster.delete_with(&self.pod, &options).is_ok() {
            ctx.say(format!(
                "pod {} deleted from {} namespace",
                go::quote(&self.pod.name),
                self.pod.namespace
            ));
        }
        let mut gone = Gone {
            waiting: vec![(self.pod.clone(), self.uid.clone())],
            deadline: None,
            failures: Vec::new(),
            after: None,
            command: self.name.clone(),
        };
        let poll = gone.poll(ctx);
        self.gone = Some(gone);
        match poll {
            Poll::Done(_) => Poll::Done(exit),
            wait => wait,
        }
    }
}

impl Program for Attached {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if let Some(gone) = &mut self.gone {
            return match gone.poll(ctx) {
                Poll::Done(_) => Poll::Done(self.exit),
                wait => wait,
            };
        }
        if let Some(inside) = &mut self.running {
            return match inside.poll(ctx) {
                Poll::Done(exit) => {
                    // It was the container's main process.
                    let container = self.container.clone();
                    ctx.cluster.inject(&Fault::Crash { pod: self.pod.clone(), container, code: exit });
                    self.farewell(ctx);
                    self.end(ctx, exit)
                }
                wait => wait,
            };
        }
        if ctx.interrupted {
            return self.end(ctx, 130);
        }
        let Some(pod) = ctx.cluster.store().get(&self.pod).cloned() else { return Poll::Done(1) };
        let statuses = items(&pod.doc()["status"]["containerStatuses"]);
        let own = statuses.iter().find(|status| text(&status["name"]) == self.container);
        let status = own.or(statuses.first()).cloned().unwrap_or_default();
        if !status["state"]["running"].is_null() {
            if !self.greeted && self.stdin && !self.quiet {
                self.greeted = true;
                ctx.complain("All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.");
            }
            let shell = vec!["sh".to_owned()];
            let command = if self.command.is_empty() { shell } else { self.command.clone() };
            return match Inside::start(ctx, &pod, &self.container, command, self.stdin, self.tty) {
                Ok(inside) => {
                    self.running = Some(inside);
                    self.poll(ctx)
                }
                Err(failure) => {
                    let exit = fail(ctx, &failure, &self.name);
                    self.end(ctx, exit)
                }
            };
        }
        let ended = match &status["state"]["terminated"] {
            Value::Null => &status["lastState"]["terminated"],
            ended => ended,
        };
        if !ended.is_null() {
            // It was over before anyone looked: what it wrote is left.
            let lines: Vec<String> = ctx
                .cluster
                .logs(&self.pod, &self.container, false)
                .map(|lines| lines.iter().map(|line| line.text.clone()).collect())
                .unwrap_or_default();
            for line in lines {
                ctx.say(line);
            }
            let exit = i32::try_from(int(&ended["exitCode"])).unwrap_or(1);
            return self.end(ctx, exit);
        }
        if ctx.cluster.now() >= self.deadline {
            let exit = fail(ctx, &"timed out waiting for the condition".into(), &self.name);
            return self.end(ctx, exit);
        }
        Poll::Wait(Wake::ChangeOr(self.deadline.min(far(ctx.cluster.now()))))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// `kubectl attach`
pub fn attach(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let Some(target) = args.first() else { return Err("at least 1 argument is required for attach".into()) };
    if args.len() > 1 {
        return Err(format!(
            "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: {}",
            args.len(),
            go::quote_list(args.iter().map(String::as_str))
        )
        .into());
    }
    let target = super::exec::Target::find(call, target, "attach to")?;
    let Some(pod) = target.pod(call.ctx) else { return Err("timed out waiting for the condition".into()) };
    let container =
        super::exec::container(&pod, call.flags.text("container").to_owned().as_str(), true, call.ctx)?;
    if !call.flags.on("quiet") {
        call.ctx.complain("All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.");
    }
    if text(&pod.doc()["spec"]["nodeName"]).is_empty() {
        return Err(format!(
            "unable to upgrade connection: pod {} does not have a host assigned",
            pod.meta.name
        )
        .into());
    }
    let key = pod.key();
    if call.ctx.cluster.logs(&key, &container, false).is_none() {
        return Err(format!(
            "unable to upgrade connection: container {container} not found in pod {}_{}",
            key.name, key.namespace
        )
        .into());
    }
    Ok(Next::Run(Box::new(Silent)))
}

/// Shows nothing until Ctrl-C: containers here write to their logs, not to who attaches.
#[derive(Clone, Debug)]
pub struct Silent;

impl Program for Silent {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted { Poll::Done(130) } else { Poll::Wait(Wake::ChangeOr(far(ctx.cluster.now()))) }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
