//! The explaining pane: hops, reach, review. Decides nothing.

use super::{Msg, Page};
use crate::app::hops::{rows, verdict};
use crate::app::model::Talk;
use crate::app::update::Message;
use crate::web::hops::Hops;
use crate::web::reach::{Reach, Table};
use crate::web::review::Review;
use std::rc::Rc;
use yew::prelude::*;

impl Page {
    pub(super) fn hops(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let show = model.show.as_ref();
        let run = || ctx.link().callback(|line| Msg::Model(Message::Line(line)));
        let tab = |words: String, talk: Talk| {
            html! {
                <button role="tab" aria-selected={(model.talk == talk).to_string()}
                    onclick={self.send(ctx, Message::Talk(talk))}>{ words }</button>
            }
        };
        let review = match model.findings.len() {
            0 => "Review".to_owned(),
            count => format!("Review ({count})"),
        };
        let body = match model.talk {
            Talk::Hops => html! {
                <Hops verdict={show.map(|show| verdict(&show.trace))}
                    rows={show.map(|show| rows(&show.trace)).unwrap_or_default()}
                    now={model.motion().hop()}
                    onseek={ctx.link().callback(|hop| Msg::Model(Message::Seek(hop)))} onrun={run()} />
            },
            Talk::Reach => html! {
                <Reach table={Rc::new(Table::of(&model.matrix))}
                    onshow={ctx.link().callback(|(row, column)| Msg::Model(Message::Cell(row, column)))} />
            },
            Talk::Review => html! { <Review findings={model.findings.clone()} onrun={run()} /> },
        };
        html! {
            <section class="pane hops" aria-label="Hops of the request">
                <div class="tabs" role="tablist" aria-label="What is explained">
                    { tab("Hops".to_owned(), Talk::Hops) }
                    { tab("Reach".to_owned(), Talk::Reach) }
                    { tab(review, Talk::Review) }
                </div>
                { body }
            </section>
        }
    }
}
