//! What a cluster has before anyone uses it: namespaces, nodes, the API's Service, system pods.

use super::profile::NodeProfile;
use super::{Cluster, Profile};
use crate::api::{Key, Kind, Value, json, sha256};
use crate::manifest;

impl Cluster {
    /// Creates what every cluster has, and what its profile adds.
    pub(super) fn bootstrap(&mut self) {
        for name in ["kube-system", "default", "kube-public", "kube-node-lease"] {
            self.make(Kind::Namespace, json!({"metadata": {"name": name}}));
            self.make(Kind::ServiceAccount, json!({"metadata": {"name": "default", "namespace": name}}));
        }
        for (name, value, description) in [
            (
                "system-cluster-critical",
                2_000_000_000,
                "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
            ),
            (
                "system-node-critical",
                2_000_001_000,
                "Used for system critical pods that must not be moved from their current node.",
            ),
        ] {
            self.make(
                Kind::PriorityClass,
                json!({"metadata": {"name": name}, "value": value, "description": description}),
            );
        }
        for node in self.profile.nodes.clone() {
            self.make_node(&node);
        }
        self.keep_api_service();
        let system = self.profile.system;
        if system.control_plane {
            self.make_control_plane();
        }
        if system.proxy {
            let image = format!("registry.k8s.io/kube-proxy:{}", self.profile.version);
            self.make_agent("kube-proxy", "kube-proxy", &image);
        }
        if system.kindnet {
            self.make_agent("kindnet", "kindnet-cni", "docker.io/kindest/kindnetd:v20250512-df8de77b");
        }
        if system.dns {
            let address = self.profile.network.dns.to_string();
            self.make_all(include_str!("system/coredns.yaml"), &[("DNS_IP", &address)]);
        }
    }

    /// Creates an object of the system. A profile that asks for what the server refuses lacks it.
    pub(super) fn make(&mut self, kind: Kind, doc: Value) {
        let _ = self.create(kind, doc);
    }

    fn make_node(&mut self, node: &NodeProfile) {
        let mut labels = json!({
            "beta.kubernetes.io/arch": "amd64",
            "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": node.name,
            "kubernetes.io/os": "linux",
        });
        for (key, value) in &node.labels {
            labels[key] = value.as_str().into();
        }
        self.make(
            Kind::Node,
            json!({
                "metadata": {"name": node.name, "labels": labels, "annotations": {"node.alpha.kubernetes.io/ttl": "0"}},
                "spec": {"podCIDR": node.pod_cidr, "podCIDRs": [node.pod_cidr]},
            }),
        );
        let key = Key::new(Kind::Node, "", &node.name);
        let status = node_status(&self.profile, node, &self.now.rfc3339());
        let _ = self.server.update_status(&key, status);
        let Some(object) = self.store().get(&key) else { return };
        let mut doc = object.doc().clone();
        if node.taints.is_empty() {
            doc["spec"].as_object_mut().map(|spec| spec.remove("taints"));
        } else {
            doc["spec"]["taints"] = node.taints.clone().into();
        }
        let _ = self.update(Kind::Node, doc);
        self.make(
            Kind::Lease,
            json!({
                "metadata": {"name": node.name, "namespace": "kube-node-lease"},
                "spec": {"holderIdentity": node.name, "leaseDurationSeconds": 40,
                    "renewTime": self.now.rfc3339().replace('Z', ".000000Z")},
            }),
        );
    }

    /// The pods that the first node's kubelet runs from files.
    fn make_control_plane(&mut self) {
        let Some(node) = self.profile.nodes.first().cloned() else { return };
        let version = self.profile.version.clone();
        let key = Key::new(Kind::Node, "", &node.name);
        let owner = self.store().get(&key).map(|node| node.meta.uid.clone()).unwrap_or_default();
        for (component, image) in [
            ("etcd", "registry.k8s.io/etcd:3.6.6-0".to_owned()),
            ("kube-apiserver", format!("registry.k8s.io/kube-apiserver:{version}")),
            ("kube-controller-manager", format!("registry.k8s.io/kube-controller-manager:{version}")),
            ("kube-scheduler", format!("registry.k8s.io/kube-scheduler:{version}")),
        ] {
            let digest = sha256(image.as_bytes());
            let hash: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            let words = [
                ("COMPONENT", component),
                ("NODE", &node.name),
                ("IMAGE", &image),
                ("OWNER", &owner),
                ("MIRROR", &hash),
            ];
            self.make_all(include_str!("system/static-pod.yaml"), &words);
        }
    }

    /// A DaemonSet of the system that shares its nodes' network.
    fn make_agent(&mut self, name: &str, container: &str, image: &str) {
        let words = [("AGENT", name), ("CONTAINER", container), ("IMAGE", image)];
        self.make_all(include_str!("system/agent.yaml"), &words);
    }

    /// Creates the objects of a text in which some words stand for others.
    fn make_all(&mut self, text: &str, words: &[(&str, &str)]) {
        let text = words.iter().fold(text.to_owned(), |text, (word, with)| text.replace(word, with));
        for document in manifest::read(&text).into_iter().flatten() {
            for resource in document.resources("").into_iter().flatten() {
                self.make(resource.kind, resource.value);
            }
        }
    }
}

fn node_status(profile: &Profile, node: &NodeProfile, now: &str) -> Value {
    let mut addresses = vec![json!({"type": "InternalIP", "address": node.ip})];
    if let Some(external) = &node.external_ip {
        addresses.push(json!({"type": "ExternalIP", "address": external}));
    }
    addresses.push(json!({"type": "Hostname", "address": node.name}));
    let mut capacity = json!({
        "cpu": "4", "ephemeral-storage": "61202244Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
        "memory": "8148148Ki", "pods": "110",
    });
    for (key, value) in node.capacity.as_object().into_iter().flatten() {
        capacity[key] = value.clone();
    }
    let mut info = json!({
        "architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": profile.version,
        "kubeProxyVersion": "", "machineID": node.name, "systemUUID": node.name, "bootID": node.name,
        "osImage": "", "kernelVersion": "", "containerRuntimeVersion": "",
    });
    for (key, value) in node.info.as_object().into_iter().flatten() {
        info[key] = value.clone();
    }
    let conditions: Vec<Value> = [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]
    .into_iter()
    .map(|(kind, status, reason, message)| {
        json!({"type": kind, "status": status, "reason": reason, "message": message,
            "lastHeartbeatTime": now, "lastTransitionTime": now})
    })
    .collect();
    json!({
        "addresses": addresses, "allocatable": capacity, "capacity": capacity, "conditions": conditions,
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}, "nodeInfo": info,
    })
}
