//! Text in, checked documents out: YAML and JSON as kubectl reads them, and what is wrong with them in
//! kubectl's and the API server's own words, each with its place in the text.
//!
//! The way of a manifest, for kubectl and for the editor alike:
//! 1. [`read`] takes a text apart into [`Document`]s; its errors print as `error: error parsing FILE: …`.
//! 2. [`Document::validate`] is kubectl's own look at `apiVersion` and `kind`, for the verbs that have `--validate`:
//!    `error: error validating "FILE": error validating data: …; if you choose to ignore these errors, …`.
//! 3. [`Document::resources`] names the kind of each object, of a list's items too: `error: unable to decode …`,
//!    `error: resource mapping not found …`.
//! 4. [`decode`] is the server's part: wrong types and unknown fields, `Error from server (BadRequest): …`.
//!
//! For an editor: [`diagnose`] tells everything at once with its place, [`locate`] finds a field's line, [`complete`] and
//! [`hover`] know what can stand at a place.
//!
//! Nothing here knows what is stored, and nothing fills in a default.

mod complete;
mod cursor;
mod decode;
mod diagnose;
mod diagnostic;
mod hint;
mod json;
mod locate;
mod quantity;
mod resource;
pub mod schema;
mod stream;
pub mod yaml;

pub use complete::{Completion, Completions, Hover, complete, hover};
pub use decode::{Decoded, Validation, Wire, cannot_be_handled, decode};
pub use diagnose::{Placed, diagnose, examine};
pub use diagnostic::{Diagnostic, Fix, Severity, Span};
pub use locate::{locate, locate_object, object_at};
pub use resource::Resource;
pub use stream::{Document, MAX_BYTES, read};
