//! The diagram as data: what is drawn, where, and how it reads aloud. No colours, no SVG.
//!
//! [`Census`] says what there is to draw; [`place`] puts it on a plane of a given width, in CSS
//! pixels, so that text keeps its size and only the arrangement changes. A small edit moves little:
//! the order follows namespaces and names, never time.

mod census;
mod layout;
mod measure;
mod motion;
mod named;

pub use census::{COUNTED, Census, Ghost, Group, PodFace, PodMark, ServiceFace, ghost_of, is_system};
pub use layout::place;
pub use measure::{Approximate, Font, Measure};
pub use motion::{Leg, LegKind, Motion, legs};

use crate::api::Key;
use std::collections::BTreeMap;

/// A thing of the diagram that can be pointed at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// The learner's own machine.
    Workstation,
    /// A host outside the cluster.
    Internet,
    /// The cluster's DNS.
    Dns,
    /// A node, with its kube-proxy.
    Node(String),
    /// A Service.
    Service(Key),
    /// An EndpointSlice.
    Slice(Key),
    /// A Deployment or another owner of pods.
    Workload(Key),
    /// A pod.
    Pod(Key),
    /// Pods of one owner, drawn as a count.
    Pods(Key),
    /// A pod that is gone.
    Ghost(Key),
}

impl Entity {
    /// A text that no other thing of the diagram has, and that stays the same while the thing exists.
    pub fn id(&self) -> String {
        let (kind, key) = match self {
            Self::Workstation => return "workstation".to_owned(),
            Self::Internet => return "internet".to_owned(),
            Self::Dns => return "dns".to_owned(),
            Self::Node(name) => return format!("node {name}"),
            Self::Service(key) => ("service", key),
            Self::Slice(key) => ("slice", key),
            Self::Workload(key) => ("workload", key),
            Self::Pod(key) => ("pod", key),
            Self::Pods(key) => ("pods", key),
            Self::Ghost(key) => ("ghost", key),
        };
        format!("{kind} {}/{}/{}", key.namespace, key.kind.resource().name, key.name)
    }
}

/// A point, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A rectangle, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its top edge.
    pub y: f64,
    /// Its width.
    pub w: f64,
    /// Its height.
    pub h: f64,
}

impl Rect {
    /// The rectangle's centre.
    pub fn centre(self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }

    /// The right edge.
    pub fn right(self) -> f64 {
        self.x + self.w
    }

    /// The bottom edge.
    pub fn bottom(self) -> f64 {
        self.y + self.h
    }

    /// Whether two rectangles share any area.
    pub fn overlaps(self, other: Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether `inner` lies within.
    pub fn contains(self, inner: Rect) -> bool {
        self.x <= inner.x
            && inner.right() <= self.right()
            && self.y <= inner.y
            && inner.bottom() <= self.bottom()
    }
}

/// How a thing is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A machine of a person, or a host outside.
    Device,
    /// The DNS server.
    Server,
    /// A Service.
    Pill,
    /// An EndpointSlice.
    Table,
    /// A pod.
    Circle,
    /// A pod that is gone.
    GhostCircle,
    /// Many pods.
    Count,
    /// kube-proxy, on a node's edge.
    Badge,
}

/// How a thing is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// Nothing to say.
    #[default]
    Plain,
    /// Works.
    Good,
    /// On its way.
    Waiting,
    /// Does not work.
    Bad,
}

/// One line of text in a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The text, cut to fit.
    pub text: String,
    /// Its font.
    pub font: Font,
    /// The middle of its baseline.
    pub at: Point,
}

/// A thing of the diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub entity: Entity,
    /// How it is drawn.
    pub shape: Shape,
    /// Where.
    pub rect: Rect,
    /// Its text.
    pub lines: Vec<Line>,
    /// How it is doing.
    pub mood: Mood,
    /// A mark for what just changed: `endpoints 1 → 0`.
    pub changed: Option<String>,
    /// How it reads aloud.
    pub label: String,
}

/// What a frame stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A node: a solid box.
    Node,
    /// A namespace: a dashed box.
    Namespace,
    /// A workload: a light box.
    Workload,
    /// The labels that pods of a group share.
    Chip,
}

/// A box around things.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// What it is, if it can be pointed at.
    pub entity: Option<Entity>,
    /// What it stands for.
    pub kind: FrameKind,
    /// Where.
    pub rect: Rect,
    /// Its title, placed.
    pub title: Note,
}

/// A line between two things that says how they belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// From here.
    pub from: Point,
    /// To here.
    pub to: Point,
    /// Whether the selector matches; a near miss is drawn struck through.
    pub matches: bool,
    /// `app=sleep-2`, or `v1 ≠ v2`.
    pub text: String,
    /// The middle of the text's baseline, if there is room for it.
    pub text_at: Option<Point>,
}

/// Text that belongs to a frame rather than to a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The text, placed.
    pub line: Line,
    /// Whether it is drawn from its start rather than around its middle.
    pub from_start: bool,
}

/// The diagram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Boxes, from the outside in.
    pub frames: Vec<Frame>,
    /// Text beside things.
    pub notes: Vec<Note>,
    /// Lines between things.
    pub links: Vec<Link>,
    /// Things, in reading order.
    pub items: Vec<Item>,
    /// Pods that are drawn as part of a count, and the owner it stands for.
    pub counted: BTreeMap<Key, Key>,
}

impl Scene {
    /// The thing drawn for an entity; for a pod that is part of a count, the count.
    pub fn find(&self, entity: &Entity) -> Option<&Item> {
        self.items.iter().find(|item| item.entity == *entity)
    }

    /// The whole diagram in words, one sentence a thing.
    pub fn description(&self) -> String {
        self.items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>().join(". ")
    }
}
