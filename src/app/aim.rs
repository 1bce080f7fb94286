//! Choosing in the diagram who sends to whom: by two clicks, by dragging, by keyboard.

use super::form::{Form, Verb, service_address};
use super::model::{Model, Pane};
use super::scene::Entity;
use crate::api::{Key, Kind};
use crate::apiserver::Store;
use crate::shell::Act;

/// What the next click on a thing of the diagram does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aim {
    /// It shows the thing's details.
    #[default]
    Off,
    /// It says who sends.
    Source,
    /// It says to whom, and sends.
    Target,
}

impl Model {
    /// A person pointed at a thing.
    pub(super) fn pick(&mut self, entity: Entity) {
        match self.aim {
            Aim::Off => {
                self.leaf = None;
                self.selected = (self.selected.as_ref() != Some(&entity)).then_some(entity);
            }
            Aim::Source => {
                if let Some(from) = sender(&entity) {
                    self.form.from = from;
                    self.aim = Aim::Target;
                }
            }
            Aim::Target => self.shoot(&entity),
        }
    }

    /// From now on the thing sends, and the next one pointed at is the target.
    pub(super) fn aim_from(&mut self, entity: &Entity, verb: Verb) {
        if let Some(from) = sender(entity) {
            self.form.from = from;
            self.form.verb = verb;
            self.selected = None;
            self.aim = Aim::Target;
        }
    }

    /// Sends from one thing to another.
    pub(super) fn drag(&mut self, from: &Entity, to: &Entity) {
        if let Some(from) = sender(from) {
            self.form.from = from;
            self.shoot(to);
        }
    }

    fn shoot(&mut self, target: &Entity) {
        if let Some(to) = self.address(target) {
            self.form.to = to;
            self.aim = if self.picking { Aim::Source } else { Aim::Off };
            self.send();
        }
    }

    /// Sends what the request bar says, as often as it says.
    pub(super) fn send(&mut self) {
        let Some(request) = self.form.request() else { return };
        if self.predicting {
            return self.ask(request, self.form.times);
        }
        self.question = None;
        self.pane = Pane::Stage;
        self.undone.clear();
        for _ in 0..self.form.times.max(1) {
            self.session.act(Act::Send(request.clone()));
        }
        self.notice();
    }

    /// Sends the request on show once more.
    pub(super) fn again(&mut self) {
        let Some(show) = &self.show else { return };
        let request = show.trace.request.clone();
        self.pane = Pane::Stage;
        self.act(Act::Send(request));
    }

    /// What a sender writes to reach a thing of the diagram.
    fn address(&self, entity: &Entity) -> Option<String> {
        let store = self.session.cluster().store();
        match entity {
            Entity::Pod(key) => pod_address(store, key, &self.form),
            Entity::Pods(owner) => {
                let member = self.scene.counted.iter().find(|(_, of)| *of == owner)?.0;
                pod_address(store, member, &self.form)
            }
            Entity::Ghost(key) => self.ghost_address(key),
            Entity::Service(key) | Entity::Slice(key) => {
                let key = match key.kind {
                    Kind::EndpointSlice => {
                        let slice = store.get(key)?;
                        let name = slice.meta.labels.get("kubernetes.io/service-name")?;
                        Key::new(Kind::Service, key.namespace.clone(), name.clone())
                    }
                    _ => key.clone(),
                };
                service_address(store, &key, &self.form)
            }
            Entity::Dns => {
                let service = store.find(Kind::Service, "kube-system", "kube-dns")?;
                Some(service.service()?.spec.cluster_ip.clone())
            }
            Entity::Internet => Some("example.com".to_owned()),
            Entity::Node(name) => {
                let node = store.find(Kind::Node, "", name)?;
                let addresses = node.doc()["status"]["addresses"].as_array()?;
                let inner = addresses.iter().find(|address| address["type"] == "InternalIP")?;
                inner["address"].as_str().map(str::to_owned)
            }
            Entity::Workstation | Entity::Workload(_) => None,
        }
    }
}

/// Who a thing sends as: a pod, or the workstation as none. Nothing else sends.
pub fn sender(entity: &Entity) -> Option<Option<Key>> {
    match entity {
        Entity::Pod(key) => Some(Some(key.clone())),
        Entity::Workstation => Some(None),
        _ => None,
    }
}

/// A pod's address, with the port its first container declares where that matters.
fn pod_address(store: &Store, pod: &Key, form: &Form) -> Option<String> {
    let view = store.get(pod)?.pod()?;
    let ip = &view.status.pod_ip;
    let port = view
        .spec
        .containers
        .iter()
        .flat_map(|container| &container.ports)
        .map(|port| port.container_port)
        .next();
    match port {
        _ if ip.is_empty() => None,
        Some(port) if form.verb != Verb::Ping && port != 80 => Some(format!("{ip}:{port}")),
        _ => Some(ip.to_string()),
    }
}
