//! Programs that run other programs: `timeout`, `watch`, `xargs`.

use super::sleep::span;
use crate::api::Instant;
use crate::shell::program::{Ctx, Exit, Input, Poll, Program, Wake};
use crate::shell::programs;
use crate::shell::sh::Sh;
use std::collections::VecDeque;
use std::time::Duration;

/// `timeout [-s SIGNAL] SPAN COMMAND…`
#[derive(Clone, Debug)]
pub struct Timeout {
    words: Vec<String>,
    inner: Option<(Box<dyn Program>, Instant)>,
    politely: bool,
}

impl Timeout {
    /// A timeout of these words.
    pub fn new(words: Vec<String>) -> Self {
        Self { words, inner: None, politely: false }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(Box<dyn Program>, Instant), Exit> {
        let mut words: VecDeque<String> = self.words.drain(..).skip(1).collect();
        while let Some(option) = words.pop_front_if(|word| word.starts_with('-')) {
            let value = match option.as_str() {
                "-s" | "--signal" | "-k" | "--kill-after" => words.pop_front().unwrap_or_default(),
                _ => option.rsplit('=').next().unwrap_or_default().to_owned(),
            };
            self.politely |= matches!(value.as_str(), "INT" | "SIGINT" | "2");
        }
        let (Some(limit), false) = (words.pop_front(), words.is_empty()) else {
            ctx.complain("timeout: missing operand");
            ctx.complain("Try 'timeout --help' for more information.");
            return Err(125);
        };
        let Some(limit) = span(&limit) else {
            ctx.complain(format!("timeout: invalid time interval ‘{limit}’"));
            ctx.complain("Try 'timeout --help' for more information.");
            return Err(125);
        };
        let limit = if limit.is_zero() { span("infinity").unwrap_or_default() } else { limit };
        let name = words[0].clone();
        match programs::make(ctx.cluster, ctx.place, words.into()) {
            Some(program) => Ok((program, ctx.cluster.now() + limit)),
            None => {
                ctx.complain(format!("timeout: failed to run command ‘{name}’: No such file or directory"));
                Err(127)
            }
        }
    }
}

impl Program for Timeout {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        let (mut program, deadline) = match self.inner.take() {
            Some(inner) => inner,
            None => match self.begin(ctx) {
                Ok(inner) => inner,
                Err(status) => return Poll::Done(status),
            },
        };
        if ctx.cluster.now() >= deadline {
            if self.politely {
                let interrupted = std::mem::replace(&mut ctx.interrupted, true);
                // What it still says is all that is wanted of it.
                let _ = program.poll(ctx);
                ctx.interrupted = interrupted;
            }
            return Poll::Done(124);
        }
        match program.poll(ctx) {
            Poll::Done(status) => Poll::Done(status),
            Poll::Wait(wake) => {
                self.inner = Some((program, deadline));
                Poll::Wait(match wake {
                    Wake::Input => Wake::ChangeOr(deadline),
                    wake => wake.either(Wake::At(deadline)),
                })
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// `watch [-n SECONDS] [-t] COMMAND…`
#[derive(Clone, Debug)]
pub struct Watch {
    words: Vec<String>,
    command: String,
    interval: Duration,
    titled: bool,
    running: Option<(Sh, String)>,
    next: Option<Instant>,
}

/// What clears a screen and goes to its top.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

impl Watch {
    /// A watch of these words.
    pub fn new(words: Vec<String>) -> Self {
        let interval = Duration::from_secs(2);
        Self { words, command: String::new(), interval, titled: true, running: None, next: None }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Option<Exit> {
        let mut words = self.words.iter().skip(1).peekable();
        while let Some(option) = words.next_if(|word| word.starts_with('-')) {
            let value = match option.as_str() {
                "-n" | "--interval" => words.next().cloned(),
                "-t" | "--no-title" => {
                    self.titled = false;
                    None
                }
                option => option.strip_prefix("-n").or(option.strip_prefix("--interval=")).map(str::to_owned),
            };
            if let Some(value) = value {
                match span(&value).filter(|span| !span.is_zero()) {
                    Some(interval) => self.interval = interval.max(Duration::from_millis(100)),
                    None => {
                        ctx.complain(format!("watch: failed to parse argument: '{value}'"));
                        return Some(1);
                    }
                }
            }
        }
        self.command = words.cloned().collect::<Vec<_>>().join(" ");
        if self.command.is_empty() {
            ctx.complain("Usage:\n watch [options] command");
            return Some(1);
        }
        self.next = Some(ctx.cluster.now());
        None
    }
}

impl Program for Watch {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        if self.command.is_empty()
            && let Some(status) = self.begin(ctx)
        {
            return Poll::Done(status);
        }
        if let Some((mut shell, mut output)) = self.running.take() {
            let mut input = Input::closed("");
            let (mut out, mut err) = (String::new(), String::new());
            let poll = shell.poll(&mut ctx.with(&mut input, &mut out, &mut err));
            output += &out;
            output += &err;
            let Poll::Wait(wake) = poll else {
                let mut screen = CLEAR.to_owned();
                if self.titled {
                    let every = self.interval.as_secs_f64();
                    let now = ctx.cluster.now().strftime("%a %b %e %T %Y");
                    screen += &format!("Every {every:.1}s: {}    {now}\n\n", self.command);
                }
                ctx.stdout.push_str(&screen);
                ctx.stdout.push_str(&output);
                let next = ctx.cluster.now() + self.interval;
                self.next = Some(next);
                return Poll::Wait(Wake::At(next));
            };
            self.running = Some((shell, output));
            return Poll::Wait(wake);
        }
        match self.next {
            Some(next) if next > ctx.cluster.now() => Poll::Wait(Wake::At(next)),
            _ => {
                let words = vec!["sh".to_owned(), "-c".to_owned(), self.command.clone()];
                self.running = Some((Sh::new(words), String::new()));
                Poll::Wait(Wake::Yield)
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// `xargs [-n COUNT] [-I TEXT] [-r] [COMMAND…]`
#[derive(Clone, Debug)]
pub struct Xargs {
    words: Vec<String>,
    /// Command lines still to run.
    left: Option<VecDeque<Vec<String>>>,
    running: Option<Box<dyn Program>>,
    status: Exit,
}

impl Xargs {
    /// An xargs of these words.
    pub fn new(words: Vec<String>) -> Self {
        Self { words, left: None, running: None, status: 0 }
    }

    /// The command lines that a text makes.
    fn lines(&self, text: &str) -> Result<VecDeque<Vec<String>>, String> {
        let (mut count, mut replace, mut only_if_any, mut zero) = (usize::MAX, None, false, false);
        let mut words = self.words.iter().skip(1).peekable();
        while let Some(option) = words.next_if(|word| word.len() > 1 && word.starts_with('-')) {
            let attached = option.get(2..).unwrap_or_default().to_owned();
            let mut value = || {
                if attached.is_empty() { words.next().cloned().unwrap_or_default() } else { attached.clone() }
            };
            match option.as_bytes().get(1) {
                Some(b'n' | b'L') => {
                    let value = value();
                    count = value
                        .parse()
                        .ok()
                        .filter(|count| *count > 0)
                        .ok_or_else(|| format!("xargs: invalid number \"{value}\" for -n option"))?;
                }
                Some(b'I' | b'i') => replace = Some(value()),
                Some(b'P' | b'd' | b's') => drop(value()),
                Some(b'r') => only_if_any = true,
                Some(b'0') => zero = true,
                Some(b't' | b'x' | b'p') => {}
                _ if option == "--no-run-if-empty" => only_if_any = true,
                _ => return Err(format!("xargs: invalid option -- '{}'", &option[1..])),
            }
        }
        let mut command: Vec<String> = words.cloned().collect();
        if command.is_empty() {
            command.push("echo".to_owned());
        }
        if let Some(replace) = replace {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let line = |line: &str| command.iter().map(|word| word.replace(&replace, line)).collect();
            return Ok(lines.map(line).collect());
        }
        let arguments = if zero {
            text.split('\0').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        } else {
            words_of(text)?
        };
        if arguments.is_empty() {
            return Ok(if only_if_any { VecDeque::new() } else { VecDeque::from([command]) });
        }
        let line = |chunk: &[String]| command.iter().chain(chunk).cloned().collect();
        Ok(arguments.chunks(count.min(arguments.len())).map(line).collect())
    }
}

/// The words of a text: blanks part them, quotes and backslashes hold them together.
fn words_of(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), '\n') => break,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(open) = quote {
        let kind = if open == '\'' { "single" } else { "double" };
        return Err(format!(
            "xargs: unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"
        ));
    }
    words.extend(word);
    Ok(words)
}

impl Program for Xargs {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
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
                let Poll::Done(status) = poll else { return poll };
                if status != 0 {
                    self.status = if status == 255 { 124 } else { 123 };
                }
                self.running = None;
            }
            if self.left.is_none() {
                if !ctx.stdin.closed {
                    return Poll::Wait(Wake::Input);
                }
                let text = ctx.stdin.take();
                match self.lines(&text) {
                    Ok(lines) => self.left = Some(lines),
                    Err(message) => {
                        ctx.complain(message);
                        return Poll::Done(1);
                    }
                }
            }
            let Some(line) = self.left.as_mut().and_then(VecDeque::pop_front) else {
                return Poll::Done(self.status);
            };
            let name = line[0].clone();
            match programs::make(ctx.cluster, ctx.place, line) {
                Some(program) => self.running = Some(program),
                None => {
                    ctx.complain(format!("xargs: {name}: No such file or directory"));
                    return Poll::Done(127);
                }
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
