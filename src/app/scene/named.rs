//! Finds the thing of the diagram that a lesson's text names: `pod:sleep-1`, `service:numbers-api`, `dns`.

use super::{Entity, Scene};
use crate::api::Key;

impl Scene {
    /// The first thing of this kind whose name is this, or begins with it as a pod's name begins with its owner's.
    pub fn named(&self, kind: &str, name: &str) -> Option<Entity> {
        let drawn = self.items.iter().map(|item| &item.entity);
        let framed = self.frames.iter().filter_map(|frame| frame.entity.as_ref());
        let all = || drawn.clone().chain(framed.clone());
        let exact = |key: &Key| key.name == name;
        let begins =
            |key: &Key| exact(key) || key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
        let found = match kind {
            "workstation" => all().find(|it| **it == Entity::Workstation),
            "internet" => all().find(|it| **it == Entity::Internet),
            "dns" => all().find(|it| **it == Entity::Dns),
            "node" => all().find(|it| matches!(it, Entity::Node(node) if node == name)),
            "service" => all().find(|it| matches!(it, Entity::Service(key) if exact(key))),
            "endpoints" => all().find(|it| matches!(it, Entity::Slice(key) if begins(key))),
            "deployment" | "workload" => {
                all().find(|it| matches!(it, Entity::Workload(key) | Entity::Pods(key) if begins(key)))
            }
            "pod" => all().find(|it| matches!(it, Entity::Pod(key) | Entity::Pods(key) if begins(key))),
            "ghost" => all().find(|it| matches!(it, Entity::Ghost(key) if begins(key))),
            _ => None,
        };
        found.cloned()
    }
}
