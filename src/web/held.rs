//! A part of the page that stays as it is until its stamp changes: while packets move, nothing else is compared.

use yew::prelude::*;

/// What stays.
#[derive(Properties)]
pub struct Props {
    /// Counts how often the part was made anew.
    pub stamp: u64,
    /// The part as it then was.
    pub part: Html,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.stamp == other.stamp
    }
}

/// Shows the part.
#[component]
pub fn Held(props: &Props) -> Html {
    props.part.clone()
}
