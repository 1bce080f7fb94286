//! The cluster: its parts put together on one virtual clock.
//!
//! [`Cluster`] owns everything that changes. Cloning one gives an independent cluster at the same
//! instant; whatever previews or judges runs on a clone. A write wakes the controllers it concerns
//! through the queue; nothing polls.

mod api_service;
mod bootstrap;
mod faults;
mod host;
mod kubelet;
mod preview;
mod profile;
mod queue;
mod work;

pub use faults::Fault;
pub use kubelet::Environment;
pub use preview::{Change, Edit, Preview};
pub use profile::{ImageRule, Latency, NodeProfile, Profile, System};

use crate::api::{Instant, Key, Kind, Object, Status, Value};
use crate::apiserver::patch::Patch;
use crate::apiserver::{ApiServer, DeleteOptions, Deleted, Ranges, Store, WriteOptions, Written};
use crate::controllers::Recorder;
use crate::dns::resolver::Config;
use crate::images::Line;
use crate::net::lint::{Finding, lint};
use crate::net::reach::Matrix;
use crate::net::{self, Network, Request, Source, Trace};
use crate::proxy::Proxies;
use host::Machines;
use kubelet::Kubelets;
use queue::Queue;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a cluster has been up when someone begins to use it.
const UPTIME: Duration = Duration::from_secs(600);
/// How long its system pods took to become ready, generously.
const SETTLED: Duration = Duration::from_secs(60);

/// A cluster on virtual time.
#[derive(Clone, Debug)]
pub struct Cluster {
    profile: Profile,
    now: Instant,
    server: ApiServer,
    queue: Queue,
    kubelets: Kubelets,
    recorder: Recorder,
    /// The store's version up to which changes were handed on.
    seen: u64,
    /// Pods that no node would take.
    unschedulable: BTreeSet<Key>,
    stopped_proxies: BTreeSet<String>,
    proxies: Proxies,
    network: net::State,
    rng: fastrand::Rng,
}

impl Cluster {
    /// A new cluster of that profile, all its random choices following from `seed`. It has been up
    /// for a while: its system pods run.
    pub fn new(profile: Profile, seed: u64) -> Self {
        let range = profile.network.proxy.service_cidr;
        let ranges =
            Ranges { service_network: range.address(), service_prefix: range.length(), ..Ranges::default() };
        let start = profile.start;
        let mut cluster = Self {
            now: start - UPTIME,
            server: ApiServer::with_ranges(seed, ranges),
            queue: Queue::default(),
            kubelets: Kubelets::default(),
            recorder: Recorder::default(),
            seen: 0,
            unschedulable: BTreeSet::new(),
            stopped_proxies: BTreeSet::new(),
            proxies: Proxies::new(profile.network.proxy.clone()),
            network: net::State::new(seed),
            // A stream of its own: what servers answer does not move what the API server names.
            rng: fastrand::Rng::with_seed(seed ^ 0x9e37_79b9_7f4a_7c15),
            profile,
        };
        cluster.bootstrap();
        cluster.advance(start - UPTIME + SETTLED);
        // From then on it only idles: the clock is set on, and who was to probe in between does so once.
        cluster.now = start;
        cluster.advance(start);
        cluster
    }

    /// The setting it was made from.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// When something will happen next, if anything is due.
    pub fn next_event(&self) -> Option<Instant> {
        self.queue.next()
    }

    /// Lets virtual time pass: runs everything due up to and including `to`.
    pub fn advance(&mut self, to: Instant) {
        while let Some(at) = self.queue.next().filter(|at| *at <= to) {
            self.now = self.now.max(at);
            self.run_due();
        }
        self.now = self.now.max(to);
    }

    /// What kube-proxy wrote on each node.
    pub fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// The objects as they are now.
    pub fn store(&self) -> &Store {
        self.server.store()
    }

    /// Creates an object as a client would. Controllers react as virtual time passes.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn create(&mut self, kind: Kind, doc: Value) -> Result<Written, Status> {
        self.create_with(kind, doc, &WriteOptions::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn create_with(&mut self, kind: Kind, doc: Value, options: &WriteOptions) -> Result<Written, Status> {
        let written = self.server.create(self.now, kind, doc, options);
        self.observe();
        written
    }

    /// Replaces an object as a client would.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn update(&mut self, kind: Kind, doc: Value) -> Result<Written, Status> {
        self.update_with(kind, doc, &WriteOptions::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn update_with(&mut self, kind: Kind, doc: Value, options: &WriteOptions) -> Result<Written, Status> {
        let written = self.server.update(self.now, kind, doc, options);
        self.observe();
        written
    }

    /// Applies a document on the server, as a manager of its fields.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn apply_on_server(
        &mut self,
        kind: Kind,
        doc: Value,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let written = self.server.apply(self.now, kind, doc, options);
        self.observe();
        written
    }

    /// Hands the fields of `kubectl apply` over to a manager that applies on the server.
    pub fn adopt(&mut self, key: &Key, by: &WriteOptions) -> bool {
        self.server.adopt(self.now, key, by)
    }

    /// `metadata.managedFields` of an object.
    pub fn managed_fields(&self, object: &Object) -> Value {
        self.server.managed_fields(object)
    }

    /// Changes an object by a patch.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn patch(&mut self, key: &Key, patch: &Patch, options: &WriteOptions) -> Result<Written, Status> {
        let written = self.server.patch(self.now, key, patch, options);
        self.observe();
        written
    }

    /// Replaces an object's status, as a client of that subresource would.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn update_status(&mut self, key: &Key, status: Value) -> Result<Written, Status> {
        let written = self.server.update_status(key, status);
        self.observe();
        written
    }

    /// Adds ephemeral containers to a pod (`kubectl debug`).
    ///
    /// # Errors
    /// What the API server answers.
    pub fn add_ephemeral_containers(&mut self, key: &Key, containers: Vec<Value>) -> Result<Written, Status> {
        let written = self.server.add_ephemeral_containers(key, containers);
        self.observe();
        written
    }

    /// Sets `spec.replicas`, as the `scale` subresource does.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn scale(&mut self, key: &Key, replicas: i64) -> Result<Written, Status> {
        let patch = Patch::Merge(crate::api::json!({"spec": {"replicas": replicas}}));
        self.patch(key, &patch, &WriteOptions::default())
    }

    /// Deletes an object as a client would: with its grace and its dependents.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn delete(&mut self, key: &Key) -> Result<(), Status> {
        self.delete_with(key, &DeleteOptions::default()).map(|_| ())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// What the API server answers.
    pub fn delete_with(&mut self, key: &Key, options: &DeleteOptions) -> Result<Deleted, Status> {
        let deleted = self.server.delete(self.now, key, options);
        self.observe();
        deleted
    }

    /// What a program finds that resolves names at that place.
    pub fn resolver(&self, source: &Source) -> Config {
        self.profile.network.resolver(self.server.store(), source)
    }

    /// Sends a request through the network as it is now. The whole exchange is worked out at this
    /// instant; [`Trace::took`] says when its client would know.
    pub fn request(&mut self, request: &Request) -> Trace {
        self.with_network(|network| network.send(request))
    }

    /// Brings a matrix of who reaches what up to date, without a trace in this cluster: dice,
    /// connections and counters stay as they are. Returns how many cells were asked.
    pub fn reach(&self, matrix: &mut Matrix) -> usize {
        self.clone().with_network(|network| matrix.update(network))
    }

    /// What a reviewer would say of the objects as they are.
    pub fn lint(&self) -> Vec<Finding> {
        lint(self.server.store(), &self.profile.network)
    }

    fn with_network<T>(&mut self, work: impl FnOnce(&mut Network<'_>) -> T) -> T {
        let store = self.server.store();
        let mut machines = Machines {
            store,
            kubelets: &mut self.kubelets,
            rng: &mut self.rng,
            setting: &self.profile.network,
            now: self.now,
        };
        let mut network = Network {
            store,
            proxies: &self.proxies,
            setting: &self.profile.network,
            state: &mut self.network,
            host: &mut machines,
            now: self.now,
        };
        work(&mut network)
    }

    /// What a container has written; of the run before the present one if `previous`. `None` if no
    /// such container has run.
    pub fn logs(&self, pod: &Key, container: &str, previous: bool) -> Option<&[Line]> {
        let container = self.kubelets.get(pod)?.containers.iter().find(|other| other.name == container)?;
        if previous {
            return container.last.is_some().then_some(container.previous.as_slice());
        }
        container.process.as_ref().map(|process| process.log.as_slice())
    }

    /// What a shell in a container finds; `None` unless the container runs.
    pub fn environment(&self, pod: &Key, container: &str) -> Option<Environment> {
        self.environment_of(pod, container)
    }

    /// The files that a container's process finds beside its image's own.
    pub fn files(&self, pod: &Key, container: &str) -> Option<&BTreeMap<String, String>> {
        let mut containers = self.kubelets.get(pod)?.containers.iter();
        Some(&containers.find(|other| other.name == container)?.process.as_ref()?.files)
    }

    /// Gives a container's process those files instead: somebody in it wrote them.
    pub fn set_files(&mut self, pod: &Key, container: &str, files: BTreeMap<String, String>) {
        let Some(runtime) = self.kubelets.get_mut(pod) else { return };
        let Some(index) = runtime.containers.iter().position(|other| other.name == container) else { return };
        if let Some(process) = &mut runtime.containers[index].process {
            process.files = files;
            self.share(pod, index);
        }
    }

    /// The connections that a node's rules translated and that it still remembers.
    pub fn tracked(&self, node: &str) -> Vec<net::Tracked> {
        self.network.tracked(node, self.now).collect()
    }

    /// The ports that a pod listens on, and whether on 127.0.0.1 only.
    pub fn listening(&self, pod: &Key) -> Vec<(u16, crate::api::service::Protocol, bool)> {
        self.ports_of(pod)
    }

    fn machines(&mut self) -> Machines<'_> {
        let Self { server, kubelets, rng, now, profile, .. } = self;
        Machines { store: server.store(), kubelets, rng, setting: &profile.network, now: *now }
    }
}
