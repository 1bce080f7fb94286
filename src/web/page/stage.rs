//! The stage: request bar, diagram, what was pointed at, playback. Decides nothing.

use super::{Msg, Page};
use crate::app::details::details;
use crate::app::editing::key_of;
use crate::app::faults;
use crate::app::form::{sources, targets};
use crate::app::update::Message;
use crate::web::diagram::Diagram;
use crate::web::glyph::Glyph;
use crate::web::request::RequestBar;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

impl Page {
    pub(super) fn stage(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let store = model.session.cluster().store();
        let show = model.show.as_ref();
        let failure = show.and_then(|show| show.trace.failed_hop().map(|_| show.trace.outcome.words()));
        html! {
            <section class="pane stage" aria-label="Diagram">
                <RequestBar form={model.form.clone()} sources={sources(store)} targets={targets(store, &model.form)}
                    onchange={link.callback(|form| Msg::Model(Message::Form(form)))}
                    onsend={link.callback(|()| Msg::Model(Message::Send))} />
                <div class="scroll" ref={self.stage.clone()}>
                    <Diagram scene={model.scene.clone()} motion={model.motion()} failure={failure.map(AttrValue::from)}
                        selected={model.selected.clone()}
                        onselect={link.callback(|entity| Msg::Model(Message::Select(entity)))} />
                    if model.forwarding {
                        <span class="forward">{ "▸▸ fast-forward" }</span>
                    }
                </div>
                { self.card(ctx) }
                { show.map(|show| self.playback(ctx, show)).unwrap_or_default() }
            </section>
        }
    }

    fn playback(&self, ctx: &Context<Self>, show: &crate::app::model::Show) -> Html {
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
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            Msg::Model(Message::Rate(value.parse().unwrap_or(1.0)))
        });
        let hops = show.trace.hops.len().saturating_sub(1);
        let at = self.model.motion().hop().unwrap_or(0);
        html! {
            <div class="playback" role="group" aria-label="Playback of the request">
                { icon(Glyph::Back, "A hop back", Message::Step(false)) }
                { icon(glyph, label, Message::Play) }
                { icon(Glyph::Forward, "A hop forward", Message::Step(true)) }
                <input type="range" min="0" max={hops.to_string()} value={at.to_string()} aria-label="Hop" oninput={slide} />
                <select aria-label="Rate of the playback" onchange={rate}>
                    { for [("0.25", "¼×"), ("1", "1×"), ("4", "4×")].map(|(value, words)| html! {
                        <option {value} selected={value.parse() == Ok(self.model.rate)}>{ words }</option>
                    }) }
                </select>
            </div>
        }
    }

    /// What can be done with the thing that was pointed at.
    fn card(&self, ctx: &Context<Self>) -> Html {
        let Some(entity) = &self.model.selected else { return Html::default() };
        let Some(details) = details(entity, &self.model.scene) else { return Html::default() };
        html! {
            <div class="card" role="group" aria-label="The chosen thing">
                <p>{ details.words }</p>
                <div>
                    { for details.commands.into_iter().map(|(words, command)| html! {
                        <button title={command.clone()} onclick={self.send(ctx, Message::Line(command))}>{ words }</button>
                    }) }
                    if key_of(entity).and_then(|key| self.model.line_of(key)).is_some() {
                        <button onclick={self.send(ctx, Message::Lines(entity.clone()))}>{ "Its lines" }</button>
                    }
                    { for faults::of(entity, self.model.session.cluster()).into_iter().map(|offer| self.fault(ctx, offer)) }
                    <button class="quiet" aria-label="Close" onclick={self.send(ctx, Message::Select(entity.clone()))}>{ "✕" }</button>
                </div>
            </div>
        }
    }
}
