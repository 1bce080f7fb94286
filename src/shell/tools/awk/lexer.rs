//! The words of an `awk` program.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Text(String),
    Regex(String),
    /// A name; a function's, if `(` follows at once.
    Name(String, bool),
    /// An operator or a bracket.
    Sign(&'static str),
    /// A newline or `;`.
    End,
}

/// Signs, longest first.
const SIGNS: [&str; 39] = [
    "**=", "&&", "||", "==", "!=", "<=", ">=", "!~", "+=", "-=", "*=", "/=", "%=", "^=", "++", "--", ">>",
    "**", "{", "}", "(", ")", "[", "]", ",", "$", "?", ":", "!", "~", "<", ">", "=", "+", "-", "*", "/", "%",
    "^",
];

/// Cuts a program into tokens.
///
/// # Errors
/// What cannot be read.
pub fn lex(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        match c {
            '#' => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '\n' | ';' => {
                tokens.push(Token::End);
                at += 1;
            }
            '\\' if chars.get(at + 1) == Some(&'\n') => at += 2,
            c if c.is_whitespace() => at += 1,
            '"' => {
                let (text, end) = quoted(&chars, at + 1, '"').ok_or("^ unterminated string")?;
                tokens.push(Token::Text(crate::shell::printf::unescape(
                    &text.replace("\\\"", "\"").replace("\\/", "/"),
                )));
                at = end;
            }
            '/' if regex_may_follow(tokens.last()) => {
                let (text, end) = quoted(&chars, at + 1, '/').ok_or("^ unterminated regexp")?;
                tokens.push(Token::Regex(text.replace("\\/", "/")));
                at = end;
            }
            c if c.is_ascii_digit() || c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit) => {
                let start = at;
                while chars.get(at).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
                    at += 1;
                }
                if matches!(chars.get(at), Some('e' | 'E'))
                    && chars.get(at + 1).is_some_and(char::is_ascii_digit)
                {
                    at += 1;
                    while chars.get(at).is_some_and(char::is_ascii_digit) {
                        at += 1;
                    }
                }
                let number: String = chars[start..at].iter().collect();
                tokens.push(Token::Number(number.parse().map_err(|_| format!("^ syntax error: {number}"))?));
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let start = at;
                while chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    at += 1;
                }
                let called = chars.get(at) == Some(&'(');
                tokens.push(Token::Name(chars[start..at].iter().collect(), called));
            }
            _ => {
                let sign = SIGNS
                    .iter()
                    .find(|sign| sign.chars().enumerate().all(|(i, s)| chars.get(at + i) == Some(&s)));
                let sign = sign.ok_or_else(|| format!("^ syntax error near {c}"))?;
                tokens.push(Token::Sign(sign));
                at += sign.len();
            }
        }
    }
    Ok(tokens)
}

/// Whether a `/` begins a pattern: nothing that could be divided stands before it.
fn regex_may_follow(last: Option<&Token>) -> bool {
    match last {
        None | Some(Token::End) => true,
        Some(Token::Sign(sign)) => !matches!(*sign, ")" | "]" | "$" | "++" | "--"),
        Some(Token::Name(name, _)) => {
            matches!(name.as_str(), "print" | "printf" | "return" | "in" | "getline")
        }
        Some(_) => false,
    }
}

/// The text up to a quote, escapes kept, and where it ends.
fn quoted(chars: &[char], start: usize, quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = start;
    loop {
        match *chars.get(at)? {
            '\\' => {
                text.extend(chars.get(at..at + 2)?);
                at += 2;
            }
            '\n' => return None,
            c if c == quote => return Some((text, at + 1)),
            c => {
                text.push(c);
                at += 1;
            }
        }
    }
}
