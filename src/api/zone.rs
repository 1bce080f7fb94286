//! Time zones: how far their clocks are from UTC, by a table of the better known ones.
//!
//! The whole database (<https://www.iana.org/time-zones>) weighs more than the rest of the engine. The
//! table has today's offsets and the four rules of summer time that most of its zones follow.

use super::Instant;

/// A line has minutes east of UTC, a rule of summer time, and the zones of which both are true.
const ZONES: &str = include_str!("zones.txt");
const DAY: i64 = 86_400;

/// A time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Seconds east of UTC in winter.
    standard: i64,
    summer: Option<Summer>,
}

/// When clocks are put forward by an hour, and when back again: the month, which Sunday of it (the
/// fifth is the last), and the hour of standard time, or of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summer {
    begin: (u32, i64, i64),
    end: (u32, i64, i64),
    utc: bool,
}

/// The European Union, the United States, the south of Australia, New Zealand.
const RULES: [(&str, Summer); 4] = [
    ("eu", Summer { begin: (3, 5, 1), end: (10, 5, 1), utc: true }),
    ("us", Summer { begin: (3, 2, 2), end: (11, 1, 1), utc: false }),
    ("au", Summer { begin: (10, 1, 2), end: (4, 1, 2), utc: false }),
    ("nz", Summer { begin: (9, 5, 2), end: (4, 1, 2), utc: false }),
];

impl Zone {
    /// The zone of that name, if the table has it.
    pub fn named(name: &str) -> Option<Self> {
        ZONES.lines().find_map(|line| {
            let mut words = line.split(' ');
            let (minutes, rule) = (words.next()?.parse::<i64>().ok()?, words.next()?);
            let summer = RULES.iter().find(|(known, _)| *known == rule).map(|(_, summer)| *summer);
            words.any(|zone| zone == name).then_some(Self { standard: minutes * 60, summer })
        })
    }

    /// Seconds east of UTC at an instant.
    pub fn offset(self, at: Instant) -> i64 {
        let Some(summer) = self.summer else { return self.standard };
        let (year, ..) = at.civil();
        let shift = if summer.utc { 0 } else { self.standard };
        let change = |(month, nth, hour): (u32, i64, i64)| sunday(year, month, nth) + hour * 3600 - shift;
        let (at, begin, end) = (at.unix() as i64, change(summer.begin), change(summer.end));
        // In the south, summer is what is not winter.
        let is_summer = if begin < end { (begin..end).contains(&at) } else { !(end..begin).contains(&at) };
        self.standard + if is_summer { 3600 } else { 0 }
    }

    /// RFC 3339 with whole seconds, by the zone's clocks.
    pub fn rfc3339(self, at: Instant) -> String {
        let offset = self.offset(at);
        let text = shifted(at, offset).rfc3339();
        if offset == 0 {
            return text.to_string();
        }
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
        format!("{}{sign}{:02}:{:02}", text.trim_end_matches('Z'), minutes / 60, minutes % 60)
    }
}

/// The instant so many seconds later, or earlier if negative.
pub(super) fn shifted(at: Instant, seconds: i64) -> Instant {
    Instant::from_unix(at.unix().saturating_add_signed(seconds))
}

/// The midnight of UTC that begins the `nth` Sunday of a month, or its last if it has fewer.
fn sunday(year: i64, month: u32, nth: i64) -> i64 {
    let first = Instant::parse_rfc3339(&format!("{year:04}-{month:02}-01T00:00:00Z")).unwrap_or_default();
    // The first of January 1970 was a Thursday.
    let days = first.unix() as i64 / DAY;
    let mut sunday = days + (3 - days).rem_euclid(7) + (nth - 1) * 7;
    let (_, there, ..) = Instant::from_unix((sunday * DAY) as u64).civil();
    if there != month {
        sunday -= 7;
    }
    sunday * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_show_what_they_show_there() {
        for (zone, at, there) in [
            ("UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
            ("Asia/Kolkata", "2026-07-01T20:00:00Z", "2026-07-02T01:30:00+05:30"),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", "2026-10-25T02:59:59+02:00"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00"),
            ("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59-05:00"),
            ("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00-04:00"),
            ("America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T01:59:59-04:00"),
            ("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00:00-05:00"),
            ("Australia/Sydney", "2026-04-04T15:59:59Z", "2026-04-05T02:59:59+11:00"),
            ("Australia/Sydney", "2026-04-04T16:00:00Z", "2026-04-05T02:00:00+10:00"),
            ("Australia/Sydney", "2026-10-03T16:00:00Z", "2026-10-04T03:00:00+11:00"),
            ("Pacific/Auckland", "2026-09-26T14:00:00Z", "2026-09-27T03:00:00+13:00"),
        ] {
            let at = Instant::parse_rfc3339(at).expect("an instant");
            assert_eq!(Zone::named(zone).expect("in the table").rfc3339(at), there, "{zone}");
        }
        assert_eq!(Zone::named("Mars/Phobos"), None);
    }
}
