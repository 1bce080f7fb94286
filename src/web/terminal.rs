//! The terminal: what was printed, the line being typed, its history. Decides nothing.

use crate::shell::Stream;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlInputElement};
use yew::prelude::*;

/// What kind of text a piece of the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A prompt and what was typed after it.
    Prompt,
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl From<Stream> for Ink {
    fn from(stream: Stream) -> Self {
        match stream {
            Stream::Typed => Self::Prompt,
            Stream::Out => Self::Out,
            Stream::Err => Self::Err,
        }
    }
}

/// What the terminal shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was printed, piece by piece.
    pub screen: Rc<Vec<(Ink, String)>>,
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
    /// Called with each line entered.
    pub online: Callback<String>,
    /// Called for Ctrl-C.
    pub oninterrupt: Callback<()>,
    /// Called for Tab, with the line and the cursor in it, in characters.
    pub oncomplete: Callback<(String, usize)>,
    /// Called for Ctrl-L.
    pub onclear: Callback<()>,
}

/// The terminal.
#[component]
pub fn Terminal(props: &Props) -> Html {
    let screen = use_node_ref();
    let input = use_node_ref();
    let recalled = use_state_eq(|| None::<usize>);
    {
        let screen = screen.clone();
        use_effect_with((props.screen.clone(), props.busy), move |_| {
            if let Some(element) = screen.cast::<web_sys::Element>() {
                element.set_scroll_top(element.scroll_height());
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
    let enter = {
        let (input, recalled, online) = (input.clone(), recalled.clone(), props.online.clone());
        move || {
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
    let onkeydown = {
        let (enter, recall) = (enter.clone(), recall.clone());
        let (interrupt, complete, clear) =
            (props.oninterrupt.clone(), props.oncomplete.clone(), props.onclear.clone());
        Callback::from(move |event: KeyboardEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let selected = input.selection_start().ok() != input.selection_end().ok();
            match (event.ctrl_key(), event.key().as_str()) {
                (false, "Enter") => enter(),
                (false, "ArrowUp") => recall(true),
                (false, "ArrowDown") => recall(false),
                // A Tab on an empty line moves on: the terminal is no trap for the keyboard.
                (false, "Tab") if !event.shift_key() && !input.value().is_empty() => {
                    let cursor = input.selection_start().ok().flatten().unwrap_or(0) as usize;
                    complete.emit((input.value(), cursor));
                }
                (true, "c") if !selected => {
                    input.set_value("");
                    interrupt.emit(());
                }
                (true, "l") => clear.emit(()),
                _ => return,
            }
            event.prevent_default();
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
        let input = input.clone();
        Box::new(move || {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                complete.emit((input.value(), input.value().chars().count()));
            }
        })
    };
    html! {
        <>
            <div class="screen" ref={screen} onclick={focus}>
                <div role="log" aria-label="Terminal output">
                    { for pieces(&props.screen) }
                </div>
                <label class="typed">
                    <span class="p">{ props.prompt.clone() }</span>
                    <span class="visually-hidden">{ "Command line" }</span>
                    <input ref={input.clone()} type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
                        enterkeyhint="go" aria-label={if props.busy { "Input of the running command" } else { "Command line" }}
                        {onkeydown} {onpaste} />
                </label>
            </div>
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

/// The screen's pieces, those of one ink joined.
fn pieces(screen: &[(Ink, String)]) -> Vec<Html> {
    screen
        .chunk_by(|(a, _), (b, _)| a == b)
        .map(|run| {
            let text: String = run.iter().map(|(_, text)| text.as_str()).collect();
            let class = match run[0].0 {
                Ink::Prompt => "p",
                Ink::Out => "o",
                Ink::Err => "e",
            };
            html! { <span {class}>{ text }</span> }
        })
        .collect()
}
