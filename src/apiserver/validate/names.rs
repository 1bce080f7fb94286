//! The forms of names, labels, ports and addresses, and what the server says of others.
//!
//! Each function returns what is wrong with a text, in the server's order; nothing for a good one.

use std::net::{IpAddr, Ipv4Addr};

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = r"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const SUBDOMAIN_UNDERSCORE: &str = r"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const WILDCARD: &str = r"a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const ENV_NAME: &str =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
const HTTP_HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// What must be unless it is not negative.
pub(super) const NOT_NEGATIVE: &str = "must be greater than or equal to 0";
/// What is said of a changed field that may not change.
pub(super) const IMMUTABLE: &str = "field is immutable";
/// What is said of a text that is no address.
pub(super) const BAD_IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const BAD_CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

type Problems = Vec<String>;

fn too_long(text: &str, most: usize, problems: &mut Problems) {
    if text.len() > most {
        problems.push(format!("must be no more than {most} characters"));
    }
}

/// Whether a text is made of these letters, and begins and ends with an alphanumeric one.
fn framed(text: &str, inside: impl Fn(u8) -> bool, edge: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) => edge(*first) && edge(*last) && bytes.iter().all(|byte| inside(*byte)),
        _ => false,
    }
}

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    framed(text, |byte| lower(byte) || byte == b'-', lower)
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// An RFC 1123 label.
pub(super) fn label(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 63, &mut problems);
    if !is_label(text) {
        problems.push(if is_subdomain(text) { "must not contain dots".to_owned() } else { LABEL.to_owned() });
    }
    problems
}

/// An RFC 1123 subdomain.
pub(super) fn subdomain(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 253, &mut problems);
    if !is_subdomain(text) {
        problems.push(SUBDOMAIN.to_owned());
    }
    problems
}

/// A subdomain whose parts may have underscores, as search domains may.
pub(super) fn search_domain(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 253, &mut problems);
    let part = |part: &str| {
        let part = part.strip_prefix('_').unwrap_or(part);
        framed(part, |byte| lower(byte) || byte == b'-' || byte == b'_', lower)
    };
    if !text.split('.').all(part) {
        problems.push(SUBDOMAIN_UNDERSCORE.to_owned());
    }
    problems
}

/// A subdomain that begins with `*.`.
pub(super) fn wildcard(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 253, &mut problems);
    if !text.strip_prefix("*.").is_some_and(is_subdomain) {
        problems.push(WILDCARD.to_owned());
    }
    problems
}

/// A name that is a part of a URL's path.
pub(super) fn path_segment(text: &str) -> Problems {
    if text == "." || text == ".." {
        return vec![format!("may not be '{text}'")];
    }
    ['/', '%']
        .iter()
        .filter(|letter| text.contains(**letter))
        .map(|l| format!("may not contain '{l}'"))
        .collect()
}

/// A label's key: a name, perhaps with a domain before it.
pub(super) fn qualified(text: &str) -> Problems {
    let mut problems = Vec::new();
    let name = match text.split('/').collect::<Vec<_>>()[..] {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                problems.push("prefix part must be non-empty".to_owned());
            } else {
                problems
                    .extend(subdomain(prefix).into_iter().map(|problem| format!("prefix part {problem}")));
            }
            name
        }
        _ => {
            let optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a valid label key {QUALIFIED} {optional}")];
        }
    };
    if name.is_empty() {
        problems.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        problems.push("name part must be no more than 63 characters".to_owned());
    }
    if !is_label_text(name) {
        problems.push(format!("name part {QUALIFIED}"));
    }
    problems
}

fn is_label_text(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    framed(text, inside, |byte| byte.is_ascii_alphanumeric())
}

/// A label's value.
pub(super) fn label_value(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 63, &mut problems);
    if !text.is_empty() && !is_label_text(text) {
        problems.push(LABEL_VALUE.to_owned());
    }
    problems
}

/// A port's number.
pub(super) fn port_number(number: i64) -> Problems {
    in_range(number, 1, 65_535)
}

/// A number within bounds.
pub(super) fn in_range(number: i64, low: i64, high: i64) -> Problems {
    if (low..=high).contains(&number) {
        return Vec::new();
    }
    vec![format!("must be between {low} and {high}, inclusive")]
}

/// A port's name, as containers and `targetPort` have it.
pub(super) fn port_name(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 15, &mut problems);
    if text.is_empty() || !text.bytes().all(|byte| lower(byte) || byte == b'-') {
        problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        problems.push("must contain at least one letter (a-z)".to_owned());
    }
    if text.contains("--") {
        problems.push("must not contain consecutive hyphens".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        problems.push("must not begin or end with a hyphen".to_owned());
    }
    problems
}

/// The name of an environment variable.
pub(super) fn env_name(text: &str) -> Problems {
    let printable = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'=';
    if !text.is_empty() && text.bytes().all(printable) { Vec::new() } else { vec![ENV_NAME.to_owned()] }
}

/// The name of an HTTP header.
pub(super) fn http_header(text: &str) -> Problems {
    let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if good { Vec::new() } else { vec![HTTP_HEADER.to_owned()] }
}

/// A key of a ConfigMap or a Secret.
pub(super) fn config_key(text: &str) -> Problems {
    let mut problems = Vec::new();
    too_long(text, 253, &mut problems);
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.is_empty() || !text.bytes().all(good) {
        problems.push(CONFIG_KEY.to_owned());
    }
    match text {
        "." => problems.push("must not be '.'".to_owned()),
        ".." => problems.push("must not be '..'".to_owned()),
        _ if text.starts_with("..") => problems.push("must not start with '..'".to_owned()),
        _ => {}
    }
    problems
}

/// A percentage.
pub(super) fn percent(text: &str) -> Problems {
    let good = text
        .strip_suffix('%')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    if good { Vec::new() } else { vec![PERCENT.to_owned()] }
}

/// An IPv4 address that may have leading zeros.
fn sloppy_ipv4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    let mut octets = [0_u8; 4];
    if parts.len() != 4 {
        return None;
    }
    for (octet, part) in octets.iter_mut().zip(parts) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *octet = part.trim_start_matches('0').parse().or_else(|_| part.parse()).ok()?;
    }
    Some(Ipv4Addr::from(octets))
}

/// An address as old fields take it, with leading zeros.
pub(in crate::apiserver) fn sloppy_ip(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| sloppy_ipv4(text).map(IpAddr::V4))
}

/// An address.
pub(super) fn ip(text: &str) -> Problems {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            vec!["must not be an IPv4-mapped IPv6 address".to_owned()]
        }
        Ok(_) => Vec::new(),
        Err(_) if sloppy_ipv4(text).is_some() => vec!["must not have leading 0s".to_owned()],
        Err(_) => vec![BAD_IP.to_owned()],
    }
}

/// The network a text names, its host bits left as written.
pub(super) fn sloppy_cidr(text: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = text.split_once('/')?;
    let address = sloppy_ip(address)?;
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length: u8 = length.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    (length <= most).then_some((address, length))
}

/// A network.
pub(super) fn cidr(text: &str) -> Problems {
    let Some((address, length)) = sloppy_cidr(text) else { return vec![BAD_CIDR.to_owned()] };
    let (written, digits) = text.split_once('/').unwrap_or_default();
    if written.parse::<IpAddr>().is_err() || (digits.len() > 1 && digits.starts_with('0')) {
        return vec!["must not have leading 0s in IP or prefix length".to_owned()];
    }
    if network_bits(address, length) != bits(address) {
        return vec!["must not have bits set beyond the prefix length".to_owned()];
    }
    Vec::new()
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

fn network_bits(address: IpAddr, length: u8) -> u128 {
    let width = if address.is_ipv4() { 32 } else { 128 };
    let host = width - u32::from(length);
    bits(address).checked_shr(host).and_then(|network| network.checked_shl(host)).unwrap_or(0)
}

/// Whether `inner` lies within `outer` and is smaller.
pub(super) fn strictly_within(inner: (IpAddr, u8), outer: (IpAddr, u8)) -> bool {
    inner.0.is_ipv4() == outer.0.is_ipv4()
        && inner.1 > outer.1
        && network_bits(inner.0, outer.1) == network_bits(outer.0, outer.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_have_no_problems() {
        for text in ["a", "web-1", "1service", "x".repeat(63).as_str()] {
            assert!(label(text).is_empty(), "{text}");
        }
        for text in ["a.b-c.d", "web", "1.2.3.4"] {
            assert!(subdomain(text).is_empty(), "{text}");
        }
        for text in ["app", "kubernetes.io/name", "A_b.C", "a.b/C-d"] {
            assert!(qualified(text).is_empty(), "{text}");
        }
        for text in ["", "v1", "A.b_c-d"] {
            assert!(label_value(text).is_empty(), "{text}");
        }
        for text in ["10.0.0.0/24", "0.0.0.0/0", "2001:db8::/64", "10.1.2.3/32"] {
            assert!(cidr(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn bad_names_have_one_each() {
        assert_eq!(label("web.one"), ["must not contain dots"]);
        assert_eq!(label(&"a".repeat(64)), ["must be no more than 63 characters"]);
        assert_eq!(port_name("80"), ["must contain at least one letter (a-z)"]);
        assert_eq!(port_name("metrics-endpoint-a"), ["must be no more than 15 characters"]);
        assert_eq!(ip("192.168.001.002"), ["must not have leading 0s"]);
        assert_eq!(ip("10.96.0.300"), [BAD_IP]);
        assert_eq!(cidr("10.0.0.0/33"), [BAD_CIDR]);
        assert_eq!(cidr("10.0.0.1/24"), ["must not have bits set beyond the prefix length"]);
        assert_eq!(qualified("/a"), ["prefix part must be non-empty"]);
        assert!(qualified("a/").contains(&"name part must be non-empty".to_owned()));
        assert!(strictly_within(
            ("10.0.1.0".parse().expect("an address"), 24),
            ("10.0.0.0".parse().expect("an address"), 16)
        ));
    }
}
