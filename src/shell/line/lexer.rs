//! Text to tokens: words, operators, here-documents.

use super::parser::{Incomplete, SyntaxError};
use super::tree::{Part, Word};

/// How deep quotes, expansions and commands may nest.
const DEEPEST: usize = 64;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word, and its text if it is plain (no quotes, no expansions).
    Word(Word, Option<String>),
    /// An operator: `;`, `&&`, `|`, `>`, `(` …
    Operator(&'static str),
    /// A digit right before `<` or `>`.
    Descriptor(u8),
    /// The body of a here-document, right after its delimiter.
    Document(Word),
    /// `((…))` where a command or the head of a loop may stand.
    Arithmetic(Word),
    /// The end of a line.
    Newline,
}

/// Words after which a command may begin, and `for`, after which an expression may.
const BEFORE_COMMANDS: [&str; 11] =
    ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "for"];

/// The operators, longest first.
const OPERATORS: [&str; 18] =
    ["<<<", "<<-", "&&", "||", ";;", "<<", ">>", ">&", "<&", "&>", ">|", ";", "&", "|", "<", ">", "(", ")"];

/// What a text is made of, and where each token ends in it.
pub(super) struct Lexer {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    pub(super) depth: usize,
    pending: Vec<(usize, String, bool, bool)>,
    pub(super) tokens: Vec<(Token, usize)>,
}

pub(super) type Lexed<T> = Result<T, SyntaxError>;

impl Lexer {
    /// The tokens of a text.
    pub(super) fn run(source: &str, depth: usize) -> Lexed<Vec<(Token, usize)>> {
        let mut lexer =
            Lexer { chars: source.chars().collect(), at: 0, depth, pending: Vec::new(), tokens: Vec::new() };
        if depth > DEEPEST {
            return Err(SyntaxError::near("nested too deeply"));
        }
        lexer.all()?;
        Ok(lexer.tokens)
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, c)| self.peek(index) == Some(c))
    }

    fn push(&mut self, token: Token) {
        self.tokens.push((token, self.at));
    }

    fn all(&mut self) -> Lexed<()> {
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' | '\r' => self.at += 1,
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                '\n' => {
                    self.at += 1;
                    self.push(Token::Newline);
                    self.documents()?;
                }
                '#' => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => self.token()?,
            }
        }
        if !self.pending.is_empty() {
            self.documents()?;
        }
        Ok(())
    }

    fn token(&mut self) -> Lexed<()> {
        if let Some(digit) = self.peek(0).filter(char::is_ascii_digit)
            && matches!(self.peek(1), Some('<' | '>'))
        {
            self.at += 1;
            self.push(Token::Descriptor(digit as u8 - b'0'));
        }
        if self.starts_with("((") && self.begins_command() {
            let start = self.at;
            self.at += 2;
            match self.arithmetic() {
                Ok(Some(word)) => {
                    self.push(Token::Arithmetic(word));
                    return Ok(());
                }
                // Two subshells that begin together.
                Ok(None) => self.at = start,
                Err(error) => return Err(error),
            }
        }
        if let Some(operator) = OPERATORS.iter().find(|operator| self.starts_with(operator)) {
            self.at += operator.len();
            self.push(Token::Operator(operator));
            if matches!(*operator, "<<" | "<<-") {
                self.delimiter(*operator == "<<-")?;
            }
            return Ok(());
        }
        let (word, plain) = self.word("")?;
        self.push(Token::Word(word, plain));
        Ok(())
    }

    fn begins_command(&self) -> bool {
        match self.tokens.last() {
            None
            | Some((Token::Newline | Token::Operator(";" | "&" | "&&" | "||" | "|" | "(" | ")" | ";;"), _)) => {
                true
            }
            Some((Token::Word(_, Some(text)), _)) => BEFORE_COMMANDS.contains(&text.as_str()),
            _ => false,
        }
    }

    /// The inside of `((…))`, whose opening is read; `None` if it does not end as one.
    pub(super) fn arithmetic(&mut self) -> Lexed<Option<Word>> {
        let start = self.at;
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => depth -= 1,
                ')' if self.peek(0) == Some(')') => {
                    let text: String = self.chars[start..self.at - 1].iter().collect();
                    self.at += 1;
                    return quoted_text(&text, self.depth).map(Some);
                }
                ')' => return Ok(None),
                _ => {}
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote(')')))
    }

    /// Reads the delimiter of a here-document; its body comes after this line.
    fn delimiter(&mut self, tabs: bool) -> Lexed<()> {
        while matches!(self.peek(0), Some(' ' | '\t')) {
            self.at += 1;
        }
        let start = self.at;
        let (word, _) = self.word("")?;
        let raw: String = self.chars[start..self.at].iter().collect();
        let text: String = word
            .0
            .iter()
            .map(|part| match part {
                Part::Bare(text) | Part::Quoted(text) => text.as_str(),
                Part::Expand { .. } => "",
            })
            .collect();
        if text.is_empty() {
            return Err(SyntaxError::near("newline"));
        }
        let literal = raw.contains(['\'', '"', '\\']);
        self.push(Token::Document(Word::default()));
        self.pending.push((self.tokens.len() - 1, text, tabs, literal));
        Ok(())
    }

    /// Reads the bodies of the here-documents this line began.
    fn documents(&mut self) -> Lexed<()> {
        for (token, delimiter, tabs, literal) in std::mem::take(&mut self.pending) {
            let mut body = String::new();
            loop {
                if self.at >= self.chars.len() {
                    return Err(SyntaxError::Incomplete(Incomplete::Document(delimiter)));
                }
                let end = self.chars[self.at..]
                    .iter()
                    .position(|c| *c == '\n')
                    .map_or(self.chars.len(), |n| self.at + n);
                let line: String = self.chars[self.at..end].iter().collect();
                self.at = (end + 1).min(self.chars.len());
                let line = if tabs { line.trim_start_matches('\t') } else { &line };
                if line == delimiter {
                    break;
                }
                body += line;
                body.push('\n');
            }
            let word = if literal { Word(vec![Part::Quoted(body)]) } else { quoted_text(&body, self.depth)? };
            self.tokens[token].0 = Token::Document(word);
        }
        Ok(())
    }

    /// Reads a word; inside `${…}` it ends at one of the characters given.
    pub(super) fn word(&mut self, ends: &str) -> Lexed<(Word, Option<String>)> {
        let mut parts: Vec<Part> = Vec::new();
        let mut bare = String::new();
        let mut plain = true;
        while let Some(c) = self.peek(0) {
            let ends = if ends.is_empty() { " \t\r\n;&|<>()" } else { ends };
            if ends.contains(c) {
                break;
            }
            if !matches!(c, '\'' | '"' | '\\' | '$' | '`') {
                bare.push(c);
                self.at += 1;
                continue;
            }
            if c == '\\' && self.peek(1) == Some('\n') {
                self.at += 2;
                continue;
            }
            plain = false;
            if !bare.is_empty() {
                parts.push(Part::Bare(std::mem::take(&mut bare)));
            }
            self.at += 1;
            match c {
                '\'' => parts.push(Part::Quoted(self.until('\'')?)),
                '"' => self.double(&mut parts)?,
                '\\' => {
                    let next = self.peek(0).map(String::from).unwrap_or_default();
                    self.at += 1;
                    parts.push(Part::Quoted(next));
                }
                '$' if self.peek(0) == Some('\'') => {
                    self.at += 1;
                    let text = self.escaped_until_quote()?;
                    parts.push(Part::Quoted(text));
                }
                _ => parts.push(self.expansion(c, false)?),
            }
        }
        let text = (plain && !bare.is_empty()).then(|| bare.clone());
        if !bare.is_empty() {
            parts.push(Part::Bare(bare));
        }
        Ok((Word(parts), text))
    }

    pub(super) fn until(&mut self, end: char) -> Lexed<String> {
        let start = self.at;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            if c == end {
                return Ok(self.chars[start..self.at - 1].iter().collect());
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote(end)))
    }

    /// `$'…'`: C escapes.
    fn escaped_until_quote(&mut self) -> Lexed<String> {
        let mut text = String::new();
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '\'' => return Ok(text),
                '\\' => {
                    let next = self.peek(0).unwrap_or('\\');
                    self.at += 1;
                    text.push(match next {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    });
                }
                other => text.push(other),
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote('\'')))
    }

    /// The inside of double quotes.
    fn double(&mut self, parts: &mut Vec<Part>) -> Lexed<()> {
        let mut text = String::new();
        loop {
            let Some(c) = self.peek(0) else { return Err(SyntaxError::Incomplete(Incomplete::Quote('"'))) };
            self.at += 1;
            match c {
                '"' => break,
                '\\' if matches!(self.peek(0), Some('$' | '`' | '"' | '\\')) => {
                    text.extend(self.peek(0));
                    self.at += 1;
                }
                '\\' if self.peek(0) == Some('\n') => self.at += 1,
                '$' | '`' => {
                    if !text.is_empty() {
                        parts.push(Part::Quoted(std::mem::take(&mut text)));
                    }
                    parts.push(self.expansion(c, true)?);
                }
                other => text.push(other),
            }
        }
        // An empty pair of quotes is a word too.
        parts.push(Part::Quoted(text));
        Ok(())
    }
}

/// Text in which only `$` and backticks mean something: the body of a here-document.
fn quoted_text(text: &str, depth: usize) -> Lexed<Word> {
    // Read as a double-quoted string whose own quotes are hidden from the lexer.
    let hidden = text.replace('"', "\u{1}") + "\"";
    let mut lexer =
        Lexer { chars: hidden.chars().collect(), at: 0, depth, pending: Vec::new(), tokens: Vec::new() };
    let mut parts = Vec::new();
    lexer.double(&mut parts)?;
    for part in &mut parts {
        if let Part::Quoted(text) = part {
            *text = text.replace('\u{1}', "\"");
        }
    }
    Ok(Word(parts))
}
