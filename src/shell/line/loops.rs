//! `for`: over words, and with a counter.

use super::lexer::Token;
use super::parser::{Parser, SyntaxError};
use super::tree::{AndOr, Command, CommandKind, Item, Part, Pipeline, Word};
use std::sync::Arc;

impl Parser {
    /// `for …; do …; done`
    pub(super) fn each(&mut self) -> Result<CommandKind, SyntaxError> {
        self.at += 1;
        if matches!(self.peek(), Some(Token::Arithmetic(_))) {
            return self.counted();
        }
        let Some(name) = self.keyword().map(str::to_owned) else { return Err(self.unexpected()) };
        self.at += 1;
        self.newlines();
        let mut words = None;
        if self.eat_keyword("in") {
            let list = words.insert(Vec::new());
            while let Some(Token::Word(word, _)) = self.peek() {
                list.push(word.clone());
                self.at += 1;
            }
        }
        self.eat(";");
        self.newlines();
        Ok(CommandKind::For { name, words, body: self.body()? })
    }

    /// `for ((FIRST; CONDITION; STEP))`: an expression, and a loop with a step.
    fn counted(&mut self) -> Result<CommandKind, SyntaxError> {
        let mut parts = vec![Word::default()];
        for part in self.expression()?.0 {
            let Part::Quoted(text) = part else {
                parts.last_mut().into_iter().for_each(|word| word.0.push(part.clone()));
                continue;
            };
            for (index, piece) in text.split(';').enumerate() {
                if index > 0 {
                    parts.push(Word::default());
                }
                parts.last_mut().into_iter().for_each(|word| word.0.push(Part::Quoted(piece.to_owned())));
            }
        }
        let Ok([first, mut condition, step]) = <[Word; 3]>::try_from(parts) else {
            return Err(SyntaxError::near("(("));
        };
        if condition.0.iter().all(|part| matches!(part, Part::Quoted(text) if text.trim().is_empty())) {
            condition = Word(vec![Part::Quoted("1".to_owned())]);
        }
        self.eat(";");
        self.newlines();
        let body = self.body()?;
        let single = |kind, negated| {
            let command = Command { kind, redirects: Vec::new() };
            let first = Pipeline { negated, timed: false, commands: vec![command] };
            let list = AndOr { first, rest: Vec::new(), text: String::new() };
            Item { list, background: false }
        };
        let script = |word| Arc::new(vec![single(CommandKind::Arithmetic(word), false)]);
        let (condition, step) = (script(condition), Some(script(step)));
        let each = CommandKind::While { condition, body, until: false, step };
        // A first expression that is zero is no failure that `set -e` would end the shell for.
        let first = single(CommandKind::Arithmetic(first), true);
        Ok(CommandKind::Group(Arc::new(vec![first, single(each, false)])))
    }
}
