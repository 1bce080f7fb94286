//! Compares what was printed with what was recorded, by pattern: random and clock-bound values may
//! differ, but what was equal within a sequence must be equal, and what was different, different.

use regex::Regex;
use std::collections::BTreeMap;

/// What each kind of value that may differ looks like. The names of groups say what it is; a value of a
/// kind that `Values` pairs stays paired for the whole sequence.
const PATTERNS: &str = r#"(?x)
    (?P<uid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})
  | (?P<container>containerd://[0-9a-f]{64})
  | (?P<time>\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\ ?[+-]\d\d:?\d\d)?
      | [IWEF]\d{4}\ \d\d:\d\d:\d\d\.\d{6}\ +\d+\b
      | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\ \d\d\ [A-Z][a-z]{2}\ \d{4}\ \d\d:\d\d:\d\d\ [+-]\d{4})
  | (?P<version>[Rr]esource\ ?[Vv]ersion(?:\\?")?:\s*(?:\\?")?\d+)
  | (?P<address>\b10\.(?:96|244)\.\d{1,3}\.\d{1,3}\b)
  | (?P<nodeport>\b3[0-2]\d{3}\b)
  | (?P<template>pod-template-hash(?:=|:\ |"?:\ ?")[bcdfghjklmnpqrstvwxz2456789]{6,10}\b)
  | (?P<suffix>-[bcdfghjklmnpqrstvwxz2456789]{5}\b)
  | (?P<hash>-[bcdfghjklmnpqrstvwxz2456789]{6,10}\b)
  | (?P<age>\b(?:\d+d\d*h?|\d+h\d*m?|\d{1,2}m\d{1,2}s|\d{1,3}s|[1-9]\dm)\b)
  | (?P<node>\bnode[12]\b)
  | (?P<gap>\ {2,}|\t\ *)
"#;

/// Values of the recording and of the replay that stand for each other.
#[derive(Default)]
pub struct Values {
    to_ours: BTreeMap<String, String>,
    to_theirs: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Token {
    kind: &'static str,
    text: String,
}

/// Whether two outputs agree.
pub fn agree(patterns: &Patterns, values: &mut Values, theirs: &str, ours: &str) -> bool {
    if theirs == ours {
        return true;
    }
    let (theirs, ours) = (patterns.lines(theirs), patterns.lines(ours));
    if theirs.len() != ours.len() {
        return false;
    }
    if pair(values, &theirs, &ours) {
        return true;
    }
    // Rows sorted by a random name may come in another order.
    let (mut theirs, mut ours) = (theirs, ours);
    for lines in [&mut theirs, &mut ours] {
        lines.sort_by_cached_key(|line| line.iter().map(masked).collect::<String>());
    }
    pair(values, &theirs, &ours)
}

fn masked(token: &Token) -> String {
    if token.kind.is_empty() { token.text.clone() } else { format!("<{}>", token.kind) }
}

/// Pairs two texts, and keeps the pairs only if all of them fit.
fn pair(values: &mut Values, theirs: &[Vec<Token>], ours: &[Vec<Token>]) -> bool {
    if theirs.iter().zip(ours).any(|(theirs, ours)| theirs.len() != ours.len()) {
        return false;
    }
    // Columns are as wide as their widest value: gaps may differ only where the width of a value does.
    let elastic = theirs.iter().flatten().zip(ours.iter().flatten()).any(|(theirs, ours)| {
        !matches!(theirs.kind, "" | "gap") && theirs.text.chars().count() != ours.text.chars().count()
    });
    let mut pairs = Values { to_ours: values.to_ours.clone(), to_theirs: values.to_theirs.clone() };
    for (theirs, ours) in theirs.iter().zip(ours) {
        for (theirs, ours) in theirs.iter().zip(ours) {
            let fits = theirs.kind == ours.kind
                && match theirs.kind {
                    "" => theirs.text == ours.text,
                    "gap" => elastic || theirs.text == ours.text,
                    "uid" | "container" | "address" | "nodeport" | "template" | "suffix" | "hash" => {
                        let ours_for =
                            pairs.to_ours.entry(theirs.text.clone()).or_insert_with(|| ours.text.clone());
                        let theirs_for =
                            pairs.to_theirs.entry(ours.text.clone()).or_insert_with(|| theirs.text.clone());
                        *ours_for == ours.text && *theirs_for == theirs.text
                    }
                    _ => true,
                };
            if !fits {
                return false;
            }
        }
    }
    *values = pairs;
    true
}

/// The compiled patterns.
pub struct Patterns(Regex);

impl Patterns {
    /// Compiles them.
    pub fn new() -> Self {
        Self(Regex::new(PATTERNS).expect("the patterns above are well formed"))
    }

    /// The lines of a text, cut into literal text and values.
    fn lines(&self, text: &str) -> Vec<Vec<Token>> {
        text.split('\n').map(|line| self.line(line)).collect()
    }

    fn line(&self, line: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut at = 0;
        let literal = |tokens: &mut Vec<Token>, text: &str| {
            if !text.is_empty() {
                match tokens.last_mut() {
                    Some(last) if last.kind.is_empty() => last.text.push_str(text),
                    _ => tokens.push(Token { kind: "", text: text.to_owned() }),
                }
            }
        };
        for captures in self.0.captures_iter(line) {
            let names = self.0.capture_names().flatten();
            let Some((name, found)) = names.filter_map(|n| Some((n, captures.name(n)?))).next() else {
                continue;
            };
            let before = line[..found.start()].chars().next_back();
            let kind = match name {
                // A duration is an age only where a column or a sentence has one, not in a setting.
                "age"
                    if before.is_none_or(|c| " (\t".contains(c))
                        && !line[..found.start()].ends_with("for ") =>
                {
                    "age"
                }
                "age" => "",
                // Which of two equal nodes a pod lands on is the scheduler's random choice.
                "node" if before == Some(' ') => "node",
                "node" => "",
                "uid" => "uid",
                "container" => "container",
                "time" => "time",
                "version" => "version",
                "address" => "address",
                "nodeport" => "nodeport",
                "template" => "template",
                "suffix" => "suffix",
                "hash" => "hash",
                // Indentation, and what follows a key, do not depend on values.
                _ if line[..found.start()].trim().is_empty() || before == Some(':') => "",
                _ => "gap",
            };
            literal(&mut tokens, &line[at..found.start()]);
            if kind.is_empty() {
                literal(&mut tokens, found.as_str());
            } else {
                tokens.push(Token { kind, text: found.as_str().to_owned() });
            }
            at = found.end();
        }
        literal(&mut tokens, &line[at..]);
        tokens
    }
}
