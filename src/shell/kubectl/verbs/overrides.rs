//! `--overrides` and `--override-type`: a patch for what a command makes, before it is sent.

use crate::api::{Kind, Value};
use crate::apiserver::patch::{self, Patch};
use crate::shell::kubectl::call::Call;
use crate::shell::kubectl::failure::Failure;

/// A made object with what the flags say changed in it.
///
/// # Errors
/// When they give no patch, or one that does not fit.
pub fn overridden(call: &Call<'_, '_>, kind: Kind, doc: Value) -> Result<Value, Failure> {
    let overrides = call.flags.text("overrides");
    if overrides.is_empty() {
        return Ok(doc);
    }
    let value = crate::shell::kubectl::manifests::one(overrides);
    let object = |value: Option<Value>| value.filter(Value::is_object).ok_or("Invalid JSON Patch");
    let patch = match call.flags.text("override-type") {
        "json" => Patch::Json(value.filter(Value::is_array).ok_or("Invalid JSON Patch")?),
        "strategic" => Patch::Strategic(object(value)?),
        "" | "merge" => Patch::Merge(object(value)?),
        other => return Err(format!("invalid override type: {other}").into()),
    };
    Ok(patch::apply(kind, &doc, &patch).map_err(|error| Failure::Message(error.0))?.0)
}
