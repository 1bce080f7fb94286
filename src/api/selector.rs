//! Label selectors: which objects a Service, a workload or a policy means.

use super::value::views;
use super::{FromValue, Labels, Value};
use crate::api::Ordered;
use std::fmt;

/// `metav1.LabelSelector`: every label and every requirement must hold. An empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector {
    /// Labels that must have exactly these values.
    pub match_labels: Labels,
    /// Further requirements.
    pub match_expressions: Vec<Requirement>,
}

views! {
    /// One requirement on one label (`metav1.LabelSelectorRequirement`).
    pub struct Requirement {
        /// The label's key.
        key: String = "key",
        /// How its value is compared.
        operator: RequirementOperator = "operator",
        /// With which values.
        values: Vec<String> = "values",
    }
}

/// How a requirement compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequirementOperator {
    /// The value is one of those listed.
    #[default]
    In,
    /// The label is absent or its value is none of those listed.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is absent.
    DoesNotExist,
    /// The value, as a number, is greater (node affinity only).
    Gt,
    /// The value, as a number, is less (node affinity only).
    Lt,
}

impl FromValue for RequirementOperator {
    fn from_value(value: &Value) -> Self {
        match value.as_str() {
            Some("NotIn") => Self::NotIn,
            Some("Exists") => Self::Exists,
            Some("DoesNotExist") => Self::DoesNotExist,
            Some("Gt") => Self::Gt,
            Some("Lt") => Self::Lt,
            _ => Self::In,
        }
    }
}

impl Requirement {
    /// Whether `labels` meet this requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let number = |text: &String| text.parse::<i64>().ok();
        let bound = self.values.first().and_then(number);
        match self.operator {
            RequirementOperator::In => value.is_some_and(|v| self.values.contains(v)),
            RequirementOperator::NotIn => !value.is_some_and(|v| self.values.contains(v)),
            RequirementOperator::Exists => value.is_some(),
            RequirementOperator::DoesNotExist => value.is_none(),
            RequirementOperator::Gt => value.and_then(number).zip(bound).is_some_and(|(v, b)| v > b),
            RequirementOperator::Lt => value.and_then(number).zip(bound).is_some_and(|(v, b)| v < b),
        }
    }
}

impl Selector {
    /// A selector of labels alone, as `Service.spec.selector` is.
    pub fn labels(match_labels: Labels) -> Self {
        Self { match_labels, match_expressions: Vec::new() }
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether `labels` are selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| requirement.matches(labels))
    }
}

impl FromValue for Selector {
    fn from_value(value: &Value) -> Self {
        Self {
            match_labels: FromValue::from_value(&value["matchLabels"]),
            match_expressions: FromValue::from_value(&value["matchExpressions"]),
        }
    }
}

/// As `metav1.FormatLabelSelector` prints it: `app=web,tier in (a,b)`.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<(&str, String)> =
            self.match_labels.iter().map(|(key, value)| (key.as_str(), format!("{key}={value}"))).collect();
        for requirement in &self.match_expressions {
            let (key, values) = (&requirement.key, requirement.values.join(","));
            let text = match requirement.operator {
                RequirementOperator::In => format!("{key} in ({values})"),
                RequirementOperator::NotIn => format!("{key} notin ({values})"),
                RequirementOperator::Exists => key.clone(),
                RequirementOperator::DoesNotExist => format!("!{key}"),
                RequirementOperator::Gt => format!("{key}>{values}"),
                RequirementOperator::Lt => format!("{key}<{values}"),
            };
            parts.push((key, text));
        }
        // Requirements on one key stay in the order they were written in.
        parts.order_by(|a, b| a.0.cmp(b.0));
        f.write_str(&parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(","))
    }
}
