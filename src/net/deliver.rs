//! Where a packet ended: who answers there, what, and what the client makes of it.

use super::locate;
use super::network::{Network, Origin, TTL, hop};
use super::walk::End;
use super::{
    Accept, Answer, Hop, HttpResponse, Message, Outcome, Packet, Payload, Place, Reason, Reply, Request,
    Step, Trace, Transport, diagnose,
};
use crate::api::service::Protocol;
use crate::api::{Key, Kind, Object, Ordered};
use crate::proxy::Mode;
use std::time::Duration;

/// How long a client's kernel tries to connect: a SYN and six more (`net.ipv4.tcp_syn_retries`).
const CONNECT_PATIENCE: Duration = Duration::from_millis(134_706);
/// When the second SYN is sent.
const SYN_RETRY: Duration = Duration::from_millis(1_010);
/// What a program takes to answer.
const SERVE_TIME: Duration = Duration::from_micros(700);
/// Requests one server may make for one answer.
const MOST_CALLS: usize = 16;
/// How a packet was sent and how it arrived.
pub(super) struct Arrived {
    pub sent: Packet,
    pub got: Packet,
    pub one_way: Duration,
    pub service: Option<(Key, usize)>,
    pub translator: Option<String>,
    pub relayed: bool,
}

/// The node that rewrote the destination, if the answer does not come back through it: then it comes
/// from an address that the client never asked.
fn bypassed(origin: &Origin, end: &End, arrived: &Arrived) -> Option<String> {
    let server = match end {
        End::Pod(pod) => super::locate::node_of(pod),
        End::Node(node) => node,
        End::Outside(_) => "",
        _ => return None,
    };
    let node = arrived.translator.as_ref()?;
    let client = match &origin.own_network {
        Some(pod) => Some(super::locate::node_of(pod)),
        None => origin.node.as_deref().filter(|_| origin.is_node),
    };
    (node != server && Some(node.as_str()) != client).then(|| node.clone())
}

/// The answer to a packet: its ends exchanged.
fn reply_to(packet: Packet, ttl: u8) -> Packet {
    let transport = match packet.transport {
        Transport::Icmp => Transport::Icmp,
        Transport::Ports { protocol, source, destination } => {
            Transport::Ports { protocol, source: destination, destination: source }
        }
    };
    Packet { source: packet.destination, destination: packet.source, transport, ttl }
}

impl Network<'_> {
    /// From where the packet ended to what the client meets.
    pub(super) fn finish(
        &mut self,
        trace: &mut Trace,
        origin: &Origin,
        end: End,
        arrived: &Arrived,
        depth: usize,
    ) {
        trace.took += arrived.one_way * 2;
        if let Some(node) = bypassed(origin, &end, arrived) {
            let service = arrived.service.as_ref().map(|(service, _)| service.clone());
            let place = trace.hops.last().map_or(Place::Node(node.clone()), |hop| hop.place.clone());
            let because = Reason::ReplyBypasses { node, service };
            trace
                .hops
                .push(Hop { before: Some(reply_to(arrived.got, TTL)), ..hop(place, Step::Reply, because) });
            trace.took += patience(&trace.request);
            trace.outcome = Outcome::TimedOut;
            return;
        }
        match end {
            End::Pod(pod) => self.at_pod(trace, &pod, false, arrived, depth),
            End::Node(node) => self.at_machine(trace, &node, arrived, depth),
            End::Loopback => match &origin.own_network {
                Some(pod) => self.at_pod(trace, &pod.clone(), true, arrived, depth),
                None if arrived.got.destination_port().is_none() => {
                    self.answered(trace, arrived, None, None, None)
                }
                None => self.refused_by_machine(trace, origin.place.clone(), arrived),
            },
            End::Outside(host) => self.at_outside(trace, &host, arrived),
            End::Rejected(node) => self.rejected(trace, &node, arrived),
            End::Lost => {
                trace.took += patience(&trace.request);
                trace.outcome = Outcome::TimedOut;
            }
            End::Unreachable(after) => {
                trace.took += after;
                trace.outcome = Outcome::Unreachable;
            }
        }
    }

    /// ICMP port unreachable, unless the node sent too many lately: then the next try gets it.
    fn rejected(&mut self, trace: &mut Trace, node: &str, arrived: &Arrived) {
        trace.outcome = Outcome::Refused;
        let client = super::locate::v4(arrived.sent.source);
        if node.is_empty() || self.state.may_send_error(node, client, self.now) {
            return;
        }
        match trace.request.payload.protocol() {
            Some(Protocol::Tcp | Protocol::Sctp) => {
                trace.took += SYN_RETRY;
                self.state.may_send_error(node, client, self.now + SYN_RETRY);
            }
            _ => {
                trace.took += patience(&trace.request);
                trace.outcome = Outcome::TimedOut;
            }
        }
    }

    /// At a pod: whoever listens there answers.
    fn at_pod(&mut self, trace: &mut Trace, pod: &Object, loopback: bool, arrived: &Arrived, depth: usize) {
        let key = pod.key();
        let place = Place::Pod(key.clone());
        let Transport::Ports { protocol, destination: port, .. } = arrived.got.transport else {
            self.answered(trace, arrived, Some(key), None, None);
            return;
        };
        let accept = match self.host.accept(&key, port, protocol) {
            Accept::Loopback if loopback => Accept::Open,
            accept => accept,
        };
        let deliver = |reason| Hop { before: Some(arrived.got), ..hop(place.clone(), Step::Deliver, reason) };
        match accept {
            Accept::Open => {
                trace.hops.push(Hop { after: Some(arrived.got), ..deliver(Reason::Listening) });
                self.serve(trace, &key, port, arrived, depth);
            }
            Accept::Loopback => {
                trace.hops.push(deliver(Reason::LoopbackOnly { pod: key, port }));
                trace.outcome = Outcome::Refused;
            }
            Accept::Closed => {
                let open = self.open_ports(pod, protocol);
                let service = arrived.service.clone();
                trace.hops.push(deliver(Reason::NothingListens { pod: key, port, open, service }));
                trace.outcome = Outcome::Refused;
            }
            Accept::Silent => {
                trace.hops.push(deliver(Reason::Frozen { pod: key }));
                trace.took += patience(&trace.request);
                trace.outcome = Outcome::TimedOut;
            }
        }
    }

    /// The ports that are really open, of those a container declares and a few that images use.
    fn open_ports(&self, pod: &Object, protocol: Protocol) -> Vec<u16> {
        const USUAL: [u16; 8] = [53, 80, 443, 3000, 5000, 8000, 8080, 9376];
        let containers = pod.pod().map(|pod| pod.spec.containers.as_slice()).unwrap_or_default();
        let declared =
            containers.iter().flat_map(|container| &container.ports).map(|port| port.container_port);
        let mut ports: Vec<u16> = declared.chain(USUAL).collect();
        ports.order();
        ports.dedup();
        let key = pod.key();
        ports.retain(|port| self.host.accept(&key, *port, protocol) == Accept::Open);
        ports
    }

    /// At a node's own address: pods on its network, else the node itself.
    fn at_machine(&mut self, trace: &mut Trace, node: &str, arrived: &Arrived, depth: usize) {
        let Transport::Ports { protocol, destination: port, .. } = arrived.got.transport else {
            return self.answered(trace, arrived, None, None, None);
        };
        let pods = self.store.pods_on_node(node);
        let mut shared = pods.into_iter().filter(|o| locate::on_host_network(o) && locate::has_network(o));
        let loopback = arrived.got.destination.is_loopback();
        let listening = shared.find(|object| match self.host.accept(&object.key(), port, protocol) {
            Accept::Open => true,
            Accept::Loopback => loopback,
            Accept::Closed | Accept::Silent => false,
        });
        if let Some(pod) = listening.cloned() {
            return self.at_pod(trace, &pod, loopback, arrived, depth);
        }
        let own = self.component(node, port, loopback, &trace.request.payload);
        if let Some(response) = own.or_else(|| self.health_check(node, port)) {
            return self.answered(trace, arrived, None, Some(response), None);
        }
        self.refused_by_machine(trace, Place::Node(node.to_owned()), arrived);
    }

    /// What kube-proxy and the kubelet of a node answer about themselves. Their ports 10248 and 10249 are
    /// open to the node alone.
    fn component(&self, node: &str, port: u16, loopback: bool, payload: &Payload) -> Option<HttpResponse> {
        let Payload::Http(request) = payload else { return None };
        let proxied = self.proxies.get(node).is_some();
        let body = match (port, request.path.as_str()) {
            (10_248, "/healthz") if loopback => "ok".to_owned(),
            (10_249, "/healthz") if loopback && proxied => "ok".to_owned(),
            (10_249, "/proxyMode") if loopback && proxied => match self.setting.proxy.mode {
                Mode::Iptables => "iptables".to_owned(),
                Mode::Nftables => "nftables".to_owned(),
            },
            (10_256, "/healthz" | "/livez") if proxied => {
                let now = self.now.strftime("%F %T +0000 UTC");
                format!("{{\"lastUpdated\": \"{now}\",\"currentTime\": \"{now}\", \"nodeEligible\": true}}")
            }
            (10_248 | 10_249, _) if loopback && (proxied || port == 10_248) => {
                return Some(HttpResponse {
                    status: 404,
                    body: "404 page not found\n".into(),
                    ..HttpResponse::default()
                });
            }
            _ => return None,
        };
        Some(HttpResponse { status: 200, body, ..HttpResponse::default() })
    }

    /// What kube-proxy answers load balancers that ask for a Service's health.
    fn health_check(&self, node: &str, port: u16) -> Option<HttpResponse> {
        let mut services = self.store.list_all(Kind::Service).filter_map(|o| Some((o, o.service()?)));
        let (object, _) = services.find(|(_, s)| port != 0 && s.spec.health_check_node_port == port)?;
        let ports = self.proxies.get(node)?.ports(&object.key());
        let here = |e: &&crate::proxy::Endpoint| e.ready && e.node.as_deref() == Some(node);
        let local = ports.first().map_or(0, |port| port.endpoints.iter().filter(here).count());
        let (namespace, name) = (&object.meta.namespace, &object.meta.name);
        Some(HttpResponse {
            status: if local == 0 { 503 } else { 200 },
            headers: vec![
                ("Content-Type".into(), "application/json".into()),
                ("X-Content-Type-Options".into(), "nosniff".into()),
                ("X-Load-Balancing-Endpoint-Weight".into(), local.to_string()),
            ],
            body: format!(
                "{{\n\t\"service\": {{\n\t\t\"namespace\": \"{namespace}\",\n\t\t\"name\": \"{name}\"\n\t}},\n\
                 \t\"localEndpoints\": {local},\n\t\"serviceProxyHealthy\": true\n}}"
            ),
        })
    }

    fn refused_by_machine(&mut self, trace: &mut Trace, place: Place, arrived: &Arrived) {
        let machine = match &place {
            Place::Node(name) | Place::Internet(name) => name.clone(),
            _ => "localhost".to_owned(),
        };
        let port = arrived.got.destination_port().unwrap_or(0);
        let nearest = diagnose::nearest_port(self.store, port);
        let reason = Reason::MachineRefuses { machine, port, nearest };
        trace.hops.push(Hop { before: Some(arrived.got), ..hop(place, Step::Deliver, reason) });
        trace.outcome = Outcome::Refused;
    }

    /// At a host outside: it knows the sites that are its own.
    fn at_outside(&mut self, trace: &mut Trace, name: &str, arrived: &Arrived) {
        let Some(host) = self.setting.outside.iter().find(|host| host.name == name) else { return };
        let Some(port) = arrived.got.destination_port() else {
            return self.answered(trace, arrived, None, None, None);
        };
        let place = Place::Internet(name.to_owned());
        if !host.ports.contains(&port) {
            let reason = Reason::MachineRefuses { machine: name.to_owned(), port, nearest: None };
            trace.hops.push(Hop { before: Some(arrived.got), ..hop(place, Step::Deliver, reason) });
            trace.outcome = Outcome::Refused;
            if host.firewalled {
                trace.took += patience(&trace.request);
                trace.outcome = Outcome::TimedOut;
            }
            return;
        }
        trace.hops.push(Hop {
            before: Some(arrived.got),
            after: Some(arrived.got),
            ..hop(place, Step::Deliver, Reason::Listening)
        });
        let http = match trace.request.payload.clone() {
            Payload::Http(http) => http,
            Payload::Dns(question) => {
                let response = self.setting.upstream().answer(&question);
                return self.answered(trace, arrived, None, None, Some(response));
            }
            Payload::Ping | Payload::Connect(_) => return self.answered(trace, arrived, None, None, None),
        };
        let response = self.host.outside(name, &http);
        self.answered(trace, arrived, None, Some(response), None);
    }

    /// The program's answer, with the requests it makes for it.
    fn serve(&mut self, trace: &mut Trace, pod: &Key, port: u16, arrived: &Arrived, depth: usize) {
        let mut calls: Vec<Trace> = Vec::new();
        let took = self.state.about(SERVE_TIME);
        let answer = loop {
            let message = match &trace.request.payload {
                Payload::Http(http) => Message::Http(http, arrived.got.sender()),
                Payload::Dns(question) => Message::Dns(question),
                Payload::Ping | Payload::Connect(_) => break Answer::Nothing,
            };
            match self.host.serve(pod, port, &message, &calls) {
                Answer::Call(request) if calls.len() < MOST_CALLS => {
                    let call = self.send_nested(&request, depth + 1);
                    trace.took += call.took;
                    calls.push(call);
                }
                answer => break answer,
            }
        };
        if let Some(hop) = trace.hops.last_mut() {
            hop.took = took;
            hop.nested = calls;
        }
        trace.took += took;
        match answer {
            Answer::Http(response) => self.answered(trace, arrived, Some(pod.clone()), Some(response), None),
            Answer::Dns(response) => self.answered(trace, arrived, Some(pod.clone()), None, Some(response)),
            Answer::Nothing | Answer::Call(_) => match trace.request.payload {
                Payload::Http(_) => {
                    trace.hops.push(hop(Place::Pod(pod.clone()), Step::Reply, Reason::NoAnswer));
                    trace.outcome = Outcome::Empty;
                }
                Payload::Dns(_) => {
                    trace.hops.push(hop(Place::Pod(pod.clone()), Step::Reply, Reason::NoAnswer));
                    trace.took += patience(&trace.request);
                    trace.outcome = Outcome::TimedOut;
                }
                _ => self.answered(trace, arrived, Some(pod.clone()), None, None),
            },
        }
    }

    /// The answer, translated back on its way: it comes from where the client had sent to.
    fn answered(
        &mut self,
        trace: &mut Trace,
        arrived: &Arrived,
        pod: Option<Key>,
        http: Option<HttpResponse>,
        dns: Option<crate::dns::Response>,
    ) {
        let (sent, got) = (arrived.sent, arrived.got);
        let status = http.as_ref().map(|response| response.status);
        let because = diagnose::answered(self.store, &trace.request, http.as_ref(), status);
        let place = pod
            .clone()
            .map_or_else(|| trace.hops.last().map_or(Place::Workstation, |h| h.place.clone()), Place::Pod);
        trace.hops.push(Hop {
            before: Some(reply_to(got, TTL)),
            after: Some(reply_to(sent, got.ttl)),
            took: arrived.one_way,
            ..hop(place, Step::Reply, because)
        });
        if trace.request.payload.protocol() == Some(Protocol::Tcp) {
            // The handshake went the same way before.
            trace.took += arrived.one_way * 2;
        }
        trace.outcome = Outcome::Answered(Reply {
            from: sent.destination,
            pod,
            seen_source: got.source,
            ttl: got.ttl,
            http,
            dns,
        });
    }
}

/// How long a client waits where nothing comes back and it was not told how long.
fn patience(request: &Request) -> Duration {
    match request.payload {
        Payload::Ping => Duration::from_secs(10),
        Payload::Dns(_) => Duration::from_secs(5),
        Payload::Connect(Protocol::Udp) => Duration::from_secs(10),
        _ => CONNECT_PATIENCE,
    }
}
