//! Validation of Endpoints and EndpointSlices.

use super::addresses::non_special_ip;
use super::meta::{object_meta, object_meta_update};
use super::names::{BAD_IP, IMMUTABLE, ip, label, port_number, qualified, sloppy_ip, subdomain};
use super::service::PROTOCOLS;
use crate::api::{Kind, Value};
use crate::apiserver::document::{has, int, items, text};
use crate::apiserver::field::{Errors, Path};
use std::collections::BTreeSet;

const ADDRESS_TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];
const MOST_ADDRESSES: usize = 100;
const MOST_ENDPOINTS: usize = 1000;
const MOST_PORTS: usize = 20_000;

pub(super) fn endpoints(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    if let Some(old) = old {
        object_meta_update(errors, &old["metadata"], &doc["metadata"]);
    } else {
        object_meta(errors, Kind::Endpoints, &doc["metadata"]);
    }
    let path = Path::root("subsets");
    for (index, subset) in items(doc, "subsets").iter().enumerate() {
        let path = path.index(index);
        if items(subset, "addresses").is_empty() && items(subset, "notReadyAddresses").is_empty() {
            errors.required(&path, "must specify `addresses` or `notReadyAddresses`");
        }
        for list in ["addresses", "notReadyAddresses"] {
            let path = path.child(list);
            for (index, address) in items(subset, list).iter().enumerate() {
                endpoint_address(errors, address, &path.index(index));
            }
        }
        let path = path.child("ports");
        let ports = items(subset, "ports");
        for (index, port) in ports.iter().enumerate() {
            endpoint_port(errors, port, ports.len() > 1, &path.index(index));
        }
    }
}

fn endpoint_address(errors: &mut Errors, address: &Value, path: &Path<'_>) {
    let text_of = |field| text(address, field);
    let written = text_of("ip");
    for problem in ip(written) {
        errors.invalid(&path.child("ip"), written, problem);
    }
    let hostname = text_of("hostname");
    for problem in if hostname.is_empty() { Vec::new() } else { label(hostname) } {
        errors.invalid(&path.child("hostname"), hostname, problem);
    }
    if has(address, "nodeName") {
        for problem in subdomain(text_of("nodeName")) {
            errors.invalid(&path.child("nodeName"), text_of("nodeName"), problem);
        }
    }
    non_special_ip(errors, written, &path.child("ip"));
}

fn endpoint_port(errors: &mut Errors, port: &Value, needs_name: bool, path: &Path<'_>) {
    let name = text(port, "name");
    if name.is_empty() && needs_name {
        errors.required(&path.child("name"), "");
    }
    for problem in if name.is_empty() { Vec::new() } else { label(name) } {
        errors.invalid(&path.child("name"), name, problem);
    }
    let number = int(port, "port").unwrap_or(0);
    for problem in port_number(number) {
        errors.invalid(&path.child("port"), number, problem);
    }
    protocol_and_application(errors, port, path);
}

fn protocol_and_application(errors: &mut Errors, port: &Value, path: &Path<'_>) {
    let protocol = text(port, "protocol");
    if protocol.is_empty() {
        errors.required(&path.child("protocol"), "");
    } else if !PROTOCOLS.contains(&protocol) {
        errors.not_supported(&path.child("protocol"), protocol, &PROTOCOLS);
    }
    if has(port, "appProtocol") {
        let application = text(port, "appProtocol");
        for problem in qualified(application) {
            errors.invalid(&path.child("appProtocol"), application, problem);
        }
    }
}

pub(super) fn slice(errors: &mut Errors, old: Option<&Value>, doc: &Value) {
    object_meta(errors, Kind::EndpointSlice, &doc["metadata"]);
    let kind = text(doc, "addressType");
    if kind.is_empty() {
        errors.required(&Path::root("addressType"), "");
    } else if !ADDRESS_TYPES.contains(&kind) {
        errors.not_supported(&Path::root("addressType"), kind, &ADDRESS_TYPES);
    }
    let path = Path::root("endpoints");
    let endpoints = items(doc, "endpoints");
    if endpoints.len() > MOST_ENDPOINTS {
        errors.too_many(&path, endpoints.len(), MOST_ENDPOINTS);
    } else {
        for (index, endpoint) in endpoints.iter().enumerate() {
            slice_endpoint(errors, kind, endpoint, &path.index(index));
        }
    }
    slice_ports(errors, items(doc, "ports"));
    if old.is_some_and(|old| old["addressType"] != doc["addressType"]) {
        errors.invalid(&Path::root("addressType"), kind, IMMUTABLE);
    }
}

fn slice_endpoint(errors: &mut Errors, kind: &str, endpoint: &Value, path: &Path<'_>) {
    let addresses_path = path.child("addresses");
    let addresses = items(endpoint, "addresses");
    if addresses.is_empty() {
        errors.required(&addresses_path, "must contain at least 1 address");
    } else if addresses.len() > MOST_ADDRESSES {
        errors.too_many(&addresses_path, addresses.len(), MOST_ADDRESSES);
    }
    for (index, address) in addresses.iter().enumerate() {
        let path = addresses_path.index(index);
        let address = address.as_str().unwrap_or_default();
        match kind {
            "IPv4" | "IPv6" => {
                let problems = ip(address);
                if problems.is_empty() {
                    let right = sloppy_ip(address).is_some_and(|ip| ip.is_ipv4() == (kind == "IPv4"));
                    if !right {
                        errors.invalid(&path, address, format!("must be an {kind} address"));
                    }
                }
                let readable = !problems.contains(&BAD_IP.to_owned());
                for problem in problems {
                    errors.invalid(&path, address, problem);
                }
                if readable {
                    non_special_ip(errors, address, &path);
                }
            }
            "FQDN" => fully_qualified(errors, address, &path),
            _ => {}
        }
    }
    if has(endpoint, "nodeName") {
        let node = text(endpoint, "nodeName");
        for problem in subdomain(node) {
            errors.invalid(&path.child("nodeName"), node, problem);
        }
    }
    if has(endpoint, "hostname") {
        let hostname = text(endpoint, "hostname");
        for problem in label(hostname) {
            errors.invalid(&path.child("hostname"), hostname, problem);
        }
    }
}

fn fully_qualified(errors: &mut Errors, name: &str, path: &Path<'_>) {
    if name.is_empty() {
        return errors.required(path, "");
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    for problem in subdomain(name) {
        errors.invalid(path, name, problem);
    }
    if !name.contains('.') {
        errors.invalid(path, name, "should be a domain with at least two segments separated by dots");
    }
}

fn slice_ports(errors: &mut Errors, ports: &[Value]) {
    let path = Path::root("ports");
    if ports.len() > MOST_PORTS {
        return errors.too_many(&path, ports.len(), MOST_PORTS);
    }
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let name = text(port, "name");
        for problem in if name.is_empty() { Vec::new() } else { label(name) } {
            errors.invalid(&path.child("name"), name, problem);
        }
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
        protocol_and_application(errors, port, &path);
    }
}
