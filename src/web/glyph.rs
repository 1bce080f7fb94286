//! Icons, drawn by us on a 16-pixel grid.

use yew::prelude::*;

/// An icon, by what it means.
#[derive(Clone, Copy, PartialEq)]
#[allow(missing_docs)] // each is named by what it means
pub enum Glyph {
    Undo,
    Redo,
    Reset,
    Theme,
    Play,
    Pause,
    Back,
    Forward,
    Reload,
    Plus,
    More,
    Bolt,
    Link,
    Minus,
    Fit,
    Aim,
}

impl Glyph {
    /// The icon as SVG; it says nothing to a screen reader, the button's label does.
    pub fn draw(self) -> Html {
        let d = match self {
            Self::Undo => "M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H7",
            Self::Redo => "m10 3 3 3-3 3m3-3H7a4 4 0 0 0 0 8h2",
            Self::Reset => "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
            Self::Theme => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
            Self::Play => "M5 3.5v9l7-4.5z",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::Back => "M10.5 3.5 5 8l5.5 4.5",
            Self::Forward => "M5.5 3.5 11 8l-5.5 4.5",
            Self::Reload => "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
            Self::Plus => "M8 3.5v9M3.5 8h9",
            Self::More => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Self::Bolt => "M9 2 4 9h4l-1 5 5-7H8z",
            Self::Link => {
                "M6.5 9.5l3-3M7 4.5l1.2-1.2a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.2 1.2a2.8 2.8 0 0 1-4-4L5 7.5"
            }
            Self::Minus => "M3.5 8h9",
            Self::Fit => "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
            Self::Aim => "M3 8a1.6 1.6 0 1 0 .1 0M5 8h7.5M9.5 5l3 3-3 3",
        };
        html! { <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true"><path {d} /></svg> }
    }
}
