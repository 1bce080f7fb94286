//! Regular expressions as `grep`, `sed`, `awk` and `jq` use them: a small engine of our own, because
//! the usual crate would cost more than the rest of the shell. It knows nothing of tools.
//!
//! Matching visits each pair of instruction and position once, so no pattern takes exponential time.

mod parse;

use parse::{Node, Test, parse};

/// How a pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// POSIX basic: `\(`, `\{`, `\+`, `\|` are special, the plain characters are not.
    Basic,
    /// POSIX extended; the longest of the leftmost matches wins.
    Extended,
    /// As Perl: with `\d` and lazy repetition, and the first alternative wins.
    Perl,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Regex {
    program: Vec<Step>,
    groups: usize,
    ignore_case: bool,
    longest: bool,
}

/// Where a match and its groups lie, in bytes; the whole match first.
pub type Groups = Vec<Option<(usize, usize)>>;

#[derive(Clone, Debug)]
enum Step {
    Test(Test),
    /// Tries the first, then the second.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    Match,
}

/// The longest program: what `{n,m}` may expand to.
const LARGEST: usize = 8192;

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in the C library's words.
    pub fn new(pattern: &str, syntax: Syntax, ignore_case: bool) -> Result<Self, String> {
        let (node, groups) = parse(pattern, syntax)?;
        let mut program = vec![Step::Save(0)];
        emit(&node, &mut program)?;
        program.extend([Step::Save(1), Step::Match]);
        Ok(Self { program, groups, ignore_case, longest: syntax != Syntax::Perl })
    }

    /// Whether the pattern occurs in a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// The first match at or after a byte of the text.
    pub fn find(&self, text: &str, from: usize) -> Option<Groups> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let first = chars.iter().position(|(at, _)| *at >= from).unwrap_or(chars.len());
        let mut seen = vec![false; self.program.len() * (chars.len() + 1)];
        for start in first..=chars.len() {
            if let Some(slots) = self.run(&chars, start, &mut seen) {
                let byte = |index: usize| chars.get(index).map_or(text.len(), |(at, _)| *at);
                return Some(slots.chunks(2).map(|pair| Some((byte(pair[0]?), byte(pair[1]?)))).collect());
            }
        }
        None
    }

    /// All matches that do not overlap.
    pub fn find_all(&self, text: &str) -> Vec<Groups> {
        let mut found = Vec::new();
        let mut from = 0;
        while from <= text.len() {
            let Some(groups) = self.find(text, from) else { break };
            let Some(Some((start, end))) = groups.first().copied() else { break };
            let step = text[end..].chars().next().map_or(1, char::len_utf8);
            from = if end > start { end } else { end + step };
            found.push(groups);
        }
        found
    }

    /// The text with matches replaced: all of them, or the `nth`, counted from one.
    pub fn replace(
        &self,
        text: &str,
        nth: Option<usize>,
        with: impl Fn(&Groups) -> String,
    ) -> (String, usize) {
        let mut result = String::new();
        let (mut at, mut count, mut last_end) = (0, 0, None);
        let mut number = 0;
        for groups in self.find_all(text) {
            let Some(Some((start, end))) = groups.first().copied() else { continue };
            // An empty match right behind another is none.
            if start == end && last_end == Some(start) {
                continue;
            }
            last_end = Some(end);
            number += 1;
            if nth.is_some_and(|nth| nth != number) {
                continue;
            }
            result.push_str(&text[at..start]);
            result.push_str(&with(&groups));
            at = end;
            count += 1;
        }
        result.push_str(&text[at..]);
        (result, count)
    }

    /// One attempt from one position. What an earlier attempt has seen leads nowhere.
    fn run(&self, chars: &[(usize, char)], start: usize, seen: &mut [bool]) -> Option<Vec<Option<usize>>> {
        let mut best: Option<Vec<Option<usize>>> = None;
        let mut stack = vec![(0usize, start, vec![None; 2 * (self.groups + 1)])];
        while let Some((mut at, mut place, mut slots)) = stack.pop() {
            loop {
                let cell = &mut seen[at * (chars.len() + 1) + place];
                if std::mem::replace(cell, true) {
                    break;
                }
                match &self.program[at] {
                    Step::Test(test) => match test.takes(chars, place, self.ignore_case) {
                        Some(length) => (at, place) = (at + 1, place + length),
                        None => break,
                    },
                    Step::Split(first, second) => {
                        stack.push((*second, place, slots.clone()));
                        at = *first;
                    }
                    Step::Jump(to) => at = *to,
                    Step::Save(slot) => {
                        slots[*slot] = Some(place);
                        at += 1;
                    }
                    Step::Match => {
                        if !self.longest {
                            return Some(slots);
                        }
                        if best.as_ref().is_none_or(|best| best[1] < slots[1]) {
                            best = Some(slots);
                        }
                        break;
                    }
                }
            }
        }
        best
    }
}

/// Writes the steps of a node.
fn emit(node: &Node, program: &mut Vec<Step>) -> Result<(), String> {
    if program.len() > LARGEST {
        return Err("Regular expression too big".to_owned());
    }
    match node {
        Node::Empty => {}
        Node::Test(test) => program.push(Step::Test(test.clone())),
        Node::Group(number, inner) => {
            program.push(Step::Save(2 * number));
            emit(inner, program)?;
            program.push(Step::Save(2 * number + 1));
        }
        Node::Sequence(nodes) => {
            for node in nodes {
                emit(node, program)?;
            }
        }
        Node::Either(nodes) => {
            let mut ends = Vec::new();
            for (index, node) in nodes.iter().enumerate() {
                if index + 1 == nodes.len() {
                    emit(node, program)?;
                    break;
                }
                let split = program.len();
                program.push(Step::Match);
                emit(node, program)?;
                ends.push(program.len());
                program.push(Step::Match);
                program[split] = Step::Split(split + 1, program.len());
            }
            for end in ends {
                program[end] = Step::Jump(program.len());
            }
        }
        Node::Repeat { node, least, most, lazy } => {
            for _ in 0..*least {
                emit(node, program)?;
            }
            let split_to = |program: &mut Vec<Step>, split: usize| {
                let (body, out) = (split + 1, program.len());
                program[split] = if *lazy { Step::Split(out, body) } else { Step::Split(body, out) };
            };
            match most {
                None => {
                    let split = program.len();
                    program.push(Step::Match);
                    emit(node, program)?;
                    program.push(Step::Jump(split));
                    split_to(program, split);
                }
                Some(most) => {
                    let mut splits = Vec::new();
                    for _ in *least..*most {
                        splits.push(program.len());
                        program.push(Step::Match);
                        emit(node, program)?;
                    }
                    for split in splits {
                        split_to(program, split);
                    }
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(pattern: &str, syntax: Syntax, text: &str) -> Option<String> {
        let groups = Regex::new(pattern, syntax, false).ok()?.find(text, 0)?;
        let (start, end) = groups[0]?;
        Some(text[start..end].to_owned())
    }

    #[test]
    fn finds_what_the_tools_find() {
        use Syntax::{Basic, Extended, Perl};
        for (pattern, syntax, text, expected) in [
            ("[0-9]+\\.[0-9]+$", Extended, "10.96.3.17", Some("3.17")),
            ("a|ab", Extended, "xab", Some("ab")),
            ("a|ab", Perl, "xab", Some("a")),
            ("a.*?c", Perl, "abcbc", Some("abc")),
            ("a+", Basic, "aa a+", Some("a+")),
            ("a\\+", Basic, "aa a+", Some("aa")),
            ("^(Name|Type):", Extended, "Type: x", Some("Type:")),
            ("\\bpod\\b", Extended, "a pod.", Some("pod")),
            ("[[:space:]]x", Extended, "a\tx", Some("\tx")),
            ("[^a-c]", Extended, "abcd", Some("d")),
            ("x{2,3}", Extended, "xxxx", Some("xxx")),
            ("x\\{2\\}", Basic, "xxxx", Some("xx")),
            ("[]a]", Basic, "]", Some("]")),
            ("*a", Basic, "*a", Some("*a")),
            ("()*b", Extended, "b", Some("b")),
            ("\\d+", Perl, "a12", Some("12")),
            ("z", Extended, "abc", None),
        ] {
            assert_eq!(first(pattern, syntax, text).as_deref(), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn refuses_in_the_c_librarys_words() {
        for (pattern, message) in [
            ("(a", "Unmatched ( or \\("),
            ("[a", "Unmatched [, [^, [:, [., or [="),
            ("a{2", "Unmatched { or \\{"),
            ("a{3,2}", "Invalid content of \\{\\}"),
        ] {
            assert_eq!(Regex::new(pattern, Syntax::Extended, false).err().as_deref(), Some(message));
        }
    }

    #[test]
    fn replaces_groups_and_empty_matches() {
        let regex = Regex::new("b*", Syntax::Extended, false).expect("it is well formed");
        assert_eq!(regex.replace("abc", None, |_| "-".to_owned()).0, "-a-c-");
        let regex = Regex::new("o", Syntax::Basic, false).expect("it is well formed");
        assert_eq!(regex.replace("foo boo", Some(3), |_| "0".to_owned()).0, "foo b0o");
    }

    #[test]
    fn takes_no_exponential_time() {
        let regex = Regex::new("(a*)*(a|aa)*b", Syntax::Extended, false).expect("it is well formed");
        assert!(!regex.is_match(&"a".repeat(300)));
    }
}
