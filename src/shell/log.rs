//! The log of a session as JSON, and back: what is kept, shared and replayed.
//!
//! An entry is `[microseconds since the entry before, word, …]`. What a newer version wrote and this one does not know makes the
//! whole log unreadable rather than another session than was meant.

use super::session::Act;
use crate::api::service::Protocol;
use crate::api::{FromValue, Instant, Key, Kind, Value, json};
use crate::cluster::Fault;
use crate::dns::{Question, RecordType};
use crate::net::{HttpRequest, Payload, Request, Source, Target};
use std::time::Duration;

/// The log as JSON, its first entry counted from `start`.
pub fn write(start: Instant, log: &[(Instant, Act)]) -> Value {
    let mut before = start;
    let entries = log.iter().map(|(at, act)| {
        let mut entry = vec![Value::from(at.since(before).as_micros() as u64)];
        before = *at;
        if let Value::Array(rest) = act_value(act) {
            entry.extend(rest);
        }
        Value::Array(entry)
    });
    Value::Array(entries.collect())
}

/// The log that JSON tells of; none if any of it is not understood.
pub fn read(start: Instant, log: &Value) -> Option<Vec<(Instant, Act)>> {
    let mut at = start;
    let entries = log.as_array()?.iter().map(|entry| {
        at += Duration::from_micros(entry[0].as_u64()?);
        Some((at, act(entry)?))
    });
    entries.collect()
}

fn act_value(act: &Act) -> Value {
    match act {
        Act::Line { terminal, text } => json!(["line", terminal, text]),
        Act::Interrupt { terminal } => json!(["interrupt", terminal]),
        Act::Clear { terminal } => json!(["clear", terminal]),
        Act::Open => json!(["open"]),
        Act::Save { path, text } => json!(["save", path, text]),
        Act::Delete { path } => json!(["delete", path]),
        Act::Apply { path, text, terminal, line } => json!(["apply", path, text, terminal, line]),
        Act::Fault(fault) => json!(["fault", fault_value(fault)]),
        Act::Send(request) => json!(["send", request_value(request)]),
        Act::Visit { method, url } => json!(["visit", method, url]),
    }
}

fn act(entry: &Value) -> Option<Act> {
    let word = |index: usize| entry[index].as_str().map(str::to_owned);
    let number = |index: usize| entry[index].as_u64().and_then(|n| usize::try_from(n).ok());
    Some(match entry[1].as_str()? {
        "line" => Act::Line { terminal: number(2)?, text: word(3)? },
        "interrupt" => Act::Interrupt { terminal: number(2)? },
        "clear" => Act::Clear { terminal: number(2)? },
        "open" => Act::Open,
        "save" => Act::Save { path: word(2)?, text: word(3)? },
        "delete" => Act::Delete { path: word(2)? },
        "apply" => Act::Apply { path: word(2)?, text: word(3), terminal: number(4)?, line: word(5)? },
        "fault" => Act::Fault(fault(&entry[2])?),
        "send" => Act::Send(request(&entry[2])?),
        "visit" => Act::Visit { method: word(2)?, url: word(3)? },
        _ => return None,
    })
}

fn key_value(key: &Key) -> Value {
    json!([key.kind.resource().name, key.namespace, key.name])
}

fn key(value: &Value) -> Option<Key> {
    Some(Key::new(Kind::from_name(value[0].as_str()?)?, value[1].as_str()?, value[2].as_str()?))
}

fn fault_value(fault: &Fault) -> Value {
    match fault {
        Fault::Crash { pod, container, code } => json!(["crash", key_value(pod), container, code]),
        Fault::Unready { pod, on } => json!(["unready", key_value(pod), on]),
        Fault::Cut { node, on } => json!(["cut", node, on]),
        Fault::StopProxy { node, on } => json!(["proxy", node, on]),
        Fault::SlowPulls(factor) => json!(["slow", factor]),
        Fault::FailPulls(on) => json!(["pulls", on]),
        Fault::Loss { node, percent } => json!(["loss", node, percent]),
        Fault::StopDns(on) => json!(["dns", on]),
    }
}

fn fault(value: &Value) -> Option<Fault> {
    let word = |index: usize| value[index].as_str().map(str::to_owned);
    Some(match value[0].as_str()? {
        "crash" => {
            let code = i32::try_from(value[3].as_i64()?).ok()?;
            Fault::Crash { pod: key(&value[1])?, container: word(2)?, code }
        }
        "unready" => Fault::Unready { pod: key(&value[1])?, on: value[2].as_bool()? },
        "cut" => Fault::Cut { node: word(1)?, on: value[2].as_bool()? },
        "proxy" => Fault::StopProxy { node: word(1)?, on: value[2].as_bool()? },
        "slow" => Fault::SlowPulls(u32::try_from(value[1].as_u64()?).ok()?),
        "pulls" => Fault::FailPulls(value[1].as_bool()?),
        "loss" => Fault::Loss { node: word(1)?, percent: u8::try_from(value[2].as_u64()?).ok()? },
        "dns" => Fault::StopDns(value[1].as_bool()?),
        _ => return None,
    })
}

fn request_value(request: &Request) -> Value {
    let from = match &request.from {
        Source::Workstation => Value::Null,
        Source::Pod(pod) => json!(["pod", pod.namespace, pod.name]),
        Source::Node(node) => json!(["node", node]),
        Source::Address { ip, node } => json!(["address", ip.to_string(), node]),
    };
    let payload = match &request.payload {
        Payload::Ping => json!(["ping"]),
        Payload::Connect(protocol) => json!(["connect", protocol.as_str()]),
        Payload::Http(http) => json!(["http", http.method, http.path, http.headers, http.body]),
        Payload::Dns(question) => json!(["dns", question.name, question.kind.to_string()]),
    };
    let timeout = request.timeout.map(|timeout| timeout.as_micros() as u64);
    json!([from, request.to.host, request.to.port, payload, timeout, request.source_port])
}

fn request(value: &Value) -> Option<Request> {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let port = |value: &Value| value.as_u64().and_then(|port| u16::try_from(port).ok());
    let from = &value[0];
    let from = match from[0].as_str() {
        None if from.is_null() => Source::Workstation,
        Some("pod") => Source::Pod(Key::new(Kind::Pod, from[1].as_str()?, from[2].as_str()?)),
        Some("node") => Source::Node(word(&from[1])?),
        Some("address") => Source::Address { ip: from[1].as_str()?.parse().ok()?, node: word(&from[2])? },
        _ => return None,
    };
    let payload = &value[3];
    let payload = match payload[0].as_str()? {
        "ping" => Payload::Ping,
        "connect" => Payload::Connect(Protocol::from_value(&payload[1])),
        "http" => Payload::Http(HttpRequest {
            method: word(&payload[1])?,
            path: word(&payload[2])?,
            headers: serde_json::from_value(payload[3].clone()).ok()?,
            body: word(&payload[4])?,
        }),
        "dns" => Payload::Dns(Question::new(payload[1].as_str()?, RecordType::parse(payload[2].as_str()?)?)),
        _ => return None,
    };
    Some(Request {
        from,
        to: Target { host: word(&value[1])?, port: port(&value[2]) },
        payload,
        timeout: value[4].as_u64().map(Duration::from_micros),
        source_port: port(&value[5]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_comes_back() {
        let pod = Key::new(Kind::Pod, "shop", "web-1");
        let http = HttpRequest {
            method: "GET".into(),
            path: "/?a=1".into(),
            headers: vec![("Host".into(), "web".into())],
            body: String::new(),
        };
        let acts = [
            Act::Line { terminal: 1, text: "echo \"é😀\"".into() },
            Act::Interrupt { terminal: 0 },
            Act::Clear { terminal: 2 },
            Act::Open,
            Act::Save { path: "/a".into(), text: "x\ny".into() },
            Act::Delete { path: "/a".into() },
            Act::Apply { path: "/a".into(), text: None, terminal: 0, line: "kubectl apply -f a".into() },
            Act::Fault(Fault::Crash { pod: pod.clone(), container: String::new(), code: -1 }),
            Act::Fault(Fault::Unready { pod: pod.clone(), on: true }),
            Act::Fault(Fault::Cut { node: "n".into(), on: false }),
            Act::Fault(Fault::StopProxy { node: "n".into(), on: true }),
            Act::Fault(Fault::SlowPulls(10)),
            Act::Fault(Fault::FailPulls(true)),
            Act::Fault(Fault::Loss { node: "n".into(), percent: 30 }),
            Act::Fault(Fault::StopDns(true)),
            Act::Send(Request::new(Source::Pod(pod), "web", Some(80), Payload::Http(http))),
            Act::Send(
                Request::new(Source::Workstation, "10.1.1.1", None, Payload::Ping)
                    .within(Duration::from_secs(2)),
            ),
            Act::Send(Request::new(Source::Node("n".into()), "x", Some(1), Payload::Connect(Protocol::Udp))),
            Act::Send(Request::new(
                Source::Address { ip: "192.0.2.1".parse().expect("an address"), node: "n".into() },
                "10.96.0.10",
                Some(53),
                Payload::Dns(Question::new("web", RecordType::Aaaa)),
            )),
            Act::Visit { method: "POST".into(), url: "http://localhost/".into() },
        ];
        let start = Instant::from_unix(5);
        let log: Vec<_> = acts
            .into_iter()
            .enumerate()
            .map(|(n, act)| (Instant::from_micros(5_000_001 + n as u64 * 7), act))
            .collect();
        let text = write(start, &log).to_string();
        let back: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read(start, &back), Some(log));
        assert_eq!(read(start, &json!([[0, "from the future"]])), None);
    }
}
