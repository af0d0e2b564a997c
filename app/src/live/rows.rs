//! Which rows a list holds and shows. Pure: what the screen does with them is [`super::list`]'s.
//!
//! Pages, rows that changed, rows that are gone and snapshots may arrive in any order and more than once; what is newer than
//! a snapshot arrives after it. Whatever the order, a row stands here once, in its place and in its newest state, a row
//! that is gone comes back only when it was restored later, and no row between two shown ones is missing.

use super::Gone;
use super::row::{AnyRow, Place};

/// Which end of the order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    LowestFirst,
    HighestFirst,
}

/// Whether a snapshot holds every row there is, or only the first ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Beginning,
}

pub struct Rows {
    order: Order,
    /// All known rows in the order of the list: those that are shown, then those that wait for their page.
    known: Vec<Entry>,
    /// The place of the last row of the last loaded page; `None` when every page is loaded.
    end: Option<Place>,
    gone: Vec<Gone>,
    /// Rows that a snapshot passed over: they wait for their page, and an older reading of them is none.
    passed: Vec<AnyRow>,
}

struct Entry {
    place: Place,
    row: AnyRow,
}

impl Rows {
    pub fn new(order: Order, rows: Vec<AnyRow>, end: Option<Place>) -> Self {
        let mut list = Self { order, known: Vec::new(), end, gone: Vec::new(), passed: Vec::new() };
        list.upsert(rows);
        list
    }

    /// The rows of the loaded pages, in order.
    pub fn shown(&self) -> impl Iterator<Item = &AnyRow> {
        self.known.iter().take_while(|entry| !self.is_after_end(&entry.place)).map(|entry| &entry.row)
    }

    /// After which row the next page begins; `None` when every row is here.
    pub fn end(&self) -> Option<&Place> {
        self.end.as_ref()
    }

    /// Takes in the page after `asked`. An answer to an older question does not move the end.
    pub fn page(&mut self, asked: &Place, rows: Vec<AnyRow>, next: Option<Place>) {
        if self.end.as_ref() == Some(asked) {
            self.end = next;
        }
        self.upsert(rows);
    }

    /// Takes in rows that are new or changed. A row after the end waits for its page, which may have been read before it.
    pub fn upsert(&mut self, rows: Vec<AnyRow>) {
        for row in rows {
            self.put(row);
        }
    }

    /// Takes out rows that are gone. One that is known in a newer state was restored since, and stays.
    pub fn remove(&mut self, gone: &[Gone]) {
        for gone in gone {
            let known = self.known.iter().position(|entry| entry.row.id() == gone.id);
            if let Some(index) = known.filter(|index| self.known[*index].row.revision() <= gone.revision) {
                self.known.remove(index);
            }
            match self.gone.iter_mut().find(|earlier| earlier.id == gone.id) {
                Some(earlier) => earlier.revision = earlier.revision.max(gone.revision),
                None => self.gone.push(*gone),
            }
        }
    }

    /// Takes in all rows, or the first ones, as of one moment. What stands after the first ones waits for its page again, as
    /// it may have changed too; so no hole is left when many rows are new.
    pub fn snapshot(&mut self, rows: Vec<AnyRow>, extent: Extent) {
        if extent == Extent::Beginning {
            let Some(last) = rows.iter().map(|row| row.place()).reduce(|last, place| self.later(last, place)) else {
                return;
            };
            if !self.is_after_end(&last) {
                self.end = Some(last);
            }
        }
        let (kept, passed): (Vec<_>, Vec<_>) = std::mem::take(&mut self.known)
            .into_iter()
            .partition(|entry| rows.iter().any(|row| row.id() == entry.row.id()));
        self.known = kept;
        self.passed.extend(passed.into_iter().map(|entry| entry.row));
        self.upsert(rows);
        if extent == Extent::Whole && !self.known.iter().any(|entry| self.is_after_end(&entry.place)) {
            self.end = None;
        }
    }

    fn put(&mut self, row: AnyRow) {
        let id = row.id();
        if self.gone.iter().any(|gone| gone.id == id && row.revision() <= gone.revision) {
            return;
        }
        if let Some(index) = self.passed.iter().position(|passed| passed.id() == id) {
            if row.merged(&*self.passed[index]).is_some() {
                return;
            }
            self.passed.swap_remove(index);
        }
        let mut row = row;
        if let Some(index) = self.known.iter().position(|entry| entry.row.id() == id) {
            let Some(merged) = self.known[index].row.merged(&*row) else { return };
            self.known.remove(index);
            row = merged;
        }
        let place = row.place();
        let index = self.known.partition_point(|entry| !is_after(self.order, &entry.place, &place));
        self.known.insert(index, Entry { place, row });
    }

    fn is_after_end(&self, place: &Place) -> bool {
        self.end.as_ref().is_some_and(|end| is_after(self.order, place, end))
    }

    fn later(&self, one: Place, other: Place) -> Place {
        if is_after(self.order, &one, &other) { one } else { other }
    }
}

/// Whether `place` comes after `other` in the list.
fn is_after(order: Order, place: &Place, other: &Place) -> bool {
    match order {
        Order::LowestFirst => place > other,
        Order::HighestFirst => place < other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EmailId;
    use crate::live::RowId;
    use crate::live::line::{Line, line, lines, place};

    fn newest_first(ids: &[i64], end: Option<i64>) -> Rows {
        Rows::new(Order::HighestFirst, lines(ids), end.map(place))
    }

    fn shown(rows: &Rows) -> Vec<i64> {
        rows.shown().map(|row| row.id().number()).collect()
    }

    fn revision(rows: &Rows, id: i64) -> Option<u32> {
        rows.shown().filter_map(|row| Line::of(row)).find(|line| line.id == id).map(|line| line.revision)
    }

    #[test]
    fn a_new_row_takes_its_place_once() {
        let mut rows = newest_first(&[9, 7], None);
        rows.upsert(lines(&[10, 8, 10]));
        assert_eq!(shown(&rows), [10, 9, 8, 7]);
        let mut rows = Rows::new(Order::LowestFirst, lines(&[7, 9]), None);
        rows.upsert(lines(&[8]));
        assert_eq!(shown(&rows), [7, 8, 9]);
    }

    #[test]
    fn only_a_newer_reading_changes_a_row() {
        let mut rows = newest_first(&[9, 8], None);
        rows.upsert(vec![line(8, 8, 5), line(8, 8, 4)]);
        rows.page(&place(1), lines(&[8]), None);
        assert_eq!(revision(&rows, 8), Some(5));
    }

    #[test]
    fn a_row_that_moved_stands_in_its_new_place() {
        let mut rows = newest_first(&[9, 8, 7], Some(7));
        rows.upsert(vec![line(7, 20, 2)]);
        assert_eq!(shown(&rows), [7, 9, 8]);
        rows.upsert(vec![line(9, 1, 2)]);
        assert_eq!(shown(&rows), [7, 8], "it waits for its page now");
    }

    #[test]
    fn a_row_after_the_end_waits_for_its_page_and_stays_the_newest() {
        let mut rows = newest_first(&[9, 8], Some(8));
        rows.upsert(vec![line(3, 3, 2)]);
        assert_eq!(shown(&rows), [9, 8]);
        rows.page(&place(8), lines(&[7, 3]), None);
        assert_eq!(
            (shown(&rows), revision(&rows, 3)),
            (vec![9, 8, 7, 3], Some(2)),
            "the page was read before the change"
        );
    }

    #[test]
    fn a_page_neither_repeats_nor_hides_what_arrived_meanwhile() {
        let mut rows = newest_first(&[9, 8], Some(8));
        rows.upsert(lines(&[10]));
        rows.page(&place(8), lines(&[8, 7, 6]), Some(place(6)));
        rows.page(&place(8), lines(&[8, 7, 6]), Some(place(6)));
        assert_eq!((shown(&rows), rows.end()), (vec![10, 9, 8, 7, 6], Some(&place(6))));
    }

    #[test]
    fn an_answer_to_an_older_question_leaves_no_hole() {
        let mut rows = newest_first(&[3, 2], Some(2));
        rows.snapshot(lines(&[9, 8]), Extent::Beginning);
        rows.page(&place(2), lines(&[1]), None);
        assert_eq!((shown(&rows), rows.end()), (vec![9, 8], Some(&place(8))));
    }

    #[test]
    fn a_snapshot_adds_what_was_missed_and_raises_revisions() {
        let mut rows = newest_first(&[9, 8], Some(8));
        rows.upsert(vec![line(9, 9, 5)]);
        let snapshot = vec![line(11, 11, 1), line(10, 10, 1), line(9, 9, 4), line(8, 8, 2), line(7, 7, 1)];
        rows.snapshot(snapshot, Extent::Beginning);
        assert_eq!((shown(&rows), rows.end()), (vec![11, 10, 9, 8], Some(&place(8))));
        assert_eq!((revision(&rows, 9), revision(&rows, 8)), (Some(5), Some(2)));
    }

    #[test]
    fn a_snapshot_that_does_not_reach_the_known_rows_leaves_no_hole() {
        let mut rows = newest_first(&[3, 2, 1], None);
        rows.snapshot(lines(&[9, 8]), Extent::Beginning);
        assert_eq!((shown(&rows), rows.end()), (vec![9, 8], Some(&place(8))));
    }

    #[test]
    fn a_snapshot_of_everything_fills_an_empty_list_and_takes_out_what_is_gone() {
        let mut rows = newest_first(&[], None);
        rows.snapshot(lines(&[2, 1]), Extent::Whole);
        assert_eq!((shown(&rows), rows.end()), (vec![2, 1], None));
        rows.snapshot(lines(&[3, 1]), Extent::Whole);
        assert_eq!(shown(&rows), [3, 1]);
    }

    #[test]
    fn the_first_of_many_rows_end_an_empty_list_and_none_of_them_says_nothing() {
        let mut rows = newest_first(&[], None);
        rows.snapshot(lines(&[9, 8]), Extent::Beginning);
        assert_eq!((shown(&rows), rows.end()), (vec![9, 8], Some(&place(8))));
        rows.snapshot(Vec::new(), Extent::Beginning);
        assert_eq!(shown(&rows), [9, 8]);
    }

    #[test]
    fn an_older_reading_of_a_row_that_a_snapshot_passed_over_stays_out() {
        let mut rows = newest_first(&[9, 8], None);
        rows.upsert(vec![line(8, 1, 3)]);
        rows.snapshot(lines(&[9, 7]), Extent::Beginning);
        rows.upsert(vec![line(8, 8, 2)]);
        assert_eq!(shown(&rows), [9, 7]);
        rows.page(&place(7), vec![line(8, 1, 3)], None);
        assert_eq!(shown(&rows), [9, 7, 8]);
    }

    #[test]
    fn a_row_that_is_gone_comes_back_only_when_it_was_restored() {
        let gone = |revision| Gone { id: RowId::Email(EmailId(1)), revision };
        let mut rows = newest_first(&[2, 1], None);
        rows.remove(&[gone(3)]);
        rows.upsert(vec![line(1, 1, 3)]);
        rows.snapshot(lines(&[2, 1]), Extent::Whole);
        assert_eq!(shown(&rows), [2]);
        rows.upsert(vec![line(1, 1, 4)]);
        assert_eq!(shown(&rows), [2, 1]);
        rows.remove(&[gone(3)]);
        assert_eq!(shown(&rows), [2, 1], "the news of its deletion came late");
        rows.remove(&[gone(u32::MAX)]);
        rows.upsert(vec![line(1, 1, 9)]);
        assert_eq!(shown(&rows), [2], "deleted for good");
    }
}
