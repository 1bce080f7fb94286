//! Reading typed values out of a checked document.

use super::{Value, Word};
use crate::api::Gathered;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A type that can be read from a JSON value the schema has already checked. A value of another
/// type reads as the default, never as an error: telling the user was the manifest room's part.
pub trait FromValue: Default {
    /// Reads `value`; the type's default where it does not fit.
    fn from_value(value: &Value) -> Self;
}

impl FromValue for String {
    fn from_value(value: &Value) -> Self {
        value.as_str().unwrap_or_default().to_owned()
    }
}

impl FromValue for Word {
    fn from_value(value: &Value) -> Self {
        value.as_str().unwrap_or_default().into()
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Self {
        value.as_bool().unwrap_or_default()
    }
}

macro_rules! integers { ($($int:ty),*) => { $(
    impl FromValue for $int {
        fn from_value(value: &Value) -> Self {
            value.as_i64().and_then(|n| n.try_into().ok()).unwrap_or_default()
        }
    }
)* } }
integers!(i32, i64, u16, u32, u64, usize);

impl FromValue for Value {
    fn from_value(value: &Value) -> Self {
        value.clone()
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Self {
        (!value.is_null()).then(|| T::from_value(value))
    }
}

impl<T: FromValue> FromValue for Arc<T> {
    fn from_value(value: &Value) -> Self {
        Arc::new(T::from_value(value))
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Self {
        value.as_array().map(|items| items.iter().map(T::from_value).collect()).unwrap_or_default()
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(value: &Value) -> Self {
        value
            .as_object()
            .map(|map| map.iter().map(|(key, value)| (key.clone(), T::from_value(value))).into_map())
            .unwrap_or_default()
    }
}

/// A port by number or by name (`intstr.IntOrString`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IntOrString {
    /// A number.
    Int(i64),
    /// A name, or for some fields a percentage.
    Name(String),
}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl FromValue for IntOrString {
    fn from_value(value: &Value) -> Self {
        match value {
            Value::String(name) => Self::Name(name.clone()),
            other => Self::Int(other.as_i64().unwrap_or_default()),
        }
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Declares structs that are views of a document: each field with the JSON key it is read from.
macro_rules! views {
    ($( $(#[$meta:meta])* pub struct $name:ident {
        $( $(#[$fmeta:meta])* $field:ident: $ty:ty = $key:literal, )*
    } )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name { $( $(#[$fmeta])* pub $field: $ty, )* }

        impl $crate::api::FromValue for $name {
            fn from_value(value: &$crate::api::Value) -> Self {
                Self { $( $field: $crate::api::FromValue::from_value(&value[$key]), )* }
            }
        }
    )* };
}
pub(crate) use views;
