//! Runs statements of `awk`.

use super::parser::{Expression, Statement};
use super::value::{Cell, general};
use crate::api::Gathered;
use crate::shell::program::Exit;
use crate::shell::regex::{Regex, Syntax};
use crate::shell::tools::text::Output;
use std::collections::BTreeMap;

/// What a statement leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    On,
    Next,
    Break,
    Continue,
    Exit,
}

/// What a running program remembers.
#[derive(Clone, Debug)]
pub struct Machine {
    variables: BTreeMap<String, Cell>,
    arrays: BTreeMap<String, BTreeMap<String, Cell>>,
    line: String,
    fields: Vec<String>,
    steps: u64,
    /// The status, once it has been set by `exit`.
    pub exit: Option<Exit>,
    /// Whether it was stopped by an error.
    pub failed: bool,
}

/// Whether a name is that of a function.
pub fn is_function(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "length", "substr", "index", "split", "sub", "gsub", "match", "tolower", "toupper", "sprintf", "int",
        "sqrt",
    ];
    NAMES.contains(&name)
}

impl Machine {
    /// A machine that takes so many steps at most.
    pub fn new(steps: u64) -> Self {
        let mut variables = BTreeMap::new();
        for (name, text) in [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("SUBSEP", "\u{1c}")] {
            variables.insert(name.to_owned(), Cell::text(text));
        }
        Self {
            variables,
            arrays: BTreeMap::new(),
            line: String::new(),
            fields: Vec::new(),
            steps,
            exit: None,
            failed: false,
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Cell) {
        self.variables.insert(name.to_owned(), value);
    }

    fn get(&self, name: &str) -> Cell {
        match name {
            "NF" => Cell::Number(self.fields.len() as f64),
            _ => self.variables.get(name).cloned().unwrap_or(Cell::Nothing),
        }
    }

    /// A file begins.
    pub fn file(&mut self, name: &str) {
        self.set("FILENAME", Cell::text(if name == "-" { "" } else { name }));
        self.set("FNR", Cell::Number(0.0));
    }

    /// A line becomes the current record.
    pub fn record(&mut self, line: &str) {
        for name in ["NR", "FNR"] {
            let number = self.get(name).number() + 1.0;
            self.set(name, Cell::Number(number));
        }
        self.line = line.to_owned();
        self.fields = self.split(line, &self.get("FS").string());
    }

    fn split(&self, text: &str, separator: &str) -> Vec<String> {
        if separator == " " {
            return text.split_whitespace().map(str::to_owned).collect();
        }
        if text.is_empty() {
            return Vec::new();
        }
        let mut chars = separator.chars();
        match (chars.next(), chars.next()) {
            (None, _) => text.chars().map(String::from).collect(),
            (Some(c), None) if c != '\\' => text.split(c).map(str::to_owned).collect(),
            _ => {
                let Ok(regex) = Regex::new(separator, Syntax::Extended, false) else {
                    return text.split(separator).map(str::to_owned).collect();
                };
                self.split_by(text, &regex)
            }
        }
    }

    fn split_by(&self, text: &str, regex: &Regex) -> Vec<String> {
        let mut parts = Vec::new();
        let mut at = 0;
        for groups in regex.find_all(text) {
            if let Some((start, end)) = groups[0].filter(|(start, end)| end > start) {
                parts.push(text[at..start].to_owned());
                at = end;
            }
        }
        parts.push(text[at..].to_owned());
        parts
    }

    /// Runs statements.
    pub fn block(&mut self, statements: &[Statement], out: &mut Output) -> Flow {
        for statement in statements {
            let flow = self.statement(statement, out);
            if self.exit.is_some() {
                return Flow::Exit;
            }
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    /// Counts a step; false when there were too many.
    fn step(&mut self, out: &mut Output) -> bool {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 && self.exit.is_none() {
            self.fail("the program does not end", out);
        }
        self.steps > 0
    }

    fn fail(&mut self, message: &str, out: &mut Output) {
        out.err += &format!("awk: cmd. line:1: fatal: {message}\n");
        self.exit = Some(2);
        self.failed = true;
    }

    fn statement(&mut self, statement: &Statement, out: &mut Output) -> Flow {
        if !self.step(out) {
            return Flow::Exit;
        }
        match statement {
            Statement::Print(list, formatted) => {
                let cells: Vec<Cell> = list.iter().map(|expression| self.value(expression, out)).collect();
                if *formatted {
                    out.out += &format_cells(&cells);
                } else if list.is_empty() {
                    out.out += &self.line;
                    out.out += &self.get("ORS").string();
                } else {
                    let texts: Vec<String> = cells.iter().map(Cell::string).collect();
                    out.out += &texts.join(&self.get("OFS").string());
                    out.out += &self.get("ORS").string();
                }
                Flow::On
            }
            Statement::Value(expression) => {
                self.value(expression, out);
                Flow::On
            }
            Statement::If(test, then, otherwise) => {
                let chosen = if self.value(test, out).truth() { then } else { otherwise };
                self.block(chosen, out)
            }
            Statement::Loop(setup, test, step, body, first) => {
                if let Some(setup) = setup {
                    self.statement(setup, out);
                }
                let mut tested = !*first;
                loop {
                    if tested && test.as_ref().is_some_and(|test| !self.value(test, out).truth()) {
                        return Flow::On;
                    }
                    tested = true;
                    if !self.step(out) {
                        return Flow::Exit;
                    }
                    match self.block(body, out) {
                        Flow::Break => return Flow::On,
                        Flow::On | Flow::Continue => {}
                        flow => return flow,
                    }
                    if let Some(step) = step {
                        self.statement(step, out);
                    }
                }
            }
            Statement::Each(name, array, body) => {
                let keys: Vec<String> =
                    self.arrays.get(array).into_iter().flat_map(|a| a.keys().cloned()).collect();
                for key in keys {
                    self.set(name, Cell::input(&key));
                    match self.block(body, out) {
                        Flow::Break => return Flow::On,
                        Flow::On | Flow::Continue => {}
                        flow => return flow,
                    }
                }
                Flow::On
            }
            Statement::Delete(name, index) => {
                if index.is_empty() {
                    self.arrays.remove(name);
                } else {
                    let key = self.key(index, out);
                    self.arrays.entry(name.clone()).or_default().remove(&key);
                }
                Flow::On
            }
            Statement::Next => Flow::Next,
            Statement::Break => Flow::Break,
            Statement::Continue => Flow::Continue,
            Statement::Exit(status) => {
                let status = status.as_ref().map_or(0.0, |status| self.value(status, out).number());
                self.exit = Some(status as i32 & 255);
                Flow::Exit
            }
        }
    }

    fn key(&mut self, index: &[Expression], out: &mut Output) -> String {
        let parts: Vec<String> =
            index.iter().map(|expression| self.value(expression, out).string()).collect();
        parts.join(&self.get("SUBSEP").string())
    }

    /// The value of an expression.
    pub fn value(&mut self, expression: &Expression, out: &mut Output) -> Cell {
        if !self.step(out) {
            return Cell::Nothing;
        }
        let truth = |value: bool| Cell::Number(f64::from(value));
        match expression {
            Expression::Number(number) => Cell::Number(*number),
            Expression::Text(text) => Cell::text(text.clone()),
            Expression::Regex(regex) => truth(regex.is_match(&self.line)),
            Expression::Variable(name) => self.get(name),
            Expression::Field(index) => {
                let index = self.value(index, out).number();
                if index < 0.0 {
                    self.fail(&format!("attempt to access field {index}"), out);
                    return Cell::Nothing;
                }
                match index as usize {
                    0 => Cell::input(&self.line),
                    index => self.fields.get(index - 1).map_or(Cell::Nothing, |field| Cell::input(field)),
                }
            }
            Expression::Element(name, index) => {
                let key = self.key(index, out);
                self.arrays.entry(name.clone()).or_default().entry(key).or_insert(Cell::Nothing).clone()
            }
            Expression::Assign(place, operator, value) => {
                let mut value = self.value(value, out);
                if !operator.is_empty() {
                    let old = self.value(place, out).number();
                    value = self.arithmetic(operator, old, value.number(), out);
                }
                self.assign(place, value.clone(), out);
                value
            }
            Expression::Step(place, by, after) => {
                let old = self.value(place, out).number();
                self.assign(place, Cell::Number(old + by), out);
                Cell::Number(if *after { old } else { old + by })
            }
            Expression::Unary(sign, inner) => {
                let value = self.value(inner, out);
                match *sign {
                    "!" => truth(!value.truth()),
                    "-" => Cell::Number(-value.number()),
                    "+" => Cell::Number(value.number()),
                    _ => value,
                }
            }
            Expression::Binary(sign, left, right) => match *sign {
                "||" => truth(self.value(left, out).truth() || self.value(right, out).truth()),
                "&&" => truth(self.value(left, out).truth() && self.value(right, out).truth()),
                "~" | "!~" => {
                    let text = self.value(left, out).string();
                    let found = self.pattern(right, out).is_some_and(|regex| regex.is_match(&text));
                    truth(found == (*sign == "~"))
                }
                "" => {
                    let left = self.value(left, out).string();
                    Cell::text(left + &self.value(right, out).string())
                }
                "<" | "<=" | "==" | "!=" | ">" | ">=" => {
                    let left = self.value(left, out);
                    let ordering = left.compare(&self.value(right, out));
                    truth(match *sign {
                        "<" => ordering.is_lt(),
                        "<=" => ordering.is_le(),
                        "==" => ordering.is_eq(),
                        "!=" => ordering.is_ne(),
                        ">" => ordering.is_gt(),
                        _ => ordering.is_ge(),
                    })
                }
                _ => {
                    let left = self.value(left, out).number();
                    let right = self.value(right, out).number();
                    self.arithmetic(sign, left, right, out)
                }
            },
            Expression::Choice(test, yes, no) => {
                let chosen = if self.value(test, out).truth() { yes } else { no };
                self.value(chosen, out)
            }
            Expression::In(index, array) => {
                let key = self.key(index, out);
                truth(self.arrays.get(array).is_some_and(|array| array.contains_key(&key)))
            }
            Expression::Call(name, arguments) => self.call(name, arguments, out),
        }
    }

    fn arithmetic(&mut self, sign: &str, left: f64, right: f64, out: &mut Output) -> Cell {
        if matches!(sign, "/" | "%") && right == 0.0 {
            self.fail("division by zero attempted", out);
            return Cell::Nothing;
        }
        Cell::Number(match sign {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            "%" => left % right,
            _ => left.powf(right),
        })
    }

    fn assign(&mut self, place: &Expression, value: Cell, out: &mut Output) {
        /// No line has more fields than this.
        const FIELDS: usize = 10_000;
        match place {
            Expression::Variable(name) if name == "NF" => {
                self.fields.resize((value.number().max(0.0) as usize).min(FIELDS), String::new());
                self.line = self.fields.join(&self.get("OFS").string());
            }
            Expression::Variable(name) => self.set(name, value),
            Expression::Element(name, index) => {
                let key = self.key(index, out);
                self.arrays.entry(name.clone()).or_default().insert(key, value);
            }
            Expression::Field(index) => {
                let index = (self.value(index, out).number().max(0.0) as usize).min(FIELDS);
                if index == 0 {
                    self.line = value.string();
                    self.fields = self.split(&self.line, &self.get("FS").string());
                } else {
                    if self.fields.len() < index {
                        self.fields.resize(index, String::new());
                    }
                    self.fields[index - 1] = value.string();
                    self.line = self.fields.join(&self.get("OFS").string());
                }
            }
            _ => {}
        }
    }

    /// An expression as a pattern: a regular expression as written, or a text taken for one.
    fn pattern(&mut self, expression: &Expression, out: &mut Output) -> Option<Regex> {
        match expression {
            Expression::Regex(regex) => Some(regex.clone()),
            other => {
                let text = self.value(other, out).string();
                match Regex::new(&text, Syntax::Extended, false) {
                    Ok(regex) => Some(regex),
                    Err(error) => {
                        self.fail(&format!("{error}: /{text}/"), out);
                        None
                    }
                }
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expression], out: &mut Output) -> Cell {
        let number = |value: usize| Cell::Number(value as f64);
        match (name, arguments) {
            ("length", []) => number(self.line.chars().count()),
            ("length", [Expression::Variable(name)]) if self.arrays.contains_key(name) => {
                number(self.arrays.get(name).map_or(0, BTreeMap::len))
            }
            ("sub" | "gsub", [pattern, with, rest @ ..]) => {
                let place =
                    rest.first().cloned().unwrap_or(Expression::Field(Box::new(Expression::Number(0.0))));
                let Some(regex) = self.pattern(pattern, out) else { return Cell::Nothing };
                let with = self.value(with, out).string();
                let text = self.value(&place, out).string();
                let nth = (name == "sub").then_some(1);
                let (result, count) = regex.replace(&text, nth, |groups| {
                    let (start, end) = groups[0].unwrap_or((0, 0));
                    with.replace("\\&", "\u{0}").replace('&', &text[start..end]).replace('\u{0}', "&")
                });
                if count > 0 {
                    self.assign(&place, Cell::text(result), out);
                }
                number(count)
            }
            ("match", [text, pattern]) => {
                let text = self.value(text, out).string();
                let found = self.pattern(pattern, out).and_then(|regex| regex.find(&text, 0)?[0]);
                let (start, length) = match found {
                    Some((start, end)) => {
                        (text[..start].chars().count() + 1, text[start..end].chars().count() as f64)
                    }
                    None => (0, -1.0),
                };
                self.set("RSTART", number(start));
                self.set("RLENGTH", Cell::Number(length));
                number(start)
            }
            ("split", [text, Expression::Variable(array), rest @ ..]) => {
                let text = self.value(text, out).string();
                let parts = match rest.first() {
                    Some(Expression::Regex(regex)) => self.split_by(&text, regex),
                    Some(other) => {
                        let separator = self.value(other, out).string();
                        self.split(&text, &separator)
                    }
                    None => self.split(&text, &self.get("FS").string()),
                };
                let cells =
                    parts.iter().enumerate().map(|(at, part)| ((at + 1).to_string(), Cell::input(part)));
                let cells: BTreeMap<String, Cell> = cells.into_map();
                let count = cells.len();
                self.arrays.insert(array.clone(), cells);
                number(count)
            }
            _ => {
                let cells: Vec<Cell> = arguments.iter().map(|argument| self.value(argument, out)).collect();
                plain(name, &cells)
            }
        }
    }
}

/// Functions that only compute.
fn plain(name: &str, cells: &[Cell]) -> Cell {
    let text = |at: usize| cells.get(at).map(Cell::string).unwrap_or_default();
    match name {
        "length" => Cell::Number(text(0).chars().count() as f64),
        "index" => {
            let (whole, part) = (text(0), text(1));
            Cell::Number(whole.find(&part).map_or(0.0, |at| whole[..at].chars().count() as f64 + 1.0))
        }
        "substr" => {
            let whole: Vec<char> = text(0).chars().collect();
            let start = cells.get(1).map_or(1.0, Cell::number).round();
            let end = cells.get(2).map_or(f64::INFINITY, |length| start + length.number().round());
            let inside = |at: usize| (at as f64 + 1.0) >= start && (at as f64 + 1.0) < end;
            Cell::text(
                whole.iter().enumerate().filter(|(at, _)| inside(*at)).map(|(_, c)| c).collect::<String>(),
            )
        }
        "tolower" => Cell::text(text(0).to_lowercase()),
        "toupper" => Cell::text(text(0).to_uppercase()),
        "sprintf" => Cell::text(format_cells(cells)),
        "int" => Cell::Number(cells.first().map_or(0.0, Cell::number).trunc()),
        _ => Cell::Number(cells.first().map_or(0.0, Cell::number).sqrt()),
    }
}

/// `printf`: the first value is the format.
fn format_cells(cells: &[Cell]) -> String {
    let format = cells.first().map(Cell::string).unwrap_or_default();
    let mut values = cells.iter().skip(1);
    let mut text = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let mut next_part = |of: &str| {
            let mut part = String::new();
            while let Some(c) = chars.next_if(|c| of.contains(*c)) {
                part.push(c);
            }
            part
        };
        let flags = next_part("-+ 0#");
        let mut width_text = next_part("0123456789*");
        if width_text == "*" {
            width_text = values.next().map(Cell::string).unwrap_or_default();
        }
        let dot = next_part(".");
        let precision =
            (!dot.is_empty()).then(|| next_part("0123456789").parse::<usize>().unwrap_or(0).min(200));
        let width = width_text.parse::<usize>().unwrap_or(0).min(1000);
        let Some(kind) = chars.next() else { break };
        if kind == '%' {
            text.push('%');
            continue;
        }
        let value = values.next().cloned().unwrap_or(Cell::Nothing);
        let body = match kind {
            'd' | 'i' => format!("{}", value.number().trunc() as i64),
            'f' | 'F' => format!("{:.*}", precision.unwrap_or(6), value.number()),
            'g' | 'G' => general(value.number(), precision.unwrap_or(6)),
            'e' => format!("{:.*e}", precision.unwrap_or(6), value.number()),
            'x' => format!("{:x}", value.number().trunc() as i64),
            'X' => format!("{:X}", value.number().trunc() as i64),
            'o' => format!("{:o}", value.number().trunc() as i64),
            'c' => match &value {
                Cell::Number(number) => char::from_u32(*number as u32).map(String::from).unwrap_or_default(),
                other => other.string().chars().take(1).collect(),
            },
            _ => {
                let whole = value.string();
                precision.map_or(whole.clone(), |most| whole.chars().take(most).collect())
            }
        };
        let plus = flags.contains('+') && "dif".contains(kind) && !body.starts_with('-');
        let body = if plus { format!("+{body}") } else { body };
        let missing = width.saturating_sub(body.chars().count());
        if flags.contains('-') {
            text += &body;
            text += &" ".repeat(missing);
        } else if flags.contains('0') && !"sc".contains(kind) {
            let (sign, digits) = body.split_at(usize::from(body.starts_with(['-', '+'])));
            text += sign;
            text += &"0".repeat(missing);
            text += digits;
        } else {
            text += &" ".repeat(missing);
            text += &body;
        }
    }
    text
}
