//! What is over, what is under way and what comes next, while the show goes on.

use crate::domain::time::{MINUTE_MS, Timestamp};

/// How an item stands to the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stands {
    Past,
    Now,
    /// Nothing is under way, and this one is next.
    AfterNow,
    #[default]
    Later,
}

/// How each item stands. `spans` are the items in order: start, length in minutes. Before the first one begins and after the last
/// one has ended, it is not the day.
pub fn stand(spans: &[(Timestamp, Option<u32>)], now: Timestamp) -> Vec<Stands> {
    let mut stand = vec![Stands::Later; spans.len()];
    let Some(last) = spans.iter().rposition(|(starts, _)| *starts <= now) else { return stand };
    let ends = |index: usize| {
        let (starts, minutes) = spans[index];
        match minutes {
            Some(minutes) => starts.plus_ms(i64::from(minutes) * MINUTE_MS),
            // An item without a length lasts until the next begins.
            None => spans.get(index + 1).map_or(starts, |next| next.0),
        }
    };
    let is_under_way = now < ends(last);
    if !is_under_way && last + 1 == spans.len() {
        return stand;
    }
    for index in (0..=last).filter(|index| ends(*index) <= now) {
        stand[index] = Stands::Past;
    }
    if is_under_way {
        stand[last] = Stands::Now;
    } else {
        stand[last + 1] = Stands::AfterNow;
    }
    stand
}

#[cfg(test)]
mod tests {
    use super::Stands::{AfterNow, Later, Now, Past};
    use super::*;

    fn minute(m: i64) -> Timestamp {
        Timestamp(m * MINUTE_MS)
    }

    #[test]
    fn now_is_the_item_under_way_or_the_gap_before_the_next() {
        let spans = [(minute(0), Some(10)), (minute(20), None), (minute(30), Some(5))];
        for (at, stands) in [
            (-1, [Later; 3]),
            (0, [Now, Later, Later]),
            (9, [Now, Later, Later]),
            (10, [Past, AfterNow, Later]),
            (25, [Past, Now, Later]),
            (30, [Past, Past, Now]),
            (35, [Later; 3]),
        ] {
            assert_eq!(stand(&spans, minute(at)), stands, "at minute {at}");
        }
        assert_eq!(stand(&[], minute(0)), []);
    }

    #[test]
    fn a_long_item_beside_a_short_one_is_not_past() {
        let spans = [(minute(0), Some(60)), (minute(0), Some(5)), (minute(50), Some(5))];
        assert_eq!(stand(&spans, minute(20)), [Later, Past, AfterNow]);
    }
}
