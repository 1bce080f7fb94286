//! The fields of the built-in API: names and types, from a table that `scripts/generate-schema` writes.
//!
//! A line of `fields.txt` is a type and its fields, `ServicePort name:s port:i! targetPort:I`. `*` marks an object
//! (with `apiVersion` and `kind`), `/v2` a Go package other than `v1`, `!` a required field. A field's type is `[`
//! (a list of) or `{` (a map to) before a letter or the name of a type. `names.txt`, kept by hand, adds what
//! the source does not say: the Go names of string types, and the values they may have.

use crate::api::Gathered;
use crate::api::Kind;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static FIELDS: &str = include_str!("fields.txt");
static NAMES: &str = include_str!("names.txt");

static TYPES: LazyLock<BTreeMap<&str, Struct>> = LazyLock::new(|| {
    FIELDS
        .lines()
        .map(|line| {
            let (head, fields) = line.split_once(' ').unwrap_or((line, ""));
            let (head, object) = head.strip_suffix('*').map_or((head, false), |head| (head, true));
            let (label, version) = head.split_once('/').unwrap_or((head, "v1"));
            (label, Struct { label, version, object, fields })
        })
        .into_map()
});

static NAMED: LazyLock<BTreeMap<&str, (&str, &str)>> = LazyLock::new(|| {
    NAMES
        .lines()
        .filter_map(|line| {
            let (field, rest) = line.split_once(' ')?;
            Some((field, rest.split_once(' ').unwrap_or((rest, ""))))
        })
        .into_map()
});

/// A struct of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Struct {
    /// Its name, with the group before it where two groups share one: `core.EndpointPort`.
    pub label: &'static str,
    version: &'static str,
    object: bool,
    fields: &'static str,
}

/// A field of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its type.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// The Go name of its type, where that is not the plain one.
    named: Option<&'static str>,
    values: &'static str,
}

/// A type, as the table spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape(&'static str);

/// A type, one level of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `float64`
    Float,
    /// `[]byte`: base64 in JSON.
    Bytes,
    /// `metav1.Time`, and the finer `metav1.MicroTime`.
    Time,
    /// `resource.Quantity`
    Quantity,
    /// `intstr.IntOrString`
    IntOrString,
    /// Anything.
    Any,
    /// A list.
    List(Shape),
    /// A map from strings.
    Map(Shape),
    /// A struct.
    Struct(Struct),
}

/// The struct of a kind's objects.
pub fn of(kind: Kind) -> Option<Struct> {
    TYPES.get(kind.resource().name).copied()
}

impl Struct {
    /// Its name in Go.
    pub fn name(&self) -> &'static str {
        self.label.rsplit('.').next().unwrap_or(self.label)
    }

    /// Its fields, by name; those of every object first.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        self.texts().map(move |text| self.parse(text))
    }

    /// The field of that name. Names are exact: the server heeds their case.
    pub fn field(self, name: &str) -> Option<Field> {
        let is = |text: &&str| text.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'));
        self.texts().find(is).map(|text| self.parse(text))
    }

    fn texts(self) -> impl Iterator<Item = &'static str> {
        let common: &[&str] = if self.object { &["apiVersion:s", "kind:s"] } else { &[] };
        common.iter().copied().chain(self.fields.split_ascii_whitespace())
    }

    fn parse(self, text: &'static str) -> Field {
        let (name, shape) = text.split_once(':').unwrap_or((text, "R"));
        let (shape, required) = shape.strip_suffix('!').map_or((shape, false), |shape| (shape, true));
        let key = format!("{}.{name}", self.label);
        let (named, values) = NAMED.get(key.as_str()).map_or((None, ""), |(go, values)| (Some(*go), *values));
        Field { name, shape: Shape(shape), required, named, values }
    }
}

impl Field {
    /// The values it may have, where there is a list of them.
    pub fn values(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.values.split_ascii_whitespace()
    }

    /// The name of its type in Go, where it has one of its own.
    pub fn named(&self) -> Option<&'static str> {
        self.named
    }

    /// The same field, seen as one item of it.
    pub(super) fn with(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// Its type as Go prints it.
    pub(super) fn go_type(&self, owner: Struct) -> String {
        self.shape.go_type(owner.version, self.named)
    }
}

impl Shape {
    /// What it is.
    pub fn kind(self) -> Type {
        match self.0 {
            "s" => Type::String,
            "b" => Type::Bool,
            "i" => Type::Int32,
            "l" => Type::Int64,
            "f" => Type::Float,
            "B" => Type::Bytes,
            "T" | "M" => Type::Time,
            "Q" => Type::Quantity,
            "I" => Type::IntOrString,
            text => match text.as_bytes().first() {
                Some(b'[') => Type::List(Self(&text[1..])),
                Some(b'{') => Type::Map(Self(&text[1..])),
                _ => TYPES.get(text).map_or(Type::Any, |found| Type::Struct(*found)),
            },
        }
    }

    /// Its name in Go, `named` where the innermost string (or a resource list) has a name of its own.
    pub(super) fn go_type(self, version: &str, named: Option<&str>) -> String {
        let own = |plain: &str| named.map_or_else(|| plain.to_owned(), |name| qualified(name, version));
        match self.kind() {
            Type::String => own("string"),
            Type::Bool => "bool".to_owned(),
            Type::Int32 => "int32".to_owned(),
            Type::Int64 => "int64".to_owned(),
            Type::Float => "float64".to_owned(),
            Type::Bytes => "[]uint8".to_owned(),
            Type::Time => "string".to_owned(),
            Type::Quantity => "resource.Quantity".to_owned(),
            Type::IntOrString => "int32".to_owned(),
            Type::Any => "runtime.RawExtension".to_owned(),
            Type::Map(_) if named == Some("ResourceList") => qualified("ResourceList", version),
            Type::List(inner) => format!("[]{}", inner.go_type(version, named)),
            Type::Map(inner) => format!("map[string]{}", inner.go_type(version, named)),
            Type::Struct(inner) => format!("{}.{}", inner.version, inner.name()),
        }
    }
}

fn qualified(name: &str, version: &str) -> String {
    if name == "UID" { "types.UID".to_owned() } else { format!("{version}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::RESOURCES;

    #[test]
    fn every_name_in_the_tables_leads_somewhere() {
        for found in TYPES.values() {
            for field in found.fields() {
                let mut text = field.shape.0;
                text = text.trim_start_matches(['[', '{']);
                assert!(
                    text.len() == 1 || TYPES.contains_key(text),
                    "{}.{}: {text}",
                    found.label,
                    field.name
                );
            }
        }
        for name in NAMED.keys() {
            let (owner, field) = name.rsplit_once('.').expect("a field");
            let found = TYPES.get(owner).and_then(|found| found.field(field));
            assert!(found.is_some(), "{name}");
        }
        let without: Vec<_> = RESOURCES.iter().filter(|r| of(r.kind).is_none()).map(|r| r.name).collect();
        assert_eq!(without, Vec::<&str>::new());
    }

    #[test]
    fn types_as_go_names_them() {
        let service = of(Kind::Service).expect("known");
        assert_eq!(service.field("spec").expect("known").go_type(service), "v1.ServiceSpec");
        let Type::Struct(spec) = service.field("spec").expect("known").shape.kind() else {
            panic!("a struct")
        };
        assert_eq!(spec.field("ports").expect("known").go_type(spec), "[]v1.ServicePort");
        assert_eq!(spec.field("selector").expect("known").go_type(spec), "map[string]string");
        assert_eq!(spec.field("type").expect("known").go_type(spec), "v1.ServiceType");
        assert_eq!(spec.field("ipFamilies").expect("known").go_type(spec), "[]v1.IPFamily");
    }
}
