//! The machines of the cluster as the network sees them: who listens, and what they answer.

use super::kubelet::Kubelets;
use crate::api::service::Protocol;
use crate::api::{Instant, Key};
use crate::apiserver::Store;
use crate::dns::resolver::Libc;
use crate::dns::{ZoneConfig, zone};
use crate::images::{self, Flavour};
use crate::net::{Accept, Answer, Host, HttpRequest, HttpResponse, Message, Setting, Trace};

/// The pods of a cluster with the processes that run in them.
pub(super) struct Machines<'a> {
    pub store: &'a Store,
    pub kubelets: &'a mut Kubelets,
    pub rng: &'a mut fastrand::Rng,
    pub setting: &'a Setting,
    pub now: Instant,
}

impl Host for Machines<'_> {
    fn accept(&self, pod: &Key, port: u16, protocol: Protocol) -> Accept {
        let Some(runtime) = self.kubelets.get(pod) else { return Accept::Silent };
        let processes = runtime.containers.iter().filter(|container| container.is_running());
        let mut ports = processes.filter_map(|c| c.process.as_ref()).flat_map(|process| &process.ports);
        match ports.find(|open| open.number == port && open.protocol == protocol) {
            Some(open) if open.loopback => Accept::Loopback,
            Some(_) => Accept::Open,
            None => Accept::Closed,
        }
    }

    fn serve(&mut self, pod: &Key, port: u16, message: &Message<'_>, calls: &[Trace]) -> Answer {
        let dice = self.rng.u32(..);
        let Some(runtime) = self.kubelets.get_mut(pod) else { return Answer::Nothing };
        let running = runtime.containers.iter_mut().filter(|container| container.is_running());
        let mut processes = running.filter_map(|container| container.process.as_mut());
        let Some(process) = processes.find(|process| process.ports.iter().any(|open| open.number == port))
        else {
            return Answer::Nothing;
        };
        match message {
            Message::Dns(question) if process.is_name_server() => {
                let kept = process.names.get(question, self.now);
                let mut response = kept.unwrap_or_else(|| {
                    let config = config(self.store, self.setting, self.now, pod);
                    let response = zone::answer(self.store, &config, question);
                    process.names.put(&config.domain, question, &response, self.now);
                    response
                });
                zone::shuffle(&mut response, self.rng);
                Answer::Dns(response)
            }
            _ => process.serve(self.now, port, message, calls, dice),
        }
    }

    fn libc(&self, pod: &Key) -> Libc {
        let pod = self.store.get(pod).and_then(|object| object.pod());
        let image = pod.and_then(|pod| images::find(&pod.spec.containers.first()?.image));
        match image.map(|image| image.flavour) {
            Some(Flavour::Alpine) => Libc::Musl,
            Some(Flavour::Scratch) => Libc::Go,
            _ => Libc::Glibc,
        }
    }

    fn outside(&mut self, name: &str, request: &HttpRequest) -> HttpResponse {
        let known = request.header("Host") == Some(name);
        let path = request.path.split('?').next().unwrap_or_default();
        let (status, body) = match name {
            "raw.githubusercontent.com" if known && path == "/sixeyed/kiamol/master/ch03/numbers/rng" => {
                (200, "42")
            }
            "example.com" if known => (
                200,
                "<!doctype html><html><head><title>Example Domain</title></head><body><h1>Example Domain</h1></body></html>\n",
            ),
            _ => (404, ""),
        };
        HttpResponse {
            status,
            headers: vec![("Content-Length".into(), body.len().to_string())],
            body: body.into(),
        }
    }
}

/// How a CoreDNS pod is set up. What does not fit into the client's packet is cut where the client is known.
fn config(store: &Store, setting: &Setting, now: Instant, pod: &Key) -> ZoneConfig {
    let own = store.get(pod).and_then(|object| object.pod()?.status.pod_ip.parse().ok());
    ZoneConfig {
        domain: setting.domain.clone(),
        ttl: 30,
        serial: u32::try_from(now.unix()).unwrap_or(u32::MAX),
        local_ips: own.into_iter().collect(),
        upstream: Some(setting.upstream()),
    }
}
