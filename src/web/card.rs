//! The card of a thing that was pointed at: what it is, what can be read of it and done with it. Decides nothing.

use crate::app::details::{Details, Leaf};
use crate::app::form::Verb;
use crate::app::scene::Entity;
use crate::app::update::Message;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What the card shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The thing.
    pub entity: Entity,
    /// What is known of it.
    pub details: Details,
    /// What is read of it, and its text.
    pub leaf: Option<(Leaf, String)>,
    /// Called for what is to be done.
    pub on: Callback<Message>,
    /// More buttons.
    #[prop_or_default]
    pub children: Html,
}

/// The card. It takes the focus when it opens, so that what it offers is one Tab away; Esc closes it.
#[component]
pub fn Card(props: &Props) -> Html {
    let root = use_node_ref();
    {
        let root = root.clone();
        use_effect_with(props.entity.clone(), move |_| {
            if let Some(card) = root.cast::<HtmlElement>() {
                // Nothing can be done about a focus that a browser refuses.
                let _ = card.focus();
            }
        });
    }
    let button = |words: AttrValue, title: Option<String>, message: Message| {
        let on = props.on.clone();
        html! { <button {title} onclick={Callback::from(move |_: MouseEvent| on.emit(message.clone()))}>{ words }</button> }
    };
    let onkeydown = {
        let on = props.on.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                on.emit(Message::Release);
            }
        })
    };
    let details = &props.details;
    let open = props.leaf.as_ref().map(|(leaf, _)| *leaf);
    let leaf = |(leaf, words): &(Leaf, &'static str)| {
        let (on, leaf) = (props.on.clone(), *leaf);
        html! {
            <button aria-pressed={(open == Some(leaf)).to_string()}
                onclick={Callback::from(move |_: MouseEvent| on.emit(Message::Leaf(Some(leaf))))}>{ *words }</button>
        }
    };
    let entity = &props.entity;
    html! {
        <div class="card" ref={root} tabindex="-1" role="dialog" aria-label="The chosen thing" {onkeydown}>
            <p>{ &details.words }</p>
            <div>
                if details.sends {
                    { button("Ping from here…".into(), None, Message::AimFrom(entity.clone(), Verb::Ping)) }
                    { button("HTTP from here…".into(), None, Message::AimFrom(entity.clone(), Verb::Http)) }
                }
                if let Some(owner) = &details.unfolds {
                    { button("Draw each pod".into(), None, Message::Unfold(owner.clone())) }
                }
                { for details.leaves.iter().map(leaf) }
                { for details.commands.iter().map(|(words, command)|
                    button((*words).into(), Some(command.clone()), Message::Run(command.clone()))) }
                { props.children.clone() }
                { button("Close".into(), None, Message::Release) }
            </div>
            if let Some((leaf, text)) = &props.leaf {
                <pre tabindex="0" class={classes!(leaf.is_prose().then_some("wrapped"))}>{ text }</pre>
            }
        </div>
    }
}
