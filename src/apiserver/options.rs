//! What a client may ask of a write besides the object.

use crate::api::Word;
use crate::manifest::Validation;

/// Options of a create, an update or a patch (`metav1.CreateOptions` and its like).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Do everything but store.
    pub dry_run: bool,
    /// Who writes, and thus owns the fields; `kubectl-client-side-apply` and its like.
    pub field_manager: String,
    /// The part of the object that is written, for the same account: `scale`; empty for the object.
    pub subresource: String,
    /// Take fields that other managers own (server-side apply).
    pub force: bool,
    /// What to do about fields that do not exist (`fieldValidation`). None: the object comes from a part of the
    /// cluster itself, which knows the API, and is not looked at.
    pub validation: Option<Validation>,
}

impl WriteOptions {
    /// Whether who writes is to be remembered.
    pub(super) fn manages(&self) -> bool {
        !self.dry_run && !self.field_manager.is_empty()
    }

    /// A write that stores nothing (`--dry-run=server`).
    pub fn dry_run() -> Self {
        Self { dry_run: true, ..Self::default() }
    }
}

/// What happens to the objects that the deleted one owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are collected afterwards.
    #[default]
    Background,
    /// They go first, and the object waits for them.
    Foreground,
    /// They stay, without an owner.
    Orphan,
}

/// Options of a delete (`metav1.DeleteOptions`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// Do everything but delete.
    pub dry_run: bool,
    /// Seconds of grace for a pod; its own if absent.
    pub grace_period_seconds: Option<i64>,
    /// What happens to what it owns.
    pub propagation: Propagation,
    /// The uid the object must have.
    pub uid: Option<Word>,
    /// The resourceVersion the object must have.
    pub resource_version: Option<u64>,
}
