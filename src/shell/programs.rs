//! Which programs there are, and where: the workstation has all of these, a container what its image
//! has, a node what a node's machine has.

use super::program::{Act, Ctx, Exit, Once, Place, Program};
use super::sh::Sh;
use super::tools::around::{Timeout, Watch, Xargs};
use super::tools::elsewhere::Elsewhere;
use super::tools::net::curl::Curl;
use super::tools::net::nc::{Dialect, Nc};
use super::tools::net::ping::Ping;
use super::tools::net::traceroute::Traceroute;
use super::tools::net::wget::Wget;
use super::tools::net::{ip, sockets};
use super::tools::{self, names, names::NameTool, small, text};
use crate::cluster::Cluster;
use crate::images::{self, Flavour, Image};

/// Makes a program of its words, its name first.
pub type Make = fn(Vec<String>) -> Box<dyn Program>;

/// How a program is started.
#[derive(Clone, Copy)]
pub enum Start {
    /// It does all in one poll.
    Once(Act),
    /// It makes a state machine.
    Program(Make),
    /// There are two of that name: the one people install, and BusyBox's.
    Either(Make, Make),
    /// The same, of programs that do all in one poll.
    EitherOnce(Act, Act),
}

/// A program: its name, where it is, how it is started.
pub struct Entry {
    /// What is typed.
    pub name: &'static str,
    /// Where it is at all; in a container, only if its image has it.
    pub only: Only,
    /// How it is started.
    pub start: Start,
}

/// Where a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Everywhere.
    Everywhere,
    /// On the workstation: no image brings it.
    Workstation,
    /// Where the rules of a node are: on nodes, and in images made for that.
    Nodes,
}

const fn both(name: &'static str, start: Start) -> Entry {
    Entry { name, only: Only::Everywhere, start }
}

const fn workstation(name: &'static str, start: Start) -> Entry {
    Entry { name, only: Only::Workstation, start }
}

const fn node(name: &'static str, act: Act) -> Entry {
    Entry { name, only: Only::Nodes, start: Start::Once(act) }
}

const fn filter(name: &'static str) -> Entry {
    both(name, Start::Either(|words| text::program(words, false), |words| text::program(words, true)))
}

const fn once(name: &'static str, act: Act) -> Entry {
    both(name, Start::Once(act))
}

const fn either_once(name: &'static str, act: Act, busybox: Act) -> Entry {
    both(name, Start::EitherOnce(act, busybox))
}

fn openbsd_nc(words: Vec<String>) -> Box<dyn Program> {
    Box::new(Nc::new(words, Dialect::OpenBsd))
}

fn busybox_nc(words: Vec<String>) -> Box<dyn Program> {
    Box::new(Nc::new(words, Dialect::BusyBox))
}

/// Every program, by name.
static PROGRAMS: &[Entry] = &[
    once("[", small::builtin),
    once("arp", ip::arp),
    both("ash", Start::Program(|words| Box::new(Sh::new(words)))),
    both("awk", Start::Program(tools::awk::program)),
    filter("base64"),
    once("basename", small::basename),
    both("bash", Start::Program(|words| Box::new(Sh::new(words)))),
    filter("cat"),
    once("clear", small::clear),
    filter("column"),
    node("conntrack", tools::node::conntrack),
    once("chmod", small::change_mode),
    once("cp", tools::files::copy),
    node("crictl", tools::node::crictl),
    both("curl", Start::Program(|words| Box::new(Curl::new(words)))),
    filter("cut"),
    once("date", tools::date::run),
    both("diff", Start::Program(text::diff::program)),
    both("dig", Start::Program(|words| Box::new(NameTool::new(names::dig, words)))),
    once("dirname", small::dirname),
    workstation("docker", Start::Program(|words| Box::new(Elsewhere::docker(words)))),
    once("echo", small::builtin),
    filter("egrep"),
    both("env", Start::Program(|words| Box::new(tools::env::Env::new(words)))),
    once("expr", small::expression),
    once("false", small::builtin),
    filter("fgrep"),
    both("find", Start::Program(|words| Box::new(tools::find::Find::new(words)))),
    both(
        "getent",
        Start::Either(
            |words| Box::new(NameTool::new(names::getent, words)),
            |words| Box::new(NameTool::new(names::musl_getent, words)),
        ),
    ),
    workstation("git", Start::Program(|words| Box::new(tools::git::Git::new(words)))),
    filter("grep"),
    filter("head"),
    both("host", Start::Program(|words| Box::new(NameTool::new(names::host, words)))),
    once("hostname", small::hostname),
    once("id", small::id),
    once("ifconfig", ip::ifconfig),
    either_once("ip", ip::ip, ip::busybox_ip),
    node("iptables", tools::node::iptables::iptables),
    node("iptables-save", tools::node::iptables::save),
    both("jq", Start::Program(tools::jq::program)),
    workstation("kubectl", Start::Program(|words| super::kubectl::command(&words))),
    once("ls", tools::files::ls),
    once("mkdir", tools::files::mkdir),
    once("mv", tools::files::copy),
    once("nano", small::editor),
    both("nc", Start::Either(openbsd_nc, busybox_nc)),
    both("netcat", Start::Either(openbsd_nc, busybox_nc)),
    once("netstat", sockets::netstat),
    node("nft", tools::node::nft),
    filter("nl"),
    once("nproc", small::processors),
    both(
        "nslookup",
        Start::Either(
            |words| Box::new(NameTool::new(names::nslookup, words)),
            |words| Box::new(NameTool::new(names::busybox_nslookup, words)),
        ),
    ),
    filter("paste"),
    both(
        "ping",
        Start::Either(|words| Box::new(Ping::new(words, true)), |words| Box::new(Ping::new(words, false))),
    ),
    once("printenv", small::printenv),
    once("printf", small::builtin),
    once("ps", small::ps),
    once("pwd", small::builtin),
    filter("rev"),
    once("rm", tools::files::rm),
    once("rmdir", tools::files::rmdir),
    once("route", ip::route),
    filter("sed"),
    once("seq", small::seq),
    both("sh", Start::Program(|words| Box::new(Sh::new(words)))),
    both("sleep", Start::Program(|words| Box::new(tools::sleep::Sleep::new(words)))),
    filter("sort"),
    once("ss", sockets::ss),
    workstation("ssh", Start::Program(|words| Box::new(Elsewhere::ssh(words)))),
    once("sysctl", small::sysctl),
    filter("tac"),
    filter("tail"),
    both("tee", Start::Program(|words| Box::new(tools::tee::Tee::new(words)))),
    both("telnet", Start::Program(|words| Box::new(Nc::new(words, Dialect::Telnet)))),
    once("test", small::builtin),
    both("timeout", Start::Program(|words| Box::new(Timeout::new(words)))),
    once("touch", tools::files::touch),
    filter("tr"),
    both(
        "traceroute",
        Start::Either(
            |words| Box::new(Traceroute::new(words, false)),
            |words| Box::new(Traceroute::new(words, true)),
        ),
    ),
    once("true", small::builtin),
    once("uname", small::uname),
    filter("uniq"),
    once("uptime", small::uptime),
    once("vi", small::editor),
    once("vim", small::editor),
    both("watch", Start::Program(|words| Box::new(Watch::new(words)))),
    filter("wc"),
    both(
        "wget",
        Start::Either(|words| Box::new(Wget::new(words, false)), |words| Box::new(Wget::new(words, true))),
    ),
    once("which", small::which),
    once("whoami", small::whoami),
    both("xargs", Start::Program(|words| Box::new(Xargs::new(words)))),
];

/// The image that runs in a container.
fn image(cluster: &Cluster, place: &Place) -> Option<&'static Image> {
    let Place::Container { pod, container, .. } = place else { return None };
    images::find(&cluster.environment(pod, container)?.image)
}

/// Whether the programs of a place are BusyBox's.
pub fn is_busybox(cluster: &Cluster, place: &Place) -> bool {
    image(cluster, place).is_some_and(|image| matches!(image.flavour, Flavour::BusyBox | Flavour::Alpine))
}

/// Whether the programs of a place are built on musl, whose words for errors are its own.
pub fn is_musl(cluster: &Cluster, place: &Place) -> bool {
    image(cluster, place).is_some_and(|image| image.flavour == Flavour::Alpine)
}

/// The program of that name at a place, and whether it is BusyBox's.
fn find(cluster: &Cluster, place: &Place, name: &str) -> Option<(&'static Entry, bool)> {
    let directories = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"];
    // A path to a directory of programs is as good as the name.
    let bare = directories.iter().find_map(|directory| name.strip_prefix(directory));
    let name = bare.unwrap_or(name);
    let entry = PROGRAMS.iter().find(|entry| entry.name == name)?;
    match place {
        Place::Workstation => (entry.only != Only::Nodes).then_some((entry, false)),
        Place::Node(_) => (entry.only != Only::Workstation).then_some((entry, false)),
        Place::Container { .. } => {
            let image = image(cluster, place)?;
            let own = image.programs.contains(&name);
            let busybox = !own && matches!(image.flavour, Flavour::BusyBox | Flavour::Alpine);
            (image.has(name) && entry.only != Only::Workstation).then_some((entry, busybox))
        }
    }
}

/// Programs of a workstation and of a node that are there and do nothing here.
const ON_WORKSTATION: &str = "apt apt-get brew chmod chown df dmesg du ethtool free go helm ipset kind ln make md5sum minikube mktemp \
    mount nmap node npm nproc openssl python python3 realpath readlink service sha256sum socat stat sudo systemctl tar tcpdump top \
    comm fold split shuf less more yes";
const ON_NODE: &str = "apt-get chmod chown ctr df dmesg du ebtables ethtool free ipset journalctl ln lsns mktemp mount nproc nsenter \
    pgrep readlink realpath sha256sum md5sum socat stat systemctl tar top umount bridge yes";

/// Whether a program is at a place that is not simulated.
fn is_dumb(cluster: &Cluster, place: &Place, name: &str) -> bool {
    let name = crate::shell::files::name(name);
    match place {
        Place::Workstation => ON_WORKSTATION.split_whitespace().any(|known| known == name),
        Place::Node(_) => ON_NODE.split_whitespace().any(|known| known == name),
        Place::Container { .. } => image(cluster, place).is_some_and(|image| image.has(name)),
    }
}

/// What such a program says.
fn not_simulated(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    ctx.complain(format!("{}: not simulated here", args[0]));
    1
}

/// Whether a program of that name is there.
pub fn exists(ctx: &Ctx<'_>, name: &str) -> bool {
    find(ctx.cluster, ctx.place, name).is_some() || is_dumb(ctx.cluster, ctx.place, name)
}

/// Makes a program of words, its name first; `None` if there is no such program at that place.
pub fn make(cluster: &Cluster, place: &Place, mut words: Vec<String>) -> Option<Box<dyn Program>> {
    let Some((entry, busybox)) = find(cluster, place, words.first()?) else {
        let dumb = is_dumb(cluster, place, words.first()?);
        return dumb.then(|| -> Box<dyn Program> {
            Box::new(Once { act: not_simulated, args: words, reads: false })
        });
    };
    words[0] = entry.name.to_owned();
    Some(match entry.start {
        Start::Once(act) => Box::new(Once { act, args: words, reads: false }),
        Start::Program(make) => make(words),
        Start::EitherOnce(own, other) => {
            Box::new(Once { act: if busybox { other } else { own }, args: words, reads: false })
        }
        Start::Either(_, make) if busybox => make(words),
        Start::Either(make, _) => make(words),
    })
}

/// The same for a shell, which complains in its own words.
///
/// # Errors
/// 127 for a command that is not there.
pub fn start(ctx: &mut Ctx<'_>, shell: &str, words: Vec<String>) -> Result<Box<dyn Program>, Exit> {
    let name = words.first().cloned().unwrap_or_default();
    make(ctx.cluster, ctx.place, words).ok_or_else(|| {
        let ash = is_busybox(ctx.cluster, ctx.place);
        ctx.complain(match (shell, name.contains('/')) {
            ("sh", _) if ash => format!("sh: {name}: not found"),
            // Debian's sh is dash.
            ("sh", _) => format!("sh: 1: {name}: not found"),
            (_, true) => format!("{shell}: {name}: No such file or directory"),
            (_, false) => format!("{shell}: {name}: command not found"),
        });
        127
    })
}

/// The names of the programs at a place, for completion.
pub fn names<'a>(cluster: &'a Cluster, place: &'a Place) -> impl Iterator<Item = &'static str> + 'a {
    let names = PROGRAMS.iter().map(|entry| entry.name);
    names.filter(move |name| find(cluster, place, name).is_some())
}
