//! The server's refusals, in its words.

use super::field::Errors;
use super::patch::{Patch, PatchError};
use crate::api::{Key, Kind, Status, StatusReason, Value};

pub(super) fn not_found(kind: Kind, name: &str) -> Status {
    let message = format!("{} \"{name}\" not found", kind.resource().plural_qualified());
    about(kind, name, Status::new(StatusReason::NotFound, message))
}

pub(super) fn already_exists(kind: Kind, name: &str) -> Status {
    let message = format!("{} \"{name}\" already exists", kind.resource().plural_qualified());
    about(kind, name, Status::new(StatusReason::AlreadyExists, message))
}

/// A write against an older version than the stored one.
pub(super) fn stale(kind: Kind, name: &str) -> Status {
    conflict(
        kind,
        name,
        "the object has been modified; please apply your changes to the latest version and try again",
    )
}

pub(super) fn conflict(kind: Kind, name: &str, why: &str) -> Status {
    let message =
        format!("Operation cannot be fulfilled on {} \"{name}\": {why}", kind.resource().plural_qualified());
    about(kind, name, Status::new(StatusReason::Conflict, message))
}

pub(super) fn forbidden(kind: Kind, name: &str, why: &str) -> Status {
    let message = if name.is_empty() {
        format!("{} is forbidden: {why}", kind.resource().plural_qualified())
    } else {
        format!("{} \"{name}\" is forbidden: {why}", kind.resource().plural_qualified())
    };
    about(kind, name, Status::new(StatusReason::Forbidden, message))
}

pub(super) fn internal(message: &str) -> Status {
    Status::new(StatusReason::InternalError, format!("Internal error occurred: {message}"))
}

/// All that is wrong with an object, at once.
pub(super) fn invalid(kind: Kind, name: &str, errors: Errors) -> Status {
    let resource = kind.resource();
    let qualified = match resource.group {
        "" => resource.name.to_owned(),
        group => format!("{}.{group}", resource.name),
    };
    let mut status = Status::new(
        StatusReason::Invalid,
        format!("{qualified} \"{name}\" is invalid: {}", errors.aggregate()),
    );
    status.causes = errors.into_causes();
    status.kind = resource.name.to_owned();
    status.group = resource.group.to_owned();
    status.name = name.to_owned();
    status
}

pub(super) fn bad_request(message: impl Into<String>) -> Status {
    Status::new(StatusReason::BadRequest, message)
}

/// A patch that could not be carried out.
pub(super) fn patch(patch: &Patch, error: PatchError) -> Status {
    match patch {
        Patch::Strategic(_) => Status::new(StatusReason::Unknown, error.0),
        Patch::Json(Value::Array(_)) => {
            let message = "the server rejected our request due to an error in our request";
            Status::new(StatusReason::Invalid, message)
        }
        _ => bad_request(format!("error decoding patch: {error}")),
    }
}

fn about(kind: Kind, name: &str, mut status: Status) -> Status {
    let resource = kind.resource();
    status.kind = resource.plural.to_owned();
    status.group = resource.group.to_owned();
    status.name = name.to_owned();
    status
}

pub(super) fn no_such(key: &Key) -> Status {
    not_found(key.kind, &key.name)
}
