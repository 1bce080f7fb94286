//! The page in a browser: draws the model of the `app` room and brings it what happens.
//!
//! Uses `app` (and the values in it) alone; no decision of the simulation is made here.

mod browser;
mod card;
mod diagram;
mod editor;
mod embed;
mod gallery;
mod glyph;
mod held;
mod hops;
mod host;
mod lesson;
mod library;
mod measure;
mod menu;
mod naming;
mod motion;
mod page;
mod predict;
mod reach;
mod reader;
mod request;
mod review;
mod shelf;
mod session;
mod splitter;
mod still;
mod terminal;

use wasm_bindgen::JsValue;

/// Mounts the page.
pub fn mount() {
    yew::set_custom_panic_hook(Box::new(|info| {
        // boot.js shows the message: nothing of this program runs after the trap that follows.
        let detail = web_sys::CustomEventInit::new();
        detail.set_detail(&JsValue::from_str(&info.to_string()));
        let event = web_sys::CustomEvent::new_with_event_init_dict("playground-panic", &detail);
        if let (Some(window), Ok(event)) = (web_sys::window(), event) {
            let _ = window.dispatch_event(&event);
        }
    }));
    yew::Renderer::<page::Page>::new().render();
}
