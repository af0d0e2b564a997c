//! Whatever people do to one run of show at the same time, everybody ends with the same order.
//!
//! Several people each see the rows as they stood when the last news reached them, and act on that. What they do is applied one
//! after the other to the rows as they are; what it changed is told to everybody, later, twice and in any order. Each row that is
//! told carries a number that rises with its changes, and the highest wins, as in `live::rows`.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::tests::slot;
use super::*;

const PEOPLE: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    Insert {
        after: usize,
        minutes: u32,
    },
    Add {
        starts: i64,
        minutes: u32,
    },
    Edit {
        nth: usize,
        starts: i64,
        minutes: u32,
    },
    Pin {
        nth: usize,
    },
    Delete {
        nth: usize,
    },
    Restore {
        nth: usize,
    },
    Move {
        nth: usize,
        before: Option<usize>,
    },
    Push {
        nth: usize,
        reach: Reach,
    },
    /// News reach this person: so many, from the newest or the oldest.
    Hear {
        count: usize,
        newest: bool,
    },
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let nth = || any::<usize>();
    let minutes = || 0..60_u32;
    let starts = || 1_200..1_700_i64;
    let act = prop_oneof![
        2 => (nth(), minutes()).prop_map(|(after, minutes)| Act::Insert { after, minutes }),
        1 => (starts(), minutes()).prop_map(|(starts, minutes)| Act::Add { starts, minutes }),
        2 => (nth(), starts(), minutes()).prop_map(|(nth, starts, minutes)| Act::Edit { nth, starts, minutes }),
        1 => nth().prop_map(|nth| Act::Pin { nth }),
        1 => nth().prop_map(|nth| Act::Delete { nth }),
        1 => nth().prop_map(|nth| Act::Restore { nth }),
        4 => (nth(), prop::option::of(nth())).prop_map(|(nth, before)| Act::Move { nth, before }),
        4 => (nth(), any::<bool>())
            .prop_map(|(nth, day)| Act::Push { nth, reach: if day { Reach::Day } else { Reach::Row } }),
        4 => (0..6_usize, any::<bool>()).prop_map(|(count, newest)| Act::Hear { count, newest }),
    ];
    (0..PEOPLE, act)
}

/// A row as it is told: `None` of one that was deleted.
type Told = (ItemId, u32, Option<Slot>);

/// What somebody sees.
#[derive(Clone, Default)]
struct Tab {
    rows: BTreeMap<ItemId, (u32, Option<Slot>)>,
    waiting: Vec<Told>,
}

impl Tab {
    fn hear(&mut self, (id, revision, row): Told) {
        let known = self.rows.entry(id).or_insert((revision, row));
        if revision >= known.0 {
            *known = (revision, row);
        }
    }

    fn shown(&self) -> Vec<Slot> {
        sorted(self.rows.values().filter_map(|(_, row)| *row))
    }

    fn nth(&self, nth: usize) -> Option<Slot> {
        let shown = self.shown();
        shown.get(nth.checked_rem(shown.len())?).copied()
    }
}

fn sorted(slots: impl IntoIterator<Item = Slot>) -> Vec<Slot> {
    let mut slots: Vec<_> = slots.into_iter().collect();
    slots.sort_by_key(Slot::place);
    slots
}

/// The rows as they are.
#[derive(Default)]
struct Table {
    rows: BTreeMap<ItemId, (u32, Slot, bool)>,
}

impl Table {
    fn slots(&self) -> Vec<Slot> {
        sorted(self.rows.values().filter(|(.., deleted)| !deleted).map(|(_, slot, _)| *slot))
    }

    fn put(&mut self, slot: Slot, deleted: bool) -> Told {
        let slot = Slot { day: slot.starts.0.div_euclid(1_440 * MINUTE_MS), ..slot };
        let revision = self.rows.get(&slot.id).map_or(0, |(revision, ..)| revision + 1);
        self.rows.insert(slot.id, (revision, slot, deleted));
        (slot.id, revision, (!deleted).then_some(slot))
    }

    /// A row that is there, as somebody who saw an older reading of it names it.
    fn find(&self, seen: Option<Slot>) -> Option<Slot> {
        let (_, slot, deleted) = self.rows.get(&seen?.id)?;
        (!deleted).then_some(*slot)
    }

    fn last_tie(&self, starts: Timestamp) -> i64 {
        self.slots().iter().filter(|slot| slot.starts == starts).map(|slot| slot.tie + 1).max().unwrap_or_default()
    }

    fn add(&mut self, starts: Timestamp, minutes: u32) -> Vec<Told> {
        let id = i64::try_from(self.rows.len()).expect("few") + 1;
        let tie = self.last_tie(starts);
        vec![self.put(Slot { starts, tie, ..slot(id, 0, minutes) }, false)]
    }

    fn apply(&mut self, act: &Act, tab: &Tab) -> Option<Vec<Told>> {
        let before = self.slots();
        Some(match *act {
            Act::Hear { .. } => return None,
            Act::Insert { after, minutes } => {
                let starts = tab.nth(after)?.ends();
                self.add(starts, minutes)
            }
            Act::Add { starts, minutes } => self.add(Timestamp(starts * MINUTE_MS), minutes),
            Act::Edit { nth, starts, minutes } => {
                let found = self.find(tab.nth(nth))?;
                let starts = Timestamp(starts * MINUTE_MS);
                let tie = if starts == found.starts { found.tie } else { self.last_tie(starts) };
                vec![self.put(Slot { starts, tie, minutes: Some(minutes), ..found }, false)]
            }
            Act::Pin { nth } => {
                let found = self.find(tab.nth(nth))?;
                vec![self.put(Slot { pinned: !found.pinned, ..found }, false)]
            }
            Act::Delete { nth } => {
                let found = self.find(tab.nth(nth))?;
                vec![self.put(found, true)]
            }
            Act::Restore { nth } => {
                let deleted: Vec<_> = self.rows.values().filter(|(.., deleted)| *deleted).collect();
                let slot = deleted.get(nth.checked_rem(deleted.len())?)?.1;
                vec![self.put(slot, false)]
            }
            Act::Move { nth, before: to } => {
                let found = self.find(tab.nth(nth)).filter(|found| !found.pinned)?;
                let to = match to {
                    Some(to) => Some(tab.nth(to).filter(|to| to.id != found.id)?.id),
                    None => None,
                };
                let moves = moved(&before, found.id, to)?;
                let told = moves.iter().map(|place| {
                    let (_, slot, _) = self.rows[&place.id];
                    self.put(Slot { starts: place.starts, tie: place.tie, ..slot }, false)
                });
                let told = told.collect();
                stands_where_it_was_put(&before, &self.slots(), found.id, to);
                told
            }
            Act::Push { nth, reach } => {
                let found = self.find(tab.nth(nth))?;
                let push = push(&before, found.id, reach)?;
                let told = push.moves.iter().map(|(id, starts)| {
                    let (_, slot, _) = self.rows[id];
                    self.put(Slot { starts: *starts, ..slot }, false)
                });
                let told = told.collect();
                keeps_what_a_push_promises(&before, &self.slots(), found.id, reach);
                told
            }
        })
    }
}

fn stands_where_it_was_put(before: &[Slot], after: &[Slot], item: ItemId, to: Option<ItemId>) {
    let at = after.iter().position(|slot| slot.id == item).expect("it is there");
    assert_eq!(after.get(at + 1).map(|slot| slot.id), to, "directly before the row that it was put before, or last");
    let others = |slots: &[Slot]| -> Vec<_> {
        slots.iter().filter(|slot| slot.id != item).map(|slot| (slot.id, slot.starts, slot.pinned)).collect()
    };
    assert_eq!(others(before), others(after), "the others keep their times and their order");
}

fn keeps_what_a_push_promises(before: &[Slot], after: &[Slot], item: ItemId, reach: Reach) {
    let of = |slots: &[Slot], id| *slots.iter().find(|slot| slot.id == id).expect("it is there");
    let by = of(after, item).starts.since_ms(of(before, item).starts);
    assert!(by > 0);
    let index = before.iter().position(|slot| slot.id == item).expect("it is there");
    for (place, old) in before.iter().enumerate() {
        let reached = match reach {
            Reach::Row => old.id == item,
            Reach::Day => place >= index && old.day == before[index].day,
        };
        let expected = if reached && !old.pinned { by } else { 0 };
        assert_eq!(of(after, old.id).starts.since_ms(old.starts), expected, "{old:?}");
    }
}

proptest! {
    #[test]
    fn everybody_ends_with_the_same_order(
        rows in prop::collection::vec((1_200..1_700_i64, 0..60_u32, prop::bool::weighted(0.15)), 2..12),
        acts in prop::collection::vec(act(), 0..60),
        late in any::<u64>(),
    ) {
        let mut table = Table::default();
        for (starts, minutes, pinned) in rows {
            let (id, ..) = table.add(Timestamp(starts * MINUTE_MS), minutes)[0];
            let (_, slot, _) = table.rows[&id];
            table.put(Slot { pinned, ..slot }, false);
        }
        let mut tabs = vec![Tab::default(); PEOPLE];
        for tab in &mut tabs {
            tab.rows = table.rows.iter().map(|(id, (revision, slot, _))| (*id, (*revision, Some(*slot)))).collect();
        }
        for (who, act) in &acts {
            if let Act::Hear { count, newest } = act {
                for _ in 0..*count {
                    let tab = &mut tabs[*who];
                    let Some(last) = tab.waiting.len().checked_sub(1) else { break };
                    let told = tab.waiting.remove(if *newest { last } else { 0 });
                    tab.hear(told);
                }
                continue;
            }
            let tab = tabs[*who].clone();
            for told in table.apply(act, &tab).unwrap_or_default() {
                for tab in &mut tabs {
                    tab.waiting.push(told);
                }
            }
        }
        let order = table.slots();
        prop_assert!(order.is_sorted_by(|one, other| one.place() < other.place()), "no two rows share a place");
        for (who, tab) in tabs.iter_mut().enumerate() {
            // The rest in an order of this person's own, and all of it twice.
            let mut waiting = std::mem::take(&mut tab.waiting);
            waiting.extend(waiting.clone());
            let mut dice = late ^ who as u64;
            while !waiting.is_empty() {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let nth = usize::try_from(dice >> 33).expect("31 bits") % waiting.len();
                let told = waiting.swap_remove(nth);
                tab.hear(told);
            }
            prop_assert_eq!(&tab.shown(), &order);
        }
    }

    #[test]
    fn pressing_push_wherever_it_is_offered_comes_to_an_end(
        rows in prop::collection::vec((1_200..1_700_i64, 0..90_u32, prop::bool::weighted(0.15)), 2..14),
        presses in prop::collection::vec((any::<usize>(), any::<bool>()), 1..40),
    ) {
        let mut table = Table::default();
        for (starts, minutes, pinned) in rows {
            let (id, ..) = table.add(Timestamp(starts * MINUTE_MS), minutes)[0];
            let (_, slot, _) = table.rows[&id];
            table.put(Slot { pinned, ..slot }, false);
        }
        let mut presses = presses.iter().cycle();
        for press in 0.. {
            prop_assert!(press < 5_000, "it goes on for ever");
            let slots = table.slots();
            let offered: Vec<_> = slots.iter().filter(|slot| push(&slots, slot.id, Reach::Row).is_some()).collect();
            if offered.is_empty() {
                break;
            }
            let (nth, day) = presses.next().expect("a cycle");
            let reach = if *day { Reach::Day } else { Reach::Row };
            let pushed = push(&slots, offered[nth % offered.len()].id, reach).expect("it is offered");
            for (id, starts) in pushed.moves {
                let (_, slot, _) = table.rows[&id];
                table.put(Slot { starts, ..slot }, false);
            }
        }
        let slots = table.slots();
        for pair in slots.windows(2) {
            let left = overrun((pair[0].starts, pair[0].minutes), pair[1].starts);
            prop_assert!(left.is_none() || pair[1].pinned, "what overruns is pinned: {:?}", pair);
        }
    }
}
