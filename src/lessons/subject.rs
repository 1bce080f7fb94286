//! What a check is, and how its text is read.

use super::read::{Fields, Node, Wrong};
use crate::api::{Key, Kind, Labels, Value};
use crate::shell::tools::sleep::span;
use std::collections::BTreeMap;
use std::time::Duration;

/// One thing that must be true.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name, for steps and wrong attempts.
    pub id: String,
    /// What is looked at.
    pub subject: Subject,
    /// What must be seen.
    pub expect: Expect,
    /// How long it may take to become true.
    pub within: Duration,
    /// What helps when it is not true.
    pub on_fail: String,
}

/// From where a check asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// The learner's machine.
    Workstation,
    /// A node.
    Node(String),
    /// A pod.
    Pod(Key),
    /// A pod with these labels.
    Labelled(String, Labels),
}

/// What a check looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// HTTP requests.
    Request {
        /// From where.
        from: Vantage,
        /// `GET` if nothing else.
        method: String,
        /// To what.
        url: String,
        /// How many.
        times: u64,
        /// Until every endpoint has been asked.
        every_endpoint: bool,
    },
    /// The way of one request, hop by hop.
    Trace {
        /// From where.
        from: Vantage,
        /// To what: an address with a scheme for HTTP, a host for a ping.
        to: String,
        /// Steps that it takes, in this order.
        through: Vec<String>,
        /// Steps that it must not take.
        never: Vec<String>,
        /// The step at which it ends without an answer.
        ends_at: Option<String>,
    },
    /// An ICMP echo.
    Ping {
        /// From where.
        from: Vantage,
        /// To what.
        host: String,
    },
    /// A name.
    Dns {
        /// From where.
        from: Vantage,
        /// The name.
        name: String,
    },
    /// The ready endpoints of a Service.
    Endpoints {
        /// The Service.
        service: Key,
        /// How many, exactly.
        ready: Option<u64>,
        /// How many at least.
        at_least: Option<u64>,
    },
    /// An object.
    Object {
        /// Which.
        key: Key,
        /// Whether its `spec` must be as at the start.
        unchanged: bool,
        /// Whether it must not be there.
        absent: bool,
        /// What its fields must be, by their paths.
        fields: BTreeMap<String, Value>,
    },
    /// A request that the learner has sent, by whatever tool.
    Ran {
        /// `ping`, `http`, `connect` or `dns`.
        tool: String,
        /// From where.
        from: Option<Vantage>,
        /// To what, as it was written.
        to: Option<String>,
    },
}

/// How a request must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// In any way.
    Anyhow,
    /// The name does not exist.
    NxDomain,
    /// The name has no address, or the name server is silent.
    Dns,
    /// Refused at once.
    Refused,
    /// Nothing came back.
    Timeout,
    /// Nobody there.
    Unreachable,
}

/// What must be seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The HTTP status.
    pub status: Option<u64>,
    /// Labels of the pod that answers.
    pub answered_by: Labels,
    /// A text in the answer's body.
    pub body: Option<String>,
    /// How many different pods answer.
    pub pods: Option<u64>,
    /// It must fail, and how.
    pub fails: Option<Failing>,
}

/// What a check can look at.
pub const SUBJECTS: [&str; 7] = ["request", "trace", "ping", "dns", "endpoints", "object", "ran"];
/// What can happen at a hop, as checks and the JSON of a trace call it.
pub const HOPS: [&str; 9] =
    ["resolve", "send", "match", "DNAT", "masquerade", "route", "filter", "deliver", "reply"];
/// The tools whose requests are told apart.
pub const TOOLS: [&str; 4] = ["ping", "http", "connect", "dns"];
/// The ways a request can fail.
pub const FAILINGS: [(&str, Failing); 5] = [
    ("nxdomain", Failing::NxDomain),
    ("dns", Failing::Dns),
    ("refused", Failing::Refused),
    ("timeout", Failing::Timeout),
    ("unreachable", Failing::Unreachable),
];

/// Reads a check.
pub(super) fn check(node: &Node<'_>) -> Result<Check, Wrong> {
    let known: Vec<&str> = ["id", "expect", "within", "onFail"].into_iter().chain(SUBJECTS).collect();
    let fields = node.fields(&known)?;
    let mut subjects = SUBJECTS.iter().filter_map(|name| Some((*name, fields.get(name)?)));
    let wanted = || node.wrong(format!("needs exactly one of {}", SUBJECTS.join(", ")));
    let (Some((name, inner)), None) = (subjects.next(), subjects.next()) else { return Err(wanted()) };
    let within = match fields.get("within") {
        Some(node) => span(&node.string()?).ok_or_else(|| node.wrong("must be a span of time like 30s"))?,
        None => Duration::ZERO,
    };
    Ok(Check {
        id: fields.need("id")?.string()?,
        subject: subject(name, &inner)?,
        expect: fields.read("expect", expect)?.unwrap_or_default(),
        within,
        on_fail: fields.text("onFail")?,
    })
}

fn subject(name: &str, node: &Node<'_>) -> Result<Subject, Wrong> {
    Ok(match name {
        "request" => {
            let fields = node.fields(&["from", "namespace", "url", "method", "times", "everyEndpoint"])?;
            Subject::Request {
                from: vantage(&fields)?,
                method: fields.read("method", Node::string)?.unwrap_or_else(|| "GET".to_owned()),
                url: fields.need("url")?.string()?,
                times: fields.read("times", Node::number)?.unwrap_or(1).clamp(1, 100),
                every_endpoint: fields.read("everyEndpoint", Node::flag)?.unwrap_or(false),
            }
        }
        "trace" => {
            let fields = node.fields(&["from", "namespace", "to", "through", "never", "endsAt"])?;
            let hops = |key| fields.read(key, hops);
            Subject::Trace {
                from: vantage(&fields)?,
                to: fields.need("to")?.string()?,
                through: hops("through")?.unwrap_or_default(),
                never: hops("never")?.unwrap_or_default(),
                ends_at: fields.read("endsAt", hop)?,
            }
        }
        "ping" => {
            let fields = node.fields(&["from", "namespace", "host"])?;
            Subject::Ping { from: vantage(&fields)?, host: fields.need("host")?.string()? }
        }
        "dns" => {
            let fields = node.fields(&["from", "namespace", "name"])?;
            Subject::Dns { from: vantage(&fields)?, name: fields.need("name")?.string()? }
        }
        "endpoints" => {
            let fields = node.fields(&["service", "namespace", "ready", "atLeast"])?;
            let name = fields.need("service")?.string()?;
            Subject::Endpoints {
                service: Key::new(Kind::Service, namespace(&fields)?, name),
                ready: fields.read("ready", Node::number)?,
                at_least: fields.read("atLeast", Node::number)?,
            }
        }
        "object" => {
            let fields = node.fields(&["kind", "namespace", "name", "unchanged", "absent", "fields"])?;
            let kind = fields.need("kind")?;
            let name = kind.string()?;
            let known = Kind::from_name(&name).ok_or_else(|| kind.wrong("no such kind"))?;
            let space = if known.resource().namespaced { namespace(&fields)? } else { String::new() };
            let mut wanted = BTreeMap::new();
            if let Some(node) = fields.get("fields") {
                let Value::Object(map) = node.any() else { return Err(node.wrong("must be a mapping")) };
                wanted.extend(map);
            }
            Subject::Object {
                key: Key::new(known, space, fields.need("name")?.string()?),
                unchanged: fields.read("unchanged", Node::flag)?.unwrap_or(false),
                absent: fields.read("absent", Node::flag)?.unwrap_or(false),
                fields: wanted,
            }
        }
        _ => {
            let fields = node.fields(&["tool", "from", "namespace", "to"])?;
            let tool = fields.need("tool")?;
            one_of(&tool, &TOOLS)?;
            let from = fields.get("from").map(|_| vantage(&fields)).transpose()?;
            Subject::Ran { tool: tool.string()?, from, to: fields.read("to", Node::string)? }
        }
    })
}

fn one_of(node: &Node<'_>, known: &[&str]) -> Result<String, Wrong> {
    let text = node.string()?;
    let told = || node.wrong(format!("must be one of {}", known.join(", ")));
    if known.contains(&text.as_str()) { Ok(text) } else { Err(told()) }
}

fn hop(node: &Node<'_>) -> Result<String, Wrong> {
    one_of(node, &HOPS)
}

fn hops(node: &Node<'_>) -> Result<Vec<String>, Wrong> {
    node.items()?.iter().map(hop).collect()
}

fn namespace(fields: &Fields<'_>) -> Result<String, Wrong> {
    Ok(fields.read("namespace", Node::string)?.unwrap_or_else(|| "default".to_owned()))
}

/// `workstation`, `node/NAME`, `pod/NAME` or labels like `app=sleep-1`.
fn vantage(fields: &Fields<'_>) -> Result<Vantage, Wrong> {
    let node = fields.need("from")?;
    let text = node.string()?;
    if text == "workstation" {
        return Ok(Vantage::Workstation);
    }
    if let Some((kind, name)) = text.split_once('/') {
        return match kind {
            "pod" => Ok(Vantage::Pod(Key::new(Kind::Pod, namespace(fields)?, name))),
            "node" => Ok(Vantage::Node(name.to_owned())),
            _ => Err(node.wrong("must be workstation, node/NAME, pod/NAME or labels like app=web")),
        };
    }
    let mut labels = Labels::new();
    for pair in text.split(',') {
        let wrong = || node.wrong("must be workstation, node/NAME, pod/NAME or labels like app=web");
        let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
        labels.insert(key.to_owned(), value.to_owned());
    }
    Ok(Vantage::Labelled(namespace(fields)?, labels))
}

fn expect(node: &Node<'_>) -> Result<Expect, Wrong> {
    let fields = node.fields(&["status", "answeredBy", "body", "pods", "fails"])?;
    let fails = match fields.get("fails") {
        Some(node) => {
            let with = node.fields(&["with"])?.get("with");
            let Some(with) = with else {
                return Ok(Expect { fails: Some(Failing::Anyhow), ..rest(&fields)? });
            };
            let word = one_of(&with, &FAILINGS.map(|(word, _)| word))?;
            FAILINGS.iter().find(|(known, _)| *known == word).map(|(_, failing)| *failing)
        }
        None => None,
    };
    Ok(Expect { fails, ..rest(&fields)? })
}

/// What must be seen of an answer.
fn rest(fields: &Fields<'_>) -> Result<Expect, Wrong> {
    Ok(Expect {
        status: fields.read("status", Node::number)?,
        answered_by: fields.read("answeredBy", Node::labels)?.unwrap_or_default(),
        body: fields.read("body", Node::string)?,
        pods: fields.read("pods", Node::number)?,
        fails: None,
    })
}
