//! Bodies and patched objects against the API's fields, and the refusals when they do not fit. What a wrong type is
//! called is the manifest room's part.

use super::field::{Errors, Path};
use super::patch::{self, Patch};
use super::{WriteOptions, refusal};
use crate::api::{Kind, Status, StatusReason, Value};
use crate::manifest::{self, Decoded, Validation, Wire, cannot_be_handled};

/// Decodes the body of a create or an update, taking unknown fields out. Gives the warnings of it.
pub(super) fn body(kind: Kind, doc: &mut Value, options: &WriteOptions) -> Result<Vec<String>, Status> {
    let Some(validation) = options.validation else { return Ok(Vec::new()) };
    let decoded = manifest::decode(kind, doc, Wire::Json);
    match decoded.refused(validation) {
        Some(problem) => Err(refusal::bad_request(cannot_be_handled(kind, &problem))),
        None => Ok(warnings(&decoded, validation)),
    }
}

/// Decodes what a patch made of an object. `rest` is what the server quotes of a strategic patch; of the others
/// it quotes the result.
pub(super) fn patched(
    kind: Kind,
    doc: &mut Value,
    patch: &Patch,
    rest: &Value,
    options: &WriteOptions,
) -> Result<Vec<String>, Status> {
    let Some(validation) = options.validation else { return Ok(Vec::new()) };
    let strategic = matches!(patch, Patch::Strategic(_));
    let quoted = if strategic { patch::go_format(rest) } else { doc.to_string() };
    let decoded = manifest::decode(kind, doc, if strategic { Wire::Patched } else { Wire::Json });
    let Some(problem) = decoded.refused(validation) else { return Ok(warnings(&decoded, validation)) };
    let mut errors = Errors::default();
    errors.invalid(&Path::root("patch"), quoted, problem);
    let mut status = Status::new(StatusReason::Invalid, errors.aggregate());
    status.causes = errors.into_causes();
    Err(status)
}

fn warnings(decoded: &Decoded, validation: Validation) -> Vec<String> {
    if validation == Validation::Warn { decoded.warnings().collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Instant, Key, json};
    use crate::apiserver::ApiServer;

    #[test]
    fn what_does_not_fit_is_refused_in_the_servers_words() {
        let mut server = ApiServer::new(1);
        let now = Instant::from_unix(0);
        let strict = WriteOptions { validation: Some(Validation::Strict), ..WriteOptions::default() };
        let node =
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "spec": {"podCDIR": "x"}});
        let refused = server.create(now, Kind::Node, node.clone(), &strict).expect_err("unknown field");
        let message = "Node in version \"v1\" cannot be handled as a Node: strict decoding error: \
                       unknown field \"spec.podCDIR\"";
        assert_eq!(refused.message, message);
        let warn = WriteOptions { validation: Some(Validation::Warn), ..WriteOptions::default() };
        let written = server.create(now, Kind::Node, node, &warn).expect("it only warns");
        assert_eq!(written.warnings, ["unknown field \"spec.podCDIR\""]);
        assert_eq!(written.object.doc()["spec"].get("podCDIR"), None);
        let key = Key { kind: Kind::Node, namespace: String::new().into(), name: "n".into() };
        for (patch, message) in [
            (
                Patch::Strategic(json!({"spec": {"unschedulable": "no"}})),
                "patch: Invalid value: \"map[spec:map[unschedulable:no]]\": unrecognized type: bool",
            ),
            (
                Patch::Strategic(json!({"metadata": {"labels": {"a": 1}}})),
                "patch: Invalid value: \"map[metadata:map[labels:map[a:1]]]\": cannot convert int64 to string",
            ),
        ] {
            assert_eq!(server.patch(now, &key, &patch, &strict).expect_err("wrong type").message, message);
        }
    }
}
