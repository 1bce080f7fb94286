//! What the API server answers when it refuses (`metav1.Status`).

use std::fmt;

/// Why a request was refused, in the API's own spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusReason {
    /// 404.
    NotFound,
    /// 409: an object of that name exists.
    AlreadyExists,
    /// 409: the resourceVersion is stale, or the namespace is terminating.
    Conflict,
    /// 422: validation failed.
    Invalid,
    /// 400.
    BadRequest,
    /// 403.
    Forbidden,
    /// 405.
    MethodNotAllowed,
    /// 500.
    InternalError,
    /// 500, without a reason: kubectl prints `Error from server: ` before the message.
    Unknown,
}

/// One field's part in an `Invalid` status, or another detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCause {
    /// Machine-readable: `FieldValueInvalid`, `FieldValueRequired` …
    pub reason: String,
    /// The words after the field.
    pub message: String,
    /// The field's path: `spec.ports[0].port`.
    pub field: String,
}

/// A refusal: data that any client can render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Why.
    pub reason: StatusReason,
    /// The server's whole sentence, as kubectl prints it after `Error from server (Reason): `.
    pub message: String,
    /// What it is about: a kind (`Service`) for `Invalid`, else a resource (`services`); empty if nothing.
    pub kind: String,
    /// That kind's API group; empty for the core group.
    pub group: String,
    /// The object's name; empty if it has none yet.
    pub name: String,
    /// Field by field, for `Invalid`.
    pub causes: Vec<StatusCause>,
}

impl Status {
    /// A refusal without field details.
    pub fn new(reason: StatusReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            kind: String::new(),
            group: String::new(),
            name: String::new(),
            causes: Vec::new(),
        }
    }
}

impl StatusReason {
    /// The HTTP status code the API server sends with it.
    pub const fn code(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::AlreadyExists | Self::Conflict => 409,
            Self::Invalid => 422,
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::MethodNotAllowed => 405,
            Self::InternalError | Self::Unknown => 500,
        }
    }
}

impl fmt::Display for StatusReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
