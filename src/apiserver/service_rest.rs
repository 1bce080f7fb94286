//! What a write of a Service brings with it: IP families, cluster IPs, node ports; and what goes
//! when its type changes. The cluster is single-stack IPv4.

use super::allocate::service_node_ports;
use super::document::{has, int, items, items_mut, object, set, text, unset};
use super::field::{Errors, Path};
use super::{ApiServer, allocate, defaults, refusal};
use crate::api::{Kind, Status, Value, json};
use std::net::Ipv4Addr;

const SPEC: Path<'static> = Path::root("spec");

/// Brings the two spellings of the cluster IP together, before validation.
pub(super) fn prepare_create(doc: &mut Value) {
    let spec = object(doc, "spec");
    let address = text(spec, "clusterIP").to_owned();
    if !address.is_empty() && items(spec, "clusterIPs").is_empty() {
        set(spec, "clusterIPs", json!([address]));
    }
}

/// Brings the two spellings together where only one was changed, keeps what was allocated, and drops
/// what the new type has no use for and the user did not ask to keep.
pub(super) fn prepare_update(old: &Value, doc: &mut Value) {
    let old = &old["spec"];
    let spec = object(doc, "spec");
    let same_addresses = spec.get("clusterIPs") == old.get("clusterIPs");
    let address = text(spec, "clusterIP").to_owned();
    if address != text(old, "clusterIP") && same_addresses {
        match address.is_empty() {
            true => unset(spec, "clusterIPs"),
            false => set(spec, "clusterIPs", json!([address])),
        }
    }
    if needs_cluster_ip(old) && needs_cluster_ip(spec) {
        if text(spec, "clusterIP").is_empty() {
            copy(old, spec, "clusterIP");
        }
        if items(spec, "clusterIPs").is_empty() && text(spec, "clusterIP") == text(old, "clusterIP") {
            copy(old, spec, "clusterIPs");
        }
    }
    if needs_node_port(old) && needs_node_port(spec) {
        keep_node_ports(old, spec);
    }
    if needs_health_check(old)
        && needs_health_check(spec)
        && int(spec, "healthCheckNodePort").unwrap_or(0) == 0
    {
        copy(old, spec, "healthCheckNodePort");
    }
    drop_type_dependent(old, spec);
}

/// A port of the same name keeps its node port.
fn keep_node_ports(old: &Value, spec: &mut Value) {
    let number = |port: &Value| int(port, "nodePort").unwrap_or(0);
    let held: Vec<i64> = items(old, "ports").iter().map(number).collect();
    let mut used: Vec<i64> =
        items(spec, "ports").iter().map(number).filter(|port| held.contains(port)).collect();
    for port in items_mut(spec, "ports") {
        if number(port) != 0 {
            continue;
        }
        let before = items(old, "ports").iter().rev().find(|other| text(other, "name") == text(port, "name"));
        let before = before.map_or(0, number);
        if before != 0 && !used.contains(&before) {
            set(port, "nodePort", before);
            used.push(before);
        }
    }
}

fn drop_type_dependent(old: &Value, spec: &mut Value) {
    let mut drop = |needed: fn(&Value) -> bool, fields: &[&str]| {
        if needed(old) && !needed(spec) {
            for field in fields {
                if spec.get(*field) == old.get(*field) {
                    unset(spec, field);
                }
            }
        }
    };
    drop(needs_cluster_ip, &["clusterIPs", "ipFamilies", "ipFamilyPolicy", "clusterIP"]);
    drop(needs_health_check, &["healthCheckNodePort"]);
    drop(is_load_balancer, &["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    drop(needs_external_policy, &["externalTrafficPolicy"]);
    if needs_node_port(old) && !needs_node_port(spec) {
        let ports =
            |spec: &Value| items(spec, "ports").iter().map(|p| int(p, "nodePort")).collect::<Vec<_>>();
        if ports(old) == ports(spec) {
            items_mut(spec, "ports").for_each(|port| unset(port, "nodePort"));
        }
    }
}

/// Gives a new Service its families, addresses and ports.
pub(super) fn create(server: &mut ApiServer, doc: &mut Value, dry_run: bool) -> Result<(), Status> {
    allocate(server, &Value::Null, doc, dry_run)
}

/// Gives a changed Service what it has not yet.
pub(super) fn update(
    server: &mut ApiServer,
    old: &Value,
    doc: &mut Value,
    dry_run: bool,
) -> Result<(), Status> {
    allocate(server, old, doc, dry_run)
}

fn allocate(server: &mut ApiServer, old: &Value, doc: &mut Value, dry_run: bool) -> Result<(), Status> {
    let name = text(&doc["metadata"], "name").to_owned();
    let fail = |errors: Errors| Err(refusal::invalid(Kind::Service, &name, errors));
    let held = service_node_ports(old);
    let old = &old["spec"];
    let spec = object(doc, "spec");

    let errors = families(old, spec);
    if !errors.is_empty() {
        return fail(errors);
    }
    if needs_cluster_ip(spec) {
        let errors = cluster_ip(server, old, spec, dry_run)?;
        if !errors.is_empty() {
            return fail(errors);
        }
    }
    let errors = node_ports(server, &held, spec, dry_run);
    if !errors.is_empty() {
        return fail(errors);
    }
    Ok(())
}

/// Fills in the IP families and their policy, and says what does not go together.
fn families(old: &Value, spec: &mut Value) -> Errors {
    let mut errors = Errors::default();
    if text(spec, "type") == "ExternalName" {
        return errors;
    }
    let headless = text(spec, "clusterIP") == "None";
    let selectorless = spec["selector"].as_object().is_none_or(|selector| selector.is_empty());
    if !has(spec, "ipFamilyPolicy") {
        let policy = match text(old, "ipFamilyPolicy") {
            "" if headless && selectorless => "RequireDualStack",
            "" => "SingleStack",
            policy => policy,
        };
        set(spec, "ipFamilyPolicy", policy);
    }
    let policy = text(spec, "ipFamilyPolicy").to_owned();
    let policy_path = SPEC.child("ipFamilyPolicy");
    let addresses = items(spec, "clusterIPs").to_vec();
    let mut families = items(spec, "ipFamilies").to_vec();
    if policy == "SingleStack" {
        for (count, what) in [(addresses.len(), "cluster IPs"), (families.len(), "IP families")] {
            if count == 2 {
                let detail = format!(
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
                );
                errors.invalid(&policy_path, policy.as_str(), detail);
            }
        }
    }
    for (index, address) in addresses.iter().enumerate() {
        let address = address.as_str().unwrap_or_default();
        if address == "None" {
            break;
        }
        if index >= families.len() {
            if address.contains(':') {
                let detail = "IPv6 is not configured on this cluster";
                errors.invalid(&SPEC.child("clusterIPs").index(index), &spec["clusterIPs"], detail);
            } else {
                families.push("IPv4".into());
            }
        }
    }
    if !errors.is_empty() {
        return errors;
    }
    if headless && selectorless {
        if families.is_empty() {
            families.push("IPv4".into());
        }
        if families.len() < 2 && policy != "SingleStack" {
            let other = if families[0] == "IPv4" { "IPv6" } else { "IPv4" };
            families.push(other.into());
        }
        set(spec, "ipFamilies", families);
        return errors;
    }
    if policy == "RequireDualStack" {
        errors.invalid(
            &policy_path,
            "RequireDualStack",
            "this cluster is not configured for dual-stack services",
        );
    }
    for (index, family) in families.iter().enumerate() {
        if family != "IPv4" {
            errors.invalid(&SPEC.child("ipFamilies").index(index), family, "not configured on this cluster");
        }
    }
    if errors.is_empty() {
        if families.is_empty() {
            families.push("IPv4".into());
        }
        set(spec, "ipFamilies", families);
    }
    errors
}

fn cluster_ip(
    server: &mut ApiServer,
    old: &Value,
    spec: &mut Value,
    dry_run: bool,
) -> Result<Errors, Status> {
    let mut errors = Errors::default();
    let given = items(spec, "clusterIPs").first().and_then(Value::as_str).unwrap_or_default().to_owned();
    if given == "None" || (needs_cluster_ip(old) && text(old, "clusterIP") == given && !given.is_empty()) {
        return Ok(errors);
    }
    if given.is_empty() {
        let address = match dry_run {
            true => Ok(server.allocations.pretended_address()),
            false => server.allocations.next_address(&mut server.rng),
        };
        let address = address.map_err(|refused| refusal::internal(&refused.of_address("")))?.to_string();
        set(spec, "clusterIPs", json!([address]));
        set(spec, "clusterIP", address);
    } else if let Ok(address) = given.parse::<Ipv4Addr>() {
        if let Err(refused) = server.allocations.check_address(address) {
            errors.invalid(&SPEC.child("clusterIPs"), &spec["clusterIPs"], refused.of_address(&given));
        }
        set(spec, "clusterIP", given);
    }
    Ok(errors)
}

fn node_ports(server: &mut ApiServer, held: &[u16], spec: &mut Value, dry_run: bool) -> Errors {
    let next_port = |server: &mut ApiServer, fresh: &[u16]| match dry_run {
        true => Ok(allocate::pretended_port(fresh)),
        false => server.allocations.next_port(&mut server.rng, fresh),
    };
    let mut errors = Errors::default();
    let range = server.allocations.node_ports().clone();
    let kind = text(spec, "type").to_owned();
    let wanted = kind == "NodePort"
        || (kind == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"].as_bool() != Some(false));
    let ports_path = SPEC.child("ports");
    // One number serves the same port of several protocols.
    let mut given: Vec<(i64, i64)> = Vec::new();
    let mut fresh: Vec<u16> = Vec::new();
    let requested: Vec<(i64, i64)> = items(spec, "ports")
        .iter()
        .map(|port| (int(port, "port").unwrap_or(0), int(port, "nodePort").unwrap_or(0)))
        .collect();
    for (index, port) in items_mut(spec, "ports").enumerate() {
        let (number, mut node_port) = requested.get(index).copied().unwrap_or_default();
        if node_port == 0 && !wanted {
            continue;
        }
        if node_port == 0 {
            let shared = given.iter().find(|(other, _)| *other == number).map(|(_, shared)| *shared);
            let later = requested.iter().find(|(other, asked)| *other == number && *asked != 0);
            node_port = shared.or(later.map(|(_, asked)| *asked)).unwrap_or(0);
        }
        let path = ports_path.index(index);
        let path = path.child("nodePort");
        if node_port == 0 {
            match next_port(server, &fresh) {
                Ok(free) => {
                    node_port = i64::from(free);
                    fresh.push(free);
                }
                Err(refused) => errors.invalid(&path, 0, refused.of_port(&range)),
            }
        } else if !u16::try_from(node_port).is_ok_and(|port| held.contains(&port) || fresh.contains(&port)) {
            match server.allocations.check_port(node_port) {
                Ok(free) => fresh.push(free),
                Err(refused) => errors.invalid(&path, node_port, refused.of_port(&range)),
            }
        }
        given.push((number, node_port));
        if errors.is_empty() {
            defaults::node_port(port, node_port);
        } else {
            return errors;
        }
    }
    if needs_health_check(spec) {
        let asked = int(spec, "healthCheckNodePort").unwrap_or(0);
        let path = SPEC.child("healthCheckNodePort");
        if asked == 0 {
            match next_port(server, &fresh) {
                Ok(free) => set(spec, "healthCheckNodePort", i64::from(free)),
                Err(refused) => errors.invalid(&path, 0, refused.of_port(&range)),
            }
        } else if !u16::try_from(asked).is_ok_and(|port| held.contains(&port))
            && let Err(refused) = server.allocations.check_port(asked)
        {
            errors.invalid(&path, asked, refused.of_port(&range));
        }
    }
    errors
}

fn copy(from: &Value, to: &mut Value, key: &str) {
    if let Some(value) = from.get(key) {
        set(to, key, value.clone());
    }
}

fn needs_cluster_ip(spec: &Value) -> bool {
    text(spec, "type") != "ExternalName"
}

fn needs_node_port(spec: &Value) -> bool {
    match text(spec, "type") {
        "NodePort" => true,
        "LoadBalancer" => spec["allocateLoadBalancerNodePorts"].as_bool() != Some(false),
        _ => false,
    }
}

fn is_load_balancer(spec: &Value) -> bool {
    text(spec, "type") == "LoadBalancer"
}

/// Whether load balancers' health checks have a port of their own.
pub(super) fn needs_health_check(spec: &Value) -> bool {
    is_load_balancer(spec) && text(spec, "externalTrafficPolicy") == "Local"
}

/// Whether traffic from outside may come in.
pub(super) fn needs_external_policy(spec: &Value) -> bool {
    match text(spec, "type") {
        "NodePort" | "LoadBalancer" => true,
        "ClusterIP" => !items(spec, "externalIPs").is_empty(),
        _ => false,
    }
}
