//! Objects by key, with indexes by label, owner and address, and a log of what changed.

use crate::api::{Key, Kind, Object, Selector, View, Word};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many changes a watcher may lag behind before it must list again.
const LOG_LENGTH: usize = 4096;

/// One write, as watchers see it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The store's version after this write.
    pub version: u64,
    /// The object before; `None` when it was created.
    pub old: Option<Arc<Object>>,
    /// The object after; `None` when it is gone.
    pub new: Option<Arc<Object>>,
}

impl Change {
    /// The object as it is, or as it last was.
    pub fn object(&self) -> &Arc<Object> {
        self.new.as_ref().or(self.old.as_ref()).expect("a change has an object before or after")
    }
}

/// Objects of one kind in one namespace. Shards are shared between clones of a store and copied
/// when first written to, which makes a snapshot cost the number of shards, not of objects.
#[derive(Clone, Debug, Default)]
struct Shard {
    objects: BTreeMap<Word, Arc<Object>>,
    by_label: BTreeMap<(String, String), BTreeSet<Word>>,
    by_owner: BTreeMap<Word, BTreeSet<Word>>,
}

/// Where each address leads: nearly always to one object.
type ByAddress = BTreeMap<Word, Vec<Key>>;

/// All objects of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// By kind, then by namespace.
    shards: BTreeMap<Kind, BTreeMap<Word, Arc<Shard>>>,
    pods_by_ip: Arc<ByAddress>,
    pods_by_node: Arc<BTreeMap<Word, BTreeSet<Key>>>,
    services_by_ip: Arc<ByAddress>,
    slices_by_ip: Arc<ByAddress>,
    version: u64,
    log: VecDeque<Change>,
}

impl Store {
    /// The number of writes so far: the `resourceVersion` of the latest.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The version the next write will carry.
    pub fn next_version(&self) -> u64 {
        self.version + 1
    }

    /// The object of that key.
    pub fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        self.find(key.kind, &key.namespace, &key.name)
    }

    /// The object of that kind, namespace (empty for cluster-scoped kinds) and name.
    pub fn find(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Arc<Object>> {
        self.shard(kind, namespace)?.objects.get(name)
    }

    fn shard(&self, kind: Kind, namespace: &str) -> Option<&Shard> {
        self.shards.get(&kind)?.get(namespace).map(Arc::as_ref)
    }

    fn shard_mut(&mut self, kind: Kind, namespace: &str) -> &mut Shard {
        let shards = self.shards.entry(kind).or_default();
        if !shards.contains_key(namespace) {
            shards.insert(namespace.into(), Arc::default());
        }
        Arc::make_mut(shards.get_mut(namespace).expect("put there above"))
    }

    /// The objects of a kind in one namespace, by name.
    pub fn list(&self, kind: Kind, namespace: &str) -> impl Iterator<Item = &Arc<Object>> {
        self.shard(kind, namespace).into_iter().flat_map(|shard| shard.objects.values())
    }

    /// The objects of a kind in all namespaces, by namespace and name.
    pub fn list_all(&self, kind: Kind) -> impl Iterator<Item = &Arc<Object>> {
        self.shards
            .get(&kind)
            .into_iter()
            .flat_map(|shards| shards.values())
            .flat_map(|shard| shard.objects.values())
    }

    /// Every object.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.shards.values().flat_map(|shards| shards.values()).flat_map(|shard| shard.objects.values())
    }

    /// The objects of a kind in one namespace that a selector matches, by name. An empty selector
    /// matches all. Costs what the rarest of its labels selects.
    pub fn select(&self, kind: Kind, namespace: &str, selector: &Selector) -> Vec<&Arc<Object>> {
        let Some(shard) = self.shard(kind, namespace) else { return Vec::new() };
        let mut rarest: Option<&BTreeSet<Word>> = None;
        for (key, value) in &selector.match_labels {
            let Some(names) = shard.by_label.get(&(key.clone(), value.clone())) else { return Vec::new() };
            if rarest.is_none_or(|set| names.len() < set.len()) {
                rarest = Some(names);
            }
        }
        match rarest {
            Some(names) => names
                .iter()
                .map(|name| &shard.objects[name])
                .filter(|object| selector.matches(&object.meta.labels))
                .collect(),
            None => shard.objects.values().filter(|object| selector.matches(&object.meta.labels)).collect(),
        }
    }

    /// The objects of a kind in one namespace that an object of this uid owns, by name.
    pub fn owned(&self, kind: Kind, namespace: &str, uid: &str) -> Vec<&Arc<Object>> {
        let Some(shard) = self.shard(kind, namespace) else { return Vec::new() };
        let names = shard.by_owner.get(uid).into_iter().flatten();
        names.map(|name| &shard.objects[name]).collect()
    }

    /// The pods whose status carries that IP (more than one on a host network).
    pub fn pods_with_ip(&self, ip: &str) -> Vec<&Arc<Object>> {
        self.pods_by_ip.get(ip).into_iter().flatten().filter_map(|key| self.get(key)).collect()
    }

    /// The pods bound to a node.
    pub fn pods_on_node(&self, node: &str) -> Vec<&Arc<Object>> {
        self.pods_by_node.get(node).into_iter().flatten().filter_map(|key| self.get(key)).collect()
    }

    /// The Services that have that virtual IP (more than one only while they change).
    pub fn services_with_ip(&self, ip: &str) -> Vec<&Arc<Object>> {
        self.services_by_ip.get(ip).into_iter().flatten().filter_map(|key| self.get(key)).collect()
    }

    /// The EndpointSlices that list that address, ready or not.
    pub fn slices_with_ip(&self, ip: &str) -> Vec<&Arc<Object>> {
        self.slices_by_ip.get(ip).into_iter().flatten().filter_map(|key| self.get(key)).collect()
    }

    /// Stores an object under its key, whatever was there. The caller has set its `resourceVersion`
    /// to [`Store::next_version`].
    pub fn put(&mut self, object: Object) -> Arc<Object> {
        let object = Arc::new(object);
        let shard = self.shard_mut(object.kind, &object.meta.namespace);
        let old = shard.objects.insert(object.meta.name.clone(), object.clone());
        self.reindex(old.as_deref(), Some(&object));
        self.record(old, Some(object.clone()));
        object
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Object>> {
        self.get(key)?;
        let old = self.shard_mut(key.kind, &key.namespace).objects.remove(&key.name)?;
        self.reindex(Some(&old), None);
        self.record(Some(old.clone()), None);
        Some(old)
    }

    /// The changes the log still holds, oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.log.iter()
    }

    /// The changes after a version; `None` if the log no longer reaches back that far.
    pub fn changes_since(&self, version: u64) -> Option<impl Iterator<Item = &Change>> {
        let first = self.version - self.log.len() as u64;
        let skip = usize::try_from(version.checked_sub(first)?).ok()?;
        (skip <= self.log.len()).then(|| self.log.iter().skip(skip))
    }

    fn record(&mut self, old: Option<Arc<Object>>, new: Option<Arc<Object>>) {
        self.version += 1;
        self.log.push_back(Change { version: self.version, old, new });
        if self.log.len() > LOG_LENGTH {
            self.log.pop_front();
        }
    }

    /// Brings every index from one version of an object to the next. Most writes change a status alone,
    /// which no index of its kind looks at.
    fn reindex(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let same =
            |alike: fn(&Object, &Object) -> bool| old.zip(new).is_some_and(|(old, new)| alike(old, new));
        let same_labels = same(|old, new| old.meta.labels == new.meta.labels);
        let same_owners = same(|old, new| old.meta.owners == new.meta.owners);
        let same_addresses = same(has_same_addresses);
        let same_node = same(|old, new| node_of(old) == node_of(new));
        for (object, present) in old.map(|old| (old, false)).into_iter().chain(new.map(|new| (new, true))) {
            if !same_labels {
                let shard = self.shard_mut(object.kind, &object.meta.namespace);
                for (key, value) in &*object.meta.labels {
                    toggle(
                        &mut shard.by_label,
                        (key.clone(), value.clone()),
                        object.meta.name.clone(),
                        present,
                    );
                }
            }
            if !same_owners {
                let shard = self.shard_mut(object.kind, &object.meta.namespace);
                for owner in &*object.meta.owners {
                    toggle(&mut shard.by_owner, owner.uid.clone(), object.meta.name.clone(), present);
                }
            }
            if !same_addresses {
                self.reindex_addresses(object, present);
            }
            if !same_node && let Some(node) = node_of(object).filter(|node| !node.is_empty()) {
                toggle(Arc::make_mut(&mut self.pods_by_node), node.clone(), object.key(), present);
            }
        }
    }

    fn reindex_addresses(&mut self, object: &Object, present: bool) {
        match &object.view {
            View::Pod(pod) if !pod.status.pod_ip.is_empty() => {
                point(&mut self.pods_by_ip, &pod.status.pod_ip, object, present);
            }
            View::Service(service) => {
                for ip in service.spec.virtual_ips() {
                    point(&mut self.services_by_ip, ip, object, present);
                }
            }
            View::EndpointSlice(slice) => {
                for ip in slice.endpoints.iter().flat_map(|endpoint| &endpoint.addresses) {
                    point(&mut self.slices_by_ip, ip, object, present);
                }
            }
            _ => {}
        }
    }
}

/// The node a pod is bound to; empty before that.
fn node_of(object: &Object) -> Option<&Word> {
    object.pod().map(|pod| &pod.node)
}

/// Whether the indexes by address have one version of an object where they have the other.
fn has_same_addresses(old: &Object, new: &Object) -> bool {
    match (&old.view, &new.view) {
        (View::Pod(old), View::Pod(new)) => old.status.pod_ip == new.status.pod_ip,
        (View::Service(_) | View::EndpointSlice(_), _) => false,
        _ => true,
    }
}

/// Adds a value to the set in a slot of an index, or takes it out and drops a set that became empty.
fn toggle<K: Ord + Clone, V: Ord>(index: &mut BTreeMap<K, BTreeSet<V>>, slot: K, value: V, present: bool) {
    if present {
        index.entry(slot).or_default().insert(value);
    } else if let Some(set) = index.get_mut(&slot) {
        set.remove(&value);
        if set.is_empty() {
            index.remove(&slot);
        }
    }
}

/// The same for an address.
fn point(index: &mut Arc<ByAddress>, address: &str, object: &Object, present: bool) {
    let index = Arc::make_mut(index);
    let key = object.key();
    if present {
        let keys = index.entry(address.into()).or_insert_with(|| Vec::with_capacity(1));
        if let Err(at) = keys.binary_search(&key) {
            keys.insert(at, key);
        }
    } else if let Some(keys) = index.get_mut(address) {
        keys.retain(|other| *other != key);
        if keys.is_empty() {
            index.remove(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    fn pod(name: &str, app: &str, ip: &str) -> Object {
        Object::new(
            Kind::Pod,
            json!({"metadata": {"name": name, "namespace": "default", "labels": {"app": app},
                "ownerReferences": [{"uid": "rs-1", "controller": true}]},
                "spec": {"nodeName": "node1"}, "status": {"podIP": ip}}),
        )
    }

    #[test]
    fn indexes_follow_every_write() {
        let mut store = Store::default();
        store.put(pod("a", "web", "10.0.0.1"));
        store.put(pod("b", "api", "10.0.0.2"));
        let web = Selector::labels([("app".to_owned(), "web".to_owned())].into());
        assert_eq!(store.select(Kind::Pod, "default", &web).len(), 1);
        assert_eq!(store.owned(Kind::Pod, "default", "rs-1").len(), 2);

        store.put(pod("a", "api", "10.0.0.3"));
        assert!(store.select(Kind::Pod, "default", &web).is_empty());
        assert!(store.pods_with_ip("10.0.0.1").is_empty());
        assert_eq!(store.pods_with_ip("10.0.0.3")[0].meta.name, "a");

        store.remove(&Key::new(Kind::Pod, "default", "a"));
        assert_eq!(store.pods_on_node("node1").len(), 1);
        assert_eq!(store.version(), 4);
        assert_eq!(store.changes_since(2).map(Iterator::count), Some(2));
        assert!(store.changes_since(9).is_none());
    }
}
