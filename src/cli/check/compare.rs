//! Compares what was printed with what is shown, by pattern.

use cluster_playground::shell::regex::{Regex, Syntax};
use std::fmt::Write;

/// What differs from run to run, and what stands for it.
const PATTERNS: [(&str, &str); 9] = [
    ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    ("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[.][0-9]+Z?)?", "<time>"),
    ("\\b[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\b", "<ip>"),
    ("-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\\b", "-<hash>"),
    ("-[bcdfghjklmnpqrstvwxz2456789]{8,10}\\b", "-<hash>"),
    ("\\b3[0-2][0-9]{3}\\b", "<node port>"),
    ("\\b[0-9]+\\.[0-9]+(/[0-9]+\\.[0-9]+)*( ?ms)\\b", "<times>"),
    ("\\b([0-9]+(d|h|m|s)|[0-9]+d[0-9]+h|[0-9]+h[0-9]+m|[0-9]+m[0-9]+s)\\b", "<age>"),
    ("[ \t]+", " "),
];

/// A line with what may differ replaced.
fn masked(line: &str) -> String {
    let mut text = line.trim_end().trim_end_matches('%').trim_end().to_owned();
    for (pattern, name) in PATTERNS {
        if let Ok(regex) = Regex::new(pattern, Syntax::Extended, false) {
            text = regex.replace(&text, None, |_| name.to_owned()).0;
        }
    }
    text
}

/// What differs, readable; `None` if every line shown was printed, in that order.
pub fn difference(shown: &[String], printed: &str) -> Option<String> {
    let mut rest = printed.lines();
    let missing = shown.iter().find(|line| {
        let wanted = masked(line);
        !rest.any(|line| masked(line) == wanted)
    })?;
    let mut text = String::new();
    for line in shown {
        let mark = if std::ptr::eq(line, missing) { "- " } else { "  " };
        let _ = writeln!(text, "  shown    {mark}{line}");
    }
    for line in printed.lines() {
        let _ = writeln!(text, "  printed  + {line}");
    }
    if printed.is_empty() {
        text += "  printed  nothing\n";
    }
    Some(text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_by_pattern() {
        let agrees = |shown: &str, printed: &str| {
            let shown: Vec<String> = shown.lines().map(str::to_owned).collect();
            difference(&shown, printed).is_none()
        };
        assert!(agrees("10.1.1.128% ", "10.1.0.7"));
        assert!(agrees("b", "a\nb\nc\n"));
        assert!(!agrees("b\na", "a\nb\n"));
        assert!(agrees(
            "pod/sleep-2-8cf7ffbcc-rg4b4 condition met",
            "pod/sleep-2-56b67bb787-rzblt condition met\n"
        ));
        assert!(agrees(
            "numbers-web   LoadBalancer   10.103.72.243   localhost     8080:32037/TCP   19s",
            "numbers-web  LoadBalancer  10.104.221.36  localhost  8080:30197/TCP  2m3s\n"
        ));
        assert!(!agrees("100% packet loss", "0% packet loss\n"));
    }
}
