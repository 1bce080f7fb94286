//! The table of verdicts, row by row.

use crate::world::{World, http, pod};
use cluster_playground::api::service::Protocol;
use cluster_playground::api::{Key, Kind, Value};
use cluster_playground::net::{Accept, Payload, PodNetwork, Source, Trace};
use cluster_playground::proxy::Mode;

#[test]
fn every_row_of_the_table() {
    let rows: Value = serde_yaml::from_str(include_str!("verdicts.yaml")).expect("the table is YAML");
    let mut wrong = Vec::new();
    for row in rows.as_array().expect("a list of rows") {
        let trace = play(row);
        let explanation = trace.explanation();
        let reply = trace.reply();
        let field = explanation.field.map(|field| format!("{} {}", field.object, field.path));
        let met = [
            ("outcome", Some(trace.outcome.word().to_owned())),
            ("why", Some(explanation.why)),
            ("field", field),
            ("evidence", explanation.evidence),
            ("hint", explanation.hint),
            ("status", reply.and_then(|reply| Some(reply.http.as_ref()?.status.to_string()))),
            ("seen", reply.map(|reply| reply.seen_source.to_string())),
        ];
        for (name, met) in met {
            let wanted = match &row[name] {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if met.as_ref() != Some(&wanted) {
                wrong.push(format!("{}: {name}\n  wanted {wanted:?}\n  met    {met:?}", row["row"]));
            }
        }
        // Whatever is not answered says why, names a way to see it and what might help.
        if reply.is_none() && trace.failed_hop().is_none() {
            wrong.push(format!("{}: no hop failed", row["row"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Changes the basic world as a row says, and asks.
fn play(row: &Value) -> Trace {
    let mut world = World::basic();
    if row["lag"] == true {
        world.programmed = Some(world.store.clone());
    }
    let list = |name: &str| row[name].as_array().cloned().unwrap_or_default();
    let named = |text: &Value| {
        let (kind, name) = text.as_str().and_then(|text| text.split_once('/')).expect("kind/name");
        let kind = match kind {
            "service" => Kind::Service,
            "pod" => Kind::Pod,
            "endpointslice" => Kind::EndpointSlice,
            other => panic!("{other}: not a kind these tests change"),
        };
        (kind, name.to_owned())
    };
    for doc in list("put") {
        world.put(doc);
    }
    for edit in list("edit") {
        let (kind, name) = named(&edit["of"]);
        world.edit(kind, &name, edit["at"].as_str().expect("a path"), edit["to"].clone());
    }
    for gone in list("remove") {
        let (kind, name) = named(&gone);
        world.remove(kind, &name);
    }
    if row["mode"] == "nftables" {
        world.setting.proxy.mode = Mode::Nftables;
    }
    if row["pods"] == "point-to-point" {
        world.setting.pods = PodNetwork::PointToPoint;
    }
    if let Some(pod) = row["accept"]["pod"].as_str() {
        let port = row["accept"]["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        let accept = if row["accept"]["as"] == "loopback" { Accept::Loopback } else { Accept::Silent };
        world.machines.accepts.push((pod.to_owned(), port, accept));
    }
    let ask = &row["ask"];
    let from = match ask["from"].as_str() {
        Some("workstation") => Source::Workstation,
        Some(name) => pod(name),
        None => pod("client"),
    };
    let to = ask["to"].as_str().expect("a host");
    let port = ask["port"].as_u64().and_then(|port| u16::try_from(port).ok());
    let payload = if port.is_some() { http(to) } else { Payload::Ping };
    world.send(from, to, port, payload)
}

#[test]
fn silence_lasts_as_long_as_a_kernel_is_patient() {
    let mut world = World::basic();
    let silent = world.send(pod("client"), "10.96.77.77", Some(80), Payload::Connect(Protocol::Tcp));
    assert_eq!(silent.took.as_millis() / 100, 1_347, "six retries of a SYN");
}

#[test]
fn refusals_by_icmp_are_limited() {
    let mut world = World::basic();
    world.remove(Kind::EndpointSlice, "api-1");
    let waited: Vec<bool> = (0..8)
        .map(|_| {
            let trace = world.send(pod("client"), "10.96.0.50", Some(80), Payload::Connect(Protocol::Tcp));
            trace.took.as_millis() > 900
        })
        .collect();
    assert_eq!(waited, [false, false, false, false, false, false, true, true], "a burst of six");
}

#[test]
fn an_open_connection_keeps_its_endpoint_and_a_stale_datagram_does_not() {
    use cluster_playground::net::Request;
    for (protocol, kept) in [(Protocol::Tcp, true), (Protocol::Udp, false)] {
        let mut world = World::basic();
        for (kind, name, at) in [
            (Kind::Service, "api", "spec.ports.0.protocol"),
            (Kind::EndpointSlice, "api-1", "ports.0.protocol"),
        ] {
            world.edit(kind, name, at, protocol.as_str().into());
        }
        world.machines.accepts.push(("api".into(), 80, Accept::Open));
        let mut request = Request::new(pod("client"), "10.96.0.50", Some(80), Payload::Connect(protocol));
        request.source_port = Some(40_000);
        assert!(world.request(&request).reply().is_some());
        world.remove(Kind::EndpointSlice, "api-1");
        assert_eq!(world.request(&request).reply().is_some(), kept, "{protocol:?}");
    }
}

#[test]
fn a_client_with_affinity_keeps_its_pod_until_the_time_is_over() {
    let mut world = World::basic();
    world.edit(Kind::Service, "api", "spec.sessionAffinity", "ClientIP".into());
    world.edit(
        Kind::Service,
        "api",
        "spec.sessionAffinityConfig",
        cluster_playground::api::json!({"clientIP": {"timeoutSeconds": 60}}),
    );
    world.second_api();
    let who = |world: &mut World| {
        let trace = world.send(pod("client"), "10.96.0.50", Some(80), http("api"));
        trace.reply().and_then(|reply| reply.pod.clone()).expect("it answers")
    };
    let first = who(&mut world);
    assert!((0..20).all(|_| who(&mut world) == first));
    let others = (0..30).any(|_| {
        world.now += std::time::Duration::from_secs(61);
        who(&mut world) != first
    });
    assert!(others, "after a minute the dice are thrown again");
}

#[test]
fn endpoints_have_equal_chances() {
    let mut world = World::basic();
    world.second_api();
    let mut first = 0_u32;
    const TRIES: u32 = 2_000;
    for _ in 0..TRIES {
        let trace = world.send(pod("client"), "10.96.0.50", Some(80), Payload::Connect(Protocol::Tcp));
        let pod = trace.reply().and_then(|reply| reply.pod.clone());
        first += u32::from(pod == Some(Key::new(Kind::Pod, "default", "api")));
    }
    let expected = f64::from(TRIES) / 2.0;
    let chi_square = 2.0 * (f64::from(first) - expected).powi(2) / expected;
    assert!(chi_square < 6.63, "{first} of {TRIES}: chi-square {chi_square}, one degree of freedom, 1 %");
}
