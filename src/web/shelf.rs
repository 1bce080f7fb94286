//! Work that is kept, links that share it, files that come in and go out: the page's dealings with the browser's storage and disk.
//!
//! The storage is `static/keep.js`'s, which outlives the wasm; what is in it is `app::keep`'s. Decides when it is written, no more.

use super::host::{HOST, KEEP, ask, call, set};
use super::page::Msg;
use crate::app::keep::{self, Kept};
use crate::app::model::Model;
use crate::app::permalink::Permalink;
use crate::app::update::{FileAct, Message};
use gloo::events::EventListener;
use gloo::utils::window;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Html, html};

/// A link longer than this does not survive every chat, mail and browser.
const LONG_LINK: usize = 8_000;
/// While nothing is typed, what the passing of time changed is kept at most this often, in milliseconds.
const EVERY_MS: f64 = 2_000.0;

/// What can be asked of the shelf.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The browser's storage is in another state.
    Status(String),
    /// What is kept is brought up to date: the page may go away.
    Flush,
    /// A link to this state.
    Share,
    /// The link, made.
    Shared(String),
    /// The link goes to the clipboard.
    CopyLink,
    /// The text of the terminal in front goes there.
    CopyScreen,
    /// Whether that worked.
    Copied(bool),
    /// The descriptions of fields, which a program in the terminal waits for.
    Described(String),
    /// What is said is put away.
    Dismiss,
    /// What is kept is forgotten.
    Clear,
    /// Files are chosen on the disk; a whole folder.
    Pick(bool),
    /// They were read.
    Picked(Vec<(String, String)>),
    /// The open file goes to the disk.
    Download,
    /// Every manifest goes there, in one file.
    Export,
    /// What was done goes there, as a script.
    Script,
    /// The page is printed.
    Print,
    /// A test wants to see what happens after a trap: at the next input, or at once.
    Trap(bool),
}

/// The shelf.
pub struct Shelf {
    on: Callback<Msg>,
    /// The scenario whose work is kept.
    scenario: String,
    status: String,
    link: Option<String>,
    said: Option<String>,
    coming: Option<Kept>,
    kept: (u64, usize, usize, u64),
    /// Whether anything was kept: then an empty page is kept over it too.
    ever: bool,
    at: f64,
    trap: bool,
    fetching: bool,
    _listeners: Vec<EventListener>,
    _told: Closure<dyn FnMut(JsValue)>,
}

impl Shelf {
    /// Opens the shelf. What is on it is gone on with by [`Shelf::resume`].
    pub fn open(on: Callback<Msg>, link: &Permalink) -> Self {
        let told = {
            let on = on.clone();
            Closure::<dyn FnMut(JsValue)>::new(move |status: JsValue| {
                on.emit(Msg::Shelf(Ask::Status(status.as_string().unwrap_or_default())));
            })
        };
        call(KEEP, "onstatus", &[told.as_ref().clone()]);
        let listen = |name: &'static str, ask: Ask| {
            let on = on.clone();
            EventListener::new(&window(), name, move |_| on.emit(Msg::Shelf(ask.clone())))
        };
        let listeners = vec![
            listen("pagehide", Ask::Flush),
            listen("playground-trap", Ask::Trap(false)),
            listen("playground-trap-now", Ask::Trap(true)),
        ];
        let begun = Reflect::get(&js_sys::global(), &"playgroundBeginning".into()).unwrap_or_default();
        let word = |name: &str| Reflect::get(&begun, &name.into()).ok().and_then(|value| value.as_string());
        let (mut said, mut coming) = (None, None);
        let from_link = word("from").as_deref() == Some("link");
        if word("problem").is_some() {
            said = Some("This link cannot be read. It is damaged or cut off.".to_owned());
        }
        if let Some(text) = word("text") {
            match keep::read(&text) {
                Ok(kept) if kept.scenario == link.scenario => coming = Some(kept),
                Ok(_) => {}
                Err(why) if from_link => said = Some(format!("This link cannot be read. {}", why.words())),
                Err(why) => said = Some(format!("What is kept here cannot be read. {}", why.words())),
            }
        }
        Self {
            status: call(KEEP, "status", &[]).as_string().unwrap_or_else(|| "blocked".to_owned()),
            on,
            scenario: link.scenario.clone(),
            link: None,
            said,
            coming,
            kept: Default::default(),
            ever: false,
            at: 0.0,
            trap: false,
            fetching: false,
            _listeners: listeners,
            _told: told,
        }
    }

    /// Whether kept work waits to be gone on with.
    pub fn has_work(&self) -> bool {
        self.coming.is_some()
    }

    /// Goes on with what was kept, once the page is ready for it.
    pub fn resume(&mut self, model: &mut Model) {
        let Some(kept) = self.coming.take() else { return };
        set(KEEP, "doing", &"resuming".into());
        model.resume(kept);
        self.kept = shape(model);
        self.ever = true;
    }

    /// Says that an input is being worked on: it is to blame for a trap meanwhile, and not yet in what is kept.
    pub fn begin(&mut self, message: &Message) {
        set(KEEP, "doing", &"input".into());
        assert!(!self.trap || !matches!(message, Message::Line(_)), "a test asked for this");
    }

    /// Keeps the page if it changed; what merely the passing of time changed, now and then.
    pub fn keep(&mut self, model: &Model, link: &Permalink, now: f64) {
        set(KEEP, "doing", &"".into());
        if self.scenario != link.scenario {
            // Another one was begun: what is kept of this one stays.
            self.scenario.clone_from(&link.scenario);
            self.ever = false;
            call(KEEP, "scope", &[link.scenario.as_str().into()]);
        }
        let shape = shape(model);
        let typed = (shape.0, shape.1, shape.2) != (self.kept.0, self.kept.1, self.kept.2);
        if self.coming.is_some() || shape == self.kept || !typed && now - self.at < EVERY_MS {
            return;
        }
        let untouched = model.session.log().is_empty() && model.drafts.is_empty();
        if untouched && !self.ever {
            return;
        }
        self.ever = true;
        self.kept = shape;
        self.at = now;
        call(KEEP, "save", &[model.record(&link.scenario).into()]);
    }

    /// Fetches the descriptions of fields once a program wants them.
    pub fn fetch(&mut self, model: &Model) {
        if self.fetching || !model.session.wants_descriptions() {
            return;
        }
        self.fetching = true;
        let on = self.on.clone();
        spawn_local(async move {
            let text = ask(HOST, "descriptions", &[]).await;
            on.emit(Msg::Shelf(Ask::Described(text.as_string().unwrap_or_default())));
        });
    }

    /// Does what is asked; whether anything on show changed.
    pub fn take(&mut self, wish: Ask, model: &mut Model, link: &Permalink) -> bool {
        let on = self.on.clone();
        match wish {
            Ask::Status(status) => self.status = status,
            Ask::Flush => {
                if self.coming.is_none() && self.ever {
                    call(KEEP, "save", &[model.record(&link.scenario).into()]);
                    call(KEEP, "flush", &[]);
                }
                return false;
            }
            Ask::Share => {
                let text = JsValue::from(model.record(&link.scenario));
                spawn_local(async move {
                    let made = ask(KEEP, "link", &[text]).await;
                    on.emit(Msg::Shelf(Ask::Shared(made.as_string().unwrap_or_default())));
                });
                return false;
            }
            Ask::Shared(made) => self.link = Some(made),
            Ask::CopyLink => copy(on, self.link.clone().unwrap_or_default()),
            Ask::CopyScreen => {
                let screen = &model.session.terminals()[model.terminal].screen;
                copy(on, screen.iter().map(|(_, text)| text.as_str()).collect());
            }
            Ask::Copied(done) => {
                let words = if done {
                    "Copied."
                } else {
                    "The browser did not allow the copy. Select the text and copy it."
                };
                self.said = Some(words.to_owned());
            }
            Ask::Described(text) => {
                self.fetching = false;
                model.session.describe(&text);
            }
            Ask::Dismiss => {
                self.link = None;
                self.said = None;
            }
            Ask::Clear => {
                call(KEEP, "clear", &[]);
                self.kept = shape(model);
            }
            Ask::Pick(folder) => {
                spawn_local(async move {
                    let files = ask(HOST, "pick", &[folder.into()]).await;
                    on.emit(Msg::Shelf(Ask::Picked(pairs(&files))));
                });
                return false;
            }
            Ask::Picked(files) => model.update(Message::File(FileAct::Import(files))),
            Ask::Download => {
                let name = model.open.rsplit('/').next().unwrap_or_default().to_owned();
                call(HOST, "save", &[name.into(), model.text().into()]);
            }
            Ask::Export => drop(call(HOST, "save", &["manifests.yaml".into(), model.manifests().into()])),
            Ask::Script => drop(call(HOST, "save", &["playground.sh".into(), model.script().into()])),
            Ask::Print => drop(call(HOST, "print", &[])),
            Ask::Trap(now) => {
                self.trap = true;
                assert!(!now, "a test asked for this");
            }
        }
        true
    }

    /// Whether the state of the storage wants attention.
    pub fn is_worried(&self) -> bool {
        self.status == "blocked" || self.status == "full"
    }

    /// How work is kept, in a sentence.
    pub fn status_words(&self) -> &'static str {
        match self.status.as_str() {
            "blocked" => {
                "This browser keeps nothing for this page: your work is gone when the tab closes. A link keeps it."
            }
            "full" => "The browser’s storage is full: what you do from now on is not kept. A link keeps it.",
            "apart" => {
                "Another tab has the same work open. This tab keeps its own from now on; nothing was overwritten."
            }
            "cleared" => "What was kept is deleted. What you do from now on is kept again.",
            _ => "Your work is kept in this browser and comes back when you open the page again.",
        }
    }

    /// What was just said, and a link that was made.
    pub fn notice(&self) -> Html {
        let on = |ask: Ask| {
            let on = self.on.clone();
            Callback::from(move |_: yew::MouseEvent| on.emit(Msg::Shelf(ask.clone())))
        };
        if self.link.is_none() && self.said.is_none() {
            return Html::default();
        }
        html! {
            <div class="notice" role="status">
                if let Some(link) = &self.link {
                    <label>{ "A link to this state" }
                        <input class="field" readonly=true value={link.clone()} />
                    </label>
                    <p>{ size_words(link.len()) }</p>
                    <button class="primary" onclick={on(Ask::CopyLink)}>{ "Copy the link" }</button>
                }
                if let Some(said) = &self.said { <p>{ said }</p> }
                <button onclick={on(Ask::Dismiss)}>{ "Close" }</button>
            </div>
        }
    }
}

/// How long a link is, and what that means.
fn size_words(length: usize) -> String {
    let size = if length < 2_000 {
        format!("{length} characters")
    } else {
        format!("{:.1} thousand characters", length as f64 / 1e3)
    };
    if length > LONG_LINK {
        format!(
            "It has {size}. That is too long for some chats and mails: try it where you send it, or export files instead."
        )
    } else {
        format!("It has {size}. All of it is behind the #: it is sent to no server.")
    }
}

/// What tells whether the page is another one than was kept: inputs, place, typing, and what time brought.
fn shape(model: &Model) -> (u64, usize, usize, u64) {
    let screen: usize =
        model.session.terminals().iter().map(|it| it.screen.last().map_or(0, |(_, text)| text.len())).sum();
    (
        model.edits,
        model.session.log().len(),
        model.terminal,
        model.session.cluster().store().version() + screen as u64,
    )
}

fn copy(on: Callback<Msg>, text: String) {
    spawn_local(async move {
        let done = ask(HOST, "copy", &[text.into()]).await;
        on.emit(Msg::Shelf(Ask::Copied(done.is_truthy())));
    });
}

fn pairs(files: &JsValue) -> Vec<(String, String)> {
    let files: Vec<JsValue> = js_sys::Array::from(files).to_vec();
    let pair = |file: &JsValue| {
        let at = |index: u32| Reflect::get_u32(file, index).ok().and_then(|value| value.as_string());
        Some((at(0)?, at(1)?))
    };
    files.iter().filter_map(pair).collect()
}
