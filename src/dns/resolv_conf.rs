//! `/etc/resolv.conf`: its text, and what the kubelet writes into a pod's.

use crate::api::pod::PodSpec;
use std::fmt;
use std::net::IpAddr;

/// Limits of what the kubelet passes on (`MaxDNSNameservers`, `MaxDNSSearchPaths`, `MaxDNSSearchListChars`).
const MOST_SERVERS: usize = 3;
const MOST_SEARCHES: usize = 32;
const LONGEST_SEARCH_LIST: usize = 2048;

/// What `/etc/resolv.conf` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvConf {
    /// The name servers.
    pub nameservers: Vec<IpAddr>,
    /// The search list.
    pub search: Vec<String>,
    /// The options, as written: `ndots:5`, `use-vc`.
    pub options: Vec<String>,
}

impl ResolvConf {
    /// Reads the file as C libraries do: the last `search` counts, what is unknown is skipped.
    pub fn parse(text: &str) -> Self {
        let mut conf = Self::default();
        for line in text.lines() {
            let line = line.split(['#', ';']).next().unwrap_or_default();
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let server = words.next().and_then(|ip| ip.parse::<IpAddr>().ok());
                    conf.nameservers.extend(server);
                }
                Some("search" | "domain") => conf.search = words.map(str::to_owned).collect(),
                Some("options") => conf.options.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        conf
    }

    /// Names with at least so many dots are tried as they are first.
    pub fn ndots(&self) -> usize {
        self.number("ndots").unwrap_or(1).min(15)
    }

    /// Seconds to wait for a server.
    pub fn timeout(&self) -> u64 {
        self.number("timeout").unwrap_or(5).max(1) as u64
    }

    /// How often each server is asked.
    pub fn attempts(&self) -> u32 {
        self.number("attempts").unwrap_or(2).clamp(1, 10) as u32
    }

    fn number(&self, option: &str) -> Option<usize> {
        let value = |written: &String| written.strip_prefix(option)?.strip_prefix(':')?.parse().ok();
        self.options.iter().rev().find_map(value)
    }

    /// What the kubelet gives a pod, from its node's own and the cluster's DNS service.
    pub fn of_pod(spec: &PodSpec, namespace: &str, cluster: &ClusterDns, node: &Self) -> Self {
        let mut conf = match spec.dns_policy.as_str() {
            "None" => Self::default(),
            "Default" => node.clone(),
            "ClusterFirstWithHostNet" => cluster.conf(namespace, node),
            _ if spec.host_network => node.clone(),
            _ => cluster.conf(namespace, node),
        };
        if let Some(own) = &spec.dns_config {
            let servers = own.nameservers.iter().filter_map(|server| server.parse().ok());
            merge(&mut conf.nameservers, servers);
            merge(&mut conf.search, own.searches.iter().cloned());
            for option in &own.options {
                // An option of the pod replaces one of the same name.
                let name = option.name.as_str();
                conf.options.retain(|known| known.split(':').next() != Some(name));
                conf.options.push(match &option.value {
                    Some(value) => format!("{name}:{value}"),
                    None => name.to_owned(),
                });
            }
        }
        conf.nameservers.truncate(MOST_SERVERS);
        conf.search.truncate(MOST_SEARCHES);
        while conf.search.join(" ").len() > LONGEST_SEARCH_LIST {
            conf.search.pop();
        }
        conf
    }
}

/// Adds what is not there yet.
fn merge<T: PartialEq>(list: &mut Vec<T>, more: impl Iterator<Item = T>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// The cluster's DNS as the kubelet is configured with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDns {
    /// `clusterDNS`
    pub servers: Vec<IpAddr>,
    /// `clusterDomain`
    pub domain: String,
}

impl ClusterDns {
    fn conf(&self, namespace: &str, node: &ResolvConf) -> ResolvConf {
        let domain = &self.domain;
        let mut search = vec![format!("{namespace}.svc.{domain}"), format!("svc.{domain}"), domain.clone()];
        merge(&mut search, node.search.iter().cloned());
        ResolvConf { nameservers: self.servers.clone(), search, options: vec!["ndots:5".to_owned()] }
    }
}

/// The file as the kubelet writes it.
impl fmt::Display for ResolvConf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.search.is_empty() {
            writeln!(f, "search {}", self.search.join(" "))?;
        }
        for server in &self.nameservers {
            writeln!(f, "nameserver {server}")?;
        }
        if !self.options.is_empty() {
            writeln!(f, "options {}", self.options.join(" "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{FromValue, Value, json};

    fn given(spec: Value) -> String {
        let cluster =
            ClusterDns { servers: vec![[10, 96, 0, 10].into()], domain: "cluster.local".to_owned() };
        let node = ResolvConf::parse("nameserver 192.168.65.7\nsearch lan\noptions timeout:1 # fast\n");
        ResolvConf::of_pod(&PodSpec::from_value(&spec), "shop", &cluster, &node).to_string()
    }

    #[test]
    fn the_policy_decides() {
        let cluster = "search shop.svc.cluster.local svc.cluster.local cluster.local lan\n\
                       nameserver 10.96.0.10\noptions ndots:5\n";
        let node = "search lan\nnameserver 192.168.65.7\noptions timeout:1\n";
        for (spec, expected) in [
            (json!({"dnsPolicy": "ClusterFirst"}), cluster),
            (json!({}), cluster),
            (json!({"dnsPolicy": "Default"}), node),
            (json!({"dnsPolicy": "ClusterFirst", "hostNetwork": true}), node),
            (json!({"dnsPolicy": "ClusterFirstWithHostNet", "hostNetwork": true}), cluster),
        ] {
            assert_eq!(given(spec.clone()), expected, "{spec}");
        }
    }

    #[test]
    fn the_pod_adds_and_replaces() {
        let own = json!({"nameservers": ["1.1.1.1", "10.96.0.10"], "searches": ["a.example", "lan"],
            "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]});
        assert_eq!(
            given(json!({"dnsPolicy": "ClusterFirst", "dnsConfig": own})),
            "search shop.svc.cluster.local svc.cluster.local cluster.local lan a.example\n\
             nameserver 10.96.0.10\nnameserver 1.1.1.1\noptions ndots:2 edns0\n"
        );
        assert_eq!(
            given(json!({"dnsPolicy": "None", "dnsConfig": own})),
            "search a.example lan\nnameserver 1.1.1.1\nnameserver 10.96.0.10\noptions ndots:2 edns0\n"
        );
    }
}
