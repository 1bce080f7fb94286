//! What disruption budgets say of a pod that is to be evicted.

use super::Store;
use super::document::{at, int, set, text};
use crate::api::{FromValue, Key, Kind, Object, Selector, Value};

/// The answer to the wish to evict a pod.
#[derive(Clone, Debug, PartialEq)]
pub enum Eviction {
    /// It may go; the budget that counts it gets this status.
    Granted(Option<(Key, Value)>),
    /// Not now: a budget would be violated.
    Later(&'static str),
    /// Not at all.
    Refused(&'static str),
}

/// Asks the budgets of a pod's namespace.
pub fn eviction(store: &Store, pod: &Object) -> Eviction {
    let phase = text(at(pod.doc(), &["status"]), "phase");
    if pod.meta.deleted.is_some() || ["Succeeded", "Failed", "Pending"].contains(&phase) {
        return Eviction::Granted(None);
    }
    let counts = |budget: &&std::sync::Arc<Object>| {
        Selector::from_value(at(budget.doc(), &["spec", "selector"])).matches(&pod.meta.labels)
    };
    let budgets: Vec<_> = store.list(Kind::PodDisruptionBudget, &pod.meta.namespace).filter(counts).collect();
    let budget = match budgets[..] {
        [] => return Eviction::Granted(None),
        [budget] => budget,
        _ => {
            return Eviction::Refused(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
            );
        }
    };
    let status = at(budget.doc(), &["status"]);
    let number = |field: &str| int(status, field).unwrap_or(0);
    let ready = pod.pod().is_some_and(|pod| pod.status.condition("Ready"));
    let always = text(at(budget.doc(), &["spec"]), "unhealthyPodEvictionPolicy") == "AlwaysAllow";
    let (current, desired) = (number("currentHealthy"), number("desiredHealthy"));
    if !ready && (always || (current >= desired && desired > 0)) {
        return Eviction::Granted(None);
    }
    let allowed = number("disruptionsAllowed");
    if number("observedGeneration") < budget.meta.generation || allowed <= 0 {
        return Eviction::Later("Cannot evict pod as it would violate the pod's disruption budget.");
    }
    let mut status = status.clone();
    set(&mut status, "disruptionsAllowed", allowed - 1);
    Eviction::Granted(Some((budget.key(), status)))
}
