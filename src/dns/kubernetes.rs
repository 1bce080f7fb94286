//! What the objects of the cluster put behind a name: the lookups of CoreDNS's `kubernetes` plugin.
//!
//! It finds targets (addresses or aliases) and leaves records and sections to [`super::zone`].

use super::name::{below, labels};
use crate::api::service::{EndpointPort, ServiceType};
use crate::api::{Gathered, Kind, Object, Selector};
use crate::apiserver::Store;
use std::net::IpAddr;
use std::sync::Arc;

/// The label that ties a slice to its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The name does not exist, as opposed to one that exists without records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchName;

/// What a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An address.
    Ip(IpAddr),
    /// Another name, without the trailing dot.
    Alias(String),
}

impl Host {
    fn parse(text: &str) -> Self {
        match text.parse::<IpAddr>() {
            Ok(ip) => Self::Ip(ip.to_canonical()),
            Err(_) => Self::Alias(text.strip_suffix('.').unwrap_or(text).to_owned()),
        }
    }
}

/// One thing a name leads to, and what an SRV record says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub host: Host,
    /// The port; `None` where neither Service nor slice lists one.
    pub port: Option<u16>,
    /// The name of the target itself: an endpoint's own, or the Service's.
    pub name: String,
}

/// Which of the two subdomains of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tree {
    Pods,
    Services,
}

/// A name below a zone, taken apart from the right: `endpoint.service.namespace.svc`,
/// `_port._protocol.service.namespace.svc`, or less of it.
struct Request<'a> {
    tree: Tree,
    namespace: &'a str,
    service: &'a str,
    endpoint: &'a str,
    port: &'a str,
    protocol: &'a str,
}

impl<'a> Request<'a> {
    /// `None` for the names that only hold others: the zone, `svc` and `pod`.
    fn parse(base: &'a str) -> Result<Option<Self>, NoSuchName> {
        let labels = labels(base);
        let (&last, rest) = match labels.split_last() {
            None => return Ok(None),
            Some((&("svc" | "pod"), [])) => return Ok(None),
            Some(split) => split,
        };
        let tree = match last {
            "pod" => Tree::Pods,
            "svc" => Tree::Services,
            _ => return Err(NoSuchName),
        };
        let mut request = Self { tree, namespace: "", service: "", endpoint: "", port: "", protocol: "" };
        match *rest {
            [namespace] => request.namespace = namespace,
            [service, namespace] => (request.service, request.namespace) = (service, namespace),
            [endpoint, service, namespace] => {
                (request.endpoint, request.service, request.namespace) = (endpoint, service, namespace);
            }
            [port, protocol, service, namespace] => {
                (request.service, request.namespace) = (service, namespace);
                request.port = port.strip_prefix('_').unwrap_or(port);
                request.protocol = protocol.strip_prefix('_').unwrap_or(protocol);
            }
            _ => return Err(NoSuchName),
        }
        Ok(Some(request))
    }

    fn wants_port(&self, name: &str, protocol: &str) -> bool {
        (self.port.is_empty() || self.port.eq_ignore_ascii_case(name))
            && (self.protocol.is_empty() || self.protocol.eq_ignore_ascii_case(protocol))
    }
}

/// What `name` (in lower case) leads to within `zone` (as the question wrote it). An empty list is a
/// name that exists and leads nowhere.
pub fn targets(store: &Store, name: &str, zone: &str) -> Result<Vec<Target>, NoSuchName> {
    let Some(request) = Request::parse(below(name, zone))? else { return Ok(Vec::new()) };
    if name.ends_with(".in-addr.arpa") || name.ends_with(".ip6.arpa") {
        return Err(NoSuchName);
    }
    store.find(Kind::Namespace, "", request.namespace).ok_or(NoSuchName)?;
    if request.service.is_empty() {
        return Ok(Vec::new());
    }
    match request.tree {
        Tree::Pods => pod(&request, zone),
        Tree::Services => {
            let service = store.find(Kind::Service, request.namespace, request.service).ok_or(NoSuchName)?;
            let found = service_targets(store, &request, service, zone);
            if found.is_empty() { Err(NoSuchName) } else { Ok(found) }
        }
    }
}

/// `10-244-1-4` is an address in other letters; with `pods insecure` no pod need have it.
fn pod(request: &Request<'_>, zone: &str) -> Result<Vec<Target>, NoSuchName> {
    let label = request.service;
    let is_v4 = label.matches('-').count() == 3 && !label.contains("--");
    let ip: IpAddr = label.replace('-', if is_v4 { "." } else { ":" }).parse().map_err(|_| NoSuchName)?;
    let name = format!("{label}.{}.pod.{zone}", request.namespace);
    Ok(vec![Target { host: Host::Ip(ip.to_canonical()), port: Some(0), name }])
}

fn service_targets(store: &Store, request: &Request<'_>, object: &Object, zone: &str) -> Vec<Target> {
    let Some(service) = object.service() else { return Vec::new() };
    let own_name = format!("{}.{}.svc.{zone}", object.meta.name, object.meta.namespace);
    if service.spec.kind == ServiceType::ExternalName {
        let host = Host::parse(&service.spec.external_name);
        let plain = request.endpoint.is_empty() && request.port.is_empty() && request.protocol.is_empty();
        // An address as externalName would be an alias to a name of digits; CoreDNS serves none.
        let served = plain && matches!(host, Host::Alias(_));
        return if served { vec![Target { host, port: Some(0), name: own_name }] } else { Vec::new() };
    }
    if service.spec.is_headless() || !request.endpoint.is_empty() {
        return endpoint_targets(store, request, object, &own_name);
    }
    let ports =
        service.spec.ports.iter().map(|port| (port.name.as_str(), port.protocol.as_str(), Some(port.port)));
    let unlisted = service.spec.ports.is_empty().then_some(("", "", None));
    ports
        .chain(unlisted)
        .filter(|(name, protocol, _)| request.wants_port(name, protocol))
        .flat_map(|(_, _, port)| {
            let addresses = service.spec.virtual_ips().into_iter().map(Host::parse);
            addresses.map(move |host| (host, port))
        })
        .map(|(host, port)| Target { host, port, name: own_name.clone() })
        .collect()
}

fn endpoint_targets(store: &Store, request: &Request<'_>, service: &Object, own_name: &str) -> Vec<Target> {
    let mut found = Vec::new();
    for slice in slices_of(store, &service.meta.namespace, &service.meta.name) {
        let Some(slice) = slice.endpoint_slice() else { continue };
        let unlisted = [EndpointPort::default()];
        let ports = if slice.ports.is_empty() { &unlisted[..] } else { &slice.ports };
        for endpoint in slice.endpoints.iter().filter(|endpoint| endpoint.conditions.is_ready()) {
            for address in &endpoint.addresses {
                let label = endpoint_label(endpoint.hostname.as_deref(), address);
                if !request.endpoint.is_empty() && !request.endpoint.eq_ignore_ascii_case(&label) {
                    continue;
                }
                for port in ports {
                    let protocol = if slice.ports.is_empty() { "" } else { port.protocol.as_str() };
                    if request.wants_port(&port.name, protocol) {
                        let name = format!("{label}.{own_name}");
                        found.push(Target { host: Host::parse(address), port: port.port, name });
                    }
                }
            }
        }
    }
    found
}

fn slices_of<'a>(store: &'a Store, namespace: &str, service: &str) -> Vec<&'a Arc<Object>> {
    let of_service = Selector::labels([(SERVICE_NAME.to_owned(), service.to_owned())].into_iter().into_map());
    store.select(Kind::EndpointSlice, namespace, &of_service)
}

/// The first ready endpoint of a Service.
pub fn first_endpoint(store: &Store, namespace: &str, service: &str) -> Option<IpAddr> {
    let slices =
        slices_of(store, namespace, service).into_iter().filter_map(|object| object.endpoint_slice());
    let mut ready =
        slices.flat_map(|slice| &slice.endpoints).filter(|endpoint| endpoint.conditions.is_ready());
    ready.find_map(|endpoint| endpoint.addresses.first()?.parse().ok())
}

/// The label DNS gives an endpoint: its host name, or else its address with dashes.
fn endpoint_label(hostname: Option<&str>, address: &str) -> String {
    match hostname {
        Some(hostname) if !hostname.is_empty() => hostname.to_owned(),
        _ if address.contains('.') => address.replace('.', "-"),
        _ => {
            let label = address.replace(':', "-");
            // A label must not end with a dash: `fd00::` is named `fd00--0`.
            if label.ends_with('-') { label + "0" } else { label }
        }
    }
}

/// The names an address has: the Service that owns it, or else every endpoint that does, each once.
pub fn names_of(store: &Store, ip: IpAddr, domain: &str) -> Vec<String> {
    let ip = ip.to_string();
    if let Some(service) = store.services_with_ip(&ip).first() {
        return vec![format!("{}.{}.svc.{domain}", service.meta.name, service.meta.namespace)];
    }
    let mut names = Vec::new();
    for object in store.slices_with_ip(&ip) {
        let (Some(slice), Some(service)) = (object.endpoint_slice(), object.meta.labels.get(SERVICE_NAME))
        else {
            continue;
        };
        for endpoint in slice.endpoints.iter().filter(|endpoint| endpoint.conditions.is_ready()) {
            if endpoint.addresses.iter().any(|address| *address == ip) {
                let label = endpoint_label(endpoint.hostname.as_deref(), &ip);
                let name = format!("{label}.{service}.{}.svc.{domain}", object.meta.namespace);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    names
}

/// The name servers of a zone and their addresses: the Services whose ready endpoints include the
/// DNS pod itself, or else its addresses alone.
pub fn name_servers(store: &Store, local_ips: &[IpAddr], zone: &str) -> Vec<(String, IpAddr)> {
    let mut servers = Vec::new();
    let mut has_endpoints = false;
    for local in local_ips {
        let local = local.to_string();
        for object in store.slices_with_ip(&local) {
            let (Some(slice), Some(name)) = (object.endpoint_slice(), object.meta.labels.get(SERVICE_NAME))
            else {
                continue;
            };
            let ready = || slice.endpoints.iter().filter(|endpoint| endpoint.conditions.is_ready());
            if !ready().any(|endpoint| endpoint.addresses.iter().any(|address| *address == local)) {
                continue;
            }
            has_endpoints = true;
            let Some(service) = store.find(Kind::Service, &object.meta.namespace, name) else { continue };
            let Some(spec) = service.service().map(|service| &service.spec) else { continue };
            let own_name = format!("{name}.{}.svc.{zone}", object.meta.namespace);
            if spec.is_headless() {
                for endpoint in ready() {
                    for address in &endpoint.addresses {
                        let label = endpoint_label(endpoint.hostname.as_deref(), address);
                        servers.extend(address.parse().ok().map(|ip| (format!("{label}.{own_name}"), ip)));
                    }
                }
            } else {
                let addresses = spec.virtual_ips().into_iter().filter_map(|ip| ip.parse().ok());
                servers.extend(addresses.map(|ip| (own_name.clone(), ip)));
            }
        }
    }
    if !has_endpoints {
        servers = local_ips.iter().map(|ip| (format!("ns.dns.{zone}"), *ip)).collect();
    }
    servers
}
