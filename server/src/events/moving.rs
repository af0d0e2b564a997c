//! Runs of show that move with their event: by whole days, or to the clocks of another zone. What the clock shows stays.

use app::domain::ids::{EventId, ItemId};
use app::domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::DateTime;

use super::store;
use crate::db::{Change, Write};
use crate::error::StoreError;
use crate::run_of_show::{Editor, Moved, note_moves};
use crate::zone::{WallClock, Zone};

/// How many days later the second one is.
pub fn days_between(one: DateTime, other: DateTime) -> i64 {
    // Between two days there are days alone.
    one.date().until(other.date()).map_or(0, |span| i64::from(span.get_days()))
}

/// The instant at which the clocks of `to` show what those of `from` show at `at`, so many days later. A time that the clocks
/// go forward past is as much after the change; one that comes twice is the first.
pub fn moved(at: Timestamp, from: &Zone, to: &Zone, days: i64) -> Timestamp {
    let shown = from.wall_clock(at);
    let shown = shown.checked_add(days.days()).unwrap_or(shown);
    match to.at_wall_clock(shown) {
        WallClock::Once(at) | WallClock::Never { later: at, .. } | WallClock::Twice { first: at, .. } => at,
    }
}

/// Moves every item of an event, those that were deleted along, so that they come back where they belong. One that stands at
/// another time of the clock then has it in its history. The caller holds the event.
pub async fn move_items(
    transaction: &mut Write,
    event: EventId,
    editor: Editor,
    (from, to): (&Zone, &Zone),
    days: i64,
) -> Result<(), StoreError> {
    let items = store::item_starts(transaction, event).await?;
    let moves: Vec<Moved> = items
        .into_iter()
        .map(|(item, at)| Moved { item: ItemId(item), from: Timestamp(at), to: moved(Timestamp(at), from, to, days) })
        .filter(|moved| moved.from != moved.to)
        .collect();
    if moves.is_empty() {
        return Ok(());
    }
    store::set_item_starts(transaction, &moves.iter().map(|moved| (moved.item.0, moved.to.0)).collect::<Vec<_>>())
        .await?;
    // People see the clock: under the clocks of another zone an item stands where it stood.
    let is_seen = |moved: &&Moved| from.wall_clock(moved.from) != to.wall_clock(moved.to);
    let seen: Vec<Moved> = moves.iter().filter(is_seen).copied().collect();
    if !seen.is_empty() {
        note_moves(transaction, event, editor, &seen).await?;
    }
    for moved in moves {
        transaction.changed(Change::Item(moved.item, event));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &Zone, shown: &str) -> Timestamp {
        let shown: DateTime = shown.parse().expect("a time");
        match zone.at_wall_clock(shown) {
            WallClock::Once(at) => at,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_clock_shows_the_same_some_days_later_and_in_another_zone() {
        let (berlin, tokyo) = (Zone::named("Europe/Berlin"), Zone::named("Asia/Tokyo"));
        // Over the end of summer time, and a leap day.
        for (from, days, to) in [
            ("2026-10-24T18:00", 7, "2026-10-31T18:00"),
            ("2028-02-28T23:30", 2, "2028-03-01T23:30"),
            ("2026-03-01T09:00", -30, "2026-01-30T09:00"),
        ] {
            assert_eq!(moved(at(&berlin, from), &berlin, &berlin, days), at(&berlin, to), "{from}");
            assert_eq!(moved(at(&berlin, from), &berlin, &tokyo, days), at(&tokyo, to), "{from}");
        }
    }

    #[test]
    fn a_time_that_is_not_there_is_after_the_change_and_one_that_comes_twice_the_first() {
        let berlin = Zone::named("Europe/Berlin");
        assert_eq!(moved(at(&berlin, "2027-03-27T02:30"), &berlin, &berlin, 1), at(&berlin, "2027-03-28T03:30"));
        let twice: DateTime = "2026-10-25T02:30".parse().expect("a time");
        let WallClock::Twice { first, .. } = berlin.at_wall_clock(twice) else { panic!("twice") };
        assert_eq!(moved(at(&berlin, "2026-10-24T02:30"), &berlin, &berlin, 1), first);
    }

    #[test]
    fn days_are_counted_by_the_calendar() {
        let day = |text: &str| text.parse::<DateTime>().expect("a time");
        assert_eq!(days_between(day("2026-12-12T23:59"), day("2026-12-13T00:00")), 1);
        assert_eq!(days_between(day("2026-12-12T10:00"), day("2026-12-12T23:00")), 0);
        assert_eq!(days_between(day("2027-01-12T10:00"), day("2026-12-12T23:00")), -31);
        assert_eq!(days_between(day("2026-01-01T00:00"), day("2028-01-01T00:00")), 730);
    }
}
