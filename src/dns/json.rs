//! An answer as JSON, for `playground dns --json`.

use super::{Record, Response};
use crate::api::{Value, json};

/// `{"rcode", "flags", "answer", "authority", "additional"}`, each record as `name ttl type data`.
pub fn to_json(response: &Response) -> Value {
    let section =
        |records: &[Record]| Value::from(records.iter().map(ToString::to_string).collect::<Vec<_>>());
    json!({
        "rcode": response.rcode.as_str(),
        "flags": response.flags(),
        "answer": section(&response.answer),
        "authority": section(&response.authority),
        "additional": section(&response.additional),
    })
}
