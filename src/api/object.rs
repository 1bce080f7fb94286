//! An object of the cluster: its document and what the simulation reads of it.

use super::network_policy::NetworkPolicy;
use super::node::Node;
use super::pod::Pod;
use super::service::{EndpointSlice, Endpoints, Service};
use super::workload::{Job, Workload};
use super::{FromValue, Kind, Meta, Value};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What names an object: kind, namespace (empty for cluster-scoped kinds) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The kind.
    pub kind: Kind,
    /// The namespace; empty for cluster-scoped kinds.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl Key {
    /// The key of an object.
    pub fn new(kind: Kind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
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
#[allow(missing_docs)] // each holds the view of its name
pub enum View {
    Pod(Pod),
    Service(Service),
    EndpointSlice(EndpointSlice),
    Endpoints(Endpoints),
    Workload(Workload),
    Job(Job),
    Node(Node),
    NetworkPolicy(NetworkPolicy),
    /// Read from the document where needed.
    Other,
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
    /// For an object that differs from an earlier one by its status alone: that one's document, and the
    /// status. Most writes of a cluster are of this sort.
    parts: Option<(Arc<Value>, Value)>,
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
        Self { kind, meta, view, doc: OnceLock::from(Arc::new(doc)), parts: None }
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
        let base = match &self.parts {
            Some((base, _)) => base.clone(),
            None => self.whole().clone(),
        };
        let view = View::Pod(Pod { spec: pod.spec.clone(), status: FromValue::from_value(&status) });
        let meta = Meta { resource_version, ..self.meta.clone() };
        Self { kind: self.kind, meta, view, doc: OnceLock::new(), parts: Some((base, status)) }
    }

    /// The whole document.
    pub fn doc(&self) -> &Value {
        self.whole()
    }

    fn whole(&self) -> &Arc<Value> {
        self.doc.get_or_init(|| {
            let Some((base, status)) = &self.parts else { return Arc::new(Value::Null) };
            let mut doc = Value::clone(base);
            doc["status"] = status.clone();
            doc["metadata"]["resourceVersion"] = self.meta.resource_version.to_string().into();
            Arc::new(doc)
        })
    }

    /// The document's `status`.
    pub fn status(&self) -> &Value {
        self.parts.as_ref().map_or_else(|| &self.doc()["status"], |(_, status)| status)
    }

    /// What names it.
    pub fn key(&self) -> Key {
        Key::new(self.kind, self.meta.namespace.clone(), self.meta.name.clone())
    }
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
