//! `find`: files by name and kind, and what is done with them.

use crate::shell::files::{absolute, matches_pattern, name};
use crate::shell::program::{Ctx, Exit, Input, Poll, Program, Wake};
use crate::shell::programs;
use std::collections::VecDeque;

/// `find [PATH…] [-name P] [-iname P] [-path P] [-type f|d] [-maxdepth N] [-mindepth N] [-not …]
/// [-print] [-print0] [-delete] [-exec COMMAND {} \;|+]`
#[derive(Clone, Debug)]
pub struct Find {
    args: Vec<String>,
    begun: bool,
    /// The commands still to be run.
    left: VecDeque<Vec<String>>,
    running: Option<Box<dyn Program>>,
    status: Exit,
}

/// What `find` can ask besides.
const REAL: &str = "-o -or -size -mtime -mmin -atime -ctime -newer -perm -user -group -regex -prune -printf -ls -ok -execdir \
    -follow -xdev -mount -depth -quit -links -inum";

/// What is asked of the files.
#[derive(Default)]
struct Query {
    paths: Vec<String>,
    /// Whether a test is negated, the test and its operand.
    tests: Vec<(bool, String, String)>,
    shallowest: usize,
    deepest: Option<usize>,
    prints: Option<char>,
    deletes: bool,
    /// The command, and whether one run of it takes all files.
    exec: Option<(Vec<String>, bool)>,
}

impl Find {
    /// A find of these words.
    pub fn new(args: Vec<String>) -> Self {
        Self { args, begun: false, left: VecDeque::new(), running: None, status: 0 }
    }

    fn read(&self) -> Result<Query, String> {
        let mut query = Query::default();
        let mut negated = false;
        let mut words = self.args[1..].iter().peekable();
        while let Some(path) = words.next_if(|word| !word.starts_with(['-', '!', '('])) {
            query.paths.push(path.clone());
        }
        if query.paths.is_empty() {
            query.paths.push(".".to_owned());
        }
        while let Some(word) = words.next() {
            match word.as_str() {
                "-not" | "!" => negated = true,
                "-a" | "-and" => {}
                "-print" => query.prints = Some('\n'),
                "-print0" => query.prints = Some('\0'),
                "-delete" => query.deletes = true,
                "-empty" => query.tests.push((std::mem::take(&mut negated), word.clone(), String::new())),
                "-exec" => {
                    let mut command = Vec::new();
                    let end = loop {
                        match words.next().map(String::as_str) {
                            Some(end @ (";" | "+")) => break end,
                            Some(word) => command.push(word.to_owned()),
                            None => return Err("find: missing argument to `-exec'".to_owned()),
                        }
                    };
                    query.exec = Some((command, end == "+"));
                }
                "-maxdepth" | "-mindepth" | "-name" | "-iname" | "-path" | "-wholename" | "-type" => {
                    let value = words.next().ok_or_else(|| format!("find: missing argument to `{word}'"))?;
                    match (word.as_str(), value.parse()) {
                        ("-maxdepth", depth) => query.deepest = depth.ok(),
                        ("-mindepth", depth) => query.shallowest = depth.unwrap_or(0),
                        _ => query.tests.push((std::mem::take(&mut negated), word.clone(), value.clone())),
                    }
                }
                other if REAL.split(' ').any(|real| real == other) => {
                    return Err(format!("find: {other} is not simulated here"));
                }
                other => return Err(format!("find: unknown predicate `{other}'")),
            }
        }
        Ok(query)
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(), Exit> {
        let query = self.read().map_err(|message| {
            ctx.complain(message);
            1
        })?;
        let found = self.found(&query, ctx);
        for path in &found {
            if let Some(end) = query.prints.or((query.exec.is_none() && !query.deletes).then_some('\n')) {
                ctx.stdout.push_str(path);
                ctx.stdout.push(end);
            }
        }
        if query.deletes {
            // What is inside goes first.
            for path in found.iter().rev() {
                let place = absolute(ctx.cwd, path);
                if let Err(error) =
                    ctx.files().remove(&place, false).or_else(|_| ctx.files().remove_directory(&place))
                {
                    ctx.complain(format!("find: cannot delete ‘{path}’: {error}"));
                    self.status = 1;
                }
            }
        }
        if let Some((command, together)) = query.exec {
            let with = |paths: &[String]| -> Vec<String> {
                let put = |word: &String| match paths {
                    [path] => vec![word.replace("{}", path)],
                    paths if word == "{}" => paths.to_vec(),
                    _ => vec![word.clone()],
                };
                command.iter().flat_map(put).collect()
            };
            let size = if together { found.len().max(1) } else { 1 };
            self.left = found.chunks(size).map(with).collect();
        }
        Ok(())
    }

    fn found(&mut self, query: &Query, ctx: &mut Ctx<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for path in &query.paths {
            let root = absolute(ctx.cwd, path);
            if !ctx.files().exists(&root) {
                ctx.complain(format!("find: ‘{path}’: No such file or directory"));
                self.status = 1;
                continue;
            }
            let mut stack = vec![(path.clone(), root, 0)];
            while let Some((shown, full, depth)) = stack.pop() {
                let directory = ctx.files().is_directory(&full);
                let inside = if directory { ctx.files().list(&full) } else { Vec::new() };
                let holds = query.tests.iter().all(|(negated, test, value)| {
                    let holds = match test.as_str() {
                        "-name" => matches_pattern(value, name(&full)),
                        "-iname" => matches_pattern(&value.to_lowercase(), &name(&full).to_lowercase()),
                        "-path" | "-wholename" => matches_pattern(value, &shown),
                        "-empty" if directory => inside.is_empty(),
                        "-empty" => ctx.files().read(&full).is_ok_and(str::is_empty),
                        _ => directory == (value == "d"),
                    };
                    holds != *negated
                });
                if directory && query.deepest.is_none_or(|deepest| depth < deepest) {
                    let joined = |name: &str| format!("{}/{name}", shown.trim_end_matches('/'));
                    stack.extend(
                        inside.iter().rev().map(|(name, _)| (joined(name), absolute(&full, name), depth + 1)),
                    );
                }
                if holds && depth >= query.shallowest {
                    found.push(shown);
                }
            }
        }
        found
    }
}

impl Program for Find {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if !std::mem::replace(&mut self.begun, true)
            && let Err(status) = self.begin(ctx)
        {
            return Poll::Done(status);
        }
        loop {
            if ctx.interrupted {
                return Poll::Done(130);
            }
            if let Some(program) = &mut self.running {
                let mut input = Input::closed("");
                let (mut out, mut err) = (String::new(), String::new());
                let poll = program.poll(&mut ctx.with(&mut input, &mut out, &mut err));
                ctx.stdout.push_str(&out);
                ctx.stderr.push_str(&err);
                let Poll::Done(_) = poll else { return poll };
                self.running = None;
            }
            let Some(words) = self.left.pop_front().filter(|words| !words.is_empty()) else {
                return Poll::Done(self.status);
            };
            let first = words[0].clone();
            self.running = programs::make(ctx.cluster, ctx.place, words);
            if self.running.is_none() {
                ctx.complain(format!("find: ‘{first}’: No such file or directory"));
            }
            if !ctx.step() {
                return Poll::Wait(Wake::Yield);
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
