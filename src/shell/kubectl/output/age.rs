//! Durations and instants as people read them.

use crate::api::{Instant, Value};

pub use crate::api::parse_duration;
use std::time::Duration;

/// A duration as `duration.HumanDuration` prints it: `5s`, `3m20s`, `26h`, `4d2h`.
pub fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 120 {
        return format!("{seconds}s");
    }
    let pair = |big: u64, unit: char, small: u64, part: char| match small {
        0 => format!("{big}{unit}"),
        small => format!("{big}{unit}{small}{part}"),
    };
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match () {
        () if minutes < 10 => pair(minutes, 'm', seconds % 60, 's'),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, 'h', minutes % 60, 'm'),
        () if hours < 48 => format!("{hours}h"),
        () if hours < 192 => pair(hours / 24, 'd', hours % 24, 'h'),
        () if hours < 24 * 365 * 2 => format!("{}d", hours / 24),
        () if hours < 24 * 365 * 8 => pair(hours / 24 / 365, 'y', hours / 24 % 365, 'd'),
        () => format!("{}y", hours / 24 / 365),
    }
}

/// How long ago a written instant is: `5s`, or `<unknown>` if it is none.
pub fn since(now: Instant, written: &Value) -> String {
    match written.as_str().and_then(instant) {
        Some(then) => human(now.since(then)),
        None => "<unknown>".into(),
    }
}

/// Reads an instant, with or without a fraction of a second.
pub fn instant(text: &str) -> Option<Instant> {
    Instant::parse_rfc3339(text)
}

/// An instant as RFC 1123 writes it with a numeric zone: `Sun, 22 Nov 2026 21:13:27 +0000`.
pub fn rfc1123(at: Instant) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day, hour, minute, second) = at.civil();
    let weekday = DAYS[(at.unix() / 86_400 % 7) as usize];
    let month = MONTHS[month as usize - 1];
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} +0000")
}

/// A written instant as RFC 1123; empty if it is none.
pub fn date(written: &Value) -> String {
    written.as_str().and_then(instant).map(rfc1123).unwrap_or_default()
}

/// A duration as Go prints one: `1h0m5s`, `1.5s`, `250ms`.
pub fn go_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration < Duration::from_secs(1) {
        let micros = duration.as_micros();
        return match micros {
            0 => "0s".into(),
            micros if micros % 1000 == 0 => format!("{}ms", micros / 1000),
            micros => format!("{}ms", micros as f64 / 1000.0),
        };
    }
    let fraction = duration.subsec_nanos();
    let tail = if fraction == 0 {
        format!("{}s", seconds % 60)
    } else {
        let digits = format!("{fraction:09}");
        format!("{}.{}s", seconds % 60, digits.trim_end_matches('0'))
    };
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => tail,
        (0, minutes) => format!("{minutes}m{tail}"),
        (hours, minutes) => format!("{hours}h{minutes}m{tail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (200, "3m20s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (12_300, "3h25m"),
            (28_800, "8h"),
            (172_800, "2d"),
            (180_000, "2d2h"),
            (691_200, "8d"),
            (63_072_000, "2y"),
            (63_158_400, "2y1d"),
        ] {
            assert_eq!(human(Duration::from_secs(seconds)), text);
        }
        assert_eq!(rfc1123(Instant::from_unix(1_795_295_607)), "Sat, 21 Nov 2026 21:13:27 +0000");
        assert_eq!(parse_duration("1m30s"), Some((false, Duration::from_secs(90))));
        assert_eq!(parse_duration("abc"), None);
        assert_eq!(parse_duration("5"), None);
        assert_eq!(go_duration(Duration::from_millis(90_500)), "1m30.5s");
    }
}
