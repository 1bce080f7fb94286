//! Brings scenarios to the page: fetches what is wanted, keeps what was learned, shows the gallery.

use super::gallery::Gallery;
use super::lesson::Pane;
use super::reader::Reader;
use crate::app::gallery::{Catalogue, Record};
use crate::app::lesson::Study;
use crate::app::model::Model;
use crate::app::permalink::Permalink;
use crate::app::scenario::{opening, wanted};
use crate::app::update::Message;
use js_sys::Reflect;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What happens around lessons.
#[derive(Debug)]
pub enum Arrival {
    /// The reader, or not; then the catalogue, or why not.
    Ready(Option<Reader>, Result<String, String>),
    /// A bundle with the host it came from, or why there is none.
    Bundle(Result<(String, Option<String>), String>),
    /// Somebody chose a scenario.
    Want(String),
    /// Somebody brought a folder or a file.
    Folder(JsValue),
    /// The gallery is opened, or closed.
    Gallery(bool),
}

/// The lessons' side of the page.
pub struct Library {
    on: Callback<Arrival>,
    reader: Option<Reader>,
    /// Whether the reader was sent for.
    asked: bool,
    catalogue: Option<Rc<Catalogue>>,
    record: Record,
    open: bool,
    trouble: Option<String>,
    /// The scenario that is being fetched.
    coming: Option<String>,
}

impl Library {
    /// Sees to the scenario a link names.
    pub fn open(on: Callback<Arrival>, link: &Permalink, model: &mut Model) -> Self {
        model.wanted = wanted(link);
        let mut library = Self {
            on,
            reader: None,
            asked: false,
            catalogue: None,
            record: Record::default(),
            open: false,
            trouble: None,
            coming: None,
        };
        library.tick(model);
        library
    }

    /// What may have changed on show.
    pub fn version(&self, model: &Model) -> (u64, bool) {
        (model.course.as_ref().map_or(0, |course| course.version), self.open)
    }

    /// Fetches what the page wants, and keeps what was learned.
    pub fn tick(&mut self, model: &Model) {
        if let Some(course) = &model.course {
            let done = course.ticked.iter().filter(|done| **done).count();
            let own = course.origin.is_none() && done > 0;
            let news =
                own && self.record.note(&course.scenario().slug, done, course.ticked.len(), course.finished);
            if let Some(reader) = self.reader.as_ref().filter(|_| news) {
                let _ = reader.call("keep", &[self.record.text().into()]);
            }
        }
        let Some(wanted) = model.wanted.clone() else { return };
        if self.coming.is_some() {
            return;
        }
        let Some(reader) = self.reader.clone() else {
            self.prepare();
            return;
        };
        let own = wanted.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let missing = own && self.catalogue.as_ref().is_some_and(|catalogue| !catalogue.has(&wanted));
        self.coming = Some(wanted.clone());
        let on = self.on.clone();
        if missing {
            on.emit(Arrival::Bundle(Err(format!("There is no lesson called {wanted}."))));
            return;
        }
        spawn_local(async move {
            let answer = reader.ask("bundle", &[wanted.into()]).await;
            let word = |answer: &JsValue, key: &str| {
                Reflect::get(answer, &key.into()).ok().and_then(|it| it.as_string())
            };
            let bundle = answer.map(|answer| {
                let origin = word(&answer, "origin").filter(|origin| !origin.is_empty());
                (word(&answer, "text").unwrap_or_default(), origin)
            });
            on.emit(Arrival::Bundle(bundle));
        });
    }

    /// Sends for the reader and the catalogue.
    fn prepare(&mut self) {
        if std::mem::replace(&mut self.asked, true) {
            return;
        }
        let on = self.on.clone();
        spawn_local(async move {
            let reader = Reader::fetch().await;
            let catalogue = match &reader {
                Some(reader) => {
                    reader.ask("catalogue", &[]).await.map(|text| text.as_string().unwrap_or_default())
                }
                None => {
                    Err("The lessons could not be fetched. Check the connection and load the page again."
                        .to_owned())
                }
            };
            on.emit(Arrival::Ready(reader, catalogue));
        });
    }

    /// Takes in what arrived.
    pub fn take(&mut self, arrival: Arrival, model: &mut Model, link: &mut Permalink) {
        match arrival {
            Arrival::Ready(reader, catalogue) => {
                let kept = reader.as_ref().and_then(|reader| reader.call("kept", &[]).ok()?.as_string());
                self.record = Record::read(&kept.unwrap_or_default());
                self.asked = reader.is_some();
                self.reader = reader;
                match catalogue {
                    Ok(text) => self.catalogue = Some(Rc::new(Catalogue::read(&text))),
                    Err(trouble) => self.fail(trouble, model),
                }
            }
            Arrival::Bundle(answer) => {
                self.coming = None;
                match answer.and_then(|(text, origin)| model.begin(&text, origin)) {
                    Ok(()) => self.begun(),
                    Err(trouble) => self.fail(trouble, model),
                }
            }
            Arrival::Want(name) => {
                self.trouble = None;
                // A page of its own loads anew, and so has an address and kept work of its own; a frame stays what it is.
                let gone =
                    self.reader.as_ref().and_then(|reader| reader.call("go", &[name.as_str().into()]).ok());
                if gone.is_some_and(|gone| gone.is_truthy()) {
                    return;
                }
                link.scenario = name;
                model.wanted = wanted(link);
                if model.wanted.is_none() {
                    model.update(Message::Study(Study::Leave));
                    model.enter(opening(link));
                    self.begun();
                }
            }
            Arrival::Folder(source) => {
                let Some(reader) = self.reader.clone() else { return };
                let on = self.on.clone();
                self.trouble = None;
                // No address leads to it, so nothing of it is gone on with later.
                link.scenario = "a folder of this machine".to_owned();
                // Called at once: what was dropped is only there until its event has passed.
                let asked = reader.call("folder", &[source]);
                spawn_local(async move {
                    let promise = asked.map(|promise| js_sys::Promise::resolve(&promise));
                    let answer = match promise {
                        Ok(promise) => wasm_bindgen_futures::JsFuture::from(promise).await,
                        Err(error) => Err(error),
                    };
                    let text =
                        answer.map(|text| text.as_string().unwrap_or_default()).map_err(super::reader::words);
                    on.emit(Arrival::Bundle(
                        text.map(|text| (text, Some("a folder of this machine".to_owned()))),
                    ));
                });
            }
            Arrival::Gallery(open) => {
                self.open = open;
                self.trouble = None;
                if open {
                    self.prepare();
                }
            }
        }
        self.tick(model);
    }

    fn begun(&mut self) {
        self.open = false;
        self.trouble = None;
    }

    fn fail(&mut self, trouble: String, model: &mut Model) {
        model.wanted = None;
        self.coming = None;
        self.trouble = Some(trouble);
        self.open = true;
    }

    /// The gallery, while it is open.
    pub fn gallery(&self) -> Html {
        if !self.open {
            return Html::default();
        }
        let onfolder = self.reader.as_ref().map(|_| self.on.reform(Arrival::Folder));
        html! {
            <Gallery catalogue={self.catalogue.clone()} record={self.record.clone()} trouble={self.trouble.clone().map(AttrValue::from)}
                onwant={self.on.reform(Arrival::Want)} {onfolder} onclose={self.on.reform(|()| Arrival::Gallery(false))} />
        }
    }

    /// The button that opens the gallery.
    pub fn button(&self) -> Html {
        html! { <button onclick={self.on.reform(|_: MouseEvent| Arrival::Gallery(true))} aria-haspopup="dialog">{ "Lessons" }</button> }
    }

    /// The lesson pane, if a lesson is taken.
    pub fn pane(&self, model: &Model, onmodel: &Callback<Message>) -> Html {
        let Some(course) = &model.course else {
            return html! { <div class="lesson"><p>{ "No lesson is open." }</p>{ self.button() }</div> };
        };
        let next = self.catalogue.as_ref().and_then(|catalogue| catalogue.next(&course.scenario().slug));
        Pane {
            course,
            session: &model.session,
            reader: self.reader.clone(),
            next: next.filter(|_| course.origin.is_none()),
            onstudy: onmodel.reform(Message::Study),
            onwant: self.on.reform(Arrival::Want),
            ongallery: self.on.reform(|_| Arrival::Gallery(true)),
            onreset: onmodel.reform(|_| Message::Reset),
        }
        .draw()
    }
}
