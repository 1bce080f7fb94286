//! What clients meet: requests through whole networks, each a cluster of objects as given.

#[path = "kernel/generate.rs"]
mod generate;
#[path = "kernel/machines.rs"]
mod machines;
#[path = "net/properties.rs"]
mod properties;
#[path = "net/verdicts.rs"]
mod verdicts;
#[path = "net/views.rs"]
mod views;
#[path = "net/world.rs"]
mod world;

use cluster_playground::api::service::Protocol;
use cluster_playground::net::{Outcome, Payload, Reason, Step};
use world::{World, http, pod};

#[test]
fn a_pod_pings_another() {
    let mut world = World::basic();
    let trace = world.send(pod("client"), "10.1.1.6", None, Payload::Ping);
    let reply = trace.reply().expect("it answers");
    assert_eq!(reply.pod.as_ref().map(|pod| pod.name.as_str()), Some("api"));
    assert_eq!(reply.ttl, 62, "two nodes routed it");
    assert_eq!(reply.seen_source.to_string(), "10.1.0.5");
}

#[test]
fn a_virtual_ip_does_not_answer_a_ping() {
    let mut world = World::basic();
    let trace = world.send(pod("client"), "api", None, Payload::Ping);
    assert_eq!(trace.outcome, Outcome::TimedOut);
    let failed = trace.failed_hop().expect("a hop failed");
    assert!(matches!(&failed.because, Reason::NoRuleForIcmp { service, .. } if service.name == "api"));
    assert!(trace.hops.iter().any(|hop| hop.step == Step::Resolve && hop.nested.len() == 2));
}

#[test]
fn a_service_leads_to_its_pod() {
    let mut world = World::basic();
    let trace = world.send(pod("client"), "api", Some(80), http("api"));
    let reply = trace.reply().expect("it answers");
    assert_eq!(reply.pod.as_ref().map(|pod| pod.name.as_str()), Some("api"));
    assert_eq!(reply.from.to_string(), "10.96.0.50", "the client knows the virtual IP only");
    assert!(trace.hops.iter().any(|hop| hop.step == Step::Dnat && !hop.rules.is_empty()));
}

#[test]
fn a_name_that_does_not_exist_was_tried_everywhere() {
    let mut world = World::basic();
    let trace = world.send(pod("client"), "nope", Some(80), Payload::Connect(Protocol::Tcp));
    assert_eq!(trace.outcome, Outcome::Unresolved);
    let failed = trace.failed_hop().expect("a hop failed");
    assert!(matches!(&failed.because, Reason::NoSuchName { candidates, .. } if candidates.len() == 4));
}
