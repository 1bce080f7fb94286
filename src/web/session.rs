//! The session: what was done as a list to go back and forth in, time, and the seed. Decides nothing.

use crate::app::history::Entry;
use crate::app::model::Pace;
use crate::app::update::Message;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Every input, with when it was in words.
    pub entries: Vec<(Entry, String)>,
    /// How many of them have happened.
    pub at: usize,
    /// How virtual time runs.
    pub pace: Pace,
    /// What all random choices follow from.
    pub seed: u64,
    /// Called for what is to be done.
    pub on: Callback<Message>,
}

/// How virtual time can run: the button's sign, its words.
pub const PACES: [(Pace, &str, &str); 4] = [
    (Pace::Paused, "❚❚", "❚❚ Pause time"),
    (Pace::Real, "1×", "1×: real pace"),
    (Pace::Fast, "4×", "4×: four times as fast"),
    (Pace::Instant, "»", "» Waits pass at once"),
];

/// The buttons for the pace of virtual time.
pub fn paces(now: Pace, on: &Callback<Message>) -> Html {
    let button = |(pace, sign, words): (Pace, &'static str, &'static str)| {
        let on = on.clone();
        html! {
            <button aria-pressed={(now == pace).to_string()} aria-label={words} title={words}
                onclick={Callback::from(move |_: MouseEvent| on.emit(Message::Pace(pace)))}>{ sign }</button>
        }
    };
    PACES.map(button).into_iter().collect()
}

/// The session.
#[component]
pub fn SessionPane(props: &Props) -> Html {
    let seed = use_node_ref();
    let travel = |count: usize| {
        let on = props.on.clone();
        Callback::from(move |_: MouseEvent| on.emit(Message::Travel(count)))
    };
    let slide = {
        let on = props.on.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            if let Ok(count) = value.parse() {
                on.emit(Message::Travel(count));
            }
        })
    };
    let anew = {
        let (on, seed) = (props.on.clone(), seed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let field = seed.cast::<HtmlInputElement>();
            if let Some(seed) = field.and_then(|field| field.value().trim().parse().ok()) {
                on.emit(Message::Seed(seed));
            }
        })
    };
    let row = |(index, (entry, when)): (usize, &(Entry, String))| {
        let count = index + 1;
        let class = (count > props.at).then_some("undone");
        html! {
            <li {class} aria-current={(count == props.at).then_some("step")}>
                <button onclick={travel(count)}><code class="w">{ &entry.words }</code><span class="t">{ when }</span></button>
            </li>
        }
    };
    html! {
        <div class="session hoplist" tabindex="0">
            <div class="row">
                <span>{ "Virtual time" }</span>
                <span class="time" role="group" aria-label="Virtual time runs">{ paces(props.pace, &props.on) }</span>
            </div>
            <label class="row">
                <span>{ format!("Input {} of {}", props.at, props.entries.len()) }</span>
                <input type="range" min="0" max={props.entries.len().to_string()} value={props.at.to_string()}
                    disabled={props.entries.is_empty()} oninput={slide} />
            </label>
            <ol>
                <li aria-current={(props.at == 0).then_some("step")}>
                    <button onclick={travel(0)}><span class="w">{ "The beginning" }</span></button>
                </li>
                { for props.entries.iter().enumerate().map(row) }
            </ol>
            <form class="row" onsubmit={anew}>
                <label>{ "Seed " }<input ref={seed} class="field" type="number" min="0" value={props.seed.to_string()} /></label>
                <button>{ "Start again with it" }</button>
            </form>
            <p class="hint">{ "Names, addresses and choices by chance follow from the seed: the same inputs give the same session." }</p>
        </div>
    }
}
