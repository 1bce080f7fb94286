//! The files a place begins with: what an image and the kubelet put into a container, what a node has.

use super::files::Files;
use super::program::{Place, World};
use crate::cluster::Cluster;
use crate::images::{self, Flavour};
use crate::net::Source;

/// Directories that every Linux root has.
const ROOT: [&str; 14] = [
    "/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/sys", "/tmp",
    "/usr", "/var",
];

/// What a machine says of its system.
const ALPINE: &str =
    "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME=\"Alpine Linux v3.22\"\n";
const DEBIAN: &str = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n";
const ROOT_USER: &str = "root:x:0:0:root:/root:/bin/sh\n";
const LOCALHOST: &str = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";

/// The files of a place nobody has looked at yet.
pub fn begin(cluster: &Cluster, place: &Place) -> Files {
    let mut files = Files::default();
    ROOT.iter().for_each(|path| files.make_all(path));
    files.place("/proc/sys/net/ipv4/ip_forward", "1\n");
    match place {
        Place::Workstation => {}
        Place::Container { pod, container, .. } => {
            let Some(environment) = cluster.environment(pod, container) else { return files };
            files.make_all(&environment.working_dir);
            let flavour = images::find(&environment.image).map(|image| image.flavour);
            let release = match flavour {
                Some(Flavour::Alpine) => Some(ALPINE),
                Some(Flavour::Debian) => Some(DEBIAN),
                _ => None,
            };
            release.into_iter().for_each(|release| files.place("/etc/os-release", release));
            if flavour != Some(Flavour::Scratch) {
                files.place("/etc/passwd", ROOT_USER);
            }
            files.place("/etc/hostname", format!("{}\n", environment.hostname));
            let resolver = cluster.resolver(&Source::Pod(pod.clone()));
            files.place("/etc/resolv.conf", resolver.resolv.to_string());
            let domain = &cluster.profile().network.domain;
            if let Some(pod) = cluster.store().get(pod) {
                files.place("/etc/hosts", crate::dns::hosts::of_pod(pod, domain));
            }
            for (path, text) in environment.files {
                files.place(&path, text);
            }
        }
        Place::Node(node) => {
            files.place("/etc/hostname", format!("{node}\n"));
            files.place("/etc/hosts", LOCALHOST);
            files.place("/etc/os-release", DEBIAN);
            files.place("/etc/passwd", ROOT_USER);
            let resolver = cluster.resolver(&Source::Node(node.clone()));
            files.place("/etc/resolv.conf", resolver.resolv.to_string());
        }
    }
    files
}

/// [`follow`] for every container that somebody has looked into.
pub fn follow_all(cluster: &mut Cluster, world: &mut World) {
    let places: Vec<Place> = world.disks.keys().cloned().collect();
    places.iter().for_each(|place| follow(cluster, world, place));
}

/// Brings a container's disk and the files of its process together: what a shell wrote there is what a
/// server serves and a probe finds, and what the process wrote is what a shell sees.
pub fn follow(cluster: &mut Cluster, world: &mut World, place: &Place) {
    let Place::Container { pod, uid, container } = place else { return };
    let (Some(disk), Some(own)) = (world.disks.get_mut(place), cluster.files(pod, container)) else { return };
    if cluster.store().get(pod).is_none_or(|pod| pod.meta.uid != *uid) {
        return;
    }
    let before = world.followed.get(place).unwrap_or(own);
    if disk.all() == before && own == before {
        return;
    }
    let mut both = own.clone();
    for (path, text) in disk.all().iter().filter(|(path, text)| before.get(*path) != Some(*text)) {
        both.insert(path.clone(), text.clone());
    }
    for path in before.keys().filter(|path| !disk.all().contains_key(*path)) {
        both.remove(path);
    }
    let gone: Vec<String> = disk.all().keys().filter(|path| !both.contains_key(*path)).cloned().collect();
    for path in gone {
        // It is there, and no directory.
        let _ = disk.remove(&path, false);
    }
    let new: Vec<(String, String)> = both
        .iter()
        .filter(|(path, text)| disk.all().get(*path) != Some(*text))
        .map(|(p, t)| (p.clone(), t.clone()))
        .collect();
    for (path, text) in new {
        disk.place(&path, text);
    }
    if both != *own {
        cluster.set_files(pod, container, both.clone());
    }
    world.followed.insert(place.clone(), both);
}
