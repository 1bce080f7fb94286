//! The browser pane: an address, and the page behind it as real elements. Decides nothing.
//!
//! The page is shown in a frame without scripts; its links and forms are caught and become requests
//! of the simulation.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlIFrameElement, HtmlInputElement};
use yew::prelude::*;

use super::glyph::Glyph;
use crate::app::browser::Shown;

/// A request of the pane.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// `GET` or `POST`.
    pub method: String,
    /// The address, or a path on the same host.
    pub url: String,
}

/// What the pane shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The address.
    pub address: AttrValue,
    /// What it shows.
    pub shown: Shown,
    /// Called to go somewhere.
    pub onvisit: Callback<Visit>,
}

/// The browser pane.
#[component]
pub fn Browser(props: &Props) -> Html {
    let field = use_node_ref();
    let frame = use_node_ref();
    let listeners = use_mut_ref(Vec::<EventListener>::new);
    let go = {
        let (field, onvisit) = (field.clone(), props.onvisit.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(field) = field.cast::<HtmlInputElement>() {
                onvisit.emit(Visit { method: "GET".into(), url: field.value() });
            }
        })
    };
    let onload = {
        let (frame, onvisit) = (frame.clone(), props.onvisit.clone());
        Callback::from(move |_: Event| {
            let document = frame.cast::<HtmlIFrameElement>().and_then(|frame| frame.content_document());
            *listeners.borrow_mut() = document.map(|document| catch(&document, &onvisit)).unwrap_or_default();
        })
    };
    let body = match &props.shown {
        Shown::Blank => html! {
            <div class="site failed"><p>{ "Type an address that your machine can reach: a load balancer's, a node port's, or one that " }<code>{ "kubectl port-forward" }</code>{ " opened." }</p></div>
        },
        Shown::Loading => {
            html! { <div class="site failed" role="status"><p>{ "Waiting for an answer…" }</p></div> }
        }
        Shown::Page { html, .. } => html! {
            <iframe ref={frame} class="site" title="The page at this address" sandbox="allow-same-origin allow-forms"
                srcdoc={html.clone()} {onload} />
        },
        Shown::Failed { title, words, code } => html! {
            <div class="site failed" role="alert">
                <h2>{ title }</h2>
                <p>{ words }</p>
                <p><code>{ *code }</code></p>
            </div>
        },
    };
    let status = match &props.shown {
        Shown::Page { status, .. } => status.as_str(),
        Shown::Failed { code, .. } => code,
        Shown::Loading => "loading",
        Shown::Blank => "",
    };
    html! {
        <div class="browser">
            <form class="address" onsubmit={go}>
                <input ref={field} class="field" type="text" inputmode="url" spellcheck="false" autocomplete="off"
                    aria-label="Address" value={props.address.clone()} />
                <button class="icon" aria-label="Load this address">{ Glyph::Reload.draw() }</button>
            </form>
            { body }
            <div class="status" aria-live="polite">{ status.to_owned() }</div>
        </div>
    }
}

/// Turns the page's links and forms into visits.
fn catch(document: &web_sys::Document, onvisit: &Callback<Visit>) -> Vec<EventListener> {
    let act = EventListenerOptions::enable_prevent_default();
    let submitted = onvisit.clone();
    let followed = onvisit.clone();
    vec![
        EventListener::new_with_options(document, "submit", act, move |event| {
            event.prevent_default();
            // The form lives in the frame's own world, so `instanceof` of this one does not know it.
            let Some(form) = event.target().map(JsCast::unchecked_into::<HtmlFormElement>) else { return };
            let method = form.get_attribute("method").unwrap_or_else(|| "get".into()).to_uppercase();
            let url = form.get_attribute("action").unwrap_or_else(|| "/".into());
            submitted.emit(Visit { method, url });
        }),
        EventListener::new_with_options(document, "click", act, move |event| {
            let Some(target) = event.target().map(JsCast::unchecked_into::<Element>) else { return };
            let Some(link) = target.closest("a[href]").ok().flatten() else { return };
            event.prevent_default();
            followed
                .emit(Visit { method: "GET".into(), url: link.get_attribute("href").unwrap_or_default() });
        }),
    ]
}
