//! Objects by key, with indexes by label, owner and address, and a log of what changed.

use crate::api::{Key, Kind, Object, Selector, Word};
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

/// All objects of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// By kind, then by namespace.
    shards: BTreeMap<Kind, BTreeMap<Word, Arc<Shard>>>,
    pods_by_ip: Arc<BTreeMap<Word, BTreeSet<Key>>>,
    pods_by_node: Arc<BTreeMap<Word, BTreeSet<Key>>>,
    services_by_ip: Arc<BTreeMap<Word, BTreeSet<Key>>>,
    slices_by_ip: Arc<BTreeMap<Word, BTreeSet<Key>>>,
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
        let key = object.key();
        let old = self.get(&key).cloned();
        let object = Arc::new(object);
        if !old.as_ref().is_some_and(|old| is_indexed_alike(old, &object)) {
            if let Some(old) = &old {
                self.reindex(old, false);
            }
            self.reindex(&object, true);
        }
        self.shard_mut(key.kind, &key.namespace).objects.insert(key.name, object.clone());
        self.record(old, Some(object.clone()));
        object
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Object>> {
        self.get(key)?;
        let old = self.shard_mut(key.kind, &key.namespace).objects.remove(&key.name)?;
        self.reindex(&old, false);
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

    /// Puts an object into every index, or takes it out.
    fn reindex(&mut self, object: &Object, present: bool) {
        let meta = &object.meta;
        let shard = self.shard_mut(object.kind, &meta.namespace);
        for (key, value) in &*meta.labels {
            toggle(&mut shard.by_label, (key.clone(), value.clone()), meta.name.clone(), present);
        }
        for owner in &*meta.owners {
            toggle(&mut shard.by_owner, owner.uid.to_string().into(), meta.name.clone(), present);
        }
        for ip in object.service().map(|service| service.spec.virtual_ips()).into_iter().flatten() {
            toggle(Arc::make_mut(&mut self.services_by_ip), ip.into(), object.key(), present);
        }
        let endpoints = object.endpoint_slice().map(|slice| &slice.endpoints);
        for ip in endpoints.into_iter().flatten().flat_map(|endpoint| &endpoint.addresses) {
            toggle(Arc::make_mut(&mut self.slices_by_ip), ip.clone(), object.key(), present);
        }
        let Some(pod) = object.pod() else { return };
        if !pod.status.pod_ip.is_empty() {
            toggle(Arc::make_mut(&mut self.pods_by_ip), pod.status.pod_ip.clone(), object.key(), present);
        }
        if !pod.node.is_empty() {
            toggle(Arc::make_mut(&mut self.pods_by_node), pod.node.clone(), object.key(), present);
        }
    }
}

/// Whether every index has one version of an object where it has the other. Most writes change a status alone.
fn is_indexed_alike(old: &Object, new: &Object) -> bool {
    let pods = match (old.pod(), new.pod()) {
        (Some(old), Some(new)) => old.status.pod_ip == new.status.pod_ip && old.node == new.node,
        (None, None) => old.service().is_none() && old.endpoint_slice().is_none(),
        _ => false,
    };
    pods && old.meta.labels == new.meta.labels && old.meta.owners == new.meta.owners
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
