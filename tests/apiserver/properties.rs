//! What holds for any input: nothing panics, the same manifest twice changes nothing, an address or a
//! node port belongs to one Service.

use super::{apply, documents, key_of, kind_of, now, server};
use cluster_playground::api::{Kind, Value, json};
use cluster_playground::apiserver::patch::Patch;
use cluster_playground::apiserver::{ApiServer, DeleteOptions, WriteOptions};
use std::collections::BTreeMap;

/// Every document of the recordings that is an object of a built-in kind.
fn recorded_documents() -> Vec<Value> {
    let recorded: Value =
        serde_json::from_str(include_str!("recorded.json")).expect("the recordings are JSON");
    let sequences = recorded.as_array().expect("a list").iter();
    let steps = sequences.flat_map(|sequence| sequence["steps"].as_array().expect("steps"));
    let docs = steps.flat_map(|step| documents(step["doc"].as_str().unwrap_or_default()));
    docs.filter(|doc| kind_of(doc).is_some() && doc["metadata"]["name"].is_string()).collect()
}

/// Changes something somewhere in a document: a value becomes one of another type or shape.
fn disturb(value: &mut Value, rng: &mut fastrand::Rng) {
    let children = match value {
        Value::Object(map) => map.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if children > 0 && rng.u8(..) < 230 {
        let index = rng.usize(..children);
        let child = match value {
            Value::Object(map) => map.values_mut().nth(index),
            Value::Array(items) => items.get_mut(index),
            _ => None,
        };
        if let Some(child) = child {
            return disturb(child, rng);
        }
    }
    *value = match rng.u8(..12) {
        0 => Value::Null,
        1 => json!(rng.i64(..)),
        2 => json!(-1),
        3 => json!(0),
        4 => json!(1.5),
        5 => json!(true),
        6 => json!(""),
        7 => json!("Ünï cödé/\u{0}\n\"%s'"),
        8 => json!("a".repeat(300)),
        9 => json!([]),
        10 => json!({}),
        _ => json!([null, {"name": null}, [[]], "x"]),
    };
}

#[test]
fn no_document_panics() {
    let documents = recorded_documents();
    let mut rng = fastrand::Rng::with_seed(1);
    for round in 0..3_000 {
        let mut doc = documents[rng.usize(..documents.len())].clone();
        let kind = kind_of(&doc).expect("a built-in kind");
        let key = key_of(kind, &doc);
        let mut server = server();
        let _ = server.create(now(), kind, doc.clone(), &WriteOptions::default());
        for _ in 0..rng.usize(1..4) {
            disturb(&mut doc, &mut rng);
        }
        let answer = match round % 4 {
            0 => server.create(now(), kind, doc, &WriteOptions::default()),
            1 => server.update(now(), kind, doc, &WriteOptions::default()),
            2 => server.patch(now(), &key, &Patch::Strategic(doc), &WriteOptions::default()),
            _ => server.patch(now(), &key, &Patch::Merge(doc), &WriteOptions::default()),
        };
        if let Err(status) = answer {
            assert!(!status.message.is_empty());
        }
        let _ = server.delete(now(), &key, &DeleteOptions::default());
    }
}

#[test]
fn the_same_manifest_twice_changes_nothing() {
    for doc in recorded_documents() {
        let mut server = server();
        let Ok(first) = apply(&mut server, doc.clone(), &WriteOptions::default()) else { continue };
        let version = server.store().version();
        let second =
            apply(&mut server, doc.clone(), &WriteOptions::default()).expect("it was accepted before");
        assert_eq!(first.object.doc(), second.object.doc(), "{doc}");
        assert_eq!(server.store().version(), version, "{doc}");
        // What the server wrote, it takes back as it is.
        let kind = kind_of(&doc).expect("a built-in kind");
        let again = server.update(now(), kind, second.object.doc().clone(), &WriteOptions::default());
        assert_eq!(again.expect("its own document").object.doc(), second.object.doc(), "{doc}");
    }
}

/// Every address and node port that a Service holds belongs to it alone.
fn assert_one_holder_each(server: &ApiServer) {
    let mut holders: BTreeMap<String, String> = BTreeMap::new();
    for service in server.store().list_all(Kind::Service) {
        let spec = &service.doc()["spec"];
        let mut held: Vec<String> = Vec::new();
        held.extend(spec["clusterIPs"].as_array().into_iter().flatten().map(ToString::to_string));
        let ports = spec["ports"].as_array().into_iter().flatten();
        let mut numbers: Vec<String> = ports.map(|port| port["nodePort"].to_string()).collect();
        numbers.push(spec["healthCheckNodePort"].to_string());
        numbers.sort();
        numbers.dedup();
        held.extend(numbers);
        for what in held.into_iter().filter(|what| what != "null" && what != "\"None\"") {
            let holder = holders.insert(what.clone(), service.meta.name.to_string());
            assert_eq!(holder, None, "{what} belongs to {} too", service.meta.name);
        }
    }
}

#[test]
fn an_address_or_a_node_port_belongs_to_one() {
    let mut rng = fastrand::Rng::with_seed(2);
    let mut server = server();
    for round in 0..1_500 {
        let name = format!("s{}", rng.u8(..40));
        let kind = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"][rng.usize(..4)];
        let mut port = json!({"port": 80, "name": "http"});
        if kind != "ClusterIP" && kind != "ExternalName" && rng.bool() {
            port["nodePort"] = json!(30_000 + i64::from(rng.u8(..8)));
        }
        let mut spec = json!({"type": kind, "ports": [port]});
        match kind {
            "ExternalName" => spec["externalName"] = json!("example.com"),
            "LoadBalancer" if rng.bool() => spec["externalTrafficPolicy"] = json!("Local"),
            "ClusterIP" if rng.u8(..4) == 0 => {
                spec["clusterIP"] = json!(format!("10.96.0.{}", rng.u8(2..12)))
            }
            "ClusterIP" if rng.u8(..6) == 0 => spec["clusterIP"] = json!("None"),
            _ => {}
        }
        let doc = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec});
        let key = key_of(Kind::Service, &doc);
        let _ = match rng.u8(..5) {
            0 => server.delete(now(), &key, &DeleteOptions::default()).map(|_| ()),
            1 => server.update(now(), Kind::Service, doc, &WriteOptions::default()).map(|_| ()),
            2 => server.create(now(), Kind::Service, doc, &WriteOptions::dry_run()).map(|_| ()),
            _ => apply(&mut server, doc, &WriteOptions::default()).map(|_| ()),
        };
        if round % 20 == 0 {
            assert_one_holder_each(&server);
        }
    }
    assert_one_holder_each(&server);
    assert!(server.store().list_all(Kind::Service).count() > 5);
}
