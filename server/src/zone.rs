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

    /// "23 Nov", and the year where it is not `now`'s; "14:03".
    pub fn moment(&self, at: Timestamp, now: Timestamp) -> Moment {
        let there = self.at(at);
        Moment { at, day: self.day_of(&there, now), clock: there.strftime("%H:%M").to_string() }
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

#[cfg(test)]
mod tests {
    use super::*;

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
