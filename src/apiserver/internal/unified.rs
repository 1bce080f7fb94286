//! Unified diffs of two texts, line by line. Knows nothing of what the lines say.

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// A unified diff without file names.
pub(super) fn unified(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let script = script(&old, &new);
    let mut out = String::new();
    let changed = |step: &(char, usize, usize)| step.0 != ' ';
    let mut at = 0;
    while let Some(first) = (at..script.len()).find(|index| changed(&script[*index])) {
        // A hunk ends where more than twice the context is unchanged.
        let mut last = first;
        while let Some(next) =
            (last + 1..script.len().min(last + 2 * CONTEXT + 2)).find(|i| changed(&script[*i]))
        {
            last = next;
        }
        let hunk = &script[first.saturating_sub(CONTEXT).max(at)..(last + CONTEXT + 1).min(script.len())];
        let count = |skip: char| hunk.iter().filter(|step| step.0 != skip).count();
        let (_, old_start, new_start) = hunk[0];
        out.push_str(&format!("@@ -{},{} +{},{} @@\n", old_start + 1, count('+'), new_start + 1, count('-')));
        for (sign, old_line, new_line) in hunk {
            let line = if *sign == '+' { new[*new_line] } else { old[*old_line] };
            out.push(*sign);
            out.push_str(line);
            out.push('\n');
        }
        at = (last + CONTEXT + 1).min(script.len());
    }
    out
}

/// How to go from one list of lines to another: keep, take out, put in, with the place in each.
fn script(old: &[&str], new: &[&str]) -> Vec<(char, usize, usize)> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let end =
        old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let (rows, columns) = (old_end - start, new_end - start);
    // The longest common subsequence of what differs, from each place on.
    let mut longest = vec![vec![0_u32; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            longest[i][j] = if old[start + i] == new[start + j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let mut steps: Vec<(char, usize, usize)> = (0..start).map(|index| (' ', index, index)).collect();
    let (mut i, mut j) = (0, 0);
    while i < rows || j < columns {
        if i < rows && j < columns && old[start + i] == new[start + j] {
            steps.push((' ', start + i, start + j));
            (i, j) = (i + 1, j + 1);
        } else if j == columns || (i < rows && longest[i + 1][j] >= longest[i][j + 1]) {
            steps.push(('-', start + i, start + j));
            i += 1;
        } else {
            steps.push(('+', start + i, start + j));
            j += 1;
        }
    }
    steps.extend((0..end).map(|index| (' ', old_end + index, new_end + index)));
    steps
}
