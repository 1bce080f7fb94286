//! What holds in every cluster, over clusters made up from seeds.

use crate::generate::{Question, case};
use crate::machines::MACHINES;
use crate::world::{Machines, World};
use cluster_playground::api::service::Protocol;
use cluster_playground::api::{Key, Kind, Object};
use cluster_playground::apiserver::Store;
use cluster_playground::net::{
    Accept, Outcome, Packet, Payload, Request, Source, State, Step, Trace, Transport,
};
use cluster_playground::proxy::{Cidr, Mode};

/// The world of a seed, and what is asked in it.
fn world(seed: u64, mode: Mode) -> (World, Vec<Question>) {
    let case = case(seed, 60);
    let mut world = World::basic();
    world.store = case.store;
    world.setting.proxy.mode = mode;
    world.setting.proxy.cluster_cidr = Cidr::parse("10.244.0.0/16").expect("a range");
    world.machines = Machines::default();
    for machine in MACHINES {
        for port in machine.tcp.split(',').chain(machine.udp.split(',')).filter_map(|port| port.parse().ok())
        {
            world.machines.accepts.push((machine.name.to_owned(), port, Accept::Open));
        }
    }
    (world, case.questions)
}

fn request(question: &Question) -> Request {
    let from = match question.source {
        "outside" => Source::Address { ip: [192, 168, 65, 100].into(), node: "node1".into() },
        node if node.starts_with("node") => Source::Node(node.into()),
        pod => Source::Pod(Key::new(Kind::Pod, "default", pod)),
    };
    let payload = match question.kind {
        "ping" => Payload::Ping,
        "udp" => Payload::Connect(Protocol::Udp),
        _ => Payload::Connect(Protocol::Tcp),
    };
    Request::new(from, question.ip.clone(), (question.kind != "ping").then_some(question.port), payload)
}

/// Asks every question of some clusters in both modes.
fn over_all(mut check: impl FnMut(&mut World, &Request, &Trace)) {
    for mode in [Mode::Iptables, Mode::Nftables] {
        for seed in 1_000..1_006 {
            let (mut world, questions) = world(seed, mode);
            for question in &questions {
                let request = request(question);
                world.state = State::new(seed);
                let trace = world.request(&request);
                check(&mut world, &request, &trace);
            }
        }
    }
}

#[test]
fn every_trace_ends_with_an_answer_or_a_reason() {
    over_all(|_, request, trace| {
        assert!(trace.hops.len() < 32, "{request:?} wanders");
        match &trace.outcome {
            Outcome::Answered(_) => assert_eq!(trace.hops.last().map(|hop| hop.step), Some(Step::Reply)),
            _ => {
                let failed = trace.failed_hop().expect("a hop failed");
                assert!(failed.because.sentence().ends_with('.'), "{:?}", failed.because);
                assert!(failed.after.is_none(), "{request:?}: it went on after it failed");
            }
        }
    });
}

/// Both ends exchanged.
fn reversed(packet: Packet) -> Packet {
    let transport = match packet.transport {
        Transport::Ports { protocol, source, destination } => {
            Transport::Ports { protocol, source: destination, destination: source }
        }
        icmp => icmp,
    };
    Packet { source: packet.destination, destination: packet.source, transport, ttl: packet.ttl }
}

#[test]
fn every_answer_is_translated_back() {
    let mut translated = 0;
    over_all(|_, request, trace| {
        let (Outcome::Answered(reply), Some(last)) = (&trace.outcome, trace.hops.last()) else { return };
        let sent = trace
            .hops
            .iter()
            .find(|hop| hop.step == Step::Send)
            .and_then(|hop| hop.after)
            .expect("it was sent");
        let back = last.after.expect("it came back");
        assert_eq!(Packet { ttl: 0, ..back }, Packet { ttl: 0, ..reversed(sent) }, "{request:?}");
        assert_eq!(reply.from, sent.destination);
        translated += u32::from(trace.hops.iter().any(|hop| hop.step == Step::Dnat));
    });
    assert!(translated > 100, "enough of them were translated at all: {translated}");
}

#[test]
fn verdicts_do_not_depend_on_the_order_of_objects() {
    over_all(|world, request, _| {
        let mut objects: Vec<Object> = world.store.iter().map(|object| Object::clone(object)).collect();
        fastrand::Rng::with_seed(7).shuffle(&mut objects);
        let mut shuffled = Store::default();
        for object in objects {
            shuffled.put(object);
        }
        let original = std::mem::replace(&mut world.store, shuffled);
        world.state = State::new(1);
        let first = world.request(request);
        world.store = original;
        world.state = State::new(1);
        let second = world.request(request);
        assert_eq!(first.outcome, second.outcome, "{request:?}");
    });
}
