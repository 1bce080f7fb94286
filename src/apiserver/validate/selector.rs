//! Validation of label selectors.

use super::meta::{label_name, labels};
use super::names::label_value;
use crate::api::{FromValue, Labels, Selector, Value};
use crate::apiserver::document::{entries, items, text};
use crate::apiserver::field::{Errors, Path};

const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

/// Validates a label selector; null is none.
pub(super) fn label_selector(errors: &mut Errors, selector: &Value, path: &Path<'_>) {
    labels(errors, selector, "matchLabels", path);
    let path = path.child("matchExpressions");
    for (index, requirement) in items(selector, "matchExpressions").iter().enumerate() {
        let path = path.index(index);
        let operator = text(requirement, "operator");
        let values = items(requirement, "values");
        match operator {
            "In" | "NotIn" if values.is_empty() => {
                errors
                    .required(&path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.forbidden(&path.child("values"), detail);
            }
            _ if OPERATORS.contains(&operator) => {}
            _ => errors.invalid(&path.child("operator"), operator, "not a valid selector operator"),
        }
        label_name(errors, text(requirement, "key"), &path.child("key"));
        let path = path.child("values");
        for (index, value) in values.iter().enumerate() {
            let value = value.as_str().unwrap_or_default();
            for problem in label_value(value) {
                errors.invalid(&path.index(index), value, problem);
            }
        }
    }
}

/// Whether the server can make a selector of it.
pub(super) fn is_usable(selector: &Value) -> bool {
    let mut errors = Errors::default();
    label_selector(&mut errors, selector, &Path::root(""));
    errors.is_empty()
}

/// Whether it selects everything.
pub(super) fn is_empty(selector: &Value) -> bool {
    entries(selector, "matchLabels").next().is_none() && items(selector, "matchExpressions").is_empty()
}

/// Whether these labels are selected. No selector selects nothing.
pub(super) fn matches(selector: &Value, labels: &Value) -> bool {
    selector.is_object() && Selector::from_value(selector).matches(&Labels::from_value(labels))
}
