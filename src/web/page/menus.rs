//! The head's menus: the cluster and its faults, what is kept and shared. Decides nothing.

use super::{Msg, Page};
use crate::app::faults::{self, Offer};
use crate::app::profiles;
use crate::app::update::Message;
use crate::web::glyph::Glyph;
use crate::web::menu::Menu;
use crate::web::shelf::Ask;
use yew::prelude::*;

impl Page {
    pub(super) fn menus(&self, ctx: &Context<Self>) -> Html {
        html! { <>{ self.cluster_menu(ctx) }{ self.keep_menu(ctx) }</> }
    }

    /// A fault as a button that stays pressed while it is on.
    pub(super) fn fault(&self, ctx: &Context<Self>, offer: Offer) -> Html {
        html! {
            <button class="stay" aria-pressed={offer.on.to_string()} onclick={self.send(ctx, offer.message)}>{ offer.words }</button>
        }
    }

    fn cluster_menu(&self, ctx: &Context<Self>) -> Html {
        let cluster = self.model.session.cluster();
        let now = &cluster.profile().name;
        let profile = |name: &'static str| {
            html! {
                <button aria-pressed={(name == now).to_string()} onclick={self.send(ctx, Message::Profile(name.to_owned()))}>{ name }</button>
            }
        };
        let offers = faults::all(cluster);
        let marked = offers.iter().any(|offer| offer.on);
        html! {
            <Menu label="Cluster and faults" face={Glyph::Bolt.draw()} {marked}>
                <h2>{ "What goes wrong" }</h2>
                { for offers.into_iter().map(|offer| self.fault(ctx, offer)) }
                if self.model.course.is_none() {
                    <hr />
                    <h2>{ "Another cluster" }</h2>
                    <p>{ "It begins anew; your files stay." }</p>
                    { for profiles().map(profile) }
                }
            </Menu>
        }
    }

    fn keep_menu(&self, ctx: &Context<Self>) -> Html {
        let shelf = |words: &'static str, ask: Ask| {
            html! { <button onclick={ctx.link().callback(move |_: MouseEvent| Msg::Shelf(ask.clone()))}>{ words }</button> }
        };
        let worried = self.shelf.is_worried();
        html! {
            <Menu label="Keep and share" face={Glyph::Link.draw()} marked={worried}>
                <p class={classes!(worried.then_some("bad"))}>{ self.shelf.status_words() }</p>
                { shelf("Make a link to this state", Ask::Share) }
                { shelf("Download all manifests", Ask::Export) }
                { shelf("Download a script for a real cluster", Ask::Script) }
                <hr />
                { shelf("Delete what is kept", Ask::Clear) }
            </Menu>
        }
    }
}
