//! Traces in words: a line a hop, and a paragraph for the whole.

use super::{Field, Hop, Outcome, Packet, Place, Reason, Source, Step, Trace};
use crate::api::Key;

/// What happened to a request, for someone who asks why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What the client met.
    pub happened: String,
    /// Why, in one sentence that names the object and the field.
    pub why: String,
    /// The field.
    pub field: Option<Field>,
    /// A command whose output shows it.
    pub evidence: Option<String>,
    /// What might help.
    pub hint: Option<String>,
}

impl Place {
    /// `pod sleep-1-…`, `kube-proxy on docker-desktop`, `DNS`.
    pub fn words(&self) -> String {
        match self {
            Self::Pod(key) => format!("pod {}", key.name),
            Self::Node(name) => format!("node {name}"),
            Self::KubeProxy(node) => format!("kube-proxy on {node}"),
            Self::Dns => "DNS".into(),
            Self::LoadBalancer(name) => format!("load balancer {name}"),
            Self::Workstation => "your machine".into(),
            Self::Internet(name) => name.clone(),
        }
    }
}

impl Source {
    /// `sleep-1-…`, `node docker-desktop`, `your machine`.
    pub fn words(&self) -> String {
        match self {
            Self::Pod(key) => key.name.to_string(),
            Self::Node(name) => format!("node {name}"),
            Self::Workstation => "your machine".into(),
            Self::Address { ip, .. } => ip.to_string(),
        }
    }
}

impl Step {
    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Send => "send",
            Self::Match => "match",
            Self::Dnat => "DNAT",
            Self::Masquerade => "masquerade",
            Self::Route => "route",
            Self::Filter => "filter",
            Self::Deliver => "deliver",
            Self::Reply => "reply",
        }
    }
}

impl Hop {
    /// `kube-proxy on docker-desktop`.
    pub fn title(&self) -> String {
        self.place.words()
    }

    /// What changed: `10.96.0.12:80 → 10.1.1.128:80`, `numbers-api → 10.96.0.12`.
    pub fn change(&self) -> String {
        if let Some((question, answer)) = self.because.resolved() {
            return format!("{question} → {answer}");
        }
        match (self.before, self.after, self.step) {
            (Some(before), Some(after), Step::Dnat) => format!("{} → {}", to(&before), to(&after)),
            (Some(before), Some(after), Step::Masquerade) => format!("{} → {}", before.source, after.source),
            (Some(before), None, _) => format!("{} → ✗", to(&before)),
            (_, Some(after), _) => to(&after),
            _ => String::new(),
        }
    }

    /// Why, short enough for a table's cell.
    pub fn cause(&self) -> String {
        match &self.because {
            Reason::Resolved { name, .. } => name.clone(),
            Reason::Chosen { index, of, .. } => {
                let chain = self.rules.iter().rev().filter_map(|rule| rule.split(' ').nth(1));
                let sep =
                    chain.into_iter().find(|chain| chain.contains("SEP") || chain.starts_with("endpoint"));
                format!("{}, {index} of {of}", sep.unwrap_or("rule"))
            }
            Reason::Answered { status: Some(status) } => status.to_string(),
            reason => reason.sentence(),
        }
    }
}

fn to(packet: &Packet) -> String {
    match packet.destination_port() {
        Some(port) => format!("{}:{port}", packet.destination),
        None => packet.destination.to_string(),
    }
}

impl Outcome {
    /// What the client met, in a few words.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Answered(_) => "answered",
            Self::Unresolved => "the name could not be resolved",
            Self::Refused => "refused at once",
            Self::TimedOut => "no reply",
            Self::Unreachable => "unreachable",
            Self::Empty => "connected, then closed without an answer",
        }
    }
}

impl Trace {
    /// The hop that explains the outcome: where it failed, or where the answer came from. A failed
    /// request of a server on the way explains more than the server's own answer.
    pub fn decisive_hop(&self) -> Option<&Hop> {
        if let Some(hop) = self.failed_hop() {
            return Some(hop);
        }
        let nested = self.hops.iter().filter(|hop| hop.step == Step::Deliver).flat_map(|hop| &hop.nested);
        let failed = nested.into_iter().find_map(|trace| trace.failed_hop());
        failed.or_else(|| self.hops.last())
    }

    /// One sentence: who asked whom, and what came of it.
    pub fn summary(&self) -> String {
        let from = self.request.from.words();
        let port = self.request.to.port.map(|port| format!(":{port}")).unwrap_or_default();
        let host = &self.request.to.host;
        let verb = match self.request.payload.protocol() {
            None => "pinged",
            Some(_) => "asked",
        };
        let resolved = self.hops.iter().find_map(|hop| match &hop.because {
            Reason::Resolved { address, .. } => Some(format!("name resolved to {address}, ")),
            _ => None,
        });
        let answered = match &self.outcome {
            Outcome::Answered(reply) => {
                let who = reply.pod.as_ref().map(|pod: &Key| format!(" by pod {}", pod.name));
                let status = reply.http.as_ref().map(|http| format!(" with {}", http.status));
                format!("answered{}{}", who.unwrap_or_default(), status.unwrap_or_default())
            }
            outcome => outcome.words().to_owned(),
        };
        format!("{from} {verb} {host}{port}: {}{answered}", resolved.unwrap_or_default())
    }

    /// What happened, why, and what to do about it.
    pub fn explanation(&self) -> Explanation {
        let because = self.decisive_hop().map(|hop| &hop.because);
        Explanation {
            happened: format!("{}.", self.summary()),
            why: because.map(Reason::sentence).unwrap_or_default(),
            field: because.and_then(Reason::field),
            evidence: because.and_then(Reason::evidence),
            hint: because.and_then(Reason::hint),
        }
    }

    /// One paragraph.
    pub fn paragraph(&self) -> String {
        let explanation = self.explanation();
        let mut text = format!("{} {}", explanation.happened, explanation.why);
        if let Some(hint) = explanation.hint {
            text = format!("{text} {hint}");
        }
        text
    }

    /// A line for each hop, those of nested requests indented below theirs.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.write_lines(0, &mut lines);
        lines
    }

    fn write_lines(&self, depth: usize, lines: &mut Vec<String>) {
        for hop in &self.hops {
            let change = hop.change();
            let gap = if change.is_empty() { "" } else { " · " };
            lines.push(format!("{}{}{gap}{change} · {}", "  ".repeat(depth), hop.title(), hop.cause()));
            for nested in &hop.nested {
                lines.push(format!("{}{}", "  ".repeat(depth + 1), nested.summary()));
                nested.write_lines(depth + 2, lines);
            }
        }
    }
}
