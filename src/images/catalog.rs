//! The images the playground knows: what each listens on, answers and has in its file system. Data only.

use super::servers::Server;
use std::time::Duration;

/// The base an image is built on, which decides the tools in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// One static program, no shell.
    Scratch,
    /// BusyBox alone.
    BusyBox,
    /// Alpine: BusyBox over musl.
    Alpine,
    /// Debian: coreutils and bash over glibc, few network tools.
    Debian,
}

/// How an image's main process takes TERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// It ends after that long, with that code.
    Ends(Duration, i32),
    /// It is PID 1 without a handler: nothing happens until KILL.
    Ignored,
}

/// An image.
#[derive(Debug)]
pub struct Image {
    /// Its name without registry defaults and tag.
    pub name: &'static str,
    /// What it is built on.
    pub flavour: Flavour,
    /// Programs beside those of its base.
    pub programs: &'static [&'static str],
    pub(super) server: Server,
    pub(super) ports: &'static [u16],
    pub(super) term: Term,
}

const AT_ONCE: Term = Term::Ends(Duration::from_millis(100), 0);
const BY_SIGNAL: Term = Term::Ends(Duration::from_millis(100), 143);

macro_rules! images {
    ($($name:literal $flavour:ident $server:expr, [$($port:literal),*] $term:expr, [$($program:literal),*];)*) => {
        static IMAGES: &[Image] = &[$(Image {
            name: $name,
            flavour: Flavour::$flavour,
            programs: &[$($program),*],
            server: $server,
            ports: &[$($port),*],
            term: $term,
        },)*];
        /// The same under a tag that says so, as `nginx:alpine`.
        static ON_ALPINE: &[Image] = &[$(Image {
            name: $name,
            flavour: Flavour::Alpine,
            programs: &[$($program),*],
            server: $server,
            ports: &[$($port),*],
            term: $term,
        },)*];
    };
}

images! {
    "kiamol/ch03-sleep" Alpine Server::Sleep, [] AT_ONCE, ["curl", "jq"];
    "kiamol/ch02-hello-kiamol" Alpine Server::Nginx, [80] AT_ONCE, [];
    "kiamol/ch03-numbers-api" Debian Server::NumbersApi, [80] AT_ONCE, ["dotnet"];
    "kiamol/ch03-numbers-web" Debian Server::NumbersWeb, [80] AT_ONCE, ["dotnet"];
    "nginx" Debian Server::Nginx, [80] AT_ONCE, ["nginx", "curl"];
    "registry.k8s.io/nginx-slim" Debian Server::Nginx, [80] AT_ONCE, ["nginx"];
    "nginxdemos/hello" Alpine Server::Hello, [80] AT_ONCE, ["nginx"];
    "nginxinc/nginx-unprivileged" Debian Server::Nginx, [8080] AT_ONCE, ["nginx", "curl"];
    "httpd" Debian Server::Httpd, [80] AT_ONCE, ["httpd", "httpd-foreground"];
    "traefik/whoami" Scratch Server::Whoami, [80] AT_ONCE, [];
    "containous/whoami" Scratch Server::Whoami, [80] AT_ONCE, [];
    "hashicorp/http-echo" Scratch Server::Echo, [5678] AT_ONCE, [];
    "gcr.io/google-samples/hello-app" Scratch Server::HelloApp, [8080] BY_SIGNAL, [];
    "us-docker.pkg.dev/google-samples/containers/gke/hello-app" Scratch Server::HelloApp, [8080] BY_SIGNAL, [];
    "registry.k8s.io/e2e-test-images/agnhost" Alpine Server::Agnhost, [] AT_ONCE, ["agnhost", "curl", "dig"];
    "k8s.gcr.io/e2e-test-images/agnhost" Alpine Server::Agnhost, [] AT_ONCE, ["agnhost", "curl", "dig"];
    "gcr.io/kuar-demo/kuard-amd64" Alpine Server::Hello, [8080] AT_ONCE, [];
    "stefanprodan/podinfo" Alpine Server::Hello, [9898] AT_ONCE, ["curl"];
    "nicolaka/netshoot" Alpine Server::Shell, [] Term::Ignored,
        ["bash", "ping", "nslookup", "curl", "dig", "host", "jq", "nc", "traceroute", "tcpdump", "iptables",
            "iptables-save", "conntrack", "nft", "ip", "ss", "ipvsadm", "mtr", "nmap", "iperf", "iperf3", "socat", "ethtool",
            "tshark", "ngrep", "fping", "tcptraceroute", "tracepath", "openssl", "drill", "bridge", "vim", "git", "iftop", "nping", "swaks"];
    "busybox" BusyBox Server::Shell, [] Term::Ignored, [];
    "registry.k8s.io/busybox" BusyBox Server::Shell, [] Term::Ignored, [];
    "registry.k8s.io/e2e-test-images/busybox" BusyBox Server::Shell, [] Term::Ignored, [];
    "gcr.io/google-containers/busybox" BusyBox Server::Shell, [] Term::Ignored, [];
    "alpine" Alpine Server::Shell, [] Term::Ignored, [];
    "curlimages/curl" Alpine Server::Curl, [] BY_SIGNAL, ["curl"];
    "ubuntu" Debian Server::Shell, [] Term::Ignored, [];
    "debian" Debian Server::Shell, [] Term::Ignored, [];
    "python" Debian Server::Shell, [] Term::Ignored, ["python", "python3", "curl"];
    "redis" Debian Server::Tcp("Ready to accept connections tcp"), [6379] AT_ONCE, ["redis-server", "redis-cli"];
    "postgres" Debian Server::Tcp("database system is ready to accept connections"), [5432] AT_ONCE, ["postgres", "psql"];
    "mysql" Debian Server::Tcp("ready for connections. Version: '8.4'  port: 3306"), [3306] AT_ONCE, ["mysqld", "mysql"];
    "mariadb" Debian Server::Tcp("mariadbd: ready for connections."), [3306] AT_ONCE, ["mariadbd", "mariadb"];
    "mongo" Debian Server::Tcp("Waiting for connections"), [27017] AT_ONCE, ["mongod", "mongosh"];
    "memcached" Debian Server::Tcp(""), [11211] AT_ONCE, [];
    "rabbitmq" Debian Server::Tcp("Server startup complete"), [5672] AT_ONCE, [];
    "registry.k8s.io/pause" Scratch Server::Sleep, [] AT_ONCE, [];
    "registry.k8s.io/coredns/coredns" Scratch Server::CoreDns, [53] AT_ONCE, [];
    "registry.k8s.io/kube-proxy" Debian Server::Quiet, [] AT_ONCE, ["kube-proxy", "iptables", "iptables-save"];
    "registry.k8s.io/kube-apiserver" Scratch Server::Quiet, [6443] AT_ONCE, ["kube-apiserver"];
    "registry.k8s.io/kube-controller-manager" Scratch Server::Quiet, [] AT_ONCE, ["kube-controller-manager"];
    "registry.k8s.io/kube-scheduler" Scratch Server::Quiet, [] AT_ONCE, ["kube-scheduler"];
    "registry.k8s.io/etcd" Scratch Server::Quiet, [2379] AT_ONCE, ["etcd"];
    "docker.io/kindest/kindnetd" Debian Server::Quiet, [] AT_ONCE, [];
    "docker/desktop-storage-provisioner" Scratch Server::Quiet, [] AT_ONCE, [];
    "docker.io/kindest/local-path-provisioner" Scratch Server::Quiet, [] AT_ONCE, [];
}

/// An image that the playground does not know: it listens on what its containers declare.
static UNKNOWN: Image = Image {
    name: "",
    flavour: Flavour::Debian,
    programs: &[],
    server: Server::Unknown,
    ports: &[],
    term: AT_ONCE,
};

/// The image of that reference; a stand-in if it is not known. `None` if nothing can be pulled under
/// it: the names people use when they mean it to fail.
pub fn find(reference: &str) -> Option<&'static Image> {
    let (name, tag) = split(reference);
    let lower = reference.to_ascii_lowercase();
    let broken = [
        "doesnotexist",
        "does-not-exist",
        "doesntexist",
        "nonexistent",
        "non-existent",
        "notfound",
        "not-found",
        "nosuch",
        "no-such",
        "missing",
        "invalid",
        "wrong",
        "typo",
        "bogus",
    ];
    if broken.iter().any(|word| lower.contains(word)) || name.is_empty() || tag.is_some_and(str::is_empty) {
        return None;
    }
    let short = name.strip_prefix("docker.io/").unwrap_or(name);
    let short = short.strip_prefix("library/").unwrap_or(short);
    let images = if tag.is_some_and(|tag| tag.contains("alpine")) { ON_ALPINE } else { IMAGES };
    let known = images.iter().find(|image| image.name == name || image.name == short);
    // An official image has one name: a slip in it finds nothing.
    let official = !short.contains('/') && !name.contains('.');
    let slip = known.is_none() && official && IMAGES.iter().any(|image| is_slip(image.name, short));
    if slip { None } else { Some(known.unwrap_or(&UNKNOWN)) }
}

/// The name and the tag of a reference.
pub(super) fn split(reference: &str) -> (&str, Option<&str>) {
    let reference = reference.split('@').next().unwrap_or(reference);
    let slash = reference.rfind('/').map_or(0, |at| at + 1);
    match reference[slash..].find(':') {
        Some(colon) => (&reference[..slash + colon], Some(&reference[slash + colon + 1..])),
        None => (reference, None),
    }
}

/// Whether two words differ by one letter dropped, added, replaced or swapped.
fn is_slip(known: &str, written: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (known.chars().collect(), written.chars().collect());
    if a == b || a.len() < 4 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let swapped = a.len() == b.len()
        && same + 1 < a.len()
        && a[same] == b[same + 1]
        && a[same + 1] == b[same]
        && a[same + 2..] == b[same + 2..];
    swapped || same + tail >= a.len().max(b.len()) - 1
}

impl Image {
    /// Whether the playground knows it.
    pub fn is_known(&self) -> bool {
        !self.name.is_empty()
    }

    /// Whether a program of that name is in it, its path aside.
    pub fn has(&self, program: &str) -> bool {
        let name = program.rsplit('/').next().unwrap_or(program);
        self.programs.contains(&name) || self.flavour.programs().any(|other| other == name)
    }

    /// The program that arguments are for, where they do not name one themselves: curl's image runs what it has, and takes
    /// anything else as curl's.
    pub fn program_for(&self, arguments: &[&str]) -> Option<&'static str> {
        let curl =
            matches!(self.server, Server::Curl) && arguments.first().is_some_and(|word| !self.has(word));
        curl.then_some("curl")
    }
}

/// What every base but an empty one has: coreutils, or BusyBox's of the same names.
const SHELL: &str = "sh cat echo env ls sleep true false test [ printenv hostname date head tail grep egrep fgrep sed awk wc sort uniq \
    cut tr touch mkdir rmdir rm cp mv ln id whoami pwd seq expr printf tee xargs find base64 timeout uname basename dirname nl paste \
    rev tac diff which clear chmod chown chgrp cksum comm dd df du fold kill md5sum mktemp mount umount nice nohup nproc od readlink \
    realpath sha1sum sha256sum sha512sum shuf split stat stty sync tar truncate tty uptime yes gzip gunzip";
const BUSYBOX: &str = "busybox ash ping ping6 nslookup wget nc vi ps top netstat ifconfig ip route traceroute telnet httpd watch \
    killall arp arping bc bzip2 cpio crond crontab dmesg free ftpget ftpput fuser hexdump ipcalc less lsof more nproc ntpd pgrep pidof \
    pkill sysctl tftp time udhcpc unzip xxd hostid";
const ALPINE: &str = "apk getent";
const DEBIAN: &str = "bash apt apt-get dpkg getent perl more";

impl Flavour {
    /// The programs every image on this base has.
    pub fn programs(self) -> impl Iterator<Item = &'static str> {
        let lists: &[&str] = match self {
            Self::Scratch => &[],
            Self::BusyBox => &[SHELL, BUSYBOX],
            Self::Alpine => &[SHELL, BUSYBOX, ALPINE],
            Self::Debian => &[SHELL, DEBIAN],
        };
        lists.iter().flat_map(|list| list.split_whitespace())
    }
}
