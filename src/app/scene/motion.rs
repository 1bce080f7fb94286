//! A request in motion: the trace's hops as legs of a way through the scene, and where the packet
//! is at a point of the playback.

use super::{Entity, Point, Rect, Scene};
use crate::net::{Hop, Place, Source, Step, Trace};

/// What travels on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegKind {
    /// A question to DNS.
    Query,
    /// Its answer.
    Answer,
    /// A packet of the request.
    Request,
    /// A packet that gets no further.
    Stopped,
    /// A packet of the reply.
    Reply,
}

/// One piece of a request's way: a quadratic curve, straight where `via` lies in the middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// From here.
    pub from: Point,
    /// Bent towards here.
    pub via: Point,
    /// To here.
    pub to: Point,
    /// What travels.
    pub kind: LegKind,
    /// What is written on it: a name, an address, a packet.
    pub text: String,
    /// The hop it belongs to, by its index in the trace.
    pub hop: usize,
}

impl Leg {
    /// The first part of this leg, `part` from 0 to 1 (de Casteljau).
    pub fn part(&self, part: f64) -> Leg {
        let via = between(self.from, self.via, part);
        let to = between(via, between(self.via, self.to, part), part);
        Leg { via, to, ..self.clone() }
    }
}

fn between(a: Point, b: Point, part: f64) -> Point {
    Point { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part }
}

/// Where things are at a point of the playback.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Motion {
    /// Legs that were travelled.
    pub done: Vec<Leg>,
    /// The part of a leg being travelled.
    pub now: Option<Leg>,
}

impl Motion {
    /// The motion at `playhead`: its whole part counts legs, the rest is the way along the next.
    pub fn at(legs: &[Leg], playhead: f64) -> Self {
        let whole = (playhead.max(0.0) as usize).min(legs.len());
        let part = playhead - whole as f64;
        let now = legs.get(whole).filter(|_| part > 0.0).map(|leg| leg.part(part.min(1.0)));
        Self { done: legs[..whole].to_vec(), now }
    }

    /// Where the packet is: at the end of this leg.
    pub fn packet(&self) -> Option<&Leg> {
        self.now.as_ref().or(self.done.last())
    }

    /// The hop the playback is at.
    pub fn hop(&self) -> Option<usize> {
        self.packet().map(|leg| leg.hop)
    }
}

/// The way of a request through the scene, hop by hop. Things that are not drawn are passed over.
pub fn legs(trace: &Trace, scene: &Scene) -> Vec<Leg> {
    let mut way = Way { scene, legs: Vec::new(), at: None };
    way.follow(trace, None);
    way.legs
}

struct Way<'a> {
    scene: &'a Scene,
    legs: Vec<Leg>,
    at: Option<Rect>,
}

impl Way<'_> {
    fn rect(&self, entity: &Entity) -> Option<Rect> {
        self.scene.find(entity).map(|item| item.rect)
    }

    /// Follows a trace; `within` is the hop of the outer trace it is part of.
    fn follow(&mut self, trace: &Trace, within: Option<usize>) {
        let source = match &trace.request.from {
            Source::Pod(pod) => self.rect(&Entity::Pod(pod.clone())),
            Source::Workstation => self.rect(&Entity::Workstation),
            Source::Node(node) => self.node(node),
            Source::Address { node, .. } => self.node(node),
        };
        self.at = source;
        let failed = trace.failed_hop().is_some();
        for (index, hop) in trace.hops.iter().enumerate() {
            let stopped = failed && index + 1 == trace.hops.len();
            self.hop(hop, within.unwrap_or(index), source, stopped);
        }
    }

    fn hop(&mut self, hop: &Hop, index: usize, source: Option<Rect>, stopped: bool) {
        let target = self.target(hop);
        match hop.step {
            Step::Resolve => {
                let Some((from, dns)) = source.zip(self.rect(&Entity::Dns)) else { return };
                if hop.nested.is_empty() {
                    return;
                }
                let (question, answer) = hop.because.resolved().unwrap_or_default();
                self.leg(from, dns, LegKind::Query, question, index);
                self.leg(dns, from, if stopped { LegKind::Stopped } else { LegKind::Answer }, answer, index);
                self.at = Some(from);
            }
            Step::Reply => {
                let Some((from, to)) = self.at.zip(source) else { return };
                self.leg(from, to, LegKind::Reply, String::new(), index);
                self.at = Some(to);
            }
            Step::Send if !stopped => {}
            _ => {
                let text = hop.after.or(hop.before).map(|packet| packet.to_string()).unwrap_or_default();
                if let Some((from, to)) = self.at.zip(target).filter(|(from, to)| from != to) {
                    let kind = if stopped { LegKind::Stopped } else { LegKind::Request };
                    self.leg(from, to, kind, text, index);
                    self.at = Some(to);
                } else if stopped && let Some(at) = self.at {
                    let beyond = Rect { x: at.right() + 60.0, w: 1.0, h: 1.0, y: at.centre().y };
                    self.leg(at, beyond, LegKind::Stopped, text, index);
                }
                let here = self.at;
                for nested in &hop.nested {
                    self.follow(nested, Some(index));
                }
                self.at = here;
            }
        }
    }

    fn node(&self, name: &str) -> Option<Rect> {
        let entity = Entity::Node(name.to_owned());
        let frame = self.scene.frames.iter().find(|frame| frame.entity.as_ref() == Some(&entity))?;
        Some(Rect { x: frame.rect.x, y: frame.rect.y, w: 40.0, h: 20.0 })
    }

    fn target(&self, hop: &Hop) -> Option<Rect> {
        match &hop.place {
            Place::Pod(pod) => self.pod(pod),
            Place::KubeProxy(_) | Place::LoadBalancer(_) => {
                hop.because.service().and_then(|key| self.rect(&Entity::Service(key.clone())))
            }
            Place::Node(_) => None,
            Place::Dns => self.rect(&Entity::Dns),
            Place::Workstation => self.rect(&Entity::Workstation),
            Place::Internet(_) => self.rect(&Entity::Internet),
        }
    }

    /// A pod, or the count it is part of.
    fn pod(&self, pod: &crate::api::Key) -> Option<Rect> {
        self.rect(&Entity::Pod(pod.clone())).or_else(|| self.rect(&Entity::Ghost(pod.clone())))
    }

    /// Adds a leg between the edges of two rectangles that face each other.
    fn leg(&mut self, from: Rect, to: Rect, kind: LegKind, text: String, hop: usize) {
        let (a, b) = (from.centre(), to.centre());
        let start = edge(from, b);
        let mut end = edge(to, a);
        if kind == LegKind::Stopped {
            // It dies on the way: short of what it did not reach.
            end = Point { x: start.x + (end.x - start.x) * 0.72, y: start.y + (end.y - start.y) * 0.72 };
        }
        // DNS and replies have ways of their own, so that nothing lies on the request's.
        let bend = match kind {
            LegKind::Query | LegKind::Answer | LegKind::Reply => 22.0,
            LegKind::Request | LegKind::Stopped => 0.0,
        };
        let middle = between(start, end, 0.5);
        let (dx, dy) = (end.x - start.x, end.y - start.y);
        let length = dx.hypot(dy).max(1.0);
        let via = Point { x: middle.x - dy / length * bend, y: middle.y + dx / length * bend };
        self.legs.push(Leg { from: start, via, to: end, kind, text, hop });
    }
}

/// Where the line from the middle of `rect` towards `to` leaves it.
fn edge(rect: Rect, to: Point) -> Point {
    let c = rect.centre();
    let (dx, dy) = (to.x - c.x, to.y - c.y);
    if dx == 0.0 && dy == 0.0 {
        return c;
    }
    let scale = f64::min(
        if dx == 0.0 { f64::INFINITY } else { rect.w / 2.0 / dx.abs() },
        if dy == 0.0 { f64::INFINITY } else { rect.h / 2.0 / dy.abs() },
    );
    let scale = scale.min(1.0);
    Point { x: c.x + dx * scale, y: c.y + dy * scale }
}
