//! A request in motion: the trace's hops as legs of a way through the scene, and where the packet
//! is at a point of the playback.

use super::{Entity, Point, Rect, Scene};
use crate::api::Key;
use crate::net::{Hop, Place, Reason, Source, Step, Trace};

/// What travels on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegKind {
    /// A question to DNS.
    Query,
    /// Its answer.
    Answer,
    /// A packet of the request.
    Request,
    /// A packet that stays where it is while its addresses are rewritten.
    Rewrite,
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
    /// What is said where it ends for good; empty unless it does.
    pub words: &'static str,
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
    /// Where the packets of other requests are that are still under way.
    pub others: Vec<(Point, LegKind)>,
}

impl Motion {
    /// The motion at `playhead`: its whole part counts legs, the rest is the way along the next.
    pub fn at(legs: &[Leg], playhead: f64) -> Self {
        let whole = (playhead.max(0.0) as usize).min(legs.len());
        let part = playhead - whole as f64;
        let now = legs.get(whole).filter(|_| part > 0.0).map(|leg| leg.part(part.min(1.0)));
        Self { done: legs[..whole].to_vec(), now, others: Vec::new() }
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
            Source::Pod(pod) => self.pod(pod),
            Source::Workstation => self.rect(&Entity::Workstation),
            Source::Node(node) => self.node(node),
            Source::Address { node, .. } => self.node(node),
        };
        self.at = source;
        let failed = trace.failed_hop().is_some();
        let mut back = Vec::new();
        for (index, hop) in trace.hops.iter().enumerate() {
            let end = (failed && index + 1 == trace.hops.len()).then(|| trace.outcome.words());
            self.hop(hop, within.unwrap_or(index), source, end, &mut back);
        }
    }

    /// Adds the legs of a hop. `end` has the words for a request that gets no further; `back` is the way it came.
    fn hop(
        &mut self,
        hop: &Hop,
        index: usize,
        source: Option<Rect>,
        end: Option<&'static str>,
        back: &mut Vec<Rect>,
    ) {
        match hop.step {
            Step::Resolve => self.resolve(hop, index, source, end),
            Step::Reply => {
                let status = match &hop.because {
                    Reason::Answered { status: Some(status) } => status.to_string(),
                    _ => String::new(),
                };
                while let Some((from, to)) = self.at.zip(back.pop()) {
                    self.leg(from, to, LegKind::Reply, status.clone(), index, end);
                    self.at = Some(to);
                }
            }
            Step::Send if end.is_none() => {}
            _ => {
                let text = hop.before.or(hop.after).map(|packet| packet.to_string()).unwrap_or_default();
                let target = self.target(hop);
                if let Some((from, to)) = self.at.zip(target).filter(|(from, to)| from != to) {
                    self.leg(from, to, LegKind::Request, text, index, end);
                    back.push(from);
                    self.at = Some(to);
                } else if let Some(at) = self.at.filter(|_| end.is_some()) {
                    self.leg(at, self.beyond(at), LegKind::Request, text, index, end);
                }
                if matches!(hop.step, Step::Dnat | Step::Masquerade) && end.is_none() {
                    self.rewrite(hop.change(), index);
                }
                let here = self.at;
                for nested in &hop.nested {
                    self.follow(nested, Some(index));
                }
                self.at = here;
            }
        }
    }

    /// A question to DNS and its answer; no answer where the question does not arrive.
    fn resolve(&mut self, hop: &Hop, index: usize, source: Option<Rect>, end: Option<&'static str>) {
        let Some((from, dns)) = source.zip(self.rect(&Entity::Dns)) else { return };
        if hop.nested.is_empty() && end.is_none() {
            return;
        }
        let (question, answer) = hop.because.resolved().unwrap_or_default();
        if matches!(hop.because, Reason::DnsFailed { .. }) {
            self.leg(from, dns, LegKind::Query, question, index, end);
        } else {
            self.leg(from, dns, LegKind::Query, question, index, None);
            self.leg(dns, from, LegKind::Answer, answer, index, end);
        }
        self.at = Some(from);
    }

    /// The packet's addresses change where it is.
    fn rewrite(&mut self, text: String, hop: usize) {
        if let Some(at) = self.legs.last().map(|leg| leg.to) {
            self.legs.push(Leg { from: at, via: at, to: at, kind: LegKind::Rewrite, text, words: "", hop });
        }
    }

    /// Somewhere beside a thing, for what leaves it and arrives nowhere.
    fn beyond(&self, at: Rect) -> Rect {
        let right = at.right() + 70.0;
        let (x, y) = if right < self.scene.width {
            (right, at.centre().y)
        } else {
            (at.centre().x, (at.bottom() + 50.0).min(self.scene.height - 16.0))
        };
        Rect { x, y, w: 1.0, h: 1.0 }
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

    /// A pod, what is left of it, or the count it is part of.
    fn pod(&self, pod: &Key) -> Option<Rect> {
        let counted = || self.rect(&Entity::Pods(self.scene.counted.get(pod)?.clone()));
        self.rect(&Entity::Pod(pod.clone()))
            .or_else(|| self.rect(&Entity::Ghost(pod.clone())))
            .or_else(counted)
    }

    /// Adds a leg between the edges of two rectangles that face each other; with `end`, it dies on the way.
    fn leg(
        &mut self,
        from: Rect,
        to: Rect,
        kind: LegKind,
        text: String,
        hop: usize,
        end: Option<&'static str>,
    ) {
        let (a, b) = (from.centre(), to.centre());
        let from = edge(from, b);
        let mut to = edge(to, a);
        // DNS and replies have ways of their own, so that nothing lies on the request's.
        let bend = match kind {
            LegKind::Query | LegKind::Answer | LegKind::Reply => 22.0,
            LegKind::Request | LegKind::Rewrite | LegKind::Stopped => 0.0,
        };
        let mut stopped = kind;
        if end.is_some() {
            stopped = LegKind::Stopped;
            // It is the name server that says no: the mark stands with it.
            let part = if kind == LegKind::Answer { 0.12 } else { 0.72 };
            to = between(from, to, part);
        }
        let middle = between(from, to, 0.5);
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy).max(1.0);
        let via = Point { x: middle.x - dy / length * bend, y: middle.y + dx / length * bend };
        self.legs.push(Leg { from, via, to, kind: stopped, text, words: end.unwrap_or_default(), hop });
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
