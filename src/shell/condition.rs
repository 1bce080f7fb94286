//! `test` and `[`.

use super::files::absolute;
use super::program::{Ctx, Exit};
use super::scope::Scope;

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
        "-e" | "-r" | "-w" => Ok(ctx.files().exists(&path)),
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
