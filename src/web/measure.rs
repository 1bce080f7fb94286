//! Measures text with the browser's own fonts.

use crate::app::scene::{Approximate, Font, Measure};
use wasm_bindgen::JsCast;
use web_sys::CanvasRenderingContext2d;

/// A canvas that nobody sees.
pub struct Canvas {
    context: Option<CanvasRenderingContext2d>,
    sans: String,
    mono: String,
}

impl Canvas {
    /// A canvas set up with the fonts that the style sheet names.
    pub fn new() -> Self {
        let document = web_sys::window().and_then(|window| window.document());
        let context = document
            .as_ref()
            .and_then(|document| document.create_element("canvas").ok())
            .and_then(|canvas| canvas.dyn_into::<web_sys::HtmlCanvasElement>().ok())
            .and_then(|canvas| canvas.get_context("2d").ok().flatten())
            .and_then(|context| context.dyn_into().ok());
        let style = document
            .and_then(|document| document.document_element())
            .and_then(|root| web_sys::window()?.get_computed_style(&root).ok().flatten());
        let family = |name: &str, fallback: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.filter(|value| !value.is_empty()).unwrap_or_else(|| fallback.to_owned())
        };
        Self { context, sans: family("--sans", "sans-serif"), mono: family("--mono", "monospace") }
    }
}

impl Measure for Canvas {
    fn width(&self, text: &str, font: Font) -> f64 {
        let Some(context) = &self.context else { return Approximate.width(text, font) };
        let (weight, family) = match font {
            Font::Strong => ("600", &self.sans),
            Font::Plain | Font::Small => ("400", &self.sans),
            Font::Mono => ("400", &self.mono),
        };
        context.set_font(&format!("{weight} {}px {family}", font.size()));
        context.measure_text(text).map_or_else(|_| Approximate.width(text, font), |size| size.width())
    }
}
