//! What a row of the run of show says that depends on its neighbours or on the clock.
//!
//! One effect reads the whole run of show and wakes only the rows that say something else now. Were it a memo for each row, one
//! changed title would wake all 500.

use leptos::prelude::*;

use super::TimelineItem;
use super::on_the_day::{Stands, stand};
use super::overrun::Overrun;
use crate::domain::ids::ItemId;
use crate::domain::time::Timestamp;
use crate::live::LiveList;
use crate::ui::after_hydration;

/// The marks of all rows, in the order of the items.
#[derive(Clone, Copy)]
pub struct Marks(StoredValue<Vec<(ItemId, Mark)>>);

/// The marks of one row.
#[derive(Clone, Default)]
pub struct Mark {
    /// The day that begins with it, as its heading.
    pub day: ArcRwSignal<Option<String>>,
    pub stands: ArcRwSignal<Stands>,
    pub overrun: ArcRwSignal<Option<Overrun>>,
}

impl Marks {
    /// Follows the items and the clock.
    pub fn of(items: LiveList<TimelineItem>, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let marks = Self(StoredValue::default());
        let now_untracked = untrack(&now);
        items.with_untracked(|items| marks.update(items, now_untracked));
        Effect::new(move |_| items.with(|items| marks.update(items, now())));
        marks
    }

    /// The marks of an item. Of one that has just come, they are set when the effect runs.
    pub fn of_row(self, item: ItemId) -> Mark {
        let of_row = self.0.try_update_value(|marks| {
            if let Some((_, mark)) = marks.iter().find(|(id, _)| *id == item) {
                return mark.clone();
            }
            let mark = Mark::default();
            marks.push((item, mark.clone()));
            mark
        });
        of_row.unwrap_or_default()
    }

    /// Brings the item under way into view when the page is opened while the show goes on, unless the address names a place.
    pub fn begin_there(self) {
        after_hydration(move || {
            let names_a_place = window().location().hash().is_ok_and(|hash| !hash.is_empty());
            let element = self.at().filter(|_| !names_a_place);
            let element = element.and_then(|id| document().get_element_by_id(&format!("item-{id}")));
            if let Some(row) = element.and_then(|item| item.closest("li").ok().flatten()) {
                row.scroll_into_view();
            }
        });
    }

    /// The item under way, or else the one before which the show stands.
    fn at(self) -> Option<ItemId> {
        let is_at = |mark: &Mark| matches!(mark.stands.get_untracked(), Stands::Now | Stands::AfterNow);
        self.0.with_value(|marks| marks.iter().find(|(_, mark)| is_at(mark)).map(|(id, _)| *id))
    }

    fn update(self, items: &[&TimelineItem], now: Timestamp) {
        let spans = items.iter().map(|item| (item.starts.at, item.minutes)).collect::<Vec<_>>();
        let stand = stand(&spans, now);
        let before = self.0.try_update_value(std::mem::take).unwrap_or_default();
        let of_row = |index: usize, item: ItemId| {
            // Most rows stand where they stood.
            let known = before.get(index).filter(|(id, _)| *id == item);
            let known = known.or_else(|| before.iter().find(|(id, _)| *id == item));
            known.map(|(_, mark)| mark.clone()).unwrap_or_default()
        };
        let mut marks = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let above = index.checked_sub(1).map(|above| items[above]);
            let mark = of_row(index, item.id);
            let begins = above.is_none_or(|above| above.starts.day != item.starts.day);
            set(&mark.day, begins.then(|| item.starts.day.clone()));
            set(&mark.stands, stand[index]);
            set(&mark.overrun, above.and_then(|above| Overrun::of(above, item)));
            marks.push((item.id, mark));
        }
        self.0.try_set_value(marks);
    }
}

/// Wakes nobody if it is the same.
fn set<T: PartialEq + Send + Sync + 'static>(mark: &ArcRwSignal<T>, value: T) {
    if mark.with_untracked(|before| *before != value) {
        mark.set(value);
    }
}
