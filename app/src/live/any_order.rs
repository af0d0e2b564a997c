//! Whatever the order in which news arrive, a list ends as the database's.
//!
//! A database goes through a history. A tab reads a page of it, then has several connections with gaps between them: each
//! subscribes, gets a snapshot that is read at or after that moment, and hears every change since the subscription, twice or in
//! any order, except that what is newer than the snapshot comes after it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::line::{Line, line};
use super::row::{AnyRow, LiveRow, Place};
use super::rows::{Extent, Order, Rows};
use super::{Gone, RowId};
use crate::domain::ids::EmailId;

#[derive(Clone, Debug)]
enum Step {
    Add { at: i64 },
    Move { nth: usize, at: i64 },
    Delete { nth: usize },
    Restore { nth: usize },
}

/// What the server sends when a row was added, changed or deleted.
#[derive(Clone, Debug)]
enum News {
    Row(Line),
    Gone(Gone),
}

type State = BTreeMap<i64, Line>;

/// The database after each step, and what each step made known.
#[derive(Debug)]
struct History {
    states: Vec<State>,
    news: Vec<News>,
}

impl History {
    fn of(steps: &[Step]) -> Self {
        let mut state: State = (1..=6).map(|id| (id, Line { id, at: id, revision: 1 })).collect();
        let mut history = Self { states: vec![state.clone()], news: Vec::new() };
        let mut next_id = 7;
        let mut deleted: Vec<Line> = Vec::new();
        for step in steps {
            let nth = |nth: usize| state.values().nth(nth % state.len().max(1)).cloned();
            let news = match *step {
                Step::Move { nth: n, at } => {
                    let Some(old) = nth(n) else { continue };
                    News::Row(Line { at, revision: old.revision + 1, ..old })
                }
                Step::Delete { nth: n } => {
                    let Some(old) = nth(n) else { continue };
                    let gone = Line { revision: old.revision + 1, ..old };
                    deleted.push(gone.clone());
                    News::Gone(Gone { id: LiveRow::id(&gone), revision: gone.revision })
                }
                Step::Restore { nth: n } => {
                    if deleted.is_empty() {
                        continue;
                    }
                    let gone = deleted.swap_remove(n % deleted.len());
                    News::Row(Line { revision: gone.revision + 1, ..gone })
                }
                Step::Add { at } => {
                    next_id += 1;
                    News::Row(Line { id: next_id, at, revision: 1 })
                }
            };
            match &news {
                News::Row(row) => drop(state.insert(row.id, row.clone())),
                News::Gone(gone) => drop(state.remove(&gone.id.number())),
            }
            history.states.push(state.clone());
            history.news.push(news);
        }
        history
    }

    /// The rows after so many steps, newest first.
    fn rows(&self, step: usize) -> Vec<AnyRow> {
        let mut rows: Vec<_> = self.states[step].values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(LiveRow::place(*row)));
        rows.into_iter().map(|row| line(row.id, row.at, row.revision)).collect()
    }

    /// So many rows after `after`, and where the next page begins.
    fn page(&self, step: usize, after: Option<&Place>, count: usize) -> (Vec<AnyRow>, Option<Place>) {
        let mut rows = self.rows(step);
        rows.retain(|row| after.is_none_or(|after| row.place() < *after));
        let more = rows.len() > count;
        rows.truncate(count);
        let next = rows.last().filter(|_| more).map(|row| row.place());
        (rows, next)
    }
}

/// Choices that proptest made, one after another.
struct Choices<'a>(std::iter::Cycle<std::slice::Iter<'a, usize>>);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        self.0.next().map_or(0, |choice| choice % end.max(1))
    }

    fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to - from + 1)
    }
}

/// One connection: subscribed after `from` steps; hears of everything up to `to`. `pages` is how many rows a page has, or
/// `None` for a list without pages.
fn connect(
    list: &mut Rows,
    history: &History,
    from: usize,
    to: usize,
    pages: Option<usize>,
    choices: &mut Choices<'_>,
) {
    let read = choices.between(from, to);
    // Places in time: the snapshot at 1,000, older news anywhere, newer ones after it.
    let mut arrivals: Vec<(usize, Option<usize>)> = vec![(1_000, None)];
    for step in from..to {
        for _ in 0..choices.between(1, 2) {
            let at = if step < read { choices.below(2_000) } else { choices.between(1_001, 2_000) };
            arrivals.push((at, Some(step)));
        }
    }
    arrivals.sort_by_key(|(at, _)| *at);
    let mut oldest = from;
    for (_, step) in arrivals {
        match step.map(|step| &history.news[step]) {
            Some(News::Row(row)) => list.upsert(vec![line(row.id, row.at, row.revision)]),
            Some(News::Gone(gone)) => list.remove(&[*gone]),
            None => {
                let all = history.rows(read);
                let count = pages.map_or(all.len(), |_| choices.between(1, 9));
                let extent = if count >= all.len() { Extent::Whole } else { Extent::Beginning };
                list.snapshot(all.into_iter().take(count).collect(), extent);
                oldest = read;
            }
        }
        if let (Some(rows), 0, Some(asked)) = (pages, choices.below(3), list.end().cloned()) {
            let (rows, next) = history.page(choices.between(oldest, to), Some(&asked), rows);
            list.page(&asked, rows, next);
        }
    }
}

fn ids(rows: impl IntoIterator<Item = AnyRow>) -> Vec<(i64, Option<u32>)> {
    rows.into_iter().map(|row| (row.id().number(), Line::of(&row).map(|line| line.revision))).collect()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..12_i64).prop_map(|at| Step::Add { at }),
        3 => (any::<usize>(), 0..12_i64).prop_map(|(nth, at)| Step::Move { nth, at }),
        1 => any::<usize>().prop_map(|nth| Step::Delete { nth }),
        1 => any::<usize>().prop_map(|nth| Step::Restore { nth }),
    ]
}

proptest! {
    #[test]
    fn a_list_ends_as_the_database(
        steps in prop::collection::vec(step(), 0..20),
        choices in prop::collection::vec(any::<usize>(), 1..120),
        pages in prop::option::of(1..4_usize),
    ) {
        let history = History::of(&steps);
        let end = history.news.len();
        let mut choices = Choices(choices.iter().cycle());
        let mut at = choices.below(end + 1);
        let (rows, next) = history.page(at, None, pages.unwrap_or(usize::MAX));
        let mut list = Rows::new(Order::HighestFirst, rows, next);
        for _ in 0..choices.below(3) {
            let from = choices.between(at, end);
            let to = choices.between(from, end);
            connect(&mut list, &history, from, to, pages, &mut choices);
            at = to;
        }
        connect(&mut list, &history, at, end, pages, &mut choices);

        let last = list.end().cloned();
        prop_assert!(pages.is_some() || last.is_none());
        let expected = history.rows(end).into_iter().filter(|row| last.as_ref().is_none_or(|last| row.place() >= *last));
        prop_assert_eq!(ids(list.shown().cloned()), ids(expected));
        let id = RowId::Email(EmailId(1));
        list.remove(&[Gone { id, revision: u32::MAX }]);
        list.snapshot(history.rows(0), Extent::Whole);
        prop_assert!(list.shown().all(|row| row.id() != id), "what is gone stays away");
    }
}
