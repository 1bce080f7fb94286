//! The hashes that name a workload's revisions and order the ports of endpoints, number for number as
//! Kubernetes computes them. They know nothing of workloads: templates and data in, letters out.

use super::dump;
use crate::api::{Ordered, Value};

/// The letters of hashes and generated names (`rand.SafeEncodeString`).
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
const START: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;
const WIDE_START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const WIDE_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// `pod-template-hash`, and a DaemonSet's revision: FNV-1a over the template as Go's structures
/// print, and over how often that was taken already (`controller.ComputeHash`).
pub(super) fn template_hash(template: &Value, collisions: i64) -> String {
    let mut text = String::with_capacity(4096);
    dump::pod_template(template, &mut text);
    let mut hash = fnv1a(START, text.as_bytes());
    if collisions > 0 {
        hash = fnv1a(hash, &(collisions as u64).to_le_bytes());
    }
    safe(&hash.to_string())
}

/// A StatefulSet's revision: FNV-1 over its data as JSON, and over the collisions in digits
/// (`history.HashControllerRevision`).
pub(super) fn data_hash(data: &Value, collisions: i64) -> String {
    let hash = fnv1(START, go_json(data).as_bytes());
    safe(&fnv1(hash, collisions.to_string().as_bytes()).to_string())
}

/// The ports of an endpoint, in the order of their hashes: FNV-1a of 128 bits over what Go prints of
/// them (`portsInOrder`, `portsByHash`). `text` says that of one.
pub(super) fn in_order(ports: &mut [Value], text: impl Fn(&Value) -> String) {
    ports.order_by_cached_key(|port| {
        text(port).bytes().fold(WIDE_START, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(WIDE_PRIME))
    });
}

fn fnv1a(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(PRIME))
}

fn fnv1(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| hash.wrapping_mul(PRIME) ^ u32::from(*byte))
}

/// JSON as Go writes it: a few more letters are escaped.
fn go_json(data: &Value) -> String {
    let mut text = data.to_string();
    for (letter, escaped) in [
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u{2028}", "\\u2028"),
        ("\u{2029}", "\\u2029"),
    ] {
        if text.contains(letter) {
            text = text.replace(letter, escaped);
        }
    }
    text
}

fn safe(text: &str) -> String {
    text.bytes().map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    fn template(labels: Value, container: Value) -> Value {
        json!({"metadata": {"labels": labels}, "spec": {"containers": [container],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "securityContext": {}, "schedulerName": "default-scheduler"}})
    }

    fn container(name: &str, image: &str, policy: &str) -> Value {
        json!({"name": name, "image": image, "imagePullPolicy": policy, "resources": {},
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"})
    }

    /// Pairs that a real controller manager made.
    #[test]
    fn templates_hash_as_recorded() {
        let sleep =
            |app: &str| template(json!({"app": app}), container("sleep", "kiamol/ch03-sleep", "Always"));
        assert_eq!(template_hash(&sleep("sleep-1"), 0), "74b979fdb4");
        assert_eq!(template_hash(&sleep("sleep-2"), 0), "56b67bb787");
        let web = template(json!({"app": "web"}), container("nginx", "nginx", "Always"));
        assert_eq!(template_hash(&web, 0), "7887448d46");
        let mut port = container("nginx", "nginx", "Always");
        port["ports"] = json!([{"containerPort": 80, "protocol": "TCP"}]);
        assert_eq!(template_hash(&template(json!({"app": "web3"}), port), 0), "85ddbd7d9d");
        let mut lazy = template(json!({"app": "lazy"}), container("lazy", "kiamol/ch03-sleep", "Always"));
        lazy["metadata"]["annotations"] = json!({"oracle/not-ready": "true"});
        assert_eq!(template_hash(&lazy, 0), "79b666f647");
    }

    #[test]
    fn ports_come_in_the_recorded_order() {
        let port = |name: &str, number: i64, protocol: &str| json!({"name": name, "port": number, "protocol": protocol});
        let numbers = |ports: &[Value]| ports.iter().map(|port| port["port"].as_i64()).collect::<Vec<_>>();
        let mut ports = vec![port("http", 80, "TCP"), port("metrics", 9100, "TCP"), port("dns", 53, "UDP")];
        in_order(&mut ports, dump::slice_port);
        assert_eq!(numbers(&ports), [Some(53), Some(9100), Some(80)]);
        in_order(&mut ports, dump::endpoints_port);
        assert_eq!(numbers(&ports), [Some(9100), Some(80), Some(53)]);
        let mut ports = vec![port("http", 80, "TCP"), port("alt", 8080, "TCP"), port("dns", 53, "UDP")];
        in_order(&mut ports, dump::slice_port);
        assert_eq!(numbers(&ports), [Some(53), Some(8080), Some(80)]);
    }

    #[test]
    fn revisions_hash_as_recorded() {
        let mut template =
            template(json!({"app": "sts-min"}), container("web", "nginx:1.27", "IfNotPresent"));
        template["$patch"] = "replace".into();
        assert_eq!(data_hash(&json!({"spec": {"template": template}}), 0), "58758d46");
    }
}
