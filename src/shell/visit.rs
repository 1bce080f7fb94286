//! Requests of the workstation: to ports that a forward opened, else through the network.

use super::disk;
use super::program::{Forward, World};
use crate::cluster::Cluster;
use crate::net::{HttpRequest, Payload, Request, Source, Target, Trace};

/// What a URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// `http` or `https`.
    pub scheme: String,
    /// The host as written.
    pub host: String,
    /// The port, the scheme's own if none is written.
    pub port: u16,
    /// Path and query, at least `/`.
    pub path: String,
}

impl Url {
    /// Reads a URL; `http://` may be left out.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let own = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (place, path) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let place = place.rsplit('@').next().unwrap_or(place);
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (place, own),
        };
        let path = path.split('#').next().unwrap_or("/");
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        (!host.is_empty()).then(|| Self { scheme: scheme.to_owned(), host: host.to_owned(), port, path })
    }

    /// The `Host` header: the port only where it is not the scheme's own.
    pub fn authority(&self) -> String {
        match (self.scheme.as_str(), self.port) {
            ("http", 80) | ("https", 443) => self.host.clone(),
            _ => format!("{}:{}", self.host, self.port),
        }
    }
}

/// What a browser on the workstation asks for an address; `None` for what is no address.
pub fn request(method: &str, url: &str) -> Option<Request> {
    let url = Url::parse(url)?;
    let http = HttpRequest {
        method: method.to_owned(),
        path: url.path.clone(),
        headers: vec![
            ("Host".to_owned(), url.authority()),
            ("User-Agent".to_owned(), "Mozilla/5.0".to_owned()),
        ],
        body: String::new(),
    };
    Some(Request::new(Source::Workstation, url.host, Some(url.port), Payload::Http(http)))
}

/// Sends a request; from the workstation to a forwarded port it goes into the pod, past any Service.
pub fn send(cluster: &mut Cluster, world: &mut World, request: &Request) -> Trace {
    if let Payload::Http(http) = &request.payload
        && is_local(request)
        && request.to.port.is_some_and(|port| world.proxies.contains(&port))
    {
        return super::kubectl::through_proxy(cluster, request, http);
    }
    // Servers answer with the files that were written in their containers.
    disk::follow_all(cluster, world);
    match forward(world, request) {
        Some(forward) => {
            forward.connections += 1;
            // The kubelet connects from inside the pod, to its loopback address.
            let inside = Request {
                from: Source::Pod(forward.pod.clone()),
                to: Target { host: "127.0.0.1".to_owned(), port: Some(forward.port) },
                ..request.clone()
            };
            let alive = cluster.store().get(&forward.pod).is_some_and(|pod| pod.meta.uid == forward.uid);
            forward.lost = !alive;
            let trace = cluster.request(&inside);
            Trace { request: request.clone(), ..trace }
        }
        None => cluster.request(request),
    }
}

/// Whether the workstation asks itself.
fn is_local(request: &Request) -> bool {
    let own = matches!(request.to.host.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]");
    request.from == Source::Workstation && own
}

fn forward<'a>(world: &'a mut World, request: &Request) -> Option<&'a mut Forward> {
    if !is_local(request) {
        return None;
    }
    world.forwards.get_mut(&request.to.port?)
}
