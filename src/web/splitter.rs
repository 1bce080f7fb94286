//! A bar between panes that can be moved, by pointer and by keyboard. Where it was left is kept in the browser.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Storage};
use yew::prelude::*;

/// Which bar it is.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// `left`, `right` or `term`: it sets the style sheet's `--split-NAME`.
    pub name: &'static str,
    /// What it changes, for whoever does not see it.
    pub label: &'static str,
    /// Where it is unless it was moved, in percent of the panes.
    pub usual: f64,
}

/// The least and the most a pane takes, in percent.
const LEAST: f64 = 12.0;
const MOST: f64 = 70.0;

/// The bar.
#[component]
pub fn Splitter(props: &Props) -> Html {
    let bar = use_node_ref();
    let at = use_state_eq(|| None::<f64>);
    let name = props.name;
    {
        let (bar, at) = (bar.clone(), at.clone());
        use_effect_with((), move |()| {
            let kept = storage().and_then(|kept| kept.get_item(&slot(name)).ok().flatten());
            if let Some(percent) = kept.and_then(|text| text.parse().ok()) {
                place(&bar, name, Some(percent));
                at.set(Some(percent));
            }
        });
    }
    let set = {
        let (bar, at) = (bar.clone(), at.clone());
        move |percent: Option<f64>| {
            let percent = percent.map(|percent| percent.clamp(LEAST, MOST));
            place(&bar, name, percent);
            at.set(percent);
            // Keeping it is a courtesy: where the browser forbids it, the bar still moves.
            if let Some(kept) = storage() {
                let _ = match percent {
                    Some(percent) => kept.set_item(&slot(name), &format!("{percent:.1}")),
                    None => kept.remove_item(&slot(name)),
                };
            }
        }
    };
    let onpointerdown = Callback::from(|event: PointerEvent| {
        event.prevent_default();
        if let Some(bar) = event.target().and_then(|it| it.dyn_into::<Element>().ok()) {
            let _ = bar.set_pointer_capture(event.pointer_id());
        }
    });
    let onpointermove = {
        let (bar, set) = (bar.clone(), set.clone());
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 0 {
                return;
            }
            let Some(panes) = bar.cast::<Element>().and_then(|bar| bar.parent_element()) else { return };
            let area = panes.get_bounding_client_rect();
            let x = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0) * 100.0;
            let y = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0) * 100.0;
            set(Some(match name {
                "left" => x,
                "right" => 100.0 - x,
                _ => 100.0 - y,
            }));
        })
    };
    let value = at.unwrap_or(props.usual);
    let onkeydown = {
        let set = set.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match (name, event.key().as_str()) {
                ("left", "ArrowRight") | ("right", "ArrowLeft") | ("term", "ArrowUp") => 2.0,
                ("left", "ArrowLeft") | ("right", "ArrowRight") | ("term", "ArrowDown") => -2.0,
                (_, "Home") => return set(None),
                _ => return,
            };
            event.prevent_default();
            set(Some(value + step));
        })
    };
    let ondblclick = Callback::from(move |_: MouseEvent| set(None));
    html! {
        <div ref={bar} class={classes!("splitter", name)} role="separator" tabindex="0" aria-label={props.label}
            aria-orientation={if name == "term" { "horizontal" } else { "vertical" }}
            aria-valuenow={format!("{value:.0}")} aria-valuemin={LEAST.to_string()} aria-valuemax={MOST.to_string()}
            {onpointerdown} {onpointermove} {onkeydown} {ondblclick} />
    }
}

fn slot(name: &str) -> String {
    format!("cluster-playground:pane:{name}")
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Gives a pane its share, or its usual one back.
fn place(bar: &NodeRef, name: &str, percent: Option<f64>) {
    let panes = bar.cast::<Element>().and_then(|bar| bar.parent_element());
    let Some(panes) = panes.and_then(|panes| panes.dyn_into::<HtmlElement>().ok()) else { return };
    // A name of its own: the tokens have a colour called `--term`.
    let property = format!("--split-{name}");
    let _ = match percent {
        Some(percent) => panes.style().set_property(&property, &format!("{percent:.1}%")),
        None => panes.style().remove_property(&property).map(drop),
    };
}
