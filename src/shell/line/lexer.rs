//! Text to tokens: words, operators, here-documents.

use super::parser::{Incomplete, SyntaxError};
use super::tree::{Expansion, Part, Word};

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
    /// The end of a line.
    Newline,
}

/// The operators, longest first.
const OPERATORS: [&str; 18] =
    ["<<<", "<<-", "&&", "||", ";;", "<<", ">>", ">&", "<&", "&>", ">|", ";", "&", "|", "<", ">", "(", ")"];

/// What a text is made of, and where each token ends in it.
pub(super) struct Lexer<'a> {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    pending: Vec<(usize, String, bool, bool)>,
    pub(super) tokens: Vec<(Token, usize)>,
    source: &'a str,
}

type Lexed<T> = Result<T, SyntaxError>;

impl<'a> Lexer<'a> {
    /// The tokens of a text.
    pub(super) fn run(source: &'a str, depth: usize) -> Lexed<Vec<(Token, usize)>> {
        let mut lexer = Lexer {
            chars: source.chars().collect(),
            at: 0,
            depth,
            pending: Vec::new(),
            tokens: Vec::new(),
            source,
        };
        if depth > DEEPEST {
            return Err(SyntaxError::near("nested too deeply"));
        }
        lexer.all()?;
        Ok(lexer.tokens)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
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
        if let Some(operator) = OPERATORS.iter().find(|operator| self.starts_with(operator)) {
            self.at += operator.len();
            self.push(Token::Operator(operator));
            if matches!(*operator, "<<" | "<<-") {
                self.delimiter(*operator == "<<-")?;
            }
            return Ok(());
        }
        let (word, plain) = self.word(false)?;
        self.push(Token::Word(word, plain));
        Ok(())
    }

    /// Reads the delimiter of a here-document; its body comes after this line.
    fn delimiter(&mut self, tabs: bool) -> Lexed<()> {
        while matches!(self.peek(0), Some(' ' | '\t')) {
            self.at += 1;
        }
        let start = self.at;
        let (word, _) = self.word(false)?;
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

    /// Reads a word; inside `${…}` it ends at the closing brace.
    fn word(&mut self, braced: bool) -> Lexed<(Word, Option<String>)> {
        let mut parts: Vec<Part> = Vec::new();
        let mut bare = String::new();
        let mut plain = true;
        while let Some(c) = self.peek(0) {
            let ends = if braced {
                c == '}'
            } else {
                matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')')
            };
            if ends {
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

    fn until(&mut self, end: char) -> Lexed<String> {
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

    /// What follows `$` or a backtick.
    fn expansion(&mut self, first: char, quoted: bool) -> Lexed<Part> {
        let expand = |what| Ok(Part::Expand { what, quoted });
        if first == '`' {
            let text = self.until('`')?.replace("\\`", "`").replace("\\\\", "\\");
            return expand(Expansion::Command(self.script(&text)?));
        }
        match self.peek(0) {
            Some('(') if self.peek(1) == Some('(') => {
                self.at += 2;
                let start = self.at;
                let mut depth = 0;
                while let Some(c) = self.peek(0) {
                    self.at += 1;
                    match c {
                        '(' => depth += 1,
                        ')' if depth > 0 => depth -= 1,
                        ')' if self.peek(0) == Some(')') => {
                            let text = self.chars[start..self.at - 1].iter().collect();
                            self.at += 1;
                            return expand(Expansion::Arithmetic(text));
                        }
                        _ => {}
                    }
                }
                Err(SyntaxError::Incomplete(Incomplete::Quote(')')))
            }
            Some('(') => {
                self.at += 1;
                let text = self.balanced()?;
                expand(Expansion::Command(self.script(&text)?))
            }
            Some('{') => {
                self.at += 1;
                expand(self.braced()?)
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let start = self.at;
                while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                    self.at += 1;
                }
                expand(Expansion::Variable(self.chars[start..self.at].iter().collect()))
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '?' | '@' | '*' | '#' | '$' | '!') => {
                self.at += 1;
                expand(Expansion::Variable(c.to_string()))
            }
            _ => Ok(Part::Quoted("$".to_owned())),
        }
    }

    fn script(&self, text: &str) -> Lexed<super::Script> {
        super::parser::parse_at(text, self.depth + 1)
    }

    /// The text up to the parenthesis that closes an open one, quotes respected.
    fn balanced(&mut self) -> Lexed<String> {
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '\\' => self.at += 1,
                '\'' => drop(self.until('\'')?),
                '"' => self.skip_double()?,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(self.chars[start..self.at - 1].iter().collect());
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote(')')))
    }

    fn skip_double(&mut self) -> Lexed<()> {
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '"' => return Ok(()),
                '\\' => self.at += 1,
                '$' if self.peek(0) == Some('(') => {
                    self.at += 1;
                    self.balanced()?;
                }
                _ => {}
            }
        }
        Err(SyntaxError::Incomplete(Incomplete::Quote('"')))
    }

    /// The inside of `${…}`.
    fn braced(&mut self) -> Lexed<Expansion> {
        let length = self.peek(0) == Some('#') && self.peek(1) != Some('}');
        if length {
            self.at += 1;
        }
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '?' | '@' | '*')) {
            self.at += 1;
        }
        let name: String = self.chars[start..self.at].iter().collect();
        let start = self.at;
        while self.peek(0).is_some_and(|c| matches!(c, ':' | '-' | '=' | '+' | '?' | '#' | '%'))
            && self.at - start < 2
        {
            self.at += 1;
        }
        let operator: String = self.chars[start..self.at].iter().collect();
        let (word, _) = self.word(true)?;
        if self.peek(0) != Some('}') {
            return Err(SyntaxError::Incomplete(Incomplete::Quote('}')));
        }
        self.at += 1;
        match operator.as_str() {
            _ if name.is_empty() => Err(SyntaxError::BadSubstitution(self.source.trim().to_owned())),
            "" if length => Ok(Expansion::Length(name)),
            "" => Ok(Expansion::Variable(name)),
            "#" | "##" | "%" | "%%" => Ok(Expansion::Trim(name, operator, Box::new(word))),
            _ => Ok(Expansion::Default(name, operator, Box::new(word))),
        }
    }
}

/// Text in which only `$` and backticks mean something: the body of a here-document.
fn quoted_text(text: &str, depth: usize) -> Lexed<Word> {
    // Read as a double-quoted string whose own quotes are hidden from the lexer.
    let hidden = text.replace('"', "\u{1}") + "\"";
    let mut lexer = Lexer {
        chars: hidden.chars().collect(),
        at: 0,
        depth,
        pending: Vec::new(),
        tokens: Vec::new(),
        source: text,
    };
    let mut parts = Vec::new();
    lexer.double(&mut parts)?;
    for part in &mut parts {
        if let Part::Quoted(text) = part {
            *text = text.replace('\u{1}', "\"");
        }
    }
    Ok(Word(parts))
}
