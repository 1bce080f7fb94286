//! The shell blocks of a post in Markdown or Jekyll, cut into commands and what is shown under them.

use cluster_playground::shell::batch::is_interrupt;
use cluster_playground::shell::line::{self, SyntaxError};

/// A command and what the post shows of its output.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its line in the post, from 1.
    pub line: usize,
    /// The command, of one line or several.
    pub command: String,
    /// The lines shown under it.
    pub shown: Vec<String>,
}

/// Names of languages whose blocks are commands.
const LANGUAGES: [&str; 6] = ["shell", "bash", "sh", "console", "zsh", "shell-session"];

/// The steps of all shell blocks.
pub fn of_post(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    // The line that closes the block being read, whether it holds commands, and where it began.
    let mut open: Option<(&str, bool, usize)> = None;
    let mut block = String::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        match open {
            Some((close, commands, start)) if trimmed.starts_with(close) => {
                if commands {
                    steps.extend(of_script(&block, start));
                }
                (open, block) = (None, String::new());
            }
            Some(_) => {
                block += line;
                block.push('\n');
            }
            None => open = opening(trimmed).map(|(close, commands)| (close, commands, index + 2)),
        }
    }
    steps
}

/// What closes a block that this line opens, and whether it holds commands.
fn opening(line: &str) -> Option<(&'static str, bool)> {
    let known = |language: &str| LANGUAGES.contains(&language);
    for fence in ["```", "~~~"] {
        if let Some(info) = line.strip_prefix(fence) {
            let language = info.trim().trim_start_matches(['{', '.']).split([' ', '}', ',']).next();
            return Some((fence, language.is_some_and(known)));
        }
    }
    if let Some(inside) = line.strip_prefix("{% highlight") {
        return Some(("{% endhighlight", inside.split_whitespace().next().is_some_and(known)));
    }
    let inside = line.strip_prefix("<d-code")?;
    if inside.contains("</d-code>") {
        return None;
    }
    let language = inside.split("language=").nth(1).map(|rest| rest.trim_start_matches(['"', '\'']));
    let language = language.and_then(|rest| rest.split(['"', '\'', ' ', '>']).next());
    Some(("</d-code", language.is_some_and(known)))
}

/// The steps of one block whose first line is `start`.
pub fn of_script(text: &str, start: usize) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut partial: Option<(usize, String)> = None;
    let mut under = false;
    for (index, raw) in text.lines().enumerate() {
        if let Some((first, mut command)) = partial.take() {
            command.push('\n');
            command += raw;
            under = push(&mut steps, &mut partial, first, command);
            continue;
        }
        let line = raw.trim();
        if line.is_empty() {
            under = false;
        } else if let Some(comment) = line.strip_prefix('#') {
            if let Some(step) = steps.last_mut().filter(|_| under) {
                step.shown.push(comment.strip_prefix(' ').unwrap_or(comment).to_owned());
            }
        } else {
            let command = line.strip_prefix("$ ").unwrap_or(line).to_owned();
            under = push(&mut steps, &mut partial, start + index, command);
        }
    }
    if let Some((line, command)) = partial {
        steps.push(Step { line, command, shown: Vec::new() });
    }
    steps
}

/// Keeps a command if it is complete; else it waits for its next line.
fn push(steps: &mut Vec<Step>, partial: &mut Option<(usize, String)>, line: usize, command: String) -> bool {
    let incomplete =
        !is_interrupt(&command) && matches!(line::parse(&command), Err(SyntaxError::Incomplete(_)));
    if incomplete {
        *partial = Some((line, command));
    } else {
        steps.push(Step { line, command, shown: Vec::new() });
    }
    !incomplete
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_commands_and_what_is_shown_under_them() {
        let post = "Text\n\n```shell\n# prose\nls\n# a\n# b\n\n# prose\ncat <<EOF\nx\nEOF\n```\n\
                    ```yaml\nkind: Pod\n```\n{% highlight shell %}\necho hi\n{% endhighlight %}\n\
                    <d-code block language=\"shell\">\n  git clone x\n</d-code>\n";
        let steps = of_post(post);
        let found: Vec<(&str, usize)> =
            steps.iter().map(|step| (step.command.as_str(), step.shown.len())).collect();
        assert_eq!(found, [("ls", 2), ("cat <<EOF\nx\nEOF", 0), ("echo hi", 0), ("git clone x", 0)]);
        assert_eq!(steps[0].line, 5);
    }
}
