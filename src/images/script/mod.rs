//! A container's own script: `sh -c '…'`, run command by command on virtual time.
//!
//! It is compiled to steps with jumps, so that a run is a place among them and can pause anywhere. The
//! language is what manifests of tutorials use; it knows no processes, so that a pipeline is told as not
//! simulated, in one honest line of the container's log.

mod errand;
mod run;
mod words;

pub(super) use run::{Machine, Pause};

use std::collections::BTreeMap;
use std::sync::Arc;

/// How deep compound commands and substitutions may nest.
const DEEPEST: usize = 40;

/// One step.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// A command: its words as they are written.
    Run(Vec<String>),
    /// A command that is started and not waited for.
    Start(Vec<String>),
    /// A pipeline, as it is written, and its last command.
    Pipe(String, Vec<String>),
    Jump(usize),
    /// Jumps if the last status was a failure, or was none.
    OnStatus {
        failed: bool,
        to: usize,
    },
    /// `!`
    Invert,
    /// Begins to go through words.
    Each(Vec<String>),
    /// Gives a variable the next of them; jumps when there is none.
    Next(String, usize),
    /// Goes through them no longer.
    Drop,
}

/// A script and how far it is.
#[derive(Clone, Debug)]
pub(super) struct Script {
    steps: Arc<Vec<Step>>,
    at: usize,
    variables: BTreeMap<String, String>,
    status: i32,
    each: Vec<std::vec::IntoIter<String>>,
    /// What was printed without the end of a line.
    partial: String,
    /// Lines that come when what is under way has ended.
    coming: Vec<String>,
    errexit: bool,
    /// The requests it has sent.
    errands: u32,
    /// Whether `trap` was asked to handle TERM.
    pub(super) handles_term: bool,
}

impl Script {
    /// Reads a script; `None` if it is beyond what is simulated.
    pub(super) fn parse(text: &str, arguments: &[&str]) -> Option<Self> {
        let (steps, loops) = (Vec::new(), Vec::new());
        let mut compiler = Compiler { tokens: tokens(text), at: 0, steps, loops, depth: 0 };
        compiler.list(&[])?;
        (compiler.at == compiler.tokens.len()).then(|| Self::of(compiler.steps, arguments))
    }

    /// The same for a shell with flags: `-e` ends it with the first failure.
    pub(super) fn with_flags(self, flags: &str) -> Self {
        Self { errexit: flags.contains('e'), ..self }
    }

    /// A script of one command with its arguments.
    pub(super) fn single(words: &[&str]) -> Self {
        let quoted = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''")));
        Self::of(vec![Step::Run(quoted.collect())], &[])
    }

    fn of(steps: Vec<Step>, arguments: &[&str]) -> Self {
        let numbered = arguments.iter().enumerate().map(|(at, value)| (at.to_string(), (*value).to_owned()));
        Self {
            steps: Arc::new(steps),
            at: 0,
            variables: numbered.collect(),
            status: 0,
            each: Vec::new(),
            partial: String::new(),
            coming: Vec::new(),
            errexit: false,
            errands: 0,
            handles_term: false,
        }
    }
}

/// A script as words and operators. Words keep their quotes.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut word, mut at) = (Vec::new(), String::new(), 0);
    let end = |word: &mut String, tokens: &mut Vec<String>| {
        if !word.is_empty() {
            tokens.push(std::mem::take(word));
        }
    };
    while at < chars.len() {
        let c = chars[at];
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        match c {
            '\\' if next == '\n' => at += 1,
            '\\' => {
                word.extend([c, next]);
                at += 1;
            }
            '\'' | '"' | '`' => at = words::quoted(&chars, at, &mut word) - 1,
            '$' if next == '(' => at = words::parenthesis(&chars, at + 1, &mut word) - 1,
            '$' if next == '{' => {
                while at < chars.len() && chars[at] != '}' {
                    word.push(chars[at]);
                    at += 1;
                }
                word.push('}');
            }
            '#' if word.is_empty() => {
                while chars.get(at + 1).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            ' ' | '\t' | '\r' => end(&mut word, &mut tokens),
            '&' if next == '>' || word.ends_with('>') => word.push(c),
            '\n' | ';' | '|' | '&' | '(' | ')' => {
                end(&mut word, &mut tokens);
                let double = matches!(c, '|' | '&' | ';') && next == c;
                at += usize::from(double);
                tokens.push(if double { format!("{c}{c}") } else { c.to_string().replace('\n', ";") });
            }
            '>' | '<' => {
                // A redirection is a word of its own, its file included.
                if !matches!(word.as_str(), "1" | "2" | "&" | ">" | "<") {
                    end(&mut word, &mut tokens);
                }
                word.push(c);
                while next == ' ' && chars.get(at + 1) == Some(&' ') {
                    at += 1;
                }
            }
            _ => word.push(c),
        }
        at += 1;
    }
    end(&mut word, &mut tokens);
    tokens
}

struct Loop {
    start: usize,
    each: bool,
    /// Jumps to its end that are still to be told where that is.
    leave: Vec<usize>,
}

struct Compiler {
    tokens: Vec<String>,
    at: usize,
    steps: Vec<Step>,
    loops: Vec<Loop>,
    depth: usize,
}

impl Compiler {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.peek() == token && self.at < self.tokens.len();
        self.at += usize::from(found);
        found
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// Tells a jump where it leads: to what comes next.
    fn land(&mut self, jump: usize) {
        let here = self.steps.len();
        if let Some(Step::Jump(to) | Step::OnStatus { to, .. } | Step::Next(_, to)) = self.steps.get_mut(jump)
        {
            *to = here;
        }
    }

    /// Commands up to one of the closing words.
    fn list(&mut self, until: &[&str]) -> Option<()> {
        self.depth += 1;
        let done = if self.depth > DEEPEST { None } else { self.commands(until) };
        self.depth -= 1;
        done
    }

    fn commands(&mut self, until: &[&str]) -> Option<()> {
        loop {
            while self.eat(";") {}
            if self.at == self.tokens.len() {
                return until.is_empty().then_some(());
            }
            if until.contains(&self.peek()) {
                return Some(());
            }
            self.pipeline()?;
            while matches!(self.peek(), "&&" | "||") {
                let failed = self.peek() == "&&";
                self.at += 1;
                while self.eat(";") {}
                let jump = self.push(Step::OnStatus { failed, to: 0 });
                self.pipeline()?;
                self.land(jump);
            }
            if self.at < self.tokens.len()
                && !matches!(self.peek(), ";" | "&")
                && !until.contains(&self.peek())
            {
                return None;
            }
            self.eat("&");
        }
    }

    fn pipeline(&mut self) -> Option<()> {
        let inverted = self.eat("!");
        let begin = (self.at, self.steps.len());
        self.command()?;
        if self.peek() == "|" {
            while self.eat("|") {
                self.command()?;
            }
            let last = match self.steps.last() {
                Some(Step::Run(words)) => words.clone(),
                _ => Vec::new(),
            };
            self.steps.truncate(begin.1);
            let text = self.tokens[begin.0..self.at].join(" ");
            self.push(Step::Pipe(text, last));
        }
        if inverted {
            self.push(Step::Invert);
        }
        Some(())
    }

    fn command(&mut self) -> Option<()> {
        match self.peek() {
            "while" | "until" => self.repeat(),
            "for" => self.each(),
            "if" => self.branch(),
            "{" | "(" => {
                let close = if self.peek() == "{" { "}" } else { ")" };
                self.at += 1;
                self.list(&[close])?;
                self.at += 1;
                Some(())
            }
            "break" | "continue" => {
                let out = self.peek() == "break";
                self.at += 1;
                let (start, each) = self.loops.last().map(|inner| (inner.start, inner.each))?;
                if out && each {
                    self.push(Step::Drop);
                }
                let jump = self.push(Step::Jump(start));
                if out {
                    self.loops.last_mut()?.leave.push(jump);
                }
                Some(())
            }
            _ => {
                let mut words = Vec::new();
                while self.at < self.tokens.len()
                    && !matches!(self.peek(), ";" | "&" | "&&" | "||" | "|" | ")" | ";;")
                {
                    if self.peek() == "(" {
                        return None;
                    }
                    words.push(self.peek().to_owned());
                    self.at += 1;
                }
                // Functions and `case` are beyond this language.
                if words.is_empty() || matches!(words[0].as_str(), "case" | "function" | "select") {
                    return None;
                }
                let step = if self.peek() == "&" { Step::Start(words) } else { Step::Run(words) };
                self.push(step);
                Some(())
            }
        }
    }

    fn repeat(&mut self) -> Option<()> {
        let failed = self.eat("while");
        if !failed {
            self.eat("until");
        }
        let start = self.steps.len();
        self.list(&["do"])?;
        self.at += 1;
        let out = self.push(Step::OnStatus { failed, to: 0 });
        self.body(Loop { start, each: false, leave: vec![out] })
    }

    fn body(&mut self, inner: Loop) -> Option<()> {
        let start = inner.start;
        self.loops.push(inner);
        self.list(&["done"])?;
        self.at += 1;
        self.push(Step::Jump(start));
        for jump in self.loops.pop()?.leave {
            self.land(jump);
        }
        // A redirection of the whole loop changes what it prints, which is not followed.
        let plain = !self.peek().starts_with(['<', '>']);
        plain.then_some(())
    }

    fn each(&mut self) -> Option<()> {
        self.at += 1;
        let name = self.peek().to_owned();
        self.at += 1;
        let mut words = Vec::new();
        if self.eat("in") {
            while self.at < self.tokens.len() && self.peek() != ";" {
                words.push(self.peek().to_owned());
                self.at += 1;
            }
        }
        while self.eat(";") {}
        self.eat("do").then_some(())?;
        self.push(Step::Each(words));
        let start = self.push(Step::Next(name, 0));
        self.body(Loop { start, each: true, leave: vec![start] })
    }

    fn branch(&mut self) -> Option<()> {
        let mut ends = Vec::new();
        while self.eat("if") || self.eat("elif") {
            self.list(&["then"])?;
            self.at += 1;
            let jump = self.push(Step::OnStatus { failed: true, to: 0 });
            self.list(&["elif", "else", "fi"])?;
            ends.push(self.push(Step::Jump(0)));
            self.land(jump);
        }
        if self.eat("else") {
            self.list(&["fi"])?;
        }
        self.eat("fi").then_some(())?;
        for jump in ends {
            self.land(jump);
        }
        Some(())
    }
}
