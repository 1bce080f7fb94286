//! Tables as the API server prints them, kind by kind.

mod cluster;
mod network;
mod pod;
mod policy;
pub(super) mod storage;
mod workload;

use super::doc::{self, text};
use super::output::age;
use crate::api::{Instant, Kind, Object, Value};

/// How the objects of a kind become rows.
#[derive(Clone, Copy)]
pub struct Table {
    /// The headings, parted by `|`; those that begin with `+` are shown with `-o wide` only.
    columns: &'static str,
    row: fn(&Row<'_>) -> Vec<String>,
}

/// What a row is made from.
pub struct Row<'a> {
    /// The object's document.
    pub doc: &'a Value,
    /// The time ages are counted to.
    pub now: Instant,
    /// Whether wide columns are shown.
    pub wide: bool,
}

impl Row<'_> {
    fn name(&self) -> String {
        text(&self.doc["metadata"]["name"]).to_owned()
    }

    fn age(&self) -> String {
        age::since(self.now, &self.doc["metadata"]["creationTimestamp"])
    }

    fn spec(&self) -> &Value {
        &self.doc["spec"]
    }

    fn status(&self) -> &Value {
        &self.doc["status"]
    }

    /// Names and images of a pod template's containers.
    fn containers(&self, spec: &Value) -> [String; 2] {
        let list = &spec["containers"];
        [doc::joined(list, "name"), doc::joined(list, "image")]
    }
}

impl Table {
    const fn new(columns: &'static str, row: fn(&Row<'_>) -> Vec<String>) -> Self {
        Self { columns, row }
    }

    /// The headings.
    pub fn headings(&self, wide: bool) -> Vec<&'static str> {
        let columns = self.columns.split('|').filter(|column| wide || !column.starts_with('+'));
        columns.map(|column| column.trim_start_matches('+')).collect()
    }

    /// The cells of an object.
    pub fn cells(&self, doc: &Value, now: Instant, wide: bool) -> Vec<String> {
        let cells = (self.row)(&Row { doc, now, wide });
        let columns = self.columns.split('|');
        columns
            .zip(cells)
            .filter(|(column, _)| wide || !column.starts_with('+'))
            .map(|(_, cell)| cell)
            .collect()
    }
}

/// The table of a kind.
pub fn table(kind: Kind) -> Table {
    match kind {
        Kind::Pod => pod::TABLE,
        Kind::Service => network::SERVICE,
        Kind::Endpoints => network::ENDPOINTS,
        Kind::EndpointSlice => network::ENDPOINT_SLICE,
        Kind::Ingress => network::INGRESS,
        Kind::IngressClass => network::INGRESS_CLASS,
        Kind::NetworkPolicy => network::NETWORK_POLICY,
        Kind::IPAddress => network::IP_ADDRESS,
        Kind::ServiceCIDR => network::SERVICE_CIDR,
        Kind::Deployment => workload::DEPLOYMENT,
        Kind::ReplicaSet | Kind::ReplicationController => workload::REPLICA_SET,
        Kind::StatefulSet => workload::STATEFUL_SET,
        Kind::DaemonSet => workload::DAEMON_SET,
        Kind::Job => workload::JOB,
        Kind::CronJob => workload::CRON_JOB,
        Kind::ControllerRevision => workload::CONTROLLER_REVISION,
        Kind::HorizontalPodAutoscaler => workload::AUTOSCALER,
        Kind::Node => cluster::NODE,
        Kind::Namespace => cluster::NAMESPACE,
        Kind::Event => cluster::EVENT,
        Kind::Lease => cluster::LEASE,
        Kind::PriorityClass => cluster::PRIORITY_CLASS,
        Kind::ComponentStatus => cluster::COMPONENT_STATUS,
        Kind::ConfigMap => storage::CONFIG_MAP,
        Kind::Secret => storage::SECRET,
        Kind::PersistentVolume => storage::VOLUME,
        Kind::PersistentVolumeClaim => storage::CLAIM,
        Kind::StorageClass => storage::CLASS,
        Kind::PodDisruptionBudget => policy::DISRUPTION_BUDGET,
        Kind::ResourceQuota => policy::QUOTA,
        Kind::LimitRange | Kind::Role | Kind::ClusterRole => policy::CREATED,
        Kind::RoleBinding | Kind::ClusterRoleBinding => policy::BINDING,
        Kind::CertificateSigningRequest => policy::SIGNING_REQUEST,
        Kind::CustomResourceDefinition => policy::CREATED,
        _ => PLAIN,
    }
}

/// The table of objects of which only the name and the age are looked at.
pub const PLAIN: Table = Table::new("NAME|AGE", |row| vec![row.name(), row.age()]);

/// The table of a scale, as `--subresource=scale` shows it.
pub const SCALE: Table = Table::new("NAME|DESIRED|AVAILABLE|AGE", |row| {
    vec![
        row.name(),
        doc::int(&row.spec()["replicas"]).to_string(),
        doc::int(&row.status()["replicas"]).to_string(),
        row.age(),
    ]
});

/// The name of an object as columns of several kinds show it: `deployment.apps/web`.
pub fn qualified_name(kind: Kind, name: &str) -> String {
    format!("{}/{name}", kind.resource().singular_qualified())
}

/// The same for an object of the store.
pub fn qualified(object: &Object) -> String {
    qualified_name(object.kind, &object.meta.name)
}
