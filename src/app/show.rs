//! Requests on show: the newest with its hops, and those that are still under way beside it.

use super::hops::verdict;
use super::scene::{Leg, LegKind, Motion, Scene, legs};
use crate::api::Ordered;
use crate::cluster::Cluster;
use crate::net::{Outcome, Source, Trace};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// How many legs of a way are played in a second of real time.
const LEGS_A_SECOND: f64 = 1.4;
/// How far behind one another requests start that were sent together, in legs.
const STAGGER: f64 = 0.16;
/// How many requests move at once.
const MOST: usize = 64;

/// A request that moves beside the one on show.
#[derive(Clone, Debug)]
struct Other {
    trace: Rc<Trace>,
    legs: Vec<Leg>,
    /// How far its packet is behind that of the request on show, in legs.
    lag: f64,
}

/// The requests on show.
#[derive(Clone, Debug)]
pub struct Show {
    /// What happened.
    pub trace: Rc<Trace>,
    /// Its way through the scene as it is drawn now.
    pub legs: Vec<Leg>,
    /// How much of the way was played, in legs.
    pub playhead: f64,
    /// Whether it plays.
    pub playing: bool,
    /// Who answered how many of the requests that were sent together, most first; empty for one alone.
    pub tally: Vec<(String, usize)>,
    /// Whether the same request would end otherwise in the cluster as it is now.
    pub outdated: bool,
    others: Vec<Other>,
}

impl Show {
    /// Puts requests on show that were sent together, the last of them in front. What still moved before goes on.
    pub fn new(traces: &[Rc<Trace>], before: Option<Show>, scene: &Scene) -> Option<Self> {
        let (front, rest) = traces.split_last()?;
        let mut others: Vec<Other> = Vec::new();
        for (index, trace) in rest.iter().rev().take(MOST).enumerate() {
            let lag = STAGGER * (index + 1) as f64;
            others.push(Other { trace: trace.clone(), legs: legs(trace, scene), lag });
        }
        if let Some(before) = before.filter(|before| before.playing && before.playhead > 0.0) {
            let at = before.playhead;
            others.extend(before.others.into_iter().map(|other| Other { lag: other.lag - at, ..other }));
            others.push(Other { trace: before.trace, legs: before.legs, lag: -at });
        }
        others.retain(|other| other.lag > -(other.legs.len() as f64));
        others.truncate(MOST);
        let alike = !rest.is_empty() && rest.iter().all(|trace| trace.request == front.request);
        Some(Self {
            legs: legs(front, scene),
            trace: front.clone(),
            playhead: 0.0,
            playing: true,
            tally: if alike { tally(traces) } else { Vec::new() },
            outdated: false,
            others,
        })
    }

    /// Finds the ways again after the scene has changed.
    pub fn redraw(&mut self, scene: &Scene) {
        self.legs = legs(&self.trace, scene);
        for other in &mut self.others {
            other.legs = legs(&other.trace, scene);
        }
    }

    /// Asks a copy of the cluster what the same request would meet now: what is on show may long be mended.
    pub fn compare(&mut self, cluster: &Cluster) {
        let request = &self.trace.request;
        let there = match &request.from {
            Source::Pod(pod) => cluster.store().get(pod).is_some(),
            _ => true,
        };
        self.outdated = there && verdict(&cluster.clone().request(request)).good != verdict(&self.trace).good;
    }

    /// When everything has arrived, in legs of the request in front.
    fn end(&self) -> f64 {
        let others = self.others.iter().map(|other| other.legs.len() as f64 + other.lag);
        others.fold(self.legs.len() as f64, f64::max)
    }

    /// Lets the playback go on for `real` time; `at_once` for whoever wants no motion.
    pub fn play(&mut self, real: Duration, rate: f64, at_once: bool) {
        if !self.playing {
            return;
        }
        let end = self.end();
        self.playhead += real.as_secs_f64() * LEGS_A_SECOND * rate;
        if at_once || self.playhead >= end {
            self.playhead = end;
            self.playing = false;
        }
    }

    /// Goes on, or stands; from its start if it had ended.
    pub fn toggle(&mut self) {
        self.playing = !self.playing;
        if self.playhead >= self.end() {
            self.playhead = 0.0;
            self.playing = true;
        }
    }

    /// Jumps behind the first leg of a wanted hop, or of the last such hop.
    pub fn seek(&mut self, wanted: impl Fn(usize) -> bool, last: bool) {
        let mut found = self.legs.iter().map(|leg| leg.hop).filter(|hop| wanted(*hop));
        let target = if last { found.next_back() } else { found.next() };
        self.playing = false;
        self.playhead = match target {
            Some(hop) => self.legs.iter().rposition(|leg| leg.hop == hop).map_or(0.0, |at| at as f64 + 1.0),
            None if last => 0.0,
            None => self.end(),
        };
    }

    /// Where everything is.
    pub fn motion(&self) -> Motion {
        let others = self.others.iter().filter_map(|other| {
            let at = self.playhead - other.lag;
            let whole = (at.max(0.0) as usize).min(other.legs.len());
            let leg = other.legs.get(whole).filter(|_| at > 0.0)?;
            Some((leg.part(at - whole as f64).to, leg.kind))
        });
        let others: Vec<(_, LegKind)> = others.collect();
        Motion { others, ..Motion::at(&self.legs, self.playhead) }
    }
}

/// Who answered how many, or what was met instead.
fn tally(traces: &[Rc<Trace>]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for trace in traces {
        let who = match &trace.outcome {
            Outcome::Answered(reply) => {
                reply.pod.as_ref().map_or_else(|| reply.from.to_string(), |pod| pod.name.to_string())
            }
            outcome => outcome.words().to_owned(),
        };
        *counts.entry(who).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.order_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
