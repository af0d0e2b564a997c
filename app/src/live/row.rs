//! What all kinds of rows have in common: which row it is, where it stands, and how two readings of it become one.

use std::any::Any;
use std::sync::Arc;

use super::RowId;
use crate::domain::cursor::{NameCursor, TimeCursor};
use crate::domain::time::Timestamp;

/// A row of a list, one kind of it a type.
pub trait LiveRow: Clone + PartialEq + Send + Sync + 'static {
    fn id(&self) -> RowId;

    fn place(&self) -> Place;

    /// Rises with each visible change. Of two readings with the same one the later is taken, of rows without one any.
    fn revision(&self) -> u32 {
        0
    }

    /// Takes in the same row as somebody read it; an older reading is passed over. Returns whether anything changed. A row
    /// whose parts have revisions of their own merges them one by one.
    fn merge(&mut self, other: &Self) -> bool {
        let changed = other.revision() >= self.revision() && self != other;
        if changed {
            self.clone_from(other);
        }
        changed
    }

    /// Whether people should notice what the live channel just made of `before`, which is `None` of a new row.
    fn stands_out(&self, _before: Option<&Self>) -> bool {
        false
    }
}

/// What a list is sorted by, the lowest first or last. The ids of two rows of a list differ, so their places do.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub at: Timestamp,
    /// The order among rows of one time.
    pub tie: i64,
    pub name: String,
    pub id: i64,
}

impl From<TimeCursor> for Place {
    fn from(TimeCursor { at, id }: TimeCursor) -> Self {
        Self { at, id, ..Self::default() }
    }
}

impl From<NameCursor> for Place {
    fn from(NameCursor { name, id }: NameCursor) -> Self {
        Self { name, id, ..Self::default() }
    }
}

impl From<Place> for TimeCursor {
    fn from(Place { at, id, .. }: Place) -> Self {
        Self { at, id }
    }
}

impl From<Place> for NameCursor {
    fn from(Place { name, id, .. }: Place) -> Self {
        Self { name, id }
    }
}

/// A row of any kind, so that what lists do with rows is compiled once.
pub type AnyRow = Arc<dyn ErasedRow>;

/// [`LiveRow`] without its type. Rows of different kinds never merge.
pub trait ErasedRow: Any + Send + Sync {
    fn id(&self) -> RowId;

    fn place(&self) -> Place;

    fn revision(&self) -> u32;

    /// This row with what is newer in `other`; `None` when nothing is.
    fn merged(&self, other: &dyn ErasedRow) -> Option<AnyRow>;

    fn stands_out(&self, before: Option<&dyn ErasedRow>) -> bool;
}

impl<R: LiveRow> ErasedRow for R {
    fn id(&self) -> RowId {
        LiveRow::id(self)
    }

    fn place(&self) -> Place {
        LiveRow::place(self)
    }

    fn revision(&self) -> u32 {
        LiveRow::revision(self)
    }

    fn merged(&self, other: &dyn ErasedRow) -> Option<AnyRow> {
        let mut merged = self.clone();
        merged.merge(typed(other)?).then(|| Arc::new(merged) as AnyRow)
    }

    fn stands_out(&self, before: Option<&dyn ErasedRow>) -> bool {
        LiveRow::stands_out(self, before.and_then(typed))
    }
}

/// Returns the row as what it is; `None` when it is of another kind.
pub fn typed<R: LiveRow>(row: &dyn ErasedRow) -> Option<&R> {
    (row as &dyn Any).downcast_ref()
}
