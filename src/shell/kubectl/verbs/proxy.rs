//! `kubectl proxy`: the API on a port of the workstation, and Services through it.

use crate::api::Kind;
use crate::cluster::Cluster;
use crate::net::{HttpRequest, HttpResponse, Outcome as Met, Payload, Reply, Request, Source, Trace};
use crate::shell::kubectl::call::{Call, Next, Outcome};
use crate::shell::kubectl::doc::far;
use crate::shell::program::{Ctx, Poll, Program, Wake};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How long the API server takes to answer.
const ANSWER: Duration = Duration::from_millis(2);

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let port = call.flags.int("port");
    let Ok(number) = u16::try_from(port) else {
        return Err(format!("listen tcp: address {port}: invalid port").into());
    };
    let number = if number == 0 { 40_001 } else { number };
    if call.ctx.world.proxies.contains(&number) || call.ctx.world.forwards.contains_key(&number) {
        return Err(format!("listen tcp 127.0.0.1:{number}: bind: address already in use").into());
    }
    call.ctx.world.proxies.insert(number);
    call.say(format!("Starting to serve on 127.0.0.1:{number}"));
    Ok(Next::Run(Box::new(Serving(number))))
}

/// The port stays open until Ctrl-C.
#[derive(Clone, Debug)]
struct Serving(u16);

impl Program for Serving {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if !ctx.interrupted {
            return Poll::Wait(Wake::ChangeOr(far(ctx.cluster.now())));
        }
        ctx.world.proxies.remove(&self.0);
        Poll::Done(130)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// What a client meets that asks the port: an object, or what a Service's pod answers.
pub fn through_proxy(cluster: &mut Cluster, request: &Request, http: &HttpRequest) -> Trace {
    let parts: Vec<&str> = http.path.split('/').skip(1).collect();
    if let ["api", "v1", "namespaces", namespace, plural @ ("services" | "pods"), name, "proxy", rest @ ..] =
        &parts[..]
        && let Some((address, port)) = behind(cluster, namespace, plural, name)
    {
        let inner = HttpRequest { path: format!("/{}", rest.join("/")), ..http.clone() };
        let node = cluster.store().list_all(Kind::Node).next().map(|node| node.meta.name.clone());
        let from = Source::Node(node.unwrap_or_default().to_string());
        let trace = cluster.request(&Request::new(from, address, Some(port), Payload::Http(inner)));
        return Trace { request: request.clone(), ..trace };
    }
    let (status, body) = match super::raw::answer(cluster, &http.path) {
        Ok(text) => (200, text),
        Err(status) => (
            404,
            format!(
                "{{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {{}},\n  \"status\": \"Failure\",\n  \"message\": \"{}\",\n  \"reason\": \"NotFound\",\n  \"code\": 404\n}}",
                status.message.replace('"', "\\\"")
            ),
        ),
    };
    let own = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let http = HttpResponse { status, headers, body };
    let reply = Reply { from: own, pod: None, seen_source: own, ttl: 64, http: Some(http), dns: None };
    Trace {
        request: request.clone(),
        started: cluster.now(),
        hops: Vec::new(),
        outcome: Met::Answered(reply),
        took: ANSWER,
    }
}

/// The address and port that `[SCHEME:]NAME[:PORT]` of a Service or pod stands for.
fn behind(cluster: &Cluster, namespace: &str, plural: &str, name: &str) -> Option<(String, u16)> {
    let parts: Vec<&str> = name.split(':').collect();
    let (name, port) = match parts[..] {
        [name] => (name, ""),
        ["http" | "https", name] => (name, ""),
        [name, port] | [_, name, port] => (name, port),
        _ => return None,
    };
    if plural == "pods" {
        let pod = cluster.store().find(Kind::Pod, namespace, name)?;
        let own = pod.pod()?;
        let first = own.spec.containers.iter().flat_map(|container| &container.ports).next();
        let port = port.parse().ok().or_else(|| first.map(|port| port.container_port)).unwrap_or(80);
        return Some((own.status.pod_ip.to_string(), port));
    }
    let service = cluster.store().find(Kind::Service, namespace, name)?.service()?;
    let wanted = service
        .spec
        .ports
        .iter()
        .find(|own| port.is_empty() || own.name == port || own.port.to_string() == port)?;
    Some((service.spec.cluster_ip.clone(), wanted.port))
}
