//! The side pane: files in the editor, the browser. Decides nothing.

use super::{Msg, Page};
use crate::app::model::Side;
use crate::app::scenario;
use crate::app::update::Message;
use crate::web::browser::{Browser, Visit};
use crate::web::editor::Editor;
use std::rc::Rc;
use yew::prelude::*;

impl Page {
    pub(super) fn side(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let files = scenario::files(&model.session).into_iter().map(|path| {
            let name = scenario::short(path).to_owned();
            let dot = model
                .drafts
                .contains_key(path)
                .then(|| html! { <span class="dot" aria-label="not saved">{ "●" }</span> });
            html! {
                <button role="tab" aria-selected={(path == model.open).to_string()} title={path.to_owned()}
                    onclick={self.send(ctx, Message::Open(path.to_owned()))}>{ name }{ dot }</button>
            }
        });
        let body = match model.side {
            Side::Files => html! {
                <div class="editor">
                    <div class="tabs" role="tablist" aria-label="Files">{ for files }</div>
                    <Editor path={model.open.clone()} text={Rc::<str>::from(model.text())} readonly={self.link.readonly}
                        markers={Rc::new(Vec::new())} highlight={None::<u32>}
                        onedit={link.callback(|text| Msg::Model(Message::Edit(text)))}
                        onapply={link.callback(|()| Msg::Model(Message::Apply))} />
                    <div class="bar">
                        <button class="primary" onclick={self.send(ctx, Message::Apply)}>{ "Apply" }</button>
                        <span class="note">{ if model.drafts.contains_key(&model.open) { "changed, not applied" } else { "" } }</span>
                    </div>
                </div>
            },
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
                    { tab("Files", Side::Files) }
                    { tab("Browser", Side::Browser) }
                </div>
                { body }
            </section>
        }
    }
}
