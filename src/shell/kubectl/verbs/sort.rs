//! `--sort-by`: in the order kubectl's own sort leaves, which matters where values are missing.

use crate::api::Value;
use crate::apiserver::quantity::Quantity;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::jsonpath::{Options, Template, relaxed};
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::resources::Found;

/// A path that is sorted by.
#[derive(Clone, Debug)]
pub struct Sorter {
    path: Template,
}

impl Sorter {
    /// Reads a path; none for an empty one.
    ///
    /// # Errors
    /// When the path cannot be read.
    pub fn parse(path: &str) -> Result<Option<Self>, Failure> {
        if path.is_empty() {
            return Ok(None);
        }
        let path = relaxed(path)?;
        let path = Template::parse(&path).map_err(|why| format!("sorting error: {why}"))?;
        Ok(Some(Self { path }))
    }

    fn values(&self, doc: &Value) -> Result<Option<Value>, Failure> {
        let found = self.path.find(doc, Options::default()).map_err(|why| format!("sorting error: {why}"))?;
        Ok(found.first().and_then(|items| items.first()).map(|item| item.value().clone()))
    }

    fn keys<'a>(&self, docs: impl Iterator<Item = &'a Value>) -> Result<Vec<Option<Value>>, Failure> {
        let keys = docs.map(|doc| self.values(doc)).collect::<Result<Vec<_>, _>>()?;
        if !keys.is_empty() && keys.iter().all(Option::is_none) {
            return Err(format!(
                "couldn't find any field with path {} in the list of objects",
                go::quote(self.path.text())
            )
            .into());
        }
        Ok(keys)
    }

    /// Sorts documents that are printed as such.
    ///
    /// # Errors
    /// When none of them has the field, or two cannot be compared.
    pub fn sort_documents(&self, docs: &mut Vec<Value>) -> Result<(), Failure> {
        let keys = self.keys(docs.iter())?;
        let less = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
            (None, None) => Ok(false),
            (None, Some(_)) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(a), Some(b)) => less(a, b),
        };
        let order = insertion(&keys, less)?;
        *docs = order.into_iter().map(|at| docs[at].clone()).collect();
        Ok(())
    }
}

/// Sorts the rows of a table.
///
/// # Errors
/// As [`Sorter::sort_documents`].
pub fn sort_rows(sorter: &Sorter, rows: &mut Vec<&Found>) -> Result<(), Failure> {
    let keys = sorter.keys(rows.iter().map(|found| &found.doc))?;
    // A row without the field comes before every other, even before another such row.
    let less = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
        (None, _) => Ok(true),
        (Some(_), None) => Ok(false),
        (Some(a), Some(b)) => less(a, b),
    };
    let order = insertion(&keys, less)?;
    *rows = order.into_iter().map(|at| rows[at]).collect();
    Ok(())
}

/// Insertion sort, which is what Go's sort does to short lists: the order of equals, and of values
/// that claim to be less than each other, follows from it.
fn insertion(
    keys: &[Option<Value>],
    less: impl Fn(&Option<Value>, &Option<Value>) -> Result<bool, Failure>,
) -> Result<Vec<usize>, Failure> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    for from in 1..order.len() {
        let mut at = from;
        while at > 0 && less(&keys[order[at]], &keys[order[at - 1]])? {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
    Ok(order)
}

fn less(a: &Value, b: &Value) -> Result<bool, Failure> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => match (Quantity::parse(a), Quantity::parse(b)) {
            (Some(a), Some(b)) => Ok(a < b),
            _ => Ok(natural_less(a, b)),
        },
        (Value::Number(a), Value::Number(b)) => Ok(a.as_f64() < b.as_f64()),
        (Value::Null, other) => Ok(!other.is_null()),
        (_, Value::Null) => Ok(false),
        (Value::Bool(_) | Value::Array(_) | Value::Object(_), _) => {
            let kind = match a {
                Value::Bool(_) => "bool",
                Value::Array(_) => "slice",
                _ => "map",
            };
            Err(format!("field {} in {} is an unsortable type: {kind}", "", go::plain(a)).into())
        }
        _ => Ok(natural_less(&go::plain(a), &go::plain(b))),
    }
}

/// Text in which runs of digits compare as numbers: `web-9` before `web-10`.
fn natural_less(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a, b);
    loop {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (da, db) = (digits(a), digits(b));
        if da > 0 && db > 0 {
            let (na, nb) = (a[..da].trim_start_matches('0'), b[..db].trim_start_matches('0'));
            if na != nb {
                return (na.len(), na) < (nb.len(), nb);
            }
            if da != db {
                return da < db;
            }
            (a, b) = (&a[da..], &b[db..]);
            continue;
        }
        match (a.chars().next(), b.chars().next()) {
            (Some(ca), Some(cb)) if ca == cb => (a, b) = (&a[ca.len_utf8()..], &b[cb.len_utf8()..]),
            (ca, cb) => return ca < cb,
        }
    }
}
