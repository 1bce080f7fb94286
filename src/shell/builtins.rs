//! What a shell does itself, because a program could not: it changes the shell.

use super::files::absolute;
use super::jobs::{jobs, kill};
use super::line::{self, Script};
use super::program::{Ctx, Exit};
use super::scope::{Flow, Scope, Unset};
use super::{condition, printf, programs};
use std::sync::Arc;

/// What a builtin comes to.
pub enum Builtin {
    /// It is done.
    Done(Exit),
    /// A script is run in its place (`eval`, `.`).
    Script(Script),
    /// A line of input is read into variables.
    Read(Vec<String>),
    /// The shell waits for its jobs.
    Wait,
    /// A program is run, functions and builtins passed over (`command`, `exec`).
    Command(Vec<String>),
}

/// A builtin.
pub type Act = fn(&mut Scope, &[String], &mut Ctx<'_>) -> Builtin;

/// The builtins, by name.
pub const BUILTINS: &[(&str, Act)] = &[
    (":", |_, _, _| Builtin::Done(0)),
    (".", source),
    ("[", |scope, args, ctx| Builtin::Done(condition::test(scope, args, ctx))),
    ("alias", alias),
    ("break", |scope, args, ctx| looping(scope, args, ctx, Flow::Break)),
    ("cd", cd),
    ("command", command),
    ("continue", |scope, args, ctx| looping(scope, args, ctx, Flow::Continue)),
    ("declare", local),
    ("echo", echo),
    ("eval", eval),
    ("exec", |_, args, _| match args {
        [_] => Builtin::Done(0),
        _ => Builtin::Command(args[1..].to_vec()),
    }),
    ("exit", |scope, args, _| leave(scope, args, Flow::Exit)),
    ("export", export),
    ("false", |_, _, _| Builtin::Done(1)),
    ("fg", |_, _, _| Builtin::Wait),
    ("history", history),
    ("jobs", jobs),
    ("kill", kill),
    ("let", reckon),
    ("local", local),
    ("printf", |_, args, ctx| Builtin::Done(printf::run(args, ctx))),
    ("pwd", |scope, _, ctx| {
        ctx.say(&scope.cwd);
        Builtin::Done(0)
    }),
    ("read", |_, args, _| {
        let names = args[1..].iter().filter(|arg| !arg.starts_with('-')).cloned().collect();
        Builtin::Read(names)
    }),
    ("readonly", local),
    ("return", |scope, args, _| leave(scope, args, Flow::Return)),
    ("set", set),
    ("shift", |scope, args, _| {
        let count = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(1_usize);
        let there = scope.arguments.len().saturating_sub(1);
        scope.arguments.drain(1..1 + count.min(there));
        Builtin::Done(Exit::from(count > there))
    }),
    ("source", source),
    ("test", |scope, args, ctx| Builtin::Done(condition::test(scope, args, ctx))),
    ("trap", trap),
    ("true", |_, _, _| Builtin::Done(0)),
    ("type", kind),
    ("typeset", local),
    ("unalias", |scope, args, _| {
        args[1..].iter().for_each(|name| drop(scope.aliases.remove(name)));
        Builtin::Done(0)
    }),
    ("unset", |scope, args, _| {
        for name in args[1..].iter().filter(|arg| !arg.starts_with('-')) {
            scope.variables.remove(name);
            scope.functions.remove(name);
        }
        Builtin::Done(0)
    }),
    ("wait", |_, _, _| Builtin::Wait),
];

/// The builtin of that name.
pub fn find(name: &str) -> Option<Act> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, act)| *act)
}

fn cd(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let (target, mut announce) = match args.get(1).map(String::as_str) {
        None => (scope.value("HOME").unwrap_or_else(|| "/".to_owned()), false),
        Some("-") => (scope.previous.clone(), true),
        Some(path) => (path.to_owned(), false),
    };
    let mut path = absolute(&scope.cwd, &target);
    if let Some(list) = scope.value("CDPATH").filter(|_| !target.starts_with(['/', '.'])) {
        let home = scope.value("HOME").unwrap_or_default();
        let found = list.split(':').map(|base| absolute(&scope.cwd, &base.replacen('~', &home, 1)));
        let found: Vec<String> = found.map(|base| absolute(&base, &target)).collect();
        if let Some(first) = found.into_iter().find(|path| ctx.files().is_directory(path)) {
            announce |= first != path;
            path = first;
        }
    }
    if !ctx.files().is_directory(&path) {
        let why = if ctx.files().exists(&path) { "Not a directory" } else { "No such file or directory" };
        ctx.complain(format!("{}: cd: {target}: {why}", scope.shell));
        return Builtin::Done(1);
    }
    scope.previous = std::mem::replace(&mut scope.cwd, path);
    if announce {
        ctx.say(&scope.cwd);
    }
    Builtin::Done(0)
}

fn echo(_: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let (mut newline, mut escapes, mut at) = (true, false, 1);
    while let Some(flags) = args.get(at).and_then(|arg| arg.strip_prefix('-')) {
        if flags.is_empty() || !flags.chars().all(|c| matches!(c, 'n' | 'e' | 'E')) {
            break;
        }
        newline &= !flags.contains('n');
        escapes |= flags.contains('e');
        at += 1;
    }
    let text = args[at..].join(" ");
    ctx.stdout.push_str(&if escapes { printf::unescape(&text) } else { text });
    if newline {
        ctx.stdout.push('\n');
    }
    Builtin::Done(0)
}

fn alias(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    if args.len() == 1 {
        for (name, value) in &scope.aliases {
            ctx.say(format!("alias {name}='{value}'"));
        }
    }
    let mut status = 0;
    for arg in &args[1..] {
        match (arg.split_once('='), scope.aliases.get(arg)) {
            (Some((name, value)), _) => drop(scope.aliases.insert(name.to_owned(), value.to_owned())),
            (None, Some(value)) => ctx.say(format!("alias {arg}='{value}'")),
            (None, None) => {
                ctx.complain(format!("{}: alias: {arg}: not found", scope.shell));
                status = 1;
            }
        }
    }
    Builtin::Done(status)
}

fn looping(scope: &mut Scope, args: &[String], _: &mut Ctx<'_>, flow: fn(u32) -> Flow) -> Builtin {
    let levels = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    scope.flow = Some(flow(levels));
    Builtin::Done(0)
}

fn leave(scope: &mut Scope, args: &[String], flow: fn(Exit) -> Flow) -> Builtin {
    let status = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(scope.status);
    scope.flow = Some(flow(status));
    Builtin::Done(status)
}

fn command(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    match args.get(1).map(String::as_str) {
        Some("-v" | "-V") => {
            let Some(name) = args.get(2) else { return Builtin::Done(0) };
            let known = find(name).is_some() || scope.functions.contains_key(name);
            if known {
                ctx.say(name);
            } else if programs::exists(ctx, name) {
                ctx.say(format!("/usr/bin/{name}"));
            } else {
                return Builtin::Done(1);
            }
            Builtin::Done(0)
        }
        Some(_) => Builtin::Command(args[1..].to_vec()),
        None => Builtin::Done(0),
    }
}

fn kind(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let mut status = 0;
    for name in &args[1..] {
        if let Some(alias) = scope.aliases.get(name) {
            ctx.say(format!("{name} is aliased to `{alias}'"));
        } else if scope.functions.contains_key(name) {
            ctx.say(format!("{name} is a function"));
        } else if find(name).is_some() {
            ctx.say(format!("{name} is a shell builtin"));
        } else if programs::exists(ctx, name) {
            ctx.say(format!("{name} is /usr/bin/{name}"));
        } else {
            ctx.complain(format!("{}: type: {name}: not found", scope.shell));
            status = 1;
        }
    }
    Builtin::Done(status)
}

fn eval(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    run_text(scope, &args[1..].join(" "), ctx)
}

fn source(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let Some(path) = args.get(1) else {
        ctx.complain(format!("{}: {}: filename argument required", scope.shell, args[0]));
        return Builtin::Done(2);
    };
    match ctx.files().read(&absolute(&scope.cwd, path)).map(str::to_owned) {
        Ok(text) => run_text(scope, &text, ctx),
        Err(error) => {
            ctx.complain(format!("{}: {path}: {error}", scope.shell));
            Builtin::Done(1)
        }
    }
}

fn run_text(scope: &Scope, text: &str, ctx: &mut Ctx<'_>) -> Builtin {
    match line::parse(text) {
        Ok(script) => Builtin::Script(script),
        Err(error) => {
            ctx.complain(format!("{}: {error}", scope.shell));
            Builtin::Done(2)
        }
    }
}

fn export(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    if args.len() == 1 {
        for (name, value) in scope.environment() {
            ctx.say(format!("declare -x {name}=\"{value}\""));
        }
    }
    for arg in args[1..].iter().filter(|arg| !arg.starts_with('-')) {
        match arg.split_once('=') {
            Some((name, value)) => {
                scope.set(name, value);
                scope.exported.insert(name.to_owned());
            }
            None => drop(scope.exported.insert(arg.clone())),
        }
    }
    Builtin::Done(0)
}

/// `local`, `declare`, `readonly`: variables of the shell, whatever is said of them besides.
fn local(scope: &mut Scope, args: &[String], _: &mut Ctx<'_>) -> Builtin {
    for arg in args[1..].iter().filter(|arg| !arg.starts_with('-')) {
        match arg.split_once('=') {
            Some((name, value)) => scope.set(name, value),
            None if args[0] == "local" => scope.set(arg, ""),
            None => {}
        }
    }
    Builtin::Done(0)
}

/// `let`: each word is an expression; the last one decides.
fn reckon(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let mut value = 0;
    for arg in &args[1..] {
        match super::arithmetic::evaluate(arg, scope) {
            Ok(result) => value = result,
            Err(Unset(message)) => {
                ctx.complain(format!("{}: let: {message}", scope.shell));
                return Builtin::Done(1);
            }
        }
    }
    Builtin::Done(Exit::from(value == 0))
}

/// `trap COMMANDS SIGNAL…`: of the signals, `EXIT` and `INT` come here.
fn trap(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let words: Vec<&String> = args[1..].iter().filter(|arg| *arg != "--").collect();
    let (commands, signals) = match words.as_slice() {
        [] => (None, &[][..]),
        [print] if *print == "-p" => (None, &[][..]),
        [signal] => (Some("-"), std::slice::from_ref(signal)),
        [commands, signals @ ..] => (Some(commands.as_str()), signals),
    };
    let Some(commands) = commands else {
        for (signal, commands) in &scope.traps {
            let sig = if signal == "EXIT" { "" } else { "SIG" };
            ctx.say(format!("trap -- '{commands}' {sig}{signal}"));
        }
        return Builtin::Done(0);
    };
    for signal in signals {
        let name = match signal.to_ascii_uppercase().trim_start_matches("SIG") {
            "0" => "EXIT".to_owned(),
            "2" => "INT".to_owned(),
            "15" => "TERM".to_owned(),
            name => name.to_owned(),
        };
        if commands == "-" {
            scope.traps.remove(&name);
        } else {
            scope.traps.insert(name, commands.to_owned());
        }
    }
    Builtin::Done(0)
}

fn set(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    if args.len() == 1 {
        for (name, value) in &scope.variables {
            ctx.say(format!("{name}={value}"));
        }
    }
    let mut words = args[1..].iter().enumerate();
    while let Some((index, arg)) = words.next() {
        let on = arg.starts_with('-');
        if arg.len() < 2 || arg == "--" || !arg.starts_with(['-', '+']) {
            scope.arguments.truncate(1);
            scope.arguments.extend_from_slice(&args[1 + index + usize::from(arg == "--")..]);
            break;
        }
        for letter in arg[1..].chars() {
            let name = if letter == 'o' { words.next().map_or("", |(_, name)| name) } else { "" };
            match (letter, name) {
                ('e', _) | ('o', "errexit") => scope.errexit = on,
                ('x', _) | ('o', "xtrace") => scope.xtrace = on,
                ('u', _) | ('o', "nounset") => scope.nounset = on,
                ('o', "pipefail") => scope.pipefail = on,
                _ => {}
            }
        }
    }
    Builtin::Done(0)
}

/// Gives the fields of a line to variables, the last one taking the rest.
pub fn assign_fields(scope: &mut Scope, names: &[String], line: &str) {
    let mut rest = line.trim();
    for (index, name) in names.iter().enumerate() {
        let last = index + 1 == names.len();
        let (field, after) = match rest.split_once(char::is_whitespace) {
            Some((field, after)) if !last => (field, after.trim_start()),
            _ => (rest, ""),
        };
        scope.set(name, field);
        rest = after;
    }
    if names.is_empty() {
        scope.set("REPLY", line);
    }
}

/// The lines that were typed, all or the last of them; `-c` forgets them, `-d` one of them.
fn history(scope: &mut Scope, args: &[String], ctx: &mut Ctx<'_>) -> Builtin {
    let lines = scope.history.len();
    let refused = |ctx: &mut Ctx<'_>, why: String| {
        ctx.complain(format!("{}: history: {why}", scope.shell));
        Builtin::Done(1)
    };
    let shown = match &args[1..] {
        [] => lines,
        [flag] if flag == "-c" => {
            scope.history = Arc::default();
            return Builtin::Done(0);
        }
        [flag, place] if flag == "-d" => {
            let Some(at) = place.parse::<usize>().ok().filter(|at| (1..=lines).contains(at)) else {
                return refused(ctx, format!("{place}: history position out of range"));
            };
            Arc::make_mut(&mut scope.history).remove(at - 1);
            return Builtin::Done(0);
        }
        [count] => match count.parse() {
            Ok(count) => count,
            Err(_) => return refused(ctx, format!("{count}: numeric argument required")),
        },
        _ => return refused(ctx, "too many arguments".to_owned()),
    };
    for (at, line) in scope.history.iter().enumerate().skip(lines.saturating_sub(shown)) {
        ctx.say(format!("{:>5}  {line}", at + 1));
    }
    Builtin::Done(0)
}
