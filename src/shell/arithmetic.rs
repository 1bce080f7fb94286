//! `$((…))`, `((…))` and `let`: integer arithmetic of the shell, by precedence.

use super::scope::{Scope, Unset};

/// The value of an expression; names stand for variables, unset ones for zero.
///
/// # Errors
/// [`Unset`] with the shell's words for what cannot be evaluated.
pub fn evaluate(text: &str, scope: &mut Scope) -> Result<i64, Unset> {
    within(text, scope, 0)
}

fn within(text: &str, scope: &mut Scope, depth: u32) -> Result<i64, Unset> {
    let mut parser = Parser { rest: text.trim_start(), last: "", scope, text, depth, idle: 0 };
    if parser.rest.is_empty() {
        return Ok(0);
    }
    let value = parser.comma()?;
    if parser.rest.is_empty() {
        Ok(value)
    } else {
        Err(parser.error("syntax error in expression", parser.rest))
    }
}

/// Operators, longest first.
const OPERATORS: [&str; 40] = [
    "<<=", ">>=", "**", "++", "--", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "+=", "-=", "*=", "/=",
    "%=", "&=", "^=", "|=", "=", "?", ":", "|", "^", "&", "<", ">", "+", "-", "*", "/", "%", "!", "~", "(",
    ")", ",", "#",
];
/// Binary operators by precedence, weakest first.
const LEVELS: [&[&str]; 11] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
    &["**"],
];
/// How deep parentheses and variables that hold expressions may nest.
const DEEPEST: u32 = 64;

struct Parser<'a> {
    rest: &'a str,
    /// What was read last and after it, for errors.
    last: &'a str,
    scope: &'a mut Scope,
    text: &'a str,
    depth: u32,
    /// Above zero in a branch that is read but not taken.
    idle: u32,
}

impl<'a> Parser<'a> {
    fn error(&self, what: &str, token: &str) -> Unset {
        Unset(format!("{}: {what} (error token is \"{token}\")", self.text.trim_start()))
    }

    /// The operator that comes next.
    fn operator(&self) -> &'static str {
        OPERATORS.iter().find(|operator| self.rest.starts_with(**operator)).copied().unwrap_or("")
    }

    fn advance(&mut self, length: usize) {
        self.last = self.rest;
        self.rest = self.rest[length..].trim_start();
    }

    fn eat(&mut self, operator: &str) -> bool {
        let found = self.operator() == operator;
        if found {
            self.advance(operator.len());
        }
        found
    }

    fn name(&self) -> &'a str {
        let word = self.word();
        if word.starts_with(|c: char| c.is_ascii_digit()) { "" } else { word }
    }

    fn word(&self) -> &'a str {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '#' | '@'));
        &self.rest[..end.unwrap_or(self.rest.len())]
    }

    fn comma(&mut self) -> Result<i64, Unset> {
        let mut value = self.assignment()?;
        while self.eat(",") {
            value = self.assignment()?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Result<i64, Unset> {
        let name = self.name();
        let begin = (self.rest, self.last);
        if !name.is_empty() {
            self.advance(name.len());
            let operator = self.operator();
            if operator.ends_with('=') && !matches!(operator, "==" | "!=" | "<=" | ">=") {
                self.advance(operator.len());
                let right = self.assignment()?;
                let value = match operator.trim_end_matches('=') {
                    "" => right,
                    operator => {
                        let left = self.variable(name)?;
                        self.apply(operator, left, right)?
                    }
                };
                return Ok(self.set(name, value));
            }
            (self.rest, self.last) = begin;
        }
        let condition = self.binary(0)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let first = self.unless(condition == 0, Self::assignment)?;
        if !self.eat(":") {
            return Err(self.error("`:' expected for conditional expression", self.last));
        }
        let second = self.unless(condition != 0, Self::assignment)?;
        Ok(if condition != 0 { first } else { second })
    }

    /// Reads a part that has no effect if `idle`.
    fn unless(
        &mut self,
        idle: bool,
        read: impl FnOnce(&mut Self) -> Result<i64, Unset>,
    ) -> Result<i64, Unset> {
        self.idle += u32::from(idle);
        let value = read(self);
        self.idle -= u32::from(idle);
        value
    }

    fn binary(&mut self, level: usize) -> Result<i64, Unset> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = Some(self.operator()).filter(|operator| operators.contains(operator)) {
            self.advance(operator.len());
            let idle = operator == "||" && left != 0 || operator == "&&" && left == 0;
            // Powers are read from the right.
            let right = self.unless(idle, |parser| parser.binary(level + usize::from(operator != "**")))?;
            left = self.apply(operator, left, right)?;
        }
        Ok(left)
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Result<i64, Unset> {
        let shift = (right & 63) as u32;
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(shift),
            ">>" => left.wrapping_shr(shift),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            "**" if right < 0 => return Err(self.error("exponent less than 0", self.last)),
            "**" => left.wrapping_pow(u32::try_from(right).unwrap_or(u32::MAX)),
            _ if right == 0 && self.idle > 0 => 0,
            _ if right == 0 => return Err(self.error("division by 0", self.last)),
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    fn unary(&mut self) -> Result<i64, Unset> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("expression recursion level exceeded", self.rest));
        }
        let value = self.operand();
        self.depth -= 1;
        value
    }

    fn operand(&mut self) -> Result<i64, Unset> {
        let operator = self.operator();
        if !operator.is_empty() {
            self.advance(operator.len());
        }
        match operator {
            "" => {}
            "-" => return Ok(self.unary()?.wrapping_neg()),
            "+" => return self.unary(),
            "!" => return Ok(i64::from(self.unary()? == 0)),
            "~" => return Ok(!self.unary()?),
            "(" => {
                let value = self.comma()?;
                return if self.eat(")") { Ok(value) } else { Err(self.error("missing `)'", self.last)) };
            }
            "++" | "--" if !self.name().is_empty() => {
                let name = self.name();
                self.advance(name.len());
                let value = self.variable(name)?.wrapping_add(if operator == "++" { 1 } else { -1 });
                return Ok(self.set(name, value));
            }
            _ => return Err(self.error("syntax error: operand expected", self.last)),
        }
        let word = self.word();
        if word.is_empty() {
            let token = if self.rest.is_empty() { self.last } else { self.rest };
            return Err(self.error("syntax error: operand expected", token));
        }
        self.advance(word.len());
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number(word);
        }
        let value = self.variable(word)?;
        let step = if self.eat("++") {
            1
        } else if self.eat("--") {
            -1
        } else {
            return Ok(value);
        };
        self.set(word, value.wrapping_add(step));
        Ok(value)
    }

    fn number(&self, word: &str) -> Result<i64, Unset> {
        let (base, digits) = match word.split_once('#') {
            Some((base, digits)) => {
                (base.parse().ok().filter(|base| (2..=36).contains(base)).unwrap_or(10), digits)
            }
            None if word.starts_with("0x") || word.starts_with("0X") => (16, &word[2..]),
            None if word.starts_with('0') => (8, word),
            None => (10, word),
        };
        i64::from_str_radix(digits, base).map_err(|_| self.error("value too great for base", word))
    }

    /// The value of a variable, which may itself be an expression.
    fn variable(&mut self, name: &str) -> Result<i64, Unset> {
        let value = self.scope.value(name).unwrap_or_default();
        match value.trim().parse() {
            Ok(number) if !value.trim().starts_with('0') => Ok(number),
            _ if self.depth >= DEEPEST => Err(self.error("expression recursion level exceeded", name)),
            _ => within(&value, self.scope, self.depth + 1),
        }
    }

    fn set(&mut self, name: &str, value: i64) -> i64 {
        if self.idle == 0 {
            self.scope.set(name, value.to_string());
        }
        value
    }
}
