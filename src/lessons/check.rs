//! Judges a check on a copy of the session, and says what is missing.

use super::subject::{Check, Expect, Failing, Subject, Vantage};
use crate::api::{Gathered, Key, Kind, Labels, Value};
use crate::cluster::Cluster;
use crate::net::{HttpRequest, Outcome, Payload, Reason, Request, Source, Trace};
use crate::shell::session::{Act, Session};
use crate::shell::visit::Url;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

/// How a check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which check.
    pub id: String,
    /// Whether it is true.
    pub passed: bool,
    /// What was seen: `2 of 20 replies came from version=v1`.
    pub seen: String,
    /// What helps, if it is not true.
    pub hint: String,
}

/// How often a Service is asked at most until every endpoint has answered.
const MOST: usize = 100;
/// How often a check looks again while it may still become true.
const LOOK: Duration = Duration::from_secs(1);

/// What was seen, and whether it is what was wanted.
type Seen = Result<String, String>;

/// Judges one check, letting time pass on a copy for as long as it may take. `start` is the cluster at the
/// beginning, `sent` how many requests its setup sent.
pub(super) fn judge(check: &Check, session: &Session, start: &Cluster, sent: u64) -> Verdict {
    let until = session.now() + check.within;
    let mut copy = session.clone();
    let seen = loop {
        let seen = look(check, &copy, start, sent);
        if seen.is_ok() || copy.now() >= until {
            break seen;
        }
        copy.advance((copy.now() + LOOK).min(until));
    };
    verdict(check, seen)
}

/// Judges one check as things are now.
pub(super) fn glance(check: &Check, session: &Session, start: &Cluster, sent: u64) -> Verdict {
    verdict(check, look(check, session, start, sent))
}

fn verdict(check: &Check, seen: Seen) -> Verdict {
    let passed = seen.is_ok();
    let hint = if passed { String::new() } else { check.on_fail.clone() };
    Verdict { id: check.id.clone(), passed, seen: seen.unwrap_or_else(|not_yet| not_yet), hint }
}

fn look(check: &Check, session: &Session, start: &Cluster, sent: u64) -> Seen {
    let cluster = session.cluster();
    match &check.subject {
        Subject::Request { from, method, url, times, every_endpoint } => {
            let request = http(source(cluster, from)?, method, url)?;
            requests(session, &request, &check.expect, *times, *every_endpoint)
        }
        Subject::Trace { from, to, through, never, ends_at } => {
            let from = source(cluster, from)?;
            let request = match to.contains("://") {
                true => http(from, "GET", to)?,
                false => Request::new(from, to, None, Payload::Ping),
            };
            way(&cluster.clone().request(&request), through, never, ends_at.as_deref())
        }
        Subject::Ping { from, host } => {
            let request = Request::new(source(cluster, from)?, host, None, Payload::Ping);
            requests(session, &request, &check.expect, 1, false)
        }
        Subject::Dns { from, name } => {
            let request = Request::new(source(cluster, from)?, name, None, Payload::Ping);
            let trace = cluster.clone().request(&request.within(Duration::from_secs(1)));
            name_of(&trace, &check.expect)
        }
        Subject::Endpoints { service, ready, at_least } => endpoints(cluster, service, *ready, *at_least),
        Subject::Object { key, unchanged, absent, fields } => {
            let object = cluster.store().get(key);
            match object {
                None if *absent => Ok(format!("there is no {key}")),
                None => Err(format!("there is no {key}")),
                Some(_) if *absent => Err(format!("{key} is there")),
                Some(object) => {
                    let before = start.store().get(key);
                    if *unchanged && before.is_none_or(|old| old.doc()["spec"] != object.doc()["spec"]) {
                        return Err(format!("{key} is not as it was at the start"));
                    }
                    for (path, wanted) in fields {
                        let found = at(object.doc(), path);
                        if found != wanted {
                            return Err(format!("{path} of {key} is {found}"));
                        }
                    }
                    Ok(format!("{key} is as it should be"))
                }
            }
        }
        Subject::Ran { tool, from, to } => ran(check, session, tool, from.as_ref(), to.as_deref(), sent),
    }
}

fn http(from: Source, method: &str, url: &str) -> Result<Request, String> {
    let url = Url::parse(url).ok_or_else(|| format!("{url} is no address"))?;
    let http = HttpRequest {
        method: method.to_owned(),
        path: url.path.clone(),
        headers: vec![("Host".to_owned(), url.authority())],
        body: String::new(),
    };
    Ok(Request::new(from, url.host, Some(url.port), Payload::Http(http)))
}

/// Whether a request took the way it should.
fn way(trace: &Trace, through: &[String], never: &[String], ends_at: Option<&str>) -> Seen {
    let steps: Vec<&str> = trace.hops.iter().map(|hop| hop.step.word()).collect();
    let taken = steps.join(", ");
    let mut rest = steps.iter();
    if let Some(missing) = through.iter().find(|wanted| !rest.any(|step| step == wanted)) {
        return Err(format!("its way has no {missing} at that place: {taken}"));
    }
    if let Some(step) = never.iter().find(|step| steps.contains(&step.as_str())) {
        return Err(format!("its way has a {step}: {taken}"));
    }
    let end = trace.failed_hop().map(|hop| hop.step.word());
    if ends_at != end {
        return Err(match end {
            Some(end) => format!("it ends at {end}: {}", trace.summary()),
            None => trace.summary(),
        });
    }
    Ok(taken)
}

/// A field by its path: `spec.ports.0.port`.
fn at<'a>(doc: &'a Value, path: &str) -> &'a Value {
    let inner = |value: &'a Value, key: &str| match key.parse::<usize>() {
        Ok(index) if value.is_array() => &value[index],
        _ => &value[key],
    };
    path.split('.').fold(doc, inner)
}

fn has(cluster: &Cluster, pod: Option<&Key>, labels: &Labels) -> bool {
    let Some(key) = pod else { return labels.is_empty() };
    let Some(pod) = cluster.store().get(key) else {
        // A pod that is gone cannot be asked for its labels: its name begins with its owner's.
        return labels.is_empty() || labels.get("app").is_some_and(|app| key.name.starts_with(app.as_str()));
    };
    labels.iter().all(|(key, value)| pod.meta.labels.get(key) == Some(value))
}

/// The pod or machine that a check asks from; the youngest of several pods that run.
fn source(cluster: &Cluster, vantage: &Vantage) -> Result<Source, String> {
    match vantage {
        Vantage::Workstation => Ok(Source::Workstation),
        Vantage::Node(name) => Ok(Source::Node(name.clone())),
        Vantage::Pod(key) => Ok(Source::Pod(key.clone())),
        Vantage::Labelled(namespace, labels) => {
            let pods = cluster.store().list(Kind::Pod, namespace);
            let running = |object: &&std::sync::Arc<crate::api::Object>| {
                object.pod().is_some_and(|pod| !pod.status.pod_ip.is_empty())
                    && object.meta.deleted.is_none()
                    && labels.iter().all(|(key, value)| object.meta.labels.get(key) == Some(value))
            };
            let found = pods.filter(running).last();
            found
                .map(|object| Source::Pod(object.key()))
                .ok_or_else(|| format!("no pod {} runs", words(labels)))
        }
    }
}

fn words(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// Sends a request as often as asked, each on a copy that keeps its dice.
fn requests(session: &Session, request: &Request, expect: &Expect, times: u64, every: bool) -> Seen {
    let mut copy = session.clone();
    let mut bad = Vec::new();
    let mut met = BTreeSet::new();
    let mut count = 0;
    let mut last = String::new();
    loop {
        copy.act(Act::Send(request.clone()));
        let Some(trace) = copy.traces().last().map(Rc::clone) else {
            return Err("nothing was sent".to_owned());
        };
        count += 1;
        match matches(copy.cluster(), &trace, expect) {
            Ok(seen) => last = seen,
            Err(why) => bad.push(why),
        }
        met.extend(trace.reply().and_then(|reply| reply.pod.clone()));
        let all = !every || met.len() >= choices(&trace) || count >= MOST || !bad.is_empty();
        if count as u64 >= times && all {
            break;
        }
    }
    let pods = met.len();
    if bad.is_empty() && expect.pods.is_some_and(|wanted| wanted != pods as u64) {
        return Err(format!("{count} requests were answered by {pods} pods"));
    }
    match bad.first() {
        None if count == 1 => Ok(last),
        None => Ok(format!("{count} of {count} requests: {last}")),
        Some(why) if count == 1 => Err(why.clone()),
        Some(why) => Err(format!("{} of {count} requests: {why}", bad.len())),
    }
}

/// Among how many endpoints a rule chose.
fn choices(trace: &Trace) -> usize {
    let of = trace.hops.iter().find_map(|hop| match hop.because {
        Reason::Chosen { of, .. } => Some(of),
        _ => None,
    });
    of.unwrap_or(1)
}

/// Whether a trace went as it should.
fn matches(cluster: &Cluster, trace: &Trace, expect: &Expect) -> Seen {
    let summary = trace.summary();
    if let Some(how) = expect.fails {
        return if failed(trace, how) { Ok(summary) } else { Err(summary) };
    }
    let Some(reply) = trace.reply() else { return Err(summary) };
    if !has(cluster, reply.pod.as_ref(), &expect.answered_by) {
        let labels = reply.pod.as_ref().and_then(|key| cluster.store().get(key)).map(|pod| &pod.meta.labels);
        let differs = |(key, _): &(&String, &String)| labels.is_some_and(|labels| labels.contains_key(*key));
        let found: Labels = expect
            .answered_by
            .iter()
            .filter(|(key, value)| labels.and_then(|labels| labels.get(*key)) != Some(value))
            .filter(differs)
            .filter_map(|(key, _)| Some((key.clone(), labels?.get(key)?.clone())))
            .into_map();
        return Err(match (&reply.pod, found.is_empty()) {
            (Some(_), false) => format!("the reply came from {}", words(&found)),
            (Some(pod), true) => {
                format!("the reply came from {pod}, which is not {}", words(&expect.answered_by))
            }
            (None, _) => "the reply came from outside the cluster".to_owned(),
        });
    }
    let Some(http) = &reply.http else { return Ok(summary) };
    if expect.status.is_some_and(|status| status != u64::from(http.status)) {
        return Err(format!("the reply was {}", http.status));
    }
    match &expect.body {
        Some(body) if !http.body.contains(body) => Err(format!("the reply does not say {body:?}")),
        _ => Ok(summary),
    }
}

fn failed(trace: &Trace, how: Failing) -> bool {
    let no_name = trace.hops.last().is_some_and(|hop| matches!(hop.because, Reason::NoSuchName { .. }));
    match how {
        Failing::Anyhow => trace.reply().is_none(),
        Failing::NxDomain => trace.outcome == Outcome::Unresolved && no_name,
        Failing::Dns => trace.outcome == Outcome::Unresolved && !no_name,
        Failing::Refused => trace.outcome == Outcome::Refused,
        Failing::Timeout => trace.outcome == Outcome::TimedOut,
        Failing::Unreachable => trace.outcome == Outcome::Unreachable,
    }
}

/// Whether a name was found, whatever came of the packet sent to its address.
fn name_of(trace: &Trace, expect: &Expect) -> Seen {
    let found = trace.hops.iter().find_map(|hop| match &hop.because {
        Reason::Resolved { host, address, .. } => Some(format!("{host} is {address}")),
        _ => None,
    });
    match (found, expect.fails) {
        (Some(found), None) => Ok(found),
        (Some(found), Some(_)) => Err(found),
        (None, Some(how)) if failed(trace, how) => Ok(trace.summary()),
        (None, _) => Err(trace.summary()),
    }
}

fn endpoints(cluster: &Cluster, service: &Key, ready: Option<u64>, at_least: Option<u64>) -> Seen {
    if cluster.store().get(service).is_none() {
        return Err(format!("there is no {service}"));
    }
    let slices = cluster.store().list(Kind::EndpointSlice, &service.namespace);
    let of = |object: &&std::sync::Arc<crate::api::Object>| {
        object.meta.labels.get("kubernetes.io/service-name").is_some_and(|name| service.name == *name)
    };
    let is_ready = |endpoint: &&Value| endpoint["conditions"]["ready"] != Value::Bool(false);
    let mut addresses = BTreeSet::new();
    for slice in slices.filter(of) {
        let listed = slice.doc()["endpoints"].as_array().map(Vec::as_slice).unwrap_or_default();
        for endpoint in listed.iter().filter(is_ready) {
            addresses.extend(endpoint["addresses"].as_array().into_iter().flatten().map(Value::to_string));
        }
    }
    let count = addresses.len() as u64;
    let seen = format!("{service} has {count} ready endpoint{}", if count == 1 { "" } else { "s" });
    let right = ready.is_none_or(|wanted| wanted == count) && at_least.is_none_or(|least| count >= least);
    if right { Ok(seen) } else { Err(seen) }
}

/// Whether a request went to this host, or to this host and port.
fn is_to(trace: &Trace, to: &str) -> bool {
    let target = &trace.request.to;
    target.host == to
        || to.rsplit_once(':').is_some_and(|(host, port)| {
            target.host == host && target.port.is_some_and(|number| port.parse() == Ok(number))
        })
}

/// Whether the learner has sent such a request.
fn ran(
    check: &Check,
    session: &Session,
    tool: &str,
    from: Option<&Vantage>,
    to: Option<&str>,
    sent: u64,
) -> Seen {
    let cluster = session.cluster();
    let own = usize::try_from(session.sent() - sent).unwrap_or(usize::MAX);
    let is_tool = |trace: &Trace| match trace.request.payload {
        Payload::Ping => tool == "ping",
        Payload::Http(_) => tool == "http",
        Payload::Connect(_) => tool == "connect",
        Payload::Dns(_) => tool == "dns",
    };
    let is_from = |trace: &Trace| match (from, &trace.request.from) {
        (None, _) | (Some(Vantage::Workstation), Source::Workstation) => true,
        (Some(Vantage::Node(name)), Source::Node(other)) => name == other,
        (Some(Vantage::Pod(key)), Source::Pod(other)) => key == other,
        (Some(Vantage::Labelled(_, labels)), Source::Pod(pod)) => has(cluster, Some(pod), labels),
        _ => false,
    };
    let mut why = None;
    for trace in session.traces().iter().rev().take(own) {
        if is_tool(trace) && is_from(trace) && to.is_none_or(|to| is_to(trace, to)) {
            match matches(cluster, trace, &check.expect) {
                Ok(seen) => return Ok(seen),
                Err(other) => why = why.or(Some(other)),
            }
        }
    }
    let target = to.map(|to| format!(" to {to}")).unwrap_or_default();
    Err(why.unwrap_or_else(|| format!("no {tool}{target} was sent yet")))
}
