//! What curl makes of brackets and braces in an address.

use std::collections::VecDeque;

/// The addresses that `[1-3]` and `{a,b}` make of one.
pub(super) fn glob(url: &str, made: &mut VecDeque<String>) {
    let Some((open, close)) = url
        .find(['[', '{'])
        .and_then(|at| Some((at, at + url[at..].find(if &url[at..=at] == "[" { ']' } else { '}' })?)))
    else {
        made.push_back(url.to_owned());
        return;
    };
    let inner = &url[open + 1..close];
    let range = inner.split_once('-').and_then(|(from, to)| {
        let (to, step) = to.split_once(':').unwrap_or((to, "1"));
        let width = if from.starts_with('0') { from.len() } else { 0 };
        let (from, to, step) =
            (from.parse::<u32>().ok()?, to.parse::<u32>().ok()?, step.parse::<usize>().ok()?);
        Some(
            (from..=to)
                .step_by(step.max(1))
                .take(10_000)
                .map(|it| format!("{it:0width$}"))
                .collect::<Vec<_>>(),
        )
    });
    let choices = match (&url[open..=open], range) {
        ("[", Some(range)) => range,
        // An IPv6 address.
        ("[", None) => {
            made.push_back(url.to_owned());
            return;
        }
        _ => inner.split(',').map(str::to_owned).collect(),
    };
    for choice in choices {
        glob(&format!("{}{choice}{}", &url[..open], &url[close + 1..]), made);
    }
}
