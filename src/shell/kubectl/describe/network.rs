//! `describe` of Services, endpoints, policies and ingresses.

use super::super::doc::{int, items, joined, labels, or_none, shown, text};
use super::Page;
use crate::api::service::EndpointSlice;
use crate::api::{Gathered, Kind, Object, Selector, Value};

/// How many endpoints a Service's line lists.
const LISTED: usize = 3;

/// A Service's fields.
pub fn service(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let (spec, status) = (&doc["spec"], &doc["status"]);
    page.name(object);
    page.notes(doc);
    page.field(0, "Selector", labels(&spec["selector"]));
    page.field(0, "Type", text(&spec["type"]));
    if !spec["ipFamilyPolicy"].is_null() {
        page.field(0, "IP Family Policy", text(&spec["ipFamilyPolicy"]));
    }
    let words = |list: &Value| or_none(&items(list).iter().map(shown).collect::<Vec<_>>().join(","));
    page.field(0, "IP Families", words(&spec["ipFamilies"]));
    page.field(0, "IP", text(&spec["clusterIP"]));
    page.field(0, "IPs", words(&spec["clusterIPs"]));
    if !items(&spec["externalIPs"]).is_empty() {
        page.field(0, "External IPs", words(&spec["externalIPs"]));
    }
    for (name, key) in [("Desired LoadBalancer IP", "loadBalancerIP"), ("External Name", "externalName")] {
        if !text(&spec[key]).is_empty() {
            page.field(0, name, text(&spec[key]));
        }
    }
    let ingress: Vec<String> = items(&status["loadBalancer"]["ingress"]).iter().map(address).collect();
    if !ingress.is_empty() {
        page.field(0, "LoadBalancer Ingress", ingress.join(", "));
    }
    for port in items(&spec["ports"]) {
        let name = match text(&port["name"]) {
            "" => "<unset>",
            name => name,
        };
        let protocol = text(&port["protocol"]);
        page.field(0, "Port", format!("{name}\t{}/{protocol}", int(&port["port"])));
        page.field(0, "TargetPort", format!("{}/{protocol}", shown(&port["targetPort"])));
        if int(&port["nodePort"]) != 0 {
            page.field(0, "NodePort", format!("{name}\t{}/{protocol}", int(&port["nodePort"])));
        }
        let endpoints = service_endpoints(page, object, text(&port["name"]));
        page.field(0, "Endpoints", endpoints);
    }
    page.field(0, "Session Affinity", text(&spec["sessionAffinity"]));
    for (name, key) in [
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
        ("Traffic Distribution", "trafficDistribution"),
    ] {
        if !text(&spec[key]).is_empty() {
            page.field(0, name, text(&spec[key]));
        }
    }
    if int(&spec["healthCheckNodePort"]) != 0 {
        page.field(0, "HealthCheck NodePort", int(&spec["healthCheckNodePort"]).to_string());
    }
    if !items(&spec["loadBalancerSourceRanges"]).is_empty() {
        page.field(0, "LoadBalancer Source Ranges", words(&spec["loadBalancerSourceRanges"]));
    }
}

/// `192.0.2.1 (VIP)`, or a host's name.
fn address(ingress: &Value) -> String {
    let host = match text(&ingress["ip"]) {
        "" => text(&ingress["hostname"]),
        ip => ip,
    };
    match text(&ingress["ipMode"]) {
        "" => host.to_owned(),
        mode => format!("{host} ({mode})"),
    }
}

/// The ready endpoints of one port of a Service, from its slices.
fn service_endpoints(page: &Page<'_>, service: &Object, port: &str) -> String {
    let label = ("kubernetes.io/service-name".to_owned(), service.meta.name.to_string());
    let selector = Selector::labels(std::iter::once(label).into_map());
    let slices = page.store.select(Kind::EndpointSlice, &service.meta.namespace, &selector);
    let views = slices.iter().filter_map(|slice| slice.endpoint_slice());
    let all: Vec<String> = views.flat_map(|slice| ready_addresses(slice, port)).collect();
    let more = all.len().saturating_sub(LISTED);
    let list = all[..all.len() - more].join(",");
    if more > 0 { format!("{list} + {more} more...") } else { list }
}

fn ready_addresses(slice: &EndpointSlice, name: &str) -> Vec<String> {
    let ports = slice.ports.iter().filter(|port| port.name == name).filter_map(|port| port.port);
    let ports: Vec<u16> = ports.collect();
    let ready = slice.endpoints.iter().filter(|endpoint| endpoint.conditions.is_ready());
    let addresses = ready.flat_map(|endpoint| &endpoint.addresses);
    addresses
        .flat_map(|address| {
            let host = if address.contains(':') { format!("[{address}]") } else { address.to_string() };
            ports.iter().map(move |port| format!("{host}:{port}"))
        })
        .collect()
}

/// The fields of Endpoints.
pub fn endpoints(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.notes(doc);
    page.line(0, "Subsets:");
    for subset in items(&doc["subsets"]) {
        page.field(1, "Addresses", or_none(&joined(&subset["addresses"], "ip")));
        page.field(1, "NotReadyAddresses", or_none(&joined(&subset["notReadyAddresses"], "ip")));
        ports(page, &subset["ports"]);
        page.line(0, "");
    }
}

fn ports(page: &mut Page<'_>, list: &Value) {
    if items(list).is_empty() {
        return;
    }
    page.line(1, "Ports:");
    page.line(2, "Name\tPort\tProtocol");
    page.line(2, "----\t----\t--------");
    for port in items(list) {
        let name = match text(&port["name"]) {
            "" => "<unset>",
            name => name,
        };
        page.line(2, format!("{name}\t{}\t{}", int(&port["port"]), text(&port["protocol"])));
    }
}

/// An EndpointSlice's fields.
pub fn endpoint_slice(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    page.name(object);
    page.notes(doc);
    page.field(0, "AddressType", text(&doc["addressType"]));
    if items(&doc["ports"]).is_empty() {
        page.field(0, "Ports", "<unset>");
    } else {
        page.line(0, "Ports:");
        page.line(1, "Name\tPort\tProtocol");
        page.line(1, "----\t----\t--------");
        for port in items(&doc["ports"]) {
            let name = match text(&port["name"]) {
                "" => "<unset>",
                name => name,
            };
            let number = port["port"].as_i64().map_or("<unset>".to_owned(), |port| port.to_string());
            page.line(1, format!("{name}\t{number}\t{}", text(&port["protocol"])));
        }
    }
    if items(&doc["endpoints"]).is_empty() {
        page.field(0, "Endpoints", "<none>");
        return;
    }
    page.line(0, "Endpoints:");
    for endpoint in items(&doc["endpoints"]) {
        let addresses: Vec<String> = items(&endpoint["addresses"]).iter().map(shown).collect();
        page.field(1, "- Addresses", addresses.join(", "));
        page.line(2, "Conditions:");
        let ready =
            endpoint["conditions"]["ready"].as_bool().map_or("<unset>".to_owned(), |ready| ready.to_string());
        page.field(3, "Ready", ready);
        let or_unset = |value: &Value| {
            if text(value).is_empty() { "<unset>".to_owned() } else { text(value).to_owned() }
        };
        page.field(2, "Hostname", or_unset(&endpoint["hostname"]));
        let target = &endpoint["targetRef"];
        if target.is_object() {
            page.field(2, "TargetRef", format!("{}/{}", text(&target["kind"]), text(&target["name"])));
        }
        page.field(2, "NodeName", or_unset(&endpoint["nodeName"]));
        page.field(2, "Zone", or_unset(&endpoint["zone"]));
    }
}

/// A NetworkPolicy's fields.
pub fn network_policy(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let spec = &doc["spec"];
    page.name(object);
    let created = object.meta.created.rfc3339().replace('T', " ").replace('Z', " +0000 UTC");
    page.field(0, "Created on", created);
    page.notes(doc);
    page.flush();
    page.line(0, "Spec:");
    let selector = super::super::doc::selector(&spec["podSelector"]);
    let all = "<none> (Allowing the specific traffic to all pods in this namespace)";
    page.line(1, format!("PodSelector:     {}", if selector == "<none>" { all } else { &selector }));
    let types: Vec<&str> = items(&spec["policyTypes"]).iter().map(text).collect();
    for (direction, kind, key, peers, from) in
        [("ingress", "Ingress", "ingress", "from", "From"), ("egress", "Egress", "egress", "to", "To")]
    {
        if !types.contains(&kind) {
            page.line(1, format!("Not affecting {direction} traffic"));
            continue;
        }
        page.line(1, format!("Allowing {direction} traffic:"));
        let rules = items(&spec[key]);
        if rules.is_empty() {
            page.line(2, format!("<none> (Selected pods are isolated for {direction} connectivity)"));
        }
        for (index, rule) in rules.iter().enumerate() {
            policy_rule(page, rule, peers, from);
            if index + 1 < rules.len() {
                page.line(2, "----------");
            }
        }
    }
    page.line(1, format!("Policy Types: {}", types.join(", ")));
}

fn policy_rule(page: &mut Page<'_>, rule: &Value, peers: &str, from: &str) {
    if items(&rule["ports"]).is_empty() {
        page.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in items(&rule["ports"]) {
        let protocol = match text(&port["protocol"]) {
            "" => "TCP",
            protocol => protocol,
        };
        // A protocol without a port is what Go prints of a pointer to none.
        let number = if port["port"].is_null() { "<nil>".to_owned() } else { shown(&port["port"]) };
        page.line(
            2,
            match port["endPort"].as_i64() {
                Some(last) => format!("To Port Range: {number}-{last}/{protocol}"),
                None => format!("To Port: {number}/{protocol}"),
            },
        );
    }
    if items(&rule[peers]).is_empty() {
        let what = if from == "From" { "source" } else { "destination" };
        page.line(2, format!("{from}: <any> (traffic not restricted by {what})"));
    }
    for peer in items(&rule[peers]) {
        page.line(2, format!("{from}:"));
        let chosen = |key: &str| super::super::doc::selector(&peer[key]);
        if peer["ipBlock"].is_object() {
            page.line(3, "IPBlock:");
            page.line(4, format!("CIDR: {}", text(&peer["ipBlock"]["cidr"])));
            let except: Vec<String> = items(&peer["ipBlock"]["except"]).iter().map(shown).collect();
            page.line(4, format!("Except: {}", except.join(", ")));
        }
        if peer["namespaceSelector"].is_object() {
            page.line(3, format!("NamespaceSelector: {}", chosen("namespaceSelector")));
        }
        if peer["podSelector"].is_object() {
            page.line(3, format!("PodSelector: {}", chosen("podSelector")));
        }
    }
}

/// An Ingress's fields.
pub fn ingress(page: &mut Page<'_>, object: &Object) {
    let doc = object.doc();
    let spec = &doc["spec"];
    page.field(0, "Name", &object.meta.name);
    page.labels("Labels", &doc["metadata"]["labels"]);
    page.field(0, "Namespace", &object.meta.namespace);
    let addresses: Vec<String> =
        items(&doc["status"]["loadBalancer"]["ingress"]).iter().map(address).collect();
    page.field(0, "Address", addresses.join(","));
    let class = match text(&spec["ingressClassName"]) {
        "" => "<none>",
        class => class,
    };
    page.field(0, "Ingress Class", class);
    let default = &spec["defaultBackend"];
    let backend = if default.is_object() { backend(page, object, default) } else { "<default>".to_owned() };
    page.field(0, "Default backend", backend);
    if !items(&spec["tls"]).is_empty() {
        page.line(0, "TLS:");
        for tls in items(&spec["tls"]) {
            let hosts: Vec<String> = items(&tls["hosts"]).iter().map(shown).collect();
            match text(&tls["secretName"]) {
                "" => page.line(1, format!("SNI routes {}", hosts.join(","))),
                secret => page.line(1, format!("{secret} terminates {}", hosts.join(","))),
            }
        }
    }
    page.line(0, "Rules:");
    page.line(1, "Host\tPath\tBackends");
    page.line(1, "----\t----\t--------");
    for rule in items(&spec["rules"]) {
        let host = match text(&rule["host"]) {
            "" => "*",
            host => host,
        };
        page.line(1, format!("{host}\t"));
        for path in items(&rule["http"]["paths"]) {
            let to = self::backend(page, object, &path["backend"]);
            page.line(1, format!("\t{} \t{to}", text(&path["path"])));
        }
    }
    page.annotations("Annotations", &doc["metadata"]["annotations"]);
}

fn backend(page: &Page<'_>, ingress: &Object, backend: &Value) -> String {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    if resource.is_object() {
        let group = match text(&resource["apiGroup"]) {
            "" => "<none>",
            group => group,
        };
        let (kind, name) = (text(&resource["kind"]), text(&resource["name"]));
        return format!("APIGroup: {group}, Kind: {kind}, Name: {name}");
    }
    let name = text(&service["name"]);
    let port = match service["port"]["number"].as_i64() {
        Some(number) => number.to_string(),
        None => text(&service["port"]["name"]).to_owned(),
    };
    let found = page.store.find(Kind::Service, &ingress.meta.namespace, name);
    let endpoints = match found {
        Some(object) => {
            let ports = object.service().map(|view| view.spec.ports.clone()).unwrap_or_default();
            let chosen = ports.iter().find(|own| own.name == port || own.port.to_string() == port);
            chosen.map(|port| service_endpoints(page, object, &port.name)).unwrap_or_default()
        }
        None => format!("<error: services \"{name}\" not found>"),
    };
    format!("{name}:{port} ({endpoints})")
}
