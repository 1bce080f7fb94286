//! Where in a document a cursor stands, told by indentation alone: a text that is being typed parses seldom.
//! It knows block style (flow style and block scalars have no answer) and nothing of the schema.

/// A step from a document's root towards the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'t> {
    /// Into the value of a key.
    Key(&'t str),
    /// Into an item of a list.
    Item,
}

/// A cursor in a text.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    /// The lines of the document it is in.
    pub(super) lines: Vec<&'t str>,
    /// Which of them it is on.
    pub(super) row: usize,
    /// That line up to the cursor.
    pub(super) before: &'t str,
}

/// A line as its indentation tells it: `  - name: x` has a dash at 2 and its key at 4.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// The column of its dash; of the last, where there are several.
    pub(super) dash: Option<usize>,
    /// Where its key or its text begins.
    pub(super) column: usize,
    /// Its key.
    pub(super) key: Option<&'t str>,
    /// What stands after the colon, or all of its text.
    pub(super) value: &'t str,
}

impl<'t> Line<'t> {
    /// Reads a line; none if it says nothing.
    pub(super) fn read(line: &'t str) -> Option<Self> {
        let mut rest = line.trim_start_matches(' ');
        let mut column = line.len() - rest.len();
        let mut dash = None;
        while let Some(after) =
            rest.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with(' '))
        {
            dash = Some(column);
            let inner = after.trim_start_matches(' ');
            // A dash alone opens its item two columns on.
            column += 1 + (after.len() - inner.len()).max(1);
            rest = inner;
        }
        let rest = rest.trim_end();
        if rest.is_empty() && dash.is_none() || rest.starts_with('#') {
            return None;
        }
        let (key, value) = match key(rest) {
            Some((key, value)) => (Some(key), value),
            None => (None, rest),
        };
        Some(Self { dash, column, key, value })
    }
}

/// A key and what follows its colon.
fn key(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['{', '[', '&', '*', '!', '|', '>']) {
        return None;
    }
    let at = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
    let key = text[..at].trim().trim_matches(['"', '\'']);
    let value = text[at + 1..].trim();
    Some((key, if value.starts_with('#') { "" } else { value }))
}

impl<'t> Cursor<'t> {
    /// The cursor at a line and a UTF-16 column, from 1; none beyond the text's end.
    pub(super) fn at(text: &'t str, line: usize, column: usize) -> Option<Self> {
        let all: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let here = line.checked_sub(1).filter(|here| *here < all.len())?;
        let is_end = |line: &str| line.starts_with("---");
        if is_end(all[here]) {
            return None;
        }
        let start = all[..here].iter().rposition(|line| is_end(line)).map_or(0, |at| at + 1);
        let end = all[here..].iter().position(|line| is_end(line)).map_or(all.len(), |at| here + at);
        let mut units = column.saturating_sub(1);
        let bytes = all[here].chars().take_while(|c| {
            let fits = units >= c.len_utf16();
            units = units.saturating_sub(if fits { c.len_utf16() } else { units });
            fits
        });
        let bytes: usize = bytes.map(char::len_utf8).sum();
        Some(Self { row: here - start, before: &all[here][..bytes], lines: all[start..end].to_vec() })
    }

    /// The way from the root to the map or the list that `line` on the cursor's row belongs to; none where indentation
    /// does not tell.
    pub(super) fn path(&self, line: Line<'t>) -> Option<Vec<Step<'t>>> {
        let mut steps = Vec::new();
        let (mut row, mut column, mut dash) = (self.row, line.column, line.dash);
        loop {
            let above = |wanted: &dyn Fn(&Line<'_>) -> bool| {
                let lines = self.lines[..row].iter().enumerate().rev();
                lines.filter_map(|(at, line)| Some((at, Line::read(line)?))).find(|(_, line)| wanted(line))
            };
            if let Some(at) = dash {
                steps.push(Step::Item);
                let Some((found, owner)) =
                    above(&|line| line.column <= at && line.dash.is_none_or(|d| d < at))
                else {
                    break;
                };
                row = found;
                steps.push(Step::Key(owner.key.filter(|_| owner.value.is_empty())?));
                (column, dash) = (owner.column, owner.dash);
                continue;
            }
            if column == 0 {
                break;
            }
            let (found, owner) =
                above(&|line| line.column < column || line.column == column && line.dash.is_some())?;
            row = found;
            if owner.column == column {
                dash = owner.dash;
                continue;
            }
            steps.push(Step::Key(owner.key.filter(|_| owner.value.is_empty())?));
            (column, dash) = (owner.column, owner.dash);
        }
        steps.reverse();
        Some(steps)
    }

    /// The keys beside `line` in its map.
    pub(super) fn siblings(&self, line: Line<'_>) -> Vec<&'t str> {
        let mut found = Vec::new();
        if line.dash.is_none() {
            for other in self.lines[..self.row].iter().rev().filter_map(|line| Line::read(line)) {
                if other.column < line.column {
                    break;
                }
                if other.column == line.column {
                    found.extend(other.key);
                    if other.dash.is_some() {
                        break;
                    }
                }
            }
        }
        for other in self.lines.get(self.row + 1..).into_iter().flatten().filter_map(|line| Line::read(line))
        {
            if other.column < line.column || other.dash.is_some_and(|dash| dash < line.column) {
                break;
            }
            if other.column == line.column {
                found.extend(other.key);
            }
        }
        found
    }

    /// The value of a key at the root.
    pub(super) fn root(&self, key: &str) -> Option<&'t str> {
        let lines = self.lines.iter().filter_map(|line| Line::read(line));
        let mut found = lines.filter(|line| line.column == 0 && line.key == Some(key));
        found.next().map(|line| line.value.trim_matches(['"', '\''])).filter(|value| !value.is_empty())
    }

    /// Whether the document says nothing outside the cursor's line.
    pub(super) fn is_alone(&self) -> bool {
        self.lines.iter().enumerate().all(|(row, line)| row == self.row || Line::read(line).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        let line = text.split('\n').position(|line| line.contains('|')).expect("a cursor") + 1;
        let column = text.split('\n').nth(line - 1).and_then(|line| line.find('|')).expect("a cursor") + 1;
        let text = text.replace('|', "");
        let cursor = Cursor::at(&text, line, column)?;
        let at = cursor.before.len();
        let here = Line::read(cursor.before).unwrap_or(Line { dash: None, column: at, key: None, value: "" });
        let steps = cursor.path(here)?;
        Some(
            steps
                .iter()
                .map(|step| if let Step::Key(key) = step { format!(".{key}") } else { "[]".into() })
                .collect(),
        )
    }

    #[test]
    fn the_way_to_the_cursor() {
        for (text, expected) in [
            ("|", Some("")),
            ("spec:\n  |", Some(".spec")),
            ("spec:\n  ports:\n  - port: 80\n    |", Some(".spec.ports[]")),
            ("spec:\n  ports:\n    - |", Some(".spec.ports[]")),
            ("spec:\n  ports:\n  - port: 80\n  |", Some(".spec")),
            (
                "spec:\n  containers:\n  - ports:\n    - containerPort: 1\n      |",
                Some(".spec.containers[].ports[]"),
            ),
            ("spec:\n  containers:\n  - ports:\n    - containerPort: 1\n    |", Some(".spec.containers[]")),
            ("a: 1\n---\n# c\nmetadata:\n\n  na|\nspec:", Some(".metadata")),
            ("metadata:\n  name: x\n    |", None),
            ("--|-", None),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }
}
