//! Asks for a file's name, or for a manifest to paste. Decides nothing.

use crate::app::update::FileAct;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The name of a new file.
    New,
    /// Another name for the open one.
    Rename,
    /// A manifest from somewhere else.
    Paste,
}

/// What the form shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is asked for.
    pub naming: Naming,
    /// The name the open file has.
    pub name: AttrValue,
    /// The directory names count from.
    pub cwd: AttrValue,
    /// Called with what is to be done, or nothing.
    pub ondone: Callback<Option<FileAct>>,
}

/// The form.
#[component]
pub fn NameForm(props: &Props) -> Html {
    let field = use_node_ref();
    let naming = props.naming;
    {
        let field = field.clone();
        let name = props.name.clone();
        use_effect_with(naming, move |naming| {
            if let Some(input) = field.cast::<HtmlInputElement>().filter(|_| *naming == Naming::Rename) {
                input.set_value(&name);
                input.select();
            }
            if let Some(field) = field.cast::<HtmlElement>() {
                // Nothing can be done about a focus that a browser refuses.
                let _ = field.focus();
            }
        });
    }
    let onsubmit = {
        let (field, ondone) = (field.clone(), props.ondone.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let area = field.cast::<HtmlTextAreaElement>().map(|area| area.value());
            let given = area.or_else(|| field.cast::<HtmlInputElement>().map(|input| input.value()));
            let given = given.unwrap_or_default();
            ondone.emit(Some(match naming {
                Naming::New => FileAct::New(given),
                Naming::Rename => FileAct::Rename(given),
                Naming::Paste => FileAct::Import(vec![("pasted.yaml".to_owned(), given)]),
            }));
        })
    };
    let cancel = {
        let ondone = props.ondone.clone();
        Callback::from(move |_: MouseEvent| ondone.emit(None))
    };
    let onkeydown = {
        let ondone = props.ondone.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                ondone.emit(None);
            }
        })
    };
    let (label, done) = match naming {
        Naming::New => ("Name of the new file", "Create"),
        Naming::Rename => ("New name of this file", "Rename"),
        Naming::Paste => ("Manifest", "Add it as pasted.yaml"),
    };
    html! {
        <form class="naming" {onsubmit} {onkeydown}>
            <label>{ label }
                if naming == Naming::Paste {
                    <textarea ref={field} rows="6" spellcheck="false" />
                } else {
                    <input ref={field} class="field" type="text" autocomplete="off" spellcheck="false" required=true />
                }
            </label>
            if naming != Naming::Paste { <p>{ format!("In {}, where the terminal is.", props.cwd) }</p> }
            <div>
                <button class="primary">{ done }</button>
                <button type="button" onclick={cancel}>{ "Cancel" }</button>
            </div>
        </form>
    }
}
