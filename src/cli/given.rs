//! A cluster as manifests give it: what they leave out is filled in, what they say wins.

use super::{Failure, slices, workloads};
use cluster_playground::api::service::Protocol;
use cluster_playground::api::{Instant, Key, Kind, Object, Value, json};
use cluster_playground::apiserver::Store;
use cluster_playground::dns::{ZoneConfig, zone};
use cluster_playground::manifest;
use cluster_playground::net::{
    Accept, Answer, Host, HttpRequest, HttpResponse, Message, Network, Setting, State, Trace,
};
use cluster_playground::proxy::{Cidr, Mode, Proxies};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// The objects of manifests, with rules and a network over them.
pub struct Given {
    pub store: Store,
    pub setting: Setting,
    pub proxies: Proxies,
    state: State,
}

impl Given {
    /// Reads a file, or all YAML and JSON files of a directory.
    pub fn read(path: &Path, mode: Mode) -> Result<Self, Failure> {
        let mut store = Store::default();
        for doc in documents(path)? {
            put(&mut store, doc)?;
        }
        Ok(Self::fill(store, mode))
    }

    /// Completes a store.
    fn fill(mut store: Store, mode: Mode) -> Self {
        let mut setting = Setting::default();
        setting.proxy.mode = mode;
        workloads::expand(&mut store);
        namespaces(&mut store);
        nodes(&mut store);
        ranges(&store, &mut setting);
        services(&mut store, &setting);
        pods(&mut store, &setting);
        slices::fill(&mut store);
        let mut proxies = Proxies::new(setting.proxy.clone());
        proxies.sync(&store);
        Self { store, setting, proxies, state: State::new(0) }
    }

    /// Adds CoreDNS where the manifests have none, so that names resolve.
    pub fn add_dns(&mut self) {
        let dns = self.setting.dns.to_string();
        let known =
            |object: &&std::sync::Arc<Object>| object.service().is_some_and(|s| s.spec.cluster_ip == dns);
        let Some(node) = self.store.list_all(Kind::Node).next().map(|node| node.meta.name.clone()) else {
            return;
        };
        if self.store.list_all(Kind::Service).any(|object| known(&object)) {
            return;
        }
        let ip = self.setting.proxy.cluster_cidr.last().to_string();
        let ports =
            json!([{"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53, "containerPort": 53}]);
        let (namespace, label) = ("kube-system", "kubernetes.io/service-name");
        let target = json!({"kind": "Pod", "namespace": namespace, "name": "coredns"});
        for (kind, doc) in [
            (
                Kind::Pod,
                json!({
                    "metadata": {"name": "coredns", "namespace": namespace, "labels": {"k8s-app": "kube-dns"}},
                    "spec": {"nodeName": node, "containers": [{"name": "coredns", "ports": ports}]},
                    "status": {"podIP": ip, "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
                }),
            ),
            (
                Kind::Service,
                json!({
                    "metadata": {"name": "kube-dns", "namespace": namespace},
                    "spec": {"clusterIP": dns, "selector": {"k8s-app": "kube-dns"}, "ports": ports},
                }),
            ),
            (
                Kind::EndpointSlice,
                json!({
                    "metadata": {"name": "kube-dns-0", "namespace": namespace, "labels": {label: "kube-dns"}},
                    "addressType": "IPv4", "ports": ports,
                    "endpoints": [{"addresses": [ip], "nodeName": node, "targetRef": target}],
                }),
            ),
        ] {
            self.store.put(Object::new(kind, doc));
        }
        self.proxies.sync(&self.store);
    }

    /// The network over it, each pod listening on the ports that something leads to.
    pub fn with_network<T>(&mut self, work: impl FnOnce(&mut Network<'_>) -> T) -> T {
        let mut network = Network {
            store: &self.store,
            proxies: &self.proxies,
            setting: &self.setting,
            state: &mut self.state,
            host: &mut Machines { store: &self.store },
            now: Instant::from_unix(1_767_603_600),
        };
        work(&mut network)
    }
}

/// The documents of a file, or of all YAML and JSON files below a directory, lists taken apart.
fn documents(path: &Path) -> Result<Vec<Value>, Failure> {
    let mut files = Vec::new();
    collect(path, &mut files).map_err(|error| Failure::Data(format!("{}: {error}", path.display())))?;
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let failed = |error: &dyn std::fmt::Display| Failure::Data(format!("{}: {error}", file.display()));
        let text = std::fs::read_to_string(&file).map_err(|error| failed(&error))?;
        for document in manifest::read(&text) {
            flatten(document.map_err(|error| failed(&error))?.value, &mut found);
        }
    }
    Ok(found)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        // Opened here, so that a missing file is an error even where nothing is read from it.
        std::fs::metadata(path)?;
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?.path();
        let known = entry.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json");
        if entry.is_dir() || known {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

fn flatten(value: Value, found: &mut Vec<Value>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.into_iter().for_each(|item| flatten(item, found)),
        Value::Object(mut object)
            if object.get("kind").and_then(Value::as_str).is_some_and(|k| k.ends_with("List")) =>
        {
            flatten(object.remove("items").unwrap_or(Value::Null), found);
        }
        value => found.push(value),
    }
}

fn put(store: &mut Store, mut doc: Value) -> Result<(), Failure> {
    let word = |field: &str| doc[field].as_str().unwrap_or_default().to_owned();
    let (version, name) = (word("apiVersion"), word("kind"));
    let kind = Kind::from_manifest(&version, &name).or_else(|| Kind::from_name(&name));
    let Some(kind) = kind else {
        return Err(Failure::Data(format!("no matches for kind {name:?} in version {version:?}")));
    };
    if !doc["metadata"].is_object() {
        doc["metadata"] = json!({});
    }
    if kind.resource().namespaced && doc["metadata"]["namespace"].as_str().unwrap_or_default().is_empty() {
        doc["metadata"]["namespace"] = "default".into();
    }
    store.put(Object::new(kind, doc));
    Ok(())
}

/// The namespaces that objects are in.
fn namespaces(store: &mut Store) {
    let mut names: BTreeSet<String> = store.iter().map(|object| object.meta.namespace.to_string()).collect();
    names.extend(["default".to_owned(), "kube-system".to_owned()]);
    names.remove("");
    for name in names {
        if store.find(Kind::Namespace, "", &name).is_none() {
            store.put(Object::new(Kind::Namespace, json!({"metadata": {"name": name}})));
        }
    }
}

/// Nodes that pods and endpoints name, with addresses and ranges where they have none.
fn nodes(store: &mut Store) {
    let mut names: BTreeSet<String> =
        store.list_all(Kind::Node).map(|node| node.meta.name.to_string()).collect();
    names.extend(store.list_all(Kind::Pod).filter_map(|o| Some(o.pod()?.node.to_string())));
    for slice in store.list_all(Kind::EndpointSlice).filter_map(|o| o.endpoint_slice()) {
        names.extend(
            slice
                .endpoints
                .iter()
                .filter_map(|endpoint| endpoint.node_name.as_ref().map(ToString::to_string)),
        );
    }
    names.remove("");
    if names.is_empty() {
        names.insert("docker-desktop".into());
    }
    for (index, name) in names.iter().enumerate() {
        let known = store.find(Kind::Node, "", name).map(|object| object.doc().clone());
        let mut doc = known.unwrap_or_else(|| json!({"metadata": {"name": name}}));
        let has_address = doc["status"]["addresses"].as_array().is_some_and(|a| !a.is_empty());
        if !has_address {
            let address = format!("192.168.65.{}", index + 3);
            doc["status"]["addresses"] = json!([{"type": "InternalIP", "address": address}]);
        }
        store.put(Object::new(Kind::Node, doc));
    }
}

/// The ranges of pods and of virtual IPs: the usual ones, or those that the given addresses show.
fn ranges(store: &Store, setting: &mut Setting) {
    let of_nodes = store.list_all(Kind::Node).filter_map(|o| Cidr::parse(&o.node()?.spec.pod_cidr));
    let of_pods = store.list_all(Kind::Pod).filter_map(|o| {
        let pod = o.pod().filter(|pod| !pod.spec.host_network)?;
        Some(Cidr::new(pod.status.pod_ip.parse().ok()?, 16))
    });
    let slices = store.list_all(Kind::EndpointSlice).filter_map(|o| o.endpoint_slice());
    let of_slices = slices
        .flat_map(|slice| &slice.endpoints)
        .filter(|endpoint| endpoint.target_ref.is_some())
        .filter_map(|endpoint| Some(Cidr::new(endpoint.addresses.first()?.parse().ok()?, 16)));
    let usual = Cidr::new(Ipv4Addr::new(10, 244, 0, 0), 16);
    let found: Vec<Cidr> = of_nodes.chain(of_pods).chain(of_slices).collect();
    let first = found.iter().find(|range| usual.contains(range.address())).or(found.first());
    setting.proxy.cluster_cidr =
        first.map_or(usual, |range| Cidr::new(range.address(), range.length().min(16)));
    let declared =
        store.list_all(Kind::ServiceCIDR).find_map(|o| Cidr::parse(o.doc()["spec"]["cidrs"][0].as_str()?));
    if let Some(range) = declared {
        setting.proxy.service_cidr = range;
    }
}

/// Virtual IPs and node ports of Services that were not given any.
fn services(store: &mut Store, setting: &Setting) {
    let docs: Vec<Value> = store.list_all(Kind::Service).map(|object| object.doc().clone()).collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut ports: BTreeSet<u16> = BTreeSet::new();
    for service in store.list_all(Kind::Service).filter_map(|o| o.service()) {
        used.insert(service.spec.cluster_ip.clone());
        ports.extend(service.spec.ports.iter().map(|port| port.node_port));
    }
    let base = u32::from(setting.proxy.service_cidr.address());
    let mut next_ip = (1..).map(|offset| Ipv4Addr::from(base + 256 + offset).to_string());
    let mut next_port = 30_100_u16..;
    for mut doc in docs {
        let external = doc["spec"]["type"] == "ExternalName";
        if doc["spec"]["clusterIP"].as_str().unwrap_or_default().is_empty() && !external {
            let ip = next_ip.by_ref().find(|ip| !used.contains(ip)).unwrap_or_default();
            doc["spec"]["clusterIP"] = ip.into();
        }
        let outside = matches!(doc["spec"]["type"].as_str(), Some("NodePort" | "LoadBalancer"));
        let no_ports = doc["spec"]["allocateLoadBalancerNodePorts"] == false;
        for port in doc["spec"]["ports"].as_array_mut().into_iter().flatten() {
            if outside && !no_ports && port["nodePort"].as_u64().unwrap_or(0) == 0 {
                let free = next_port.by_ref().find(|port| !ports.contains(port)).unwrap_or_default();
                port["nodePort"] = free.into();
            }
            if port["targetPort"].is_null() {
                port["targetPort"] = port["port"].clone();
            }
        }
        store.put(Object::new(Kind::Service, doc));
    }
}

/// Addresses, nodes and readiness of pods that were not given any, and pods behind the endpoints
/// of given slices.
fn pods(store: &mut Store, setting: &Setting) {
    let nodes: Vec<String> = store.list_all(Kind::Node).map(|node| node.meta.name.to_string()).collect();
    let mut used: BTreeSet<Ipv4Addr> = BTreeSet::new();
    used.extend(store.list_all(Kind::Pod).filter_map(|o| o.pod()?.status.pod_ip.parse::<Ipv4Addr>().ok()));
    let mut docs: Vec<Value> = store.list_all(Kind::Pod).map(|object| object.doc().clone()).collect();
    for object in store.list_all(Kind::EndpointSlice) {
        for endpoint in object.endpoint_slice().map(|slice| slice.endpoints.as_slice()).unwrap_or_default() {
            let address = endpoint.addresses.first().and_then(|address| address.parse::<Ipv4Addr>().ok());
            let (Some(address), Some(target), Some(node)) =
                (address, &endpoint.target_ref, &endpoint.node_name)
            else {
                continue;
            };
            if target.kind == "Pod"
                && store.find(Kind::Pod, &target.namespace, &target.name).is_none()
                && used.insert(address)
            {
                docs.push(json!({
                    "metadata": {"name": target.name, "namespace": target.namespace},
                    "spec": {"nodeName": node},
                    "status": {"podIP": address.to_string()},
                }));
            }
        }
    }
    for (index, mut doc) in docs.into_iter().enumerate() {
        if doc["spec"]["nodeName"].as_str().unwrap_or_default().is_empty() {
            doc["spec"]["nodeName"] = nodes[index % nodes.len()].clone().into();
        }
        let node = doc["spec"]["nodeName"].as_str().unwrap_or_default().to_owned();
        if doc["status"]["podIP"].as_str().unwrap_or_default().is_empty() {
            let ip = if doc["spec"]["hostNetwork"] == true {
                let node = store.find(Kind::Node, "", &node).and_then(|object| object.node());
                node.map(|node| node.internal_ip().to_owned()).unwrap_or_default()
            } else {
                free_address(store, setting, &node, &mut used).to_string()
            };
            doc["status"]["podIP"] = ip.into();
        }
        if doc["status"]["phase"].is_null() {
            doc["status"]["phase"] = "Running".into();
        }
        if doc["status"]["conditions"].is_null() {
            doc["status"]["conditions"] = json!([{"type": "Ready", "status": "True"}]);
        }
        store.put(Object::new(Kind::Pod, doc));
    }
}

fn free_address(store: &Store, setting: &Setting, node: &str, used: &mut BTreeSet<Ipv4Addr>) -> Ipv4Addr {
    let given = store.find(Kind::Node, "", node).and_then(|o| Cidr::parse(&o.node()?.spec.pod_cidr));
    let base = u32::from(given.unwrap_or(setting.proxy.cluster_cidr).address());
    let mut free = (2..).map(|offset| Ipv4Addr::from(base.wrapping_add(offset)));
    free.find(|address| used.insert(*address)).unwrap_or(Ipv4Addr::UNSPECIFIED)
}

/// Pods that listen where their containers declare it; without a declaration, everywhere.
struct Machines<'a> {
    store: &'a Store,
}

impl Host for Machines<'_> {
    fn accept(&self, pod: &Key, port: u16, protocol: Protocol) -> Accept {
        let Some(pod) = self.store.get(pod).and_then(|object| object.pod()) else { return Accept::Silent };
        let mut ports = pod.spec.containers.iter().flat_map(|container| &container.ports).peekable();
        let open = ports.peek().is_none()
            || ports.any(|declared| declared.container_port == port && declared.protocol == protocol);
        if open { Accept::Open } else { Accept::Closed }
    }

    fn serve(&mut self, pod: &Key, _port: u16, message: &Message<'_>, _calls: &[Trace]) -> Answer {
        match message {
            Message::Http(..) => Answer::Http(HttpResponse {
                status: 200,
                headers: Vec::new(),
                body: format!("{}\n", pod.name),
            }),
            Message::Dns(question) => {
                Answer::Dns(zone::answer(self.store, &ZoneConfig::of_cluster(self.store), question))
            }
        }
    }

    fn outside(&mut self, name: &str, request: &HttpRequest) -> HttpResponse {
        let status = if request.header("Host") == Some(name) { 200 } else { 404 };
        HttpResponse { status, ..HttpResponse::default() }
    }
}
