//! Values of `awk`: numbers, texts, and texts of the input that may be numbers.

use std::cmp::Ordering;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A text of the input that looks like a number: compared as one.
    Both(String, f64),
    /// Never set: empty and zero.
    Nothing,
}

impl Cell {
    /// A text that is only a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text that came from outside.
    pub fn input(text: &str) -> Self {
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && !text.trim().is_empty() => {
                Self::Both(text.to_owned(), number)
            }
            _ => Self::Text(text.to_owned()),
        }
    }

    /// As a number: what the text begins with, else zero.
    pub fn number(&self) -> f64 {
        match self {
            Self::Number(number) | Self::Both(_, number) => *number,
            Self::Nothing => 0.0,
            Self::Text(text) => {
                let text = text.trim_start();
                let mut end = 0;
                for (at, c) in text.char_indices() {
                    let fits = c.is_ascii_digit() || c == '.' || at == 0 && (c == '-' || c == '+');
                    if !fits {
                        break;
                    }
                    end = at + 1;
                }
                text[..end].parse().unwrap_or(0.0)
            }
        }
    }

    /// As a text.
    pub fn string(&self) -> String {
        match self {
            Self::Number(number) => shown(*number),
            Self::Text(text) | Self::Both(text, _) => text.clone(),
            Self::Nothing => String::new(),
        }
    }

    /// Whether it counts as true.
    pub fn truth(&self) -> bool {
        match self {
            Self::Number(number) | Self::Both(_, number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Nothing => false,
        }
    }

    /// As numbers if both can be, else as texts.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(_), _) | (_, Self::Text(_)) => self.string().cmp(&other.string()),
            _ => self.number().total_cmp(&other.number()),
        }
    }
}

/// A number as `%.6g` shows it, whole ones whole.
pub fn shown(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e16 {
        return format!("{}", number as i64);
    }
    general(number, 6)
}

/// `%.Ng`
pub fn general(number: f64, digits: usize) -> String {
    let digits = digits.max(1);
    if number == 0.0 || !number.is_finite() {
        return format!("{number}");
    }
    let exponent = number.abs().log10().floor() as i32;
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if exponent < -4 || exponent >= digits as i32 {
        let mantissa = trim(format!("{:.*}", digits - 1, number / 10_f64.powi(exponent)));
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    trim(format!("{number:.*}", (digits as i32 - 1 - exponent).max(0) as usize))
}
