//! What of the diagram stands still: boxes, things, the lines between them. Drawn anew only when the scene changes.

use super::diagram::{Gesture, Shared};
use crate::app::form::Verb;
use crate::app::scene::{
    Entity, Font, Frame, FrameKind, Item, Line, Link, Mood, Note, Point, Rect, Scene, Shape,
};
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Where everything is.
    pub scene: Shared<Scene>,
    /// What a person pointed at.
    pub selected: Option<Entity>,
    /// Called for what a person does.
    pub on: Callback<Gesture>,
}

/// What stands still.
#[component]
pub fn Still(props: &Props) -> Html {
    let scene = &props.scene.0;
    html! {
        <>
            { for scene.frames.iter().map(frame) }
            { for scene.notes.iter().map(note) }
            { for scene.links.iter().map(link) }
            { for scene.items.iter().enumerate().map(|(index, it)| item(index, it, props)) }
        </>
    }
}

/// A length with as many digits as an eye sees.
pub fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn text(line: &Line, start: bool, origin: Point) -> Html {
    let font = match line.font {
        Font::Strong => "strong",
        Font::Plain => "",
        Font::Small => "small",
        Font::Mono => "monospace",
    };
    let class = classes!(font, start.then_some("start"));
    html! { <text {class} x={number(line.at.x - origin.x)} y={number(line.at.y - origin.y)}>{ &line.text }</text> }
}

fn note(note: &Note) -> Html {
    text(&note.line, note.from_start, Point::default())
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
    let label = link
        .text_at
        .map(|at| text(&Line { text: link.text.clone(), font: Font::Small, at }, false, Point::default()));
    let (x, y) = ((link.from.x + link.to.x) / 2.0, (link.from.y + link.to.y) / 2.0);
    html! {
        <>
            <path {class} {d} />
            if !link.matches {
                <path class="strike" d={format!("M{:.1} {:.1}l8 8m0-8-8 8", x - 4.0, y - 4.0)} />
            }
            { label }
        </>
    }
}

fn item(index: usize, item: &Item, props: &Props) -> Html {
    let own = Rect { x: 0.0, y: 0.0, ..item.rect };
    let (shape, face) = match item.shape {
        Shape::Device => ("device", rect(own, 7.0, "face")),
        Shape::Server => ("server", rect(own, 9.0, "face")),
        Shape::Pill => ("pill", rect(own, 20.0, "face")),
        Shape::Table => ("table", rect(own, 5.0, "face")),
        Shape::Count => ("count", rect(own, 16.0, "face")),
        Shape::Badge => ("badge", rect(own, 9.0, "face")),
        Shape::Circle => ("circle", circle(own)),
        Shape::GhostCircle => ("ghost", circle(own)),
    };
    let mood = match item.mood {
        Mood::Plain => "",
        Mood::Good => "good",
        Mood::Waiting => "waiting",
        Mood::Bad => "bad",
    };
    let selected = props.selected.as_ref() == Some(&item.entity);
    let class = classes!("item", shape, mood, selected.then_some("selected"));
    let onclick = {
        let (on, entity) = (props.on.clone(), item.entity.clone());
        Callback::from(move |_: MouseEvent| on.emit(Gesture::Point(entity.clone())))
    };
    let onkeydown = {
        let (on, entity) = (props.on.clone(), item.entity.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let gesture = match event.key().as_str() {
                "Enter" | " " => Gesture::Point(entity.clone()),
                "p" => Gesture::From(entity.clone(), Verb::Ping),
                "h" => Gesture::From(entity.clone(), Verb::Http),
                _ => return,
            };
            event.prevent_default();
            on.emit(gesture);
        })
    };
    let id = item.entity.id();
    let origin = Point { x: item.rect.x, y: item.rect.y };
    let transform = format!("translate({:.1} {:.1})", origin.x, origin.y);
    html! {
        <g key={id.clone()} {class} {transform} tabindex="0" role="button" aria-label={spoken(item)}
            aria-pressed={selected.to_string()} data-id={id} data-index={index.to_string()} {onclick} {onkeydown}>
            { face }
            { for item.lines.iter().map(|line| html! { <>{ text(line, false, origin) }{ " " }</> }) }
            { mark(item, own) }
            { changed(item, own) }
        </g>
    }
}

/// A thing's name for a screen reader: what is written on it, then what it is.
fn spoken(item: &Item) -> String {
    let written: Vec<&str> = item.lines.iter().map(|line| line.text.as_str()).collect();
    let changed = item.changed.as_ref().map(|words| format!(". Just changed: {words}")).unwrap_or_default();
    format!("{}. {}{changed}", written.join(" "), item.label)
}

fn circle(rect: Rect) -> Html {
    let centre = rect.centre();
    html! { <circle class="face" cx={number(centre.x)} cy={number(centre.y)} r={number(rect.w / 2.0)} /> }
}

/// Ready, not yet, or broken: a shape of its own each, not only a colour.
fn mark(item: &Item, own: Rect) -> Html {
    if item.shape != Shape::Circle || item.mood == Mood::Plain {
        return Html::default();
    }
    let centre = own.centre();
    let reach = own.w / 2.0 * 0.72;
    let (x, y) = (centre.x + reach, centre.y - reach);
    let at = |class: &'static str| html! { <circle {class} cx={number(x)} cy={number(y)} r="7.5" /> };
    let path = |d: &str| html! { <path class="tick" d={format!("M{x:.1} {y:.1}{d}")} /> };
    match item.mood {
        Mood::Good => html! { <>{ at("mark good") }{ path("m-3.2 .2 2.3 2.4 4.2-4.8") }</> },
        Mood::Bad => html! { <>{ at("mark bad") }{ path("m-2.6-2.6 5.2 5.2m0-5.2-5.2 5.2") }</> },
        _ => at("mark waiting"),
    }
}

fn changed(item: &Item, own: Rect) -> Html {
    let Some(words) = &item.changed else { return Html::default() };
    let width = words.chars().count() as f64 * 6.6 + 16.0;
    let x = own.right() - width + 6.0;
    html! {
        <g class="changed">
            <rect x={number(x)} y="-12" width={number(width)} height="18" rx="9" />
            <text x={number(x + width / 2.0)} y="1">{ words }</text>
        </g>
    }
}
