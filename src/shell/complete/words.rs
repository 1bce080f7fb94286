//! The words before the cursor: those of the command being typed, and the one being typed.

/// A command line as far as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The words of the command before the one at the cursor, their quotes taken off.
    pub before: Vec<String>,
    /// The word at the cursor, as far as it is typed.
    pub typed: String,
    /// Where it begins, in characters.
    pub start: usize,
    /// Whether a redirection leads to it.
    pub redirected: bool,
}

/// Splits what stands before the cursor. Only the innermost command counts: behind `|`, `;`, `&&`, `$(`.
pub fn split(text: &str) -> Words {
    let mut words = Words::default();
    // Commands that an inner one interrupted.
    let mut outer: Vec<Words> = Vec::new();
    let mut quote: Option<char> = None;
    let mut in_word = false;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        if !in_word {
            words.start = at;
        }
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), c) => words.typed.push(c),
            (_, '$') if chars.peek().is_some_and(|(_, next)| *next == '(') => {
                chars.next();
                outer.push(std::mem::take(&mut words));
                words.start = at + 2;
                (quote, in_word) = (None, false);
            }
            (Some(_), '\\') | (None, '\\') => {
                if let Some((_, next)) = chars.next() {
                    words.typed.push(next);
                }
                in_word = true;
            }
            (Some(_), c) => words.typed.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                in_word = true;
            }
            (None, ')') if !outer.is_empty() => {
                let inner = outer.pop().unwrap_or_default();
                words = inner;
                words.typed.push_str("$()");
                in_word = true;
            }
            (None, '|' | ';' | '&' | '(' | ')' | '\n' | '`') => {
                words = Words { start: at + 1, ..Words::default() };
                in_word = false;
            }
            (None, '<' | '>') => {
                words.typed.clear();
                words.start = at + 1;
                words.redirected = true;
                in_word = false;
            }
            (None, c) if c.is_whitespace() => {
                if in_word {
                    finish(&mut words);
                }
                in_word = false;
                words.start = at + 1;
            }
            (None, c) => {
                words.typed.push(c);
                in_word = true;
            }
        }
    }
    if !in_word && words.typed.is_empty() {
        words.start = text.chars().count();
    }
    words
}

fn finish(words: &mut Words) {
    let word = std::mem::take(&mut words.typed);
    // A variable set for the command, and where its output goes, are no words of it.
    let named = word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    let keyword = ["then", "do", "else", "if", "while", "until", "!", "{", "time"].contains(&word.as_str());
    if !(words.redirected || words.before.is_empty() && (named || keyword)) {
        words.before.push(word);
    }
    words.redirected = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_command_counts() {
        for (text, before, typed, start) in [
            ("kubectl get po", vec!["kubectl", "get"], "po", 12),
            ("kubectl get ", vec!["kubectl", "get"], "", 12),
            ("ls | gre", vec![], "gre", 5),
            ("A=1 kubectl g", vec!["kubectl"], "g", 12),
            ("echo $(kubectl get n", vec!["kubectl", "get"], "n", 19),
            ("echo $(date) x", vec!["echo", "$()"], "x", 13),
            ("cat 'a b' c", vec!["cat", "a b"], "c", 10),
            ("for i in 1; do kubectl d", vec!["kubectl"], "d", 23),
            ("", vec![], "", 0),
        ] {
            let words = split(text);
            assert_eq!(
                (words.before, words.typed.as_str(), words.start),
                (before.iter().map(|w| (*w).to_owned()).collect(), typed, start),
                "{text}"
            );
        }
        assert!(split("ls > f").redirected);
    }
}
