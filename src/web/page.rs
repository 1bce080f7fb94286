//! The whole page: its panes, and the loop that lets time pass. Each pane is a file of its own.

mod explain;
mod files;
mod head;
mod menus;
mod side;
mod stage;
mod terminals;

use super::diagram::Gesture;
use super::embed::{Arrival, Embed};
use super::held::Held;
use super::library::{self, Library};
use super::measure::Canvas;
use super::naming::Naming;
use super::shelf::{self, Shelf};
use super::splitter::Splitter;
use crate::api::Instant;
use crate::app::model::{Model, Pane};
use crate::app::opening;
use crate::app::permalink::Permalink;
use crate::app::scene::Point;
use crate::app::update::Message;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::utils::window;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgElement};
use yew::prelude::*;

/// The longest a frame counts: after a pause (a hidden tab) time goes on, it does not jump.
const LONGEST_FRAME: f64 = 100.0;

/// How much is seen around a packet, in CSS pixels.
const AROUND: f64 = 52.0;

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
    /// Made once: a callback made anew at every view would make its component draw again.
    on_model: Callback<Message>,
    on_gesture: Callback<Gesture>,
    /// The thing of the diagram that gets the focus back.
    refocus: Option<String>,
    /// The parts that packets do not change, as they were last made.
    held: Parts,
    /// Whether those may have changed since.
    stale: bool,
    /// The stage's width, as of the latest frame.
    width: f64,
    /// Where the packet was when the diagram was last scrolled after it.
    followed: Option<Point>,
}

/// What happens to the page.
pub enum Msg {
    /// A frame is due, at this time in milliseconds.
    Frame(f64),
    /// The stage is there: the diagram is drawn to its width before anything is painted.
    Measured,
    /// A message for the model.
    Model(Message),
    /// A person did something to the diagram.
    Gesture(Gesture),
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

/// The parts of the page that packets do not change.
#[derive(Clone, Default)]
struct Parts {
    stamp: u64,
    head: Html,
    side: Html,
    terminal: Html,
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
            on_model: ctx.link().callback(Msg::Model),
            on_gesture: ctx.link().callback(Msg::Gesture),
            held: Parts::default(),
            stale: true,
            width: 0.0,
            refocus: None,
            followed: None,
        };
        if page.model.wanted.is_none() {
            page.go_on();
        }
        page.next_frame(ctx);
        page
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        self.stale |= !matches!(msg, Msg::Frame(_));
        let changed = self.take(ctx, msg);
        if changed && std::mem::take(&mut self.stale) {
            let (head, side, terminal) = (self.head(ctx), self.side(ctx), self.terminal(ctx));
            self.held = Parts { stamp: self.held.stamp + 1, head, side, terminal };
        }
        changed
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            ctx.link().send_message(Msg::Measured);
        }
        if let Some(id) = self.refocus.take() {
            let found = gloo::utils::document().query_selector(&format!("[data-id=\"{id}\"]")).ok().flatten();
            if let Some(thing) = found.and_then(|thing| thing.dyn_into::<SvgElement>().ok()) {
                // Nothing can be done about a focus that a browser refuses.
                let _ = thing.focus();
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
        let splitters = html! {
            <>
                <Splitter name="left" label="Width of the side pane" usual={25.0} />
                <Splitter name="right" label="Width of the explaining pane" usual={27.0} />
                <Splitter name="term" label="Height of the terminal" usual={32.0} />
            </>
        };
        if self.width == 0.0 {
            // Only what says how wide the stage is: all else is made once, with the diagram in it.
            return html! {
                <div class="app" data-view={self.link.view.as_str()}>
                    <main class="main" data-pane={pane}>
                        <section class="pane stage"><div class="plane"><div class="scroll" ref={self.stage.clone()} /></div></section>
                        { splitters }
                    </main>
                </div>
            };
        }
        let Parts { stamp, head, side, terminal } = self.held.clone();
        html! {
            <div class="app" data-view={self.link.view.as_str()}>
                <Held {stamp} part={head} />
                <main class="main" data-pane={pane}>
                    <Held {stamp} part={side} />
                    { self.stage(ctx) }
                    { self.hops(ctx) }
                    <Held {stamp} part={terminal} />
                    { splitters }
                </main>
                { self.shelf.notice() }
                <p class="visually-hidden" role="status">{ self.spoken() }</p>
                { self.library.gallery() }
            </div>
        }
    }
}

impl Page {
    /// Does what a message asks; whether the page looks otherwise now.
    fn take(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
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
                self.width = self.measured();
                self.follow();
                self.model.draw(self.width, &self.canvas);
                self.front.look(&self.model);
                self.shelf.keep(&self.model, &self.link, at);
                self.shelf.fetch(&self.model);
                let now = self.fingerprint();
                let changed = now != self.shown;
                self.shown.playhead = now.playhead;
                self.stale |= now != self.shown;
                self.shown = now;
                if changed {
                    self.embed.wish(self.wished());
                }
                changed
            }
            Msg::Measured => {
                self.width = self.measured();
                self.model.draw(self.width, &self.canvas);
                true
            }
            Msg::Gesture(gesture) => {
                let message = self.meant(gesture);
                self.take(ctx, Msg::Model(message))
            }
            Msg::Model(message) => {
                self.shelf.begin(&message);
                if !self.offered.is_empty() {
                    self.offered = Rc::default();
                }
                let selected = self.model.selected.clone();
                self.model.update(message);
                if let (Some(before), None) = (selected, &self.model.selected) {
                    self.refocus = Some(before.id());
                }
                self.model.draw(self.width, &self.canvas);
                self.front.look(&self.model);
                self.shelf.keep(&self.model, &self.link, self.last);
                self.shown = self.fingerprint();
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
                Some(clock) => self.take(ctx, Msg::Frame(clock.now())),
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

    /// Goes on with what was kept, or does what the link asks, once the scenario is there.
    fn go_on(&mut self) {
        if self.shelf.has_work() {
            self.shelf.resume(&mut self.model);
        } else {
            let lines = std::mem::take(&mut self.link.run);
            self.model.run_lines(&lines);
        }
        self.model.check();
    }

    fn next_frame(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.frame = Some(request_animation_frame(move |at| link.send_message(Msg::Frame(at))));
    }

    /// Scrolls the diagram so that a packet that moved, or what stopped it, stays in sight: in the frame after, when that is
    /// laid out. Not by the browser's `scrollIntoView`: that would scroll the post around the frame as well.
    fn follow(&mut self) {
        let at = self.model.motion().packet().map(|leg| leg.to);
        if std::mem::replace(&mut self.followed, at) == at {
            return;
        }
        let (Some(at), Some(stage)) = (at, self.stage.cast::<Element>()) else { return };
        let zoom = self.model.zoom;
        // The words of a failure stand below it.
        let keep = |from: i32, room: i32, at: f64| {
            let (least, most) = (at * zoom + AROUND - f64::from(room), at * zoom - AROUND);
            if least > most { most as i32 } else { from.clamp(least as i32, most.max(0.0) as i32) }
        };
        stage.set_scroll_top(keep(stage.scroll_top(), stage.client_height(), at.y));
        stage.set_scroll_left(keep(stage.scroll_left(), stage.client_width(), at.x));
    }

    /// How high the page would be if nothing of the diagram had to be scrolled.
    fn wished(&self) -> i32 {
        let window = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let beyond = self.stage.cast::<Element>().map_or(0, |it| it.scroll_height() - it.client_height());
        window as i32 + beyond
    }

    /// The stage's width. Asked at the beginning of a frame, before anything is changed: later the browser would have to lay
    /// out the page for the answer, and then once more.
    fn measured(&self) -> f64 {
        self.stage.cast::<Element>().map_or(0, |stage| stage.client_width()).max(300).into()
    }

    fn fingerprint(&self) -> Fingerprint {
        let model = &self.model;
        let screen = &model.session.terminals()[model.terminal].screen;
        Fingerprint {
            version: model.session.cluster().store().version(),
            screen: (screen.len(), screen.last().map_or(0, |(_, text)| text.len())),
            busy: model.session.is_busy(),
            forwarding: model.forwarding,
            seconds: model.session.now().unix(),
            playhead: model.show.as_ref().map(|show| show.playhead),
            width: self.width,
            coming: model.browser.coming.is_some(),
            lesson: self.library.version(model),
        }
    }

    fn send(&self, ctx: &Context<Self>, message: Message) -> Callback<MouseEvent> {
        ctx.link().callback(move |_| Msg::Model(message.clone()))
    }

    /// A gesture as a message: what only the page knows, its size, is put in.
    fn meant(&self, gesture: Gesture) -> Message {
        match gesture {
            Gesture::Point(entity) => Message::Select(entity),
            Gesture::Drag(from, to) => Message::Drag(from, to),
            Gesture::From(entity, verb) => Message::AimFrom(entity, verb),
            Gesture::Release => Message::Release,
            Gesture::Zoom(factor) => Message::Zoom(self.model.zoom * factor),
            Gesture::Fit => {
                let room = self.stage.cast::<Element>().map_or(0, |stage| stage.client_height());
                let whole = f64::from(room - 4) / self.model.scene.height.max(1.0);
                Message::Zoom(whole.min(1.0))
            }
        }
    }

    /// How long the session has lasted at an instant.
    fn elapsed(&self, at: Instant) -> String {
        let began = self.model.session.beginning().profile.start;
        let elapsed = at.since(began).as_secs();
        format!("{:02}:{:02}:{:02}", elapsed / 3600, elapsed / 60 % 60, elapsed % 60)
    }

    /// What a screen reader is told: the outcome of the request on show.
    fn spoken(&self) -> String {
        self.model.show.as_ref().map(|show| show.trace.paragraph()).unwrap_or_default()
    }
}
