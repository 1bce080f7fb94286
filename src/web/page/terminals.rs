//! The terminals and their tabs. Decides nothing.

use super::{Msg, Page};
use crate::app::model::Model;
use crate::app::scenario;
use crate::app::screen::{Row, rows};
use crate::app::update::Message;
use crate::web::glyph::Glyph;
use crate::web::shelf::Ask;
use crate::web::terminal::Terminal;
use std::rc::Rc;
use yew::prelude::*;

/// The screen in front as it is drawn, made again only when it changed.
#[derive(Default)]
pub(super) struct Front {
    key: (usize, usize, usize, u64),
    rows: Rc<Vec<Row>>,
    history: Rc<Vec<String>>,
}

impl Front {
    /// Looks at the terminal in front.
    pub(super) fn look(&mut self, model: &Model) {
        let front = &model.session.terminals()[model.terminal];
        let last = front.screen.last().map_or(0, |(_, text)| text.len());
        // Names are looked for as of the drawing: a change of the cluster that prints nothing changes no row.
        let key = (model.terminal, front.screen.len(), last, model.resets);
        if key != self.key {
            self.key = key;
            self.rows = Rc::new(rows(&front.screen, &model.names()));
        }
        if front.history().len() != self.history.len() || front.history().last() != self.history.last() {
            self.history = Rc::new(front.history().to_vec());
        }
    }
}

impl Page {
    pub(super) fn terminal(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let terminals = model.session.terminals();
        let front = &terminals[model.terminal];
        let tab = |index: usize| {
            let busy = terminals[index].is_busy().then_some(" ●");
            html! {
                <button role="tab" aria-selected={(index == model.terminal).to_string()}
                    onclick={self.send(ctx, Message::Terminal(index))}>{ format!("Terminal {}", index + 1) }{ busy }</button>
            }
        };
        let suggestions =
            if front.history().is_empty() { scenario::suggestions(&self.link) } else { Vec::new() };
        html! {
            <section class="pane term" aria-label="Terminal">
                <div class="tabs">
                    <div class="tabs inner" role="tablist" aria-label="Terminals">{ for (0..terminals.len()).map(tab) }</div>
                    <button aria-label="New terminal" title="New terminal" onclick={self.send(ctx, Message::Terminal(terminals.len()))}>{ Glyph::Plus.draw() }</button>
                    if front.is_busy() {
                        <button onclick={self.send(ctx, Message::Interrupt)}>{ "Ctrl-C" }</button>
                    }
                    <span class="gap" />
                    <button onclick={link.callback(|_| Msg::Shelf(Ask::CopyScreen))}>{ "Copy" }</button>
                    <button onclick={self.send(ctx, Message::Clear)}>{ "Clear" }</button>
                </div>
                <Terminal rows={self.front.rows.clone()} prompt={front.prompt()} busy={front.is_busy()}
                    history={self.front.history.clone()} {suggestions} completion={self.completion.clone()} offered={self.offered.clone()}
                    online={link.callback(|line| Msg::Model(Message::Line(line)))}
                    oninterrupt={link.callback(|()| Msg::Model(Message::Interrupt))}
                    oncomplete={link.callback(|(line, cursor)| Msg::Complete(line, cursor))}
                    onclear={link.callback(|()| Msg::Model(Message::Clear))}
                    onname={link.callback(|entity| Msg::Model(Message::Reveal(entity)))} />
            </section>
        }
    }
}
