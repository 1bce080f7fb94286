//! Writes as clients send them: canonical, defaulted, admitted, validated, allocated, then stored.

use super::allocate::{Allocations, Ranges};
use super::document::{items, object, set, text, unset};
use super::managed::Managers;
use super::patch::{self, Patch};
use super::{
    Store, WriteOptions, admit, decode, defaults, prepare, prune, quota, refusal, service_rest, validate,
    warnings,
};
use crate::api::pod::PodStatus;
use crate::api::{Document, Instant, Key, Kind, Map, Meta, Object, Status, Value, Word, word};
use std::sync::Arc;

/// The letters of generated names: no vowels, no digits that look like letters.
const SUFFIX_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
/// The longest a generated name may be.
const LONGEST_NAME: usize = 63;
const SUFFIX_LENGTH: usize = 5;

/// The API server: the store, and the random choices a server makes (names, uids, addresses).
#[derive(Clone, Debug)]
pub struct ApiServer {
    store: Store,
    pub(super) allocations: Allocations,
    pub(super) managed: Managers,
    pub(super) rng: fastrand::Rng,
}

/// A write that was accepted.
#[derive(Clone, Debug)]
pub struct Written {
    /// The object as it is now, or as it would be.
    pub object: Arc<Object>,
    /// What the server warns of, in its own words.
    pub warnings: Vec<String>,
}

/// A pod of which more are to be made: the same document, found good before.
#[derive(Clone, Debug)]
pub struct Mould {
    pod: Arc<Object>,
    prefix: String,
    /// The volume of its token, whose name is drawn for each.
    token: Option<String>,
}

impl Mould {
    /// Which letters a pod drew is seen from the dice before and after.
    fn of(pod: &Arc<Object>, prefix: &str, before: fastrand::Rng, after: &fastrand::Rng) -> Option<Self> {
        let drew = |token: bool| {
            let mut rng = before.clone();
            let token = token.then(|| token_volume(&mut rng));
            uid(&mut rng);
            generate_name(prefix, &mut rng);
            (rng == *after).then_some(token)
        };
        let token = drew(true).or_else(|| drew(false))?;
        Some(Self { pod: pod.clone(), prefix: prefix.to_owned(), token })
    }
}

impl ApiServer {
    /// An empty server whose random choices follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::with_ranges(seed, Ranges::default())
    }

    /// An empty server that gives out these addresses and ports.
    pub fn with_ranges(seed: u64, ranges: Ranges) -> Self {
        Self {
            store: Store::default(),
            allocations: Allocations::new(ranges),
            managed: Managers::default(),
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// The objects.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Creates an object from a document whose schema was checked.
    ///
    /// # Errors
    /// What the real server answers: `AlreadyExists`, `Invalid`, `NotFound` for a missing namespace …
    pub fn create(
        &mut self,
        now: Instant,
        kind: Kind,
        mut doc: Value,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let mut warnings = decode::body(kind, &mut doc, options)?;
        let namespace = identify(kind, &mut doc);
        if prepare::has_status(kind) {
            unset(&mut doc, "status");
        }
        prune::prune(kind, &mut doc);
        defaults::default(kind, &mut doc);
        admit::create(&self.store, kind, &namespace, &mut doc, &mut self.rng)?;

        let meta = object(&mut doc, "metadata");
        for written_by_the_server in [
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "managedFields",
        ] {
            unset(meta, written_by_the_server);
        }
        set(meta, "uid", uid(&mut self.rng).as_str());
        set(meta, "creationTimestamp", now.rfc3339().as_str());
        let prefix = text(meta, "generateName").to_owned();
        if text(meta, "name").is_empty() && !prefix.is_empty() {
            set(meta, "name", generate_name(&prefix, &mut self.rng).as_str());
        }
        let name = text(meta, "name").to_owned();
        prepare::create(kind, &mut doc);
        if kind == Kind::Service {
            service_rest::prepare_create(&mut doc);
        }
        let errors = validate::create(kind, &doc);
        if !errors.is_empty() {
            return Err(refusal::invalid(kind, &name, errors));
        }
        let written = options.manages().then(|| doc.clone());
        quota::quota(&self.store, kind, &namespace, &doc)?;
        if kind == Kind::Service {
            service_rest::create(self, &mut doc, options.dry_run)?;
        }
        if kind == Kind::Job {
            prepare::job_labels(&mut doc);
        }
        if self.store.find(kind, &namespace, &name).is_some() {
            return Err(refusal::already_exists(kind, &name));
        }
        warnings.extend(warnings::of(kind, &doc));
        if let Some(written) = written {
            self.managed.forget(&Key::new(kind, namespace, name));
            self.managed.updated(now, options, kind, None, &written);
        }
        Ok(self.finish(kind, doc, options, warnings))
    }

    /// Replaces an object; its status stays. A `resourceVersion` in the document must be the current one.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` (a stale `resourceVersion`), `Invalid` (an immutable field) …
    pub fn update(
        &mut self,
        now: Instant,
        kind: Kind,
        mut doc: Value,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let unknown = decode::body(kind, &mut doc, options)?;
        self.replace(now, kind, doc, options, unknown)
    }

    /// An update once its document has been decoded.
    pub(super) fn replace(
        &mut self,
        now: Instant,
        kind: Kind,
        mut doc: Value,
        options: &WriteOptions,
        mut warnings: Vec<String>,
    ) -> Result<Written, Status> {
        let namespace = identify(kind, &mut doc);
        let name = text(&doc["metadata"], "name").to_owned();
        let Some(old) = self.store.find(kind, &namespace, &name).cloned() else {
            return Err(refusal::not_found(kind, &name));
        };
        let version = text(&doc["metadata"], "resourceVersion");
        if !version.is_empty() && version != old.meta.resource_version.to_string() {
            return Err(refusal::stale(kind, &name));
        }
        prune::prune(kind, &mut doc);
        defaults::default(kind, &mut doc);
        admit::update(kind, old.doc(), &mut doc);
        keep_system_metadata(old.doc(), &mut doc);
        prepare::update(kind, old.doc(), &mut doc);
        if kind == Kind::Service {
            service_rest::prepare_update(old.doc(), &mut doc);
        }
        let errors = validate::update(kind, old.doc(), &doc);
        if !errors.is_empty() {
            return Err(refusal::invalid(kind, &name, errors));
        }
        if options.manages() {
            self.managed.updated(now, options, kind, Some(old.doc()), &doc);
        }
        if kind == Kind::Service {
            service_rest::update(self, old.doc(), &mut doc, options.dry_run)?;
        }
        warnings.extend(warnings::of(kind, &doc));
        if &doc == old.doc() {
            return Ok(Written { object: old, warnings });
        }
        let written = self.finish(kind, doc, options, warnings);
        let meta = &written.object.meta;
        if meta.deleted.is_some() && meta.finalizers.is_empty() && !options.dry_run && kind != Kind::Pod {
            // The last finalizer is done: what waited for it goes.
            self.remove(&written.object.key())?;
        }
        Ok(written)
    }

    /// Changes an object by a patch.
    ///
    /// # Errors
    /// `NotFound`; `BadRequest` or `Invalid` for a patch that does not fit; and what an update is refused for.
    pub fn patch(
        &mut self,
        now: Instant,
        key: &Key,
        patch: &Patch,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let Some(old) = self.store.get(key).cloned() else { return Err(refusal::no_such(key)) };
        if let Patch::Strategic(value) | Patch::Merge(value) = patch {
            object_or_refusal(value)?;
        }
        let (mut doc, rest) =
            patch::apply(key.kind, old.doc(), patch).map_err(|error| refusal::patch(patch, error))?;
        let unknown = decode::patched(key.kind, &mut doc, patch, &rest, options)?;
        let name = text(&doc["metadata"], "name");
        if name != key.name {
            let message =
                format!("the name of the object ({name}) does not match the name on the URL ({})", key.name);
            return Err(refusal::bad_request(message));
        }
        self.replace(now, key.kind, doc, options, unknown)
    }

    /// Replaces an object's status; the rest stays.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn update_status(&mut self, key: &Key, mut status: Value) -> Result<Written, Status> {
        if key.kind == Kind::Service {
            defaults::service_status(&mut status);
        }
        let Some(object) = self.store.get(key).cloned() else { return Err(refusal::no_such(key)) };
        if *object.status() == status {
            return Ok(Written { object, warnings: Vec::new() });
        }
        let object = object.with_status(status, self.store.next_version());
        Ok(Written { object: self.keep(object), warnings: Vec::new() })
    }

    /// Replaces a pod's status by one that `document` writes when someone asks for it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn report(
        &mut self,
        key: &Key,
        view: PodStatus,
        document: Arc<dyn Document>,
    ) -> Result<Arc<Object>, Status> {
        let Some(pod) = self.store.get(key) else { return Err(refusal::no_such(key)) };
        let pod = pod.with_written_status(view, document, self.store.next_version());
        Ok(self.keep(pod))
    }

    /// Stores an Event that a part of the cluster itself has written: complete, and in canonical form.
    pub fn record(&mut self, now: Instant, meta: Meta, document: Arc<dyn Document>) -> Arc<Object> {
        let meta = Meta { uid: uid(&mut self.rng), created: Instant::from_unix(now.unix()), ..meta };
        self.record_again(meta, document)
    }

    /// Stores an Event that is counted once more.
    pub fn record_again(&mut self, meta: Meta, document: Arc<dyn Document>) -> Arc<Object> {
        let meta = Meta { resource_version: self.store.next_version(), ..meta };
        self.keep(Object::written(Kind::Event, meta, document))
    }

    /// Creates a pod, and gives the mould for more of the same document: what the first one passed, the
    /// others need not. None where each must be looked at.
    ///
    /// # Errors
    /// As for any other create.
    pub fn create_first(
        &mut self,
        now: Instant,
        doc: &Value,
        options: &WriteOptions,
    ) -> Result<(Written, Option<Mould>), Status> {
        let before = self.rng.clone();
        let written = self.create(now, Kind::Pod, doc.clone(), options)?;
        let namespace = &written.object.meta.namespace;
        // Each pod counts against a quota.
        let counted = self.store.list(Kind::ResourceQuota, namespace).next().is_some();
        let prefix = text(&doc["metadata"], "generateName");
        let mould = (!counted).then(|| Mould::of(&written.object, prefix, before, &self.rng)).flatten();
        Ok((written, mould))
    }

    /// Creates a pod from a mould.
    ///
    /// # Errors
    /// `AlreadyExists`, should the letters be drawn twice.
    pub fn create_from(&mut self, mould: &Mould) -> Result<Written, Status> {
        let token = mould.token.as_ref().map(|token| (token.as_str(), token_volume(&mut self.rng)));
        let uid = uid(&mut self.rng);
        let name = generate_name(&mould.prefix, &mut self.rng);
        if self.store.find(Kind::Pod, &mould.pod.meta.namespace, &name).is_some() {
            return Err(refusal::already_exists(Kind::Pod, &name));
        }
        let pod = mould.pod.copied(name, uid, token, self.store.next_version());
        Ok(Written { object: self.keep(pod), warnings: Vec::new() })
    }

    /// Gives a pod its node and its status, as the `binding` subresource does.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn bind(&mut self, key: &Key, node: &str, status: Value) -> Result<Written, Status> {
        let Some(pod) = self.store.get(key).cloned() else { return Err(refusal::no_such(key)) };
        let pod = pod.bound(node, status, self.store.next_version());
        Ok(Written { object: self.keep(pod), warnings: Vec::new() })
    }

    /// Adds ephemeral containers to a pod, as the `ephemeralcontainers` subresource does.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`.
    pub fn add_ephemeral_containers(&mut self, key: &Key, containers: Vec<Value>) -> Result<Written, Status> {
        let Some(pod) = self.store.get(key).cloned() else { return Err(refusal::no_such(key)) };
        let mut doc = pod.doc().clone();
        let mut all = items(&doc["spec"], "ephemeralContainers").to_vec();
        all.extend(containers);
        set(object(&mut doc, "spec"), "ephemeralContainers", all);
        prune::prune(key.kind, &mut doc);
        defaults::default(key.kind, &mut doc);
        let errors = validate::ephemeral_containers(&doc);
        if !errors.is_empty() {
            return Err(refusal::invalid(key.kind, &key.name, errors));
        }
        Ok(Written { object: self.commit(key.kind, doc), warnings: Vec::new() })
    }

    /// Sets an annotation by the way of the status, which counts no generation.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn annotate(&mut self, key: &Key, name: &str, value: &str) -> Result<Written, Status> {
        let Some(old) = self.store.get(key).cloned() else { return Err(refusal::no_such(key)) };
        let mut doc = old.doc().clone();
        set(object(object(&mut doc, "metadata"), "annotations"), name, value);
        Ok(Written { object: self.commit(key.kind, doc), warnings: Vec::new() })
    }

    /// Takes an object out of the store at once, without grace or finalizers.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove(&mut self, key: &Key) -> Result<Arc<Object>, Status> {
        let object = self.store.remove(key).ok_or_else(|| refusal::no_such(key))?;
        self.managed.forget(key);
        if key.kind == Kind::Service {
            self.allocations.replace(Some(&object), None);
        }
        Ok(object)
    }

    /// Stores a document that passed everything, unless the write is only tried.
    fn finish(&mut self, kind: Kind, doc: Value, options: &WriteOptions, warnings: Vec<String>) -> Written {
        let object = if options.dry_run { Arc::new(Object::new(kind, doc)) } else { self.commit(kind, doc) };
        Written { object, warnings }
    }

    /// Stores a document as it is, under the next version. Its views are made once, here.
    pub(super) fn commit(&mut self, kind: Kind, mut doc: Value) -> Arc<Object> {
        let version = self.store.next_version().to_string();
        set(object(&mut doc, "metadata"), "resourceVersion", version);
        self.keep(Object::new(kind, doc))
    }

    /// Stores an object that carries the next version.
    fn keep(&mut self, object: Object) -> Arc<Object> {
        if object.kind == Kind::Service {
            let old = self.store.get(&object.key()).cloned();
            self.allocations.replace(old.as_deref(), Some(&object));
        }
        self.store.put(object)
    }
}

/// A merge patch is an object.
fn object_or_refusal(patch: &Value) -> Result<(), Status> {
    let what = match patch {
        Value::Object(_) => return Ok(()),
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
        Value::Null => "null",
    };
    let message = format!("json: cannot unmarshal {what} into Go value of type map[string]interface {{}}");
    Err(refusal::bad_request(message))
}

/// Sets what names an object, and says its namespace (empty for cluster-scoped kinds).
pub(super) fn identify(kind: Kind, doc: &mut Value) -> String {
    let resource = kind.resource();
    if !doc.is_object() {
        *doc = Value::Object(Map::new());
    }
    set(doc, "apiVersion", resource.api_version());
    set(doc, "kind", resource.name);
    let meta = object(doc, "metadata");
    if !resource.namespaced {
        unset(meta, "namespace");
        return String::new();
    }
    if text(meta, "namespace").is_empty() {
        set(meta, "namespace", "default");
    }
    text(meta, "namespace").to_owned()
}

/// What no update changes: who the object is, when it began and when it is to end.
fn keep_system_metadata(old: &Value, doc: &mut Value) {
    let meta = object(doc, "metadata");
    unset(meta, "managedFields");
    unset(meta, "selfLink");
    for key in [
        "uid",
        "creationTimestamp",
        "resourceVersion",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generateName",
    ] {
        match old["metadata"].get(key) {
            Some(value) => set(meta, key, value.clone()),
            None => unset(meta, key),
        }
    }
}

/// The name of the volume of a pod's token.
pub(super) fn token_volume(rng: &mut fastrand::Rng) -> String {
    format!("kube-api-access-{}", suffix(rng))
}

/// A name that begins with `prefix` and ends in random letters.
pub(super) fn generate_name(prefix: &str, rng: &mut fastrand::Rng) -> Word {
    let mut end = prefix.len().min(LONGEST_NAME - SUFFIX_LENGTH);
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    word!("{}{}", &prefix[..end], suffix(rng))
}

/// Five random letters.
pub(super) fn suffix(rng: &mut fastrand::Rng) -> Word {
    (0..SUFFIX_LENGTH)
        .map(|_| char::from(SUFFIX_LETTERS[rng.u64(..SUFFIX_LETTERS.len() as u64) as usize]))
        .collect()
}

/// A random (version 4) UUID, RFC 9562.
fn uid(rng: &mut fastrand::Rng) -> Word {
    let (high, low) = (rng.u64(..), rng.u64(..));
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | 0b10 << 62);
    let mut rest = u128::from(high) << 64 | u128::from(low);
    let mut text = *b"00000000-0000-0000-0000-000000000000";
    for digit in text.iter_mut().rev().filter(|digit| **digit != b'-') {
        *digit = b"0123456789abcdef"[(rest & 0xf) as usize];
        rest >>= 4;
    }
    str::from_utf8(&text).unwrap_or_default().into()
}
