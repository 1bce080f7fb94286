//! Events: what happened, counted as client-go's correlator counts it.
//!
//! The same sentence about the same object raises a count; the tenth different sentence of one
//! kind within ten minutes is folded into `(combined from similar events)`.

use crate::api::{Document, Instant, Key, Kind, Meta, Object, Value, Word, json, word};
use crate::apiserver::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Different sentences of one kind that are told apart.
const DISTINCT: usize = 10;
/// The time after which similar events are counted anew.
const SIMILAR_WITHIN: Duration = Duration::from_secs(600);

/// Something a person should know about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// About whom.
    pub about: Key,
    /// The part of it: `spec.containers{web}`; empty for all of it.
    pub field: Word,
    /// Whether it is a warning.
    pub warning: bool,
    /// One word: `Scheduled`.
    pub reason: &'static str,
    /// A sentence.
    pub message: String,
    /// Who says so: `kubelet`.
    pub source: &'static str,
    /// On which node; empty for none.
    pub host: Word,
}

impl Note {
    /// A normal event of a controller.
    pub fn new(source: &'static str, about: Key, reason: &'static str, message: String) -> Self {
        Self { about, field: Word::default(), warning: false, reason, message, source, host: Word::default() }
    }

    /// The same as a warning.
    pub fn warning(self) -> Self {
        Self { warning: true, ..self }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    about: Key,
    uid: Word,
    field: Word,
    warning: bool,
    reason: &'static str,
    source: &'static str,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    last: Instant,
    said: Vec<Said>,
}

/// A sentence that has its Event.
#[derive(Clone, Debug)]
struct Said {
    /// Whether it counts among the different sentences of these ten minutes.
    recent: bool,
    /// The Event's name.
    name: Word,
    happening: Arc<Happening>,
}

/// What an Event says.
#[derive(Clone, Debug)]
struct Happening {
    note: Note,
    /// Whether it stands for several sentences, of which the note has the latest.
    combined: bool,
    uid: Word,
    version: Option<u64>,
    first: Instant,
    last: Instant,
    count: u64,
}

impl Happening {
    fn message(&self) -> String {
        let of = if self.combined { "(combined from similar events): " } else { "" };
        format!("{of}{}", self.note.message)
    }
}

/// What a recorder answers: write this Event.
#[derive(Clone, Debug)]
pub enum Record {
    /// A new one.
    Create(Meta, Arc<dyn Document>),
    /// One that is counted once more, and what it now says.
    Again(Arc<Object>, Arc<dyn Document>),
    /// The same for one that somebody else has written to.
    Update(Value),
}

/// Remembers which events were recorded, to count them.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    seen: Arc<BTreeMap<Series, Arc<Seen>>>,
    number: u64,
    /// What the metadata of all Events share: no labels, no owners.
    blank: Meta,
}

impl Recorder {
    /// Turns a note into the Event to be written.
    pub fn record(&mut self, store: &Store, note: Note, now: Instant) -> Record {
        let object = store.get(&note.about);
        let series = Series {
            about: note.about.clone(),
            uid: object.map(|object| object.meta.uid.clone()).unwrap_or_default(),
            field: note.field.clone(),
            warning: note.warning,
            reason: note.reason,
            source: note.source,
        };
        let uid = series.uid.clone();
        let seen = Arc::make_mut(Arc::make_mut(&mut self.seen).entry(series).or_default());
        if now.since(seen.last) > SIMILAR_WITHIN {
            seen.said.iter_mut().for_each(|said| said.recent = false);
        }
        seen.last = now;
        let recent = seen.said.iter().filter(|said| said.recent);
        let others = recent.filter(|said| said.happening.note.message != note.message).count();
        let combined = others + 1 >= DISTINCT;
        let says_so = |said: &Said| {
            let (happening, sentence) = (&said.happening, &note.message);
            happening.combined == combined && (combined || happening.note.message == *sentence)
        };
        let known = seen.said.iter().position(says_so);
        let namespace = namespace_of(&note.about);
        if let Some(said) = known.map(|at| &mut seen.said[at])
            && let Some(event) = store.find(Kind::Event, namespace, &said.name)
        {
            said.recent = !combined;
            let happening = &mut said.happening;
            let ours = event.document().is_some_and(|document| is_same(document, happening));
            let count = happening.count + 1;
            *happening = Arc::new(Happening { note, last: now, count, ..(**happening).clone() });
            if ours {
                return Record::Again(event.clone(), happening.clone());
            }
            let mut doc = event.doc().clone();
            doc["count"] = (doc["count"].as_i64().unwrap_or(1) + 1).into();
            doc["lastTimestamp"] = now.rfc3339().as_str().into();
            doc["message"] = happening.message().into();
            return Record::Update(doc);
        }
        self.number += 1;
        let name = word!("{}.{:x}", note.about.name, now.micros() * 1000 + self.number % 1000);
        let meta = Meta { name: name.clone(), namespace: namespace.into(), ..self.blank.clone() };
        let version = object.map(|object| object.meta.resource_version);
        let happening = Arc::new(Happening { note, combined, uid, version, first: now, last: now, count: 1 });
        let said = Said { recent: !combined, name, happening: happening.clone() };
        match known {
            Some(at) => seen.said[at] = said,
            None => seen.said.push(said),
        }
        Record::Create(meta, happening)
    }

    /// Forgets an object that is gone.
    pub fn forget(&mut self, about: &Key) {
        let first = Series {
            about: about.clone(),
            uid: Word::default(),
            field: Word::default(),
            warning: false,
            reason: "",
            source: "",
        };
        let seen = self.seen.range(&first..).take_while(|(series, _)| series.about == *about);
        let series: Vec<Series> = seen.map(|(series, _)| series.clone()).collect();
        if !series.is_empty() {
            let seen = Arc::make_mut(&mut self.seen);
            series.iter().for_each(|series| drop(seen.remove(series)));
        }
    }
}

/// Events about cluster-scoped objects are in `default`.
fn namespace_of(about: &Key) -> &str {
    if about.namespace.is_empty() { "default" } else { &about.namespace }
}

/// Whether an Event's document is the one that was written last.
fn is_same(document: &Arc<dyn Document>, happening: &Arc<Happening>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(document), Arc::as_ptr(happening))
}

impl Document for Happening {
    fn write(&self, object: &Object) -> Value {
        let (note, meta) = (&self.note, &object.meta);
        let mut involved = json!({
            "apiVersion": note.about.kind.resource().api_version(),
            "kind": note.about.kind.resource().name,
            "name": note.about.name,
            "uid": self.uid,
        });
        if !note.about.namespace.is_empty() {
            involved["namespace"] = note.about.namespace.as_str().into();
        }
        if let Some(version) = self.version {
            involved["resourceVersion"] = version.to_string().into();
        }
        if !note.field.is_empty() {
            involved["fieldPath"] = note.field.as_str().into();
        }
        let mut source = json!({"component": note.source});
        if !note.host.is_empty() {
            source["host"] = note.host.as_str().into();
        }
        json!({
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": meta.name, "namespace": meta.namespace, "uid": meta.uid,
                "creationTimestamp": meta.created.rfc3339(),
                "resourceVersion": meta.resource_version.to_string()},
            "involvedObject": involved,
            "reason": note.reason,
            "message": self.message(),
            "source": source,
            "firstTimestamp": self.first.rfc3339(),
            "lastTimestamp": self.last.rfc3339(),
            "count": self.count,
            "type": if note.warning { "Warning" } else { "Normal" },
            "eventTime": null,
            "reportingComponent": note.source,
            "reportingInstance": note.host,
        })
    }
}
