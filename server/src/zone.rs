//! Times as an event's clock shows them. The browser gets the text.

use app::domain::time::{Moment, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
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

    /// What the people there call their time then: "CEST".
    pub fn abbreviation(&self, at: Timestamp) -> String {
        abbreviation(&self.at(at))
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

    /// What instant a clock there means that shows this time.
    pub fn at_wall_clock(&self, shown: DateTime) -> WallClock {
        let offset = self.0.to_ambiguous_timestamp(shown).offset();
        let at = |offset: Offset| offset.to_timestamp(shown).map_or(Timestamp(0), |at| Timestamp(at.as_millisecond()));
        match offset {
            AmbiguousOffset::Unambiguous { offset } => WallClock::Once(at(offset)),
            AmbiguousOffset::Gap { before, after } => WallClock::Never { earlier: at(after), later: at(before) },
            AmbiguousOffset::Fold { before, after } => WallClock::Twice { first: at(before), second: at(after) },
        }
    }

    /// What a clock there shows.
    pub fn wall_clock(&self, at: Timestamp) -> DateTime {
        self.at(at).datetime()
    }

    /// Midnight of the day of `at`.
    pub fn start_of_day(&self, at: Timestamp) -> Timestamp {
        self.at(at).start_of_day().map_or(at, |start| Timestamp(start.timestamp().as_millisecond()))
    }
}

/// What instant a clock's time means. Clocks that change skip some times and show others twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallClock {
    Once(Timestamp),
    /// The clocks go forward past it: as much before the change as it is after it, and the other way round.
    Never {
        earlier: Timestamp,
        later: Timestamp,
    },
    /// The clocks go back, so it comes again.
    Twice {
        first: Timestamp,
        second: Timestamp,
    },
}

/// What the people there call their time then: "CEST". Where it has no name but a number, "UTC-03".
fn abbreviation(there: &Zoned) -> String {
    let name = there.strftime("%Z").to_string();
    if name.chars().all(|c| c.is_ascii_alphabetic()) { name } else { format!("UTC{}", there.strftime("%:::z")) }
}

#[cfg(test)]
mod tests;
