//! Puts a census on a plane: outside above, DNS on top, callers left, Services in the middle, pods right.
//!
//! With one node its box holds everything. With several, each is a column that the groups' rows
//! cross, so that a pod stands in the row of its owner and the column of its node. Below
//! [`NARROW`] everything is stacked.

mod columns;
mod group;
mod service;

use super::census::{Group, Quarter, ServiceFace};
use super::measure::{Font, Measure};
use super::{Census, Entity, Frame, FrameKind, Item, Line, Mood, Note, Point, Rect, Scene, Shape};
use crate::api::Key;
use columns::Columns;
use std::collections::BTreeMap;

const MARGIN: f64 = 12.0;
const PAD: f64 = 12.0;
const ROW_GAP: f64 = 18.0;
const LINE: f64 = 16.0;
const TITLE: f64 = 22.0;
/// Above the rows that cross the columns of nodes: the nodes' names, and kube-proxy on their edge.
const HEAD: f64 = 30.0;

/// The diagram of `census`, `width` CSS pixels wide. `changes` says what is marked as just changed.
pub fn place(census: &Census, width: f64, changes: &BTreeMap<Key, String>, measure: &dyn Measure) -> Scene {
    let mut plan = Plan { scene: Scene { width, ..Scene::default() }, measure, changes };
    plan.outside(census);
    let columns = Columns::of(census, width);
    let top = 66.0;
    let mut y = top + TITLE + 4.0;
    if let Some((address, ready)) = &census.dns {
        y = plan.dns(&columns, y, address, *ready) + ROW_GAP;
    }
    if columns.nodes.len() > 1 {
        y += HEAD;
    }
    let rows_top = y;
    for quarter in &census.quarters {
        y = plan.quarter(quarter, &columns, y) + ROW_GAP;
    }
    if census.quarters.is_empty() {
        y = plan.empty(&columns, y) + ROW_GAP;
    }
    plan.node_frames(census, &columns, top, rows_top, y);
    plan.scene.height = y + MARGIN + PAD;
    plan.scene
}

struct Plan<'a> {
    scene: Scene,
    measure: &'a dyn Measure,
    changes: &'a BTreeMap<Key, String>,
}

impl Plan<'_> {
    fn line(&self, text: &str, font: Font, room: f64, x: f64, y: f64) -> Line {
        Line { text: self.measure.fit(text, font, room), font, at: Point { x, y } }
    }

    fn item(
        &mut self,
        entity: Entity,
        shape: Shape,
        rect: Rect,
        lines: Vec<Line>,
        mood: Mood,
        label: String,
    ) {
        let changed = match &entity {
            Entity::Service(key) | Entity::Workload(key) => self.changes.get(key).cloned(),
            _ => None,
        };
        self.scene.items.push(Item { entity, shape, rect, lines, mood, changed, label });
    }

    fn frame(&mut self, entity: Option<Entity>, kind: FrameKind, rect: Rect, title: &str) {
        let room = rect.w - 2.0 * PAD;
        let line = self.line(title, Font::Small, room, rect.x + PAD, rect.y + 16.0);
        self.scene.frames.push(Frame { entity, kind, rect, title: Note { line, from_start: true } });
    }

    /// Lines of text around the middle of a rectangle.
    fn centred(&self, rect: Rect, texts: &[(&str, Font)]) -> Vec<Line> {
        let first = rect.y + rect.h / 2.0 - (texts.len() as f64 - 1.0) * LINE / 2.0 + 4.0;
        let place = |(index, (text, font)): (usize, &(&str, Font))| {
            self.line(text, *font, rect.w - 14.0, rect.centre().x, first + LINE * index as f64)
        };
        texts.iter().enumerate().map(place).collect()
    }

    fn outside(&mut self, census: &Census) {
        let rect = Rect { x: MARGIN, y: 10.0, w: 164.0, h: 40.0 };
        let lines =
            self.centred(rect, &[("Your machine", Font::Strong), ("kubectl, curl, browser", Font::Small)]);
        self.item(Entity::Workstation, Shape::Device, rect, lines, Mood::Plain, "Your machine".into());
        if census.internet {
            let rect = Rect { x: self.scene.width - MARGIN - 112.0, w: 112.0, ..rect };
            let lines = self.centred(rect, &[("Internet", Font::Strong)]);
            self.item(Entity::Internet, Shape::Device, rect, lines, Mood::Plain, "The internet".into());
        }
    }

    fn dns(&mut self, columns: &Columns, y: f64, address: &str, ready: usize) -> f64 {
        let (x, w) = columns.services;
        let w = w.min(190.0);
        let x = x + (columns.services.1 - w) / 2.0;
        let rect = Rect { x, y, w, h: 44.0 };
        let (mood, state) = if ready == 0 {
            (Mood::Bad, "no server is ready".to_owned())
        } else {
            (Mood::Plain, format!("kube-dns {address}"))
        };
        let lines = self.centred(rect, &[("DNS", Font::Strong), (&state, Font::Mono)]);
        self.item(Entity::Dns, Shape::Server, rect, lines, mood, format!("The cluster's DNS, {state}"));
        rect.bottom()
    }

    fn empty(&mut self, columns: &Columns, y: f64) -> f64 {
        let rect = Rect { x: columns.inner.x, y, w: columns.inner.w, h: 90.0 };
        self.frame(None, FrameKind::Namespace, rect, "namespace default");
        for (text, below) in
            [("Nothing runs here yet.", -2.0), ("Apply a manifest, or type a command below.", 15.0)]
        {
            let (centre, room) = (rect.centre(), rect.w - 2.0 * PAD);
            let line = self.line(text, Font::Small, room, centre.x, centre.y + below);
            self.scene.notes.push(Note { line, from_start: false });
        }
        rect.bottom()
    }

    fn quarter(&mut self, quarter: &Quarter, columns: &Columns, top: f64) -> f64 {
        let slot = self.scene.frames.len();
        let start = top + TITLE + 4.0;
        // A near miss stands where the match would, so that the eye finds it.
        let meant = |service: &ServiceFace, owner: &Key| {
            service.owners.contains(owner) || service.near.as_ref().is_some_and(|near| near.owner == *owner)
        };
        let matched = |group: &Group| quarter.services.iter().any(|service| meant(service, &group.owner));
        let any_matched = quarter.groups.iter().any(matched);
        let mut left = start;
        let mut right = start;
        let mut drawn: BTreeMap<&Key, Rect> = BTreeMap::new();
        for (index, group) in quarter.groups.iter().filter(|group| !matched(group)).enumerate() {
            let on_left = columns.callers.1 > 0.0 && (any_matched || index % 2 == 0);
            let (x, w) = if on_left { columns.callers } else { columns.pods };
            let y = if on_left { &mut left } else { &mut right };
            let rect = self.group(group, columns, x, w, *y);
            *y = rect.bottom() + ROW_GAP;
        }
        if columns.callers.1 == 0.0 {
            left = right;
        }
        let mut services: Vec<&ServiceFace> = quarter.services.iter().collect();
        for group in quarter.groups.iter().filter(|group| matched(group)) {
            let (mine, others) = services.into_iter().partition(|service| meant(service, &group.owner));
            services = others;
            let mut y = if columns.callers.1 > 0.0 { right } else { left.max(right) };
            let mut placed = Vec::new();
            for service in mine {
                let rect = self.service(service, columns, y);
                placed.push((service, rect));
                y = rect.bottom() + ROW_GAP;
            }
            let group_top = match (columns.narrow, placed.first()) {
                (true, _) => y + 4.0,
                (false, Some((_, first))) => first.y,
                (false, None) => right,
            };
            let rect = self.group(group, columns, columns.pods.0, columns.pods.1, group_top);
            drawn.insert(&group.owner, rect);
            for (service, from) in placed {
                let near = service.near.iter().map(|near| (&near.owner, false));
                for (owner, matches) in service.owners.iter().map(|owner| (owner, true)).chain(near) {
                    if let Some(to) = drawn.get(owner) {
                        self.link(columns, service, from, *to, matches);
                    }
                }
            }
            right = y.max(rect.bottom() + ROW_GAP);
            if columns.callers.1 == 0.0 {
                left = right;
            }
        }
        for service in services {
            let rect = self.service(service, columns, right);
            right = rect.bottom() + ROW_GAP;
        }
        let bottom = left.max(right).max(start + 30.0) - ROW_GAP + PAD;
        let rect = Rect { x: columns.inner.x, y: top, w: columns.inner.w, h: bottom - top };
        self.frame(None, FrameKind::Namespace, rect, &format!("namespace {}", quarter.name));
        // Boxes are drawn from the outside in.
        let frame = self.scene.frames.pop().expect("pushed just above");
        self.scene.frames.insert(slot, frame);
        bottom
    }

    fn node_frames(&mut self, census: &Census, columns: &Columns, top: f64, rows_top: f64, bottom: f64) {
        let outer = Rect { x: MARGIN, y: top, w: self.scene.width - 2.0 * MARGIN, h: bottom - top };
        let mut frames = Vec::new();
        let title = match census.nodes.as_slice() {
            [] => "cluster without nodes".to_owned(),
            [(name, true)] => format!("node {name}"),
            [(name, false)] => format!("node {name}, not ready"),
            nodes => format!("cluster, {} nodes", nodes.len()),
        };
        let single = census.nodes.first().filter(|_| census.nodes.len() == 1);
        let entity = single.map(|(name, _)| Entity::Node(name.clone()));
        self.frame(entity, FrameKind::Node, outer, &title);
        frames.extend(self.scene.frames.pop());
        if let Some((name, ready)) = single {
            self.proxy(name, *ready, outer);
        }
        for name in &columns.nodes {
            let (x, w) = columns.node(name);
            let rect = Rect { x: x + 2.0, y: rows_top - HEAD, w: w - 4.0, h: bottom - rows_top + HEAD - 6.0 };
            let ready = census.nodes.iter().any(|(node, ready)| node == name && *ready);
            let title = match (name.as_str(), ready) {
                ("", _) => "no node yet".to_owned(),
                (_, true) => name.clone(),
                (_, false) => format!("{name} ✗"),
            };
            let entity = (!name.is_empty()).then(|| Entity::Node(name.clone()));
            if entity.is_some() {
                self.proxy(name, ready, rect);
            }
            self.frame(entity, FrameKind::Node, rect, &title);
            frames.extend(self.scene.frames.pop());
        }
        self.scene.frames.splice(0..0, frames);
    }

    /// kube-proxy, on the edge of its node's box.
    fn proxy(&mut self, node: &str, ready: bool, frame: Rect) {
        let w = (self.measure.width("kube-proxy", Font::Small) + 16.0).min(frame.w - 2.0 * PAD);
        let rect = Rect { x: frame.right() - PAD - w, y: frame.y - 14.0, w, h: 18.0 };
        let lines = self.centred(rect, &[("kube-proxy", Font::Small)]);
        let mood = if ready { Mood::Plain } else { Mood::Bad };
        let state = if ready { "" } else { ", not ready" };
        let label = format!("Node {node}{state}, and its kube-proxy");
        self.item(Entity::Node(node.to_owned()), Shape::Badge, rect, lines, mood, label);
    }
}
