//! How wide text is. The browser measures; natively an approximation serves.

/// The fonts of the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Font {
    /// A thing's name.
    Strong,
    /// Ordinary text.
    Plain,
    /// Secondary text.
    Small,
    /// Addresses and ports.
    Mono,
}

impl Font {
    /// Its size, in CSS pixels. Never under 11.
    pub const fn size(self) -> f64 {
        match self {
            Self::Strong | Self::Plain => 13.0,
            Self::Small | Self::Mono => 11.5,
        }
    }
}

/// Something that knows how wide text is.
pub trait Measure {
    /// The width of `text`, in CSS pixels.
    fn width(&self, text: &str, font: Font) -> f64;

    /// `text`, cut at its end with an ellipsis to be at most `room` wide.
    fn fit(&self, text: &str, font: Font, room: f64) -> String {
        if self.width(text, font) <= room {
            return text.to_owned();
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            let cut: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
            if self.width(&cut, font) <= room {
                return cut;
            }
        }
        String::new()
    }
}

/// Widths by the classes of characters, a little generous.
#[derive(Clone, Copy, Debug)]
pub struct Approximate;

impl Measure for Approximate {
    fn width(&self, text: &str, font: Font) -> f64 {
        let em: f64 = text
            .chars()
            .map(|c| match (font, c) {
                (Font::Mono, _) => 0.62,
                (_, 'i' | 'j' | 'l' | 't' | 'f' | 'r' | '.' | ',' | ':' | '\'' | '|' | ' ' | '-') => 0.36,
                (_, 'm' | 'w' | 'M' | 'W' | '…' | '→') => 0.92,
                (_, c) if c.is_uppercase() => 0.72,
                _ => 0.6,
            })
            .sum();
        em * font.size() * if font == Font::Strong { 1.06 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_the_room_there_is() {
        let whole = "numbers-api-7d6b8";
        assert_eq!(Approximate.fit(whole, Font::Plain, 500.0), whole);
        let cut = Approximate.fit(whole, Font::Plain, 60.0);
        assert!(cut.ends_with('…') && Approximate.width(&cut, Font::Plain) <= 60.0);
        assert_eq!(Approximate.fit(whole, Font::Plain, 1.0), "");
    }
}
