//! The whole page: its panes, and the loop that lets time pass. Each pane is a file of its own.

mod explain;
mod files;
mod head;
mod menus;
mod side;
mod stage;
mod terminals;

use super::embed::{Arrival, Embed};
use super::library::{self, Library};
use super::measure::Canvas;
use super::naming::Naming;
use super::shelf::{self, Shelf};
use crate::app::model::{Model, Pane, Side};
use crate::app::opening;
use crate::app::permalink::Permalink;
use crate::app::update::Message;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::utils::window;
use std::rc::Rc;
use std::time::Duration;
use web_sys::Element;
use yew::prelude::*;

/// The longest a frame counts: after a pause (a hidden tab) time goes on, it does not jump.
const LONGEST_FRAME: f64 = 100.0;

/// The page.
pub struct Page {
    model: Model,
    link: Permalink,
    embed: Embed,
    library: Library,
    canvas: Canvas,
    stage: NodeRef,
    frame: Option<AnimationFrame>,
    last: f64,
    shown: Fingerprint,
    completion: (u32, String),
    offered: Rc<Vec<String>>,
    shelf: Shelf,
    front: terminals::Front,
    naming: Option<Naming>,
    outcome_open: bool,
}

/// What happens to the page.
pub enum Msg {
    /// A frame is due, at this time in milliseconds.
    Frame(f64),
    /// A message for the model.
    Model(Message),
    /// Tab was pressed in the terminal.
    Complete(String, usize),
    /// Work is kept or shared, files come and go.
    Shelf(shelf::Ask),
    /// A file's name is asked for, or no more.
    Name(Option<Naming>),
    /// What an apply would do is unfolded, or not.
    Outcome(bool),
    /// The other theme.
    Theme,
    /// Something came from the page around.
    Embed(Arrival),
    /// Something about lessons.
    Library(library::Arrival),
}

/// What a frame may have changed, so that nothing is drawn twice.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fingerprint {
    version: u64,
    screen: (usize, usize),
    busy: bool,
    forwarding: bool,
    seconds: u64,
    playhead: Option<f64>,
    width: f64,
    coming: bool,
    lesson: (u64, bool),
}

impl Component for Page {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let query = window().location().search().unwrap_or_default();
        let link = Permalink::parse(&query);
        let mut model = Model::new(opening(&link));
        model.still = window()
            .match_media("(prefers-reduced-motion: reduce)")
            .ok()
            .flatten()
            .is_some_and(|media| media.matches());
        let shelf = Shelf::open(ctx.link().callback(|msg| msg), &link);
        let library = Library::open(ctx.link().callback(Msg::Library), &link, &mut model);
        let mut page = Self {
            model,
            link,
            library,
            embed: Embed::open(ctx.link().callback(Msg::Embed)),
            canvas: Canvas::new(),
            stage: NodeRef::default(),
            frame: None,
            last: 0.0,
            shown: Fingerprint::default(),
            completion: (0, String::new()),
            offered: Rc::default(),
            shelf,
            front: terminals::Front::default(),
            naming: None,
            outcome_open: false,
        };
        if page.model.wanted.is_none() {
            page.go_on();
        }
        page.next_frame(ctx);
        page
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Frame(_) if self.embed.is_paused() => {
                self.frame = None;
                self.last = 0.0;
                false
            }
            Msg::Frame(at) => {
                let real = if self.last == 0.0 { 0.0 } else { (at - self.last).clamp(0.0, LONGEST_FRAME) };
                self.last = at;
                self.model.update(Message::Tick(Duration::from_secs_f64(real / 1_000.0)));
                self.embed.tick(&mut self.model);
                self.library.tick(&self.model);
                self.next_frame(ctx);
                let width = self.width();
                self.model.draw(width, &self.canvas);
                self.front.look(&self.model);
                self.shelf.keep(&self.model, &self.link, at);
                self.shelf.fetch(&self.model);
                let now = self.fingerprint(width);
                let changed = now != self.shown;
                self.shown = now;
                if changed {
                    self.embed.wish(self.wished());
                }
                changed
            }
            Msg::Model(message) => {
                self.shelf.begin(&message);
                if !self.offered.is_empty() {
                    self.offered = Rc::default();
                }
                self.model.update(message);
                let width = self.width();
                self.model.draw(width, &self.canvas);
                self.front.look(&self.model);
                self.shelf.keep(&self.model, &self.link, self.last);
                self.shown = self.fingerprint(width);
                true
            }
            Msg::Complete(line, cursor) => {
                match self.model.complete(&line, cursor) {
                    Some(line) => self.completion = (self.completion.0 + 1, line),
                    // Nothing that all of them begin with is left to add: they are shown.
                    None => self.offered = Rc::new(self.model.completion(&line, cursor).candidates),
                }
                true
            }
            Msg::Embed(Arrival::Pump) => match window().performance() {
                Some(clock) => Component::update(self, ctx, Msg::Frame(clock.now())),
                None => false,
            },
            Msg::Embed(arrival) => {
                let changed = self.embed.take(arrival, &mut self.model, &mut self.link);
                self.next_frame(ctx);
                changed
            }
            Msg::Shelf(ask) => self.shelf.take(ask, &mut self.model, &self.link),
            Msg::Name(naming) => {
                self.naming = naming;
                true
            }
            Msg::Outcome(open) => std::mem::replace(&mut self.outcome_open, open) != open,
            Msg::Library(arrival) => {
                let waited = self.model.wanted.is_some();
                self.library.take(arrival, &mut self.model, &mut self.link);
                if waited && self.model.course.is_some() && self.model.wanted.is_none() {
                    self.go_on();
                }
                true
            }
            Msg::Theme => {
                if let Some(root) = gloo::utils::document().document_element() {
                    let dark = window()
                        .match_media("(prefers-color-scheme: dark)")
                        .ok()
                        .flatten()
                        .is_some_and(|media| media.matches());
                    let shown = root.get_attribute("data-theme");
                    let dark = shown.map_or(dark, |theme| theme == "dark");
                    let _ = root.set_attribute("data-theme", if dark { "light" } else { "dark" });
                }
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let pane = match model.pane {
            Pane::Stage => "stage",
            Pane::Side => "side",
            Pane::Hops => "hops",
        };
        html! {
            <div class="app" data-view={self.link.view.as_str()}>
                { self.head(ctx) }
                <nav class="panes" role="tablist" aria-label="Parts of the page">
                    if model.course.is_some() {
                        { self.pane_tab(ctx, "Lesson", Message::Side(Side::Lesson),
                            model.pane == Pane::Side && model.side == Side::Lesson) }
                    }
                    { self.pane_tab(ctx, "Diagram", Message::Pane(Pane::Stage), model.pane == Pane::Stage) }
                    { self.pane_tab(ctx, "Files", Message::Side(Side::Files),
                        model.pane == Pane::Side && model.side == Side::Files) }
                    { self.pane_tab(ctx, "Browser", Message::Side(Side::Browser),
                        model.pane == Pane::Side && model.side == Side::Browser) }
                    { self.pane_tab(ctx, "Hops", Message::Pane(Pane::Hops), model.pane == Pane::Hops) }
                </nav>
                <main class="main" data-pane={pane}>
                    { self.side(ctx) }
                    { self.stage(ctx) }
                    { self.hops(ctx) }
                    { self.terminal(ctx) }
                </main>
                { self.shelf.notice() }
                <p class="visually-hidden" role="status">{ self.spoken() }</p>
                { self.library.gallery() }
            </div>
        }
    }
}

impl Page {
    /// Goes on with what was kept, or does what the link asks, once the scenario is there.
    fn go_on(&mut self) {
        if self.shelf.has_work() {
            self.shelf.resume(&mut self.model);
        } else {
            for line in std::mem::take(&mut self.link.run) {
                self.model.update(Message::Line(line));
            }
        }
        self.model.check();
    }

    fn next_frame(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.frame = Some(request_animation_frame(move |at| link.send_message(Msg::Frame(at))));
    }

    /// How high the page would be if nothing of the diagram had to be scrolled.
    fn wished(&self) -> i32 {
        let window = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let beyond = self.stage.cast::<Element>().map_or(0, |it| it.scroll_height() - it.client_height());
        window as i32 + beyond
    }

    fn width(&self) -> f64 {
        self.stage.cast::<Element>().map_or(0, |stage| stage.client_width()).max(300).into()
    }

    fn fingerprint(&self, width: f64) -> Fingerprint {
        let model = &self.model;
        let screen = &model.session.terminals()[model.terminal].screen;
        Fingerprint {
            version: model.session.cluster().store().version(),
            screen: (screen.len(), screen.last().map_or(0, |(_, text)| text.len())),
            busy: model.session.is_busy(),
            forwarding: model.forwarding,
            seconds: model.session.now().unix(),
            playhead: model.show.as_ref().map(|show| show.playhead),
            width,
            coming: model.browser.coming.is_some(),
            lesson: self.library.version(model),
        }
    }

    fn send(&self, ctx: &Context<Self>, message: Message) -> Callback<MouseEvent> {
        ctx.link().callback(move |_| Msg::Model(message.clone()))
    }

    fn pane_tab(&self, ctx: &Context<Self>, words: &'static str, message: Message, on: bool) -> Html {
        html! {
            <button role="tab" aria-selected={on.to_string()} onclick={self.send(ctx, message)}>{ words }</button>
        }
    }

    /// What a screen reader is told: the outcome of the request on show.
    fn spoken(&self) -> String {
        self.model.show.as_ref().map(|show| show.trace.paragraph()).unwrap_or_default()
    }
}
