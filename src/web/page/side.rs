//! The side pane: files in the editor, the browser. Decides nothing.

use super::{Msg, Page};
use crate::app::model::Side;
use crate::app::update::Message;
use crate::web::browser::{Browser, Visit};
use yew::prelude::*;

impl Page {
    pub(super) fn side(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let body = match model.side {
            Side::Files => self.files(ctx),
            Side::Lesson => self.library.pane(model, &link.callback(Msg::Model)),
            Side::Browser => html! {
                <Browser address={model.browser.address.clone()} shown={model.browser.shown.clone()}
                    onvisit={link.callback(|Visit { method, url }| Msg::Model(Message::Visit { method, url }))} />
            },
        };
        let tab = |words: &'static str, side: Side| {
            html! {
                <button role="tab" aria-selected={(model.side == side).to_string()}
                    onclick={self.send(ctx, Message::Side(side))}>{ words }</button>
            }
        };
        html! {
            <section class="pane side" aria-label="Files and browser">
                <div class="tabs wide" role="tablist" aria-label="Side pane">
                    if model.course.is_some() { { tab("Lesson", Side::Lesson) } }
                    { tab("Files", Side::Files) }
                    { tab("Browser", Side::Browser) }
                </div>
                { body }
            </section>
        }
    }
}
