//! The terminal: what was printed, the line being typed, its history. Decides nothing.

use crate::app::scene::Entity;
use crate::app::screen::{Piece, Row};
use crate::shell::Stream;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlInputElement};
use yew::prelude::*;

/// What the terminal shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was printed, row by row.
    pub rows: Rc<Vec<Row>>,
    /// The prompt before the line being typed.
    pub prompt: AttrValue,
    /// Whether a command is running: then the line is its input, and Ctrl-C ends it.
    pub busy: bool,
    /// The lines typed so far, oldest first.
    pub history: Rc<Vec<String>>,
    /// Commands offered for a click.
    pub suggestions: Vec<String>,
    /// A line to put in place of what is typed: a completion, with a number that grows.
    pub completion: (u32, String),
    /// What the word being typed could be, after a Tab that could not decide.
    pub offered: Rc<Vec<String>>,
    /// Called with each line entered.
    pub online: Callback<String>,
    /// Called for Ctrl-C.
    pub oninterrupt: Callback<()>,
    /// Called for Tab, with the line and the cursor in it, in characters.
    pub oncomplete: Callback<(String, usize)>,
    /// Called for Ctrl-L.
    pub onclear: Callback<()>,
    /// Called with a thing whose name was clicked.
    pub onname: Callback<Entity>,
}

/// A search through the history, from its newest line on.
#[derive(Clone, Debug, PartialEq)]
struct Search {
    words: String,
    /// The line that is found: the newest before `below` that holds the words.
    found: Option<usize>,
}

impl Search {
    fn find(words: &str, history: &[String], below: usize) -> Self {
        let found = history[..below.min(history.len())].iter().rposition(|line| line.contains(words));
        Self { words: words.to_owned(), found }
    }

    fn line<'h>(&self, history: &'h [String]) -> &'h str {
        self.found.and_then(|at| history.get(at)).map_or("", String::as_str)
    }
}

/// The terminal.
#[component]
pub fn Terminal(props: &Props) -> Html {
    let screen = use_node_ref();
    let input = use_node_ref();
    let back = use_mut_ref(|| false);
    let recalled = use_state_eq(|| None::<usize>);
    let search = use_state_eq(|| None::<Search>);
    {
        // The screen's style keeps it at its end, unless somebody has scrolled back: a line that is run brings them to the end.
        let (screen, back) = (screen.clone(), back.clone());
        use_effect_with(props.history.len(), move |_| {
            if let Some(screen) = screen.cast::<web_sys::Element>().filter(|_| back.replace(false)) {
                screen.set_scroll_top(0);
            }
        });
    }
    {
        let input = input.clone();
        use_effect_with(props.completion.clone(), move |(turn, line)| {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|_| *turn > 0) {
                input.set_value(line);
            }
        });
    }
    let take = {
        // Ends a search; the line it found stays.
        let (input, search, history) = (input.clone(), search.clone(), props.history.clone());
        move || {
            if let (Some(found), Some(input)) = (&*search, input.cast::<HtmlInputElement>()) {
                input.set_value(found.line(&history));
                search.set(None);
            }
        }
    };
    let enter = {
        let (input, recalled, online, take) =
            (input.clone(), recalled.clone(), props.online.clone(), take.clone());
        move || {
            take();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let line = input.value();
            input.set_value("");
            recalled.set(None);
            online.emit(line);
        }
    };
    let recall = {
        let (input, recalled, history) = (input.clone(), recalled.clone(), props.history.clone());
        move |back: bool| {
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let at = match (back, *recalled) {
                (true, None) => history.len().checked_sub(1),
                (true, Some(at)) => Some(at.saturating_sub(1)),
                (false, Some(at)) if at + 1 < history.len() => Some(at + 1),
                (false, _) => None,
            };
            recalled.set(at);
            input.set_value(at.and_then(|at| history.get(at)).map_or("", |line| line));
        }
    };
    let further = {
        // Begins a search, or goes on to an older line.
        let (input, search, history) = (input.clone(), search.clone(), props.history.clone());
        move || match &*search {
            None => {
                let Some(input) = input.cast::<HtmlInputElement>() else { return };
                search.set(Some(Search::find(&input.value(), &history, history.len())));
            }
            Some(now) => {
                let older = Search::find(&now.words, &history, now.found.unwrap_or(0));
                if older.found.is_some() {
                    search.set(Some(older));
                }
            }
        }
    };
    let onkeydown = {
        let (enter, recall, take, further, search) =
            (enter.clone(), recall.clone(), take.clone(), further.clone(), search.clone());
        let (interrupt, complete, clear) =
            (props.oninterrupt.clone(), props.oncomplete.clone(), props.onclear.clone());
        Callback::from(move |event: KeyboardEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let selected = input.selection_start().ok() != input.selection_end().ok();
            match (event.ctrl_key(), event.key().as_str()) {
                (true, "r") => further(),
                (true, "g") | (false, "Escape") if search.is_some() => search.set(None),
                (false, "Tab" | "ArrowRight" | "ArrowLeft" | "End" | "Home") if search.is_some() => take(),
                (false, "Enter") => enter(),
                (false, "ArrowUp") => recall(true),
                (false, "ArrowDown") => recall(false),
                // A Tab on an empty line moves on: the terminal is no trap for the keyboard.
                (false, "Tab") if !event.shift_key() && !input.value().is_empty() => {
                    let units = input.selection_start().ok().flatten().unwrap_or(0) as usize;
                    let before: Vec<u16> = input.value().encode_utf16().take(units).collect();
                    complete.emit((input.value(), char::decode_utf16(before).count()));
                }
                (true, "c") if !selected => {
                    search.set(None);
                    input.set_value("");
                    interrupt.emit(());
                }
                (true, "l") => clear.emit(()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let oninput = {
        let (search, history) = (search.clone(), props.history.clone());
        Callback::from(move |event: InputEvent| {
            if search.is_some() {
                let words = event.target_unchecked_into::<HtmlInputElement>().value();
                search.set(Some(Search::find(&words, &history, history.len())));
            }
        })
    };
    let onpaste = {
        let online = props.online.clone();
        Callback::from(move |event: Event| {
            let Some(event) = event.dyn_ref::<ClipboardEvent>() else { return };
            let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
            let text = text.replace("\r\n", "\n");
            if let Some((lines, rest)) = text.rsplit_once('\n') {
                event.prevent_default();
                let input: HtmlInputElement = event.target_unchecked_into();
                online.emit(input.value() + lines);
                input.set_value(rest);
            }
        })
    };
    let focus = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            let chosen = web_sys::window().and_then(|w| w.get_selection().ok().flatten());
            if chosen.is_none_or(|selection| selection.is_collapsed())
                && let Some(input) = input.cast::<HtmlInputElement>()
            {
                // Nothing can be done about a focus that a browser refuses.
                let _ = input.focus();
            }
        })
    };
    let onscroll = Callback::from(move |event: Event| {
        *back.borrow_mut() = event.target_unchecked_into::<web_sys::Element>().scroll_top() != 0;
    });
    let suggest = |line: &String| {
        let (online, text) = (props.online.clone(), line.clone());
        let onclick = Callback::from(move |_: MouseEvent| online.emit(text.clone()));
        html! { <button {onclick}>{ line }</button> }
    };
    let key = |name: &'static str, act: Box<dyn Fn()>| {
        html! { <button onclick={Callback::from(move |_: MouseEvent| act())}>{ name }</button> }
    };
    let (interrupt, complete) = (props.oninterrupt.clone(), props.oncomplete.clone());
    let insert = |text: &'static str| {
        let input = input.clone();
        Box::new(move || {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.set_value(&(input.value() + text));
                let _ = input.focus();
            }
        }) as Box<dyn Fn()>
    };
    let tab = {
        let (input, take, search) = (input.clone(), take.clone(), search.clone());
        Box::new(move || {
            if search.is_some() {
                take();
            } else if let Some(input) = input.cast::<HtmlInputElement>() {
                complete.emit((input.value(), input.value().chars().count()));
            }
        })
    };
    let prompt = match &*search {
        None => html! { <span class="p">{ props.prompt.clone() }</span> },
        Some(found) => html! {
            <span class="p found" role="status">
                { if found.found.is_some() { "search back: " } else { "search back, nothing found: " } }
                <span class="o">{ found.line(&props.history) }</span>{ " " }
            </span>
        },
    };
    let label = match (&*search, props.busy) {
        (Some(_), _) => "Search the history",
        (None, true) => "Input of the running command",
        (None, false) => "Command line",
    };
    html! {
        <>
            <div class="screen" ref={screen} onclick={focus} {onscroll}>
                <div>
                    <div role="log" aria-label="Terminal output">
                        { for props.rows.iter().map(|row| draw(row, &props.onname)) }
                    </div>
                    <label class="typed">
                        { prompt }
                        <input ref={input.clone()} type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
                            enterkeyhint="go" aria-label={label} {oninput} {onkeydown} {onpaste} />
                    </label>
                </div>
            </div>
            if props.offered.len() > 1 {
                <p class="offered" role="status">{ props.offered.join("  ") }</p>
            }
            if !props.suggestions.is_empty() && !props.busy {
                <div class="suggest" role="group" aria-label="Suggested commands">
                    { for props.suggestions.iter().map(suggest) }
                </div>
            }
            <div class="keys" role="group" aria-label="Keys">
                { key("Tab", tab) }
                { key("Ctrl-C", Box::new(move || interrupt.emit(()))) }
                { key("↑", Box::new(move || recall(true))) }
                { key("|", insert("|")) }
                { key("-", insert("-")) }
            </div>
        </>
    }
}

/// A row. Each is an element of its own, so that a screen reader is told the new ones only.
fn draw(row: &Row, onname: &Callback<Entity>) -> Html {
    let piece = |piece: &Piece| {
        let class = match piece.ink {
            Stream::Typed => "p",
            Stream::Out => "o",
            Stream::Err => "e",
        };
        match &piece.names {
            None => html! { <span {class}>{ &piece.text }</span> },
            Some(entity) => {
                let (onname, entity) = (onname.clone(), entity.clone());
                // By keyboard the thing itself is reached in the diagram; a stop at every name would bury the command line.
                html! {
                    <span class="o name" title="Show it in the diagram"
                        onclick={Callback::from(move |_: MouseEvent| onname.emit(entity.clone()))}>{ &piece.text }</span>
                }
            }
        }
    };
    html! { <div>{ for row.iter().map(piece) }</div> }
}
