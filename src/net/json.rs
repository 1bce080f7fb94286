//! Traces as JSON: for the command line, for pages that embed the playground, for checks.

use super::{Hop, Outcome, Place, Reply, Trace};
use crate::api::{Key, Value, json};

/// `pod/default/sleep-1`; cluster-scoped objects without a namespace.
fn key(key: &Key) -> String {
    let kind = key.kind.resource().singular();
    if key.namespace.is_empty() {
        format!("{kind}/{}", key.name)
    } else {
        format!("{kind}/{}/{}", key.namespace, key.name)
    }
}

impl Place {
    /// `pod/default/sleep-1`, `kube-proxy/docker-desktop`, `dns`.
    pub fn path(&self) -> String {
        match self {
            Self::Pod(pod) => key(pod),
            Self::Node(node) => format!("node/{node}"),
            Self::KubeProxy(node) => format!("kube-proxy/{node}"),
            Self::Dns => "dns".into(),
            Self::LoadBalancer(name) => format!("load-balancer/{name}"),
            Self::Workstation => "workstation".into(),
            Self::Internet(name) => format!("internet/{name}"),
        }
    }
}

impl Outcome {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Answered(_) => "answered",
            Self::Unresolved => "unresolved",
            Self::Refused => "refused",
            Self::TimedOut => "timeout",
            Self::Unreachable => "unreachable",
            Self::Empty => "empty",
        }
    }
}

impl Hop {
    /// The hop as JSON.
    pub fn json(&self) -> Value {
        let packet = |packet: Option<super::Packet>| packet.map(|packet| packet.to_string());
        let field = self.because.field();
        json!({
            "place": self.place.path(),
            "step": self.step.word(),
            "before": packet(self.before),
            "after": packet(self.after),
            "because": self.because.sentence(),
            "object": field.as_ref().map(|field| key(&field.object)),
            "field": field.map(|field| field.path),
            "rules": self.rules,
            "took_us": self.took.as_micros() as u64,
            "nested": self.nested.iter().map(Trace::json).collect::<Vec<_>>(),
        })
    }
}

fn reply(reply: &Reply) -> Value {
    json!({
        "from": reply.from.to_string(),
        "pod": reply.pod.as_ref().map(key),
        "seen_source": reply.seen_source.to_string(),
        "ttl": reply.ttl,
        "status": reply.http.as_ref().map(|http| http.status),
    })
}

impl Trace {
    /// The trace as JSON.
    pub fn json(&self) -> Value {
        let explanation = self.explanation();
        let port = self.request.to.port.map(|port| format!(":{port}"));
        json!({
            "from": self.request.from.words(),
            "to": format!("{}{}", self.request.to.host, port.unwrap_or_default()),
            "protocol": self.request.payload.protocol().map_or("icmp".to_owned(), |p| p.as_str().to_lowercase()),
            "outcome": self.outcome.word(),
            "reply": self.reply().map(reply),
            "took_us": self.took.as_micros() as u64,
            "summary": explanation.happened,
            "why": explanation.why,
            "evidence": explanation.evidence,
            "hint": explanation.hint,
            "hops": self.hops.iter().map(Hop::json).collect::<Vec<_>>(),
        })
    }
}
