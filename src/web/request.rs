//! The request bar: from whom, what, to whom. Decides nothing.

use crate::api::Key;
use crate::app::form::{Form, Verb};
use crate::web::glyph::Glyph;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// How often a request can be sent at once.
const TIMES: [u16; 4] = [1, 5, 20, 100];

/// What the bar shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is chosen.
    pub form: Form,
    /// The sources: the pod, or none for the workstation, and words.
    pub sources: Vec<(Option<Key>, String)>,
    /// Targets worth a try, for the chosen verb.
    pub targets: Vec<String>,
    /// Whether clicks in the diagram choose source and target.
    pub picking: bool,
    /// Called to let them do so, or no longer.
    pub onpick: Callback<()>,
    /// Called with each change.
    pub onchange: Callback<Form>,
    /// Called to send it.
    pub onsend: Callback<()>,
}

/// The request bar.
#[component]
pub fn RequestBar(props: &Props) -> Html {
    let from = {
        let (form, onchange, sources) = (props.form.clone(), props.onchange.clone(), props.sources.clone());
        Callback::from(move |event: Event| {
            let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            let source = usize::try_from(index).ok().and_then(|index| sources.get(index));
            if let Some((from, _)) = source {
                onchange.emit(Form { from: from.clone(), ..form.clone() });
            }
        })
    };
    let verb = {
        let (form, onchange) = (props.form.clone(), props.onchange.clone());
        Callback::from(move |event: Event| {
            let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            if let Some((verb, _)) = usize::try_from(index).ok().and_then(|index| Verb::ALL.get(index)) {
                onchange.emit(Form { verb: *verb, ..form.clone() });
            }
        })
    };
    let typed = {
        let (form, onchange) = (props.form.clone(), props.onchange.clone());
        Callback::from(move |event: InputEvent| {
            let to = event.target_unchecked_into::<HtmlInputElement>().value();
            onchange.emit(Form { to, ..form.clone() });
        })
    };
    let times = {
        let (form, onchange) = (props.form.clone(), props.onchange.clone());
        Callback::from(move |event: Event| {
            let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            if let Some(times) = usize::try_from(index).ok().and_then(|index| TIMES.get(index)) {
                onchange.emit(Form { times: *times, ..form.clone() });
            }
        })
    };
    let pick = {
        let onpick = props.onpick.clone();
        Callback::from(move |_: MouseEvent| onpick.emit(()))
    };
    let send = {
        let onsend = props.onsend.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            onsend.emit(());
        })
    };
    let option =
        |words: &str, chosen: bool| html! { <option selected={chosen}>{ words.to_owned() }</option> };
    let form = &props.form;
    html! {
        <form class="request" onsubmit={send} aria-label="Send a request">
            <span class="word" aria-hidden="true">{ "From" }</span>
            <select aria-label="From" onchange={from}>
                { for props.sources.iter().map(|(key, words)| option(words, *key == form.from)) }
            </select>
            <select aria-label="What to send" onchange={verb}>
                { for Verb::ALL.iter().map(|(verb, words)| option(words, *verb == form.verb)) }
            </select>
            <span class="word to" aria-hidden="true">{ "to" }</span>
            <input class="field" list="targets" aria-label="To" value={form.to.clone()} oninput={typed}
                spellcheck="false" autocapitalize="off" autocomplete="off" placeholder="name or address" />
            <datalist id="targets">
                { for props.targets.iter().map(|target| html! { <option value={target.clone()} /> }) }
            </datalist>
            <select class="times" aria-label="How often" onchange={times}>
                { for TIMES.iter().map(|times| option(&format!("×{times}"), *times == form.times.max(1))) }
            </select>
            <button type="button" class="icon" aria-pressed={props.picking.to_string()} onclick={pick}
                aria-label="Choose source and target in the diagram" title="Choose source and target in the diagram">
                { Glyph::Aim.draw() }
            </button>
            <button class="primary" disabled={form.to.trim().is_empty()}>{ "Send" }</button>
        </form>
    }
}
