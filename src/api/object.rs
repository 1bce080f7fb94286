//! An object of the cluster: its document and what the simulation reads of it.

use super::network_policy::NetworkPolicy;
use super::node::Node;
use super::pod::{Pod, PodStatus};
use super::service::{EndpointSlice, Endpoints, Service};
use super::workload::{Job, Workload};
use super::{FromValue, Kind, Meta, Value, Word};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What names an object: kind, namespace (empty for cluster-scoped kinds) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The kind.
    pub kind: Kind,
    /// The namespace; empty for cluster-scoped kinds.
    pub namespace: Word,
    /// The name.
    pub name: Word,
}

impl Key {
    /// The key of an object.
    pub fn new(kind: Kind, namespace: impl Into<Word>, name: impl Into<Word>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}

/// `deployment/sleep-1`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.resource().singular(), self.name)
    }
}

/// The typed part of an object, for kinds the simulation acts on.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // each holds the view of its name; large ones elsewhere: an Event is an object too
pub enum View {
    Pod(Pod),
    Service(Arc<Service>),
    EndpointSlice(EndpointSlice),
    Endpoints(Endpoints),
    Workload(Arc<Workload>),
    Job(Arc<Job>),
    Node(Node),
    NetworkPolicy(NetworkPolicy),
    /// Read from the document where needed.
    Other,
}

/// A document, or a part of one, that is written out when someone asks for it. Most of what a cluster
/// writes is replaced before anyone reads it.
pub trait Document: fmt::Debug + Send + Sync {
    /// Writes it, for the object that carries it.
    fn write(&self, object: &Object) -> Value;
}

/// An object: immutable once made; a change is a new one.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// A view of its metadata.
    pub meta: Meta,
    /// A view of the rest.
    pub view: View,
    /// The whole document; put together when someone asks for it.
    doc: OnceLock<Arc<Value>>,
    source: Source,
}

/// What a document is put together from.
#[derive(Clone, Debug)]
enum Source {
    /// It was whole from the beginning.
    Whole,
    /// Another one writes it.
    Written(Arc<dyn Document>),
    /// Another pod's document, and what differs.
    Pod(Arc<Value>, Option<Arc<Renamed>>, PodStatusSource),
}

/// A volume that has a name of its own in every copy of a pod.
#[derive(Clone, Debug)]
struct Renamed {
    from: String,
    to: String,
}

#[derive(Clone, Debug)]
enum PodStatusSource {
    Same,
    Value(Value),
    Written(Arc<dyn Document>, OnceLock<Value>),
}

impl Object {
    /// The object a complete, checked document is.
    pub fn new(kind: Kind, doc: Value) -> Self {
        let view = match kind {
            Kind::Pod => View::Pod(FromValue::from_value(&doc)),
            Kind::Service => View::Service(FromValue::from_value(&doc)),
            Kind::EndpointSlice => View::EndpointSlice(FromValue::from_value(&doc)),
            Kind::Endpoints => View::Endpoints(FromValue::from_value(&doc)),
            Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet => {
                View::Workload(FromValue::from_value(&doc))
            }
            Kind::Job => View::Job(FromValue::from_value(&doc)),
            Kind::Node => View::Node(FromValue::from_value(&doc)),
            Kind::NetworkPolicy => View::NetworkPolicy(FromValue::from_value(&doc)),
            _ => View::Other,
        };
        let meta = FromValue::from_value(&doc["metadata"]);
        Self { kind, meta, view, doc: OnceLock::from(Arc::new(doc)), source: Source::Whole }
    }

    /// An object of a kind without a view, whose document is written when someone asks for it.
    pub fn written(kind: Kind, meta: Meta, document: Arc<dyn Document>) -> Self {
        let (view, doc) = (View::Other, OnceLock::new());
        Self { kind, meta, view, doc, source: Source::Written(document) }
    }

    /// What writes its document, if that is not kept.
    pub fn document(&self) -> Option<&Arc<dyn Document>> {
        match &self.source {
            Source::Written(document) | Source::Pod(_, _, PodStatusSource::Written(document, _)) => {
                Some(document)
            }
            _ => None,
        }
    }

    /// The same object with another status, under another `resourceVersion`.
    #[must_use]
    pub fn with_status(&self, status: Value, resource_version: u64) -> Self {
        let View::Pod(pod) = &self.view else {
            let mut doc = self.doc().clone();
            doc["status"] = status;
            doc["metadata"]["resourceVersion"] = resource_version.to_string().into();
            return Self::new(self.kind, doc);
        };
        let view = Pod { status: FromValue::from_value(&status), ..pod.clone() };
        self.changed(view, PodStatusSource::Value(status), resource_version)
    }

    /// The same pod with a status that `document` writes when someone asks for it, and `view` shows.
    #[must_use]
    pub fn with_written_status(
        &self,
        view: PodStatus,
        document: Arc<dyn Document>,
        resource_version: u64,
    ) -> Self {
        let (spec, node) = self.pod().map(|pod| (pod.spec.clone(), pod.node.clone())).unwrap_or_default();
        let status = PodStatusSource::Written(document, OnceLock::new());
        self.changed(Pod { spec, node, status: view }, status, resource_version)
    }

    /// The same pod on a node.
    #[must_use]
    pub fn bound(&self, node: &str, status: Value, resource_version: u64) -> Self {
        let spec = self.pod().map(|pod| pod.spec.clone()).unwrap_or_default();
        let view = Pod { spec, node: node.into(), status: FromValue::from_value(&status) };
        self.changed(view, PodStatusSource::Value(status), resource_version)
    }

    /// A new pod like this one under another name, uid and version. A volume may have a name of its own: in the
    /// document, not in the view, which all copies share and where it only leads from a mount to its volume.
    #[must_use]
    pub fn copied(&self, name: Word, uid: Word, volume: Option<(&str, String)>, version: u64) -> Self {
        let renamed = volume.map(|(from, to)| Arc::new(Renamed { from: from.to_owned(), to }));
        let meta = Meta { name, uid, resource_version: version, ..self.meta.clone() };
        let source = Source::Pod(self.whole().clone(), renamed, PodStatusSource::Same);
        Self { kind: self.kind, meta, view: self.view.clone(), doc: OnceLock::new(), source }
    }

    fn changed(&self, view: Pod, status: PodStatusSource, resource_version: u64) -> Self {
        let (base, renamed) = match &self.source {
            Source::Pod(base, renamed, _) => (base.clone(), renamed.clone()),
            _ => (self.whole().clone(), None),
        };
        let meta = Meta { resource_version, ..self.meta.clone() };
        let source = Source::Pod(base, renamed, status);
        Self { kind: self.kind, meta, view: View::Pod(view), doc: OnceLock::new(), source }
    }

    /// The whole document.
    pub fn doc(&self) -> &Value {
        self.whole()
    }

    fn whole(&self) -> &Arc<Value> {
        self.doc.get_or_init(|| match &self.source {
            Source::Whole => Arc::new(Value::Null),
            Source::Written(document) => Arc::new(document.write(self)),
            Source::Pod(base, renamed, status) => {
                let mut doc = Value::clone(base);
                if !matches!(status, PodStatusSource::Same) {
                    doc["status"] = self.status().clone();
                }
                doc["metadata"]["name"] = self.meta.name.as_str().into();
                doc["metadata"]["uid"] = self.meta.uid.as_str().into();
                doc["metadata"]["resourceVersion"] = self.meta.resource_version.to_string().into();
                if let Some(pod) = self.pod().filter(|pod| !pod.node.is_empty()) {
                    doc["spec"]["nodeName"] = pod.node.as_str().into();
                }
                if let Some(renamed) = renamed {
                    rename_volume(&mut doc["spec"], renamed);
                }
                Arc::new(doc)
            }
        })
    }

    /// The document's `status`.
    pub fn status(&self) -> &Value {
        match &self.source {
            Source::Pod(_, _, PodStatusSource::Value(status)) => status,
            Source::Pod(_, _, PodStatusSource::Written(document, status)) => {
                status.get_or_init(|| document.write(self))
            }
            Source::Pod(base, _, PodStatusSource::Same) => &base["status"],
            _ => &self.doc()["status"],
        }
    }

    /// What names it.
    pub fn key(&self) -> Key {
        Key::new(self.kind, self.meta.namespace.clone(), self.meta.name.clone())
    }
}

/// Gives a volume another name, and every mount of it.
fn rename_volume(spec: &mut Value, renamed: &Renamed) {
    let rename = |named: &mut Value| {
        if named["name"] == renamed.from.as_str() {
            named["name"] = renamed.to.as_str().into();
        }
    };
    for list in ["initContainers", "containers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let mounts = container.get_mut("volumeMounts").and_then(Value::as_array_mut);
            mounts.into_iter().flatten().for_each(rename);
        }
    }
    let volumes = spec.get_mut("volumes").and_then(Value::as_array_mut);
    volumes.into_iter().flatten().for_each(rename);
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.doc() == other.doc()
    }
}

macro_rules! accessors {
    ($($method:ident $variant:ident $view:ty;)*) => { impl Object { $(
        #[doc = concat!("Its view as a ", stringify!($view), ", if it is one.")]
        pub fn $method(&self) -> Option<&$view> {
            match &self.view { View::$variant(view) => Some(view), _ => None }
        }
    )* } };
}

accessors! {
    pod Pod Pod;
    service Service Service;
    endpoint_slice EndpointSlice EndpointSlice;
    endpoints Endpoints Endpoints;
    workload Workload Workload;
    job Job Job;
    node Node Node;
    network_policy NetworkPolicy NetworkPolicy;
}
