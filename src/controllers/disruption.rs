//! Pod disruption budgets: how many of their pods may go.

use super::pods::{is_active, is_ready};
use super::rolling::scaled;
use super::write::{self, Write};
use crate::api::{FromValue, IntOrString, Key, Kind, Selector};
use crate::apiserver::Store;

pub(super) fn reconcile(store: &Store, key: &Key) -> Vec<Write> {
    let Some(budget) = store.get(key) else { return Vec::new() };
    let spec = &budget.doc()["spec"];
    let selector = Selector::from_value(&spec["selector"]);
    let mut pods = store.select(Kind::Pod, &key.namespace, &selector);
    pods.retain(|pod| is_active(pod));
    let expected = pods.len() as i32;
    let healthy = pods.iter().filter(|pod| is_ready(pod)).count() as i32;
    let number = |field: &str| Option::<IntOrString>::from_value(&spec[field]);
    let desired = match number("maxUnavailable") {
        Some(most) => (expected - scaled(Some(&most), expected, true)).max(0),
        None => scaled(number("minAvailable").as_ref(), expected, true),
    };
    let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
    let mut status = budget.doc()["status"].clone();
    for (field, value) in [
        ("currentHealthy", healthy),
        ("desiredHealthy", desired),
        ("disruptionsAllowed", allowed),
        ("expectedPods", expected),
    ] {
        status[field] = value.into();
    }
    status["observedGeneration"] = budget.meta.generation.into();
    write::status(budget, status).into_iter().collect()
}
