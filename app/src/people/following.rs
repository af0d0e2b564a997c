//! Who is on an event, as the live channel tells it, beside the page that names them: whether that has to be read anew.

use std::collections::BTreeSet;

use super::{PeoplePage, PersonRow, people_on_event};
use crate::live::{Gone, RowId, Update};

/// What the live channel told, and what is under way.
#[derive(Default)]
pub(super) struct Following {
    /// Who is on the event, in the order of their ids; `None` before the first snapshot. That one may be newer than the page.
    crew: Option<Vec<RowId>>,
    /// The page was not compared with `crew` since one of them changed.
    pub(super) news: bool,
    /// Something is changed on the server. The page is looked at again after it.
    pub(super) working: bool,
    /// How often the page was read anew. Only the last answer counts.
    reads: u32,
    /// That one is not there yet. The page is looked at again when it is.
    reading: bool,
}

impl Following {
    pub(super) fn hear(&mut self, update: &Update) {
        // The snapshot that answers the subscription holds it as well.
        if self.crew.is_none() && !update.is_snapshot {
            return;
        }
        let told: Vec<_> = update.rows.iter().map(|row| row.id()).collect();
        let before = self.crew.as_deref().unwrap_or_default();
        let now = people_after(before, update.is_snapshot, &told, &update.gone);
        self.news |= self.crew.as_ref() != Some(&now);
        self.crew = Some(now);
    }

    /// Whether to read the page anew. Each change is asked about once, so that a page that is ahead is not read for ever.
    pub(super) fn is_behind(&mut self, page: &PeoplePage) -> bool {
        if self.working || self.reading {
            return false;
        }
        let news = std::mem::take(&mut self.news);
        news && self.crew.as_deref().is_some_and(|crew| !agrees(page, crew))
    }

    pub(super) fn begin_read(&mut self) -> u32 {
        self.reads += 1;
        self.reading = true;
        self.reads
    }

    /// Returns whether this was the last one.
    pub(super) fn end_read(&mut self, read: u32) -> bool {
        let is_last = read == self.reads;
        self.reading &= !is_last;
        is_last
    }
}

/// Whether a page, which names the newest people only, is one of an event with these people.
fn agrees(page: &PeoplePage, crew: &[RowId]) -> bool {
    let is_on = |row: &PersonRow| row.crew.is_some_and(|id| crew.contains(&RowId::Crew(id)));
    let found = page.found.iter().filter(|row| row.crew.is_some());
    page.people == people_on_event(crew.len())
        && page.recent.iter().chain(found).all(is_on)
        && !page.removed.iter().any(is_on)
}

/// Who is on the event after an update.
fn people_after(before: &[RowId], is_snapshot: bool, told: &[RowId], gone: &[Gone]) -> Vec<RowId> {
    let is_gone = |id: &RowId| gone.iter().any(|gone| gone.id == *id);
    let stay = before.iter().filter(|id| !is_snapshot && !is_gone(id));
    let told = told.iter().filter(|id| matches!(id, RowId::Crew(_)));
    stay.chain(told).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ContactId, CrewId, EventId, ItemId};
    use crate::live::Topic;

    fn people(ids: &[i64]) -> Vec<RowId> {
        ids.iter().map(|id| RowId::Crew(CrewId(*id))).collect()
    }

    fn row(id: i64) -> PersonRow {
        PersonRow { contact: ContactId(id), crew: Some(CrewId(id)), name: "Ann".into(), details: String::new() }
    }

    /// The page of an event with these people, newest first.
    fn page(ids: &[i64]) -> PeoplePage {
        PeoplePage {
            event: EventId(1),
            name: "Gala".into(),
            people: people_on_event(ids.len()),
            found: vec![PersonRow { crew: None, ..row(9) }],
            more: false,
            recent: ids.iter().map(|id| row(*id)).collect(),
            removed: Vec::new(),
        }
    }

    #[test]
    fn only_who_is_put_on_or_taken_off_makes_a_difference() {
        let before = people(&[1, 2]);
        let gone = |id| [Gone { id, revision: 9 }];
        let after = |told: &[RowId], gone: &[Gone]| people_after(&before, false, told, gone);
        assert_eq!(after(&people(&[2]), &[]), before, "a badge that flips");
        assert_eq!(after(&[RowId::Item(ItemId(3))], &gone(RowId::Item(ItemId(1)))), before, "an item");
        assert_eq!(after(&people(&[3]), &[]), people(&[1, 2, 3]));
        assert_eq!(after(&[], &gone(before[0])), people(&[2]));
        assert_eq!(people_after(&before, true, &people(&[4, 2]), &[]), people(&[2, 4]));
    }

    #[test]
    fn a_page_agrees_with_the_people_it_counts_and_names() {
        assert!(agrees(&page(&[2, 1]), &people(&[1, 2])));
        assert!(!agrees(&page(&[2, 1]), &people(&[1, 2, 3])), "somebody came");
        assert!(!agrees(&page(&[2, 1]), &people(&[1])), "somebody went");
        assert!(!agrees(&page(&[2, 1]), &people(&[1, 3])), "one came and one went");
        assert!(agrees(&PeoplePage { removed: vec![row(3)], ..page(&[2, 1]) }, &people(&[1, 2])));
        let was_removed = PeoplePage { recent: vec![row(1)], removed: vec![row(2)], ..page(&[3, 1]) };
        assert!(!agrees(&was_removed, &people(&[1, 2])), "one came back");
        let found = PeoplePage { recent: Vec::new(), found: vec![row(2)], ..page(&[2, 1]) };
        assert!(agrees(&found, &people(&[1, 2])) && !agrees(&found, &people(&[1, 3])));
    }

    #[test]
    fn the_first_snapshot_may_be_newer_than_the_page() {
        let snapshot =
            |is_snapshot| Update { topic: Topic::Event(EventId(1)), is_snapshot, rows: Vec::new(), gone: Vec::new() };
        let mut following = Following::default();
        following.hear(&snapshot(false));
        assert!(!following.is_behind(&page(&[1])), "nothing is known yet");
        following.hear(&snapshot(true));
        assert!(following.is_behind(&page(&[1])));
        following.hear(&snapshot(true));
        assert!(!following.is_behind(&page(&[1])), "it was asked for");
        let mut following = Following::default();
        following.hear(&snapshot(true));
        assert!(!following.is_behind(&page(&[])), "it came with what the snapshot holds");
    }

    #[test]
    fn a_change_of_ones_own_is_read_once() {
        let mut following = Following { crew: Some(people(&[1])), working: true, ..Following::default() };
        // The live channel is faster than the answer, then slower.
        for _ in 0..2 {
            (following.crew, following.news) = (Some(people(&[1, 2])), true);
            assert!(!following.is_behind(&page(&[1])), "it is read anew in any case");
            following.working = false;
            let (early, late) = (following.begin_read(), following.begin_read());
            assert!(!following.end_read(early) && !following.is_behind(&page(&[1])));
            assert!(following.end_read(late) && !following.is_behind(&page(&[2, 1])));
            following.reading = true;
        }
    }
}
