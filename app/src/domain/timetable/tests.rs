use proptest::prelude::*;

use super::*;

fn minute(minute: i64) -> Timestamp {
    Timestamp(minute * MINUTE_MS)
}

pub(super) fn slot(id: i64, starts: i64, minutes: u32) -> Slot {
    Slot {
        id: ItemId(id),
        starts: minute(starts),
        tie: 0,
        minutes: Some(minutes),
        pinned: false,
        day: starts.div_euclid(1_440),
    }
}

fn pinned(slot: Slot) -> Slot {
    Slot { pinned: true, ..slot }
}

fn moves(push: &Push) -> Vec<(i64, i64)> {
    push.moves.iter().map(|(id, at)| (id.0, at.0 / MINUTE_MS)).collect()
}

#[test]
fn only_a_row_that_starts_while_the_one_above_runs_overruns() {
    let above = (minute(0), Some(45));
    for (starts, expected) in [(0, None), (1, Some(45)), (44, Some(45)), (45, None), (60, None)] {
        assert_eq!(overrun(above, minute(starts)), expected.map(minute), "at {starts}");
    }
    assert_eq!(overrun((minute(0), None), minute(1)), None);
}

#[test]
fn a_push_moves_one_row_or_the_rest_of_the_day_and_keeps_gaps() {
    let day = 1_440;
    let slots = [slot(1, 0, 45), slot(2, 30, 10), slot(3, 60, 10), slot(4, day, 10)];
    assert_eq!(push(&slots, ItemId(2), Reach::Row).map(|push| moves(&push)), Some(vec![(2, 45)]));
    assert_eq!(push(&slots, ItemId(2), Reach::Day).map(|push| moves(&push)), Some(vec![(2, 45), (3, 75)]));
    assert_eq!(push(&slots, ItemId(3), Reach::Day), None, "it overruns nothing");
    assert_eq!(push(&slots, ItemId(1), Reach::Row), None, "nothing is above it");
}

#[test]
fn rows_that_start_together_are_left_alone() {
    let slots = [slot(1, 0, 60), slot(2, 0, 30), slot(3, 10, 5)];
    assert_eq!(push(&slots, ItemId(2), Reach::Day), None);
    assert_eq!(push(&slots, ItemId(3), Reach::Row).map(|push| moves(&push)), Some(vec![(3, 30)]));
}

#[test]
fn a_pinned_row_never_moves_and_is_told_when_it_is_run_into() {
    let slots = [slot(1, 0, 45), slot(2, 30, 20), pinned(slot(3, 60, 5)), slot(4, 70, 5)];
    let all = push(&slots, ItemId(2), Reach::Day).expect("it overruns");
    assert_eq!((moves(&all), all.collides), (vec![(2, 45), (4, 85)], vec![ItemId(3)]));
    let free = [slot(1, 0, 45), slot(2, 30, 10), pinned(slot(3, 60, 5))];
    assert_eq!(push(&free, ItemId(2), Reach::Row).expect("it overruns").collides, []);
    assert_eq!(push(&[slot(1, 0, 45), pinned(slot(2, 30, 10))], ItemId(2), Reach::Row), None);
    let past = [slot(1, 0, 90), slot(2, 30, 0), pinned(slot(3, 60, 5))];
    assert_eq!(push(&past, ItemId(2), Reach::Row).expect("it overruns").collides, [ItemId(3)]);
}

#[test]
fn a_moved_row_follows_the_row_above_and_never_passes_the_one_below() {
    let slots = [slot(1, 0, 30), slot(2, 60, 30), slot(3, 100, 5)];
    let to = |item, before: Option<i64>| moved_to(&slots, ItemId(item), before.map(ItemId)).map(|at| at.0 / MINUTE_MS);
    assert_eq!(to(3, Some(2)), Some(30));
    assert_eq!(to(3, Some(1)), Some(0));
    assert_eq!(to(1, None), Some(105));
    assert_eq!(to(1, Some(3)), Some(90));
    assert_eq!(to(1, Some(9)), None);
    assert_eq!(moved_to(&[slot(1, 0, 5)], ItemId(1), None), None);
}

fn slots() -> impl Strategy<Value = Vec<Slot>> {
    prop::collection::vec((0..600_i64, 0..90_u32, prop::bool::weighted(0.15)), 2..20).prop_map(|rows| {
        let mut slots: Vec<_> = rows
            .into_iter()
            .zip(1..)
            .map(|((starts, minutes, pinned), id)| Slot { pinned, ..slot(id, starts, minutes) })
            .collect();
        slots.sort_by_key(Slot::place);
        slots
    })
}

proptest! {
    #[test]
    fn a_push_keeps_order_and_gaps_and_touches_nothing_before(slots in slots(), nth in any::<prop::sample::Index>()) {
        let item = nth.get(&slots).id;
        let Some(push) = push(&slots, item, Reach::Day) else { return Ok(()) };
        let index = slots.iter().position(|slot| slot.id == item).expect("it is there");
        let by = push.moves[0].1.since_ms(slots[index].starts);
        prop_assert!(by > 0);
        for (id, to) in &push.moves {
            let at = slots.iter().position(|slot| slot.id == *id).expect("it is there");
            prop_assert!(at >= index && !slots[at].pinned);
            prop_assert_eq!(to.since_ms(slots[at].starts), by);
        }
        let moved: Vec<_> = push.moves.iter().map(|(_, to)| *to).collect();
        prop_assert!(moved.is_sorted());
        prop_assert_eq!(overrun((slots[index - 1].starts, slots[index - 1].minutes), moved[0]), None);
    }
}
