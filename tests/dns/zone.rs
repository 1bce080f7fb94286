//! The zone: 350 questions to CoreDNS 1.14.2 over recorded objects, and invariants.

use cluster_playground::api::{Instant, Kind, Object, Value};
use cluster_playground::apiserver::Store;
use cluster_playground::dns::{
    Cache, Question, Rcode, Record, RecordType, Response, Transport, Upstream, ZoneConfig, zone,
};

const OBJECTS: &str = include_str!("objects.json");
const QUERIES: &str = include_str!("queries.json");

pub fn objects() -> Vec<Object> {
    let documents: Vec<Value> = serde_json::from_str(OBJECTS).expect("the recorded objects are JSON");
    let object = |document: Value| {
        let text = |field: &str| document[field].as_str().expect("a string").to_owned();
        let kind = Kind::from_manifest(&text("apiVersion"), &text("kind")).expect("a known kind");
        Object::new(kind, document)
    };
    documents.into_iter().map(object).collect()
}

pub fn store(objects: impl IntoIterator<Item = Object>) -> Store {
    let mut store = Store::default();
    for object in objects {
        store.put(object);
    }
    store
}

pub fn config() -> ZoneConfig {
    ZoneConfig {
        domain: "cluster.local".to_owned(),
        ttl: 30,
        serial: 1_795_385_864,
        local_ips: vec!["10.244.0.5".parse().expect("an address")],
        upstream: Some(Upstream::documentation()),
    }
}

fn question(query: &Value) -> Question {
    let kind = RecordType::parse(query["type"].as_str().expect("a type")).expect("a known type");
    Question::new(query["name"].as_str().expect("a name"), kind)
}

/// A section as a set; the serial number of an SOA is the recording's own.
fn section(query: &Value, field: &str) -> Vec<String> {
    let records = query[field].as_array().into_iter().flatten().filter_map(Value::as_str);
    sorted(records.map(str::to_owned).collect())
}

fn sorted(mut records: Vec<String>) -> Vec<String> {
    records.sort();
    records
}

fn printed(records: &[Record]) -> Vec<String> {
    sorted(records.iter().map(ToString::to_string).collect())
}

/// The answer as the recorded server gave it: through its cache where the recording says so.
fn ask(store: &Store, query: &Value) -> Response {
    let question = question(query);
    let config = config();
    let mut response = zone::answer(store, &config, &question);
    if query["from_cache"] == true {
        let earlier = Question { name: question.name.to_ascii_lowercase(), kind: question.kind };
        let mut cache = Cache::default();
        let start = Instant::from_unix(1_795_385_900);
        cache.put("cluster.local", &earlier, &zone::answer(store, &config, &earlier), start);
        let recorded = ["answer", "authority"].iter().find_map(|field| query[*field][0].as_str());
        let ttl: u64 =
            recorded.and_then(|record| record.split(' ').nth(1)?.parse().ok()).expect("a recorded TTL");
        let age = 30 - ttl;
        response = cache.get(&question, Instant::from_unix(1_795_385_900 + age)).expect("kept for 30 s");
    }
    let transport = match (query["tcp"] == true, query["edns"] == false) {
        (true, _) => Transport::Tcp,
        (_, true) => Transport::Udp,
        _ => Transport::Edns(1232),
    };
    transport.fit(&question, &mut response);
    response
}

#[test]
fn every_recorded_question_is_answered_as_recorded() {
    let store = store(objects());
    let queries: Vec<Value> = serde_json::from_str(QUERIES).expect("the recorded queries are JSON");
    assert_eq!(queries.len(), 350);
    let mut failures = Vec::new();
    for query in &queries {
        let response = ask(&store, query);
        let flags = query["flags"].as_str().unwrap_or_default();
        // Which records a truncated answer keeps is chance: CoreDNS shuffles them first.
        let same_answer = if response.truncated {
            response.answer.len() == section(query, "answer").len()
        } else {
            printed(&response.answer) == section(query, "answer")
        };
        let same = same_answer
            && response.rcode.as_str() == query["rcode"]
            && response.flags() == flags
            && printed(&response.authority) == section(query, "authority")
            && printed(&response.additional) == section(query, "additional");
        if !same {
            failures.push(format!("{query}\n  ours: {response:?}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), queries.len(), failures.join("\n"));
}

#[test]
fn an_alias_comes_before_what_it_leads_to() {
    let store = store(objects());
    let chain = Question::new("ext-chain-com.kube-dnstest-a.svc.cluster.local", RecordType::A);
    let kinds: Vec<_> =
        zone::answer(&store, &config(), &chain).answer.iter().map(|r| r.data.kind()).collect();
    assert_eq!(kinds, [RecordType::Cname, RecordType::Cname, RecordType::A]);
}

#[test]
fn answers_do_not_depend_on_the_order_of_objects() {
    let (forward, backward) = (store(objects()), store(objects().into_iter().rev()));
    let queries: Vec<Value> = serde_json::from_str(QUERIES).expect("the recorded queries are JSON");
    for query in &queries {
        assert_eq!(ask(&forward, query), ask(&backward, query), "{query}");
    }
}

#[test]
fn odd_names_have_answers_too() {
    let store = store(objects());
    let long = "a".repeat(70);
    let names = [
        "",
        ".",
        "..",
        "...svc.cluster.local",
        ".svc.cluster.local",
        "_._.multi.kube-dnstest-a.svc.cluster.local",
        "é.kube-dnstest-a.svc.cluster.local",
        "ünïcode",
        "日本.cluster.local",
        "cluster.local",
        ".cluster.local",
        "\u{130}cluster.local",
        "-.kube-dnstest-a.pod.cluster.local",
        "---.kube-dnstest-a.pod.cluster.local",
        "....in-addr.arpa",
        "\0.ip6.arpa",
        &long,
        &format!("{long}.kube-dnstest-a.svc.cluster.local"),
        &format!("{}cluster.local", "a.".repeat(5000)),
    ];
    let kinds = ["A", "AAAA", "SRV", "PTR", "TXT", "CNAME", "SOA", "NS", "MX", "ANY", "TYPE4711"];
    for name in names {
        for kind in kinds {
            let question = Question::new(name, RecordType::parse(kind).expect("a type"));
            let mut response = zone::answer(&store, &config(), &question);
            Transport::Udp.fit(&question, &mut response);
        }
    }
}

#[test]
fn without_an_upstream_only_the_outside_fails() {
    let store = store(objects());
    let config = ZoneConfig { upstream: None, ..config() };
    for (name, rcode) in [
        ("example.com", Rcode::ServFail),
        ("nope.cluster.local", Rcode::NxDomain),
        ("8.8.8.8.in-addr.arpa", Rcode::ServFail),
    ] {
        assert_eq!(zone::answer(&store, &config, &Question::new(name, RecordType::A)).rcode, rcode, "{name}");
    }
}
