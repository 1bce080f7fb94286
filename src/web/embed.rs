//! The page's side of an embed: the messages of the page around it (`docs/embedding.md`).
//!
//! Only the page right around this one is listened to, its first `init` only, and then only the port that came with it.
//! What messages mean is the app's (`app::embed`); a message never becomes markup or an address.

use crate::api::json;
use crate::app::embed::{Ask, Desk, LONGEST, Letter, NAMESPACE, Report, Theme, VERSION, is, parse};
use crate::app::model::Model;
use crate::app::permalink::Permalink;
use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use gloo::utils::{document, window};
use js_sys::JSON;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, MessageEvent, MessagePort, Window};
use yew::Callback;

/// How often time goes on while the page's commands run: no frames are drawn for what is scrolled out of sight.
const PUMP_MS: u32 = 50;
/// How many times it still goes on after the last of them: what a command began comes about, and the next may follow.
const LINGER: u32 = 200;
/// A change of height below this many pixels is not worth a movement of the text around.
const STEADY: i32 = 8;

/// What reaches this page from around it.
#[derive(Debug)]
pub enum Arrival {
    /// The first word of the page around, with the port to talk through.
    Init(MessagePort),
    /// A message through the port, as JSON.
    Message(String),
    /// The reader came in: this is the playground they use now.
    Entered,
    /// Time goes on although no frame is drawn.
    Pump,
}

/// The connection with the page around.
pub struct Embed {
    desk: Desk,
    on: Callback<Arrival>,
    port: Option<MessagePort>,
    listeners: Vec<EventListener>,
    pump: Option<Interval>,
    lingered: u32,
    height: i32,
}

impl Embed {
    /// Tells the page around, if there is one, that this page is ready.
    pub fn open(on: Callback<Arrival>) -> Self {
        let mut embed = Self {
            desk: Desk::default(),
            on,
            port: None,
            listeners: Vec::new(),
            pump: None,
            lingered: 0,
            height: 0,
        };
        let Some(parent) = parent() else { return embed };
        let around = parent.clone();
        let arrived = embed.on.clone();
        embed.listeners.push(EventListener::new(&window(), "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            if !event.source().is_some_and(|source| js_sys::Object::is(source.as_ref(), around.as_ref())) {
                return;
            }
            let port = event.ports().get(0).dyn_into::<MessagePort>().ok();
            let init = text(&event.data()).and_then(|text| serde_json::from_str(&text).ok());
            if let Some(port) = port.filter(|_| init.is_some_and(|init| is(&init, "init"))) {
                arrived.emit(Arrival::Init(port));
            }
        }));
        // It says nothing that anybody around may not know, so any origin may hear it.
        let ready = json!({ "ns": NAMESPACE, "v": VERSION, "type": "ready", "payload": { "v": [VERSION] } });
        if let Ok(ready) = JSON::parse(&ready.to_string()) {
            let _ = parent.post_message(&ready, "*");
        }
        embed
    }

    /// Whether the page around said that time stands.
    pub fn is_paused(&self) -> bool {
        self.desk.paused
    }

    /// Takes in what arrived; whether anything on show may have changed.
    pub fn take(&mut self, arrival: Arrival, model: &mut Model, link: &mut Permalink) -> bool {
        match arrival {
            Arrival::Init(port) => self.connect(port),
            Arrival::Message(text) => {
                let Some(letter) = parse(&text).filter(|_| self.desk.admits(now())) else { return false };
                show(&letter);
                let reports = self.desk.take(letter, model, link);
                self.send(&reports);
                // Also for a command that is done at once: what it began is not.
                self.pump();
                self.tick(model);
                return true;
            }
            Arrival::Entered => {
                self.send(&[Report { id: 0, kind: "state", payload: json!({ "entered": true }) }]);
            }
            Arrival::Pump => {}
        }
        false
    }

    /// Goes on with the page's commands and reports what came of them.
    pub fn tick(&mut self, model: &mut Model) {
        if self.port.is_none() {
            return;
        }
        let reports = self.desk.tick(model);
        self.send(&reports);
        if self.desk.is_busy() {
            self.pump();
            return;
        }
        self.lingered += 1;
        if self.desk.paused || self.lingered > LINGER {
            self.pump = None;
        }
    }

    /// Sees to it that time goes on for a while.
    fn pump(&mut self) {
        self.lingered = 0;
        if self.pump.is_none() {
            let on = self.on.clone();
            self.pump = Some(Interval::new(PUMP_MS, move || on.emit(Arrival::Pump)));
        }
    }

    /// Tells how high the page would like to be.
    pub fn wish(&mut self, height: i32) {
        if self.port.is_some() && (height - self.height).abs() >= STEADY {
            self.height = height;
            self.send(&[Report { id: 0, kind: "height", payload: json!({ "height": height }) }]);
        }
    }

    fn connect(&mut self, port: MessagePort) {
        if self.port.is_some() {
            return;
        }
        let on = self.on.clone();
        self.listeners.push(EventListener::new(&port, "message", move |event| {
            if let Some(text) = event.dyn_ref::<MessageEvent>().and_then(|event| text(&event.data())) {
                on.emit(Arrival::Message(text));
            }
        }));
        for event in ["focus", "pointerdown"] {
            let on = self.on.clone();
            self.listeners.push(EventListener::new(&window(), event, move |_| on.emit(Arrival::Entered)));
        }
        port.start();
        self.port = Some(port);
    }

    fn send(&self, reports: &[Report]) {
        let Some(port) = &self.port else { return };
        for report in reports {
            if let Ok(message) = JSON::parse(&report.json().to_string()) {
                let _ = port.post_message(&message);
            }
        }
    }
}

/// The window around this one, if there is one.
fn parent() -> Option<Window> {
    let parent = window().parent().ok().flatten()?;
    (!js_sys::Object::is(parent.as_ref(), window().as_ref())).then_some(parent)
}

/// A message as JSON, unless it is none or too long to be read.
fn text(data: &JsValue) -> Option<String> {
    let text = JSON::stringify(data).ok().filter(|text| text.is_string() && text.length() <= LONGEST)?;
    text.as_string()
}

fn now() -> f64 {
    js_sys::Date::now()
}

/// Does what a message asks of the document rather than of the model.
fn show(letter: &Letter) {
    match letter.ask {
        Ask::Theme(theme) => {
            let Some(root) = document().document_element() else { return };
            let _ = match theme {
                Theme::Light => root.set_attribute("data-theme", "light"),
                Theme::Dark => root.set_attribute("data-theme", "dark"),
                Theme::Auto => root.remove_attribute("data-theme"),
            };
        }
        Ask::Focus => {
            let field = document().query_selector(".pane.term input").ok().flatten();
            if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                let _ = field.focus();
            }
        }
        _ => {}
    }
}
