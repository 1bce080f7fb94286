//! `/etc/hosts` as the kubelet writes it for a pod.

use crate::api::Object;
use std::fmt::Write;

/// The file of a pod; of its address and names only once it has an address.
pub fn of_pod(pod: &Object, domain: &str) -> String {
    let Some(view) = pod.pod() else { return String::new() };
    let spec = &view.spec;
    let network = if spec.host_network { " (host network)" } else { "" };
    let mut text = format!(
        "# Kubernetes-managed hosts file{network}.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n\
         fe00::\tip6-localnet\nfe00::\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
    );
    let ip = &view.status.pod_ip;
    if !spec.host_network && !ip.is_empty() {
        let hostname = hostname(pod);
        let line = match spec.subdomain.as_deref().filter(|subdomain| !subdomain.is_empty()) {
            Some(subdomain) => {
                let namespace = &pod.meta.namespace;
                format!("{ip}\t{hostname}.{subdomain}.{namespace}.svc.{domain}\t{hostname}\n")
            }
            None => format!("{ip}\t{hostname}\n"),
        };
        text += &line;
    }
    if !spec.host_aliases.is_empty() {
        text += "\n# Entries added by HostAliases.\n";
        for alias in &spec.host_aliases {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\t{}", alias.ip, alias.hostnames.join("\t"));
        }
    }
    text
}

/// The host name of a pod: its own, cut to what a host name may have.
pub fn hostname(pod: &Object) -> &str {
    let own = pod.pod().and_then(|pod| pod.spec.hostname.as_deref()).filter(|name| !name.is_empty());
    let name = own.unwrap_or(&pod.meta.name);
    name.get(..63).unwrap_or(name).trim_end_matches(['-', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Kind, json};

    #[test]
    fn a_pod_knows_itself_and_its_aliases() {
        let pod = Object::new(
            Kind::Pod,
            json!({"metadata": {"name": "db-0", "namespace": "shop"}, "status": {"podIP": "10.1.1.9"},
                "spec": {"hostname": "db-0", "subdomain": "db",
                    "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["old", "old.example"]}]}}),
        );
        let text = of_pod(&pod, "cluster.local");
        let tail = "fe00::2\tip6-allrouters\n10.1.1.9\tdb-0.db.shop.svc.cluster.local\tdb-0\n\n\
                    # Entries added by HostAliases.\n192.0.2.1\told\told.example\n";
        assert!(text.ends_with(tail), "{text}");
    }
}
