//! Times as an event's clock shows them. The browser gets the text.

use app::domain::time::{Moment, Timestamp};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Zoned};

/// An event's time zone. Unknown names read as UTC, so that a bad row still shows.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    fn at(&self, at: Timestamp) -> Zoned {
        Instant::from_millisecond(at.0).unwrap_or_default().to_zoned(self.0.clone())
    }

    /// "23 Nov", and the year where it is not `now`'s; "14:03". A time that comes twice, in a night when the clocks go back,
    /// says which one it is: "01:30 CEST", "01:30 CET".
    pub fn moment(&self, at: Timestamp, now: Timestamp) -> Moment {
        let there = self.at(at);
        let mut clock = there.strftime("%H:%M").to_string();
        if self.comes_twice(&there) {
            clock.push(' ');
            clock.push_str(&abbreviation(&there));
        }
        Moment { at, day: self.day_of(&there, now), clock }
    }

    /// Whether the clock shows this time of this day a second time, an hour later or earlier.
    fn comes_twice(&self, there: &Zoned) -> bool {
        self.0.to_ambiguous_timestamp(there.datetime()).is_ambiguous()
    }

    /// The day it is at `now`, as `moment` would write it.
    pub fn today(&self, now: Timestamp) -> String {
        self.day_of(&self.at(now), now)
    }

    fn day_of(&self, there: &Zoned, now: Timestamp) -> String {
        let format = if there.year() == self.at(now).year() { "%-d %b" } else { "%-d %b %Y" };
        there.strftime(format).to_string()
    }

    /// "Sat 12 Dec 2026"
    pub fn date(&self, at: Timestamp) -> String {
        self.at(at).strftime("%a %-d %b %Y").to_string()
    }

    /// "Sat"
    pub fn weekday(&self, at: Timestamp) -> String {
        self.at(at).strftime("%a").to_string()
    }

    /// Midnight of the day of `at`.
    pub fn start_of_day(&self, at: Timestamp) -> Timestamp {
        self.at(at).start_of_day().map_or(at, |start| Timestamp(start.timestamp().as_millisecond()))
    }
}

/// What the people there call their time then: "CEST". Where it has no name but a number, "UTC-03".
fn abbreviation(there: &Zoned) -> String {
    let name = there.strftime("%Z").to_string();
    if name.chars().all(|c| c.is_ascii_alphabetic()) { name } else { format!("UTC{}", there.strftime("%:::z")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How the clock there shows an instant.
    fn clock(zone: &str, instant: &str) -> String {
        let at = Timestamp(instant.parse::<Instant>().expect("an instant").as_millisecond());
        Zone::named(zone).moment(at, at).clock
    }

    #[test]
    fn e22_a_time_that_comes_twice_says_which_one_it_is() {
        for (zone, first, second, names) in [
            ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", ["02:30 CEST", "02:30 CET"]),
            ("Europe/Lisbon", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", ["01:30 WEST", "01:30 WET"]),
            ("Europe/London", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", ["01:00 BST", "01:00 GMT"]),
            ("America/New_York", "2026-11-01T05:59:00Z", "2026-11-01T06:59:00Z", ["01:59 EDT", "01:59 EST"]),
            // Half an hour only, and names that are numbers.
            (
                "Australia/Lord_Howe",
                "2026-04-04T14:45:00Z",
                "2026-04-04T15:15:00Z",
                ["01:45 UTC+11", "01:45 UTC+10:30"],
            ),
        ] {
            assert_eq!([clock(zone, first), clock(zone, second)], names, "{zone}");
        }
    }

    #[test]
    fn e22_a_time_that_comes_once_is_plain() {
        for (zone, instant, shown) in [
            ("Europe/Berlin", "2026-10-24T23:59:00Z", "01:59"),
            ("Europe/Berlin", "2026-10-25T02:00:00Z", "03:00"),
            // The clocks go forward: one hour is missing, and none comes twice.
            ("Europe/Berlin", "2026-03-29T00:59:00Z", "01:59"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "03:00"),
            ("Asia/Tokyo", "2026-10-25T00:30:00Z", "09:30"),
            ("nowhere", "2026-10-25T00:30:00Z", "00:30"),
        ] {
            assert_eq!(clock(zone, instant), shown, "{zone} {instant}");
        }
    }

    #[test]
    fn a_moment_is_written_in_the_events_zone() {
        let now = Timestamp(1_795_435_200_000);
        let lisbon = Zone::named("Europe/Lisbon");
        let tokyo = Zone::named("Asia/Tokyo");
        assert_eq!(lisbon.moment(now, now).clock, "12:00");
        assert_eq!(tokyo.moment(now, now).clock, "21:00");
        assert_eq!(lisbon.moment(now, now).day, lisbon.today(now));
        assert!(lisbon.moment(Timestamp(0), now).day.ends_with("1970"));
    }
}
