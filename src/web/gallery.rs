//! The gallery: cards of what can be learned, over the page. Decides nothing.

use crate::app::gallery::{Card, Catalogue, Progress, Record};
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, Element, HtmlInputElement};
use yew::prelude::*;

/// What the gallery shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The catalogue, once it is there.
    pub catalogue: Option<std::rc::Rc<Catalogue>>,
    /// How far the learner has come.
    pub record: Record,
    /// What went wrong, for a person.
    pub trouble: Option<AttrValue>,
    /// Called with the scenario somebody chose: its slug, or an address.
    pub onwant: Callback<String>,
    /// Called with a folder or file that holds a scenario; none before it can be read.
    pub onfolder: Option<Callback<JsValue>>,
    /// Closes it.
    pub onclose: Callback<()>,
}

/// The sandboxes: the slug, its name, what it is.
const SANDBOXES: [(&str, &str, &str); 3] = [
    ("sandbox", "Docker Desktop", "One node; LoadBalancers at localhost."),
    ("sandbox-kind", "kind", "A control plane and two workers; no load balancer."),
    ("sandbox-cloud", "Cloud", "Three nodes in two zones; LoadBalancers with addresses of their own."),
];

/// Calls a method of the dialog.
fn call(dialog: &NodeRef, method: &str) {
    let Some(element) = dialog.cast::<Element>() else { return };
    let function = Reflect::get(&element, &method.into()).and_then(|it| it.dyn_into::<Function>());
    // A browser without dialogs shows it where it stands.
    let _ = function.and_then(|function| function.call0(&element));
}

/// The gallery.
#[component]
pub fn Gallery(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            // The browser's own dialog: what is behind it cannot be reached, and Escape leads back to where one was.
            call(&dialog, "showModal");
        });
    }
    let want = |slug: &str| {
        let (on, slug) = (props.onwant.clone(), slug.to_owned());
        Callback::from(move |_: MouseEvent| on.emit(slug.clone()))
    };
    let ondrop = {
        let on = props.onfolder.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            if let Some((on, transfer)) = on.as_ref().zip(event.data_transfer()) {
                on.emit(transfer.into());
            }
        })
    };
    let onchoose = props.onfolder.clone().map(|on| {
        Callback::from(move |event: Event| {
            if let Some(files) = event.target_unchecked_into::<HtmlInputElement>().files() {
                on.emit(files.into());
            }
        })
    });
    let address = use_node_ref();
    let onsubmit = {
        let (on, address) = (props.onwant.clone(), address.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text = address.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default();
            if !text.trim().is_empty() {
                on.emit(text.trim().to_owned());
            }
        })
    };
    let card = |card: &Card| {
        let (class, state) = match props.record.of(&card.slug) {
            Progress::New => ("", String::new()),
            Progress::Begun(done, of) => ("begun", format!("{done} of {of} steps")),
            Progress::Done => ("done", "✓ Done".to_owned()),
        };
        html! {
            <li class={class} key={card.slug.clone()}>
                <button class="choose" onclick={want(&card.slug)}>{ &card.title }</button>
                <p>{ &card.learn }</p>
                <p class="about"><span>{ format!("{} · {} min", card.level, card.minutes) }</span><span class="state">{ state }</span></p>
            </li>
        }
    };
    let onclose = {
        let on = props.onclose.clone();
        Callback::from(move |_: Event| on.emit(()))
    };
    let leave = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| call(&dialog, "close"))
    };
    html! {
        <dialog class="gallery" ref={dialog} aria-labelledby="gallery-title" {onclose}
            ondragover={Callback::from(|event: DragEvent| event.prevent_default())} {ondrop}>
            <header>
                <h2 id="gallery-title" tabindex="-1" autofocus={true}>{ "Lessons" }</h2>
                <button onclick={leave}>{ "Close" }</button>
            </header>
            if let Some(trouble) = &props.trouble { <p class="trouble" role="alert">{ trouble }</p> }
            if let Some(catalogue) = &props.catalogue {
                { for catalogue.0.iter().map(|group| html! {
                    <section key={group.title.clone()}>
                        <h3>{ &group.title }</h3>
                        <ul class="cards">{ for group.cards.iter().map(card) }</ul>
                    </section>
                }) }
            } else if props.trouble.is_none() {
                <p>{ "Fetching the lessons…" }</p>
            }
            <section>
                <h3>{ "Sandbox" }</h3>
                <p>{ "An empty cluster and the chapter’s files, without a lesson." }</p>
                <ul class="cards">{ for SANDBOXES.iter().map(|(slug, name, words)| html! {
                    <li key={*slug}><button class="choose" onclick={want(slug)}>{ *name }</button><p>{ *words }</p></li>
                }) }</ul>
            </section>
            <section class="own">
                <h3>{ "From elsewhere" }</h3>
                <p>{ "A lesson of somebody else: the address of its bundle, or its folder on this machine, which can also be dropped here. Nothing is sent anywhere." }</p>
                <form {onsubmit}>
                    <label>{ "Address " }<input class="field" type="url" ref={address} placeholder="https://…/lesson.json" /></label>
                    <button>{ "Open" }</button>
                </form>
                if let Some(onchoose) = onchoose {
                    <label>{ "Folder " }<input type="file" webkitdirectory={true} onchange={onchoose.clone()} /></label>
                    <label>{ "Bundle " }<input type="file" accept=".json" onchange={onchoose} /></label>
                }
            </section>
        </dialog>
    }
}
