//! Puts a census on a plane: outside above, DNS on top, callers left, Services in the middle, pods right.
//!
//! With one node its box holds everything. With several, each is a column that the groups' rows
//! cross, so that a pod stands in the row of its owner and the column of its node. Below
//! [`NARROW`] everything is stacked.

use super::census::{Group, PodFace, PodMark, Quarter, ServiceFace};
use super::measure::{Font, Measure};
use super::{Census, Entity, Frame, FrameKind, Item, Line, Link, Mood, Note, Point, Rect, Scene, Shape};
use crate::api::Key;
use std::collections::BTreeMap;

/// Diagrams narrower than this many CSS pixels are stacked.
const NARROW: f64 = 560.0;
const MARGIN: f64 = 12.0;
const PAD: f64 = 12.0;
const ROW_GAP: f64 = 18.0;
const LINE: f64 = 16.0;
const TITLE: f64 = 22.0;
/// Endpoints a slice's table lists before it counts the rest.
const LISTED: usize = 4;

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
        y += TITLE;
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

/// Where the columns are.
struct Columns {
    narrow: bool,
    /// Inside the outer box.
    inner: Rect,
    /// Pods that nothing selects; no width where there is no such column.
    callers: (f64, f64),
    services: (f64, f64),
    pods: (f64, f64),
    /// The nodes' names, where pods are put into columns by node.
    nodes: Vec<String>,
}

impl Columns {
    fn of(census: &Census, width: f64) -> Self {
        let narrow = width < NARROW;
        let inner = Rect { x: MARGIN + PAD, y: 0.0, w: width - 2.0 * (MARGIN + PAD), h: 0.0 };
        let nodes: Vec<String> = if narrow || census.nodes.len() < 2 {
            Vec::new()
        } else {
            let waits = census.quarters.iter().flat_map(|q| &q.groups).flat_map(|g| &g.pods);
            let unscheduled = waits.clone().any(|pod| pod.node.is_empty());
            let names = census.nodes.iter().map(|(name, _)| name.clone());
            names.chain(unscheduled.then(String::new)).collect()
        };
        let (x, w) = (inner.x + PAD, inner.w - 2.0 * PAD);
        if narrow {
            return Self { narrow, inner, callers: (x, 0.0), services: (x, w), pods: (x, w), nodes };
        }
        let (callers, services) = if nodes.is_empty() { (w * 0.27, w * 0.37) } else { (0.0, w * 0.32) };
        let gap = if nodes.is_empty() { w * 0.06 } else { w * 0.04 };
        let callers = callers.min(300.0);
        let services = services.clamp(160.0, 300.0);
        let pods = w - callers - services - gap * if callers > 0.0 { 2.0 } else { 1.0 };
        let pods = if nodes.is_empty() { pods.min(340.0) } else { pods };
        let spare = w - callers - services - pods;
        let gap = if callers > 0.0 { spare / 2.0 } else { spare };
        let services_x = if callers > 0.0 { x + callers + gap } else { x };
        Self {
            narrow,
            inner,
            callers: (x, callers),
            services: (services_x, services),
            pods: (services_x + services + gap, pods),
            nodes,
        }
    }

    /// The column of a node within the pods' column.
    fn node(&self, name: &str) -> (f64, f64) {
        let (x, w) = self.pods;
        match self.nodes.iter().position(|node| node == name) {
            Some(index) => {
                let each = w / self.nodes.len() as f64;
                (x + each * index as f64, each)
            }
            None => (x, w),
        }
    }
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
        let text = "Nothing runs here yet. Apply a manifest, or type a command below.";
        let line = self.line(text, Font::Small, rect.w - 2.0 * PAD, rect.centre().x, rect.centre().y + 6.0);
        self.scene.notes.push(Note { line, from_start: false });
        rect.bottom()
    }

    fn quarter(&mut self, quarter: &Quarter, columns: &Columns, top: f64) -> f64 {
        let slot = self.scene.frames.len();
        let start = top + TITLE + 4.0;
        let matched = |group: &Group| quarter.services.iter().any(|s| s.owners.contains(&group.owner));
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
            let (mine, others) = services.into_iter().partition(|s| s.owners.contains(&group.owner));
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
                for owner in &service.owners {
                    if let Some(to) = drawn.get(owner) {
                        self.link(columns, service, from, *to);
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

    fn link(&mut self, columns: &Columns, service: &ServiceFace, from: Rect, to: Rect) {
        let (from, to) = if columns.narrow {
            (Point { x: from.centre().x, y: from.bottom() }, Point { x: to.centre().x, y: to.y })
        } else {
            (Point { x: from.right(), y: from.centre().y }, Point { x: to.x, y: to.y + to.h.min(90.0) / 2.0 })
        };
        let room = (to.x - from.x).abs() - 12.0;
        let wide = self.measure.width(&service.selector, Font::Small) <= room;
        let middle = Point { x: (from.x + to.x) / 2.0, y: (from.y + to.y) / 2.0 - 6.0 };
        let text_at = (wide && !columns.narrow).then_some(middle);
        self.scene.links.push(Link { from, to, matches: true, text: service.selector.clone(), text_at });
    }

    /// Draws a Service with its slice below; returns the Service's own rectangle grown by the slice.
    fn service(&mut self, service: &ServiceFace, columns: &Columns, y: f64) -> Rect {
        let (x, w) = columns.services;
        let named = format!("Service {}", service.key.name);
        let title =
            if self.measure.width(&named, Font::Strong) <= w - 20.0 { &named } else { &service.key.name };
        let selector = match service.selector.as_str() {
            "" => "no selector".to_owned(),
            selector => format!("selects {selector}"),
        };
        let mut texts = vec![(title.as_str(), Font::Strong), (service.address.as_str(), Font::Mono)];
        if !service.note.is_empty() {
            texts.push((&service.note, Font::Small));
        }
        texts.push((&selector, Font::Small));
        let rect = Rect { x, y, w, h: LINE * texts.len() as f64 + 14.0 };
        let lines = self.centred(rect, &texts);
        let mood = if service.serves { Mood::Plain } else { Mood::Bad };
        let ready = service.endpoints.iter().filter(|(_, ready)| *ready).count();
        let label = format!(
            "{named}, {} {}, {selector}, {ready} ready of {} endpoints",
            service.address,
            service.note,
            service.endpoints.len()
        );
        self.item(Entity::Service(service.key.clone()), Shape::Pill, rect, lines, mood, label);
        let bottom = self.slice(service, rect).unwrap_or(rect.bottom());
        Rect { h: if columns.narrow { bottom - rect.y } else { rect.h }, ..rect }.grown_to(bottom)
    }

    /// Draws the table of endpoints below a Service; `None` where a Service has none by its nature.
    fn slice(&mut self, service: &ServiceFace, above: Rect) -> Option<f64> {
        if service.note.starts_with("ExternalName") {
            return None;
        }
        let mut rows: Vec<String> = service
            .endpoints
            .iter()
            .take(LISTED)
            .map(|(address, ready)| if *ready { address.clone() } else { format!("{address} not ready") })
            .collect();
        let more = service.endpoints.len().saturating_sub(LISTED);
        if more > 0 {
            rows.push(format!("and {more} more"));
        }
        if rows.is_empty() {
            rows.push("no endpoints".to_owned());
        }
        let inset = 14.0;
        let rect = Rect {
            x: above.x + inset,
            y: above.bottom(),
            w: above.w - 2.0 * inset,
            h: LINE * rows.len() as f64 + 8.0,
        };
        let lines = rows
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let y = rect.y + LINE * index as f64 + 15.0;
                self.line(row, Font::Mono, rect.w - 10.0, rect.centre().x, y)
            })
            .collect();
        let entity = Entity::Slice(service.slice.clone().unwrap_or_else(|| service.key.clone()));
        let mood = if service.serves { Mood::Plain } else { Mood::Bad };
        let label = format!("Endpoints of {}: {}", service.key.name, rows.join(", "));
        self.item(entity, Shape::Table, rect, lines, mood, label);
        Some(rect.bottom())
    }

    fn group(&mut self, group: &Group, columns: &Columns, x: f64, w: f64, y: f64) -> Rect {
        let ready = group.pods.iter().filter(|pod| pod.mark == PodMark::Ready).count();
        let is_pod = group.owner.kind == crate::api::Kind::Pod;
        let kind = group.owner.kind.resource().name;
        let title = if is_pod { "Pod".to_owned() } else { format!("{kind} {}", group.owner.name) };
        let title = if self.measure.width(&title, Font::Small) <= w - 2.0 * PAD || is_pod {
            title
        } else {
            group.owner.name.clone()
        };
        let mut detail = match group.wanted {
            Some(wanted) => format!("{ready} of {wanted} ready"),
            None => String::new(),
        };
        if let Some(via) = group.via.as_deref().and_then(|via| via.rsplit('-').next()) {
            detail = format!("{detail} · rs {via}");
        }
        let slot = self.scene.frames.len();
        let mut top = y + TITLE;
        if !detail.is_empty() {
            let line = self.line(&detail, Font::Small, w - 2.0 * PAD, x + PAD, y + 32.0);
            self.scene.notes.push(Note { line, from_start: true });
            top += LINE;
        }
        let bottom = if group.counted {
            self.count(group, ready, Rect { x, y: top, w, h: 62.0 })
        } else {
            self.pods(group, columns, x, w, top)
        };
        let bottom = self.chips(group, x, w, bottom + 4.0);
        let rect = Rect { x, y, w, h: bottom + 8.0 - y };
        self.frame(Some(Entity::Workload(group.owner.clone())), FrameKind::Workload, rect, &title);
        let frame = self.scene.frames.pop().expect("pushed just above");
        self.scene.frames.insert(slot, frame);
        rect
    }

    fn count(&mut self, group: &Group, ready: usize, rect: Rect) -> f64 {
        let inner = Rect { x: rect.x + PAD, w: rect.w - 2.0 * PAD, y: rect.y + 4.0, h: rect.h - 8.0 };
        let (total, state) = (format!("{} pods", group.pods.len()), format!("{ready} ready"));
        let lines = self.centred(inner, &[(&total, Font::Strong), (&state, Font::Small)]);
        let mood = if ready == group.pods.len() { Mood::Good } else { Mood::Waiting };
        let label = format!("{}: {total}, {state}", group.owner.name);
        self.item(Entity::Pods(group.owner.clone()), Shape::Count, inner, lines, mood, label);
        rect.bottom()
    }

    fn pods(&mut self, group: &Group, columns: &Columns, x: f64, w: f64, top: f64) -> f64 {
        let total = group.pods.len() + group.ghosts.len().min(2);
        let radius = match group.pods.len() {
            0 | 1 => 30.0,
            2..=4 => 26.0,
            _ => 21.0,
        };
        let addressed = group.pods.len() <= 4;
        let cell_h = radius * 2.0 + if addressed { 24.0 } else { 8.0 };
        let mut bottom = top;
        if columns.nodes.is_empty() || columns.node("").1 == w && columns.nodes.len() < 2 {
            let cell_w = if addressed { 108.0_f64.min(w - 8.0) } else { radius * 2.0 + 10.0 };
            let per_row = ((w - 8.0) / cell_w).floor().max(1.0) as usize;
            let per_row = per_row.min(total.max(1));
            let offset = (w - cell_w * per_row as f64) / 2.0;
            let cell = |index: usize| {
                let (row, column) = (index / per_row, index % per_row);
                let cx = x + offset + cell_w * (column as f64 + 0.5);
                (cx, top + cell_h * row as f64 + radius + 4.0, cell_w)
            };
            for (index, pod) in group.pods.iter().enumerate() {
                let (cx, cy, room) = cell(index);
                self.pod(pod, cx, cy, radius, addressed.then_some(room));
            }
            for (index, ghost) in group.ghosts.iter().rev().take(2).enumerate() {
                let (cx, cy, room) = cell(group.pods.len() + index);
                self.ghost(ghost, cx, cy, 18.0, room);
            }
            let rows = total.div_ceil(per_row).max(1);
            bottom += cell_h * rows as f64;
        } else {
            let mut stacked: BTreeMap<&str, f64> = BTreeMap::new();
            for pod in &group.pods {
                let (nx, nw) = columns.node(&pod.node);
                let y = stacked.entry(pod.node.as_str()).or_insert(top);
                self.pod(pod, nx + nw / 2.0, *y + radius + 4.0, radius, addressed.then_some(nw - 6.0));
                *y += cell_h;
                bottom = bottom.max(*y);
            }
            for ghost in group.ghosts.iter().rev().take(1) {
                self.ghost(ghost, x + w - 60.0, bottom + 22.0, 18.0, 100.0);
                bottom += 44.0;
            }
            bottom = bottom.max(top + 20.0);
        }
        bottom
    }

    fn pod(&mut self, pod: &PodFace, cx: f64, cy: f64, radius: f64, room: Option<f64>) {
        let rect = Rect { x: cx - radius, y: cy - radius, w: radius * 2.0, h: radius * 2.0 };
        let mut lines = vec![self.line(&pod.short, Font::Plain, radius * 2.0 - 8.0, cx, cy + 4.0)];
        if let Some(room) = room {
            let (text, font) = match pod.mark {
                PodMark::Ready | PodMark::NotReady if !pod.ip.is_empty() => (&pod.ip, Font::Mono),
                _ => (&pod.word, Font::Small),
            };
            lines.push(self.line(text, font, room - 2.0, cx, cy + radius + 14.0));
        }
        let mood = match pod.mark {
            PodMark::Ready => Mood::Good,
            PodMark::NotReady | PodMark::Waiting | PodMark::Terminating => Mood::Waiting,
            PodMark::Failing => Mood::Bad,
            PodMark::Completed => Mood::Plain,
        };
        let mut label = format!("Pod {}, {}", pod.key.name, pod.word);
        if !pod.ip.is_empty() {
            label += &format!(", {}", pod.ip);
        }
        if pod.restarts > 0 {
            label += &format!(", restarted {} times", pod.restarts);
        }
        self.item(Entity::Pod(pod.key.clone()), Shape::Circle, rect, lines, mood, label);
    }

    fn ghost(&mut self, ghost: &super::Ghost, cx: f64, cy: f64, radius: f64, room: f64) {
        let rect = Rect { x: cx - radius, y: cy - radius, w: radius * 2.0, h: radius * 2.0 };
        let gone = self.line("gone", Font::Small, room, cx, cy + 4.0);
        let address = self.line(&ghost.ip, Font::Mono, room, cx, cy + radius + 14.0);
        let label = format!("Pod {} is gone; it had {}", ghost.key.name, ghost.ip);
        let entity = Entity::Ghost(ghost.key.clone());
        self.item(entity, Shape::GhostCircle, rect, vec![gone, address], Mood::Plain, label);
    }

    fn chips(&mut self, group: &Group, x: f64, w: f64, y: f64) -> f64 {
        if group.labels.is_empty() {
            return y;
        }
        let text = self.measure.fit(&group.labels.join("  "), Font::Small, w - 30.0);
        let chip = (self.measure.width(&text, Font::Small) + 18.0).min(w - 8.0);
        let rect = Rect { x: x + (w - chip) / 2.0, y, w: chip, h: 20.0 };
        let line = Line { text, font: Font::Small, at: Point { x: rect.centre().x, y: y + 14.0 } };
        let title = Note { line, from_start: false };
        self.scene.frames.push(Frame { entity: None, kind: FrameKind::Chip, rect, title });
        rect.bottom()
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
        for name in &columns.nodes {
            let (x, w) = columns.node(name);
            let rect =
                Rect { x: x + 2.0, y: rows_top - TITLE, w: w - 4.0, h: bottom - rows_top + TITLE - 6.0 };
            let ready = census.nodes.iter().any(|(node, ready)| node == name && *ready);
            let title = match (name.as_str(), ready) {
                ("", _) => "no node yet".to_owned(),
                (_, true) => name.clone(),
                (_, false) => format!("{name} ✗"),
            };
            let entity = (!name.is_empty()).then(|| Entity::Node(name.clone()));
            self.frame(entity, FrameKind::Node, rect, &title);
            frames.extend(self.scene.frames.pop());
        }
        self.scene.frames.splice(0..0, frames);
    }
}

impl Rect {
    /// The same rectangle, reaching down to `bottom`.
    fn grown_to(self, bottom: f64) -> Rect {
        Rect { h: bottom - self.y, ..self }
    }
}
