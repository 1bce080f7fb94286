//! The tree of a script.

use std::sync::Arc;

/// Commands one after another. Shared, because a running loop keeps its body.
pub type Script = Arc<Vec<Item>>;

/// A list of pipelines, perhaps in the background.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The pipelines.
    pub list: AndOr,
    /// Whether the shell goes on without waiting (`&`).
    pub background: bool,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug, PartialEq)]
pub struct AndOr {
    /// The first.
    pub first: Pipeline,
    /// The others, each run or not by the status before it.
    pub rest: Vec<(Op, Pipeline)>,
    /// Its text, for `jobs`.
    pub text: String,
}

/// When the next pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `&&`: after success.
    And,
    /// `||`: after failure.
    Or,
}

/// Commands whose outputs are the next one's input.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Whether its status is inverted (`!`).
    pub negated: bool,
    /// Whether it is timed (`time`).
    pub timed: bool,
    /// The commands.
    pub commands: Vec<Command>,
}

/// One command with its redirections.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What it is.
    pub kind: CommandKind,
    /// Where its input and outputs go.
    pub redirects: Vec<Redirect>,
}

/// The kinds of commands.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandKind {
    /// Assignments and words.
    Simple {
        /// `A=b` before the words.
        assignments: Vec<(String, Word)>,
        /// The command and its arguments.
        words: Vec<Word>,
    },
    /// `{ …; }`
    Group(Script),
    /// `( … )`
    Subshell(Script),
    /// `if …; then …; elif …; else …; fi`
    If {
        /// Conditions and what follows from them.
        branches: Vec<(Script, Script)>,
        /// What else.
        otherwise: Option<Script>,
    },
    /// `for NAME in WORDS; do …; done`
    For {
        /// The variable.
        name: String,
        /// Its values; the arguments if `None`.
        words: Option<Vec<Word>>,
        /// The body.
        body: Script,
    },
    /// `while …; do …; done`, or `until`.
    While {
        /// The condition.
        condition: Script,
        /// The body.
        body: Script,
        /// Whether it goes on while the condition fails.
        until: bool,
        /// What is run after the body each time (`for ((…; …; STEP))`).
        step: Option<Script>,
    },
    /// `((…))`
    Arithmetic(Word),
    /// `[[ … ]]`
    Test {
        /// Its operands, and how each is read.
        operands: Vec<(Word, Reading)>,
        /// What is asked of them.
        question: Question,
    },
    /// `case WORD in PATTERN) …;; esac`
    Case {
        /// What is compared.
        word: Word,
        /// The arms.
        arms: Vec<Arm>,
    },
    /// `name() { …; }`
    Function {
        /// Its name.
        name: String,
        /// Its body.
        body: Script,
    },
}

/// How an operand of `[[ … ]]` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As text.
    Text,
    /// As a pattern of file names: right of `==` and `!=`.
    Pattern,
    /// As a regular expression: right of `=~`.
    Regex,
}

/// What `[[ … ]]` asks. Operands are numbers of its list.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// `a || b`
    Or(Box<Question>, Box<Question>),
    /// `a && b`
    And(Box<Question>, Box<Question>),
    /// `! a`
    Not(Box<Question>),
    /// `-f a`; `-n` for a word alone.
    Unary(String, usize),
    /// `a == b`
    Binary(usize, String, usize),
}

/// One arm of a `case`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Patterns, any of which takes it.
    pub patterns: Vec<Word>,
    /// What runs.
    pub body: Script,
}

/// One redirection.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    /// Which descriptor: 0, 1, 2; both outputs for `&>`.
    pub fd: u8,
    /// What is done with it.
    pub kind: RedirectKind,
}

/// What a redirection does.
#[derive(Clone, Debug, PartialEq)]
pub enum RedirectKind {
    /// `< file`
    Read(Word),
    /// `> file`
    Write(Word),
    /// `>> file`
    Append(Word),
    /// `&> file`: both outputs.
    WriteBoth(Word),
    /// `>&2`: the same as another descriptor.
    Duplicate(u8),
    /// A here-document or here-string: its text.
    Text(Word),
}

/// A word before expansion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word(pub Vec<Part>);

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text in which `*`, `?` and `[…]` are patterns and `~` at the start is home.
    Bare(String),
    /// Text as it is.
    Quoted(String),
    /// Something to expand; unquoted, its result is split into fields.
    Expand {
        /// What.
        what: Expansion,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
}

/// What is expanded.
#[derive(Clone, Debug, PartialEq)]
pub enum Expansion {
    /// `$NAME`, `${NAME}`, `$1`, `$?`, `$@` …
    Variable(String),
    /// `${NAME:-word}` and its like: the operator and the word.
    Default(String, String, Box<Word>),
    /// `${#NAME}`
    Length(String),
    /// `${NAME#pattern}`, `##`, `%`, `%%`
    Trim(String, String, Box<Word>),
    /// `${NAME/pattern/text}`; `//` for every one.
    Replace(String, String, Box<Word>, Box<Word>),
    /// `${NAME:offset:length}`
    Substring(String, Box<Word>),
    /// `${NAME^}`, `^^`, `,`, `,,`
    Case(String, &'static str),
    /// `$(…)` or backticks.
    Command(Script),
    /// `$((…))`: the expression, its own expansions first.
    Arithmetic(Word),
}
