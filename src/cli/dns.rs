//! `playground dns`: what CoreDNS answers for the objects of manifests.

use super::Failure;
use super::given::Given;
use cluster_playground::api::{Kind, Object, json};
use cluster_playground::apiserver::Store;
use cluster_playground::dns::{Question, Record, RecordType, Response, Transport, ZoneConfig, to_json, zone};
use cluster_playground::proxy::Mode;
use lexopt::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// The size that dig offers with EDNS.
const EDNS_SIZE: u16 = 1232;

pub fn run(mut arguments: lexopt::Parser) -> Result<ExitCode, Failure> {
    let (mut path, mut words, mut as_json) = (None, Vec::new(), false);
    let mut transport = Transport::Edns(EDNS_SIZE);
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('f') | Long("filename") => path = Some(PathBuf::from(arguments.value()?)),
            Long("json") => as_json = true,
            Long("tcp") => transport = Transport::Tcp,
            Long("no-edns") => transport = Transport::Udp,
            Value(word) => words.push(word.string()?),
            // `--1.default.pod.cluster.local` is a name too: that of the pod at ::1.
            Long(name) if name.contains('.') => words.push(format!("--{name}")),
            other => return Err(other.unexpected().into()),
        }
    }
    let path = path.ok_or_else(|| Failure::Usage("-f DIR|FILE is missing".into()))?;
    let (name, kind) = match words.as_slice() {
        [name] => (name, "A"),
        [name, kind] => (name, kind.as_str()),
        [] => return Err(Failure::Usage("NAME is missing".into())),
        _ => return Err(Failure::Usage("one NAME and one TYPE at most".into())),
    };
    let kind = RecordType::parse(kind).ok_or_else(|| Failure::Usage(format!("unknown type {kind:?}")))?;
    let mut store = Given::read(&path, Mode::Iptables)?.store;
    complete(&mut store);
    let question = Question::new(name, kind);
    let mut response = zone::answer(&store, &ZoneConfig::of_cluster(&store), &question);
    transport.fit(&question, &mut response);
    if as_json {
        println!("{}", to_json(&response));
    } else {
        print(&question, &response);
    }
    Ok(ExitCode::SUCCESS)
}

/// What every cluster has and manifests leave out: the namespaces of what is given, the API server's
/// Service, and the DNS itself.
fn complete(store: &mut Store) {
    let given = store.iter().map(|object| object.meta.namespace.to_string());
    let usual = ["default", "kube-system", "kube-public", "kube-node-lease"].map(str::to_owned);
    let namespaces: BTreeSet<String> = given.chain(usual).filter(|name| !name.is_empty()).collect();
    for name in namespaces {
        put_new(store, Object::new(Kind::Namespace, json!({"metadata": {"name": name}})));
    }
    let service = |namespace: &str, name: &str, ip: &str, ports| {
        let spec = json!({"type": "ClusterIP", "clusterIP": ip, "clusterIPs": [ip], "ports": ports});
        Object::new(Kind::Service, json!({"metadata": {"name": name, "namespace": namespace}, "spec": spec}))
    };
    let https = json!([{"name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443}]);
    put_new(store, service("default", "kubernetes", "10.96.0.1", https));
    let has_dns = store.find(Kind::Service, "kube-system", "kube-dns").is_some();
    let ports = json!([
        {"name": "dns", "protocol": "UDP", "port": 53, "targetPort": 53},
        {"name": "dns-tcp", "protocol": "TCP", "port": 53, "targetPort": 53},
        {"name": "metrics", "protocol": "TCP", "port": 9153, "targetPort": 9153},
    ]);
    if !has_dns {
        let slice = json!({
            "metadata": {"name": "kube-dns-1", "namespace": "kube-system",
                "labels": {"kubernetes.io/service-name": "kube-dns"}},
            "addressType": "IPv4", "ports": ports, "endpoints": [{"addresses": ["10.244.0.2"]}],
        });
        put_new(store, Object::new(Kind::EndpointSlice, slice));
        put_new(store, service("kube-system", "kube-dns", "10.96.0.10", ports));
    }
}

fn put_new(store: &mut Store, object: Object) {
    if store.get(&object.key()).is_none() {
        store.put(object);
    }
}

fn print(question: &Question, response: &Response) {
    println!("{}. {}: {}, {}", question.name, question.kind, response.rcode.as_str(), response.flags());
    let sections = [
        ("answer", &response.answer),
        ("authority", &response.authority),
        ("additional", &response.additional),
    ];
    for (title, records) in sections {
        section(title, records);
    }
}

fn section(title: &str, records: &[Record]) {
    if !records.is_empty() {
        println!("{title}:");
    }
    for record in records {
        println!("  {record}");
    }
}
