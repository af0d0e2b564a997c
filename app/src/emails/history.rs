//! A contact's emails as one tab holds them: pages that were loaded, and what the live channel added since.
//!
//! Pages, additions, changes and snapshots may arrive in any order and more than once. Whatever the order, a row stands
//! here once, newest first, in its highest revision, and no row between two shown ones is missing.

use super::{EmailPage, EmailRow};
use crate::domain::cursor::TimeCursor;
use crate::domain::ids::EmailId;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    rows: Vec<EmailRow>,
    next: Option<TimeCursor>,
    total: u64,
}

/// Which rows the screen has to touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub added: Vec<EmailId>,
    pub changed: Vec<EmailId>,
}

impl History {
    pub fn new(page: EmailPage) -> Self {
        let EmailPage { rows, next, total, .. } = page;
        let mut history = Self { rows: Vec::new(), next, total };
        history.merge_all(rows);
        history
    }

    pub fn rows(&self) -> &[EmailRow] {
        &self.rows
    }

    pub fn row(&self, id: EmailId) -> Option<&EmailRow> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// Where the next page begins; `None` when every row is here.
    pub fn next(&self) -> Option<TimeCursor> {
        self.next
    }

    /// All tracked emails of the contact, loaded or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Takes in the page that begins at `asked`. An answer to an older question adds its rows but does not move the end.
    pub fn page(&mut self, asked: TimeCursor, page: EmailPage) -> Merged {
        let merged = self.merge_all(page.rows);
        if self.next == Some(asked) {
            self.next = page.next;
        }
        self.total = page.total.max(self.len());
        merged
    }

    /// Takes in an email that is new or changed.
    pub fn upsert(&mut self, row: EmailRow) -> Merged {
        if self.is_below_the_end(&row) { Merged::default() } else { self.merge_all(vec![row]) }
    }

    pub fn count(&mut self, total: u64) {
        self.total = total.max(self.len());
    }

    /// Takes in the newest rows, as the live channel re-sends them after a gap. When so many are new that they do not
    /// reach the known ones, the list begins anew: better short than with a hole.
    pub fn snapshot(&mut self, rows: Vec<EmailRow>, total: u64) -> Merged {
        let reaches = rows.iter().any(|row| self.row(row.id).is_some());
        let oldest =
            rows.iter().min_by_key(|row| place(row)).map(|row| TimeCursor { at: row.sent_at.at, id: row.id.0 });
        self.total = total;
        if !self.rows.is_empty() && !rows.is_empty() && !reaches && (rows.len() as u64) < total {
            self.rows.clear();
            self.next = oldest;
        }
        let rows = rows.into_iter().filter(|row| !self.is_below_the_end(row)).collect();
        let merged = self.merge_all(rows);
        self.total = self.total.max(self.len());
        merged
    }

    fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether a row belongs to a page that was not asked for yet, and will come with it.
    fn is_below_the_end(&self, row: &EmailRow) -> bool {
        self.next.is_some_and(|next| place(row) < (next.at, next.id))
    }

    fn merge_all(&mut self, rows: Vec<EmailRow>) -> Merged {
        let mut merged = Merged::default();
        for row in rows {
            if let Some(known) = self.rows.iter_mut().find(|known| known.id == row.id) {
                if known.merge(&row) {
                    merged.changed.push(row.id);
                }
            } else {
                let index = self.rows.partition_point(|known| place(known) > place(&row));
                merged.added.push(row.id);
                self.rows.insert(index, row);
            }
        }
        merged
    }
}

/// What the list is sorted by, highest first.
fn place(row: &EmailRow) -> (Timestamp, i64) {
    (row.sent_at.at, row.id.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::DeliveryStatus;
    use crate::domain::email_kind::EmailKind;
    use crate::domain::ids::ContactId;
    use crate::domain::time::Moment;
    use crate::emails::EventRef;

    /// Email `id`, sent in minute `id`.
    fn row(id: i64, revision: u32) -> EmailRow {
        EmailRow {
            id: EmailId(id),
            contact: ContactId(1),
            event: EventRef { id: None, name: "Gala".into() },
            crew: None,
            link: None,
            kind: EmailKind::ShareLink,
            subject: format!("Mail {id}"),
            recipient: "luis@example.com".into(),
            sent_at: Moment { at: Timestamp(id * 60_000), day: "23 Nov".into(), clock: "14:00".into() },
            status: Some(DeliveryStatus::Sent),
            reason: None,
            revision,
        }
    }

    fn cursor(id: i64) -> TimeCursor {
        TimeCursor { at: Timestamp(id * 60_000), id }
    }

    fn page(ids: impl IntoIterator<Item = i64>, next: Option<i64>, total: u64) -> EmailPage {
        let rows = ids.into_iter().map(|id| row(id, 1)).collect();
        EmailPage { rows, next: next.map(cursor), total, today: "23 Nov".into() }
    }

    fn ids(history: &History) -> Vec<i64> {
        history.rows().iter().map(|row| row.id.0).collect()
    }

    fn bounce(id: i64, revision: u32) -> EmailRow {
        let (status, reason) = (Some(DeliveryStatus::Bounced), Some("550 no such user".into()));
        EmailRow { status, reason, ..row(id, revision) }
    }

    #[test]
    fn a_new_email_goes_on_top_once() {
        let mut history = History::new(page([9, 8], Some(8), 5));
        assert_eq!(history.upsert(row(10, 1)).added, [EmailId(10)]);
        assert_eq!(history.upsert(row(10, 1)), Merged::default());
        assert_eq!((ids(&history), history.total()), (vec![10, 9, 8], 5));
    }

    #[test]
    fn an_email_that_came_late_takes_its_place_by_time() {
        let mut history = History::new(page([9, 7], None, 2));
        history.upsert(row(8, 1));
        assert_eq!(ids(&history), [9, 8, 7]);
    }

    #[test]
    fn an_email_below_the_loaded_rows_waits_for_its_page() {
        let mut history = History::new(page([9, 8], Some(8), 5));
        history.upsert(row(3, 1));
        history.upsert(row(3, 1));
        assert_eq!((ids(&history), history.total()), (vec![9, 8], 5));
        history.page(cursor(8), page([7, 3], None, 6));
        assert_eq!((ids(&history), history.total()), (vec![9, 8, 7, 3], 6));
    }

    #[test]
    fn a_page_neither_repeats_nor_hides_what_arrived_meanwhile() {
        let mut history = History::new(page([9, 8], Some(8), 4));
        history.upsert(row(10, 1));
        let merged = history.page(cursor(8), page([8, 7, 6], None, 5));
        assert_eq!(merged.added, [EmailId(7), EmailId(6)]);
        assert_eq!((ids(&history), history.next(), history.total()), (vec![10, 9, 8, 7, 6], None, 5));
    }

    #[test]
    fn the_same_page_twice_changes_nothing() {
        let mut history = History::new(page([9, 8], Some(8), 6));
        history.page(cursor(8), page([7, 6], Some(6), 6));
        assert_eq!(history.page(cursor(8), page([7, 6], Some(6), 6)), Merged::default());
        assert_eq!((ids(&history), history.next()), (vec![9, 8, 7, 6], Some(cursor(6))));
    }

    #[test]
    fn only_a_higher_revision_changes_a_row() {
        let mut history = History::new(page([9, 8], None, 2));
        assert_eq!(history.upsert(bounce(8, 2)).changed, [EmailId(8)]);
        assert_eq!(history.upsert(bounce(8, 2)), Merged::default());
        assert_eq!(history.upsert(bounce(8, 1)), Merged::default());
        // A page that was read before the bounce does not undo it.
        history.page(cursor(1), page([8], None, 2));
        assert_eq!(history.row(EmailId(8)).and_then(|row| row.status), Some(DeliveryStatus::Bounced));
    }

    #[test]
    fn a_snapshot_adds_what_was_missed_and_raises_revisions() {
        let mut history = History::new(page([9, 8], Some(8), 4));
        history.upsert(bounce(9, 5));
        let merged = history.snapshot(vec![row(11, 1), row(10, 1), row(9, 4), row(8, 2), row(7, 1)], 6);
        assert_eq!(merged, Merged { added: vec![EmailId(11), EmailId(10)], changed: vec![EmailId(8)] });
        assert_eq!((ids(&history), history.total()), (vec![11, 10, 9, 8], 6));
        assert_eq!(history.row(EmailId(9)).map(|row| row.revision), Some(5));
    }

    #[test]
    fn a_snapshot_that_does_not_reach_the_known_rows_leaves_no_hole() {
        let mut history = History::new(page([3, 2, 1], None, 3));
        history.snapshot(vec![row(9, 1), row(8, 1)], 9);
        assert_eq!((ids(&history), history.next(), history.total()), (vec![9, 8], Some(cursor(8)), 9));
    }

    #[test]
    fn a_snapshot_of_everything_fills_an_empty_history() {
        let mut history = History::new(page([], None, 0));
        history.snapshot(vec![row(2, 1), row(1, 1)], 2);
        assert_eq!((ids(&history), history.next(), history.total()), (vec![2, 1], None, 2));
    }

    #[test]
    fn an_empty_snapshot_only_corrects_the_total() {
        let mut history = History::new(page([2, 1], Some(1), 4));
        assert_eq!(history.snapshot(Vec::new(), 5), Merged::default());
        assert_eq!((ids(&history), history.total()), (vec![2, 1], 5));
    }
}
