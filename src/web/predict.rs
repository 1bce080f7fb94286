//! Predict first: the question before a request is sent, and what came of it. Decides nothing.

use crate::app::predict::{Guess, Question};
use yew::prelude::*;

/// What is asked.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The question.
    pub question: Question,
    /// Called with what someone expects.
    pub onguess: Callback<Guess>,
}

/// The question.
#[component]
pub fn Predict(props: &Props) -> Html {
    let Question { request, guess, came, .. } = &props.question;
    let port = request.to.port.map(|port| format!(":{port}")).unwrap_or_default();
    let asked = format!("Will {}{port} answer {}?", request.to.host, request.from.words());
    let words =
        |wanted: Guess| Guess::ALL.iter().find(|(guess, _)| *guess == wanted).map_or("", |(_, words)| *words);
    let choice = |(guess, words): &(Guess, &'static str)| {
        let (onguess, guess) = (props.onguess.clone(), *guess);
        html! { <button onclick={Callback::from(move |_: MouseEvent| onguess.emit(guess))}>{ *words }</button> }
    };
    html! {
        <div class="predict" role="group" aria-label="Predict first">
            <p><b>{ asked }</b></p>
            { match (guess, came) {
                (Some(guess), Some(came)) if guess == came => html! { <p role="status">{ "✓ As you said: " }{ words(*came) }</p> },
                (Some(guess), Some(came)) => html! {
                    <p role="status">{ "✗ You said: " }{ words(*guess) }{ " It came otherwise: " }{ words(*came) }{ " See why below." }</p>
                },
                _ => html! { <div>{ for Guess::ALL.iter().map(choice) }</div> },
            } }
        </div>
    }
}
