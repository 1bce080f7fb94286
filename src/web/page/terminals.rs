//! The terminals and their tabs. Decides nothing.

use super::{Msg, Page};
use crate::app::scenario;
use crate::app::update::Message;
use crate::web::glyph::Glyph;
use crate::web::terminal::{Ink, Terminal};
use std::rc::Rc;
use yew::prelude::*;

impl Page {
    pub(super) fn terminal(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let terminals = model.session.terminals();
        let front = &terminals[model.terminal];
        let screen = front.screen.iter().map(|(stream, text)| (Ink::from(*stream), text.clone())).collect();
        let tab = |index: usize| {
            let busy = terminals[index].is_busy().then_some(" ●");
            html! {
                <button role="tab" aria-selected={(index == model.terminal).to_string()}
                    onclick={self.send(ctx, Message::Terminal(index))}>{ format!("Terminal {}", index + 1) }{ busy }</button>
            }
        };
        let suggestions =
            if front.history.is_empty() { scenario::suggestions(&self.link) } else { Vec::new() };
        html! {
            <section class="pane term" aria-label="Terminal">
                <div class="tabs">
                    <div class="tabs inner" role="tablist" aria-label="Terminals">{ for (0..terminals.len()).map(tab) }</div>
                    <button aria-label="New terminal" onclick={self.send(ctx, Message::Terminal(terminals.len()))}>{ Glyph::Plus.draw() }</button>
                </div>
                <Terminal screen={Rc::new(screen)} prompt={front.prompt()} busy={front.is_busy()}
                    history={Rc::new(front.history.clone())} {suggestions} completion={self.completion.clone()}
                    online={link.callback(|line| Msg::Model(Message::Line(line)))}
                    oninterrupt={link.callback(|()| Msg::Model(Message::Interrupt))}
                    oncomplete={link.callback(|(line, cursor)| Msg::Complete(line, cursor))}
                    onclear={link.callback(|()| Msg::Model(Message::Clear))} />
            </section>
        }
    }
}
