//! A network of objects as given, with pods that listen on the ports they declare.

use cluster_playground::api::service::Protocol;
use cluster_playground::api::{Instant, Key, Kind, Object, Value, json};
use cluster_playground::apiserver::Store;
use cluster_playground::dns::{Upstream, ZoneConfig, zone};
use cluster_playground::net::{
    Accept, Answer, Host, HttpRequest, HttpResponse, Message, Network, Payload, Request, Setting, Source,
    State, Trace,
};
use cluster_playground::proxy::Proxies;

/// Objects, rules and memory, with nothing that reconciles.
pub struct World {
    pub store: Store,
    pub setting: Setting,
    pub state: State,
    pub machines: Machines,
    pub now: Instant,
    /// The objects that kube-proxy has seen, where it lags behind.
    pub programmed: Option<Store>,
}

/// What the pods do.
#[derive(Default)]
pub struct Machines {
    pub store: Store,
    pub accepts: Vec<(String, u16, Accept)>,
}

impl World {
    pub fn new(yaml: &str) -> Self {
        let docs: Value = serde_yaml::from_str(yaml).expect("the data is YAML");
        let mut store = Store::default();
        for doc in docs.as_array().expect("a list of objects") {
            put(&mut store, doc.clone());
        }
        Self {
            store,
            setting: Setting::default(),
            state: State::new(1),
            machines: Machines::default(),
            now: Instant::from_unix(1_767_603_600),
            programmed: None,
        }
    }

    pub fn basic() -> Self {
        Self::new(include_str!("basic.yaml"))
    }

    /// Adds or replaces an object.
    pub fn put(&mut self, doc: Value) {
        put(&mut self.store, doc);
    }

    /// Changes one field of an object.
    pub fn edit(&mut self, kind: Kind, name: &str, pointer: &str, value: Value) {
        let object = self.store.list_all(kind).find(|object| object.meta.name == name).expect("it exists");
        let mut doc = object.doc().clone();
        let mut at = &mut doc;
        for step in pointer.split('.') {
            at = match step.parse::<usize>() {
                Ok(index) => &mut at[index],
                Err(_) => &mut at[step],
            };
        }
        *at = value;
        let kind = object.kind;
        self.store.put(Object::new(kind, doc));
    }

    /// Takes an object out.
    pub fn remove(&mut self, kind: Kind, name: &str) {
        let key = self.store.list_all(kind).find(|object| object.meta.name == name).expect("it exists").key();
        self.store.remove(&key);
    }

    /// A second pod behind the Service `api`.
    pub fn second_api(&mut self) {
        self.put(json!({"kind": "Pod", "metadata": {"name": "api-2", "namespace": "default", "labels": {"app": "api"}},
            "spec": {"nodeName": "node1", "containers": [{"ports": [{"name": "http", "containerPort": 80}]}]},
            "status": {"phase": "Running", "podIP": "10.1.0.9", "conditions": [{"type": "Ready", "status": "True"}]}}));
        let target = |name: &str| json!({"kind": "Pod", "namespace": "default", "name": name});
        self.edit(
            Kind::EndpointSlice,
            "api-1",
            "endpoints",
            json!([
            {"addresses": ["10.1.1.6"], "nodeName": "node2", "targetRef": target("api")},
            {"addresses": ["10.1.0.9"], "nodeName": "node1", "targetRef": target("api-2")}]),
        );
    }

    /// Sends a request.
    pub fn send(&mut self, from: Source, host: &str, port: Option<u16>, payload: Payload) -> Trace {
        self.request(&Request::new(from, host, port, payload))
    }

    pub fn request(&mut self, request: &Request) -> Trace {
        self.with_network(|network| network.send(request))
    }

    /// The network as it is now.
    pub fn with_network<T>(&mut self, work: impl FnOnce(&mut Network<'_>) -> T) -> T {
        let mut proxies = Proxies::new(self.setting.proxy.clone());
        proxies.sync(self.programmed.as_ref().unwrap_or(&self.store));
        self.machines.store = self.store.clone();
        let mut network = Network {
            store: &self.store,
            proxies: &proxies,
            setting: &self.setting,
            state: &mut self.state,
            host: &mut self.machines,
            now: self.now,
        };
        work(&mut network)
    }
}

fn put(store: &mut Store, doc: Value) {
    let kind = Kind::from_name(doc["kind"].as_str().expect("a kind")).expect("a known kind");
    store.put(Object::new(kind, doc));
}

impl Host for Machines {
    fn accept(&self, pod: &Key, port: u16, protocol: Protocol) -> Accept {
        if let Some((_, _, accept)) = self.accepts.iter().find(|(name, p, _)| *name == pod.name && *p == port)
        {
            return *accept;
        }
        let Some(pod) = self.store.get(pod).and_then(|object| object.pod()) else { return Accept::Silent };
        let mut ports = pod.spec.containers.iter().flat_map(|container| &container.ports);
        let open = ports.any(|p| p.container_port == port && p.protocol == protocol);
        if open { Accept::Open } else { Accept::Closed }
    }

    fn serve(&mut self, pod: &Key, _port: u16, message: &Message<'_>, _calls: &[Trace]) -> Answer {
        let Message::Dns(question) = message else {
            return Answer::Http(HttpResponse { status: 200, headers: vec![], body: pod.name.to_string() });
        };
        let config = ZoneConfig {
            upstream: Some(Upstream::default().with_hosts(&[(
                "raw.githubusercontent.com".to_owned(),
                std::net::IpAddr::from([185, 199, 108, 133]),
            )])),
            ..ZoneConfig::of_cluster(&self.store)
        };
        Answer::Dns(zone::answer(&self.store, &config, question))
    }

    fn outside(&mut self, name: &str, request: &HttpRequest) -> HttpResponse {
        let status = if request.header("Host") == Some(name) { 200 } else { 404 };
        HttpResponse { status, ..HttpResponse::default() }
    }
}

/// A pod of the default namespace as a source.
pub fn pod(name: &str) -> Source {
    Source::Pod(Key::new(Kind::Pod, "default", name))
}

/// `GET /` of a host.
pub fn http(host: &str) -> Payload {
    Payload::Http(HttpRequest {
        method: "GET".into(),
        path: "/".into(),
        headers: vec![("Host".into(), host.into())],
        body: String::new(),
    })
}
