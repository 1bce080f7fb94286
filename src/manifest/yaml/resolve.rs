//! What a plain scalar means: the YAML 1.1 of go-yaml v2, through which kubectl reads every manifest.

use crate::api::Value;

/// The value of a plain scalar.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// Beyond an i64.
    Uint(u64),
    Float(f64),
    /// A date or time: a string when read, quoted when written.
    Timestamp,
    Text,
}

/// What `text` means where nothing says its type.
pub(super) fn resolve(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes()[0] {
        b'.' if is_float(text) => text.parse().map_or(Scalar::Text, Scalar::Float),
        b'0'..=b'9' | b'+' | b'-' => {
            if is_timestamp(text) {
                return Scalar::Timestamp;
            }
            let plain = text.replace('_', "");
            integer(&plain)
                .or_else(|| {
                    let finite = |float: &f64| float.is_finite();
                    is_float(&plain).then(|| plain.parse().ok().filter(finite)).flatten().map(Scalar::Float)
                })
                .unwrap_or(Scalar::Text)
        }
        _ => Scalar::Text,
    }
}

/// Go's `strconv.ParseInt` with base 0: `0x`, `0o`, `0b`, and a bare leading zero for octal.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, &lower[..])
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (negative, i64::try_from(magnitude)) {
        (false, Ok(number)) => Some(Scalar::Int(number)),
        (false, Err(_)) if !text.starts_with('+') => Some(Scalar::Uint(magnitude)),
        (true, Ok(number)) => Some(Scalar::Int(-number)),
        (true, Err(_)) if magnitude == 1 << 63 => Some(Scalar::Int(i64::MIN)),
        _ => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &mut &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let count = text.len() - rest.len();
        *text = rest;
        count
    };
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction;
        if digits(&mut rest) == 0 {
            return false;
        }
    } else {
        if digits(&mut rest) == 0 {
            return false;
        }
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction;
            digits(&mut rest);
        }
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        rest = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    rest.is_empty()
}

/// `2006-01-02`, alone or followed by a time of day.
fn is_timestamp(text: &str) -> bool {
    let year = text.bytes().take_while(u8::is_ascii_digit).count();
    if year != 4 || text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim_start())),
        None => (text, None),
    };
    let number = |part: &str, most: u32| {
        (1..=2).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|n| n <= most)
    };
    let mut parts = date[5..].split('-');
    let day = match (parts.next(), parts.next(), parts.next()) {
        (Some(month), Some(day), None) => {
            number(month, 12) && number(day, 31) && !matches!(month, "0" | "00") && !matches!(day, "0" | "00")
        }
        _ => false,
    };
    let Some(time) = time else { return day };
    let bare = time.find(['Z', '+', '-', ' ']).map_or(time, |at| &time[..at]);
    let zone = time[bare.len()..].trim();
    let clock: Vec<&str> = bare.split('.').next().unwrap_or_default().split(':').collect();
    let clock = matches!(clock[..], [h, m, s] if number(h, 23) && number(m, 59) && number(s, 59));
    let zone = zone.is_empty()
        || zone == "Z"
        || zone.strip_prefix(['+', '-']).is_some_and(|zone| {
            let mut parts = zone.split(':');
            parts.next().is_some_and(|h| number(h, 23)) && parts.next().is_none_or(|m| number(m, 59))
        });
    day && clock && zone
}

/// The number that a float becomes by way of JSON: Go writes 80.0 as `80`, and reads that as an integer.
/// None where JSON has no such number.
pub(super) fn number(float: f64) -> Option<Value> {
    if !float.is_finite() {
        return None;
    }
    let whole = float.fract() == 0.0 && float.abs() < 9.2e18;
    #[allow(clippy::cast_possible_truncation)] // checked to be whole and in range
    Some(if whole { Value::from(float as i64) } else { Value::from(float) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_go_reads_them() {
        for (text, expected) in [
            ("080", Scalar::Float(80.0)),
            ("010", Scalar::Int(8)),
            ("0o17", Scalar::Int(15)),
            ("0x50", Scalar::Int(80)),
            ("0b101", Scalar::Int(5)),
            ("1_000", Scalar::Int(1000)),
            ("+5", Scalar::Int(5)),
            ("-0", Scalar::Int(0)),
            ("1e3", Scalar::Float(1000.0)),
            ("80.0", Scalar::Float(80.0)),
            (".5", Scalar::Float(0.5)),
            ("1.", Scalar::Float(1.0)),
            ("1.2.3", Scalar::Text),
            ("-", Scalar::Text),
            ("0x", Scalar::Text),
            ("12:30:45", Scalar::Text),
            ("18446744073709551615", Scalar::Uint(u64::MAX)),
            ("-9223372036854775808", Scalar::Int(i64::MIN)),
            ("yes", Scalar::Bool(true)),
            ("yEs", Scalar::Text),
            ("Off", Scalar::Bool(false)),
            ("~", Scalar::Null),
            ("2001-12-14", Scalar::Timestamp),
            ("2001-12-14T21:59:43Z", Scalar::Timestamp),
            ("2001-12-14t21:59:43.10-05:00", Scalar::Timestamp),
            ("2001-13-14", Scalar::Text),
            ("+.inf", Scalar::Float(f64::INFINITY)),
        ] {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }
}
