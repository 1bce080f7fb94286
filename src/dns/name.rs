//! Domain names as text without the trailing dot; the root is the empty text. Reverse names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The labels of a name, left to right; none for the root.
pub fn labels(name: &str) -> Vec<&str> {
    if name.is_empty() { Vec::new() } else { name.split('.').collect() }
}

/// Whether `name` is `zone` or lies below it, in any case.
pub fn is_within(name: &str, zone: &str) -> bool {
    if zone.is_empty() {
        return true;
    }
    // Compared as bytes: a name may hold anything, so a cut in the middle of a character is no end of a label.
    let (name, zone) = (name.as_bytes(), zone.as_bytes());
    match name.len().checked_sub(zone.len()) {
        Some(0) => name.eq_ignore_ascii_case(zone),
        Some(cut) => name[cut - 1] == b'.' && name[cut..].eq_ignore_ascii_case(zone),
        None => false,
    }
}

/// The part of `name` left of `zone`, which it must be within; empty for the zone itself.
pub fn below<'a>(name: &'a str, zone: &str) -> &'a str {
    if zone.is_empty() {
        return name;
    }
    name.get(..name.len().saturating_sub(zone.len() + 1)).unwrap_or_default()
}

/// Whether a name can be sent: labels of 1 to 63 bytes, 255 in all (RFC 1035, 2.3.4).
pub fn is_sendable(name: &str) -> bool {
    name.len() <= 253 && labels(name).iter().all(|label| (1..=63).contains(&label.len()))
}

/// `6.1.244.10.in-addr.arpa` for `10.244.1.6`; nibbles under `ip6.arpa` for IPv6.
pub fn reverse(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let mut name = String::new();
            for octet in ip.octets().iter().rev() {
                name.push_str(&format!("{:x}.{:x}.", octet & 15, octet >> 4));
            }
            name + "ip6.arpa"
        }
    }
}

/// The address a reverse name in lower case stands for, if it is a whole one.
pub fn reversed(name: &str) -> Option<IpAddr> {
    if let Some(octets) = name.strip_suffix(".in-addr.arpa") {
        let forward: Vec<_> = octets.split('.').rev().collect();
        return forward.join(".").parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    }
    let nibbles: Vec<_> = name.strip_suffix(".ip6.arpa")?.split('.').rev().collect();
    let groups: Vec<_> = nibbles.chunks(4).map(<[_]>::concat).collect();
    groups.join(":").parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_hold_what_is_below_them() {
        for (name, zone, within, left) in [
            ("a.b.cluster.local", "cluster.local", true, "a.b"),
            ("CLUSTER.Local", "cluster.local", true, ""),
            ("mycluster.local", "cluster.local", false, ""),
            ("com", "", true, "com"),
            ("é.com", "com", true, "é"),
            ("écom", "com", false, ""),
        ] {
            assert_eq!(is_within(name, zone), within, "{name}");
            if within {
                assert_eq!(below(name, zone), left);
            }
        }
    }

    #[test]
    fn addresses_turn_around() {
        for ip in ["10.244.1.6", "fd00:10:96::14", "::1"] {
            let ip: IpAddr = ip.parse().expect("an address");
            assert_eq!(reversed(&reverse(ip)), Some(ip));
        }
        for name in [
            "10.in-addr.arpa",
            "300.20.96.10.in-addr.arpa",
            "x.1.20.96.10.in-addr.arpa",
            "in-addr.arpa",
            "1.ip6.arpa",
        ] {
            assert_eq!(reversed(name), None, "{name}");
        }
    }
}
