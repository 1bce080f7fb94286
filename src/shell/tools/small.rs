//! Small programs: what a machine says of itself, numbers, names of files, what a shell has built in.

use crate::api::Ordered;
use crate::shell::arithmetic;
use crate::shell::builtins::{self, Builtin};
use crate::shell::files;
use crate::shell::program::{Ctx, Exit, Place};
use crate::shell::programs;
use crate::shell::scope::Scope;
use crate::shell::tools::net::machine::sockets;

/// The most numbers `seq` prints.
const MOST: usize = 100_000;

/// A builtin of the shell run as a program: `timeout 3 echo`, `kubectl exec … -- echo`.
pub fn builtin(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let shell = if programs::is_busybox(ctx.cluster, ctx.place) { "sh" } else { "bash" };
    let mut scope = Scope { cwd: ctx.cwd.to_owned(), shell: shell.to_owned(), ..Scope::default() };
    match builtins::find(&args[0]).map(|act| act(&mut scope, args, ctx)) {
        Some(Builtin::Done(status)) => status,
        _ => 0,
    }
}

/// `seq [FIRST [STEP]] LAST`
pub fn seq(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let (mut separator, mut wide) = ("\n".to_owned(), false);
    let mut numbers = Vec::new();
    let mut words = args[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-w" => wide = true,
            "-s" => separator = words.next().cloned().unwrap_or_default(),
            _ if word.starts_with("-s") => separator = word[2..].to_owned(),
            _ => match word.parse::<f64>() {
                Ok(number) if number.is_finite() => numbers.push((number, word)),
                _ => {
                    ctx.complain(format!("seq: invalid floating point argument: '{word}'"));
                    return 1;
                }
            },
        }
    }
    let (first, step, last) = match numbers[..] {
        [(last, _)] => (1.0, 1.0, last),
        [(first, _), (last, _)] => (first, 1.0, last),
        [(first, _), (step, _), (last, _)] => (first, step, last),
        _ => {
            ctx.complain(if numbers.is_empty() { "seq: missing operand" } else { "seq: extra operand" });
            return 1;
        }
    };
    if step == 0.0 {
        ctx.complain("seq: invalid Zero increment value: '0'");
        return 1;
    }
    let decimals = numbers
        .iter()
        .map(|(_, word)| word.split_once('.').map_or(0, |(_, part)| part.len()))
        .max()
        .unwrap_or(0);
    let count = ((last - first) / step + 1e-9).floor();
    let mut lines: Vec<String> = Vec::new();
    for index in 0..MOST {
        if index as f64 > count {
            break;
        }
        lines.push(format!("{:.decimals$}", first + index as f64 * step));
    }
    if wide {
        let width = lines.iter().map(String::len).max().unwrap_or(0);
        lines.iter_mut().for_each(|line| *line = format!("{line:0>width$}"));
    }
    if !lines.is_empty() {
        ctx.say(lines.join(&separator));
    }
    0
}

/// `chmod MODE FILE…`: everybody may do everything here, so that it only looks whether the files are there.
pub fn change_mode(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let mut status = 0;
    let operands: Vec<&String> = args[1..].iter().filter(|arg| !arg.starts_with('-')).collect();
    for path in operands.iter().skip(1) {
        let place = files::absolute(ctx.cwd, path);
        if !ctx.files().exists(&place) {
            let quotes = if programs::is_busybox(ctx.cluster, ctx.place) { "" } else { "cannot access " };
            let name = if quotes.is_empty() { (*path).clone() } else { format!("'{path}'") };
            ctx.complain(format!("chmod: {quotes}{name}: No such file or directory"));
            status = 1;
        }
    }
    status
}

/// `expr`: sums and comparisons.
pub fn expression(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let text = args[1..].iter().map(|arg| if arg == "=" { "==" } else { arg }).collect::<Vec<_>>().join(" ");
    match arithmetic::evaluate(&text, &mut Scope::default()) {
        Ok(value) if args.len() > 1 => {
            ctx.say(value.to_string());
            Exit::from(value == 0)
        }
        _ => {
            ctx.complain("expr: syntax error");
            2
        }
    }
}

/// `nproc`
pub fn processors(_: &[String], ctx: &mut Ctx<'_>) -> Exit {
    ctx.say("4");
    0
}

/// What a kernel is set to where pods are routed.
const KERNEL: [(&str, &str); 4] = [
    ("net.bridge.bridge-nf-call-iptables", "1"),
    ("net.ipv4.conf.all.route_localnet", "1"),
    ("net.ipv4.ip_forward", "1"),
    ("net.ipv4.ip_local_port_range", "32768\t60999"),
];

/// `sysctl [-n] NAME…`, `sysctl -a`
pub fn sysctl(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let (bare, all) = (args.iter().any(|arg| arg == "-n"), args.iter().any(|arg| arg == "-a"));
    let mut status = 0;
    let names = args[1..].iter().filter(|arg| !arg.starts_with('-')).map(|name| name.replace('/', "."));
    let names: Vec<String> =
        if all { KERNEL.iter().map(|(name, _)| (*name).to_owned()).collect() } else { names.collect() };
    for name in names {
        match KERNEL.iter().find(|(known, _)| *known == name) {
            Some((_, value)) if bare => ctx.say(value),
            Some((_, value)) => ctx.say(format!("{name} = {value}")),
            None => {
                ctx.complain(format!("sysctl: {name}: not simulated here"));
                status = 1;
            }
        }
    }
    status
}

/// `uptime`
pub fn uptime(_: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let now = ctx.cluster.now();
    let up = now.since(ctx.cluster.profile().start).as_secs() / 60 + 10;
    let up = if up < 60 { format!("{up} min") } else { format!("{}:{:02}", up / 60, up % 60) };
    ctx.say(format!(" {} up {up},  0 users,  load average: 0.00, 0.00, 0.00", now.strftime("%T")));
    0
}

/// `clear`
pub fn clear(_: &[String], ctx: &mut Ctx<'_>) -> Exit {
    ctx.stdout.push_str("\u{1b}[H\u{1b}[2J");
    0
}

/// `which`
pub fn which(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let mut status = 0;
    for name in args[1..].iter().filter(|arg| !arg.starts_with('-')) {
        if programs::exists(ctx, name) {
            ctx.say(format!("/usr/bin/{}", files::name(name)));
        } else {
            status = 1;
        }
    }
    status
}

/// The name of the machine a program runs on.
fn host(ctx: &Ctx<'_>) -> String {
    match ctx.place {
        Place::Workstation => "workstation".to_owned(),
        Place::Node(node) => node.clone(),
        Place::Container { pod, container, .. } => ctx
            .cluster
            .environment(pod, container)
            .map_or_else(|| pod.name.to_string(), |environment| environment.hostname),
    }
}

/// `hostname [-i]`
pub fn hostname(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let addresses = args[1..].iter().any(|arg| arg.starts_with('-') && arg.to_lowercase().contains('i'));
    let text = match ctx.place {
        Place::Container { pod, .. } if addresses => {
            let pod = ctx.cluster.store().get(pod).and_then(|object| object.pod());
            pod.map(|pod| pod.status.pod_ip.clone()).unwrap_or_default()
        }
        _ => host(ctx).into(),
    };
    ctx.say(text);
    0
}

/// `uname [-a]`
pub fn uname(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    /// A kernel as people have them.
    const RELEASE: &str = "6.12.54-linuxkit";
    let flags: String = args[1..].iter().filter_map(|arg| arg.strip_prefix('-')).collect();
    let all = flags.contains('a');
    let has = |flag: char| all || flags.contains(flag);
    let mut words = Vec::new();
    if has('s') || flags.is_empty() {
        words.push("Linux".to_owned());
    }
    if has('n') {
        words.push(host(ctx));
    }
    if has('r') {
        words.push(RELEASE.to_owned());
    }
    if all {
        words.push("#1 SMP".to_owned());
    }
    if has('m') {
        words.push("x86_64".to_owned());
    }
    if all || has('o') {
        words.push(
            if programs::is_busybox(ctx.cluster, ctx.place) { "Linux" } else { "GNU/Linux" }.to_owned(),
        );
    }
    ctx.say(words.join(" "));
    0
}

fn user(ctx: &Ctx<'_>) -> (&'static str, u32) {
    if *ctx.place == Place::Workstation { ("you", 1000) } else { ("root", 0) }
}

/// `whoami`
pub fn whoami(_: &[String], ctx: &mut Ctx<'_>) -> Exit {
    ctx.say(user(ctx).0);
    0
}

/// `id`
pub fn id(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let (name, number) = user(ctx);
    let text = match args.get(1).map(String::as_str) {
        Some("-u") => number.to_string(),
        Some("-un" | "-nu") => name.to_owned(),
        _ => format!("uid={number}({name}) gid={number}({name}) groups={number}({name})"),
    };
    ctx.say(text);
    0
}

/// `printenv [NAME…]`
pub fn printenv(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    if args.len() == 1 {
        let lines: Vec<String> = ctx.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
        lines.iter().for_each(|line| ctx.say(line));
        return 0;
    }
    let mut status = 0;
    for name in &args[1..] {
        match ctx.env.get(name) {
            Some(value) => ctx.say(value),
            None => status = 1,
        }
    }
    status
}

/// `ps`: what runs in the container, or on the node.
pub fn ps(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let main = match ctx.place {
        Place::Container { pod, container, .. } => {
            let pod = ctx.cluster.store().get(pod).and_then(|object| object.pod());
            let spec = pod.and_then(|pod| pod.spec.containers.iter().find(|c| c.name == *container));
            let command =
                spec.map(|spec| spec.command.iter().chain(&spec.args).cloned().collect::<Vec<_>>().join(" "));
            let image =
                spec.map(|spec| files::name(&spec.image).split(':').next().unwrap_or_default().to_owned());
            command.filter(|command| !command.is_empty()).or(image).unwrap_or_default()
        }
        Place::Node(_) => "/sbin/init".to_owned(),
        Place::Workstation => "bash".to_owned(),
    };
    let mut processes = vec![(1, main)];
    if matches!(ctx.place, Place::Node(_)) {
        processes.push((210, "/usr/local/bin/containerd".to_owned()));
        let mut found: Vec<(u32, String)> =
            sockets(ctx.cluster, ctx.place).into_iter().map(|socket| socket.process).collect();
        found.order();
        found.dedup();
        processes.extend(found);
    }
    processes.push((ctx.world.process(), args.join(" ")));
    let user = user(ctx).0;
    let busybox = programs::is_busybox(ctx.cluster, ctx.place);
    let flags: String = args[1..].iter().map(|arg| arg.trim_start_matches('-')).collect();
    let begin = ctx.cluster.now().strftime("%H:%M");
    ctx.say(match (busybox, flags.contains('u'), flags.contains('f')) {
        (true, ..) => "PID   USER     TIME  COMMAND",
        (_, true, _) => "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND",
        (_, _, true) => "UID          PID    PPID  C STIME TTY          TIME CMD",
        _ => "    PID TTY          TIME CMD",
    });
    for (number, name) in processes {
        let short = files::name(name.split(' ').next().unwrap_or_default());
        ctx.say(match (busybox, flags.contains('u'), flags.contains('f')) {
            (true, ..) => format!("{number:>5} {user:<8} 0:00 {name}"),
            (_, true, _) => {
                format!("{user:<8} {number:>7}  0.0  0.1   4360  3276 ?        Ss   {begin}   0:00 {name}")
            }
            (_, _, true) => format!("{user:<8} {number:>7}       0  0 {begin} ?        00:00:00 {name}"),
            _ => format!("{number:>7} ?        00:00:00 {short}"),
        });
    }
    0
}

/// `basename PATH [SUFFIX]`
pub fn basename(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(path) = args.get(1) else {
        ctx.complain("basename: missing operand");
        return 1;
    };
    let name = files::name(path.trim_end_matches('/'));
    let stem =
        args.get(2).and_then(|suffix| name.strip_suffix(suffix.as_str())).filter(|stem| !stem.is_empty());
    ctx.say(stem.unwrap_or(name));
    0
}

/// `dirname PATH`
pub fn dirname(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(path) = args.get(1) else {
        ctx.complain("dirname: missing operand");
        return 1;
    };
    ctx.say(if path.contains('/') { files::parent(path) } else { "." });
    0
}

/// What has a place of its own on the page.
pub fn editor(_: &[String], ctx: &mut Ctx<'_>) -> Exit {
    ctx.complain("No editor runs in this terminal: open the file in the editor beside it.");
    1
}
