//! `ip`, `ifconfig` and `route`: how a machine's interfaces and routes are shown, by iproute2 and
//! by BusyBox. They only show: what they would change is not theirs to change.

use super::machine::{Interface, Machine, Route};
use crate::api::Ordered;
use crate::shell::program::{Ctx, Exit, Place};
use crate::shell::programs::is_busybox;
use std::net::Ipv4Addr;

/// How much is shown, and how.
struct View {
    busybox: bool,
    brief: bool,
    oneline: bool,
    /// Addresses of one family only; IPv6 has none here.
    family: Option<u8>,
}

const BUSYBOX_USAGE: &str = "\
BusyBox v1.37.0 (2024-09-26 21:31:42 UTC) multi-call binary.

Usage: ip [OPTIONS] address|route|link|neigh|rule [ARGS]

OPTIONS := -f[amily] inet|inet6|link | -o[neline]

ip addr add|del IFADDR dev IFACE | show|flush [dev IFACE] [to PREFIX]
ip route list|flush|add|del|change|append|replace|test ROUTE
ip link set IFACE [up|down] [arp on|off] [multicast on|off]
ip neigh show|flush [to PREFIX] [dev DEV] [nud STATE]
ip rule [list] | add|del SELECTOR ACTION";
const USAGE: &str = "\
Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | neighbour | route | rule }
       OPTIONS := { -4 | -6 | -br[ief] | -o[neline] | -c[olor] }";

/// iproute2's `ip`.
pub fn ip(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    run(args, ctx, false)
}

/// BusyBox's `ip`.
pub fn busybox_ip(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    run(args, ctx, true)
}

fn run(args: &[String], ctx: &mut Ctx<'_>, busybox: bool) -> Exit {
    let mut view = View { busybox, brief: false, oneline: false, family: None };
    let mut words = args[1..].iter().map(String::as_str).peekable();
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        match option.trim_start_matches('-') {
            "4" => view.family = Some(4),
            "6" => view.family = Some(6),
            "br" | "brief" => view.brief = true,
            "o" | "oneline" => view.oneline = true,
            "f" | "family" => {
                view.family = words.next().map(|family| if family == "inet6" { 6 } else { 4 });
            }
            "V" if !busybox => {
                ctx.say("ip utility, iproute2-6.1.0, libbpf 1.1.0");
                return 0;
            }
            "c" | "color" | "d" | "details" | "s" | "statistics" | "N" => {}
            "h" | "help" => return usage(ctx, busybox),
            other => {
                ctx.complain(format!("Option \"-{other}\" is unknown, try \"ip -help\"."));
                return 255;
            }
        }
    }
    let Some(object) = words.next() else { return usage(ctx, busybox) };
    let rest: Vec<&str> = words.collect();
    let is = |name: &str| name.starts_with(object);
    let machine = Machine::at(ctx.cluster, ctx.place);
    let (command, operands) = match rest.split_first() {
        None => ("show", [].as_slice()),
        Some((command, operands)) => (*command, operands),
    };
    if is("address") || is("link") {
        let links = !is("address");
        return match command {
            "show" | "list" | "ls" | "sh" | "s" | "l" => interfaces(&machine, operands, links, &view, ctx),
            "help" => usage(ctx, busybox),
            _ => refused(ctx, busybox),
        };
    }
    if is("route") {
        return match command {
            "show" | "list" | "ls" | "sh" | "s" | "l" => {
                if view.family != Some(6) {
                    machine.routes.iter().for_each(|route| ctx.say(line(route, busybox)));
                }
                0
            }
            "get" => get(&machine, operands, busybox, ctx),
            _ => refused(ctx, busybox),
        };
    }
    if is("neighbour") {
        return match command {
            "show" | "list" | "ls" => neighbours(&machine, ctx),
            _ => refused(ctx, busybox),
        };
    }
    if is("rule") {
        for (priority, table) in [(0, "local"), (32_766, "main"), (32_767, "default")] {
            ctx.say(match busybox {
                true => format!("{priority}:\tfrom all lookup {table} "),
                false => format!("{priority}:\tfrom all lookup {table}"),
            });
        }
        return 0;
    }
    if busybox {
        return usage(ctx, true);
    }
    ctx.complain(format!("Object \"{object}\" is unknown, try \"ip help\"."));
    1
}

fn usage(ctx: &mut Ctx<'_>, busybox: bool) -> Exit {
    ctx.complain(if busybox { BUSYBOX_USAGE } else { USAGE });
    if busybox { 1 } else { 255 }
}

/// What only an administrator of the machine may do.
fn refused(ctx: &mut Ctx<'_>, busybox: bool) -> Exit {
    match ctx.place {
        Place::Container { .. } => {
            let own = if busybox { "ip: " } else { "" };
            ctx.complain(format!("{own}RTNETLINK answers: Operation not permitted"));
        }
        _ => ctx.complain(
            "ip: interfaces and routes are not changed here: they follow from the cluster's objects",
        ),
    }
    2
}

/// The interface's name with its other end: `eth0@if12`.
fn full_name(interface: &Interface) -> String {
    match interface.peer {
        Some(peer) => format!("{}@if{peer}", interface.name),
        None => interface.name.clone(),
    }
}

fn flags(interface: &Interface) -> &'static str {
    if interface.index == 1 { "<LOOPBACK,UP,LOWER_UP>" } else { "<BROADCAST,MULTICAST,UP,LOWER_UP>" }
}

fn state(interface: &Interface) -> &'static str {
    if interface.index == 1 { "UNKNOWN" } else { "UP" }
}

fn broadcast(address: Ipv4Addr, length: u8) -> Option<Ipv4Addr> {
    let hosts = u32::MAX.checked_shr(length.into()).unwrap_or(0);
    (length < 31).then(|| Ipv4Addr::from(u32::from(address) | hosts))
}

fn interfaces(machine: &Machine, operands: &[&str], links: bool, view: &View, ctx: &mut Ctx<'_>) -> Exit {
    let kind = operands.iter().position(|word| *word == "type");
    let (operands, kind) = operands.split_at(kind.unwrap_or(operands.len()));
    let wanted = operands.iter().find(|word| !matches!(**word, "dev" | "up" | "scope" | "global"));
    let mut any = kind.len() > 1;
    for interface in &machine.interfaces {
        let of_kind = kind.get(1).is_none_or(|kind| match *kind {
            "veth" => interface.peer.is_some(),
            "bridge" => interface.name == "cni0",
            _ => false,
        });
        let fits = wanted.is_none_or(|name| interface.name == *name) && of_kind;
        // With a family, an interface without an address of it is left out.
        let has = interface.address.is_some() && view.family != Some(6);
        any |= fits;
        if !fits || !links && view.family.is_some() && !has {
            continue;
        }
        let text = match (view.brief, links) {
            (true, true) => format!(
                "{:<16} {:<14} {} {} ",
                full_name(interface),
                state(interface),
                interface.mac,
                flags(interface)
            ),
            (true, false) => {
                let address = interface.address.map(|(address, length)| format!("{address}/{length} "));
                format!(
                    "{:<16} {:<14} {}",
                    full_name(interface),
                    state(interface),
                    address.unwrap_or_default()
                )
            }
            (false, _) => detail(interface, links, view),
        };
        ctx.say(text);
    }
    if any {
        return 0;
    }
    let name = wanted.copied().unwrap_or_default();
    ctx.complain(match view.busybox {
        true => format!("ip: can't find device '{name}'"),
        false => format!("Device \"{name}\" does not exist."),
    });
    1
}

fn detail(interface: &Interface, links: bool, view: &View) -> String {
    let first = interface.index == 1;
    let (mtu, queue) = if first { (65_536, " qlen 1000") } else { (1_500, "") };
    let queue = if interface.name == "eth0" && interface.peer.is_none() { " qlen 1000" } else { queue };
    let master = interface.bridge.map_or_else(String::new, |bridge| format!(" master {bridge}"));
    let more = match (view.busybox, links) {
        (true, _) => String::new(),
        (false, true) => format!("{master} state {} mode DEFAULT group default", state(interface)),
        (false, false) => format!("{master} state {} group default", state(interface)),
    };
    let mut text = format!(
        "{}: {}: {} mtu {mtu} qdisc noqueue{more}{queue}",
        interface.index,
        full_name(interface),
        flags(interface)
    );
    // BusyBox ends the line with a space where it has no length of a queue to print.
    if queue.is_empty() {
        text.push(' ');
    }
    if links || view.family.is_none() {
        let (kind, everyone) =
            if first { ("loopback", "00:00:00:00:00:00") } else { ("ether", "ff:ff:ff:ff:ff:ff") };
        text += &format!("\n    link/{kind} {} brd {everyone}", interface.mac);
        if interface.peer.is_some() && !view.busybox {
            text += " link-netnsid 0";
        }
    }
    if let (Some((address, length)), false) = (interface.address, links || view.family == Some(6)) {
        let broadcast = broadcast(address, length).filter(|_| !first);
        let broadcast = broadcast.map_or_else(String::new, |broadcast| format!(" brd {broadcast}"));
        let scope = if first { "host" } else { "global" };
        text += &format!("\n    inet {address}/{length}{broadcast} scope {scope} {}", interface.name);
        text += "\n       valid_lft forever preferred_lft forever";
    }
    if view.oneline { text.replace("\n", "\\") } else { text }
}

fn prefix(route: &Route) -> String {
    match route.to {
        None => "default".to_owned(),
        Some(range) if range.length() == 32 => range.address().to_string(),
        Some(range) => format!("{}/{}", range.address(), range.length()),
    }
}

fn line(route: &Route, busybox: bool) -> String {
    let mut text = prefix(route);
    if let Some(via) = route.via {
        text += &format!(" via {via}");
    }
    text += &format!(" dev {} ", route.device);
    if route.own && !busybox {
        text += "proto kernel ";
    }
    if route.via.is_none() {
        text += match (route.source.is_some(), busybox) {
            (true, true) => "scope link  ",
            (true, false) => "scope link ",
            (false, _) => "scope host ",
        };
    } else if busybox && route.source.is_some() {
        text += " ";
    }
    if let Some(source) = route.source {
        text += &format!("src {source} ");
    }
    text
}

fn get(machine: &Machine, operands: &[&str], busybox: bool, ctx: &mut Ctx<'_>) -> Exit {
    let address = operands.iter().find(|word| **word != "to").and_then(|word| word.parse::<Ipv4Addr>().ok());
    let Some(address) = address else {
        let word = operands.first().copied().unwrap_or_default();
        ctx.complain(format!("Error: any valid prefix is expected rather than \"{word}\"."));
        return 1;
    };
    let own =
        machine.interfaces.iter().any(|interface| interface.address.is_some_and(|(own, _)| own == address));
    let (device, via) = match machine.route(address) {
        _ if own || address.is_loopback() => ("lo".to_owned(), None),
        Some(route) => (route.device.clone(), route.via),
        None => {
            ctx.complain("RTNETLINK answers: Network is unreachable");
            return 2;
        }
    };
    let source = match machine.route(address).and_then(|route| route.source) {
        _ if own || address.is_loopback() => Some(address),
        Some(source) => Some(source),
        None => machine
            .interfaces
            .iter()
            .find(|interface| interface.name == device)
            .and_then(|interface| Some(interface.address?.0)),
    };
    let local = if own || address.is_loopback() { "local " } else { "" };
    let via = via.map_or_else(String::new, |via| format!(" via {via}"));
    let source = source.map_or_else(String::new, |source| format!("src {source} "));
    if busybox {
        ctx.say(format!("{local}{address}{via} dev {device}  {source}"));
    } else {
        ctx.say(format!(
            "{local}{address}{via} dev {device} {source}uid 0 \n    cache {}",
            if local.is_empty() { "" } else { "<local> " }
        ));
    }
    0
}

/// The neighbours that routes lead by.
fn neighbours(machine: &Machine, ctx: &mut Ctx<'_>) -> Exit {
    for (address, device) in known(machine) {
        ctx.say(format!("{address} dev {device} lladdr {} REACHABLE ", mac(address)));
    }
    0
}

fn known(machine: &Machine) -> Vec<(Ipv4Addr, &str)> {
    let mut known: Vec<(Ipv4Addr, &str)> =
        machine.routes.iter().filter_map(|route| Some((route.via?, route.device.as_str()))).collect();
    known.order();
    known.dedup();
    known
}

fn mac(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("0a:58:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

/// `arp [-a] [-n]`: the same neighbours in the older way.
pub fn arp(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let table = !args[1..].iter().any(|arg| arg.contains('a')) && !is_busybox(ctx.cluster, ctx.place);
    if table {
        ctx.say("Address                  HWtype  HWaddress           Flags Mask            Iface");
    }
    for (address, device) in known(&Machine::at(ctx.cluster, ctx.place)) {
        let mac = mac(address);
        let shown = address.to_string();
        ctx.say(match table {
            true => format!("{shown:<24} ether   {mac:<19} C                     {device}"),
            false => format!("? ({address}) at {mac} [ether]  on {device}"),
        });
    }
    0
}

/// `ifconfig [INTERFACE]`
pub fn ifconfig(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let wanted = args[1..].iter().find(|word| !word.starts_with('-'));
    let machine = Machine::at(ctx.cluster, ctx.place);
    let mut any = false;
    for interface in &machine.interfaces {
        if wanted.is_some_and(|name| interface.name != *name) {
            continue;
        }
        any = true;
        let first = interface.index == 1;
        let kind = match first {
            true => "Local Loopback  ".to_owned(),
            false => format!("Ethernet  HWaddr {}  ", interface.mac.to_ascii_uppercase()),
        };
        ctx.say(format!("{:<9} Link encap:{kind}", interface.name));
        if let Some((address, length)) = interface.address {
            let mask = Ipv4Addr::from(u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0));
            let broadcast = broadcast(address, length).filter(|_| !first);
            let broadcast = broadcast.map_or_else(String::new, |broadcast| format!("  Bcast:{broadcast}"));
            ctx.say(format!("          inet addr:{address}{broadcast}  Mask:{mask}"));
        }
        ctx.say(match first {
            true => "          UP LOOPBACK RUNNING  MTU:65536  Metric:1",
            false => "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1",
        });
        ctx.say("");
    }
    if any {
        return 0;
    }
    let name = wanted.cloned().unwrap_or_default();
    ctx.complain(format!("ifconfig: {name}: error fetching interface information: Device not found"));
    1
}

/// `route [-n]`
pub fn route(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    if args[1..].iter().any(|word| !word.starts_with('-')) {
        ctx.complain("route: SIOCADDRT: Operation not permitted");
        return 1;
    }
    let numeric = args[1..].iter().any(|word| word.contains('n'));
    table(ctx, numeric, "Flags Metric Ref    Use Iface", "0      0        0");
    0
}

/// The kernel's table as `route` and `netstat -r` show it.
pub fn table(ctx: &mut Ctx<'_>, numeric: bool, heads: &str, numbers: &str) {
    ctx.say("Kernel IP routing table");
    ctx.say(format!("Destination     Gateway         Genmask         {heads}"));
    for route in Machine::at(ctx.cluster, ctx.place).routes {
        let (to, length) = route.to.map_or((Ipv4Addr::UNSPECIFIED, 0), |to| (to.address(), to.length()));
        let mask = Ipv4Addr::from(u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0));
        let flags = match (route.via, length) {
            (Some(_), 32) => "UGH",
            (Some(_), _) => "UG",
            (None, 32) => "UH",
            (None, _) => "U",
        };
        let to = if length == 0 && !numeric { "default".to_owned() } else { to.to_string() };
        let via = match route.via {
            Some(via) => via.to_string(),
            None if numeric => "0.0.0.0".to_owned(),
            None => "*".to_owned(),
        };
        let mask = mask.to_string();
        ctx.say(format!("{to:<15} {via:<15} {mask:<15} {flags:<5} {numbers} {}", route.device));
    }
}
