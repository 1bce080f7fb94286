//! The grammar of patterns.

use super::Syntax;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// One character, or a condition on the place.
    Test(Test),
    /// A group by its number.
    Group(usize, Box<Node>),
    /// One after another.
    Sequence(Vec<Node>),
    /// One of several.
    Either(Vec<Node>),
    /// Again and again.
    Repeat { node: Box<Node>, least: usize, most: Option<usize>, lazy: bool },
}

/// What is asked of one place.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Any,
    Char(char),
    Class { negated: bool, items: Vec<Item> },
    Start,
    End,
    WordEdge,
    NoWordEdge,
    WordStart,
    WordEnd,
}

/// A member of a class.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Range(char, char),
    Named(fn(char) -> bool),
}

impl Test {
    /// How many characters it takes here, if it holds.
    pub(super) fn takes(&self, chars: &[(usize, char)], at: usize, ignore_case: bool) -> Option<usize> {
        let here = chars.get(at).map(|(_, c)| *c);
        let word = |index: Option<usize>| index.and_then(|i| chars.get(i)).is_some_and(|(_, c)| is_word(*c));
        let (before, after) = (word(at.checked_sub(1)), word(Some(at)));
        let (holds, length) = match self {
            Self::Any => (here.is_some(), 1),
            Self::Char(c) => (here.is_some_and(|h| h == *c || ignore_case && same(h, *c)), 1),
            Self::Class { negated, items } => {
                let c = here?;
                let mut inside = holds_one(items, c);
                if ignore_case && !inside {
                    inside = c.to_lowercase().chain(c.to_uppercase()).any(|c| holds_one(items, c));
                }
                (inside != *negated, 1)
            }
            Self::Start => (at == 0, 0),
            Self::End => (at == chars.len(), 0),
            Self::WordEdge => (before != after, 0),
            Self::NoWordEdge => (before == after, 0),
            Self::WordStart => (!before && after, 0),
            Self::WordEnd => (before && !after, 0),
        };
        holds.then_some(length)
    }
}

fn holds_one(items: &[Item], c: char) -> bool {
    items.iter().any(|item| match item {
        Item::Range(low, high) => (*low..=*high).contains(&c),
        Item::Named(test) => test(c),
    })
}

fn same(a: char, b: char) -> bool {
    a.to_lowercase().eq(b.to_lowercase())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How deep groups may nest.
const DEEPEST: usize = 100;
/// The largest count in `{n,m}`.
const MOST: usize = 255;

/// Parses a pattern: its node and how many groups it has.
pub(super) fn parse(pattern: &str, syntax: Syntax) -> Result<(Node, usize), String> {
    let mut parser = Parser { chars: pattern.chars().collect(), at: 0, syntax, groups: 0, depth: 0 };
    let node = parser.either()?;
    if parser.at < parser.chars.len() {
        return Err("Unmatched ) or \\)".to_owned());
    }
    Ok((node, parser.groups))
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    syntax: Syntax,
    groups: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Takes an operator: escaped in basic patterns, plain in others.
    fn eat(&mut self, operator: char) -> bool {
        let basic = self.syntax == Syntax::Basic;
        let found = if basic {
            self.peek() == Some('\\') && self.chars.get(self.at + 1) == Some(&operator)
        } else {
            self.peek() == Some(operator)
        };
        if found {
            self.at += if basic { 2 } else { 1 };
        }
        found
    }

    fn sees(&mut self, operator: char) -> bool {
        let start = self.at;
        let found = self.eat(operator);
        self.at = start;
        found
    }

    fn either(&mut self) -> Result<Node, String> {
        let mut nodes = vec![self.sequence()?];
        while self.eat('|') {
            nodes.push(self.sequence()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Either(nodes) })
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut nodes: Vec<Node> = Vec::new();
        while self.peek().is_some() && !self.sees('|') && !(self.sees(')') && self.depth > 0) {
            let node = self.atom(nodes.is_empty())?;
            let node = self.repeated(node)?;
            nodes.push(node);
        }
        Ok(if nodes.is_empty() { Node::Empty } else { Node::Sequence(nodes) })
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, String> {
        loop {
            let (least, most) = if self.peek() == Some('*') {
                self.at += 1;
                (0, None)
            } else if self.eat('+') {
                (1, None)
            } else if self.eat('?') {
                (0, Some(1))
            } else if self.eat('{') {
                self.counts()?
            } else {
                return Ok(node);
            };
            let lazy = self.syntax == Syntax::Perl && self.eat('?');
            node = Node::Repeat { node: Box::new(node), least, most, lazy };
        }
    }

    fn counts(&mut self) -> Result<(usize, Option<usize>), String> {
        let least = self.number();
        let most = if self.peek() == Some(',') {
            self.at += 1;
            self.number()
        } else {
            least
        };
        if !self.eat('}') {
            let rest = &self.chars[self.at.min(self.chars.len())..];
            return Err(
                if rest.contains(&'}') { "Invalid content of \\{\\}" } else { "Unmatched { or \\{" }.into()
            );
        }
        let least = least.unwrap_or(0);
        if most.is_some_and(|most| most < least) || least.max(most.unwrap_or(0)) > MOST {
            return Err("Invalid content of \\{\\}".to_owned());
        }
        Ok((least, most))
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect::<String>().parse().ok()
    }

    fn atom(&mut self, first: bool) -> Result<Node, String> {
        if self.eat('(') {
            if self.syntax == Syntax::Perl && self.chars[self.at..].starts_with(&['?', ':']) {
                self.at += 2;
                return self.grouped(None);
            }
            self.groups += 1;
            return self.grouped(Some(self.groups));
        }
        let Some(c) = self.peek() else { return Ok(Node::Empty) };
        self.at += 1;
        let basic = self.syntax == Syntax::Basic;
        let test = match c {
            '.' => Test::Any,
            '[' => self.class()?,
            '^' if !basic || first => Test::Start,
            '$' if !basic || self.peek().is_none() || self.sees(')') || self.sees('|') => Test::End,
            '\\' => self.escape()?,
            c => Test::Char(c),
        };
        Ok(Node::Test(test))
    }

    fn grouped(&mut self, number: Option<usize>) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("Regular expression too big".to_owned());
        }
        let inner = self.either()?;
        self.depth -= 1;
        if !self.eat(')') {
            return Err("Unmatched ( or \\(".to_owned());
        }
        Ok(match number {
            Some(number) => Node::Group(number, Box::new(inner)),
            None => inner,
        })
    }

    fn escape(&mut self) -> Result<Test, String> {
        let Some(c) = self.peek() else { return Err("Trailing backslash".to_owned()) };
        self.at += 1;
        let class = |negated, test: fn(char) -> bool| Test::Class { negated, items: vec![Item::Named(test)] };
        Ok(match c {
            'b' => Test::WordEdge,
            'B' => Test::NoWordEdge,
            '<' => Test::WordStart,
            '>' => Test::WordEnd,
            'w' => class(false, is_word),
            'W' => class(true, is_word),
            's' => class(false, char::is_whitespace),
            'S' => class(true, char::is_whitespace),
            'd' if self.syntax == Syntax::Perl => class(false, |c| c.is_ascii_digit()),
            'D' if self.syntax == Syntax::Perl => class(true, |c| c.is_ascii_digit()),
            'n' => Test::Char('\n'),
            't' => Test::Char('\t'),
            c => Test::Char(c),
        })
    }

    fn class(&mut self) -> Result<Test, String> {
        let unmatched = || "Unmatched [, [^, [:, [., or [=".to_owned();
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let mut items = Vec::new();
        let start = self.at;
        loop {
            let c = self.peek().ok_or_else(unmatched)?;
            self.at += 1;
            match c {
                ']' if self.at - 1 > start => return Ok(Test::Class { negated, items }),
                '[' if self.peek() == Some(':') => {
                    let rest: String = self.chars[self.at + 1..].iter().collect();
                    let name = rest.split_once(":]").ok_or_else(unmatched)?.0;
                    self.at += name.chars().count() + 3;
                    items.push(Item::Named(named(name).ok_or("Invalid character class name")?));
                }
                '\\' if self.syntax == Syntax::Perl => match self.escape()? {
                    Test::Class { negated: false, items: inner } => items.extend(inner),
                    Test::Char(c) => items.push(Item::Range(c, c)),
                    _ => return Err(unmatched()),
                },
                low => {
                    let dash = self.peek() == Some('-');
                    let high = self.chars.get(self.at + 1).copied().filter(|c| dash && *c != ']');
                    if let Some(high) = high {
                        if high < low {
                            return Err("Invalid range end".to_owned());
                        }
                        self.at += 2;
                        items.push(Item::Range(low, high));
                    } else {
                        items.push(Item::Range(low, low));
                    }
                }
            }
        }
    }
}

/// A class by its POSIX name.
fn named(name: &str) -> Option<fn(char) -> bool> {
    Some(match name {
        "alpha" => char::is_alphabetic,
        "digit" => |c| c.is_ascii_digit(),
        "alnum" => char::is_alphanumeric,
        "space" => char::is_whitespace,
        "blank" => |c| c == ' ' || c == '\t',
        "upper" => char::is_uppercase,
        "lower" => char::is_lowercase,
        "punct" => |c| c.is_ascii_punctuation(),
        "print" => |c| !c.is_control(),
        "graph" => |c| !c.is_control() && c != ' ',
        "cntrl" => char::is_control,
        "xdigit" => |c| c.is_ascii_hexdigit(),
        _ => return None,
    })
}
