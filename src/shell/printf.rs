//! `printf`.

use super::program::{Ctx, Exit};

/// Prints its arguments as its format says, again while there are more.
pub fn run(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let Some(format) = args.get(1) else {
        ctx.complain("printf: usage: printf [-v var] format [arguments]");
        return 2;
    };
    let format: Vec<char> = unescape(format).chars().collect();
    let mut rest = args[2..].iter();
    let mut status = 0;
    loop {
        let before = rest.len();
        let mut at = 0;
        while at < format.len() {
            if format[at] != '%' {
                ctx.stdout.push(format[at]);
                at += 1;
                continue;
            }
            at += 1;
            let start = at;
            while format.get(at).is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | ' ')) {
                at += 1;
            }
            let flags: String = format[start..at].iter().collect();
            let text = match format.get(at) {
                Some('%') => "%".to_owned(),
                Some(kind @ ('d' | 'i' | 'u' | 'x' | 'X' | 'o')) => {
                    let given = rest.next().map_or("0", |arg| arg.as_str());
                    let number = number(given).unwrap_or_else(|| {
                        ctx.complain(format!("printf: {given}: invalid number"));
                        status = 1;
                        0
                    });
                    match kind {
                        'x' => format!("{number:x}"),
                        'X' => format!("{number:X}"),
                        'o' => format!("{number:o}"),
                        _ => number.to_string(),
                    }
                }
                Some('c') => {
                    rest.next().and_then(|arg| arg.chars().next()).map_or_else(String::new, String::from)
                }
                Some('s') => {
                    let given = rest.next().map_or("", |arg| arg.as_str());
                    let most = flags.split_once('.').map(|(_, most)| most.parse().unwrap_or(0));
                    given.chars().take(most.unwrap_or(usize::MAX)).collect()
                }
                Some('b') => unescape(rest.next().map_or("", |arg| arg)),
                Some('f') => {
                    let value = rest.next().and_then(|arg| arg.parse::<f64>().ok()).unwrap_or(0.0);
                    let digits = flags.split_once('.').and_then(|(_, n)| n.parse().ok()).unwrap_or(6);
                    format!("{value:.digits$}")
                }
                Some(_) => rest.next().cloned().unwrap_or_default(),
                None => "%".to_owned(),
            };
            at += 1;
            ctx.stdout.push_str(&pad(&text, &flags));
        }
        // The format is used again as long as it takes arguments.
        if rest.len() == 0 || rest.len() == before {
            return status;
        }
    }
}

/// A number as the shell writes them: `42`, `0x2a`, `'a` for a character's.
fn number(text: &str) -> Option<i64> {
    if let Some(quoted) = text.strip_prefix(['\'', '"']) {
        return quoted.chars().next().map(|c| i64::from(u32::from(c)));
    }
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.trim().parse().ok(),
    }
}

/// A text padded as `%-10s` or `%5d` asks; at most a thousand columns.
fn pad(text: &str, flags: &str) -> String {
    let left = flags.starts_with('-');
    let width = flags.trim_start_matches(['-', '+']).split('.').next().unwrap_or_default();
    let zeros = width.starts_with('0') && !left;
    let width: usize = width.parse().unwrap_or(0).min(1000);
    match (left, zeros) {
        (true, _) => format!("{text:<width$}"),
        (_, true) => format!("{text:0>width$}"),
        _ => format!("{text:>width$}"),
    }
}

/// Backslash escapes as `echo -e` and `printf` know them.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('\\') | None => out.push('\\'),
            Some('e') => out.push('\u{1b}'),
            Some('a') => out.push('\u{7}'),
            Some(first @ ('0' | 'x')) => {
                let (base, most) = if first == 'x' { (16, 2) } else { (8, 3) };
                let mut code = 0;
                for _ in 0..most {
                    let Some(digit) = chars.clone().next().and_then(|c| c.to_digit(base)) else { break };
                    code = code * base + digit;
                    chars.next();
                }
                out.extend(char::from_u32(code));
            }
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}
