//! The hash that names a workload's revisions, in the letters Kubernetes uses for names.

use crate::api::Value;

/// The letters of hashes and generated names (`rand.SafeEncodeString`).
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// A revision's hash: FNV-1a over the template, and over how often that was taken already.
pub(super) fn template_hash(template: &Value, collisions: i64) -> String {
    let mut hash = fnv1a(0x811c_9dc5, template.to_string().as_bytes());
    if collisions > 0 {
        hash = fnv1a(hash, &(collisions as u64).to_le_bytes());
    }
    safe(&hash.to_string())
}

fn fnv1a(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

fn safe(text: &str) -> String {
    text.bytes().map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect()
}
