//! The request bar: from whom, what, to whom.

use super::scene::is_system;
use crate::api::service::Protocol;
use crate::api::{Key, Kind};
use crate::apiserver::Store;
use crate::net::{HttpRequest, Payload, Request, Source};
use crate::shell::visit::Url;

/// What is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// An ICMP echo.
    #[default]
    Ping,
    /// An HTTP GET.
    Http,
    /// A TCP connection.
    Tcp,
}

impl Verb {
    /// All of them, with the words they are offered in.
    pub const ALL: [(Verb, &'static str); 3] =
        [(Verb::Ping, "ping"), (Verb::Http, "HTTP GET"), (Verb::Tcp, "TCP connect")];
}

/// What the bar holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// The pod it is sent from; the workstation if `None`.
    pub from: Option<Key>,
    /// What is sent.
    pub verb: Verb,
    /// A host, with a port and a path where they matter.
    pub to: String,
    /// How often; 0 counts as once.
    pub times: u16,
}

impl Form {
    /// The request it stands for; `None` if the target is no address.
    pub fn request(&self) -> Option<Request> {
        let from = self.from.clone().map_or(Source::Workstation, Source::Pod);
        let url = Url::parse(&self.to)?;
        Some(match self.verb {
            Verb::Ping => Request::new(from, url.host, None, Payload::Ping),
            Verb::Tcp => Request::new(from, url.host, Some(url.port), Payload::Connect(Protocol::Tcp)),
            Verb::Http => {
                let headers =
                    vec![("Host".to_owned(), url.authority()), ("Accept".to_owned(), "*/*".to_owned())];
                let http = HttpRequest {
                    method: "GET".to_owned(),
                    path: url.path.clone(),
                    headers,
                    body: String::new(),
                };
                Request::new(from, url.host, Some(url.port), Payload::Http(http))
            }
        })
    }

    /// The same with a pod that exists: one that has gone gives way to its successor by owner.
    pub fn settled(&self, store: &Store) -> Self {
        let gone = |pod: &Key| store.get(pod).is_none();
        let Some(pod) = self.from.as_ref().filter(|pod| gone(pod)) else { return self.clone() };
        let stem = pod.name.rsplit_once('-').map_or(pod.name.as_str(), |(stem, _)| stem);
        let heir = store.list(Kind::Pod, &pod.namespace).find(|other| other.meta.name.starts_with(stem));
        Self { from: heir.map(|pod| pod.key()), ..self.clone() }
    }
}

/// The sources there are: the workstation and every pod that has an address.
pub fn sources(store: &Store) -> Vec<(Option<Key>, String)> {
    let pods = store.list_all(Kind::Pod).filter(|pod| !is_system(&pod.meta.namespace));
    let pods = pods.filter(|pod| pod.pod().is_some_and(|view| !view.status.pod_ip.is_empty()));
    let named = pods.map(|pod| (Some(pod.key()), pod.meta.name.to_string()));
    std::iter::once((None, "your machine".to_owned())).chain(named).collect()
}

/// Targets worth a try: Services by name and port, pods by address, what the workstation can open.
pub fn targets(store: &Store, form: &Form) -> Vec<String> {
    let mut targets = Vec::new();
    for service in store.list_all(Kind::Service) {
        let (name, namespace) = (&service.meta.name, &service.meta.namespace);
        if is_system(namespace) || (name == "kubernetes" && namespace == "default") {
            continue;
        }
        targets.extend(service_address(store, &service.key(), form));
    }
    let pods = store.list_all(Kind::Pod).filter(|pod| !is_system(&pod.meta.namespace));
    targets.extend(pods.filter_map(|pod| pod.pod().map(|view| view.status.pod_ip.to_string())));
    targets.retain(|target| !target.is_empty());
    targets
}

/// What the form's sender writes to reach a Service: its name, or where it is published for the workstation. Where it
/// is not published, its virtual IP, which the workstation cannot reach.
pub fn service_address(store: &Store, key: &Key, form: &Form) -> Option<String> {
    let spec = &store.get(key)?.service()?.spec;
    let port = spec.ports.first().map_or(80, |port| port.port);
    let with_port = |host: &str| match form.verb {
        Verb::Ping => host.to_owned(),
        _ if port == 80 => host.to_owned(),
        _ => format!("{host}:{port}"),
    };
    if let Some(pod) = &form.from {
        let short = pod.namespace == key.namespace;
        let name = if short { key.name.to_string() } else { format!("{}.{}", key.name, key.namespace) };
        return Some(with_port(&name));
    }
    let status = &store.get(key)?.service()?.status;
    if let Some(ingress) = status.load_balancer.ingress.first() {
        let host = if ingress.ip.is_empty() { &ingress.hostname } else { &ingress.ip };
        return Some(format!("{host}:{port}"));
    }
    let node_port = spec.ports.first().map(|port| port.node_port).filter(|port| *port != 0);
    if let Some(node_port) = node_port {
        return Some(format!("localhost:{node_port}"));
    }
    (!spec.cluster_ip.is_empty() && spec.cluster_ip != "None").then(|| with_port(&spec.cluster_ip))
}
