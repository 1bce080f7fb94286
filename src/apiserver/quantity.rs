//! Quantities (`resource.Quantity`): `250m`, `64Mi`, `1e3`. Read, compared and written in the canonical form.

use crate::api::Value;
use std::cmp::Ordering;
use std::fmt;

/// What the server says of a quantity it cannot read.
pub const FORMAT: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// Which suffixes a quantity was written with, and so is written with again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Decimal,
    Binary,
    Exponent,
}

/// A number of something, exact to a billionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    nanos: i128,
    format: Format,
}

const NANO: i128 = 1_000_000_000;
const DECIMAL: [(&str, i32); 9] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15)];
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nanos: 0, format: Format::Decimal };
    /// One.
    pub const ONE: Self = Self { nanos: NANO, format: Format::Decimal };

    /// The sum, written as the first that is not zero.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let format = if self.is_zero() { other.format } else { self.format };
        Self { nanos: self.nanos.saturating_add(other.nanos), format }
    }

    /// Reads a quantity as a manifest writes it: a string or a number.
    pub fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    /// Reads a quantity.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') || whole.len() > 18 {
            return None;
        }
        let (scale, format) = scale(suffix)?;
        let mut nanos = whole.parse::<i128>().unwrap_or(0).checked_mul(NANO)?;
        let digits = fraction.get(..fraction.len().min(18))?;
        if !digits.is_empty() {
            nanos += digits.parse::<i128>().ok()? * NANO / 10_i128.pow(digits.len() as u32).max(1);
        }
        let nanos = match scale {
            Scale::Power(power @ 0..) => nanos.checked_mul(10_i128.checked_pow(power as u32)?)?,
            Scale::Power(power) => round_up(nanos, 10_i128.checked_pow(power.unsigned_abs())?),
            Scale::Times(factor) => nanos.checked_mul(factor)?,
        };
        Some(Self { nanos: if negative { -nanos } else { nanos }, format })
    }

    /// Its billionths.
    pub fn nanos(self) -> i128 {
        self.nanos
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it is a whole number.
    pub fn is_integer(self) -> bool {
        self.nanos % NANO == 0
    }
}

/// What a suffix multiplies with.
enum Scale {
    Power(i32),
    Times(i128),
}

fn scale(suffix: &str) -> Option<(Scale, Format)> {
    if let Some((_, power)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Some((Scale::Power(*power), Format::Decimal));
    }
    if let Some(index) = BINARY.iter().position(|name| *name == suffix) {
        return Some((Scale::Times(1 << (10 * (index + 1))), Format::Binary));
    }
    if suffix == "E" {
        return Some((Scale::Power(18), Format::Decimal));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    (-9..=18).contains(&exponent).then_some((Scale::Power(exponent), Format::Exponent))
}

/// Divides, rounding away from zero.
fn round_up(value: i128, by: i128) -> i128 {
    let quotient = value / by;
    if value % by == 0 { quotient } else { quotient + value.signum() }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.nanos.cmp(&other.nanos))
    }
}

/// The canonical form: no fraction, the largest suffix that allows it.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        if self.format == Format::Binary && self.is_integer() {
            let whole = self.nanos / NANO;
            // Below 1024 the binary form has no suffix, which is the decimal form.
            let power = (whole.trailing_zeros() / 10).min(BINARY.len() as u32);
            return match power {
                0 => write!(f, "{whole}"),
                power => write!(f, "{}{}", whole >> (10 * power), BINARY[power as usize - 1]),
            };
        }
        let (mut number, mut power) = (self.nanos, -9);
        while number % 1000 == 0 && power < 18 {
            number /= 1000;
            power += 3;
        }
        match (self.format, power) {
            (Format::Exponent, 0) => write!(f, "{number}"),
            (Format::Exponent, power) => write!(f, "{number}e{power}"),
            (_, 18) => write!(f, "{number}E"),
            (_, power) => {
                let suffix = DECIMAL.iter().find(|(_, p)| *p == power).map_or("", |(name, _)| name);
                write!(f, "{number}{suffix}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_the_servers() {
        for (written, canonical) in [
            ("0.25", "250m"),
            ("250m", "250m"),
            ("1", "1"),
            ("1.0", "1"),
            ("1000m", "1"),
            ("64Mi", "64Mi"),
            ("1024Mi", "1Gi"),
            ("1000Ki", "1000Ki"),
            ("0.5Gi", "512Mi"),
            ("128M", "128M"),
            ("1e3", "1e3"),
            ("1500", "1500"),
            ("2000", "2k"),
            ("0", "0"),
            ("-1", "-1"),
            (".5", "500m"),
            ("1E", "1E"),
            ("123456", "123456"),
        ] {
            assert_eq!(
                Quantity::parse(written).map(|q| q.to_string()).as_deref(),
                Some(canonical),
                "{written}"
            );
        }
        for bad in ["lots", "", "1.2.3", "1ZB", "--1", "1 Gi", "Mi", "."] {
            assert_eq!(Quantity::parse(bad), None, "{bad}");
        }
        assert!(Quantity::parse("500m") > Quantity::parse("0.25"));
        assert!(Quantity::parse("1Gi") > Quantity::parse("1G"));
    }
}
