//! The diagram: a scene as SVG, and a request moving through it. Decides nothing.

use crate::app::scene::{
    Entity, Font, Frame, FrameKind, Item, Leg, LegKind, Line, Link, Mood, Motion, Note, Rect, Scene, Shape,
};
use std::rc::Rc;
use yew::prelude::*;

/// What the diagram draws.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Where everything is.
    pub scene: Rc<Scene>,
    /// Where the request is, and the words of the hop that failed.
    pub motion: Motion,
    /// What is written at a request's end that failed.
    pub failure: Option<AttrValue>,
    /// What a person pointed at.
    pub selected: Option<Entity>,
    /// Called when a person points at something.
    pub onselect: Callback<Entity>,
}

/// The diagram.
#[component]
pub fn Diagram(props: &Props) -> Html {
    let scene = &props.scene;
    let view_box = format!("0 0 {} {}", scene.width, scene.height);
    html! {
        <svg class="diagram" viewBox={view_box} role="group" aria-label="The cluster">
            <defs>
                <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M0 0 8 4 0 8z" fill="context-stroke" />
                </marker>
            </defs>
            { for scene.frames.iter().map(frame) }
            { for scene.notes.iter().map(note) }
            { for scene.links.iter().map(link) }
            { for scene.items.iter().map(|it| item(it, props)) }
            { motion(&props.motion, props.failure.as_ref()) }
        </svg>
    }
}

fn number(value: f64) -> String {
    format!("{:.1}", value)
}

fn text(line: &Line, start: bool) -> Html {
    let font = match line.font {
        Font::Strong => "strong",
        Font::Plain => "",
        Font::Small => "small",
        Font::Mono => "monospace",
    };
    let class = classes!(font, start.then_some("start"));
    html! { <text {class} x={number(line.at.x)} y={number(line.at.y)}>{ &line.text }</text> }
}

fn note(note: &Note) -> Html {
    text(&note.line, note.from_start)
}

fn frame(frame: &Frame) -> Html {
    let (class, radius) = match frame.kind {
        FrameKind::Node => ("box", 14.0),
        FrameKind::Namespace => ("box namespace", 12.0),
        FrameKind::Workload => ("box workload", 10.0),
        FrameKind::Chip => ("box chip", 10.0),
    };
    html! {
        <>
            { rect(frame.rect, radius, class) }
            { note(&frame.title) }
        </>
    }
}

fn rect(rect: Rect, radius: f64, class: &'static str) -> Html {
    html! {
        <rect {class} x={number(rect.x)} y={number(rect.y)} width={number(rect.w)} height={number(rect.h)}
            rx={number(radius)} />
    }
}

fn link(link: &Link) -> Html {
    let d = format!("M{:.1} {:.1}L{:.1} {:.1}", link.from.x, link.from.y, link.to.x, link.to.y);
    let class = classes!("link", (!link.matches).then_some("miss"));
    let label = link.text_at.map(|at| text(&Line { text: link.text.clone(), font: Font::Small, at }, false));
    html! { <><path {class} {d} />{ label }</> }
}

fn item(item: &Item, props: &Props) -> Html {
    let (shape, face) = match item.shape {
        Shape::Device => ("device", rect(item.rect, 7.0, "face")),
        Shape::Server => ("server", rect(item.rect, 9.0, "face")),
        Shape::Pill => ("pill", rect(item.rect, 20.0, "face")),
        Shape::Table => ("table", rect(item.rect, 5.0, "face")),
        Shape::Count => ("count", rect(item.rect, 16.0, "face")),
        Shape::Badge => ("badge", rect(item.rect, 6.0, "face")),
        Shape::Circle => ("circle", circle(item.rect)),
        Shape::GhostCircle => ("ghost", circle(item.rect)),
    };
    let mood = match item.mood {
        Mood::Plain => "",
        Mood::Good => "good",
        Mood::Waiting => "waiting",
        Mood::Bad => "bad",
    };
    let selected = props.selected.as_ref() == Some(&item.entity);
    let class = classes!("item", shape, mood, selected.then_some("selected"));
    let select = {
        let (onselect, entity) = (props.onselect.clone(), item.entity.clone());
        move || onselect.emit(entity.clone())
    };
    let onclick = {
        let select = select.clone();
        Callback::from(move |_: MouseEvent| select())
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            select();
        }
    });
    html! {
        <g {class} tabindex="0" role="button" aria-label={spoken(item)} aria-pressed={selected.to_string()}
            {onclick} {onkeydown}>
            { face }
            { for item.lines.iter().map(|line| html! { <>{ text(line, false) }{ " " }</> }) }
            { mark(item) }
            { changed(item) }
        </g>
    }
}

/// A thing's name for a screen reader: what is written on it, then what it is.
fn spoken(item: &Item) -> String {
    let written: Vec<&str> = item.lines.iter().map(|line| line.text.as_str()).collect();
    format!("{}. {}", written.join(" "), item.label)
}

fn circle(rect: Rect) -> Html {
    let centre = rect.centre();
    html! { <circle class="face" cx={number(centre.x)} cy={number(centre.y)} r={number(rect.w / 2.0)} /> }
}

/// Ready, not yet, or broken: a shape of its own each, not only a colour.
fn mark(item: &Item) -> Html {
    if item.shape != Shape::Circle || item.mood == Mood::Plain {
        return Html::default();
    }
    let centre = item.rect.centre();
    let reach = item.rect.w / 2.0 * 0.72;
    let (x, y) = (centre.x + reach, centre.y - reach);
    let at = |class: &'static str| html! { <circle {class} cx={number(x)} cy={number(y)} r="7.5" /> };
    let path = |d: &str| html! { <path class="tick" d={format!("M{x:.1} {y:.1}{d}")} /> };
    match item.mood {
        Mood::Good => html! { <>{ at("mark good") }{ path("m-3.2 .2 2.3 2.4 4.2-4.8") }</> },
        Mood::Bad => html! { <>{ at("mark bad") }{ path("m-2.6-2.6 5.2 5.2m0-5.2-5.2 5.2") }</> },
        _ => at("mark waiting"),
    }
}

fn changed(item: &Item) -> Html {
    let Some(words) = &item.changed else { return Html::default() };
    let width = words.chars().count() as f64 * 6.6 + 16.0;
    let x = item.rect.right() - width + 6.0;
    let y = item.rect.y - 11.0;
    html! {
        <g class="changed">
            <rect x={number(x)} y={number(y)} width={number(width)} height="18" rx="9" />
            <text x={number(x + width / 2.0)} y={number(y + 13.0)}>{ words }</text>
        </g>
    }
}

fn kind_class(kind: LegKind) -> &'static str {
    match kind {
        LegKind::Query => "query",
        LegKind::Answer => "answer",
        LegKind::Request => "request",
        LegKind::Stopped => "stopped",
        LegKind::Reply => "reply",
    }
}

fn motion(motion: &Motion, failure: Option<&AttrValue>) -> Html {
    let Some(leg) = motion.packet() else { return Html::default() };
    let line = |leg: &Leg, tip: bool| {
        let marker = tip.then_some("url(#tip)");
        let (from, via, to) = (leg.from, leg.via, leg.to);
        let d = format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", from.x, from.y, via.x, via.y, to.x, to.y);
        html! { <path class={classes!("leg", kind_class(leg.kind))} {d} marker-end={marker} /> }
    };
    let done = motion.done.iter().map(|leg| line(leg, leg.kind != LegKind::Stopped));
    let under_way = motion.now.as_ref().map(|leg| line(leg, false));
    let stopped = motion.now.is_none() && leg.kind == LegKind::Stopped;
    let (x, y) = (leg.to.x, leg.to.y);
    let packet = if stopped {
        html! {
            <g class="cross">
                <circle cx={number(x)} cy={number(y)} r="13" />
                <path d={format!("M{:.1} {:.1}l10 10m0-10-10 10", x - 5.0, y - 5.0)} />
                if let Some(words) = failure {
                    <text x={number(x)} y={number(y + 30.0)}>{ words }</text>
                }
            </g>
        }
    } else {
        let width = leg.text.chars().count() as f64 * 7.1 + 12.0;
        html! {
            <g class={classes!("packet", kind_class(leg.kind))}>
                <circle cx={number(x)} cy={number(y)} r="7" />
                if motion.now.is_some() && !leg.text.is_empty() {
                    <rect x={number(x - width / 2.0)} y={number(y - 32.0)} width={number(width)} height="20" rx="5" />
                    <text class="monospace" x={number(x)} y={number(y - 18.0)}>{ &leg.text }</text>
                }
            </g>
        }
    };
    html! { <g aria-hidden="true">{ for done }{ under_way }{ packet }</g> }
}
