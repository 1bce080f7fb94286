//! `$((…))`: integer arithmetic of the shell.

use super::scope::{Scope, Unset};

/// The value of an expression; names stand for variables, unset ones for zero.
///
/// # Errors
/// [`Unset`] with the shell's words for what cannot be evaluated.
pub fn evaluate(text: &str, scope: &Scope) -> Result<i64, Unset> {
    let mut parser = Parser { rest: text.trim(), scope, text, depth: 0 };
    if parser.rest.is_empty() {
        return Ok(0);
    }
    let value = parser.binary(0)?;
    if parser.rest.trim().is_empty() { Ok(value) } else { Err(parser.error()) }
}

/// Binary operators by precedence, weakest first.
const LEVELS: [&[&str]; 7] =
    [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"], &[]];
/// How deep parentheses may nest.
const DEEPEST: u32 = 64;

struct Parser<'a> {
    rest: &'a str,
    scope: &'a Scope,
    text: &'a str,
    depth: u32,
}

impl Parser<'_> {
    fn error(&self) -> Unset {
        Unset(format!(
            "{}: syntax error in expression (error token is \"{}\")",
            self.text.trim(),
            self.rest.trim()
        ))
    }

    fn binary(&mut self, level: usize) -> Result<i64, Unset> {
        if LEVELS[level].is_empty() {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        loop {
            self.rest = self.rest.trim_start();
            let Some(operator) = LEVELS[level].iter().find(|op| self.rest.starts_with(**op)) else {
                return Ok(left);
            };
            self.rest = &self.rest[operator.len()..];
            let right = self.binary(level + 1)?;
            left = match *operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                _ if right == 0 => return Err(Unset(format!("{}: division by 0", self.text.trim()))),
                "/" => left.wrapping_div(right),
                _ => left.wrapping_rem(right),
            };
        }
    }

    fn unary(&mut self) -> Result<i64, Unset> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error());
        }
        let value = self.operand();
        self.depth -= 1;
        value
    }

    fn operand(&mut self) -> Result<i64, Unset> {
        self.rest = self.rest.trim_start().trim_start_matches('$');
        if let Some(rest) = self.rest.strip_prefix('-') {
            self.rest = rest;
            return Ok(self.unary()?.wrapping_neg());
        }
        if let Some(rest) = self.rest.strip_prefix('!') {
            self.rest = rest;
            return Ok(i64::from(self.unary()? == 0));
        }
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            let value = self.binary(0)?;
            self.rest = self.rest.trim_start().strip_prefix(')').ok_or_else(|| self.error())?;
            return Ok(value);
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(self.error());
        }
        self.rest = rest;
        match word.parse() {
            Ok(number) => Ok(number),
            Err(_) => Ok(self.scope.value(word).and_then(|value| value.trim().parse().ok()).unwrap_or(0)),
        }
    }
}
