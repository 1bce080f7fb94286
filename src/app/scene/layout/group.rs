//! Draws a workload: its box, its pods or their count, those that are gone, the labels they share.

use super::{Columns, LINE, PAD, Plan, TITLE};
use crate::app::scene::Line;
use crate::app::scene::census::{Ghost, Group, PodFace, PodMark};
use crate::app::scene::{Entity, Font, Frame, FrameKind, Mood, Note, Point, Rect, Shape};
use std::collections::BTreeMap;

impl Plan<'_> {
    /// Draws the pods of one owner in a box; returns the box.
    pub(super) fn group(&mut self, group: &Group, columns: &Columns, x: f64, w: f64, y: f64) -> Rect {
        let ready = group.pods.iter().filter(|pod| pod.mark == PodMark::Ready).count();
        let is_pod = group.owner.kind == crate::api::Kind::Pod;
        let kind = group.owner.kind.resource().name;
        let title = if is_pod { "Pod".to_owned() } else { format!("{kind} {}", group.owner.name) };
        let title = if self.measure.width(&title, Font::Small) <= w - 2.0 * PAD || is_pod {
            title
        } else {
            group.owner.name.to_string()
        };
        let mut detail = match group.wanted {
            Some(wanted) => format!("{ready} of {wanted} ready"),
            None => String::new(),
        };
        if let Some(via) = group.via.as_deref().and_then(|via| via.rsplit('-').next()) {
            let long = format!("{detail} · rs {via}");
            if self.measure.width(&long, Font::Small) <= w - 2.0 * PAD {
                detail = long;
            }
        }
        let slot = self.scene.frames.len();
        let mut top = y + TITLE;
        if !detail.is_empty() {
            let line = self.line(&detail, Font::Small, w - 2.0 * PAD, x + PAD, y + 32.0);
            self.scene.notes.push(Note { line, from_start: true });
            top += LINE;
        }
        let bottom = if group.counted {
            self.count(group, columns, ready, Rect { x, y: top, w, h: 62.0 })
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

    fn count(&mut self, group: &Group, columns: &Columns, ready: usize, rect: Rect) -> f64 {
        let inner = Rect { x: rect.x + PAD, w: rect.w - 2.0 * PAD, y: rect.y + 4.0, h: rect.h - 8.0 };
        let (total, state) = (format!("{} pods", group.pods.len()), format!("{ready} ready"));
        let lines = self.centred(inner, &[(&total, Font::Strong), (&state, Font::Small)]);
        let mood = if ready == group.pods.len() { Mood::Good } else { Mood::Waiting };
        let label = format!("{}: {total}, {state}", group.owner.name);
        self.scene.counted.extend(group.pods.iter().map(|pod| (pod.key.clone(), group.owner.clone())));
        self.item(Entity::Pods(group.owner.clone()), Shape::Count, inner, lines, mood, label);
        if columns.nodes.is_empty() {
            return rect.bottom();
        }
        for node in &columns.nodes {
            let here = group.pods.iter().filter(|pod| pod.node == *node).count();
            let (x, w) = columns.node(node);
            let line = self.line(&format!("{here} here"), Font::Small, w, x + w / 2.0, rect.bottom() + 10.0);
            self.scene.notes.push(Note { line, from_start: false });
        }
        rect.bottom() + LINE
    }

    fn pods(&mut self, group: &Group, columns: &Columns, x: f64, w: f64, top: f64) -> f64 {
        let total = group.pods.len() + group.ghosts.len().min(2);
        let radius = match group.pods.len() {
            0 | 1 => 30.0,
            2..=4 => 26.0,
            _ => 23.0,
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
        let font = if room.is_some() { Font::Plain } else { Font::Small };
        let mut lines = vec![self.line(&pod.short, font, radius * 2.0 - 4.0, cx, cy + 4.0)];
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

    fn ghost(&mut self, ghost: &Ghost, cx: f64, cy: f64, radius: f64, room: f64) {
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
}
