//! Requests on their way through the diagram. Decides nothing.

use super::still::number;
use crate::app::scene::{Leg, LegKind, Motion};
use yew::prelude::*;

/// What moves.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Where requests are.
    pub motion: Motion,
    /// How wide the diagram is.
    pub width: f64,
}

/// What moves.
#[component]
pub fn Moving(props: &Props) -> Html {
    let motion = &props.motion;
    let Some(leg) = motion.packet() else { return Html::default() };
    let done = motion.done.iter().map(|leg| line(leg, leg.kind != LegKind::Stopped));
    let under_way = motion.now.as_ref().map(|leg| line(leg, false));
    let ended = motion.done.iter().filter(|leg| leg.kind == LegKind::Stopped);
    let others = motion.others.iter().map(|(at, kind)| {
        html! {
            <g class={classes!("packet", "other", class(*kind))}>
                <circle cx={number(at.x)} cy={number(at.y)} r="5" />
            </g>
        }
    });
    let held = motion.now.is_none() && leg.kind == LegKind::Stopped;
    html! {
        <g aria-hidden="true">
            { for done }
            { under_way }
            { for ended.map(|leg| cross(leg, props.width)) }
            { for others }
            if !held { { packet(leg, motion.now.is_some(), props.width) } }
        </g>
    }
}

fn class(kind: LegKind) -> &'static str {
    match kind {
        LegKind::Query => "query",
        LegKind::Answer => "answer",
        LegKind::Request => "request",
        LegKind::Rewrite => "rewrite",
        LegKind::Stopped => "stopped",
        LegKind::Reply => "reply",
    }
}

fn line(leg: &Leg, tip: bool) -> Html {
    if leg.kind == LegKind::Rewrite {
        return Html::default();
    }
    let marker = tip.then_some("url(#tip)");
    let (from, via, to) = (leg.from, leg.via, leg.to);
    let d = format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", from.x, from.y, via.x, via.y, to.x, to.y);
    html! { <path class={classes!("leg", class(leg.kind))} {d} marker-end={marker} /> }
}

/// The middle of a text that is to be at `x` and stay within the diagram.
fn within(x: f64, half: f64, width: f64) -> f64 {
    x.min(width - half - 2.0).max(half + 2.0)
}

fn packet(leg: &Leg, moves: bool, room: f64) -> Html {
    let (x, y) = (leg.to.x, leg.to.y);
    let half = leg.text.chars().count() as f64 * 3.55 + 6.0;
    let middle = within(x, half, room);
    // Above the diagram's edge there is nothing to see.
    let top = if y < 36.0 { y + 12.0 } else { y - 32.0 };
    html! {
        <g class={classes!("packet", class(leg.kind))}>
            <circle cx={number(x)} cy={number(y)} r="7" />
            if moves && !leg.text.is_empty() {
                <rect x={number(middle - half)} y={number(top)} width={number(half * 2.0)} height="20" rx="5" />
                <text class="monospace" x={number(middle)} y={number(top + 14.0)}>{ &leg.text }</text>
            }
        </g>
    }
}

fn cross(leg: &Leg, room: f64) -> Html {
    let (x, y) = (leg.to.x, leg.to.y);
    let half = leg.words.chars().count() as f64 * 3.7 + 4.0;
    html! {
        <g class="cross">
            <circle cx={number(x)} cy={number(y)} r="13" />
            <path d={format!("M{:.1} {:.1}l10 10m0-10-10 10", x - 5.0, y - 5.0)} />
            <text x={number(within(x, half, room))} y={number(y + 30.0)}>{ leg.words }</text>
        </g>
    }
}
