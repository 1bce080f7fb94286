//! Views over the whole network: the matrix of who reaches what, and what a reviewer would say.

use crate::world::{World, pod};
use cluster_playground::api::{Kind, json};
use cluster_playground::net::Source;
use cluster_playground::net::lint::lint;
use cluster_playground::net::reach::Matrix;

/// The words of a matrix, a line a source.
fn words(matrix: &Matrix) -> Vec<String> {
    let row = |source: &Source| {
        let cells = matrix.targets().iter().filter_map(|target| matrix.cell(source, target));
        let words: Vec<&str> = cells.map(|cell| cell.word()).collect();
        format!("{}: {}", source.words(), words.join(" "))
    };
    matrix.sources().iter().map(row).collect()
}

#[test]
fn a_matrix_shows_who_reaches_what() {
    let mut world = World::basic();
    let mut matrix = Matrix::default();
    world.with_network(|network| matrix.update(network));
    // Not from coredns: what the system asks is nobody's question.
    assert_eq!(words(&matrix), ["api: yes yes", "client: yes yes", "your machine: timeout timeout"]);
}

#[test]
fn a_matrix_asks_again_only_what_an_edit_touches() {
    let mut world = World::basic();
    let mut matrix = Matrix::default();
    assert_eq!(world.with_network(|network| matrix.update(network)), 6);
    assert_eq!(world.with_network(|network| matrix.update(network)), 0, "nothing changed");

    world.edit(Kind::EndpointSlice, "api-1", "endpoints", json!([]));
    assert_eq!(world.with_network(|network| matrix.update(network)), 3, "one column");
    assert_eq!(words(&matrix)[1], "client: refused yes");

    world.edit(Kind::Pod, "client", "metadata.annotations", json!({"seen": "yes"}));
    assert_eq!(world.with_network(|network| matrix.update(network)), 2, "one row");

    world.edit(Kind::Pod, "coredns", "status.phase", "Failed".into());
    assert_eq!(world.with_network(|network| matrix.update(network)), 6, "names concern everyone");

    // Whatever was edited, a fresh matrix says the same.
    let mut fresh = Matrix::default();
    world.with_network(|network| fresh.update(network));
    assert_eq!(words(&matrix), words(&fresh));
}

#[test]
fn one_bad_endpoint_of_two_is_partly() {
    let mut world = World::basic();
    world.second_api();
    world.edit(Kind::Pod, "api-2", "spec.containers.0.ports", json!([]));
    let mut matrix = Matrix::default();
    world.with_network(|network| matrix.update(network));
    let api = matrix.targets()[0].clone();
    let cell = matrix.cell(&pod("client"), &api).expect("a cell");
    assert_eq!((cell.word(), cell.answered, cell.met), ("partly", 1, 2));
    assert!(cell.trace.explanation().why.contains("api-2"), "the cell opens the trace that failed");
}

#[test]
fn a_reviewer_finds_what_is_wrong_before_any_packet_flies() {
    let cases = [
        ("a sound cluster", None, ""),
        (
            "a selector typo",
            Some(("service/api", "spec.selector", json!({"app": "api-svc"}))),
            "selector-matches-nothing service/api spec.selector: selector app=api-svc matches no pods; \
             nearest is pod/api, where app is api",
        ),
        (
            "a targetPort nobody opens",
            Some(("service/api", "spec.ports.0.targetPort", json!(8080))),
            "target-port-not-open service/api spec.ports[0].targetPort: targetPort 8080 is not among the \
             ports that pod/api declares",
        ),
        (
            "a URL that names no Service",
            Some((
                "pod/client",
                "spec.containers.0.env",
                json!([{"name": "Api__Url", "value": "http://apj/rng"}]),
            )),
            "url-names-no-service pod/client spec.containers[0].env[0].value: Api__Url asks for apj, and \
             namespace default has no Service apj; nearest is api",
        ),
        (
            "a URL with a port the Service does not list",
            Some((
                "pod/client",
                "spec.containers.0.env",
                json!([{"name": "URL", "value": "http://api.default:8080/"}]),
            )),
            "url-port-not-listed pod/client spec.containers[0].env[0].value: URL asks for port 8080 of \
             Service api, which lists 80",
        ),
        (
            "a probe of a port that is not there",
            Some((
                "pod/api",
                "spec.containers.0.readinessProbe",
                json!({"httpGet": {"path": "/", "port": 8080}}),
            )),
            "probe-port-not-open pod/api spec.containers[0].readinessProbe.httpGet.port: readinessProbe asks \
             for port 8080, which container c does not declare",
        ),
        (
            "a headless Service with another port",
            Some((
                "service/api",
                "spec",
                json!({"clusterIP": "None", "selector": {"app": "api"}, "ports": [{"port": 8080, "targetPort": 80}]}),
            )),
            "headless-port-differs service/api spec.ports[0].port: a headless Service translates no ports: \
             clients must use 80, not 8080",
        ),
    ];
    for (case, edit, wanted) in cases {
        let mut world = World::basic();
        if let Some((object, path, value)) = edit {
            let (kind, name) = object.split_once('/').expect("kind/name");
            world.edit(if kind == "pod" { Kind::Pod } else { Kind::Service }, name, path, value);
        }
        assert_eq!(found(&world), wanted, "{case}");
    }
}

fn found(world: &World) -> String {
    let findings = lint(&world.store, &world.setting);
    let lines: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {} {}: {}", f.rule, f.field.object, f.field.path, f.message))
        .collect();
    lines.join("\n")
}

#[test]
fn a_reviewer_finds_clashes_and_policies_that_cut_off_names() {
    let mut world = World::basic();
    let spec = json!({"type": "NodePort", "clusterIP": "10.96.0.51", "selector": {"app": "api"},
        "ports": [{"port": 80, "targetPort": 80, "nodePort": 30080}]});
    world.edit(Kind::Service, "api", "spec", spec.clone());
    world.put(json!({"kind": "Service", "metadata": {"name": "zwei", "namespace": "default"}, "spec": spec}));
    world.put(json!({"kind": "NetworkPolicy", "metadata": {"name": "out", "namespace": "default"},
        "spec": {"podSelector": {"matchLabels": {"app": "client"}}, "policyTypes": ["Egress"],
            "egress": [{"to": [{"podSelector": {}}]}]}}));
    assert_eq!(
        found(&world),
        "node-port-clash service/zwei spec.ports[0].nodePort: node port 30080 belongs to service/api\n\
         policy-blocks-dns networkpolicy/out spec.egress: pod/client may not ask the cluster's DNS: no rule \
         allows UDP port 53 to it"
    );
}
