//! Tokens to a tree, by recursive descent.

use super::lexer::{Lexer, Token};
use super::tree::{
    AndOr, Arm, Command, CommandKind, Item, Op, Part, Pipeline, Redirect, RedirectKind, Script, Word,
};
use std::fmt;
use std::sync::Arc;

/// Why a line could not be read.
#[derive(Clone, Debug, PartialEq)]
pub enum SyntaxError {
    /// An unexpected token.
    Near(String),
    /// The line goes on: the terminal asks for more.
    Incomplete(Incomplete),
    /// `${…}` with something that is no name.
    BadSubstitution(String),
}

/// What a line still lacks.
#[derive(Clone, Debug, PartialEq)]
pub enum Incomplete {
    /// A closing quote or bracket.
    Quote(char),
    /// The end of a here-document.
    Document(String),
    /// A closing keyword, or a command after an operator.
    Command,
}

impl SyntaxError {
    pub(super) fn near(token: &str) -> Self {
        Self::Near(token.to_owned())
    }
}

/// In bash's words.
impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Near(token) => write!(f, "syntax error near unexpected token `{token}'"),
            Self::Incomplete(Incomplete::Quote(end)) => {
                write!(f, "unexpected EOF while looking for matching `{end}'")
            }
            Self::Incomplete(_) => f.write_str("syntax error: unexpected end of file"),
            Self::BadSubstitution(text) => write!(f, "{text}: bad substitution"),
        }
    }
}

/// Reads a script: one line or many.
///
/// # Errors
/// [`SyntaxError`], in bash's words.
pub fn parse(text: &str) -> Result<Script, SyntaxError> {
    parse_at(text, 0)
}

pub(super) fn parse_at(text: &str, depth: usize) -> Result<Script, SyntaxError> {
    let tokens = Lexer::run(text, depth)?;
    let mut parser = Parser { tokens, at: 0, depth, text: text.chars().collect() };
    let script = parser.script(&[])?;
    match parser.peek() {
        None => Ok(script),
        Some(token) => Err(SyntaxError::near(&shown(token))),
    }
}

/// How deep compound commands may nest.
const DEEPEST: usize = 64;
/// Words that end a list where a command could begin.
const CLOSERS: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

pub(super) struct Parser {
    pub(super) tokens: Vec<(Token, usize)>,
    pub(super) at: usize,
    depth: usize,
    pub(super) text: Vec<char>,
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(_, Some(text)) => text.clone(),
        Token::Word(..) | Token::Document(_) | Token::Arithmetic(_) => "word".to_owned(),
        Token::Operator(operator) => (*operator).to_owned(),
        Token::Descriptor(digit) => digit.to_string(),
        Token::Newline => "newline".to_owned(),
    }
}

impl Parser {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    pub(super) fn keyword(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Word(_, Some(text))) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_operator(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(Token::Operator(op)) if *op == operator)
    }

    pub(super) fn eat(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_keyword(&mut self, word: &str) -> bool {
        let found = self.keyword() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn expect_keyword(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.eat_keyword(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn unexpected(&self) -> SyntaxError {
        match self.peek() {
            Some(token) => SyntaxError::near(&shown(token)),
            None => SyntaxError::Incomplete(Incomplete::Command),
        }
    }

    pub(super) fn newlines(&mut self) {
        while matches!(self.peek(), Some(Token::Newline)) {
            self.at += 1;
        }
    }

    /// A list, up to one of the closing words or something that cannot go on.
    fn script(&mut self, until: &[&str]) -> Result<Script, SyntaxError> {
        let mut items = Vec::new();
        loop {
            self.newlines();
            let closes = self.keyword().is_some_and(|word| CLOSERS.contains(&word));
            if self.peek().is_none() || closes || self.is_operator(")") || self.is_operator(";;") {
                break;
            }
            let start = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |(_, end)| *end);
            let mut list = self.and_or()?;
            let end = self.tokens[self.at - 1].1.min(self.text.len());
            list.text = self.text[start.min(end)..end].iter().collect::<String>().trim().to_owned();
            let background = self.eat("&");
            items.push(Item { list, background });
            if !background && !self.eat(";") && !matches!(self.peek(), Some(Token::Newline)) {
                break;
            }
        }
        let closed = !items.is_empty() && self.keyword().is_some_and(|word| until.contains(&word));
        if !until.is_empty() && !closed {
            return Err(self.unexpected());
        }
        Ok(Arc::new(items))
    }

    fn and_or(&mut self) -> Result<AndOr, SyntaxError> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let op = if self.eat("&&") {
                Op::And
            } else if self.eat("||") {
                Op::Or
            } else {
                return Ok(AndOr { first, rest, text: String::new() });
            };
            self.newlines();
            rest.push((op, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, SyntaxError> {
        let timed = self.eat_keyword("time");
        let negated = self.eat_keyword("!");
        let mut commands = vec![self.command()?];
        while self.eat("|") {
            self.newlines();
            commands.push(self.command()?);
        }
        Ok(Pipeline { negated, timed, commands })
    }

    fn command(&mut self) -> Result<Command, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SyntaxError::near("nested too deeply"));
        }
        let command = self.command_inside();
        self.depth -= 1;
        command
    }

    fn command_inside(&mut self) -> Result<Command, SyntaxError> {
        let keyword = self.keyword().map(str::to_owned);
        let kind = match keyword.as_deref() {
            Some("{") => {
                self.at += 1;
                let body = self.script(&["}"])?;
                self.at += 1;
                CommandKind::Group(body)
            }
            Some("if") => self.conditional()?,
            Some("for") => self.each()?,
            Some("[[") => self.question()?,
            Some("function") => return self.named_function(),
            Some(word @ ("while" | "until")) => {
                self.at += 1;
                let condition = self.script(&["do"])?;
                CommandKind::While { condition, body: self.body()?, until: word == "until", step: None }
            }
            Some("case") => self.case()?,
            Some(word) if CLOSERS.contains(&word) => return Err(self.unexpected()),
            _ if matches!(self.peek(), Some(Token::Arithmetic(_))) => {
                CommandKind::Arithmetic(self.expression()?)
            }
            _ if self.eat("(") => {
                let body = self.script(&[])?;
                if !self.eat(")") || body.is_empty() {
                    return Err(self.unexpected());
                }
                CommandKind::Subshell(body)
            }
            _ => return self.simple(),
        };
        let mut redirects = Vec::new();
        while let Some(redirect) = self.redirect()? {
            redirects.push(redirect);
        }
        Ok(Command { kind, redirects })
    }

    pub(super) fn body(&mut self) -> Result<Script, SyntaxError> {
        self.expect_keyword("do")?;
        let body = self.script(&["done"])?;
        self.at += 1;
        Ok(body)
    }

    fn conditional(&mut self) -> Result<CommandKind, SyntaxError> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        while self.eat_keyword("if") || self.eat_keyword("elif") {
            let condition = self.script(&["then"])?;
            self.at += 1;
            branches.push((condition, self.script(&["elif", "else", "fi"])?));
        }
        if self.eat_keyword("else") {
            otherwise = Some(self.script(&["fi"])?);
        }
        self.expect_keyword("fi")?;
        Ok(CommandKind::If { branches, otherwise })
    }

    pub(super) fn expression(&mut self) -> Result<Word, SyntaxError> {
        let Some(Token::Arithmetic(word)) = self.peek() else { return Err(self.unexpected()) };
        let word = word.clone();
        self.at += 1;
        Ok(word)
    }

    /// `function NAME { …; }`
    fn named_function(&mut self) -> Result<Command, SyntaxError> {
        self.at += 1;
        let name = self.operand()?;
        if self.is_operator("(") {
            return self.function(&name);
        }
        self.function_body(&name)
    }

    fn case(&mut self) -> Result<CommandKind, SyntaxError> {
        self.at += 1;
        let word = self.operand()?;
        self.newlines();
        self.expect_keyword("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines();
            if self.eat_keyword("esac") {
                return Ok(CommandKind::Case { word, arms });
            }
            self.eat("(");
            let mut patterns = vec![self.operand()?];
            while self.eat("|") {
                patterns.push(self.operand()?);
            }
            if !self.eat(")") {
                return Err(self.unexpected());
            }
            let body = self.script(&[])?;
            arms.push(Arm { patterns, body });
            self.newlines();
            if !self.eat(";;") && self.keyword() != Some("esac") {
                return Err(self.unexpected());
            }
        }
    }

    pub(super) fn operand(&mut self) -> Result<Word, SyntaxError> {
        match self.peek() {
            Some(Token::Word(word, _)) => {
                let word = word.clone();
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn simple(&mut self) -> Result<Command, SyntaxError> {
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            let Some(Token::Word(word, _)) = self.peek() else { break };
            let word = word.clone();
            self.at += 1;
            match assignment(&word).filter(|_| words.is_empty()) {
                Some(assignment) => assignments.push(assignment),
                None => words.push(word),
            }
            if words.len() == 1 && assignments.is_empty() && self.is_operator("(") {
                return self.function(&words[0]);
            }
        }
        if assignments.is_empty() && words.is_empty() && redirects.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Command { kind: CommandKind::Simple { assignments, words }, redirects })
    }

    fn function(&mut self, name: &Word) -> Result<Command, SyntaxError> {
        self.at += 1;
        if !self.eat(")") {
            return Err(self.unexpected());
        }
        self.function_body(name)
    }

    fn function_body(&mut self, name: &Word) -> Result<Command, SyntaxError> {
        let [Part::Bare(name)] = name.0.as_slice() else { return Err(self.unexpected()) };
        let name = name.clone();
        self.newlines();
        self.expect_keyword("{")?;
        let body = self.script(&["}"])?;
        self.at += 1;
        Ok(Command { kind: CommandKind::Function { name, body }, redirects: Vec::new() })
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, SyntaxError> {
        let start = self.at;
        let mut fd = None;
        if let Some(Token::Descriptor(digit)) = self.peek() {
            fd = Some(*digit);
            self.at += 1;
        }
        let Some(Token::Operator(operator)) = self.peek() else {
            self.at = start;
            return Ok(None);
        };
        let operator = *operator;
        if !operator.starts_with(['<', '>']) && operator != "&>" {
            return Ok(None);
        }
        self.at += 1;
        let default = u8::from(operator.starts_with('>') || operator == "&>");
        let fd = fd.unwrap_or(default);
        if matches!(operator, "<<" | "<<-") {
            let Some(Token::Document(word)) = self.peek() else { return Err(self.unexpected()) };
            let kind = RedirectKind::Text(word.clone());
            self.at += 1;
            return Ok(Some(Redirect { fd, kind }));
        }
        let word = self.operand()?;
        let kind = match operator {
            "<" => RedirectKind::Read(word),
            ">" | ">|" => RedirectKind::Write(word),
            ">>" => RedirectKind::Append(word),
            "&>" => RedirectKind::WriteBoth(word),
            "<<<" => {
                let mut word = word;
                word.0.push(Part::Quoted("\n".to_owned()));
                RedirectKind::Text(word)
            }
            _ => match word.0.as_slice() {
                [Part::Bare(digit)] if matches!(digit.as_str(), "1" | "2") => {
                    RedirectKind::Duplicate(digit.as_bytes()[0] - b'0')
                }
                _ if operator == ">&" => RedirectKind::WriteBoth(word),
                _ => return Err(self.unexpected()),
            },
        };
        Ok(Some(Redirect { fd, kind }))
    }
}

/// `NAME=value` as an assignment.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Bare(first)) = word.0.first() else { return None };
    let (name, value) = first.split_once('=')?;
    let mut letters = name.chars();
    let named = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !named {
        return None;
    }
    let mut parts = word.0.clone();
    parts[0] = Part::Bare(value.to_owned());
    if value.is_empty() {
        parts.remove(0);
    }
    Some((name.to_owned(), Word(parts)))
}
