//! Environment variables: a container's own, before those that all containers of its namespace are given.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A container's environment. What names the namespace's Services is the same for every container that starts in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables {
    shared: Arc<BTreeMap<String, String>>,
    own: BTreeMap<String, String>,
}

impl Variables {
    /// Those that many containers share.
    pub fn new(shared: Arc<BTreeMap<String, String>>) -> Self {
        Self { shared, own: BTreeMap::new() }
    }

    /// Sets a variable of this container.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.own.insert(name.into(), value.into());
    }

    /// What a variable holds.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.own.get(name).or_else(|| self.shared.get(name)).map(String::as_str)
    }

    /// All of them, by name.
    pub fn all(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::clone(&self.shared);
        all.extend(self.own.clone());
        all
    }
}
