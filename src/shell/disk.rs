//! The files a place begins with: what an image and the kubelet put into a container, what a node has.

use super::files::Files;
use super::program::Place;
use crate::cluster::Cluster;
use crate::net::Source;

/// Directories that every Linux root has.
const ROOT: [&str; 14] = [
    "/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/sys", "/tmp",
    "/usr", "/var",
];

/// The files of a place nobody has looked at yet.
pub fn begin(cluster: &Cluster, place: &Place) -> Files {
    let mut files = Files::default();
    ROOT.iter().for_each(|path| files.make_all(path));
    match place {
        Place::Workstation => {}
        Place::Container { pod, container, .. } => {
            let Some(environment) = cluster.environment(pod, container) else { return files };
            files.make_all(&environment.working_dir);
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
            files.place("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
            let resolver = cluster.resolver(&Source::Node(node.clone()));
            files.place("/etc/resolv.conf", resolver.resolv.to_string());
        }
    }
    files
}
