//! Cron schedules and time zones: whether the server can read them, and what it says if not.

/// The fields of a schedule: their bounds and the names of their values.
const FIELDS: [(i64, i64, &[&str]); 5] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    (0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];
const DESCRIPTORS: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// What is wrong with a schedule.
pub(super) fn schedule_problem(schedule: &str) -> Option<String> {
    if schedule.starts_with('@') {
        return descriptor_problem(schedule);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let found = fields.join(" ");
        return Some(format!("expected exactly 5 fields, found {}: [{found}]", fields.len()));
    }
    fields
        .iter()
        .zip(FIELDS)
        .find_map(|(field, bounds)| field.split(',').find_map(|part| part_problem(part, bounds)))
}

fn descriptor_problem(schedule: &str) -> Option<String> {
    if let Some(duration) = schedule.strip_prefix("@every ") {
        let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
        let mut rest = duration;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let unit = after.find(|c: char| c.is_ascii_digit()).map_or(after, |end| &after[..end]);
            if number.is_empty() || !units.contains(&unit) {
                let why = format!("time: invalid duration {duration:?}");
                return Some(format!("failed to parse duration {schedule}: {why}"));
            }
            rest = &after[unit.len()..];
        }
        return duration
            .is_empty()
            .then(|| format!("failed to parse duration {schedule}: time: invalid duration \"\""));
    }
    (!DESCRIPTORS.contains(&schedule)).then(|| format!("unrecognized descriptor: {schedule}"))
}

fn part_problem(part: &str, (low, high, names): (i64, i64, &[&str])) -> Option<String> {
    let (range, step) = match part.split('/').collect::<Vec<_>>()[..] {
        [range] => (range, None),
        [range, step] => (range, Some(step)),
        _ => return Some(format!("too many slashes: {part}")),
    };
    let ends: Vec<&str> = range.split('-').collect();
    let (start, end) = match ends[..] {
        ["*" | "?"] => (low, high),
        [only] => match number(only, names) {
            Ok(only) => (only, if step.is_some() { high } else { only }),
            Err(problem) => return Some(problem),
        },
        [first, last] => match (number(first, names), number(last, names)) {
            (Ok(first), Ok(last)) => (first, last),
            (Err(problem), _) | (_, Err(problem)) => return Some(problem),
        },
        _ => return Some(format!("too many hyphens: {part}")),
    };
    let step = match step.map(|step| number(step, &[])) {
        Some(Err(problem)) => return Some(problem),
        Some(Ok(step)) => step,
        None => 1,
    };
    if start < low {
        return Some(format!("beginning of range ({start}) below minimum ({low}): {part}"));
    }
    if end > high {
        return Some(format!("end of range ({end}) above maximum ({high}): {part}"));
    }
    if start > end {
        return Some(format!("beginning of range ({start}) beyond end of range ({end}): {part}"));
    }
    (step == 0).then(|| format!("step of range should be a positive number: {part}"))
}

fn number(text: &str, names: &[&str]) -> Result<i64, String> {
    let lower = text.to_lowercase();
    if let Some(index) = names.iter().position(|name| *name == lower) {
        // Months count from one, weekdays from zero.
        return Ok(index as i64 + i64::from(names.len() == 12));
    }
    let number: i64 = text.parse().map_err(|_| {
        format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax")
    })?;
    if number < 0 { Err(format!("negative number ({number}) not allowed: {text}")) } else { Ok(number) }
}

/// The areas of the time zone database; what a place in one may be called is not checked.
const AREAS: [&str; 14] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Etc",
    "Europe",
    "Indian",
    "Pacific",
    "US",
];
const ZONES: [&str; 8] = ["UTC", "GMT", "EST", "MST", "HST", "CET", "EET", "Zulu"];

/// What is wrong with a time zone.
pub(super) fn time_zone_problem(zone: &str) -> Option<String> {
    if zone.is_empty() {
        return Some("timeZone must be nil or non-empty string".to_owned());
    }
    if zone.eq_ignore_ascii_case("local") {
        return Some(
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones".to_owned(),
        );
    }
    let known = match zone.split_once('/') {
        Some((area, place)) => {
            let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+');
            AREAS.contains(&area) && !place.is_empty() && place.chars().all(letters)
        }
        None => ZONES.contains(&zone),
    };
    (!known).then(|| format!("unknown time zone {zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_as_cron_reads_them() {
        for good in
            ["0 4 1 1 *", "*/5 * * * *", "0 9-17 * * mon-fri", "@daily", "@every 1h30m", "0,30 1 ? JAN *"]
        {
            assert_eq!(schedule_problem(good), None, "{good}");
        }
        for (bad, problem) in [
            ("a b", "expected exactly 5 fields, found 2: [a b]"),
            ("61 * * * *", "end of range (61) above maximum (59): 61"),
            ("0 0 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("@sometimes", "unrecognized descriptor: @sometimes"),
        ] {
            assert_eq!(schedule_problem(bad).as_deref(), Some(problem), "{bad}");
        }
        assert_eq!(time_zone_problem("Mars/Phobos").as_deref(), Some("unknown time zone Mars/Phobos"));
        assert_eq!(time_zone_problem("Europe/Berlin"), None);
    }
}
