//! The stage: request bar, diagram, what was pointed at, playback. Decides nothing.

use super::{Msg, Page};
use crate::app::aim::Aim;
use crate::app::details::{details, read};
use crate::app::editing::key_of;
use crate::app::faults;
use crate::app::form::{sources, targets};
use crate::app::show::Show;
use crate::app::update::Message;
use crate::web::card::Card;
use crate::web::diagram::{Diagram, Gesture, Shared};
use crate::web::glyph::Glyph;
use crate::web::request::RequestBar;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// How fast requests are played.
const RATES: [(f64, &str); 5] = [(0.25, "¼×"), (0.5, "½×"), (1.0, "1×"), (2.0, "2×"), (4.0, "4×")];

impl Page {
    pub(super) fn stage(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let store = model.session.cluster().store();
        html! {
            <section class="pane stage" aria-label="Diagram">
                <RequestBar form={model.form.clone()} sources={sources(store)} targets={targets(store, &model.form)}
                    picking={model.picking} onpick={link.callback(|()| Msg::Model(Message::Pick))}
                    onchange={link.callback(|form| Msg::Model(Message::Form(form)))}
                    onsend={link.callback(|()| Msg::Model(Message::Send))} />
                <div class="plane">
                    <div class="scroll" ref={self.stage.clone()}>
                        <Diagram scene={Shared(model.scene.clone())} motion={model.motion()} selected={model.selected.clone()}
                            aim={model.aim} zoom={model.zoom} on={self.on_gesture.clone()} />
                    </div>
                    { self.banner(ctx) }
                    { self.card(ctx) }
                </div>
                <div class="foot">
                    if let Some(show) = &model.show {
                        { self.playback(ctx, show) }
                    } else {
                        <p class="playback">{ "Send a request, and follow it here." }</p>
                    }
                    { self.tools(ctx) }
                </div>
            </section>
        }
    }

    /// What is going on that a look at the diagram alone would not say.
    fn banner(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let from = model.form.from.as_ref().map_or("your machine", |pod| pod.name.as_str());
        let aim = match model.aim {
            Aim::Off => None,
            Aim::Source => Some("Choose who sends: a pod, or your machine.".to_owned()),
            Aim::Target => Some(format!("From {from}: choose a target.")),
        };
        html! {
            <div class="banner" role="status">
                if let Some(words) = aim {
                    <span class="told">{ words }<button class="quiet" onclick={self.send(ctx, Message::Release)}>{ "Esc" }</button></span>
                }
                if model.forwarding { <span class="told">{ "▸▸ fast-forward" }</span> }
            </div>
        }
    }

    fn tools(&self, ctx: &Context<Self>) -> Html {
        let tool = |glyph: Glyph, label: &'static str, gesture: Gesture| {
            let act = ctx.link().callback(move |_: MouseEvent| Msg::Gesture(gesture.clone()));
            html! { <button class="icon" aria-label={label} title={label} onclick={act}>{ glyph.draw() }</button> }
        };
        html! {
            <div class="tools" role="group" aria-label="Size of the diagram">
                { tool(Glyph::Minus, "Smaller", Gesture::Zoom(0.8)) }
                { tool(Glyph::Fit, "See all of it", Gesture::Fit) }
                { tool(Glyph::Plus, "Larger", Gesture::Zoom(1.25)) }
            </div>
        }
    }

    fn card(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let Some(entity) = &model.selected else { return Html::default() };
        let Some(details) = details(entity, &model.scene, model.session.cluster()) else {
            return Html::default();
        };
        let leaf = model.leaf.map(|leaf| (leaf, read(entity, leaf, model.session.cluster())));
        let offers = faults::of(entity, model.session.cluster());
        html! {
            <Card entity={entity.clone()} {details} {leaf} on={self.on_model.clone()}>
                if key_of(entity).and_then(|key| model.line_of(key)).is_some() {
                    <button onclick={self.send(ctx, Message::Lines(entity.clone()))}>{ "Its lines" }</button>
                }
                { for offers.into_iter().map(|offer| self.fault(ctx, offer)) }
            </Card>
        }
    }

    fn playback(&self, ctx: &Context<Self>, show: &Show) -> Html {
        let icon = |glyph: Glyph, label: &'static str, message: Message| {
            html! {
                <button class="icon" aria-label={label} title={label} onclick={self.send(ctx, message)}>{ glyph.draw() }</button>
            }
        };
        let (glyph, label) = if show.playing { (Glyph::Pause, "Pause") } else { (Glyph::Play, "Play") };
        let slide = ctx.link().callback(|event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            Msg::Model(Message::Seek(value.parse().unwrap_or(0)))
        });
        let rate = ctx.link().callback(|event: Event| {
            let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            let rate =
                usize::try_from(index).ok().and_then(|index| RATES.get(index)).map_or(1.0, |(rate, _)| *rate);
            Msg::Model(Message::Rate(rate))
        });
        let hops = show.trace.hops.len().saturating_sub(1);
        let at = self.model.motion().hop().unwrap_or(0);
        let good = show.trace.failed_hop().is_none();
        html! {
            <div class="playback" role="group" aria-label="Playback of the request">
                { icon(Glyph::Back, "A hop back", Message::Step(false)) }
                { icon(glyph, label, Message::Play) }
                { icon(Glyph::Forward, "A hop forward", Message::Step(true)) }
                <input type="range" min="0" max={hops.to_string()} value={at.to_string()} aria-label="Hop" oninput={slide} />
                <select aria-label="Rate of the playback" onchange={rate}>
                    { for RATES.map(|(rate, words)| html! { <option selected={rate == self.model.rate}>{ words }</option> }) }
                </select>
                <button class={classes!("why", if good { "good" } else { "bad" })} onclick={self.send(ctx, Message::Pane(crate::app::model::Pane::Hops))}>
                    { if good { "✓ " } else { "✗ " } }{ show.trace.summary() }
                </button>
            </div>
        }
    }
}
