//! `date`: the virtual time, or another.

use crate::api::Instant;
use crate::shell::program::{Ctx, Exit};
use std::time::Duration;

/// `date [-u] [-d TIME] [-I[SPEC]] [-R] [+FORMAT]`
pub fn run(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let mut at = ctx.cluster.now();
    let mut format = "%a %b %e %H:%M:%S UTC %Y";
    let mut words = args[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-u" | "--utc" | "--universal" => {}
            "-R" | "--rfc-email" => format = "%a, %d %b %Y %T +0000",
            "-I" | "--iso-8601" | "-Idate" | "--iso-8601=date" => format = "%F",
            "-Iseconds" | "--iso-8601=seconds" => format = "%FT%T+00:00",
            _ if word.starts_with('+') => format = &word[1..],
            _ => {
                let text = match word.strip_prefix("--date=").or_else(|| word.strip_prefix("-d")) {
                    Some("") => words.next().map_or("", String::as_str),
                    Some(text) => text,
                    None if word.starts_with('-') => {
                        ctx.complain(format!("date: invalid option -- '{}'", word.trim_start_matches('-')));
                        return 1;
                    }
                    None => word.as_str(),
                };
                match moment(text, at) {
                    Some(moment) => at = moment,
                    None => {
                        ctx.complain(format!("date: invalid date ‘{text}’"));
                        return 1;
                    }
                }
            }
        }
    }
    ctx.say(at.strftime(format));
    0
}

/// A moment in the words of `date -d`: `@SECONDS`, a date, or so long from now.
fn moment(text: &str, now: Instant) -> Option<Instant> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok().map(Instant::from_unix);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.get(4..5) == Some("-") {
        let time = text
            .get(11..)
            .unwrap_or_default()
            .trim_end_matches(['Z', ' '])
            .trim_end_matches("UTC")
            .trim_end();
        let whole = match time.len() {
            0 => "00:00:00".to_owned(),
            5 => format!("{time}:00"),
            _ => time.to_owned(),
        };
        return Instant::parse_rfc3339(&format!("{}T{whole}Z", text.get(..10)?));
    }
    let mut at = now;
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let (count, unit) = match word {
            "now" | "today" => (0, "second"),
            "yesterday" => (-1, "day"),
            "tomorrow" => (1, "day"),
            "next" => (1, words.next()?),
            "last" => (-1, words.next()?),
            _ => (word.parse::<i64>().ok()?, words.next()?),
        };
        let back = words.next_if(|word| *word == "ago").is_some();
        let seconds = match unit.trim_end_matches('s') {
            "sec" | "second" => 1,
            "min" | "minute" => 60,
            "hour" => 3600,
            "day" => 86_400,
            "week" => 604_800,
            _ => return None,
        };
        let span = Duration::from_secs(count.unsigned_abs() * seconds);
        at = if (count < 0) != back { at - span } else { at + span };
    }
    (!text.is_empty()).then_some(at)
}
