//! Writes one by one: conflicts, dry runs, generated names, grace, finalizers, types that change, quotas.

use super::{apply, create, key_of, kind_of, now, server};
use cluster_playground::api::{Key, Kind, Status, Value, json};
use cluster_playground::apiserver::patch::Patch;
use cluster_playground::apiserver::{ApiServer, DeleteOptions, Deleted, Propagation, WriteOptions, Written};

fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}})
}

fn service(name: &str, spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})
}

fn refused(answer: Result<Written, Status>) -> String {
    answer.expect_err("it is refused").message
}

fn try_create(server: &mut ApiServer, doc: Value) -> Result<Written, Status> {
    let kind = kind_of(&doc).expect("a built-in kind");
    server.create(now(), kind, doc, &WriteOptions::default())
}

#[test]
fn a_stale_version_is_a_conflict() {
    let mut server = server();
    let written = create(&mut server, service("web", json!({"ports": [{"port": 80}]})));
    let mut doc = written.object.doc().clone();
    doc["metadata"]["resourceVersion"] = json!("1");
    assert_eq!(
        refused(server.update(now(), Kind::Service, doc, &WriteOptions::default())),
        "Operation cannot be fulfilled on services \"web\": the object has been modified; please apply your changes to the latest version and try again"
    );
}

#[test]
fn a_dry_run_stores_nothing() {
    let mut server = server();
    let version = server.store().version();
    let doc = service("web", json!({"type": "NodePort", "ports": [{"port": 80}]}));
    let written = server.create(now(), Kind::Service, doc, &WriteOptions::dry_run()).expect("it is accepted");
    assert!(written.object.doc()["spec"]["clusterIP"].is_string());
    assert!(written.object.doc()["metadata"]["resourceVersion"].is_null());
    assert_eq!(server.store().version(), version);
}

#[test]
fn a_name_is_generated_and_an_existing_one_refused() {
    let mut server = server();
    let mut doc = pod("x");
    doc["metadata"] = json!({"generateName": "web-"});
    let name = create(&mut server, doc).object.meta.name.clone();
    assert!(name.starts_with("web-") && name.len() == 9, "{name}");
    create(&mut server, pod("web"));
    assert_eq!(refused(try_create(&mut server, pod("web"))), "pods \"web\" already exists");
    let mut stray = pod("a");
    stray["metadata"]["namespace"] = json!("nope");
    assert_eq!(refused(try_create(&mut server, stray)), "namespaces \"nope\" not found");
}

#[test]
fn a_running_pod_has_its_grace_and_a_finalizer_holds_what_is_deleted() {
    let mut server = server();
    let mut doc = pod("web");
    doc["spec"]["nodeName"] = json!("node1");
    create(&mut server, doc);
    let key = Key::new(Kind::Pod, "default", "web");
    let deleted = server.delete(now(), &key, &DeleteOptions::default()).expect("it is there");
    let Deleted::Terminating(object) = deleted else { panic!("it is gone at once") };
    assert_eq!(object.meta.deletion_grace, Some(30));
    let force = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    assert!(matches!(server.delete(now(), &key, &force), Ok(Deleted::Gone(_))));
    create(&mut server, pod("waiting"));
    let key = Key::new(Kind::Pod, "default", "waiting");
    assert!(matches!(server.delete(now(), &key, &DeleteOptions::default()), Ok(Deleted::Gone(_))));

    let held = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "held", "finalizers": ["example.com/hold"]}});
    let key = key_of(Kind::ConfigMap, &held);
    create(&mut server, held);
    assert!(matches!(server.delete(now(), &key, &DeleteOptions::default()), Ok(Deleted::Terminating(_))));
    let freed = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    server.patch(now(), &key, &freed, &WriteOptions::default()).expect("it is there");
    assert!(server.store().get(&key).is_none());
}

#[test]
fn a_terminating_namespace_takes_nothing_new() {
    let mut server = server();
    create(&mut server, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}));
    let key = Key::new(Kind::Namespace, "", "shop");
    let options = DeleteOptions { propagation: Propagation::Background, ..DeleteOptions::default() };
    let deleted = server.delete(now(), &key, &options).expect("it is there");
    assert_eq!(deleted.object().doc()["status"]["phase"], "Terminating");
    let late =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late", "namespace": "shop"}});
    assert_eq!(
        refused(try_create(&mut server, late)),
        "configmaps \"late\" is forbidden: unable to create new content in namespace shop because it is being terminated"
    );
    server.finalize_namespace("shop").expect("it is there");
    assert!(server.store().get(&key).is_none());
}

#[test]
fn a_service_that_changes_its_type_drops_what_it_needs_no_more() {
    let mut server = server();
    let ports = json!([{"port": 80}]);
    let mut seen = Vec::new();
    for kind in ["ClusterIP", "NodePort", "LoadBalancer", "ClusterIP"] {
        let doc = service("web", json!({"type": kind, "ports": ports}));
        let written = apply(&mut server, doc, &WriteOptions::default()).expect("it is accepted");
        let spec = &written.object.doc()["spec"];
        seen.push((
            spec["clusterIP"].clone(),
            spec["ports"][0]["nodePort"].clone(),
            spec["externalTrafficPolicy"].clone(),
        ));
    }
    assert!(seen.iter().all(|(ip, _, _)| *ip == seen[0].0), "the address stays: {seen:?}");
    assert!(seen[1].1.is_number() && seen[1].1 == seen[2].1, "the node port stays: {seen:?}");
    assert!(seen[3].1.is_null() && seen[3].2.is_null(), "both go: {seen:?}");
    let external = service("web", json!({"type": "ExternalName", "externalName": "example.com"}));
    let written = apply(&mut server, external, &WriteOptions::default()).expect("it is accepted");
    assert!(written.object.doc()["spec"]["clusterIP"].is_null());
}

#[test]
fn generations_count_changes_of_what_is_desired() {
    let mut server = server();
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}});
    let key = key_of(Kind::Deployment, &deployment);
    create(&mut server, deployment);
    let mut generation = |patch: Value| {
        let written = server.patch(now(), &key, &Patch::Strategic(patch), &WriteOptions::default());
        written.expect("it is accepted").object.meta.generation
    };
    assert_eq!(generation(json!({"metadata": {"labels": {"a": "b"}}})), 1);
    assert_eq!(generation(json!({"spec": {"replicas": 3}})), 2);
    assert_eq!(generation(json!({"spec": {"replicas": 3}})), 2);
    assert_eq!(generation(json!({"status": {"replicas": 3}})), 2);
    assert_eq!(generation(json!({"spec": {"replicas": null}})), 3);
}

#[test]
fn limits_and_quotas_hold() {
    let mut server = server();
    create(
        &mut server,
        json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "lim"}, "spec": {"limits": [
            {"type": "Container", "default": {"cpu": "200m"}, "defaultRequest": {"cpu": "100m"}, "max": {"cpu": "1"}}]}}),
    );
    create(
        &mut server,
        json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"},
            "spec": {"hard": {"pods": "1", "services": "9"}}}),
    );
    let mut big = pod("big");
    big["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": "2"}});
    assert_eq!(
        refused(try_create(&mut server, big)),
        "pods \"big\" is forbidden: maximum cpu usage per Container is 1, but limit is 2"
    );
    let small = create(&mut server, pod("small"));
    let resources = &small.object.doc()["spec"]["containers"][0]["resources"];
    assert_eq!(resources, &json!({"limits": {"cpu": "200m"}, "requests": {"cpu": "100m"}}));
    assert_eq!(
        refused(try_create(&mut server, pod("second"))),
        "pods \"second\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1"
    );
}

#[test]
fn ephemeral_containers_have_a_way_of_their_own() {
    let mut server = server();
    create(&mut server, pod("web"));
    let key = Key::new(Kind::Pod, "default", "web");
    let debugger =
        |target: &str| vec![json!({"name": "debugger", "image": "busybox", "targetContainerName": target})];
    let status =
        server.add_ephemeral_containers(&key, debugger("nope")).expect_err("there is no such container");
    assert_eq!(
        (status.causes[0].field.as_str(), status.causes[0].message.as_str()),
        ("spec.ephemeralContainers[0].targetContainerName", "Not found: \"nope\"")
    );
    let written = server.add_ephemeral_containers(&key, debugger("c")).expect("it is accepted");
    let added = &written.object.doc()["spec"]["ephemeralContainers"][0];
    assert_eq!(added["imagePullPolicy"], "Always");
}
