//! Runs the tree of a script as a state machine: polled, cloneable, interruptible.
//!
//! Each run below holds where it is in the tree and the run of the part being executed. A poll goes
//! down to the command that is running, and up again with its status. Nothing here waits.

use super::builtins::{self, Builtin};
use super::line::{AndOr, Command, CommandKind, Op, Pipeline, Redirect, RedirectKind, Script};
use super::program::{Ctx, Exit, Input, Poll, Program, Wake};
use super::scope::{Expander, Flow, Scope, Unset, substitutions};
use super::{files, programs};

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

#[derive(Clone, Debug)]
struct CommandRun {
    state: State,
    redirects: Routes,
    depth: usize,
}

#[derive(Clone, Debug)]
enum State {
    Start,
    Substituting { scripts: Vec<Script>, outputs: Vec<String>, current: Option<Box<Capture>> },
    Running(Running),
}

#[derive(Clone, Debug)]
struct Capture {
    list: ListRun,
    scope: Box<Scope>,
    output: String,
}

#[derive(Clone, Debug)]
enum Running {
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

/// Where a command's streams lead.
#[derive(Clone, Debug, Default)]
struct Routes {
    input: Option<Input>,
    out: Route,
    err: Route,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Route {
    #[default]
    Inherit,
    Out,
    Err,
    File(String),
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
                builtins::start_job(scope, ctx, run, &item.list.text);
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
        let Some(status) = self.stages[last].exit else { return Poll::Wait(wake) };
        if pipeline.timed {
            let took = ctx.cluster.now().since(self.started);
            let (minutes, seconds) = (took.as_secs() / 60, took.as_secs_f64() % 60.0);
            ctx.complain(format!("\nreal\t{minutes}m{seconds:.3}s\nuser\t0m0.000s\nsys\t0m0.000s"));
        }
        Poll::Done(status)
    }
}

impl CommandRun {
    fn poll(&mut self, command: &Command, scope: &mut Scope, ctx: &mut Ctx<'_>) -> Poll {
        loop {
            match &mut self.state {
                State::Start => {
                    if self.depth > DEEPEST {
                        ctx.complain(format!("{}: maximum nesting level exceeded ({DEEPEST})", scope.shell));
                        scope.flow = Some(Flow::Exit(1));
                        return Poll::Done(1);
                    }
                    let scripts = substitutions(words(command));
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
                ctx.complain(format!("{}: {message}", scope.shell));
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

impl Running {
    fn poll(&mut self, command: &Command, scope: &mut Scope, ctx: &mut Ctx<'_>, depth: usize) -> Poll {
        match self {
            Self::Program { program, env } => {
                // A program runs where the shell stands now, with the environment it was started with.
                let cwd = scope.cwd.clone();
                let mut inner = Ctx {
                    cluster: ctx.cluster,
                    world: ctx.world,
                    place: ctx.place,
                    cwd: &cwd,
                    env,
                    stdin: ctx.stdin,
                    stdout: ctx.stdout,
                    stderr: ctx.stderr,
                    interrupted: ctx.interrupted,
                    tty: ctx.tty,
                    budget: ctx.budget,
                };
                program.poll(&mut inner)
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
            Self::Subshell { list, scope } => match list.poll(scope, ctx) {
                Poll::Done(_) => Poll::Done(scope.end()),
                wait => wait,
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
                let CommandKind::While { condition: test, body, until } = &command.kind else {
                    return Poll::Done(0);
                };
                loop {
                    let poll = list.poll(scope, ctx);
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
                        *list = ListRun::at_depth(test.clone(), depth + 1);
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

impl Routes {
    fn open(command: &Command, targets: Vec<String>, scope: &Scope, ctx: &mut Ctx<'_>) -> Result<Self, Exit> {
        let mut routes = Self::default();
        for (Redirect { fd, kind }, target) in command.redirects.iter().zip(targets) {
            let path = files::absolute(&scope.cwd, &target);
            let fail = |ctx: &mut Ctx<'_>, error: files::FileError| {
                ctx.complain(format!("{}: {target}: {error}", scope.shell));
                1
            };
            match kind {
                RedirectKind::Text(_) => routes.input = Some(Input::closed(target.clone())),
                RedirectKind::Read(_) if target == "/dev/null" => routes.input = Some(Input::closed("")),
                RedirectKind::Read(_) => {
                    let text = ctx.files().read(&path).map(str::to_owned);
                    routes.input = Some(Input::closed(text.map_err(|error| fail(ctx, error))?));
                }
                RedirectKind::Duplicate(2) => routes.out = Route::Err,
                RedirectKind::Duplicate(_) => {
                    routes.err = if routes.out == Route::Inherit { Route::Out } else { routes.out.clone() };
                }
                RedirectKind::Write(_) | RedirectKind::Append(_) | RedirectKind::WriteBoth(_) => {
                    let keep = matches!(kind, RedirectKind::Append(_)) && ctx.files().exists(&path);
                    if !keep && target != "/dev/null" {
                        ctx.files().write(&path, "").map_err(|error| fail(ctx, error))?;
                    }
                    let route = Route::File(path);
                    if *fd == 2 && !matches!(kind, RedirectKind::WriteBoth(_)) {
                        routes.err = route;
                    } else {
                        if matches!(kind, RedirectKind::WriteBoth(_)) {
                            routes.err = route.clone();
                        }
                        routes.out = route;
                    }
                }
            }
        }
        Ok(routes)
    }

    fn deliver(&self, ctx: &mut Ctx<'_>, out: &str, err: &str) {
        for (text, route, own) in [(out, &self.out, 1), (err, &self.err, 2)] {
            match route {
                _ if text.is_empty() => {}
                Route::Inherit if own == 2 => ctx.stderr.push_str(text),
                Route::Inherit | Route::Out => ctx.stdout.push_str(text),
                Route::Err => ctx.stderr.push_str(text),
                Route::File(path) if path == "/dev/null" => {}
                Route::File(path) => {
                    let files = ctx.files();
                    let mut whole = files.read(path).map(str::to_owned).unwrap_or_default();
                    whole.push_str(text);
                    // It could be written when it was opened.
                    files.place(path, whole);
                }
            }
        }
    }
}

/// Every word of a command that is expanded before it starts, in order.
fn words(command: &Command) -> Vec<&super::line::Word> {
    let mut words = Vec::new();
    match &command.kind {
        CommandKind::Simple { assignments, words: fields } => {
            words.extend(assignments.iter().map(|(_, word)| word));
            words.extend(fields);
        }
        CommandKind::For { words: Some(fields), .. } => words.extend(fields),
        CommandKind::Case { word, .. } => words.push(word),
        _ => {}
    }
    words.extend(command.redirects.iter().filter_map(|redirect| match &redirect.kind {
        RedirectKind::Duplicate(_) => None,
        RedirectKind::Read(word)
        | RedirectKind::Write(word)
        | RedirectKind::Append(word)
        | RedirectKind::WriteBoth(word)
        | RedirectKind::Text(word) => Some(word),
    }));
    words
}

/// Assignments, fields, and the target of each redirection.
type Expanded = (Vec<(String, String)>, Vec<String>, Vec<String>);

fn expand(command: &Command, expander: &mut Expander<'_>) -> Result<Expanded, Unset> {
    let (mut assignments, mut fields, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    match &command.kind {
        CommandKind::Simple { assignments: given, words } => {
            for (name, word) in given {
                assignments.push((name.clone(), expander.text(word)?));
            }
            for word in words {
                fields.extend(expander.fields(word)?);
            }
        }
        CommandKind::For { words: Some(words), .. } => {
            for word in words {
                fields.extend(expander.fields(word)?);
            }
        }
        CommandKind::Case { word, .. } => fields.push(expander.text(word)?),
        _ => {}
    }
    for redirect in &command.redirects {
        targets.push(match &redirect.kind {
            RedirectKind::Duplicate(_) => String::new(),
            RedirectKind::Read(word)
            | RedirectKind::Write(word)
            | RedirectKind::Append(word)
            | RedirectKind::WriteBoth(word)
            | RedirectKind::Text(word) => expander.text(word)?,
        });
    }
    Ok((assignments, fields, targets))
}

impl Scope {
    /// A copy for a subshell: the same variables, no jobs.
    pub fn subshell(&self) -> Scope {
        Scope { jobs: Vec::new(), flow: None, ..self.clone() }
    }

    /// The status of a shell that has run to its end, `exit` taken into account.
    pub fn end(&mut self) -> Exit {
        match self.flow.take() {
            Some(Flow::Exit(status) | Flow::Return(status)) => status,
            _ => self.status,
        }
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
