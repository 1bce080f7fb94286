//! Compares what a filter's two sides came to, as Go's templates compare.

use crate::api::Value;
use crate::shell::kubectl::output::go;
use crate::shell::regex::{Regex, Syntax};
use std::cmp::Ordering;

const BAD_TYPE: &str = "invalid type for comparison";
const INCOMPATIBLE: &str = "incompatible types for comparison";

pub(super) fn compare(operator: &str, left: &Value, right: &Value) -> Result<bool, String> {
    match operator {
        "==" => equal(left, right),
        "!=" => equal(left, right).map(|equal| !equal),
        "<" => less(left, right),
        "<=" => Ok(less(left, right)? || equal(left, right)?),
        ">" => Ok(!(less(left, right)? || equal(left, right)?)),
        ">=" => less(left, right).map(|less| !less),
        "=~" => match (left, right) {
            (Value::String(data), Value::String(pattern)) => Regex::new(pattern, Syntax::Perl, false)
                .map(|regex| regex.is_match(data))
                .map_err(|why| format!("error parsing regexp: {why}: `{pattern}`")),
            _ => Err(format!(
                "regexp search only support string now but getting pattern: {}, data: {}",
                go::syntax(right),
                go::syntax(left)
            )),
        },
        operator => Err(format!("unrecognized filter operator {operator}")),
    }
}

fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    match order(left, right)? {
        Some(order) => Ok(order == Ordering::Equal),
        None => Ok(false),
    }
}

fn less(left: &Value, right: &Value) -> Result<bool, String> {
    let order = order(left, right)?;
    if left.is_boolean() {
        return Err(BAD_TYPE.into());
    }
    Ok(order == Some(Ordering::Less))
}

fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, String> {
    if [left, right].iter().any(|value| matches!(value, Value::Null | Value::Array(_) | Value::Object(_))) {
        return Err(BAD_TYPE.into());
    }
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(Some(left.cmp(right))),
        (Value::Bool(left), Value::Bool(right)) => Ok(Some(left.cmp(right))),
        (Value::Number(left), Value::Number(right)) if left.is_f64() == right.is_f64() => {
            match (left.as_i64(), right.as_i64()) {
                (Some(left), Some(right)) => Ok(Some(left.cmp(&right))),
                _ => Ok(left.as_f64().partial_cmp(&right.as_f64())),
            }
        }
        _ => Err(INCOMPATIBLE.into()),
    }
}
