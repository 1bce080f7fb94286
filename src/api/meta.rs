//! `metadata`: what every object carries.

use super::value::views;
use super::{FromValue, Instant, Value, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Labels or annotations, in key order.
pub type Labels = BTreeMap<String, String>;

views! {
    /// Who owns an object, for garbage collection (`metav1.OwnerReference`).
    pub struct OwnerReference {
        /// The owner's kind, in API spelling.
        kind: Word = "kind",
        /// The owner's name; it lives in the same namespace.
        name: Word = "name",
        /// The owner's uid: an object of the same name created later is another owner.
        uid: Word = "uid",
        /// True for the one owner that manages this object.
        controller: bool = "controller",
        /// True when foreground deletion of the owner waits for this object.
        block_owner_deletion: bool = "blockOwnerDeletion",
    }
}

/// A view of `metadata` (`metav1.ObjectMeta`). Cheap to clone: each status that is written clones one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// Unique per kind and namespace.
    pub name: Word,
    /// Empty for cluster-scoped objects.
    pub namespace: Word,
    /// The prefix of a name the server completes.
    pub generate_name: Word,
    /// Identifying labels.
    pub labels: Arc<Labels>,
    /// Other notes.
    pub annotations: Arc<Labels>,
    /// Unique over the cluster's whole life.
    pub uid: Word,
    /// Counts every write of the store.
    pub resource_version: u64,
    /// Counts changes of the desired state.
    pub generation: i64,
    /// When it was created.
    pub created: Instant,
    /// When it is to be gone, once deletion was asked for (`deletionTimestamp`).
    pub deleted: Option<Instant>,
    /// Seconds of grace it was deleted with.
    pub deletion_grace: Option<i64>,
    /// The owners.
    pub owners: Arc<Vec<OwnerReference>>,
    /// What must happen before it can go.
    pub finalizers: Vec<String>,
}

impl Meta {
    /// The owner that manages this object, if one does.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owners.iter().find(|owner| owner.controller)
    }
}

impl FromValue for Meta {
    fn from_value(value: &Value) -> Self {
        let time = |key: &str| value[key].as_str().and_then(Instant::parse_rfc3339);
        Self {
            name: FromValue::from_value(&value["name"]),
            namespace: FromValue::from_value(&value["namespace"]),
            generate_name: FromValue::from_value(&value["generateName"]),
            labels: FromValue::from_value(&value["labels"]),
            annotations: FromValue::from_value(&value["annotations"]),
            uid: FromValue::from_value(&value["uid"]),
            resource_version: value["resourceVersion"].as_str().and_then(|v| v.parse().ok()).unwrap_or(0),
            generation: FromValue::from_value(&value["generation"]),
            created: time("creationTimestamp").unwrap_or_default(),
            deleted: time("deletionTimestamp"),
            deletion_grace: FromValue::from_value(&value["deletionGracePeriodSeconds"]),
            owners: FromValue::from_value(&value["ownerReferences"]),
            finalizers: FromValue::from_value(&value["finalizers"]),
        }
    }
}
