//! A button that opens a few more things. Closes when one was chosen, on Escape and when the focus leaves. Decides nothing.

use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

/// What the menu shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its name.
    pub label: AttrValue,
    /// What stands on its button.
    pub face: Html,
    /// Whether something in it wants attention.
    #[prop_or_default]
    pub marked: bool,
    /// What is in it.
    pub children: Html,
}

/// The menu.
#[component]
pub fn Menu(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let whole = use_node_ref();
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let (open, whole) = (open.clone(), whole.clone());
        move || {
            open.set(false);
            let button = whole.cast::<Element>().and_then(|it| it.query_selector("button").ok().flatten());
            if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                // Nothing can be done about a focus that a browser refuses.
                let _ = button.focus();
            }
        }
    };
    let onkeydown = {
        let (open, close) = (open.clone(), close.clone());
        Callback::from(move |event: KeyboardEvent| {
            if *open && event.key() == "Escape" {
                event.stop_propagation();
                close();
            }
        })
    };
    let onfocusout = {
        let (open, whole) = (open.clone(), whole.clone());
        Callback::from(move |event: FocusEvent| {
            // Without a next thing the window itself lost the focus: a file dialog, another tab.
            let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
            if let Some((next, whole)) = next.zip(whole.cast::<Node>())
                && !whole.contains(Some(&next))
            {
                open.set(false);
            }
        })
    };
    let onpick = {
        let close = close.clone();
        Callback::from(move |event: MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| matches!(target.closest("button:not(.stay)"), Ok(Some(_)))) {
                close();
            }
        })
    };
    {
        // A click elsewhere closes it too.
        let (on, open, whole) = (*open, open.clone(), whole.clone());
        use_effect_with(on, move |on| {
            let listener = on.then(|| {
                gloo::events::EventListener::new(&document(), "pointerdown", move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                    let within = whole.cast::<Node>().is_some_and(|whole| whole.contains(target.as_ref()));
                    if !within {
                        open.set(false);
                    }
                })
            });
            move || drop(listener)
        });
    }
    html! {
        <div class="menu" ref={whole} {onkeydown} {onfocusout}>
            <button class={classes!("icon", props.marked.then_some("marked"))} aria-expanded={open.to_string()}
                aria-label={props.label.clone()} title={props.label.clone()} onclick={toggle}>{ props.face.clone() }</button>
            if *open {
                <div class="sheet" role="group" aria-label={props.label.clone()} onclick={onpick}>{ props.children.clone() }</div>
            }
        </div>
    }
}
