//! How many mails a second the provider takes: those of all processes on one database together. Pure; the store keeps
//! how far the pace is used up.

use app::domain::time::Timestamp;

/// In one second, in microseconds: a millisecond is too coarse for hundreds a second.
const SECOND_US: i64 = 1_000_000;
/// What is not used of the pace can be caught up on for so long: enough for a look now and then, too little for a burst.
const CATCH_UP_US: i64 = 100_000;
const FASTEST: f64 = 10_000.0;
const SLOWEST: f64 = 0.01;

/// The pace: at least this many microseconds between two mails, on the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailRate {
    interval_us: i64,
}

/// How many mails may go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub mails: usize,
    rate: MailRate,
    /// From where on the pace is not used up.
    from_us: i64,
    now_us: i64,
}

impl MailRate {
    /// Reads mails a second. Nothing means that there is no limit.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let expected = || format!("expected mails a second, from {SLOWEST} to {FASTEST}, got “{text}”");
        let rate: f64 = text.trim().parse().map_err(|_| expected())?;
        if !(SLOWEST..=FASTEST).contains(&rate) {
            return Err(expected());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "from 100 to 100,000,000")]
        let interval_us = (SECOND_US as f64 / rate).round() as i64;
        Ok(Some(Self { interval_us }))
    }

    /// How many mails may go at `now`, the pace being used up until `used_us`, in microseconds since 1970.
    pub fn allowance(self, used_us: i64, now: Timestamp) -> Allowance {
        let now_us = now.0.saturating_mul(1_000);
        // Later than now it is after the clock was set back.
        let from_us = used_us.clamp(now_us - self.interval_us - CATCH_UP_US, now_us);
        let mails = usize::try_from((now_us - from_us) / self.interval_us).unwrap_or(0);
        Allowance { mails, rate: self, from_us, now_us }
    }
}

impl Allowance {
    /// Until when the pace is used up with so many mails, in microseconds since 1970.
    pub fn used_by(&self, mails: usize) -> i64 {
        self.from_us + self.rate.interval_us.saturating_mul(i64::try_from(mails).unwrap_or(i64::MAX))
    }

    /// After so many mails: how many milliseconds until the next one.
    pub fn pause_ms(&self, mails: usize) -> u64 {
        let next_us = self.used_by(mails).saturating_add(self.rate.interval_us);
        u64::try_from((next_us - self.now_us + 999) / 1_000).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> MailRate {
        MailRate::parse(text).expect("a rate").expect("a limit")
    }

    #[test]
    fn a_pace_is_a_number_or_nothing() {
        assert_eq!(MailRate::parse(" "), Ok(None));
        assert_eq!(rate("10").interval_us, 100_000);
        assert_eq!(rate("0.5").interval_us, 2_000_000);
        for wrong in ["0", "-1", "fast", "NaN", "inf", "10001", "0.001", "10/s"] {
            assert!(MailRate::parse(wrong).is_err_and(|expected| expected.contains(wrong)), "{wrong}");
        }
    }

    #[test]
    fn no_second_has_more_than_its_mails() {
        for (text, looks_ms) in [("10", 7), ("400", 13), ("400", 1), ("0.5", 100), ("3", 1_000)] {
            let (rate, mut used, mut sent) = (rate(text), 0, Vec::new());
            let mut now = 1_795_435_200_000;
            let end = now + 20_000;
            while now < end {
                let allowance = rate.allowance(used, Timestamp(now));
                used = allowance.used_by(allowance.mails);
                sent.extend(std::iter::repeat_n(now, allowance.mails));
                now += looks_ms;
            }
            let per_second = 1_000_000.0 / f64::from(i32::try_from(rate.interval_us).expect("a few seconds"));
            let count = |from: i64, until: i64| sent.iter().filter(|at| (from..until).contains(*at)).count();
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            for second in 0..20 {
                let from = end - 20_000 + second * 1_000;
                let most = per_second + 1.0 + per_second / 10.0;
                assert!(count(from, from + 1_000) as f64 <= most, "{text}, looking every {looks_ms} ms");
            }
            if looks_ms <= 100 {
                #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
                let all = sent.len() as f64;
                assert!(all >= per_second * 20.0 - 1.0, "{all} of {text} a second, looking every {looks_ms} ms");
            }
        }
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let (rate, now) = (rate("10"), Timestamp(1_795_435_200_000));
        let first = rate.allowance(0, now);
        assert_eq!((first.mails, first.pause_ms(2)), (2, 100));
        let second = rate.allowance(first.used_by(2), now);
        assert_eq!((second.mails, second.pause_ms(0)), (0, 100));
        let day_before = now.plus_ms(-86_400_000);
        assert_eq!(rate.allowance(first.used_by(2), day_before).pause_ms(0), 100);
    }
}
