//! `ss` and `netstat`: the ports that something listens on. No connection outlives its request
//! here, so none is ever listed.

use super::ip;
use super::machine::{Socket, sockets};
use crate::api::service::Protocol;
use crate::shell::program::{Ctx, Exit};

/// What the letters ask for.
struct Wanted {
    tcp: bool,
    udp: bool,
    /// Listening ones: else connections alone are meant.
    listening: bool,
    processes: bool,
}

fn wanted(args: &[String]) -> Wanted {
    let letters: String =
        args[1..].iter().filter_map(|arg| arg.strip_prefix('-')).filter(|a| !a.starts_with('-')).collect();
    let long = |name: &str| args.iter().any(|arg| arg == name);
    let has = |letter: char| letters.contains(letter);
    let (tcp, udp) = (has('t') || long("--tcp"), has('u') || long("--udp"));
    let all = !tcp && !udp;
    Wanted {
        tcp: tcp || all,
        udp: udp || all,
        listening: has('l') || has('a') || long("--listening") || long("--all"),
        processes: has('p') || long("--processes") || long("--programs"),
    }
}

fn chosen(args: &[String], ctx: &Ctx<'_>) -> (Wanted, Vec<Socket>) {
    let wanted = wanted(args);
    let mut found = sockets(ctx.cluster, ctx.place);
    found.retain(|socket| {
        let fits = if socket.protocol == Protocol::Udp { wanted.udp } else { wanted.tcp };
        fits && wanted.listening
    });
    (wanted, found)
}

fn address(socket: &Socket) -> &'static str {
    if socket.loopback { "127.0.0.1" } else { "0.0.0.0" }
}

/// `netstat [-tulanp] [-r]`
pub fn netstat(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    if args[1..].iter().any(|arg| arg.starts_with('-') && arg.contains('r')) {
        let numeric = args[1..].iter().any(|arg| arg.contains('n'));
        ip::table(ctx, numeric, "Flags   MSS Window  irtt Iface", "    0 0          0");
        return 0;
    }
    let (wanted, found) = chosen(args, ctx);
    let which = match args[1..].iter().any(|arg| arg.contains('a')) {
        true => "servers and established",
        false if wanted.listening => "only servers",
        false => "w/o servers",
    };
    ctx.say(format!("Active Internet connections ({which})"));
    let tail = if wanted.processes { "PID/Program name    " } else { "" };
    ctx.say(format!(
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State       {tail}"
    ));
    for socket in found {
        let udp = socket.protocol == Protocol::Udp;
        let (protocol, state) = if udp { ("udp", "") } else { ("tcp", "LISTEN") };
        let local = format!("{}:{}", address(&socket), socket.port);
        let (number, name) = &socket.process;
        let process =
            if wanted.processes { format!("{:<20}", format!("{number}/{name}")) } else { String::new() };
        ctx.say(format!(
            "{protocol:<5} {:>6} {:>6} {local:<23} {:<23} {state:<11} {process}",
            0, 0, "0.0.0.0:*"
        ));
    }
    0
}

/// `ss [-tulanp]`
pub fn ss(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let (wanted, found) = chosen(args, ctx);
    let both = wanted.tcp && wanted.udp;
    let width = found.iter().map(|socket| socket.port.to_string().len()).max().unwrap_or(0).max(4);
    let netid = if both { "Netid " } else { "" };
    ctx.say(format!("{netid}State  Recv-Q Send-Q Local Address:{:<width$} Peer Address:PortProcess", "Port"));
    for socket in found {
        let udp = socket.protocol == Protocol::Udp;
        let netid = match (both, udp) {
            (false, _) => String::new(),
            (true, true) => "udp   ".to_owned(),
            (true, false) => "tcp   ".to_owned(),
        };
        let (state, queue) = if udp { ("UNCONN", 0) } else { ("LISTEN", 511) };
        let (number, name) = &socket.process;
        let process = match wanted.processes {
            true => format!("users:((\"{name}\",pid={number},fd=6))"),
            false => String::new(),
        };
        ctx.say(format!(
            "{netid}{state:<6} {:<6} {queue:<6} {:>13}:{:<width$} {:>12}:*   {process}",
            0,
            address(&socket),
            socket.port,
            "0.0.0.0"
        ));
    }
    0
}
