//! Whether a text is a quantity (`500m`, `1Gi`), and Kubernetes' words when it is not.

/// The errors of `resource.ParseQuantity`.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    const FORMAT: &str =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    if text.is_empty() {
        return Err(FORMAT);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    let mut count = whole;
    if let Some(fraction) = rest.strip_prefix('.') {
        count += digits(fraction);
        rest = &fraction[digits(fraction)..];
    }
    let suffix = rest;
    let after = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let exponent = after.strip_prefix(['+', '-']).unwrap_or(after);
    if digits(exponent) != exponent.len() {
        return Err(FORMAT);
    }
    if count == 0 {
        return Err("unable to parse numeric part of quantity");
    }
    let known = matches!(
        suffix,
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei"
    );
    let scientific = suffix.strip_prefix(['e', 'E']).is_some_and(|power| power.parse::<i32>().is_ok());
    if known || scientific { Ok(()) } else { Err("unable to parse quantity's suffix") }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn quantities() {
        for good in ["0", "1", "500m", "1Gi", "1.5", ".5", "+1k", "1e3", "1E-2", "2E"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, word) in
            [("", "match"), ("lots", "match"), ("1gb", "match"), ("1K", "suffix"), ("m", "numeric")]
        {
            assert!(check(bad).is_err_and(|message| message.contains(word)), "{bad}");
        }
    }
}
