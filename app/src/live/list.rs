//! The list of live rows: [`Rows`] decides which there are, signals put them on the screen.
//!
//! Each row has signals of its own, and they are set only when that row changed: nothing else is drawn again.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::row::{AnyRow, LiveRow, Place, typed};
use super::rows::{Extent, Order, Rows};
use super::{RowId, Update};
use crate::ui::{for_each_id, keep_focus};

/// A little longer than the pulse of a badge takes.
const PULSE: Duration = Duration::from_millis(1_500);

/// A list of rows of one kind. Owned by the component that made it.
pub struct LiveList<R> {
    list: List,
    kind: PhantomData<fn() -> R>,
}

/// One row of a list.
pub struct LiveCell<R> {
    cell: Cell,
    kind: PhantomData<fn() -> R>,
}

impl<R> Clone for LiveList<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for LiveList<R> {}

impl<R> Clone for LiveCell<R> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone(), kind: PhantomData }
    }
}

impl<R: LiveRow> LiveList<R> {
    /// `end` is where the next page begins; a list that has no pages has none.
    pub fn new(order: Order, rows: Vec<R>, end: Option<Place>) -> Self {
        Self {
            list: List::new(order, rows.into_iter().map(|row| Arc::new(row) as AnyRow).collect(), end),
            kind: PhantomData,
        }
    }

    /// All rows there are.
    pub fn whole(rows: Vec<R>) -> Self {
        Self::new(Order::LowestFirst, rows, None)
    }

    /// A list of one row, and that row.
    pub fn one(row: R) -> (Self, LiveCell<R>) {
        let list = Self::whole(vec![row]);
        let cell = list.list.state.with_value(|state| state.cells.first().cloned()).expect("the row just put in");
        (list, LiveCell::of(cell))
    }

    /// Takes in what the live channel said. `extent` is how much of this list a snapshot holds. Returns the rows that were
    /// shown before and that people should notice now.
    pub fn update(self, update: &Update, extent: Extent) -> Vec<LiveCell<R>> {
        let rows = update.rows.iter().filter(|row| typed::<R>(&***row).is_some()).cloned().collect();
        let changed = self.list.update(rows, update, extent);
        changed.noticed.into_iter().map(LiveCell::of).collect()
    }

    /// Takes in a row that the server gave as an answer.
    pub fn merge(self, row: R) {
        self.list.change(|rows| rows.upsert(vec![Arc::new(row)]));
    }

    /// The rows, in order.
    pub fn rows(self) -> Vec<LiveCell<R>> {
        self.list.order.track();
        self.list.state.with_value(|state| state.cells.iter().cloned().map(LiveCell::of).collect())
    }

    /// Reads all rows at once, in order; tracked as one, so that a reader of 500 rows is told once.
    pub fn with<T>(self, f: impl FnOnce(&[&R]) -> T) -> T {
        self.list.changed.track();
        self.with_untracked(f)
    }

    pub fn with_untracked<T>(self, f: impl FnOnce(&[&R]) -> T) -> T {
        f(&all_known(&self.list.shown()))
    }

    /// The first row.
    pub fn first(self) -> Option<LiveCell<R>> {
        self.rows().into_iter().next()
    }

    /// How many rows there are.
    pub fn len(self) -> usize {
        self.list.order.with(Vec::len)
    }

    pub fn is_empty(self) -> bool {
        self.list.order.with(Vec::is_empty)
    }

    /// Whether the row with this number is in it.
    pub fn has(self, number: i64) -> bool {
        self.list.order.with(|order| order.contains(&number))
    }

    /// As many rows as are shown, for a subscription.
    pub fn len_untracked(self) -> usize {
        self.list.order.try_with_untracked(Vec::len).unwrap_or_default()
    }

    /// Draws each row by `view`, once for as long as it is in the list.
    pub fn view(self, view: impl Fn(LiveCell<R>) -> AnyView + Send + Sync + 'static) -> AnyView {
        let list = self.list;
        let row = move |key| list.cell(key).map(|cell| view(LiveCell::of(cell))).into_any();
        for_each_id(move || list.order.get(), row)
    }

    /// Draws each row by `view`. Those in `kept` stay where they stand while they are not in the list any more, so that what is
    /// typed there is not lost.
    pub fn view_keeping(
        self,
        kept: RwSignal<Vec<i64>>,
        view: impl Fn(LiveCell<R>) -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        let list = self.list;
        let keys = Memo::new(move |before: Option<&Vec<i64>>| {
            with_kept(list.order.get(), before.map_or(&[], Vec::as_slice), &kept.get())
        });
        let row = move |key| list.cell(key).map(|cell| view(LiveCell::of(cell))).into_any();
        for_each_id(move || keys.get(), row)
    }

    /// The list without the kind of its rows.
    pub fn erased(self) -> List {
        self.list
    }
}

impl<R: LiveRow> LiveCell<R> {
    fn of(cell: Cell) -> Self {
        Self { cell, kind: PhantomData }
    }

    /// The row as it is now; tracked.
    pub fn with<T>(&self, f: impl FnOnce(&R) -> T) -> T {
        self.cell.row.with(|row| f(known(row)))
    }

    pub fn with_untracked<T>(&self, f: impl FnOnce(&R) -> T) -> T {
        self.cell.row.with_untracked(|row| f(known(row)))
    }

    pub fn get(&self) -> R {
        self.with(R::clone)
    }

    pub fn get_untracked(&self) -> R {
        self.with_untracked(R::clone)
    }

    /// Whether people should notice the row just now.
    pub fn fresh(&self) -> ArcRwSignal<bool> {
        self.cell.fresh.clone()
    }
}

fn known<R: LiveRow>(row: &AnyRow) -> &R {
    typed(&**row).expect("a list takes in rows of its own kind only")
}

/// Not part of what reads them, which is compiled anew for each reader.
#[inline(never)]
fn all_known<R: LiveRow>(rows: &[AnyRow]) -> Vec<&R> {
    rows.iter().map(known).collect()
}

/// A list of rows of whatever kind.
#[derive(Clone, Copy)]
pub struct List {
    state: StoredValue<ListState>,
    /// Of any row, or which ones there are.
    changed: Trigger,
    order: RwSignal<Vec<i64>>,
    end: RwSignal<Option<Place>>,
}

struct ListState {
    rows: Rows,
    /// One for each row that is shown, in order.
    cells: Vec<Cell>,
    /// Of rows that were shown before: one that comes back has the signals that it had.
    lost: Vec<Cell>,
}

#[derive(Clone)]
struct Cell {
    id: RowId,
    row: ArcRwSignal<AnyRow>,
    fresh: ArcRwSignal<bool>,
}

/// What changed on the screen.
#[derive(Default)]
pub(super) struct Changed {
    /// Rows that were not shown before, in order.
    added: Vec<Cell>,
    /// Rows that were shown before and that people should notice.
    noticed: Vec<Cell>,
    /// Whether a row that was shown before is another reading of it now.
    redrawn: bool,
}

impl List {
    fn new(order: Order, rows: Vec<AnyRow>, end: Option<Place>) -> Self {
        let mut state = ListState { rows: Rows::new(order, rows, end), cells: Vec::new(), lost: Vec::new() };
        state.show();
        Self {
            changed: Trigger::new(),
            order: RwSignal::new(state.order()),
            end: RwSignal::new(state.rows.end().cloned()),
            state: StoredValue::new(state),
        }
    }

    /// Takes in the page after `asked`. Returns the rows that were not shown before.
    pub(super) fn page(self, asked: &Place, rows: Vec<AnyRow>, next: Option<Place>) -> Vec<i64> {
        let changed = self.change(|list| list.page(asked, rows, next));
        changed.added.iter().map(|cell| cell.id.number()).collect()
    }

    /// After which row the next page begins; `None` when every row is here.
    pub(super) fn end(self) -> RwSignal<Option<Place>> {
        self.end
    }

    pub(super) fn order(self) -> RwSignal<Vec<i64>> {
        self.order
    }

    /// Takes in what the live channel said, and lets people see it.
    pub(super) fn update(self, rows: Vec<AnyRow>, update: &Update, extent: Extent) -> Changed {
        if rows.is_empty() && update.gone.is_empty() && !update.is_snapshot {
            return Changed::default();
        }
        let changed = self.change(|list| {
            list.remove(&update.gone);
            if update.is_snapshot {
                list.snapshot(rows, extent);
            } else {
                list.upsert(rows);
            }
        });
        let new = changed.added.iter().filter(|cell| cell.row.with_untracked(|row| row.stands_out(None)));
        for cell in changed.noticed.iter().chain(new) {
            cell.pulse();
        }
        changed
    }

    /// Changes which rows there are and puts on the screen what changed; nothing once the screen is gone.
    fn change(self, change: impl FnOnce(&mut Rows)) -> Changed {
        let changed = self.state.try_update_value(|state| {
            change(&mut state.rows);
            (state.show(), state.order(), state.rows.end().cloned())
        });
        let Some((changed, order, end)) = changed else { return Changed::default() };
        let is_reordered = self.order.with_untracked(|current| *current != order);
        if is_reordered {
            keep_focus();
            self.order.set(order);
        }
        if is_reordered || changed.redrawn {
            self.changed.notify();
        }
        if self.end.with_untracked(|current| *current != end) {
            self.end.set(end);
        }
        changed
    }

    #[inline(never)]
    fn shown(self) -> Vec<AnyRow> {
        self.state.with_value(|state| state.rows.shown().cloned().collect())
    }

    fn cell(self, key: i64) -> Option<Cell> {
        self.state.with_value(|state| state.cells.iter().find(|cell| cell.id.number() == key).cloned())
    }
}

impl ListState {
    /// Takes over which rows are shown, and what is newer in them.
    fn show(&mut self) -> Changed {
        let mut changed = Changed::default();
        let before = std::mem::take(&mut self.cells);
        for (index, row) in self.rows.shown().enumerate() {
            let id = row.id();
            // Most rows stand where they stood.
            let known = before.get(index).filter(|cell| cell.id == id);
            let cell = if let Some(cell) = known.or_else(|| before.iter().find(|cell| cell.id == id)) {
                let old = cell.row.get_untracked();
                if !Arc::ptr_eq(&old, row) {
                    changed.redrawn = true;
                    cell.row.set(Arc::clone(row));
                    if row.stands_out(Some(&*old)) {
                        changed.noticed.push(cell.clone());
                    }
                }
                cell.clone()
            } else if let Some(index) = self.lost.iter().position(|cell| cell.id == id) {
                let cell = self.lost.swap_remove(index);
                cell.row.set(Arc::clone(row));
                changed.added.push(cell.clone());
                cell
            } else {
                let cell = Cell { id, row: ArcRwSignal::new(Arc::clone(row)), fresh: ArcRwSignal::new(false) };
                changed.added.push(cell.clone());
                cell
            };
            self.cells.push(cell);
        }
        // Else the same ones are shown.
        if before.len() != self.cells.len() || !changed.added.is_empty() {
            let is_shown = |id| self.cells.iter().any(|cell| cell.id == id);
            self.lost.extend(before.into_iter().filter(|cell| !is_shown(cell.id)));
        }
        changed
    }

    fn order(&self) -> Vec<i64> {
        self.cells.iter().map(|cell| cell.id.number()).collect()
    }
}

/// The rows as they are drawn: those of the list in their `order`, and those in `kept` that left it, each below the row that it
/// was drawn below `before`.
fn with_kept(order: Vec<i64>, before: &[i64], kept: &[i64]) -> Vec<i64> {
    let mut drawn = order;
    for (index, id) in before.iter().enumerate().filter(|(_, id)| kept.contains(id)) {
        if !drawn.contains(id) {
            let above = before[..index].iter().rev().find_map(|above| drawn.iter().position(|other| other == above));
            drawn.insert(above.map_or(0, |above| above + 1), *id);
        }
    }
    drawn
}

impl Cell {
    fn pulse(&self) {
        self.fresh.set(true);
        let fresh = self.fresh.clone();
        set_timeout(move || fresh.set(false), PULSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Gone;
    use crate::live::line::{Line, line, lines, place};

    fn list(ids: &[i64], end: Option<i64>) -> List {
        List::new(Order::HighestFirst, lines(ids), end.map(place))
    }

    fn numbers(cells: &[Cell]) -> Vec<i64> {
        cells.iter().map(|cell| cell.id.number()).collect()
    }

    #[test]
    fn a_row_wakes_nobody_but_those_who_read_it() {
        Owner::new().with(|| {
            let list = list(&[9, 8], None);
            let read = |id| {
                let row = list.cell(id).expect("it is shown").row;
                let drawn = StoredValue::new(0);
                let memo = Memo::new(move |_| {
                    drawn.update_value(|drawn| *drawn += 1);
                    row.with(|row| Line::of(row).map(|line| line.revision))
                });
                (memo, drawn)
            };
            let (nine, eight) = (read(9), read(8));
            assert_eq!((nine.0.get_untracked(), eight.0.get_untracked()), (Some(1), Some(1)));
            let changed = list.change(|rows| rows.upsert(vec![line(8, 8, 2), line(9, 9, 1)]));
            assert_eq!((numbers(&changed.added), numbers(&changed.noticed)), (vec![], vec![8]));
            assert_eq!((nine.0.get_untracked(), eight.0.get_untracked()), (Some(1), Some(2)));
            assert_eq!((nine.1.get_value(), eight.1.get_value()), (1, 2));
        });
    }

    #[test]
    fn who_reads_all_rows_is_told_of_each_change_and_of_nothing_else() {
        Owner::new().with(|| {
            let list = LiveList::<Line> { list: list(&[9, 8], None), kind: PhantomData };
            let drawn = StoredValue::new(0);
            let sum = Memo::new(move |_| {
                drawn.update_value(|drawn| *drawn += 1);
                list.with(|rows| rows.iter().map(|row| row.revision).sum::<u32>())
            });
            assert_eq!((sum.get_untracked(), drawn.get_value()), (2, 1));
            list.merge(Line { id: 8, at: 8, revision: 4 });
            assert_eq!((sum.get_untracked(), drawn.get_value()), (5, 2));
            list.merge(Line { id: 8, at: 8, revision: 3 });
            assert_eq!((sum.get_untracked(), drawn.get_value()), (5, 2), "an older reading");
            list.merge(Line { id: 7, at: 7, revision: 1 });
            assert_eq!((sum.get_untracked(), drawn.get_value()), (6, 3));
            let gone = list.first().expect("three are shown").with_untracked(LiveRow::id);
            list.list.change(|rows| rows.remove(&[Gone { id: gone, revision: 9 }]));
            assert_eq!((sum.get_untracked(), drawn.get_value()), (5, 4));
        });
    }

    #[test]
    fn a_row_keeps_its_signals_wherever_it_stands() {
        Owner::new().with(|| {
            let list = list(&[9, 8], None);
            let nine = LiveCell::<Line>::of(list.cell(9).expect("it is shown"));
            let changed = list.change(|rows| rows.upsert(lines(&[10])));
            assert_eq!((numbers(&changed.added), list.order.get_untracked()), (vec![10], vec![10, 9, 8]));
            list.change(|rows| rows.upsert(vec![line(9, 1, 2)]));
            assert_eq!((nine.get_untracked().revision, list.order.get_untracked()), (2, vec![10, 8, 9]));
        });
    }

    #[test]
    fn a_row_that_comes_back_has_the_signals_it_had() {
        Owner::new().with(|| {
            let list = list(&[9, 8], None);
            let nine = LiveCell::<Line>::of(list.cell(9).expect("it is shown"));
            list.change(|rows| rows.remove(&[Gone { id: nine.with_untracked(LiveRow::id), revision: 2 }]));
            assert_eq!(list.order.get_untracked(), [8]);
            let changed = list.change(|rows| rows.upsert(vec![line(9, 9, 3)]));
            assert_eq!((numbers(&changed.added), nine.get_untracked().revision), (vec![9], 3));
            assert_eq!(list.order.get_untracked(), [9, 8]);
        });
    }

    #[test]
    fn a_row_that_is_kept_stays_where_it_stood() {
        for (order, before, kept, drawn) in [
            (vec![1, 3], [1, 2, 3].as_slice(), [2].as_slice(), vec![1, 2, 3]),
            (vec![3, 4], &[1, 2, 3], &[2], vec![2, 3, 4]),
            (vec![1], &[1, 2, 3], &[3, 2], vec![1, 2, 3]),
            (vec![3, 1], &[1, 2, 3], &[2], vec![3, 1, 2]),
            (vec![1, 3], &[1, 2, 3], &[], vec![1, 3]),
            (vec![2, 1], &[1, 2], &[1, 2], vec![2, 1]),
            (vec![], &[1], &[1], vec![1]),
        ] {
            assert_eq!(with_kept(order.clone(), before, kept), drawn, "{order:?} after {before:?}");
        }
    }

    #[test]
    fn a_page_goes_to_the_end_without_repeats() {
        Owner::new().with(|| {
            let list = list(&[9, 8], Some(8));
            assert_eq!(list.page(&place(8), lines(&[8, 7, 6]), Some(place(6))), [7, 6]);
            assert_eq!(list.page(&place(6), lines(&[6]), None), Vec::<i64>::new());
            assert_eq!((list.order.get_untracked(), list.end.get_untracked()), (vec![9, 8, 7, 6], None));
        });
    }

    #[test]
    fn the_one_row_of_a_list_follows_it() {
        Owner::new().with(|| {
            let (list, cell) = LiveList::one(Line { id: 1, at: 1, revision: 1 });
            list.merge(Line { id: 1, at: 1, revision: 2 });
            assert_eq!((cell.get_untracked().revision, list.len_untracked()), (2, 1));
        });
    }
}
