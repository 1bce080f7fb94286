//! Cron schedules, as `CronJob.spec.schedule` has them: five fields, a macro, or `@every`.
//!
//! Grammar, words of errors and the meaning of a day by both its fields are those of the library that
//! Kubernetes uses, <https://github.com/robfig/cron/tree/v3>.

use super::zone::{Zone, shifted};
use super::{Instant, parse_duration};
use std::time::Duration;

/// What a field of a schedule may hold: its bounds, and the names of its values.
type Bounds = (u32, u32, &'static [&'static str]);

const FIELDS: [Bounds; 5] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    (0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];
const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
/// The bit of a field that leaves the choice of days to the other.
const STAR: u64 = 1 << 63;
/// A schedule that names no instant of so many years names none: 31 February.
const YEARS: i64 = 5;

/// When something is due again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// By the clock: the values of minute, hour, day, month and weekday, a bit each.
    Fields([u64; 5]),
    /// After so many seconds each time.
    Every(u64),
}

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What is wrong with it, in the library's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(span) = text.strip_prefix("@every ") {
            let Some((negative, span)) = parse_duration(span) else {
                let why = format!("time: invalid duration {span:?}");
                return Err(format!("failed to parse duration {text}: {why}"));
            };
            return Ok(Self::Every(if negative { 1 } else { span.as_secs().max(1) }));
        }
        let text = match MACROS.iter().find(|(name, _)| *name == text) {
            Some((_, meaning)) => meaning,
            None if text.starts_with('@') => return Err(format!("unrecognized descriptor: {text}")),
            None => text,
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.len() != FIELDS.len() {
            let found = words.join(" ");
            return Err(format!("expected exactly 5 fields, found {}: [{found}]", words.len()));
        }
        let mut fields = [0; 5];
        for ((field, word), bounds) in fields.iter_mut().zip(words).zip(FIELDS) {
            for part in word.split(',').filter(|part| !part.is_empty()) {
                *field |= range(part, bounds)?;
            }
        }
        Ok(Self::Fields(fields))
    }

    /// The first instant after `after` that it names, by the clocks of a zone; `None` if there is none.
    pub fn next(&self, after: Instant, zone: Zone) -> Option<Instant> {
        match self {
            Self::Every(seconds) => Some(Instant::from_unix(after.unix()) + Duration::from_secs(*seconds)),
            Self::Fields(fields) => next(fields, after, zone),
        }
    }
}

fn next([minutes, hours, days, months, weekdays]: &[u64; 5], after: Instant, zone: Zone) -> Option<Instant> {
    let has = |field: &u64, value: u32| field & (1 << value) != 0;
    // A field that says nothing of days leaves them to the other; two that do may each name one.
    let either = (days | weekdays) & STAR == 0;
    let mut at = Instant::from_unix((after.unix() + 1).div_ceil(60) * 60);
    let mut last_year = None;
    loop {
        let offset = zone.offset(at);
        let there = shifted(at, offset);
        let (year, month, day, hour, minute, _) = there.civil();
        if year > *last_year.get_or_insert(year + YEARS) {
            return None;
        }
        let midnight = there.unix() - there.unix() % 86_400;
        // The first of January 1970 was a Thursday.
        let weekday = has(weekdays, ((midnight / 86_400 + 4) % 7) as u32);
        let is_day = if either { has(days, day) || weekday } else { has(days, day) && weekday };
        at = if !has(months, month) || !is_day {
            // On to the next midnight there; while the month is wrong, to that of the next.
            let rest = if has(months, month) { 1 } else { u64::from(days_of(year, month) + 1 - day) };
            let local = Instant::from_unix(midnight + rest * 86_400);
            shifted(local, -zone.offset(shifted(local, -offset)))
        } else if !has(hours, hour) {
            Instant::from_unix(at.unix() + u64::from(60 - minute) * 60)
        } else if !has(minutes, minute) {
            Instant::from_unix(at.unix() + 60)
        } else {
            return Some(at);
        };
    }
}

fn days_of(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The values of one part of a field: `5`, `1-5`, `*/15`, `mon-fri`.
fn range(part: &str, (low, high, names): Bounds) -> Result<u64, String> {
    let mut pieces = part.split('/');
    let ends: Vec<&str> = pieces.next().unwrap_or_default().split('-').collect();
    let mut star = 0;
    let (start, mut end) = if matches!(ends[0], "*" | "?") {
        star = STAR;
        (low, high)
    } else {
        let start = number(ends[0], names)?;
        match ends[1..] {
            [] => (start, start),
            [last] => (start, number(last, names)?),
            _ => return Err(format!("too many hyphens: {part}")),
        }
    };
    let mut step = 1;
    if let Some(piece) = pieces.next() {
        if pieces.next().is_some() {
            return Err(format!("too many slashes: {part}"));
        }
        step = number(piece, &[])?;
        if ends.len() == 1 {
            end = high;
        }
        if step > 1 {
            star = 0;
        }
    }
    if start < low {
        return Err(format!("beginning of range ({start}) below minimum ({low}): {part}"));
    }
    if end > high {
        return Err(format!("end of range ({end}) above maximum ({high}): {part}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {part}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {part}"));
    }
    Ok((start..=end).step_by(step as usize).fold(star, |values, value| values | 1 << value))
}

fn number(text: &str, names: &[&str]) -> Result<u32, String> {
    let lower = text.to_lowercase();
    if let Some(index) = names.iter().position(|name| *name == lower) {
        // Months count from one, weekdays from zero.
        return Ok(index as u32 + u32::from(names.len() == 12));
    }
    let number: i64 = text.parse().map_err(|_| {
        format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax")
    })?;
    if number < 0 {
        return Err(format!("negative number ({number}) not allowed: {text}"));
    }
    // More than any field holds, and small enough to be written.
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}
