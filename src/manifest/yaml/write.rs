//! A value as `kubectl -o yaml` prints it: the styles go-yaml v2 picks, its order of keys, its folding at 80 columns.

use super::resolve::{Scalar, resolve};
use crate::api::{Map, Ordered, Value};
use std::cmp::Ordering;

/// Spaces for each level.
const INDENT: usize = 2;
/// A space beyond this column becomes a line break.
const WIDTH: usize = 80;
/// A longer key gets a line of its own, after `? `.
const SIMPLE_KEY: usize = 128;

pub(super) fn write(value: &Value) -> String {
    let mut writer = Writer { out: String::new(), column: 0 };
    match value {
        Value::Object(map) if !map.is_empty() => writer.map(map, 0, true),
        Value::Array(items) if !items.is_empty() => writer.list(items, 0, true),
        scalar => writer.scalar(scalar, INDENT, false),
    }
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    writer.out
}

struct Writer {
    out: String,
    column: usize,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(at) => self.column = text[at + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn put_char(&mut self, c: char) {
        self.out.push(c);
        self.column = if c == '\n' { 0 } else { self.column + 1 };
    }

    /// To column `indent` of a line of its own.
    fn line(&mut self, indent: usize) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.put_char('\n');
        }
        self.put(&" ".repeat(indent));
    }

    /// The entries; the first where the writer stands if `inline`.
    fn map(&mut self, map: &Map<String, Value>, indent: usize, inline: bool) {
        let mut entries: Vec<(&String, &Value)> = map.iter().collect();
        entries.order_by(|(a, _), (b, _)| natural(a, b));
        for (index, (key, value)) in entries.into_iter().enumerate() {
            if !inline || index > 0 {
                self.line(indent);
            }
            if key.len() > SIMPLE_KEY || key.contains(is_break) {
                self.put("? ");
                self.text(key, indent + INDENT, false);
                self.line(indent);
                self.put(": ");
                self.inner(value, indent + INDENT);
                continue;
            }
            self.text(key, indent, true);
            self.put_char(':');
            match value {
                Value::Object(map) if !map.is_empty() => self.map(map, indent + INDENT, false),
                Value::Array(items) if !items.is_empty() => self.list(items, indent, false),
                scalar => {
                    self.put_char(' ');
                    self.scalar(scalar, indent + INDENT, false);
                }
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize, inline: bool) {
        for (index, item) in items.iter().enumerate() {
            if !inline || index > 0 {
                self.line(indent);
            }
            self.put("- ");
            self.inner(item, indent + INDENT);
        }
    }

    /// A value on the line that `- ` or `: ` begins.
    fn inner(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Object(map) if !map.is_empty() => self.map(map, indent, true),
            Value::Array(items) if !items.is_empty() => self.list(items, indent, true),
            scalar => self.scalar(scalar, indent, false),
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize, key: bool) {
        match value {
            Value::Null => self.put("null"),
            Value::Bool(value) => self.put(if *value { "true" } else { "false" }),
            Value::Number(number) => self.put(&go_number(number)),
            Value::String(text) => self.text(text, indent, key),
            Value::Array(_) => self.put("[]"),
            Value::Object(_) => self.put("{}"),
        }
    }

    /// A string in the style that reads back as one. Its further lines begin at column `indent`.
    fn text(&mut self, text: &str, indent: usize, key: bool) {
        let allowed = analyze(text);
        if text.contains('\n') && allowed.block && !key {
            self.literal(text, indent);
        } else if text.contains('\n') || means_something(text) || !(allowed.plain || allowed.single) {
            self.double_quoted(text, indent, key);
        } else if allowed.plain {
            self.folded(text, indent, key, false);
        } else {
            self.put_char('\'');
            self.folded(text, indent, key, true);
            self.put_char('\'');
        }
    }

    /// Plain or single-quoted text, folded at single spaces.
    fn folded(&mut self, text: &str, indent: usize, key: bool, quoted: bool) {
        let mut spaces = false;
        let last = text.chars().count().saturating_sub(1);
        let mut chars = text.chars().peekable();
        let mut index = 0;
        while let Some(c) = chars.next() {
            let inside = !quoted || index > 0 && index < last;
            if c == ' ' && !key && !spaces && inside && self.column > WIDTH && chars.peek() != Some(&' ') {
                self.line(indent);
            } else {
                if c == '\'' && quoted {
                    self.put_char('\'');
                }
                self.put_char(c);
            }
            spaces = c == ' ';
            index += 1;
        }
    }

    fn double_quoted(&mut self, text: &str, indent: usize, key: bool) {
        self.put_char('"');
        let mut spaces = false;
        let last = text.chars().count().saturating_sub(1);
        let mut chars = text.chars().enumerate().peekable();
        while let Some((index, c)) = chars.next() {
            if !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.put(&escape(c));
                spaces = false;
            } else if c == ' ' && !key && !spaces && self.column > WIDTH && index > 0 && index < last {
                self.line(indent);
                if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.put_char('\\');
                }
                spaces = true;
            } else {
                self.put_char(c);
                spaces = c == ' ';
            }
        }
        self.put_char('"');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put_char('|');
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.put("2");
        }
        let mut backwards = text.chars().rev();
        match (backwards.next().is_some_and(is_break), backwards.next()) {
            (false, _) => self.put_char('-'),
            (true, None) => self.put_char('+'),
            (true, Some(before)) if is_break(before) => self.put_char('+'),
            _ => {}
        }
        self.put_char('\n');
        for line in text.split_inclusive('\n') {
            if !line.starts_with('\n') {
                self.put(&" ".repeat(indent));
            }
            self.put(line);
        }
    }
}

/// Whether a plain scalar of this text would be read as something else.
fn means_something(text: &str) -> bool {
    resolve(text) != Scalar::Text || text == "<<" || is_base_60(text)
}

/// `12:30:45`, a number to YAML 1.1 elsewhere: quoted for those who still read it so.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((first, rest)) = unsigned.split_once(':') else { return false };
    let (sixties, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && sixties
            .split(':')
            .all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

/// Which styles can hold a text.
struct Allowed {
    plain: bool,
    single: bool,
    block: bool,
}

fn analyze(text: &str) -> Allowed {
    if text.is_empty() {
        return Allowed { plain: true, single: true, block: false };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut special, mut break_space, mut space_break) = (false, false, false);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let blank_follows = chars.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
        let blank_before = before.is_none_or(|c| matches!(c, ' ' | '\t') || is_break(c));
        indicators |= match c {
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                before.is_none()
            }
            '#' => blank_before,
            '?' | '-' => before.is_none() && blank_follows,
            ':' => blank_follows,
            _ => false,
        };
        special |= !is_printable(c);
        break_space |= c == ' ' && before.is_some_and(is_break);
        space_break |= is_break(c) && before == Some(' ');
        before = Some(c);
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let edges = edge(text.chars().next()) || edge(before);
    let breaks = text.contains(is_break);
    Allowed {
        plain: !(indicators || special || break_space || space_break || edges || breaks),
        single: !(special || break_space || space_break),
        block: !(special || space_break || before == Some(' ')),
    }
}

const fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is: no tab, and nothing beyond the basic plane.
const fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(c) {
                code @ ..=0xff => format!("\\x{code:02X}"),
                code @ ..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}

/// Go's shortest form: `1e+21`, `0.5`.
fn go_number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            let scientific = format!("{float:e}");
            match scientific.split_once('e') {
                Some((digits, exponent)) => {
                    let power: i32 = exponent.parse().unwrap_or_default();
                    if (-4..21).contains(&power) {
                        format!("{float}")
                    } else {
                        format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
                    }
                }
                None => scientific,
            }
        }
        _ => number.to_string(),
    }
}

/// go-yaml's order of keys: numbers within them by value, and letters after everything else.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    let (x, y) = (a[at], b[at]);
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero after other digits continues their number.
    let digits_before = || a[..at].iter().rev().take_while(|c| c.is_ascii_digit());
    let lead = u64::from((x == '0' || y == '0') && digits_before().any(|c| *c != '0'));
    let number = |text: &[char]| {
        let digits: Vec<u32> = text[at..].iter().map_while(|c| c.to_digit(10)).collect();
        let value = digits.iter().fold(lead, |n, d| n.wrapping_mul(10).wrapping_add(u64::from(*d)));
        (value, digits.len())
    };
    number(&a).cmp(&number(&b)).then(x.cmp(&y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    #[test]
    fn as_kubectl_prints() {
        let long = "a ".repeat(50);
        for (value, expected) in [
            (json!({}), "{}\n"),
            (json!({"a": [], "b": {}, "c": null, "d": 1.5}), "a: []\nb: {}\nc: null\nd: 1.5\n"),
            (json!({"l": [{"b": 1, "a": [[1, 2], "x"]}]}), "l:\n- a:\n  - - 1\n    - 2\n  - x\n  b: 1\n"),
            (
                json!(["", "y", "no", "1", "1e3", "0x1", "null", "~", "<<", "2024-01-01T00:00:00Z", "12:30"]),
                "- \"\"\n- \"y\"\n- \"no\"\n- \"1\"\n- \"1e3\"\n- \"0x1\"\n- \"null\"\n- \"~\"\n- \"<<\"\n- \"2024-01-01T00:00:00Z\"\n- \"12:30\"\n",
            ),
            (
                json!([
                    "a: b", "- x", "-x", "#c", "a #b", "a#b", "x:", "{}", "*", "it's", "'q'", " lead",
                    "a\tb", "%d", "é"
                ]),
                "- 'a: b'\n- '- x'\n- -x\n- '#c'\n- 'a #b'\n- a#b\n- 'x:'\n- '{}'\n- '*'\n- it's\n- '''q'''\n- ' lead'\n- \"a\\tb\"\n- '%d'\n- é\n",
            ),
            (
                json!({"k": "a\nb\n", "l": "a\nb", "m": "a\n\n", "n": " a\nb", "o": "a \nb"}),
                "k: |\n  a\n  b\nl: |-\n  a\n  b\nm: |+\n  a\n\n\"n\": |2-\n   a\n  b\no: \"a \\nb\"\n",
            ),
            (
                json!({"a10": 1, "a2": 2, "B": 3, "a-b": 4, "ab": 5, "a": 6}),
                "B: 3\na: 6\na-b: 4\na2: 2\na10: 1\nab: 5\n",
            ),
            (
                json!({"k": {"m": long.trim_end()}}),
                &format!("k:\n  m: {}\n    {}\n", "a ".repeat(39).trim_end(), "a ".repeat(11).trim_end()),
            ),
        ] {
            assert_eq!(write(&value), expected, "{value}");
        }
    }
}
