//! The head: where we are, the clock, undo, the theme. Decides nothing.

use super::{Msg, Page};
use crate::app::model::Pace;
use crate::app::update::Message;
use crate::web::glyph::Glyph;
use yew::prelude::*;

impl Page {
    pub(super) fn head(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let nodes = model.session.cluster().store().list_all(crate::api::Kind::Node).count();
        let place = format!(
            "{} · {nodes} {}",
            model.session.cluster().profile().name,
            if nodes == 1 { "node" } else { "nodes" }
        );
        let began = model.session.beginning().profile.start;
        let elapsed = model.session.now().since(began).as_secs();
        let clock = format!("{:02}:{:02}:{:02}", elapsed / 3600, elapsed / 60 % 60, elapsed % 60);
        let pace = |words: &'static str, label: &'static str, pace: Pace| {
            let on = (model.pace == pace).to_string();
            html! {
                <button aria-pressed={on} aria-label={label} title={label}
                    onclick={self.send(ctx, Message::Pace(pace))}>{ words }</button>
            }
        };
        let (undo, redo) = model.can_undo();
        let icon = |glyph: Glyph, label: &'static str, message: Message, on: bool| {
            html! {
                <button class="icon" aria-label={label} title={label} disabled={!on}
                    onclick={self.send(ctx, message)}>{ glyph.draw() }</button>
            }
        };
        html! {
            <header class="head">
                <h1>{ "cluster-playground" }</h1>
                <span class="where">{ concat!("v", env!("CARGO_PKG_VERSION")) }</span>
                <span class="where">{ place }</span>
                { self.library.button() }
                <span class="gap" />
                <span class="where" aria-label="Virtual time">{ clock }</span>
                <span class="time wide" role="group" aria-label="Pace of virtual time">
                    { pace("❚❚", "❚❚ Pause time", Pace::Paused) }
                    { pace("1×", "1×: real pace", Pace::Real) }
                    { pace("4×", "4×: four times as fast", Pace::Fast) }
                    { pace("»", "» Waits pass at once", Pace::Instant) }
                </span>
                { icon(Glyph::Undo, "Undo the last input", Message::Undo, undo) }
                { icon(Glyph::Redo, "Redo", Message::Redo, redo) }
                { icon(Glyph::Reset, "Start again", Message::Reset, undo) }
                { self.menus(ctx) }
                <button class="icon" aria-label="Light or dark" title="Light or dark"
                    onclick={ctx.link().callback(|_| Msg::Theme)}>{ Glyph::Theme.draw() }</button>
            </header>
        }
    }
}
