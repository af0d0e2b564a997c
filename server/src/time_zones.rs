//! The time zones that people can choose from, and which one they mean.

use jiff::tz::{TimeZone, db};

/// The parts of the world that zones are named by. What else the database holds are abbreviations and names of old.
const AREAS: [&str; 10] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

pub const UTC: &str = "UTC";

/// Every zone with a name like "Europe/Lisbon", and UTC.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> =
        db().available().map(|name| name.as_str().to_owned()).filter(|name| is_place(name)).collect();
    names.push(UTC.to_owned());
    names.sort_unstable();
    names.dedup();
    names
}

fn is_place(name: &str) -> bool {
    name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area))
}

/// The zone that somebody typed: its name in any case, or its place alone, as in "lisbon" or "New York". `None` where that is
/// none, or several.
pub fn find(typed: &str) -> Option<String> {
    let wanted = typed.trim().replace(' ', "_");
    if wanted.contains('/') || wanted.eq_ignore_ascii_case(UTC) {
        let zone = TimeZone::get(&wanted).ok()?;
        return zone.iana_name().map(ToOwned::to_owned);
    }
    let is_meant = |name: &String| name.rsplit('/').next().is_some_and(|place| place.eq_ignore_ascii_case(&wanted));
    let mut meant = names().into_iter().filter(is_meant);
    meant.next().filter(|_| meant.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_places_once_each() {
        let names = names();
        for place in ["Africa/Cairo", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "Europe/Lisbon", "UTC"] {
            assert_eq!(names.iter().filter(|name| *name == place).count(), 1, "{place}");
        }
        assert!(names.len() > 350 && !names.iter().any(|name| name.starts_with("Etc") || name.contains("posix")));
    }

    #[test]
    fn a_zone_is_found_by_name_and_by_place() {
        for (typed, zone) in [
            (" europe/lisbon ", "Europe/Lisbon"),
            ("Lisbon", "Europe/Lisbon"),
            ("new york", "America/New_York"),
            ("utc", "UTC"),
            ("Asia/Calcutta", "Asia/Calcutta"),
        ] {
            assert_eq!(find(typed).as_deref(), Some(zone), "{typed}");
        }
        for typed in ["", "Lisboa", "Europe/", "Europe/../UTC", "/", "\0", "Europe/Lisbon\n<b>"] {
            assert_eq!(find(typed), None, "{typed}");
        }
    }
}
