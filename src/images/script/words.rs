//! Words of a script: quotes, variables, `$(…)`, arithmetic.

use super::DEEPEST;
use super::Script;
use super::run::Machine;

/// Copies a quoted part that begins at `at`; returns the place after it.
pub(super) fn quoted(chars: &[char], at: usize, out: &mut String) -> usize {
    let quote = chars[at];
    out.push(quote);
    let mut at = at + 1;
    while at < chars.len() {
        let c = chars[at];
        if c == '\\' && quote != '\'' && at + 1 < chars.len() {
            out.extend([c, chars[at + 1]]);
            at += 2;
        } else if c == '$' && quote == '"' && chars.get(at + 1) == Some(&'(') {
            at = parenthesis(chars, at + 1, out);
        } else {
            out.push(c);
            at += 1;
            if c == quote {
                break;
            }
        }
    }
    at
}

/// Copies `$(…)`, whose parenthesis is at `at`; returns the place after it.
pub(super) fn parenthesis(chars: &[char], at: usize, out: &mut String) -> usize {
    out.push('$');
    let (mut at, mut depth) = (at, 0);
    while at < chars.len() {
        match chars[at] {
            '\'' | '"' => {
                at = quoted(chars, at, out);
                continue;
            }
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        out.push(chars[at]);
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

impl Script {
    /// A word as fields: an unquoted word is split where its expansions leave blanks.
    pub(super) fn fields(&mut self, word: &str, machine: &mut Machine<'_>) -> Vec<String> {
        let text = self.expand(word, machine);
        if word.contains(['\'', '"']) || !word.contains(['$', '`']) {
            return vec![text];
        }
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// A word without its quotes, its expansions in place.
    pub(super) fn expand(&mut self, word: &str, machine: &mut Machine<'_>) -> String {
        let chars: Vec<char> = word.chars().collect();
        let (mut text, mut at, mut double) = (String::new(), 0, false);
        while at < chars.len() {
            let c = chars[at];
            let next = chars.get(at + 1).copied().unwrap_or(' ');
            match c {
                '\'' if !double => {
                    at += 1;
                    while at < chars.len() && chars[at] != '\'' {
                        text.push(chars[at]);
                        at += 1;
                    }
                }
                '"' => double = !double,
                '\\' if !double || matches!(next, '$' | '`' | '"' | '\\') => {
                    text.push(next);
                    at += 1;
                }
                '`' => {
                    let end =
                        chars[at + 1..].iter().position(|c| *c == '`').map_or(chars.len(), |n| at + 1 + n);
                    let inner: String = chars[at + 1..end].iter().collect();
                    text += &self.substitute(&inner, machine);
                    at = end;
                }
                '$' if next == '(' => {
                    let mut inner = String::new();
                    at = parenthesis(&chars, at + 1, &mut inner) - 1;
                    let inner = inner.strip_prefix("$(").unwrap_or(&inner);
                    let inner = inner.strip_suffix(')').unwrap_or(inner);
                    text += &match inner.strip_prefix('(').and_then(|sum| sum.strip_suffix(')')) {
                        Some(sum) => self.sum(sum).to_string(),
                        None => self.substitute(inner, machine),
                    };
                }
                '$' => {
                    let braced = next == '{';
                    let start = at + 1 + usize::from(braced);
                    let special =
                        chars.get(start).is_some_and(|c| matches!(c, '?' | '$' | '#' | '@' | '*' | '!'));
                    let count = chars[start.min(chars.len())..]
                        .iter()
                        .take_while(|c| c.is_ascii_alphanumeric() || **c == '_');
                    let end = start + if special { 1 } else { count.count() };
                    let name: String = chars[start..end].iter().collect();
                    let mut value = self.value(&name, machine);
                    at = end - 1;
                    if braced {
                        let close =
                            chars[end..].iter().position(|c| *c == '}').map_or(chars.len(), |n| end + n);
                        let rest: String = chars[end..close].iter().collect();
                        let fallback = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
                        if let Some(fallback) = fallback.filter(|_| value.is_empty()) {
                            value = self.expand(fallback, machine);
                        }
                        at = close;
                    } else if name.is_empty() {
                        value = "$".to_owned();
                    }
                    text += &value;
                }
                _ => text.push(c),
            }
            at += 1;
        }
        text
    }

    fn value(&self, name: &str, machine: &Machine<'_>) -> String {
        match name {
            "?" => self.status.to_string(),
            "$" => "1".to_owned(),
            _ => {
                let own = self.variables.get(name).map(String::as_str);
                own.or_else(|| machine.launch.env.get(name)).unwrap_or_default().to_owned()
            }
        }
    }

    /// What a command prints, if it is one that needs no other process.
    fn substitute(&mut self, text: &str, machine: &mut Machine<'_>) -> String {
        let inner = Script::parse(text, &[]).filter(|_| machine.depth < DEEPEST);
        let Some(mut inner) = inner else { return String::new() };
        inner.variables.clone_from(&self.variables);
        let mut lines = Vec::new();
        inner.go_on(&mut Machine { out: &mut lines, ..machine.again() });
        self.status = inner.status;
        lines.join("\n").trim_end().to_owned()
    }

    /// `$((…))`: sums and products of numbers and variables, from the left.
    pub(super) fn sum(&self, text: &str) -> i64 {
        let (mut terms, mut sign, mut product, mut times) = (0_i64, 1_i64, 0_i64, '+');
        let spaced: String = text
            .chars()
            .flat_map(|c| if "+-*/%".contains(c) { vec![' ', c, ' '] } else { vec![c] })
            .collect();
        for word in spaced.split_whitespace() {
            match word {
                "+" | "-" => {
                    terms = terms.wrapping_add(sign.wrapping_mul(product));
                    (sign, product, times) = (if word == "-" { -1 } else { 1 }, 0, '+');
                }
                "*" | "/" | "%" => times = word.chars().next().unwrap_or('+'),
                _ => {
                    let name = word.trim_start_matches(['$', '(']).trim_end_matches(')');
                    let number = name.parse().ok().or_else(|| self.variables.get(name)?.trim().parse().ok());
                    let number: i64 = number.unwrap_or(0);
                    product = match times {
                        '*' => product.wrapping_mul(number),
                        '/' => product.checked_div(number).unwrap_or(0),
                        '%' => product.checked_rem(number).unwrap_or(0),
                        _ => number,
                    };
                }
            }
        }
        terms.wrapping_add(sign.wrapping_mul(product))
    }
}
