//! What is over, what is under way and what comes next, while the show goes on.

use leptos::prelude::*;

use super::TimelineItem;
use super::timeline::each;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::live::LiveList;
use crate::ui::after_hydration;

/// Where the show stands, while it goes on.
#[derive(Clone, Copy)]
pub struct OnTheDay(pub Memo<Day>);

/// The items that are over, the one under way, and the one that comes after a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    past: Vec<i64>,
    current: Option<i64>,
    next: Option<i64>,
}

/// How an item stands to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Past,
    Now,
    /// Nothing is under way, and this one is next.
    AfterNow,
    Later,
}

impl OnTheDay {
    pub fn of(items: LiveList<TimelineItem>, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let day = Memo::new(move |_| {
            let spans = each(items, |item| (item.id.0, item.starts.at, item.minutes));
            Day::at(&spans, now())
        });
        on_the_day_begins_there(day);
        Self(day)
    }
}

/// Brings the item under way into view when the page is opened while the show goes on, unless the address names a place.
fn on_the_day_begins_there(day: Memo<Day>) {
    after_hydration(move || {
        let names_a_place = window().location().hash().is_ok_and(|hash| !hash.is_empty());
        let at = day.with_untracked(|day| day.current.or(day.next));
        let element = at.filter(|_| !names_a_place).and_then(|id| document().get_element_by_id(&format!("item-{id}")));
        if let Some(row) = element.and_then(|item| item.closest("li").ok().flatten()) {
            row.scroll_into_view();
        }
    });
}

impl Day {
    /// `spans` are the items in order: id, start, length. Before the first one begins and after the last one has ended, it is
    /// not the day.
    fn at(spans: &[(i64, Timestamp, Option<u32>)], now: Timestamp) -> Self {
        let ends = |index: usize| {
            let (_, starts, minutes) = spans[index];
            match minutes {
                Some(minutes) => starts.plus_ms(i64::from(minutes) * MINUTE_MS),
                // An item without a length lasts until the next begins.
                None => spans.get(index + 1).map_or(starts, |next| next.1),
            }
        };
        let Some(last) = spans.iter().rposition(|(_, starts, _)| *starts <= now) else { return Self::default() };
        let current = Some(last).filter(|last| now < ends(*last));
        let next = spans.get(last + 1).map(|next| next.0);
        if current.is_none() && next.is_none() {
            return Self::default();
        }
        let past = (0..=last).filter(|index| ends(*index) <= now).map(|index| spans[index].0).collect();
        Self { past, current: current.map(|index| spans[index].0), next: next.filter(|_| current.is_none()) }
    }

    pub fn stands(&self, id: i64) -> Stands {
        if self.current == Some(id) {
            Stands::Now
        } else if self.next == Some(id) {
            Stands::AfterNow
        } else if self.past.contains(&id) {
            Stands::Past
        } else {
            Stands::Later
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_the_item_under_way_or_the_gap_before_the_next() {
        let minute = |m: i64| Timestamp(m * MINUTE_MS);
        let spans = [(7, minute(0), Some(10)), (8, minute(20), None), (9, minute(30), Some(5))];
        for (at, past, current, next) in [
            (-1, vec![], None, None),
            (0, vec![], Some(7), None),
            (9, vec![], Some(7), None),
            (10, vec![7], None, Some(8)),
            (25, vec![7], Some(8), None),
            (30, vec![7, 8], Some(9), None),
            (35, vec![], None, None),
        ] {
            assert_eq!(Day::at(&spans, minute(at)), Day { past, current, next }, "at minute {at}");
        }
    }

    #[test]
    fn a_long_item_beside_a_short_one_is_not_past() {
        let minute = |m: i64| Timestamp(m * MINUTE_MS);
        let spans = [(7, minute(0), Some(60)), (8, minute(0), Some(5)), (9, minute(50), Some(5))];
        let day = Day::at(&spans, minute(20));
        assert_eq!((day.stands(7), day.stands(8), day.stands(9)), (Stands::Later, Stands::Past, Stands::AfterNow));
    }
}
