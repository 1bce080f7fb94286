//! What a cluster has before anyone uses it: namespaces, nodes, the API's Service, system pods.

use super::profile::NodeProfile;
use super::{Cluster, Profile};
use crate::api::{Key, Kind, Value, json};

/// The image of each system component; the tag is the cluster's version where it has none.
const DNS_IMAGE: &str = "registry.k8s.io/coredns/coredns:v1.14.2";
const COREFILE: &str = ".:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
";

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
        self.make_api_service();
        let system = self.profile.system;
        if system.control_plane {
            self.make_control_plane();
        }
        if system.proxy {
            let version = self.profile.version.clone();
            self.make_agent("kube-proxy", &format!("registry.k8s.io/kube-proxy:{version}"), "k8s-app");
        }
        if system.kindnet {
            self.make_agent("kindnet", "docker.io/kindest/kindnetd:v20250512-df8de77b", "k8s-app");
        }
        if system.dns {
            self.make_dns();
        }
    }

    /// Creates an object of the system. A profile that asks for what the server refuses lacks it.
    fn make(&mut self, kind: Kind, doc: Value) {
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

    /// The `kubernetes` Service, whose endpoints the API server writes itself.
    fn make_api_service(&mut self) {
        let Some(address) = self.profile.nodes.first().map(|node| node.ip.clone()) else { return };
        let network = u32::from(self.profile.network.proxy.service_cidr.address());
        let first = std::net::Ipv4Addr::from(network.saturating_add(1));
        self.make(
            Kind::Service,
            json!({
                "metadata": {"name": "kubernetes", "namespace": "default",
                    "labels": {"component": "apiserver", "provider": "kubernetes"}},
                "spec": {"clusterIP": first.to_string(), "clusterIPs": [first.to_string()],
                    "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]},
            }),
        );
        let ports = json!([{"name": "https", "port": 6443, "protocol": "TCP"}]);
        self.make(
            Kind::Endpoints,
            json!({
                "metadata": {"name": "kubernetes", "namespace": "default",
                    "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
                "subsets": [{"addresses": [{"ip": address}], "ports": ports}],
            }),
        );
        self.make(
            Kind::EndpointSlice,
            json!({
                "metadata": {"name": "kubernetes", "namespace": "default",
                    "labels": {"kubernetes.io/service-name": "kubernetes"}},
                "addressType": "IPv4",
                "endpoints": [{"addresses": [address], "conditions": {"ready": true}}],
                "ports": ports,
            }),
        );
    }

    /// The pods that the first node's kubelet runs from files.
    fn make_control_plane(&mut self) {
        let Some(node) = self.profile.nodes.first().cloned() else { return };
        let version = self.profile.version.clone();
        for (component, image) in [
            ("etcd", "registry.k8s.io/etcd:3.6.6-0".to_owned()),
            ("kube-apiserver", format!("registry.k8s.io/kube-apiserver:{version}")),
            ("kube-controller-manager", format!("registry.k8s.io/kube-controller-manager:{version}")),
            ("kube-scheduler", format!("registry.k8s.io/kube-scheduler:{version}")),
        ] {
            self.make(
                Kind::Pod,
                json!({
                    "metadata": {
                        "name": format!("{component}-{}", node.name), "namespace": "kube-system",
                        "labels": {"component": component, "tier": "control-plane"},
                        "annotations": {"kubernetes.io/config.source": "file"},
                    },
                    "spec": {
                        "nodeName": node.name, "hostNetwork": true, "automountServiceAccountToken": false,
                        "priorityClassName": "system-node-critical",
                        "tolerations": [{"effect": "NoExecute", "operator": "Exists"}],
                        "containers": [{"name": component, "image": image, "imagePullPolicy": "IfNotPresent",
                            "command": [component]}],
                    },
                }),
            );
        }
    }

    /// A DaemonSet of the system that shares its nodes' network.
    fn make_agent(&mut self, name: &str, image: &str, label: &str) {
        self.make(Kind::ServiceAccount, json!({"metadata": {"name": name, "namespace": "kube-system"}}));
        self.make(
            Kind::DaemonSet,
            json!({
                "metadata": {"name": name, "namespace": "kube-system", "labels": {label: name}},
                "spec": {
                    "selector": {"matchLabels": {label: name}},
                    "template": {
                        "metadata": {"labels": {label: name}},
                        "spec": {
                            "hostNetwork": true, "serviceAccountName": name,
                            "priorityClassName": "system-node-critical",
                            "nodeSelector": {"kubernetes.io/os": "linux"},
                            "tolerations": [{"operator": "Exists"}],
                            "containers": [{"name": if name == "kindnet" { "kindnet-cni" } else { name },
                                "image": image, "imagePullPolicy": "IfNotPresent"}],
                        },
                    },
                },
            }),
        );
    }

    fn make_dns(&mut self) {
        let address = self.profile.network.dns.to_string();
        self.make(
            Kind::ConfigMap,
            json!({"metadata": {"name": "coredns", "namespace": "kube-system"}, "data": {"Corefile": COREFILE}}),
        );
        self.make(Kind::ServiceAccount, json!({"metadata": {"name": "coredns", "namespace": "kube-system"}}));
        self.make(
            Kind::Service,
            json!({
                "metadata": {"name": "kube-dns", "namespace": "kube-system",
                    "annotations": {"prometheus.io/port": "9153", "prometheus.io/scrape": "true"},
                    "labels": {"k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true",
                        "kubernetes.io/name": "CoreDNS"}},
                "spec": {"clusterIP": address, "clusterIPs": [address], "selector": {"k8s-app": "kube-dns"},
                    "ports": [
                        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
                        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
                        {"name": "metrics", "port": 9153, "protocol": "TCP", "targetPort": 9153},
                    ]},
            }),
        );
        self.make(
            Kind::Deployment,
            json!({
                "metadata": {"name": "coredns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
                "spec": {
                    "replicas": 2,
                    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}},
                    "selector": {"matchLabels": {"k8s-app": "kube-dns"}},
                    "template": {
                        "metadata": {"labels": {"k8s-app": "kube-dns"}},
                        "spec": {
                            "priorityClassName": "system-cluster-critical",
                            "serviceAccountName": "coredns",
                            "dnsPolicy": "Default",
                            "nodeSelector": {"kubernetes.io/os": "linux"},
                            "tolerations": [
                                {"key": "CriticalAddonsOnly", "operator": "Exists"},
                                {"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"},
                            ],
                            "containers": [{
                                "name": "coredns", "image": DNS_IMAGE, "imagePullPolicy": "IfNotPresent",
                                "args": ["-conf", "/etc/coredns/Corefile"],
                                "resources": {"limits": {"memory": "170Mi"}, "requests": {"cpu": "100m", "memory": "70Mi"}},
                                "ports": [
                                    {"containerPort": 53, "name": "dns", "protocol": "UDP"},
                                    {"containerPort": 53, "name": "dns-tcp", "protocol": "TCP"},
                                    {"containerPort": 9153, "name": "metrics", "protocol": "TCP"},
                                ],
                                "livenessProbe": {"httpGet": {"path": "/health", "port": 8080},
                                    "initialDelaySeconds": 60, "timeoutSeconds": 5, "failureThreshold": 5},
                                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
                                "volumeMounts": [{"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": true}],
                            }],
                            "volumes": [{"name": "config-volume", "configMap": {"name": "coredns",
                                "items": [{"key": "Corefile", "path": "Corefile"}]}}],
                        },
                    },
                },
            }),
        );
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
