//! The head: where we are, the parts of a narrow page, the clock, undo, the theme. Decides nothing.

use super::{Msg, Page};
use crate::app::model::{Pane, Side};
use crate::app::update::Message;
use crate::web::glyph::Glyph;
use crate::web::session::paces;
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
        let clock = self.elapsed(model.session.now());
        let (undo, redo) = model.can_undo();
        let icon = |glyph: Glyph, label: &'static str, message: Message, on: bool| {
            html! {
                <button class="icon wide" aria-label={label} title={label} disabled={!on}
                    onclick={self.send(ctx, message)}>{ glyph.draw() }</button>
            }
        };
        html! {
            <header class="head">
                <h1>{ "cluster-playground" }</h1>
                <span class="where">{ concat!("v", env!("CARGO_PKG_VERSION")) }</span>
                <span class="where">{ place }</span>
                { self.library.button() }
                <nav class="panes" role="tablist" aria-label="Parts of the page">
                    if model.course.is_some() { { self.side_tab(ctx, "Lesson", Side::Lesson) } }
                    { self.pane_tab(ctx, "Diagram", Message::Pane(Pane::Stage), model.pane == Pane::Stage) }
                    { self.side_tab(ctx, "Files", Side::Files) }
                    { self.side_tab(ctx, "Browser", Side::Browser) }
                    { self.pane_tab(ctx, "Hops", Message::Pane(Pane::Hops), model.pane == Pane::Hops) }
                </nav>
                <span class="gap" />
                <span class="where clock">{ if model.forwarding { "▸▸ " } else { "" } }<span class="visually-hidden">{ "Virtual time " }</span>{ clock }</span>
                <span class="time wide" role="group" aria-label="Pace of virtual time">{ paces(model.pace, &self.on_model) }</span>
                { icon(Glyph::Undo, "Undo the last input", Message::Undo, undo) }
                { icon(Glyph::Redo, "Redo", Message::Redo, redo) }
                { icon(Glyph::Reset, "Start again", Message::Reset, undo) }
                { self.menus(ctx) }
                <button class="icon" aria-label="Light or dark" title="Light or dark"
                    onclick={ctx.link().callback(|_| Msg::Theme)}>{ Glyph::Theme.draw() }</button>
            </header>
        }
    }

    fn pane_tab(&self, ctx: &Context<Self>, words: &'static str, message: Message, on: bool) -> Html {
        html! {
            <button role="tab" aria-selected={on.to_string()} onclick={self.send(ctx, message)}>{ words }</button>
        }
    }

    /// The same for a part of the side pane. Where there is no room for all of them only the one in front is
    /// here: the pane has tabs of its own.
    fn side_tab(&self, ctx: &Context<Self>, words: &'static str, side: Side) -> Html {
        let front = self.model.side == side;
        let on = front && self.model.pane == Pane::Side;
        html! {
            <button role="tab" class={classes!((!front).then_some("behind"))} aria-selected={on.to_string()}
                onclick={self.send(ctx, Message::Side(side))}>{ words }</button>
        }
    }
}
