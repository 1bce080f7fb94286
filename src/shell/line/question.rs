//! `[[ … ]]`: what it asks, by recursive descent.

use super::lexer::Token;
use super::parser::{Parser, SyntaxError};
use super::tree::{CommandKind, Part, Question, Reading, Word};

type Operands = Vec<(Word, Reading)>;

impl Parser {
    /// `[[ … ]]`, whose opening comes next.
    pub(super) fn question(&mut self) -> Result<CommandKind, SyntaxError> {
        self.at += 1;
        let mut operands = Vec::new();
        let question = self.either(&mut operands)?;
        self.newlines();
        if self.eat_keyword("]]") {
            Ok(CommandKind::Test { operands, question })
        } else {
            Err(self.unexpected())
        }
    }

    fn either(&mut self, operands: &mut Operands) -> Result<Question, SyntaxError> {
        let mut left = self.both(operands)?;
        while self.eat("||") {
            left = Question::Or(Box::new(left), Box::new(self.both(operands)?));
        }
        Ok(left)
    }

    fn both(&mut self, operands: &mut Operands) -> Result<Question, SyntaxError> {
        let mut left = self.one(operands)?;
        while self.eat("&&") {
            left = Question::And(Box::new(left), Box::new(self.one(operands)?));
        }
        Ok(left)
    }

    fn one(&mut self, operands: &mut Operands) -> Result<Question, SyntaxError> {
        self.newlines();
        if self.eat_keyword("!") {
            return Ok(Question::Not(Box::new(self.one(operands)?)));
        }
        if self.eat("(") {
            let inner = self.either(operands)?;
            self.newlines();
            return if self.eat(")") { Ok(inner) } else { Err(self.unexpected()) };
        }
        let mut read = |parser: &mut Self, reading| {
            let word = if reading == Reading::Regex { parser.regex()? } else { parser.operand()? };
            operands.push((word, reading));
            Ok(operands.len() - 1)
        };
        let unary = self.keyword().filter(|word| word.len() == 2 && word.starts_with('-')).map(str::to_owned);
        let is_last =
            matches!(self.tokens.get(self.at + 1), Some((Token::Word(_, Some(next)), _)) if next == "]]");
        if let Some(operator) = unary.filter(|_| !is_last) {
            self.at += 1;
            return Ok(Question::Unary(operator, read(self, Reading::Text)?));
        }
        if self.keyword() == Some("]]") {
            return Err(self.unexpected());
        }
        let left = read(self, Reading::Text)?;
        let operator = match self.peek() {
            Some(Token::Operator(operator @ ("<" | ">"))) => (*operator).to_owned(),
            Some(Token::Word(_, Some(word))) if word != "]]" => word.clone(),
            _ => return Ok(Question::Unary("-n".to_owned(), left)),
        };
        self.at += 1;
        let reading = match operator.as_str() {
            "=" | "==" | "!=" => Reading::Pattern,
            "=~" => Reading::Regex,
            _ => Reading::Text,
        };
        Ok(Question::Binary(left, operator, read(self, reading)?))
    }

    /// A regular expression: it goes on through parentheses and bars, up to a blank.
    fn regex(&mut self) -> Result<Word, SyntaxError> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                Some(Token::Word(word, _)) => parts.extend(word.0.iter().cloned()),
                Some(Token::Operator(operator @ ("(" | ")" | "|"))) => {
                    parts.push(Part::Bare((*operator).to_owned()))
                }
                _ => return Err(self.unexpected()),
            }
            let end = self.tokens[self.at].1;
            self.at += 1;
            if self.text.get(end).is_none_or(|c| c.is_whitespace() || matches!(c, '&' | ';')) {
                return Ok(Word(parts));
            }
        }
    }
}
