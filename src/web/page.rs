//! The whole page: its panes, and the loop that lets time pass.

use super::browser::{Browser, Visit};
use super::diagram::Diagram;
use super::editor::Editor;
use super::embed::{Arrival, Embed};
use super::glyph::Glyph;
use super::hops::Hops;
use super::measure::Canvas;
use super::reach::{Reach, Table};
use super::request::RequestBar;
use super::review::Review;
use super::terminal::{Ink, Terminal};
use crate::app::details::details;
use crate::app::form::{sources, targets};
use crate::app::hops::{rows, verdict};
use crate::app::model::{Model, Pace, Pane, Side, Talk};
use crate::app::permalink::Permalink;
use crate::app::update::Message;
use crate::app::{opening, scenario};
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::utils::window;
use std::rc::Rc;
use std::time::Duration;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The longest a frame counts: after a pause (a hidden tab) time goes on, it does not jump.
const LONGEST_FRAME: f64 = 100.0;

/// The page.
pub struct Page {
    model: Model,
    link: Permalink,
    embed: Embed,
    canvas: Canvas,
    stage: NodeRef,
    frame: Option<AnimationFrame>,
    last: f64,
    shown: Fingerprint,
    completion: (u32, String),
}

/// What happens to the page.
pub enum Msg {
    /// A frame is due, at this time in milliseconds.
    Frame(f64),
    /// A message for the model.
    Model(Message),
    /// Tab was pressed in the terminal.
    Complete(String, usize),
    /// The other theme.
    Theme,
    /// Something came from the page around.
    Embed(Arrival),
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
        for line in &link.run {
            model.update(Message::Line(line.clone()));
        }
        let mut page = Self {
            model,
            link,
            embed: Embed::open(ctx.link().callback(Msg::Embed)),
            canvas: Canvas::new(),
            stage: NodeRef::default(),
            frame: None,
            last: 0.0,
            shown: Fingerprint::default(),
            completion: (0, String::new()),
        };
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
                self.next_frame(ctx);
                let width = self.width();
                self.model.draw(width, &self.canvas);
                let now = self.fingerprint(width);
                let changed = now != self.shown;
                self.shown = now;
                if changed {
                    self.embed.wish(self.wished());
                }
                changed
            }
            Msg::Model(message) => {
                self.model.update(message);
                let width = self.width();
                self.model.draw(width, &self.canvas);
                self.shown = self.fingerprint(width);
                true
            }
            Msg::Complete(line, cursor) => {
                if let Some(line) = self.model.complete(&line, cursor) {
                    self.completion = (self.completion.0 + 1, line);
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
                <p class="visually-hidden" role="status">{ self.spoken() }</p>
            </div>
        }
    }
}

impl Page {
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

    fn head(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let nodes = model.session.cluster().store().list_all(crate::api::Kind::Node).count();
        let place = format!(
            "{} · {nodes} {}",
            model.session.cluster().profile().name,
            if nodes == 1 { "node" } else { "nodes" }
        );
        let began = model.session.beginning().profile.start;
        let elapsed = model.session.now().since(began).as_secs();
        let clock = format!("{:02}:{:02}:{:02}", elapsed / 3600, elapsed / 60 % 60, elapsed % 60);
        let pace = |words: &'static str, label: &'static str, pace: Pace| {
            let on = (model.pace == pace).to_string();
            html! {
                <button aria-pressed={on} aria-label={label} title={label}
                    onclick={self.send(ctx, Message::Pace(pace))}>{ words }</button>
            }
        };
        let (undo, redo) = model.can_undo();
        let icon = |glyph: Glyph, label: &'static str, message: Message, on: bool| {
            html! {
                <button class="icon" aria-label={label} title={label} disabled={!on}
                    onclick={self.send(ctx, message)}>{ glyph.draw() }</button>
            }
        };
        html! {
            <header class="head">
                <h1>{ "cluster-playground" }</h1>
                <span class="where">{ place }</span>
                <span class="gap" />
                <span class="where" aria-label="Virtual time">{ clock }</span>
                <span class="time wide" role="group" aria-label="Pace of virtual time">
                    { pace("❚❚", "❚❚ Pause time", Pace::Paused) }
                    { pace("1×", "1×: real pace", Pace::Real) }
                    { pace("4×", "4×: four times as fast", Pace::Fast) }
                    { pace("»", "» Waits pass at once", Pace::Instant) }
                </span>
                { icon(Glyph::Undo, "Undo the last input", Message::Undo, undo) }
                { icon(Glyph::Redo, "Redo", Message::Redo, redo) }
                { icon(Glyph::Reset, "Start again", Message::Reset, undo) }
                <button class="icon" aria-label="Light or dark" title="Light or dark"
                    onclick={ctx.link().callback(|_| Msg::Theme)}>{ Glyph::Theme.draw() }</button>
            </header>
        }
    }

    fn side(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let files = scenario::files(&model.session).into_iter().map(|path| {
            let name = scenario::short(path).to_owned();
            let dot = model
                .drafts
                .contains_key(path)
                .then(|| html! { <span class="dot" aria-label="not saved">{ "●" }</span> });
            html! {
                <button role="tab" aria-selected={(path == model.open).to_string()} title={path.to_owned()}
                    onclick={self.send(ctx, Message::Open(path.to_owned()))}>{ name }{ dot }</button>
            }
        });
        let body = match model.side {
            Side::Files => html! {
                <div class="editor">
                    <div class="tabs" role="tablist" aria-label="Files">{ for files }</div>
                    <Editor path={model.open.clone()} text={Rc::<str>::from(model.text())} readonly={self.link.readonly}
                        markers={Rc::new(Vec::new())} highlight={None::<u32>}
                        onedit={link.callback(|text| Msg::Model(Message::Edit(text)))}
                        onapply={link.callback(|()| Msg::Model(Message::Apply))} />
                    <div class="bar">
                        <button class="primary" onclick={self.send(ctx, Message::Apply)}>{ "Apply" }</button>
                        <span class="note">{ if model.drafts.contains_key(&model.open) { "changed, not applied" } else { "" } }</span>
                    </div>
                </div>
            },
            Side::Browser => html! {
                <Browser address={model.browser.address.clone()} shown={model.browser.shown.clone()}
                    onvisit={link.callback(|Visit { method, url }| Msg::Model(Message::Visit { method, url }))} />
            },
        };
        let tab = |words: &'static str, side: Side| {
            html! {
                <button role="tab" aria-selected={(model.side == side).to_string()}
                    onclick={self.send(ctx, Message::Side(side))}>{ words }</button>
            }
        };
        html! {
            <section class="pane side" aria-label="Files and browser">
                <div class="tabs wide" role="tablist" aria-label="Side pane">
                    { tab("Files", Side::Files) }
                    { tab("Browser", Side::Browser) }
                </div>
                { body }
            </section>
        }
    }

    fn stage(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let store = model.session.cluster().store();
        let show = model.show.as_ref();
        let failure = show.and_then(|show| show.trace.failed_hop().map(|_| show.trace.outcome.words()));
        html! {
            <section class="pane stage" aria-label="Diagram">
                <RequestBar form={model.form.clone()} sources={sources(store)} targets={targets(store, &model.form)}
                    onchange={link.callback(|form| Msg::Model(Message::Form(form)))}
                    onsend={link.callback(|()| Msg::Model(Message::Send))} />
                <div class="scroll" ref={self.stage.clone()}>
                    <Diagram scene={model.scene.clone()} motion={model.motion()} failure={failure.map(AttrValue::from)}
                        selected={model.selected.clone()}
                        onselect={link.callback(|entity| Msg::Model(Message::Select(entity)))} />
                    if model.forwarding {
                        <span class="forward">{ "▸▸ fast-forward" }</span>
                    }
                </div>
                { self.card(ctx) }
                { show.map(|show| self.playback(ctx, show)).unwrap_or_default() }
            </section>
        }
    }

    fn playback(&self, ctx: &Context<Self>, show: &crate::app::model::Show) -> Html {
        let icon = |glyph: Glyph, label: &'static str, message: Message| {
            html! {
                <button class="icon" aria-label={label} title={label} onclick={self.send(ctx, message)}>{ glyph.draw() }</button>
            }
        };
        let (glyph, label) = if show.playing { (Glyph::Pause, "Pause") } else { (Glyph::Play, "Play") };
        let slide = ctx.link().callback(|event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            Msg::Model(Message::Seek(value.parse().unwrap_or(0)))
        });
        let rate = ctx.link().callback(|event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            Msg::Model(Message::Rate(value.parse().unwrap_or(1.0)))
        });
        let hops = show.trace.hops.len().saturating_sub(1);
        let at = self.model.motion().hop().unwrap_or(0);
        html! {
            <div class="playback" role="group" aria-label="Playback of the request">
                { icon(Glyph::Back, "A hop back", Message::Step(false)) }
                { icon(glyph, label, Message::Play) }
                { icon(Glyph::Forward, "A hop forward", Message::Step(true)) }
                <input type="range" min="0" max={hops.to_string()} value={at.to_string()} aria-label="Hop" oninput={slide} />
                <select aria-label="Rate of the playback" onchange={rate}>
                    { for [("0.25", "¼×"), ("1", "1×"), ("4", "4×")].map(|(value, words)| html! {
                        <option {value} selected={value.parse() == Ok(self.model.rate)}>{ words }</option>
                    }) }
                </select>
            </div>
        }
    }

    fn hops(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let show = model.show.as_ref();
        let run = || ctx.link().callback(|line| Msg::Model(Message::Line(line)));
        let tab = |words: String, talk: Talk| {
            html! {
                <button role="tab" aria-selected={(model.talk == talk).to_string()}
                    onclick={self.send(ctx, Message::Talk(talk))}>{ words }</button>
            }
        };
        let review = match model.findings.len() {
            0 => "Review".to_owned(),
            count => format!("Review ({count})"),
        };
        let body = match model.talk {
            Talk::Hops => html! {
                <Hops verdict={show.map(|show| verdict(&show.trace))}
                    rows={show.map(|show| rows(&show.trace)).unwrap_or_default()}
                    now={model.motion().hop()}
                    onseek={ctx.link().callback(|hop| Msg::Model(Message::Seek(hop)))} onrun={run()} />
            },
            Talk::Reach => html! {
                <Reach table={Rc::new(Table::of(&model.matrix))}
                    onshow={ctx.link().callback(|(row, column)| Msg::Model(Message::Cell(row, column)))} />
            },
            Talk::Review => html! { <Review findings={model.findings.clone()} onrun={run()} /> },
        };
        html! {
            <section class="pane hops" aria-label="Hops of the request">
                <div class="tabs" role="tablist" aria-label="What is explained">
                    { tab("Hops".to_owned(), Talk::Hops) }
                    { tab("Reach".to_owned(), Talk::Reach) }
                    { tab(review, Talk::Review) }
                </div>
                { body }
            </section>
        }
    }

    /// What can be done with the thing that was pointed at.
    fn card(&self, ctx: &Context<Self>) -> Html {
        let Some(entity) = &self.model.selected else { return Html::default() };
        let Some(details) = details(entity, &self.model.scene) else { return Html::default() };
        html! {
            <div class="card" role="group" aria-label="The chosen thing">
                <p>{ details.words }</p>
                <div>
                    { for details.commands.into_iter().map(|(words, command)| html! {
                        <button title={command.clone()} onclick={self.send(ctx, Message::Line(command))}>{ words }</button>
                    }) }
                    <button class="quiet" aria-label="Close" onclick={self.send(ctx, Message::Select(entity.clone()))}>{ "✕" }</button>
                </div>
            </div>
        }
    }

    fn terminal(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let terminals = model.session.terminals();
        let front = &terminals[model.terminal];
        let screen = front.screen.iter().map(|(stream, text)| (Ink::from(*stream), text.clone())).collect();
        let tab = |index: usize| {
            let busy = terminals[index].is_busy().then_some(" ●");
            html! {
                <button role="tab" aria-selected={(index == model.terminal).to_string()}
                    onclick={self.send(ctx, Message::Terminal(index))}>{ format!("Terminal {}", index + 1) }{ busy }</button>
            }
        };
        let suggestions =
            if front.history.is_empty() { scenario::suggestions(&self.link) } else { Vec::new() };
        html! {
            <section class="pane term" aria-label="Terminal">
                <div class="tabs">
                    <div class="tabs inner" role="tablist" aria-label="Terminals">{ for (0..terminals.len()).map(tab) }</div>
                    <button aria-label="New terminal" onclick={self.send(ctx, Message::Terminal(terminals.len()))}>{ Glyph::Plus.draw() }</button>
                </div>
                <Terminal screen={Rc::new(screen)} prompt={front.prompt()} busy={front.is_busy()}
                    history={Rc::new(front.history.clone())} {suggestions} completion={self.completion.clone()}
                    online={link.callback(|line| Msg::Model(Message::Line(line)))}
                    oninterrupt={link.callback(|()| Msg::Model(Message::Interrupt))}
                    oncomplete={link.callback(|(line, cursor)| Msg::Complete(line, cursor))}
                    onclear={link.callback(|()| Msg::Model(Message::Clear))} />
            </section>
        }
    }

    /// What a screen reader is told: the outcome of the request on show.
    fn spoken(&self) -> String {
        self.model.show.as_ref().map(|show| show.trace.paragraph()).unwrap_or_default()
    }
}
