//! The rules of a run of show's order: what overruns what, and what a push moves.
//!
//! Items stand by their start, then by their tie, then by their id. Rows that start together are parallel on purpose.

use super::ids::ItemId;
use super::time::{MINUTE_MS, Timestamp};

/// The most items of one event.
pub const MAX_ITEMS: usize = 500;
/// The longest item: a week.
pub const MAX_MINUTES: u32 = 7 * 24 * 60;

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub id: ItemId,
    pub starts: Timestamp,
    /// The order among rows that start together.
    pub tie: i64,
    pub minutes: Option<u32>,
    /// Never moved by a push.
    pub pinned: bool,
    /// The day it starts on, on the event's clock; days only have to be told apart and ordered.
    pub day: i64,
}

impl Slot {
    /// When it ends; an item without a length ends when it starts.
    pub fn ends(&self) -> Timestamp {
        ends(self.starts, self.minutes)
    }

    /// What a run of show is sorted by. No two rows have the same.
    pub fn place(&self) -> (Timestamp, i64, ItemId) {
        (self.starts, self.tie, self.id)
    }
}

pub fn ends(starts: Timestamp, minutes: Option<u32>) -> Timestamp {
    starts.plus_ms(i64::from(minutes.unwrap_or_default()) * MINUTE_MS)
}

/// Returns when a row could start instead, if it starts after the row above it but before that one ends.
pub fn overrun(above: (Timestamp, Option<u32>), starts: Timestamp) -> Option<Timestamp> {
    let end = ends(above.0, above.1);
    (starts > above.0 && starts < end).then_some(end)
}

/// How far a push reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The row alone.
    Row,
    /// The row and all later ones of its day, by the same amount.
    Day,
}

/// What a push would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Push {
    /// The new starts.
    pub moves: Vec<(ItemId, Timestamp)>,
    /// Pinned items that a moved one would run into, or be moved past.
    pub collides: Vec<ItemId>,
}

/// Returns what pushing `item` does to `slots`, which stand in order. `None` if it is not there, or is pinned, or overruns
/// nothing.
pub fn push(slots: &[Slot], item: ItemId, reach: Reach) -> Option<Push> {
    let index = slots.iter().position(|slot| slot.id == item)?;
    let (above, pushed) = (slots.get(index.checked_sub(1)?)?, slots[index]);
    let to = overrun((above.starts, above.minutes), pushed.starts).filter(|_| !pushed.pinned)?;
    let by = to.since_ms(pushed.starts);
    let moved = slots[index..]
        .iter()
        .take(if reach == Reach::Row { 1 } else { usize::MAX })
        .filter(|slot| !slot.pinned && slot.day == pushed.day);
    let mut push = Push::default();
    let mut after = Vec::new();
    for slot in moved {
        let starts = slot.starts.plus_ms(by);
        push.moves.push((slot.id, starts));
        after.push((slot.starts, starts, ends(starts, slot.minutes)));
    }
    let collides = |pinned: &&Slot| {
        pinned.pinned
            && after.iter().any(|(before, starts, ends)| {
                *before < pinned.starts && (*ends > pinned.starts || *starts >= pinned.starts)
            })
    };
    push.collides = slots.iter().filter(collides).map(|slot| slot.id).collect();
    Some(push)
}

/// Where a row stands from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPlace {
    pub id: ItemId,
    pub starts: Timestamp,
    pub tie: i64,
}

/// Returns the new places when `item` is moved to stand directly before `before`, or last: its own, and those of rows that start
/// with it, which make room but keep their start. Rows that stay where they are are left out. `None` if nothing else is there, or
/// `before` is unknown.
pub fn moved(slots: &[Slot], item: ItemId, before: Option<ItemId>) -> Option<Vec<NewPlace>> {
    let starts = moved_to(slots, item, before)?;
    let moved = slots.iter().find(|slot| slot.id == item)?;
    let mut together: Vec<_> = slots.iter().filter(|slot| slot.id != item && slot.starts == starts).collect();
    let place = together.iter().position(|slot| Some(slot.id) == before).unwrap_or(together.len());
    together.insert(place, moved);
    let stays = |slot: &Slot, tie| (slot.starts, slot.tie) == (starts, tie);
    let moved = together.into_iter().zip(0..).filter(|(slot, tie)| !stays(slot, *tie));
    Some(moved.map(|(slot, tie)| NewPlace { id: slot.id, starts, tie }).collect())
}

/// Returns the start that a moved row takes over: the end of the row that it then follows, but never after the start of the one
/// that it precedes.
fn moved_to(slots: &[Slot], item: ItemId, before: Option<ItemId>) -> Option<Timestamp> {
    let others: Vec<_> = slots.iter().filter(|slot| slot.id != item).collect();
    let index = match before {
        Some(before) => others.iter().position(|slot| slot.id == before)?,
        None => others.len(),
    };
    let (above, below) = (index.checked_sub(1).and_then(|above| others.get(above)), others.get(index));
    match (above, below) {
        (Some(above), Some(below)) => Some(above.ends().min(below.starts)),
        (Some(above), None) => Some(above.ends()),
        (None, Some(below)) => Some(below.starts),
        (None, None) => None,
    }
}

#[cfg(test)]
mod any_order;
#[cfg(test)]
mod tests;
