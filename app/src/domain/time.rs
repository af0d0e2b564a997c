//! Instants. Stored and compared in Unix milliseconds UTC; shown in the event's zone, as text the server made.

use serde::{Deserialize, Serialize};

/// Unix milliseconds, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `self` is the earlier one.
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// "2026-11-23T14:03:09Z", for `<time datetime>`. The civil date follows Howard Hinnant's days-to-civil algorithm.
    pub fn to_iso(self) -> String {
        let (days, ms) = (self.0.div_euclid(24 * HOUR_MS), self.0.rem_euclid(24 * HOUR_MS));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute, second) = (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / SECOND_MS % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;

/// An instant together with how the event's clock shows it. The browser never does time zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: Timestamp,
    /// "23 Nov"; with the year when it is not the current one.
    pub day: String,
    /// "14:03"
    pub clock: String,
}

impl Moment {
    /// "14:03" on `today`, else "23 Nov, 14:03".
    pub fn short(&self, today: &str) -> String {
        if self.day == today { self.clock.clone() } else { format!("{}, {}", self.day, self.clock) }
    }
}

/// "2 min ago", "in 3 h": coarse on purpose, for a glance.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let gap = now.since_ms(at);
    let (ms, past) = (gap.unsigned_abs(), gap >= 0);
    let minutes = ms / MINUTE_MS.unsigned_abs();
    let text = match minutes {
        0 => return if past { "just now".into() } else { "in a moment".into() },
        1..60 => format!("{minutes} min"),
        60..1_440 => format!("{} h", minutes / 60),
        1_440..2_880 => "1 day".into(),
        2_880..20_160 => format!("{} days", minutes / 1_440),
        20_160..86_400 => format!("{} weeks", minutes / 10_080),
        86_400..1_051_200 => format!("{} months", minutes / 43_200),
        _ => format!("{} years", minutes / 525_600),
    };
    if past { format!("{text} ago") } else { format!("in {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_dates_are_right_around_leap_days_and_before_1970() {
        assert_eq!(Timestamp(0).to_iso(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(951_782_400_000).to_iso(), "2000-02-29T00:00:00Z");
        assert_eq!(Timestamp(1_795_435_389_000).to_iso(), "2026-11-23T12:03:09Z");
        assert_eq!(Timestamp(-1_000).to_iso(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn relative_rounds_down_and_knows_both_directions() {
        let now = Timestamp(100 * 24 * HOUR_MS);
        assert_eq!(relative(now, now), "just now");
        assert_eq!(relative(now.plus_ms(-2 * MINUTE_MS - 1), now), "2 min ago");
        assert_eq!(relative(now.plus_ms(-25 * HOUR_MS), now), "1 day ago");
        assert_eq!(relative(now.plus_ms(-21 * 24 * HOUR_MS), now), "3 weeks ago");
        assert_eq!(relative(now.plus_ms(3 * HOUR_MS), now), "in 3 h");
    }
}
