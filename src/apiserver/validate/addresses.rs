//! Validation of a Service's addresses: cluster IPs and their families, source ranges, special addresses.

use super::names::{cidr, ip, sloppy_ip};
use crate::api::Value;
use crate::apiserver::document::{has, items, text};
use crate::apiserver::field::{Errors, Path};
use std::collections::BTreeSet;
use std::net::IpAddr;

const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// Cluster IPs and their families stay once they are set, unless the Service has or gets none.
pub(super) fn fixed_lists(errors: &mut Errors, before: &Value, after: &Value) {
    if [before, after].iter().any(|spec| text(spec, "type") == "ExternalName")
        || (is_headless(before) && is_headless(after))
    {
        return;
    }
    let spec = Path::root("spec");
    for field in ["clusterIPs", "ipFamilies"] {
        let (old, new) = (items(before, field), items(after, field));
        let path = spec.child(field);
        // Families that are not given are found again from the addresses.
        if new.is_empty() && !old.is_empty() && field == "clusterIPs" {
            errors.invalid(&path.index(0), &after[field], "primary clusterIP can not be unset");
        }
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            if old != new {
                errors.invalid(&path.index(index), &after[field], "may not change once set");
            }
        }
    }
}

/// `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` must go together.
pub(super) fn cluster_ips(errors: &mut Errors, spec: &Value, path: &Path<'_>) {
    if text(spec, "type") == "ExternalName" {
        return;
    }
    let addresses = items(spec, "clusterIPs");
    let addresses_path = path.child("clusterIPs");
    if !text(spec, "clusterIP").is_empty() && addresses.is_empty() {
        errors.required(&addresses_path, "");
    } else if let Some(first) = addresses.first() {
        if text(spec, "clusterIP").is_empty() {
            errors.invalid(
                &addresses_path,
                &spec["clusterIPs"],
                "must be empty when `clusterIP` is not specified",
            );
        } else if first.as_str() != Some(text(spec, "clusterIP")) {
            errors.invalid(&addresses_path, &spec["clusterIPs"], "first value must match `clusterIP`");
        }
    }
    let families = items(spec, "ipFamilies");
    let families_path = path.child("ipFamilies");
    let mut seen = BTreeSet::new();
    for (index, family) in families.iter().enumerate() {
        let family = family.as_str().unwrap_or_default();
        if !["IPv4", "IPv6"].contains(&family) {
            errors.not_supported(&families_path.index(index), family, &["IPv4", "IPv6"]);
        }
        if !seen.insert(family) {
            errors.duplicate(&families_path.index(index), family);
        }
    }
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    let policy = text(spec, "ipFamilyPolicy");
    if has(spec, "ipFamilyPolicy") && !policies.contains(&policy) {
        errors.not_supported(&path.child("ipFamilyPolicy"), policy, &policies);
    }
    let before = errors.len();
    for (index, address) in addresses.iter().enumerate() {
        let path = addresses_path.index(index);
        let address = address.as_str().unwrap_or_default();
        if address == "None" {
            if index != 0 {
                errors.invalid(&path, address, "'None' must be the first and only value");
            } else if addresses.len() > 1 {
                errors.invalid(
                    &addresses_path,
                    &spec["clusterIPs"],
                    "'None' must be the first and only value",
                );
            }
            continue;
        }
        for problem in ip(address) {
            errors.invalid(&path, address, problem);
        }
        if let (Some(parsed), Some(family)) =
            (sloppy_ip(address), families.get(index).and_then(Value::as_str))
            && (family == "IPv4") != parsed.is_ipv4()
        {
            let detail = format!("expected an {family} value as indicated by `ipFamilies[{index}]`");
            errors.invalid(&path, address, detail);
        }
    }
    if addresses.len() > 2 {
        errors.invalid(&addresses_path, &spec["clusterIPs"], "may only hold up to 2 values");
    }
    if errors.len() == before && addresses.len() == 2 {
        let v4 = |value: &Value| value.as_str().and_then(sloppy_ip).map(|address| address.is_ipv4());
        if v4(&addresses[0]) == v4(&addresses[1]) {
            let detail = "may specify no more than one IP for each IP family";
            errors.invalid(&addresses_path, &spec["clusterIPs"], detail);
        }
    }
}

/// Who may use a load balancer, by the field or by the annotation it replaced.
pub(super) fn source_ranges(errors: &mut Errors, doc: &Value, path: &Path<'_>) {
    let spec = &doc["spec"];
    let only = "may only be used when `type` is 'LoadBalancer'";
    let is_balancer = text(spec, "type") == "LoadBalancer";
    let ranges = items(spec, "loadBalancerSourceRanges");
    if !ranges.is_empty() {
        let path = path.child("LoadBalancerSourceRanges");
        if !is_balancer {
            errors.forbidden(&path, only);
        }
        for (index, range) in ranges.iter().enumerate() {
            let range = range.as_str().unwrap_or_default().trim();
            for problem in cidr(range) {
                errors.invalid(&path.index(index), range, problem);
            }
        }
        return;
    }
    if let Some(annotation) = doc["metadata"]["annotations"].get(SOURCE_RANGES).and_then(Value::as_str) {
        let meta = Path::root("metadata");
        let annotations = meta.child("annotations");
        let path = annotations.key(SOURCE_RANGES);
        if !is_balancer {
            errors.forbidden(&path, only);
        }
        for range in annotation.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            for problem in cidr(range) {
                errors.invalid(&path, range, problem);
            }
        }
    }
}

/// An endpoint or an external address must be one that traffic can be sent to.
pub(super) fn non_special_ip(errors: &mut Errors, address: &str, path: &Path<'_>) {
    let Some(parsed) = sloppy_ip(address) else { return };
    if parsed.is_unspecified() {
        errors.invalid(path, address, format!("may not be unspecified ({address})"));
    }
    if parsed.is_loopback() {
        errors.invalid(path, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let (link_local, link_local_multicast) = match parsed {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xffc0 == 0xfe80, v6.segments()[0] & 0xff0f == 0xff02),
    };
    if link_local {
        errors.invalid(path, address, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if link_local_multicast {
        errors.invalid(
            path,
            address,
            "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
        );
    }
}

/// Whether a Service has no virtual IP on purpose.
pub(super) fn is_headless(spec: &Value) -> bool {
    matches!(items(spec, "clusterIPs"), [only] if only == "None")
}
