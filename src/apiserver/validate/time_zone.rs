//! Whether a CronJob's time zone may be one.

use crate::api::Zone;

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
        None => Zone::named(zone).is_some(),
    };
    (!known).then(|| format!("unknown time zone {zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_an_area_of_the_database() {
        assert_eq!(time_zone_problem("Mars/Phobos").as_deref(), Some("unknown time zone Mars/Phobos"));
        assert_eq!(time_zone_problem("Berlin").as_deref(), Some("unknown time zone Berlin"));
        assert_eq!(time_zone_problem("Europe/Berlin"), None);
    }
}
