//! The grammar of `awk`.

use super::lexer::{Token, lex};
use crate::shell::regex::{Regex, Syntax};

/// A pattern with its action.
#[derive(Clone, Debug)]
pub struct Rule {
    pub pattern: Pattern,
    pub action: Vec<Statement>,
}

/// When a rule's action runs.
#[derive(Clone, Debug)]
pub enum Pattern {
    Begin,
    End,
    Always,
    When(Expression),
    Range(Expression, Expression),
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Statement {
    Print(Vec<Expression>, bool),
    Value(Expression),
    If(Expression, Vec<Statement>, Vec<Statement>),
    /// Setup, condition, step, body, and whether the body runs before the first test.
    Loop(Option<Box<Statement>>, Option<Expression>, Option<Box<Statement>>, Vec<Statement>, bool),
    Each(String, String, Vec<Statement>),
    Delete(String, Vec<Expression>),
    Next,
    Break,
    Continue,
    Exit(Option<Expression>),
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expression {
    Number(f64),
    Text(String),
    Regex(Regex),
    Variable(String),
    Field(Box<Expression>),
    Element(String, Vec<Expression>),
    Assign(Box<Expression>, &'static str, Box<Expression>),
    /// The place, how much is added, and whether the value is the one before.
    Step(Box<Expression>, f64, bool),
    Unary(&'static str, Box<Expression>),
    Binary(&'static str, Box<Expression>, Box<Expression>),
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
    In(Vec<Expression>, String),
    Call(String, Vec<Expression>),
}

/// How deep expressions and blocks may nest.
const DEEPEST: usize = 60;

/// Parses a program.
///
/// # Errors
/// `^ syntax error` and its like.
pub fn parse(text: &str) -> Result<Vec<Rule>, String> {
    let mut parser = Parser { tokens: lex(text)?, at: 0, depth: 0, in_print: false };
    let mut rules = Vec::new();
    loop {
        parser.ends();
        if parser.peek().is_none() {
            return Ok(rules);
        }
        rules.push(parser.rule()?);
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// In the arguments of `print`, where `>` would be a file.
    in_print: bool,
}

type Parsed<T> = Result<T, String>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn sees(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.sees(sign);
        self.at += usize::from(found);
        found
    }

    fn eat_name(&mut self, name: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(found, _)) if found == name);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { Err(self.error()) }
    }

    fn error(&self) -> String {
        match self.peek() {
            None => "^ unexpected newline or end of string".to_owned(),
            Some(_) => "^ syntax error".to_owned(),
        }
    }

    fn ends(&mut self) {
        while self.peek() == Some(&Token::End) {
            self.at += 1;
        }
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("^ program too deep".to_owned());
        }
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn rule(&mut self) -> Parsed<Rule> {
        let pattern = if self.eat_name("BEGIN") {
            Pattern::Begin
        } else if self.eat_name("END") {
            Pattern::End
        } else if self.sees("{") {
            Pattern::Always
        } else {
            let first = self.expression()?;
            if self.eat(",") { Pattern::Range(first, self.expression()?) } else { Pattern::When(first) }
        };
        let action = if self.sees("{") { self.block()? } else { vec![Statement::Print(Vec::new(), false)] };
        Ok(Rule { pattern, action })
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            self.ends();
            if self.eat("}") {
                return Ok(statements);
            }
            let statement = self.deeper(Self::statement)?;
            statements.push(statement);
            if !self.sees("}") && self.peek() != Some(&Token::End) && !self.ended() {
                return Err(self.error());
            }
        }
    }

    /// Whether what was just read ends by itself.
    fn ended(&self) -> bool {
        matches!(self.tokens.get(self.at.wrapping_sub(1)), Some(Token::Sign("}") | Token::End))
    }

    fn body(&mut self) -> Parsed<Vec<Statement>> {
        self.ends();
        if self.sees("{") { self.deeper(Self::block) } else { Ok(vec![self.deeper(Self::statement)?]) }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        if self.sees("{") {
            let body = self.block()?;
            return Ok(Statement::If(Expression::Number(1.0), body, Vec::new()));
        }
        let Some(Token::Name(name, _)) = self.peek().cloned() else { return self.simple() };
        match name.as_str() {
            "if" => {
                self.at += 1;
                self.expect("(")?;
                let test = self.expression()?;
                self.expect(")")?;
                let then = self.body()?;
                let before = self.at;
                self.ends();
                let otherwise = if self.eat_name("else") {
                    self.body()?
                } else {
                    self.at = before;
                    Vec::new()
                };
                Ok(Statement::If(test, then, otherwise))
            }
            "while" => {
                self.at += 1;
                self.expect("(")?;
                let test = self.expression()?;
                self.expect(")")?;
                Ok(Statement::Loop(None, Some(test), None, self.body()?, false))
            }
            "do" => {
                self.at += 1;
                let body = self.body()?;
                self.ends();
                if !self.eat_name("while") {
                    return Err(self.error());
                }
                self.expect("(")?;
                let test = self.expression()?;
                self.expect(")")?;
                Ok(Statement::Loop(None, Some(test), None, body, true))
            }
            "for" => self.for_loop(),
            _ => self.simple(),
        }
    }

    fn for_loop(&mut self) -> Parsed<Statement> {
        self.at += 1;
        self.expect("(")?;
        if let [
            Some(Token::Name(name, _)),
            Some(Token::Name(word, _)),
            Some(Token::Name(array, _)),
            Some(Token::Sign(")")),
        ] = [0, 1, 2, 3].map(|ahead| self.tokens.get(self.at + ahead))
            && word == "in"
        {
            let (name, array) = (name.clone(), array.clone());
            self.at += 4;
            return Ok(Statement::Each(name, array, self.body()?));
        }
        let mut parts = [None, None, None];
        for (index, close) in [false, false, true].into_iter().enumerate() {
            let empty = if close { self.sees(")") } else { self.peek() == Some(&Token::End) };
            if !empty {
                parts[index] = Some(self.simple()?);
            }
            if close {
                self.expect(")")?;
            } else if self.peek() == Some(&Token::End) {
                self.at += 1;
            } else {
                return Err(self.error());
            }
        }
        let [setup, test, step] = parts;
        let test = match test {
            Some(Statement::Value(test)) => Some(test),
            None => None,
            Some(_) => return Err("^ syntax error".to_owned()),
        };
        Ok(Statement::Loop(setup.map(Box::new), test, step.map(Box::new), self.body()?, false))
    }

    fn simple(&mut self) -> Parsed<Statement> {
        let Some(Token::Name(name, _)) = self.peek().cloned() else {
            return Ok(Statement::Value(self.expression()?));
        };
        match name.as_str() {
            "print" | "printf" => {
                self.at += 1;
                self.in_print = true;
                let list = self.print_list();
                self.in_print = false;
                let list = list?;
                if self.sees(">") || self.sees(">>") || self.sees("|") {
                    return Err("^ writing to files is not simulated".to_owned());
                }
                if name == "printf" && list.is_empty() {
                    return Err("^ syntax error".to_owned());
                }
                Ok(Statement::Print(list, name == "printf"))
            }
            "next" => {
                self.at += 1;
                Ok(Statement::Next)
            }
            "break" => {
                self.at += 1;
                Ok(Statement::Break)
            }
            "continue" => {
                self.at += 1;
                Ok(Statement::Continue)
            }
            "exit" => {
                self.at += 1;
                let bare = matches!(self.peek(), None | Some(Token::End | Token::Sign("}")));
                Ok(Statement::Exit(if bare { None } else { Some(self.expression()?) }))
            }
            "delete" => {
                self.at += 1;
                match self.primary()? {
                    Expression::Element(name, index) => Ok(Statement::Delete(name, index)),
                    Expression::Variable(name) => Ok(Statement::Delete(name, Vec::new())),
                    _ => Err("^ syntax error".to_owned()),
                }
            }
            _ => Ok(Statement::Value(self.expression()?)),
        }
    }

    fn print_list(&mut self) -> Parsed<Vec<Expression>> {
        let mut list = Vec::new();
        if matches!(self.peek(), None | Some(Token::End | Token::Sign("}" | ">" | ">>" | "|"))) {
            return Ok(list);
        }
        // `print (a, b)` is a list, `print (a)(b)` and `print (a) b` are not.
        let start = self.at;
        if self.eat("(") {
            self.in_print = false;
            let inner = self.list(")");
            self.in_print = true;
            if let Ok(inner) = inner
                && inner.len() > 1
                && matches!(self.peek(), None | Some(Token::End | Token::Sign("}" | ">" | ">>" | "|")))
            {
                return Ok(inner);
            }
            self.at = start;
        }
        loop {
            list.push(self.expression()?);
            if !self.eat(",") {
                return Ok(list);
            }
            self.ends();
        }
    }

    fn list(&mut self, close: &str) -> Parsed<Vec<Expression>> {
        let mut list = Vec::new();
        if self.eat(close) {
            return Ok(list);
        }
        loop {
            list.push(self.expression()?);
            if self.eat(close) {
                return Ok(list);
            }
            self.expect(",")?;
            self.ends();
        }
    }

    fn expression(&mut self) -> Parsed<Expression> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Parsed<Expression> {
        let left = self.choice()?;
        let is_place =
            matches!(left, Expression::Variable(_) | Expression::Field(_) | Expression::Element(..));
        for (sign, operator) in [
            ("=", ""),
            ("+=", "+"),
            ("-=", "-"),
            ("*=", "*"),
            ("/=", "/"),
            ("%=", "%"),
            ("^=", "^"),
            ("**=", "^"),
        ] {
            if is_place && self.eat(sign) {
                self.ends();
                let value = self.expression()?;
                return Ok(Expression::Assign(Box::new(left), operator, Box::new(value)));
            }
        }
        Ok(left)
    }

    fn choice(&mut self) -> Parsed<Expression> {
        let test = self.binary(0)?;
        if !self.eat("?") {
            return Ok(test);
        }
        self.ends();
        let yes = self.expression()?;
        self.ends();
        self.expect(":")?;
        self.ends();
        let no = self.expression()?;
        Ok(Expression::Choice(Box::new(test), Box::new(yes), Box::new(no)))
    }

    /// Binary operators by precedence: `||`, `&&`, `in`, `~`, comparison, concatenation, sums, products.
    fn binary(&mut self, level: usize) -> Parsed<Expression> {
        const LEVELS: [&[&str]; 8] = [
            &["||"],
            &["&&"],
            &["in"],
            &["~", "!~"],
            &["<", "<=", "==", "!=", ">", ">="],
            &[""],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            if *operators == ["in"] {
                if !self.eat_name("in") {
                    return Ok(left);
                }
                let Some(Token::Name(array, _)) = self.peek().cloned() else { return Err(self.error()) };
                self.at += 1;
                left = Expression::In(vec![left], array);
                continue;
            }
            if *operators == [""] {
                if !self.starts_operand() {
                    return Ok(left);
                }
                let right = self.binary(level + 1)?;
                left = Expression::Binary("", Box::new(left), Box::new(right));
                continue;
            }
            let found = operators
                .iter()
                .find(|operator| self.sees(operator) && !(self.in_print && **operator == ">"));
            let Some(operator) = found else { return Ok(left) };
            self.at += 1;
            self.ends();
            let right = self.binary(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    /// Whether something follows that can be put behind a value.
    fn starts_operand(&self) -> bool {
        match self.peek() {
            Some(Token::Number(_) | Token::Text(_)) => true,
            Some(Token::Name(name, _)) => name != "in",
            Some(Token::Sign(sign)) => {
                matches!(*sign, "$" | "(" | "!" | "-" | "++" | "--") && !self.sees("-")
            }
            _ => false,
        }
    }

    fn unary(&mut self) -> Parsed<Expression> {
        for sign in ["!", "-", "+"] {
            if self.eat(sign) {
                let inner = self.deeper(Self::unary)?;
                return Ok(Expression::Unary(sign, Box::new(inner)));
            }
        }
        let base = self.postfix()?;
        if self.eat("^") || self.eat("**") {
            let exponent = self.deeper(Self::unary)?;
            return Ok(Expression::Binary("^", Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Parsed<Expression> {
        for (sign, by) in [("++", 1.0), ("--", -1.0)] {
            if self.eat(sign) {
                let place = self.primary()?;
                return Ok(Expression::Step(Box::new(place), by, false));
            }
        }
        let value = self.primary()?;
        let is_place =
            matches!(value, Expression::Variable(_) | Expression::Field(_) | Expression::Element(..));
        for (sign, by) in [("++", 1.0), ("--", -1.0)] {
            if is_place && self.eat(sign) {
                return Ok(Expression::Step(Box::new(value), by, true));
            }
        }
        Ok(value)
    }

    fn primary(&mut self) -> Parsed<Expression> {
        let Some(token) = self.peek().cloned() else { return Err(self.error()) };
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Expression::Number(number)),
            Token::Text(text) => Ok(Expression::Text(text)),
            Token::Regex(text) => Regex::new(&text, Syntax::Extended, false)
                .map(Expression::Regex)
                .map_err(|error| format!("^ {error}")),
            Token::Sign("$") => {
                let inner = self.deeper(Self::postfix_of_field)?;
                Ok(Expression::Field(Box::new(inner)))
            }
            Token::Sign("(") => {
                let printing = std::mem::replace(&mut self.in_print, false);
                let mut inner = self.list(")")?;
                self.in_print = printing;
                if inner.len() > 1 {
                    if !self.eat_name("in") {
                        return Err(self.error());
                    }
                    let Some(Token::Name(array, _)) = self.peek().cloned() else { return Err(self.error()) };
                    self.at += 1;
                    return Ok(Expression::In(inner, array));
                }
                // Brackets make a comparison a value of its own.
                inner.pop().map(|inner| Expression::Unary("", Box::new(inner))).ok_or_else(|| self.error())
            }
            Token::Name(name, true) if super::run::is_function(&name) => {
                self.expect("(")?;
                let printing = std::mem::replace(&mut self.in_print, false);
                let arguments = self.list(")")?;
                self.in_print = printing;
                Ok(Expression::Call(name, arguments))
            }
            Token::Name(name, true) => Err(format!("^ function `{name}' is not defined")),
            Token::Name(name, false) if name == "length" => Ok(Expression::Call(name, Vec::new())),
            Token::Name(name, false) => {
                if self.eat("[") {
                    return Ok(Expression::Element(name, self.list("]")?));
                }
                Ok(Expression::Variable(name))
            }
            _ => {
                self.at -= 1;
                Err(self.error())
            }
        }
    }

    /// `$NF-1` is `($NF)-1`, `$i++` is `($i)++`.
    fn postfix_of_field(&mut self) -> Parsed<Expression> {
        if self.eat("-") {
            let inner = self.primary()?;
            return Ok(Expression::Unary("-", Box::new(inner)));
        }
        self.primary()
    }
}
