//! The explaining pane: hops, reach, review. Decides nothing.

use super::{Msg, Page};
use crate::app::model::Talk;
use crate::app::update::Message;
use crate::web::diagram::Shared;
use crate::web::hops::Hops;
use crate::web::predict::Predict;
use crate::web::reach::{Reach, Table};
use crate::web::review::Review;
use crate::web::session::SessionPane;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

impl Page {
    pub(super) fn hops(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let show = model.show.as_ref();
        let run = || ctx.link().callback(|line| Msg::Model(Message::Run(line)));
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
        let ask = ctx.link().callback(|event: Event| {
            Msg::Model(Message::Predict(event.target_unchecked_into::<HtmlInputElement>().checked()))
        });
        let body = match model.talk {
            Talk::Hops => html! {
                <>
                    if let Some(question) = &model.question {
                        <Predict question={question.clone()}
                            onguess={ctx.link().callback(|guess| Msg::Model(Message::Guess(guess)))} />
                    }
                    <Hops trace={show.map(|show| Shared(show.trace.clone()))} now={model.motion().hop()}
                        tally={show.map(|show| show.tally.clone()).unwrap_or_default()}
                        outdated={show.is_some_and(|show| show.outdated)} place={model.place.clone()} on={self.on_model.clone()} />
                    <label class="ask"><input type="checkbox" checked={model.predicting} onchange={ask} />{ " Ask me before a request is sent" }</label>
                </>
            },
            Talk::Reach => html! {
                <Reach table={Rc::new(Table::of(&model.matrix))}
                    onshow={ctx.link().callback(|(row, column)| Msg::Model(Message::Cell(row, column)))} />
            },
            Talk::Session => {
                let (entries, at) = model.timeline();
                let entries = entries.into_iter().map(|entry| {
                    let when = self.elapsed(entry.at);
                    (entry, when)
                });
                html! {
                    <SessionPane entries={entries.collect::<Vec<_>>()} {at} pace={model.pace}
                        seed={model.session.beginning().seed} on={self.on_model.clone()} />
                }
            }
            Talk::Review => html! { <Review findings={model.findings.clone()} onrun={run()} /> },
        };
        html! {
            <section class="pane hops" aria-label="Hops of the request">
                <div class="tabs" role="tablist" aria-label="What is explained">
                    { tab("Hops".to_owned(), Talk::Hops) }
                    { tab("Reach".to_owned(), Talk::Reach) }
                    { tab(review, Talk::Review) }
                    { tab("Session".to_owned(), Talk::Session) }
                </div>
                { body }
            </section>
        }
    }
}
