//! `diff`: two files line by line, plain or unified.

use crate::shell::program::{Ctx, Exit, Once, Program};

/// One step of the way from one text to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    Same(usize, usize),
    Removed(usize),
    Added(usize),
}

/// Lines around a change that a unified difference shows.
const CONTEXT: usize = 3;
/// The most cells of the table of common lines; longer texts are shown as replaced whole.
const LARGEST: usize = 4_000_000;

/// `diff` as a program, from its words.
pub fn program(words: Vec<String>) -> Box<dyn Program> {
    let reads = words.iter().any(|word| word == "-");
    Box::new(Once { act: run, args: words, reads })
}

fn run(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let (flags, files): (Vec<&String>, Vec<&String>) =
        args[1..].iter().partition(|arg| arg.len() > 1 && arg.starts_with('-'));
    let [old, new] = files.as_slice() else {
        let after = files.first().map_or("diff".to_owned(), |file| (*file).clone());
        ctx.complain(match files.len() {
            0 | 1 => format!("diff: missing operand after '{after}'"),
            _ => format!("diff: extra operand '{}'", files[2]),
        });
        ctx.complain("diff: Try 'diff --help' for more information.");
        return 2;
    };
    let mut texts = Vec::new();
    for file in [old, new] {
        let text = if *file == "-" { Ok(ctx.stdin.take()) } else { ctx.read(file) };
        match text {
            Ok(text) => texts.push(text),
            Err(error) => {
                ctx.complain(format!("diff: {file}: {error}"));
                return 2;
            }
        }
    }
    if texts[0] == texts[1] {
        return 0;
    }
    let has = |letter: char, long: &str| {
        flags.iter().any(|f| !f.starts_with("--") && f.contains(letter) || *f == long)
    };
    if has('q', "--brief") {
        ctx.say(format!("Files {old} and {new} differ"));
    } else if has('u', "--unified") {
        let head = format!("--- {old}\n+++ {new}\n");
        ctx.stdout.push_str(&head);
        ctx.stdout.push_str(&unified(&texts[0], &texts[1]));
    } else {
        ctx.stdout.push_str(&plain(&texts[0], &texts[1]));
    }
    1
}

/// The edits that lead from one text to the other, through their longest common lines.
fn edits(old: &[&str], new: &[&str]) -> Vec<Edit> {
    let before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (middle_old, middle_new) = (&old[before..old.len() - after], &new[before..new.len() - after]);
    let mut edits: Vec<Edit> = (0..before).map(|at| Edit::Same(at, at)).collect();
    let (rows, columns) = (middle_old.len(), middle_new.len());
    if rows * columns > LARGEST {
        edits.extend((0..rows).map(|at| Edit::Removed(before + at)));
        edits.extend((0..columns).map(|at| Edit::Added(before + at)));
    } else {
        // common[i][j]: the most common lines of what follows i and j.
        let width = columns + 1;
        let mut common = vec![0_u32; (rows + 1) * width];
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                common[i * width + j] = if middle_old[i] == middle_new[j] {
                    common[(i + 1) * width + j + 1] + 1
                } else {
                    common[(i + 1) * width + j].max(common[i * width + j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < rows || j < columns {
            if i < rows && j < columns && middle_old[i] == middle_new[j] {
                edits.push(Edit::Same(before + i, before + j));
                (i, j) = (i + 1, j + 1);
            } else if j >= columns || i < rows && common[(i + 1) * width + j] >= common[i * width + j + 1] {
                edits.push(Edit::Removed(before + i));
                i += 1;
            } else {
                edits.push(Edit::Added(before + j));
                j += 1;
            }
        }
    }
    edits.extend((0..after).map(|at| Edit::Same(old.len() - after + at, new.len() - after + at)));
    edits
}

fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A line with its mark; one without a newline is followed by a note.
fn push(out: &mut String, mark: &str, line: &str) {
    out.push_str(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// The hunks of a unified difference, without its head.
pub fn unified(old: &str, new: &str) -> String {
    let (old, new) = (split(old), split(new));
    let edits = edits(&old, &new);
    let changed: Vec<usize> = (0..edits.len()).filter(|at| !matches!(edits[*at], Edit::Same(..))).collect();
    let mut out = String::new();
    let mut at = 0;
    while at < changed.len() {
        let mut last = at;
        while last + 1 < changed.len() && changed[last + 1] - changed[last] <= 2 * CONTEXT + 1 {
            last += 1;
        }
        let first = changed[at].saturating_sub(CONTEXT);
        let hunk = &edits[first..(changed[last] + CONTEXT + 1).min(edits.len())];
        let in_old = hunk.iter().filter(|edit| !matches!(edit, Edit::Added(_))).count();
        let in_new = hunk.iter().filter(|edit| !matches!(edit, Edit::Removed(_))).count();
        let passed = &edits[..first];
        let start = |count: usize, skip: fn(&Edit) -> bool| {
            let before = passed.iter().filter(|edit| !skip(edit)).count();
            let line = if count == 0 { before } else { before + 1 };
            if count == 1 { line.to_string() } else { format!("{line},{count}") }
        };
        let from = start(in_old, |edit| matches!(edit, Edit::Added(_)));
        let to = start(in_new, |edit| matches!(edit, Edit::Removed(_)));
        out += &format!("@@ -{from} +{to} @@\n");
        for edit in hunk {
            match edit {
                Edit::Same(i, _) => push(&mut out, " ", old[*i]),
                Edit::Removed(i) => push(&mut out, "-", old[*i]),
                Edit::Added(j) => push(&mut out, "+", new[*j]),
            }
        }
        at = last + 1;
    }
    out
}

/// The classic output: `2c2`, `<`, `>`.
fn plain(old: &str, new: &str) -> String {
    let (old, new) = (split(old), split(new));
    let edits = edits(&old, &new);
    let mut out = String::new();
    let (mut i, mut j, mut at) = (0, 0, 0);
    while at < edits.len() {
        if let Edit::Same(..) = edits[at] {
            (i, j, at) = (i + 1, j + 1, at + 1);
            continue;
        }
        let (start_old, start_new) = (i, j);
        while at < edits.len() && !matches!(edits[at], Edit::Same(..)) {
            if let Edit::Removed(_) = edits[at] {
                i += 1
            } else {
                j += 1
            }
            at += 1;
        }
        let range = |start: usize, end: usize| match end - start {
            0 => start.to_string(),
            1 => end.to_string(),
            _ => format!("{},{end}", start + 1),
        };
        let letter = match (i > start_old, j > start_new) {
            (true, true) => 'c',
            (true, false) => 'd',
            _ => 'a',
        };
        out += &format!("{}{letter}{}\n", range(start_old, i), range(start_new, j));
        for line in &old[start_old..i] {
            push(&mut out, "< ", line);
        }
        if letter == 'c' {
            out += "---\n";
        }
        for line in &new[start_new..j] {
            push(&mut out, "> ", line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_changes_as_diff_does() {
        let (old, new) = ("a\nb\nc\n", "a\nB\nc\nd\n");
        assert_eq!(plain(old, new), "2c2\n< b\n---\n> B\n3a4\n> d\n");
        assert_eq!(unified(old, new), "@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n");
        assert_eq!(unified("", "x\n"), "@@ -0,0 +1 @@\n+x\n");
        assert_eq!(unified("x", "x\n"), "@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
    }
}
