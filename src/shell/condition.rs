//! `test`, `[` and `[[`.

use super::arithmetic::evaluate;
use super::files::{absolute, matches_pattern};
use super::line::Question;
use super::program::{Ctx, Exit};
use super::regex::{Regex, Syntax};
use super::scope::{Scope, Unset};

/// What `[[ … ]]` asks of its operands, which are expanded.
///
/// # Errors
/// The shell's words for what cannot be asked.
pub fn ask(
    question: &Question,
    operands: &[String],
    scope: &mut Scope,
    ctx: &mut Ctx<'_>,
) -> Result<bool, String> {
    Ok(match question {
        Question::Or(a, b) => ask(a, operands, scope, ctx)? || ask(b, operands, scope, ctx)?,
        Question::And(a, b) => ask(a, operands, scope, ctx)? && ask(b, operands, scope, ctx)?,
        Question::Not(a) => !ask(a, operands, scope, ctx)?,
        Question::Unary(operator, a) if operator == "-v" => scope.value(&operands[*a]).is_some(),
        Question::Unary(operator, a) => return unary(operator, &operands[*a], scope, ctx),
        Question::Binary(a, operator, b) => {
            let (left, right) = (&operands[*a], &operands[*b]);
            match operator.as_str() {
                "=" | "==" => matches_pattern(right, left),
                "!=" => !matches_pattern(right, left),
                "=~" => Regex::new(right, Syntax::Extended, false)?.is_match(left),
                "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                    let mut number = |text: &str| match evaluate(text, scope) {
                        Ok(number) => Ok(number.to_string()),
                        Err(Unset(message)) => Err(format!("[[: {message}")),
                    };
                    let (left, right) = (number(left)?, number(right)?);
                    return binary(&left, operator, &right);
                }
                _ => return binary(left, operator, right),
            }
        }
    })
}

/// The status of `test EXPRESSION` or `[ EXPRESSION ]`: 0 for true, 1 for false, 2 for nonsense.
pub fn test(scope: &Scope, args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let mut words: Vec<&str> = args[1..].iter().map(String::as_str).collect();
    if args[0] == "[" && words.pop() != Some("]") {
        ctx.complain(format!("{}: [: missing `]'", scope.shell));
        return 2;
    }
    match any(&words, scope, ctx) {
        Ok(value) => Exit::from(!value),
        Err(message) => {
            ctx.complain(format!("{}: {}: {message}", scope.shell, args[0]));
            2
        }
    }
}

/// `-o`, then `-a`, then one primary.
fn any(words: &[&str], scope: &Scope, ctx: &mut Ctx<'_>) -> Result<bool, String> {
    let inner = words.len().saturating_sub(1);
    for (operator, all) in [("-o", false), ("-a", true)] {
        if let Some(at) = words.iter().take(inner).skip(1).position(|word| *word == operator) {
            let (left, right) = (any(&words[..=at], scope, ctx)?, any(&words[at + 2..], scope, ctx)?);
            return Ok(if all { left && right } else { left || right });
        }
    }
    match words {
        [] => Ok(false),
        ["!", rest @ ..] => any(rest, scope, ctx).map(|value| !value),
        [word] => Ok(!word.is_empty()),
        [operator, operand] => unary(operator, operand, scope, ctx),
        [left, operator, right] => binary(left, operator, right),
        _ => Err("too many arguments".to_owned()),
    }
}

fn unary(operator: &str, operand: &str, scope: &Scope, ctx: &mut Ctx<'_>) -> Result<bool, String> {
    let path = absolute(&scope.cwd, operand);
    match operator {
        "-z" => Ok(operand.is_empty()),
        "-n" => Ok(!operand.is_empty()),
        "-e" | "-a" | "-r" | "-w" | "-x" => Ok(ctx.files().exists(&path)),
        "-f" => Ok(ctx.files().read(&path).is_ok()),
        "-d" => Ok(ctx.files().is_directory(&path)),
        "-s" => Ok(ctx.files().read(&path).is_ok_and(|text| !text.is_empty())),
        _ => Err(format!("{operator}: unary operator expected")),
    }
}

fn binary(left: &str, operator: &str, right: &str) -> Result<bool, String> {
    let number =
        |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
    match operator {
        "=" | "==" => Ok(left == right),
        "!=" => Ok(left != right),
        "<" => Ok(left < right),
        ">" => Ok(left > right),
        "-eq" => Ok(number(left)? == number(right)?),
        "-ne" => Ok(number(left)? != number(right)?),
        "-lt" => Ok(number(left)? < number(right)?),
        "-le" => Ok(number(left)? <= number(right)?),
        "-gt" => Ok(number(left)? > number(right)?),
        "-ge" => Ok(number(left)? >= number(right)?),
        _ => Err(format!("{operator}: binary operator expected")),
    }
}
