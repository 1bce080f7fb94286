//! What a scenario's solution changes: the learner's files line by line, and the objects field by field.
//!
//! It is played on a copy of the start; nothing of the learner's session changes.

use crate::api::{Gathered, Key, Kind, Value};
use crate::lessons::{Scenario, play};
use crate::shell::Session;
use std::collections::BTreeSet;

/// How many fields of an object are told.
const MOST: usize = 12;
/// Kinds that people write; what controllers make of them would only drown the change.
const WRITTEN: [Kind; 9] = [
    Kind::Namespace,
    Kind::Service,
    Kind::Endpoints,
    Kind::EndpointSlice,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::NetworkPolicy,
    Kind::ConfigMap,
];

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It stays.
    Same,
    /// It goes.
    Gone,
    /// It comes.
    New,
}

/// A file or an object, and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// Its lines, each with what became of it.
    pub lines: Vec<(Sign, String)>,
}

/// What the solution of a scenario changes, from the learner's files and from the cluster at the start.
pub fn changes(scenario: &Scenario, start: &Session, learner: &Session) -> Vec<Change> {
    let mut solved = start.clone();
    play(&mut solved, &scenario.solution);
    let mut found = Vec::new();
    for (path, text) in solved.files().iter() {
        let was = learner.files().read(path).unwrap_or_default();
        // Only what the scenario gave: a script's own scratch files are nobody's business.
        if was != text && start.files().exists(path) {
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            found.push(Change { name, lines: lines(was, text) });
        }
    }
    let keys = |session: &Session| -> BTreeSet<Key> {
        let store = session.cluster().store();
        WRITTEN.iter().flat_map(|kind| store.list_all(*kind).map(|object| object.key())).into_set()
    };
    let (before, after) = (keys(start), keys(&solved));
    for key in before.union(&after) {
        let of = |session: &Session| session.cluster().store().get(key).map(|object| object.doc().clone());
        let (was, is) = (of(start), of(&solved));
        // An object that belongs to another follows from it, and so do the Endpoints of a Service that selects pods.
        let owned = |doc: &Option<Value>| {
            doc.as_ref().is_some_and(|doc| doc["metadata"]["ownerReferences"].is_array())
        };
        let service = solved.cluster().store().find(Kind::Service, &key.namespace, &key.name);
        let selected = key.kind == Kind::Endpoints
            && service.is_some_and(|service| service.doc()["spec"]["selector"].is_object());
        if selected || owned(&was) || owned(&is) {
            continue;
        }
        let mut lines = Vec::new();
        match (was, is) {
            (None, Some(_)) => lines.push((Sign::New, "created".to_owned())),
            (Some(_), None) => lines.push((Sign::Gone, "deleted".to_owned())),
            (Some(was), Some(is)) => {
                for part in ["spec", "data", "subsets"] {
                    fields(part, &was[part], &is[part], &mut lines);
                }
            }
            (None, None) => {}
        }
        if !lines.is_empty() {
            lines.truncate(MOST);
            found.push(Change { name: key.to_string(), lines });
        }
    }
    found
}

/// The fields in which two values differ.
fn fields(path: &str, was: &Value, is: &Value, out: &mut Vec<(Sign, String)>) {
    match (was, is) {
        _ if was == is => {}
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).into_set();
            for key in keys {
                fields(&format!("{path}.{key}"), &was[key.as_str()], &is[key.as_str()], out);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                fields(&format!("{path}[{index}]"), old, new, out);
            }
        }
        _ => {
            let mut tell = |sign, value: &Value| {
                if !value.is_null() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    out.push((sign, format!("{path}: {text}")));
                }
            };
            tell(Sign::Gone, was);
            tell(Sign::New, is);
        }
    }
}

/// Two texts line by line, by the longest run of lines they share.
fn lines(was: &str, is: &str) -> Vec<(Sign, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (was.lines().collect(), is.lines().collect());
    let width = new.len() + 1;
    // How many lines are shared from here on, for each pair of places.
    let mut shared = vec![0_usize; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            shared[i * width + j] = match old[i] == new[j] {
                true => shared[(i + 1) * width + j + 1] + 1,
                false => shared[(i + 1) * width + j].max(shared[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        let take_old =
            i < old.len() && (j == new.len() || shared[(i + 1) * width + j] >= shared[i * width + j + 1]);
        if i < old.len() && j < new.len() && old[i] == new[j] {
            out.push((Sign::Same, old[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if take_old {
            out.push((Sign::Gone, old[i].to_owned()));
            i += 1;
        } else {
            out.push((Sign::New, new[j].to_owned()));
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_texts_are_compared_line_by_line() {
        let told: Vec<String> = lines("a\nb\nc", "a\nx\nc\nd")
            .into_iter()
            .map(|(sign, line)| format!("{sign:?} {line}"))
            .collect();
        assert_eq!(told, ["Same a", "Gone b", "New x", "Same c", "New d"]);
        assert_eq!(lines("", ""), []);
    }

    #[test]
    fn two_values_are_compared_field_by_field() {
        let (was, is) = (
            crate::api::json!({"a": {"b": 1, "c": [1, 2]}}),
            crate::api::json!({"a": {"b": 2, "c": [1, 3], "d": "x"}}),
        );
        let mut told = Vec::new();
        fields("spec", &was, &is, &mut told);
        let told: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(told, ["spec.a.b: 1", "spec.a.b: 2", "spec.a.c[1]: 2", "spec.a.c[1]: 3", "spec.a.d: x"]);
    }
}
